/*
 * project.h - one project, for who bears it and who pays for it together with us: what
 * it asked for, who promised what, what was decided, on which conditions, and where the
 * money is.
 *
 * Tables (ids): summary, cofunders, decisions, tranches, movements.
 *
 *  (1) What was paid is net of what the bank sent back; what the grantee gave back is
 *      told apart and is not taken off it.
 *  (2) Figures are those of the log's last entry. Movements are in the log's order.
 */
#ifndef ARRONDI_REPORTS_PROJECT_H
#define ARRONDI_REPORTS_PROJECT_H

#include "keys/fault.h"
#include "reports/document.h"
#include "reports/request.h"
#include "reports/source.h"

/* Of the project that the request names. ERR_NOT_FOUND where the log records none of
 * that id. The caller releases the document, also after a failure. */
MUST_USE enum err project_report(struct source *source,
				 const struct report_request *request,
				 struct document *doc, struct fault *fault);

/* The same in parts, for entries that do not come from a source: every entry is shown to
 * project_visit(). The document is initialised; it and the books must outlive it. */
struct project;
MUST_USE enum err project_begin(struct books *books, const struct standing *standing,
				const char *id, struct document *doc,
				struct project **ret_project, struct fault *fault);
MUST_USE enum err project_visit(void *project, uint64_t position,
				const struct entry *entry, const struct posting *postings,
				size_t count, struct fault *fault);
MUST_USE enum err project_finish(struct project *project, struct fault *fault);
void project_free(struct project *project); /* accepts NULL */

#endif
