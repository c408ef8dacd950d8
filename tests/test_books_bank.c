/*
 * test_books_bank.c - bank accounts and their statements: the rules of
 * ledger/books_account.c and ledger/books_statement.c.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/teller.h"

#define CANAL "employer:000004044"

#define ACCOUNT   TELLER_ACCOUNT
#define STATEMENT TELLER_STATEMENT
#define LINE      TELLER_LINE
#define MAIN      ACCOUNT("courant", TELLER_IBAN, "active")
#define THREE_LINES                                                                      \
	LINE("10000", "2026-11-03")                                                      \
	"," LINE("3000", "2026-11-03") "," LINE("-500", "2026-11-10")
#define TWO_LINES LINE("10000", "2026-10-31") "," LINE("2500", "2026-11-01")
#define DIGEST    TELLER_DIGEST("00") TELLER_DIGEST("00")
#define STRUCTURE                                                                        \
	"'kind':'proposal','subject':'structure','expires_on':'2026-12-31','act':{%s}"
#define PAID(date, amount)                                                               \
	"'kind':'settlement','date':'" date "','payer':'" CANAL "','amount':" amount

static void world_end(struct world *world)
{
	world_check(world);
	world_free(world);
}

/* ---- accounts ---- */

static void test_an_account_is_voted(void **state)
{
	struct world *world = world_new();
	uint64_t proposal;

	(void)state;
	world_refuses(world, "structure", "operator", MAIN ",'proposal':1");
	proposal = teller_grant(world, MAIN);
	world_refuses(
		world, "structure", "operator",
		ACCOUNT("courant", TELLER_OTHER_IBAN, "active") ",'proposal':%" PRIu64,
		proposal);
	world_refuses(world, "role", "treasurer", MAIN ",'proposal':%" PRIu64, proposal);
	(void)world_must(world, "operator", MAIN ",'proposal':%" PRIu64, proposal);
	world_refuses(world, "structure", "operator", MAIN ",'proposal':%" PRIu64,
		      proposal);
	world_end(world);
}

static void test_an_account_keeps_its_iban(void **state)
{
	struct world *world = world_new();
	uint64_t first, second;

	(void)state;
	world_refuses(world, "account", "operator", STRUCTURE,
		      ACCOUNT("courant", TELLER_IBAN, "closed"));
	/* Both are voted before either is there: judged again when carried out. */
	first = teller_grant(world, MAIN);
	second = teller_grant(world, ACCOUNT("livret", TELLER_IBAN, "active"));
	(void)world_must(world, "operator", MAIN ",'proposal':%" PRIu64, first);
	world_refuses(world, "account", "operator",
		      ACCOUNT("livret", TELLER_IBAN, "active") ",'proposal':%" PRIu64,
		      second);
	assert_string_equal(world->fault.text,
			    "the IBAN is that of bank account 'courant'");
	world_refuses(world, "account", "operator", STRUCTURE,
		      ACCOUNT("courant", TELLER_OTHER_IBAN, "active"));
	assert_string_equal(world->fault.text,
			    "the IBAN of bank account 'courant' cannot change: another "
			    "one is another account");
	world_refuses(world, "account", "operator", STRUCTURE,
		      ACCOUNT("livret", TELLER_IBAN, "active"));
	(void)teller_vote(world, ACCOUNT("livret", TELLER_OTHER_IBAN, "active"));
	world_end(world);
}

static void test_an_iban_is_one_of_sepa_and_right(void **state)
{
	struct world *world = world_new();

	(void)state;
	assert_int_equal(
		world_submit(world, "operator", STRUCTURE,
			     ACCOUNT("courant", "FR7630006000011234567890188", "active")),
		ERR_INVALID);
	assert_string_equal(
		world->fault.text,
		"member 'act.iban' of a proposal: it is not an IBAN of SEPA whose check "
		"digits are right, in capitals without blanks: give an IBAN in capitals "
		"without blanks");
	world_end(world);
}

static void test_an_account_closes_with_nothing_in_it(void **state)
{
	struct world *world = world_new();
	const char *closed = ACCOUNT("courant", TELLER_IBAN, "closed");
	uint64_t proposal;

	(void)state;
	(void)teller_vote(world, MAIN);
	(void)world_must(world, "treasurer",
			 STATEMENT("courant", "00", "1", "2026-11-01", "2026-11-10", "0",
				   "500", LINE("500", "2026-11-03")));
	proposal = teller_grant(world, closed);
	world_refuses(world, "account", "operator", "%s,'proposal':%" PRIu64, closed,
		      proposal);
	assert_string_equal(world->fault.text,
			    "bank account 'courant' has a balance of 500 cents: it "
			    "closes when its last statement ends at 0");
	(void)world_must(world, "treasurer",
			 STATEMENT("courant", "01", "1", "2026-11-11", "2026-11-12",
				   "500", "0", LINE("-500", "2026-11-12")));
	(void)world_must(world, "operator", "%s,'proposal':%" PRIu64, closed, proposal);
	world_refuses(world, "statement", "treasurer",
		      STATEMENT("courant", "02", "1", "2026-11-13", "2026-11-13", "0",
				"0", ""));
	assert_string_equal(world->fault.text, "bank account 'courant' is closed");
	/* It opens again where it ended. */
	(void)teller_vote(world, MAIN);
	(void)world_must(world, "treasurer",
			 STATEMENT("courant", "02", "1", "2026-11-13", "2026-11-13", "0",
				   "0", ""));
	world_end(world);
}

/* ---- statements ---- */

static void test_the_account_is_what_the_bank_says(void **state)
{
	struct world *world = world_new();

	(void)state;
	(void)teller_vote(world, MAIN);
	(void)world_must(world, "treasurer",
			 STATEMENT("courant", "00", "1", "2026-11-01", "2026-11-10", "0",
				   "12500", THREE_LINES));
	assert_int_equal(world_balance(world, "account/courant"), 12500);
	assert_int_equal(world_balance(world, "suspense/courant"), -12500);
	assert_int_equal(world_balance(world, "bank"), 0);
	/* A day without a movement, and the same day once more. */
	(void)world_must(world, "operator",
			 STATEMENT("courant", "01", "1", "2026-11-11", "2026-11-11",
				   "12500", "12500", ""));
	(void)world_must(world, "treasurer",
			 STATEMENT("courant", "02", "1", "2026-11-11", "2026-11-12",
				   "12500", "12501", LINE("1", "2026-11-11")));
	assert_int_equal(world_balance(world, "account/courant"), 12501);
	world_end(world);
}

/* A line counts on the day on which the bank booked it, and not at the statement's end.
 */
static void test_each_line_is_of_its_own_day(void **state)
{
	struct world *world = world_new();
	struct movement_view *moves = NULL;
	size_t count = 0;
	struct date from, to;

	(void)state;
	(void)teller_vote(world, MAIN);
	(void)world_must(world, "treasurer",
			 STATEMENT("courant", "00", "1", "2026-10-01", "2026-11-10", "0",
				   "12500", TWO_LINES));
	assert_int_equal(date_parse("2026-10-31", &from), ERR_OK);
	assert_int_equal(date_parse("2026-10-31", &to), ERR_OK);
	assert_int_equal(query_movements(world->books, "account/courant/", from, to,
					 &moves, &count, &world->fault),
			 ERR_OK);
	assert_int_equal(count, 1);
	assert_int_equal(cents_value(moves[0].within), 10000);
	free(moves);
	world_end(world);
}

static void test_what_was_there_before_is_taken_over(void **state)
{
	struct world *world = world_new();

	(void)state;
	(void)world_must(world, "treasurer", PAID("2026-10-10", "160"));
	(void)world_must(world, "treasurer", PAID("2026-10-20", "40"));
	(void)teller_vote(world, MAIN);
	(void)teller_vote(world, ACCOUNT("livret", TELLER_OTHER_IBAN, "active"));
	world_refuses(world, "statement", "treasurer",
		      STATEMENT("courant", "00", "1", "2026-10-20", "2026-10-31", "200",
				"200", ""));
	assert_string_equal(world->fault.text,
			    "the bank was recorded without statements until 2026-10-20: "
			    "the first one begins after that day");
	(void)world_must(world, "treasurer",
			 STATEMENT("courant", "00", "1", "2026-10-21", "2026-10-31",
				   "150", "150", ""));
	assert_int_equal(world_balance(world, "account/courant"), 150);
	assert_int_equal(world_balance(world, "bank"), 50);
	/* The rest was in the other account, which begins when it likes. */
	(void)world_must(world, "treasurer",
			 STATEMENT("livret", "01", "1", "2026-10-01", "2026-10-31", "50",
				   "51", LINE("1", "2026-10-31")));
	assert_int_equal(world_balance(world, "bank"), 0);
	assert_int_equal(world_balance(world, "account/livret"), 51);
	world_end(world);
}

static void test_a_statement_follows_the_one_before(void **state)
{
	struct world *world = world_new();

	(void)state;
	(void)teller_vote(world, MAIN);
	world_refuses(
		world, "statement", "treasurer",
		STATEMENT("livret", "00", "1", "2026-11-01", "2026-11-10", "0", "0", ""));
	assert_string_equal(world->fault.text, "'livret' is no bank account of ours");
	(void)world_must(world, "treasurer",
			 STATEMENT("courant", "00", "1", "2026-11-01", "2026-11-10", "0",
				   "100", LINE("100", "2026-11-03")));
	world_refuses(world, "statement", "treasurer",
		      STATEMENT("courant", "01", "1", "2026-11-11", "2026-11-12", "99",
				"99", ""));
	assert_true(strstr(world->fault.text, "it opens with 99 cents, and the account "
					      "has 100 since position ") != NULL);
	world_refuses(world, "statement", "treasurer",
		      STATEMENT("courant", "01", "1", "2026-11-09", "2026-11-12", "100",
				"100", ""));
	world_refuses(world, "statement", "treasurer",
		      STATEMENT("courant", "00", "1", "2026-11-10", "2026-11-12", "100",
				"100", ""));
	assert_true(strstr(world->fault.text,
			   "page 1 of this file was recorded at position ") != NULL);
	/* The file's next part. */
	(void)world_must(world, "treasurer",
			 STATEMENT("courant", "00", "2", "2026-11-10", "2026-11-12",
				   "100", "60", LINE("-40", "2026-11-10")));
	world_refuses(world, "role", CANAL,
		      STATEMENT("courant", "03", "1", "2026-11-12", "2026-11-12", "60",
				"60", ""));
	world_end(world);
}

static void test_opening_and_lines_make_the_closing(void **state)
{
	struct world *world = world_new();

	(void)state;
	(void)teller_vote(world, MAIN);
	world_refuses(world, "statement", "treasurer",
		      STATEMENT("courant", "00", "1", "2026-11-01", "2026-11-10", "10",
				"111", LINE("100", "2026-11-03")));
	assert_string_equal(world->fault.text, "opening and lines make 110 cents, and it "
					       "closes with 111");
	world_refuses(world, "statement", "treasurer",
		      STATEMENT("courant", "00", "1", "2026-11-01", "2026-11-10", "10",
				"10", LINE("0", "2026-11-03")));
	assert_string_equal(world->fault.text, "line 1 moves nothing");
	world_refuses(world, "statement", "treasurer",
		      STATEMENT("courant", "00", "1", "2026-11-11", "2026-11-10", "10",
				"10", ""));
	/* Days in order, within the statement's. */
	world_refuses(world, "statement", "treasurer",
		      STATEMENT("courant", "00", "1", "2026-11-01", "2026-11-10", "0",
				"2",
				LINE("1", "2026-11-03") "," LINE("1", "2026-11-02")));
	assert_string_equal(world->fault.text, "the day of line 2 is not between the one "
					       "before and the last");
	world_refuses(world, "statement", "treasurer",
		      STATEMENT("courant", "00", "1", "2026-11-02", "2026-11-10", "0",
				"1", LINE("1", "2026-11-01")));
	world_refuses(world, "statement", "treasurer",
		      STATEMENT("courant", "00", "1", "2026-11-02", "2026-11-10", "0",
				"1", LINE("1", "2026-11-11")));
	world_refuses(world, "window", "treasurer",
		      STATEMENT("courant", "00", "1", "2025-09-30", "2026-11-10", "0",
				"1", LINE("1", "2026-11-10")));
	world_refuses(world, "date", "treasurer",
		      STATEMENT("courant", "00", "1", "2026-11-02", "2026-11-19", "0",
				"0", ""));
	world_end(world);
}

/* A part of a long file is as long as a statement may be. */
static void test_a_statement_of_a_thousand_lines(void **state)
{
	struct world *world = world_new();
	struct buffer lines;

	(void)state;
	(void)teller_vote(world, MAIN);
	buffer_init(&lines, ENTRY_BYTES_MAX);
	for (int i = 0; i < 1000; i++)
		buffer_printf(&lines,
			      "%s{'amount':-100000000000,'booked_on':'2026-11-%02d'}",
			      i ? "," : "", 1 + i / 100);
	buffer_put_byte(&lines, '\0');
	assert_int_equal(buffer_err(&lines), ERR_OK);
	(void)world_must(world, "treasurer",
			 "'kind':'statement','account':'courant','digest':'" DIGEST
			 "','page':1,'from':'2026-11-01','date':'2026-11-10',"
			 "'opening':0,'closing':-100000000000000,'lines':[%s]",
			 (const char *)lines.p);
	assert_int_equal(world_balance(world, "account/courant"),
			 -INT64_C(100000000000000));
	buffer_release(&lines);
	world_end(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_account_is_voted),
		cmocka_unit_test(test_an_account_keeps_its_iban),
		cmocka_unit_test(test_an_iban_is_one_of_sepa_and_right),
		cmocka_unit_test(test_an_account_closes_with_nothing_in_it),
		cmocka_unit_test(test_the_account_is_what_the_bank_says),
		cmocka_unit_test(test_each_line_is_of_its_own_day),
		cmocka_unit_test(test_what_was_there_before_is_taken_over),
		cmocka_unit_test(test_a_statement_follows_the_one_before),
		cmocka_unit_test(test_opening_and_lines_make_the_closing),
		cmocka_unit_test(test_a_statement_of_a_thousand_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
