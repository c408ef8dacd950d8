/*
 * What the server answers, and that it answers each request once: gateway/http.c,
 * gateway/http_exchange.c, gateway/http_head.c, gateway/http_request.c,
 * gateway/http_reply.c. Time and quantity are tried in tests/test_http_limits.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/http_rig.h"

#define COUNT(array)    (sizeof(array) / sizeof *(array))
#define HOST            "Host: x\r\n"
#define CLIENTS         64
#define CLIENT_REQUESTS 5

static struct rig rig;
static struct answer answer;

static int start(void **state)
{
	(void)state;
	rig_init(&rig);
	rig_start(&rig);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	rig_stop(&rig);
	return 0;
}

static void a_request_is_answered_with_its_fields(void **state)
{
	(void)state;
	rig_ask(&rig, "GET /hello HTTP/1.1\r\n" HOST "\r\n", &answer);
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer.body, "hello");
	assert_non_null(strstr(answer.head, "Content-Type: text/plain\r\n"));
	assert_non_null(strstr(answer.head, "Cache-Control: max-age=60\r\n"));
	assert_non_null(strstr(answer.head, "Request-Id: "));
	assert_non_null(strstr(answer.head, "X-Content-Type-Options: nosniff\r\n"));
	rig_ask(&rig, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nabcde",
		&answer);
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer.body, "abcde");
	rig_ask(&rig, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n",
		&answer);
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer.body, "");
	rig_ask(&rig, "GET /hello HTTP/1.0\r\n\r\n", &answer);
	assert_int_equal(answer.status, 200);
	rig_ask(&rig, "GET /elsewhere HTTP/1.1\r\n" HOST "\r\n", &answer);
	assert_int_equal(answer.status, 404);
}

static void fields_parameters_and_types_are_told_to_the_handler(void **state)
{
	(void)state;
	rig_ask(&rig, "GET /token HTTP/1.1\r\n" HOST "aUTHORIZATION: Bearer a.b\r\n\r\n",
		&answer);
	assert_string_equal(answer.body, "Bearer a.b");
	rig_ask(&rig, "GET /token HTTP/1.1\r\n" HOST "\r\n", &answer);
	assert_string_equal(answer.body, err_name(ERR_NOT_FOUND));
	rig_ask(&rig, "GET /note HTTP/1.1\r\n" HOST "X-Note: 1\r\nx-note: 2\r\n\r\n",
		&answer);
	assert_string_equal(answer.body, err_name(ERR_INVALID));
	rig_ask(&rig, "GET /note HTTP/1.1\r\n" HOST "X-Note: caf\xc3\xa9\r\n\r\n",
		&answer);
	assert_string_equal(answer.body, err_name(ERR_INVALID));
	rig_ask(&rig, "GET /query?b=1&a=x%20y HTTP/1.1\r\n" HOST "\r\n", &answer);
	assert_string_equal(answer.body, "x y");
	rig_ask(&rig,
		"POST /type HTTP/1.1\r\n" HOST "Content-Length: 2\r\n"
		"Content-Type: Application/JSON; charset=utf-8\r\n\r\n{}",
		&answer);
	assert_string_equal(answer.body, "application/json");
	rig_ask(&rig, "GET /type HTTP/1.1\r\n" HOST "\r\n", &answer);
	assert_string_equal(answer.body, "");
}

static void head_has_the_fields_and_no_body(void **state)
{
	struct client client;

	(void)state;
	client_open(&client, &rig);
	assert_true(client_say(&client, "HEAD /hello HTTP/1.1\r\n" HOST "\r\n"
					"GET /hello HTTP/1.1\r\n" HOST "\r\n"));
	client_take(&client, true, &answer);
	assert_int_equal(answer.status, 200);
	assert_non_null(strstr(answer.head, "Content-Length: 5\r\n"));
	client_take(&client, false, &answer); /* a body before would break this one */
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer.body, "hello");
	client_close(&client);
}

static void other_methods_are_told_which_are_served(void **state)
{
	static const char *const requests[] = {
		"PUT /echo HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc",
		"DELETE /hello HTTP/1.1\r\n" HOST "\r\n",
		"OPTIONS * HTTP/1.1\r\n" HOST "\r\n",
		"TRACE /hello HTTP/1.1\r\n" HOST "\r\n",
		"CONNECT host:1 HTTP/1.1\r\n" HOST "\r\n",
		"get /hello HTTP/1.1\r\n" HOST "\r\n",
		"NONSENSE /hello HTTP/1.1\r\n" HOST "\r\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(requests); i++) {
		rig_ask(&rig, requests[i], &answer);
		assert_int_equal(answer.status, 405);
		assert_non_null(strstr(answer.head, "Allow: GET, HEAD, POST\r\n"));
		assert_non_null(
			strstr(answer.head, "Content-Type: application/problem+json"));
		assert_non_null(strstr(answer.body, "\"type\":\"/problems/method\""));
	}
	assert_int_equal(rig_handled(&rig), 0);
}

static void paths_with_two_readings_never_reach_a_handler(void **state)
{
	static const char *const targets[] = {
		"/a/../hello",    "/%2e%2e/hello",  "/a%2fhello", "/hello%00",
		"//hello",        "/hello?a=1&a=2", "/hell\\o",   "/hello%0d%0aX:%20y",
		"http://x/hello", "/hello?a=%ff",   "hello",
	};
	char request[256];

	(void)state;
	for (size_t i = 0; i < COUNT(targets); i++) {
		(void)snprintf(request, sizeof request, "GET %s HTTP/1.1\r\n" HOST "\r\n",
			       targets[i]);
		rig_ask(&rig, request, &answer);
		assert_int_equal(answer.status, 400);
		assert_non_null(strstr(answer.body, "\"status\":400"));
	}
	assert_int_equal(rig_handled(&rig), 0);
}

/* After each of these the rest of the connection could be read in two ways. */
static void uncertain_framing_is_refused_and_closes(void **state)
{
	static const struct {
		const char *request;
		unsigned status;
	} cases[] = {
		{ "POST /echo HTTP/1.1\r\n" HOST
		  "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
		  400 },
		{ "POST /echo HTTP/1.1\r\n" HOST
		  "Content-Length: 0\r\nContent-Length: 30\r\n\r\n",
		  400 },
		{ "POST /echo HTTP/1.1\r\n" HOST
		  "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		  400 },
		{ "POST /echo HTTP/1.1\r\n" HOST
		  "Transfer-Encoding: gzip, chunked\r\n\r\n",
		  501 },
		{ "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: xchunked\r\n\r\n",
		  501 },
		{ "POST /echo HTTP/1.0\r\n" HOST
		  "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		  400 },
		{ "GET /hello HTTP/1.1\r\n\r\n", 400 },
		{ "GET /hello HTTP/1.1\r\n" HOST "Host: y\r\n\r\n", 400 },
		{ "GET /token HTTP/1.1\r\n" HOST
		  "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n",
		  400 },
		{ "POST /echo HTTP/1.1\r\n" HOST "Content-Length: +3\r\n\r\nabc", 400 },
		{ "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 3, 3\r\n\r\nabc", 400 },
		{ "GET /hello HTTP/1.1\r\n" HOST "X Y: 1\r\n\r\n", 400 },
		{ "GET /hello HTTP/1.1\r\n" HOST "X-Y : 1\r\n\r\n", 400 },
		{ "GET /hello HTTP/1.1\r\n" HOST "X: a\vb\r\n\r\n", 400 },
	};
	struct client client;
	int64_t began_ms;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		client_open(&client, &rig);
		assert_true(client_say(&client, cases[i].request));
		client_take(&client, false, &answer);
		if (answer.status != cases[i].status)
			fail_msg("case %zu: %u", i, answer.status);
		began_ms = rig_now_ms();
		client_take(&client, false, &answer); /* libmicrohttpd may stutter */
		assert_int_equal(answer.status, 0);
		assert_true(rig_now_ms() - began_ms < 2000);
		client_close(&client);
	}
	assert_int_equal(rig_handled(&rig), 0);
}

static void content_that_is_not_read_is_refused(void **state)
{
	(void)state;
	rig_ask(&rig,
		"POST /echo HTTP/1.1\r\n" HOST
		"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
		&answer);
	assert_int_equal(answer.status, 415);
	rig_ask(&rig,
		"POST /echo HTTP/1.1\r\n" HOST
		"Content-Type: \"x\r\nContent-Length: 3\r\n\r\nabc",
		&answer);
	assert_int_equal(answer.status, 400);
	rig_ask(&rig,
		"POST /echo HTTP/1.1\r\n" HOST
		"Expect: magic\r\nContent-Length: 3\r\n\r\nabc",
		&answer);
	assert_int_equal(answer.status, 417);
	rig_ask(&rig, "GET /hello HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc",
		&answer);
	assert_int_equal(answer.status, 413);
	assert_int_equal(rig_handled(&rig), 0);
}

static void nonsense_is_survived(void **state)
{
	static const char *const nonsense[] = {
		"\r\n\r\n\r\n\r\n",
		"GET\r\n\r\n",
		"GET /hello\r\n\r\n",
		"GET /hello HTTP/9.9\r\n" HOST "\r\n",
		"GET /hello HTTX/1.1\r\n" HOST "\r\n",
		"GET  /hello  HTTP/1.1\r\n" HOST "\r\n",
		"GET /hello HTTP/1.1\r\n: x\r\n\r\n",
		"GET /hello HTTP/1.1\r\nHost\r\n\r\n",
		"GET /hello HTTP/1.1\n" HOST "\n\n",
		"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
		"POST /echo HTTP/1.1\r\n" HOST
		"Content-Length: 99999999999999999999\r\n\r\n",
		"POST /echo HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n",
		"POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
		"POST /echo HTTP/1.1\r\n" HOST
		"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\nx",
		"POST /echo HTTP/1.1\r\n" HOST
		"Transfer-Encoding: chunked\r\n\r\n-1\r\nx",
	};
	struct client client;

	(void)state;
	for (size_t i = 0; i < COUNT(nonsense); i++) {
		client_open(&client, &rig);
		(void)client_say(&client, nonsense[i]);
		rig_sleep_ms(5);
		client_close(&client);
	}
	rig_ask(&rig, "GET /hello HTTP/1.1\r\n" HOST "\r\n", &answer);
	assert_int_equal(answer.status, 200);
}

static void chunked_bodies_are_put_together(void **state)
{
	struct client client;

	(void)state;
	rig_ask(&rig,
		"POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
		"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nAuthorization: Bearer late\r\n\r\n",
		&answer);
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer.body, "abcde");
	client_open(&client, &rig);
	assert_true(client_say(&client, "POST /token HTTP/1.1\r\n" HOST
					"Transfer-Encoding: chunked\r\n\r\n"));
	for (const char *c = "1\r\na\r\n0\r\nAuthorization: Bearer late\r\n\r\n"; *c;
	     c++) {
		assert_true(client_send(&client, c, 1));
		rig_sleep_ms(1);
	}
	client_take(&client, false, &answer);
	assert_string_equal(answer.body, err_name(ERR_NOT_FOUND)); /* no trailer counts */
	client_close(&client);
}

static void pipelined_requests_are_answered_in_their_order(void **state)
{
	struct client client;
	char request[160];

	(void)state;
	client_open(&client, &rig);
	for (unsigned i = 0; i < 20; i++) {
		(void)snprintf(request, sizeof request,
			       "POST /%s HTTP/1.1\r\n" HOST
			       "Content-Length: 2\r\n\r\n%02u",
			       i % 3 ? "echo" : "later", i);
		assert_true(client_say(&client, request));
	}
	for (unsigned i = 0; i < 20; i++) {
		client_take(&client, false, &answer);
		assert_int_equal(answer.status, 200);
		assert_int_equal(strtol(answer.body, NULL, 10), i);
	}
	client_close(&client);
}

static void a_reply_that_cannot_be_sent_becomes_a_problem(void **state)
{
	(void)state;
	rig_ask(&rig, "GET /bad HTTP/1.1\r\n" HOST "\r\n", &answer);
	assert_int_equal(answer.status, 503);
	assert_null(strstr(answer.head, "two"));
	assert_non_null(strstr(answer.body, "\"type\":\"/problems/unavailable\""));
}

static void *ask_often(void *number)
{
	const unsigned *me = number;
	struct answer *mine = malloc(sizeof *mine);
	struct client *client = malloc(sizeof *client);
	char request[160], body[24];
	uintptr_t right = 0;

	if (!mine || !client)
		abort();
	client_open(client, &rig);
	for (unsigned i = 0; i < CLIENT_REQUESTS; i++) {
		(void)snprintf(body, sizeof body, "%04u/%04u", *me, i);
		(void)snprintf(request, sizeof request,
			       "POST /later HTTP/1.1\r\n" HOST
			       "Content-Length: %zu\r\n\r\n%s",
			       strlen(body), body);
		if (!client_say(client, request))
			break;
		client_take(client, false, mine);
		right += mine->status == 200 && strcmp(mine->body, body) == 0;
	}
	client_close(client);
	free(client);
	free(mine);
	return (void *)right;
}

static void many_clients_are_each_answered_by_another_thread(void **state)
{
	pthread_t threads[CLIENTS];
	unsigned numbers[CLIENTS];

	(void)state;
	for (unsigned i = 0; i < CLIENTS; i++) {
		numbers[i] = i;
		assert_int_equal(
			pthread_create(&threads[i], NULL, ask_often, &numbers[i]), 0);
	}
	for (unsigned i = 0; i < CLIENTS; i++) {
		void *right;

		assert_int_equal(pthread_join(threads[i], &right), 0);
		assert_int_equal((uintptr_t)right, CLIENT_REQUESTS);
	}
	assert_int_equal(rig_handled(&rig), CLIENTS * CLIENT_REQUESTS);
	assert_int_equal(rig_last_status(&rig, CLIENTS * CLIENT_REQUESTS), 200);
}

static void a_client_that_leaves_while_it_waits_harms_nobody(void **state)
{
	struct client client;

	(void)state;
	for (unsigned i = 0; i < 20; i++) { /* every second answer is filled then */
		client_open(&client, &rig);
		assert_true(client_say(&client, "POST /later HTTP/1.1\r\n" HOST
						"Content-Length: 1\r\n\r\nx"));
		client_close(&client);
	}
	rig_ask(&rig, "POST /later HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\ny",
		&answer);
	assert_string_equal(answer.body, "y");
}

static void addresses_are_literal_and_ports_are_told(void **state)
{
	static const char *const bad[] = { "",
					   "8080",
					   "127.0.0.1",
					   "localhost:1",
					   "127.0.0.1:",
					   "127.0.0.1:65536",
					   "::1:80",
					   "[::1]",
					   "127.0.0.1:-1",
					   "127.1:80",
					   "127.0.0.1:8o" };
	const struct http_hooks hooks = { 0 };
	struct http_options options;
	struct http_server *server = NULL;
	struct fault fault = { 0 };
	char taken[32];

	(void)state;
	http_options_init(&options);
	for (size_t i = 0; i < COUNT(bad); i++) {
		options.listen = bad[i];
		assert_int_equal(http_server_start(&options, &hooks, &server, &fault),
				 ERR_USAGE);
	}
	assert_true(http_server_port(rig.server) > 0);
	(void)snprintf(taken, sizeof taken, "127.0.0.1:%u", http_server_port(rig.server));
	options.listen = taken;
	assert_int_equal(http_server_start(&options, &hooks, &server, &fault), ERR_IO);
	assert_non_null(strstr(fault.text, taken));
	options.listen = "[::1]:0";
	options.threads = 1;
	assert_int_equal(http_server_start(&options, &hooks, &server, &fault), ERR_OK);
	assert_int_equal(http_server_stop(server), ERR_OK);
	http_server_free(server);
}

#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SERVER(a_request_is_answered_with_its_fields),
		WITH_SERVER(fields_parameters_and_types_are_told_to_the_handler),
		WITH_SERVER(head_has_the_fields_and_no_body),
		WITH_SERVER(other_methods_are_told_which_are_served),
		WITH_SERVER(paths_with_two_readings_never_reach_a_handler),
		WITH_SERVER(uncertain_framing_is_refused_and_closes),
		WITH_SERVER(content_that_is_not_read_is_refused),
		WITH_SERVER(nonsense_is_survived),
		WITH_SERVER(chunked_bodies_are_put_together),
		WITH_SERVER(pipelined_requests_are_answered_in_their_order),
		WITH_SERVER(a_reply_that_cannot_be_sent_becomes_a_problem),
		WITH_SERVER(many_clients_are_each_answered_by_another_thread),
		WITH_SERVER(a_client_that_leaves_while_it_waits_harms_nobody),
		WITH_SERVER(addresses_are_literal_and_ports_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
