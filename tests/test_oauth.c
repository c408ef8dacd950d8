/*
 * test_oauth.c - a token that a provider lends: asked for, renewed, taken back:
 * gateway/oauth.c, and gateway/hook_ask.c with it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/hook_ask.h"
#include "gateway/oauth.h"
#include "tests/provider.h"

static struct provider provider;
static struct fetcher *fetcher;
static struct hook_desk desk;
static struct fault fault;
static int64_t now_ms;

static int64_t clock_now(void *ctx)
{
	(void)ctx;
	return now_ms;
}

static void clock_sleep(void *ctx, int64_t ms)
{
	(void)ctx;
	now_ms += ms;
}

static uint32_t clock_chance(void *ctx)
{
	(void)ctx;
	return 0;
}

static void begin(bool is_basic, const char *const *answers)
{
	static const struct fetch_time time = { clock_now, clock_sleep, clock_chance,
						NULL };
	static char base[64];
	struct fetch_options options = { .base = base, .time = &time };
	struct oauth_options borrow = { .path = "/oauth2/token",
					.id = "cl:id",
					.secret = "s&cret +",
					.is_basic = is_basic };

	now_ms = 1000000;
	provider = (struct provider){ .count = 0 };
	for (; *answers; answers++)
		provider.answer[provider.count++] = *answers;
	provider_start(&provider);
	(void)snprintf(base, sizeof base, "http://127.0.0.1:%u", provider.port);
	assert_int_equal(fetcher_new(&options, &fetcher, &fault), ERR_OK);
	borrow.fetcher = fetcher;
	desk = (struct hook_desk){ .fetcher = fetcher };
	assert_int_equal(oauth_new(&borrow, &desk.oauth, &fault), ERR_OK);
}

static void end(size_t asked)
{
	provider_stop(&provider);
	assert_int_equal(provider.asked, asked);
	oauth_free(desk.oauth);
	fetcher_free(fetcher);
}

static void ask(enum err wanted, const char *sentence)
{
	struct buffer body;
	enum err err;

	buffer_init(&body, FETCH_BYTES_MAX);
	fault = (struct fault){ .err = ERR_OK };
	err = hook_ask(&desk, "/v1/x", &body, &fault);
	assert_string_equal(fault.text, sentence);
	assert_int_equal(err, wanted);
	if (!err)
		assert_string_equal(buffer_text(&body), "{}");
	buffer_release(&body);
}

static void request_has(size_t i, const char *text)
{
	if (!strstr(provider.request[i], text))
		fail_msg("request %zu lacks '%s': %s", i, text, provider.request[i]);
}

#define OK(body) ANSWER("200 OK", "", body)
#define TOKEN(name, end)                                                                 \
	OK("{\"token_type\":\"Bearer\",\"access_token\":\"" name "\"" end "}")

static void a_token_is_borrowed_once(void **unused)
{
	(void)unused;
	begin(true, ANSWERS(TOKEN("one", ",\"expires_in\":32400"), OK("{}"), OK("{}")));
	ask(ERR_OK, "");
	ask(ERR_OK, "");
	end(3);
	request_has(0, "POST /oauth2/token HTTP/1.1\r\n");
	request_has(0, "\r\nAuthorization: Basic Y2w6aWQ6cyZjcmV0ICs=\r\n");
	request_has(0, "\r\n\r\ngrant_type=client_credentials");
	assert_null(strstr(provider.request[0], "client_secret"));
	request_has(1, "\r\nAuthorization: Bearer one\r\n");
	request_has(2, "\r\nAuthorization: Bearer one\r\n");
}

/* A minute before its end; one of no life that is told has five minutes. */
static void a_token_is_renewed_before_its_end(void **unused)
{
	(void)unused;
	begin(true, ANSWERS(TOKEN("one", ",\"expires_in\":1800"), OK("{}"), OK("{}"),
			    TOKEN("two", ""), OK("{}"), OK("{}"),
			    TOKEN("three", ",\"expires_in\":999999999"), OK("{}"),
			    TOKEN("four", ""), OK("{}")));
	ask(ERR_OK, "");
	now_ms += 1739999;
	ask(ERR_OK, "");
	now_ms += 1;
	ask(ERR_OK, "");
	now_ms += 239999;
	ask(ERR_OK, "");
	now_ms += 1;
	ask(ERR_OK, "");
	now_ms += (int64_t)OAUTH_LIFE_MAX_S * 1000; /* no life is longer */
	ask(ERR_OK, "");
	end(10);
	request_has(2, "Bearer one\r\n");
	request_has(4, "Bearer two\r\n");
	request_has(5, "Bearer two\r\n");
	request_has(7, "Bearer three\r\n");
	request_has(9, "Bearer four\r\n");
}

static void a_token_that_is_not_taken_is_renewed_once(void **unused)
{
	const char *denied = "it answers 401: is the key good for this";

	(void)unused;
	begin(true,
	      ANSWERS(TOKEN("one", ",\"expires_in\":1800"), OK("{}"),
		      ANSWER("401 No", "", ""), TOKEN("two", ",\"expires_in\":1800"),
		      OK("{}"), ANSWER("401 No", "", "")));
	ask(ERR_OK, "");
	now_ms += 60000;
	ask(ERR_OK, "");
	/* It is of now: another would not be taken either. */
	ask(ERR_DENIED, denied);
	end(6);
	request_has(4, "Bearer two\r\n");
	request_has(5, "Bearer two\r\n");
}

static void a_refresh_token_goes_before_the_secret(void **unused)
{
	(void)unused;
	begin(false, ANSWERS(TOKEN("one", ",\"refresh_token\":\"again-1\""), OK("{}"),
			     TOKEN("two", ",\"refresh_token\":\"again/2\""), OK("{}"),
			     ANSWER("400 No", "", "{\"error\":\"invalid_grant\"}"),
			     TOKEN("three", ""), OK("{}")));
	for (int i = 0; i < 3; i++) {
		ask(ERR_OK, "");
		now_ms += 300000;
	}
	end(7);
	request_has(0, "\r\n\r\ngrant_type=client_credentials&client_id=cl%3Aid&client_"
		       "secret=s%26cret%20%2B");
	assert_null(strstr(provider.request[0], "Authorization"));
	request_has(2, "\r\n\r\ngrant_type=refresh_token&client_id=cl%3Aid&refresh_token="
		       "again-1");
	request_has(4, "&refresh_token=again%2F2");
	request_has(5, "grant_type=client_credentials");
	request_has(6, "Bearer three\r\n");
}

static void without_a_token_nothing_is_asked(void **unused)
{
	static const struct {
		const char *answer;
		enum err err;
		const char *sentence;
	} cases[] = {
		{ ANSWER("401 No", "", "{\"error\":\"invalid_client\"}"), ERR_DENIED,
		  "a token of the provider: it answers 401: are the client's id and "
		  "secret good" },
		{ ANSWER("503 No", "", ""), ERR_BUSY,
		  "a token of the provider: it answers 503" },
		{ ANSWER("302 Found", "Location: http://127.0.0.1:1/\r\n", ""),
		  ERR_INVALID, "a token of the provider: it answers 302" },
		{ OK("<html>"), ERR_INVALID,
		  "a token of the provider: JSON at line 1, column 1: a value is "
		  "wanted" },
		{ OK("{\"token_type\":\"mac\",\"access_token\":\"x\"}"), ERR_INVALID,
		  "a token of the provider: what it answers is no token" },
		{ TOKEN("", ""), ERR_INVALID,
		  "a token of the provider: what it answers is no token" },
		{ TOKEN("a\\r\\nX: y", ""), ERR_INVALID,
		  "a token of the provider: what it answers is no token" },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		begin(true, ANSWERS(cases[i].answer));
		ask(cases[i].err, cases[i].sentence);
		end(1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_is_borrowed_once),
		cmocka_unit_test(a_token_is_renewed_before_its_end),
		cmocka_unit_test(a_token_that_is_not_taken_is_renewed_once),
		cmocka_unit_test(a_refresh_token_goes_before_the_secret),
		cmocka_unit_test(without_a_token_nothing_is_asked),
	};

	return cmocka_run_group_tests_name("oauth", tests, NULL, NULL);
}
