/*
 * token.c - API tokens: 256 random bits that a client shows to be let in.
 *
 * What is hashed is the text and not the bits, so that what a person pasted can
 * be checked with sha256sum. The text has one spelling: base64url without
 * padding, its two spare bits zero.
 */
#include "keys/token.h"

#include <assert.h>
#include <string.h>

#include "keys/encoding.h"

#define TOKEN_PREFIX_BYTES (sizeof TOKEN_PREFIX - 1)

static_assert(TOKEN_TEXT_BYTES == TOKEN_PREFIX_BYTES + BASE64URL_CHARS(TOKEN_BYTES),
	      "the prefix and 256 bits");

enum err token_generate(char ret_text[TOKEN_TEXT_BYTES + 1], struct hash *ret_hash,
			struct fault *fault)
{
	uint8_t bits[TOKEN_BYTES];
	enum err err = random_bytes(bits, sizeof bits);

	if (err != ERR_OK)
		return fault_set(fault, err, "this machine gives no random bytes");
	memcpy(ret_text, TOKEN_PREFIX, TOKEN_PREFIX_BYTES);
	base64url_encode(bits, sizeof bits, ret_text + TOKEN_PREFIX_BYTES);
	bytes_wipe(bits, sizeof bits);
	*ret_hash = hash_bytes(ret_text, TOKEN_TEXT_BYTES);
	return ERR_OK;
}

enum err token_parse_hash(struct slice text, struct hash *ret_hash, struct fault *fault)
{
	const char *p = (const char *)text.p;
	size_t n = 0;

	if (text.n != TOKEN_TEXT_BYTES ||
	    memcmp(p, TOKEN_PREFIX, TOKEN_PREFIX_BYTES) != 0 ||
	    base64url_decode(p + TOKEN_PREFIX_BYTES, text.n - TOKEN_PREFIX_BYTES, NULL,
			     TOKEN_BYTES, &n) != ERR_OK)
		return fault_set(fault, ERR_INVALID,
				 "the token is not '" TOKEN_PREFIX
				 "' and 43 characters of base64url");
	*ret_hash = hash_bytes(text.p, text.n);
	return ERR_OK;
}

bool token_hash_equal(const struct hash *a, const struct hash *b)
{
	return bytes_equal_secret(a->b, b->b, HASH_BYTES);
}
