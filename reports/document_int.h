/*
 * document_int.h - what document.c lends to table.c, and to nobody else.
 */
#ifndef ARRONDI_REPORTS_DOCUMENT_INT_H
#define ARRONDI_REPORTS_DOCUMENT_INT_H

#include "reports/document.h"

/* Keeps the first failure. */
void document_fail(struct document *doc, enum err err);

/* Zeroed bytes that live as long as the document; NULL after any failure. */
void *document_alloc(struct document *doc, size_t bytes);

/* Copies that follow document.h's rule (2); NULL after any failure. */
const char *document_copy(struct document *doc, const char *text, size_t n);
const char *document_copy_text(struct document *doc, const char *text);
const char *document_copy_id(struct document *doc, const char *id);

/* A moment is refused here, once, and the renderers need not ask again. */
struct value document_moment(struct document *doc, int64_t utc_s);

/* A new last block; NULL after any failure. */
struct block *document_block(struct document *doc, enum block_kind kind);

/* Whether it has columns, of a chart those of its kind, and its last row, if any, has
 * all its cells. */
bool table_is_whole(const struct table *table);

#endif
