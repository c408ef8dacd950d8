/*
 * test_books_citation.c - entries that say what the bank's lines were: the rules of
 * ledger/books_citation.c, with each kind that moves money.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/teller.h"

#define LILAS  "employer:000001016"
#define CANAL  "employer:000004044"
#define SEEKER "job-seeker:00112233445566778899aabbccddeeff"
#define DIGEST "'5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9'"
#define DAY    INT64_C(86400)

#define CITES      TELLER_CITES
#define LINE       TELLER_LINE
#define BOTH(a, b) a "," b
#define MAIN       TELLER_ACCOUNT("courant", TELLER_IBAN, "active")
#define STATES(opening, closing, lines)                                                  \
	TELLER_STATEMENT("courant", "00", "1", "2026-11-01", "2026-11-15", opening,      \
			 closing, lines)
#define STATES_NEXT(opening, closing, lines)                                             \
	TELLER_STATEMENT("courant", "01", "1", "2026-11-16", "2026-11-17", opening,      \
			 closing, lines)
#define GIFT(payer, amount)                                                              \
	"'kind':'gift','date':'2026-10-02','payer':'" payer                              \
	"','giver':'person','fund':'emploi','amount':" amount
#define PAID(date, payer, amount)                                                        \
	"'kind':'settlement','date':'" date "','payer':'" payer "','amount':" amount
#define REFUND(date, payer, amount, through)                                             \
	"'kind':'refund','date':'" date "','payer':'" payer "','amount':" amount         \
	",'reason':'asked','through':'" through "'"
#define REVERSAL(date, reason)                                                           \
	"'kind':'reversal','date':'" date "','reason':'" reason "','of':%" PRIu64

/* Two companies' gifts of 100.00 each, and an account. */
static struct world *world_with_account(void)
{
	struct world *world = world_new();

	(void)world_must(world, LILAS, GIFT(LILAS, "10000"));
	(void)world_must(world, CANAL, GIFT(CANAL, "10000"));
	(void)teller_vote(world, MAIN);
	return world;
}

static void world_end(struct world *world)
{
	world_check(world);
	world_free(world);
}

static int64_t suspense(struct world *world)
{
	return world_balance(world, "suspense/courant");
}

static void test_a_settlement_cites_its_line(void **state)
{
	struct world *world = world_with_account();
	uint64_t statement = world_must(
		world, "treasurer", STATES("0", "10000", LINE("10000", "2026-11-03")));

	(void)state;
	world_refuses(world, "line", "treasurer", PAID("2026-11-03", CANAL, "10000"));
	assert_string_equal(world->fault.text,
			    "there are bank statements since 2026-11-01: cite the line "
			    "that shows this money");
	world_refuses(world, "line", "treasurer",
		      PAID("2026-11-04", CANAL, "10000") CITES("1"), statement);
	assert_string_equal(world->fault.text,
			    "the line that it cites makes its date 2026-11-03");
	world_refuses(world, "line", "treasurer",
		      PAID("2026-11-03", CANAL, "10000") CITES("2"), statement);
	world_refuses(world, "line", "treasurer",
		      PAID("2026-11-03", CANAL, "10000") CITES("1"), statement - 1);
	world_refuses(world, "line", "treasurer",
		      PAID("2026-11-03", CANAL, "10001") CITES("1"), statement);
	(void)world_must(world, "treasurer",
			 PAID("2026-11-03", CANAL, "10000") CITES("1"), statement);
	assert_int_equal(world_available(world, "emploi", "-"), 10000);
	assert_int_equal(world_balance(world, "account/courant"), 10000);
	assert_int_equal(suspense(world), 0);
	assert_int_equal(world_balance(world, "bank"), 0);
	world_refuses(world, "line", "treasurer",
		      PAID("2026-11-03", LILAS, "1") CITES("1"), statement);
	world_end(world);
}

static void test_one_line_is_explained_by_several(void **state)
{
	struct world *world = world_with_account();
	uint64_t statement = world_must(
		world, "treasurer", STATES("0", "15000", LINE("15000", "2026-11-03")));

	(void)state;
	(void)world_must(world, "treasurer",
			 PAID("2026-11-03", CANAL, "10000") CITES("1"), statement);
	assert_int_equal(suspense(world), -5000);
	world_refuses(world, "line", "treasurer",
		      PAID("2026-11-03", LILAS, "5001") CITES("1"), statement);
	assert_true(strstr(world->fault.text, "5000 cents of line 1 of statement ") !=
		    NULL);
	assert_true(strstr(world->fault.text, " are not explained yet, less than 5001") !=
		    NULL);
	(void)world_must(world, "treasurer", PAID("2026-11-03", LILAS, "5000") CITES("1"),
			 statement);
	assert_int_equal(suspense(world), 0);
	assert_int_equal(world_balance(world, "receivable/" LILAS), 5000);
	world_end(world);
}

static void test_what_happened_before_statements_cites_none(void **state)
{
	struct world *world = world_with_account();
	uint64_t settlement;

	(void)state;
	(void)world_must(world, "treasurer", STATES("10000", "10000", ""));
	assert_int_equal(world_balance(world, "bank"), -10000);
	/* It was in the opening. */
	settlement = world_must(world, "treasurer", PAID("2026-10-31", CANAL, "10000"));
	assert_int_equal(world_balance(world, "bank"), 0);
	/* It was another company's. */
	(void)world_must(world, "treasurer", REVERSAL("2026-11-18", "wrong-payer"),
			 settlement);
	(void)world_must(world, "treasurer", PAID("2026-10-31", LILAS, "10000"));
	assert_int_equal(world_balance(world, "bank"), 0);
	world_refuses(world, "line", "treasurer", PAID("2026-11-01", CANAL, "10000"));
	world_end(world);
}

static void test_an_undone_settlement_gives_its_line_back(void **state)
{
	struct world *world = world_with_account();
	uint64_t statement =
			 world_must(world, "treasurer",
				    STATES("0", "10000", LINE("10000", "2026-11-03"))),
		 settlement;

	(void)state;
	(void)world_must(world, "treasurer", PAID("2026-11-03", CANAL, "4000") CITES("1"),
			 statement);
	settlement = world_must(world, "treasurer",
				PAID("2026-11-03", CANAL, "6000") CITES("1"), statement);
	assert_int_equal(suspense(world), 0);
	(void)world_must(world, "treasurer", REVERSAL("2026-11-18", "wrong-payer"),
			 settlement);
	assert_int_equal(suspense(world), -6000);
	assert_int_equal(world_available(world, "emploi", "-"), 4000);
	world_refuses(world, "line", "treasurer",
		      PAID("2026-11-03", LILAS, "6001") CITES("1"), statement);
	settlement = world_must(world, "treasurer",
				PAID("2026-11-03", LILAS, "1000") CITES("1"), statement);
	assert_int_equal(suspense(world), -5000);
	/* A part of the line was open when the rest comes back to it. */
	(void)world_must(world, "treasurer", REVERSAL("2026-11-18", "wrong-payer"),
			 settlement);
	(void)world_must(world, "treasurer", PAID("2026-11-03", LILAS, "6000") CITES("1"),
			 statement);
	assert_int_equal(suspense(world), 0);
	world_end(world);
}

/* The bank takes a transfer back, and gives it again: three lines. */
static void test_a_chargeback_and_its_end_cite_lines_of_their_own(void **state)
{
	struct world *world = world_with_account();
	uint64_t first = world_must(world, "treasurer",
				    STATES("0", "10000", LINE("10000", "2026-11-03"))),
		 second = world_must(world, "treasurer",
				     STATES_NEXT("10000", "10000",
						 BOTH(LINE("-10000", "2026-11-16"),
						      LINE("10000", "2026-11-17")))),
		 settlement, chargeback;

	(void)state;
	settlement = world_must(world, "treasurer",
				PAID("2026-11-03", CANAL, "10000") CITES("1"), first);
	world_refuses(
		world, "line", "treasurer",
		"'kind':'chargeback','date':'2026-11-17','amount':10000,'of':%" PRIu64
			CITES("2"),
		settlement, second);
	assert_true(strstr(world->fault.text, " is money that arrived") != NULL);
	world_refuses(
		world, "line", "treasurer",
		"'kind':'chargeback','date':'2026-11-16','amount':10000,'of':%" PRIu64,
		settlement);
	chargeback = world_must(
		world, "treasurer",
		"'kind':'chargeback','date':'2026-11-16','amount':10000,'of':%" PRIu64
			CITES("1"),
		settlement, second);
	assert_int_equal(suspense(world), -10000);
	assert_int_equal(world_available(world, "emploi", "-"), 0);
	(void)world_must(world, "treasurer",
			 REVERSAL("2026-11-17", "chargeback-won") CITES("2"), chargeback,
			 second);
	assert_int_equal(suspense(world), 0);
	assert_int_equal(world_available(world, "emploi", "-"), 10000);
	assert_int_equal(world_balance(world, "account/courant"), 10000);
	world_end(world);
}

static void test_a_refund_cites_what_left_and_what_came_back(void **state)
{
	struct world *world = world_with_account();
	uint64_t first = world_must(world, "treasurer",
				    STATES("0", "9000",
					   BOTH(LINE("12000", "2026-11-03"),
						LINE("-3000", "2026-11-05")))),
		 second = world_must(
			 world, "treasurer",
			 STATES_NEXT("9000", "10000", LINE("1000", "2026-11-16"))),
		 gift, credit;

	(void)state;
	(void)world_must(world, "treasurer",
			 PAID("2026-11-03", CANAL, "12000") CITES("1"), first);
	world_refuses(world, "line", "treasurer",
		      REFUND("2026-11-05", CANAL, "2000", "bank"));
	(void)world_must(world, "treasurer",
			 REFUND("2026-11-05", CANAL, "2000", "bank") CITES("2"), first);
	gift = 4; /* of CANAL: after the charter and two companies, and the other gift */
	credit = world_must(
		world, "treasurer",
		REFUND("2026-11-05", CANAL, "1000", "bank") ",'of':%" PRIu64 CITES("2"),
		gift, first);
	assert_int_equal(suspense(world), -1000);
	assert_int_equal(world_available(world, "emploi", "-"), 9000);
	/* It did not reach them: the bank shows it. */
	(void)world_must(world, "treasurer",
			 REVERSAL("2026-11-16", "refund-failed") CITES("1"), credit,
			 second);
	assert_int_equal(suspense(world), 0);
	assert_int_equal(world_available(world, "emploi", "-"), 10000);
	/* One through the payer moves nothing at the bank. */
	world_refuses(
		world, "line", "treasurer",
		REFUND("2026-11-05", CANAL, "1", "payer") ",'of':%" PRIu64 CITES("2"),
		gift, first);
	assert_string_equal(world->fault.text,
			    "it cites a line of a statement, and moves nothing at the "
			    "bank");
	world_end(world);
}

static void test_payments_cite_what_left(void **state)
{
	struct world *world = world_with_account();
	uint64_t first = world_must(world, "treasurer",
				    STATES("0", "10000", LINE("10000", "2026-11-03"))),
		 second, proposal, payment;

	(void)state;
	(void)world_must(world, "treasurer",
			 PAID("2026-11-03", CANAL, "10000") CITES("1"), first);
	(void)world_must(world, "operator",
			 "'kind':'beneficiary','id':'" SEEKER "','nature':'job-seeker',"
			 "'attestation':{'digest':" DIGEST ",'until':'2027-12-31'}");
	proposal = world_must(world, "siege-1",
			      "'kind':'proposal','subject':'support','fund':'emploi',"
			      "'beneficiary':'" SEEKER
			      "','amount':5000,'purpose':'mobilite','payee':" DIGEST
			      ",'expires_on':'2026-12-31'");
	world_votes(world, proposal, 3);
	(void)world_must(world, "operator", "'kind':'decision','proposal':%" PRIu64,
			 proposal);
	payment = world_must(world, "treasurer",
			     "'kind':'payment','amount':5000,'payee':" DIGEST
			     ",'proposal':%" PRIu64,
			     proposal);
	second = world_must(world, "treasurer",
			    STATES_NEXT("10000", "10700",
					BOTH(BOTH(LINE("-5000", "2026-11-16"),
						  LINE("5000", "2026-11-17")),
					     LINE("700", "2026-11-17"))));
	world_refuses(world, "line", "treasurer",
		      "'kind':'paid','date':'2026-11-16','payment':%" PRIu64, payment);
	(void)world_must(
		world, "treasurer",
		"'kind':'paid','date':'2026-11-16','payment':%" PRIu64 CITES("1"),
		payment, second);
	assert_int_equal(suspense(world), -5700);
	world_refuses(world, "line", "treasurer",
		      "'kind':'restitution','date':'2026-11-17','amount':701,"
		      "'grant':%" PRIu64 CITES("3"),
		      proposal, second);
	world_refuses(world, "line", "treasurer",
		      "'kind':'returned','date':'2026-11-17','reason':'other',"
		      "'payment':%" PRIu64 CITES("3"),
		      payment, second);
	(void)world_must(world, "treasurer",
			 "'kind':'returned','date':'2026-11-17','reason':'other',"
			 "'payment':%" PRIu64 CITES("2"),
			 payment, second);
	assert_int_equal(suspense(world), -700);
	assert_int_equal(world_balance(world, "committed/emploi/-"), -5000);
	world_end(world);
}

/* A line that nobody could explain for more than 13 months is explained today. */
static void test_an_old_line_is_explained_by_an_entry_of_today(void **state)
{
	struct world *world = world_with_account();
	uint64_t statement = world_must(
		world, "treasurer", STATES("0", "10000", LINE("10000", "2026-11-03")));

	(void)state;
	world->at += 410 * DAY; /* 2 January 2028 */
	world_refuses(world, "line", "treasurer",
		      PAID("2028-01-01", CANAL, "10000") CITES("1"), statement);
	assert_string_equal(world->fault.text,
			    "the line that it cites makes its date 2028-01-02");
	(void)world_must(world, "treasurer",
			 PAID("2028-01-02", CANAL, "10000") CITES("1"), statement);
	assert_int_equal(suspense(world), 0);
	world_end(world);
}

static void test_accounts_are_listed_with_what_nobody_has_explained(void **state)
{
	struct world *world = world_with_account();
	struct account_view *accounts = NULL;
	uint64_t statement;
	size_t count = 0;

	(void)state;
	(void)teller_vote(world, TELLER_ACCOUNT("livret", TELLER_OTHER_IBAN, "active"));
	statement = world_must(
		world, "treasurer",
		STATES("0", "9960",
		       BOTH(LINE("10000", "2026-11-03"), LINE("-40", "2026-11-05"))));
	(void)world_must(world, "treasurer", PAID("2026-11-03", CANAL, "9000") CITES("1"),
			 statement);
	assert_int_equal(query_accounts(world->books, &accounts, &count, &world->fault),
			 ERR_OK);
	assert_int_equal(count, 2);
	assert_string_equal(accounts[0].id, "courant");
	assert_string_equal(accounts[0].iban, TELLER_IBAN);
	assert_true(accounts[0].active);
	assert_int_equal(cents_value(accounts[0].balance), 9960);
	assert_int_equal(accounts[0].lines, 2);
	assert_int_equal(cents_value(accounts[0].arrived), 1000);
	assert_int_equal(cents_value(accounts[0].left), 40);
	assert_int_equal(accounts[0].stated_on.day - accounts[0].oldest_on.day, 12);
	assert_string_equal(accounts[1].id, "livret");
	assert_int_equal(accounts[1].lines, 0);
	assert_int_equal(accounts[1].oldest_on.day, -1);
	assert_int_equal(accounts[1].stated_on.day, -1);
	free(accounts);
	world_end(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_settlement_cites_its_line),
		cmocka_unit_test(test_one_line_is_explained_by_several),
		cmocka_unit_test(test_what_happened_before_statements_cites_none),
		cmocka_unit_test(test_an_undone_settlement_gives_its_line_back),
		cmocka_unit_test(test_a_chargeback_and_its_end_cite_lines_of_their_own),
		cmocka_unit_test(test_a_refund_cites_what_left_and_what_came_back),
		cmocka_unit_test(test_payments_cite_what_left),
		cmocka_unit_test(test_accounts_are_listed_with_what_nobody_has_explained),
		cmocka_unit_test(test_an_old_line_is_explained_by_an_entry_of_today),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
