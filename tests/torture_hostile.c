/*
 * torture_hostile.c - hostile clients by the thousand: honest ones keep being served, the
 * gateway's memory and descriptors stay within bounds, and nothing is recorded but what
 * honest clients sent.
 *
 *   TORTURE_S=seconds TORTURE_SEED=n BIN=programs torture_hostile
 *
 * The honest rate stands beside the rate without an attack. Attackers and gateway share
 * the machine's processors, so a part of what is lost is the attackers' own work.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/limits.h"
#include "tests/caller.h"
#include "tests/clerk.h"
#include "tests/foe.h"
#include "tests/gate.h"
#include "tests/trial.h"

#define DEFAULT_S 60
#define CLERKS    8
#define SOCKETS   10000
#define SETTLE_US                                                                        \
	1200000 /* a connection that was dropped in the storm comes again after 1 s */
#define QUIET_US   5000000
#define FILES_MORE 24 /* ledgers that were opened meanwhile, and stay so */

/* The least that honest clients may expect of their rate, and those with new connections
 * of an answer: who starves has none. */
#define RATE_SHARE  50
#define PATIENCE_US 5000000

/* What the gateway may use: 64 MB, and for each connection that it admits the pool of its
 * head, a body of who is not known, and what the libraries keep of it. */
#define MEMORY_KIB 65536
#define CONNECTION_KIB                                                                   \
	((long)(2 * LIMIT_HEADER_BYTES + LIMIT_STRANGER_BODY_BYTES) / 1024 + 8)
#define MEMORY_MAX_KIB                                                                   \
	(MEMORY_KIB + CONNECTION_KIB * (LIMIT_CONNECTIONS + LIMIT_CONNECTIONS_EXCESS))

struct rate {
	unsigned long all, newcomers; /* answers a second */
	bool is_answered;             /* a newcomer */
};

struct trouble {
	struct house house;
	struct witness witness;
	struct desk desk;
	struct gate gate;
	unsigned files; /* of the gateway at rest */
	struct rate rate, rate_least;
	unsigned files_most;
	long peak_kib;
	unsigned long connections, nonsense;
};

static unsigned long per_s(unsigned long n, int64_t us)
{
	return (unsigned long)((int64_t)n * 1000000 / us);
}

/* Answers to honest clients per second, over so long a time. */
static struct rate rate_measure(struct trouble *trouble, int64_t us)
{
	unsigned long from = atomic_load(&trouble->desk.answered);
	unsigned long from_new = atomic_load(&trouble->desk.answered_newcomers);
	int64_t began = trial_now_us();

	/* On a machine that is busy with other things, an answer takes its time. */
	while (trial_now_us() - began < us ||
	       (atomic_load(&trouble->desk.answered_newcomers) == from_new &&
		trial_now_us() - began < PATIENCE_US)) {
		unsigned files = gate_files(&trouble->gate);

		if (files > trouble->files_most)
			trouble->files_most = files;
		trial_sleep_us(20000);
	}
	us = trial_now_us() - began;
	return (struct rate){
		.is_answered = atomic_load(&trouble->desk.answered_newcomers) != from_new,
		.all = per_s(atomic_load(&trouble->desk.answered) - from, us),
		.newcomers = per_s(
			atomic_load(&trouble->desk.answered_newcomers) - from_new, us),
	};
}

static void assert_bounds(struct trouble *trouble, const char *when)
{
	long peak_kib = gate_peak_kib(&trouble->gate);

	if (peak_kib > trouble->peak_kib)
		trouble->peak_kib = peak_kib;

	if (peak_kib < 0 || peak_kib > MEMORY_MAX_KIB)
		trial_fail("the gateway has taken %ld KiB, more than %ld, under %s",
			   peak_kib, (long)MEMORY_MAX_KIB, when);
}

/* All that hostile clients held is given back. */
static void assert_quiet(struct trouble *trouble, const char *after)
{
	int64_t until = trial_now_us() + QUIET_US;
	unsigned files;

	while ((files = gate_files(&trouble->gate)) > trouble->files + FILES_MORE) {
		if (trial_now_us() > until)
			trial_fail("the gateway has %u files open after %s, and had %u",
				   files, after, trouble->files);
		trial_sleep_us(20000);
	}
}

static void assert_served(const struct trouble *trouble, const struct rate *rate,
			  const char *beside)
{
	if (!rate->is_answered || rate->all < trouble->rate.all / RATE_SHARE)
		trial_fail("honest clients starve beside %s", beside);
}

static void attack_run(struct trouble *trouble, const struct attack *attack, int64_t us)
{
	struct horde horde;
	struct rate rate;

	gate_forget_peak(&trouble->gate);
	horde_begin(&horde, attack, trouble->gate.port);
	trial_sleep_us(SETTLE_US);
	rate = rate_measure(trouble, us);
	horde_end(&horde);
	printf("torture_hostile: %lu/s honest, %lu/s of them with new connections, "
	       "beside "
	       "%u %s; %lu opened, %lu ended by the gateway; %ld MiB\n",
	       rate.all, rate.newcomers, attack->connections, attack->name, horde.opened,
	       horde.ended, gate_peak_kib(&trouble->gate) / 1024);
	(void)fflush(stdout);
	trouble->connections += horde.opened;
	if (rate.all < trouble->rate_least.all)
		trouble->rate_least.all = rate.all;
	if (rate.newcomers < trouble->rate_least.newcomers)
		trouble->rate_least.newcomers = rate.newcomers;
	assert_served(trouble, &rate, attack->name);
	if (!horde.opened || horde.failed > horde.opened)
		trial_fail("the attack was none: %s", attack->name);
	assert_bounds(trouble, attack->name);
	assert_quiet(trouble, attack->name);
}

/* ---- nonsense ---- */

#define LONG_TEXT 100000

/* %s: a long text. Each must be told 4xx, or be hung up on. */
static const char *const nonsense[] = {
	"GET /%s HTTP/1.1\r\nHost: x\r\n\r\n",
	"GET /v1/gifts?%s=1 HTTP/1.1\r\nHost: x\r\n\r\n",
	"GET /healthz HTTP/1.1\r\nHost: x\r\nX: %s\r\n\r\n",
	"%s",
	"%s\r\n\r\n",
	"\r\n\r\n\r\nBAD\r\n\r\n",
	"GET\r\n\r\n",
	"GET /healthz\r\n\r\n",
	"GET  /healthz  HTTP/1.1\r\nHost: x\r\n\r\n",
	"GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n",
	"GET http://other/healthz HTTP/1.1\r\nHost: x\r\n\r\n",
	"GET /log/../log.key HTTP/1.1\r\nHost: x\r\n\r\n",
	"GET /log/%%2e%%2e/log.key HTTP/1.1\r\nHost: x\r\n\r\n",
	"GET /log//checkpoint HTTP/1.1\r\nHost: x\r\n\r\n",
	"GET /rows/%%00 HTTP/1.1\r\nHost: x\r\n\r\n",
	"GET /\\..\\log.key HTTP/1.1\r\nHost: x\r\n\r\n",
	"GET /log/tile/0/%%ff%%fe HTTP/1.1\r\nHost: x\r\n\r\n",
	"GET /healthz HTTP/1.1\r\n\r\n",
	"GET /healthz HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
	"GET /healthz HTTP/1.1\r\nHost : x\r\n\r\n",
	"GET /healthz HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n",
	"GET /healthz HTTP/1.1\r\nHost: x\r\nNo colon\r\n\r\n",
	"POST /v1/gifts HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
	"POST /v1/gifts HTTP/1.1\r\nHost: x\r\nContent-Length: 1e3\r\n\r\n",
	"POST /v1/gifts HTTP/1.1\r\nHost: x\r\nContent-Length: 0x10\r\n\r\n",
	"POST /v1/gifts HTTP/1.1\r\nHost: x\r\nContent-Length: "
	"99999999999999999999999999\r\n\r\n",
	"POST /v1/gifts HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
	"Content-Length: 3\r\n\r\n{}",
	"POST /v1/gifts HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
	"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	"POST /v1/gifts HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
	"zz\r\n{}\r\n0\r\n\r\n",
	"POST /v1/gifts HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
	"ffffffffffffffff1\r\n{}\r\n",
	"POST /v1/gifts HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
	"-2\r\n{}\r\n0\r\n\r\n",
	"POST /v1/gifts HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"
	"0\r\n\r\n",
	"POST /v1/gifts HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity\r\n"
	"Content-Length: 2\r\n\r\n{}",
	"POST /v1/gifts HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
	"Content-Encoding: gzip\r\n\r\n{}",
	"POST /v1/gifts HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
	"Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n{}",
	"TRACE / HTTP/1.1\r\nHost: x\r\n\r\n",
	"CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n",
	"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
	"DELETE /v1/gifts HTTP/1.1\r\nHost: x\r\n\r\n",
	"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
	"\x16\x03\x01\x02\x01\x01",
	"\xff\xfe\xfd\xfc\r\n\r\n",
};
#define NONSENSE_COUNT (sizeof nonsense / sizeof *nonsense)

/* Says it whole, closes its side, and hears the first answer. */
static void nonsense_say(struct trouble *trouble, const char *text, size_t n)
{
	int fd = caller_connect(trouble->gate.port, 20000);
	char answer[1024] = "";
	ssize_t got = 0;
	unsigned status;

	if (fd < 0)
		trial_fail("nobody can connect: %m");
	while (n > 0 && (got = send(fd, text, n, MSG_NOSIGNAL)) > 0) {
		text += got;
		n -= (size_t)got;
	}
	(void)shutdown(fd, SHUT_WR);
	got = recv(fd, answer, sizeof answer - 1, 0);
	if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		trial_fail("nonsense is neither answered nor ended");
	(void)close(fd);
	trouble->nonsense++;
	if (got <= 0)
		return;
	status = strncmp(answer, "HTTP/1.", 7) ? 0
					       : (unsigned)strtoul(answer + 9, NULL, 10);
	if ((status < 400 || status >= 500) && status != 501 && status != 505)
		trial_fail("nonsense is answered %u: %.200s", status, text);
}

static void nonsense_all(struct trouble *trouble)
{
	char *filler = malloc(LONG_TEXT + 1);

	if (!filler)
		trial_fail("out of memory");
	memset(filler, 'a', LONG_TEXT);
	filler[LONG_TEXT] = '\0';
	for (size_t i = 0; i < NONSENSE_COUNT; i++) {
		char *text = NULL;
		/* The table is ours, with one text to each of its formats at most. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		int n = asprintf(&text, nonsense[i], filler);
#pragma GCC diagnostic pop

		if (n < 0)
			trial_fail("out of memory");
		nonsense_say(trouble, text, (size_t)n);
		free(text);
	}
	free(filler);
	assert_bounds(trouble, "nonsense");
	assert_quiet(trouble, "nonsense");
}

/* ---- the whole ---- */

int main(void)
{
	const struct gate_options options = { 0 };
	static struct trouble trouble;
	struct attack attack;
	unsigned sockets;
	int64_t each_us;

	trial_begin("torture_hostile", DEFAULT_S);
	each_us = trial_share_us(attack_count + 2);
	sockets = foe_sockets_allow(SOCKETS);
	house_make(&trouble.house, CLERKS);
	witness_init(&trouble.witness);
	gate_open(&trouble.gate, &trouble.house, 0, &options);
	desk_open(&trouble.desk, &trouble.house, &trouble.witness, 1, CLERKS);
	atomic_store(&trouble.desk.newcomers, true);
	atomic_store(&trouble.desk.port[0], trouble.gate.port);
	trial_sleep_us(SETTLE_US);
	trouble.rate = trouble.rate_least = rate_measure(&trouble, each_us);
	printf("torture_hostile: %lu/s honest, %lu/s of them with new connections, "
	       "beside nobody\n",
	       trouble.rate.all, trouble.rate.newcomers);
	trouble.files = trouble.files_most;
	nonsense_all(&trouble);
	for (size_t i = 0; i < attack_count; i++) {
		attack = attacks[i];
		if (attack.connections > sockets)
			attack.connections = sockets;
		attack_run(&trouble, &attack, each_us);
	}
	desk_close(&trouble.desk);
	gate_close(&trouble.gate);
	house_check(&trouble.house);
	house_verify(&trouble.house, NULL);
	witness_check(&trouble.witness, &trouble.house, true);
	trial_end("%lu hostile connections, %u at a time at most; %lu/s honest without, "
		  "%lu/s (%lu/s with new connections) at least with them; %lu requests "
		  "acknowledged, %lu cut off, %lu "
		  "told to wait; %lu pieces of nonsense; peak %ld MiB (of %ld), %u files",
		  trouble.connections, sockets, trouble.rate.all, trouble.rate_least.all,
		  trouble.rate_least.newcomers, trouble.desk.answered,
		  trouble.desk.retried, trouble.desk.busy, trouble.nonsense,
		  trouble.peak_kib / 1024, (long)MEMORY_MAX_KIB / 1024,
		  trouble.files_most);
}
