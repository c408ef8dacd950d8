/*
 * test_prefet.c - the report to the préfet: its four items agree with the accounts, and
 * name nobody. Of reports/prefet.c and reports/prefet_actions.c.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "reports/prefet.h"
#include "reports/render.h"
#include "tests/accounting_rig.h"
#include "tests/random_books.h"
#include "tests/story.h"

#define TEXT_BYTES_MAX ((size_t)16 << 20)
#define LILAS          "employer:000001016"

static void add(void *ctx, uint64_t position, const struct entry *entry,
		const struct posting *postings, size_t count, struct books *books)
{
	struct fault fault;

	(void)books;
	if (prefet_add(ctx, position, entry, postings, count, &fault))
		fail_msg("%s", fault.text);
}

static void draw(struct world *world, const struct exercise_request *request,
		 struct document *doc, struct buffer *text)
{
	struct prefet *prefet = NULL;
	struct standing standing;
	struct fault fault;

	rig_standing(world, &standing);
	document_init(doc, LANG_FR, "prefet", "Rapport");
	if (prefet_new(world->books, &standing, request, &prefet, &fault))
		fail_msg("%s", fault.text);
	rig_each_entry(world, add, prefet);
	if (prefet_put(prefet, doc, &fault))
		fail_msg("%s", fault.text);
	prefet_free(prefet);
	buffer_init(text, TEXT_BYTES_MAX);
	assert_int_equal(render_text(doc, text, &fault), ERR_OK);
}

static int64_t total(const struct document *doc, const char *table, const char *column)
{
	const struct table *t = rig_table(doc, table);

	return rig_cents(t, rig_row(t, ROW_TOTAL), column);
}

static void test_who_gave_adds_up_to_the_income_of_the_accounts(void **state)
{
	static const char *const accounts[] = { "754", "755", "10232", "1081" };

	(void)state;
	for (uint64_t seed = 41; seed < 46; seed++) {
		struct world *world = world_new();
		struct dice dice = { .state = seed };

		random_begin(world);
		random_open(world);
		for (int step = 0; step < RANDOM_STEPS; step++) {
			random_book(world, &dice);
			random_play(world, &dice);
		}
		for (int32_t y = 2026; y <= 2027; y++) {
			struct exercise_request request = rig_year(y);
			struct accounting *accounting =
				rig_accounting(world, &request, NULL);
			struct document doc;
			struct buffer text;
			int64_t income = 0;

			for (size_t i = 0; i < sizeof accounts / sizeof *accounts; i++)
				income -= rig_balance(accounting, accounts[i],
						      TERM_CURRENT);
			draw(world, &request, &doc, &text);
			assert_int_equal(total(&doc, "given", "amount"), income);
			accounting_free(accounting);
			document_release(&doc);
			buffer_release(&text);
		}
		world_free(world);
	}
}

static void test_a_seeker_is_a_number_and_a_bearer_has_a_name(void **state)
{
	struct exercise_request request = rig_year(2026);
	struct world *world = world_new();
	struct accounting *accounting;
	struct document doc;
	struct buffer text;
	struct story story;

	(void)state;
	story_tell(world, &story);
	accounting = rig_accounting(world, &request, NULL);
	draw(world, &request, &doc, &text);
	assert_null(strstr(buffer_text(&text), "job-seeker"));
	assert_null(strstr(buffer_text(&text), "00112233445566778899"));
	assert_non_null(strstr(buffer_text(&text), "Dossier"));
	assert_int_equal(total(&doc, "actions", "paid"),
			 rig_balance(accounting, "6571", TERM_CURRENT) +
				 rig_balance(accounting, "4683", TERM_CURRENT));
	assert_true(total(&doc, "actions", "paid") > 0);
	assert_true(total(&doc, "actions", "granted") >=
		    total(&doc, "beneficiaries", "granted"));
	assert_true(total(&doc, "beneficiaries", "granted") > 0);
	accounting_free(accounting);
	document_release(&doc);
	buffer_release(&text);
	world_free(world);
}

/* Each limit, at it and a cent past it. */
static void test_a_threshold_is_passed_by_a_cent(void **state)
{
	static const int64_t gifts[] = { 1000000, 1, 15300000 - 1000001, 1 };
	static const int alerts[] = { 0, 1, 1, 2 };
	struct exercise_request request = rig_year(2026);
	struct world *world = world_new();

	(void)state;
	for (size_t i = 0; i < sizeof gifts / sizeof *gifts; i++) {
		const struct table *t;
		struct document doc;
		struct buffer text;
		int past = 0;

		(void)world_must(world, LILAS,
				 "'kind':'gift','date':'2026-11-02','payer':'" LILAS
				 "','giver':'company','fund':'emploi','amount':%" PRId64,
				 gifts[i]);
		draw(world, &request, &doc, &text);
		t = rig_table(&doc, "thresholds");
		for (const struct row *row = t->first_row; row; row = row->next)
			past += row->style == ROW_ALERT;
		assert_int_equal(past, alerts[i]);
		document_release(&doc);
		buffer_release(&text);
	}
	world_free(world);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_who_gave_adds_up_to_the_income_of_the_accounts),
	cmocka_unit_test(test_a_seeker_is_a_number_and_a_bearer_has_a_name),
	cmocka_unit_test(test_a_threshold_is_passed_by_a_cent),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
