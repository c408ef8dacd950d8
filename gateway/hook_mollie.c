/*
 * hook_mollie.c - Mollie: its signed events, and the older call that is only an id.
 *
 * Next-gen: X-Mollie-Signature: sha256=HEX, the HMAC-SHA-256 of the body under the
 * secret's text. Bare digits are taken, too, and several lines, of which one must be
 * right: so Mollie's SDK does while a secret is replaced. A delivery without the line is
 * not "the older kind" here: an endpoint is of one kind.
 *
 * Classic: a form with id=tr_..., unsigned. It tells nothing and is believed in nothing
 * but that the payment is to be looked at; the same id comes each time that something has
 * changed. So nothing is told apart by the call: the payment is fetched with its
 * refunds and chargebacks, and each of these is a movement by its own id. Where the lists
 * lack, the totals do (is_cumulative).
 */
#include "gateway/hook.h"
#include "gateway/hook_mac.h"
#include "gateway/hook_mollie.h"
#include "gateway/hook_read.h"
#include "gateway/hook_value.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LINES_MAX      8
#define FORM_BYTES_MAX 1024
#define FORM_PARTS_MAX 16

/* ---- next-gen ---- */

static enum err mollie_check(const struct hook_endpoint *endpoint, struct fault *fault)
{
	if (endpoint->secret_count == 0)
		return fault_set(fault, ERR_USAGE,
				 "hook '%s' needs the webhook's signing secret",
				 endpoint->name);
	return ERR_OK;
}

static enum err mollie_verify(const struct hook_endpoint *endpoint,
			      const struct hook_request *request, int64_t now_s,
			      struct fault *fault)
{
	static const char prefix[] = "sha256=";
	const size_t prefix_n = sizeof prefix - 1;
	struct hook_macs macs;
	unsigned lines = 0;
	bool is_one = false;

	(void)now_s;
	hook_macs_make(endpoint, &request->body, 1, &macs);
	for (size_t i = 0; i < request->header_count; i++) {
		struct slice value = request->header[i].value;

		if (!hook_header_is(&request->header[i], "X-Mollie-Signature"))
			continue;
		if (++lines > LINES_MAX)
			return fault_set(fault, ERR_UNKNOWN,
					 "the head has more than %d lines "
					 "X-Mollie-Signature",
					 LINES_MAX);
		if (value.n > prefix_n && memcmp(value.p, prefix, prefix_n) == 0)
			value = slice_of(value.p + prefix_n, value.n - prefix_n);
		is_one |= hook_macs_have(&macs, value);
	}
	if (lines == 0)
		return fault_set(fault, ERR_UNKNOWN,
				 "the head has no line X-Mollie-Signature");
	return is_one ? ERR_OK
		      : fault_set(fault, ERR_UNKNOWN,
				  "no line X-Mollie-Signature signs this body");
}

enum { EVENT_RESOURCE, EVENT_ID, EVENT_TYPE, EVENT_ENTITY, EVENT_CREATED, EVENT_WANTS };

static enum err entity_want(const struct json_want *want, const char *const *prefixes,
			    const char *format, struct movement *movement,
			    struct movements *movements, struct fault *fault)
{
	return hook_put_wanted(movement, &want[EVENT_ENTITY], prefixes,
			       "the event's entity has no id that is known",
			       &want[EVENT_CREATED], format, movements, fault);
}

static enum err payment_event(const struct json_want *want, struct movement *movement,
			      struct movements *movements, struct fault *fault)
{
	static const char *const prefixes[] = { "tr_", NULL };

	return entity_want(want, prefixes, "/v2/payments/%s?embed=refunds,chargebacks",
			   movement, movements, fault);
}

/* There is no address of a refund that does not name its payment, which the event does
 * not tell; a list that begins with it does. */
static enum err refund_event(const struct json_want *want, struct movement *movement,
			     struct movements *movements, struct fault *fault)
{
	static const char *const prefixes[] = { "re_", NULL };

	movement->only_if_booked = movement->kind == MOVEMENT_REFUND_FAILED;
	return entity_want(want, prefixes, "/v2/refunds?from=%s&limit=1", movement,
			   movements, fault);
}

static enum err chargeback_event(const struct json_want *want, struct movement *movement,
				 struct movements *movements, struct fault *fault)
{
	static const char *const prefixes[] = { "chb_", NULL };

	return entity_want(want, prefixes, "/v2/chargebacks?from=%s&limit=1", movement,
			   movements, fault);
}

static enum err fee_event(const struct json_want *want, struct movement *movement,
			  struct movements *movements, struct fault *fault)
{
	static const char *const prefixes[] = { "baltr_", NULL };

	return entity_want(want, prefixes,
			   "/v2/balances/primary/transactions?from=%s&limit=1", movement,
			   movements, fault);
}

static enum err payout_event(const struct json_want *want, struct movement *movement,
			     struct movements *movements, struct fault *fault)
{
	static const char *const prefixes[] = { "po_", "payout_", NULL };

	movement->only_if_booked = movement->kind == MOVEMENT_PAYOUT_FAILED;
	return entity_want(want, prefixes, "/v2/payouts/%s", movement, movements, fault);
}

static const struct hook_type types[] = {
	{ "payment.paid", MOVEMENT_DONATION, payment_event },
	{ "payment.failed", 0, NULL },
	{ "payment.authorized", 0, NULL },
	{ "payment.canceled", 0, NULL },
	{ "payment.expired", 0, NULL },
	{ "payment.pending", 0, NULL },
	{ "refund.refunded", MOVEMENT_REFUND, refund_event },
	{ "refund.failed", MOVEMENT_REFUND_FAILED, refund_event },
	{ "refund.canceled", MOVEMENT_REFUND_FAILED, refund_event },
	{ "refund.queued", 0, NULL },
	{ "refund.pending", 0, NULL },
	{ "refund.processing", 0, NULL },
	{ "chargeback.received", MOVEMENT_CHARGEBACK, chargeback_event },
	{ "chargeback.reversed", MOVEMENT_CHARGEBACK_REVERSED, chargeback_event },
	{ "balance-transaction.created", MOVEMENT_FEE, fee_event },
	{ "payout.completed", MOVEMENT_PAYOUT, payout_event },
	{ "payout.failed", MOVEMENT_PAYOUT_FAILED, payout_event },
	{ "payout.canceled", MOVEMENT_PAYOUT_FAILED, payout_event },
	{ "payout.initiated", 0, NULL },
	{ "payout.processing-at-bank", 0, NULL },
	{ "payment-link.paid", 0, NULL }, /* its payment tells, too */
	{ NULL, 0, NULL },
};

static enum err mollie_read(const struct hook_endpoint *endpoint, struct slice body,
			    struct movements *movements, struct fault *fault)
{
	struct json_want want[EVENT_WANTS] = {
		[EVENT_RESOURCE] = { .path = "resource" },
		[EVENT_ID] = { .path = "id" },
		[EVENT_TYPE] = { .path = "type" },
		[EVENT_ENTITY] = { .path = "entityId" },
		[EVENT_CREATED] = { .path = "createdAt" },
	};
	void *texts = NULL;
	enum err err = json_pick(body, want, EVENT_WANTS, &texts, fault);

	(void)endpoint;
	if (!err && !json_want_is(&want[EVENT_RESOURCE], "event"))
		err = fault_set(fault, ERR_INVALID, "the body is no event of Mollie's");
	if (!err)
		err = hook_read_type(types, &want[EVENT_TYPE], &want[EVENT_ID], want,
				     movements, fault);
	free(texts);
	return err;
}

/* ---- classic ---- */

static enum err classic_check(const struct hook_endpoint *endpoint, struct fault *fault)
{
	(void)endpoint;
	(void)fault;
	return ERR_OK; /* nothing that comes is believed */
}

static int hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A form's value, decoded; false where it is longer than an id or broken. */
static bool form_decode(struct slice value, char text[MOVEMENT_ID_CHARS_MAX + 1],
			size_t *ret_n)
{
	size_t n = 0;

	for (size_t i = 0; i < value.n; i++) {
		uint8_t c = value.p[i];

		if (n == MOVEMENT_ID_CHARS_MAX)
			return false;
		if (c == '%') {
			int high = i + 2 < value.n ? hex_value(value.p[i + 1]) : -1;
			int low = i + 2 < value.n ? hex_value(value.p[i + 2]) : -1;

			if (high < 0 || low < 0)
				return false;
			c = (uint8_t)(high << 4 | low);
			i += 2;
		}
		text[n++] = (char)c;
	}
	text[n] = '\0';
	*ret_n = n;
	return true;
}

/* The payment's id: the one field "id", which is fit for a path. */
static enum err form_read(struct slice body, char ret_id[MOVEMENT_ID_CHARS_MAX + 1],
			  struct fault *fault)
{
	struct slice part;
	unsigned parts = 0, ids = 0;
	bool is_id = false;

	if (body.n > FORM_BYTES_MAX)
		return fault_set(fault, ERR_INVALID, "the form has more than %d bytes",
				 FORM_BYTES_MAX);
	while (hook_part_next(&body, '&', &part)) {
		char text[MOVEMENT_ID_CHARS_MAX + 1];
		size_t n;

		if (++parts > FORM_PARTS_MAX)
			return fault_set(fault, ERR_INVALID,
					 "the form has more than %d fields",
					 FORM_PARTS_MAX);
		if (part.n < 3 || memcmp(part.p, "id=", 3) != 0)
			continue;
		ids++;
		is_id = form_decode(slice_of(part.p + 3, part.n - 3), text, &n) &&
			hook_id_of_text(slice_of(text, n), "tr_", ret_id);
	}
	if (ids != 1 || !is_id)
		return fault_set(fault, ERR_INVALID,
				 "the form has not one id of a payment");
	return ERR_OK;
}

static bool is_form(struct slice value)
{
	struct slice media;

	if (!hook_part_next(&value, ';', &media))
		return false;
	while (media.n > 0 && media.p[media.n - 1] == ' ')
		media.n--;
	return media.n == strlen("application/x-www-form-urlencoded") &&
	       strncasecmp((const char *)media.p, "application/x-www-form-urlencoded",
			   media.n) == 0;
}

static enum err classic_verify(const struct hook_endpoint *endpoint,
			       const struct hook_request *request, int64_t now_s,
			       struct fault *fault)
{
	char id[MOVEMENT_ID_CHARS_MAX + 1];
	struct slice media;
	enum err err = hook_header_one(request, "Content-Type", &media, fault);

	(void)endpoint;
	(void)now_s;
	if (!err && !is_form(media))
		err = fault_set(fault, ERR_INVALID, "the body is no form");
	return err ? err : form_read(request->body, id, fault);
}

static enum err classic_read(const struct hook_endpoint *endpoint, struct slice body,
			     struct movements *movements, struct fault *fault)
{
	struct movement movement = { .kind = MOVEMENT_DONATION };
	enum err err = form_read(body, movement.object, fault);

	(void)endpoint;
	if (err)
		return err;
	movement_want(&movement, "/v2/payments/%s?embed=refunds,chargebacks",
		      movement.object);
	return movements_put(movements, &movement, fault);
}

static enum err mollie_read_fetched(const struct hook_endpoint *endpoint,
				    const struct movement *wanted, struct slice body,
				    struct movements *movements, struct fault *fault)
{
	return mollie_object_read(endpoint, wanted, body, movements, fault);
}

const struct hook_adapter hook_mollie = {
	.name = "mollie",
	.refused_status = 400,
	.done_status = 200,
	.api = { "https://api.mollie.com", "https://api.mollie.com" },
	.check = mollie_check,
	.verify = mollie_verify,
	.read = mollie_read,
	.read_fetched = mollie_read_fetched,
	.list_path = mollie_list_path,
	.read_list = mollie_read_list,
	.retell = mollie_retell,
};

const struct hook_adapter hook_mollie_classic = {
	.name = "mollie-classic",
	.refused_status = 400,
	.done_status = 200,
	.api = { "https://api.mollie.com", "https://api.mollie.com" },
	.sends_hints = true,
	.check = classic_check,
	.verify = classic_verify,
	.read = classic_read,
	.read_fetched = mollie_read_fetched,
	.list_path = mollie_list_path,
	.read_list = mollie_read_list,
	.retell = mollie_classic_retell,
};
