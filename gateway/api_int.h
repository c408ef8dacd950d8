/*
 * api_int.h - a call under way, and what the files of the API share; only for
 * gateway/api*.c and gateway/openapi.c.
 *
 * The life of a call, always forward:
 *
 *	HTTP thread   matched, deferred, queued
 *	worker        caller checked; read and answered
 *	                        or: drafted, handed to the writer
 *	writer        recorded or refused, queued again
 *	worker        answered
 *
 * So nothing that takes long, or waits for the disk or another's lock, holds up the
 * threads that speak to clients, and the writer does nothing but write. Where the route
 * is brief, a worker would do less than handing the call to it and back costs:
 *
 *	HTTP thread   matched, caller checked, drafted, deferred, handed to the writer
 *	writer        recorded or refused
 *	HTTP thread   answered
 *
 *  (1) A call belongs to exactly one thread or queue at any moment. Whoever hands
 *      it on does not touch it again.
 *  (2) Each call that was deferred is answered once, by call_finish() or call_fill().
 */
#ifndef ARRONDI_GATEWAY_API_INT_H
#define ARRONDI_GATEWAY_API_INT_H

#include <pthread.h>
#include <stdatomic.h>

#include "gateway/api.h"
#include "gateway/api_route.h"
#include "gateway/api_work.h"
#include "gateway/batch_input.h"
#include "gateway/config.h"
#include "gateway/hook_set.h"
#include "gateway/hook_worker.h"
#include "gateway/http.h"
#include "gateway/inbox_writer.h"
#include "gateway/json_writer.h"
#include "gateway/ledger_pool.h"
#include "gateway/metrics.h"
#include "gateway/notify_worker.h"
#include "gateway/problem.h"
#include "ledger/batch.h"
#include "ledger/books_query.h"
#include "ledger/entry.h"
#include "ledger/sequencer.h"

/* Who may read what is not their own. */
#define ROLES_OFFICERS (ROLE_OPERATOR | ROLE_TREASURER | ROLE_SEAT | ROLE_AUDITOR)
/* Who may read entry bundles and rows (DESIGN section 3, "Privacy"). */
#define ROLES_WITNESSES (ROLE_OPERATOR | ROLE_SEAT | ROLE_AUDITOR)
#define ROLES_ANYBODY   (ROLES_OFFICERS | ROLE_EMPLOYER | ROLE_COLLECTOR | ROLE_PROVIDER)

/* The writer is thought dead when it answers nothing for so long. */
#define API_WRITER_SILENT_MS 30000

struct api {
	struct config config;
	struct http_server *server;
	struct ledger_pool *readers; /* LEDGER_READ */
	struct ledger_pool *keepers; /* LEDGER_WRITE: donors' secrets are kept */
	struct sequencer *sequencer;
	struct work *work;
	struct routes routes;
	struct metrics metrics;
	struct buffer openapi;
	struct inbox_writer *inbox; /* NULL: no hooks are configured */
	struct hook_worker *hook_worker;
	struct notify_worker *notify_worker; /* NULL: nobody is to be told */

	pthread_mutex_t hooks_lock;
	struct hook_set *hooks; /* in force; they change when secrets are rotated */

	pthread_mutex_t lock; /* of pending */
	pthread_cond_t quiet; /* pending became 0 */
	size_t pending;       /* calls that are deferred and not finished */

	_Atomic int64_t writer_spoke_ms; /* when it last answered, or had nothing to do */
	char signed_size[24];            /* the writer's thread's: of the last group */
};

/* A batch on its way: what it was made of is needed until it is answered. */
struct api_batch;

struct api_call {
	struct api *api;
	struct http_request *request;
	const struct route *route;
	struct slice variable[ROUTE_VARIABLES_MAX]; /* into the request's path */
	struct token_grant caller;                  /* where the route has roles */
	bool is_dry_run;
	bool is_answered; /* by a draft that filled the reply itself */
	bool is_back;     /* from the writer */

	struct json_doc *doc; /* owned */
	struct submission submission;
	struct sequencer_job job;
	struct api_batch *batch;  /* owned; of POST /v1/batches */
	struct buffer checkpoint; /* that covers the answer */

	/* Of a delivery. */
	struct hook_set *hooks; /* a reference */
	const struct hook_desk *desk;
	struct inbox_job delivery;

	struct api_call *next; /* the queue's */
};

void api_batch_free(struct api_batch *batch);

/* ---- api.c ---- */

/* What the writer has done with a call of a brief route becomes its reply; ctx is the
 * call, which is gone when this returns. */
void call_fill(void *ctx, struct http_reply *reply);

/* Locking a sound mutex cannot fail. */
void api_lock(pthread_mutex_t *lock);
void api_unlock(pthread_mutex_t *lock);

/* Answers a call that was deferred, and frees it. */
void call_finish(struct api_call *call, struct http_reply *reply);

/* ---- api_hook.c ---- */

/* Whether the path names a hook that is configured; it becomes the call's. */
bool call_finds_hook(struct api_call *call);
/* Whether verifying may have to ask over the network. */
bool call_may_fetch(const struct api_call *call);
/* Verifies the delivery and hands it to the inbox, or refuses it; the call is gone. */
void call_receive(struct api_call *call);

/* The hooks in force; the reference is the caller's. And others in their place. */
struct hook_set *api_hooks_take(struct api *api);
void api_hooks_put(struct api *api, struct hook_set *set);

/* ---- api_caller.c ---- */

/* The caller by the token of the request: an active member of that role. ERR_UNKNOWN,
 * ERR_DENIED, or the ledger's errors. */
MUST_USE enum err caller_check(struct ledger *ledger, const struct http_request *request,
			       unsigned roles, struct token_grant *ret_caller,
			       struct fault *fault);
/* Whether the request has a token that was issued and not revoked, expired or not. */
bool caller_is_known(struct ledger *ledger, const struct http_request *request);

bool call_has_role(const struct api_call *call, unsigned roles);

/* Whether the entry is the caller's own: it is its company, payer or submitter, or the
 * entry is about it. */
bool call_owns(const struct api_call *call, const struct entry *entry);

/* ---- api_reply.c ---- */

/* Status 200 and application/json, not to be stored; begins an object. */
void reply_json(struct http_reply *reply, struct json_writer *writer);
/* Ends the object; what could not be put is an error. */
MUST_USE enum err reply_json_end(struct json_writer *writer, struct fault *fault);
/* type is static text. */
void reply_bytes(struct http_reply *reply, const char *type, const char *cache);

/* Fills the reply with a problem of its own and marks the call as answered. */
void call_problem(struct api_call *call, struct http_reply *reply,
		  const struct problem *problem);
/* 415, with the types that are taken. */
void call_refuse_type(struct api_call *call, struct http_reply *reply,
		      const char *expected);
/* A fault becomes a problem; what is the service's own is logged. */
void call_fail(const struct api_call *call, struct http_reply *reply,
	       const struct fault *fault);

/* The variable i of the path as a position. ERR_INVALID. */
MUST_USE enum err call_position(const struct api_call *call, unsigned i,
				uint64_t *ret_position, struct fault *fault);
/* A number among the parameters; absent: the fallback. ERR_INVALID out of bounds. */
struct number_parameter {
	const char *name;
	uint64_t min, max, fallback;
};
MUST_USE enum err call_number(const struct api_call *call,
			      const struct number_parameter *parameter,
			      uint64_t *ret_number, struct fault *fault);
/* dry_run: "1" or absent. */
MUST_USE enum err call_dry_run(struct api_call *call, struct fault *fault);
/* The Idempotency-Key, where given, must be this reference; without one (NULL) it
 * becomes it: *ret_key is the key, or empty. */
MUST_USE enum err call_idempotency(const struct api_call *call, const struct slice *ref,
				   struct slice *ret_key, struct fault *fault);

/* ---- api_submit.c ---- */

/* Hands the call over, ERR_BUSY or ERR_OK: then it belongs to the writer. */
MUST_USE enum err call_submit(struct api_call *call, struct fault *fault);
/* True when the writer owes answers and gave none for API_WRITER_SILENT_MS. */
bool api_writer_is_silent(struct api *api);

/* ---- api_entry.c ---- */

/* The draft is complete: it becomes the call's submission. */
MUST_USE enum err draft_submit(struct api_call *call, struct json *draft,
			       struct fault *fault);

/* ---- api_seal.c ---- */

/* A company's signature of the bytes that it posts, and the salt of their digest. */
struct api_seal {
	bool is_given;
	struct batch_seal seal; /* its manifest is in note */
	uint8_t note[LIMIT_MANIFEST_BYTES];
};

/* From the fields Arrondi-Manifest (base64) and Arrondi-Salt (hexadecimal), which are
 * sent together or not at all. ERR_INVALID. */
MUST_USE enum err call_seal(const struct api_call *call, struct api_seal *ret_seal,
			    struct fault *fault);

/* ---- the routes ---- */

route_fn route_batch_draft, route_batch_answer;                       /* api_batch.c */
route_fn route_entry_draft, route_entry_answer, route_decision_draft; /* api_entry.c */
route_fn route_ballot_draft;                                          /* api_ballot.c */
route_fn route_list, route_entry, route_entry_proof;                  /* api_list.c */
route_fn route_receipt, route_receipt_proof;                          /* api_receipt.c */
route_fn route_funds, route_statement;                                /* api_books.c */
route_fn route_checkpoint, route_tile, route_bundle, route_consistency, /* api_log.c */
	route_log_key;
route_fn route_rows;                                           /* api_log.c */
route_fn route_ready_draft, route_ready_answer, route_metrics; /* api_probe.c */
void route_health(struct api *api, struct http_reply *reply);
void route_openapi(struct api *api, struct http_reply *reply);

#endif
