/*
 * ledger_pool.h - opened ledgers for the threads that answer requests.
 *
 * A struct ledger is used by one thread at a time, and opening one costs more than
 * most requests. A thread takes one, uses it, and gives it back; there are never more
 * open than threads that had one at the same time. One pool holds ledgers that only
 * read, another one those that may keep donors' secrets.
 *
 *  (1) A ledger in which something failed is closed, not handed out again: the next
 *      one is opened anew, so that what was mended is found mended.
 */
#ifndef ARRONDI_GATEWAY_LEDGER_POOL_H
#define ARRONDI_GATEWAY_LEDGER_POOL_H

#include "keys/fault.h"
#include "ledger/ledger.h"

struct ledger_pool;

/* dir is copied. ERR_MEMORY. */
MUST_USE enum err ledger_pool_new(const char *dir, enum ledger_mode mode,
				  struct ledger_pool **ret_pool, struct fault *fault);

/* All have been given back. Takes NULL. */
void ledger_pool_free(struct ledger_pool *pool);

/* The errors of ledger_open(). */
MUST_USE enum err ledger_pool_take(struct ledger_pool *pool, struct ledger **ret_ledger,
				   struct fault *fault);

/* err is how the use of it ended: see (1). Takes a ledger that is NULL. */
void ledger_pool_give(struct ledger_pool *pool, struct ledger *ledger, enum err err);

#endif
