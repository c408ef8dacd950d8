/*
 * test_books_amendment.c - the charter changed by a vote, and what then holds: the rules
 * of ledger/books_amendment.c and of ledger/books_charter.c's terms, quorum and funds.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/world.h"

#define LILAS  "employer:000001016"
#define SEEKER "job-seeker:00112233445566778899aabbccddeeff"
#define DIGEST "'5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9'"
#define DAY    INT64_C(86400)

#define PROPOSE                                                                          \
	"'kind':'proposal','subject':'structure','expires_on':'2026-12-31','act':{%s}"
#define BATCH(date, terms, step, amount)                                                 \
	"'kind':'batch','company':'" LILAS "','source':'salary','period':'2026-11',"     \
	"'date':'" date "','step':" step ",'terms':'" terms "','count':1,'zero':0,"      \
	"'received':" DIGEST ",'root':" DIGEST                                           \
	",'totals':[{'fund':'emploi','giver':'person','amount':" amount "}]"

static uint64_t propose(struct world *world, const char *act)
{
	return world_must(world, "operator", PROPOSE, act);
}

static uint64_t grant(struct world *world, const char *act, int votes)
{
	uint64_t proposal = propose(world, act);

	world_votes(world, proposal, votes);
	(void)world_must(world, "operator", "'kind':'decision','proposal':%" PRIu64,
			 proposal);
	return proposal;
}

static void amend(struct world *world, const char *members)
{
	char act[2048];
	uint64_t proposal;

	snprintf(act, sizeof act, "'kind':'amendment',%s", members);
	proposal = grant(world, act, 4);
	(void)world_must(world, "operator", "%s,'proposal':%" PRIu64, act, proposal);
}

static void refuse_proposal(struct world *world, const char *rule, const char *members)
{
	world_refuses(world, rule, "operator",
		      "'kind':'proposal','subject':'structure','expires_on':'2026-12-31',"
		      "'act':{'kind':'amendment',%s}",
		      members);
}

static void world_end(struct world *world)
{
	world_check(world);
	world_free(world);
}

static void test_an_amendment_is_carried_out_as_voted_and_once(void **state)
{
	struct world *world = world_new();
	uint64_t proposal = propose(world, "'kind':'amendment','due_day':15");

	(void)state;
	world_refuses(world, "structure", "operator",
		      "'kind':'amendment','due_day':15,'proposal':%" PRIu64, proposal);
	/* The top step: four votes of five seats. */
	world_votes(world, proposal, 3);
	world_refuses(world, "undecided", "operator",
		      "'kind':'decision','proposal':%" PRIu64, proposal);
	assert_int_equal(world_ballot(world, 3, proposal, "for"), ERR_OK);
	(void)world_must(world, "operator", "'kind':'decision','proposal':%" PRIu64,
			 proposal);
	world_refuses(world, "structure", "operator",
		      "'kind':'amendment','due_day':16,'proposal':%" PRIu64, proposal);
	(void)world_must(world, "operator",
			 "'kind':'amendment','due_day':15,'proposal':%" PRIu64, proposal);
	world_refuses(world, "structure", "operator",
		      "'kind':'amendment','due_day':15,'proposal':%" PRIu64, proposal);
	world_refuses(world, "role", "siege-1",
		      "'kind':'amendment','due_day':15,'proposal':%" PRIu64, proposal);
	world_end(world);
}

static void test_terms_hold_from_their_day_on(void **state)
{
	struct world *world = world_new();

	(void)state;
	world_refuses(world, "terms", LILAS, BATCH("2026-11-17", "2026-11", "100", "50"));
	amend(world, "'terms':'2026-11'"); /* on the 18th */
	(void)world_must(world, LILAS, BATCH("2026-11-17", "2026-09", "100", "50"));
	world_refuses(world, "terms", LILAS, BATCH("2026-11-17", "2026-11", "100", "50"));
	(void)world_must(world, LILAS, BATCH("2026-11-18", "2026-09", "100", "50"));
	(void)world_must(world, LILAS, BATCH("2026-11-18", "2026-11", "100", "50"));
	world->at += 2 * DAY;
	world_refuses(world, "terms", LILAS, BATCH("2026-11-19", "2026-09", "100", "50"));
	(void)world_must(world, LILAS, BATCH("2026-11-19", "2026-11", "100", "50"));
	(void)world_must(world, LILAS, BATCH("2026-11-17", "2026-09", "100", "50"));
	world_end(world);
}

static void test_steps_cap_and_due_day_hold_for_what_comes(void **state)
{
	struct world *world = world_new();
	struct receivable_view *lines = NULL;
	size_t count = 0;
	struct date day;

	(void)state;
	(void)world_must(world, LILAS, BATCH("2026-11-17", "2026-09", "500", "5000"));
	amend(world, "'steps':[100,200],'row_cap':300,'due_day':7");
	world_refuses(world, "step", LILAS, BATCH("2026-11-17", "2026-09", "500", "50"));
	world_refuses(world, "totals", LILAS,
		      BATCH("2026-11-17", "2026-09", "200", "301"));
	(void)world_must(world, LILAS, BATCH("2026-11-17", "2026-09", "200", "300"));
	assert_int_equal(query_receivables(world->books, slice_of_text(LILAS), &lines,
					   &count, &world->fault),
			 ERR_OK);
	assert_int_equal(date_parse("2026-12-20", &day), ERR_OK);
	assert_int_equal(lines[0].due_on.day, day.day);
	assert_int_equal(date_parse("2026-12-07", &day), ERR_OK);
	assert_int_equal(lines[count - 1].due_on.day, day.day);
	free(lines);
	world_end(world);
}

static void test_funds_are_added_and_renamed_but_never_taken_away(void **state)
{
	struct world *world = world_new();
	struct fund_view *funds = NULL;
	size_t count = 0;

	(void)state;
	(void)world_must(world, "operator",
			 "'kind':'project','id':'atelier','title':'A','status':'open'");
	refuse_proposal(world, "amendment",
			"'funds':[{'id':'emploi','label':'E','class':"
			"'dotation-consomptible'}]");
	refuse_proposal(world, "amendment",
			"'funds':[{'id':'logement','label':'L','class':'courant'},"
			"{'id':'logement','label':'L','class':'courant'}]");
	refuse_proposal(world, "amendment",
			"'funds':[{'id':'a.b','label':'L','class':'courant'}]");
	refuse_proposal(world, "amendment",
			"'funds':[{'id':'atelier','label':'L','class':'courant'}]");
	amend(world, "'funds':[{'id':'logement','label':'Logement','class':'courant'},"
		     "{'id':'emploi','label':'Emploi et mobilité','class':'courant'}]");
	assert_int_equal(query_funds(world->books, &funds, &count, &world->fault),
			 ERR_OK);
	assert_int_equal(count, 7);
	assert_string_equal(funds[1].id, "emploi");
	assert_string_equal(funds[1].label, "Emploi et mobilité");
	assert_string_equal(funds[6].id, "logement");
	free(funds);
	(void)world_must(world, "operator",
			 "'kind':'gift','date':'2026-11-18','payer':'" LILAS
			 "','giver':'company','fund':'logement','amount':100");
	world_end(world);
}

static void test_lists_are_replaced(void **state)
{
	struct world *world = world_new();

	(void)state;
	(void)world_must(world, "operator",
			 "'kind':'beneficiary','id':'" SEEKER "','nature':'job-seeker',"
			 "'attestation':{'digest':" DIGEST ",'until':'2027-01-31'}");
	amend(world, "'purposes':['permis'],'eligible_natures':['association']");
	world_refuses(world, "purpose", "operator",
		      "'kind':'proposal','subject':'support','fund':'emploi',"
		      "'beneficiary':'" SEEKER "','amount':1,'purpose':'mobilite',"
		      "'payee':" DIGEST ",'expires_on':'2026-12-31'");
	world_refuses(world, "eligible", "operator",
		      "'kind':'proposal','subject':'support','fund':'emploi',"
		      "'beneficiary':'" SEEKER "','amount':1,'purpose':'permis',"
		      "'payee':" DIGEST ",'expires_on':'2026-12-31'");
	world_end(world);
}

#define QUORUM(present, votes)                                                           \
	"'quorum':{'present':" present ",'steps':[{'votes':" votes                       \
	"}],'monthly_ceiling':{'emploi':100}}"

static void test_the_quorum_stays_within_the_seats(void **state)
{
	struct world *world = world_new();
	uint64_t leave;

	(void)state;
	refuse_proposal(world, "amendment", QUORUM("6", "3"));
	refuse_proposal(world, "amendment", QUORUM("3", "6"));
	refuse_proposal(world, "fund",
			"'quorum':{'present':3,'steps':[{'votes':3}],"
			"'monthly_ceiling':{'nowhere':100}}");
	refuse_proposal(world, "amendment",
			"'quorum':{'present':3,'steps':[{'up_to':100,'votes':3}],"
			"'monthly_ceiling':{}}");
	amend(world, QUORUM("3", "5"));
	/* Five votes of five seats are needed now; so none may leave. */
	leave = grant(world,
		      "'kind':'member','id':'siege-5','role':'seat','status':'retired'",
		      5);
	world_refuses(world, "member", "operator",
		      "'kind':'member','id':'siege-5','role':'seat','status':'retired',"
		      "'proposal':%" PRIu64,
		      leave);
	{
		uint64_t ease = grant(world, "'kind':'amendment'," QUORUM("3", "3"), 5);

		(void)world_must(
			world, "operator",
			"'kind':'amendment'," QUORUM("3", "3") ",'proposal':%" PRIu64,
			ease);
	}
	(void)world_must(world, "operator",
			 "'kind':'member','id':'siege-5','role':'seat','status':"
			 "'retired','proposal':%" PRIu64,
			 leave);
	world_end(world);
}

/* What was within the seats when it was proposed may not be so any more. */
static void test_an_amendment_is_judged_again_when_it_is_carried_out(void **state)
{
	struct world *world = world_new();
	uint64_t five = grant(world, "'kind':'amendment'," QUORUM("3", "5"), 4);
	uint64_t leave = grant(
		world, "'kind':'member','id':'siege-5','role':'seat','status':'retired'",
		4);

	(void)state;
	(void)world_must(world, "operator",
			 "'kind':'member','id':'siege-5','role':'seat','status':"
			 "'retired','proposal':%" PRIu64,
			 leave);
	world_refuses(world, "amendment", "operator",
		      "'kind':'amendment'," QUORUM("3", "5") ",'proposal':%" PRIu64,
		      five);
	world_end(world);
}

static void test_another_treasurer_pays(void **state)
{
	struct world *world = world_new();
	struct charter_view charter;

	(void)state;
	refuse_proposal(world, "amendment", "'treasurer':'treasurer'");
	refuse_proposal(world, "amendment", "'treasurer':'siege-1'");
	amend(world, "'treasurer':'treasurer-2','name':'Fondation nouvelle',"
		     "'siren':'000009316'");
	world_refuses(world, "member", "treasurer",
		      "'kind':'settlement','date':'2026-11-18','payer':'" LILAS
		      "','amount':100");
	(void)world_must(world, "treasurer-2",
			 "'kind':'settlement','date':'2026-11-18','payer':'" LILAS
			 "','amount':100");
	assert_int_equal(query_charter(world->books, &charter, &world->fault), ERR_OK);
	assert_string_equal(charter.name, "Fondation nouvelle");
	/* And back. */
	amend(world, "'treasurer':'treasurer'");
	world_refuses(world, "member", "treasurer-2",
		      "'kind':'settlement','date':'2026-11-18','payer':'" LILAS
		      "','amount':100");
	world_end(world);
}

static void test_an_amendment_that_changes_nothing_is_none(void **state)
{
	struct world *world = world_new();

	(void)state;
	world_refuses(world, "amendment", "operator",
		      "'kind':'proposal','subject':'structure','expires_on':'2026-12-31',"
		      "'act':{'kind':'amendment'}");
	world_end(world);
}

/* A seat whose key is replaced has voted by the old one; its ballot counts, and it
 * votes anew with the new key only. */
static void test_a_ballot_outlives_its_seat_s_key(void **state)
{
	struct world *world = world_new();
	uint64_t open = propose(world, "'kind':'amendment','due_day':9"), change;
	char act[512];

	(void)state;
	assert_int_equal(world_ballot(world, 4, open, "for"), ERR_OK);
	/* The key that siege-1 will have is nobody's yet: that of the log. */
	snprintf(act, sizeof act, "'kind':'key','member':'siege-5','vkey':'%s'",
		 world->log_vkey);
	change = grant(world, act, 4);
	(void)world_must(world, "operator", "%s,'proposal':%" PRIu64, act, change);
	assert_int_equal(world_ballot(world, 4, open, "against"), ERR_RULE);
	assert_string_equal(world->fault.rule, "signature");
	world_votes(world, open, 3);
	(void)world_must(world, "operator", "'kind':'decision','proposal':%" PRIu64,
			 open);
	world_end(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_amendment_is_carried_out_as_voted_and_once),
		cmocka_unit_test(test_terms_hold_from_their_day_on),
		cmocka_unit_test(test_steps_cap_and_due_day_hold_for_what_comes),
		cmocka_unit_test(test_funds_are_added_and_renamed_but_never_taken_away),
		cmocka_unit_test(test_lists_are_replaced),
		cmocka_unit_test(test_the_quorum_stays_within_the_seats),
		cmocka_unit_test(
			test_an_amendment_is_judged_again_when_it_is_carried_out),
		cmocka_unit_test(test_another_treasurer_pays),
		cmocka_unit_test(test_an_amendment_that_changes_nothing_is_none),
		cmocka_unit_test(test_a_ballot_outlives_its_seat_s_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
