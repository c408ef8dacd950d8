/*
 * hook_standard.c - Standard Webhooks and Svix: the adapter for anybody else.
 *
 * webhook-id, webhook-timestamp and webhook-signature. Signed is ID "." SECONDS "." BODY.
 * The signature's line is a list of "VERSION,BASE64", with one space between: v1 is an
 * HMAC-SHA-256 under the bytes that follow "whsec_" in base64 (they are decoded: Stripe's
 * are not), v1a is Ed25519 under the public key of "whpk_". A secret is of one kind and
 *is never used as the other. Svix sends the same as svix-id and so on; an endpoint for it
 * takes either family, but not both in one delivery.
 *
 * What such a delivery may say is ours to define:
 *
 *	{"type": "donation.received",
 *	 "timestamp": "2027-01-15T07:59:58Z",
 *	 "data": {"id": "D-1", "parent": "", "amount": 2500, "currency": "EUR",
 *		  "date": "2027-01-15"}}
 *
 * type: donation.received, donation.failed, fee.charged, refund.paid, refund.failed,
 *	chargeback.received, chargeback.reversed, payout.paid, payout.failed,
 *mandate.ended. id: the sender's own name of what moved, 1 to 64 letters, digits, '_' or
 *'-'. What fails or is reversed has the id of what it undoes. parent: the donation's id;
 *of a refund and a chargeback always, of a fee where it is of one donation. amount:
 *cents, above zero; currency: "EUR". A mandate.ended has neither. date: the day in Paris,
 *or a moment; where it lacks, the timestamp's.
 */
#include "gateway/hook.h"
#include "gateway/hook_mac.h"
#include "gateway/hook_read.h"
#include "gateway/hook_value.h"

#include <stdlib.h>
#include <string.h>

#include "keys/buffer.h"
#include "keys/encoding.h"
#include "keys/sign.h"

#define KEY_BYTES_MIN    24
#define KEY_BYTES_MAX    64
#define ID_CHARS_MAX     128
#define ITEMS_MAX        32
#define ITEM_BYTES_MAX   SIGNATURE_BYTES
#define PARTS            5 /* ID "." SECONDS "." BODY */
#define PUBLIC_TRIES_MAX 8

/* ---- secrets ---- */

enum key_kind { KEY_NONE, KEY_MAC, KEY_PUBLIC };

struct key {
	enum key_kind kind;
	uint8_t bytes[KEY_BYTES_MAX];
	size_t n;
};

static bool prefix_take(struct slice *text, const char *prefix)
{
	size_t n = strlen(prefix);

	if (text->n < n || memcmp(text->p, prefix, n) != 0)
		return false;
	*text = slice_of(text->p + n, text->n - n);
	return true;
}

static struct key key_of_secret(struct slice secret)
{
	struct key key = { .kind = KEY_NONE };
	bool is_public = prefix_take(&secret, "whpk_");

	if (!is_public)
		(void)prefix_take(&secret, "whsec_");
	if (base64_decode((const char *)secret.p, secret.n, key.bytes, sizeof key.bytes,
			  &key.n) != ERR_OK)
		return key;
	if (is_public)
		key.kind = key.n == PUBLIC_KEY_BYTES && !public_key_weak(key.bytes)
				   ? KEY_PUBLIC
				   : KEY_NONE;
	else if (key.n >= KEY_BYTES_MIN)
		key.kind = KEY_MAC;
	return key;
}

static enum err standard_check(const struct hook_endpoint *endpoint, struct fault *fault)
{
	for (size_t i = 0; i < endpoint->secret_count; i++) {
		struct key key = key_of_secret(endpoint->secret[i]);
		enum key_kind kind = key.kind;

		bytes_wipe(&key, sizeof key);
		if (kind == KEY_NONE)
			return fault_set(
				fault, ERR_USAGE,
				"a secret of hook '%s' is neither whsec_ with 24 "
				"to 64 bytes in base64 nor whpk_ with a key",
				endpoint->name);
	}
	if (endpoint->secret_count == 0)
		return fault_set(fault, ERR_USAGE,
				 "hook '%s' needs a secret (whsec_... or whpk_...)",
				 endpoint->name);
	return ERR_OK;
}

/* ---- authenticity ---- */

struct signed_lines {
	struct slice id;
	struct slice time;
	struct slice signatures;
};

static bool id_is_good(struct slice id)
{
	if (id.n == 0 || id.n > ID_CHARS_MAX)
		return false;
	for (size_t i = 0; i < id.n; i++)
		if (id.p[i] <= ' ' || id.p[i] > '~' || id.p[i] == '.')
			return false;
	return true;
}

static enum err lines_read(const struct hook_request *request, const char *id,
			   const char *time, const char *signature,
			   struct signed_lines *ret_lines, struct fault *fault)
{
	enum err err = hook_header_one(request, id, &ret_lines->id, fault);

	if (!err)
		err = hook_header_one(request, time, &ret_lines->time, fault);
	if (!err)
		err = hook_header_one(request, signature, &ret_lines->signatures, fault);
	return err;
}

/* What is signed: in parts for a MAC, and, once it is needed, together for Ed25519. */
struct signed_text {
	struct slice parts[PARTS];
	struct buffer together;
	unsigned public_tries; /* each reads the whole text twice */
};

static enum err public_verify(const struct key *key, struct signed_text *text,
			      const uint8_t signature[SIGNATURE_BYTES])
{
	enum err err;

	if (text->public_tries++ == PUBLIC_TRIES_MAX)
		return ERR_UNKNOWN;
	for (size_t i = 0; text->public_tries == 1 && i < PARTS; i++)
		buffer_put_slice(&text->together, text->parts[i]);
	err = buffer_err(&text->together);
	if (!err)
		err = signature_verify(key->bytes, buffer_slice(&text->together),
				       signature);
	return err == ERR_CORRUPT || err == ERR_INVALID ? ERR_UNKNOWN : err;
}

/* ERR_OK, ERR_UNKNOWN, or ERR_MEMORY. mac is of this key, where it is for one. */
static enum err item_verify(const struct key *key, const struct hash *mac,
			    struct signed_text *text, struct slice item)
{
	const char *version = key->kind == KEY_MAC ? "v1," : "v1a,";
	size_t wanted = key->kind == KEY_MAC ? HASH_BYTES : SIGNATURE_BYTES;
	uint8_t bytes[ITEM_BYTES_MAX];
	size_t n = 0;

	if (key->kind == KEY_NONE || !prefix_take(&item, version) ||
	    base64_decode((const char *)item.p, item.n, bytes, sizeof bytes, &n) !=
		    ERR_OK ||
	    n != wanted)
		return ERR_UNKNOWN;
	if (key->kind == KEY_MAC)
		return bytes_equal_secret(mac->b, bytes, HASH_BYTES) ? ERR_OK
								     : ERR_UNKNOWN;
	return public_verify(key, text, bytes);
}

/* Every item under one secret. */
static enum err secret_verify(struct slice secret, struct signed_text *text,
			      struct slice items)
{
	struct key key = key_of_secret(secret);
	enum err found = ERR_UNKNOWN;
	struct hash mac = { { 0 } };
	struct slice item;
	unsigned n = 0;

	if (key.kind == KEY_MAC)
		mac = hook_mac(slice_of(key.bytes, key.n), text->parts, PARTS);
	while (n++ < ITEMS_MAX && hook_part_next(&items, ' ', &item)) {
		enum err err = item_verify(&key, &mac, text, item);

		if (err != ERR_UNKNOWN && found != ERR_OK)
			found = err;
	}
	bytes_wipe(&key, sizeof key);
	return found;
}

static enum err items_verify(const struct hook_endpoint *endpoint,
			     struct signed_text *text, struct slice items,
			     struct fault *fault)
{
	enum err found = ERR_UNKNOWN;

	for (size_t i = 0; i < endpoint->secret_count; i++) {
		enum err err = secret_verify(endpoint->secret[i], text, items);

		if (err != ERR_UNKNOWN && found != ERR_OK)
			found = err;
	}
	if (found == ERR_OK)
		return ERR_OK;
	return fault_set(fault, found,
			 found == ERR_MEMORY
				 ? "a signature: out of memory"
				 : "no signature in the head signs this body");
}

static enum err lines_verify(const struct hook_endpoint *endpoint,
			     const struct hook_request *request,
			     const struct signed_lines *lines, int64_t now_s,
			     struct fault *fault)
{
	struct slice dot = slice_of_text(".");
	struct signed_text text = {
		.parts = { lines->id, dot, lines->time, dot, request->body },
	};
	enum err err;

	if (!id_is_good(lines->id))
		return fault_set(fault, ERR_UNKNOWN,
				 "the delivery's id has not its form");
	if (!hook_is_fresh(lines->time, now_s))
		return fault_set(fault, ERR_UNKNOWN,
				 "the delivery's time is not within %d seconds of now",
				 HOOK_AGE_S);
	buffer_init(&text.together,
		    HOOK_BODY_BYTES_MAX + 2 * (size_t)HOOK_HEADER_CHARS_MAX + 2);
	err = items_verify(endpoint, &text, lines->signatures, fault);
	buffer_release(&text.together);
	return err;
}

static enum err standard_verify(const struct hook_endpoint *endpoint,
				const struct hook_request *request, int64_t now_s,
				struct fault *fault)
{
	struct signed_lines lines;
	enum err err = lines_read(request, "webhook-id", "webhook-timestamp",
				  "webhook-signature", &lines, fault);

	return err ? err : lines_verify(endpoint, request, &lines, now_s, fault);
}

static bool has_line(const struct hook_request *request, const char *prefix)
{
	for (size_t i = 0; i < request->header_count; i++) {
		struct hook_header header = request->header[i];

		if (header.name.n > strlen(prefix))
			header.name.n = strlen(prefix);
		if (hook_header_is(&header, prefix))
			return true;
	}
	return false;
}

static enum err svix_verify(const struct hook_endpoint *endpoint,
			    const struct hook_request *request, int64_t now_s,
			    struct fault *fault)
{
	struct signed_lines lines;
	enum err err;

	if (!has_line(request, "svix-"))
		return standard_verify(endpoint, request, now_s, fault);
	if (has_line(request, "webhook-"))
		return fault_set(fault, ERR_UNKNOWN,
				 "the head has lines svix- and lines webhook-");
	err = lines_read(request, "svix-id", "svix-timestamp", "svix-signature", &lines,
			 fault);
	return err ? err : lines_verify(endpoint, request, &lines, now_s, fault);
}

/* ---- what an event tells ---- */

enum {
	EVENT_TYPE,
	EVENT_TIME,
	DATA_ID,
	DATA_PARENT,
	DATA_AMOUNT,
	DATA_CURRENCY,
	DATA_DATE,
	EVENT_WANTS
};

static bool parent_read(const struct json_want *parent, struct movement *movement)
{
	bool is_needed = movement->kind == MOVEMENT_REFUND ||
			 movement->kind == MOVEMENT_CHARGEBACK;

	if (json_want_is_void(parent) || json_want_is(parent, ""))
		return !is_needed;
	return hook_id_of_want(parent, "", movement->parent);
}

static enum err data_read(const struct json_want *want, struct movement *movement,
			  struct movements *movements, struct fault *fault)
{
	const struct json_want *date = json_want_is_void(&want[DATA_DATE])
					       ? &want[EVENT_TIME]
					       : &want[DATA_DATE];
	struct cents cents = CENTS_ZERO;
	bool is_read;

	if (!hook_id_of_want(&want[DATA_ID], "", movement->object))
		movement_park(movement, "data.id is not 1 to 64 letters, digits, _ or -");
	else if (!parent_read(&want[DATA_PARENT], movement))
		movement_park(movement, "data.parent is not the id of a donation");
	else if (!hook_date_of_want(date, &movement->date))
		movement_park(movement, "data.date is no day and no moment");
	else if (movement->kind != MOVEMENT_MANDATE_ENDED) {
		is_read = hook_amount_of_integer(&want[DATA_AMOUNT], &cents);
		(void)movement_set_amount(movement, is_read, cents, &want[DATA_CURRENCY]);
	}
	return movements_put(movements, movement, fault);
}

static const struct hook_type types[] = {
	{ "donation.received", MOVEMENT_DONATION, data_read },
	{ "donation.failed", MOVEMENT_LATE_FAILURE, data_read },
	{ "fee.charged", MOVEMENT_FEE, data_read },
	{ "refund.paid", MOVEMENT_REFUND, data_read },
	{ "refund.failed", MOVEMENT_REFUND_FAILED, data_read },
	{ "chargeback.received", MOVEMENT_CHARGEBACK, data_read },
	{ "chargeback.reversed", MOVEMENT_CHARGEBACK_REVERSED, data_read },
	{ "payout.paid", MOVEMENT_PAYOUT, data_read },
	{ "payout.failed", MOVEMENT_PAYOUT_FAILED, data_read },
	{ "mandate.ended", MOVEMENT_MANDATE_ENDED, data_read },
	{ NULL, 0, NULL },
};

static enum err standard_read(const struct hook_endpoint *endpoint, struct slice body,
			      struct movements *movements, struct fault *fault)
{
	struct json_want want[EVENT_WANTS] = {
		[EVENT_TYPE] = { .path = "type" },
		[EVENT_TIME] = { .path = "timestamp" },
		[DATA_ID] = { .path = "data.id" },
		[DATA_PARENT] = { .path = "data.parent" },
		[DATA_AMOUNT] = { .path = "data.amount" },
		[DATA_CURRENCY] = { .path = "data.currency" },
		[DATA_DATE] = { .path = "data.date" },
	};
	const struct json_want none = { .token = JSON_TOKEN_END };
	void *texts = NULL;
	enum err err = json_pick(body, want, EVENT_WANTS, &texts, fault);

	(void)endpoint;
	if (!err)
		err = hook_read_type(types, &want[EVENT_TYPE], &none, want, movements,
				     fault);
	free(texts);
	return err;
}

const struct hook_adapter hook_standard = {
	.name = "standard",
	.refused_status = 400,
	.done_status = 200,
	.check = standard_check,
	.verify = standard_verify,
	.read = standard_read,
};

const struct hook_adapter hook_svix = {
	.name = "svix",
	.refused_status = 400,
	.done_status = 200,
	.check = standard_check,
	.verify = svix_verify,
	.read = standard_read,
};
