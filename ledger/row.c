/*
 * row.c - one row as its canonical line, and back.
 *
 * The line is RFC 8785's form of five members whose order and punctuation are
 * fixed, so it is written and read as constants between five values. What must
 * never become false: row_decode() accepts exactly what row_encode() writes.
 */
#include "ledger/rows.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

/* Digits of 2^53 - 1. */
#define AMOUNT_DIGITS_MAX 16
#define TAG_HEX_CHARS     ((size_t)2 * TAG_BYTES)

static const char EXTRA[] = "{\"extra\":";
static const char FUND[] = ",\"fund\":\"";
static const char GIVER[] = "\",\"giver\":\"";
static const char ROUNDUP[] = "\",\"roundup\":";
static const char TAG[] = ",\"tag\":\"";
static const char END[] = "\"}";

#define LITERAL_CHARS(literal) (sizeof(literal) - 1)

static_assert(LITERAL_CHARS(EXTRA) + AMOUNT_DIGITS_MAX + LITERAL_CHARS(FUND) +
			      ROW_FUND_BYTES_MAX + LITERAL_CHARS(GIVER) +
			      LITERAL_CHARS("company") + LITERAL_CHARS(ROUNDUP) +
			      AMOUNT_DIGITS_MAX + LITERAL_CHARS(TAG) + TAG_HEX_CHARS +
			      LITERAL_CHARS(END) ==
		      ROW_LINE_BYTES_MAX,
	      "the longest line is as long as the header says");

/* ---- givers ---- */

const char *giver_name(enum giver giver)
{
	switch (giver) {
	case GIVER_COMPANY:
		return "company";
	case GIVER_PERSON:
		return "person";
	case GIVER_SELLER:
		return "seller";
	case GIVER__COUNT:
		break;
	}
	abort();
}

enum err giver_parse(struct slice name, enum giver *ret_giver)
{
	for (unsigned i = 0; i < GIVER__COUNT; i++) {
		if (slice_equal_text(name, giver_name((enum giver)i))) {
			*ret_giver = (enum giver)i;
			return ERR_OK;
		}
	}
	return ERR_INVALID;
}

static bool fund_byte_valid(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

/* ---- writing ---- */

static char *put(char *at, const char *text, size_t n)
{
	memcpy(at, text, n);
	return at + n;
}

static char *put_amount(char *at, struct cents amount)
{
	char digits[AMOUNT_DIGITS_MAX];
	size_t n = 0;

	assert(!cents_is_negative(amount));
	for (uint64_t rest = (uint64_t)cents_value(amount); rest > 0 || n == 0;
	     rest /= 10) {
		assert(n < sizeof digits);
		digits[n++] = (char)('0' + rest % 10);
	}
	while (n > 0)
		*at++ = digits[--n];
	return at;
}

static char *put_fund(char *at, const char *fund)
{
	size_t n = strnlen(fund, ROW_FUND_BYTES_MAX + 1);

	assert(n >= 1 && n <= ROW_FUND_BYTES_MAX);
	for (size_t i = 0; i < n; i++)
		assert(fund_byte_valid((uint8_t)fund[i]));
	return put(at, fund, n);
}

static char *put_tag(char *at, const struct tag *tag)
{
	static const char HEX[] = "0123456789abcdef";

	for (size_t i = 0; i < TAG_BYTES; i++) {
		*at++ = HEX[tag->b[i] >> 4];
		*at++ = HEX[tag->b[i] & 15];
	}
	return at;
}

size_t row_encode(const struct row *row, char ret_line[ROW_LINE_BYTES_MAX])
{
	const char *giver = giver_name(row->giver);
	char *at = put(ret_line, EXTRA, LITERAL_CHARS(EXTRA));

	at = put_amount(at, row->extra);
	at = put(at, FUND, LITERAL_CHARS(FUND));
	at = put_fund(at, row->fund);
	at = put(at, GIVER, LITERAL_CHARS(GIVER));
	at = put(at, giver, strlen(giver));
	at = put(at, ROUNDUP, LITERAL_CHARS(ROUNDUP));
	at = put_amount(at, row->roundup);
	at = put(at, TAG, LITERAL_CHARS(TAG));
	at = put_tag(at, &row->tag);
	at = put(at, END, LITERAL_CHARS(END));
	return (size_t)(at - ret_line);
}

/* ---- reading ---- */

/* Each take_ moves *at behind what it read, or returns false. */
struct scan {
	const uint8_t *at;
	const uint8_t *end;
};

static inline bool take(struct scan *scan, const char *text, size_t n)
{
	if ((size_t)(scan->end - scan->at) < n || memcmp(scan->at, text, n) != 0)
		return false;
	scan->at += n;
	return true;
}

#define TAKE(scan, literal) take((scan), (literal), LITERAL_CHARS(literal))

static bool take_amount(struct scan *scan, struct cents *ret_amount)
{
	const uint8_t *start = scan->at;
	uint64_t value = 0;

	while (scan->at < scan->end && scan->at - start < AMOUNT_DIGITS_MAX &&
	       *scan->at >= '0' && *scan->at <= '9')
		value = value * 10 + (uint64_t)(*scan->at++ - '0');
	if (scan->at == start || (*start == '0' && scan->at - start > 1))
		return false;
	return cents_from_outside((int64_t)value, ret_amount) == ERR_OK;
}

static bool take_fund(struct scan *scan, char ret_fund[ROW_FUND_BYTES_MAX + 1])
{
	size_t n = 0;

	while (n < ROW_FUND_BYTES_MAX && scan->at < scan->end &&
	       fund_byte_valid(*scan->at))
		ret_fund[n++] = (char)*scan->at++;
	memset(ret_fund + n, 0, ROW_FUND_BYTES_MAX + 1 - n);
	return n > 0;
}

static bool take_giver(struct scan *scan, enum giver *ret_giver)
{
	if (TAKE(scan, "person"))
		*ret_giver = GIVER_PERSON;
	else if (TAKE(scan, "company"))
		*ret_giver = GIVER_COMPANY;
	else if (TAKE(scan, "seller"))
		*ret_giver = GIVER_SELLER;
	else
		return false;
	return true;
}

/* 16 + the value of each lower-case hexadecimal digit; 0 for any other byte. A
 * table, because 32 comparisons a row would show in the time that a row takes. */
static const uint8_t HEX_VALUE[256] = {
	['0'] = 16, ['1'] = 17, ['2'] = 18, ['3'] = 19, ['4'] = 20, ['5'] = 21,
	['6'] = 22, ['7'] = 23, ['8'] = 24, ['9'] = 25, ['a'] = 26, ['b'] = 27,
	['c'] = 28, ['d'] = 29, ['e'] = 30, ['f'] = 31,
};

static bool take_tag(struct scan *scan, struct tag *ret_tag)
{
	unsigned digits = 16;

	if ((size_t)(scan->end - scan->at) < TAG_HEX_CHARS)
		return false;
	for (size_t i = 0; i < TAG_BYTES; i++) {
		unsigned high = HEX_VALUE[scan->at[2 * i]];
		unsigned low = HEX_VALUE[scan->at[2 * i + 1]];

		digits &= high & low;
		ret_tag->b[i] = (uint8_t)(high << 4 | (low & 15));
	}
	scan->at += TAG_HEX_CHARS;
	return digits != 0;
}

enum err row_decode(struct slice line, struct row *ret_row, struct fault *fault)
{
	struct scan scan = { .at = line.p, .end = line.p + line.n };
	struct row row;

	if (line.n > ROW_LINE_BYTES_MAX || !TAKE(&scan, EXTRA) ||
	    !take_amount(&scan, &row.extra) || !TAKE(&scan, FUND) ||
	    !take_fund(&scan, row.fund) || !TAKE(&scan, GIVER) ||
	    !take_giver(&scan, &row.giver) || !TAKE(&scan, ROUNDUP) ||
	    !take_amount(&scan, &row.roundup) || !TAKE(&scan, TAG) ||
	    !take_tag(&scan, &row.tag) || !TAKE(&scan, END) || scan.at != scan.end)
		return fault_set(fault, ERR_INVALID, "not a row in canonical form");
	*ret_row = row;
	return ERR_OK;
}
