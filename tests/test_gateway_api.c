/*
 * The gateway in this process, through real sockets: gateway/api.c, gateway/api_work.c,
 * gateway/api_submit.c, gateway/api_caller.c, gateway/api_reply.c, gateway/api_route.c,
 * gateway/api_probe.c, gateway/api_list.c, gateway/ledger_pool.c, gateway/metrics.c,
 * gateway/openapi.c, gateway/api_company.c. What each route says is tried in
 * tests/t-30-gateway.sh, and what a batch does (gateway/api_effect.c) in
 * tests/t-50-post.sh, tests/t-55-correction.sh and tests/stories/t-collector.sh.
 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "gateway/api_route.h"
#include "tests/api_rig.h"
#include "tests/openapi_paths.h"
#include "tests/temporary.h"
#include "tests/world.h" /* of which the ledger is made */

/* Of the rig's ledger: the charter, two employers, an auditor. */
#define ENTRIES 4

#define CLIENTS          16
#define GIFTS_PER_CLIENT 15
#define HASTY_STOPS      10

static struct api_rig rig;

static int start(void **state)
{
	(void)state;
	api_rig_init(&rig);
	api_rig_start(&rig);
	return 0;
}

static int prepare(void **state)
{
	(void)state;
	api_rig_init(&rig);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	api_rig_free(&rig);
	return 0;
}

static uint64_t size_after_stop(void)
{
	api_rig_stop(&rig);
	return temporary_size(rig.temporary);
}

/* ---- routes ---- */

static void a_path_finds_its_route_and_its_variables(void **state)
{
	static struct routes routes;
	struct route_match match;

	(void)state;
	routes_init(&routes, false);
	routes_match(&routes, HTTP_GET, "/v1/entries/41/proof", &match);
	assert_non_null(match.route);
	assert_string_equal(match.route->path, "/v1/entries/{position}/proof");
	assert_true(slice_equal_text(match.variable[0], "41"));
	routes_match(&routes, HTTP_HEAD, "/log/tile/entries/x001/000.p/3", &match);
	assert_string_equal(match.route->path, "/log/tile/entries/{bundle+}");
	assert_true(slice_equal_text(match.variable[0], "x001/000.p/3"));
	assert_int_not_equal(match.route->roles, 0);
	routes_match(&routes, HTTP_GET, "/log/tile/0/000.p/3", &match);
	assert_int_equal(match.route->roles, 0);
	routes_match(&routes, HTTP_POST, "/log/checkpoint", &match);
	assert_null(match.route);
	assert_true(match.is_path_known && match.has_get && !match.has_post);
	routes_match(&routes, HTTP_GET, "/v1/entries/", &match);
	assert_false(match.is_path_known);
	routes_match(&routes, HTTP_GET, "/v1/entries/1/proof/", &match);
	assert_false(match.is_path_known);
	routes_match(&routes, HTTP_GET, "/", &match);
	assert_false(match.is_path_known);
	routes_init(&routes, true);
	routes_match(&routes, HTTP_GET, "/log/tile/entries/000.p/3", &match);
	assert_int_equal(match.route->roles, 0);
}

/* What stands for a variable so that there is something to be had. */
static void path_fill(const char *template, char *out, size_t bytes)
{
	const char *const values[][2] = { { "{position}", "0" },
					  { "{member}", "operator" },
					  { "{tile}", "0/000.p/1" },
					  { "{bundle}", "000.p/1" } };
	size_t n = 0;

	while (*template) {
		size_t i = 0;

		while (i < 4 &&
		       strncmp(template, values[i][0], strlen(values[i][0])) != 0)
			i++;
		n += (size_t)snprintf(out + n, bytes - n, "%.*s",
				      i < 4 ? (int)strlen(values[i][1]) : 1,
				      i < 4 ? values[i][1] : template);
		template += i < 4 ? strlen(values[i][0]) : 1;
	}
}

static size_t operations_read(struct openapi_operation operations[OPENAPI_OPERATIONS_MAX])
{
	struct api_answer answer;
	size_t count;

	api_ask(&rig, &(struct api_request){ .method = "GET", .path = "/openapi.json" },
		&answer);
	assert_int_equal(answer.status, 200);
	count = openapi_operations(answer.body, operations);
	api_answer_release(&answer);
	return count;
}

static void every_address_of_the_description_answers(void **state)
{
	struct openapi_operation operations[OPENAPI_OPERATIONS_MAX];
	size_t count = operations_read(operations);

	(void)state;
	assert_true(count > 35);
	for (size_t i = 0; i < count; i++) {
		const struct openapi_operation *one = &operations[i];
		char path[128];
		unsigned status;

		path_fill(one->path, path, sizeof path);
		status = strcmp(one->method, "get") == 0
				 ? api_get(&rig, path, NULL)
				 : api_post(&rig, path, NULL, "{}");
		if (status == 0 || status == 404 || status == 405)
			fail_msg("%s %s: %u", one->method, path, status);
		/* Who may use it is described as it is. */
		assert_int_equal(status == 401, one->is_secured);
	}
}

static bool is_described(const struct route *route,
			 const struct openapi_operation *operations, size_t count)
{
	char path[128] = "";
	size_t n = 0;

	for (const char *p = route->path; *p; p++)
		if (*p != '+')
			path[n++] = *p;
	for (size_t i = 0; i < count; i++)
		if (strcmp(operations[i].path, path) == 0 &&
		    (strcmp(operations[i].method, "post") == 0) ==
			    (route->method == HTTP_POST))
			return true;
	return false;
}

static void every_route_is_described(void **state)
{
	static struct routes routes;
	struct openapi_operation operations[OPENAPI_OPERATIONS_MAX];
	size_t count = operations_read(operations);

	(void)state;
	routes_init(&routes, false);
	assert_int_equal(count, routes.count);
	for (size_t i = 0; i < routes.count; i++)
		if (!is_described(&routes.route[i], operations, count))
			fail_msg("%s is not described", routes.route[i].path);
}

/* ---- who may ---- */

static void each_kind_is_taken_from_its_roles_alone(void **state)
{
	static const unsigned roles[WHO__COUNT] = { ROLE_OPERATOR, ROLE_TREASURER,
						    ROLE_SEAT,     ROLE_AUDITOR,
						    ROLE_EMPLOYER, ROLE_EMPLOYER };

	(void)state;
	for (int kind = 0; kind < KIND__COUNT; kind++) {
		const struct kind_def *def = kind_def((enum kind)kind);
		char path[64];

		if (!def->path[0])
			continue;
		bool has_rows = kind == KIND_batch || kind == KIND_correction;

		snprintf(path, sizeof path, "/v1/%s",
			 kind == KIND_correction ? "batches/0/correction" : def->path);
		assert_int_equal(api_post(&rig, path, NULL, "{}"), 401);
		for (int who = 0; who < WHO_OTHER; who++) {
			unsigned status = api_post(&rig, path, rig.token[who], "{}");
			bool may = (def->roles & roles[who]) != 0;
			/* An empty draft is refused for its form, once it is read. */
			unsigned expected = !may ? 403 : has_rows ? 422 : 400;

			if (status != expected)
				fail_msg("%s by %d: %u, not %u", path, who, status,
					 expected);
		}
	}
}

static void a_company_posts_for_itself_alone(void **state)
{
	struct api_request request = { .method = "POST",
				       .path = "/v1/batches?company=employer:000004044",
				       .token = rig.token[WHO_EMPLOYER],
				       .type = "application/json",
				       .body = "{}" };
	struct api_answer answer;

	(void)state;
	api_ask(&rig, &request, &answer);
	assert_int_equal(answer.status, 422);
	assert_non_null(strstr(answer.body, "a company posts its own batches only"));
	api_answer_release(&answer);
}

static void what_is_not_public_is_shown_to_its_own_alone(void **state)
{
	static const struct {
		const char *path;
		unsigned status[WHO__COUNT];
	} table[] = {
		/* operator, treasurer, seat, auditor, the employer, another */
		{ "/v1/entries/4", { 200, 200, 200, 200, 200, 403 } },
		{ "/v1/entries/2", { 200, 200, 200, 200, 403, 200 } },
		{ "/v1/entries/99", { 404, 404, 404, 404, 404, 404 } },
		{ "/v1/entries/x", { 400, 400, 400, 400, 400, 400 } },
		{ "/v1/funds", { 200, 200, 200, 200, 200, 200 } },
		/* The charter's own: there is nothing to prove. */
		{ "/v1/log-key", { 404, 404, 404, 404, 404, 404 } },
		{ "/v1/members/employer:000001016/statement",
		  { 200, 200, 200, 200, 200, 403 } },
		{ "/log/tile/entries/000.p/2", { 200, 403, 200, 200, 403, 403 } },
		{ "/rows/2", { 404, 403, 404, 404, 403, 404 } },
	};
	char gift[512];

	(void)state;
	/* Positions 1 and 2 are the employers as members; 4 is the first one's gift. */
	api_gift("G-OWN", gift);
	assert_int_equal(api_post(&rig, "/v1/gifts", rig.token[WHO_EMPLOYER], gift), 201);
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		for (int who = 0; who < WHO__COUNT; who++) {
			const char *path = table[i].path;
			unsigned status;

			status = api_get(&rig, path, rig.token[who]);
			if (status != table[i].status[who])
				fail_msg("%s by %d: %u, not %u", path, who, status,
					 table[i].status[who]);
		}
		assert_int_equal(api_get(&rig, table[i].path, NULL), 401);
	}
}

static void a_token_is_worth_nothing_once_it_is_taken_back(void **state)
{
	struct ledger *ledger = NULL;
	struct fault fault;
	int64_t count;

	(void)state;
	assert_int_equal(api_get(&rig, "/v1/funds", "arrondi_short"), 401);
	assert_int_equal(api_get(&rig, "/v1/funds", rig.token[WHO_OTHER]), 200);
	assert_int_equal(ledger_open(rig.temporary->dir, LEDGER_WRITE, &ledger, &fault),
			 ERR_OK);
	assert_int_equal(ledger_token_revoke(ledger, slice_of_text(TEMPORARY_OTHER),
					     &count, &fault),
			 ERR_OK);
	assert_int_equal(count, 1);
	ledger_close(ledger);
	assert_int_equal(api_get(&rig, "/v1/funds", rig.token[WHO_OTHER]), 401);
}

static void a_member_that_has_retired_is_refused(void **state)
{
	(void)state;
	assert_int_equal(api_get(&rig, "/v1/funds", rig.token[WHO_OTHER]), 200);
	assert_int_equal(
		api_post(
			&rig, "/v1/members", rig.token[WHO_OPERATOR],
			"{\"ref\":\"OUT\",\"id\":\"" TEMPORARY_OTHER
			"\",\"role\":\"employer\",\"status\":\"retired\","
			"\"siren\":\"000004044\",\"name\":\"Boulangerie\",\"step\":100}"),
		201);
	assert_int_equal(api_get(&rig, "/v1/funds", rig.token[WHO_OTHER]), 403);
}

static void a_large_body_is_taken_from_who_has_a_token(void **state)
{
	size_t n = rig.config.body_bytes_max + 1000;
	char *body = malloc(n);
	struct api_request request = { .method = "POST",
				       .path = "/v1/batches",
				       .type = "application/json",
				       .body = body,
				       .body_bytes = n };
	struct api_answer answer;

	(void)state;
	assert_non_null(body);
	memset(body, ' ', n);
	api_ask(&rig, &request, &answer);
	assert_int_equal(answer.status, 413);
	api_answer_release(&answer);
	request.token = rig.token[WHO_EMPLOYER];
	api_ask(&rig, &request, &answer);
	assert_int_equal(answer.status, 400);
	api_answer_release(&answer);
	request.path = "/v1/gifts";
	api_ask(&rig, &request, &answer);
	assert_int_equal(answer.status, 413);
	api_answer_release(&answer);
	free(body);
}

static void a_stranger_sends_little(void **state)
{
	char *body = malloc(LIMIT_STRANGER_BODY_BYTES + 1);
	static const struct {
		const char *path;
		bool has_token, is_more;
		unsigned status;
	} cases[] = {
		{ "/v1/gifts", false, false, 401 },  { "/v1/gifts", false, true, 413 },
		{ "/v1/batches", false, true, 413 }, { "/v1/none", false, true, 413 },
		{ "/v1/gifts", true, true, 400 },
	};

	(void)state;
	assert_non_null(body);
	memset(body, ' ', LIMIT_STRANGER_BODY_BYTES + 1);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct api_request request = {
			.method = "POST",
			.path = cases[i].path,
			.type = "application/json",
			.token = cases[i].has_token ? rig.token[WHO_EMPLOYER] : NULL,
			.body = body,
			.body_bytes = LIMIT_STRANGER_BODY_BYTES + cases[i].is_more,
		};
		struct api_answer answer;

		api_ask(&rig, &request, &answer);
		assert_int_equal(answer.status, cases[i].status);
		api_answer_release(&answer);
	}
	free(body);
}

/* ---- many at a time ---- */

struct client_thread {
	unsigned number;
	bool is_same; /* all clients send the same gifts */
	char gift[GIFTS_PER_CLIENT][512];
	unsigned statuses[GIFTS_PER_CLIENT];
	pthread_t thread;
};

static void *client_run(void *ctx)
{
	struct client_thread *client = ctx;

	for (unsigned i = 0; i < GIFTS_PER_CLIENT; i++)
		client->statuses[i] = api_post(&rig, "/v1/gifts", rig.token[WHO_OPERATOR],
					       client->gift[i]);
	return NULL;
}

static struct client_thread *clients_start(bool is_same)
{
	struct client_thread *clients = calloc(CLIENTS, sizeof *clients);

	assert_non_null(clients);
	for (unsigned c = 0; c < CLIENTS; c++) {
		for (unsigned i = 0; i < GIFTS_PER_CLIENT; i++) {
			char ref[33];

			snprintf(ref, sizeof ref, "C%u-%u", is_same ? 0 : c, i);
			api_gift(ref, clients[c].gift[i]);
		}
		assert_int_equal(
			pthread_create(&clients[c].thread, NULL, client_run, &clients[c]),
			0);
	}
	return clients;
}

/* How many requests ended with that status. */
static unsigned count_of(const struct client_thread *clients, unsigned status)
{
	unsigned n = 0;

	for (unsigned c = 0; c < CLIENTS; c++)
		for (unsigned i = 0; i < GIFTS_PER_CLIENT; i++)
			n += clients[c].statuses[i] == status;
	return n;
}

static void clients_join(struct client_thread *clients)
{
	for (unsigned c = 0; c < CLIENTS; c++)
		assert_int_equal(pthread_join(clients[c].thread, NULL), 0);
}

static void many_clients_record_each_gift_once(void **state)
{
	struct client_thread *clients = clients_start(false);

	(void)state;
	clients_join(clients);
	assert_int_equal(count_of(clients, 201), CLIENTS * GIFTS_PER_CLIENT);
	assert_int_equal(size_after_stop(), ENTRIES + CLIENTS * GIFTS_PER_CLIENT);
	assert_int_equal(ledger_check(rig.temporary->ledger, &rig.temporary->fault),
			 ERR_OK);
	free(clients);
}

static void the_same_gift_from_many_clients_is_recorded_once(void **state)
{
	struct client_thread *clients = clients_start(true);

	(void)state;
	clients_join(clients);
	assert_int_equal(count_of(clients, 201), GIFTS_PER_CLIENT);
	assert_int_equal(count_of(clients, 200), (CLIENTS - 1) * GIFTS_PER_CLIENT);
	assert_int_equal(size_after_stop(), ENTRIES + GIFTS_PER_CLIENT);
	free(clients);
}

/* Stops the service in the midst of the clients' requests. What was answered 201 is in
 * the ledger, and nothing else is, unless the patience of the stop was over before the
 * writer had answered: what was then told 503, or nothing, may be there, and a repetition
 * finds it. */
static void stop_under_load(unsigned grace_s, unsigned after_ms)
{
	struct client_thread *clients;
	struct api *api;
	uint64_t before;
	unsigned recorded, unsure;
	enum err err;

	rig.config.stop_grace_s = grace_s;
	before = temporary_size(rig.temporary);
	api_rig_start(&rig);
	clients = clients_start(false);
	usleep(after_ms * 1000);
	/* The clients' later requests find nobody. */
	api = rig.api;
	rig.api = NULL; /* a failure from here on must not stop it again */
	err = api_stop(api);
	clients_join(clients);
	recorded = count_of(clients, 201);
	unsure = count_of(clients, 503) + count_of(clients, 0);
	assert_int_equal(recorded + count_of(clients, 200) + unsure,
			 CLIENTS * GIFTS_PER_CLIENT);
	temporary_reopen(rig.temporary);
	if (err == ERR_OK)
		unsure = 0;
	else
		assert_int_equal(err, ERR_BUSY);
	assert_in_range(temporary_size(rig.temporary), before + recorded,
			before + recorded + unsure);
	free(clients);
}

static void a_stop_under_load_loses_nothing_that_was_answered(void **state)
{
	(void)state;
	stop_under_load(LIMIT_STOP_GRACE_MS / 1000, 60);
}

static void a_stop_without_patience_loses_nothing_that_was_answered(void **state)
{
	(void)state;
	for (unsigned i = 0; i < HASTY_STOPS; i++)
		stop_under_load(0, 1 + 7 * i);
}

/* ---- metrics ---- */

static void the_metrics_count_and_name_nobody(void **state)
{
	struct api_answer answer;
	char gift[512];

	(void)state;
	api_gift("G-1", gift);
	assert_int_equal(api_post(&rig, "/v1/gifts", rig.token[WHO_OPERATOR], gift), 201);
	assert_int_equal(api_get(&rig, "/v1/members/employer:000001016/statement",
				 rig.token[WHO_EMPLOYER]),
			 200);
	assert_int_equal(api_get(&rig, "/wp-admin", NULL), 404);
	/* A request is counted when it ended, which a client may see a little before. */
	for (int tries = 0;; tries++) {
		api_ask(&rig,
			&(struct api_request){ .method = "GET", .path = "/metrics" },
			&answer);
		assert_int_equal(answer.status, 200);
		if (strstr(answer.body, "route=\"-\",status=\"404\"} 1\n"))
			break;
		assert_true(tries < 100);
		api_answer_release(&answer);
		usleep(20 * 1000);
	}
	assert_non_null(strstr(answer.body, "arrondi_requests_total{method=\"POST\","
					    "route=\"/v1/gifts\",status=\"201\"} 1\n"));
	assert_non_null(strstr(answer.body, "route=\"/v1/members/{member}/statement\""));
	assert_non_null(strstr(answer.body, "arrondi_ledger_entries 5\n"));
	assert_non_null(strstr(answer.body, "arrondi_commit_entries_sum 1\n"));
	assert_non_null(strstr(answer.body, "arrondi_commit_entries_count 1\n"));
	assert_non_null(strstr(answer.body, "arrondi_writer_waiting 0\n"));
	assert_null(strstr(answer.body, "000001016"));
	assert_null(strstr(answer.body, "wp-admin"));
	api_answer_release(&answer);
}

/* ---- what breaks is mended without a restart ---- */

static void expect_unavailable(const char *path, const char *gift)
{
	struct api_request request = { .method = gift ? "POST" : "GET",
				       .path = path,
				       .token = rig.token[WHO_OPERATOR],
				       .body = gift,
				       .type = gift ? "application/json" : NULL };
	struct api_answer answer;

	api_ask(&rig, &request, &answer);
	assert_int_equal(answer.status, 503);
	assert_non_null(strstr(answer.text, "Retry-After: "));
	assert_non_null(strstr(answer.body, "\"detail\":\""));
	assert_null(strstr(answer.body, rig.temporary->folder));
	api_answer_release(&answer);
}

static void a_locked_database_is_busy_until_it_is_free(void **state)
{
	char file[TEMPORARY_PATH + 16], gift[512];
	sqlite3 *db;

	(void)state;
	api_gift("G-LOCKED", gift);
	snprintf(file, sizeof file, "%s/ledger.db", rig.temporary->dir);
	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL),
			 SQLITE_OK);
	expect_unavailable("/v1/gifts", gift);
	expect_unavailable("/readyz", NULL);
	assert_int_equal(api_get(&rig, "/healthz", NULL), 200);
	assert_int_equal(api_get(&rig, "/v1/funds", rig.token[WHO_OPERATOR]), 200);
	assert_int_equal(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	assert_int_equal(api_get(&rig, "/readyz", NULL), 200);
	assert_int_equal(api_post(&rig, "/v1/gifts", rig.token[WHO_OPERATOR], gift), 201);
	assert_int_equal(size_after_stop(), ENTRIES + 1);
}

/* A file that may not grow is what a full disk looks like. */
static void a_full_disk_is_told_and_nothing_is_half_done(void **state)
{
	struct rlimit before, full;
	char gift[512];

	(void)state;
	api_gift("G-FULL", gift);
	assert_ptr_not_equal(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	full = before;
	full.rlim_cur = 2048;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
	expect_unavailable("/v1/gifts", gift);
	assert_int_equal(api_get(&rig, "/v1/funds", rig.token[WHO_OPERATOR]), 200);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(api_post(&rig, "/v1/gifts", rig.token[WHO_OPERATOR], gift), 201);
	assert_int_equal(size_after_stop(), ENTRIES + 1);
	assert_int_equal(ledger_check(rig.temporary->ledger, &rig.temporary->fault),
			 ERR_OK);
}

static void a_folder_that_is_no_ledger_does_not_start(void **state)
{
	struct api *api = NULL;
	struct config config;
	struct fault fault;
	char path[TEMPORARY_PATH];

	(void)state;
	config_init(&config);
	memcpy(config.listen, "127.0.0.1:0", sizeof "127.0.0.1:0");
	temporary_path(rig.temporary, "nothing", path);
	assert_int_equal(api_start(path, &config, &api, &fault), ERR_NOT_FOUND);
	assert_null(api);
	memcpy(config.listen, "nowhere", sizeof "nowhere");
	assert_int_equal(api_start(rig.temporary->dir, &config, &api, &fault), ERR_USAGE);
	assert_null(api);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_finds_its_route_and_its_variables),
		cmocka_unit_test_setup_teardown(every_address_of_the_description_answers,
						start, stop),
		cmocka_unit_test_setup_teardown(every_route_is_described, start, stop),
		cmocka_unit_test_setup_teardown(a_company_posts_for_itself_alone, start,
						stop),
		cmocka_unit_test_setup_teardown(each_kind_is_taken_from_its_roles_alone,
						start, stop),
		cmocka_unit_test_setup_teardown(
			what_is_not_public_is_shown_to_its_own_alone, start, stop),
		cmocka_unit_test_setup_teardown(
			a_token_is_worth_nothing_once_it_is_taken_back, start, stop),
		cmocka_unit_test_setup_teardown(a_member_that_has_retired_is_refused,
						start, stop),
		cmocka_unit_test_setup_teardown(
			a_large_body_is_taken_from_who_has_a_token, start, stop),
		cmocka_unit_test_setup_teardown(a_stranger_sends_little, start, stop),
		cmocka_unit_test_setup_teardown(many_clients_record_each_gift_once, start,
						stop),
		cmocka_unit_test_setup_teardown(
			the_same_gift_from_many_clients_is_recorded_once, start, stop),
		cmocka_unit_test_setup_teardown(
			a_stop_under_load_loses_nothing_that_was_answered, prepare, stop),
		cmocka_unit_test_setup_teardown(
			a_stop_without_patience_loses_nothing_that_was_answered, prepare,
			stop),
		cmocka_unit_test_setup_teardown(the_metrics_count_and_name_nobody, start,
						stop),
		cmocka_unit_test_setup_teardown(
			a_locked_database_is_busy_until_it_is_free, start, stop),
		cmocka_unit_test_setup_teardown(
			a_full_disk_is_told_and_nothing_is_half_done, start, stop),
		cmocka_unit_test_setup_teardown(a_folder_that_is_no_ledger_does_not_start,
						start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
