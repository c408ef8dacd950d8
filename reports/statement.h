/*
 * statement.h - a member's statement: what it promised, what it paid, what it owes
 * now and by which references, and every entry of the log behind these figures.
 *
 *  (1) promised - paid = open - credit, each from its own source: the first two are
 *      sums of postings, the last two are balances of the books.
 *  (2) An entry is the member's where it moves its account receivable/ or credit/,
 *      or is its batch. Nothing of other members is shown.
 *
 * Tables (ids): summary, owed, batches, entries; tax_effect of who has given of its own
 * (patronage_tax.h), and payment_qr, with the codes, of who owes (payment_code.h).
 */
#ifndef ARRONDI_REPORTS_STATEMENT_H
#define ARRONDI_REPORTS_STATEMENT_H

#include <stddef.h>
#include <stdint.h>

#include "keys/fault.h"
#include "ledger/books.h"
#include "ledger/entry.h"
#include "reports/document.h"
#include "reports/request.h"
#include "reports/source.h"

/*
 * Initialises *doc and fills it; the caller releases it, also after a failure. Costs
 * one reading of the log. ERR_NOT_FOUND where the ledger has no such member;
 * ERR_TOO_BIG where a sum is past the bound of money.h; else what the books'
 * queries and the source return.
 */
MUST_USE enum err statement_report(struct source *source,
				   const struct report_request *request,
				   struct document *doc, struct fault *fault);

/*
 * The same in three steps, for who has the entries at hand: begin with a document
 * that is initialised, add every entry in the log's order, finish. The books are
 * those of the whole log. The document must outlive the statement. turnover: as of
 * patronage_effect_of().
 */
struct statement;

MUST_USE enum err statement_begin(struct books *books, const struct standing *standing,
				  struct slice member, struct cents turnover,
				  struct document *doc, struct statement **ret_statement,
				  struct fault *fault);
MUST_USE enum err statement_add(struct statement *statement, uint64_t position,
				const struct entry *entry, const struct posting *postings,
				size_t count, struct fault *fault);
MUST_USE enum err statement_finish(struct statement *statement, struct fault *fault);
void statement_free(struct statement *statement); /* accepts NULL */

#endif
