/*
 * books_provider_int.h - what providers and collectors tell: fees, payouts, remittances;
 * a part of books_int.h, private to books*.c.
 */
#ifndef ARRONDI_LEDGER_BOOKS_PROVIDER_INT_H
#define ARRONDI_LEDGER_BOOKS_PROVIDER_INT_H

#include "ledger/books_int.h"

/* books_collector.c: who posts for whom. */
/* The rules of a member's entry about its collector. */
MUST_USE enum err collector_check_member(struct books *books, struct fault *fault);
/* Who submits the batch: its company, or the company's collector. */
MUST_USE enum err collector_check_batch(struct books *books, struct fault *fault);
/* Who submits a correction is who submitted the batch. */
MUST_USE enum err collector_check_correction(struct books *books,
					     const struct batch_view *batch,
					     struct fault *fault);

/* books_fee.c: pays as a settlement does, out of the fund that bears the expense. */
MUST_USE enum err apply_fee(struct books *books, struct fault *fault);

/* So much is kept: the fund is there, and the settlement's source. */
MUST_USE enum err fee_keep(struct books *books, struct settlement_record *fee,
			   struct fault *fault);

/* books_remittance.c */
MUST_USE enum err apply_remittance(struct books *books, struct fault *fault);
MUST_USE enum err reverse_remittance(struct books *books, uint64_t of,
				     struct fault *fault);
/* The first of its batches that is at least `from`; false: none, or it is none. */
bool remittance_batch(struct books *books, uint64_t position, uint64_t from,
		      uint64_t *ret_batch);
bool remittance_is(struct books *books, uint64_t position);

/* books_payout.c */
struct payout_record {
	char payer[ID_BYTES];
	/* Below zero: it failed, and the bank has not taken back what had arrived. */
	struct cents in_transit;
	int64_t month; /* in which it last changed */
};
/* False where there is none, or all of it arrived or failed more than 13 months ago. */
bool payout_find(struct books *books, uint64_t position,
		 struct payout_record *ret_payout);
MUST_USE enum err apply_payout(struct books *books, struct fault *fault);
MUST_USE enum err reverse_payout(struct books *books, uint64_t of, struct fault *fault);
/* That a settlement of a payout is within what is in transit of it. */
MUST_USE enum err payout_check_arrives(struct books *books,
				       const struct settlement_record *settlement,
				       struct fault *fault);
/* So much of the payout that a settlement names is at the bank; below zero: back in
 * transit. */
MUST_USE enum err payout_arrive(struct books *books,
				const struct settlement_record *settlement,
				struct cents amount, struct fault *fault);

#endif
