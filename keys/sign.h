/*
 * sign.h - Ed25519 (RFC 8032): who holds a key, and whether a signature is theirs.
 *
 * Ed25519 is deterministic: the same key and message give the same signature, so
 * signing again after a crash says nothing new. Nothing outside keys/ calls
 * signing_key_sign(): what is signed there is always the text of a note
 * (keys/note.h), never raw bytes from outside.
 */
#ifndef ARRONDI_KEYS_SIGN_H
#define ARRONDI_KEYS_SIGN_H

#include <stdbool.h>
#include <stdint.h>

#include "keys/fault.h"
#include "keys/slice.h"

#define PUBLIC_KEY_BYTES 32
#define KEY_SEED_BYTES   32
#define SIGNATURE_BYTES  64

/* A private key. May be used by several threads at once. */
struct signing_key;

/* A new key from the machine's random bytes; the caller frees it. */
MUST_USE enum err signing_key_generate(struct signing_key **ret_key, struct fault *fault);

/* The key of RFC 8032's 32 secret bytes; the caller frees it and wipes the seed. */
MUST_USE enum err signing_key_from_seed(const uint8_t seed[KEY_SEED_BYTES],
					struct signing_key **ret_key,
					struct fault *fault);

/* The secret bytes, for keyfile.c; the caller wipes them. */
void signing_key_seed(const struct signing_key *key, uint8_t ret_seed[KEY_SEED_BYTES]);

void signing_key_public(const struct signing_key *key,
			uint8_t ret_public[PUBLIC_KEY_BYTES]);

MUST_USE enum err signing_key_sign(const struct signing_key *key, struct slice message,
				   uint8_t ret_signature[SIGNATURE_BYTES],
				   struct fault *fault);

void signing_key_free(struct signing_key *key);

/* ERR_OK; ERR_CORRUPT when the signature is not this key's over this message;
 * ERR_INVALID when the public key is weak; ERR_MEMORY. */
MUST_USE enum err signature_verify(const uint8_t public_key[PUBLIC_KEY_BYTES],
				   struct slice message,
				   const uint8_t signature[SIGNATURE_BYTES]);

/* True for the points of small order: under such a "key" anybody can make a
 * signature that verifies, so it identifies nobody. */
bool public_key_weak(const uint8_t public_key[PUBLIC_KEY_BYTES]);

#endif
