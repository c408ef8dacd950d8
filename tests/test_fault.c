/*
 * test_fault.c - faults carry their error and a sentence that is never broken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "keys/cli.h"
#include "keys/encoding.h"
#include "keys/fault.h"

static void every_error_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (int a = ERR_OK; a < ERR__COUNT; a++) {
		assert_non_null(err_name((enum err)a));
		for (int b = ERR_OK; b < a; b++)
			assert_string_not_equal(err_name((enum err)a),
						err_name((enum err)b));
	}
	assert_string_equal(err_name(ERR_TOO_BIG), "too-big");
}

static void a_fault_takes_its_error_and_its_sentence(void **state)
{
	struct fault fault = { .rule = "old" };

	(void)state;
	assert_int_equal(fault_set(&fault, ERR_IO, "disk '%s' is full", "a"), ERR_IO);
	assert_int_equal(fault.err, ERR_IO);
	assert_string_equal(fault.text, "disk 'a' is full");
	assert_string_equal(fault.rule, "");
}

static void a_missing_fault_still_returns_the_error(void **state)
{
	(void)state;
	assert_int_equal(fault_set(NULL, ERR_BUSY, "x"), ERR_BUSY);
	assert_int_equal(fault_rule(NULL, "cap", "x"), ERR_RULE);
}

static void a_rule_is_named(void **state)
{
	struct fault fault;

	(void)state;
	assert_int_equal(fault_rule(&fault, "batch.sorted", "row %d is out of order", 3),
			 ERR_RULE);
	assert_int_equal(fault.err, ERR_RULE);
	assert_string_equal(fault.rule, "batch.sorted");
	assert_string_equal(fault.text, "row 3 is out of order");
}

static void a_prefix_goes_in_front_and_keeps_the_rest(void **state)
{
	struct fault fault;

	(void)state;
	fault_rule(&fault, "cap", "too much");
	assert_int_equal(fault_prefix(&fault, "line %d", 7), ERR_RULE);
	assert_string_equal(fault.text, "line 7: too much");
	assert_string_equal(fault.rule, "cap");
}

static void a_long_text_is_cut_between_characters(void **state)
{
	char euros[3 * 400 + 1];
	struct fault fault;

	(void)state;
	for (size_t i = 0; i < 400; i++)
		memcpy(euros + 3 * i, "\xE2\x82\xAC", 3);
	euros[sizeof euros - 1] = '\0';
	for (int shift = 0; shift < 3; shift++) {
		fault_set(&fault, ERR_INVALID, "%.*s%s", shift, "ab", euros);
		assert_in_range(strlen(fault.text), FAULT_TEXT_BYTES_MAX - 6,
				FAULT_TEXT_BYTES_MAX - 1);
		assert_true(utf8_valid(fault.text, strlen(fault.text)));
		fault_prefix(&fault, "%.*s", shift, "xy");
		assert_true(utf8_valid(fault.text, strlen(fault.text)));
	}
}

static void a_long_prefix_leaves_no_broken_text(void **state)
{
	char prefix[2 * FAULT_TEXT_BYTES_MAX];
	struct fault fault;

	(void)state;
	memset(prefix, 'p', sizeof prefix);
	prefix[sizeof prefix - 1] = '\0';
	fault_set(&fault, ERR_INVALID, "rest");
	assert_int_equal(fault_prefix(&fault, "%s", prefix), ERR_INVALID);
	assert_int_equal(strlen(fault.text), FAULT_TEXT_BYTES_MAX - 1);
}

static void refusals_exit_with_1_and_troubles_with_2(void **state)
{
	(void)state;
	assert_int_equal(cli_status(ERR_OK), CLI_DONE);
	assert_int_equal(cli_status(ERR_INVALID), CLI_REFUSED);
	assert_int_equal(cli_status(ERR_RULE), CLI_REFUSED);
	assert_int_equal(cli_status(ERR_CORRUPT), CLI_REFUSED);
	assert_int_equal(cli_status(ERR_DENIED), CLI_REFUSED);
	assert_int_equal(cli_status(ERR_USAGE), CLI_TROUBLE);
	assert_int_equal(cli_status(ERR_IO), CLI_TROUBLE);
	assert_int_equal(cli_status(ERR_BUSY), CLI_TROUBLE);
	assert_int_equal(cli_status(ERR_MEMORY), CLI_TROUBLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_error_has_a_name_of_its_own),
		cmocka_unit_test(a_fault_takes_its_error_and_its_sentence),
		cmocka_unit_test(a_missing_fault_still_returns_the_error),
		cmocka_unit_test(a_rule_is_named),
		cmocka_unit_test(a_prefix_goes_in_front_and_keeps_the_rest),
		cmocka_unit_test(a_long_text_is_cut_between_characters),
		cmocka_unit_test(a_long_prefix_leaves_no_broken_text),
		cmocka_unit_test(refusals_exit_with_1_and_troubles_with_2),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
