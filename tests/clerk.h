/*
 * clerk.h - clients that post, and insist until they are answered.
 *
 * Each clerk is a thread and posts for a company of its own, one request at a time:
 * gifts, transfers, batches as JSON and CSV, and corrections of its batches. A request
 * that was not answered is sent again, with the same reference, to whichever gateway is
 * open, until it is. What is answered goes to the witness; an answer that is neither a
 * success nor a clear "try again" fails the trial.
 */
#ifndef ARRONDI_TESTS_CLERK_H
#define ARRONDI_TESTS_CLERK_H

#include <pthread.h>
#include <stdatomic.h>

#include "tests/house.h"
#include "tests/witness.h"

#define DESK_GATES_MAX 2

/* Where clerks find the gateways. */
struct desk {
	const struct house *house;
	struct witness *witness;
	atomic_uint port[DESK_GATES_MAX]; /* 0: closed */
	unsigned gates;
	atomic_bool
		newcomers; /* every other clerk comes with a new connection each time */
	atomic_bool is_closing; /* ends when what is under way was answered */
	atomic_ulong answered, repeated, retried, busy;
	atomic_ulong answered_newcomers;
	pthread_t *thread;
	unsigned clerks;
};

/* Starts so many clerks, as many as the house has companies at most. What else a desk
 * has may be set from then on. */
void desk_open(struct desk *desk, const struct house *house, struct witness *witness,
	       unsigned gates, unsigned clerks);
/* While a gateway is open: every clerk has its answer and ends. */
void desk_close(struct desk *desk);

#endif
