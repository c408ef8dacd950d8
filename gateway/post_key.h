/*
 * post_key.h - the log has another key than the one that this company knows.
 *
 * For a while both sign, and the old one proves the new one: the entry that names the
 * new key is in the log that the old key signs. Nobody has to be believed for that, the
 * server least of all.
 */
#ifndef ARRONDI_GATEWAY_POST_KEY_H
#define ARRONDI_GATEWAY_POST_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "keys/buffer.h"
#include "keys/fault.h"
#include "keys/slice.h"
#include "keys/vkey.h"

struct post_key {
	/* A key of the log's name that is not ours signs, too, and is not the one before.
	 */
	bool is_other;
	uint32_t id;    /* its id; nothing is known of it but that it claims to be one */
	bool is_proved; /* by the log that our key signs: */
	struct vkey vkey;  /* the key in force, */
	uint64_t position; /* and the entry that names it */
};

/* What a note's lines say of it. */
void post_key_look(struct slice note, const struct vkey *ours, struct post_key *ret_key);

/* Reads what the server answers for the log's key, and proves it: that the entry is in a
 * log that our key has signed, names the key, and that this key has signed the note.
 * ERR_INVALID where the body is no such answer; else what is wrong with the proof. */
MUST_USE enum err post_key_read(struct slice body, const struct vkey *ours,
				struct slice note, struct post_key *key,
				struct fault *fault);

/* Why a note that our key has not signed may be the log's all the same, and what to do:
 * appended to the fault's text. Nothing where it is not of a log that we know. */
void post_key_explain(struct slice note, const struct vkey *ours, struct fault *fault);

/* A line for a person; nothing where ours is the only one. */
void post_key_put(const struct post_key *key, struct buffer *out);

#endif
