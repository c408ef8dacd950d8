/*
 * test_books_random.c - months that nobody would think of, and what must hold.
 *
 * Seeded sequences of batches, gifts, conventions, transfers, refunds, chargebacks,
 * write-offs, reversals, redirections, new terms, allocations, votes, payments and what
 * comes back of them, valid or not. After each one the books are
 * added up from their parts by this file alone, and at the end a replay must give the
 * same state. A failure prints its seed; ARRONDI_SEED=N runs that one.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ledger/books_query_receipt.h"
#include "ledger/state.h"
#include "tests/random_year.h"

#define SEEDS 24

/* ---- what must hold ---- */

static int64_t value_of(const struct state_cursor *cursor)
{
	struct record_reader reader = record_reader(cursor->value);

	return record_read_integer(&reader);
}

/* The sum of what stands under a prefix, each of it at least `least`. */
static int64_t sum_under(struct world *world, const char *prefix, int64_t least)
{
	struct state_cursor cursor;
	int64_t sum = 0;

	for (state_first(world->state, &cursor, prefix); cursor.found;
	     state_next(world->state, &cursor)) {
		assert_true(value_of(&cursor) >= least);
		sum += value_of(&cursor);
	}
	return sum;
}

/* Open lines, whose keys end in /FUND/EARMARK. */
static int64_t sum_of_sub_balance(struct world *world, const char *fund,
				  const char *earmark)
{
	struct state_cursor cursor;
	char tail[160];
	int64_t sum = 0;

	snprintf(tail, sizeof tail, "/%s/%s", fund, earmark);
	for (state_first(world->state, &cursor, "open/"); cursor.found;
	     state_next(world->state, &cursor)) {
		size_t n = strlen(cursor.key), tail_n = strlen(tail);

		if (n > tail_n && strcmp(cursor.key + n - tail_n, tail) == 0)
			sum += value_of(&cursor);
	}
	return sum;
}

static void check_payers(struct world *world)
{
	for (size_t i = 0; i < RANDOM_PAYERS; i++) {
		char account[100], prefix[100];
		int64_t owed;

		snprintf(account, sizeof account, "receivable/%s", random_payers[i]);
		snprintf(prefix, sizeof prefix, "open/%s/", random_payers[i]);
		owed = sum_under(world, prefix, 1);
		assert_int_equal(world_balance(world, account), owed);
		snprintf(prefix, sizeof prefix, "due/%s/", random_payers[i]);
		assert_int_equal(sum_under(world, prefix, 1), owed);
	}
}

static void check_sub_balances(struct world *world)
{
	static const char *const earmarks[] = { "-",       "emploi",    "general",
						"projets", "projets-2", "lab" };

	for (size_t f = 0; f < RANDOM_FUNDS; f++)
		for (size_t e = 0; e < 6; e++) {
			char account[100];

			snprintf(account, sizeof account, "pledged/%s/%s",
				 random_funds[f], earmarks[e]);
			assert_int_equal(
				-world_balance(world, account),
				sum_of_sub_balance(world, random_funds[f], earmarks[e]));
		}
}

/* What is committed or ordered is what was granted and not yet paid. */
static void check_grants(struct world *world)
{
	struct proposal_view *proposals = NULL;
	struct fault fault;
	int64_t due = 0;
	size_t count;

	assert_int_equal(query_proposals(world->books, &proposals, &count, &fault),
			 ERR_OK);
	for (size_t i = 0; i < count; i++)
		if (strcmp(proposals[i].status, "granted") == 0 &&
		    proposals[i].beneficiary[0])
			due += cents_value(proposals[i].amount) -
			       cents_value(proposals[i].cancelled) -
			       cents_value(proposals[i].paid);
	free(proposals);
	assert_int_equal(-sum_under(world, "ab/committed/", INT64_MIN) -
				 sum_under(world, "ab/ordered/", INT64_MIN),
			 due);
}

/* The bank holds what is free, granted or the payers' credit, and nothing else, but for
 * what is in transit to it. */
static void check_bank(struct world *world)
{
	assert_int_equal(world_balance(world, "bank") +
				 sum_under(world, "ab/transit/", INT64_MIN),
			 -sum_under(world, "ab/fund/", INT64_MIN) -
				 sum_under(world, "ab/committed/", INT64_MIN) -
				 sum_under(world, "ab/ordered/", INT64_MIN) -
				 sum_under(world, "ab/credit/", INT64_MIN));
	assert_int_equal(sum_under(world, "ab/", INT64_MIN), 0);
}

/* Nothing of a line is undone that was not done. */
static void check_trails(struct world *world)
{
	static const char *const trails[] = { "applied/", "drawn/", "lessened/", "taken/",
					      "written/" };

	for (size_t i = 0; i < sizeof trails / sizeof *trails; i++)
		(void)sum_under(world, trails[i], 1);
}

/* Days and months add up to the balance of every account. */
static void check_days(struct world *world)
{
	assert_int_equal(sum_under(world, "bd/", INT64_MIN), 0);
	assert_int_equal(sum_under(world, "bm/", INT64_MIN), 0);
	assert_int_equal(sum_under(world, "bd/fund/", INT64_MIN),
			 sum_under(world, "ab/fund/", INT64_MIN));
	assert_int_equal(sum_under(world, "bm/fund/", INT64_MIN),
			 sum_under(world, "ab/fund/", INT64_MIN));
}

/* What was promised and has not arrived is open or written off. */
static void check_given(struct world *world)
{
	struct given_view *given = NULL;
	struct fault fault;
	int64_t missing = 0;
	size_t count;

	assert_int_equal(query_given(world->books, &given, &count, &fault), ERR_OK);
	for (size_t i = 0; i < count; i++)
		missing += cents_value(given[i].promised) - cents_value(given[i].arrived);
	free(given);
	assert_int_equal(missing,
			 sum_under(world, "open/", 1) + sum_under(world, "written/", 1));
}

static void run_seed(uint64_t seed)
{
	struct world *world = world_new();
	struct dice dice = { .state = seed };

	print_message("  seed %" PRIu64 "\n", seed);
	random_begin(world);
	for (int step = 0; step < RANDOM_STEPS; step++) {
		random_play(world, &dice);
		check_payers(world);
		check_sub_balances(world);
		check_grants(world);
		check_bank(world);
		check_trails(world);
		check_days(world);
		check_given(world);
	}
	world_check(world);
	world_free(world);
}

static void test_the_books_add_up_whatever_happens(void **state)
{
	const char *one = getenv("ARRONDI_SEED");

	(void)state;
	if (one) {
		run_seed(strtoull(one, NULL, 10));
		return;
	}
	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		run_seed(seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_books_add_up_whatever_happens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
