/*
 * audit_ahead.c - see audit_ahead.h.
 *
 * A ring of slots between one reader and one taker, under one lock. The reader
 * owns the slot behind the filled ones while it fills it, the taker the first
 * filled one until it takes the next; neither is touched by the other.
 */
#include "ledger/audit_ahead.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "ledger/json.h"

/* Batches read and not yet taken: enough to even out large and small ones. */
#define AHEAD_SLOTS 4

struct ahead_slot {
	struct audit_rows rows;
	enum err err;
	struct fault fault;
};

struct ahead_work {
	uint64_t first;
	const struct slice *entries;
	size_t n;
	struct cents row_cap;
};

struct audit_ahead {
	const struct audit_folder *folder;
	struct json_doc *doc; /* the thread's own */
	pthread_t thread;
	bool started;

	pthread_mutex_t lock; /* of all below */
	pthread_cond_t changed;
	struct ahead_work work;
	bool offered; /* work that the thread has not begun */
	bool working;
	bool recalled;
	bool ended;
	struct ahead_slot slot[AHEAD_SLOTS];
	unsigned first_slot, filled;
	bool taken; /* the first filled one is the taker's */
};

static void ahead_lock(struct audit_ahead *ahead)
{
	if (pthread_mutex_lock(&ahead->lock) != 0)
		abort();
}

static void ahead_unlock(struct audit_ahead *ahead)
{
	if (pthread_mutex_unlock(&ahead->lock) != 0)
		abort();
}

static void ahead_wait(struct audit_ahead *ahead)
{
	if (pthread_cond_wait(&ahead->changed, &ahead->lock) != 0)
		abort();
}

static void ahead_tell(struct audit_ahead *ahead)
{
	if (pthread_cond_broadcast(&ahead->changed) != 0)
		abort();
}

/* ---- the thread ---- */

/* A quote inside a text is escaped, so this stands in an entry as a member only. */
static bool may_be_batch(struct slice bytes)
{
	static const char MEMBER[] = "\"kind\":\"batch\"";

	return memmem(bytes.p, bytes.n, MEMBER, sizeof MEMBER - 1) != NULL;
}

/* The next free slot, or NULL when nobody wants more. */
static struct ahead_slot *slot_wait(struct audit_ahead *ahead)
{
	struct ahead_slot *slot = NULL;

	ahead_lock(ahead);
	while (ahead->filled == AHEAD_SLOTS && !ahead->recalled && !ahead->ended)
		ahead_wait(ahead);
	if (!ahead->recalled && !ahead->ended)
		slot = &ahead->slot[(ahead->first_slot + ahead->filled) % AHEAD_SLOTS];
	ahead_unlock(ahead);
	return slot;
}

/* False when the rest of the work is not wanted: it was recalled, or something is
 * wrong, and no more will be taken after that. */
static bool entry_read(struct audit_ahead *ahead, const struct ahead_work *work, size_t i)
{
	struct ahead_slot *slot;
	struct entry entry;

	if (!may_be_batch(work->entries[i]))
		return true;
	json_doc_clear(ahead->doc);
	if (entry_parse(ahead->doc, work->entries[i], &entry, NULL))
		return false;
	if (entry.kind != KIND_batch || entry_integer(&entry, "count") == 0)
		return true;
	slot = slot_wait(ahead);
	if (!slot)
		return false;
	slot->fault = (struct fault){ .err = ERR_OK };
	slot->err = audit_rows_read(&slot->rows, ahead->folder, work->first + i, &entry,
				    work->row_cap, &slot->fault);
	ahead_lock(ahead);
	ahead->filled++;
	ahead_tell(ahead);
	ahead_unlock(ahead);
	return slot->err == ERR_OK;
}

static void work_do(struct audit_ahead *ahead, const struct ahead_work *work)
{
	for (size_t i = 0; i < work->n; i++)
		if (!entry_read(ahead, work, i))
			return;
}

static void *ahead_main(void *ctx)
{
	struct audit_ahead *ahead = ctx;

	ahead_lock(ahead);
	for (;;) {
		struct ahead_work work;

		while (!ahead->offered && !ahead->ended)
			ahead_wait(ahead);
		if (ahead->ended)
			break;
		work = ahead->work;
		ahead->offered = false;
		ahead->working = true;
		ahead_unlock(ahead);
		work_do(ahead, &work);
		ahead_lock(ahead);
		ahead->working = false;
		ahead_tell(ahead);
	}
	ahead_unlock(ahead);
	return NULL;
}

/* ---- its owner ---- */

enum err audit_ahead_new(const struct audit_folder *folder,
			 struct audit_ahead **ret_ahead, struct fault *fault)
{
	struct audit_ahead *ahead = calloc(1, sizeof *ahead);

	if (!ahead)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	ahead->folder = folder;
	for (unsigned i = 0; i < AHEAD_SLOTS; i++)
		audit_rows_init(&ahead->slot[i].rows);
	/* Neither can fail with default attributes on this system. */
	if (pthread_mutex_init(&ahead->lock, NULL) != 0 ||
	    pthread_cond_init(&ahead->changed, NULL) != 0)
		abort();
	ahead->doc = json_doc_new();
	ahead->started = ahead->doc &&
			 pthread_create(&ahead->thread, NULL, ahead_main, ahead) == 0;
	if (!ahead->started) {
		audit_ahead_free(ahead);
		return fault_set(fault, ERR_MEMORY, "a thread cannot be started");
	}
	*ret_ahead = ahead;
	return ERR_OK;
}

void audit_ahead_free(struct audit_ahead *ahead)
{
	if (!ahead)
		return;
	if (ahead->started) {
		ahead_lock(ahead);
		ahead->ended = true;
		ahead_tell(ahead);
		ahead_unlock(ahead);
		if (pthread_join(ahead->thread, NULL) != 0)
			abort();
	}
	for (unsigned i = 0; i < AHEAD_SLOTS; i++)
		audit_rows_release(&ahead->slot[i].rows);
	json_doc_free(ahead->doc);
	(void)pthread_cond_destroy(&ahead->changed);
	(void)pthread_mutex_destroy(&ahead->lock);
	free(ahead);
}

void audit_ahead_offer(struct audit_ahead *ahead, uint64_t first,
		       const struct slice *entries, size_t n, struct cents row_cap)
{
	ahead_lock(ahead);
	assert(!ahead->offered && !ahead->working);
	ahead->work = (struct ahead_work){ first, entries, n, row_cap };
	ahead->offered = true;
	ahead_tell(ahead);
	ahead_unlock(ahead);
}

void audit_ahead_recall(struct audit_ahead *ahead)
{
	ahead_lock(ahead);
	ahead->offered = false;
	ahead->recalled = true;
	ahead_tell(ahead);
	while (ahead->working)
		ahead_wait(ahead);
	ahead->recalled = false;
	ahead->filled = 0;
	ahead->taken = false;
	ahead_unlock(ahead);
}

enum err audit_ahead_take(struct audit_ahead *ahead, uint64_t position,
			  struct audit_rows **ret_rows, struct fault *fault)
{
	struct ahead_slot *slot;

	ahead_lock(ahead);
	if (ahead->taken) {
		ahead->first_slot = (ahead->first_slot + 1) % AHEAD_SLOTS;
		ahead->filled--;
		ahead->taken = false;
		ahead_tell(ahead);
	}
	while (ahead->filled == 0 && (ahead->offered || ahead->working))
		ahead_wait(ahead);
	/* The same entries, parsed the same way, give the same batches in order. */
	assert(ahead->filled > 0);
	ahead->taken = true;
	slot = &ahead->slot[ahead->first_slot];
	ahead_unlock(ahead);
	assert(slot->rows.position == position);
	if (slot->err) {
		*fault = slot->fault;
		return slot->err;
	}
	*ret_rows = &slot->rows;
	return ERR_OK;
}
