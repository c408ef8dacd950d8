/*
 * hook_paypal_read.c - PayPal: what its deliveries and its objects tell.
 *
 * A delivery proves that something happened and nothing of what (hook_paypal.c), so it
 * only says which object to fetch. A capture, or of the older kind a sale, tells the gift
 * and what PayPal kept of it; a refund tells what it is of by a link. Whether the buyer
 * wins a dispute is told by the dispute and, as a reversal, by the capture: both are the
 * one chargeback of that capture. Transfers to the bank have no event at all.
 */
#include <stdlib.h>
#include <string.h>

#include "gateway/hook_paypal.h"
#include "gateway/hook_read.h"
#include "gateway/hook_value.h"

/* ---- deliveries ---- */

enum { EVENT_ID, EVENT_TYPE, EVENT_CREATED, RESOURCE_ID, DISPUTE_ID, EVENT_WANTS };

static enum err resource_want(const struct json_want *id, const char *format,
			      struct movement *movement, const struct json_want *want,
			      struct movements *movements, struct fault *fault)
{
	static const char *const any[] = { "", NULL };

	return hook_put_wanted(movement, id, any, "the resource has no id that is known",
			       &want[EVENT_CREATED], format, movements, fault);
}

static enum err capture_event(const struct json_want *want, struct movement *movement,
			      struct movements *movements, struct fault *fault)
{
	return resource_want(&want[RESOURCE_ID], "/v2/payments/captures/%s", movement,
			     want, movements, fault);
}

static enum err refund_event(const struct json_want *want, struct movement *movement,
			     struct movements *movements, struct fault *fault)
{
	return resource_want(&want[RESOURCE_ID], "/v2/payments/refunds/%s", movement,
			     want, movements, fault);
}

static enum err sale_event(const struct json_want *want, struct movement *movement,
			   struct movements *movements, struct fault *fault)
{
	return resource_want(&want[RESOURCE_ID], "/v1/payments/sale/%s", movement, want,
			     movements, fault);
}

static enum err sale_refund_event(const struct json_want *want, struct movement *movement,
				  struct movements *movements, struct fault *fault)
{
	return resource_want(&want[RESOURCE_ID], "/v1/payments/refund/%s", movement, want,
			     movements, fault);
}

static enum err dispute_event(const struct json_want *want, struct movement *movement,
			      struct movements *movements, struct fault *fault)
{
	return resource_want(&want[DISPUTE_ID], "/v1/customer/disputes/%s", movement,
			     want, movements, fault);
}

/* Whatever the row is: it tells its kind. */
static enum err transaction_event(const struct json_want *want, struct movement *movement,
				  struct movements *movements, struct fault *fault)
{
	char path[MOVEMENT_PATH_CHARS_MAX + 1];

	if (!hook_id_of_want(&want[RESOURCE_ID], "", movement->object) ||
	    !hook_date_of_want(&want[EVENT_CREATED], &movement->date) ||
	    paypal_transaction_path(movement->object, movement->date, path, fault) !=
		    ERR_OK)
		return hook_put_parked(movement, "the transaction has no id or date",
				       movements, fault);
	movement_want(movement, "%s", path);
	return movements_put(movements, movement, fault);
}

static enum err mandate_event(const struct json_want *want, struct movement *movement,
			      struct movements *movements, struct fault *fault)
{
	if (!hook_id_of_want(&want[RESOURCE_ID], "", movement->object))
		movement_park(movement, "the resource has no id that is known");
	else if (!hook_date_of_want(&want[EVENT_CREATED], &movement->date))
		movement_park(movement, "the event has no date");
	return movements_put(movements, movement, fault);
}

static const struct hook_type types[] = {
	{ "PAYMENT.CAPTURE.COMPLETED", MOVEMENT_DONATION, capture_event },
	{ "PAYMENT.CAPTURE.REFUNDED", MOVEMENT_REFUND, refund_event },
	{ "PAYMENT.CAPTURE.REVERSED", MOVEMENT_CHARGEBACK, refund_event },
	{ "PAYMENT.SALE.COMPLETED", MOVEMENT_DONATION, sale_event },
	{ "PAYMENT.SALE.REFUNDED", MOVEMENT_REFUND, sale_refund_event },
	{ "PAYMENT.SALE.REVERSED", MOVEMENT_CHARGEBACK, sale_refund_event },
	{ "CUSTOMER.DISPUTE.RESOLVED", MOVEMENT_CHARGEBACK, dispute_event },
	{ "BILLING.SUBSCRIPTION.CANCELLED", MOVEMENT_MANDATE_ENDED, mandate_event },
	{ "BILLING.SUBSCRIPTION.EXPIRED", MOVEMENT_MANDATE_ENDED, mandate_event },
	{ "BILLING.SUBSCRIPTION.SUSPENDED", MOVEMENT_MANDATE_ENDED, mandate_event },
	{ PAYPAL_TRANSACTION, MOVEMENT_PAYOUT, transaction_event },
	/* Nothing has moved. */
	{ "PAYMENT.CAPTURE.PENDING", 0, NULL },
	{ "PAYMENT.CAPTURE.DENIED", 0, NULL },
	{ "PAYMENT.CAPTURE.DECLINED", 0, NULL },
	{ "PAYMENT.SALE.PENDING", 0, NULL },
	{ "PAYMENT.SALE.DENIED", 0, NULL },
	{ "PAYMENT.AUTHORIZATION.CREATED", 0, NULL },
	{ "PAYMENT.AUTHORIZATION.VOIDED", 0, NULL },
	{ "CHECKOUT.ORDER.APPROVED", 0, NULL },
	{ "CHECKOUT.ORDER.COMPLETED", 0, NULL },
	{ "CUSTOMER.DISPUTE.CREATED", 0, NULL },
	{ "CUSTOMER.DISPUTE.UPDATED", 0, NULL },
	{ "BILLING.SUBSCRIPTION.CREATED", 0, NULL },
	{ "BILLING.SUBSCRIPTION.ACTIVATED", 0, NULL },
	{ "BILLING.SUBSCRIPTION.UPDATED", 0, NULL },
	{ NULL, 0, NULL },
};

enum err paypal_read(const struct hook_endpoint *endpoint, struct slice body,
		     struct movements *movements, struct fault *fault)
{
	struct json_want want[EVENT_WANTS] = {
		[EVENT_ID] = { .path = "id" },
		[EVENT_TYPE] = { .path = "event_type" },
		[EVENT_CREATED] = { .path = "create_time" },
		[RESOURCE_ID] = { .path = "resource.id" },
		[DISPUTE_ID] = { .path = "resource.dispute_id" },
	};
	void *texts = NULL;
	enum err err = json_pick(body, want, EVENT_WANTS, &texts, fault);

	(void)endpoint;
	if (!err)
		err = hook_read_type(types, &want[EVENT_TYPE], &want[EVENT_ID], want,
				     movements, fault);
	free(texts);
	return err;
}

/* ---- what was fetched ---- */

enum {
	GOT_ID,
	GOT_DISPUTE_ID,
	GOT_STATUS,
	GOT_STATE,
	GOT_VALUE,
	GOT_CODE,
	GOT_TOTAL,
	GOT_CURRENCY,
	GOT_CREATED,
	GOT_FEE_VALUE,
	GOT_FEE_CODE,
	GOT_SALE_FEE_VALUE,
	GOT_SALE_FEE_CURRENCY,
	GOT_SALE_ID,
	GOT_LINKS,
	GOT_OUTCOME,
	GOT_DISPUTED,
	GOT_REFUNDED_VALUE,
	GOT_REFUNDED_CODE,
	GOT_DISPUTE_VALUE,
	GOT_DISPUTE_CODE,
	GOT_UPDATED,
	GOT_WANTS
};

static const struct json_want got_wants[GOT_WANTS] = {
	[GOT_ID] = { .path = "id" },
	[GOT_DISPUTE_ID] = { .path = "dispute_id" },
	[GOT_STATUS] = { .path = "status" },
	[GOT_STATE] = { .path = "state" },
	[GOT_VALUE] = { .path = "amount.value" },
	[GOT_CODE] = { .path = "amount.currency_code" },
	[GOT_TOTAL] = { .path = "amount.total" },
	[GOT_CURRENCY] = { .path = "amount.currency" },
	[GOT_CREATED] = { .path = "create_time" },
	[GOT_FEE_VALUE] = { .path = "seller_receivable_breakdown.paypal_fee.value" },
	[GOT_FEE_CODE] = { .path = "seller_receivable_breakdown.paypal_fee.currency_"
				   "code" },
	[GOT_SALE_FEE_VALUE] = { .path = "transaction_fee.value" },
	[GOT_SALE_FEE_CURRENCY] = { .path = "transaction_fee.currency" },
	[GOT_SALE_ID] = { .path = "sale_id" },
	[GOT_LINKS] = { .path = "links" },
	[GOT_OUTCOME] = { .path = "dispute_outcome.outcome_code" },
	[GOT_DISPUTED] = { .path = "disputed_transactions" },
	[GOT_REFUNDED_VALUE] = { .path = "dispute_outcome.amount_refunded.value" },
	[GOT_REFUNDED_CODE] = { .path = "dispute_outcome.amount_refunded.currency_code" },
	[GOT_DISPUTE_VALUE] = { .path = "dispute_amount.value" },
	[GOT_DISPUTE_CODE] = { .path = "dispute_amount.currency_code" },
	[GOT_UPDATED] = { .path = "update_time" },
};

/* The first of two that is there. */
static const struct json_want *either(const struct json_want *got, size_t first,
				      size_t second)
{
	return json_want_is_void(&got[first]) ? &got[second] : &got[first];
}

static bool is_completed(const struct json_want *got)
{
	return json_want_is(&got[GOT_STATUS], "COMPLETED") ||
	       json_want_is(&got[GOT_STATUS], "PARTIALLY_REFUNDED") ||
	       json_want_is(&got[GOT_STATUS], "REFUNDED") ||
	       json_want_is(&got[GOT_STATE], "completed") ||
	       json_want_is(&got[GOT_STATE], "partially_refunded") ||
	       json_want_is(&got[GOT_STATE], "refunded");
}

static bool amount_set(struct movement *movement, const struct json_want *value,
		       const struct json_want *currency)
{
	struct cents cents = CENTS_ZERO;
	bool is_read = hook_amount_of_decimal(value, &cents);

	return movement_set_amount(movement, is_read, cents, currency);
}

static enum err fee_put(const struct movement *donation, const struct json_want *got,
			struct movements *movements, struct fault *fault)
{
	const struct json_want *value = either(got, GOT_FEE_VALUE, GOT_SALE_FEE_VALUE);
	struct movement fee = *donation;
	struct cents cents = CENTS_ZERO;

	if (json_want_is_void(value) ||
	    (hook_amount_of_decimal(value, &cents) && cents_is_zero(cents)))
		return ERR_OK;
	fee.kind = MOVEMENT_FEE;
	fee.amount = CENTS_ZERO;
	memcpy(fee.parent, donation->object, sizeof fee.parent);
	(void)amount_set(&fee, value, either(got, GOT_FEE_CODE, GOT_SALE_FEE_CURRENCY));
	return movements_put(movements, &fee, fault);
}

static enum err capture_read(struct movement *movement, const struct json_want *got,
			     struct movements *movements, struct fault *fault)
{
	enum err err;

	if (!is_completed(got)) {
		movements->ignored++;
		return ERR_OK;
	}
	if (!hook_date_of_want(&got[GOT_CREATED], &movement->date))
		movement_park(movement, "the payment has no date");
	else
		(void)amount_set(movement, either(got, GOT_VALUE, GOT_TOTAL),
				 either(got, GOT_CODE, GOT_CURRENCY));
	err = movements_put(movements, movement, fault);
	if (err || movement->state == MOVEMENT_PARKED)
		return err;
	return fee_put(movement, got, movements, fault);
}

/* ---- what a refund is of: the last name in the address of its link "up" ---- */

static enum err link_read(void *ctx, struct slice item, struct fault *fault)
{
	struct movement *movement = ctx;
	struct json_want want[] = { { .path = "rel" }, { .path = "href" } };
	void *texts = NULL;
	enum err err = json_pick(item, want, 2, &texts, fault);

	if (!err && json_want_is(&want[0], "up") && want[1].token == JSON_TOKEN_TEXT) {
		struct slice href = want[1].text, last = { NULL, 0 };

		while (hook_part_next(&href, '/', &last))
			;
		(void)hook_id_of_text(last, "", movement->parent);
	}
	free(texts);
	return err;
}

static enum err parent_set(struct movement *movement, const struct json_want *got,
			   struct fault *fault)
{
	enum err err = ERR_OK;

	movement->parent[0] = '\0';
	if (!json_want_is_void(&got[GOT_SALE_ID]))
		(void)hook_id_of_want(&got[GOT_SALE_ID], "", movement->parent);
	else if (got[GOT_LINKS].token == JSON_TOKEN_LIST)
		err = json_each(got[GOT_LINKS].text, HOOK_LIST_MAX, link_read, movement,
				fault);
	if (!err && movement->parent[0] == '\0')
		movement_park(movement, "the refund is of no payment that is known");
	return err;
}

static enum err refund_read(struct movement *movement, const struct json_want *got,
			    struct movements *movements, struct fault *fault)
{
	enum err err;

	if (!is_completed(got)) {
		movements->ignored++;
		return ERR_OK;
	}
	/* Where it says no day of its own, the event's stands. */
	(void)hook_date_of_want(&got[GOT_CREATED], &movement->date);
	err = parent_set(movement, got, fault);
	if (err)
		return err;
	if (movement->state != MOVEMENT_PARKED)
		(void)amount_set(movement, either(got, GOT_VALUE, GOT_TOTAL),
				 either(got, GOT_CODE, GOT_CURRENCY));
	/* A capture is reversed once, whoever tells it. */
	if (movement->kind == MOVEMENT_CHARGEBACK && movement->parent[0])
		memcpy(movement->object, movement->parent, sizeof movement->object);
	return movements_put(movements, movement, fault);
}

/* ---- disputes ---- */

static enum err disputed_read(void *ctx, struct slice item, struct fault *fault)
{
	struct movement *movement = ctx;
	struct json_want want = { .path = "seller_transaction_id" };
	void *texts = NULL;
	enum err err = json_pick(item, &want, 1, &texts, fault);

	if (!err && movement->parent[0])
		movement_park(movement, "the dispute is of more than one payment");
	else if (!err && !hook_id_of_want(&want, "", movement->parent))
		movement_park(movement, "the dispute is of no payment that is known");
	free(texts);
	return err;
}

static enum err dispute_read(struct movement *movement, const struct json_want *got,
			     struct movements *movements, struct fault *fault)
{
	const struct json_want *outcome = &got[GOT_OUTCOME];
	enum err err = ERR_OK;

	if (!json_want_is(&got[GOT_STATUS], "RESOLVED")) {
		movements->ignored++;
		return ERR_OK;
	}
	if (!json_want_is(outcome, "RESOLVED_BUYER_FAVOUR") &&
	    !json_want_is(outcome, "RESOLVED_WITH_PAYOUT")) {
		movement->kind = MOVEMENT_CHARGEBACK_REVERSED;
		movement->only_if_booked = true;
	}
	(void)hook_date_of_want(&got[GOT_UPDATED], &movement->date);
	if (got[GOT_DISPUTED].token == JSON_TOKEN_LIST)
		err = json_each(got[GOT_DISPUTED].text, HOOK_LIST_MAX, disputed_read,
				movement, fault);
	if (err)
		return err;
	if (movement->parent[0] == '\0')
		movement_park(movement, "the dispute is of no payment that is known");
	else
		memcpy(movement->object, movement->parent, sizeof movement->object);
	if (movement->state != MOVEMENT_PARKED)
		(void)amount_set(movement,
				 either(got, GOT_REFUNDED_VALUE, GOT_DISPUTE_VALUE),
				 either(got, GOT_REFUNDED_CODE, GOT_DISPUTE_CODE));
	return movements_put(movements, movement, fault);
}

static enum err got_read(const struct movement *wanted, const struct json_want *got,
			 struct movements *movements, struct fault *fault)
{
	struct movement movement = *wanted;
	bool is_dispute = strncmp(wanted->path, "/v1/customer/disputes/", 22) == 0;

	if (!json_want_is(&got[is_dispute ? GOT_DISPUTE_ID : GOT_ID], wanted->object))
		return fault_set(fault, ERR_INVALID,
				 "what was fetched is not what was asked for");
	movement_know(&movement);
	if (is_dispute)
		return dispute_read(&movement, got, movements, fault);
	return movement.kind == MOVEMENT_DONATION
		       ? capture_read(&movement, got, movements, fault)
		       : refund_read(&movement, got, movements, fault);
}

enum err paypal_read_fetched(const struct hook_endpoint *endpoint,
			     const struct movement *wanted, struct slice body,
			     struct movements *movements, struct fault *fault)
{
	struct json_want got[GOT_WANTS];
	void *texts = NULL;
	enum err err;

	if (strncmp(wanted->path, PAYPAL_TRANSACTIONS, strlen(PAYPAL_TRANSACTIONS)) == 0)
		return paypal_transaction_read(endpoint, wanted, body, movements, fault);
	memcpy(got, got_wants, sizeof got);
	err = json_pick(body, got, GOT_WANTS, &texts, fault);
	if (!err)
		err = got_read(wanted, got, movements, fault);
	free(texts);
	return err;
}
