/*
 * receipt_data.h - the canonical data of a tax receipt: all that is drawn on it, and what
 * its digest is of.
 *
 * One object of canonical JSON:
 *
 *	amount      cents
 *	body        address, legal_form, name, object, siren: the foundation's
 *	date        day of issue
 *	form        "11580", "16216"
 *	giver       name, and address, city, country, postcode; or of a company id, name,
 *	            siren
 *	gifts       list of amount, date, and entry and what; or batch, mark and what
 *	number      of the receipt
 *	origin      of the log
 *	proof       address under which the proof is asked for, where there is one
 *	replaces    number of the void receipt in whose place it is, where it is one
 *	salt        32 random bytes in hex
 *	signatory   who signs for the foundation
 *	year        civil year
 */
#ifndef ARRONDI_LEDGER_RECEIPT_DATA_H
#define ARRONDI_LEDGER_RECEIPT_DATA_H

#include "keys/buffer.h"
#include "keys/fault.h"
#include "ledger/identity.h"
#include "ledger/json.h"
#include "ledger/ledger_gifts.h"

#define RECEIPT_DATA_BYTES_MAX 60000

/* Most that a company's skills count for, by person and year: three ceilings of the
 * social security (CGI art. 238 bis, 1; CSS art. L241-3, yearly arrêté). False for a year
 * that the table has not. */
bool receipt_skills_cap(int64_t year, int64_t people, struct cents *ret_cap);

struct receipt_plan {
	struct slice form;
	int64_t number, year, replaces;    /* replaces: 0 for none */
	const struct identity *identity;   /* NULL where there is none */
	const struct member_view *company; /* NULL: a person */
	const struct receipt_gift *gifts;
	size_t gift_count;
	struct cents amount;
	struct date issued_on;
	const char *signatory, *proof; /* proof: NULL for none */
	const char *origin;
	const struct json *body; /* as above */
};

/* Appends the bytes, with a new salt. */
MUST_USE enum err receipt_data_write(const struct receipt_plan *plan, struct buffer *out,
				     struct fault *fault);

/* The object `body` of what the books say now. */
struct json *receipt_body(struct books *books, struct json_doc *doc);

#endif
