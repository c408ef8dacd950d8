/*
 * books_patronage.c - a company's convention (convention de mécénat).
 *
 * Cash is owed by instalments, each a line of its own with its own day; where the
 * convention depends on something, nothing is owed before the board has recorded that
 * it has come about. What is given in kind is never money: its value stands on two
 * accounts of its own, outside of what any fund has, and may come later than the gift.
 */
#include "ledger/books_int.h"

/* ---- the shape of a convention ---- */

static enum err check_instalments(const struct entry *entry, struct books *books,
				  struct fault *fault)
{
	struct cents sum = CENTS_ZERO;
	struct date last = { .day = -1 };

	for (const struct json *item = entry_list(entry, "instalments")->first; item;
	     item = item->next) {
		struct date due_on = item_date(item, "due_on");

		if (date_cmp(due_on, last) <= 0)
			return fault_rule(fault, "patronage",
					  "instalments ascend by day, one a day");
		last = due_on;
		sum = books_plus(books, sum, item_cents(item, "amount"));
	}
	if (cents_cmp(sum, entry_cents(entry, "amount")) != 0)
		return fault_rule(fault, "patronage",
				  "the instalments add up to %" PRId64
				  " cents and not to the amount, %" PRId64,
				  cents_value(sum),
				  cents_value(entry_cents(entry, "amount")));
	return ERR_OK;
}

static enum err check_cash(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;

	if (!entry_has(entry, "amount"))
		return fault_rule(fault, "patronage", "cash has an amount");
	if (entry_has(entry, "due_on") == entry_has(entry, "instalments"))
		return fault_rule(fault, "patronage",
				  "cash has either a day on which it is due or "
				  "instalments");
	return entry_has(entry, "instalments") ? check_instalments(entry, books, fault)
					       : ERR_OK;
}

static enum err check_shape(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct slice form = entry_text(entry, "form");

	if (entry_has(entry, "from") && entry_has(entry, "until") &&
	    date_cmp(entry_date(entry, "from"), entry_date(entry, "until")) > 0)
		return fault_rule(fault, "patronage", "it ends before it begins");
	if (text_is(entry_text(entry, "promise"), "conditional") !=
	    entry_has(entry, "condition"))
		return fault_rule(fault, "patronage",
				  "a conditional promise, and only such a one, names its "
				  "condition");
	if (!text_is(form, "skills") &&
	    (entry_has(entry, "half_days") || entry_has(entry, "people")))
		return fault_rule(fault, "patronage",
				  "only skills have half-days and people");
	if (text_is(form, "cash"))
		return check_cash(books, fault);
	if (entry_has(entry, "due_on") || entry_has(entry, "instalments"))
		return fault_rule(fault, "patronage",
				  "what is not cash has no day on which it is due");
	return ERR_OK;
}

/* ---- cash ---- */

static void instalment_keep(struct books *books, int part, struct cents amount,
			    struct date due_on)
{
	struct record record;
	struct key key;

	record_init(&record);
	record_integer(&record, cents_value(amount));
	record_integer(&record, due_on.day);
	books_put(books,
		  key_of(&key, "instalment/%016" PRIu64 "/%02d", books->position, part),
		  &record);
}

static void instalments_keep(struct books *books)
{
	const struct entry *entry = books->entry;
	int part = 0;

	if (entry_has(entry, "due_on")) {
		instalment_keep(books, 0, entry_cents(entry, "amount"),
				entry_date(entry, "due_on"));
		return;
	}
	for (const struct json *item = entry_list(entry, "instalments")->first; item;
	     item = item->next)
		instalment_keep(books, part++, item_cents(item, "amount"),
				item_date(item, "due_on"));
}

static const char *instalments_of(struct key *key, uint64_t position)
{
	return key_of(key, "instalment/%016" PRIu64 "/", position);
}

/* Each instalment becomes a line. */
static enum err instalments_owe(struct books *books, uint64_t position,
				const struct promise_record *promise, struct fault *fault)
{
	struct line line = promise_line(promise, position);
	struct state_cursor cursor;
	struct key prefix;
	enum err err = ERR_OK;

	for (state_first(books->state, &cursor, instalments_of(&prefix, position));
	     cursor.found && !err; state_next(books->state, &cursor)) {
		struct record_reader reader = record_reader(cursor.value);

		line.open = cents_of(record_read_integer(&reader));
		line.due_on.day = (int32_t)record_read_integer(&reader);
		line.part = (int)strtol(cursor.key + strlen(prefix.text), NULL, 10);
		err = line_add(books, slice_of_text(promise->payer), &line, fault);
		state_delete(books->state, cursor.key);
	}
	return err;
}

static void instalments_drop(struct books *books, uint64_t position)
{
	struct state_cursor cursor;
	struct key prefix;

	for (state_first(books->state, &cursor, instalments_of(&prefix, position));
	     cursor.found; state_next(books->state, &cursor))
		state_delete(books->state, cursor.key);
}

/* ---- in kind ---- */

static enum err value_post(struct books *books, uint64_t position,
			   const struct promise_record *promise, struct cents change,
			   struct fault *fault)
{
	struct line line = promise_line(promise, position);
	struct key debit, credit;

	given_change(books, slice_of_text(promise->payer), &line, change);
	return books_move(books, key_of(&debit, "inkind/%s", promise->made_by),
			  account_of(&credit, "voluntary", slice_of_text(promise->fund),
				     slice_of_text(promise->earmark)),
			  promise->flow, change, fault);
}

static const char *unvalued_key(struct key *key, uint64_t position)
{
	return key_of(key, "unvalued/%016" PRIu64, position);
}

/* ---- both ---- */

/* What depends on nothing, or not any more. */
static enum err patronage_stands(struct books *books, uint64_t position,
				 const struct promise_record *promise,
				 struct fault *fault)
{
	struct line line = promise_line(promise, position);
	struct key key;

	if (!promise->in_kind)
		return instalments_owe(books, position, promise, fault);
	if (cents_is_zero(promise->amount))
		books_put_integer(books, unvalued_key(&key, position),
				  books->entry->date.day);
	given_begin(books, slice_of_text(promise->payer), &line);
	return value_post(books, position, promise, promise->amount, fault);
}

enum err apply_patronage(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct slice form = entry_text(entry, "form");
	struct promise_record promise;
	enum err err = check_shape(books, fault);

	if (!err)
		err = promise_of_entry(books, ROLE_EMPLOYER, &promise, fault);
	if (err)
		return err;
	promise.in_kind = !text_is(form, "cash");
	text_copy(promise.condition, ID_BYTES, entry_text(entry, "condition"));
	if (promise.in_kind)
		snprintf(promise.flow, sizeof promise.flow, "patronage.%.*s",
			 SLICE(form));
	else
		snprintf(promise.flow, sizeof promise.flow, "patronage");
	promise_write(books, books->position, &promise);
	if (!promise.in_kind)
		instalments_keep(books);
	return promise.condition[0]
		       ? ERR_OK
		       : patronage_stands(books, books->position, &promise, fault);
}

enum err patronage_condition(struct books *books, struct fault *fault)
{
	uint64_t position = entry_position(books->entry, "patronage");
	struct slice condition = entry_text(books->entry, "condition");
	struct promise_record promise;

	if (!promise_find(books, position, &promise) || !promise.condition[0] ||
	    !slice_equal_text(condition, promise.condition))
		return fault_rule(fault, "condition",
				  "position %" PRIu64
				  " is not a convention that waits for '%.*s'",
				  position, SLICE(condition));
	promise.condition[0] = '\0';
	promise_write(books, position, &promise);
	return patronage_stands(books, position, &promise, fault);
}

enum err patronage_undo(struct books *books, uint64_t position,
			const struct promise_record *promise, struct fault *fault)
{
	struct key key;

	instalments_drop(books, position);
	state_delete(books->state, unvalued_key(&key, position));
	if (!promise->in_kind || promise->condition[0])
		return ERR_OK;
	return value_post(books, position, promise, cents_neg(promise->amount), fault);
}

enum err apply_valuation(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	uint64_t position = entry_position(entry, "patronage");
	struct promise_record promise;
	struct member_record submitter;
	struct cents before;
	struct key key;
	enum err err;

	if (!promise_find(books, position, &promise) || !promise.in_kind)
		return fault_rule(fault, "valuation",
				  "position %" PRIu64 " is not a convention in kind",
				  position);
	if (!member_find(books, entry->by, &submitter))
		return fault_rule(fault, "member", "the submitter is not a member");
	if (submitter.role == ROLE_EMPLOYER &&
	    !slice_equal_text(entry->by, promise.payer))
		return fault_rule(fault, "valuation",
				  "a company values what it has given itself");
	err = given_check_free(books, position, promise.class, fault);
	if (err)
		return err;
	before = promise.amount;
	promise.amount = entry_cents(entry, "amount");
	promise_write(books, position, &promise);
	if (promise.condition[0])
		return ERR_OK; /* it is not given yet */
	state_delete(books->state, unvalued_key(&key, position));
	return value_post(books, position, &promise,
			  books_minus(books, promise.amount, before), fault);
}
