/*
 * test_books_correction.c - a batch as it should have been, to the cent, and the
 * refusal of what breaks its rules. The rules of ledger/books_correction.c and
 * ledger/books_match.c.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/world.h"

#define LILAS     "employer:000001016" /* matches 100 % up to 300 a month */
#define CANAL     "employer:000004044" /* matches nothing */
#define ROOT_ONE  "'5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9'"
#define ROOT_NONE "'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'"

#define BATCH_OF(company, source, count, totals)                                         \
	"'kind':'batch','company':'" company "','source':'" source                       \
	"','period':'2026-10','date':'2026-10-30','step':100,'terms':'2026-09',"         \
	"'count':" count ",'zero':0,'received':" ROOT_ONE ",'root':" ROOT_ONE            \
	",'totals':[" totals "]"
#define BATCH(company, count, totals) BATCH_OF(company, "salary", count, totals)
#define CORRECTION_AT(date, company, count, root, totals)                                \
	"'kind':'correction','batch':%" PRIu64 ",'company':'" company                    \
	"','reason':'amount','date':'" date "','count':" count ",'zero':0,"              \
	"'received':" ROOT_ONE ",'root':" root ",'totals':[" totals "]"
#define CORRECTION(company, count, totals)                                               \
	CORRECTION_AT("2026-11-17", company, count, ROOT_ONE, totals)
#define EMPTIED(company) CORRECTION_AT("2026-11-17", company, "0", ROOT_NONE, "")
#define TOTAL(fund, giver, amount)                                                       \
	"{'fund':'" fund "','giver':'" giver "','amount':" amount "}"
#define SETTLED(payer, amount)                                                           \
	"'kind':'settlement','payer':'" payer "','amount':" amount ",'date':'2026-11-"   \
	"17'"
#define REVERSED                                                                         \
	"'kind':'reversal','of':%" PRIu64 ",'reason':'bank-error','date':'2026-11-18'"

static void test_the_match_of_an_emptied_batch_is_taken_back(void **state)
{
	struct world *world = world_new();
	uint64_t first = world_must(world, LILAS,
				    BATCH(LILAS, "2", TOTAL("emploi", "person", "200")));

	(void)state;
	(void)world_must(world, LILAS,
			 BATCH(LILAS, "2", TOTAL("emploi", "person", "200")));
	assert_int_equal(world_balance(world, "receivable/" LILAS), 700);
	(void)world_must(world, LILAS, EMPTIED(LILAS), first);
	/* 200 of rows and 200 of match: as if the second had come alone. */
	assert_int_equal(world_balance(world, "receivable/" LILAS), 400);
	assert_int_equal(world_balance(world, "pledged/emploi/-"), -400);
	assert_int_equal(world_balance(world, "credit/" LILAS), 0);
	world_check(world);
	world_free(world);
}

static void test_what_was_settled_too_much_is_used_by_the_next_batch(void **state)
{
	struct world *world = world_new();
	uint64_t batch = world_must(world, CANAL,
				    BATCH(CANAL, "3", TOTAL("emploi", "person", "300")));

	(void)state;
	(void)world_must(world, "treasurer", SETTLED(CANAL, "300"));
	(void)world_must(world, CANAL,
			 CORRECTION(CANAL, "2", TOTAL("emploi", "person", "180")), batch);
	assert_int_equal(world_balance(world, "credit/" CANAL), -120);
	assert_int_equal(world_balance(world, "receivable/" CANAL), 0);
	assert_int_equal(world_available(world, "emploi", "-"), 180);
	(void)world_must(world, CANAL,
			 BATCH(CANAL, "1", TOTAL("projets", "person", "200")));
	assert_int_equal(world_balance(world, "credit/" CANAL), 0);
	assert_int_equal(world_balance(world, "receivable/" CANAL), 80);
	assert_int_equal(world_available(world, "projets", "-"), 120);
	world_check(world);
	world_free(world);
}

static void test_what_is_open_is_taken_back_before_what_was_paid(void **state)
{
	struct world *world = world_new();
	uint64_t batch = world_must(world, CANAL,
				    BATCH(CANAL, "3", TOTAL("emploi", "person", "300")));

	(void)state;
	(void)world_must(world, "treasurer", SETTLED(CANAL, "200"));
	(void)world_must(world, CANAL,
			 CORRECTION(CANAL, "2", TOTAL("emploi", "person", "180")), batch);
	assert_int_equal(world_balance(world, "receivable/" CANAL), 0);
	assert_int_equal(world_balance(world, "credit/" CANAL), -20);
	assert_int_equal(world_available(world, "emploi", "-"), 180);
	world_check(world);
	world_free(world);
}

static void test_cents_that_change_their_fund_stay_paid(void **state)
{
	struct world *world = world_new();
	uint64_t batch = world_must(world, CANAL,
				    BATCH(CANAL, "3", TOTAL("emploi", "person", "300")));

	(void)state;
	(void)world_must(world, "treasurer", SETTLED(CANAL, "300"));
	(void)world_must(world, CANAL,
			 CORRECTION(CANAL, "3",
				    TOTAL("emploi", "person",
					  "100") "," TOTAL("projets", "person", "250")),
			 batch);
	assert_int_equal(world_available(world, "emploi", "-"), 100);
	assert_int_equal(world_available(world, "projets", "-"), 200);
	assert_int_equal(world_balance(world, "credit/" CANAL), 0);
	assert_int_equal(world_balance(world, "receivable/" CANAL), 50);
	/* A transfer with the batch's own reference pays what is left of it. */
	(void)world_must(world, "treasurer", SETTLED(CANAL, "50") ",'settles':%" PRIu64,
			 batch);
	assert_int_equal(world_available(world, "projets", "-"), 250);
	world_check(world);
	world_free(world);
}

static void test_a_correction_replaces_the_one_before(void **state)
{
	struct world *world = world_new();
	uint64_t batch = world_must(world, LILAS,
				    BATCH(LILAS, "2", TOTAL("emploi", "person", "200")));

	(void)state;
	(void)world_must(world, LILAS, EMPTIED(LILAS), batch);
	assert_int_equal(world_balance(world, "receivable/" LILAS), 0);
	(void)world_must(world, LILAS,
			 CORRECTION(LILAS, "1", TOTAL("projets", "person", "120")),
			 batch);
	assert_int_equal(world_balance(world, "receivable/" LILAS), 240);
	assert_int_equal(world_balance(world, "pledged/projets/-"), -240);
	(void)world_must(world, LILAS,
			 CORRECTION(LILAS, "1", TOTAL("projets", "person", "130")),
			 batch);
	assert_int_equal(world_balance(world, "pledged/projets/-"), -260);
	world_check(world);
	world_free(world);
}

static void test_a_settlement_undone_after_a_correction_opens_what_is_owed(void **state)
{
	struct world *world = world_new();
	uint64_t batch = world_must(world, CANAL,
				    BATCH(CANAL, "3", TOTAL("emploi", "person", "300")));
	uint64_t paid = world_must(world, "treasurer", SETTLED(CANAL, "300"));

	(void)state;
	(void)world_must(world, CANAL,
			 CORRECTION(CANAL, "2", TOTAL("emploi", "person", "180")), batch);
	(void)world_must(world, "treasurer", REVERSED, paid);
	assert_int_equal(world_balance(world, "receivable/" CANAL), 180);
	assert_int_equal(world_balance(world, "credit/" CANAL), 0);
	assert_int_equal(world_available(world, "emploi", "-"), 0);
	assert_int_equal(world_balance(world, "bank"), 0);
	world_check(world);
	world_free(world);
}

static void test_credit_that_was_used_is_open_again_where_it_paid(void **state)
{
	struct world *world = world_new();
	uint64_t batch = world_must(world, CANAL,
				    BATCH(CANAL, "3", TOTAL("emploi", "person", "300")));
	uint64_t paid = world_must(world, "treasurer", SETTLED(CANAL, "300"));

	(void)state;
	(void)world_must(world, CANAL, EMPTIED(CANAL), batch);
	(void)world_must(world, CANAL,
			 BATCH(CANAL, "1", TOTAL("projets", "person", "200")));
	(void)world_must(world, "treasurer", REVERSED, paid);
	assert_int_equal(world_balance(world, "receivable/" CANAL), 200);
	assert_int_equal(world_balance(world, "credit/" CANAL), 0);
	assert_int_equal(world_available(world, "emploi", "-"), 0);
	assert_int_equal(world_available(world, "projets", "-"), 0);
	world_check(world);
	world_free(world);
}

static void test_what_credit_paid_and_a_correction_gave_back_is_not_owed(void **state)
{
	struct world *world = world_new();
	uint64_t paid = world_must(world, "treasurer", SETTLED(CANAL, "100"));
	uint64_t batch = world_must(world, CANAL,
				    BATCH(CANAL, "1", TOTAL("emploi", "person", "100")));

	(void)state;
	(void)world_must(world, CANAL, EMPTIED(CANAL), batch);
	(void)world_must(world, CANAL,
			 BATCH(CANAL, "1", TOTAL("projets", "person", "60")));
	assert_int_equal(world_balance(world, "credit/" CANAL), -40);
	(void)world_must(world, "treasurer", REVERSED, paid);
	assert_int_equal(world_balance(world, "receivable/" CANAL), 60);
	assert_int_equal(world_balance(world, "credit/" CANAL), 0);
	assert_int_equal(world_available(world, "emploi", "-"), 0);
	assert_int_equal(world_available(world, "projets", "-"), 0);
	world_check(world);
	world_free(world);
}

static void test_a_match_that_was_paid_and_taken_back_is_not_owed_again(void **state)
{
	struct world *world = world_new();
	uint64_t batch = world_must(world, LILAS,
				    BATCH(LILAS, "2", TOTAL("emploi", "person", "200")));
	uint64_t paid = world_must(world, "treasurer", SETTLED(LILAS, "400"));

	(void)state;
	(void)world_must(world, LILAS, EMPTIED(LILAS), batch);
	assert_int_equal(world_balance(world, "credit/" LILAS), -400);
	(void)world_must(world, "treasurer", REVERSED, paid);
	assert_int_equal(world_balance(world, "receivable/" LILAS), 0);
	assert_int_equal(world_balance(world, "credit/" LILAS), 0);
	assert_int_equal(world_available(world, "emploi", "-"), 0);
	world_check(world);
	world_free(world);
}

static void test_the_match_follows_the_terms_of_the_day(void **state)
{
	struct world *world = world_new();
	uint64_t batch = world_must(world, LILAS,
				    BATCH(LILAS, "2", TOTAL("emploi", "person", "200")));

	(void)state;
	(void)world_must(
		world, "operator",
		"'kind':'member','id':'" LILAS "','role':'employer','siren':'000001016',"
		"'name':'Menuiserie','status':'active','step':100,'match_percent':50,"
		"'match_cap_month':300");
	(void)world_must(world, LILAS,
			 CORRECTION(LILAS, "2", TOTAL("emploi", "person", "180")), batch);
	/* 180 of rows; 90 of match, of which 200 were due before. */
	assert_int_equal(world_balance(world, "receivable/" LILAS), 270);
	world_check(world);
	world_free(world);
}

static void test_invoices_are_corrected_per_giver_and_not_matched(void **state)
{
	struct world *world = world_new();
	uint64_t batch = world_must(world, LILAS,
				    BATCH_OF(LILAS, "invoice", "3",
					     TOTAL("emploi", "company", "90") "," TOTAL(
						     "emploi", "person", "40")));

	(void)state;
	(void)world_must(world, LILAS,
			 CORRECTION(LILAS, "3",
				    TOTAL("emploi", "company",
					  "60") "," TOTAL("emploi", "seller", "10")),
			 batch);
	assert_int_equal(world_balance(world, "receivable/" LILAS), 70);
	assert_int_equal(world_balance(world, "credit/" LILAS), 0);
	world_check(world);
	world_free(world);
}

static void test_only_a_batch_of_ones_own_and_of_13_months_is_corrected(void **state)
{
	struct world *world = world_new();
	uint64_t batch = world_must(world, LILAS,
				    BATCH(LILAS, "2", TOTAL("emploi", "person", "200")));
	uint64_t correction = world_must(
		world, LILAS, CORRECTION(LILAS, "1", TOTAL("emploi", "person", "90")),
		batch);

	(void)state;
	world_refuses(world, "correction", CANAL, EMPTIED(CANAL), batch);
	world_refuses(world, "company", CANAL, EMPTIED(LILAS), batch);
	world_refuses(world, "correction", LILAS, EMPTIED(LILAS), UINT64_C(0));
	world_refuses(world, "correction", LILAS, EMPTIED(LILAS), correction);
	world_refuses(world, "correction", LILAS, EMPTIED(LILAS), correction + 1);
	world_refuses(world, "correction", LILAS,
		      CORRECTION_AT("2026-10-29", LILAS, "0", ROOT_NONE, ""), batch);
	world->at += INT64_C(86400) * 395; /* 2027-12-18: in the 13th month */
	(void)world_must(world, LILAS,
			 CORRECTION_AT("2027-12-18", LILAS, "1", ROOT_ONE,
				       TOTAL("emploi", "person", "80")),
			 batch);
	assert_int_equal(world_balance(world, "receivable/" LILAS), 160);
	world->at += INT64_C(86400) * 20;
	world_refuses(world, "correction", LILAS,
		      CORRECTION_AT("2028-01-07", LILAS, "0", ROOT_NONE, ""), batch);
	world_check(world);
	world_free(world);
}

static void test_corrected_rows_obey_the_rules_of_a_batch(void **state)
{
	struct world *world = world_new();
	uint64_t batch = world_must(world, LILAS,
				    BATCH(LILAS, "2", TOTAL("emploi", "person", "200")));

	(void)state;
	world_refuses(world, "rows", LILAS,
		      CORRECTION_AT("2026-11-17", LILAS, "0", ROOT_ONE, ""), batch);
	world_refuses(world, "giver", LILAS,
		      CORRECTION(LILAS, "1", TOTAL("emploi", "company", "10")), batch);
	world_refuses(world, "totals", LILAS,
		      CORRECTION(LILAS, "2",
				 TOTAL("projets", "person",
				       "10") "," TOTAL("emploi", "person", "10")),
		      batch);
	world_refuses(world, "totals", LILAS,
		      CORRECTION(LILAS, "9", TOTAL("emploi", "person", "8")), batch);
	world_refuses(world, "fund", LILAS,
		      CORRECTION(LILAS, "1", TOTAL("nowhere", "person", "10")), batch);
	assert_int_equal(world_balance(world, "receivable/" LILAS), 400);
	world_check(world);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_match_of_an_emptied_batch_is_taken_back),
		cmocka_unit_test(
			test_what_was_settled_too_much_is_used_by_the_next_batch),
		cmocka_unit_test(test_what_is_open_is_taken_back_before_what_was_paid),
		cmocka_unit_test(test_cents_that_change_their_fund_stay_paid),
		cmocka_unit_test(test_a_correction_replaces_the_one_before),
		cmocka_unit_test(
			test_a_settlement_undone_after_a_correction_opens_what_is_owed),
		cmocka_unit_test(test_credit_that_was_used_is_open_again_where_it_paid),
		cmocka_unit_test(
			test_what_credit_paid_and_a_correction_gave_back_is_not_owed),
		cmocka_unit_test(
			test_a_match_that_was_paid_and_taken_back_is_not_owed_again),
		cmocka_unit_test(test_the_match_follows_the_terms_of_the_day),
		cmocka_unit_test(test_invoices_are_corrected_per_giver_and_not_matched),
		cmocka_unit_test(
			test_only_a_batch_of_ones_own_and_of_13_months_is_corrected),
		cmocka_unit_test(test_corrected_rows_obey_the_rules_of_a_batch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
