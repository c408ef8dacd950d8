/*
 * paper.h - a document that holds all that renderers meet: every type of value, totals,
 * alerts, charts of every kind, names that are long, foreign or hostile, tables without
 * rows and wider than a page. Tests of renderers share it.
 */
#ifndef ARRONDI_TESTS_PAPER_H
#define ARRONDI_TESTS_PAPER_H

#include "keys/buffer.h"
#include "reports/document.h"

#define PAPER_BYTES_MAX ((size_t)256 << 20)

/* A name of 200 characters, one of them of four bytes. */
extern const char paper_long_name[];

/* Initialises the document; the caller releases it. */
void paper_build(struct document *doc, enum lang lang);

/* A document of one table with so many rows. */
void paper_build_long(struct document *doc, size_t rows);

/* The cell as a reader sees it: its row's label in the first place. */
const char *paper_cell(const struct table *table, const struct row *row, size_t column,
		       char room[LANG_FIGURE_BYTES]);

/* The renderer's bytes, which must be made; the caller releases them. */
typedef enum err paper_render(const struct document *doc, struct buffer *out,
			      struct fault *fault);
void paper_bytes(paper_render *render, const struct document *doc, struct buffer *out);

/* The same document gives the same bytes twice, in one process. */
void paper_repeats(paper_render *render);

/* PAPER_OUT=FOLDER keeps what was rendered there, for a person to look at. */
void paper_keep(const struct buffer *out, const char *name);

#endif
