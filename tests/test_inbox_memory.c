/*
 * test_inbox_memory.c - memory that runs short while a delivery is stored and read: the
 * n-th request fails, for every n; it is said, nothing is parked for it, and the same
 * again stores and reads it once (gateway/inbox.c, gateway/inbox_delivery.c,
 * gateway/inbox_movement.c, gateway/hook_work.c). What is booked is tried by
 * torture_money.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/hook_work.h"
#include "tests/short_memory.h"
#include "tests/standard_hook.h"
#include "tests/temporary.h"

#define NOW_S INT64_C(1795000000)

struct place {
	struct temporary *temporary;
	struct hook_work work;
	struct hook_set *hooks;
	uint64_t told; /* deliveries, of a movement each */
};

static struct place place;
static struct fault fault;

static int setup(void **state)
{
	(void)state;
	place = (struct place){ .temporary = temporary_empty() };
	(void)snprintf(place.temporary->dir, sizeof place.temporary->dir, "%s",
		       place.temporary->folder);
	place.hooks = standard_hook_load(place.temporary->folder);
	place.work = (struct hook_work){ .hooks = place.hooks, .now_s = NOW_S };
	return inbox_open(place.temporary->dir, &place.work.inbox, &fault) != ERR_OK;
}

static int teardown(void **state)
{
	(void)state;
	inbox_close(place.work.inbox);
	hook_set_unref(place.hooks);
	temporary_free(place.temporary);
	return 0;
}

static enum err store(void)
{
	char body[STANDARD_HOOK_BYTES], id[32];
	struct inbox_arrival arrival = { .endpoint = STANDARD_HOOK,
					 .received_at = NOW_S,
					 .is_hint = true };
	const struct inbox_arrival *arrivals[] = { &arrival };

	(void)snprintf(id, sizeof id, "D%" PRIu64, place.told);
	standard_hook_body("donation.received", id, "", 100, 0, body);
	arrival.body = slice_of_text(body);
	return inbox_store(place.work.inbox, arrivals, 1, &fault);
}

static enum err read_all(void)
{
	size_t count;

	return hook_work_read(&place.work, &count, &fault);
}

static enum err open_again(void)
{
	struct inbox *inbox = NULL;
	enum err err = inbox_open(place.temporary->dir, &inbox, &fault);

	inbox_close(inbox);
	return err;
}

static enum err count(void)
{
	struct inbox_counts counts;

	return inbox_count(place.work.inbox, &counts, &fault);
}

static void counts_are(uint64_t deliveries, uint64_t movements)
{
	struct inbox_counts counts;
	uint64_t sum = 0;

	assert_int_equal(inbox_count(place.work.inbox, &counts, &fault), ERR_OK);
	for (int i = 0; i <= INBOX_DELIVERY_PARKED; i++)
		sum += counts.delivery[i];
	assert_int_equal(sum, deliveries);
	assert_int_equal(counts.delivery[INBOX_DELIVERY_PARKED], 0);
	assert_int_equal(counts.movement[INBOX_MOVEMENT_READY], movements);
}

/* With the n-th request refused, then once more: whether something was refused. */
static bool does_in_spite_of(enum err (*act)(void), uint64_t n)
{
	bool failed;
	enum err err;

	fault = (struct fault){ 0 };
	short_memory_arm(n);
	err = act();
	failed = short_memory_disarm();
	if (err && (err != ERR_MEMORY || !failed))
		fail_msg("request %" PRIu64 ": %s", n, fault.text);
	if (err)
		assert_true(fault.text[0]);
	assert_int_equal(act(), ERR_OK);
	return failed;
}

static void a_delivery_is_stored_once_and_read_once(void **state)
{
	bool failed = true;
	uint64_t n;

	(void)state;
	for (n = 0; failed; n++) {
		failed = does_in_spite_of(store, n);
		counts_are(place.told + 1, place.told);
		failed |= does_in_spite_of(read_all, n);
		place.told++;
		counts_are(place.told, place.told);
	}
	assert_true(n > 20 || !SHORT_MEMORY_WORKS);
}

static void the_inbox_opens_and_counts_or_says_so(void **state)
{
	bool failed = true;
	uint64_t n;

	(void)state;
	for (n = 0; failed; n++) {
		failed = does_in_spite_of(open_again, n);
		failed |= does_in_spite_of(count, n);
	}
	assert_true(n > 20 || !SHORT_MEMORY_WORKS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_delivery_is_stored_once_and_read_once,
						setup, teardown),
		cmocka_unit_test_setup_teardown(the_inbox_opens_and_counts_or_says_so,
						setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
