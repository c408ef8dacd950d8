/*
 * meeting.h - the board's meetings in its minutes: notice, agenda, who was there.
 *
 * Tables (ids): meetings, attendance, agenda. A meeting is in the period by its day. What
 * was decided at it names it (minutes.h); votes are ballots, whoever was in the room.
 */
#ifndef ARRONDI_REPORTS_MEETING_H
#define ARRONDI_REPORTS_MEETING_H

#include "ledger/books.h"
#include "ledger/entry.h"
#include "reports/document.h"

struct meeting_tables {
	struct books *books;
	enum lang lang;
	struct table *meetings, *attendance, *agenda; /* the document's */
};

/* Lays the tables out; books and document must outlive them. */
void meeting_begin(struct meeting_tables *meeting, struct books *books,
		   struct document *doc);

/* Of an entry of kind meeting. */
void meeting_put(struct meeting_tables *meeting, uint64_t position,
		 const struct entry *entry);

#endif
