/*
 * test_books_redirect.c - money of a closed project put to another use with its
 * funder's consent, and no cent more than its promise brought. The rules of
 * ledger/books_redirect.c.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/world.h"

#define LILAS  "employer:000001016"
#define DIGEST "'5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9'"

#define REDIRECT "'kind':'redirect','consent':" DIGEST ","

static void project(struct world *world, const char *id, const char *status)
{
	(void)world_must(world, "operator",
			 "'kind':'project','id':'%s','title':'P','status':'%s'", id,
			 status);
}

/* 10 000 euros in two instalments to a project, of which the first arrives. */
static uint64_t convention(struct world *world)
{
	uint64_t of;

	project(world, "lab", "open");
	of = world_must(world, LILAS,
			"'kind':'patronage','date':'2026-11-10','payer':'" LILAS
			"','fund':'projets','earmark':'lab','form':'cash',"
			"'promise':'firm','amount':1000000,'instalments':["
			"{'amount':500000,'due_on':'2026-11-15'},"
			"{'amount':500000,'due_on':'2027-03-31'}]");
	(void)world_must(world, "treasurer",
			 "'kind':'settlement','date':'2026-11-16','payer':'" LILAS
			 "','amount':500000,'settles':%" PRIu64,
			 of);
	return of;
}

static void test_a_closed_project_leaves_its_money_to_another_with_consent(void **state)
{
	struct world *world = world_new();
	uint64_t of = convention(world);

	(void)state;
	project(world, "jardin", "open");
	project(world, "lab", "closed");
	(void)world_must(world, "treasurer",
			 REDIRECT "'of':%" PRIu64
				  ",'amount':300000,'fund':'projets','earmark':'jardin'",
			 of);
	(void)world_must(world, "treasurer",
			 REDIRECT "'of':%" PRIu64 ",'amount':200000,'fund':'emploi'", of);
	assert_int_equal(world_available(world, "projets", "lab"), 0);
	assert_int_equal(world_available(world, "projets", "jardin"), 300000);
	assert_int_equal(world_available(world, "emploi", "-"), 200000);
	/* Nothing is left; the rest was never received. */
	world_refuses(world, "redirect", "treasurer",
		      REDIRECT "'of':%" PRIu64 ",'amount':1,'fund':'emploi'", of);
	assert_int_equal(world_balance(world, "receivable/" LILAS), 500000);
	world_check(world);
	world_free(world);
}

static void test_the_rest_of_the_convention_can_be_undone(void **state)
{
	struct world *world = world_new();
	uint64_t of = convention(world);

	(void)state;
	project(world, "lab", "closed");
	(void)world_must(world, "treasurer",
			 REDIRECT "'of':%" PRIu64 ",'amount':500000,'fund':'emploi'", of);
	(void)world_must(world, "treasurer",
			 "'kind':'reversal','date':'2026-11-18','reason':'cancelled',"
			 "'of':%" PRIu64,
			 of);
	/* What was put to another use stays there. */
	assert_int_equal(world_balance(world, "receivable/" LILAS), 0);
	assert_int_equal(world_balance(world, "credit/" LILAS), 0);
	assert_int_equal(world_available(world, "emploi", "-"), 500000);
	world_refuses(world, "redirect", "treasurer",
		      REDIRECT "'of':%" PRIu64 ",'amount':1,'fund':'emploi'", of);
	world_check(world);
	world_free(world);
}

static void test_money_is_redirected_years_after_the_gift(void **state)
{
	struct world *world = world_new();
	uint64_t of;

	(void)state;
	project(world, "lab", "open");
	of = world_must(world, "operator",
			"'kind':'gift','date':'2026-11-10','payer':'" LILAS
			"','giver':'company','fund':'projets','earmark':'lab',"
			"'amount':700");
	(void)world_must(world, "treasurer",
			 "'kind':'settlement','date':'2026-11-16','payer':'" LILAS
			 "','amount':700");
	for (int month = 0; month < 36; month++) { /* what expires, expires */
		world->at += INT64_C(31) * 86400;
		project(world, "lab", "open");
	}
	project(world, "lab", "closed");
	(void)world_must(world, "treasurer",
			 REDIRECT "'of':%" PRIu64 ",'amount':700,'fund':'projets'", of);
	assert_int_equal(world_available(world, "projets", "-"), 700);
	world_refuses(world, "reversal", "treasurer",
		      "'kind':'reversal','date':'2029-11-18','reason':'cancelled',"
		      "'of':%" PRIu64,
		      of);
	world_check(world);
	world_free(world);
}

static void test_rules_of_a_redirection(void **state)
{
	struct world *world = world_new();
	uint64_t of = convention(world), free_gift;

	(void)state;
	free_gift = world_must(world, "operator",
			       "'kind':'gift','date':'2026-11-10','payer':'" LILAS
			       "','giver':'company','fund':'projets','amount':5");
	world_refuses(world, "redirect", "treasurer",
		      REDIRECT "'of':%" PRIu64 ",'amount':5,'fund':'emploi'", of);
	project(world, "lab", "closed");
	world_refuses(world, "redirect", "treasurer",
		      REDIRECT "'of':%" PRIu64 ",'amount':5,'fund':'emploi'", free_gift);
	world_refuses(world, "redirect", "treasurer",
		      REDIRECT "'of':%" PRIu64 ",'amount':5,'fund':'emploi'", of + 1);
	world_refuses(world, "redirect", "treasurer",
		      REDIRECT "'of':%" PRIu64 ",'amount':500001,'fund':'emploi'", of);
	world_refuses(world, "fund", "treasurer",
		      REDIRECT "'of':%" PRIu64 ",'amount':5,'fund':'autre'", of);
	world_refuses(world, "earmark", "treasurer",
		      REDIRECT "'of':%" PRIu64
			       ",'amount':5,'fund':'emploi','earmark':'projets'",
		      of);
	world_refuses(world, "project", "treasurer",
		      REDIRECT "'of':%" PRIu64
			       ",'amount':5,'fund':'emploi','earmark':'lab'",
		      of);
	world_refuses(world, "role", LILAS,
		      REDIRECT "'of':%" PRIu64 ",'amount':5,'fund':'emploi'", of);
	world_check(world);
	world_free(world);
}

/* Two promises to one project: what a grant has spent is nobody's in
 * particular. */
static void test_no_more_is_redirected_than_is_available(void **state)
{
	struct world *world = world_new();
	uint64_t of = convention(world), proposal;

	(void)state;
	(void)world_must(world, "operator",
			 "'kind':'beneficiary','id':'bearer:lab','nature':'association',"
			 "'attestation':{'digest':" DIGEST ",'until':'2027-01-31'}");
	(void)world_must(world, "operator",
			 "'kind':'project','id':'lab','title':'P','status':'open',"
			 "'bearer':'bearer:lab'");
	proposal = world_must(world, "operator",
			      "'kind':'proposal','subject':'grant','fund':'projets',"
			      "'beneficiary':'bearer:lab','project':'lab',"
			      "'amount':200000,'purpose':'demarrage','payee':" DIGEST
			      ",'expires_on':'2026-12-31'");
	world_votes(world, proposal, 4);
	(void)world_must(world, "operator", "'kind':'decision','proposal':%" PRIu64,
			 proposal);
	project(world, "lab", "closed");
	world_refuses(world, "available", "treasurer",
		      REDIRECT "'of':%" PRIu64 ",'amount':300001,'fund':'emploi'", of);
	(void)world_must(world, "treasurer",
			 REDIRECT "'of':%" PRIu64 ",'amount':300000,'fund':'emploi'", of);
	world_check(world);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_a_closed_project_leaves_its_money_to_another_with_consent),
		cmocka_unit_test(test_the_rest_of_the_convention_can_be_undone),
		cmocka_unit_test(test_money_is_redirected_years_after_the_gift),
		cmocka_unit_test(test_rules_of_a_redirection),
		cmocka_unit_test(test_no_more_is_redirected_than_is_available),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
