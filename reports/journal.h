/*
 * journal.h - the ledger as an accountant's tool reads it: hledger, beancount or ledger.
 *
 * Every entry that moves money is a transaction with the entry's civil date (a bank
 * statement: one for each day of its lines), its position, kind, submitter and
 * reference, and its postings' flows as tags. At the end stands the balance of every
 * account as the ledger knows it, as an assertion: the tool itself then proves that it
 * reaches our balances.
 *
 *	ledger            hledger
 *	bank              assets:bank
 *	account/ID        assets:account:ID
 *	suspense/ID       liabilities:suspense:ID
 *	receivable/P      assets:receivable:P
 *	transit/P         assets:transit:P
 *	credit/P          liabilities:credit:P
 *	pledged/F/E       equity:pledged:F:E
 *	fund/F/-          equity:fund:F:free
 *	committed/F/E     liabilities:committed:F:E (so ordered/F/E)
 *
 * the same for ledger, and for beancount with capitals:
 *Assets:Receivable:Employer-000001016.
 *
 *  (1) Two accounts of the ledger never share a name. Characters that a tool does not
 *      take in a name become "-"; the later of two ids that would look alike gets
 *      "-2", "-3" and so on, in the log's order, so a name never changes later.
 *  (2) Debits are positive, as in the ledger and in both tools.
 */
#ifndef ARRONDI_REPORTS_JOURNAL_H
#define ARRONDI_REPORTS_JOURNAL_H

#include <stddef.h>
#include <stdint.h>

#include "keys/fault.h"
#include "ledger/books.h"
#include "ledger/entry.h"
#include "reports/lang.h"
#include "reports/source.h"
#include "reports/spool.h"

enum journal_format { JOURNAL_HLEDGER, JOURNAL_BEANCOUNT, JOURNAL_LEDGER };

/* Appends the journal of a source to out; memory grows with its accounts. lang is that
 * of the comments. */
MUST_USE enum err journal_report(struct source *source, enum journal_format format,
				 enum lang lang, struct spool *out, struct fault *fault);

/* The same in parts, for entries that do not come from a source. The standing and
 * out must outlive the journal; NULL when out of memory. */
struct journal;
struct journal *journal_new(enum journal_format format, enum lang lang,
			    const struct standing *standing, struct spool *out);
void journal_free(struct journal *journal);

/* The next entry. ERR_INVALID for an account that has no place in the table above. */
MUST_USE enum err journal_add(struct journal *journal, uint64_t position,
			      const struct entry *entry, const struct posting *postings,
			      size_t count, struct fault *fault);

/* The accounts and their balances; nothing is added after it. */
MUST_USE enum err journal_finish(struct journal *journal, struct fault *fault);

#endif
