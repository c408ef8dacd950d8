/*
 * table.c - the builders of a document's tables.
 *
 * What must never become false: a row has one value per column, of that column's
 * type or empty (document.h's rule (4)). cell_put() is the only way into a row.
 */
#include "reports/document_int.h"

#include <assert.h>

const char *row_style_name(enum row_style style)
{
	static const char *const names[ROW__COUNT] = {
		[ROW_NORMAL] = "normal",
		[ROW_ALERT] = "alert",
		[ROW_SUBTOTAL] = "subtotal",
		[ROW_TOTAL] = "total",
	};

	assert(style < ROW__COUNT);
	return names[style];
}

const char *chart_kind_name(enum chart_kind kind)
{
	static const char *const names[CHART__COUNT] = {
		[CHART_NONE] = "none",     [CHART_SANKEY] = "sankey",
		[CHART_STACKS] = "stacks", [CHART_LINES] = "lines",
		[CHART_BARS] = "bars",
	};

	assert(kind < CHART__COUNT);
	return names[kind];
}

static bool sankey_is_drawable(const struct table *table)
{
	static const enum value_type types[] = { VALUE_ORDINAL, VALUE_TEXT, VALUE_TEXT,
						 VALUE_CENTS };
	int64_t stage = 1;

	if (table->columns != sizeof types / sizeof *types)
		return false;
	for (size_t i = 0; i < table->columns; i++)
		if (table->column[i].type != types[i])
			return false;
	for (const struct row *row = table->first_row; row; row = row->next) {
		if (row->style != ROW_NORMAL && row->style != ROW_ALERT)
			continue;
		if (row->value[0].empty || row->value[0].n < stage ||
		    row->value[0].n > CHART_STAGES_MAX)
			return false;
		stage = row->value[0].n;
	}
	return true;
}

static bool series_are_drawable(const struct table *table)
{
	enum value_type type = table->column[1].type;

	if (table->columns < 2 || value_type_is_number(table->column[0].type) ||
	    (type != VALUE_CENTS && type != VALUE_INTEGER))
		return false;
	for (size_t i = 2; i < table->columns; i++)
		if (table->column[i].type != type)
			return false;
	return true;
}

static bool row_is_whole(const struct table *table)
{
	return !table->last_row || table->cells_done == table->columns;
}

bool table_is_whole(const struct table *table)
{
	if (table->columns == 0 || !row_is_whole(table))
		return false;
	if (table->chart == CHART_SANKEY)
		return sankey_is_drawable(table);
	return table->chart == CHART_NONE || series_are_drawable(table);
}

static bool document_has_table(const struct document *doc, const char *id)
{
	if (!strcmp(id, "document"))
		return true;
	for (const struct block *block = doc->first_block; block; block = block->next)
		if (block->kind == BLOCK_TABLE && strcmp(block->table->id, id) == 0)
			return true;
	return false;
}

struct table *table_begin(struct document *doc, const char *id, const char *title)
{
	struct table *table = document_alloc(doc, sizeof *table);
	struct block *block;

	if (!table)
		return NULL;
	assert(!document_has_table(doc, id));
	table->document = doc;
	table->id = document_copy_id(doc, id);
	table->title = document_copy_text(doc, title);
	block = document_block(doc, BLOCK_TABLE);
	if (!block)
		return NULL;
	block->table = table;
	return table;
}

struct table *chart_begin(struct document *doc, enum chart_kind kind, const char *id,
			  const char *title, const char *alt)
{
	struct table *table = table_begin(doc, id, title);

	assert(kind > CHART_NONE && kind < CHART__COUNT);
	if (!table)
		return NULL;
	table->chart = kind;
	table->alt = document_copy_text(doc, alt);
	return table;
}

static bool table_has_column(const struct table *table, const char *id)
{
	for (size_t i = 0; i < table->columns; i++)
		if (strcmp(table->column[i].id, id) == 0)
			return true;
	return false;
}

void table_column(struct table *table, const char *id, const char *label,
		  enum value_type type)
{
	struct column *column;

	if (!table || table->document->err)
		return;
	assert(!table->first_row && table->columns < DOCUMENT_COLUMNS_MAX);
	assert(type < VALUE__COUNT && !table_has_column(table, id));
	column = &table->column[table->columns];
	column->id = document_copy_id(table->document, id);
	column->label = document_copy_text(table->document, label);
	column->type = type;
	if (!table->document->err)
		table->columns++;
}

void row_begin(struct table *table, enum row_style style)
{
	struct row *row;

	if (!table || table->document->err)
		return;
	assert(table->columns > 0 && row_is_whole(table));
	row = document_alloc(table->document,
			     sizeof *row + table->columns * sizeof row->value[0]);
	if (!row)
		return;
	row->style = style;
	if (table->last_row)
		table->last_row->next = row;
	else
		table->first_row = row;
	table->last_row = row;
	table->rows++;
	table->cells_done = 0;
}

/* The one place where a cell comes to be: (4). */
static void cell_put(struct table *table, struct value value)
{
	if (!table || table->document->err)
		return;
	assert(table->last_row && table->cells_done < table->columns);
	assert(table->column[table->cells_done].type == value.type);
	table->last_row->value[table->cells_done++] = value;
}

/* The type of the next cell's column, for the builders that go into several. */
static enum value_type cell_type(const struct table *table)
{
	assert(table->last_row && table->cells_done < table->columns);
	return table->column[table->cells_done].type;
}

void row_label(struct table *table, const char *label)
{
	if (!table || table->document->err)
		return;
	assert(table->last_row && table->cells_done == 0);
	table->last_row->label = document_copy_text(table->document, label);
	cell_empty(table);
}

void cell_slice(struct table *table, struct slice text)
{
	const char *bytes = text.n ? (const char *)text.p : "";

	if (!table || table->document->err)
		return;
	assert(cell_type(table) == VALUE_TEXT || cell_type(table) == VALUE_MONO);
	cell_put(table, (struct value){
				.type = cell_type(table),
				.text = document_copy(table->document, bytes, text.n),
			});
}

void cell_text(struct table *table, const char *text)
{
	assert(text);
	cell_slice(table, slice_of_text(text));
}

void cell_cents(struct table *table, struct cents c)
{
	cell_put(table, (struct value){ .type = VALUE_CENTS, .cents = c });
}

void cell_integer(struct table *table, int64_t n)
{
	if (!table || table->document->err)
		return;
	assert(cell_type(table) == VALUE_INTEGER || cell_type(table) == VALUE_ORDINAL);
	cell_put(table, (struct value){ .type = cell_type(table), .n = n });
}

void cell_percent(struct table *table, int64_t basis_points)
{
	cell_put(table, (struct value){ .type = VALUE_PERCENT, .n = basis_points });
}

void cell_date(struct table *table, struct date date)
{
	cell_put(table, (struct value){ .type = VALUE_DATE, .date = date });
}

void cell_month(struct table *table, struct month month)
{
	cell_put(table, (struct value){ .type = VALUE_MONTH, .month = month });
}

void cell_moment(struct table *table, int64_t utc_s)
{
	if (!table || table->document->err)
		return;
	cell_put(table, document_moment(table->document, utc_s));
}

void cell_empty(struct table *table)
{
	if (!table || table->document->err)
		return;
	cell_put(table, (struct value){ .type = cell_type(table), .empty = true });
}

static bool row_is_summed(const struct row *row)
{
	return row->style == ROW_NORMAL || row->style == ROW_ALERT;
}

static enum err column_sum_cents(const struct table *table, size_t column,
				 struct cents *ret_sum)
{
	struct cents sum = CENTS_ZERO;

	for (const struct row *row = table->first_row; row; row = row->next) {
		if (!row_is_summed(row) || row->value[column].empty)
			continue;
		enum err err = cents_add(sum, row->value[column].cents, &sum);

		if (err)
			return err;
	}
	*ret_sum = sum;
	return ERR_OK;
}

static enum err column_sum_integer(const struct table *table, size_t column,
				   int64_t *ret_sum)
{
	int64_t sum = 0;

	for (const struct row *row = table->first_row; row; row = row->next)
		if (row_is_summed(row) && !row->value[column].empty &&
		    __builtin_add_overflow(sum, row->value[column].n, &sum))
			return ERR_TOO_BIG;
	*ret_sum = sum;
	return ERR_OK;
}

/* The total row itself is not summed, so its place in the list does not matter. */
static void cell_sum(struct table *table, size_t column)
{
	enum err err = ERR_OK;
	struct cents cents;
	int64_t n;

	switch (table->column[column].type) {
	case VALUE_CENTS:
		err = column_sum_cents(table, column, &cents);
		if (!err)
			cell_cents(table, cents);
		break;
	case VALUE_INTEGER:
		err = column_sum_integer(table, column, &n);
		if (!err)
			cell_integer(table, n);
		break;
	case VALUE_TEXT:
	case VALUE_MONO:
	case VALUE_ORDINAL:
	case VALUE_PERCENT:
	case VALUE_DATE:
	case VALUE_MONTH:
	case VALUE_MOMENT:
	case VALUE__COUNT:
		cell_empty(table);
		break;
	}
	if (err)
		document_fail(table->document, err);
}

void table_total_row(struct table *table, const char *label)
{
	if (!table || table->document->err)
		return;
	assert(table->columns > 0 && table->column[0].type != VALUE_CENTS &&
	       table->column[0].type != VALUE_INTEGER);
	row_begin(table, ROW_TOTAL);
	row_label(table, label);
	if (table->last_row)
		table->last_row->summed = true;
	for (size_t i = 1; i < table->columns && !table->document->err; i++)
		cell_sum(table, i);
}
