/*
 * books_credit.c - what a payer has paid beyond what it owed.
 *
 * Its next batch, correction or gift is paid from it. Where credit is taken away again
 * (the transfer that made it was undone, or it was given back), what it has paid in the
 * meantime is open again, newest first.
 */
#include "ledger/books_int.h"

const char *credit_account(struct key *key, struct slice payer)
{
	return key_of(key, "credit/%.*s", SLICE(payer));
}

struct cents credit_of(struct books *books, struct slice payer)
{
	struct key key;

	return cents_neg(books_balance(books, credit_account(&key, payer)));
}

void trail_expire(struct books *books, const char *trail)
{
	struct month month = month_of_date(books_today(books));
	struct state_cursor cursor;

	if (month_add(month, BOOKS_WINDOW_MONTHS, &month) != ERR_OK)
		return;
	for (state_first(books->state, &cursor, trail); cursor.found;
	     state_next(books->state, &cursor))
		books_expire(books, month, cursor.key);
}

enum err credit_use(struct books *books, struct slice payer, uint64_t position,
		    struct cents most, struct fault *fault)
{
	struct cents credit = cents_min(credit_of(books, payer), most), rest;
	struct key account, trail;
	struct line_set lines;
	enum err err;

	if (!cents_is_positive(credit))
		return ERR_OK;
	err = lines_read(books, payer, position, &lines, fault);
	if (!err)
		err = lines_pay(books, payer, &lines, credit_account(&account, payer),
				key_of(&trail, "drawn/%.*s", SLICE(payer)), credit, &rest,
				fault);
	if (err)
		return err;
	trail_expire(books, key_of(&trail, "drawn/%.*s/%016" PRIu64 "/", SLICE(payer),
				   position));
	return ERR_OK;
}

struct cents taken_use(struct books *books, struct slice payer, const struct line *line,
		       struct cents amount)
{
	struct cents used;
	struct key key;

	line_whole_key(&key, "taken", payer, line);
	used = cents_min(amount, line_trail(books, key.text));
	if (cents_is_positive(used))
		line_trail_change(books, key.text, line, cents_neg(used));
	return used;
}

/* The newest line that the credit has paid; false: none that can be undone. */
static enum err newest_drawn(struct books *books, struct slice payer, struct key *ret_key,
			     struct line *ret_line, bool *ret_found, struct fault *fault)
{
	struct state_cursor cursor;
	struct key prefix;

	*ret_found = false;
	key_of(&prefix, "drawn/%.*s/", SLICE(payer));
	for (state_first(books->state, &cursor, prefix.text); cursor.found;
	     state_next(books->state, &cursor)) {
		struct line line;
		enum err err;

		if (line_trail_is_past(books, record_reader(cursor.value)))
			continue;
		err = line_of_key(cursor.key + strlen(prefix.text), cursor.value, &line,
				  fault);
		if (err)
			return err;
		if (*ret_found && line_cmp(&line, ret_line) < 0)
			continue;
		*ret_line = line;
		*ret_found = true;
		key_of(ret_key, "%s", cursor.key);
	}
	return ERR_OK;
}

enum err credit_take(struct books *books, struct slice payer, struct cents amount,
		     const char *source, const char *flow, struct fault *fault)
{
	struct cents missing = books_minus(books, amount, credit_of(books, payer));
	struct key account;

	credit_account(&account, payer);
	while (cents_is_positive(missing)) {
		struct line newest;
		struct cents part;
		struct key key;
		bool found;
		enum err err = newest_drawn(books, payer, &key, &newest, &found, fault);

		if (err)
			return err;
		if (!found)
			break; /* long ago: the credit goes below zero, and is shown so */
		part = taken_use(books, payer, &newest, newest.open);
		if (cents_is_positive(part)) { /* it went back into the credit */
			line_trail_change(books, key.text, &newest, cents_neg(part));
			continue;
		}
		part = cents_min(missing, newest.open);
		line_trail_change(books, key.text, &newest, cents_neg(part));
		err = line_unpay(books, payer, &newest, account.text, part, fault);
		if (err)
			return err;
		missing = books_minus(books, missing, part);
	}
	return source_move(books, source, account.text, flow, cents_neg(amount), fault);
}
