/*
 * owed.h - the entries of which something is still owed.
 *
 * The books know what is open line by line (by class and sub-balance); a payer
 * thinks in entries, because a transfer's reference names an entry. What an entry
 * is called only the log knows, so that reports that list entries read it once:
 *
 *	owed_read(books, payer, &owed, fault);
 *	for each entry of the log, in its order
 *		owed_see(&owed, lang, position, entry);
 *	owed_columns(table); owed_row_begin(...) ...
 *	owed_release(&owed);
 */
#ifndef ARRONDI_REPORTS_OWED_H
#define ARRONDI_REPORTS_OWED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/fault.h"
#include "ledger/books_query.h"
#include "ledger/entry.h"
#include "reports/document.h"
#include "reports/lang.h"

/* An entry, or an instalment of a convention: those are due on days of their own. */
struct owed_entry {
	char payer[QUERY_ID_BYTES];
	uint64_t position;
	int part;
	struct cents open; /* of all its lines */
	struct date due_on;
	const char *name; /* static; NULL until it is seen */
	struct date date;
};

struct owed {
	struct owed_entry *p; /* owned; by payer, then position */
	size_t n;
	struct owed_entry **by_position; /* owned; the same, as the log meets them */
	size_t seen;
};

/* Of a payer, or of all where it is empty. *ret_owed can be released also after
 * a failure. */
MUST_USE enum err owed_read(struct books *books, struct slice payer,
			    struct owed *ret_owed, struct fault *fault);
void owed_release(struct owed *owed);

/* Takes what is asked for from an entry; positions must ascend from 0. */
void owed_see(struct owed *owed, enum lang lang, uint64_t position,
	      const struct entry *entry);

/* Days past the day on which it was due; not positive where it is not late. */
int32_t owed_days_late(const struct owed_entry *entry, struct date today);

/* Columns position, kind, due_on, age, days_late, open, reference; and a row's
 * cells for them. Its row should be ROW_ALERT where it is late. */
void owed_columns(struct table *table, enum lang lang);
void owed_cells(struct table *table, const struct owed_entry *entry, struct date today);

/* The same columns of a row that sums such rows up. */
void owed_sum_cells(struct table *table, enum lang lang, struct cents sum);

#endif
