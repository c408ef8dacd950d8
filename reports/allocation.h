/*
 * allocation.h - the board's report: where the money came from, what was decided
 * with it, what was paid, what is late, and how to check all this.
 *
 *  (1) Every figure is a sum of postings or a proposal's record: the report costs
 *      accounts, proposals and open receivables, never entries.
 *  (2) The tables reconcile: each says in words which of its columns add up, and
 *      the tests hold it to that.
 *  (3) Nobody is named who is not a legal person, a fund or a project.
 *
 * Charts (ids): flows, received_by_month, available_by_month, ages.
 *
 * Tables (ids): sources, earmarked, in_kind (where there is any), fund_list, funds,
 * commitments, sub_balances, cash, decisions, votes, open_proposals, purposes,
 * receivables, credits.
 */
#ifndef ARRONDI_REPORTS_ALLOCATION_H
#define ARRONDI_REPORTS_ALLOCATION_H

#include "keys/fault.h"
#include "ledger/books.h"
#include "reports/document.h"
#include "reports/request.h"
#include "reports/source.h"

/*
 * Initialises *doc and fills it; the caller releases it, also after a failure.
 * ERR_USAGE where the period ends before it begins; ERR_TOO_BIG where a sum is past
 * the bound of money.h; else what the books' queries return.
 */
MUST_USE enum err allocation_report(struct books *books, const struct standing *standing,
				    const struct report_request *request,
				    struct document *doc, struct fault *fault);

/* The same into a document that is initialised, which may go on after it. */
MUST_USE enum err allocation_put(struct books *books, const struct standing *standing,
				 const struct report_request *request,
				 struct document *doc, struct fault *fault);

#endif
