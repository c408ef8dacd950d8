/*
 * test_render_json.c - the JSON byte by byte, and as another parser reads it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "reports/render.h"

#define OUT_BYTES_MAX ((size_t)1 << 20)

static void build_balances(struct document *doc)
{
	struct table *table;
	struct date date;

	assert_int_equal(date_parse("2026-11-22", &date), ERR_OK);
	document_init(doc, LANG_FR, "balances", "Soldes \"2026\" \\ été");
	document_subtitle(doc, "un");
	document_subtitle(doc, "deux");
	document_property_text(doc, "origin", "Journal", "arrondi.example");
	document_property_integer(doc, "size", "Taille", 12345);
	document_property_date(doc, "to", "Au", date);
	document_property_moment(doc, "at", "À", 1795378587);
	document_heading(doc, 2, "Fonds");
	document_paragraph(doc, "Texte.");
	document_note(doc, "Note.");
	document_command(doc, "arrondi-verify export/");
	table = table_begin(doc, "funds", "Fonds");
	table_column(table, "month", "Mois", VALUE_MONTH);
	table_column(table, "name", "Nom", VALUE_TEXT);
	table_column(table, "available", "Disponible", VALUE_CENTS);
	table_column(table, "share", "Part", VALUE_PERCENT);
	table_column(table, "position", "Position", VALUE_ORDINAL);
	row_begin(table, ROW_ALERT);
	cell_month(table, (struct month){ 24323 });
	cell_text(table, "=\"x\"");
	cell_cents(table, cents_of(-CENTS_ABS_MAX));
	cell_percent(table, 1234);
	cell_integer(table, 7);
	table_total_row(table, "Total");
	table_column(table_begin(doc, "none", "Rien"), "hash", "Empreinte", VALUE_MONO);
	table = chart_begin(doc, CHART_BARS, "ages", "Âges",
			    "Ce qui est dû, par \"âge\"");
	table_column(table, "age", "Âge", VALUE_TEXT);
	table_column(table, "entries", "Nombre", VALUE_INTEGER);
}

static const char expected_json[] =
	"{\"document\":\"balances\",\"lang\":\"fr\","
	"\"title\":\"Soldes \\\"2026\\\" \\\\ été\",\"subtitle\":[\"un\",\"deux\"],"
	"\"properties\":{\"origin\":\"arrondi.example\",\"size\":12345,"
	"\"to\":\"2026-11-22\",\"at\":\"2026-11-22T20:16:27Z\"},\"blocks\":[\n"
	"{\"block\":\"heading\",\"level\":2,\"text\":\"Fonds\"},\n"
	"{\"block\":\"paragraph\",\"text\":\"Texte.\"},\n"
	"{\"block\":\"note\",\"text\":\"Note.\"},\n"
	"{\"block\":\"command\",\"text\":\"arrondi-verify export/\"},\n"
	"{\"block\":\"table\",\"table\":\"funds\",\"title\":\"Fonds\",\"columns\":["
	"{\"column\":\"month\",\"type\":\"month\",\"label\":\"Mois\"},"
	"{\"column\":\"name\",\"type\":\"text\",\"label\":\"Nom\"},"
	"{\"column\":\"available\",\"type\":\"cents\",\"label\":\"Disponible\"},"
	"{\"column\":\"share\",\"type\":\"basis_points\",\"label\":\"Part\"},"
	"{\"column\":\"position\",\"type\":\"ordinal\",\"label\":\"Position\"}],"
	"\"rows\":[\n"
	"{\"row\":\"alert\",\"label\":null,\"cells\":{\"month\":\"2026-11\","
	"\"name\":\"=\\\"x\\\"\",\"available\":-9007199254740991,\"share\":1234,"
	"\"position\":7}},\n"
	"{\"row\":\"total\",\"label\":\"Total\",\"cells\":{\"month\":null,\"name\":null,"
	"\"available\":-9007199254740991,\"share\":null,\"position\":null}}]},\n"
	"{\"block\":\"table\",\"table\":\"none\",\"title\":\"Rien\",\"columns\":["
	"{\"column\":\"hash\",\"type\":\"mono\",\"label\":\"Empreinte\"}],\"rows\":[]},\n"
	"{\"block\":\"table\",\"table\":\"ages\",\"title\":\"Âges\",\"chart\":\"bars\","
	"\"alt\":\"Ce qui est dû, par \\\"âge\\\"\",\"columns\":["
	"{\"column\":\"age\",\"type\":\"text\",\"label\":\"Âge\"},"
	"{\"column\":\"entries\",\"type\":\"integer\",\"label\":\"Nombre\"}],\"rows\":[]}"
	"]}"
	"\n";

static void a_document_is_one_object_of_known_bytes(void **state)
{
	struct document doc;
	struct buffer out;
	struct fault fault;

	(void)state;
	build_balances(&doc);
	buffer_init(&out, OUT_BYTES_MAX);
	assert_int_equal(render_json(&doc, &out, &fault), ERR_OK);
	assert_string_equal(buffer_text(&out), expected_json);
	buffer_release(&out);
	document_release(&doc);
}

static void another_parser_reads_back_what_the_document_holds(void **state)
{
	struct document doc;
	struct buffer out;
	struct fault fault;
	json_error_t error;
	json_t *root, *table, *cells;

	(void)state;
	build_balances(&doc);
	buffer_init(&out, OUT_BYTES_MAX);
	assert_int_equal(render_json(&doc, &out, &fault), ERR_OK);
	root = json_loadb(buffer_text(&out), out.n, JSON_REJECT_DUPLICATES, &error);
	assert_non_null(root);
	assert_string_equal(json_string_value(json_object_get(root, "title")), doc.title);
	table = json_array_get(json_object_get(root, "blocks"), 4);
	assert_int_equal(json_array_size(json_object_get(table, "rows")), 2);
	cells = json_object_get(json_array_get(json_object_get(table, "rows"), 0),
				"cells");
	assert_int_equal(json_integer_value(json_object_get(cells, "available")),
			 -CENTS_ABS_MAX);
	assert_string_equal(json_string_value(json_object_get(cells, "name")), "=\"x\"");
	json_decref(root);
	buffer_release(&out);
	document_release(&doc);
}

static void an_empty_document_is_whole(void **state)
{
	struct document doc;
	struct buffer out;
	struct fault fault;

	(void)state;
	document_init(&doc, LANG_EN, "d", "T");
	buffer_init(&out, OUT_BYTES_MAX);
	assert_int_equal(render_json(&doc, &out, &fault), ERR_OK);
	assert_string_equal(buffer_text(&out),
			    "{\"document\":\"d\",\"lang\":\"en\",\"title\":\"T\","
			    "\"subtitle\":[],\"properties\":{},\"blocks\":[]}\n");
	buffer_release(&out);
	document_release(&doc);
}

static void failures_of_the_document_and_of_the_buffer_are_told(void **state)
{
	struct document doc;
	struct buffer out;
	struct fault fault;

	(void)state;
	build_balances(&doc);
	buffer_init(&out, 100);
	assert_int_equal(render_json(&doc, &out, &fault), ERR_TOO_BIG);
	document_paragraph(&doc, "\xff");
	buffer_clear(&out);
	assert_int_equal(render_json(&doc, &out, &fault), ERR_INVALID);
	buffer_release(&out);
	document_release(&doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document_is_one_object_of_known_bytes),
		cmocka_unit_test(another_parser_reads_back_what_the_document_holds),
		cmocka_unit_test(an_empty_document_is_whole),
		cmocka_unit_test(failures_of_the_document_and_of_the_buffer_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
