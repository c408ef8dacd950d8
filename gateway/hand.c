/*
 * hand.c - a thread that works in rounds (hand.h).
 */
#include "gateway/hand.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct hand {
	bool (*round)(void *ctx);
	void *ctx;
	int round_s;
	pthread_t thread;
	bool is_ended;

	pthread_mutex_t lock; /* of all below */
	pthread_cond_t work;
	bool is_woken;
	bool is_stopping;
};

/* Locking a sound mutex cannot fail; if it does, going on would corrupt. */
static void must(int rc)
{
	if (rc)
		abort();
}

/* Until it is woken, or a round is due. False: to end. */
static bool hand_wait(struct hand *hand, bool is_busy)
{
	struct timespec until = { 0 };
	int rc = 0;
	bool stopping;

	(void)clock_gettime(CLOCK_MONOTONIC, &until); /* cannot fail with this clock */
	until.tv_sec += hand->round_s;
	must(pthread_mutex_lock(&hand->lock));
	while (!is_busy && rc != ETIMEDOUT && !hand->is_woken && !hand->is_stopping)
		rc = pthread_cond_timedwait(&hand->work, &hand->lock, &until);
	hand->is_woken = false;
	stopping = hand->is_stopping;
	must(pthread_mutex_unlock(&hand->lock));
	return !stopping;
}

static void *hand_run(void *ctx)
{
	struct hand *hand = ctx;
	bool is_busy = true;

	while (hand_wait(hand, is_busy))
		is_busy = hand->round(hand->ctx);
	return NULL;
}

enum err hand_start(bool (*round)(void *ctx), void *ctx, int round_s,
		    struct hand **ret_hand, struct fault *fault)
{
	struct hand *hand = calloc(1, sizeof *hand);
	pthread_condattr_t monotonic;

	if (!hand)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	hand->round = round;
	hand->ctx = ctx;
	hand->round_s = round_s;
	must(pthread_mutex_init(&hand->lock, NULL));
	must(pthread_condattr_init(&monotonic));
	must(pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC));
	must(pthread_cond_init(&hand->work, &monotonic));
	must(pthread_condattr_destroy(&monotonic));
	if (pthread_create(&hand->thread, NULL, hand_run, hand)) {
		hand->is_ended = true;
		hand_free(hand);
		return fault_set(fault, ERR_IO, "a thread could not be started");
	}
	*ret_hand = hand;
	return ERR_OK;
}

void hand_wake(struct hand *hand)
{
	if (!hand)
		return;
	must(pthread_mutex_lock(&hand->lock));
	hand->is_woken = true;
	must(pthread_cond_signal(&hand->work));
	must(pthread_mutex_unlock(&hand->lock));
}

void hand_end(struct hand *hand)
{
	if (!hand || hand->is_ended)
		return;
	must(pthread_mutex_lock(&hand->lock));
	hand->is_stopping = true;
	must(pthread_cond_signal(&hand->work));
	must(pthread_mutex_unlock(&hand->lock));
	must(pthread_join(hand->thread, NULL));
	hand->is_ended = true;
}

void hand_free(struct hand *hand)
{
	if (!hand)
		return;
	must(pthread_cond_destroy(&hand->work));
	must(pthread_mutex_destroy(&hand->lock));
	free(hand);
}
