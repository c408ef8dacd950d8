/*
 * row_proof.c - from one contribution to the log, in two steps.
 *
 * The row's path leads to a root, and only the entry says that this root is the
 * batch's. So the entry's bytes are part of the proof, what they state is read
 * from the very bytes whose hash is in the log, and nothing else is believed.
 */
#include <assert.h>
#include <stdbool.h>

#include "keys/encoding.h"
#include "ledger/proof.h"
#include "ledger/proof_int.h"
#include "ledger/tile.h"

static const char FIRST_LINE[] = "arrondi/row-proof@v1";

enum err row_proof_format(const struct row_proof *proof, struct slice leaf,
			  struct buffer *out, struct fault *fault)
{
	struct row row;
	enum err err = row_decode(proof->line, &row, fault);

	if (!err)
		err = proof_path_check(&proof->path, fault);
	if (err)
		return err;
	if (leaf.n == 0)
		return fault_set(fault, ERR_INVALID, "row proof: entry is empty");
	if (leaf.n > TILE_ENTRY_BYTES_MAX)
		return fault_set(fault, ERR_TOO_BIG,
				 "row proof: entry is longer than %d bytes",
				 TILE_ENTRY_BYTES_MAX);
	buffer_printf(out, "%s\nrow ", FIRST_LINE);
	buffer_put_slice(out, proof->line);
	buffer_printf(out, "\nindex %llu\ncount %llu\n", (unsigned long long)proof->index,
		      (unsigned long long)proof->count);
	proof_path_put(&proof->path, out);
	buffer_put_text(out, "leaf ");
	buffer_put_base64(out, leaf.p, leaf.n);
	buffer_put_text(out, "\n\n");
	buffer_put_slice(out, proof->entry_proof);
	return buffer_check(out, "row proof", fault);
}

/* Everything but what stands behind the leaf. */
static enum err head_parse(struct slice *rest, struct row_proof *proof,
			   struct fault *fault)
{
	struct slice line;
	struct row row;
	size_t n = 0;

	if (!proof_line_take(rest, &line) || !slice_equal_text(line, FIRST_LINE))
		return fault_set(fault, ERR_INVALID, "row proof: first line is not '%s'",
				 FIRST_LINE);
	if (!proof_member_take(rest, "row", &proof->line))
		return fault_set(fault, ERR_INVALID, "row proof: no row");
	enum err err = row_decode(proof->line, &row, fault);
	if (err)
		return err;
	if (!proof_number_take(rest, "index", &proof->index) ||
	    !proof_number_take(rest, "count", &proof->count))
		return fault_set(fault, ERR_INVALID, "row proof: no index and count");
	if (!proof_path_take(rest, &proof->path))
		return fault_set(fault, ERR_INVALID,
				 "row proof: not up to %d hashes and an empty line",
				 MERKLE_LEVEL_MAX);
	if (!proof_member_take(rest, "leaf", &proof->leaf_base64) ||
	    base64_decode((const char *)proof->leaf_base64.p, proof->leaf_base64.n, NULL,
			  TILE_ENTRY_BYTES_MAX, &n))
		return fault_set(fault, ERR_INVALID,
				 "row proof: no entry of up to %d bytes in base64",
				 TILE_ENTRY_BYTES_MAX);
	if (!proof_line_take(rest, &line) || line.n != 0)
		return fault_set(fault, ERR_INVALID,
				 "row proof: no empty line after the entry");
	return ERR_OK;
}

enum err row_proof_parse(struct slice text, struct row_proof *ret_proof,
			 struct fault *fault)
{
	struct row_proof proof;
	struct proof entry_proof;
	struct slice rest = text;

	if (text.n > ROW_PROOF_BYTES_MAX)
		return fault_set(fault, ERR_TOO_BIG, "row proof: longer than %d bytes",
				 ROW_PROOF_BYTES_MAX);
	enum err err = head_parse(&rest, &proof, fault);
	if (!err)
		err = proof_parse(rest, &entry_proof, fault);
	if (err)
		return err;
	proof.entry_proof = rest;
	*ret_proof = proof;
	return ERR_OK;
}

/* ---- verifying ---- */

static enum err entry_verify(const struct row_proof *proof, struct slice leaf,
			     const struct vkey *log, struct row_proof_shown *shown,
			     struct fault *fault)
{
	struct proof entry_proof;
	struct hash leaf_hash = hash_leaf(leaf.p, leaf.n);
	enum err err = proof_parse(proof->entry_proof, &entry_proof, fault);

	if (!err)
		err = proof_verify(&entry_proof, &leaf_hash, log, &shown->checkpoint,
				   fault);
	if (!err)
		shown->position = entry_proof.index;
	return err;
}

static enum err row_verify(const struct row_proof *proof, const struct merkle_head *head,
			   struct fault *fault)
{
	struct hash row_hash = hash_leaf(proof->line.p, proof->line.n);

	if (head->size != proof->count)
		return fault_set(fault, ERR_CORRUPT,
				 "row proof: count is not that of the batch's entry");
	return merkle_verify_inclusion(&row_hash, proof->index, head, &proof->path,
				       fault);
}

enum err row_proof_verify(const struct row_proof *proof, const struct vkey *log,
			  row_proof_batch_fn *batch, void *batch_ctx,
			  struct row_proof_shown *ret_shown, struct fault *fault)
{
	struct row_proof_shown shown = { .position = 0 };
	struct merkle_head head;
	struct slice leaf;
	size_t n = 0;
	uint8_t *bytes = malloc(TILE_ENTRY_BYTES_MAX);

	if (!bytes)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	enum err err =
		base64_decode((const char *)proof->leaf_base64.p, proof->leaf_base64.n,
			      bytes, TILE_ENTRY_BYTES_MAX, &n);
	if (err) {
		err = fault_set(fault, err, "row proof: entry is not base64");
		goto out;
	}
	leaf = slice_of(bytes, n);
	err = row_decode(proof->line, &shown.row, fault);
	if (!err)
		err = entry_verify(proof, leaf, log, &shown, fault);
	if (!err)
		err = batch(batch_ctx, leaf, &head, fault);
	if (!err)
		err = row_verify(proof, &head, fault);
	if (!err)
		*ret_shown = shown;
out:
	free(bytes);
	return err;
}
