/*
 * board_pack.h - one document for a meeting of the board: the allocation report of the
 * period, then what is to be decided, what the bank shows unexplained, and what is still
 * to be paid.
 *
 * Tables (ids): those of the allocation report, then dossiers, suspense and suspense_ages
 * (where there is any), to_pay. The latter are as of the log's last entry, whatever
 * the period: a board decides with what it has now.
 */
#ifndef ARRONDI_REPORTS_BOARD_PACK_H
#define ARRONDI_REPORTS_BOARD_PACK_H

#include "keys/fault.h"
#include "ledger/books.h"
#include "reports/document.h"
#include "reports/request.h"
#include "reports/source.h"

/* As allocation_report(). */
MUST_USE enum err board_pack_report(struct books *books, const struct standing *standing,
				    const struct report_request *request,
				    struct document *doc, struct fault *fault);

#endif
