/*
 * audit_ahead.c - see audit_ahead.h.
 *
 * A ring of slots under one lock. Whoever has nothing else to do, the thread or the
 * taker that waits, claims the slot behind the claimed ones for the next batch that
 * nobody has claimed, and reads its rows without the lock. Slots are so claimed in
 * the log's order and taken in it, whoever reads first. A slot is touched by the one
 * that claimed it until it is `read`, and by the taker from then on.
 */
#include "ledger/audit_ahead.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "ledger/batch_check.h"
#include "ledger/json.h"

/* Batches claimed and not yet taken: enough to even out large and small ones. */
#define AHEAD_SLOTS 4

struct ahead_slot {
	struct json_doc *doc; /* owned; the entry's */
	struct entry entry;
	uint64_t position;
	struct cents row_cap;
	struct audit_rows rows;
	enum err err;
	struct fault fault;
	bool read; /* under the lock */
};

struct ahead_work {
	uint64_t first;
	const struct slice *entries;
	size_t n;
	struct cents row_cap;
};

struct audit_ahead {
	const struct audit_folder *folder;
	pthread_t thread;
	bool started;

	pthread_mutex_t lock; /* of all below */
	pthread_cond_t changed;
	struct ahead_work work;
	size_t next;  /* of the work's entries, the first that nobody looked at */
	bool reading; /* the thread is at a slot */
	bool ended;
	struct ahead_slot slot[AHEAD_SLOTS];
	unsigned first_slot, claimed;
	bool taken; /* the first claimed one is the taker's */
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

/* ---- reading ---- */

/* A quote inside a text is escaped, so this stands in an entry as a member only. */
static bool may_be_batch(struct slice bytes)
{
	static const char MEMBER[] = "\"kind\":\"batch\"";

	return memmem(bytes.p, bytes.n, MEMBER, sizeof MEMBER - 1) != NULL;
}

/* Under the lock. False when the entry has no rows. One that cannot be parsed is a
 * slot too: the taker has refused it before, unless memory ran out here alone. */
static bool slot_fill(struct ahead_slot *slot, const struct ahead_work *work, size_t i)
{
	if (!may_be_batch(work->entries[i]))
		return false;
	json_doc_clear(slot->doc);
	slot->position = work->first + i;
	slot->row_cap = work->row_cap;
	slot->read = false;
	slot->fault = (struct fault){ .err = ERR_OK };
	slot->err = entry_parse(slot->doc, work->entries[i], &slot->entry, &slot->fault);
	return slot->err || (slot->entry.kind == KIND_batch &&
			     entry_integer(&slot->entry, "count") > 0);
}

/* Under the lock. The slot of the next batch that nobody has claimed; NULL when there
 * is none or no slot is free. */
static struct ahead_slot *slot_claim(struct audit_ahead *ahead)
{
	struct ahead_slot *slot =
		&ahead->slot[(ahead->first_slot + ahead->claimed) % AHEAD_SLOTS];

	if (ahead->claimed == AHEAD_SLOTS)
		return NULL;
	while (ahead->next < ahead->work.n)
		if (slot_fill(slot, &ahead->work, ahead->next++)) {
			ahead->claimed++;
			return slot;
		}
	return NULL;
}

/* Leaves the lock while it reads the rows of a claimed slot. */
static void slot_read(struct audit_ahead *ahead, struct ahead_slot *slot)
{
	ahead_unlock(ahead);
	if (!slot->err) {
		struct rows_limits limits = batch_limits(&slot->entry, slot->row_cap);

		slot->err = audit_rows_read(&slot->rows, ahead->folder, slot->position,
					    &slot->entry, &limits, &slot->fault);
	}
	ahead_lock(ahead);
	slot->read = true;
	/* Something is wrong: no more will be taken after it. */
	if (slot->err)
		ahead->next = ahead->work.n;
	ahead_tell(ahead);
}

static void *ahead_main(void *ctx)
{
	struct audit_ahead *ahead = ctx;

	ahead_lock(ahead);
	while (!ahead->ended) {
		struct ahead_slot *slot = slot_claim(ahead);

		if (!slot) {
			ahead_wait(ahead);
			continue;
		}
		ahead->reading = true;
		slot_read(ahead, slot);
		/* Whoever was told by slot_read() looks once the lock is free. */
		ahead->reading = false;
	}
	ahead_unlock(ahead);
	return NULL;
}

/* ---- its owner ---- */

/* False when out of memory. */
static bool slots_init(struct audit_ahead *ahead)
{
	bool made = true;

	for (unsigned i = 0; i < AHEAD_SLOTS; i++) {
		audit_rows_init(&ahead->slot[i].rows);
		ahead->slot[i].doc = json_doc_new();
		made = made && ahead->slot[i].doc;
	}
	return made;
}

enum err audit_ahead_new(const struct audit_folder *folder,
			 struct audit_ahead **ret_ahead, struct fault *fault)
{
	struct audit_ahead *ahead = calloc(1, sizeof *ahead);

	if (!ahead)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	ahead->folder = folder;
	/* Neither can fail with default attributes on this system. */
	if (pthread_mutex_init(&ahead->lock, NULL) != 0 ||
	    pthread_cond_init(&ahead->changed, NULL) != 0)
		abort();
	ahead->started = slots_init(ahead) &&
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
	for (unsigned i = 0; i < AHEAD_SLOTS; i++) {
		audit_rows_release(&ahead->slot[i].rows);
		json_doc_free(ahead->slot[i].doc);
	}
	(void)pthread_cond_destroy(&ahead->changed);
	(void)pthread_mutex_destroy(&ahead->lock);
	free(ahead);
}

void audit_ahead_offer(struct audit_ahead *ahead, uint64_t first,
		       const struct slice *entries, size_t n, struct cents row_cap)
{
	ahead_lock(ahead);
	assert(ahead->next == ahead->work.n && ahead->claimed == 0 && !ahead->reading);
	ahead->work = (struct ahead_work){ first, entries, n, row_cap };
	ahead->next = 0;
	ahead_tell(ahead);
	ahead_unlock(ahead);
}

void audit_ahead_recall(struct audit_ahead *ahead)
{
	ahead_lock(ahead);
	ahead->next = ahead->work.n;
	while (ahead->reading)
		ahead_wait(ahead);
	ahead->claimed = 0;
	ahead->taken = false;
	ahead_unlock(ahead);
}

/* Under the lock. Lets the slot that was taken be claimed again. */
static void slot_return(struct audit_ahead *ahead)
{
	if (!ahead->taken)
		return;
	ahead->first_slot = (ahead->first_slot + 1) % AHEAD_SLOTS;
	ahead->claimed--;
	ahead->taken = false;
	ahead_tell(ahead);
}

/* Under the lock. The first claimed slot once it is read; others are read meanwhile,
 * by the caller. */
static struct ahead_slot *slot_take(struct audit_ahead *ahead)
{
	struct ahead_slot *first = &ahead->slot[ahead->first_slot];

	while (ahead->claimed == 0 || !first->read) {
		struct ahead_slot *slot = slot_claim(ahead);

		/* The same entries, parsed the same way, give the same batches. */
		assert(ahead->claimed > 0);
		if (slot)
			slot_read(ahead, slot);
		else
			ahead_wait(ahead);
	}
	ahead->taken = true;
	return first;
}

enum err audit_ahead_take(struct audit_ahead *ahead, uint64_t position,
			  struct audit_rows **ret_rows, struct fault *fault)
{
	struct ahead_slot *slot;

	ahead_lock(ahead);
	slot_return(ahead);
	slot = slot_take(ahead);
	ahead_unlock(ahead);
	if (slot->err) {
		*fault = slot->fault;
		return slot->err;
	}
	assert(slot->position == position);
	*ret_rows = &slot->rows;
	return ERR_OK;
}
