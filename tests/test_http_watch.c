/*
 * The watch over connections alone, without a server: gateway/http_watch.c.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/http_watch.h"

#define DEADLINE_MS 150

/* A TCP connection within this program. */
struct line {
	int server_fd;
	int client_fd;
};

static struct http_watch *watch;

static void line_open(struct line *line)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof address;
	int listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(listen_fd >= 0);
	assert_int_equal(bind(listen_fd, (struct sockaddr *)&address, n), 0);
	assert_int_equal(listen(listen_fd, 1), 0);
	assert_int_equal(getsockname(listen_fd, (struct sockaddr *)&address, &n), 0);
	line->client_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(line->client_fd, (struct sockaddr *)&address, n), 0);
	line->server_fd = accept(listen_fd, NULL, NULL);
	assert_true(line->server_fd >= 0);
	assert_int_equal(close(listen_fd), 0);
}

static void line_close(const struct line *line)
{
	assert_int_equal(close(line->server_fd), 0);
	assert_int_equal(close(line->client_fd), 0);
}

/* What the client reads up to the end: a status, 0 for nothing, -1 when there is no
 * end within that time. */
static int line_hears(const struct line *line, int within_ms)
{
	struct pollfd poll_fd = { .fd = line->client_fd, .events = POLLIN };
	char text[1024] = "";
	size_t n = 0;

	for (;;) {
		ssize_t got;

		if (poll(&poll_fd, 1, within_ms) != 1)
			return -1;
		got = recv(line->client_fd, text + n, sizeof text - 1 - n, 0);
		if (got <= 0)
			return n > 9 ? (int)strtol(text + 9, NULL, 10) : 0;
		n += (size_t)got;
	}
}

static int start(void **state)
{
	const struct http_watch_options options = {
		.connections_max = 2,
		.read_deadline_ms = DEADLINE_MS,
		.idle_ms = 2 * DEADLINE_MS,
	};

	(void)state;
	return http_watch_start(&options, &watch) != ERR_OK;
}

static int stop(void **state)
{
	(void)state;
	http_watch_stop(watch);
	return 0;
}

static void an_idle_connection_ends_without_a_word(void **state)
{
	struct http_peer *peer;
	struct line line;

	(void)state;
	line_open(&line);
	peer = http_watch_add(watch, line.server_fd);
	assert_non_null(peer);
	assert_int_equal(line_hears(&line, 20 * DEADLINE_MS), 0);
	assert_int_equal(http_peer_last_word(watch, peer), 0);
	assert_false(http_peer_handle(watch, peer));
	http_watch_remove(watch, peer);
	line_close(&line);
}

static void a_request_line_that_does_not_end_is_told_408(void **state)
{
	struct http_peer *peer;
	struct line line;

	(void)state;
	line_open(&line);
	peer = http_watch_add(watch, line.server_fd);
	assert_int_equal(send(line.client_fd, "GET", 3, 0), 3);
	assert_int_equal(line_hears(&line, 20 * DEADLINE_MS), 408);
	http_watch_remove(watch, peer);
	line_close(&line);
}

static void a_last_word_and_a_reply_exclude_each_other(void **state)
{
	struct http_peer *peer;
	struct line line;

	(void)state;
	line_open(&line);
	peer = http_watch_add(watch, line.server_fd);
	http_peer_read(watch, peer);
	assert_int_equal(line_hears(&line, 20 * DEADLINE_MS), 408);
	assert_int_equal(http_peer_last_word(watch, peer), 408);
	assert_false(http_peer_handle(watch, peer));
	assert_false(http_peer_reply(watch, peer, 0));
	http_watch_remove(watch, peer);
	line_close(&line);

	line_open(&line);
	peer = http_watch_add(watch, line.server_fd);
	http_peer_read(watch, peer);
	assert_true(http_peer_reply(watch, peer, 0));
	http_peer_cut(watch, peer, 413); /* too late */
	assert_int_equal(http_peer_last_word(watch, peer), 0);
	assert_int_equal(line_hears(&line, 20 * DEADLINE_MS), 0); /* the reply's time */
	http_watch_remove(watch, peer);
	line_close(&line);
}

static void our_own_time_is_not_the_clients(void **state)
{
	struct http_peer *peer;
	struct line line;

	(void)state;
	line_open(&line);
	peer = http_watch_add(watch, line.server_fd);
	http_peer_read(watch, peer);
	assert_true(http_peer_handle(watch, peer));
	assert_int_equal(line_hears(&line, 4 * DEADLINE_MS), -1);
	assert_true(http_peer_reply(watch, peer, 1024));
	http_peer_rest(watch, peer);
	http_peer_read(watch, peer);
	http_peer_cut(watch, peer, 413);
	assert_int_equal(line_hears(&line, 20 * DEADLINE_MS), 413);
	http_watch_remove(watch, peer);
	line_close(&line);
}

/* Three lines of which the watch admits two. */
static void lines_open(struct line lines[3], struct http_peer *peers[2])
{
	for (size_t i = 0; i < 3; i++)
		line_open(&lines[i]);
	for (size_t i = 0; i < 2; i++)
		assert_non_null(peers[i] = http_watch_add(watch, lines[i].server_fd));
}

static void lines_close(const struct line lines[3], struct http_peer *peers[3])
{
	for (size_t i = 0; i < 3; i++) {
		http_watch_remove(watch, peers[i]);
		line_close(&lines[i]);
	}
}

static void connections_past_the_bound_are_told_429_where_nobody_tarries(void **state)
{
	struct http_peer *peers[3] = { NULL };
	struct line lines[3];

	(void)state;
	lines_open(lines, peers);
	for (size_t i = 0; i < 2; i++) {
		http_peer_read(watch, peers[i]);
		assert_true(http_peer_handle(watch, peers[i]));
	}
	assert_null(http_watch_add(watch, lines[2].server_fd));
	assert_int_equal(line_hears(&lines[2], 20 * DEADLINE_MS), 429);
	assert_true(http_peer_reply(watch, peers[0], 0));
	assert_true(http_peer_reply(watch, peers[1], 0));
	lines_close(lines, peers);
}

static void who_idles_for_the_longest_makes_room(void **state)
{
	struct http_peer *peers[3] = { NULL };
	struct line lines[3];

	(void)state;
	lines_open(lines, peers);
	/* The first has been served since the second came. */
	http_peer_read(watch, peers[0]);
	assert_true(http_peer_handle(watch, peers[0]));
	assert_true(http_peer_reply(watch, peers[0], 0));
	http_peer_rest(watch, peers[0]);
	assert_non_null(peers[2] = http_watch_add(watch, lines[2].server_fd));
	assert_int_equal(line_hears(&lines[1], DEADLINE_MS), 0);
	assert_false(http_peer_handle(watch, peers[1]));
	http_peer_read(watch, peers[0]);
	assert_true(http_peer_handle(watch, peers[0]));
	assert_true(http_peer_handle(watch, peers[2]));
	lines_close(lines, peers);
}

static void who_sends_or_takes_too_slowly_makes_room(void **state)
{
	struct http_peer *peers[3] = { NULL };
	struct line lines[3];

	(void)state;
	lines_open(lines, peers);
	http_peer_read(watch, peers[0]);
	http_peer_read(watch, peers[1]);
	assert_true(http_peer_reply(watch, peers[1], 1000000));
	(void)poll(NULL, 0, 20); /* what the first may take to send nothing */
	assert_non_null(peers[2] = http_watch_add(watch, lines[2].server_fd));
	assert_int_equal(line_hears(&lines[0], DEADLINE_MS / 2), 503);
	assert_int_equal(http_peer_last_word(watch, peers[0]), 503);
	assert_false(http_peer_handle(watch, peers[0]));
	http_watch_remove(watch, peers[0]);
	line_close(&lines[0]);

	line_open(&lines[0]);
	http_peer_read(watch, peers[2]);
	assert_true(http_peer_handle(watch, peers[2]));
	assert_non_null(peers[0] = http_watch_add(watch, lines[0].server_fd));
	assert_int_equal(line_hears(&lines[1], DEADLINE_MS / 2), 0);
	lines_close(lines, peers);
}

static void who_is_known_and_sends_quickly_is_left_alone(void **state)
{
	static const char bytes[100000];
	struct http_peer *peers[3] = { NULL };
	struct line lines[3];

	(void)state;
	lines_open(lines, peers);
	http_peer_read(watch, peers[0]);
	http_peer_trust(watch, peers[0]);
	http_peer_read(watch, peers[1]);
	assert_true(send(lines[1].client_fd, bytes, sizeof bytes, MSG_DONTWAIT) > 0);
	assert_true(send(lines[0].client_fd, bytes, sizeof bytes, MSG_DONTWAIT) > 0);
	(void)poll(NULL, 0, 20);
	assert_non_null(peers[2] = http_watch_add(watch, lines[2].server_fd));
	assert_int_equal(http_peer_last_word(watch, peers[1]), 503);
	assert_true(http_peer_handle(watch, peers[0]));
	lines_close(lines, peers);
}

static void a_watch_that_closes_ends_who_is_idle(void **state)
{
	struct http_peer *peers[3] = { NULL };
	struct line lines[3];

	(void)state;
	lines_open(lines, peers);
	http_watch_close(watch);
	assert_int_equal(line_hears(&lines[0], 20 * DEADLINE_MS), 0);
	assert_null(http_watch_add(watch, lines[2].server_fd));
	assert_int_equal(line_hears(&lines[2], 20 * DEADLINE_MS), 503);
	lines_close(lines, peers);
}

#define WITH_WATCH(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_WATCH(an_idle_connection_ends_without_a_word),
		WITH_WATCH(a_request_line_that_does_not_end_is_told_408),
		WITH_WATCH(a_last_word_and_a_reply_exclude_each_other),
		WITH_WATCH(our_own_time_is_not_the_clients),
		WITH_WATCH(connections_past_the_bound_are_told_429_where_nobody_tarries),
		WITH_WATCH(who_idles_for_the_longest_makes_room),
		WITH_WATCH(who_sends_or_takes_too_slowly_makes_room),
		WITH_WATCH(who_is_known_and_sends_quickly_is_left_alone),
		WITH_WATCH(a_watch_that_closes_ends_who_is_idle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
