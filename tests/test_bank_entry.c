/*
 * test_bank_entry.c - drafts of what is recorded of a bank file (gateway/bank_entry.c),
 * and payers' accounts (gateway/bank_payer_file.c).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/bank_entry.h"
#include "gateway/bank_payer_file.h"
#include "keys/file.h"
#include "tests/bank_paper.h"

#define MANY 2500

static char path[] = "/tmp/arrondi-payers-XXXXXX";

static void written_is(const struct json *draft, const char *expected)
{
	struct buffer out;

	buffer_init(&out, PAPER_BYTES_MAX);
	assert_int_equal(json_write(draft, &out), ERR_OK);
	assert_string_equal(buffer_text(&out), expected);
	buffer_release(&out);
}

static void a_statement_is_drafted(void **state)
{
	struct paper *paper = *state;
	struct json_doc *doc = json_doc_new();
	struct bank_page page;
	struct json *draft;
	char expected[1024], digest[65];

	taken(paper,
	      WHOLE(OPENING("10") CLOSING("14.50") ENTRY("5", "CRDT", "2026-11-05", "")
			    ENTRY("0.50", "DBIT", "2026-11-06", "")));
	assert_int_equal(bank_page_count(paper->file.statements), 1);
	bank_page_next(&paper->file, paper->file.statements, "courant", NULL, 3, &page);
	assert_true(page.first && page.last);
	assert_int_equal(bank_page_draft(&paper->file, &page, doc, &draft, NULL), ERR_OK);
	for (size_t i = 0; i < HASH_BYTES; i++)
		snprintf(digest + i * 2, 3, "%02x", paper->file.digest.b[i]);
	snprintf(expected, sizeof expected,
		 "{\"account\":\"courant\",\"closing\":1450,\"date\":\"2026-11-30\","
		 "\"digest\":\"%s\",\"from\":\"2026-11-05\",\"kind\":\"statement\","
		 "\"lines\":["
		 "{\"amount\":500,\"booked_on\":\"2026-11-05\"},"
		 "{\"amount\":-50,\"booked_on\":\"2026-11-06\"}],\"name\":\"S-1\","
		 "\"opening\":1000,\"page\":3,\"ref\":\"BK-%.14s-3\"}",
		 digest, digest);
	for (char *p = strstr(expected, "BK-") + 3; *p != '-'; p++)
		if (*p >= 'a')
			*p = (char)(*p - 'a' + 'A');
	written_is(draft, expected);
	json_doc_free(doc);
}

/* 2 500 lines are three pages, each of which adds up. */
static void a_long_statement_is_several_pages(void **state)
{
	struct paper *paper = *state;
	struct bank_page pages[3];
	size_t lines = 0;

	buffer_put_text(&paper->text,
			XML OPEN8 "<Stmt>" ACCT(OURS) OPENING("0") CLOSING("25"));
	for (size_t i = 0; i < MANY; i++)
		buffer_put_text(&paper->text,
				i < 1000 ? ENTRY("0.01", "CRDT", "2026-11-05", "")
					 : ENTRY("0.01", "CRDT", "2026-11-06", ""));
	buffer_put_text(&paper->text, "</Stmt>" CLOSE);
	taken(paper, buffer_text(&paper->text));
	assert_int_equal(bank_page_count(paper->file.statements), 3);
	for (size_t i = 0; i < 3; i++) {
		struct json_doc *doc = json_doc_new();
		struct json *draft;
		struct buffer out;

		bank_page_next(&paper->file, paper->file.statements, "courant",
			       i ? &pages[i - 1] : NULL, (uint32_t)i + 1, &pages[i]);
		assert_int_equal(pages[i].count, i < 2 ? 1000 : 500);
		assert_int_equal(cents_value(pages[i].opening), lines);
		lines += pages[i].count;
		assert_int_equal(cents_value(pages[i].closing), lines);
		assert_int_equal(pages[i].first, i == 0);
		assert_int_equal(pages[i].last, i == 2);
		/* each of them is an entry's size */
		assert_int_equal(
			bank_page_draft(&paper->file, &pages[i], doc, &draft, NULL),
			ERR_OK);
		buffer_init(&out, 65535 - 500);
		assert_int_equal(json_write(draft, &out), ERR_OK);
		assert_non_null(
			strstr(buffer_text(&out), i == 0   ? "\"date\":\"2026-11-05\""
						  : i == 1 ? "\"date\":\"2026-11-06\""
							   : "\"date\":\"2026-11-30\""));
		buffer_release(&out);
		json_doc_free(doc);
	}
}

static void what_explains_a_line_is_drafted(void **state)
{
	static const struct {
		struct bank_finding finding;
		const char *members, *kind;
	} CASES[] = {
		{ { BANK_OWED, 12, "employer:a", { 500 } },
		  "{\"amount\":500,\"date\":\"2026-11-05\",\"kind\":\"settlement\",",
		  "\"payer\":\"employer:a\",\"ref\":\"BK-00000000000000-2.7.1\","
		  "\"settles\":12}" },
		{ { BANK_ORDERED, 30, "", { 500 } },
		  "{\"date\":\"2026-11-05\",\"kind\":\"paid\",",
		  "\"payment\":30,\"ref\":\"BK-00000000000000-2.7.1\"}" },
		{ { BANK_PAID, 30, "", { 500 } },
		  "{\"date\":\"2026-11-05\",\"kind\":\"returned\",",
		  "\"payment\":30,\"reason\":\"account-closed\","
		  "\"ref\":\"BK-00000000000000-2.7.1\"}" },
	};
	const struct bank_place place = { 96, 2, 7, 0, 1 };
	struct bank_line line = { .reason = "AC04" };
	struct bank_file file = { .format = NULL };
	char expected[512];

	(void)state;
	assert_int_equal(date_parse("2026-11-05", &line.booked_on), ERR_OK);
	for (size_t i = 0; i < COUNT(CASES); i++) {
		struct json_doc *doc = json_doc_new();
		struct json *draft;

		assert_int_equal(bank_finding_draft(&file, &line, &CASES[i].finding,
						    &place, doc, &draft, NULL),
				 ERR_OK);
		snprintf(expected, sizeof expected,
			 "%s\"line\":{\"line\":7,\"statement\":96},%s", CASES[i].members,
			 CASES[i].kind);
		written_is(draft, expected);
		json_doc_free(doc);
	}
}

/* It is of that place for ever, and of no other. */
static void each_part_has_its_reference(void **state)
{
	static const struct {
		struct bank_place place;
		const char *ref;
	} CASES[] = {
		{ { 96, 2, 7, 0, 3 }, "BK-00000000000000-2.7.3" },
		{ { 96, 2, 7, 5, 1 }, "BK-00000000000000-2.7.5" },
		{ { 96, 2, 7, 5, 2 }, "BK-00000000000000-2.7.5B" },
		{ { 96, 2, 7, 5, BANK_REFERENCES_MAX }, "BK-00000000000000-2.7.5H" },
		{ { 96, 100, 1000, 99999, 1 }, "BK-00000000000000-100.1000.99999" },
		{ { 96, 100, 1000, 99999, 2 }, "BK-00000000000000-68A6C8438BC8C7" },
		{ { 96, 100, 1000, 999999, 1 }, "BK-00000000000000-28A317C9906414" },
	};
	struct bank_file file = { .format = NULL };
	char ref[BANK_REF_BYTES];

	(void)state;
	for (size_t i = 0; i < COUNT(CASES); i++) {
		bank_finding_ref(&file, &CASES[i].place, ref);
		assert_string_equal(ref, CASES[i].ref);
	}
}

/* ---- payers ---- */

static enum err payers_read(const char *text, struct bank_payer **ret_payers,
			    size_t *ret_count, struct fault *fault)
{
	assert_int_equal(file_write(path, slice_of_text(text), 0600, NULL), ERR_OK);
	return bank_payer_file_read(path, ret_payers, ret_count, fault);
}

static void payers_are_read(void **state)
{
	struct bank_payer *payers = NULL;
	size_t count = 0;

	(void)state;
	assert_int_equal(payers_read("# comment\n\nFR14 2004 1010 0505 0001 3M02 606 "
				     "employer:a\r\n  " OTHER "\tcollector:c",
				     &payers, &count, NULL),
			 ERR_OK);
	assert_int_equal(count, 2);
	assert_string_equal(payers[0].iban, PAYER);
	assert_string_equal(payers[0].member, "employer:a");
	assert_string_equal(payers[1].iban, OTHER);
	assert_string_equal(payers[1].member, "collector:c");
	free(payers);
	assert_int_equal(payers_read("", &payers, &count, NULL), ERR_OK);
	assert_int_equal(count, 0);
	free(payers);
}

static void a_line_that_is_off_is_named(void **state)
{
	static const struct {
		const char *text, *said;
	} CASES[] = {
		{ OTHER "\n", "line 1: a payer is an IBAN and a member" },
		{ "#\nDE89370400440532013001 a\n",
		  "line 2: the IBAN's check digits are wrong: one of its characters is "
		  "mistyped" },
		{ OTHER " a\n" OTHER " b\n", "line 2: this account stands twice" },
		{ OTHER " \xC3\xA9\n", "line 1: a payer is an IBAN and a member" },
	};
	char said[FAULT_TEXT_BYTES_MAX];
	struct bank_payer *payers;
	struct fault fault;
	size_t count;

	(void)state;
	for (size_t i = 0; i < COUNT(CASES); i++) {
		assert_int_equal(payers_read(CASES[i].text, &payers, &count, &fault),
				 ERR_INVALID);
		snprintf(said, sizeof said, "file '%s': %s", path, CASES[i].said);
		assert_string_equal(fault.text, said);
	}
	assert_int_equal(unlink(path), 0);
	assert_int_equal(bank_payer_file_read(path, &payers, &count, &fault), ERR_IO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, paper_setup, paper_teardown)
		TEST(a_statement_is_drafted),
		TEST(a_long_statement_is_several_pages),
		TEST(what_explains_a_line_is_drafted),
		TEST(each_part_has_its_reference),
		TEST(payers_are_read),
		TEST(a_line_that_is_off_is_named),
	};
	int fd = mkstemp(path);

	if (fd < 0 || close(fd) != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
