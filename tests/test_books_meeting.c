/*
 * test_books_meeting.c - the board's meetings, the préfet's authorisations, and what is
 * brought into the endowment: the rules of ledger/books_meeting.c,
 * ledger/books_authorisation.c and of ledger/books_expense.c.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/teller.h"

#define LILAS  "employer:000001016"
#define DIGEST TELLER_DIGEST("ab") TELLER_DIGEST("ab")
#define MEETING(notified, present, represented, excused, agenda)                         \
	"'kind':'meeting','date':'2026-11-17','notified_on':'" notified                  \
	"','present':[" present "],'represented':[" represented "],'excused':[" excused  \
	"],'agenda':[" agenda "]"
#define ITEM     "{'proposal':%" PRIu64 "}"
#define ACCOUNTS "{'code':'comptes-annuels'}"
#define PROXY    "{'seat':'siege-3','by':'siege-1'}"
#define TWO      "'siege-1','siege-2'"
#define APPEAL(from, until)                                                              \
	"'kind':'authorisation','date':'2026-11-01','reference':'FDD 93-12',"            \
	"'given':'tacitly','digest':'" DIGEST "','from':'" from "','until':'" until "'"
#define GIFT(date)                                                                       \
	"'kind':'gift','date':'" date "','payer':'" LILAS                                \
	"','giver':'person','fund':'emploi','amount':500,'authorisation':%" PRIu64
#define ENDOWED(amount, fund)                                                            \
	"'kind':'endowment','date':'2026-11-10','amount':" amount ",'fund':'" fund "'"

static void world_end(struct world *world)
{
	world_check(world);
	world_free(world);
}

static uint64_t transfer(struct world *world)
{
	(void)world_must(world, "treasurer",
			 "'kind':'income','date':'2026-11-10','amount':9000,"
			 "'fund':'general','nature':'other'");
	return world_must(world, "operator",
			  "'kind':'proposal','subject':'transfer','amount':5000,"
			  "'fund':'general','to':'dotation','expires_on':'2026-12-31'");
}

static void test_a_decision_names_the_meeting_that_took_it(void **state)
{
	struct world *world = world_new();
	uint64_t proposal = transfer(world), meeting, other;

	(void)state;
	other = world_must(world, "siege-1",
			   MEETING("2026-11-02", TWO, PROXY, "'siege-4'", ACCOUNTS));
	meeting = world_must(world, "operator",
			     MEETING("2026-11-02", TWO, "", "", ACCOUNTS "," ITEM),
			     proposal);
	world_votes(world, proposal, 4);
	world_refuses(world, "meeting", "operator",
		      "'kind':'decision','proposal':%" PRIu64 ",'meeting':%" PRIu64,
		      proposal, other);
	world_refuses(world, "meeting", "operator",
		      "'kind':'decision','proposal':%" PRIu64 ",'meeting':0", proposal);
	(void)world_must(world, "operator",
			 "'kind':'decision','proposal':%" PRIu64 ",'meeting':%" PRIu64,
			 proposal, meeting);
	/* The endowment is raised out of free money. */
	assert_int_equal(world_available(world, "dotation", "-"), 5000);
	world_end(world);
}

static void test_a_meeting_tells_who_was_there(void **state)
{
	struct world *world = world_new();
	uint64_t proposal = transfer(world);

	(void)state;
	world_refuses(world, "seat", "operator",
		      MEETING("2026-11-02", "'siege-9'", "", "", ACCOUNTS));
	world_refuses(world, "meeting", "operator",
		      MEETING("2026-11-02", TWO, "", "'siege-2'", ACCOUNTS));
	world_refuses(world, "meeting", "operator",
		      MEETING("2026-11-02", TWO ",'siege-3'", PROXY, "", ACCOUNTS));
	world_refuses(world, "meeting", "operator",
		      MEETING("2026-11-02", TWO, PROXY "," PROXY, "", ACCOUNTS));
	world_refuses(world, "meeting", "operator",
		      MEETING("2026-11-02", "'siege-2'", PROXY, "", ACCOUNTS));
	world_refuses(world, "meeting", "operator",
		      MEETING("2026-11-02", TWO, "", "", ITEM "," ITEM), proposal,
		      proposal);
	world_refuses(world, "meeting", "operator",
		      MEETING("2026-11-02", TWO, "", "", "{'proposal':0}"));
	world_refuses(world, "meeting", "operator",
		      MEETING("2026-11-02", TWO, "", "", "{}"));
	/* The notice: never after the meeting, and as early as the charter asks. */
	world_refuses(world, "meeting", "operator",
		      MEETING("2026-11-18", TWO, "", "", ACCOUNTS));
	(void)teller_vote(world, "'kind':'amendment','notice_days':15");
	world_refuses(world, "meeting", "operator",
		      MEETING("2026-11-03", TWO, "", "", ACCOUNTS));
	assert_string_equal(world->fault.text,
			    "the notice is given 15 days before, or earlier");
	(void)world_must(world, "operator", MEETING("2026-11-02", TWO, "", "", ACCOUNTS));
	world_end(world);
}

static void test_money_that_answers_an_appeal_is_of_its_days(void **state)
{
	struct world *world = world_new();
	uint64_t appeal;

	(void)state;
	world_refuses(world, "authorisation", "operator",
		      APPEAL("2026-11-05", "2026-11-04"));
	world_refuses(world, "authorisation", "operator",
		      APPEAL("2026-10-31", "2026-12-31"));
	appeal = world_must(world, "operator", APPEAL("2026-11-05", "2026-11-15"));
	world_refuses(world, "authorisation", "operator", GIFT("2026-11-04"), appeal);
	world_refuses(world, "authorisation", "operator", GIFT("2026-11-16"), appeal);
	world_refuses(world, "authorisation", "operator", GIFT("2026-11-05"),
		      UINT64_C(0));
	(void)world_must(world, "operator", GIFT("2026-11-05"), appeal);
	(void)world_must(world, "operator", GIFT("2026-11-15"), appeal);
	world_refuses(world, "authorisation", "treasurer",
		      "'kind':'settlement','date':'2026-11-16','amount':5,'payer':'" LILAS
		      "','authorisation':%" PRIu64,
		      appeal);
	(void)world_must(world, "treasurer",
			 "'kind':'settlement','date':'2026-11-15','amount':5,"
			 "'payer':'" LILAS "','authorisation':%" PRIu64,
			 appeal);
	world_end(world);
}

static void test_an_endowment_is_brought_and_stays(void **state)
{
	struct world *world = world_new();
	uint64_t money, house;

	(void)state;
	money = world_must(world, "treasurer", ENDOWED("1500000", "dotation"));
	house = world_must(
		world, "treasurer",
		ENDOWED("9000000", "dotation") ",'account':'2131','siren':'000001016'");
	assert_int_equal(world_available(world, "dotation", "-"), 10500000);
	assert_int_equal(world_balance(world, "bank"), 1500000);
	assert_int_equal(world_balance(world, "ledger/2131"), 9000000);
	world_refuses(world, "endowment", "treasurer", ENDOWED("1", "general"));
	world_refuses(world, "fund", "treasurer", ENDOWED("1", "nowhere"));
	world_refuses(world, "chart", "treasurer",
		      ENDOWED("1", "dotation") ",'account':'299'");
	world_refuses(world, "endowment", "treasurer",
		      ENDOWED("1", "dotation") ",'account':'401'");
	world_refuses(world, "endowment", "treasurer",
		      ENDOWED("1", "dotation") ",'account':'512'");
	(void)world_must(world, "treasurer",
			 "'kind':'reversal','date':'2026-11-18','reason':'amount',"
			 "'of':%" PRIu64,
			 house);
	assert_int_equal(world_balance(world, "ledger/2131"), 0);
	(void)world_must(world, "treasurer",
			 "'kind':'reversal','date':'2026-11-18','reason':'amount',"
			 "'of':%" PRIu64,
			 money);
	assert_int_equal(world_balance(world, "bank"), 0);
	assert_int_equal(world_available(world, "dotation", "-"), 0);
	world_end(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_decision_names_the_meeting_that_took_it),
		cmocka_unit_test(test_a_meeting_tells_who_was_there),
		cmocka_unit_test(test_money_that_answers_an_appeal_is_of_its_days),
		cmocka_unit_test(test_an_endowment_is_brought_and_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
