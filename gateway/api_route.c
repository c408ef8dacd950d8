/*
 * api_route.c - every address that the gateway answers.
 */
#include "gateway/api_route.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "gateway/api_int.h"

#define READ_JSON .method = HTTP_GET, .answers = ROUTE_JSON
#define READ_TEXT .method = HTTP_GET, .answers = ROUTE_TEXT
#define RECORD    .method = HTTP_POST, .answers = ROUTE_JSON
#define DRY_RUN   "dry_run"

/* Who posts batches: a collector those of the employers that it serves. */
#define ROLES_POSTERS (ROLE_EMPLOYER | ROLE_COLLECTOR)

/* What is not of one kind of entry alone. Of two that match, the first counts. */
static const struct route fixed[] = {
	{ READ_TEXT, .path = "/healthz", .direct = route_health,
	  .does = "Whether the process lives" },
	{ READ_TEXT, .path = "/readyz", .draft = route_ready_draft,
	  .answer = route_ready_answer, .answers_refusal = true,
	  .does = "Whether the database answers and the writer lives" },
	{ READ_TEXT, .path = "/metrics", .read = route_metrics,
	  .does = "Counters, as Prometheus reads them" },
	{ READ_JSON, .path = "/openapi.json", .direct = route_openapi,
	  .does = "This document" },
	{ READ_TEXT, .path = "/log/checkpoint", .read = route_checkpoint,
	  .does = "The latest signed checkpoint (C2SP tlog-checkpoint)" },
	{ .method = HTTP_GET,
	  .answers = ROUTE_BYTES,
	  .path = "/log/tile/entries/{bundle+}",
	  .roles = ROLES_WITNESSES,
	  .read = route_bundle,
	  .does = "A bundle of entries (C2SP tlog-tiles)" },
	{ .method = HTTP_GET,
	  .answers = ROUTE_BYTES,
	  .path = "/log/tile/{tile+}",
	  .read = route_tile,
	  .does = "A tile of hashes (C2SP tlog-tiles)" },
	{ .method = HTTP_GET,
	  .answers = ROUTE_BYTES,
	  .path = "/rows/{position}",
	  .roles = ROLES_WITNESSES | ROLES_POSTERS,
	  .read = route_rows,
	  .does = "The rows of a batch, for its company, its collector and who "
		  "verifies" },
	{ .method = HTTP_GET,
	  .answers = ROUTE_HTML,
	  .path = "/receipts",
	  .parameters = "digest receipt",
	  .read = route_receipt,
	  .does = "What the log says of a tax receipt, for who has it: a page" },
	{ READ_TEXT, .path = "/receipts/proof", .parameters = "digest receipt",
	  .read = route_receipt_proof, .does = "The proof that its entry is in the log" },
	{ RECORD, .path = "/hooks/{endpoint}", .body = ROUTE_BODY_DELIVERY,
	  .is_hook = true,
	  .does = "Takes a delivery of a payment provider, signed as the provider does" },
	{ RECORD, .path = "/hooks/{endpoint}/{secret}", .body = ROUTE_BODY_DELIVERY,
	  .is_hook = true,
	  .does = "The same, where the provider does not sign and the path has a "
		  "secret" },
	{ READ_JSON, .path = "/v1/consistency", .parameters = "from to",
	  .read = route_consistency,
	  .does = "The proof that the log of one size begins with that of another" },
	{ RECORD, .path = "/v1/batches", .roles = ROLES_POSTERS, .kind = KIND_batch,
	  .parameters = DRY_RUN
	  " collected_on company period reference site source step step_cents"
	  " terms",
	  .body = ROUTE_BODY_BATCH, .draft = route_batch_draft,
	  .answer = route_batch_answer, .answers_refusal = true,
	  .does = "Records a batch of round-ups; dry_run=1 only checks it" },
	{ RECORD, .path = "/v1/batches/{position}/correction", .roles = ROLES_POSTERS,
	  .kind = KIND_correction,
	  .parameters =
		  DRY_RUN " collected_on company period reason reference site source step"
			  " step_cents terms",
	  .body = ROUTE_BODY_BATCH, .draft = route_batch_draft,
	  .answer = route_batch_answer, .answers_refusal = true,
	  .does = "Records a batch as it should have been, with all its rows; dry_run=1 "
		  "only tells what it would change" },
	{ READ_JSON, .path = "/v1/entries/{position}", .roles = ROLES_ANYBODY,
	  .read = route_entry, .does = "One entry" },
	{ READ_TEXT, .path = "/v1/entries/{position}/proof", .roles = ROLES_ANYBODY,
	  .parameters = "row", .read = route_entry_proof,
	  .does = "The proof that an entry (or, by its tag, a row) is in the log" },
	{ READ_JSON, .path = "/v1/funds", .roles = ROLES_ANYBODY, .read = route_funds,
	  .does = "The funds and their sub-balances" },
	{ READ_JSON, .path = "/v1/log-key", .roles = ROLES_ANYBODY, .read = route_log_key,
	  .does = "The entry that names the log's key in force, and its proof" },
	{ READ_JSON, .path = "/v1/members/{member}/statement", .roles = ROLES_ANYBODY,
	  .read = route_statement, .does = "What a member owes, and its credit" },
	{ RECORD, .path = "/v1/proposals/{position}/ballots",
	  .roles = ROLE_OPERATOR | ROLE_SEAT, .kind = KIND_ballot, .parameters = DRY_RUN,
	  .body = ROUTE_BODY_BALLOT, .is_brief = true, .draft = route_ballot_draft,
	  .answer = route_entry_answer, .does = "Records a seat's signed ballot" },
	{ RECORD, .path = "/v1/proposals/{position}/decision",
	  .roles = ROLE_OPERATOR | ROLE_SEAT, .kind = KIND_decision,
	  .parameters = DRY_RUN, .body = ROUTE_BODY_DECISION, .is_brief = true,
	  .draft = route_decision_draft, .answer = route_entry_answer,
	  .does = "Records the outcome of a proposal" },
};

static void routes_add(struct routes *routes, const struct route *route)
{
	assert(routes->count < METRICS_ROUTES_MAX);
	routes->route[routes->count] = *route;
	if (!route->parameters)
		routes->route[routes->count].parameters = "";
	routes->count++;
}

/* GET and POST of a kind, unless the table above has it. */
static void routes_add_kind(struct routes *routes, enum kind kind)
{
	const struct kind_def *def = kind_def(kind);
	char *path = routes->paths[kind];
	int n = snprintf(path, ROUTE_PATH_BYTES_MAX, "/v1/%s", def->path);

	assert(n > 0 && n < ROUTE_PATH_BYTES_MAX);
	if (kind != KIND_batch && kind != KIND_correction)
		routes_add(routes,
			   &(struct route){ RECORD, .path = path, .roles = def->roles,
					    .kind = kind, .parameters = DRY_RUN,
					    .body = ROUTE_BODY_ENTRY, .is_brief = true,
					    .draft = route_entry_draft,
					    .answer = route_entry_answer,
					    .does = def->doc });
	routes_add(routes,
		   &(struct route){ READ_JSON, .path = path, .roles = ROLES_ANYBODY,
				    .kind = kind, .parameters = "after limit",
				    .read = route_list,
				    .does = "Lists entries of this kind" });
}

void routes_init(struct routes *routes, bool entries_public)
{
	routes->count = 0;
	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
		struct route route = fixed[i];

		if (route.read == route_bundle && entries_public)
			route.roles = 0;
		routes_add(routes, &route);
	}
	for (int kind = 0; kind < KIND__COUNT; kind++)
		if (kind_def((enum kind)kind)->path[0])
			routes_add_kind(routes, (enum kind)kind);
}

/* ---- matching ---- */

static struct slice segment_of(const char *path)
{
	return slice_of(path, strcspn(path, "/"));
}

/* Both begin behind the first "/". */
static bool path_matches(const char *template, const char *path,
			 struct slice variable[ROUTE_VARIABLES_MAX])
{
	unsigned variables = 0;

	/* Most templates differ from the path before their first variable. */
	while (*template && *template != '{' && *template == *path) {
		template ++;
		path++;
	}
	if (*template != '{')
		return !*template && !*path;
	for (;;) {
		struct slice want = segment_of(template), got = segment_of(path);
		bool is_variable = want.n && *want.p == '{';

		if (is_variable && want.p[want.n - 2] == '+') {
			variable[variables] = slice_of_text(path);
			return got.n > 0;
		}
		if (is_variable && got.n > 0)
			variable[variables++] = got;
		else if (!slice_equal(want, got))
			return false;
		template += want.n;
		path += got.n;
		if (!*template || !*path)
			return *template == *path;
		template ++;
		path++;
	}
}

void routes_match(const struct routes *routes, enum http_method method, const char *path,
		  struct route_match *ret_match)
{
	*ret_match = (struct route_match){ 0 };
	if (method == HTTP_HEAD)
		method = HTTP_GET;
	for (size_t i = 0; i < routes->count; i++) {
		const struct route *route = &routes->route[i];
		struct slice variable[ROUTE_VARIABLES_MAX] = { 0 };

		if (!path_matches(route->path + 1, path + 1, variable))
			continue;
		ret_match->is_path_known = true;
		ret_match->has_get |= route->method == HTTP_GET;
		ret_match->has_post |= route->method == HTTP_POST;
		if (route->method != method || ret_match->route)
			continue;
		ret_match->route = route;
		memcpy(ret_match->variable, variable, sizeof variable);
	}
}

bool route_takes(const struct route *route, const char *parameter)
{
	const char *known = route->parameters;
	size_t n = strlen(parameter);

	while (*known) {
		size_t word = strcspn(known, " ");

		if (word == n && memcmp(known, parameter, n) == 0)
			return true;
		known += word;
		known += *known == ' ';
	}
	return false;
}
