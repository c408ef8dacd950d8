/*
 * test_date.c - the calendar against libc's, and Paris by its rule.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ledger/date.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static struct date date_at(const char *text)
{
	struct date date;

	assert_int_equal(date_parse(text, &date), ERR_OK);
	return date;
}

static void assert_date_text(struct date date, const char *expected)
{
	char text[DATE_TEXT_BYTES];

	date_format(date, text);
	assert_string_equal(text, expected);
}

static void every_day_of_the_range_is_the_c_librarys_day(void **state)
{
	(void)state;
	for (int32_t day = 0; day <= DATE_DAY_MAX; day++) {
		time_t second = (time_t)day * DAY_S;
		struct ymd ymd = ymd_of_date((struct date){ day });
		struct date back;
		struct tm tm;

		assert_non_null(gmtime_r(&second, &tm));
		if (ymd.year != tm.tm_year + 1900 || ymd.month != tm.tm_mon + 1 ||
		    ymd.day != tm.tm_mday ||
		    date_weekday((struct date){ day }) % 7 != tm.tm_wday)
			fail_msg("day %d differs", day);
		assert_int_equal(date_of_ymd(ymd.year, ymd.month, ymd.day, &back),
				 ERR_OK);
		assert_int_equal(back.day, day);
	}
}

static void days_that_do_not_exist_are_refused(void **state)
{
	static const char *const invalid[] = {
		"2026-02-29", "2100-02-29",  "2026-04-31",  "2026-13-01", "2026-00-10",
		"2026-01-00", "1969-12-31",  "2200-01-01",  "0000-01-01", "9999-12-31",
		"2026-1-01",  "2026-01-1",   "2026-01-011", "2026/01/01", "",
		"2026",       "2026-01-01 ", " 2026-01-01", "-026-01-01", "2026-01-0a",
	};
	struct date date = { 42 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(invalid); i++)
		assert_int_equal(date_parse(invalid[i], &date), ERR_INVALID);
	assert_int_equal(date_of_ymd(INT32_MAX, 1, 1, &date), ERR_INVALID);
	assert_int_equal(date_of_ymd(2026, INT32_MIN, 1, &date), ERR_INVALID);
	assert_int_equal(date.day, 42);
}

static void a_date_is_written_as_it_is_read(void **state)
{
	static const char *const valid[] = { "1970-01-01", "2000-02-29", "2024-02-29",
					     "2026-11-22", "2199-12-31" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(valid); i++)
		assert_date_text(date_at(valid[i]), valid[i]);
	assert_int_equal(date_at("1970-01-01").day, 0);
	assert_int_equal(date_at("2199-12-31").day, DATE_DAY_MAX);
}

static void days_are_added_within_the_range(void **state)
{
	struct date date = { 42 };

	(void)state;
	assert_int_equal(date_add_days(date_at("2027-02-28"), 1, &date), ERR_OK);
	assert_date_text(date, "2027-03-01");
	assert_int_equal(date_add_days(date_at("2026-11-22"), -364, &date), ERR_OK);
	assert_date_text(date, "2025-11-23");
	assert_int_equal(date_days(date_at("2025-11-23"), date_at("2026-11-22")), 364);
	assert_int_equal(date_add_days((struct date){ 0 }, -1, &date), ERR_TOO_BIG);
	assert_int_equal(date_add_days((struct date){ 1 }, INT32_MAX, &date),
			 ERR_TOO_BIG);
	assert_date_text(date, "2025-11-23");
	assert_int_equal(date_cmp(date_at("2026-01-01"), date_at("2026-01-02")), -1);
	assert_int_equal(date_cmp(date_at("2026-01-02"), date_at("2026-01-01")), 1);
	assert_int_equal(date_cmp(date, date), 0);
}

static void months_are_counted_as_year_times_twelve_plus_month(void **state)
{
	char text[MONTH_TEXT_BYTES];
	struct month month;

	(void)state;
	assert_int_equal(month_parse("2026-11", &month), ERR_OK);
	assert_int_equal(month.n, 24323);
	for (int32_t n = 1970 * 12 + 1; n <= 2199 * 12 + 12; n++) {
		struct month back;

		month_format((struct month){ n }, text);
		assert_int_equal(month_parse(text, &back), ERR_OK);
		assert_int_equal(back.n, n);
		assert_int_equal(month_of_date(month_first_day(back)).n, n);
		assert_int_equal(month_of_date(month_last_day(back)).n, n);
	}
	assert_string_equal(text, "2199-12");
}

static void text_that_is_no_month_is_refused(void **state)
{
	static const char *const invalid[] = { "",         "2026",      "2026-",
					       "2026-00",  "2026-13",   "2026-1",
					       "2026-011", "1969-12",   "2200-01",
					       "2026/01",  "2026-01-01" };
	struct month month = { 24323 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(invalid); i++)
		assert_int_equal(month_parse(invalid[i], &month), ERR_INVALID);
	assert_int_equal(month_from_outside(1970 * 12, &month), ERR_INVALID);
	assert_int_equal(month_from_outside(2200 * 12 + 1, &month), ERR_INVALID);
	assert_int_equal(month_from_outside(INT64_MAX, &month), ERR_INVALID);
	assert_int_equal(month.n, 24323);
}

static void months_end_where_the_calendar_ends_them(void **state)
{
	static const struct {
		const char *month;
		const char *last;
	} row[] = {
		{ "2026-02", "2026-02-28" }, { "2028-02", "2028-02-29" },
		{ "2100-02", "2100-02-28" }, { "2026-04", "2026-04-30" },
		{ "2026-12", "2026-12-31" }, { "2199-12", "2199-12-31" },
	};
	struct month month, next;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(row); i++) {
		assert_int_equal(month_parse(row[i].month, &month), ERR_OK);
		assert_date_text(month_last_day(month), row[i].last);
	}
	assert_int_equal(month_add(month, 1, &next), ERR_TOO_BIG);
	assert_int_equal(month_add(month, -2, &next), ERR_OK);
	assert_int_equal(month_distance(next, month), 2);
	assert_int_equal(month_cmp(next, month), -1);
}

static void the_due_day_is_clamped_to_the_next_months_last(void **state)
{
	static const struct {
		const char *date;
		int32_t due_day;
		const char *due;
	} row[] = {
		{ "2027-01-28", 31, "2027-02-28" }, { "2028-01-31", 30, "2028-02-29" },
		{ "2026-12-31", 15, "2027-01-15" }, { "2026-11-30", 1, "2026-12-01" },
		{ "2026-03-01", 30, "2026-04-30" }, { "2026-03-01", 31, "2026-04-30" },
	};
	struct date due = { 42 };

	(void)state;
	assert_int_equal(date_due_next_month(date_at("2026-03-01"), 0, &due),
			 ERR_INVALID);
	assert_int_equal(date_due_next_month(date_at("2026-03-01"), 32, &due),
			 ERR_INVALID);
	assert_int_equal(date_due_next_month(date_at("2199-12-01"), 1, &due),
			 ERR_TOO_BIG);
	assert_int_equal(due.day, 42);
	for (size_t i = 0; i < COUNT_OF(row); i++) {
		assert_int_equal(
			date_due_next_month(date_at(row[i].date), row[i].due_day, &due),
			ERR_OK);
		assert_date_text(due, row[i].due);
	}
}

static int64_t utc_at(const char *day, int32_t hour, int32_t minute, int32_t second)
{
	return (int64_t)date_at(day).day * DAY_S + hour * 3600 + minute * 60 + second;
}

static void paris_changes_its_clock_on_the_last_sundays_at_one_utc(void **state)
{
	/* Years in which the last Sunday falls on the 25th, the 31st, and between. */
	static const struct {
		const char *march;
		const char *october;
	} row[] = {
		{ "1996-03-31", "1996-10-27" }, { "2018-03-25", "2018-10-28" },
		{ "2026-03-29", "2026-10-25" }, { "2027-03-28", "2027-10-31" },
		{ "2029-03-25", "2029-10-28" }, { "2030-03-31", "2030-10-27" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(row); i++) {
		struct paris_time time;
		int64_t spring = utc_at(row[i].march, 1, 0, 0);
		int64_t autumn = utc_at(row[i].october, 1, 0, 0);

		assert_int_equal(paris_of_utc(spring - 1, &time), ERR_OK);
		assert_int_equal(time.utc_offset_s, 3600);
		assert_int_equal(time.day_s, 2 * 3600 - 1);
		assert_int_equal(paris_of_utc(spring, &time), ERR_OK);
		assert_int_equal(time.utc_offset_s, 7200);
		assert_int_equal(time.day_s, 3 * 3600);
		assert_int_equal(paris_of_utc(autumn - 1, &time), ERR_OK);
		assert_int_equal(time.day_s, 3 * 3600 - 1);
		assert_int_equal(paris_of_utc(autumn, &time), ERR_OK);
		assert_int_equal(time.day_s, 2 * 3600);
		assert_date_text(time.date, row[i].october);
	}
}

static void the_day_in_paris_begins_before_the_day_in_utc(void **state)
{
	struct date date;

	(void)state;
	assert_int_equal(date_paris(utc_at("2026-12-31", 22, 59, 59), &date), ERR_OK);
	assert_date_text(date, "2026-12-31");
	assert_int_equal(date_paris(utc_at("2026-12-31", 23, 0, 0), &date), ERR_OK);
	assert_date_text(date, "2027-01-01");
	assert_int_equal(date_paris(utc_at("2026-07-14", 21, 59, 59), &date), ERR_OK);
	assert_date_text(date, "2026-07-14");
	assert_int_equal(date_paris(utc_at("2026-07-14", 22, 0, 0), &date), ERR_OK);
	assert_date_text(date, "2026-07-15");
}

static void a_second_outside_the_range_is_refused(void **state)
{
	char text[UTC_TEXT_BYTES], french[PARIS_TEXT_BYTES];
	struct date date;

	(void)state;
	assert_int_equal(date_paris(-1, &date), ERR_INVALID);
	assert_int_equal(date_paris(UTC_S_MAX, &date), ERR_INVALID);
	assert_int_equal(date_paris(INT64_MAX, &date), ERR_INVALID);
	assert_int_equal(date_paris(UTC_S_MAX - 3600, &date), ERR_OK);
	assert_date_text(date, "2199-12-31");
	assert_int_equal(utc_format(INT64_MIN, text), ERR_INVALID);
	assert_int_equal(utc_format(UTC_S_MAX + 1, text), ERR_INVALID);
	assert_int_equal(utc_format(UTC_S_MAX, text), ERR_OK);
	assert_string_equal(text, "2199-12-31T23:59:59Z");
	assert_int_equal(paris_format_fr(-1, french), ERR_INVALID);
}

static void a_moment_is_written_for_machines_and_for_french_readers(void **state)
{
	int64_t utc_s = utc_at("2026-11-22", 20, 16, 27);
	char text[UTC_TEXT_BYTES], french[PARIS_TEXT_BYTES];

	(void)state;
	assert_int_equal(utc_format(utc_s, text), ERR_OK);
	assert_string_equal(text, "2026-11-22T20:16:27Z");
	assert_int_equal(paris_format_fr(utc_s, french), ERR_OK);
	assert_string_equal(french, "22/11/2026 à 21:16");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_day_of_the_range_is_the_c_librarys_day),
		cmocka_unit_test(days_that_do_not_exist_are_refused),
		cmocka_unit_test(a_date_is_written_as_it_is_read),
		cmocka_unit_test(days_are_added_within_the_range),
		cmocka_unit_test(months_are_counted_as_year_times_twelve_plus_month),
		cmocka_unit_test(text_that_is_no_month_is_refused),
		cmocka_unit_test(months_end_where_the_calendar_ends_them),
		cmocka_unit_test(the_due_day_is_clamped_to_the_next_months_last),
		cmocka_unit_test(paris_changes_its_clock_on_the_last_sundays_at_one_utc),
		cmocka_unit_test(the_day_in_paris_begins_before_the_day_in_utc),
		cmocka_unit_test(a_second_outside_the_range_is_refused),
		cmocka_unit_test(a_moment_is_written_for_machines_and_for_french_readers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
