/*
 * test_accounting.c - the accounts say the same as the books, and each voucher balances.
 * Of reports/accounting.c, reports/accounting_names.c, reports/accounting_subs.c,
 * reports/accounting_grants.c, reports/accounting_books.c, reports/accounting_close.c
 * and reports/plan.c.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/accounting_rig.h"
#include "tests/random_books.h"
#include "tests/story.h"

#define LILAS       "employer:000001016"
#define FUNDER      "funder:000009316"
#define DIGEST      "'5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9'"
#define YEARS       12
#define YEAR_STEPS  150
#define YEAR_ROUNDS 2

/* ---- what each voucher must be ---- */

struct seen {
	size_t vouchers;
};

static enum err see(void *ctx, const struct accounting *accounting,
		    const struct voucher *voucher, struct fault *fault)
{
	struct seen *seen = ctx;
	int64_t sum = 0;

	(void)fault;
	(void)accounting;
	seen->vouchers++;
	assert_true(voucher->count >= 2);
	for (size_t i = 0; i < voucher->count; i++) {
		assert_false(cents_is_zero(voucher->lines[i].amount));
		sum += cents_value(voucher->lines[i].amount);
		for (size_t k = 0; k < i; k++)
			assert_true(voucher->lines[k].account !=
				    voucher->lines[i].account);
	}
	assert_int_equal(sum, 0);
	assert_true(date_cmp(voucher->date, voucher->valid_on) <= 0);
	assert_true(voucher->label[0]);
	return ERR_OK;
}

/* ---- against the books ---- */

static int64_t books_sum(struct world *world, const char *prefix, const char *flow)
{
	struct movement_view *moves = NULL;
	struct date first = { .day = 0 }, last = { .day = DATE_DAY_MAX };
	struct fault fault;
	size_t count = 0;
	int64_t sum = 0;

	assert_int_equal(query_movements(world->books, prefix, first, last, &moves,
					 &count, &fault),
			 ERR_OK);
	for (size_t i = 0; i < count; i++)
		if (strncmp(moves[i].flow, flow, strlen(flow)) == 0)
			sum += cents_value(moves[i].within);
	free(moves);
	return sum;
}

/* All that the promises have brought, less what was given back: what is pledged still,
 * and what the funds were credited by promises' flows. */
static int64_t books_promised(struct world *world)
{
	static const char *const flows[] = { "salary",       "invoice", "till",
					     "match",        "gift",    "patronage",
					     "contribution", "refunded" };
	int64_t sum = books_sum(world, "pledged/", "");

	for (size_t i = 0; i < sizeof flows / sizeof *flows; i++)
		sum += books_sum(world, "fund/", flows[i]);
	return sum;
}

static void agrees(struct world *world, const struct accounting *accounting)
{
	int64_t all = 0, spent;

	for (char class[] = "1"; *class <= '8'; ++*class)
		all += rig_balance_all(accounting, class);
	assert_int_equal(all, 0);
	assert_int_equal(rig_balance_all(accounting, "512"),
			 books_sum(world, "bank", "") + books_sum(world, "account/", ""));
	assert_int_equal(rig_balance_all(accounting, "4718"),
			 books_sum(world, "suspense/", ""));
	assert_int_equal(rig_balance_all(accounting, "5115"),
			 books_sum(world, "transit/", ""));
	assert_int_equal(rig_balance_all(accounting, "4671"),
			 books_sum(world, "receivable/", ""));
	assert_int_equal(rig_balance_all(accounting, "4682"),
			 books_sum(world, "credit/", ""));
	assert_int_equal(rig_balance_all(accounting, "754") +
				 rig_balance_all(accounting, "755") +
				 rig_balance_all(accounting, "654") +
				 rig_balance_all(accounting, "10232") +
				 rig_balance_all(accounting, "1081"),
			 books_promised(world));
	assert_int_equal(
		rig_balance_all(accounting, "627") + rig_balance_all(accounting, "604") +
			rig_balance_all(accounting, "628"),
		books_sum(world, "fund/", "fee") + books_sum(world, "fund/", "expense"));
	spent = -books_sum(world, "ordered/", "paid") -
		books_sum(world, "committed/", "returned");
	assert_int_equal(rig_balance_all(accounting, "6571") +
				 rig_balance_all(accounting, "4683"),
			 -spent + books_sum(world, "fund/", "restituted"));
	assert_int_equal(rig_balance_all(accounting, "86"),
			 books_sum(world, "inkind/", ""));
	assert_int_equal(rig_balance_all(accounting, "87"),
			 books_sum(world, "voluntary/", ""));
	/* What stands as dedicated came through 689 and left through 789. */
	assert_int_equal(rig_balance_all(accounting, "19"),
			 -rig_balance_all(accounting, "689") -
				 rig_balance_all(accounting, "789") +
				 books_sum(world, "fund/projets/lab", "opening"));
	/* What people book themselves is as they said. */
	assert_int_equal(rig_balance_all(accounting, "2"),
			 books_sum(world, "ledger/2", ""));
	assert_int_equal(rig_balance_all(accounting, "606"),
			 books_sum(world, "ledger/606", ""));
}

static void test_a_random_year_agrees_with_the_books(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= YEARS; seed++) {
		struct exercise_request requests[YEAR_ROUNDS] = {
			rig_days("1990-01-01", "2099-12-31"), { .has_year = false }
		};
		struct world *world = world_new();
		struct dice dice = { .state = seed };

		random_begin(world);
		if (seed % 3)
			random_open(world);
		for (int step = 0; step < YEAR_STEPS; step++) {
			random_book(world, &dice);
			if (seed % 2 && step == YEAR_STEPS / 2)
				random_bank(world);
			random_play(world, &dice);
		}
		for (int round = 0; round < YEAR_ROUNDS; round++) {
			struct seen seen = { .vouchers = 0 };
			struct voucher_sink sink = { .ctx = &seen, .put = see };
			struct accounting *accounting =
				rig_accounting(world, &requests[round], &sink);
			struct voucher opening;
			struct fault fault;
			int64_t sum = 0;

			assert_true(seen.vouchers > 0);
			agrees(world, accounting);
			assert_int_equal(accounting_opening(accounting, &opening, &fault),
					 ERR_OK);
			for (size_t i = 0; i < opening.count; i++)
				sum += cents_value(opening.lines[i].amount);
			assert_int_equal(sum, 0);
			accounting_free(accounting);
		}
		world_free(world);
	}
}

static void test_the_story_agrees_with_the_books(void **state)
{
	struct exercise_request request = rig_year(2026);
	struct world *world = world_new();
	struct accounting *accounting;
	struct story story;

	(void)state;
	story_tell(world, &story);
	accounting = rig_accounting(world, &request, NULL);
	agrees(world, accounting);
	assert_int_equal(rig_balance_all(accounting, "4683"), 0);
	accounting_free(accounting);
	world_free(world);
}

/* ---- worked ---- */

static int64_t all(struct world *world, const char *number)
{
	struct exercise_request request = rig_days("1990-01-01", "2099-12-31");
	struct accounting *accounting = rig_accounting(world, &request, NULL);
	int64_t sum = rig_balance_all(accounting, number);

	accounting_free(accounting);
	return sum;
}

static void lilas_joins(struct world *world)
{
	(void)world_must(world, "operator",
			 "'kind':'member','id':'" LILAS "','role':'employer','siren':"
			 "'000001016','name':'Menuiserie','status':'active',"
			 "'match_percent':100,'match_cap_month':30000");
}

/* A person's round-ups, the match and a seller's cents are three things, two of which are
 * the company's. */
static void test_each_giver_has_the_account_of_its_kind(void **state)
{
	struct world *world = world_new();

	(void)state;
	lilas_joins(world);
	(void)world_must(world, LILAS,
			 "'kind':'batch','company':'" LILAS
			 "','source':'salary','period':'2026-10','date':'2026-10-30',"
			 "'step':100,'terms':'2026-09','count':2,'zero':0,'root':" DIGEST
			 ",'received':" DIGEST
			 ",'totals':[{'amount':150,'fund':'emploi','giver':'person'}]");
	assert_int_equal(all(world, "75411"), -150);
	assert_int_equal(all(world, "7542"), -150); /* the match */
	(void)world_must(world, LILAS,
			 "'kind':'batch','company':'" LILAS
			 "','source':'invoice','period':'2026-10','date':'2026-10-30',"
			 "'step':100,'terms':'2026-09','count':9,'zero':0,'root':" DIGEST
			 ",'received':" DIGEST
			 ",'totals':[{'amount':20,'fund':'emploi','giver':'company'},"
			 "{'amount':30,'fund':'emploi','giver':'person'},"
			 "{'amount':50,'fund':'emploi','giver':'seller'}]");
	assert_int_equal(all(world, "75411"), -180);
	assert_int_equal(all(world, "7542"), -220);
	assert_int_equal(all(world, "4671"), 400);
	(void)world_must(world, "treasurer",
			 "'kind':'settlement','date':'2026-11-02','payer':'" LILAS
			 "','amount':500");
	assert_int_equal(all(world, "4671"), 0);
	assert_int_equal(all(world, "4682"), -100); /* paid too much */
	assert_int_equal(all(world, "512"), 500);
	assert_int_equal(all(world, "7"), -400); /* paid or not, it is the same income */
	world_free(world);
}

static void test_a_firm_convention_is_income_when_signed_and_others_when_met(void **state)
{
	struct world *world = world_new();
	uint64_t conditional;

	(void)state;
	lilas_joins(world);
	(void)world_must(world, "treasurer",
			 "'kind':'patronage','date':'2026-11-02','payer':'" LILAS
			 "','form':'cash','promise':'firm','fund':'emploi',"
			 "'amount':10000,'instalments':[{'amount':4000,'due_on':"
			 "'2026-12-01'},{'amount':6000,'due_on':'2027-12-01'}]");
	assert_int_equal(all(world, "7542"), -10000);
	assert_int_equal(all(world, "4671"), 10000);
	conditional = world_must(world, "treasurer",
				 "'kind':'patronage','date':'2026-11-02','payer':'" LILAS
				 "','form':'cash','promise':'conditional',"
				 "'condition':'permis','fund':'emploi','amount':700,"
				 "'due_on':'2026-12-01'");
	assert_int_equal(all(world, "7542"), -10000);
	(void)world_must(world, "operator",
			 "'kind':'condition','condition':'permis','evidence':" DIGEST
			 ",'patronage':%" PRIu64,
			 conditional);
	assert_int_equal(all(world, "7542"), -10700);
	(void)world_must(world, "treasurer",
			 "'kind':'writeoff','of':%" PRIu64 ",'payer':'" LILAS
			 "','amount':200,'reason':'insolvent'",
			 conditional);
	assert_int_equal(all(world, "654"), 200);
	assert_int_equal(all(world, "7542"), -10700);
	world_free(world);
}

static void test_what_is_given_in_kind_is_outside_of_the_result(void **state)
{
	struct world *world = world_new();

	(void)state;
	lilas_joins(world);
	(void)world_must(world, "treasurer",
			 "'kind':'patronage','date':'2026-11-02','payer':'" LILAS
			 "','form':'skills','promise':'firm','fund':'emploi',"
			 "'amount':90000,'half_days':4,'people':2");
	(void)world_must(world, "treasurer",
			 "'kind':'patronage','date':'2026-11-02','payer':'" LILAS
			 "','form':'goods','promise':'firm','fund':'emploi',"
			 "'amount':500");
	assert_int_equal(all(world, "862"), 90000);
	assert_int_equal(all(world, "871"), -90000);
	assert_int_equal(all(world, "860"), 500);
	assert_int_equal(all(world, "870"), -500);
	assert_int_equal(all(world, "7"), 0);
	world_free(world);
}

/* A gift of 100.00, 2.00 kept; 98.00 paid out, of which 90.00 have arrived. */
static void test_a_gift_is_gross_and_its_fee_a_charge(void **state)
{
	struct world *world = world_new();
	uint64_t gift, payout;

	(void)state;
	(void)world_must(world, "operator",
			 "'kind':'member','id':'provider:stripe','role':'provider',"
			 "'name':'Stripe','status':'active'");
	gift = world_must(world, "provider:stripe",
			  "'kind':'gift','date':'2026-11-02','payer':'provider:stripe',"
			  "'giver':'person','fund':'emploi','amount':10000");
	(void)world_must(world, "provider:stripe",
			 "'kind':'fee','date':'2026-11-02','payer':'provider:stripe',"
			 "'amount':200,'of':%" PRIu64,
			 gift);
	payout = world_must(world, "provider:stripe",
			    "'kind':'payout','date':'2026-11-09','payer':"
			    "'provider:stripe','amount':9800");
	(void)world_must(world, "treasurer",
			 "'kind':'settlement','date':'2026-11-10','payer':"
			 "'provider:stripe','amount':9000,'settles':%" PRIu64,
			 payout);
	assert_int_equal(all(world, "75411"), -10000);
	assert_int_equal(all(world, "627"), 200);
	assert_int_equal(all(world, "5115"), 800);
	assert_int_equal(all(world, "512"), 9000);
	assert_int_equal(all(world, "4671"), 0);
	world_free(world);
}

/* 500.00 earmarked by another body, of which 120.00 are given back. */
static void test_a_contribution_is_no_gift_and_what_is_given_back_is_less_of_it(
	void **state)
{
	struct world *world = world_new();
	uint64_t promised;

	(void)state;
	(void)world_must(world, "operator",
			 "'kind':'member','id':'" FUNDER
			 "','role':'funder','siren':'000009316','name':'Co-financeur',"
			 "'status':'active'");
	promised = world_must(world, FUNDER,
			      "'kind':'contribution','date':'2026-11-02','payer':'" FUNDER
			      "','amount':50000,'due_on':'2026-11-30','fund':'emploi',"
			      "'earmark':'emploi'");
	(void)world_must(world, "treasurer",
			 "'kind':'settlement','date':'2026-11-10','payer':'" FUNDER
			 "','amount':50000");
	(void)world_must(world, "treasurer",
			 "'kind':'refund','date':'2026-11-11','payer':'" FUNDER
			 "','of':%" PRIu64
			 ",'amount':12000,'reason':'asked','through':'bank'",
			 promised);
	assert_int_equal(all(world, "7551"), -38000);
	assert_int_equal(all(world, "754"), 0);
	assert_int_equal(all(world, "512"), 38000);
	world_free(world);
}

/* Decided, ordered, paid, come back, paid again, a part given back: a charge when it is
 * first paid, and owed while it is back. */
static void test_a_transfer_that_came_back_is_still_owed(void **state)
{
	struct world *world = world_new();
	struct story story;
	uint64_t payment = UINT64_MAX;
	int64_t aid, bank;

	(void)state;
	story_tell(world, &story);
	world->at += 86400;
	aid = all(world, "6571");
	bank = all(world, "512");
	for (size_t i = 0; i < world->leaf_count && payment == UINT64_MAX; i++)
		if (memmem(world->leaves[i].bytes, world->leaves[i].n,
			   "\"kind\":\"paid\"", 13)) {
			const char *at = memmem(world->leaves[i].bytes,
						world->leaves[i].n, "\"payment\":", 10);

			payment = strtoull(at + 10, NULL, 10);
		}
	assert_true(payment != UINT64_MAX);
	(void)world_must(world, "treasurer",
			 "'kind':'returned','date':'2026-11-18','payment':%" PRIu64
			 ",'reason':'wrong-account'",
			 payment);
	assert_int_equal(all(world, "6571"), aid);
	assert_int_equal(all(world, "4683"), bank - all(world, "512"));
	assert_true(all(world, "4683") < 0);
	world_free(world);
}

/* 14 000.00 granted and 10 000.00 paid: the rest is a charge once its letter is sent. */
static void test_aid_is_a_charge_when_its_beneficiary_is_told(void **state)
{
	struct world *world = world_new();
	struct proposal_view grant;
	char day[DATE_TEXT_BYTES];
	struct story story;
	struct date today;
	int64_t aid, left;

	(void)state;
	story_tell(world, &story);
	assert_true(query_proposal(world->books, story.grant, &grant));
	left = cents_value(grant.amount) - cents_value(grant.paid);
	assert_true(left > 0);
	aid = all(world, "6571");
	assert_int_equal(date_paris(world->at, &today), ERR_OK);
	date_format(today, day);
	(void)world_must(world, "treasurer",
			 "'kind':'notification','date':'%s','grant':%" PRIu64
			 ",'digest':" DIGEST,
			 day, story.grant);
	assert_int_equal(all(world, "6571"), aid + left);
	assert_int_equal(all(world, "4683"), -left);
	world_free(world);
}

/* Each flow of a promise that the books may move has an account: reports/plan.def. */
static void test_each_promise_has_an_account(void **state)
{
	static const char *const flows[] = {
		"salary.person", "invoice.person", "invoice.company", "invoice.seller",
		"till.person",   "match",          "gift.person",     "gift.company",
		"patronage",     "contribution",   "written-off",
	};

	(void)state;
	for (size_t i = 0; i < sizeof flows / sizeof *flows; i++) {
		const struct treatment *rule = treatment_find("income", flows[i], "");

		assert_non_null(rule);
		assert_true(rule->source[0]);
		assert_true(plan_account(rule->plan)->number[0] >= '6');
	}
	assert_int_equal(
		treatment_find("income", "gift.person", "dotation-non-consomptible")
			->plan,
		PLAN_DOTATION);
	assert_int_equal(
		treatment_find("income", "gift.person", "dotation-consomptible")->plan,
		PLAN_CONSOMPTIBLE);
	assert_null(treatment_find("income", "giftperson", ""));
	assert_null(treatment_find("elsewhere", "", ""));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_each_giver_has_the_account_of_its_kind),
	cmocka_unit_test(
		test_a_firm_convention_is_income_when_signed_and_others_when_met),
	cmocka_unit_test(test_what_is_given_in_kind_is_outside_of_the_result),
	cmocka_unit_test(test_a_gift_is_gross_and_its_fee_a_charge),
	cmocka_unit_test(
		test_a_contribution_is_no_gift_and_what_is_given_back_is_less_of_it),
	cmocka_unit_test(test_a_transfer_that_came_back_is_still_owed),
	cmocka_unit_test(test_aid_is_a_charge_when_its_beneficiary_is_told),
	cmocka_unit_test(test_each_promise_has_an_account),
	cmocka_unit_test(test_a_random_year_agrees_with_the_books),
	cmocka_unit_test(test_the_story_agrees_with_the_books),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
