/*
 * test_declaration.c - the declaration of tax receipts: what counts, and until when. Of
 * reports/declaration.c.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "reports/declaration.h"
#include "tests/report_rig.h"

#define CANAL  "employer:000004044"
#define DIGEST "'5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9'"

/* A gift that has arrived. */
static uint64_t given(struct world *world, const char *giver, int amount)
{
	uint64_t gift = world_must(world, "operator",
				   "'kind':'gift','date':'2026-10-02','payer':'" CANAL
				   "','giver':'%s','fund':'emploi','amount':%d",
				   giver, amount);

	(void)world_must(world, "treasurer",
			 "'kind':'settlement','payer':'" CANAL
			 "','amount':%d,'date':'2026-11-17','settles':%" PRIu64,
			 amount, gift);
	return gift;
}

static void receipt(struct world *world, const char *form, int number, uint64_t gift,
		    int amount, const char *more)
{
	(void)world_must(
		world, "operator",
		"'kind':'receipt','year':2026,'form':'%s','first':%d,'amount':%d,"
		"'receipts':[{'amount':%d,'digest':" DIGEST
		"%s}],'batches':[],'entries':[{'amount':%d,'entry':%" PRIu64 "}]%s",
		form, number, amount, amount, more, amount, gift,
		strcmp(form, "16216") == 0 ? ",'member':'" CANAL "'" : "");
}

static void declared(struct world *world, int32_t year, struct document *doc)
{
	struct standing standing;
	struct fault fault;

	rig_standing(world, &standing);
	document_init(doc, LANG_FR, "declaration", "Reçus");
	if (declaration_put(world->books, &standing, year, doc, &fault))
		fail_msg("%s", fault.text);
}

/* Three receipts, of which one is void and replaced. */
static void test_void_receipts_do_not_count(void **state)
{
	struct world *world = world_new();
	const struct table *table;
	uint64_t person, company;
	struct document doc;

	(void)state;
	person = given(world, "person", 900);
	company = given(world, "company", 5000);
	receipt(world, "11580", 1, person, 900, "");
	receipt(world, "16216", 2, company, 5000, "");
	declared(world, 2026, &doc);
	table = rig_table(&doc, "receipts");
	assert_int_equal(rig_number(table, rig_row(table, ROW_TOTAL), "count"), 2);
	assert_int_equal(rig_cents(table, rig_row(table, ROW_TOTAL), "amount"), 5900);
	assert_int_equal(rig_cents(table, table->first_row, "amount"), 900);
	document_release(&doc);
	(void)world_must(world, "operator",
			 "'kind':'voiding','reason':'error','number':1,'batches':[],"
			 "'entries':[{'amount':900,'entry':%" PRIu64 "}]",
			 person);
	receipt(world, "11580", 3, person, 900, ",'replaces':1");
	declared(world, 2026, &doc);
	table = rig_table(&doc, "receipts");
	assert_int_equal(rig_number(table, rig_row(table, ROW_TOTAL), "count"), 2);
	assert_int_equal(rig_cents(table, rig_row(table, ROW_TOTAL), "amount"), 5900);
	assert_int_equal(rig_number(table, rig_row(table, ROW_TOTAL), "voided"), 1);
	table = rig_table(&doc, "voids");
	assert_int_equal(table->rows, 1);
	assert_int_equal(rig_number(table, table->first_row, "number"), 1);
	assert_int_equal(rig_number(table, table->first_row, "replaced_by"), 3);
	document_release(&doc);
	declared(world, 2025, &doc);
	table = rig_table(&doc, "receipts");
	assert_int_equal(rig_number(table, rig_row(table, ROW_TOTAL), "count"), 0);
	document_release(&doc);
	world_free(world);
}

static void test_it_is_due_on_the_second_working_day_after_the_first_of_may(void **state)
{
	static const struct {
		int32_t year;
		const char *due;
	} years[] = { { 2025, "2026-05-05" },   /* 1 May 2026 is a Friday */
		      { 2026, "2027-05-04" },   /* a Saturday */
		      { 2023, "2024-05-03" },   /* a Wednesday */
		      { 2024, "2025-05-05" } }; /* a Thursday */

	(void)state;
	for (size_t i = 0; i < sizeof years / sizeof *years; i++) {
		char text[DATE_TEXT_BYTES];
		struct date due;

		assert_int_equal(declaration_due(years[i].year, &due), ERR_OK);
		date_format(due, text);
		assert_string_equal(text, years[i].due);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_void_receipts_do_not_count),
	cmocka_unit_test(test_it_is_due_on_the_second_working_day_after_the_first_of_may),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
