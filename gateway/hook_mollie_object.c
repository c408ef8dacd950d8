/*
 * hook_mollie_object.c - what Mollie's objects tell.
 *
 * Amounts are decimal texts: of two places, and in a settlement's rows of four. What a
 * settlement kept is the difference between its rows and itself, in whole cents, and the
 * rows of its costs must come to that but for a part of a cent.
 */
#include <stdlib.h>
#include <string.h>

#include "gateway/hook_mollie.h"
#include "gateway/hook_read.h"
#include "gateway/hook_value.h"

enum {
	GOT_RESOURCE,
	GOT_ID,
	GOT_MODE,
	GOT_STATUS,
	GOT_VALUE,
	GOT_CURRENCY,
	GOT_CREATED,
	GOT_PAID,
	GOT_SETTLED,
	GOT_REVERSED,
	GOT_PAYMENT,
	GOT_CONTEXT_PAYMENT,
	GOT_CONTEXT_INNER,
	GOT_REFUNDED_VALUE,
	GOT_REFUNDED_CURRENCY,
	GOT_CHARGED_VALUE,
	GOT_CHARGED_CURRENCY,
	GOT_DEDUCTED_VALUE,
	GOT_DEDUCTED_CURRENCY,
	GOT_REFUNDS,
	GOT_CHARGEBACKS,
	GOT_TRANSACTIONS,
	GOT_PERIODS,
	GOT_WANTS
};

static const struct json_want got_wants[GOT_WANTS] = {
	[GOT_RESOURCE] = { .path = "resource" },
	[GOT_ID] = { .path = "id" },
	[GOT_MODE] = { .path = "mode" },
	[GOT_STATUS] = { .path = "status" },
	[GOT_VALUE] = { .path = "amount.value" },
	[GOT_CURRENCY] = { .path = "amount.currency" },
	[GOT_CREATED] = { .path = "createdAt" },
	[GOT_PAID] = { .path = "paidAt" },
	[GOT_SETTLED] = { .path = "settledAt" },
	[GOT_REVERSED] = { .path = "reversedAt" },
	[GOT_PAYMENT] = { .path = "paymentId" },
	[GOT_CONTEXT_PAYMENT] = { .path = "context.paymentId" },
	[GOT_CONTEXT_INNER] = { .path = "context.payment.paymentId" },
	[GOT_REFUNDED_VALUE] = { .path = "amountRefunded.value" },
	[GOT_REFUNDED_CURRENCY] = { .path = "amountRefunded.currency" },
	[GOT_CHARGED_VALUE] = { .path = "amountChargedBack.value" },
	[GOT_CHARGED_CURRENCY] = { .path = "amountChargedBack.currency" },
	[GOT_DEDUCTED_VALUE] = { .path = "deductions.value" },
	[GOT_DEDUCTED_CURRENCY] = { .path = "deductions.currency" },
	[GOT_REFUNDS] = { .path = "_embedded.refunds" },
	[GOT_CHARGEBACKS] = { .path = "_embedded.chargebacks" },
	[GOT_TRANSACTIONS] = { .path = "_embedded.balance_transactions" },
	[GOT_PERIODS] = { .path = "periods" },
};

/* An object, and what it was fetched for. */
struct got {
	const struct hook_endpoint *endpoint;
	const struct movement *wanted;
	const char *only; /* of a list: the id of the one that is meant; NULL: all */
	struct movements *movements;
	struct json_want want[GOT_WANTS];
};

typedef enum err got_fn(struct got *got, struct fault *fault);

/* A movement of this object, dated by the first of two that is there. */
static struct movement movement_of(const struct got *got, enum movement_kind kind,
				   const char *prefix, size_t date, size_t else_date)
{
	struct movement movement = { .kind = kind, .state = MOVEMENT_KNOWN };
	const struct json_want *mode = &got->want[GOT_MODE];
	const char *ours = got->endpoint->environment == HOOK_LIVE ? "live" : "test";

	memcpy(movement.event, got->wanted->event, sizeof movement.event);
	if (!hook_id_of_want(&got->want[GOT_ID], prefix, movement.object))
		movement_park(&movement, "its object has no id that is known");
	else if (!hook_date_of_want(&got->want[date], &movement.date) &&
		 !hook_date_of_want(&got->want[else_date], &movement.date))
		movement_park(&movement, "its object has no date");
	else if (!json_want_is_void(mode) && !json_want_is(mode, ours))
		movement_park(&movement, "it is of the other environment (mode)");
	return movement;
}

/* Sets the amount, unless the movement is parked already, and puts it. */
static enum err got_put(struct got *got, struct movement *movement, size_t value,
			size_t currency, struct fault *fault)
{
	struct cents cents = CENTS_ZERO;
	bool is_read = hook_amount_of_decimal(&got->want[value], &cents);

	if (movement->state != MOVEMENT_PARKED)
		(void)movement_set_amount(movement, is_read, cents, &got->want[currency]);
	return movements_put(got->movements, movement, fault);
}

/* ---- refunds and chargebacks ---- */

static void parent_set(const struct got *got, struct movement *movement)
{
	if (!hook_id_of_want(&got->want[GOT_PAYMENT], "tr_", movement->parent) &&
	    movement->state != MOVEMENT_PARKED)
		movement_park(movement, "it is of no payment that is known");
}

static enum err refund_read(struct got *got, struct fault *fault)
{
	const struct json_want *status = &got->want[GOT_STATUS];
	bool is_failed =
		json_want_is(status, "failed") || json_want_is(status, "canceled");
	struct movement movement;

	if (!is_failed && !json_want_is(status, "refunded")) {
		got->movements->ignored++;
		return ERR_OK;
	}
	movement = movement_of(got, is_failed ? MOVEMENT_REFUND_FAILED : MOVEMENT_REFUND,
			       "re_", GOT_CREATED, GOT_CREATED);
	movement.only_if_booked = is_failed;
	parent_set(got, &movement);
	return got_put(got, &movement, GOT_VALUE, GOT_CURRENCY, fault);
}

static enum err chargeback_read(struct got *got, struct fault *fault)
{
	struct movement movement =
		movement_of(got, MOVEMENT_CHARGEBACK, "chb_", GOT_CREATED, GOT_CREATED);
	enum err err;

	parent_set(got, &movement);
	err = got_put(got, &movement, GOT_VALUE, GOT_CURRENCY, fault);
	if (err || json_want_is_void(&got->want[GOT_REVERSED]))
		return err;
	movement = movement_of(got, MOVEMENT_CHARGEBACK_REVERSED, "chb_", GOT_REVERSED,
			       GOT_CREATED);
	parent_set(got, &movement);
	return got_put(got, &movement, GOT_VALUE, GOT_CURRENCY, fault);
}

/* ---- fees, payouts ---- */

static enum err transaction_read(struct got *got, struct fault *fault)
{
	struct movement fee =
		movement_of(got, MOVEMENT_FEE, "baltr_", GOT_CREATED, GOT_CREATED);
	struct cents cents = CENTS_ZERO;
	bool is_read = hook_amount_of_decimal(&got->want[GOT_DEDUCTED_VALUE], &cents);

	if (json_want_is_void(&got->want[GOT_DEDUCTED_VALUE]) ||
	    (is_read && cents_is_zero(cents))) {
		got->movements->ignored++;
		return ERR_OK;
	}
	(void)(hook_id_of_want(&got->want[GOT_CONTEXT_PAYMENT], "tr_", fee.parent) ||
	       hook_id_of_want(&got->want[GOT_CONTEXT_INNER], "tr_", fee.parent));
	if (fee.state != MOVEMENT_PARKED && is_read && cents_is_positive(cents))
		movement_park(&fee, "the provider gives a fee back");
	if (fee.state != MOVEMENT_PARKED)
		(void)movement_set_amount(&fee, is_read, cents_neg(cents),
					  &got->want[GOT_DEDUCTED_CURRENCY]);
	return movements_put(got->movements, &fee, fault);
}

static enum err payout_read(struct got *got, struct fault *fault)
{
	const struct json_want *status = &got->want[GOT_STATUS];
	bool is_failed =
		json_want_is(status, "failed") || json_want_is(status, "canceled");
	struct movement movement;

	if (!is_failed && !json_want_is(status, "completed")) {
		got->movements->ignored++;
		return ERR_OK;
	}
	movement = movement_of(got, is_failed ? MOVEMENT_PAYOUT_FAILED : MOVEMENT_PAYOUT,
			       "p", GOT_CREATED, GOT_CREATED);
	movement.only_if_booked = is_failed;
	return got_put(got, &movement, GOT_VALUE, GOT_CURRENCY, fault);
}

/* ---- settlements: rows of ten-thousandths of euros ---- */

struct rows {
	int64_t revenue;
	int64_t costs;
	bool is_odd;
};

struct rows_of {
	struct rows *rows;
	int64_t *sum;
};

static enum err row_read(void *ctx, struct slice item, struct fault *fault)
{
	struct rows_of *of = ctx;
	struct json_want want[] = { { .path = "amountGross.value" },
				    { .path = "amountGross.currency" } };
	void *texts = NULL;
	int64_t n;
	enum err err = json_pick(item, want, 2, &texts, fault);

	if (!err && (want[0].token != JSON_TOKEN_TEXT || !json_want_is(&want[1], "EUR") ||
		     !hook_decimal_parse(want[0].text, 4, &n) ||
		     __builtin_add_overflow(*of->sum, n, of->sum)))
		of->rows->is_odd = true;
	free(texts);
	return err;
}

/* A month's rows: the token of its object was read. */
static enum err month_read(struct json_reader *reader, struct rows *rows,
			   struct fault *fault)
{
	const uint8_t *start = json_reader_place(reader).at - 1;
	struct json_want want[] = { { .path = "revenue" }, { .path = "costs" } };
	struct rows_of of = { rows, &rows->revenue };
	void *texts = NULL;
	enum err err = json_reader_skip(reader, JSON_TOKEN_OBJECT, fault);

	if (!err)
		err = json_pick(
			slice_of(start, (size_t)(json_reader_place(reader).at - start)),
			want, 2, &texts, fault);
	if (!err && !json_want_is_void(&want[0]))
		err = json_each(want[0].text, HOOK_LIST_MAX, row_read, &of, fault);
	of.sum = &rows->costs;
	if (!err && !json_want_is_void(&want[1]))
		err = json_each(want[1].text, HOOK_LIST_MAX, row_read, &of, fault);
	free(texts);
	return err;
}

/* {"2024":{"04":{...},"05":{...}}}: the names are of no interest. */
static enum err periods_read(struct slice periods, struct rows *rows, struct fault *fault)
{
	struct json_reader reader;
	enum json_token token;
	unsigned depth = 0;
	enum err err = ERR_OK;

	json_reader_init(&reader, periods);
	while (!err) {
		err = json_reader_next(&reader, &token, fault);
		if (err || token == JSON_TOKEN_END)
			break;
		if (token == JSON_TOKEN_OBJECT && depth == 2)
			err = month_read(&reader, rows, fault);
		else if (token == JSON_TOKEN_OBJECT)
			depth++;
		else if (token == JSON_TOKEN_OBJECT_END)
			depth--;
		else if (token != JSON_TOKEN_NAME)
			err = fault_set(fault, ERR_INVALID,
					"a settlement's periods are no objects");
	}
	json_reader_release(&reader);
	return err;
}

static enum err settlement_fee_put(struct got *got, const struct movement *payout,
				   const struct rows *rows, struct fault *fault)
{
	struct movement fee = *payout;
	int64_t payout_parts = 100 * cents_value(payout->amount), kept, rest;
	struct cents cents = CENTS_ZERO;

	fee.kind = MOVEMENT_FEE;
	fee.amount = CENTS_ZERO;
	if (rows->is_odd || __builtin_sub_overflow(rows->revenue, payout_parts, &kept) ||
	    __builtin_sub_overflow(kept, rows->costs, &rest) || rest <= -100 ||
	    rest >= 100 || kept < 0 || kept % 100 != 0 ||
	    cents_from_outside(kept / 100, &cents) != ERR_OK) {
		movement_park(&fee, "the settlement's rows do not come to its amount");
	} else if (cents_is_zero(cents)) {
		return ERR_OK;
	} else {
		fee.amount = cents;
	}
	return movements_put(got->movements, &fee, fault);
}

static enum err settlement_read(struct got *got, struct fault *fault)
{
	struct movement payout =
		movement_of(got, MOVEMENT_PAYOUT, "stl_", GOT_SETTLED, GOT_CREATED);
	struct rows rows = { 0, 0, false };
	enum err err;

	if (!json_want_is(&got->want[GOT_STATUS], "paidout")) {
		got->movements->ignored++;
		return ERR_OK;
	}
	err = got_put(got, &payout, GOT_VALUE, GOT_CURRENCY, fault);
	if (err)
		return err;
	payout = got->movements->item[got->movements->count - 1];
	if (payout.state == MOVEMENT_PARKED || json_want_is_void(&got->want[GOT_PERIODS]))
		return ERR_OK;
	err = periods_read(got->want[GOT_PERIODS].text, &rows, fault);
	return err ? err : settlement_fee_put(got, &payout, &rows, fault);
}

/* ---- payments ---- */

/* Each of a list, or the one that is meant. */
struct each {
	const struct got *got;
	got_fn *read;
	bool is_found;
};

static enum err each_read(void *ctx, struct slice item, struct fault *fault)
{
	struct each *each = ctx;
	struct got got = *each->got;
	void *texts = NULL;
	enum err err;

	memcpy(got.want, got_wants, sizeof got.want);
	err = json_pick(item, got.want, GOT_WANTS, &texts, fault);
	if (!err && (!got.only || json_want_is(&got.want[GOT_ID], got.only))) {
		each->is_found = true;
		err = each->read(&got, fault);
	}
	free(texts);
	return err;
}

/* All that was given back, where the list of what it was is not there. */
static enum err total_put(struct got *got, const struct movement *donation,
			  enum movement_kind kind, size_t value, size_t currency,
			  struct fault *fault)
{
	struct movement total = *donation;
	struct cents cents = CENTS_ZERO;

	if (json_want_is_void(&got->want[value]) ||
	    (hook_amount_of_decimal(&got->want[value], &cents) && cents_is_zero(cents)))
		return ERR_OK;
	total.kind = kind;
	total.is_cumulative = true;
	memcpy(total.parent, donation->object, sizeof total.parent);
	return got_put(got, &total, value, currency, fault);
}

static enum err given_back_put(struct got *got, const struct movement *donation,
			       struct fault *fault)
{
	const struct json_want *refunds = &got->want[GOT_REFUNDS];
	const struct json_want *chargebacks = &got->want[GOT_CHARGEBACKS];
	struct each each = { got, refund_read, false };
	enum err err;

	got->only = NULL;
	err = json_want_is_void(refunds)
		      ? total_put(got, donation, MOVEMENT_REFUND, GOT_REFUNDED_VALUE,
				  GOT_REFUNDED_CURRENCY, fault)
		      : json_each(refunds->text, HOOK_LIST_MAX, each_read, &each, fault);
	if (err)
		return err;
	each.read = chargeback_read;
	return json_want_is_void(chargebacks)
		       ? total_put(got, donation, MOVEMENT_CHARGEBACK, GOT_CHARGED_VALUE,
				   GOT_CHARGED_CURRENCY, fault)
		       : json_each(chargebacks->text, HOOK_LIST_MAX, each_read, &each,
				   fault);
}

static enum err payment_read(struct got *got, struct fault *fault)
{
	struct movement donation;
	enum err err;

	if (!json_want_is(&got->want[GOT_STATUS], "paid")) {
		got->movements->ignored++;
		return ERR_OK;
	}
	donation = movement_of(got, MOVEMENT_DONATION, "tr_", GOT_PAID, GOT_CREATED);
	err = got_put(got, &donation, GOT_VALUE, GOT_CURRENCY, fault);
	/* What was given back of a payment that is parked waits with it. */
	if (err || donation.state == MOVEMENT_PARKED)
		return err;
	return given_back_put(got, &donation, fault);
}

/* ---- any of them ---- */

static const struct {
	const char *resource;
	size_t list; /* where a list holds them; GOT_WANTS: nowhere */
	got_fn *read;
} objects[] = {
	{ "payment", GOT_WANTS, payment_read },
	{ "refund", GOT_REFUNDS, refund_read },
	{ "chargeback", GOT_CHARGEBACKS, chargeback_read },
	{ "balance_transaction", GOT_TRANSACTIONS, transaction_read },
	{ "balance-transaction", GOT_TRANSACTIONS, transaction_read },
	{ "payout", GOT_WANTS, payout_read },
	{ "settlement", GOT_WANTS, settlement_read },
};

static enum err not_wanted(struct fault *fault)
{
	return fault_set(fault, ERR_INVALID,
			 "what was fetched is not what was asked for");
}

static enum err list_read(struct got *got, size_t list, got_fn *read, struct fault *fault)
{
	struct each each = { got, read, false };
	enum err err =
		json_each(got->want[list].text, HOOK_LIST_MAX, each_read, &each, fault);

	return !err && !each.is_found ? not_wanted(fault) : err;
}

static enum err any_read(struct got *got, struct fault *fault)
{
	const struct json_want *want = got->want;
	bool is_object = !json_want_is_void(&want[GOT_RESOURCE]);

	for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
		size_t list = objects[i].list;

		if (is_object && json_want_is(&want[GOT_RESOURCE], objects[i].resource))
			return json_want_is(&want[GOT_ID], got->only)
				       ? objects[i].read(got, fault)
				       : not_wanted(fault);
		if (!is_object && list != GOT_WANTS && !json_want_is_void(&want[list]))
			return list_read(got, list, objects[i].read, fault);
	}
	return not_wanted(fault);
}

enum err mollie_object_read(const struct hook_endpoint *endpoint,
			    const struct movement *wanted, struct slice body,
			    struct movements *movements, struct fault *fault)
{
	struct got got = {
		.endpoint = endpoint,
		.wanted = wanted,
		.only = wanted->object,
		.movements = movements,
	};
	void *texts = NULL;
	enum err err;

	memcpy(got.want, got_wants, sizeof got.want);
	err = json_pick(body, got.want, GOT_WANTS, &texts, fault);
	if (!err)
		err = any_read(&got, fault);
	free(texts);
	return err;
}
