/*
 * test_ofx.c - statements in OFX 1 and 2 (gateway/ofx.c).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/bank_paper.h"

#define HEAD                                                                             \
	"OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nENCODING:USASCII\r\n"           \
	"CHARSET:1252\r\n\r\n<OFX>\r\n<SIGNONMSGSRSV1><SONRS><DTSERVER>20261130"         \
	"<LANGUAGE>FRA</SONRS></SIGNONMSGSRSV1>\r\n<BANKMSGSRSV1><STMTTRNRS>\r\n"
#define RIB                                                                              \
	"<BANKACCTFROM>\r\n<BANKID>30006\r\n<BRANCHID>00001\r\n<ACCTID>12345678901\r\n"  \
	"<ACCTTYPE>CHECKING\r\n</BANKACCTFROM>\r\n"
#define MOVED(amount, day, rest)                                                         \
	"<STMTTRN>\r\n<TRNTYPE>OTHER\r\n<DTPOSTED>" day "\r\n<TRNAMT>" amount            \
	"\r\n<FITID>F-1\r\n" rest "</STMTTRN>\r\n"
#define BALANCE(amount, day)                                                             \
	"<LEDGERBAL>\r\n<BALAMT>" amount "\r\n<DTASOF>" day "\r\n</LEDGERBAL>\r\n"
#define TAIL          "</STMTRS></STMTTRNRS></BANKMSGSRSV1>\r\n</OFX>\r\n"
#define FILE_OF(rest) HEAD "<STMTRS>\r\n<CURDEF>EUR\r\n" RIB rest TAIL
#define MONTH                                                                            \
	"<BANKTRANLIST>\r\n<DTSTART>20261101\r\n<DTEND>20261130\r\n" MOVED(              \
		"8,85", "20261105120000[+1:CET]",                                        \
		"<NAME>VIR ATELIER\r\n<MEMO>ARRONDIS RF67 B000 0001 2\r\n")              \
		MOVED("-3.50", "20261106", "<NAME>FRAIS\r\n") "</BANKTRANLIST>\r\n"

static void a_statement_of_the_first_version_is_read(void **state)
{
	struct paper *paper = *state;
	const struct bank_statement *statement;
	const struct bank_line *line;

	taken(paper,
	      FILE_OF(MONTH BALANCE(
		      "105.35",
		      "20261130") "<AVAILBAL><BALAMT>999<DTASOF>20261130</AVAILBAL>"));
	assert_string_equal(paper->file.format, "OFX");
	statement = paper->file.statements;
	assert_string_equal(statement->iban, OURS);
	assert_true(statement->balanced && statement->opening_derived);
	assert_int_equal(cents_value(statement->opening), 10000);
	assert_int_equal(cents_value(statement->closing), 10535);
	day_is(statement->from, "2026-11-01");
	day_is(statement->until, "2026-11-30");
	assert_int_equal(statement->line_count, 2);
	line = paper->file.lines;
	assert_int_equal(cents_value(line[0].amount), 885);
	day_is(line[0].booked_on, "2026-11-05");
	assert_string_equal(line[0].bank_reference, "F-1");
	assert_string_equal(line[0].text, "VIR ATELIER ARRONDIS RF67 B000 0001 2");
	assert_int_equal(line[0].references[0], 12);
	assert_int_equal(cents_value(line[1].amount), -350);
	assert_int_equal(line[1].entry, 2);
}

static void a_statement_of_the_second_version_is_read(void **state)
{
	struct paper *paper = *state;

	taken(paper,
	      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<?OFX OFXHEADER=\"200\" "
	      "VERSION=\"211\"?>\n<!-- made by a bank --> <OFX><BANKMSGSRSV1><STMTTRNRS>"
	      "<STMTRS><CURDEF>EUR</CURDEF><BANKACCTFROM><BANKID>x</BANKID><ACCTID>" OURS
	      "</ACCTID></BANKACCTFROM><BANKTRANLIST><STMTTRN><TRNTYPE>DEBIT</TRNTYPE>"
	      "<DTPOSTED>20261105</DTPOSTED><TRNAMT>-12</TRNAMT><FITID>1</FITID>"
	      "<BANKACCTTO><BANKID>y</BANKID><ACCTID>" OTHER "</ACCTID></BANKACCTTO>"
	      "<CURRENCY><CURRATE>1</CURRATE><CURSYM>EUR</CURSYM></CURRENCY>"
	      "<MEMO>P-40</MEMO></STMTTRN></BANKTRANLIST><LEDGERBAL><BALAMT>-2.00</"
	      "BALAMT>"
	      "<DTASOF>20261105</DTASOF></LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1>"
	      "</OFX>");
	assert_int_equal(cents_value(paper->file.statements[0].opening), 1000);
	assert_int_equal(cents_value(paper->file.statements[0].closing), -200);
	assert_string_equal(paper->file.lines[0].iban, OTHER);
	assert_string_equal(paper->file.lines[0].text, "P-40");
}

static void what_is_no_statement_of_ours_is_refused(void **state)
{
	struct paper *paper = *state;

	refused(paper,
		HEAD "<STMTRS><CURDEF>EUR<BANKACCTFROM><ACCTID>" OTHER
		     "</BANKACCTFROM>" BALANCE("1", "20261130") TAIL,
		ERR_DENIED,
		"line 10: it is of account DE89 **** **** **** ***0 00, which is not one "
		"of "
		"ours");
	refused(paper,
		HEAD "<STMTRS><CURDEF>EUR<BANKACCTFROM><ACCTID>123</BANKACCTFROM>" TAIL,
		ERR_INVALID,
		"line 10: a French account is a bank and a branch of 5 digits and an "
		"account "
		"of 11 digits and letters");
	refused(paper, HEAD "<STMTRS><CURDEF>EUR" BALANCE("1", "20261130") TAIL,
		ERR_INVALID, "line 14: statement 1: it names no account by its IBAN");
	refused(paper, HEAD "<STMTRS><CURDEF>USD" RIB BALANCE("1", "20261130") TAIL,
		ERR_INVALID,
		"line 20: statement 1: its account is in another currency than EUR");
	refused(paper, FILE_OF(MONTH), ERR_INVALID,
		"line 37: statement 1: it has no balance (LEDGERBAL) with its date");
	refused(paper, HEAD "<CCSTMTRS>", ERR_INVALID,
		"line 10: it is a statement of a card, not of an account");
	refused(paper, HEAD "</STMTTRNRS></BANKMSGSRSV1></OFX>", ERR_INVALID,
		"there is no statement in it");
}

#define LISTED(rest)                                                                     \
	FILE_OF("<BANKTRANLIST>" rest "</BANKTRANLIST>" BALANCE("1", "20261130"))

static void what_is_off_in_a_movement_is_said_with_its_line(void **state)
{
	struct paper *paper = *state;

	refused(paper, LISTED(MOVED("1.005", "20261105", "")), ERR_INVALID,
		"line 22: the amount has a fraction of a cent");
	refused(paper, LISTED(MOVED("1.234,50", "20261105", "")), ERR_INVALID,
		"line 22: the amount is no number");
	refused(paper, LISTED(MOVED("1", "20260230", "")), ERR_INVALID,
		"line 21: the date is none of 1970 to 2199");
	refused(paper, LISTED("<STMTTRN><TRNAMT>1</STMTTRN>"), ERR_INVALID,
		"line 18: a movement has no amount (TRNAMT) or no date (DTPOSTED)");
	refused(paper, LISTED("<STMTTRN><DTPOSTED>20261105</STMTTRN>"), ERR_INVALID,
		"line 18: a movement has no amount (TRNAMT) or no date (DTPOSTED)");
	refused(paper, LISTED(MOVED("1", "20261105", "<CURRENCY><CURSYM>USD</CURRENCY>")),
		ERR_INVALID, "line 23: the amount is in another currency than EUR");
	/* what it was before it was changed is not our money */
	taken(paper,
	      LISTED(MOVED("1", "20261105", "<ORIGCURRENCY><CURSYM>USD</ORIGCURRENCY>")));
}

static void what_is_cut_or_nested_wrongly_is_refused(void **state)
{
	static const char GOOD[] = FILE_OF(MONTH BALANCE("105.35", "20261130"));
	struct paper *paper = *state;

	for (size_t n = sizeof HEAD; n < sizeof GOOD - sizeof TAIL; n += 5)
		assert_int_equal(paper_parse(paper, GOOD, n), ERR_INVALID);
	refused(paper, LISTED("<STMTTRN><STMTTRN>"), ERR_INVALID,
		"line 18: STMTTRN begins where it cannot");
	refused(paper, FILE_OF("<BANKTRANLIST><STMTTRN></BANKTRANLIST>"), ERR_INVALID,
		"line 18: BANKTRANLIST ends where it cannot");
	refused(paper, HEAD "<!DOCTYPE OFX [<!ENTITY a 'b'>]>", ERR_INVALID,
		"line 10: a document type declaration or its like stands there");
	refused(paper, HEAD "<STMTRS><CURDEF>", ERR_INVALID,
		"line 10: the file is cut off");
}

static void what_is_too_long_is_refused(void **state)
{
	struct paper *paper = *state;

	buffer_put_text(&paper->text, HEAD "<STMTRS><CURDEF>");
	for (size_t i = 0; i < 1025; i++)
		buffer_put_text(&paper->text, "x");
	buffer_put_text(&paper->text, "<X>");
	refused(paper, buffer_text(&paper->text), ERR_TOO_BIG,
		"line 10: a value has more than 1024 bytes");
	buffer_clear(&paper->text);
	buffer_put_text(&paper->text, HEAD "<");
	for (size_t i = 0; i < 65; i++)
		buffer_put_text(&paper->text, "X");
	refused(paper, buffer_text(&paper->text), ERR_TOO_BIG,
		"line 10: a tag has more than 64 characters");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, paper_setup, paper_teardown)
		TEST(a_statement_of_the_first_version_is_read),
		TEST(a_statement_of_the_second_version_is_read),
		TEST(what_is_no_statement_of_ours_is_refused),
		TEST(what_is_off_in_a_movement_is_said_with_its_line),
		TEST(what_is_cut_or_nested_wrongly_is_refused),
		TEST(what_is_too_long_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
