/*
 * date.c - the calendar in integers.
 *
 * Days are counted through eras of 400 years that begin on 1 March: the leap day
 * is then the last of its year, and a month's first day follows from its number
 * by one division (153 days in five months). Everything else stands on that.
 */
#include "ledger/date.h"

#include <assert.h>
#include <stdbool.h>

#define ERA_DAYS         146097 /* 400 Gregorian years */
#define ERA_TO_1970_DAYS 719468 /* 0000-03-01 to 1970-01-01 */
#define MONTH_MIN        (DATE_YEAR_MIN * 12 + 1)
#define MONTH_MAX        (DATE_YEAR_MAX * 12 + 12)
#define HOUR_S           3600
#define MARCH            3
#define OCTOBER          10
#define SUNDAY           7

/* Any year from 1 on; (1) of the header is checked by the callers. */
static int32_t day_of_ymd(int32_t year, int32_t month, int32_t day)
{
	int32_t y = month > 2 ? year : year - 1;
	int32_t era = y / 400;
	int32_t year_of_era = y % 400;
	int32_t month_from_march = (month + 9) % 12;
	int32_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
	int32_t day_of_era =
		year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * ERA_DAYS + day_of_era - ERA_TO_1970_DAYS;
}

struct ymd ymd_of_date(struct date date)
{
	int32_t shifted = date.day + ERA_TO_1970_DAYS;
	int32_t era = shifted / ERA_DAYS;
	int32_t day_of_era = shifted % ERA_DAYS;
	int32_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
			       day_of_era / (ERA_DAYS - 1)) /
			      365;
	int32_t day_of_year =
		day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int32_t month_from_march = (5 * day_of_year + 2) / 153;
	int32_t month = (month_from_march + 2) % 12 + 1;

	assert(date.day >= 0 && date.day <= DATE_DAY_MAX);
	return (struct ymd){
		.year = era * 400 + year_of_era + (month <= 2),
		.month = month,
		.day = day_of_year - (153 * month_from_march + 2) / 5 + 1,
	};
}

static int32_t days_in_month(int32_t year, int32_t month)
{
	return month == 12 ? 31
			   : day_of_ymd(year, month + 1, 1) - day_of_ymd(year, month, 1);
}

enum err date_of_ymd(int32_t year, int32_t month, int32_t day, struct date *ret_date)
{
	if (year < DATE_YEAR_MIN || year > DATE_YEAR_MAX || month < 1 || month > 12 ||
	    day < 1 || day > days_in_month(year, month))
		return ERR_INVALID;
	*ret_date = (struct date){ day_of_ymd(year, month, day) };
	return ERR_OK;
}

/* Reads exactly `digits` digits; stops at anything else, so at a NUL too. */
static bool read_number(const char *text, int digits, int32_t *ret_number)
{
	int32_t number = 0;

	for (int i = 0; i < digits; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		number = number * 10 + (text[i] - '0');
	}
	*ret_number = number;
	return true;
}

/* Writes exactly `digits` digits, without a NUL. */
static void write_number(int32_t number, int digits, char *text)
{
	for (int i = digits - 1; i >= 0; i--, number /= 10)
		text[i] = (char)('0' + number % 10);
	assert(number == 0);
}

enum err date_parse(const char *text, struct date *ret_date)
{
	int32_t year, month, day;

	if (!read_number(text, 4, &year) || text[4] != '-' ||
	    !read_number(text + 5, 2, &month) || text[7] != '-' ||
	    !read_number(text + 8, 2, &day) || text[10] != '\0')
		return ERR_INVALID;
	return date_of_ymd(year, month, day, ret_date);
}

void date_format(struct date date, char ret_text[DATE_TEXT_BYTES])
{
	struct ymd ymd = ymd_of_date(date);

	write_number(ymd.year, 4, ret_text);
	ret_text[4] = '-';
	write_number(ymd.month, 2, ret_text + 5);
	ret_text[7] = '-';
	write_number(ymd.day, 2, ret_text + 8);
	ret_text[10] = '\0';
}

int date_cmp(struct date a, struct date b)
{
	return (a.day > b.day) - (a.day < b.day);
}

int32_t date_days(struct date from, struct date to)
{
	return to.day - from.day;
}

enum err date_add_days(struct date date, int32_t days, struct date *ret_date)
{
	int64_t day = (int64_t)date.day + days;

	if (day < 0 || day > DATE_DAY_MAX)
		return ERR_TOO_BIG;
	*ret_date = (struct date){ (int32_t)day };
	return ERR_OK;
}

/* 1970-01-01 was a Thursday, the fourth day of its week. */
int32_t date_weekday(struct date date)
{
	assert(date.day >= 0 && date.day <= DATE_DAY_MAX);
	return (date.day + 3) % 7 + 1;
}

static struct ymd first_day_of_month(struct month month)
{
	assert(month.n >= MONTH_MIN && month.n <= MONTH_MAX);
	return (struct ymd){
		.year = (month.n - 1) / 12,
		.month = (month.n - 1) % 12 + 1,
		.day = 1,
	};
}

enum err month_from_outside(int64_t n, struct month *ret_month)
{
	if (n < MONTH_MIN || n > MONTH_MAX)
		return ERR_INVALID;
	*ret_month = (struct month){ (int32_t)n };
	return ERR_OK;
}

enum err month_parse(const char *text, struct month *ret_month)
{
	int32_t year, month;

	if (!read_number(text, 4, &year) || text[4] != '-' ||
	    !read_number(text + 5, 2, &month) || text[7] != '\0' || month < 1 ||
	    month > 12)
		return ERR_INVALID;
	return month_from_outside(year * 12 + month, ret_month);
}

void month_format(struct month month, char ret_text[MONTH_TEXT_BYTES])
{
	struct ymd ymd = first_day_of_month(month);

	write_number(ymd.year, 4, ret_text);
	ret_text[4] = '-';
	write_number(ymd.month, 2, ret_text + 5);
	ret_text[7] = '\0';
}

struct month month_of_date(struct date date)
{
	struct ymd ymd = ymd_of_date(date);

	return (struct month){ ymd.year * 12 + ymd.month };
}

struct date month_first_day(struct month month)
{
	struct ymd ymd = first_day_of_month(month);

	return (struct date){ day_of_ymd(ymd.year, ymd.month, 1) };
}

struct date month_last_day(struct month month)
{
	struct ymd ymd = first_day_of_month(month);

	return (struct date){ day_of_ymd(ymd.year, ymd.month,
					 days_in_month(ymd.year, ymd.month)) };
}

int month_cmp(struct month a, struct month b)
{
	return (a.n > b.n) - (a.n < b.n);
}

int32_t month_distance(struct month from, struct month to)
{
	return to.n - from.n;
}

enum err month_add(struct month month, int32_t months, struct month *ret_month)
{
	int64_t n = (int64_t)month.n + months;

	if (n < MONTH_MIN || n > MONTH_MAX)
		return ERR_TOO_BIG;
	*ret_month = (struct month){ (int32_t)n };
	return ERR_OK;
}

enum err date_due_next_month(struct date date, int32_t due_day, struct date *ret_date)
{
	struct month next;
	struct date last;
	enum err err;

	if (due_day < 1 || due_day > 31)
		return ERR_INVALID;
	err = month_add(month_of_date(date), 1, &next);
	if (err)
		return err;
	last = month_last_day(next);
	if (due_day >= ymd_of_date(last).day) {
		*ret_date = last;
		return ERR_OK;
	}
	return date_add_days(month_first_day(next), due_day - 1, ret_date);
}

/* The UTC second of 01:00 on the last Sunday of a month of 31 days. */
static int64_t clock_change_utc_s(int32_t year, int32_t month)
{
	struct date last = { day_of_ymd(year, month, 31) };
	int32_t sunday = last.day - date_weekday(last) % SUNDAY;

	return (int64_t)sunday * DAY_S + HOUR_S;
}

/* Both changes lie far from New Year, so the UTC year is the Paris year there. */
static int32_t paris_offset_s(int64_t utc_s)
{
	int32_t year = ymd_of_date((struct date){ (int32_t)(utc_s / DAY_S) }).year;
	bool summer = utc_s >= clock_change_utc_s(year, MARCH) &&
		      utc_s < clock_change_utc_s(year, OCTOBER);

	return summer ? 2 * HOUR_S : HOUR_S;
}

enum err paris_of_utc(int64_t utc_s, struct paris_time *ret_time)
{
	int32_t offset_s;
	int64_t local_s;

	if (utc_s < 0 || utc_s > UTC_S_MAX)
		return ERR_INVALID;
	offset_s = paris_offset_s(utc_s);
	local_s = utc_s + offset_s;
	if (local_s > UTC_S_MAX)
		return ERR_INVALID;
	*ret_time = (struct paris_time){
		.date = { (int32_t)(local_s / DAY_S) },
		.day_s = (int32_t)(local_s % DAY_S),
		.utc_offset_s = offset_s,
	};
	return ERR_OK;
}

enum err date_paris(int64_t utc_s, struct date *ret_date)
{
	struct paris_time time;
	enum err err = paris_of_utc(utc_s, &time);

	if (err)
		return err;
	*ret_date = time.date;
	return ERR_OK;
}

enum err utc_format(int64_t utc_s, char ret_text[UTC_TEXT_BYTES])
{
	int32_t day_s = (int32_t)(utc_s % DAY_S);

	if (utc_s < 0 || utc_s > UTC_S_MAX)
		return ERR_INVALID;
	date_format((struct date){ (int32_t)(utc_s / DAY_S) }, ret_text);
	ret_text[10] = 'T';
	write_number(day_s / HOUR_S, 2, ret_text + 11);
	ret_text[13] = ':';
	write_number(day_s / 60 % 60, 2, ret_text + 14);
	ret_text[16] = ':';
	write_number(day_s % 60, 2, ret_text + 17);
	ret_text[19] = 'Z';
	ret_text[20] = '\0';
	return ERR_OK;
}

enum err paris_format_fr(int64_t utc_s, char ret_text[PARIS_TEXT_BYTES])
{
	struct paris_time time;
	struct ymd ymd;
	enum err err = paris_of_utc(utc_s, &time);

	if (err)
		return err;
	ymd = ymd_of_date(time.date);
	write_number(ymd.day, 2, ret_text);
	ret_text[2] = '/';
	write_number(ymd.month, 2, ret_text + 3);
	ret_text[5] = '/';
	write_number(ymd.year, 4, ret_text + 6);
	memcpy(ret_text + 10, " à ", sizeof " à " - 1);
	write_number(time.day_s / HOUR_S, 2, ret_text + 14);
	ret_text[16] = ':';
	write_number(time.day_s / 60 % 60, 2, ret_text + 17);
	ret_text[19] = '\0';
	return ERR_OK;
}
