/*
 * test_fec_check.c - anybody's FEC: a good file has no finding, and each rule is broken
 * by a file of its own. Of reports/fec_check.c, reports/fec_check_fields.c and
 * reports/fec_check_entry.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "keys/file.h"
#include "reports/fec_check.h"
#include "tests/report_rig.h"
#include "tests/folder.h"

#define NAME_GOOD  "732829320FEC20261231.txt"
#define FILE_MAX   65536
#define TEXT_BYTES (256 << 10)

static const char HEADER[] =
	"JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|CompAuxNum|"
	"CompAuxLib|PieceRef|PieceDate|EcritureLib|Debit|Credit|EcritureLet|DateLet|"
	"ValidDate|Montantdevise|Idevise\r\n";

/* An opening, two entries of a journal and one of another. */
static const char LINES[] =
	"AN|A-nouveaux|1|20260101|512000|Banque|||AN|20260101|Ouverture|100,00|0,00|||"
	"20260101||\r\n"
	"AN|A-nouveaux|1|20260101|110000|Report|||AN|20260101|Ouverture|0,00|100,00|||"
	"20260101||\r\n"
	"DO|Dons|1|20260215|467100|Divers|E1|Lilas|P1|20260215|Don re\xE7u|12,34|0,00|||"
	"20260216||\r\n"
	"DO|Dons|1|20260215|754110|Dons manuels|||P1|20260215|Don re\xE7u|0,00|12,34|||"
	"20260216||\r\n"
	"DO|Dons|2|20260315|467100|Divers|E1|Lilas|P2|20260315|Don|1,00||||20260316||\r\n"
	"DO|Dons|2|20260315|754110|Dons manuels|||P2|20260315|Don||1,00|||20260316||\r\n"
	"BQ|Banque|1|20260401|512000|Banque|||P3|20260401|Virement|13,34|0,00|||20260402|"
	"|"
	"\r\n"
	"BQ|Banque|1|20260401|467100|Divers|E1|Lilas|P3|20260401|Virement|0,00|13,34|A|"
	"20260401|20260402||\r\n";

/* A file, checked; the caller releases the document. */
static bool checked(const char *name, struct slice text, struct document *doc)
{
	char folder[] = "/tmp/arrondi-fec-XXXXXX", path[sizeof folder + 64];
	struct fault fault;
	bool refused = false;

	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	if (file_write(path, text, 0600, &fault) ||
	    fec_check(path, LANG_FR, doc, &refused, &fault))
		fail_msg("%s", fault.text);
	folder_remove(folder);
	return refused;
}

/* How often a rule was broken. */
static int64_t broken(const struct document *doc, const char *rule)
{
	const struct table *table = rig_table(doc, "rules");

	for (const struct row *row = table->first_row; row; row = row->next)
		if (row->style != ROW_TOTAL &&
		    strcmp(rig_text(table, row, "rule"), rule) == 0)
			return rig_number(table, row, "count");
	return 0;
}

static size_t rules_broken(const struct document *doc)
{
	return rig_table(doc, "rules")->rows - 1;
}

/* The good file with its first `from` made `to`. */
static size_t mutated(const char *from, const char *to, char text[TEXT_BYTES])
{
	char good[8192];
	const char *at;

	(void)snprintf(good, sizeof good, "%s%s", HEADER, LINES);
	at = strstr(good, from);
	if (!at)
		fail_msg("'%s' is not in the good file", from);
	return (size_t)snprintf(text, TEXT_BYTES, "%.*s%s%s", (int)(at - good), good, to,
				at + strlen(from));
}

/* One wrong file for each rule: what is changed of the good one, on which line it is
 * found, and whether the file is refused for it. */
static const struct {
	const char *rule, *name, *from, *to;
	int line;
	bool refused;
} wrongs[] = {
	{ "file-name", "grand-livre.txt", "100,00", "100,00", 0, true },
	{ "file-name", "732829320FEC20261331.txt", "100,00", "100,00", 0, true },
	{ "siren", "732829321FEC20261231.txt", "100,00", "100,00", 0, true },
	{ "xml", NAME_GOOD, "JournalCode", "<?xml version='1.0'?>", 1, true },
	{ "encoding", NAME_GOOD, "re\xE7u", "re\xC3\xA7u", 4, false },
	{ "encoding", NAME_GOOD, "JournalCode", "\xEF\xBB\xBFJournalCode", 1, false },
	{ "not-8859-15", NAME_GOOD, "Ouverture", "Ouverture \xE2\x80\x99", 2, false },
	{ "control-character", NAME_GOOD, "Ouverture", "Ouver\x01ture", 2, false },
	{ "separator", NAME_GOOD, "JournalCode|", "JournalCode\t|", 1, true },
	{ "missing-column", NAME_GOOD, "EcritureLib|", "Libelle|", 1, true },
	{ "column-order", NAME_GOOD, "Montantdevise|Idevise", "Idevise|Montantdevise", 1,
	  false },
	{ "extra-column", NAME_GOOD, "EcritureLib|", "Libelle|", 1, true },
	{ "empty-line", NAME_GOOD, "DO|Dons|1", "\r\nDO|Dons|1", 4, true },
	{ "field-count", NAME_GOOD, "Ouverture|", "Ouver|ture|", 2, true },
	{ "required", NAME_GOOD, "|Banque||", "|||", 2, true },
	{ "expected", NAME_GOOD, "|AN|20260101", "||20260101", 2, false },
	{ "pair", NAME_GOOD, "E1|Lilas", "E1|", 4, false },
	{ "account-number", NAME_GOOD, "|512000", "|BQ512", 2, false },
	{ "account-class", NAME_GOOD, "|512000", "|912000", 2, false },
	{ "account-label", NAME_GOOD, "754110|Dons manuels|||P2", "754110|Dons|||P2", 7,
	  false },
	{ "journal-label", NAME_GOOD, "DO|Dons|2", "DO|Autres dons|2", 6, false },
	{ "amount-point", NAME_GOOD, "12,34", "12.34", 4, true },
	{ "amount-thousands", NAME_GOOD, "12,34", "1 012,34", 4, true },
	{ "amount-form", NAME_GOOD, "12,34", "1,2E3", 4, true },
	{ "amount-form", NAME_GOOD, "12,34", "12,341", 4, true },
	{ "amount-sign", NAME_GOOD, "12,34|0,00", "0,00|-12,34", 4, false },
	{ "both-sides", NAME_GOOD, "12,34|0,00", "13,34|1,00", 4, false },
	{ "both-sides", NAME_GOOD, "100,00|0,00", "0,00|0,00", 2, true },
	{ "date-form", NAME_GOOD, "|20260215|4671", "|le 15|4671", 4, true },
	{ "date-form", NAME_GOOD, "|20260215|4671", "|20261515|4671", 4, true },
	{ "date-shape", NAME_GOOD, "|20260215|4671", "|2026-02-15|4671", 4, false },
	{ "date-shape", NAME_GOOD, "|20260215|4671", "|15022026|4671", 4, false },
	{ "date-real", NAME_GOOD, "|20260215|4671", "|20260231|4671", 4, true },
	{ "date-century", NAME_GOOD, "P1|20260215", "P1|22260215", 4, false },
	{ "date-year", NAME_GOOD, "|20260215|4671", "|20270215|4671", 4, true },
	{ "date-year", NAME_GOOD, "|20260215|4671", "|20231215|4671", 4, true },
	{ "date-valid", NAME_GOOD, "20260216", "20260214", 4, false },
	{ "valid-order", NAME_GOOD, "1,00||||20260316", "1,00||||20260215", 6, false },
	{ "opening-first", NAME_GOOD, "BQ|Banque|1", "AN|A-nouveaux|1", 8, true },
	{ "closing", NAME_GOOD, "467100|Divers|E1|Lilas|P2", "120000|R\xE9sultat|||P2", 6,
	  false },
	{ "entry-balance", NAME_GOOD, "12,34", "12,35", 4, true },
	{ "entry-scattered", NAME_GOOD, "DO|Dons|2|20260315|7541",
	  "DO|Dons|3|20260315|7541", 6, true },
	{ "entry-dates", NAME_GOOD, "|20260215|7541", "|20260216|7541", 5, false },
	{ "totals", NAME_GOOD, "12,34", "12,35", 0, true },
};

static bool found_on(const struct document *doc, const char *rule, int line)
{
	const struct table *table = rig_table(doc, "findings");

	for (const struct row *row = table->first_row; row; row = row->next)
		if (strcmp(rig_text(table, row, "rule"), rule) == 0 &&
		    (rig_number(table, row, "line") == line ||
		     (!line && rig_number(table, row, "line") < 0)))
			return true;
	return false;
}

static void test_a_good_file_has_no_finding(void **state)
{
	static char text[TEXT_BYTES];
	struct document doc;
	size_t n = mutated("100,00", "100,00", text);
	const struct table *sums;

	(void)state;
	assert_false(checked(NAME_GOOD, slice_of(text, n), &doc));
	assert_int_equal(rules_broken(&doc), 0);
	sums = rig_table(&doc, "sums");
	assert_int_equal(rig_number(sums, sums->first_row, "lines"), 8);
	assert_int_equal(rig_number(sums, sums->first_row, "entries"), 4);
	assert_int_equal(rig_cents(sums, sums->first_row, "debit"), 12668);
	assert_int_equal(rig_cents(sums, sums->first_row, "credit"), 12668);
	document_release(&doc);
}

static void test_each_rule_is_broken_by_a_file_of_its_own(void **state)
{
	static char text[TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
		size_t n = mutated(wrongs[i].from, wrongs[i].to, text);
		struct document doc;
		bool refused = checked(wrongs[i].name, slice_of(text, n), &doc);

		if (!broken(&doc, wrongs[i].rule))
			fail_msg("file %zu does not break '%s'", i, wrongs[i].rule);
		if (!found_on(&doc, wrongs[i].rule, wrongs[i].line))
			fail_msg("file %zu breaks '%s' not on line %d", i, wrongs[i].rule,
				 wrongs[i].line);
		if (refused != wrongs[i].refused)
			fail_msg("file %zu, '%s': refused %d", i, wrongs[i].rule,
				 refused);
		document_release(&doc);
	}
}

/* The table of rules has none that no file here breaks. */
static void test_no_rule_is_without_its_file(void **state)
{
#define FEC_RULE(id, name, level, origin, column, what_fr, what_en, remedy_fr,           \
		 remedy_en)                                                              \
	name,
	static const char *const names[] = {
#include "reports/fec_rules.def"
	};
	static const char *const elsewhere[] = { "empty-file", "long-line", "numbering",
						 "trailing-separator", "side" };

	(void)state;
	for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
		bool found = false;

		for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++)
			found = found || strcmp(wrongs[i].rule, names[k]) == 0;
		for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++)
			found = found || strcmp(elsewhere[i], names[k]) == 0;
		if (!found)
			fail_msg("no file breaks '%s'", names[k]);
	}
}

static void test_an_empty_file_is_refused(void **state)
{
	struct document doc;

	(void)state;
	assert_true(checked(NAME_GOOD, slice_of_text(""), &doc));
	assert_int_equal(broken(&doc, "empty-file"), 1);
	document_release(&doc);
	assert_true(checked(NAME_GOOD, slice_of_text(HEADER), &doc));
	assert_int_equal(broken(&doc, "empty-file"), 1);
	assert_int_equal(rules_broken(&doc), 1);
	document_release(&doc);
}

static void test_a_line_that_does_not_end_is_refused(void **state)
{
	static char text[TEXT_BYTES];
	struct document doc;
	size_t n = (size_t)snprintf(text, sizeof text, "%s%s", HEADER, LINES);

	(void)state;
	memset(text + n, 'x', 70000);
	assert_true(checked(NAME_GOOD, slice_of(text, n + 70000), &doc));
	assert_int_equal(broken(&doc, "long-line"), 1);
	assert_true(found_on(&doc, "long-line", 10));
	document_release(&doc);
}

/* By journal, or over the whole file: what holds in one of the two is good. */
static void test_numbers_have_no_gap_by_journal_or_in_all(void **state)
{
	static char text[TEXT_BYTES];
	struct document doc;
	size_t n = mutated("BQ|Banque|1|20260401|512", "BQ|Banque|9|20260401|512", text);

	(void)state;
	n = (size_t)snprintf(text, sizeof text, "%s%s", HEADER, LINES);
	for (char *at = text; (at = strstr(at, "DO|Dons|2")); at++)
		at[8] = '4'; /* 1, 4 */
	assert_true(checked(NAME_GOOD, slice_of(text, n), &doc));
	assert_int_equal(broken(&doc, "numbering"), 1);
	assert_true(found_on(&doc, "numbering", 6));
	document_release(&doc);
	(void)snprintf(text, sizeof text, "%s%s", HEADER, LINES);
	for (char *at = text; (at = strstr(at, "DO|Dons|")); at++)
		at[8]++; /* 1, 2, 3 in the file's order */
	for (char *at = text; (at = strstr(at, "BQ|Banque|")); at++)
		at[10] = '4';
	assert_false(checked(NAME_GOOD, slice_of(text, n), &doc));
	assert_int_equal(rules_broken(&doc), 0);
	document_release(&doc);
}

/* Tabs, UTF-8, CR alone as the end of line, another order of letters in the header. */
static void test_other_forms_are_understood(void **state)
{
	static char text[TEXT_BYTES];
	struct document doc;
	size_t n = (size_t)snprintf(text, sizeof text, "%s%s", HEADER, LINES), kept = 0;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '\n')
			continue;
		text[kept++] = (char)(text[i] == '|' ? '\t' : text[i]);
	}
	memcpy(text, "JOURNALCODE", 11);
	assert_false(checked(NAME_GOOD, slice_of(text, kept), &doc));
	assert_int_equal(rules_broken(&doc), 0);
	document_release(&doc);
}

static void test_an_amount_may_have_a_side_instead(void **state)
{
	static const char header[] =
		"JournalCode\tJournalLib\tEcritureNum\tEcritureDate\tCompteNum\tCompteLib"
		"\t"
		"CompAuxNum\tCompAuxLib\tPieceRef\tPieceDate\tEcritureLib\tMontant\tSens"
		"\t"
		"EcritureLet\tDateLet\tValidDate\tMontantdevise\tIdevise\t\n";
	static const char line[] =
		"BQ\tBanque\t1\t20260401\t%s\t%s\t\t\tP\t20260401\tDon\t"
		"5,00\t%s\t\t\t20260401\t\t\t\n";
	static const struct {
		const char *first, *second;
		bool refused;
	} sides[] = { { "D", "C", false },
		      { "+1", "-1", false },
		      { "D", "D", true },
		      { "D", "X", true } };

	(void)state;
	for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
		char text[4096];
		struct document doc;
		size_t n = (size_t)snprintf(text, sizeof text, "%s", header);

		n += (size_t)snprintf(text + n, sizeof text - n, line, "512000", "Banque",
				      sides[i].first);
		n += (size_t)snprintf(text + n, sizeof text - n, line, "754110", "Dons",
				      sides[i].second);
		assert_int_equal(checked(NAME_GOOD, slice_of(text, n), &doc),
				 sides[i].refused);
		assert_int_equal(broken(&doc, "trailing-separator"), 1);
		assert_int_equal(broken(&doc, "side"), *sides[i].second == 'X');
		assert_int_equal(broken(&doc, "entry-balance"), i == 2);
		document_release(&doc);
	}
}

static void test_a_file_that_is_not_there_is_told(void **state)
{
	struct document doc;
	struct fault fault;
	bool refused;

	(void)state;
	assert_int_equal(
		fec_check("/nowhere/at/all.txt", LANG_EN, &doc, &refused, &fault),
		ERR_IO);
	assert_non_null(strstr(fault.text, "/nowhere/at/all.txt"));
	document_release(&doc);
	assert_int_equal(fec_check("/", LANG_EN, &doc, &refused, &fault), ERR_IO);
	document_release(&doc);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_a_good_file_has_no_finding),
	cmocka_unit_test(test_each_rule_is_broken_by_a_file_of_its_own),
	cmocka_unit_test(test_no_rule_is_without_its_file),
	cmocka_unit_test(test_an_empty_file_is_refused),
	cmocka_unit_test(test_a_line_that_does_not_end_is_refused),
	cmocka_unit_test(test_numbers_have_no_gap_by_journal_or_in_all),
	cmocka_unit_test(test_other_forms_are_understood),
	cmocka_unit_test(test_an_amount_may_have_a_side_instead),
	cmocka_unit_test(test_a_file_that_is_not_there_is_told),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
