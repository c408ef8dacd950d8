/*
 * render_pdf.c - a document as a PDF of A4 pages.
 *
 * The bytes depend on the document alone: the dates in the file are those of its facts.
 */
#include "reports/render.h"

#include <cairo-pdf.h>

#include "ledger/date.h"
#include "reports/render_pdf_int.h"

#define SQUARE_SIZE   1.9 /* of a QR code: a telephone reads it at arm's length */
#define SQUARES_QUIET 4
#define TITLE_SIZE    19.0
#define SUBTITLE_SIZE 10.0
#define BODY_SIZE     9.0
#define PROPERTY_SIZE 7.5
#define COMMAND_SIZE  7.0
#define LABEL_WIDTH   130.0
#define BOX_PAD       7.0
#define PARAGRAPH_GAP 6.0
#define FIGURE_TITLE  18.0
#define CHART_AFTER   10.0
#define SCALE_LEAST   0.5
#define HEADING_ROOM  90.0 /* below a heading, at least */

static const struct heading {
	double size, before, after;
} headings[DOCUMENT_LEVEL_MAX] = {
	{ 13.5, 12, 6 },
	{ 11, 8, 4 },
	{ 9.5, 6, 3 },
};

/* ---- texts ---- */

static void line_put(struct pager *pager, const char *words, enum face face, double size,
		     enum ink ink, const char *tag)
{
	struct text text = {
		.text = words, .face = face, .size = size, .width = pager->width
	};

	pager_tag(pager, tag);
	pager_text(pager, &text, ink, 0);
	pager_untag(pager, tag);
}

/* What a reader's side bar lists. */
static void outline_put(struct pager *pager, const char *words)
{
	char place[64];

	if (!pager->draw)
		return;
	(void)snprintf(place, sizeof place, "page=%d pos=[0 %d]", pager->page,
		       (int)pager->y);
	cairo_pdf_surface_add_outline(cairo_get_target(pager->canvas->cr),
				      CAIRO_PDF_OUTLINE_ROOT, words, place, 0);
}

static void heading_put(struct pager *pager, const struct block *block)
{
	const struct heading *heading = &headings[block->level - 1];
	/* The title is the first: a document's headings are the second to the fourth. */
	char tag[] = "H2";

	tag[1] = (char)('1' + block->level);
	pager_orient(pager, false);
	pager_need(pager, HEADING_ROOM);
	if (pager->y > pager->top)
		pager->y += heading->before;
	outline_put(pager, block->text);
	line_put(pager, block->text, FACE_BOLD, heading->size, INK_TEXT, tag);
	if (block->level == 1 && pager->draw) {
		canvas_colour(pager->canvas, 0, 1);
		cairo_set_line_width(pager->canvas->cr, 1.2);
		canvas_line(pager->canvas, PAGE_MARGIN, pager->y + 2,
			    PAGE_MARGIN + pager->width, pager->y + 2);
	}
	pager->y += heading->after;
}

static void paragraph_put(struct pager *pager, const char *words)
{
	pager_orient(pager, false);
	line_put(pager, words, FACE_REGULAR, BODY_SIZE, INK_TEXT, "P");
	pager->y += PARAGRAPH_GAP;
}

/* Words in a box. One that is higher than a page goes on without it. */
static void box_put(struct pager *pager, const char *words, enum face face, double size,
		    enum ink ink, const char *tag)
{
	struct text text = { .text = words,
			     .face = face,
			     .size = size,
			     .width = pager->width - 2 * BOX_PAD };
	double height;

	text_measure(pager->canvas, &text, NULL, &height);
	pager_need(pager, height + BOX_PAD);
	if (pager->draw && pager->y + height + BOX_PAD <= pager->bottom) {
		canvas_ink(pager->canvas, INK_SHADE);
		canvas_box(pager->canvas, PAGE_MARGIN, pager->y, pager->width,
			   height + BOX_PAD);
		canvas_ink(pager->canvas, ink);
		canvas_box(pager->canvas, PAGE_MARGIN, pager->y, 2, height + BOX_PAD);
	}
	pager->y += BOX_PAD / 2;
	pager_tag(pager, tag);
	pager_text(pager, &text, INK_TEXT, BOX_PAD);
	pager_untag(pager, tag);
	pager->y += BOX_PAD / 2 + 3;
}

/* Dark squares that lie side by side are one box, and all are filled at once. */
static void row_put(struct pager *pager, const char *row, int wide, double y)
{
	for (int from = 0, to; from < wide; from = to) {
		to = from + 1;
		if (row[from] != '#')
			continue;
		while (to < wide && row[to] == '#')
			to++;
		canvas_box_add(pager->canvas,
			       PAGE_MARGIN + (from + SQUARES_QUIET) * SQUARE_SIZE, y,
			       (to - from) * SQUARE_SIZE, SQUARE_SIZE);
	}
}

/* The squares of a QR code, and the blank ones that it needs around it. */
static void squares_put(struct pager *pager, const struct block *block)
{
	int wide = block->squares_wide;
	double height = (wide + 2 * SQUARES_QUIET) * SQUARE_SIZE;

	pager_orient(pager, false);
	pager_need(pager, height);
	pager_tag(pager, "Figure");
	if (pager->draw)
		canvas_ink(pager->canvas, INK_TEXT);
	for (int row = 0; row < wide && pager->draw; row++)
		row_put(pager, block->squares + (size_t)row * (size_t)wide, wide,
			pager->y + (row + SQUARES_QUIET) * SQUARE_SIZE);
	if (pager->draw)
		canvas_fill(pager->canvas);
	pager_untag(pager, "Figure");
	pager->y += height;
}

static enum err note_put(struct pager *pager, const char *words, struct fault *fault)
{
	struct buffer text;
	enum err err;

	buffer_init(&text, DOCUMENT_BYTES_MAX);
	buffer_printf(&text, "%s %s", tr(pager->doc->lang, MSG_NOTE), words);
	err = buffer_check(&text, "a note", fault);
	pager_orient(pager, false);
	if (!err)
		box_put(pager, buffer_text(&text), FACE_REGULAR, BODY_SIZE, INK_ALERT,
			"Note");
	buffer_release(&text);
	pager->y += PARAGRAPH_GAP;
	return err;
}

/* ---- the front page ---- */

static void property_put(struct pager *pager, const struct property *property)
{
	char room[LANG_FIGURE_BYTES];
	struct text label = { .text = property->label,
			      .size = PROPERTY_SIZE,
			      .width = LABEL_WIDTH };
	struct text text = {
		.text = value_figure(&property->value, pager->doc->lang, room),
		.face = property->value.type == VALUE_MONO ? FACE_MONO : FACE_REGULAR,
		.size = PROPERTY_SIZE,
		.width = pager->width - LABEL_WIDTH - 2 * BOX_PAD,
	};
	double left, right, height;

	text_measure(pager->canvas, &label, NULL, &left);
	text_measure(pager->canvas, &text, NULL, &right);
	height = (left > right ? left : right) + 2;
	pager_need(pager, height);
	pager_tag(pager, "P");
	if (pager->draw) {
		canvas_ink(pager->canvas, INK_SHADE);
		canvas_box(pager->canvas, PAGE_MARGIN, pager->y - 0.5, pager->width,
			   height + 0.5);
		canvas_ink(pager->canvas, INK_FAINT);
		text_put(pager->canvas, &label, PAGE_MARGIN + BOX_PAD, pager->y + 1);
		canvas_ink(pager->canvas, INK_TEXT);
		text_put(pager->canvas, &text, PAGE_MARGIN + BOX_PAD + LABEL_WIDTH,
			 pager->y + 1);
	}
	pager_untag(pager, "P");
	pager->y += height;
}

static void front_put(struct pager *pager)
{
	line_put(pager, pager->doc->title, FACE_BOLD, TITLE_SIZE, INK_TEXT, "H1");
	pager->y += 3;
	for (const struct line *line = pager->doc->first_subtitle; line;
	     line = line->next)
		line_put(pager, line->text, FACE_REGULAR, SUBTITLE_SIZE, INK_FAINT, "P");
	pager->y += 10;
	for (const struct property *p = pager->doc->first_property; p; p = p->next)
		property_put(pager, p);
	pager->y += 10;
}

/* ---- the document ---- */

/* The title and, below it, the chart, as large as `scale` says. */
static enum err figure_draw(struct pager *pager, const struct table *chart, double scale,
			    struct fault *fault)
{
	struct text title = { .text = chart->title,
			      .face = FACE_BOLD,
			      .size = BODY_SIZE,
			      .width = pager->width,
			      .lines_max = 1 };
	cairo_t *cr = pager->canvas->cr;
	enum err err;

	canvas_ink(pager->canvas, INK_TEXT);
	text_put(pager->canvas, &title, PAGE_MARGIN, pager->y);
	cairo_save(cr);
	cairo_translate(cr, PAGE_MARGIN, pager->y + FIGURE_TITLE);
	cairo_scale(cr, scale, scale);
	err = chart_draw(pager->canvas, chart, 0, 0, pager->width, fault);
	cairo_restore(cr);
	return err;
}

/* A chart that is higher than a page is drawn smaller. One that would be too small to be
 * read is left out: its rows follow in any case. */
static enum err chart_put(struct pager *pager, const struct table *chart,
			  struct fault *fault)
{
	double height, room, scale;
	enum err err;

	pager_orient(pager, false);
	room = pager->bottom - pager->top - FIGURE_TITLE;
	err = chart_height(pager->canvas, chart, pager->width, &height, fault);
	scale = height > room ? room / height : 1;
	if (err || scale < SCALE_LEAST)
		return err;
	height = height * scale + FIGURE_TITLE;
	pager_need(pager, height);
	pager_tag(pager, "Figure");
	if (pager->draw)
		err = figure_draw(pager, chart, scale, fault);
	pager_untag(pager, "Figure");
	pager->y += height + CHART_AFTER;
	return err;
}

static enum err block_put(struct pager *pager, const struct block *block,
			  struct fault *fault)
{
	enum err err = ERR_OK;

	switch (block->kind) {
	case BLOCK_HEADING:
		heading_put(pager, block);
		return ERR_OK;
	case BLOCK_PARAGRAPH:
		paragraph_put(pager, block->text);
		return ERR_OK;
	case BLOCK_NOTE:
		return note_put(pager, block->text, fault);
	case BLOCK_COMMAND:
		if (block->squares)
			squares_put(pager, block);
		pager_orient(pager, false);
		box_put(pager, block->text, FACE_MONO, COMMAND_SIZE, INK_FAINT, "Code");
		return ERR_OK;
	case BLOCK_TABLE:
		if (block->table->chart != CHART_NONE)
			err = chart_put(pager, block->table, fault);
		if (!err)
			pdf_table(pager, block->table);
		return err;
	}
	abort();
}

static enum err document_walk(struct pager *pager, struct fault *fault)
{
	enum err err = ERR_OK;

	/* A tag before a page's size is set is lost. */
	pager_turn(pager, false);
	pager_tag(pager, "Document");
	front_put(pager);
	for (const struct block *block = pager->doc->first_block; block && !err;
	     block = block->next)
		err = block_put(pager, block, fault);
	pager_untag(pager, "Document");
	pager_end(pager);
	return err;
}

/* Cairo would write the time of drawing. Without a date of its facts, a document is of
 * the beginning of time. */
static void metadata_put(cairo_surface_t *surface, const struct document *doc)
{
	char at[UTC_TEXT_BYTES] = "1970-01-01T00:00:00Z";

	if (doc->made_utc_s && utc_format(doc->made_utc_s, at) != ERR_OK)
		abort(); /* document_made() has looked */
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, doc->title);
	if (doc->author)
		cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_AUTHOR,
					       doc->author);
	if (doc->first_subtitle)
		cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_SUBJECT,
					       doc->first_subtitle->text);
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "Arrondi");
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, at);
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_MOD_DATE, at);
}

enum err render_pdf(const struct document *doc, struct buffer *out, struct fault *fault)
{
	cairo_surface_t *surface;
	struct canvas canvas;
	struct pager measured = { .canvas = &canvas, .doc = doc };
	struct pager drawn = { .canvas = &canvas, .doc = doc, .draw = true };
	struct fault second;
	enum err err = document_check(doc, fault), closed;

	if (err)
		return err;
	surface = cairo_pdf_surface_create_for_stream(canvas_write, out, PAGE_WIDTH,
						      PAGE_HEIGHT);
	cairo_pdf_surface_restrict_to_version(surface, CAIRO_PDF_VERSION_1_5);
	metadata_put(surface, doc);
	err = canvas_open(&canvas, surface, doc->lang, fault);
	if (!err)
		err = document_walk(&measured, fault);
	drawn.pages = measured.page;
	if (!err)
		err = document_walk(&drawn, fault);
	closed = canvas_close(&canvas, err ? &second : fault);
	if (!err && buffer_err(out))
		return buffer_check(out, "the report as PDF", fault);
	return err ? err : closed;
}
