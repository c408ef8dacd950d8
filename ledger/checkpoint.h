/*
 * checkpoint.h - what the log says of itself, signed (c2sp.org/tlog-checkpoint).
 *
 *   <origin> LF <size> LF <base64 of the root> LF
 *
 * is the text of a signed note. Whoever holds one can prove later that the log
 * was not what it claims to have been.
 *
 *  (1) We never write extension lines: cosigners differ on whether they sign
 *      them. We tolerate those of others.
 *  (2) A text has one value and a value one text, but for extension lines.
 *  (3) A size of 0 goes with the empty tree's root and no other.
 */
#ifndef ARRONDI_LEDGER_CHECKPOINT_H
#define ARRONDI_LEDGER_CHECKPOINT_H

#include <stddef.h>
#include <stdint.h>

#include "keys/buffer.h"
#include "keys/fault.h"
#include "keys/hash.h"
#include "keys/note.h"
#include "keys/sign.h"
#include "keys/slice.h"
#include "keys/vkey.h"
#include "ledger/merkle.h"

#define CHECKPOINT_ORIGIN_BYTES_MAX 128

/* Origin, 19 digits, 44 characters of base64, three line feeds. */
#define CHECKPOINT_TEXT_BYTES_MAX (CHECKPOINT_ORIGIN_BYTES_MAX + 19 + 44 + 3)

struct checkpoint {
	char origin[CHECKPOINT_ORIGIN_BYTES_MAX + 1];
	uint64_t size; /* at most MERKLE_SIZE_MAX */
	struct hash root;
};

struct merkle_head checkpoint_head(const struct checkpoint *checkpoint);

/* Appends the text, three lines. ERR_INVALID unless the origin is a name that
 * key_name_check() lets us give and (3) holds; out's errors. */
MUST_USE enum err checkpoint_format(const struct checkpoint *checkpoint,
				    struct buffer *out, struct fault *fault);

/* Reads a note's text. ERR_INVALID; ERR_TOO_BIG past the bounds above. */
MUST_USE enum err checkpoint_parse(struct slice text, struct checkpoint *ret_checkpoint,
				   struct fault *fault);

/* Appends a whole note, signed under the origin's name. */
MUST_USE enum err checkpoint_sign(const struct checkpoint *checkpoint,
				  const struct signing_key *key, struct buffer *out,
				  struct fault *fault);

/* Appends the signature of another key of the log to such a note. */
MUST_USE enum err checkpoint_sign_also(const struct checkpoint *checkpoint,
				       const struct signing_key *key, struct buffer *note,
				       struct fault *fault);

/* What a note says; nothing is verified. */
MUST_USE enum err checkpoint_peek(struct slice note, struct checkpoint *ret_checkpoint,
				  struct fault *fault);

/*
 * Reads and verifies a note. The log's own key (type 01, named as the origin)
 * must have signed: ERR_UNKNOWN otherwise. Lines of the log's or of the
 * n_witnesses keys must verify: ERR_CORRUPT. ERR_INVALID for another form.
 * ret_witnesses tells of each witness what it signed; NULL where n_witnesses is
 * 0. Whether there are enough of them is the caller's policy.
 */
MUST_USE enum err checkpoint_open(struct slice note, const struct vkey *log,
				  const struct vkey *witnesses, size_t n_witnesses,
				  struct note_signer *ret_witnesses,
				  struct checkpoint *ret_checkpoint, struct fault *fault);

/* Witnesses that checkpoint_open() takes at once. */
#define CHECKPOINT_WITNESSES_MAX 32

#endif
