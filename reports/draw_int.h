/*
 * draw_int.h - a canvas: where charts and pages are drawn, with what pens and fonts.
 *
 * Lengths are points (1/72 inch) from the upper left corner. The same drawing gives the
 * same bytes on every machine that has the same fonts: the fonts are files of our own
 * choice, whatever else is installed there, and glyphs are placed where the font says,
 * never hinted to a grid.
 *
 * Pango and cairo end the process when there is no memory; their other failures stick to
 * the canvas and are told by canvas_close().
 */
#ifndef ARRONDI_REPORTS_DRAW_INT_H
#define ARRONDI_REPORTS_DRAW_INT_H

#include <cairo.h>
#include <pango/pangocairo.h>

#include "keys/buffer.h"
#include "keys/fault.h"
#include "reports/document.h"
#include "reports/lang.h"

enum face { FACE_REGULAR, FACE_BOLD, FACE_MONO, FACE__COUNT };

enum ink {
	INK_TEXT,
	INK_FAINT, /* text that may be overlooked, still of enough contrast */
	INK_RULE,
	INK_SHADE, /* behind a table's header */
	INK_ALERT,
	INK_PAPER,
	INK__COUNT
};

/* The letters whose width is kept: those of Europe, and three of figures. */
#define LETTERS_KEPT 0x253

struct canvas {
	cairo_t *cr;
	PangoContext *context;
	PangoLayout *layout; /* of the text in hand */
	PangoFontDescription *font[FACE__COUNT];
	enum lang lang;
	double letter[FACE__COUNT][LETTERS_KEPT]; /* at size 1; 0: not asked for yet */
};

/* Draws on the surface, which it takes over also on failure. ERR_IO where the fonts are
 * not installed; ERR_MEMORY. */
MUST_USE enum err canvas_open(struct canvas *canvas, cairo_surface_t *surface,
			      enum lang lang, struct fault *fault);

/* Finishes the surface, if it is no image. ERR_MEMORY, or ERR_INVALID with what cairo
 * says. Accepts one that was not opened. */
MUST_USE enum err canvas_close(struct canvas *canvas, struct fault *fault);

void canvas_ink(struct canvas *canvas, enum ink ink);
/* The colour of the nth of things that are told apart, with its opacity. */
void canvas_colour(struct canvas *canvas, size_t nth, double opacity);
void canvas_box(struct canvas *canvas, double x, double y, double width, double height);
/* Many boxes are filled at once, which is quicker than one by one. */
void canvas_box_add(struct canvas *canvas, double x, double y, double width,
		    double height);
void canvas_fill(struct canvas *canvas);
void canvas_line(struct canvas *canvas, double x1, double y1, double x2, double y2);

enum side { SIDE_LEFT, SIDE_MIDDLE, SIDE_RIGHT };

/* One text, wrapped to its width at spaces, and where need be inside a word. */
struct text {
	const char *text;
	enum face face;
	double size;
	double width;  /* 0: one line, as long as it is */
	int lines_max; /* then an ellipsis; 0: as many as it takes */
	enum side side;
};

/* Measures, and leaves it in hand for text_draw(). */
void text_measure(struct canvas *canvas, const struct text *text, double *ret_width,
		  double *ret_height);

/* Draws the text that was measured last, its upper left corner there. */
void text_draw(struct canvas *canvas, double x, double y);

/* Both; returns its height. */
double text_put(struct canvas *canvas, const struct text *text, double x, double y);

/* How wide a text is on one line at size 1, without laying it out where it is made of
 * letters that are kept. Exact for figures; of a text a little more than it is. */
double text_ems(struct canvas *canvas, enum face face, const char *text);

/* A stream of a cairo surface: closure is a struct buffer. */
cairo_status_t canvas_write(void *closure, const unsigned char *bytes, unsigned int n);

/* How high a chart is when it is so wide, and the drawing of it with its upper left
 * corner there. Without its title. ERR_MEMORY, ERR_TOO_BIG as in sankey.h. */
MUST_USE enum err chart_height(struct canvas *canvas, const struct table *chart,
			       double width, double *ret_height, struct fault *fault);
MUST_USE enum err chart_draw(struct canvas *canvas, const struct table *chart, double x,
			     double y, double width, struct fault *fault);

/* draw_sankey.c's part of both: draws only where draw says so. */
MUST_USE enum err sankey_draw(struct canvas *canvas, const struct table *chart, double x,
			      double y, double width, bool draw, double *ret_height,
			      struct fault *fault);

#endif
