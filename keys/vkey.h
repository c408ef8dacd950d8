/*
 * vkey.h - a name and its public key, in one line that a person can paste.
 *
 * C2SP signed-note v1.0.0: NAME "+" 8 hexadecimal digits of the key ID "+"
 * base64(type || public key), where the key ID is the first four bytes of
 * SHA-256(NAME || 0A || type || public key). The ID is recomputed on reading, so
 * a name and a key that do not belong together are refused.
 *
 * Reading takes every name that the specification allows; for names of our own
 * there is a stricter rule that needs no Unicode to check.
 */
#ifndef ARRONDI_KEYS_VKEY_H
#define ARRONDI_KEYS_VKEY_H

#include <stdbool.h>
#include <stdint.h>

#include "keys/fault.h"
#include "keys/sign.h"
#include "keys/slice.h"

#define KEY_NAME_BYTES_MAX  128 /* of names that we give */
#define VKEY_NAME_BYTES_MAX 255 /* of names that we read */
/* Name, "+", 8 hexadecimal digits, "+", 44 characters of base64. */
#define VKEY_TEXT_BYTES_MAX (VKEY_NAME_BYTES_MAX + 1 + 8 + 1 + 44)

enum vkey_type {
	VKEY_ED25519 = 0x01,     /* signs the note's text */
	VKEY_COSIGNATURE = 0x04, /* C2SP tlog-cosignature: time and text */
};

struct vkey {
	char name[VKEY_NAME_BYTES_MAX + 1];
	uint32_t id;
	enum vkey_type type;
	uint8_t public_key[PUBLIC_KEY_BYTES];
};

/* The specification's rule: valid UTF-8, not empty, no Unicode white space, no
 * "+", no control byte below 20. Of any length. */
bool key_name_valid(struct slice name);

/* Our rule for new names: ASCII 21-7E without "+", 1 to KEY_NAME_BYTES_MAX. */
MUST_USE enum err key_name_check(const char *name, struct fault *fault);

/* ERR_INVALID for a name that the specification refuses or for a weak key. */
MUST_USE enum err vkey_make(const char *name, enum vkey_type type,
			    const uint8_t public_key[PUBLIC_KEY_BYTES],
			    struct vkey *ret_vkey, struct fault *fault);

/* ERR_INVALID for another shape or type; ERR_CORRUPT when the ID is another's. */
MUST_USE enum err vkey_parse(struct slice text, struct vkey *ret_vkey,
			     struct fault *fault);

/* The line, with a NUL and without LF. */
void vkey_format(const struct vkey *vkey, char ret_text[VKEY_TEXT_BYTES_MAX + 1]);

/* Same name, type and public key. */
bool vkey_equal(const struct vkey *a, const struct vkey *b);

#endif
