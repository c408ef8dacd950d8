/*
 * api.c - the service: a ledger behind HTTP.
 *
 *  (1) From http_request_defer() on, a call is counted as pending until it was
 *      answered; nothing that a pending call uses is stopped before there are none.
 */
#include "gateway/api.h"

#include <stdlib.h>
#include <unistd.h>

#include "gateway/api_int.h"
#include "gateway/log.h"
#include "gateway/openapi.h"
#include "keys/encoding.h"
#include "keys/note.h"

/* Locking a sound mutex cannot fail. */
static void must(int rc)
{
	if (rc)
		abort();
}

void api_lock(pthread_mutex_t *lock)
{
	must(pthread_mutex_lock(lock));
}

void api_unlock(pthread_mutex_t *lock)
{
	must(pthread_mutex_unlock(lock));
}

/* ---- a call's beginning and end ---- */

static struct api_call *call_new(struct api *api, struct http_request *request,
				 const struct route_match *match)
{
	struct api_call *call = calloc(1, sizeof *call);

	if (!call)
		return NULL;
	call->api = api;
	call->request = request;
	call->route = match->route;
	memcpy(call->variable, match->variable, sizeof call->variable);
	buffer_init(&call->submission.entry, ENTRY_BYTES_MAX);
	buffer_init(&call->checkpoint, NOTE_BYTES_MAX);
	must(pthread_mutex_lock(&api->lock));
	api->pending++;
	must(pthread_mutex_unlock(&api->lock));
	return call;
}

static void call_free(struct api_call *call)
{
	struct api *api = call->api;

	json_doc_free(call->doc);
	api_batch_free(call->batch);
	hook_set_unref(call->hooks);
	buffer_release(&call->submission.entry);
	buffer_release(&call->checkpoint);
	free(call);
	must(pthread_mutex_lock(&api->lock));
	if (--api->pending == 0)
		must(pthread_cond_broadcast(&api->quiet));
	must(pthread_mutex_unlock(&api->lock));
}

void call_finish(struct api_call *call, struct http_reply *reply)
{
	http_request_finish(call->request, reply);
	call_free(call);
}

/* ---- a worker's share ---- */

static enum err call_begin(struct api_call *call, struct ledger *ledger,
			   struct http_reply *reply, struct fault *fault)
{
	const struct route *route = call->route;
	enum err err = ERR_OK;

	if (route->roles)
		err = caller_check(ledger, call->request, route->roles, &call->caller,
				   fault);
	if (err)
		return err;
	if (!route->read)
		return route->draft(call, ledger, reply, fault);
	call->is_answered = true;
	return route->read(call, ledger, reply, fault);
}

static enum err call_answer(struct api_call *call, struct ledger *ledger,
			    struct http_reply *reply, struct fault *fault)
{
	call->is_answered = true;
	if (!call->submission.err || call->route->answers_refusal)
		return call->route->answer(call, ledger, reply, fault);
	*fault = call->submission.fault;
	return call->submission.err;
}

/* What was found out from a state that could not be read whole is worth nothing, be it an
 * answer or a refusal; and a failure has a word. The ledger may be NULL. */
static enum err call_doubt(const struct ledger *ledger, enum err err, struct fault *fault)
{
	struct fault unread = { 0 };

	if (ledger && ledger_books_err(ledger, &unread) != ERR_OK)
		*fault = unread;
	else if (!err)
		return ERR_OK;
	else if (!fault->err)
		(void)fault_set(fault, err, "the request could not be served");
	return fault->err;
}

static void call_run(struct api_call *call)
{
	struct api *api = call->api;
	struct http_reply reply;
	struct fault fault = { 0 };
	struct ledger *ledger = NULL;
	enum err err;

	if (call->route->is_hook) {
		call_receive(call);
		return;
	}
	err = ledger_pool_take(api->readers, &ledger, &fault);
	http_reply_init(&reply);
	if (!err) {
		err = call->is_back ? call_answer(call, ledger, &reply, &fault)
				    : call_begin(call, ledger, &reply, &fault);
		err = call_doubt(ledger, err, &fault);
	}
	ledger_pool_give(api->readers, ledger, err);
	if (!err && !call->is_answered) {
		err = call_submit(call, &fault);
		if (!err)
			return; /* it is the writer's now */
	}
	if (err)
		call_fail(call, &reply, &fault);
	call_finish(call, &reply);
	http_reply_release(&reply);
}

/* ---- a brief call, in the server's threads ---- */

void call_fill(void *ctx, struct http_reply *reply)
{
	struct api_call *call = ctx;
	struct fault fault = { 0 };
	enum err err = call_answer(call, NULL, reply, &fault);

	if (call_doubt(NULL, err, &fault) != ERR_OK)
		call_fail(call, reply, &fault);
	call_free(call);
}

/* The call is complete and becomes the writer's, or it is answered. */
static void brief_submit(struct api_call *call)
{
	struct http_reply refusal;
	struct fault fault = { 0 };

	http_request_defer(call->request);
	if (call_submit(call, &fault) == ERR_OK)
		return;
	http_reply_init(&refusal);
	call_fail(call, &refusal, &fault);
	call_finish(call, &refusal);
	http_reply_release(&refusal);
}

static void brief_run(struct api_call *call, struct http_reply *reply)
{
	struct api *api = call->api;
	struct fault fault = { 0 };
	struct ledger *ledger = NULL;
	enum err err = ledger_pool_take(api->readers, &ledger, &fault);

	if (!err)
		err = call_doubt(ledger, call_begin(call, ledger, reply, &fault), &fault);
	ledger_pool_give(api->readers, ledger, err);
	if (!err && !call->is_answered) {
		brief_submit(call);
		return;
	}
	if (err)
		call_fail(call, reply, &fault);
	call_free(call);
}

/* ---- what the server calls ---- */

static void refuse_path(const struct route_match *match, const char *id,
			struct http_reply *reply)
{
	struct problem problem = { .status = 404,
				   .slug = "not-found",
				   .title = "There is no such thing",
				   .detail = "no route has this path",
				   .instance = id };

	if (match->is_path_known) {
		problem.status = 405;
		problem.slug = "method";
		problem.title = "This method is not served";
		problem.detail = "see the field Allow";
	}
	problem_reply(&problem, reply);
	if (match->is_path_known)
		http_reply_header(reply, "Allow", "%s%s%s",
				  match->has_get ? "GET, HEAD" : "",
				  match->has_get && match->has_post ? ", " : "",
				  match->has_post ? "POST" : "");
}

static bool parameters_known(const struct route *route,
			     const struct http_request *request, struct http_reply *reply)
{
	struct fault fault;

	for (size_t i = 0; i < http_request_parameter_count(request); i++) {
		const char *name = http_request_parameter_name(request, i);

		if (route_takes(route, name))
			continue;
		(void)fault_set(
			&fault, ERR_INVALID,
			"parameter %zu of the address is not one that may be sent "
			"here",
			i + 1);
		problem_reply_fault(&fault, http_request_id(request), reply);
		return false;
	}
	return true;
}

static void api_handle(void *user, struct http_request *request, struct http_reply *reply)
{
	struct api *api = user;
	struct route_match match;
	struct api_call *call;

	routes_match(&api->routes, http_request_method(request),
		     http_request_path(request), &match);
	if (!match.route) {
		refuse_path(&match, http_request_id(request), reply);
		return;
	}
	http_request_name_route(request, match.route->path);
	if (!parameters_known(match.route, request, reply))
		return;
	if (match.route->direct) {
		match.route->direct(api, reply);
		return;
	}
	call = call_new(api, request, &match);
	if (!call) {
		struct fault fault = { .err = ERR_MEMORY };

		problem_reply_fault(&fault, http_request_id(request), reply);
		return;
	}
	if (match.route->is_brief) {
		brief_run(call, reply);
		return;
	}
	if (match.route->is_hook && !call_finds_hook(call)) {
		refuse_path(&(struct route_match){ 0 }, http_request_id(request), reply);
		call_free(call);
		return;
	}
	http_request_defer(request);
	if (match.route->is_hook && !call_may_fetch(call))
		call_receive(call);
	else
		work_put(api->work, call, false);
}

/* Whether the body is said to be no longer than what a stranger may send. */
static bool body_is_small(const struct http_request *request)
{
	const char *length;
	uint64_t bytes;

	return http_request_header(request, "Content-Length", &length) == ERR_OK &&
	       decimal_parse(length, strlen(length), &bytes) == ERR_OK &&
	       bytes <= LIMIT_STRANGER_BODY_BYTES;
}

/* More than a little is only taken from who has a token. One that has expired counts: its
 * owner shall read that it has, and not that the body is too large. */
static size_t api_body_bytes_max(void *user, const struct http_request *request)
{
	struct api *api = user;
	struct ledger *ledger = NULL;
	struct route_match match;
	size_t bytes_max = LIMIT_STRANGER_BODY_BYTES;

	if (bytes_max > api->config.body_bytes_max)
		bytes_max = api->config.body_bytes_max;
	routes_match(&api->routes, HTTP_POST, http_request_path(request), &match);
	if (match.route && match.route->is_hook && api->inbox)
		return LIMIT_HOOK_BODY_BYTES;
	if (!match.route || body_is_small(request) ||
	    ledger_pool_take(api->readers, &ledger, NULL) != ERR_OK)
		return bytes_max;
	if (caller_is_known(ledger, request))
		bytes_max = match.route->body == ROUTE_BODY_BATCH
				    ? api->config.batch_body_bytes_max
				    : api->config.body_bytes_max;
	ledger_pool_give(api->readers, ledger, ERR_OK);
	return bytes_max;
}

static void api_ended(void *user, const struct http_end *end)
{
	struct api *api = user;
	struct log_line line;

	metrics_request(&api->metrics, end->method, end->route, end->status,
			end->elapsed_ms);
	log_begin(&line, end->status >= 500 ? LOG_WARNING : LOG_INFO, "request");
	log_text(&line, "id", end->id);
	log_text(&line, "method", end->method);
	log_text(&line, "route", end->route);
	log_integer(&line, "status", end->status);
	log_integer(&line, "ms", end->elapsed_ms);
	log_integer(&line, "bytes", (int64_t)end->body_bytes);
	log_end(&line);
}

/* ---- start and stop ---- */

static enum err tables_make(struct api *api, struct fault *fault)
{
	routes_init(&api->routes, api->config.entries_public);
	metrics_init(&api->metrics);
	for (size_t i = 0; i < api->routes.count; i++) {
		const struct route *route = &api->routes.route[i];

		metrics_add_route(&api->metrics,
				  route->method == HTTP_POST ? "POST" : "GET",
				  route->path);
	}
	return openapi_write(&api->routes, &api->openapi, fault);
}

/* On failure the ledger is closed here or by the sequencer. */
static enum err writer_start(struct api *api, const char *dir, struct fault *fault)
{
	struct ledger *ledger = NULL;
	enum err err = ledger_open(dir, LEDGER_WRITE, &ledger, fault);

	if (!err)
		err = sequencer_start(ledger, &api->sequencer, fault);
	if (err)
		ledger_close(ledger);
	return err;
}

static void inbox_news(void *ctx)
{
	struct api *api = ctx;

	hook_worker_wake(api->hook_worker);
}

static struct hook_set *hooks_take(void *ctx)
{
	return api_hooks_take(ctx);
}

static enum err inbox_start(struct api *api, const char *dir, struct fault *fault)
{
	struct hook_worker_options options = { .dir = dir,
					       .metrics = &api->metrics,
					       .sequencer = api->sequencer,
					       .purge_days = api->config.purge_days,
					       .hooks = hooks_take,
					       .ctx = api };
	struct inbox *inbox = NULL;
	enum err err = hook_set_load(&api->config, &api->hooks, fault);

	if (err || hook_set_count(api->hooks) == 0)
		return err;
	err = inbox_open(dir, &inbox, fault);
	if (!err)
		err = hook_worker_start(&options, &api->hook_worker, fault);
	if (err) {
		inbox_close(inbox);
		return err;
	}
	return inbox_writer_start(inbox, inbox_news, api, &api->inbox, fault);
}

static enum err outbox_start(struct api *api, const char *dir, struct fault *fault)
{
	struct notify_worker_options options = { .dir = dir,
						 .readers = api->readers,
						 .purge_days =
							 api->config.outbox_purge_days };
	struct notify_set *set = NULL;
	enum err err = notify_set_load(&api->config, &set, fault);

	if (!err && notify_set_count(set) > 0)
		return notify_worker_start(&options, set, &api->notify_worker, fault);
	notify_set_unref(set);
	return err;
}

static enum err server_start(struct api *api, struct fault *fault)
{
	struct http_options options;
	struct http_hooks hooks = { .user = api,
				    .body_bytes_max = api_body_bytes_max,
				    .handle = api_handle,
				    .ended = api_ended };

	config_http_options(&api->config, &options);
	return http_server_start(&options, &hooks, &api->server, fault);
}

/* Everything but the server is still, or was never started. */
static void api_release(struct api *api)
{
	inbox_writer_stop(api->inbox); /* which wakes the next */
	hook_worker_stop(api->hook_worker);
	notify_worker_stop(api->notify_worker);
	sequencer_stop(api->sequencer);
	work_stop(api->work);
	hook_set_unref(api->hooks);
	http_server_free(api->server);
	ledger_pool_free(api->readers);
	ledger_pool_free(api->keepers);
	buffer_release(&api->openapi);
	must(pthread_cond_destroy(&api->quiet));
	must(pthread_mutex_destroy(&api->lock));
	must(pthread_mutex_destroy(&api->hooks_lock));
	free(api);
}

enum err api_start(const char *dir, const struct config *config, struct api **ret_api,
		   struct fault *fault)
{
	struct api *api = calloc(1, sizeof *api);
	enum err err;

	if (!api)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	api->config = *config;
	buffer_init(&api->openapi, OPENAPI_BYTES_MAX);
	must(pthread_mutex_init(&api->lock, NULL));
	must(pthread_mutex_init(&api->hooks_lock, NULL));
	must(pthread_cond_init(&api->quiet, NULL));
	err = tables_make(api, fault);
	if (!err)
		err = writer_start(api, dir, fault);
	if (!err)
		err = ledger_pool_new(dir, LEDGER_READ, &api->readers, fault);
	if (!err)
		err = ledger_pool_new(dir, LEDGER_WRITE, &api->keepers, fault);
	if (!err)
		err = work_start(config->threads, call_run, &api->work, fault);
	if (!err)
		err = inbox_start(api, dir, fault);
	if (!err)
		err = outbox_start(api, dir, fault);
	if (!err)
		err = server_start(api, fault);
	if (err) {
		api_release(api);
		return err;
	}
	*ret_api = api;
	return ERR_OK;
}

/* Both, or neither. */
static enum err reload_load(const struct config *config, struct hook_set **ret_hooks,
			    struct notify_set **ret_notifies, struct fault *fault)
{
	enum err err = hook_set_load(config, ret_hooks, fault);

	return err ? err : notify_set_load(config, ret_notifies, fault);
}

static enum err reload_check(const struct api *api, const struct hook_set *hooks,
			     const struct notify_set *notifies, struct fault *fault)
{
	if ((hook_set_count(hooks) > 0) != (api->inbox != NULL))
		return fault_set(fault, ERR_USAGE,
				 "the first hook, or no hook any more, takes a restart");
	if ((notify_set_count(notifies) > 0) != (api->notify_worker != NULL))
		return fault_set(fault, ERR_USAGE,
				 "the first endpoint of members, or none any more, takes "
				 "a restart");
	return ERR_OK;
}

enum err api_reload(struct api *api, const struct config *config, struct fault *fault)
{
	struct hook_set *hooks = NULL;
	struct notify_set *notifies = NULL;
	enum err err = reload_load(config, &hooks, &notifies, fault);

	if (!err)
		err = reload_check(api, hooks, notifies, fault);
	if (err) {
		hook_set_unref(hooks);
		notify_set_unref(notifies);
		return err;
	}
	api_hooks_put(api, hooks);
	if (api->notify_worker)
		notify_worker_reload(api->notify_worker, notifies);
	else
		notify_set_unref(notifies);
	return ERR_OK;
}

unsigned api_port(const struct api *api)
{
	return http_server_port(api->server);
}

enum err api_stop(struct api *api)
{
	enum err err;

	if (!api)
		return ERR_OK;
	err = http_server_stop(api->server);
	/* Whoever asks a provider, and be it for a certificate, need not wait for it. */
	if (api->hooks)
		hook_set_stop(api->hooks);
	/* (1) */
	must(pthread_mutex_lock(&api->lock));
	while (api->pending)
		must(pthread_cond_wait(&api->quiet, &api->lock));
	must(pthread_mutex_unlock(&api->lock));
	api_release(api);
	return err;
}
