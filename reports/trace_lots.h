/*
 * trace_lots.h - first in, first out: which money went where, to the cent.
 *
 * Every sub-balance "fund/F/E" is a queue of lots. A lot is what one contribution brought
 * into it; what is spent takes the oldest lots first. Neither splits a cent, so that the
 * sums are exact.
 *
 *  (1) For each sub-balance, its lots less its shortage are what the ledger's account
 *      holds.
 *  (2) For each use of money (a grant by the position of its proposal; else an entry),
 * its pieces less its shortage are what it took. (3) What an allocation, a transfer or a
 * redirection moves stays the contribution's, and keeps its age. (4) What was granted and
 * comes back (cancelled, given back by the grantee) is again those contributions' that it
 * was taken from, the last taken first. (5) What is taken back of a contribution (refund,
 * reversal, correction) is first what is not spent of it; what is spent already is taken
 * from the oldest lots, as by any other use. (6) What a sub-balance has spent beyond its
 * lots is a shortage; what comes in next fills the oldest shortage first.
 */
#ifndef ARRONDI_REPORTS_TRACE_LOTS_H
#define ARRONDI_REPORTS_TRACE_LOTS_H

#include <stddef.h>
#include <stdint.h>

#include "keys/fault.h"
#include "ledger/books.h"
#include "ledger/money.h"

/* Of a contribution, in a sub-balance, not spent. */
struct trace_lot {
	uint64_t age;    /* in the order of arrival */
	uint64_t origin; /* the contribution's position */
	struct cents amount;
};

/* What a contribution has paid of a use; or, without one, what the use lacks. */
struct trace_piece {
	uint64_t use;    /* a position */
	uint64_t origin; /* TRACE_NOBODY: a shortage */
	size_t account;  /* in trace_lots.account */
	uint64_t age;    /* the lot's, which it has again when it comes back */
	struct cents amount;
};
#define TRACE_NOBODY UINT64_MAX

struct trace_account {
	char name[POSTING_ACCOUNT_BYTES_MAX]; /* "fund/F/E" */
	struct trace_lot *lot;                /* owned; ascending by age */
	size_t lots, room;
	struct cents shortage; /* of all its pieces without a contribution */
};

struct trace_lots {
	struct trace_account *account; /* owned */
	size_t accounts;
	struct trace_piece *piece; /* owned; in the order of use */
	size_t pieces, piece_room;
	uint64_t age;
};

void trace_lots_release(struct trace_lots *lots);

/* The number of an account, which begins empty. */
MUST_USE enum err trace_account(struct trace_lots *lots, const char *name,
				size_t *ret_account, struct fault *fault);

/* A contribution brings money in. */
MUST_USE enum err trace_bring(struct trace_lots *lots, size_t account, uint64_t origin,
			      struct cents amount, struct fault *fault);

/* A use takes money out, oldest first. */
MUST_USE enum err trace_use(struct trace_lots *lots, size_t account, uint64_t use,
			    struct cents amount, struct fault *fault);

/* A use gives back what it took of this account, the last taken first; the rest, if any,
 * is brought in by `giver`, an entry. */
MUST_USE enum err trace_undo(struct trace_lots *lots, size_t account, uint64_t use,
			     uint64_t giver, struct cents amount, struct fault *fault);

/* Takes what is not spent of a contribution, the youngest first, up to the amount, of
 * which the rest is left: out of the trace, or to another account. */
#define TRACE_NOWHERE SIZE_MAX
MUST_USE enum err trace_take_back(struct trace_lots *lots, size_t account,
				  uint64_t origin, size_t to, struct cents *amount,
				  struct fault *fault);

/* Moves the oldest money from one account to another; what lacks is a shortage of the use
 * there, and brought in by it here. */
MUST_USE enum err trace_move(struct trace_lots *lots, size_t from, size_t to,
			     uint64_t use, struct cents amount, struct fault *fault);

#endif
