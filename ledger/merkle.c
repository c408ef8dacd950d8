/*
 * merkle.c - growing a tree and verifying proofs; merkle_prove.c makes them.
 *
 * Verification follows RFC 9162 line by line, so that it can be read beside it.
 * Making proofs follows the recursive definition of RFC 6962 instead: the two
 * share no code, so an error in one is not hidden by the same in the other.
 */
#include "ledger/merkle.h"

#include <assert.h>
#include <stdbool.h>

/* ---- growing ---- */

void merkle_frontier_init(struct merkle_frontier *frontier)
{
	frontier->size = 0;
	frontier->n_roots = 0;
}

/* The root of a complete subtree joins; each trailing one bit of the size above
 * its level is a left sibling that waits for it. */
static inline void frontier_push(struct merkle_frontier *frontier, unsigned level,
				 struct hash root)
{
	for (uint64_t waiting = frontier->size >> level; waiting & 1; waiting >>= 1) {
		assert(frontier->n_roots > 0);
		root = hash_node(&frontier->root[--frontier->n_roots], &root);
	}
	assert(frontier->n_roots < MERKLE_LEVEL_MAX);
	frontier->root[frontier->n_roots++] = root;
	frontier->size += UINT64_C(1) << level;
}

enum err merkle_append(struct merkle_frontier *frontier, const struct hash *leaf)
{
	if (frontier->size >= MERKLE_SIZE_MAX)
		return ERR_TOO_BIG;
	frontier_push(frontier, 0, *leaf);
	return ERR_OK;
}

enum err merkle_append_subtree(struct merkle_frontier *frontier, unsigned level,
			       const struct hash *root)
{
	if (level >= MERKLE_LEVEL_MAX)
		return ERR_TOO_BIG;
	uint64_t n_leaves = UINT64_C(1) << level;
	if (n_leaves > MERKLE_SIZE_MAX - frontier->size)
		return ERR_TOO_BIG;
	if (frontier->size % n_leaves != 0)
		return ERR_INVALID;
	frontier_push(frontier, level, *root);
	return ERR_OK;
}

void merkle_frontier_root(const struct merkle_frontier *frontier, struct hash *ret_root)
{
	if (frontier->n_roots == 0) {
		*ret_root = hash_empty();
		return;
	}
	struct hash root = frontier->root[frontier->n_roots - 1];
	for (unsigned i = frontier->n_roots - 1; i > 0; i--)
		root = hash_node(&frontier->root[i - 1], &root);
	*ret_root = root;
}

void merkle_root(const struct hash *leaves, size_t n, struct hash *ret_root)
{
	struct merkle_frontier frontier;

	assert(n <= MERKLE_SIZE_MAX);
	merkle_frontier_init(&frontier);
	for (size_t i = 0; i < n; i++)
		frontier_push(&frontier, 0, leaves[i]);
	merkle_frontier_root(&frontier, ret_root);
}

/* ---- tracing one leaf's path ---- */

static void proof_push(struct merkle_proof *proof, const struct hash *hash)
{
	assert(proof->n_hashes < MERKLE_PROOF_HASHES_MAX);
	proof->hash[proof->n_hashes++] = *hash;
}

void merkle_tracer_init(struct merkle_tracer *tracer, uint64_t index)
{
	merkle_frontier_init(&tracer->frontier);
	tracer->index = index;
	tracer->path.n_hashes = 0;
}

/* As frontier_push(); where a merge joins the subtree with our leaf to another
 * one, that other is the next hash of the path. */
enum err merkle_tracer_append(struct merkle_tracer *tracer, const struct hash *leaf)
{
	struct merkle_frontier *frontier = &tracer->frontier;
	struct hash right = *leaf;
	unsigned level = 0;

	if (frontier->size >= MERKLE_SIZE_MAX)
		return ERR_TOO_BIG;
	for (; frontier->size >> level & 1; level++) {
		const struct hash *left = &frontier->root[--frontier->n_roots];
		uint64_t mine = tracer->index >> level;
		uint64_t of_right = frontier->size >> level;

		if (mine == of_right)
			proof_push(&tracer->path, left);
		else if (mine == of_right - 1)
			proof_push(&tracer->path, &right);
		right = hash_node(left, &right);
	}
	frontier->root[frontier->n_roots++] = right;
	frontier->size++;
	return ERR_OK;
}

enum err merkle_tracer_finish(const struct merkle_tracer *tracer,
			      struct merkle_head *ret_head, struct merkle_proof *ret_path)
{
	const struct merkle_frontier *frontier = &tracer->frontier;
	uint64_t size = frontier->size;

	if (tracer->index >= size)
		return ERR_NOT_FOUND;

	/* The subtrees are folded from the right; `start` is the first leaf of what
	 * is folded already, and each lowest one bit of it the next subtree. */
	struct merkle_proof path = tracer->path;
	struct hash root = frontier->root[frontier->n_roots - 1];
	uint64_t start = size & (size - 1);
	for (unsigned i = frontier->n_roots - 1; i > 0; i--) {
		const struct hash *left = &frontier->root[i - 1];
		uint64_t left_start = start & (start - 1);

		if (tracer->index >= start)
			proof_push(&path, left);
		else if (tracer->index >= left_start)
			proof_push(&path, &root);
		root = hash_node(left, &root);
		start = left_start;
	}
	*ret_head = (struct merkle_head){ .size = size, .root = root };
	*ret_path = path;
	return ERR_OK;
}

/* ---- verifying ---- */

/* RFC 9162 2.1.3.2 step 4.b.ii: right up to the next left edge. */
static void shift_to_odd(uint64_t *fn, uint64_t *sn)
{
	while (*fn != 0 && !(*fn & 1)) {
		*fn >>= 1;
		*sn >>= 1;
	}
}

enum err merkle_verify_inclusion(const struct hash *leaf, uint64_t index,
				 const struct merkle_head *head,
				 const struct merkle_proof *path, struct fault *fault)
{
	if (index >= head->size || head->size > MERKLE_SIZE_MAX)
		return fault_set(
			fault, ERR_INVALID, "leaf %llu is not in a tree of %llu leaves",
			(unsigned long long)index, (unsigned long long)head->size);
	assert(path->n_hashes <= MERKLE_PROOF_HASHES_MAX);

	uint64_t fn = index;
	uint64_t sn = head->size - 1;
	struct hash r = *leaf;
	for (unsigned i = 0; i < path->n_hashes; i++) {
		const struct hash *p = &path->hash[i];

		if (sn == 0)
			return fault_set(fault, ERR_CORRUPT,
					 "inclusion proof is too long");
		if ((fn & 1) || fn == sn) {
			r = hash_node(p, &r);
			shift_to_odd(&fn, &sn);
		} else {
			r = hash_node(&r, p);
		}
		fn >>= 1;
		sn >>= 1;
	}
	if (sn != 0)
		return fault_set(fault, ERR_CORRUPT, "inclusion proof is too short");
	if (!hash_equal(&r, &head->root))
		return fault_set(fault, ERR_CORRUPT,
				 "inclusion proof leads to another root");
	return ERR_OK;
}

/* The two sizes for which a proof is empty. */
static enum err verify_trivial_consistency(const struct merkle_head *old,
					   const struct merkle_head *now,
					   const struct merkle_proof *proof,
					   struct fault *fault)
{
	struct hash empty = hash_empty();
	const struct hash *expected = old->size == 0 ? &empty : &now->root;

	if (proof->n_hashes != 0)
		return fault_set(fault, ERR_CORRUPT,
				 "consistency proof has hashes where none is due");
	if (!hash_equal(&old->root, expected))
		return fault_set(fault, ERR_CORRUPT,
				 "two trees of one size have different roots");
	if (now->size == 0 && !hash_equal(&now->root, &empty))
		return fault_set(fault, ERR_CORRUPT,
				 "an empty tree's root is not the empty hash");
	return ERR_OK;
}

/* RFC 9162 2.1.4.2 from step 5 on; `first` is path[0]. */
static enum err verify_path_consistency(const struct merkle_head *old,
					const struct merkle_head *now,
					const struct hash *first, const struct hash *rest,
					unsigned n_rest, struct fault *fault)
{
	uint64_t fn = old->size - 1;
	uint64_t sn = now->size - 1;
	while (fn & 1) {
		fn >>= 1;
		sn >>= 1;
	}

	struct hash fr = *first;
	struct hash sr = *first;
	for (unsigned i = 0; i < n_rest; i++) {
		const struct hash *c = &rest[i];

		if (sn == 0)
			return fault_set(fault, ERR_CORRUPT,
					 "consistency proof is too long");
		if ((fn & 1) || fn == sn) {
			fr = hash_node(c, &fr);
			sr = hash_node(c, &sr);
			shift_to_odd(&fn, &sn);
		} else {
			sr = hash_node(&sr, c);
		}
		fn >>= 1;
		sn >>= 1;
	}
	if (sn != 0)
		return fault_set(fault, ERR_CORRUPT, "consistency proof is too short");
	if (!hash_equal(&fr, &old->root))
		return fault_set(fault, ERR_CORRUPT,
				 "consistency proof leads to another old root");
	if (!hash_equal(&sr, &now->root))
		return fault_set(fault, ERR_CORRUPT,
				 "consistency proof leads to another new root");
	return ERR_OK;
}

enum err merkle_verify_consistency(const struct merkle_head *old,
				   const struct merkle_head *now,
				   const struct merkle_proof *proof, struct fault *fault)
{
	if (old->size > now->size || now->size > MERKLE_SIZE_MAX)
		return fault_set(fault, ERR_INVALID,
				 "a tree of %llu leaves cannot begin with %llu",
				 (unsigned long long)now->size,
				 (unsigned long long)old->size);
	assert(proof->n_hashes <= MERKLE_PROOF_HASHES_MAX);
	if (old->size == 0 || old->size == now->size)
		return verify_trivial_consistency(old, now, proof, fault);
	if (proof->n_hashes == 0)
		return fault_set(fault, ERR_CORRUPT, "consistency proof is empty");

	/* An old tree that is complete is itself where the path starts. */
	bool complete = (old->size & (old->size - 1)) == 0;
	if (complete)
		return verify_path_consistency(old, now, &old->root, proof->hash,
					       proof->n_hashes, fault);
	return verify_path_consistency(old, now, &proof->hash[0], proof->hash + 1,
				       proof->n_hashes - 1, fault);
}
