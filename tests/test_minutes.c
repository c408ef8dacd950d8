/*
 * test_minutes.c - the board's minutes: who was there, how each seat voted, and that its
 * signature verifies.
 *
 * Of reports/minutes.c and reports/meeting.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "reports/minutes.h"
#include "tests/boardroom.h"
#include "tests/report_rig.h"

struct drawn {
	struct world *world;
	struct minutes *minutes;
	struct document doc;
};

static struct drawn *draw(struct world *world, const struct period *period)
{
	struct drawn *drawn = calloc(1, sizeof *drawn);
	struct source_visitor visitor = { .visit = minutes_visit };
	struct standing standing;
	struct fault fault;

	assert_non_null(drawn);
	drawn->world = world;
	rig_standing(world, &standing);
	document_init(&drawn->doc, LANG_FR, "minutes", "Procès-verbal");
	if (minutes_begin(world->books, &standing, period, &drawn->doc, &drawn->minutes,
			  &fault))
		fail_msg("%s", fault.text);
	visitor.ctx = drawn->minutes;
	rig_show(world, &visitor);
	if (minutes_finish(drawn->minutes, &fault))
		fail_msg("%s", fault.text);
	return drawn;
}

static void drawn_free(struct drawn *drawn)
{
	minutes_free(drawn->minutes);
	document_release(&drawn->doc);
	world_free(drawn->world);
	free(drawn);
}

static const struct period whole;

/* Votes of a decision: present, for, needed, against, abstain, recused. */
static void assert_votes(const struct row *row, const struct table *votes,
			 const int64_t expected[6])
{
	static const char *const columns[] = { "present", "votes_for", "needed",
					       "against", "abstain",   "recused" };

	for (size_t i = 0; i < 6; i++)
		assert_int_equal(rig_number(votes, row, columns[i]), expected[i]);
}

/* 60.00 to the project: for, for, for, against; the fifth seat has an interest. */
static uint64_t divided(struct world *world)
{
	uint64_t grant = world_must(world, "operator", GRANT("6000", ""));

	board_recuse(world, 4, "bearer:lab");
	world_votes(world, grant, 3);
	assert_int_equal(world_ballot(world, 3, grant, "against"), ERR_OK);
	assert_int_equal(world_ballot(world, 4, grant, "recused"), ERR_OK);
	(void)board_decide(world, grant);
	return grant;
}

static void seats_with_an_interest_are_not_present(void **state)
{
	struct world *world = board_world();
	uint64_t grant = divided(world);
	struct drawn *drawn = draw(world, &whole);
	const struct table *decisions = rig_table(&drawn->doc, "decisions");
	const struct table *votes = rig_table(&drawn->doc, "votes");
	const struct table *recusals = rig_table(&drawn->doc, "recusals");
	const struct row *row = decisions->first_row;

	(void)state;
	assert_int_equal(decisions->rows, 1);
	assert_int_equal(rig_number(decisions, row, "proposal"), grant);
	assert_int_equal(rig_cents(decisions, row, "amount"), 6000);
	assert_string_equal(rig_text(decisions, row, "outcome"), "Accordée");
	assert_string_equal(rig_text(decisions, row, "for_what"), "Lab");
	assert_votes(votes->first_row, votes, (const int64_t[]){ 4, 3, 2, 1, 0, 1 });
	assert_int_equal(recusals->rows, 1);
	row = recusals->first_row;
	assert_string_equal(rig_text(recusals, row, "seat"), "siege-5");
	assert_string_equal(rig_text(recusals, row, "beneficiary"), "bearer:lab");
	assert_string_equal(rig_text(recusals, row, "signature"), "vérifiée");
	drawn_free(drawn);
}

static void every_ballot_is_verified_by_its_seats_key(void **state)
{
	struct world *world = board_world();
	struct drawn *drawn;
	const struct table *ballots;
	size_t n = 0;

	(void)state;
	(void)divided(world);
	drawn = draw(world, &whole);
	ballots = rig_table(&drawn->doc, "ballots");
	assert_int_equal(ballots->rows, 5);
	for (const struct row *row = ballots->first_row; row; row = row->next, n++) {
		static const char *const said[] = { "Pour", "Pour", "Pour", "Contre",
						    "Récusation" };
		char name[32];

		snprintf(name, sizeof name, "siege-%zu", n + 1);
		assert_string_equal(rig_text(ballots, row, "seat"), name);
		assert_string_equal(rig_text(ballots, row, "vote"), said[n]);
		assert_string_equal(rig_text(ballots, row, "signature"), "vérifiée");
		/* The key's name and ID: those of its verification line. */
		assert_memory_equal(rig_text(ballots, row, "key"), world->seat_vkeys[n],
				    strlen(name) + 1 + 8);
		assert_int_equal(strlen(rig_text(ballots, row, "key")),
				 strlen(name) + 1 + 8);
	}
	drawn_free(drawn);
}

/* Shown to minutes that hold another key for that seat: it says so. */
static void a_note_of_another_key_is_not_verified(void **state)
{
	struct world *world = board_world();
	struct drawn *drawn;
	const struct table *ballots;
	struct minutes *minutes;
	struct standing standing;
	struct fault fault;
	struct document doc;
	char text[1024];
	struct json_doc *json = json_doc_new();
	struct entry entry;
	int n;

	(void)state;
	(void)divided(world);
	drawn = draw(world, &whole);
	rig_standing(world, &standing);
	document_init(&doc, LANG_FR, "minutes", "Procès-verbal");
	assert_int_equal(
		minutes_begin(world->books, &standing, &whole, &doc, &minutes, &fault),
		ERR_OK);
	n = snprintf(
		text, sizeof text,
		"{\"at\":1795000000,\"by\":\"operator\",\"date\":\"2026-11-18\","
		"\"kind\":\"key\",\"member\":\"siege-1\",\"ref\":\"K\",\"vkey\":\"%s\"}",
		world->seat_vkeys[1]);
	assert_int_equal(entry_parse(json, slice_of(text, (size_t)n), &entry, &fault),
			 ERR_OK);
	/* After the charter, and before every ballot, which stands at its position. */
	for (size_t i = 0; i < world->leaf_count; i++) {
		struct json_doc *leaf = json_doc_new();
		struct entry each;

		assert_int_equal(
			entry_parse(leaf,
				    slice_of(world->leaves[i].bytes, world->leaves[i].n),
				    &each, &fault),
			ERR_OK);
		assert_int_equal(minutes_visit(minutes, i, &each, NULL, 0, &fault),
				 ERR_OK);
		if (i == 0)
			assert_int_equal(
				minutes_visit(minutes, i, &entry, NULL, 0, &fault),
				ERR_OK);
		json_doc_free(leaf);
	}
	assert_int_equal(minutes_finish(minutes, &fault), ERR_OK);
	ballots = rig_table(&doc, "ballots");
	assert_string_equal(rig_text(ballots, ballots->first_row, "signature"),
			    "NON VÉRIFIÉE");
	assert_int_equal(ballots->first_row->style, ROW_ALERT);
	assert_string_equal(rig_text(ballots, ballots->first_row->next, "signature"),
			    "vérifiée");
	minutes_free(minutes);
	document_release(&doc);
	json_doc_free(json);
	drawn_free(drawn);
}

static void a_deferral_is_shown_with_its_new_day(void **state)
{
	struct world *world = board_world();
	uint64_t proposal = world_must(world, "siege-1", SUPPORT(SEEKER, "1000"));
	struct drawn *drawn;
	const struct table *decisions;
	const struct row *row;

	(void)state;
	world->at += 50 * DAY;
	(void)world_must(world, "operator", DECISION ",'defer_to':'2027-01-31'",
			 proposal);
	world_votes(world, proposal, 3);
	(void)board_decide(world, proposal);
	drawn = draw(world, &whole);
	decisions = rig_table(&drawn->doc, "decisions");
	assert_int_equal(decisions->rows, 2);
	row = decisions->first_row;
	assert_string_equal(rig_text(decisions, row, "outcome"), "Reportée");
	assert_false(rig_value(decisions, row, "deferred_to")->empty);
	assert_string_equal(rig_text(decisions, row, "for_what"),
			    "Demandeur d'emploi 00112233");
	row = row->next;
	assert_string_equal(rig_text(decisions, row, "outcome"), "Accordée");
	assert_true(rig_value(decisions, row, "deferred_to")->empty);
	drawn_free(drawn);
}

static void what_was_delegated_waits_to_be_ratified(void **state)
{
	struct world *world = board_world();
	uint64_t delegation = board_delegate(world, "2027-06-30");
	uint64_t first = board_urgent(world, delegation, SEEKER, "2500");
	uint64_t second = board_urgent(world, delegation, OTHER, "1500");
	uint64_t ratification =
		world_must(world, "operator",
			   "'kind':'proposal','subject':'ratification'," EXPIRES
			   ",'ratifies':[{'grant':%" PRIu64 "}]",
			   first);
	struct drawn *drawn;
	const struct table *table;
	const struct row *row;

	(void)state;
	world_votes(world, ratification, 4);
	(void)board_decide(world, ratification);
	drawn = draw(world, &whole);
	table = rig_table(&drawn->doc, "delegated");
	row = table->first_row;
	assert_int_equal(table->rows, 2);
	assert_int_equal(rig_number(table, row, "proposal"), first);
	assert_int_equal(rig_number(table, row, "delegation"), delegation);
	assert_int_equal(rig_number(table, row, "ratified_by"), ratification);
	assert_int_equal(row->style, ROW_NORMAL);
	row = row->next;
	assert_int_equal(rig_number(table, row, "proposal"), second);
	assert_int_equal(rig_number(table, row, "ratified_by"), -1);
	assert_int_equal(row->style, ROW_ALERT);
	drawn_free(drawn);
}

static void a_period_without_decisions_is_empty(void **state)
{
	struct period before = { .has_to = true };
	struct world *world = board_world();
	struct drawn *drawn;

	(void)state;
	(void)divided(world);
	assert_int_equal(date_parse("2026-11-17", &before.to), ERR_OK);
	drawn = draw(world, &before);
	assert_int_equal(rig_table(&drawn->doc, "decisions")->rows, 0);
	assert_int_equal(rig_table(&drawn->doc, "ballots")->rows, 0);
	assert_int_equal(rig_table(&drawn->doc, "recusals")->rows, 0);
	drawn_free(drawn);
	/* And of a foundation that is only founded. */
	drawn = draw(world_new(), &whole);
	assert_int_equal(rig_table(&drawn->doc, "decisions")->rows, 0);
	drawn_free(drawn);
}

/* A row's texts of the table's columns, joined. */
static void assert_attends(const struct drawn *drawn, const struct row *row,
			   const char *seat, const char *how, const char *by)
{
	const struct table *table = rig_table(&drawn->doc, "attendance");

	assert_string_equal(rig_text(table, row, "seat"), seat);
	assert_string_equal(rig_text(table, row, "how"), how);
	assert_string_equal(rig_text(table, row, "by"), by);
}

static void a_meeting_is_told_and_named_by_what_it_decided(void **state)
{
	struct world *world = board_world();
	uint64_t grant = world_must(world, "operator", GRANT("6000", "")), meeting;
	const struct table *meetings, *agenda, *decisions;
	const struct row *row;
	struct drawn *drawn;

	(void)state;
	meeting = world_must(world, "operator",
			     "'kind':'meeting','date':'2026-11-18','notified_on':"
			     "'2026-11-02','present':['siege-1','siege-2'],"
			     "'represented':[{'seat':'siege-3','by':'siege-1'}],"
			     "'excused':['siege-4'],'agenda':[{'code':'comptes'},"
			     "{'proposal':%" PRIu64 "}]",
			     grant);
	world_votes(world, grant, 4);
	(void)world_must(world, "operator",
			 "'kind':'decision','proposal':%" PRIu64 ",'meeting':%" PRIu64,
			 grant, meeting);
	drawn = draw(world, &whole);
	meetings = rig_table(&drawn->doc, "meetings");
	assert_int_equal(meetings->rows, 1);
	row = meetings->first_row;
	assert_int_equal(rig_number(meetings, row, "position"), meeting);
	assert_int_equal(rig_number(meetings, row, "notice_days"), 16);
	assert_int_equal(rig_number(meetings, row, "present"), 2);
	assert_int_equal(rig_number(meetings, row, "represented"), 1);
	assert_int_equal(rig_number(meetings, row, "excused"), 1);
	row = rig_table(&drawn->doc, "attendance")->first_row;
	assert_attends(drawn, row, "siege-1", "présent", "");
	assert_attends(drawn, row->next->next, "siege-3", "représenté", "siege-1");
	assert_attends(drawn, row->next->next->next, "siege-4", "excusé", "");
	agenda = rig_table(&drawn->doc, "agenda");
	assert_string_equal(rig_text(agenda, agenda->first_row, "what"), "comptes");
	assert_int_equal(rig_number(agenda, agenda->first_row->next, "proposal"), grant);
	assert_int_equal(rig_number(agenda, agenda->first_row->next, "rank"), 2);
	decisions = rig_table(&drawn->doc, "decisions");
	for (row = decisions->first_row; row; row = row->next)
		assert_int_equal(rig_number(decisions, row, "meeting"),
				 rig_number(decisions, row, "proposal") == (int64_t)grant
					 ? (int64_t)meeting
					 : -1);
	drawn_free(drawn);
}

/* It was held before the period. */
static void a_meeting_of_another_day_is_not_shown(void **state)
{
	struct period later = { .has_from = true };
	struct world *world = board_world();
	struct drawn *drawn;

	(void)state;
	(void)world_must(world, "operator",
			 "'kind':'meeting','date':'2026-11-17','notified_on':"
			 "'2026-11-02','present':['siege-1','siege-2'],'represented':[],"
			 "'excused':[],'agenda':[{'code':'comptes'}]");
	assert_int_equal(date_parse("2026-11-18", &later.from), ERR_OK);
	drawn = draw(world, &later);
	assert_int_equal(rig_table(&drawn->doc, "meetings")->rows, 0);
	assert_int_equal(rig_table(&drawn->doc, "agenda")->rows, 0);
	drawn_free(drawn);
}

static void dates_reversed_are_refused(void **state)
{
	struct period period = { .has_from = true, .has_to = true };
	struct world *world = world_new();
	struct minutes *minutes = NULL;
	struct standing standing;
	struct document doc;
	struct fault fault;

	(void)state;
	assert_int_equal(date_parse("2026-11-18", &period.from), ERR_OK);
	assert_int_equal(date_parse("2026-11-17", &period.to), ERR_OK);
	rig_standing(world, &standing);
	document_init(&doc, LANG_FR, "minutes", "Procès-verbal");
	assert_int_equal(
		minutes_begin(world->books, &standing, &period, &doc, &minutes, &fault),
		ERR_USAGE);
	assert_string_equal(fault.text, "the period ends before it begins");
	assert_null(minutes);
	document_release(&doc);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seats_with_an_interest_are_not_present),
		cmocka_unit_test(every_ballot_is_verified_by_its_seats_key),
		cmocka_unit_test(a_note_of_another_key_is_not_verified),
		cmocka_unit_test(a_deferral_is_shown_with_its_new_day),
		cmocka_unit_test(what_was_delegated_waits_to_be_ratified),
		cmocka_unit_test(a_period_without_decisions_is_empty),
		cmocka_unit_test(a_meeting_is_told_and_named_by_what_it_decided),
		cmocka_unit_test(a_meeting_of_another_day_is_not_shown),
		cmocka_unit_test(dates_reversed_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
