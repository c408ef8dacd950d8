/*
 * hook_entry.c - movements as drafts of entries (hook_entry.h).
 */
#include "gateway/hook_entry.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/json_pick.h"
#include "keys/encoding.h"
#include "keys/hash.h"
#include "ledger/date.h"

#define REF_PREFIX "WH-"
#define REF_DIGITS 28 /* of a digest: 112 bits */

/* How a kind is booked. */
static const struct way {
	const char *entry;        /* its kind; NULL: it is not booked */
	enum movement_kind waits; /* of what it waits for */
	bool waits_for_parent;    /* whose object is its parent */
	bool waits_for_object;    /* whose object is its own */
	const char *reason;       /* of a reversal */
} ways[MOVEMENT__COUNT] = {
	[MOVEMENT_DONATION] = { .entry = "gift" },
	[MOVEMENT_FEE] = { .entry = "fee",
			   .waits = MOVEMENT_DONATION,
			   .waits_for_parent = true },
	[MOVEMENT_PAYOUT] = { .entry = "payout" },
	[MOVEMENT_PAYOUT_FAILED] = { .entry = "reversal",
				     .waits = MOVEMENT_PAYOUT,
				     .waits_for_object = true,
				     .reason = "payout-failed" },
	[MOVEMENT_REFUND] = { .entry = "refund",
			      .waits = MOVEMENT_DONATION,
			      .waits_for_parent = true },
	[MOVEMENT_REFUND_FAILED] = { .entry = "reversal",
				     .waits = MOVEMENT_REFUND,
				     .waits_for_object = true,
				     .reason = "refund-failed" },
	[MOVEMENT_CHARGEBACK] = { .entry = "chargeback",
				  .waits = MOVEMENT_DONATION,
				  .waits_for_parent = true },
	[MOVEMENT_CHARGEBACK_REVERSED] = { .entry = "reversal",
					   .waits = MOVEMENT_CHARGEBACK,
					   .waits_for_object = true,
					   .reason = "chargeback-won" },
	[MOVEMENT_LATE_FAILURE] = { .entry = "chargeback",
				    .waits = MOVEMENT_DONATION,
				    .waits_for_object = true },
	[MOVEMENT_MANDATE_ENDED] = { .entry = NULL },
};

bool hook_entry_books(enum movement_kind kind)
{
	return ways[kind].entry != NULL;
}

const char *hook_entry_waits_for(const struct movement *movement,
				 enum movement_kind *ret_kind)
{
	const struct way *way = &ways[movement->kind];

	*ret_kind = way->waits;
	if (way->waits_for_object)
		return movement->object;
	return way->waits_for_parent && movement->parent[0] ? movement->parent : NULL;
}

/* A reference is unique per submitter for 13 months; 112 bits of a digest always are. */
static void ref_of(const char *key, char ret_ref[sizeof REF_PREFIX + REF_DIGITS])
{
	struct hash digest = hash_bytes(key, strlen(key));
	char hex[HASH_HEX_CHARS + 1];

	hex_encode(digest.b, HASH_BYTES, hex);
	for (size_t i = 0; i < REF_DIGITS; i++)
		if (hex[i] >= 'a')
			hex[i] = (char)(hex[i] - 'a' + 'A');
	(void)snprintf(ret_ref, sizeof REF_PREFIX + REF_DIGITS, REF_PREFIX "%.*s",
		       REF_DIGITS, hex);
}

static void add_members(struct json_doc *doc, struct json *draft,
			const struct movement *movement, const struct hook_desk *desk,
			uint64_t of)
{
	const struct way *way = &ways[movement->kind];
	enum movement_kind kind;

	if (way->reason)
		(void)json_add_cstring(doc, draft, "reason", way->reason);
	else
		(void)json_add_integer(doc, draft, "amount",
				       cents_value(movement->amount));
	if (hook_entry_waits_for(movement, &kind))
		(void)json_add_integer(doc, draft, "of", (int64_t)of);
	if (!way->reason && strcmp(way->entry, "chargeback") != 0)
		(void)json_add_cstring(doc, draft, "payer", desk->member);
	if (movement->kind == MOVEMENT_DONATION) {
		(void)json_add_cstring(doc, draft, "fund", desk->fund);
		(void)json_add_cstring(doc, draft, "giver", "person");
		if (desk->authorisation)
			(void)json_add_integer(doc, draft, "authorisation",
					       (int64_t)desk->authorisation);
	}
	if (movement->kind == MOVEMENT_REFUND) {
		(void)json_add_cstring(doc, draft, "reason", "asked");
		(void)json_add_cstring(doc, draft, "through", "payer");
	}
}

enum err hook_entry_draft(const struct inbox_movement *movement,
			  const struct hook_desk *desk, uint64_t of, struct json_doc *doc,
			  struct json **ret_draft, struct fault *fault)
{
	char ref[sizeof REF_PREFIX + REF_DIGITS], day[DATE_TEXT_BYTES];
	char digest[HASH_HEX_CHARS + 1];
	struct json *draft = json_new(doc, JSON_OBJECT);

	assert(hook_entry_books(movement->movement.kind));
	ref_of(movement->key, ref);
	date_format(movement->movement.date, day);
	hex_encode(movement->digest.b, HASH_BYTES, digest);
	(void)json_add_cstring(doc, draft, "kind", ways[movement->movement.kind].entry);
	(void)json_add_cstring(doc, draft, "ref", ref);
	(void)json_add_cstring(doc, draft, "date", day);
	(void)json_add_cstring(doc, draft, "delivery", digest);
	add_members(doc, draft, &movement->movement, desk, of);
	if (json_doc_err(doc))
		return fault_set(fault, json_doc_err(doc), "out of memory");
	*ret_draft = draft;
	return ERR_OK;
}

enum err hook_entry_is(const struct inbox_movement *movement, struct slice entry,
		       bool *ret_is, struct fault *fault)
{
	const struct way *way = &ways[movement->movement.kind];
	struct json_want want[] = { { .path = "kind" },
				    { .path = "ref" },
				    { .path = "amount" } };
	char ref[sizeof REF_PREFIX + REF_DIGITS];
	void *texts = NULL;
	enum err err = json_pick(entry, want, 3, &texts, fault);

	if (err)
		return err;
	ref_of(movement->key, ref);
	*ret_is = way->entry && json_want_is(&want[0], way->entry) &&
		  json_want_is(&want[1], ref) &&
		  (way->reason ||
		   (want[2].token == JSON_TOKEN_INTEGER &&
		    want[2].integer == cents_value(movement->movement.amount)));
	free(texts);
	return ERR_OK;
}
