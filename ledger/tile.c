/*
 * tile.c - names and geometry of tiles, bundles, and nodes out of tiles.
 */
#include "ledger/tile.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "keys/encoding.h"
#include "ledger/merkle.h"

/* ---- names ---- */

/* Seven groups of three digits hold every uint64. */
#define INDEX_GROUPS_MAX 7

static size_t index_format(uint64_t index, char *text, size_t text_bytes)
{
	unsigned groups[INDEX_GROUPS_MAX];
	unsigned n = 0;
	size_t at = 0;

	do {
		groups[n++] = (unsigned)(index % 1000);
		index /= 1000;
	} while (index > 0);
	while (n-- > 0)
		at += (size_t)snprintf(text + at, text_bytes - at,
				       n > 0 ? "x%03u/" : "%03u", groups[n]);
	assert(at < text_bytes);
	return at;
}

void tile_path_format(const struct tile *tile, char ret_path[TILE_PATH_BYTES_MAX])
{
	size_t at;

	assert(tile->width >= 1 && tile->width <= TILE_WIDTH);
	assert(tile->level <= TILE_LEVEL_ENTRIES);
	if (tile->level == TILE_LEVEL_ENTRIES)
		at = (size_t)snprintf(ret_path, TILE_PATH_BYTES_MAX, "tile/entries/");
	else
		at = (size_t)snprintf(ret_path, TILE_PATH_BYTES_MAX, "tile/%u/",
				      tile->level);
	at += index_format(tile->index, ret_path + at, TILE_PATH_BYTES_MAX - at);
	if (tile->width < TILE_WIDTH)
		at += (size_t)snprintf(ret_path + at, TILE_PATH_BYTES_MAX - at, ".p/%u",
				       tile->width);
	assert(at < TILE_PATH_BYTES_MAX);
}

static bool slice_skip_text(struct slice *rest, const char *text)
{
	size_t n = strlen(text);

	if (rest->n < n || memcmp(rest->p, text, n) != 0)
		return false;
	rest->p += n;
	rest->n -= n;
	return true;
}

/* Three digits. */
static bool group_parse(struct slice *rest, uint64_t *index)
{
	uint64_t group = 0;

	if (rest->n < 3)
		return false;
	for (unsigned i = 0; i < 3; i++) {
		if (rest->p[i] < '0' || rest->p[i] > '9')
			return false;
		group = group * 10 + (uint64_t)(rest->p[i] - '0');
	}
	rest->p += 3;
	rest->n -= 3;
	return !__builtin_mul_overflow(*index, UINT64_C(1000), index) &&
	       !__builtin_add_overflow(*index, group, index);
}

static bool index_parse(struct slice *rest, uint64_t *ret_index)
{
	uint64_t index = 0;

	while (slice_skip_text(rest, "x"))
		if (!group_parse(rest, &index) || !slice_skip_text(rest, "/"))
			return false;
	if (!group_parse(rest, &index))
		return false;
	*ret_index = index;
	return true;
}

/* Decimal digits as far as they go, at most three. */
static bool short_number_parse(struct slice *rest, unsigned *ret_value)
{
	unsigned value = 0;
	unsigned n = 0;

	for (; n < 3 && n < rest->n && rest->p[n] >= '0' && rest->p[n] <= '9'; n++)
		value = value * 10 + (unsigned)(rest->p[n] - '0');
	if (n == 0)
		return false;
	rest->p += n;
	rest->n -= n;
	*ret_value = value;
	return true;
}

static bool level_parse(struct slice *rest, unsigned *ret_level)
{
	if (slice_skip_text(rest, "entries/")) {
		*ret_level = TILE_LEVEL_ENTRIES;
		return true;
	}
	return short_number_parse(rest, ret_level) && *ret_level <= TILE_LEVEL_MAX &&
	       slice_skip_text(rest, "/");
}

static bool width_parse(struct slice *rest, unsigned *ret_width)
{
	*ret_width = TILE_WIDTH;
	if (rest->n == 0)
		return true;
	return slice_skip_text(rest, ".p/") && short_number_parse(rest, ret_width) &&
	       *ret_width >= 1 && *ret_width < TILE_WIDTH && rest->n == 0;
}

enum err tile_path_parse(struct slice path, struct tile *ret_tile, struct fault *fault)
{
	struct slice rest = path;
	struct tile tile = { 0 };
	char again[TILE_PATH_BYTES_MAX];

	if (!slice_skip_text(&rest, "tile/") || !level_parse(&rest, &tile.level) ||
	    !index_parse(&rest, &tile.index) || !width_parse(&rest, &tile.width))
		return fault_set(fault, ERR_INVALID, "path is not a tile's");

	/* Leading zeroes of any kind: the path must be the one that we write. */
	tile_path_format(&tile, again);
	if (!slice_equal_text(path, again))
		return fault_set(fault, ERR_INVALID, "path is not a tile's only one");
	*ret_tile = tile;
	return ERR_OK;
}

/* ---- geometry ---- */

void tile_layout_of(uint64_t size, struct tile_layout *ret_layout)
{
	for (unsigned level = 0; level < TILE_LEVELS; level++) {
		uint64_t n_hashes = size >> (TILE_LEVELS_PER_TILE * level);

		ret_layout->n_full[level] = n_hashes / TILE_WIDTH;
		ret_layout->partial_width[level] = (unsigned)(n_hashes % TILE_WIDTH);
	}
}

/* The width of tile `index` where a level has so many hashes; 0: no such tile. */
static unsigned width_at(const struct tile_layout *layout, unsigned level, uint64_t index)
{
	if (index < layout->n_full[level])
		return TILE_WIDTH;
	return index == layout->n_full[level] ? layout->partial_width[level] : 0;
}

bool tile_is_of(const struct tile *tile, uint64_t size)
{
	struct tile_layout layout;
	unsigned level = tile->level == TILE_LEVEL_ENTRIES ? 0 : tile->level;

	if (level >= TILE_LEVELS || tile->width == 0)
		return false;
	tile_layout_of(size, &layout);
	return width_at(&layout, level, tile->index) == tile->width;
}

void tile_walk_init(struct tile_walk *walk, uint64_t from_size, uint64_t to_size)
{
	assert(from_size <= to_size);
	tile_layout_of(from_size, &walk->old);
	tile_layout_of(to_size, &walk->now);
	walk->step = 0;
	walk->index = walk->old.n_full[0];
}

bool tile_walk_next(struct tile_walk *walk, struct tile *ret_tile)
{
	/* Step 0 is the bundles, step L + 1 the tiles of level L. */
	while (walk->step <= TILE_LEVELS) {
		unsigned level = walk->step == 0 ? 0 : walk->step - 1;
		uint64_t index = walk->index++;
		unsigned width = width_at(&walk->now, level, index);

		if (width == 0) {
			walk->step++;
			if (walk->step <= TILE_LEVELS)
				walk->index = walk->old.n_full[walk->step - 1];
			continue;
		}
		if (width_at(&walk->old, level, index) == width)
			continue;
		*ret_tile = (struct tile){
			.level = walk->step == 0 ? TILE_LEVEL_ENTRIES : level,
			.index = index,
			.width = width,
		};
		return true;
	}
	return false;
}

/* ---- entry bundles ---- */

enum err tile_bundle_append(struct buffer *bundle, struct slice entry)
{
	uint8_t length[2];

	if (entry.n > TILE_ENTRY_BYTES_MAX)
		return ERR_TOO_BIG;
	u16_put(length, (uint16_t)entry.n);

	/* Room for both first, so that a failure leaves no half entry. */
	enum err err = buffer_reserve(bundle, bundle->n + sizeof(length) + entry.n);
	if (err)
		return err;
	buffer_put(bundle, length, sizeof(length));
	return buffer_put_slice(bundle, entry);
}

enum err tile_bundle_split(struct slice bundle, unsigned width,
			   struct slice ret_entries[TILE_WIDTH], struct fault *fault)
{
	struct slice entries[TILE_WIDTH];
	size_t at = 0;

	assert(width >= 1 && width <= TILE_WIDTH);
	for (unsigned i = 0; i < width; i++) {
		if (bundle.n - at < 2)
			return fault_set(fault, ERR_CORRUPT,
					 "bundle ends after %u of %u entries", i, width);
		size_t n = u16_get(bundle.p + at);
		at += 2;
		if (bundle.n - at < n)
			return fault_set(fault, ERR_CORRUPT,
					 "bundle ends within entry %u of %u", i, width);
		entries[i] = slice_of(bundle.p + at, n);
		at += n;
	}
	if (at != bundle.n)
		return fault_set(fault, ERR_CORRUPT,
				 "bundle has bytes after its %u entries", width);
	memcpy(ret_entries, entries, width * sizeof(entries[0]));
	return ERR_OK;
}

/* ---- nodes ---- */

void tile_source_init(struct tile_source *source, uint64_t size, void *ctx,
		      enum err (*read)(void *ctx, const struct tile *tile,
				       struct hash ret_hashes[TILE_WIDTH],
				       struct fault *fault))
{
	source->ctx = ctx;
	source->read = read;
	source->size = size;
	source->cached = (struct tile){ 0 };
}

static enum err source_load(struct tile_source *source, const struct tile *tile,
			    struct fault *fault)
{
	const struct tile *cached = &source->cached;

	if (cached->width == tile->width && cached->level == tile->level &&
	    cached->index == tile->index)
		return ERR_OK;
	source->cached.width = 0;
	enum err err = source->read(source->ctx, tile, source->hashes, fault);
	if (err)
		return err;
	source->cached = *tile;
	return ERR_OK;
}

enum err tile_node(void *ctx, unsigned level, uint64_t index, struct hash *ret_hash,
		   struct fault *fault)
{
	struct tile_source *source = ctx;
	struct tile_layout layout;

	if (level >= MERKLE_LEVEL_MAX || index >= source->size >> level)
		return fault_set(fault, ERR_INVALID,
				 "subtree %llu of level %u is not complete at size %llu",
				 (unsigned long long)index, level,
				 (unsigned long long)source->size);

	/* The subtree's 2^below hashes stand side by side in one tile, since a
	 * tile's first hash has a number that is a multiple of 256. */
	unsigned below = level % TILE_LEVELS_PER_TILE;
	uint64_t first = index << below;
	struct tile tile = {
		.level = level / TILE_LEVELS_PER_TILE,
		.index = first / TILE_WIDTH,
	};
	tile_layout_of(source->size, &layout);
	tile.width = width_at(&layout, tile.level, tile.index);
	assert(first % TILE_WIDTH + (UINT64_C(1) << below) <= tile.width);

	enum err err = source_load(source, &tile, fault);
	if (err)
		return err;
	merkle_root(source->hashes + first % TILE_WIDTH, (size_t)1 << below, ret_hash);
	return ERR_OK;
}
