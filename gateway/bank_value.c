/*
 * bank_value.c - amounts and days as banks write them, exactly.
 */
#include "gateway/bank_value.h"

#include <assert.h>

#define MINUTE_S 60
#define HOUR_S   3600

/* ISO 8601's zones that xs:date knows go as far. */
#define ZONE_HOURS_MAX 14

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct slice bank_trim(struct slice text)
{
	while (text.n > 0 && is_space(text.p[0]))
		text = slice_of(text.p + 1, text.n - 1);
	while (text.n > 0 && is_space(text.p[text.n - 1]))
		text.n--;
	return text;
}

/* ---- amounts ---- */

/* An amount under way. Digits before the first that is not 0 do not count. */
struct decimal {
	int64_t cents;
	size_t digits, decimals;
	bool fraction; /* of a cent */
};

static bool decimal_add(struct decimal *decimal, uint8_t c, bool behind)
{
	if (behind && decimal->decimals >= 2) {
		decimal->fraction |= c != '0';
	} else {
		decimal->cents = decimal->cents * 10 + (c - '0');
	}
	decimal->decimals += behind;
	decimal->digits += decimal->digits > 0 || behind || c != '0';
	return decimal->digits <= BANK_AMOUNT_DIGITS_MAX &&
	       decimal->decimals <= BANK_AMOUNT_DECIMALS_MAX;
}

static enum err no_number(struct fault *fault)
{
	return fault_set(fault, ERR_INVALID, "the amount is no number");
}

enum err bank_amount_parse(struct slice text, int form, struct cents *ret_cents,
			   struct fault *fault)
{
	struct decimal decimal = { 0 };
	bool negative = false, behind = false, any = false;
	struct cents cents;
	size_t at = 0;

	text = bank_trim(text);
	if (text.n > 0 && (text.p[0] == '+' || text.p[0] == '-'))
		negative = text.p[at++] == '-';
	for (; at < text.n; at++) {
		uint8_t c = text.p[at];

		if (!behind && (c == '.' || (c == ',' && (form & BANK_AMOUNT_COMMA)))) {
			behind = true;
		} else if (!is_digit(c)) {
			return no_number(fault);
		} else if (!decimal_add(&decimal, c, behind)) {
			return fault_set(fault, ERR_INVALID,
					 "the amount has more than %d digits, or more "
					 "than %d decimals",
					 BANK_AMOUNT_DIGITS_MAX,
					 BANK_AMOUNT_DECIMALS_MAX);
		} else {
			any = true;
		}
	}
	if (!any)
		return no_number(fault);
	for (size_t i = decimal.decimals; i < 2; i++)
		if (__builtin_mul_overflow(decimal.cents, 10, &decimal.cents))
			return fault_set(fault, ERR_TOO_BIG, "the amount is too large");
	if (decimal.fraction)
		return fault_set(fault, ERR_INVALID,
				 "the amount has a fraction of a cent");
	if (negative && decimal.cents != 0 && !(form & BANK_AMOUNT_SIGNED))
		return fault_set(fault, ERR_INVALID, "the amount is negative");
	if (cents_from_outside(negative ? -decimal.cents : decimal.cents, &cents))
		return fault_set(fault, ERR_TOO_BIG, "the amount is too large");
	*ret_cents = cents;
	return ERR_OK;
}

/* ---- days ---- */

struct feed {
	const uint8_t *at, *end;
};

/* Exactly n digits. */
static bool take_number(struct feed *feed, size_t n, int32_t *ret_number)
{
	int32_t number = 0;

	assert(n <= 8);
	for (size_t i = 0; i < n; i++, feed->at++) {
		if (feed->at == feed->end || !is_digit(*feed->at))
			return false;
		number = number * 10 + (*feed->at - '0');
	}
	*ret_number = number;
	return true;
}

static bool take(struct feed *feed, uint8_t c)
{
	if (feed->at == feed->end || *feed->at != c)
		return false;
	feed->at++;
	return true;
}

/* "Z", "+01:00" or nothing. */
static bool take_zone(struct feed *feed, bool *ret_zoned, int32_t *ret_offset_s)
{
	int32_t hours, minutes;
	bool west;

	*ret_zoned = feed->at < feed->end;
	*ret_offset_s = 0;
	if (!*ret_zoned || take(feed, 'Z'))
		return true;
	west = *feed->at == '-';
	if ((!take(feed, '-') && !take(feed, '+')) || !take_number(feed, 2, &hours) ||
	    !take(feed, ':') || !take_number(feed, 2, &minutes) || minutes > 59 ||
	    hours > ZONE_HOURS_MAX || (hours == ZONE_HOURS_MAX && minutes > 0))
		return false;
	*ret_offset_s = (hours * HOUR_S + minutes * MINUTE_S) * (west ? -1 : 1);
	return true;
}

/* ".125" or nothing. */
static bool take_fraction(struct feed *feed)
{
	const uint8_t *start;

	if (!take(feed, '.'))
		return true;
	start = feed->at;
	while (feed->at < feed->end && is_digit(*feed->at))
		feed->at++;
	return feed->at > start;
}

static bool take_day(struct feed *feed, const char *between, struct date *ret_date)
{
	int32_t year, month, day;

	return take_number(feed, 4, &year) &&
	       (!*between || take(feed, (uint8_t)*between)) &&
	       take_number(feed, 2, &month) &&
	       (!*between || take(feed, (uint8_t)*between)) &&
	       take_number(feed, 2, &day) &&
	       date_of_ymd(year, month, day, ret_date) == ERR_OK;
}

static bool take_time(struct feed *feed, const char *between, int32_t *ret_day_s)
{
	int32_t hour, minute, second;

	if (!take_number(feed, 2, &hour) ||
	    (*between && !take(feed, (uint8_t)*between)) ||
	    !take_number(feed, 2, &minute) ||
	    (*between && !take(feed, (uint8_t)*between)) ||
	    !take_number(feed, 2, &second) || minute > 59 || second > 59)
		return false;
	*ret_day_s = hour * HOUR_S + minute * MINUTE_S + second;
	return *ret_day_s <= DAY_S;
}

/* The civil day of a time of that day by a clock so far ahead of UTC. */
static bool day_of_moment(struct date day, int32_t day_s, bool zoned, int32_t offset_s,
			  struct date *ret_date)
{
	if (!zoned)
		return date_add_days(day, day_s / DAY_S, ret_date) == ERR_OK;
	return date_paris((int64_t)day.day * DAY_S + day_s - offset_s, ret_date) ==
	       ERR_OK;
}

static enum err no_day(struct fault *fault)
{
	return fault_set(fault, ERR_INVALID, "the date is none of 1970 to 2199");
}

static struct feed feed_of(struct slice text)
{
	text = bank_trim(text);
	return (struct feed){ text.p, text.n ? text.p + text.n : text.p };
}

enum err iso_date_parse(struct slice text, struct date *ret_date, struct fault *fault)
{
	struct feed feed = feed_of(text);
	int32_t offset_s;
	struct date date;
	bool zoned;

	if (!take_day(&feed, "-", &date) || !take_zone(&feed, &zoned, &offset_s) ||
	    feed.at != feed.end)
		return no_day(fault);
	*ret_date = date;
	return ERR_OK;
}

enum err iso_date_time_parse(struct slice text, struct date *ret_date,
			     struct fault *fault)
{
	struct feed feed = feed_of(text);
	int32_t day_s, offset_s;
	struct date date;
	bool zoned;

	if (!take_day(&feed, "-", &date) || !take(&feed, 'T') ||
	    !take_time(&feed, ":", &day_s) || !take_fraction(&feed) ||
	    !take_zone(&feed, &zoned, &offset_s) || feed.at != feed.end ||
	    !day_of_moment(date, day_s, zoned, offset_s, &date))
		return no_day(fault);
	*ret_date = date;
	return ERR_OK;
}

/* "[+1:CET]", "[-3.30]", "[0:GMT]" or nothing. What stands behind the point are
 * minutes, or hundredths of an hour as some write; both of what there is (30, 45; 5,
 * 50, 75) say which. */
static bool take_ofx_offset(struct feed *feed, int32_t *ret_offset_s)
{
	int32_t hours = 0, part = 0;
	size_t digits = 0;
	bool west = take(feed, '-');

	if (!west)
		(void)take(feed, '+');
	for (; feed->at < feed->end && is_digit(*feed->at) && digits < 3; digits++)
		hours = hours * 10 + (*feed->at++ - '0');
	if (digits == 0 || digits > 2 || hours > ZONE_HOURS_MAX)
		return false;
	if (take(feed, '.'))
		for (digits = 0;
		     feed->at < feed->end && is_digit(*feed->at) && digits < 3; digits++)
			part = part * 10 + (*feed->at++ - '0');
	if (digits > 2)
		return false;
	if (part == 5 || part == 50 || part == 75)
		part = part == 75 ? 45 : 30;
	*ret_offset_s = (hours * HOUR_S + part * MINUTE_S) * (west ? -1 : 1);
	return part < 60;
}

static bool take_ofx_zone(struct feed *feed, bool *ret_zoned, int32_t *ret_offset_s)
{
	*ret_zoned = take(feed, '[');
	*ret_offset_s = 0;
	if (!*ret_zoned)
		return true;
	if (!take_ofx_offset(feed, ret_offset_s))
		return false;
	while (feed->at < feed->end && *feed->at != ']') /* the zone's name */
		feed->at++;
	return take(feed, ']');
}

enum err ofx_date_parse(struct slice text, struct date *ret_date, struct fault *fault)
{
	struct feed feed = feed_of(text);
	int32_t day_s = 0, offset_s;
	struct date date;
	bool zoned;

	if (!take_day(&feed, "", &date))
		return no_day(fault);
	if (feed.at < feed.end && is_digit(*feed.at) &&
	    (!take_time(&feed, "", &day_s) || !take_fraction(&feed)))
		return no_day(fault);
	if (!take_ofx_zone(&feed, &zoned, &offset_s) || feed.at != feed.end ||
	    !day_of_moment(date, day_s, zoned, offset_s, &date))
		return no_day(fault);
	*ret_date = date;
	return ERR_OK;
}

enum err cfonb_date_parse(struct slice text, struct date *ret_date, struct fault *fault)
{
	struct feed feed = feed_of(text);
	int32_t year, month, day;

	if (!take_number(&feed, 2, &day) || !take_number(&feed, 2, &month) ||
	    !take_number(&feed, 2, &year) || feed.at != feed.end ||
	    date_of_ymd(year + (year < 70 ? 2000 : 1900), month, day, ret_date))
		return no_day(fault);
	return ERR_OK;
}
