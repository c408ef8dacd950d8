/*
 * post_answer.c - what the gateway says, read with the suspicion that it deserves.
 */
#include "gateway/post_answer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "gateway/post_object.h"
#include "keys/encoding.h"
#include "keys/note.h"

/* A text of ours: printable ASCII, not longer than there is room for. */
static enum err text_take(const struct json_reader *reader, enum json_token token,
			  char *ret_text, size_t bytes, struct fault *fault)
{
	if (token != JSON_TOKEN_TEXT || reader->text.n >= bytes)
		return post_not_an_answer(fault);
	for (size_t i = 0; i < reader->text.n; i++)
		if (reader->text.p[i] < ' ' || reader->text.p[i] > '~')
			return post_not_an_answer(fault);
	memcpy(ret_text, reader->text.p, reader->text.n);
	ret_text[reader->text.n] = '\0';
	return ERR_OK;
}

static enum err number_take(const struct json_reader *reader, enum json_token token,
			    uint64_t *ret_number, struct fault *fault)
{
	if (token != JSON_TOKEN_INTEGER || reader->integer < 0)
		return post_not_an_answer(fault);
	*ret_number = (uint64_t)reader->integer;
	return ERR_OK;
}

static enum err cents_take(const struct json_reader *reader, enum json_token token,
			   struct cents *ret_cents, struct fault *fault)
{
	if (token != JSON_TOKEN_INTEGER ||
	    cents_from_outside(reader->integer, ret_cents) != ERR_OK)
		return post_not_an_answer(fault);
	return ERR_OK;
}

static enum err truth_take(enum json_token token, bool *ret_truth, struct fault *fault)
{
	if (token != JSON_TOKEN_TRUE && token != JSON_TOKEN_FALSE)
		return post_not_an_answer(fault);
	*ret_truth = token == JSON_TOKEN_TRUE;
	return ERR_OK;
}

/* ---- the answer to a batch ---- */

void post_receipt_init(struct post_receipt *receipt)
{
	*receipt = (struct post_receipt){ .total_sum = CENTS_ZERO,
					  .change_sum = CENTS_ZERO,
					  .credit = CENTS_ZERO,
					  .kept_sum = CENTS_ZERO };
	buffer_init(&receipt->checkpoint, NOTE_BYTES_MAX);
	buffer_init(&receipt->manifest, NOTE_BYTES_MAX);
}

void post_receipt_release(struct post_receipt *receipt)
{
	buffer_release(&receipt->checkpoint);
	buffer_release(&receipt->manifest);
}

static const char *const part_names[] = { "amount",       "amount_cents", "fund", "giver",
					  "before_cents", "after_cents",  NULL };

static enum err part_member(void *ctx, size_t member, struct json_reader *reader,
			    enum json_token token, struct fault *fault)
{
	struct post_part *part = ctx;

	switch (member) {
	case 0:
	case 1:
		return cents_take(reader, token, &part->amount, fault);
	case 2:
		return text_take(reader, token, part->fund, sizeof part->fund, fault);
	case 4:
		return cents_take(reader, token, &part->before, fault);
	case 5:
		return cents_take(reader, token, &part->after, fault);
	default:
		return text_take(reader, token, part->giver, sizeof part->giver, fault);
	}
}

struct part_list {
	struct post_part *part;
	size_t *count;
	struct cents *sum;
};

static enum err part_item(void *ctx, struct json_reader *reader, enum json_token token,
			  struct fault *fault)
{
	struct part_list *list = ctx;
	struct post_part part = { .amount = CENTS_ZERO,
				  .before = CENTS_ZERO,
				  .after = CENTS_ZERO };
	enum err err;

	if (token != JSON_TOKEN_OBJECT || *list->count == POST_PARTS_MAX)
		return post_not_an_answer(fault);
	err = post_object_read(reader, part_names, part_member, &part, fault);
	if (!err && cents_add(*list->sum, part.amount, list->sum) != ERR_OK)
		err = post_not_an_answer(fault);
	if (!err)
		list->part[(*list->count)++] = part;
	return err;
}

enum receipt_member {
	RECEIPT_POSITION,
	RECEIPT_REPEATED,
	RECEIPT_COUNT,
	RECEIPT_ZERO,
	RECEIPT_TOTALS,
	RECEIPT_MATCH,
	RECEIPT_DUE_ON,
	RECEIPT_TO_TRANSFER,
	RECEIPT_REFERENCE,
	RECEIPT_CHECKPOINT,
	RECEIPT_ENTRY,
	RECEIPT_CHANGES,
	RECEIPT_CREDIT,
	RECEIPT_KEPT,
	RECEIPT_KEPT_SUM,
	RECEIPT_MEMBER__COUNT
};

static const char *const receipt_names[RECEIPT_MEMBER__COUNT + 1] = {
	[RECEIPT_POSITION] = "position",
	[RECEIPT_REPEATED] = "repeated",
	[RECEIPT_COUNT] = "count",
	[RECEIPT_ZERO] = "zero",
	[RECEIPT_TOTALS] = "totals",
	[RECEIPT_MATCH] = "match",
	[RECEIPT_DUE_ON] = "due_on",
	[RECEIPT_TO_TRANSFER] = "amount_to_transfer_cents",
	[RECEIPT_REFERENCE] = "transfer_reference",
	[RECEIPT_CHECKPOINT] = "checkpoint",
	[RECEIPT_ENTRY] = "entry",
	[RECEIPT_CHANGES] = "changes",
	[RECEIPT_CREDIT] = "credit_cents",
	[RECEIPT_KEPT] = "kept",
	[RECEIPT_KEPT_SUM] = "kept_cents",
};

struct receipt_reading {
	struct post_receipt *receipt;
	unsigned given; /* 1 << member */
};

static enum err receipt_parts(struct json_reader *reader, enum json_token token,
			      struct part_list list, struct fault *fault)
{
	return post_list_read(reader, token, part_item, &list, fault);
}

static const char *const entry_names[] = { "manifest", NULL };

static enum err entry_member(void *ctx, size_t member, struct json_reader *reader,
			     enum json_token token, struct fault *fault)
{
	struct post_receipt *receipt = ctx;

	(void)member;
	if (token != JSON_TOKEN_TEXT)
		return post_not_an_answer(fault);
	(void)buffer_put_slice(&receipt->manifest, reader->text);
	return buffer_check(&receipt->manifest, "the entry's manifest", fault);
}

static enum err receipt_member(void *ctx, size_t member, struct json_reader *reader,
			       enum json_token token, struct fault *fault)
{
	struct receipt_reading *reading = ctx;
	struct post_receipt *receipt = reading->receipt;

	if (token == JSON_TOKEN_NULL)
		return ERR_OK; /* as if it were not there */
	reading->given |= 1u << member;
	switch ((enum receipt_member)member) {
	case RECEIPT_POSITION:
		return number_take(reader, token, &receipt->position, fault);
	case RECEIPT_REPEATED:
		return truth_take(token, &receipt->is_repeated, fault);
	case RECEIPT_COUNT:
		return number_take(reader, token, &receipt->count, fault);
	case RECEIPT_ZERO:
		return number_take(reader, token, &receipt->zero, fault);
	case RECEIPT_TOTALS:
		return receipt_parts(reader, token,
				     (struct part_list){ receipt->total,
							 &receipt->total_count,
							 &receipt->total_sum },
				     fault);
	case RECEIPT_MATCH:
		return receipt_parts(reader, token,
				     (struct part_list){ receipt->match,
							 &receipt->match_count,
							 &receipt->match_sum },
				     fault);
	case RECEIPT_DUE_ON:
		return text_take(reader, token, receipt->due_on, sizeof receipt->due_on,
				 fault);
	case RECEIPT_TO_TRANSFER:
		receipt->has_to_transfer = true;
		return cents_take(reader, token, &receipt->to_transfer, fault);
	case RECEIPT_REFERENCE:
		return text_take(reader, token, receipt->reference,
				 sizeof receipt->reference, fault);
	case RECEIPT_CHECKPOINT:
		if (token != JSON_TOKEN_TEXT)
			return post_not_an_answer(fault);
		(void)buffer_put_slice(&receipt->checkpoint, reader->text);
		return buffer_check(&receipt->checkpoint, "the checkpoint", fault);
	case RECEIPT_ENTRY:
		if (token != JSON_TOKEN_OBJECT)
			return post_not_an_answer(fault);
		return post_object_read(reader, entry_names, entry_member, receipt,
					fault);
	case RECEIPT_CHANGES:
		receipt->has_changes = true;
		return receipt_parts(reader, token,
				     (struct part_list){ receipt->change,
							 &receipt->change_count,
							 &receipt->change_sum },
				     fault);
	case RECEIPT_CREDIT:
		return cents_take(reader, token, &receipt->credit, fault);
	case RECEIPT_KEPT:
		return number_take(reader, token, &receipt->kept, fault);
	case RECEIPT_KEPT_SUM:
		return cents_take(reader, token, &receipt->kept_sum, fault);
	case RECEIPT_MEMBER__COUNT:
		break;
	}
	abort();
}

enum err post_receipt_read(struct slice body, struct post_receipt *receipt,
			   struct fault *fault)
{
	unsigned always = 1u << RECEIPT_COUNT | 1u << RECEIPT_TOTALS;
	unsigned booked = 1u << RECEIPT_POSITION | 1u << RECEIPT_CHECKPOINT;
	struct receipt_reading reading = { .receipt = receipt };
	enum err err =
		post_body_read(body, receipt_names, receipt_member, &reading, fault);

	if (!err && (reading.given & always) != always)
		err = post_not_an_answer(fault);
	receipt->is_booked = (reading.given & booked) == booked;
	return err;
}

/* ---- consistency ---- */

static const char *const consistency_names[] = { "from", "to", "hashes", NULL };

struct consistency_reading {
	uint64_t from, to;
	bool has_hashes;
	struct merkle_proof proof;
};

static enum err hash_item(void *ctx, struct json_reader *reader, enum json_token token,
			  struct fault *fault)
{
	struct merkle_proof *proof = ctx;
	size_t n;

	if (token != JSON_TOKEN_TEXT || proof->n_hashes == MERKLE_PROOF_HASHES_MAX ||
	    base64_decode((const char *)reader->text.p, reader->text.n,
			  proof->hash[proof->n_hashes].b, HASH_BYTES, &n) != ERR_OK ||
	    n != HASH_BYTES)
		return post_not_an_answer(fault);
	proof->n_hashes++;
	return ERR_OK;
}

static enum err consistency_member(void *ctx, size_t member, struct json_reader *reader,
				   enum json_token token, struct fault *fault)
{
	struct consistency_reading *reading = ctx;

	if (member == 0)
		return number_take(reader, token, &reading->from, fault);
	if (member == 1)
		return number_take(reader, token, &reading->to, fault);
	reading->has_hashes = true;
	return post_list_read(reader, token, hash_item, &reading->proof, fault);
}

enum err post_consistency_read(struct slice body, uint64_t from, uint64_t to,
			       struct merkle_proof *ret_proof, struct fault *fault)
{
	struct consistency_reading reading = { .has_hashes = false };
	enum err err = post_body_read(body, consistency_names, consistency_member,
				      &reading, fault);

	if (!err && (!reading.has_hashes || reading.from != from || reading.to != to))
		err = post_not_an_answer(fault);
	if (!err)
		*ret_proof = reading.proof;
	return err;
}

/* ---- funds ---- */

static const char *const funds_names[] = { "funds", "items", NULL };
static const char *const fund_names[] = { "id", "is_default", NULL };

struct fund_reading {
	char *id; /* ROW_FUND_BYTES_MAX + 1 */
	bool is_default;
};

static enum err fund_member(void *ctx, size_t member, struct json_reader *reader,
			    enum json_token token, struct fault *fault)
{
	struct fund_reading *reading = ctx;

	if (member == 1)
		return truth_take(token, &reading->is_default, fault);
	return text_take(reader, token, reading->id, ROW_FUND_BYTES_MAX + 1, fault);
}

static enum err fund_item(void *ctx, struct json_reader *reader, enum json_token token,
			  struct fault *fault)
{
	struct post_funds *funds = ctx;
	struct fund_reading reading = { .is_default = false };
	enum err err;

	if (token != JSON_TOKEN_OBJECT || funds->count == BATCH_FUNDS_MAX)
		return post_not_an_answer(fault);
	reading.id = funds->id[funds->count++];
	err = post_object_read(reader, fund_names, fund_member, &reading, fault);
	if (!err && reading.is_default)
		memcpy(funds->default_id, reading.id, sizeof funds->default_id);
	return err;
}

static enum err funds_member(void *ctx, size_t member, struct json_reader *reader,
			     enum json_token token, struct fault *fault)
{
	(void)member;
	return post_list_read(reader, token, fund_item, ctx, fault);
}

enum err post_funds_read(struct slice body, struct post_funds *ret_funds,
			 struct fault *fault)
{
	struct post_funds funds = { .count = 0 };
	enum err err = post_body_read(body, funds_names, funds_member, &funds, fault);

	if (!err && funds.count == 0)
		err = post_not_an_answer(fault);
	if (!err)
		*ret_funds = funds;
	return err;
}
