/*
 * aead.c - see aead.h.
 */
#include "keys/aead.h"

#include <assert.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>

enum err aead_seal(const uint8_t key[AEAD_KEY_BYTES],
		   const uint8_t nonce[AEAD_NONCE_BYTES], struct slice about,
		   struct slice contents, uint8_t *ret_sealed, struct fault *fault)
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	int n = 0, end = 0;
	bool done;

	done = context &&
	       EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, nonce) == 1 &&
	       EVP_EncryptUpdate(context, NULL, &n, about.p, (int)about.n) == 1 &&
	       EVP_EncryptUpdate(context, ret_sealed, &n, contents.p, (int)contents.n) ==
		       1 &&
	       EVP_EncryptFinal_ex(context, ret_sealed + n, &end) == 1 &&
	       EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, AEAD_TAG_BYTES,
				   ret_sealed + contents.n) == 1;
	EVP_CIPHER_CTX_free(context);
	assert(!done || (size_t)(n + end) == contents.n);
	ERR_clear_error();
	return done ? ERR_OK : fault_set(fault, ERR_MEMORY, "sealing: out of memory");
}

bool aead_open(const uint8_t key[AEAD_KEY_BYTES], const uint8_t nonce[AEAD_NONCE_BYTES],
	       struct slice about, struct slice sealed, uint8_t *ret_contents)
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	size_t n = sealed.n - AEAD_TAG_BYTES;
	uint8_t tag[AEAD_TAG_BYTES];
	int some = 0, end = 0;
	bool done;

	assert(sealed.n >= AEAD_TAG_BYTES);
	memcpy(tag, sealed.p + n, AEAD_TAG_BYTES);
	done = context &&
	       EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, nonce) == 1 &&
	       EVP_DecryptUpdate(context, NULL, &some, about.p, (int)about.n) == 1 &&
	       EVP_DecryptUpdate(context, ret_contents, &some, sealed.p, (int)n) == 1 &&
	       EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, AEAD_TAG_BYTES, tag) ==
		       1 &&
	       EVP_DecryptFinal_ex(context, ret_contents + some, &end) == 1;
	EVP_CIPHER_CTX_free(context);
	ERR_clear_error();
	return done;
}
