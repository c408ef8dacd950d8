/*
 * audit_pack.h - the auditor's working papers, drawn from an export alone.
 *
 * Of a fiscal year (--year, or --from and --to), with a sample that anybody can draw
 * again (--seed, --sample; sample.h), and an earlier checkpoint (--since) that this log
 * must continue. Tables (ids), in this order:
 *
 *	completeness  population, days, sequences: whether all is there, counted here
 *	sample        sample, evidence, attributes: what to look at, and where its papers
 *are cut-off       cut_off: what is of one year and was recorded in another duties
 *duties, duty_exceptions, keys: who did what, by which keys authorisation disbursements:
 *each payment, its decision, its votes entries       tests, hits, benford: entries that
 *an auditor asks about (NEP/ISA 240) bank          accounts, suspense, outstanding: both
 *ways letters       confirmations, confirmation_N: a letter for each payer (ISA 505)
 *	receipts      receipts, doubts
 *	trace         as of trace.h, of the year's last month
 *
 *  (1) The root is computed here from the entries, and what is drawn of another root than
 *      the checkpoint's is refused as ERR_CORRUPT.
 *  (2) What the log cannot show (papers, persons, what was erased beside it) is said, and
 *      not passed over.
 *
 * The log is walked through twice: the first time for sums, from which the sample
 * follows.
 */
#ifndef ARRONDI_REPORTS_AUDIT_PACK_H
#define ARRONDI_REPORTS_AUDIT_PACK_H

#include "keys/fault.h"
#include "reports/document.h"
#include "reports/request.h"
#include "reports/source.h"

#define AUDIT_PACK_UNITS      60 /* of a sample, where none are asked for */
#define AUDIT_PACK_ATTRIBUTES 25

/* Initialises *doc and fills it; the caller releases it, also after a failure. ERR_USAGE
 * for what is asked for and is none; ERR_INVALID where the log does not continue the
 * earlier checkpoint. */
MUST_USE enum err audit_pack_report(struct source *source,
				    const struct report_request *request,
				    struct document *doc, struct fault *fault);

/* The same in parts, for entries that do not come from a source: every entry is shown to
 * the visitor, audit_pack_turn() is called, and every entry is shown again. `since` is an
 * earlier checkpoint's note, or empty. */
struct audit_pack;
MUST_USE enum err audit_pack_begin(struct books *books, const struct standing *standing,
				   const struct report_request *request,
				   struct slice since, struct document *doc,
				   struct audit_pack **ret_pack, struct fault *fault);
struct source_visitor audit_pack_visitor(struct audit_pack *pack);
MUST_USE enum err audit_pack_turn(struct audit_pack *pack, struct fault *fault);
MUST_USE enum err audit_pack_finish(struct audit_pack *pack, struct fault *fault);
void audit_pack_free(struct audit_pack *pack); /* accepts NULL */

#endif
