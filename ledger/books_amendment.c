/*
 * books_amendment.c - the charter changed by a vote.
 *
 * What an amendment names replaces what was in force; what it does not name stays. It
 * is judged when it is proposed and again when it is carried out, for the seats and
 * funds may be others by then. Money is never stranded: a fund is not taken away, and
 * keeps its class. Consent terms hold from the amendment's day on, so that a company
 * may still post what its people gave under the terms of before.
 */
#include "ledger/books_int.h"

static enum err check_funds(struct books *books, const struct json *funds,
			    struct fault *fault)
{
	struct state_cursor cursor;
	size_t count = 0;

	for (state_first(books->state, &cursor, "fund/"); cursor.found;
	     state_next(books->state, &cursor))
		count++;
	for (const struct json *fund = funds->first; fund; fund = fund->next) {
		struct slice id = item_text(fund, "id"), class = item_text(fund, "class");
		struct record_reader reader;
		enum err err = ERR_OK;
		struct key key;

		for (const struct json *other = funds->first; other != fund;
		     other = other->next)
			if (slice_equal(id, item_text(other, "id")))
				return fault_rule(fault, "amendment",
						  "fund '%.*s' is named twice",
						  SLICE(id));
		if (!books_get(books, key_of(&key, "fund/%.*s", SLICE(id)), &reader)) {
			count++;
			err = fund_check_new(books, fund, "amendment", fault);
		} else if (!slice_equal(class, record_read_text(&reader))) {
			err = fault_rule(fault, "amendment",
					 "the class of fund '%.*s' cannot change",
					 SLICE(id));
		}
		if (err)
			return err;
	}
	if (count > CHARTER_FUNDS_MAX)
		return fault_rule(fault, "amendment", "there are %zu funds, more than %d",
				  count, CHARTER_FUNDS_MAX);
	return ERR_OK;
}

static enum err check_treasurer(struct books *books, struct slice id, struct fault *fault)
{
	struct member_record member;

	if (member_find(books, id, &member) &&
	    (member.role != ROLE_TREASURER || member.active))
		return fault_rule(
			fault, "amendment",
			"'%.*s' is a member already, and cannot become treasurer",
			SLICE(id));
	return ERR_OK;
}

enum err amendment_check(struct books *books, const struct json *act, struct fault *fault)
{
	static const char *const changes[] = {
		"address",  "due_day",     "eligible_natures",
		"funds",    "legal_form",  "log",
		"name",     "notice_days", "object",
		"purposes", "quorum",      "row_cap",
		"siren",    "steps",       "terms",
		"treasurer"
	};
	struct charter_record charter;
	bool any = false;
	enum err err = charter_read(books, &charter, fault);

	if (err)
		return err;

	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
		any = any || item_has(act, changes[i]);
	if (!any)
		return fault_rule(fault, "amendment", "it changes nothing");
	if (item_has(act, "log"))
		err = log_check_key(books, item_text(act, "log"),
				    slice_of_text(charter.origin), "amendment", fault);
	if (!err && item_has(act, "funds"))
		err = check_funds(books, json_get(act, "funds"), fault);
	if (!err && item_has(act, "quorum"))
		err = quorum_check(books, json_get(act, "quorum"), seat_count(books),
				   "amendment", fault);
	if (!err && item_has(act, "treasurer"))
		err = check_treasurer(books, item_text(act, "treasurer"), fault);
	return err;
}

/* Known ones keep their place; new ones come behind. */
static void amend_funds(struct books *books, const struct json *funds)
{
	struct state_cursor cursor;
	int64_t next = 0;

	for (state_first(books->state, &cursor, "fund/"); cursor.found;
	     state_next(books->state, &cursor))
		next++;
	for (const struct json *fund = funds->first; fund; fund = fund->next) {
		struct record_reader reader;
		int64_t number;
		struct key key;

		key_of(&key, "fund/%.*s", SLICE(item_text(fund, "id")));
		if (books_get(books, key.text, &reader)) {
			(void)record_read_text(&reader); /* class */
			(void)record_read_text(&reader); /* label */
			number = record_read_integer(&reader);
		} else {
			number = next++;
		}
		fund_put(books, fund, number);
	}
}

static void amend_lists(struct books *books)
{
	const struct entry *entry = books->entry;

	if (entry_has(entry, "funds"))
		amend_funds(books, entry_list(entry, "funds"));
	if (entry_has(entry, "purposes"))
		charter_ids(books, entry_list(entry, "purposes"), "purpose/");
	if (entry_has(entry, "eligible_natures"))
		charter_ids(books, entry_list(entry, "eligible_natures"), "nature/");
	if (entry_has(entry, "steps"))
		charter_steps(books, entry_list(entry, "steps"));
	if (entry_has(entry, "quorum"))
		quorum_put(books, entry_list(entry, "quorum"));
}

static void amend_text(const struct entry *entry, const char *member, char *out,
		       size_t bytes)
{
	if (entry_has(entry, member))
		text_copy(out, bytes, entry_text(entry, member));
}

static void amend_record(struct books *books, struct charter_record *charter)
{
	const struct entry *entry = books->entry;

	amend_text(entry, "name", charter->name, sizeof charter->name);
	amend_text(entry, "siren", charter->siren, sizeof charter->siren);
	amend_text(entry, "terms", charter->terms, sizeof charter->terms);
	if (entry_has(entry, "terms"))
		terms_put(books, entry->date, entry_text(entry, "terms"));
	if (entry_has(entry, "due_day"))
		charter->due_day = entry_integer(entry, "due_day");
	if (entry_has(entry, "notice_days"))
		charter->notice_days = entry_integer(entry, "notice_days");
	if (entry_has(entry, "row_cap"))
		charter->row_cap = entry_cents(entry, "row_cap");
	if (entry_has(entry, "quorum"))
		charter->present = item_integer(entry_list(entry, "quorum"), "present");
	if (entry_has(entry, "log"))
		log_put(books, charter, LOG_ROTATED, entry_text(entry, "log"),
			slice_of_text(charter->origin));
	if (entry_has(entry, "treasurer")) {
		member_retire(books, slice_of_text(charter->treasurer));
		amend_text(entry, "treasurer", charter->treasurer, ID_BYTES);
		member_appoint(books, entry_text(entry, "treasurer"), ROLE_TREASURER);
	}
	charter_write(books, charter);
}

enum err apply_amendment(struct books *books, struct fault *fault)
{
	struct charter_record charter;
	enum err err = proposal_carry_out(books, fault);

	if (!err)
		err = amendment_check(books, books->entry->json, fault);
	if (!err)
		err = charter_read(books, &charter, fault);
	if (err)
		return err;
	amend_lists(books);
	amend_record(books, &charter);
	body_put(books);
	return ERR_OK;
}
