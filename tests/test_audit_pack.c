/*
 * test_audit_pack.c - the auditor's papers: their sums are the books' for random years,
 * and each check finds what was planted for it.
 *
 * Of reports/audit_pack.c, reports/audit_pack_read.c, reports/audit_pack_sample.c,
 * reports/audit_pack_duties.c, reports/audit_pack_tests.c and
 * reports/audit_pack_letters.c.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ledger/merkle.h"
#include "reports/audit_pack.h"
#include "reports/sample.h"
#include "tests/random_year.h"
#include "tests/report_rig.h"

#define YEARS 6
#define LILAS "employer:000001016"

struct drawn {
	struct document doc;
	enum err err;
	struct fault fault;
};

static void standing_of(const struct world *world, struct standing *ret_standing)
{
	struct merkle_frontier frontier;

	rig_standing(world, ret_standing);
	merkle_frontier_init(&frontier);
	for (size_t i = 0; i < world->leaf_count; i++)
		assert_int_equal(merkle_append(&frontier, &world->leaves[i].hash),
				 ERR_OK);
	merkle_frontier_root(&frontier, &ret_standing->checkpoint.root);
}

struct asking {
	const char *year, *seed, *sample, *since;
	bool wrong_root;
};

static void draw(struct world *world, const struct asking *asking, struct drawn *drawn)
{
	struct report_request request = { .lang = LANG_FR };
	const char *since = asking->since ? asking->since : "";
	struct audit_pack *pack = NULL;
	struct source_visitor visitor;
	struct standing standing;

	request.text[OPTION_YEAR] = asking->year;
	request.text[OPTION_SEED] = asking->seed;
	request.text[OPTION_SAMPLE] = asking->sample;
	standing_of(world, &standing);
	standing.checkpoint.root.b[0] ^= asking->wrong_root;
	document_init(&drawn->doc, LANG_FR, "audit_pack", "Audit");
	drawn->err =
		audit_pack_begin(world->books, &standing, &request, slice_of_text(since),
				 &drawn->doc, &pack, &drawn->fault);
	if (drawn->err)
		return;
	visitor = audit_pack_visitor(pack);
	rig_show(world, &visitor);
	drawn->err = audit_pack_turn(pack, &drawn->fault);
	if (!drawn->err) {
		rig_show(world, &visitor);
		drawn->err = audit_pack_finish(pack, &drawn->fault);
	}
	audit_pack_free(pack);
}

static void draw_well(struct world *world, const struct asking *asking,
		      struct drawn *drawn)
{
	draw(world, asking, drawn);
	if (drawn->err)
		fail_msg("%s", drawn->fault.text);
	assert_int_equal(document_err(&drawn->doc), ERR_OK);
}

static size_t rows_with(const struct table *table, const char *column, const char *text)
{
	size_t count = 0;

	for (const struct row *row = table->first_row; row; row = row->next)
		if (row->style != ROW_TOTAL &&
		    strcmp(rig_text(table, row, column), text) == 0)
			count++;
	return count;
}

/* ---- sums ---- */

static void check_days(const struct drawn *drawn, const struct world *world)
{
	const struct table *table = rig_table(&drawn->doc, "days");
	int64_t next = rig_number(table, table->first_row, "first");

	for (const struct row *row = table->first_row; row; row = row->next) {
		if (row->style == ROW_TOTAL)
			continue;
		assert_int_equal(rig_number(table, row, "first"), next);
		next = rig_number(table, row, "last") + 1;
		assert_int_equal(next - rig_number(table, row, "first"),
				 rig_number(table, row, "count"));
	}
	assert_int_equal(next, world->leaf_count);
}

static void check_sample(const struct drawn *drawn)
{
	const struct table *kinds = rig_table(&drawn->doc, "population"),
			   *sample = rig_table(&drawn->doc, "sample"),
			   *evidence = rig_table(&drawn->doc, "evidence");
	int64_t book = rig_cents(kinds, rig_row(kinds, ROW_TOTAL), "sum");
	int64_t hits = rig_number(sample, rig_row(sample, ROW_TOTAL), "hits");

	assert_true(book == 0 || (hits >= 20 && hits <= 22));
	/* Each that was taken has its papers, and none else. */
	assert_int_equal(evidence->rows, sample->rows - 1);
	const struct row *paper = evidence->first_row;
	for (const struct row *row = sample->first_row; paper;
	     row = row->next, paper = paper->next)
		assert_int_equal(rig_number(evidence, paper, "position"),
				 rig_number(sample, row, "position"));
}

/* What was paid is what the entries move, and was decided before: the rules see to it. */
static size_t check_disbursements(const struct drawn *drawn)
{
	const struct table *paid = rig_table(&drawn->doc, "disbursements"),
			   *kinds = rig_table(&drawn->doc, "population");
	int64_t sum = 0;

	for (const struct row *row = kinds->first_row; row; row = row->next)
		if (strcmp(rig_text(kinds, row, "kind"), "paid") == 0)
			sum = rig_cents(kinds, row, "sum");
	assert_int_equal(rig_cents(paid, rig_row(paid, ROW_TOTAL), "amount"), sum);
	for (const struct row *row = paid->first_row; row; row = row->next)
		if (row->style != ROW_TOTAL)
			assert_string_equal(rig_text(paid, row, "authorised"),
					    tr(LANG_FR, MSG_AUDIT_YES));
	return paid->rows - 1;
}

/* What payers owe at the end is what the books say; and opening and moves make it. */
static void check_letters(const struct drawn *drawn, struct world *world)
{
	const struct table *table = rig_table(&drawn->doc, "confirmations");
	int64_t owed = 0;

	for (const struct row *row = table->first_row; row; row = row->next)
		assert_int_equal(rig_cents(table, row, "opening") +
					 rig_cents(table, row, "promised") -
					 rig_cents(table, row, "received") +
					 rig_cents(table, row, "other"),
				 rig_cents(table, row, "closing"));
	for (int i = 0; i < RANDOM_PAYERS; i++) {
		char account[128];

		(void)snprintf(account, sizeof account, "receivable/%s",
			       random_payers[i]);
		owed += cents_value(query_balance(world->books, account));
	}
	assert_int_equal(rig_cents(table, rig_row(table, ROW_TOTAL), "closing"), owed);
}

static void the_sums_of_random_years_are_the_books(void **state)
{
	size_t disbursed = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= YEARS; seed++) {
		struct world *world = world_new();
		struct asking asking = { .sample = "20" };
		struct dice dice = { seed * 7919 };
		struct drawn drawn = { .err = ERR_OK };

		random_begin(world);
		if (seed % 2)
			random_bank(world);
		for (int i = 0; i < 150; i++)
			random_play(world, &dice);
		draw_well(world, &asking, &drawn);
		check_days(&drawn, world);
		check_sample(&drawn);
		disbursed += check_disbursements(&drawn);
		check_letters(&drawn, world);
		document_release(&drawn.doc);
		world_free(world);
	}
	assert_true(disbursed > 3);
}

/* ---- what is refused ---- */

static void another_root_is_refused(void **state)
{
	struct asking asking = { .wrong_root = true };
	struct drawn drawn = { .err = ERR_OK };
	struct world *world = world_new();

	(void)state;
	draw(world, &asking, &drawn);
	assert_int_equal(drawn.err, ERR_CORRUPT);
	document_release(&drawn.doc);
	world_free(world);
}

static void what_is_asked_wrongly_is_refused(void **state)
{
	static const struct asking wrong[] = {
		{ .sample = "0" },    { .sample = "-3" }, { .sample = "10001" },
		{ .sample = "many" }, { .seed = "" },     { .year = "26" },
	};
	struct world *world = world_new();

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct drawn drawn = { .err = ERR_OK };

		draw(world, &wrong[i], &drawn);
		assert_int_equal(drawn.err, ERR_USAGE);
		document_release(&drawn.doc);
	}
	world_free(world);
}

/* ---- what is planted ---- */

static void the_same_seed_draws_the_same(void **state)
{
	struct asking one = { .seed = "A", .sample = "5" }, other = one;
	struct drawn first = { .err = ERR_OK }, again = first, another = first;
	struct world *world = world_new();
	struct dice dice = { 5 };
	const struct table *a, *b, *c;

	(void)state;
	random_begin(world);
	for (int i = 0; i < 60; i++)
		random_play(world, &dice);
	other.seed = "B";
	draw_well(world, &one, &first);
	draw_well(world, &one, &again);
	draw_well(world, &other, &another);
	a = rig_table(&first.doc, "sample");
	b = rig_table(&again.doc, "sample");
	c = rig_table(&another.doc, "sample");
	assert_int_equal(rig_number(a, a->first_row, "unit"),
			 rig_number(b, b->first_row, "unit"));
	assert_int_not_equal(rig_number(a, a->first_row, "unit"),
			     rig_number(c, c->first_row, "unit"));
	document_release(&first.doc);
	document_release(&again.doc);
	document_release(&another.doc);
	world_free(world);
}

static void what_was_planted_is_found(void **state)
{
	struct asking asking = { .year = "2026" };
	struct drawn drawn = { .err = ERR_OK };
	struct world *world = world_new();
	const struct table *hits, *cut_off, *duties;
	uint64_t gift;

	(void)state;
	/* Wednesday 18 November 2026 at noon; then a Saturday; then the next year. */
	gift = world_must(world, LILAS,
			  "'kind':'gift','date':'2026-11-18','payer':'" LILAS
			  "','giver':'company','fund':'emploi','amount':100000");
	world->at += 2 * DAY_S + 13 * 3600; /* Saturday 21 November, after midnight */
	(void)world_must(
		world, "operator",
		"'kind':'reversal','date':'2026-11-20','reason':'amount','of':%" PRIu64,
		gift);
	world->at += 60 * DAY_S;
	(void)world_must(world, LILAS,
			 "'kind':'gift','date':'2026-12-31','payer':'" LILAS
			 "','giver':'company','fund':'emploi','amount':777");
	(void)world_must(world, "treasurer",
			 "'kind':'gift','date':'2026-12-30','payer':'" LILAS
			 "','giver':'company','fund':'emploi','amount':778");
	(void)world_must(world, "treasurer",
			 "'kind':'income','date':'2026-12-30','fund':'fonctionnement',"
			 "'nature':'interest','amount':5");
	draw_well(world, &asking, &drawn);
	duties = rig_table(&drawn.doc, "duty_exceptions");
	assert_int_equal(rows_with(duties, "member", "treasurer"), 1);
	assert_int_equal(duties->rows, 1);
	hits = rig_table(&drawn.doc, "hits");
	assert_int_equal(rows_with(hits, "test", "round"), 2);
	assert_int_equal(rows_with(hits, "test", "manual"), 1);
	assert_int_equal(rows_with(hits, "test", "weekend"), 1);
	/* The reversal, and the income; gifts are no acts of a person. */
	assert_int_equal(rows_with(hits, "test", "night"), 2);
	assert_int_equal(rows_with(hits, "test", "undone_soon"), 1);
	cut_off = rig_table(&drawn.doc, "cut_off");
	assert_int_equal(rows_with(cut_off, "why", tr(LANG_FR, MSG_AUDIT_LATE)), 3);
	document_release(&drawn.doc);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_sums_of_random_years_are_the_books),
		cmocka_unit_test(another_root_is_refused),
		cmocka_unit_test(what_is_asked_wrongly_is_refused),
		cmocka_unit_test(the_same_seed_draws_the_same),
		cmocka_unit_test(what_was_planted_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
