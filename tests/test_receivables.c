/*
 * test_receivables.c - the treasurer's list comes to what the books say, payer by
 * payer and day by day.
 *
 * Also of reports/owed.c and reports/naming.c, which it is made of.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ledger/reference.h"
#include "reports/receivables.h"
#include "reports/render.h"
#include "tests/report_rig.h"
#include "tests/story.h"
#include "tests/teller.h"

#define OUT_BYTES_MAX ((size_t)16 << 20)
#define TWO_LINES     TELLER_LINE("500", "2026-11-03") "," TELLER_LINE("-40", "2026-11-05")

struct drawn {
	struct world *world;
	struct owed owed;
	struct document doc;
	struct date today;
};

static void see(void *ctx, uint64_t position, const struct entry *entry,
		const struct posting *postings, size_t count, struct books *books)
{
	struct drawn *drawn = ctx;

	(void)postings;
	(void)count;
	(void)books;
	owed_see(&drawn->owed, LANG_FR, position, entry);
}

static void draw(struct drawn *drawn)
{
	struct standing standing;
	struct fault fault;

	rig_standing(drawn->world, &standing);
	assert_int_equal(date_paris(standing.last_at_s, &drawn->today), ERR_OK);
	document_init(&drawn->doc, LANG_FR, "receivables", "Sommes");
	assert_int_equal(
		owed_read(drawn->world->books, slice_of_text(""), &drawn->owed, &fault),
		ERR_OK);
	rig_each_entry(drawn->world, see, drawn);
	if (receivables_put(drawn->world->books, &standing, &drawn->owed, &drawn->doc,
			    &fault))
		fail_msg("%s", fault.text);
}

static struct drawn *drawn_story(void)
{
	struct drawn *drawn = calloc(1, sizeof *drawn);
	struct story story;

	assert_non_null(drawn);
	drawn->world = world_new();
	story_tell(drawn->world, &story);
	draw(drawn);
	return drawn;
}

static void drawn_free(struct drawn *drawn)
{
	document_release(&drawn->doc);
	owed_release(&drawn->owed);
	world_free(drawn->world);
	free(drawn);
}

/* The name that a row shows for a member. */
static const char *shown_name(const struct member_view *member)
{
	return member->name[0] ? member->name : member->id;
}

static struct member_view *members_of(struct drawn *drawn, size_t *ret_count)
{
	struct member_view *members = NULL;
	struct fault fault;

	assert_int_equal(query_members(drawn->world->books, &members, ret_count, &fault),
			 ERR_OK);
	return members;
}

/* Sums of a payer's rows of that style. */
static int64_t sum_of(const struct table *table, const char *payer, const char *column,
		      unsigned styles)
{
	int64_t sum = 0;

	for (const struct row *row = table->first_row; row; row = row->next)
		if ((styles & 1u << row->style) && !row->label &&
		    strcmp(rig_text(table, row, "payer"), payer) == 0)
			sum += rig_cents(table, row, column);
	return sum;
}

#define ENTRIES (1u << ROW_NORMAL | 1u << ROW_ALERT)

static void open_entries_add_up_to_each_payers_account(void **state)
{
	struct drawn *drawn = drawn_story();
	const struct table *table = rig_table(&drawn->doc, "receivables");
	int64_t total = 0;
	size_t count;
	struct member_view *members = members_of(drawn, &count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		const char *name = shown_name(&members[i]);
		char account[POSTING_ACCOUNT_BYTES_MAX];
		int64_t balance;

		snprintf(account, sizeof account, "receivable/%s", members[i].id);
		balance = world_balance(drawn->world, account);
		assert_int_equal(sum_of(table, name, "open", ENTRIES), balance);
		assert_int_equal(sum_of(table, name, "open", 1u << ROW_SUBTOTAL),
				 balance);
		total += balance;
	}
	assert_true(total > 0);
	assert_int_equal(rig_cents(table, rig_row(table, ROW_TOTAL), "open"), total);
	free(members);
	drawn_free(drawn);
}

/* What the books say is open of a position, its day, and how many lines. */
static int64_t open_at(struct drawn *drawn, uint64_t position, struct date *ret_due_on)
{
	struct receivable_view *lines = NULL;
	struct fault fault;
	int64_t sum = 0;
	size_t count;

	assert_int_equal(query_receivables(drawn->world->books, slice_of_text(""), &lines,
					   &count, &fault),
			 ERR_OK);
	for (size_t i = 0; i < count; i++)
		if (lines[i].position == position) {
			sum += cents_value(lines[i].open);
			*ret_due_on = lines[i].due_on;
		}
	free(lines);
	return sum;
}

static void each_row_is_an_entry_once_with_its_reference_and_lateness(void **state)
{
	struct drawn *drawn = drawn_story();
	const struct table *table = rig_table(&drawn->doc, "receivables");
	size_t late_rows = 0, rows = 0;

	(void)state;
	for (const struct row *row = table->first_row; row; row = row->next) {
		uint64_t position = (uint64_t)rig_number(table, row, "position"), named;
		struct date due_on;
		int32_t late;

		if (!(ENTRIES & 1u << row->style))
			continue;
		rows++;
		assert_int_equal(open_at(drawn, position, &due_on),
				 rig_cents(table, row, "open"));
		late = date_days(due_on, drawn->today);
		assert_int_equal(rig_number(table, row, "days_late"),
				 late > 0 ? late : -1);
		assert_int_equal(row->style, late > 0 ? ROW_ALERT : ROW_NORMAL);
		late_rows += late > 0;
		assert_true(rig_number(table, row, "age") >= 0);
		assert_int_equal(
			reference_parse(slice_of_text(rig_text(table, row, "reference")),
					&named),
			ERR_OK);
		assert_int_equal(named, position);
	}
	assert_int_equal(rows, drawn->owed.n);
	assert_true(late_rows > 0 && late_rows < rows);
	drawn_free(drawn);
}

static int64_t late_in_books(struct drawn *drawn, const char *payer)
{
	struct due_view *dues = NULL;
	struct fault fault;
	int64_t late = 0;
	size_t count;

	assert_int_equal(query_dues(drawn->world->books, slice_of_text(payer), &dues,
				    &count, &fault),
			 ERR_OK);
	for (size_t i = 0; i < count; i++)
		if (date_cmp(dues[i].due_on, drawn->today) < 0)
			late += cents_value(dues[i].open);
	free(dues);
	return late;
}

static void reminders_are_what_is_due_before_today(void **state)
{
	struct drawn *drawn = drawn_story();
	const struct table *table = rig_table(&drawn->doc, "reminders");
	size_t count;
	struct member_view *members = members_of(drawn, &count);
	int64_t total = 0;

	(void)state;
	for (size_t i = 0; i < count; i++) {
		int64_t late = late_in_books(drawn, members[i].id);

		assert_int_equal(sum_of(table, shown_name(&members[i]), "late", ENTRIES),
				 late);
		total += late;
	}
	assert_true(total > 0);
	assert_int_equal(rig_cents(table, rig_row(table, ROW_TOTAL), "late"), total);
	free(members);
	drawn_free(drawn);
}

static void credits_are_the_balances_of_their_accounts(void **state)
{
	struct drawn *drawn = drawn_story();
	const struct table *table = rig_table(&drawn->doc, "credits");
	size_t count;
	struct member_view *members = members_of(drawn, &count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		char account[POSTING_ACCOUNT_BYTES_MAX];

		snprintf(account, sizeof account, "credit/%s", members[i].id);
		assert_int_equal(
			sum_of(table, shown_name(&members[i]), "credit", ENTRIES),
			-world_balance(drawn->world, account));
	}
	assert_int_equal(sum_of(table, "Dons en ligne", "credit", ENTRIES), 500);
	free(members);
	drawn_free(drawn);
}

static void a_reader_of_french_sees_names_kinds_and_subtotals(void **state)
{
	struct drawn *drawn = drawn_story();
	struct buffer out;
	struct fault fault;
	const char *text;

	(void)state;
	buffer_init(&out, OUT_BYTES_MAX);
	assert_int_equal(render_text(&drawn->doc, &out, &fault), ERR_OK);
	text = buffer_text(&out);
	assert_non_null(strstr(text, "Mécénat"));
	assert_non_null(strstr(text, "Sous-total"));
	assert_non_null(strstr(text, "À relancer"));
	assert_non_null(strstr(text, "31/12/2026"));
	assert_null(strstr(text, STORY_SEEKER));
	buffer_release(&out);
	drawn_free(drawn);
}

static void what_the_bank_shows_waits_with_its_age(void **state)
{
	struct drawn *drawn = calloc(1, sizeof *drawn);
	const struct table *table;
	const struct row *row;
	uint64_t statement;

	(void)state;
	assert_non_null(drawn);
	drawn->world = world_new();
	(void)teller_vote(drawn->world, TELLER_ACCOUNT("courant", TELLER_IBAN, "active"));
	statement = world_must(drawn->world, "treasurer",
			       TELLER_STATEMENT("courant", "00", "1", "2026-11-01",
						"2026-11-10", "0", "460", TWO_LINES));
	(void)world_must(drawn->world, "treasurer",
			 "'kind':'income','date':'2026-11-03','amount':150,"
			 "'fund':'general','nature':'interest'" TELLER_CITES("1"),
			 statement);
	draw(drawn);
	table = rig_table(&drawn->doc, "suspense");
	assert_int_equal(table->rows, 3);
	row = table->first_row;
	assert_string_equal(rig_text(table, row, "account"), "courant");
	assert_int_equal(rig_number(table, row, "statement"), (int64_t)statement);
	assert_int_equal(rig_number(table, row, "line"), 1);
	assert_int_equal(rig_number(table, row, "days"), 15); /* it is the 18th */
	assert_int_equal(rig_cents(table, row, "arrived"), 350);
	assert_int_equal(rig_cents(table, row, "left"), 0);
	row = row->next;
	assert_int_equal(rig_number(table, row, "days"), 13);
	assert_int_equal(rig_cents(table, row, "left"), 40);
	row = rig_row(table, ROW_TOTAL);
	assert_int_equal(rig_cents(table, row, "arrived") - rig_cents(table, row, "left"),
			 -world_balance(drawn->world, "suspense/courant"));
	table = rig_table(&drawn->doc, "suspense_ages");
	row = table->first_row;
	assert_int_equal(rig_cents(table, row, "late_30"), 350);
	assert_int_equal(rig_cents(table, row, "late_60"), 0);
	assert_int_equal(rig_cents(table, row->next, "sum"), 40);
	drawn_free(drawn);
}

static void a_ledger_without_promises_owes_nothing(void **state)
{
	struct drawn *drawn = calloc(1, sizeof *drawn);

	(void)state;
	assert_non_null(drawn);
	drawn->world = world_new();
	draw(drawn);
	assert_int_equal(drawn->owed.n, 0);
	assert_int_equal(rig_table(&drawn->doc, "receivables")->rows, 1); /* the total */
	assert_int_equal(rig_table(&drawn->doc, "reminders")->rows, 1);
	assert_int_equal(rig_table(&drawn->doc, "credits")->rows, 1);
	drawn_free(drawn);
}

/* 1 December: of what the two employers and the provider owe, each line's own days. */
static void what_is_owed_stands_under_its_age(void **state)
{
	static const struct {
		const char *id;
		int32_t from, to;
	} columns[] = { { "not_due", INT32_MIN, 0 },
			{ "late_30", 1, 30 },
			{ "late_60", 31, 60 },
			{ "late_90", 61, 90 },
			{ "late_more", 91, INT32_MAX } };
	struct drawn *drawn = drawn_story();
	const struct table *table = rig_table(&drawn->doc, "ages");
	const struct row *total = rig_row(table, ROW_TOTAL);
	int64_t sum = 0;

	(void)state;
	for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
		int64_t expected = 0;

		for (size_t i = 0; i < drawn->owed.n; i++) {
			int32_t days = drawn->today.day - drawn->owed.p[i].due_on.day;

			if (days >= columns[c].from && days <= columns[c].to)
				expected += cents_value(drawn->owed.p[i].open);
		}
		assert_int_equal(rig_cents(table, total, columns[c].id), expected);
		sum += expected;
	}
	/* The till of August was due on 20 September, 72 days before. */
	assert_int_equal(rig_cents(table, total, "late_90"), 21099);
	assert_int_equal(rig_cents(table, total, "sum"), sum);
	drawn_free(drawn);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_owed_stands_under_its_age),
		cmocka_unit_test(open_entries_add_up_to_each_payers_account),
		cmocka_unit_test(
			each_row_is_an_entry_once_with_its_reference_and_lateness),
		cmocka_unit_test(reminders_are_what_is_due_before_today),
		cmocka_unit_test(credits_are_the_balances_of_their_accounts),
		cmocka_unit_test(a_reader_of_french_sees_names_kinds_and_subtotals),
		cmocka_unit_test(what_the_bank_shows_waits_with_its_age),
		cmocka_unit_test(a_ledger_without_promises_owes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
