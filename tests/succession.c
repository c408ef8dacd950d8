/*
 * succession.c - see succession.h.
 */
#include "tests/succession.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ledger/merkle.h"

static void sign_consent(struct world *world, const struct say *say, int seat,
			 char ret_note[WORLD_NOTE_BYTES_MAX])
{
	char text[SUCCESSION_TEXT_BYTES_MAX], out[SUCCESSION_TEXT_BYTES_MAX + 256];
	char name[32];
	struct succession_text said = {
		.head.size = world->leaf_count,
		.origin = slice_of_text(say->origin),
		.log = slice_of_text(say->log ? say->log : world->next_log_vkey),
		.reason = slice_of_text(say->reason),
	};
	struct merkle_frontier frontier;
	const char *at;

	snprintf(name, sizeof name, "siege-%d", seat + 1);
	said.seat = slice_of_text(name);
	merkle_frontier_init(&frontier);
	for (size_t i = 0; i < world->leaf_count; i++)
		assert_int_equal(merkle_append(&frontier, &world->leaves[i].hash),
				 ERR_OK);
	merkle_frontier_root(&frontier, &said.head.root);
	assert_int_equal(books_succession_text(world->books, &said, text, &world->fault),
			 ERR_OK);
	at = say->text_from ? strstr(text, say->text_from) : NULL;
	if (at)
		snprintf(out, sizeof out, "%.*s%s%s", (int)(at - text), text,
			 say->text_to, at + strlen(say->text_from));
	else
		snprintf(out, sizeof out, "%s", text);
	world_sign(world, seat, out, ret_note);
}

void succession_members(struct world *world, const struct say *say, char *out,
			size_t bytes)
{
	char note[WORLD_NOTE_BYTES_MAX];
	int n;

	world_checkpoint(world, world->leaf_count, note);
	n = snprintf(out, bytes,
		     "'kind':'succession','reason':'%s','origin':'%s','log':'%s',"
		     "'checkpoint':'%s','consents':[",
		     say->reason, say->origin, say->log ? say->log : world->next_log_vkey,
		     say->checkpoint ? say->checkpoint : note);
	for (int i = 0; i < say->seats + say->is_doubled; i++) {
		int seat = i < say->seats ? i : say->seats - 1;

		sign_consent(world, say, seat, note);
		n += snprintf(out + n, bytes - (size_t)n,
			      "%s{'seat':'siege-%d','note':'%s'}", i ? "," : "", seat + 1,
			      note);
		assert_true((size_t)n < bytes);
	}
	n += snprintf(out + n, bytes - (size_t)n, "]");
	assert_true((size_t)n < bytes);
}

uint64_t succeed(struct world *world, const struct say *say)
{
	static char members[SUCCESSION_BYTES];
	uint64_t position;

	if (!say->log)
		world_log_prepare(world, say->origin);
	succession_members(world, say, members, sizeof members);
	position = world_must(world, "operator", "%s", members);
	world_log_take(world);
	/* The old log's key signs nothing of the new one. */
	signing_key_free(world->old_log_key);
	world->old_log_key = NULL;
	return position;
}
