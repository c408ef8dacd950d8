/*
 * test_render_csv.c - what a spreadsheet opens, byte by byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reports/render.h"

#define OUT_BYTES_MAX ((size_t)1 << 20)

static void build_balances(struct document *doc, enum lang lang)
{
	struct table *table;

	document_init(doc, lang, "balances", "Soldes; \"2026\"");
	document_property_integer(doc, "size", "Taille", 12345);
	document_heading(doc, 1, "Left out");
	table = table_begin(doc, "funds", "Left out");
	table_column(table, "month", "Mois", VALUE_MONTH);
	table_column(table, "name", "Nom, prénom", VALUE_TEXT);
	table_column(table, "available", "Disponible", VALUE_CENTS);
	row_begin(table, ROW_NORMAL);
	cell_month(table, (struct month){ 24323 });
	cell_text(table, "Été; a,b");
	cell_cents(table, cents_of(123456));
	row_begin(table, ROW_ALERT);
	cell_empty(table);
	cell_text(table, "dit \"x\"");
	cell_cents(table, cents_of(-5));
	table_total_row(table, "Total");
	table = table_begin(doc, "marks", "Left out");
	table_column(table, "date", "Le", VALUE_DATE);
	table_column(table, "at", "À", VALUE_MOMENT);
	table_column(table, "share", "Part", VALUE_PERCENT);
	row_begin(table, ROW_NORMAL);
	cell_date(table, (struct date){ 0 });
	cell_moment(table, 1795378587);
	cell_percent(table, -5);
}

static void assert_csv(struct document *doc, const char *expected)
{
	struct buffer out;
	struct fault fault;

	buffer_init(&out, OUT_BYTES_MAX);
	assert_int_equal(render_csv(doc, &out, &fault), ERR_OK);
	assert_string_equal(buffer_text(&out), expected);
	buffer_release(&out);
	document_release(doc);
}

static void french_fields_are_parted_by_semicolons(void **state)
{
	struct document doc;

	(void)state;
	build_balances(&doc, LANG_FR);
	assert_csv(&doc, "\xef\xbb\xbf"
			 "table;row;property;value\r\n"
			 "document;normal;id;balances\r\n"
			 "document;normal;lang;fr\r\n"
			 "document;normal;title;\"Soldes; \"\"2026\"\"\"\r\n"
			 "document;normal;size;12345\r\n"
			 "\r\n"
			 "table;row;month;name;available\r\n"
			 "funds;label;Mois;Nom, prénom;Disponible\r\n"
			 "funds;normal;2026-11;\"Été; a,b\";1234,56\r\n"
			 "funds;alert;;\"dit \"\"x\"\"\";-0,05\r\n"
			 "funds;total;Total;;1234,51\r\n"
			 "\r\n"
			 "table;row;date;at;share\r\n"
			 "marks;label;Le;À;Part\r\n"
			 "marks;normal;1970-01-01;2026-11-22T20:16:27Z;-0,05\r\n");
}

static void english_fields_are_parted_by_commas(void **state)
{
	struct document doc;

	(void)state;
	build_balances(&doc, LANG_EN);
	assert_csv(&doc, "\xef\xbb\xbf"
			 "table,row,property,value\r\n"
			 "document,normal,id,balances\r\n"
			 "document,normal,lang,en\r\n"
			 "document,normal,title,\"Soldes; \"\"2026\"\"\"\r\n"
			 "document,normal,size,12345\r\n"
			 "\r\n"
			 "table,row,month,name,available\r\n"
			 "funds,label,Mois,\"Nom, prénom\",Disponible\r\n"
			 "funds,normal,2026-11,\"Été; a,b\",1234.56\r\n"
			 "funds,alert,,\"dit \"\"x\"\"\",-0.05\r\n"
			 "funds,total,Total,,1234.51\r\n"
			 "\r\n"
			 "table,row,date,at,share\r\n"
			 "marks,label,Le,À,Part\r\n"
			 "marks,normal,1970-01-01,2026-11-22T20:16:27Z,-0.05\r\n");
}

static void put_text_row(struct table *table, const char *text, const char *mono)
{
	row_begin(table, ROW_NORMAL);
	cell_text(table, text);
	cell_text(table, mono);
	cell_integer(table, -1);
}

static void a_text_is_never_a_formula(void **state)
{
	struct document doc;
	struct table *table;

	(void)state;
	document_init(&doc, LANG_FR, "d", "=1+1");
	document_property_mono(&doc, "root", "Racine", "+abc=");
	table = table_begin(&doc, "t", "T");
	table_column(table, "a", "@label", VALUE_TEXT);
	table_column(table, "b", "B", VALUE_MONO);
	table_column(table, "c", "C", VALUE_INTEGER);
	put_text_row(table, "=HYPERLINK(\"http://x\";\"y\")", "-x");
	put_text_row(table, "@SUM(A1)", "a=b");
	put_text_row(table, "'=1", "");
	row_begin(table, ROW_SUBTOTAL);
	row_label(table, "+x;y");
	cell_empty(table);
	cell_integer(table, -3);
	assert_csv(&doc, "\xef\xbb\xbf"
			 "table;row;property;value\r\n"
			 "document;normal;id;d\r\n"
			 "document;normal;lang;fr\r\n"
			 "document;normal;title;'=1+1\r\n"
			 "document;normal;root;'+abc=\r\n"
			 "\r\n"
			 "table;row;a;b;c\r\n"
			 "t;label;'@label;B;C\r\n"
			 "t;normal;\"'=HYPERLINK(\"\"http://x\"\";\"\"y\"\")\";'-x;-1\r\n"
			 "t;normal;'@SUM(A1);a=b;-1\r\n"
			 "t;normal;'=1;;-1\r\n"
			 "t;subtotal;\"'+x;y\";;-3\r\n");
}

static void failures_of_the_document_and_of_the_buffer_are_told(void **state)
{
	struct document doc;
	struct buffer out;
	struct fault fault;

	(void)state;
	build_balances(&doc, LANG_FR);
	buffer_init(&out, 100);
	assert_int_equal(render_csv(&doc, &out, &fault), ERR_TOO_BIG);
	document_paragraph(&doc, "\xff");
	buffer_clear(&out);
	assert_int_equal(render_csv(&doc, &out, &fault), ERR_INVALID);
	buffer_release(&out);
	document_release(&doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(french_fields_are_parted_by_semicolons),
		cmocka_unit_test(english_fields_are_parted_by_commas),
		cmocka_unit_test(a_text_is_never_a_formula),
		cmocka_unit_test(failures_of_the_document_and_of_the_buffer_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
