/*
 * test_books_patronage.c - companies' conventions and co-funders' contributions, to
 * the cent, and the refusal of what breaks their rules. The rules of
 * ledger/books_patronage.c, ledger/books_promise.c and, of what a convention waits for,
 * ledger/books_condition.c.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/world.h"

#define LILAS  "employer:000001016"
#define CANAL  "employer:000004044"
#define FUNDER "funder:000009316"
#define DIGEST "'5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9'"

#define PATRONAGE                                                                        \
	"'kind':'patronage','date':'2026-11-10','payer':'" LILAS "','fund':'projets',"
#define CASH  PATRONAGE "'form':'cash','promise':'firm',"
#define GOODS PATRONAGE "'form':'goods','promise':'firm'"
#define TWO                                                                              \
	"'instalments':[{'amount':600,'due_on':'2026-11-15'},"                           \
	"{'amount':400,'due_on':'2027-03-31'}]"
#define CONDITION                                                                        \
	"'kind':'condition','condition':'permis','evidence':" DIGEST ",'patronage':"

static void pays(struct world *world, const char *payer, int64_t amount)
{
	(void)world_must(world, "treasurer",
			 "'kind':'settlement','date':'2026-11-18','payer':'%s',"
			 "'amount':%" PRId64,
			 payer, amount);
}

static void reverses(struct world *world, uint64_t of)
{
	(void)world_must(world, "treasurer",
			 "'kind':'reversal','date':'2026-11-18','reason':'cancelled',"
			 "'of':%" PRIu64,
			 of);
}

/* What is due of a payer by a day; the number of days is the return value. */
static size_t dues(struct world *world, int64_t cents[4])
{
	struct due_view *views = NULL;
	struct fault fault;
	size_t count;

	assert_int_equal(
		query_dues(world->books, slice_of_text(LILAS), &views, &count, &fault),
		ERR_OK);
	assert_true(count <= 4);
	for (size_t i = 0; i < count; i++)
		cents[i] = cents_value(views[i].open);
	free(views);
	return count;
}

static void test_each_instalment_is_due_on_its_own_day(void **state)
{
	struct world *world = world_new();
	int64_t cents[4];

	(void)state;
	(void)world_must(world, LILAS, CASH "'amount':1000," TWO);
	assert_int_equal(world_balance(world, "receivable/" LILAS), 1000);
	assert_int_equal(world_balance(world, "pledged/projets/-"), -1000);
	assert_int_equal(dues(world, cents), 2);
	assert_int_equal(cents[0], 600);
	assert_int_equal(cents[1], 400);
	pays(world, LILAS, 700); /* the first, and a part of the second */
	assert_int_equal(world_available(world, "projets", "-"), 700);
	assert_int_equal(dues(world, cents), 1);
	assert_int_equal(cents[0], 300);
	world_check(world);
	world_free(world);
}

static void test_a_settlement_that_is_reversed_opens_the_instalments_it_paid(void **state)
{
	struct world *world = world_new();
	int64_t cents[4];

	(void)state;
	(void)world_must(world, LILAS, CASH "'amount':1000," TWO);
	pays(world, LILAS, 700);
	reverses(world, world->leaf_count - 1);
	assert_int_equal(dues(world, cents), 2);
	assert_int_equal(cents[0], 600);
	assert_int_equal(cents[1], 400);
	assert_int_equal(world_available(world, "projets", "-"), 0);
	world_check(world);
	world_free(world);
}

static void test_a_reversed_convention_owes_no_instalment_any_more(void **state)
{
	struct world *world = world_new();
	uint64_t of;

	(void)state;
	of = world_must(world, LILAS, CASH "'amount':1000," TWO);
	pays(world, LILAS, 700);
	reverses(world, of);
	assert_int_equal(world_balance(world, "receivable/" LILAS), 0);
	assert_int_equal(world_balance(world, "credit/" LILAS), -700);
	assert_int_equal(world_available(world, "projets", "-"), 0);
	world_refuses(world, "reversal", "treasurer",
		      "'kind':'reversal','date':'2026-11-18','reason':'cancelled',"
		      "'of':%" PRIu64,
		      of);
	world_check(world);
	world_free(world);
}

static void test_a_conditional_promise_is_owed_when_its_condition_is_met(void **state)
{
	struct world *world = world_new();
	uint64_t of;

	(void)state;
	of = world_must(world, LILAS,
			PATRONAGE "'form':'cash','promise':'conditional',"
				  "'condition':'permis','amount':1000," TWO);
	assert_int_equal(world_balance(world, "receivable/" LILAS), 0);
	world_refuses(world, "condition", "operator", CONDITION "%" PRIu64, of - 1);
	world_refuses(world, "condition", "operator",
		      "'kind':'condition','condition':'autre','evidence':" DIGEST
		      ",'patronage':%" PRIu64,
		      of);
	world_refuses(world, "condition", "operator",
		      CONDITION "%" PRIu64 ",'proposal':%" PRIu64, of, of);
	(void)world_must(world, "operator", CONDITION "%" PRIu64, of);
	assert_int_equal(world_balance(world, "receivable/" LILAS), 1000);
	world_refuses(world, "condition", "operator", CONDITION "%" PRIu64, of);
	(void)world_must(world, "treasurer",
			 "'kind':'settlement','date':'2026-11-18','payer':'" LILAS
			 "','amount':600,'settles':%" PRIu64,
			 of);
	assert_int_equal(world_available(world, "projets", "-"), 600);
	world_check(world);
	world_free(world);
}

static void test_a_conditional_promise_that_is_reversed_is_never_owed(void **state)
{
	struct world *world = world_new();
	uint64_t of;

	(void)state;
	of = world_must(world, LILAS,
			PATRONAGE "'form':'cash','promise':'conditional',"
				  "'condition':'permis','amount':1000," TWO);
	reverses(world, of);
	world_refuses(world, "condition", "operator", CONDITION "%" PRIu64, of);
	assert_int_equal(world_balance(world, "receivable/" LILAS), 0);
	world_check(world);
	world_free(world);
}

static void test_what_is_given_in_kind_is_no_money(void **state)
{
	struct world *world = world_new();
	int64_t unvalued = -1;
	struct fault fault;
	uint64_t of;

	(void)state;
	of = world_must(world, LILAS,
			PATRONAGE "'form':'skills','promise':'firm','half_days':20,"
				  "'people':2");
	assert_int_equal(query_unvalued(world->books, (struct date){ DATE_DAY_MAX },
					&unvalued, &fault),
			 ERR_OK);
	assert_int_equal(unvalued, 1);
	world_refuses(world, "valuation", CANAL,
		      "'kind':'valuation','date':'2026-11-18','amount':5,'patronage':"
		      "%" PRIu64,
		      of);
	world_refuses(world, "valuation", LILAS,
		      "'kind':'valuation','date':'2026-11-18','amount':5,'patronage':"
		      "%" PRIu64,
		      of - 1);
	(void)world_must(world, LILAS,
			 "'kind':'valuation','date':'2026-11-18','amount':900000,"
			 "'patronage':%" PRIu64,
			 of);
	assert_int_equal(query_unvalued(world->books, (struct date){ DATE_DAY_MAX },
					&unvalued, &fault),
			 ERR_OK);
	assert_int_equal(unvalued, 0);
	(void)world_must(world, "treasurer",
			 "'kind':'valuation','date':'2026-11-18','amount':880000,"
			 "'patronage':%" PRIu64,
			 of);
	assert_int_equal(world_balance(world, "inkind/" LILAS), 880000);
	assert_int_equal(world_balance(world, "voluntary/projets/-"), -880000);
	assert_int_equal(world_available(world, "projets", "-"), 0);
	assert_int_equal(world_balance(world, "receivable/" LILAS), 0);
	reverses(world, of);
	assert_int_equal(world_balance(world, "inkind/" LILAS), 0);
	world_refuses(world, "valuation", LILAS,
		      "'kind':'valuation','date':'2026-11-18','amount':5,'patronage':"
		      "%" PRIu64,
		      of);
	world_check(world);
	world_free(world);
}

static void test_a_gift_in_kind_that_depends_on_something_has_no_value_yet(void **state)
{
	struct world *world = world_new();
	uint64_t of;

	(void)state;
	of = world_must(world, LILAS,
			PATRONAGE "'form':'premises','promise':'conditional',"
				  "'condition':'permis','amount':700");
	(void)world_must(world, LILAS,
			 "'kind':'valuation','date':'2026-11-18','amount':800,"
			 "'patronage':%" PRIu64,
			 of);
	assert_int_equal(world_balance(world, "inkind/" LILAS), 0);
	(void)world_must(world, "operator", CONDITION "%" PRIu64, of);
	assert_int_equal(world_balance(world, "inkind/" LILAS), 800);
	world_check(world);
	world_free(world);
}

static void test_rules_of_a_convention(void **state)
{
	struct world *world = world_new();

	(void)state;
	world_refuses(world, "patronage", LILAS, CASH "'due_on':'2026-12-01'");
	world_refuses(world, "patronage", LILAS, CASH "'amount':1000");
	world_refuses(world, "patronage", LILAS,
		      CASH "'amount':1000,'due_on':'2026-12-01'," TWO);
	world_refuses(world, "patronage", LILAS, CASH "'amount':1001," TWO);
	world_refuses(world, "patronage", LILAS,
		      CASH "'amount':1000,'instalments':[{'amount':600,'due_on':"
			   "'2026-12-01'},{'amount':400,'due_on':'2026-12-01'}]");
	world_refuses(world, "patronage", LILAS,
		      CASH "'amount':5,'due_on':'2026-12-01','from':'2026-12-02',"
			   "'until':'2026-12-01'");
	world_refuses(world, "patronage", LILAS,
		      CASH "'amount':5,'due_on':'2026-12-01','condition':'permis'");
	world_refuses(world, "patronage", LILAS,
		      PATRONAGE "'form':'cash','promise':'conditional','amount':5,"
				"'due_on':'2026-12-01'");
	world_refuses(world, "patronage", LILAS,
		      CASH "'amount':5,'due_on':'2026-12-01','half_days':2");
	world_refuses(world, "patronage", LILAS, GOODS ",'people':2");
	world_refuses(world, "patronage", LILAS, GOODS ",'due_on':'2026-12-01'");
	world_refuses(world, "patronage", LILAS, GOODS ",'amount':1000," TWO);
	world_refuses(world, "payer", CANAL, CASH "'amount':1000," TWO);
	world_refuses(world, "earmark", LILAS, CASH "'amount':1000,'earmark':'lab'," TWO);
	world_check(world);
	world_free(world);
}

static void add_funder(struct world *world)
{
	(void)world_must(world, "operator",
			 "'kind':'member','id':'" FUNDER "','role':'funder','siren':"
			 "'000009316','name':'Fondation','status':'active'");
}

static void test_a_contribution_is_promised_money_that_is_no_gift(void **state)
{
	struct world *world = world_new();
	uint64_t of;

	(void)state;
	add_funder(world);
	of = world_must(world, FUNDER,
			"'kind':'contribution','date':'2026-11-10','payer':'" FUNDER
			"','amount':5000,'due_on':'2027-01-31','fund':'emploi'");
	assert_int_equal(world_balance(world, "receivable/" FUNDER), 5000);
	pays(world, FUNDER, 2000);
	assert_int_equal(world_available(world, "emploi", "-"), 2000);
	reverses(world, of);
	assert_int_equal(world_balance(world, "receivable/" FUNDER), 0);
	assert_int_equal(world_balance(world, "credit/" FUNDER), -2000);
	world_check(world);
	world_free(world);
}

static void test_rules_of_a_contribution_and_a_funder(void **state)
{
	struct world *world = world_new();

	(void)state;
	world_refuses(world, "member", "operator",
		      "'kind':'member','id':'funder:x','role':'funder','siren':"
		      "'000009316','name':'Fondation','status':'active'");
	world_refuses(world, "member", "operator",
		      "'kind':'member','id':'" FUNDER "','role':'funder','name':'F',"
		      "'status':'active'");
	add_funder(world);
	world_refuses(world, "payer", "operator",
		      "'kind':'contribution','date':'2026-11-10','payer':'" LILAS
		      "','amount':5000,'due_on':'2027-01-31','fund':'emploi'");
	world_refuses(world, "role", LILAS,
		      "'kind':'contribution','date':'2026-11-10','payer':'" FUNDER
		      "','amount':5000,'due_on':'2027-01-31','fund':'emploi'");
	world_refuses(world, "payer", "operator",
		      "'kind':'patronage','date':'2026-11-10','payer':'" FUNDER
		      "','amount':5,'due_on':'2027-01-31','fund':'emploi','form':'cash',"
		      "'promise':'firm'");
	world_refuses(world, "fund", FUNDER,
		      "'kind':'contribution','date':'2026-11-10','payer':'" FUNDER
		      "','amount':5000,'due_on':'2027-01-31','fund':'autre'");
	world_check(world);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_instalment_is_due_on_its_own_day),
		cmocka_unit_test(
			test_a_settlement_that_is_reversed_opens_the_instalments_it_paid),
		cmocka_unit_test(test_a_reversed_convention_owes_no_instalment_any_more),
		cmocka_unit_test(
			test_a_conditional_promise_is_owed_when_its_condition_is_met),
		cmocka_unit_test(
			test_a_conditional_promise_that_is_reversed_is_never_owed),
		cmocka_unit_test(test_what_is_given_in_kind_is_no_money),
		cmocka_unit_test(
			test_a_gift_in_kind_that_depends_on_something_has_no_value_yet),
		cmocka_unit_test(test_rules_of_a_convention),
		cmocka_unit_test(test_a_contribution_is_promised_money_that_is_no_gift),
		cmocka_unit_test(test_rules_of_a_contribution_and_a_funder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
