/*
 * fuzz_tile.c - names of tiles, and bundles of entries (ledger/tile.h).
 */
#include <string.h>

#include "ledger/tile.h"
#include "tests/fuzz.h"

static void path_check(struct slice in)
{
	char path[TILE_PATH_BYTES_MAX];
	struct tile tile;
	struct fault fault;
	enum err err;

	err = tile_path_parse(in, &tile, &fault);
	fuzz_must_be_said(err, &fault);
	if (err)
		return;
	tile_path_format(&tile, path);
	FUZZ_MUST(slice_equal_text(in, path));
	FUZZ_MUST(tile.width >= 1 && tile.width <= TILE_WIDTH);
}

/* The first byte says how many there must be. */
static void bundle_check(struct slice in)
{
	static struct slice entries[TILE_WIDTH];
	unsigned width = in.n ? in.p[0] + 1u : 1;
	struct slice bundle = slice_of(in.p + (in.n > 0), in.n - (in.n > 0));
	struct buffer out;

	if (tile_bundle_split(bundle, width, entries, NULL) != ERR_OK)
		return;
	buffer_init(&out, bundle.n);
	for (unsigned i = 0; i < width; i++)
		FUZZ_MUST(tile_bundle_append(&out, entries[i]) == ERR_OK);
	FUZZ_MUST(slice_equal(buffer_slice(&out), bundle));
	buffer_release(&out);
}

/* A walk from one size to another gives each tile of the second that the first has
 * not, and each once. */
static void walk_check(uint64_t from, uint64_t to)
{
	struct tile_walk walk;
	struct tile tile, again;
	char path[TILE_PATH_BYTES_MAX];

	tile_walk_init(&walk, from, to);
	while (tile_walk_next(&walk, &tile)) {
		FUZZ_MUST(tile_is_of(&tile, to));
		FUZZ_MUST(from == 0 || !tile_is_of(&tile, from));
		tile_path_format(&tile, path);
		FUZZ_MUST(tile_path_parse(slice_of_text(path), &again, NULL) == ERR_OK);
		FUZZ_MUST(again.level == tile.level && again.index == tile.index &&
			  again.width == tile.width);
	}
}

FUZZ_TARGET(tile)
{
	struct fuzz_feed feed = { slice_of(bytes, n) };
	uint64_t from = fuzz_number(&feed, 1u << 24);

	path_check(slice_of(bytes, n));
	bundle_check(slice_of(bytes, n));
	walk_check(from, from + fuzz_number(&feed, 4096));
	return 0;
}
