/*
 * ledger_pool.c - opened ledgers for the threads that answer requests.
 */
#include "gateway/ledger_pool.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Idle ones that are kept open: as many as there can be threads. */
#define LEDGER_POOL_IDLE_MAX 160

struct ledger_pool {
	char *dir; /* owned */
	enum ledger_mode mode;
	pthread_mutex_t lock; /* of everything below */
	struct ledger *idle[LEDGER_POOL_IDLE_MAX];
	size_t idle_count;
	size_t taken;
};

/* Locking a sound mutex cannot fail. */
static void must(int rc)
{
	if (rc)
		abort();
}

enum err ledger_pool_new(const char *dir, enum ledger_mode mode,
			 struct ledger_pool **ret_pool, struct fault *fault)
{
	struct ledger_pool *pool = calloc(1, sizeof *pool);

	if (pool)
		pool->dir = strdup(dir);
	if (!pool || !pool->dir) {
		free(pool);
		return fault_set(fault, ERR_MEMORY, "out of memory");
	}
	pool->mode = mode;
	must(pthread_mutex_init(&pool->lock, NULL));
	*ret_pool = pool;
	return ERR_OK;
}

void ledger_pool_free(struct ledger_pool *pool)
{
	if (!pool)
		return;
	assert(pool->taken == 0);
	for (size_t i = 0; i < pool->idle_count; i++)
		ledger_close(pool->idle[i]);
	must(pthread_mutex_destroy(&pool->lock));
	free(pool->dir);
	free(pool);
}

enum err ledger_pool_take(struct ledger_pool *pool, struct ledger **ret_ledger,
			  struct fault *fault)
{
	struct ledger *ledger = NULL;
	enum err err = ERR_OK;

	must(pthread_mutex_lock(&pool->lock));
	pool->taken++;
	if (pool->idle_count)
		ledger = pool->idle[--pool->idle_count];
	must(pthread_mutex_unlock(&pool->lock));
	if (!ledger)
		err = ledger_open(pool->dir, pool->mode, &ledger, fault);
	if (!err) {
		*ret_ledger = ledger;
		return ERR_OK;
	}
	must(pthread_mutex_lock(&pool->lock));
	pool->taken--;
	must(pthread_mutex_unlock(&pool->lock));
	return err;
}

void ledger_pool_give(struct ledger_pool *pool, struct ledger *ledger, enum err err)
{
	if (!ledger)
		return;
	must(pthread_mutex_lock(&pool->lock));
	assert(pool->taken > 0);
	pool->taken--;
	/* (1) */
	if (err != ERR_IO && err != ERR_CORRUPT && err != ERR_MEMORY &&
	    pool->idle_count < LEDGER_POOL_IDLE_MAX) {
		pool->idle[pool->idle_count++] = ledger;
		ledger = NULL;
	}
	must(pthread_mutex_unlock(&pool->lock));
	ledger_close(ledger);
}
