/*
 * api_effect.c - what recording a batch did to what its poster owes: what is left to
 * transfer, and the credit that it made.
 *
 * Of a collector's batch that is what the collector owes; the match is the company's.
 */
#include "gateway/api_batch_int.h"

uint64_t lines_position(const struct api_call *call, uint64_t position)
{
	return call->batch->is_correction ? call->batch->mend.position : position;
}

void effect_look(void *ctx, uint64_t position, struct books *books)
{
	struct api_call *call = ctx;
	struct batch_effect *effect = &call->batch->effect;
	const struct posting *posting;
	char account[POSTING_ACCOUNT_BYTES_MAX];
	struct fault fault;
	size_t count;

	*effect = (struct batch_effect){ .is_known = true, .credit = CENTS_ZERO };
	effect->err = query_open(books, slice_of_text(call->caller.member),
				 lines_position(call, position), &effect->open, &fault);
	(void)snprintf(account, sizeof account, "credit/%s", call->caller.member);
	posting = books_postings(books, &count);
	for (size_t i = 0; i < count && !effect->err; i++)
		/* Credit stands below zero; what is settled from it is what it pays. */
		if (strcmp(posting[i].account, account) == 0 &&
		    strcmp(posting[i].flow, "settled") != 0)
			effect->err =
				cents_add(effect->credit, cents_neg(posting[i].amount),
					  &effect->credit);
}

enum err effect_read(struct api_call *call, struct ledger *ledger, struct fault *fault)
{
	struct batch_effect *effect = &call->batch->effect;
	struct books *books;
	enum err err;

	if (effect->is_known)
		return effect->err ? fault_set(fault, effect->err,
					       "what is to be transferred cannot be told")
				   : ERR_OK;
	err = ledger_books(ledger, &books, fault);
	if (err)
		return err;
	err = query_open(books, slice_of_text(call->caller.member),
			 lines_position(call, call->submission.position), &effect->open,
			 fault);
	ledger_books_done(ledger);
	return err;
}
