/*
 * render_xlsx.c - a document as a workbook: a sheet to read, then a sheet for each table.
 *
 * What must never become false: a text is a string and never a formula, and the only
 * formulas are the sums of total rows, whose cached values are the document's own.
 *
 * A spreadsheet's numbers are doubles: a cent is exact to 2^53 of them as we write it,
 * and to 15 digits as Excel shows it. The file is made in memory; the library keeps its
 * parts in temporary files meanwhile, so that what it made is looked through at the end.
 */
#include "reports/render.h"

#include <sys/mman.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "keys/encoding.h"
#include "keys/file.h"
#include "reports/render_xlsx_int.h"

#define SHEET_NAME_MAX   31      /* of Excel's; in characters */
#define SHEET_ROWS_MAX   1048575 /* below the header */
#define EPOCH_DAYS       25569   /* 1970-01-01, counted from 1899-12-30 */
#define COLUMN_WIDTH_MAX 48
#define FRONT_WIDTHS     28, 90
#define RANGES_MAX       40 /* of one formula; a sum of more is written as its value */
#define FORMULA_BYTES    1024
#define NAME_BYTES       (4 * SHEET_NAME_MAX + 1)
#define PAPER_A4         9
#define XLSX_BYTES_MAX   ((size_t)1 << 30)

struct book {
	const struct document *doc;
	lxw_workbook *workbook;
	lxw_format *format[VALUE__COUNT][ROW__COUNT]; /* made when first used */
	lxw_format *title, *heading, *header, *wrapped;
	size_t cells;      /* that were written */
	lxw_error failure; /* the first */
};

static void keep(struct book *book, lxw_error error)
{
	if (book->failure == LXW_NO_ERROR)
		book->failure = error;
}

/* ---- formats ---- */

static const char *number_format(enum value_type type, enum lang lang)
{
	bool french = lang == LANG_FR;

	switch (type) {
	case VALUE_CENTS:
		return french ? "#,##0.00\\ \"€\"" : "\"€\"#,##0.00";
	case VALUE_INTEGER:
		return "#,##0";
	case VALUE_ORDINAL:
		return "0";
	case VALUE_PERCENT:
		return french ? "0.00\\ %" : "0.00%";
	case VALUE_DATE:
		return french ? "dd/mm/yyyy" : "d mmm yyyy";
	case VALUE_MONTH:
		return "mmm yyyy";
	case VALUE_MOMENT:
		return french ? "dd/mm/yyyy hh:mm" : "d mmm yyyy hh:mm";
	case VALUE_TEXT:
	case VALUE_MONO:
		return NULL;
	case VALUE__COUNT:
		break;
	}
	abort();
}

static lxw_format *format_new(struct book *book)
{
	lxw_format *format = workbook_add_format(book->workbook);

	format_set_align(format, LXW_ALIGN_VERTICAL_TOP);
	return format;
}

static lxw_format *format_of(struct book *book, enum value_type type,
			     enum row_style style)
{
	lxw_format **format = &book->format[type][style];
	const char *number = number_format(type, book->doc->lang);

	if (*format)
		return *format;
	*format = format_new(book);
	if (number)
		format_set_num_format(*format, number);
	if (type == VALUE_MONO)
		format_set_font_name(*format, "Consolas");
	if (value_type_is_text(type))
		format_set_text_wrap(*format);
	if (style == ROW_ALERT)
		format_set_font_color(*format, 0xb3141a);
	if (style == ROW_SUBTOTAL || style == ROW_TOTAL)
		format_set_bold(*format);
	if (style == ROW_TOTAL)
		format_set_top(*format, LXW_BORDER_THIN);
	return *format;
}

/* On the left, whatever it is, beside its label. */
static lxw_format *format_of_property(struct book *book, enum value_type type)
{
	lxw_format *format = format_new(book);
	const char *number = number_format(type, book->doc->lang);

	if (number)
		format_set_num_format(format, number);
	format_set_align(format, LXW_ALIGN_LEFT);
	return format;
}

static void formats_make(struct book *book)
{
	book->title = format_new(book);
	format_set_bold(book->title);
	format_set_font_size(book->title, 16);
	book->heading = format_new(book);
	format_set_bold(book->heading);
	format_set_font_size(book->heading, 12);
	book->wrapped = format_new(book);
	format_set_text_wrap(book->wrapped);
	book->header = format_new(book);
	format_set_bold(book->header);
	format_set_text_wrap(book->header);
	format_set_bg_color(book->header, 0xe9eef5);
	format_set_bottom(book->header, LXW_BORDER_THIN);
}

/* ---- cells ---- */

static double serial_of_date(struct date date)
{
	return (double)date.day + EPOCH_DAYS;
}

/* By the clock of Paris, as the other formats show it: a cell knows no time zone. */
static double serial_of_moment(int64_t utc_s)
{
	struct paris_time time;

	if (paris_of_utc(utc_s, &time) != ERR_OK)
		abort(); /* who made the document has looked */
	return serial_of_date(time.date) + (double)time.day_s / (double)DAY_S;
}

/* The number that a cell holds; texts have none. */
static double number_of(const struct value *value)
{
	switch (value->type) {
	case VALUE_CENTS:
		return (double)cents_value(value->cents) / 100.0;
	case VALUE_INTEGER:
	case VALUE_ORDINAL:
		return (double)value->n;
	case VALUE_PERCENT:
		return (double)value->n / 10000.0;
	case VALUE_DATE:
		return serial_of_date(value->date);
	case VALUE_MONTH:
		return serial_of_date(month_first_day(value->month));
	case VALUE_MOMENT:
		return serial_of_moment(value->n);
	case VALUE_TEXT:
	case VALUE_MONO:
	case VALUE__COUNT:
		break;
	}
	abort();
}

static void put_string(struct book *book, lxw_worksheet *sheet, uint32_t row,
		       uint16_t column, const char *text, lxw_format *format)
{
	/* An empty cell without a format is none. */
	book->cells += *text || format;
	keep(book, *text ? worksheet_write_string(sheet, row, column, text, format)
			 : worksheet_write_blank(sheet, row, column, format));
}

static void put_number(struct book *book, lxw_worksheet *sheet, uint32_t row,
		       uint16_t column, double n, lxw_format *format)
{
	book->cells++;
	keep(book, worksheet_write_number(sheet, row, column, n, format));
}

static void put_value(struct book *book, lxw_worksheet *sheet, uint32_t row,
		      uint16_t column, const struct value *value, lxw_format *format)
{
	if (value->empty)
		put_string(book, sheet, row, column, "", format);
	else if (value_type_is_text(value->type))
		put_string(book, sheet, row, column, value->text, format);
	else
		put_number(book, sheet, row, column, number_of(value), format);
}

static void put_formula(struct book *book, lxw_worksheet *sheet, uint32_t row,
			uint16_t column, const char *formula, double result,
			lxw_format *format)
{
	book->cells++;
	keep(book,
	     worksheet_write_formula_num(sheet, row, column, formula, format, result));
}

/* ---- sums ---- */

static bool row_is_summed(const struct row *row)
{
	return row->style == ROW_NORMAL || row->style == ROW_ALERT;
}

/*
 * "=SUM(B2:B9,B11:B14)" of the rows that the total counts, subtotals left out. False
 * where there are none, or too many ranges.
 */
static bool sum_write(const struct table *table, uint16_t column,
		      char formula[FORMULA_BYTES])
{
	char first[LXW_MAX_CELL_NAME_LENGTH], last[LXW_MAX_CELL_NAME_LENGTH];
	size_t ranges = 0, n = (size_t)snprintf(formula, FORMULA_BYTES, "=SUM(");
	const struct row *row = table->first_row;
	uint32_t at = 1;

	while (row && ranges <= RANGES_MAX) {
		uint32_t begin = at;

		while (row && row_is_summed(row)) {
			row = row->next;
			at++;
		}
		if (at > begin) {
			lxw_rowcol_to_cell(first, begin, column);
			lxw_rowcol_to_cell(last, at - 1, column);
			n += (size_t)snprintf(formula + n, FORMULA_BYTES - n, "%s%s:%s",
					      ranges ? "," : "", first, last);
			ranges++;
		}
		for (; row && !row_is_summed(row); row = row->next)
			at++;
	}
	(void)snprintf(formula + n, FORMULA_BYTES - n, ")");
	return ranges > 0 && ranges <= RANGES_MAX;
}

static bool type_is_summed(enum value_type type)
{
	return type == VALUE_CENTS || type == VALUE_INTEGER;
}

static void put_row(struct book *book, lxw_worksheet *sheet, const struct table *table,
		    const struct row *row, uint32_t at)
{
	char formula[FORMULA_BYTES];

	for (uint16_t i = 0; i < table->columns; i++) {
		const struct value *value = &row->value[i];
		enum value_type type = table->column[i].type;

		if (i == 0 && row->label)
			put_string(book, sheet, at, i, row->label,
				   format_of(book, VALUE_TEXT, row->style));
		else if (row->summed && type_is_summed(type) &&
			 sum_write(table, i, formula))
			put_formula(book, sheet, at, i, formula, number_of(value),
				    format_of(book, type, row->style));
		else
			put_value(book, sheet, at, i, value,
				  format_of(book, type, row->style));
	}
}

/* ---- sheets ---- */

/* "3 Title of the table": unique by its number, and without what Excel refuses. */
static void sheet_name(const char *title, size_t number, char name[NAME_BYTES])
{
	size_t bytes = strlen(title), n, characters;

	n = (size_t)snprintf(name, NAME_BYTES, "%zu ", number);
	characters = n;
	for (size_t at = 0; at < bytes && characters < SHEET_NAME_MAX;) {
		size_t from = at;
		uint32_t c = utf8_next(title, bytes, &at);

		/* Excel counts in UTF-16. */
		characters += c > 0xffff ? 2 : 1;
		if (characters > SHEET_NAME_MAX)
			break;
		if (c < 0x80 && strchr("[]:*?/\\'", (int)c)) {
			name[n++] = '-';
		} else {
			memcpy(name + n, title + from, at - from);
			n += at - from;
		}
	}
	name[n] = '\0';
}

/* A4 that lies, as wide as the sheet; the header is repeated, the pages are counted. */
static void sheet_print_setup(struct book *book, lxw_worksheet *sheet)
{
	worksheet_set_landscape(sheet);
	worksheet_set_paper(sheet, PAPER_A4);
	worksheet_fit_to_pages(sheet, 1, 0);
	keep(book, worksheet_set_footer(sheet, "&L&A&R&P / &N"));
}

static size_t characters_of(const char *text)
{
	size_t bytes = strlen(text), characters = 0;

	for (size_t at = 0; at < bytes; characters++)
		(void)utf8_next(text, bytes, &at);
	return characters;
}

static void column_set_width(struct book *book, lxw_worksheet *sheet,
			     const struct table *table, uint16_t column)
{
	size_t widest = characters_of(table->column[column].label);
	char room[LANG_FIGURE_BYTES];

	for (const struct row *row = table->first_row; row; row = row->next) {
		const char *figure = column == 0 && row->label
					     ? row->label
					     : value_figure(&row->value[column],
							    book->doc->lang, room);
		size_t characters = characters_of(figure);

		widest = characters > widest ? characters : widest;
	}
	if (widest > COLUMN_WIDTH_MAX)
		widest = COLUMN_WIDTH_MAX;
	keep(book, worksheet_set_column(sheet, column, column, (double)widest + 2, NULL));
}

static void put_table(struct book *book, const struct table *table, size_t number)
{
	char name[NAME_BYTES];
	lxw_worksheet *sheet;
	uint32_t at = 1;

	sheet_name(table->title, number, name);
	sheet = workbook_add_worksheet(book->workbook, name);
	if (!sheet) {
		keep(book, LXW_ERROR_CREATING_TMPFILE); /* where a sheet begins */
		return;
	}
	sheet_print_setup(book, sheet);
	worksheet_freeze_panes(sheet, 1, 0);
	keep(book, worksheet_repeat_rows(sheet, 0, 0));
	for (uint16_t i = 0; i < table->columns; i++)
		column_set_width(book, sheet, table, i);
	for (uint16_t i = 0; i < table->columns; i++)
		put_string(book, sheet, 0, i, table->column[i].label, book->header);
	for (const struct row *row = table->first_row; row; row = row->next)
		put_row(book, sheet, table, row, at++);
}

/* ---- the sheet to read ---- */

/* A table is told here by its whole title, beside the name of its sheet. */
static void put_block(struct book *book, lxw_worksheet *sheet, const struct block *block,
		      uint32_t at, size_t *tables)
{
	char name[NAME_BYTES];
	const char *before = "";

	switch (block->kind) {
	case BLOCK_HEADING:
		put_string(book, sheet, at, 0, block->text, book->heading);
		return;
	case BLOCK_TABLE:
		sheet_name(block->table->title, ++*tables, name);
		put_string(book, sheet, at, 0, name, NULL);
		put_string(book, sheet, at, 1, block->table->title, book->wrapped);
		return;
	case BLOCK_NOTE:
		before = tr(book->doc->lang, MSG_NOTE);
		break;
	case BLOCK_PARAGRAPH:
	case BLOCK_COMMAND:
		break;
	}
	put_string(book, sheet, at, 0, before, NULL);
	put_string(book, sheet, at, 1, block->text, book->wrapped);
}

static void put_front(struct book *book)
{
	static const double widths[] = { FRONT_WIDTHS };
	const struct document *doc = book->doc;
	lxw_worksheet *sheet =
		workbook_add_worksheet(book->workbook, tr(doc->lang, MSG_SHEET_FRONT));
	uint32_t at = 0;
	size_t tables = 0;

	if (!sheet) {
		keep(book, LXW_ERROR_CREATING_TMPFILE); /* where a sheet begins */
		return;
	}
	sheet_print_setup(book, sheet);
	for (uint16_t i = 0; i < 2; i++)
		keep(book, worksheet_set_column(sheet, i, i, widths[i], NULL));
	put_string(book, sheet, at++, 0, doc->title, book->title);
	for (const struct line *line = doc->first_subtitle; line; line = line->next)
		put_string(book, sheet, at++, 0, line->text, NULL);
	for (const struct property *p = doc->first_property; p; p = p->next, at++) {
		lxw_format *format = format_of_property(book, p->value.type);

		put_string(book, sheet, at, 0, p->label, NULL);
		put_value(book, sheet, at, 1, &p->value, format);
	}
	for (const struct block *block = doc->first_block; block; block = block->next)
		put_block(book, sheet, block, ++at, &tables);
}

/* ---- the workbook ---- */

static enum err rows_check(const struct document *doc, struct fault *fault)
{
	for (const struct block *block = doc->first_block; block; block = block->next)
		if (block->kind == BLOCK_TABLE && block->table->rows > SHEET_ROWS_MAX)
			return fault_set(
				fault, ERR_TOO_BIG,
				"table '%s' has more rows than a sheet can hold: "
				"ask for a shorter period, or for CSV",
				block->table->id);
	return ERR_OK;
}

/* Without a date of its facts, the file is of the beginning of time: the library would
 * take the time of writing. */
static void put_properties(struct book *book)
{
	const struct document *doc = book->doc;
	lxw_doc_properties properties = {
		.title = (char *)doc->title,
		.author = (char *)(doc->author ? doc->author : ""),
		.comments = (char *)"Arrondi",
		.created = doc->made_utc_s ? (time_t)doc->made_utc_s : 1,
	};

	keep(book, workbook_set_properties(book->workbook, &properties));
}

static enum err failure_told(lxw_error failure, struct fault *fault)
{
	switch (failure) {
	case LXW_ERROR_MEMORY_MALLOC_FAILED:
		return fault_set(fault, ERR_MEMORY, "out of memory");
	case LXW_ERROR_MAX_STRING_LENGTH_EXCEEDED:
		return fault_set(fault, ERR_TOO_BIG,
				 "a text is longer than a spreadsheet's cell can hold");
	default:
		return fault_set(fault, ERR_IO, "the workbook cannot be written: %s",
				 lxw_strerror(failure));
	}
}

static enum err book_write(const struct document *doc, const char *path,
			   size_t *ret_cells, struct fault *fault)
{
	lxw_workbook_options options = { .constant_memory = LXW_TRUE };
	struct book book = { .doc = doc };
	size_t tables = 0;
	lxw_error closed;

	book.workbook = workbook_new_opt(path, &options);
	if (!book.workbook)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	put_properties(&book);
	formats_make(&book);
	put_front(&book);
	for (const struct block *block = doc->first_block; block; block = block->next)
		if (block->kind == BLOCK_TABLE)
			put_table(&book, block->table, ++tables);
	closed = workbook_close(book.workbook);
	keep(&book, closed);
	*ret_cells = book.cells;
	return book.failure == LXW_NO_ERROR ? ERR_OK : failure_told(book.failure, fault);
}

enum err render_xlsx(const struct document *doc, struct buffer *out, struct fault *fault)
{
	size_t before = out->n, cells;
	char path[32];
	enum err err = document_check(doc, fault);
	int fd;

	if (!err)
		err = rows_check(doc, fault);
	if (err)
		return err;
	fd = memfd_create("workbook", MFD_CLOEXEC);
	if (fd < 0)
		return fault_set(fault, ERR_MEMORY, "no memory for the workbook");
	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	err = book_write(doc, path, &cells, fault);
	if (!err)
		err = file_read(path, XLSX_BYTES_MAX, out, fault);
	(void)close(fd);
	if (!err)
		err = buffer_check(out, "the report as XLSX", fault);
	if (!err)
		err = workbook_check(slice_of(out->p + before, out->n - before), cells,
				     fault);
	return err;
}
