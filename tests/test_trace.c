/*
 * test_trace.c - which gift has paid for what: by hand for a few, and for random years
 * the sum of all traces is the ledger.
 *
 * Of reports/trace.c, reports/trace_read.c and reports/trace_lots.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "reports/trace_int.h"
#include "tests/boardroom.h"
#include "tests/random_year.h"
#include "tests/report_rig.h"

#define YEARS 12

struct drawn {
	struct world *world;
	struct trace *trace;
	struct document doc;
	enum err err;
	struct fault fault;
};

/* Of what is asked by one option. */
static struct drawn *draw(struct world *world, enum option_name option, const char *text)
{
	struct report_request request = { .lang = LANG_FR };
	struct drawn *drawn = calloc(1, sizeof *drawn);
	struct source_visitor visitor;
	struct standing standing;

	assert_non_null(drawn);
	request.text[option] = text;
	drawn->world = world;
	rig_standing(world, &standing);
	document_init(&drawn->doc, LANG_FR, "trace", "Trace");
	drawn->err = trace_begin(world->books, &standing, &request, &drawn->doc,
				 &drawn->trace, &drawn->fault);
	if (drawn->err)
		return drawn;
	visitor = trace_visitor(drawn->trace);
	rig_show(world, &visitor);
	drawn->err = trace_finish(drawn->trace, &drawn->fault);
	return drawn;
}

static struct drawn *draw_entry(struct world *world, uint64_t position)
{
	char text[24];
	struct drawn *drawn;

	snprintf(text, sizeof text, "%" PRIu64, position);
	drawn = draw(world, OPTION_ENTRY, text);
	if (drawn->err)
		fail_msg("%s", drawn->fault.text);
	return drawn;
}

static void drawn_free(struct drawn *drawn)
{
	trace_free(drawn->trace);
	document_release(&drawn->doc);
	free(drawn);
}

/* What came in, was spent, and is not spent of an entry. */
static void assert_sums(struct world *world, uint64_t position, int64_t received,
			int64_t spent, int64_t unspent)
{
	struct drawn *drawn = draw_entry(world, position);
	const struct table *table = rig_table(&drawn->doc, "contributions");
	const struct row *total = rig_row(table, ROW_TOTAL);

	assert_int_equal(rig_cents(table, total, "received"), received);
	assert_int_equal(rig_cents(table, total, "spent"), spent);
	assert_int_equal(rig_cents(table, total, "unspent"), unspent);
	table = rig_table(&drawn->doc, "uses");
	assert_int_equal(rig_cents(table, rig_row(table, ROW_TOTAL), "amount"), spent);
	table = rig_table(&drawn->doc, "unspent");
	assert_int_equal(rig_cents(table, rig_row(table, ROW_TOTAL), "amount"), unspent);
	drawn_free(drawn);
}

/* What an entry has paid of one use; 0 where that is not there. */
static int64_t paid_for(struct world *world, uint64_t position, uint64_t use,
			const char *column)
{
	struct drawn *drawn = draw_entry(world, position);
	const struct table *table = rig_table(&drawn->doc, "uses");
	int64_t amount = 0;

	for (const struct row *row = table->first_row; row; row = row->next)
		if (row->style != ROW_TOTAL &&
		    rig_number(table, row, "position") == (int64_t)use)
			amount += rig_cents(table, row, column);
	drawn_free(drawn);
	return amount;
}

static uint64_t give(struct world *world, const char *date, int amount)
{
	uint64_t gift = world_must(world, "operator",
				   "'kind':'gift','date':'%s','payer':'" LILAS
				   "','giver':'company','fund':'projets-2','amount':%d",
				   date, amount);

	(void)world_must(world, "treasurer",
			 "'kind':'settlement','date':'%s','payer':'" LILAS
			 "','amount':%d,'settles':%" PRIu64,
			 date, amount, gift);
	return gift;
}

static uint64_t help(struct world *world, int amount)
{
	return board_granted(
		world,
		world_must(world, "operator",
			   "'kind':'proposal','subject':'support','fund':'projets-2',"
			   "'beneficiary':'" SEEKER "','amount':%d,'purpose':'mobilite',"
			   "'payee':" DIGEST "," EXPIRES,
			   amount),
		3);
}

/* 3.00, then 2.00; 4.00 is granted: all of the first, half of the second. */
static void what_came_first_is_spent_first(void **state)
{
	struct world *world = board_world();
	uint64_t first = give(world, "2026-11-03", 300);
	uint64_t second = give(world, "2026-11-04", 200);
	uint64_t grant = help(world, 400);

	(void)state;
	assert_sums(world, first, 300, 300, 0);
	assert_sums(world, second, 200, 100, 100);
	assert_int_equal(paid_for(world, first, grant, "amount"), 300);
	assert_int_equal(paid_for(world, second, grant, "amount"), 100);
	/* 3.50 are paid: the first's, and 0.50 of the second's. */
	(void)board_pay(world, grant, 350);
	assert_int_equal(paid_for(world, first, grant, "paid"), 300);
	assert_int_equal(paid_for(world, second, grant, "paid"), 50);
	world_free(world);
}

/* 1.50 of the second is given back: 1.00 is not spent, 0.50 lacks, until 0.80 comes. */
static void what_is_given_back_is_first_what_is_not_spent(void **state)
{
	struct world *world = board_world();
	uint64_t first = give(world, "2026-11-03", 300);
	uint64_t second = give(world, "2026-11-04", 200), refund, third;

	(void)state;
	(void)help(world, 400);
	refund = world_must(
		world, "treasurer",
		"'kind':'refund','date':'2026-11-18','payer':'" LILAS
		"','amount':150,'through':'bank','reason':'asked','of':%" PRIu64,
		second);
	assert_int_equal(world_available(world, "projets-2", "-"), -50);
	assert_sums(world, second, 100, 100, 0);
	assert_sums(world, first, 300, 300, 0);
	third = give(world, "2026-11-18", 80);
	assert_int_equal(world_available(world, "projets-2", "-"), 30);
	assert_sums(world, third, 80, 50, 30);
	assert_int_equal(paid_for(world, third, refund, "amount"), 50);
	world_free(world);
}

/* 55.00 of the project's 40.00 and the fund's 20.00; then 25.00 are cancelled. */
static void what_is_cancelled_is_again_who_it_was_taken_from(void **state)
{
	struct world *world = board_world();
	uint64_t to_project = world->leaf_count - 2, to_fund = world->leaf_count - 3;
	uint64_t grant =
		board_granted(world, world_must(world, "operator", GRANT("5500", "")), 3);
	uint64_t cancel;

	(void)state;
	assert_sums(world, to_project, 4000, 4000, 0);
	assert_sums(world, to_fund, 2000, 1500, 500);
	cancel = board_granted(world,
			       world_must(world, "operator", CANCEL("2500"), grant), 3);
	(void)world_must(world, "operator",
			 "'kind':'cancellation','amount':2500,'grant':%" PRIu64
			 ",'proposal':%" PRIu64,
			 grant, cancel);
	assert_sums(world, to_project, 4000, 3000, 1000);
	assert_sums(world, to_fund, 2000, 0, 2000);
	world_free(world);
}

/* A promise for which nothing has come has paid for nothing. */
static void a_promise_alone_pays_for_nothing(void **state)
{
	struct world *world = board_world();
	uint64_t gift = world_must(world, "operator",
				   "'kind':'gift','date':'2026-11-03','payer':'" LILAS
				   "','giver':'company','fund':'projets-2','amount':5");

	(void)state;
	assert_sums(world, gift, 0, 0, 0);
	world_free(world);
}

static void a_reversed_transfer_takes_its_money_back(void **state)
{
	struct world *world = board_world();
	uint64_t gift = give(world, "2026-11-03", 300);

	(void)state;
	(void)world_must(world, "treasurer",
			 "'kind':'reversal','date':'2026-11-18','of':%" PRIu64
			 ",'reason':'wrong-payer'",
			 gift + 1);
	assert_sums(world, gift, 0, 0, 0);
	world_free(world);
}

/* ---- random years ---- */

static struct world *random_world(uint64_t seed)
{
	struct dice dice = { .state = seed };
	struct world *world = world_new();

	random_begin(world);
	for (int step = 0; step < RANDOM_STEPS; step++)
		random_play(world, &dice);
	return world;
}

/* Of each grant, its pieces are what was granted and neither cancelled nor given back. */
static void assert_grants(struct world *world, const struct trace_lots *lots)
{
	struct proposal_view *proposals = NULL;
	struct fault fault;
	size_t count = 0;

	assert_int_equal(query_proposals(world->books, &proposals, &count, &fault),
			 ERR_OK);
	for (size_t i = 0; i < count; i++) {
		const struct proposal_view *p = &proposals[i];
		bool granted = p->beneficiary[0] && (strcmp(p->status, "granted") == 0 ||
						     strcmp(p->status, "done") == 0);
		int64_t left = granted ? cents_value(p->amount) -
						 cents_value(p->cancelled) -
						 cents_value(p->restituted)
				       : 0;

		for (size_t k = 0; k < lots->pieces; k++)
			if (lots->piece[k].use == p->position)
				left -= cents_value(lots->piece[k].amount);
		assert_int_equal(left, 0);
	}
	free(proposals);
}

static void the_sum_of_all_traces_is_the_ledger(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= YEARS; seed++) {
		struct world *world = random_world(seed * 7919);
		struct drawn *drawn = draw(world, OPTION_MONTH, "2026-11");
		const struct table *whole;
		struct sub_balance_view *subs = NULL;
		int64_t funds = 0;
		size_t count = 0;

		if (drawn->err)
			fail_msg("seed %" PRIu64 ": %s", seed, drawn->fault.text);
		assert_grants(world, &drawn->trace->lots);
		/* No sub-balance of the books is left out. */
		whole = rig_table(&drawn->doc, "whole");
		assert_int_equal(
			query_sub_balances(world->books, &subs, &count, &drawn->fault),
			ERR_OK);
		for (size_t i = 0; i < count; i++)
			funds += cents_value(subs[i].available);
		free(subs);
		assert_int_equal(rig_cents(whole, rig_row(whole, ROW_TOTAL), "balance"),
				 funds);
		drawn_free(drawn);
		world_free(world);
	}
}

/* Month by month, members or not: nothing twice, nothing left out. */
static void the_traces_of_all_months_add_up(void **state)
{
	struct world *world = random_world(42);
	int64_t unspent = 0, spent = 0, uses = 0, expected = 0;
	struct drawn *drawn = NULL;

	(void)state;
	for (int n = 2025 * 12 + 1; n <= 2028 * 12; n++) {
		struct month month = { .n = n };
		char text[MONTH_TEXT_BYTES];
		const struct table *table;

		month_format(month, text);
		drawn = draw(world, OPTION_MONTH, text);
		assert_int_equal(drawn->err, ERR_OK);
		table = rig_table(&drawn->doc, "contributions");
		unspent += rig_cents(table, rig_row(table, ROW_TOTAL), "unspent");
		spent += rig_cents(table, rig_row(table, ROW_TOTAL), "spent");
		table = rig_table(&drawn->doc, "uses");
		uses += rig_cents(table, rig_row(table, ROW_TOTAL), "amount");
		if (n < 2028 * 12)
			drawn_free(drawn);
	}
	for (size_t i = 0; i < drawn->trace->lots.accounts; i++) {
		const struct trace_account *account = &drawn->trace->lots.account[i];

		expected -= world_balance(world, account->name);
		expected += cents_value(account->shortage);
	}
	assert_true(unspent > 0 && spent > 0);
	assert_int_equal(spent, uses);
	assert_int_equal(unspent, expected);
	drawn_free(drawn);
	world_free(world);
}

/* ---- bad input ---- */

static void what_cannot_be_asked_is_told(void **state)
{
	static const struct {
		enum option_name option;
		const char *text;
		enum err err;
		const char *told;
	} bad[] = {
		{ OPTION_FROM, "2026-01-01", ERR_USAGE, "--entry, --member or" },
		{ OPTION_ENTRY, "x", ERR_USAGE, "not a position" },
		{ OPTION_ENTRY, "-1", ERR_USAGE, "not a position" },
		{ OPTION_ENTRY, "99999999999999999999", ERR_USAGE, "not a position" },
		{ OPTION_ENTRY, "0", ERR_NOT_FOUND, "not a contribution" },
		{ OPTION_ENTRY, "4000", ERR_NOT_FOUND, "not a contribution" },
		{ OPTION_MEMBER, "employer:000002022", ERR_NOT_FOUND, "no such member" },
		{ OPTION_MEMBER, "", ERR_NOT_FOUND, "no such member" },
		{ OPTION_MONTH, "2026-13", ERR_USAGE, "not a month" },
	};
	struct world *world = board_world();

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct drawn *drawn = draw(world, bad[i].option, bad[i].text);

		assert_int_equal(drawn->err, bad[i].err);
		assert_non_null(strstr(drawn->fault.text, bad[i].told));
		drawn_free(drawn);
	}
	world_free(world);
}

/* A foundation that is only founded, and a month without entries. */
static void nothing_has_paid_for_nothing(void **state)
{
	struct world *world = world_new();
	struct drawn *drawn = draw(world, OPTION_MONTH, "2026-11");

	(void)state;
	assert_int_equal(drawn->err, ERR_OK);
	assert_int_equal(rig_table(&drawn->doc, "contributions")->rows, 1);
	assert_int_equal(rig_table(&drawn->doc, "uses")->rows, 1);
	drawn_free(drawn);
	world_free(world);
	world = board_world();
	drawn = draw(world, OPTION_MONTH, "2020-01");
	assert_int_equal(drawn->err, ERR_OK);
	assert_int_equal(rig_table(&drawn->doc, "contributions")->rows, 1);
	drawn_free(drawn);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_came_first_is_spent_first),
		cmocka_unit_test(what_is_given_back_is_first_what_is_not_spent),
		cmocka_unit_test(what_is_cancelled_is_again_who_it_was_taken_from),
		cmocka_unit_test(a_promise_alone_pays_for_nothing),
		cmocka_unit_test(a_reversed_transfer_takes_its_money_back),
		cmocka_unit_test(the_sum_of_all_traces_is_the_ledger),
		cmocka_unit_test(the_traces_of_all_months_add_up),
		cmocka_unit_test(what_cannot_be_asked_is_told),
		cmocka_unit_test(nothing_has_paid_for_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
