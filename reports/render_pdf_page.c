/*
 * render_pdf_page.c - pages: where they begin and end, and what stands at their foot.
 */
#include <cairo-pdf.h>

#include "reports/render_pdf_int.h"

#define FOOT_HEIGHT 22.0
#define FOOT_SIZE   7.0
#define KEPT_SHARE  0.25 /* of a page: a shorter text is not parted */

static double page_width(const struct pager *pager)
{
	return pager->landscape ? PAGE_HEIGHT : PAGE_WIDTH;
}

static double page_height(const struct pager *pager)
{
	return pager->landscape ? PAGE_WIDTH : PAGE_HEIGHT;
}

static void foot_draw(struct pager *pager)
{
	char number[32];
	double y = page_height(pager) - PAGE_MARGIN - FOOT_SIZE, width;
	struct text text = { .text = pager->doc->title,
			     .size = FOOT_SIZE,
			     .width = pager->width * 0.8,
			     .lines_max = 1 };

	canvas_ink(pager->canvas, INK_RULE);
	cairo_set_line_width(pager->canvas->cr, 0.5);
	canvas_line(pager->canvas, PAGE_MARGIN, y - 4, PAGE_MARGIN + pager->width, y - 4);
	canvas_ink(pager->canvas, INK_FAINT);
	text_put(pager->canvas, &text, PAGE_MARGIN, y);
	(void)snprintf(number, sizeof number, "%d / %d", pager->page, pager->pages);
	text = (struct text){ .text = number, .size = FOOT_SIZE };
	text_measure(pager->canvas, &text, &width, NULL);
	text_draw(pager->canvas, PAGE_MARGIN + pager->width - width, y);
}

void pager_end(struct pager *pager)
{
	if (!pager->draw)
		return;
	foot_draw(pager);
	cairo_show_page(pager->canvas->cr);
}

void pager_turn(struct pager *pager, bool landscape)
{
	if (pager->page > 0)
		pager_end(pager);
	pager->page++;
	pager->landscape = landscape;
	pager->width = page_width(pager) - 2 * PAGE_MARGIN;
	pager->top = PAGE_MARGIN;
	pager->bottom = page_height(pager) - PAGE_MARGIN - FOOT_HEIGHT;
	pager->y = pager->top;
	if (pager->draw)
		cairo_pdf_surface_set_size(cairo_get_target(pager->canvas->cr),
					   page_width(pager), page_height(pager));
}

void pager_need(struct pager *pager, double height)
{
	if (pager->y + height > pager->bottom && pager->y > pager->top)
		pager_turn(pager, pager->landscape);
}

void pager_orient(struct pager *pager, bool landscape)
{
	if (pager->landscape != landscape)
		pager_turn(pager, landscape);
}

void pager_tag(struct pager *pager, const char *element)
{
	if (pager->draw)
		cairo_tag_begin(pager->canvas->cr, element, NULL);
}

void pager_untag(struct pager *pager, const char *element)
{
	if (pager->draw)
		cairo_tag_end(pager->canvas->cr, element);
}

/* Line by line, from page to page. The foot of a page takes the canvas' own layout, so
 * this one is a copy. */
static void lines_put(struct pager *pager, enum ink ink, double indent)
{
	PangoLayout *layout = pango_layout_copy(pager->canvas->layout);
	PangoLayoutIter *lines = pango_layout_get_iter(layout);

	do {
		PangoLayoutLine *line = pango_layout_iter_get_line_readonly(lines);
		PangoRectangle logical;
		double ascent, height;

		pango_layout_iter_get_line_extents(lines, NULL, &logical);
		ascent = pango_units_to_double(pango_layout_iter_get_baseline(lines) -
					       logical.y);
		height = pango_units_to_double(logical.height);
		pager_need(pager, height);
		if (pager->draw) {
			canvas_ink(pager->canvas, ink);
			cairo_move_to(pager->canvas->cr,
				      PAGE_MARGIN + indent +
					      pango_units_to_double(logical.x),
				      pager->y + ascent);
			pango_cairo_show_layout_line(pager->canvas->cr, line);
		}
		pager->y += height;
	} while (pango_layout_iter_next_line(lines));
	pango_layout_iter_free(lines);
	g_object_unref(layout);
}

void pager_text(struct pager *pager, const struct text *text, enum ink ink, double indent)
{
	double height;

	text_measure(pager->canvas, text, NULL, &height);
	if (height < (pager->bottom - pager->top) * KEPT_SHARE) {
		pager_need(pager, height);
		text_measure(pager->canvas, text, NULL, NULL);
	}
	if (pager->y + height > pager->bottom) {
		lines_put(pager, ink, indent);
		return;
	}
	if (pager->draw) {
		canvas_ink(pager->canvas, ink);
		text_draw(pager->canvas, PAGE_MARGIN + indent, pager->y);
	}
	pager->y += height;
}
