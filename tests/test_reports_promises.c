/*
 * test_reports_promises.c - what companies promise, in the reports: instalments by
 * their own days, contributions apart from gifts, kind apart from money, money put to
 * another use, and who continues whom. Of reports/allocation_kind.c,
 * reports/allocation_sources.c, reports/owed.c and reports/statement.c.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "reports/allocation.h"
#include "reports/receivables.h"
#include "reports/statement.h"
#include "tests/report_rig.h"

#define LILAS  "employer:000001016"
#define FUSION "employer:000002022"
#define FUNDER "funder:000009316"
#define DIGEST "'5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9'"

static void parties_join(struct world *world)
{
	(void)world_must(world, "operator",
			 "'kind':'project','id':'lab','title':'Lab','status':'open'");
	(void)world_must(world, "operator",
			 "'kind':'member','id':'" FUNDER "','role':'funder','siren':"
			 "'000009316','name':'Co-financeur','status':'active'");
}

/* A convention in two instalments, a contribution, goods, skills without a value; the
 * first instalment arrives, the project closes, a part of it is redirected. */
static uint64_t promises_told(struct world *world)
{
	uint64_t convention;

	parties_join(world);
	convention = world_must(
		world, LILAS,
		"'kind':'patronage','date':'2026-10-10','payer':'" LILAS
		"','fund':'projets','earmark':'lab','form':'cash','promise':'firm',"
		"'amount':1000,'instalments':[{'amount':600,'due_on':'2026-10-15'},"
		"{'amount':400,'due_on':'2026-11-15'}]");
	(void)world_must(world, FUNDER,
			 "'kind':'contribution','date':'2026-10-12','payer':'" FUNDER
			 "','amount':5000,'due_on':'2027-01-31','fund':'emploi'");
	(void)world_must(world, LILAS,
			 "'kind':'patronage','date':'2026-10-10','payer':'" LILAS
			 "','fund':'projets','form':'goods','promise':'firm',"
			 "'amount':70000");
	(void)world_must(world, LILAS,
			 "'kind':'patronage','date':'2026-10-10','payer':'" LILAS
			 "','fund':'projets','form':'skills','promise':'firm',"
			 "'half_days':4");
	(void)world_must(world, "treasurer",
			 "'kind':'settlement','date':'2026-11-02','payer':'" LILAS
			 "','amount':600,'settles':%" PRIu64,
			 convention);
	(void)world_must(world, "operator",
			 "'kind':'project','id':'lab','title':'Lab','status':'closed'");
	(void)world_must(world, "treasurer",
			 "'kind':'redirect','consent':" DIGEST ",'of':%" PRIu64
			 ",'amount':200,'fund':'emploi'",
			 convention);
	return convention;
}

static void merge(struct world *world)
{
	(void)world_must(world, "operator",
			 "'kind':'member','id':'" FUSION "','role':'employer','siren':"
			 "'000002022','name':'Fusion','status':'active','continues':"
			 "'" LILAS "'");
}

static void allocation(struct world *world, struct document *doc)
{
	struct report_request request = { .lang = LANG_FR, .period.has_from = true };
	struct standing standing;
	struct fault fault;

	rig_standing(world, &standing);
	assert_int_equal(date_parse("2026-11-01", &request.period.from), ERR_OK);
	if (allocation_report(world->books, &standing, &request, doc, &fault))
		fail_msg("%s", fault.text);
}

static const struct row *row_named(const struct table *table, const char *column,
				   const char *name)
{
	for (const struct row *row = table->first_row; row; row = row->next)
		if (strcmp(rig_text(table, row, column), name) == 0)
			return row;
	fail_msg("no row '%s' in table '%s'", name, table->id);
	return NULL;
}

static void test_the_sources_keep_contributions_apart_and_come_to_what_is_owed(
	void **state)
{
	struct world *world = world_new();
	const struct table *table;
	const struct row *row;
	struct document doc;

	(void)state;
	(void)promises_told(world);
	merge(world); /* which is no source of anything */
	allocation(world, &doc);
	table = rig_table(&doc, "sources");
	row = row_named(table, "source", "Contributions financières");
	assert_int_equal(rig_cents(table, row, "receivable"), 5000);
	row = row_named(table, "source", "Mécénat");
	assert_int_equal(rig_cents(table, row, "receivable_start"), 1000);
	assert_int_equal(rig_cents(table, row, "received"), 600);
	assert_int_equal(rig_cents(table, row, "receivable"), 400);
	row = rig_row(table, ROW_TOTAL);
	assert_int_equal(rig_cents(table, row, "receivable"), 5400);
	assert_int_equal(rig_cents(table, row, "promised"), 0);
	document_release(&doc);
	world_free(world);
}

static void test_what_is_redirected_is_moved_and_not_received_twice(void **state)
{
	struct world *world = world_new();
	const struct table *table;
	const struct row *row;
	struct document doc;

	(void)state;
	(void)promises_told(world);
	allocation(world, &doc);
	table = rig_table(&doc, "funds");
	row = row_named(table, "fund", "emploi");
	assert_int_equal(rig_cents(table, row, "received"), 0);
	assert_int_equal(rig_cents(table, row, "transferred"), 200);
	assert_int_equal(rig_cents(table, row, "available"), 200);
	row = row_named(table, "fund", "projets");
	assert_int_equal(rig_cents(table, row, "received"), 600);
	assert_int_equal(rig_cents(table, row, "transferred"), -200);
	assert_int_equal(rig_cents(table, row, "available"), 400);
	row = rig_row(table, ROW_TOTAL);
	assert_int_equal(rig_cents(table, row, "transferred"), 0);
	document_release(&doc);
	world_free(world);
}

static void test_what_is_given_in_kind_stands_apart_and_the_unvalued_is_counted(
	void **state)
{
	struct world *world = world_new();
	const struct block *block;
	const struct table *table;
	struct document doc;
	bool counted = false;

	(void)state;
	(void)promises_told(world);
	allocation(world, &doc);
	table = rig_table(&doc, "in_kind");
	assert_int_equal(
		rig_cents(table, row_named(table, "form", "Dons de biens"), "before"),
		70000);
	assert_int_equal(rig_cents(table, rig_row(table, ROW_TOTAL), "value"), 70000);
	for (block = doc.first_block; block; block = block->next)
		counted = counted ||
			  (block->kind == BLOCK_NOTE &&
			   strstr(block->text,
				  "Conventions en nature sans valeur déclarée\u00a0: 1"));
	assert_true(counted);
	table = rig_table(&doc, "cash");
	assert_int_equal(rig_cents(table, rig_row(table, ROW_TOTAL), "amount"), 600);
	document_release(&doc);
	world_free(world);
}

/* ---- who owes what ---- */

struct seen {
	struct owed owed;
	struct statement *statement;
};

static void see(void *ctx, uint64_t position, const struct entry *entry,
		const struct posting *postings, size_t count, struct books *books)
{
	struct seen *seen = ctx;
	struct fault fault;

	(void)books;
	if (seen->statement &&
	    statement_add(seen->statement, position, entry, postings, count, &fault))
		fail_msg("%s", fault.text);
	owed_see(&seen->owed, LANG_FR, position, entry);
}

static void test_each_instalment_is_a_receivable_of_its_own_age(void **state)
{
	struct world *world = world_new();
	struct seen seen = { .statement = NULL };
	struct standing standing;
	const struct table *table;
	struct document doc;
	struct fault fault;
	int days[3] = { 0 }, rows = 0;

	(void)state;
	parties_join(world);
	(void)world_must(
		world, LILAS,
		"'kind':'patronage','date':'2026-10-10','payer':'" LILAS
		"','fund':'projets','form':'cash','promise':'firm','amount':1000,"
		"'instalments':[{'amount':600,'due_on':'2026-10-15'},"
		"{'amount':400,'due_on':'2026-11-15'}]");
	rig_standing(world, &standing);
	document_init(&doc, LANG_FR, "receivables", "Créances");
	assert_int_equal(owed_read(world->books, slice_of_text(""), &seen.owed, &fault),
			 ERR_OK);
	rig_each_entry(world, see, &seen);
	assert_int_equal(
		receivables_put(world->books, &standing, &seen.owed, &doc, &fault),
		ERR_OK);
	table = rig_table(&doc, "receivables");
	for (const struct row *row = table->first_row; row; row = row->next)
		if (row->style == ROW_ALERT && rows < 3)
			days[rows++] = (int)rig_number(table, row, "days_late");
	assert_int_equal(rows, 2);
	assert_int_equal(days[0], 34); /* on 18 November */
	assert_int_equal(days[1], 3);
	owed_release(&seen.owed);
	document_release(&doc);
	world_free(world);
}

static void test_a_statement_shows_what_was_taken_over(void **state)
{
	struct world *world = world_new();
	struct seen seen = { .statement = NULL };
	struct standing standing;
	const struct table *table;
	struct document doc;
	struct fault fault;

	(void)state;
	(void)promises_told(world);
	merge(world);
	rig_standing(world, &standing);
	document_init(&doc, LANG_FR, "statement", "Relevé");
	assert_int_equal(statement_begin(world->books, &standing, slice_of_text(FUSION),
					 cents_of(-1), &doc, &seen.statement, &fault),
			 ERR_OK);
	rig_each_entry(world, see, &seen);
	assert_int_equal(statement_finish(seen.statement, &fault), ERR_OK);
	table = rig_table(&doc, "owed");
	assert_int_equal(rig_cents(table, rig_row(table, ROW_TOTAL), "open"), 400);
	assert_string_equal(rig_text(table, table->first_row, "kind"), "Mécénat");
	table = rig_table(&doc, "entries");
	assert_string_equal(rig_text(table, table->first_row, "kind"),
			    "Reprise d'un employeur");
	assert_int_equal(rig_cents(table, rig_row(table, ROW_TOTAL), "balance"), 400);
	statement_free(seen.statement);
	document_release(&doc);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_the_sources_keep_contributions_apart_and_come_to_what_is_owed),
		cmocka_unit_test(test_what_is_redirected_is_moved_and_not_received_twice),
		cmocka_unit_test(
			test_what_is_given_in_kind_stands_apart_and_the_unvalued_is_counted),
		cmocka_unit_test(test_each_instalment_is_a_receivable_of_its_own_age),
		cmocka_unit_test(test_a_statement_shows_what_was_taken_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
