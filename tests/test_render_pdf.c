/*
 * test_render_pdf.c - the pages, read back by poppler: every figure of the document
 * stands in its cell, in a structure that can be read aloud, whole, with the document's
 * own dates. Covers reports/render_pdf.c, reports/render_pdf_page.c,
 * reports/render_pdf_table.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "keys/encoding.h"
#include "reports/render.h"
#include "tests/paper.h"
#include "tests/tool.h"

#define WORDS_BYTES_MAX ((size_t)64 << 20)

/* The structure, as lines: an element's name, or a text in quotes. */
struct tree {
	const char *at;
};

/* The next line without its blanks; false at the end. */
static bool line_next(struct tree *tree, struct slice *ret_line)
{
	const char *begin = tree->at, *end = strchr(begin, '\n');

	if (!end)
		return false;
	tree->at = end + 1;
	while (*begin == ' ')
		begin++;
	*ret_line = slice_of(begin, (size_t)(end - begin));
	return true;
}

static void skip_to(struct tree *tree, const char *element)
{
	struct slice line = { .n = 0 };

	do {
		if (!line_next(tree, &line))
			fail_msg("there is no %s", element);
	} while (!slice_equal_text(line, element));
}

/* A letter and its mark are one glyph, beside which the file says what letters it is of;
 * that splits what poppler tells. */
static bool has_marks(const char *text)
{
	return strstr(text, "\u0301") != NULL;
}

/* The element, and its text. Of a text of several lines poppler tells the first, which
 * ends with a space or inside a word; the whole is looked for elsewhere. */
static void assert_cell(struct tree *tree, const char *element, const char *expected)
{
	struct slice line = { .n = 0 };
	const char *text;

	assert_true(line_next(tree, &line));
	if (!slice_equal_text(line, element))
		fail_msg("%.*s is no %s of '%s'", (int)line.n, line.p, element, expected);
	assert_true(line_next(tree, &line));
	assert_true(line.n >= 2 && line.p[0] == '"' && line.p[line.n - 1] == '"');
	text = (const char *)line.p + 1;
	if (has_marks(expected))
		return;
	if (strncmp(text, expected, line.n - 2) != 0 ||
	    (strlen(expected) > line.n - 2 && strlen(expected) < 20))
		fail_msg("'%.*s' is not '%s'", (int)line.n - 2, text, expected);
}

static void assert_grid(struct tree *tree, const struct table *table)
{
	char room[LANG_FIGURE_BYTES];

	skip_to(tree, "TR");
	for (size_t i = 0; i < table->columns; i++)
		assert_cell(tree, "TH", table->column[i].label);
	for (const struct row *row = table->first_row; row; row = row->next) {
		skip_to(tree, "TR");
		for (size_t i = 0; i < table->columns; i++)
			assert_cell(tree, i ? "TD" : "TH",
				    paper_cell(table, row, i, room));
	}
	if (!table->first_row) {
		skip_to(tree, "TR");
		assert_cell(tree, "TD", tr(table->document->lang, MSG_NO_ROWS));
	}
}

/* A table wider than a page: a label and a figure, one after the other. */
static void assert_list(struct tree *tree, const struct table *table)
{
	char room[LANG_FIGURE_BYTES];

	for (const struct row *row = table->first_row; row; row = row->next) {
		for (size_t i = 0; i < table->columns; i++) {
			skip_to(tree, "TR");
			assert_cell(tree, "TH", table->column[i].label);
			assert_cell(tree, "TD", paper_cell(table, row, i, room));
		}
	}
}

static void every_cell_is_tagged_in_its_table(void **state)
{
	(void)state;
	for (int lang = 0; lang < LANG__COUNT; lang++) {
		struct document doc;
		struct buffer out, said;
		struct tree tree;

		paper_build(&doc, (enum lang)lang);
		paper_bytes(render_pdf, &doc, &out);
		paper_keep(&out, lang == LANG_FR ? "paper.pdf" : "paper.en.pdf");
		tool_run("pdfinfo -struct-text", &out, "", &said);
		tree.at = buffer_text(&said);
		skip_to(&tree, "Document");
		for (const struct block *b = doc.first_block; b; b = b->next) {
			if (b->kind != BLOCK_TABLE)
				continue;
			if (b->table->chart != CHART_NONE)
				skip_to(&tree, "Figure");
			skip_to(&tree, "Table (block)");
			assert_cell(&tree, "Caption", b->table->title);
			if (strcmp(b->table->id, "wide") == 0)
				assert_list(&tree, b->table);
			else
				assert_grid(&tree, b->table);
		}
		buffer_release(&said);
		buffer_release(&out);
		document_release(&doc);
	}
}

/* ---- the words ---- */

/* Without what is between them: blanks, and what marks a direction. */
static void words_only(const char *text, struct buffer *out)
{
	size_t n = strlen(text);

	buffer_init(out, WORDS_BYTES_MAX);
	for (size_t at = 0; at < n;) {
		size_t from = at;
		uint32_t c = utf8_next(text, n, &at);

		if (c > 0x20 && c != 0xa0 && c != 0x202f && c != 0x200e && c != 0x200f &&
		    !(c >= 0x202a && c <= 0x202e))
			buffer_put(out, text + from, at - from);
	}
}

static void assert_said(const struct buffer *words, const char *text)
{
	struct buffer wanted;

	words_only(text, &wanted);
	if (!strstr(buffer_text(words), buffer_text(&wanted)))
		fail_msg("nowhere: '%s'", text);
	buffer_release(&wanted);
}

static void texts_are_whole_however_they_are_wrapped(void **state)
{
	struct document doc;
	struct buffer out, said, words;
	char room[LANG_FIGURE_BYTES];

	(void)state;
	paper_build(&doc, LANG_FR);
	paper_bytes(render_pdf, &doc, &out);
	tool_run("pdftotext -raw", &out, "-", &said);
	words_only(buffer_text(&said), &words);
	assert_said(&words, doc.title);
	for (const struct property *p = doc.first_property; p; p = p->next) {
		assert_said(&words, p->label);
		assert_said(&words, value_figure(&p->value, doc.lang, room));
	}
	for (const struct block *b = doc.first_block; b; b = b->next) {
		if (b->kind != BLOCK_TABLE)
			assert_said(&words, b->text);
		for (const struct row *row = b->table ? b->table->first_row : NULL; row;
		     row = row->next)
			for (size_t i = 0; i < b->table->columns; i++)
				assert_said(&words, paper_cell(b->table, row, i, room));
	}
	buffer_release(&words);
	buffer_release(&said);
	buffer_release(&out);
	document_release(&doc);
}

/* ---- the file ---- */

static void the_file_says_what_it_is(void **state)
{
	static const char *const lines[] = {
		"Title:           Rapport d'essai",
		"Author:          Fonds de l'Est \"93\"",
		"CreationDate:    2026-11-22T20:16:27Z",
		"ModDate:         2026-11-22T20:16:27Z",
		"Tagged:          yes",
		"(A4)",
	};
	struct document doc;
	struct buffer out, said;

	(void)state;
	paper_build(&doc, LANG_FR);
	paper_bytes(render_pdf, &doc, &out);
	tool_run("TZ=UTC pdfinfo -isodates", &out, "", &said);
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		if (!strstr(buffer_text(&said), lines[i]))
			fail_msg("no '%s' in: %s", lines[i], buffer_text(&said));
	buffer_release(&said);
	/* Name, type of one or two words, encoding, embedded, subset, unicode. */
	tool_run("pdffonts", &out,
		 "| tail -n +3 | awk '{ print $(NF-4), $(NF-3), $(NF-2) }'", &said);
	assert_true(said.n > 0);
	assert_non_null(strstr(buffer_text(&said), "yes yes yes"));
	assert_null(strstr(buffer_text(&said), "no"));
	buffer_release(&said);
	buffer_release(&out);
	document_release(&doc);
}

static void pages_are_the_same_bytes_each_time(void **state)
{
	(void)state;
	paper_repeats(render_pdf);
}

static void render_words(const char *words, struct buffer *out)
{
	struct document doc;
	struct fault fault;

	document_init(&doc, LANG_FR, "words", "Mots");
	document_heading(&doc, 1, words);
	document_paragraph(&doc, words);
	document_command(&doc, words);
	buffer_init(out, (size_t)1 << 24);
	assert_int_equal(render_pdf(&doc, out, &fault), ERR_OK);
	document_release(&doc);
}

/* Fonts are read once for all of them: what one has used of a font is no other's. */
static void a_document_is_the_same_bytes_after_another_one(void **state)
{
	struct buffer first, between, again;

	(void)state;
	render_words("Reçu n° 12, œuvre d'intérêt général", &first);
	render_words("ZYXW 9876543210 \u2212 abcdefghijklmnopqrstuvwxyz", &between);
	render_words("Reçu n° 12, œuvre d'intérêt général", &again);
	assert_int_equal(first.n, again.n);
	assert_memory_equal(first.p, again.p, first.n);
	assert_true(between.n != first.n || memcmp(between.p, first.p, first.n) != 0);
	buffer_release(&first);
	buffer_release(&between);
	buffer_release(&again);
}

/* ---- a long table ---- */

static size_t count_of(const char *text, const char *what)
{
	size_t count = 0;

	for (const char *at = strstr(text, what); at; at = strstr(at + 1, what))
		count++;
	return count;
}

static void a_table_of_10000_rows_repeats_its_header_on_each_page(void **state)
{
	struct document doc;
	struct buffer out, said;
	const char *pages;
	char foot[32], name[64];
	size_t count;

	(void)state;
	paper_build_long(&doc, 10000);
	paper_bytes(render_pdf, &doc, &out);
	paper_keep(&out, "long.pdf");
	tool_run("pdftotext -layout", &out, "-", &said);
	pages = buffer_text(&said);
	count = count_of(pages, "\f");
	assert_true(count > 100);
	assert_int_equal(count_of(pages, "Position"), count);
	for (size_t i = 1; i <= count; i++) {
		(void)snprintf(foot, sizeof foot, " %zu / %zu\n", i, count);
		assert_int_equal(count_of(pages, foot), 1);
	}
	for (int i = 0; i < 10000; i += 37) {
		(void)snprintf(name, sizeof name, "Ligne numéro %d ", i);
		assert_int_equal(count_of(pages, name), 1);
	}
	buffer_release(&said);
	buffer_release(&out);
	document_release(&doc);
}

/* What has no room on a page goes on on the next. */
static void a_paragraph_longer_than_a_page_is_whole(void **state)
{
	struct document doc;
	struct buffer out, said, words, text;
	char word[32];

	(void)state;
	buffer_init(&text, WORDS_BYTES_MAX);
	for (int i = 0; i < 3000; i++)
		buffer_printf(&text, "mot%d ", i);
	document_init(&doc, LANG_FR, "doc", "Titre");
	document_paragraph(&doc, buffer_text(&text));
	document_note(&doc, buffer_text(&text));
	paper_bytes(render_pdf, &doc, &out);
	tool_run("pdftotext -raw", &out, "-", &said);
	words_only(buffer_text(&said), &words);
	for (int i = 0; i < 3000; i++) {
		(void)snprintf(word, sizeof word, "mot%dmot", i);
		assert_true(i == 2999 || count_of(buffer_text(&words), word) >= 1);
	}
	assert_true(count_of(buffer_text(&said), "\f") >= 4);
	buffer_release(&words);
	buffer_release(&said);
	buffer_release(&out);
	buffer_release(&text);
	document_release(&doc);
}

/* How many figures there are, and pages. */
static void bars_put(size_t rows, size_t *ret_figures, size_t *ret_pages)
{
	struct document doc;
	struct buffer out, said;
	char name[32];
	struct table *t;

	document_init(&doc, LANG_FR, "doc", "Titre");
	t = chart_begin(&doc, CHART_BARS, "bars", "Barres", "Barres");
	table_column(t, "name", "Nom", VALUE_TEXT);
	table_column(t, "n", "N", VALUE_INTEGER);
	for (size_t i = 0; i < rows; i++) {
		(void)snprintf(name, sizeof name, "Barre %zu", i);
		row_begin(t, ROW_NORMAL);
		cell_text(t, name);
		cell_integer(t, (int64_t)i);
	}
	paper_bytes(render_pdf, &doc, &out);
	tool_run("pdfinfo -struct-text", &out, "", &said);
	*ret_figures = count_of(buffer_text(&said), "Figure\n");
	buffer_release(&said);
	tool_run("pdftotext -layout", &out, "-", &said);
	*ret_pages = count_of(buffer_text(&said), "\f");
	(void)snprintf(name, sizeof name, "Barre %zu", rows - 1);
	assert_int_equal(count_of(buffer_text(&said), name), *ret_figures + 1);
	buffer_release(&said);
	buffer_release(&out);
	document_release(&doc);
}

static void a_chart_higher_than_a_page_is_smaller_or_left_out(void **state)
{
	size_t figures, pages;

	(void)state;
	bars_put(30, &figures, &pages);
	assert_int_equal(figures, 1);
	bars_put(60, &figures, &pages); /* 1080 points of some 700 */
	assert_int_equal(figures, 1);
	bars_put(500, &figures, &pages);
	assert_int_equal(figures, 0);
	assert_true(pages > 5);
}

static void a_buffer_that_is_full_is_told(void **state)
{
	struct document doc;
	struct buffer out;
	struct fault fault;

	(void)state;
	paper_build(&doc, LANG_FR);
	buffer_init(&out, 1000);
	assert_int_equal(render_pdf(&doc, &out, &fault), ERR_TOO_BIG);
	assert_non_null(strstr(fault.text, "PDF"));
	buffer_release(&out);
	document_release(&doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cell_is_tagged_in_its_table),
		cmocka_unit_test(texts_are_whole_however_they_are_wrapped),
		cmocka_unit_test(the_file_says_what_it_is),
		cmocka_unit_test(pages_are_the_same_bytes_each_time),
		cmocka_unit_test(a_document_is_the_same_bytes_after_another_one),
		cmocka_unit_test(a_table_of_10000_rows_repeats_its_header_on_each_page),
		cmocka_unit_test(a_paragraph_longer_than_a_page_is_whole),
		cmocka_unit_test(a_chart_higher_than_a_page_is_smaller_or_left_out),
		cmocka_unit_test(a_buffer_that_is_full_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
