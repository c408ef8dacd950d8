/*
 * draw_picture.c - see draw.h.
 */
#include "reports/draw.h"

#include <cairo-svg.h>
#include <string.h>

#include "reports/draw_int.h"
#include "reports/render.h"

#define PICTURE_WIDTH  720.0
#define PICTURE_MARGIN 24.0
#define INLINE_MARGIN  4.0
#define CHART_GAP      22.0
#define TITLE_SIZE     15.0
#define CAPTION_SIZE   10.0
#define PNG_SCALE      1.5 /* pixels in a point */
#define SVG_BYTES_MAX  ((size_t)64 << 20)

/* What is drawn: one chart alone, or a document's charts under its title. */
struct picture {
	const struct document *doc;
	const struct table *chart; /* NULL: all, with titles */
	double margin;
	double height; /* of the whole, once it was measured */
};

typedef enum err picture_step(struct canvas *canvas, const struct table *chart, double y,
			      double width, double *ret_height, struct fault *fault);

static enum err step_measure(struct canvas *canvas, const struct table *chart, double y,
			     double width, double *ret_height, struct fault *fault)
{
	(void)y;
	return chart_height(canvas, chart, width, ret_height, fault);
}

static enum err step_draw(struct canvas *canvas, const struct table *chart, double y,
			  double width, double *ret_height, struct fault *fault)
{
	enum err err = chart_height(canvas, chart, width, ret_height, fault);

	return err ? err
		   : chart_draw(canvas, chart, (PICTURE_WIDTH - width) / 2, y, width,
				fault);
}

/* A line of words above what follows; returns where that begins. */
static double words_put(struct canvas *canvas, const char *words, enum face face,
			double size, double y, double width, bool draw)
{
	struct text text = { .text = words, .face = face, .size = size, .width = width };
	double height;

	text_measure(canvas, &text, NULL, &height);
	canvas_ink(canvas, INK_TEXT);
	if (draw)
		text_draw(canvas, (PICTURE_WIDTH - width) / 2, y);
	return y + height;
}

static enum err picture_walk(struct canvas *canvas, const struct picture *picture,
			     bool draw, double *ret_height, struct fault *fault)
{
	picture_step *step = draw ? step_draw : step_measure;
	double width = PICTURE_WIDTH - 2 * picture->margin, y = picture->margin, height;
	enum err err = ERR_OK;

	if (picture->chart) {
		err = step(canvas, picture->chart, y, width, &height, fault);
		*ret_height = y + height + picture->margin;
		return err;
	}
	y = words_put(canvas, picture->doc->title, FACE_BOLD, TITLE_SIZE, y, width, draw);
	for (const struct line *line = picture->doc->first_subtitle; line;
	     line = line->next)
		y = words_put(canvas, line->text, FACE_REGULAR, CAPTION_SIZE, y + 2,
			      width, draw);
	for (const struct block *block = picture->doc->first_block; block && !err;
	     block = block->next) {
		if (block->kind != BLOCK_TABLE || block->table->chart == CHART_NONE)
			continue;
		y = words_put(canvas, block->table->title, FACE_BOLD, CAPTION_SIZE,
			      y + CHART_GAP, width, draw) +
		    6;
		err = step(canvas, block->table, y, width, &height, fault);
		y += height;
	}
	*ret_height = y + picture->margin;
	return err;
}

/* Draws or measures on the surface, which it takes over. */
static enum err picture_put(struct picture *picture, cairo_surface_t *surface, bool draw,
			    struct fault *fault)
{
	struct canvas canvas;
	struct fault second;
	enum err err = canvas_open(&canvas, surface, picture->doc->lang, fault), closed;

	if (!err && draw && !picture->chart) {
		canvas_ink(&canvas, INK_PAPER);
		cairo_paint(canvas.cr);
	}
	if (!err)
		err = picture_walk(&canvas, picture, draw, &picture->height, fault);
	closed = canvas_close(&canvas, err ? &second : fault);
	return err ? err : closed;
}

static enum err picture_measure(struct picture *picture, struct fault *fault)
{
	cairo_surface_t *nowhere =
		cairo_recording_surface_create(CAIRO_CONTENT_COLOR_ALPHA, NULL);
	enum err err = picture_put(picture, nowhere, false, fault);

	picture->height = (double)((int)picture->height + 1);
	return err;
}

/* ---- SVG ---- */

static enum err svg_put(struct picture *picture, struct buffer *out, struct fault *fault)
{
	enum err err = picture_measure(picture, fault);

	if (!err)
		err = picture_put(picture,
				  cairo_svg_surface_create_for_stream(canvas_write, out,
								      PICTURE_WIDTH,
								      picture->height),
				  true, fault);
	return err;
}

/*
 * What names an id in cairo's SVG: what follows each of these. The picture itself is
 * called surfaceN, N counting all surfaces of the process; it is the only one.
 */
static size_t id_begins(const char *at)
{
	static const char *const before[] = { "id=\"", "href=\"#", "url(#" };

	for (size_t i = 0; i < sizeof before / sizeof *before; i++)
		if (strncmp(at, before[i], strlen(before[i])) == 0)
			return strlen(before[i]);
	return 0;
}

/*
 * A page holds several pictures, whose ids would be the same: each gets the picture's own
 * before it. That is safe on bytes because cairo writes texts as outlines, and what
 * stands between quotes is cairo's alone.
 */
static void put_with_ids(struct buffer *out, const char *svg, const char *id)
{
	while (*svg) {
		size_t bytes = id_begins(svg);

		if (bytes) {
			buffer_put(out, svg, bytes);
			buffer_printf(out, "%s-", id);
			svg += bytes;
			if (strncmp(svg, "surface", strlen("surface")) == 0) {
				buffer_put_text(out, "chart");
				svg = strchr(svg, '"');
			}
		} else {
			buffer_put_byte(out, (uint8_t)*svg++);
		}
	}
}

/* The picture from <svg> on, behind the attributes. */
static enum err element_put(struct picture *picture, const char *attributes,
			    const char *id, struct buffer *out, struct fault *fault)
{
	static const char begin[] = "<svg ";
	const char *element;
	struct buffer svg;
	enum err err;

	buffer_init(&svg, SVG_BYTES_MAX);
	err = svg_put(picture, &svg, fault);
	if (!err)
		err = buffer_check(&svg, "a chart as SVG", fault);
	element = err ? NULL : strstr(buffer_text(&svg), begin);
	if (element) {
		buffer_printf(out, "%s%s", begin, attributes);
		put_with_ids(out, element + strlen(begin), id);
	}
	buffer_release(&svg);
	return err;
}

enum err draw_svg_element(const struct table *chart, struct buffer *out,
			  struct fault *fault)
{
	struct picture picture = { .doc = chart->document,
				   .chart = chart,
				   .margin = INLINE_MARGIN };

	return element_put(&picture, "aria-hidden=\"true\" ", chart->id, out, fault);
}

/* ---- a document's charts ---- */

static enum err charts_check(const struct document *doc, struct fault *fault)
{
	enum err err = document_check(doc, fault);

	if (err)
		return err;
	for (const struct block *block = doc->first_block; block; block = block->next)
		if (block->kind == BLOCK_TABLE && block->table->chart != CHART_NONE)
			return ERR_OK;
	return fault_set(fault, ERR_USAGE, "report '%s' has no chart to draw", doc->id);
}

enum err render_svg(const struct document *doc, struct buffer *out, struct fault *fault)
{
	struct picture picture = { .doc = doc, .margin = PICTURE_MARGIN };
	enum err err = charts_check(doc, fault);

	if (err)
		return err;
	buffer_put_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	err = element_put(&picture, "", doc->id, out, fault);
	return err ? err : buffer_check(out, "the report as SVG", fault);
}

enum err render_png(const struct document *doc, struct buffer *out, struct fault *fault)
{
	struct picture picture = { .doc = doc, .margin = PICTURE_MARGIN };
	cairo_surface_t *surface;
	cairo_status_t status;
	enum err err = charts_check(doc, fault);

	if (!err)
		err = picture_measure(&picture, fault);
	if (err)
		return err;
	surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24,
					     (int)(PICTURE_WIDTH * PNG_SCALE),
					     (int)(picture.height * PNG_SCALE));
	cairo_surface_set_device_scale(surface, PNG_SCALE, PNG_SCALE);
	err = picture_put(&picture, cairo_surface_reference(surface), true, fault);
	if (!err) {
		status = cairo_surface_write_to_png_stream(surface, canvas_write, out);
		/* What the buffer did not take, buffer_check() tells. */
		if (status && status != CAIRO_STATUS_WRITE_ERROR)
			err = fault_set(fault, ERR_MEMORY, "no picture: %s",
					cairo_status_to_string(status));
	}
	cairo_surface_destroy(surface);
	return err ? err : buffer_check(out, "the report as PNG", fault);
}
