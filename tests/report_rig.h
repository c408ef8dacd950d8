/*
 * report_rig.h - what tests of reports share: the log of a world, shown entry by
 * entry as a source shows it, and the reading of a document's tables.
 */
#ifndef ARRONDI_TESTS_REPORT_RIG_H
#define ARRONDI_TESTS_REPORT_RIG_H

#include "reports/document.h"
#include "reports/source.h"
#include "reports/spool.h"
#include "tests/world.h"

/* The checkpoint's size and origin, and the last moment, of a world. */
void rig_standing(const struct world *world, struct standing *ret_standing);

/* Replays the world's leaves into another, and shows each with its postings and
 * the books as they stand after it; fails the test where an entry is refused. */
typedef void rig_visit(void *ctx, uint64_t position, const struct entry *entry,
		       const struct posting *postings, size_t count, struct books *books);
void rig_each_entry(const struct world *world, rig_visit *visit, void *ctx);

/* What was put into a spool, which is closed; the caller releases the buffer. */
void rig_spool_read(struct spool *spool, struct buffer *ret_text);

/* The same for a report's own visitor; fails the test where it fails. */
void rig_show(const struct world *world, const struct source_visitor *visitor);

/* These fail the test where there is no such table or column. */
const struct table *rig_table(const struct document *doc, const char *id);
const struct value *rig_value(const struct table *table, const struct row *row,
			      const char *column);
int64_t rig_cents(const struct table *table, const struct row *row,
		  const char *column); /* 0 where empty */
const char *rig_text(const struct table *table, const struct row *row,
		     const char *column); /* "" where empty */
int64_t rig_number(const struct table *table, const struct row *row,
		   const char *column); /* -1 where empty */

/* The row of that style, the only one. */
const struct row *rig_row(const struct table *table, enum row_style style);

#endif
