/*
 * audit_tree.h - the log's tree, grown from its entries and held against the
 * export's tiles.
 *
 * Only the right edge stays in memory. Everything to its left is a full tile that
 * was compared with its file, so an older root can be read back from there.
 *
 *  (1) edge[L][0..width[L]-1] is the partial tile of level L at this size.
 *  (2) A tile is only read back after its file was found to be the recomputed
 *      one, byte for byte.
 */
#ifndef ARRONDI_LEDGER_AUDIT_TREE_H
#define ARRONDI_LEDGER_AUDIT_TREE_H

#include <stdint.h>

#include "keys/buffer.h"
#include "keys/fault.h"
#include "keys/hash.h"
#include "ledger/audit_folder.h"
#include "ledger/merkle.h"
#include "ledger/tile.h"

/* Read freely; changed by the functions below. */
struct audit_tree {
	const struct audit_folder *folder;
	struct merkle_frontier frontier; /* .size is the tree's */
	struct hash edge[TILE_LEVELS][TILE_WIDTH];
	unsigned width[TILE_LEVELS];
	uint64_t n_full[TILE_LEVELS];
	/* The last full tile read back of each level: the roots that ballots saw
	 * lie close together. */
	struct tile cached[TILE_LEVELS];
	struct hash cache[TILE_LEVELS][TILE_WIDTH];
	struct tile_source source;
	struct buffer file;
};

void audit_tree_init(struct audit_tree *tree, const struct audit_folder *folder);
void audit_tree_release(struct audit_tree *tree);

/*
 * Compares a tile's file with hashes[0..tile->width-1]. ERR_CORRUPT where it is
 * another; *ret_at is then the number of the first hash that is, or the width where the
 * file has not the right length. ERR_NOT_FOUND, or audit_folder_read()'s errors.
 */
MUST_USE enum err audit_tree_compare(struct audit_tree *tree, const struct tile *tile,
				     const struct hash *hashes, unsigned *ret_at,
				     struct fault *fault);

/* Adds a leaf whose tile of level 0 was compared; compares the tiles of higher
 * levels that it completes. */
MUST_USE enum err audit_tree_append(struct audit_tree *tree, const struct hash *leaf,
				    struct fault *fault);

/* Compares the partial tiles above level 0, once all leaves are there. */
MUST_USE enum err audit_tree_finish(struct audit_tree *tree, struct fault *fault);

/* The tree as it was at a size up to its own, for merkle.h; good until the next
 * call with this tree. */
struct merkle_reader audit_tree_reader(struct audit_tree *tree, uint64_t size);
MUST_USE enum err audit_tree_root_at(struct audit_tree *tree, uint64_t size,
				     struct hash *ret_root, struct fault *fault);

#endif
