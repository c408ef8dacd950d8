/*
 * books_writeoff.c - what a payer owes and will not pay is owed no more.
 *
 * It is kept per line how much of it is written off: when that line is taken back later
 * (a correction, a match that falls), it is taken first from what is open, then from
 * what was written off, which nobody has paid, and only then from the fund.
 */
#include "ledger/books_int.h"

static const char *written_key(struct key *key, struct slice payer,
			       const struct line *line)
{
	return line_whole_key(key, "written", payer, line);
}

struct cents writeoff_of(struct books *books, struct slice payer, const struct line *line,
			 struct cents amount)
{
	struct key key;

	return cents_min(amount, line_trail(books, written_key(&key, payer, line)));
}

void writeoff_change(struct books *books, struct slice payer, const struct line *line,
		     struct cents amount)
{
	struct key key;

	if (cents_is_zero(amount))
		return;
	line_trail_change(books, written_key(&key, payer, line), line, amount);
	books_expire_anew(books, key.text);
}

void writeoff_forget(struct books *books, struct slice payer, const struct line *line)
{
	struct key key;

	state_delete(books->state, written_key(&key, payer, line));
}

static const char *lessened_key(struct key *key, uint64_t position)
{
	return key_of(key, "lessened/%016" PRIu64, position);
}

/* Opens (or closes, amount below zero) a part of a line, without money. */
static enum err line_open(struct books *books, struct slice payer,
			  const struct line *line, struct cents amount,
			  struct fault *fault)
{
	struct key receivable, pledged;

	line_change(books, payer, line, amount);
	return books_move(books, key_of(&receivable, "receivable/%.*s", SLICE(payer)),
			  account_of(&pledged, "pledged", slice_of_text(line->fund),
				     slice_of_text(line->earmark)),
			  "written-off", amount, fault);
}

static enum err lines_write_off(struct books *books, struct slice payer,
				const struct line_set *lines, const struct cents *shares,
				struct fault *fault)
{
	struct key trail, key;
	enum err err = ERR_OK;

	lessened_key(&trail, books->position);
	for (size_t i = 0; i < lines->count && !err; i++) {
		const struct line *line = &lines->line[i];

		if (cents_is_zero(shares[i]))
			continue;
		err = line_open(books, payer, line, cents_neg(shares[i]), fault);
		writeoff_change(books, payer, line, shares[i]);
		line_trail_change(books, line_trail_key(&key, trail.text, line), line,
				  shares[i]);
	}
	trail_expire(books, key_of(&key, "%s/", trail.text));
	return err;
}

static void writeoff_keep(struct books *books, const char *payer)
{
	struct month month = month_of_date(books_today(books));
	struct record record;
	struct key key;

	record_init(&record);
	record_text(&record, slice_of_text(payer));
	record_integer(&record, (int64_t)entry_position(books->entry, "of"));
	record_integer(&record, month.n);
	books_put(books, key_of(&key, "writeoff/%016" PRIu64, books->position), &record);
	if (month_add(month, BOOKS_WINDOW_MONTHS, &month) == ERR_OK)
		books_expire(books, month, key.text);
}

enum err apply_writeoff(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	uint64_t of = entry_position(entry, "of");
	struct cents amount = entry_cents(entry, "amount"), rest;
	struct cents shares[LINES_POSITION_MAX];
	struct slice payer = entry_text(entry, "payer");
	struct member_record member;
	char payer_now[ID_BYTES];
	struct line_set lines;
	enum err err;

	if (!member_find(books, payer, &member))
		return fault_rule(fault, "payer", "'%.*s' is not a member", SLICE(payer));
	member_now(books, payer, payer_now);
	payer = slice_of_text(payer_now);
	err = lines_read(books, payer, of, &lines, fault);
	if (!err)
		err = lines_share(books, &lines, amount, shares, &rest, fault);
	if (err)
		return err;
	if (cents_is_positive(rest))
		return fault_rule(fault, "writeoff",
				  "'%s' owes %" PRId64 " cents by position %" PRIu64
				  ", less than %" PRId64,
				  payer_now,
				  cents_value(books_minus(books, amount, rest)), of,
				  cents_value(amount));
	promise_take(books, of, PROMISE_OFF, amount);
	writeoff_keep(books, payer_now);
	return lines_write_off(books, payer, &lines, shares, fault);
}

/* What is still written off of these lines is owed again. */
static enum err lines_restore(struct books *books, uint64_t of, struct slice payer,
			      struct cents *ret_sum, struct fault *fault)
{
	struct state_cursor cursor;
	struct key prefix, trail;

	key_of(&prefix, "%s/", lessened_key(&trail, of));
	*ret_sum = CENTS_ZERO;
	for (state_first(books->state, &cursor, prefix.text); cursor.found;
	     state_next(books->state, &cursor)) {
		struct cents part;
		struct line line;
		enum err err = line_of_key(cursor.key + strlen(prefix.text), cursor.value,
					   &line, fault);

		if (err)
			return err;
		part = writeoff_of(books, payer, &line, line.open);
		writeoff_change(books, payer, &line, cents_neg(part));
		err = line_open(books, payer, &line, part, fault);
		if (err)
			return err;
		*ret_sum = books_plus(books, *ret_sum, part);
	}
	return ERR_OK;
}

enum err reverse_writeoff(struct books *books, uint64_t of, struct fault *fault)
{
	struct record_reader reader;
	char payer[ID_BYTES];
	struct slice was_payer;
	struct cents sum;
	int64_t month;
	uint64_t position;
	struct key key;
	enum err err;

	if (!books_get(books, key_of(&key, "writeoff/%016" PRIu64, of), &reader))
		return fault_rule(fault, "reversal",
				  "position %" PRIu64 " cannot be reversed any more", of);
	was_payer = record_read_text(&reader);
	position = (uint64_t)record_read_integer(&reader);
	month = record_read_integer(&reader);
	member_now(books, was_payer, payer);
	err = reversal_check_age(books, month, of, fault);
	if (!err)
		err = lines_restore(books, of, slice_of_text(payer), &sum, fault);
	if (err)
		return err;
	promise_take(books, position, PROMISE_OFF, cents_neg(sum));
	/* What was paid after all has become credit. */
	return credit_use(books, slice_of_text(payer), position, CREDIT_ALL, fault);
}
