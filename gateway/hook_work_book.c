/*
 * hook_work_book.c - movements that are complete become entries (hook_work.h).
 *
 * A group is prepared, submitted at once so that one commit of the ledger holds it, and
 * marked in one commit of the inbox. Between the two a crash leaves entries that are not
 * marked: they are submitted again under the same references, and answered as before.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/hook_entry.h"
#include "gateway/hook_work.h"
#include "gateway/hook_work_int.h"
#include "keys/note.h"
#include "ledger/entry.h"

#define BOOK_MAX     SEQUENCER_GROUP_MAX
#define WAIT_MAX_S   3600
#define WAIT_DAY_S   3600
#define WAIT_BUSY_S  5
#define WAIT_FIRST_S 1

/* Locking a sound mutex cannot fail; if it does, going on would corrupt. */
static void must(int rc)
{
	if (rc)
		abort();
}

/* How many answers of a group are still to come. */
struct tally {
	pthread_mutex_t lock;
	pthread_cond_t done;
	size_t open;
};

struct booking {
	struct inbox_movement *movement;
	struct submission submission;
	struct sequencer_job job;
	enum err refused; /* by the sequencer */
};

struct group {
	struct booking booking[BOOK_MAX];
	size_t count;
	struct tally tally;
};

/* ---- what a movement waits for ---- */

/* Longer each time, for the other's booking wakes it at once. */
static enum err wait_for_other(struct hook_work *work, struct inbox_movement *movement,
			       const char *why, struct fault *fault)
{
	int64_t wait_s = WAIT_FIRST_S;

	for (unsigned i = 0; i < movement->tries && wait_s < WAIT_MAX_S; i++)
		wait_s *= 2;
	return work_wait(work, movement, wait_s < WAIT_MAX_S ? wait_s : WAIT_MAX_S, why,
			 fault);
}

/* *ret_ready tells whether it can be booked now, *ret_of what it is of. Otherwise its row
 * says what becomes of it. */
static enum err other_find(struct hook_work *work, const struct hook_desk *desk,
			   struct inbox_movement *movement, uint64_t *ret_of,
			   bool *ret_ready, struct fault *fault)
{
	struct inbox_movement other;
	enum movement_kind kind;
	const char *object = hook_entry_waits_for(&movement->movement, &kind);
	char why[INBOX_REASON_CHARS_MAX + 1];
	enum err err;

	*ret_ready = true;
	*ret_of = 0;
	if (!object)
		return ERR_OK;
	err = inbox_movement_find(work->inbox, desk->endpoint.adapter->name, kind, object,
				  &other, fault);
	if (!err && other.state == INBOX_MOVEMENT_BOOKED) {
		*ret_of = other.position;
		return ERR_OK;
	}
	*ret_ready = false;
	if (err && err != ERR_NOT_FOUND)
		return err;
	if (movement->movement.only_if_booked &&
	    (err || other.state > INBOX_MOVEMENT_BOOKED))
		return work_nothing(work, movement, fault);
	(void)snprintf(why, sizeof why, "waits for the %s that it is of, which %s",
		       movement_kind_name(kind),
		       err                                    ? "was not told yet"
		       : other.state == INBOX_MOVEMENT_PARKED ? "is parked"
							      : "is not booked yet");
	return wait_for_other(work, movement, why, fault);
}

/* A total becomes what is new of it. */
static enum err difference_take(struct hook_work *work, const struct hook_desk *desk,
				struct inbox_movement *movement, bool *ret_ready,
				struct fault *fault)
{
	struct movement rest;
	struct fault refusal = { 0 };
	struct cents booked;
	enum err err = inbox_booked(work->inbox, desk->endpoint.adapter->name,
				    movement->movement.kind, movement->movement.parent,
				    &booked, fault);

	if (err)
		return err;
	err = movement_difference(&movement->movement, booked, &rest, &refusal);
	*ret_ready = err == ERR_OK;
	if (err == ERR_NOT_FOUND)
		return work_nothing(work, movement, fault);
	if (err)
		return work_park(work, movement, refusal.text, fault);
	movement->movement.amount = rest.amount;
	return ERR_OK;
}

/* Two totals of one donation in a group would be booked twice: the second waits for the
 * next group. */
static bool total_is_twice(const struct group *group,
			   const struct inbox_movement *movement)
{
	for (size_t i = 0; i < group->count; i++) {
		const struct movement *other = &group->booking[i].movement->movement;

		if (other->is_cumulative && other->kind == movement->movement.kind &&
		    strcmp(other->parent, movement->movement.parent) == 0)
			return true;
	}
	return false;
}

/* ---- preparing ---- */

static enum err booking_add(struct group *group, const struct hook_desk *desk,
			    struct inbox_movement *movement, uint64_t of,
			    struct fault *fault)
{
	struct booking *booking = &group->booking[group->count];
	struct submission *submission = &booking->submission;

	*booking = (struct booking){ .movement = movement };
	submission->by = slice_of_text(desk->member);
	submission->doc = json_doc_new();
	buffer_init(&submission->entry, ENTRY_BYTES_MAX);
	group->count++;
	if (!submission->doc)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	return hook_entry_draft(movement, desk, of, submission->doc, &submission->draft,
				fault);
}

static enum err movement_prepare(struct hook_work *work, struct group *group,
				 struct inbox_movement *movement, struct date today,
				 struct fault *fault)
{
	const struct hook_desk *desk = hook_set_find(work->hooks, movement->endpoint);
	bool ready = true;
	uint64_t of = 0;
	enum err err;

	if (!desk)
		return work_park(work, movement, REASON_NO_HOOK, fault);
	if (!hook_entry_books(movement->movement.kind))
		return work_nothing(work, movement, fault);
	if (date_cmp(movement->movement.date, today) > 0)
		return work_wait(work, movement, WAIT_DAY_S, "its day has not come",
				 fault);
	if (movement->movement.is_cumulative && total_is_twice(group, movement))
		return ERR_OK;
	err = other_find(work, desk, movement, &of, &ready, fault);
	if (!err && ready && movement->movement.is_cumulative)
		err = difference_take(work, desk, movement, &ready, fault);
	if (err || !ready)
		return err;
	return booking_add(group, desk, movement, of, fault);
}

static enum err group_prepare(struct hook_work *work, struct group *group,
			      struct inbox_movement *movements, size_t count,
			      struct fault *fault)
{
	struct date today;
	enum err err = date_paris(work->now_s, &today);

	if (err)
		return fault_set(fault, ERR_IO,
				 "the machine's clock shows no day of ours");
	err = inbox_begin(work->inbox, fault);
	if (err)
		return err;
	for (size_t i = 0; !err && i < count; i++)
		err = movement_prepare(work, group, &movements[i], today, fault);
	if (!err)
		return inbox_commit(work->inbox, fault);
	inbox_undo(work->inbox);
	return err;
}

/* ---- submitting ---- */

static void booking_done(void *ctx, struct submission *submission,
			 struct slice checkpoint)
{
	struct tally *tally = ctx;

	(void)submission; /* its results are in place */
	(void)checkpoint; /* nobody here is shown it */
	must(pthread_mutex_lock(&tally->lock));
	if (--tally->open == 0)
		must(pthread_cond_signal(&tally->done));
	must(pthread_mutex_unlock(&tally->lock));
}

static void group_submit(struct hook_work *work, struct group *group)
{
	struct tally *tally = &group->tally;

	tally->open = group->count;
	for (size_t i = 0; i < group->count; i++) {
		struct booking *booking = &group->booking[i];

		booking->job = (struct sequencer_job){ .submission = &booking->submission,
						       .done = booking_done,
						       .ctx = tally };
		booking->refused = sequencer_submit(work->sequencer, &booking->job,
						    &booking->submission.fault);
		if (booking->refused)
			booking_done(tally, &booking->submission, (struct slice){ 0 });
	}
	must(pthread_mutex_lock(&tally->lock));
	while (tally->open)
		must(pthread_cond_wait(&tally->done, &tally->lock));
	must(pthread_mutex_unlock(&tally->lock));
}

/* ---- marking ---- */

static enum err booking_mark(struct hook_work *work, struct booking *booking,
			     struct fault *fault)
{
	const struct submission *submission = &booking->submission;
	struct inbox_movement *movement = booking->movement;
	enum err result = booking->refused ? booking->refused : submission->err;
	char why[INBOX_REASON_CHARS_MAX + 1];
	enum err err;

	if (work_is_trouble(result))
		return work_wait(work, movement, WAIT_BUSY_S, submission->fault.text,
				 fault);
	if (result) {
		(void)snprintf(why, sizeof why, "%s%s%s", submission->fault.rule,
			       submission->fault.rule[0] ? ": " : "",
			       submission->fault.text);
		return work_park(work, movement, why, fault);
	}
	movement->state = INBOX_MOVEMENT_BOOKED;
	movement->position = submission->position;
	movement->reason[0] = '\0';
	err = inbox_movement_set(work->inbox, movement, fault);
	if (!err)
		err = inbox_movements_wake(work->inbox, movement->movement.object, fault);
	return err;
}

static enum err group_mark(struct hook_work *work, struct group *group,
			   struct fault *fault)
{
	enum err err = inbox_begin(work->inbox, fault);

	for (size_t i = 0; !err && i < group->count; i++)
		err = booking_mark(work, &group->booking[i], fault);
	if (!err)
		return inbox_commit(work->inbox, fault);
	inbox_undo(work->inbox);
	return err;
}

/* ---- the step ---- */

static struct group *group_new(void)
{
	struct group *group = malloc(sizeof *group);

	if (!group)
		return NULL;
	group->count = 0;
	must(pthread_mutex_init(&group->tally.lock, NULL));
	must(pthread_cond_init(&group->tally.done, NULL));
	return group;
}

static void group_free(struct group *group)
{
	for (size_t i = 0; i < group->count; i++) {
		json_doc_free(group->booking[i].submission.doc);
		buffer_release(&group->booking[i].submission.entry);
	}
	must(pthread_cond_destroy(&group->tally.done));
	must(pthread_mutex_destroy(&group->tally.lock));
	free(group);
}

enum err hook_work_book(struct hook_work *work, size_t *ret_count, struct fault *fault)
{
	struct inbox_movement *movements = NULL;
	struct group *group;
	size_t count = 0;
	enum err err;

	*ret_count = 0;
	group = group_new();
	if (!group)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	err = work_movements(work, INBOX_MOVEMENT_READY, BOOK_MAX, &movements, &count,
			     fault);
	if (!err && count)
		err = group_prepare(work, group, movements, count, fault);
	if (!err && group->count) {
		group_submit(work, group);
		err = group_mark(work, group, fault);
	}
	if (!err)
		*ret_count = count;
	group_free(group);
	free(movements);
	return err;
}
