/*
 * foe.c - see foe.h.
 */
#include "tests/foe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/trial.h"

#define FILES_OF_OURS 200
#define SMALL_WINDOW  2048

#define TEXT_16 "aaaaaaaaaaaaaaaa"
#define TEXT_256                                                                         \
	TEXT_16 TEXT_16 TEXT_16 TEXT_16 TEXT_16 TEXT_16 TEXT_16 TEXT_16 TEXT_16 TEXT_16  \
		TEXT_16 TEXT_16 TEXT_16 TEXT_16 TEXT_16 TEXT_16
#define TEXT_1024 TEXT_256 TEXT_256 TEXT_256 TEXT_256
#define TEXT_4096 TEXT_1024 TEXT_1024 TEXT_1024 TEXT_1024

#define GET(target) "GET " target " HTTP/1.1\r\nHost: x\r\n"
#define POST(bytes)                                                                      \
	"POST /v1/gifts HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"       \
	"Content-Length: " bytes "\r\n\r\n"

const struct attack attacks[] = {
	{ .name = "connections that say nothing",
	  .connections = 10000,
	  .greeting = "",
	  .drip = "",
	  .pace_us = 50000 },
	{ .name = "slow request lines",
	  .connections = 3000,
	  .greeting = "GET /",
	  .greetings = 1,
	  .drip = "a",
	  .pace_us = 50000 },
	{ .name = "slow heads",
	  .connections = 3000,
	  .greeting = GET("/healthz") "X-Slow: " TEXT_4096,
	  .greetings = 1,
	  .drip = "a",
	  .pace_us = 50000 },
	{ .name = "slow bodies",
	  .connections = 3000,
	  .greeting = POST("250000") TEXT_4096,
	  .greetings = 1,
	  .drip = TEXT_256,
	  .pace_us = 50000 },
	{ .name = "floods of fields",
	  .connections = 200,
	  .greeting = GET("/healthz") "X-A: " TEXT_256 "\r\n",
	  .greetings = 1,
	  .drip = "X-B: " TEXT_1024 "\r\nX-C: " TEXT_1024 "\r\n",
	  .pace_us = 2000 },
	{ .name = "pipelining without a pause",
	  .connections = 100,
	  .greeting = GET("/healthz") "\r\n",
	  .greetings = 50,
	  .drip = GET("/log/checkpoint") "\r\n" GET("/healthz") "\r\n",
	  .pace_us = 2000 },
	{ .name = "half-open connections",
	  .connections = 3000,
	  .greeting = GET("/healthz") "X-Half: ",
	  .greetings = 1,
	  .drip = "",
	  .pace_us = 50000,
	  .half_closes = true },
	{ .name = "clients that never read",
	  .connections = 1000,
	  .greeting = GET("/openapi.json") "\r\n",
	  .greetings = 20,
	  .drip = "",
	  .pace_us = 50000,
	  .never_reads = true },
};
const size_t attack_count = sizeof attacks / sizeof *attacks;

struct foe {
	int fd;           /* -1: none */
	unsigned greeted; /* bytes of all greetings */
};

unsigned foe_sockets_allow(unsigned wanted)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		trial_fail("the limit of open files cannot be read: %m");
	if (limit.rlim_max < wanted + FILES_OF_OURS)
		wanted = (unsigned)limit.rlim_max - FILES_OF_OURS;
	if (limit.rlim_cur < wanted + FILES_OF_OURS) {
		limit.rlim_cur = wanted + FILES_OF_OURS;
		if (setrlimit(RLIMIT_NOFILE, &limit))
			trial_fail("the limit of open files cannot be raised: %m");
	}
	return wanted;
}

int foe_connect(unsigned port, unsigned number, bool never_reads)
{
	const struct sockaddr_in from = { .sin_family = AF_INET,
					  .sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 +
								   number % 100) };
	const struct sockaddr_in to = { .sin_family = AF_INET,
					.sin_port = htons((uint16_t)port),
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	/* Closed with a reset, so that no port waits for its time. */
	const struct linger reset = { .l_onoff = 1 };
	const int yes = 1, small = SMALL_WINDOW;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset) ||
	    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes) ||
	    (never_reads &&
	     setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small)) ||
	    bind(fd, (const struct sockaddr *)&from, sizeof from) ||
	    (connect(fd, (const struct sockaddr *)&to, sizeof to) &&
	     errno != EINPROGRESS)) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

static void foe_end(struct horde *horde, struct foe *foe)
{
	(void)close(foe->fd);
	foe->fd = -1;
	atomic_fetch_add(&horde->ended, 1);
}

/* false when the gateway has ended it. */
static bool foe_say(int fd, const char *text, size_t n, size_t *ret_sent)
{
	ssize_t sent = send(fd, text, n, MSG_DONTWAIT | MSG_NOSIGNAL);

	*ret_sent = sent > 0 ? (size_t)sent : 0;
	return sent >= 0 || errno == EAGAIN;
}

static bool foe_greet(const struct attack *attack, struct foe *foe)
{
	size_t n = strlen(attack->greeting), sent;

	while (n && foe->greeted < n * attack->greetings) {
		size_t at = foe->greeted % n;

		if (!foe_say(foe->fd, attack->greeting + at, n - at, &sent))
			return false;
		if (!sent)
			return true;
		foe->greeted += (unsigned)sent;
		if (attack->half_closes && foe->greeted == n * attack->greetings)
			(void)shutdown(foe->fd, SHUT_WR);
	}
	return true;
}

static bool foe_listen(const struct attack *attack, const struct foe *foe)
{
	char answer[16384];
	ssize_t n;

	if (attack->never_reads)
		return true;
	do
		n = recv(foe->fd, answer, sizeof answer, MSG_DONTWAIT);
	while (n > 0);
	return n < 0 && errno == EAGAIN;
}

/* One step of one foe. */
static void foe_act(struct horde *horde, struct foe *foe, unsigned number)
{
	const struct attack *attack = horde->attack;
	size_t drip = strlen(attack->drip), sent;

	if (foe->fd < 0) {
		*foe = (struct foe){ .fd = foe_connect(horde->port, number,
						       attack->never_reads) };
		atomic_fetch_add(foe->fd < 0 ? &horde->failed : &horde->opened, 1);
		return;
	}
	if (!foe_greet(attack, foe) ||
	    (drip && !foe_say(foe->fd, attack->drip, drip, &sent)) ||
	    !foe_listen(attack, foe))
		foe_end(horde, foe);
}

static void *horde_run(void *ctx)
{
	struct horde *horde = ctx;

	while (!atomic_load(&horde->is_ending)) {
		int64_t next_us = trial_now_us() + horde->attack->pace_us;

		for (unsigned i = 0; i < horde->attack->connections; i++)
			foe_act(horde, &horde->foe[i], i);
		if (trial_now_us() < next_us)
			trial_sleep_us(next_us - trial_now_us());
	}
	return NULL;
}

void horde_begin(struct horde *horde, const struct attack *attack, unsigned port)
{
	*horde = (struct horde){ .attack = attack, .port = port };
	horde->foe = calloc(attack->connections, sizeof *horde->foe);
	if (!horde->foe)
		trial_fail("out of memory");
	for (unsigned i = 0; i < attack->connections; i++)
		horde->foe[i].fd = -1;
	if (pthread_create(&horde->thread, NULL, horde_run, horde))
		trial_fail("a thread cannot be started");
}

void horde_end(struct horde *horde)
{
	atomic_store(&horde->is_ending, true);
	if (pthread_join(horde->thread, NULL))
		abort();
	for (unsigned i = 0; i < horde->attack->connections; i++)
		if (horde->foe[i].fd >= 0)
			(void)close(horde->foe[i].fd);
	free(horde->foe);
}
