/*
 * test_fec.c - the FEC of a ledger: what fec_check() finds nothing in, and what it holds.
 * Of reports/fec.c, reports/spool.c, reports/latin9.c, reports/exercise.c and
 * reports/name_index.c.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "keys/file.h"
#include "reports/fec.h"
#include "reports/fec_check.h"
#include "reports/latin9.h"
#include "tests/accounting_rig.h"
#include "tests/folder.h"
#include "tests/random_books.h"
#include "tests/story.h"

#define LILAS "employer:000001016"

static const char HEADER[] =
	"JournalCode\tJournalLib\tEcritureNum\tEcritureDate\tCompteNum\tCompteLib\t"
	"CompAuxNum\tCompAuxLib\tPieceRef\tPieceDate\tEcritureLib\tDebit\tCredit\t"
	"EcritureLet\tDateLet\tValidDate\tMontantdevise\tIdevise\r\n";

/* ---- the text of a world's FEC ---- */

static void fec_text(struct world *world, const struct fec_request *request,
		     struct buffer *out, struct fec_facts *ret_facts)
{
	struct accounting *accounting;
	struct spool spool;
	struct fault fault;
	struct fec *fec;

	assert_int_equal(fec_new(request, &fec, &fault), ERR_OK);
	accounting = rig_accounting(world, &request->exercise, fec_sink(fec));
	assert_int_equal(spool_open(&spool, &fault), ERR_OK);
	assert_int_equal(fec_finish(fec, accounting, &spool, &fault), ERR_OK);
	*ret_facts = *fec_facts(fec);
	fec_name("732829320", accounting_exercise(accounting), request->auxiliary,
		 ret_facts->name);
	rig_spool_read(&spool, out);
	fec_free(fec);
	accounting_free(accounting);
}

/* Nothing at all is found in it. */
static void nothing_is_found(const struct buffer *text, const struct fec_facts *facts)
{
	char folder[] = "/tmp/arrondi-fec-XXXXXX", path[256];
	const struct table *table;
	struct document doc;
	struct fault fault;
	bool refused;

	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof path, "%s/%s", folder, facts->name);
	assert_int_equal(file_write(path, buffer_slice(text), 0600, &fault), ERR_OK);
	assert_int_equal(fec_check(path, LANG_FR, &doc, &refused, &fault), ERR_OK);
	table = rig_table(&doc, "rules");
	if (table->rows > 1)
		fail_msg("rule '%s' is broken",
			 rig_text(table, table->first_row, "rule"));
	table = rig_table(&doc, "sums");
	assert_int_equal(rig_number(table, table->first_row, "lines"), facts->lines);
	assert_int_equal(rig_cents(table, table->first_row, "debit"),
			 cents_value(facts->debit));
	assert_false(refused);
	document_release(&doc);
	folder_remove(folder);
}

/* ---- reading a line ---- */

/* Field number n (from 0) of a line that ends with CR LF. */
static struct slice field(const char *line, int n)
{
	for (; n > 0; n--)
		line += strcspn(line, "\t") + 1;
	return slice_of(line, strcspn(line, "\t\r"));
}

static const char *line_of(const char *text, int n)
{
	for (; n > 0 && text; n--) {
		text = strstr(text, "\r\n");
		text = text ? text + 2 : NULL;
	}
	return text && *text ? text : NULL;
}

static int64_t amount(struct slice text)
{
	int64_t cents = 0;

	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] != ',')
			cents = cents * 10 + (text.p[i] - '0');
	return cents;
}

/* What the lines of those accounts come to; only of the opening, or only of the rest. */
static int64_t sum(const char *text, const char *account, bool opening)
{
	int64_t sum = 0;

	for (int n = 1; line_of(text, n); n++) {
		const char *line = line_of(text, n);
		struct slice number = field(line, 4);

		if (number.n < strlen(account) ||
		    memcmp(number.p, account, strlen(account)) != 0 ||
		    slice_equal_text(field(line, 0), "AN") != opening)
			continue;
		sum += amount(field(line, 11)) - amount(field(line, 12));
	}
	return sum;
}

/* ---- tests ---- */

static void test_nothing_is_found_in_the_fec_of_a_random_year(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 8; seed++) {
		struct fec_request request = { .utf8 = seed % 2 };
		struct world *world = world_new();
		struct dice dice = { .state = seed };
		struct fec_facts facts;
		struct buffer text;

		random_begin(world);
		random_open(world);
		for (int step = 0; step < RANDOM_STEPS; step++) {
			if (step == 60 && seed % 3)
				random_bank(world);
			random_play(world, &dice);
		}
		for (int year = 2026; year <= 2027; year++) {
			request.exercise = rig_year(year);
			fec_text(world, &request, &text, &facts);
			if (facts.lines && !request.utf8)
				nothing_is_found(&text, &facts);
			assert_int_equal(cents_value(facts.debit),
					 cents_value(facts.credit));
			buffer_release(&text);
		}
		world_free(world);
	}
}

/* What the one year ends with, the next one opens with; the result is on 12. */
static void test_a_year_opens_with_what_the_one_before_ended_with(void **state)
{
	static const char *const balance_sheet[] = { "10",   "19",   "4671", "4682",
						     "4683", "4718", "5115", "512" };
	struct world *world = world_new();
	struct dice dice = { .state = 11 };
	struct fec_request request = { .exercise = rig_year(2026) };
	struct fec_facts facts;
	struct buffer first, second;
	int64_t result;

	(void)state;
	random_begin(world);
	random_open(world);
	for (int step = 0; step < RANDOM_STEPS; step++) {
		random_book(world, &dice);
		random_play(world, &dice);
	}
	fec_text(world, &request, &first, &facts);
	request.exercise = rig_year(2027);
	fec_text(world, &request, &second, &facts);
	assert_true(facts.vouchers[DAYBOOK_AN] == 1);
	for (size_t i = 0; i < sizeof balance_sheet / sizeof *balance_sheet; i++)
		assert_int_equal(sum(buffer_text(&first), balance_sheet[i], false) +
					 sum(buffer_text(&first), balance_sheet[i], true),
				 sum(buffer_text(&second), balance_sheet[i], true));
	assert_int_equal(sum(buffer_text(&first), "6", false) +
				 sum(buffer_text(&first), "7", false),
			 sum(buffer_text(&second), "12", true));
	result = sum(buffer_text(&second), "12", true); /* a loss is a debit */
	assert_true(result != 0);
	assert_int_equal(sum(buffer_text(&second), "120", true), result < 0 ? result : 0);
	assert_int_equal(sum(buffer_text(&second), "129", true), result > 0 ? result : 0);
	assert_int_equal(sum(buffer_text(&second), "6", true), 0);
	assert_int_equal(sum(buffer_text(&second), "7", true), 0);
	buffer_release(&first);
	buffer_release(&second);
	world_free(world);
}

static void test_it_has_its_eighteen_columns_and_its_name(void **state)
{
	struct world *world = world_new();
	struct fec_request request = { .exercise = rig_year(2026) };
	struct fec_facts facts;
	struct buffer text;
	struct story story;

	(void)state;
	story_tell(world, &story);
	fec_text(world, &request, &text, &facts);
	assert_memory_equal(text.p, HEADER, strlen(HEADER));
	assert_string_equal(facts.name, "732829320FEC20261231.txt");
	for (int n = 1; line_of(buffer_text(&text), n); n++) {
		const char *line = line_of(buffer_text(&text), n);
		size_t tabs = 0, bytes = strcspn(line, "\r");

		for (size_t i = 0; i < bytes; i++)
			tabs += line[i] == '\t';
		assert_int_equal(tabs, FEC_COLUMNS - 1);
		assert_int_equal(field(line, 3).n, 8);
	}
	buffer_release(&text);
	request.auxiliary = true;
	fec_text(world, &request, &text, &facts);
	assert_string_equal(facts.name, "732829320JOURNALAUXILIAIRE20261231.txt");
	assert_non_null(strstr(buffer_text(&text), "\tJournal auxiliaire - Banque\t"));
	buffer_release(&text);
	world_free(world);
}

/* A company may be called anything, in 200 characters and another script. */
static void test_no_name_breaks_a_line(void **state)
{
	char name[401] = "";
	struct world *world = world_new();
	struct fec_request request = { .exercise = rig_year(2026) };
	struct fec_facts facts;
	struct buffer text;

	(void)state;
	for (int i = 0; i < 90; i++)
		memcpy(name + 2 * i, "\xD7\xA9", 3); /* a Hebrew letter */
	(void)world_must(world, "operator",
			 "'kind':'member','id':'employer:000004044','role':'employer',"
			 "'siren':'000004044','name':'A|B \xE2\x80\x99 \xC5\x93 %s',"
			 "'status':'active'",
			 name);
	(void)world_must(world, "employer:000004044",
			 "'kind':'gift','date':'2026-11-02','payer':'employer:000004044',"
			 "'giver':'company','fund':'emploi','amount':10000");
	fec_text(world, &request, &text, &facts);
	nothing_is_found(&text, &facts);
	assert_non_null(strstr(buffer_text(&text), "\tA B ' \xBD ????"));
	buffer_release(&text);
	world_free(world);
}

static void test_an_empty_year_is_a_header(void **state)
{
	struct world *world = world_new();
	struct fec_request request = { .exercise = rig_year(2020) };
	struct fec_facts facts;
	struct buffer text;

	(void)state;
	fec_text(world, &request, &text, &facts);
	assert_int_equal(facts.lines, 0);
	assert_null(line_of(buffer_text(&text), 1));
	buffer_release(&text);
	world_free(world);
}

/* ---- fiscal years ---- */

static struct exercise of(const struct exercise_request *request, const char *monthday,
			  const char *last)
{
	struct exercise exercise;
	struct date last_day;
	struct fault fault;

	assert_int_equal(date_parse(last, &last_day), ERR_OK);
	assert_int_equal(exercise_of(request, slice_of_text(monthday), last_day,
				     &exercise, &fault),
			 ERR_OK);
	return exercise;
}

static void days_are(struct exercise exercise, const char *previous, const char *from,
		     const char *to)
{
	char text[DATE_TEXT_BYTES];

	date_format(exercise.previous_from, text);
	assert_string_equal(text, previous);
	date_format(exercise.from, text);
	assert_string_equal(text, from);
	date_format(exercise.to, text);
	assert_string_equal(text, to);
}

static void test_a_year_ends_when_the_charter_says(void **state)
{
	struct exercise_request none = { .has_year = false }, year = rig_year(2027);

	(void)state;
	days_are(of(&none, "12-31", "2026-11-18"), "2025-01-01", "2026-01-01",
		 "2026-12-31");
	days_are(of(&none, "08-31", "2026-11-18"), "2025-09-01", "2026-09-01",
		 "2027-08-31");
	days_are(of(&none, "08-31", "2026-08-31"), "2024-09-01", "2025-09-01",
		 "2026-08-31");
	days_are(of(&year, "02-29", "2026-11-18"), "2025-03-01", "2026-03-01",
		 "2027-02-28");
	assert_false(of(&year, "12-31", "2027-12-30").is_over);
	assert_true(of(&year, "12-31", "2027-12-31").is_over);
}

static void test_days_that_are_reversed_are_told(void **state)
{
	struct exercise_request request = rig_days("2026-03-02", "2026-03-01");
	struct date last = { .day = 20000 };
	struct exercise exercise;
	struct fault fault;

	(void)state;
	assert_int_equal(
		exercise_of(&request, slice_of_text("12-31"), last, &exercise, &fault),
		ERR_USAGE);
	assert_non_null(strstr(fault.text, "--from"));
	request.has_year = true;
	assert_int_equal(
		exercise_of(&request, slice_of_text("12-31"), last, &exercise, &fault),
		ERR_USAGE);
}

static void test_characters_of_another_set_are_folded(void **state)
{
	struct buffer out;

	(void)state;
	buffer_init(&out, 1000);
	latin9_put(&out, slice_of_text("\xC3\x89t\xC3\xA9 \xE2\x82\xAC \xC5\x93 "
				       "\xE2\x80\xAF"
				       "1 \xC2\xA4 e\xCC\x81 \xE4\xB8\xAD"));
	assert_string_equal(buffer_text(&out), "\xC9t\xE9 \xA4 \xBD  1 ? e ?");
	buffer_release(&out);
}

/* More than is kept in memory goes through the file, in its order. */
static void test_a_long_text_comes_out_as_it_went_in(void **state)
{
	struct spool spool, copy;
	struct buffer out;
	struct fault fault;

	(void)state;
	assert_int_equal(spool_open(&spool, &fault), ERR_OK);
	assert_int_equal(spool_open(&copy, &fault), ERR_OK);
	for (int i = 0; i < 100000; i++) {
		buffer_printf(&spool.text, "line %06d\n", i);
		assert_int_equal(spool_drain(&spool, &fault), ERR_OK);
		assert_true(spool.text.n < SPOOL_BYTES);
	}
	assert_int_equal(spool_append(&copy, &spool, &fault), ERR_OK);
	rig_spool_read(&copy, &out);
	assert_int_equal(out.n, 100000 * 12);
	for (int i = 0; i < 100000; i++)
		assert_int_equal(strtol((const char *)out.p + 12 * i + 5, NULL, 10), i);
	buffer_release(&out);
	spool_close(&spool);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_nothing_is_found_in_the_fec_of_a_random_year),
	cmocka_unit_test(test_a_year_opens_with_what_the_one_before_ended_with),
	cmocka_unit_test(test_it_has_its_eighteen_columns_and_its_name),
	cmocka_unit_test(test_no_name_breaks_a_line),
	cmocka_unit_test(test_an_empty_year_is_a_header),
	cmocka_unit_test(test_a_year_ends_when_the_charter_says),
	cmocka_unit_test(test_days_that_are_reversed_are_told),
	cmocka_unit_test(test_characters_of_another_set_are_folded),
	cmocka_unit_test(test_a_long_text_comes_out_as_it_went_in),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
