/*
 * http_request_int.h - a request and the server from inside; only for gateway/http*.c.
 *
 * A request is held by libmicrohttpd's connection and, once deferred, also by whoever
 * owes the answer; it goes when both have let go. It holds copies of all that it
 * tells, never pointers into the connection, because the connection may end first.
 *
 * The life of a request, always forward:
 *
 *	HEAD -> BODY -> HANDLED ---------------------------> ANSWERED
 *	   \       \       `-> DEFERRED -> FINISHED ---------^
 *	    \       \                 `--> ABANDONED --------^
 *	     `-> REFUSED (reads and discards) ---------------^
 */
#ifndef ARRONDI_GATEWAY_HTTP_REQUEST_INT_H
#define ARRONDI_GATEWAY_HTTP_REQUEST_INT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "gateway/http.h"
#include "gateway/http_target.h"
#include "gateway/http_watch.h"
#include "gateway/problem.h"

struct MHD_Connection;
struct MHD_Daemon;

#define HTTP_ID_BYTES 8

struct http_server {
	struct http_options options; /* listen is not kept */
	struct http_hooks hooks;
	struct MHD_Daemon *daemon;
	struct http_watch *watch;
	unsigned port;
	atomic_uint refs;         /* the owner, and each request */
	atomic_size_t body_bytes; /* of all requests that live */
	atomic_uint connections;  /* that the library has, also those told to go */
	atomic_bool is_stopping;  /* new requests are refused */
	pthread_mutex_t mutex;    /* of everything below */
	pthread_cond_t quiet;     /* no request is under way any more */
	size_t under_way;         /* request lines read, not yet ended */
	size_t abandoned;         /* told that the server stops, whatever comes of them */
	bool is_halting;          /* nothing may be suspended any more */
	struct http_request *deferred; /* a list of those that are suspended */
};

enum http_state {
	HTTP_STATE_HEAD,
	HTTP_STATE_BODY,
	HTTP_STATE_REFUSED,
	HTTP_STATE_HANDLED,
	HTTP_STATE_DEFERRED,
	HTTP_STATE_FINISHED,
	HTTP_STATE_ABANDONED,
	HTTP_STATE_ANSWERED,
};

struct http_field {
	const char *name; /* into field_bytes */
	const char *value;
};

struct http_request {
	struct http_server *server;
	struct http_peer *peer; /* owned by the connection; only its thread's */
	struct MHD_Connection *connection;
	struct http_request *previous, *next; /* in server->deferred */
	atomic_uint refs;
	enum http_state state; /* server->mutex as soon as it is handled */
	bool is_suspended;     /* only the connection's thread's */
	bool must_close;       /* its framing cannot be trusted any more */
	bool is_expectant;     /* waits for 100 Continue */

	char id[2 * HTTP_ID_BYTES + 1];
	int64_t began_ms;
	char *raw_target; /* owned; until the head is read */
	struct http_target target;
	enum http_method method;
	const char *method_name; /* static; "-" when it is none of ours */
	const char *route;       /* static */
	char content_type[LIMIT_CONTENT_TYPE_BYTES + 1];

	char *field_bytes; /* owned */
	struct http_field field[LIMIT_HEADER_FIELDS];
	size_t field_count;

	size_t body_bytes_max;
	size_t body_bytes_received; /* kept or discarded */
	struct buffer body;
	size_t charged_bytes; /* of server->body_bytes */

	struct http_reply reply;
	http_fill_fn *fill; /* owed to reply; NULL: it is filled */
	void *fill_ctx;
	unsigned status; /* queued; 0: none yet */
};

int64_t http_now_ms(void);

void http_server_lock(struct http_server *server);
void http_server_unlock(struct http_server *server);
void http_server_unref(struct http_server *server);

/* NULL when out of memory. Holds the server; one reference is the caller's. */
struct http_request *http_request_new(struct http_server *server, struct http_peer *peer,
				      struct MHD_Connection *connection,
				      const char *raw_target);
void http_request_unref(struct http_request *request);

/* Fills the reply where it is owed; only the connection's thread. */
void http_request_fill(struct http_request *request);

/* Frees the body and gives its bytes back to the server's account. */
void http_request_drop_body(struct http_request *request);

/* Makes the reply a problem; whatever else arrives is discarded. */
void http_request_refuse(struct http_request *request, unsigned status, const char *slug,
			 const char *title, const char *detail);

/* Answers all deferred requests with 503 and lets none be deferred any more. */
void http_request_abandon_all(struct http_server *server);

/* Reads and checks the head, and refuses the request when it is off. */
void http_head_read(struct http_request *request, const char *method,
		    const char *version);

#endif
