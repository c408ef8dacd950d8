/*
 * test_draw.c - charts as pictures: what is drawn of them, and the sums beside it.
 * Covers reports/draw.c, reports/draw_chart.c, reports/draw_sankey.c,
 * reports/draw_picture.c and reports/sankey.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "reports/draw.h"
#include "reports/render.h"
#include "reports/sankey.h"
#include "tests/paper.h"
#include "tests/report_rig.h"

static const struct sankey_node *node_of(const struct sankey *sankey, int64_t stage,
					 const char *name)
{
	for (size_t i = 0; i < sankey->nodes; i++)
		if (sankey->node[i].stage == stage &&
		    strcmp(sankey->node[i].name, name) == 0)
			return &sankey->node[i];
	fail_msg("no node '%s' in stage %d", name, (int)stage);
	return NULL;
}

static void a_node_is_what_flows_through_it(void **state)
{
	const struct sankey_node *node;
	struct sankey sankey;
	struct document doc;
	struct fault fault;

	(void)state;
	paper_build(&doc, LANG_FR);
	assert_int_equal(sankey_read(rig_table(&doc, "flows"), &sankey, &fault), ERR_OK);
	assert_int_equal(sankey.stages, 4);
	assert_int_equal(sankey.flows, 14); /* without the one of zero */
	assert_int_equal(sankey.nodes, 5 + 3 + 5 + 2);
	node = node_of(&sankey, 2, "Emploi");
	assert_int_equal(cents_value(node->in), 5000000 + 2500000 + 300);
	assert_int_equal(cents_value(node->out), 3000000 + 2000000 + 2500300);
	node = node_of(&sankey, 3, "Pas encore attribué");
	assert_int_equal(cents_value(sankey_node_amount(node)), 2500300 + 300000);
	assert_true(cents_is_zero(node->out));
	for (size_t i = 1; i < sankey.nodes; i++)
		assert_true(sankey.node[i].stage >= sankey.node[i - 1].stage);
	sankey_release(&sankey);
	document_release(&doc);
}

static void a_sum_past_the_bound_is_refused(void **state)
{
	struct sankey sankey;
	struct document doc;
	struct fault fault;
	struct buffer out;
	struct table *t;

	(void)state;
	document_init(&doc, LANG_FR, "doc", "Titre");
	t = chart_begin(&doc, CHART_SANKEY, "flows", "Flux", "Flux");
	table_column(t, "stage", "Étape", VALUE_ORDINAL);
	table_column(t, "from", "De", VALUE_TEXT);
	table_column(t, "to", "Vers", VALUE_TEXT);
	table_column(t, "amount", "Montant", VALUE_CENTS);
	for (int i = 0; i < 2; i++) {
		row_begin(t, ROW_NORMAL);
		cell_integer(t, 1);
		cell_text(t, i ? "A" : "B");
		cell_text(t, "C");
		cell_cents(t, cents_of(CENTS_ABS_MAX));
	}
	assert_int_equal(sankey_read(t, &sankey, &fault), ERR_TOO_BIG);
	buffer_init(&out, PAPER_BYTES_MAX);
	assert_int_equal(render_svg(&doc, &out, &fault), ERR_TOO_BIG);
	buffer_release(&out);
	document_release(&doc);
}

static void pictures_are_the_same_bytes_each_time(void **state)
{
	(void)state;
	paper_repeats(render_svg);
	paper_repeats(render_png);
}

static void a_document_without_charts_has_no_picture(void **state)
{
	struct document doc;
	struct buffer out;
	struct fault fault;

	(void)state;
	paper_build_long(&doc, 3);
	buffer_init(&out, PAPER_BYTES_MAX);
	assert_int_equal(render_svg(&doc, &out, &fault), ERR_USAGE);
	assert_int_equal(render_png(&doc, &out, &fault), ERR_USAGE);
	assert_non_null(strstr(fault.text, "'long'"));
	assert_int_equal(out.n, 0);
	buffer_release(&out);
	document_release(&doc);
}

static void pictures_are_svg_and_png(void **state)
{
	struct document doc;
	struct buffer out;

	(void)state;
	paper_build(&doc, LANG_FR);
	paper_bytes(render_svg, &doc, &out);
	assert_non_null(strstr(buffer_text(&out), "<svg "));
	assert_non_null(strstr(buffer_text(&out), "</svg>"));
	/* Texts are outlines: none of the ledger's words is in the bytes. */
	assert_null(strstr(buffer_text(&out), "Emploi"));
	assert_null(strstr(buffer_text(&out), "<text"));
	paper_keep(&out, "paper.svg");
	buffer_release(&out);
	paper_bytes(render_png, &doc, &out);
	assert_memory_equal(out.p, "\x89PNG\r\n\x1a\n", 8);
	paper_keep(&out, "paper.png");
	buffer_release(&out);
	document_release(&doc);
}

/* Every id of an inline picture begins with its chart's, and every reference, too. */
static void assert_ids_begin(const char *svg, const char *before, const char *id)
{
	size_t found = 0;

	for (const char *at = strstr(svg, before); at; at = strstr(at + 1, before)) {
		at += strlen(before);
		assert_int_equal(strncmp(at, id, strlen(id)), 0);
		found++;
	}
	assert_true(found > 0);
}

static void pictures_of_one_page_do_not_share_ids(void **state)
{
	struct document doc;
	struct buffer out;
	struct fault fault;

	(void)state;
	paper_build(&doc, LANG_FR);
	buffer_init(&out, PAPER_BYTES_MAX);
	assert_int_equal(draw_svg_element(rig_table(&doc, "months"), &out, &fault),
			 ERR_OK);
	assert_int_equal(strncmp(buffer_text(&out), "<svg aria-hidden=\"true\" ", 24), 0);
	assert_ids_begin(buffer_text(&out), "id=\"", "months-");
	assert_ids_begin(buffer_text(&out), "href=\"#", "months-");
	buffer_release(&out);
	document_release(&doc);
}

static struct table *counts_begin(struct document *doc, enum chart_kind kind,
				  const char *id)
{
	struct table *t = chart_begin(doc, kind, id, id, id);

	table_column(t, "name", "Nom", VALUE_TEXT);
	table_column(t, "a", "A", VALUE_INTEGER);
	table_column(t, "b", "B", VALUE_INTEGER);
	return t;
}

static void put_counts(struct table *t, int64_t a, int64_t b)
{
	row_begin(t, ROW_NORMAL);
	cell_text(t, paper_long_name);
	cell_integer(t, a);
	cell_integer(t, b);
}

/* Nothing, one, all alike, all below zero, as large as numbers are, as many as come. */
static void whatever_the_numbers_are_there_is_a_picture(void **state)
{
	static const enum chart_kind kinds[] = { CHART_STACKS, CHART_LINES, CHART_BARS };
	struct document doc;
	struct buffer out;
	char id[32];

	(void)state;
	document_init(&doc, LANG_EN, "doc", "Extremes");
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
		struct table *t;

		(void)snprintf(id, sizeof id, "none_%zu", k);
		(void)counts_begin(&doc, kinds[k], id);
		(void)snprintf(id, sizeof id, "zero_%zu", k);
		put_counts(counts_begin(&doc, kinds[k], id), 0, 0);
		(void)snprintf(id, sizeof id, "below_%zu", k);
		put_counts(counts_begin(&doc, kinds[k], id), -1, -2);
		(void)snprintf(id, sizeof id, "greatest_%zu", k);
		t = counts_begin(&doc, kinds[k], id);
		put_counts(t, INT64_MAX, INT64_MAX);
		put_counts(t, INT64_MIN, INT64_MIN);
		row_begin(t, ROW_ALERT);
		for (int i = 0; i < 3; i++)
			cell_empty(t);
		(void)snprintf(id, sizeof id, "many_%zu", k);
		t = counts_begin(&doc, kinds[k], id);
		for (int i = 0; i < 500; i++)
			put_counts(t, i, 500 - i);
	}
	paper_bytes(render_svg, &doc, &out);
	paper_keep(&out, "extremes.svg");
	/* A length that is no number would be written so. */
	assert_null(strstr(buffer_text(&out), "nan"));
	assert_null(strstr(buffer_text(&out), "inf"));
	buffer_release(&out);
	paper_bytes(render_png, &doc, &out);
	paper_keep(&out, "extremes.png");
	buffer_release(&out);
	document_release(&doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_node_is_what_flows_through_it),
		cmocka_unit_test(a_sum_past_the_bound_is_refused),
		cmocka_unit_test(pictures_are_the_same_bytes_each_time),
		cmocka_unit_test(a_document_without_charts_has_no_picture),
		cmocka_unit_test(pictures_are_svg_and_png),
		cmocka_unit_test(whatever_the_numbers_are_there_is_a_picture),
		cmocka_unit_test(pictures_of_one_page_do_not_share_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
