/*
 * encoding.c - bytes as text and back, in exactly one way.
 *
 * Decoding is one loop for both base64 alphabets. What must never become false:
 * decode accepts a text only if encode would have written it, so each value has
 * one spelling.
 */
#include "keys/encoding.h"

#include <assert.h>
#include <string.h>

#include <openssl/crypto.h>

static const char BASE64_ALPHABET[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char BASE64URL_ALPHABET[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char HEX_ALPHABET[] = "0123456789abcdef";

/* Writes without padding and returns the number of characters. */
static size_t sextets_encode(const uint8_t *bytes, size_t n, const char *alphabet,
			     char *text)
{
	size_t chars = 0;
	uint32_t bits = 0;
	unsigned held = 0;

	for (size_t i = 0; i < n; i++) {
		bits = bits << 8 | bytes[i];
		for (held += 8; held >= 6; held -= 6)
			text[chars++] = alphabet[bits >> (held - 6) & 63];
	}
	if (held > 0)
		text[chars++] = alphabet[bits << (6 - held) & 63];
	return chars;
}

/* The value of a character, or -1. '+' and '-' share 62, '/' and '_' share 63; which
 * pair is right is looked up in the alphabet. */
static int sextet_value(char c, const char *alphabet)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == alphabet[62])
		return 62;
	if (c == alphabet[63])
		return 63;
	return -1;
}

/* Decodes into bytes unless that is NULL; the caller has checked the room. False for a
 * foreign character, a lonely last character, or spare bits that are not zero. */
static bool sextets_decode(const char *text, size_t chars, const char *alphabet,
			   uint8_t *bytes)
{
	uint32_t bits = 0;
	unsigned held = 0;
	size_t n = 0;

	if (chars % 4 == 1)
		return false;
	for (size_t i = 0; i < chars; i++) {
		int value = sextet_value(text[i], alphabet);

		if (value < 0)
			return false;
		bits = bits << 6 | (uint32_t)value;
		held += 6;
		if (held >= 8) {
			held -= 8;
			if (bytes)
				bytes[n] = (uint8_t)(bits >> held);
			n++;
		}
	}
	return (bits & ((1u << held) - 1)) == 0;
}

/* Checks everything before the first byte is written. */
static enum err base64_decode_checked(const char *text, size_t chars,
				      const char *alphabet, uint8_t *ret_bytes,
				      size_t bytes_max, size_t *ret_n)
{
	size_t n = chars / 4 * 3 + chars % 4 * 3 / 4;

	if (!sextets_decode(text, chars, alphabet, NULL))
		return ERR_INVALID;
	if (n > bytes_max)
		return ERR_TOO_BIG;
	if (ret_bytes && !sextets_decode(text, chars, alphabet, ret_bytes))
		return ERR_INVALID;
	*ret_n = n;
	return ERR_OK;
}

void base64_encode(const void *bytes, size_t n, char *ret_text)
{
	size_t chars = sextets_encode(bytes, n, BASE64_ALPHABET, ret_text);

	while (chars % 4 != 0)
		ret_text[chars++] = '=';
	ret_text[chars] = '\0';
}

enum err base64_decode(const char *text, size_t chars, uint8_t *ret_bytes,
		       size_t bytes_max, size_t *ret_n)
{
	size_t padding = 0;

	if (chars % 4 != 0)
		return ERR_INVALID;
	while (padding < 2 && padding < chars && text[chars - 1 - padding] == '=')
		padding++;
	return base64_decode_checked(text, chars - padding, BASE64_ALPHABET, ret_bytes,
				     bytes_max, ret_n);
}

void base64url_encode(const void *bytes, size_t n, char *ret_text)
{
	ret_text[sextets_encode(bytes, n, BASE64URL_ALPHABET, ret_text)] = '\0';
}

enum err base64url_decode(const char *text, size_t chars, uint8_t *ret_bytes,
			  size_t bytes_max, size_t *ret_n)
{
	return base64_decode_checked(text, chars, BASE64URL_ALPHABET, ret_bytes,
				     bytes_max, ret_n);
}

void hex_encode(const void *bytes, size_t n, char *ret_text)
{
	const uint8_t *p = bytes;

	for (size_t i = 0; i < n; i++) {
		ret_text[2 * i] = HEX_ALPHABET[p[i] >> 4];
		ret_text[2 * i + 1] = HEX_ALPHABET[p[i] & 15];
	}
	ret_text[2 * n] = '\0';
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

enum err hex_decode(const char *text, size_t chars, uint8_t *ret_bytes, size_t n)
{
	if (chars % 2 != 0 || chars / 2 != n)
		return ERR_INVALID;
	for (size_t i = 0; i < chars; i++)
		if (hex_value(text[i]) < 0)
			return ERR_INVALID;
	for (size_t i = 0; i < n; i++)
		ret_bytes[i] = (uint8_t)((unsigned)hex_value(text[2 * i]) << 4 |
					 (unsigned)hex_value(text[2 * i + 1]));
	return ERR_OK;
}

enum err decimal_parse(const char *text, size_t chars, uint64_t *ret_value)
{
	uint64_t value = 0;

	if (chars == 0 || chars > DECIMAL_CHARS_MAX)
		return ERR_INVALID;
	if (text[0] == '0' && chars > 1)
		return ERR_INVALID;
	for (size_t i = 0; i < chars; i++) {
		if (text[i] < '0' || text[i] > '9')
			return ERR_INVALID;
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(text[i] - '0'), &value))
			return ERR_INVALID;
	}
	*ret_value = value;
	return ERR_OK;
}

/* The length of the character at p by table 3-7 of the Unicode standard, or 0. The
 * second byte's range is what keeps out overlong forms, surrogates and
 * characters past U+10FFFF. */
static size_t utf8_character_bytes(const uint8_t *p, size_t n)
{
	size_t length;
	uint8_t low = 0x80, high = 0xBF;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xC2 || p[0] > 0xF4)
		return 0;
	length = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
	if (p[0] == 0xE0)
		low = 0xA0;
	if (p[0] == 0xED)
		high = 0x9F;
	if (p[0] == 0xF0)
		low = 0x90;
	if (p[0] == 0xF4)
		high = 0x8F;
	if (n < length || p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < length; i++)
		if ((p[i] & 0xC0) != 0x80)
			return 0;
	return length;
}

bool utf8_valid(const char *text, size_t n)
{
	const uint8_t *p = (const uint8_t *)text;
	size_t at = 0;

	while (at < n) {
		size_t length = utf8_character_bytes(p + at, n - at);

		if (length == 0)
			return false;
		at += length;
	}
	return true;
}

uint32_t utf8_next(const char *text, size_t n, size_t *at)
{
	const uint8_t *p = (const uint8_t *)text + *at;
	size_t length = *at < n ? utf8_character_bytes(p, n - *at) : 0;
	uint32_t character;

	assert(length > 0);
	/* The lead byte keeps 7, 5, 4 or 3 bits. */
	character = length == 1 ? p[0] : p[0] & (0x7Fu >> length);
	for (size_t i = 1; i < length; i++)
		character = character << 6 | (p[i] & 0x3Fu);
	*at += length;
	return character;
}

bool bytes_equal_secret(const void *a, const void *b, size_t n)
{
	return CRYPTO_memcmp(a, b, n) == 0;
}

void bytes_wipe(void *bytes, size_t n)
{
	if (n > 0)
		explicit_bzero(bytes, n);
}
