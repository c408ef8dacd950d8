/*
 * fuzz_date.c - days and months as text and back, and the clock of Paris
 * (ledger/date.h).
 */
#include <stdlib.h>
#include <string.h>

#include "ledger/date.h"
#include "tests/fuzz.h"

static void text_check(const char *text)
{
	char day_text[DATE_TEXT_BYTES], month_text[MONTH_TEXT_BYTES];
	struct month month;
	struct date date;

	if (date_parse(text, &date) == ERR_OK) {
		date_format(date, day_text);
		FUZZ_MUST(strcmp(day_text, text) == 0);
	}
	if (month_parse(text, &month) == ERR_OK) {
		month_format(month, month_text);
		FUZZ_MUST(strcmp(month_text, text) == 0);
	}
}

static void day_check(struct date date)
{
	struct ymd ymd = ymd_of_date(date);
	struct month month = month_of_date(date);
	struct date again, first = month_first_day(month), last = month_last_day(month);
	char text[DATE_TEXT_BYTES];

	FUZZ_MUST(date_of_ymd(ymd.year, ymd.month, ymd.day, &again) == ERR_OK);
	FUZZ_MUST(date_cmp(again, date) == 0);
	FUZZ_MUST(date_cmp(first, date) <= 0 && date_cmp(date, last) <= 0);
	FUZZ_MUST(date_days(first, last) >= 27 && date_days(first, last) <= 30);
	date_format(date, text);
	FUZZ_MUST(date_parse(text, &again) == ERR_OK && date_cmp(again, date) == 0);
	FUZZ_MUST(date_weekday(date) >= 1 && date_weekday(date) <= 7);
}

static void steps_check(struct date date, struct fuzz_feed *feed)
{
	int32_t steps = (int32_t)fuzz_integer(feed);
	struct month month = month_of_date(date), then_month;
	struct date then;

	if (date_add_days(date, steps, &then) == ERR_OK)
		FUZZ_MUST(date_days(date, then) == steps);
	if (month_add(month, steps, &then_month) == ERR_OK)
		FUZZ_MUST(month_distance(month, then_month) == steps);
	if (date_due_next_month(date, (int32_t)fuzz_byte(feed), &then) == ERR_OK)
		FUZZ_MUST(month_distance(month, month_of_date(then)) == 1);
}

static void clock_check(int64_t utc_s)
{
	char text[UTC_TEXT_BYTES], french[PARIS_TEXT_BYTES];
	struct paris_time time;
	struct date date;
	enum err err = paris_of_utc(utc_s, &time);

	FUZZ_MUST((date_paris(utc_s, &date) == ERR_OK) == (err == ERR_OK));
	FUZZ_MUST((paris_format_fr(utc_s, french) == ERR_OK) == (err == ERR_OK));
	if (utc_format(utc_s, text) == ERR_OK)
		FUZZ_MUST(strlen(text) == UTC_TEXT_BYTES - 1);
	if (err)
		return;
	FUZZ_MUST(date_cmp(time.date, date) == 0);
	FUZZ_MUST((int64_t)time.date.day * DAY_S + time.day_s - time.utc_offset_s ==
		  utc_s);
	FUZZ_MUST(time.utc_offset_s == 3600 || time.utc_offset_s == 7200);
}

FUZZ_TARGET(date)
{
	struct fuzz_feed feed = { slice_of(bytes, n) };
	char *text = fuzz_text(bytes, n);
	struct date date = { .day = (int32_t)fuzz_number(&feed, DATE_DAY_MAX + 1) };
	struct month month;
	int64_t utc_s = fuzz_integer(&feed);

	text_check(text);
	day_check(date);
	steps_check(date, &feed);
	clock_check(utc_s);
	clock_check(utc_s & 0x1ffffffff);
	if (month_from_outside(utc_s >> 40, &month) == ERR_OK)
		day_check(month_last_day(month));
	free(text);
	return 0;
}
