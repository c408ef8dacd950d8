/*
 * test_books_money.c - batches, match, settlement, credit, reversal and
 * allocation, to the cent, and the refusal of what breaks their rules. The rules
 * of ledger/books_batch.c, ledger/books_promise.c, ledger/books_line.c,
 * ledger/books_settlement.c, ledger/books_reversal.c, ledger/books_allocation.c and
 * ledger/books_posting.c.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/world.h"

#define LILAS    "employer:000001016"
#define CANAL    "employer:000004044"
#define ROOT_ONE "'5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9'"

/* A salary batch of one giver, for the month and day of the world's tests. */
#define BATCH(count, totals)                                                             \
	"'kind':'batch','company':'" LILAS "','source':'salary','period':'2026-10',"     \
	"'date':'2026-10-30','step':100,'terms':'2026-09','count':" count ",'zero':0,"   \
	"'received':" ROOT_ONE ",'root':" ROOT_ONE ",'totals':[" totals "]"
#define TOTAL(fund, giver, amount)                                                       \
	"{'fund':'" fund "','giver':'" giver "','amount':" amount "}"

static void test_a_batch_is_a_receivable_and_no_money_yet(void **state)
{
	struct world *world = world_new();

	(void)state;
	(void)world_must(world, LILAS, BATCH("2", TOTAL("emploi", "person", "120")));
	assert_int_equal(world_balance(world, "receivable/" LILAS),
			 240); /* with the match */
	assert_int_equal(world_balance(world, "pledged/emploi/-"), -240);
	assert_int_equal(world_available(world, "emploi", "-"), 0);
	world_check(world);
	world_free(world);
}

static void test_the_match_is_cumulative_and_capped_by_month(void **state)
{
	struct world *world = world_new();

	(void)state;
	(void)world_must(world, LILAS, BATCH("2", TOTAL("emploi", "person", "200")));
	assert_int_equal(world_balance(world, "receivable/" LILAS), 400);
	(void)world_must(world, LILAS, BATCH("2", TOTAL("projets", "person", "200")));
	assert_int_equal(world_balance(world, "receivable/" LILAS),
			 700); /* 100 more only */
	world_check(world);
	world_free(world);
}

static void test_new_terms_that_are_lower_take_the_match_back(void **state)
{
	struct world *world = world_new();

	(void)state;
	(void)world_must(world, LILAS, BATCH("2", TOTAL("emploi", "person", "200")));
	(void)world_must(world, "operator",
			 "'kind':'member','id':'" LILAS
			 "','role':'employer','siren':'000001016',"
			 "'name':'Menuiserie','status':'active','match_percent':50,"
			 "'match_cap_month':300");
	(void)world_must(world, LILAS, BATCH("2", TOTAL("emploi", "person", "100")));
	/* 300 of rows at 50 % are 150; 200 were matched: -50. */
	assert_int_equal(world_balance(world, "receivable/" LILAS), 300 + 150);
	world_check(world);
	world_free(world);
}

static void terms_become(struct world *world, const char *terms)
{
	(void)world_must(world, "operator",
			 "'kind':'member','id':'" LILAS
			 "','role':'employer','siren':'000001016',"
			 "'name':'Menuiserie','status':'active'%s",
			 terms);
}

static void test_new_terms_that_are_higher_match_the_whole_month(void **state)
{
	struct world *world = world_new();

	(void)state;
	(void)world_must(world, LILAS, BATCH("2", TOTAL("emploi", "person", "200")));
	terms_become(world, ",'match_percent':200,'match_cap_month':500");
	(void)world_must(world, LILAS, BATCH("2", TOTAL("emploi", "person", "100")));
	/* 300 of rows at 200 % are 600, capped at 500; 200 were matched: 300 more. */
	assert_int_equal(world_balance(world, "receivable/" LILAS), 300 + 500);
	world_check(world);
	world_free(world);
}

static void test_terms_that_end_within_a_month_take_its_match_back_with_a_batch(
	void **state)
{
	struct world *world = world_new();

	(void)state;
	(void)world_must(world, LILAS, BATCH("2", TOTAL("emploi", "person", "200")));
	terms_become(world, "");
	assert_int_equal(world_balance(world, "receivable/" LILAS), 200 + 200);
	(void)world_must(world, LILAS, BATCH("2", TOTAL("emploi", "person", "100")));
	assert_int_equal(world_balance(world, "receivable/" LILAS), 300);
	world_check(world);
	world_free(world);
}

static void test_the_match_goes_over_the_funds_by_largest_remainder(void **state)
{
	struct world *world = world_new();

	(void)state;
	(void)world_must(world, "operator",
			 "'kind':'member','id':'" LILAS
			 "','role':'employer','siren':'000001016',"
			 "'name':'Menuiserie','status':'active','match_percent':50,"
			 "'match_cap_month':30000");
	(void)world_must(world, LILAS,
			 BATCH("3", TOTAL("emploi", "person", "1") "," TOTAL(
					    "general", "person",
					    "1") "," TOTAL("projets", "person", "1")));
	/* floor(3 x 50 %) = 1 cent, equal remainders: the first fund by id. */
	assert_int_equal(world_balance(world, "pledged/emploi/-"), -2);
	assert_int_equal(world_balance(world, "pledged/general/-"), -1);
	assert_int_equal(world_balance(world, "pledged/projets/-"), -1);
	world_check(world);
	world_free(world);
}

static void test_rules_of_a_batch(void **state)
{
	struct world *world = world_new();

	(void)state;
	world_refuses(world, "company", CANAL,
		      BATCH("1", TOTAL("emploi", "person", "5")));
	world_refuses(world, "role", "operator",
		      BATCH("1", TOTAL("emploi", "person", "5")));
	world_refuses(world, "member", "employer:999",
		      BATCH("1", TOTAL("emploi", "person", "5")));
	world_refuses(world, "fund", LILAS, BATCH("1", TOTAL("autre", "person", "5")));
	world_refuses(world, "giver", LILAS, BATCH("1", TOTAL("emploi", "company", "5")));
	world_refuses(world, "totals", LILAS, BATCH("6", TOTAL("emploi", "person", "5")));
	world_refuses(world, "totals", LILAS,
		      BATCH("1", TOTAL("emploi", "person", "5001")));
	world_refuses(world, "totals", LILAS,
		      BATCH("2", TOTAL("projets", "person",
				       "5") "," TOTAL("emploi", "person", "5")));
	world_refuses(world, "rows", LILAS, BATCH("0", ""));
	world_refuses(
		world, "date", LILAS,
		"'kind':'batch','company':'" LILAS
		"','source':'salary','period':'2026-11',"
		"'date':'2026-11-19','step':100,'terms':'2026-09','count':1,'zero':0,"
		"'received':" ROOT_ONE ",'root':" ROOT_ONE
		",'totals':[" TOTAL("emploi", "person", "5") "]");
	world_refuses(
		world, "window", LILAS,
		"'kind':'batch','company':'" LILAS
		"','source':'salary','period':'2025-09',"
		"'date':'2026-10-30','step':100,'terms':'2026-09','count':1,'zero':0,"
		"'received':" ROOT_ONE ",'root':" ROOT_ONE
		",'totals':[" TOTAL("emploi", "person", "5") "]");
	world_refuses(
		world, "window", LILAS,
		"'kind':'batch','company':'" LILAS
		"','source':'salary','period':'2026-12',"
		"'date':'2026-10-30','step':100,'terms':'2026-09','count':1,'zero':0,"
		"'received':" ROOT_ONE ",'root':" ROOT_ONE
		",'totals':[" TOTAL("emploi", "person", "5") "]");
	world_refuses(
		world, "step", LILAS,
		"'kind':'batch','company':'" LILAS
		"','source':'salary','period':'2026-10',"
		"'date':'2026-10-30','step':200,'terms':'2026-09','count':1,'zero':0,"
		"'received':" ROOT_ONE ",'root':" ROOT_ONE
		",'totals':[" TOTAL("emploi", "person", "5") "]");
	world_refuses(
		world, "terms", LILAS,
		"'kind':'batch','company':'" LILAS
		"','source':'salary','period':'2026-10',"
		"'date':'2026-10-30','step':100,'terms':'2025-01','count':1,'zero':0,"
		"'received':" ROOT_ONE ",'root':" ROOT_ONE
		",'totals':[" TOTAL("emploi", "person", "5") "]");
	world_check(world);
	world_free(world);
}

static void test_a_short_settlement_pays_by_class_then_by_largest_remainder(void **state)
{
	struct world *world = world_new();

	(void)state;
	(void)world_must(world, LILAS,
			 BATCH("3", TOTAL("emploi", "person",
					  "100") "," TOTAL("projets", "person", "50")));
	/* 150 of persons, 150 of match (100 emploi, 50 projets); 160 arrive. */
	(void)world_must(world, "treasurer",
			 "'kind':'settlement','date':'2026-11-10','payer':'" LILAS
			 "','amount':160");
	assert_int_equal(world_available(world, "emploi", "-"), 107);
	assert_int_equal(world_available(world, "projets", "-"), 53);
	assert_int_equal(world_balance(world, "receivable/" LILAS), 140);
	assert_int_equal(world_balance(world, "bank"), 160);
	world_check(world);
	world_free(world);
}

static void test_what_is_too_much_is_credit_for_the_next_batch(void **state)
{
	struct world *world = world_new();

	(void)state;
	(void)world_must(world, LILAS, BATCH("1", TOTAL("emploi", "person", "50")));
	(void)world_must(world, "operator",
			 "'kind':'settlement','date':'2026-11-10','payer':'" LILAS
			 "','amount':130");
	assert_int_equal(world_balance(world, "credit/" LILAS), -30);
	(void)world_must(world, LILAS, BATCH("1", TOTAL("emploi", "person", "20")));
	assert_int_equal(world_balance(world, "credit/" LILAS), 0);
	assert_int_equal(world_balance(world, "receivable/" LILAS), 10);
	assert_int_equal(world_available(world, "emploi", "-"), 130);
	world_check(world);
	world_free(world);
}

static void test_funds_are_ordered_by_their_ids_and_not_by_their_keys(void **state)
{
	struct world *world = world_new();

	(void)state;
	/* '-' is below '/', with which keys are made: "projets" still comes first. */
	(void)world_must(
		world, CANAL,
		"'kind':'batch','company':'" CANAL
		"','source':'salary','period':'2026-10',"
		"'date':'2026-10-30','step':100,'terms':'2026-09','count':2,'zero':0,"
		"'received':" ROOT_ONE ",'root':" ROOT_ONE
		",'totals':[" TOTAL("projets", "person",
				    "1") "," TOTAL("projets-2", "person", "1") "]");
	(void)world_must(world, "operator",
			 "'kind':'settlement','date':'2026-11-10','payer':'" CANAL
			 "','amount':1");
	assert_int_equal(world_available(world, "projets", "-"), 1);
	assert_int_equal(world_available(world, "projets-2", "-"), 0);
	world_check(world);
	world_free(world);
}

static void test_a_settlement_pays_the_entry_that_its_reference_names_first(void **state)
{
	struct world *world = world_new();
	uint64_t second;

	(void)state;
	(void)world_must(world, LILAS, BATCH("1", TOTAL("emploi", "person", "50")));
	second = world_must(world, LILAS, BATCH("1", TOTAL("projets", "person", "50")));
	(void)world_must(world, "operator",
			 "'kind':'settlement','date':'2026-11-10','payer':'" LILAS
			 "','amount':100,"
			 "'settles':%" PRIu64,
			 second);
	assert_int_equal(world_available(world, "emploi", "-"), 0);
	assert_int_equal(world_available(world, "projets", "-"), 100);
	world_check(world);
	world_free(world);
}

static void test_a_reversed_settlement_opens_what_it_paid_and_overdraws(void **state)
{
	struct world *world = world_new();
	uint64_t settlement;

	(void)state;
	(void)world_must(world, LILAS, BATCH("1", TOTAL("general", "person", "50")));
	settlement = world_must(world, "operator",
				"'kind':'settlement','date':'2026-10-31','payer':'" LILAS
				"','amount':100");
	(void)world_must(world, "operator", "'kind':'allocation','month':'2026-10'");
	assert_int_equal(world_available(world, "emploi", "-"), 55);
	(void)world_must(world, "treasurer",
			 "'kind':'reversal','date':'2026-11-10','of':%" PRIu64
			 ",'reason':'wrong-payer'",
			 settlement);
	assert_int_equal(world_available(world, "general", "-"), -100);
	assert_int_equal(world_balance(world, "receivable/" LILAS), 100);
	world_refuses(world, "reversal", "treasurer",
		      "'kind':'reversal','date':'2026-11-10','of':%" PRIu64
		      ",'reason':'duplicate'",
		      settlement);
	world_refuses(
		world, "overdrawn", "operator",
		"'kind':'proposal','subject':'transfer','fund':'general','to':'emploi',"
		"'amount':10,'expires_on':'2026-12-31'");
	world_check(world);
	world_free(world);
}

static void test_reversing_the_settlement_behind_a_used_credit_opens_what_it_paid(
	void **state)
{
	struct world *world = world_new();
	uint64_t settlement;

	(void)state;
	settlement = world_must(world, "operator",
				"'kind':'settlement','date':'2026-10-31','payer':'" LILAS
				"','amount':70");
	(void)world_must(world, LILAS, BATCH("1", TOTAL("emploi", "person", "50")));
	assert_int_equal(world_available(world, "emploi", "-"), 70);
	(void)world_must(world, "operator",
			 "'kind':'reversal','date':'2026-11-10','of':%" PRIu64
			 ",'reason':'bank-error'",
			 settlement);
	assert_int_equal(world_balance(world, "bank"), 0);
	assert_int_equal(world_balance(world, "credit/" LILAS), 0);
	assert_int_equal(world_available(world, "emploi", "-"), 0);
	assert_int_equal(world_balance(world, "receivable/" LILAS), 100);
	world_check(world);
	world_free(world);
}

static void test_reversing_a_gift_that_was_paid_makes_a_credit(void **state)
{
	struct world *world = world_new();
	uint64_t gift;

	(void)state;
	gift = world_must(world, "operator",
			  "'kind':'gift','date':'2026-11-01','payer':'" CANAL
			  "','amount':500,'fund':'emploi','giver':'company'");
	(void)world_must(world, "operator",
			 "'kind':'settlement','date':'2026-11-02','payer':'" CANAL
			 "','amount':200");
	(void)world_must(world, "operator",
			 "'kind':'reversal','date':'2026-11-03','of':%" PRIu64
			 ",'reason':'cancelled'",
			 gift);
	assert_int_equal(world_balance(world, "credit/" CANAL), -200);
	assert_int_equal(world_balance(world, "receivable/" CANAL), 0);
	assert_int_equal(world_available(world, "emploi", "-"), 0);
	world_check(world);
	world_free(world);
}

static void test_nothing_is_reversed_after_thirteen_months(void **state)
{
	struct world *world = world_new();
	uint64_t gift, settlement;

	(void)state;
	gift = world_must(world, "operator",
			  "'kind':'gift','date':'2026-11-01','payer':'" CANAL
			  "','amount':500,'fund':'emploi','giver':'company'");
	settlement = world_must(world, "operator",
				"'kind':'settlement','date':'2026-11-02','payer':'" CANAL
				"','amount':200");
	world->at += INT64_C(86400) * 420; /* January: 14 months */
	world_refuses(world, "reversal", "operator",
		      "'kind':'reversal','date':'2027-12-20','of':%" PRIu64
		      ",'reason':'amount'",
		      gift);
	world_refuses(world, "reversal", "operator",
		      "'kind':'reversal','date':'2027-12-20','of':%" PRIu64
		      ",'reason':'amount'",
		      settlement);
	world->at -= INT64_C(86400) * 30; /* December: 13 months */
	(void)world_must(world, "operator",
			 "'kind':'reversal','date':'2027-12-10','of':%" PRIu64
			 ",'reason':'amount'",
			 settlement);
	world_check(world);
	world_free(world);
}

static unsigned keys_of(struct world *world, const char *prefix)
{
	struct state_cursor cursor;
	unsigned n = 0;

	for (state_first(world->state, &cursor, prefix); cursor.found;
	     state_next(world->state, &cursor))
		n++;
	return n;
}

/* Each is dropped with an entry of the fourteenth month, unless it was used anew. */
static void test_a_reference_is_forgotten_after_thirteen_months(void **state)
{
	static const char gift[] = "'kind':'gift','date':'%s','payer':'" CANAL
				   "','amount':500,'fund':'emploi','giver':'company'"
				   ",'ref':'%s'";
	struct world *world = world_new();
	unsigned before = keys_of(world, "ref/operator/");

	(void)state;
	(void)world_must(world, "operator", gift, "2026-11-01", "ONE");
	(void)world_must(world, "operator", gift, "2026-11-01", "TWO");
	assert_int_equal(keys_of(world, "ref/operator/"), before + 2);
	assert_int_equal(keys_of(world, "ref/operator/TWO"), 1);
	assert_true(keys_of(world, "expire/024336/") >= 4); /* of November */
	world_refuses(world, "reference", "operator", gift, "2026-11-02", "ONE");
	world->at += INT64_C(86400) * 390; /* December: 13 months */
	world_refuses(world, "reference", "operator", gift, "2027-12-01", "ONE");
	world->at += INT64_C(86400) * 30; /* January: 14 months */
	(void)world_must(world, "operator", gift, "2028-01-02", "ONE");
	assert_int_equal(keys_of(world, "ref/operator/TWO"), 0);
	assert_int_equal(keys_of(world, "ref/operator/"), 1);
	assert_int_equal(keys_of(world, "expire/024336/"), 0);
	(void)world_must(world, "operator", gift, "2028-01-02", "TWO");
	world_refuses(world, "reference", "operator", gift, "2028-01-03", "ONE");
	assert_int_equal(keys_of(world, "ref/operator/"), 2);
	world_check(world);
	world_free(world);
}

static void test_earmarked_patronage_is_a_sub_balance_of_its_own(void **state)
{
	struct world *world = world_new();

	(void)state;
	(void)world_must(
		world, "operator",
		"'kind':'patronage','date':'2026-11-01','due_on':'2026-12-31','payer':"
		"'" LILAS
		"','amount':3000000,'fund':'projets','earmark':'projets','form':'cash',"
		"'promise':'firm'");
	(void)world_must(world, "treasurer",
			 "'kind':'settlement','date':'2026-11-02','payer':'" LILAS
			 "','amount':1500000");
	assert_int_equal(world_available(world, "projets", "projets"), 1500000);
	assert_int_equal(world_available(world, "projets", "-"), 0);
	world_refuses(world, "earmark", "operator",
		      "'kind':'patronage','date':'2026-11-01','due_on':'2026-12-31','"
		      "payer':'" LILAS "','amount':3,'fund':'projets','earmark':'emploi',"
		      "'form':'cash','promise':'firm'");
	world_check(world);
	world_free(world);
}

static void test_an_allocation_takes_what_had_arrived_by_the_end_of_its_month(
	void **state)
{
	struct world *world = world_new();

	(void)state;
	(void)world_must(world, LILAS, BATCH("2", TOTAL("general", "person", "100")));
	(void)world_must(world, "operator",
			 "'kind':'settlement','date':'2026-10-31','payer':'" LILAS
			 "','amount':101");
	(void)world_must(world, "operator",
			 "'kind':'settlement','date':'2026-11-02','payer':'" LILAS
			 "','amount':99");
	world_refuses(world, "allocation", "operator",
		      "'kind':'allocation','month':'2026-11'");
	(void)world_must(world, "operator", "'kind':'allocation','month':'2026-10'");
	/* 101 over 5500, 3500, 1000: 55.55, 35.35, 10.10: one cent is left. */
	assert_int_equal(world_available(world, "emploi", "-"), 56);
	assert_int_equal(world_available(world, "projets", "-"), 35);
	assert_int_equal(world_available(world, "fonctionnement", "-"), 10);
	assert_int_equal(world_available(world, "general", "-"), 99);
	world_refuses(world, "allocation", "operator",
		      "'kind':'allocation','month':'2026-10'");
	world_refuses(world, "allocation", "operator",
		      "'kind':'allocation','month':'2026-09'");
	world->at += 40 * 86400;
	(void)world_must(world, "operator", "'kind':'allocation','month':'2026-11'");
	assert_int_equal(world_available(world, "general", "-"), 0);
	world_check(world);
	world_free(world);
}

static void test_rules_of_settlements_gifts_and_reversals(void **state)
{
	struct world *world = world_new();

	(void)state;
	world_refuses(world, "role", LILAS,
		      "'kind':'settlement','date':'2026-11-02','payer':'" LILAS
		      "','amount':5");
	world_refuses(
		world, "payer", "operator",
		"'kind':'settlement','date':'2026-11-02','payer':'operator','amount':5");
	world_refuses(
		world, "payer", "operator",
		"'kind':'settlement','date':'2026-11-02','payer':'nobody','amount':5");
	world_refuses(world, "settles", "operator",
		      "'kind':'settlement','date':'2026-11-02','payer':'" LILAS
		      "','amount':5,'settles':99");
	world_refuses(world, "payer", LILAS,
		      "'kind':'gift','date':'2026-11-01','payer':'" CANAL
		      "','amount':500,'fund':'emploi','giver':'company'");
	world_refuses(
		world, "reversal", "operator",
		"'kind':'reversal','date':'2026-11-03','of':0,'reason':'cancelled'");
	world_refuses(
		world, "reversal", "operator",
		"'kind':'reversal','date':'2026-11-03','of':77,'reason':'cancelled'");
	world_check(world);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_batch_is_a_receivable_and_no_money_yet),
		cmocka_unit_test(test_the_match_is_cumulative_and_capped_by_month),
		cmocka_unit_test(test_new_terms_that_are_lower_take_the_match_back),
		cmocka_unit_test(test_new_terms_that_are_higher_match_the_whole_month),
		cmocka_unit_test(
			test_terms_that_end_within_a_month_take_its_match_back_with_a_batch),
		cmocka_unit_test(test_the_match_goes_over_the_funds_by_largest_remainder),
		cmocka_unit_test(test_rules_of_a_batch),
		cmocka_unit_test(
			test_a_short_settlement_pays_by_class_then_by_largest_remainder),
		cmocka_unit_test(test_what_is_too_much_is_credit_for_the_next_batch),
		cmocka_unit_test(
			test_a_settlement_pays_the_entry_that_its_reference_names_first),
		cmocka_unit_test(
			test_funds_are_ordered_by_their_ids_and_not_by_their_keys),
		cmocka_unit_test(
			test_a_reversed_settlement_opens_what_it_paid_and_overdraws),
		cmocka_unit_test(
			test_reversing_the_settlement_behind_a_used_credit_opens_what_it_paid),
		cmocka_unit_test(test_reversing_a_gift_that_was_paid_makes_a_credit),
		cmocka_unit_test(test_nothing_is_reversed_after_thirteen_months),
		cmocka_unit_test(test_a_reference_is_forgotten_after_thirteen_months),
		cmocka_unit_test(test_earmarked_patronage_is_a_sub_balance_of_its_own),
		cmocka_unit_test(
			test_an_allocation_takes_what_had_arrived_by_the_end_of_its_month),
		cmocka_unit_test(test_rules_of_settlements_gifts_and_reversals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
