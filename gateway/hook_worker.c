/*
 * hook_worker.c - see hook_worker.h.
 */
#include "gateway/hook_worker.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/hand.h"
#include "gateway/hook_work.h"
#include "gateway/log.h"
#include "gateway/metrics.h"
#include "gateway/reconcile_daily.h"

#define DAY_SECONDS 86400

/* Who delivers waits for an answer, and nobody for a booking: so a round waits for a
 * moment without deliveries, but not for ever. Of deliveries that never pause, a group is
 * booked each CALM_MAX_MS. */
#define CALM_MS      10
#define CALM_MAX_MS  250
#define CALM_STEP_MS 2

/* One thread: what it does, and the inbox that it has for itself. */
struct clerk {
	struct hook_worker *worker;
	enum err (*round)(struct clerk *clerk, struct hook_work *work, size_t *ret_count,
			  struct fault *fault);
	struct inbox *inbox;
	struct hook_flight *flight; /* of hook_work.h, between rounds */
	_Atomic(struct hand *) hand;
	bool is_troubled; /* and it was said */
	int64_t purged_at;
	struct hook_set *hooks; /* of the round under way, or NULL; under worker->lock */
};

struct hook_worker {
	struct hook_worker_options options;
	struct clerk booker, fetcher, lister;
	struct reconcile_daily daily; /* the lister's */
	char *dir;                    /* owned */

	int64_t counted_at;           /* the booker's */
	_Atomic int64_t stored_at_ms; /* a delivery, last; of the clock of now_ms() */
	atomic_bool is_ending;        /* nobody waits any more */

	pthread_mutex_t lock; /* of `stopping`, `counts`, and each clerk's hooks */
	bool stopping;
	struct inbox_counts counts;
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

/* ---- rounds ---- */

static int64_t now_ms(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail with this clock */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void calm_wait(struct hook_worker *worker)
{
	static const struct timespec step = { .tv_nsec = CALM_STEP_MS * 1000000L };
	int64_t until = now_ms() + CALM_MAX_MS;

	for (int64_t now = now_ms(); now < until && !atomic_load(&worker->is_ending) &&
				     now < atomic_load(&worker->stored_at_ms) + CALM_MS;
	     now = now_ms())
		(void)nanosleep(&step, NULL);
}

static enum err purge(struct clerk *clerk, const struct hook_work *work,
		      struct fault *fault)
{
	int64_t before =
		work->now_s - (int64_t)clerk->worker->options.purge_days * DAY_SECONDS;
	uint64_t count;
	enum err err;

	if (clerk->purged_at && work->now_s < clerk->purged_at + HOOK_WORKER_PURGE_S)
		return ERR_OK;
	err = inbox_purge(work->inbox, before, &count, fault);
	if (!err)
		clerk->purged_at = work->now_s;
	return err;
}

/* Now and then, for what is open may be much, and nobody looks every second. */
static enum err count_open(struct clerk *clerk, int64_t now_s, struct fault *fault)
{
	struct hook_worker *worker = clerk->worker;
	struct inbox_counts counts;
	enum err err;

	if (now_s >= worker->counted_at &&
	    now_s < worker->counted_at + HOOK_WORKER_ROUND_S)
		return ERR_OK;
	err = inbox_count_open(clerk->inbox, &counts, fault);
	if (err)
		return err;
	worker->counted_at = now_s;
	must(pthread_mutex_lock(&worker->lock));
	worker->counts = counts;
	must(pthread_mutex_unlock(&worker->lock));
	return ERR_OK;
}

static enum err booker_round(struct clerk *clerk, struct hook_work *work,
			     size_t *ret_count, struct fault *fault)
{
	size_t read = 0, booked = 0, count;
	enum err err;

	calm_wait(clerk->worker);
	/* Enough for a group to be booked. */
	do {
		err = hook_work_read(work, &count, fault);
		read += count;
	} while (!err && count && read < HOOK_WORK_GROUP);
	if (!err && read)
		hand_wake(clerk->worker->fetcher.hand); /* there may be something */
	if (!err)
		err = hook_work_book(work, &booked, fault);
	if (!err)
		err = purge(clerk, work, fault);
	if (!err)
		err = count_open(clerk, work->now_s, fault);
	*ret_count = read + booked;
	return err;
}

static enum err fetcher_round(struct clerk *clerk, struct hook_work *work,
			      size_t *ret_count, struct fault *fault)
{
	enum err err = hook_work_fetch(work, ret_count, fault);

	if (!err && *ret_count)
		hand_wake(clerk->worker->booker.hand); /* there may be something */
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

static enum err lister_round(struct clerk *clerk, struct hook_work *work,
			     size_t *ret_count, struct fault *fault)
{
	struct hook_worker *worker = clerk->worker;
	bool is_done = false;
	enum err err = reconcile_daily_round(&worker->daily, worker->dir, work->inbox,
					     work->hooks, work->now_s, reconciled_say,
					     worker->options.metrics, &is_done, fault);

	*ret_count = is_done;
	return err;
}

static void round_hooks_set(struct clerk *clerk, struct hook_set *hooks)
{
	must(pthread_mutex_lock(&clerk->worker->lock));
	clerk->hooks = hooks;
	if (hooks && clerk->worker->stopping)
		hook_set_stop(hooks);
	must(pthread_mutex_unlock(&clerk->worker->lock));
}

static bool round_run(void *ctx)
{
	struct clerk *clerk = ctx;
	struct hook_worker *worker = clerk->worker;
	struct hook_set *hooks = worker->options.hooks(worker->options.ctx);
	struct hook_work work = { .inbox = clerk->inbox,
				  .sequencer = worker->options.sequencer,
				  .hooks = hooks,
				  .now_s = (int64_t)time(NULL),
				  .events = { .parked = parked_say },
				  .flight = clerk->flight };
	struct fault fault = { 0 };
	size_t count = 0;
	enum err err;

	round_hooks_set(clerk, hooks);
	err = clerk->round(clerk, &work, &count, &fault);
	clerk->flight = work.flight;
	round_hooks_set(clerk, NULL);
	hook_set_unref(hooks);
	log_trouble("inbox-troubled", "inbox-goes-on", err ? fault.text : NULL,
		    &clerk->is_troubled);
	return !err && count > 0;
}

/* ---- threads ---- */

static enum err clerk_start(struct hook_worker *worker, struct clerk *clerk,
			    struct fault *fault)
{
	struct hand *hand = NULL;
	enum err err;

	clerk->worker = worker;
	err = inbox_open(worker->dir, &clerk->inbox, fault);
	if (!err)
		err = hand_start(round_run, clerk, HOOK_WORKER_ROUND_S, &hand, fault);
	/* The other one may have begun, and wakes it. */
	atomic_store(&clerk->hand, hand);
	return err;
}

/* What the ledger has recorded is marked as such; where that fails, the next start asks
 * the ledger again. */
static void clerk_land(struct clerk *clerk)
{
	struct hook_work work = { .inbox = clerk->inbox,
				  .now_s = (int64_t)time(NULL),
				  .events = { .parked = parked_say },
				  .flight = clerk->flight };
	struct fault fault = { 0 };

	if (hook_work_land(&work, &fault))
		log_trouble("inbox-troubled", "inbox-goes-on", fault.text,
			    &clerk->is_troubled);
	clerk->flight = NULL;
}

static void clerk_release(struct clerk *clerk)
{
	clerk_land(clerk);
	hand_free(clerk->hand);
	inbox_close(clerk->inbox);
}

enum err hook_worker_start(const struct hook_worker_options *options,
			   struct hook_worker **ret_worker, struct fault *fault)
{
	struct hook_worker *worker = calloc(1, sizeof *worker);
	enum err err;

	if (!worker)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	worker->options = *options;
	worker->booker.round = booker_round;
	worker->fetcher.round = fetcher_round;
	worker->lister.round = lister_round;
	must(pthread_mutex_init(&worker->lock, NULL));
	worker->dir = strdup(options->dir);
	err = worker->dir ? clerk_start(worker, &worker->booker, fault)
			  : fault_set(fault, ERR_MEMORY, "out of memory");
	if (!err)
		err = clerk_start(worker, &worker->fetcher, fault);
	if (!err)
		err = clerk_start(worker, &worker->lister, fault);
	if (err) {
		hook_worker_stop(worker);
		return err;
	}
	*ret_worker = worker;
	return ERR_OK;
}

void hook_worker_wake(struct hook_worker *worker)
{
	atomic_store(&worker->stored_at_ms, now_ms());
	hand_wake(worker->booker.hand);
	hand_wake(worker->fetcher.hand);
}

void hook_worker_counts(struct hook_worker *worker, struct inbox_counts *ret_counts)
{
	must(pthread_mutex_lock(&worker->lock));
	*ret_counts = worker->counts;
	must(pthread_mutex_unlock(&worker->lock));
}

void hook_worker_stop(struct hook_worker *worker)
{
	if (!worker)
		return;

	struct clerk *clerks[] = { &worker->booker, &worker->fetcher, &worker->lister };
	size_t count = sizeof clerks / sizeof *clerks;

	atomic_store(&worker->is_ending, true);
	must(pthread_mutex_lock(&worker->lock));
	worker->stopping = true;
	for (size_t i = 0; i < count; i++)
		if (clerks[i]->hooks)
			hook_set_stop(clerks[i]->hooks);
	must(pthread_mutex_unlock(&worker->lock));
	/* Any may wake another until all have ended. */
	for (size_t i = 0; i < count; i++)
		hand_end(clerks[i]->hand);
	for (size_t i = 0; i < count; i++)
		clerk_release(clerks[i]);
	must(pthread_mutex_destroy(&worker->lock));
	free(worker->dir);
	free(worker);
}
