/*
 * render_datapackage.c - a document's tables as a Data Package, the data inside.
 *
 * Written by hand for the reason that render_json.c gives. Totals and subtotals are left
 * out: a program that adds a column up must not count them twice.
 */
#include "reports/render.h"

#include <inttypes.h>

#include "ledger/json_text.h"

/* How a type is called in Table Schema, and written so. */
static const char *const field_types[VALUE__COUNT] = {
	[VALUE_TEXT] = "string",     [VALUE_MONO] = "string",
	[VALUE_CENTS] = "number",    [VALUE_INTEGER] = "integer",
	[VALUE_ORDINAL] = "integer", [VALUE_PERCENT] = "number",
	[VALUE_DATE] = "date",       [VALUE_MONTH] = "yearmonth",
	[VALUE_MOMENT] = "datetime",
};

static void put_text(struct buffer *out, const char *text)
{
	json_text_write(slice_of_text(text), out);
}

static void put_member(struct buffer *out, const char *name, const char *text)
{
	buffer_printf(out, ",\"%s\":", name);
	put_text(out, text);
}

static bool type_is_quoted(enum value_type type)
{
	return strcmp(field_types[type], "number") != 0 &&
	       strcmp(field_types[type], "integer") != 0;
}

static void put_value(struct buffer *out, const struct value *value)
{
	char room[LANG_FIGURE_BYTES];

	if (value->empty)
		buffer_put_text(out, "null");
	else if (type_is_quoted(value->type))
		put_text(out, value_plain(value, '.', room));
	else
		buffer_put_text(out, value_plain(value, '.', room));
}

static void put_schema(struct buffer *out, const struct table *table)
{
	buffer_put_text(out, ",\"schema\":{\"fields\":[");
	for (size_t i = 0; i < table->columns; i++) {
		const struct column *column = &table->column[i];

		buffer_printf(out, "%s{\"name\":\"%s\",\"type\":\"%s\"", i ? "," : "",
			      column->id, field_types[column->type]);
		put_member(out, "title", column->label);
		buffer_put_byte(out, '}');
	}
	buffer_put_text(out, "]}");
}

static void put_row(struct buffer *out, const struct table *table, const struct row *row)
{
	for (size_t i = 0; i < table->columns; i++) {
		buffer_printf(out, "%s\"%s\":", i ? "," : "{", table->column[i].id);
		if (i == 0 && row->label)
			put_text(out, row->label);
		else
			put_value(out, &row->value[i]);
	}
	buffer_put_byte(out, '}');
}

static void put_resource(struct buffer *out, const struct table *table)
{
	bool first = true;

	buffer_printf(out, "{\"name\":\"%s\",\"profile\":\"tabular-data-resource\"",
		      table->id);
	put_member(out, "title", table->title);
	put_schema(out, table);
	buffer_put_text(out, ",\"data\":[");
	for (const struct row *row = table->first_row; row; row = row->next) {
		if (row->style != ROW_NORMAL && row->style != ROW_ALERT)
			continue;
		buffer_put_text(out, first ? "\n" : ",\n");
		put_row(out, table, row);
		first = false;
	}
	buffer_put_text(out, "]}");
}

static void put_sources(struct buffer *out, const struct document *doc)
{
	bool first = true;

	buffer_put_text(out, ",\"standsOn\":{");
	for (const struct property *property = doc->first_property; property;
	     property = property->next) {
		buffer_printf(out, "%s\"%s\":", first ? "" : ",", property->id);
		put_value(out, &property->value);
		first = false;
	}
	buffer_put_byte(out, '}');
}

enum err render_datapackage(const struct document *doc, struct buffer *out,
			    struct fault *fault)
{
	char created[UTC_TEXT_BYTES];
	enum err err = document_check(doc, fault);
	bool first = true;

	if (err)
		return err;
	buffer_printf(out, "{\"profile\":\"tabular-data-package\",\"name\":\"%s\"",
		      doc->id);
	put_member(out, "title", doc->title);
	if (doc->made_utc_s && utc_format(doc->made_utc_s, created) == ERR_OK)
		put_member(out, "created", created);
	put_sources(out, doc);
	buffer_put_text(out, ",\"resources\":[");
	for (const struct block *block = doc->first_block; block; block = block->next) {
		if (block->kind != BLOCK_TABLE)
			continue;
		buffer_put_text(out, first ? "\n" : ",\n");
		put_resource(out, block->table);
		first = false;
	}
	buffer_put_text(out, "\n]}\n");
	return buffer_check(out, "the data package", fault);
}
