/*
 * json_writer.c - JSON for answers (RFC 8259).
 *
 *  (1) Whatever text is put, what comes out is valid JSON in valid UTF-8.
 *  (2) Inside an object every value has a key, elsewhere none has.
 */
#include <assert.h>
#include <inttypes.h>

#include "gateway/json_writer.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

void json_writer_init(struct json_writer *writer, struct buffer *out)
{
	*writer = (struct json_writer){ .out = out };
}

/* The length of the UTF-8 sequence at p, or 0 when there is none: no overlong form,
 * no surrogate, nothing past U+10FFFF (RFC 3629, section 4). */
static size_t sequence_length(const uint8_t *p, size_t n)
{
	size_t length;
	uint8_t low = 0x80, high = 0xbf;

	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		length = 2;
	else if (p[0] >= 0xe0 && p[0] <= 0xef)
		length = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		length = 4;
	else
		return 0;
	if (p[0] == 0xe0)
		low = 0xa0;
	if (p[0] == 0xed)
		high = 0x9f;
	if (p[0] == 0xf0)
		low = 0x90;
	if (p[0] == 0xf4)
		high = 0x8f;
	if (length > n || p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < length; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return length;
}

static void put_escape(struct buffer *out, uint8_t byte)
{
	switch (byte) {
	case '"':
	case '\\':
		buffer_put_byte(out, '\\');
		buffer_put_byte(out, byte);
		return;
	case '\n':
		buffer_put_text(out, "\\n");
		return;
	case '\r':
		buffer_put_text(out, "\\r");
		return;
	case '\t':
		buffer_put_text(out, "\\t");
		return;
	default:
		buffer_printf(out, "\\u%04x", byte);
		return;
	}
}

static bool needs_escape(uint8_t byte)
{
	return byte < 0x20 || byte == '"' || byte == '\\' || byte == 0x7f;
}

static void put_string(struct buffer *out, struct slice text)
{
	size_t plain = 0; /* where the bytes that go as they are begin */
	size_t i = 0;

	buffer_put_byte(out, '"');
	while (i < text.n) {
		size_t length = sequence_length(text.p + i, text.n - i);

		if (length && !needs_escape(text.p[i])) {
			i += length;
			continue;
		}
		buffer_put_slice(out, slice_of(text.p + plain, i - plain));
		if (length)
			put_escape(out, text.p[i]);
		else
			buffer_put_text(out, REPLACEMENT);
		plain = ++i;
	}
	if (text.n > plain)
		buffer_put_slice(out, slice_of(text.p + plain, text.n - plain));
	buffer_put_byte(out, '"');
}

/* The comma and the key that come before a value. */
static void put_lead(struct json_writer *writer, const char *key)
{
	unsigned depth = writer->depth;

	assert(writer->is_object[depth] == (key != NULL));
	assert(depth > 0 || !writer->is_filled[0]);
	if (writer->is_filled[depth])
		buffer_put_byte(writer->out, ',');
	writer->is_filled[depth] = true;
	if (!key)
		return;
	put_string(writer->out, slice_of_text(key));
	buffer_put_byte(writer->out, ':');
}

static void put_open(struct json_writer *writer, const char *key, bool is_object)
{
	put_lead(writer, key);
	assert(writer->depth < LIMIT_JSON_DEPTH);
	writer->depth++;
	writer->is_object[writer->depth] = is_object;
	writer->is_filled[writer->depth] = false;
	buffer_put_byte(writer->out, is_object ? '{' : '[');
}

void json_put_object(struct json_writer *writer, const char *key)
{
	put_open(writer, key, true);
}

void json_put_array(struct json_writer *writer, const char *key)
{
	put_open(writer, key, false);
}

void json_put_end(struct json_writer *writer)
{
	assert(writer->depth > 0);
	buffer_put_byte(writer->out, writer->is_object[writer->depth] ? '}' : ']');
	writer->depth--;
}

void json_put_integer(struct json_writer *writer, const char *key, int64_t integer)
{
	put_lead(writer, key);
	buffer_printf(writer->out, "%" PRId64, integer);
}

void json_put_bool(struct json_writer *writer, const char *key, bool truth)
{
	put_lead(writer, key);
	buffer_put_text(writer->out, truth ? "true" : "false");
}

void json_put_null(struct json_writer *writer, const char *key)
{
	put_lead(writer, key);
	buffer_put_text(writer->out, "null");
}

void json_put_slice(struct json_writer *writer, const char *key, struct slice text)
{
	put_lead(writer, key);
	put_string(writer->out, text);
}

void json_put_text(struct json_writer *writer, const char *key, const char *text)
{
	if (text)
		json_put_slice(writer, key, slice_of_text(text));
	else
		json_put_null(writer, key);
}

void json_put_hex(struct json_writer *writer, const char *key, struct slice bytes)
{
	put_lead(writer, key);
	buffer_put_byte(writer->out, '"');
	buffer_put_hex(writer->out, bytes.p, bytes.n);
	buffer_put_byte(writer->out, '"');
}

void json_put_base64(struct json_writer *writer, const char *key, struct slice bytes)
{
	put_lead(writer, key);
	buffer_put_byte(writer->out, '"');
	buffer_put_base64(writer->out, bytes.p, bytes.n);
	buffer_put_byte(writer->out, '"');
}

void json_put_json(struct json_writer *writer, const char *key, struct slice json)
{
	put_lead(writer, key);
	buffer_put_slice(writer->out, json);
}

enum err json_writer_finish(const struct json_writer *writer)
{
	assert(writer->depth == 0);
	assert(writer->is_filled[0]);
	return buffer_err(writer->out);
}
