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
		return fault_rule(fault, "charter", "there is no charter yet");
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
	return ERR_OK;
}

static void charter_put(struct books *books)
{
	const struct entry *entry = books->entry;
	char hex[HASH_HEX_CHARS + 1];
	struct record record;

	hex_encode(books->leaf->b, sizeof books->leaf->b, hex);
	record_init(&record);
	record_text(&record, slice_of(hex, HASH_HEX_CHARS));
	record_text(&record, entry_text(entry, "origin"));
	record_text(&record, entry_text(entry, "default_fund"));
	record_text(&record, entry_text(entry, "terms"));
	record_integer(&record, entry_integer(entry, "due_day"));
	record_integer(&record, item_integer(entry_list(entry, "quorum"), "present"));
	record_integer(&record, cents_value(entry_cents(entry, "row_cap")));
	record_text(&record, entry_text(entry, "name"));
	record_text(&record, entry_text(entry, "siren"));
	record_text(&record, entry_text(entry, "log"));
	books_put(books, "charter", &record);
}

/* Rows name funds, and a row's fund is [a-z0-9-] only (rows.h). */
static bool is_row_fund(struct slice id)
{
	for (size_t i = 0; i < id.n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789-", id.p[i]))
			return false;
	return true;
}

static enum err charter_funds(struct books *books, struct fault *fault)
{
	struct slice standard = entry_text(books->entry, "default_fund");
	enum fund_class class = FUND_NON_CONSOMPTIBLE;
	int number = 0;

	for (const struct json *fund = entry_list(books->entry, "funds")->first; fund;
	     fund = fund->next) {
		struct slice id = item_text(fund, "id");
		struct record record;
		struct key key;

		if (!is_row_fund(id))
			return fault_rule(
				fault, "charter",
				"a fund's id is of small letters, digits and '-'");
		if (fund_find(books, id, &class))
			return fault_rule(fault, "charter", "fund '%.*s' is named twice",
					  SLICE(id));
		record_init(&record);
		record_text(&record, item_text(fund, "class"));
		record_text(&record, item_text(fund, "label"));
		record_integer(&record, number++);
		books_put(books, key_of(&key, "fund/%.*s", SLICE(id)), &record);
	}
	if (!fund_find(books, standard, &class) || class != FUND_COURANT)
		return fault_rule(fault, "charter",
				  "the default fund is not one of the current funds");
	return ERR_OK;
}

static void charter_ids(struct books *books, const char *member, const char *prefix)
{
	for (const struct json *id = entry_list(books->entry, member)->first; id;
	     id = id->next) {
		struct key key;

		state_put(books->state, key_of(&key, "%s/%.*s", prefix, SLICE(id->text)),
			  slice_of("\n", 1));
	}
}

static enum err charter_quorum(struct books *books, int64_t seats, struct fault *fault)
{
	const struct json *quorum = entry_list(books->entry, "quorum");
	const struct json *ceilings = json_get(quorum, "monthly_ceiling");
	int64_t last_cents = 0;
	int number = 0;
	struct key key;

	if (item_integer(quorum, "present") > seats)
		return fault_rule(fault, "charter",
				  "the quorum asks for more seats than there are");
	for (const struct json *step = json_get(quorum, "steps")->first; step;
	     step = step->next) {
		int64_t up_to = item_has(step, "up_to")
					? cents_value(item_cents(step, "up_to"))
					: -1;
		struct record record;

		if ((up_to < 0) != (step->next == NULL) ||
		    (up_to >= 0 && up_to <= last_cents))
			return fault_rule(fault, "charter",
					  "quorum steps must ascend, and only the last "
					  "has no up_to");
		if (item_integer(step, "votes") > seats)
			return fault_rule(fault, "charter",
					  "a quorum step asks for more votes than seats");
		last_cents = up_to;
		record_init(&record);
		record_integer(&record, up_to);
		record_integer(&record, item_integer(step, "votes"));
		books_put(books, key_of(&key, "quorum/%02d", number++), &record);
	}
	for (const struct json *ceiling = ceilings->first; ceiling;
	     ceiling = ceiling->next) {
		enum err err = fund_check(books, ceiling->name, fault);

		if (err)
			return err;
		books_put_integer(books,
				  key_of(&key, "ceiling/%.*s", SLICE(ceiling->name)),
				  ceiling->integer);
	}
	return ERR_OK;
}

enum err apply_charter(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	const struct json *policy = entry_list(entry, "policy");
	struct slice origin = entry_text(entry, "origin");
	struct vkey log;
	struct key key;
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
		err = charter_quorum(books, (int64_t)entry_list(entry, "seats")->count,
				     fault);
	if (err)
		return err;
	policy_put(books, policy);
	charter_ids(books, "purposes", "purpose");
	charter_ids(books, "eligible_natures", "nature");
	for (const struct json *step = entry_list(entry, "steps")->first; step;
	     step = step->next)
		state_put(books->state, key_of(&key, "step/%" PRId64, step->integer),
			  slice_of("\n", 1));
	return ERR_OK;
}
