/*
 * money.h - amounts of euros: integer cents in a type of their own.
 *
 * The number inside struct cents is touched in money.h and money.c only. Who
 * adds two amounts has to say what happens when they do not fit, and nobody
 * mixes an amount with a count. There is no floating point.
 *
 *  (1) |n| <= CENTS_ABS_MAX = 2^53 - 1 in every struct cents that a function
 *      here returned: the greatest integer that every JSON reader keeps exact.
 *      Past it a function returns ERR_TOO_BIG and writes nothing.
 *  (2) A split loses and invents no cent: the shares sum to the total.
 */
#ifndef ARRONDI_LEDGER_MONEY_H
#define ARRONDI_LEDGER_MONEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/fault.h"

#define CENTS_ABS_MAX ((INT64_C(1) << 53) - 1)

/* A weight of cents_split() is at most 2^53, and there are at most so many. */
#define CENTS_SPLIT_WEIGHT_MAX (UINT64_C(1) << 53)
#define CENTS_SPLIT_SHARES_MAX 1024

/* Enough for cents_format() with its NUL. */
#define CENTS_TEXT_BYTES 40

struct cents {
	int64_t raw_cents;
};

#define CENTS_ZERO ((struct cents){ 0 })

/* For numbers whose bound is our own promise (a constant, a decoded entry whose
 * members are already checked): asserts (1). */
struct cents cents_of(int64_t n);

/* For numbers that come from outside: ERR_TOO_BIG past (1). */
MUST_USE enum err cents_from_outside(int64_t n, struct cents *ret_cents);

/* The number, for those who encode, store or bind it. Not for arithmetic. */
int64_t cents_value(struct cents c);

MUST_USE enum err cents_add(struct cents a, struct cents b, struct cents *ret_sum);
MUST_USE enum err cents_sub(struct cents a, struct cents b, struct cents *ret_difference);

/* These cannot fail: the bound of (1) is symmetric. */
struct cents cents_neg(struct cents c);
struct cents cents_min(struct cents a, struct cents b);
int cents_cmp(struct cents a, struct cents b); /* -1, 0 or 1 */
bool cents_is_zero(struct cents c);
bool cents_is_negative(struct cents c);
bool cents_is_positive(struct cents c);

/* floor(c × percent / 100): 3,33 at 50 % is 1,66. ERR_INVALID where c is
 * negative, ERR_TOO_BIG where the result is past (1). */
MUST_USE enum err cents_percent_floor(struct cents c, uint32_t percent,
				      struct cents *ret_cents);

/*
 * Reads an amount as payroll files write it: digits, then optionally one comma
 * or point and one or two digits; "12", "12,3", "12.34". Nothing else: no sign,
 * blank, grouping or currency, and not ",50" or "12,". ERR_INVALID for another
 * shape, ERR_TOO_BIG past (1).
 */
MUST_USE enum err cents_parse(const char *text, struct cents *ret_cents);

/* Writes "-1234.56", with the given decimal mark and always two decimals. */
void cents_format(struct cents c, char mark, char ret_text[CENTS_TEXT_BYTES]);

/*
 * Splits total over n weights by largest remainder:
 *
 *   1. share i is floor(total × weight[i] / sum of weights);
 *   2. the cents that are left, fewer than n, go one by one to the shares with
 *      the largest remainders of those divisions; equal remainders go to the
 *      lower index. Callers order the weights by fund id, or by the policy.
 *
 * Example: 100 cents over the weights 1, 1, 4. Floors 16, 16, 66; remainders
 * 4/6, 4/6, 4/6; two cents are left: 17, 17, 66.
 *
 * A negative total is split as its absolute value, each share then negated. A
 * weight of zero gets nothing, and where |total| is at most the sum of weights
 * no share is past its weight (so a settlement never overpays a receivable).
 *
 * ERR_INVALID where n or the sum of weights is zero; ERR_TOO_BIG where a weight
 * or n is past its limit. ret_share[0..n-1] is written only on success.
 */
MUST_USE enum err cents_split(struct cents total, const uint64_t *weight, size_t n,
			      struct cents *ret_share);

#endif
