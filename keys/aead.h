/*
 * aead.h - AES-256-GCM: bytes that only a key opens, and that nobody changes unseen.
 *
 * A nonce is used once under a key. What the bytes are about is authenticated with them,
 * so that one cannot be put in another's place.
 */
#ifndef ARRONDI_KEYS_AEAD_H
#define ARRONDI_KEYS_AEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "keys/fault.h"
#include "keys/slice.h"

#define AEAD_KEY_BYTES   32
#define AEAD_NONCE_BYTES 12
#define AEAD_TAG_BYTES   16

/* ret_sealed has room for the contents and the tag behind them. ERR_MEMORY. */
MUST_USE enum err aead_seal(const uint8_t key[AEAD_KEY_BYTES],
			    const uint8_t nonce[AEAD_NONCE_BYTES], struct slice about,
			    struct slice contents, uint8_t *ret_sealed,
			    struct fault *fault);

/* sealed has at least a tag; ret_contents has room for it without. False: another key, or
 * other bytes. */
bool aead_open(const uint8_t key[AEAD_KEY_BYTES], const uint8_t nonce[AEAD_NONCE_BYTES],
	       struct slice about, struct slice sealed, uint8_t *ret_contents);

#endif
