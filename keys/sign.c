/*
 * sign.c - Ed25519 through OpenSSL's EVP.
 *
 * OpenSSL 3.0 refuses signatures whose S is not reduced (RFC 8032 section 5.1.7), but
 * takes public keys of small order; those are refused here. It leaves reasons in
 * a queue of the thread; since our errors carry their own sentence, the queue is
 * emptied so that nobody else reads ours.
 */
#include "keys/sign.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "keys/encoding.h"
#include "keys/hash.h"

struct signing_key {
	EVP_PKEY *pkey;
	uint8_t public_key[PUBLIC_KEY_BYTES];
};

/*
 * The y coordinates of the eight points of small order, and the two that are not
 * reduced modulo p = 2^255 - 19; the sign of x (the top bit) is ignored.
 * libsodium refuses the same list.
 */
static const uint8_t SMALL_ORDER_KEYS[][PUBLIC_KEY_BYTES] = {
	/* 0, order 4 */
	{ 0 },
	/* 1, order 1 */
	{ 0x01 },
	/* order 8 */
	{ 0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
	  0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
	  0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05 },
	/* order 8 */
	{ 0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
	  0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
	  0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a },
	/* p - 1, order 2 */
	{ 0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f },
	/* p, which is 0 again */
	{ 0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f },
	/* p + 1, which is 1 again */
	{ 0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f },
};

bool public_key_weak(const uint8_t public_key[PUBLIC_KEY_BYTES])
{
	uint8_t y[PUBLIC_KEY_BYTES];

	memcpy(y, public_key, sizeof y);
	y[PUBLIC_KEY_BYTES - 1] &= 0x7F;
	for (size_t i = 0; i < sizeof SMALL_ORDER_KEYS / sizeof *SMALL_ORDER_KEYS; i++)
		if (memcmp(y, SMALL_ORDER_KEYS[i], sizeof y) == 0)
			return true;
	return false;
}

enum err signing_key_from_seed(const uint8_t seed[KEY_SEED_BYTES],
			       struct signing_key **ret_key, struct fault *fault)
{
	struct signing_key *key = calloc(1, sizeof *key);
	size_t n = PUBLIC_KEY_BYTES;

	if (!key)
		goto fail;
	key->pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed,
						 KEY_SEED_BYTES);
	if (!key->pkey ||
	    EVP_PKEY_get_raw_public_key(key->pkey, key->public_key, &n) != 1)
		goto fail;
	*ret_key = key;
	return ERR_OK;
fail:
	ERR_clear_error();
	signing_key_free(key);
	return fault_set(fault, ERR_MEMORY, "a signing key: out of memory");
}

enum err signing_key_generate(struct signing_key **ret_key, struct fault *fault)
{
	uint8_t seed[KEY_SEED_BYTES];
	enum err err = random_bytes(seed, sizeof seed);

	if (err != ERR_OK)
		return fault_set(fault, err, "this machine gives no random bytes");
	err = signing_key_from_seed(seed, ret_key, fault);
	bytes_wipe(seed, sizeof seed);
	return err;
}

void signing_key_seed(const struct signing_key *key, uint8_t ret_seed[KEY_SEED_BYTES])
{
	size_t n = KEY_SEED_BYTES;

	/* It was made from a seed, so that it has one is our own promise. */
	if (EVP_PKEY_get_raw_private_key(key->pkey, ret_seed, &n) != 1 ||
	    n != KEY_SEED_BYTES)
		abort();
}

void signing_key_public(const struct signing_key *key,
			uint8_t ret_public[PUBLIC_KEY_BYTES])
{
	memcpy(ret_public, key->public_key, PUBLIC_KEY_BYTES);
}

enum err signing_key_sign(const struct signing_key *key, struct slice message,
			  uint8_t ret_signature[SIGNATURE_BYTES], struct fault *fault)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t signature[SIGNATURE_BYTES];
	size_t n = sizeof signature;
	enum err err = ERR_OK;

	if (!context || EVP_DigestSignInit(context, NULL, NULL, NULL, key->pkey) != 1 ||
	    EVP_DigestSign(context, signature, &n, message.p, message.n) != 1)
		err = fault_set(fault, ERR_MEMORY, "a signature: out of memory");
	if (err == ERR_OK) {
		assert(n == SIGNATURE_BYTES);
		memcpy(ret_signature, signature, SIGNATURE_BYTES);
	}
	ERR_clear_error();
	EVP_MD_CTX_free(context);
	return err;
}

void signing_key_free(struct signing_key *key)
{
	if (!key)
		return;
	EVP_PKEY_free(key->pkey); /* wipes the private part */
	free(key);
}

static enum err verify_once(EVP_PKEY *pkey, struct slice message,
			    const uint8_t signature[SIGNATURE_BYTES])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	enum err err = ERR_MEMORY;

	if (context && EVP_DigestVerifyInit(context, NULL, NULL, NULL, pkey) == 1)
		err = EVP_DigestVerify(context, signature, SIGNATURE_BYTES, message.p,
				       message.n) == 1
			      ? ERR_OK
			      : ERR_CORRUPT;
	EVP_MD_CTX_free(context);
	return err;
}

enum err signature_verify(const uint8_t public_key[PUBLIC_KEY_BYTES],
			  struct slice message, const uint8_t signature[SIGNATURE_BYTES])
{
	EVP_PKEY *pkey;
	enum err err = ERR_MEMORY;

	if (public_key_weak(public_key))
		return ERR_INVALID;
	pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key,
					   PUBLIC_KEY_BYTES);
	if (pkey)
		err = verify_once(pkey, message, signature);
	/* OpenSSL says the same of a false signature and of memory that it did not get
	 * inside: nobody is accused on one failure. */
	if (err == ERR_CORRUPT)
		err = verify_once(pkey, message, signature);
	ERR_clear_error();
	EVP_PKEY_free(pkey);
	return err;
}
