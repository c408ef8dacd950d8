/*
 * proof.c - the text of a tlog-proof; row_proof.c builds on it.
 */
#include "ledger/proof.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "keys/encoding.h"
#include "ledger/proof_int.h"

static const char FIRST_LINE[] = "c2sp.org/tlog-proof@v1";

/* ---- lines, for both forms ---- */

bool proof_line_take(struct slice *rest, struct slice *ret_line)
{
	const uint8_t *end = rest->n > 0 ? memchr(rest->p, '\n', rest->n) : NULL;

	if (!end)
		return false;
	*ret_line = slice_of(rest->p, (size_t)(end - rest->p));
	rest->p = end + 1;
	rest->n -= ret_line->n + 1;
	return true;
}

bool proof_member_take(struct slice *rest, const char *name, struct slice *ret_value)
{
	struct slice ahead = *rest;
	struct slice line;
	size_t n = strlen(name);

	if (!proof_line_take(&ahead, &line) || line.n <= n + 1 ||
	    memcmp(line.p, name, n) != 0 || line.p[n] != ' ')
		return false;
	*ret_value = slice_of(line.p + n + 1, line.n - n - 1);
	*rest = ahead;
	return true;
}

bool proof_number_take(struct slice *rest, const char *name, uint64_t *ret_number)
{
	struct slice value;

	return proof_member_take(rest, name, &value) &&
	       decimal_parse((const char *)value.p, value.n, ret_number) == ERR_OK;
}

static bool hash_parse(struct slice line, struct hash *ret_hash)
{
	size_t n = 0;

	return line.n == HASH_BASE64_CHARS &&
	       base64_decode((const char *)line.p, line.n, ret_hash->b, HASH_BYTES, &n) ==
		       ERR_OK &&
	       n == HASH_BYTES;
}

bool proof_path_take(struct slice *rest, struct merkle_proof *ret_path)
{
	struct slice line;

	ret_path->n_hashes = 0;
	while (proof_line_take(rest, &line)) {
		if (line.n == 0)
			return true;
		if (ret_path->n_hashes == MERKLE_LEVEL_MAX ||
		    !hash_parse(line, &ret_path->hash[ret_path->n_hashes]))
			return false;
		ret_path->n_hashes++;
	}
	return false;
}

void proof_path_put(const struct merkle_proof *path, struct buffer *out)
{
	for (unsigned i = 0; i < path->n_hashes; i++) {
		buffer_put_base64(out, path->hash[i].b, HASH_BYTES);
		buffer_put_byte(out, '\n');
	}
	buffer_put_byte(out, '\n');
}

enum err proof_path_check(const struct merkle_proof *path, struct fault *fault)
{
	if (path->n_hashes > MERKLE_LEVEL_MAX)
		return fault_set(fault, ERR_INVALID, "proof: more than %d hashes",
				 MERKLE_LEVEL_MAX);
	return ERR_OK;
}

/* ---- tlog-proof ---- */

static enum err extra_check(struct slice base64, struct fault *fault)
{
	size_t n = 0;

	if (base64.n == 0 || base64_decode((const char *)base64.p, base64.n, NULL,
					   PROOF_EXTRA_BYTES_MAX, &n))
		return fault_set(fault, ERR_INVALID,
				 "proof: extra is not base64 of 1 to %d bytes",
				 PROOF_EXTRA_BYTES_MAX);
	return ERR_OK;
}

enum err proof_format(const struct proof *proof, struct buffer *out, struct fault *fault)
{
	enum err err = proof_path_check(&proof->path, fault);

	if (!err && proof->extra_base64.p)
		err = extra_check(proof->extra_base64, fault);
	if (err)
		return err;
	buffer_printf(out, "%s\n", FIRST_LINE);
	if (proof->extra_base64.p) {
		buffer_put_text(out, "extra ");
		buffer_put_slice(out, proof->extra_base64);
		buffer_put_byte(out, '\n');
	}
	buffer_printf(out, "index %llu\n", (unsigned long long)proof->index);
	proof_path_put(&proof->path, out);
	buffer_put_slice(out, proof->note);
	return buffer_check(out, "proof", fault);
}

enum err proof_parse(struct slice text, struct proof *ret_proof, struct fault *fault)
{
	struct proof proof = { .extra_base64 = { 0 } };
	struct slice rest = text;
	struct slice line;

	if (text.n > PROOF_BYTES_MAX)
		return fault_set(fault, ERR_TOO_BIG, "proof: longer than %d bytes",
				 PROOF_BYTES_MAX);
	if (!proof_line_take(&rest, &line) || !slice_equal_text(line, FIRST_LINE))
		return fault_set(fault, ERR_INVALID, "proof: first line is not '%s'",
				 FIRST_LINE);
	if (proof_member_take(&rest, "extra", &proof.extra_base64)) {
		enum err err = extra_check(proof.extra_base64, fault);
		if (err)
			return err;
	}
	if (!proof_number_take(&rest, "index", &proof.index))
		return fault_set(fault, ERR_INVALID, "proof: no index where one is due");
	if (!proof_path_take(&rest, &proof.path))
		return fault_set(fault, ERR_INVALID,
				 "proof: not up to %d hashes and an empty line",
				 MERKLE_LEVEL_MAX);
	proof.note = rest;
	if (rest.n == 0)
		return fault_set(fault, ERR_INVALID, "proof: no checkpoint");
	*ret_proof = proof;
	return ERR_OK;
}

enum err proof_verify(const struct proof *proof, const struct hash *leaf,
		      const struct vkey *log, struct checkpoint *ret_checkpoint,
		      struct fault *fault)
{
	struct checkpoint checkpoint;
	enum err err =
		checkpoint_open(proof->note, log, NULL, 0, NULL, &checkpoint, fault);

	if (err)
		return err;
	struct merkle_head head = checkpoint_head(&checkpoint);
	err = merkle_verify_inclusion(leaf, proof->index, &head, &proof->path, fault);
	if (err)
		return err;
	*ret_checkpoint = checkpoint;
	return ERR_OK;
}
