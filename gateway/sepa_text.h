/*
 * sepa_text.h - names and texts in the letters that every bank of SEPA takes.
 *
 * The European Payments Council's set: a-z A-Z 0-9 / - ? : ( ) . , ' + and the blank.
 * A bank may refuse a file that has others, or change them its own way; so they are
 * changed here, in a way that a French reader recognises: É is E, œ is oe, ’ is ', &
 * is +. What has no such letter (another script) becomes a blank.
 */
#ifndef ARRONDI_GATEWAY_SEPA_TEXT_H
#define ARRONDI_GATEWAY_SEPA_TEXT_H

#include <stdbool.h>

#include "keys/buffer.h"
#include "keys/slice.h"

/* The EPC's limits, tighter than the schema's. */
#define SEPA_ID_CHARS_MAX   35
#define SEPA_NAME_CHARS_MAX 70
#define SEPA_TEXT_CHARS_MAX 140

/* Folds valid UTF-8, cut after chars_max characters. Blanks are not doubled, and none
 * stands at the ends; the result may be empty. ret_text has room for chars_max + 1. */
void sepa_fold(struct slice text, char *ret_text, size_t chars_max);

/* True for an identifier that can be sent: 1 to 35 characters of the set, no blank at
 * its ends, no '/' at its ends, and no two of them together. */
bool sepa_id_valid(const char *text);

/* True where folding leaves a text as it is. */
bool sepa_text_valid(const char *text, size_t chars_max);

#endif
