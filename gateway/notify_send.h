/*
 * notify_send.h - the messages that wait for an endpoint, sent on the schedule of
 * Standard Webhooks.
 *
 *	2xx              delivered
 *	410              whoever hears it wants no more: the endpoint is disabled, and
 *what waits is kept until the operator enables it anything else    again after 5 s, 5
 *min, 30 min, 2, 5, 10, 14, 20 and 24 h, each up to a fifth sooner by chance, and not
 *before a Retry-After; after the tenth attempt it has failed
 *
 * While the endpoint's breaker is open (gateway/breaker.h) nothing is sent to it, and
 * nothing counts as an attempt.
 */
#ifndef ARRONDI_GATEWAY_NOTIFY_SEND_H
#define ARRONDI_GATEWAY_NOTIFY_SEND_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/notify_set.h"
#include "gateway/outbox.h"

#define NOTIFY_TRIES_MAX 10
#define NOTIFY_TURN      16 /* messages in a row for one endpoint */

/* How an attempt ended. */
struct notify_attempt {
	unsigned status;        /* 0: no answer came */
	unsigned retry_after_s; /* the other side's wish; 0: none */
	const char *why;        /* of no answer */
	int64_t now_s;
	uint32_t chance;
};

enum notify_verdict { NOTIFY_DELIVERED, NOTIFY_AGAIN, NOTIFY_GIVEN_UP, NOTIFY_GONE };

/* Writes what has become of the message into it. */
enum notify_verdict notify_judge(struct outbox_message *message,
				 const struct notify_attempt *attempt);

struct notify_sender {
	struct outbox *outbox;
	int64_t now_s;
	const atomic_bool *stopping; /* true: nothing more is begun */
	/* A message was given up, or an endpoint disabled: id, or 0. NULL: nobody asks.
	 */
	void (*troubled)(void *ctx, const char *endpoint, int64_t id, const char *why);
	void *ctx;
};

/* Sends at most NOTIFY_TURN of what is due for an endpoint, and ends its turn at the
 * first that is not delivered; *ret_more where there is more to do at once. Errors are
 * the outbox's, and ERR_MEMORY. */
MUST_USE enum err notify_send(const struct notify_sender *sender,
			      const struct notify_desk *desk, bool *ret_more,
			      struct fault *fault);

#endif
