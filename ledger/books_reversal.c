/*
 * books_reversal.c - undoing an entry, once, by a later one that names it.
 *
 * A gift, a patronage, a settlement, or a payment that the bank has not carried
 * out. What cannot be undone so has its own kind: a batch is emptied by a
 * correction, a decision is cancelled.
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

enum err apply_reversal(struct books *books, struct fault *fault)
{
	uint64_t of = entry_position(books->entry, "of");
	struct month month = month_of_date(books_today(books));
	struct key key;

	if (of >= books->position)
		return fault_rule(fault, "reversal",
				  "position %" PRIu64 " is not there yet", of);
	if (has_record(books, "reversed", of))
		return fault_rule(fault, "reversal",
				  "position %" PRIu64 " was reversed already", of);
	books_put_integer(books, key_of(&key, "reversed/%016" PRIu64, of),
			  (int64_t)books->position);
	if (month_add(month, BOOKS_WINDOW_MONTHS, &month) == ERR_OK)
		books_expire(books, month, key.text);
	if (has_record(books, "promise", of))
		return reverse_promise(books, of, fault);
	if (has_record(books, "settled", of))
		return reverse_settlement(books, of, fault);
	if (has_record(books, "payment", of))
		return reverse_payment(books, of, fault);
	return fault_rule(fault, "reversal",
			  "position %" PRIu64
			  " is not a gift, patronage, contribution, settlement or "
			  "payment of the last %d months",
			  of, BOOKS_WINDOW_MONTHS);
}
