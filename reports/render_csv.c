/*
 * render_csv.c - a document's tables for spreadsheets.
 *
 * What must never become false: a text from the ledger is never a formula. A
 * project's name reaches the accountant's spreadsheet through here.
 */
#include "reports/render.h"

#define BYTE_ORDER_MARK "\ufeff"

/* Where to, and the two decisions that follow from the language. */
struct csv {
	struct buffer *out;
	char separator;
	char decimal_mark;
};

/* A document's text holds no line break, so only two characters ask for quotes. */
static void put_field(const struct csv *csv, const char *prefix, const char *text)
{
	bool quoted = strchr(text, '"') || strchr(text, csv->separator);

	if (quoted)
		buffer_put_byte(csv->out, '"');
	buffer_put_text(csv->out, prefix);
	for (; *text; text++) {
		if (*text == '"')
			buffer_put_byte(csv->out, '"');
		buffer_put_byte(csv->out, (uint8_t)*text);
	}
	if (quoted)
		buffer_put_byte(csv->out, '"');
}

static void put_text(const struct csv *csv, const char *text)
{
	bool formula = *text && strchr("=+-@", *text);

	put_field(csv, formula ? "'" : "", text);
}

static void put_value(const struct csv *csv, const struct value *value)
{
	char room[LANG_FIGURE_BYTES];
	const char *plain = value_plain(value, csv->decimal_mark, room);

	if (value_type_is_text(value->type))
		put_text(csv, plain);
	else
		put_field(csv, "", plain);
}

static void put_separator(const struct csv *csv)
{
	buffer_put_byte(csv->out, (uint8_t)csv->separator);
}

/* The first two fields of every line: whose it is, and what. */
static void put_line_begin(const struct csv *csv, const char *table, const char *kind)
{
	put_field(csv, "", table);
	put_separator(csv);
	put_field(csv, "", kind);
}

static void put_line_end(const struct csv *csv)
{
	buffer_put_text(csv->out, "\r\n");
}

static void put_property(const struct csv *csv, const char *id, const struct value *value)
{
	put_line_begin(csv, "document", "normal");
	put_separator(csv);
	put_field(csv, "", id);
	put_separator(csv);
	put_value(csv, value);
	put_line_end(csv);
}

static void put_text_property(const struct csv *csv, const char *id, const char *text)
{
	put_property(csv, id, &(struct value){ .type = VALUE_TEXT, .text = text });
}

static void put_properties(const struct csv *csv, const struct document *doc)
{
	put_line_begin(csv, "table", "row");
	put_separator(csv);
	put_field(csv, "", "property");
	put_separator(csv);
	put_field(csv, "", "value");
	put_line_end(csv);
	put_text_property(csv, "id", doc->id);
	put_text_property(csv, "lang", lang_name(doc->lang));
	put_text_property(csv, "title", doc->title);
	for (const struct property *p = doc->first_property; p; p = p->next)
		put_property(csv, p->id, &p->value);
}

static void put_row(const struct csv *csv, const struct table *table,
		    const struct row *row)
{
	put_line_begin(csv, table->id, row_style_name(row->style));
	for (size_t i = 0; i < table->columns; i++) {
		put_separator(csv);
		if (i == 0 && row->label)
			put_text(csv, row->label);
		else
			put_value(csv, &row->value[i]);
	}
	put_line_end(csv);
}

static void put_table(const struct csv *csv, const struct table *table)
{
	put_line_end(csv);
	put_line_begin(csv, "table", "row");
	for (size_t i = 0; i < table->columns; i++) {
		put_separator(csv);
		put_field(csv, "", table->column[i].id);
	}
	put_line_end(csv);
	put_line_begin(csv, table->id, "label");
	for (size_t i = 0; i < table->columns; i++) {
		put_separator(csv);
		put_text(csv, table->column[i].label);
	}
	put_line_end(csv);
	for (const struct row *row = table->first_row; row; row = row->next)
		put_row(csv, table, row);
}

enum err render_csv(const struct document *doc, struct buffer *out, struct fault *fault)
{
	bool french = doc->lang == LANG_FR;
	struct csv csv = {
		.out = out,
		.separator = french ? ';' : ',',
		.decimal_mark = french ? ',' : '.',
	};
	enum err err = document_check(doc, fault);

	if (err)
		return err;
	buffer_put_text(out, BYTE_ORDER_MARK);
	put_properties(&csv, doc);
	for (const struct block *block = doc->first_block; block; block = block->next)
		if (block->kind == BLOCK_TABLE)
			put_table(&csv, block->table);
	return buffer_check(out, "the report as CSV", fault);
}
