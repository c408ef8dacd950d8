/*
 * audit_tree.c - see audit_tree.h.
 */
#include "ledger/audit_tree.h"

#include <assert.h>

#include "keys/encoding.h"

void audit_tree_init(struct audit_tree *tree, const struct audit_folder *folder)
{
	tree->folder = folder;
	merkle_frontier_init(&tree->frontier);
	for (unsigned level = 0; level < TILE_LEVELS; level++) {
		tree->width[level] = 0;
		tree->n_full[level] = 0;
		tree->cached[level] = (struct tile){ 0 };
	}
	buffer_init(&tree->file, TILE_BYTES_MAX);
}

void audit_tree_release(struct audit_tree *tree)
{
	buffer_release(&tree->file);
}

/* ---- against the files ---- */

/* A tile's file, as long as its width asks for. */
static enum err tile_read(struct audit_tree *tree, const struct tile *tile,
			  char ret_path[TILE_PATH_BYTES_MAX], struct fault *fault)
{
	size_t expected = (size_t)tile->width * HASH_BYTES;
	enum err err;

	tile_path_format(tile, ret_path);
	err = audit_folder_read(tree->folder, ret_path, TILE_BYTES_MAX, &tree->file,
				fault);
	if (!err && tree->file.n != expected)
		err = fault_set(fault, ERR_CORRUPT, "'%s' has %zu bytes, expected %zu",
				ret_path, tree->file.n, expected);
	return err;
}

enum err audit_tree_compare(struct audit_tree *tree, const struct tile *tile,
			    const struct hash *hashes, unsigned *ret_at,
			    struct fault *fault)
{
	char path[TILE_PATH_BYTES_MAX];
	char found[HASH_HEX_CHARS + 1], expected[HASH_HEX_CHARS + 1];
	enum err err = tile_read(tree, tile, path, fault);
	unsigned at = 0;

	*ret_at = tile->width;
	if (err)
		return err;
	while (at < tile->width && memcmp(tree->file.p + (size_t)at * HASH_BYTES,
					  hashes[at].b, HASH_BYTES) == 0)
		at++;
	if (at == tile->width)
		return ERR_OK;
	*ret_at = at;
	hex_encode(tree->file.p + (size_t)at * HASH_BYTES, HASH_BYTES, found);
	hex_encode(hashes[at].b, HASH_BYTES, expected);
	return fault_set(fault, ERR_CORRUPT,
			 "hash %u of '%s' is %s, expected %s from the entries", at, path,
			 found, expected);
}

enum err audit_tree_append(struct audit_tree *tree, const struct hash *leaf,
			   struct fault *fault)
{
	struct hash hash = *leaf;
	enum err err = merkle_append(&tree->frontier, leaf);

	assert(!err); /* a checkpoint's size is within MERKLE_SIZE_MAX */
	for (unsigned level = 0; !err && level < TILE_LEVELS; level++) {
		struct tile tile = { level, tree->n_full[level], TILE_WIDTH };
		unsigned at;

		tree->edge[level][tree->width[level]++] = hash;
		if (tree->width[level] < TILE_WIDTH)
			break;
		if (level > 0)
			err = audit_tree_compare(tree, &tile, tree->edge[level], &at,
						 fault);
		merkle_root(tree->edge[level], TILE_WIDTH, &hash);
		tree->width[level] = 0;
		tree->n_full[level]++;
	}
	return err;
}

enum err audit_tree_finish(struct audit_tree *tree, struct fault *fault)
{
	enum err err = ERR_OK;

	for (unsigned level = 1; !err && level < TILE_LEVELS; level++) {
		struct tile tile = { level, tree->n_full[level], tree->width[level] };
		unsigned at;

		if (tile.width > 0)
			err = audit_tree_compare(tree, &tile, tree->edge[level], &at,
						 fault);
	}
	return err;
}

/* ---- reading back ---- */

static enum err cache_load(struct audit_tree *tree, const struct tile *tile,
			   struct fault *fault)
{
	struct tile *cached = &tree->cached[tile->level];
	char path[TILE_PATH_BYTES_MAX];
	enum err err;

	if (cached->width > 0 && cached->index == tile->index)
		return ERR_OK;
	cached->width = 0;
	err = tile_read(tree, tile, path, fault);
	if (err)
		return err;
	memcpy(tree->cache[tile->level], tree->file.p, tree->file.n);
	*cached = *tile;
	return ERR_OK;
}

/* tile_source's read(). A full tile on the disk serves partial ones of the past. */
static enum err source_read(void *ctx, const struct tile *tile,
			    struct hash ret_hashes[TILE_WIDTH], struct fault *fault)
{
	struct audit_tree *tree = ctx;
	struct tile full = { tile->level, tile->index, TILE_WIDTH };
	enum err err;

	assert(tile->level < TILE_LEVELS);
	if (tile->index == tree->n_full[tile->level]) {
		assert(tile->width <= tree->width[tile->level]);
		memcpy(ret_hashes, tree->edge[tile->level],
		       tile->width * sizeof ret_hashes[0]);
		return ERR_OK;
	}
	assert(tile->index < tree->n_full[tile->level]);
	err = cache_load(tree, &full, fault);
	if (!err)
		memcpy(ret_hashes, tree->cache[tile->level],
		       tile->width * sizeof ret_hashes[0]);
	return err;
}

struct merkle_reader audit_tree_reader(struct audit_tree *tree, uint64_t size)
{
	assert(size <= tree->frontier.size);
	tile_source_init(&tree->source, size, tree, source_read);
	return (struct merkle_reader){ .ctx = &tree->source, .node = tile_node };
}

enum err audit_tree_root_at(struct audit_tree *tree, uint64_t size, struct hash *ret_root,
			    struct fault *fault)
{
	struct merkle_reader reader = audit_tree_reader(tree, size);

	return merkle_read_root(&reader, size, ret_root, fault);
}
