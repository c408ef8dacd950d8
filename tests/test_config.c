/* What a configuration file may say: gateway/config.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/config.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static char path[] = "/tmp/arrondi-config-XXXXXX";
static struct config config;
static struct fault fault;

static int start(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 || close(fd);
}

static int stop(void **state)
{
	(void)state;
	return unlink(path);
}

static enum err read_bytes(const char *text, size_t n)
{
	FILE *file = fopen(path, "wbe");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, n, file), n);
	assert_int_equal(fclose(file), 0);
	fault = (struct fault){ 0 };
	config_init(&config);
	return config_read(path, &config, &fault);
}

static enum err read_text(const char *text)
{
	return read_bytes(text, strlen(text));
}

static void expect_refused(const char *text, unsigned line, const char *word)
{
	struct config before;
	char place[64];

	config_init(&before);
	if (read_text(text) != ERR_USAGE)
		fail_msg("taken: %s", text);
	(void)snprintf(place, sizeof place, "%s:%u: ", path, line);
	if (strncmp(fault.text, place, strlen(place)) != 0 || !strstr(fault.text, word))
		fail_msg("'%s' does not begin with '%s' or lacks '%s'", fault.text, place,
			 word);
	assert_memory_equal(&before, &config, sizeof config);
}

static void an_empty_file_means_the_defaults(void **state)
{
	struct http_options options;

	(void)state;
	assert_int_equal(read_text(""), ERR_OK);
	assert_string_equal(config.listen, "127.0.0.1:8080");
	assert_int_equal(config.threads, LIMIT_THREADS);
	assert_false(config.entries_public);
	assert_int_equal(config.batch_body_bytes_max, LIMIT_BATCH_BODY_BYTES);
	assert_int_equal(config.body_bytes_max, LIMIT_BODY_BYTES);
	assert_int_equal(config.batch_rows_max, LIMIT_BATCH_ROWS);
	config_http_options(&config, &options);
	assert_string_equal(options.listen, "127.0.0.1:8080");
	assert_int_equal(options.read_deadline_ms, LIMIT_READ_DEADLINE_MS);
	assert_int_equal(options.idle_ms, LIMIT_IDLE_MS);
	assert_int_equal(options.stop_grace_ms, LIMIT_STOP_GRACE_MS);
	assert_int_equal(options.header_bytes_max, LIMIT_HEADER_BYTES);
	assert_int_equal(options.in_flight_body_bytes_max, LIMIT_IN_FLIGHT_BODY_BYTES);
	assert_int_equal(options.drain_bytes_max, LIMIT_DRAIN_BYTES);
	assert_int_equal(options.connections_max, LIMIT_CONNECTIONS);
}

static void keys_go_where_they_belong(void **state)
{
	struct http_options options;

	(void)state;
	assert_int_equal(read_text("# a comment\r\n"
				   "[gateway]\r\n"
				   "listen = [::1]:0 ; another\r\n"
				   "threads=4\n"
				   "entries_public : yes\n"
				   "\n"
				   "[limits]\n"
				   "read_deadline_s = 60\n"
				   "connections_per_address_max = 7\n"
				   "batch_rows_max = 100000"),
			 ERR_OK);
	assert_string_equal(config.listen, "[::1]:0");
	assert_int_equal(config.threads, 4);
	assert_true(config.entries_public);
	assert_int_equal(config.batch_rows_max, 100000);
	config_http_options(&config, &options);
	assert_int_equal(options.threads, 4);
	assert_int_equal(options.read_deadline_ms, 60000);
	assert_int_equal(options.connections_per_address_max, 7);
}

static void what_is_off_is_refused_with_its_line(void **state)
{
	(void)state;
	expect_refused("[gateway]\nlisten = a\nthread = 2\n", 3, "'thread'");
	expect_refused("[limits]\nthreads = 2\n", 2, "'threads'");
	expect_refused("threads = 2\n", 1, "'threads'");
	/* What would move the cursor of who reads it is not repeated. */
	expect_refused("[gateway]\nthr\033[2Jeads = 2\n", 2, "no key '?'");
	expect_refused("\n[Gateway]\n", 2, "section");
	expect_refused("[gatewayx]\n", 1, "section");
	expect_refused("[gateway]\nthreads = 2\n\nthreads = 2\n", 4, "line 2");
	expect_refused("[gateway]\nthreads = 2\n[limits]\n[gateway]\nthreads = 3\n", 5,
		       "line 2");
	expect_refused("[gateway]\nthreads\n", 2, "key = value");
	expect_refused("[gateway\nthreads = 2\n", 1, "section");
	expect_refused("\r\r[g\r\rway]\nthreads = 2\n", 1, "blank");
	expect_refused("\v[gateway]\n", 1, "blank");
	expect_refused("\xef\xbb\xbf[g\r\033[2J]\nthreads = 2\n", 2, "section '?'");
	expect_refused("[gateway]\nlisten =\n", 2, "1 to 64");
	expect_refused("[gateway]\nlisten = a\n b\n", 3, "blank");
	expect_refused("[gateway]\nentries_public = true\n", 2, "yes or no");
	expect_refused("[gateway]\nentries_public = Yes\n", 2, "yes or no");
}

static void numbers_are_digits_within_bounds(void **state)
{
	static const char *const bad[] = {
		"",    "0",    "65", "-1",  "+1",
		"1.5", "0x10", "2k", "2 2", "99999999999999999999",
		"1e1"
	};
	char text[128];

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		(void)snprintf(text, sizeof text, "[gateway]\nthreads = %s\n", bad[i]);
		expect_refused(text, 2, "whole number from 1 to 64");
	}
	assert_int_equal(read_text("[gateway]\nthreads = 64\n"), ERR_OK);
	assert_int_equal(read_text("[limits]\ndrain_bytes_max = 0\n"), ERR_OK);
	expect_refused("[limits]\nbatch_rows_max = 100001\n", 2, "batch_rows_max");
}

static void long_lines_long_files_and_nuls_are_refused(void **state)
{
	char text[4 * LIMIT_CONFIG_LINES];
	size_t n;

	(void)state;
	n = (size_t)snprintf(text, sizeof text, "[gateway]\nlisten = ");
	memset(text + n, 'a', 400);
	(void)snprintf(text + n + 400, sizeof text - n - 400, "\n");
	expect_refused(text, 2, "too long");
	for (n = 0; n < LIMIT_CONFIG_LINES + 1; n++)
		memcpy(text + 2 * n, "#\n", 3);
	expect_refused(text, LIMIT_CONFIG_LINES + 1, "too many lines");
	assert_int_equal(read_bytes("[gateway]\nlisten = a\0b\n", 23), ERR_USAGE);
	assert_non_null(strstr(fault.text, "NUL"));
}

static void a_file_that_is_not_there_is_an_io_error(void **state)
{
	(void)state;
	config_init(&config);
	assert_int_equal(config_read("/nonexistent/gateway.conf", &config, &fault),
			 ERR_IO);
	assert_int_equal(config_read("/tmp", &config, &fault), ERR_IO);
}

static void the_example_shows_the_defaults(void **state)
{
	struct config before;

	(void)state;
	config_init(&before);
	config_init(&config);
	config.threads = 9;
	if (config_read("gateway/gateway.conf.example", &config, &fault))
		fail_msg("%s", fault.text);
	assert_memory_equal(&before, &config, sizeof config);
}

static void each_hook_has_a_section_of_its_own(void **state)
{
	(void)state;
	assert_int_equal(read_text("[hook shop-1]\nprovider = stripe\nfund = general\n"
				   "authorisation = 12\n[inbox]\npurge_days = 7\n[hook "
				   "b]\nsandbox = yes\n"
				   "[hook shop-1]\nmember = provider:stripe\n"),
			 ERR_OK);
	assert_int_equal(config.purge_days, 7);
	assert_int_equal(config.hook_count, 2);
	assert_string_equal(config.hook[0].name, "shop-1");
	assert_string_equal(config.hook[0].provider, "stripe");
	assert_string_equal(config.hook[0].fund, "general");
	assert_string_equal(config.hook[0].member, "provider:stripe");
	assert_string_equal(config.hook[0].secret_file, "");
	assert_false(config.hook[0].sandbox);
	assert_int_equal(config.hook[0].authorisation, 12);
	assert_int_equal(config.hook[1].authorisation, 0);
	assert_string_equal(config.hook[1].name, "b");
	assert_true(config.hook[1].sandbox);
}

static void each_endpoint_of_members_has_a_section_of_its_own(void **state)
{
	(void)state;
	assert_int_equal(read_text("[notify a]\nmember = operator\nurl = https://a.fr/x\n"
				   "[outbox]\npurge_days = 9\n[notify b]\n"
				   "missing_days = 3\nevents = payment.made\n"),
			 ERR_OK);
	assert_int_equal(config.outbox_purge_days, 9);
	assert_int_equal(config.notify_count, 2);
	assert_int_equal(config.hook_count, 0);
	assert_string_equal(config.notify[0].name, "a");
	assert_string_equal(config.notify[0].url, "https://a.fr/x");
	assert_int_equal(config.notify[0].missing_days, LIMIT_MISSING_DAYS);
	assert_int_equal(config.notify[1].missing_days, 3);
	assert_string_equal(config.notify[1].events, "payment.made");
	expect_refused("[notify A]\nurl = x\n", 2, "a notify's name is 1 to 32");
	expect_refused("[notify a]\nfund = general\n", 2,
		       "there is no key 'fund' in section 'notify'");
}

static void what_is_off_in_a_hook_is_refused_with_its_line(void **state)
{
	char text[64 * (CONFIG_HOOKS_MAX + 1)];
	size_t n = 0;

	(void)state;
	expect_refused("[hook A]\nfund = general\n", 2,
		       "a hook's name is 1 to 32 of a-z, 0-9 and '-'");
	expect_refused("[hook ]\nfund = general\n", 2, "a hook's name");
	expect_refused("[hook a]\nauthorisation = 0\n", 2, "authorisation");
	expect_refused("[hook a]\nfund = general\n[hook a]\nfund = general\n", 4,
		       "'fund' was set on line 2 already");
	expect_refused("[hook a]\nlisten = 1\n", 2,
		       "there is no key 'listen' in section 'hook'");
	expect_refused("[hook a]\nsandbox = maybe\n", 2, "'sandbox' must be yes or no");
	expect_refused("[inbox]\npurge_days = 0\n", 2, "from 1 to 3660");
	for (int i = 0; i <= CONFIG_HOOKS_MAX; i++)
		n += (size_t)snprintf(text + n, sizeof text - n,
				      "[hook h%d]\nfund = general\n", i);
	expect_refused(text, 2 * (CONFIG_HOOKS_MAX + 1),
		       "there are too many sections of");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_file_means_the_defaults),
		cmocka_unit_test(keys_go_where_they_belong),
		cmocka_unit_test(what_is_off_is_refused_with_its_line),
		cmocka_unit_test(numbers_are_digits_within_bounds),
		cmocka_unit_test(long_lines_long_files_and_nuls_are_refused),
		cmocka_unit_test(a_file_that_is_not_there_is_an_io_error),
		cmocka_unit_test(the_example_shows_the_defaults),
		cmocka_unit_test(each_hook_has_a_section_of_its_own),
		cmocka_unit_test(each_endpoint_of_members_has_a_section_of_its_own),
		cmocka_unit_test(what_is_off_in_a_hook_is_refused_with_its_line),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
