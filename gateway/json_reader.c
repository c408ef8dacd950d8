/*
 * json_reader.c - strict JSON, one token at a time, from bytes of strangers.
 *
 * A hand-written pull parser without recursion: the containers that are open
 * are bits of a word. Its speed lies in the plain text, which is a slice of the
 * input found by one table; whatever is rarer (escapes, characters outside
 * ASCII, errors) may be slow.
 */
#include "gateway/json_reader.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "keys/encoding.h"

_Static_assert(JSON_READER_DEPTH_MAX < 32, "a bit for each container that is open");

/* What may come next, after white space. */
enum expect {
	EXPECT_VALUE,
	EXPECT_ITEM_OR_END,   /* behind '[' */
	EXPECT_MEMBER_OR_END, /* behind '{' */
	EXPECT_COMMA_OR_END,  /* behind a value in a container */
	EXPECT_NOTHING,       /* behind the outermost value */
};

enum keep { KEEP_TEXT, DROP_TEXT };

void json_reader_init(struct json_reader *reader, struct slice bytes)
{
	*reader = (struct json_reader){
		.start = bytes.p,
		.at = bytes.p,
		.end = bytes.n > 0 ? bytes.p + bytes.n : bytes.p,
		.expect = EXPECT_VALUE,
	};
}

void json_reader_release(struct json_reader *reader)
{
	free(reader->texts);
	reader->texts = NULL;
}

void *json_reader_take_texts(struct json_reader *reader)
{
	void *texts = reader->texts;

	reader->texts = NULL;
	reader->texts_n = 0;
	return texts;
}

/* ---- errors ---- */

/* Lines and columns are only counted when something is wrong. Columns are bytes. */
static enum err reader_fault(const struct json_reader *reader, enum err err,
			     const char *what, struct fault *fault)
{
	size_t line = 1, column = 1;

	for (const uint8_t *p = reader->start; p < reader->at; p++) {
		column++;
		if (*p == '\n') {
			line++;
			column = 1;
		}
	}
	return fault_set(fault, err, "JSON at line %zu, column %zu: %s", line, column,
			 what);
}

static enum err bad(const struct json_reader *reader, const char *what,
		    struct fault *fault)
{
	return reader_fault(reader, ERR_INVALID, what, fault);
}

/* ---- texts ---- */

/* 1 where plain text ends: controls, '"', '\\' and what is not ASCII. */
static const uint8_t text_stops[256] = {
	[0 ... 0x1F] = 1,
	['"'] = 1,
	['\\'] = 1,
	[0x80 ... 0xFF] = 1,
};

static const uint8_t *plain_end(const uint8_t *p, const uint8_t *end)
{
	while (p < end && !text_stops[*p])
		p++;
	return p;
}

/* Room for what is unescaped: never more than the input, which is only looked
 * at once for keeping. */
static enum err make_texts(struct json_reader *reader, struct fault *fault)
{
	if (reader->texts)
		return ERR_OK;
	reader->texts = malloc((size_t)(reader->end - reader->start));
	return reader->texts ? ERR_OK : fault_set(fault, ERR_MEMORY, "out of memory");
}

static void put_byte(struct json_reader *reader, uint32_t byte, enum keep keep)
{
	if (keep == DROP_TEXT)
		return;
	assert(reader->texts_n < (size_t)(reader->end - reader->start));
	reader->texts[reader->texts_n++] = (uint8_t)byte;
}

static void put_utf8(struct json_reader *reader, uint32_t c, enum keep keep)
{
	if (c < 0x80) {
		put_byte(reader, c, keep);
		return;
	}
	if (c < 0x800) {
		put_byte(reader, 0xC0 | c >> 6, keep);
	} else {
		if (c < 0x10000) {
			put_byte(reader, 0xE0 | c >> 12, keep);
		} else {
			put_byte(reader, 0xF0 | c >> 18, keep);
			put_byte(reader, 0x80 | (c >> 12 & 0x3F), keep);
		}
		put_byte(reader, 0x80 | (c >> 6 & 0x3F), keep);
	}
	put_byte(reader, 0x80 | (c & 0x3F), keep);
}

/* Four hexadecimal digits at `at`, which moves behind them. */
static bool read_hex4(struct json_reader *reader, uint32_t *ret_unit)
{
	uint32_t unit = 0;

	if (reader->end - reader->at < 4)
		return false;
	for (int i = 0; i < 4; i++) {
		uint8_t c = reader->at[i];

		if (c >= '0' && c <= '9')
			unit = unit << 4 | (uint32_t)(c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			unit = unit << 4 | (uint32_t)((c | 0x20) - 'a' + 10);
		else
			return false;
	}
	reader->at += 4;
	*ret_unit = unit;
	return true;
}

/* Behind "\u". A character past U+FFFF is written as two surrogates. */
static enum err read_unicode_escape(struct json_reader *reader, enum keep keep,
				    struct fault *fault)
{
	uint32_t c, low;

	if (!read_hex4(reader, &c))
		return bad(reader, "four hexadecimal digits are wanted", fault);
	if (c == 0)
		return bad(reader, "U+0000 is not taken", fault);
	if (c >= 0xD800 && c <= 0xDFFF) {
		if (c > 0xDBFF || reader->end - reader->at < 2 || reader->at[0] != '\\' ||
		    reader->at[1] != 'u')
			return bad(reader, "a surrogate stands alone", fault);
		reader->at += 2;
		if (!read_hex4(reader, &low) || low < 0xDC00 || low > 0xDFFF)
			return bad(reader, "a surrogate stands alone", fault);
		c = 0x10000 + ((c & 0x3FF) << 10 | (low & 0x3FF));
	}
	put_utf8(reader, c, keep);
	return ERR_OK;
}

/* At the backslash. */
static enum err read_escape(struct json_reader *reader, enum keep keep,
			    struct fault *fault)
{
	static const char letters[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
	const char *found;

	reader->at++;
	if (reader->at == reader->end)
		return bad(reader, "a text is not closed", fault);
	if (*reader->at == 'u') {
		reader->at++;
		return read_unicode_escape(reader, keep, fault);
	}
	found = memchr(letters, *reader->at, sizeof letters - 1);
	if (!found)
		return bad(reader, "there is no such escape", fault);
	reader->at++;
	put_byte(reader, (uint8_t)means[found - letters], keep);
	return ERR_OK;
}

/* A text from its first escape on; what is before it was plain. */
static enum err read_escaped(struct json_reader *reader, const uint8_t *start,
			     enum keep keep, struct fault *fault)
{
	size_t from = reader->texts_n;
	enum err err = keep == KEEP_TEXT ? make_texts(reader, fault) : ERR_OK;

	for (; !err && start < reader->at; start++)
		put_byte(reader, *start, keep);
	while (!err && reader->at < reader->end && *reader->at != '"') {
		if (*reader->at == '\\')
			err = read_escape(reader, keep, fault);
		else if (*reader->at < 0x20)
			return bad(reader, "a control character stands in a text", fault);
		else
			put_byte(reader, *reader->at++, keep);
	}
	if (err)
		return err;
	if (keep == KEEP_TEXT)
		reader->text = slice_of(reader->texts + from, reader->texts_n - from);
	return ERR_OK;
}

/* Where a text has characters outside ASCII, finds its end or first escape. */
static const uint8_t *wide_end(const uint8_t *p, const uint8_t *end)
{
	while (p < end && (*p >= 0x80 || !text_stops[*p]))
		p++;
	return p;
}

/* At the opening quote; leaves `at` behind the closing one. */
static enum err read_text(struct json_reader *reader, enum keep keep, struct fault *fault)
{
	const uint8_t *start = ++reader->at;
	enum err err;

	reader->at = plain_end(start, reader->end);
	if (reader->at < reader->end && *reader->at == '"') {
		reader->text = slice_of(start, (size_t)(reader->at++ - start));
		return ERR_OK;
	}
	reader->at = wide_end(reader->at, reader->end);
	reader->text = slice_of(start, (size_t)(reader->at - start));
	if (reader->at < reader->end && *reader->at == '\\') {
		err = read_escaped(reader, start, keep, fault);
		if (err)
			return err;
	}
	if (reader->at == reader->end)
		return bad(reader, "a text is not closed", fault);
	if (*reader->at != '"')
		return bad(reader, "a control character stands in a text", fault);
	/* As it stands in the input: escapes are ASCII, and give valid UTF-8. */
	if (!utf8_valid((const char *)start, (size_t)(reader->at - start)))
		return bad(reader, "a text is not valid UTF-8", fault);
	reader->at++;
	return ERR_OK;
}

/* ---- numbers and words ---- */

static bool is_digit(const struct json_reader *reader)
{
	return reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9';
}

static bool is_at(const struct json_reader *reader, char c)
{
	return reader->at < reader->end && *reader->at == (uint8_t)c;
}

/* One digit or more. *n counts up to past JSON_READER_INTEGER_MAX, and stays there. */
static enum err read_digits(struct json_reader *reader, int64_t *n, struct fault *fault)
{
	if (!is_digit(reader))
		return bad(reader, "a digit is wanted", fault);
	for (; is_digit(reader); reader->at++)
		if (*n <= JSON_READER_INTEGER_MAX)
			*n = *n * 10 + (*reader->at - '0');
	return ERR_OK;
}

/* Fraction and exponent, where there are any. */
static enum err read_number_tail(struct json_reader *reader, struct fault *fault)
{
	int64_t ignored = 0;
	enum err err = ERR_OK;

	if (is_at(reader, '.')) {
		reader->at++;
		err = read_digits(reader, &ignored, fault);
	}
	if (!err && (is_at(reader, 'e') || is_at(reader, 'E'))) {
		reader->at++;
		if (is_at(reader, '+') || is_at(reader, '-'))
			reader->at++;
		ignored = 0;
		err = read_digits(reader, &ignored, fault);
	}
	return err;
}

static enum err read_number(struct json_reader *reader, enum json_token *ret_token,
			    struct fault *fault)
{
	const uint8_t *start = reader->at, *whole_end;
	bool negative = is_at(reader, '-');
	int64_t n = 0;
	enum err err;

	reader->at += negative;
	if (is_at(reader, '0')) {
		reader->at++;
		if (is_digit(reader))
			return bad(reader, "a number begins with a zero", fault);
	} else {
		err = read_digits(reader, &n, fault);
		if (err)
			return err;
	}
	whole_end = reader->at;
	err = read_number_tail(reader, fault);
	if (err)
		return err;
	reader->text = slice_of(start, (size_t)(reader->at - start));
	reader->integer = negative ? -n : n;
	*ret_token = reader->at == whole_end && n <= JSON_READER_INTEGER_MAX
			     ? JSON_TOKEN_INTEGER
			     : JSON_TOKEN_NUMBER;
	return ERR_OK;
}

static enum err read_word(struct json_reader *reader, enum json_token *ret_token,
			  struct fault *fault)
{
	static const struct {
		const char *word;
		enum json_token token;
	} words[] = {
		{ "true", JSON_TOKEN_TRUE },
		{ "false", JSON_TOKEN_FALSE },
		{ "null", JSON_TOKEN_NULL },
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		size_t n = strlen(words[i].word);

		if ((size_t)(reader->end - reader->at) >= n &&
		    memcmp(reader->at, words[i].word, n) == 0) {
			reader->at += n;
			*ret_token = words[i].token;
			return ERR_OK;
		}
	}
	return bad(reader, "a value is wanted", fault);
}

/* ---- containers ---- */

static bool in_list(const struct json_reader *reader)
{
	return reader->lists >> reader->depth & 1;
}

static void after_value(struct json_reader *reader)
{
	reader->expect = reader->depth > 0 ? EXPECT_COMMA_OR_END : EXPECT_NOTHING;
}

static enum err open_container(struct json_reader *reader, enum json_token token,
			       struct fault *fault)
{
	uint32_t bit;

	if (reader->depth == JSON_READER_DEPTH_MAX)
		return reader_fault(reader, ERR_TOO_BIG, "more than 16 levels of nesting",
				    fault);
	reader->at++;
	bit = UINT32_C(1) << ++reader->depth;
	if (token == JSON_TOKEN_LIST) {
		reader->lists |= bit;
		reader->expect = EXPECT_ITEM_OR_END;
	} else {
		reader->lists &= ~bit;
		reader->expect = EXPECT_MEMBER_OR_END;
	}
	return ERR_OK;
}

static void close_container(struct json_reader *reader)
{
	reader->at++;
	reader->depth--;
	after_value(reader);
}

static void skip_blanks(struct json_reader *reader)
{
	while (reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\n' ||
					    *reader->at == '\r' || *reader->at == '\t'))
		reader->at++;
}

static enum err read_value(struct json_reader *reader, enum keep keep,
			   enum json_token *ret_token, struct fault *fault)
{
	uint8_t c = reader->at < reader->end ? *reader->at : 0;
	enum err err;

	if (c == '{' || c == '[') {
		*ret_token = c == '{' ? JSON_TOKEN_OBJECT : JSON_TOKEN_LIST;
		return open_container(reader, *ret_token, fault);
	}
	if (c == '"') {
		*ret_token = JSON_TOKEN_TEXT;
		err = read_text(reader, keep, fault);
	} else if (c == '-' || (c >= '0' && c <= '9')) {
		err = read_number(reader, ret_token, fault);
	} else {
		err = read_word(reader, ret_token, fault);
	}
	if (!err)
		after_value(reader);
	return err;
}

static enum err read_name(struct json_reader *reader, enum keep keep,
			  enum json_token *ret_token, struct fault *fault)
{
	enum err err;

	if (!is_at(reader, '"'))
		return bad(reader, "a member's name is wanted", fault);
	err = read_text(reader, keep, fault);
	if (err)
		return err;
	skip_blanks(reader);
	if (!is_at(reader, ':'))
		return bad(reader, "a colon is wanted", fault);
	reader->at++;
	reader->expect = EXPECT_VALUE;
	*ret_token = JSON_TOKEN_NAME;
	return ERR_OK;
}

/* Behind a value: a comma and what follows it, or the container's end. */
static enum err read_on(struct json_reader *reader, enum keep keep,
			enum json_token *ret_token, struct fault *fault)
{
	bool list = in_list(reader);

	if (is_at(reader, list ? ']' : '}')) {
		close_container(reader);
		*ret_token = list ? JSON_TOKEN_LIST_END : JSON_TOKEN_OBJECT_END;
		return ERR_OK;
	}
	if (!is_at(reader, ','))
		return bad(reader,
			   list ? "a comma or ']' is wanted" : "a comma or '}' is wanted",
			   fault);
	reader->at++;
	skip_blanks(reader);
	return list ? read_value(reader, keep, ret_token, fault)
		    : read_name(reader, keep, ret_token, fault);
}

static enum err reader_step(struct json_reader *reader, enum keep keep,
			    enum json_token *ret_token, struct fault *fault)
{
	skip_blanks(reader);
	switch ((enum expect)reader->expect) {
	case EXPECT_VALUE:
		return read_value(reader, keep, ret_token, fault);
	case EXPECT_ITEM_OR_END:
		return is_at(reader, ']') ? read_on(reader, keep, ret_token, fault)
					  : read_value(reader, keep, ret_token, fault);
	case EXPECT_MEMBER_OR_END:
		return is_at(reader, '}') ? read_on(reader, keep, ret_token, fault)
					  : read_name(reader, keep, ret_token, fault);
	case EXPECT_COMMA_OR_END:
		return read_on(reader, keep, ret_token, fault);
	case EXPECT_NOTHING:
		if (reader->at < reader->end)
			return bad(reader, "something follows the value", fault);
		*ret_token = JSON_TOKEN_END;
		return ERR_OK;
	}
	abort();
}

enum err json_reader_next(struct json_reader *reader, enum json_token *ret_token,
			  struct fault *fault)
{
	return reader_step(reader, KEEP_TEXT, ret_token, fault);
}

enum err json_reader_skip(struct json_reader *reader, enum json_token token,
			  struct fault *fault)
{
	unsigned depth = reader->depth;
	enum err err = ERR_OK;

	assert(token != JSON_TOKEN_OBJECT_END && token != JSON_TOKEN_LIST_END &&
	       token != JSON_TOKEN_END);
	if (token == JSON_TOKEN_NAME)
		err = reader_step(reader, DROP_TEXT, &token, fault);
	else if (token == JSON_TOKEN_OBJECT || token == JSON_TOKEN_LIST)
		depth--;
	while (!err && reader->depth > depth)
		err = reader_step(reader, DROP_TEXT, &token, fault);
	return err;
}

struct json_place json_reader_place(const struct json_reader *reader)
{
	return (struct json_place){ reader->at, reader->lists, reader->depth,
				    reader->expect };
}

void json_reader_return(struct json_reader *reader, const struct json_place *place)
{
	reader->at = place->at;
	reader->lists = place->lists;
	reader->depth = place->depth;
	reader->expect = place->expect;
}
