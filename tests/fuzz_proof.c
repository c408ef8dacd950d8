/*
 * fuzz_proof.c - tlog-proofs and proofs of rows (ledger/proof.h): one spelling for one
 * content, and none is taken whose checkpoint the log has not signed.
 */
#include <string.h>

#include "keys/encoding.h"
#include "ledger/batch_check.h"
#include "ledger/entry.h"
#include "ledger/proof.h"
#include "tests/fuzz.h"

static void entry_proof_check(struct slice in)
{
	struct vkey log = fuzz_vkey(0, FUZZ_ORIGIN, VKEY_ED25519);
	struct hash leaf = hash_leaf(in.p, in.n);
	struct checkpoint checkpoint;
	static struct proof proof;
	struct buffer out;

	if (proof_parse(in, &proof, NULL) != ERR_OK)
		return;
	buffer_init(&out, PROOF_BYTES_MAX);
	FUZZ_MUST(proof_format(&proof, &out, NULL) == ERR_OK);
	FUZZ_MUST(slice_equal(buffer_slice(&out), in));
	buffer_release(&out);
	/* The leaf is a hash of the proof itself. */
	FUZZ_MUST(proof_verify(&proof, &leaf, &log, &checkpoint, NULL) != ERR_OK);
}

/* Any leaf is taken for a batch of one row, so that the paths are walked. */
static enum err batch_of(void *ctx, struct slice leaf, struct merkle_head *ret_head,
			 struct fault *fault)
{
	const struct row_proof *proof = ctx;

	(void)leaf;
	(void)fault;
	ret_head->size = proof->count;
	ret_head->root = hash_leaf(proof->line.p, proof->line.n);
	return ERR_OK;
}

static void row_proof_check(struct slice in)
{
	struct vkey log = fuzz_vkey(0, FUZZ_ORIGIN, VKEY_ED25519);
	static uint8_t leaf[ENTRY_BYTES_MAX];
	static struct row_proof proof;
	struct row_proof_shown shown;
	struct buffer out;
	struct row row;
	size_t leaf_n;
	struct fault fault;
	enum err err;

	err = row_proof_parse(in, &proof, &fault);
	fuzz_must_be_said(err, &fault);
	if (err)
		return;
	FUZZ_MUST(row_decode(proof.line, &row, NULL) == ERR_OK);
	FUZZ_MUST(base64_decode((const char *)proof.leaf_base64.p, proof.leaf_base64.n,
				leaf, sizeof leaf, &leaf_n) == ERR_OK);
	buffer_init(&out, ROW_PROOF_BYTES_MAX);
	FUZZ_MUST(row_proof_format(&proof, slice_of(leaf, leaf_n), &out, NULL) == ERR_OK);
	FUZZ_MUST(slice_equal(buffer_slice(&out), in));
	buffer_release(&out);
	if (row_proof_verify(&proof, &log, batch_of, &proof, &shown, NULL) == ERR_OK)
		FUZZ_MUST(strcmp(shown.checkpoint.origin, FUZZ_ORIGIN) == 0 &&
			  shown.position < shown.checkpoint.size);
}

FUZZ_TARGET(proof)
{
	struct slice in = slice_of(bytes, n);

	entry_proof_check(in);
	row_proof_check(in);
	return 0;
}
