/*
 * test_fetch.c - asking a provider that answers, is slow, is down, or answers nonsense:
 * gateway/fetch.c, gateway/breaker.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/breaker.h"
#include "gateway/fetch.h"
#include "tests/provider.h"

/* ---- a clock that only moves when somebody sleeps ---- */

struct clock {
	int64_t now_ms;
	unsigned sleeps;
};

static int64_t clock_now(void *ctx)
{
	const struct clock *clock = ctx;

	return clock->now_ms;
}

static void clock_sleep(void *ctx, int64_t ms)
{
	struct clock *clock = ctx;

	clock->now_ms += ms;
	clock->sleeps++;
}

static uint32_t clock_chance(void *ctx)
{
	(void)ctx;
	return 0;
}

struct rig {
	struct provider provider;
	struct clock clock;
	struct fetcher *fetcher;
	struct buffer body;
	struct fault fault;
};

static struct rig rig;

static void rig_begin(const char *const *answers)
{
	static struct fetch_time time = { clock_now, clock_sleep, clock_chance,
					  &rig.clock };
	struct fetch_options options = { .time = &time };
	char base[64];

	rig = (struct rig){ .clock = { .now_ms = 1000 } };
	for (; *answers; answers++)
		rig.provider.answer[rig.provider.count++] = *answers;
	provider_start(&rig.provider);
	snprintf(base, sizeof base, "http://127.0.0.1:%u", rig.provider.port);
	options.base = base;
	buffer_init(&rig.body, FETCH_BYTES_MAX);
	assert_int_equal(fetcher_new(&options, &rig.fetcher, &rig.fault), ERR_OK);
}

static void rig_end(size_t asked)
{
	provider_stop(&rig.provider);
	assert_int_equal(rig.provider.asked, asked);
	fetcher_free(rig.fetcher);
	buffer_release(&rig.body);
}

static void assert_get(enum err wanted, const char *sentence)
{
	enum err err;

	rig.fault = (struct fault){ 0 };
	buffer_clear(&rig.body);
	err = fetcher_get(rig.fetcher, "/v1/x?y=1", "sk_secret", &rig.body, &rig.fault);
	assert_string_equal(rig.fault.text, sentence);
	assert_int_equal(err, wanted);
}

static void what_is_there_is_fetched(void **state)
{
	(void)state;
	rig_begin(ANSWERS(ANSWER("200 OK", "Content-Length: 2\r\n", "{}")));
	assert_get(ERR_OK, "");
	assert_string_equal(buffer_text(&rig.body), "{}");
	rig_end(1);
	assert_non_null(strstr(rig.provider.request[0], "GET /v1/x?y=1 HTTP/1.1\r\n"));
	assert_non_null(
		strstr(rig.provider.request[0], "Authorization: Bearer sk_secret"));
}

static void what_is_not_there_is_said(void **state)
{
	static const struct {
		const char *answer;
		enum err err;
		const char *sentence;
	} cases[] = {
		{ ANSWER("404 Not Found", "", "x"), ERR_NOT_FOUND,
		  "it answers 404: there is no such thing" },
		{ ANSWER("410 Gone", "", "x"), ERR_NOT_FOUND,
		  "it answers 410: there is no such thing" },
		{ ANSWER("401 Unauthorized", "", "x"), ERR_DENIED,
		  "it answers 401: is the key good for this" },
		{ ANSWER("400 Bad Request", "", "x"), ERR_INVALID, "it answers 400" },
		{ ANSWER("204 No Content", "", ""), ERR_INVALID, "it answers 204" },
		/* Not followed: a key must not wander. */
		{ ANSWER("302 Found", "Location: http://127.0.0.1:1/\r\n", ""),
		  ERR_INVALID, "it answers 302" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		rig_begin(ANSWERS(cases[i].answer));
		assert_get(cases[i].err, cases[i].sentence);
		assert_int_equal(rig.clock.sleeps, 0);
		rig_end(1);
	}
}

static void what_fails_is_tried_again(void **state)
{
	(void)state;
	rig_begin(ANSWERS(ANSWER("503 Service Unavailable", "", "x"), "",
			  ANSWER("200 OK", "Content-Length: 2\r\n", "{}")));
	assert_get(ERR_OK, "");
	assert_int_equal(rig.clock.sleeps, 2);
	rig_end(3);
	rig_begin(ANSWERS(ANSWER("500 No", "", "x"), ANSWER("502 No", "", "x"),
			  ANSWER("504 No", "", "x")));
	assert_get(ERR_BUSY, "it answers 504");
	assert_int_equal(rig.clock.sleeps, 2);
	assert_int_equal(rig.body.n, 0);
	rig_end(3);
}

static void who_says_when_is_not_asked_before(void **state)
{
	(void)state;
	rig_begin(ANSWERS(ANSWER("429 Too Many", "Retry-After: 30\r\n", "x")));
	assert_get(ERR_BUSY, "it answers 429");
	assert_int_equal(rig.clock.sleeps, 0);
	rig_end(1);
}

static void an_answer_is_bounded(void **state)
{
	char *answer = calloc(1, FETCH_BYTES_MAX + 256);
	int n;

	(void)state;
	assert_non_null(answer);
	n = snprintf(answer, 256, "%s", ANSWER("200 OK", "", ""));
	memset(answer + n, 'x', FETCH_BYTES_MAX + 1);
	rig_begin(ANSWERS(answer));
	assert_get(ERR_TOO_BIG, "the server's answer is past 2097152 bytes");
	rig_end(1);
	free(answer);
}

static void who_does_not_answer_is_left_alone_for_a_while(void **state)
{
	const char *later = "it has not answered lately and is not asked for a while";

	(void)state;
	rig_begin(ANSWERS("", "", "", "", "", "",
			  ANSWER("200 OK", "Content-Length: 2\r\n", "{}"),
			  ANSWER("200 OK", "Content-Length: 2\r\n", "{}")));
	assert_get(ERR_BUSY, "Empty reply from server");
	assert_int_equal(fetcher_wait_ms(rig.fetcher), 0);
	assert_get(ERR_BUSY, "Empty reply from server"); /* 4, 5: now it is open */
	assert_int_equal(fetcher_wait_ms(rig.fetcher), 7500);
	assert_get(ERR_BUSY, later);
	rig.clock.now_ms += 7499;
	assert_get(ERR_BUSY, later);
	rig.clock.now_ms += 1;
	assert_get(ERR_BUSY, "Empty reply from server"); /* one try, and twice as long */
	assert_int_equal(fetcher_wait_ms(rig.fetcher), 15000);
	rig.clock.now_ms += 15000;
	assert_get(ERR_OK, "");
	assert_get(ERR_OK, "");
	assert_int_equal(fetcher_wait_ms(rig.fetcher), 0);
	rig_end(8);
}

static void assert_post(enum err wanted, unsigned status, unsigned retry_after_s)
{
	const char *fields[] = { "webhook-id: msg_1", NULL };
	const struct fetch_post post = { "/hook", "application/json", fields,
					 slice_of_text("{}") };
	struct fetch_answer answer = { 0 };

	assert_int_equal(fetcher_post(rig.fetcher, &post, &answer, &rig.body, &rig.fault),
			 wanted);
	assert_int_equal(answer.status, status);
	assert_int_equal(answer.retry_after_s, retry_after_s);
}

static void a_member_is_told_once(void **state)
{
	(void)state;
	rig_begin(ANSWERS(ANSWER("410 Gone", "", "gone"),
			  ANSWER("503 No", "Retry-After: 7\r\n", ""), ""));
	assert_post(ERR_OK, 410, 0);
	assert_string_equal(buffer_text(&rig.body), "gone");
	assert_post(ERR_OK, 503, 7);
	assert_post(ERR_BUSY, 0, 0);
	assert_int_equal(rig.clock.sleeps, 0);
	rig_end(3);
	assert_non_null(strstr(rig.provider.request[0], "POST /hook HTTP/1.1\r\n"));
	assert_non_null(strstr(rig.provider.request[0], "\r\nwebhook-id: msg_1\r\n"));
	assert_non_null(strstr(rig.provider.request[0],
			       "\r\nContent-Type: application/json\r\n"));
}

/* ---- stopping ---- */

static void *stop_soon(void *ctx)
{
	const struct timespec pause = { .tv_nsec = 100000000 };

	(void)nanosleep(&pause, NULL);
	fetcher_stop(ctx);
	return NULL;
}

/* The kernel takes the connection, and nobody answers: without the stop this takes three
 * times FETCH_TRY_MS. */
static void who_stops_does_not_wait_for_a_provider(void **state)
{
	struct fetch_options options = { .base = NULL };
	struct sockaddr_in address = { .sin_family = AF_INET };
	struct timespec before, after;
	socklen_t n = sizeof address;
	pthread_t stopper;
	char base[64];
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	rig = (struct rig){ .fetcher = NULL };
	buffer_init(&rig.body, FETCH_BYTES_MAX);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, n), 0);
	assert_int_equal(listen(listener, 8), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &n), 0);
	snprintf(base, sizeof base, "http://127.0.0.1:%u", ntohs(address.sin_port));
	options.base = base;
	assert_int_equal(fetcher_new(&options, &rig.fetcher, &rig.fault), ERR_OK);
	(void)clock_gettime(CLOCK_MONOTONIC, &before);
	assert_int_equal(pthread_create(&stopper, NULL, stop_soon, rig.fetcher), 0);
	assert_get(ERR_BUSY, "the request was given up: to stop");
	(void)clock_gettime(CLOCK_MONOTONIC, &after);
	assert_int_equal(pthread_join(stopper, NULL), 0);
	assert_true(after.tv_sec - before.tv_sec < FETCH_TRY_MS / 1000 / 2);
	assert_get(ERR_BUSY, "nothing is asked any more: to stop");
	assert_int_equal(fetcher_wait_ms(rig.fetcher), 0);
	fetcher_free(rig.fetcher);
	buffer_release(&rig.body);
	close(listener);
}

static void only_a_path_is_asked_for(void **state)
{
	static const char *const bad[] = { "",        "x",        "//evil.example/",
					   "/a/../b", "/a b",     "/a\r\nX: y",
					   "/a#b",    "/\xc3\xa9" };

	(void)state;
	rig_begin(ANSWERS(ANSWER("200 OK", "Content-Length: 3\r\n", "PEM")));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_equal(
			fetcher_get(rig.fetcher, bad[i], NULL, &rig.body, &rig.fault),
			ERR_INVALID);
		assert_string_equal(rig.fault.text, "that is no path to be asked for");
	}
	assert_int_equal(fetch_certificate(rig.fetcher, "https://api.paypal.com/x",
					   &rig.body, &rig.fault),
			 ERR_INVALID);
	rig_end(0);
}

static void a_certificate_is_fetched_from_its_host(void **state)
{
	char url[128];

	(void)state;
	rig_begin(ANSWERS(ANSWER("200 OK", "Content-Length: 3\r\n", "PEM")));
	snprintf(url, sizeof url, "http://127.0.0.1:%u/v1/notifications/certs/CERT-1",
		 rig.provider.port);
	assert_int_equal(fetch_certificate(rig.fetcher, url, &rig.body, &rig.fault),
			 ERR_OK);
	assert_string_equal(buffer_text(&rig.body), "PEM");
	rig_end(1);
	assert_null(strstr(rig.provider.request[0], "Authorization"));
}

static void only_https_leaves_this_machine(void **state)
{
	struct fetch_options options = { .base = "http://api.stripe.com" };
	struct fetcher *fetcher = NULL;

	(void)state;
	assert_int_equal(fetcher_new(&options, &fetcher, &rig.fault), ERR_USAGE);
	options.base = "file:///etc";
	assert_int_equal(fetcher_new(&options, &fetcher, &rig.fault), ERR_USAGE);
	options.base = "https://api.stripe.com";
	assert_int_equal(fetcher_new(&options, &fetcher, &rig.fault), ERR_OK);
	fetcher_free(fetcher);
	fetcher_free(NULL);
}

static void half_open_lets_one_through(void **state)
{
	struct breaker breaker;

	(void)state;
	breaker_init(&breaker);
	for (unsigned i = 0; i < BREAKER_FAILURES - 1; i++) {
		assert_true(breaker_may_ask(&breaker, 0));
		breaker_tell(&breaker, false, 0, 0);
	}
	assert_true(breaker_may_ask(&breaker, 0));
	breaker_tell(&breaker, true, 0, 0); /* one answer, and the count begins anew */
	for (unsigned i = 0; i < BREAKER_FAILURES; i++) {
		assert_true(breaker_may_ask(&breaker, 0));
		breaker_tell(&breaker, false, 0, 0);
	}
	assert_false(breaker_may_ask(&breaker, 7499));
	assert_true(breaker_may_ask(&breaker, 7500));
	assert_false(breaker_may_ask(&breaker, 7501));
	breaker_forget(&breaker);
	assert_true(breaker_may_ask(&breaker, 7501));
	breaker_tell(&breaker, false, 7501, UINT32_MAX);
	assert_true(breaker_wait_ms(&breaker, 7501) >= 15000);
	assert_true(breaker_wait_ms(&breaker, 7501) <= 20000);
	for (int64_t now_ms = 0, i = 0; i < 20; i++) {
		now_ms = breaker.open_until_ms;
		assert_true(breaker_may_ask(&breaker, now_ms));
		breaker_tell(&breaker, false, now_ms, 0);
		assert_true(breaker_wait_ms(&breaker, now_ms) <= BREAKER_OPEN_MAX_MS);
	}
	assert_true(breaker_may_ask(&breaker, breaker.open_until_ms));
	breaker_tell(&breaker, true, breaker.open_until_ms, 0);
	assert_int_equal(breaker_wait_ms(&breaker, 0), 0);
	assert_true(breaker_may_ask(&breaker, 0));
}

static void later_is_later_each_time(void **state)
{
	(void)state;
	assert_int_equal(fetch_retry_s(1, 0), 4);
	assert_int_equal(fetch_retry_s(1, 1), 5);
	assert_int_equal(fetch_retry_s(2, 60), 300);
	for (unsigned failed = 2; failed <= 9; failed++)
		assert_true(fetch_retry_s(failed, 0) > fetch_retry_s(failed - 1, 0));
	assert_int_equal(fetch_retry_s(9, 0), 69120);
	assert_int_equal(fetch_retry_s(1000, 17280), 86400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_there_is_fetched),
		cmocka_unit_test(what_is_not_there_is_said),
		cmocka_unit_test(what_fails_is_tried_again),
		cmocka_unit_test(who_says_when_is_not_asked_before),
		cmocka_unit_test(an_answer_is_bounded),
		cmocka_unit_test(who_does_not_answer_is_left_alone_for_a_while),
		cmocka_unit_test(a_member_is_told_once),
		cmocka_unit_test(who_stops_does_not_wait_for_a_provider),
		cmocka_unit_test(only_a_path_is_asked_for),
		cmocka_unit_test(a_certificate_is_fetched_from_its_host),
		cmocka_unit_test(only_https_leaves_this_machine),
		cmocka_unit_test(half_open_lets_one_through),
		cmocka_unit_test(later_is_later_each_time),
	};

	return cmocka_run_group_tests_name("fetch", tests, NULL, NULL);
}
