/*
 * exercise.c - see exercise.h.
 */
#include "reports/exercise.h"

#include <stdio.h>
#include <string.h>

enum err exercise_request_of(const struct report_request *request,
			     struct exercise_request *ret_exercise, struct fault *fault)
{
	const char *text = request->text[OPTION_YEAR];
	struct exercise_request exercise = { .has_year = text != NULL,
					     .has_from = request->period.has_from,
					     .has_to = request->period.has_to,
					     .from = request->period.from,
					     .to = request->period.to };

	if (text && (strlen(text) != 4 || strspn(text, "0123456789") != 4))
		return fault_set(fault, ERR_USAGE, "'%s' is not a year, such as 2026",
				 text);
	for (; text && *text; text++)
		exercise.year = exercise.year * 10 + (*text - '0');
	*ret_exercise = exercise;
	return ERR_OK;
}

/* The charter's last day in a year; of 29 February the last day of the month. */
static enum err last_day_in(int32_t year, struct slice monthday, struct date *ret_date,
			    struct fault *fault)
{
	char text[DATE_TEXT_BYTES];
	struct month month;

	(void)snprintf(text, sizeof text, "%04d-%.*s", (int)year,
		       (int)(monthday.n < 5 ? monthday.n : 5), (const char *)monthday.p);
	if (date_parse(text, ret_date) == ERR_OK)
		return ERR_OK;
	text[MONTH_TEXT_BYTES - 1] = '\0';
	if (slice_equal_text(monthday, "02-29") && month_parse(text, &month) == ERR_OK) {
		*ret_date = month_last_day(month);
		return ERR_OK;
	}
	return fault_set(fault, ERR_INVALID, "no fiscal year of ours ends in %d",
			 (int)year);
}

static enum err whole_year(int32_t year, struct slice monthday, struct exercise *exercise,
			   struct fault *fault)
{
	struct date before;
	enum err err = last_day_in(year, monthday, &exercise->to, fault);

	if (!err)
		err = last_day_in(year - 1, monthday, &before, fault);
	if (!err && date_add_days(before, 1, &exercise->from) != ERR_OK)
		err = fault_set(fault, ERR_INVALID, "no fiscal year of ours ends in %d",
				(int)year);
	return err;
}

/* The same day a year earlier; the first of ours where there is none. */
static struct date year_before(struct date date)
{
	struct ymd ymd = ymd_of_date(date);
	struct date before = { .day = 0 };

	if (date_of_ymd(ymd.year - 1, ymd.month, ymd.day, &before) != ERR_OK)
		before.day = date.day > 365 ? date.day - 365 : 0;
	return before;
}

static enum err year_of(struct date day, struct slice monthday, struct exercise *exercise,
			struct fault *fault)
{
	int32_t year = ymd_of_date(day).year;
	enum err err = whole_year(year, monthday, exercise, fault);

	if (!err && date_cmp(day, exercise->to) > 0)
		err = whole_year(year + 1, monthday, exercise, fault);
	return err;
}

enum err exercise_of(const struct exercise_request *request, struct slice monthday,
		     struct date last_day, struct exercise *ret_exercise,
		     struct fault *fault)
{
	struct exercise exercise = { .is_over = false };
	enum err err;

	if (request->has_year && (request->has_from || request->has_to))
		return fault_set(fault, ERR_USAGE,
				 "a year or days: not --year beside --from or --to");
	if (request->has_year)
		err = whole_year(request->year, monthday, &exercise, fault);
	else
		err = year_of(request->has_to     ? request->to
			      : request->has_from ? request->from
						  : last_day,
			      monthday, &exercise, fault);
	if (err)
		return err;
	if (request->has_from)
		exercise.from = request->from;
	if (request->has_to)
		exercise.to = request->to;
	if (date_cmp(exercise.from, exercise.to) > 0)
		return fault_set(fault, ERR_USAGE,
				 "the first day is after the last: exchange --from and "
				 "--to");
	exercise.previous_from = year_before(exercise.from);
	exercise.is_over = date_cmp(last_day, exercise.to) >= 0;
	*ret_exercise = exercise;
	return ERR_OK;
}

enum term exercise_term(const struct exercise *exercise, struct date date)
{
	if (date_cmp(date, exercise->to) > 0)
		return TERM_AFTER;
	if (date_cmp(date, exercise->from) >= 0)
		return TERM_CURRENT;
	return date_cmp(date, exercise->previous_from) >= 0 ? TERM_PREVIOUS : TERM_BEFORE;
}
