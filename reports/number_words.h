/*
 * number_words.h - amounts in French words, as a receipt or a cheque has them.
 *
 * By the rules of before 1990, which every reader accepts: a hyphen between tens and
 * units below a hundred, unless "et" joins them (vingt et un, soixante et onze; but
 * quatre-vingt-un); "vingt" and "cent" take an s when multiplied and last, or before a
 * noun such as million (quatre-vingts, deux cents millions; quatre-vingt mille, deux cent
 * trois); "mille" never does. After a whole million or milliard stands "d'euros".
 */
#ifndef ARRONDI_REPORTS_NUMBER_WORDS_H
#define ARRONDI_REPORTS_NUMBER_WORDS_H

#include "ledger/money.h"

#define NUMBER_WORDS_BYTES_MAX 400

/* "douze euros et cinq centimes". A negative amount begins with "moins". */
void number_words_euros(struct cents amount, char ret_words[NUMBER_WORDS_BYTES_MAX]);

#endif
