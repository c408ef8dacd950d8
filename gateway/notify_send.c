/*
 * notify_send.c - the messages that wait for an endpoint (notify_send.h).
 */
#include "gateway/notify_send.h"

#include <stdio.h>
#include <string.h>

#include "gateway/fetch.h"
#include "keys/hash.h"

#define GONE_STATUS 410

/* ---- what an answer means ---- */

static void why_write(struct outbox_message *message,
		      const struct notify_attempt *attempt)
{
	if (attempt->status)
		(void)snprintf(message->reason, sizeof message->reason, "it answers %u",
			       attempt->status);
	else
		(void)snprintf(message->reason, sizeof message->reason, "%s",
			       attempt->why ? attempt->why : "it does not answer");
}

enum notify_verdict notify_judge(struct outbox_message *message,
				 const struct notify_attempt *attempt)
{
	int64_t wait_s;

	message->tries++;
	message->tried_at = attempt->now_s;
	message->status = attempt->status;
	if (attempt->status >= 200 && attempt->status <= 299) {
		message->state = OUTBOX_DELIVERED;
		message->reason[0] = '\0';
		return NOTIFY_DELIVERED;
	}
	why_write(message, attempt);
	if (attempt->status == GONE_STATUS) {
		message->tries = 0; /* when it is enabled again, all of the schedule */
		message->next_at = 0;
		return NOTIFY_GONE;
	}
	if (message->tries >= NOTIFY_TRIES_MAX) {
		message->state = OUTBOX_FAILED;
		return NOTIFY_GIVEN_UP;
	}
	wait_s = fetch_retry_s(message->tries, attempt->chance);
	if (wait_s < attempt->retry_after_s)
		wait_s = attempt->retry_after_s;
	message->next_at = attempt->now_s + wait_s;
	return NOTIFY_AGAIN;
}

/* ---- an attempt ---- */

static uint32_t chance_draw(void)
{
	uint32_t number = 0;

	/* Without any, everybody waits for the longest. */
	return random_bytes((uint8_t *)&number, sizeof number) ? UINT32_MAX : number;
}

/* ERR_OK: *ret_attempt says how it went. */
static enum err attempt_make(const struct notify_sender *sender,
			     const struct notify_desk *desk,
			     const struct outbox_message *message, struct slice body,
			     struct notify_attempt *ret_attempt, struct fault *why)
{
	struct fetch_answer answer = { 0 };
	struct hook_signature signature;
	enum err err = hook_sign(desk->secret, desk->secret_count, message->wire,
				 sender->now_s, body, &signature, why);

	*ret_attempt = (struct notify_attempt){ .now_s = sender->now_s,
						.chance = chance_draw() };
	if (err)
		return err;
	err = fetcher_post(desk->fetcher,
			   &(struct fetch_post){ .path = desk->path,
						 .media = "application/json",
						 .fields = signature.fields,
						 .body = body },
			   &answer, NULL, why);
	ret_attempt->status = answer.status;
	ret_attempt->retry_after_s = answer.retry_after_s;
	/* What a stop has cut off was no attempt. */
	if (err == ERR_MEMORY || (err && fetcher_is_stopped(desk->fetcher)))
		return err;
	if (err) {
		ret_attempt->status = 0;
		ret_attempt->why = why->text;
	}
	return ERR_OK;
}

/* ---- what follows from it ---- */

static enum err verdict_keep(const struct notify_sender *sender,
			     const struct outbox_message *message, bool is_gone,
			     struct fault *fault)
{
	enum err err = outbox_begin(sender->outbox, fault);

	if (err)
		return err;
	err = outbox_message_set(sender->outbox, message, fault);
	if (!err && is_gone)
		err = outbox_endpoint_disable(sender->outbox, message->endpoint,
					      "it answers 410: it wants no more", fault);
	if (!err)
		return outbox_commit(sender->outbox, fault);
	outbox_undo(sender->outbox);
	return err;
}

static void verdict_say(const struct notify_sender *sender,
			const struct outbox_message *message, enum notify_verdict verdict)
{
	if (sender->troubled && verdict == NOTIFY_GONE)
		sender->troubled(sender->ctx, message->endpoint, 0, message->reason);
	if (sender->troubled && verdict == NOTIFY_GIVEN_UP)
		sender->troubled(sender->ctx, message->endpoint, message->id,
				 message->reason);
}

/* *ret_goes_on: it was delivered, and the next may follow. */
static enum err message_send(const struct notify_sender *sender,
			     const struct notify_desk *desk,
			     struct outbox_message *message, struct slice body,
			     bool *ret_goes_on, struct fault *fault)
{
	struct notify_attempt attempt;
	enum notify_verdict verdict;
	struct fault why = { 0 };
	enum err err = attempt_make(sender, desk, message, body, &attempt, &why);

	*ret_goes_on = false;
	if (err) {
		if (fault)
			*fault = why;
		return err;
	}
	/* Cut short by our own stop, it says nothing of the other side. */
	if (attempt.status == 0 && atomic_load(sender->stopping))
		return ERR_OK;
	verdict = notify_judge(message, &attempt);
	err = verdict_keep(sender, message, verdict == NOTIFY_GONE, fault);
	if (err)
		return err;
	verdict_say(sender, message, verdict);
	*ret_goes_on = verdict == NOTIFY_DELIVERED;
	return ERR_OK;
}

enum err notify_send(const struct notify_sender *sender, const struct notify_desk *desk,
		     bool *ret_more, struct fault *fault)
{
	struct outbox_endpoint endpoint;
	struct outbox_message message = { .id = 0 };
	struct buffer body;
	bool goes_on = true;
	unsigned sent = 0;
	/* It was derived for, so it is known; where it is not, nothing waits. */
	enum err err = outbox_endpoint_find(sender->outbox, desk->name, &endpoint, fault);

	*ret_more = false;
	if (err == ERR_NOT_FOUND || (!err && endpoint.is_disabled))
		return ERR_OK;
	buffer_init(&body, OUTBOX_BODY_BYTES_MAX);
	while (!err && goes_on && sent < NOTIFY_TURN && !atomic_load(sender->stopping) &&
	       fetcher_wait_ms(desk->fetcher) == 0) {
		err = outbox_due(sender->outbox, desk->name, sender->now_s, message.id,
				 &message, &body, fault);
		if (err)
			break;
		sent++;
		err = message_send(sender, desk, &message, buffer_slice(&body), &goes_on,
				   fault);
	}
	buffer_release(&body);
	*ret_more = sent == NOTIFY_TURN && goes_on;
	return err == ERR_NOT_FOUND ? ERR_OK : err;
}
