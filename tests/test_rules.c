/*
 * test_rules.c - the table of rules (ledger/rules.c): whole, in order, and told by name.
 *
 * That it has every name by which something refuses, and no other, is lint's to say;
 * that each is found in a forged export, tests/t-42-forgeries.sh's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ledger/rules.h"

static void test_each_rule_stands_once_and_in_order(void **state)
{
	size_t n, groups = 1;
	const struct rule *rules = rules_all(&n);

	(void)state;
	assert_true(n > 0);
	for (size_t i = 0; i < n; i++) {
		assert_ptr_equal(rule_find(rules[i].name), &rules[i]);
		assert_true(strlen(rules[i].name) < FAULT_RULE_BYTES_MAX);
		if (i == 0)
			continue;
		assert_true(rules[i - 1].group <= rules[i].group);
		if (rules[i - 1].group == rules[i].group)
			assert_true(strcmp(rules[i - 1].name, rules[i].name) < 0);
		else
			groups++;
	}
	assert_int_equal(groups, RULES__COUNT);
	assert_null(rule_find("no-such-rule"));
	assert_null(rule_find(""));
}

/* A cell of a table: no bar, no line feed, a sentence that the table ends. */
static void test_each_rule_is_a_sentence(void **state)
{
	size_t n;
	const struct rule *rules = rules_all(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		const char *says = rules[i].says, *broken = rules[i].broken;

		assert_true(says[0] >= 'A' && says[0] <= 'Z');
		assert_null(strpbrk(says, "|\n`"));
		assert_int_not_equal(says[strlen(says) - 1], '.');
		assert_true(broken[0] != '\0');
		assert_null(strpbrk(broken, "|\n"));
		assert_int_not_equal(broken[strlen(broken) - 1], '.');
	}
}

static void test_what_only_admission_refuses_is_no_auditors(void **state)
{
	static const char *const seen[] = { "allocation", "claim", "older", "time" };
	static const char *const unseen[] = { "clock", "unsigned", "consent",
					      "claim_twice", "zero-sum" };

	(void)state;
	for (size_t i = 0; i < sizeof seen / sizeof *seen; i++)
		assert_true(rule_is_auditable(rule_find(seen[i])));
	for (size_t i = 0; i < sizeof unseen / sizeof *unseen; i++)
		assert_false(rule_is_auditable(rule_find(unseen[i])));
}

static void test_the_table_has_a_line_for_each(void **state)
{
	size_t n, lines = 0;
	struct buffer out;

	(void)state;
	(void)rules_all(&n);
	buffer_init(&out, 1000000);
	assert_int_equal(rules_markdown(&out), ERR_OK);
	for (const char *at = buffer_text(&out); (at = strstr(at, "\n| `")); at++)
		lines++;
	assert_int_equal(lines, n);
	assert_non_null(strstr(buffer_text(&out),
			       "\n### What admission alone refuses\n\n"
			       "| rule | what it says | why none can |"));
	buffer_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_rule_stands_once_and_in_order),
		cmocka_unit_test(test_each_rule_is_a_sentence),
		cmocka_unit_test(test_what_only_admission_refuses_is_no_auditors),
		cmocka_unit_test(test_the_table_has_a_line_for_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
