/*
 * test_render_text.c - what a reader sees, character by character.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "keys/encoding.h"
#include "reports/render.h"

#define OUT_BYTES_MAX ((size_t)4 << 20)

static void put_fund(struct table *table, enum row_style style, const char *name,
		     int64_t grants, int64_t cents)
{
	row_begin(table, style);
	cell_text(table, name);
	cell_integer(table, grants);
	cell_cents(table, cents_of(cents));
}

static void build_balances(struct document *doc, enum lang lang)
{
	struct table *table;
	struct date date;

	assert_int_equal(date_parse("2026-11-22", &date), ERR_OK);
	document_init(doc, lang, "balances", "Soldes des fonds");
	document_subtitle(doc, "Exercice 2026");
	document_property_text(doc, "origin", "Journal", "arrondi.example/2026");
	document_property_integer(doc, "size", "Écritures", 12345);
	document_property_date(doc, "to", "Jusqu'au", date);
	document_heading(doc, 1, "Fonds");
	document_paragraph(doc, "Ce que chaque fonds peut accorder.");
	table = table_begin(doc, "funds", "Fonds ouverts");
	table_column(table, "fund", "Fonds", VALUE_TEXT);
	table_column(table, "grants", "Aides", VALUE_INTEGER);
	table_column(table, "available", "Disponible", VALUE_CENTS);
	put_fund(table, ROW_NORMAL, "Emploi", 1204, 123456);
	put_fund(table, ROW_ALERT, "Amorçage de projets", 17, -1200);
	put_fund(table, ROW_SUBTOTAL, "Programmes", 1221, 122256);
	table_total_row(table, tr(lang, MSG_TOTAL));
	document_heading(doc, 2, "Vérifier");
	document_command(doc, "arrondi-verify export/");
	document_command(doc, "arrondi-report balances");
	document_heading(doc, 3, "Et puis");
	document_note(doc, "Rien.");
}

static void assert_text(struct document *doc, const char *expected)
{
	struct buffer out;
	struct fault fault;

	buffer_init(&out, OUT_BYTES_MAX);
	assert_int_equal(render_text(doc, &out, &fault), ERR_OK);
	assert_string_equal(buffer_text(&out), expected);
	buffer_release(&out);
	document_release(doc);
}

static void a_report_reads_as_a_french_page(void **state)
{
	struct document doc;

	(void)state;
	build_balances(&doc, LANG_FR);
	assert_text(&doc, "Soldes des fonds\n"
			  "════════════════\n"
			  "Exercice 2026\n"
			  "\n"
			  "Journal    arrondi.example/2026\n"
			  "Écritures  12\u202f345\n"
			  "Jusqu'au   22/11/2026\n"
			  "\n"
			  "Fonds\n"
			  "─────\n"
			  "\n"
			  "Ce que chaque fonds peut accorder.\n"
			  "\n"
			  "Fonds ouverts\n"
			  "\n"
			  "  Fonds                Aides  Disponible\n"
			  "────────────────────────────────────────\n"
			  "  Emploi               1\u202f204  1\u202f234,56\u00a0€\n"
			  "! Amorçage de projets     17    \u221212,00\u00a0€\n"
			  "┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄\n"
			  "  Programmes           1\u202f221  1\u202f222,56\u00a0€\n"
			  "────────────────────────────────────────\n"
			  "  Total                1\u202f221  1\u202f222,56\u00a0€\n"
			  "\n"
			  "Vérifier\n"
			  "┄┄┄┄┄┄┄┄\n"
			  "\n"
			  "    arrondi-verify export/\n"
			  "    arrondi-report balances\n"
			  "\n"
			  "Et puis\n"
			  "\n"
			  "Note\u00a0:  Rien.\n");
}

static void figures_follow_the_language(void **state)
{
	struct document doc;
	struct table *table;

	(void)state;
	document_init(&doc, LANG_EN, "d", "Funds");
	table = table_begin(&doc, "funds", "Open funds");
	table_column(table, "month", "Month", VALUE_MONTH);
	table_column(table, "amount", "Amount", VALUE_CENTS);
	table_column(table, "share", "Share", VALUE_PERCENT);
	table_column(table, "at", "Recorded", VALUE_MOMENT);
	table_column(table, "position", "Position", VALUE_ORDINAL);
	row_begin(table, ROW_NORMAL);
	cell_month(table, (struct month){ 24323 });
	cell_cents(table, cents_of(-123456));
	cell_percent(table, 1234);
	cell_moment(table, 1795378587);
	cell_integer(table, 12345);
	table_total_row(table, tr(LANG_EN, MSG_TOTAL));
	assert_text(&doc,
		    "Funds\n"
		    "═════\n"
		    "\n"
		    "Open funds\n"
		    "\n"
		    "Month         Amount   Share  Recorded              Position\n"
		    "────────────────────────────────────────────────────────────\n"
		    "Nov\u00a02026  \u2212€1,234.56  12.34%  22 Nov 2026 at 21:16     "
		    "12345\n"
		    "────────────────────────────────────────────────────────────\n"
		    "Total     \u2212€1,234.56\n");
}

static void an_empty_table_says_so(void **state)
{
	struct document doc;

	(void)state;
	document_init(&doc, LANG_FR, "d", "T");
	table_column(table_begin(&doc, "none", "Fonds fermés"), "fund", "Fonds",
		     VALUE_TEXT);
	assert_text(&doc, "T\n═\n\nFonds fermés\n\nFonds\n─────\n(aucune ligne)\n");
}

static void long_texts_wrap_inside_their_column(void **state)
{
	static const char label[] =
		"Une aide qui porte un libellé assez long pour ne pas "
		"tenir sur une seule ligne, et de loin";
	struct document doc;
	struct table *table;

	(void)state;
	document_init(&doc, LANG_FR, "d", "T");
	table = table_begin(&doc, "t", "Aides");
	table_column(table, "label", "Aide", VALUE_TEXT);
	table_column(table, "amount", "Montant", VALUE_CENTS);
	table_column(table, "date", "Le", VALUE_DATE);
	row_begin(table, ROW_NORMAL);
	cell_text(table, label);
	cell_cents(table, cents_of(12300));
	cell_date(table, (struct date){ 0 });
	assert_text(
		&doc,
		"T\n═\n\nAides\n\n"
		"Aide                                                                    "
		"         Montant  Le\n"
		"────────────────────────────────────────────────────────────────────────"
		"────────────────────────────\n"
		"Une aide qui porte un libellé assez long pour ne pas tenir sur une seule"
		"        123,00\u00a0€  01/01/1970\n"
		"ligne, et de loin\n");
}

static void combining_marks_take_no_column(void **state)
{
	struct document doc;
	struct table *table;

	(void)state;
	document_init(&doc, LANG_FR, "d", "e\u0301te\u0301");
	table = table_begin(&doc, "t", "x");
	table_column(table, "a", "A", VALUE_TEXT);
	table_column(table, "b", "B", VALUE_TEXT);
	row_begin(table, ROW_NORMAL);
	cell_text(table, "e\u0301te\u0301");
	cell_text(table, "y");
	row_begin(table, ROW_NORMAL);
	cell_text(table, "hiver");
	cell_text(table, "z");
	assert_text(&doc, "e\u0301te\u0301\n═══\n\nx\n\nA      B\n────────\n"
			  "e\u0301te\u0301    y\nhiver  z\n");
}

static void a_table_wider_than_the_paper_becomes_lists(void **state)
{
	struct document doc;
	struct table *table;
	struct buffer out;
	struct fault fault;

	(void)state;
	document_init(&doc, LANG_EN, "d", "T");
	table = table_begin(&doc, "t", "Wide");
	table_column(table, "fund", "Fund", VALUE_TEXT);
	for (char id[] = "a"; id[0] < 'k'; id[0]++)
		table_column(table, id, id, VALUE_CENTS);
	row_begin(table, ROW_ALERT);
	cell_text(table, "Jobs");
	for (int i = 0; i < 10; i++)
		cell_cents(table, cents_of(123456789));
	table_total_row(table, "Total");
	buffer_init(&out, OUT_BYTES_MAX);
	assert_int_equal(render_text(&doc, &out, &fault), ERR_OK);
	assert_non_null(strstr(buffer_text(&out), "\n! Fund  Jobs\n"
						  "  a     €1,234,567.89\n"
						  "  b     €1,234,567.89\n"));
	assert_non_null(strstr(buffer_text(&out), "──\n  Fund  Total\n"));
	buffer_release(&out);
	document_release(&doc);
}

static size_t columns_of_line(const char *line, size_t bytes)
{
	size_t columns = 0;

	for (size_t at = 0; at < bytes;) {
		uint32_t c = utf8_next(line, bytes, &at);

		columns += c < 0x300 || c > 0x36f;
	}
	return columns;
}

static void assert_page_is_neat(const char *page)
{
	while (*page) {
		size_t bytes = strcspn(page, "\n");

		assert_in_range(columns_of_line(page, bytes), 0, RENDER_TEXT_COLUMNS_MAX);
		assert_true(bytes == 0 || page[bytes - 1] != ' ');
		assert_int_equal(page[bytes], '\n');
		page += bytes + 1;
	}
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static void random_text(uint32_t *seed, char *text, size_t characters)
{
	static const char *const piece[] = { "a",  "é", " ", "œ",    "long",  "e\u0301",
					     "  ", "-", "€", "mot ", "\u00a0" };

	*text = '\0';
	for (size_t i = 0; i < characters; i++) {
		const char *p = piece[next_random(seed) % 11];

		memcpy(text, p, strlen(p) + 1);
		text += strlen(p);
	}
}

static void build_random(struct document *doc, uint32_t *seed)
{
	static const enum value_type types[] = { VALUE_TEXT, VALUE_MONO, VALUE_CENTS,
						 VALUE_INTEGER };
	char text[2048], id[24];
	size_t columns = 1 + next_random(seed) % 12;
	struct table *table;

	random_text(seed, text, next_random(seed) % 300);
	document_init(doc, LANG_FR, "d", text);
	document_paragraph(doc, text);
	document_note(doc, text);
	document_heading(doc, 1, text);
	document_property_text(doc, "p", text, text);
	table = table_begin(doc, "t", text);
	for (size_t i = 0; i < columns; i++) {
		random_text(seed, text, next_random(seed) % 30);
		(void)snprintf(id, sizeof id, "c%zu", i);
		table_column(table, id, text, types[next_random(seed) % 4]);
	}
	for (size_t row = 0; row < next_random(seed) % 5; row++) {
		row_begin(table, (enum row_style)(next_random(seed) % ROW__COUNT));
		for (size_t i = 0; i < columns; i++) {
			random_text(seed, text, next_random(seed) % 200);
			if (next_random(seed) % 5 == 0)
				cell_empty(table);
			else if (value_type_is_text(table->column[i].type))
				cell_text(table, text);
			else if (table->column[i].type == VALUE_CENTS)
				cell_cents(table, cents_of((int64_t)next_random(seed)
							   << next_random(seed) % 29));
			else
				cell_integer(table, next_random(seed));
		}
	}
}

static void no_line_is_longer_than_the_paper_whatever_is_written(void **state)
{
	uint32_t seed = 20261122;

	(void)state;
	for (int round = 0; round < 400; round++) {
		struct document doc;
		struct buffer out;
		struct fault fault;

		build_random(&doc, &seed);
		buffer_init(&out, OUT_BYTES_MAX);
		assert_int_equal(render_text(&doc, &out, &fault), ERR_OK);
		assert_page_is_neat(buffer_text(&out));
		buffer_release(&out);
		document_release(&doc);
	}
}

static void failures_of_the_document_and_of_the_buffer_are_told(void **state)
{
	struct document doc;
	struct buffer out;
	struct fault fault;

	(void)state;
	build_balances(&doc, LANG_FR);
	buffer_init(&out, 100);
	assert_int_equal(render_text(&doc, &out, &fault), ERR_TOO_BIG);
	document_paragraph(&doc, "\xff");
	buffer_clear(&out);
	assert_int_equal(render_text(&doc, &out, &fault), ERR_INVALID);
	buffer_release(&out);
	document_release(&doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_report_reads_as_a_french_page),
		cmocka_unit_test(figures_follow_the_language),
		cmocka_unit_test(an_empty_table_says_so),
		cmocka_unit_test(long_texts_wrap_inside_their_column),
		cmocka_unit_test(combining_marks_take_no_column),
		cmocka_unit_test(a_table_wider_than_the_paper_becomes_lists),
		cmocka_unit_test(no_line_is_longer_than_the_paper_whatever_is_written),
		cmocka_unit_test(failures_of_the_document_and_of_the_buffer_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
