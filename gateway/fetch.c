/*
 * fetch.c - asking a provider, and telling a member, over HTTPS.
 */
#include "gateway/fetch.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/breaker.h"
#include "gateway/post_http.h"
#include "gateway/post_retry.h"
#include "gateway/post_url.h"
#include "keys/hash.h"
#include "keys/version.h"

#define NAP_MS 100 /* below a second */

#define AGENT "arrondi-gateway/" ARRONDI_VERSION

/* What an id and a query of ours are made of. */
#define PATH_SET                                                                         \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~/?=&,:[]%"

struct fetcher {
	struct post_url url;
	const char *ca;
	const char *const *fields;
	struct fetch_time time;
	atomic_bool stopping;
	pthread_mutex_t mutex; /* of all below */
	struct post_client *client;
	struct breaker breaker;
};

/* ---- the machine's clock and dice ---- */

static int64_t machine_now_ms(void *ctx)
{
	struct timespec now;

	(void)ctx;
	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		abort(); /* POSIX has this clock */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* In naps, so that nobody who wants to stop waits for long. */
static void machine_sleep_ms(void *ctx, int64_t ms)
{
	const struct fetcher *fetcher = ctx;

	while (ms > 0 && !atomic_load(&fetcher->stopping)) {
		int64_t nap_ms = ms < NAP_MS ? ms : NAP_MS;
		struct timespec rest = { .tv_nsec = nap_ms * 1000000 };

		while (nanosleep(&rest, &rest) != 0 && errno == EINTR)
			;
		ms -= nap_ms;
	}
}

static uint32_t machine_chance(void *ctx)
{
	uint32_t number = 0;

	(void)ctx;
	if (random_bytes((uint8_t *)&number, sizeof number) != ERR_OK)
		return 0;
	return number;
}

/* ---- a fetcher ---- */

enum err fetcher_new(const struct fetch_options *options, struct fetcher **ret_fetcher,
		     struct fault *fault)
{
	struct fetcher *fetcher = calloc(1, sizeof *fetcher);
	const struct fetch_time machine = { machine_now_ms, machine_sleep_ms,
					    machine_chance, fetcher };
	enum err err;

	if (!fetcher)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	fetcher->ca = options->ca;
	fetcher->fields = options->fields;
	fetcher->time = options->time ? *options->time : machine;
	atomic_init(&fetcher->stopping, false);
	err = post_url_parse(options->base, &fetcher->url, fault);
	if (!err)
		err = post_client_new(&fetcher->client, fault);
	if (!err && pthread_mutex_init(&fetcher->mutex, NULL) != 0) {
		post_client_free(fetcher->client);
		err = fault_set(fault, ERR_MEMORY, "out of memory");
	}
	if (err) {
		free(fetcher);
		return err;
	}
	*ret_fetcher = fetcher;
	return ERR_OK;
}

void fetcher_free(struct fetcher *fetcher)
{
	if (!fetcher)
		return;
	post_client_free(fetcher->client);
	pthread_mutex_destroy(&fetcher->mutex);
	free(fetcher);
}

void fetcher_stop(struct fetcher *fetcher)
{
	atomic_store(&fetcher->stopping, true);
}

bool fetcher_is_stopped(const struct fetcher *fetcher)
{
	return atomic_load(&fetcher->stopping);
}

int64_t fetcher_now_ms(const struct fetcher *fetcher)
{
	return fetcher->time.now_ms(fetcher->time.ctx);
}

int64_t fetcher_wait_ms(struct fetcher *fetcher)
{
	int64_t ms;

	pthread_mutex_lock(&fetcher->mutex);
	ms = breaker_wait_ms(&fetcher->breaker, fetcher->time.now_ms(fetcher->time.ctx));
	pthread_mutex_unlock(&fetcher->mutex);
	return ms;
}

/* ---- a request ---- */

/* One try. ERR_BUSY where nobody answered, or said to come later; the breaker is told. */
static enum err ask_once(struct fetcher *fetcher, const struct post_request *request,
			 struct post_response *response, struct fault *fault)
{
	const struct fetch_time *time = &fetcher->time;
	bool has_answered;
	enum err err;

	if (atomic_load(&fetcher->stopping))
		return fault_set(fault, ERR_BUSY, "nothing is asked any more: to stop");
	if (!breaker_may_ask(&fetcher->breaker, time->now_ms(time->ctx)))
		return fault_set(
			fault, ERR_BUSY,
			"it has not answered lately and is not asked for a while");
	err = post_client_ask(fetcher->client, request, response, fault);
	if (!err && post_retry_is_status(response->status))
		err = fault_set(fault, ERR_BUSY, "it answers %u", response->status);
	has_answered = err != ERR_BUSY && err != ERR_IO;
	/* Ours, which says nothing of the other side. */
	if (err == ERR_MEMORY || atomic_load(&fetcher->stopping))
		breaker_forget(&fetcher->breaker);
	else
		breaker_tell(&fetcher->breaker, has_answered, time->now_ms(time->ctx),
			     time->chance(time->ctx));
	return err;
}

/* A refusal that says when to come back is not asked again before. */
static enum err ask(struct fetcher *fetcher, const struct post_request *request,
		    struct post_response *response, struct fault *fault)
{
	const struct fetch_time *time = &fetcher->time;
	enum err err = ERR_BUSY;
	struct fault why = { .err = ERR_OK }; /* of the last try alone */

	for (unsigned tries = 1; err == ERR_BUSY; tries++) {
		response->retry_after_s = 0;
		err = ask_once(fetcher, request, response, &why);
		if (err != ERR_BUSY || tries == FETCH_TRIES ||
		    atomic_load(&fetcher->stopping) || response->retry_after_s > 0 ||
		    breaker_wait_ms(&fetcher->breaker, time->now_ms(time->ctx)) > 0)
			break;
		time->sleep_ms(time->ctx,
			       post_retry_delay_ms(tries, 0, time->chance(time->ctx)));
	}
	if (err && fault)
		*fault = why;
	return err;
}

static enum err address_make(const struct fetcher *fetcher, const char *path,
			     struct buffer *ret_url, struct fault *fault)
{
	if (path[0] != '/' || strlen(path) > FETCH_PATH_CHARS_MAX ||
	    path[strspn(path, PATH_SET)] != '\0' || strstr(path, "//") ||
	    strstr(path, "/."))
		return fault_set(fault, ERR_INVALID, "that is no path to be asked for");
	post_url_put(&fetcher->url, path, ret_url);
	return buffer_check(ret_url, "an address", fault);
}

enum err fetch_status_judge(unsigned status, struct fault *fault)
{
	switch (status) {
	case 200:
		return ERR_OK;
	case 401:
	case 403:
		return fault_set(fault, ERR_DENIED,
				 "it answers %u: is the key good for this", status);
	case 404:
	case 410:
		return fault_set(fault, ERR_NOT_FOUND,
				 "it answers %u: there is no such "
				 "thing",
				 status);
	default:
		return fault_set(fault, ERR_INVALID, "it answers %u", status);
	}
}

/* How a request is asked: once, or a few times. */
typedef enum err ask_fn(struct fetcher *fetcher, const struct post_request *request,
			struct post_response *response, struct fault *fault);

/* Fills a response that is not initialised, and is to be released in any case. */
static enum err exchange(struct fetcher *fetcher, const char *path, ask_fn *ask_it,
			 struct post_request *request, struct post_response *response,
			 struct fault *fault)
{
	struct buffer url;
	enum err err;

	post_response_init(response);
	buffer_init(&response->body, FETCH_BYTES_MAX);
	buffer_init(&url, POST_URL_BYTES_MAX + FETCH_PATH_CHARS_MAX);
	err = address_make(fetcher, path, &url, fault);
	request->url = buffer_text(&url);
	request->is_plain = fetcher->url.is_plain;
	request->agent = AGENT;
	request->ca = fetcher->ca;
	request->time_ms = FETCH_TRY_MS;
	request->stop = &fetcher->stopping;
	if (!err) {
		pthread_mutex_lock(&fetcher->mutex);
		err = ask_it(fetcher, request, response, fault);
		pthread_mutex_unlock(&fetcher->mutex);
	}
	buffer_release(&url);
	return err;
}

static enum err body_take(const struct post_response *response, struct buffer *ret_body,
			  struct fault *fault)
{
	buffer_put_slice(ret_body, buffer_slice(&response->body));
	return buffer_check(ret_body, "what was fetched", fault);
}

enum err fetcher_get(struct fetcher *fetcher, const char *path, const char *token,
		     struct buffer *ret_body, struct fault *fault)
{
	struct post_request request = { .token = token, .fields = fetcher->fields };
	struct post_response response;
	enum err err = exchange(fetcher, path, ask, &request, &response, fault);

	if (!err)
		err = fetch_status_judge(response.status, fault);
	if (!err)
		err = body_take(&response, ret_body, fault);
	post_response_release(&response);
	return err;
}

enum err fetcher_post(struct fetcher *fetcher, const struct fetch_post *post,
		      struct fetch_answer *ret_answer, struct buffer *ret_body,
		      struct fault *fault)
{
	struct post_request request = { .media = post->media,
					.fields = post->fields,
					.body = post->body };
	struct post_response response;
	enum err err =
		exchange(fetcher, post->path, ask_once, &request, &response, fault);

	/* An answer that says "later" is one, too. */
	if (err == ERR_BUSY && response.status != 0)
		err = ERR_OK;
	if (!err && ret_body)
		err = body_take(&response, ret_body, fault);
	if (!err)
		*ret_answer =
			(struct fetch_answer){ response.status, response.retry_after_s };
	post_response_release(&response);
	return err;
}

enum err fetch_certificate(void *ctx, const char *url, struct buffer *ret_pem,
			   struct fault *fault)
{
	struct fetcher *fetcher = ctx;
	size_t n = strlen(fetcher->url.base);

	if (strncmp(url, fetcher->url.base, n) != 0 || url[n] != '/')
		return fault_set(fault, ERR_INVALID,
				 "the certificate is not at the address that is asked");
	return fetcher_get(fetcher, url + n, NULL, ret_pem, fault);
}

int64_t fetch_retry_s(unsigned failed, uint32_t chance)
{
	static const int64_t wait_s[] = { 5,     300,   1800,  7200, 18000,
					  36000, 50400, 72000, 86400 };
	size_t last = sizeof wait_s / sizeof *wait_s - 1;
	size_t i = failed > 0 ? failed - 1 : 0;
	int64_t s = wait_s[i < last ? i : last];

	return s - s / 5 + (int64_t)(chance % (uint32_t)(s / 5 + 1));
}
