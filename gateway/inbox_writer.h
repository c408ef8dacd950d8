/*
 * inbox_writer.h - the one thread that stores deliveries: all that wait, in one commit.
 *
 *  (1) Each delivery that was taken is told done() once: stored, or why not.
 *  (2) The queue is bounded, in deliveries and in bytes: more are ERR_BUSY.
 */
#ifndef ARRONDI_GATEWAY_INBOX_WRITER_H
#define ARRONDI_GATEWAY_INBOX_WRITER_H

#include "gateway/inbox.h"
#include "keys/fault.h"

#define INBOX_GROUP_MAX       512
#define INBOX_QUEUE_MAX       8192
#define INBOX_QUEUE_BYTES_MAX ((size_t)16 * 1024 * 1024)

struct inbox_writer;

/* The caller's, until done() is called. */
struct inbox_job {
	struct inbox_arrival arrival;
	/* In the writer's thread: it must be quick. fault is NULL where it was stored. */
	void (*done)(void *ctx, const struct fault *fault);
	void *ctx;
	struct inbox_job *next; /* the writer's */
};

/* Starts the thread. The inbox becomes the writer's own, also on failure. stored() is
 * told after each group, in the writer's thread; NULL: nobody asks. */
MUST_USE enum err inbox_writer_start(struct inbox *inbox, void (*stored)(void *ctx),
				     void *ctx, struct inbox_writer **ret_writer,
				     struct fault *fault);

/* From any thread. ERR_BUSY: it was not taken. */
MUST_USE enum err inbox_writer_put(struct inbox_writer *writer, struct inbox_job *job,
				   struct fault *fault);

/* Stores what waits, ends the thread, closes the inbox. Takes NULL. */
void inbox_writer_stop(struct inbox_writer *writer);

#endif
