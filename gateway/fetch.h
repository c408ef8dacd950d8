/*
 * fetch.h - asking a provider, and telling a member, over HTTPS.
 *
 * Through post_http.h, which verifies certificates and follows no redirects. Here it is
 * bounded in size and time, tried a few times with a wait that differs each time, and
 * stopped by a breaker of its own where nobody answers. What cannot be had now is
 * ERR_BUSY: whoever asks keeps what it wants, and asks again when fetch_retry_s() is
 * over.
 *
 * A key never comes into a fault or a log, nor does what is answered.
 */
#ifndef ARRONDI_GATEWAY_FETCH_H
#define ARRONDI_GATEWAY_FETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "keys/buffer.h"
#include "keys/fault.h"
#include "keys/slice.h"

#define FETCH_BYTES_MAX      ((size_t)2 * 1024 * 1024)
#define FETCH_TRY_MS         10000
#define FETCH_TRIES          3
#define FETCH_PATH_CHARS_MAX 1024

/* One address that is asked, and its breaker. Several threads may use it; they are served
 * one after the other. */
struct fetcher;

/* The clock and the dice; NULL for those of the machine. For tests. */
struct fetch_time {
	int64_t (*now_ms)(void *ctx);
	void (*sleep_ms)(void *ctx, int64_t ms);
	uint32_t (*chance)(void *ctx);
	void *ctx;
};

struct fetch_options {
	const char *base;          /* "https://api.stripe.com"; http: only loopback */
	const char *ca;            /* the certificates to trust; NULL: the machine's */
	const char *const *fields; /* more lines of the head, ended by NULL; or NULL */
	const struct fetch_time *time;
};

/* The texts of the options must outlive it. ERR_USAGE where base is no address to
 * be asked (gateway/post_url.h). */
MUST_USE enum err fetcher_new(const struct fetch_options *options,
			      struct fetcher **ret_fetcher, struct fault *fault);
void fetcher_free(struct fetcher *fetcher);

/*
 * GETs what is at the path, which begins with "/". token is a bearer's, or NULL. ERR_OK:
 * 200, with its body. ERR_NOT_FOUND: there is no such thing (404, 410). ERR_DENIED: our
 * key is not good for it (401, 403). ERR_BUSY: later. ERR_INVALID: any other answer,
 * redirects too, or a path that is none. ERR_TOO_BIG, ERR_MEMORY, ERR_IO (a certificate
 * that is not to be believed).
 */
MUST_USE enum err fetcher_get(struct fetcher *fetcher, const char *path,
			      const char *token, struct buffer *ret_body,
			      struct fault *fault);

/* What is POSTed, once: whoever asks tries again. */
struct fetch_post {
	const char *path;
	const char *media;
	const char *const *fields; /* more lines of the head, ended by NULL; or NULL */
	struct slice body;
};

struct fetch_answer {
	unsigned status;
	unsigned retry_after_s; /* its wish; 0: none */
};

/* ERR_OK for any answer; otherwise as fetcher_get(). Its body is appended, where
 * ret_body is not NULL. */
MUST_USE enum err fetcher_post(struct fetcher *fetcher, const struct fetch_post *post,
			       struct fetch_answer *ret_answer, struct buffer *ret_body,
			       struct fault *fault);

/* What an answer that is no 200 means, as fetcher_get() says it. */
MUST_USE enum err fetch_status_judge(unsigned status, struct fault *fault);

/* Ends what is being asked, within a second, and refuses all that comes after: ERR_BUSY.
 * From any thread. */
void fetcher_stop(struct fetcher *fetcher);
bool fetcher_is_stopped(const struct fetcher *fetcher);

/* Its clock: milliseconds that only grow. */
int64_t fetcher_now_ms(const struct fetcher *fetcher);

/* A hook_certificate_fetch_fn: ctx is the fetcher of the address's host. */
enum err fetch_certificate(void *ctx, const char *url, struct buffer *ret_pem,
			   struct fault *fault);

/* How long until the breaker lets a request through; 0: now. */
int64_t fetcher_wait_ms(struct fetcher *fetcher);

/* How long to wait after so many times (from 1) that something could not be had: 5 s to a
 * day, a fifth of it by chance. */
int64_t fetch_retry_s(unsigned failed, uint32_t chance);

#endif
