/*
 * post_http.h - one request to the gateway and its answer, by libcurl.
 *
 * The only door to libcurl. Certificates are verified, redirects are not followed (a
 * token must not wander), nothing but the address's own scheme is spoken, the answer is
 * bounded, and a request to this very machine passes no proxy.
 */
#ifndef ARRONDI_GATEWAY_POST_HTTP_H
#define ARRONDI_GATEWAY_POST_HTTP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "keys/buffer.h"
#include "keys/fault.h"
#include "keys/slice.h"

#define POST_ANSWER_BYTES_MAX ((size_t)8 * 1024 * 1024)
#define POST_MEDIA_BYTES_MAX  63

struct post_client; /* one connection, kept between requests */

struct post_request {
	const char *url;   /* as post_url.h puts it */
	bool is_plain;     /* http to this very machine */
	const char *token; /* or NULL */
	const char *agent; /* who asks; NULL: arrondi-post */
	const char *ca;    /* file of the certificates to trust; NULL: the machine's */
	const char *media; /* of the body; NULL: a GET without one */
	struct slice body;
	const char *const *fields; /* more lines of the head, ended by NULL; or NULL */
	int64_t time_ms;           /* for all of it */
	/* Told of the body's progress now and then; or NULL. */
	void (*on_sent)(void *ctx, uint64_t sent_bytes, uint64_t all_bytes);
	void *on_sent_ctx;
	/* Once true, the request ends within a second: ERR_BUSY. Or NULL. */
	const atomic_bool *stop;
};

struct post_response {
	unsigned status;
	unsigned retry_after_s;               /* 0: not said */
	char media[POST_MEDIA_BYTES_MAX + 1]; /* small letters, no parameters */
	struct buffer body;
};

MUST_USE enum err post_client_new(struct post_client **ret_client, struct fault *fault);
void post_client_free(struct post_client *client);

void post_response_init(struct post_response *response);
void post_response_release(struct post_response *response);

/* Fills an initialised response, whatever its status is. ERR_BUSY where no answer came
 * and another try may get one; ERR_IO where none will (a bad certificate); ERR_TOO_BIG
 * past POST_ANSWER_BYTES_MAX. */
MUST_USE enum err post_client_ask(struct post_client *client,
				  const struct post_request *request,
				  struct post_response *response, struct fault *fault);

#endif
