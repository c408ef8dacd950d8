/*
 * hook_worker.c - see hook_worker.h.
 */
#include "gateway/hook_worker.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/hook_work.h"
#include "gateway/log.h"
#include "gateway/metrics.h"
#include "gateway/reconcile_daily.h"

#define DAY_SECONDS 86400

/* One thread: what it does, and the inbox that it has for itself. */
struct hand {
	struct hook_worker *worker;
	enum err (*round)(struct hand *hand, struct hook_work *work, size_t *ret_count,
			  struct fault *fault);
	struct inbox *inbox;
	pthread_t thread;
	bool is_started;
	bool is_troubled; /* and it was said */
	int64_t purged_at;
	unsigned seen;          /* of worker->news */
	struct hook_set *hooks; /* of the round under way, or NULL; under worker->lock */
};

struct hook_worker {
	struct hook_worker_options options;
	struct hand booker, fetcher, lister;
	struct reconcile_daily daily; /* the lister's */
	char *dir;

	pthread_mutex_t lock;
	pthread_cond_t work; /* there are news, or `stopping` */
	unsigned news;
	bool stopping;
};

/* Locking a sound mutex cannot fail; if it does, going on would corrupt. */
static void must(int rc)
{
	if (rc)
		abort();
}

/* ---- what is said ---- */

static void parked_say(void *ctx, const char *hook, const char *what, int64_t id,
		       const char *why)
{
	struct log_line line;

	(void)ctx;
	log_begin(&line, LOG_WARNING, "parked");
	log_text(&line, "hook", hook);
	log_text(&line, "what", what);
	log_integer(&line, "number", id);
	log_sentence(&line, "text", why);
	log_end(&line);
}

static void trouble_say(struct hand *hand, enum err err, const struct fault *fault)
{
	struct log_line line;

	if (hand->is_troubled == (err != ERR_OK))
		return;
	hand->is_troubled = err != ERR_OK;
	log_begin(&line, err ? LOG_ERROR : LOG_INFO,
		  err ? "inbox-troubled" : "inbox-goes-on");
	if (err)
		log_sentence(&line, "text", fault->text);
	log_end(&line);
}

/* ---- rounds ---- */

static enum err purge(struct hand *hand, const struct hook_work *work,
		      struct fault *fault)
{
	int64_t before =
		work->now_s - (int64_t)hand->worker->options.purge_days * DAY_SECONDS;
	uint64_t count;
	enum err err;

	if (hand->purged_at && work->now_s < hand->purged_at + HOOK_WORKER_PURGE_S)
		return ERR_OK;
	err = inbox_purge(work->inbox, before, &count, fault);
	if (!err)
		hand->purged_at = work->now_s;
	return err;
}

static enum err booker_round(struct hand *hand, struct hook_work *work, size_t *ret_count,
			     struct fault *fault)
{
	size_t read = 0, booked = 0;
	enum err err = hook_work_read(work, &read, fault);

	if (!err && read)
		hook_worker_wake(hand->worker); /* there may be something to fetch */
	if (!err)
		err = hook_work_book(work, &booked, fault);
	if (!err)
		err = purge(hand, work, fault);
	*ret_count = read + booked;
	return err;
}

static enum err fetcher_round(struct hand *hand, struct hook_work *work,
			      size_t *ret_count, struct fault *fault)
{
	enum err err = hook_work_fetch(work, ret_count, fault);

	if (!err && *ret_count)
		hook_worker_wake(hand->worker); /* there may be something to book */
	return err;
}

/* Numbers alone; the command tells the rest. */
static void reconciled_say(void *ctx, const struct reconcile_news *news)
{
	struct metrics *metrics = ctx;
	const struct reconciliation *result = news->result;
	struct log_line line;

	if (metrics && result)
		metrics_reconciled(metrics, news->hook, result->count,
				   (int64_t)time(NULL));
	else if (metrics)
		metrics_not_reconciled(metrics, news->hook);
	log_begin(&line, result && !result->count ? LOG_INFO : LOG_WARNING,
		  result ? "reconciled" : "not-reconciled");
	log_text(&line, "hook", news->hook);
	if (result) {
		log_integer(&line, "listed", (int64_t)result->listed);
		log_integer(&line, "agree", (int64_t)result->agreed);
		log_integer(&line, "differences", (int64_t)result->count);
	} else {
		log_sentence(&line, "text", news->fault->text);
	}
	log_end(&line);
}

static enum err lister_round(struct hand *hand, struct hook_work *work, size_t *ret_count,
			     struct fault *fault)
{
	struct hook_worker *worker = hand->worker;
	bool is_done = false;
	enum err err = reconcile_daily_round(&worker->daily, worker->dir, work->inbox,
					     work->hooks, work->now_s, reconciled_say,
					     worker->options.metrics, &is_done, fault);

	*ret_count = is_done;
	return err;
}

static void round_hooks_set(struct hand *hand, struct hook_set *hooks)
{
	must(pthread_mutex_lock(&hand->worker->lock));
	hand->hooks = hooks;
	if (hooks && hand->worker->stopping)
		hook_set_stop(hooks);
	must(pthread_mutex_unlock(&hand->worker->lock));
}

static size_t round_run(struct hand *hand)
{
	struct hook_worker *worker = hand->worker;
	struct hook_set *hooks = worker->options.hooks(worker->options.ctx);
	struct hook_work work = { .inbox = hand->inbox,
				  .sequencer = worker->options.sequencer,
				  .hooks = hooks,
				  .now_s = (int64_t)time(NULL),
				  .events = { .parked = parked_say } };
	struct fault fault = { 0 };
	size_t count = 0;
	enum err err;

	round_hooks_set(hand, hooks);
	err = hand->round(hand, &work, &count, &fault);
	round_hooks_set(hand, NULL);
	hook_set_unref(hooks);
	trouble_say(hand, err, &fault);
	return err ? 0 : count;
}

/* ---- threads ---- */

/* Until there are news, or a round is due. False: to end. */
static bool hand_wait(struct hand *hand, bool is_busy)
{
	struct hook_worker *worker = hand->worker;
	struct timespec until = { 0 };
	int rc = 0;
	bool stopping;

	(void)clock_gettime(CLOCK_MONOTONIC, &until); /* cannot fail with this clock */
	until.tv_sec += HOOK_WORKER_ROUND_S;
	must(pthread_mutex_lock(&worker->lock));
	while (!is_busy && rc != ETIMEDOUT && hand->seen == worker->news &&
	       !worker->stopping)
		rc = pthread_cond_timedwait(&worker->work, &worker->lock, &until);
	hand->seen = worker->news;
	stopping = worker->stopping;
	must(pthread_mutex_unlock(&worker->lock));
	return !stopping;
}

static void *hand_run(void *ctx)
{
	struct hand *hand = ctx;
	bool is_busy = true;

	while (hand_wait(hand, is_busy))
		is_busy = round_run(hand) > 0;
	return NULL;
}

static enum err hand_start(struct hook_worker *worker, struct hand *hand,
			   struct fault *fault)
{
	enum err err;

	hand->worker = worker;
	err = inbox_open(worker->dir, &hand->inbox, fault);
	if (err)
		return err;
	if (pthread_create(&hand->thread, NULL, hand_run, hand))
		return fault_set(fault, ERR_IO,
				 "the thread of deliveries could not be started");
	hand->is_started = true;
	return ERR_OK;
}

static void hand_stop(struct hand *hand)
{
	if (hand->is_started)
		must(pthread_join(hand->thread, NULL));
	inbox_close(hand->inbox);
}

enum err hook_worker_start(const struct hook_worker_options *options,
			   struct hook_worker **ret_worker, struct fault *fault)
{
	struct hook_worker *worker = calloc(1, sizeof *worker);
	pthread_condattr_t monotonic;
	enum err err;

	if (!worker)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	worker->options = *options;
	worker->booker.round = booker_round;
	worker->fetcher.round = fetcher_round;
	worker->lister.round = lister_round;
	must(pthread_mutex_init(&worker->lock, NULL));
	must(pthread_condattr_init(&monotonic));
	must(pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC));
	must(pthread_cond_init(&worker->work, &monotonic));
	must(pthread_condattr_destroy(&monotonic));
	worker->dir = strdup(options->dir);
	err = worker->dir ? hand_start(worker, &worker->booker, fault)
			  : fault_set(fault, ERR_MEMORY, "out of memory");
	if (!err)
		err = hand_start(worker, &worker->fetcher, fault);
	if (!err)
		err = hand_start(worker, &worker->lister, fault);
	if (err) {
		hook_worker_stop(worker);
		return err;
	}
	*ret_worker = worker;
	return ERR_OK;
}

void hook_worker_wake(struct hook_worker *worker)
{
	must(pthread_mutex_lock(&worker->lock));
	worker->news++;
	must(pthread_cond_broadcast(&worker->work));
	must(pthread_mutex_unlock(&worker->lock));
}

void hook_worker_stop(struct hook_worker *worker)
{
	if (!worker)
		return;

	struct hand *hands[] = { &worker->booker, &worker->fetcher, &worker->lister };

	must(pthread_mutex_lock(&worker->lock));
	worker->stopping = true;
	for (size_t i = 0; i < sizeof hands / sizeof *hands; i++)
		if (hands[i]->hooks)
			hook_set_stop(hands[i]->hooks);
	must(pthread_cond_broadcast(&worker->work));
	must(pthread_mutex_unlock(&worker->lock));
	for (size_t i = 0; i < sizeof hands / sizeof *hands; i++)
		hand_stop(hands[i]);
	must(pthread_cond_destroy(&worker->work));
	must(pthread_mutex_destroy(&worker->lock));
	free(worker->dir);
	free(worker);
}
