/*
 * http_request.c - a request's life, and what a handler may ask of it.
 *
 *  (1) A suspended connection is on the list of deferred requests, and is resumed by
 *      whoever takes it off, under the server's lock: exactly once.
 *  (2) Nothing is put on the list once the server halts, so the list that was emptied
 *      then stays empty: libmicrohttpd aborts when it is stopped with a suspended
 *      connection.
 *
 * Lock order: the server's mutex, then libmicrohttpd's own. It calls us with none of
 * its own that MHD_suspend_connection() or MHD_resume_connection() take.
 */
#include <assert.h>
#include <microhttpd.h>
#include <sys/random.h>

#include "gateway/http_request_int.h"
#include "keys/encoding.h"

int64_t http_now_ms(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* always there on Linux */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static enum err id_make(char id[2 * HTTP_ID_BYTES + 1])
{
	uint8_t bytes[HTTP_ID_BYTES];

	if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
		return ERR_IO;
	hex_encode(bytes, sizeof bytes, id);
	return ERR_OK;
}

struct http_request *http_request_new(struct http_server *server, struct http_peer *peer,
				      struct MHD_Connection *connection,
				      const char *raw_target)
{
	struct http_request *request = calloc(1, sizeof *request);

	if (!request)
		return NULL;
	request->server = server;
	request->peer = peer;
	request->connection = connection;
	request->refs = 1;
	request->method_name = "-";
	request->route = "-";
	request->began_ms = http_now_ms();
	request->raw_target = strndup(raw_target, LIMIT_TARGET_BYTES + 1);
	http_reply_init(&request->reply);
	buffer_init(&request->body, 0);
	if (!request->raw_target || id_make(request->id)) {
		free(request->raw_target);
		free(request);
		return NULL;
	}
	atomic_fetch_add(&server->refs, 1);
	return request;
}

void http_request_drop_body(struct http_request *request)
{
	buffer_release(&request->body);
	atomic_fetch_sub(&request->server->body_bytes, request->charged_bytes);
	request->charged_bytes = 0;
}

void http_request_unref(struct http_request *request)
{
	if (atomic_fetch_sub(&request->refs, 1) > 1)
		return;
	http_request_drop_body(request);
	http_reply_release(&request->reply);
	free(request->raw_target);
	free(request->field_bytes);
	http_server_unref(request->server);
	free(request);
}

void http_request_refuse(struct http_request *request, unsigned status, const char *slug,
			 const char *title, const char *detail)
{
	struct problem problem = {
		.status = status,
		.slug = slug,
		.title = title,
		.detail = detail,
		.instance = request->id,
	};

	request->state = HTTP_STATE_REFUSED;
	http_request_drop_body(request);
	problem_reply(&problem, &request->reply);
}

static void deferred_link(struct http_request *request)
{
	struct http_server *server = request->server;

	request->next = server->deferred;
	if (request->next)
		request->next->previous = request;
	server->deferred = request;
}

static void deferred_unlink(struct http_request *request)
{
	if (request->previous)
		request->previous->next = request->next;
	else
		request->server->deferred = request->next;
	if (request->next)
		request->next->previous = request->previous;
	request->previous = request->next = NULL;
}

static void request_abandon(struct http_request *request)
{
	static const struct fault fault = {
		.err = ERR_BUSY,
		.text = "the service is stopping: send the same request again later",
	};

	problem_reply_fault(&fault, request->id, &request->reply);
	request->state = HTTP_STATE_ABANDONED;
	request->server->abandoned++;
}

void http_request_abandon_all(struct http_server *server)
{
	struct http_request *request;

	http_server_lock(server);
	server->is_halting = true;
	while ((request = server->deferred)) {
		deferred_unlink(request);
		request_abandon(request);
		MHD_resume_connection(request->connection);
	}
	http_server_unlock(server);
}

void http_request_defer(struct http_request *request)
{
	struct http_server *server = request->server;

	http_server_lock(server);
	assert(request->state == HTTP_STATE_HANDLED);
	atomic_fetch_add(&request->refs, 1);
	if (server->is_halting) {
		request_abandon(request);
	} else {
		request->state = HTTP_STATE_DEFERRED;
		request->is_suspended = true;
		deferred_link(request);
		MHD_suspend_connection(request->connection);
	}
	http_server_unlock(server);
}

void http_request_finish(struct http_request *request, struct http_reply *reply)
{
	struct http_server *server = request->server;

	http_server_lock(server);
	assert(request->state != HTTP_STATE_FINISHED);
	if (request->state == HTTP_STATE_DEFERRED) {
		http_reply_release(&request->reply);
		request->reply = *reply;
		http_reply_init(reply);
		request->state = HTTP_STATE_FINISHED;
		deferred_unlink(request);
		MHD_resume_connection(request->connection);
	}
	http_server_unlock(server);
	http_reply_release(reply);
	http_reply_init(reply);
	http_request_unref(request);
}

void http_request_finish_by(struct http_request *request, http_fill_fn *fill, void *ctx)
{
	struct http_server *server = request->server;
	struct http_reply unsent;
	bool is_taken;

	http_server_lock(server);
	assert(request->state != HTTP_STATE_FINISHED);
	is_taken = request->state == HTTP_STATE_DEFERRED;
	if (is_taken) {
		request->fill = fill;
		request->fill_ctx = ctx;
		request->state = HTTP_STATE_FINISHED;
		deferred_unlink(request);
		MHD_resume_connection(request->connection);
	}
	http_server_unlock(server);
	if (!is_taken) {
		http_reply_init(&unsent);
		fill(ctx, &unsent);
		http_reply_release(&unsent);
	}
	http_request_unref(request);
}

void http_request_fill(struct http_request *request)
{
	http_fill_fn *fill = request->fill;

	if (!fill)
		return;
	request->fill = NULL;
	fill(request->fill_ctx, &request->reply);
}

const char *http_request_id(const struct http_request *request)
{
	return request->id;
}

enum http_method http_request_method(const struct http_request *request)
{
	return request->method;
}

const char *http_request_path(const struct http_request *request)
{
	return request->target.path;
}

const char *http_request_parameter(const struct http_request *request, const char *name)
{
	return http_target_parameter(&request->target, name);
}

size_t http_request_parameter_count(const struct http_request *request)
{
	return request->target.parameter_count;
}

const char *http_request_parameter_name(const struct http_request *request, size_t i)
{
	assert(i < request->target.parameter_count);
	return request->target.parameter[i].name;
}

size_t http_request_field_count(const struct http_request *request)
{
	return request->field_count;
}

void http_request_field(const struct http_request *request, size_t i,
			const char **ret_name, const char **ret_value)
{
	assert(i < request->field_count);
	*ret_name = request->field[i].name;
	*ret_value = request->field[i].value;
}

enum err http_request_header(const struct http_request *request, const char *name,
			     const char **ret_value)
{
	const char *value = NULL;

	for (size_t i = 0; i < request->field_count; i++) {
		if (strcasecmp(request->field[i].name, name) != 0)
			continue;
		if (value)
			return ERR_INVALID;
		value = request->field[i].value;
	}
	if (!value)
		return ERR_NOT_FOUND;
	for (const char *c = value; *c; c++)
		if (*c < 0x20 || *c > 0x7e)
			return ERR_INVALID;
	*ret_value = value;
	return ERR_OK;
}

const char *http_request_content_type(const struct http_request *request)
{
	return request->content_type;
}

struct slice http_request_body(const struct http_request *request)
{
	return buffer_slice(&request->body);
}

void http_request_name_route(struct http_request *request, const char *route)
{
	request->route = route;
}
