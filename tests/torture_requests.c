/*
 * torture_requests.c - the gateway's memory runs short, at the n-th request for every n,
 * while it answers: with 503, or by closing the connection; nothing leaks, nothing is
 * half done, and the same request is then served.
 *
 *   TORTURE_S=seconds TORTURE_SEED=n torture_requests
 *
 * The gateway runs in this program, and all its threads are under it: libmicrohttpd, the
 * workers, the writer. malloc() and its kin are the program's own. While armed, one of
 * their calls fails, but none of the client's. One request of each family of routes, in
 * an order of the seed's, as many as there is time for. Between rounds the gateway is
 * stopped: then there are as many blocks of memory as there were before, and the ledger
 * is sound.
 */
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/api_rig.h"
#include "tests/trial.h"

#define DEFAULT_S     60
#define ROUND_TRIES   200
#define BODY_BYTES    4096
#define HANG_US       15000000
#define ROUNDS_BEFORE 3 /* until what is made once is made */
#define START_TRIES   4

/* ---- the memory ---- */

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t count, size_t n);
void *__libc_realloc(void *p, size_t n);
void *__libc_memalign(size_t alignment, size_t n);
void __libc_free(void *p);

static atomic_llong until_failure = -1; /* below 0: not armed, or over */
static atomic_llong requests;
static atomic_llong live; /* blocks */
static atomic_bool has_failed;
static _Thread_local bool is_client;

static bool fails_now(void)
{
	if (is_client)
		return false;
	atomic_fetch_add(&requests, 1);
	if (atomic_load(&until_failure) < 0 || atomic_fetch_sub(&until_failure, 1) != 0)
		return false;
	atomic_store(&has_failed, true);
	errno = ENOMEM;
	return true;
}

static void *counted(void *p)
{
	if (p)
		atomic_fetch_add(&live, 1);
	return p;
}

void *malloc(size_t n)
{
	return fails_now() ? NULL : counted(__libc_malloc(n));
}

void *calloc(size_t count, size_t n)
{
	return fails_now() ? NULL : counted(__libc_calloc(count, n));
}

void *realloc(void *p, size_t n)
{
	void *moved;

	if (n && fails_now())
		return NULL;
	moved = __libc_realloc(p, n);
	if (!p)
		return counted(moved);
	if (!n)
		atomic_fetch_sub(&live, 1);
	return moved;
}

void *aligned_alloc(size_t alignment, size_t n)
{
	return fails_now() ? NULL : counted(__libc_memalign(alignment, n));
}

int posix_memalign(void **ret_p, size_t alignment, size_t n)
{
	*ret_p = fails_now() ? NULL : counted(__libc_memalign(alignment, n));
	return *ret_p ? 0 : ENOMEM;
}

void free(void *p)
{
	if (p)
		atomic_fetch_sub(&live, 1);
	__libc_free(p);
}

/* ---- what is asked ---- */

struct ask {
	const char *name, *method, *path;
	enum api_who who;
	bool is_open; /* asks without a token */
	const char *type;
	void (*write)(unsigned number, char body[BODY_BYTES], char path[BODY_BYTES]);
	bool records; /* an entry more */
};

#define BATCH_AT "4" /* behind what api_rig.h records */

static void gift_write(unsigned number, char body[BODY_BYTES], char path[BODY_BYTES])
{
	char ref[32];

	(void)path;
	(void)snprintf(ref, sizeof ref, "G-%u", number);
	api_gift(ref, body);
}

static void rows_write(const char *reference, unsigned number, const char *more,
		       char body[BODY_BYTES])
{
	(void)snprintf(
		body, BODY_BYTES,
		"{\"source\":\"salary\",\"period\":\"%s\",\"collected_on\":\"%s\","
		"\"reference\":\"%s-%u\",\"step_cents\":100,\"terms\":\"2026-09\"%s,"
		"\"rows\":[{\"donor\":\"M%u\",\"roundup_cents\":37},"
		"{\"donor\":\"N%u\",\"roundup_cents\":12}]}",
		temporary_month(1), temporary_today(), reference, number, more, number,
		number);
}

static void batch_write(unsigned number, char body[BODY_BYTES], char path[BODY_BYTES])
{
	(void)path;
	rows_write("B", number, "", body);
}

static void csv_write(unsigned number, char body[BODY_BYTES], char path[BODY_BYTES])
{
	(void)snprintf(path, BODY_BYTES,
		       "/v1/batches?source=salary&period=%s&collected_on=%s"
		       "&reference=C-%u&step_cents=100&terms=2026-09",
		       temporary_month(1), temporary_today(), number);
	(void)snprintf(body, BODY_BYTES, "matricule;arrondi\nX%u;0,37\nY%u;0,12\n",
		       number, number);
}

static void correction_write(unsigned number, char body[BODY_BYTES],
			     char path[BODY_BYTES])
{
	(void)path;
	rows_write("K", number, ",\"reason\":\"amount\"", body);
}

static void wrong_write(unsigned number, char body[BODY_BYTES], char path[BODY_BYTES])
{
	(void)path;
	(void)snprintf(body, BODY_BYTES, "{\"ref\":\"W-%u\",\"amount\":\"much\"", number);
}

static void ballot_write(unsigned number, char body[BODY_BYTES], char path[BODY_BYTES])
{
	(void)path;
	(void)snprintf(body, BODY_BYTES, "{\"ref\":\"V-%u\",\"note\":\"no note\"}",
		       number);
}

#define JSON "application/json"
#define READ(title, target, whose)                                                       \
	{                                                                                \
		.name = title, .method = "GET", .path = target, .who = whose             \
	}
static const struct ask asks[] = {
	/* The first entry: others ask for it at its position. */
	{ "batch", "POST", "/v1/batches", WHO_EMPLOYER, false, JSON, batch_write, true },
	{ .name = "health", .method = "GET", .path = "/healthz", .is_open = true },
	{ .name = "readiness", .method = "GET", .path = "/readyz", .is_open = true },
	{ .name = "metrics", .method = "GET", .path = "/metrics", .is_open = true },
	{ .name = "description",
	  .method = "GET",
	  .path = "/openapi.json",
	  .is_open = true },
	{ .name = "checkpoint",
	  .method = "GET",
	  .path = "/log/checkpoint",
	  .is_open = true },
	{ .name = "tile",
	  .method = "GET",
	  .path = "/log/tile/0/000.p/4",
	  .is_open = true },
	{ .name = "no route", .method = "GET", .path = "/none", .is_open = true },
	{ .name = "no token", .method = "GET", .path = "/v1/funds", .is_open = true },
	READ("bundle", "/log/tile/entries/000.p/4", WHO_AUDITOR),
	READ("rows", "/rows/" BATCH_AT, WHO_AUDITOR),
	READ("consistency", "/v1/consistency?from=2&to=4", WHO_AUDITOR),
	READ("entry", "/v1/entries/1", WHO_AUDITOR),
	READ("proof", "/v1/entries/1/proof", WHO_AUDITOR),
	READ("funds", "/v1/funds", WHO_SEAT),
	READ("log key", "/v1/log-key", WHO_EMPLOYER),
	READ("statement", "/v1/members/" TEMPORARY_EMPLOYER "/statement", WHO_EMPLOYER),
	{ "gift", "POST", "/v1/gifts", WHO_EMPLOYER, false, JSON, gift_write, true },
	{ "trial batch", "POST", "/v1/batches?dry_run=1", WHO_EMPLOYER, false, JSON,
	  batch_write, false },
	{ "batch as CSV", "POST", "/v1/batches", WHO_EMPLOYER, false, "text/csv",
	  csv_write, true },
	{ "correction", "POST", "/v1/batches/" BATCH_AT "/correction", WHO_EMPLOYER,
	  false, JSON, correction_write, true },
	{ "wrong gift", "POST", "/v1/gifts", WHO_EMPLOYER, false, JSON, wrong_write,
	  false },
	{ "wrong ballot", "POST", "/v1/proposals/1/ballots", WHO_SEAT, false, JSON,
	  ballot_write, false },
};
#define ASKS (sizeof asks / sizeof *asks)

struct plan {
	unsigned ask;
	uint64_t point;
};

struct torture {
	struct api_rig rig;
	struct chance chance;
	unsigned number; /* of a request: in references */
	unsigned status[ASKS];
	uint64_t points[ASKS]; /* of memory, of one that is asked for the second time */
	uint64_t start_points;
	uint64_t size; /* entries that there must be */
	long long live;
	struct plan *plan;
	size_t plan_n;
	uint64_t failed, closed, refused, served, starts;
	char name[100];
};

static struct torture torture;

/* The status, 0 where the connection was closed. */
static unsigned ask(const struct ask *ask, struct api_answer *ret_answer)
{
	char body[BODY_BYTES] = "", path[BODY_BYTES];
	int64_t began = trial_now_us();
	struct api_request request = {
		.method = ask->method,
		.path = path,
		.type = ask->type,
		.token = ask->is_open ? NULL : torture.rig.token[ask->who],
	};

	(void)snprintf(path, sizeof path, "%s", ask->path);
	if (ask->write) {
		ask->write(torture.number, body, path);
		request.body = body;
	}
	api_ask(&torture.rig, &request, ret_answer);
	if (trial_now_us() - began > HANG_US)
		trial_fail("%s: neither answered nor closed", torture.name);
	return ret_answer->status;
}

static unsigned ask_status(const struct ask *one)
{
	struct api_answer answer;
	unsigned status = ask(one, &answer);

	api_answer_release(&answer);
	return status;
}

/* ---- rounds ---- */

/* Memory that fails while the gateway starts: an error with a sentence, or none. */
static void start_try(uint64_t point)
{
	struct api *api = NULL;
	struct fault fault = { 0 };
	enum err err;

	atomic_store(&requests, 0);
	atomic_store(&until_failure, (long long)point);
	is_client = false;
	err = api_start(torture.rig.temporary->dir, &torture.rig.config, &api, &fault);
	is_client = true;
	atomic_store(&until_failure, -1);
	if (err && !fault.text[0])
		trial_fail("start, request %" PRIu64 ": failed without a word", point);
	if (!err && api_stop(api) != ERR_OK)
		trial_fail("start, request %" PRIu64 ": no end", point);
	torture.start_points = (uint64_t)atomic_load(&requests);
	torture.starts++;
}

static void round_begin(void)
{
	struct temporary *t = torture.rig.temporary;

	ledger_close(t->ledger);
	t->ledger = NULL;
	for (int i = 0; i < START_TRIES && torture.start_points; i++)
		start_try(chance_next(&torture.chance) % torture.start_points);
	if (!torture.start_points)
		start_try(INT64_MAX);
	api_rig_start(&torture.rig);
}

static void round_end(const char *when)
{
	struct temporary *t = torture.rig.temporary;
	long long now;

	api_rig_stop(&torture.rig);
	if (temporary_size(t) != torture.size)
		trial_fail("%s: %" PRIu64 " entries instead of %" PRIu64, when,
			   temporary_size(t), torture.size);
	trial_must(ledger_check(t->ledger, &t->fault), "the ledger is sound", &t->fault);
	ledger_close(t->ledger);
	t->ledger = NULL;
	now = atomic_load(&live);
	if (torture.live && now != torture.live)
		trial_fail("%s: %lld blocks of memory instead of %lld", when, now,
			   torture.live);
}

static void sound_round(bool is_first)
{
	round_begin();
	for (unsigned i = 0; i < 2 * ASKS; i++) {
		unsigned which = i % ASKS, status;
		const struct ask *one = &asks[which];

		torture.number++;
		(void)snprintf(torture.name, sizeof torture.name, "'%s', all sound",
			       one->name);
		atomic_store(&requests, 0);
		status = ask_status(one);
		torture.points[which] = (uint64_t)atomic_load(&requests);
		if (is_first && i < ASKS)
			torture.status[which] = status;
		if (!status || status >= 500 || status != torture.status[which] ||
		    (one->records && status != 201))
			trial_fail("%s: status %u", torture.name, status);
		torture.size += one->records;
	}
	torture.live = 0;
	round_end("all sound");
	torture.live = atomic_load(&live);
}

static void try(const struct plan *plan)
{
	const struct ask *one = &asks[plan->ask];
	struct api_answer answer;
	unsigned status;

	torture.number++;
	(void)snprintf(torture.name, sizeof torture.name, "'%s', request %" PRIu64,
		       one->name, plan->point);
	atomic_store(&has_failed, false);
	atomic_store(&until_failure, (long long)plan->point);
	status = ask(one, &answer);
	atomic_store(&until_failure, -1);
	if (!status)
		torture.closed++;
	else if (status == 503)
		torture.refused++;
	else if (status == torture.status[plan->ask])
		torture.served++;
	else
		trial_fail("%s: status %u: %s", torture.name, status, answer.body);
	if (status == 503 && !strstr(answer.body, "\"title\":\"") &&
	    strcmp(one->name, "readiness") != 0)
		trial_fail("%s: 503 without a word: %s", torture.name, answer.text);
	api_answer_release(&answer);
	torture.failed += atomic_load(&has_failed);
	status = ask(one, &answer);
	if (status != torture.status[plan->ask] && !(one->records && status == 200))
		trial_fail("%s: the same again: status %u: %s", torture.name, status,
			   answer.body);
	api_answer_release(&answer);
	torture.size += one->records;
}

static void plans_make(void)
{
	size_t n = 0;

	for (unsigned i = 0; i < ASKS; i++)
		torture.plan_n += torture.points[i];
	torture.plan = calloc(torture.plan_n, sizeof *torture.plan);
	if (!torture.plan)
		trial_fail("out of memory");
	for (unsigned i = 0; i < ASKS; i++)
		for (uint64_t point = 0; point < torture.points[i]; point++)
			torture.plan[n++] = (struct plan){ i, point };
	for (size_t i = n; i > 1; i--) {
		size_t j = chance_next(&torture.chance) % i;
		struct plan plan = torture.plan[i - 1];

		torture.plan[i - 1] = torture.plan[j];
		torture.plan[j] = plan;
	}
	torture.live = atomic_load(&live);
}

int main(void)
{
	size_t tried = 0;

	is_client = true;
	trial_begin("requests", DEFAULT_S);
	torture.chance = chance_of(1);
	api_rig_init(&torture.rig);
	torture.size = temporary_size(torture.rig.temporary);
	for (int i = 0; i < ROUNDS_BEFORE; i++)
		sound_round(i == 0);
	plans_make();
	while (tried < torture.plan_n && !trial_is_over()) {
		char when[200];
		size_t first = tried;

		round_begin();
		while (tried < torture.plan_n && tried < first + ROUND_TRIES &&
		       !trial_is_over())
			try(&torture.plan[tried++]);
		(void)snprintf(when, sizeof when, "after tries %zu to %zu", first, tried);
		round_end(when);
	}
	trial_end("%zu of %zu requests for memory in %zu families of routes: %" PRIu64
		  " failed, %" PRIu64 " answers of 503, %" PRIu64
		  " connections closed, %" PRIu64 " served all the same, and %" PRIu64
		  " starts; no block is lost, and all was served "
		  "again",
		  tried, torture.plan_n, ASKS, torture.failed, torture.refused,
		  torture.closed, torture.served, torture.starts);
}
