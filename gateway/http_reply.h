/*
 * http_reply.h - what a handler answers: a status, fields, bytes.
 *
 * A reply is filled without looking at errors: the first failure sticks, as in a
 * struct buffer, and the server answers 503 in place of a reply that has one. So
 * a reply is never sent cut short.
 */
#ifndef ARRONDI_GATEWAY_HTTP_REPLY_H
#define ARRONDI_GATEWAY_HTTP_REPLY_H

#include "gateway/limits.h"
#include "keys/buffer.h"
#include "keys/fault.h"

struct http_reply_header {
	const char *name; /* static text */
	char value[LIMIT_REPLY_HEADER_VALUE_BYTES + 1];
};

struct http_reply {
	unsigned status;          /* 200 to 599 */
	const char *content_type; /* static text; NULL when there is no body */
	struct http_reply_header header[LIMIT_REPLY_HEADER_FIELDS];
	size_t header_count;
	struct buffer body;    /* owned; at most LIMIT_REPLY_BODY_BYTES */
	struct slice constant; /* in place of a body: bytes that outlive the server, of
				* which no client has a copy of its own */
	enum err err;          /* the first failure of http_reply_header() */
};

/* Status 200, no fields, an empty body. Allocates nothing. */
void http_reply_init(struct http_reply *reply);

/* Frees the body. Takes NULL. */
void http_reply_release(struct http_reply *reply);

/* Adds a field; name is static text. Content-Type, Content-Length, Connection and
 * Date are the server's. ERR_TOO_BIG past a limit, ERR_INVALID when the value is
 * not printable ASCII; the error sticks, so it may be ignored here. */
enum err http_reply_header(struct http_reply *reply, const char *name, const char *format,
			   ...) PRINTF_LIKE(3, 4);

/* The first failure of the fields or of the body. */
MUST_USE enum err http_reply_err(const struct http_reply *reply);

#endif
