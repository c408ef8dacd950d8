/*
 * hook_work_book.c - movements that are complete become entries (hook_work.h).
 *
 * A group is prepared, submitted at once so that one commit of the ledger holds it, and
 * marked in one commit of the inbox. Between the two a crash leaves entries that are not
 * marked: they are submitted again under the same references, and answered as before.
 *
 * Where much is ready, one group is prepared while the writer has another (a flight).
 *
 *  (1) What is in flight is ready still, in the inbox: the next group begins after it,
 *      and what waits for one of it is woken when that is marked.
 *  (2) What was woken has an earlier number. So after some groups in a row, and at the
 *      end, all is landed and the next group begins at the first.
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

#define FLIGHTS_MAX  64 /* in a row (2) */
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

struct hook_flight {
	struct booking booking[HOOK_WORK_GROUP];
	size_t count;
	struct tally tally;
	struct inbox_movement *movements; /* owned */
	size_t movement_count;            /* looked at */
	struct hook_set *hooks;           /* a reference: bookings point into it */
	unsigned number;                  /* in a row */
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

/* Two totals of one donation at a time would be booked twice: the second waits for a
 * later group. */
static bool total_is_twice(const struct hook_flight *flight,
			   const struct inbox_movement *movement)
{
	for (size_t i = 0; flight && i < flight->count; i++) {
		const struct movement *other = &flight->booking[i].movement->movement;

		if (other->is_cumulative && other->kind == movement->movement.kind &&
		    strcmp(other->parent, movement->movement.parent) == 0)
			return true;
	}
	return false;
}

/* ---- preparing ---- */

static enum err booking_add(struct hook_flight *flight, const struct hook_desk *desk,
			    struct inbox_movement *movement, uint64_t of,
			    struct fault *fault)
{
	struct booking *booking = &flight->booking[flight->count];
	struct submission *submission = &booking->submission;
	enum err err;

	*booking = (struct booking){ .movement = movement };
	submission->by = slice_of_text(desk->member);
	submission->follows_close = true;
	submission->doc = json_doc_new();
	buffer_init(&submission->entry, ENTRY_BYTES_MAX);
	flight->count++;
	if (!submission->doc)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	err = hook_entry_draft(movement, desk, of, submission->doc, &submission->draft,
			       fault);
	/* Here, for the writer waits while a flight is submitted. */
	if (!err)
		submission_prepare(submission);
	return err;
}

static enum err movement_prepare(struct hook_work *work, struct hook_flight *flight,
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
	if (movement->movement.is_cumulative &&
	    (total_is_twice(flight, movement) || total_is_twice(work->flight, movement)))
		return ERR_OK;
	err = other_find(work, desk, movement, &of, &ready, fault);
	if (!err && ready && movement->movement.is_cumulative)
		err = difference_take(work, desk, movement, &ready, fault);
	if (err || !ready)
		return err;
	return booking_add(flight, desk, movement, of, fault);
}

static enum err flight_prepare(struct hook_work *work, struct hook_flight *flight,
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
	for (size_t i = 0; !err && i < flight->movement_count; i++)
		err = movement_prepare(work, flight, &flight->movements[i], today, fault);
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

static void flight_submit(struct hook_work *work, struct hook_flight *flight)
{
	struct fault fault = { 0 };
	enum err refused;

	flight->tally.open = flight->count;
	for (size_t i = 0; i < flight->count; i++) {
		struct booking *booking = &flight->booking[i];

		booking->job = (struct sequencer_job){ .submission = &booking->submission,
						       .done = booking_done,
						       .ctx = &flight->tally };
		if (i + 1 < flight->count)
			booking->job.next = &flight->booking[i + 1].job;
	}
	refused = sequencer_submit_all(work->sequencer, &flight->booking[0].job, &fault);
	for (size_t i = 0; refused && i < flight->count; i++) {
		flight->booking[i].refused = refused;
		flight->booking[i].submission.fault = fault;
		flight->tally.open = 0;
	}
}

static void flight_wait(struct hook_flight *flight)
{
	struct tally *tally = &flight->tally;

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
	movement->position = submission->position;
	err = inbox_movement_book(work->inbox, movement, fault);
	if (!err)
		err = inbox_movements_wake(work->inbox, movement->movement.object, fault);
	return err;
}

static enum err flight_mark(struct hook_work *work, struct hook_flight *flight,
			    struct fault *fault)
{
	enum err err = inbox_begin(work->inbox, fault);

	for (size_t i = 0; !err && i < flight->count; i++)
		err = booking_mark(work, &flight->booking[i], fault);
	if (!err)
		return inbox_commit(work->inbox, fault);
	inbox_undo(work->inbox);
	return err;
}

/* ---- the step ---- */

static struct hook_flight *flight_new(const struct hook_work *work)
{
	struct hook_flight *flight = malloc(sizeof *flight);

	if (!flight)
		return NULL;
	flight->count = 0;
	flight->movements = NULL;
	flight->movement_count = 0;
	flight->number = work->flight ? work->flight->number + 1 : 1;
	flight->hooks = hook_set_ref(work->hooks);
	must(pthread_mutex_init(&flight->tally.lock, NULL));
	must(pthread_cond_init(&flight->tally.done, NULL));
	return flight;
}

static void flight_free(struct hook_flight *flight)
{
	for (size_t i = 0; i < flight->count; i++) {
		json_doc_free(flight->booking[i].submission.doc);
		buffer_release(&flight->booking[i].submission.entry);
	}
	must(pthread_cond_destroy(&flight->tally.done));
	must(pthread_mutex_destroy(&flight->tally.lock));
	free(flight->movements);
	hook_set_unref(flight->hooks);
	free(flight);
}

/* The movements after those in flight, prepared; there may be none. */
static enum err flight_make(struct hook_work *work, struct hook_flight *flight,
			    struct fault *fault)
{
	const struct hook_flight *before = work->flight;
	int64_t after = before ? before->movements[before->movement_count - 1].id : 0;
	enum err err = work_movements(work, INBOX_MOVEMENT_READY, after, HOOK_WORK_GROUP,
				      &flight->movements, &flight->movement_count, fault);

	if (!err && flight->movement_count)
		err = flight_prepare(work, flight, fault);
	return err;
}

enum err hook_work_land(struct hook_work *work, struct fault *fault)
{
	struct hook_flight *flight = work->flight;
	enum err err;

	if (!flight)
		return ERR_OK;
	flight_wait(flight);
	err = flight_mark(work, flight, fault);
	flight_free(flight);
	work->flight = NULL;
	return err;
}

/* The writer has the next one before the last is marked. */
static enum err flight_follow(struct hook_work *work, struct hook_flight *flight,
			      struct fault *fault)
{
	struct hook_work last = *work;

	if (last.flight)
		flight_wait(last.flight);
	flight_submit(work, flight);
	work->flight = flight;
	return hook_work_land(&last, fault);
}

enum err hook_work_book(struct hook_work *work, size_t *ret_count, struct fault *fault)
{
	struct hook_flight *flight = flight_new(work);
	size_t count = work->flight ? work->flight->count : 0;
	bool is_last;
	enum err err;

	*ret_count = 0;
	if (!flight)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	err = flight_make(work, flight, fault);
	count += flight->movement_count;
	is_last = flight->movement_count < HOOK_WORK_GROUP || !flight->count ||
		  flight->number >= FLIGHTS_MAX;
	if (!err && flight->count)
		err = flight_follow(work, flight, fault);
	if (work->flight != flight)
		flight_free(flight);
	if (!err && is_last)
		err = hook_work_land(work, fault);
	if (!err)
		*ret_count = count;
	return err;
}
