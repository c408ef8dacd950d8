/*
 * test_accounting.c - the accounts say the same as the books, and each voucher balances.
 * Of reports/accounting.c, reports/accounting_names.c, reports/accounting_subs.c,
 * reports/accounting_grants.c, reports/accounting_close.c and reports/plan.c.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/accounting_rig.h"
#include "tests/random_year.h"
#include "tests/story.h"

#define LILAS       "employer:000001016"
#define FUNDER      "funder:000009316"
#define DIGEST      "'5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9'"
#define YEARS       12
#define YEAR_STEPS  150
#define YEAR_ROUNDS 2

/* ---- what each voucher must be ---- */

struct seen {
	size_t vouchers;
};

static enum err see(void *ctx, const struct accounting *accounting,
		    const struct voucher *voucher, struct fault *fault)
{
	struct seen *seen = ctx;
	int64_t sum = 0;

	(void)fault;
	(void)accounting;
	seen->vouchers++;
	assert_true(voucher->count >= 2);
	for (size_t i = 0; i < voucher->count; i++) {
		assert_false(cents_is_zero(voucher->lines[i].amount));
		sum += cents_value(voucher->lines[i].amount);
		for (size_t k = 0; k < i; k++)
			assert_true(voucher->lines[k].account !=
				    voucher->lines[i].account);
	}
	assert_int_equal(sum, 0);
	assert_true(date_cmp(voucher->date, voucher->valid_on) <= 0);
	assert_true(voucher->label[0]);
	return ERR_OK;
}

/* ---- against the books ---- */

static int64_t books_sum(struct world *world, const char *prefix, const char *flow)
{
	struct movement_view *moves = NULL;
	struct date first = { .day = 0 }, last = { .day = DATE_DAY_MAX };
	struct fault fault;
	size_t count = 0;
	int64_t sum = 0;

	assert_int_equal(query_movements(world->books, prefix, first, last, &moves,
					 &count, &fault),
			 ERR_OK);
	for (size_t i = 0; i < count; i++)
		if (strncmp(moves[i].flow, flow, strlen(flow)) == 0)
			sum += cents_value(moves[i].within);
	free(moves);
	return sum;
}

/* All that the promises have brought, less what was given back: what is pledged still,
 * and what the funds were credited by promises' flows. */
static int64_t books_promised(struct world *world)
{
	static const char *const flows[] = { "salary",       "invoice", "till",
					     "match",        "gift",    "patronage",
					     "contribution", "refunded" };
	int64_t sum = books_sum(world, "pledged/", "");

	for (size_t i = 0; i < sizeof flows / sizeof *flows; i++)
		sum += books_sum(world, "fund/", flows[i]);
	return sum;
}

static void agrees(struct world *world, const struct accounting *accounting)
{
	int64_t all = 0, spent;

	for (char class[] = "1"; *class <= '8'; ++*class)
		all += rig_balance_all(accounting, class);
	assert_int_equal(all, 0);
	assert_int_equal(rig_balance_all(accounting, "512"),
			 books_sum(world, "bank", "") + books_sum(world, "account/", ""));
	assert_int_equal(rig_balance_all(accounting, "4718"),
			 books_sum(world, "suspense/", ""));
	assert_int_equal(rig_balance_all(accounting, "5115"),
			 books_sum(world, "transit/", ""));
	assert_int_equal(rig_balance_all(accounting, "4671"),
			 books_sum(world, "receivable/", ""));
	assert_int_equal(rig_balance_all(accounting, "4682"),
			 books_sum(world, "credit/", ""));
	assert_int_equal(rig_balance_all(accounting, "754") +
				 rig_balance_all(accounting, "755") +
				 rig_balance_all(accounting, "654") +
				 rig_balance_all(accounting, "10232") +
				 rig_balance_all(accounting, "1081"),
			 books_promised(world));
	assert_int_equal(
		rig_balance_all(accounting, "627") + rig_balance_all(accounting, "604") +
			rig_balance_all(accounting, "628"),
		books_sum(world, "fund/", "fee") + books_sum(world, "fund/", "expense"));
	spent = -books_sum(world, "ordered/", "paid") -
		books_sum(world, "committed/", "returned");
	assert_int_equal(rig_balance_all(accounting, "6571") +
				 rig_balance_all(accounting, "4683"),
			 -spent + books_sum(world, "fund/", "restituted"));
	assert_int_equal(rig_balance_all(accounting, "86"),
			 books_sum(world, "inkind/", ""));
	assert_int_equal(rig_balance_all(accounting, "87"),
			 books_sum(world, "voluntary/", ""));
	/* What stands as dedicated came through 689 and left through 789. */
	assert_int_equal(rig_balance_all(accounting, "19"),
			 -rig_balance_all(accounting, "689") -
				 rig_balance_all(accounting, "789"));
}

static void test_a_random_year_agrees_with_the_books(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= YEARS; seed++) {
		struct exercise_request requests[YEAR_ROUNDS] = {
			rig_days("1990-01-01", "2099-12-31"), { .has_year = false }
		};
		struct world *world = world_new();
		struct dice dice = { .state = seed };

		random_begin(world);
		for (int step = 0; step < YEAR_STEPS; step++) {
			if (seed % 2 && step == YEAR_STEPS / 2)
				random_bank(world);
			random_play(world, &dice);
		}
		for (int round = 0; round < YEAR_ROUNDS; round++) {
			struct seen seen = { .vouchers = 0 };
			struct voucher_sink sink = { .ctx = &seen, .put = see };
			struct accounting *accounting =
				rig_accounting(world, &requests[round], &sink);
			struct voucher opening;
			struct fault fault;
			int64_t sum = 0;

			assert_true(seen.vouchers > 0);
			agrees(world, accounting);
			assert_int_equal(accounting_opening(accounting, &opening, &fault),
					 ERR_OK);
			for (size_t i = 0; i < opening.count; i++)
				sum += cents_value(opening.lines[i].amount);
			assert_int_equal(sum, 0);
			accounting_free(accounting);
		}
		world_free(world);
	}
}

static void test_the_story_agrees_with_the_books(void **state)
{
	struct exercise_request request = rig_year(2026);
	struct world *world = world_new();
	struct accounting *accounting;
	struct story story;

	(void)state;
	story_tell(world, &story);
	accounting = rig_accounting(world, &request, NULL);
	agrees(world, accounting);
	assert_int_equal(rig_balance_all(accounting, "4683"), 0);
	accounting_free(accounting);
	world_free(world);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_a_random_year_agrees_with_the_books),
	cmocka_unit_test(test_the_story_agrees_with_the_books),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
