/*
 * fuzz_money.c - amounts as text and in parts (ledger/money.h), and references of
 * transfers (ledger/reference.h).
 */
#include <stdlib.h>
#include <string.h>

#include "ledger/money.h"
#include "ledger/reference.h"
#include "tests/fuzz.h"

#define SHARES_MAX 16

static void text_check(const char *text)
{
	char out[CENTS_TEXT_BYTES];
	struct cents cents, again;

	if (cents_parse(text, &cents) != ERR_OK)
		return;
	FUZZ_MUST(!cents_is_negative(cents));
	cents_format(cents, '.', out);
	FUZZ_MUST(cents_parse(out, &again) == ERR_OK && cents_cmp(again, cents) == 0);
	cents_format(cents, ',', out);
	FUZZ_MUST(cents_parse(out, &again) == ERR_OK && cents_cmp(again, cents) == 0);
}

static void reference_check(const char *text)
{
	char reference[REFERENCE_TEXT_BYTES], printed[REFERENCE_PRINTED_BYTES];
	uint64_t position, again;

	if (reference_parse(slice_of_text(text), &position) != ERR_OK)
		return;
	reference_of_position(position, reference);
	reference_print(reference, printed);
	FUZZ_MUST(reference_parse(slice_of_text(reference), &again) == ERR_OK);
	FUZZ_MUST(again == position);
	FUZZ_MUST(reference_parse(slice_of_text(printed), &again) == ERR_OK);
	FUZZ_MUST(again == position);
}

static void sums_check(struct fuzz_feed *feed)
{
	struct cents a, b, c;

	if (cents_from_outside(fuzz_integer(feed), &a) ||
	    cents_from_outside(fuzz_integer(feed), &b))
		return;
	FUZZ_MUST(cents_cmp(a, b) == -cents_cmp(b, a));
	if (cents_add(a, b, &c) == ERR_OK) {
		FUZZ_MUST(cents_value(c) == cents_value(a) + cents_value(b));
		FUZZ_MUST(cents_sub(c, b, &c) == ERR_OK && cents_cmp(c, a) == 0);
	}
	if (cents_percent_floor(a, fuzz_byte(feed), &c) == ERR_OK)
		FUZZ_MUST(!cents_is_negative(a) && !cents_is_negative(c));
}

static void split_check(struct fuzz_feed *feed)
{
	uint64_t weight[SHARES_MAX], weights = 0;
	struct cents total, share[SHARES_MAX];
	size_t n = fuzz_number(feed, SHARES_MAX + 1);
	int64_t sum = 0;

	if (cents_from_outside(fuzz_integer(feed) >> fuzz_number(feed, 64), &total))
		return;
	for (size_t i = 0; i < n; i++) {
		weight[i] = fuzz_number(feed, CENTS_SPLIT_WEIGHT_MAX);
		weights += weight[i];
	}
	if (cents_split(total, weight, n, share) != ERR_OK) {
		FUZZ_MUST(n == 0 || weights == 0);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		int64_t value = cents_value(share[i]);

		sum += value;
		FUZZ_MUST(weight[i] > 0 || value == 0);
		FUZZ_MUST(value == 0 ||
			  cents_is_negative(share[i]) == cents_is_negative(total));
		if ((uint64_t)llabs(cents_value(total)) <= weights)
			FUZZ_MUST((uint64_t)llabs(value) <= weight[i]);
	}
	FUZZ_MUST(sum == cents_value(total));
}

FUZZ_TARGET(money)
{
	struct fuzz_feed feed = { slice_of(bytes, n) };
	char *text = fuzz_text(bytes, n);
	char printed[REFERENCE_TEXT_BYTES];
	uint64_t position;

	text_check(text);
	reference_check(text);
	sums_check(&feed);
	feed.rest = slice_of(bytes, n);
	split_check(&feed);
	reference_of_position(fuzz_number(&feed, UINT64_MAX), printed);
	FUZZ_MUST(reference_parse(slice_of_text(printed), &position) == ERR_OK);
	free(text);
	return 0;
}
