/*
 * notify_worker.c - see notify_worker.h.
 */
#include "gateway/notify_worker.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "gateway/hand.h"
#include "gateway/log.h"
#include "gateway/notify_event.h"
#include "gateway/notify_send.h"
#include "keys/note.h"

#define DAY_SECONDS 86400

/* One thread's: what it does, and the outbox that it has for itself. */
struct teller {
	struct notify_worker *worker;
	enum err (*round)(struct teller *teller, const struct notify_set *set,
			  bool *ret_more, struct fault *fault);
	struct outbox *outbox;
	struct hand *hand;
	int64_t now_s;
	bool is_troubled; /* and it was said */
};

struct notify_worker {
	struct notify_worker_options options;
	struct teller deriver, sender;
	atomic_bool stopping;
	int64_t looked_at; /* the deriver's: of what is owed, and of old bodies */

	pthread_mutex_t lock; /* of all below */
	struct notify_set *set;
	struct notify_set *sent; /* what the round of the sender goes by, or NULL */
	struct outbox_counts counts;
};

/* Locking a sound mutex cannot fail; if it does, going on would corrupt. */
static void must(int rc)
{
	if (rc)
		abort();
}

/* ---- what is said ---- */

static void undelivered_say(void *ctx, const char *endpoint, int64_t id, const char *why)
{
	struct log_line line;

	(void)ctx;
	log_begin(&line, LOG_WARNING, id ? "message-failed" : "endpoint-disabled");
	log_text(&line, "notify", endpoint);
	if (id)
		log_integer(&line, "number", id);
	log_sentence(&line, "text", why);
	log_end(&line);
}

/* ---- deriving ---- */

/* The log as far as it is signed: what was committed and not signed is not said yet. */
static enum err source_look(struct notify_source *source, struct fault *fault)
{
	struct checkpoint checkpoint;
	struct books *books;
	struct buffer note;
	enum err err;

	buffer_init(&note, NOTE_BYTES_MAX);
	err = ledger_checkpoint(source->ledger, &note, fault);
	if (!err)
		err = ledger_books(source->ledger, &books, fault);
	if (!err) {
		err = query_checkpoint_open(books, buffer_slice(&note), &checkpoint,
					    fault);
		ledger_books_done(source->ledger);
	}
	buffer_release(&note);
	if (err)
		return err;
	source->size = checkpoint.size;
	(void)snprintf(source->origin, sizeof source->origin, "%s", checkpoint.origin);
	return ERR_OK;
}

static enum err purge(struct teller *teller, struct fault *fault)
{
	uint64_t count;

	return outbox_purge(teller->outbox,
			    teller->now_s - (int64_t)teller->worker->options.purge_days *
						    DAY_SECONDS,
			    &count, fault);
}

static enum err desks_derive(struct teller *teller, const struct notify_set *set,
			     const struct notify_source *source, bool *ret_more,
			     struct fault *fault)
{
	struct notify_worker *worker = teller->worker;
	bool is_due = teller->now_s >= worker->looked_at + NOTIFY_WORKER_MISSING_S;
	enum err err = ERR_OK;

	for (size_t i = 0; !err && i < notify_set_count(set); i++) {
		const struct notify_desk *desk = notify_set_desk(set, i);
		bool more = false;

		err = notify_derive(source, desk, &more, fault);
		if (!err && is_due)
			err = notify_missing(source, desk, fault);
		*ret_more = *ret_more || more;
	}
	if (!err && is_due)
		err = purge(teller, fault);
	if (!err && is_due)
		worker->looked_at = teller->now_s;
	return err;
}

static enum err deriver_round(struct teller *teller, const struct notify_set *set,
			      bool *ret_more, struct fault *fault)
{
	struct ledger_pool *readers = teller->worker->options.readers;
	struct notify_source source = { .outbox = teller->outbox,
					.now_s = teller->now_s };
	struct outbox_counts counts;
	enum err err = ledger_pool_take(readers, &source.ledger, fault);

	if (!err)
		err = source_look(&source, fault);
	if (!err)
		err = desks_derive(teller, set, &source, ret_more, fault);
	ledger_pool_give(readers, source.ledger, err);
	if (!err)
		err = outbox_count(teller->outbox, &counts, fault);
	if (err)
		return err;
	must(pthread_mutex_lock(&teller->worker->lock));
	teller->worker->counts = counts;
	must(pthread_mutex_unlock(&teller->worker->lock));
	return ERR_OK;
}

/* ---- sending ---- */

static void sent_set(struct notify_worker *worker, struct notify_set *set)
{
	must(pthread_mutex_lock(&worker->lock));
	worker->sent = set;
	if (set && atomic_load(&worker->stopping))
		notify_set_stop(set);
	must(pthread_mutex_unlock(&worker->lock));
}

static enum err sender_round(struct teller *teller, const struct notify_set *set,
			     bool *ret_more, struct fault *fault)
{
	struct notify_sender sender = { .outbox = teller->outbox,
					.stopping = &teller->worker->stopping,
					.troubled = undelivered_say };
	enum err err = ERR_OK;

	for (size_t i = 0; !err && i < notify_set_count(set); i++) {
		bool more = false;

		sender.now_s = (int64_t)time(NULL);
		err = notify_send(&sender, notify_set_desk(set, i), &more, fault);
		*ret_more = *ret_more || more;
	}
	return err;
}

/* ---- threads ---- */

static bool round_run(void *ctx)
{
	struct teller *teller = ctx;
	struct notify_worker *worker = teller->worker;
	struct fault fault = { 0 };
	struct notify_set *set;
	bool more = false;
	enum err err;

	must(pthread_mutex_lock(&worker->lock));
	set = notify_set_ref(worker->set);
	must(pthread_mutex_unlock(&worker->lock));
	teller->now_s = (int64_t)time(NULL);
	if (teller == &worker->sender)
		sent_set(worker, set);
	err = teller->round(teller, set, &more, &fault);
	if (teller == &worker->sender)
		sent_set(worker, NULL);
	notify_set_unref(set);
	if (err && atomic_load(&worker->stopping))
		return false; /* it was cut off, which is no trouble */
	log_trouble("outbox-troubled", "outbox-goes-on", err ? fault.text : NULL,
		    &teller->is_troubled);
	return !err && more;
}

static enum err teller_start(struct notify_worker *worker, struct teller *teller,
			     struct fault *fault)
{
	enum err err;

	teller->worker = worker;
	err = outbox_open(worker->options.dir, &teller->outbox, fault);
	return err ? err
		   : hand_start(round_run, teller, NOTIFY_WORKER_ROUND_S, &teller->hand,
				fault);
}

enum err notify_worker_start(const struct notify_worker_options *options,
			     struct notify_set *set, struct notify_worker **ret_worker,
			     struct fault *fault)
{
	struct notify_worker *worker = calloc(1, sizeof *worker);
	enum err err;

	if (!worker) {
		notify_set_unref(set);
		return fault_set(fault, ERR_MEMORY, "out of memory");
	}
	worker->options = *options;
	worker->set = set;
	worker->deriver.round = deriver_round;
	worker->sender.round = sender_round;
	atomic_init(&worker->stopping, false);
	must(pthread_mutex_init(&worker->lock, NULL));
	err = teller_start(worker, &worker->deriver, fault);
	if (!err)
		err = teller_start(worker, &worker->sender, fault);
	if (err) {
		notify_worker_stop(worker);
		return err;
	}
	worker->options.dir = NULL;
	*ret_worker = worker;
	return ERR_OK;
}

void notify_worker_reload(struct notify_worker *worker, struct notify_set *set)
{
	struct notify_set *before;

	must(pthread_mutex_lock(&worker->lock));
	before = worker->set;
	worker->set = set;
	must(pthread_mutex_unlock(&worker->lock));
	notify_set_unref(before);
}

void notify_worker_counts(struct notify_worker *worker, struct outbox_counts *ret_counts)
{
	must(pthread_mutex_lock(&worker->lock));
	*ret_counts = worker->counts;
	must(pthread_mutex_unlock(&worker->lock));
}

void notify_worker_stop(struct notify_worker *worker)
{
	if (!worker)
		return;
	must(pthread_mutex_lock(&worker->lock));
	atomic_store(&worker->stopping, true);
	if (worker->sent)
		notify_set_stop(worker->sent);
	must(pthread_mutex_unlock(&worker->lock));
	hand_end(worker->deriver.hand);
	hand_end(worker->sender.hand);
	hand_free(worker->deriver.hand);
	hand_free(worker->sender.hand);
	outbox_close(worker->deriver.outbox);
	outbox_close(worker->sender.outbox);
	notify_set_unref(worker->set);
	must(pthread_mutex_destroy(&worker->lock));
	free(worker);
}
