/*
 * test_short_memory.c - memory that is refused is not taken for something else: a text is
 * read right or not at all, whichever request it is that fails.
 *
 * Covers ledger/intake.c over jansson, which forgets to look now and then.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>

#include "ledger/intake.h"
#include "tests/short_memory.h"

static const char text[] = "{\"amount\":1234567890123,\"list\":[1,-20,0],"
			   "\"note\":\"a text that is longer than the room that is there "
			   "to begin with, \\u00e9\","
			   "\"payer\":\"employer:000001016\"}";
static const char canonical[] = "{\"amount\":1234567890123,\"list\":[1,-20,0],"
				"\"note\":\"a text that is longer than the room that is "
				"there to begin with, \xc3\xa9\","
				"\"payer\":\"employer:000001016\"}";

static void a_text_is_read_right_or_not_at_all(void **unused)
{
	(void)unused;
	for (uint64_t n = 0;; n++) {
		struct buffer out;
		struct fault fault;
		enum err err;

		buffer_init(&out, 10000);
		short_memory_arm(n);
		err = intake_canonical(slice_of_text(text), &out, &fault);
		(void)short_memory_disarm();
		if (err && err != ERR_MEMORY)
			fail_msg("request %" PRIu64 ": %s", n, fault.text);
		if (!err)
			assert_string_equal(buffer_text(&out), canonical);
		buffer_release(&out);
		if (!short_memory_failed()) {
			assert_int_equal(err, ERR_OK);
			assert_true(n > 10 || !SHORT_MEMORY_WORKS);
			return;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_is_read_right_or_not_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
