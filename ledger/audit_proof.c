/*
 * audit_proof.c - proofs that somebody was given, against the log as exported.
 *
 * A proof verifies by itself against the checkpoint inside it. That it is worth
 * something needs one thing more: that its checkpoint is one of the history that
 * the export shows, and not of a second log signed with the same key.
 */
#include <inttypes.h>

#include "ledger/audit_int.h"
#include "ledger/proof.h"

#define ROW_PROOF_FIRST_LINE "arrondi/row-proof@v1\n"

/* A row proof's batch_fn: what a batch's entry says of its rows. */
static enum err batch_head(void *ctx, struct slice leaf, struct merkle_head *ret_head,
			   struct fault *fault)
{
	struct json_doc *doc = ctx;
	struct entry entry;
	enum err err;

	json_doc_clear(doc);
	err = entry_parse(doc, leaf, &entry, fault);
	if (err)
		return err;
	if (entry.kind != KIND_batch && entry.kind != KIND_correction)
		return fault_set(fault, ERR_CORRUPT, "the proof's entry is no batch");
	ret_head->size = (uint64_t)entry_integer(&entry, "count");
	ret_head->root = entry_hash(&entry, "root");
	return ERR_OK;
}

/* The key that was in force where the proof's checkpoint was made. */
static enum err key_of_proof(struct audit *audit, const struct proof *proof,
			     struct vkey *ret_vkey, struct fault *fault)
{
	struct checkpoint said;
	struct log_view log;
	enum err err = checkpoint_peek(proof->note, &said, fault);

	if (err)
		return err;
	if (!query_log_at(audit->books, said.size ? said.size : 1, &log))
		return fault_set(fault, ERR_CORRUPT, "the log names no key");
	return vkey_parse(slice_of_text(log.vkey), ret_vkey, fault);
}

/* The proof's checkpoint is one of this log's. */
static enum err history_check(struct audit *audit, const struct checkpoint *shown,
			      struct fault *fault)
{
	struct hash root;
	enum err err;

	if (shown->size > audit->checkpoint.size)
		return fault_set(fault, ERR_NOT_FOUND,
				 "the proof is of a log of %" PRIu64
				 " entries, the export has %" PRIu64
				 ": use a newer export",
				 shown->size, audit->checkpoint.size);
	err = audit_tree_root_at(&audit->tree, shown->size, &root, fault);
	if (!err && !hash_equal(&root, &shown->root))
		err = fault_set(fault, ERR_CORRUPT,
				"the proof's checkpoint of %" PRIu64
				" entries is not of this log's history",
				shown->size);
	return err;
}

static enum err entry_proof_verify(struct audit *audit, struct slice text,
				   struct audit_proof *ret_proof, struct fault *fault)
{
	struct merkle_reader reader =
		audit_tree_reader(&audit->tree, audit->checkpoint.size);
	struct checkpoint shown;
	struct proof proof;
	struct vkey vkey;
	struct hash leaf;
	enum err err = proof_parse(text, &proof, fault);

	if (err)
		return err;
	if (proof.index >= audit->checkpoint.size)
		return fault_set(fault, ERR_NOT_FOUND,
				 "the proof is of entry %" PRIu64
				 ", the export has %" PRIu64
				 " entries: use a newer export",
				 proof.index, audit->checkpoint.size);
	err = reader.node(reader.ctx, 0, proof.index, &leaf, fault);
	if (!err)
		err = key_of_proof(audit, &proof, &vkey, fault);
	if (!err)
		err = proof_verify(&proof, &leaf, &vkey, &shown, fault);
	if (!err)
		err = history_check(audit, &shown, fault);
	if (err)
		return err;
	*ret_proof = (struct audit_proof){ .kind = AUDIT_PROOF_ENTRY,
					   .position = proof.index,
					   .size = shown.size };
	return ERR_OK;
}

static enum err row_verify(struct audit *audit, struct slice text,
			   struct audit_proof *ret_proof, struct fault *fault)
{
	struct row_proof_shown shown;
	struct row_proof proof;
	struct proof entry_proof;
	struct vkey vkey;
	enum err err = row_proof_parse(text, &proof, fault);

	if (!err)
		err = proof_parse(proof.entry_proof, &entry_proof, fault);
	if (!err)
		err = key_of_proof(audit, &entry_proof, &vkey, fault);
	if (!err)
		err = row_proof_verify(&proof, &vkey, batch_head, audit->doc, &shown,
				       fault);
	if (!err)
		err = history_check(audit, &shown.checkpoint, fault);
	if (err)
		return err;
	*ret_proof = (struct audit_proof){ .kind = AUDIT_PROOF_ROW,
					   .position = shown.position,
					   .size = shown.checkpoint.size,
					   .row = shown.row };
	return ERR_OK;
}

enum err audit_proof_verify(struct audit *audit, struct slice text,
			    struct audit_proof *ret_proof, struct fault *fault)
{
	size_t n = strlen(ROW_PROOF_FIRST_LINE);

	if (text.n >= n && memcmp(text.p, ROW_PROOF_FIRST_LINE, n) == 0)
		return row_verify(audit, text, ret_proof, fault);
	return entry_proof_verify(audit, text, ret_proof, fault);
}
