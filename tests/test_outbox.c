/*
 * test_outbox.c - what members are to be told: kept once, sent on a schedule, purged;
 * also on a disk that fails.
 *
 * Covers gateway/outbox.c, gateway/notify_send.c and gateway/box.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/fetch.h"
#include "gateway/notify_send.h"
#include "gateway/outbox.h"
#include "tests/fault_vfs.h"
#include "tests/temporary.h"

static struct temporary *place;
static struct outbox *outbox;
static struct fault fault;
static struct buffer body;

static int start(void **unused)
{
	(void)unused;
	place = temporary_empty();
	buffer_init(&body, OUTBOX_BODY_BYTES_MAX);
	return outbox_open(place->folder, &outbox, &fault) != ERR_OK;
}

static int stop(void **unused)
{
	(void)unused;
	outbox_close(outbox);
	buffer_release(&body);
	temporary_free(place);
	return 0;
}

#define must(err)                                                                        \
	do {                                                                             \
		if ((err) != ERR_OK)                                                     \
			fail_msg("%s", fault.text);                                      \
	} while (0)

static void put(const char *endpoint, const char *key, int64_t at)
{
	must(outbox_put(outbox, endpoint, key, "msg_1", slice_of_text(key), at, &fault));
}

static struct outbox_message read_message(int64_t id)
{
	struct outbox_message message;

	must(outbox_message(outbox, id, &message, &body, &fault));
	return message;
}

static struct outbox_counts count_messages(void)
{
	struct outbox_counts counts;

	must(outbox_count(outbox, &counts, &fault));
	return counts;
}

/* ---- endpoints ---- */

static void an_endpoint_begins_where_the_log_ends_and_keeps_its_place(void **unused)
{
	struct outbox_endpoint endpoint;

	(void)unused;
	assert_int_equal(outbox_endpoint_find(outbox, "a", &endpoint, &fault),
			 ERR_NOT_FOUND);
	must(outbox_endpoint(outbox, "a", 7, &endpoint, &fault));
	assert_int_equal(endpoint.next, 7);
	must(outbox_endpoint_move(outbox, "a", 9, &fault));
	must(outbox_endpoint(outbox, "a", 100, &endpoint, &fault));
	assert_int_equal(endpoint.next, 9);
	assert_string_equal(endpoint.name, "a");
}

static void what_is_undone_moves_nobody(void **unused)
{
	struct outbox_endpoint endpoint;

	(void)unused;
	must(outbox_endpoint(outbox, "a", 7, &endpoint, &fault));
	must(outbox_begin(outbox, &fault));
	put("a", "batch.recorded/7", 5);
	must(outbox_endpoint_move(outbox, "a", 8, &fault));
	outbox_undo(outbox);
	must(outbox_endpoint_find(outbox, "a", &endpoint, &fault));
	assert_int_equal(endpoint.next, 7);
	assert_int_equal(count_messages().messages[OUTBOX_WAITING], 0);
}

static void a_disabled_endpoint_is_enabled_with_all_that_waits(void **unused)
{
	struct outbox_endpoint endpoint;
	struct outbox_message message;

	(void)unused;
	assert_int_equal(outbox_endpoint_disable(outbox, "a", "gone", &fault),
			 ERR_NOT_FOUND);
	must(outbox_endpoint(outbox, "a", 7, &endpoint, &fault));
	put("a", "k", 5);
	message = read_message(1);
	message.next_at = 1000;
	must(outbox_message_set(outbox, &message, &fault));
	assert_int_equal(outbox_due(outbox, "a", 999, 0, &message, &body, &fault),
			 ERR_NOT_FOUND);
	must(outbox_endpoint_disable(outbox, "a", "gone", &fault));
	must(outbox_endpoint_find(outbox, "a", &endpoint, &fault));
	assert_true(endpoint.is_disabled);
	assert_string_equal(endpoint.reason, "gone");
	assert_int_equal(count_messages().disabled, 1);
	must(outbox_endpoint_enable(outbox, "a", &fault));
	must(outbox_endpoint_find(outbox, "a", &endpoint, &fault));
	assert_false(endpoint.is_disabled);
	must(outbox_due(outbox, "a", 10, 0, &message, &body, &fault));
	assert_string_equal(buffer_text(&body), "k");
}

/* ---- messages ---- */

static void a_message_is_kept_once_for_each_endpoint(void **unused)
{
	(void)unused;
	put("a", "k", 5);
	put("a", "k", 6);
	put("b", "k", 7);
	assert_int_equal(count_messages().messages[OUTBOX_WAITING], 2);
	assert_int_equal(count_messages().oldest_waiting_at, 5);
}

static void what_was_purged_is_still_known(void **unused)
{
	uint64_t count;

	(void)unused;
	put("a", "old", 5);
	put("a", "new", 50);
	must(outbox_purge(outbox, 10, &count, &fault));
	assert_int_equal(count, 1);
	assert_true(read_message(1).is_purged);
	assert_int_equal(body.n, 0);
	assert_int_equal(read_message(1).state, OUTBOX_FAILED);
	assert_false(read_message(2).is_purged);
	put("a", "old", 60);
	assert_int_equal(count_messages().messages[OUTBOX_WAITING], 1);
	assert_int_equal(outbox_replay(outbox, 1, &fault), ERR_CONFLICT);
	assert_int_equal(outbox_replay(outbox, 9, &fault), ERR_NOT_FOUND);
}

static void what_was_delivered_is_sent_again_when_asked(void **unused)
{
	struct outbox_message message;

	(void)unused;
	put("a", "k", 5);
	message = read_message(1);
	(void)notify_judge(&message,
			   &(struct notify_attempt){ .status = 204, .now_s = 9 });
	must(outbox_message_set(outbox, &message, &fault));
	assert_int_equal(read_message(1).state, OUTBOX_DELIVERED);
	assert_int_equal(outbox_due(outbox, "a", 99, 0, &message, &body, &fault),
			 ERR_NOT_FOUND);
	must(outbox_replay(outbox, 1, &fault));
	must(outbox_due(outbox, "a", 0, 0, &message, &body, &fault));
	assert_int_equal(message.tries, 0);
	assert_string_equal(message.wire, "msg_1");
}

/* ---- the schedule ---- */

static void ten_attempts_on_the_published_schedule(void **unused)
{
	static const int64_t waits[] = { 5,     300,   1800,  7200, 18000,
					 36000, 50400, 72000, 86400 };
	struct outbox_message message = { .state = OUTBOX_WAITING };
	struct notify_attempt attempt = { .status = 500, .now_s = 1000 };

	(void)unused;
	for (unsigned i = 0; i < 9; i++) {
		int64_t wait;

		attempt.chance = i * 7919;
		assert_int_equal(notify_judge(&message, &attempt), NOTIFY_AGAIN);
		wait = message.next_at - attempt.now_s;
		assert_true(wait <= waits[i] && wait >= waits[i] * 4 / 5);
		assert_int_equal(message.tries, i + 1);
		assert_int_equal(message.state, OUTBOX_WAITING);
		attempt.now_s = message.next_at;
	}
	assert_int_equal(notify_judge(&message, &attempt), NOTIFY_GIVEN_UP);
	assert_int_equal(message.state, OUTBOX_FAILED);
	assert_string_equal(message.reason, "it answers 500");
}

static void each_answer_means_what_the_standard_says(void **unused)
{
	static const struct {
		unsigned status;
		enum notify_verdict verdict;
	} cases[] = { { 200, NOTIFY_DELIVERED }, { 299, NOTIFY_DELIVERED },
		      { 301, NOTIFY_AGAIN },     { 400, NOTIFY_AGAIN },
		      { 404, NOTIFY_AGAIN },     { 410, NOTIFY_GONE },
		      { 429, NOTIFY_AGAIN },     { 503, NOTIFY_AGAIN },
		      { 0, NOTIFY_AGAIN } };

	(void)unused;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct outbox_message message = { .state = OUTBOX_WAITING };
		struct notify_attempt attempt = { .status = cases[i].status,
						  .why = "nobody is there" };

		assert_int_equal(notify_judge(&message, &attempt), cases[i].verdict);
		assert_int_equal(message.status, cases[i].status);
		if (cases[i].verdict != NOTIFY_DELIVERED)
			assert_int_equal(message.state, OUTBOX_WAITING);
	}
}

static void who_asks_for_time_is_given_it(void **unused)
{
	struct outbox_message message = { .state = OUTBOX_WAITING };
	struct notify_attempt attempt = { .status = 429,
					  .retry_after_s = 120,
					  .now_s = 1000 };

	(void)unused;
	assert_int_equal(notify_judge(&message, &attempt), NOTIFY_AGAIN);
	assert_int_equal(message.next_at, 1120);
}

/* ---- a disk that fails ---- */

/* One event of position `n` is kept, and the endpoint's place moves with it. */
static enum err step(uint64_t n)
{
	char key[32];
	enum err err = outbox_begin(outbox, &fault);

	(void)snprintf(key, sizeof key, "k/%llu", (unsigned long long)n);
	if (err)
		return err;
	err = outbox_put(outbox, "a", key, "msg_1", slice_of_text(key), 5, &fault);
	if (!err)
		err = outbox_endpoint_move(outbox, "a", n + 1, &fault);
	if (!err)
		return outbox_commit(outbox, &fault);
	outbox_undo(outbox);
	return err;
}

static void reopen(void)
{
	outbox_close(outbox);
	outbox = NULL;
	must(outbox_open(place->folder, &outbox, &fault));
}

/* Whatever fails, there are as many messages as the place says. */
static void a_disk_that_fails_neither_loses_nor_invents(void **unused)
{
	struct outbox_endpoint endpoint;
	unsigned failed = 0;

	(void)unused;
	fault_vfs_install();
	reopen();
	must(outbox_endpoint(outbox, "a", 0, &endpoint, &fault));
	for (enum fault_class class = 0; class < FAULT_CLASS__COUNT; class ++) {
		for (uint64_t n = 0; n < 12; n++) {
			uint64_t before;
			enum err err;

			must(outbox_endpoint_find(outbox, "a", &endpoint, &fault));
			before = endpoint.next;
			fault_vfs_arm(class, n, class == FAULT_POWER);
			err = step(before);
			failed += fault_vfs_disarm();
			reopen();
			must(outbox_endpoint_find(outbox, "a", &endpoint, &fault));
			if (!err)
				assert_int_equal(endpoint.next, before + 1);
			assert_in_range(endpoint.next, before, before + 1);
			assert_int_equal(count_messages().messages[OUTBOX_WAITING],
					 endpoint.next);
		}
	}
	assert_true(failed > 20);
	assert_true(endpoint.next > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			an_endpoint_begins_where_the_log_ends_and_keeps_its_place, start,
			stop),
		cmocka_unit_test_setup_teardown(what_is_undone_moves_nobody, start, stop),
		cmocka_unit_test_setup_teardown(
			a_disabled_endpoint_is_enabled_with_all_that_waits, start, stop),
		cmocka_unit_test_setup_teardown(a_message_is_kept_once_for_each_endpoint,
						start, stop),
		cmocka_unit_test_setup_teardown(what_was_purged_is_still_known, start,
						stop),
		cmocka_unit_test_setup_teardown(
			what_was_delivered_is_sent_again_when_asked, start, stop),
		cmocka_unit_test(ten_attempts_on_the_published_schedule),
		cmocka_unit_test(each_answer_means_what_the_standard_says),
		cmocka_unit_test(who_asks_for_time_is_given_it),
		cmocka_unit_test_setup_teardown(
			a_disk_that_fails_neither_loses_nor_invents, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
