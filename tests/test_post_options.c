/*
 * test_post_options.c - the command line and the configuration file of arrondi-post,
 * and the addresses that it takes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/post_options.h"
#include "gateway/post_url.h"

#define LEN(array) (sizeof(array) / sizeof *(array))
#define VKEY       "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"

static struct fault fault;
static char path[] = "/tmp/arrondi-post-options.XXXXXX";

static int make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

static int drop_file(void **state)
{
	(void)state;
	return unlink(path);
}

static void write_config(const char *text, size_t n)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, n, file), n);
	assert_int_equal(fclose(file), 0);
}

static void good(struct post_options *options)
{
	static const char *const words[POST_WORD__COUNT] = {
		[POST_URL] = "https://ledger.example",
		[POST_TOKEN_FILE] = "token",
		[POST_VKEY] = VKEY,
		[POST_STATE] = "state",
		[POST_SOURCE] = "salary",
		[POST_PERIOD] = "2026-10",
		[POST_COLLECTED_ON] = "2026-10-30",
		[POST_STEP] = "1.00",
		[POST_TERMS] = "2026-09",
		[POST_REFERENCE] = "PAYE-2026-10",
	};

	post_options_init(options);
	memcpy(options->word, words, sizeof words);
	options->file = "paie.csv";
}

/* ---- addresses ---- */

static void https_and_this_very_machine_are_taken(void **state)
{
	static const struct {
		const char *text, *base;
		bool is_plain;
	} cases[] = {
		{ "https://ledger.example", "https://ledger.example", false },
		{ "https://ledger.example/", "https://ledger.example", false },
		{ "https://ledger.example:8443/don/", "https://ledger.example:8443/don",
		  false },
		{ "https://[2001:db8::1]:443", "https://[2001:db8::1]:443", false },
		{ "http://127.0.0.1:8080", "http://127.0.0.1:8080", true },
		{ "http://127.3.2.1", "http://127.3.2.1", true },
		{ "http://localhost:1/", "http://localhost:1", true },
		{ "http://[::1]:8080", "http://[::1]:8080", true },
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct post_url url;

		assert_int_equal(post_url_parse(cases[i].text, &url, &fault), ERR_OK);
		assert_string_equal(url.base, cases[i].base);
		assert_int_equal(url.is_plain, cases[i].is_plain);
	}
}

static void addresses_that_leak_or_mislead_are_refused(void **state)
{
	static const char *const cases[] = {
		"",
		"ledger.example",
		"ftp://ledger.example",
		"HTTPS://ledger.example",
		"https://",
		"https:///x",
		"https://user@ledger.example",
		"https://user:pass@ledger.example",
		"https://ledger.example?x=1",
		"https://ledger.example#x",
		"https://ledger.example/a//b",
		"https://ledger.example/../b",
		"https://ledger.example/a%2fb",
		"https://ledger.example:0",
		"https://ledger.example:65536",
		"https://ledger.example:",
		"https://ledger.example:80x",
		"https://[::1",
		"https://ledger.example\\@evil.example",
		"https://ledger.example /",
		"http://ledger.example",
		"http://127.0.0.1.evil.example",
		"http://127.0.0",
		"http://127.0.0.256",
		"http://128.0.0.1",
		"http://localhost.evil.example",
		"http://0.0.0.0",
		"http://[::2]",
	};
	char longer[POST_URL_BYTES_MAX + 32] = "https://";

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct post_url url = { "untouched", false };

		assert_int_equal(post_url_parse(cases[i], &url, &fault), ERR_USAGE);
		assert_string_equal(url.base, "untouched");
	}
	memset(longer + 8, 'a', POST_URL_BYTES_MAX);
	assert_int_equal(
		post_url_parse(longer, &(struct post_url){ .is_plain = true }, &fault),
		ERR_USAGE);
}

static void parameters_are_percent_encoded(void **state)
{
	struct post_url url;
	struct buffer out;
	bool is_first = true;

	(void)state;
	buffer_init(&out, 200);
	assert_int_equal(post_url_parse("https://h/p", &url, &fault), ERR_OK);
	post_url_put(&url, "/v1/batches", &out);
	post_url_put_parameter(&out, &is_first, "site", "a:b-c_d.e");
	post_url_put_parameter(&out, &is_first, "x", "&= /\xc3\xa9");
	assert_string_equal(
		buffer_text(&out),
		"https://h/p/v1/batches?site=a%3Ab-c_d.e&x=%26%3D%20%2F%C3%A9");
	buffer_release(&out);
}

/* ---- options ---- */

static void good_options_are_read(void **state)
{
	struct post_options options;

	(void)state;
	good(&options);
	assert_int_equal(post_options_check(&options, &fault), ERR_OK);
	assert_int_equal(cents_value(options.step), 100);
	assert_int_equal(options.retries, POST_RETRIES_DEFAULT);
	assert_string_equal(options.vkey.name, "PeterNeumann");
	options.word[POST_RETRIES] = "0";
	options.word[POST_SITE] = "bobigny-2";
	assert_int_equal(post_options_check(&options, &fault), ERR_OK);
	assert_int_equal(options.retries, 0);
	post_options_release(&options);
}

static void each_needed_option_is_asked_for(void **state)
{
	(void)state;
	for (unsigned i = 0; i < POST_WORD__COUNT; i++) {
		struct post_options options;
		bool is_needed = i < POST_SITE;

		good(&options);
		options.word[i] = NULL;
		assert_int_equal(post_options_check(&options, &fault),
				 is_needed ? ERR_USAGE : ERR_OK);
		if (is_needed)
			assert_non_null(
				strstr(fault.text, post_word_name((enum post_word)i)));
		post_options_release(&options);
	}
}

static void each_option_of_another_form_is_refused(void **state)
{
	static const struct {
		enum post_word word;
		const char *value;
	} cases[] = {
		{ POST_URL, "http://ledger.example" },
		{ POST_TOKEN_FILE, "" },
		{ POST_VKEY, "PeterNeumann+c74f20a4+ARpc" },
		{ POST_STATE, "" },
		{ POST_SOURCE, "salaire" },
		{ POST_PERIOD, "2026-13" },
		{ POST_COLLECTED_ON, "2026-02-30" },
		{ POST_STEP, "0.00" },
		{ POST_STEP, "un" },
		{ POST_STEP, "-1" },
		{ POST_TERMS, "V 2" },
		{ POST_REFERENCE, "paye" },
		{ POST_REFERENCE, "PAYE/2026" },
		{ POST_REFERENCE, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456" },
		{ POST_SITE, "Bobigny" },
		{ POST_RETRIES, "21" },
		{ POST_RETRIES, "-1" },
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct post_options options;

		good(&options);
		options.word[cases[i].word] = cases[i].value;
		assert_int_equal(post_options_check(&options, &fault), ERR_USAGE);
		assert_non_null(strstr(fault.text, post_word_name(cases[i].word)));
		post_options_release(&options);
	}
}

static void a_file_must_be_named(void **state)
{
	struct post_options options;

	(void)state;
	good(&options);
	options.file = NULL;
	assert_int_equal(post_options_check(&options, &fault), ERR_USAGE);
	post_options_release(&options);
}

/* ---- the configuration file ---- */

static void a_configuration_fills_what_the_command_line_left_out(void **state)
{
	static const char text[] = "# a comment\n"
				   "\n"
				   "url = https://other.example\r\n"
				   "\t step=5.00 \n"
				   "token-file = /etc/a file = with signs\n"
				   "terms = 2027-01";
	struct post_options options;

	(void)state;
	write_config(text, strlen(text));
	post_options_init(&options);
	options.word[POST_TERMS] = "2026-09";
	assert_int_equal(post_options_read(&options, path, &fault), ERR_OK);
	assert_string_equal(options.word[POST_URL], "https://other.example");
	assert_string_equal(options.word[POST_STEP], "5.00");
	assert_string_equal(options.word[POST_TOKEN_FILE], "/etc/a file = with signs");
	assert_string_equal(options.word[POST_TERMS], "2026-09");
	assert_null(options.word[POST_PERIOD]);
	post_options_release(&options);
}

static void a_wrong_line_is_named(void **state)
{
	static const struct {
		const char *text;
		const char *line;
	} cases[] = {
		{ "url = https://a\nurl = https://b\n", ":2:" },
		{ "ulr = https://a\n", ":1:" },
		{ "\n\nurl https://a\n", ":3:" },
		{ "= https://a\n", ":1:" },
		{ "dry-run = 1\n", ":1:" },
		{ "config = other\n", ":1:" },
		{ "url = a\x01"
		  "b\n",
		  ":1:" },
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct post_options options;

		write_config(cases[i].text, strlen(cases[i].text));
		post_options_init(&options);
		assert_int_equal(post_options_read(&options, path, &fault), ERR_USAGE);
		assert_non_null(strstr(fault.text, cases[i].line));
		assert_null(options.word[POST_URL]);
		post_options_release(&options);
	}
}

static void what_is_no_configuration_is_refused(void **state)
{
	static char big[POST_CONFIG_BYTES_MAX + 1];
	struct post_options options;

	(void)state;
	post_options_init(&options);
	write_config("url\0x", 5);
	assert_int_equal(post_options_read(&options, path, &fault), ERR_USAGE);
	post_options_release(&options);

	post_options_init(&options);
	memset(big, '\n', sizeof big);
	write_config(big, sizeof big);
	assert_int_equal(post_options_read(&options, path, &fault), ERR_TOO_BIG);
	post_options_release(&options);

	post_options_init(&options);
	assert_int_equal(post_options_read(&options, "/nowhere/at/all", &fault), ERR_IO);
	post_options_release(&options);

	post_options_init(&options);
	write_config("", 0);
	assert_int_equal(post_options_read(&options, path, &fault), ERR_OK);
	post_options_release(&options);
}

static void the_example_is_a_configuration(void **state)
{
	struct post_options options;

	(void)state;
	good(&options);
	for (unsigned i = 0; i < POST_WORD__COUNT; i++)
		if (i != POST_VKEY && i != POST_PERIOD && i != POST_COLLECTED_ON &&
		    i != POST_REFERENCE)
			options.word[i] = NULL;
	assert_int_equal(post_options_read(&options, "gateway/post.conf.example", &fault),
			 ERR_OK);
	assert_int_equal(post_options_check(&options, &fault), ERR_OK);
	post_options_release(&options);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(https_and_this_very_machine_are_taken),
		cmocka_unit_test(addresses_that_leak_or_mislead_are_refused),
		cmocka_unit_test(parameters_are_percent_encoded),
		cmocka_unit_test(good_options_are_read),
		cmocka_unit_test(each_needed_option_is_asked_for),
		cmocka_unit_test(each_option_of_another_form_is_refused),
		cmocka_unit_test(a_file_must_be_named),
		cmocka_unit_test(a_configuration_fills_what_the_command_line_left_out),
		cmocka_unit_test(a_wrong_line_is_named),
		cmocka_unit_test(what_is_no_configuration_is_refused),
		cmocka_unit_test(the_example_is_a_configuration),
	};

	return cmocka_run_group_tests(tests, make_file, drop_file);
}
