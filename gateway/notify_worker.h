/*
 * notify_worker.h - the threads that tell members what is in the log.
 *
 * One derives what is to be told from the log, behind its signed checkpoint; one sends
 * it, so that a slow receiver holds up nobody's deriving. Each has the outbox open for
 * itself. What fails for our own trouble is tried again, and said in the log once until
 * it is over.
 */
#ifndef ARRONDI_GATEWAY_NOTIFY_WORKER_H
#define ARRONDI_GATEWAY_NOTIFY_WORKER_H

#include "gateway/ledger_pool.h"
#include "gateway/notify_set.h"
#include "gateway/outbox.h"
#include "keys/fault.h"

#define NOTIFY_WORKER_ROUND_S   2    /* at the latest */
#define NOTIFY_WORKER_MISSING_S 3600 /* between looks at what is owed, and purges */

struct notify_worker;

struct notify_worker_options {
	const char *dir; /* of the ledger; not needed after the start */
	struct ledger_pool *readers;
	unsigned purge_days;
};

/* The set becomes the worker's, also on failure. */
MUST_USE enum err notify_worker_start(const struct notify_worker_options *options,
				      struct notify_set *set,
				      struct notify_worker **ret_worker,
				      struct fault *fault);

/* Another set in the place of the one in force. From any thread; takes it over. */
void notify_worker_reload(struct notify_worker *worker, struct notify_set *set);

/* As they were a moment ago. From any thread. */
void notify_worker_counts(struct notify_worker *worker, struct outbox_counts *ret_counts);

/* Ends the attempt that is under way, then the threads. Takes NULL. */
void notify_worker_stop(struct notify_worker *worker);

#endif
