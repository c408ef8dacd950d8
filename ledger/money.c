/*
 * money.c - checked arithmetic on integer cents.
 *
 * Every way into a struct cents goes through cents_in_bound(), so that money.h's
 * rule (1) needs to be believed nowhere else. Products are taken in 128 bits:
 * a bounded amount times a bounded weight is below 2^106.
 */
#include "ledger/money.h"

#include <assert.h>
#include <inttypes.h>

typedef unsigned __int128 wide;

static bool cents_in_bound(int64_t n)
{
	return n >= -CENTS_ABS_MAX && n <= CENTS_ABS_MAX;
}

struct cents cents_of(int64_t n)
{
	assert(cents_in_bound(n));
	return (struct cents){ n };
}

enum err cents_from_outside(int64_t n, struct cents *ret_cents)
{
	if (!cents_in_bound(n))
		return ERR_TOO_BIG;
	*ret_cents = (struct cents){ n };
	return ERR_OK;
}

int64_t cents_value(struct cents c)
{
	return c.raw_cents;
}

/* Two numbers below 2^53 cannot overflow an int64_t; the sum may leave (1). */
enum err cents_add(struct cents a, struct cents b, struct cents *ret_sum)
{
	assert(cents_in_bound(a.raw_cents) && cents_in_bound(b.raw_cents));
	return cents_from_outside(a.raw_cents + b.raw_cents, ret_sum);
}

enum err cents_sub(struct cents a, struct cents b, struct cents *ret_difference)
{
	return cents_add(a, cents_neg(b), ret_difference);
}

struct cents cents_neg(struct cents c)
{
	assert(cents_in_bound(c.raw_cents));
	return (struct cents){ -c.raw_cents };
}

struct cents cents_min(struct cents a, struct cents b)
{
	return a.raw_cents < b.raw_cents ? a : b;
}

int cents_cmp(struct cents a, struct cents b)
{
	return (a.raw_cents > b.raw_cents) - (a.raw_cents < b.raw_cents);
}

bool cents_is_zero(struct cents c)
{
	return c.raw_cents == 0;
}

bool cents_is_negative(struct cents c)
{
	return c.raw_cents < 0;
}

bool cents_is_positive(struct cents c)
{
	return c.raw_cents > 0;
}

enum err cents_percent_floor(struct cents c, uint32_t percent, struct cents *ret_cents)
{
	wide share;

	assert(cents_in_bound(c.raw_cents));
	if (c.raw_cents < 0)
		return ERR_INVALID;
	share = (wide)c.raw_cents * percent / 100;
	if (share > (wide)CENTS_ABS_MAX)
		return ERR_TOO_BIG;
	*ret_cents = (struct cents){ (int64_t)share };
	return ERR_OK;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Reads digits from *text on, moves it past them; stops a number past (1). */
static enum err parse_euros(const char **text, int64_t *ret_euros)
{
	int64_t euros = 0;

	if (!is_digit(**text))
		return ERR_INVALID;
	for (; is_digit(**text); (*text)++) {
		euros = euros * 10 + (**text - '0');
		if (euros > CENTS_ABS_MAX / 100)
			return ERR_TOO_BIG;
	}
	*ret_euros = euros;
	return ERR_OK;
}

/* Reads nothing, or a decimal mark with one or two digits, up to the end. */
static enum err parse_decimals(const char *text, int64_t *ret_cents)
{
	if (*text == '\0') {
		*ret_cents = 0;
		return ERR_OK;
	}
	if ((*text != ',' && *text != '.') || !is_digit(text[1]))
		return ERR_INVALID;
	if (text[2] == '\0') {
		*ret_cents = (text[1] - '0') * 10;
		return ERR_OK;
	}
	if (!is_digit(text[2]) || text[3] != '\0')
		return ERR_INVALID;
	*ret_cents = (text[1] - '0') * 10 + (text[2] - '0');
	return ERR_OK;
}

enum err cents_parse(const char *text, struct cents *ret_cents)
{
	int64_t euros, decimals;
	enum err err = parse_euros(&text, &euros);

	if (err)
		return err;
	err = parse_decimals(text, &decimals);
	if (err)
		return err;
	return cents_from_outside(euros * 100 + decimals, ret_cents);
}

void cents_format(struct cents c, char mark, char ret_text[CENTS_TEXT_BYTES])
{
	uint64_t n = (uint64_t)(c.raw_cents < 0 ? -c.raw_cents : c.raw_cents);
	int bytes;

	assert(cents_in_bound(c.raw_cents));
	bytes = snprintf(ret_text, CENTS_TEXT_BYTES, "%s%" PRIu64 "%c%02u",
			 c.raw_cents < 0 ? "-" : "", n / 100, mark, (unsigned)(n % 100));
	assert(bytes > 0 && bytes < CENTS_TEXT_BYTES);
	(void)bytes; /* only the assertion reads it */
}

/* 1024 weights of at most 2^53 sum to at most 2^63: a uint64_t holds it. */
static_assert(CENTS_SPLIT_WEIGHT_MAX <= UINT64_MAX / CENTS_SPLIT_SHARES_MAX,
	      "the sum of weights fits in 64 bits");

static enum err weights_sum(const uint64_t *weight, size_t n, uint64_t *ret_sum)
{
	uint64_t sum = 0;

	if (n > CENTS_SPLIT_SHARES_MAX)
		return ERR_TOO_BIG;
	for (size_t i = 0; i < n; i++) {
		if (weight[i] > CENTS_SPLIT_WEIGHT_MAX)
			return ERR_TOO_BIG;
		sum += weight[i];
	}
	if (sum == 0)
		return ERR_INVALID;
	*ret_sum = sum;
	return ERR_OK;
}

/* The first of the largest: equal remainders go to the lower index. */
static size_t largest(const uint64_t *remainder, size_t n)
{
	size_t at = 0;

	for (size_t i = 1; i < n; i++)
		if (remainder[i] > remainder[at])
			at = i;
	return at;
}

enum err cents_split(struct cents total, const uint64_t *weight, size_t n,
		     struct cents *ret_share)
{
	uint64_t remainder[CENTS_SPLIT_SHARES_MAX];
	int64_t sign = total.raw_cents < 0 ? -1 : 1;
	int64_t left = total.raw_cents * sign;
	wide whole = (wide)left;
	uint64_t sum;
	enum err err = weights_sum(weight, n, &sum);

	assert(cents_in_bound(total.raw_cents));
	if (err)
		return err;
	for (size_t i = 0; i < n; i++) {
		int64_t floor = (int64_t)(whole * weight[i] / sum);

		remainder[i] = (uint64_t)(whole * weight[i] % sum);
		ret_share[i] = (struct cents){ floor * sign };
		left -= floor;
	}
	assert(left >= 0 && (uint64_t)left < n);
	for (; left > 0; left--) {
		size_t at = largest(remainder, n);

		/* More remainders are above zero than cents are left, so a
		 * weight of zero is never reached. */
		assert(remainder[at] > 0);
		remainder[at] = 0;
		ret_share[at].raw_cents += sign;
	}
	return ERR_OK;
}
