/*
 * render.h - a document as bytes: one function per format.
 *
 * A renderer computes nothing: every figure it writes is a value of the document.
 * The same document gives the same bytes everywhere. Each appends to `out` and
 * returns the document's own failure first, then the buffer's.
 */
#ifndef ARRONDI_REPORTS_RENDER_H
#define ARRONDI_REPORTS_RENDER_H

#include "keys/buffer.h"
#include "keys/fault.h"
#include "reports/document.h"
#include "reports/format.h"

/* In any format of FORM_DOCUMENT, or FORM_PICTURE. */
MUST_USE enum err render(const struct document *doc, enum format format,
			 struct buffer *out, struct fault *fault);

#define RENDER_TEXT_COLUMNS_MAX 100

/*
 * For a terminal or a printer: UTF-8, lines of at most RENDER_TEXT_COLUMNS_MAX
 * columns, ended by LF. A long text is wrapped inside its column; a table whose
 * figures alone are wider is written as one small list per row. Only a
 * BLOCK_COMMAND is longer where it must be, so that it can be copied. A row
 * ROW_ALERT is marked with "!".
 *
 * Columns are counted as code points that are not combining: right for the
 * scripts of Europe, too narrow for those of East Asia.
 */
MUST_USE enum err render_text(const struct document *doc, struct buffer *out,
			      struct fault *fault);

/*
 * RFC 4180 with CRLF and a UTF-8 byte order mark, without which Excel takes
 * accents apart. French: fields are parted by ";" and 12,34 has a comma, which is
 * what a French spreadsheet opens with a double click; English: "," and 12.34.
 *
 * Each table begins with a line of machine ids and a line of labels, then its rows;
 * an empty line comes before the next table. The first two fields of every line
 * are the table's id and what the line is:
 *
 *	table;row;fund;available
 *	funds;label;Fonds;Disponible
 *	funds;normal;Emploi;1234,56
 *	funds;total;Total;1234,56
 *
 * The first table, "document", has the columns property and value: id, lang,
 * title, then the document's properties. Headings and prose are left out.
 *
 * Amounts and percentages have two decimals, no grouping, no unit and "-"; dates
 * are 2026-11-22, months 2026-11, moments 2026-11-22T20:16:27Z; an empty cell is an
 * empty field. A row's label stands in its first field.
 *
 * A text (ids excepted) that begins with = + - @ gets an apostrophe before it, as
 * a spreadsheet would otherwise run it as a formula. Machines that need hashes and
 * references untouched read the JSON.
 */
MUST_USE enum err render_csv(const struct document *doc, struct buffer *out,
			     struct fault *fault);

/*
 * One JSON object (RFC 8259) and a LF; members always in this order:
 *
 *	{"document":ID,"lang":"fr"|"en","title":TEXT,"subtitle":[TEXT...],
 *	 "properties":{ID:VALUE...},"blocks":[BLOCK...]}
 *
 *	BLOCK  {"block":"heading","level":1..3,"text":TEXT}
 *	       {"block":"paragraph"|"note"|"command","text":TEXT}
 *	       {"block":"table","table":ID,"title":TEXT[,"chart":KIND,"alt":TEXT],
 *	        "columns":[{"column":ID,"type":TYPE,"label":TEXT}...],
 *	        "rows":[ROW...]}
 *	ROW    {"row":"normal"|"alert"|"subtotal"|"total","label":TEXT|null,
 *	        "cells":{COLUMN ID:VALUE...}}
 *
 * A VALUE is null when empty, else as the column's TYPE says: "text" and "mono" a
 * string; "cents", "integer", "ordinal" and "basis_points" an integer; "date"
 * "2026-11-22"; "month" "2026-11"; "moment" "2026-11-22T20:16:27Z". There is a LF
 * before every block and row, so that two editions can be compared by line.
 */
MUST_USE enum err render_json(const struct document *doc, struct buffer *out,
			      struct fault *fault);

/*
 * One page that needs nothing else: no script, no other file, no network. Every table is
 * a <table id="ID"> with a caption, column headers, and the row's name as its header; a
 * chart is a picture with its alt text, and its rows as a table below it. It can be read
 * aloud, on a small screen, and on paper. Texts of the ledger are text, never markup;
 * what is written from right to left stands in <bdi>.
 */
MUST_USE enum err render_html(const struct document *doc, struct buffer *out,
			      struct fault *fault);

/*
 * The document's charts, under its title. ERR_USAGE where it has none; ERR_IO where the
 * fonts are not installed. Texts are outlines, so that the picture is the same wherever
 * it is seen.
 */
MUST_USE enum err render_svg(const struct document *doc, struct buffer *out,
			     struct fault *fault);
MUST_USE enum err render_png(const struct document *doc, struct buffer *out,
			     struct fault *fault);

/*
 * A4 pages that say which they are, of how many; the header of a table is repeated on
 * each; one that is too wide gets smaller letters, then a page that lies, and is a list
 * of rows where that is not enough. A chart higher than a page is drawn smaller, or left
 * out where nobody could read it. Fonts are embedded; headings, tables and figures are
 * tagged, headings are listed as an outline; title, author and dates are the document's
 * own. ERR_IO where the fonts are not installed.
 */
MUST_USE enum err render_pdf(const struct document *doc, struct buffer *out,
			     struct fault *fault);

/*
 * A workbook: first a sheet to read, with the prose, the properties and the tables'
 * titles; then a sheet for each table, its first row the header, which stays in sight.
 * Amounts, counts, dates and months are numbers; what table_total_row() has summed is a
 * formula with its value. Its date is the document's own. ERR_TOO_BIG past what a sheet
 * or a cell holds; ERR_IO where no temporary file can be written.
 */
MUST_USE enum err render_xlsx(const struct document *doc, struct buffer *out,
			      struct fault *fault);

/*
 * A Data Package (specs.frictionlessdata.io) with its data inside: a resource for each
 * table, with its Table Schema; amounts are numbers of euros with two decimals, and
 * percentages numbers. Totals and subtotals are left out, so that a column can be added
 * up. What the document stands on is in "standsOn".
 */
MUST_USE enum err render_datapackage(const struct document *doc, struct buffer *out,
				     struct fault *fault);

#endif
