/*
 * test_books_key.c - keys are written as printf() would write them.
 *
 * Covers ledger/books_key.c.
 */
#include <inttypes.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "ledger/books_int.h"

#define SAME(...)                                                                        \
	do {                                                                             \
		struct key key;                                                          \
		char wanted[STATE_KEY_BYTES_MAX];                                        \
		(void)snprintf(wanted, sizeof wanted, __VA_ARGS__);                      \
		assert_string_equal(key_of(&key, __VA_ARGS__), wanted);                  \
	} while (0)

static void texts_are_copied(void **state)
{
	char longest[STATE_KEY_BYTES_MAX];

	(void)state;
	memset(longest, 'x', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	SAME("size");
	SAME("ab/%s", "fund/emploi/-");
	SAME("ref/%.*s/%.*s", 8, "employerX", 0, "");
	SAME("%s/", "");
	SAME("%s", longest);
}

static void numbers_have_their_zeroes(void **state)
{
	static const int64_t numbers[] = {
		0, 1, -1, 9, 10, -10, 99999, 100000, -99999, INT32_MAX, INT32_MIN,
	};

	(void)state;
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		int32_t day = (int32_t)numbers[i];

		SAME("terms/%05" PRId32, day);
		SAME("%s%05" PRId32, "bd/a/b/", day);
		SAME("expire/%06" PRId32 "/%s", day, "ref/a/b");
		SAME("tranche/%016" PRIu64 "/%02d", (uint64_t)numbers[i], day);
		SAME("line/%d/%s/%s", day, "emploi", "-");
		SAME("part/%016" PRIu64 "/%zu", (uint64_t)numbers[i], (size_t)numbers[i]);
		SAME("%" PRId64 "\n", numbers[i]);
		SAME("%s%0*" PRId32, "bd/a/b/", 5, day); /* printf()'s own */
		SAME("%s/%x", "a", (unsigned)day);
	}
	SAME("%" PRId64 "\n", INT64_MIN);
	SAME("%" PRId64 "\n", INT64_MAX);
	SAME("%016" PRIu64, UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_copied),
		cmocka_unit_test(numbers_have_their_zeroes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
