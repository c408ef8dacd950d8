/*
 * render_text.c - a document for a terminal or a printer.
 *
 * Everything that is printed in columns goes through put_cells(): a table's row, a
 * property, a note, a row of a table too wide to be one. A cell is wrapped inside
 * its own width, so a line is as long as its widths say and not as its texts do.
 *
 * Widths are shared out fairly: each column begins with what it would like, and as
 * long as the line is too long the widest one that may still shrink gives way by
 * one. Figures never shrink, because half an amount is another amount.
 */
#include "reports/render.h"

#include <assert.h>

#include "keys/encoding.h"

#define GAP_COLUMNS       2  /* between two cells */
#define GUTTER_COLUMNS    2  /* left of a table with an alert, for "! " */
#define TEXT_COLUMNS_MIN  10 /* no column of texts is squeezed below */
#define LABEL_COLUMNS_MAX 40 /* of a property's label */
#define RULE_HEAVY        "═"
#define RULE_LIGHT        "─"
#define RULE_DASHED       "┄"

/* Marks that sit on the character before, and characters without a width. */
static bool is_combining(uint32_t c)
{
	return (c >= 0x300 && c <= 0x36f) || (c >= 0x483 && c <= 0x489) ||
	       (c >= 0x1ab0 && c <= 0x1aff) || (c >= 0x1dc0 && c <= 0x1dff) ||
	       (c >= 0x200b && c <= 0x200d) || (c >= 0x20d0 && c <= 0x20ff) ||
	       (c >= 0xfe00 && c <= 0xfe0f) || (c >= 0xfe20 && c <= 0xfe2f);
}

static size_t columns_of_slice(struct slice text)
{
	const char *bytes = (const char *)text.p;
	size_t columns = 0;

	for (size_t at = 0; at < text.n;)
		columns += !is_combining(utf8_next(bytes, text.n, &at));
	return columns;
}

static size_t columns_of(const char *text)
{
	return columns_of_slice(slice_of_text(text));
}

static size_t longest_word_columns(const char *text)
{
	size_t longest = 0;

	while (*text) {
		size_t bytes = strcspn(text, " ");
		size_t columns = columns_of_slice(slice_of(text, bytes));

		if (columns > longest)
			longest = columns;
		text += bytes + (text[bytes] == ' ');
	}
	return longest;
}

static struct slice skip_spaces(struct slice text)
{
	while (text.n > 0 && *text.p == ' ')
		text = slice_of(text.p + 1, text.n - 1);
	return text;
}

static struct slice trim_spaces(struct slice text)
{
	while (text.n > 0 && text.p[text.n - 1] == ' ')
		text.n--;
	return text;
}

/*
 * Takes from *rest what fits in so many columns: up to the last space that leaves
 * it short enough, or where there is none, through the middle of a word. Only
 * U+0020 parts a line; no-break spaces do what their name says.
 */
static struct slice take_line(struct slice *rest, size_t width)
{
	const char *bytes = (const char *)rest->p;
	size_t columns = 0, fits = 0, break_at = 0;
	struct slice line;

	assert(width > 0);
	for (size_t at = 0; at < rest->n;) {
		size_t from = at;

		if (bytes[from] == ' ' && columns <= width)
			break_at = from;
		columns += !is_combining(utf8_next(bytes, rest->n, &at));
		if (columns <= width)
			fits = at;
		else if (bytes[from] != ' ')
			break;
	}
	if (fits < rest->n && break_at > 0)
		fits = break_at;
	line = trim_spaces(slice_of(rest->p, fits));
	*rest = skip_spaces(slice_of(rest->p + fits, rest->n - fits));
	return line;
}

static void put_spaces(struct buffer *out, size_t n)
{
	for (; n > 0; n--)
		buffer_put_byte(out, ' ');
}

static void put_rule(struct buffer *out, const char *piece, size_t columns)
{
	for (; columns > 0; columns--)
		buffer_put_text(out, piece);
	buffer_put_byte(out, '\n');
}

struct cell {
	struct slice rest; /* what is still to be printed */
	size_t width;
	bool right;
};

static struct cell cell_of(const char *text, size_t width, bool right)
{
	return (struct cell){ .rest = slice_of_text(text),
			      .width = width,
			      .right = right };
}

static bool cells_are_done(const struct cell *cell, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (cell[i].rest.n > 0)
			return false;
	return true;
}

/* One printed line of the cells. Blanks are owed, and paid only when something
 * follows them: no line ends in spaces. */
static void put_cells_line(struct buffer *out, size_t owed, struct cell *cell, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct slice line = take_line(&cell[i].rest, cell[i].width);
		size_t columns = columns_of_slice(line);
		size_t pad = cell[i].width > columns ? cell[i].width - columns : 0;

		if (line.n > 0) {
			put_spaces(out, owed + (cell[i].right ? pad : 0));
			buffer_put_slice(out, line);
			owed = cell[i].right ? 0 : pad;
		} else {
			owed += cell[i].width;
		}
		owed += GAP_COLUMNS;
	}
	buffer_put_byte(out, '\n');
}

/* As many lines as the longest cell needs, at least one; `mark` on the first. */
static void put_cells(struct buffer *out, const char *mark, size_t gutter,
		      struct cell *cell, size_t n)
{
	size_t marked = columns_of(mark);

	assert(marked <= gutter);
	buffer_put_text(out, mark);
	put_cells_line(out, gutter - marked, cell, n);
	while (!cells_are_done(cell, n))
		put_cells_line(out, gutter, cell, n);
}

static void put_wrapped(struct buffer *out, const char *text)
{
	struct cell cell = cell_of(text, RENDER_TEXT_COLUMNS_MAX, false);

	put_cells(out, "", 0, &cell, 1);
}

static void put_underlined(struct buffer *out, const char *text, const char *rule)
{
	size_t columns = columns_of(text);

	put_wrapped(out, text);
	put_rule(out, rule,
		 columns < RENDER_TEXT_COLUMNS_MAX ? columns : RENDER_TEXT_COLUMNS_MAX);
}

/* A label and what it says, side by side. */
static void put_labelled(struct buffer *out, const char *mark, size_t gutter,
			 const char *label, size_t label_width, const char *text)
{
	struct cell cell[2];

	cell[0] = cell_of(label, label_width, false);
	cell[1] = cell_of(text,
			  RENDER_TEXT_COLUMNS_MAX - gutter - label_width - GAP_COLUMNS,
			  false);
	put_cells(out, mark, gutter, cell, 2);
}

static size_t size_max(size_t a, size_t b)
{
	return a > b ? a : b;
}

static size_t size_min(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void put_properties(struct buffer *out, const struct document *doc)
{
	char room[LANG_FIGURE_BYTES];
	size_t width = 1;

	if (!doc->first_property)
		return;
	buffer_put_byte(out, '\n');
	for (const struct property *p = doc->first_property; p; p = p->next)
		width = size_max(width, columns_of(p->label));
	width = size_min(width, LABEL_COLUMNS_MAX);
	for (const struct property *p = doc->first_property; p; p = p->next)
		put_labelled(out, "", 0, p->label, width,
			     value_figure(&p->value, doc->lang, room));
}

/* What a cell shows: a row's label stands in its first cell's place. */
static const char *cell_figure(const struct table *table, const struct row *row,
			       size_t column, char room[LANG_FIGURE_BYTES])
{
	if (column == 0 && row->label)
		return row->label;
	return value_figure(&row->value[column], table->document->lang, room);
}

struct layout {
	size_t width[DOCUMENT_COLUMNS_MAX];
	size_t gutter;
	size_t total; /* of a whole line */
};

/* What each column would like, and the least that it can live with. */
static void measure(const struct table *table, size_t *wanted, size_t *least)
{
	char room[LANG_FIGURE_BYTES];

	for (size_t i = 0; i < table->columns; i++) {
		bool text = value_type_is_text(table->column[i].type);
		size_t cells = 1;

		for (const struct row *row = table->first_row; row; row = row->next) {
			const char *figure = cell_figure(table, row, i, room);

			cells = size_max(cells, columns_of(figure));
		}
		wanted[i] = size_max(cells, columns_of(table->column[i].label));
		least[i] = size_max(text ? TEXT_COLUMNS_MIN : cells,
				    longest_word_columns(table->column[i].label));
		least[i] = size_min(least[i], wanted[i]);
	}
}

/* The widest column that may still shrink; n where none may. */
static size_t widest(const size_t *width, const size_t *least, size_t n)
{
	size_t at = n;

	for (size_t i = 0; i < n; i++)
		if (width[i] > least[i] && (at == n || width[i] > width[at]))
			at = i;
	return at;
}

/* False where even the least widths are too wide together. */
static bool layout_of(const struct table *table, struct layout *ret_layout)
{
	struct layout layout = { 0 };
	size_t least[DOCUMENT_COLUMNS_MAX];

	measure(table, layout.width, least);
	for (const struct row *row = table->first_row; row; row = row->next)
		if (row->style == ROW_ALERT)
			layout.gutter = GUTTER_COLUMNS;
	layout.total = layout.gutter + GAP_COLUMNS * (table->columns - 1);
	for (size_t i = 0; i < table->columns; i++) {
		/* A longer wish would only be taken away one by one. */
		if (layout.width[i] > RENDER_TEXT_COLUMNS_MAX)
			layout.width[i] = size_max(RENDER_TEXT_COLUMNS_MAX, least[i]);
		layout.total += layout.width[i];
	}
	for (; layout.total > RENDER_TEXT_COLUMNS_MAX; layout.total--) {
		size_t at = widest(layout.width, least, table->columns);

		if (at == table->columns)
			return false;
		layout.width[at]--;
	}
	*ret_layout = layout;
	return true;
}

static void put_header(struct buffer *out, const struct table *table,
		       const struct layout *layout)
{
	struct cell cell[DOCUMENT_COLUMNS_MAX];

	for (size_t i = 0; i < table->columns; i++)
		cell[i] = cell_of(table->column[i].label, layout->width[i],
				  value_type_is_number(table->column[i].type));
	put_cells(out, "", layout->gutter, cell, table->columns);
	put_rule(out, RULE_LIGHT, layout->total);
}

static const char *row_mark(const struct row *row)
{
	return row->style == ROW_ALERT ? "!" : "";
}

static void put_row(struct buffer *out, const struct table *table, const struct row *row,
		    const struct layout *layout)
{
	char room[DOCUMENT_COLUMNS_MAX][LANG_FIGURE_BYTES];
	struct cell cell[DOCUMENT_COLUMNS_MAX];

	for (size_t i = 0; i < table->columns; i++) {
		bool label = i == 0 && row->label;

		cell[i] = cell_of(cell_figure(table, row, i, room[i]), layout->width[i],
				  !label && value_type_is_number(table->column[i].type));
	}
	if (row->style == ROW_TOTAL)
		put_rule(out, RULE_LIGHT, layout->total);
	if (row->style == ROW_SUBTOTAL)
		put_rule(out, RULE_DASHED, layout->total);
	put_cells(out, row_mark(row), layout->gutter, cell, table->columns);
}

/* For a table that is wider than the paper: each row is a small list. */
static void put_row_as_list(struct buffer *out, const struct table *table,
			    const struct row *row, size_t label_width)
{
	char room[LANG_FIGURE_BYTES];

	put_rule(out, row->style == ROW_TOTAL ? RULE_LIGHT : RULE_DASHED,
		 RENDER_TEXT_COLUMNS_MAX);
	for (size_t i = 0; i < table->columns; i++)
		put_labelled(out, i == 0 ? row_mark(row) : "", GUTTER_COLUMNS,
			     table->column[i].label, label_width,
			     cell_figure(table, row, i, room));
}

static void put_rows_as_lists(struct buffer *out, const struct table *table)
{
	size_t width = 1;

	for (size_t i = 0; i < table->columns; i++)
		width = size_max(width, columns_of(table->column[i].label));
	width = size_min(width, LABEL_COLUMNS_MAX);
	for (const struct row *row = table->first_row; row; row = row->next)
		put_row_as_list(out, table, row, width);
}

static void put_table(struct buffer *out, const struct table *table)
{
	struct layout layout;

	put_wrapped(out, table->title);
	buffer_put_byte(out, '\n');
	if (!layout_of(table, &layout)) {
		put_rows_as_lists(out, table);
		return;
	}
	put_header(out, table, &layout);
	for (const struct row *row = table->first_row; row; row = row->next)
		put_row(out, table, row, &layout);
	if (!table->first_row)
		put_wrapped(out, tr(table->document->lang, MSG_NO_ROWS));
}

static void put_heading(struct buffer *out, const struct block *block)
{
	if (block->level == 1)
		put_underlined(out, block->text, RULE_LIGHT);
	else if (block->level == 2)
		put_underlined(out, block->text, RULE_DASHED);
	else
		put_wrapped(out, block->text);
}

static void put_note(struct buffer *out, const char *text, enum lang lang)
{
	const char *label = tr(lang, MSG_NOTE);

	put_labelled(out, "", 0, label, columns_of(label), text);
}

/* Two rows of squares a line, for a letter is twice as high as wide. On white paper:
 * dark squares are ink, and the blank ones around them are the paper. */
static void put_squares(struct buffer *out, const struct block *block)
{
	static const char *const halves[] = { " ", "\u2580", "\u2584", "\u2588" };
	int wide = block->squares_wide;

	for (int row = 0; row < wide; row += 2) {
		buffer_put_text(out, "    ");
		for (int i = 0; i < wide; i++) {
			bool upper = block->squares[row * wide + i] == '#',
			     lower = row + 1 < wide &&
				     block->squares[(row + 1) * wide + i] == '#';

			buffer_put_text(out, halves[upper + 2 * lower]);
		}
		buffer_put_byte(out, '\n');
	}
	buffer_put_byte(out, '\n');
}

static void put_block(struct buffer *out, const struct block *block, enum lang lang)
{
	switch (block->kind) {
	case BLOCK_HEADING:
		put_heading(out, block);
		return;
	case BLOCK_PARAGRAPH:
		put_wrapped(out, block->text);
		return;
	case BLOCK_NOTE:
		put_note(out, block->text, lang);
		return;
	case BLOCK_COMMAND:
		if (block->squares)
			put_squares(out, block);
		buffer_printf(out, "    %s\n", block->text);
		return;
	case BLOCK_TABLE:
		put_table(out, block->table);
		return;
	}
	abort();
}

enum err render_text(const struct document *doc, struct buffer *out, struct fault *fault)
{
	enum err err = document_check(doc, fault);
	const struct block *before = NULL;

	if (err)
		return err;
	put_underlined(out, doc->title, RULE_HEAVY);
	for (const struct line *line = doc->first_subtitle; line; line = line->next)
		put_wrapped(out, line->text);
	put_properties(out, doc);
	for (const struct block *block = doc->first_block; block; block = block->next) {
		/* Commands follow each other closely, as they are run. */
		if (!before || before->kind != BLOCK_COMMAND ||
		    block->kind != BLOCK_COMMAND)
			buffer_put_byte(out, '\n');
		put_block(out, block, doc->lang);
		before = block;
	}
	return buffer_check(out, "the report as text", fault);
}
