/*
 * date.h - civil days, months, and the clock of Paris.
 *
 * Accounting knows days and months, the log knows UTC seconds, and French law
 * knows the day in Paris. All three are computed here, from integers alone:
 * never from the machine's zone files or locale, which differ between the
 * service and an auditor's laptop and would make the two disagree on a day.
 *
 *  (1) Days are those of the proleptic Gregorian calendar, 1970-01-01 to
 *      2199-12-31. No function here returns a day outside.
 *  (2) Paris is UTC+1, and UTC+2 from the last Sunday of March to the last
 *      Sunday of October, both at 01:00 UTC (Directive 2000/84/EC; so since
 *      1996). For earlier years the same rule is applied; the ledger has no
 *      facts that old.
 */
#ifndef ARRONDI_LEDGER_DATE_H
#define ARRONDI_LEDGER_DATE_H

#include <stdint.h>

#include "keys/fault.h"

#define DATE_YEAR_MIN 1970
#define DATE_YEAR_MAX 2199
#define DATE_DAY_MAX  84005 /* 2199-12-31 */
#define DAY_S         86400
#define UTC_S_MAX     ((int64_t)(DATE_DAY_MAX + 1) * DAY_S - 1)

/* Bytes of each written form, with its NUL. */
#define DATE_TEXT_BYTES  11 /* 2026-11-22 */
#define MONTH_TEXT_BYTES 8  /* 2026-11 */
#define UTC_TEXT_BYTES   21 /* 2026-11-22T20:16:27Z */
#define PARIS_TEXT_BYTES 20 /* 22/11/2026 à 21:16, in UTF-8 */

/* Days since 1970-01-01; compare with date_cmp(), subtract with date_days(). */
struct date {
	int32_t day;
};

/* Months, counted as year × 12 + month (1 to 12): 2026-11 is 24323. */
struct month {
	int32_t n;
};

struct ymd {
	int32_t year;
	int32_t month; /* 1 to 12 */
	int32_t day;   /* 1 to 31 */
};

/* A moment as a clock in Paris shows it. */
struct paris_time {
	struct date date;
	int32_t day_s; /* seconds since that day's midnight, by the clock's face */
	int32_t utc_offset_s;
};

/* ERR_INVALID where there is no such day, or (1) excludes it. */
MUST_USE enum err date_of_ymd(int32_t year, int32_t month, int32_t day,
			      struct date *ret_date);
struct ymd ymd_of_date(struct date date);

/* Exactly "YYYY-MM-DD"; ERR_INVALID for any other text or no such day. */
MUST_USE enum err date_parse(const char *text, struct date *ret_date);
void date_format(struct date date, char ret_text[DATE_TEXT_BYTES]);

int date_cmp(struct date a, struct date b); /* -1, 0 or 1 */

/* Days from one date to another; negative where `to` is earlier. */
int32_t date_days(struct date from, struct date to);

/* days may be negative; ERR_TOO_BIG where the result leaves (1). */
MUST_USE enum err date_add_days(struct date date, int32_t days, struct date *ret_date);

/* 1 is Monday, 7 is Sunday (ISO 8601). */
int32_t date_weekday(struct date date);

/* Exactly "YYYY-MM"; ERR_INVALID for any other text or month. */
MUST_USE enum err month_parse(const char *text, struct month *ret_month);
void month_format(struct month month, char ret_text[MONTH_TEXT_BYTES]);

/* ERR_INVALID for a number outside 1970-01 to 2199-12: for decoded entries. */
MUST_USE enum err month_from_outside(int64_t n, struct month *ret_month);

struct month month_of_date(struct date date);
struct date month_first_day(struct month month);
struct date month_last_day(struct month month);
int month_cmp(struct month a, struct month b); /* -1, 0 or 1 */

/* Months from one to another: the 0 to 13 of a period's admission. */
int32_t month_distance(struct month from, struct month to);

/* months may be negative; ERR_TOO_BIG where the result leaves (1). */
MUST_USE enum err month_add(struct month month, int32_t months, struct month *ret_month);

/*
 * The given day of the month after `date`'s, or that month's last day where it
 * is shorter: due_day 31 after 2027-01-28 is 2027-02-28. ERR_INVALID where
 * due_day is not 1 to 31, ERR_TOO_BIG where the result leaves (1).
 */
MUST_USE enum err date_due_next_month(struct date date, int32_t due_day,
				      struct date *ret_date);

/* ERR_INVALID where utc_s is negative or leads out of (1), here and below. */
MUST_USE enum err paris_of_utc(int64_t utc_s, struct paris_time *ret_time);

/* The civil date in Paris at a UTC second: the day of an entry's `at`. */
MUST_USE enum err date_paris(int64_t utc_s, struct date *ret_date);

/* "2026-11-22T20:16:27Z" (ISO 8601, RFC 3339). */
MUST_USE enum err utc_format(int64_t utc_s, char ret_text[UTC_TEXT_BYTES]);

/* "22/11/2026 à 21:16": heure de Paris, for French readers. */
MUST_USE enum err paris_format_fr(int64_t utc_s, char ret_text[PARIS_TEXT_BYTES]);

#endif
