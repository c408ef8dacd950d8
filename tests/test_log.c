/* Lines that nobody can forge: gateway/log.c. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/log.h"

#define THREADS      4
#define THREAD_LINES 200

static int ends[2];

static int start(void **state)
{
	(void)state;
	if (pipe(ends))
		return 1;
	log_fd_set(ends[1]);
	log_level_set(LOG_INFO);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	log_fd_set(STDERR_FILENO);
	return close(ends[0]) || close(ends[1]);
}

/* What was written, after the time; "" when nothing was. */
static const char *written(void)
{
	static char text[LIMIT_LOG_LINE_BYTES + 1];
	ssize_t n;

	assert_int_equal(write(ends[1], "#", 1), 1); /* so that a read never waits */
	n = read(ends[0], text, sizeof text - 1);
	assert_true(n > 0);
	assert_int_equal(text[n - 1], '#');
	text[n - 1] = '\0';
	return n > 26 ? text + 26 : text;
}

static void a_line_has_time_level_event_and_typed_pairs(void **state)
{
	char stamp[26] = "";
	struct log_line line;

	(void)state;
	log_begin(&line, LOG_INFO, "request");
	log_text(&line, "method", "POST");
	log_text(&line, "path", "/v1/batches/{position}");
	log_integer(&line, "status", 201);
	log_integer(&line, "delta", INT64_MIN);
	log_text(&line, "member", "employer:000001016");
	log_bool(&line, "replayed", false);
	log_end(&line);
	assert_int_equal(read(ends[0], stamp, 25), 25);
	assert_int_equal(strspn(stamp, "time=0123456789-:TZ"), 25);
	assert_int_equal(stamp[24], 'Z');
	assert_int_equal(write(ends[1], "#", 1), 1);
	{
		char rest[256] = "";
		ssize_t n = read(ends[0], rest, sizeof rest - 1);

		assert_true(n > 0);
		assert_string_equal(rest, " level=info event=request method=POST"
					  " path=/v1/batches/{position} status=201"
					  " delta=-9223372036854775808"
					  " member=employer:000001016 replayed=no\n#");
	}
}

static void a_value_that_is_not_plain_is_refused(void **state)
{
	char longest[LIMIT_LOG_VALUE_BYTES + 2];
	const char *const values[] = {
		NULL,          "",         "a b", "a\nlevel=error", "a\"b",
		"caf\xc3\xa9", "a\x1b[0m", "a'b", "a%0ab",          "a;b",
		longest
	};
	struct log_line line;

	(void)state;
	memset(longest, 'a', sizeof longest);
	longest[sizeof longest - 1] = '\0';
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		log_begin(&line, LOG_WARNING, "try");
		log_text(&line, "value", values[i]);
		log_end(&line);
		assert_string_equal(written(), "level=warning event=try value=REFUSED\n");
	}
	longest[sizeof longest - 2] = '\0';
	log_begin(&line, LOG_WARNING, "try");
	log_text(&line, "value", longest);
	log_end(&line);
	assert_null(strstr(written(), "REFUSED"));
}

static void a_sentence_stays_one_word(void **state)
{
	struct log_line line;

	(void)state;
	log_begin(&line, LOG_ERROR, "failed");
	log_sentence(&line, "why", "key 'a\nb' is off: chmod 600 it");
	log_sentence(&line, "more", "");
	log_end(&line);
	assert_string_equal(written(), "level=error event=failed"
				       " why=key__a_b__is_off:_chmod_600_it more=-\n");
}

static void a_line_that_is_too_long_says_so(void **state)
{
	char value[LIMIT_LOG_VALUE_BYTES + 1];
	struct log_line line;
	const char *text;
	size_t n;

	(void)state;
	memset(value, 'v', sizeof value - 1);
	value[sizeof value - 1] = '\0';
	log_begin(&line, LOG_INFO, "long");
	for (int i = 0; i < 20; i++)
		log_text(&line, "value", value);
	log_integer(&line, "last", 1);
	log_end(&line);
	text = written();
	n = strlen(text);
	assert_string_equal(text + n - 9, " cut=yes\n");
	assert_null(strstr(text, "last="));
	assert_true(n + 26 <= LIMIT_LOG_LINE_BYTES);
}

static void levels_that_are_not_wanted_are_not_written(void **state)
{
	struct log_line line;

	(void)state;
	log_begin(&line, LOG_DEBUG, "detail");
	log_integer(&line, "n", 1);
	log_end(&line);
	assert_string_equal(written(), "");
	log_level_set(LOG_DEBUG);
	log_begin(&line, LOG_DEBUG, "detail");
	log_end(&line);
	assert_string_equal(written(), "level=debug event=detail\n");
}

static void *write_lines(void *unused)
{
	(void)unused;
	for (int i = 0; i < THREAD_LINES; i++) {
		struct log_line line;

		log_begin(&line, LOG_INFO, "thread");
		log_integer(&line, "i", i);
		log_text(&line, "mark", "end");
		log_end(&line);
	}
	return NULL;
}

static void lines_of_several_threads_do_not_mix(void **state)
{
	pthread_t threads[THREADS];
	unsigned lines = 0;
	char text[256];
	FILE *in = fdopen(dup(ends[0]), "r");

	(void)state;
	assert_non_null(in);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, write_lines, NULL), 0);
	while (lines < THREADS * THREAD_LINES) {
		assert_non_null(fgets(text, sizeof text, in));
		assert_int_equal(strncmp(text, "time=", 5), 0);
		assert_string_equal(text + strlen(text) - 10, " mark=end\n");
		lines++;
	}
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(fclose(in), 0);
}

#define WITH_PIPE(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_PIPE(a_line_has_time_level_event_and_typed_pairs),
		WITH_PIPE(a_value_that_is_not_plain_is_refused),
		WITH_PIPE(a_sentence_stays_one_word),
		WITH_PIPE(a_line_that_is_too_long_says_so),
		WITH_PIPE(levels_that_are_not_wanted_are_not_written),
		WITH_PIPE(lines_of_several_threads_do_not_mix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
