/*
 * sequencer.c - see sequencer.h.
 *
 * `lock` guards everything but `ledger` and `note`, which are the thread's own
 * from start to stop.
 */
#include "ledger/sequencer.h"

#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "keys/note.h"

struct sequencer {
	struct ledger *ledger;
	struct buffer note;
	pthread_t thread;

	pthread_mutex_t lock;
	pthread_cond_t work; /* there is something to do, or `stopping` */
	struct sequencer_job *first, **end;
	size_t n_jobs, n_bytes;
	bool stopping;
};

/* Locking a sound mutex cannot fail; if it does, going on would corrupt. */
static void must(int rc)
{
	if (rc)
		abort();
}

static size_t job_bytes(const struct sequencer_job *job)
{
	return job->submission->rows ? job->submission->rows->blob.n : 0;
}

/* ---- the writer's thread ---- */

/* Takes a group off the queue, which is not empty; at least one job, whatever its
 * size. The lock is held. */
static size_t group_take(struct sequencer *sequencer,
			 struct sequencer_job *group[SEQUENCER_GROUP_MAX])
{
	size_t bytes = 0;
	size_t n = 0;

	while (sequencer->first && n < SEQUENCER_GROUP_MAX) {
		struct sequencer_job *job = sequencer->first;

		if (n && bytes + job_bytes(job) > SEQUENCER_GROUP_BYTES_MAX)
			break;
		bytes += job_bytes(job);
		group[n++] = job;
		sequencer->first = job->next;
	}
	if (!sequencer->first)
		sequencer->end = &sequencer->first;
	sequencer->n_jobs -= n;
	sequencer->n_bytes -= bytes;
	return n;
}

static void group_write(struct sequencer *sequencer, struct sequencer_job *const *group,
			size_t n)
{
	struct submission *submissions[SEQUENCER_GROUP_MAX];
	struct slice note = { 0 };
	struct fault fault;

	for (size_t i = 0; i < n; i++)
		submissions[i] = group[i]->submission;
	/* A group's failure stands in each submission, too. */
	if (ledger_submit(sequencer->ledger, submissions, n, &sequencer->note, &fault) ==
	    ERR_OK)
		note = buffer_slice(&sequencer->note);
	/* (1) */
	for (size_t i = 0; i < n; i++)
		group[i]->done(group[i]->ctx, submissions[i], note);
}

static void *sequencer_run(void *ctx)
{
	struct sequencer *sequencer = ctx;
	struct sequencer_job *group[SEQUENCER_GROUP_MAX];

	must(pthread_mutex_lock(&sequencer->lock));
	for (;;) {
		while (!sequencer->first && !sequencer->stopping)
			must(pthread_cond_wait(&sequencer->work, &sequencer->lock));
		if (!sequencer->first)
			break;

		size_t n = group_take(sequencer, group);

		must(pthread_mutex_unlock(&sequencer->lock));
		group_write(sequencer, group, n);
		must(pthread_mutex_lock(&sequencer->lock));
	}
	must(pthread_mutex_unlock(&sequencer->lock));
	return NULL;
}

/* ---- the others ---- */

enum err sequencer_start(struct ledger *ledger, struct sequencer **ret_sequencer,
			 struct fault *fault)
{
	struct sequencer *sequencer = calloc(1, sizeof *sequencer);

	if (!sequencer)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	sequencer->ledger = ledger;
	sequencer->end = &sequencer->first;
	buffer_init(&sequencer->note, NOTE_BYTES_MAX);
	must(pthread_mutex_init(&sequencer->lock, NULL));
	must(pthread_cond_init(&sequencer->work, NULL));
	if (pthread_create(&sequencer->thread, NULL, sequencer_run, sequencer)) {
		must(pthread_cond_destroy(&sequencer->work));
		must(pthread_mutex_destroy(&sequencer->lock));
		free(sequencer);
		return fault_set(fault, ERR_IO,
				 "the writer's thread could not be started");
	}
	*ret_sequencer = sequencer;
	return ERR_OK;
}

/* What is to join the queue. */
struct chain {
	struct sequencer_job *first, *last;
	size_t n_jobs, n_bytes;
};

static struct chain chain_of(struct sequencer_job *jobs)
{
	struct chain chain = { .first = jobs };

	for (struct sequencer_job *job = jobs; job; job = job->next) {
		submission_prepare(job->submission);
		chain.last = job;
		chain.n_jobs++;
		chain.n_bytes += job_bytes(job);
	}
	return chain;
}

/* (2) What is larger than a bound is taken by an empty queue. */
static bool queue_full(const struct sequencer *sequencer, const struct chain *chain)
{
	return sequencer->n_jobs &&
	       (sequencer->n_jobs + chain->n_jobs > SEQUENCER_QUEUE_MAX ||
		sequencer->n_bytes + chain->n_bytes > SEQUENCER_QUEUE_BYTES_MAX);
}

enum err sequencer_submit(struct sequencer *sequencer, struct sequencer_job *job,
			  struct fault *fault)
{
	job->next = NULL;
	return sequencer_submit_all(sequencer, job, fault);
}

enum err sequencer_submit_all(struct sequencer *sequencer, struct sequencer_job *jobs,
			      struct fault *fault)
{
	struct chain chain = chain_of(jobs);
	enum err err = ERR_OK;

	assert(chain.n_jobs);

	must(pthread_mutex_lock(&sequencer->lock));
	if (sequencer->stopping) {
		err = fault_set(fault, ERR_BUSY, "the service is stopping: try again");
	} else if (queue_full(sequencer, &chain)) {
		err = fault_set(fault, ERR_BUSY,
				"too many requests are waiting: try again in a moment");
	} else {
		*sequencer->end = chain.first;
		sequencer->end = &chain.last->next;
		sequencer->n_jobs += chain.n_jobs;
		sequencer->n_bytes += chain.n_bytes;
		must(pthread_cond_signal(&sequencer->work));
	}
	must(pthread_mutex_unlock(&sequencer->lock));
	return err;
}

void sequencer_stop(struct sequencer *sequencer)
{
	if (!sequencer)
		return;
	must(pthread_mutex_lock(&sequencer->lock));
	sequencer->stopping = true;
	must(pthread_cond_signal(&sequencer->work));
	must(pthread_mutex_unlock(&sequencer->lock));
	must(pthread_join(sequencer->thread, NULL));
	assert(!sequencer->first);
	must(pthread_cond_destroy(&sequencer->work));
	must(pthread_mutex_destroy(&sequencer->lock));
	ledger_close(sequencer->ledger);
	buffer_release(&sequencer->note);
	free(sequencer);
}

/* ---- asking and waiting ---- */

struct answer {
	pthread_mutex_t lock;
	pthread_cond_t given;
	bool done;
	struct buffer *note;
};

static void answer_give(void *ctx, struct submission *submission, struct slice checkpoint)
{
	struct answer *answer = ctx;

	(void)submission; /* its results are in place */
	must(pthread_mutex_lock(&answer->lock));
	buffer_put_slice(answer->note, checkpoint);
	answer->done = true;
	must(pthread_cond_signal(&answer->given));
	must(pthread_mutex_unlock(&answer->lock));
}

enum err sequencer_ask(struct sequencer *sequencer, struct submission *submission,
		       struct buffer *ret_checkpoint, struct fault *fault)
{
	struct answer answer = {
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.given = PTHREAD_COND_INITIALIZER,
		.note = ret_checkpoint,
	};
	struct sequencer_job job = {
		.submission = submission,
		.done = answer_give,
		.ctx = &answer,
	};
	enum err err;

	buffer_clear(ret_checkpoint);
	err = sequencer_submit(sequencer, &job, fault);
	if (err)
		return err;
	must(pthread_mutex_lock(&answer.lock));
	while (!answer.done)
		must(pthread_cond_wait(&answer.given, &answer.lock));
	must(pthread_mutex_unlock(&answer.lock));
	must(pthread_cond_destroy(&answer.given));
	must(pthread_mutex_destroy(&answer.lock));
	if (submission->err && fault)
		*fault = submission->fault;
	if (submission->err)
		return submission->err;
	return buffer_check(ret_checkpoint, "the checkpoint", fault);
}
