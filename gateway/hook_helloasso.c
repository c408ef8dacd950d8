/*
 * hook_helloasso.c - HelloAsso: from where and how it notifies, and what its payments
 * tell.
 *
 * A partner's notifications carry x-ha-signature, the HMAC-SHA-256 of the body in
 * lower-case hexadecimal under the key's text. A plain association's carry nothing: such
 * an endpoint believes only the addresses that HelloAsso documents, and a secret that is
 * part of its own path. Neither is proof enough for money, so here a notification is a
 * hint, signed or not: the payment is always fetched, and only that is read.
 *
 * Of a paid checkout come two notifications, of the payment and of the order; the
 * payment's tells it all. amountTip is what the donor gives to HelloAsso: it is not ours,
 * and never part of an amount here. The foundation's part are the items' shares, and they
 * must come to the payment, with its tip or without.
 */
#include "gateway/hook.h"
#include "gateway/hook_mac.h"
#include "gateway/hook_read.h"
#include "gateway/hook_value.h"
#include "gateway/json_writer.h"
#include "keys/encoding.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const live_addresses[] = { "51.138.206.200", NULL };
static const char *const sandbox_addresses[] = { "4.233.135.234", NULL };

static enum err helloasso_check(const struct hook_endpoint *endpoint, struct fault *fault)
{
	if (endpoint->secret_count == 0 && endpoint->path_secret.n == 0)
		return fault_set(fault, ERR_USAGE,
				 "hook '%s' needs a partner's signature key, or a secret "
				 "in its path",
				 endpoint->name);
	return ERR_OK;
}

static bool address_is_one(const struct hook_endpoint *endpoint, const char *address)
{
	static const char mapped[] = "::ffff:"; /* IPv4 on a socket of both kinds */
	const char *const *known = endpoint->addresses;

	if (!known)
		known = endpoint->environment == HOOK_LIVE ? live_addresses
							   : sandbox_addresses;
	if (strncmp(address, mapped, sizeof mapped - 1) == 0)
		address += sizeof mapped - 1;
	for (; *known; known++)
		if (strcmp(*known, address) == 0)
			return true;
	return false;
}

static enum err helloasso_verify(const struct hook_endpoint *endpoint,
				 const struct hook_request *request, int64_t now_s,
				 struct fault *fault)
{
	struct slice line;
	enum err err;

	(void)now_s;
	if (endpoint->secret_count == 0) {
		if (endpoint->path_secret.n == 0 ||
		    !address_is_one(endpoint, request->address))
			return fault_set(fault, ERR_UNKNOWN,
					 "the delivery comes from no address of "
					 "HelloAsso's");
		return ERR_OK;
	}
	err = hook_header_one(request, "x-ha-signature", &line, fault);
	if (!err && !hook_mac_is_hex(endpoint, &request->body, 1, line))
		err = fault_set(fault, ERR_UNKNOWN,
				"the line x-ha-signature does not sign this body");
	return err;
}

/* ---- notifications ---- */

enum { NOTE_TYPE, NOTE_ID, NOTE_WANTS };

static enum err payment_note(const struct json_want *want, struct movement *movement,
			     struct movements *movements, struct fault *fault)
{
	if (!hook_id_of_integer(&want[NOTE_ID], movement->object))
		return hook_put_parked(movement, "the payment has no id that is known",
				       movements, fault);
	movement_want(movement, "/v5/payments/%s", movement->object);
	return movements_put(movements, movement, fault);
}

static const struct hook_type types[] = {
	{ "Payment", MOVEMENT_DONATION, payment_note },
	{ "Order", 0, NULL },
	{ "Form", 0, NULL },
	{ "Organization", 0, NULL },
	{ NULL, 0, NULL },
};

static enum err helloasso_read(const struct hook_endpoint *endpoint, struct slice body,
			       struct movements *movements, struct fault *fault)
{
	struct json_want want[NOTE_WANTS] = {
		[NOTE_TYPE] = { .path = "eventType" },
		[NOTE_ID] = { .path = "data.id" },
	};
	const struct json_want none = { .token = JSON_TOKEN_END };
	void *texts = NULL;
	enum err err = json_pick(body, want, NOTE_WANTS, &texts, fault);

	(void)endpoint;
	if (!err)
		err = hook_read_type(types, &want[NOTE_TYPE], &none, want, movements,
				     fault);
	free(texts);
	return err;
}

/* ---- the payment that was fetched ---- */

enum {
	GOT_ID,
	GOT_STATE,
	GOT_AMOUNT,
	GOT_TIP,
	GOT_DATE,
	GOT_UPDATED,
	GOT_ITEMS,
	GOT_REFUNDS,
	GOT_CASH_STATE,
	GOT_CASH_ID,
	GOT_CASH_DATE,
	GOT_WANTS
};

/* There is one currency. */
static const struct json_want euro = { .token = JSON_TOKEN_TEXT,
				       .text = { (const uint8_t *)"EUR", 3 } };

struct shares {
	struct cents sum;
	bool is_odd;   /* a share is no amount */
	bool is_other; /* an item is not a donation */
};

/* A checkout of the foundation's own has items of type Payment. */
static bool item_is_donation(const struct json_want *type)
{
	return json_want_is(type, "Donation") || json_want_is(type, "MonthlyDonation") ||
	       json_want_is(type, "Payment");
}

static enum err share_read(void *ctx, struct slice item, struct fault *fault)
{
	struct shares *shares = ctx;
	struct json_want want[] = { { .path = "type" }, { .path = "shareAmount" } };
	struct cents cents;
	void *texts = NULL;
	enum err err = json_pick(item, want, 2, &texts, fault);

	if (!err &&
	    (!hook_amount_of_integer(&want[1], &cents) || cents_is_negative(cents) ||
	     cents_add(shares->sum, cents, &shares->sum) != ERR_OK))
		shares->is_odd = true;
	if (!err && !item_is_donation(&want[0]))
		shares->is_other = true;
	free(texts);
	return err;
}

/* The shares come to the payment, with its tip or without it. */
static bool shares_fit(const struct shares *shares, const struct json_want *got)
{
	struct cents amount, tip = CENTS_ZERO, without;

	if (shares->is_odd || !hook_amount_of_integer(&got[GOT_AMOUNT], &amount))
		return false;
	if (!json_want_is_void(&got[GOT_TIP]) &&
	    (!hook_amount_of_integer(&got[GOT_TIP], &tip) || cents_is_negative(tip)))
		return false;
	return cents_cmp(shares->sum, amount) == 0 ||
	       (cents_sub(amount, tip, &without) == ERR_OK &&
		cents_cmp(shares->sum, without) == 0);
}

static enum err donation_set(struct movement *movement, const struct json_want *got,
			     struct fault *fault)
{
	struct shares shares = { CENTS_ZERO, false, false };
	enum err err = ERR_OK;

	if (!hook_date_of_want(&got[GOT_DATE], &movement->date)) {
		movement_park(movement, "the payment has no date");
		return ERR_OK;
	}
	if (got[GOT_ITEMS].token == JSON_TOKEN_LIST)
		err = json_each(got[GOT_ITEMS].text, HOOK_LIST_MAX, share_read, &shares,
				fault);
	if (err)
		return err;
	if (!shares_fit(&shares, got))
		movement_park(movement, "the items' shares do not come to the payment");
	else if (shares.is_other)
		movement_park(movement, "the payment is not for donations alone");
	else
		(void)movement_set_amount(movement, true, shares.sum, &euro);
	return ERR_OK;
}

/* ---- refunds ---- */

struct refunds {
	const struct movement *donation;
	struct movements *movements;
};

enum { OP_ID, OP_AMOUNT, OP_TIP, OP_STATUS, OP_CREATED, OP_WANTS };

/* An operation gives back all of a donation, its tip counted in or not, or a part of it.
 */
static void refund_set(struct movement *refund, const struct movement *donation,
		       const struct json_want *op)
{
	struct cents amount = CENTS_ZERO, tip = CENTS_ZERO, ours;
	bool is_read = hook_amount_of_integer(&op[OP_AMOUNT], &amount);

	if (!json_want_is_void(&op[OP_TIP]))
		is_read = is_read && hook_amount_of_integer(&op[OP_TIP], &tip) &&
			  !cents_is_negative(tip);
	ours = amount;
	if (is_read && cents_is_positive(tip) &&
	    cents_cmp(amount, donation->amount) > 0 &&
	    cents_sub(amount, tip, &ours) != ERR_OK)
		is_read = false;
	if (!hook_id_of_integer(&op[OP_ID], refund->object))
		movement_park(refund, "the refund has no id that is known");
	else if (!hook_date_of_want(&op[OP_CREATED], &refund->date))
		movement_park(refund, "the refund has no date");
	else if (movement_set_amount(refund, is_read, ours, &euro) &&
		 cents_cmp(ours, donation->amount) > 0)
		movement_park(refund, "the refund is of more than the donation");
}

static enum err refund_read(void *ctx, struct slice item, struct fault *fault)
{
	struct refunds *refunds = ctx;
	struct movement refund = *refunds->donation;
	struct json_want op[OP_WANTS] = {
		[OP_ID] = { .path = "id" },
		[OP_AMOUNT] = { .path = "amount" },
		[OP_TIP] = { .path = "amountTip" },
		[OP_STATUS] = { .path = "status" },
		[OP_CREATED] = { .path = "meta.createdAt" },
	};
	void *texts = NULL;
	enum err err = json_pick(item, op, OP_WANTS, &texts, fault);

	if (!err && json_want_is(&op[OP_STATUS], "Processed")) {
		refund.kind = MOVEMENT_REFUND;
		refund.amount = CENTS_ZERO;
		memcpy(refund.parent, refunds->donation->object, sizeof refund.parent);
		refund_set(&refund, refunds->donation, op);
		err = movements_put(refunds->movements, &refund, fault);
	} else if (!err) {
		refunds->movements->ignored++;
	}
	free(texts);
	return err;
}

/* ---- what the payment's states tell ---- */

/* Contested is a chargeback, and authorised again is its end, where there was one. */
static enum err contest_put(const struct movement *donation, const struct json_want *got,
			    struct movements *movements, struct fault *fault)
{
	struct movement movement = *donation;

	memcpy(movement.parent, donation->object, sizeof movement.parent);
	if (json_want_is(&got[GOT_STATE], "Contested")) {
		movement.kind = MOVEMENT_CHARGEBACK;
	} else if (json_want_is(&got[GOT_STATE], "Authorized")) {
		movement.kind = MOVEMENT_CHARGEBACK_REVERSED;
		movement.only_if_booked = true;
	} else {
		return ERR_OK;
	}
	(void)hook_date_of_want(&got[GOT_UPDATED], &movement.date);
	return movements_put(movements, &movement, fault);
}

/* One transfer to the bank is of many payments: each is a movement, of the transfer. */
static enum err cash_put(const struct movement *donation, const struct json_want *got,
			 struct movements *movements, struct fault *fault)
{
	struct movement payout = *donation;

	payout.kind = MOVEMENT_PAYOUT;
	if (!hook_id_of_integer(&got[GOT_CASH_ID], payout.parent))
		movement_park(&payout,
			      "the transfer to the bank has no id that is known");
	else if (!hook_date_of_want(&got[GOT_CASH_DATE], &payout.date))
		movement_park(&payout, "the transfer to the bank has no date");
	return movements_put(movements, &payout, fault);
}

static enum err states_put(const struct movement *donation, const struct json_want *got,
			   struct movements *movements, struct fault *fault)
{
	struct refunds refunds = { donation, movements };
	size_t from = movements->count;
	enum err err = ERR_OK;

	if (got[GOT_REFUNDS].token == JSON_TOKEN_LIST)
		err = json_each(got[GOT_REFUNDS].text, HOOK_LIST_MAX, refund_read,
				&refunds, fault);
	if (!err && json_want_is(&got[GOT_STATE], "Refunded") &&
	    movements->count == from) {
		struct movement refund = *donation;

		refund.kind = MOVEMENT_REFUND;
		err = hook_put_parked(&refund, "the payment is refunded, by no operation",
				      movements, fault);
	}
	if (!err)
		err = contest_put(donation, got, movements, fault);
	if (!err && json_want_is(&got[GOT_CASH_STATE], "CashedOut"))
		err = cash_put(donation, got, movements, fault);
	return err;
}

static bool state_is_paid(const struct json_want *state)
{
	return json_want_is(state, "Authorized") || json_want_is(state, "Refunding") ||
	       json_want_is(state, "Refunded") || json_want_is(state, "Contested");
}

static enum err payment_read(const struct movement *wanted, const struct json_want *got,
			     struct movements *movements, struct fault *fault)
{
	struct movement donation = *wanted;
	char id[MOVEMENT_ID_CHARS_MAX + 1];
	enum err err;

	if (!hook_id_of_integer(&got[GOT_ID], id) || strcmp(id, wanted->object) != 0)
		return fault_set(fault, ERR_INVALID,
				 "what was fetched is not what was asked for");
	if (!state_is_paid(&got[GOT_STATE])) {
		movements->ignored++;
		return ERR_OK;
	}
	movement_know(&donation);
	err = donation_set(&donation, got, fault);
	if (!err)
		err = movements_put(movements, &donation, fault);
	if (err || donation.state == MOVEMENT_PARKED)
		return err;
	return states_put(&donation, got, movements, fault);
}

static enum err helloasso_read_fetched(const struct hook_endpoint *endpoint,
				       const struct movement *wanted, struct slice body,
				       struct movements *movements, struct fault *fault)
{
	struct json_want got[GOT_WANTS] = {
		[GOT_ID] = { .path = "id" },
		[GOT_STATE] = { .path = "state" },
		[GOT_AMOUNT] = { .path = "amount" },
		[GOT_TIP] = { .path = "amountTip" },
		[GOT_DATE] = { .path = "date" },
		[GOT_UPDATED] = { .path = "meta.updatedAt" },
		[GOT_ITEMS] = { .path = "items" },
		[GOT_REFUNDS] = { .path = "refundOperations" },
		[GOT_CASH_STATE] = { .path = "cashOutState" },
		[GOT_CASH_ID] = { .path = "idCashOut" },
		[GOT_CASH_DATE] = { .path = "cashOutDate" },
	};
	void *texts = NULL;
	enum err err = json_pick(body, got, GOT_WANTS, &texts, fault);

	(void)endpoint;
	if (!err)
		err = payment_read(wanted, got, movements, fault);
	free(texts);
	return err;
}

/* ---- the list of what has moved: the association's payments ---- */

static enum err helloasso_list_path(const struct hook_endpoint *endpoint,
				    struct date from, struct date until,
				    const char *cursor,
				    char ret_path[HOOK_LIST_PATH_CHARS_MAX + 1],
				    struct fault *fault)
{
	char slug[MOVEMENT_ID_CHARS_MAX + 1], first[DATE_TEXT_BYTES],
		end[DATE_TEXT_BYTES];
	struct date next;

	if (!endpoint->account ||
	    !hook_id_of_text(slice_of_text(endpoint->account), "", slug))
		return fault_set(fault, ERR_USAGE,
				 "hook '%s' needs the association's account",
				 endpoint->name);
	if (date_add_days(until, 1, &next) != ERR_OK)
		return fault_set(fault, ERR_INVALID, "these days cannot be listed");
	date_format(from, first);
	date_format(next, end);
	snprintf(ret_path, HOOK_LIST_PATH_CHARS_MAX + 1,
		 "/v5/organizations/%s/payments?from=%s&to=%s&pageSize=100%s%s", slug,
		 first, end, cursor[0] ? "&continuationToken=" : "", cursor);
	return ERR_OK;
}

struct page {
	const struct hook_endpoint *endpoint;
	struct movements *movements;
	unsigned rows;
};

static enum err list_item_read(void *ctx, struct slice item, struct fault *fault)
{
	struct page *page = ctx;
	struct movement wanted = { .kind = MOVEMENT_DONATION };
	struct json_want id = { .path = "id" };
	void *texts = NULL;
	enum err err = json_pick(item, &id, 1, &texts, fault);

	page->rows++;
	if (!err && !hook_id_of_integer(&id, wanted.object))
		err = fault_set(fault, ERR_INVALID,
				"a payment in the list has no id that is known");
	if (!err)
		err = helloasso_read_fetched(page->endpoint, &wanted, item,
					     page->movements, fault);
	free(texts);
	return err;
}

/* A token is base64; what of it means something else in an address is escaped. */
static bool cursor_set(struct slice token, char ret_cursor[HOOK_CURSOR_CHARS_MAX + 1])
{
	size_t n = 0;

	for (size_t i = 0; i < token.n; i++) {
		uint8_t c = token.p[i];
		bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
				(c >= 'A' && c <= 'Z') || c == '-' || c == '_';

		if (n + 3 > HOOK_CURSOR_CHARS_MAX || c <= ' ' || c > '~')
			return false;
		if (is_plain)
			ret_cursor[n++] = (char)c;
		else
			n += (size_t)snprintf(ret_cursor + n, 4, "%%%02X", c);
	}
	ret_cursor[n] = '\0';
	return true;
}

/* After the last payment a token is still given, for a page without any. */
static enum err helloasso_read_list(const struct hook_endpoint *endpoint,
				    struct slice body, struct movements *movements,
				    char ret_cursor[HOOK_CURSOR_CHARS_MAX + 1],
				    struct fault *fault)
{
	struct json_want want[] = { { .path = "data" },
				    { .path = "pagination.continuationToken" } };
	struct page page = { endpoint, movements, 0 };
	void *texts = NULL;
	enum err err = json_pick(body, want, 2, &texts, fault);

	if (!err)
		err = json_each(want[0].text, HOOK_LIST_MAX, list_item_read, &page,
				fault);
	ret_cursor[0] = '\0';
	if (!err && page.rows > 0 && want[1].token == JSON_TOKEN_TEXT &&
	    !cursor_set(want[1].text, ret_cursor))
		err = fault_set(fault, ERR_INVALID,
				"the list does not say where its next page begins");
	free(texts);
	return err;
}

/* ---- telling again: the payment, of which all is read ---- */

static enum err helloasso_retell(const struct hook_endpoint *endpoint,
				 const struct movement *missed, struct slice fetched,
				 struct buffer *ret_body, struct fault *fault)
{
	const char *payment =
		missed->kind == MOVEMENT_REFUND ? missed->parent : missed->object;
	struct json_writer writer;
	uint64_t id;

	(void)endpoint;
	(void)fetched; /* the worker does that */
	if (decimal_parse(payment, strlen(payment), &id) != ERR_OK || id > INT64_MAX)
		return fault_set(fault, ERR_NOT_FOUND,
				 "no delivery tells a movement like this");
	json_writer_init(&writer, ret_body);
	json_put_object(&writer, NULL);
	json_put_text(&writer, "eventType", "Payment");
	json_put_object(&writer, "data");
	json_put_integer(&writer, "id", (int64_t)id);
	json_put_end(&writer);
	json_put_end(&writer);
	return json_writer_finish(&writer);
}

const struct hook_adapter hook_helloasso = {
	.name = "helloasso",
	.refused_status = 400,
	.done_status = 200,
	.api = { "https://api.helloasso.com", "https://api.helloasso-sandbox.com" },
	.oauth_path = "/oauth2/token",
	.check = helloasso_check,
	.verify = helloasso_verify,
	.read = helloasso_read,
	.read_fetched = helloasso_read_fetched,
	.list_path = helloasso_list_path,
	.read_list = helloasso_read_list,
	.lists_donations = true,
	.retell = helloasso_retell,
};
