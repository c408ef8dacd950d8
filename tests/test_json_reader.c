/*
 * test_json_reader.c - strict JSON in tokens, and where it is wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/json_reader.h"

static struct fault fault;

/* One letter per token: { } [ ] n(ame) t(ext) i(nteger) d(ecimal) T F N . */
static const char token_letters[] = "{}[]ntidTFN.";

/* A copy of exactly that size, so that a sanitizer sees every byte too far. */
static enum err tokens_of(const void *bytes, size_t n, char *ret_tokens, size_t room)
{
	uint8_t *copy = malloc(n ? n : 1);
	struct json_reader reader;
	enum json_token token = JSON_TOKEN_NULL;
	enum err err = ERR_OK;
	size_t at = 0;

	if (n > 0)
		memcpy(copy, bytes, n);
	json_reader_init(&reader, slice_of(copy, n));
	while (!err && token != JSON_TOKEN_END) {
		err = json_reader_next(&reader, &token, &fault);
		if (!err && at + 1 < room)
			ret_tokens[at++] = token_letters[token];
	}
	ret_tokens[at] = '\0';
	json_reader_release(&reader);
	free(copy);
	return err;
}

static enum err read_all(const char *text)
{
	char tokens[64];

	return tokens_of(text, strlen(text), tokens, sizeof tokens);
}

static void tokens_come_in_the_order_of_the_text(void **state)
{
	static const struct {
		const char *text, *tokens;
	} CASES[] = {
		{ "{}", "{}." },
		{ " [ ] ", "[]." },
		{ "7", "i." },
		{ "\"a\"", "t." },
		{ "[1,-2,[true,false,null],{}]", "[ii[TFN]{}]." },
		{ "{\"a\":1,\"b\":{\"c\":[\"d\"]},\"e\":1.5}", "{nin{n[t]}nd}." },
		{ "\r\n\t{ \"a\" : [ 0 , 0.0e-9 ] }\n", "{n[id]}." },
	};
	char tokens[64];

	(void)state;
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		assert_int_equal(tokens_of(CASES[i].text, strlen(CASES[i].text), tokens,
					   sizeof tokens),
				 ERR_OK);
		assert_string_equal(tokens, CASES[i].tokens);
	}
}

static void only_whole_numbers_that_every_reader_keeps_are_integers(void **state)
{
	static const struct {
		const char *text;
		enum json_token token;
		int64_t integer;
	} CASES[] = {
		{ "0", JSON_TOKEN_INTEGER, 0 },
		{ "-0", JSON_TOKEN_INTEGER, 0 },
		{ "-37", JSON_TOKEN_INTEGER, -37 },
		{ "9007199254740991", JSON_TOKEN_INTEGER, INT64_C(9007199254740991) },
		{ "-9007199254740991", JSON_TOKEN_INTEGER, -INT64_C(9007199254740991) },
		{ "9007199254740992", JSON_TOKEN_NUMBER, 0 },
		{ "99999999999999999999999999", JSON_TOKEN_NUMBER, 0 },
		{ "1.0", JSON_TOKEN_NUMBER, 0 },
		{ "1e400", JSON_TOKEN_NUMBER, 0 },
		{ "-1E+2", JSON_TOKEN_NUMBER, 0 },
	};
	struct json_reader reader;
	enum json_token token;

	(void)state;
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		json_reader_init(&reader, slice_of_text(CASES[i].text));
		assert_int_equal(json_reader_next(&reader, &token, &fault), ERR_OK);
		assert_int_equal(token, CASES[i].token);
		assert_true(slice_equal_text(reader.text, CASES[i].text));
		if (token == JSON_TOKEN_INTEGER)
			assert_true(reader.integer == CASES[i].integer);
		json_reader_release(&reader);
	}
}

static void texts_are_unescaped(void **state)
{
	static const struct {
		const char *text, *means;
	} CASES[] = {
		{ "\"\"", "" },
		{ "\"M0042\"", "M0042" },
		{ "\"\\u004d0042\"", "M0042" },
		{ "\"a\\\"\\\\\\/\\b\\f\\n\\r\\tz\"", "a\"\\/\b\f\n\r\tz" },
		{ "\"\\u00e9\\u20AC\\ud83d\\ude00\"",
		  "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80" },
		{ "\"caf\xC3\xA9\\u0021\"", "caf\xC3\xA9!" },
		{ "\"\xC3\xA9t\xC3\xA9\"", "\xC3\xA9t\xC3\xA9" },
		{ "\"\x7F\"", "\x7F" },
	};
	struct json_reader reader;
	enum json_token token;

	(void)state;
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		json_reader_init(&reader, slice_of_text(CASES[i].text));
		assert_int_equal(json_reader_next(&reader, &token, &fault), ERR_OK);
		assert_int_equal(token, JSON_TOKEN_TEXT);
		assert_true(slice_equal_text(reader.text, CASES[i].means));
		json_reader_release(&reader);
	}
}

static void texts_with_escapes_outlive_the_reader(void **state)
{
	struct json_reader reader;
	enum json_token token;
	struct slice first, second;
	void *texts;

	(void)state;
	json_reader_init(&reader, slice_of_text("[\"\\u0041\",\"b\\n\"]"));
	assert_int_equal(json_reader_next(&reader, &token, &fault), ERR_OK);
	assert_int_equal(json_reader_next(&reader, &token, &fault), ERR_OK);
	first = reader.text;
	assert_int_equal(json_reader_next(&reader, &token, &fault), ERR_OK);
	second = reader.text;
	texts = json_reader_take_texts(&reader);
	json_reader_release(&reader);
	assert_non_null(texts);
	assert_true(slice_equal_text(first, "A"));
	assert_true(slice_equal_text(second, "b\n"));
	free(texts);
}

static void what_is_not_json_is_refused(void **state)
{
	static const char *const BAD[] = {
		"",
		" ",
		"{",
		"[",
		"[1",
		"[1,",
		"[1,]",
		"{\"a\"",
		"{\"a\":",
		"{\"a\":1",
		"{\"a\":1,",
		"{\"a\":1,}",
		"{a:1}",
		"{1:1}",
		"{\"a\" 1}",
		"{\"a\":1]",
		"[1}",
		"]",
		"}",
		",",
		"[,1]",
		"[1 2]",
		"{\"a\":1 \"b\":2}",
		"1 2",
		"{} {}",
		"NaN",
		"Infinity",
		"-Infinity",
		"tru",
		"True",
		"nul",
		"nan",
		"01",
		"-01",
		"-",
		"+1",
		".5",
		"5.",
		"1e",
		"1e+",
		"1.e1",
		"0x10",
		"1_0",
		"--1",
		"\"",
		"\"a",
		"\"\\",
		"\"\\\"",
		"\"\\u12",
		"\"\\u12g4\"",
		"\"\\x41\"",
		"'a'",
		"\"a\nb\"",
		"\"\\n\t\"",
		"\"\xC3\xA9\x01\"",
		"\"\\u0000\"",
		"\"\\ud800\"",
		"\"\\udc00\"",
		"\"\\ud800\\u0041\"",
		"\"\\ud83d\\ud83d\"",
		"\"\\ud83d",
		/* invalid UTF-8: alone, cut, overlong, surrogate, too high */
		"\"\x80\"",
		"\"\xC3\"",
		"\"\xC0\xAF\"",
		"\"\xED\xA0\x80\"",
		"\"\xF5\x80\x80\x80\"",
		"\"\\n\xFF\"",
		"\"\xE9t\xE9\"",
		"\xEF\xBB\xBF{}",
		"\xC2\xA0[]",
		"/**/1",
		"[1]//",
	};

	(void)state;
	for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
		assert_int_equal(read_all(BAD[i]), ERR_INVALID);
}

static void a_nul_is_no_end_of_text(void **state)
{
	char tokens[8];

	(void)state;
	assert_int_equal(tokens_of("1\0", 2, tokens, sizeof tokens), ERR_INVALID);
	assert_int_equal(tokens_of("\"a\0b\"", 5, tokens, sizeof tokens), ERR_INVALID);
	assert_int_equal(tokens_of("\0", 1, tokens, sizeof tokens), ERR_INVALID);
}

static void a_fault_tells_line_and_column(void **state)
{
	(void)state;
	assert_int_equal(read_all("{\n  \"a\": 1,\n  \"b\": NaN }"), ERR_INVALID);
	assert_string_equal(fault.text, "JSON at line 3, column 8: a value is wanted");
}

static void nesting_is_bounded(void **state)
{
	char text[2 * JSON_READER_DEPTH_MAX + 3] = { 0 };

	(void)state;
	memset(text, '[', JSON_READER_DEPTH_MAX);
	memset(text + JSON_READER_DEPTH_MAX, ']', JSON_READER_DEPTH_MAX);
	assert_int_equal(read_all(text), ERR_OK);
	memset(text, '[', JSON_READER_DEPTH_MAX + 1);
	memset(text + JSON_READER_DEPTH_MAX + 1, ']', JSON_READER_DEPTH_MAX + 1);
	assert_int_equal(read_all(text), ERR_TOO_BIG);
}

static void every_cut_of_a_document_is_refused(void **state)
{
	static const char WHOLE[] =
		"{\"a\":[1,-2.5e3,\"\\u00e9\\n\xC3\xA9\",true,null],\"b\":{\"c\":\"d\"}}";
	char tokens[64];

	(void)state;
	for (size_t n = 0; n + 1 < sizeof WHOLE; n++)
		assert_int_equal(tokens_of(WHOLE, n, tokens, sizeof tokens), ERR_INVALID);
	assert_int_equal(tokens_of(WHOLE, sizeof WHOLE - 1, tokens, sizeof tokens),
			 ERR_OK);
}

static void a_value_can_be_skipped_and_come_back_to(void **state)
{
	static const char TEXT[] =
		"{\"rows\":[{\"x\":\"\\u0041\"},[[]],2],\"last\":\"\\u0042\"}";
	struct json_reader reader;
	struct json_place place;
	enum json_token token;

	(void)state;
	json_reader_init(&reader, slice_of_text(TEXT));
	for (int i = 0; i < 3; i++)
		assert_int_equal(json_reader_next(&reader, &token, &fault), ERR_OK);
	assert_int_equal(token, JSON_TOKEN_LIST);
	place = json_reader_place(&reader);
	assert_int_equal(json_reader_skip(&reader, token, &fault), ERR_OK);
	assert_int_equal(json_reader_next(&reader, &token, &fault), ERR_OK);
	assert_true(slice_equal_text(reader.text, "last"));
	assert_int_equal(json_reader_next(&reader, &token, &fault), ERR_OK);
	assert_true(slice_equal_text(reader.text, "B"));
	assert_int_equal(json_reader_next(&reader, &token, &fault), ERR_OK);
	assert_int_equal(json_reader_next(&reader, &token, &fault), ERR_OK);
	assert_int_equal(token, JSON_TOKEN_END);

	json_reader_return(&reader, &place);
	for (int i = 0; i < 3; i++)
		assert_int_equal(json_reader_next(&reader, &token, &fault), ERR_OK);
	assert_int_equal(token, JSON_TOKEN_TEXT);
	assert_true(slice_equal_text(reader.text, "A"));
	json_reader_release(&reader);
}

static void what_is_skipped_is_checked_all_the_same(void **state)
{
	struct json_reader reader;
	enum json_token token;

	(void)state;
	json_reader_init(&reader, slice_of_text("{\"a\":[1,{\"b\":\"\\ud800\"}]}"));
	assert_int_equal(json_reader_next(&reader, &token, &fault), ERR_OK);
	assert_int_equal(json_reader_next(&reader, &token, &fault), ERR_OK);
	assert_int_equal(token, JSON_TOKEN_NAME);
	assert_int_equal(json_reader_skip(&reader, token, &fault), ERR_INVALID);
	json_reader_release(&reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens_come_in_the_order_of_the_text),
		cmocka_unit_test(only_whole_numbers_that_every_reader_keeps_are_integers),
		cmocka_unit_test(texts_are_unescaped),
		cmocka_unit_test(texts_with_escapes_outlive_the_reader),
		cmocka_unit_test(what_is_not_json_is_refused),
		cmocka_unit_test(a_nul_is_no_end_of_text),
		cmocka_unit_test(a_fault_tells_line_and_column),
		cmocka_unit_test(nesting_is_bounded),
		cmocka_unit_test(every_cut_of_a_document_is_refused),
		cmocka_unit_test(a_value_can_be_skipped_and_come_back_to),
		cmocka_unit_test(what_is_skipped_is_checked_all_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
