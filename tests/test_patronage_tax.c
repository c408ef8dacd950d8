/*
 * test_patronage_tax.c - what a company's own gifts take off its tax, in figures that
 * were worked out by hand from the article.
 *
 * Of reports/patronage_tax.c and reports/patronage_law.def.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "reports/patronage_tax.h"
#include "tests/report_rig.h"

#define LILAS  "employer:000001016"
#define EUR(n) ((int64_t)(n)*100)

static void effect_is(int64_t year, int64_t gifts, int64_t turnover, int64_t ceiling,
		      int64_t reduction, int64_t excess)
{
	struct patronage_effect effect;
	enum err err;

	assert_true(patronage_effect_of(year, cents_of(gifts), cents_of(turnover),
					&effect, &err));
	assert_int_equal(err, ERR_OK);
	assert_int_equal(cents_value(effect.ceiling), ceiling);
	assert_int_equal(cents_value(effect.reduction), reduction);
	assert_int_equal(cents_value(effect.excess), excess);
	assert_int_equal(cents_value(effect.within), gifts - excess);
	assert_int_equal(effect.until, year + 5);
}

static void the_article_in_figures(void **state)
{
	(void)state;
	/* 60 % below the fixed ceiling; above it, later. */
	effect_is(2026, EUR(15000), -1, EUR(20000), EUR(9000), 0);
	effect_is(2026, EUR(30000), -1, EUR(20000), EUR(12000), EUR(10000));
	/* 5 per thousand of 10 million are 50 000; of 3 million, 15 000, which is less.
	 */
	effect_is(2026, EUR(30000), EUR(10000000), EUR(50000), EUR(18000), 0);
	effect_is(2026, EUR(30000), EUR(3000000), EUR(20000), EUR(12000), EUR(10000));
	/* 60 % of 2 million and 40 % of 1 million. */
	effect_is(2026, EUR(3000000), EUR(1000000000), EUR(5000000), EUR(1600000), 0);
	/* 60 % of 12.34 are 7.404; 5 per thousand of 4 000 001.99 are 20 000.00995. */
	effect_is(2026, 1234, -1, EUR(20000), 740, 0);
	effect_is(2026, EUR(20001), 400000199, 2000000, EUR(12000), 100);
	/* Before 2020 the ceiling was half, and there was no lower rate. */
	effect_is(2019, EUR(15000), -1, EUR(10000), EUR(6000), EUR(5000));
	effect_is(2019, EUR(3000000), EUR(1000000000), EUR(5000000), EUR(1800000), 0);
}

static void a_year_whose_law_is_not_known_has_no_effect(void **state)
{
	struct patronage_effect effect;
	enum err err;

	(void)state;
	assert_false(
		patronage_effect_of(2018, cents_of(100), cents_of(-1), &effect, &err));
}

/* ---- the table ---- */

static const struct table *put(struct world *world, struct document *doc,
			       const struct patronage_skills *skills)
{
	struct fault fault;

	document_init(doc, LANG_FR, "statement", "X");
	if (patronage_tax_put(world->books, LILAS, skills, cents_of(-1), doc, &fault))
		fail_msg("%s", fault.text);
	for (const struct block *block = doc->first_block; block; block = block->next)
		if (block->kind == BLOCK_TABLE)
			return block->table;
	return NULL;
}

static void settle(struct world *world, int cents)
{
	(void)world_must(world, "treasurer",
			 "'kind':'settlement','date':'2026-11-18','payer':'" LILAS
			 "','amount':%d",
			 cents);
}

/* What has not arrived is no gift yet, and what a client gave is the client's. */
static void only_its_own_that_arrived_counts(void **state)
{
	struct patronage_skills none = { 0 };
	struct world *world = world_new();
	const struct table *table;
	struct document doc;

	(void)state;
	assert_null(put(world, &doc, &none));
	document_release(&doc);
	(void)world_must(world, LILAS,
			 "'kind':'gift','date':'2026-11-18','payer':'" LILAS
			 "','giver':'company','fund':'emploi','amount':50000");
	assert_null(put(world, &doc, &none));
	document_release(&doc);
	settle(world, 50000);
	(void)world_must(world, LILAS,
			 "'kind':'gift','date':'2026-11-18','payer':'" LILAS
			 "','giver':'person','fund':'emploi','amount':70000");
	settle(world, 70000);
	table = put(world, &doc, &none);
	assert_non_null(table);
	assert_int_equal(table->rows, 1);
	assert_int_equal(rig_number(table, table->first_row, "year"), 2026);
	assert_int_equal(rig_cents(table, table->first_row, "other"), 50000);
	assert_int_equal(rig_cents(table, table->first_row, "match"), 0);
	assert_int_equal(rig_cents(table, table->first_row, "reduction"), 30000);
	document_release(&doc);
	world_free(world);
}

/* Three ceilings of 48 060 euros for one person in 2026. */
static void skills_count_up_to_their_cap(void **state)
{
	struct patronage_skills skills = { 0 };
	struct world *world = world_new();
	const struct table *table;
	struct document doc;
	struct entry entry;
	struct fault fault;
	struct json_doc *json = json_doc_new();
	uint64_t position;

	(void)state;
	position = world_must(world, "treasurer",
			      "'kind':'patronage','date':'2026-11-18','payer':'" LILAS
			      "','fund':'emploi','form':'skills','promise':'firm',"
			      "'amount':20000000,'from':'2026-11-01',"
			      "'until':'2026-11-10','people':1,'half_days':10");
	assert_int_equal(entry_parse(json,
				     slice_of(world->leaves[position].bytes,
					      world->leaves[position].n),
				     &entry, &fault),
			 ERR_OK);
	assert_int_equal(patronage_skills_see(&skills, position, &entry, &fault), ERR_OK);
	table = put(world, &doc, &skills);
	assert_non_null(table);
	assert_int_equal(rig_cents(table, table->first_row, "other"), 3 * 4806000);
	document_release(&doc);
	patronage_skills_release(&skills);
	json_doc_free(json);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_article_in_figures),
		cmocka_unit_test(a_year_whose_law_is_not_known_has_no_effect),
		cmocka_unit_test(only_its_own_that_arrived_counts),
		cmocka_unit_test(skills_count_up_to_their_cap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
