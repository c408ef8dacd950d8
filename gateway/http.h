/*
 * http.h - the only door to libmicrohttpd: one call per complete request.
 *
 * A handler sees a request only when it has arrived whole, within its limits and
 * its deadline, with one unambiguous reading: a strict path, no parameter twice,
 * no field that frames or authenticates twice. Everything else is refused here,
 * with a problem document (RFC 9457), and no handler runs.
 *
 * The handler runs in one of the server's threads and may answer at once, or call
 * http_request_defer() and let any thread call http_request_finish() later: one
 * writer commits for many waiting requests and then answers them all.
 *
 * Promises:
 *  (1) Each request that reaches the handler is answered exactly once.
 *  (2) No client holds a connection past the deadlines, whatever it sends.
 *  (3) Memory is bounded: connections, heads, and the sum of all bodies.
 *  (4) http_server_stop() returns in bounded time.
 */
#ifndef ARRONDI_GATEWAY_HTTP_H
#define ARRONDI_GATEWAY_HTTP_H

#include "gateway/http_reply.h"
#include "keys/fault.h"
#include "keys/slice.h"

struct http_server;
struct http_request;

enum http_method {
	HTTP_GET,
	HTTP_HEAD, /* handled as GET: the server leaves the body out */
	HTTP_POST,
};

/* How a request ended, for the log. Every text is static or safe. */
struct http_end {
	const char *id;     /* as http_request_id(); "-" before the request line */
	const char *method; /* "GET", "HEAD", "POST", or "-" for any other */
	const char *route;  /* as http_request_name_route() was told, or "-" */
	unsigned status;    /* 0: the client was gone before it was answered */
	int64_t elapsed_ms; /* since the request line */
	size_t body_bytes;  /* received */
};

/* What the server calls, from several threads at a time. */
struct http_hooks {
	void *user;

	/* Bytes that the body of this request may have; called once the head is
	 * known (path, parameters, fields), and only for POST. A router can thus
	 * give a caller without a token a small limit. More than
	 * LIMIT_STRANGER_BODY_BYTES says that it is known who sends: where places
	 * are short, such an upload keeps its own. */
	size_t (*body_bytes_max)(void *user, const struct http_request *request);

	/* Fills *reply, which is initialised, or calls http_request_defer() and
	 * leaves *reply alone. The server releases *reply. */
	void (*handle)(void *user, struct http_request *request,
		       struct http_reply *reply);

	/* Told of every request that ended, also of those refused; may be NULL. */
	void (*ended)(void *user, const struct http_end *end);
};

struct http_options {
	const char *listen; /* "127.0.0.1:8080", "[::1]:8080"; port 0: any free one */
	unsigned threads;
	unsigned connections_max;
	unsigned connections_per_address_max; /* 0: no bound */
	unsigned read_deadline_ms;
	unsigned idle_ms;
	unsigned stop_grace_ms;
	size_t header_bytes_max;
	size_t in_flight_body_bytes_max;
	size_t drain_bytes_max;
};

/* The defaults of gateway/limits.h, listening on 127.0.0.1, any free port. */
void http_options_init(struct http_options *options);

/* Starts to listen and to serve. hooks and options are copied. Raises the soft
 * limit of open files when connections_max asks for it. ERR_USAGE when the address
 * is not one, or the limit of open files is too low; ERR_IO when the address is
 * taken; ERR_MEMORY. The threads inherit the caller's signal mask: block before what
 * another thread is to wait for. */
MUST_USE enum err http_server_start(const struct http_options *options,
				    const struct http_hooks *hooks,
				    struct http_server **ret_server, struct fault *fault);

/* The port that is listened on. */
unsigned http_server_port(const struct http_server *server);

/* Stops accepting, answers new requests on open connections with 503, waits up to
 * stop_grace_ms for those in flight, and closes the rest; a deferred request that is
 * still pending then is answered 503, and its http_request_finish() stays valid
 * and does nothing. ERR_BUSY when one was, or an answer could not be sent in time. Call
 * once, not from a handler. */
MUST_USE enum err http_server_stop(struct http_server *server);

/* Only after http_server_stop(). Takes NULL. Deferred requests may outlive it. */
void http_server_free(struct http_server *server);

/* A request. All slices and texts live as long as the request: until the handler
 * returns, or when deferred until http_request_finish(). They never change, so any
 * thread may read them. */

const char *http_request_id(const struct http_request *request); /* 16 hex digits */
enum http_method http_request_method(const struct http_request *request);

/* Decoded; begins with "/"; printable ASCII without "%", "\", "//", and no segment is
 * "." or "..". A trailing "/" is kept. */
const char *http_request_path(const struct http_request *request);

/* The decoded value of a query parameter, or NULL. Printable ASCII. */
const char *http_request_parameter(const struct http_request *request, const char *name);

/* How many parameters there are, and the name of one of them: a handler refuses
 * those that it does not know. */
size_t http_request_parameter_count(const struct http_request *request);
const char *http_request_parameter_name(const struct http_request *request, size_t i);

/* The value of a field, whose name is compared without case. ERR_NOT_FOUND when
 * there is none; ERR_INVALID when it came more than once (Authorization, Host and
 * others that frame, authenticate or name a request were refused before). */
MUST_USE enum err http_request_header(const struct http_request *request,
				      const char *name, const char **ret_value);

/* Every field in the order of the wire, none joined, none left out: for who verifies what
 * a stranger signed. */
size_t http_request_field_count(const struct http_request *request);
void http_request_field(const struct http_request *request, size_t i,
			const char **ret_name, const char **ret_value);

/* The media type in lower case, without parameters; "" when none was sent. */
const char *http_request_content_type(const struct http_request *request);

struct slice http_request_body(const struct http_request *request);

/* Names the route's template for the log: "/v1/batches/{position}". Static text. */
void http_request_name_route(struct http_request *request, const char *route);

/* Only in the handler, at most once, and before another thread hears of the
 * request. From here on somebody owes it one http_request_finish(). */
void http_request_defer(struct http_request *request);

/* From any thread, once. Takes over what *reply owns and leaves it initialised. The
 * request is gone when this returns. */
void http_request_finish(struct http_request *request, struct http_reply *reply);

/* Fills a reply that is initialised. */
typedef void http_fill_fn(void *ctx, struct http_reply *reply);

/* The same, but who owes the answer only says that it can be given: the thread that
 * sends the reply calls fill(ctx, reply) before. It is called exactly once, and where
 * nobody takes the reply any more, maybe before this returns. The request may be used in
 * it, and is gone after it. */
void http_request_finish_by(struct http_request *request, http_fill_fn *fill, void *ctx);

#endif
