/*
 * log_tree.h - the log's tree as a ledger holds it: its right edge in memory,
 * all that is finished in the store.
 *
 * An append costs O(1) hashes on average and no reading; a proof or an older
 * root costs O(log n) reads. Full tiles made since the last log_tree_write()
 * stay in memory, so that a group being appended can be asked about, too.
 *
 *  (1) edge[L][0..width[L]-1] is the partial tile of level L at this size.
 *  (2) Every full tile is in the store or in `added`, and in one of them only.
 */
#ifndef ARRONDI_LEDGER_LOG_TREE_H
#define ARRONDI_LEDGER_LOG_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/fault.h"
#include "keys/hash.h"
#include "ledger/merkle.h"
#include "ledger/store.h"
#include "ledger/tile.h"

struct log_tile {
	unsigned level;
	uint64_t index;
	struct hash hashes[TILE_WIDTH];
};

/* Roots of complete subtrees that were asked for, by level; a subtree that is complete
 * never changes. Those along the right edge are in every proof, and each costs up to
 * 127 hashes to make from its tile. */
#define LOG_TREE_KNOWN_PER_LEVEL 4

struct log_node {
	bool known;
	uint64_t index;
	struct hash root;
};

/* Read freely; changed by the functions below. */
struct log_tree {
	struct store *store;
	struct merkle_frontier frontier; /* .size is the tree's */
	struct hash edge[TILE_LEVELS][TILE_WIDTH];
	unsigned width[TILE_LEVELS];
	uint64_t n_full[TILE_LEVELS];
	struct log_tile *added; /* owned */
	size_t n_added, added_capacity;
	struct tile_source source;
	struct log_node known[MERKLE_LEVEL_MAX][LOG_TREE_KNOWN_PER_LEVEL];
};

/* Empty; the store must outlive it. NULL when out of memory. */
struct log_tree *log_tree_new(struct store *store);
void log_tree_free(struct log_tree *tree);

/* Becomes the stored tree of that head. ERR_CORRUPT where the store holds
 * another one; the tree is then good for another load only. */
MUST_USE enum err log_tree_load(struct log_tree *tree, const struct merkle_head *head,
				struct fault *fault);

MUST_USE enum err log_tree_append(struct log_tree *tree, const struct hash *leaf,
				  struct fault *fault);
struct merkle_head log_tree_head(const struct log_tree *tree);

/* Puts full tiles and edges into the store; what was added is then stored. */
MUST_USE enum err log_tree_write(struct log_tree *tree, struct fault *fault);
/* The added tiles are in the store already: who replays a log compares them. */
void log_tree_added_clear(struct log_tree *tree);

/* The first tile->width hashes of a tile. ERR_NOT_FOUND where it has fewer. */
MUST_USE enum err log_tree_tile(struct log_tree *tree, const struct tile *tile,
				struct hash ret_hashes[TILE_WIDTH], struct fault *fault);

/* The tree as it was at a size up to its own, for merkle.h; good until the next
 * call with this tree. */
struct merkle_reader log_tree_reader(struct log_tree *tree, uint64_t size);
MUST_USE enum err log_tree_root_at(struct log_tree *tree, uint64_t size,
				   struct hash *ret_root, struct fault *fault);

#endif
