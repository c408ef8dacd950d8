/*
 * intake_scan.c - finds, with its place, what entries have no room for.
 *
 * Once jansson has made values of the text, their places are forgotten, and a person
 * who wrote 12.50 in line 40 needs to be told of line 40. So the tokens are looked at
 * first. This is no second parser: it knows texts, numbers, words and brackets,
 * and lets every error of grammar pass, for jansson to find.
 *
 *  (1) Behind this scan every number is an integer of entries, every name one of
 *      json.h, no text holds U+0000, and nesting ends at JSON_DEPTH_MAX.
 */
#include "ledger/intake_scan.h"

#include <stdbool.h>

#include "keys/encoding.h"
#include "ledger/intake.h"
#include "ledger/json.h"
#include "ledger/json_text.h"

/* Each value stands first in a container or behind a comma. */
#define MARKS_MAX (2 * JSON_VALUES_MAX)

struct scan {
	const uint8_t *start, *at, *end;
	struct slice text; /* the last one, without its quotes, as written */
	unsigned depth;
	bool list[JSON_DEPTH_MAX + 1]; /* whether the container at a depth is a list */
	size_t marks;
	struct fault *fault;
};

/* Lines and columns are only counted when somebody has to be told. */
static enum err refuse(const struct scan *scan, const uint8_t *at, const char *sentence)
{
	size_t line = 1, column = 1;

	for (const uint8_t *p = scan->start; p < at; p++) {
		if (*p == '\n') {
			line++;
			column = 1;
		} else if ((*p & 0xc0) != 0x80) {
			column++;
		}
	}
	return fault_set(scan->fault, ERR_INVALID, "line %zu, column %zu: %s", line,
			 column, sentence);
}

/* Four hexadecimal digits, or -1. */
static int unit_at(const uint8_t *p, const uint8_t *end)
{
	int unit = 0;

	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		uint8_t c = p[i] | 0x20;

		if (p[i] >= '0' && p[i] <= '9')
			unit = unit * 16 + p[i] - '0';
		else if (c >= 'a' && c <= 'f')
			unit = unit * 16 + c - 'a' + 10;
		else
			return -1;
	}
	return unit;
}

/* Of the escape whose backslash is at `at`; moves behind it. */
static enum err scan_escape(struct scan *scan)
{
	const uint8_t *from = scan->at;
	int unit, low = -1;

	scan->at += scan->end - from < 2 ? 1 : 2;
	if (scan->end - from < 2 || from[1] != 'u')
		return ERR_OK;
	unit = unit_at(scan->at, scan->end);
	if (unit < 0)
		return ERR_OK;
	scan->at += 4;
	if (unit == 0)
		return refuse(scan, from, "a text holds U+0000: leave it out");
	if (unit < 0xd800 || unit > 0xdfff)
		return ERR_OK;
	if (scan->end - scan->at >= 2 && scan->at[0] == '\\' && scan->at[1] == 'u')
		low = unit_at(scan->at + 2, scan->end);
	if (unit >= 0xdc00 || low < 0xdc00 || low > 0xdfff)
		return refuse(scan, from,
			      "a surrogate stands without the other: write the character "
			      "itself, in UTF-8");
	scan->at += 6;
	return ERR_OK;
}

static enum err scan_text(struct scan *scan)
{
	const uint8_t *from = ++scan->at;
	enum err err = ERR_OK;

	while (err == ERR_OK && scan->at < scan->end && *scan->at != '"') {
		if (*scan->at < 0x20)
			return refuse(
				scan, scan->at,
				"a text ends with its line, or holds a control: close "
				"it, or escape the control");
		if (*scan->at == '\\')
			err = scan_escape(scan);
		else
			scan->at++;
	}
	scan->text = slice_of(from, (size_t)(scan->at - from));
	if (scan->at < scan->end)
		scan->at++;
	return err;
}

/* A colon makes a name of the text before it. */
static enum err scan_colon(struct scan *scan)
{
	scan->at++;
	if (scan->text.n > JSON_NAME_BYTES_MAX)
		return refuse(scan, scan->text.p,
			      "a member's name is longer than 64 bytes");
	for (size_t i = 0; i < scan->text.n; i++)
		if (!json_name_byte(scan->text.p[i]))
			return refuse(
				scan, scan->text.p + i,
				"a member's name is of ASCII letters, digits and signs, "
				"without escapes");
	return ERR_OK;
}

static enum err scan_number(struct scan *scan)
{
	const uint8_t *from = scan->at;
	int64_t n = 0;

	scan->at += *scan->at == '-';
	for (; scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9'; scan->at++)
		if (n <= JSON_INTEGER_MAX)
			n = n * 10 + (*scan->at - '0');
	if (scan->at < scan->end && memchr(".eE", *scan->at, 3))
		return refuse(
			scan, from,
			"a number has a fraction or an exponent: amounts are integer "
			"cents, 1250 for 12.50 euros");
	if (n > JSON_INTEGER_MAX)
		return refuse(scan, from, "a number is past 9007199254740991");
	return ERR_OK;
}

static enum err scan_word(struct scan *scan)
{
	const uint8_t *from = scan->at;
	struct slice word;

	while (scan->at < scan->end && *scan->at >= 'a' && *scan->at <= 'z')
		scan->at++;
	word = slice_of(from, (size_t)(scan->at - from));
	if (slice_equal_text(word, "true") || slice_equal_text(word, "false"))
		return refuse(
			scan, from,
			"entries have no true and false: give one of the member's own "
			"values");
	if (slice_equal_text(word, "null") &&
	    (scan->depth == 0 || scan->list[scan->depth]))
		return refuse(
			scan, from,
			"only a member can be null: leave the item out of its list");
	return ERR_OK;
}

static enum err scan_mark(struct scan *scan)
{
	uint8_t mark = *scan->at;

	if ((mark == '}' || mark == ']') && scan->depth > 0)
		scan->depth--;
	if (mark == '{' || mark == '[') {
		if (scan->depth == JSON_DEPTH_MAX)
			return refuse(scan, scan->at, "this is nested deeper than 8");
		scan->list[++scan->depth] = mark == '[';
	}
	scan->marks += mark == '{' || mark == '[' || mark == ',';
	if (scan->marks > MARKS_MAX)
		return fault_set(scan->fault, ERR_TOO_BIG,
				 "this holds more than %d values", JSON_VALUES_MAX);
	scan->at++;
	return ERR_OK;
}

static enum err scan_tokens(struct scan *scan)
{
	enum err err = ERR_OK;

	while (err == ERR_OK && scan->at < scan->end) {
		uint8_t c = *scan->at;

		if (c == '"')
			err = scan_text(scan);
		else if (c == ':')
			err = scan_colon(scan);
		else if (c == '-' || (c >= '0' && c <= '9'))
			err = scan_number(scan);
		else if (c >= 'a' && c <= 'z')
			err = scan_word(scan);
		else
			err = scan_mark(scan);
	}
	return err;
}

/* The first byte that does not belong to a character. */
static const uint8_t *bad_utf8(struct slice bytes)
{
	size_t at = 0;

	while (at < bytes.n) {
		uint8_t lead = bytes.p[at];
		size_t n = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;

		if (n > bytes.n - at || !utf8_valid((const char *)bytes.p + at, n))
			break;
		at += n;
	}
	return bytes.p + at;
}

enum err intake_scan(struct slice bytes, struct fault *fault)
{
	struct scan scan = { .start = bytes.p, .at = bytes.p, .fault = fault };
	const uint8_t *nul;

	if (bytes.n > INTAKE_BYTES_MAX)
		return fault_set(fault, ERR_TOO_BIG,
				 "this has %zu bytes, more than %zu: send less at once",
				 bytes.n, INTAKE_BYTES_MAX);
	if (bytes.n == 0)
		return fault_set(fault, ERR_INVALID, "this is empty: give a JSON object");
	scan.end = bytes.p + bytes.n;
	nul = memchr(bytes.p, '\0', bytes.n);
	if (nul)
		return refuse(&scan, nul, "a byte is NUL: JSON is text, in UTF-8");
	if (bytes.n >= 3 && memcmp(bytes.p, "\xef\xbb\xbf", 3) == 0)
		return refuse(
			&scan, bytes.p,
			"this begins with a byte order mark: save it as UTF-8 without");
	if (!utf8_valid((const char *)bytes.p, bytes.n))
		return refuse(&scan, bad_utf8(bytes),
			      "a byte is not UTF-8: save it as UTF-8");
	return scan_tokens(&scan);
}
