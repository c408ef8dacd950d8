/*
 * ledger_submit.c - the only code that makes the log longer.
 *
 *  (1) What a submission changes, it changes whole: books, claims, rows, entry
 *      and tree; or it is refused and has changed nothing.
 *  (2) An error that is not the submission's own (disk, memory, a busy or damaged
 *      database) refuses the whole group: nothing of it is committed.
 *  (3) Nothing is answered before it is committed, in `head`, and signed.
 *
 * Entries of the group wait in memory and are stored at the end, so that those
 * which fill a bundle never pass through the tail.
 */
#include <assert.h>
#include <inttypes.h>

#include "ledger/books_query.h"
#include "ledger/claims_change.h"
#include "ledger/ledger_int.h"

/* Of one group: 4,096 entries of the greatest size. */
#define GROUP_BYTES_MAX ((size_t)4096 * ENTRY_BYTES_MAX)

struct group {
	struct ledger *ledger;
	int64_t at;
	struct buffer bytes; /* of the entries added, one after the other */
	size_t *ends;
	size_t count;
	struct fault *fault; /* the group's */
};

/* A group's own error, told to the submission as well. */
static enum err group_fault(struct group *group, struct submission *submission,
			    enum err err)
{
	if (err && group->fault)
		submission->fault = *group->fault;
	return err;
}

static bool is_groups(enum err err)
{
	return err == ERR_IO || err == ERR_BUSY || err == ERR_MEMORY;
}

/* ---- repeated references ---- */

/* The bytes of an entry, committed or of this group. */
static enum err entry_read(struct group *group, uint64_t position, struct buffer *out,
			   struct fault *fault)
{
	uint64_t base = group->ledger->meta.head.size;
	size_t i, start;

	if (position < base)
		return store_entry(group->ledger->store, position, out, fault);
	i = (size_t)(position - base);
	assert(i < group->count);
	start = i ? group->ends[i - 1] : 0;
	buffer_put(out, group->bytes.p + start, group->ends[i] - start);
	return buffer_check(out, "the entry", fault);
}

/* ---- dates that follow the close of the books ---- */

/* Gives the draft another date, and so another digest. */
static enum err draft_redate(struct submission *submission, const char *date)
{
	struct entry view = { .kind = submission->kind, .json = submission->draft };

	json_remove(submission->draft, "date");
	(void)json_add_cstring(submission->doc, submission->draft, "date", date);
	if (json_doc_err(submission->doc))
		return fault_set(&submission->fault, ERR_MEMORY, "out of memory");
	return entry_content(&view, &submission->content, &submission->fault);
}

/* The first open day, where the draft's date is before it. */
static enum err date_follow(struct group *group, struct submission *submission)
{
	char text[DATE_TEXT_BYTES];
	struct date from;

	if (!submission->follows_close || !item_has(submission->draft, "date") ||
	    !query_open_from(group->ledger->books, &from) ||
	    date_cmp(item_date(submission->draft, "date"), from) >= 0)
		return ERR_OK;
	date_format(from, text);
	return draft_redate(submission, text);
}

/* What was dated later, for its day was closed, is the same if all the rest is. */
static enum err date_of_first(struct submission *submission, uint64_t position,
			      struct group *group)
{
	struct json_doc *doc = json_doc_new();
	char text[DATE_TEXT_BYTES];
	struct buffer bytes;
	struct entry first;
	enum err err;

	buffer_init(&bytes, ENTRY_BYTES_MAX);
	err = doc ? entry_read(group, position, &bytes, &submission->fault)
		  : fault_set(&submission->fault, ERR_MEMORY, "out of memory");
	if (!err)
		err = entry_parse(doc, buffer_slice(&bytes), &first, &submission->fault);
	if (!err && first.kind == submission->kind &&
	    item_has(submission->draft, "date") &&
	    date_cmp(first.date, item_date(submission->draft, "date")) > 0) {
		date_format(first.date, text);
		err = draft_redate(submission, text);
	}
	buffer_release(&bytes);
	json_doc_free(doc);
	return err;
}

/* Whether the submitter has used the reference: then the submission has its
 * answer, and *ret_known is true. */
static enum err reference_known(struct group *group, struct submission *submission,
				bool *ret_known)
{
	struct slice ref = json_get(submission->draft, "ref")->text;
	struct hash first;
	uint64_t position;
	enum err err = ERR_OK;

	*ret_known = books_reference(group->ledger->books, submission->by, ref, group->at,
				     &position, &first);
	if (!*ret_known)
		return ERR_OK;
	if (submission->follows_close && !hash_equal(&submission->content, &first))
		err = date_of_first(submission, position, group);
	if (err)
		return err;
	if (!hash_equal(&submission->content, &first))
		return fault_set(
			&submission->fault, ERR_CONFLICT,
			"reference '%.*s' was used with other content at position "
			"%" PRIu64,
			(int)ref.n, (const char *)ref.p, position);
	submission->position = position;
	submission->repeated = true;
	return entry_read(group, position, &submission->entry, &submission->fault);
}

/* ---- one submission ---- */

static enum err rows_check(const struct entry *entry, const struct batch_rows *rows,
			   struct fault *fault)
{
	bool has_rows = entry->kind == KIND_batch || entry->kind == KIND_correction;
	uint64_t count = has_rows ? (uint64_t)entry_integer(entry, "count") : 0;
	uint64_t brought = rows ? rows->count : 0;
	struct hash root;

	if (count != brought)
		return fault_set(fault, ERR_INVALID,
				 "the entry states %" PRIu64 " rows and %" PRIu64
				 " are there",
				 count, brought);
	if (!count)
		return ERR_OK;
	root = entry_hash(entry, "root");
	if (!hash_equal(&root, &rows->root))
		return fault_set(fault, ERR_INVALID,
				 "the entry states another root than that of its rows");
	return ERR_OK;
}

/* ---- claims ---- */

/* What a batch or correction does to the claims. */
struct claiming {
	bool any;
	struct batch_view batch; /* corrected */
	struct claims_window window;
	struct claims_change change;
};

/* Errors are the group's. */
static enum err claiming_begin(struct group *group, const struct submission *submission,
			       const struct entry *entry, struct claiming *ret_claiming)
{
	const struct batch_rows *rows = submission->rows;
	const struct tag *tags = rows ? (const struct tag *)rows->tags : NULL;
	size_t n = rows ? (size_t)rows->count : 0;
	uint64_t of;

	ret_claiming->any = false;
	ret_claiming->change = claims_change_of(tags, n);
	if (entry->kind == KIND_batch) {
		ret_claiming->any = n > 0;
		ret_claiming->window = claims_window_of(entry);
	}
	if (entry->kind != KIND_correction)
		return ERR_OK;
	of = entry_position(entry, "batch");
	/* Else the books will refuse it. */
	if (!query_batch(group->ledger->books, of, &ret_claiming->batch))
		return ERR_OK;
	ret_claiming->any = true;
	ret_claiming->window = claims_window_of_view(&ret_claiming->batch);
	return ledger_claims_change(group->ledger, &ret_claiming->batch, tags, n,
				    &ret_claiming->change, group->fault);
}

/* All rows that claim what was claimed, from `come` on, for who mends the file. */
static enum err claims_list(struct group *group, struct submission *submission,
			    const struct claiming *claiming,
			    const struct claims_storage *storage, size_t come)
{
	const struct claims_change *change = &claiming->change;

	while (come < change->n_come &&
	       submission->claim_count < submission->claim_rows_max) {
		size_t left = change->n_come - come - 1, next;
		enum err err;

		submission->claim_rows[submission->claim_count++] =
			claims_change_row(change, come);
		err = claims_window_check(&claiming->window, storage,
					  change->come + come + 1, left, &next,
					  group->fault);
		if (err)
			return err;
		come += 1 + next;
	}
	return ERR_OK;
}

/* The group's error, or the submission's by *ret_refused. */
static enum err claims_refuse(struct group *group, struct submission *submission,
			      const struct claiming *claiming, enum err *ret_refused)
{
	struct claims_storage storage = store_claims(group->ledger->store);
	size_t conflict;
	enum err err = claims_change_check(&claiming->change, &claiming->window, &storage,
					   &conflict, group->fault);

	if (err || conflict == claiming->change.n_come)
		return group_fault(group, submission, err);
	submission->claim_row = claims_change_row(&claiming->change, conflict);
	err = claims_list(group, submission, claiming, &storage, conflict);
	if (err)
		return group_fault(group, submission, err);
	*ret_refused = fault_rule(&submission->fault, "claim",
				  "row %zu of the batch claims what an earlier batch has "
				  "claimed: take it out",
				  submission->claim_row + 1);
	return ERR_OK;
}

static enum err rows_keep(struct group *group, const struct submission *submission,
			  const struct claiming *claiming)
{
	const struct batch_rows *rows = submission->rows;
	struct store *store = group->ledger->store;
	struct claims_storage storage = store_claims(store);
	int buckets;
	enum err err = claims_change_make(&claiming->change, &claiming->window, &storage,
					  &buckets, group->fault);

	if (!err && rows && rows->count)
		err = store_rows_add(store, submission->position, rows->blob,
				     group->fault);
	return err;
}

/* What was applied joins the group. Errors are the group's. */
static enum err entry_keep(struct group *group, struct submission *submission,
			   const struct claiming *claiming, const struct hash *leaf)
{
	enum err err = ERR_OK;

	if (claiming->any)
		err = rows_keep(group, submission, claiming);
	if (!err)
		err = log_tree_append(group->ledger->tree, leaf, group->fault);
	if (!err) {
		buffer_put_slice(&group->bytes, buffer_slice(&submission->entry));
		err = buffer_check(&group->bytes, "the group", group->fault);
	}
	if (!err)
		group->ends[group->count++] = group->bytes.n;
	return group_fault(group, submission, err);
}

static enum err entry_apply(struct group *group, const struct submission *submission,
			    const struct entry *entry, const struct hash *leaf,
			    struct fault *fault)
{
	struct books *books = group->ledger->books;
	struct state *state = group->ledger->state;
	enum err err;

	if (submission->dry_run)
		state_mark(state);
	err = books_apply(books, entry, leaf, fault);
	if (!err && submission->look)
		submission->look(submission->look_ctx, submission->position, books);
	if (submission->dry_run)
		state_rollback(state);
	return err;
}

/* From a draft to an entry: checked, completed, written. */
static enum err entry_make(struct group *group, struct submission *submission,
			   struct entry *ret_entry)
{
	struct fault *fault = &submission->fault;
	enum err err = date_follow(group, submission);

	if (!err)
		err = books_complete(group->ledger->books, submission->doc,
				     submission->draft, group->at, fault);
	if (!err)
		err = entry_of_json(submission->draft, ret_entry, fault);
	ret_entry->content = &submission->content;
	if (!err) {
		err = json_write(submission->draft, &submission->entry);
		if (err)
			err = fault_set(fault, err, "the entry could not be written");
	}
	if (!err && submission->entry.n > ENTRY_BYTES_MAX)
		err = fault_set(
			fault, ERR_TOO_BIG,
			"the entry has %zu bytes, more than %d: submit less at once",
			submission->entry.n, ENTRY_BYTES_MAX);
	if (!err)
		err = rows_check(ret_entry, submission->rows, fault);
	if (!err)
		err = ledger_key_check_new(group->ledger, ret_entry, fault);
	return err;
}

/* Once its claims are known. As submission_enter(). */
static enum err entry_enter(struct group *group, struct submission *submission,
			    const struct entry *entry, const struct claiming *claiming,
			    enum err *ret_refused)
{
	struct hash leaf;

	if (claiming->any) {
		enum err err = claims_refuse(group, submission, claiming, ret_refused);

		if (err || *ret_refused)
			return err;
	}
	*ret_refused = ledger_receipt_rows(group->ledger, entry, submission->rows,
					   &submission->fault);
	if (*ret_refused)
		return ERR_OK;
	leaf = hash_leaf(submission->entry.p, submission->entry.n);
	*ret_refused = entry_apply(group, submission, entry, &leaf, &submission->fault);
	if (*ret_refused || submission->dry_run)
		return ERR_OK;
	return entry_keep(group, submission, claiming, &leaf);
}

/* Returns the group's error; the submission's own is *ret_refused. */
static enum err submission_enter(struct group *group, struct submission *submission,
				 enum err *ret_refused)
{
	struct claiming claiming;
	struct entry entry;
	enum err err;

	*ret_refused = entry_make(group, submission, &entry);
	if (*ret_refused)
		return ERR_OK;
	submission->position = group->ledger->meta.head.size + group->count;
	err = claiming_begin(group, submission, &entry, &claiming);
	if (err)
		return group_fault(group, submission, err);
	err = entry_enter(group, submission, &entry, &claiming, ret_refused);
	claims_change_release(&claiming.change);
	return err;
}

static enum err prepare(struct submission *submission, struct fault *fault)
{
	struct json *draft = submission->draft;
	struct entry view = { .json = draft };
	enum err err;

	if (submission->unfit)
		return fault_set(fault, submission->unfit, "out of memory");
	err = kind_check(draft, STAGE_DRAFT, &submission->kind, fault);
	if (err)
		return err;
	(void)json_add_text(submission->doc, draft, "by", submission->by);
	view.kind = submission->kind;
	submission->unfit = json_doc_err(submission->doc);
	if (submission->unfit)
		return fault_set(fault, submission->unfit, "out of memory");
	submission->unfit = entry_content(&view, &submission->content, fault);
	submission->is_prepared = !submission->unfit;
	return submission->unfit;
}

void submission_prepare(struct submission *submission)
{
	if (!submission->is_prepared)
		(void)prepare(submission, NULL); /* the writer tells it */
}

static enum err submission_run(struct group *group, struct submission *submission)
{
	struct fault *fault = &submission->fault;
	bool known = false;
	enum err refused = submission->is_prepared ? ERR_OK : prepare(submission, fault);
	enum err err = ERR_OK;

	if (!refused && group->ledger->succeeds && submission->kind != KIND_succession)
		refused = fault_set(fault, ERR_DENIED,
				    "a ledger that is to succeed another records that "
				    "first");
	if (!refused)
		refused = reference_known(group, submission, &known);
	if (!refused && !known)
		err = submission_enter(group, submission, &refused);
	if (refused)
		buffer_clear(&submission->entry);
	submission->err = refused;
	if (err)
		return err;
	if (is_groups(refused) || state_err(group->ledger->state)) {
		if (group->fault)
			*group->fault = *fault;
		return refused ? refused : state_err(group->ledger->state);
	}
	return ERR_OK;
}

/* ---- the group ---- */

static enum err group_begin(struct group *group, size_t count)
{
	struct ledger *ledger = group->ledger;
	struct merkle_head signed_head;
	enum err err;

	assert(!ledger->readings);
	buffer_init(&group->bytes, GROUP_BYTES_MAX);
	group->ends = calloc(count + 1, sizeof *group->ends);
	if (!group->ends)
		return fault_set(group->fault, ERR_MEMORY, "out of memory");
	err = ledger_head_read(ledger, &signed_head, group->fault);
	if (!err)
		err = store_begin(ledger->store, STORE_EXCLUSIVE, group->fault);
	if (!err)
		err = ledger_catch_up(ledger, group->fault);
	if (!err)
		err = ledger_tree(ledger, group->fault);
	if (!err)
		err = ledger_head_check(ledger, &signed_head, group->fault);
	if (!err)
		err = ledger_clock_take(ledger, &group->at, group->fault);
	return err;
}

static enum err group_commit(struct group *group)
{
	struct ledger *ledger = group->ledger;
	struct store_entries entries = {
		.first = ledger->meta.head.size,
		.count = group->count,
		.bytes = group->bytes.p,
		.ends = group->ends,
	};
	struct store_meta meta = {
		.head = log_tree_head(ledger->tree),
		.at = group->at,
		.generation = ledger->meta.generation,
		.format = LEDGER_PROJECTIONS,
	};
	enum err err = state_flush(ledger->state, store_state_change, ledger->store);

	if (err)
		return fault_set(group->fault, err, "the books could not be stored");
	err = log_tree_write(ledger->tree, group->fault);
	if (!err)
		err = store_entries_add(ledger->store, &entries, group->fault);
	if (!err)
		err = store_meta_write(ledger->store, &meta, group->fault);
	if (!err)
		err = store_commit(ledger->store, group->fault);
	if (!err)
		ledger->meta = meta;
	return err;
}

/* (2) */
static void group_fail(struct group *group, struct submission *const *submissions,
		       size_t count, enum err err)
{
	store_rollback(group->ledger->store);
	ledger_forget(group->ledger);
	for (size_t i = 0; i < count; i++) {
		submissions[i]->err = err;
		submissions[i]->repeated = false;
		submissions[i]->claim_row = SIZE_MAX;
		submissions[i]->claim_count = 0;
		buffer_clear(&submissions[i]->entry);
		if (group->fault)
			submissions[i]->fault = *group->fault;
	}
}

/* Recorded, and not signed: the one failure that does not undo. */
static enum err group_unsigned(struct group *group, struct submission *const *submissions,
			       size_t count, enum err err)
{
	struct fault cause = *group->fault;

	(void)fault_rule(group->fault, "unsigned",
			 "recorded, but not yet signed; send the same again: %s",
			 cause.text);
	group->fault->err = err;
	for (size_t i = 0; i < count; i++) {
		if (submissions[i]->err)
			continue;
		submissions[i]->err = err;
		submissions[i]->fault = *group->fault;
	}
	return err;
}

static void submissions_reset(struct submission *const *submissions, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		submissions[i]->err = ERR_OK;
		submissions[i]->fault = (struct fault){ 0 };
		submissions[i]->position = 0;
		submissions[i]->repeated = false;
		submissions[i]->claim_row = SIZE_MAX;
		submissions[i]->claim_count = 0;
		buffer_clear(&submissions[i]->entry);
	}
}

static enum err group_run(struct group *group, struct submission *const *submissions,
			  size_t count, struct buffer *ret_checkpoint)
{
	struct ledger *ledger = group->ledger;
	enum err err = group_begin(group, count);

	for (size_t i = 0; !err && i < count; i++)
		err = submission_run(group, submissions[i]);
	/* The key in force, as the group leaves it, is to sign. */
	if (!err)
		err = ledger_log_load(ledger, group->fault);
	if (!err && group->count)
		err = group_commit(group);
	if (err) {
		group_fail(group, submissions, count, err);
		return err;
	}
	store_rollback(ledger->store); /* where nothing was to be committed */
	if (group->count)
		ledger->succeeds = false; /* it took nothing but its succession */
	/* Nothing is signed for a log without a charter, or before its succession. */
	if (ledger->succeeds || !ledger->meta.head.size)
		return ERR_OK;
	err = ledger_publish(ledger, group->fault);
	if (!err) {
		buffer_clear(ret_checkpoint);
		buffer_put_slice(ret_checkpoint, buffer_slice(&ledger->note));
		err = buffer_check(ret_checkpoint, "the checkpoint", group->fault);
	}
	return err ? group_unsigned(group, submissions, count, err) : ERR_OK;
}

enum err ledger_submit(struct ledger *ledger, struct submission *const *submissions,
		       size_t count, struct buffer *ret_checkpoint, struct fault *fault)
{
	struct fault own = { 0 };
	struct group group = { .ledger = ledger, .fault = fault ? fault : &own };
	enum err err = ledger_writable(ledger, group.fault);

	submissions_reset(submissions, count);
	if (!err)
		err = group_run(&group, submissions, count, ret_checkpoint);
	buffer_release(&group.bytes);
	free(group.ends);
	return err;
}
