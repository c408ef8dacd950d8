/*
 * notary.c - see notary.h.
 */
#include "tests/notary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ledger/intake.h"

static struct json *parse(struct json_doc *doc, const char *members, const char *by)
{
	struct json *draft = NULL;
	struct fault fault;
	char *text = NULL;

	assert_true(asprintf(&text, "{%s}", members) > 0);
	for (char *c = text; *c; c++)
		if (*c == '\'')
			*c = '"';
	assert_int_equal(intake_parse(doc, slice_of_text(text), &draft, &fault), ERR_OK);
	(void)json_add_cstring(doc, draft, "by", by);
	free(text);
	return draft;
}

/* {"note":...,"seat":...}, behind what stands in out. */
static void sign_one(struct world *world, const struct json *draft, int seat,
		     struct buffer *out)
{
	char note[WORLD_NOTE_BYTES_MAX], name[32];
	struct buffer text;

	snprintf(name, sizeof name, "siege-%d", seat + 1);
	buffer_init(&text, WORLD_NOTE_BYTES_MAX);
	assert_int_equal(books_journal_text(world->books, draft, slice_of_text(name),
					    &text, &world->fault),
			 ERR_OK);
	world_sign(world, seat, buffer_text(&text), note);
	buffer_release(&text);
	buffer_printf(out, "%s{'seat':'%s','note':'%s'}", seat ? "," : "", name, note);
}

char *notary_signs(struct world *world, int seats, const char *by, const char *format,
		   ...)
{
	struct json_doc *doc = json_doc_new();
	char *members = NULL, *whole = NULL;
	struct buffer signatures;
	struct json *draft;
	va_list args;

	va_start(args, format);
	assert_true(vasprintf(&members, format, args) > 0);
	va_end(args);
	draft = parse(doc, members, by);
	buffer_init(&signatures, ENTRY_BYTES_MAX);
	for (int seat = 0; seat < seats; seat++)
		sign_one(world, draft, seat, &signatures);
	assert_true(asprintf(&whole, "%s,'signatures':[%s]", members,
			     seats ? buffer_text(&signatures) : "") > 0);
	buffer_release(&signatures);
	json_doc_free(doc);
	free(members);
	return whole;
}

uint64_t notary_must(struct world *world, const char *members)
{
	char *signed_by_two = notary_signs(world, 2, "treasurer", "%s", members);
	uint64_t position = world_must(world, "treasurer", "%s", signed_by_two);

	free(signed_by_two);
	return position;
}

void notary_refuses(struct world *world, const char *rule, const char *members)
{
	char *signed_by_two = notary_signs(world, 2, "treasurer", "%s", members);

	world_refuses(world, rule, "treasurer", "%s", signed_by_two);
	free(signed_by_two);
}
