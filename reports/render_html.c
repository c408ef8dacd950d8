/*
 * render_html.c - a document as one page.
 *
 * What must never become false: a text is text. Everything that does not come from here
 * goes through put_text() or put_attribute(); ids are [a-z0-9_] and need neither.
 */
#include "reports/render.h"

#include "keys/encoding.h"
#include "reports/draw.h"

/* Text is at least 4.5 : 1 on its ground; nothing is told by colour alone. */
static const char style[] =
	":root{color-scheme:light}"
	"body{margin:0;background:#fff;color:#1a212e;"
	"font:16px/1.5 system-ui,-apple-system,\"Segoe UI\",\"DejaVu Sans\",sans-serif}"
	"main{max-width:72rem;margin:0 auto;padding:2rem 1.25rem 4rem}"
	"h1{font-size:1.9rem;line-height:1.2;margin:0 0 .5rem}"
	"h2{font-size:1.35rem;margin:2.5rem 0 .5rem;padding-bottom:.25rem;"
	"border-bottom:2px solid #1f5fa8}"
	"h3{font-size:1.1rem;margin:2rem 0 .5rem}"
	"h4{font-size:1rem;margin:1.5rem 0 .5rem}"
	"p{max-width:46rem;margin:.5rem 0}"
	".sub{color:#454d5a;margin:0}"
	"dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1.25rem;"
	"margin:1.25rem 0;padding:.75rem 1rem;background:#f1f4f8;border-radius:.4rem}"
	"dt{color:#454d5a}dd{margin:0;overflow-wrap:anywhere}"
	".scroll{overflow-x:auto;margin:1rem 0 1.5rem}"
	"table{border-collapse:collapse;font-size:.9rem;"
	"font-variant-numeric:tabular-nums}"
	"caption{text-align:left;font-weight:600;padding:0 0 .4rem}"
	"th,td{padding:.3rem .75rem;text-align:left;vertical-align:top;"
	"border-bottom:1px solid #d5dae1}"
	"thead th{background:#e9eef5;border-bottom:2px solid #8b96a6;"
	"vertical-align:bottom}"
	"tbody th{font-weight:400}tbody th:not(.n){min-width:7rem}"
	".n{text-align:right;white-space:nowrap}"
	".w{white-space:nowrap}"
	".m{font-family:ui-monospace,\"DejaVu Sans Mono\",monospace;font-size:.85em;"
	"overflow-wrap:anywhere}"
	".subtotal>*{font-weight:600;background:#f6f8fa}"
	".total>*{font-weight:700;border-top:2px solid #1a212e;background:#f1f4f8}"
	".alert>*{background:#fdeeee}.mark{color:#a3141a;font-weight:700}"
	".note{border-left:4px solid #b5541c;padding:.4rem .9rem;background:#fdf5ee}"
	"pre{overflow-x:auto;background:#1a212e;color:#f5f7fa;padding:.6rem .9rem;"
	"border-radius:.4rem;margin:.4rem 0}"
	"figure{margin:1.5rem 0}figcaption{font-weight:600;margin-bottom:.4rem}"
	"svg{max-width:100%;height:auto}"
	".hidden{position:absolute;width:1px;height:1px;overflow:hidden;"
	"clip-path:inset(50%);white-space:nowrap}"
	"@media print{body{font-size:9.5pt}main{max-width:none;padding:0}"
	"h2,h3,h4,caption{break-after:avoid}figure,.note{break-inside:avoid}"
	"tr{break-inside:avoid}thead{display:table-header-group}"
	".scroll{overflow:visible}table{font-size:8pt}th,td{padding:.15rem .4rem}"
	"pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#fff;color:#000;"
	"border:1px solid #8b96a6}"
	"@page{size:A4;margin:15mm}}";

/* ---- texts ---- */

/* Hebrew, Arabic, Syriac, Thaana, N'Ko and their later forms. */
static bool is_right_to_left(uint32_t c)
{
	return (c >= 0x590 && c <= 0x8ff) || (c >= 0xfb1d && c <= 0xfdff) ||
	       (c >= 0xfe70 && c <= 0xfeff) || (c >= 0x10800 && c <= 0x10fff) ||
	       (c >= 0x1e800 && c <= 0x1efff);
}

static bool has_right_to_left(const char *text)
{
	size_t n = strlen(text);

	for (size_t at = 0; at < n;)
		if (is_right_to_left(utf8_next(text, n, &at)))
			return true;
	return false;
}

static void put_escaped(struct buffer *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '&')
			buffer_put_text(out, "&amp;");
		else if (*text == '<')
			buffer_put_text(out, "&lt;");
		else if (*text == '>')
			buffer_put_text(out, "&gt;");
		else if (*text == '"')
			buffer_put_text(out, "&quot;");
		else
			buffer_put_byte(out, (uint8_t)*text);
	}
}

static void put_text(struct buffer *out, const char *text)
{
	bool isolated = has_right_to_left(text);

	buffer_put_text(out, isolated ? "<bdi>" : "");
	put_escaped(out, text);
	buffer_put_text(out, isolated ? "</bdi>" : "");
}

/* One element and its text; class may be NULL. */
static void put_element(struct buffer *out, const char *name, const char *class,
			const char *text)
{
	if (class)
		buffer_printf(out, "<%s class=\"%s\">", name, class);
	else
		buffer_printf(out, "<%s>", name);
	put_text(out, text);
	buffer_printf(out, "</%s>\n", name);
}

/* ---- tables ---- */

static const char *column_class(enum value_type type)
{
	if (value_type_is_number(type))
		return " class=\"n\"";
	if (type == VALUE_MONO)
		return " class=\"m\"";
	return value_type_is_text(type) ? "" : " class=\"w\"";
}

static void put_cell(struct buffer *out, const struct table *table, const struct row *row,
		     size_t column)
{
	enum lang lang = table->document->lang;
	bool header = column == 0, label = header && row->label;
	enum value_type type = table->column[column].type;
	char room[LANG_FIGURE_BYTES];

	buffer_printf(out, "<%s%s>", header ? "th scope=\"row\"" : "td",
		      label ? "" : column_class(type));
	if (header && row->style == ROW_ALERT) {
		buffer_put_text(out, "<span class=\"mark\" aria-hidden=\"true\">! </span>"
				     "<span class=\"hidden\">");
		put_text(out, tr(lang, MSG_ALERT));
		buffer_put_text(out, " </span>");
	}
	put_text(out, label ? row->label : value_figure(&row->value[column], lang, room));
	buffer_printf(out, "</%s>", header ? "th" : "td");
}

static void put_row(struct buffer *out, const struct table *table, const struct row *row)
{
	if (row->style == ROW_NORMAL)
		buffer_put_text(out, "<tr>");
	else
		buffer_printf(out, "<tr class=\"%s\">", row_style_name(row->style));
	for (size_t i = 0; i < table->columns; i++)
		put_cell(out, table, row, i);
	buffer_put_text(out, "</tr>\n");
}

static void put_header(struct buffer *out, const struct table *table)
{
	buffer_put_text(out, "<thead><tr>");
	for (size_t i = 0; i < table->columns; i++) {
		bool number = value_type_is_number(table->column[i].type);

		buffer_printf(out, "<th scope=\"col\"%s>", number ? " class=\"n\"" : "");
		put_text(out, table->column[i].label);
		buffer_put_text(out, "</th>");
	}
	buffer_put_text(out, "</tr></thead>\n<tbody>\n");
}

/* A reader without a mouse scrolls a wide table by its own focus. */
static void put_table(struct buffer *out, const struct table *table)
{
	buffer_put_text(out, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
			     "aria-label=\"");
	put_escaped(out, table->title);
	buffer_printf(out, "\">\n<table id=\"%s\">\n<caption>", table->id);
	put_text(out, table->title);
	buffer_put_text(out, "</caption>\n");
	put_header(out, table);
	for (const struct row *row = table->first_row; row; row = row->next)
		put_row(out, table, row);
	if (!table->first_row) {
		buffer_printf(out, "<tr><td colspan=\"%zu\">", table->columns);
		put_text(out, tr(table->document->lang, MSG_NO_ROWS));
		buffer_put_text(out, "</td></tr>\n");
	}
	buffer_put_text(out, "</tbody>\n</table>\n</div>\n");
}

static enum err put_chart(struct buffer *out, const struct table *chart,
			  struct fault *fault)
{
	enum err err;

	buffer_put_text(out, "<figure>\n");
	put_element(out, "figcaption", NULL, chart->title);
	buffer_put_text(out, "<div role=\"img\" aria-label=\"");
	put_escaped(out, chart->alt);
	buffer_put_text(out, "\">\n");
	err = draw_svg_element(chart, out, fault);
	buffer_put_text(out, "</div>\n</figure>\n");
	put_table(out, chart);
	return err;
}

/* ---- the page ---- */

static void put_heading(struct buffer *out, const struct block *block)
{
	/* The title is the page's only h1. */
	char name[] = "h2";

	name[1] = (char)('1' + block->level);
	put_element(out, name, NULL, block->text);
}

static void put_note(struct buffer *out, const char *text, enum lang lang)
{
	buffer_put_text(out, "<p class=\"note\"><strong>");
	put_text(out, tr(lang, MSG_NOTE));
	buffer_put_text(out, "</strong> ");
	put_text(out, text);
	buffer_put_text(out, "</p>\n");
}

/* A QR code as a picture in the page; the text that it holds follows it. */
static void put_squares(struct buffer *out, const struct block *block)
{
	int wide = block->squares_wide, side = wide + 8;

	buffer_printf(out,
		      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
		      "height=\"%d\" viewBox=\"-4 -4 %d %d\" "
		      "shape-rendering=\"crispEdges\" role=\"img\" "
		      "aria-label=\"QR code\">"
		      "<rect x=\"-4\" y=\"-4\" width=\"%d\" height=\"%d\" "
		      "fill=\"#fff\"/><path fill=\"#000\" d=\"",
		      3 * side, 3 * side, side, side, side, side);
	for (int i = 0; i < wide * wide; i++)
		if (block->squares[i] == '#')
			buffer_printf(out, "M%d %dh1v1h-1z", i % wide, i / wide);
	buffer_put_text(out, "\"/></svg>\n");
}

static enum err put_block(struct buffer *out, const struct block *block, enum lang lang,
			  struct fault *fault)
{
	switch (block->kind) {
	case BLOCK_HEADING:
		put_heading(out, block);
		return ERR_OK;
	case BLOCK_PARAGRAPH:
		put_element(out, "p", NULL, block->text);
		return ERR_OK;
	case BLOCK_NOTE:
		put_note(out, block->text, lang);
		return ERR_OK;
	case BLOCK_COMMAND:
		if (block->squares)
			put_squares(out, block);
		put_element(out, "pre", NULL, block->text);
		return ERR_OK;
	case BLOCK_TABLE:
		if (block->table->chart != CHART_NONE)
			return put_chart(out, block->table, fault);
		put_table(out, block->table);
		return ERR_OK;
	}
	abort();
}

/* The policy lets in nothing but the style below, whatever a text may hold. */
static void put_head(struct buffer *out, const struct document *doc)
{
	buffer_printf(out,
		      "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n"
		      "<meta charset=\"utf-8\">\n"
		      "<meta http-equiv=\"Content-Security-Policy\" "
		      "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
		      "<meta name=\"viewport\" content=\"width=device-width, "
		      "initial-scale=1\">\n",
		      lang_name(doc->lang));
	if (doc->author) {
		buffer_put_text(out, "<meta name=\"author\" content=\"");
		put_escaped(out, doc->author);
		buffer_put_text(out, "\">\n");
	}
	buffer_put_text(out, "<title>");
	put_escaped(out, doc->title);
	buffer_printf(out, "</title>\n<style>%s</style>\n</head>\n", style);
}

static void put_front(struct buffer *out, const struct document *doc)
{
	char room[LANG_FIGURE_BYTES];

	put_element(out, "h1", NULL, doc->title);
	for (const struct line *line = doc->first_subtitle; line; line = line->next)
		put_element(out, "p", "sub", line->text);
	if (!doc->first_property)
		return;
	buffer_put_text(out, "<dl>\n");
	for (const struct property *p = doc->first_property; p; p = p->next) {
		put_element(out, "dt", NULL, p->label);
		put_element(out, "dd", p->value.type == VALUE_MONO ? "m" : NULL,
			    value_figure(&p->value, doc->lang, room));
	}
	buffer_put_text(out, "</dl>\n");
}

enum err render_html(const struct document *doc, struct buffer *out, struct fault *fault)
{
	enum err err = document_check(doc, fault);

	if (err)
		return err;
	put_head(out, doc);
	buffer_put_text(out, "<body>\n<main>\n");
	put_front(out, doc);
	for (const struct block *block = doc->first_block; block && !err;
	     block = block->next)
		err = put_block(out, block, doc->lang, fault);
	buffer_put_text(out, "</main>\n</body>\n</html>\n");
	return err ? err : buffer_check(out, "the report as HTML", fault);
}
