/*
 * hook_stripe.c - Stripe: how it signs its events and what they tell.
 *
 * Stripe-Signature: t=SECONDS,v1=HEX[,v1=HEX...], where HEX is the HMAC-SHA-256, under
 * the whole text of the secret ("whsec_" included), of SECONDS "." BODY. The SDK takes
 * more than that (times of the future, "1700abc", the last of two times, a body without
 * its byte order mark); none of it is ever sent by Stripe, and none is taken here.
 *
 * Two events often tell one fact. A donation is told by its charge alone: the payment
 * intent, the checkout session and the invoice only repeat it. What was refunded is told
 * by the refund, for charge.refunded has only a total. A dispute moves money when its
 * funds are withdrawn or reinstated, not when it is opened or closed, and an inquiry
 * moves none; its balance transactions tell all that has happened, in whichever order the
 * events come. The fee is in no event: it stands on the charge's balance transaction,
 * which is fetched.
 */
#include "gateway/hook.h"
#include "gateway/hook_mac.h"
#include "gateway/hook_read.h"
#include "gateway/hook_stripe.h"
#include "gateway/hook_value.h"

#include <stdlib.h>

#define PARTS_MAX 32

/* ---- authenticity ---- */

static enum err refuse(struct fault *fault)
{
	return fault_set(fault, ERR_UNKNOWN,
			 "the line Stripe-Signature does not sign this body now");
}

/* The time, of which there must be one. */
static enum err time_find(struct slice line, struct slice *ret_time, struct fault *fault)
{
	struct slice part;
	unsigned parts = 0, times = 0;

	while (hook_part_next(&line, ',', &part)) {
		if (++parts > PARTS_MAX)
			return refuse(fault);
		if (part.n >= 2 && part.p[0] == 't' && part.p[1] == '=') {
			*ret_time = slice_of(part.p + 2, part.n - 2);
			times++;
		}
	}
	return times == 1 ? ERR_OK : refuse(fault);
}

static enum err stripe_verify(const struct hook_endpoint *endpoint,
			      const struct hook_request *request, int64_t now_s,
			      struct fault *fault)
{
	struct slice line, part, time = { NULL, 0 };
	struct slice parts[3];
	struct hook_macs macs;
	bool is_one = false;
	enum err err = hook_header_one(request, "Stripe-Signature", &line, fault);

	if (!err)
		err = time_find(line, &time, fault);
	if (!err && !hook_is_fresh(time, now_s))
		err = refuse(fault);
	if (err)
		return err;
	parts[0] = time;
	parts[1] = slice_of_text(".");
	parts[2] = request->body;
	hook_macs_make(endpoint, parts, 3, &macs);
	while (hook_part_next(&line, ',', &part))
		if (part.n > 3 && memcmp(part.p, "v1=", 3) == 0)
			is_one |= hook_macs_have(&macs, slice_of(part.p + 3, part.n - 3));
	return is_one ? ERR_OK : refuse(fault);
}

static enum err stripe_check(const struct hook_endpoint *endpoint, struct fault *fault)
{
	if (endpoint->secret_count == 0)
		return fault_set(
			fault, ERR_USAGE,
			"hook '%s' needs the endpoint's signing secret (whsec_...)",
			endpoint->name);
	return ERR_OK;
}

/* ---- what an event tells ---- */

enum {
	EVENT_ID,
	EVENT_OBJECT,
	EVENT_TYPE,
	EVENT_LIVE,
	EVENT_CREATED,
	OBJECT_ID,
	OBJECT_AMOUNT,
	OBJECT_CURRENCY,
	OBJECT_CREATED,
	OBJECT_STATUS,
	OBJECT_CAPTURED,
	OBJECT_AMOUNT_CAPTURED,
	OBJECT_CHARGE,
	OBJECT_TRANSACTION,
	OBJECT_TRANSACTIONS,
	OBJECT_ARRIVAL,
	EVENT_WANTS
};

static const struct json_want event_wants[EVENT_WANTS] = {
	[EVENT_ID] = { .path = "id" },
	[EVENT_OBJECT] = { .path = "object" },
	[EVENT_TYPE] = { .path = "type" },
	[EVENT_LIVE] = { .path = "livemode" },
	[EVENT_CREATED] = { .path = "created" },
	[OBJECT_ID] = { .path = "data.object.id" },
	[OBJECT_AMOUNT] = { .path = "data.object.amount" },
	[OBJECT_CURRENCY] = { .path = "data.object.currency" },
	[OBJECT_CREATED] = { .path = "data.object.created" },
	[OBJECT_STATUS] = { .path = "data.object.status" },
	[OBJECT_CAPTURED] = { .path = "data.object.captured" },
	[OBJECT_AMOUNT_CAPTURED] = { .path = "data.object.amount_captured" },
	[OBJECT_CHARGE] = { .path = "data.object.charge" },
	[OBJECT_TRANSACTION] = { .path = "data.object.balance_transaction" },
	[OBJECT_TRANSACTIONS] = { .path = "data.object.balance_transactions" },
	[OBJECT_ARRIVAL] = { .path = "data.object.arrival_date" },
};

/* What ids begin with: some bank debits have prefixes of their own. */
static const char *const CHARGES[] = { "ch_", "py_", NULL };
static const char *const REFUNDS[] = { "re_", "pyr_", NULL };
static const char *const DISPUTES[] = { "dp_", "du_", NULL };
static const char *const PAYOUTS[] = { "po_", NULL };
static const char *const MANDATES[] = { "mandate_", "sub_", NULL };

static bool id_read(const struct json_want *want, const char *const *prefixes,
		    char ret_id[MOVEMENT_ID_CHARS_MAX + 1])
{
	for (; *prefixes; prefixes++)
		if (hook_id_of_want(want, *prefixes, ret_id))
			return true;
	return false;
}

/* Sets object, date and amount; the movement is parked where one of them lacks. */
static bool object_set(struct movement *movement, const char *const *prefixes,
		       const struct json_want *want, const struct json_want *amount,
		       const struct json_want *date)
{
	struct cents cents = CENTS_ZERO;
	bool is_read;

	if (!id_read(&want[OBJECT_ID], prefixes, movement->object)) {
		movement_park(movement, "its object has no id that is known");
		return false;
	}
	if (!hook_date_of_want(date, &movement->date)) {
		movement_park(movement, "its object has no date");
		return false;
	}
	is_read = hook_amount_of_integer(amount, &cents);
	return movement_set_amount(movement, is_read, cents, &want[OBJECT_CURRENCY]);
}

/* The fee stands on the balance transaction, which a new charge may not have yet. */
static void fee_want(struct movement *fee, const struct json_want *transaction)
{
	char id[MOVEMENT_ID_CHARS_MAX + 1];

	if (hook_id_of_want(transaction, "txn_", id)) {
		memcpy(fee->object, id, sizeof id);
		movement_want(fee, "/v1/balance_transactions/%s", id);
	} else {
		movement_want(fee, "/v1/charges/%s", fee->parent);
	}
}

static enum err charge_read(const struct json_want *want, struct movement *movement,
			    struct movements *movements, struct fault *fault)
{
	const struct json_want *amount = json_want_is_void(&want[OBJECT_AMOUNT_CAPTURED])
						 ? &want[OBJECT_AMOUNT]
						 : &want[OBJECT_AMOUNT_CAPTURED];
	struct movement fee = *movement;
	bool is_set;
	enum err err;

	/* Reserved on a card and not taken: charge.captured tells when it is. */
	if (!json_want_is(&want[OBJECT_STATUS], "succeeded") ||
	    want[OBJECT_CAPTURED].token == JSON_TOKEN_FALSE) {
		movements->ignored++;
		return ERR_OK;
	}
	is_set = object_set(movement, CHARGES, want, amount, &want[OBJECT_CREATED]);
	err = movements_put(movements, movement, fault);
	if (err || !is_set)
		return err;
	fee.kind = MOVEMENT_FEE;
	fee.date = movement->date;
	memcpy(fee.parent, movement->object, sizeof fee.parent);
	fee_want(&fee, &want[OBJECT_TRANSACTION]);
	return movements_put(movements, &fee, fault);
}

/* Created, changed or failed: the refund's status is what counts. */
static enum err refund_read(const struct json_want *want, struct movement *movement,
			    struct movements *movements, struct fault *fault)
{
	const struct json_want *status = &want[OBJECT_STATUS];

	if (json_want_is(status, "failed") || json_want_is(status, "canceled")) {
		movement->kind = MOVEMENT_REFUND_FAILED;
		movement->only_if_booked = true;
	} else if (!json_want_is(status, "succeeded") &&
		   !json_want_is(status, "pending")) {
		movements->ignored++; /* waits for the donor's own account */
		return ERR_OK;
	}
	if (object_set(movement, REFUNDS, want, &want[OBJECT_AMOUNT],
		       &want[OBJECT_CREATED]) &&
	    !id_read(&want[OBJECT_CHARGE], CHARGES, movement->parent))
		movement_park(movement, "the refund is of no charge that is known");
	return movements_put(movements, movement, fault);
}

static enum err payout_read(const struct json_want *want, struct movement *movement,
			    struct movements *movements, struct fault *fault)
{
	movement->only_if_booked = movement->kind == MOVEMENT_PAYOUT_FAILED;
	(void)object_set(movement, PAYOUTS, want, &want[OBJECT_AMOUNT],
			 &want[OBJECT_ARRIVAL]);
	return movements_put(movements, movement, fault);
}

static enum err mandate_read(const struct json_want *want, struct movement *movement,
			     struct movements *movements, struct fault *fault)
{
	/* Of a mandate that was updated; a subscription that was deleted has ended. */
	if (json_want_is(&want[OBJECT_STATUS], "active") ||
	    json_want_is(&want[OBJECT_STATUS], "pending")) {
		movements->ignored++;
		return ERR_OK;
	}
	if (!id_read(&want[OBJECT_ID], MANDATES, movement->object))
		movement_park(movement, "its object has no id that is known");
	else if (!hook_date_of_want(&want[EVENT_CREATED], &movement->date))
		movement_park(movement, "the event has no date");
	return movements_put(movements, movement, fault);
}

/* ---- disputes ---- */

struct dispute {
	const struct movement
		*movement; /* has the dispute's id, the charge's and event's */
	struct movements *movements;
	unsigned transactions;
};

enum { TXN_ID, TXN_AMOUNT, TXN_FEE, TXN_CURRENCY, TXN_CREATED, TXN_WANTS };

static const struct json_want txn_wants[TXN_WANTS] = {
	[TXN_ID] = { .path = "id" },           [TXN_AMOUNT] = { .path = "amount" },
	[TXN_FEE] = { .path = "fee" },         [TXN_CURRENCY] = { .path = "currency" },
	[TXN_CREATED] = { .path = "created" },
};

/* What Stripe keeps for a balance transaction; nothing where that is zero. */
static enum err txn_fee_put(struct movement fee, const struct json_want *want,
			    struct movements *movements, struct fault *fault)
{
	struct cents cents = CENTS_ZERO;
	bool is_read = hook_amount_of_integer(&want[TXN_FEE], &cents);

	if (is_read && cents_is_zero(cents))
		return ERR_OK;
	fee.kind = MOVEMENT_FEE;
	movement_know(&fee);
	if (is_read && cents_is_negative(cents))
		movement_park(&fee, "the provider gives a fee back");
	else if (!hook_id_of_want(&want[TXN_ID], "txn_", fee.object))
		movement_park(&fee, "a balance transaction has no id that is known");
	else
		(void)movement_set_amount(&fee, is_read, cents, &want[TXN_CURRENCY]);
	return movements_put(movements, &fee, fault);
}

static enum err dispute_txn_put(struct dispute *dispute, const struct json_want *want,
				struct fault *fault)
{
	struct movement movement = *dispute->movement;
	struct cents cents = CENTS_ZERO;
	bool is_read = hook_amount_of_integer(&want[TXN_AMOUNT], &cents);
	enum err err;

	movement.kind = is_read && cents_is_positive(cents) ? MOVEMENT_CHARGEBACK_REVERSED
							    : MOVEMENT_CHARGEBACK;
	if (cents_is_negative(cents))
		cents = cents_neg(cents);
	if (!hook_date_of_want(&want[TXN_CREATED], &movement.date))
		movement_park(&movement, "a balance transaction has no date");
	else
		(void)movement_set_amount(&movement, is_read, cents, &want[TXN_CURRENCY]);
	err = movements_put(dispute->movements, &movement, fault);
	dispute->transactions++;
	if (err || movement.state == MOVEMENT_PARKED)
		return err;
	return txn_fee_put(movement, want, dispute->movements, fault);
}

static enum err dispute_txn_read(void *ctx, struct slice item, struct fault *fault)
{
	struct json_want want[TXN_WANTS];
	void *texts = NULL;
	enum err err;

	memcpy(want, txn_wants, sizeof want);
	err = json_pick(item, want, TXN_WANTS, &texts, fault);
	if (!err)
		err = dispute_txn_put(ctx, want, fault);
	free(texts);
	return err;
}

static bool tells(const struct movements *movements, size_t from, enum movement_kind kind)
{
	for (size_t i = from; i < movements->count; i++)
		if (movements->item[i].kind == kind)
			return true;
	return false;
}

static enum err dispute_read(const struct json_want *want, struct movement *movement,
			     struct movements *movements, struct fault *fault)
{
	struct dispute dispute = { movement, movements, 0 };
	size_t from = movements->count;
	enum err err;

	if (!id_read(&want[OBJECT_ID], DISPUTES, movement->object) ||
	    !id_read(&want[OBJECT_CHARGE], CHARGES, movement->parent))
		return hook_put_parked(movement, "the dispute or its charge has no id",
				       movements, fault);
	if (want[OBJECT_TRANSACTIONS].token != JSON_TOKEN_LIST)
		return hook_put_parked(movement, "the dispute lists no transactions",
				       movements, fault);
	err = json_each(want[OBJECT_TRANSACTIONS].text, HOOK_LIST_MAX, dispute_txn_read,
			&dispute, fault);
	if (!err && !tells(movements, from, movement->kind))
		return hook_put_parked(movement,
				       "the dispute's transactions do not show it",
				       movements, fault);
	return err;
}

static const struct hook_type types[] = {
	{ "charge.succeeded", MOVEMENT_DONATION, charge_read },
	{ "charge.captured", MOVEMENT_DONATION, charge_read },
	{ "refund.created", MOVEMENT_REFUND, refund_read },
	{ "refund.updated", MOVEMENT_REFUND, refund_read },
	{ "refund.failed", MOVEMENT_REFUND_FAILED, refund_read },
	{ "charge.refund.updated", MOVEMENT_REFUND, refund_read },
	{ "charge.dispute.funds_withdrawn", MOVEMENT_CHARGEBACK, dispute_read },
	{ "charge.dispute.funds_reinstated", MOVEMENT_CHARGEBACK_REVERSED, dispute_read },
	{ "payout.paid", MOVEMENT_PAYOUT, payout_read },
	{ "payout.failed", MOVEMENT_PAYOUT_FAILED, payout_read },
	{ "payout.canceled", MOVEMENT_PAYOUT_FAILED, payout_read },
	{ "mandate.updated", MOVEMENT_MANDATE_ENDED, mandate_read },
	{ "customer.subscription.deleted", MOVEMENT_MANDATE_ENDED, mandate_read },
	/* What these tell, another tells better. */
	{ "charge.refunded", 0, NULL },
	{ "charge.updated", 0, NULL },
	{ "charge.pending", 0, NULL },
	{ "charge.failed", 0, NULL },
	{ "charge.expired", 0, NULL },
	{ "charge.dispute.created", 0, NULL },
	{ "charge.dispute.updated", 0, NULL },
	{ "charge.dispute.closed", 0, NULL },
	{ "payment_intent.created", 0, NULL },
	{ "payment_intent.processing", 0, NULL },
	{ "payment_intent.succeeded", 0, NULL },
	{ "payment_intent.payment_failed", 0, NULL },
	{ "payment_intent.canceled", 0, NULL },
	{ "checkout.session.completed", 0, NULL },
	{ "checkout.session.expired", 0, NULL },
	{ "checkout.session.async_payment_succeeded", 0, NULL },
	{ "checkout.session.async_payment_failed", 0, NULL },
	{ "invoice.paid", 0, NULL },
	{ "invoice.payment_succeeded", 0, NULL },
	{ "invoice.payment_failed", 0, NULL },
	{ "customer.subscription.created", 0, NULL },
	{ "customer.subscription.updated", 0, NULL },
	{ "payout.created", 0, NULL },
	{ "payout.updated", 0, NULL },
	{ "payout.reconciliation_completed", 0, NULL },
	{ "balance.available", 0, NULL },
	{ NULL, 0, NULL },
};

static enum err event_read(const struct hook_endpoint *endpoint,
			   const struct json_want *want, struct movements *movements,
			   struct fault *fault)
{
	if (json_want_is(&want[EVENT_OBJECT], "v2.core.event"))
		return fault_set(fault, ERR_INVALID,
				 "a thin event (v2.core.event) tells no amount: have "
				 "snapshot events sent to this address");
	if (!json_want_is(&want[EVENT_OBJECT], "event"))
		return fault_set(fault, ERR_INVALID, "the body is no event of Stripe's");
	if (json_want_is_true(&want[EVENT_LIVE]) != (endpoint->environment == HOOK_LIVE))
		return fault_set(fault, ERR_INVALID,
				 "the event is of the other environment (livemode)");
	return hook_read_type(types, &want[EVENT_TYPE], &want[EVENT_ID], want, movements,
			      fault);
}

static enum err stripe_read(const struct hook_endpoint *endpoint, struct slice body,
			    struct movements *movements, struct fault *fault)
{
	struct json_want want[EVENT_WANTS];
	void *texts = NULL;
	enum err err;

	memcpy(want, event_wants, sizeof want);
	err = json_pick(body, want, EVENT_WANTS, &texts, fault);
	if (!err)
		err = event_read(endpoint, want, movements, fault);
	free(texts);
	return err;
}

/* ---- what was fetched: the charge until it has a balance transaction, then that ---- */

enum { GOT_OBJECT, GOT_ID, GOT_FEE, GOT_CURRENCY, GOT_TRANSACTION, GOT_WANTS };

static enum err charge_fetched(const struct movement *wanted, const struct json_want *got,
			       struct movements *movements, struct fault *fault)
{
	struct movement fee = *wanted;

	fee_want(&fee, &got[GOT_TRANSACTION]);
	if (fee.object[0] == '\0')
		fee.reason = "the charge has no balance transaction yet";
	return movements_put(movements, &fee, fault);
}

static enum err got_read(const struct movement *wanted, const struct json_want *got,
			 struct movements *movements, struct fault *fault)
{
	const char *id = wanted->object[0] ? wanted->object : wanted->parent;
	struct json_want txn[TXN_WANTS];

	if (!json_want_is(&got[GOT_ID], id))
		return fault_set(fault, ERR_INVALID,
				 "what was fetched is not what was asked for");
	if (json_want_is(&got[GOT_OBJECT], "charge"))
		return charge_fetched(wanted, got, movements, fault);
	if (!json_want_is(&got[GOT_OBJECT], "balance_transaction"))
		return fault_set(fault, ERR_INVALID,
				 "what was fetched is no balance transaction");
	memcpy(txn, txn_wants, sizeof txn);
	txn[TXN_ID] = got[GOT_ID];
	txn[TXN_FEE] = got[GOT_FEE];
	txn[TXN_CURRENCY] = got[GOT_CURRENCY];
	return txn_fee_put(*wanted, txn, movements, fault);
}

static enum err stripe_read_fetched(const struct hook_endpoint *endpoint,
				    const struct movement *wanted, struct slice body,
				    struct movements *movements, struct fault *fault)
{
	struct json_want got[GOT_WANTS] = {
		[GOT_OBJECT] = { .path = "object" },
		[GOT_ID] = { .path = "id" },
		[GOT_FEE] = { .path = "fee" },
		[GOT_CURRENCY] = { .path = "currency" },
		[GOT_TRANSACTION] = { .path = "balance_transaction" },
	};
	void *texts = NULL;
	enum err err = json_pick(body, got, GOT_WANTS, &texts, fault);

	(void)endpoint;
	if (!err)
		err = got_read(wanted, got, movements, fault);
	free(texts);
	return err;
}

const struct hook_adapter hook_stripe = {
	.name = "stripe",
	.refused_status = 400,
	.done_status = 200,
	.api = { "https://api.stripe.com", "https://api.stripe.com" },
	.check = stripe_check,
	.verify = stripe_verify,
	.read = stripe_read,
	.read_fetched = stripe_read_fetched,
	.list_path = stripe_list_path,
	.read_list = stripe_read_list,
	.retell_path = stripe_retell_path,
	.retell = stripe_retell,
};
