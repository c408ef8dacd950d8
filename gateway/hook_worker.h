/*
 * hook_worker.h - the threads that turn stored deliveries into entries.
 *
 * One reads deliveries and books movements; one asks providers, so that a slow one holds
 * up nobody's booking; one reconciles, once a day, so that a long list holds up nobody's
 * asking. Each has the inbox open for itself. They work when woken, and now
 * and then by themselves for what has become due; bookings give way to deliveries, whose
 * senders wait, for a quarter of a second at most. What fails for our own trouble (a full
 * disk, a lock) is tried again, and said in the log once until it is over.
 */
#ifndef ARRONDI_GATEWAY_HOOK_WORKER_H
#define ARRONDI_GATEWAY_HOOK_WORKER_H

#include "gateway/hook_set.h"
#include "gateway/inbox.h"
#include "keys/fault.h"
#include "ledger/sequencer.h"

#define HOOK_WORKER_ROUND_S 2 /* at the latest */
#define HOOK_WORKER_PURGE_S 3600

struct hook_worker;
struct metrics; /* gateway/metrics.h */

struct hook_worker_options {
	const char *dir; /* of the ledger; copied */
	struct sequencer *sequencer;
	unsigned purge_days;
	struct metrics *metrics; /* NULL: nothing is counted */
	/* The hooks in force; the reference is the caller's. From any thread. */
	struct hook_set *(*hooks)(void *ctx);
	void *ctx;
};

MUST_USE enum err hook_worker_start(const struct hook_worker_options *options,
				    struct hook_worker **ret_worker, struct fault *fault);

/* There is something new in the inbox. From any thread. */
void hook_worker_wake(struct hook_worker *worker);

/* What is open in the inbox, as of a few seconds ago. From any thread. */
void hook_worker_counts(struct hook_worker *worker, struct inbox_counts *ret_counts);

/* Ends the step that is under way, within a second where a provider is asked, then the
 * threads; the sequencer still lives. The hooks in force are asked no more. Takes NULL.
 */
void hook_worker_stop(struct hook_worker *worker);

#endif
