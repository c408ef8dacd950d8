/*
 * inbox_errand.c - see inbox_errand.h.
 */
#include "tests/inbox_errand.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "tests/standard_hook.h"

#define PROVIDER     STANDARD_HOOK_PROVIDER
#define QUIET_ROUNDS 3
#define FAR_S        INT64_C(4000000000) /* whatever day it is */
#define STEP_S       1000000             /* longer than a step waits in all */
#define ROUND_S      4000                /* more than anything waits */

/* The first GROUP in one commit, the others one by one. Two are no other deliveries:
 * their bytes were there before. */
#define GROUP 8
#define EARLY 2 /* told before what they are of */
static const struct told {
	const char *type, *id, *parent;
	int amount, again;
	bool is_known, is_hint;
} all[] = {
	{ "donation.received", "D1", "", 5000, 0, false, false },
	{ "fee.charged", "F1", "D1", 70, 0, false, false },
	{ "refund.paid", "R2", "D2", 400, 0, false, false }, /* before its gift */
	{ "refund.failed", "R2", "D2", 400, 0, false, false },
	{ "chargeback.received", "C1", "D1", 900, 0, false, false },
	{ "something.else", "X1", "", 5, 0, false, false },
	{ NULL, "no JSON", "", 0, 0, false, false },
	{ NULL, "id=tr_1", STANDARD_HOOK_DEAF, 0, 0, false, true }, /* to be fetched */
	{ "donation.received", "D2", "", 3000, 0, false, false },
	{ "donation.received", "D1", "", 5000, 1, false, false }, /* in other bytes */
	{ "fee.charged", "F1", "D1", 70, 0, true, true },         /* in the same */
	{ "chargeback.reversed", "C1", "D1", 900, 0, false, false },
	{ "payout.paid", "P1", "", 1000, 0, false, false },
	{ "donation.received", "D2", "", 3000, 0, true, false },
};
#define COUNT(array) (sizeof(array) / sizeof *(array))
#define BODIES       (COUNT(all) - 2)

void inbox_errand_init(struct inbox_errand *errand, struct stage *stage)
{
	*errand = (struct inbox_errand){ .fault = &stage->fault };
	errand->hooks = standard_hook_load(stage->folder);
	stage_open(stage);
	(void)stage_record(stage, "operator",
			   "'kind':'member','id':'" PROVIDER
			   "','role':'provider','status':'active','name':'Any'");
	stage_close(stage);
}

void inbox_errand_clear(struct inbox_errand *errand, enum inbox_errand_step next)
{
	errand->work.now_s = (int64_t)time(NULL) + (int64_t)next * STEP_S;
}

void inbox_errand_release(struct inbox_errand *errand)
{
	hook_set_unref(errand->hooks);
}

/* ---- open ---- */

enum err inbox_errand_open(struct inbox_errand *errand, struct stage *stage)
{
	enum err err = stage_try_open(stage);
	int64_t now_s = errand->work.now_s; /* it never goes back */

	errand->work = (struct hook_work){ .hooks = errand->hooks, .now_s = now_s };
	if (!err)
		err = sequencer_start(stage->ledger, &errand->work.sequencer,
				      errand->fault);
	if (err) {
		stage_close(stage);
		return err;
	}
	stage->ledger = NULL; /* it is the sequencer's */
	err = inbox_open(stage->dir, &errand->work.inbox, errand->fault);
	if (err)
		inbox_errand_close(errand);
	return err;
}

void inbox_errand_close(struct inbox_errand *errand)
{
	inbox_close(errand->work.inbox);
	sequencer_stop(errand->work.sequencer);
	errand->work.inbox = NULL;
	errand->work.sequencer = NULL;
}

/* ---- steps ---- */

static enum err store(struct inbox_errand *errand, size_t first, size_t count)
{
	static char body[COUNT(all)][STANDARD_HOOK_BYTES];
	struct inbox_arrival arrival[COUNT(all)];
	const struct inbox_arrival *arrivals[COUNT(all)];

	for (size_t i = 0; i < count; i++) {
		const struct told *told = &all[first + i];

		if (told->type)
			standard_hook_body(told->type, told->id, told->parent,
					   told->amount, told->again, body[i]);
		else
			(void)snprintf(body[i], STANDARD_HOOK_BYTES, "%s", told->id);
		arrival[i] = (struct inbox_arrival){ .endpoint = STANDARD_HOOK,
						     .body = slice_of_text(body[i]),
						     .received_at = errand->work.now_s,
						     .is_hint = told->is_hint };
		arrivals[i] = &arrival[i];
	}
	return inbox_store(errand->work.inbox, arrivals, count, errand->fault);
}

static enum err store_rest(struct inbox_errand *errand)
{
	enum err err = ERR_OK;

	for (size_t i = GROUP; i < COUNT(all) && !err; i++)
		err = store(errand, i, 1);
	return err;
}

/* Rounds of the worker's, an hour later each, until several have changed nothing. What
 * then still waits has to wait for what was not told: or it is the ledger's disk. */
static enum err work(struct inbox_errand *errand, uint64_t waiting)
{
	struct hook_work *work = &errand->work;
	struct inbox_counts counts = { .oldest_waiting_at = -1 }, before;
	size_t count;
	enum err err = ERR_OK;

	for (unsigned same = 0; same < QUIET_ROUNDS && !err; work->now_s += ROUND_S) {
		before = counts;
		err = hook_work_read(work, &count, errand->fault);
		if (!err)
			err = hook_work_fetch(work, &count, errand->fault);
		if (!err)
			err = hook_work_book(work, &count, errand->fault);
		if (!err)
			err = inbox_count(work->inbox, &counts, errand->fault);
		same = memcmp(&before, &counts, sizeof counts) == 0 ? same + 1 : 0;
	}
	if (!err && counts.movement[INBOX_MOVEMENT_READY] != waiting)
		err = fault_set(errand->fault, ERR_BUSY, "movements wait to be booked");
	return err;
}

struct found {
	int64_t id[COUNT(all)];
	size_t count;
};

static enum err id_keep(void *ctx, const struct inbox_delivery *delivery,
			struct slice body, struct fault *fault)
{
	struct found *found = ctx;

	(void)body;
	(void)fault;
	if (found->count < COUNT(all))
		found->id[found->count++] = delivery->id;
	return ERR_OK;
}

static enum err replay(struct inbox_errand *errand)
{
	struct found found = { .count = 0 };
	enum err err =
		inbox_deliveries(errand->work.inbox, INBOX_DELIVERY_PARKED, 0, COUNT(all),
				 false, id_keep, &found, errand->fault);

	for (size_t i = 0; i < found.count && !err; i++)
		err = inbox_replay_delivery(errand->work.inbox, found.id[i],
					    errand->fault);
	return err ? err : work(errand, 0);
}

static enum err purge(struct inbox_errand *errand)
{
	uint64_t count;

	return inbox_purge(errand->work.inbox, FAR_S, &count, errand->fault);
}

enum err inbox_errand_do(struct inbox_errand *errand, enum inbox_errand_step step)
{
	switch (step) {
	case INBOX_ERRAND_STORE:
		return store(errand, 0, GROUP);
	case INBOX_ERRAND_WORK:
		return work(errand, EARLY);
	case INBOX_ERRAND_MORE:
		return store_rest(errand);
	case INBOX_ERRAND_FINISH:
		return work(errand, 0);
	case INBOX_ERRAND_REPLAY:
		return replay(errand);
	case INBOX_ERRAND_PURGE:
		return purge(errand);
	case INBOX_ERRAND__COUNT:
		break;
	}
	abort();
}

/* ---- what must hold ---- */

static void database_check(struct stage *stage, const char *when)
{
	char path[STAGE_PATH_BYTES + 16];
	sqlite3_stmt *stmt = NULL;
	sqlite3 *db = NULL;

	(void)snprintf(path, sizeof path, "%s/inbox.db", stage->dir);
	if (sqlite3_open(path, &db) != SQLITE_OK ||
	    sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &stmt, NULL) !=
		    SQLITE_OK ||
	    sqlite3_step(stmt) != SQLITE_ROW ||
	    strcmp((const char *)sqlite3_column_text(stmt, 0), "ok") != 0)
		trial_fail("%s: the inbox's database is not sound: %s", when,
			   sqlite3_errmsg(db));
	(void)sqlite3_finalize(stmt);
	(void)sqlite3_close(db);
}

struct look {
	const char *when;
	uint64_t size; /* of the ledger */
	bool is_purged;
	size_t count;
	uint64_t position[COUNT(all)];
};

static enum err booked_look(void *ctx, const struct inbox_movement *movement,
			    struct fault *fault)
{
	struct look *look = ctx;

	(void)fault;
	for (size_t i = 0; i < look->count; i++)
		if (look->position[i] == movement->position)
			trial_fail("%s: entry %" PRIu64 " is two movements'", look->when,
				   movement->position);
	if (look->count == COUNT(all) || movement->position >= look->size)
		trial_fail("%s: '%s' is booked in entry %" PRIu64 " of %" PRIu64,
			   look->when, movement->key, movement->position, look->size);
	look->position[look->count++] = movement->position;
	return ERR_OK;
}

static enum err body_look(void *ctx, const struct inbox_delivery *delivery,
			  struct slice body, struct fault *fault)
{
	struct look *look = ctx;

	(void)fault;
	look->count++;
	if (delivery->is_purged != look->is_purged || (body.n == 0) != look->is_purged)
		trial_fail("%s: delivery %" PRId64 " %s", look->when, delivery->id,
			   look->is_purged ? "was purged, and is there"
					   : "is there without its body");
	return ERR_OK;
}

static void counts_look(uint64_t count, unsigned done, const char *when)
{
	size_t least = done > INBOX_ERRAND_MORE    ? BODIES
		       : done > INBOX_ERRAND_STORE ? GROUP
						   : 0;
	bool can_be = done > INBOX_ERRAND_STORE ? count <= BODIES
						: count == 0 || count == GROUP;

	if (count < least || !can_be || (done < INBOX_ERRAND_MORE && count > GROUP))
		trial_fail("%s: after %u steps there are %" PRIu64
			   " deliveries, and %zu were acknowledged",
			   when, done, count, least);
}

void inbox_errand_look(const struct inbox_errand *errand, struct stage *stage,
		       unsigned done, const char *when)
{
	struct look look = { .when = when, .is_purged = done > INBOX_ERRAND_PURGE };
	struct fault *fault = errand->fault;
	struct inbox *inbox = NULL;

	stage_open(stage);
	if (ledger_check(stage->ledger, fault) != ERR_OK)
		trial_fail("%s: the ledger does not agree with itself: %s", when,
			   fault->text);
	trial_must(ledger_size(stage->ledger, &look.size, fault), "a size", fault);
	stage_close(stage);
	trial_must(inbox_open(stage->dir, &inbox, fault), when, fault);
	trial_must(inbox_movements(inbox, INBOX_MOVEMENT_BOOKED, INT64_MAX, 0,
				   COUNT(all) + 1, booked_look, &look, fault),
		   when, fault);
	look.count = 0;
	for (int state = 0; state <= INBOX_DELIVERY_PARKED; state++)
		if (done != INBOX_ERRAND_PURGE) /* it may be done in the meantime */
			trial_must(inbox_deliveries(inbox,
						    (enum inbox_delivery_state)state, 0,
						    100, true, body_look, &look, fault),
				   when, fault);
	if (done != INBOX_ERRAND_PURGE)
		counts_look(look.count, done, when);
	inbox_close(inbox);
	database_check(stage, when);
}

/* ---- what is left ---- */

static enum err movement_put(void *ctx, const struct inbox_movement *movement,
			     struct fault *fault)
{
	bool is_wanted = movement->state == INBOX_MOVEMENT_WANTED;

	(void)fault;
	/* How often it was asked for, and what became of it, is by chance. */
	buffer_printf(ctx, "%s: %d %s\n", movement->key, (int)movement->state,
		      is_wanted ? "" : movement->reason);
	return ERR_OK;
}

static enum err delivery_put(void *ctx, const struct inbox_delivery *delivery,
			     struct slice body, struct fault *fault)
{
	(void)body;
	(void)fault;
	buffer_printf(ctx, "delivery %" PRId64 ": %d %s\n", delivery->id,
		      (int)delivery->state, delivery->reason);
	return ERR_OK;
}

static void inbox_put(struct stage *stage, struct buffer *out)
{
	struct fault *fault = &stage->fault;
	struct inbox *inbox = NULL;

	trial_must(inbox_open(stage->dir, &inbox, fault), "the inbox", fault);
	for (int state = 0; state <= INBOX_DELIVERY_PARKED; state++)
		trial_must(inbox_deliveries(inbox, (enum inbox_delivery_state)state, 0,
					    100, false, delivery_put, out, fault),
			   "deliveries", fault);
	for (int state = 0; state <= INBOX_MOVEMENT_PARKED; state++)
		trial_must(inbox_movements(inbox, (enum inbox_movement_state)state,
					   INT64_MAX, 0, 100, movement_put, out, fault),
			   "movements", fault);
	inbox_close(inbox);
}

void inbox_errand_books(struct stage *stage, char ret_text[INBOX_ERRAND_TEXT_BYTES])
{
	static const char *const accounts[] = { "receivable/" PROVIDER,
						"credit/" PROVIDER, "transit/" PROVIDER,
						"fund/emploi/-" };
	struct fault *fault = &stage->fault;
	struct books *books;
	struct buffer out;

	buffer_init(&out, INBOX_ERRAND_TEXT_BYTES - 1);
	inbox_put(stage, &out);
	stage_open(stage);
	trial_must(ledger_books(stage->ledger, &books, fault), "books", fault);
	for (size_t i = 0; i < COUNT(accounts); i++)
		buffer_printf(&out, "%s %" PRId64 "\n", accounts[i],
			      cents_value(query_balance(books, accounts[i])));
	buffer_printf(&out, "%" PRIu64 " entries\n", books_size(books));
	ledger_books_done(stage->ledger);
	stage_close(stage);
	trial_must(buffer_check(&out, "the books", fault), "the books", fault);
	(void)snprintf(ret_text, INBOX_ERRAND_TEXT_BYTES, "%s", buffer_text(&out));
	buffer_release(&out);
}
