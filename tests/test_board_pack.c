/*
 * test_board_pack.c - the pack for a board's meeting holds the allocation report, what is
 * to be decided, and what is still to be paid.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "reports/board_pack.h"
#include "tests/report_rig.h"
#include "tests/story.h"

static void draw(struct world *world, struct document *doc)
{
	struct report_request request = { .lang = LANG_FR };
	struct standing standing;
	struct fault fault;

	rig_standing(world, &standing);
	if (board_pack_report(world->books, &standing, &request, doc, &fault))
		fail_msg("%s", fault.text);
}

/* The story's: 15.00 are asked for, 14 000.00 granted, 10 000.00 of them paid. */
static void what_is_open_and_what_is_due_are_the_storys(void **state)
{
	struct world *world = world_new();
	const struct table *table;
	const struct row *row;
	struct story story;
	struct document doc;
	bool found = false;

	(void)state;
	story_tell(world, &story);
	draw(world, &doc);
	(void)rig_table(&doc, "receivables");
	(void)rig_table(&doc, "decisions");
	table = rig_table(&doc, "dossiers");
	assert_int_equal(table->rows, 2); /* the open one, and the one past its day */
	for (row = table->first_row; row; row = row->next) {
		if (rig_number(table, row, "position") != (int64_t)story.open)
			continue;
		found = true;
		assert_int_equal(rig_cents(table, row, "amount"), 1500);
		assert_int_equal(rig_cents(table, row, "available"),
				 world_available(world, "emploi", "-"));
	}
	assert_true(found);
	table = rig_table(&doc, "to_pay");
	assert_int_equal(table->rows, 2);
	assert_int_equal(rig_number(table, table->first_row, "position"),
			 (int64_t)story.grant);
	assert_int_equal(rig_cents(table, rig_row(table, ROW_TOTAL), "left"), 400000);
	document_release(&doc);
	world_free(world);
}

/* 15.00 for the seeker who was helped before: two seats of those that it takes. */
static void an_open_question_shows_its_ballots_and_what_was_given_before(void **state)
{
	struct world *world = world_new();
	const struct table *table;
	const struct row *row;
	struct story story;
	struct document doc;

	(void)state;
	story_tell(world, &story);
	assert_int_equal(world_ballot(world, 0, story.open, "for"), ERR_OK);
	assert_int_equal(world_ballot(world, 1, story.open, "against"), ERR_OK);
	draw(world, &doc);
	table = rig_table(&doc, "ballots_so_far");
	row = table->first_row;
	while (row && rig_number(table, row, "position") != (int64_t)story.open)
		row = row->next;
	assert_non_null(row);
	assert_int_equal(rig_number(table, row, "votes_for"), 1);
	assert_int_equal(rig_number(table, row, "against"), 1);
	assert_int_equal(rig_number(table, row, "needed"), 2);
	assert_int_equal(rig_number(table, row, "missing"), 1);
	assert_int_equal(rig_number(table, row, "earlier"), 1);
	assert_int_equal(rig_cents(table, row, "earlier_sum"), 9000);
	document_release(&doc);
	world_free(world);
}

static void a_foundation_that_is_only_founded_has_nothing_to_decide(void **state)
{
	struct world *world = world_new();
	struct document doc;

	(void)state;
	draw(world, &doc);
	assert_int_equal(rig_table(&doc, "dossiers")->rows, 0);
	assert_int_equal(rig_table(&doc, "to_pay")->rows, 1); /* the total */
	document_release(&doc);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_open_and_what_is_due_are_the_storys),
		cmocka_unit_test(
			an_open_question_shows_its_ballots_and_what_was_given_before),
		cmocka_unit_test(a_foundation_that_is_only_founded_has_nothing_to_decide),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
