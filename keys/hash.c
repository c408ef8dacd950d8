/*
 * hash.c - SHA-256, the hashes of RFC 6962, HMAC and random bytes.
 *
 * A ledger hashes tens of bytes tens of millions of times, so what counts is the
 * cost per call and not per byte. EVP allocates a context and looks the digest up
 * for each call; even with both kept, it takes half as long again as the
 * SHA256_ functions. These are deprecated for choosing no provider, which is what makes
 * them quick; they exist in every OpenSSL 3, keep their state in the caller's
 * memory, and cannot fail.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "keys/hash.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include "keys/encoding.h"

#define HASH_BLOCK_BYTES 64

static const uint8_t LEAF_PREFIX = 0x00;
static const uint8_t NODE_PREFIX = 0x01;

static_assert(sizeof(struct hash_stream) >= sizeof(SHA256_CTX) &&
		      _Alignof(struct hash_stream) >= _Alignof(SHA256_CTX),
	      "a stream has room for OpenSSL's state");
static_assert(HASH_BYTES == SHA256_DIGEST_LENGTH && HASH_BLOCK_BYTES == SHA256_CBLOCK,
	      "SHA-256's own sizes");

/* The stream's words are only ever touched by OpenSSL, as this type. */
static SHA256_CTX *stream_context(struct hash_stream *stream)
{
	return (SHA256_CTX *)(void *)stream->state;
}

void hash_begin(struct hash_stream *stream)
{
	(void)SHA256_Init(stream_context(stream)); /* always 1 */
}

void hash_add(struct hash_stream *stream, const void *bytes, size_t n)
{
	if (n > 0)
		(void)SHA256_Update(stream_context(stream), bytes, n); /* always 1 */
}

struct hash hash_end(struct hash_stream *stream)
{
	struct hash hash;

	(void)SHA256_Final(hash.b, stream_context(stream)); /* always 1 */
	return hash;
}

struct hash hash_bytes(const void *bytes, size_t n)
{
	struct hash_stream stream;

	hash_begin(&stream);
	hash_add(&stream, bytes, n);
	return hash_end(&stream);
}

struct hash hash_leaf(const void *data, size_t n)
{
	struct hash_stream stream;

	hash_begin(&stream);
	hash_add(&stream, &LEAF_PREFIX, 1);
	hash_add(&stream, data, n);
	return hash_end(&stream);
}

/* One add of 65 bytes is quicker than three. */
struct hash hash_node(const struct hash *left, const struct hash *right)
{
	uint8_t bytes[1 + 2 * HASH_BYTES];

	bytes[0] = NODE_PREFIX;
	memcpy(bytes + 1, left->b, HASH_BYTES);
	memcpy(bytes + 1 + HASH_BYTES, right->b, HASH_BYTES);
	return hash_bytes(bytes, sizeof bytes);
}

struct hash hash_empty(void)
{
	return hash_bytes(NULL, 0);
}

bool hash_equal(const struct hash *a, const struct hash *b)
{
	return memcmp(a->b, b->b, HASH_BYTES) == 0;
}

/* Starts a stream with the key's block, each byte of it changed by pad (RFC 2104). */
static void stream_begin_keyed(struct hash_stream *stream,
			       const uint8_t block[HASH_BLOCK_BYTES], uint8_t pad)
{
	uint8_t padded[HASH_BLOCK_BYTES];

	for (size_t i = 0; i < HASH_BLOCK_BYTES; i++)
		padded[i] = block[i] ^ pad;
	hash_begin(stream);
	hash_add(stream, padded, sizeof padded);
	bytes_wipe(padded, sizeof padded);
}

void hmac_key_init(struct hmac_key *key, const void *secret, size_t secret_n)
{
	uint8_t block[HASH_BLOCK_BYTES] = { 0 };

	if (secret_n > HASH_BLOCK_BYTES) {
		struct hash hash = hash_bytes(secret, secret_n);

		memcpy(block, hash.b, HASH_BYTES);
		bytes_wipe(&hash, sizeof hash);
	} else if (secret_n > 0) {
		memcpy(block, secret, secret_n);
	}
	stream_begin_keyed(&key->inner, block, 0x36);
	stream_begin_keyed(&key->outer, block, 0x5C);
	bytes_wipe(block, sizeof block);
}

struct hash hmac_key_sum(const struct hmac_key *key, const void *message, size_t n)
{
	struct hash_stream stream = key->inner;
	struct hash inner;

	hash_add(&stream, message, n);
	inner = hash_end(&stream);
	stream = key->outer;
	hash_add(&stream, inner.b, HASH_BYTES);
	return hash_end(&stream);
}

void hmac_key_clear(struct hmac_key *key)
{
	bytes_wipe(key, sizeof *key);
}

struct hash hmac_bytes(const void *key, size_t key_n, const void *message, size_t n)
{
	struct hmac_key prepared;
	struct hash sum;

	hmac_key_init(&prepared, key, key_n);
	sum = hmac_key_sum(&prepared, message, n);
	hmac_key_clear(&prepared);
	return sum;
}

enum err random_bytes(uint8_t *ret_bytes, size_t n)
{
	assert(n <= INT_MAX);
	if (RAND_priv_bytes(ret_bytes, (int)n) != 1) {
		bytes_wipe(ret_bytes, n);
		ERR_clear_error();
		return ERR_IO;
	}
	return ERR_OK;
}
