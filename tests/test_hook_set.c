/*
 * test_hook_set.c - endpoints as a configuration and its files make them.
 *
 * Covers gateway/hook_set.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "gateway/hook_set.h"
#include "keys/file.h"
#include "tests/temporary.h"

static struct temporary *place;
static struct config config;
static struct fault fault;

static int start(void **unused)
{
	(void)unused;
	place = temporary_empty();
	config_init(&config);
	return 0;
}

static int stop(void **unused)
{
	(void)unused;
	temporary_free(place);
	return 0;
}

static void secret_file(const char *name, const char *text, mode_t mode,
			char ret_path[CONFIG_FILE_CHARS + 1])
{
	char path[TEMPORARY_PATH];

	temporary_path(place, name, path);
	assert_true(strlen(path) <= CONFIG_FILE_CHARS);
	memcpy(ret_path, path, strlen(path) + 1);
	assert_int_equal(file_write(path, slice_of_text(text), mode, &fault), ERR_OK);
}

static struct config_hook *hook_add(const char *name, const char *provider)
{
	struct config_hook *hook = &config.hook[config.hook_count++];

	(void)snprintf(hook->name, sizeof hook->name, "%s", name);
	(void)snprintf(hook->provider, sizeof hook->provider, "%s", provider);
	(void)snprintf(hook->member, sizeof hook->member, "provider:%s", provider);
	(void)snprintf(hook->fund, sizeof hook->fund, "general");
	return hook;
}

static void expect_refused(const char *sentence)
{
	struct hook_set *set = NULL;

	assert_int_not_equal(hook_set_load(&config, &set, &fault), ERR_OK);
	assert_null(set);
	if (!strstr(fault.text, sentence))
		fail_msg("'%s' lacks '%s'", fault.text, sentence);
}

static void a_client_borrows_its_tokens(void **unused)
{
	struct config_hook *hook = hook_add("asso", "helloasso");
	struct hook_set *set;

	(void)unused;
	secret_file("secret", "a-partner-key-of-this-test\n", 0600, hook->secret_file);
	secret_file("id", "client\n", 0600, hook->client_id_file);
	expect_refused("'client_id_file' and 'client_secret_file' go together");
	secret_file("client", "of-this-test\n", 0600, hook->client_secret_file);
	secret_file("token", "of-this-test\n", 0600, hook->token_file);
	expect_refused("in the place of 'token_file'");
	hook->token_file[0] = '\0';
	(void)snprintf(hook->account, sizeof hook->account, "fondation");
	assert_int_equal(hook_set_load(&config, &set, &fault), ERR_OK);
	assert_non_null(hook_set_desk(set, 0)->oauth);
	assert_null(hook_set_desk(set, 0)->token);
	assert_string_equal(hook_set_desk(set, 0)->endpoint.account, "fondation");
	hook_set_unref(set);
	(void)snprintf(hook->provider, sizeof hook->provider, "gocardless");
	expect_refused("this provider gives no tokens");
}

static void no_hooks_are_a_set_of_none(void **unused)
{
	struct hook_set *set;

	(void)unused;
	assert_int_equal(hook_set_load(&config, &set, &fault), ERR_OK);
	assert_int_equal(hook_set_count(set), 0);
	assert_null(hook_set_find(set, "shop"));
	hook_set_unref(set);
}

static void secrets_are_the_lines_of_their_file(void **unused)
{
	struct config_hook *hook = hook_add("shop", "stripe");
	const struct hook_desk *desk;
	struct hook_set *set;

	(void)unused;
	secret_file("secrets", "\nwhsec_first\r\n\nwhsec_second", 0600,
		    hook->secret_file);
	secret_file("token", "sk_test_1\n", 0600, hook->token_file);
	if (hook_set_load(&config, &set, &fault) != ERR_OK)
		fail_msg("%s", fault.text);
	desk = hook_set_find(set, "shop");
	assert_non_null(desk);
	assert_ptr_equal(desk, hook_set_desk(set, 0));
	assert_ptr_equal(desk->endpoint.adapter, &hook_stripe);
	assert_int_equal(desk->endpoint.environment, HOOK_LIVE);
	assert_int_equal(desk->endpoint.secret_count, 2);
	assert_true(slice_equal_text(desk->endpoint.secret[0], "whsec_first"));
	assert_true(slice_equal_text(desk->endpoint.secret[1], "whsec_second"));
	assert_string_equal(desk->token, "sk_test_1");
	assert_string_equal(desk->member, "provider:stripe");
	assert_string_equal(desk->fund, "general");
	assert_non_null(desk->fetcher);
	hook_set_unref(set);
}

/* Who is at work with the old set keeps it. */
static void a_set_lives_as_long_as_somebody_has_it(void **unused)
{
	struct config_hook *hook = hook_add("shop", "stripe");
	struct hook_set *set, *kept;

	(void)unused;
	secret_file("secrets", "whsec_first\n", 0600, hook->secret_file);
	assert_int_equal(hook_set_load(&config, &set, &fault), ERR_OK);
	kept = hook_set_ref(set);
	hook_set_unref(set);
	assert_true(slice_equal_text(hook_set_desk(kept, 0)->endpoint.secret[0],
				     "whsec_first"));
	hook_set_unref(kept);
}

static void what_is_missing_or_off_is_named(void **unused)
{
	struct config_hook *hook = hook_add("shop", "stripe");
	struct config_hook whole;

	(void)unused;
	secret_file("secrets", "whsec_first\n", 0600, hook->secret_file);
	whole = *hook;
	hook->provider[0] = '\0';
	expect_refused("[hook shop]: 'provider' is missing");
	*hook = whole;
	hook->member[0] = '\0';
	expect_refused("'member' is missing: who the provider is in the ledger");
	*hook = whole;
	hook->fund[0] = '\0';
	expect_refused("'fund' is missing: where its gifts go");
	*hook = whole;
	(void)snprintf(hook->provider, sizeof hook->provider, "strpe");
	expect_refused("no provider has that name");
	*hook = whole;
	hook->secret_file[0] = '\0';
	expect_refused("[hook shop]: ");
	*hook = whole;
	secret_file("open", "whsec_first\n", 0644, hook->secret_file);
	expect_refused("[hook shop]: ");
	assert_non_null(strstr(fault.text, "others"));
	secret_file("empty", "\n\n", 0600, hook->token_file);
	hook->secret_file[0] = '\0';
	memcpy(hook->secret_file, whole.secret_file, sizeof whole.secret_file);
	expect_refused("is empty");
	secret_file("many", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", 0600, hook->secret_file);
	expect_refused("its file of secrets has more than 8");
}

#define SET_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SET_TEST(no_hooks_are_a_set_of_none),
		SET_TEST(a_client_borrows_its_tokens),
		SET_TEST(secrets_are_the_lines_of_their_file),
		SET_TEST(a_set_lives_as_long_as_somebody_has_it),
		SET_TEST(what_is_missing_or_off_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
