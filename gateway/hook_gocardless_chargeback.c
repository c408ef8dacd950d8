/*
 * hook_gocardless_chargeback.c - GoCardless: which chargeback of a payment it is.
 *
 * A payment that was charged back, and whose chargeback was cancelled, may be charged
 * back again, always whole. An event names its payment alone, and several events tell one
 * chargeback (chargeback_settled repeats it when it leaves a payout). So all events of
 * the payment are read: as many as say charged_back, so many chargebacks there are, and
 * the n-th that was cancelled ends the n-th. It has the payment's id as its own, and from
 * the second on a number behind it: PM123, PM123-2. Whatever the order in which events
 * come, the same come out.
 */
#include "gateway/hook_gocardless.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/hook_value.h"
#include "gateway/json_pick.h"

#define EVENTS_MAX      500
#define CHARGEBACKS_MAX 32
#define PATH            "/events?payment="
#define NUMBER_CHARS    4 /* "-32" */

void gocardless_chargeback_want(struct movement *movement)
{
	movement_want(movement, PATH "%s&limit=%d", movement->object, EVENTS_MAX);
}

bool gocardless_chargeback_is_wanted(const struct movement *movement)
{
	return strncmp(movement->path, PATH, strlen(PATH)) == 0;
}

struct told {
	int64_t at_s;
	char event[MOVEMENT_ID_CHARS_MAX + 1];
	struct date date;
};

struct history {
	const struct movement *wanted;
	struct told began[CHARGEBACKS_MAX], ended[CHARGEBACKS_MAX];
	size_t begun_count, ended_count;
};

enum {
	EVENT_ID,
	EVENT_CREATED,
	EVENT_RESOURCE,
	EVENT_ACTION,
	EVENT_PAYMENT,
	EVENT_WANTS
};

static enum err told_put(struct told *list, size_t *count, const struct json_want *want,
			 struct fault *fault)
{
	struct told told;

	if (*count == CHARGEBACKS_MAX)
		return fault_set(fault, ERR_TOO_BIG,
				 "a payment has more than %d chargebacks",
				 CHARGEBACKS_MAX);
	if (want[EVENT_CREATED].token != JSON_TOKEN_TEXT ||
	    !hook_moment_parse(want[EVENT_CREATED].text, &told.at_s) ||
	    !hook_date_of_want(&want[EVENT_CREATED], &told.date) ||
	    !hook_id_of_want(&want[EVENT_ID], "", told.event))
		return fault_set(fault, ERR_INVALID,
				 "an event of the payment has no id or date");
	list[(*count)++] = told;
	return ERR_OK;
}

static enum err event_read(void *ctx, struct slice item, struct fault *fault)
{
	struct history *history = ctx;
	struct json_want want[EVENT_WANTS] = {
		[EVENT_ID] = { .path = "id" },
		[EVENT_CREATED] = { .path = "created_at" },
		[EVENT_RESOURCE] = { .path = "resource_type" },
		[EVENT_ACTION] = { .path = "action" },
		[EVENT_PAYMENT] = { .path = "links.payment" },
	};
	void *texts = NULL;
	enum err err = json_pick(item, want, EVENT_WANTS, &texts, fault);

	if (!err && json_want_is(&want[EVENT_RESOURCE], "payments") &&
	    !json_want_is(&want[EVENT_PAYMENT], history->wanted->object))
		err = fault_set(fault, ERR_INVALID,
				"what was fetched is not what was asked for");
	else if (!err && json_want_is(&want[EVENT_ACTION], "charged_back"))
		err = told_put(history->began, &history->begun_count, want, fault);
	else if (!err && json_want_is(&want[EVENT_ACTION], "chargeback_cancelled"))
		err = told_put(history->ended, &history->ended_count, want, fault);
	free(texts);
	return err;
}

static int told_cmp(const void *a, const void *b)
{
	const struct told *left = a, *right = b;

	if (left->at_s != right->at_s)
		return left->at_s < right->at_s ? -1 : 1;
	return strcmp(left->event, right->event);
}

static enum err numbered_put(const struct history *history, enum movement_kind kind,
			     struct told *list, size_t count, struct movements *movements,
			     struct fault *fault)
{
	enum err err = ERR_OK;

	qsort(list, count, sizeof *list, told_cmp);
	for (size_t i = 0; !err && i < count; i++) {
		struct movement movement = *history->wanted;

		movement_know(&movement);
		movement.kind = kind;
		movement.date = list[i].date;
		memcpy(movement.event, list[i].event, sizeof movement.event);
		memcpy(movement.parent, history->wanted->object, sizeof movement.parent);
		if (strlen(movement.object) + NUMBER_CHARS > MOVEMENT_ID_CHARS_MAX)
			movement_park(&movement, "the payment's id is too long");
		else if (i > 0)
			(void)snprintf(movement.object + strlen(movement.object),
				       NUMBER_CHARS, "-%u", (unsigned)(i + 1) % 100);
		err = movements_put(movements, &movement, fault);
	}
	return err;
}

enum err gocardless_chargeback_read(const struct movement *wanted, struct slice body,
				    struct movements *movements, struct fault *fault)
{
	struct json_want got[] = { { .path = "events" },
				   { .path = "meta.cursors.after" } };
	struct history history = { .wanted = wanted };
	bool is_end = wanted->kind == MOVEMENT_CHARGEBACK_REVERSED;
	struct movement again = *wanted;
	void *texts = NULL;
	enum err err = json_pick(body, got, 2, &texts, fault);

	if (!err && !json_want_is_void(&got[1]))
		err = fault_set(fault, ERR_TOO_BIG, "a payment has more than %d events",
				EVENTS_MAX);
	if (!err)
		err = json_each(got[0].text, EVENTS_MAX, event_read, &history, fault);
	free(texts);
	if (err)
		return err;
	if ((is_end ? history.ended_count : history.begun_count) == 0) {
		again.reason = "the payment's events do not show it yet";
		return movements_put(movements, &again, fault);
	}
	err = numbered_put(&history, MOVEMENT_CHARGEBACK, history.began,
			   history.begun_count, movements, fault);
	return err ? err
		   : numbered_put(&history, MOVEMENT_CHARGEBACK_REVERSED, history.ended,
				  history.ended_count, movements, fault);
}
