/*
 * log_tree.c - see log_tree.h.
 */
#include "ledger/log_tree.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct log_tree *log_tree_new(struct store *store)
{
	struct log_tree *tree = calloc(1, sizeof *tree);

	if (!tree)
		return NULL;
	tree->store = store;
	merkle_frontier_init(&tree->frontier);
	return tree;
}

void log_tree_free(struct log_tree *tree)
{
	if (!tree)
		return;
	free(tree->added);
	free(tree);
}

struct merkle_head log_tree_head(const struct log_tree *tree)
{
	struct merkle_head head = { .size = tree->frontier.size };

	merkle_frontier_root(&tree->frontier, &head.root);
	return head;
}

static enum err edges_load(struct log_tree *tree, const struct tile_layout *layout,
			   struct fault *fault)
{
	for (unsigned level = 0; level < TILE_LEVELS; level++) {
		enum err err = store_edge(tree->store, level, tree->edge[level],
					  &tree->width[level], fault);

		if (err)
			return err;
		if (tree->width[level] != layout->partial_width[level])
			return fault_set(
				fault, ERR_CORRUPT,
				"the edge of level %u has %u hashes instead of %u: "
				"rebuild the ledger",
				level, tree->width[level], layout->partial_width[level]);
		tree->n_full[level] = layout->n_full[level];
	}
	return ERR_OK;
}

enum err log_tree_load(struct log_tree *tree, const struct merkle_head *head,
		       struct fault *fault)
{
	struct merkle_reader reader;
	struct merkle_head found;
	struct tile_layout layout;
	enum err err;

	tile_layout_of(head->size, &layout);
	tree->n_added = 0;
	/* What a group that failed had added was never the log's. */
	memset(tree->known, 0, sizeof tree->known);
	err = edges_load(tree, &layout, fault);
	if (err)
		return err;
	reader = log_tree_reader(tree, head->size);
	err = merkle_read_frontier(&reader, head->size, &tree->frontier, fault);
	if (err)
		return err;
	found = log_tree_head(tree);
	if (!hash_equal(&found.root, &head->root))
		return fault_set(
			fault, ERR_CORRUPT,
			"the stored tiles do not lead to the ledger's root at size "
			"%" PRIu64 ": run check, then restore a backup",
			head->size);
	return ERR_OK;
}

/* ---- growing ---- */

static enum err added_push(struct log_tree *tree, unsigned level, struct fault *fault)
{
	if (tree->n_added == tree->added_capacity) {
		size_t capacity = tree->added_capacity ? tree->added_capacity * 2 : 8;
		void *grown = reallocarray(tree->added, capacity, sizeof *tree->added);

		if (!grown)
			return fault_set(fault, ERR_MEMORY, "out of memory");
		tree->added = grown;
		tree->added_capacity = capacity;
	}

	struct log_tile *tile = &tree->added[tree->n_added++];

	tile->level = level;
	tile->index = tree->n_full[level];
	memcpy(tile->hashes, tree->edge[level], sizeof tile->hashes);
	return ERR_OK;
}

enum err log_tree_append(struct log_tree *tree, const struct hash *leaf,
			 struct fault *fault)
{
	struct hash hash = *leaf;
	enum err err = merkle_append(&tree->frontier, leaf);

	if (err)
		return fault_set(fault, err, "the log is as long as it can be");
	for (unsigned level = 0; level < TILE_LEVELS; level++) {
		tree->edge[level][tree->width[level]++] = hash;
		if (tree->width[level] < TILE_WIDTH)
			break;
		err = added_push(tree, level, fault);
		if (err)
			return err;
		merkle_root(tree->edge[level], TILE_WIDTH, &hash);
		tree->width[level] = 0;
		tree->n_full[level]++;
	}
	return ERR_OK;
}

enum err log_tree_write(struct log_tree *tree, struct fault *fault)
{
	enum err err = ERR_OK;
	unsigned top = 0; /* a level changes when the one below has a full tile more */

	for (size_t i = 0; !err && i < tree->n_added; i++) {
		const struct log_tile *tile = &tree->added[i];

		err = store_tile_add(tree->store, tile->level, tile->index, tile->hashes,
				     fault);
		if (tile->level + 1 > top)
			top = tile->level + 1;
	}
	for (unsigned level = 0; !err && level <= top && level < TILE_LEVELS; level++)
		err = store_edge_write(tree->store, level, tree->edge[level],
				       tree->width[level], fault);
	if (!err)
		log_tree_added_clear(tree);
	return err;
}

void log_tree_added_clear(struct log_tree *tree)
{
	tree->n_added = 0;
}

/* ---- reading ---- */

enum err log_tree_tile(struct log_tree *tree, const struct tile *tile,
		       struct hash ret_hashes[TILE_WIDTH], struct fault *fault)
{
	if (tile->level >= TILE_LEVELS || tile->index > tree->n_full[tile->level] ||
	    (tile->index == tree->n_full[tile->level] &&
	     tile->width > tree->width[tile->level]))
		return fault_set(fault, ERR_NOT_FOUND, "there is no such tile");
	if (tile->index == tree->n_full[tile->level]) {
		memcpy(ret_hashes, tree->edge[tile->level],
		       tile->width * sizeof *ret_hashes);
		return ERR_OK;
	}
	for (size_t i = 0; i < tree->n_added; i++) {
		const struct log_tile *added = &tree->added[i];

		if (added->level == tile->level && added->index == tile->index) {
			memcpy(ret_hashes, added->hashes, sizeof added->hashes);
			return ERR_OK;
		}
	}
	return store_tile(tree->store, tile->level, tile->index, ret_hashes, fault);
}

static enum err source_read(void *ctx, const struct tile *tile,
			    struct hash ret_hashes[TILE_WIDTH], struct fault *fault)
{
	enum err err = log_tree_tile(ctx, tile, ret_hashes, fault);

	if (err == ERR_NOT_FOUND)
		err = fault_set(fault, ERR_CORRUPT, "a tile of the log is missing");
	return err;
}

static enum err tree_node(void *ctx, unsigned level, uint64_t index,
			  struct hash *ret_hash, struct fault *fault)
{
	struct log_tree *tree = ctx;
	struct log_node *node = NULL;
	enum err err;

	if (level < MERKLE_LEVEL_MAX && index < tree->source.size >> level)
		node = &tree->known[level][index % LOG_TREE_KNOWN_PER_LEVEL];
	if (node && node->known && node->index == index) {
		*ret_hash = node->root;
		return ERR_OK;
	}
	err = tile_node(&tree->source, level, index, ret_hash, fault);
	if (node && !err)
		*node = (struct log_node){ true, index, *ret_hash };
	return err;
}

struct merkle_reader log_tree_reader(struct log_tree *tree, uint64_t size)
{
	tile_source_init(&tree->source, size, tree, source_read);
	return (struct merkle_reader){ .ctx = tree, .node = tree_node };
}

enum err log_tree_root_at(struct log_tree *tree, uint64_t size, struct hash *ret_root,
			  struct fault *fault)
{
	struct merkle_reader reader = log_tree_reader(tree, size);

	assert(size <= tree->frontier.size);
	return merkle_read_root(&reader, size, ret_root, fault);
}
