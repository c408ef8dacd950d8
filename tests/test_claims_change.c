/*
 * test_claims_change.c - tags that leave and tags that come: ledger/claims_change.c, and
 * claims_remove() of ledger/claims.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ledger/claims_change.h"
#include "ledger/claims_file.h"

#define MANY 5000 /* pages and runs of them */

static struct claims_file *file;
static struct claims_storage storage;
static struct fault fault;

static struct claims_window window_of(const char *source, int month)
{
	return (struct claims_window){ .source = slice_of_text(source),
				       .company = slice_of_text("a"),
				       .period = { 2026 * 12 + month } };
}

static struct tag tag_of(unsigned n)
{
	struct tag tag = { { 0 } };

	tag.b[0] = (uint8_t)(n >> 8);
	tag.b[1] = (uint8_t)n;
	return tag;
}

static int file_open(void **unused)
{
	(void)unused;
	assert_int_equal(claims_file_open("/tmp", &file, &fault), ERR_OK);
	storage = claims_file_storage(file);
	return 0;
}

static int file_close(void **unused)
{
	(void)unused;
	claims_file_free(file);
	return 0;
}

/* From old to new tags, which must be new but for those that stay. */
static int change(const struct claims_window *window, const struct tag *old, size_t n_old,
		  const struct tag *tags, size_t n)
{
	struct claims_change made;
	size_t conflict;
	int buckets = 9;

	assert_int_equal(claims_change_between(old, n_old, tags, n, &made, &fault),
			 ERR_OK);
	assert_int_equal(claims_change_check(&made, window, &storage, &conflict, &fault),
			 ERR_OK);
	assert_int_equal(conflict, made.n_come);
	assert_int_equal(claims_change_make(&made, window, &storage, &buckets, &fault),
			 ERR_OK);
	claims_change_release(&made);
	return buckets;
}

static bool is_claimed(const struct claims_window *window, unsigned n)
{
	struct tag tag = tag_of(n);
	size_t conflict;

	assert_int_equal(
		claims_window_check(window, &storage, &tag, 1, &conflict, &fault),
		ERR_OK);
	return conflict == 0;
}

static void only_what_differs_leaves_and_comes(void **unused)
{
	const struct tag old[] = { tag_of(1), tag_of(3), tag_of(5) };
	const struct tag tags[] = { tag_of(2), tag_of(3), tag_of(9) };
	struct claims_change made;

	(void)unused;
	assert_int_equal(claims_change_between(old, 3, tags, 3, &made, &fault), ERR_OK);
	assert_int_equal(made.n_leave, 2);
	assert_int_equal(tag_cmp(&made.leave[0], &old[0]), 0);
	assert_int_equal(tag_cmp(&made.leave[1], &old[2]), 0);
	assert_int_equal(made.n_come, 2);
	assert_int_equal(tag_cmp(&made.come[1], &tags[2]), 0);
	assert_int_equal(claims_change_row(&made, 0), 0);
	assert_int_equal(claims_change_row(&made, 1), 2);
	claims_change_release(&made);
}

static void what_left_is_free_and_what_stays_is_not(void **unused)
{
	const struct tag old[] = { tag_of(1), tag_of(3), tag_of(5) };
	const struct tag tags[] = { tag_of(2), tag_of(3) };
	struct claims_window window = window_of("salary", 6);

	(void)unused;
	assert_int_equal(change(&window, NULL, 0, old, 3), 1);
	assert_int_equal(change(&window, old, 3, tags, 2), 0);
	assert_false(is_claimed(&window, 1));
	assert_true(is_claimed(&window, 2));
	assert_true(is_claimed(&window, 3));
	assert_false(is_claimed(&window, 5));
	assert_int_equal(change(&window, tags, 2, NULL, 0), -1);
	assert_int_equal(claims_file_used_bytes(file), 0);
	assert_int_equal(change(&window, NULL, 0, old, 3), 1);
}

static void what_comes_must_be_in_no_other_batch(void **unused)
{
	const struct tag old[] = { tag_of(1) }, other[] = { tag_of(7) };
	const struct tag tags[] = { tag_of(1), tag_of(4), tag_of(7) };
	struct claims_window window = window_of("invoice", 6),
			     next = window_of("invoice", 7);
	struct claims_change made;
	size_t conflict = 0;

	(void)unused;
	(void)change(&window, NULL, 0, old, 1);
	(void)change(&next, NULL, 0, other, 1);
	assert_int_equal(claims_change_between(old, 1, tags, 3, &made, &fault), ERR_OK);
	assert_int_equal(claims_change_check(&made, &window, &storage, &conflict, &fault),
			 ERR_OK);
	assert_int_equal(conflict, 1);
	assert_int_equal(claims_change_row(&made, conflict), 2);
	claims_change_release(&made);
}

static void many_tags_of_many_runs_leave_at_once(void **unused)
{
	static struct tag even[MANY], odd[MANY];
	struct claims_window window = window_of("till", 6);

	(void)unused;
	for (unsigned i = 0; i < MANY; i++) {
		even[i] = tag_of(2 * i);
		odd[i] = tag_of(2 * i + 1);
	}
	(void)change(&window, NULL, 0, even, MANY);
	for (unsigned i = 0; i < MANY; i += 1000)
		(void)change(&window, NULL, 0, odd + i, 10);
	assert_int_equal(change(&window, even, MANY, even + MANY - 1, 1), 0);
	assert_false(is_claimed(&window, 0));
	assert_true(is_claimed(&window, 2 * (MANY - 1)));
	assert_true(is_claimed(&window, 2 * 4000 + 1));
	assert_false(is_claimed(&window, 2 * 4010 + 1));
}

static void a_tag_that_is_not_there_cannot_leave(void **unused)
{
	const struct tag old[] = { tag_of(1), tag_of(3) }, none[] = { tag_of(2) };
	struct claims_window window = window_of("salary", 6);

	(void)unused;
	(void)change(&window, NULL, 0, old, 2);
	assert_int_equal(claims_window_remove(&window, &storage, none, 1, &fault),
			 ERR_CORRUPT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, file_open, file_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(only_what_differs_leaves_and_comes),
		TEST(what_left_is_free_and_what_stays_is_not),
		TEST(what_comes_must_be_in_no_other_batch),
		TEST(many_tags_of_many_runs_leave_at_once),
		TEST(a_tag_that_is_not_there_cannot_leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
