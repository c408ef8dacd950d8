/*
 * post_key.c - see post_key.h.
 */
#include "gateway/post_key.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/post_object.h"
#include "keys/encoding.h"
#include "keys/note.h"
#include "ledger/checkpoint.h"
#include "ledger/entry.h"
#include "ledger/proof.h"

void post_key_look(struct slice note, const struct vkey *ours, struct post_key *ret_key)
{
	struct note parsed;

	*ret_key = (struct post_key){ .is_other = false };
	if (note_parse(note, &parsed, NULL) != ERR_OK)
		return;
	for (size_t i = 0; i < parsed.signature_count; i++) {
		const struct note_signature *line = &parsed.signatures[i];

		if (!slice_equal_text(line->name, ours->name) || line->key_id == ours->id)
			continue;
		ret_key->is_other = true;
		ret_key->id = line->key_id;
		return;
	}
}

/* ---- the answer ---- */

static const char *const names[] = { "position", "leaf", "proof", NULL };

struct reading {
	int64_t position;
	struct buffer leaf, proof;
};

static enum err text_keep(const struct json_reader *reader, enum json_token token,
			  struct buffer *out, struct fault *fault)
{
	if (token != JSON_TOKEN_TEXT || out->n)
		return post_not_an_answer(fault);
	buffer_put_slice(out, reader->text);
	return buffer_check(out, "the server's answer", fault);
}

static enum err member(void *ctx, size_t number, struct json_reader *reader,
		       enum json_token token, struct fault *fault)
{
	struct reading *reading = ctx;

	if (number == 1)
		return text_keep(reader, token, &reading->leaf, fault);
	if (number == 2)
		return text_keep(reader, token, &reading->proof, fault);
	if (token != JSON_TOKEN_INTEGER || reader->integer < 0)
		return post_not_an_answer(fault);
	reading->position = reader->integer;
	return ERR_OK;
}

/* ---- the proof ---- */

/* The key that an entry names for the log. */
static enum err entry_key(struct slice bytes, struct vkey *ret_vkey, struct fault *fault)
{
	struct json_doc *doc = json_doc_new();
	struct entry entry;
	enum err err = doc ? entry_parse(doc, bytes, &entry, fault)
			   : fault_set(fault, ERR_MEMORY, "out of memory");

	if (!err && (entry.kind != KIND_amendment || !entry_has(&entry, "log")))
		err = fault_set(fault, ERR_CORRUPT, "the entry names no key of the log");
	if (!err)
		err = vkey_parse(entry_text(&entry, "log"), ret_vkey, fault);
	json_doc_free(doc);
	return err;
}

static enum err leaf_prove(const struct reading *reading, const struct vkey *ours,
			   struct slice leaf, struct fault *fault)
{
	struct hash hash = hash_leaf(leaf.p, leaf.n);
	struct checkpoint checkpoint;
	struct proof proof;
	enum err err = proof_parse(buffer_slice(&reading->proof), &proof, fault);

	if (!err && proof.index != (uint64_t)reading->position)
		err = fault_set(fault, ERR_CORRUPT, "the proof is of another entry");
	return err ? err : proof_verify(&proof, &hash, ours, &checkpoint, fault);
}

static enum err key_prove(const struct reading *reading, const struct vkey *ours,
			  struct slice note, struct post_key *key, struct fault *fault)
{
	uint8_t *leaf = malloc(reading->leaf.n + 1);
	struct checkpoint checkpoint;
	struct vkey vkey;
	size_t n = 0;
	enum err err;

	if (!leaf)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	err = base64_decode((const char *)reading->leaf.p, reading->leaf.n, leaf,
			    reading->leaf.n + 1, &n);
	if (err)
		err = post_not_an_answer(fault);
	if (!err)
		err = leaf_prove(reading, ours, slice_of(leaf, n), fault);
	if (!err)
		err = entry_key(slice_of(leaf, n), &vkey, fault);
	if (!err)
		err = checkpoint_open(note, &vkey, NULL, 0, NULL, &checkpoint, fault);
	if (!err && vkey_equal(&vkey, ours)) {
		key->is_other = false; /* the other one is the key before ours */
	} else if (!err) {
		key->is_proved = true;
		key->vkey = vkey;
		key->position = (uint64_t)reading->position;
	}
	free(leaf);
	return err;
}

enum err post_key_read(struct slice body, const struct vkey *ours, struct slice note,
		       struct post_key *key, struct fault *fault)
{
	struct reading reading = { .position = -1 };
	enum err err;

	buffer_init(&reading.leaf, 2 * (size_t)ENTRY_BYTES_MAX);
	buffer_init(&reading.proof, PROOF_BYTES_MAX);
	err = post_body_read(body, names, member, &reading, fault);
	if (!err && (reading.position < 0 || !reading.leaf.n || !reading.proof.n))
		err = post_not_an_answer(fault);
	if (!err)
		err = key_prove(&reading, ours, note, key, fault);
	buffer_release(&reading.leaf);
	buffer_release(&reading.proof);
	return err;
}

/* ---- words ---- */

void post_key_explain(struct slice note, const struct vkey *ours, struct fault *fault)
{
	struct checkpoint said;
	struct post_key key;
	char why[FAULT_TEXT_BYTES_MAX];

	/* What is no name is not repeated: nobody has signed for it. */
	if (checkpoint_peek(note, &said, NULL) != ERR_OK ||
	    key_name_check(said.origin, NULL) != ERR_OK)
		return;
	post_key_look(note, ours, &key);
	snprintf(why, sizeof why, "%s", fault->text);
	if (strcmp(said.origin, ours->name) != 0)
		(void)fault_set(fault, fault->err,
				"%.300s. It is of '%s', and --vkey of '%s': has the "
				"foundation's log gone on under another origin? Take its "
				"new line from somebody else than this server, and a new "
				"--state file; keep the old one for the auditor",
				why, said.origin, ours->name);
	else if (key.is_other)
		(void)fault_set(fault, fault->err,
				"%.300s. The log's key has changed: %s+%08" PRIx32
				" signs. Take the foundation's new line from somebody "
				"else than this server",
				why, ours->name, key.id);
}

void post_key_put(const struct post_key *key, struct buffer *out)
{
	char text[VKEY_TEXT_BYTES_MAX + 1];

	if (!key->is_other)
		return;
	if (!key->is_proved) {
		(void)buffer_printf(
			out,
			"log key: another key signs, too, of the id %08" PRIx32
			"; whether it is the log's is not proved: ask the "
			"foundation\n",
			key->id);
		return;
	}
	vkey_format(&key->vkey, text);
	(void)buffer_printf(out,
			    "log key: it has changed, as entry %" PRIu64
			    " of the log that your key signs says; yours signs beside it "
			    "only for a while.\n         From now on: --vkey %s\n",
			    key->position, text);
}
