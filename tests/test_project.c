/*
 * test_project.c - a project's sheet comes to the books, and to cents worked by hand.
 *
 * Also of reports/question.c and reports/sum.c, which it is made of.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "reports/project.h"
#include "tests/boardroom.h"
#include "tests/report_rig.h"
#include "tests/teller.h"

struct drawn {
	struct world *world;
	struct project *project;
	struct document doc;
	enum err err;
	struct fault fault;
};

static struct drawn *draw(struct world *world, const char *id)
{
	struct drawn *drawn = calloc(1, sizeof *drawn);
	struct source_visitor visitor = { .visit = project_visit };
	struct standing standing;

	assert_non_null(drawn);
	drawn->world = world;
	rig_standing(world, &standing);
	document_init(&drawn->doc, LANG_FR, "project", "Projet");
	drawn->err = project_begin(world->books, &standing, id, &drawn->doc,
				   &drawn->project, &drawn->fault);
	if (drawn->err)
		return drawn;
	visitor.ctx = drawn->project;
	rig_show(world, &visitor);
	drawn->err = project_finish(drawn->project, &drawn->fault);
	return drawn;
}

static void drawn_free(struct drawn *drawn)
{
	project_free(drawn->project);
	document_release(&drawn->doc);
	world_free(drawn->world);
	free(drawn);
}

/* The summary's amounts, in its order. */
static void assert_summary(const struct drawn *drawn, const int64_t *expected, size_t n)
{
	const struct table *table = rig_table(&drawn->doc, "summary");
	const struct row *row = table->first_row;

	assert_int_equal(table->rows, n);
	for (size_t i = 0; i < n; i++, row = row->next)
		assert_int_equal(rig_cents(table, row, "amount"), expected[i]);
}

/* 55.00 in two tranches: 30.00 paid, sent back and paid again, 25.00 under a condition,
 * of which 20.00 are paid and 5.00 cancelled; 1.50 given back; 80.00 asked for, and 40.00
 * of a funder's promised for it, on top of the 40.00 that the world's employer gave. */
static uint64_t live(struct world *world)
{
	uint64_t grant, cancel, payment, returned;

	(void)world_must(world, "operator",
			 "'kind':'member','id':'funder:000009316','role':'funder',"
			 "'siren':'000009316','name':'Département','status':'active'");
	(void)world_must(
		world, "operator",
		"'kind':'contribution','date':'2026-11-18','due_on':'2026-12-31',"
		"'payer':'funder:000009316','amount':4000,'fund':'projets',"
		"'earmark':'lab'");
	(void)world_must(world, "operator",
			 "'kind':'project','id':'lab','title':'Lab',"
			 "'bearer':'bearer:lab','requested':8000,'status':'open'");
	grant = world_must(world, "operator",
			   GRANT("5500", ",'tranches':[{'amount':3000},"
					 "{'amount':2500,'condition':'report'}]"));
	(void)board_granted(world, grant, 3);
	payment = board_pay(world, grant, 3000);
	returned = world_must(world, "treasurer",
			      "'kind':'returned','date':'2026-11-18','reason':'other',"
			      "'payment':%" PRIu64,
			      payment);
	teller_confirms(world, returned);
	(void)board_pay(world, grant, 3000);
	(void)world_must(world, "operator",
			 "'kind':'condition','condition':'report','evidence':" DIGEST
			 ",'proposal':%" PRIu64,
			 grant);
	(void)board_pay(world, grant, 2000);
	cancel = board_granted(world, world_must(world, "operator", CANCEL("500"), grant),
			       3);
	(void)world_must(world, "operator",
			 "'kind':'cancellation','amount':500,'grant':%" PRIu64
			 ",'proposal':%" PRIu64,
			 grant, cancel);
	(void)world_must(world, "treasurer",
			 "'kind':'restitution','date':'2026-11-18','amount':150,"
			 "'grant':%" PRIu64,
			 grant);
	return grant;
}

static void a_projects_money_is_told_whole(void **state)
{
	struct world *world = board_world();
	uint64_t grant = live(world);
	struct drawn *drawn = draw(world, "lab");
	/* Asked, promised, received, granted, cancelled, paid, left, given back. */
	static const int64_t sums[] = { 8000, 8000, 4000, 5500, 500, 5000, 0, 150 };
	const struct table *table;
	const struct row *row;

	(void)state;
	assert_int_equal(drawn->err, ERR_OK);
	assert_summary(drawn, sums, 8);
	table = rig_table(&drawn->doc, "decisions");
	assert_int_equal(table->rows, 1);
	assert_int_equal(rig_number(table, table->first_row, "position"), grant);
	table = rig_table(&drawn->doc, "cofunders");
	row = table->first_row;
	assert_string_equal(rig_text(table, row, "nature"), "Don");
	assert_int_equal(rig_cents(table, row, "received"), 4000);
	row = row->next;
	assert_string_equal(rig_text(table, row, "payer"), "Département");
	assert_int_equal(rig_cents(table, row, "open"), 4000);
	assert_int_equal(rig_cents(table, rig_row(table, ROW_TOTAL), "promised"), 8000);
	drawn_free(drawn);
}

static void tranches_and_movements_are_in_the_logs_order(void **state)
{
	struct world *world = board_world();
	uint64_t grant = live(world);
	struct drawn *drawn = draw(world, "lab");
	static const struct {
		const char *what;
		int64_t amount;
	} expected[] = {
		{ "Virement ordonné", 3000 },
		{ "Virement exécuté", 3000 },
		{ "Virement revenu", 3000 },
		{ "Virement ordonné", 3000 },
		{ "Virement exécuté", 3000 },
		{ "Condition réalisée", 0 },
		{ "Virement ordonné", 2000 },
		{ "Virement exécuté", 2000 },
		{ "Annulé", 500 },
		{ "Rendu", 150 },
	};
	const struct table *table = rig_table(&drawn->doc, "tranches");
	const struct row *row = table->first_row;

	(void)state;
	assert_int_equal(table->rows, 2);
	assert_int_equal(rig_cents(table, row, "amount"), 3000);
	assert_true(rig_value(table, row, "condition")->empty);
	assert_int_equal(rig_number(table, row->next, "number"), 2);
	assert_string_equal(rig_text(table, row->next, "condition"), "report");
	table = rig_table(&drawn->doc, "movements");
	row = table->first_row;
	assert_int_equal(table->rows, sizeof expected / sizeof *expected);
	for (size_t i = 0; row; row = row->next, i++) {
		assert_string_equal(rig_text(table, row, "what"), expected[i].what);
		assert_int_equal(rig_cents(table, row, "amount"), expected[i].amount);
		assert_int_equal(rig_number(table, row, "decision"), grant);
	}
	drawn_free(drawn);
}

static void a_project_without_decisions_has_its_promises(void **state)
{
	struct drawn *drawn = draw(board_world(), "lab");
	static const int64_t sums[] = { 4000, 4000, 0, 0, 0, 0, 0 };

	(void)state;
	assert_int_equal(drawn->err, ERR_OK);
	assert_summary(drawn, sums, 7);
	assert_int_equal(rig_table(&drawn->doc, "movements")->rows, 0);
	drawn_free(drawn);
}

static void what_is_no_project_is_not_found(void **state)
{
	static const char *const strangers[] = { "labo", "", "no id", "bearer:lab" };

	(void)state;
	for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
		struct drawn *drawn = draw(board_world(), strangers[i]);

		assert_int_equal(drawn->err, ERR_NOT_FOUND);
		assert_non_null(strstr(drawn->fault.text, "project"));
		drawn_free(drawn);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_projects_money_is_told_whole),
		cmocka_unit_test(tranches_and_movements_are_in_the_logs_order),
		cmocka_unit_test(a_project_without_decisions_has_its_promises),
		cmocka_unit_test(what_is_no_project_is_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
