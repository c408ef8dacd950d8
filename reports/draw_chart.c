/*
 * draw_chart.c - bars and lines: what a chart of series looks like.
 *
 * All is measured in whole cents or counts until the last step, where a value becomes a
 * length; ticks are values that a reader would choose, 1, 2 or 5 times a power of ten.
 */
#include "reports/draw_int.h"

#include <assert.h>
#include <stdint.h>

#define LABEL_SIZE    7.5
#define GAP           5.0 /* between a label and what it is of */
#define SWATCH        7.0
#define LEGEND_HEIGHT 13.0
#define PLOT_HEIGHT   150.0
#define BAR_HEIGHT    11.0 /* of a bar that lies */
#define BAR_STEP      18.0
#define BAR_SHARE     0.7 /* of its place, by a bar that stands */
#define BAR_WIDTH_MAX 44.0
#define TICKS_MAX     6
#define LABEL_SHARE   0.32 /* of the width, at most, by the labels of lying bars */
#define POINTS_MAX    40   /* more are not marked one by one */

struct plot {
	struct canvas *canvas;
	const struct table *chart;
	enum value_type type;
	size_t rows;        /* that are drawn */
	int64_t low, high;  /* of the scale; low <= 0 <= high, low < high */
	int64_t tick;       /* between two ticks */
	double x, y, width; /* of the whole */
	double left, top;   /* of the plot itself */
	double right, bottom;
};

static bool row_is_drawn(const struct row *row)
{
	return row->style == ROW_NORMAL || row->style == ROW_ALERT;
}

static const struct row *first_drawn(const struct row *row)
{
	while (row && !row_is_drawn(row))
		row = row->next;
	return row;
}

static int64_t series_value(const struct row *row, size_t column)
{
	const struct value *value = &row->value[column];

	if (value->empty)
		return 0;
	return value->type == VALUE_CENTS ? cents_value(value->cents) : value->n;
}

/* Sums saturate: only a picture depends on them. */
static int64_t sum_or_most(int64_t a, int64_t b)
{
	int64_t sum;

	if (__builtin_add_overflow(a, b, &sum))
		return a < 0 ? INT64_MIN / 4 : INT64_MAX / 4;
	return sum;
}

static void value_text(const struct plot *plot, int64_t value,
		       char room[LANG_FIGURE_BYTES])
{
	if (plot->type == VALUE_INTEGER)
		lang_integer(plot->canvas->lang, value, room);
	else if (plot->tick % 100 == 0)
		lang_euros(plot->canvas->lang, value / 100, room);
	else
		lang_cents(plot->canvas->lang, cents_of(value), room);
}

static double least_of(double a, double b)
{
	return a < b ? a : b;
}

/* ---- the scale ---- */

static void scale_reach(struct plot *plot, const struct row *row)
{
	int64_t above = 0, below = 0;

	for (size_t i = 1; i < plot->chart->columns; i++) {
		int64_t value = series_value(row, i);

		if (plot->chart->chart == CHART_LINES) {
			above = value > above ? value : above;
			below = value < below ? value : below;
		} else if (value > 0) {
			above = sum_or_most(above, value);
		} else {
			below = sum_or_most(below, value);
		}
	}
	plot->high = above > plot->high ? above : plot->high;
	plot->low = below < plot->low ? below : plot->low;
}

/* The least of 1, 2, 5, 10, 20... that is not below. */
static int64_t tick_not_below(int64_t least)
{
	for (int64_t power = 1;; power *= 10) {
		if (power >= least)
			return power;
		if (power > INT64_MAX / 10)
			return INT64_MAX / 2;
		if (2 * power >= least)
			return 2 * power;
		if (5 * power >= least)
			return 5 * power;
	}
}

static void scale_read(struct plot *plot)
{
	const struct row *row = first_drawn(plot->chart->first_row);

	for (; row; row = first_drawn(row->next)) {
		scale_reach(plot, row);
		plot->rows++;
	}
	/* So that low and high can be rounded outwards without an overflow. */
	plot->high = plot->high > INT64_MAX / 4 ? INT64_MAX / 4 : plot->high;
	plot->low = plot->low < INT64_MIN / 4 ? INT64_MIN / 4 : plot->low;
	if (plot->high == plot->low)
		plot->high = plot->type == VALUE_CENTS ? 100 : 1;
	plot->tick = tick_not_below((plot->high - plot->low) / TICKS_MAX + 1);
	plot->high = (plot->high + plot->tick - 1) / plot->tick * plot->tick;
	plot->low = (plot->low - plot->tick + 1) / plot->tick * plot->tick;
}

/* Where a value stands between two ends; one past the scale stands at its end. */
static double scale_at(const struct plot *plot, int64_t value, double at_low,
		       double at_high)
{
	double part = ((double)value - (double)plot->low) /
		      ((double)plot->high - (double)plot->low);

	part = part < 0 ? 0 : part > 1 ? 1 : part;
	return at_low + (at_high - at_low) * part;
}

/* ---- the legend ---- */

static struct text label_of(const char *label, double width, enum side side)
{
	return (struct text){ .text = label,
			      .size = LABEL_SIZE,
			      .width = width,
			      .lines_max = width > 0,
			      .side = side };
}

/* Draws, or only measures; returns its height: nothing where there is one series. */
static double legend(const struct plot *plot, bool draw)
{
	double x = plot->x, y = plot->y, width, height;

	if (plot->chart->columns <= 2)
		return 0;
	for (size_t i = 1; i < plot->chart->columns; i++) {
		struct text label = label_of(plot->chart->column[i].label, 0, SIDE_LEFT);

		text_measure(plot->canvas, &label, &width, &height);
		if (x > plot->x && x + SWATCH + GAP + width > plot->x + plot->width) {
			x = plot->x;
			y += LEGEND_HEIGHT;
		}
		if (draw) {
			canvas_colour(plot->canvas, i - 1, 1);
			canvas_box(plot->canvas, x, y + 1, SWATCH, SWATCH);
			canvas_ink(plot->canvas, INK_TEXT);
			text_draw(plot->canvas, x + SWATCH + GAP - 1, y);
		}
		x += SWATCH + width + 3 * GAP;
	}
	return y + LEGEND_HEIGHT + GAP - plot->y;
}

/* ---- bars and lines that stand ---- */

static double ticks_width(const struct plot *plot)
{
	char room[LANG_FIGURE_BYTES];
	double widest = 0, width;

	for (int64_t value = plot->low; value <= plot->high; value += plot->tick) {
		struct text label = { .size = LABEL_SIZE, .text = room };

		value_text(plot, value, room);
		text_measure(plot->canvas, &label, &width, NULL);
		widest = width > widest ? width : widest;
	}
	return widest;
}

static void grid_draw(const struct plot *plot)
{
	char room[LANG_FIGURE_BYTES];
	double width, height;

	cairo_set_line_width(plot->canvas->cr, 0.5);
	for (int64_t value = plot->low; value <= plot->high; value += plot->tick) {
		double y = scale_at(plot, value, plot->bottom, plot->top);
		struct text label = { .size = LABEL_SIZE, .text = room };

		canvas_ink(plot->canvas, value == 0 ? INK_TEXT : INK_RULE);
		canvas_line(plot->canvas, plot->left, y, plot->right, y);
		value_text(plot, value, room);
		text_measure(plot->canvas, &label, &width, &height);
		canvas_ink(plot->canvas, INK_FAINT);
		text_draw(plot->canvas, plot->left - GAP - width, y - height / 2);
	}
}

/* The middle of the place of the nth row. */
static double place_middle(const struct plot *plot, size_t nth)
{
	return plot->left +
	       (plot->right - plot->left) * ((double)nth + 0.5) / (double)plot->rows;
}

/* As many labels as have room beside each other. */
static void places_label(const struct plot *plot)
{
	double place = (plot->right - plot->left) / (double)plot->rows, widest = 1, width;
	char room[LANG_FIGURE_BYTES];
	size_t every, nth = 0;
	const struct row *row = first_drawn(plot->chart->first_row);

	for (const struct row *r = row; r; r = first_drawn(r->next)) {
		struct text label =
			label_of(value_figure(&r->value[0], plot->canvas->lang, room), 0,
				 SIDE_LEFT);

		text_measure(plot->canvas, &label, &width, NULL);
		widest = width > widest ? width : widest;
	}
	/* A text may be cut at four places; months and days are not. */
	if (widest > 4 * place && plot->chart->column[0].type == VALUE_TEXT)
		widest = 4 * place;
	every = (size_t)((widest + GAP) / place) + 1;
	canvas_ink(plot->canvas, INK_FAINT);
	for (; row; row = first_drawn(row->next), nth++) {
		double wide = least_of(place * (double)every, plot->width);
		double x = place_middle(plot, nth) - wide / 2;
		struct text label =
			label_of(value_figure(&row->value[0], plot->canvas->lang, room),
				 wide, SIDE_MIDDLE);

		if (nth % every == 0)
			text_put(plot->canvas, &label,
				 least_of(x < plot->x ? plot->x : x,
					  plot->x + plot->width - wide),
				 plot->bottom + 3);
	}
}

/* The series of a row, one upon the other: from the bottom up, or from the left. What is
 * below zero goes the other way. `at` is where the bar's thickness begins. */
static void stack_draw(const struct plot *plot, const struct row *row, double at,
		       double thick, bool lies)
{
	double low = lies ? plot->left : plot->bottom;
	double high = lies ? plot->right : plot->top;
	int64_t above = 0, below = 0;

	for (size_t i = 1; i < plot->chart->columns; i++) {
		int64_t value = series_value(row, i);
		int64_t *end = value > 0 ? &above : &below;
		double from = scale_at(plot, *end, low, high), to;

		*end = sum_or_most(*end, value);
		to = scale_at(plot, *end, low, high);
		canvas_colour(plot->canvas, i - 1, 1);
		if (lies)
			canvas_box(plot->canvas, from, at, to - from, thick);
		else
			canvas_box(plot->canvas, at, from, thick, to - from);
	}
}

static void stacks_draw(const struct plot *plot)
{
	double width = (plot->right - plot->left) / (double)plot->rows * BAR_SHARE;
	size_t nth = 0;

	width = width > BAR_WIDTH_MAX ? BAR_WIDTH_MAX : width;
	for (const struct row *row = first_drawn(plot->chart->first_row); row;
	     row = first_drawn(row->next))
		stack_draw(plot, row, place_middle(plot, nth++) - width / 2, width,
			   false);
}

static void series_draw(const struct plot *plot, size_t column)
{
	cairo_t *cr = plot->canvas->cr;
	size_t nth = 0;

	canvas_colour(plot->canvas, column - 1, 1);
	for (int marks = 0; marks <= (plot->rows <= POINTS_MAX); marks++, nth = 0) {
		for (const struct row *row = first_drawn(plot->chart->first_row); row;
		     row = first_drawn(row->next)) {
			double x = place_middle(plot, nth++);
			double y = scale_at(plot, series_value(row, column), plot->bottom,
					    plot->top);

			if (marks) {
				cairo_arc(cr, x, y, 2, 0, 2 * 3.14159265358979);
				cairo_fill(cr);
			} else if (nth == 1) {
				cairo_move_to(cr, x, y);
			} else {
				cairo_line_to(cr, x, y);
			}
		}
		cairo_stroke(cr);
	}
}

static void lines_draw(const struct plot *plot)
{
	cairo_set_line_width(plot->canvas->cr, 1.5);
	cairo_set_line_join(plot->canvas->cr, CAIRO_LINE_JOIN_ROUND);
	for (size_t i = 1; i < plot->chart->columns; i++)
		series_draw(plot, i);
}

static double standing(struct plot *plot, bool draw)
{
	plot->top = plot->y + legend(plot, draw) + 4;
	plot->bottom = plot->top + PLOT_HEIGHT;
	plot->right = plot->x + plot->width - 2;
	if (draw) {
		plot->left = plot->x + ticks_width(plot) + GAP;
		grid_draw(plot);
		if (plot->chart->chart == CHART_STACKS)
			stacks_draw(plot);
		else
			lines_draw(plot);
		places_label(plot);
	}
	return plot->bottom + LEGEND_HEIGHT + 2 - plot->y;
}

/* ---- bars that lie ---- */

/* The widest of the first column's labels, or of the only series' amounts. */
static double column_width(const struct plot *plot, size_t column)
{
	char room[LANG_FIGURE_BYTES];
	double widest = 0, width;

	for (const struct row *row = first_drawn(plot->chart->first_row); row;
	     row = first_drawn(row->next)) {
		struct text label = label_of(
			value_figure(&row->value[column], plot->canvas->lang, room), 0,
			SIDE_LEFT);

		text_measure(plot->canvas, &label, &width, NULL);
		widest = width > widest ? width : widest;
	}
	return widest;
}

static void bars_draw(struct plot *plot)
{
	bool amounts = plot->chart->columns == 2;
	double label_width = column_width(plot, 0) + 1;
	double amount_width = amounts ? column_width(plot, 1) : 0;
	double y = plot->top;
	char room[LANG_FIGURE_BYTES];

	if (label_width > plot->width * LABEL_SHARE)
		label_width = plot->width * LABEL_SHARE;
	plot->left = plot->x + label_width + GAP;
	plot->right = plot->x + plot->width - amount_width - GAP;
	for (const struct row *row = first_drawn(plot->chart->first_row); row;
	     row = first_drawn(row->next), y += BAR_STEP) {
		struct text label =
			label_of(value_figure(&row->value[0], plot->canvas->lang, room),
				 label_width, SIDE_RIGHT);

		canvas_ink(plot->canvas, INK_TEXT);
		text_put(plot->canvas, &label, plot->x, y + 1);
		stack_draw(plot, row, y, BAR_HEIGHT, true);
		if (!amounts)
			continue;
		label = label_of(value_figure(&row->value[1], plot->canvas->lang, room),
				 amount_width + 1, SIDE_RIGHT);
		canvas_ink(plot->canvas, INK_TEXT);
		text_put(plot->canvas, &label, plot->right + GAP - 1, y + 1);
	}
	cairo_set_line_width(plot->canvas->cr, 0.5);
	canvas_ink(plot->canvas, INK_TEXT);
	canvas_line(plot->canvas, scale_at(plot, 0, plot->left, plot->right),
		    plot->top - 3, scale_at(plot, 0, plot->left, plot->right),
		    y - BAR_STEP + BAR_HEIGHT + 3);
}

static double lying(struct plot *plot, bool draw)
{
	plot->top = plot->y + legend(plot, draw) + 4;
	if (draw)
		bars_draw(plot);
	return plot->top + BAR_STEP * (double)plot->rows - plot->y;
}

/* ---- a chart ---- */

static double nothing(struct canvas *canvas, double x, double y, bool draw)
{
	struct text text = { .text = tr(canvas->lang, MSG_NO_ROWS), .size = LABEL_SIZE };
	double height;

	text_measure(canvas, &text, NULL, &height);
	canvas_ink(canvas, INK_FAINT);
	if (draw)
		text_draw(canvas, x, y);
	return height;
}

static enum err chart_put(struct canvas *canvas, const struct table *chart, double x,
			  double y, double width, bool draw, double *ret_height,
			  struct fault *fault)
{
	struct plot plot = {
		.canvas = canvas, .chart = chart, .x = x, .y = y, .width = width
	};

	assert(chart->chart != CHART_NONE);
	if (!first_drawn(chart->first_row)) {
		*ret_height = nothing(canvas, x, y, draw);
		return ERR_OK;
	}
	if (chart->chart == CHART_SANKEY)
		return sankey_draw(canvas, chart, x, y, width, draw, ret_height, fault);
	plot.type = chart->column[1].type;
	scale_read(&plot);
	*ret_height =
		chart->chart == CHART_BARS ? lying(&plot, draw) : standing(&plot, draw);
	return ERR_OK;
}

enum err chart_height(struct canvas *canvas, const struct table *chart, double width,
		      double *ret_height, struct fault *fault)
{
	return chart_put(canvas, chart, 0, 0, width, false, ret_height, fault);
}

enum err chart_draw(struct canvas *canvas, const struct table *chart, double x, double y,
		    double width, struct fault *fault)
{
	double height;

	return chart_put(canvas, chart, x, y, width, true, &height, fault);
}
