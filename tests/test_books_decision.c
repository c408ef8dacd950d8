/*
 * test_books_decision.c - proposals, ballots, decisions and payments, and the
 * refusal of what breaks their rules: those of ledger/books_proposal.c,
 * ledger/books_ballot.c, ledger/books_decision.c, ledger/books_condition.c and
 * ledger/books_payment.c, with
 * ledger/books_list.c to look at them.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "keys/note.h"
#include "tests/world.h"

#define LILAS   "employer:000001016"
#define SEEKER  "job-seeker:00112233445566778899aabbccddeeff"
#define OTHER   "job-seeker:ffeeddccbbaa99887766554433221100"
#define DIGEST  "'5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9'"
#define DIGEST2 "'6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b'"

#define SUPPORT(who, amount)                                                             \
	"'kind':'proposal','subject':'support','fund':'emploi','beneficiary':'" who      \
	"','amount':" amount ",'purpose':'mobilite','payee':" DIGEST                     \
	",'expires_on':'2026-12-31'"
#define GRANT(amount)                                                                    \
	"'kind':'proposal','subject':'grant','fund':'projets','beneficiary':"            \
	"'bearer:lab','project':'lab','amount':" amount ",'purpose':'demarrage',"        \
	"'payee':" DIGEST ",'expires_on':'2026-12-31'"

/* A world with money in emploi (free) and projets (free, and two earmarks), a
 * job seeker and a project. */
static struct world *rich_world(void)
{
	struct world *world = world_new();
	static const char *const gifts[][3] = {
		{ "emploi", "", "1000000" },
		{ "projets", "", "1000" },
		{ "projets", ",'earmark':'projets'", "2000" },
		{ "projets", ",'earmark':'lab'", "4000" }
	};

	(void)world_must(world, "operator",
			 "'kind':'beneficiary','id':'" SEEKER "','nature':'job-seeker',"
			 "'attestation':{'digest':" DIGEST ",'until':'2027-01-31'}");
	(void)world_must(world, "operator",
			 "'kind':'beneficiary','id':'bearer:lab','nature':'association',"
			 "'name':'Lab','rna':'W930000001',"
			 "'attestation':{'digest':" DIGEST ",'until':'2027-01-31'}");
	(void)world_must(
		world, "operator",
		"'kind':'project','id':'lab','title':'Lab','bearer':'bearer:lab',"
		"'status':'open'");
	for (size_t i = 0; i < 4; i++)
		(void)world_must(world, "operator",
				 "'kind':'gift','date':'2026-11-01','payer':'" LILAS
				 "','giver':'company','fund':'%s'%s,'amount':%s",
				 gifts[i][0], gifts[i][1], gifts[i][2]);
	(void)world_must(world, "treasurer",
			 "'kind':'settlement','date':'2026-11-02','payer':'" LILAS
			 "','amount':1007000");
	return world;
}

static uint64_t decide(struct world *world, uint64_t proposal)
{
	return world_must(world, "operator", "'kind':'decision','proposal':%" PRIu64,
			  proposal);
}

static void test_a_support_is_voted_granted_ordered_and_paid(void **state)
{
	struct world *world = rich_world();
	uint64_t proposal = world_must(world, "siege-1", SUPPORT(SEEKER, "12000")),
		 payment;

	(void)state;
	world_votes(world, proposal, 3);
	(void)decide(world, proposal);
	assert_int_equal(world_available(world, "emploi", "-"), 1000000 - 12000);
	assert_int_equal(world_balance(world, "committed/emploi/-"), -12000);
	world_refuses(world, "payee", "treasurer",
		      "'kind':'payment','proposal':%" PRIu64
		      ",'amount':12000,'payee':" DIGEST2,
		      proposal);
	world_refuses(world, "payment", "treasurer",
		      "'kind':'payment','proposal':%" PRIu64
		      ",'amount':12001,'payee':" DIGEST,
		      proposal);
	payment = world_must(world, "treasurer",
			     "'kind':'payment','proposal':%" PRIu64
			     ",'amount':12000,'payee':" DIGEST,
			     proposal);
	world_refuses(world, "payment", "treasurer",
		      "'kind':'payment','proposal':%" PRIu64
		      ",'amount':1,'payee':" DIGEST,
		      proposal);
	(void)world_must(world, "treasurer",
			 "'kind':'paid','date':'2026-11-18','payment':%" PRIu64, payment);
	assert_int_equal(world_balance(world, "ordered/emploi/-"), 0);
	assert_int_equal(world_balance(world, "bank"), 1007000 - 12000);
	world_refuses(world, "paid", "treasurer",
		      "'kind':'paid','date':'2026-11-18','payment':%" PRIu64, payment);
	world_refuses(
		world, "reversal", "treasurer",
		"'kind':'reversal','date':'2026-11-18','reason':'payee','of':%" PRIu64,
		payment);
	world_check(world);
	world_free(world);
}

static void test_a_reversed_payment_can_be_ordered_again(void **state)
{
	struct world *world = rich_world();
	uint64_t proposal = world_must(world, "siege-1", SUPPORT(SEEKER, "12000")),
		 payment;

	(void)state;
	world_votes(world, proposal, 3);
	(void)decide(world, proposal);
	payment = world_must(world, "treasurer",
			     "'kind':'payment','proposal':%" PRIu64
			     ",'amount':12000,'payee':" DIGEST,
			     proposal);
	(void)world_must(
		world, "treasurer",
		"'kind':'reversal','date':'2026-11-18','reason':'payee','of':%" PRIu64,
		payment);
	assert_int_equal(world_balance(world, "committed/emploi/-"), -12000);
	world_refuses(world, "paid", "treasurer",
		      "'kind':'paid','date':'2026-11-18','payment':%" PRIu64, payment);
	(void)world_must(world, "treasurer",
			 "'kind':'payment','proposal':%" PRIu64
			 ",'amount':12000,'payee':" DIGEST,
			 proposal);
	world_check(world);
	world_free(world);
}

static void test_a_grant_takes_the_projects_money_then_the_funds_then_free_money(
	void **state)
{
	struct world *world = rich_world();
	uint64_t proposal = world_must(world, "operator", GRANT("6500"));

	(void)state;
	world_votes(world, proposal, 3);
	(void)decide(world, proposal);
	assert_int_equal(world_available(world, "projets", "lab"), 0);
	assert_int_equal(world_available(world, "projets", "projets"), 0);
	assert_int_equal(world_available(world, "projets", "-"), 500);
	world_check(world);
	world_free(world);
}

static void test_a_decision_beyond_what_is_available_is_refused(void **state)
{
	struct world *world = rich_world();
	uint64_t proposal = world_must(world, "operator", GRANT("7001"));

	(void)state;
	world_votes(world, proposal, 3);
	world_refuses(world, "available", "operator",
		      "'kind':'decision','proposal':%" PRIu64, proposal);
	world_check(world);
	world_free(world);
}

static void test_a_decision_waits_until_it_is_certain_or_expired(void **state)
{
	struct world *world = rich_world();
	uint64_t proposal = world_must(world, "operator", SUPPORT(SEEKER, "40000"));

	(void)state;
	world_votes(world, proposal, 2);
	world_refuses(world, "undecided", "operator",
		      "'kind':'decision','proposal':%" PRIu64, proposal);
	world->at += 50 * 86400; /* past the last day of 2026 */
	assert_int_equal(world_ballot(world, 2, proposal, "for"), ERR_RULE);
	assert_string_equal(world->fault.rule, "expiry");
	(void)decide(world, proposal);
	assert_int_equal(world_available(world, "emploi", "-"), 1000000);
	world_refuses(world, "decision", "operator",
		      "'kind':'decision','proposal':%" PRIu64, proposal);
	world_check(world);
	world_free(world);
}

static void test_two_votes_are_certain_only_with_presence_and_majority(void **state)
{
	struct world *world = rich_world();
	uint64_t proposal = world_must(world, "operator", SUPPORT(SEEKER, "10000"));

	(void)state;
	world_votes(world, proposal, 2); /* enough votes for, not enough present */
	world_refuses(world, "undecided", "operator",
		      "'kind':'decision','proposal':%" PRIu64, proposal);
	assert_int_equal(world_ballot(world, 2, proposal, "recused"), ERR_OK);
	world_refuses(world, "undecided", "operator",
		      "'kind':'decision','proposal':%" PRIu64, proposal);
	assert_int_equal(world_ballot(world, 3, proposal, "abstain"), ERR_OK);
	/* 2 for, 1 abstain, 1 recused, and the last can only make it 2 to 1. */
	(void)decide(world, proposal);
	assert_int_equal(world_available(world, "emploi", "-"), 990000);
	world_check(world);
	world_free(world);
}

static void test_splitting_a_grant_does_not_pass_under_a_step(void **state)
{
	struct world *world = rich_world();
	uint64_t first = world_must(world, "operator", SUPPORT(SEEKER, "20000")), second;
	struct proposal_view view;

	(void)state;
	world_votes(world, first, 3);
	(void)decide(world, first);
	second = world_must(world, "operator", SUPPORT(SEEKER, "20000"));
	world_votes(world, second, 2);
	assert_int_equal(world_ballot(world, 2, second, "against"), ERR_OK);
	assert_int_equal(world_ballot(world, 3, second, "against"), ERR_OK);
	/* 400 euros on 365 days ask for three votes, though each is 200. */
	world_refuses(world, "undecided", "operator",
		      "'kind':'decision','proposal':%" PRIu64, second);
	assert_int_equal(world_ballot(world, 4, second, "for"), ERR_OK);
	(void)decide(world, second);
	assert_true(query_proposal(world->books, second, &view));
	assert_int_equal(view.needed, 3);
	world_check(world);
	world_free(world);
}

static void test_a_monthly_ceiling_holds_until_the_next_month(void **state)
{
	struct world *world = rich_world();
	uint64_t first, second;

	(void)state;
	(void)world_must(world, "operator",
			 "'kind':'beneficiary','id':'" OTHER "','nature':'job-seeker',"
			 "'attestation':{'digest':" DIGEST ",'until':'2027-01-31'}");
	first = world_must(world, "operator", SUPPORT(SEEKER, "200000"));
	second = world_must(world, "operator", SUPPORT(OTHER, "100001"));
	world_votes(world, first, 4);
	world_votes(world, second, 4);
	(void)decide(world, first);
	world_refuses(world, "ceiling", "operator",
		      "'kind':'decision','proposal':%" PRIu64, second);
	world->at += 20 * 86400;
	(void)decide(world, second);
	world_check(world);
	world_free(world);
}

static void test_rules_of_a_proposal(void **state)
{
	struct world *world = rich_world();

	(void)state;
	(void)world_must(world, "operator",
			 "'kind':'beneficiary','id':'bearer:stef','nature':'company','"
			 "name':'Stef',"
			 "'attestation':{'digest':" DIGEST ",'until':'2027-01-31'}");
	(void)world_must(world, "operator",
			 "'kind':'beneficiary','id':'bearer:old','nature':'association','"
			 "name':'Old',"
			 "'attestation':{'digest':" DIGEST ",'until':'2026-11-17'}");
	(void)world_must(world, "operator",
			 "'kind':'project','id':'stef','title':'S','bearer':'bearer:stef'"
			 ",'status':'open'");
	world_refuses(world, "eligible", "operator",
		      "'kind':'proposal','subject':'grant','fund':'projets','beneficiary'"
		      ":'bearer:stef',"
		      "'project':'stef','amount':5,'purpose':'demarrage','payee':" DIGEST
		      ",'expires_on':'2026-12-31'");
	world_refuses(world, "attestation", "operator",
		      "'kind':'proposal','subject':'grant','fund':'projets','beneficiary'"
		      ":'bearer:old',"
		      "'project':'lab','amount':5,'purpose':'demarrage','payee':" DIGEST
		      ",'expires_on':'2026-12-31'");
	world_refuses(
		world, "endowment", "operator",
		"'kind':'proposal','subject':'transfer','fund':'dotation','to':'emploi',"
		"'amount':5,'expires_on':'2026-12-31'");
	world_refuses(
		world, "transfer", "operator",
		"'kind':'proposal','subject':'transfer','fund':'emploi','to':'emploi',"
		"'amount':5,'expires_on':'2026-12-31'");
	world_refuses(
		world, "proposal", "operator",
		"'kind':'proposal','subject':'transfer','fund':'emploi','to':'projets',"
		"'amount':5,'purpose':'mobilite','expires_on':'2026-12-31'");
	world_refuses(world, "subject", "operator",
		      "'kind':'proposal','subject':'support','fund':'projets','"
		      "beneficiary':'bearer:lab',"
		      "'amount':5,'purpose':'demarrage','payee':" DIGEST
		      ",'expires_on':'2026-12-31'");
	world_refuses(world, "purpose", "operator",
		      "'kind':'proposal','subject':'support','fund':'emploi','"
		      "beneficiary':'" SEEKER
		      "','amount':5,'purpose':'voyage','payee':" DIGEST
		      ",'expires_on':'2026-12-31'");
	world_refuses(
		world, "expiry", "operator",
		"'kind':'proposal','subject':'transfer','fund':'emploi','to':'projets',"
		"'amount':5,'expires_on':'2026-11-17'");
	world_refuses(
		world, "expiry", "operator",
		"'kind':'proposal','subject':'transfer','fund':'emploi','to':'projets',"
		"'amount':5,'expires_on':'2028-01-01'");
	world_refuses(world, "tranches", "operator",
		      GRANT("6500") ",'tranches':[{'amount':3000},{'amount':3000}]");
	world_refuses(world, "role", "treasurer", GRANT("5"));
	world_check(world);
	world_free(world);
}

static void test_a_tranche_with_a_condition_is_not_paid_before_it_is_met(void **state)
{
	struct world *world = rich_world();
	uint64_t proposal =
		world_must(world, "operator",
			   GRANT("6000") ",'tranches':[{'amount':2000},{'amount':4000,'"
					 "condition':'bilan'}]");

	(void)state;
	world_votes(world, proposal, 3);
	(void)decide(world, proposal);
	world_refuses(world, "condition", "treasurer",
		      "'kind':'payment','proposal':%" PRIu64
		      ",'amount':2001,'payee':" DIGEST,
		      proposal);
	(void)world_must(world, "treasurer",
			 "'kind':'payment','proposal':%" PRIu64
			 ",'amount':2000,'payee':" DIGEST,
			 proposal);
	world_refuses(world, "condition", "operator",
		      "'kind':'condition','proposal':%" PRIu64
		      ",'condition':'autre','evidence':" DIGEST,
		      proposal);
	world_refuses(
		world, "condition", "operator",
		"'kind':'condition','proposal':0,'condition':'bilan','evidence':" DIGEST);
	world_refuses(world, "role", "treasurer",
		      "'kind':'condition','proposal':%" PRIu64
		      ",'condition':'bilan','evidence':" DIGEST,
		      proposal);
	(void)world_must(world, "siege-2",
			 "'kind':'condition','proposal':%" PRIu64
			 ",'condition':'bilan','evidence':" DIGEST,
			 proposal);
	world_refuses(world, "condition", "siege-2",
		      "'kind':'condition','proposal':%" PRIu64
		      ",'condition':'bilan','evidence':" DIGEST,
		      proposal);
	(void)world_must(world, "treasurer",
			 "'kind':'payment','proposal':%" PRIu64
			 ",'amount':4000,'payee':" DIGEST,
			 proposal);
	world_check(world);
	world_free(world);
}

static void test_rules_of_a_ballot(void **state)
{
	struct world *world = rich_world(), *elsewhere = rich_world();
	uint64_t proposal = world_must(world, "operator", SUPPORT(SEEKER, "10000"));
	uint64_t other = world_must(world, "operator", SUPPORT(SEEKER, "10000"));
	struct signing_key *right = world->seat_keys[0];

	(void)state;
	(void)world_must(elsewhere, "operator", SUPPORT(SEEKER, "10000"));
	world->seat_keys[0] = world->seat_keys[1];
	assert_int_equal(world_ballot(world, 0, proposal, "for"), ERR_RULE);
	assert_string_equal(world->fault.rule, "signature");
	world->seat_keys[0] = right;
	/* The note of one proposal does not count for another. */
	assert_int_equal(world_ballot(world, 0, proposal, "for"), ERR_OK);
	{
		struct world_leaf *leaf = &world->leaves[world->leaf_count - 1];
		char *text = strndup((const char *)leaf->bytes, leaf->n), *at;
		struct json_doc *doc = json_doc_new();

		assert_non_null(text);
		at = strstr(text, "\"proposal\":");
		assert_non_null(at);
		assert_int_equal((int)(other - proposal), 1);
		at += strlen("\"proposal\":");
		at[strcspn(at, ",") - 1]++; /* the next position's last digit */
		at = strstr(text, "\"ref\":\"R");
		at[strlen("\"ref\":\"")] = 'Q';
		assert_int_equal(world_replay(world, slice_of(text, leaf->n)), ERR_RULE);
		assert_string_equal(world->fault.rule, "ballot");
		/* Nor in another log. */
		assert_int_equal(world_replay(elsewhere, slice_of(leaf->bytes, leaf->n)),
				 ERR_RULE);
		json_doc_free(doc);
		free(text);
	}
	/* An older note of the same seat cannot be played again over a new one. */
	{
		struct world_leaf old = world->leaves[world->leaf_count - 1];
		char *text = strndup((const char *)old.bytes, old.n), *at;

		assert_int_equal(world_ballot(world, 0, proposal, "against"), ERR_OK);
		at = strstr(text, "\"ref\":\"R");
		at[strlen("\"ref\":\"")] = 'Q';
		assert_int_equal(world_replay(world, slice_of(text, old.n)), ERR_RULE);
		assert_string_equal(world->fault.rule, "seen");
		free(text);
	}
	assert_int_equal(world_ballot(world, 3, proposal, "recused"), ERR_OK);
	assert_int_equal(world_ballot(world, 3, proposal, "for"), ERR_RULE);
	assert_string_equal(world->fault.rule, "recused");
	world_check(world);
	world_free(elsewhere);
	world_free(world);
}

static void test_structure_changes_only_as_voted_and_once(void **state)
{
	struct world *world = rich_world();
	uint64_t proposal;

	(void)state;
	proposal = world_must(
		world, "operator",
		"'kind':'proposal','subject':'structure','expires_on':'2026-12-31',"
		"'act':{'kind':'policy','policy':[{'fund':'emploi','bp':10000}]}");
	world_refuses(world, "policy", "operator",
		      "'kind':'proposal','subject':'structure','expires_on':'2026-12-31',"
		      "'act':{'kind':'policy','policy':[{'fund':'emploi','bp':9999}]}");
	world_refuses(world, "structure", "operator",
		      "'kind':'policy','policy':[{'fund':'emploi','bp':10000}],'proposal'"
		      ":%" PRIu64,
		      proposal);
	world_votes(world, proposal, 3);
	world_refuses(world, "undecided", "operator",
		      "'kind':'decision','proposal':%" PRIu64, proposal);
	assert_int_equal(world_ballot(world, 3, proposal, "for"), ERR_OK);
	(void)decide(world, proposal);
	world_refuses(world, "structure", "operator",
		      "'kind':'policy','policy':[{'fund':'projets','bp':10000}],'"
		      "proposal':%" PRIu64,
		      proposal);
	(void)world_must(world, "operator",
			 "'kind':'policy','policy':[{'fund':'emploi','bp':10000}],'"
			 "proposal':%" PRIu64,
			 proposal);
	world_refuses(world, "structure", "operator",
		      "'kind':'policy','policy':[{'fund':'emploi','bp':10000}],'proposal'"
		      ":%" PRIu64,
		      proposal);
	world_check(world);
	world_free(world);
}

static void test_a_seat_that_has_gone_has_no_vote(void **state)
{
	struct world *world = rich_world();
	uint64_t support = world_must(world, "operator", SUPPORT(SEEKER, "40000"));
	uint64_t proposal = world_must(
		world, "operator",
		"'kind':'proposal','subject':'structure','expires_on':'2026-12-31','act':"
		"{'kind':'member','id':'siege-1','role':'seat','status':'retired'}");

	(void)state;
	world_votes(world, support, 3);
	world_votes(world, proposal, 4);
	(void)decide(world, proposal);
	world_refuses(world, "structure", "operator",
		      "'kind':'member','id':'siege-1','role':'seat','status':'retired'");
	(void)world_must(
		world, "operator",
		"'kind':'member','id':'siege-1','role':'seat','status':'retired',"
		"'proposal':%" PRIu64,
		proposal);
	world_refuses(world, "undecided", "operator",
		      "'kind':'decision','proposal':%" PRIu64, support);
	assert_int_equal(world_ballot(world, 0, support, "for"), ERR_RULE);
	assert_string_equal(world->fault.rule, "seat");
	assert_int_equal(world_ballot(world, 3, support, "for"), ERR_OK);
	(void)decide(world, support);
	world_check(world);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_support_is_voted_granted_ordered_and_paid),
		cmocka_unit_test(test_a_reversed_payment_can_be_ordered_again),
		cmocka_unit_test(
			test_a_grant_takes_the_projects_money_then_the_funds_then_free_money),
		cmocka_unit_test(test_a_decision_beyond_what_is_available_is_refused),
		cmocka_unit_test(test_a_decision_waits_until_it_is_certain_or_expired),
		cmocka_unit_test(
			test_two_votes_are_certain_only_with_presence_and_majority),
		cmocka_unit_test(test_splitting_a_grant_does_not_pass_under_a_step),
		cmocka_unit_test(test_a_monthly_ceiling_holds_until_the_next_month),
		cmocka_unit_test(test_rules_of_a_proposal),
		cmocka_unit_test(
			test_a_tranche_with_a_condition_is_not_paid_before_it_is_met),
		cmocka_unit_test(test_rules_of_a_ballot),
		cmocka_unit_test(test_structure_changes_only_as_voted_and_once),
		cmocka_unit_test(test_a_seat_that_has_gone_has_no_vote),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
