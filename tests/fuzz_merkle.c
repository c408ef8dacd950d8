/*
 * fuzz_merkle.c - trees of any shape: each leaf's path and each older head's proof are
 * taken, and nothing else is (ledger/merkle.h).
 */
#include <string.h>

#include "ledger/merkle.h"
#include "tests/fuzz.h"

#define LEAVES_MAX 600

static struct hash leaves[LEAVES_MAX];

static enum err node_of(void *ctx, unsigned level, uint64_t index, struct hash *ret_hash,
			struct fault *fault)
{
	uint64_t n = UINT64_C(1) << level;

	(void)ctx;
	(void)fault;
	FUZZ_MUST(level < 16 && (index + 1) * n <= LEAVES_MAX);
	merkle_root(leaves + index * n, n, ret_hash);
	return ERR_OK;
}

static struct merkle_head head_of(uint64_t size)
{
	struct merkle_head head = { .size = size };

	merkle_root(leaves, size, &head.root);
	return head;
}

/* Turns a bit, or takes or adds a hash: what is no proof any more. */
static void proof_spoil(struct merkle_proof *proof, struct fuzz_feed *feed)
{
	unsigned how = (unsigned)fuzz_number(feed, 3);

	if (how == 1 && proof->n_hashes > 0) {
		proof->n_hashes--;
	} else if (how == 2 && proof->n_hashes < MERKLE_PROOF_HASHES_MAX) {
		proof->hash[proof->n_hashes++] = leaves[fuzz_number(feed, LEAVES_MAX)];
	} else if (proof->n_hashes > 0) {
		size_t bit =
			fuzz_number(feed, (uint64_t)proof->n_hashes * HASH_BYTES * 8);

		proof->hash[bit / 8 / HASH_BYTES].b[bit / 8 % HASH_BYTES] ^=
			(uint8_t)(1u << bit % 8);
	} else {
		proof->hash[proof->n_hashes++] = leaves[0];
	}
}

static void inclusion_check(const struct merkle_reader *reader, uint64_t index,
			    uint64_t size, struct fuzz_feed *feed)
{
	struct merkle_head head = head_of(size);
	struct merkle_proof path;
	struct hash *leaf = &leaves[index];

	FUZZ_MUST(merkle_prove_inclusion(reader, index, size, &path, NULL) == ERR_OK);
	FUZZ_MUST(merkle_verify_inclusion(leaf, index, &head, &path, NULL) == ERR_OK);
	if (size > 1)
		FUZZ_MUST(merkle_verify_inclusion(leaf, index ^ 1, &head, &path, NULL) !=
			  ERR_OK);
	FUZZ_MUST(merkle_verify_inclusion(&leaves[(index + 1) % LEAVES_MAX], index, &head,
					  &path, NULL) == ERR_CORRUPT);
	proof_spoil(&path, feed);
	FUZZ_MUST(merkle_verify_inclusion(leaf, index, &head, &path, NULL) ==
		  ERR_CORRUPT);
}

static void consistency_check(const struct merkle_reader *reader, uint64_t old_size,
			      uint64_t size, struct fuzz_feed *feed)
{
	struct merkle_head old = head_of(old_size), now = head_of(size);
	struct merkle_proof proof;

	FUZZ_MUST(merkle_prove_consistency(reader, old_size, size, &proof, NULL) ==
		  ERR_OK);
	FUZZ_MUST(merkle_verify_consistency(&old, &now, &proof, NULL) == ERR_OK);
	old.root.b[fuzz_number(feed, HASH_BYTES)] ^= 4;
	FUZZ_MUST(merkle_verify_consistency(&old, &now, &proof, NULL) != ERR_OK);
	old = head_of(old_size);
	proof_spoil(&proof, feed);
	FUZZ_MUST(merkle_verify_consistency(&old, &now, &proof, NULL) != ERR_OK);
}

FUZZ_TARGET(merkle)
{
	struct merkle_reader reader = { NULL, node_of };
	struct fuzz_feed feed = { slice_of(bytes, n) };
	uint64_t size = 1 + fuzz_number(&feed, LEAVES_MAX);
	uint64_t index = fuzz_number(&feed, size);
	uint64_t old_size = fuzz_number(&feed, size + 1);
	struct merkle_frontier frontier;
	struct merkle_head head;
	struct hash root;

	for (unsigned i = 0; i < LEAVES_MAX && leaves[LEAVES_MAX - 1].b[0] == 0; i++) {
		leaves[i] = hash_leaf(&i, sizeof i);
		leaves[i].b[0] |= 1; /* none of them is zero */
	}
	inclusion_check(&reader, index, size, &feed);
	consistency_check(&reader, old_size, size, &feed);
	FUZZ_MUST(merkle_read_frontier(&reader, old_size, &frontier, NULL) == ERR_OK);
	while (frontier.size < size)
		FUZZ_MUST(merkle_append(&frontier, &leaves[frontier.size]) == ERR_OK);
	merkle_frontier_root(&frontier, &root);
	head = head_of(size);
	FUZZ_MUST(memcmp(&root, &head.root, sizeof root) == 0);
	return 0;
}
