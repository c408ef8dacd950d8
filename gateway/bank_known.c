/*
 * bank_known.c - what of a ledger a bank statement may be about.
 */
#include "gateway/bank_known.h"

#include <stdlib.h>
#include <string.h>

#include "keys/buffer.h"

#define CLAIMS_BYTES_MAX ((size_t)256 << 20)

static void add_claim(struct buffer *claims, uint64_t position, enum bank_subject subject,
		      const char *member, struct cents open)
{
	struct bank_claim claim = { .position = position,
				    .subject = subject,
				    .open = open };

	if (!cents_is_positive(open))
		return;
	snprintf(claim.member, sizeof claim.member, "%s", member);
	buffer_put(claims, &claim, sizeof claim);
}

/* The sum of what is open of each entry and payer. Lines come payer by payer and, of one
 * payer, in the order of settling, which may not be that of positions. */
static int line_cmp(const void *a, const void *b)
{
	const struct receivable_view *left = a, *right = b;
	int payers = strcmp(left->payer, right->payer);

	if (payers != 0)
		return payers;
	return left->position < right->position ? -1 : left->position > right->position;
}

/* A remittance is owed as far as its batches are, which are then only paid by name. */
static void add_remitted(struct books *books, struct buffer *claims)
{
	size_t count = claims->n / sizeof(struct bank_claim);

	for (size_t i = 0; i < count; i++) {
		struct bank_claim *claim = &((struct bank_claim *)(void *)claims->p)[i];
		struct bank_claim *sum = NULL;
		struct batch_view batch;

		if (claim->subject != BANK_OWED ||
		    !query_batch(books, claim->position, &batch) || batch.remitted == 0 ||
		    strcmp(claim->member, batch.company) == 0)
			continue;
		claim->only_named = true;
		for (size_t j = count; j < claims->n / sizeof *claim && !sum; j++) {
			struct bank_claim *one =
				&((struct bank_claim *)(void *)claims->p)[j];

			if (one->position == batch.remitted &&
			    strcmp(one->member, claim->member) == 0)
				sum = one;
		}
		if (sum)
			(void)(cents_add(sum->open, claim->open, &sum->open) != ERR_OK);
		else
			add_claim(claims, batch.remitted, BANK_OWED, claim->member,
				  claim->open);
	}
}

static enum err add_owed(struct books *books, struct buffer *claims, struct fault *fault)
{
	struct receivable_view *lines = NULL;
	size_t count = 0;
	enum err err = query_receivables(books, slice_of(NULL, 0), &lines, &count, fault);

	if (err)
		return err;
	if (count > 0)
		qsort(lines, count, sizeof *lines, line_cmp);
	for (size_t i = 0; i < count && !err;) {
		const struct receivable_view *first = &lines[i];
		struct cents open = CENTS_ZERO;

		for (; i < count && !err && line_cmp(first, &lines[i]) == 0; i++)
			err = cents_add(open, lines[i].open, &open);
		add_claim(claims, first->position, BANK_OWED, first->payer, open);
	}
	free(lines);
	if (err)
		return fault_set(fault, err, "what a payer owes is too much");
	add_remitted(books, claims);
	return ERR_OK;
}

static enum err add_payouts(struct books *books, struct buffer *claims,
			    struct fault *fault)
{
	struct bank_payout_view *payouts = NULL;
	size_t count = 0;
	enum err err = query_bank_payouts(books, &payouts, &count, fault);

	for (size_t i = 0; i < count && !err; i++)
		add_claim(claims, payouts[i].position, BANK_PAYOUT, payouts[i].payer,
			  payouts[i].in_transit);
	free(payouts);
	return err;
}

static enum err add_payments(struct books *books, struct buffer *claims,
			     struct fault *fault)
{
	struct bank_payment_view *payments = NULL;
	size_t count = 0;
	enum err err = query_bank_payments(books, &payments, &count, fault);

	for (size_t i = 0; i < count && !err; i++)
		add_claim(claims, payments[i].position,
			  payments[i].paid ? BANK_PAID : BANK_ORDERED, "",
			  payments[i].amount);
	free(payments);
	return err;
}

static int claim_cmp(const void *a, const void *b)
{
	const struct bank_claim *left = a, *right = b;

	if (left->position != right->position)
		return left->position < right->position ? -1 : 1;
	return strcmp(left->member, right->member);
}

static enum err read_all(struct books *books, struct buffer *claims,
			 struct bank_books *ret_books, struct fault *fault)
{
	enum err err = add_owed(books, claims, fault);

	if (!err)
		err = add_payouts(books, claims, fault);
	if (!err)
		err = add_payments(books, claims, fault);
	if (!err)
		err = buffer_check(claims, "what is open", fault);
	if (!err)
		err = query_suspense(books, &ret_books->lines, &ret_books->line_count,
				     fault);
	return err;
}

enum err bank_books_read(struct ledger *ledger, const struct bank_payer *payers,
			 size_t payer_count, struct bank_books *ret_books,
			 struct fault *fault)
{
	struct bank_books result = { .lines = NULL };
	struct buffer claims; /* what malloc() gave is handed on */
	struct books *books;
	enum err err = ledger_books(ledger, &books, fault);

	if (err)
		return err;
	buffer_init(&claims, CLAIMS_BYTES_MAX);
	err = read_all(books, &claims, &result, fault);
	ledger_books_done(ledger);
	if (err) {
		buffer_release(&claims);
		return err;
	}
	result.known = (struct bank_known){
		.claims = (struct bank_claim *)(void *)claims.p,
		.claim_count = claims.n / sizeof(struct bank_claim),
		.payers = payers,
		.payer_count = payer_count,
	};
	if (result.known.claim_count > 0)
		qsort(result.known.claims, result.known.claim_count,
		      sizeof *result.known.claims, claim_cmp);
	*ret_books = result;
	return ERR_OK;
}

void bank_books_release(struct bank_books *books)
{
	free(books->known.claims);
	free(books->lines);
	*books = (struct bank_books){ .lines = NULL };
}

struct cents bank_books_open(const struct bank_books *books, uint64_t statement,
			     uint32_t number)
{
	size_t low = 0, high = books->line_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct suspense_view *view = &books->lines[middle];

		if (view->statement < statement ||
		    (view->statement == statement && view->line < number))
			low = middle + 1;
		else
			high = middle;
	}
	if (low == books->line_count || books->lines[low].statement != statement ||
	    books->lines[low].line != number)
		return CENTS_ZERO;
	return books->lines[low].open;
}
