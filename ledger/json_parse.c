/*
 * json_parse.c - the reading of canonical bytes, and of nothing else.
 *
 * Every entry that a verifier looks at comes through here, from a log that
 * somebody may have forged. So there is one pass, no recursion deeper than
 * JSON_DEPTH_MAX, no memory but the document's, and nothing is repaired.
 *
 *  (1) What is accepted is what json_write() would have written: each
 *      "return stop()" below refuses a second spelling of some value.
 */
#include "ledger/json.h"

#include "keys/encoding.h"
#include "ledger/json_doc.h"

#define INTEGER_DIGITS_MAX 16 /* of 2^53 - 1 */

struct reader {
	struct json_doc *doc;
	const uint8_t *start, *at, *end;
	int depth;
	const char *reason; /* why reading stopped at `at` */
};

static bool read_value(struct reader *reader, struct json *value);

static bool stop(struct reader *reader, const char *reason)
{
	reader->reason = reason;
	return false;
}

/* For a byte that cannot stand here: the likely causes have better sentences. */
static bool stop_unexpected(struct reader *reader, const char *expected)
{
	if (reader->at == reader->end)
		return stop(reader, "it ends too soon");
	if (memchr(" \t\r\n", *reader->at, 4))
		return stop(reader, "white space is not canonical");
	return stop(reader, expected);
}

static bool read_byte(struct reader *reader, uint8_t byte, const char *expected)
{
	if (reader->at == reader->end || *reader->at != byte)
		return stop_unexpected(reader, expected);
	reader->at++;
	return true;
}

/* Whether `byte` is next, which is then read. */
static bool read_if(struct reader *reader, uint8_t byte)
{
	if (reader->at == reader->end || *reader->at != byte)
		return false;
	reader->at++;
	return true;
}

static bool digit_next(const struct reader *reader)
{
	return reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9';
}

static bool read_integer(struct reader *reader, struct json *value)
{
	bool negative = read_if(reader, '-');
	const uint8_t *digits = reader->at;
	int64_t n = 0;

	while (digit_next(reader)) {
		if (reader->at - digits == INTEGER_DIGITS_MAX)
			return stop(reader, "a number is past 9007199254740991");
		n = n * 10 + (*reader->at++ - '0');
	}
	if (reader->at == digits)
		return stop_unexpected(reader, "a digit must follow the minus sign");
	if (digits[0] == '0' && (negative || reader->at - digits > 1))
		return stop(reader, "a number has a leading zero or is minus zero");
	if (n > JSON_INTEGER_MAX)
		return stop(reader, "a number is past 9007199254740991");
	if (reader->at < reader->end && memchr(".eE", *reader->at, 3))
		return stop(reader, "numbers are whole, without point and exponent");
	value->type = JSON_INTEGER;
	value->integer = negative ? -n : n;
	return true;
}

/* The value of "\u00xx" whose digits are at p, or -1: only controls that have no
 * shorter escape are written so, in lower case; NUL has no place. */
static int control_of(const uint8_t *p)
{
	static const char digits[] = "0123456789abcdef";
	const char *low = p[3] ? memchr(digits, p[3], sizeof digits - 1) : NULL;
	int n;

	if (memcmp(p, "00", 2) != 0 || (p[2] != '0' && p[2] != '1') || !low)
		return -1;
	n = (p[2] - '0') * 16 + (int)(low - digits);
	return n == 0 || memchr("\b\t\n\f\r", n, 5) ? -1 : n;
}

/* Reads what follows a backslash. */
static bool read_escape(struct reader *reader, uint8_t *ret_byte)
{
	static const char escapes[] = "\"\\bfnrt";
	static const char letters[] = "\"\\\b\f\n\r\t";
	const char *escape;
	int control;

	if (reader->at == reader->end)
		return stop(reader, "it ends too soon");
	escape = memchr(escapes, *reader->at, sizeof escapes - 1);
	if (escape) {
		*ret_byte = (uint8_t)letters[escape - escapes];
		reader->at++;
		return true;
	}
	if (*reader->at != 'u')
		return stop(reader, "this escape is not canonical");
	if (reader->end - reader->at < 5)
		return stop(reader, "it ends too soon");
	control = control_of(reader->at + 1);
	if (control < 0)
		return stop(reader, "this escape is not canonical");
	*ret_byte = (uint8_t)control;
	reader->at += 5;
	return true;
}

/* Moves to the next quote, backslash or control; true for a quote or a backslash. */
static bool read_plain(struct reader *reader, bool *ascii)
{
	const uint8_t *p = reader->at;
	uint8_t any = 0;

	while (p < reader->end && *p >= 0x20 && *p != '"' && *p != '\\')
		any |= *p++;
	*ascii = *ascii && any < 0x80;
	reader->at = p;
	if (p == reader->end)
		return stop(reader, "it ends too soon");
	return *p >= 0x20 || stop(reader, "a control character must be escaped");
}

/* The rest of a text that holds escapes, behind the first `plain` bytes from
 * `from`. The decoded text is never longer than the written one. */
static bool read_escaped(struct reader *reader, const uint8_t *from, bool *ascii,
			 struct slice *ret_text)
{
	const uint8_t *close = reader->at;
	size_t n = (size_t)(reader->at - from);
	uint8_t *text;

	while (close < reader->end && *close != '"')
		close += *close == '\\' ? 2 : 1;
	if (close >= reader->end) {
		reader->at = reader->end;
		return stop(reader, "it ends too soon");
	}
	text = json_doc_alloc(reader->doc, (size_t)(close - from));
	if (!text)
		return false;
	memcpy(text, from, n);
	while (*reader->at == '\\') {
		reader->at++;
		if (!read_escape(reader, &text[n]))
			return false;
		n++;
		from = reader->at;
		if (!read_plain(reader, ascii))
			return false;
		memcpy(text + n, from, (size_t)(reader->at - from));
		n += (size_t)(reader->at - from);
	}
	*ret_text = slice_of(text, n);
	return true;
}

static bool read_text(struct reader *reader, struct json *value)
{
	const uint8_t *from = ++reader->at;
	bool ascii = true;

	value->type = JSON_TEXT;
	if (!read_plain(reader, &ascii))
		return false;
	value->text = slice_of(from, (size_t)(reader->at - from));
	if (*reader->at == '\\' && !read_escaped(reader, from, &ascii, &value->text))
		return false;
	if (!ascii && !utf8_valid((const char *)value->text.p, value->text.n))
		return stop(reader, "the text that ends here is not UTF-8");
	reader->at++;
	return true;
}

static bool read_name(struct reader *reader, const struct json *before,
		      struct slice *ret_name)
{
	const uint8_t *from;

	if (!read_byte(reader, '"', "a member's name must follow"))
		return false;
	from = reader->at;
	while (reader->at < reader->end && json_name_byte(*reader->at))
		reader->at++;
	*ret_name = slice_of(from, (size_t)(reader->at - from));
	if (reader->at == reader->end)
		return stop(reader, "it ends too soon");
	if (*reader->at != '"')
		return stop(reader, "names are printable ASCII without escapes");
	if (ret_name->n > JSON_NAME_BYTES_MAX)
		return stop(reader, "a name is longer than 64 bytes");
	if (before && json_name_cmp(before->name, *ret_name) >= 0)
		return stop(reader, "names must ascend, and none may stand twice");
	reader->at++;
	return read_byte(reader, ':', "a colon must follow the name");
}

static bool read_children(struct reader *reader, struct json *value, bool object)
{
	const uint8_t close = object ? '}' : ']';

	if (read_if(reader, close))
		return true;
	for (;;) {
		struct json *child = json_new(reader->doc, JSON_INTEGER);

		if (!child)
			return false;
		if (object && !read_name(reader, value->last, &child->name))
			return false;
		if (!read_value(reader, child))
			return false;
		json_link(value, child);
		if (read_if(reader, close))
			return true;
		if (!read_byte(reader, ',',
			       object ? "a comma or '}' must follow"
				      : "a comma or ']' must follow"))
			return false;
	}
}

static bool read_container(struct reader *reader, struct json *value)
{
	bool object = *reader->at == '{';
	bool read;

	if (reader->depth == JSON_DEPTH_MAX)
		return stop(reader, "it is nested deeper than 8");
	reader->at++;
	reader->depth++;
	value->type = object ? JSON_OBJECT : JSON_LIST;
	read = read_children(reader, value, object);
	reader->depth--;
	return read;
}

static bool read_value(struct reader *reader, struct json *value)
{
	if (reader->at == reader->end)
		return stop(reader, "it ends too soon");
	if (*reader->at == '"')
		return read_text(reader, value);
	if (*reader->at == '-' || digit_next(reader))
		return read_integer(reader, value);
	if (*reader->at == '{' || *reader->at == '[')
		return read_container(reader, value);
	if (memchr("tfn", *reader->at, 3))
		return stop(reader, "entries have no true, false or null");
	return stop_unexpected(reader, "a value must follow");
}

enum err json_parse(struct json_doc *doc, struct slice bytes, struct json **ret_value,
		    struct fault *fault)
{
	/* No pointer arithmetic on NULL, which an empty slice may have. */
	const uint8_t *start = bytes.n > 0 ? bytes.p : (const uint8_t *)"";
	struct reader reader = { doc, start, start, start + bytes.n, 0, NULL };
	struct json *value = json_new(doc, JSON_INTEGER);

	if (value && read_value(&reader, value)) {
		if (reader.at == reader.end) {
			*ret_value = value;
			return ERR_OK;
		}
		(void)stop_unexpected(&reader, "nothing may follow the value");
	}
	if (json_doc_err(doc) == ERR_TOO_BIG)
		return fault_set(fault, ERR_TOO_BIG, "JSON holds more than %d values",
				 JSON_VALUES_MAX);
	if (json_doc_err(doc) != ERR_OK)
		return fault_set(fault, json_doc_err(doc), "out of memory");
	return fault_set(fault, ERR_INVALID, "not canonical JSON at byte %zu: %s",
			 (size_t)(reader.at - reader.start), reader.reason);
}
