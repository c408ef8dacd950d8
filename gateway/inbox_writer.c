/*
 * inbox_writer.c - see inbox_writer.h. `lock` guards everything but the inbox, which is
 * the thread's own from start to stop.
 */
#include "gateway/inbox_writer.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

struct inbox_writer {
	struct inbox *inbox;
	void (*stored)(void *ctx);
	void *ctx;
	pthread_t thread;

	pthread_mutex_t lock;
	pthread_cond_t work; /* there is something to do, or `stopping` */
	struct inbox_job *first, **end;
	size_t n_jobs, n_bytes;
	bool stopping;
};

/* Locking a sound mutex cannot fail; if it does, going on would corrupt. */
static void must(int rc)
{
	if (rc)
		abort();
}

/* Takes a group off the queue, which is not empty. The lock is held. */
static size_t group_take(struct inbox_writer *writer,
			 struct inbox_job *group[INBOX_GROUP_MAX])
{
	size_t n = 0;

	for (; writer->first && n < INBOX_GROUP_MAX; n++) {
		group[n] = writer->first;
		writer->first = group[n]->next;
		writer->n_bytes -= group[n]->arrival.body.n;
	}
	if (!writer->first)
		writer->end = &writer->first;
	writer->n_jobs -= n;
	return n;
}

static void group_store(struct inbox_writer *writer, struct inbox_job *const *group,
			size_t n)
{
	const struct inbox_arrival *arrivals[INBOX_GROUP_MAX];
	struct fault fault = { 0 };
	enum err err;

	for (size_t i = 0; i < n; i++)
		arrivals[i] = &group[i]->arrival;
	err = inbox_store(writer->inbox, arrivals, n, &fault);
	/* (1); the job is gone with it. */
	for (size_t i = 0; i < n; i++)
		group[i]->done(group[i]->ctx, err ? &fault : NULL);
	if (!err && writer->stored)
		writer->stored(writer->ctx);
}

static void *writer_run(void *ctx)
{
	struct inbox_writer *writer = ctx;
	struct inbox_job *group[INBOX_GROUP_MAX];

	must(pthread_mutex_lock(&writer->lock));
	for (;;) {
		while (!writer->first && !writer->stopping)
			must(pthread_cond_wait(&writer->work, &writer->lock));
		if (!writer->first)
			break;

		size_t n = group_take(writer, group);

		must(pthread_mutex_unlock(&writer->lock));
		group_store(writer, group, n);
		must(pthread_mutex_lock(&writer->lock));
	}
	must(pthread_mutex_unlock(&writer->lock));
	return NULL;
}

static void writer_release(struct inbox_writer *writer)
{
	must(pthread_cond_destroy(&writer->work));
	must(pthread_mutex_destroy(&writer->lock));
	inbox_close(writer->inbox);
	free(writer);
}

enum err inbox_writer_start(struct inbox *inbox, void (*stored)(void *ctx), void *ctx,
			    struct inbox_writer **ret_writer, struct fault *fault)
{
	struct inbox_writer *writer = calloc(1, sizeof *writer);

	if (!writer) {
		inbox_close(inbox);
		return fault_set(fault, ERR_MEMORY, "out of memory");
	}
	writer->inbox = inbox;
	writer->stored = stored;
	writer->ctx = ctx;
	writer->end = &writer->first;
	must(pthread_mutex_init(&writer->lock, NULL));
	must(pthread_cond_init(&writer->work, NULL));
	if (pthread_create(&writer->thread, NULL, writer_run, writer)) {
		writer_release(writer);
		return fault_set(fault, ERR_IO,
				 "the inbox's thread could not be started");
	}
	*ret_writer = writer;
	return ERR_OK;
}

enum err inbox_writer_put(struct inbox_writer *writer, struct inbox_job *job,
			  struct fault *fault)
{
	size_t bytes = job->arrival.body.n;
	enum err err = ERR_OK;

	must(pthread_mutex_lock(&writer->lock));
	if (writer->stopping) {
		err = fault_set(fault, ERR_BUSY, "the service is stopping: try again");
	} else if (writer->n_jobs >= INBOX_QUEUE_MAX ||
		   (writer->n_jobs && writer->n_bytes + bytes > INBOX_QUEUE_BYTES_MAX)) {
		err = fault_set(fault, ERR_BUSY,
				"too many deliveries are waiting: try again in a moment");
	} else {
		job->next = NULL;
		*writer->end = job;
		writer->end = &job->next;
		writer->n_jobs++;
		writer->n_bytes += bytes;
		must(pthread_cond_signal(&writer->work));
	}
	must(pthread_mutex_unlock(&writer->lock));
	return err;
}

void inbox_writer_stop(struct inbox_writer *writer)
{
	if (!writer)
		return;
	must(pthread_mutex_lock(&writer->lock));
	writer->stopping = true;
	must(pthread_cond_signal(&writer->work));
	must(pthread_mutex_unlock(&writer->lock));
	must(pthread_join(writer->thread, NULL));
	assert(!writer->first);
	writer_release(writer);
}
