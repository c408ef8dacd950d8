/* What the gateway says is JSON whatever it quotes: gateway/json_writer.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "gateway/json_writer.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static struct buffer out;

static int start(void **state)
{
	(void)state;
	buffer_init(&out, 65536);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	buffer_release(&out);
	return 0;
}

static void commas_and_colons_stand_where_they_must(void **state)
{
	struct json_writer json;

	(void)state;
	json_writer_init(&json, &out);
	json_put_object(&json, NULL);
	json_put_array(&json, "a");
	json_put_end(&json);
	json_put_object(&json, "o");
	json_put_end(&json);
	json_put_array(&json, "v");
	json_put_integer(&json, NULL, INT64_MIN);
	json_put_bool(&json, NULL, true);
	json_put_bool(&json, NULL, false);
	json_put_null(&json, NULL);
	json_put_text(&json, NULL, NULL);
	json_put_object(&json, NULL);
	json_put_text(&json, "t", "");
	json_put_end(&json);
	json_put_end(&json);
	json_put_hex(&json, "h", slice_of("\x00\xff", 2));
	json_put_base64(&json, "b", slice_of("\x00\xff", 2));
	json_put_json(&json, "j", slice_of_text("{\"x\":1}"));
	json_put_integer(&json, "n", 0);
	json_put_end(&json);
	assert_int_equal(json_writer_finish(&json), ERR_OK);
	assert_string_equal(buffer_text(&out),
			    "{\"a\":[],\"o\":{},\"v\":[-9223372036854775808,true,false,"
			    "null,null,{\"t\":\"\"}],\"h\":\"00ff\",\"b\":\"AP8=\","
			    "\"j\":{\"x\":1},\"n\":0}");
}

static void text_is_escaped_and_repaired(void **state)
{
	static const struct {
		const char *text;
		const char *json;
	} cases[] = {
		{ "", "\"\"" },
		{ "a\"b\\c/", "\"a\\\"b\\\\c/\"" },
		{ "\n\r\t\b\x01\x1f\x7f", "\"\\n\\r\\t\\u0008\\u0001\\u001f\\u007f\"" },
		{ "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x8c\xb1",
		  "\"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x8c\xb1\"" },
		{ "\xc3", "\"\xef\xbf\xbd\"" },
		{ "\xc3(", "\"\xef\xbf\xbd(\"" },
		{ "a\xff\"", "\"a\xef\xbf\xbd\\\"\"" },
		{ "\xc0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
		{ "\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
		{ "\xf4\x90\x80\x80",
		  "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
		{ "\xe2\x82", "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
	};
	struct json_writer json;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		buffer_clear(&out);
		json_writer_init(&json, &out);
		json_put_text(&json, NULL, cases[i].text);
		assert_int_equal(json_writer_finish(&json), ERR_OK);
		assert_string_equal(buffer_text(&out), cases[i].json);
	}
	buffer_clear(&out);
	json_writer_init(&json, &out);
	json_put_slice(&json, NULL, slice_of("a\0b", 3));
	assert_int_equal(json_writer_finish(&json), ERR_OK);
	assert_string_equal(buffer_text(&out), "\"a\\u0000b\"");
}

/* All pairs of bytes: a strict parser takes what comes out. */
static void whatever_is_quoted_the_answer_is_json(void **state)
{
	struct json_writer json;
	json_t *parsed;
	char bytes[2];

	(void)state;
	for (unsigned pair = 0; pair < 65536; pair++) {
		bytes[0] = (char)(pair >> 8);
		bytes[1] = (char)(pair & 0xff);
		buffer_clear(&out);
		json_writer_init(&json, &out);
		json_put_array(&json, NULL);
		json_put_slice(&json, NULL, slice_of(bytes, 2));
		json_put_end(&json);
		assert_int_equal(json_writer_finish(&json), ERR_OK);
		parsed = json_loadb((const char *)out.p, out.n, JSON_ALLOW_NUL, NULL);
		assert_non_null(parsed);
		json_decref(parsed);
	}
}

static void an_answer_past_its_bound_is_an_error(void **state)
{
	struct buffer small;
	struct json_writer json;

	(void)state;
	buffer_init(&small, 8);
	json_writer_init(&json, &small);
	json_put_array(&json, NULL);
	for (int i = 0; i < 20; i++)
		json_put_integer(&json, NULL, i);
	json_put_end(&json);
	assert_int_equal(json_writer_finish(&json), ERR_TOO_BIG);
	buffer_release(&small);
}

#define WITH_BUFFER(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_BUFFER(commas_and_colons_stand_where_they_must),
		WITH_BUFFER(text_is_escaped_and_repaired),
		WITH_BUFFER(whatever_is_quoted_the_answer_is_json),
		WITH_BUFFER(an_answer_past_its_bound_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
