/*
 * test_lang.c - words in both languages, and figures byte by byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "keys/encoding.h"
#include "reports/lang.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static void every_message_is_said_in_every_language(void **state)
{
	(void)state;
	for (int lang = 0; lang < LANG__COUNT; lang++) {
		for (int msg = 0; msg < MSG__COUNT; msg++) {
			const char *text = tr((enum lang)lang, (enum msg)msg);

			assert_non_null(text);
			assert_true(*text);
			assert_true(utf8_valid(text, strlen(text)));
		}
	}
	assert_string_equal(tr(LANG_FR, MSG_NO_ROWS), "(aucune ligne)");
	assert_string_equal(tr(LANG_EN, MSG_NO_ROWS), "(no rows)");
}

/* A sign of two parts is never parted from its word: no plain space before it, or after
 * an opening quotation mark. */
static void french_signs_are_not_parted_from_their_words(void **state)
{
	static const char *const parted[] = { " :", " ;", " !",      " ?",
					      " %", " €", " \u00bb", "\u00ab " };

	(void)state;
	for (int msg = 0; msg < MSG__COUNT; msg++)
		for (size_t i = 0; i < COUNT_OF(parted); i++)
			if (strstr(tr(LANG_FR, (enum msg)msg), parted[i]))
				fail_msg("'%s'", tr(LANG_FR, (enum msg)msg));
}

static void a_scale_is_told_in_whole_euros(void **state)
{
	char text[LANG_FIGURE_BYTES];

	(void)state;
	lang_euros(LANG_FR, -12345, text);
	assert_string_equal(text, "\u2212"
				  "12\u202f345\u00a0€");
	lang_euros(LANG_FR, 0, text);
	assert_string_equal(text, "0\u00a0€");
	lang_euros(LANG_EN, -1200, text);
	assert_string_equal(text, "\u2212€1,200");
}

static void a_number_that_names_is_not_grouped(void **state)
{
	char text[LANG_FIGURE_BYTES];

	(void)state;
	lang_ordinal(12026, text);
	assert_string_equal(text, "12026");
	lang_ordinal(-1, text);
	assert_string_equal(text, "\u2212"
				  "1");
}

static void a_language_is_known_by_its_code_only(void **state)
{
	enum lang lang = LANG_EN;

	(void)state;
	assert_int_equal(lang_parse("fr", &lang), ERR_OK);
	assert_int_equal(lang, LANG_FR);
	assert_int_equal(lang_parse("en", &lang), ERR_OK);
	assert_int_equal(lang, LANG_EN);
	assert_int_equal(lang_parse("FR", &lang), ERR_USAGE);
	assert_int_equal(lang_parse("", &lang), ERR_USAGE);
	assert_int_equal(lang_parse("fr_FR", &lang), ERR_USAGE);
	assert_string_equal(lang_name(LANG_FR), "fr");
	assert_string_equal(lang_name(LANG_EN), "en");
}

static void amounts_are_grouped_as_each_language_does(void **state)
{
	static const struct {
		int64_t cents;
		const char *fr;
		const char *en;
	} row[] = {
		{ 0, "0,00\u00a0€", "€0.00" },
		{ 5, "0,05\u00a0€", "€0.05" },
		{ 99999, "999,99\u00a0€", "€999.99" },
		{ 100000, "1\u202f000,00\u00a0€", "€1,000.00" },
		{ 123456, "1\u202f234,56\u00a0€", "€1,234.56" },
		{ -1200, "\u221212,00\u00a0€", "\u2212€12.00" },
		{ -CENTS_ABS_MAX,
		  "\u221290\u202f071\u202f992\u202f547\u202f409,91\u00a0€",
		  "\u2212€90,071,992,547,409.91" },
	};
	char text[LANG_FIGURE_BYTES];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(row); i++) {
		lang_cents(LANG_FR, cents_of(row[i].cents), text);
		assert_string_equal(text, row[i].fr);
		lang_cents(LANG_EN, cents_of(row[i].cents), text);
		assert_string_equal(text, row[i].en);
	}
}

static void counts_are_grouped_up_to_the_greatest(void **state)
{
	char text[LANG_FIGURE_BYTES];

	(void)state;
	lang_integer(LANG_FR, 999, text);
	assert_string_equal(text, "999");
	lang_integer(LANG_FR, 1234567, text);
	assert_string_equal(text, "1\u202f234\u202f567");
	lang_integer(LANG_EN, -1234567, text);
	assert_string_equal(text, "\u22121,234,567");
	lang_integer(LANG_FR, INT64_MIN, text);
	assert_string_equal(text, "\u22129\u202f223\u202f372\u202f036\u202f854\u202f775"
				  "\u202f808");
}

static void percentages_have_two_decimals(void **state)
{
	char text[LANG_FIGURE_BYTES];

	(void)state;
	lang_percent(LANG_FR, 1234, text);
	assert_string_equal(text, "12,34\u00a0%");
	lang_percent(LANG_EN, 1234, text);
	assert_string_equal(text, "12.34%");
	lang_percent(LANG_EN, 5, text);
	assert_string_equal(text, "0.05%");
	lang_percent(LANG_FR, 0, text);
	assert_string_equal(text, "0,00\u00a0%");
	lang_percent(LANG_FR, -50, text);
	assert_string_equal(text, "\u22120,50\u00a0%");
	lang_percent(LANG_EN, 1234567, text);
	assert_string_equal(text, "12,345.67%");
}

static void days_months_and_moments_are_written_as_they_are_said(void **state)
{
	char text[LANG_FIGURE_BYTES];
	struct month month;
	struct date date;

	(void)state;
	assert_int_equal(date_parse("2026-08-05", &date), ERR_OK);
	month = month_of_date(date);
	lang_date(LANG_FR, date, text);
	assert_string_equal(text, "05/08/2026");
	lang_date(LANG_EN, date, text);
	assert_string_equal(text, "5 Aug 2026");
	lang_month(LANG_FR, month, text);
	assert_string_equal(text, "août\u00a02026");
	lang_month(LANG_EN, month, text);
	assert_string_equal(text, "Aug\u00a02026");
	assert_int_equal(lang_moment(LANG_FR, 1795378587, text), ERR_OK);
	assert_string_equal(text, "22/11/2026 à 21:16");
	assert_int_equal(lang_moment(LANG_EN, 1795378587, text), ERR_OK);
	assert_string_equal(text, "22 Nov 2026 at 21:16");
	assert_int_equal(lang_moment(LANG_FR, -1, text), ERR_INVALID);
	assert_int_equal(lang_moment(LANG_EN, INT64_MAX, text), ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_message_is_said_in_every_language),
		cmocka_unit_test(french_signs_are_not_parted_from_their_words),
		cmocka_unit_test(a_scale_is_told_in_whole_euros),
		cmocka_unit_test(a_number_that_names_is_not_grouped),
		cmocka_unit_test(a_language_is_known_by_its_code_only),
		cmocka_unit_test(amounts_are_grouped_as_each_language_does),
		cmocka_unit_test(counts_are_grouped_up_to_the_greatest),
		cmocka_unit_test(percentages_have_two_decimals),
		cmocka_unit_test(days_months_and_moments_are_written_as_they_are_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
