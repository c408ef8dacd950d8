/*
 * trace_int.h - what the files of the trace share: trace_read.c follows the log's money,
 * trace.c says where it went.
 */
#ifndef ARRONDI_REPORTS_TRACE_INT_H
#define ARRONDI_REPORTS_TRACE_INT_H

#include "ledger/books_query.h"
#include "reports/trace.h"
#include "reports/trace_lots.h"

/* An entry that brought money, promised it, or used it. */
struct trace_entry {
	uint64_t position;
	uint64_t stands_for; /* what gives a contribution back names it; else itself */
	bool is_promise;
	char member[QUERY_ID_BYTES]; /* "" for none */
	struct date date;
	const char *name; /* static */
};

/* What a payer owed before the entry. */
struct trace_payer {
	char id[QUERY_ID_BYTES];
	struct receivable_view *line; /* owned */
	size_t lines;
};

/* How much more (positive) or less is owed of a line after an entry. */
struct trace_change {
	uint64_t position;
	char account[POSTING_ACCOUNT_BYTES_MAX]; /* "fund/F/E" */
	struct cents paid; /* that is owed no more; negative: again */
};

struct trace {
	struct books *books;
	struct books *now; /* as they stand after the entry that is read */
	struct document *doc;
	enum lang lang;

	/* What is asked for: one of these. */
	bool by_entry, by_month;
	uint64_t entry_asked;
	struct month month_asked;
	char member_asked[QUERY_ID_BYTES];

	struct trace_lots lots;
	/* All owned. */
	struct trace_entry *entries; /* ascending by position */
	size_t entry_count, entry_room;
	struct trace_payer *payers;
	size_t payer_count;
	struct trace_change *changes; /* by the entry that is read */
	size_t change_count, change_room;
};

/* NULL where it has to do with no money. */
const struct trace_entry *trace_entry_at(const struct trace *trace, uint64_t position);

/* Follows what an entry moves. */
MUST_USE enum err trace_visit(void *trace, uint64_t position, const struct entry *entry,
			      const struct posting *postings, size_t count,
			      struct fault *fault);
void trace_read_release(struct trace *trace);

#endif
