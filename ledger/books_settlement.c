/*
 * books_settlement.c - money that arrived: what it pays, and what is too much.
 *
 * A settlement pays first the entry that its reference names, then the payer's
 * oldest lines; what is left becomes the payer's credit, which its next batch
 * uses. What each settlement paid is kept for as long as it may be reversed.
 */
#include "ledger/books_int.h"

static const char *credit_account(struct key *key, struct slice payer)
{
	return key_of(key, "credit/%.*s", SLICE(payer));
}

static struct cents credit_of(struct books *books, struct slice payer)
{
	struct key key;

	return cents_neg(books_balance(books, credit_account(&key, payer)));
}

/* Lets what was written under a trail go when it can no longer be undone. */
static void trail_expire(struct books *books, const char *trail)
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
		    struct fault *fault)
{
	struct cents credit = credit_of(books, payer), rest;
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

/* Pays what one entry made the payer owe. */
static enum err settle_one(struct books *books, struct slice payer, uint64_t position,
			   const char *trail, struct cents *amount, struct fault *fault)
{
	struct line_set lines;
	enum err err = lines_read(books, payer, position, &lines, fault);

	if (err)
		return err;
	return lines_pay(books, payer, &lines, "bank", trail, *amount, amount, fault);
}

static enum err settle_oldest(struct books *books, struct slice payer, const char *trail,
			      struct cents *amount, struct fault *fault)
{
	uint64_t position = 0;

	while (cents_is_positive(*amount) &&
	       lines_next(books, payer, position, &position)) {
		enum err err = settle_one(books, payer, position++, trail, amount, fault);

		if (err)
			return err;
	}
	return ERR_OK;
}

enum err apply_settlement(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct slice payer = entry_text(entry, "payer");
	struct month month = month_of_date(books_today(books));
	struct cents rest = entry_cents(entry, "amount");
	struct member_record member;
	char payer_now[ID_BYTES];
	struct record record;
	struct key trail, key, credit;
	enum err err = ERR_OK;

	if (!member_find(books, payer, &member))
		return fault_rule(fault, "payer", "'%.*s' is not a member", SLICE(payer));
	if (slice_equal(payer, entry->by))
		return fault_rule(fault, "payer",
				  "a payer does not record its own settlement");
	/* A transfer under an old company's name pays what the new one owes. */
	member_now(books, payer, payer_now);
	payer = slice_of_text(payer_now);
	key_of(&trail, "applied/%016" PRIu64, books->position);
	if (entry_has(entry, "settles")) {
		uint64_t named = entry_position(entry, "settles");

		if (named >= books->position)
			return fault_rule(fault, "settles",
					  "it settles an entry that is not there yet");
		err = settle_one(books, payer, named, trail.text, &rest, fault);
	}
	if (!err)
		err = settle_oldest(books, payer, trail.text, &rest, fault);
	if (!err)
		err = books_move(books, "bank", credit_account(&credit, payer),
				 "overpaid", rest, fault);
	if (err)
		return err;
	record_init(&record);
	record_text(&record, payer);
	record_integer(&record, cents_value(rest));
	record_integer(&record, month.n);
	books_put(books, key_of(&key, "settled/%016" PRIu64, books->position), &record);
	if (month_add(month, BOOKS_WINDOW_MONTHS, &month) == ERR_OK)
		books_expire(books, month, key.text);
	trail_expire(books, key_of(&key, "%s/", trail.text));
	return ERR_OK;
}

/* What of an amount that a line was paid has since been taken back of it, and so has
 * become credit: that much of the line is not owed again when the payment is undone. */
static struct cents taken_use(struct books *books, struct slice payer,
			      const struct line *line, struct cents amount)
{
	struct cents used;
	struct key key;

	line_taken_key(&key, payer, line);
	used = cents_min(amount, books_get_cents(books, key.text));
	if (cents_is_positive(used))
		line_trail_change(books, key.text, line, cents_neg(used));
	return used;
}

/* Takes amount out of a payer's credit. What the credit had paid in the
 * meantime is open again, newest first, as far as that is needed. */
static enum err credit_take(struct books *books, struct slice payer, struct cents amount,
			    struct fault *fault)
{
	struct cents missing = books_minus(books, amount, credit_of(books, payer));
	struct state_cursor cursor;
	struct key prefix, account;
	struct line line, newest;
	enum err err;

	credit_account(&account, payer);
	key_of(&prefix, "drawn/%.*s/", SLICE(payer));
	while (cents_is_positive(missing)) {
		struct cents part;
		struct key newest_key = { "" };

		for (state_first(books->state, &cursor, prefix.text); cursor.found;
		     state_next(books->state, &cursor)) {
			err = line_of_key(cursor.key + strlen(prefix.text), cursor.value,
					  &line, fault);
			if (err)
				return err;
			newest = line;
			key_of(&newest_key, "%s", cursor.key);
		}
		if (!newest_key.text[0])
			break; /* long ago: the credit goes below zero, and is shown so */
		part = taken_use(books, payer, &newest, newest.open);
		if (cents_is_positive(part)) { /* it went back into the credit */
			line_trail_change(books, newest_key.text, &newest,
					  cents_neg(part));
			continue;
		}
		part = cents_min(missing, newest.open);
		line_trail_change(books, newest_key.text, &newest, cents_neg(part));
		err = line_unpay(books, payer, &newest, account.text, part, fault);
		if (err)
			return err;
		missing = books_minus(books, missing, part);
	}
	return books_move(books, account.text, "bank", "reversed", amount, fault);
}

static bool is_reversed(struct books *books, uint64_t position)
{
	struct slice value;
	struct key key;

	return state_get(books->state, key_of(&key, "reversed/%016" PRIu64, position),
			 &value);
}

enum err reverse_settlement(struct books *books, uint64_t of, struct fault *fault)
{
	struct record_reader reader;
	struct state_cursor cursor;
	char payer_text[ID_BYTES];
	struct cents from_credit;
	struct slice payer;
	int64_t month;
	struct key key;
	enum err err;

	if (!books_get(books, key_of(&key, "settled/%016" PRIu64, of), &reader))
		return fault_rule(fault, "reversal",
				  "position %" PRIu64 " cannot be reversed any more", of);
	payer = record_read_text(&reader);
	from_credit = cents_of(record_read_integer(&reader));
	month = record_read_integer(&reader);
	member_now(books, payer, payer_text);
	payer = slice_of_text(payer_text);
	err = reversal_check_age(books, month, of, fault);
	if (err)
		return err;
	key_of(&key, "applied/%016" PRIu64 "/", of);
	for (state_first(books->state, &cursor, key.text); cursor.found;
	     state_next(books->state, &cursor)) {
		struct cents taken;
		struct line line;

		err = line_of_key(cursor.key + strlen(key.text), cursor.value, &line,
				  fault);
		if (err)
			return err;
		/* A promise that was itself reversed is owed no more: what was
		 * paid for it is the payer's credit by now. */
		if (is_reversed(books, line.position)) {
			from_credit = books_plus(books, from_credit, line.open);
			continue;
		}
		taken = taken_use(books, payer, &line, line.open);
		from_credit = books_plus(books, from_credit, taken);
		err = line_unpay(books, payer, &line, "bank",
				 books_minus(books, line.open, taken), fault);
		if (err)
			return err;
	}
	if (cents_is_zero(from_credit))
		return ERR_OK;
	return credit_take(books, payer, from_credit, fault);
}
