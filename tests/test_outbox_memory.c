/*
 * test_outbox_memory.c - memory that is refused while something is put into the outbox:
 * it is there whole with the endpoint's place, or neither has changed.
 *
 * Covers gateway/outbox.c and gateway/box.c over SQLite.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "gateway/outbox.h"
#include "tests/short_memory.h"
#include "tests/temporary.h"

/* Opens, keeps one message, moves the endpoint's place, closes. */
static enum err errand(const char *dir, uint64_t n, struct fault *fault)
{
	struct outbox *outbox = NULL;
	struct outbox_endpoint endpoint;
	char key[32];
	enum err err = outbox_open(dir, &outbox, fault);

	(void)snprintf(key, sizeof key, "k/%llu", (unsigned long long)n);
	if (!err)
		err = outbox_begin(outbox, fault);
	if (!err) {
		err = outbox_endpoint(outbox, "a", 0, &endpoint, fault);
		if (!err)
			err = outbox_put(outbox, "a", key, "msg_1", slice_of_text(key), 5,
					 fault);
		if (!err)
			err = outbox_endpoint_move(outbox, "a", n + 1, fault);
		if (!err)
			err = outbox_commit(outbox, fault);
		else
			outbox_undo(outbox);
	}
	outbox_close(outbox);
	return err;
}

static uint64_t kept(const char *dir)
{
	struct outbox *outbox = NULL;
	struct outbox_endpoint endpoint;
	struct outbox_counts counts;
	struct fault fault;

	assert_int_equal(outbox_open(dir, &outbox, &fault), ERR_OK);
	assert_int_equal(outbox_endpoint(outbox, "a", 0, &endpoint, &fault), ERR_OK);
	assert_int_equal(outbox_count(outbox, &counts, &fault), ERR_OK);
	outbox_close(outbox);
	assert_int_equal(counts.messages[OUTBOX_WAITING], endpoint.next);
	return endpoint.next;
}

static void it_is_kept_whole_or_not_at_all(void **unused)
{
	struct temporary *place = temporary_empty();
	bool has_failed = true;
	uint64_t n = 0, failures = 0;

	(void)unused;
	for (uint64_t i = 0; has_failed; i++) {
		struct fault fault = { 0 };
		uint64_t after;
		enum err err;

		short_memory_arm(i);
		err = errand(place->folder, n, &fault);
		has_failed = short_memory_disarm();
		if (err && err != ERR_MEMORY)
			fail_msg("request %llu: %s", (unsigned long long)i, fault.text);
		failures += err == ERR_MEMORY;
		after = kept(place->folder);
		if (!err)
			assert_int_equal(after, n + 1);
		assert_in_range(after, n, n + 1);
		n = after;
	}
	assert_true(failures > 10 || !SHORT_MEMORY_WORKS);
	assert_true(n > 0);
	temporary_free(place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_kept_whole_or_not_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
