/*
 * render_pdf_table.c - a table on pages: how wide its columns are, and its rows.
 *
 * A figure is never broken and never cut: its column is as wide as its widest figure. So
 * what can give way is the texts' width, then the size of the letters, then the page,
 * which is turned; a table that is wider still is written row by row, each as a list.
 */
#include <string.h>

#include "reports/render_pdf_int.h"

#define PAD         4.0 /* left and right of a cell */
#define PAD_HIGH    2.2 /* above and below */
#define GUTTER      9.0 /* for the mark of alerts */
#define SLACK       0.6
#define TITLE_SIZE  9.0
#define TITLE_GAP   4.0
#define AFTER       12.0
#define TEXT_EMS    9.0  /* a text is not squeezed below, while it would like more */
#define EASY_EMS    20.0 /* nor wants more than that, to be read with ease */
#define CELL_LINES  40   /* that a text may have, so that a row fits on a page */
#define LIST_SIZE   7.5
#define LABEL_SHARE 0.35

struct sizes {
	double size[4];
	bool landscape;
};
static const struct sizes sizes[] = {
	{ { 8, 7.5, 7, 6.5 }, false },
	{ { 7.5, 7, 6.5, 6 }, true },
};

struct grid {
	const struct table *table;
	double wanted[DOCUMENT_COLUMNS_MAX], least[DOCUMENT_COLUMNS_MAX]; /* ems */
	double width[DOCUMENT_COLUMNS_MAX]; /* points, with the padding */
	double size, gutter;
	bool landscape;
	double header_height;
};

/* ---- widths ---- */

static enum face cell_face(const struct table *table, const struct row *row,
			   size_t column)
{
	if (row->style == ROW_TOTAL || row->style == ROW_SUBTOTAL)
		return FACE_BOLD;
	return table->column[column].type == VALUE_MONO ? FACE_MONO : FACE_REGULAR;
}

static const char *cell_figure(const struct table *table, const struct row *row,
			       size_t column, char room[LANG_FIGURE_BYTES])
{
	if (column == 0 && row->label)
		return row->label;
	return value_figure(&row->value[column], table->document->lang, room);
}

static double most(double a, double b)
{
	return a > b ? a : b;
}

static double least_of(double a, double b)
{
	return a < b ? a : b;
}

/* Of a text whose words may be parted: the longest of them. */
static double longest_word_ems(struct canvas *canvas, enum face face, const char *text)
{
	char word[256];
	double longest = 0;

	while (*text) {
		size_t bytes = strcspn(text, " ");
		size_t kept = bytes < sizeof word - 1 ? bytes : 0;

		memcpy(word, text, kept);
		word[kept] = '\0';
		longest = most(longest, text_ems(canvas, face, word));
		text += bytes + (text[bytes] == ' ');
	}
	return longest;
}

static void column_measure(struct canvas *canvas, struct grid *grid, size_t column)
{
	const struct table *table = grid->table;
	const char *label = table->column[column].label;
	bool text = value_type_is_text(table->column[column].type);
	double cells = 1, labels = 0;
	char room[LANG_FIGURE_BYTES];

	for (const struct row *row = table->first_row; row; row = row->next) {
		double ems = text_ems(canvas, cell_face(table, row, column),
				      cell_figure(table, row, column, room));

		if (column == 0 && row->label)
			labels = most(labels, ems);
		else
			cells = most(cells, ems);
	}
	grid->wanted[column] =
		most(most(cells, labels), text_ems(canvas, FACE_BOLD, label));
	/* A label of a row may be broken, whatever the column holds. */
	grid->least[column] = most(text ? least_of(cells, TEXT_EMS) : cells,
				   least_of(labels, TEXT_EMS));
	grid->least[column] =
		most(grid->least[column], longest_word_ems(canvas, FACE_BOLD, label));
	grid->wanted[column] = most(grid->wanted[column], grid->least[column]);
}

/* The columns' widths at that size if none had more ems than that. */
static double line_width(const struct grid *grid, double size, double ems_max)
{
	double sum = grid->gutter;

	for (size_t i = 0; i < grid->table->columns; i++)
		sum += most(grid->least[i], least_of(grid->wanted[i], ems_max)) * size +
		       2 * PAD + SLACK;
	return sum;
}

/* As much for each as it wants, up to what all can have alike. */
static void widths_share(struct grid *grid, double size, double width)
{
	double low = 0, high = 0, middle;

	for (size_t i = 0; i < grid->table->columns; i++)
		high = most(high, grid->wanted[i]);
	if (line_width(grid, size, high) <= width)
		low = high;
	for (int i = 0; i < 40 && low < high; i++) {
		middle = (low + high) / 2;
		if (line_width(grid, size, middle) <= width)
			low = middle;
		else
			high = middle;
	}
	for (size_t i = 0; i < grid->table->columns; i++)
		grid->width[i] =
			most(grid->least[i], least_of(grid->wanted[i], low)) * size +
			2 * PAD + SLACK;
	grid->size = size;
}

/* False where it is too wide whatever is done. */
static bool grid_fit(struct grid *grid, double width, double width_lying)
{
	/* First so that it is read with ease, then so that it fits at all. */
	for (int ease = 1; ease >= 0; ease--) {
		for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
			double room = sizes[i].landscape ? width_lying : width;

			/* A page is only turned for what does not fit otherwise. */
			if (ease && sizes[i].landscape)
				continue;
			for (size_t s = 0; s < 4; s++) {
				if (line_width(grid, sizes[i].size[s],
					       ease ? EASY_EMS : 0) > room)
					continue;
				grid->landscape = sizes[i].landscape;
				widths_share(grid, sizes[i].size[s], room);
				return true;
			}
		}
	}
	return false;
}

/* ---- rows ---- */

static struct text cell_text_of(const struct grid *grid, const struct row *row,
				size_t column, char room[LANG_FIGURE_BYTES])
{
	const struct table *table = grid->table;
	bool label = column == 0 && row->label;

	return (struct text){
		.text = cell_figure(table, row, column, room),
		.face = cell_face(table, row, column),
		.size = grid->size,
		.width = label || value_type_is_text(table->column[column].type)
				 ? grid->width[column] - 2 * PAD
				 : 0,
		.lines_max = 0,
		.side = SIDE_LEFT,
	};
}

/* A text that needs no second line is as high as any other. */
static double cell_height(struct pager *pager, const struct text *text, double line)
{
	double height;

	if (text->width == 0 ||
	    text_ems(pager->canvas, text->face, text->text) * text->size + SLACK <=
		    text->width)
		return line;
	text_measure(pager->canvas, text, NULL, &height);
	return height;
}

static double line_height(struct pager *pager, double size)
{
	double height;

	text_measure(pager->canvas,
		     &(struct text){ .text = "0", .face = FACE_BOLD, .size = size }, NULL,
		     &height);
	return height;
}

static double row_height(struct pager *pager, const struct grid *grid,
			 const struct row *row, double line)
{
	char room[LANG_FIGURE_BYTES];
	double height = line;

	for (size_t i = 0; i < grid->table->columns; i++) {
		struct text text = cell_text_of(grid, row, i, room);

		height = most(height, cell_height(pager, &text, line));
	}
	return least_of(height, CELL_LINES * line);
}

static void cell_draw(struct pager *pager, const struct grid *grid, const struct row *row,
		      size_t column, double x)
{
	char room[LANG_FIGURE_BYTES];
	struct text text = cell_text_of(grid, row, column, room);
	bool right = !(column == 0 && row->label) &&
		     value_type_is_number(grid->table->column[column].type);
	double width;

	if (text.width > 0)
		text.lines_max = CELL_LINES;
	text_measure(pager->canvas, &text, &width, NULL);
	text_draw(pager->canvas, right ? x + grid->width[column] - PAD - width : x + PAD,
		  pager->y + PAD_HIGH);
}

static void rule_draw(struct pager *pager, const struct grid *grid, double y, double wide,
		      enum ink ink)
{
	double width = grid->gutter;

	for (size_t i = 0; i < grid->table->columns; i++)
		width += grid->width[i];
	cairo_set_line_width(pager->canvas->cr, wide);
	canvas_ink(pager->canvas, ink);
	canvas_line(pager->canvas, PAGE_MARGIN, y, PAGE_MARGIN + width, y);
}

static void row_draw(struct pager *pager, const struct grid *grid, const struct row *row,
		     double height)
{
	double x = PAGE_MARGIN + grid->gutter;
	bool alert = row->style == ROW_ALERT;

	if (row->style == ROW_TOTAL)
		rule_draw(pager, grid, pager->y, 1, INK_TEXT);
	rule_draw(pager, grid, pager->y + height, 0.4, INK_RULE);
	canvas_ink(pager->canvas, alert ? INK_ALERT : INK_TEXT);
	if (alert)
		text_put(pager->canvas,
			 &(struct text){
				 .text = "!", .face = FACE_BOLD, .size = grid->size },
			 PAGE_MARGIN + 2, pager->y + PAD_HIGH);
	pager_tag(pager, "TR");
	for (size_t i = 0; i < grid->table->columns; i++) {
		pager_tag(pager, i ? "TD" : "TH");
		cell_draw(pager, grid, row, i, x);
		pager_untag(pager, i ? "TD" : "TH");
		x += grid->width[i];
	}
	pager_untag(pager, "TR");
}

/* ---- the header ---- */

static struct text label_of(const struct grid *grid, size_t column)
{
	const struct column *c = &grid->table->column[column];

	return (struct text){ .text = c->label,
			      .face = FACE_BOLD,
			      .size = grid->size,
			      .width = grid->width[column] - 2 * PAD,
			      .side = value_type_is_number(c->type) ? SIDE_RIGHT
								    : SIDE_LEFT };
}

static void header_measure(struct pager *pager, struct grid *grid)
{
	double height;

	grid->header_height = 0;
	for (size_t i = 0; i < grid->table->columns; i++) {
		struct text text = label_of(grid, i);

		text_measure(pager->canvas, &text, NULL, &height);
		grid->header_height = most(grid->header_height, height + 2 * PAD_HIGH);
	}
}

/* Only the first header is of the table's structure: the others repeat it for eyes. */
static void header_put(struct pager *pager, const struct grid *grid, bool first)
{
	double x = PAGE_MARGIN + grid->gutter, width = grid->gutter;

	for (size_t i = 0; i < grid->table->columns; i++)
		width += grid->width[i];
	if (pager->draw) {
		canvas_ink(pager->canvas, INK_SHADE);
		canvas_box(pager->canvas, PAGE_MARGIN, pager->y, width,
			   grid->header_height);
		rule_draw(pager, grid, pager->y + grid->header_height, 0.8, INK_TEXT);
		canvas_ink(pager->canvas, INK_TEXT);
	}
	if (first)
		pager_tag(pager, "TR");
	for (size_t i = 0; i < grid->table->columns && pager->draw; i++) {
		struct text text = label_of(grid, i);
		double height;

		if (first)
			pager_tag(pager, "TH");
		text_measure(pager->canvas, &text, NULL, &height);
		text_draw(pager->canvas, x + PAD,
			  pager->y + grid->header_height - PAD_HIGH - height);
		if (first)
			pager_untag(pager, "TH");
		x += grid->width[i];
	}
	if (first)
		pager_untag(pager, "TR");
	pager->y += grid->header_height;
}

static void title_put(struct pager *pager, const struct table *table)
{
	struct text title = { .text = table->title,
			      .face = FACE_BOLD,
			      .size = TITLE_SIZE,
			      .width = pager->width };

	pager_tag(pager, "Caption");
	pager_text(pager, &title, INK_TEXT, 0);
	pager_untag(pager, "Caption");
	pager->y += TITLE_GAP;
}

static void rows_put(struct pager *pager, const struct grid *grid)
{
	double line = line_height(pager, grid->size);

	header_put(pager, grid, true);
	for (const struct row *row = grid->table->first_row; row; row = row->next) {
		double height = row_height(pager, grid, row, line) + 2 * PAD_HIGH;

		if (pager->y + height > pager->bottom) {
			pager_turn(pager, grid->landscape);
			header_put(pager, grid, false);
		}
		if (pager->draw)
			row_draw(pager, grid, row, height);
		pager->y += height;
	}
}

static void empty_put(struct pager *pager)
{
	struct text text = { .text = tr(pager->doc->lang, MSG_NO_ROWS),
			     .size = LIST_SIZE,
			     .width = pager->width };

	pager->y += PAD_HIGH;
	pager_tag(pager, "TR");
	pager_tag(pager, "TD");
	pager_text(pager, &text, INK_FAINT, PAD);
	pager_untag(pager, "TD");
	pager_untag(pager, "TR");
}

/* ---- a table wider than a page ---- */

static void list_item_put(struct pager *pager, const struct table *table,
			  const struct row *row, size_t column)
{
	double label_width = pager->width * LABEL_SHARE, left, right;
	char room[LANG_FIGURE_BYTES];
	struct text label = { .text = table->column[column].label,
			      .size = LIST_SIZE,
			      .width = label_width };
	struct text text = { .text = cell_figure(table, row, column, room),
			     .face = cell_face(table, row, column),
			     .size = LIST_SIZE,
			     .lines_max = CELL_LINES,
			     .width = pager->width - label_width - PAD };

	text_measure(pager->canvas, &label, NULL, &left);
	text_measure(pager->canvas, &text, NULL, &right);
	pager_need(pager, most(left, right));
	pager_tag(pager, "TR");
	pager_tag(pager, "TH");
	if (pager->draw) {
		canvas_ink(pager->canvas, INK_FAINT);
		text_put(pager->canvas, &label, PAGE_MARGIN, pager->y);
	}
	pager_untag(pager, "TH");
	pager_tag(pager, "TD");
	if (pager->draw) {
		canvas_ink(pager->canvas, row->style == ROW_ALERT ? INK_ALERT : INK_TEXT);
		text_put(pager->canvas, &text, PAGE_MARGIN + label_width + PAD, pager->y);
	}
	pager_untag(pager, "TD");
	pager_untag(pager, "TR");
	pager->y += most(left, right) + 1;
}

static void lists_put(struct pager *pager, const struct table *table)
{
	for (const struct row *row = table->first_row; row; row = row->next) {
		pager_need(pager, 4 * LIST_SIZE);
		if (pager->draw) {
			canvas_ink(pager->canvas, INK_RULE);
			cairo_set_line_width(pager->canvas->cr, 0.6);
			canvas_line(pager->canvas, PAGE_MARGIN, pager->y,
				    PAGE_MARGIN + pager->width, pager->y);
		}
		pager->y += PAD_HIGH;
		for (size_t i = 0; i < table->columns; i++)
			list_item_put(pager, table, row, i);
		pager->y += PAD_HIGH;
	}
}

/* The table goes where its title, its header and a few rows have room together. */
static void grid_put(struct pager *pager, struct grid *grid)
{
	double line;

	pager_orient(pager, grid->landscape);
	header_measure(pager, grid);
	line = line_height(pager, grid->size) + 2 * PAD_HIGH;
	pager_need(pager, 2 * TITLE_SIZE + grid->header_height + 3 * line);
	pager_tag(pager, "Table");
	title_put(pager, grid->table);
	rows_put(pager, grid);
	if (!grid->table->first_row)
		empty_put(pager);
	pager_untag(pager, "Table");
}

void pdf_table(struct pager *pager, const struct table *table)
{
	struct grid grid = { .table = table };

	for (const struct row *row = table->first_row; row; row = row->next)
		if (row->style == ROW_ALERT)
			grid.gutter = GUTTER;
	for (size_t i = 0; i < table->columns; i++)
		column_measure(pager->canvas, &grid, i);
	if (grid_fit(&grid, PAGE_WIDTH - 2 * PAGE_MARGIN,
		     PAGE_HEIGHT - 2 * PAGE_MARGIN)) {
		grid_put(pager, &grid);
	} else {
		pager_orient(pager, false);
		pager_need(pager, 2 * TITLE_SIZE + 6 * LIST_SIZE);
		pager_tag(pager, "Table");
		title_put(pager, table);
		lists_put(pager, table);
		pager_untag(pager, "Table");
	}
	pager->y += AFTER;
}
