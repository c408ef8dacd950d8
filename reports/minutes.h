/*
 * minutes.h - the board's procès-verbal: what was decided in a period, by which seats,
 * with which signatures.
 *
 * Tables (ids): those of meeting.h, decisions, votes, ballots, recusals, delegated.
 *
 *  (1) A decision is in the period by the civil date of its entry. It is shown with all
 *      ballots that stood when it was recorded; a deferral is a decision, too.
 *  (2) Present for a vote are the seats whose ballot is not a recusal: DESIGN's rule, and
 * the rule engine's. (3) Every ballot's and recusal's note is verified again here, by the
 * key of the seat that was in force when it was recorded. (4) Whether a delegated
 * decision has been ratified is as of the log's last entry.
 */
#ifndef ARRONDI_REPORTS_MINUTES_H
#define ARRONDI_REPORTS_MINUTES_H

#include "keys/fault.h"
#include "reports/document.h"
#include "reports/request.h"
#include "reports/source.h"

/* Initialises *doc and fills it; the caller releases it, also after a failure.
 * ERR_USAGE where the period ends before it begins. */
MUST_USE enum err minutes_report(struct source *source,
				 const struct report_request *request,
				 struct document *doc, struct fault *fault);

/* The same in parts, for entries that do not come from a source: every entry is shown to
 * minutes_visit(). The document is initialised; it and the books must outlive it. */
struct minutes;
MUST_USE enum err minutes_begin(struct books *books, const struct standing *standing,
				const struct period *period, struct document *doc,
				struct minutes **ret_minutes, struct fault *fault);
MUST_USE enum err minutes_visit(void *minutes, uint64_t position,
				const struct entry *entry, const struct posting *postings,
				size_t count, struct fault *fault);
MUST_USE enum err minutes_finish(struct minutes *minutes, struct fault *fault);
void minutes_free(struct minutes *minutes); /* accepts NULL */

#endif
