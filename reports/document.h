/*
 * document.h - what a report says, before it has a form.
 *
 * A report is a function from books to a document; a renderer is a function from
 * a document to text, CSV, JSON and so on. N reports and M formats cost N + M. A
 * document holds typed values, never figures already written: a renderer that
 * wants the integer cents has them, and one that wants "1 234,56 €" writes it.
 *
 *  (1) The document owns every byte that it shows: builders copy.
 *  (2) Every text is valid UTF-8 without control, line-breaking or
 *      text-direction characters; those are replaced by U+FFFD on the way in. A
 *      project's name can therefore neither drive a terminal nor turn around
 *      what a reader sees.
 *  (3) The first failure sticks. Builders return nothing and do nothing after
 *      it; document_err() tells at the end, and renderers ask it first. A table
 *      that could not be made is NULL, which every table function takes.
 *  (4) A row has one value per column, empty or of the column's type.
 *  (5) Ids name the document, its properties, tables and columns for machines:
 *      [a-z][a-z0-9_]*, the same in every language, unique beside their likes. No table
 *      is called "document", no property "id", "lang" or "title": those name
 *      the document itself where a format has only tables.
 *
 * A report is built like this:
 *
 *	struct document doc;
 *	struct table *t;
 *
 *	document_init(&doc, lang, "fund_balances", tr(lang, MSG_BALANCES));
 *	document_property_integer(&doc, "size", tr(lang, MSG_SIZE), size);
 *	t = table_begin(&doc, "funds", tr(lang, MSG_FUNDS));
 *	table_column(t, "fund", tr(lang, MSG_FUND), VALUE_TEXT);
 *	table_column(t, "available", tr(lang, MSG_AVAILABLE), VALUE_CENTS);
 *	for each fund {
 *		row_begin(t, overdrawn ? ROW_ALERT : ROW_NORMAL);
 *		cell_slice(t, label);
 *		cell_cents(t, available);
 *	}
 *	table_total_row(t, tr(lang, MSG_TOTAL));
 *	err = render_text(&doc, &buffer, fault);
 *	document_release(&doc);
 *
 * Wrong use (an id with a capital, a cell of another type, a short row) is our own
 * mistake, not the world's, and is asserted.
 */
#ifndef ARRONDI_REPORTS_DOCUMENT_H
#define ARRONDI_REPORTS_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/fault.h"
#include "keys/slice.h"
#include "ledger/date.h"
#include "ledger/money.h"
#include "reports/lang.h"
#include "reports/value.h"

#define DOCUMENT_BYTES_MAX   ((size_t)256 << 20) /* of texts, rows and cells */
#define DOCUMENT_COLUMNS_MAX 32                  /* of one table */
#define DOCUMENT_LEVEL_MAX   3                   /* headings are 1, 2 and 3 */

enum row_style {
	ROW_NORMAL,
	ROW_ALERT, /* as normal, and the reader should look: an overdrawn fund */
	ROW_SUBTOTAL,
	ROW_TOTAL,
	ROW__COUNT
};

/* "normal", "alert", "subtotal", "total": for machine-readable formats. */
const char *row_style_name(enum row_style style);

struct column {
	const char *id;
	const char *label;
	enum value_type type;
};

struct row {
	struct row *next;
	enum row_style style;
	bool summed;          /* its amounts are those of table_total_row() */
	const char *label;    /* shown in the first cell's place, or NULL */
	struct value value[]; /* as many as the table has columns */
};

/*
 * A chart is a table that may also be drawn: the formats without pictures show its
 * rows, those with pictures draw it and show its rows. What is drawn is normal and
 * alert rows, by the kind:
 *
 *  CHART_SANKEY  four columns: an ORDINAL stage from 1, ascending by row; a TEXT from
 *                and a TEXT to; CENTS that flow. What flows into stage 2 came out
 *                of stage 1: a node is a stage and a text, and is as high as the
 *                greater of what comes and what goes. Flows not above zero are not
 *                drawn.
 *  CHART_STACKS  a first column of months, dates or texts: upright bars; then series
 *                of CENTS or INTEGERs, all of one type, one upon the other, those
 *                below zero downwards.
 *  CHART_LINES   the same, a line for each series.
 *  CHART_BARS    the same with bars lying down: for few rows with long names.
 */
enum chart_kind {
	CHART_NONE, /* a table and no more */
	CHART_SANKEY,
	CHART_STACKS,
	CHART_LINES,
	CHART_BARS,
	CHART__COUNT
};

#define CHART_STAGES_MAX 8

/* "none", "sankey", "stacks", "lines", "bars". */
const char *chart_kind_name(enum chart_kind kind);

struct table {
	struct document *document;
	const char *id;
	const char *title;
	enum chart_kind chart;
	const char *alt; /* of a chart; NULL of a table */
	struct column column[DOCUMENT_COLUMNS_MAX];
	size_t columns;
	size_t rows;
	size_t cells_done; /* of last_row, while it is built */
	struct row *first_row;
	struct row *last_row;
};

enum block_kind {
	BLOCK_HEADING,
	BLOCK_PARAGRAPH,
	BLOCK_NOTE,
	BLOCK_COMMAND, /* a line to be copied whole, never wrapped */
	BLOCK_TABLE
};

struct block {
	struct block *next;
	enum block_kind kind;
	int level;           /* BLOCK_HEADING */
	const char *text;    /* every kind but BLOCK_TABLE */
	struct table *table; /* BLOCK_TABLE */
	/* BLOCK_COMMAND: what is copied by a telephone: the squares of its QR code, row
	 * by row, dark ones '#'; NULL: none. A format without pictures shows the text. */
	const char *squares;
	int squares_wide;
};

struct line {
	struct line *next;
	const char *text;
};

/* What the document was made from: the log's origin, size and root, a period. */
struct property {
	struct property *next;
	const char *id;
	const char *label;
	struct value value;
};

struct document_chunk;

/* Renderers read it; only the functions below write it. It must not be moved
 * once it has a table. */
struct document {
	enum lang lang;
	const char *id;
	const char *title;
	const char *author; /* NULL where it is not told */
	int64_t made_utc_s; /* 0 where it is not told */
	struct line *first_subtitle, *last_subtitle;
	struct property *first_property, *last_property;
	struct block *first_block, *last_block;
	struct document_chunk *chunks;
	size_t bytes;
	enum err err;
};

void document_init(struct document *doc, enum lang lang, const char *id,
		   const char *title);
void document_release(struct document *doc);

/* ERR_OK, or the first failure: ERR_MEMORY; ERR_TOO_BIG past DOCUMENT_BYTES_MAX or
 * in a total; ERR_INVALID for text that is not UTF-8 or a moment out of range. */
MUST_USE enum err document_err(const struct document *doc);

/* The same with a sentence for a person. */
MUST_USE enum err document_check(const struct document *doc, struct fault *fault);

/* Whose report it is, and the moment that its facts end with: the author and the dates
 * that a PDF or a spreadsheet tells of itself. Never the time of drawing, so that the
 * same facts are the same bytes. */
void document_made(struct document *doc, const char *author, int64_t utc_s);

void document_subtitle(struct document *doc, const char *text);
void document_property_text(struct document *doc, const char *id, const char *label,
			    const char *text);
void document_property_mono(struct document *doc, const char *id, const char *label,
			    const char *text);
void document_property_integer(struct document *doc, const char *id, const char *label,
			       int64_t n);
void document_property_date(struct document *doc, const char *id, const char *label,
			    struct date date);
void document_property_moment(struct document *doc, const char *id, const char *label,
			      int64_t utc_s);

void document_heading(struct document *doc, int level, const char *text);
void document_paragraph(struct document *doc, const char *text);
void document_note(struct document *doc, const char *text);
void document_command(struct document *doc, const char *text);
/* The same with its QR code: as many squares on a side as the root of their number. */
void document_code(struct document *doc, const char *text, const char *squares);

/* The table belongs to the document. Its columns come before its first row. */
struct table *table_begin(struct document *doc, const char *id, const char *title);

/* A chart, with a sentence for who cannot see it: what it shows, not its figures, which
 * follow as rows. Columns and rows are those of a table. */
struct table *chart_begin(struct document *doc, enum chart_kind kind, const char *id,
			  const char *title, const char *alt);

void table_column(struct table *table, const char *id, const char *label,
		  enum value_type type);

/* The row before must be whole. */
void row_begin(struct table *table, enum row_style style);

/* Instead of the first cell, whatever its type: "Total" in a column of months. */
void row_label(struct table *table, const char *label);

/* The next cell of the row. Each goes into columns of one type, or of those named. */
void cell_text(struct table *table, const char *text);   /* TEXT, MONO */
void cell_slice(struct table *table, struct slice text); /* TEXT, MONO */
void cell_cents(struct table *table, struct cents c);    /* CENTS */
void cell_integer(struct table *table, int64_t n);       /* INTEGER, ORDINAL */
void cell_percent(struct table *table, int64_t basis_points);
void cell_date(struct table *table, struct date date);
void cell_month(struct table *table, struct month month);
void cell_moment(struct table *table, int64_t utc_s);
void cell_empty(struct table *table); /* any */

/*
 * A row of style ROW_TOTAL with that label, holding the sums of the VALUE_CENTS
 * and VALUE_INTEGER columns over the rows ROW_NORMAL and ROW_ALERT; the other cells
 * are empty. The first column is the label's and must not be one to be summed.
 */
void table_total_row(struct table *table, const char *label);

#endif
