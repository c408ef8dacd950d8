/*
 * render_pdf_int.h - what the files of the PDF renderer share: a pager, which is a place
 * on a page that moves downwards and begins a new page where there is no room.
 *
 * A document is walked twice: first only measured, because a page says how many there
 * are, then drawn. Both walks take the same steps, for each asks only for heights.
 */
#ifndef ARRONDI_REPORTS_RENDER_PDF_INT_H
#define ARRONDI_REPORTS_RENDER_PDF_INT_H

#include "reports/document.h"
#include "reports/draw_int.h"

/* A4, standing */
#define PAGE_WIDTH  595.28
#define PAGE_HEIGHT 841.89
#define PAGE_MARGIN 42.0

struct pager {
	struct canvas *canvas;
	const struct document *doc;
	bool draw;
	int page;       /* from 1 */
	int pages;      /* of the first walk; 0 during it */
	bool landscape; /* the page in hand lies */
	double width;   /* between the margins */
	double y, top, bottom;
};

/* A new page, standing or lying; what stood before it gets its foot. */
void pager_turn(struct pager *pager, bool landscape);

/* Ends the last page. */
void pager_end(struct pager *pager);

/* A new page unless so much room is left. One that has nothing yet is kept. */
void pager_need(struct pager *pager, double height);

/* Whether the page in hand lies as is wanted, else a new one. */
void pager_orient(struct pager *pager, bool landscape);

/* The parts of a document for who does not see it: what is drawn between is of the
 * structure element ("H1", "P", "Table"...). */
void pager_tag(struct pager *pager, const char *element);
void pager_untag(struct pager *pager, const char *element);

/* A text at the pager's place, which moves below it. One that has no room goes to the
 * next page, or, if it is long, goes on there. */
void pager_text(struct pager *pager, const struct text *text, enum ink ink,
		double indent);

/* render_pdf_table.c */
void pdf_table(struct pager *pager, const struct table *table);

#endif
