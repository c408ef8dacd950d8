/*
 * fuzz_books.c - drafts of entries, as commands and the API take them (a script of
 * tests/world_play.h), on the books of a whole autumn (tests/story.h).
 *
 * What is refused changes nothing; what was accepted is accepted again by who replays
 * it, to the same books; all accounts sum to zero.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz.h"
#include "tests/world_fixed.h"
#include "tests/world_play.h"

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
	struct world_leaf kept[WORLD_PLAY_LINES];
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
	struct world_trial trial;

	world_try(world, &trial);
	world_play(world, slice_of(bytes, n));
	FUZZ_MUST(sum_of_accounts(world) == 0);
	if (world->leaf_count > trial.leaf_count)
		replay(world, &trial);
	world_undo(world, &trial);
	return 0;
}
