/*
 * test_books_forged.c - what an operator who owns the log's key would most like to
 * write: money that never arrived, votes that nobody gave.
 *
 * Each is written into the log as it would be if it were right, and signed; the
 * auditor names the rule. Those with a name (exhibit.h) are asked for by
 * tests/t-42-forgeries.sh. The other tests of the books forge what they refuse.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/exhibit.h"
#include "tests/forgery.h"
#include "tests/world.h"

#define LILAS  "employer:000001016"
#define SEEKER "job-seeker:00112233445566778899aabbccddeeff"
#define DIGEST "'5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9'"
#define DAY    86400
#define TODAY  "2026-11-18" /* of a new world */

/* 2199-12-15 12:00:00 UTC: what is due in the month after is due on no day of ours. */
#define LAST_DECEMBER INT64_C(7256692800)

#define BALLOT_BYTES (WORLD_NOTE_BYTES_MAX + 256)

/* A job seeker, and money in the fund that helps. */
static struct world *rich_world(void)
{
	struct world *world = world_new();

	(void)world_must(world, "operator",
			 "'kind':'beneficiary','id':'" SEEKER "','nature':'job-seeker',"
			 "'attestation':{'digest':" DIGEST ",'until':'2027-12-31'}");
	(void)world_must(world, "operator",
			 "'kind':'gift','date':'2026-11-01','payer':'" LILAS
			 "','giver':'company','fund':'emploi','amount':1000000");
	(void)world_must(world, "treasurer",
			 "'kind':'settlement','date':'2026-11-02','payer':'" LILAS
			 "','amount':1000000");
	return world;
}

/* 400.00, for which three seats of five are needed. */
static uint64_t propose(struct world *world)
{
	return world_must(world, "operator",
			  "'kind':'proposal','subject':'support','fund':'emploi',"
			  "'beneficiary':'" SEEKER
			  "','amount':40000,'purpose':'mobilite','payee':" DIGEST
			  ",'expires_on':'2026-12-31'");
}

static uint64_t vote(struct world *world, int seat, uint64_t proposal, const char *vote)
{
	assert_int_equal(world_ballot(world, seat, proposal, vote), ERR_OK);
	return world->leaf_count - 1;
}

/* The members of a leaf as they stand in it, with single quotes for double ones. */
static void forge(struct world *world, const char *rule, const char *format, ...)
	PRINTF_LIKE(3, 4);
static void forge(struct world *world, const char *rule, const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	assert_true(vasprintf(&text, format, args) > 0);
	va_end(args);
	for (char *c = text; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	forgery_must_be_found(world, slice_of_text(text), rule);
	free(text);
}

/* A decision that grants 400.00 for want of nothing, as it says. */
static void forge_decision(struct world *world, const char *rule, uint64_t proposal,
			   int votes, int needed)
{
	bool is_late = world->at > WORLD_NOW;

	forge(world, rule,
	      "{'abstain':0,'against':0,'at':%" PRId64 ",'by':'operator','date':'%s',"
	      "'for':%d,'kind':'decision','needed':%d,'outcome':'granted',"
	      "'parts':[{'amount':40000}],'proposal':%" PRIu64
	      ",'recused':0,'ref':'FORGED'}",
	      world->at, is_late ? "2027-01-07" : TODAY, votes, needed, proposal);
}

/* ---- money ---- */

static void forge_allocation(struct world *world, const char *rule, int64_t amount,
			     const char *date)
{
	forge(world, rule,
	      "{'amount':%" PRId64 ",'at':%" PRId64
	      ",'by':'operator','date':'%s','kind':'allocation','month':"
	      "'2026-10','parts':[{'amount':%" PRId64 ",'fund':'emploi'},{'amount':"
	      "%" PRId64 ",'fund':'projets'},{'amount':%" PRId64
	      ",'fund':'fonctionnement'}],'ref':'FORGED'}",
	      amount, world->at, date, amount * 55 / 100, amount * 35 / 100, amount / 10);
}

/* Promised are 100.00, of which 60.00 arrived: of the promise nothing is spent. */
static void test_an_allocation_of_what_never_arrived(void **state)
{
	struct world *world = world_new();

	(void)state;
	(void)world_must(world, "operator",
			 "'kind':'gift','date':'2026-10-30','payer':'" LILAS
			 "','giver':'company','fund':'general','amount':10000");
	(void)world_must(world, "treasurer",
			 "'kind':'settlement','date':'2026-10-31','payer':'" LILAS
			 "','amount':6000");
	exhibit_name("an allocation above what was received");
	forge_allocation(world, "allocation", 10000, TODAY);
	forge_allocation(world, "allocation", 6100, TODAY);
	forge_allocation(world, "allocation", 5900, TODAY);
	forge_allocation(world, "date", 6000, "2026-11-17");
	(void)world_must(world, "operator", "'kind':'allocation','month':'2026-10'");
	assert_int_equal(world_available(world, "emploi", "-"), 3300);
	assert_int_equal(world_available(world, "projets", "-"), 2100);
	assert_int_equal(world_available(world, "fonctionnement", "-"), 600);
	world_check(world);
	world_free(world);
}

/* Each within what an entry may hold, their sum is past every bound. */
static void test_totals_whose_sum_is_no_amount(void **state)
{
	struct world *world = world_new();

	(void)state;
	world_refuses(world, "overflow", LILAS,
		      "'kind':'batch','company':'" LILAS
		      "','source':'salary','period':'2026-10','date':'2026-10-30',"
		      "'step':100,'terms':'2026-09','count':3,'zero':0,"
		      "'received':" DIGEST ",'root':" DIGEST
		      ",'totals':[{'fund':'emploi','giver':'person',"
		      "'amount':9007199254740991},{'fund':'general','giver':'person',"
		      "'amount':9007199254740991}]");
	world_check(world);
	world_free(world);
}

/* ---- votes ---- */

static void test_a_decision_that_counts_votes_nobody_gave(void **state)
{
	struct world *world = rich_world();
	uint64_t proposal = propose(world);

	(void)state;
	(void)vote(world, 0, proposal, "for");
	(void)vote(world, 1, proposal, "for");
	forge_decision(world, "undecided", proposal, 3, 3);
	forge_decision(world, "undecided", proposal, 2, 2);
	world->at += INT64_C(50) * DAY; /* past the last day of the proposal */
	exhibit_name("a decision short of votes");
	forge_decision(world, "decision", proposal, 2, 3);
	forge_decision(world, "decision", proposal, 3, 3);
	forge_decision(world, "decision", proposal, 2, 2);
	world_check(world);
	world_free(world);
}

/* A seat votes, then declares its interest: its vote counts no more. */
static void test_a_decision_that_counts_a_recused_seat(void **state)
{
	struct world *world = rich_world();
	uint64_t proposal = propose(world);
	char text[RECUSAL_TEXT_BYTES_MAX], note[WORLD_NOTE_BYTES_MAX];

	(void)state;
	for (int seat = 0; seat < 3; seat++)
		(void)vote(world, seat, proposal, "for");
	assert_int_equal(books_recusal_text(world->books, slice_of_text("siege-3"),
					    slice_of_text(SEEKER), text, NULL),
			 ERR_OK);
	world_sign(world, 2, text, note);
	(void)world_must(world, "operator",
			 "'kind':'recusal','seat':'siege-3','beneficiary':'" SEEKER
			 "','note':'%s'",
			 note);
	forge_decision(world, "undecided", proposal, 3, 3);
	world->at += INT64_C(50) * DAY;
	exhibit_name("a recused seat counted");
	forge_decision(world, "decision", proposal, 3, 3);
	world_check(world);
	world_free(world);
}

static void test_a_ballot_of_another_proposal(void **state)
{
	struct world *world = rich_world();
	uint64_t signed_for = propose(world), claimed = propose(world);
	char members[BALLOT_BYTES], *rest;

	(void)state;
	world_ballot_members(world, 0, signed_for, "for", members, sizeof members);
	rest = strchr(members + strlen("'kind':'ballot','"), ',');
	assert_non_null(rest);
	exhibit_name("a ballot of another proposal");
	world_refuses(world, "ballot", "operator",
		      "'kind':'ballot','proposal':%" PRIu64 "%s", claimed, rest);
	world_check(world);
	world_free(world);
}

/* What this log's seat signs, as a proposal of another log asks for it, having seen
 * that log or this one. */
static void ballot_elsewhere(struct world *world, struct world *other, uint64_t proposal,
			     const struct world *seen_in, const char *rule)
{
	struct ballot_sight seen = { .size = seen_in->leaf_count };
	struct hash leaves[WORLD_LEAVES_MAX];
	char text[BALLOT_TEXT_BYTES_MAX], note[WORLD_NOTE_BYTES_MAX];

	for (size_t i = 0; i < seen_in->leaf_count; i++)
		leaves[i] = seen_in->leaves[i].hash;
	merkle_root(leaves, seen_in->leaf_count, &seen.root);
	assert_int_equal(books_ballot_text(other->books, proposal,
					   slice_of_text("siege-1"), slice_of_text("for"),
					   &seen, text, NULL),
			 ERR_OK);
	world_sign(world, 0, text, note);
	world_refuses(world, rule, "operator",
		      "'kind':'ballot','proposal':%" PRIu64
		      ",'seat':'siege-1','vote':'for','note':'%s'",
		      proposal, note);
}

/* Two ledgers in which the same person votes with one key, on the same words at the same
 * position. */
static void test_a_ballot_from_another_ledger(void **state)
{
	struct world *world = rich_world(), *other = rich_world();
	uint64_t proposal = propose(world);
	char members[BALLOT_BYTES];

	(void)state;
	assert_int_equal(propose(other), proposal);
	exhibit_name("a ballot from another ledger");
	ballot_elsewhere(world, other, proposal, other, "seen");
	ballot_elsewhere(world, other, proposal, world, "ballot");
	/* Of a seat that has the same name there, and a key of its own. */
	world_ballot_members(other, 0, proposal, "for", members, sizeof members);
	world_refuses(world, "signature", "operator", "%s", members);
	world_free(other);
	world_check(world);
	world_free(world);
}

static void test_a_ballot_that_is_older_than_the_last(void **state)
{
	struct world *world = rich_world();
	uint64_t proposal = propose(world);
	char members[BALLOT_BYTES];

	(void)state;
	world_ballot_members(world, 0, proposal, "for", members, sizeof members);
	(void)vote(world, 0, proposal, "against");
	world_refuses(world, "seen", "operator", "%s", members);
	world_check(world);
	world_free(world);
}

/* ---- keys of seats ---- */

/* The board votes an act, and the operator records it. */
static void carry_out(struct world *world, const char *act)
{
	uint64_t proposal = world_must(world, "operator",
				       "'kind':'proposal','subject':'structure',"
				       "'expires_on':'2026-12-31','act':{%s}",
				       act);

	for (int seat = 1; seat < WORLD_SEATS; seat++)
		(void)vote(world, seat, proposal, "for");
	(void)world_must(world, "operator", "'kind':'decision','proposal':%" PRIu64,
			 proposal);
	(void)world_must(world, "operator", "%s,'proposal':%" PRIu64, act, proposal);
}

static void test_a_ballot_by_a_seat_that_retired(void **state)
{
	struct world *world = rich_world();
	uint64_t proposal = propose(world);
	char before[BALLOT_BYTES], after[BALLOT_BYTES];

	(void)state;
	world_ballot_members(world, 0, proposal, "for", before, sizeof before);
	carry_out(world,
		  "'kind':'member','id':'siege-1','role':'seat','status':'retired'");
	world_ballot_members(world, 0, proposal, "for", after, sizeof after);
	exhibit_name("a retired seat's key");
	world_refuses(world, "seat", "operator", "%s", after);
	world_refuses(world, "seat", "operator", "%s", before);
	world_check(world);
	world_free(world);
}

static void test_a_ballot_by_the_key_that_a_seat_had_before(void **state)
{
	struct world *world = rich_world();
	uint64_t proposal = propose(world);
	char act[VKEY_TEXT_BYTES_MAX + 100], members[BALLOT_BYTES];

	(void)state;
	world_log_prepare(world, "siege-1"); /* a key, whoever's it is */
	snprintf(act, sizeof act, "'kind':'key','member':'siege-1','vkey':'%s'",
		 world->next_log_vkey);
	carry_out(world, act);
	world_ballot_members(world, 0, proposal, "for", members, sizeof members);
	exhibit_name("a seat's former key");
	world_refuses(world, "signature", "operator", "%s", members);
	world_check(world);
	world_free(world);
}

/* ---- votes on nothing ---- */

/* A note of siege-1's that says it has seen this much, on a proposal. */
static void ballot_seen(struct world *world, uint64_t proposal,
			const struct ballot_sight *seen, const char *rule)
{
	char text[BALLOT_TEXT_BYTES_MAX], note[WORLD_NOTE_BYTES_MAX];

	assert_int_equal(books_ballot_text(world->books, proposal,
					   slice_of_text("siege-1"), slice_of_text("for"),
					   seen, text, NULL),
			 ERR_OK);
	world_sign(world, 0, text, note);
	world_refuses(world, rule, "operator",
		      "'kind':'ballot','proposal':%" PRIu64
		      ",'seat':'siege-1','vote':'for','note':'%s'",
		      proposal, note);
}

static void ballot_text(struct world *world, uint64_t proposal, const char *text)
{
	char note[WORLD_NOTE_BYTES_MAX];

	world_sign(world, 0, text, note);
	world_refuses(world, "ballot", "operator",
		      "'kind':'ballot','proposal':%" PRIu64
		      ",'seat':'siege-1','vote':'for','note':'%s'",
		      proposal, note);
}

static void test_a_ballot_that_has_seen_nothing(void **state)
{
	struct world *world = rich_world();
	uint64_t proposal = propose(world);
	struct ballot_sight first = { 1, world->leaves[0].hash };
	struct ballot_sight later = { world->leaf_count + 1, world->leaves[0].hash };

	(void)state;
	ballot_seen(world, proposal, &first, "seen");
	ballot_seen(world, proposal, &later, "seen");
	ballot_text(world, proposal, "arrondi/ballot@v1\nI vote for it\n");
	ballot_text(world, proposal, "arrondi/ballot@v1\nseen 1 abc\n");
	ballot_text(world, 0, "arrondi/ballot@v1\n");
	world_check(world);
	world_free(world);
}

static void test_a_seat_that_recused_itself_votes_no_more(void **state)
{
	struct world *world = rich_world();
	uint64_t proposal = propose(world);
	char members[BALLOT_BYTES];

	(void)state;
	(void)vote(world, 0, proposal, "recused");
	world_ballot_members(world, 0, proposal, "for", members, sizeof members);
	world_refuses(world, "recused", "operator", "%s", members);
	world_check(world);
	world_free(world);
}

static void test_what_is_decided_or_carried_out_is_a_proposal(void **state)
{
	struct world *world = rich_world();
	uint64_t support = propose(world);

	(void)state;
	world_refuses(world, "decision", "operator", "'kind':'decision','proposal':0");
	world_refuses(world, "structure", "operator",
		      "'kind':'member','id':'siege-1','role':'seat','status':'retired',"
		      "'proposal':%" PRIu64,
		      support);
	world_refuses(world, "paid", "treasurer",
		      "'kind':'paid','date':'2026-11-18','payment':%" PRIu64, support);
	world_check(world);
	world_free(world);
}

/* ---- whom a grant helps ---- */

static void bearer(struct world *world, const char *id, const char *attestation)
{
	(void)world_must(world, "operator",
			 "'kind':'beneficiary','id':'%s','nature':'association',"
			 "'name':'Lab','rna':'W930000001'%s",
			 id, attestation);
}

static void grant_refused(struct world *world, const char *rule, const char *to)
{
	world_refuses(world, rule, "operator",
		      "'kind':'proposal','subject':'grant','fund':'emploi',"
		      "'beneficiary':'%s','project':'lab','amount':100,"
		      "'purpose':'demarrage','payee':" DIGEST
		      ",'expires_on':'2026-12-31'",
		      to);
}

static void test_a_grant_to_somebody_else(void **state)
{
	static const char ATTESTED[] =
		",'attestation':{'digest':" DIGEST ",'until':'2027-12-31'}";
	struct world *world = rich_world();

	(void)state;
	bearer(world, "bearer:lab", ATTESTED);
	bearer(world, "bearer:other", ATTESTED);
	bearer(world, "bearer:new", "");
	grant_refused(world, "project", "bearer:lab"); /* of which there is none yet */
	(void)world_must(world, "operator",
			 "'kind':'project','id':'lab','title':'Lab','bearer':'bearer:lab'"
			 ",'status':'open'");
	grant_refused(world, "project", "bearer:other");
	grant_refused(world, "attestation", "bearer:new");
	grant_refused(world, "beneficiary", "bearer:nobody");
	world_refuses(world, "tranches", "operator",
		      "'kind':'proposal','subject':'transfer','fund':'emploi',"
		      "'to':'projets','amount':5,'expires_on':'2026-12-31',"
		      "'tranches':[{'amount':5}]");
	world_check(world);
	world_free(world);
}

/* ---- members and acts ---- */

static void test_keys_where_none_belongs(void **state)
{
	struct world *world = rich_world();
	char *charter = world_charter(world);
	struct world *empty = world_empty();

	(void)state;
	world_refuses(world, "member", "operator",
		      "'kind':'member','id':'audit','role':'auditor','status':'active',"
		      "'vkey':'%s'",
		      world->seat_vkeys[0]);
	world_refuses(empty, "charter", "treasurer", "%s", charter);
	world_free(empty);
	free(charter);
	world_check(world);
	world_free(world);
}

static void act_refused(struct world *world, const char *rule, const char *act)
{
	world_refuses(world, rule, "operator",
		      "'kind':'proposal','subject':'structure',"
		      "'expires_on':'2026-12-31','act':{%s}",
		      act);
}

/* One fund more than 64, with those that the charter has. */
static void test_an_amendment_of_too_many_funds(void **state)
{
	struct world *world = world_new();
	struct buffer act;

	(void)state;
	buffer_init(&act, 100000);
	buffer_put_text(&act, "'kind':'amendment','funds':[");
	for (int i = 0; i < 64; i++)
		buffer_printf(&act, "%s{'id':'f%d','label':'F','class':'courant'}",
			      i ? "," : "", i);
	buffer_put_text(&act, "]");
	act_refused(world, "amendment", buffer_text(&act));
	buffer_release(&act);
	world_check(world);
	world_free(world);
}

/* ---- days ---- */

static void test_months_are_allocated_one_after_the_other(void **state)
{
	struct world *world = world_new();

	(void)state;
	(void)world_must(world, "operator", "'kind':'allocation','month':'2026-08'");
	world_refuses(world, "allocation", "operator",
		      "'kind':'allocation','month':'2026-10'");
	world_check(world);
	world_free(world);
}

static void forge_gift(struct world *world, const char *rule, int64_t at)
{
	forge(world, rule,
	      "{'amount':5,'at':%" PRId64
	      ",'by':'operator','date':'2026-11-01','fund':'emploi','giver':'company',"
	      "'kind':'gift','payer':'" LILAS "','ref':'FORGED'}",
	      at);
}

static void test_days_that_are_not_ours(void **state)
{
	struct world *world = world_new();

	(void)state;
	forge_gift(world, "time", INT64_C(9007199254740991));
	forge_gift(world, "time", 0);
	forge_gift(world, "window", WORLD_NOW + INT64_C(500) * DAY);
	world->at = LAST_DECEMBER;
	world_refuses(world, "date", "operator",
		      "'kind':'gift','date':'2199-12-10','payer':'" LILAS
		      "','giver':'company','fund':'emploi','amount':5");
	world_refuses(world, "date", LILAS,
		      "'kind':'batch','company':'" LILAS
		      "','source':'salary','period':'2199-11','date':'2199-12-10',"
		      "'step':100,'terms':'2026-09','count':1,'zero':0,"
		      "'received':" DIGEST ",'root':" DIGEST
		      ",'totals':[{'fund':'emploi','giver':'person','amount':5}]");
	world_check(world);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_allocation_of_what_never_arrived),
		cmocka_unit_test(test_totals_whose_sum_is_no_amount),
		cmocka_unit_test(test_a_decision_that_counts_votes_nobody_gave),
		cmocka_unit_test(test_a_decision_that_counts_a_recused_seat),
		cmocka_unit_test(test_a_ballot_of_another_proposal),
		cmocka_unit_test(test_a_ballot_from_another_ledger),
		cmocka_unit_test(test_a_ballot_that_is_older_than_the_last),
		cmocka_unit_test(test_a_ballot_by_a_seat_that_retired),
		cmocka_unit_test(test_a_ballot_by_the_key_that_a_seat_had_before),
		cmocka_unit_test(test_a_ballot_that_has_seen_nothing),
		cmocka_unit_test(test_a_seat_that_recused_itself_votes_no_more),
		cmocka_unit_test(test_what_is_decided_or_carried_out_is_a_proposal),
		cmocka_unit_test(test_a_grant_to_somebody_else),
		cmocka_unit_test(test_keys_where_none_belongs),
		cmocka_unit_test(test_an_amendment_of_too_many_funds),
		cmocka_unit_test(test_months_are_allocated_one_after_the_other),
		cmocka_unit_test(test_days_that_are_not_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
