/*
 * test_tile.c - tiles: names, geometry, bundles, and nodes read out of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "keys/encoding.h"
#include "ledger/merkle.h"
#include "ledger/tile.h"

#define BIG_TREE 65537U

static json_t *vectors;
static struct fault fault;

/* Leaf hashes of the vectors' tree, and hashes[L] those of tile level L. */
static struct hash *hashes[3];

static uint64_t number_of(const json_t *object, const char *name)
{
	return (uint64_t)json_integer_value(json_object_get(object, name));
}

static const char *text_of(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

static void assert_sha256(const void *bytes, size_t n, const char *hex)
{
	struct hash hash = hash_bytes(bytes, n);
	char got[HASH_HEX_CHARS + 1];

	hex_encode(hash.b, HASH_BYTES, got);
	assert_string_equal(got, hex);
}

static int tree_build(void **state)
{
	(void)state;
	for (unsigned level = 0; level < 3; level++)
		hashes[level] = calloc(BIG_TREE >> (8 * level), sizeof(struct hash));
	for (unsigned i = 0; i < BIG_TREE; i++) {
		char text[12];
		int n = snprintf(text, sizeof text, "%u", i);

		hashes[0][i] = hash_leaf(text, (size_t)n);
	}
	for (unsigned level = 1; level < 3; level++)
		for (size_t i = 0; i < BIG_TREE >> (8 * level); i++)
			merkle_root(hashes[level - 1] + i * TILE_WIDTH, TILE_WIDTH,
				    &hashes[level][i]);
	return 0;
}

static int tree_free(void **state)
{
	(void)state;
	for (unsigned level = 0; level < 3; level++)
		free(hashes[level]);
	return 0;
}

/* A tile reader over the arrays; ctx counts the reads. */
static enum err array_read(void *ctx, const struct tile *tile,
			   struct hash ret_hashes[TILE_WIDTH], struct fault *unused)
{
	(void)unused;
	(*(unsigned *)ctx)++;
	memcpy(ret_hashes, hashes[tile->level] + tile->index * TILE_WIDTH,
	       tile->width * sizeof(struct hash));
	return ERR_OK;
}

static enum err failing_read(void *ctx, const struct tile *tile,
			     struct hash ret_hashes[TILE_WIDTH], struct fault *ret_fault)
{
	(void)ctx, (void)tile, (void)ret_hashes;
	return fault_set(ret_fault, ERR_NOT_FOUND, "no such tile");
}

static void every_path_of_the_vectors_is_written_and_read(void **state)
{
	size_t i;
	json_t *vector;

	(void)state;
	json_array_foreach(json_object_get(vectors, "tile_paths"), i, vector)
	{
		const char *level = text_of(vector, "level");
		const char *path = text_of(vector, "path");
		struct tile want = {
			.level = TILE_LEVEL_ENTRIES,
			.index = number_of(vector, "index"),
			.width = (unsigned)number_of(vector, "width"),
		};
		struct tile got;
		char text[TILE_PATH_BYTES_MAX];

		if (strcmp(level, "entries") != 0)
			want.level = (unsigned)strtoul(level, NULL, 10);
		tile_path_format(&want, text);
		assert_string_equal(text, path);
		assert_int_equal(tile_path_parse(slice_of_text(path), &got, &fault),
				 ERR_OK);
		assert_int_equal(got.level, want.level);
		assert_true(got.index == want.index);
		assert_int_equal(got.width, want.width);
	}
}

static void the_longest_path_has_room(void **state)
{
	struct tile tile = { TILE_LEVEL_ENTRIES, UINT64_MAX, 255 }, got;
	char text[TILE_PATH_BYTES_MAX];

	(void)state;
	tile_path_format(&tile, text);
	assert_string_equal(text, "tile/entries/x018/x446/x744/x073/x709/x551/615.p/255");
	assert_int_equal(tile_path_parse(slice_of_text(text), &got, &fault), ERR_OK);
	assert_true(got.index == UINT64_MAX);
}

static void a_path_with_a_second_spelling_is_refused(void **state)
{
	static const char *const BAD[] = {
		"",
		"/tile/0/000",
		"tile/0/000/",
		"tile/00/000",
		"tile/64/000",
		"tile/999/000",
		"tile/-1/000",
		"tile/+1/000",
		"tile//000",
		"tile/0/",
		"tile/0/0",
		"tile/0/00",
		"tile/0/0000",
		"tile/0/x000/001",
		"tile/0/x000/x001/002",
		"tile/0/001/002",
		"tile/0/x001/x002",
		"tile/0/x001",
		"tile/0/X001/002",
		"tile/0/1e3",
		"tile/0/000.p/0",
		"tile/0/000.p/256",
		"tile/0/000.p/1000",
		"tile/0/000.p/01",
		"tile/0/000.p/",
		"tile/0/000.p",
		"tile/0/000.p/1/",
		"tile/0/000.P/1",
		"tile/data/000",
		"tile/entries",
		"tile/entriesx/000",
		"tile/0/../000",
		"tile/0/x018/x446/x744/x073/x709/x551/616",
		"tile/0/x999/x999/x999/x999/x999/x999/x999/999",
		"checkpoint",
	};
	struct tile tile = { 9, 9, 9 };

	(void)state;
	for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
		assert_int_equal(tile_path_parse(slice_of_text(BAD[i]), &tile, &fault),
				 ERR_INVALID);
	assert_int_equal(tile_path_parse(slice_of("tile/0/000\0", 11), &tile, &fault),
			 ERR_INVALID);
	assert_int_equal(tile.level, 9);
}

static void every_layout_is_that_of_the_vectors(void **state)
{
	size_t i;
	json_t *vector;

	(void)state;
	json_array_foreach(json_object_get(vectors, "tile_layout"), i, vector)
	{
		const json_t *full = json_object_get(vector, "full");
		const json_t *partial = json_object_get(vector, "partial_width");
		struct tile_layout layout;

		tile_layout_of(number_of(vector, "size"), &layout);
		for (unsigned level = 0; level < TILE_LEVELS; level++) {
			char name[4];

			snprintf(name, sizeof name, "%u", level);
			assert_true(layout.n_full[level] == number_of(full, name));
			assert_int_equal(layout.partial_width[level],
					 number_of(partial, name));
		}
	}
}

/* Growing in steps writes every tile of the last size, none of them twice, and at
 * every step only such as belong to that size. */
static void a_walk_gives_what_is_new_and_nothing_else(void **state)
{
	static const uint64_t SIZES[] = { 0,   1,   1,   200,   255,   256,
					  257, 511, 512, 65535, 65536, 70000 };
	uint64_t n_full = 0, n_full_bundles = 0;

	(void)state;
	for (size_t i = 1; i < sizeof SIZES / sizeof *SIZES; i++) {
		struct tile_walk walk;
		struct tile tile;
		unsigned last_step = 0;

		tile_walk_init(&walk, SIZES[i - 1], SIZES[i]);
		while (tile_walk_next(&walk, &tile)) {
			bool bundle = tile.level == TILE_LEVEL_ENTRIES;
			unsigned step = bundle ? 0 : tile.level + 1;

			assert_true(step >= last_step);
			last_step = step;
			assert_true(tile_is_of(&tile, SIZES[i]));
			assert_false(tile_is_of(&tile, SIZES[i - 1]));
			n_full += !bundle && tile.width == TILE_WIDTH;
			n_full_bundles += bundle && tile.width == TILE_WIDTH;
		}
	}
	assert_int_equal(n_full_bundles, 273);
	assert_int_equal(n_full, 273 + 1);
}

static void a_walk_to_the_same_size_is_empty(void **state)
{
	struct tile_walk walk;
	struct tile tile;

	(void)state;
	tile_walk_init(&walk, 300, 300);
	assert_false(tile_walk_next(&walk, &tile));
	assert_false(tile_walk_next(&walk, &tile));
}

static void a_tile_of_another_size_is_not_of_this_one(void **state)
{
	struct tile full = { 0, 0, 256 }, partial = { 0, 1, 44 }, high = { 8, 0, 1 };

	(void)state;
	assert_true(tile_is_of(&full, 300));
	assert_true(tile_is_of(&partial, 300));
	assert_false(tile_is_of(&full, 255));
	assert_false(tile_is_of(&partial, 301));
	assert_false(tile_is_of(&partial, 512));
	assert_false(tile_is_of(&high, MERKLE_SIZE_MAX));
}

static void the_tiles_of_a_tree_are_those_of_the_vectors(void **state)
{
	size_t i;
	json_t *vector;

	(void)state;
	json_array_foreach(json_object_get(vectors, "tiles_of_65537"), i, vector)
	{
		struct tile tile;

		assert_int_equal(tile_path_parse(slice_of_text(text_of(vector, "path")),
						 &tile, &fault),
				 ERR_OK);
		assert_int_equal(tile.width * HASH_BYTES, number_of(vector, "bytes"));
		assert_sha256(hashes[tile.level] + tile.index * TILE_WIDTH,
			      (size_t)tile.width * HASH_BYTES, text_of(vector, "sha256"));
	}
}

static void every_bundle_is_that_of_the_vectors(void **state)
{
	size_t i;
	json_t *vector;

	(void)state;
	json_array_foreach(json_object_get(vectors, "bundles"), i, vector)
	{
		struct slice entries[TILE_WIDTH];
		struct buffer bundle;
		struct tile tile;

		assert_int_equal(tile_path_parse(slice_of_text(text_of(vector, "path")),
						 &tile, &fault),
				 ERR_OK);
		buffer_init(&bundle, TILE_BUNDLE_BYTES_MAX);
		for (unsigned k = 0; k < tile.width; k++) {
			char text[12];

			snprintf(text, sizeof text, "%u", k);
			assert_int_equal(tile_bundle_append(&bundle, slice_of_text(text)),
					 ERR_OK);
		}
		assert_int_equal(bundle.n, number_of(vector, "bytes"));
		assert_sha256(bundle.p, bundle.n, text_of(vector, "sha256"));
		assert_int_equal(tile_bundle_split(buffer_slice(&bundle), tile.width,
						   entries, &fault),
				 ERR_OK);
		for (unsigned k = 0; k < tile.width; k++) {
			struct hash hash = hash_leaf(entries[k].p, entries[k].n);
			assert_true(hash_equal(&hash, &hashes[0][k]));
		}
		buffer_release(&bundle);
	}
}

static void a_bundle_with_bytes_missing_or_left_over_is_refused(void **state)
{
	static const uint8_t BUNDLE[] = { 0, 1, 'a', 0, 0, 0, 2, 'b', 'c' };
	struct slice entries[TILE_WIDTH];

	(void)state;
	assert_int_equal(
		tile_bundle_split(slice_of(BUNDLE, sizeof BUNDLE), 3, entries, &fault),
		ERR_OK);
	assert_int_equal(entries[1].n, 0);
	assert_true(slice_equal_text(entries[2], "bc"));
	for (size_t n = 0; n < sizeof BUNDLE; n++)
		assert_int_equal(
			tile_bundle_split(slice_of(BUNDLE, n), 3, entries, &fault),
			ERR_CORRUPT);
	assert_int_equal(
		tile_bundle_split(slice_of(BUNDLE, sizeof BUNDLE), 2, entries, &fault),
		ERR_CORRUPT);
	assert_int_equal(
		tile_bundle_split(slice_of(BUNDLE, sizeof BUNDLE), 4, entries, &fault),
		ERR_CORRUPT);
}

static void an_entry_of_more_than_65535_bytes_has_no_place(void **state)
{
	static uint8_t bytes[TILE_ENTRY_BYTES_MAX + 1];
	struct slice entries[TILE_WIDTH];
	struct buffer bundle;

	(void)state;
	buffer_init(&bundle, TILE_BUNDLE_BYTES_MAX);
	assert_int_equal(tile_bundle_append(&bundle, slice_of(bytes, sizeof bytes)),
			 ERR_TOO_BIG);
	assert_int_equal(bundle.n, 0);
	assert_int_equal(tile_bundle_append(&bundle, slice_of(bytes, sizeof bytes - 1)),
			 ERR_OK);
	assert_int_equal(tile_bundle_split(buffer_slice(&bundle), 1, entries, &fault),
			 ERR_OK);
	assert_int_equal(entries[0].n, TILE_ENTRY_BYTES_MAX);
	buffer_release(&bundle);
}

static void proofs_out_of_tiles_verify_with_few_reads(void **state)
{
	static const uint64_t SIZES[] = { 1, 2, 255, 256, 257, 700, 65535, BIG_TREE };
	struct merkle_head old = { 0, hash_empty() };

	(void)state;
	for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
		uint64_t size = SIZES[i], index = size * 2 / 3;
		unsigned reads = 0;
		struct tile_source source;
		struct merkle_reader reader = { &source, tile_node };
		struct merkle_head now = { .size = size };
		struct merkle_proof proof;

		tile_source_init(&source, size, &reads, array_read);
		merkle_root(hashes[0], size, &now.root);
		struct hash root;
		assert_int_equal(merkle_read_root(&reader, size, &root, &fault), ERR_OK);
		assert_true(hash_equal(&root, &now.root));
		reads = 0;
		assert_int_equal(
			merkle_prove_inclusion(&reader, index, size, &proof, &fault),
			ERR_OK);
		assert_int_equal(merkle_verify_inclusion(&hashes[0][index], index, &now,
							 &proof, &fault),
				 ERR_OK);
		assert_true(reads <= 6);
		assert_int_equal(
			merkle_prove_consistency(&reader, old.size, size, &proof, &fault),
			ERR_OK);
		assert_int_equal(merkle_verify_consistency(&old, &now, &proof, &fault),
				 ERR_OK);
		old = now;
	}
}

static void a_node_that_is_not_complete_is_not_made_up(void **state)
{
	unsigned reads = 0;
	struct tile_source source;
	struct hash hash;

	(void)state;
	tile_source_init(&source, 300, &reads, array_read);
	assert_int_equal(tile_node(&source, 0, 299, &hash, &fault), ERR_OK);
	assert_int_equal(tile_node(&source, 0, 300, &hash, &fault), ERR_INVALID);
	assert_int_equal(tile_node(&source, 8, 0, &hash, &fault), ERR_OK);
	assert_int_equal(tile_node(&source, 8, 1, &hash, &fault), ERR_INVALID);
	assert_int_equal(tile_node(&source, 63, 0, &hash, &fault), ERR_INVALID);
	tile_source_init(&source, 300, NULL, failing_read);
	assert_int_equal(tile_node(&source, 0, 0, &hash, &fault), ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_path_of_the_vectors_is_written_and_read),
		cmocka_unit_test(the_longest_path_has_room),
		cmocka_unit_test(a_path_with_a_second_spelling_is_refused),
		cmocka_unit_test(every_layout_is_that_of_the_vectors),
		cmocka_unit_test(a_walk_gives_what_is_new_and_nothing_else),
		cmocka_unit_test(a_walk_to_the_same_size_is_empty),
		cmocka_unit_test(a_tile_of_another_size_is_not_of_this_one),
		cmocka_unit_test(the_tiles_of_a_tree_are_those_of_the_vectors),
		cmocka_unit_test(every_bundle_is_that_of_the_vectors),
		cmocka_unit_test(a_bundle_with_bytes_missing_or_left_over_is_refused),
		cmocka_unit_test(an_entry_of_more_than_65535_bytes_has_no_place),
		cmocka_unit_test(proofs_out_of_tiles_verify_with_few_reads),
		cmocka_unit_test(a_node_that_is_not_complete_is_not_made_up),
	};

	vectors = json_load_file("tests/vectors/tlog.json", 0, NULL);
	if (!vectors)
		return 1;
	int failures = cmocka_run_group_tests(tests, tree_build, tree_free);
	json_decref(vectors);
	return failures;
}
