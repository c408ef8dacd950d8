/*
 * books_continues.c - an employer that continues another: a merger, a new SIREN.
 *
 * The new one owes what the old one owed, line by line and at the same positions, so
 * that the references on yesterday's transfers still pay the same entries; it has the
 * old one's credit, and goes on with its months. Whoever looks for the old one later
 * (a transfer under its name, the reversal of one) finds the new one: no line and no
 * credit is ever left behind, or made, at a member that was continued.
 */
#include "ledger/books_int.h"

static const char *continued_key(struct key *key, struct slice id)
{
	return key_of(key, "continued/%.*s", SLICE(id));
}

static bool was_continued(struct books *books, struct slice id)
{
	struct slice value;
	struct key key;

	return state_get(books->state, continued_key(&key, id), &value);
}

void member_now(struct books *books, struct slice id, char ret_id[ID_BYTES])
{
	struct record_reader reader;
	struct key key;

	text_copy(ret_id, ID_BYTES, id);
	/* Nobody continues who was continued, so that this ends. */
	while (books_get(books, continued_key(&key, slice_of_text(ret_id)), &reader))
		text_copy(ret_id, ID_BYTES, record_read_text(&reader));
}

enum err continues_check(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct slice id = entry_text(entry, "id"), old = entry_text(entry, "continues");
	bool active = text_is(entry_text(entry, "status"), "active");
	struct member_record member;

	if (active && was_continued(books, id))
		return fault_rule(fault, "continues",
				  "'%.*s' was continued by another employer: it stays "
				  "retired",
				  SLICE(id));
	if (!entry_has(entry, "continues"))
		return ERR_OK;
	if (!active || !text_is(entry_text(entry, "role"), "employer"))
		return fault_rule(fault, "continues",
				  "only an active employer continues another");
	if (slice_equal(id, old))
		return fault_rule(fault, "continues",
				  "an employer continues another one");
	if (!member_find(books, old, &member) || member.role != ROLE_EMPLOYER)
		return fault_rule(fault, "continues", "'%.*s' is not an employer",
				  SLICE(old));
	if (was_continued(books, old))
		return fault_rule(fault, "continues", "'%.*s' was continued already",
				  SLICE(old));
	return ERR_OK;
}

static enum err lines_move(struct books *books, struct slice old, struct slice new,
			   struct fault *fault)
{
	struct state_cursor cursor;
	struct key prefix;

	key_of(&prefix, "open/%.*s/", SLICE(old));
	for (state_first(books->state, &cursor, prefix.text); cursor.found;
	     state_next(books->state, &cursor)) {
		struct line line;
		enum err err = line_of_key(cursor.key + strlen(prefix.text), cursor.value,
					   &line, fault);

		if (err)
			return err;
		line_change(books, old, &line, cents_neg(line.open));
		line_change(books, new, &line, line.open);
	}
	return ERR_OK;
}

/* What was drawn from the credit, taken back or written off of a line, and may still be
 * undone. */
static enum err trail_move(struct books *books, const char *trail, struct slice old,
			   struct slice new, struct fault *fault)
{
	struct state_cursor cursor;
	struct key prefix, key;

	key_of(&prefix, "%s/%.*s/", trail, SLICE(old));
	for (state_first(books->state, &cursor, prefix.text); cursor.found;
	     state_next(books->state, &cursor)) {
		const char *rest = cursor.key + strlen(prefix.text);
		struct line line;
		enum err err = line_of_key(rest, cursor.value, &line, fault);

		if (err)
			return err;
		if (line_trail_is_past(books, record_reader(cursor.value)))
			continue;
		key_of(&key, "%s/%.*s/%s", trail, SLICE(new), rest);
		line_trail_change(books, key.text, &line, line.open);
		books_expire_anew(books, key.text);
		state_delete(books->state, cursor.key);
	}
	return ERR_OK;
}

/* A month that the new one has begun itself goes on by its own rows alone. */
static void months_move(struct books *books, struct slice old, struct slice new)
{
	struct state_cursor cursor;
	struct key prefix, key;

	key_of(&prefix, "match/%.*s/", SLICE(old));
	for (state_first(books->state, &cursor, prefix.text); cursor.found;
	     state_next(books->state, &cursor)) {
		const char *period = cursor.key + strlen(prefix.text);
		struct record_reader reader = record_reader(cursor.value), own;
		struct record record;
		struct month month;

		record_init(&record);
		record_integer(&record, record_read_integer(&reader)); /* rows */
		record_integer(&record, record_read_integer(&reader)); /* matched */
		key_of(&key, "match/%.*s/%s", SLICE(new), period);
		if (!books_get(books, key.text, &own)) {
			books_put(books, key.text, &record);
			if (month_parse(period, &month) == ERR_OK &&
			    month_add(month, 2 * BOOKS_WINDOW_MONTHS, &month) == ERR_OK)
				books_expire(books, month, key.text);
		}
		state_delete(books->state, cursor.key);
	}
}

static enum err balance_move(struct books *books, const char *noun, struct slice old,
			     struct slice new, struct fault *fault)
{
	struct key from, to;

	key_of(&from, "%s/%.*s", noun, SLICE(old));
	key_of(&to, "%s/%.*s", noun, SLICE(new));
	return books_move(books, to.text, from.text, "merged",
			  books_balance(books, from.text), fault);
}

enum err continues_apply(struct books *books, struct fault *fault)
{
	struct slice new = entry_text(books->entry, "id"),
		     old = entry_text(books->entry, "continues");
	struct record record;
	struct key key;
	enum err err;

	if (!entry_has(books->entry, "continues"))
		return ERR_OK;
	err = lines_move(books, old, new, fault);
	if (!err)
		err = trail_move(books, "drawn", old, new, fault);
	if (!err)
		err = trail_move(books, "taken", old, new, fault);
	if (!err)
		err = trail_move(books, "written", old, new, fault);
	if (!err)
		err = balance_move(books, "receivable", old, new, fault);
	if (!err)
		err = balance_move(books, "credit", old, new, fault);
	if (err)
		return err;
	months_move(books, old, new);
	member_retire(books, old);
	record_init(&record);
	record_text(&record, new);
	books_put(books, continued_key(&key, old), &record);
	return ERR_OK;
}
