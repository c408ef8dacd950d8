/*
 * test_books_expense.c - what is no donation: the rules of ledger/books_expense.c.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/teller.h"

#define CITES TELLER_CITES
#define LINE  TELLER_LINE
#define MAIN  TELLER_ACCOUNT("courant", TELLER_IBAN, "active")
#define BOTH  LINE("500", "2026-11-03") "," LINE("-120", "2026-11-05")

#define EXPENSE(date, amount, nature)                                                    \
	"'kind':'expense','date':'" date "','amount':" amount                            \
	",'class':'fonctionnement','fund':'fonctionnement','nature':'" nature "'"
#define VOUCHER TELLER_DIGEST("ab") TELLER_DIGEST("ab")
#define EXPENSE_OF_SUPPLIER                                                              \
	EXPENSE("2026-11-05", "120", "supplier")                                         \
	",'supplier':'000001016','voucher':'" VOUCHER "'"
#define INCOME(date, amount, nature)                                                     \
	"'kind':'income','date':'" date "','amount':" amount                             \
	",'fund':'general','nature':'" nature "'"
#define REVERSAL "'kind':'reversal','date':'2026-11-18','reason':'amount','of':%" PRIu64

static void world_end(struct world *world)
{
	world_check(world);
	world_free(world);
}

static void test_interest_and_charges_make_the_bank_s_account_whole(void **state)
{
	struct world *world = world_new();
	uint64_t statement;

	(void)state;
	(void)teller_vote(world, MAIN);
	statement = world_must(world, "treasurer",
			       TELLER_STATEMENT("courant", "00", "1", "2026-11-01",
						"2026-11-10", "0", "380", BOTH));
	world_refuses(world, "line", "treasurer",
		      INCOME("2026-11-03", "500", "interest"));
	world_refuses(world, "line", "treasurer",
		      EXPENSE("2026-11-03", "1", "bank-charges") CITES("1"), statement);
	(void)world_must(world, "treasurer",
			 INCOME("2026-11-03", "500", "interest") CITES("1"), statement);
	(void)world_must(world, "treasurer",
			 EXPENSE("2026-11-05", "120", "bank-charges") CITES("2"),
			 statement);
	assert_int_equal(world_available(world, "general", "-"), 500);
	/* The bank does not ask whether the fund has it. */
	assert_int_equal(world_available(world, "fonctionnement", "-"), -120);
	assert_int_equal(world_balance(world, "suspense/courant"), 0);
	assert_int_equal(world_balance(world, "account/courant"), 380);
	world_end(world);
}

static void test_an_expense_is_undone_with_its_line(void **state)
{
	struct world *world = world_new();
	uint64_t statement, charge, interest;

	(void)state;
	(void)teller_vote(world, MAIN);
	statement = world_must(world, "treasurer",
			       TELLER_STATEMENT("courant", "00", "1", "2026-11-01",
						"2026-11-10", "0", "380", BOTH));
	charge = world_must(world, "treasurer",
			    EXPENSE("2026-11-05", "120", "bank-charges") CITES("2"),
			    statement);
	interest = world_must(world, "treasurer",
			      INCOME("2026-11-03", "500", "other") CITES("1"), statement);
	(void)world_must(world, "treasurer", REVERSAL, charge);
	(void)world_must(world, "treasurer", REVERSAL, interest);
	assert_int_equal(world_available(world, "general", "-"), 0);
	assert_int_equal(world_available(world, "fonctionnement", "-"), 0);
	assert_int_equal(world_balance(world, "suspense/courant"), -380);
	world_refuses(world, "reversal", "treasurer", REVERSAL, charge);
	(void)world_must(world, "treasurer",
			 EXPENSE("2026-11-05", "120", "supplier") CITES("2"), statement);
	/* Without statements they are the operator's word, as all else. */
	world_end(world);
	world = world_new();
	(void)world_must(world, "treasurer", EXPENSE("2026-11-05", "120", "other"));
	assert_int_equal(world_balance(world, "bank"), -120);
	world_end(world);
}

static void test_a_supplier_and_a_decision(void **state)
{
	struct world *world = world_new();
	uint64_t open, granted;

	(void)state;
	world_refuses(
		world, "expense", "treasurer",
		EXPENSE("2026-11-05", "120", "bank-charges") ",'supplier':'000001016'");
	assert_string_equal(world->fault.text,
			    "only an expense of nature supplier has a supplier");
	open = world_must(world, "operator",
			  "'kind':'proposal','subject':'transfer','amount':1,"
			  "'fund':'general','to':'fonctionnement',"
			  "'expires_on':'2026-12-31'");
	world_refuses(world, "expense", "treasurer",
		      EXPENSE("2026-11-05", "120", "supplier") ",'proposal':%" PRIu64,
		      open);
	world_refuses(world, "expense", "treasurer",
		      EXPENSE("2026-11-05", "120", "supplier") ",'proposal':0");
	granted = teller_grant(world, MAIN);
	(void)world_must(world, "treasurer", EXPENSE_OF_SUPPLIER ",'proposal':%" PRIu64,
			 granted);
	world_refuses(world, "fund", "treasurer",
		      "'kind':'income','date':'2026-11-05','amount':1,'fund':'none',"
		      "'nature':'other'");
	world_refuses(world, "role", "employer:000001016",
		      INCOME("2026-11-05", "1", "other"));
	/* What is spent was received all the same, and is not there any more. */
	assert_int_equal(world_available(world, "fonctionnement", "-"), -120);
	world_end(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_interest_and_charges_make_the_bank_s_account_whole),
		cmocka_unit_test(test_an_expense_is_undone_with_its_line),
		cmocka_unit_test(test_a_supplier_and_a_decision),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
