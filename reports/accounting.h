/*
 * accounting.h - the ledger's entries as an accountant books them.
 *
 * The ledger's own double entry says what is promised, decided and paid; this says what
 * of it the accounts show, on the chart and by the rules of plan.def. Entries go in as
 * the log has them, and vouchers (écritures) come out in that order, one for each entry
 * and day that moves an account. Nothing is kept per entry but for conventions,
 * contributions, companies' gifts, expenses, refunds and grants; round-ups cost nothing.
 *
 *  (1) Each voucher sums to zero, because the postings that it is made of do, and each
 *      of them goes to one account, or in a pair to none.
 *  (2) Aid is a charge when the beneficiary was told in writing (a notification), as far
 *      as no condition waits; at the latest when it is paid. Cancelled aid is not.
 *      A transfer that came back is still owed.
 *  (3) A conditional convention is in no voucher before its condition is met; a firm one
 *      at its signature, whole (ANC 2018-06, 7542).
 *  (4) What funders have earmarked to a fund or a project and is not used at the end of
 *      a year is a fonds dédié (ANC 2018-06, art. 132-1), by accounting_close(). A
 *      choice of a donor among our funds, or of our board, never is.
 *  (5) No account is a person's: auxiliary accounts are those of legal persons who owe
 *      money, and the numbers of grants.
 */
#ifndef ARRONDI_REPORTS_ACCOUNTING_H
#define ARRONDI_REPORTS_ACCOUNTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/fault.h"
#include "ledger/books.h"
#include "ledger/entry.h"
#include "reports/exercise.h"
#include "reports/plan.h"
#include "reports/source.h"

enum daybook {
	DAYBOOK_AN, /* à-nouveaux */
	DAYBOOK_BQ, /* what the bank shows */
	DAYBOOK_DO, /* gifts, conventions, contributions */
	DAYBOOK_AI, /* aid */
	DAYBOOK_OD, /* everything else */
	DAYBOOK__COUNT
};
const char *daybook_code(enum daybook daybook);  /* "AN" */
const char *daybook_label(enum daybook daybook); /* "À-nouveaux", in French */

/* An account, with its auxiliary one and what a charge was for: what sums are kept of. */
struct ledger_account {
	const char *number, *label;  /* "75411", in French; as long as the accounting */
	const char *aux, *aux_label; /* "" where there is none; the same */
	enum destination destination;
	uint32_t number_id, aux_id; /* of the accounting's own */
	struct account_sums {
		struct cents debit, credit; /* both not negative */
	} sums[TERM__COUNT];                /* none for TERM_AFTER */
};

struct voucher_line {
	size_t account;      /* accounting_account() */
	struct cents amount; /* debits are positive; not 0 */
};

struct voucher {
	enum daybook daybook;
	struct date date;
	struct date valid_on; /* the day on which it was recorded */
	uint64_t position;
	struct slice ref;  /* the entry's; "" of what the accounting makes itself */
	const char *label; /* in French */
	const struct voucher_line *lines;
	size_t count;
};

struct accounting;

/* Called for each voucher of the year, whose text is gone after the call. */
struct voucher_sink {
	void *ctx;
	enum err (*put)(void *ctx, const struct accounting *accounting,
			const struct voucher *voucher, struct fault *fault);
};

/* The books are of the whole log, for names and classes of funds. NULL sink: only the
 * sums are wanted. Both must outlive it. */
MUST_USE enum err accounting_new(struct books *books, const struct standing *standing,
				 const struct exercise_request *request,
				 const struct voucher_sink *sink,
				 struct accounting **ret_accounting, struct fault *fault);
void accounting_free(struct accounting *accounting); /* accepts NULL */

/* The next entry of the log, from the charter on. */
MUST_USE enum err accounting_add(struct accounting *accounting, uint64_t position,
				 const struct entry *entry,
				 const struct posting *postings, size_t count,
				 struct fault *fault);

/* accounting_new(), every entry of the source, and accounting_close(). */
MUST_USE enum err accounting_run(struct source *source,
				 const struct exercise_request *request,
				 const struct voucher_sink *sink,
				 struct accounting **ret_accounting, struct fault *fault);

/* After the last entry: the vouchers of the year's end, where it is over. */
MUST_USE enum err accounting_close(struct accounting *accounting, struct fault *fault);

/* After that: the opening (à-nouveaux) as one voucher, of no lines where nothing was
 * before; valid as long as the accounting. */
MUST_USE enum err accounting_opening(struct accounting *accounting,
				     struct voucher *ret_voucher, struct fault *fault);

const struct exercise *accounting_exercise(const struct accounting *accounting);
const struct ledger_account *accounting_account(const struct accounting *accounting,
						size_t account);
size_t accounting_accounts(const struct accounting *accounting);

/* What was paid of a grant in a term, net of transfers that came back. */
struct cents accounting_paid(const struct accounting *accounting, uint64_t proposal,
			     enum term term);

/* ---- earmarked money (fonds dédiés) ---- */

/* Of one term: opening + given + transferred - spent = closing, and the same
 * opening + reported - used + transferred = closing. */
struct dedicated_term {
	struct cents opening, given, reported, used, transferred, closing;
};

struct dedicated_view {
	const char *fund, *earmark; /* the fund's id, or a project's */
	bool is_public; /* of the public's generosity, else of other bodies (755) */
	bool is_idle;   /* it has spent nothing, in this year and the one before */
	struct dedicated_term term[TERM__COUNT]; /* none after */
};
/* After accounting_close(). */
MUST_USE enum err accounting_dedicated(const struct accounting *accounting,
				       struct dedicated_view **ret_views,
				       size_t *ret_count, struct fault *fault);

#endif
