/*
 * test_books_board.c - what becomes of a proposal and of a grant in the end: withdrawn
 * and deferred proposals, declared interests, urgent help under a delegation,
 * cancelled, returned and restituted money. The rules of ledger/books_recusal.c,
 * ledger/books_seat_note.c, ledger/books_tally.c, ledger/books_delegation.c,
 * ledger/books_cancellation.c and ledger/books_restitution.c, with those of
 * ledger/books_payment.c about what the bank sends back.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/boardroom.h"
#include "tests/teller.h"

static void world_end(struct world *world)
{
	world_check(world);
	world_free(world);
}

static struct proposal_view view_of(struct world *world, uint64_t proposal)
{
	struct proposal_view view;

	assert_true(query_proposal(world->books, proposal, &view));
	return view;
}

/* ---- recusals ---- */

static void refuse_ballot(struct world *world, const char *rule, int seat,
			  uint64_t proposal, const char *vote)
{
	char members[WORLD_NOTE_BYTES_MAX + 256];

	world_ballot_members(world, seat, proposal, vote, members, sizeof members);
	world_refuses(world, rule, "operator", "%s", members);
}

static void test_a_declared_interest_takes_the_vote(void **state)
{
	struct world *world = board_world();
	uint64_t before = world_must(world, "siege-1", SUPPORT(SEEKER, "20000")), after,
		 other;
	struct proposal_view view;

	(void)state;
	/* It has voted, and declares its interest then: its vote does not count. */
	assert_int_equal(world_ballot(world, 0, before, "for"), ERR_OK);
	board_recuse(world, 0, SEEKER);
	refuse_ballot(world, "recused", 0, before, "for");
	assert_int_equal(world_ballot(world, 1, before, "for"), ERR_OK);
	assert_int_equal(world_ballot(world, 2, before, "for"), ERR_OK);
	world_refuses(world, "undecided", "operator", DECISION, before);
	assert_int_equal(world_ballot(world, 3, before, "for"), ERR_OK);
	(void)board_decide(world, before);
	view = view_of(world, before);
	assert_int_equal(view.votes_for, 3);
	assert_int_equal(view.recused, 1);

	/* Of a later proposal, too, without any ballot of its own. */
	after = world_must(world, "siege-1", SUPPORT(SEEKER, "1000"));
	refuse_ballot(world, "recused", 0, after, "against");
	assert_int_equal(world_ballot(world, 0, after, "recused"), ERR_OK);
	/* With what was granted before it takes three. */
	for (int seat = 1; seat < 4; seat++)
		assert_int_equal(world_ballot(world, seat, after, "for"), ERR_OK);
	(void)board_decide(world, after);
	assert_int_equal(view_of(world, after).recused, 1);

	/* Nothing else is touched. */
	other = world_must(world, "siege-1", SUPPORT(OTHER, "1000"));
	assert_int_equal(world_ballot(world, 0, other, "for"), ERR_OK);
	world_end(world);
}

static void test_an_interest_binds_what_becomes_of_the_help(void **state)
{
	struct world *world = board_world();
	uint64_t grant =
		board_granted(world, world_must(world, "siege-1", GRANT("5000", "")), 3);
	uint64_t payee = world_must(world, "operator",
				    "'kind':'proposal','subject':'payee'," EXPIRES
				    ",'grant':%" PRIu64 ",'payee':" DIGEST2,
				    grant);
	uint64_t cancel = world_must(world, "operator", CANCEL("100"), grant);

	(void)state;
	board_recuse(world, 4, "bearer:lab");
	refuse_ballot(world, "recused", 4, payee, "for");
	refuse_ballot(world, "recused", 4, cancel, "for");
	world_end(world);
}

static void test_rules_of_a_recusal(void **state)
{
	struct world *world = board_world();
	char members[WORLD_NOTE_BYTES_MAX + 256], *seat;

	(void)state;
	board_recusal(world, 0, "job-seeker:00000000000000000000000000000000", members,
		      sizeof members);
	world_refuses(world, "recusal", "operator", "%s", members);
	board_recusal(world, 0, SEEKER, members, sizeof members);
	/* Another seat's name over the same note. */
	seat = strstr(members, "'siege-1'");
	assert_non_null(seat);
	seat[strlen("'siege-")] = '2';
	world_refuses(world, "signature", "operator", "%s", members);
	board_recuse(world, 0, SEEKER);
	board_recusal(world, 0, SEEKER, members, sizeof members);
	world_refuses(world, "recusal", "operator", "%s", members);
	/* A ballot's text is none of a recusal. */
	{
		char note[WORLD_NOTE_BYTES_MAX];

		world_sign(world, 1, "arrondi/recusal@v1\nseat siege-2\n", note);
		world_refuses(world, "recusal", "operator",
			      "'kind':'recusal','seat':'siege-2','beneficiary':'" SEEKER
			      "','note':'%s'",
			      note);
	}
	board_recusal(world, 2, SEEKER, members, sizeof members);
	seat = strstr(members, "'siege-3'");
	assert_non_null(seat);
	seat[strlen("'siege-")] = '9';
	world_refuses(world, "seat", "operator", "%s", members);
	world_end(world);
}

/* ---- withdrawn, deferred ---- */

static void test_who_made_a_proposal_withdraws_it(void **state)
{
	struct world *world = board_world();
	uint64_t proposal = world_must(world, "siege-1", SUPPORT(SEEKER, "1000"));

	(void)state;
	assert_int_equal(world_ballot(world, 1, proposal, "for"), ERR_OK);
	world_refuses(world, "withdrawn", "siege-2", DECISION ",'withdraw':'proposer'",
		      proposal);
	world_refuses(world, "decision", "siege-1",
		      DECISION ",'withdraw':'proposer','defer_to':'2027-01-31'",
		      proposal);
	(void)world_must(world, "siege-1", DECISION ",'withdraw':'proposer'", proposal);
	assert_string_equal(view_of(world, proposal).status, "withdrawn");
	assert_int_equal(view_of(world, proposal).votes_for, 1);
	refuse_ballot(world, "ballot", 2, proposal, "for");
	world_refuses(world, "decision", "operator", DECISION, proposal);
	world_refuses(world, "payment", "treasurer",
		      "'kind':'payment','amount':1,'payee':" DIGEST
		      ",'proposal':%" PRIu64,
		      proposal);
	assert_int_equal(world_available(world, "emploi", "-"), 1000000);
	world_end(world);
}

static void test_a_proposal_without_presence_is_deferred_and_taken_up(void **state)
{
	struct world *world = board_world();
	uint64_t proposal = world_must(world, "siege-1", SUPPORT(SEEKER, "1000"));

	(void)state;
	assert_int_equal(world_ballot(world, 0, proposal, "for"), ERR_OK);
	assert_int_equal(world_ballot(world, 1, proposal, "for"), ERR_OK);
	world_refuses(world, "deferred", "operator", DECISION ",'defer_to':'2027-01-31'",
		      proposal);
	world->at += 50 * DAY; /* the 7th of January */
	refuse_ballot(world, "expiry", 2, proposal, "for");
	world_refuses(world, "expiry", "operator", DECISION ",'defer_to':'2026-12-31'",
		      proposal);
	(void)world_must(world, "operator", DECISION ",'defer_to':'2027-01-31'",
			 proposal);
	assert_string_equal(view_of(world, proposal).status, "open");
	assert_int_equal(view_of(world, proposal).deferrals, 1);
	/* The ballots have stayed; one more makes three present. */
	world_refuses(world, "undecided", "operator", DECISION, proposal);
	assert_int_equal(world_ballot(world, 2, proposal, "for"), ERR_OK);
	(void)board_decide(world, proposal);
	assert_string_equal(view_of(world, proposal).status, "granted");
	world_end(world);
}

static void test_nothing_is_deferred_that_can_be_decided(void **state)
{
	struct world *world = board_world();
	uint64_t proposal = world_must(world, "siege-1", SUPPORT(SEEKER, "1000")),
		 silent = world_must(world, "siege-1", SUPPORT(OTHER, "1000"));

	(void)state;
	assert_int_equal(world_ballot(world, 0, proposal, "for"), ERR_OK);
	assert_int_equal(world_ballot(world, 1, proposal, "against"), ERR_OK);
	assert_int_equal(world_ballot(world, 2, proposal, "against"), ERR_OK);
	world->at += 50 * DAY;
	world_refuses(world, "deferred", "operator", DECISION ",'defer_to':'2027-01-31'",
		      proposal);
	(void)board_decide(world, proposal);
	assert_string_equal(view_of(world, proposal).status, "refused");
	/* Expired with nobody there, and not deferred: refused. */
	(void)board_decide(world, silent);
	assert_string_equal(view_of(world, silent).status, "refused");
	world_end(world);
}

/* ---- delegation ---- */

static void test_two_seats_help_tonight_and_the_board_ratifies(void **state)
{
	struct world *world = board_world();
	uint64_t delegation = board_delegate(world, "2027-06-30"), help, ratification;

	(void)state;
	/* The whole board asks for three present: two are not enough tonight. */
	help = world_must(world, "operator", SUPPORT(SEEKER, "25000"));
	world_votes(world, help, 2);
	world_refuses(world, "undecided", "operator", DECISION, help);
	(void)world_must(world, "operator", URGENT, help, delegation);
	assert_string_equal(view_of(world, help).status, "granted");
	assert_int_equal(view_of(world, help).delegation, delegation);
	assert_true(view_of(world, help).is_unratified);
	assert_int_equal(view_of(world, help).needed, 2);
	(void)board_pay(world, help, 25000);
	assert_int_equal(world_balance(world, "bank"), 1007000 - 25000);

	ratification = world_must(world, "operator",
				  "'kind':'proposal','subject':'ratification'," EXPIRES
				  ",'ratifies':[{'grant':%" PRIu64 "}]",
				  help);
	assert_true(view_of(world, help).is_unratified);
	world_votes(world, ratification, 3);
	(void)board_decide(world, ratification);
	assert_false(view_of(world, help).is_unratified);
	world_refuses(world, "ratification", "operator",
		      "'kind':'proposal','subject':'ratification'," EXPIRES
		      ",'ratifies':[{'grant':%" PRIu64 "}]",
		      help);
	world_end(world);
}

static void test_limits_of_a_delegation(void **state)
{
	struct world *world = board_world();
	uint64_t delegation = board_delegate(world, "2027-06-30"), proposal;

	(void)state;
	proposal = world_must(world, "operator", SUPPORT(SEEKER, "25001"));
	world_votes(world, proposal, 2);
	world_refuses(world, "delegation", "operator", URGENT, proposal, delegation);
	(void)board_urgent(world, delegation, SEEKER, "25000");
	proposal = world_must(world, "operator", SUPPORT(SEEKER, "15001"));
	world_votes(world, proposal, 2);
	world_refuses(world, "delegation", "operator", URGENT, proposal, delegation);
	(void)board_urgent(world, delegation, SEEKER, "15000");
	/* 400.00 of the month's 600.00 are gone. */
	proposal = world_must(world, "operator", SUPPORT(OTHER, "20001"));
	world_votes(world, proposal, 2);
	world_refuses(world, "delegation", "operator", URGENT, proposal, delegation);
	(void)board_urgent(world, delegation, OTHER, "20000");
	world->at += 15 * DAY; /* December */
	(void)board_urgent(world, delegation, OTHER, "20000");
	/* For the whole board it counts as granted: 400.00 and 1.00 take three votes. */
	proposal = world_must(world, "operator", SUPPORT(OTHER, "100"));
	world_votes(world, proposal, 3);
	(void)board_decide(world, proposal);
	assert_int_equal(view_of(world, proposal).needed, 3);
	world->at += 200 * DAY; /* its last day is past */
	proposal =
		world_must(world, "operator",
			   "'kind':'proposal','subject':'support','fund':'emploi',"
			   "'beneficiary':'" OTHER "','amount':100,'purpose':'mobilite',"
			   "'payee':" DIGEST ",'expires_on':'2027-12-31'");
	world_votes(world, proposal, 2);
	world_refuses(world, "delegation", "operator", URGENT, proposal, delegation);
	world_end(world);
}

static void test_a_delegation_is_its_seats_until_its_day(void **state)
{
	struct world *world = board_world();
	uint64_t delegation = board_delegate(world, "2026-11-30"), proposal, next;

	(void)state;
	proposal = world_must(world, "operator", SUPPORT(SEEKER, "1000"));
	/* Others' votes are not theirs. */
	assert_int_equal(world_ballot(world, 0, proposal, "for"), ERR_OK);
	assert_int_equal(world_ballot(world, 2, proposal, "for"), ERR_OK);
	world_refuses(world, "undecided", "operator", URGENT, proposal, delegation);
	assert_int_equal(world_ballot(world, 1, proposal, "against"), ERR_OK);
	/* Two of two are needed. That they do not grant it is no refusal by the board. */
	world_refuses(world, "delegation", "operator", URGENT, proposal, delegation);
	assert_int_equal(world_ballot(world, 3, proposal, "for"), ERR_OK);
	(void)board_decide(world, proposal);
	assert_int_equal(view_of(world, proposal).delegation, 0);

	/* A grant, or another fund's support, is the board's. */
	proposal = world_must(world, "operator", GRANT("100", ""));
	world_votes(world, proposal, 2);
	world_refuses(world, "delegation", "operator", URGENT, proposal, delegation);
	proposal = world_must(world, "operator", SUPPORT(OTHER, "1000"));
	world_votes(world, proposal, 2);
	world_refuses(world, "delegation", "operator", URGENT, proposal, delegation - 1);
	world->at += 13 * DAY; /* the 1st of December */
	world_refuses(world, "delegation", "operator", URGENT, proposal, delegation);
	/* The next one takes its place. */
	next = board_delegate(world, "2027-06-30");
	world_refuses(world, "delegation", "operator", URGENT, proposal, delegation);
	(void)world_must(world, "operator", URGENT, proposal, next);
	world_end(world);
}

static void test_rules_of_a_delegation(void **state)
{
	struct world *world = board_world();
	static const char *const bad[][2] = {
		{ "fund", DELEGATION("nowhere", "2", "2027-06-30") },
		{ "endowment", DELEGATION("dotation", "2", "2027-06-30") },
		{ "delegation", DELEGATION("emploi", "3", "2027-06-30") },
		{ "delegation", DELEGATION("emploi", "2", "2026-11-17") },
		{ "delegation", "'kind':'delegation','fund':'emploi','per_act':1,"
				"'per_beneficiary':1,'per_month':1,'seats':['siege-9'],"
				"'until':'2027-06-30','votes':1" },
	};
	uint64_t proposal;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		world_refuses(world, bad[i][0], "operator",
			      "'kind':'proposal','subject':'structure'," EXPIRES
			      ",'act':{%s}",
			      bad[i][1]);
	proposal = world_must(world, "operator",
			      "'kind':'proposal','subject':'structure'," EXPIRES
			      ",'act':{" DELEGATION("emploi", "2", "2026-12-24") "}");
	world_refuses(world, "structure", "operator",
		      DELEGATION("emploi", "2", "2026-12-24") ",'proposal':%" PRIu64,
		      proposal);
	world_votes(world, proposal, 4);
	(void)board_decide(world, proposal);
	/* Not what was voted; and when it was voted so long ago that it is past. */
	world_refuses(world, "structure", "operator",
		      DELEGATION("emploi", "1", "2026-12-24") ",'proposal':%" PRIu64,
		      proposal);
	world->at += 40 * DAY;
	world_refuses(world, "delegation", "operator",
		      DELEGATION("emploi", "2", "2026-12-24") ",'proposal':%" PRIu64,
		      proposal);
	world_end(world);
}

static void test_rules_of_a_ratification(void **state)
{
	struct world *world = board_world();
	uint64_t delegation = board_delegate(world, "2027-06-30");
	uint64_t help = board_urgent(world, delegation, SEEKER, "1000");

	(void)state;
	world_refuses(world, "ratification", "operator",
		      "'kind':'proposal','subject':'ratification'," EXPIRES
		      ",'ratifies':[{'grant':%" PRIu64 "},{'grant':%" PRIu64 "}]",
		      help, help);
	world_refuses(world, "ratification", "operator",
		      "'kind':'proposal','subject':'ratification'," EXPIRES
		      ",'ratifies':[{'grant':%" PRIu64 "}]",
		      delegation);
	/* Who was helped is somebody's interest here, too. */
	board_recuse(world, 3, SEEKER);
	refuse_ballot(world, "recused", 3,
		      world_must(world, "operator",
				 "'kind':'proposal','subject':'ratification'," EXPIRES
				 ",'ratifies':[{'grant':%" PRIu64 "}]",
				 help),
		      "for");
	world_end(world);
}

/* ---- cancellation and payee ---- */

static uint64_t cancel(struct world *world, uint64_t grant, const char *amount)
{
	uint64_t proposal =
		world_must(world, "operator",
			   "'kind':'proposal','subject':'cancellation'," EXPIRES
			   ",'amount':%s,'grant':%" PRIu64,
			   amount, grant);

	world_votes(world, proposal, 3);
	(void)board_decide(world, proposal);
	return world_must(world, "operator",
			  "'kind':'cancellation','amount':%s,'grant':%" PRIu64
			  ",'proposal':%" PRIu64,
			  amount, grant, proposal);
}

static void test_a_tranche_whose_condition_failed_is_cancelled(void **state)
{
	struct world *world = board_world();
	uint64_t grant = board_granted(
		world,
		world_must(world, "operator",
			   GRANT("5500", ",'tranches':[{'amount':3000},"
					 "{'amount':2500,'condition':'report'}]")),
		3);

	(void)state;
	/* 40.00 for the project and 15.00 for the fund were taken. */
	assert_int_equal(world_available(world, "projets", "lab"), 0);
	assert_int_equal(world_available(world, "projets", "projets"), 500);
	(void)board_pay(world, grant, 3000);
	(void)cancel(world, grant, "2500");
	/* What was drawn last is free first: 15.00 of the fund's, 10.00 of the project's.
	 */
	assert_int_equal(world_available(world, "projets", "projets"), 2000);
	assert_int_equal(world_available(world, "projets", "lab"), 1000);
	assert_int_equal(world_balance(world, "committed/projets/lab"), 0);
	assert_int_equal(cents_value(view_of(world, grant).cancelled), 2500);
	world_refuses(world, "payment", "treasurer",
		      "'kind':'payment','amount':1,'payee':" DIGEST
		      ",'proposal':%" PRIu64,
		      grant);
	world_end(world);
}

static void test_what_is_cancelled_was_not_granted(void **state)
{
	struct world *world = board_world();
	uint64_t grant = board_granted(
		world, world_must(world, "operator", SUPPORT(SEEKER, "30000")), 3);
	uint64_t next;

	(void)state;
	(void)cancel(world, grant, "20000");
	/* 100.00 and 200.00 on 365 days: the first step, two votes. */
	next = board_granted(world,
			     world_must(world, "operator", SUPPORT(SEEKER, "20000")), 3);
	assert_int_equal(view_of(world, next).needed, 2);
	world_end(world);
}

static void test_rules_of_a_cancellation(void **state)
{
	struct world *world = board_world();
	uint64_t grant =
		board_granted(world, world_must(world, "operator", GRANT("5000", "")), 3);
	uint64_t open = world_must(world, "operator", SUPPORT(SEEKER, "1000"));
	uint64_t voted, late;

	(void)state;
	(void)board_order(world, grant, 2000);
	world_refuses(world, "cancellation", "operator", CANCEL("3001"), grant);
	world_refuses(world, "grant", "operator", CANCEL("1"), open);
	world_refuses(world, "proposal", "operator",
		      "'kind':'proposal','subject':'cancellation'," EXPIRES
		      ",'amount':1");
	voted = world_must(world, "operator", CANCEL("3000"), grant);
	world_refuses(world, "cancellation", "operator",
		      "'kind':'cancellation','amount':3000,'grant':%" PRIu64
		      ",'proposal':%" PRIu64,
		      grant, voted);
	world_votes(world, voted, 3);
	(void)board_decide(world, voted);
	world_refuses(world, "cancellation", "operator",
		      "'kind':'cancellation','amount':2999,'grant':%" PRIu64
		      ",'proposal':%" PRIu64,
		      grant, voted);
	late = world_must(world, "operator", CANCEL("1"), grant);
	world_votes(world, late, 3);
	(void)world_must(world, "operator",
			 "'kind':'cancellation','amount':3000,'grant':%" PRIu64
			 ",'proposal':%" PRIu64,
			 grant, voted);
	world_refuses(world, "cancellation", "operator",
		      "'kind':'cancellation','amount':3000,'grant':%" PRIu64
		      ",'proposal':%" PRIu64,
		      grant, voted);
	/* Nothing is left to be cancelled by the time it is decided. */
	world_refuses(world, "cancellation", "operator", DECISION, late);
	world_end(world);
}

static void test_another_payee_is_voted(void **state)
{
	struct world *world = board_world();
	uint64_t grant = board_granted(
		world, world_must(world, "operator", SUPPORT(SEEKER, "2000")), 3);
	uint64_t change;

	(void)state;
	world_refuses(world, "payee", "operator",
		      "'kind':'proposal','subject':'payee'," EXPIRES ",'grant':%" PRIu64
		      ",'payee':" DIGEST,
		      grant);
	world_refuses(world, "grant", "operator",
		      "'kind':'proposal','subject':'payee'," EXPIRES
		      ",'grant':1,'payee':" DIGEST2);
	change = world_must(world, "operator",
			    "'kind':'proposal','subject':'payee'," EXPIRES
			    ",'grant':%" PRIu64 ",'payee':" DIGEST2,
			    grant);
	world_votes(world, change, 3);
	(void)board_decide(world, change);
	world_refuses(world, "payee", "treasurer",
		      "'kind':'payment','amount':2000,'payee':" DIGEST
		      ",'proposal':%" PRIu64,
		      grant);
	/* The change itself grants nothing. */
	world_refuses(world, "payment", "treasurer",
		      "'kind':'payment','amount':2000,'payee':" DIGEST2
		      ",'proposal':%" PRIu64,
		      change);
	(void)world_must(world, "treasurer",
			 "'kind':'payment','amount':2000,'payee':" DIGEST2
			 ",'proposal':%" PRIu64,
			 grant);
	world_end(world);
}

/* ---- money that comes back ---- */

static void test_a_returned_transfer_is_due_again(void **state)
{
	struct world *world = board_world();
	uint64_t grant =
		board_granted(world, world_must(world, "operator", GRANT("5000", "")), 3);
	uint64_t payment = board_order(world, grant, 5000), returned;

	(void)state;
	world_refuses(world, "returned", "treasurer",
		      "'kind':'returned','date':'2026-11-18','reason':'wrong-account',"
		      "'payment':%" PRIu64,
		      payment);
	(void)world_must(world, "treasurer",
			 "'kind':'paid','date':'2026-11-18','payment':%" PRIu64, payment);
	returned = world_must(world, "treasurer",
			      "'kind':'returned','date':'2026-11-18','reason':"
			      "'wrong-account','payment':%" PRIu64,
			      payment);
	assert_int_equal(world_balance(world, "bank"), 1007000);
	assert_int_equal(world_balance(world, "committed/projets/lab"), -4000);
	assert_int_equal(world_balance(world, "committed/projets/projets"), -1000);
	world_refuses(world, "returned", "treasurer",
		      "'kind':'returned','date':'2026-11-18','reason':'other',"
		      "'payment':%" PRIu64,
		      payment);
	world_refuses(world, "paid", "treasurer",
		      "'kind':'paid','date':'2026-11-18','payment':%" PRIu64, payment);
	teller_confirms(world, returned);
	(void)board_pay(world, grant, 5000);
	assert_int_equal(world_balance(world, "bank"), 1007000 - 5000);
	world_end(world);
}

static void test_a_grantee_gives_back(void **state)
{
	struct world *world = board_world();
	uint64_t grant =
		board_granted(world, world_must(world, "operator", GRANT("6500", "")), 3);
	uint64_t payment;

	(void)state;
	world_refuses(
		world, "restitution", "treasurer",
		"'kind':'restitution','date':'2026-11-18','amount':1,'grant':%" PRIu64,
		grant);
	payment = board_pay(world, grant, 6200); /* 40.00, 20.00 and 2.00 */
	(void)world_must(world, "treasurer",
			 "'kind':'restitution','date':'2026-11-18','amount':1000,"
			 "'grant':%" PRIu64,
			 grant);
	/* 2.00 to the free money, of which 5.00 were never taken; 8.00 to the fund's. */
	assert_int_equal(world_available(world, "projets", "-"), 500 + 200);
	assert_int_equal(world_available(world, "projets", "projets"), 800);
	assert_int_equal(world_available(world, "projets", "lab"), 0);
	world_refuses(world, "restitution", "treasurer",
		      "'kind':'restitution','date':'2026-11-18','amount':5201,"
		      "'grant':%" PRIu64,
		      grant);
	/* It was received: the bank cannot send it back as well. */
	world_refuses(world, "returned", "treasurer",
		      "'kind':'returned','date':'2026-11-18','reason':'other',"
		      "'payment':%" PRIu64,
		      payment);
	(void)world_must(world, "treasurer",
			 "'kind':'restitution','date':'2026-11-18','amount':5200,"
			 "'grant':%" PRIu64,
			 grant);
	assert_int_equal(world_available(world, "projets", "lab"), 4000);
	assert_int_equal(world_balance(world, "bank"), 1007000);
	world_end(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_declared_interest_takes_the_vote),
		cmocka_unit_test(test_an_interest_binds_what_becomes_of_the_help),
		cmocka_unit_test(test_rules_of_a_recusal),
		cmocka_unit_test(test_who_made_a_proposal_withdraws_it),
		cmocka_unit_test(
			test_a_proposal_without_presence_is_deferred_and_taken_up),
		cmocka_unit_test(test_nothing_is_deferred_that_can_be_decided),
		cmocka_unit_test(test_two_seats_help_tonight_and_the_board_ratifies),
		cmocka_unit_test(test_limits_of_a_delegation),
		cmocka_unit_test(test_a_delegation_is_its_seats_until_its_day),
		cmocka_unit_test(test_rules_of_a_delegation),
		cmocka_unit_test(test_rules_of_a_ratification),
		cmocka_unit_test(test_a_tranche_whose_condition_failed_is_cancelled),
		cmocka_unit_test(test_what_is_cancelled_was_not_granted),
		cmocka_unit_test(test_rules_of_a_cancellation),
		cmocka_unit_test(test_another_payee_is_voted),
		cmocka_unit_test(test_a_returned_transfer_is_due_again),
		cmocka_unit_test(test_a_grantee_gives_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
