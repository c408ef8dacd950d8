/*
 * schema_markdown.c - the table of kinds as pages that a person reads.
 */
#include "ledger/schema.h"

/* Who founds a log gives the charter once; rows come with a batch, which is why a
 * company's own program sends it; everything else is one draft. */
static const char *command_of(enum kind kind)
{
	switch ((int)kind) {
	case KIND_charter:
		return "`arrondi-ledger init`";
	case KIND_member:
		return "`arrondi-ledger member`";
	case KIND_batch:
	case KIND_correction:
		return "`arrondi-post`";
	case KIND_allocation:
		return "`arrondi-ledger allocate`";
	case KIND_proposal:
		return "`arrondi-ledger propose`";
	case KIND_ballot:
		return "`arrondi-ledger vote`";
	case KIND_succession:
		return "`arrondi-ledger succession`";
	case KIND_journal:
	case KIND_opening:
		return "`arrondi-ledger journal`";
	case KIND_decision:
		return "`arrondi-ledger decide`";
	}
	return "`arrondi-ledger record`";
}

static const char *nature_of(const struct kind_def *def)
{
	return def->nature == NATURE_ACT ? "act" : "fact";
}

static void roles_put(unsigned roles, struct buffer *out)
{
	const char *comma = "";

	for (unsigned role = ROLE_OPERATOR; role <= ROLE_AUDITOR; role <<= 1) {
		if (!(roles & role))
			continue;
		buffer_put_text(out, comma);
		buffer_put_text(out, role_name((enum role)role));
		comma = ", ";
	}
}

static void endpoint_put(const struct kind_def *def, struct buffer *out)
{
	if (def->path[0] == '\0')
		buffer_put_text(out, "none");
	else if (def == kind_def(KIND_correction))
		buffer_put_text(out, "`POST /v1/batches/{position}/correction`");
	else
		buffer_printf(out, "`POST /v1/%s`", def->path);
}

enum err kinds_table_markdown(struct buffer *out)
{
	buffer_put_text(out,
			"| kind | nature | who submits it | endpoint | command | what it "
			"is |\n|---|---|---|---|---|---|\n");
	for (int i = 0; i < KIND__COUNT; i++) {
		const struct kind_def *def = kind_def((enum kind)i);

		buffer_printf(out, "| `%s` | %s | ", def->name, nature_of(def));
		roles_put(def->roles, out);
		buffer_put_text(out, " | ");
		endpoint_put(def, out);
		buffer_printf(out, " | %s | %s |\n", command_of((enum kind)i), def->doc);
	}
	return buffer_err(out);
}

static const char *presence_of(const struct member *member)
{
	if (member->flags & MEMBER_COMPUTED)
		return "set by the ledger";
	if (member->flags & MEMBER_SALTED)
		return member->flags & MEMBER_OPTIONAL ? "optional, salted"
						       : "required, salted";
	return member->flags & MEMBER_OPTIONAL ? "optional" : "required";
}

static void members_put(const struct member *members, size_t count, struct buffer *out)
{
	char expect[MEMBER_EXPECT_BYTES];

	buffer_put_text(out, "\n| member | | value | meaning |\n|---|---|---|---|\n");
	for (size_t i = 0; i < count; i++) {
		member_expect(&members[i], expect);
		buffer_printf(out, "| `%s` | %s | %s | %s |\n", members[i].name,
			      presence_of(&members[i]), expect, members[i].doc);
	}
	buffer_put_byte(out, '\n');
}

static void kind_put(const struct kind_def *def, struct buffer *out)
{
	buffer_printf(out, "### `%s`\n\n%s.\n\nNature: %s. Submitted by: ", def->name,
		      def->doc, nature_of(def));
	roles_put(def->roles, out);
	buffer_put_text(out, ". Endpoint: ");
	endpoint_put(def, out);
	buffer_put_text(out, ".\n");
	members_put(def->members, def->member_count, out);
}

static void envelope_put(enum kind_nature nature, struct buffer *out)
{
	size_t count;
	const struct member *envelope = kind_envelope(nature, &count);

	buffer_printf(out, "### Members of every %s\n",
		      nature == NATURE_ACT ? "act" : "fact");
	members_put(envelope, count, out);
}

enum err kinds_reference_markdown(struct buffer *out)
{
	envelope_put(NATURE_ACT, out);
	envelope_put(NATURE_FACT, out);
	for (int i = 0; i < KIND__COUNT; i++)
		kind_put(kind_def((enum kind)i), out);
	for (int i = SHAPE_none + 1; i < SHAPE__COUNT; i++) {
		size_t count;
		const struct member *members = shape_members((enum shape)i, &count);

		buffer_printf(out, "### Nested: `%s`\n\n%s.\n", shape_name((enum shape)i),
			      shape_doc((enum shape)i));
		members_put(members, count, out);
	}
	return buffer_err(out);
}
