/*
 * draw.c - see draw_int.h.
 *
 * Fontconfig is given a configuration of our own that knows three files, so that it
 * neither reads the machine's nor chooses by it.
 */
#include "reports/draw_int.h"

#include <assert.h>
#include <fontconfig/fontconfig.h>
#include <string.h>
#include <unistd.h>

#include "keys/encoding.h"

#define PATH_BYTES_MAX 256
#define UTF8_BYTES_MAX 4
#define EM             100.0 /* the size at which a letter is measured */

/* Contrast on white is at least 4.5 : 1 for texts, 3 : 1 for shapes (WCAG 2.1). */
static const struct colour {
	double red, green, blue;
} inks[INK__COUNT] = {
	[INK_TEXT] = { 0.10, 0.13, 0.18 },  [INK_FAINT] = { 0.36, 0.40, 0.46 },
	[INK_RULE] = { 0.72, 0.75, 0.80 },  [INK_SHADE] = { 0.93, 0.945, 0.965 },
	[INK_ALERT] = { 0.70, 0.08, 0.10 }, [INK_PAPER] = { 1, 1, 1 },
};

/* Told apart by who does not see red and green alike, too: they differ in lightness. */
static const struct colour colours[] = {
	{ 0.12, 0.37, 0.66 }, { 0.82, 0.42, 0.10 }, { 0.10, 0.55, 0.48 },
	{ 0.60, 0.27, 0.60 }, { 0.72, 0.17, 0.25 }, { 0.42, 0.48, 0.16 },
	{ 0.30, 0.55, 0.75 }, { 0.48, 0.36, 0.28 }, { 0.24, 0.26, 0.42 },
	{ 0.78, 0.40, 0.55 },
};

static const struct {
	const char *file, *family;
	PangoWeight weight;
} faces[FACE__COUNT] = {
	[FACE_REGULAR] = { "DejaVuSans.ttf", "DejaVu Sans", PANGO_WEIGHT_NORMAL },
	[FACE_BOLD] = { "DejaVuSans-Bold.ttf", "DejaVu Sans", PANGO_WEIGHT_BOLD },
	[FACE_MONO] = { "DejaVuSansMono.ttf", "DejaVu Sans Mono", PANGO_WEIGHT_NORMAL },
};

/* Where systems keep them. */
static const char *const font_folders[] = {
	"/usr/share/fonts/truetype/dejavu", /* Debian */
	"/usr/share/fonts/dejavu",
	"/usr/share/fonts/dejavu-sans-fonts",
	"/usr/share/fonts/TTF",
	"/usr/local/share/fonts/dejavu",
};

/* ---- fonts ---- */

static bool font_add(FcConfig *config, const char *file)
{
	char path[PATH_BYTES_MAX];

	for (size_t i = 0; i < sizeof font_folders / sizeof *font_folders; i++) {
		(void)snprintf(path, sizeof path, "%s/%s", font_folders[i], file);
		if (access(path, R_OK) == 0)
			return FcConfigAppFontAddFile(config, (const FcChar8 *)path);
	}
	return false;
}

static enum err fonts_find(FcConfig **ret_config, struct fault *fault)
{
	FcConfig *config = FcConfigCreate();

	if (!config)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < FACE__COUNT; i++) {
		if (font_add(config, faces[i].file))
			continue;
		FcConfigDestroy(config);
		return fault_set(fault, ERR_IO,
				 "the font file %s is missing, which reports are drawn "
				 "with: install the DejaVu fonts (Debian: "
				 "fonts-dejavu-core)",
				 faces[i].file);
	}
	*ret_config = config;
	return ERR_OK;
}

/* The fonts as they were read, for a thread's next documents: to read them again costs
 * more than to draw a page. They are what they are for as long as the program runs. */
static _Thread_local PangoFontMap *fonts;

static enum err fonts_open(struct fault *fault)
{
	FcConfig *config = NULL;
	enum err err;

	if (fonts)
		return ERR_OK;
	err = fonts_find(&config, fault);
	if (err)
		return err;
	if (!FcConfigSetCurrent(config)) {
		FcConfigDestroy(config);
		return fault_set(fault, ERR_MEMORY, "out of memory");
	}
	fonts = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
	FcConfigDestroy(config); /* fontconfig keeps what it needs of it */
	return ERR_OK;
}

static enum err context_open(struct canvas *canvas, struct fault *fault)
{
	cairo_font_options_t *options;
	enum err err = fonts_open(fault);

	if (err)
		return err;
	options = cairo_font_options_create();
	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
	canvas->context = pango_font_map_create_context(fonts);
	pango_cairo_context_set_resolution(canvas->context, 72);
	pango_cairo_context_set_font_options(canvas->context, options);
	pango_context_set_round_glyph_positions(canvas->context, FALSE);
	pango_context_set_language(canvas->context,
				   pango_language_from_string(lang_name(canvas->lang)));
	cairo_font_options_destroy(options); /* the context has a copy */
	return ERR_OK;
}

/* ---- canvas ---- */

enum err canvas_open(struct canvas *canvas, cairo_surface_t *surface, enum lang lang,
		     struct fault *fault)
{
	PangoAttrList *attributes;
	enum err err;

	*canvas = (struct canvas){ .lang = lang, .cr = cairo_create(surface) };
	cairo_surface_destroy(surface);
	err = context_open(canvas, fault);
	if (err)
		return err;
	pango_cairo_update_context(canvas->cr, canvas->context);
	canvas->layout = pango_layout_new(canvas->context);
	attributes = pango_attr_list_new();
	/* Who copies or searches a text wants its letters, not pairs drawn as one. */
	pango_attr_list_insert(attributes,
			       pango_attr_font_features_new("liga=0, clig=0"));
	pango_layout_set_attributes(canvas->layout, attributes);
	pango_attr_list_unref(attributes);
	/* A name that is written from right to left still begins where its column does.
	 */
	pango_layout_set_auto_dir(canvas->layout, FALSE);
	for (size_t i = 0; i < FACE__COUNT; i++) {
		canvas->font[i] = pango_font_description_new();
		pango_font_description_set_family_static(canvas->font[i],
							 faces[i].family);
		pango_font_description_set_weight(canvas->font[i], faces[i].weight);
	}
	return ERR_OK;
}

enum err canvas_close(struct canvas *canvas, struct fault *fault)
{
	cairo_status_t status = CAIRO_STATUS_SUCCESS;
	cairo_surface_t *surface;

	if (canvas->cr) {
		surface = cairo_surface_reference(cairo_get_target(canvas->cr));
		status = cairo_status(canvas->cr);
		cairo_destroy(canvas->cr);
		/* An image is still to be read when it is drawn. */
		if (cairo_surface_get_type(surface) != CAIRO_SURFACE_TYPE_IMAGE)
			cairo_surface_finish(surface);
		if (status == CAIRO_STATUS_SUCCESS)
			status = cairo_surface_status(surface);
		cairo_surface_destroy(surface);
	}
	for (size_t i = 0; i < FACE__COUNT; i++)
		pango_font_description_free(canvas->font[i]);
	if (canvas->layout)
		g_object_unref(canvas->layout);
	if (canvas->context)
		g_object_unref(canvas->context);
	*canvas = (struct canvas){ .cr = NULL };
	if (status == CAIRO_STATUS_SUCCESS)
		return ERR_OK;
	return fault_set(
		fault, status == CAIRO_STATUS_NO_MEMORY ? ERR_MEMORY : ERR_INVALID,
		"the report cannot be drawn: %s", cairo_status_to_string(status));
}

cairo_status_t canvas_write(void *closure, const unsigned char *bytes, unsigned int n)
{
	struct buffer *out = closure;

	return buffer_put(out, bytes, n) ? CAIRO_STATUS_WRITE_ERROR
					 : CAIRO_STATUS_SUCCESS;
}

void canvas_ink(struct canvas *canvas, enum ink ink)
{
	assert(ink < INK__COUNT);
	cairo_set_source_rgb(canvas->cr, inks[ink].red, inks[ink].green, inks[ink].blue);
}

void canvas_colour(struct canvas *canvas, size_t nth, double opacity)
{
	const struct colour *colour = &colours[nth % (sizeof colours / sizeof *colours)];

	cairo_set_source_rgba(canvas->cr, colour->red, colour->green, colour->blue,
			      opacity);
}

void canvas_box_add(struct canvas *canvas, double x, double y, double width,
		    double height)
{
	cairo_rectangle(canvas->cr, x, y, width, height);
}

void canvas_fill(struct canvas *canvas)
{
	cairo_fill(canvas->cr);
}

void canvas_box(struct canvas *canvas, double x, double y, double width, double height)
{
	canvas_box_add(canvas, x, y, width, height);
	canvas_fill(canvas);
}

void canvas_line(struct canvas *canvas, double x1, double y1, double x2, double y2)
{
	cairo_move_to(canvas->cr, x1, y1);
	cairo_line_to(canvas->cr, x2, y2);
	cairo_stroke(canvas->cr);
}

/* ---- texts ---- */

void text_measure(struct canvas *canvas, const struct text *text, double *ret_width,
		  double *ret_height)
{
	static const PangoAlignment alignments[] = { PANGO_ALIGN_LEFT, PANGO_ALIGN_CENTER,
						     PANGO_ALIGN_RIGHT };
	PangoLayout *layout = canvas->layout;
	PangoFontDescription *font = canvas->font[text->face];
	PangoRectangle extents;

	pango_font_description_set_absolute_size(font, text->size * PANGO_SCALE);
	pango_layout_set_font_description(layout, font);
	pango_layout_set_text(layout, text->text, -1);
	pango_layout_set_width(
		layout, text->width > 0 ? pango_units_from_double(text->width) : -1);
	pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_ellipsize(layout, text->lines_max > 0 ? PANGO_ELLIPSIZE_END
							       : PANGO_ELLIPSIZE_NONE);
	/* Below zero it counts lines. */
	pango_layout_set_height(layout, text->lines_max > 0 ? -text->lines_max : -1);
	pango_layout_set_alignment(layout, alignments[text->side]);
	pango_layout_get_extents(layout, NULL, &extents);
	if (ret_width)
		*ret_width = pango_units_to_double(extents.width);
	if (ret_height)
		*ret_height = pango_units_to_double(extents.height);
}

void text_draw(struct canvas *canvas, double x, double y)
{
	cairo_move_to(canvas->cr, x, y);
	pango_cairo_show_layout(canvas->cr, canvas->layout);
}

double text_put(struct canvas *canvas, const struct text *text, double x, double y)
{
	double height;

	text_measure(canvas, text, NULL, &height);
	text_draw(canvas, x, y);
	return height;
}

/* The place of a letter that is kept, or LETTERS_KEPT. */
static size_t letter_place(uint32_t c)
{
	static const uint32_t of_figures[] = { 0x202f, 0x20ac, 0x2212 };
	const size_t count = sizeof of_figures / sizeof *of_figures;

	if (c < LETTERS_KEPT - count)
		return c;
	for (size_t i = 0; i < count; i++)
		if (of_figures[i] == c)
			return LETTERS_KEPT - count + i;
	return LETTERS_KEPT;
}

static double ems_measure(struct canvas *canvas, enum face face, const char *text)
{
	struct text measured = { .text = text, .face = face, .size = EM };
	double width;

	text_measure(canvas, &measured, &width, NULL);
	return width / EM;
}

double text_ems(struct canvas *canvas, enum face face, const char *text)
{
	size_t n = strlen(text);
	double ems = 0;

	for (size_t at = 0; at < n;) {
		size_t from = at, place = letter_place(utf8_next(text, n, &at));
		char letter[UTF8_BYTES_MAX + 1] = { 0 };
		double *kept;

		if (place == LETTERS_KEPT)
			return ems_measure(canvas, face, text);
		kept = &canvas->letter[face][place];
		memcpy(letter, text + from, at - from);
		if (*kept == 0)
			*kept = ems_measure(canvas, face, letter);
		ems += *kept;
	}
	return ems;
}
