/*
 * test_books_journal.c - the accounts that no other kind moves: the rules of
 * ledger/books_journal.c, ledger/books_opening.c and ledger/books_signature.c, and the
 * chart.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ledger/chart.h"
#include "tests/notary.h"
#include "tests/teller.h"

#define LINE(account, amount) "{'account':'" account "','amount':" amount "}"
#define JOURNAL(ref, lines)                                                              \
	"'kind':'journal','ref':'" ref "','date':'2026-11-10',"                          \
	"'label':'Dotation aux amortissements','lines':[" lines "]"
#define DEPRECIATION LINE("6811", "12000") "," LINE("28183", "-12000")
#define OPPOSITE     LINE("6811", "-12000") "," LINE("28183", "12000")
#define OF           ",'of':%" PRIu64

#define FUND_LINE(account, amount, fund)                                                 \
	"{'account':'" account "','amount':" amount ",'fund':'" fund "'}"
#define EARMARKED(account, amount, fund, earmark)                                        \
	"{'account':'" account "','amount':" amount ",'fund':'" fund                     \
	"','earmark':'" earmark "'}"
#define OPENING(ref, lines)                                                              \
	"'kind':'opening','ref':'" ref "','date':'2026-11-01',"                          \
	"'label':'Reprise du bilan','lines':[" lines "]"
#define BALANCE                                                                                         \
	LINE("5121", "4000000")                                                                         \
	"," LINE("5122", "1000000") "," LINE("2183", "300000") "," LINE("401", "-50000") "," FUND_LINE( \
		"10231", "-1500000",                                                                    \
		"dotation") "," FUND_LINE("1068", "-2750000",                                           \
					  "general") "," EARMARKED("196", "-1000000",                   \
								   "projets", "projets")

static void world_end(struct world *world)
{
	world_check(world);
	world_free(world);
}

static void test_the_chart_knows_its_numbers(void **state)
{
	(void)state;
	assert_true(chart_has(slice_of_text("6811")));
	assert_true(chart_has(slice_of_text("401")));
	assert_true(chart_has(slice_of_text("37000000")));
	assert_false(chart_has(slice_of_text("37")));
	assert_false(chart_has(slice_of_text("370000000")));
	assert_false(chart_has(slice_of_text("791")));
	assert_false(chart_has(slice_of_text("999")));
	assert_false(chart_has(slice_of_text("68a")));
	assert_false(chart_has(slice_of_text("")));
	assert_string_equal(chart_label(slice_of_text("6811")),
			    chart_label(slice_of_text("681")));
	assert_non_null(chart_owned(slice_of_text("6571")));
	assert_null(chart_owned(slice_of_text("653")));
	assert_non_null(chart_owned(slice_of_text("5121")));
	assert_null(chart_owned(slice_of_text("1022")));
}

static void test_a_journal_moves_what_nothing_else_does(void **state)
{
	struct world *world = world_new();
	char *by_seat;

	(void)state;
	(void)notary_must(world, JOURNAL("J1", DEPRECIATION));
	assert_int_equal(world_balance(world, "ledger/6811"), 12000);
	assert_int_equal(world_balance(world, "ledger/28183"), -12000);
	notary_refuses(world, "journal",
		       JOURNAL("J2", LINE("6811", "12000") "," LINE("28183", "-11999")));
	assert_string_equal(world->fault.text, "its lines add up to 1 cents, not to 0");
	notary_refuses(world, "journal",
		       JOURNAL("J2", DEPRECIATION "," LINE("6811", "0")));
	notary_refuses(world, "chart",
		       JOURNAL("J2", LINE("790", "1") "," LINE("6811", "-1")));
	assert_string_equal(world->fault.text, "'790' is not an account of the chart");
	notary_refuses(world, "chart",
		       JOURNAL("J2", LINE("bank", "1") "," LINE("6811", "-1")));
	by_seat = notary_signs(world, 2, "siege-1", "%s", JOURNAL("J2", DEPRECIATION));
	world_refuses(world, "role", "siege-1", "%s", by_seat);
	free(by_seat);
	world_end(world);
}

static void test_no_journal_moves_what_is_the_ledger_s(void **state)
{
	static const char *const owned[] = { "512",   "51211", "5115", "4718",
					     "10231", "1081",  "195",  "4671",
					     "4682",  "4683",  "6571", "75411",
					     "7542",  "7551",  "6896", "7896" };
	struct world *world = world_new();

	(void)state;
	for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) {
		char members[512];

		snprintf(members, sizeof members,
			 "'kind':'journal','ref':'J%zu','date':'2026-11-10','label':'X',"
			 "'lines':[{'account':'%s','amount':5},"
			 "{'account':'658','amount':-5}]",
			 i, owned[i]);
		notary_refuses(world, "journal", members);
		assert_non_null(strstr(world->fault.text, owned[i]));
	}
	world_end(world);
}

static void test_two_seats_sign_a_journal(void **state)
{
	struct world *world = world_new();
	char *signed_by_two, *twice, *other;

	(void)state;
	signed_by_two =
		notary_signs(world, 2, "treasurer", "%s", JOURNAL("J1", DEPRECIATION));
	/* The same signatures under another reference, or by another member. */
	other = strstr(signed_by_two, "'J1'");
	assert_non_null(other);
	other[2] = '2';
	world_refuses(world, "journal", "treasurer", "%s", signed_by_two);
	other[2] = '1';
	world_refuses(world, "journal", "operator", "%s", signed_by_two);
	/* An amount changed after it was signed. */
	other = strstr(signed_by_two, "12000");
	memcpy(other, "12001", 5);
	other = strstr(signed_by_two, "-12000");
	memcpy(other, "-12001", 6);
	world_refuses(world, "journal", "treasurer", "%s", signed_by_two);
	free(signed_by_two);
	/* One seat, in its own name twice, or in another seat's. */
	signed_by_two =
		notary_signs(world, 2, "treasurer", "%s", JOURNAL("J1", DEPRECIATION));
	other = strstr(signed_by_two, "'seat':'siege-2'");
	assert_non_null(other);
	memcpy(other, "'seat':'siege-3'", strlen("'seat':'siege-3'"));
	world_refuses(world, "signature", "treasurer", "%s", signed_by_two);
	memcpy(other, "'seat':'siege-9'", strlen("'seat':'siege-9'"));
	world_refuses(world, "seat", "treasurer", "%s", signed_by_two);
	free(signed_by_two);
	signed_by_two =
		notary_signs(world, 1, "treasurer", "%s", JOURNAL("J1", DEPRECIATION));
	other = strstr(signed_by_two, "'signatures':[") + strlen("'signatures':[");
	assert_true(asprintf(&twice, "%.*s,%s", (int)strlen(signed_by_two) - 1,
			     signed_by_two, other) > 0);
	world_refuses(world, "journal", "treasurer", "%s", twice);
	assert_string_equal(world->fault.text, "'siege-1' signs twice");
	free(twice);
	free(signed_by_two);
	world_end(world);
}

static void test_a_journal_is_undone_by_its_opposite(void **state)
{
	struct world *world = world_new();
	char undo[2][512];
	uint64_t first;

	(void)state;
	first = notary_must(world, JOURNAL("J1", DEPRECIATION));
	snprintf(undo[0], sizeof undo[0], JOURNAL("J2", DEPRECIATION) OF, first);
	snprintf(undo[1], sizeof undo[1], JOURNAL("J2", OPPOSITE) OF, first);
	notary_refuses(world, "journal", undo[0]);
	notary_refuses(world, "journal", JOURNAL("J2", OPPOSITE) ",'of':0");
	(void)notary_must(world, undo[1]);
	assert_int_equal(world_balance(world, "ledger/6811"), 0);
	snprintf(undo[1], sizeof undo[1], JOURNAL("J3", OPPOSITE) OF, first);
	notary_refuses(world, "journal", undo[1]);
	/* Nor is what undoes undone: it is recorded anew. */
	snprintf(undo[0], sizeof undo[0], JOURNAL("J3", DEPRECIATION) OF, first + 1);
	notary_refuses(world, "journal", undo[0]);
	world_refuses(world, "reversal", "treasurer",
		      "'kind':'reversal','date':'2026-11-18','reason':'amount','of':"
		      "%" PRIu64,
		      first);
	/* Thirteen months later it is as it is. */
	first = notary_must(world, JOURNAL("J4", DEPRECIATION));
	world->at = INT64_C(1832000000); /* 2028-01-20 */
	snprintf(undo[1], sizeof undo[1],
		 "'kind':'journal','ref':'J5','date':'2028-01-10','label':'X',"
		 "'lines':[" OPPOSITE "]" OF,
		 first);
	notary_refuses(world, "reversal", undo[1]);
	world_end(world);
}

/* The worked example of FORMAT.md. */
static void test_the_books_open_with_a_balance(void **state)
{
	struct world *world = world_new();

	(void)state;
	(void)notary_must(world, OPENING("O1", BALANCE));
	assert_int_equal(world_balance(world, "bank"), 5000000);
	assert_int_equal(world_balance(world, "ledger/2183"), 300000);
	assert_int_equal(world_balance(world, "ledger/401"), -50000);
	assert_int_equal(world_available(world, "dotation", "-"), 1500000);
	assert_int_equal(world_available(world, "general", "-"), 2750000);
	assert_int_equal(world_available(world, "projets", "projets"), 1000000);
	notary_refuses(world, "opening",
		       OPENING("O2", LINE("404", "-1") "," LINE("2154", "1")));
	/* What happened before is in it. */
	world_refuses(world, "closed", "treasurer",
		      "'kind':'settlement','date':'2026-10-31','amount':1,"
		      "'payer':'employer:000001016'");
	/* The bank's money goes on as the first statement says. */
	(void)teller_vote(world, TELLER_ACCOUNT("courant", TELLER_IBAN, "active"));
	(void)world_must(world, "treasurer",
			 TELLER_STATEMENT("courant", "00", "1", "2026-11-02",
					  "2026-11-10", "5000000", "5000000", ""));
	assert_int_equal(world_balance(world, "bank"), 0);
	assert_int_equal(world_balance(world, "account/courant"), 5000000);
	world_end(world);
}

static void test_an_opening_is_a_balance_sheet_of_what_has_not_moved(void **state)
{
	struct world *world = world_new();

	(void)state;
	(void)world_must(world, "operator",
			 "'kind':'project','id':'atelier','title':'Atelier',"
			 "'status':'open'");
	notary_refuses(world, "opening",
		       OPENING("O1", LINE("512", "5") "," LINE("401", "-4")));
	notary_refuses(world, "opening",
		       OPENING("O1", LINE("606", "5") "," LINE("401", "-5")));
	notary_refuses(world, "chart",
		       OPENING("O1", LINE("512", "5") "," LINE("999", "-5")));
	notary_refuses(world, "opening",
		       OPENING("O1", LINE("512", "5") "," LINE("196", "-5")));
	notary_refuses(world, "opening",
		       OPENING("O1", LINE("4671", "5") "," LINE("401", "-5")));
	notary_refuses(world, "opening",
		       OPENING("O1", LINE("512", "5") "," LINE("401", "-5") "," LINE(
					     "404", "0")));
	notary_refuses(world, "fund",
		       OPENING("O1", LINE("512", "5") "," FUND_LINE("110", "-5", "x")));
	notary_refuses(world, "earmark",
		       OPENING("O1", LINE("512", "5") "," EARMARKED("196", "-5",
								    "projets", "x")));
	/* An endowment on the account of free money, and the reverse. */
	notary_refuses(
		world, "opening",
		OPENING("O1", LINE("512", "5") "," FUND_LINE("110", "-5", "dotation")));
	notary_refuses(
		world, "opening",
		OPENING("O1", LINE("512", "5") "," FUND_LINE("1023", "-5", "general")));
	notary_refuses(world, "opening",
		       OPENING("O1", LINE("512", "5") "," EARMARKED(
					     "110", "-5", "projets", "atelier")));
	notary_refuses(
		world, "opening",
		OPENING("O1", LINE("401", "-5") "," FUND_LINE("110", "5", "general")));
	notary_refuses(world, "opening",
		       OPENING("O1", LINE("512", "5") ",{'account':'401','amount':-5,"
						      "'earmark':'atelier'}"));
	/* One that has moved. */
	(void)world_must(world, "treasurer",
			 "'kind':'income','date':'2026-11-05','amount':7,"
			 "'fund':'general','nature':'other'");
	notary_refuses(world, "opening",
		       OPENING("O1", LINE("512", "5") "," LINE("401", "-5")));
	assert_string_equal(world->fault.text,
			    "what account 512 stands for ('bank') has moved already");
	(void)notary_must(world, OPENING("O1", LINE("2183", "5") "," LINE("401", "-5")));
	world_end(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_chart_knows_its_numbers),
		cmocka_unit_test(test_a_journal_moves_what_nothing_else_does),
		cmocka_unit_test(test_no_journal_moves_what_is_the_ledger_s),
		cmocka_unit_test(test_two_seats_sign_a_journal),
		cmocka_unit_test(test_a_journal_is_undone_by_its_opposite),
		cmocka_unit_test(test_the_books_open_with_a_balance),
		cmocka_unit_test(
			test_an_opening_is_a_balance_sheet_of_what_has_not_moved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
