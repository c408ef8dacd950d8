/*
 * test_money.c - amounts: bounds, parsing, rounding, and splits that lose nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ledger/money.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static void the_bound_is_the_greatest_integer_that_json_readers_keep(void **state)
{
	struct cents c = cents_of(7);

	(void)state;
	assert_int_equal(cents_from_outside(9007199254740991, &c), ERR_OK);
	assert_int_equal(cents_value(c), 9007199254740991);
	assert_int_equal(cents_from_outside(9007199254740992, &c), ERR_TOO_BIG);
	assert_int_equal(cents_from_outside(-9007199254740992, &c), ERR_TOO_BIG);
	assert_int_equal(cents_from_outside(INT64_MIN, &c), ERR_TOO_BIG);
	assert_int_equal(cents_value(c), 9007199254740991);
}

static void a_sum_past_the_bound_is_refused_and_nothing_is_written(void **state)
{
	struct cents max = cents_of(CENTS_ABS_MAX), c = cents_of(7);

	(void)state;
	assert_int_equal(cents_add(max, cents_of(1), &c), ERR_TOO_BIG);
	assert_int_equal(cents_sub(cents_neg(max), cents_of(1), &c), ERR_TOO_BIG);
	assert_int_equal(cents_value(c), 7);
	assert_int_equal(cents_add(max, cents_of(-1), &c), ERR_OK);
	assert_int_equal(cents_value(c), CENTS_ABS_MAX - 1);
	assert_int_equal(cents_sub(max, max, &c), ERR_OK);
	assert_true(cents_is_zero(c));
}

static void amounts_compare_by_value_and_know_their_sign(void **state)
{
	struct cents less = cents_of(-3), more = cents_of(2);

	(void)state;
	assert_int_equal(cents_cmp(less, more), -1);
	assert_int_equal(cents_cmp(more, less), 1);
	assert_int_equal(cents_cmp(more, more), 0);
	assert_int_equal(cents_value(cents_min(more, less)), -3);
	assert_true(cents_is_negative(less) && !cents_is_positive(less));
	assert_true(cents_is_positive(more) && !cents_is_negative(more));
	assert_true(cents_is_zero(CENTS_ZERO) && !cents_is_positive(CENTS_ZERO) &&
		    !cents_is_negative(CENTS_ZERO));
}

static void a_percentage_is_rounded_down(void **state)
{
	struct cents c = cents_of(7);

	(void)state;
	assert_int_equal(cents_percent_floor(cents_of(333), 50, &c), ERR_OK);
	assert_int_equal(cents_value(c), 166);
	assert_int_equal(cents_percent_floor(cents_of(199), 0, &c), ERR_OK);
	assert_int_equal(cents_value(c), 0);
	assert_int_equal(cents_percent_floor(cents_of(CENTS_ABS_MAX), 100, &c), ERR_OK);
	assert_int_equal(cents_value(c), CENTS_ABS_MAX);
	assert_int_equal(cents_percent_floor(cents_of(CENTS_ABS_MAX), 101, &c),
			 ERR_TOO_BIG);
	assert_int_equal(cents_percent_floor(cents_of(CENTS_ABS_MAX), UINT32_MAX, &c),
			 ERR_TOO_BIG);
	assert_int_equal(cents_percent_floor(cents_of(-1), 50, &c), ERR_INVALID);
	assert_int_equal(cents_value(c), CENTS_ABS_MAX);
}

static void an_amount_is_read_as_payroll_files_write_it(void **state)
{
	static const struct {
		const char *text;
		int64_t cents;
	} row[] = {
		{ "0", 0 },        { "12", 1200 },
		{ "12,3", 1230 },  { "12.34", 1234 },
		{ "12,34", 1234 }, { "0,01", 1 },
		{ "007,50", 750 }, { "90071992547409,91", CENTS_ABS_MAX },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(row); i++) {
		struct cents c;

		assert_int_equal(cents_parse(row[i].text, &c), ERR_OK);
		assert_int_equal(cents_value(c), row[i].cents);
	}
}

static void any_other_writing_of_an_amount_is_refused(void **state)
{
	static const char *const invalid[] = {
		"",
		",50",
		"12,",
		"12.",
		"12,345",
		"1 234,56",
		"-1",
		"+1",
		"1.234,5",
		"1,2,3",
		" 1",
		"1 ",
		"1e3",
		"0x10",
		"12,3a",
		"12a",
		"12,a",
		"1\xc2\xa0"
		"234",
		"\xe2\x82\xac"
		"5",
		"12 €",
	};
	struct cents c = cents_of(7);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(invalid); i++)
		assert_int_equal(cents_parse(invalid[i], &c), ERR_INVALID);
	assert_int_equal(cents_parse("90071992547409,92", &c), ERR_TOO_BIG);
	assert_int_equal(cents_parse("90071992547410", &c), ERR_TOO_BIG);
	assert_int_equal(cents_parse("999999999999999999999999999999", &c), ERR_TOO_BIG);
	assert_int_equal(cents_value(c), 7);
}

static void an_amount_is_written_with_two_decimals_and_the_given_mark(void **state)
{
	char text[CENTS_TEXT_BYTES];

	(void)state;
	cents_format(cents_of(123456), '.', text);
	assert_string_equal(text, "1234.56");
	cents_format(cents_of(-5), ',', text);
	assert_string_equal(text, "-0,05");
	cents_format(CENTS_ZERO, ',', text);
	assert_string_equal(text, "0,00");
	cents_format(cents_of(-CENTS_ABS_MAX), '.', text);
	assert_string_equal(text, "-90071992547409.91");
}

static void assert_split(int64_t total, const uint64_t *weight, size_t n,
			 const int64_t *expected)
{
	struct cents share[16];

	assert_int_equal(cents_split(cents_of(total), weight, n, share), ERR_OK);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(cents_value(share[i]), expected[i]);
}

static void the_headers_example_of_a_split_holds(void **state)
{
	(void)state;
	assert_split(100, (const uint64_t[]){ 1, 1, 4 }, 3,
		     (const int64_t[]){ 17, 17, 66 });
}

static void equal_remainders_go_to_the_lower_index(void **state)
{
	(void)state;
	assert_split(2, (const uint64_t[]){ 1, 1, 1 }, 3, (const int64_t[]){ 1, 1, 0 });
	assert_split(10, (const uint64_t[]){ 5, 5, 5, 5 }, 4,
		     (const int64_t[]){ 3, 3, 2, 2 });
}

static void the_largest_remainder_comes_first_whatever_its_index(void **state)
{
	/* 1001 in basis points: 500,5 - 350,35 - 150,15. */
	(void)state;
	assert_split(1001, (const uint64_t[]){ 1500, 3500, 5000 }, 3,
		     (const int64_t[]){ 150, 350, 501 });
}

static void a_negative_total_is_the_mirror_of_the_positive(void **state)
{
	(void)state;
	assert_split(-100, (const uint64_t[]){ 1, 1, 4 }, 3,
		     (const int64_t[]){ -17, -17, -66 });
}

static void a_weight_of_zero_gets_nothing(void **state)
{
	(void)state;
	assert_split(5, (const uint64_t[]){ 0, 1, 0, 1, 0 }, 5,
		     (const int64_t[]){ 0, 3, 0, 2, 0 });
	assert_split(0, (const uint64_t[]){ 3, 4 }, 2, (const int64_t[]){ 0, 0 });
}

static void a_split_that_cannot_be_is_refused_and_nothing_is_written(void **state)
{
	static uint64_t many[CENTS_SPLIT_SHARES_MAX + 1];
	uint64_t zero[2] = { 0, 0 }, big[2] = { 1, CENTS_SPLIT_WEIGHT_MAX + 1 };
	struct cents share[2] = { cents_of(7), cents_of(7) };

	(void)state;
	many[0] = 1;
	assert_int_equal(cents_split(cents_of(5), zero, 2, share), ERR_INVALID);
	assert_int_equal(cents_split(cents_of(5), zero, 0, share), ERR_INVALID);
	assert_int_equal(cents_split(cents_of(5), big, 2, share), ERR_TOO_BIG);
	assert_int_equal(cents_split(cents_of(5), many, COUNT_OF(many), share),
			 ERR_TOO_BIG);
	assert_int_equal(cents_value(share[0]), 7);
	assert_int_equal(cents_value(share[1]), 7);
}

static void the_largest_split_of_all_neither_overflows_nor_loses_a_cent(void **state)
{
	static uint64_t weight[CENTS_SPLIT_SHARES_MAX];
	static struct cents share[CENTS_SPLIT_SHARES_MAX];
	int64_t sum = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(weight); i++)
		weight[i] = CENTS_SPLIT_WEIGHT_MAX;
	assert_int_equal(
		cents_split(cents_of(-CENTS_ABS_MAX), weight, COUNT_OF(weight), share),
		ERR_OK);
	for (size_t i = 0; i < COUNT_OF(share); i++)
		sum += cents_value(share[i]);
	assert_int_equal(sum, -CENTS_ABS_MAX);
	assert_int_equal(cents_value(share[0]) - cents_value(share[1023]), -1);
}

/* A small fixed generator: the cases are many, and the same on every machine. */
static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static void every_split_sums_to_its_total_and_pays_no_weight_twice(void **state)
{
	uint64_t seed = 20261122;

	(void)state;
	for (int round = 0; round < 5000; round++) {
		uint64_t weight[12];
		struct cents share[12];
		size_t n = 1 + next_random(&seed) % COUNT_OF(weight);
		int64_t weights = 0, sum = 0, total;

		for (size_t i = 0; i < n; i++) {
			weight[i] = next_random(&seed) % (i % 3 ? 1000 : 3);
			weights += (int64_t)weight[i];
		}
		weight[0]++, weights++;
		total = (int64_t)(next_random(&seed) % (uint64_t)(weights + 1));
		assert_int_equal(cents_split(cents_of(total), weight, n, share), ERR_OK);
		for (size_t i = 0; i < n; i++) {
			int64_t scaled = total * (int64_t)weight[i];

			sum += cents_value(share[i]);
			assert_in_range(cents_value(share[i]), 0, weight[i]);
			assert_in_range(cents_value(share[i]), scaled / weights,
					scaled / weights + 1);
		}
		assert_int_equal(sum, total);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_bound_is_the_greatest_integer_that_json_readers_keep),
		cmocka_unit_test(a_sum_past_the_bound_is_refused_and_nothing_is_written),
		cmocka_unit_test(amounts_compare_by_value_and_know_their_sign),
		cmocka_unit_test(a_percentage_is_rounded_down),
		cmocka_unit_test(an_amount_is_read_as_payroll_files_write_it),
		cmocka_unit_test(any_other_writing_of_an_amount_is_refused),
		cmocka_unit_test(
			an_amount_is_written_with_two_decimals_and_the_given_mark),
		cmocka_unit_test(the_headers_example_of_a_split_holds),
		cmocka_unit_test(equal_remainders_go_to_the_lower_index),
		cmocka_unit_test(the_largest_remainder_comes_first_whatever_its_index),
		cmocka_unit_test(a_negative_total_is_the_mirror_of_the_positive),
		cmocka_unit_test(a_weight_of_zero_gets_nothing),
		cmocka_unit_test(
			a_split_that_cannot_be_is_refused_and_nothing_is_written),
		cmocka_unit_test(
			the_largest_split_of_all_neither_overflows_nor_loses_a_cent),
		cmocka_unit_test(every_split_sums_to_its_total_and_pays_no_weight_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
