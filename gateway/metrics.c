/*
 * metrics.c - what the gateway counts, as Prometheus reads it.
 */
#include "gateway/metrics.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* 0 stands for a client that was gone before it was answered. */
static const unsigned statuses[] = { 0,   200, 201, 400, 401, 403, 404, 405,
				     408, 409, 411, 413, 414, 415, 417, 422,
				     429, 431, 500, 501, 503, 505 };
#define STATUS_COUNT (sizeof statuses / sizeof *statuses)
#define STATUS_OTHER STATUS_COUNT
static_assert(STATUS_COUNT < METRICS_STATUSES_MAX, "one slot is for any other status");

static const struct {
	int64_t max_ms;
	const char *le;
} buckets[METRICS_BUCKETS] = { { 5, "0.005" }, { 25, "0.025" }, { 100, "0.1" },
			       { 500, "0.5" }, { 2500, "2.5" }, { INT64_MAX, "+Inf" } };

static void count(_Atomic uint64_t *counter, uint64_t n)
{
	atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

static uint64_t counted(_Atomic uint64_t *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

void metrics_init(struct metrics *metrics)
{
	memset(metrics, 0, sizeof *metrics);
	metrics->routes[0].method = "-";
	metrics->routes[0].path = "-";
	metrics->route_count = 1;
}

void metrics_add_route(struct metrics *metrics, const char *method, const char *path)
{
	struct metrics_route *route = &metrics->routes[metrics->route_count];

	assert(metrics->route_count <= METRICS_ROUTES_MAX);
	route->method = method;
	route->path = path;
	metrics->route_count++;
}

static struct metrics_route *route_of(struct metrics *metrics, const char *method,
				      const char *path)
{
	if (strcmp(method, "HEAD") == 0)
		method = "GET";
	for (size_t i = 1; path && i < metrics->route_count; i++)
		if (strcmp(metrics->routes[i].path, path) == 0 &&
		    strcmp(metrics->routes[i].method, method) == 0)
			return &metrics->routes[i];
	return &metrics->routes[0];
}

void metrics_request(struct metrics *metrics, const char *method, const char *path,
		     unsigned status, int64_t elapsed_ms)
{
	struct metrics_route *route = route_of(metrics, method, path);
	size_t i = 0, bucket = 0;

	while (i < STATUS_COUNT && statuses[i] != status)
		i++;
	count(&route->statuses[i], 1);
	while (elapsed_ms > buckets[bucket].max_ms)
		bucket++;
	count(&route->buckets[bucket], 1);
	count(&route->elapsed_ms, elapsed_ms > 0 ? (uint64_t)elapsed_ms : 0);
}

void metrics_waiting(struct metrics *metrics)
{
	count(&metrics->waiting, 1);
}

void metrics_answered(struct metrics *metrics, enum metrics_outcome outcome)
{
	atomic_fetch_sub_explicit(&metrics->waiting, 1, memory_order_relaxed);
	switch (outcome) {
	case METRICS_RECORDED:
		count(&metrics->entries, 1);
		return;
	case METRICS_REFUSED:
		count(&metrics->refused, 1);
		return;
	case METRICS_REPEATED:
		return;
	}
	abort();
}

void metrics_group(struct metrics *metrics)
{
	count(&metrics->groups, 1);
}

/* NULL where there are too many. */
static struct metrics_hook *hook_of(struct metrics *metrics, const char *name)
{
	size_t n = atomic_load_explicit(&metrics->hook_count, memory_order_acquire);

	for (size_t i = 0; i < n; i++)
		if (strcmp(metrics->hooks[i].name, name) == 0)
			return &metrics->hooks[i];
	if (n == METRICS_HOOKS_MAX || strlen(name) >= METRICS_HOOK_BYTES)
		return NULL;
	memcpy(metrics->hooks[n].name, name, strlen(name) + 1);
	atomic_store_explicit(&metrics->hook_count, n + 1, memory_order_release);
	return &metrics->hooks[n];
}

void metrics_reconciled(struct metrics *metrics, const char *hook, uint64_t differences,
			int64_t at_s)
{
	struct metrics_hook *row = hook_of(metrics, hook);

	if (!row)
		return;
	atomic_store_explicit(&row->differences, differences, memory_order_relaxed);
	atomic_store_explicit(&row->reconciled_at, at_s, memory_order_relaxed);
}

void metrics_not_reconciled(struct metrics *metrics, const char *hook)
{
	struct metrics_hook *row = hook_of(metrics, hook);

	if (row)
		count(&row->failures, 1);
}

/* ---- writing ---- */

static void head_write(struct buffer *out, const char *name, const char *type,
		       const char *help)
{
	buffer_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void number_write(struct buffer *out, const char *name, const char *type,
			 const char *help, uint64_t value)
{
	head_write(out, name, type, help);
	buffer_printf(out, "%s %" PRIu64 "\n", name, value);
}

static void requests_write(struct metrics *metrics, struct buffer *out)
{
	head_write(out, "arrondi_requests_total", "counter",
		   "Requests that ended, by route and status (0: the client was gone).");
	for (size_t r = 0; r < metrics->route_count; r++) {
		struct metrics_route *route = &metrics->routes[r];

		for (size_t i = 0; i <= STATUS_OTHER; i++) {
			uint64_t n = counted(&route->statuses[i]);

			if (!n)
				continue;
			buffer_printf(out,
				      "arrondi_requests_total{method=\"%s\",route=\"%s\"",
				      route->method, route->path);
			if (i == STATUS_OTHER)
				buffer_put_text(out, ",status=\"other\"}");
			else
				buffer_printf(out, ",status=\"%u\"}", statuses[i]);
			buffer_printf(out, " %" PRIu64 "\n", n);
		}
	}
}

static void route_seconds_write(struct metrics_route *route, struct buffer *out)
{
	uint64_t n = 0, ms = counted(&route->elapsed_ms);
	static const char *const name = "arrondi_request_seconds";

	for (size_t i = 0; i < METRICS_BUCKETS; i++)
		n += counted(&route->buckets[i]);
	if (!n)
		return;
	n = 0;
	for (size_t i = 0; i < METRICS_BUCKETS; i++) {
		n += counted(&route->buckets[i]);
		buffer_printf(out,
			      "%s_bucket{method=\"%s\",route=\"%s\",le=\"%s\"} %" PRIu64
			      "\n",
			      name, route->method, route->path, buckets[i].le, n);
	}
	buffer_printf(out,
		      "%s_sum{method=\"%s\",route=\"%s\"} %" PRIu64 ".%03" PRIu64 "\n",
		      name, route->method, route->path, ms / 1000, ms % 1000);
	buffer_printf(out, "%s_count{method=\"%s\",route=\"%s\"} %" PRIu64 "\n", name,
		      route->method, route->path, n);
}

static void writer_write(struct metrics *metrics, uint64_t ledger_entries,
			 struct buffer *out)
{
	number_write(out, "arrondi_ledger_entries", "gauge", "Entries of the log.",
		     ledger_entries);
	number_write(out, "arrondi_writer_waiting", "gauge",
		     "Submissions that wait for the writer.", counted(&metrics->waiting));
	number_write(out, "arrondi_submissions_refused_total", "counter",
		     "Submissions that the writer refused or could not record.",
		     counted(&metrics->refused));
	head_write(out, "arrondi_commit_entries", "summary",
		   "Entries recorded through this gateway, and commits that hold them.");
	buffer_printf(out, "arrondi_commit_entries_sum %" PRIu64 "\n",
		      counted(&metrics->entries));
	buffer_printf(out, "arrondi_commit_entries_count %" PRIu64 "\n",
		      counted(&metrics->groups));
}

static void hooks_write(struct metrics *metrics, struct buffer *out)
{
	size_t n = atomic_load_explicit(&metrics->hook_count, memory_order_acquire);

	head_write(out, "arrondi_reconcile_differences", "gauge",
		   "What a provider lists and what is here, where they differ.");
	for (size_t i = 0; i < n; i++)
		if (atomic_load(&metrics->hooks[i].reconciled_at))
			buffer_printf(
				out,
				"arrondi_reconcile_differences{hook=\"%s\"} %" PRIu64
				"\n",
				metrics->hooks[i].name,
				counted(&metrics->hooks[i].differences));
	head_write(out, "arrondi_reconcile_timestamp_seconds", "gauge",
		   "When a hook was last reconciled; absent where it never was.");
	for (size_t i = 0; i < n; i++)
		if (atomic_load(&metrics->hooks[i].reconciled_at))
			buffer_printf(out,
				      "arrondi_reconcile_timestamp_seconds{hook=\"%s\"} "
				      "%" PRId64 "\n",
				      metrics->hooks[i].name,
				      atomic_load(&metrics->hooks[i].reconciled_at));
	head_write(out, "arrondi_reconcile_failures_total", "counter",
		   "How often a hook could not be reconciled.");
	for (size_t i = 0; i < n; i++)
		buffer_printf(
			out,
			"arrondi_reconcile_failures_total{hook=\"%s\"} %" PRIu64 "\n",
			metrics->hooks[i].name, counted(&metrics->hooks[i].failures));
}

void metrics_write(struct metrics *metrics, uint64_t ledger_entries, struct buffer *out)
{
	requests_write(metrics, out);
	head_write(out, "arrondi_request_seconds", "histogram",
		   "From the request line to the end of the answer.");
	for (size_t r = 0; r < metrics->route_count; r++)
		route_seconds_write(&metrics->routes[r], out);
	writer_write(metrics, ledger_entries, out);
	hooks_write(metrics, out);
}

void metrics_write_overdrawn(const struct overdrawn_view *views, size_t count,
			     struct buffer *out)
{
	head_write(out, "arrondi_fund_overdrawn_cents", "gauge",
		   "What a fund's sub-balance is below zero; absent where none is.");
	for (size_t i = 0; i < count; i++)
		buffer_printf(out,
			      "arrondi_fund_overdrawn_cents{fund=\"%s\",earmark=\"%s\"} "
			      "%" PRId64 "\n",
			      views[i].fund, views[i].earmark,
			      cents_value(views[i].overdrawn));
}

void metrics_write_accounts(const struct account_view *views, size_t count, int64_t now_s,
			    struct buffer *out)
{
	struct date today;

	head_write(out, "arrondi_bank_unexplained_cents", "gauge",
		   "What of a bank account's lines no entry explains yet.");
	for (size_t i = 0; i < count; i++)
		buffer_printf(out,
			      "arrondi_bank_unexplained_cents{account=\"%s\","
			      "direction=\"in\"} %" PRId64 "\n"
			      "arrondi_bank_unexplained_cents{account=\"%s\","
			      "direction=\"out\"} %" PRId64 "\n",
			      views[i].id, cents_value(views[i].arrived), views[i].id,
			      cents_value(views[i].left));
	head_write(out, "arrondi_bank_unexplained_lines", "gauge",
		   "How many lines that is.");
	for (size_t i = 0; i < count; i++)
		buffer_printf(out,
			      "arrondi_bank_unexplained_lines{account=\"%s\"} %" PRId64
			      "\n",
			      views[i].id, views[i].lines);
	head_write(out, "arrondi_bank_unexplained_days", "gauge",
		   "Age of the oldest of them; absent where there is none.");
	for (size_t i = 0; i < count && date_paris(now_s, &today) == ERR_OK; i++)
		if (views[i].lines)
			buffer_printf(out,
				      "arrondi_bank_unexplained_days{account=\"%s\"} "
				      "%" PRId32 "\n",
				      views[i].id, today.day - views[i].oldest_on.day);
}

static uint64_t age_of(int64_t since_s, int64_t now_s)
{
	return since_s && now_s > since_s ? (uint64_t)(now_s - since_s) : 0;
}

void metrics_write_inbox(const struct inbox_counts *counts, int64_t now_s,
			 struct buffer *out)
{
	head_write(out, "arrondi_inbox_waiting", "gauge",
		   "What providers have told and is not booked yet: deliveries to be "
		   "read, movements to be fetched or booked.");
	buffer_printf(out,
		      "arrondi_inbox_waiting{what=\"deliveries\"} %" PRIu64 "\n"
		      "arrondi_inbox_waiting{what=\"movements\"} %" PRIu64 "\n",
		      counts->delivery[INBOX_DELIVERY_WAITING],
		      counts->movement[INBOX_MOVEMENT_WANTED] +
			      counts->movement[INBOX_MOVEMENT_READY]);
	head_write(out, "arrondi_inbox_parked", "gauge",
		   "What of it waits for a person: arrondi-gateway inbox DIR list.");
	buffer_printf(out,
		      "arrondi_inbox_parked{what=\"deliveries\"} %" PRIu64 "\n"
		      "arrondi_inbox_parked{what=\"movements\"} %" PRIu64 "\n",
		      counts->delivery[INBOX_DELIVERY_PARKED],
		      counts->movement[INBOX_MOVEMENT_PARKED]);
	number_write(out, "arrondi_inbox_oldest_seconds", "gauge",
		     "Age of the oldest delivery of which something waits.",
		     age_of(counts->oldest_waiting_at, now_s));
}

void metrics_write_outbox(const struct outbox_counts *counts, int64_t now_s,
			  struct buffer *out)
{
	number_write(out, "arrondi_outbox_waiting", "gauge",
		     "Notifications that were not delivered yet.",
		     counts->messages[OUTBOX_WAITING]);
	number_write(out, "arrondi_outbox_failed", "gauge",
		     "Notifications that were given up.",
		     counts->messages[OUTBOX_FAILED]);
	number_write(out, "arrondi_outbox_disabled", "gauge",
		     "Endpoints to which nothing is sent until they are enabled.",
		     counts->disabled);
	number_write(out, "arrondi_outbox_oldest_seconds", "gauge",
		     "Age of the oldest notification that waits.",
		     age_of(counts->oldest_waiting_at, now_s));
}
