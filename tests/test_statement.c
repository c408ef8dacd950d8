/*
 * test_statement.c - a member's statement comes to its accounts, after every entry
 * and in the end, and shows nobody else's.
 *
 * Of reports/statement.c and reports/payment_code.c.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ledger/reference.h"
#include "reports/render.h"
#include "reports/qr.h"
#include "reports/statement.h"
#include "tests/report_rig.h"
#include "tests/story.h"
#include "tests/teller.h"

#define OUT_BYTES_MAX ((size_t)16 << 20)
#define PROVIDER      "provider:dons-en-ligne"
#define DIGEST        "'5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9'"

struct drawn {
	struct world *world;
	const char *member;
	struct statement *statement;
	struct document doc;
	int64_t balance[WORLD_LEAVES_MAX]; /* owed less credit, after each entry */
};

static int64_t balance_in(struct books *books, const char *noun, const char *member)
{
	char account[POSTING_ACCOUNT_BYTES_MAX];

	snprintf(account, sizeof account, "%s/%s", noun, member);
	return cents_value(query_balance(books, account));
}

static void see(void *ctx, uint64_t position, const struct entry *entry,
		const struct posting *postings, size_t count, struct books *books)
{
	struct drawn *drawn = ctx;
	struct fault fault;

	if (statement_add(drawn->statement, position, entry, postings, count, &fault))
		fail_msg("%s", fault.text);
	drawn->balance[position] = balance_in(books, "receivable", drawn->member) +
				   balance_in(books, "credit", drawn->member);
}

/* The statement of a member; the world stays the caller's. */
static struct drawn *draw(struct world *world, const char *member)
{
	struct drawn *drawn = calloc(1, sizeof *drawn);
	struct standing standing;
	struct fault fault;

	assert_non_null(drawn);
	drawn->world = world;
	drawn->member = member;
	rig_standing(world, &standing);
	document_init(&drawn->doc, LANG_FR, "statement", "Relevé");
	if (statement_begin(world->books, &standing, slice_of_text(member), cents_of(-1),
			    &drawn->doc, &drawn->statement, &fault))
		fail_msg("%s", fault.text);
	rig_each_entry(world, see, drawn);
	if (statement_finish(drawn->statement, &fault))
		fail_msg("%s", fault.text);
	return drawn;
}

static void drawn_free(struct drawn *drawn)
{
	statement_free(drawn->statement);
	document_release(&drawn->doc);
	free(drawn);
}

static struct world *story_world(void)
{
	struct world *world = world_new();
	struct story story;

	story_tell(world, &story);
	return world;
}

/* The four sums: promised, paid, open, credit. */
static void sums_of(const struct drawn *drawn, int64_t ret_sums[4])
{
	const struct table *table = rig_table(&drawn->doc, "summary");
	const struct row *row = table->first_row;

	assert_int_equal(table->rows, 4);
	for (int i = 0; i < 4; i++, row = row->next)
		ret_sums[i] = rig_cents(table, row, "amount");
}

static const char *const payers[] = { STORY_LILAS, STORY_CANAL, PROVIDER };

static void promised_less_paid_is_owed_less_credit(void **state)
{
	struct world *world = story_world();

	(void)state;
	for (size_t i = 0; i < sizeof payers / sizeof *payers; i++) {
		struct drawn *drawn = draw(world, payers[i]);
		const struct table *entries = rig_table(&drawn->doc, "entries");
		const struct row *total = rig_row(entries, ROW_TOTAL);
		int64_t sums[4];

		sums_of(drawn, sums);
		assert_true(sums[0] > 0);
		assert_int_equal(sums[0] - sums[1], sums[2] - sums[3]);
		assert_int_equal(sums[2],
				 balance_in(world->books, "receivable", payers[i]));
		assert_int_equal(sums[3], -balance_in(world->books, "credit", payers[i]));
		assert_int_equal(rig_cents(entries, total, "promised"), sums[0]);
		assert_int_equal(rig_cents(entries, total, "paid"), sums[1]);
		assert_int_equal(rig_cents(entries, total, "balance"), sums[2] - sums[3]);
		drawn_free(drawn);
	}
	world_free(world);
}

/* The story's own figures, added by hand: see story.c. */
static void the_bakerys_figures_are_those_of_the_story(void **state)
{
	struct world *world = story_world();
	struct drawn *drawn = draw(world, STORY_CANAL);
	int64_t sums[4];

	(void)state;
	sums_of(drawn, sums);
	assert_int_equal(sums[0], 7700 + 5125 + 3333 + 21099 + 120000 + 3000);
	assert_int_equal(sums[1], 16158 + 120000);
	assert_int_equal(sums[2] - sums[3], 21099 + 3000);
	drawn_free(drawn);
	world_free(world);
}

static void the_balance_is_that_of_the_books_after_each_entry(void **state)
{
	struct world *world = story_world();

	(void)state;
	for (size_t i = 0; i < sizeof payers / sizeof *payers; i++) {
		struct drawn *drawn = draw(world, payers[i]);
		const struct table *table = rig_table(&drawn->doc, "entries");
		int64_t last = -1, before = 0;

		for (const struct row *row = table->first_row; row; row = row->next) {
			int64_t position = rig_number(table, row, "position");

			if (row->style == ROW_TOTAL)
				continue;
			assert_true(position > last);
			/* Nothing happened to it between two of its entries. */
			for (int64_t p = last + 1; p < position; p++)
				assert_int_equal(drawn->balance[p], before);
			before = rig_cents(table, row, "balance");
			assert_int_equal(before, drawn->balance[position]);
			last = position;
		}
		assert_int_equal(before, drawn->balance[world->leaf_count - 1]);
		drawn_free(drawn);
	}
	world_free(world);
}

static const struct row *row_at(const struct table *table, int64_t position)
{
	for (const struct row *row = table->first_row; row; row = row->next)
		if (!row->label && rig_number(table, row, "position") == position)
			return row;
	fail_msg("table '%s' has no position %" PRId64, table->id, position);
	return NULL;
}

/* Rows and match of each batch make what its entry promised. */
static void assert_batches(const struct drawn *drawn, size_t count)
{
	const struct table *batches = rig_table(&drawn->doc, "batches"),
			   *entries = rig_table(&drawn->doc, "entries");
	size_t seen = 0;

	for (const struct row *row = batches->first_row; row; row = row->next) {
		const struct row *entry;

		if (row->style == ROW_TOTAL)
			continue;
		entry = row_at(entries, rig_number(batches, row, "position"));
		assert_int_equal(rig_cents(batches, row, "total") +
					 rig_cents(batches, row, "match"),
				 rig_cents(entries, entry, "promised"));
		assert_string_equal(rig_text(batches, row, "source"),
				    rig_text(entries, entry, "kind"));
		seen++;
	}
	assert_int_equal(seen, count);
}

static void batches_show_their_rows_and_match(void **state)
{
	struct world *world = story_world();
	struct drawn *drawn = draw(world, STORY_LILAS);
	const struct table *batches = rig_table(&drawn->doc, "batches");
	const struct row *first = batches->first_row;

	(void)state;
	assert_batches(drawn, 2);
	assert_int_equal(rig_value(batches, first, "period")->month.n, 2026 * 12 + 9);
	assert_int_equal(rig_number(batches, first, "count"), 120);
	assert_int_equal(rig_cents(batches, first, "total"), 8140 + 6210);
	assert_int_equal(rig_cents(batches, first, "match"), 7175);
	drawn_free(drawn);
	world_free(world);
}

/* The terms of the match are lowered within the month: what was too much is taken
 * back by the next batch, which has no row. */
static void a_match_taken_back_and_an_empty_batch_are_shown(void **state)
{
	struct world *world = story_world();
	struct drawn *drawn;

	(void)state;
	(void)world_must(world, "operator",
			 "'kind':'member','id':'" STORY_LILAS
			 "','role':'employer','siren':'000001016','name':'Menuiserie des "
			 "Lilas','status':'active','match_percent':20,"
			 "'match_cap_month':30000");
	for (int again = 0; again < 2; again++)
		(void)world_must(world, STORY_LILAS,
				 "'kind':'batch','company':'" STORY_LILAS
				 "','source':'salary','period':'2026-10','date':'2026-11-"
				 "20','step':100,'terms':'2026-09','count':0,'zero':3,"
				 "'received':" DIGEST
				 ",'root':'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b9"
				 "34ca495991b7852b855','totals':[]");
	drawn = draw(world, STORY_LILAS);
	assert_batches(drawn, 4);
	const struct table *batches = rig_table(&drawn->doc, "batches");
	int64_t last = (int64_t)world->leaf_count - 1;

	assert_true(rig_cents(batches, row_at(batches, last - 1), "match") < 0);
	assert_int_equal(rig_cents(batches, row_at(batches, last), "match"), 0);
	drawn_free(drawn);
	world_free(world);
}

/* The columns add up to the rows in force; what was paid too much is credit. */
static void a_correction_is_shown_by_what_it_changes(void **state)
{
	struct world *world = story_world();
	uint64_t batch = world_must(
		world, STORY_LILAS,
		"'kind':'batch','company':'" STORY_LILAS
		"','source':'till','period':'2026-10','date':'2026-11-20','step':100,"
		"'terms':'2026-09','count':3,'zero':0,'received':" DIGEST
		",'root':" DIGEST
		",'totals':[{'fund':'emploi','giver':'person','amount':300}]");
	struct drawn *drawn;

	(void)state;
	(void)world_must(world, "treasurer",
			 "'kind':'settlement','payer':'" STORY_LILAS
			 "','amount':200,'settles':%" PRIu64 ",'date':'2026-11-20'",
			 batch);
	(void)world_must(world, STORY_LILAS,
			 "'kind':'correction','batch':%" PRIu64 ",'company':'" STORY_LILAS
			 "','reason':'amount','date':'2026-11-20','count':1,'zero':0,"
			 "'received':" DIGEST ",'root':" DIGEST
			 ",'totals':[{'fund':'emploi','giver':'person','amount':120}]",
			 batch);
	drawn = draw(world, STORY_LILAS);
	assert_batches(drawn, 4);
	const struct table *batches = rig_table(&drawn->doc, "batches");
	const struct row *row = row_at(batches, (int64_t)batch + 2);

	assert_int_equal(rig_cents(batches, row, "total"), -180);
	assert_int_equal(rig_number(batches, row, "count"), -2);
	assert_int_equal(rig_value(batches, row, "period")->month.n, 2026 * 12 + 10);
	const struct table *entries = rig_table(&drawn->doc, "entries");

	row = row_at(entries, (int64_t)batch + 2);
	assert_int_equal(rig_number(entries, row, "names"), batch);
	drawn_free(drawn);
	world_free(world);
}

static void what_is_owed_has_its_reference_and_comes_to_the_account(void **state)
{
	struct world *world = story_world();
	struct drawn *drawn = draw(world, STORY_LILAS);
	const struct table *table = rig_table(&drawn->doc, "owed");
	int64_t sum = 0;

	(void)state;
	for (const struct row *row = table->first_row; row; row = row->next) {
		uint64_t named;

		if (row->style == ROW_TOTAL)
			continue;
		assert_int_equal(
			reference_parse(slice_of_text(rig_text(table, row, "reference")),
					&named),
			ERR_OK);
		assert_int_equal(named, rig_number(table, row, "position"));
		sum += rig_cents(table, row, "open");
	}
	assert_true(sum > 0);
	assert_int_equal(sum, world_balance(world, "receivable/" STORY_LILAS));
	assert_int_equal(rig_cents(table, rig_row(table, ROW_TOTAL), "open"), sum);
	drawn_free(drawn);
	world_free(world);
}

static void a_reversal_names_what_it_undoes(void **state)
{
	struct world *world = story_world();
	struct drawn *drawn = draw(world, STORY_CANAL);
	const struct table *table = rig_table(&drawn->doc, "entries");
	const struct row *undone,
		*reversal = row_at(table, (int64_t)world->leaf_count - 1);

	(void)state;
	assert_string_equal(rig_text(table, reversal, "kind"), "Annulation");
	undone = row_at(table, rig_number(table, reversal, "names"));
	assert_string_equal(rig_text(table, undone, "kind"), "Virement reçu");
	assert_int_equal(rig_cents(table, undone, "paid"), 5000);
	assert_int_equal(rig_cents(table, reversal, "paid"), -5000);
	drawn_free(drawn);
	world_free(world);
}

static void nobody_else_is_shown(void **state)
{
	struct world *world = story_world();
	struct drawn *drawn = draw(world, STORY_LILAS);
	struct buffer out;
	struct fault fault;

	(void)state;
	buffer_init(&out, OUT_BYTES_MAX);
	assert_int_equal(render_json(&drawn->doc, &out, &fault), ERR_OK);
	assert_non_null(strstr(buffer_text(&out), "Menuiserie des Lilas"));
	assert_null(strstr(buffer_text(&out), "Boulangerie"));
	assert_null(strstr(buffer_text(&out), "000004044"));
	assert_null(strstr(buffer_text(&out), "Dons en ligne"));
	buffer_release(&out);
	drawn_free(drawn);
	world_free(world);
}

static void a_member_without_entries_owes_nothing(void **state)
{
	struct world *world = story_world();
	struct drawn *drawn = draw(world, "treasurer");
	int64_t sums[4];

	(void)state;
	sums_of(drawn, sums);
	for (int i = 0; i < 4; i++)
		assert_int_equal(sums[i], 0);
	assert_int_equal(rig_table(&drawn->doc, "entries")->rows, 1); /* the total */
	drawn_free(drawn);
	world_free(world);
}

static void who_is_no_member_is_not_found(void **state)
{
	static const char *const strangers[] = { "employer:000002022",
						 "employer:00000101", "", "no id",
						 "bank/../x" };
	struct world *world = story_world();
	struct standing standing;

	(void)state;
	rig_standing(world, &standing);
	for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
		struct statement *statement = NULL;
		struct document doc;
		struct fault fault;

		document_init(&doc, LANG_FR, "statement", "Relevé");
		assert_int_equal(statement_begin(world->books, &standing,
						 slice_of_text(strangers[i]),
						 cents_of(-1), &doc, &statement, &fault),
				 ERR_NOT_FOUND);
		assert_null(statement);
		assert_non_null(strstr(fault.text, "member"));
		document_release(&doc);
	}
	world_free(world);
}

/* The picture is of these lines, with a LF between them and none at the end. */
static void assert_pictured(const struct document *doc, const char *reference)
{
	char payload[332];
	struct qr *qr = malloc(sizeof *qr);
	const struct block *block = doc->first_block;
	struct fault fault;

	assert_non_null(qr);
	(void)snprintf(payload, sizeof payload,
		       "BCD\n002\n1\nSCT\n\nFondation d'essai\n" TELLER_IBAN
		       "\nEUR12.34\n\n%s",
		       reference);
	assert_int_equal(qr_make(payload, qr, &fault), ERR_OK);
	while (block && !block->squares)
		block = block->next;
	assert_non_null(block);
	assert_int_equal(block->squares_wide, qr->width);
	assert_string_equal(block->squares, qr->squares);
	free(qr);
}

/* 12.34 are owed: the ten lines of EPC069-12, with the account that the board has voted.
 */
static void what_is_owed_has_the_text_of_its_qr_code(void **state)
{
	static const char *const lines[] = { "BCD",       "002",      "1",
					     "SCT",       "",         "Fondation d'essai",
					     TELLER_IBAN, "EUR12.34", "" };
	struct world *world = world_new();
	char reference[REFERENCE_TEXT_BYTES];
	const struct table *table;
	const struct row *row;
	struct drawn *drawn;
	uint64_t gift;

	(void)state;
	(void)teller_vote(world, TELLER_ACCOUNT("courant", TELLER_IBAN, "active"));
	gift = world_must(world, "operator",
			  "'kind':'gift','date':'2026-11-03','payer':'" STORY_LILAS
			  "','amount':1234,'fund':'emploi','giver':'company'");
	drawn = draw(world, STORY_LILAS);
	table = rig_table(&drawn->doc, "payment_qr");
	assert_int_equal(table->rows, 10);
	row = table->first_row;
	for (size_t i = 0; i < 9; i++, row = row->next)
		assert_string_equal(rig_text(table, row, "text"), lines[i]);
	reference_of_position(gift, reference);
	assert_string_equal(rig_text(table, row, "text"), reference);
	assert_pictured(&drawn->doc, reference);
	drawn_free(drawn);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_owed_has_the_text_of_its_qr_code),
		cmocka_unit_test(promised_less_paid_is_owed_less_credit),
		cmocka_unit_test(the_bakerys_figures_are_those_of_the_story),
		cmocka_unit_test(the_balance_is_that_of_the_books_after_each_entry),
		cmocka_unit_test(batches_show_their_rows_and_match),
		cmocka_unit_test(a_match_taken_back_and_an_empty_batch_are_shown),
		cmocka_unit_test(a_correction_is_shown_by_what_it_changes),
		cmocka_unit_test(what_is_owed_has_its_reference_and_comes_to_the_account),
		cmocka_unit_test(a_reversal_names_what_it_undoes),
		cmocka_unit_test(nobody_else_is_shown),
		cmocka_unit_test(a_member_without_entries_owes_nothing),
		cmocka_unit_test(who_is_no_member_is_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
