/*
 * test_books_member.c - the charter, members, keys, references and time, and
 * the refusal of what breaks their rules: those of ledger/books.c,
 * ledger/books_charter.c, ledger/books_member.c and ledger/books_party.c.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/world.h"

#define LILAS  "employer:000001016"
#define DIGEST "'5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9'"

/* The charter with one text put in the place of another. */
static void refuses_charter(const char *rule, const char *old, const char *new)
{
	struct world *world = world_empty();
	char *charter = world_charter(world), *at = strstr(charter, old), *changed = NULL;

	assert_non_null(at);
	assert_true(asprintf(&changed, "%.*s%s%s", (int)(at - charter), charter, new,
			     at + strlen(old)) > 0);
	world_refuses(world, rule, "operator", "%s", changed);
	free(changed);
	free(charter);
	world_free(world);
}

static void test_rules_of_a_charter(void **state)
{
	(void)state;
	refuses_charter("policy", "'bp':5500", "'bp':5501");
	refuses_charter("policy", "{'fund':'emploi','bp':5500}",
			"{'fund':'general','bp':5500}");
	refuses_charter("policy", "{'fund':'projets','bp':3500}",
			"{'fund':'emploi','bp':3500}");
	refuses_charter("fund", "{'fund':'projets','bp':3500}",
			"{'fund':'autre','bp':3500}");
	refuses_charter("charter", "'default_fund':'general'",
			"'default_fund':'dotation'");
	refuses_charter("charter", "'origin':'" WORLD_ORIGIN "'",
			"'origin':'autre.test'");
	refuses_charter("charter", "'present':3", "'present':6");
	refuses_charter("charter", "{'up_to':500000,'votes':3}",
			"{'up_to':30000,'votes':3}");
	refuses_charter("charter", "{'votes':4}", "{'up_to':600000,'votes':4}");
	refuses_charter("charter", "{'votes':4}", "{'votes':6}");
	refuses_charter("charter", "'id':'projets-2'", "'id':'projets'");
	refuses_charter("charter", "'id':'projets-2'", "'id':'projets.2'");
	refuses_charter("charter", "'name':'siege-2'", "'name':'siege-1'");
	refuses_charter("charter", "'treasurer':'treasurer'", "'treasurer':'operator'");
	refuses_charter("fund", "'monthly_ceiling':{'emploi'",
			"'monthly_ceiling':{'autre'");
}

static void test_one_key_is_one_seat(void **state)
{
	struct world *world = world_empty();
	char *charter;

	(void)state;
	memcpy(world->seat_vkeys[1], world->seat_vkeys[0], sizeof world->seat_vkeys[0]);
	charter = world_charter(world);
	world_refuses(world, "key", "operator", "%s", charter);
	free(charter);
	world_free(world);
}

static void test_the_charter_comes_first_and_once(void **state)
{
	struct world *world = world_empty();
	char *charter = world_charter(world);

	(void)state;
	world_refuses(world, "charter", "operator",
		      "'kind':'member','id':'audit','role':'auditor','status':'active'");
	(void)world_must(world, "operator", "%s", charter);
	world_refuses(world, "charter", "operator", "%s", charter);
	free(charter);
	world_free(world);
}

static void test_rules_of_a_member(void **state)
{
	struct world *world = world_new();

	(void)state;
	world_refuses(world, "role", "treasurer",
		      "'kind':'member','id':'audit','role':'auditor','status':'active'");
	world_refuses(world, "member", "operator",
		      "'kind':'member','id':'audit','role':'auditor','status':'retired'");
	world_refuses(world, "member", "operator",
		      "'kind':'member','id':'" LILAS
		      "','role':'auditor','status':'active'");
	world_refuses(world, "member", "operator",
		      "'kind':'member','id':'employer:000001016','role':'employer',"
		      "'siren':'000004044','name':'X','status':'active'");
	world_refuses(world, "member", "operator",
		      "'kind':'member','id':'employer:000002022','role':'employer',"
		      "'siren':'000002022','status':'active'");
	world_refuses(
		world, "member", "operator",
		"'kind':'member','id':'employer:000002022','role':'employer',"
		"'siren':'000002022','name':'X','status':'active','match_percent':5");
	world_refuses(world, "member", "operator",
		      "'kind':'member','id':'employer:000002022','role':'employer',"
		      "'siren':'000002022','name':'X','status':'active','step':300");
	world_refuses(
		world, "fund", "operator",
		"'kind':'member','id':'employer:000002022','role':'employer',"
		"'siren':'000002022','name':'X','status':'active','match_percent':5,"
		"'match_cap_month':5,'match_fund':'autre'");
	world_refuses(world, "structure", "operator",
		      "'kind':'member','id':'siege-6','role':'seat','status':'active'");
	world_refuses(world, "structure", "operator",
		      "'kind':'key','member':'siege-1','vkey':'%s'", world->log_vkey);
	world_refuses(world, "key", "operator",
		      "'kind':'key','member':'" LILAS "','vkey':'%s'",
		      world->seat_vkeys[2]);
	world_refuses(world, "key", "operator",
		      "'kind':'key','member':'" LILAS "','vkey':'%s'", world->log_vkey);
	world_check(world);
	world_free(world);
}

static void test_a_retired_member_submits_nothing(void **state)
{
	struct world *world = world_new();

	(void)state;
	(void)world_must(world, "operator",
			 "'kind':'member','id':'" LILAS
			 "','role':'employer','siren':'000001016',"
			 "'name':'Menuiserie','status':'retired'");
	world_refuses(world, "member", LILAS,
		      "'kind':'gift','date':'2026-11-01','payer':'" LILAS
		      "','amount':5,'fund':'emploi','giver':'company'");
	world_refuses(world, "payer", "operator",
		      "'kind':'gift','date':'2026-11-01','payer':'" LILAS
		      "','amount':5,'fund':'emploi','giver':'company'");
	world_check(world);
	world_free(world);
}

static void test_a_reference_is_used_once_in_thirteen_months(void **state)
{
	struct world *world = world_new();
	struct hash content;
	uint64_t position;

	(void)state;
	position = world_must(
		world, "operator",
		"'kind':'member','id':'audit','role':'auditor','status':'active',"
		"'ref':'SAME'");
	world_refuses(world, "reference", "operator",
		      "'kind':'member','id':'audit2','role':'auditor','status':'active','"
		      "ref':'SAME'");
	world->at += INT64_C(86400) * 395; /* mid-December of the next year: 13 months */
	world_refuses(world, "reference", "operator",
		      "'kind':'member','id':'audit2','role':'auditor','status':'active','"
		      "ref':'SAME'");
	world->at += INT64_C(86400) * 20;
	(void)position;
	assert_false(books_reference(world->books, slice_of_text("operator"),
				     slice_of_text("SAME"), world->at, &position,
				     &content));
	(void)world_must(
		world, "operator",
		"'kind':'member','id':'audit2','role':'auditor','status':'active',"
		"'ref':'SAME'");
	world_refuses(world, "reference", "operator",
		      "'kind':'member','id':'audit3','role':'auditor','status':'active','"
		      "ref':'SAME'");
	world_check(world);
	world_free(world);
}

static void test_what_has_expired_leaves_the_state(void **state)
{
	struct world *world = world_new();
	struct slice value;

	(void)state;
	(void)world_must(world, "operator",
			 "'kind':'member','id':'audit','role':'auditor','status':'active'"
			 ",'ref':'OLD'");
	assert_true(state_get(world->state, "ref/operator/OLD", &value));
	world->at += INT64_C(86400) * 430;
	(void)world_must(
		world, "operator",
		"'kind':'member','id':'audit2','role':'auditor','status':'active'");
	assert_false(state_get(world->state, "ref/operator/OLD", &value));
	world_check(world);
	world_free(world);
}

static void test_recorded_time_never_goes_back(void **state)
{
	struct world *world = world_new();

	(void)state;
	world->at -= 1;
	world_refuses(world, "time", "operator",
		      "'kind':'member','id':'audit','role':'auditor','status':'active'");
	world_check(world);
	world_free(world);
}

static void test_rules_of_beneficiaries_and_projects(void **state)
{
	struct world *world = world_new();

	(void)state;
	world_refuses(world, "beneficiary", "operator",
		      "'kind':'beneficiary','id':'job-seeker:42','nature':'job-seeker'");
	world_refuses(
		world, "beneficiary", "operator",
		"'kind':'beneficiary','id':'job-seeker:00112233445566778899aabbccddeeff',"
		"'nature':'association'");
	world_refuses(
		world, "beneficiary", "operator",
		"'kind':'beneficiary','id':'job-seeker:00112233445566778899aabbccddeeff',"
		"'nature':'job-seeker','name':'Quelqu'");
	world_refuses(world, "project", "operator",
		      "'kind':'project','id':'lab','title':'Lab','bearer':'bearer:x','"
		      "status':'open'");
	world_refuses(world, "project", "operator",
		      "'kind':'project','id':'emploi','title':'Lab','status':'open'");
	world_refuses(world, "project", "operator",
		      "'kind':'project','id':'lab','title':'Lab','status':'open',"
		      "'from':'2026-12-01','until':'2026-11-01'");
	(void)world_must(world, "operator",
			 "'kind':'beneficiary','id':'bearer:x','nature':'association'");
	world_refuses(world, "beneficiary", "operator",
		      "'kind':'beneficiary','id':'bearer:x','nature':'company'");
	world_check(world);
	world_free(world);
}

static void test_amounts_that_pass_the_bound_are_refused_by_overflow(void **state)
{
	struct world *world = world_new();
	int accepted = 0;

	(void)state;
	while (accepted < 100000 &&
	       world_submit(
		       world, "operator",
		       "'kind':'gift','date':'2026-11-01','payer':'" LILAS
		       "','amount':100000000000,'fund':'emploi','giver':'company'") ==
		       ERR_OK)
		if (++accepted == 3)
			break;
	assert_int_equal(accepted, 3);
	assert_int_equal(world_balance(world, "receivable/" LILAS),
			 INT64_C(300000000000));
	/* The state is brought to the edge as an archive of giants would. */
	world->state_was_set = true;
	state_put(world->state, "ab/receivable/" LILAS,
		  slice_of_text("9007199254740990\n"));
	world_refuses(world, "overflow", "operator",
		      "'kind':'gift','date':'2026-11-01','payer':'" LILAS
		      "','amount':5,'fund':'emploi','giver':'company'");
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules_of_a_charter),
		cmocka_unit_test(test_one_key_is_one_seat),
		cmocka_unit_test(test_the_charter_comes_first_and_once),
		cmocka_unit_test(test_rules_of_a_member),
		cmocka_unit_test(test_a_retired_member_submits_nothing),
		cmocka_unit_test(test_a_reference_is_used_once_in_thirteen_months),
		cmocka_unit_test(test_what_has_expired_leaves_the_state),
		cmocka_unit_test(test_recorded_time_never_goes_back),
		cmocka_unit_test(test_rules_of_beneficiaries_and_projects),
		cmocka_unit_test(
			test_amounts_that_pass_the_bound_are_refused_by_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
