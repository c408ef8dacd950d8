/*
 * test_short_memory.c - memory that is refused is not taken for something else: a text is
 * read right or not at all, whichever request it is that fails.
 *
 * Covers ledger/intake.c over jansson, which forgets to look now and then. malloc() and
 * its kin are this program's own.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>

#include "ledger/intake.h"

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t count, size_t n);
void *__libc_realloc(void *p, size_t n);

static long until_failure = -1; /* below 0: not armed, or over */
static bool has_failed;

static inline bool fails_now(void)
{
	if (until_failure < 0 || until_failure-- != 0)
		return false;
	has_failed = true;
	errno = ENOMEM;
	return true;
}

/* A sanitizer has a malloc() of its own, and nothing fails then. */
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define CAN_FAIL false
#else
#define CAN_FAIL true

void *malloc(size_t n)
{
	return fails_now() ? NULL : __libc_malloc(n);
}

void *calloc(size_t count, size_t n)
{
	return fails_now() ? NULL : __libc_calloc(count, n);
}

void *realloc(void *p, size_t n)
{
	return fails_now() ? NULL : __libc_realloc(p, n);
}
#endif

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
	for (long n = 0;; n++) {
		struct buffer out;
		struct fault fault;
		enum err err;

		buffer_init(&out, 10000);
		has_failed = false;
		until_failure = n;
		err = intake_canonical(slice_of_text(text), &out, &fault);
		until_failure = -1;
		if (err && err != ERR_MEMORY)
			fail_msg("request %ld: %s", n, fault.text);
		if (!err)
			assert_string_equal(buffer_text(&out), canonical);
		buffer_release(&out);
		if (!has_failed) {
			assert_int_equal(err, ERR_OK);
			assert_true(n > 10 || !CAN_FAIL);
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
