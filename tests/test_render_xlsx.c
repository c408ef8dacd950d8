/*
 * test_render_xlsx.c - the workbook, unzipped and read back: every figure of the document
 * is a number of its cell, every text a string, and every sum a formula with its value.
 * Covers reports/render_xlsx_check.c, too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "reports/render.h"
#include "reports/render_xlsx_int.h"
#include "tests/markup.h"
#include "tests/paper.h"
#include "tests/report_rig.h"
#include "tests/tool.h"

#define TEXT_BYTES_MAX ((size_t)64 << 10)
#define NAME_BYTES     16
#define DAYS_TO_1970   25569 /* from 1899-12-30: what Excel counts from */

/* A sheet's next cell, as the file has it. */
struct cell {
	char name[NAME_BYTES]; /* "B7" */
	bool is_string, has_value;
	struct buffer text; /* of a string */
	double value;
	struct buffer formula;
};

static void cell_release(struct cell *cell)
{
	buffer_release(&cell->text);
	buffer_release(&cell->formula);
}

/* False at the end of the sheet. The caller releases it. */
static bool cell_next(struct markup *sheet, struct cell *cell)
{
	struct buffer value;
	char type[NAME_BYTES] = "";
	size_t depth;

	*cell = (struct cell){ .is_string = false };
	if (!markup_find(sheet, "c"))
		return false;
	depth = sheet->depth;
	buffer_init(&cell->text, TEXT_BYTES_MAX);
	buffer_init(&cell->formula, TEXT_BYTES_MAX);
	assert_true(markup_attribute(sheet, "r", cell->name, sizeof cell->name));
	cell->is_string = markup_attribute(sheet, "t", type, sizeof type);
	if (cell->is_string)
		assert_string_equal(type, "inlineStr");
	while (sheet->depth >= depth) {
		if (markup_next(sheet) != MARKUP_OPEN)
			continue;
		if (markup_is(sheet, "t")) {
			markup_inner_text(sheet, &cell->text);
		} else if (markup_is(sheet, "f")) {
			markup_inner_text(sheet, &cell->formula);
		} else if (markup_is(sheet, "v")) {
			buffer_init(&value, TEXT_BYTES_MAX);
			markup_inner_text(sheet, &value);
			assert_int_equal(sscanf(buffer_text(&value), "%lf", &cell->value),
					 1);
			cell->has_value = true;
			buffer_release(&value);
		}
	}
	return true;
}

/* ---- values ---- */

static int64_t nearest(double n)
{
	return (int64_t)(n < 0 ? n - 0.5 : n + 0.5);
}

static int64_t whole(double n)
{
	double rest = n - (double)nearest(n);

	assert_true(rest < 1e-3 && rest > -1e-3);
	return nearest(n);
}

static void assert_number(const struct value *value, double n)
{
	struct paris_time time;

	switch (value->type) {
	case VALUE_CENTS:
		assert_int_equal(whole(n * 100), cents_value(value->cents));
		return;
	case VALUE_INTEGER:
	case VALUE_ORDINAL:
		assert_int_equal(whole(n), value->n);
		return;
	case VALUE_PERCENT:
		assert_int_equal(whole(n * 10000), value->n);
		return;
	case VALUE_DATE:
		assert_int_equal(whole(n), value->date.day + DAYS_TO_1970);
		return;
	case VALUE_MONTH:
		assert_int_equal(whole(n),
				 month_first_day(value->month).day + DAYS_TO_1970);
		return;
	case VALUE_MOMENT:
		assert_int_equal(paris_of_utc(value->n, &time), ERR_OK);
		assert_int_equal(nearest((n - DAYS_TO_1970) * 86400),
				 (int64_t)time.date.day * 86400 + time.day_s);
		return;
	case VALUE_TEXT:
	case VALUE_MONO:
	case VALUE__COUNT:
		break;
	}
	fail_msg("a text is no number");
}

static void assert_cell(const struct cell *cell, const struct row *row, size_t column)
{
	const struct value *value = &row->value[column];
	const char *label = column == 0 ? row->label : NULL;

	if (label || value_type_is_text(value->type)) {
		const char *text = label ? label : value->empty ? "" : value->text;

		assert_string_equal(buffer_text(&cell->text), text);
		assert_true(cell->is_string == (*text != '\0'));
		assert_false(cell->has_value);
		assert_int_equal(cell->formula.n, 0);
		return;
	}
	assert_false(cell->is_string);
	assert_true(cell->has_value == !value->empty);
	if (!value->empty)
		assert_number(value, cell->value);
	assert_true((cell->formula.n > 0) == (row->summed && !value->empty));
}

/* ---- sheets ---- */

static void sheet_read(const struct buffer *out, size_t number, struct buffer *sheet)
{
	char file[64];

	(void)snprintf(file, sizeof file, "xl/worksheets/sheet%zu.xml", number);
	tool_run("unzip -p", out, file, sheet);
}

static void assert_sheet(const struct buffer *out, size_t number,
			 const struct table *table)
{
	struct buffer text;
	struct markup sheet;
	struct cell cell;

	sheet_read(out, number, &text);
	assert_non_null(strstr(buffer_text(&text),
			       "<pane ySplit=\"1\" topLeftCell=\"A2\" "
			       "activePane=\"bottomLeft\" state=\"frozen\"/>"));
	markup_init(&sheet, buffer_text(&text));
	for (size_t i = 0; i < table->columns; i++) {
		assert_true(cell_next(&sheet, &cell));
		assert_string_equal(buffer_text(&cell.text), table->column[i].label);
		cell_release(&cell);
	}
	for (const struct row *row = table->first_row; row; row = row->next) {
		for (size_t i = 0; i < table->columns; i++) {
			assert_true(cell_next(&sheet, &cell));
			assert_cell(&cell, row, i);
			cell_release(&cell);
		}
	}
	assert_false(cell_next(&sheet, &cell));
	buffer_release(&text);
}

static void every_cell_is_in_its_sheet(void **state)
{
	(void)state;
	for (int lang = 0; lang < LANG__COUNT; lang++) {
		struct document doc;
		struct buffer out;
		size_t number = 1;

		paper_build(&doc, (enum lang)lang);
		paper_bytes(render_xlsx, &doc, &out);
		paper_keep(&out, lang == LANG_FR ? "paper.xlsx" : "paper.en.xlsx");
		for (const struct block *b = doc.first_block; b; b = b->next)
			if (b->kind == BLOCK_TABLE)
				assert_sheet(&out, ++number, b->table);
		assert_int_equal(number, 9);
		buffer_release(&out);
		document_release(&doc);
	}
}

/* A sum is over the rows that the total counts: not over the subtotal's. */
static void a_total_is_a_formula_over_what_it_sums(void **state)
{
	struct document doc;
	struct buffer out, text;
	struct markup sheet;
	struct cell cell;
	size_t formulas = 0;

	(void)state;
	paper_build(&doc, LANG_FR);
	paper_bytes(render_xlsx, &doc, &out);
	sheet_read(&out, 2, &text);
	markup_init(&sheet, buffer_text(&text));
	while (cell_next(&sheet, &cell)) {
		if (strcmp(cell.name, "C12") == 0) {
			assert_string_equal(buffer_text(&cell.formula),
					    "SUM(C2:C9,C11:C11)");
			assert_number(
				rig_value(rig_table(&doc, "types"),
					  rig_row(rig_table(&doc, "types"), ROW_TOTAL),
					  "amount"),
				cell.value);
		}
		formulas += cell.formula.n > 0;
		cell_release(&cell);
	}
	assert_int_equal(formulas, 2);
	buffer_release(&text);
	buffer_release(&out);
	document_release(&doc);
}

/* What "=SUM(B2:B4)" gives is what stands in its cell: added here by its own words. */
static void a_formula_gives_the_value_that_it_holds(void **state)
{
	struct document doc;
	struct buffer out, text;
	struct markup sheet;
	struct cell cell;
	double sum = 0;

	(void)state;
	paper_build_long(&doc, 200);
	paper_bytes(render_xlsx, &doc, &out);
	sheet_read(&out, 2, &text);
	markup_init(&sheet, buffer_text(&text));
	while (cell_next(&sheet, &cell)) {
		if (cell.name[0] == 'D' && cell.formula.n == 0 && cell.has_value)
			sum += cell.value;
		if (cell.formula.n > 0) {
			assert_string_equal(cell.name, "D202");
			assert_string_equal(buffer_text(&cell.formula), "SUM(D2:D201)");
			assert_int_equal(nearest(sum * 100), nearest(cell.value * 100));
			assert_true(cell.value > 0);
		}
		cell_release(&cell);
	}
	buffer_release(&text);
	buffer_release(&out);
	document_release(&doc);
}

static void the_file_says_what_it_is_and_is_the_same_each_time(void **state)
{
	struct document doc;
	struct buffer out, core;

	(void)state;
	paper_repeats(render_xlsx);
	paper_build(&doc, LANG_FR);
	paper_bytes(render_xlsx, &doc, &out);
	tool_run("unzip -p", &out, "docProps/core.xml", &core);
	assert_non_null(strstr(buffer_text(&core), "2026-11-22T20:16:27Z"));
	assert_non_null(strstr(buffer_text(&core), "<dc:creator>Fonds de l'Est"));
	buffer_release(&core);
	tool_run("unzip -tqq", &out, "", &core);
	buffer_release(&core);
	buffer_release(&out);
	document_release(&doc);
}

static void the_front_says_what_the_document_says(void **state)
{
	struct document doc;
	struct buffer out, text, words;
	struct markup sheet;
	struct cell cell;

	(void)state;
	paper_build(&doc, LANG_FR);
	paper_bytes(render_xlsx, &doc, &out);
	sheet_read(&out, 1, &text);
	buffer_init(&words, PAPER_BYTES_MAX);
	markup_init(&sheet, buffer_text(&text));
	while (cell_next(&sheet, &cell)) {
		assert_int_equal(cell.formula.n, 0);
		buffer_put_slice(&words, buffer_slice(&cell.text));
		buffer_put_byte(&words, '\n');
		cell_release(&cell);
	}
	assert_non_null(strstr(buffer_text(&words), doc.title));
	for (const struct property *p = doc.first_property; p; p = p->next)
		assert_non_null(strstr(buffer_text(&words), p->label));
	for (const struct block *b = doc.first_block; b; b = b->next)
		assert_non_null(strstr(buffer_text(&words), b->kind == BLOCK_TABLE
								    ? b->table->title
								    : b->text));
	buffer_release(&words);
	buffer_release(&text);
	buffer_release(&out);
	document_release(&doc);
}

/* Read back whole it is right; cut anywhere, or with a cell too few, it is not. */
static void a_workbook_that_is_cut_is_noticed(void **state)
{
	struct document doc;
	struct buffer out;
	struct fault fault;
	/* Title, sheet's name and title on the front; header, rows and total. */
	const size_t cells = 3 + 4 + 4 * 50 + 4;

	(void)state;
	paper_build_long(&doc, 50);
	paper_bytes(render_xlsx, &doc, &out);
	assert_int_equal(workbook_check(buffer_slice(&out), cells, &fault), ERR_OK);
	assert_int_equal(workbook_check(buffer_slice(&out), cells - 1, &fault), ERR_IO);
	assert_int_equal(workbook_check(buffer_slice(&out), cells + 1, &fault), ERR_IO);
	for (size_t n = 0; n < out.n; n += 37)
		assert_int_equal(workbook_check(slice_of(out.p, n), cells, &fault),
				 ERR_IO);
	buffer_release(&out);
	document_release(&doc);
}

static void a_table_with_more_rows_than_a_sheet_is_refused(void **state)
{
	struct document doc;
	struct buffer out;
	struct fault fault;
	struct table *t;

	(void)state;
	document_init(&doc, LANG_FR, "doc", "Titre");
	t = table_begin(&doc, "rows", "Lignes");
	table_column(t, "n", "N", VALUE_INTEGER);
	for (size_t i = 0; i < 1048576; i++) {
		row_begin(t, ROW_NORMAL);
		cell_empty(t);
	}
	buffer_init(&out, PAPER_BYTES_MAX);
	assert_int_equal(render_xlsx(&doc, &out, &fault), ERR_TOO_BIG);
	assert_non_null(strstr(fault.text, "'rows'"));
	assert_int_equal(out.n, 0);
	buffer_release(&out);
	document_release(&doc);
}

/* With files of so many bytes at most: told, or made whole; never half. */
static int render_in_small_files(const struct document *doc, const struct buffer *whole,
				 rlim_t bytes_max)
{
	struct rlimit limit = { .rlim_cur = bytes_max, .rlim_max = bytes_max };
	struct buffer out;
	struct fault fault;
	enum err err;
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		(void)signal(SIGXFSZ, SIG_IGN);
		(void)setrlimit(RLIMIT_FSIZE, &limit);
		buffer_init(&out, PAPER_BYTES_MAX);
		err = render_xlsx(doc, &out, &fault);
		if (err)
			_exit(err == ERR_IO && strlen(fault.text) > 0 ? 1 : 2);
		_exit(out.n == whole->n && memcmp(out.p, whole->p, out.n) == 0 ? 0 : 3);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void a_disk_without_room_is_told(void **state)
{
	struct document doc;
	struct buffer whole;
	int told = 0;

	(void)state;
	paper_build_long(&doc, 3000);
	paper_bytes(render_xlsx, &doc, &whole);
	for (rlim_t bytes = 512; bytes < 1 << 20; bytes *= 2) {
		int status = render_in_small_files(&doc, &whole, bytes);

		assert_in_range(status, 0, 1);
		told += status;
	}
	assert_true(told > 5);
	assert_int_equal(render_in_small_files(&doc, &whole, RLIM_INFINITY), 0);
	buffer_release(&whole);
	document_release(&doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cell_is_in_its_sheet),
		cmocka_unit_test(a_total_is_a_formula_over_what_it_sums),
		cmocka_unit_test(a_formula_gives_the_value_that_it_holds),
		cmocka_unit_test(the_file_says_what_it_is_and_is_the_same_each_time),
		cmocka_unit_test(the_front_says_what_the_document_says),
		cmocka_unit_test(a_workbook_that_is_cut_is_noticed),
		cmocka_unit_test(a_disk_without_room_is_told),
		cmocka_unit_test(a_table_with_more_rows_than_a_sheet_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
