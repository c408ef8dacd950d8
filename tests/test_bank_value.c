/*
 * test_bank_value.c - amounts of up to five decimals and days of every legal shape.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/bank_value.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char NUMBER[] = "the amount is no number";
static const char FRACTION[] = "the amount has a fraction of a cent";
static const char NEGATIVE[] = "the amount is negative";
static const char DIGITS[] =
	"the amount has more than 18 digits, or more than 5 decimals";
static const char LARGE[] = "the amount is too large";

static void an_amount_is_whole_cents_or_refused(void **state)
{
	static const struct {
		const char *text;
		int64_t cents;
		const char *said; /* NULL: taken */
	} CASES[] = {
		{ "0", 0, NULL },
		{ "12", 1200, NULL },
		{ "12.", 1200, NULL },
		{ "12.3", 1230, NULL },
		{ "12.34", 1234, NULL },
		{ ".5", 50, NULL },
		{ "+1.0", 100, NULL },
		{ "-0.00", 0, NULL },
		{ "  8.85\n", 885, NULL },
		{ "0012.340", 1234, NULL },
		{ "12.34000", 1234, NULL },
		{ "000000000000000000000000000001.00000", 100, NULL },
		{ "90071992547409.91", 9007199254740991, NULL },
		{ "90071992547409.92", 0, LARGE },
		{ "999999999999999999", 0, LARGE },
		{ "12.345", 0, FRACTION },
		{ "0.00001", 0, FRACTION },
		{ "12.340000", 0, DIGITS },
		{ "1234567890123456789", 0, DIGITS },
		{ "12345678901234567.89", 0, DIGITS },
		{ "-1.00", 0, NEGATIVE },
		{ "", 0, NUMBER },
		{ " ", 0, NUMBER },
		{ ".", 0, NUMBER },
		{ "+", 0, NUMBER },
		{ "1,00", 0, NUMBER },
		{ "1.0.0", 0, NUMBER },
		{ "1 000.00", 0, NUMBER },
		{ "1e3", 0, NUMBER },
		{ "0x10", 0, NUMBER },
		{ "INF", 0, NUMBER },
		{ "--1", 0, NUMBER },
	};
	struct cents cents;
	struct fault fault;

	(void)state;
	for (size_t i = 0; i < COUNT(CASES); i++) {
		enum err err = bank_amount_parse(slice_of_text(CASES[i].text),
						 BANK_AMOUNT_PLAIN, &cents, &fault);

		if (CASES[i].said) {
			assert_int_equal(err, CASES[i].said == LARGE ? ERR_TOO_BIG
								     : ERR_INVALID);
			assert_string_equal(fault.text, CASES[i].said);
		} else {
			assert_int_equal(err, ERR_OK);
			assert_true(cents_value(cents) == CASES[i].cents);
		}
	}
}

static void other_formats_have_signs_and_commas(void **state)
{
	const int both = BANK_AMOUNT_SIGNED | BANK_AMOUNT_COMMA;
	struct cents cents;
	struct fault fault;

	(void)state;
	assert_int_equal(bank_amount_parse(slice_of_text("-12,30"), both, &cents, &fault),
			 ERR_OK);
	assert_true(cents_value(cents) == -1230);
	assert_int_equal(bank_amount_parse(slice_of_text("+12.3"), both, &cents, &fault),
			 ERR_OK);
	assert_true(cents_value(cents) == 1230);
	assert_int_equal(
		bank_amount_parse(slice_of_text("1.234,50"), both, &cents, &fault),
		ERR_INVALID);
	assert_string_equal(fault.text, NUMBER);
}

typedef enum err parse_fn(struct slice text, struct date *ret_date, struct fault *fault);

static void day_is(parse_fn *parse, const char *text, const char *expected)
{
	char day[DATE_TEXT_BYTES] = "none";
	struct date date;
	struct fault fault;
	enum err err = parse(slice_of_text(text), &date, &fault);

	if (!err)
		date_format(date, day);
	else
		assert_string_equal(fault.text, "the date is none of 1970 to 2199");
	if (strcmp(day, expected) != 0)
		fail_msg("%s is %s instead of %s", text, day, expected);
}

static void a_date_is_the_day_that_is_written(void **state)
{
	(void)state;
	day_is(iso_date_parse, "2026-11-27", "2026-11-27");
	day_is(iso_date_parse, "\n 2026-11-27 ", "2026-11-27");
	day_is(iso_date_parse, "2026-11-27Z", "2026-11-27");
	day_is(iso_date_parse, "2026-11-27+01:00", "2026-11-27");
	day_is(iso_date_parse, "2026-11-27-14:00", "2026-11-27");
	day_is(iso_date_parse, "2028-02-29", "2028-02-29");
	day_is(iso_date_parse, "2026-02-29", "none");
	day_is(iso_date_parse, "2026-11-27T10:00:00", "none");
	day_is(iso_date_parse, "2026-11-27+14:01", "none");
	day_is(iso_date_parse, "2026-11-27+1:00", "none");
	day_is(iso_date_parse, "2026-11-27z", "none");
	day_is(iso_date_parse, "20261127", "none");
	day_is(iso_date_parse, "26-11-27", "none");
	day_is(iso_date_parse, "-2026-11-27", "none");
	day_is(iso_date_parse, "12026-11-27", "none");
	day_is(iso_date_parse, "1969-12-31", "none");
	day_is(iso_date_parse, "", "none");
}

static void a_moment_is_a_day_in_paris(void **state)
{
	(void)state;
	day_is(iso_date_time_parse, "2026-11-27T23:30:00", "2026-11-27");
	day_is(iso_date_time_parse, "2026-11-27T23:30:00Z", "2026-11-28");
	day_is(iso_date_time_parse, "2026-11-27T22:59:59Z", "2026-11-27");
	day_is(iso_date_time_parse, "2026-07-27T22:00:00Z", "2026-07-28");
	day_is(iso_date_time_parse, "2026-11-27T23:30:00+01:00", "2026-11-27");
	day_is(iso_date_time_parse, "2026-11-28T00:30:00+02:00", "2026-11-27");
	day_is(iso_date_time_parse, "2026-11-27T16:00:00.125-08:00", "2026-11-28");
	day_is(iso_date_time_parse, "2026-11-27T24:00:00", "2026-11-28");
	day_is(iso_date_time_parse, "2026-12-31T24:00:00+01:00", "2027-01-01");
	day_is(iso_date_time_parse, "2026-11-27T24:00:01", "none");
	day_is(iso_date_time_parse, "2026-11-27T23:60:00", "none");
	day_is(iso_date_time_parse, "2026-11-27T23:59:60", "none");
	day_is(iso_date_time_parse, "2026-11-27T10:00:00.", "none");
	day_is(iso_date_time_parse, "2026-11-27T10:00", "none");
	day_is(iso_date_time_parse, "2026-11-27 10:00:00", "none");
	day_is(iso_date_time_parse, "2026-11-27", "none");
	day_is(iso_date_time_parse, "1970-01-01T00:00:00+01:00", "none");
	day_is(iso_date_time_parse, "2199-12-31T24:00:00", "none");
}

static void ofx_and_cfonb_have_their_own(void **state)
{
	(void)state;
	day_is(ofx_date_parse, "20261127", "2026-11-27");
	day_is(ofx_date_parse, "20261127233000", "2026-11-27");
	day_is(ofx_date_parse, "20261127233000.000", "2026-11-27");
	day_is(ofx_date_parse, "20261127233000[0:GMT]", "2026-11-28");
	day_is(ofx_date_parse, "20261127233000.000[+1:CET]", "2026-11-27");
	day_is(ofx_date_parse, "20261127190000[-5:EST]", "2026-11-28");
	day_is(ofx_date_parse, "20261128040000[+5.30]", "2026-11-27");
	day_is(ofx_date_parse, "20261128042959[+5.5:IST]", "2026-11-27");
	day_is(ofx_date_parse, "20261128043000[+5.5:IST]", "2026-11-28");
	day_is(ofx_date_parse, "20261127[+1:CET", "none");
	day_is(ofx_date_parse, "20261127[:CET]", "none");
	day_is(ofx_date_parse, "20261127[15]", "none");
	day_is(ofx_date_parse, "202611272330", "none");
	day_is(ofx_date_parse, "20261127233000x", "none");
	day_is(ofx_date_parse, "2026-11-27", "none");
	day_is(cfonb_date_parse, "271126", "2026-11-27");
	day_is(cfonb_date_parse, "311299", "1999-12-31");
	day_is(cfonb_date_parse, "311269", "2069-12-31");
	day_is(cfonb_date_parse, "310226", "none");
	day_is(cfonb_date_parse, "27112026", "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_amount_is_whole_cents_or_refused),
		cmocka_unit_test(other_formats_have_signs_and_commas),
		cmocka_unit_test(a_date_is_the_day_that_is_written),
		cmocka_unit_test(a_moment_is_a_day_in_paris),
		cmocka_unit_test(ofx_and_cfonb_have_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
