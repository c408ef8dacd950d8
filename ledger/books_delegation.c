/*
 * books_delegation.c - small urgent support that named seats decide alone.
 *
 * Being quick is what a small foundation is for: 250 euros tonight are worth more than
 * at the next meeting. So the board may vote that some of its seats decide alone, of
 * one fund, within limits per decision, beneficiary and month, until a day. What they
 * have granted stays unratified until the board has voted on it, and is shown so.
 * The delegation of a fund that is recorded last is the one in force.
 */
#include "ledger/books_int.h"

/* ---- the delegation ---- */

static enum err check_seats(struct books *books, const struct json *act,
			    struct fault *fault)
{
	const struct json *seats = json_get(act, "seats");

	for (const struct json *seat = seats->first; seat; seat = seat->next) {
		struct slice vkey;

		if (!seat_key(books, seat->text, &vkey))
			return fault_rule(fault, "delegation",
					  "'%.*s' is not an active seat",
					  SLICE(seat->text));
	}
	if (item_integer(act, "votes") > (int64_t)seats->count)
		return fault_rule(fault, "delegation",
				  "it asks for %" PRId64 " votes of %zu seats",
				  item_integer(act, "votes"), seats->count);
	return ERR_OK;
}

enum err delegation_check(struct books *books, const struct json *act,
			  struct fault *fault)
{
	struct slice fund = item_text(act, "fund");
	enum fund_class class;

	if (!fund_find(books, fund, &class))
		return fault_rule(fault, "fund",
				  "fund '%.*s' is not one of the charter's", SLICE(fund));
	if (class == FUND_NON_CONSOMPTIBLE)
		return fault_rule(
			fault, "endowment",
			"fund '%.*s' is a non-consumable endowment: it is never spent",
			SLICE(fund));
	if (date_cmp(item_date(act, "until"), books_today(books)) < 0)
		return fault_rule(fault, "delegation", "its last day is past");
	return check_seats(books, act, fault);
}

static const char *delegation_key(struct key *key, const char *fund)
{
	return key_of(key, "delegation/%s", fund);
}

static bool delegation_read(struct books *books, const char *fund,
			    struct delegation_record *ret_delegation)
{
	struct record_reader reader;
	struct key key;

	if (!books_get(books, delegation_key(&key, fund), &reader))
		return false;
	ret_delegation->position = (uint64_t)record_read_integer(&reader);
	ret_delegation->until.day = (int32_t)record_read_integer(&reader);
	ret_delegation->votes = record_read_integer(&reader);
	ret_delegation->per_act = cents_of(record_read_integer(&reader));
	ret_delegation->per_beneficiary = cents_of(record_read_integer(&reader));
	ret_delegation->per_month = cents_of(record_read_integer(&reader));
	return true;
}

static void keys_drop(struct books *books, const char *prefix)
{
	struct state_cursor cursor;

	for (state_first(books->state, &cursor, prefix); cursor.found;
	     state_next(books->state, &cursor))
		state_delete(books->state, cursor.key);
}

enum err apply_delegation(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct delegation_record before;
	char fund[ID_BYTES];
	struct record record;
	struct key key;
	enum err err;

	err = proposal_carry_out(books, fault);
	if (!err)
		err = delegation_check(books, entry->json, fault);
	if (err)
		return err;
	text_copy(fund, sizeof fund, entry_text(entry, "fund"));
	if (delegation_read(books, fund, &before))
		keys_drop(books,
			  key_of(&key, "delegate/%016" PRIu64 "/", before.position));
	record_init(&record);
	record_integer(&record, (int64_t)books->position);
	record_integer(&record, entry_date(entry, "until").day);
	record_integer(&record, entry_integer(entry, "votes"));
	record_integer(&record, cents_value(entry_cents(entry, "per_act")));
	record_integer(&record, cents_value(entry_cents(entry, "per_beneficiary")));
	record_integer(&record, cents_value(entry_cents(entry, "per_month")));
	books_put(books, delegation_key(&key, fund), &record);
	for (const struct json *seat = entry_list(entry, "seats")->first; seat;
	     seat = seat->next)
		state_put(books->state,
			  key_of(&key, "delegate/%016" PRIu64 "/%.*s", books->position,
				 SLICE(seat->text)),
			  slice_of("\n", 1));
	return ERR_OK;
}

bool delegation_has(struct books *books, uint64_t delegation, struct slice seat)
{
	struct slice value;
	struct key key;

	return state_get(
		books->state,
		key_of(&key, "delegate/%016" PRIu64 "/%.*s", delegation, SLICE(seat)),
		&value);
}

/* ---- deciding under it ---- */

enum err delegation_find(struct books *books, uint64_t delegation,
			 const struct proposal_record *proposal, struct date today,
			 struct delegation_record *ret_delegation, struct fault *fault)
{
	if (strcmp(proposal->subject, "support") != 0)
		return fault_rule(fault, "delegation",
				  "only a support is decided under a delegation");
	if (!delegation_read(books, proposal->fund, ret_delegation) ||
	    ret_delegation->position != delegation)
		return fault_rule(fault, "delegation",
				  "position %" PRIu64
				  " is not the delegation in force of fund '%s'",
				  delegation, proposal->fund);
	if (date_cmp(today, ret_delegation->until) > 0)
		return fault_rule(fault, "delegation",
				  "the delegation %" PRIu64 " has ended: ask the board",
				  delegation);
	return ERR_OK;
}

static struct cents urgent_before(struct books *books, uint64_t delegation,
				  const char *beneficiary, struct date today)
{
	int32_t first_day = today.day - BOOKS_GRANT_DAYS;
	struct cents sum = CENTS_ZERO;
	struct state_cursor cursor;
	struct key prefix, from;

	key_of(&prefix, "urgent/%016" PRIu64 "/%s/", delegation, beneficiary);
	key_of(&from, "%s%05" PRId32, prefix.text, first_day > 0 ? first_day : 0);
	for (state_seek(books->state, &cursor, prefix.text, from.text); cursor.found;
	     state_next(books->state, &cursor)) {
		struct record_reader reader = record_reader(cursor.value);

		sum = books_plus(books, sum, cents_of(record_read_integer(&reader)));
	}
	return sum;
}

static const char *urged_key(struct key *key, uint64_t delegation, struct date date)
{
	return key_of(key, "urged/%016" PRIu64 "/%06" PRId32, delegation,
		      month_of_date(date).n);
}

static enum err check_limit(struct cents sum, struct cents limit, const char *of,
			    struct fault *fault)
{
	if (cents_cmp(sum, limit) <= 0)
		return ERR_OK;
	return fault_rule(fault, "delegation",
			  "%" PRId64 " cents %s pass the delegation's limit of %" PRId64
			  ": ask the board",
			  cents_value(sum), of, cents_value(limit));
}

enum err delegation_check_limits(struct books *books,
				 const struct delegation_record *delegation,
				 const struct proposal_record *proposal,
				 struct date today, struct fault *fault)
{
	uint64_t position = delegation->position;
	struct cents sum;
	struct key key;
	enum err err = check_limit(proposal->amount, delegation->per_act,
				   "for one decision", fault);

	if (err)
		return err;
	sum = books_plus(books, proposal->amount,
			 urgent_before(books, position, proposal->beneficiary, today));
	err = check_limit(sum, delegation->per_beneficiary,
			  "for this beneficiary in 365 days", fault);
	if (err)
		return err;
	sum = books_plus(books, proposal->amount,
			 books_get_cents(books, urged_key(&key, position, today)));
	return check_limit(sum, delegation->per_month, "in this month", fault);
}

static const char *unratified_key(struct key *key, uint64_t grant)
{
	return key_of(key, "unratified/%016" PRIu64, grant);
}

void delegation_use(struct books *books, const struct delegation_record *delegation,
		    uint64_t position, const struct proposal_record *proposal)
{
	struct date today = books->entry->date;
	struct month month;
	struct key key;

	key_of(&key, "urgent/%016" PRIu64 "/%s/%05" PRId32 "/%016" PRIu64,
	       delegation->position, proposal->beneficiary, today.day, books->position);
	books_put_integer(books, key.text, cents_value(proposal->amount));
	if (month_add(month_of_date(today), BOOKS_WINDOW_MONTHS, &month) == ERR_OK)
		books_expire(books, month, key.text);
	urged_key(&key, delegation->position, today);
	books_put_integer(books, key.text,
			  cents_value(books_plus(books, books_get_cents(books, key.text),
						 proposal->amount)));
	books_expire(books, month_of_date(today), key.text);
	books_put_integer(books, unratified_key(&key, position),
			  (int64_t)delegation->position);
}

/* ---- ratification ---- */

bool delegation_is_unratified(struct books *books, uint64_t grant)
{
	struct slice value;
	struct key key;

	return state_get(books->state, unratified_key(&key, grant), &value);
}

enum err ratification_check(struct books *books, struct fault *fault)
{
	const struct json *list = entry_list(books->entry, "ratifies");

	for (const struct json *item = list->first; item; item = item->next) {
		uint64_t grant = (uint64_t)item_integer(item, "grant");
		struct slice value;
		struct key key;

		if (!delegation_is_unratified(books, grant))
			return fault_rule(fault, "ratification",
					  "position %" PRIu64
					  " is not a support that waits to be ratified",
					  grant);
		key_of(&key, "ratify/%016" PRIu64 "/%016" PRIu64, books->position, grant);
		if (state_get(books->state, key.text, &value))
			return fault_rule(fault, "ratification",
					  "position %" PRIu64 " is named twice", grant);
		state_put(books->state, key.text, slice_of("\n", 1));
	}
	return ERR_OK;
}

static const char *ratify_prefix(struct key *key, uint64_t position)
{
	return key_of(key, "ratify/%016" PRIu64 "/", position);
}

struct cents ratification_sum(struct books *books, uint64_t position)
{
	struct cents sum = CENTS_ZERO;
	struct state_cursor cursor;
	struct key prefix;

	for (state_first(books->state, &cursor, ratify_prefix(&prefix, position));
	     cursor.found; state_next(books->state, &cursor)) {
		struct proposal_record grant;

		if (proposal_read(books,
				  strtoull(cursor.key + strlen(prefix.text), NULL, 10),
				  &grant))
			sum = books_plus(books, sum, grant.amount);
	}
	return sum;
}

void ratification_carry_out(struct books *books, uint64_t position)
{
	struct state_cursor cursor;
	struct key prefix, key;

	for (state_first(books->state, &cursor, ratify_prefix(&prefix, position));
	     cursor.found; state_next(books->state, &cursor)) {
		uint64_t grant = strtoull(cursor.key + strlen(prefix.text), NULL, 10);

		state_delete(books->state, unratified_key(&key, grant));
	}
}
