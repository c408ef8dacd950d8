/*
 * pain.h - payment files for the bank: pain.001.001.09 of ISO 20022.
 *
 * A file is one order: payments in euros from one account on one day, within the schema
 * and the tighter limits of the European Payments Council (SEPA credit transfers): 0.01
 * to 999 999 999.99 each, names of 70 characters in SEPA's letters, no addresses. Each
 * payment is booked alone, so that the statement tells them apart, and its end-to-end
 * identifier comes back on it.
 *
 * The file holds names and account numbers: it is the caller's to keep from others.
 */
#ifndef ARRONDI_GATEWAY_PAIN_H
#define ARRONDI_GATEWAY_PAIN_H

#include <stddef.h>
#include <stdint.h>

#include "gateway/sepa_text.h"
#include "keys/buffer.h"
#include "keys/fault.h"
#include "ledger/date.h"
#include "ledger/money.h"

/* More than any bank takes in a file. */
#define PAIN_PAYMENTS_MAX 10000

/* An account and whose it is. Names are UTF-8, and folded in the file. */
struct pain_party {
	const char *name;
	const char *iban; /* of SEPA, in its electronic form */
	const char *bic;  /* NULL: the bank finds it by the IBAN */
};

struct pain_payment {
	const char *end_to_end; /* no other payment's, in this file or another */
	struct pain_party payee;
	struct cents amount;
	const char *text; /* for the payee; UTF-8, folded; NULL: none */
};

struct pain_order {
	const char *id;    /* of the message and of the order; no other file's */
	int64_t created_s; /* UTC */
	struct date execute_on;
	struct pain_party debtor;
	const struct pain_payment *payments;
	size_t count;
};

/* Appends the document to out; on failure out holds what it held. ERR_INVALID with the
 * payment and what is wrong with it (never a name or an account), ERR_TOO_BIG,
 * ERR_MEMORY. */
MUST_USE enum err pain_write(const struct pain_order *order, struct buffer *out,
			     struct fault *fault);

#endif
