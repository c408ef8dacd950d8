/* What a request's target may be: gateway/http_target.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/http_target.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void plain_paths_and_parameters_are_decoded_once(void **state)
{
	struct http_target target;

	(void)state;
	assert_int_equal(http_target_parse("/v1/batches?from=3&name=a%26b%3d%25+c&empty=",
					   &target, NULL),
			 ERR_OK);
	assert_string_equal(target.path, "/v1/batches");
	assert_int_equal(target.parameter_count, 3);
	assert_string_equal(http_target_parameter(&target, "from"), "3");
	assert_string_equal(http_target_parameter(&target, "name"), "a&b=% c");
	assert_string_equal(http_target_parameter(&target, "empty"), "");
	assert_null(http_target_parameter(&target, "From"));
	assert_int_equal(http_target_parse("/log/tile/0/x001/067.p/8?", &target, NULL),
			 ERR_OK);
	assert_string_equal(target.path, "/log/tile/0/x001/067.p/8");
	assert_int_equal(target.parameter_count, 0);
	assert_int_equal(http_target_parse("/", &target, NULL), ERR_OK);
	assert_int_equal(http_target_parse("/a/%62%2Dc/", &target, NULL), ERR_OK);
	assert_string_equal(target.path, "/a/b-c/");
	assert_int_equal(http_target_parse("/a...b/..c/.d", &target, NULL), ERR_OK);
}

static void what_has_two_readings_is_refused(void **state)
{
	static const char *const targets[] = {
		"",
		"*",
		"a",
		"http://host/a",
		"//a",
		"/a//b",
		"/.",
		"/..",
		"/a/../b",
		"/a/./b",
		"/a/..",
		"/%2e%2e/b",
		"/a/%2E./b",
		"/a%2fb",
		"/a%2Fb",
		"/a%5cb",
		"/a\\b",
		"/a%00b",
		"/a%0ab",
		"/a%7f",
		"/a%c3%a9",
		"/a\xc3\xa9",
		"/a%25b",
		"/a%252fb",
		"/a%",
		"/a%2",
		"/a%zz",
		"/a%-1",
		"/a b",
		"/a#b",
		"/a\"",
		"/a<",
		"/a{b}",
		"/a?b",
		"/a?b=1&b=2",
		"/a?b=1&%62=2",
		"/a?=1",
		"/a?b=1&",
		"/a?&b=1",
		"/a?b=1&&c=2",
		"/a?b=%00",
		"/a?b=%0d%0a",
		"/a?b=%e2%80%ae",
		"/a?b=1#c",
		"/a?b+c=1",
		"/a?b%20c=1",
		"/a?b[]=1",
	};
	struct http_target target;
	struct fault fault;

	(void)state;
	for (size_t i = 0; i < COUNT(targets); i++) {
		fault = (struct fault){ 0 };
		if (http_target_parse(targets[i], &target, &fault) != ERR_INVALID)
			fail_msg("'%s' was not refused", targets[i]);
		assert_int_equal(fault.err, ERR_INVALID);
	}
}

static void a_target_past_its_limits_is_too_big(void **state)
{
	struct http_target target;
	char text[LIMIT_TARGET_BYTES + 2];
	size_t n = 0;

	(void)state;
	memset(text, 'a', sizeof text);
	text[0] = '/';
	text[LIMIT_TARGET_BYTES + 1] = '\0';
	assert_int_equal(http_target_parse(text, &target, NULL), ERR_TOO_BIG);
	text[LIMIT_TARGET_BYTES] = '\0';
	assert_int_equal(http_target_parse(text, &target, NULL), ERR_OK);
	assert_int_equal(strlen(target.path), LIMIT_TARGET_BYTES);
	text[1] = '?';
	text[LIMIT_TARGET_BYTES - 1] = '=';
	assert_int_equal(http_target_parse(text, &target, NULL), ERR_INVALID);

	for (n = 0; n <= LIMIT_PATH_SEGMENTS; n++)
		memcpy(text + 2 * n, "/a", 3);
	assert_int_equal(http_target_parse(text, &target, NULL), ERR_TOO_BIG);
	assert_int_equal(http_target_parse(text + 2, &target, NULL), ERR_OK);

	n = (size_t)snprintf(text, sizeof text, "/a?");
	for (unsigned i = 0; i < LIMIT_QUERY_PARAMETERS; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, "%sp%u=1", i ? "&" : "",
				      i);
	assert_int_equal(http_target_parse(text, &target, NULL), ERR_OK);
	assert_int_equal(target.parameter_count, LIMIT_QUERY_PARAMETERS);
	(void)snprintf(text + n, sizeof text - n, "&q=1");
	assert_int_equal(http_target_parse(text, &target, NULL), ERR_TOO_BIG);
}

/* Every byte, alone and encoded, as the end of a path: what is taken is printable. */
static void no_byte_beyond_printable_ascii_gets_into_a_path(void **state)
{
	struct http_target target;
	char text[8];

	(void)state;
	for (unsigned byte = 1; byte < 256; byte++) {
		(void)snprintf(text, sizeof text, "/a%c", (char)byte);
		if (http_target_parse(text, &target, NULL) == ERR_OK)
			assert_true(byte > 0x20 && byte < 0x7f);
		(void)snprintf(text, sizeof text, "/a%%%02x", byte);
		if (http_target_parse(text, &target, NULL) == ERR_OK) {
			assert_true(byte >= 0x20 && byte < 0x7f);
			assert_int_equal(target.path[2], (char)byte);
			assert_null(strchr("/\\%", target.path[2]));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_paths_and_parameters_are_decoded_once),
		cmocka_unit_test(what_has_two_readings_is_refused),
		cmocka_unit_test(a_target_past_its_limits_is_too_big),
		cmocka_unit_test(no_byte_beyond_printable_ascii_gets_into_a_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
