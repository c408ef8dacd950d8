/*
 * test_document.c - what a document keeps and refuses (reports/document.c), and
 * its tables and totals (reports/table.c).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "reports/document.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static void a_document_owns_what_it_shows(void **state)
{
	struct document doc;
	char text[] = "Soldes";

	(void)state;
	document_init(&doc, LANG_FR, "balances", text);
	document_paragraph(&doc, text);
	memset(text, 'x', sizeof text - 1);
	assert_int_equal(document_err(&doc), ERR_OK);
	assert_string_equal(doc.title, "Soldes");
	assert_string_equal(doc.first_block->text, "Soldes");
	document_release(&doc);
}

static void text_that_could_drive_a_terminal_is_replaced(void **state)
{
	static const struct {
		const char *in;
		const char *out;
	} row[] = {
		{ "\x1b[2Jclean", "\ufffd[2Jclean" },
		{ "a\nb\tc\rd\x7f", "a\ufffd"
				    "b\ufffd"
				    "c\ufffd"
				    "d\ufffd" },
		{ "c1 \xc2\x85", "c1 \ufffd" },
		{ "\u202e99,00 €\u202c", "\ufffd"
					 "99,00 €\ufffd" },
		{ "\u2066x\u2069\u200f\ufeff", "\ufffdx\ufffd\ufffd\ufffd" },
		{ "l\u2028p\u2029", "l\ufffdp\ufffd" },
		{ "L’été, œuvre e\u0301 \u00a0 𝄞", "L’été, œuvre e\u0301 \u00a0 𝄞" },
	};
	struct document doc;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(row); i++) {
		document_init(&doc, LANG_FR, "d", row[i].in);
		assert_int_equal(document_err(&doc), ERR_OK);
		assert_string_equal(doc.title, row[i].out);
		document_release(&doc);
	}
}

static void the_first_failure_sticks_and_everything_after_it_is_void(void **state)
{
	struct document doc;
	struct fault fault;
	struct table *table;

	(void)state;
	document_init(&doc, LANG_FR, "d", "t");
	document_paragraph(&doc, "caf\xe9");
	table = table_begin(&doc, "late", "Late");
	assert_null(table);
	table_column(table, "a", "A", VALUE_TEXT);
	row_begin(table, ROW_NORMAL);
	row_label(table, "x");
	cell_text(table, "x");
	cell_slice(table, slice_of("x", 1));
	cell_cents(table, CENTS_ZERO);
	cell_integer(table, 1);
	cell_percent(table, 1);
	cell_date(table, (struct date){ 0 });
	cell_month(table, (struct month){ 24323 });
	cell_moment(table, 0);
	cell_empty(table);
	table_total_row(table, "Total");
	document_heading(&doc, 1, "late");
	document_subtitle(&doc, "late");
	document_property_integer(&doc, "size", "Size", 1);
	assert_int_equal(document_err(&doc), ERR_INVALID);
	assert_int_equal(document_check(&doc, &fault), ERR_INVALID);
	assert_null(doc.first_property);
	assert_null(doc.first_subtitle);
	document_release(&doc);
}

static void a_document_stops_at_its_limit(void **state)
{
	struct document doc;
	struct fault fault;

	(void)state;
	document_init(&doc, LANG_FR, "d", "t");
	doc.bytes = DOCUMENT_BYTES_MAX - 1; /* as if so much had been built */
	for (int i = 0; i < 4000; i++)
		document_paragraph(&doc,
				   "a paragraph that fills what is left of a chunk");
	assert_int_equal(document_err(&doc), ERR_TOO_BIG);
	assert_int_equal(document_check(&doc, &fault), ERR_TOO_BIG);
	document_release(&doc);
}

static void a_moment_out_of_range_is_refused(void **state)
{
	struct document doc;

	(void)state;
	document_init(&doc, LANG_FR, "d", "t");
	document_property_moment(&doc, "at", "At", INT64_MAX);
	assert_int_equal(document_err(&doc), ERR_INVALID);
	document_release(&doc);
}

static struct table *begin_funds(struct document *doc)
{
	struct table *table;

	document_init(doc, LANG_FR, "d", "t");
	table = table_begin(doc, "funds", "Funds");
	table_column(table, "year", "Year", VALUE_ORDINAL);
	table_column(table, "grants", "Grants", VALUE_INTEGER);
	table_column(table, "available", "Available", VALUE_CENTS);
	table_column(table, "share", "Share", VALUE_PERCENT);
	return table;
}

static void put_fund(struct table *table, enum row_style style, int64_t grants,
		     int64_t cents)
{
	row_begin(table, style);
	cell_integer(table, 2026);
	cell_integer(table, grants);
	cell_cents(table, cents_of(cents));
	cell_percent(table, 100);
}

static void a_total_counts_alerts_and_leaves_out_subtotals(void **state)
{
	struct document doc;
	struct table *table = begin_funds(&doc);

	(void)state;
	put_fund(table, ROW_NORMAL, 3, 1000);
	put_fund(table, ROW_ALERT, 4, -1500);
	put_fund(table, ROW_SUBTOTAL, 7, -500);
	row_begin(table, ROW_NORMAL);
	for (int i = 0; i < 4; i++)
		cell_empty(table);
	table_total_row(table, "Total");
	assert_int_equal(document_err(&doc), ERR_OK);
	assert_int_equal(table->rows, 5);
	assert_int_equal(table->last_row->style, ROW_TOTAL);
	assert_string_equal(table->last_row->label, "Total");
	assert_true(table->last_row->value[0].empty);
	assert_int_equal(table->last_row->value[1].n, 7);
	assert_int_equal(cents_value(table->last_row->value[2].cents), -500);
	assert_true(table->last_row->value[3].empty);
	document_release(&doc);
}

static void a_total_of_nothing_is_zero(void **state)
{
	struct document doc;
	struct table *table = begin_funds(&doc);

	(void)state;
	table_total_row(table, "Total");
	assert_int_equal(document_err(&doc), ERR_OK);
	assert_int_equal(table->last_row->value[1].n, 0);
	assert_true(cents_is_zero(table->last_row->value[2].cents));
	document_release(&doc);
}

static void a_total_that_does_not_fit_is_refused(void **state)
{
	struct document doc;
	struct table *table = begin_funds(&doc);

	(void)state;
	put_fund(table, ROW_NORMAL, 1, CENTS_ABS_MAX);
	put_fund(table, ROW_NORMAL, 1, 1);
	table_total_row(table, "Total");
	assert_int_equal(document_err(&doc), ERR_TOO_BIG);
	document_release(&doc);

	table = begin_funds(&doc);
	put_fund(table, ROW_NORMAL, INT64_MAX, 1);
	put_fund(table, ROW_NORMAL, 1, 1);
	table_total_row(table, "Total");
	assert_int_equal(document_err(&doc), ERR_TOO_BIG);
	document_release(&doc);
}

static void rows_and_chunks_grow_without_moving(void **state)
{
	struct document doc;
	struct table *table = begin_funds(&doc);
	const struct row *first;
	int64_t sum = 0;

	(void)state;
	put_fund(table, ROW_NORMAL, 0, 0);
	first = table->first_row;
	for (int i = 1; i < 5000; i++) {
		put_fund(table, ROW_NORMAL, i, i);
		sum += i;
	}
	table_total_row(table, "Total");
	assert_int_equal(document_err(&doc), ERR_OK);
	assert_ptr_equal(table->first_row, first);
	assert_int_equal(table->rows, 5001);
	assert_int_equal(table->last_row->value[1].n, sum);
	document_release(&doc);
}

/* Runs one wrong use in a process of its own and expects an assertion there. */
static void assert_aborts(void (*misuse)(struct document *doc, struct table *table))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		struct document doc;
		struct table *table = begin_funds(&doc);

		(void)signal(SIGABRT, SIG_DFL); /* cmocka would report it as ours */
		(void)close(STDERR_FILENO);
		misuse(&doc, table);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void use_another_type(struct document *doc, struct table *table)
{
	(void)doc;
	row_begin(table, ROW_NORMAL);
	cell_cents(table, CENTS_ZERO);
}

static void use_a_short_row(struct document *doc, struct table *table)
{
	(void)doc;
	row_begin(table, ROW_NORMAL);
	cell_integer(table, 2026);
	row_begin(table, ROW_NORMAL);
}

static void use_a_short_last_row(struct document *doc, struct table *table)
{
	row_begin(table, ROW_NORMAL);
	(void)!document_err(doc);
}

static void use_too_many_cells(struct document *doc, struct table *table)
{
	(void)doc;
	put_fund(table, ROW_NORMAL, 1, 1);
	cell_empty(table);
}

static void use_a_late_column(struct document *doc, struct table *table)
{
	(void)doc;
	put_fund(table, ROW_NORMAL, 1, 1);
	table_column(table, "late", "Late", VALUE_TEXT);
}

static void use_a_column_twice(struct document *doc, struct table *table)
{
	(void)doc;
	table_column(table, "year", "Year", VALUE_TEXT);
}

static void use_a_table_twice(struct document *doc, struct table *table)
{
	(void)table;
	(void)table_begin(doc, "funds", "Funds");
}

static void use_a_capital(struct document *doc, struct table *table)
{
	(void)table;
	document_property_text(doc, "Origin", "Origin", "x");
}

static void use_a_reserved_name(struct document *doc, struct table *table)
{
	(void)table;
	document_property_text(doc, "title", "Title", "x");
}

static void use_no_column(struct document *doc, struct table *table)
{
	(void)table;
	(void)table_begin(doc, "bare", "Bare");
	(void)!document_err(doc);
}

static struct table *begin_flows(struct document *doc)
{
	struct table *table = chart_begin(doc, CHART_SANKEY, "flows", "Flows",
					  "From funds to projects");

	table_column(table, "stage", "Stage", VALUE_ORDINAL);
	table_column(table, "from", "From", VALUE_TEXT);
	table_column(table, "to", "To", VALUE_TEXT);
	table_column(table, "amount", "Amount", VALUE_CENTS);
	return table;
}

static void put_flow(struct table *table, int64_t stage, int64_t cents)
{
	row_begin(table, ROW_NORMAL);
	cell_integer(table, stage);
	cell_text(table, "Emploi");
	cell_text(table, "Permis");
	cell_cents(table, cents_of(cents));
}

static void a_chart_is_a_table_that_can_be_drawn(void **state)
{
	struct document doc;
	struct table *flows, *months;

	(void)state;
	document_init(&doc, LANG_EN, "doc", "Document");
	flows = begin_flows(&doc);
	put_flow(flows, 1, 500);
	put_flow(flows, 2, 200);
	table_total_row(flows, "Total");
	months = chart_begin(&doc, CHART_STACKS, "months", "Months", "What came");
	table_column(months, "month", "Month", VALUE_MONTH);
	table_column(months, "gifts", "Gifts", VALUE_CENTS);
	table_column(months, "pay", "Pay", VALUE_CENTS);
	assert_int_equal(document_err(&doc), ERR_OK);
	assert_int_equal(flows->chart, CHART_SANKEY);
	assert_string_equal(flows->alt, "From funds to projects");
	assert_string_equal(chart_kind_name(months->chart), "stacks");
	assert_true(flows->last_row->summed);
	assert_false(flows->first_row->summed);
	assert_int_equal(cents_value(flows->last_row->value[3].cents), 700);
	document_release(&doc);
}

static void who_made_it_and_when_is_kept(void **state)
{
	struct document doc;

	(void)state;
	document_init(&doc, LANG_EN, "doc", "Document");
	assert_null(doc.author);
	document_made(&doc, "Fonds de l'Est", 1795378587);
	assert_string_equal(doc.author, "Fonds de l'Est");
	assert_true(doc.made_utc_s == 1795378587);
	document_made(&doc, "Fonds de l'Est", INT64_MAX);
	assert_int_equal(document_err(&doc), ERR_INVALID);
	document_release(&doc);
}

static void use_stages_backwards(struct document *doc, struct table *table)
{
	(void)table;
	table = begin_flows(doc);
	put_flow(table, 2, 1);
	put_flow(table, 1, 1);
	(void)!document_err(doc);
}

static void use_another_column_for_flows(struct document *doc, struct table *table)
{
	(void)table;
	table_column(begin_flows(doc), "late", "Late", VALUE_TEXT);
	(void)!document_err(doc);
}

static void use_a_text_as_a_series(struct document *doc, struct table *table)
{
	(void)table;
	table = chart_begin(doc, CHART_BARS, "ages", "Ages", "Ages");
	table_column(table, "age", "Age", VALUE_TEXT);
	table_column(table, "open", "Open", VALUE_CENTS);
	table_column(table, "payer", "Payer", VALUE_TEXT);
	(void)!document_err(doc);
}

static void wrong_use_is_a_mistake_of_ours_and_is_asserted(void **state)
{
	(void)state;
	assert_aborts(use_another_type);
	assert_aborts(use_a_short_row);
	assert_aborts(use_a_short_last_row);
	assert_aborts(use_too_many_cells);
	assert_aborts(use_a_late_column);
	assert_aborts(use_a_column_twice);
	assert_aborts(use_a_table_twice);
	assert_aborts(use_a_capital);
	assert_aborts(use_a_reserved_name);
	assert_aborts(use_no_column);
	assert_aborts(use_stages_backwards);
	assert_aborts(use_another_column_for_flows);
	assert_aborts(use_a_text_as_a_series);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document_owns_what_it_shows),
		cmocka_unit_test(text_that_could_drive_a_terminal_is_replaced),
		cmocka_unit_test(
			the_first_failure_sticks_and_everything_after_it_is_void),
		cmocka_unit_test(a_document_stops_at_its_limit),
		cmocka_unit_test(a_moment_out_of_range_is_refused),
		cmocka_unit_test(a_total_counts_alerts_and_leaves_out_subtotals),
		cmocka_unit_test(a_total_of_nothing_is_zero),
		cmocka_unit_test(a_total_that_does_not_fit_is_refused),
		cmocka_unit_test(rows_and_chunks_grow_without_moving),
		cmocka_unit_test(a_chart_is_a_table_that_can_be_drawn),
		cmocka_unit_test(who_made_it_and_when_is_kept),
		cmocka_unit_test(wrong_use_is_a_mistake_of_ours_and_is_asserted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
