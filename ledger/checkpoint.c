/*
 * checkpoint.c - the three lines of a checkpoint, and the note around them.
 */
#include "ledger/checkpoint.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "keys/encoding.h"

struct merkle_head checkpoint_head(const struct checkpoint *checkpoint)
{
	return (struct merkle_head){ .size = checkpoint->size, .root = checkpoint->root };
}

/* What no form can say: too many leaves, or another root of no leaf. */
static enum err value_check(const struct checkpoint *checkpoint, struct fault *fault)
{
	struct hash empty = hash_empty();

	if (checkpoint->size > MERKLE_SIZE_MAX)
		return fault_set(fault, ERR_INVALID, "checkpoint: size is past 2^63 - 1");
	if (checkpoint->size == 0 && !hash_equal(&checkpoint->root, &empty))
		return fault_set(fault, ERR_INVALID,
				 "checkpoint: root of an empty tree is not the "
				 "empty hash");
	return ERR_OK;
}

enum err checkpoint_format(const struct checkpoint *checkpoint, struct buffer *out,
			   struct fault *fault)
{
	char text[CHECKPOINT_TEXT_BYTES_MAX + 1];
	char root[HASH_BASE64_CHARS + 1];
	enum err err = key_name_check(checkpoint->origin, fault);

	if (!err)
		err = value_check(checkpoint, fault);
	if (err)
		return err;
	base64_encode(checkpoint->root.b, HASH_BYTES, root);
	int n = snprintf(text, sizeof text, "%s\n%llu\n%s\n", checkpoint->origin,
			 (unsigned long long)checkpoint->size, root);
	assert(n > 0 && (size_t)n < sizeof text);
	err = buffer_put(out, text, (size_t)n);
	return err ? fault_set(fault, err, "checkpoint does not fit its buffer") : ERR_OK;
}

/* ---- reading ---- */

/* The next line, without its LF; false where there is none. */
static bool line_take(struct slice *rest, struct slice *ret_line)
{
	const uint8_t *end = rest->n > 0 ? memchr(rest->p, '\n', rest->n) : NULL;

	if (!end)
		return false;
	*ret_line = slice_of(rest->p, (size_t)(end - rest->p));
	rest->p = end + 1;
	rest->n -= ret_line->n + 1;
	return true;
}

static enum err origin_parse(struct slice line,
			     char ret_origin[CHECKPOINT_ORIGIN_BYTES_MAX + 1],
			     struct fault *fault)
{
	if (line.n == 0)
		return fault_set(fault, ERR_INVALID, "checkpoint: origin is empty");
	if (line.n > CHECKPOINT_ORIGIN_BYTES_MAX)
		return fault_set(fault, ERR_TOO_BIG,
				 "checkpoint: origin is longer than %d bytes",
				 CHECKPOINT_ORIGIN_BYTES_MAX);
	memcpy(ret_origin, line.p, line.n);
	ret_origin[line.n] = '\0';
	return ERR_OK;
}

static enum err root_parse(struct slice line, struct hash *ret_root, struct fault *fault)
{
	struct hash root;
	size_t n = 0;

	if (base64_decode((const char *)line.p, line.n, root.b, HASH_BYTES, &n) ||
	    n != HASH_BYTES)
		return fault_set(fault, ERR_INVALID,
				 "checkpoint: root is not 32 bytes in base64");
	*ret_root = root;
	return ERR_OK;
}

/* Extension lines are not ours to understand, but they are never empty. */
static enum err extensions_check(struct slice rest, struct fault *fault)
{
	struct slice line;

	while (line_take(&rest, &line))
		if (line.n == 0)
			return fault_set(fault, ERR_INVALID, "checkpoint: empty line");
	assert(rest.n == 0); /* note_text_check(): the text ends in LF */
	return ERR_OK;
}

enum err checkpoint_parse(struct slice text, struct checkpoint *ret_checkpoint,
			  struct fault *fault)
{
	struct checkpoint checkpoint;
	struct slice rest = text;
	struct slice origin, size, root;
	enum err err = note_text_check(text, fault);

	if (err)
		return err;
	if (!line_take(&rest, &origin) || !line_take(&rest, &size) ||
	    !line_take(&rest, &root))
		return fault_set(fault, ERR_INVALID, "checkpoint: under three lines");
	err = origin_parse(origin, checkpoint.origin, fault);
	if (err)
		return err;
	if (decimal_parse((const char *)size.p, size.n, &checkpoint.size))
		return fault_set(fault, ERR_INVALID, "checkpoint: size is not a number");
	err = root_parse(root, &checkpoint.root, fault);
	if (!err)
		err = value_check(&checkpoint, fault);
	if (!err)
		err = extensions_check(rest, fault);
	if (!err)
		*ret_checkpoint = checkpoint;
	return err;
}

/* ---- the note ---- */

static enum err text_sign(const struct checkpoint *checkpoint,
			  const struct signing_key *key, struct buffer *out,
			  enum err (*sign)(struct slice text,
					   const struct signing_key *key,
					   const char *name, struct buffer *out,
					   struct fault *fault),
			  struct fault *fault)
{
	struct buffer text;

	buffer_init(&text, CHECKPOINT_TEXT_BYTES_MAX);
	enum err err = checkpoint_format(checkpoint, &text, fault);
	if (!err)
		err = sign(buffer_slice(&text), key, checkpoint->origin, out, fault);
	buffer_release(&text);
	return err;
}

enum err checkpoint_sign(const struct checkpoint *checkpoint,
			 const struct signing_key *key, struct buffer *out,
			 struct fault *fault)
{
	return text_sign(checkpoint, key, out, note_sign, fault);
}

enum err checkpoint_sign_also(const struct checkpoint *checkpoint,
			      const struct signing_key *key, struct buffer *note,
			      struct fault *fault)
{
	return text_sign(checkpoint, key, note, note_sign_line, fault);
}

/* Every line of a known key is verified, and the log's own must be among them. */
static enum err signatures_verify(const struct note *note, const struct vkey *log,
				  const struct vkey *witnesses, size_t n_witnesses,
				  struct note_signer *ret_witnesses, struct fault *fault)
{
	struct vkey keys[1 + CHECKPOINT_WITNESSES_MAX];
	struct note_signer signers[1 + CHECKPOINT_WITNESSES_MAX];

	assert(n_witnesses <= CHECKPOINT_WITNESSES_MAX);
	keys[0] = *log;
	for (size_t i = 0; i < n_witnesses; i++)
		keys[1 + i] = witnesses[i];
	enum err err = note_verify(note, keys, 1 + n_witnesses, signers, fault);
	if (err)
		return err;
	if (!signers[0].verified)
		return fault_set(fault, ERR_UNKNOWN,
				 "checkpoint: not signed by the log's key");
	for (size_t i = 0; i < n_witnesses; i++)
		ret_witnesses[i] = signers[1 + i];
	return ERR_OK;
}

enum err checkpoint_peek(struct slice note, struct checkpoint *ret_checkpoint,
			 struct fault *fault)
{
	struct note parsed;
	enum err err = note_parse(note, &parsed, fault);

	return err ? err : checkpoint_parse(parsed.text, ret_checkpoint, fault);
}

enum err checkpoint_open(struct slice note, const struct vkey *log,
			 const struct vkey *witnesses, size_t n_witnesses,
			 struct note_signer *ret_witnesses,
			 struct checkpoint *ret_checkpoint, struct fault *fault)
{
	struct note_signer signers[CHECKPOINT_WITNESSES_MAX];
	struct checkpoint checkpoint;
	struct note parsed;

	if (log->type != VKEY_ED25519)
		return fault_set(fault, ERR_INVALID,
				 "log key is a witness's: give the log's own");
	enum err err = note_parse(note, &parsed, fault);
	if (!err)
		err = signatures_verify(&parsed, log, witnesses, n_witnesses, signers,
					fault);
	if (!err)
		err = checkpoint_parse(parsed.text, &checkpoint, fault);
	if (err)
		return err;
	if (strcmp(checkpoint.origin, log->name) != 0)
		return fault_set(fault, ERR_UNKNOWN,
				 "checkpoint: origin is not the name of the log's key");
	if (n_witnesses > 0)
		memcpy(ret_witnesses, signers, n_witnesses * sizeof signers[0]);
	*ret_checkpoint = checkpoint;
	return ERR_OK;
}
