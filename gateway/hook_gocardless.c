/*
 * hook_gocardless.c - GoCardless: how it signs its events and what they tell.
 *
 * Webhook-Signature: the HMAC-SHA-256 of the body, in lower-case hexadecimal, under the
 * secret's text. There is no time in it: a delivery that was once captured stays
 * authentic for ever, and only that each movement is booked once makes it harmless.
 *
 * A delivery holds up to 250 events, of unrelated things, in any order, and no amount:
 * each payment, refund and payout is fetched. A donation is one when the banks' time to
 * object is over (confirmed); a payment that was paid out was confirmed, too, so both
 * tell it. A payment that failed may have been confirmed before or not: late_failure is
 * undone only where it was booked. A payment may be charged back more than once:
 * hook_gocardless_chargeback.c. Fees are what a payout says that was deducted: an item
 * of a payout may have tenths of a cent, and the payout rounds their sum.
 */
#include "gateway/hook.h"
#include "gateway/hook_gocardless.h"
#include "gateway/hook_mac.h"
#include "gateway/hook_read.h"
#include "gateway/hook_value.h"
#include "gateway/json_writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVENTS_MAX 250
#define ITEMS_PAGE 500
#define LIST_PAGE  500

static enum err gocardless_check(const struct hook_endpoint *endpoint,
				 struct fault *fault)
{
	if (endpoint->secret_count == 0)
		return fault_set(fault, ERR_USAGE,
				 "hook '%s' needs the webhook endpoint's secret",
				 endpoint->name);
	return ERR_OK;
}

static enum err gocardless_verify(const struct hook_endpoint *endpoint,
				  const struct hook_request *request, int64_t now_s,
				  struct fault *fault)
{
	struct slice line;
	enum err err = hook_header_one(request, "Webhook-Signature", &line, fault);

	(void)now_s;
	if (!err && !hook_mac_is_hex(endpoint, &request->body, 1, line))
		err = fault_set(fault, ERR_UNKNOWN,
				"the line Webhook-Signature does not sign this body");
	return err;
}

/* ---- what events tell ---- */

enum {
	EVENT_ID,
	EVENT_CREATED,
	EVENT_RESOURCE,
	EVENT_ACTION,
	LINK_PAYMENT,
	LINK_REFUND,
	LINK_PAYOUT,
	LINK_MANDATE,
	EVENT_WANTS
};

static const struct json_want event_wants[EVENT_WANTS] = {
	[EVENT_ID] = { .path = "id" },
	[EVENT_CREATED] = { .path = "created_at" },
	[EVENT_RESOURCE] = { .path = "resource_type" },
	[EVENT_ACTION] = { .path = "action" },
	[LINK_PAYMENT] = { .path = "links.payment" },
	[LINK_REFUND] = { .path = "links.refund" },
	[LINK_PAYOUT] = { .path = "links.payout" },
	[LINK_MANDATE] = { .path = "links.mandate" },
};

static enum err link_want(const struct json_want *link, const char *prefix,
			  const char *resource, struct movement *movement,
			  struct movements *movements, struct fault *fault)
{
	if (!hook_id_of_want(link, prefix, movement->object))
		return hook_put_parked(movement, "the event has no link that is known",
				       movements, fault);
	movement_want(movement, "/%s/%s", resource, movement->object);
	return movements_put(movements, movement, fault);
}

static enum err payment_read(const struct json_want *want, struct movement *movement,
			     struct movements *movements, struct fault *fault)
{
	movement->only_if_booked = movement->kind == MOVEMENT_LATE_FAILURE;
	return link_want(&want[LINK_PAYMENT], "PM", "payments", movement, movements,
			 fault);
}

static enum err refund_read(const struct json_want *want, struct movement *movement,
			    struct movements *movements, struct fault *fault)
{
	movement->only_if_booked = movement->kind == MOVEMENT_REFUND_FAILED;
	return link_want(&want[LINK_REFUND], "RF", "refunds", movement, movements, fault);
}

static enum err payout_read(const struct json_want *want, struct movement *movement,
			    struct movements *movements, struct fault *fault)
{
	movement->only_if_booked = movement->kind == MOVEMENT_PAYOUT_FAILED;
	return link_want(&want[LINK_PAYOUT], "PO", "payouts", movement, movements, fault);
}

static enum err mandate_read(const struct json_want *want, struct movement *movement,
			     struct movements *movements, struct fault *fault)
{
	if (!hook_id_of_want(&want[LINK_MANDATE], "MD", movement->object))
		movement_park(movement, "the event has no link that is known");
	return movements_put(movements, movement, fault);
}

/* resource_type "." action */
static const struct hook_type types[] = {
	{ "payments.confirmed", MOVEMENT_DONATION, payment_read },
	{ "payments.paid_out", MOVEMENT_DONATION, payment_read },
	{ "payments.failed", MOVEMENT_LATE_FAILURE, payment_read },
	{ "payments.cancelled", MOVEMENT_LATE_FAILURE, payment_read },
	{ "payments.late_failure_settled", MOVEMENT_LATE_FAILURE, payment_read },
	{ "payments.charged_back", MOVEMENT_CHARGEBACK, payment_read },
	{ "payments.chargeback_settled", MOVEMENT_CHARGEBACK, payment_read },
	{ "payments.chargeback_cancelled", MOVEMENT_CHARGEBACK_REVERSED, payment_read },
	{ "refunds.paid", MOVEMENT_REFUND, refund_read },
	{ "refunds.failed", MOVEMENT_REFUND_FAILED, refund_read },
	{ "refunds.bounced", MOVEMENT_REFUND_FAILED, refund_read },
	{ "refunds.funds_returned", MOVEMENT_REFUND_FAILED, refund_read },
	{ "payouts.paid", MOVEMENT_PAYOUT, payout_read },
	{ "payouts.bounced", MOVEMENT_PAYOUT_FAILED, payout_read },
	{ "mandates.cancelled", MOVEMENT_MANDATE_ENDED, mandate_read },
	{ "mandates.failed", MOVEMENT_MANDATE_ENDED, mandate_read },
	{ "mandates.expired", MOVEMENT_MANDATE_ENDED, mandate_read },
	{ "mandates.blocked", MOVEMENT_MANDATE_ENDED, mandate_read },
	{ "mandates.suspended_by_payer", MOVEMENT_MANDATE_ENDED, mandate_read },
	/* Nothing has moved, or the payout's deducted fees tell it. */
	{ "payments.created", 0, NULL },
	{ "payments.submitted", 0, NULL },
	{ "payments.customer_approval_granted", 0, NULL },
	{ "payments.customer_approval_denied", 0, NULL },
	{ "payments.resubmission_requested", 0, NULL },
	{ "payments.surcharge_fee_debited", 0, NULL },
	{ "refunds.created", 0, NULL },
	{ "payouts.fx_rate_confirmed", 0, NULL },
	{ "payouts.tax_exchange_rates_confirmed", 0, NULL },
	{ "mandates.created", 0, NULL },
	{ "mandates.submitted", 0, NULL },
	{ "mandates.active", 0, NULL },
	{ "mandates.reinstated", 0, NULL },
	{ "mandates.replaced", 0, NULL },
	{ "mandates.transferred", 0, NULL },
	{ "mandates.customer_approval_granted", 0, NULL },
	{ "mandates.customer_approval_skipped", 0, NULL },
	{ NULL, 0, NULL },
};

/* resource_type and action as one type; void where they are too long for any. */
static struct json_want type_join(const struct json_want *want,
				  char text[HOOK_TYPE_CHARS_MAX + 1])
{
	const struct slice resource = want[EVENT_RESOURCE].text;
	const struct slice action = want[EVENT_ACTION].text;
	struct json_want type = { .token = JSON_TOKEN_END };

	if (want[EVENT_RESOURCE].token != JSON_TOKEN_TEXT ||
	    want[EVENT_ACTION].token != JSON_TOKEN_TEXT ||
	    resource.n + 1 + action.n > HOOK_TYPE_CHARS_MAX)
		return type;
	memcpy(text, resource.p, resource.n);
	text[resource.n] = '.';
	memcpy(text + resource.n + 1, action.p, action.n);
	type.token = JSON_TOKEN_TEXT;
	type.text = slice_of(text, resource.n + 1 + action.n);
	return type;
}

static enum err event_read(void *ctx, struct slice item, struct fault *fault)
{
	struct movements *movements = ctx;
	struct json_want want[EVENT_WANTS], type;
	char type_text[HOOK_TYPE_CHARS_MAX + 1];
	size_t from = movements->count;
	void *texts = NULL;
	enum err err;

	memcpy(want, event_wants, sizeof want);
	err = json_pick(item, want, EVENT_WANTS, &texts, fault);
	if (err)
		return err;
	type = type_join(want, type_text);
	err = hook_read_type(types, &type, &want[EVENT_ID], want, movements, fault);
	for (size_t i = from; i < movements->count; i++)
		if (!hook_date_of_want(&want[EVENT_CREATED], &movements->item[i].date))
			movement_park(&movements->item[i], "the event has no date");
	free(texts);
	return err;
}

static enum err gocardless_read(const struct hook_endpoint *endpoint, struct slice body,
				struct movements *movements, struct fault *fault)
{
	struct json_want events = { .path = "events" };
	void *texts = NULL;
	enum err err = json_pick(body, &events, 1, &texts, fault);

	(void)endpoint;
	if (!err && events.token != JSON_TOKEN_LIST)
		err = fault_set(fault, ERR_INVALID, "the body has no list of events");
	if (!err)
		err = json_each(events.text, EVENTS_MAX, event_read, movements, fault);
	free(texts);
	return err;
}

/* ---- what was fetched ---- */

enum {
	PAYMENT_ID,
	PAYMENT_AMOUNT,
	PAYMENT_CURRENCY,
	PAYMENT_STATUS,
	PAYMENT_CHARGED,
	PAYMENT_WANTS
};

/* An object may have been read as created and not yet as what the event says of it. */
static bool payment_was_confirmed(const struct json_want *status)
{
	return json_want_is(status, "confirmed") || json_want_is(status, "paid_out") ||
	       json_want_is(status, "charged_back") || json_want_is(status, "failed");
}

static enum err payment_put(struct movement *movement, const struct json_want *got,
			    struct movements *movements, struct fault *fault)
{
	const struct json_want *status = &got[PAYMENT_STATUS];
	struct cents cents = CENTS_ZERO;
	struct movement failure;
	bool is_set;
	enum err err;

	is_set = movement_set_amount(movement,
				     hook_amount_of_integer(&got[PAYMENT_AMOUNT], &cents),
				     cents, &got[PAYMENT_CURRENCY]);
	if (movement->kind != MOVEMENT_DONATION) {
		/* It may have been charged back before. */
		if (is_set && movement->kind != MOVEMENT_LATE_FAILURE)
			gocardless_chargeback_want(movement);
		return movements_put(movements, movement, fault);
	}
	if (is_set && !hook_date_of_want(&got[PAYMENT_CHARGED], &movement->date))
		movement_park(movement, "the payment has no day on which it was charged");
	else if (is_set && !payment_was_confirmed(status))
		movement_park(movement, "the payment is not one that was confirmed");
	err = movements_put(movements, movement, fault);
	if (err || movement->state == MOVEMENT_PARKED || !json_want_is(status, "failed"))
		return err;
	/* Confirmed, as the event says, and failed by now: whichever is heard first. */
	failure = *movement;
	failure.kind = MOVEMENT_LATE_FAILURE;
	failure.only_if_booked = true;
	return movements_put(movements, &failure, fault);
}

static enum err payment_fetched(struct movement *movement, struct slice body,
				struct movements *movements, struct fault *fault)
{
	struct json_want got[PAYMENT_WANTS] = {
		[PAYMENT_ID] = { .path = "payments.id" },
		[PAYMENT_AMOUNT] = { .path = "payments.amount" },
		[PAYMENT_CURRENCY] = { .path = "payments.currency" },
		[PAYMENT_STATUS] = { .path = "payments.status" },
		[PAYMENT_CHARGED] = { .path = "payments.charge_date" },
	};
	void *texts = NULL;
	enum err err = json_pick(body, got, PAYMENT_WANTS, &texts, fault);

	if (!err && !json_want_is(&got[PAYMENT_ID], movement->object))
		err = fault_set(fault, ERR_INVALID,
				"what was fetched is not what was asked for");
	if (!err)
		err = payment_put(movement, got, movements, fault);
	free(texts);
	return err;
}

enum { REFUND_ID, REFUND_AMOUNT, REFUND_CURRENCY, REFUND_PAYMENT, REFUND_WANTS };

static enum err refund_fetched(struct movement *movement, struct slice body,
			       struct movements *movements, struct fault *fault)
{
	struct json_want got[REFUND_WANTS] = {
		[REFUND_ID] = { .path = "refunds.id" },
		[REFUND_AMOUNT] = { .path = "refunds.amount" },
		[REFUND_CURRENCY] = { .path = "refunds.currency" },
		[REFUND_PAYMENT] = { .path = "refunds.links.payment" },
	};
	struct cents cents = CENTS_ZERO;
	void *texts = NULL;
	enum err err = json_pick(body, got, REFUND_WANTS, &texts, fault);

	if (!err && !json_want_is(&got[REFUND_ID], movement->object))
		err = fault_set(fault, ERR_INVALID,
				"what was fetched is not what was asked for");
	if (!err &&
	    movement_set_amount(movement,
				hook_amount_of_integer(&got[REFUND_AMOUNT], &cents),
				cents, &got[REFUND_CURRENCY]) &&
	    !hook_id_of_want(&got[REFUND_PAYMENT], "PM", movement->parent))
		movement_park(movement, "the refund is of no payment that is known");
	if (!err)
		err = movements_put(movements, movement, fault);
	free(texts);
	return err;
}

enum {
	PAYOUT_ID,
	PAYOUT_AMOUNT,
	PAYOUT_CURRENCY,
	PAYOUT_ARRIVAL,
	PAYOUT_FEES,
	PAYOUT_WANTS
};

/* The fee waits for the payout's items, which must come to the payout. */
static enum err payout_fee_put(const struct movement *payout,
			       const struct json_want *fees,
			       const struct json_want *currency,
			       struct movements *movements, struct fault *fault)
{
	struct movement fee = *payout;
	struct cents cents = CENTS_ZERO;
	bool is_read = hook_amount_of_integer(fees, &cents);

	if (is_read && cents_is_zero(cents))
		return ERR_OK;
	fee.kind = MOVEMENT_FEE;
	if (movement_set_amount(&fee, is_read, cents, currency))
		movement_want(&fee, "/payout_items?payout=%s&limit=%d", fee.object,
			      ITEMS_PAGE);
	return movements_put(movements, &fee, fault);
}

static enum err payout_fetched(struct movement *movement, struct slice body,
			       struct movements *movements, struct fault *fault)
{
	struct json_want got[PAYOUT_WANTS] = {
		[PAYOUT_ID] = { .path = "payouts.id" },
		[PAYOUT_AMOUNT] = { .path = "payouts.amount" },
		[PAYOUT_CURRENCY] = { .path = "payouts.currency" },
		[PAYOUT_ARRIVAL] = { .path = "payouts.arrival_date" },
		[PAYOUT_FEES] = { .path = "payouts.deducted_fees" },
	};
	struct cents cents = CENTS_ZERO;
	void *texts = NULL;
	enum err err = json_pick(body, got, PAYOUT_WANTS, &texts, fault);

	if (!err && !json_want_is(&got[PAYOUT_ID], movement->object))
		err = fault_set(fault, ERR_INVALID,
				"what was fetched is not what was asked for");
	if (!err && movement->kind == MOVEMENT_PAYOUT &&
	    !json_want_is_void(&got[PAYOUT_ARRIVAL]) &&
	    !hook_date_of_want(&got[PAYOUT_ARRIVAL], &movement->date))
		err = fault_set(fault, ERR_INVALID, "the payout has no day of arrival");
	if (!err)
		(void)movement_set_amount(
			movement, hook_amount_of_integer(&got[PAYOUT_AMOUNT], &cents),
			cents, &got[PAYOUT_CURRENCY]);
	if (!err)
		err = movements_put(movements, movement, fault);
	if (!err && movement->kind == MOVEMENT_PAYOUT &&
	    movement->state != MOVEMENT_PARKED)
		err = payout_fee_put(movement, &got[PAYOUT_FEES], &got[PAYOUT_CURRENCY],
				     movements, fault);
	free(texts);
	return err;
}

/* ---- payout items: tenths of cents, as decimal texts ---- */

struct items {
	int64_t fees_tenths;
	bool is_odd; /* one has an amount or a type that is not known */
};

static bool item_is_fee(const struct json_want *type)
{
	return json_want_is(type, "gocardless_fee") || json_want_is(type, "app_fee") ||
	       json_want_is(type, "revenue_share") || json_want_is(type, "surcharge_fee");
}

static enum err item_read(void *ctx, struct slice item, struct fault *fault)
{
	struct items *items = ctx;
	struct json_want want[] = { { .path = "type" }, { .path = "amount" } };
	void *texts = NULL;
	int64_t tenths = 0;
	enum err err = json_pick(item, want, 2, &texts, fault);

	if (!err && (want[1].token != JSON_TOKEN_TEXT ||
		     !hook_decimal_parse(want[1].text, 1, &tenths)))
		items->is_odd = true;
	else if (!err && item_is_fee(&want[0]) &&
		 __builtin_add_overflow(items->fees_tenths, tenths, &items->fees_tenths))
		items->is_odd = true;
	free(texts);
	return err;
}

/* What the items say was kept rounds to what the payout says. */
static bool fees_agree(const struct items *items, struct cents fee)
{
	int64_t difference;

	return !items->is_odd && items->fees_tenths <= 0 &&
	       !__builtin_add_overflow(items->fees_tenths, 10 * cents_value(fee),
				       &difference) &&
	       difference > -10 && difference < 10;
}

static enum err items_fetched(struct movement *fee, struct slice body,
			      struct movements *movements, struct fault *fault)
{
	struct json_want got[] = { { .path = "payout_items" },
				   { .path = "meta.cursors.after" } };
	struct items items = { 0, false };
	void *texts = NULL;
	enum err err = json_pick(body, got, 2, &texts, fault);

	if (!err)
		err = json_each(got[0].text, HOOK_LIST_MAX, item_read, &items, fault);
	/* Where there are more pages, the payout's own figure stands by itself. */
	if (!err && json_want_is_void(&got[1]) && !fees_agree(&items, fee->amount))
		movement_park(fee, "the payout's items do not come to its fees");
	if (!err)
		err = movements_put(movements, fee, fault);
	free(texts);
	return err;
}

static enum err gocardless_read_fetched(const struct hook_endpoint *endpoint,
					const struct movement *wanted, struct slice body,
					struct movements *movements, struct fault *fault)
{
	struct movement movement = *wanted;

	(void)endpoint;
	movement_know(&movement);
	switch (wanted->kind) {
	case MOVEMENT_PAYOUT:
	case MOVEMENT_PAYOUT_FAILED:
		return payout_fetched(&movement, body, movements, fault);
	case MOVEMENT_FEE:
		return items_fetched(&movement, body, movements, fault);
	case MOVEMENT_REFUND:
	case MOVEMENT_REFUND_FAILED:
		return refund_fetched(&movement, body, movements, fault);
	default:
		if (gocardless_chargeback_is_wanted(wanted))
			return gocardless_chargeback_read(wanted, body, movements, fault);
		return payment_fetched(&movement, body, movements, fault);
	}
}

/* ---- the list of what has moved: the events themselves ---- */

static enum err gocardless_list_path(const struct hook_endpoint *endpoint,
				     struct date from, struct date until,
				     const char *cursor,
				     char ret_path[HOOK_LIST_PATH_CHARS_MAX + 1],
				     struct fault *fault)
{
	/* A day in Paris begins up to two hours before the same day in UTC. */
	int64_t first_s = (int64_t)from.day * DAY_S - 7200;
	char first[UTC_TEXT_BYTES], end[UTC_TEXT_BYTES];

	(void)endpoint;
	if (utc_format(first_s > 0 ? first_s : 0, first) != ERR_OK ||
	    utc_format((int64_t)until.day * DAY_S + DAY_S - 1, end) != ERR_OK)
		return fault_set(fault, ERR_INVALID, "these days cannot be listed");
	snprintf(ret_path, HOOK_LIST_PATH_CHARS_MAX + 1,
		 "/events?limit=%d&created_at[gte]=%s&created_at[lte]=%s%s%s", LIST_PAGE,
		 first, end, cursor[0] ? "&after=" : "", cursor);
	return ERR_OK;
}

static enum err gocardless_read_list(const struct hook_endpoint *endpoint,
				     struct slice body, struct movements *movements,
				     char ret_cursor[HOOK_CURSOR_CHARS_MAX + 1],
				     struct fault *fault)
{
	struct json_want want[] = { { .path = "events" },
				    { .path = "meta.cursors.after" } };
	char after[MOVEMENT_ID_CHARS_MAX + 1] = "";
	void *texts = NULL;
	enum err err = json_pick(body, want, 2, &texts, fault);

	(void)endpoint;
	if (!err)
		err = json_each(want[0].text, LIST_PAGE, event_read, movements, fault);
	if (!err && !json_want_is_void(&want[1]) && !hook_id_of_want(&want[1], "", after))
		err = fault_set(fault, ERR_INVALID,
				"the list does not say where its next page begins");
	snprintf(ret_cursor, HOOK_CURSOR_CHARS_MAX + 1, "%s", after);
	free(texts);
	return err;
}

/* ---- telling again: the event, without its id ---- */

static const struct hook_retold retold[] = {
	{ MOVEMENT_DONATION, "payment", NULL, false },
	{ MOVEMENT_LATE_FAILURE, "payment", NULL, false },
	{ MOVEMENT_CHARGEBACK, "payment", NULL, true },
	{ MOVEMENT_CHARGEBACK_REVERSED, "payment", NULL, true },
	{ MOVEMENT_REFUND, "refund", NULL, false },
	{ MOVEMENT_REFUND_FAILED, "refund", NULL, false },
	{ MOVEMENT_PAYOUT, "payout", NULL, false },
	{ MOVEMENT_PAYOUT_FAILED, "payout", NULL, false },
	{ MOVEMENT_FEE, "payout", NULL, false },
	{ 0, NULL, NULL, false },
};

/* A kind's event: the first of that kind in the table of types. */
static const char *type_of_kind(enum movement_kind kind)
{
	const struct hook_type *type = types;

	if (kind == MOVEMENT_FEE)
		kind = MOVEMENT_PAYOUT; /* which tells its fees */
	while (type->kind != kind || !type->read)
		type++; /* each kind above has one */
	return type->name;
}

static enum err gocardless_retell(const struct hook_endpoint *endpoint,
				  const struct movement *missed, struct slice fetched,
				  struct buffer *ret_body, struct fault *fault)
{
	struct hook_retelling again;
	struct json_writer *writer = &again.writer;
	const char *type, *action;
	enum err err = hook_retell_begin(retold, missed, ret_body, &again, fault);

	(void)endpoint;
	(void)fetched; /* the worker does that */
	if (err)
		return err;
	type = type_of_kind(missed->kind);
	action = strchr(type, '.');
	json_put_array(writer, "events");
	json_put_object(writer, NULL);
	json_put_text(writer, "created_at", again.moment);
	json_put_slice(writer, "resource_type", slice_of(type, (size_t)(action - type)));
	json_put_text(writer, "action", action + 1);
	json_put_object(writer, "links");
	json_put_text(writer, again.row->type, again.object);
	for (int open = 0; open < 4; open++)
		json_put_end(writer);
	return json_writer_finish(writer);
}

static const char *const api_fields[] = { "GoCardless-Version: 2015-07-06", NULL };

const struct hook_adapter hook_gocardless = {
	.name = "gocardless",
	.refused_status = 498,
	.done_status = 204,
	.api = { "https://api.gocardless.com", "https://api-sandbox.gocardless.com" },
	.api_fields = api_fields,
	.check = gocardless_check,
	.verify = gocardless_verify,
	.read = gocardless_read,
	.read_fetched = gocardless_read_fetched,
	.list_path = gocardless_list_path,
	.read_list = gocardless_read_list,
	.retell = gocardless_retell,
};
