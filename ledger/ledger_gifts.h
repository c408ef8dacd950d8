/*
 * ledger_gifts.h - what a donor gave, found by the numbers that a company knows it by.
 *
 * The secrets that lead from a donor to its rows are in the ledger's database; here they
 * are used, for who issues a receipt, and never handed out.
 */
#ifndef ARRONDI_LEDGER_LEDGER_GIFTS_H
#define ARRONDI_LEDGER_LEDGER_GIFTS_H

#include "ledger/books_query_receipt.h"
#include "ledger/ledger.h"

/* A row, a gift, or what a company gave; on no receipt yet, and arrived. */
struct receipt_gift {
	uint64_t position; /* of the batch, gift or convention */
	bool is_row;
	struct tag tag; /* of a row */
	struct cents amount;
	struct date day, arrived_on;
	char what[16]; /* "salary", "invoice", "gift", "match", "cash", "goods", ... */
	char fund[33];
	bool is_earmarked;
	int64_t people; /* who give skills; else 0 */
};

struct ledger_gifts;

/* Of gifts whose receipt is of that year. The books are the ledger's, which stay open
 * longer than the gifts. */
MUST_USE enum err ledger_gifts_open(struct ledger *ledger, struct books *books,
				    int64_t year, struct ledger_gifts **ret_gifts,
				    struct fault *fault);
void ledger_gifts_close(struct ledger_gifts *gifts);

/* Calls each() for what is behind a donor's reference (identity.h) at that member. One
 * that leads to nothing gives nothing. */
typedef enum err receipt_gift_fn(void *ctx, const struct receipt_gift *gift,
				 struct fault *fault);
MUST_USE enum err ledger_gifts_of(struct ledger_gifts *gifts, struct slice member,
				  struct slice reference, receipt_gift_fn *each,
				  void *ctx, struct fault *fault);

/* What a company gave itself: match, conventions and gifts. */
MUST_USE enum err ledger_gifts_of_company(struct ledger_gifts *gifts, struct slice member,
					  receipt_gift_fn *each, void *ctx,
					  struct fault *fault);

#endif
