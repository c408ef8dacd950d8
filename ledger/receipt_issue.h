/*
 * receipt_issue.h - tax receipts numbered and recorded, and made void.
 *
 * Order, which is the design: what the receipts of an entry say is sealed in the vault,
 * then the entry is recorded, then the vault is told its position. A run that is killed
 * between any two of these is begun again by the same command: copies whose entry is not
 * in the log are dropped, and their numbers taken anew; those whose entry is there are
 * theirs. No number is ever given twice, for the rules refuse it.
 */
#ifndef ARRONDI_LEDGER_RECEIPT_ISSUE_H
#define ARRONDI_LEDGER_RECEIPT_ISSUE_H

#include "ledger/ledger.h"
#include "ledger/money.h"
#include "ledger/vault.h"

struct receipt_order {
	int64_t year;
	const char *by;        /* member who records */
	const char *signatory; /* name and quality, as it is drawn */
	const char *proof;     /* address of proofs, or NULL */
	struct cents floor;    /* a person who gave less in the year gets none */
	void (*progress)(void *ctx, size_t done, size_t all); /* NULL: nobody looks */
	void *ctx;
};

struct receipts_issued {
	size_t count, below_floor, without_gifts;
	int64_t first, last; /* numbers; 0 where there is none */
	struct cents amount;
};

/* All that a year's receipts can stand on and do not yet: one for each person of the
 * vault, one for each company. */
MUST_USE enum err receipts_issue(struct ledger *ledger, struct vault *vault,
				 const struct receipt_order *order,
				 struct receipts_issued *ret_issued, struct fault *fault);

/* ERR_NOT_FOUND where the vault has no copy of it. */
MUST_USE enum err receipt_void(struct ledger *ledger, struct vault *vault, int64_t number,
			       const char *by, const char *reason, uint64_t *ret_position,
			       struct fault *fault);

#endif
