/*
 * world_play.c - see world_play.h.
 */
#include "tests/world_play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/buffer.h"
#include "ledger/kind.h"
#include "tests/fuzz.h"
#include "tests/world_fixed.h"

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

void world_play(struct world *world, struct slice script)
{
	struct fuzz_feed feed = { script };
	size_t first = world->leaf_count;

	for (int i = 0; i < WORLD_PLAY_LINES && feed.rest.n > 0; i++) {
		char *text = positions_put(fuzz_line(&feed), first);

		line_run(world, text);
		free(text);
	}
}
