/*
 * schema.c - a kind's draft as JSON Schema.
 *
 *  (1) Each keyword is implied by the check in kind_check.c: a schema that refuses
 *      what the ledger takes would stop an honest submitter at the door. So lengths
 *      in bytes become lengths in characters only where they are upper bounds.
 */
#include "ledger/schema.h"

#include <inttypes.h>

#include "keys/vkey.h"
#include "ledger/json_text.h"
#include "ledger/money.h"

#define ID_PATTERN "^[a-z0-9][a-z0-9:._-]*$"

/* The members of an object, in up to two tables. */
struct table {
	const struct member *members;
	size_t count;
};

static void members_write(const struct table tables[2], const char *kind, bool act,
			  struct buffer *out);

static void text_put(struct buffer *out, const char *text)
{
	json_text_write(slice_of_text(text), out);
}

/* ---- values ---- */

static void integer_write(int64_t min, int64_t max, struct buffer *out)
{
	buffer_printf(out,
		      "\"type\":\"integer\",\"minimum\":%" PRId64 ",\"maximum\":%" PRId64,
		      min, max);
}

static void pattern_write(const char *pattern, struct buffer *out)
{
	buffer_put_text(out, "\"type\":\"string\",\"pattern\":");
	text_put(out, pattern);
}

static void text_write(int64_t chars_min, int64_t chars_max, struct buffer *out)
{
	buffer_printf(out,
		      "\"type\":\"string\",\"minLength\":%" PRId64
		      ",\"maxLength\":%" PRId64,
		      chars_min, chars_max);
}

static void id_write(int64_t chars_max, struct buffer *out)
{
	pattern_write(ID_PATTERN, out);
	buffer_printf(out, ",\"maxLength\":%" PRId64, chars_max);
}

static void hex_write(int64_t chars, struct buffer *out)
{
	buffer_printf(out, "\"type\":\"string\",\"pattern\":\"^[0-9a-f]{%" PRId64 "}$\"",
		      chars);
}

/* Of "a|b|c". */
static void choices_write(const char *choices, struct buffer *out)
{
	buffer_put_text(out, "\"type\":\"string\",\"enum\":[");
	while (*choices) {
		size_t n = strcspn(choices, "|");

		json_text_write(slice_of(choices, n), out);
		choices += n;
		if (*choices) {
			buffer_put_byte(out, ',');
			choices++;
		}
	}
	buffer_put_byte(out, ']');
}

static void base64_write(int64_t bytes, struct buffer *out)
{
	int64_t chars = (bytes + 2) / 3 * 4;

	text_write(chars, chars, out);
	buffer_put_text(out, ",\"contentEncoding\":\"base64\"");
}

static void shape_write(enum shape shape, struct buffer *out)
{
	struct table tables[2] = { 0 };

	tables[0].members = shape_members(shape, &tables[0].count);
	members_write(tables, NULL, false, out);
}

static void list_write(const struct member *member, struct buffer *out)
{
	buffer_printf(out,
		      "\"type\":\"array\",\"minItems\":%" PRId64 ",\"maxItems\":%" PRId64
		      ",",
		      member->min, member->max);
	if (member->type != TYPE_LIST)
		buffer_put_text(out, "\"uniqueItems\":true,");
	buffer_put_text(out, "\"items\":{");
	if (member->type == TYPE_LIST)
		shape_write(member->shape, out);
	else if (member->type == TYPE_IDS)
		id_write(IDS_ID_BYTES_MAX, out);
	else
		integer_write(1, STEPS_CENTS_MAX, out);
	buffer_put_byte(out, '}');
}

static void ceilings_write(const struct member *member, struct buffer *out)
{
	buffer_printf(out, "\"type\":\"object\",\"maxProperties\":%" PRId64 ",",
		      member->max);
	buffer_put_text(out, "\"propertyNames\":{");
	id_write(CEILINGS_FUND_BYTES_MAX, out);
	buffer_put_text(out, "},\"additionalProperties\":{");
	integer_write(0, CENTS_ABS_MAX, out);
	buffer_put_byte(out, '}');
}

static void act_write(struct buffer *out)
{
	static const enum kind acts[] = { KIND_account, KIND_amendment, KIND_delegation,
					  KIND_key,     KIND_member,    KIND_policy };

	buffer_put_text(out, "\"type\":\"object\",\"oneOf\":[");
	for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
		const struct kind_def *def = kind_def(acts[i]);
		struct table tables[2] = { { NULL, 0 },
					   { def->members, def->member_count } };

		buffer_put_text(out, i > 0 ? ",{" : "{");
		members_write(tables, def->name, true, out);
		buffer_put_byte(out, '}');
	}
	buffer_put_byte(out, ']');
}

static void value_write(const struct member *member, struct buffer *out)
{
	switch (member->type) {
	case TYPE_INTEGER:
	case TYPE_CENTS:
		integer_write(member->min, member->max, out);
		return;
	case TYPE_POSITION:
		integer_write(0, JSON_INTEGER_MAX, out);
		return;
	case TYPE_ID:
		id_write(member->max, out);
		return;
	case TYPE_REF:
		pattern_write("^[A-Z0-9._-]{1,32}$", out);
		return;
	case TYPE_LABEL:
	case TYPE_NOTE:
		text_write(member->min > 0, member->max, out);
		return;
	case TYPE_DATE:
		pattern_write("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", out);
		buffer_put_text(out, ",\"format\":\"date\"");
		return;
	case TYPE_MONTH:
		pattern_write("^[0-9]{4}-(0[1-9]|1[0-2])$", out);
		return;
	case TYPE_MONTHDAY:
		pattern_write("^(0[1-9]|1[0-2])-[0-3][0-9]$", out);
		return;
	case TYPE_HEX:
		hex_write(member->max, out);
		return;
	case TYPE_CHOICE:
		choices_write(member->choices, out);
		return;
	case TYPE_SIREN:
		pattern_write("^[0-9]{9}$", out);
		return;
	case TYPE_RNA:
		pattern_write("^W[0-9]{9}$", out);
		return;
	case TYPE_IBAN:
		pattern_write("^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$", out);
		return;
	case TYPE_VKEY:
		text_write(1, VKEY_TEXT_BYTES_MAX, out);
		return;
	case TYPE_BASE64:
		base64_write(member->max, out);
		return;
	case TYPE_LIST:
	case TYPE_IDS:
	case TYPE_STEPS:
		list_write(member, out);
		return;
	case TYPE_OBJECT:
		shape_write(member->shape, out);
		return;
	case TYPE_CEILINGS:
		ceilings_write(member, out);
		return;
	case TYPE_ACT:
		act_write(out);
		return;
	}
	abort();
}

/* ---- objects ---- */

/* Whether a submitter sends it. */
static bool sent(const struct member *member, bool act)
{
	return !(member->flags & MEMBER_COMPUTED) &&
	       !(act && strcmp(member->name, "proposal") == 0);
}

static void properties_write(const struct table *table, bool act, const char **comma,
			     struct buffer *out)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct member *member = &table->members[i];

		/* `kind` is a constant of each kind, written by members_write(). */
		if (!sent(member, act) || strcmp(member->name, "kind") == 0)
			continue;
		buffer_put_text(out, *comma);
		text_put(out, member->name);
		buffer_put_text(out, ":{\"description\":");
		text_put(out, member->doc);
		buffer_put_byte(out, ',');
		value_write(member, out);
		buffer_put_byte(out, '}');
		*comma = ",";
	}
}

static void required_write(const struct table *table, bool act, const char **comma,
			   struct buffer *out)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct member *member = &table->members[i];

		if (!sent(member, act) || (member->flags & MEMBER_OPTIONAL) ||
		    strcmp(member->name, "kind") == 0)
			continue;
		buffer_put_text(out, *comma);
		text_put(out, member->name);
		*comma = ",";
	}
}

/* kind is NULL for a nested shape, which has none. */
static void members_write(const struct table tables[2], const char *kind, bool act,
			  struct buffer *out)
{
	const char *comma = "";

	buffer_put_text(out, "\"type\":\"object\",\"properties\":{");
	if (kind) {
		buffer_put_text(out, "\"kind\":{\"const\":");
		text_put(out, kind);
		buffer_put_byte(out, '}');
		comma = ",";
	}
	for (size_t i = 0; i < 2; i++)
		properties_write(&tables[i], act, &comma, out);
	buffer_put_text(out, kind ? "},\"required\":[\"kind\"" : "},\"required\":[");
	comma = kind ? "," : "";
	for (size_t i = 0; i < 2; i++)
		required_write(&tables[i], act, &comma, out);
	buffer_put_text(out, "],\"additionalProperties\":false");
}

enum err schema_write(enum kind kind, struct buffer *out)
{
	const struct kind_def *def = kind_def(kind);
	struct table tables[2] = { { NULL, 0 }, { def->members, def->member_count } };

	tables[0].members = kind_envelope(def->nature, &tables[0].count);
	buffer_put_text(out, "{\"title\":");
	text_put(out, def->name);
	buffer_put_text(out, ",\"description\":");
	text_put(out, def->doc);
	buffer_put_byte(out, ',');
	members_write(tables, def->name, false, out);
	buffer_put_byte(out, '}');
	return buffer_err(out);
}
