/*
 * note.h - signed notes: the one form in which anything is signed here.
 *
 * C2SP signed-note v1.0.0: TEXT, an empty line, then signature lines
 *
 *	U+2014 SP NAME SP base64(key ID || signature) LF
 *
 * TEXT ends in LF and is what Ed25519 signs (type 01). A cosignature (type 04,
 * C2SP tlog-cosignature v1.0.1) signs "cosignature/v1\ntime T\n" and TEXT.
 *
 * What must never become false: a note is accepted only when a known key signed it
 * and every line that claims to be of a known key verifies. Lines of unknown
 * keys count for nothing. The bytes of a note are not its identity (lines may be
 * added by anybody); TEXT is.
 */
#ifndef ARRONDI_KEYS_NOTE_H
#define ARRONDI_KEYS_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/buffer.h"
#include "keys/fault.h"
#include "keys/sign.h"
#include "keys/slice.h"
#include "keys/vkey.h"

#define NOTE_BYTES_MAX      1000000
#define NOTE_SIGNATURES_MAX 100
/* U+2014, space, name, space, base64 of ID and Ed25519 signature, LF. */
#define NOTE_LINE_BYTES_MAX (3 + 1 + KEY_NAME_BYTES_MAX + 1 + 92 + 1)

struct note_signature {
	struct slice line; /* with its LF */
	struct slice name;
	struct slice base64; /* of key ID and signature; known to decode */
	uint32_t key_id;
};

/* Slices of the bytes given to note_parse(). */
struct note {
	struct slice text; /* with its final LF, without the empty line */
	struct note_signature signatures[NOTE_SIGNATURES_MAX];
	size_t signature_count; /* at least 1 */
};

/* What a known key has to do with a note. */
struct note_signer {
	bool verified;
	uint64_t cosigned_at_s; /* of a cosignature, the latest; else 0 */
};

/* Form only; nothing is verified. ERR_INVALID, or ERR_TOO_BIG past
 * NOTE_BYTES_MAX or NOTE_SIGNATURES_MAX. */
MUST_USE enum err note_parse(struct slice bytes, struct note *ret_note,
			     struct fault *fault);

/* ERR_OK when at least one of the keys signed and no line of one of them is bad;
 * ret_signers (key_count of them, may be NULL) then tells which.
 * ERR_CORRUPT when a known key's line does not verify, ERR_UNKNOWN when none
 * of the keys signed, ERR_INVALID when two different keys share name and ID. */
MUST_USE enum err note_verify(const struct note *note, const struct vkey *keys,
			      size_t key_count, struct note_signer *ret_signers,
			      struct fault *fault);

/* note_parse(), then note_verify() with one key that must have signed. */
MUST_USE enum err note_open(struct slice bytes, const struct vkey *key,
			    struct slice *ret_text, struct fault *fault);

/* ERR_INVALID unless text can be a note's: it ends in LF, is valid UTF-8, and has
 * no byte below 20 but LF. ERR_TOO_BIG past NOTE_BYTES_MAX. */
MUST_USE enum err note_text_check(struct slice text, struct fault *fault);

/* Appends a whole note to out: text, the empty line, one signature line. text must not
 * lie inside out. On failure out holds what it held. Nothing but a type 01
 * signature is made here. */
MUST_USE enum err note_sign(struct slice text, const struct signing_key *key,
			    const char *name, struct buffer *out, struct fault *fault);

/* Appends only the signature line, for a note that has one already. */
MUST_USE enum err note_sign_line(struct slice text, const struct signing_key *key,
				 const char *name, struct buffer *out,
				 struct fault *fault);

#endif
