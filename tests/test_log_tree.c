/*
 * test_log_tree.c - the tree at the store against one that keeps every leaf.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ledger/log_tree.h"
#include "tests/temporary.h"

#define LEAVES 70000 /* three levels of tiles */

struct forest {
	struct temporary *t;
	struct store *store;
	struct log_tree *tree;
	struct hash *leaves;
	struct fault fault;
};

static void forest_init(struct forest *forest)
{
	char path[TEMPORARY_PATH];

	memset(forest, 0, sizeof *forest);
	forest->t = temporary_empty();
	temporary_path(forest->t, "tree.db", path);
	assert_int_equal(store_open(path, STORE_CREATE, &forest->store, &forest->fault),
			 ERR_OK);
	forest->tree = log_tree_new(forest->store);
	forest->leaves = calloc(LEAVES, sizeof *forest->leaves);
	assert_non_null(forest->tree);
	assert_non_null(forest->leaves);
	for (uint32_t i = 0; i < LEAVES; i++)
		forest->leaves[i] = hash_leaf(&i, sizeof i);
}

static void forest_clear(struct forest *forest)
{
	log_tree_free(forest->tree);
	store_close(forest->store);
	temporary_free(forest->t);
	free(forest->leaves);
}

static void assert_roots(struct forest *forest, uint64_t size)
{
	const uint64_t sizes[] = { 0,   1,     255,   256,   257, 511,
				   512, 65535, 65536, 65537, size };

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct hash root, expected;

		if (sizes[i] > size)
			continue;
		merkle_root(forest->leaves, sizes[i], &expected);
		assert_int_equal(
			log_tree_root_at(forest->tree, sizes[i], &root, &forest->fault),
			ERR_OK);
		assert_true(hash_equal(&root, &expected));
	}
}

static void grow(struct forest *forest, uint64_t to)
{
	for (uint64_t i = forest->tree->frontier.size; i < to; i++)
		assert_int_equal(
			log_tree_append(forest->tree, &forest->leaves[i], &forest->fault),
			ERR_OK);
}

static void roots_are_right_before_and_after_storing(void **unused)
{
	const uint64_t stops[] = { 1, 255, 256, 300, 65535, 65536, 65800, LEAVES };
	struct forest forest;

	(void)unused;
	forest_init(&forest);
	for (size_t i = 0; i < sizeof stops / sizeof *stops; i++) {
		struct merkle_head head;

		grow(&forest, stops[i]);
		assert_roots(&forest, stops[i]); /* from memory */
		assert_int_equal(
			store_begin(forest.store, STORE_EXCLUSIVE, &forest.fault),
			ERR_OK);
		assert_int_equal(log_tree_write(forest.tree, &forest.fault), ERR_OK);
		assert_int_equal(store_commit(forest.store, &forest.fault), ERR_OK);
		head = log_tree_head(forest.tree);
		log_tree_free(forest.tree);
		forest.tree = log_tree_new(forest.store);
		assert_non_null(forest.tree);
		assert_int_equal(log_tree_load(forest.tree, &head, &forest.fault),
				 ERR_OK);
		assert_roots(&forest, stops[i]); /* from the store */
	}
	forest_clear(&forest);
}

static void another_head_is_not_loaded(void **unused)
{
	struct forest forest;
	struct merkle_head head, other;

	(void)unused;
	forest_init(&forest);
	grow(&forest, 300);
	assert_int_equal(log_tree_write(forest.tree, &forest.fault), ERR_OK);
	head = log_tree_head(forest.tree);
	other = head;
	other.root.b[0] ^= 1;
	assert_int_equal(log_tree_load(forest.tree, &other, &forest.fault), ERR_CORRUPT);
	other = head;
	other.size--;
	assert_int_equal(log_tree_load(forest.tree, &other, &forest.fault), ERR_CORRUPT);
	assert_int_equal(log_tree_load(forest.tree, &head, &forest.fault), ERR_OK);
	forest_clear(&forest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roots_are_right_before_and_after_storing),
		cmocka_unit_test(another_head_is_not_loaded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
