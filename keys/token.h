/*
 * token.h - API tokens: 256 random bits that a client shows to be let in.
 *
 * The text is shown once, when it is made. At rest there is only its SHA-256:
 * whoever reads the store cannot speak for a client. No salt and no slow hash
 * are needed, because 256 random bits cannot be guessed. Who a token stands for,
 * until when, and whether it was revoked, is the store's to know.
 */
#ifndef ARRONDI_KEYS_TOKEN_H
#define ARRONDI_KEYS_TOKEN_H

#include <stdbool.h>

#include "keys/fault.h"
#include "keys/hash.h"
#include "keys/slice.h"

#define TOKEN_PREFIX     "arrondi_" /* so that scanners for leaked secrets find it */
#define TOKEN_BYTES      32
#define TOKEN_TEXT_BYTES (8 + 43)

/* A new token and the hash to keep. The caller wipes the text. ERR_IO. */
MUST_USE enum err token_generate(char ret_text[TOKEN_TEXT_BYTES + 1],
				 struct hash *ret_hash, struct fault *fault);

/* The hash of a token that a client showed. ERR_INVALID for another shape; the
 * fault never repeats the text. */
MUST_USE enum err token_parse_hash(struct slice text, struct hash *ret_hash,
				   struct fault *fault);

/* In constant time. */
bool token_hash_equal(const struct hash *a, const struct hash *b);

#endif
