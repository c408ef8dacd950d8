/*
 * api_work.c - the threads that do the calls' work.
 */
#include "gateway/api_work.h"

#include <pthread.h>
#include <stdlib.h>

#include "gateway/api_int.h"

#define WORK_THREADS_MAX 64 /* as the configuration allows */

struct call_queue {
	struct api_call *first, **end;
};

struct work {
	void (*run)(struct api_call *call);
	pthread_t thread[WORK_THREADS_MAX];
	unsigned threads;
	pthread_mutex_t lock; /* of everything below */
	pthread_cond_t more;
	struct call_queue back, fresh;
	bool is_stopping;
};

/* Locking a sound mutex cannot fail. */
static void must(int rc)
{
	if (rc)
		abort();
}

static struct api_call *queue_take(struct call_queue *queue)
{
	struct api_call *call = queue->first;

	if (!call)
		return NULL;
	queue->first = call->next;
	if (!queue->first)
		queue->end = &queue->first;
	return call;
}

static void *work_run(void *ctx)
{
	struct work *work = ctx;

	must(pthread_mutex_lock(&work->lock));
	for (;;) {
		struct api_call *call = queue_take(&work->back);

		if (!call)
			call = queue_take(&work->fresh);
		if (call) {
			must(pthread_mutex_unlock(&work->lock));
			work->run(call);
			must(pthread_mutex_lock(&work->lock));
			continue;
		}
		if (work->is_stopping)
			break;
		must(pthread_cond_wait(&work->more, &work->lock));
	}
	must(pthread_mutex_unlock(&work->lock));
	return NULL;
}

enum err work_start(unsigned threads, void (*run)(struct api_call *call),
		    struct work **ret_work, struct fault *fault)
{
	struct work *work = calloc(1, sizeof *work);

	if (!work)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	work->run = run;
	work->back.end = &work->back.first;
	work->fresh.end = &work->fresh.first;
	must(pthread_mutex_init(&work->lock, NULL));
	must(pthread_cond_init(&work->more, NULL));
	while (work->threads < threads && work->threads < WORK_THREADS_MAX) {
		if (pthread_create(&work->thread[work->threads], NULL, work_run, work)) {
			work_stop(work);
			return fault_set(fault, ERR_IO, "a thread could not be started");
		}
		work->threads++;
	}
	*ret_work = work;
	return ERR_OK;
}

void work_put(struct work *work, struct api_call *call, bool is_back)
{
	struct call_queue *queue = is_back ? &work->back : &work->fresh;

	call->next = NULL;
	must(pthread_mutex_lock(&work->lock));
	*queue->end = call;
	queue->end = &call->next;
	must(pthread_cond_signal(&work->more));
	must(pthread_mutex_unlock(&work->lock));
}

void work_stop(struct work *work)
{
	if (!work)
		return;
	must(pthread_mutex_lock(&work->lock));
	work->is_stopping = true;
	must(pthread_cond_broadcast(&work->more));
	must(pthread_mutex_unlock(&work->lock));
	for (unsigned i = 0; i < work->threads; i++)
		must(pthread_join(work->thread[i], NULL));
	must(pthread_cond_destroy(&work->more));
	must(pthread_mutex_destroy(&work->lock));
	free(work);
}
