/*
 * merkle_prove.c - roots and proofs out of stored nodes.
 *
 * RFC 6962 sections 2.1.1 and 2.1.2 define proofs from the root down; walking
 * down without recursion gives their hashes in reverse. A range that is not one
 * complete subtree is met at most once on the way (at the tree's right edge),
 * so that a proof costs two reads per level at most.
 */
#include "ledger/merkle.h"

#include <assert.h>
#include <stdbool.h>

/* The largest power of two strictly below n. */
static uint64_t split_of(uint64_t n)
{
	assert(n > 1);
	return UINT64_C(1) << (63 - __builtin_clzll(n - 1));
}

/* The complete subtrees over [start, start + n), the largest first: a frontier.
 * start is a multiple of the largest. */
static enum err read_range(const struct merkle_reader *reader, uint64_t start, uint64_t n,
			   struct merkle_frontier *ret_frontier, struct fault *fault)
{
	struct merkle_frontier frontier = { .size = n, .n_roots = 0 };
	uint64_t at = start;

	while (n > 0) {
		unsigned level = 63 - (unsigned)__builtin_clzll(n);
		uint64_t width = UINT64_C(1) << level;

		assert(at % width == 0);
		enum err err = reader->node(reader->ctx, level, at >> level,
					    &frontier.root[frontier.n_roots], fault);
		if (err)
			return err;
		frontier.n_roots++;
		at += width;
		n -= width;
	}
	*ret_frontier = frontier;
	return ERR_OK;
}

static enum err read_range_root(const struct merkle_reader *reader, uint64_t start,
				uint64_t n, struct hash *ret_root, struct fault *fault)
{
	struct merkle_frontier frontier;
	enum err err = read_range(reader, start, n, &frontier, fault);

	if (err)
		return err;
	merkle_frontier_root(&frontier, ret_root);
	return ERR_OK;
}

static enum err size_check(uint64_t size, struct fault *fault)
{
	if (size > MERKLE_SIZE_MAX)
		return fault_set(fault, ERR_INVALID, "tree size is past 2^63 - 1");
	return ERR_OK;
}

enum err merkle_read_root(const struct merkle_reader *reader, uint64_t size,
			  struct hash *ret_root, struct fault *fault)
{
	enum err err = size_check(size, fault);

	return err ? err : read_range_root(reader, 0, size, ret_root, fault);
}

enum err merkle_read_frontier(const struct merkle_reader *reader, uint64_t size,
			      struct merkle_frontier *ret_frontier, struct fault *fault)
{
	enum err err = size_check(size, fault);

	return err ? err : read_range(reader, 0, size, ret_frontier, fault);
}

/* One more hash of a proof that is found from its end. */
static enum err prepend_range(const struct merkle_reader *reader, uint64_t start,
			      uint64_t n, struct merkle_proof *proof, struct fault *fault)
{
	assert(proof->n_hashes < MERKLE_PROOF_HASHES_MAX);
	enum err err =
		read_range_root(reader, start, n, &proof->hash[proof->n_hashes], fault);
	if (err)
		return err;
	proof->n_hashes++;
	return ERR_OK;
}

static void proof_reversed(const struct merkle_proof *proof,
			   struct merkle_proof *ret_proof)
{
	unsigned n = proof->n_hashes;

	ret_proof->n_hashes = n;
	for (unsigned i = 0; i < n; i++)
		ret_proof->hash[i] = proof->hash[n - 1 - i];
}

enum err merkle_prove_inclusion(const struct merkle_reader *reader, uint64_t index,
				uint64_t size, struct merkle_proof *ret_path,
				struct fault *fault)
{
	enum err err = size_check(size, fault);
	if (err)
		return err;
	if (index >= size)
		return fault_set(fault, ERR_INVALID,
				 "leaf %llu is not in a tree of %llu leaves",
				 (unsigned long long)index, (unsigned long long)size);

	struct merkle_proof path = { .n_hashes = 0 };
	uint64_t start = 0;
	for (uint64_t n = size; n > 1;) {
		uint64_t k = split_of(n);

		if (index - start < k) {
			err = prepend_range(reader, start + k, n - k, &path, fault);
			n = k;
		} else {
			err = prepend_range(reader, start, k, &path, fault);
			start += k;
			n -= k;
		}
		if (err)
			return err;
	}
	proof_reversed(&path, ret_path);
	return ERR_OK;
}

/* SUBPROOF of RFC 6962 2.1.2: m old leaves among the n at `start`. `whole` is its
 * b: the old tree is what we are in, so its root need not be sent. */
static enum err prove_subtree(const struct merkle_reader *reader, uint64_t m, uint64_t n,
			      struct merkle_proof *proof, struct fault *fault)
{
	uint64_t start = 0;
	bool whole = true;

	while (m != n) {
		uint64_t k = split_of(n);
		enum err err;

		if (m <= k) {
			err = prepend_range(reader, start + k, n - k, proof, fault);
			n = k;
		} else {
			err = prepend_range(reader, start, k, proof, fault);
			start += k;
			m -= k;
			n -= k;
			whole = false;
		}
		if (err)
			return err;
	}
	return whole ? ERR_OK : prepend_range(reader, start, n, proof, fault);
}

enum err merkle_prove_consistency(const struct merkle_reader *reader, uint64_t old_size,
				  uint64_t size, struct merkle_proof *ret_proof,
				  struct fault *fault)
{
	enum err err = size_check(size, fault);
	if (err)
		return err;
	if (old_size > size)
		return fault_set(fault, ERR_INVALID,
				 "a tree of %llu leaves cannot begin with %llu",
				 (unsigned long long)size, (unsigned long long)old_size);

	struct merkle_proof proof = { .n_hashes = 0 };
	if (old_size > 0)
		err = prove_subtree(reader, old_size, size, &proof, fault);
	if (err)
		return err;
	proof_reversed(&proof, ret_proof);
	return ERR_OK;
}
