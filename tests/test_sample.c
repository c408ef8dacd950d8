/*
 * test_sample.c - an auditor's sample, against figures that were worked out apart from
 * our code (Python's hashlib), and by its properties.
 *
 * Of reports/sample.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reports/sample.h"

static struct hash root_of_32(void)
{
	struct hash root;

	for (int i = 0; i < HASH_BYTES; i++)
		root.b[i] = (uint8_t)i;
	return root;
}

static void the_start_is_of_the_root_and_the_seed(void **state)
{
	struct hash root = root_of_32();
	struct sample sample;

	(void)state;
	sample_plan(&root, slice_of_text("2026"), 10, cents_of(10009), &sample);
	assert_int_equal(sample.interval, 1000);
	assert_int_equal(sample.start, 331);
	sample_plan(&root, slice_of_text("2027"), 10, cents_of(10009), &sample);
	assert_int_equal(sample.start, 514);
	root.b[31] ^= 1;
	sample_plan(&root, slice_of_text("2027"), 10, cents_of(10009), &sample);
	assert_int_not_equal(sample.start, 514);
}

static void each_hit_is_in_the_entry_that_holds_its_cent(void **state)
{
	static const int64_t amounts[] = { 250, 4000, 1, 749, 2000, 1000, 2000 };
	static const int64_t hits[] = { 0, 4, 0, 1, 2, 1, 2 };
	struct hash root = root_of_32();
	struct sample sample;
	int64_t unit;

	(void)state;
	sample_plan(&root, slice_of_text("2026"), 10, cents_of(10000), &sample);
	for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++) {
		assert_int_equal(sample_take(&sample, cents_of(amounts[i]), &unit),
				 hits[i]);
		if (i == 1)
			assert_int_equal(unit, 331);
		if (i == 3)
			assert_int_equal(unit, 4331);
	}
	assert_int_equal(sample.before, 10000);
}

/* Whatever the amounts and the number wanted. */
static void large_entries_are_always_taken_and_the_number_is_kept(void **state)
{
	struct hash root = root_of_32();
	uint32_t dice = 7;

	(void)state;
	for (int trial = 0; trial < 500; trial++) {
		int64_t amounts[60], book = 0, units, total = 0, unit;
		struct sample sample;

		root.b[0] = (uint8_t)trial;
		for (int i = 0; i < 60; i++) {
			dice = dice * 1103515245u + 12345u;
			amounts[i] = (int64_t)(dice >> 8) % (trial % 7 ? 5000 : 20);
			book += amounts[i];
		}
		units = 1 + trial % 90;
		sample_plan(&root, slice_of_text("any"), units, cents_of(book), &sample);
		for (int i = 0; i < 60; i++) {
			int64_t hits = sample_take(&sample, cents_of(amounts[i]), &unit);

			if (sample_is_large(&sample, cents_of(amounts[i])))
				assert_true(hits >= 1);
			total += hits;
		}
		assert_true(total >= (book >= units ? units : book));
		assert_true(book < 40 * units || total <= units + 2 + units / 20);
	}
}

static void nothing_gives_nothing(void **state)
{
	struct hash root = root_of_32();
	struct sample sample;
	int64_t unit;

	(void)state;
	sample_plan(&root, slice_of_text(""), 60, CENTS_ZERO, &sample);
	assert_int_equal(sample.interval, 1);
	assert_int_equal(sample_take(&sample, CENTS_ZERO, &unit), 0);
}

static void attributes_are_drawn_one_by_one(void **state)
{
	static const uint64_t drawn[] = { 58, 2, 71, 58 };
	struct hash root = root_of_32();

	(void)state;
	for (uint64_t i = 0; i < 4; i++)
		assert_int_equal(sample_attribute(&root, slice_of_text("2026"), i, 100),
				 drawn[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_start_is_of_the_root_and_the_seed),
		cmocka_unit_test(each_hit_is_in_the_entry_that_holds_its_cent),
		cmocka_unit_test(large_entries_are_always_taken_and_the_number_is_kept),
		cmocka_unit_test(nothing_gives_nothing),
		cmocka_unit_test(attributes_are_drawn_one_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
