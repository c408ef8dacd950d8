/*
 * kind_check.c - whether an object is an entry: every member there, none too many,
 * each of its type.
 *
 * It runs on what a submitter sends and on what an auditor reads, from one table.
 * A fault names the member by its path and says what to give instead; it repeats
 * numbers, but no text that has not passed its own check.
 *
 *  (1) What passes as STAGE_WHOLE has every member that its kind requires, with
 *      the type that kinds.def declares, and no other: the accessors of entry.h
 *      rely on it.
 */
#include "ledger/kind.h"

#include <assert.h>
#include <inttypes.h>

#include "ledger/money.h"

#define PATH_BYTES_MAX    240
#define SENTENCE_BYTES    FAULT_TEXT_BYTES_MAX
#define CEILING_CENTS_MAX CENTS_ABS_MAX
#define NO_INDEX          SIZE_MAX

struct check {
	enum kind_stage stage;
	const char *of; /* the kind's name; NULL while it is not known */
	struct fault *fault;
};

/* Where a value stands: a member's name, or the index of an item. */
struct place {
	const struct place *outer;
	struct slice name;
	size_t index;
};

/* The members that an object may have, in two tables that ascend. */
struct table {
	const struct member *members;
	size_t count;
	const struct member *envelope;
	size_t envelope_count;
	bool act; /* of a proposal: its `proposal` is set when it is carried out */
};

static enum err value_check(const struct check *check, const struct place *place,
			    const struct member *member, const struct json *value);

/* ---- sentences ---- */

static struct place place_of_member(const struct place *outer,
				    const struct member *member)
{
	return (struct place){ outer, slice_of_text(member->name), NO_INDEX };
}

static struct place place_of_item(const struct place *outer, size_t index)
{
	return (struct place){ outer, slice_of("", 0), index };
}

static void place_write(const struct place *place, char ret_path[PATH_BYTES_MAX])
{
	char outer[PATH_BYTES_MAX] = "";

	if (place->outer)
		place_write(place->outer, outer);
	if (place->index != NO_INDEX)
		snprintf(ret_path, PATH_BYTES_MAX, "%.*s[%zu]", PATH_BYTES_MAX - 30,
			 outer, place->index);
	else
		snprintf(ret_path, PATH_BYTES_MAX, "%.*s%s%.*s", PATH_BYTES_MAX - 80,
			 outer, place->outer ? "." : "", (int)place->name.n,
			 (const char *)place->name.p);
}

static const char *article_of(const char *noun)
{
	return strchr("aeiou", noun[0]) ? "an" : "a";
}

/* "member 'totals[2].amount' of a batch: " and what is wrong with it. */
static enum err PRINTF_LIKE(3, 4)
	refuse(const struct check *check, const struct place *place, const char *format,
	       ...)
{
	char sentence[SENTENCE_BYTES];
	char path[PATH_BYTES_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof sentence, format, args);
	va_end(args);
	place_write(place, path);
	if (!check->of)
		return fault_set(check->fault, ERR_INVALID,
				 "member '%s' of the entry: it %s", path, sentence);
	return fault_set(check->fault, ERR_INVALID, "member '%s' of %s %s: it %s", path,
			 article_of(check->of), check->of, sentence);
}

/* The problem, then the remedy, which is the same for all problems of a member. */
static enum err refuse_value(const struct check *check, const struct place *place,
			     const struct member *member, const char *problem)
{
	char expect[MEMBER_EXPECT_BYTES];

	member_expect(member, expect);
	return refuse(check, place, "%s: give %s", problem, expect);
}

static enum err refuse_type(const struct check *check, const struct place *place,
			    const struct member *member, const struct json *value)
{
	switch (value->type) {
	case JSON_INTEGER:
		return refuse_value(check, place, member, "is a number");
	case JSON_TEXT:
		return refuse_value(check, place, member, "is a text");
	case JSON_LIST:
		return refuse_value(check, place, member, "is a list");
	case JSON_OBJECT:
		return refuse_value(check, place, member, "is an object");
	}
	abort();
}

/* ---- single values ---- */

static enum err text_check(const struct check *check, const struct place *place,
			   const struct member *member, const struct json *value)
{
	const char *problem;

	if (value->type != JSON_TEXT)
		return refuse_type(check, place, member, value);
	problem = member_text_problem(member, value->text);
	return problem ? refuse_value(check, place, member, problem) : ERR_OK;
}

static enum err number_check(const struct check *check, const struct place *place,
			     const struct member *member, const struct json *value)
{
	bool position = member->type == TYPE_POSITION;
	int64_t min = position ? 0 : member->min;
	int64_t max = position ? JSON_INTEGER_MAX : member->max;
	char problem[40];

	if (value->type != JSON_INTEGER)
		return refuse_type(check, place, member, value);
	if (value->integer >= min && value->integer <= max)
		return ERR_OK;
	snprintf(problem, sizeof problem, "is %" PRId64, value->integer);
	return refuse_value(check, place, member, problem);
}

/* ---- objects ---- */

/* The declaration of a name; the tables and the names ascend, so `at` only advances. */
static const struct member *table_seek(const struct member *members, size_t count,
				       size_t *at, struct slice name)
{
	for (size_t i = *at; i < count; i++) {
		if (slice_equal_text(name, members[i].name)) {
			*at = i;
			return &members[i];
		}
	}
	return NULL;
}

static enum err refuse_unknown(const struct check *check, const struct place *outer,
			       struct slice name)
{
	struct place place = { outer, name, NO_INDEX };
	/* A name like one of ours in its letters can be shown; another may be anything.
	 */
	bool plain = name.n > 0;

	for (size_t i = 0; i < name.n; i++)
		plain = plain &&
			(memchr("_-", name.p[i], 2) ||
			 (name.p[i] >= '0' && name.p[i] <= '9') ||
			 ((name.p[i] | 0x20) >= 'a' && (name.p[i] | 0x20) <= 'z'));
	if (!plain)
		place.name = slice_of_text("?");
	return refuse(check, &place, "is not known here: leave it out");
}

/* Whether the ledger itself sets a member of what is sent to it. */
static bool set_by_ledger(const struct check *check, const struct table *table,
			  const struct member *member)
{
	if (table->act && strcmp(member->name, "proposal") == 0)
		return true;
	return check->stage == STAGE_DRAFT && (member->flags & MEMBER_COMPUTED);
}

static enum err refuse_missing(const struct check *check, const struct place *outer,
			       const struct table *table, const struct member *members,
			       size_t count, uint64_t seen)
{
	for (size_t i = 0; i < count; i++) {
		struct place place = place_of_member(outer, &members[i]);

		if (seen & UINT64_C(1) << i || members[i].flags & MEMBER_OPTIONAL ||
		    set_by_ledger(check, table, &members[i]))
			continue;
		return refuse_value(check, &place, &members[i], "is missing");
	}
	return ERR_OK;
}

static enum err members_check(const struct check *check, const struct place *outer,
			      const struct table *table, const struct json *object)
{
	uint64_t seen = 0, envelope_seen = 0;
	size_t at = 0, envelope_at = 0;
	enum err err;

	assert(table->count <= 64 && table->envelope_count <= 64);
	for (const struct json *child = object->first; child; child = child->next) {
		const struct member *member;
		struct place place;

		if ((member = table_seek(table->members, table->count, &at, child->name)))
			seen |= UINT64_C(1) << at;
		else if ((member = table_seek(table->envelope, table->envelope_count,
					      &envelope_at, child->name)))
			envelope_seen |= UINT64_C(1) << envelope_at;
		else
			return refuse_unknown(check, outer, child->name);
		place = place_of_member(outer, member);
		if (set_by_ledger(check, table, member))
			return refuse(check, &place,
				      "is set by the ledger itself: leave it out");
		err = value_check(check, &place, member, child);
		if (err != ERR_OK)
			return err;
	}
	err = refuse_missing(check, outer, table, table->envelope, table->envelope_count,
			     envelope_seen);
	if (err != ERR_OK)
		return err;
	return refuse_missing(check, outer, table, table->members, table->count, seen);
}

static enum err shape_check(const struct check *check, const struct place *place,
			    const struct member *member, const struct json *value)
{
	struct table table = { 0 };

	if (value->type != JSON_OBJECT)
		return refuse_type(check, place, member, value);
	table.members = shape_members(member->shape, &table.count);
	return members_check(check, place, &table, value);
}

static enum err ceilings_check(const struct check *check, const struct place *place,
			       const struct member *member, const struct json *value)
{
	static const struct member amount = { .type = TYPE_CENTS,
					      .max = CEILING_CENTS_MAX };

	if (value->type != JSON_OBJECT)
		return refuse_type(check, place, member, value);
	if (value->count > (size_t)member->max)
		return refuse_value(check, place, member, "holds too many funds");
	for (const struct json *child = value->first; child; child = child->next) {
		struct place inner = { place, child->name, NO_INDEX };
		enum err err;

		if (!text_is_id(child->name, CEILINGS_FUND_BYTES_MAX))
			return refuse_value(check, place, member,
					    "has a name that is no fund identifier");
		err = number_check(check, &inner, &amount, child);
		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}

static enum err act_check(const struct check *check, const struct place *place,
			  const struct member *member, const struct json *value)
{
	static const struct member act_kind = { .name = "kind",
						.type = TYPE_CHOICE,
						.choices = "account|amendment|close|"
							   "delegation|key|member|"
							   "policy" };
	struct table table = { .envelope = &act_kind, .envelope_count = 1, .act = true };
	struct place inner = place_of_member(place, &act_kind);
	const struct json *named = json_get(value, "kind");
	const struct kind_def *def;
	enum kind kind;
	enum err err;

	if (value->type != JSON_OBJECT)
		return refuse_type(check, place, member, value);
	if (!named)
		return refuse_value(check, &inner, &act_kind, "is missing");
	err = text_check(check, &inner, &act_kind, named);
	if (err != ERR_OK)
		return err;
	if (!kind_by_name(named->text, &kind))
		abort(); /* those of act_kind are kinds */
	def = kind_def(kind);
	table.members = def->members;
	table.count = def->member_count;
	return members_check(check, place, &table, value);
}

/* ---- lists ---- */

static enum err item_check(const struct check *check, const struct place *place,
			   const struct member *list, const struct json *item,
			   const struct json *before)
{
	static const struct member id = { .type = TYPE_ID,
					  .min = 1,
					  .max = IDS_ID_BYTES_MAX };
	static const struct member step = { .type = TYPE_CENTS,
					    .min = 1,
					    .max = STEPS_CENTS_MAX };
	enum err err;

	if (list->type == TYPE_LIST)
		return shape_check(check, place, list, item);
	if (list->type == TYPE_IDS)
		return text_check(check, place, &id, item);
	err = number_check(check, place, &step, item);
	if (err == ERR_OK && before && before->integer >= item->integer)
		return refuse(check, place,
			      "is not greater than the one before: sort them");
	return err;
}

static bool text_before(const struct json *list, const struct json *item)
{
	for (const struct json *other = list->first; other != item; other = other->next)
		if (slice_equal(other->text, item->text))
			return true;
	return false;
}

static enum err list_check(const struct check *check, const struct place *place,
			   const struct member *member, const struct json *value)
{
	const struct json *before = NULL;
	char problem[40];
	size_t index = 0;

	if (value->type != JSON_LIST)
		return refuse_type(check, place, member, value);
	if (value->count < (size_t)member->min || value->count > (size_t)member->max) {
		snprintf(problem, sizeof problem, "has %zu items", value->count);
		return refuse_value(check, place, member, problem);
	}
	for (const struct json *item = value->first; item; item = item->next) {
		struct place inner = place_of_item(place, index++);
		enum err err = item_check(check, &inner, member, item, before);

		if (err != ERR_OK)
			return err;
		if (member->type == TYPE_IDS && text_before(value, item))
			return refuse(check, &inner, "stands there twice: leave it out");
		before = item;
	}
	return ERR_OK;
}

static enum err value_check(const struct check *check, const struct place *place,
			    const struct member *member, const struct json *value)
{
	switch (member->type) {
	case TYPE_INTEGER:
	case TYPE_CENTS:
	case TYPE_POSITION:
		return number_check(check, place, member, value);
	case TYPE_ID:
	case TYPE_REF:
	case TYPE_LABEL:
	case TYPE_DATE:
	case TYPE_MONTH:
	case TYPE_MONTHDAY:
	case TYPE_HEX:
	case TYPE_CHOICE:
	case TYPE_SIREN:
	case TYPE_RNA:
	case TYPE_IBAN:
	case TYPE_VKEY:
	case TYPE_NOTE:
	case TYPE_BASE64:
		return text_check(check, place, member, value);
	case TYPE_LIST:
	case TYPE_IDS:
	case TYPE_STEPS:
		return list_check(check, place, member, value);
	case TYPE_OBJECT:
		return shape_check(check, place, member, value);
	case TYPE_CEILINGS:
		return ceilings_check(check, place, member, value);
	case TYPE_ACT:
		return act_check(check, place, member, value);
	}
	abort();
}

enum err kind_check(const struct json *entry, enum kind_stage stage, enum kind *ret_kind,
		    struct fault *fault)
{
	struct check check = { stage, NULL, fault };
	const struct json *named = json_get(entry, "kind");
	struct table table = { 0 };
	const struct kind_def *def;
	struct place place;
	enum kind kind;
	enum err err;

	if (entry->type != JSON_OBJECT)
		return fault_set(fault, ERR_INVALID,
				 "an entry must be an object: put its members in braces");
	table.envelope = kind_envelope(NATURE_ACT, &table.envelope_count);
	for (size_t i = 0; i < table.envelope_count; i++) {
		const struct member *member = &table.envelope[i];

		if (strcmp(member->name, "kind") != 0)
			continue;
		place = place_of_member(NULL, member);
		err = named ? text_check(&check, &place, member, named)
			    : refuse_value(&check, &place, member, "is missing");
		if (err != ERR_OK)
			return err;
	}
	if (!kind_by_name(named->text, &kind))
		abort(); /* the choices of `kind` are the kinds */
	def = kind_def(kind);
	check.of = def->name;
	table.members = def->members;
	table.count = def->member_count;
	table.envelope = kind_envelope(def->nature, &table.envelope_count);
	err = members_check(&check, NULL, &table, entry);
	if (err == ERR_OK)
		*ret_kind = kind;
	return err;
}
