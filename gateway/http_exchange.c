/*
 * http_exchange.c - one request and its reply, as libmicrohttpd tells of them.
 *
 * libmicrohttpd 0.9.75 takes a reply at two moments only: when the head is read, and
 * when the body is whole. A refusal at the first one closes the connection under a
 * client that is still sending, which then sees a reset instead of the reason. So a
 * refused request is answered at once only when its client waits for our consent to
 * send (Expect: 100-continue) or when its framing cannot be trusted; else the rest of
 * it is read and discarded, up to a bound, and the answer comes at its end.
 *
 *  (1) A reply is queued once, after http_peer_reply() said that no last word was
 *      written.
 *  (2) Every byte of a body that is kept is on the server's account until the request
 *      is gone.
 */
#include <assert.h>
#include <microhttpd.h>

#include "gateway/http_exchange_int.h"
#include "gateway/http_request_int.h"

static struct http_peer *connection_peer(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

void http_exchange_connection(void *user, struct MHD_Connection *connection,
			      void **peer_place, enum MHD_ConnectionNotificationCode code)
{
	struct http_server *server = user;
	const union MHD_ConnectionInfo *info;

	switch (code) {
	case MHD_CONNECTION_NOTIFY_STARTED:
		atomic_fetch_add(&server->connections, 1);
		info = MHD_get_connection_info(connection,
					       MHD_CONNECTION_INFO_CONNECTION_FD);
		*peer_place =
			info ? http_watch_add(server->watch, info->connect_fd) : NULL;
		return;
	case MHD_CONNECTION_NOTIFY_CLOSED:
		atomic_fetch_sub(&server->connections, 1);
		http_watch_remove(server->watch, *peer_place);
		*peer_place = NULL;
		return;
	}
	abort();
}

void *http_exchange_begin(void *user, const char *raw_target,
			  struct MHD_Connection *connection)
{
	struct http_server *server = user;
	struct http_peer *peer = connection_peer(connection);
	struct http_request *request;

	if (!peer)
		return NULL; /* it was told 429 when it came */
	http_peer_read(server->watch, peer);
	request = http_request_new(server, peer, connection, raw_target);
	if (!request)
		return NULL;
	http_server_lock(server);
	server->under_way++;
	http_server_unlock(server);
	return request;
}

/* A reply that could not be filled is not sent in part. */
static void reply_check(struct http_request *request)
{
	struct fault fault = { .err = http_reply_err(&request->reply) };

	if (fault.err == ERR_OK)
		return;
	if (fault.err != ERR_MEMORY)
		fault.err = ERR_IO; /* too big or not printable: a mistake of ours */
	problem_reply_fault(&fault, request->id, &request->reply);
}

static bool response_add(struct MHD_Response *response, const char *name,
			 const char *value)
{
	return MHD_add_response_header(response, name, value) == MHD_YES;
}

/* NULL when out of memory. The body goes over to the response. */
static struct MHD_Response *response_make(struct http_request *request)
{
	struct http_reply *reply = &request->reply;
	struct MHD_Response *response =
		reply->constant.n
			? MHD_create_response_from_buffer(
				  reply->constant.n,
				  (void *)(uintptr_t)reply->constant.p, /* only read */
				  MHD_RESPMEM_PERSISTENT)
			: MHD_create_response_from_buffer(reply->body.n, reply->body.p,
							  MHD_RESPMEM_MUST_FREE);
	bool is_made;

	if (!response)
		return NULL;
	if (!reply->constant.n)
		reply->body = (struct buffer){ 0 };
	is_made = response_add(response, "Request-Id", request->id) &&
		  response_add(response, "X-Content-Type-Options", "nosniff");
	if (reply->content_type)
		is_made &= response_add(response, "Content-Type", reply->content_type);
	for (size_t i = 0; i < reply->header_count; i++)
		is_made &= response_add(response, reply->header[i].name,
					reply->header[i].value);
	if (request->must_close || request->server->is_stopping)
		is_made &= response_add(response, "Connection", "close");
	if (is_made)
		return response;
	MHD_destroy_response(response);
	return NULL;
}

/* MHD_NO closes the connection: there is nothing that could still be said. */
static enum MHD_Result request_answer(struct http_request *request)
{
	struct http_server *server = request->server;
	struct MHD_Response *response;
	enum MHD_Result result;
	size_t bytes;

	reply_check(request);
	bytes = request->reply.constant.n ? request->reply.constant.n
					  : request->reply.body.n;
	response = response_make(request);
	if (!response)
		return MHD_NO;
	if (!http_peer_reply(server->watch, request->peer, bytes)) {
		MHD_destroy_response(response);
		return MHD_NO;
	}
	http_server_lock(server);
	request->state = HTTP_STATE_ANSWERED;
	http_server_unlock(server);
	request->status = request->reply.status;
	result = MHD_queue_response(request->connection, request->status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result request_head(struct http_request *request, const char *method,
				    const char *version)
{
	http_head_read(request, method, version);
	if (request->state == HTTP_STATE_REFUSED &&
	    (request->must_close || request->is_expectant))
		return request_answer(request);
	return MHD_YES;
}

static void body_keep(struct http_request *request, const char *bytes, size_t n)
{
	struct http_server *server = request->server;
	size_t max = server->options.in_flight_body_bytes_max;

	if (n > request->body_bytes_max - request->body.n) {
		http_request_refuse(request, 413, "too-big",
				    "What was sent is past a limit",
				    "the body is longer than this route takes");
		return;
	}
	request->charged_bytes += n;
	if (atomic_fetch_add(&server->body_bytes, n) + n > max ||
	    buffer_put(&request->body, bytes, n))
		http_request_refuse(request, 503, "busy", "The service is busy",
				    "too much is being received at once: send the same"
				    " request again later");
}

static void request_receive(struct http_request *request, const char *bytes, size_t n)
{
	struct http_server *server = request->server;

	request->body_bytes_received += n;
	if (request->state == HTTP_STATE_BODY)
		body_keep(request, bytes, n);
	if (request->state == HTTP_STATE_REFUSED &&
	    request->body_bytes_received > server->options.drain_bytes_max)
		http_peer_cut(server->watch, request->peer,
			      request->reply.status == 503 ? 503 : 413);
}

static enum MHD_Result request_handle(struct http_request *request)
{
	const struct http_hooks *hooks = &request->server->hooks;

	if (!http_peer_handle(request->server->watch, request->peer))
		return MHD_NO;
	request->state = HTTP_STATE_HANDLED;
	hooks->handle(hooks->user, request, &request->reply);
	return request->is_suspended ? MHD_YES : request_answer(request);
}

enum MHD_Result http_exchange_step(void *user, struct MHD_Connection *connection,
				   const char *url, const char *method,
				   const char *version, const char *bytes,
				   size_t *byte_count, void **request_place)
{
	struct http_request *request = *request_place;
	enum http_state state;

	(void)user;
	(void)connection;
	(void)url; /* decoded by libmicrohttpd; the raw target is read instead */
	if (!request)
		return MHD_NO;
	http_server_lock(request->server);
	state = request->state;
	http_server_unlock(request->server);
	if (state == HTTP_STATE_HEAD)
		return request_head(request, method, version);
	if (*byte_count > 0) {
		request_receive(request, bytes, *byte_count);
		*byte_count = 0;
		return MHD_YES;
	}
	switch (state) {
	case HTTP_STATE_BODY:
		return request_handle(request);
	case HTTP_STATE_FINISHED:
		http_request_fill(request);
		return request_answer(request);
	case HTTP_STATE_REFUSED:
	case HTTP_STATE_ABANDONED:
		return request_answer(request);
	case HTTP_STATE_ANSWERED:
		/* While it is stopped, libmicrohttpd drops the answer that it is given,
		 * says that it has it, and asks again: this client cannot be told. */
		return MHD_NO;
	case HTTP_STATE_HEAD:
	case HTTP_STATE_HANDLED:
	case HTTP_STATE_DEFERRED:
		break;
	}
	abort();
}

static void request_report(const struct http_request *request)
{
	const struct http_hooks *hooks = &request->server->hooks;
	unsigned status = request->status;

	if (!hooks->ended)
		return;
	if (status == 0)
		status = http_peer_last_word(request->server->watch, request->peer);
	hooks->ended(hooks->user, &(struct http_end){
					  .id = request->id,
					  .method = request->method_name,
					  .route = request->route,
					  .status = status,
					  .elapsed_ms = http_now_ms() - request->began_ms,
					  .body_bytes = request->body_bytes_received,
				  });
}

void http_exchange_end(void *user, struct MHD_Connection *connection,
		       void **request_place, enum MHD_RequestTerminationCode code)
{
	struct http_server *server = user;
	struct http_request *request = *request_place;

	(void)connection;
	(void)code;
	if (!request)
		return;
	*request_place = NULL;
	http_request_fill(request); /* the client was gone before it was asked */
	request_report(request);
	http_peer_rest(server->watch, request->peer);
	http_request_unref(request);
	http_server_lock(server);
	assert(server->under_way > 0);
	if (--server->under_way == 0 && pthread_cond_broadcast(&server->quiet))
		abort();
	http_server_unlock(server);
}
