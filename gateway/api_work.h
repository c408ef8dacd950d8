/*
 * api_work.h - the threads that do the calls' work.
 *
 * Two queues: calls that come back from the writer go before those that are new, so
 * that what is recorded is answered soon and what is begun is ended. The number of
 * calls is bounded by the number of connections.
 */
#ifndef ARRONDI_GATEWAY_API_WORK_H
#define ARRONDI_GATEWAY_API_WORK_H

#include <stdbool.h>

#include "keys/fault.h"

struct work;
struct api_call;

/* Starts so many threads, which call run() for each call. ERR_IO, ERR_MEMORY. */
MUST_USE enum err work_start(unsigned threads, void (*run)(struct api_call *call),
			     struct work **ret_work, struct fault *fault);

/* From any thread. is_back: in front of the new ones. */
void work_put(struct work *work, struct api_call *call, bool is_back);

/* Runs what is queued, then ends the threads. Takes NULL. */
void work_stop(struct work *work);

#endif
