/*
 * merkle.h - the tree whose root stands for every leaf before it.
 *
 * RFC 6962 section 2.1, with the verification algorithms of RFC 9162 sections
 * 2.1.3.2 and 2.1.4.2. Three views of one tree:
 *
 *   frontier  what a writer keeps: the roots of the complete subtrees that make
 *             up the tree, at most 63 hashes, so an append costs O(1) amortised
 *   reader    what a prover needs: the hash of any complete subtree, by its
 *             level and number; a proof costs O(log n) such reads
 *   proof     what a verifier gets
 *
 *  (1) frontier.n_roots is the number of one bits in frontier.size.
 *  (2) A proof binds no size. The path of leaf 11 verifies for 13 leaves and for
 *      14 with the same root: only a signed (size, root) pair binds them.
 */
#ifndef ARRONDI_LEDGER_MERKLE_H
#define ARRONDI_LEDGER_MERKLE_H

#include <stddef.h>
#include <stdint.h>

#include "keys/fault.h"
#include "keys/hash.h"

/* Sizes are below 2^63 (tlog-checkpoint), so no path is longer than 63. */
#define MERKLE_SIZE_MAX  ((uint64_t)INT64_MAX)
#define MERKLE_LEVEL_MAX 63

/* A consistency proof may hold one hash more than a path: where it starts. */
#define MERKLE_PROOF_HASHES_MAX (MERKLE_LEVEL_MAX + 1)

/* What a checkpoint says of a tree. An empty tree's root is SHA-256(""). */
struct merkle_head {
	uint64_t size;
	struct hash root;
};

/* The hashes of an inclusion proof (the leaf's sibling first) or of a
 * consistency proof (RFC 6962's order). */
struct merkle_proof {
	unsigned n_hashes;
	struct hash hash[MERKLE_PROOF_HASHES_MAX];
};

/* ---- growing a tree ---- */

/* The complete subtrees of a tree of size leaves, the largest first. */
struct merkle_frontier {
	uint64_t size;
	unsigned n_roots;
	struct hash root[MERKLE_LEVEL_MAX];
};

void merkle_frontier_init(struct merkle_frontier *frontier);

/* Adds one leaf's hash. ERR_TOO_BIG at MERKLE_SIZE_MAX; nothing changes then. */
MUST_USE enum err merkle_append(struct merkle_frontier *frontier,
				const struct hash *leaf);

/*
 * Adds the root of a complete subtree of 2^level leaves, so that threads can
 * hash pieces of one tree side by side and one of them joins the roots in
 * order. ERR_INVALID unless size is a multiple of 2^level; ERR_TOO_BIG as above.
 */
MUST_USE enum err merkle_append_subtree(struct merkle_frontier *frontier, unsigned level,
					const struct hash *root);

/* The root of what was appended so far; the frontier can go on growing. */
void merkle_frontier_root(const struct merkle_frontier *frontier, struct hash *ret_root);

/* The root of n leaf hashes in an array, in one go and without memory. */
void merkle_root(const struct hash *leaves, size_t n, struct hash *ret_root);

/* ---- the path of one leaf, found while the tree grows ---- */

/*
 * Collects the inclusion path of leaf `index` while leaves are appended in
 * order, so that a proof within a stream of unknown length costs one pass and
 * no memory. Fields are private to merkle.c.
 */
struct merkle_tracer {
	struct merkle_frontier frontier;
	uint64_t index;
	struct merkle_proof path;
};

void merkle_tracer_init(struct merkle_tracer *tracer, uint64_t index);
MUST_USE enum err merkle_tracer_append(struct merkle_tracer *tracer,
				       const struct hash *leaf);

/* ERR_NOT_FOUND where fewer than index + 1 leaves were appended. */
MUST_USE enum err merkle_tracer_finish(const struct merkle_tracer *tracer,
				       struct merkle_head *ret_head,
				       struct merkle_proof *ret_path);

/* ---- proving, from stored nodes ---- */

/*
 * Where nodes are read. node() returns the root of the complete subtree over
 * leaves [index << level, (index + 1) << level); it is only asked for subtrees
 * that are complete in the tree of the size asked about. tile.h has one.
 */
struct merkle_reader {
	void *ctx;
	enum err (*node)(void *ctx, unsigned level, uint64_t index, struct hash *ret_hash,
			 struct fault *fault);
};

/* Each passes on what node() returns; ERR_INVALID where index >= size, old_size
 * > size or size > MERKLE_SIZE_MAX. */

/* The root when the tree had `size` leaves. */
MUST_USE enum err merkle_read_root(const struct merkle_reader *reader, uint64_t size,
				   struct hash *ret_root, struct fault *fault);

/* The frontier at `size`, from which a writer goes on after a restart. */
MUST_USE enum err merkle_read_frontier(const struct merkle_reader *reader, uint64_t size,
				       struct merkle_frontier *ret_frontier,
				       struct fault *fault);

MUST_USE enum err merkle_prove_inclusion(const struct merkle_reader *reader,
					 uint64_t index, uint64_t size,
					 struct merkle_proof *ret_path,
					 struct fault *fault);

/* The proof is empty where old_size is 0 or equals size. */
MUST_USE enum err merkle_prove_consistency(const struct merkle_reader *reader,
					   uint64_t old_size, uint64_t size,
					   struct merkle_proof *ret_proof,
					   struct fault *fault);

/* ---- verifying ---- */

/* ERR_CORRUPT where the path does not lead from the leaf's hash to the root;
 * ERR_INVALID where index >= head->size. */
MUST_USE enum err merkle_verify_inclusion(const struct hash *leaf, uint64_t index,
					  const struct merkle_head *head,
					  const struct merkle_proof *path,
					  struct fault *fault);

/*
 * ERR_CORRUPT where the tree `now` does not begin with the tree `old`;
 * ERR_INVALID where old is the larger. An old of size 0 takes an empty proof
 * and its root must be the empty tree's; equal sizes take an empty proof and
 * equal roots (tlog-witness).
 */
MUST_USE enum err merkle_verify_consistency(const struct merkle_head *old,
					    const struct merkle_head *now,
					    const struct merkle_proof *proof,
					    struct fault *fault);

#endif
