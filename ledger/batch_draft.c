/*
 * batch_draft.c - from a batch that was made to the draft of its entry; see batch.h.
 */
#include <stdio.h>

#include "keys/encoding.h"
#include "keys/hash.h"
#include "ledger/batch.h"

static void add_hash(struct json_doc *doc, struct json *draft, const char *name,
		     const struct hash *hash)
{
	char hex[HASH_HEX_CHARS + 1];

	hex_encode(hash->b, HASH_BYTES, hex);
	json_add_cstring(doc, draft, name, hex);
}

static void add_head(const struct batch_head *head, struct json_doc *doc,
		     struct json *draft)
{
	char date[DATE_TEXT_BYTES], period[MONTH_TEXT_BYTES];

	date_format(head->collected_on, date);
	month_format(head->period, period);
	json_add_cstring(doc, draft, "kind", head->mend ? "correction" : "batch");
	json_add_text(doc, draft, "ref", head->reference);
	json_add_cstring(doc, draft, "date", date);
	json_add_text(doc, draft, "company", head->company);
	if (head->collector.n > 0)
		json_add_text(doc, draft, "collector", head->collector);
	if (head->mend) {
		json_add_integer(doc, draft, "batch", (int64_t)head->mend->position);
		json_add_text(doc, draft, "reason", head->mend->reason);
		return;
	}
	json_add_cstring(doc, draft, "period", period);
	if (head->site.n > 0)
		json_add_text(doc, draft, "site", head->site);
	json_add_cstring(doc, draft, "source", batch_source_name(head->source));
	json_add_integer(doc, draft, "step", cents_value(head->step));
	json_add_text(doc, draft, "terms", head->terms);
}

static enum err add_totals(const struct rows_summary *summary, struct json_doc *doc,
			   struct json *draft)
{
	struct json *totals = json_add(doc, draft, "totals", JSON_LIST);

	for (unsigned i = 0; i < summary->n_totals; i++) {
		const struct rows_total *total = &summary->total[i];
		struct json *item = json_append(doc, totals, JSON_OBJECT);
		struct cents amount;

		if (cents_add(total->roundup, total->extra, &amount))
			return ERR_TOO_BIG;
		json_add_integer(doc, item, "amount", cents_value(amount));
		json_add_cstring(doc, item, "fund", total->fund);
		json_add_cstring(doc, item, "giver", giver_name(total->giver));
	}
	return ERR_OK;
}

struct hash batch_digest(const uint8_t salt[BATCH_SALT_BYTES], struct slice body)
{
	struct hash_stream stream;

	hash_begin(&stream);
	hash_add(&stream, salt, BATCH_SALT_BYTES);
	hash_add(&stream, body.p, body.n);
	return hash_end(&stream);
}

enum err batch_draft(const struct batch *batch, const struct batch_head *head,
		     struct slice body, struct json_doc *doc, struct json *draft,
		     uint8_t ret_salt[BATCH_SALT_BYTES], struct fault *fault)
{
	uint8_t salt[BATCH_SALT_BYTES];
	struct hash received;

	if (head->seal)
		memcpy(salt, head->seal->salt, sizeof salt);
	else if (random_bytes(salt, sizeof salt))
		return fault_set(fault, ERR_IO, "the machine gives no random bytes");
	received = batch_digest(salt, body);
	add_head(head, doc, draft);
	json_add_integer(doc, draft, "count", (int64_t)batch->summary.head.size);
	json_add_integer(doc, draft, "zero", (int64_t)batch->zero);
	add_hash(doc, draft, "root", &batch->summary.head.root);
	add_hash(doc, draft, "received", &received);
	if (head->seal)
		json_add_text(doc, draft, "manifest", head->seal->manifest);
	if (add_totals(&batch->summary, doc, draft))
		return fault_set(fault, ERR_TOO_BIG, "a total is past 2^53 - 1 cents");
	if (json_doc_err(doc))
		return fault_set(fault, json_doc_err(doc),
				 json_doc_err(doc) == ERR_MEMORY
					 ? "out of memory"
					 : "a member of the batch is no text");
	memcpy(ret_salt, salt, sizeof salt);
	return ERR_OK;
}
