/*
 * declaration.h - the yearly declaration of tax receipts (CGI, art. 222 bis): the total
 * of the gifts on receipts of a civil year, and the number of receipts.
 *
 * Void receipts are not counted; their numbers are listed, so that the sequence can be
 * seen to be whole. Gifts without a receipt are not declared.
 */
#ifndef ARRONDI_REPORTS_DECLARATION_H
#define ARRONDI_REPORTS_DECLARATION_H

#include "keys/fault.h"
#include "ledger/books.h"
#include "reports/document.h"
#include "reports/request.h"
#include "reports/source.h"

/* Of the receipts of gifts of that civil year. Fills the document. */
MUST_USE enum err declaration_put(struct books *books, const struct standing *standing,
				  int32_t year, struct document *doc,
				  struct fault *fault);

/* The day by which a foundation declares whose fiscal year is the civil one: the second
 * working day (Monday to Friday) after 1 May of the next year. ERR_INVALID past 2198. */
MUST_USE enum err declaration_due(int32_t year, struct date *ret_date);

/* Of --year, or else of the year of the last entry. Initialises the document; the caller
 * releases it. */
MUST_USE enum err declaration_report(struct source *source,
				     const struct report_request *request,
				     struct document *doc, struct fault *fault);

#endif
