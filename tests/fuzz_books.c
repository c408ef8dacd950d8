/*
 * fuzz_books.c - drafts of entries, as commands and the API take them, one on each line
 * after who submits it:
 *
 *	treasurer 'kind':'paid','payment':41
 *	+1234			seconds later
 *	!2 ^0 for		seat 2 votes
 *
 * where ^0 is the position of the first new entry, ^1 of the second, and so on; all
 * on the books of a whole autumn (tests/story.h). What is refused changes nothing, what
 * was accepted is accepted again by who replays it, to the same books.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/buffer.h"
#include "ledger/kind.h"
#include "tests/fuzz.h"
#include "tests/world_fixed.h"

#define LINES_MAX 24

/* So many seconds: a year at most, so that the clock stays in its bounds. */
static void later(struct world *world, const char *text)
{
	unsigned long seconds = strtoul(text, NULL, 10);

	world->at += (int64_t)(seconds % (366UL * 86400));
}

static void vote(struct world *world, const char *text)
{
	char *end;
	unsigned long seat = strtoul(text, &end, 10) % WORLD_SEATS;
	unsigned long proposal = strtoul(end, &end, 10);

	while (*end == ' ')
		end++;
	/* What is no text cannot be signed. */
	if (strlen(end) < 16 && strspn(end, "abcdefghijklmnopqrstuvwxyz") == strlen(end))
		(void)world_ballot(world, (int)seat, proposal, end);
}

/* The line with each ^N as the position that it stands for. */
static char *positions_put(struct slice line, size_t first)
{
	struct buffer out;
	char *text;

	buffer_init(&out, 4 * line.n + 1);
	for (size_t i = 0; i < line.n; i++) {
		if (line.p[i] == '^' && i + 1 < line.n && line.p[i + 1] >= '0' &&
		    line.p[i + 1] <= '9')
			buffer_printf(&out, "%zu", first + line.p[++i] - '0');
		else
			buffer_put_byte(&out, line.p[i]);
	}
	text = fuzz_text(out.p, buffer_err(&out) ? 0 : out.n);
	buffer_release(&out);
	return text;
}

static void line_run(struct world *world, char *line)
{
	char *members = strchr(line, ' ');

	if (line[0] == '+') {
		later(world, line + 1);
	} else if (line[0] == '!') {
		vote(world, line + 1);
	} else if (members) {
		*members++ = '\0';
		/* Who submits is known before. */
		if (text_is_id(slice_of_text(line), 64))
			(void)world_fuzz(world, line, members, NULL, slice_of(NULL, 0));
	}
}

static int64_t sum_of_accounts(struct world *world)
{
	struct state_cursor cursor;
	int64_t sum = 0;

	for (state_first(world->state, &cursor, "ab/"); cursor.found;
	     state_next(world->state, &cursor)) {
		struct record_reader reader = record_reader(cursor.value);

		sum += record_read_integer(&reader);
	}
	return sum;
}

/* The new leaves once more, from where they began. */
static void replay(struct world *world, struct world_trial *trial)
{
	struct world_leaf kept[LINES_MAX];
	size_t count = world->leaf_count - trial->leaf_count;
	struct hash first = world_digest(world), again;

	memcpy(kept, world->leaves + trial->leaf_count, count * sizeof *kept);
	memset(world->leaves + trial->leaf_count, 0, count * sizeof *kept);
	world_undo(world, trial);
	world_try(world, trial);
	for (size_t i = 0; i < count; i++) {
		FUZZ_MUST(world_replay(world, slice_of(kept[i].bytes, kept[i].n)) ==
			  ERR_OK);
		free(kept[i].bytes);
	}
	again = world_digest(world);
	FUZZ_MUST(hash_equal(&first, &again));
}

FUZZ_TARGET(books)
{
	struct world *world = world_told();
	struct fuzz_feed feed = { slice_of(bytes, n) };
	struct world_trial trial;

	world_try(world, &trial);
	for (int i = 0; i < LINES_MAX && feed.rest.n > 0; i++) {
		struct slice line = fuzz_line(&feed);
		char *text = positions_put(line, trial.leaf_count);

		line_run(world, text);
		free(text);
	}
	FUZZ_MUST(sum_of_accounts(world) == 0);
	if (world->leaf_count > trial.leaf_count)
		replay(world, &trial);
	world_undo(world, &trial);
	return 0;
}
