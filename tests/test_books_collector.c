/*
 * test_books_collector.c - a collector that posts for many employers and transfers at
 * once what it has collected. The rules of ledger/books_collector.c and
 * ledger/books_remittance.c.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/world.h"

#define LILAS  "employer:000001016" /* matches 100 % up to 300 a month */
#define CANAL  "employer:000004044" /* matches nothing */
#define FUSION "employer:000002022"
#define BUREAU "collector:bureau"
#define AUTRE  "collector:autre"
#define ROOT   "'5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9'"
#define EMPTY  "'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'"

#define BATCH(company, amount)                                                           \
	"'kind':'batch','company':'" company "','source':'salary','period':'2026-10',"   \
	"'date':'2026-10-30','step':1000,'terms':'2026-09','count':1,'zero':0,"          \
	"'received':" ROOT ",'root':" ROOT                                               \
	",'totals':[{'fund':'emploi','giver':'person','amount':" amount "}]"
#define CORRECTION(company, amount)                                                      \
	"'kind':'correction','company':'" company "','date':'2026-11-12','count':1,"     \
	"'zero':0,'received':" ROOT ",'root':" ROOT ",'reason':'amount',"                \
	"'totals':[{'fund':'emploi','giver':'person','amount':" amount                   \
	"}],'batch':%" PRIu64
#define BY(collector) ",'collector':'" collector "'"
#define REMITTANCE(amount)                                                               \
	"'kind':'remittance','date':'2026-11-10','digest':" ROOT ",'amount':" amount
#define OF_ONE ",'batches':[{'batch':%" PRIu64 "}]"
#define OF_TWO ",'batches':[{'batch':%" PRIu64 "},{'batch':%" PRIu64 "}]"
#define PAID(payer, amount)                                                              \
	"'kind':'settlement','date':'2026-11-15','payer':'" payer "','amount':" amount
#define REVERSAL "'kind':'reversal','date':'2026-11-18','reason':'amount','of':%" PRIu64
#define EMPLOYER(siren, more)                                                            \
	"'kind':'member','id':'employer:" siren "','role':'employer','siren':'" siren    \
	"','name':'M','status':'active'" more
#define MATCHES ",'match_percent':100,'match_cap_month':300"

static void collector_joins(struct world *world, const char *id, const char *status)
{
	(void)world_must(
		world, "operator",
		"'kind':'member','id':'%s','role':'collector','name':'C','status':'%s'",
		id, status);
}

/* Both employers have the same collector. */
static struct world *world_with_collector(void)
{
	struct world *world = world_new();

	collector_joins(world, BUREAU, "active");
	collector_joins(world, AUTRE, "active");
	(void)world_must(world, "operator", EMPLOYER("000001016", MATCHES BY(BUREAU)));
	(void)world_must(world, "operator", EMPLOYER("000004044", BY(BUREAU)));
	return world;
}

static void world_end(struct world *world)
{
	world_check(world);
	world_free(world);
}

static void stands(struct world *world, const char *account, int64_t expected)
{
	int64_t balance = world_balance(world, account);

	if (balance != expected)
		fail_msg("%s is %" PRId64 " and not %" PRId64, account, balance,
			 expected);
}

/* ---- who posts for whom ---- */

static void test_the_rows_are_the_collectors_and_the_match_the_companys(void **state)
{
	struct world *world = world_with_collector();

	(void)state;
	(void)world_must(world, BUREAU, BATCH(LILAS, "200") BY(BUREAU));
	stands(world, "receivable/" BUREAU, 200);
	stands(world, "receivable/" LILAS, 200);
	stands(world, "pledged/emploi/-", -400);
	/* The month goes on, whoever posts. */
	(void)world_must(world, LILAS, BATCH(LILAS, "200"));
	stands(world, "receivable/" BUREAU, 200);
	stands(world, "receivable/" LILAS, 500);
	world_end(world);
}

static void test_who_has_a_collector(void **state)
{
	struct world *world = world_with_collector();

	(void)state;
	world_refuses(world, "collector", "operator",
		      EMPLOYER("000004044", BY("provider:none")));
	world_refuses(world, "collector", "operator", EMPLOYER("000004044", BY(LILAS)));
	world_refuses(world, "collector", "operator",
		      "'kind':'member','id':'provider:stripe','role':'provider',"
		      "'name':'S','status':'active'" BY(BUREAU));
	collector_joins(world, AUTRE, "retired");
	world_refuses(world, "collector", "operator", EMPLOYER("000004044", BY(AUTRE)));
	world_end(world);
}

static void test_only_a_companys_collector_posts_in_its_name(void **state)
{
	struct world *world = world_with_collector();

	(void)state;
	world_refuses(world, "company", BUREAU, BATCH(LILAS, "200"));
	world_refuses(world, "company", CANAL, BATCH(LILAS, "200"));
	world_refuses(world, "collector", AUTRE, BATCH(LILAS, "200") BY(AUTRE));
	world_refuses(world, "collector", AUTRE, BATCH(LILAS, "200") BY(BUREAU));
	world_refuses(world, "collector", LILAS, BATCH(LILAS, "200") BY(BUREAU));
	/* It has another one from here on. */
	(void)world_must(world, "operator", EMPLOYER("000004044", BY(AUTRE)));
	world_refuses(world, "collector", BUREAU, BATCH(CANAL, "200") BY(BUREAU));
	(void)world_must(world, AUTRE, BATCH(CANAL, "200") BY(AUTRE));
	/* Or none. */
	(void)world_must(world, "operator", EMPLOYER("000004044", ""));
	world_refuses(world, "collector", AUTRE, BATCH(CANAL, "200") BY(AUTRE));
	/* Nor does anybody for who has left. */
	(void)world_must(world, "operator",
			 "'kind':'member','id':'" CANAL "','role':'employer','siren':"
			 "'000004044','name':'M','status':'retired'" BY(BUREAU));
	world_refuses(world, "collector", BUREAU, BATCH(CANAL, "200") BY(BUREAU));
	collector_joins(world, BUREAU, "retired");
	world_refuses(world, "member", BUREAU, BATCH(LILAS, "200") BY(BUREAU));
	world_end(world);
}

/* ---- corrections ---- */

static void test_who_posted_a_batch_corrects_it(void **state)
{
	struct world *world = world_with_collector();
	uint64_t batch = world_must(world, BUREAU, BATCH(LILAS, "200") BY(BUREAU));
	uint64_t own = world_must(world, CANAL, BATCH(CANAL, "50"));

	(void)state;
	world_refuses(world, "collector", LILAS, CORRECTION(LILAS, "100"), batch);
	world_refuses(world, "company", BUREAU, CORRECTION(LILAS, "100"), batch);
	world_refuses(world, "collector", AUTRE, CORRECTION(LILAS, "100") BY(AUTRE),
		      batch);
	world_refuses(world, "collector", AUTRE, CORRECTION(LILAS, "100") BY(BUREAU),
		      batch);
	world_refuses(world, "collector", BUREAU, CORRECTION(CANAL, "100") BY(BUREAU),
		      own);
	world_refuses(world, "correction", BUREAU, CORRECTION(CANAL, "100") BY(BUREAU),
		      batch);
	/* Also when the company has another one by now: it owes the difference. */
	(void)world_must(world, "operator", EMPLOYER("000001016", MATCHES BY(AUTRE)));
	(void)world_must(world, BUREAU, CORRECTION(LILAS, "150") BY(BUREAU), batch);
	stands(world, "receivable/" BUREAU, 150);
	stands(world, "receivable/" LILAS, 150);
	(void)world_must(world, "treasurer", PAID(BUREAU, "150"));
	(void)world_must(world, BUREAU, CORRECTION(LILAS, "120") BY(BUREAU), batch);
	stands(world, "credit/" BUREAU, -30);
	stands(world, "receivable/" LILAS, 120);
	stands(world, "fund/emploi/-", -120);
	(void)world_must(world, BUREAU, CORRECTION(LILAS, "160") BY(BUREAU), batch);
	stands(world, "credit/" BUREAU, 0);
	stands(world, "receivable/" BUREAU, 10);
	stands(world, "receivable/" LILAS, 160);
	world_end(world);
}

/* What was continued is corrected no more, whoever posted it. */
static void test_a_company_that_was_continued(void **state)
{
	struct world *world = world_with_collector();
	uint64_t batch = world_must(world, BUREAU, BATCH(LILAS, "200") BY(BUREAU));

	(void)state;
	(void)world_must(world, "operator",
			 EMPLOYER("000002022", ",'continues':'" LILAS "'"));
	world_refuses(world, "correction", BUREAU, CORRECTION(LILAS, "100") BY(BUREAU),
		      batch);
	world_refuses(world, "collector", BUREAU, BATCH(LILAS, "100") BY(BUREAU));
	stands(world, "receivable/" BUREAU, 200);
	stands(world, "receivable/" FUSION, 200);
	world_end(world);
}

/* The credit of each pays what is its own. */
static void test_each_credit_pays_its_own(void **state)
{
	struct world *world = world_with_collector();

	(void)state;
	(void)world_must(world, "treasurer", PAID(BUREAU, "150"));
	(void)world_must(world, "treasurer", PAID(LILAS, "500"));
	(void)world_must(world, BUREAU, BATCH(LILAS, "200") BY(BUREAU));
	stands(world, "receivable/" BUREAU, 50);
	stands(world, "credit/" BUREAU, 0);
	stands(world, "receivable/" LILAS, 0);
	stands(world, "credit/" LILAS, -300);
	stands(world, "fund/emploi/-", -350);
	world_end(world);
}

/* ---- remittances ---- */

static void test_a_transfer_pays_the_batches_of_its_remittance(void **state)
{
	struct world *world = world_with_collector();
	uint64_t old = world_must(world, BUREAU,
				  "'kind':'batch','company':'" CANAL
				  "','source':'invoice','period':'2026-09','date':"
				  "'2026-09-30','step':1000,'terms':'2026-09','count':1,"
				  "'zero':0,'received':" ROOT ",'root':" ROOT
				  ",'totals':[{'fund':'projets','giver':'seller',"
				  "'amount':900}]" BY(BUREAU));
	uint64_t first = world_must(world, BUREAU, BATCH(LILAS, "200") BY(BUREAU));
	uint64_t second = world_must(world, BUREAU, BATCH(CANAL, "300") BY(BUREAU));
	uint64_t remittance;

	(void)state;
	remittance = world_must(world, BUREAU, REMITTANCE("500") ",'fee':20" OF_TWO,
				first, second);
	stands(world, "receivable/" BUREAU, 1380);
	stands(world, "fund/fonctionnement/-", 20);
	stands(world, "fund/emploi/-", -20);
	(void)world_must(world, "treasurer", PAID(BUREAU, "480") ",'settles':%" PRIu64,
			 remittance);
	stands(world, "fund/emploi/-", -500);
	stands(world, "fund/projets/-", 0); /* the older one is in no remittance */
	stands(world, "receivable/" BUREAU, 900);
	stands(world, "receivable/" LILAS, 200);
	/* The match comes from the company, by the batch's own reference. */
	(void)world_must(world, "treasurer", PAID(LILAS, "200") ",'settles':%" PRIu64,
			 first);
	stands(world, "receivable/" LILAS, 0);
	(void)world_must(world, BUREAU, REMITTANCE("900") OF_ONE, old);
	stands(world, "receivable/" BUREAU, 900);
	world_end(world);
}

static void test_a_remittance_is_of_its_own_batches_once(void **state)
{
	struct world *world = world_with_collector();
	uint64_t first = world_must(world, BUREAU, BATCH(LILAS, "200") BY(BUREAU));
	uint64_t second = world_must(world, BUREAU, BATCH(CANAL, "300") BY(BUREAU));
	uint64_t own = world_must(world, LILAS, BATCH(LILAS, "100"));

	(void)state;
	world_refuses(world, "remittance", BUREAU, REMITTANCE("501") OF_TWO, first,
		      second);
	world_refuses(world, "remittance", BUREAU, REMITTANCE("500") OF_TWO, second,
		      first);
	world_refuses(world, "remittance", BUREAU, REMITTANCE("400") OF_TWO, first,
		      first);
	world_refuses(world, "remittance", BUREAU, REMITTANCE("100") OF_ONE, own);
	world_refuses(world, "remittance", BUREAU, REMITTANCE("100") OF_ONE, own + 1);
	world_refuses(world, "remittance", AUTRE, REMITTANCE("200") OF_ONE, first);
	world_refuses(world, "remittance", BUREAU, REMITTANCE("200") ",'fee':201" OF_ONE,
		      first);
	world_refuses(world, "role", LILAS, REMITTANCE("100") OF_ONE, own);
	world_refuses(world, "role", "treasurer", REMITTANCE("200") OF_ONE, first);
	(void)world_must(world, BUREAU, REMITTANCE("200") OF_ONE, first);
	world_refuses(world, "remittance", BUREAU, REMITTANCE("200") OF_ONE, first);
	world_refuses(world, "remittance", BUREAU, REMITTANCE("500") OF_TWO, first,
		      second);
	/* After more than 13 months nothing of it is known any more. */
	world->at += 430 * INT64_C(86400);
	world_refuses(world, "remittance", BUREAU,
		      "'kind':'remittance','date':'2028-01-20','digest':" ROOT
		      ",'amount':300" OF_ONE,
		      second);
	world_end(world);
}

static void test_a_remittance_is_of_what_is_in_force(void **state)
{
	struct world *world = world_with_collector();
	uint64_t batch = world_must(world, BUREAU, BATCH(CANAL, "300") BY(BUREAU));

	(void)state;
	(void)world_must(world, BUREAU, CORRECTION(CANAL, "250") BY(BUREAU), batch);
	world_refuses(world, "remittance", BUREAU, REMITTANCE("300") OF_ONE, batch);
	(void)world_must(world, BUREAU, REMITTANCE("250") OF_ONE, batch);
	/* A later correction is owed, or credit, as ever; the batch stays remitted. */
	(void)world_must(world, BUREAU, CORRECTION(CANAL, "260") BY(BUREAU), batch);
	stands(world, "receivable/" BUREAU, 260);
	world_refuses(world, "remittance", BUREAU, REMITTANCE("260") OF_ONE, batch);
	world_end(world);
}

static void test_a_remittance_is_undone(void **state)
{
	struct world *world = world_with_collector();
	uint64_t first = world_must(world, BUREAU, BATCH(LILAS, "200") BY(BUREAU));
	uint64_t second = world_must(world, BUREAU, BATCH(CANAL, "300") BY(BUREAU));
	uint64_t wrong;

	(void)state;
	wrong = world_must(world, BUREAU, REMITTANCE("200") ",'fee':20" OF_ONE, first);
	world_refuses(world, "role", BUREAU, REVERSAL, wrong);
	(void)world_must(world, "treasurer", REVERSAL, wrong);
	stands(world, "fund/fonctionnement/-", 0);
	stands(world, "fund/emploi/-", 0);
	stands(world, "receivable/" BUREAU, 500);
	world_refuses(world, "reversal", "treasurer", REVERSAL, wrong);
	(void)world_must(world, BUREAU, REMITTANCE("500") ",'fee':30" OF_TWO, first,
			 second);
	stands(world, "receivable/" BUREAU, 470);
	/* A transfer that names the wrong one pays the oldest. */
	(void)world_must(world, "treasurer", PAID(BUREAU, "470") ",'settles':%" PRIu64,
			 wrong);
	stands(world, "receivable/" BUREAU, 0);
	stands(world, "credit/" BUREAU, 0);
	stands(world, "fund/emploi/-", -500);
	world_end(world);
}

/* A month in which nobody gave is a batch all the same, and may be remitted. */
static void test_a_batch_without_rows_is_remitted_with_others(void **state)
{
	struct world *world = world_with_collector();
	uint64_t empty, batch;

	(void)state;
	empty = world_must(world, BUREAU,
			   "'kind':'batch','company':'" CANAL
			   "','source':'salary','period':'2026-10','date':'2026-10-30',"
			   "'step':1000,'terms':'2026-09','count':0,'zero':3,"
			   "'received':" ROOT ",'root':" EMPTY ",'totals':[]" BY(BUREAU));
	batch = world_must(world, BUREAU, BATCH(LILAS, "200") BY(BUREAU));
	(void)world_must(world, BUREAU, REMITTANCE("200") OF_TWO, empty, batch);
	stands(world, "receivable/" BUREAU, 200);
	world_end(world);
}

/* As many as an entry may name; one transfer pays them all. */
static void test_a_remittance_of_many_batches(void **state)
{
	enum { MANY = 2000 };
	struct world *world = world_with_collector();
	char *batches = calloc(MANY + 1, 24);
	uint64_t remittance;
	size_t n = 0;

	(void)state;
	assert_non_null(batches);
	for (int i = 0; i < MANY; i++)
		n += (size_t)snprintf(
			batches + n, 24, "%s{'batch':%" PRIu64 "}", i ? "," : "",
			world_must(world, BUREAU, BATCH(CANAL, "3") BY(BUREAU)));
	remittance =
		world_must(world, BUREAU, REMITTANCE("6000") ",'batches':[%s]", batches);
	(void)world_must(world, "treasurer", PAID(BUREAU, "6000") ",'settles':%" PRIu64,
			 remittance);
	stands(world, "receivable/" BUREAU, 0);
	stands(world, "fund/emploi/-", -6000);
	free(batches);
	world_end(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_the_rows_are_the_collectors_and_the_match_the_companys),
		cmocka_unit_test(test_who_has_a_collector),
		cmocka_unit_test(test_only_a_companys_collector_posts_in_its_name),
		cmocka_unit_test(test_who_posted_a_batch_corrects_it),
		cmocka_unit_test(test_a_company_that_was_continued),
		cmocka_unit_test(test_each_credit_pays_its_own),
		cmocka_unit_test(test_a_transfer_pays_the_batches_of_its_remittance),
		cmocka_unit_test(test_a_remittance_is_of_its_own_batches_once),
		cmocka_unit_test(test_a_remittance_is_of_what_is_in_force),
		cmocka_unit_test(test_a_remittance_is_undone),
		cmocka_unit_test(test_a_batch_without_rows_is_remitted_with_others),
		cmocka_unit_test(test_a_remittance_of_many_batches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
