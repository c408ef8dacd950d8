/*
 * iban.h - the number of a bank account (ISO 13616) and of a bank (ISO 9362).
 *
 * A mistyped IBAN sends money to nobody or to a stranger, so all that can be known of
 * one without asking its bank is checked here: the country, its length, where that
 * country has digits and where letters, the check digits (ISO 7064 MOD 97-10), and
 * for France and Monaco the RIB key inside, too.
 *
 * Only countries of the SEPA area are known: no payment of ours can go elsewhere. An
 * IBAN of another country is told from a mistake, because a bank statement may show
 * one.
 */
#ifndef ARRONDI_LEDGER_IBAN_H
#define ARRONDI_LEDGER_IBAN_H

#include <stdbool.h>

#include "keys/fault.h"
#include "keys/slice.h"

/* The longest, of its electronic form, with its NUL. */
#define IBAN_TEXT_BYTES 35

/* In groups of four characters, as it is printed, or masked. */
#define IBAN_PRINTED_BYTES (IBAN_TEXT_BYTES + 8)

/* The longest text that is looked at: blanks between groups of four, and some. */
#define IBAN_INPUT_BYTES_MAX 64

#define BIC_TEXT_BYTES 12

/*
 * Reads what people write: blanks anywhere and small letters are taken. ret_iban is the
 * electronic form, capitals without blanks. ERR_INVALID, with a sentence that says what
 * is wrong and never repeats the number; ERR_NOT_FOUND where it is an IBAN, but of a
 * country outside SEPA: ret_iban is then written, too.
 */
MUST_USE enum err iban_parse(struct slice text, char ret_iban[IBAN_TEXT_BYTES],
			     struct fault *fault);

/* The same for what must already be in its electronic form, as entries have it. */
MUST_USE enum err iban_check(struct slice text, struct fault *fault);

/*
 * The IBAN of a French account that is known by its RIB without the key: bank and branch
 * of five digits, an account of eleven digits and letters; blanks and small letters as
 * above. ERR_INVALID for another shape.
 */
MUST_USE enum err iban_of_rib(struct slice bank, struct slice branch,
			      struct slice account, char ret_iban[IBAN_TEXT_BYTES],
			      struct fault *fault);

/* "FR76 3000 6000 0112 3456 7890 189" */
void iban_print(const char *iban, char ret_text[IBAN_PRINTED_BYTES]);

/* "FR76 **** **** **** **** **** 189": enough to tell one's own accounts apart. */
void iban_mask(const char *iban, char ret_text[IBAN_PRINTED_BYTES]);

/* Four letters or digits, the country, two more, and perhaps a branch of three.
 * Capitals only. */
bool bic_valid(struct slice text);

#endif
