/*
 * receivables.h - the treasurer's list: who owes what since when, by which
 * reference a transfer names it, who is to be reminded, and who has a credit.
 *
 *  (1) A payer's open entries add up to the balance of its account receivable/.
 *  (2) Lateness and age are counted to the day of the log's last entry: the same
 *      log gives the same list, whenever it is drawn.
 *  (3) Payers are members: nobody is named who is not in the public log.
 *
 * Tables (ids): receivables, ages, reminders, credits; and suspense and suspense_ages,
 * where the bank shows money that no entry explains yet.
 */
#ifndef ARRONDI_REPORTS_RECEIVABLES_H
#define ARRONDI_REPORTS_RECEIVABLES_H

#include "keys/fault.h"
#include "reports/document.h"
#include "reports/lang.h"
#include "reports/owed.h"
#include "reports/source.h"

/*
 * Initialises *doc and fills it; the caller releases it, also after a failure.
 * Costs what is open, and one reading of the log. ERR_TOO_BIG where a sum is past
 * the bound of money.h; else what the books' queries and the source return.
 */
MUST_USE enum err receivables_report(struct source *source, enum lang lang,
				     struct document *doc, struct fault *fault);

/* The same once all of the log was shown to owed_see(); for tests. */
MUST_USE enum err receivables_put(struct books *books, const struct standing *standing,
				  const struct owed *owed, struct document *doc,
				  struct fault *fault);

/* Only what the bank shows and no entry explains; nothing where there is none. */
MUST_USE enum err receivables_suspense(struct books *books,
				       const struct standing *standing,
				       struct document *doc, struct fault *fault);

#endif
