/*
 * accounts.h - a year's accounts as documents: what they have in common.
 *
 * Each is a function from the accounting of a year, and the lines that were posted in
 * it, to a document. The same checkpoint, the same title page, and the same figures
 * whichever of them is asked: all of them add up what accounting.h gives.
 */
#ifndef ARRONDI_REPORTS_ACCOUNTS_H
#define ARRONDI_REPORTS_ACCOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/fault.h"
#include "ledger/books.h"
#include "reports/accounting.h"
#include "reports/document.h"
#include "reports/name_index.h"
#include "reports/request.h"
#include "reports/source.h"

/* A line of the year, in the order of the FEC: the opening first. */
struct posted_line {
	size_t account; /* accounting_account() */
	struct cents amount;
	struct date date;
	uint64_t position, number; /* the entry's; the voucher's in its daybook */
	uint32_t label;            /* in labels */
	enum daybook daybook;
};

struct posted {
	struct posted_line *p; /* owned */
	size_t n, room;
	uint64_t vouchers[DAYBOOK__COUNT];
	struct name_index labels;
};

/* A sink for accounting_new(); everything of the year is kept in memory. */
struct voucher_sink posted_sink(struct posted *posted);
void posted_release(struct posted *posted);

struct accounts {
	struct accounting *accounting;
	struct books *books;
	const struct standing *standing;
	const struct posted
		*posted; /* with the opening; NULL where it was not asked for */
	struct voucher opening;
	bool auxiliary; /* the books are kept elsewhere */
};

/* The opening is put before what was posted. After accounting_close(); posted may be
 * NULL. */
MUST_USE enum err accounts_begin(struct accounting *accounting, struct books *books,
				 const struct standing *standing, struct posted *posted,
				 struct accounts *ret_accounts, struct fault *fault);

/* One of the documents: fills it behind its title page. */
typedef enum err accounts_fn(const struct accounts *accounts, struct document *doc,
			     struct fault *fault);
accounts_fn balance_put, grand_livre_put, journaux_put;
accounts_fn dedicated_put, crod_put, cer_put;

/* Who, of what days, standing on which checkpoint; whether the year is over. */
MUST_USE enum err accounts_front(const struct accounts *accounts, struct document *doc,
				 struct fault *fault);

/* All of it from a source: reads the log, and calls put(). Initialises the document,
 * whose title is prefixed where the books are kept elsewhere; the caller releases it. */
struct accounts_report {
	const char *id;
	enum msg title;
	bool wants_lines;
	accounts_fn *put;
};
MUST_USE enum err accounts_report(struct source *source,
				  const struct report_request *request,
				  const struct accounts_report *report,
				  struct document *doc, struct fault *fault);

/* The balance of an account at the year's beginning, its movements, and its end. */
struct account_year {
	struct cents opening, debit, credit, closing;
};
MUST_USE enum err account_year(const struct accounts *accounts, size_t account,
			       struct account_year *ret_year, struct fault *fault);

/* The numbers of all accounts, ascending by number, then auxiliary; the caller frees. */
MUST_USE enum err accounts_sorted(const struct accounts *accounts, size_t **ret_accounts,
				  struct fault *fault);

/* x + y, or ERR_TOO_BIG. */
MUST_USE enum err accounts_add(struct cents *x, struct cents y, struct fault *fault);

#endif
