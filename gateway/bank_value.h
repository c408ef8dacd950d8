/*
 * bank_value.h - amounts and days as banks write them, exactly.
 *
 * No amount here ever passes through a floating-point number, and what is no whole
 * cent of a euro is refused instead of rounded: a statement that has to be rounded to
 * balance does not balance.
 */
#ifndef ARRONDI_GATEWAY_BANK_VALUE_H
#define ARRONDI_GATEWAY_BANK_VALUE_H

#include <stdbool.h>

#include "keys/fault.h"
#include "keys/slice.h"
#include "ledger/date.h"
#include "ledger/money.h"

/* Digits of ISO 20022's amounts: 18 in all, 5 of them behind the mark. */
#define BANK_AMOUNT_DIGITS_MAX   18
#define BANK_AMOUNT_DECIMALS_MAX 5

/* How a format writes amounts beside digits and a point. */
enum bank_amount_form {
	BANK_AMOUNT_PLAIN = 0, /* xs:decimal, not negative: "12", ".5", "12.", "+1.0" */
	BANK_AMOUNT_SIGNED = 1 << 0, /* negative ones, too */
	BANK_AMOUNT_COMMA = 1 << 1,  /* the mark may also be a comma */
};

/* ERR_INVALID with a sentence ("the amount has a fraction of a cent", "... is no
 * number", ...) that does not repeat it; ERR_TOO_BIG past what money.h takes. */
MUST_USE enum err bank_amount_parse(struct slice text, int form, struct cents *ret_cents,
				    struct fault *fault);

/* An xs:date, "2026-11-27", perhaps with a zone ("Z", "+01:00", to "±14:00"): that
 * day as it is written, because a day is no moment. ERR_INVALID with a sentence. */
MUST_USE enum err iso_date_parse(struct slice text, struct date *ret_date,
				 struct fault *fault);

/* An xs:dateTime, "2026-11-27T23:30:00", perhaps with a fraction and a zone; 24:00:00
 * is the next midnight. With a zone it is a moment, whose civil day is that in Paris;
 * without one it is the day as it is written. */
MUST_USE enum err iso_date_time_parse(struct slice text, struct date *ret_date,
				      struct fault *fault);

/* "20261127", "20261127233000", "20261127233000.000[+1:CET]" of OFX: as above; a
 * moment is taken as one only where its zone is written. */
MUST_USE enum err ofx_date_parse(struct slice text, struct date *ret_date,
				 struct fault *fault);

/* "271126" of CFONB: a day of 1970 to 2069. */
MUST_USE enum err cfonb_date_parse(struct slice text, struct date *ret_date,
				   struct fault *fault);

/* The text without white space (XML's) at its ends. */
struct slice bank_trim(struct slice text);

#endif
