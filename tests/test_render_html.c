/*
 * test_render_html.c - the page, read back by a strict reader: it holds every figure of
 * the document, in tables that say what they are, and nothing that is not a text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "keys/encoding.h"
#include "reports/render.h"
#include "tests/markup.h"
#include "tests/paper.h"

#define CELL_BYTES_MAX ((size_t)64 << 10)

static void assert_next_cell(struct markup *page, const char *element, const char *scope,
			     const char *expected)
{
	struct buffer text;
	char room[16];

	buffer_init(&text, CELL_BYTES_MAX);
	while (markup_next(page) != MARKUP_OPEN || markup_is(page, "tr") ||
	       markup_is(page, "tbody") || markup_is(page, "thead"))
		assert_int_not_equal(page->depth, 0);
	assert_true(markup_is(page, element));
	if (scope) {
		assert_true(markup_attribute(page, "scope", room, sizeof room));
		assert_string_equal(room, scope);
	}
	markup_inner_text(page, &text);
	assert_string_equal(buffer_text(&text), expected);
	buffer_release(&text);
}

/* The reader stands before a table; it is read to its end. */
static void assert_table(struct markup *page, const struct table *table)
{
	char room[LANG_FIGURE_BYTES];

	assert_true(markup_find(page, "table"));
	assert_true(markup_attribute(page, "id", room, sizeof room));
	assert_string_equal(room, table->id);
	assert_next_cell(page, "caption", NULL, table->title);
	for (size_t i = 0; i < table->columns; i++)
		assert_next_cell(page, "th", "col", table->column[i].label);
	for (const struct row *row = table->first_row; row; row = row->next)
		for (size_t i = 0; i < table->columns; i++)
			assert_next_cell(page, i ? "td" : "th", i ? NULL : "row",
					 paper_cell(table, row, i, room));
	if (!table->first_row)
		assert_next_cell(page, "td", NULL,
				 tr(table->document->lang, MSG_NO_ROWS));
}

static void every_cell_is_in_a_table_with_its_headers(void **state)
{
	(void)state;
	for (int lang = 0; lang < LANG__COUNT; lang++) {
		struct markup page;
		struct document doc;
		struct buffer out;
		size_t tables = 0;

		paper_build(&doc, (enum lang)lang);
		paper_bytes(render_html, &doc, &out);
		paper_keep(&out, lang == LANG_FR ? "paper.html" : "paper.en.html");
		markup_init(&page, buffer_text(&out));
		for (const struct block *b = doc.first_block; b; b = b->next) {
			if (b->kind != BLOCK_TABLE)
				continue;
			assert_table(&page, b->table);
			tables++;
		}
		assert_int_equal(tables, 8);
		assert_false(markup_find(&page, "table"));
		buffer_release(&out);
		document_release(&doc);
	}
}

static void a_chart_has_its_words_for_who_cannot_see_it(void **state)
{
	struct markup page;
	struct document doc;
	struct buffer out;
	size_t pictures = 0;
	char room[256];

	(void)state;
	paper_build(&doc, LANG_FR);
	paper_bytes(render_html, &doc, &out);
	markup_init(&page, buffer_text(&out));
	for (const struct block *b = doc.first_block; b; b = b->next) {
		if (b->kind != BLOCK_TABLE || b->table->chart == CHART_NONE)
			continue;
		assert_true(markup_find(&page, "figure"));
		assert_next_cell(&page, "figcaption", NULL, b->table->title);
		assert_true(markup_find(&page, "div"));
		assert_true(markup_attribute(&page, "role", room, sizeof room));
		assert_string_equal(room, "img");
		assert_true(markup_attribute(&page, "aria-label", room, sizeof room));
		assert_string_equal(room, b->table->alt);
		assert_true(markup_find(&page, "svg"));
		pictures++;
	}
	assert_int_equal(pictures, 5);
	buffer_release(&out);
	document_release(&doc);
}

/* Of the elements' names and attributes: only what this page is made of. */
static void the_page_needs_nothing_and_runs_nothing(void **state)
{
	static const char *const known[] = {
		"html",     "head",  "meta",   "title",  "style",      "body",
		"main",     "h1",    "h2",     "h3",     "h4",         "p",
		"dl",       "dt",    "dd",     "div",    "table",      "caption",
		"thead",    "tbody", "tr",     "th",     "td",         "span",
		"bdi",      "pre",   "strong", "figure", "figcaption", "svg",
		"g",        "defs",  "symbol", "path",   "use",        "rect",
		"clipPath",
	};
	struct markup page;
	struct document doc;
	struct buffer out;
	enum markup_token token;
	char room[512];

	(void)state;
	paper_build(&doc, LANG_FR);
	paper_bytes(render_html, &doc, &out);
	markup_init(&page, buffer_text(&out));
	while ((token = markup_next(&page)) != MARKUP_END) {
		bool found = false;

		if (token != MARKUP_OPEN)
			continue;
		for (size_t i = 0; i < sizeof known / sizeof *known; i++)
			found = found || markup_is(&page, known[i]);
		if (!found)
			fail_msg("what is <%.*s>?", (int)page.name.n, page.name.p);
		assert_false(markup_attribute(&page, "src", room, sizeof room));
		assert_false(markup_attribute(&page, "href", room, sizeof room));
		assert_false(markup_attribute(&page, "onload", room, sizeof room));
		if (markup_attribute(&page, "xlink:href", room, sizeof room))
			assert_int_equal(room[0], '#');
	}
	assert_non_null(strstr(buffer_text(&out), "default-src 'none'"));
	assert_non_null(strstr(buffer_text(&out), "<html lang=\"fr\">"));
	assert_null(strstr(buffer_text(&out), "url(http"));
	buffer_release(&out);
	document_release(&doc);
}

static void what_runs_the_other_way_is_kept_apart(void **state)
{
	struct document doc;
	struct buffer out;

	(void)state;
	paper_build(&doc, LANG_FR);
	paper_bytes(render_html, &doc, &out);
	assert_non_null(strstr(buffer_text(&out), "<bdi>\u05e7"));
	assert_non_null(strstr(buffer_text(&out), "<bdi>\u0635"));
	assert_null(strstr(buffer_text(&out), "<bdi>E"));
	buffer_release(&out);
	document_release(&doc);
}

/* ---- contrast ---- */

/* Relative luminance by WCAG 2.1, in thousandths, of "#rrggbb" or "#rgb". */
static double channel(unsigned byte)
{
	double c = byte / 255.0, result = 1, base;

	if (c <= 0.03928)
		return c / 12.92;
	base = (c + 0.055) / 1.055;
	/* To the power of 2.4: squared, times its fifth root's square. */
	result = base * base;
	double root = base;
	for (int i = 0; i < 60; i++)
		root -= (root * root * root * root * root - base) /
			(5 * root * root * root * root);
	return result * root * root;
}

static double luminance(const char *hex)
{
	unsigned r, g, b;

	if (strspn(hex, "0123456789abcdef") == 3) {
		assert_int_equal(sscanf(hex, "%1x%1x%1x", &r, &g, &b), 3);
		r *= 17, g *= 17, b *= 17;
	} else {
		assert_int_equal(sscanf(hex, "%2x%2x%2x", &r, &g, &b), 3);
	}
	return 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
}

static double contrast(double a, double b)
{
	return a > b ? (a + 0.05) / (b + 0.05) : (b + 0.05) / (a + 0.05);
}

/* Every colour of a text in the style sheet, on the darkest of the light grounds or, in
 * the dark box of commands, on that one. */
static void texts_can_be_read_on_their_grounds(void **state)
{
	struct document doc;
	struct buffer out;
	const char *style, *at;
	double darkest_light = 1, dark = luminance("1a212e");
	size_t colours = 0;

	(void)state;
	paper_build(&doc, LANG_FR);
	paper_bytes(render_html, &doc, &out);
	style = strstr(buffer_text(&out), "<style>");
	for (at = style; (at = strstr(at, "background:#")); at++) {
		double light = luminance(at + strlen("background:#"));

		if (light > 0.5 && light < darkest_light)
			darkest_light = light;
	}
	for (at = style; (at = strstr(at, "color:#")); at++) {
		double text = luminance(at + strlen("color:#"));
		double ground = text > 0.5 ? dark : darkest_light;

		assert_true(contrast(text, ground) >= 4.5);
		colours++;
	}
	assert_true(colours >= 4);
	buffer_release(&out);
	document_release(&doc);
}

static void a_page_is_the_same_bytes_each_time(void **state)
{
	(void)state;
	paper_repeats(render_html);
}

static void a_table_of_10000_rows_is_a_page(void **state)
{
	struct document doc;
	struct buffer out;
	struct markup page;
	size_t rows = 0;

	(void)state;
	paper_build_long(&doc, 10000);
	paper_bytes(render_html, &doc, &out);
	markup_init(&page, buffer_text(&out));
	while (markup_find(&page, "tr"))
		rows++;
	assert_int_equal(rows, 10002);
	buffer_release(&out);
	document_release(&doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cell_is_in_a_table_with_its_headers),
		cmocka_unit_test(a_chart_has_its_words_for_who_cannot_see_it),
		cmocka_unit_test(the_page_needs_nothing_and_runs_nothing),
		cmocka_unit_test(what_runs_the_other_way_is_kept_apart),
		cmocka_unit_test(texts_can_be_read_on_their_grounds),
		cmocka_unit_test(a_page_is_the_same_bytes_each_time),
		cmocka_unit_test(a_table_of_10000_rows_is_a_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
