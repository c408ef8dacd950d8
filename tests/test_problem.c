/* How the gateway says no: gateway/problem.c and gateway/http_reply.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "gateway/problem.h"

static struct http_reply reply;

static int start(void **state)
{
	(void)state;
	http_reply_init(&reply);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	http_reply_release(&reply);
	return 0;
}

static const char *reply_field(const char *name)
{
	for (size_t i = 0; i < reply.header_count; i++)
		if (strcmp(reply.header[i].name, name) == 0)
			return reply.header[i].value;
	return NULL;
}

static json_t *reply_json(void)
{
	json_t *json = json_loadb((const char *)reply.body.p, reply.body.n,
				  JSON_REJECT_DUPLICATES, NULL);

	assert_non_null(json);
	return json;
}

static const char *text_at(const json_t *json, const char *key)
{
	return json_string_value(json_object_get(json, key));
}

static void each_error_has_its_status(void **state)
{
	static const unsigned statuses[] = {
		[ERR_USAGE] = 500,     [ERR_INVALID] = 400, [ERR_RULE] = 422,
		[ERR_CONFLICT] = 409,  [ERR_UNKNOWN] = 401, [ERR_DENIED] = 403,
		[ERR_NOT_FOUND] = 404, [ERR_TOO_BIG] = 413, [ERR_CORRUPT] = 500,
		[ERR_BUSY] = 503,      [ERR_IO] = 503,      [ERR_MEMORY] = 503,
	};

	(void)state;
	for (int err = ERR_OK + 1; err < ERR__COUNT; err++) {
		struct fault fault = { .err = (enum err)err };
		json_t *json;

		assert_int_equal(problem_status((enum err)err), statuses[err]);
		problem_reply_fault(&fault, NULL, &reply);
		assert_int_equal(http_reply_err(&reply), ERR_OK);
		assert_int_equal(reply.status, statuses[err]);
		assert_string_equal(reply.content_type, "application/problem+json");
		assert_string_equal(reply_field("Cache-Control"), "no-store");
		assert_int_equal(reply_field("WWW-Authenticate") != NULL,
				 err == ERR_UNKNOWN);
		assert_int_equal(reply_field("Retry-After") != NULL,
				 statuses[err] == 503);
		json = reply_json();
		assert_int_equal(json_integer_value(json_object_get(json, "status")),
				 statuses[err]);
		assert_int_equal(strncmp(text_at(json, "type"), "/problems/", 10), 0);
		assert_non_null(text_at(json, "title"));
		json_decref(json);
	}
}

static void a_refusal_tells_the_rule_and_what_to_do(void **state)
{
	struct fault fault = { 0 };
	json_t *json;

	(void)state;
	assert_int_equal(
		fault_rule(&fault, "batch-due-on", "due_on is before \"%s\"", "x"),
		ERR_RULE);
	problem_reply_fault(&fault, "0011223344556677", &reply);
	json = reply_json();
	assert_string_equal(text_at(json, "type"), "/problems/rule");
	assert_string_equal(text_at(json, "detail"), "due_on is before \"x\"");
	assert_string_equal(text_at(json, "rule"), "batch-due-on");
	assert_string_equal(text_at(json, "instance"), "/requests/0011223344556677");
	json_decref(json);
}

static void what_is_inside_is_not_told(void **state)
{
	static const enum err inside[] = { ERR_USAGE, ERR_CORRUPT, ERR_IO, ERR_MEMORY };

	(void)state;
	for (size_t i = 0; i < sizeof inside / sizeof *inside; i++) {
		struct fault fault = { 0 };

		assert_int_equal(fault_set(&fault, inside[i], "secret place"), inside[i]);
		problem_reply_fault(&fault, NULL, &reply);
		assert_null(strstr(buffer_text(&reply.body), "secret"));
	}
}

static void wrong_rows_are_listed_one_by_one(void **state)
{
	const struct problem_error errors[] = {
		{ .line = 3,
		  .member = "roundup",
		  .reason = "not whole cents",
		  .remedy = "write 37 for 0.37" },
		{ .pointer = "/rows/4/fund", .reason = "no such fund" },
	};
	const struct problem problem = {
		.status = 400,
		.slug = "rows",
		.title = "Rows are wrong",
		.errors = errors,
		.error_count = 2,
	};
	json_t *json, *list;

	(void)state;
	problem_reply(&problem, &reply);
	json = reply_json();
	list = json_object_get(json, "errors");
	assert_int_equal(json_integer_value(json_object_get(json, "error_count")), 2);
	assert_int_equal(json_array_size(list), 2);
	assert_int_equal(
		json_integer_value(json_object_get(json_array_get(list, 0), "line")), 3);
	assert_string_equal(text_at(json_array_get(list, 0), "member"), "roundup");
	assert_string_equal(text_at(json_array_get(list, 0), "remedy"),
			    "write 37 for 0.37");
	assert_string_equal(text_at(json_array_get(list, 1), "pointer"), "/rows/4/fund");
	assert_null(json_object_get(json_array_get(list, 1), "line"));
	json_decref(json);
}

static void a_long_list_is_cut_and_counted(void **state)
{
	static struct problem_error errors[LIMIT_PROBLEM_ERRORS + 5];
	const size_t count = sizeof errors / sizeof *errors;
	json_t *json;

	(void)state;
	for (size_t i = 0; i < count; i++)
		errors[i] =
			(struct problem_error){ .line = (int64_t)i + 1, .reason = "off" };
	problem_reply(&(struct problem){ .status = 400,
					 .slug = "rows",
					 .title = "Rows are wrong",
					 .errors = errors,
					 .error_count = count },
		      &reply);
	json = reply_json();
	assert_int_equal(json_integer_value(json_object_get(json, "error_count")), count);
	assert_int_equal(json_array_size(json_object_get(json, "errors")),
			 LIMIT_PROBLEM_ERRORS);
	json_decref(json);
}

static void a_problem_replaces_what_was_being_said(void **state)
{
	(void)state;
	reply.status = 201;
	http_reply_header(&reply, "Location", "/v1/batches/%d", 4);
	buffer_put_text(&reply.body, "half an ans");
	assert_int_equal(http_reply_header(&reply, "X", "%s", "a\nb"), ERR_INVALID);
	assert_int_equal(http_reply_err(&reply), ERR_INVALID);
	problem_reply_fault(&(struct fault){ .err = ERR_BUSY }, NULL, &reply);
	assert_int_equal(http_reply_err(&reply), ERR_OK);
	assert_int_equal(reply.status, 503);
	assert_null(reply_field("Location"));
	json_decref(reply_json());
}

static void fields_past_their_limits_stick_as_an_error(void **state)
{
	char value[LIMIT_REPLY_HEADER_VALUE_BYTES + 2];

	(void)state;
	memset(value, 'v', sizeof value - 1);
	value[sizeof value - 1] = '\0';
	assert_int_equal(http_reply_header(&reply, "X", "%s", value), ERR_TOO_BIG);
	assert_int_equal(http_reply_header(&reply, "Y", "fine"), ERR_TOO_BIG);
	assert_int_equal(reply.header_count, 0);
	http_reply_init(&reply);
	for (int i = 0; i < LIMIT_REPLY_HEADER_FIELDS; i++)
		assert_int_equal(http_reply_header(&reply, "X", "%d", i), ERR_OK);
	assert_int_equal(http_reply_header(&reply, "X", "one more"), ERR_TOO_BIG);
}

#define WITH_REPLY(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_REPLY(each_error_has_its_status),
		WITH_REPLY(a_refusal_tells_the_rule_and_what_to_do),
		WITH_REPLY(what_is_inside_is_not_told),
		WITH_REPLY(wrong_rows_are_listed_one_by_one),
		WITH_REPLY(a_long_list_is_cut_and_counted),
		WITH_REPLY(a_problem_replaces_what_was_being_said),
		WITH_REPLY(fields_past_their_limits_stick_as_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
