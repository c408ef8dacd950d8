/*
 * books_reversal.c - undoing an entry, once, by a later one that names it.
 *
 * A promise, a settlement, a fee, a payout, a remittance, a refund, a chargeback, a
 * write-off, or a payment that the bank has not carried out. What cannot be undone so has
 * its own kind: a batch is emptied by a correction, a grant is cancelled.
 */
#include "ledger/books_int.h"

static bool has_record(struct books *books, const char *noun, uint64_t position)
{
	struct slice value;
	struct key key;

	return state_get(books->state, key_of(&key, "%s/%016" PRIu64, noun, position),
			 &value);
}

enum err reversal_check_age(struct books *books, int64_t recorded_month, uint64_t of,
			    struct fault *fault)
{
	int64_t age = month_of_date(books_today(books)).n - recorded_month;

	/* That its record may still be there is no leave: those are dropped a few
	 * at a time. */
	if (age > BOOKS_WINDOW_MONTHS)
		return fault_rule(fault, "reversal",
				  "position %" PRIu64
				  " was recorded more than %d months ago",
				  of, BOOKS_WINDOW_MONTHS);
	return ERR_OK;
}

bool reversal_was(struct books *books, uint64_t position)
{
	return has_record(books, "reversed", position);
}

void reversal_mark(struct books *books, uint64_t position)
{
	struct month month = month_of_date(books_today(books));
	struct key key;

	books_put_integer(books, key_of(&key, "reversed/%016" PRIu64, position),
			  (int64_t)books->position);
	if (month_add(month, BOOKS_WINDOW_MONTHS, &month) == ERR_OK)
		books_expire(books, month, key.text);
}

/* By the record that an entry has left: which nouns can be undone, and how. */
static const struct {
	const char *noun;
	enum err (*reverse)(struct books *books, uint64_t of, struct fault *fault);
	/* Whether a provider undoes it; NULL: never. */
	bool (*is_told_by)(struct books *books, uint64_t of, struct slice payer);
} reversible[] = {
	{ "promise", reverse_promise, promise_is_told_by },
	{ "payout", reverse_payout, settlement_is_told_by },
	{ "remittance", reverse_remittance, NULL },
	{ "settled", reverse_settlement, settlement_is_told_by },
	{ "payment", reverse_payment, NULL },
	{ "refund", reverse_refund, refund_is_told_by },
	{ "writeoff", reverse_writeoff, NULL },
	{ "expense", reverse_expense, NULL },
};

/* What a provider has told may turn out otherwise, and it tells that, too. */
static enum err check_submitter(struct books *books, size_t noun, uint64_t of,
				struct fault *fault)
{
	struct slice by = books->entry->by;
	struct member_record submitter;

	if (!member_find(books, by, &submitter))
		return fault_rule(fault, "member", "the submitter is not a member");
	if (submitter.role != ROLE_PROVIDER ||
	    (reversible[noun].is_told_by && reversible[noun].is_told_by(books, of, by)))
		return ERR_OK;
	return fault_rule(
		fault, "payer",
		"a provider undoes its own gifts, fees and payouts, and what it "
		"gave back itself");
}

enum err apply_reversal(struct books *books, struct fault *fault)
{
	uint64_t of = entry_position(books->entry, "of");
	enum err err;

	if (of >= books->position)
		return fault_rule(fault, "reversal",
				  "position %" PRIu64 " is not there yet", of);
	if (reversal_was(books, of))
		return fault_rule(fault, "reversal",
				  "position %" PRIu64 " was undone already", of);
	reversal_mark(books, of);
	for (size_t i = 0; i < sizeof reversible / sizeof *reversible; i++) {
		if (!has_record(books, reversible[i].noun, of))
			continue;
		err = check_submitter(books, i, of, fault);
		return err ? err : reversible[i].reverse(books, of, fault);
	}
	return fault_rule(fault, "reversal",
			  "position %" PRIu64
			  " is nothing of the last %d months that can be undone",
			  of, BOOKS_WINDOW_MONTHS);
}
