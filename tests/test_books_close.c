/*
 * test_books_close.c - a period ends: the rules of ledger/books_close.c, and of
 * ledger/books_notification.c.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/notary.h"
#include "tests/teller.h"

#define LILAS       "employer:000001016"
#define CITES       TELLER_CITES
#define LINE        TELLER_LINE
#define MAIN        TELLER_ACCOUNT("courant", TELLER_IBAN, "active")
#define DIGEST      TELLER_DIGEST("ab") TELLER_DIGEST("ab")
#define OTHER       TELLER_DIGEST("cd") TELLER_DIGEST("cd")
#define CUTOFF(day) "'kind':'close','step':'cutoff','day':'" day "'"
#define APPROVED(day, accounts)                                                          \
	"'kind':'close','step':'approved','day':'" day "','accounts':'" accounts         \
	"','report':'" OTHER "'"
#define GIFT(date)                                                                       \
	"'kind':'gift','date':'" date "','payer':'" LILAS                                \
	"','giver':'company','fund':'emploi','amount':500"
#define INCOME(date)                                                                     \
	"'kind':'income','date':'" date "','amount':500,'fund':'general',"               \
	"'nature':'interest'"
#define NOTIFICATION(date)                                                               \
	"'kind':'notification','date':'" date "','digest':'" DIGEST "','grant':%" PRIu64
#define NEXT_YEAR INT64_C(1800000000) /* 2027-01-15 */

static void world_end(struct world *world)
{
	world_check(world);
	world_free(world);
}

static void test_nothing_is_dated_in_a_period_that_is_cut_off(void **state)
{
	struct world *world = world_new();
	struct date from;
	char *journal;

	(void)state;
	assert_false(query_open_from(world->books, &from));
	(void)world_must(world, LILAS, GIFT("2026-10-31"));
	(void)world_must(world, "treasurer", CUTOFF("2026-10-31"));
	assert_true(query_open_from(world->books, &from));
	world_refuses(world, "closed", LILAS, GIFT("2026-10-31"));
	assert_string_equal(world->fault.text,
			    "the books are closed before 2026-11-01: date it on that "
			    "day, the first that is open");
	world_refuses(world, "closed", "treasurer", INCOME("2026-10-01"));
	world_refuses(world, "closed", "treasurer",
		      "'kind':'reversal','date':'2026-10-31','reason':'amount','of':3");
	journal = notary_signs(world, 2, "treasurer",
			       "'kind':'journal','ref':'J1','date':'2026-10-31',"
			       "'label':'X','lines':[{'account':'6811','amount':1},"
			       "{'account':'2818','amount':-1}]");
	world_refuses(world, "closed", "treasurer", "%s", journal);
	free(journal);
	(void)world_must(world, LILAS, GIFT("2026-11-01"));
	/* Later ones go on, none goes back. */
	world_refuses(world, "close", "treasurer", CUTOFF("2026-10-31"));
	world_refuses(world, "close", "treasurer", CUTOFF("2026-10-30"));
	world_refuses(world, "close", "treasurer", CUTOFF("2026-11-18"));
	assert_string_equal(world->fault.text,
			    "a period is cut off when its last day is past");
	(void)world_must(world, "operator", CUTOFF("2026-11-17"));
	(void)world_must(world, LILAS, GIFT("2026-11-18"));
	world_end(world);
}

/* All that has moved an account before a day. */
static int64_t moved_before(struct world *world, const char *account, const char *day)
{
	struct movement_view *moves = NULL;
	struct date date;
	size_t count = 0;
	int64_t sum = 0;

	assert_int_equal(date_parse(day, &date), ERR_OK);
	assert_int_equal(query_movements(world->books, account, date, date, &moves,
					 &count, &world->fault),
			 ERR_OK);
	for (size_t i = 0; i < count; i++)
		sum += cents_value(moves[i].before);
	free(moves);
	return sum;
}

static void test_a_cut_off_waits_for_the_statements(void **state)
{
	struct world *world = world_new();
	uint64_t late;

	(void)state;
	(void)teller_vote(world, MAIN);
	(void)world_must(world, "treasurer",
			 TELLER_STATEMENT("courant", "00", "1", "2026-11-01",
					  "2026-11-10", "0", "0", ""));
	world_refuses(world, "close", "treasurer", CUTOFF("2026-11-11"));
	(void)world_must(world, "treasurer", CUTOFF("2026-11-10"));
	/* A line that the bank books late is posted on the first open day, and what
	 * cites it is dated so. */
	late = world_must(world, "treasurer",
			  TELLER_STATEMENT("courant", "01", "1", "2026-11-10",
					   "2026-11-17", "0", "500",
					   LINE("500", "2026-11-10")));
	assert_int_equal(moved_before(world, "account/courant", "2026-11-11"), 0);
	assert_int_equal(moved_before(world, "account/courant", "2026-11-12"), 500);
	world_refuses(world, "closed", "treasurer", INCOME("2026-11-10") CITES("1"),
		      late);
	world_refuses(world, "line", "treasurer", INCOME("2026-11-12") CITES("1"), late);
	(void)world_must(world, "treasurer", INCOME("2026-11-11") CITES("1"), late);
	assert_int_equal(world_balance(world, "suspense/courant"), 0);
	world_end(world);
}

static void test_the_board_approves_the_very_accounts(void **state)
{
	struct world *world = world_new();
	uint64_t granted;

	(void)state;
	world->at = NEXT_YEAR;
	world_refuses(world, "close", "operator",
		      "'kind':'proposal','subject':'structure','expires_on':'2027-03-31',"
		      "'act':{" APPROVED("2026-12-31", DIGEST) "}");
	assert_string_equal(world->fault.text, "that day was not cut off");
	(void)world_must(world, "operator", CUTOFF("2026-11-30"));
	(void)world_must(world, "operator", CUTOFF("2026-12-31"));
	world_refuses(world, "close", "operator",
		      "'kind':'proposal','subject':'structure','expires_on':'2027-03-31',"
		      "'act':{" APPROVED("2026-11-30", DIGEST) "}");
	assert_string_equal(world->fault.text,
			    "2026-11-30 is not the end of a fiscal year: that is 12-31");
	world_refuses(world, "close", "operator",
		      "'kind':'proposal','subject':'structure','expires_on':'2027-03-31',"
		      "'act':{'kind':'close','step':'approved','day':'2026-12-31'}");
	world_refuses(world, "close", "operator",
		      "'kind':'proposal','subject':'structure','expires_on':'2027-03-31',"
		      "'act':{" CUTOFF("2026-12-31") "}");
	world_refuses(world, "close", "operator",
		      CUTOFF("2027-01-10") ",'accounts':'" DIGEST "'");
	world_refuses(world, "structure", "operator",
		      APPROVED("2026-12-31", DIGEST) ",'proposal':3");
	granted = world_must(
		world, "operator",
		"'kind':'proposal','subject':'structure',"
		"'expires_on':'2027-03-31','act':{" APPROVED("2026-12-31", DIGEST) "}");
	world_votes(world, granted, 4);
	(void)world_must(world, "operator", "'kind':'decision','proposal':%" PRIu64,
			 granted);
	world_refuses(world, "structure", "operator",
		      APPROVED("2026-12-31", OTHER) ",'proposal':%" PRIu64, granted);
	(void)world_must(world, "operator",
			 APPROVED("2026-12-31", DIGEST) ",'proposal':%" PRIu64, granted);
	/* Once. */
	world_refuses(world, "close", "operator",
		      "'kind':'proposal','subject':'structure','expires_on':'2027-03-31',"
		      "'act':{" APPROVED("2026-12-31", OTHER) "}");
	world_end(world);
}

static uint64_t support(struct world *world)
{
	uint64_t proposal;

	(void)world_must(
		world, "operator",
		"'kind':'beneficiary','id':'job-seeker:" TELLER_DIGEST(
			"00") "'"
			      ",'nature':'job-seeker','attestation':{'digest':'" DIGEST
			      "','until':'2027-06-30'}");
	(void)world_must(world, "treasurer",
			 "'kind':'income','date':'2026-11-10','amount':9000,"
			 "'fund':'emploi','nature':'other'");
	proposal = world_must(
		world, "operator",
		"'kind':'proposal','subject':'support','amount':5000,"
		"'beneficiary':'job-seeker:" TELLER_DIGEST(
			"00") "','fund':'emploi',"
			      "'payee':'" DIGEST
			      "','purpose':'mobilite','expires_on':'2026-12-31'");
	return proposal;
}

static void test_a_beneficiary_is_told_once_after_it_was_decided(void **state)
{
	struct world *world = world_new();
	uint64_t proposal = support(world);
	struct proposal_view view;
	struct date told;

	(void)state;
	world_refuses(world, "notification", "siege-1", NOTIFICATION("2026-11-18"),
		      proposal);
	world_votes(world, proposal, 3);
	world->at += 2 * 86400;
	(void)world_must(world, "operator", "'kind':'decision','proposal':%" PRIu64,
			 proposal);
	assert_true(query_proposal(world->books, proposal, &view));
	assert_int_equal(view.notified_on.day, -1);
	assert_int_equal(view.decided_at, world->leaf_count - 1);
	world_refuses(world, "notification", "siege-1", NOTIFICATION("2026-11-19"),
		      proposal);
	assert_string_equal(world->fault.text, "nobody is told before it is decided");
	world->at += 86400;
	(void)world_must(world, "siege-1", NOTIFICATION("2026-11-20"), proposal);
	assert_true(query_proposal(world->books, proposal, &view));
	assert_int_equal(date_parse("2026-11-20", &told), ERR_OK);
	assert_int_equal(view.notified_on.day, told.day);
	world_refuses(world, "notification", "operator", NOTIFICATION("2026-11-21"),
		      proposal);
	world_refuses(world, "notification", "operator", NOTIFICATION("2026-11-21"),
		      UINT64_C(0));
	world_end(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_dated_in_a_period_that_is_cut_off),
		cmocka_unit_test(test_a_cut_off_waits_for_the_statements),
		cmocka_unit_test(test_the_board_approves_the_very_accounts),
		cmocka_unit_test(test_a_beneficiary_is_told_once_after_it_was_decided),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
