/*
 * hash.h - SHA-256, the hashes of RFC 6962, HMAC and random bytes.
 *
 * A leaf and a node of a tree are hashed behind different first bytes (RFC 6962
 * section 2.1), so that nobody can show a node as a leaf. Code outside the tree
 * that hashes data of its own uses hash_bytes(); never hash_bytes() on
 * something that hash_leaf() was meant for.
 *
 * Hashing cannot fail: no function here but random_bytes() has an error. All of
 * them may be called from several threads at once, on different objects.
 */
#ifndef ARRONDI_KEYS_HASH_H
#define ARRONDI_KEYS_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/fault.h"

#define HASH_BYTES        32
#define HASH_BASE64_CHARS 44
#define HASH_HEX_CHARS    64

struct hash {
	uint8_t b[HASH_BYTES];
};

/* A hash under way. The words belong to hash.c; copying the struct copies the state. */
struct hash_stream {
	uint64_t state[14];
};

/* An HMAC key with its two first blocks already hashed: a message of up to 55 bytes
 * then costs two blocks instead of four. Holds a secret: hmac_key_clear() it. */
struct hmac_key {
	struct hash_stream inner;
	struct hash_stream outer;
};

/* SHA-256 (FIPS 180-4). bytes may be NULL when n is 0. */
struct hash hash_bytes(const void *bytes, size_t n);

void hash_begin(struct hash_stream *stream);
void hash_add(struct hash_stream *stream, const void *bytes, size_t n);
struct hash hash_end(struct hash_stream *stream);

/* RFC 6962 section 2.1: SHA-256(00 || data), SHA-256(01 || left || right), SHA-256(). */
struct hash hash_leaf(const void *data, size_t n);
struct hash hash_node(const struct hash *left, const struct hash *right);
struct hash hash_empty(void);

/* For public hashes; for secrets there is bytes_equal_secret(). */
bool hash_equal(const struct hash *a, const struct hash *b);

/* HMAC-SHA-256 (RFC 2104), of a key of any length. */
struct hash hmac_bytes(const void *key, size_t key_n, const void *message, size_t n);

/* The same for many messages under one key. hmac_key_sum() may run in several
 * threads on one key. */
void hmac_key_init(struct hmac_key *key, const void *secret, size_t secret_n);
struct hash hmac_key_sum(const struct hmac_key *key, const void *message, size_t n);
void hmac_key_clear(struct hmac_key *key);

/* Fit for keys. ERR_IO when the machine gives none; ret_bytes is then zeroes. */
MUST_USE enum err random_bytes(uint8_t *ret_bytes, size_t n);

#endif
