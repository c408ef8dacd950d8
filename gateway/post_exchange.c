/*
 * post_exchange.c - one question to the gateway, asked until it is answered.
 */
#include "gateway/post_exchange.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "gateway/post_problem.h"
#include "gateway/post_retry.h"
#include "keys/hash.h"

static int64_t now_ms(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		abort(); /* POSIX has this clock */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void sleep_ms(int64_t ms)
{
	struct timespec rest = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	while (nanosleep(&rest, &rest) != 0 && errno == EINTR)
		;
}

/* Without randomness companies only wait alike. */
static uint32_t chance(void)
{
	uint8_t bytes[4];

	if (random_bytes(bytes, sizeof bytes) != ERR_OK)
		return 0;
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
	       (uint32_t)bytes[3] << 24;
}

/* "the server says 503: the database is locked" */
static void status_why(const struct post_response *response, struct fault *why)
{
	char sentence[POST_SENTENCE_BYTES] = "";
	struct buffer ignored;

	buffer_init(&ignored, POST_LIST_BYTES_MAX);
	if (post_problem_read(buffer_slice(&response->body), &ignored, sentence, NULL) !=
	    ERR_OK)
		sentence[0] = '\0';
	buffer_release(&ignored);
	(void)fault_set(why, ERR_BUSY, "the server says %u%s%s", response->status,
			sentence[0] ? ": " : "", sentence);
}

/* Once. ERR_BUSY for what may be asked again. */
static enum err ask(const struct post_session *session, struct post_request *request,
		    int64_t rest_ms, struct post_response *response, struct fault *why)
{
	enum err err;

	request->time_ms = rest_ms < POST_TRY_MS ? rest_ms : POST_TRY_MS;
	response->retry_after_s = 0;
	err = post_client_ask(session->client, request, response, why);
	if (!err && post_retry_is_status(response->status)) {
		status_why(response, why);
		return ERR_BUSY;
	}
	return err;
}

enum err post_exchange(const struct post_session *session, struct post_request *request,
		       bool without_retries, struct post_response *response,
		       struct fault *fault)
{
	unsigned tries = without_retries ? 1 : session->options->retries + 1;
	int64_t end_ms = now_ms() + POST_TOTAL_MS;
	struct fault why = { .err = ERR_OK };
	unsigned failed = 0;

	for (;;) {
		int64_t delay_ms;
		enum err err = ask(session, request, end_ms - now_ms(), response, &why);

		if (!err)
			return ERR_OK;
		if (err != ERR_BUSY)
			return fault_set(fault, err, "%s", why.text);
		failed++;
		delay_ms = post_retry_delay_ms(failed, response->retry_after_s, chance());
		if (failed >= tries || now_ms() + delay_ms >= end_ms)
			break;
		if (session->watch->on_wait)
			session->watch->on_wait(session->watch->ctx, failed, tries,
						delay_ms, why.text);
		sleep_ms(delay_ms);
	}
	return fault_set(fault, ERR_IO, "%s (%u %s)", why.text, failed,
			 failed == 1 ? "try" : "tries");
}
