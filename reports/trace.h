/*
 * trace.h - what a contribution has paid for: first in, first out, to the cent.
 *
 * Money has no marks; which grant a given gift has paid is a convention, and it is
 * written in the report: see trace_lots.h. A contribution is a batch, gift, convention or
 * co-funder's contribution, by its position, once money has come for it; what comes in
 * without one (interest, a reversal, an opening) is its own. Asked for is one of:
 *
 *	--entry POSITION   that entry
 *	--member ID        what this company, provider or co-funder has contributed
 *	--month YYYY-MM    what is dated in that month
 *
 * Tables (ids): contributions, uses, unspent, whole.
 *
 *  (1) In `contributions`, what came in is what was spent and what is not spent.
 *  (2) The sum of all traces is the ledger: `whole` compares it with the funds' balances,
 *      and a trace that does not agree is refused as ERR_CORRUPT.
 *  (3) What is paid of a grant is paid out of its pieces in their order.
 */
#ifndef ARRONDI_REPORTS_TRACE_H
#define ARRONDI_REPORTS_TRACE_H

#include "keys/fault.h"
#include "reports/document.h"
#include "reports/request.h"
#include "reports/source.h"

/* Initialises *doc and fills it; the caller releases it, also after a failure. ERR_USAGE
 * where not one thing is asked for; ERR_NOT_FOUND for no member, or an entry that is no
 * contribution. */
MUST_USE enum err trace_report(struct source *source,
			       const struct report_request *request, struct document *doc,
			       struct fault *fault);

/* The same in parts, for entries that do not come from a source: every entry is shown to
 * *trace_visitor(). The document is initialised; it and the books must outlive it. */
struct trace;
MUST_USE enum err trace_begin(struct books *books, const struct standing *standing,
			      const struct report_request *request, struct document *doc,
			      struct trace **ret_trace, struct fault *fault);
struct source_visitor trace_visitor(struct trace *trace);
MUST_USE enum err trace_finish(struct trace *trace, struct fault *fault);
void trace_free(struct trace *trace); /* accepts NULL */

#endif
