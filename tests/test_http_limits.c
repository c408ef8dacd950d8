/*
 * Time, quantity and the end: that no client holds more than its share of the server,
 * and that a stop loses no request (gateway/http.c, gateway/http_exchange.c,
 * gateway/http_watch.c).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/http_rig.h"

#define HOST         "Host: x\r\n"
#define POST         "POST /echo HTTP/1.1\r\n" HOST
#define DEADLINE_MS  300
#define SLACK_MS     1500 /* for a busy machine */
#define IDLE_CLIENTS 1000
#define LOAD_CLIENTS 16
#define LOAD_ROUNDS  10

static struct rig rig;
static struct answer answer;

static int init(void **state)
{
	(void)state;
	rig_init(&rig);
	return 0;
}

static void still_serves(void)
{
	rig_ask(&rig, "GET /hello HTTP/1.1\r\n" HOST "\r\n", &answer);
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer.body, "hello");
}

static bool client_fill(struct client *client, size_t n)
{
	static char bytes[4096];
	bool is_sent = true;

	for (; is_sent && n > 0; n -= n < sizeof bytes ? n : sizeof bytes)
		is_sent = client_send(client, bytes, n < sizeof bytes ? n : sizeof bytes);
	return is_sent;
}

static bool client_fill_chunked(struct client *client, size_t n)
{
	bool is_sent = true;

	for (; is_sent && n >= 4096; n -= 4096)
		is_sent = client_say(client, "1000\r\n") && client_fill(client, 4096) &&
			  client_say(client, "\r\n");
	return is_sent;
}

static void too_big_is_said_before_the_body_to_who_asks(void **state)
{
	struct client client;

	(void)state;
	rig_start(&rig);
	client_open(&client, &rig);
	assert_true(client_say(&client, POST "Expect: 100-continue\r\n"
					     "Content-Length: 1000000\r\n\r\n"));
	client_take(&client, false, &answer);
	assert_int_equal(answer.status, 413);
	assert_non_null(strstr(answer.body, "\"type\":\"/problems/too-big\""));
	assert_true(client_sees_end(&client, SLACK_MS));
	client_close(&client);

	client_open(&client, &rig);
	assert_true(client_say(&client, POST "Expect: 100-continue\r\n"
					     "Content-Length: 3\r\n\r\n"));
	client_take(&client, true, &answer);
	assert_int_equal(answer.status, 100);
	assert_true(client_say(&client, "abc"));
	client_take(&client, false, &answer);
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer.body, "abc");
	client_close(&client);
	rig_stop(&rig);
}

static void too_big_is_said_after_the_body_to_who_sends(void **state)
{
	struct client client;

	(void)state;
	rig_start(&rig);
	client_open(&client, &rig);
	assert_true(client_say(&client, POST "Content-Length: 1000000\r\n\r\n"));
	assert_true(client_fill(&client, 1000000));
	client_take(&client, false, &answer);
	assert_int_equal(answer.status, 413);
	assert_true(client_say(&client, POST "Transfer-Encoding: chunked\r\n\r\n"));
	assert_true(client_fill_chunked(&client, 1000000));
	assert_true(client_say(&client, "0\r\n\r\n"));
	client_take(&client, false, &answer);
	assert_int_equal(answer.status, 413);
	/* The connection is as good as before; a body at the limit is taken. */
	assert_true(client_say(&client, POST "Content-Length: 1000\r\n\r\n"));
	assert_true(client_fill(&client, RIG_BODY_BYTES));
	client_take(&client, false, &answer);
	assert_int_equal(answer.status, 200);
	client_close(&client);
	assert_int_equal(rig_handled(&rig), 1);
	rig_stop(&rig);
}

static void too_big_without_end_is_cut_with_a_last_word(void **state)
{
	struct client client;

	(void)state;
	rig.options.drain_bytes_max = 100000;
	rig_start(&rig);
	client_open(&client, &rig);
	assert_true(client_say(&client, POST "Transfer-Encoding: chunked\r\n\r\n"));
	(void)client_fill_chunked(&client, 400000);
	client_take(&client, false, &answer);
	assert_int_equal(answer.status, 413);
	assert_true(answer.is_closing);
	client_close(&client);
	assert_int_equal(rig_last_status(&rig, 1), 413);
	still_serves();
	rig_stop(&rig);
}

static void the_bodies_of_all_requests_share_one_bound(void **state)
{
	struct client one, two;

	(void)state;
	rig.options.in_flight_body_bytes_max = 1500;
	rig_start(&rig);
	client_open(&one, &rig);
	client_open(&two, &rig);
	assert_true(client_say(&one, POST "Content-Length: 1000\r\n\r\n"));
	assert_true(client_fill(&one, 900));
	rig_sleep_ms(100);
	assert_true(client_say(&two, POST "Content-Length: 1000\r\n\r\n"));
	assert_true(client_fill(&two, 1000));
	client_take(&two, false, &answer);
	assert_int_equal(answer.status, 503);
	assert_non_null(strstr(answer.head, "Retry-After: "));
	/* Two threads tell of two ends: in this order only if one waits. */
	assert_int_equal(rig_last_status(&rig, 1), 503);
	assert_true(client_fill(&one, 100));
	client_take(&one, false, &answer);
	assert_int_equal(answer.status, 200);
	assert_int_equal(rig_last_status(&rig, 2), 200);
	assert_true(client_say(&two, POST "Content-Length: 1000\r\n\r\n"));
	assert_true(client_fill(&two, 1000));
	client_take(&two, false, &answer);
	assert_int_equal(answer.status, 200); /* what the other held came back */
	client_close(&one);
	client_close(&two);
	rig_stop(&rig);
}

/* Sends text, then x after x, until the server has said and done enough. */
static void expect_cut(const char *text)
{
	struct client client;
	int64_t began_ms = rig_now_ms();
	int64_t told_ms;

	client_open(&client, &rig);
	assert_true(client_say(&client, text));
	while (client_say(&client, "x") && rig_now_ms() - began_ms < DEADLINE_MS - 40)
		rig_sleep_ms(20);
	client_take(&client, false, &answer);
	told_ms = rig_now_ms() - began_ms;
	if (answer.status != 408)
		fail_msg("after '%s': %u", text, answer.status);
	assert_true(told_ms >= DEADLINE_MS - 50 && told_ms < DEADLINE_MS + SLACK_MS);
	assert_true(answer.is_closing);
	assert_true(client_sees_end(&client, SLACK_MS));
	while (client_say(&client, "x") && rig_now_ms() - began_ms < 10000)
		rig_sleep_ms(20);
	assert_true(rig_now_ms() - began_ms < DEADLINE_MS + LIMIT_LINGER_MS + SLACK_MS);
	client_close(&client);
}

static void a_byte_now_and_then_does_not_outlive_the_deadline(void **state)
{
	(void)state;
	rig.options.read_deadline_ms = DEADLINE_MS;
	rig_start(&rig);
	expect_cut("GET /hel");
	expect_cut("GET /hello HTTP/1.1\r\nHost: ");
	expect_cut(POST "Content-Length: 900\r\n\r\n");
	assert_int_equal(rig_last_status(&rig, 2), 408);
	assert_int_equal(rig_handled(&rig), 0);
	still_serves();
	rig_stop(&rig);
}

static void a_refused_body_does_not_outlive_the_deadline_either(void **state)
{
	(void)state;
	rig.options.read_deadline_ms = DEADLINE_MS;
	rig_start(&rig);
	expect_cut(POST "Content-Length: 90000\r\n\r\n");
	still_serves();
	rig_stop(&rig);
}

static void an_idle_connection_is_closed_without_a_word(void **state)
{
	struct client fresh, used;

	(void)state;
	rig.options.idle_ms = DEADLINE_MS;
	rig_start(&rig);
	client_open(&fresh, &rig);
	client_open(&used, &rig);
	assert_true(client_say(&used, "GET /hello HTTP/1.1\r\n" HOST "\r\n"));
	client_take(&used, false, &answer);
	assert_int_equal(answer.status, 200);
	assert_true(client_sees_end(&fresh, DEADLINE_MS + SLACK_MS));
	assert_true(client_sees_end(&used, DEADLINE_MS + SLACK_MS));
	client_close(&fresh);
	client_close(&used);
	rig_stop(&rig);
}

static void a_wait_for_the_writer_is_not_idleness(void **state)
{
	struct client client;

	(void)state;
	rig.options.idle_ms = rig.options.read_deadline_ms = 50;
	rig_start(&rig);
	client_open(&client, &rig);
	assert_true(client_say(&client, "POST /never HTTP/1.1\r\n" HOST "\r\n"));
	rig_sleep_ms(300);
	rig_release(&rig);
	client_take(&client, false, &answer);
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer.body, "at last");
	client_close(&client);
	rig_stop(&rig);
}

static void heads_past_their_limits_are_refused(void **state)
{
	static char text[LIMIT_TARGET_BYTES * 20];
	struct client client;
	size_t n;

	(void)state;
	rig_start(&rig);
	n = (size_t)snprintf(text, sizeof text, "GET /");
	memset(text + n, 'a', LIMIT_TARGET_BYTES);
	n += LIMIT_TARGET_BYTES;
	(void)snprintf(text + n, sizeof text - n, " HTTP/1.1\r\n" HOST "\r\n");
	rig_ask(&rig, text, &answer);
	assert_int_equal(answer.status, 414);

	n = (size_t)snprintf(text, sizeof text, "GET /hello HTTP/1.1\r\n" HOST);
	for (unsigned i = 0; i < LIMIT_HEADER_FIELDS; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, "X-%u: 1\r\n", i);
	(void)snprintf(text + n, sizeof text - n, "\r\n");
	rig_ask(&rig, text, &answer);
	assert_int_equal(answer.status, 431);

	n = (size_t)snprintf(text, sizeof text, "GET /hello HTTP/1.1\r\n" HOST "X: ");
	memset(text + n, 'a', LIMIT_HEADER_BYTES);
	n += LIMIT_HEADER_BYTES;
	(void)snprintf(text + n, sizeof text - n, "\r\n\r\n");
	rig_ask(&rig, text, &answer);
	assert_int_equal(answer.status, 431);

	client_open(&client, &rig); /* without an end */
	assert_true(client_say(&client, "GET /hello HTTP/1.1\r\n" HOST));
	for (n = 0; n < 100000 && client_say(&client, "X-Flood: flood\r\n"); n++)
		;
	assert_true(n < 100000);
	client_close(&client);
	client_open(&client, &rig);
	(void)client_fill(&client, 1000000);
	client_close(&client);
	assert_int_equal(rig_handled(&rig), 0);
	still_serves();
	rig_stop(&rig);
}

static void a_thousand_idle_clients_do_not_keep_an_honest_one_waiting(void **state)
{
	struct client *clients = calloc(IDLE_CLIENTS, sizeof *clients);
	int64_t began_ms;

	(void)state;
	assert_non_null(clients);
	rig.options.idle_ms = 60000;
	rig_start(&rig); /* raises the limit of open files, ours included */
	for (size_t i = 0; i < IDLE_CLIENTS; i++) {
		client_open(&clients[i], &rig);
		if (i % 2)
			assert_true(client_say(&clients[i], "GET /hello HT"));
	}
	began_ms = rig_now_ms();
	for (unsigned i = 0; i < 20; i++)
		still_serves();
	assert_true(rig_now_ms() - began_ms < 4 * SLACK_MS);
	for (size_t i = 0; i < IDLE_CLIENTS; i++)
		client_close(&clients[i]);
	rig_stop(&rig);
	free(clients);
}

/* One request, until the server has taken its connection for an idle one. */
static void hello_and_rest(struct client *client, unsigned ended)
{
	client_open(client, &rig);
	assert_true(client_say(client, "GET /hello HTTP/1.1\r\n" HOST "\r\n"));
	client_take(client, false, &answer);
	assert_int_equal(answer.status, 200);
	(void)rig_last_status(&rig, ended);
	rig_sleep_ms(20); /* the hook is called right before that */
}

/* Idle connections make room, the longest idle first; a request under way does not. */
static void connections_past_the_bound_take_the_place_of_idle_ones(void **state)
{
	struct client clients[8], more[2];

	(void)state;
	rig.options.connections_max = 8;
	rig_start(&rig);
	client_open(&clients[0], &rig);
	assert_true(client_say(&clients[0], "GET /never HTTP/1.1\r\n" HOST "\r\n"));
	while (rig_handled(&rig) == 0)
		rig_sleep_ms(5);
	for (unsigned i = 1; i < 8; i++)
		hello_and_rest(&clients[i], i);
	for (unsigned i = 0; i < 2; i++) {
		hello_and_rest(&more[i], 8 + i);
		assert_true(client_sees_end(&clients[1 + i], SLACK_MS));
	}
	rig_release(&rig);
	client_take(&clients[0], false, &answer);
	assert_string_equal(answer.body, "at last");
	assert_true(client_say(&clients[7], "GET /hello HTTP/1.1\r\n" HOST "\r\n"));
	client_take(&clients[7], false, &answer);
	assert_int_equal(answer.status, 200);
	for (size_t i = 0; i < 8; i++)
		client_close(&clients[i]);
	for (size_t i = 0; i < 2; i++)
		client_close(&more[i]);
	rig_stop(&rig);
}

/* Where all are at work, who comes is told so, and harms nobody. */
static void connections_past_the_bound_do_not_harm_those_within(void **state)
{
	struct client within, excess;

	(void)state;
	rig.options.connections_max = 1;
	rig_start(&rig);
	client_open(&within, &rig);
	assert_true(client_say(&within, "GET /never HTTP/1.1\r\n" HOST "\r\n"));
	while (rig_handled(&rig) == 0)
		rig_sleep_ms(5);
	client_open(&excess, &rig);
	client_take(&excess, false, &answer);
	assert_int_equal(answer.status, 429);
	assert_non_null(strstr(answer.head, "Retry-After: "));
	assert_true(client_sees_end(&excess, SLACK_MS));
	client_close(&excess);
	rig_release(&rig);
	client_take(&within, false, &answer);
	assert_int_equal(answer.status, 200);
	client_close(&within);
	rig_stop(&rig);
}

static void one_address_may_be_bounded(void **state)
{
	struct client clients[3];

	(void)state;
	rig.options.connections_per_address_max = 2;
	rig_start(&rig);
	for (size_t i = 0; i < 2; i++) {
		client_open(&clients[i], &rig);
		assert_true(
			client_say(&clients[i], "GET /hello HTTP/1.1\r\n" HOST "\r\n"));
		client_take(&clients[i], false, &answer);
		assert_int_equal(answer.status, 200);
	}
	client_open(&clients[2], &rig);
	assert_true(client_sees_end(&clients[2], SLACK_MS));
	for (size_t i = 0; i < 3; i++)
		client_close(&clients[i]);
	rig_stop(&rig);
}

static void *release_soon(void *user)
{
	(void)user;
	rig_sleep_ms(200);
	rig_release(&rig);
	return NULL;
}

static void a_stop_waits_for_requests_in_flight(void **state)
{
	struct client waiting, idle;
	pthread_t thread;

	(void)state;
	rig_start(&rig);
	client_open(&waiting, &rig);
	client_open(&idle, &rig);
	assert_true(client_say(&waiting, "GET /never HTTP/1.1\r\n" HOST "\r\n"));
	while (rig_handled(&rig) == 0)
		rig_sleep_ms(5);
	assert_int_equal(pthread_create(&thread, NULL, release_soon, NULL), 0);
	rig_stop(&rig);
	client_take(&waiting, false, &answer);
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer.body, "at last");
	assert_true(answer.is_closing);
	assert_true(client_sees_end(&idle, SLACK_MS));
	client_close(&waiting);
	client_close(&idle);
	assert_int_equal(pthread_join(thread, NULL), 0);
}

static void a_stop_waits_for_answers_that_it_fills_itself(void **state)
{
	rig.kept_is_filled = true;
	a_stop_waits_for_requests_in_flight(state);
	assert_int_equal(rig.filled, 1);
}

static void a_stop_is_bounded_and_a_late_answer_harms_nobody(void **state)
{
	struct client waiting, sending;
	int64_t began_ms;

	(void)state;
	rig.options.stop_grace_ms = 200;
	rig_start(&rig);
	client_open(&waiting, &rig);
	client_open(&sending, &rig);
	assert_true(client_say(&sending, POST "Content-Length: 10\r\n\r\nabc"));
	assert_true(client_say(&waiting, "POST /never HTTP/1.1\r\n" HOST
					 "Content-Length: 4\r\n\r\nbody"));
	while (rig_handled(&rig) == 0)
		rig_sleep_ms(5);
	began_ms = rig_now_ms();
	assert_int_equal(http_server_stop(rig.server), ERR_BUSY);
	assert_true(rig_now_ms() - began_ms < 200 + 1000 + 2 * SLACK_MS);
	client_take(&waiting, false, &answer);
	assert_int_equal(answer.status, 503);
	assert_non_null(strstr(answer.head, "Retry-After: "));
	http_server_free(rig.server);
	assert_string_equal(http_request_path(rig.kept), "/never");
	assert_int_equal(http_request_body(rig.kept).n, 4);
	rig_release(&rig);
	rig_end_writer(&rig);
	client_close(&waiting);
	client_close(&sending);
}

static void a_late_answer_is_filled_once_though_nobody_takes_it(void **state)
{
	rig.kept_is_filled = true;
	a_stop_is_bounded_and_a_late_answer_harms_nobody(state);
	assert_int_equal(rig.filled, 1);
}

struct asker {
	struct client client;
	struct answer answer;
	bool is_wrong;
};

/* Asks until the server is gone; an answer is whole or there is none. */
static void *ask_until_refused(void *user)
{
	struct asker *asker = user;
	const struct answer *last = &asker->answer;

	asker->answer.status = 0;
	while (client_say(&asker->client, "POST /later HTTP/1.1\r\n" HOST
					  "Content-Length: 4\r\n\r\nbody")) {
		client_take(&asker->client, false, &asker->answer);
		if (last->status != 200)
			break;
		asker->is_wrong |= strcmp(last->body, "body") != 0;
	}
	asker->is_wrong |=
		last->status != 0 && last->status != 200 && last->status != 503;
	return NULL;
}

static void a_stop_under_load_answers_whole_or_not_at_all(void **state)
{
	struct asker *askers = calloc(LOAD_CLIENTS, sizeof *askers);
	pthread_t threads[LOAD_CLIENTS];

	(void)state;
	assert_non_null(askers);
	for (unsigned round = 0; round < LOAD_ROUNDS; round++) {
		rig_init(&rig);
		rig_start(&rig);
		for (size_t i = 0; i < LOAD_CLIENTS; i++) {
			client_open(&askers[i].client, &rig);
			assert_int_equal(pthread_create(&threads[i], NULL,
							ask_until_refused, &askers[i]),
					 0);
		}
		while (rig_handled(&rig) < LOAD_CLIENTS * 2)
			rig_sleep_ms(round);
		rig_stop(&rig);
		for (size_t i = 0; i < LOAD_CLIENTS; i++) {
			assert_int_equal(pthread_join(threads[i], NULL), 0);
			client_close(&askers[i].client);
			assert_false(askers[i].is_wrong);
		}
	}
	free(askers);
}

#define WITH_RIG(test) cmocka_unit_test_setup(test, init)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_RIG(too_big_is_said_before_the_body_to_who_asks),
		WITH_RIG(too_big_is_said_after_the_body_to_who_sends),
		WITH_RIG(too_big_without_end_is_cut_with_a_last_word),
		WITH_RIG(the_bodies_of_all_requests_share_one_bound),
		WITH_RIG(a_byte_now_and_then_does_not_outlive_the_deadline),
		WITH_RIG(a_refused_body_does_not_outlive_the_deadline_either),
		WITH_RIG(an_idle_connection_is_closed_without_a_word),
		WITH_RIG(a_wait_for_the_writer_is_not_idleness),
		WITH_RIG(heads_past_their_limits_are_refused),
		WITH_RIG(a_thousand_idle_clients_do_not_keep_an_honest_one_waiting),
		WITH_RIG(connections_past_the_bound_take_the_place_of_idle_ones),
		WITH_RIG(connections_past_the_bound_do_not_harm_those_within),
		WITH_RIG(one_address_may_be_bounded),
		WITH_RIG(a_stop_waits_for_requests_in_flight),
		WITH_RIG(a_stop_waits_for_answers_that_it_fills_itself),
		WITH_RIG(a_stop_is_bounded_and_a_late_answer_harms_nobody),
		WITH_RIG(a_late_answer_is_filled_once_though_nobody_takes_it),
		WITH_RIG(a_stop_under_load_answers_whole_or_not_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
