/*
 * render_json.c - a document for machines.
 *
 * Written by hand because it only has to write: texts of a document hold no
 * control characters, ids none that would need an escape, and numbers are
 * integers. render.h shows the whole form.
 */
#include "reports/render.h"

#include <inttypes.h>

/* RFC 8259 section 7: besides controls, which a document has not, these two. */
static void put_string(struct buffer *out, const char *text)
{
	buffer_put_byte(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			buffer_put_byte(out, '\\');
		buffer_put_byte(out, (uint8_t)*text);
	}
	buffer_put_byte(out, '"');
}

/* A comma before every element but the first. */
static void put_comma(struct buffer *out, bool *first)
{
	if (!*first)
		buffer_put_byte(out, ',');
	*first = false;
}

static void put_member(struct buffer *out, const char *name, const char *text)
{
	buffer_printf(out, ",\"%s\":", name);
	put_string(out, text);
}

static void put_value(struct buffer *out, const struct value *value)
{
	char room[LANG_FIGURE_BYTES];

	if (value->empty) {
		buffer_put_text(out, "null");
		return;
	}
	switch (value->type) {
	case VALUE_CENTS:
		buffer_printf(out, "%" PRId64, cents_value(value->cents));
		return;
	case VALUE_INTEGER:
	case VALUE_ORDINAL:
	case VALUE_PERCENT:
		buffer_printf(out, "%" PRId64, value->n);
		return;
	case VALUE_TEXT:
	case VALUE_MONO:
	case VALUE_DATE:
	case VALUE_MONTH:
	case VALUE_MOMENT:
		put_string(out, value_plain(value, '.', room));
		return;
	case VALUE__COUNT:
		break;
	}
	abort();
}

static void put_subtitles(struct buffer *out, const struct document *doc)
{
	bool first = true;

	buffer_put_text(out, ",\"subtitle\":[");
	for (const struct line *line = doc->first_subtitle; line; line = line->next) {
		put_comma(out, &first);
		put_string(out, line->text);
	}
	buffer_put_byte(out, ']');
}

static void put_properties(struct buffer *out, const struct document *doc)
{
	bool first = true;

	buffer_put_text(out, ",\"properties\":{");
	for (const struct property *p = doc->first_property; p; p = p->next) {
		put_comma(out, &first);
		buffer_printf(out, "\"%s\":", p->id);
		put_value(out, &p->value);
	}
	buffer_put_byte(out, '}');
}

static void put_columns(struct buffer *out, const struct table *table)
{
	buffer_put_text(out, ",\"columns\":[");
	for (size_t i = 0; i < table->columns; i++) {
		const struct column *column = &table->column[i];

		buffer_printf(out, "%s{\"column\":\"%s\",\"type\":\"%s\"", i ? "," : "",
			      column->id, value_type_name(column->type));
		put_member(out, "label", column->label);
		buffer_put_byte(out, '}');
	}
	buffer_put_byte(out, ']');
}

static void put_row(struct buffer *out, const struct table *table, const struct row *row)
{
	buffer_printf(out, "{\"row\":\"%s\",\"label\":", row_style_name(row->style));
	if (row->label)
		put_string(out, row->label);
	else
		buffer_put_text(out, "null");
	buffer_put_text(out, ",\"cells\":{");
	for (size_t i = 0; i < table->columns; i++) {
		buffer_printf(out, "%s\"%s\":", i ? "," : "", table->column[i].id);
		put_value(out, &row->value[i]);
	}
	buffer_put_text(out, "}}");
}

static void put_table(struct buffer *out, const struct table *table)
{
	bool first = true;

	put_member(out, "table", table->id);
	put_member(out, "title", table->title);
	if (table->chart != CHART_NONE) {
		put_member(out, "chart", chart_kind_name(table->chart));
		put_member(out, "alt", table->alt);
	}
	put_columns(out, table);
	buffer_put_text(out, ",\"rows\":[");
	for (const struct row *row = table->first_row; row; row = row->next) {
		put_comma(out, &first);
		buffer_put_byte(out, '\n');
		put_row(out, table, row);
	}
	buffer_put_byte(out, ']');
}

static void put_block(struct buffer *out, const struct block *block)
{
	static const char *const names[] = {
		[BLOCK_HEADING] = "heading", [BLOCK_PARAGRAPH] = "paragraph",
		[BLOCK_NOTE] = "note",       [BLOCK_COMMAND] = "command",
		[BLOCK_TABLE] = "table",
	};

	buffer_printf(out, "\n{\"block\":\"%s\"", names[block->kind]);
	if (block->kind == BLOCK_HEADING)
		buffer_printf(out, ",\"level\":%d", block->level);
	if (block->kind == BLOCK_TABLE)
		put_table(out, block->table);
	else
		put_member(out, "text", block->text);
	buffer_put_byte(out, '}');
}

enum err render_json(const struct document *doc, struct buffer *out, struct fault *fault)
{
	bool first = true;
	enum err err = document_check(doc, fault);

	if (err)
		return err;
	buffer_put_text(out, "{\"document\":");
	put_string(out, doc->id);
	put_member(out, "lang", lang_name(doc->lang));
	put_member(out, "title", doc->title);
	put_subtitles(out, doc);
	put_properties(out, doc);
	buffer_put_text(out, ",\"blocks\":[");
	for (const struct block *block = doc->first_block; block; block = block->next) {
		put_comma(out, &first);
		put_block(out, block);
	}
	buffer_put_text(out, "]}\n");
	return buffer_check(out, "the report as JSON", fault);
}
