/*
 * fuzz_charter.c - a charter as a founder writes it: JSON that becomes the first entry.
 *
 * The keys may be any; none has to sign.
 */
#include <string.h>

#include "ledger/intake.h"
#include "tests/fuzz.h"
#include "tests/world_fixed.h"

/* The members between the braces, so that the world can take them. */
static char *members_of(const uint8_t *bytes, size_t n)
{
	char *text = fuzz_text(bytes, n), *open = strchr(text, '{'),
	     *close = strrchr(text, '}');

	if (close)
		*close = '\0';
	if (open)
		memmove(text, open + 1, strlen(open + 1) + 1);
	return text;
}

FUZZ_TARGET(charter)
{
	static struct world *world;
	struct world_trial trial;
	struct hash first, again;
	struct slice leaf;
	char *members;

	if (!world)
		world = world_fixed_empty();
	members = members_of(bytes, n);
	world_try(world, &trial);
	if (world_fuzz(world, "operator", members, NULL, slice_of(NULL, 0)) == ERR_OK) {
		struct charter_view charter;
		struct world *other = world_empty();

		FUZZ_MUST(query_charter(world->books, &charter, NULL) == ERR_OK);
		/* Another who reads the same leaf has the same books. */
		first = world_digest(world);
		leaf = slice_of(world->leaves[0].bytes, world->leaves[0].n);
		FUZZ_MUST(world_replay(other, leaf) == ERR_OK);
		again = world_digest(other);
		FUZZ_MUST(hash_equal(&first, &again));
		world_free(other);
	}
	world_undo(world, &trial);
	free(members);
	return 0;
}
