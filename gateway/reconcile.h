/*
 * reconcile.h - what a provider lists, beside what we were told and have booked.
 *
 * A delivery can be lost at the provider, and a key can be lost here: the list is the
 * truth, a delivery only a hint of it. All that moved on some days is listed over the
 * provider's API and compared, object by object and kind by kind, with the inbox and with
 * the entries of the ledger.
 *
 *  (1) Nothing is changed, and nothing is invented: where the list cannot be had whole,
 *      there is no result.
 *  (2) What the provider lists on these days must be here, whatever day it has here; what
 *      is booked here of these days must be in the list of the days around them, too
 *      (RECONCILE_MARGIN_DAYS): a payout, say, is listed when it leaves, and booked when
 *      it arrives.
 *  (3) No donor's name is in a result: it has the provider's ids, days and amounts.
 */
#ifndef ARRONDI_GATEWAY_RECONCILE_H
#define ARRONDI_GATEWAY_RECONCILE_H

#include <stddef.h>
#include <stdint.h>

#include "gateway/hook_set.h"
#include "gateway/inbox.h"
#include "keys/fault.h"
#include "ledger/date.h"
#include "ledger/ledger.h"

#define RECONCILE_DAYS          14 /* up to yesterday, where none are named */
#define RECONCILE_DAYS_MAX      400
#define RECONCILE_MARGIN_DAYS   14
#define RECONCILE_PAGES_MAX     500
#define RECONCILE_MOVEMENTS_MAX 200000

/* What is different: its name in reports, and what to do about it. */
#define RECONCILE_WHATS(WHAT)                                                            \
	WHAT(MISSING, "missing-here",                                                    \
	     "have it booked: run again with --store; or record it by hand")             \
	WHAT(WAITS, "waits-here", "nothing yet: it is told, and booked when it can be")  \
	WHAT(PARKED, "parked-here",                                                      \
	     "mend what the reason says, then 'arrondi-gateway inbox DIR replay'")       \
	WHAT(AMOUNT, "amount-differs",                                                   \
	     "compare both with the provider's own page; undo by a reversal what is "    \
	     "wrong here, or record what lacks")                                         \
	WHAT(LEDGER, "ledger-differs",                                                   \
	     "the entry is not what the inbox has booked: run 'arrondi-ledger check', "  \
	     "and look whether one of both was restored from a backup")                  \
	WHAT(NOT_LISTED, "missing-there",                                                \
	     "ask the provider for it; what never was, a reversal undoes")               \
	WHAT(UNUSABLE, "unusable-there",                                                 \
	     "look at it on the provider's own page, and record it by hand")

enum reconcile_what {
#define RECONCILE_WHAT(name, text, remedy) RECONCILE_##name,
	RECONCILE_WHATS(RECONCILE_WHAT)
#undef RECONCILE_WHAT
		RECONCILE__COUNT
};

struct reconcile_difference {
	enum reconcile_what what;
	struct movement movement; /* the provider's where it lists it, else ours */
	struct cents ours;        /* where it is here */
	int64_t inbox_id;         /* of the movement in the inbox; 0: none */
	uint64_t position;        /* of its entry, where it is booked */
	char reason[INBOX_REASON_CHARS_MAX + 1]; /* or "" */
};

struct reconciliation {
	struct date from, until;
	size_t listed;                     /* by the provider, on these days */
	size_t agreed;                     /* of those, and the same here */
	size_t unknown;                    /* rows of types that no adapter's table has */
	struct reconcile_difference *item; /* owned */
	size_t count, capacity;
};

struct reconcile {
	struct inbox *inbox; /* NULL: there is none, and all that is listed is missing */
	struct ledger *ledger;
	const struct hook_desk *desk;
	struct date from, until; /* both within */
	struct date today;       /* nothing is listed after it */
};

const char *reconcile_what_name(enum reconcile_what what);
const char *reconcile_what_remedy(enum reconcile_what what);

/*
 * ERR_USAGE where the provider has no list or the endpoint lacks what listing takes, or
 * for days that are no span; ERR_BUSY where the provider does not answer, ERR_DENIED for
 * our key, ERR_INVALID and ERR_TOO_BIG for what it answers; the inbox's and the ledger's
 * errors. *ret_result is then empty. The caller releases it in any case.
 */
MUST_USE enum err reconcile_run(const struct reconcile *reconcile,
				struct reconciliation *ret_result, struct fault *fault);
void reconciliation_release(struct reconciliation *result);

/*
 * Puts what is missing here into the inbox, as the delivery that would have told it, so
 * that the worker reads, fetches and books it as any other: once, whatever else tells it.
 * *ret_stored counts those; what no delivery of the provider's tells stays missing.
 */
MUST_USE enum err reconcile_store(const struct reconcile *reconcile,
				  const struct reconciliation *result, int64_t now_s,
				  size_t *ret_stored, struct fault *fault);

#endif
