/*
 * test_post.c - gateway/post.c, gateway/post_exchange.c, gateway/post_http.c and
 * gateway/post_summary.c against a gateway that loses answers, redirects, lies, and says
 * too much.
 *
 * A thread of the test listens on the loopback and answers each connection with the next
 * text of a script; it keeps what it was asked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/post.h"
#include "gateway/post_http.h"
#include "keys/file.h"
#include "ledger/checkpoint.h"

#define ORIGIN        "ledger.example/2026"
#define ANSWERS_MAX   4
#define ASKED_MAX     4096
#define PATH_MAX_TEST 64
#define HANG_UP       "" /* reads the request and closes */

static const char FILE_TEXT[] = "matricule;arrondi\nM0042;0,37\nM0043;0,00\n";

/* ---- the gateway of the test ---- */

struct gateway {
	int socket;
	uint16_t port;
	pthread_t thread;
	const char *answer[ANSWERS_MAX]; /* NULL ends */
	size_t answer_more;              /* bytes 'x' after each answer */
	unsigned asked_count;
	char asked[ANSWERS_MAX][ASKED_MAX];
};

/* Up to the end of the body, whose length the head states. */
static void read_request(int fd, char *text)
{
	size_t n = 0, all = ASKED_MAX - 1;

	while (n < all) {
		ssize_t got = read(fd, text + n, ASKED_MAX - 1 - n);
		const char *end, *length;

		if (got <= 0)
			break;
		n += (size_t)got;
		text[n] = '\0';
		end = strstr(text, "\r\n\r\n");
		length = strstr(text, "Content-Length: ");
		if (end)
			all = (size_t)(end + 4 - text) +
			      (length ? strtoul(length + 16, NULL, 10) : 0);
	}
	text[n] = '\0';
}

static void write_all(int fd, const char *text, size_t n)
{
	while (n > 0) {
		ssize_t put = send(fd, text, n, MSG_NOSIGNAL);

		if (put <= 0)
			return;
		text += put;
		n -= (size_t)put;
	}
}

static void *serve(void *ctx)
{
	static const char more[65536] = { 'x' };
	struct gateway *gateway = ctx;

	for (unsigned i = 0; i < ANSWERS_MAX && gateway->answer[i]; i++) {
		int fd = accept(gateway->socket, NULL, NULL);

		if (fd < 0)
			break;
		read_request(fd, gateway->asked[i]);
		gateway->asked_count++;
		write_all(fd, gateway->answer[i], strlen(gateway->answer[i]));
		for (size_t n = 0; n < gateway->answer_more; n += sizeof more)
			write_all(fd, more, sizeof more);
		close(fd);
	}
	return NULL;
}

static void gateway_start(struct gateway *gateway)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof address;

	gateway->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(gateway->socket >= 0);
	assert_int_equal(bind(gateway->socket, (struct sockaddr *)&address, n), 0);
	assert_int_equal(listen(gateway->socket, 8), 0);
	assert_int_equal(getsockname(gateway->socket, (struct sockaddr *)&address, &n),
			 0);
	gateway->port = ntohs(address.sin_port);
	assert_int_equal(pthread_create(&gateway->thread, NULL, serve, gateway), 0);
}

/* Whoever waits for a question that will not come is woken. */
static void gateway_stop(struct gateway *gateway)
{
	(void)shutdown(gateway->socket, SHUT_RDWR);
	assert_int_equal(pthread_join(gateway->thread, NULL), 0);
	close(gateway->socket);
}

/* ---- the company of the test ---- */

static struct signing_key *log_key;
static struct vkey log_vkey;
static char dir[] = "/tmp/arrondi-post.XXXXXX";
static char token_file[PATH_MAX_TEST], state_file[PATH_MAX_TEST],
	lock_file[PATH_MAX_TEST];
static struct fault fault;

static int set_up(void **state)
{
	uint8_t seed[KEY_SEED_BYTES] = { 7 }, public[PUBLIC_KEY_BYTES];
	char token[] = "arrondi_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n";

	(void)state;
	if (!mkdtemp(dir) || signing_key_from_seed(seed, &log_key, &fault) != ERR_OK)
		return -1;
	signing_key_public(log_key, public);
	if (vkey_make(ORIGIN, VKEY_ED25519, public, &log_vkey, &fault) != ERR_OK)
		return -1;
	snprintf(token_file, sizeof token_file, "%s/token", dir);
	snprintf(state_file, sizeof state_file, "%s/state", dir);
	snprintf(lock_file, sizeof lock_file, "%s/state.lock", dir);
	return file_write(token_file, slice_of_text(token), 0600, &fault) == ERR_OK ? 0
										    : -1;
}

static int tear_down(void **state)
{
	(void)state;
	signing_key_free(log_key);
	(void)unlink(token_file);
	(void)unlink(state_file);
	(void)unlink(lock_file);
	return rmdir(dir);
}

static int forget(void **state)
{
	(void)state;
	(void)unlink(state_file);
	return 0;
}

/* A receipt's body with its head; the checkpoint is of the given size, whose root is
 * made up. */
struct receipt_form {
	const char *status; /* "201 Created" */
	unsigned position, count;
	int64_t amount_cents;
	uint64_t size;
};

static void receipt_make(const struct receipt_form *form, struct buffer *out)
{
	struct checkpoint checkpoint = { .origin = ORIGIN, .size = form->size };
	struct buffer note, body;

	buffer_init(&note, 4096);
	buffer_init(&body, 8192);
	buffer_init(out, 8192);
	checkpoint.root = hash_bytes(&form->size, sizeof form->size);
	assert_int_equal(checkpoint_sign(&checkpoint, log_key, &note, &fault), ERR_OK);
	(void)buffer_printf(&body,
			    "{\"position\":%u,\"repeated\":false,\"count\":%u,\"zero\":1,"
			    "\"totals\":[{\"fund\":\"general\",\"giver\":\"person\","
			    "\"amount_cents\":%lld}],\"match\":[],\"checkpoint\":\"",
			    form->position, form->count, (long long)form->amount_cents);
	for (size_t i = 0; i < note.n; i++) {
		if (note.p[i] == '\n')
			(void)buffer_put_text(&body, "\\n");
		else
			(void)buffer_put_byte(&body, note.p[i]);
	}
	(void)buffer_put_text(&body, "\"}");
	(void)buffer_printf(out,
			    "HTTP/1.1 %s\r\nContent-Type: application/json\r\n"
			    "Content-Length: %zu\r\nConnection: close\r\n\r\n",
			    form->status, body.n);
	(void)buffer_put_slice(out, buffer_slice(&body));
	assert_int_equal(buffer_err(out), ERR_OK);
	buffer_release(&note);
	buffer_release(&body);
}

static const struct receipt_form GOOD = {
	.status = "201 Created", .position = 4, .count = 1, .amount_cents = 37, .size = 5
};

struct waits {
	unsigned count;
};

static void count_wait(void *ctx, unsigned failed, unsigned tries, int64_t delay_ms,
		       const char *why)
{
	struct waits *waits = ctx;

	waits->count++;
	assert_int_equal(waits->count, failed);
	assert_true(failed < tries && delay_ms > 0 && why[0]);
}

/* Posts FILE_TEXT to the gateway of the script. */
static enum err post(struct gateway *gateway, unsigned retries,
		     struct post_result *result)
{
	struct waits waits = { 0 };
	struct post_watch watch = { .ctx = &waits, .on_wait = count_wait };
	struct post_options options;
	enum err err;

	gateway_start(gateway);
	post_options_init(&options);
	options.word[POST_SOURCE] = "salary";
	options.word[POST_PERIOD] = "2026-10";
	options.word[POST_COLLECTED_ON] = "2026-10-30";
	options.word[POST_REFERENCE] = "PAYE-2026-10";
	options.word[POST_TERMS] = "2026-09";
	options.word[POST_TOKEN_FILE] = token_file;
	options.word[POST_STATE] = state_file;
	options.step = cents_of(100);
	options.retries = retries;
	options.vkey = log_vkey;
	snprintf(options.url.base, sizeof options.url.base, "http://127.0.0.1:%u",
		 gateway->port);
	options.url.is_plain = true;
	post_result_init(result);
	err = post_run(&options, slice_of_text(FILE_TEXT), &watch, result, &fault);
	post_options_release(&options);
	gateway_stop(gateway);
	return err;
}

static bool state_is_there(void)
{
	return access(state_file, F_OK) == 0;
}

/* ---- answers that are lost ---- */

static void a_lost_answer_is_asked_for_again_with_the_same_reference(void **state)
{
	struct post_result result;
	struct buffer good;
	struct gateway gateway = { .answer = { HANG_UP, NULL } };

	(void)state;
	receipt_make(&GOOD, &good);
	gateway.answer[1] = buffer_text(&good);
	assert_int_equal(post(&gateway, 2, &result), ERR_OK);
	assert_int_equal(gateway.asked_count, 2);
	assert_string_equal(gateway.asked[0], gateway.asked[1]);
	assert_non_null(strstr(gateway.asked[0], "reference=PAYE-2026-10&"));
	assert_non_null(strstr(gateway.asked[0], "Authorization: Bearer arrondi_AAAA"));
	assert_non_null(strstr(gateway.asked[0], "Content-Type: text/csv\r\n"));
	assert_non_null(strstr(gateway.asked[0], FILE_TEXT));
	assert_true(state_is_there());
	post_result_release(&result);
	buffer_release(&good);
}

static void half_an_answer_is_no_answer(void **state)
{
	struct post_result result;
	struct buffer good;
	struct gateway gateway = {
		.answer = { "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n"
			    "Content-Length: 9000\r\n\r\n{\"position\":4,",
			    NULL }
	};

	(void)state;
	receipt_make(&GOOD, &good);
	gateway.answer[1] = buffer_text(&good);
	assert_int_equal(post(&gateway, 2, &result), ERR_OK);
	assert_int_equal(gateway.asked_count, 2);
	assert_int_equal(result.receipt.position, 4);
	post_result_release(&result);
	buffer_release(&good);
}

static void a_server_that_asks_for_time_gets_it(void **state)
{
	struct post_result result;
	struct buffer good;
	struct gateway gateway = {
		.answer = { "HTTP/1.1 503 Busy\r\nRetry-After: 1\r\nContent-Length: 0\r\n"
			    "Connection: close\r\n\r\n",
			    "HTTP/1.1 429 Slow\r\nContent-Length: 0\r\n"
			    "Connection: close\r\n\r\n",
			    NULL }
	};

	(void)state;
	receipt_make(&GOOD, &good);
	gateway.answer[2] = buffer_text(&good);
	assert_int_equal(post(&gateway, 5, &result), ERR_OK);
	assert_int_equal(gateway.asked_count, 3);
	post_result_release(&result);
	buffer_release(&good);
}

static void tries_come_to_an_end(void **state)
{
	struct post_result result;
	struct gateway gateway = { .answer = { HANG_UP, HANG_UP, HANG_UP } };

	(void)state;
	assert_int_equal(post(&gateway, 1, &result), ERR_IO);
	assert_int_equal(gateway.asked_count, 2);
	assert_non_null(strstr(fault.text, "never booked twice"));
	assert_false(result.is_answered);
	assert_false(state_is_there());
	post_result_release(&result);
}

/* ---- answers that are none ---- */

static void a_redirect_is_not_followed(void **state)
{
	struct post_result result;
	struct gateway gateway = {
		.answer = { "HTTP/1.1 307 Away\r\nLocation: http://127.0.0.1:1/\r\n"
			    "Content-Length: 0\r\nConnection: close\r\n\r\n" }
	};

	(void)state;
	assert_int_equal(post(&gateway, 5, &result), ERR_IO);
	assert_int_equal(gateway.asked_count, 1);
	assert_non_null(strstr(fault.text, "redirect"));
	post_result_release(&result);
}

static void a_page_is_no_gateway(void **state)
{
	struct post_result result;
	struct gateway gateway = {
		.answer = { "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
			    "Content-Length: 6\r\nConnection: close\r\n\r\n<html>" }
	};

	(void)state;
	assert_int_equal(post(&gateway, 5, &result), ERR_IO);
	assert_int_equal(gateway.asked_count, 1);
	assert_non_null(strstr(fault.text, "not a gateway of Arrondi"));
	post_result_release(&result);
}

static void an_endless_answer_is_cut(void **state)
{
	struct post_result result;
	struct gateway gateway = {
		.answer = { "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
			    "Connection: close\r\n\r\n" },
		.answer_more = POST_ANSWER_BYTES_MAX * 2,
	};

	(void)state;
	assert_int_equal(post(&gateway, 5, &result), ERR_TOO_BIG);
	assert_int_equal(gateway.asked_count, 1);
	post_result_release(&result);
}

static void a_refusal_names_its_rows(void **state)
{
	struct post_result result;
	struct gateway gateway = {
		.answer = { "HTTP/1.1 422 No\r\nContent-Type: "
			    "application/problem+json\r\n"
			    "Connection: close\r\n\r\n"
			    "{\"type\":\"/problems/"
			    "rule\",\"title\":\"Refused\",\"errors\":"
			    "[{\"line\":2,\"reason\":\"was claimed before\"}]}" }
	};

	(void)state;
	assert_int_equal(post(&gateway, 5, &result), ERR_RULE);
	assert_string_equal(buffer_text(&result.bad_rows),
			    "line 2: was claimed before\n");
	assert_non_null(strstr(fault.text, "Refused"));
	assert_false(state_is_there());
	post_result_release(&result);
}

/* ---- answers that are not to be believed ---- */

static void assert_not_believed(struct receipt_form form, const char *why)
{
	struct post_result result;
	struct gateway gateway = { .answer = { NULL } };
	struct buffer answer;

	receipt_make(&form, &answer);
	gateway.answer[0] = buffer_text(&answer);
	assert_int_equal(post(&gateway, 5, &result), ERR_CORRUPT);
	assert_int_equal(gateway.asked_count, 1);
	assert_non_null(strstr(fault.text, why));
	assert_true(result.is_answered);
	assert_false(state_is_there());
	post_result_release(&result);
	buffer_release(&answer);
}

static void a_server_that_booked_something_else_is_caught(void **state)
{
	struct receipt_form more_rows = GOOD, more_money = GOOD;

	(void)state;
	more_rows.count = 2;
	more_money.amount_cents = 38;
	assert_not_believed(more_rows, "did not book this file");
	assert_not_believed(more_money, "did not book this file");
}

static void a_checkpoint_that_does_not_cover_the_batch_is_caught(void **state)
{
	struct receipt_form uncovered = GOOD;

	(void)state;
	uncovered.size = 4;
	assert_not_believed(uncovered, "does not cover position 4");
}

static void a_summary_is_for_a_person(void **state)
{
	struct post_result result;
	struct post_options options = { .word = { [POST_REFERENCE] = "PAYE-2026-10" } };
	struct gateway gateway = { .answer = { NULL } };
	struct buffer good, text;

	(void)state;
	receipt_make(&GOOD, &good);
	gateway.answer[0] = buffer_text(&good);
	buffer_init(&text, 4096);
	assert_int_equal(post(&gateway, 0, &result), ERR_OK);
	post_summary_put(&options, &result, &text);
	assert_string_equal(buffer_text(&text),
			    "PAYE-2026-10 is recorded at position 4\n"
			    "rows: 1, and 1 of 0 left out\n"
			    "total: 0.37 EUR\n"
			    "  general, person: 0.37 EUR\n"
			    "match: 0.00 EUR\n"
			    "log: size 5, signed by " ORIGIN
			    "; its first checkpoint seen from here\n");
	buffer_release(&text);
	buffer_release(&good);
	post_result_release(&result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(
			a_lost_answer_is_asked_for_again_with_the_same_reference, forget),
		cmocka_unit_test_teardown(half_an_answer_is_no_answer, forget),
		cmocka_unit_test_teardown(a_server_that_asks_for_time_gets_it, forget),
		cmocka_unit_test_teardown(tries_come_to_an_end, forget),
		cmocka_unit_test_teardown(a_redirect_is_not_followed, forget),
		cmocka_unit_test_teardown(a_page_is_no_gateway, forget),
		cmocka_unit_test_teardown(an_endless_answer_is_cut, forget),
		cmocka_unit_test_teardown(a_refusal_names_its_rows, forget),
		cmocka_unit_test_teardown(a_server_that_booked_something_else_is_caught,
					  forget),
		cmocka_unit_test_teardown(
			a_checkpoint_that_does_not_cover_the_batch_is_caught, forget),
		cmocka_unit_test_teardown(a_summary_is_for_a_person, forget),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
