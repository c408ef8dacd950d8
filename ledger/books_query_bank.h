/*
 * books_query_bank.h - what of ours is on its way through banks: for who imports
 * statements and orders payments. As books_query.h: the caller frees the arrays with
 * free().
 */
#ifndef ARRONDI_LEDGER_BOOKS_QUERY_BANK_H
#define ARRONDI_LEDGER_BOOKS_QUERY_BANK_H

#include "ledger/books_query.h"

/* A payment that the bank has to carry out, or has and may still send back. */
struct bank_payment_view {
	uint64_t position;
	uint64_t proposal;
	struct cents amount;
	bool paid;
	uint64_t order; /* the payment file that has it; 0: none */
	bool flagged;   /* its payee waits for a seat's confirmation */
	char payee[65]; /* the digest that was voted */
};
/* Ascending by position. */
MUST_USE enum err query_bank_payments(struct books *books,
				      struct bank_payment_view **ret_payments,
				      size_t *ret_count, struct fault *fault);

/* A provider's payout of which something has not arrived. */
struct bank_payout_view {
	uint64_t position;
	char payer[QUERY_ID_BYTES];
	struct cents in_transit; /* positive */
};
/* Ascending by position. */
MUST_USE enum err query_bank_payouts(struct books *books,
				     struct bank_payout_view **ret_payouts,
				     size_t *ret_count, struct fault *fault);

#endif
