/*
 * notify_event.c - what members are told, derived from the log (notify_event.h).
 */
#include "gateway/notify_event.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/json_writer.h"
#include "keys/encoding.h"
#include "keys/hash.h"

#define WIRE_BYTES 16 /* of a digest: 2^64 messages before two are alike */

/* What is being told to one endpoint. */
struct telling {
	const struct notify_source *source;
	const struct notify_desk *desk;
	struct member_view member;
	bool is_officer; /* is told of everybody's */
	enum notify_type type;
	struct json_writer writer;
	struct buffer body;
	/* The entry that it is about. */
	uint64_t position;
	struct entry entry;
	struct hash leaf;
};

/* ---- whom it concerns ---- */

static bool role_is(const struct telling *telling, const char *role)
{
	return strcmp(telling->member.role, role) == 0;
}

static enum err member_look(struct telling *telling, struct fault *fault)
{
	const char *id = telling->desk->member;
	struct books *books;
	enum err err = ledger_books(telling->source->ledger, &books, fault);
	bool is_known;

	if (err)
		return err;
	is_known = query_member(books, slice_of_text(id), &telling->member);
	ledger_books_done(telling->source->ledger);
	if (!is_known)
		telling->member = (struct member_view){ .active = false };
	telling->is_officer = role_is(telling, "operator") ||
			      role_is(telling, "treasurer") ||
			      role_is(telling, "auditor");
	return ledger_books_err(telling->source->ledger, fault);
}

static bool is_own(const struct telling *telling, const char *member)
{
	return telling->is_officer ||
	       text_is(entry_text(&telling->entry, member), telling->desk->member);
}

/* ---- a body ---- */

static void put_cents(struct telling *telling, const char *name, struct cents amount)
{
	json_put_integer(&telling->writer, name, cents_value(amount));
}

static void put_position(struct telling *telling, const char *name, uint64_t position)
{
	json_put_integer(&telling->writer, name, (int64_t)position);
}

static void put_date(struct telling *telling, const char *name, struct date date)
{
	char text[DATE_TEXT_BYTES];

	date_format(date, text);
	json_put_text(&telling->writer, name, text);
}

static void put_text(struct telling *telling, const char *name)
{
	if (entry_has(&telling->entry, name))
		json_put_slice(&telling->writer, name, entry_text(&telling->entry, name));
}

/* Up to the members that the event has of its own. */
static enum err body_begin(struct telling *telling, enum notify_type type, int64_t at,
			   struct fault *fault)
{
	char moment[UTC_TEXT_BYTES];
	enum err err = utc_format(at, moment);

	if (err)
		return fault_set(fault, err, "an entry's moment is out of bounds");
	telling->type = type;
	buffer_clear(&telling->body);
	json_writer_init(&telling->writer, &telling->body);
	json_put_object(&telling->writer, NULL);
	json_put_text(&telling->writer, "type", notify_type_name(type));
	json_put_text(&telling->writer, "timestamp", moment);
	json_put_object(&telling->writer, "data");
	json_put_text(&telling->writer, "origin", telling->source->origin);
	put_position(telling, "position", telling->position);
	json_put_hex(&telling->writer, "leaf",
		     slice_of(telling->leaf.b, sizeof telling->leaf.b));
	json_put_text(&telling->writer, "kind", kind_def(telling->entry.kind)->name);
	return ERR_OK;
}

/* part: of what has several, from 1; 0: it is whole. */
static enum err body_end(struct telling *telling, int part, struct fault *fault)
{
	const struct notify_source *source = telling->source;
	char key[OUTBOX_KEY_CHARS_MAX + 1], wire[HOOK_SIGN_ID_CHARS_MAX + 1] = "msg_";
	struct hash_stream stream;
	struct hash digest;
	int n = snprintf(key, sizeof key, "%s/%" PRIu64, notify_type_name(telling->type),
			 telling->position);

	if (part > 0)
		(void)snprintf(key + n, sizeof key - (size_t)n, "/%d", part);
	json_put_end(&telling->writer);
	json_put_end(&telling->writer);
	if (json_writer_finish(&telling->writer) != ERR_OK)
		return buffer_check(&telling->body, "a notification", fault);
	hash_begin(&stream);
	hash_add(&stream, source->origin, strlen(source->origin));
	hash_add(&stream, "\n", 1);
	hash_add(&stream, key, strlen(key));
	digest = hash_end(&stream);
	hex_encode(digest.b, WIRE_BYTES, wire + strlen(wire));
	return outbox_put(source->outbox, telling->desk->name, key, wire,
			  buffer_slice(&telling->body), source->now_s, fault);
}

/* ---- entries ---- */

/* The entry at a position becomes the telling's; it lives as long as doc and bytes. */
static enum err entry_load(struct telling *telling, uint64_t position,
			   struct json_doc *doc, struct buffer *bytes,
			   struct fault *fault)
{
	enum err err;

	buffer_clear(bytes);
	json_doc_clear(doc);
	err = ledger_entry(telling->source->ledger, position, bytes, fault);
	if (!err)
		err = entry_parse(doc, buffer_slice(bytes), &telling->entry, fault);
	if (err)
		return err;
	telling->position = position;
	telling->leaf = hash_leaf(bytes->p, bytes->n);
	return ERR_OK;
}

static enum err batch_tell(struct telling *telling, struct fault *fault)
{
	const struct json *totals = entry_list(&telling->entry, "totals");
	struct cents sum = CENTS_ZERO;
	char month[MONTH_TEXT_BYTES];
	enum err err = ERR_OK;

	if (!is_own(telling, "company") && !is_own(telling, "collector"))
		return ERR_OK;
	for (const struct json *total = totals->first; !err && total; total = total->next)
		err = cents_add(sum, item_cents(total, "amount"), &sum);
	if (err)
		return fault_set(fault, ERR_CORRUPT, "a batch's totals are too large");
	err = body_begin(telling, NOTIFY_BATCH_RECORDED, telling->entry.at, fault);
	if (err)
		return err;
	month_format(entry_month(&telling->entry, "period"), month);
	put_text(telling, "company");
	put_text(telling, "collector");
	put_text(telling, "source");
	json_put_text(&telling->writer, "period", month);
	json_put_integer(&telling->writer, "count",
			 entry_integer(&telling->entry, "count"));
	put_cents(telling, "amount_cents", sum);
	put_date(telling, "due_on", entry_date(&telling->entry, "due_on"));
	return body_end(telling, 0, fault);
}

static enum err settlement_tell(struct telling *telling, struct fault *fault)
{
	enum err err;

	if (!is_own(telling, "payer"))
		return ERR_OK;
	err = body_begin(telling, NOTIFY_TRANSFER_SETTLED, telling->entry.at, fault);
	if (err)
		return err;
	put_text(telling, "payer");
	put_cents(telling, "amount_cents", entry_cents(&telling->entry, "amount"));
	put_date(telling, "date", telling->entry.date);
	if (entry_has(&telling->entry, "settles"))
		put_position(telling, "settles",
			     entry_position(&telling->entry, "settles"));
	return body_end(telling, 0, fault);
}

/* A proposal that has been decided by now waits for nobody. */
static enum err proposal_tell(struct telling *telling, uint64_t proposal,
			      struct fault *fault)
{
	struct ledger *ledger = telling->source->ledger;
	struct proposal_view view;
	struct books *books;
	enum err err;
	bool is_open;

	if (!role_is(telling, "seat"))
		return ERR_OK;
	err = ledger_books(ledger, &books, fault);
	if (err)
		return err;
	is_open = query_proposal(books, proposal, &view) &&
		  strcmp(view.status, "open") == 0;
	ledger_books_done(ledger);
	err = ledger_books_err(ledger, fault);
	if (err || !is_open)
		return err;
	err = body_begin(telling, NOTIFY_DECISION_TO_SIGN, telling->entry.at, fault);
	if (err)
		return err;
	put_position(telling, "proposal", proposal);
	json_put_text(&telling->writer, "subject", view.subject);
	put_cents(telling, "amount_cents", view.amount);
	put_date(telling, "expires_on", view.expires_on);
	return body_end(telling, 0, fault);
}

static enum err decision_tell(struct telling *telling, struct fault *fault)
{
	if (!text_is(entry_text(&telling->entry, "outcome"), "deferred"))
		return ERR_OK;
	return proposal_tell(telling, entry_position(&telling->entry, "proposal"), fault);
}

/* What was paid stands in the payment that the bank has carried out. */
static enum err paid_tell(struct telling *telling, struct fault *fault)
{
	uint64_t payment = entry_position(&telling->entry, "payment");
	struct json_doc *doc = json_doc_new();
	struct telling other = { .source = telling->source };
	struct buffer bytes;
	enum err err = doc ? ERR_OK : fault_set(fault, ERR_MEMORY, "out of memory");

	buffer_init(&bytes, ENTRY_BYTES_MAX);
	if (!err)
		err = entry_load(&other, payment, doc, &bytes, fault);
	if (!err)
		err = body_begin(telling, NOTIFY_PAYMENT_MADE, telling->entry.at, fault);
	if (!err) {
		put_position(telling, "payment", payment);
		put_position(telling, "proposal",
			     entry_position(&other.entry, "proposal"));
		put_cents(telling, "amount_cents", entry_cents(&other.entry, "amount"));
		put_date(telling, "date", telling->entry.date);
		err = body_end(telling, 0, fault);
	}
	buffer_release(&bytes);
	json_doc_free(doc);
	return err;
}

static enum err entry_tell(struct telling *telling, struct fault *fault)
{
	const bool *wants = telling->desk->wants;

	switch (telling->entry.kind) {
	case KIND_batch:
		return wants[NOTIFY_BATCH_RECORDED] ? batch_tell(telling, fault) : ERR_OK;
	case KIND_settlement:
		return wants[NOTIFY_TRANSFER_SETTLED] ? settlement_tell(telling, fault)
						      : ERR_OK;
	case KIND_proposal:
		return wants[NOTIFY_DECISION_TO_SIGN]
			       ? proposal_tell(telling, telling->position, fault)
			       : ERR_OK;
	case KIND_decision:
		return wants[NOTIFY_DECISION_TO_SIGN] ? decision_tell(telling, fault)
						      : ERR_OK;
	case KIND_paid:
		return wants[NOTIFY_PAYMENT_MADE] ? paid_tell(telling, fault) : ERR_OK;
	default:
		return ERR_OK;
	}
}

/* ---- from an endpoint's place on ---- */

static enum err range_tell(struct telling *telling, uint64_t from, uint64_t to,
			   struct fault *fault)
{
	struct json_doc *doc = json_doc_new();
	struct buffer bytes;
	enum err err = doc ? ERR_OK : fault_set(fault, ERR_MEMORY, "out of memory");

	buffer_init(&bytes, ENTRY_BYTES_MAX);
	for (uint64_t position = from; !err && position < to; position++) {
		err = entry_load(telling, position, doc, &bytes, fault);
		if (!err)
			err = entry_tell(telling, fault);
	}
	buffer_release(&bytes);
	json_doc_free(doc);
	return err;
}

enum err notify_derive(const struct notify_source *source, const struct notify_desk *desk,
		       bool *ret_more, struct fault *fault)
{
	struct telling telling = { .source = source, .desk = desk };
	struct outbox_endpoint endpoint;
	uint64_t to;
	enum err err = outbox_endpoint(source->outbox, desk->name, source->size,
				       &endpoint, fault);

	*ret_more = false;
	if (err || endpoint.next >= source->size)
		return err;
	to = source->size - endpoint.next > NOTIFY_STEP ? endpoint.next + NOTIFY_STEP
							: source->size;
	buffer_init(&telling.body, OUTBOX_BODY_BYTES_MAX);
	err = member_look(&telling, fault);
	if (!err)
		err = outbox_begin(source->outbox, fault);
	if (!err) {
		if (telling.member.active)
			err = range_tell(&telling, endpoint.next, to, fault);
		if (!err)
			err = outbox_endpoint_move(source->outbox, desk->name, to, fault);
		if (!err)
			err = outbox_commit(source->outbox, fault);
		else
			outbox_undo(source->outbox);
	}
	buffer_release(&telling.body);
	*ret_more = !err && to < source->size;
	return err;
}

/* ---- what is owed for too long ---- */

static int line_compare(const void *a, const void *b)
{
	const struct receivable_view *left = a, *right = b;

	if (left->position != right->position)
		return left->position < right->position ? -1 : 1;
	if (left->part != right->part)
		return left->part < right->part ? -1 : 1;
	return strcmp(left->payer, right->payer);
}

/* Lines of one entry, part and payer. */
static enum err line_group_tell(struct telling *telling,
				const struct receivable_view *lines, size_t count,
				struct json_doc *doc, struct buffer *bytes,
				struct fault *fault)
{
	struct cents open = CENTS_ZERO;
	enum err err = entry_load(telling, lines->position, doc, bytes, fault);

	for (size_t i = 0; !err && i < count; i++)
		if (cents_add(open, lines[i].open, &open) != ERR_OK)
			err = fault_set(fault, ERR_CORRUPT, "what is owed is too large");
	if (!err)
		err = body_begin(telling, NOTIFY_TRANSFER_MISSING, telling->source->now_s,
				 fault);
	if (err)
		return err;
	json_put_text(&telling->writer, "payer", lines->payer);
	put_cents(telling, "amount_cents", open);
	put_date(telling, "due_on", lines->due_on);
	return body_end(telling, lines->part, fault);
}

static enum err lines_tell(struct telling *telling, const struct receivable_view *lines,
			   size_t count, struct date today, struct fault *fault)
{
	struct json_doc *doc = json_doc_new();
	struct buffer bytes;
	size_t i = 0, n;
	enum err err = doc ? ERR_OK : fault_set(fault, ERR_MEMORY, "out of memory");

	buffer_init(&bytes, ENTRY_BYTES_MAX);
	for (; !err && i < count; i += n) {
		for (n = 1; i + n < count && line_compare(&lines[i], &lines[i + n]) == 0;)
			n++;
		/* What is not signed yet is not told. */
		if (lines[i].position < telling->source->size &&
		    date_days(lines[i].due_on, today) > telling->desk->missing_days)
			err = line_group_tell(telling, lines + i, n, doc, &bytes, fault);
	}
	buffer_release(&bytes);
	json_doc_free(doc);
	return err;
}

static enum err lines_read(const struct telling *telling,
			   struct receivable_view **ret_lines, size_t *ret_count,
			   struct fault *fault)
{
	struct ledger *ledger = telling->source->ledger;
	const char *payer = telling->is_officer ? "" : telling->desk->member;
	struct books *books;
	enum err err = ledger_books(ledger, &books, fault);

	if (err)
		return err;
	err = query_receivables(books, slice_of_text(payer), ret_lines, ret_count, fault);
	ledger_books_done(ledger);
	return err ? err : ledger_books_err(ledger, fault);
}

enum err notify_missing(const struct notify_source *source,
			const struct notify_desk *desk, struct fault *fault)
{
	struct telling telling = { .source = source, .desk = desk };
	struct receivable_view *lines = NULL;
	struct date today;
	size_t count = 0;
	enum err err;

	if (!desk->wants[NOTIFY_TRANSFER_MISSING])
		return ERR_OK;
	if (date_paris(source->now_s, &today) != ERR_OK)
		return fault_set(fault, ERR_INVALID, "the clock is out of bounds");
	err = member_look(&telling, fault);
	if (err || !telling.member.active)
		return err;
	buffer_init(&telling.body, OUTBOX_BODY_BYTES_MAX);
	err = lines_read(&telling, &lines, &count, fault);
	if (!err && count > 0)
		qsort(lines, count, sizeof *lines, line_compare);
	if (!err)
		err = outbox_begin(source->outbox, fault);
	if (!err) {
		err = lines_tell(&telling, lines, count, today, fault);
		if (!err)
			err = outbox_commit(source->outbox, fault);
		else
			outbox_undo(source->outbox);
	}
	free(lines);
	buffer_release(&telling.body);
	return err;
}
