/*
 * test_cfonb.c - statements of French banks in 120 columns (gateway/cfonb.c).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/bank_paper.h"

/* Records of 120 characters: bank 30006, branch 00001, account 12345678901, in euros of
 * two decimals. */
static void balance(struct paper *paper, const char *code, const char *day,
		    const char *amount, const char *end)
{
	buffer_printf(&paper->text, "%s30006    00001EUR2 12345678901  %s%50s%s%16s%s",
		      code, day, "", amount, "", end);
}

static void movement(struct paper *paper, const char *day, const char *label,
		     const char *amount, const char *end)
{
	buffer_printf(&paper->text,
		      "0430006B1  00001EUR2 12345678901A1%s  %s%-31s  0000001  %s%-16s%s",
		      day, day, label, amount, "REF-OF-BANK", end);
}

static void more(struct paper *paper, const char *qualifier, const char *text,
		 const char *end)
{
	buffer_printf(&paper->text,
		      "0530006B1  00001EUR2 12345678901A1051126     %s%-70s  %s",
		      qualifier, text, end);
}

static void read_it(struct paper *paper)
{
	assert_int_equal(buffer_err(&paper->text), ERR_OK);
	taken(paper, buffer_text(&paper->text));
	buffer_clear(&paper->text);
}

static void refuse_it(struct paper *paper, enum err err, const char *said)
{
	assert_int_equal(buffer_err(&paper->text), ERR_OK);
	refused(paper, buffer_text(&paper->text), err, said);
	buffer_clear(&paper->text);
}

/* 100.00, +8.85, -3.50: 105.35 */
static void write_month(struct paper *paper, const char *end)
{
	balance(paper, "01", "311026", "0000000001000{", end);
	movement(paper, "051126", "VIR RECU ATELIER", "0000000000088E", end);
	more(paper, "NPY", "A PERSON WHOM NOBODY KEEPS", end);
	more(paper, "LCC", "ARRONDIS OCTOBRE RF67 B000", end);
	more(paper, "LC2", "0001 2 MERCI", end);
	more(paper, "RCN", "E2E-1", end);
	movement(paper, "061126", "FRAIS", "0000000000035}", end);
	balance(paper, "07", "301126", "0000000001053E", end);
}

static void a_month_is_as_written(struct paper *paper)
{
	const struct bank_statement *statement = paper->file.statements;
	const struct bank_line *line = paper->file.lines;

	assert_string_equal(paper->file.format, "CFONB 120");
	assert_int_equal(paper->file.statement_count, 1);
	assert_string_equal(statement->iban, OURS);
	assert_true(statement->balanced && !statement->opening_derived);
	assert_int_equal(cents_value(statement->opening), 10000);
	assert_int_equal(cents_value(statement->closing), 10535);
	day_is(statement->from, "2026-11-05");
	day_is(statement->until, "2026-11-30");
	assert_int_equal(statement->line_count, 2);
	assert_int_equal(cents_value(line[0].amount), 885);
	day_is(line[0].booked_on, "2026-11-05");
	assert_int_equal(line[0].entry, 1);
	assert_int_equal(line[0].reference_count, 1);
	assert_int_equal(line[0].references[0], 12);
	assert_string_equal(line[0].end_to_end, "E2E-1");
	assert_string_equal(line[0].bank_reference, "REF-OF-BANK");
	assert_string_equal(line[0].text,
			    "VIR RECU ATELIER ARRONDIS OCTOBRE RF67 B000 0001 2 MERCI");
	assert_int_equal(cents_value(line[1].amount), -350);
	assert_string_equal(line[1].text, "FRAIS");
	assert_int_equal(line[1].entry, 2);
}

static void records_are_lines_or_stand_behind_each_other(void **state)
{
	static const char *const ENDS[] = { "\n", "\r\n", "" };
	struct paper *paper = *state;

	for (size_t i = 0; i < COUNT(ENDS); i++) {
		write_month(paper, ENDS[i]);
		read_it(paper);
		a_month_is_as_written(paper);
	}
	/* an old end of file, and blanks cut off */
	write_month(paper, "\n");
	buffer_cut(&paper->text, paper->text.n - 17);
	buffer_put_text(&paper->text, "\n\x1A");
	read_it(paper);
	a_month_is_as_written(paper);
}

/* In UTF-8 a letter may be two bytes or three, and columns are characters; { and } of
 * another machine are é and è. */
static void accents_do_not_move_columns(void **state)
{
	static const struct {
		const char *label; /* of 31 characters */
		const char *zero, *minus;
	} CASES[] = {
		{ "VIR D'\xC3\x89T\xC3\x89                      ", "\xC3\xA9",
		  "\xC3\xA8" },
		{ "VIR D'\xC9T\xC9                      ", "\xE9", "\xE8" },
		{ "VIR \xE2\x82\xAC                          ", "{", "}" },
		{ "VIR \xC3 \xC3                        ", "{", "}" },
	};
	struct paper *paper = *state;

	for (size_t i = 0; i < COUNT(CASES); i++) {
		char amount[32];

		snprintf(amount, sizeof amount, "0000000000000%s", CASES[i].zero);
		balance(paper, "01", "311026", amount, "\n");
		snprintf(amount, sizeof amount, "0000000000035%s", CASES[i].minus);
		movement(paper, "051126", CASES[i].label, amount, "\n");
		balance(paper, "07", "301126", "0000000000035}", "\n");
		read_it(paper);
		assert_int_equal(cents_value(paper->file.lines[0].amount), -350);
		assert_string_equal(paper->file.lines[0].bank_reference, "REF-OF-BANK");
	}
}

static void a_return_says_why(void **state)
{
	struct paper *paper = *state;

	balance(paper, "01", "311026", "0000000000000{", "\n");
	movement(paper, "051126", "VIR REJETE", "0000000012000{", "\n");
	more(paper, "RCN", "P-40                               OTHER", "\n");
	more(paper, "RET", "AC04", "\n");
	more(paper, "CBE", OTHER, "\n");
	more(paper, "XYZ", "what nobody knows", "\n");
	balance(paper, "07", "301126", "0000000012000{", "\n");
	read_it(paper);
	assert_string_equal(paper->file.lines[0].reason, "AC04");
	assert_string_equal(paper->file.lines[0].end_to_end, "P-40");
	assert_string_equal(paper->file.lines[0].iban, OTHER);
	assert_string_equal(paper->file.lines[0].text, "VIR REJETE");
}

static void several_statements_follow_each_other(void **state)
{
	struct paper *paper = *state;

	write_month(paper, "\n");
	balance(paper, "01", "301126", "0000000001053E", "\n");
	balance(paper, "07", "311226", "0000000001053E", "\n");
	read_it(paper);
	assert_int_equal(paper->file.statement_count, 2);
	write_month(paper, "\n");
	balance(paper, "01", "301126", "0000000001053F", "\n");
	balance(paper, "07", "311226", "0000000001053F", "\n");
	refuse_it(paper, ERR_INVALID,
		  "record 10: statement 2: it opens with 105.36, but statement 1 of the "
		  "same "
		  "account closed with 105.35: one is missing between");
}

static void what_does_not_add_up_is_refused(void **state)
{
	struct paper *paper = *state;

	balance(paper, "01", "311026", "0000000001000{", "\n");
	balance(paper, "07", "301126", "0000000001000}", "\n");
	refuse_it(
		paper, ERR_INVALID,
		"record 2: statement 1: it opens with 100.00 and its booked entries come "
		"to 0.00, which is not the -100.00 that it closes with");
}

/* One record changed at one place. */
static void changed(struct paper *paper, size_t record, size_t column, const char *text,
		    enum err err, const char *said)
{
	write_month(paper, "\n");
	memcpy(paper->text.p + (record - 1) * 121 + column - 1, text, strlen(text));
	refuse_it(paper, err, said);
}

static void a_record_that_is_off_is_named(void **state)
{
	struct paper *paper = *state;

	changed(paper, 1, 17, "USD", ERR_INVALID,
		"record 1: the account is in another currency than EUR");
	changed(paper, 1, 3, "20041", ERR_DENIED,
		"record 1: it is of account FR76 **** **** **** **** **** 106, which is "
		"not "
		"one of ours");
	changed(paper, 1, 22, "1234567-901", ERR_INVALID,
		"record 1: a French account is a bank and a branch of 5 digits and an "
		"account "
		"of 11 digits and letters");
	changed(paper, 1, 104, "0", ERR_INVALID,
		"record 1: the amount's last character is no digit with its sign");
	changed(paper, 1, 95, "-", ERR_INVALID, "record 1: the amount is no number");
	changed(paper, 1, 20, "6", ERR_INVALID,
		"record 1: the number of decimals (column 20) is none of 0 to 5");
	changed(paper, 2, 22, "12345678902", ERR_INVALID,
		"record 2: it is of another account or currency than its statement");
	changed(paper, 2, 17, "CHF", ERR_INVALID,
		"record 2: it is of another account or currency than its statement");
	changed(paper, 2, 35, "310226", ERR_INVALID,
		"record 2: the date is none of 1970 to 2199");
	changed(paper, 2, 1, "06", ERR_INVALID,
		"record 2: it begins with none of 01, 04, 05, 07");
	changed(paper, 2, 1, "05", ERR_INVALID,
		"record 2: it belongs to no movement (04)");
	changed(paper, 2, 1, "01", ERR_INVALID,
		"record 2: a statement begins before the one before has ended (07)");
	changed(paper, 8, 1, "04", ERR_INVALID,
		"statement 1 does not end: its balance after (07) is missing");
	balance(paper, "01", "311026", "0000000001000{", "\n");
	balance(paper, "07", "311026", "0000000001000{", "\n");
	movement(paper, "051126", "x", "0000000000088E", "\n");
	refuse_it(paper, ERR_INVALID,
		  "record 3: it stands in no statement: 01 comes first");
}

static void amounts_have_the_decimals_that_they_say(void **state)
{
	struct paper *paper = *state;
	const char *said = "record 1: the amount has a fraction of a cent";

	write_month(paper, "\n");
	for (size_t i = 0; i < 8; i++)
		paper->text.p[i * 121 + 19] = '3';
	refuse_it(paper, ERR_INVALID, "record 2: the amount has a fraction of a cent");
	write_month(paper, "\n");
	for (size_t i = 0; i < 8; i++)
		paper->text.p[i * 121 + 19] = '0';
	read_it(paper);
	assert_int_equal(cents_value(paper->file.lines[0].amount), 88500);
	balance(paper, "01", "311026", "0000000001000A", "\n");
	paper->text.p[19] = '4';
	refuse_it(paper, ERR_INVALID, said);
	balance(paper, "01", "311026", "9999999999999I", "\n");
	balance(paper, "07", "311026", "9999999999999I", "\n");
	read_it(paper);
	assert_true(cents_value(paper->file.statements[0].opening) == 99999999999999);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, paper_setup, paper_teardown)
		TEST(records_are_lines_or_stand_behind_each_other),
		TEST(accents_do_not_move_columns),
		TEST(a_return_says_why),
		TEST(several_statements_follow_each_other),
		TEST(what_does_not_add_up_is_refused),
		TEST(a_record_that_is_off_is_named),
		TEST(amounts_have_the_decimals_that_they_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
