/*
 * tile.h - the tree as files of 256 hashes (c2sp.org/tlog-tiles).
 *
 * Tile N of level L holds, side by side, the roots of the complete subtrees of
 * 256^L leaves with the numbers N × 256 and up. The last tile of a level is
 * partial until it has 256. Beside the tiles of level 0 stand the entry bundles
 * with the entries' bytes. What this file promises:
 *
 *  (1) A path has one spelling: tile_path_parse() accepts only what
 *      tile_path_format() writes.
 *  (2) A full tile, or a partial one of a given width, never changes, so it may
 *      be cached for ever.
 */
#ifndef ARRONDI_LEDGER_TILE_H
#define ARRONDI_LEDGER_TILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/buffer.h"
#include "keys/fault.h"
#include "keys/hash.h"
#include "keys/slice.h"

#define TILE_LEVELS_PER_TILE 8   /* levels of the tree in one tile */
#define TILE_WIDTH           256 /* hashes in a full tile, entries in a bundle */
#define TILE_BYTES_MAX       (TILE_WIDTH * 32)

/* A tree below 2^63 leaves has tiles on levels 0 to 7. */
#define TILE_LEVELS 8

/* The number that stands for "entries" where a level is named. */
#define TILE_LEVEL_ENTRIES 64

/* The greatest level that the format lets a path name. */
#define TILE_LEVEL_MAX 63

/* The longest path, with its NUL. */
#define TILE_PATH_BYTES_MAX 64

/* tlog-tiles: an entry's length is a uint16. */
#define TILE_ENTRY_BYTES_MAX  65535
#define TILE_BUNDLE_BYTES_MAX (TILE_WIDTH * (2 + TILE_ENTRY_BYTES_MAX))

struct tile {
	unsigned level; /* 0..TILE_LEVEL_MAX, or TILE_LEVEL_ENTRIES */
	uint64_t index;
	unsigned width; /* 1..TILE_WIDTH */
};

/* ---- names ---- */

/* "tile/0/x001/234.p/17", "tile/entries/000"; without a leading slash. */
void tile_path_format(const struct tile *tile, char ret_path[TILE_PATH_BYTES_MAX]);

/* ERR_INVALID for anything that tile_path_format() would not write. */
MUST_USE enum err tile_path_parse(struct slice path, struct tile *ret_tile,
				  struct fault *fault);

/* ---- geometry ---- */

/* The tiles of a tree: on level L the full tiles 0..n_full[L]-1, then one of
 * width partial_width[L] unless that is 0. Bundles are as level 0. */
struct tile_layout {
	uint64_t n_full[TILE_LEVELS];
	unsigned partial_width[TILE_LEVELS];
};

void tile_layout_of(uint64_t size, struct tile_layout *ret_layout);

/* True for the tiles and bundles that tile_layout_of(size) describes, and no
 * other: not for a partial tile of an earlier size. */
bool tile_is_of(const struct tile *tile, uint64_t size);

/*
 * The tiles that must be written when a tree grows from one size to another:
 * those of the new layout that the old one has not. With from 0, all of them.
 * They come in the order in which they have to reach the disk: bundles, then
 * the tiles of level 0, 1, ... (tlog-tiles). Fields are private.
 */
struct tile_walk {
	struct tile_layout old;
	struct tile_layout now;
	unsigned step;
	uint64_t index;
};

void tile_walk_init(struct tile_walk *walk, uint64_t from_size, uint64_t to_size);

/* False when there is none left. */
bool tile_walk_next(struct tile_walk *walk, struct tile *ret_tile);

/* ---- entry bundles ---- */

/* Appends uint16 length and bytes. ERR_TOO_BIG past TILE_ENTRY_BYTES_MAX. */
MUST_USE enum err tile_bundle_append(struct buffer *bundle, struct slice entry);

/* Splits a bundle of exactly `width` entries; the slices point into it. ERR_CORRUPT
 * where entries are missing or bytes are left over. */
MUST_USE enum err tile_bundle_split(struct slice bundle, unsigned width,
				    struct slice ret_entries[TILE_WIDTH],
				    struct fault *fault);

/* ---- nodes ---- */

/*
 * Reads tiles for merkle.h: a struct merkle_reader of { &source, tile_node }.
 * read() fills ret_hashes[0..tile->width-1]; it is only asked for tiles that
 * tile_is_of(size) holds for, and may cut a wider tile to the width. The last
 * tile is kept, because most nodes of one proof stand in the same few tiles.
 */
struct tile_source {
	void *ctx;
	enum err (*read)(void *ctx, const struct tile *tile,
			 struct hash ret_hashes[TILE_WIDTH], struct fault *fault);
	uint64_t size;

	struct tile cached; /* width 0: nothing yet */
	struct hash hashes[TILE_WIDTH];
};

void tile_source_init(struct tile_source *source, uint64_t size, void *ctx,
		      enum err (*read)(void *ctx, const struct tile *tile,
				       struct hash ret_hashes[TILE_WIDTH],
				       struct fault *fault));

/* A merkle_reader's node(); ctx is a struct tile_source. ERR_INVALID where the
 * subtree is not complete in a tree of source->size. */
MUST_USE enum err tile_node(void *ctx, unsigned level, uint64_t index,
			    struct hash *ret_hash, struct fault *fault);

#endif
