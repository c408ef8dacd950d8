/*
 * fuzz_encoding.c - base64, hexadecimal, decimal, UTF-8 (keys/encoding.h): one spelling
 * of each value, and each value comes back.
 */
#include <stdlib.h>
#include <string.h>

#include "keys/encoding.h"
#include "tests/fuzz.h"

typedef void encode_fn(const void *bytes, size_t n, char *ret_text);
typedef enum err decode_fn(const char *text, size_t chars, uint8_t *ret_bytes,
			   size_t bytes_max, size_t *ret_n);

static enum err hex_decode_any(const char *text, size_t chars, uint8_t *ret_bytes,
			       size_t bytes_max, size_t *ret_n)
{
	*ret_n = chars / 2;
	return *ret_n > bytes_max ? ERR_TOO_BIG
				  : hex_decode(text, chars, ret_bytes, chars / 2);
}

/* The input as a text, and as bytes. */
static void code_check(struct slice in, encode_fn *encode, decode_fn *decode)
{
	char *text = malloc(HEX_CHARS(in.n) + BASE64_CHARS(in.n) + 1);
	uint8_t *out = malloc(in.n + 1);
	size_t out_n = 0, chars;

	FUZZ_MUST(text && out);
	if (decode((const char *)in.p, in.n, out, in.n, &out_n) == ERR_OK) {
		encode(out, out_n, text);
		FUZZ_MUST(slice_equal_text(in, text));
	}
	encode(in.p, in.n, text);
	chars = strlen(text);
	FUZZ_MUST(decode(text, chars, out, in.n, &out_n) == ERR_OK);
	FUZZ_MUST(slice_equal(slice_of(out, out_n), in));
	if (in.n > 0)
		FUZZ_MUST(decode(text, chars, out, in.n - 1, &out_n) == ERR_TOO_BIG);
	free(out);
	free(text);
}

static void decimal_check(struct slice in)
{
	char text[DECIMAL_CHARS_MAX + 1];
	uint64_t value;

	if (decimal_parse((const char *)in.p, in.n, &value) != ERR_OK)
		return;
	snprintf(text, sizeof text, "%llu", (unsigned long long)value);
	FUZZ_MUST(slice_equal_text(in, text));
}

static void utf8_check(struct slice in)
{
	const char *text = (const char *)in.p;
	size_t at = 0;

	if (!utf8_valid(text, in.n))
		return;
	while (at < in.n) {
		size_t before = at;
		uint32_t character = utf8_next(text, in.n, &at);

		FUZZ_MUST(at > before && at <= in.n && at - before <= 4);
		FUZZ_MUST(character <= 0x10ffff);
		FUZZ_MUST(character < 0xd800 || character > 0xdfff);
	}
}

FUZZ_TARGET(encoding)
{
	struct slice in = slice_of(bytes, n);

	code_check(in, base64_encode, base64_decode);
	code_check(in, base64url_encode, base64url_decode);
	code_check(in, hex_encode, hex_decode_any);
	decimal_check(in);
	utf8_check(in);
	return 0;
}
