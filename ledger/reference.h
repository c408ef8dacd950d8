/*
 * reference.h - the reference that a company writes on its transfer.
 *
 * A structured creditor reference of ISO 11649: "RF", two check digits, and up
 * to 21 letters and digits; banks carry it unchanged and their forms catch a
 * mistyped one. Ours names the entry that the transfer settles:
 *
 *   RF kk B pppppppp      B, then the entry's position in decimal, with zeroes
 *                         before it up to 8 digits: RF67B00000012
 *
 * The check digits are ISO 7064 MOD 97-10: move "RFkk" behind the rest, read A
 * as 10 .. Z as 35, and the number leaves 1 when divided by 97.
 */
#ifndef ARRONDI_LEDGER_REFERENCE_H
#define ARRONDI_LEDGER_REFERENCE_H

#include <stddef.h>
#include <stdint.h>

#include "keys/fault.h"
#include "keys/slice.h"

/* The longest reference of ISO 11649, with its NUL. */
#define REFERENCE_TEXT_BYTES 26

/* The longest text that is looked at: blanks between groups of four, and some. */
#define REFERENCE_INPUT_BYTES_MAX 64

/* In its electronic form: capitals, no blanks. */
void reference_of_position(uint64_t position, char ret_text[REFERENCE_TEXT_BYTES]);

/* The same in groups of four characters, as it is printed. */
#define REFERENCE_PRINTED_BYTES (REFERENCE_TEXT_BYTES + 6)
void reference_print(const char *reference, char ret_text[REFERENCE_PRINTED_BYTES]);

/*
 * Reads what a bank hands over: blanks anywhere and small letters are taken.
 * ERR_INVALID where it is no reference of ISO 11649 or its check digits are
 * wrong; ERR_NOT_FOUND where it is one, but not of the form above.
 */
MUST_USE enum err reference_parse(struct slice text, uint64_t *ret_position);

/*
 * Looks for references of ours in free text, as a payer writes it: "Arrondis d'octobre,
 * RF67 B000 0001 2 merci". Each position that is named is told once, in the order of
 * the text; at most positions_max of them. Returns how many there are.
 */
size_t reference_find(struct slice text, uint64_t *ret_positions, size_t positions_max);

#endif
