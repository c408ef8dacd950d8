/*
 * books_charter.c - the founding rules, and the funds that they create.
 *
 * The charter is the log's first entry. All that later entries are held to
 * (funds, quorum, ceilings, steps, purposes, terms) comes from it.
 */
#include "ledger/books_int.h"

#include <assert.h>

#include "keys/encoding.h"
#include "keys/vkey.h"

#define POLICY_BP_SUM 10000

static const char *const fund_classes[] = {
	[FUND_COURANT] = "courant",
	[FUND_CONSOMPTIBLE] = "dotation-consomptible",
	[FUND_NON_CONSOMPTIBLE] = "dotation-non-consomptible",
};

bool fund_find(struct books *books, struct slice id, enum fund_class *ret_class)
{
	struct record_reader reader;
	struct slice class;
	struct key key;

	if (!books_get(books, key_of(&key, "fund/%.*s", SLICE(id)), &reader))
		return false;
	class = record_read_text(&reader);
	for (int i = 0; i <= FUND_NON_CONSOMPTIBLE; i++)
		if (text_is(class, fund_classes[i]))
			*ret_class = (enum fund_class)i;
	return true;
}

enum err fund_check(struct books *books, struct slice id, struct fault *fault)
{
	enum fund_class class;

	if (!fund_find(books, id, &class))
		return fault_rule(fault, "fund",
				  "fund '%.*s' is not one of the charter's", SLICE(id));
	return ERR_OK;
}

struct cents fund_available(struct books *books, struct slice fund, struct slice earmark)
{
	struct key key;

	return cents_neg(books_balance(books, account_of(&key, "fund", fund, earmark)));
}

enum err fund_check_spendable(struct books *books, struct slice id, struct fault *fault)
{
	struct state_cursor cursor;
	enum fund_class class;
	struct key key;

	if (!fund_find(books, id, &class))
		return fault_rule(fault, "fund",
				  "fund '%.*s' is not one of the charter's", SLICE(id));
	if (class == FUND_NON_CONSOMPTIBLE)
		return fault_rule(
			fault, "endowment",
			"fund '%.*s' is a non-consumable endowment: it is never spent",
			SLICE(id));
	for (state_first(books->state, &cursor, key_of(&key, "ab/fund/%.*s/", SLICE(id)));
	     cursor.found; state_next(books->state, &cursor)) {
		struct record_reader reader = record_reader(cursor.value);

		if (record_read_integer(&reader) > 0)
			return fault_rule(
				fault, "overdrawn",
				"fund '%.*s' is overdrawn: nothing is decided from it "
				"until income or a transfer fills it",
				SLICE(id));
	}
	return ERR_OK;
}

enum err policy_check(struct books *books, const struct json *shares,
		      struct slice default_fund, struct fault *fault)
{
	int64_t sum = 0;

	for (const struct json *share = shares->first; share; share = share->next) {
		struct slice fund = item_text(share, "fund");
		enum err err = fund_check(books, fund, fault);

		if (err)
			return err;
		if (slice_equal(fund, default_fund))
			return fault_rule(fault, "policy",
					  "the policy gives a share to the default fund, "
					  "which it splits");
		for (const struct json *other = shares->first; other != share;
		     other = other->next)
			if (slice_equal(fund, item_text(other, "fund")))
				return fault_rule(fault, "policy",
						  "the policy names fund '%.*s' twice",
						  SLICE(fund));
		sum += item_integer(share, "bp");
	}
	if (sum != POLICY_BP_SUM)
		return fault_rule(fault, "policy",
				  "the shares add up to %" PRId64 ", not %d", sum,
				  POLICY_BP_SUM);
	return ERR_OK;
}

void policy_put(struct books *books, const struct json *shares)
{
	struct state_cursor cursor;
	int number = 0;

	for (state_first(books->state, &cursor, "share/"); cursor.found;
	     state_next(books->state, &cursor))
		state_delete(books->state, cursor.key);
	for (const struct json *share = shares->first; share; share = share->next) {
		struct record record;
		struct key key;

		record_init(&record);
		record_text(&record, item_text(share, "fund"));
		record_integer(&record, item_integer(share, "bp"));
		books_put(books, key_of(&key, "share/%02d", number++), &record);
	}
}

enum err charter_read(struct books *books, struct charter_record *ret_charter,
		      struct fault *fault)
{
	struct record_reader reader;
	struct slice leaf;

	if (!books_get(books, "charter", &reader))
		return state_err(books->state)
			       ? fault_set(fault, state_err(books->state),
					   "the ledger's state could not be read")
			       : fault_rule(fault, "charter", "there is no charter yet");
	leaf = record_read_text(&reader);
	if (hex_decode((const char *)leaf.p, leaf.n, ret_charter->leaf.b,
		       sizeof ret_charter->leaf.b) != ERR_OK)
		return fault_set(fault, ERR_CORRUPT,
				 "the charter's record is damaged: rebuild");
	text_copy(ret_charter->origin, sizeof ret_charter->origin,
		  record_read_text(&reader));
	text_copy(ret_charter->default_fund, ID_BYTES, record_read_text(&reader));
	text_copy(ret_charter->terms, ID_BYTES, record_read_text(&reader));
	ret_charter->due_day = record_read_integer(&reader);
	ret_charter->present = record_read_integer(&reader);
	ret_charter->row_cap = cents_of(record_read_integer(&reader));
	text_copy(ret_charter->name, sizeof ret_charter->name, record_read_text(&reader));
	text_copy(ret_charter->siren, sizeof ret_charter->siren,
		  record_read_text(&reader));
	text_copy(ret_charter->log, sizeof ret_charter->log, record_read_text(&reader));
	text_copy(ret_charter->treasurer, ID_BYTES, record_read_text(&reader));
	text_copy(ret_charter->first_origin, sizeof ret_charter->first_origin,
		  record_read_text(&reader));
	text_copy(ret_charter->year_end, sizeof ret_charter->year_end,
		  record_read_text(&reader));
	ret_charter->notice_days = record_read_integer(&reader);
	return ERR_OK;
}

void charter_write(struct books *books, const struct charter_record *charter)
{
	char hex[HASH_HEX_CHARS + 1];
	struct record record;

	hex_encode(charter->leaf.b, sizeof charter->leaf.b, hex);
	record_init(&record);
	record_text(&record, slice_of(hex, HASH_HEX_CHARS));
	record_text(&record, slice_of_text(charter->origin));
	record_text(&record, slice_of_text(charter->default_fund));
	record_text(&record, slice_of_text(charter->terms));
	record_integer(&record, charter->due_day);
	record_integer(&record, charter->present);
	record_integer(&record, cents_value(charter->row_cap));
	record_text(&record, slice_of_text(charter->name));
	record_text(&record, slice_of_text(charter->siren));
	record_text(&record, slice_of_text(charter->log));
	record_text(&record, slice_of_text(charter->treasurer));
	record_text(&record, slice_of_text(charter->first_origin));
	record_text(&record, slice_of_text(charter->year_end));
	record_integer(&record, charter->notice_days);
	books_put(books, "charter", &record);
}

void body_put(struct books *books)
{
	static const char *const members[] = { "address", "legal_form", "name", "object",
					       "siren" };

	for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
		struct record record;
		struct key key;

		if (!entry_has(books->entry, members[i]))
			continue;
		record_init(&record);
		record_text(&record, entry_text(books->entry, members[i]));
		books_put(books, key_of(&key, "body/%s", members[i]), &record);
	}
}

static void charter_put(struct books *books)
{
	const struct entry *entry = books->entry;
	struct charter_record charter = {
		.leaf = *books->leaf,
		.due_day = entry_integer(entry, "due_day"),
		.present = item_integer(entry_list(entry, "quorum"), "present"),
		.row_cap = entry_cents(entry, "row_cap"),
		.notice_days = entry_integer(entry, "notice_days"),
	};

	text_copy(charter.first_origin, sizeof charter.first_origin,
		  entry_text(entry, "origin"));
	text_copy(charter.default_fund, ID_BYTES, entry_text(entry, "default_fund"));
	text_copy(charter.terms, ID_BYTES, entry_text(entry, "terms"));
	text_copy(charter.name, sizeof charter.name, entry_text(entry, "name"));
	text_copy(charter.siren, sizeof charter.siren, entry_text(entry, "siren"));
	text_copy(charter.treasurer, ID_BYTES, entry_text(entry, "treasurer"));
	text_copy(charter.year_end, sizeof charter.year_end,
		  entry_text(entry, "fiscal_year_end"));
	log_put(books, &charter, LOG_FOUNDED, entry_text(entry, "log"),
		entry_text(entry, "origin"));
	charter_write(books, &charter);
	body_put(books);
	if (text_is(entry_text(entry, "receipts_by"), "received_on"))
		books_put_integer(books, RECEIPTS_BY_ARRIVAL, 1);
	terms_put(books, (struct date){ 0 }, entry_text(entry, "terms"));
}

/* ---- consent terms, by day ---- */

void terms_put(struct books *books, struct date from, struct slice terms)
{
	struct record record;
	struct key key;

	record_init(&record);
	record_text(&record, terms);
	books_put(books, key_of(&key, "terms/%05" PRId32, from.day), &record);
}

enum err terms_check(struct books *books, struct date date, struct slice terms,
		     struct fault *fault)
{
	char in_force[ID_BYTES] = "";
	struct state_cursor cursor;
	bool holds = false;

	for (state_first(books->state, &cursor, "terms/"); cursor.found;
	     state_next(books->state, &cursor)) {
		int32_t day = (int32_t)strtol(cursor.key + strlen("terms/"), NULL, 10);
		struct record_reader reader = record_reader(cursor.value);

		if (day > date.day)
			break;
		if (day < date.day)
			holds = false; /* what was in force before is past */
		text_copy(in_force, sizeof in_force, record_read_text(&reader));
		holds = holds || slice_equal_text(terms, in_force);
	}
	if (!holds)
		return fault_rule(fault, "terms",
				  "the consent terms in force on that day are '%s'",
				  in_force);
	return ERR_OK;
}

/* ---- funds ---- */

/* Rows name funds, and a row's fund is [a-z0-9-] only (rows.h). */
static bool is_row_fund(struct slice id)
{
	for (size_t i = 0; i < id.n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789-", id.p[i]))
			return false;
	return true;
}

enum err fund_check_new(struct books *books, const struct json *fund, const char *rule,
			struct fault *fault)
{
	struct slice id = item_text(fund, "id");

	if (!is_row_fund(id))
		return fault_rule(fault, rule,
				  "a fund's id is of small letters, digits and '-'");
	if (project_exists(books, id))
		return fault_rule(fault, rule, "'%.*s' is a project", SLICE(id));
	return ERR_OK;
}

void fund_put(struct books *books, const struct json *fund, int64_t number)
{
	struct record record;
	struct key key;

	record_init(&record);
	record_text(&record, item_text(fund, "class"));
	record_text(&record, item_text(fund, "label"));
	record_integer(&record, number);
	books_put(books, key_of(&key, "fund/%.*s", SLICE(item_text(fund, "id"))),
		  &record);
}

static enum err charter_funds(struct books *books, struct fault *fault)
{
	struct slice standard = entry_text(books->entry, "default_fund");
	enum fund_class class = FUND_NON_CONSOMPTIBLE;
	int64_t number = 0;

	for (const struct json *fund = entry_list(books->entry, "funds")->first; fund;
	     fund = fund->next) {
		struct slice id = item_text(fund, "id");
		enum err err = fund_check_new(books, fund, "charter", fault);

		if (err)
			return err;
		if (fund_find(books, id, &class))
			return fault_rule(fault, "charter", "fund '%.*s' is named twice",
					  SLICE(id));
		fund_put(books, fund, number++);
	}
	if (!fund_find(books, standard, &class) || class != FUND_COURANT)
		return fault_rule(fault, "charter",
				  "the default fund is not one of the current funds");
	return ERR_OK;
}

/* ---- lists ---- */

static void keys_drop(struct books *books, const char *prefix)
{
	struct state_cursor cursor;

	for (state_first(books->state, &cursor, prefix); cursor.found;
	     state_next(books->state, &cursor))
		state_delete(books->state, cursor.key);
}

void charter_ids(struct books *books, const struct json *ids, const char *prefix)
{
	keys_drop(books, prefix);
	for (const struct json *id = ids->first; id; id = id->next) {
		struct key key;

		state_put(books->state, key_of(&key, "%s%.*s", prefix, SLICE(id->text)),
			  slice_of("\n", 1));
	}
}

void charter_steps(struct books *books, const struct json *steps)
{
	keys_drop(books, "step/");
	for (const struct json *step = steps->first; step; step = step->next) {
		struct key key;

		state_put(books->state, key_of(&key, "step/%" PRId64, step->integer),
			  slice_of("\n", 1));
	}
}

/* ---- the quorum ---- */

/* -1 for the last step, which has no bound. */
static int64_t step_up_to(const struct json *step)
{
	return item_has(step, "up_to") ? cents_value(item_cents(step, "up_to")) : -1;
}

enum err quorum_check(struct books *books, const struct json *quorum, int64_t seats,
		      const char *rule, struct fault *fault)
{
	const struct json *ceilings = json_get(quorum, "monthly_ceiling");
	int64_t last_cents = 0;

	if (item_integer(quorum, "present") > seats)
		return fault_rule(fault, rule,
				  "the quorum asks for more seats than there are");
	for (const struct json *step = json_get(quorum, "steps")->first; step;
	     step = step->next) {
		int64_t up_to = step_up_to(step);

		if ((up_to < 0) != (step->next == NULL) ||
		    (up_to >= 0 && up_to <= last_cents))
			return fault_rule(fault, rule,
					  "quorum steps must ascend, and only the last "
					  "has no up_to");
		if (item_integer(step, "votes") > seats)
			return fault_rule(fault, rule,
					  "a quorum step asks for more votes than seats");
		last_cents = up_to;
	}
	for (const struct json *ceiling = ceilings->first; ceiling;
	     ceiling = ceiling->next) {
		enum err err = fund_check(books, ceiling->name, fault);

		if (err)
			return err;
	}
	return ERR_OK;
}

void quorum_put(struct books *books, const struct json *quorum)
{
	const struct json *ceilings = json_get(quorum, "monthly_ceiling");
	int number = 0;
	struct key key;

	keys_drop(books, "quorum/");
	keys_drop(books, "ceiling/");
	for (const struct json *step = json_get(quorum, "steps")->first; step;
	     step = step->next) {
		struct record record;

		record_init(&record);
		record_integer(&record, step_up_to(step));
		record_integer(&record, item_integer(step, "votes"));
		books_put(books, key_of(&key, "quorum/%02d", number++), &record);
	}
	for (const struct json *ceiling = ceilings->first; ceiling;
	     ceiling = ceiling->next)
		books_put_integer(books,
				  key_of(&key, "ceiling/%.*s", SLICE(ceiling->name)),
				  ceiling->integer);
}

int64_t quorum_most(struct books *books, const struct charter_record *charter)
{
	int64_t most = charter->present;
	struct state_cursor cursor;

	for (state_first(books->state, &cursor, "quorum/"); cursor.found;
	     state_next(books->state, &cursor)) {
		struct record_reader reader = record_reader(cursor.value);
		int64_t votes;

		(void)record_read_integer(&reader); /* up_to */
		votes = record_read_integer(&reader);
		most = votes > most ? votes : most;
	}
	return most;
}

enum err apply_charter(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	const struct json *policy = entry_list(entry, "policy");
	struct slice origin = entry_text(entry, "origin");
	struct vkey log;
	enum err err;

	if (!slice_equal(entry->by, entry_text(entry, "operator")))
		return fault_rule(fault, "charter",
				  "a charter is submitted by its operator");
	err = vkey_parse(entry_text(entry, "log"), &log, fault);
	if (err)
		return err;
	if (!slice_equal_text(origin, log.name))
		return fault_rule(fault, "charter",
				  "the log's key is not named as the origin");
	charter_put(books);
	err = charter_funds(books, fault);
	if (!err)
		err = policy_check(books, policy, entry_text(entry, "default_fund"),
				   fault);
	if (!err)
		err = charter_members(books, fault);
	if (!err)
		err = quorum_check(books, entry_list(entry, "quorum"),
				   (int64_t)entry_list(entry, "seats")->count, "charter",
				   fault);
	if (err)
		return err;
	quorum_put(books, entry_list(entry, "quorum"));
	policy_put(books, policy);
	charter_ids(books, entry_list(entry, "purposes"), "purpose/");
	charter_ids(books, entry_list(entry, "eligible_natures"), "nature/");
	charter_steps(books, entry_list(entry, "steps"));
	return ERR_OK;
}
