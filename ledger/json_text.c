/*
 * json_text.c - the one spelling of a text (RFC 8785, section 3.2.2.2).
 *
 * Only quote, backslash and controls are escaped, the latter by their short form
 * where there is one; everything else stands as it is, never normalised.
 */
#include "ledger/json_text.h"

static void escape_write(uint8_t byte, struct buffer *out)
{
	static const char letters[] = "\"\\\b\f\n\r\t";
	static const char escapes[] = "\"\\bfnrt";
	const char *letter = memchr(letters, byte, sizeof letters - 1);

	if (letter) {
		buffer_put_byte(out, '\\');
		buffer_put_byte(out, (uint8_t)escapes[letter - letters]);
	} else {
		buffer_printf(out, "\\u%04x", byte);
	}
}

void json_text_write(struct slice text, struct buffer *out)
{
	size_t from = 0;

	buffer_put_byte(out, '"');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] >= 0x20 && text.p[i] != '"' && text.p[i] != '\\')
			continue;
		buffer_put(out, text.p + from, i - from);
		escape_write(text.p[i], out);
		from = i + 1;
	}
	if (from < text.n)
		buffer_put(out, text.p + from, text.n - from);
	buffer_put_byte(out, '"');
}
