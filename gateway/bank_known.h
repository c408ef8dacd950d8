/*
 * bank_known.h - what of a ledger a bank statement may be about: claims for bank_match.h,
 * and which lines are still open.
 */
#ifndef ARRONDI_GATEWAY_BANK_KNOWN_H
#define ARRONDI_GATEWAY_BANK_KNOWN_H

#include "gateway/bank_match.h"
#include "ledger/books_query_bank.h"
#include "ledger/ledger.h"

struct bank_books {
	struct bank_known known;     /* its claims are owned */
	struct suspense_view *lines; /* owned: what nothing explains yet */
	size_t line_count;
};

/* As the ledger is now. payers are the caller's and outlive it. On an error there is
 * nothing to release. */
MUST_USE enum err bank_books_read(struct ledger *ledger, const struct bank_payer *payers,
				  size_t payer_count, struct bank_books *ret_books,
				  struct fault *fault);
void bank_books_release(struct bank_books *books);

/* What of a line is open, 0 where it is explained whole. */
struct cents bank_books_open(const struct bank_books *books, uint64_t statement,
			     uint32_t number);

#endif
