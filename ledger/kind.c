/*
 * kind.c - kinds.def unfolded into tables.
 *
 * Each KIND and SHAPE closes the array of the one before and opens its own; the
 * MEMBERs and FIELDs that follow are its elements. So a member cannot be counted
 * wrongly, and there is nothing to keep in step with kinds.def.
 */
#include "ledger/kind.h"

#include <assert.h>

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

/* `arg` of a list or an object is a shape, of a choice its words. */
#define ARG_TYPE_INTEGER(arg)  .shape = SHAPE_none
#define ARG_TYPE_CENTS(arg)    .shape = SHAPE_none
#define ARG_TYPE_POSITION(arg) .shape = SHAPE_none
#define ARG_TYPE_ID(arg)       .shape = SHAPE_none
#define ARG_TYPE_REF(arg)      .shape = SHAPE_none
#define ARG_TYPE_LABEL(arg)    .shape = SHAPE_none
#define ARG_TYPE_DATE(arg)     .shape = SHAPE_none
#define ARG_TYPE_MONTH(arg)    .shape = SHAPE_none
#define ARG_TYPE_MONTHDAY(arg) .shape = SHAPE_none
#define ARG_TYPE_HEX(arg)      .shape = SHAPE_none
#define ARG_TYPE_CHOICE(arg)   .choices = arg
#define ARG_TYPE_SIREN(arg)    .shape = SHAPE_none
#define ARG_TYPE_RNA(arg)      .shape = SHAPE_none
#define ARG_TYPE_IBAN(arg)     .shape = SHAPE_none
#define ARG_TYPE_VKEY(arg)     .shape = SHAPE_none
#define ARG_TYPE_NOTE(arg)     .shape = SHAPE_none
#define ARG_TYPE_BASE64(arg)   .shape = SHAPE_none
#define ARG_TYPE_LIST(arg)     .shape = SHAPE_##arg
#define ARG_TYPE_IDS(arg)      .shape = SHAPE_none
#define ARG_TYPE_STEPS(arg)    .shape = SHAPE_none
#define ARG_TYPE_OBJECT(arg)   .shape = SHAPE_##arg
#define ARG_TYPE_CEILINGS(arg) .shape = SHAPE_none
#define ARG_TYPE_ACT(arg)      .shape = SHAPE_none

#define MEMBER_ROW(name_, type_, min_, max_, flags_, arg_, doc_)                         \
	{                                                                                \
		.name = #name_, .type = type_, .min = min_, .max = max_,                 \
		.flags = flags_, ARG_##type_(arg_), .doc = doc_,                         \
	}

/* clang-format off */

/* "|charter|member|..." */
static const char kind_choices[] =
#define KIND(id, nature, roles, path, doc) "|" #id
#define MEMBER(kind, name, type, min, max, flags, arg, doc)
#define SHAPE(id, doc)
#define FIELD(shape, name, type, min, max, flags, arg, doc)
#include "ledger/kinds.def"
	;

#define ENVELOPE(date_flags, date_doc)                                                  \
	MEMBER_ROW(at, TYPE_INTEGER, 0, JSON_INTEGER_MAX, MEMBER_COMPUTED, "",          \
		   "When it was recorded, in UTC seconds since 1970"),                  \
	MEMBER_ROW(by, TYPE_ID, 1, 64, MEMBER_COMPUTED, "", "Member who submitted it"), \
	MEMBER_ROW(date, TYPE_DATE, 0, 0, date_flags, "", date_doc),                    \
	MEMBER_ROW(kind, TYPE_CHOICE, 0, 0, 0, kind_choices + 1, "Kind of the entry"),  \
	MEMBER_ROW(ref, TYPE_REF, 1, 32, 0, "",                                         \
		   "The submitter's own reference: the same one is never recorded twice")

static const struct member envelope_act[] = {
	ENVELOPE(MEMBER_COMPUTED, "Civil date in Paris of its recording")
};

static const struct member envelope_fact[] = {
	ENVELOPE(0, "Civil date in Paris on which it happened")

#define KIND(id, nature, roles, path, doc) \
}; static const struct member members_##id[] = {
#define MEMBER(kind, name, type, min, max, flags, arg, doc) \
	MEMBER_ROW(name, type, min, max, flags, arg, doc),
#define SHAPE(id, doc) \
}; static const struct member fields_##id[] = {
#define FIELD(shape, name, type, min, max, flags, arg, doc) \
	MEMBER_ROW(name, type, min, max, flags, arg, doc),
#include "ledger/kinds.def"
};

static const struct kind_def kinds[] = {
#define KIND(id, nature_, roles_, path_, doc_)                                    \
	[KIND_##id] = { #id, nature_, roles_, path_, doc_, members_##id,          \
			COUNT_OF(members_##id) },
#define MEMBER(kind, name, type, min, max, flags, arg, doc)
#define SHAPE(id, doc)
#define FIELD(shape, name, type, min, max, flags, arg, doc)
#include "ledger/kinds.def"
};

static const struct shape_def {
	const char *name, *doc;
	const struct member *members;
	size_t count;
} shapes[] = {
	[SHAPE_none] = { "", "", NULL, 0 },
#define KIND(id, nature, roles, path, doc)
#define MEMBER(kind, name, type, min, max, flags, arg, doc)
#define SHAPE(id, doc) [SHAPE_##id] = { #id, doc, fields_##id, COUNT_OF(fields_##id) },
#define FIELD(shape, name, type, min, max, flags, arg, doc)
#include "ledger/kinds.def"
};

/* clang-format on */

static const struct {
	enum role role;
	const char *name;
} roles[] = {
	{ ROLE_OPERATOR, "operator" },   { ROLE_TREASURER, "treasurer" },
	{ ROLE_SEAT, "seat" },           { ROLE_EMPLOYER, "employer" },
	{ ROLE_COLLECTOR, "collector" }, { ROLE_PROVIDER, "provider" },
	{ ROLE_FUNDER, "funder" },       { ROLE_AUDITOR, "auditor" },
};

const struct kind_def *kind_def(enum kind kind)
{
	assert(kind < KIND__COUNT);
	return &kinds[kind];
}

const struct member *shape_members(enum shape shape, size_t *ret_count)
{
	assert(shape < SHAPE__COUNT);
	*ret_count = shapes[shape].count;
	return shapes[shape].members;
}

const char *shape_name(enum shape shape)
{
	assert(shape < SHAPE__COUNT);
	return shapes[shape].name;
}

const char *shape_doc(enum shape shape)
{
	assert(shape < SHAPE__COUNT);
	return shapes[shape].doc;
}

bool kind_by_name(struct slice name, enum kind *ret_kind)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		if (slice_equal_text(name, kinds[i].name)) {
			*ret_kind = (enum kind)i;
			return true;
		}
	}
	return false;
}

const char *role_name(enum role role)
{
	for (size_t i = 0; i < COUNT_OF(roles); i++)
		if (roles[i].role == role)
			return roles[i].name;
	abort();
}

bool role_by_name(struct slice name, enum role *ret_role)
{
	for (size_t i = 0; i < COUNT_OF(roles); i++) {
		if (slice_equal_text(name, roles[i].name)) {
			*ret_role = roles[i].role;
			return true;
		}
	}
	return false;
}

const struct member *kind_envelope(enum kind_nature nature, size_t *ret_count)
{
	static_assert(COUNT_OF(envelope_act) == COUNT_OF(envelope_fact), "one envelope");
	*ret_count = COUNT_OF(envelope_act);
	return nature == NATURE_ACT ? envelope_act : envelope_fact;
}

static const struct member *table_find(const struct member *members, size_t count,
				       struct slice name)
{
	for (size_t i = 0; i < count; i++)
		if (slice_equal_text(name, members[i].name))
			return &members[i];
	return NULL;
}

const struct member *kind_member(enum kind kind, struct slice name)
{
	const struct kind_def *def = kind_def(kind);
	const struct member *own = table_find(def->members, def->member_count, name);
	size_t count;
	const struct member *envelope = kind_envelope(def->nature, &count);

	return own ? own : table_find(envelope, count, name);
}
