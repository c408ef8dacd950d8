/*
 * test_inbox.c - deliveries and movements, from their arrival to their end.
 *
 * Covers gateway/box.c, gateway/inbox.c, gateway/inbox_delivery.c,
 * gateway/inbox_movement.c and gateway/inbox_writer.c.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "gateway/inbox.h"
#include "gateway/inbox_writer.h"
#include "keys/file.h"
#include "tests/temporary.h"

static struct temporary *place;
static struct inbox *inbox;
static struct fault fault;

static int start(void **unused)
{
	(void)unused;
	place = temporary_empty();
	return inbox_open(place->folder, &inbox, &fault) != ERR_OK;
}

static int stop(void **unused)
{
	(void)unused;
	inbox_close(inbox);
	temporary_free(place);
	return 0;
}

#define must(err)                                                                        \
	do {                                                                             \
		if ((err) != ERR_OK)                                                     \
			fail_msg("%s", fault.text);                                      \
	} while (0)

/* ---- deliveries ---- */

static void store(const char *endpoint, const char *body, bool is_hint)
{
	struct inbox_arrival arrival = { .endpoint = endpoint,
					 .body = slice_of_text(body),
					 .received_at = 1000,
					 .is_hint = is_hint };
	const struct inbox_arrival *arrivals[] = { &arrival };

	must(inbox_store(inbox, arrivals, 1, &fault));
}

struct seen {
	size_t count;
	struct inbox_delivery last;
	char body[64];
};

static enum err delivery_see(void *ctx, const struct inbox_delivery *delivery,
			     struct slice body, struct fault *fault_out)
{
	struct seen *seen = ctx;

	(void)fault_out;
	seen->count++;
	seen->last = *delivery;
	(void)snprintf(seen->body, sizeof seen->body, "%.*s", (int)body.n,
		       body.n ? (const char *)body.p : "");
	return ERR_OK;
}

static struct seen deliveries(enum inbox_delivery_state state)
{
	struct seen seen = { 0 };

	must(inbox_deliveries(inbox, state, 0, 100, true, delivery_see, &seen, &fault));
	return seen;
}

static void a_delivery_waits_with_its_body_and_a_salted_digest(void **unused)
{
	struct hash plain = hash_bytes("{}", 2);
	struct seen seen;
	struct stat file;
	char path[TEMPORARY_PATH];

	(void)unused;
	store("stripe", "{}", false);
	seen = deliveries(INBOX_DELIVERY_WAITING);
	assert_int_equal(seen.count, 1);
	assert_string_equal(seen.last.endpoint, "stripe");
	assert_string_equal(seen.body, "{}");
	assert_int_equal(seen.last.received_at, 1000);
	assert_false(hash_equal(&seen.last.digest, &plain));
	/* It holds what providers say of donors. */
	temporary_path(place, "inbox.db", path);
	assert_int_equal(stat(path, &file), 0);
	assert_int_equal(file.st_mode & 0777, 0600);
}

static void the_same_body_is_stored_once_for_each_endpoint(void **unused)
{
	(void)unused;
	store("stripe", "{}", false);
	store("stripe", "{}", false);
	store("other", "{}", false);
	assert_int_equal(deliveries(INBOX_DELIVERY_WAITING).count, 2);
}

static void a_hint_that_comes_again_is_read_again_and_nothing_else_is(void **unused)
{
	(void)unused;
	store("mollie", "id=tr_1", true);
	store("stripe", "{}", false);
	for (int64_t id = 1; id <= 2; id++)
		must(inbox_delivery_set(inbox, id, INBOX_DELIVERY_DONE, NULL, &fault));
	store("mollie", "id=tr_1", true);
	store("stripe", "{}", false);

	struct seen seen = deliveries(INBOX_DELIVERY_WAITING);

	assert_int_equal(seen.count, 1);
	assert_string_equal(seen.body, "id=tr_1");
	assert_int_equal(deliveries(INBOX_DELIVERY_DONE).count, 1);
}

/* Nor does the log of writes keep it, which is only overwritten by what comes later. */
static bool disk_holds(const char *text)
{
	static const char *const names[] = { "inbox.db", "inbox.db-wal" };
	bool holds = false;

	for (size_t i = 0; i < 2; i++) {
		char path[TEMPORARY_PATH];
		struct buffer bytes;

		temporary_path(place, names[i], path);
		buffer_init(&bytes, 10000000);
		must(file_read(path, 10000000, &bytes, &fault));
		holds |= bytes.n && memmem(bytes.p, bytes.n, text, strlen(text));
		buffer_release(&bytes);
	}
	return holds;
}

static void a_purged_body_is_gone_and_its_digest_stays(void **unused)
{
	struct seen seen;
	uint64_t count;

	(void)unused;
	store("stripe", "secret of a donor", false);
	must(inbox_purge(inbox, 2000, &count, &fault));
	assert_int_equal(count, 0); /* it still waits */
	must(inbox_delivery_set(inbox, 1, INBOX_DELIVERY_PARKED, "no use", &fault));
	must(inbox_purge(inbox, 1000, &count, &fault));
	assert_int_equal(count, 0);

	struct hash digest = deliveries(INBOX_DELIVERY_PARKED).last.digest;

	assert_true(disk_holds("secret of a donor"));
	must(inbox_purge(inbox, 1001, &count, &fault));
	assert_int_equal(count, 1);
	assert_false(disk_holds("secret of a donor"));
	seen = deliveries(INBOX_DELIVERY_PARKED);
	assert_true(seen.last.is_purged);
	assert_string_equal(seen.body, "");
	assert_string_equal(seen.last.reason, "no use");
	assert_true(hash_equal(&seen.last.digest, &digest));
	assert_int_equal(inbox_replay_delivery(inbox, 1, &fault), ERR_CONFLICT);
	assert_string_equal(fault.text,
			    "the delivery's body was purged: ask the provider "
			    "to send it again");
	assert_int_equal(inbox_replay_delivery(inbox, 9, &fault), ERR_NOT_FOUND);
}

static void a_replayed_delivery_waits_again(void **unused)
{
	struct inbox_delivery delivery;
	struct buffer body;

	(void)unused;
	buffer_init(&body, 100);
	store("stripe", "{}", false);
	must(inbox_delivery_set(inbox, 1, INBOX_DELIVERY_PARKED, "no use", &fault));
	must(inbox_replay_delivery(inbox, 1, &fault));
	must(inbox_delivery(inbox, 1, &delivery, &body, &fault));
	assert_int_equal(delivery.state, INBOX_DELIVERY_WAITING);
	assert_string_equal(delivery.reason, "");
	assert_true(slice_equal_text(buffer_slice(&body), "{}"));
	buffer_release(&body);
}

/* ---- movements ---- */

static struct movement donation(const char *object, int64_t amount)
{
	struct movement movement = { .kind = MOVEMENT_DONATION,
				     .amount = cents_of(amount),
				     .date = { 20000 } };

	(void)snprintf(movement.object, sizeof movement.object, "%s", object);
	return movement;
}

static void put(const struct movement *movement)
{
	must(inbox_movement_put(inbox, "stripe", "hook", 1, movement, 1000, &fault));
}

struct found {
	size_t count;
	struct inbox_movement last;
};

static enum err movement_see(void *ctx, const struct inbox_movement *movement,
			     struct fault *fault_out)
{
	struct found *found = ctx;

	(void)fault_out;
	found->count++;
	found->last = *movement;
	return ERR_OK;
}

static struct found movements(enum inbox_movement_state state, int64_t until)
{
	struct found found = { 0 };

	must(inbox_movements(inbox, state, until, 0, 100, movement_see, &found, &fault));
	return found;
}

static void book(struct inbox_movement *movement, uint64_t position)
{
	movement->state = INBOX_MOVEMENT_BOOKED;
	movement->position = position;
	must(inbox_movement_set(inbox, movement, &fault));
}

static void a_movement_comes_back_as_it_was_put(void **unused)
{
	struct movement movement = donation("re_1", 1234);
	struct found found;

	(void)unused;
	store("hook", "{}", false);
	movement.kind = MOVEMENT_REFUND;
	movement.only_if_booked = true;
	(void)snprintf(movement.parent, sizeof movement.parent, "ch_1");
	(void)snprintf(movement.event, sizeof movement.event, "evt_1");
	put(&movement);
	found = movements(INBOX_MOVEMENT_READY, 1000);
	assert_int_equal(found.count, 1);
	assert_string_equal(found.last.key, "stripe refund re_1");
	assert_int_equal(found.last.delivery, 1);
	assert_int_equal(found.last.movement.kind, MOVEMENT_REFUND);
	assert_string_equal(found.last.movement.object, "re_1");
	assert_string_equal(found.last.movement.parent, "ch_1");
	assert_string_equal(found.last.movement.event, "evt_1");
	assert_int_equal(cents_value(found.last.movement.amount), 1234);
	assert_int_equal(found.last.movement.date.day, 20000);
	assert_true(found.last.movement.only_if_booked);
	assert_false(found.last.movement.is_cumulative);

	struct hash digest = deliveries(INBOX_DELIVERY_WAITING).last.digest;

	assert_true(hash_equal(&found.last.digest, &digest));
	assert_int_equal(movements(INBOX_MOVEMENT_READY, 999).count, 0);
}

static void what_is_booked_is_not_told_again(void **unused)
{
	struct movement movement = donation("ch_1", 500);
	struct found found;

	(void)unused;
	store("hook", "{}", false);
	put(&movement);
	found = movements(INBOX_MOVEMENT_READY, 1000);
	book(&found.last, 77);
	movement.amount = cents_of(999);
	put(&movement);
	assert_int_equal(movements(INBOX_MOVEMENT_READY, 1000).count, 0);
	must(inbox_movement_find(inbox, "stripe", MOVEMENT_DONATION, "ch_1", &found.last,
				 &fault));
	assert_int_equal(found.last.state, INBOX_MOVEMENT_BOOKED);
	assert_int_equal(found.last.position, 77);
	assert_int_equal(cents_value(found.last.movement.amount), 500);
	assert_int_equal(inbox_replay_movement(inbox, 1, &fault), ERR_CONFLICT);
	assert_int_equal(inbox_movement_find(inbox, "mollie", MOVEMENT_DONATION, "ch_1",
					     &found.last, &fault),
			 ERR_NOT_FOUND);
}

static void what_was_parked_takes_what_is_told_now(void **unused)
{
	struct movement movement = donation("ch_1", 500);
	struct found found;

	(void)unused;
	store("hook", "{}", false);
	movement_park(&movement, "the currency is not the euro");
	put(&movement);
	found = movements(INBOX_MOVEMENT_PARKED, 1000);
	assert_int_equal(found.count, 1);
	assert_string_equal(found.last.reason, "the currency is not the euro");
	movement_know(&movement);
	movement.amount = cents_of(600);
	put(&movement);
	assert_int_equal(movements(INBOX_MOVEMENT_PARKED, 1000).count, 0);
	found = movements(INBOX_MOVEMENT_READY, 1000);
	assert_int_equal(found.count, 1);
	assert_string_equal(found.last.reason, "");
	assert_int_equal(cents_value(found.last.movement.amount), 600);
}

static void what_is_wanted_is_wanted_again_when_there_is_news(void **unused)
{
	struct movement movement = donation("tr_1", 0);
	struct found found;

	(void)unused;
	store("hook", "{}", false);
	movement_want(&movement, "/v2/payments/%s", "tr_1");
	put(&movement);
	found = movements(INBOX_MOVEMENT_WANTED, 1000);
	assert_int_equal(found.count, 1);
	assert_string_equal(found.last.movement.path, "/v2/payments/tr_1");
	found.last.state = INBOX_MOVEMENT_NOTHING;
	must(inbox_movement_set(inbox, &found.last, &fault));
	/* What was fetched has a key of its own. */
	movement_know(&movement);
	movement.amount = cents_of(300);
	put(&movement);
	found = movements(INBOX_MOVEMENT_READY, 1000);
	book(&found.last, 5);
	movement_want(&movement, "/v2/payments/%s", "tr_1");
	put(&movement);
	assert_int_equal(movements(INBOX_MOVEMENT_WANTED, 1000).count, 1);
	assert_int_equal(movements(INBOX_MOVEMENT_BOOKED, 1000).count, 1);
}

static void what_is_booked_of_a_parent_adds_up(void **unused)
{
	struct movement movement = donation("re_1", 300);
	struct found found;
	struct cents sum;

	(void)unused;
	store("hook", "{}", false);
	movement.kind = MOVEMENT_REFUND;
	(void)snprintf(movement.parent, sizeof movement.parent, "ch_1");
	put(&movement);
	found = movements(INBOX_MOVEMENT_READY, 1000);
	book(&found.last, 5);
	(void)snprintf(movement.object, sizeof movement.object, "re_2");
	movement.amount = cents_of(200);
	put(&movement);
	must(inbox_booked(inbox, "stripe", MOVEMENT_REFUND, "ch_1", &sum, &fault));
	assert_int_equal(cents_value(sum), 300);
	found = movements(INBOX_MOVEMENT_READY, 1000);
	book(&found.last, 6);
	must(inbox_booked(inbox, "stripe", MOVEMENT_REFUND, "ch_1", &sum, &fault));
	assert_int_equal(cents_value(sum), 500);
}

static void a_transaction_keeps_all_or_nothing(void **unused)
{
	struct movement movement = donation("ch_1", 500);
	struct inbox_counts counts;

	(void)unused;
	store("hook", "{}", false);
	must(inbox_begin(inbox, &fault));
	put(&movement);
	must(inbox_delivery_set(inbox, 1, INBOX_DELIVERY_DONE, NULL, &fault));
	inbox_undo(inbox);
	must(inbox_count(inbox, &counts, &fault));
	assert_int_equal(counts.delivery[INBOX_DELIVERY_WAITING], 1);
	assert_int_equal(counts.movement[INBOX_MOVEMENT_READY], 0);
	assert_int_equal(counts.oldest_waiting_at, 1000);
	must(inbox_begin(inbox, &fault));
	put(&movement);
	must(inbox_delivery_set(inbox, 1, INBOX_DELIVERY_DONE, NULL, &fault));
	must(inbox_commit(inbox, &fault));
	must(inbox_count(inbox, &counts, &fault));
	assert_int_equal(counts.delivery[INBOX_DELIVERY_DONE], 1);
	assert_int_equal(counts.movement[INBOX_MOVEMENT_READY], 1);
	assert_int_equal(counts.oldest_waiting_at, 0);
	must(inbox_count_open(inbox, &counts, &fault));
	assert_int_equal(counts.delivery[INBOX_DELIVERY_DONE], 0);
	assert_int_equal(counts.movement[INBOX_MOVEMENT_READY], 1);
	assert_int_equal(counts.oldest_waiting_at, 1000);
}

/* ---- the writer ---- */

#define WRITERS 4
#define EACH    50

struct client {
	struct inbox_writer *writer;
	struct inbox_job job[EACH];
	char body[EACH][16];
	pthread_mutex_t lock;
	pthread_cond_t told;
	size_t stored;
};

static void job_done(void *ctx, const struct fault *failed)
{
	struct client *client = ctx;

	assert_null(failed);
	pthread_mutex_lock(&client->lock);
	client->stored++;
	pthread_cond_signal(&client->told);
	pthread_mutex_unlock(&client->lock);
}

static void *client_run(void *ctx)
{
	struct client *client = ctx;
	struct fault own;

	for (size_t i = 0; i < EACH; i++)
		if (inbox_writer_put(client->writer, &client->job[i], &own) != ERR_OK)
			abort();
	pthread_mutex_lock(&client->lock);
	while (client->stored < EACH)
		pthread_cond_wait(&client->told, &client->lock);
	pthread_mutex_unlock(&client->lock);
	return NULL;
}

static void the_writer_stores_what_all_its_clients_bring(void **unused)
{
	struct client *client = calloc(WRITERS, sizeof *client);
	struct inbox_writer *writer;
	struct inbox *own;
	pthread_t thread[WRITERS];
	struct inbox_counts counts;

	(void)unused;
	assert_non_null(client);
	must(inbox_open(place->folder, &own, &fault));
	must(inbox_writer_start(own, NULL, NULL, &writer, &fault));
	for (int i = 0; i < WRITERS; i++) {
		client[i].writer = writer;
		pthread_mutex_init(&client[i].lock, NULL);
		pthread_cond_init(&client[i].told, NULL);
		for (int j = 0; j < EACH; j++) {
			(void)snprintf(client[i].body[j], 16, "%d/%d", i, j);
			client[i].job[j] = (struct inbox_job){
				.arrival = { .endpoint = "hook",
					     .body = slice_of_text(client[i].body[j]) },
				.done = job_done,
				.ctx = &client[i],
			};
		}
		assert_int_equal(pthread_create(&thread[i], NULL, client_run, &client[i]),
				 0);
	}
	for (int i = 0; i < WRITERS; i++)
		assert_int_equal(pthread_join(thread[i], NULL), 0);
	inbox_writer_stop(writer);
	must(inbox_count(inbox, &counts, &fault));
	assert_int_equal(counts.delivery[INBOX_DELIVERY_WAITING], WRITERS * EACH);
	free(client);
}

static void what_is_no_inbox_is_left_alone(void **unused)
{
	char path[TEMPORARY_PATH];
	struct inbox *other;
	FILE *file;

	(void)unused;
	temporary_path(place, "inbox.db", path);
	inbox_close(inbox);
	inbox = NULL;
	file = fopen(path, "wb");
	assert_non_null(file);
	for (int i = 0; i < 100; i++)
		assert_true(fputs("this is no database at all\n", file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(inbox_open(place->folder, &other, &fault), ERR_CORRUPT);
	assert_string_equal(fault.text, "the inbox's database is damaged: keep it, and "
					"restore the last good one");
}

/* An inbox of the version before has another index of what is open. */
static void an_older_inbox_is_brought_up_to_date(void **unused)
{
	struct movement movement = donation("ch_1", 500);
	char path[TEMPORARY_PATH];
	struct inbox_counts counted;
	sqlite3_stmt *stmt;
	sqlite3 *db;

	(void)unused;
	store("hook", "{}", false);
	put(&movement);
	inbox_close(inbox);
	inbox = NULL;
	temporary_path(place, "inbox.db", path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(db,
			     "DROP INDEX movement_open; CREATE INDEX movement_open "
			     "ON movement (state, id) WHERE state IN (0, 1, 4);"
			     "PRAGMA user_version = 1",
			     NULL, NULL, NULL),
		SQLITE_OK);
	(void)sqlite3_close(db);
	must(inbox_open(place->folder, &inbox, &fault));
	must(inbox_count_open(inbox, &counted, &fault));
	assert_int_equal(counted.delivery[INBOX_DELIVERY_WAITING], 1);
	assert_int_equal(counted.movement[INBOX_MOVEMENT_READY], 1);
	inbox_close(inbox);
	must(inbox_open(place->folder, &inbox, &fault)); /* once is enough */
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_prepare_v2(db,
				   "SELECT count(*) FROM sqlite_schema WHERE name "
				   "= 'movement_open' AND sql LIKE '%<> 3'",
				   -1, &stmt, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	assert_int_equal(sqlite3_column_int(stmt, 0), 1);
	(void)sqlite3_finalize(stmt);
	(void)sqlite3_close(db);
}

/* What the other process does: its status is how many deliveries wait. It begins anew,
 * for one that was only forked would have SQLite's own notes of its parent's locks. */
static int count_alone(const char *folder)
{
	struct inbox_counts counted;
	struct inbox *own;

	if (inbox_open(folder, &own, &fault) != ERR_OK ||
	    inbox_count(own, &counted, &fault) != ERR_OK)
		return 100;
	inbox_close(own);
	return (int)counted.delivery[INBOX_DELIVERY_WAITING];
}

/* Deliveries that another process finds there; it opens the inbox and closes it. */
static int seen_by_another_process(void)
{
	int status = -1;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		(void)execl("/proc/self/exe", "test_inbox", place->folder, (char *)NULL);
		_exit(101);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* A process that closes any descriptor of a file loses its locks on all of it. Another
 * one then takes itself for the last, and takes the log of writes away. */
static void opening_it_twice_keeps_the_locks_of_the_first(void **unused)
{
	struct inbox *second;

	(void)unused;
	store("hook", "first", false);
	must(inbox_open(place->folder, &second, &fault));
	assert_int_equal(seen_by_another_process(), 1);
	store("hook", "second", false);
	assert_int_equal(seen_by_another_process(), 2);
	inbox_close(second);
	assert_int_equal(seen_by_another_process(), 2);
}

#define INBOX_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		INBOX_TEST(a_delivery_waits_with_its_body_and_a_salted_digest),
		INBOX_TEST(the_same_body_is_stored_once_for_each_endpoint),
		INBOX_TEST(a_hint_that_comes_again_is_read_again_and_nothing_else_is),
		INBOX_TEST(a_purged_body_is_gone_and_its_digest_stays),
		INBOX_TEST(a_replayed_delivery_waits_again),
		INBOX_TEST(a_movement_comes_back_as_it_was_put),
		INBOX_TEST(what_is_booked_is_not_told_again),
		INBOX_TEST(what_was_parked_takes_what_is_told_now),
		INBOX_TEST(what_is_wanted_is_wanted_again_when_there_is_news),
		INBOX_TEST(what_is_booked_of_a_parent_adds_up),
		INBOX_TEST(a_transaction_keeps_all_or_nothing),
		INBOX_TEST(the_writer_stores_what_all_its_clients_bring),
		INBOX_TEST(what_is_no_inbox_is_left_alone),
		INBOX_TEST(an_older_inbox_is_brought_up_to_date),
		INBOX_TEST(opening_it_twice_keeps_the_locks_of_the_first),
	};

	if (argc == 2)
		return count_alone(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
