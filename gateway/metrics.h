/*
 * metrics.h - what the gateway counts, as Prometheus reads it.
 *
 * Requests by route and status, how long they took, what the writer did. The labels
 * are templates of routes, methods and statuses: no member, no reference, nothing
 * that a client can choose, so that the numbers name nobody and their count is
 * bounded. Everything is an integer; times are counted in milliseconds.
 *
 * All functions may be called from any thread, metrics_init() apart.
 */
#ifndef ARRONDI_GATEWAY_METRICS_H
#define ARRONDI_GATEWAY_METRICS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/inbox.h"
#include "gateway/outbox.h"
#include "keys/buffer.h"
#include "ledger/books_query.h"

#define METRICS_ROUTES_MAX   128
#define METRICS_STATUSES_MAX 32
#define METRICS_HOOKS_MAX    64
#define METRICS_HOOK_BYTES   40
#define METRICS_BUCKETS      6 /* the last one has no bound */
#define METRICS_BYTES_MAX    ((size_t)4 * 1024 * 1024)

struct metrics_route {
	const char *method; /* static text */
	const char *path;   /* the template; static text */
	_Atomic uint64_t statuses[METRICS_STATUSES_MAX];
	_Atomic uint64_t buckets[METRICS_BUCKETS];
	_Atomic uint64_t elapsed_ms;
};

struct metrics {
	/* Slot 0 is for what has no route. */
	struct metrics_route routes[METRICS_ROUTES_MAX + 1];
	size_t route_count;
	_Atomic uint64_t waiting; /* submissions handed to the writer, not answered */
	_Atomic uint64_t entries; /* recorded */
	_Atomic uint64_t groups;  /* commits that recorded something */
	_Atomic uint64_t refused;

	/* By a hook's name, which the configuration gives. */
	struct metrics_hook {
		char name[METRICS_HOOK_BYTES];
		_Atomic uint64_t differences;
		_Atomic int64_t reconciled_at; /* 0: not yet */
		_Atomic uint64_t failures;
	} hooks[METRICS_HOOKS_MAX];
	_Atomic size_t hook_count; /* whose names stand */
};

void metrics_init(struct metrics *metrics);

/* A hook was reconciled at that second, with so many differences; or could not be. By one
 * thread alone. Past METRICS_HOOKS_MAX names nothing more is counted. */
void metrics_reconciled(struct metrics *metrics, const char *hook, uint64_t differences,
			int64_t at_s);
void metrics_not_reconciled(struct metrics *metrics, const char *hook);

/* Both texts must outlive the metrics. At most METRICS_ROUTES_MAX (asserted). */
void metrics_add_route(struct metrics *metrics, const char *method, const char *path);

/* path NULL or unknown: the slot of what has no route. */
void metrics_request(struct metrics *metrics, const char *method, const char *path,
		     unsigned status, int64_t elapsed_ms);

void metrics_waiting(struct metrics *metrics);
/* A submission was answered; recorded: it has made the log longer. */
enum metrics_outcome { METRICS_RECORDED, METRICS_REPEATED, METRICS_REFUSED };
void metrics_answered(struct metrics *metrics, enum metrics_outcome outcome);
void metrics_group(struct metrics *metrics);

/* Appends the text format 0.0.4. */
void metrics_write(struct metrics *metrics, uint64_t ledger_entries, struct buffer *out);
void metrics_write_overdrawn(const struct overdrawn_view *views, size_t count,
			     struct buffer *out);

/* Of each bank account what no entry explains yet, and for how long at this moment. */
void metrics_write_accounts(const struct account_view *views, size_t count, int64_t now_s,
			    struct buffer *out);

/* What providers have told and is not in the ledger yet, of inbox_count_open(). */
void metrics_write_inbox(const struct inbox_counts *counts, int64_t now_s,
			 struct buffer *out);

/* What members have not been told yet, and since when at this moment. */
void metrics_write_outbox(const struct outbox_counts *counts, int64_t now_s,
			  struct buffer *out);

#endif
