/*
 * test_merkle.c - roots, proofs and refusals, against vectors of another
 * implementation; and against RFC 6962's recursive definition, written out here.
 * Of ledger/merkle.c, and of ledger/merkle_prove.c, which makes the proofs.
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

#define SMALL_TREES 70

static json_t *vectors;
static struct fault fault;

static struct hash hash_of(const json_t *base64)
{
	struct hash hash;
	size_t n = 0;

	assert_int_equal(base64_decode(json_string_value(base64),
				       json_string_length(base64), hash.b, HASH_BYTES,
				       &n),
			 ERR_OK);
	assert_int_equal(n, HASH_BYTES);
	return hash;
}

static uint64_t number_of(const json_t *object, const char *name)
{
	return (uint64_t)json_integer_value(json_object_get(object, name));
}

static struct merkle_proof proof_of(const json_t *list)
{
	struct merkle_proof proof = { .n_hashes = 0 };
	size_t i;
	json_t *item;

	json_array_foreach(list, i, item)
	{
		assert_true(proof.n_hashes < MERKLE_PROOF_HASHES_MAX);
		proof.hash[proof.n_hashes++] = hash_of(item);
	}
	return proof;
}

static void assert_proof_equal(const struct merkle_proof *a, const struct merkle_proof *b)
{
	assert_int_equal(a->n_hashes, b->n_hashes);
	assert_memory_equal(a->hash, b->hash, a->n_hashes * sizeof a->hash[0]);
}

/* The vectors' leaves: leaf i is i in decimal. */
static struct hash leaf_of(uint64_t i)
{
	char text[24];
	int n = snprintf(text, sizeof text, "%llu", (unsigned long long)i);

	return hash_leaf(text, (size_t)n);
}

/* MTH of RFC 6962, as it is written there. */
static struct hash definition_root(uint64_t start, uint64_t n)
{
	uint64_t k = 1;

	if (n == 0)
		return hash_empty();
	if (n == 1)
		return leaf_of(start);
	while (k * 2 < n)
		k *= 2;
	struct hash left = definition_root(start, k);
	struct hash right = definition_root(start + k, n - k);
	return hash_node(&left, &right);
}

/* A reader that computes; ctx counts the reads. */
static enum err definition_node(void *ctx, unsigned level, uint64_t index,
				struct hash *ret_hash, struct fault *unused)
{
	(void)unused;
	(*(unsigned *)ctx)++;
	*ret_hash = definition_root(index << level, UINT64_C(1) << level);
	return ERR_OK;
}

static enum err failing_node(void *ctx, unsigned level, uint64_t index,
			     struct hash *ret_hash, struct fault *ret_fault)
{
	(void)ctx, (void)level, (void)index, (void)ret_hash;
	return fault_set(ret_fault, ERR_IO, "node cannot be read");
}

static void the_hashes_of_leaf_node_and_nothing_are_those_of_the_rfc(void **state)
{
	const json_t *hashes = json_object_get(vectors, "hashes");
	struct hash empty = hash_of(json_object_get(hashes, "empty_root"));
	struct hash leaf = hash_of(json_object_get(hashes, "leaf_of_empty_string"));
	struct hash node = hash_of(json_object_get(hashes, "node_of_leaf0_leaf1"));
	struct hash got = hash_leaf("", 0), leaf0 = leaf_of(0), leaf1 = leaf_of(1);

	(void)state;
	assert_true(hash_equal(&got, &leaf));
	got = hash_node(&leaf0, &leaf1);
	assert_true(hash_equal(&got, &node));
	merkle_root(NULL, 0, &got);
	assert_true(hash_equal(&got, &empty));
}

static void every_root_is_that_of_the_vectors(void **state)
{
	size_t i;
	json_t *vector;

	(void)state;
	json_array_foreach(json_object_get(vectors, "roots"), i, vector)
	{
		struct hash want = hash_of(json_object_get(vector, "root_b64")), got;
		uint64_t n = number_of(vector, "n");
		struct merkle_frontier frontier;

		merkle_frontier_init(&frontier);
		for (uint64_t k = 0; k < n; k++) {
			struct hash leaf = leaf_of(k);
			assert_int_equal(merkle_append(&frontier, &leaf), ERR_OK);
		}
		assert_int_equal(frontier.n_roots, __builtin_popcountll(n));
		merkle_frontier_root(&frontier, &got);
		assert_true(hash_equal(&got, &want));
	}
}

static void a_root_from_an_array_or_from_subtrees_is_the_definitions(void **state)
{
	struct hash leaves[SMALL_TREES];

	(void)state;
	for (uint64_t i = 0; i < SMALL_TREES; i++)
		leaves[i] = leaf_of(i);
	for (uint64_t n = 0; n <= SMALL_TREES; n++) {
		struct hash want = definition_root(0, n), got;
		struct merkle_frontier frontier;

		merkle_root(leaves, n, &got);
		assert_true(hash_equal(&got, &want));

		/* Eights, as threads would hash them, then what is left. */
		merkle_frontier_init(&frontier);
		for (uint64_t i = 0; i + 8 <= n; i += 8) {
			merkle_root(leaves + i, 8, &got);
			assert_int_equal(merkle_append_subtree(&frontier, 3, &got),
					 ERR_OK);
		}
		for (uint64_t i = n / 8 * 8; i < n; i++)
			assert_int_equal(merkle_append(&frontier, &leaves[i]), ERR_OK);
		merkle_frontier_root(&frontier, &got);
		assert_true(hash_equal(&got, &want));
		assert_int_equal(frontier.size, n);
	}
}

static void a_subtree_joins_only_on_its_own_boundary(void **state)
{
	struct merkle_frontier frontier;
	struct hash leaf = leaf_of(0);

	(void)state;
	merkle_frontier_init(&frontier);
	assert_int_equal(merkle_append(&frontier, &leaf), ERR_OK);
	assert_int_equal(merkle_append_subtree(&frontier, 1, &leaf), ERR_INVALID);
	assert_int_equal(frontier.size, 1);
	assert_int_equal(merkle_append_subtree(&frontier, 0, &leaf), ERR_OK);
	assert_int_equal(merkle_append_subtree(&frontier, 1, &leaf), ERR_OK);
	assert_int_equal(merkle_append_subtree(&frontier, 63, &leaf), ERR_TOO_BIG);
}

static void a_tree_of_the_greatest_size_takes_no_more(void **state)
{
	struct merkle_frontier frontier;
	struct hash leaf = leaf_of(0), root;

	(void)state;
	merkle_frontier_init(&frontier);
	for (unsigned level = 63; level-- > 0;)
		assert_int_equal(merkle_append_subtree(&frontier, level, &leaf), ERR_OK);
	assert_true(frontier.size == MERKLE_SIZE_MAX);
	assert_int_equal(frontier.n_roots, 63);
	assert_int_equal(merkle_append(&frontier, &leaf), ERR_TOO_BIG);
	assert_int_equal(merkle_append_subtree(&frontier, 0, &leaf), ERR_TOO_BIG);
	merkle_frontier_root(&frontier, &root);
}

static void every_inclusion_vector_verifies_and_is_made_alike(void **state)
{
	unsigned reads = 0;
	struct merkle_reader reader = { &reads, definition_node };
	size_t i;
	json_t *vector;

	(void)state;
	json_array_foreach(json_object_get(vectors, "inclusion"), i, vector)
	{
		uint64_t index = number_of(vector, "index");
		struct hash leaf = hash_of(json_object_get(vector, "leaf_hash"));
		struct merkle_head head = {
			.size = number_of(vector, "size"),
			.root = hash_of(json_object_get(vector, "root")),
		};
		struct merkle_proof path = proof_of(json_object_get(vector, "proof"));
		struct merkle_proof made;

		assert_int_equal(
			merkle_verify_inclusion(&leaf, index, &head, &path, &fault),
			ERR_OK);
		if (head.size > 2000)
			continue;
		assert_int_equal(
			merkle_prove_inclusion(&reader, index, head.size, &made, &fault),
			ERR_OK);
		assert_proof_equal(&made, &path);
	}
}

static void every_false_inclusion_is_refused(void **state)
{
	size_t i;
	json_t *vector;

	(void)state;
	json_array_foreach(json_object_get(vectors, "inclusion_refuse"), i, vector)
	{
		uint64_t index = number_of(vector, "index");
		struct hash leaf = hash_of(json_object_get(vector, "leaf_hash"));
		struct merkle_head head = {
			.size = number_of(vector, "size"),
			.root = hash_of(json_object_get(vector, "root")),
		};
		struct merkle_proof path = proof_of(json_object_get(vector, "proof"));

		assert_int_equal(
			merkle_verify_inclusion(&leaf, index, &head, &path, &fault),
			index >= head.size ? ERR_INVALID : ERR_CORRUPT);
	}
}

static void every_consistency_vector_verifies_and_is_made_alike(void **state)
{
	unsigned reads = 0;
	struct merkle_reader reader = { &reads, definition_node };
	size_t i;
	json_t *vector;

	(void)state;
	json_array_foreach(json_object_get(vectors, "consistency"), i, vector)
	{
		struct merkle_head old = {
			.size = number_of(vector, "old"),
			.root = hash_of(json_object_get(vector, "old_root")),
		};
		struct merkle_head now = {
			.size = number_of(vector, "size"),
			.root = hash_of(json_object_get(vector, "root")),
		};
		struct merkle_proof proof = proof_of(json_object_get(vector, "proof"));
		struct merkle_proof made;

		assert_int_equal(merkle_verify_consistency(&old, &now, &proof, &fault),
				 ERR_OK);
		if (now.size > 2000)
			continue;
		assert_int_equal(merkle_prove_consistency(&reader, old.size, now.size,
							  &made, &fault),
				 ERR_OK);
		assert_proof_equal(&made, &proof);
	}
}

static void every_false_consistency_is_refused(void **state)
{
	size_t i;
	json_t *vector;

	(void)state;
	json_array_foreach(json_object_get(vectors, "consistency_refuse"), i, vector)
	{
		struct merkle_head old = {
			.size = number_of(vector, "old"),
			.root = hash_of(json_object_get(vector, "old_root")),
		};
		struct merkle_head now = {
			.size = number_of(vector, "size"),
			.root = hash_of(json_object_get(vector, "root")),
		};
		struct merkle_proof proof = proof_of(json_object_get(vector, "proof"));

		assert_int_equal(merkle_verify_consistency(&old, &now, &proof, &fault),
				 old.size > now.size ? ERR_INVALID : ERR_CORRUPT);
	}
}

static void one_bit_changed_anywhere_breaks_a_proof(void **state)
{
	unsigned reads = 0;
	struct merkle_reader reader = { &reads, definition_node };
	struct merkle_head old = { 21, definition_root(0, 21) };
	struct merkle_head now = { 37, definition_root(0, 37) };
	struct merkle_proof path, proof;
	struct hash leaf = leaf_of(21);

	(void)state;
	assert_int_equal(merkle_prove_inclusion(&reader, 21, 37, &path, &fault), ERR_OK);
	assert_int_equal(merkle_prove_consistency(&reader, 21, 37, &proof, &fault),
			 ERR_OK);
	for (unsigned i = 0; i < path.n_hashes; i++) {
		path.hash[i].b[i % HASH_BYTES] ^= 1;
		assert_int_equal(merkle_verify_inclusion(&leaf, 21, &now, &path, &fault),
				 ERR_CORRUPT);
		path.hash[i].b[i % HASH_BYTES] ^= 1;
	}
	for (unsigned i = 0; i < proof.n_hashes; i++) {
		proof.hash[i].b[i % HASH_BYTES] ^= 0x80;
		assert_int_equal(merkle_verify_consistency(&old, &now, &proof, &fault),
				 ERR_CORRUPT);
		proof.hash[i].b[i % HASH_BYTES] ^= 0x80;
	}
	assert_int_equal(merkle_verify_inclusion(&leaf, 21, &now, &path, &fault), ERR_OK);
	assert_int_equal(merkle_verify_consistency(&old, &now, &proof, &fault), ERR_OK);
}

static void proofs_of_all_small_trees_verify_in_few_reads(void **state)
{
	struct hash roots[SMALL_TREES + 1];

	(void)state;
	for (uint64_t n = 0; n <= SMALL_TREES; n++)
		roots[n] = definition_root(0, n);
	for (uint64_t n = 1; n <= SMALL_TREES; n += n < 20 ? 1 : 5) {
		struct merkle_head now = { n, roots[n] };

		for (uint64_t m = 0; m <= n; m++) {
			unsigned reads = 0;
			struct merkle_reader reader = { &reads, definition_node };
			struct merkle_head old = { m, roots[m] };
			struct merkle_proof proof;
			struct hash leaf = leaf_of(m);

			assert_int_equal(
				merkle_prove_consistency(&reader, m, n, &proof, &fault),
				ERR_OK);
			assert_int_equal(
				merkle_verify_consistency(&old, &now, &proof, &fault),
				ERR_OK);
			assert_true(reads <= 14);
			if (m == n)
				continue;
			reads = 0;
			assert_int_equal(
				merkle_prove_inclusion(&reader, m, n, &proof, &fault),
				ERR_OK);
			assert_int_equal(
				merkle_verify_inclusion(&leaf, m, &now, &proof, &fault),
				ERR_OK);
			assert_true(reads <= 14);
		}
	}
}

static void a_traced_path_is_the_proven_one(void **state)
{
	unsigned reads = 0;
	struct merkle_reader reader = { &reads, definition_node };

	(void)state;
	for (uint64_t n = 1; n <= 40; n++) {
		for (uint64_t index = 0; index < n; index++) {
			struct merkle_tracer tracer;
			struct merkle_proof traced, proven;
			struct merkle_head head;
			struct hash want = definition_root(0, n);

			merkle_tracer_init(&tracer, index);
			for (uint64_t i = 0; i < n; i++) {
				struct hash leaf = leaf_of(i);
				if (i == index)
					assert_int_equal(merkle_tracer_finish(
								 &tracer, &head, &traced),
							 ERR_NOT_FOUND);
				assert_int_equal(merkle_tracer_append(&tracer, &leaf),
						 ERR_OK);
			}
			assert_int_equal(merkle_tracer_finish(&tracer, &head, &traced),
					 ERR_OK);
			assert_int_equal(head.size, n);
			assert_true(hash_equal(&head.root, &want));
			assert_int_equal(merkle_prove_inclusion(&reader, index, n,
								&proven, &fault),
					 ERR_OK);
			assert_proof_equal(&traced, &proven);
		}
	}
}

static void the_root_and_frontier_of_any_older_size_can_be_read(void **state)
{
	unsigned reads = 0;
	struct merkle_reader reader = { &reads, definition_node };

	(void)state;
	for (uint64_t n = 0; n <= SMALL_TREES; n++) {
		struct hash want = definition_root(0, n), got;
		struct hash next = leaf_of(n);
		struct merkle_frontier frontier;

		assert_int_equal(merkle_read_root(&reader, n, &got, &fault), ERR_OK);
		assert_true(hash_equal(&got, &want));
		assert_int_equal(merkle_read_frontier(&reader, n, &frontier, &fault),
				 ERR_OK);
		assert_int_equal(merkle_append(&frontier, &next), ERR_OK);
		merkle_frontier_root(&frontier, &got);
		want = definition_root(0, n + 1);
		assert_true(hash_equal(&got, &want));
	}
}

static void questions_that_have_no_answer_are_refused(void **state)
{
	unsigned reads = 0;
	struct merkle_reader reader = { &reads, definition_node };
	struct merkle_reader failing = { NULL, failing_node };
	struct merkle_proof proof = { .n_hashes = 7 };
	struct hash root;

	(void)state;
	assert_int_equal(merkle_prove_inclusion(&reader, 5, 5, &proof, &fault),
			 ERR_INVALID);
	assert_int_equal(merkle_prove_consistency(&reader, 6, 5, &proof, &fault),
			 ERR_INVALID);
	assert_int_equal(merkle_read_root(&reader, MERKLE_SIZE_MAX + 1, &root, &fault),
			 ERR_INVALID);
	assert_int_equal(merkle_prove_inclusion(&failing, 1, 5, &proof, &fault), ERR_IO);
	assert_int_equal(merkle_prove_consistency(&failing, 3, 5, &proof, &fault),
			 ERR_IO);
	assert_int_equal(merkle_read_root(&failing, 5, &root, &fault), ERR_IO);
	assert_int_equal(proof.n_hashes, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_hashes_of_leaf_node_and_nothing_are_those_of_the_rfc),
		cmocka_unit_test(every_root_is_that_of_the_vectors),
		cmocka_unit_test(
			a_root_from_an_array_or_from_subtrees_is_the_definitions),
		cmocka_unit_test(a_subtree_joins_only_on_its_own_boundary),
		cmocka_unit_test(a_tree_of_the_greatest_size_takes_no_more),
		cmocka_unit_test(every_inclusion_vector_verifies_and_is_made_alike),
		cmocka_unit_test(every_false_inclusion_is_refused),
		cmocka_unit_test(every_consistency_vector_verifies_and_is_made_alike),
		cmocka_unit_test(every_false_consistency_is_refused),
		cmocka_unit_test(one_bit_changed_anywhere_breaks_a_proof),
		cmocka_unit_test(proofs_of_all_small_trees_verify_in_few_reads),
		cmocka_unit_test(a_traced_path_is_the_proven_one),
		cmocka_unit_test(the_root_and_frontier_of_any_older_size_can_be_read),
		cmocka_unit_test(questions_that_have_no_answer_are_refused),
	};

	vectors = json_load_file("tests/vectors/tlog.json", 0, NULL);
	if (!vectors)
		return 1;
	int failures = cmocka_run_group_tests(tests, NULL, NULL);
	json_decref(vectors);
	return failures;
}
