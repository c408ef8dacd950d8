/*
 * sequencer.h - many threads ask, one writes.
 *
 * The ledger's writer lock, its fsync and its signature cost the same for one
 * entry as for hundreds. One thread owns the ledger; it takes everything that
 * waits, up to a bound, appends it as one group, and answers each.
 *
 *  (1) Every submission that was taken in is answered exactly once, also when
 *      the sequencer stops.
 *  (2) The queue is bounded: past it, who asks is told at once (ERR_BUSY) instead
 *      of waiting for an answer that comes too late.
 */
#ifndef ARRONDI_LEDGER_SEQUENCER_H
#define ARRONDI_LEDGER_SEQUENCER_H

#include <stddef.h>

#include "keys/fault.h"
#include "keys/slice.h"
#include "ledger/ledger.h"

/* Of the queue, and of one group. */
#define SEQUENCER_QUEUE_MAX       4096
#define SEQUENCER_GROUP_MAX       512
#define SEQUENCER_GROUP_BYTES_MAX ((size_t)32 << 20) /* of rows */
#define SEQUENCER_QUEUE_BYTES_MAX ((size_t)256 << 20)

struct sequencer;

/* A submission that waits; the caller owns it and what it points to, and leaves
 * both alone until done() was called. done() runs in the writer's thread: it
 * must be short and must not call the sequencer. checkpoint is the signed note
 * that covers the answer; empty where the group failed. */
struct sequencer_job {
	struct submission *submission;
	void (*done)(void *ctx, struct submission *submission, struct slice checkpoint);
	void *ctx;
	struct sequencer_job *next; /* the sequencer's, once it was submitted */
};

/* Takes over a ledger opened for writing; sequencer_stop() closes it. On failure
 * (ERR_MEMORY, ERR_IO) it stays the caller's. */
MUST_USE enum err sequencer_start(struct ledger *ledger, struct sequencer **ret_sequencer,
				  struct fault *fault);

/* ERR_BUSY when the queue is full or the sequencer is stopping: done() is then
 * not called. From any thread, which prepares the submission (ledger.h). */
MUST_USE enum err sequencer_submit(struct sequencer *sequencer, struct sequencer_job *job,
				   struct fault *fault);
/* The same for jobs linked by `next`, all or none of them. They come in together, so a
 * writer that is idle does not begin with the first alone. */
MUST_USE enum err sequencer_submit_all(struct sequencer *sequencer,
				       struct sequencer_job *jobs, struct fault *fault);

/* The same, and waits for the answer, which is the submission's and
 * ret_checkpoint's (init'ed by the caller). The return value is the submission's. */
MUST_USE enum err sequencer_ask(struct sequencer *sequencer,
				struct submission *submission,
				struct buffer *ret_checkpoint, struct fault *fault);

/* Answers all that waits, then ends the thread and closes the ledger. NULL is
 * allowed. No other call may be under way or follow. */
void sequencer_stop(struct sequencer *sequencer);

#endif
