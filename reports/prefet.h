/*
 * prefet.h - the yearly activity report of a fonds de dotation to the préfet.
 *
 * Its four items (loi n° 2008-776, art. 140; décret n° 2009-158, art. 8, as changed by
 * décret n° 2024-720): a) an account of the activity, b) each action that was funded and
 * its amounts, c) each legal person that benefits, d) the libéralités and who gave them;
 * and the thresholds that oblige. What the ledger does not hold (a beneficiary's seat,
 * e-mail and telephone) is said to be missing; a person is never named: job seekers by
 * the number of their file, donors together.
 */
#ifndef ARRONDI_REPORTS_PREFET_H
#define ARRONDI_REPORTS_PREFET_H

#include "keys/fault.h"
#include "reports/accounts.h"
#include "reports/document.h"
#include "reports/request.h"
#include "reports/source.h"

/* What the entries tell besides their accounting. */
struct prefet;
MUST_USE enum err prefet_new(struct books *books, const struct standing *standing,
			     const struct exercise_request *request,
			     struct prefet **ret_prefet, struct fault *fault);
void prefet_free(struct prefet *prefet); /* accepts NULL */

/* The next entry; positions ascend from 0. */
MUST_USE enum err prefet_add(struct prefet *prefet, uint64_t position,
			     const struct entry *entry, const struct posting *postings,
			     size_t count, struct fault *fault);

/* After the last entry: fills the document. */
MUST_USE enum err prefet_put(struct prefet *prefet, struct document *doc,
			     struct fault *fault);

/* All of it. Initialises the document; the caller releases it. */
MUST_USE enum err prefet_report(struct source *source,
				const struct report_request *request,
				struct document *doc, struct fault *fault);

#endif
