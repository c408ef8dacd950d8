/*
 * test_model.c - random years, entry by entry, beside an independent model of the money.
 *
 * Each accepted entry is told to the model (tests/model/), which shares no code with the
 * ledger; then every account and every open line of both must be the same. A difference
 * prints its seed. MODEL_SEED=N MODEL_YEARS=N run others.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>

#include "ledger/state.h"
#include "tests/model/model.h"
#include "tests/random_books.h"

#define YEARS 40

struct year {
	struct world *world;
	struct model *model;
	struct dice dice, books_dice;
	uint64_t seed;
	size_t entered;
};

/* What the suite has shown to the model, so that no kind is left out unseen. */
static struct {
	uint64_t years, entries;
	uint64_t of_kind[KIND__COUNT];
} seen;

/* A generator that never drew one of these would compare nothing. */
static const enum kind drawn[] = {
	KIND_allocation, KIND_batch,       KIND_cancellation, KIND_chargeback,
	KIND_condition,  KIND_correction,  KIND_decision,     KIND_gift,
	KIND_paid,       KIND_patronage,   KIND_payment,      KIND_redirect,
	KIND_refund,     KIND_restitution, KIND_returned,     KIND_reversal,
	KIND_settlement, KIND_valuation,   KIND_writeoff,     KIND_fee,
	KIND_payout,     KIND_remittance,  KIND_statement,    KIND_opening,
	KIND_journal,    KIND_close,       KIND_endowment,
};

static void fail_year(const struct year *year, const char *what, int64_t books,
		      int64_t model)
{
	const struct world_leaf *leaf = &year->world->leaves[year->entered - 1];

	fail_msg("seed %" PRIu64 ", position %zu: %s is %" PRId64
		 " in the books and %" PRId64 " in the model\n%.*s",
		 year->seed, year->entered - 1, what, books, model, (int)leaf->n,
		 (const char *)leaf->bytes);
}

static int64_t first_of(const struct state_cursor *cursor)
{
	struct record_reader reader = record_reader(cursor->value);

	return record_read_integer(&reader);
}

static void compare_accounts(const struct year *year)
{
	struct state_cursor cursor;

	for (state_first(year->world->state, &cursor, "ab/"); cursor.found;
	     state_next(year->world->state, &cursor)) {
		int64_t model = model_balance(year->model, cursor.key + 3);

		if (first_of(&cursor) != model)
			fail_year(year, cursor.key + 3, first_of(&cursor), model);
	}
	for (size_t i = 0; i < year->model->n_accounts; i++) {
		const struct model_account *account = &year->model->account[i];
		int64_t books = world_balance(year->world, account->name);

		if (books != account->balance)
			fail_year(year, account->name, books, account->balance);
	}
}

static void compare_lines(const struct year *year)
{
	struct state_cursor cursor;
	size_t in_books = 0, in_model = 0;

	for (state_first(year->world->state, &cursor, "open/"); cursor.found;
	     state_next(year->world->state, &cursor))
		in_books++;
	for (size_t i = 0; i < year->model->n_lines; i++) {
		const struct model_line *line = &year->model->line[i];
		char key[STATE_KEY_BYTES_MAX + 1];
		struct slice value;
		int64_t open = 0;

		snprintf(key, sizeof key, "open/%s/%016" PRId64 "/%02d/%d/%s/%s",
			 line->payer, (int64_t)line->position, (int)line->part,
			 (int)line->class, line->fund, line->mark);
		if (state_get(year->world->state, key, &value)) {
			struct record_reader reader = record_reader(value);

			open = record_read_integer(&reader);
		}
		if (open != line->open)
			fail_year(year, key, open, line->open);
		in_model += line->open != 0;
	}
	if (in_books != in_model)
		fail_year(year, "the number of open lines", (int64_t)in_books,
			  (int64_t)in_model);
}

static void kind_count(const struct world_leaf *leaf)
{
	struct json_doc *doc = json_doc_new();
	struct entry entry;
	struct fault fault;

	assert_int_equal(entry_parse(doc, slice_of(leaf->bytes, leaf->n), &entry, &fault),
			 ERR_OK);
	seen.of_kind[entry.kind]++;
	seen.entries++;
	json_doc_free(doc);
}

/* The books are only seen after a play of some entries: each must be compared. */
static void entered(void *ctx)
{
	struct year *year = ctx;
	const struct world_leaf *leaf = &year->world->leaves[year->entered++];

	model_enter(year->model, (const char *)leaf->bytes, leaf->n);
	kind_count(leaf);
	compare_accounts(year);
	compare_lines(year);
}

static void play_year(uint64_t seed)
{
	struct year year = { .model = model_new(), .seed = seed };

	year.world = world_new();
	year.dice.state = seed;
	year.books_dice.state = seed;
	while (year.entered < year.world->leaf_count) {
		const struct world_leaf *leaf = &year.world->leaves[year.entered++];

		model_enter(year.model, (const char *)leaf->bytes, leaf->n);
	}
	year.world->accepted = entered;
	year.world->accepted_ctx = &year;
	random_begin(year.world);
	if (seed % 2)
		random_open(year.world);
	for (int step = 0; step < RANDOM_STEPS; step++) {
		if (step == RANDOM_STEPS / 3 && seed % 3 == 0)
			random_bank(year.world);
		random_play(year.world, &year.dice);
		random_book(year.world, &year.books_dice);
	}
	world_free(year.world);
	free(year.model);
	seen.years++;
}

static void the_books_are_those_of_the_model(void **state)
{
	const char *seed = getenv("MODEL_SEED"), *years = getenv("MODEL_YEARS");
	uint64_t first = seed ? strtoull(seed, NULL, 10) : 1;
	uint64_t count = years ? strtoull(years, NULL, 10) : seed ? 1 : YEARS;

	(void)state;
	for (uint64_t i = 0; i < count; i++)
		play_year(first + i);
	print_message("  %" PRIu64 " years from seed %" PRIu64 ", %" PRIu64
		      " entries compared\n",
		      seen.years, first, seen.entries);
	for (enum kind kind = 0; kind < KIND__COUNT; kind++)
		if (seen.of_kind[kind])
			print_message("  %s %" PRIu64 "\n", kind_def(kind)->name,
				      seen.of_kind[kind]);
	if (seed)
		return;
	for (size_t i = 0; i < sizeof drawn / sizeof *drawn; i++)
		assert_true(seen.of_kind[drawn[i]] >= YEARS / 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_books_are_those_of_the_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
