/*
 * test_value.c - one value, written for eyes and for machines.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reports/value.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static void a_value_has_one_form_for_eyes_and_one_for_machines(void **state)
{
	const struct {
		struct value value;
		const char *figure; /* French */
		const char *plain;
	} row[] = {
		{ { .type = VALUE_TEXT, .text = "été" }, "été", "été" },
		{ { .type = VALUE_MONO, .text = "1234" }, "1234", "1234" },
		{ { .type = VALUE_CENTS, .cents = cents_of(-123456) },
		  "\u22121\u202f234,56\u00a0€",
		  "-1234,56" },
		{ { .type = VALUE_INTEGER, .n = -1234 }, "\u22121\u202f234", "-1234" },
		{ { .type = VALUE_ORDINAL, .n = 2026 }, "2026", "2026" },
		{ { .type = VALUE_PERCENT, .n = -5 }, "\u22120,05\u00a0%", "-0,05" },
		{ { .type = VALUE_PERCENT, .n = INT64_MIN },
		  "\u221292\u202f233\u202f720\u202f368\u202f547\u202f758,08\u00a0%",
		  "-92233720368547758,08" },
		{ { .type = VALUE_DATE, .date = { 0 } }, "01/01/1970", "1970-01-01" },
		{ { .type = VALUE_MONTH, .month = { 24323 } },
		  "nov.\u00a02026",
		  "2026-11" },
		{ { .type = VALUE_MOMENT, .n = 1795378587 },
		  "22/11/2026 à 21:16",
		  "2026-11-22T20:16:27Z" },
	};
	char room[LANG_FIGURE_BYTES];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(row); i++) {
		assert_string_equal(value_figure(&row[i].value, LANG_FR, room),
				    row[i].figure);
		assert_string_equal(value_plain(&row[i].value, ',', room), row[i].plain);
	}
}

static void an_empty_value_is_no_text_whatever_its_type(void **state)
{
	char room[LANG_FIGURE_BYTES];

	(void)state;
	for (int type = 0; type < VALUE__COUNT; type++) {
		struct value value = { .type = (enum value_type)type, .empty = true };

		assert_string_equal(value_figure(&value, LANG_EN, room), "");
		assert_string_equal(value_plain(&value, '.', room), "");
	}
}

static void types_have_names_and_know_how_they_stand(void **state)
{
	(void)state;
	for (int type = 0; type < VALUE__COUNT; type++) {
		assert_true(*value_type_name((enum value_type)type));
		assert_false(value_type_is_text((enum value_type)type) &&
			     value_type_is_number((enum value_type)type));
	}
	assert_string_equal(value_type_name(VALUE_CENTS), "cents");
	assert_string_equal(value_type_name(VALUE_PERCENT), "basis_points");
	assert_true(value_type_is_number(VALUE_CENTS));
	assert_true(value_type_is_text(VALUE_MONO));
	assert_false(value_type_is_number(VALUE_DATE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_has_one_form_for_eyes_and_one_for_machines),
		cmocka_unit_test(an_empty_value_is_no_text_whatever_its_type),
		cmocka_unit_test(types_have_names_and_know_how_they_stand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
