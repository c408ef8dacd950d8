/*
 * hook_work.h - what is done with deliveries once they are stored, step by step.
 *
 *	hook_work_read()   deliveries are read: movements
 *	hook_work_fetch()  what is wanted is fetched from the provider: movements
 *	hook_work_book()   movements that are complete become entries
 *
 * Each step does a bounded share and tells whether there may be more. A crash between any
 * two lines of it loses and doubles nothing (inbox.h).
 *
 *  (1) What waits for another movement is looked at again as soon as that one is booked,
 *      and in any case now and then; it is never given up.
 *  (2) What the ledger refuses by a rule, and what the provider does not show after many
 *      tries, is parked with the reason, for a person. Our own trouble parks nothing.
 */
#ifndef ARRONDI_GATEWAY_HOOK_WORK_H
#define ARRONDI_GATEWAY_HOOK_WORK_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/hook_set.h"
#include "gateway/inbox.h"
#include "keys/fault.h"
#include "ledger/sequencer.h"

/* A movement that the provider does not show, or not as it should, is asked for so many
 * times: for some days (fetch_retry_s()). */
#define HOOK_WORK_TRIES_MAX 12

/* Movements that are booked at once. */
#define HOOK_WORK_GROUP SEQUENCER_GROUP_MAX

/* Told in the thread that works; NULL: nobody asks. */
struct hook_work_events {
	void *ctx;
	/* A person has to look: which hook, the delivery's or movement's number, why. The
	 * text repeats nothing that a provider said. */
	void (*parked)(void *ctx, const char *hook, const char *what, int64_t id,
		       const char *why);
};

struct hook_work {
	struct inbox *inbox;
	struct sequencer *sequencer;
	struct hook_set *hooks; /* for the step */
	int64_t now_s;          /* UTC */
	struct hook_work_events events;
	struct hook_flight *flight; /* NULL at first; of hook_work_book() */
};

/* *ret_count is how many deliveries or movements were dealt with: 0 when there is nothing
 * to do now. ERR_BUSY, ERR_IO, ERR_MEMORY: the same step again, later. */
MUST_USE enum err hook_work_read(struct hook_work *work, size_t *ret_count,
				 struct fault *fault);
MUST_USE enum err hook_work_fetch(struct hook_work *work, size_t *ret_count,
				  struct fault *fault);
/* Where there is more than a group of HOOK_WORK_GROUP, the last one is left with the
 * writer as work->flight, and the next call prepares another one meanwhile. */
MUST_USE enum err hook_work_book(struct hook_work *work, size_t *ret_count,
				 struct fault *fault);

/* Waits for what was left with the writer and marks it; nothing where nothing was. To be
 * called before the inbox or the sequencer goes. On an error too nothing is left: the
 * same is then submitted again, and answered as before. */
MUST_USE enum err hook_work_land(struct hook_work *work, struct fault *fault);

#endif
