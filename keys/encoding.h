/*
 * encoding.h - bytes as text and back, in exactly one way.
 *
 * What is signed or hashed must have one spelling. Every decoder here refuses a
 * second spelling of the same bytes (spare bits, capitals, leading zeroes, white
 * space), so that whoever compares texts compares values. The encoders cannot
 * fail; they write a terminating NUL.
 */
#ifndef ARRONDI_KEYS_ENCODING_H
#define ARRONDI_KEYS_ENCODING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/fault.h"

/* Characters of n bytes, without the NUL. */
#define BASE64_CHARS(n)    (((n) + 2) / 3 * 4)
#define BASE64URL_CHARS(n) (((n)*4 + 2) / 3)
#define HEX_CHARS(n)       ((n)*2)
/* 18446744073709551615 */
#define DECIMAL_CHARS_MAX 20

/* RFC 4648 section 4, padded. ret_text has room for BASE64_CHARS(n) + 1. */
void base64_encode(const void *bytes, size_t n, char *ret_text);

/* ERR_INVALID unless text is what base64_encode() would have written;
 * ERR_TOO_BIG when it stands for more than bytes_max bytes. ret_bytes may be NULL to only
 * check and count; otherwise it is written only on success. */
MUST_USE enum err base64_decode(const char *text, size_t chars, uint8_t *ret_bytes,
				size_t bytes_max, size_t *ret_n);

/* RFC 4648 section 5 without padding. ret_text has BASE64URL_CHARS(n) + 1. */
void base64url_encode(const void *bytes, size_t n, char *ret_text);

/* As base64_decode(), for the text of base64url_encode(). */
MUST_USE enum err base64url_decode(const char *text, size_t chars, uint8_t *ret_bytes,
				   size_t bytes_max, size_t *ret_n);

/* Lower case. ret_text has room for HEX_CHARS(n) + 1. */
void hex_encode(const void *bytes, size_t n, char *ret_text);

/* ERR_INVALID unless text is exactly n bytes in lower-case hexadecimal. */
MUST_USE enum err hex_decode(const char *text, size_t chars, uint8_t *ret_bytes,
			     size_t n);

/* ASCII decimal: no sign, no leading zero but "0" itself, at most 2^64 - 1.
 * ERR_INVALID otherwise. */
MUST_USE enum err decimal_parse(const char *text, size_t chars, uint64_t *ret_value);

/* RFC 3629: no surrogates, nothing overlong, nothing past U+10FFFF. NUL is valid. */
bool utf8_valid(const char *text, size_t n);

/* Reads the character at *at of valid UTF-8 and moves *at behind it. */
uint32_t utf8_next(const char *text, size_t n, size_t *at);

/* Takes the same time whatever the bytes are. */
bool bytes_equal_secret(const void *a, const void *b, size_t n);

/* Zeroes that the compiler may not leave out. bytes may be NULL when n is 0. */
void bytes_wipe(void *bytes, size_t n);

/* Big-endian numbers, as in every format that we read or write. */
static inline void u16_put(uint8_t *p, uint16_t value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

static inline void u32_put(uint8_t *p, uint32_t value)
{
	u16_put(p, (uint16_t)(value >> 16));
	u16_put(p + 2, (uint16_t)value);
}

static inline void u64_put(uint8_t *p, uint64_t value)
{
	u32_put(p, (uint32_t)(value >> 32));
	u32_put(p + 4, (uint32_t)value);
}

static inline uint16_t u16_get(const uint8_t *p)
{
	return (uint16_t)((unsigned)p[0] << 8 | p[1]);
}

static inline uint32_t u32_get(const uint8_t *p)
{
	return (uint32_t)u16_get(p) << 16 | u16_get(p + 2);
}

static inline uint64_t u64_get(const uint8_t *p)
{
	return (uint64_t)u32_get(p) << 32 | u32_get(p + 4);
}

#endif
