/*
 * books_posting.c - double entry: what moves, and what each account holds.
 *
 * A posting debits (positive) or credits (negative) an account by a flow, which
 * is the kind of movement ("salary.person", "allocated"). Accounts:
 *
 *	account/ID            the foundation's money, as the bank's statements say it
 *	suspense/ID           of that, what nothing explains yet (the other side)
 *	bank                  what was recorded of it before there were statements
 *	receivable/PAYER      promised by a payer and not yet received
 *	pledged/FUND/EARMARK  promised to a sub-balance (the other side)
 *	fund/FUND/EARMARK     received and free to be decided: available is what
 *	                      it is credited by; a debit balance is an overdraft
 *	committed/FUND/EARMARK  granted, not yet ordered
 *	ordered/FUND/EARMARK  ordered, not yet carried out by the bank
 *	credit/PAYER          paid by a payer beyond what was owed
 *	transit/PAYER         transferred by a provider, as it says, and not at the bank
 *
 * Sums are kept per account in all, and per account, flow and civil day (and
 * month, so that a long period costs months): a report of any period costs
 * accounts, not entries.
 */
#include "ledger/books_int.h"

#include <assert.h>

const char *account_of(struct key *key, const char *noun, struct slice fund,
		       struct slice earmark)
{
	return key_of(key, "%s/%.*s/%.*s", noun, SLICE(fund), SLICE(earmark));
}

static void balance_add(struct books *books, const char *key, struct cents amount)
{
	struct cents sum = books_plus(books, books_get_cents(books, key), amount);

	books_put_integer(books, key, cents_value(sum));
}

/* The entry's posting of a day to an account by a flow: a settlement of a thousand lines
 * has as many movements as it has sub-balances, and not four thousand. */
static enum err posting_find(struct books *books, const char *account, const char *flow,
			     struct posting **ret_posting, struct fault *fault)
{
	struct posting *posting = books->postings;

	for (size_t i = 0; i < books->posting_count; i++, posting++)
		if (date_cmp(posting->date, books->post_on) == 0 &&
		    strcmp(posting->account, account) == 0 &&
		    strcmp(posting->flow, flow) == 0) {
			*ret_posting = posting;
			return ERR_OK;
		}
	if (books->posting_count == books->posting_room) {
		size_t room = books->posting_room ? books->posting_room * 2 : 32;
		struct posting *more = reallocarray(books->postings, room, sizeof *more);

		if (!more)
			return fault_set(fault, ERR_MEMORY, "out of memory for postings");
		books->postings = more;
		books->posting_room = room;
	}
	posting = &books->postings[books->posting_count++];
	text_copy(posting->account, sizeof posting->account, slice_of_text(account));
	text_copy(posting->flow, sizeof posting->flow, slice_of_text(flow));
	posting->amount = CENTS_ZERO;
	posting->date = books->post_on;
	*ret_posting = posting;
	return ERR_OK;
}

enum err books_post(struct books *books, const char *account, const char *flow,
		    struct cents amount, struct fault *fault)
{
	struct posting *posting = NULL;
	struct key key;
	enum err err;

	if (cents_is_zero(amount))
		return ERR_OK;
	err = posting_find(books, account, flow, &posting, fault);
	if (err)
		return err;
	posting->amount = books_plus(books, posting->amount, amount);
	balance_add(books, key_of(&key, "ab/%s", account), amount);
	return ERR_OK;
}

enum err books_move(struct books *books, const char *debit, const char *credit,
		    const char *flow, struct cents amount, struct fault *fault)
{
	enum err err = books_post(books, debit, flow, amount, fault);

	if (err)
		return err;
	return books_post(books, credit, flow, cents_neg(amount), fault);
}

struct cents books_balance(struct books *books, const char *account)
{
	struct key key;

	return books_get_cents(books, key_of(&key, "ab/%s", account));
}

/* Adds what stands under "PREFIX/FLOW/NUMBER" where from <= NUMBER <= until. */
static struct cents sum_range(struct books *books, const char *prefix, int32_t from,
			      int32_t until)
{
	struct cents sum = CENTS_ZERO;
	struct state_cursor cursor;

	for (state_first(books->state, &cursor, prefix); cursor.found;
	     state_next(books->state, &cursor)) {
		const char *number = strrchr(cursor.key, '/') + 1;
		long n = strtol(number, NULL, 10);
		struct record_reader reader = record_reader(cursor.value);

		if (n >= from && n <= until)
			sum = books_plus(books, sum,
					 cents_of(record_read_integer(&reader)));
	}
	return sum;
}

struct cents books_balance_until(struct books *books, const char *account,
				 struct date until)
{
	struct month month = month_of_date(until);
	struct cents months, days;
	struct key key;

	months = sum_range(books, key_of(&key, "bm/%s/", account), 0, month.n - 1);
	days = sum_range(books, key_of(&key, "bd/%s/", account),
			 month_first_day(month).day, until.day);
	return books_plus(books, months, days);
}

enum err books_post_end(struct books *books, struct fault *fault)
{
	struct cents sum = CENTS_ZERO;
	size_t kept = 0;
	struct key key;

	for (size_t i = 0; i < books->posting_count; i++) {
		struct posting *posting = &books->postings[i];
		struct date date = posting->date;

		if (cents_is_zero(posting->amount))
			continue;
		sum = books_plus(books, sum, posting->amount);
		balance_add(books,
			    key_of(&key, "bd/%s/%s/%05" PRId32, posting->account,
				   posting->flow, date.day),
			    posting->amount);
		balance_add(books,
			    key_of(&key, "bm/%s/%s/%06" PRId32, posting->account,
				   posting->flow, month_of_date(date).n),
			    posting->amount);
		books->postings[kept++] = *posting;
	}
	books->posting_count = kept;
	if (!cents_is_zero(sum))
		return fault_rule(fault, "zero-sum",
				  "the postings of the entry do not sum to zero");
	return ERR_OK;
}
