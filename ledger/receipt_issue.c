/*
 * receipt_issue.c - see receipt_issue.h.
 */
#include "ledger/receipt_issue.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "keys/encoding.h"
#include "keys/hash.h"
#include "ledger/receipt_issue_int.h"

/* An entry has as many receipts as fit: rough sizes of what each adds to it. */
#define BLOCK_RECEIPTS_MAX 200
#define BLOCK_STANDS_MAX   900
#define BLOCK_BYTES_MAX    56000
#define RECEIPT_BYTES      130
#define STAND_BYTES        100

struct issuing {
	struct ledger *ledger;
	struct vault *vault;
	const struct receipt_order *order;
	struct receipt_jobs jobs;
	struct date today;
	struct receipts_issued issued;
};

/* ---- what a run before this one has left ---- */

struct pending {
	struct books *books;
	struct left {
		int64_t number;
		uint64_t position; /* UINT64_MAX: it is not in the log */
	} * left;
	size_t count, room;
};

static enum err pending_look(void *ctx, const struct vault_copy *copy,
			     struct fault *fault)
{
	struct pending *pending = ctx;
	char hex[HASH_HEX_CHARS + 1];
	struct receipt_view receipt;
	struct hash digest = hash_bytes(copy->data.p, copy->data.n);
	struct left *left;

	if (pending->count == pending->room) {
		size_t room = pending->room ? pending->room * 2 : 64;
		void *more = reallocarray(pending->left, room, sizeof *pending->left);

		if (!more)
			return fault_set(fault, ERR_MEMORY, "out of memory");
		pending->left = more;
		pending->room = room;
	}
	hex_encode(digest.b, sizeof digest.b, hex);
	left = &pending->left[pending->count++];
	left->number = copy->number;
	left->position = query_receipt(pending->books, copy->number, &receipt) &&
					 strcmp(receipt.digest, hex) == 0
				 ? receipt.position
				 : UINT64_MAX;
	return ERR_OK;
}

static enum err pending_settle(struct issuing *issuing, const struct pending *pending,
			       struct fault *fault)
{
	enum err err = vault_begin(issuing->vault, fault);

	if (err)
		return err;
	for (size_t i = 0; i < pending->count && !err; i++) {
		const struct left *left = &pending->left[i];

		err = left->position == UINT64_MAX
			      ? vault_copy_drop(issuing->vault, left->number, fault)
			      : vault_copy_record(issuing->vault, left->number,
						  left->position, fault);
	}
	return vault_end(issuing->vault, err, fault);
}

static enum err pending_end(struct issuing *issuing, struct fault *fault)
{
	struct pending pending = { .count = 0 };
	enum err err = ledger_books(issuing->ledger, &pending.books, fault);

	if (err)
		return err;
	err = vault_copy_each_pending(issuing->vault, pending_look, &pending, fault);
	ledger_books_done(issuing->ledger);
	if (!err && pending.count)
		err = pending_settle(issuing, &pending, fault);
	free(pending.left);
	return err;
}

/* ---- one entry ---- */

struct block {
	const struct receipt_job *job;
	size_t count;
	int64_t first;
	struct json_doc *doc;
	struct json *draft, *receipts;
	struct receipt_stand *stands; /* owned */
	size_t stand_count;
	struct cents amount;
};

/* How many of the jobs that are left go into one entry. A company's is alone. */
static size_t block_size(const struct receipt_job *job, size_t left)
{
	size_t bytes = 0, stands = 0, n = 0;

	if (job->company)
		return 1;
	while (n < left && n < BLOCK_RECEIPTS_MAX && !job[n].company) {
		bytes += RECEIPT_BYTES + job[n].count * STAND_BYTES;
		stands += job[n].count;
		if (n && (bytes > BLOCK_BYTES_MAX || stands > BLOCK_STANDS_MAX))
			break;
		n++;
	}
	return n;
}

static void stand_of(const struct receipt_gift *gift, struct receipt_stand *ret_stand)
{
	*ret_stand = (struct receipt_stand){ .position = gift->position,
					     .is_row = gift->is_row,
					     .amount = gift->amount };
	if (gift->is_row)
		receipt_mark(&gift->tag, ret_stand->mark);
}

/* What it says, sealed in the vault before anybody can ask for it. */
static enum err copy_keep(struct issuing *issuing, const struct receipt_job *job,
			  int64_t number, struct hash *ret_digest, struct fault *fault)
{
	struct identity identity;
	struct receipt_plan plan = {
		.form = slice_of_text(job->company ? "16216" : "11580"),
		.number = number,
		.year = issuing->order->year,
		.replaces = job->replaces,
		.identity = job->identity.n ? &identity : NULL,
		.company = job->company,
		.gifts = job->gifts,
		.gift_count = job->count,
		.amount = job->amount,
		.issued_on = issuing->today,
		.signatory = issuing->order->signatory,
		.proof = issuing->order->proof,
		.origin = issuing->jobs.origin,
		.body = issuing->jobs.body,
	};
	struct vault_copy copy = { .number = number,
				   .year = issuing->order->year,
				   .issued_on = issuing->today };
	struct buffer data;
	enum err err = ERR_OK;

	if (job->identity.n)
		err = identity_read(buffer_slice(&job->identity), &identity, fault);
	buffer_init(&data, RECEIPT_DATA_BYTES_MAX);
	if (!err)
		err = receipt_data_write(&plan, &data, fault);
	copy.data = buffer_slice(&data);
	if (!err)
		err = vault_copy_add(issuing->vault, &copy, fault);
	if (!err)
		*ret_digest = hash_bytes(data.p, data.n);
	buffer_release_secret(&data);
	return err;
}

static enum err receipt_add(struct issuing *issuing, struct block *block,
			    const struct receipt_job *job, int64_t number,
			    struct fault *fault)
{
	struct json *item = json_append(block->doc, block->receipts, JSON_OBJECT);
	char hex[HASH_HEX_CHARS + 1];
	struct hash digest;
	enum err err = copy_keep(issuing, job, number, &digest, fault);

	if (err)
		return err;
	hex_encode(digest.b, sizeof digest.b, hex);
	(void)json_add_integer(block->doc, item, "amount", cents_value(job->amount));
	(void)json_add_cstring(block->doc, item, "digest", hex);
	if (job->replaces)
		(void)json_add_integer(block->doc, item, "replaces", job->replaces);
	for (size_t i = 0; i < job->count; i++)
		stand_of(&job->gifts[i], &block->stands[block->stand_count++]);
	return cents_add(block->amount, job->amount, &block->amount)
		       ? fault_set(fault, ERR_TOO_BIG, "the receipts' sum does not fit")
		       : ERR_OK;
}

/* A reference by the number: an entry of these numbers is recorded once. */
static void draft_head(const struct issuing *issuing, struct block *block)
{
	struct json_doc *doc = block->doc;
	char ref[33];

	(void)snprintf(ref, sizeof ref, "RECEIPT-%" PRId64, block->first);
	block->draft = json_new(doc, JSON_OBJECT);
	(void)json_add_cstring(doc, block->draft, "kind", "receipt");
	(void)json_add_cstring(doc, block->draft, "ref", ref);
	(void)json_add_cstring(doc, block->draft, "form",
			       block->job->company ? "16216" : "11580");
	(void)json_add_integer(doc, block->draft, "first", block->first);
	(void)json_add_integer(doc, block->draft, "year", issuing->order->year);
	if (block->job->company)
		(void)json_add_cstring(doc, block->draft, "member",
				       block->job->company->id);
	block->receipts = json_add(doc, block->draft, "receipts", JSON_LIST);
}

static enum err copies_keep(struct issuing *issuing, struct block *block,
			    struct fault *fault)
{
	enum err err = vault_begin(issuing->vault, fault);

	if (err)
		return err;
	for (size_t i = 0; i < block->count && !err; i++)
		err = receipt_add(issuing, block, &block->job[i],
				  block->first + (int64_t)i, fault);
	return vault_end(issuing->vault, err, fault);
}

static enum err block_recorded(struct issuing *issuing, const struct block *block,
			       uint64_t position, struct fault *fault)
{
	enum err err = vault_begin(issuing->vault, fault);

	if (err)
		return err;
	for (size_t i = 0; i < block->count && !err; i++)
		err = vault_copy_record(issuing->vault, block->first + (int64_t)i,
					position, fault);
	return vault_end(issuing->vault, err, fault);
}

static enum err block_issue(struct issuing *issuing, struct block *block,
			    struct fault *fault)
{
	uint64_t position;
	enum err err;

	draft_head(issuing, block);
	err = copies_keep(issuing, block, fault);
	if (err)
		return err;
	receipt_stands_add(block->doc, block->draft, block->stands, block->stand_count);
	(void)json_add_integer(block->doc, block->draft, "amount",
			       cents_value(block->amount));
	err = receipt_record(issuing->ledger, issuing->order->by, block->doc,
			     block->draft, &position, fault);
	if (err)
		return err;
	return block_recorded(issuing, block, position, fault);
}

static enum err block_run(struct issuing *issuing, const struct receipt_job *job,
			  size_t count, int64_t first, struct fault *fault)
{
	struct block block = { .job = job,
			       .count = count,
			       .first = first,
			       .doc = json_doc_new(),
			       .amount = CENTS_ZERO };
	size_t stands = 0;
	enum err err;

	for (size_t i = 0; i < count; i++)
		stands += job[i].count;
	block.stands = calloc(stands + 1, sizeof *block.stands);
	err = block.doc && block.stands ? block_issue(issuing, &block, fault)
					: fault_set(fault, ERR_MEMORY, "out of memory");
	if (!err &&
	    cents_add(issuing->issued.amount, block.amount, &issuing->issued.amount))
		err = fault_set(fault, ERR_TOO_BIG, "the receipts' sum does not fit");
	json_doc_free(block.doc);
	free(block.stands);
	return err;
}

/* ---- all of them ---- */

static enum err first_number(struct issuing *issuing, int64_t *ret_first,
			     struct fault *fault)
{
	struct books *books;
	enum err err = ledger_books(issuing->ledger, &books, fault);

	if (err)
		return err;
	*ret_first = query_receipt_count(books) + 1;
	ledger_books_done(issuing->ledger);
	return ERR_OK;
}

static enum err jobs_run(struct issuing *issuing, struct fault *fault)
{
	const struct receipt_jobs *jobs = &issuing->jobs;
	const struct receipt_order *order = issuing->order;
	size_t done = 0;
	int64_t first = 0;
	enum err err = first_number(issuing, &first, fault);

	while (!err && done < jobs->count) {
		size_t count = block_size(jobs->job + done, jobs->count - done);

		err = block_run(issuing, jobs->job + done, count, first + (int64_t)done,
				fault);
		if (err)
			break;
		done += count;
		if (order->progress)
			order->progress(order->ctx, done, jobs->count);
	}
	issuing->issued.count = done;
	issuing->issued.first = done ? first : 0;
	issuing->issued.last = done ? first + (int64_t)done - 1 : 0;
	return err;
}

enum err receipts_issue(struct ledger *ledger, struct vault *vault,
			const struct receipt_order *order,
			struct receipts_issued *ret_issued, struct fault *fault)
{
	struct issuing issuing = { .ledger = ledger,
				   .vault = vault,
				   .order = order,
				   .issued.amount = CENTS_ZERO };
	enum err err = ERR_OK;

	*ret_issued = issuing.issued;
	if (date_paris(time(NULL), &issuing.today))
		return fault_set(fault, ERR_INVALID, "the clock gives no day of ours");
	err = pending_end(&issuing, fault);
	if (!err)
		err = receipt_jobs_make(ledger, vault, order, &issuing.jobs, fault);
	if (!err)
		err = jobs_run(&issuing, fault);
	issuing.issued.below_floor = issuing.jobs.below_floor;
	issuing.issued.without_gifts = issuing.jobs.without_gifts;
	receipt_jobs_release(&issuing.jobs);
	*ret_issued = issuing.issued;
	return err;
}

/* ---- void ---- */

struct voiding {
	struct json_doc *doc;
	struct json *draft;
	struct receipt_stand *stands; /* owned */
	size_t count;
};

static enum err void_take(void *ctx, const struct vault_copy *copy, struct fault *fault)
{
	struct voiding *voiding = ctx;
	struct json_doc *doc = json_doc_new();
	struct json *data = NULL;
	enum err err = doc ? json_parse(doc, copy->data, &data, fault)
			   : fault_set(fault, ERR_MEMORY, "out of memory");
	const struct json *gifts = err ? NULL : json_get(data, "gifts");

	if (!err) {
		voiding->stands = calloc(gifts->count + 1, sizeof *voiding->stands);
		if (!voiding->stands)
			err = fault_set(fault, ERR_MEMORY, "out of memory");
	}
	for (const struct json *gift = err ? NULL : gifts->first; gift;
	     gift = gift->next) {
		struct receipt_stand *stand = &voiding->stands[voiding->count++];
		struct slice mark = item_text(gift, "mark");

		stand->is_row = item_has(gift, "mark");
		stand->amount = item_cents(gift, "amount");
		stand->position =
			(uint64_t)item_integer(gift, stand->is_row ? "batch" : "entry");
		if (stand->is_row && mark.n < sizeof stand->mark)
			memcpy(stand->mark, mark.p, mark.n);
	}
	json_doc_free(doc);
	return err;
}

/* Here, for its reference would be a conflict the second time, which says less. */
static enum err void_check(struct ledger *ledger, int64_t number, struct fault *fault)
{
	struct receipt_view receipt;
	struct books *books;
	enum err err = ledger_books(ledger, &books, fault);

	if (err)
		return err;
	if (query_receipt(books, number, &receipt) && receipt.voided)
		err = fault_rule(fault, "voiding",
				 "receipt %" PRId64
				 " is void already, by position %" PRIu64,
				 number, receipt.voided);
	ledger_books_done(ledger);
	return err;
}

enum err receipt_void(struct ledger *ledger, struct vault *vault, int64_t number,
		      const char *by, const char *reason, uint64_t *ret_position,
		      struct fault *fault)
{
	struct voiding voiding = { .doc = json_doc_new() };
	char ref[33];
	enum err err = void_check(ledger, number, fault);

	if (!err && !voiding.doc)
		err = fault_set(fault, ERR_MEMORY, "out of memory");
	if (!err)
		err = vault_copy_read(vault, number, void_take, &voiding, fault);
	if (!err) {
		(void)snprintf(ref, sizeof ref, "VOIDING-%" PRId64, number);
		voiding.draft = json_new(voiding.doc, JSON_OBJECT);
		(void)json_add_cstring(voiding.doc, voiding.draft, "kind", "voiding");
		(void)json_add_cstring(voiding.doc, voiding.draft, "ref", ref);
		(void)json_add_cstring(voiding.doc, voiding.draft, "reason", reason);
		(void)json_add_integer(voiding.doc, voiding.draft, "number", number);
		receipt_stands_add(voiding.doc, voiding.draft, voiding.stands,
				   voiding.count);
		err = receipt_record(ledger, by, voiding.doc, voiding.draft, ret_position,
				     fault);
	}
	free(voiding.stands);
	json_doc_free(voiding.doc);
	return err;
}
