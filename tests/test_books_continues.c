/*
 * test_books_continues.c - an employer that continues another: its lines,
 * credit and months are the new one's, and nothing is left at the old one. The
 * rules of ledger/books_continues.c.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/world.h"

#define LILAS  "employer:000001016"
#define CANAL  "employer:000004044"
#define FUSION "employer:000002022"
#define DIGEST "'5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9'"

#define EMPLOYER(siren, more)                                                            \
	"'kind':'member','id':'employer:" siren "','role':'employer','siren':'" siren    \
	"','name':'E','status':'active'" more
#define MERGER                                                                           \
	EMPLOYER("000002022",                                                            \
		 ",'continues':'" LILAS "','match_percent':100,'match_cap_month':300")

static uint64_t posts(struct world *world, const char *company, int amount)
{
	return world_must(world, company,
			  "'kind':'batch','company':'%s','source':'salary',"
			  "'period':'2026-10','date':'2026-10-30','step':100,"
			  "'terms':'2026-09','count':2,'zero':0,'received':" DIGEST
			  ",'root':" DIGEST
			  ",'totals':[{'fund':'emploi','giver':'person','amount':%d}]",
			  company, amount);
}

static uint64_t pays(struct world *world, const char *payer, int amount, uint64_t of)
{
	return world_must(world, "treasurer",
			  "'kind':'settlement','date':'2026-11-18','payer':'%s',"
			  "'amount':%d,'settles':%" PRIu64,
			  payer, amount, of);
}

static void reverses(struct world *world, uint64_t of)
{
	(void)world_must(world, "treasurer",
			 "'kind':'reversal','date':'2026-11-18','reason':'bank-error',"
			 "'of':%" PRIu64,
			 of);
}

static int64_t due_sum(struct world *world, const char *payer)
{
	struct due_view *views = NULL;
	struct fault fault;
	int64_t sum = 0;
	size_t count;

	assert_int_equal(
		query_dues(world->books, slice_of_text(payer), &views, &count, &fault),
		ERR_OK);
	for (size_t i = 0; i < count; i++)
		sum += cents_value(views[i].open);
	free(views);
	return sum;
}

static void test_what_was_owed_is_owed_by_the_new_one_at_the_same_positions(void **state)
{
	struct world *world = world_new();
	struct member_view old;
	uint64_t first, second;

	(void)state;
	first = posts(world, LILAS, 100);
	second = posts(world, LILAS, 50);
	(void)world_must(world, "operator", MERGER);
	assert_int_equal(world_balance(world, "receivable/" LILAS), 0);
	assert_int_equal(world_balance(world, "receivable/" FUSION), 300);
	assert_int_equal(due_sum(world, LILAS), 0);
	assert_int_equal(due_sum(world, FUSION), 300);
	assert_true(query_member(world->books, slice_of_text(LILAS), &old));
	assert_false(old.active);
	assert_int_equal(old.match_percent, 100);
	(void)pays(world, FUSION, 100, second);
	assert_int_equal(due_sum(world, FUSION), 200);
	/* A transfer under the old name is the new one's, too. */
	(void)pays(world, LILAS, 250, first);
	assert_int_equal(due_sum(world, FUSION), 0);
	assert_int_equal(world_balance(world, "credit/" LILAS), 0);
	assert_int_equal(world_balance(world, "credit/" FUSION), -50);
	assert_int_equal(world_available(world, "emploi", "-"), 300);
	world_check(world);
	world_free(world);
}

static void test_the_credit_and_the_month_go_on(void **state)
{
	struct world *world = world_new();
	uint64_t first;

	(void)state;
	first = posts(world, LILAS, 200); /* matched by 200 of at most 300 */
	(void)pays(world, LILAS, 1000, first);
	(void)world_must(world, "operator", MERGER);
	assert_int_equal(world_balance(world, "credit/" LILAS), 0);
	assert_int_equal(world_balance(world, "credit/" FUSION), -600);
	(void)posts(world, FUSION, 200); /* matched by the 100 that are left */
	assert_int_equal(world_balance(world, "credit/" FUSION), -300);
	assert_int_equal(world_available(world, "emploi", "-"), 700);
	world_check(world);
	world_free(world);
}

static void test_a_month_that_the_new_one_has_begun_is_not_matched_back(void **state)
{
	struct world *world = world_new();

	(void)state;
	(void)world_must(
		world, "operator",
		EMPLOYER("000002022", ",'match_percent':100,'match_cap_month':300"));
	(void)posts(world, LILAS, 300);
	(void)posts(world, FUSION, 300);
	(void)world_must(world, "operator", MERGER);
	(void)posts(world, FUSION, 10);
	assert_int_equal(world_balance(world, "receivable/" FUSION), 600 + 600 + 10);
	world_check(world);
	world_free(world);
}

static void test_what_the_old_one_paid_can_be_undone_at_the_new_one(void **state)
{
	struct world *world = world_new();
	uint64_t first, gift, paid;

	(void)state;
	first = posts(world, LILAS, 100);
	gift = world_must(world, "operator",
			  "'kind':'gift','date':'2026-11-10','payer':'" LILAS
			  "','giver':'company','fund':'projets','amount':70");
	paid = pays(world, LILAS, 300, first); /* 200, 70, and 30 of credit */
	(void)world_must(world, "operator", MERGER);
	reverses(world, gift);
	assert_int_equal(world_balance(world, "credit/" FUSION), -100);
	reverses(world, paid);
	assert_int_equal(world_balance(world, "receivable/" FUSION), 200);
	assert_int_equal(world_balance(world, "credit/" FUSION), 0);
	assert_int_equal(world_balance(world, "receivable/" LILAS), 0);
	assert_int_equal(world_balance(world, "credit/" LILAS), 0);
	assert_int_equal(world_balance(world, "bank"), 0);
	world_check(world);
	world_free(world);
}

/* What the credit had paid before the merger is open again when it is taken
 * away. */
static void test_what_the_old_credit_paid_is_open_again_at_the_new_one(void **state)
{
	struct world *world = world_new();
	uint64_t paid;

	(void)state;
	paid = pays(world, CANAL, 500, 0); /* nothing is owed: a credit */
	(void)posts(world, CANAL, 200);
	assert_int_equal(world_balance(world, "credit/" CANAL), -300);
	(void)world_must(world, "operator",
			 EMPLOYER("000002022", ",'continues':'" CANAL "'"));
	reverses(world, paid);
	assert_int_equal(world_balance(world, "credit/" FUSION), 0);
	assert_int_equal(world_balance(world, "receivable/" FUSION), 200);
	assert_int_equal(due_sum(world, FUSION), 200);
	assert_int_equal(world_available(world, "emploi", "-"), 0);
	world_check(world);
	world_free(world);
}

static void test_one_that_continues_can_be_continued(void **state)
{
	struct world *world = world_new();
	uint64_t first;

	(void)state;
	first = posts(world, LILAS, 100);
	(void)world_must(world, "operator", MERGER);
	(void)world_must(world, "operator",
			 EMPLOYER("000004044", ",'continues':'" FUSION "'"));
	(void)pays(world, LILAS, 200, first);
	assert_int_equal(due_sum(world, CANAL), 0);
	assert_int_equal(world_balance(world, "receivable/" CANAL), 0);
	assert_int_equal(world_balance(world, "credit/" CANAL), 0);
	world_check(world);
	world_free(world);
}

static void test_a_retired_employer_can_be_continued(void **state)
{
	struct world *world = world_new();

	(void)state;
	(void)posts(world, LILAS, 100);
	(void)world_must(world, "operator",
			 "'kind':'member','id':'" LILAS "','role':'employer','siren':"
			 "'000001016','name':'M','status':'retired'");
	(void)world_must(world, "operator", MERGER);
	assert_int_equal(world_balance(world, "receivable/" FUSION), 200);
	world_check(world);
	world_free(world);
}

static void test_rules_of_continuing(void **state)
{
	struct world *world = world_new();

	(void)state;
	world_refuses(world, "continues", "operator",
		      EMPLOYER("000002022", ",'continues':'employer:000003033'"));
	world_refuses(world, "continues", "operator",
		      EMPLOYER("000002022", ",'continues':'treasurer'"));
	world_refuses(world, "continues", "operator",
		      EMPLOYER("000001016", ",'continues':'" LILAS "'"));
	world_refuses(world, "continues", "operator",
		      "'kind':'member','id':'" CANAL "','role':'employer','siren':"
		      "'000004044','name':'C','status':'retired','continues':'" LILAS
		      "'");
	world_refuses(world, "continues", "operator",
		      "'kind':'member','id':'provider:p','role':'provider',"
		      "'status':'active','continues':'" LILAS "'");
	(void)world_must(world, "operator", MERGER);
	world_refuses(world, "continues", "operator",
		      EMPLOYER("000004044", ",'continues':'" LILAS "'"));
	world_refuses(world, "continues", "operator", EMPLOYER("000001016", ""));
	world_refuses(world, "continues", "operator",
		      EMPLOYER("000001016", ",'continues':'" FUSION "'"));
	world_refuses(world, "member", LILAS,
		      "'kind':'gift','date':'2026-11-10','payer':'" LILAS
		      "','giver':'company','fund':'projets','amount':70");
	world_refuses(world, "payer", "operator",
		      "'kind':'gift','date':'2026-11-10','payer':'" LILAS
		      "','giver':'company','fund':'projets','amount':70");
	world_check(world);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_what_was_owed_is_owed_by_the_new_one_at_the_same_positions),
		cmocka_unit_test(test_the_credit_and_the_month_go_on),
		cmocka_unit_test(
			test_a_month_that_the_new_one_has_begun_is_not_matched_back),
		cmocka_unit_test(test_what_the_old_one_paid_can_be_undone_at_the_new_one),
		cmocka_unit_test(
			test_what_the_old_credit_paid_is_open_again_at_the_new_one),
		cmocka_unit_test(test_one_that_continues_can_be_continued),
		cmocka_unit_test(test_a_retired_employer_can_be_continued),
		cmocka_unit_test(test_rules_of_continuing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
