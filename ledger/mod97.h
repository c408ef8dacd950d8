/*
 * mod97.h - the check digits that IBANs and creditor references share.
 *
 * ISO 7064 MOD 97-10: a text of digits and capitals is read as one number, A as
 * 10 .. Z as 35, and what is left of it by 97 is looked at.
 */
#ifndef ARRONDI_LEDGER_MOD97_H
#define ARRONDI_LEDGER_MOD97_H

#include <stdbool.h>
#include <stddef.h>

/* What is left of the number that text[0..n-1] continues; so_far is 0 at first.
 * Digits and capitals only. */
unsigned mod97(unsigned so_far, const char *text, size_t n);

/* True where text[0..n-1] is "XXkk" and more, of digits and capitals, and kk are the
 * digits that ISO 7064 computes for it: the first four characters are moved to the
 * end, and the number leaves 1. (00, 01 and 99 would leave what 97, 98 and 02 leave,
 * and are never computed.) */
bool mod97_checked(const char *text, size_t n);

/* Computes the two digits at text[2] and text[3] of such a text. */
void mod97_sign(char *text, size_t n);

/* Blanks left out and letters made capitals, as people and banks write such texts.
 * False where something else is in it, or more than chars_max characters are left.
 * ret_text has room for chars_max + 1. */
bool mod97_compact(const void *text, size_t n, char *ret_text, size_t chars_max,
		   size_t *ret_n);

#endif
