/*
 * hook_value.c - ids, amounts and moments as payment providers write them.
 */
#include "gateway/hook_value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_id_char(uint8_t c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '_' || c == '-';
}

bool hook_id_of_text(struct slice text, const char *prefix,
		     char ret_id[MOVEMENT_ID_CHARS_MAX + 1])
{
	size_t prefix_n = strlen(prefix);

	if (text.n <= prefix_n || text.n > MOVEMENT_ID_CHARS_MAX ||
	    memcmp(text.p, prefix, prefix_n) != 0)
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (!is_id_char(text.p[i]))
			return false;
	memcpy(ret_id, text.p, text.n);
	ret_id[text.n] = '\0';
	return true;
}

bool hook_id_of_want(const struct json_want *want, const char *prefix,
		     char ret_id[MOVEMENT_ID_CHARS_MAX + 1])
{
	struct json_want id = { .path = "id" };
	void *texts;
	bool is_read;

	if (want->token == JSON_TOKEN_TEXT)
		return hook_id_of_text(want->text, prefix, ret_id);
	if (want->token != JSON_TOKEN_OBJECT ||
	    json_pick(want->text, &id, 1, &texts, NULL) != ERR_OK)
		return false;
	is_read = id.token == JSON_TOKEN_TEXT && hook_id_of_text(id.text, prefix, ret_id);
	free(texts);
	return is_read;
}

bool hook_id_of_integer(const struct json_want *want,
			char ret_id[MOVEMENT_ID_CHARS_MAX + 1])
{
	if (want->token != JSON_TOKEN_INTEGER || want->integer <= 0)
		return false;
	snprintf(ret_id, MOVEMENT_ID_CHARS_MAX + 1, "%lld", (long long)want->integer);
	return true;
}

/* ---- amounts ---- */

/* Digits from *at on, as many as there are. */
static struct slice digits_take(struct slice text, size_t *at)
{
	size_t start = *at;

	while (*at < text.n && is_digit(text.p[*at]))
		++*at;
	return slice_of(text.p + start, *at - start);
}

/* |n| stays below 10^18, whatever comes: HOOK_AMOUNT_CHARS_MAX does not see to that. */
static bool digits_add(struct slice digits, int64_t *n)
{
	for (size_t i = 0; i < digits.n; i++) {
		if (*n >= INT64_C(100000000000000000))
			return false;
		*n = *n * 10 + (digits.p[i] - '0');
	}
	return true;
}

/* Brings the places of a fraction to those that are wanted; what is cut is zeroes. */
static bool fraction_fit(struct slice *fraction, unsigned places, unsigned *ret_missing)
{
	while (fraction->n > places) {
		if (fraction->p[fraction->n - 1] != '0')
			return false;
		fraction->n--;
	}
	*ret_missing = places - (unsigned)fraction->n;
	return true;
}

bool hook_decimal_parse(struct slice text, unsigned places, int64_t *ret_n)
{
	static const uint8_t zeroes[] = "00000000";
	struct slice whole, fraction = { NULL, 0 };
	bool is_negative;
	unsigned missing;
	size_t at = 0;
	int64_t n = 0;

	if (text.n == 0 || text.n > HOOK_AMOUNT_CHARS_MAX || places > sizeof zeroes - 1)
		return false;
	is_negative = text.p[0] == '-';
	at += is_negative;
	whole = digits_take(text, &at);
	if (whole.n == 0)
		return false;
	if (at < text.n && text.p[at] == '.') {
		at++;
		fraction = digits_take(text, &at);
		if (fraction.n == 0)
			return false;
	}
	if (at != text.n || !fraction_fit(&fraction, places, &missing) ||
	    !digits_add(whole, &n) || !digits_add(fraction, &n) ||
	    !digits_add(slice_of(zeroes, missing), &n))
		return false;
	*ret_n = is_negative ? -n : n;
	return true;
}

bool hook_amount_of_decimal(const struct json_want *want, struct cents *ret_cents)
{
	int64_t n;

	return want->token == JSON_TOKEN_TEXT && hook_decimal_parse(want->text, 2, &n) &&
	       cents_from_outside(n, ret_cents) == ERR_OK;
}

bool hook_amount_of_integer(const struct json_want *want, struct cents *ret_cents)
{
	return want->token == JSON_TOKEN_INTEGER &&
	       cents_from_outside(want->integer, ret_cents) == ERR_OK;
}

static bool currency_is_euro(const struct json_want *currency)
{
	return json_want_is(currency, "EUR") || json_want_is(currency, "eur");
}

bool movement_set_amount(struct movement *movement, bool is_read, struct cents amount,
			 const struct json_want *currency)
{
	if (!currency_is_euro(currency))
		movement_park(movement, "its currency is not the euro");
	else if (!is_read)
		movement_park(movement, "its amount is no whole number of cents");
	else if (!cents_is_positive(amount))
		movement_park(movement, "its amount is not above zero");
	else
		movement->amount = amount;
	return movement->state != MOVEMENT_PARKED;
}

/* ---- moments ---- */

/* n digits at that place. */
static bool number_at(struct slice text, size_t at, size_t n, int32_t *ret_number)
{
	int32_t number = 0;

	if (at + n > text.n)
		return false;
	for (size_t i = at; i < at + n; i++) {
		if (!is_digit(text.p[i]))
			return false;
		number = number * 10 + (text.p[i] - '0');
	}
	*ret_number = number;
	return true;
}

static bool char_at(struct slice text, size_t at, char c)
{
	return at < text.n && text.p[at] == (uint8_t)c;
}

static bool day_at(struct slice text, struct date *ret_date)
{
	int32_t year, month, day;

	return number_at(text, 0, 4, &year) && char_at(text, 4, '-') &&
	       number_at(text, 5, 2, &month) && char_at(text, 7, '-') &&
	       number_at(text, 8, 2, &day) &&
	       date_of_ymd(year, month, day, ret_date) == ERR_OK;
}

/* "Z", "+02:00" or "+0200" as the rest of the text, in seconds. */
static bool offset_at(struct slice text, size_t at, int32_t *ret_offset_s)
{
	int32_t hours, minutes;
	size_t colon;

	if (char_at(text, at, 'Z') && at + 1 == text.n) {
		*ret_offset_s = 0;
		return true;
	}
	if (!char_at(text, at, '+') && !char_at(text, at, '-'))
		return false;
	colon = char_at(text, at + 3, ':');
	if (!number_at(text, at + 1, 2, &hours) ||
	    !number_at(text, at + 3 + colon, 2, &minutes) || at + 5 + colon != text.n ||
	    hours > 23 || minutes > 59)
		return false;
	*ret_offset_s = hours * 3600 + minutes * 60;
	if (char_at(text, at, '-'))
		*ret_offset_s = -*ret_offset_s;
	return true;
}

bool hook_moment_parse(struct slice text, int64_t *ret_utc_s)
{
	int32_t hour, minute, second, offset_s;
	struct date day;
	size_t at = 19;

	if (!day_at(text, &day) || !char_at(text, 10, 'T') ||
	    !number_at(text, 11, 2, &hour) || !char_at(text, 13, ':') ||
	    !number_at(text, 14, 2, &minute) || !char_at(text, 16, ':') ||
	    !number_at(text, 17, 2, &second) || hour > 23 || minute > 59 || second > 60)
		return false;
	if (char_at(text, at, '.')) {
		at++;
		if (digits_take(text, &at).n == 0)
			return false;
	}
	if (!offset_at(text, at, &offset_s))
		return false;
	*ret_utc_s =
		(int64_t)day.day * DAY_S + hour * 3600 + minute * 60 + second - offset_s;
	return true;
}

bool hook_date_of_want(const struct json_want *want, struct date *ret_date)
{
	int64_t utc_s;

	if (want->token == JSON_TOKEN_INTEGER)
		utc_s = want->integer;
	else if (want->token != JSON_TOKEN_TEXT)
		return false;
	else if (want->text.n == DATE_TEXT_BYTES - 1)
		return day_at(want->text, ret_date);
	else if (!hook_moment_parse(want->text, &utc_s))
		return false;
	return date_paris(utc_s, ret_date) == ERR_OK;
}
