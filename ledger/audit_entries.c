/*
 * audit_entries.c - the log from its first entry to its last.
 *
 * A bundle's entries are first held against the tile of their hashes, so that a
 * changed byte is found where it is and not by what it would do to the books.
 * Each entry then goes through the rule engine that admitted it.
 */
#include <assert.h>
#include <inttypes.h>

#include "ledger/audit_ahead.h"
#include "ledger/audit_int.h"
#include "ledger/batch_check.h"
#include "ledger/books_query.h"
#include "ledger/books_query_receipt.h"
#include "ledger/receipt_rows.h"

/* ---- rows ---- */

static enum err rows_of(struct audit *audit, uint64_t position, const struct entry *batch,
			struct audit_rows **ret_rows, struct fault *fault)
{
	struct rows_limits limits = batch_limits(batch, audit->row_cap);

	if (audit->ahead)
		return audit_ahead_take(audit->ahead, position, ret_rows, fault);
	*ret_rows = &audit->rows;
	return audit_rows_read(&audit->rows, &audit->folder, position, batch, &limits,
			       fault);
}

static void rows_count(struct audit *audit, const struct audit_rows *rows)
{
	if (rows->withheld) {
		audit->counts.batches_withheld++;
		audit->counts.rows_withheld += rows->count;
		return;
	}
	audit->rows_met++;
	audit->counts.rows += rows->count;
}

static enum err batch_run(struct audit *audit, uint64_t position,
			  const struct entry *batch, struct fault *fault)
{
	struct claims_window window = claims_window_of(batch);
	struct claims_change change;
	struct audit_rows *rows;
	enum err err;

	if (audit->without_rows || entry_integer(batch, "count") == 0)
		return ERR_OK;
	err = rows_of(audit, position, batch, &rows, fault);
	if (err)
		return err;
	rows_count(audit, rows);
	if (rows->withheld)
		return ERR_OK;
	change = claims_change_of(rows->tags, rows->count);
	return audit_claims_take(&audit->claims, batch->at, &window, &change, fault);
}

/* Corrections are few, and what they may hold is only known once their batch was
 * applied: they are not read ahead. Rows that are withheld claim nothing here, before
 * a correction or after it. */
static enum err correction_run(struct audit *audit, uint64_t position,
			       const struct entry *correction,
			       const struct batch_view *batch, struct fault *fault)
{
	struct audit_rows *old = &audit->old_rows, *rows = &audit->rows;
	struct claims_window window = claims_window_of_view(batch);
	uint64_t count = (uint64_t)entry_integer(correction, "count");
	struct rows_limits limits = batch_view_limits(batch, count);
	struct rows_limits old_limits =
		batch_view_limits(batch, (uint64_t)batch->rows_count);
	struct claims_change change;
	enum err err = ERR_OK;

	if (audit->without_rows)
		return ERR_OK;
	old->count = rows->count = 0;
	old->withheld = rows->withheld = false;
	if (old_limits.rows_max > 0)
		err = audit_rows_read_tags(old, &audit->folder, batch->rows_at,
					   &old_limits, fault);
	if (!err && count > 0) {
		err = audit_rows_read(rows, &audit->folder, position, correction, &limits,
				      fault);
		if (!err)
			rows_count(audit, rows);
	}
	if (err)
		return err;
	err = claims_change_between(old->tags, old->withheld ? 0 : old->count, rows->tags,
				    rows->withheld ? 0 : rows->count, &change, fault);
	if (err)
		return err;
	err = audit_claims_take(&audit->claims, correction->at, &window, &change, fault);
	claims_change_release(&change);
	if (!err && old->count && !old->withheld && !rows->withheld)
		err = receipt_rows_check_kept(
			audit->books, buffer_slice(&old->blob),
			rows->count ? buffer_slice(&rows->blob) : slice_of("", 0), fault);
	return err;
}

/* Rows of before that a receipt, or one that becomes void, names by their marks. */
static enum err receipt_run(struct audit *audit, const struct entry *receipt,
			    struct fault *fault)
{
	struct audit_rows *rows = &audit->old_rows;
	struct given_view given;
	enum err err = ERR_OK;

	for (const struct json *item = entry_list(receipt, "batches")->first;
	     item && !err && !audit->without_rows; item = item->next) {
		if (!query_given_at(audit->books, (uint64_t)item_integer(item, "batch"),
				    "person", &given))
			continue; /* the books have refused it */
		err = audit_rows_read_blob(rows, &audit->folder, given.rows_at,
					   (uint64_t)given.rows_count, fault);
		if (!err && !rows->withheld)
			err = receipt_rows_check(item, buffer_slice(&rows->blob), fault);
	}
	return err;
}

/* ---- one entry ---- */

/* By its digest, or by a line of one that is in the log. */
static bool has_statement(const struct entry *entry)
{
	return entry_has(entry, "statement") || entry_has(entry, "line");
}

static void entry_count(struct audit *audit, const struct entry *entry)
{
	struct audit_counts *counts = &audit->counts;

	counts->entries[entry->kind]++;
	if (entry->kind == KIND_batch && entry_has(entry, "manifest"))
		counts->batches_signed++;
	if (entry->kind == KIND_correction && entry_has(entry, "manifest"))
		counts->corrections_signed++;
	if (entry->kind == KIND_settlement && has_statement(entry))
		counts->settlements_with_statement++;
	if (entry->kind == KIND_paid && has_statement(entry))
		counts->paid_with_statement++;
	audit->last_at_s = entry->at;
}

static enum err entry_verify(struct audit *audit, uint64_t position,
			     const struct entry *entry, const struct hash *leaf,
			     struct fault *fault)
{
	struct batch_view batch; /* as it was before its correction */
	bool known = entry->kind == KIND_correction &&
		     query_batch(audit->books, entry_position(entry, "batch"), &batch);
	enum err err = books_apply(audit->books, entry, leaf, fault);

	if (err && state_file_fault(audit->state_file)->err)
		return audit_books_err(audit, fault);
	if (err)
		return audit_finds(audit, position, "entry", err, fault);
	entry_count(audit, entry);
	if (entry->kind == KIND_charter)
		audit->row_cap = entry_cents(entry, "row_cap");
	else if (entry->kind == KIND_batch)
		err = batch_run(audit, position, entry, fault);
	else if (known)
		err = correction_run(audit, position, entry, &batch, fault);
	else if (entry->kind == KIND_receipt || entry->kind == KIND_voiding)
		err = receipt_run(audit, entry, fault);
	return audit_finds(audit, position, "batch_rows", err, fault);
}

static enum err entry_run(struct audit *audit, uint64_t position, struct slice bytes,
			  const struct hash *leaf, struct fault *fault)
{
	const struct audit_options *options = audit->options;
	struct entry entry;
	enum err err;

	json_doc_clear(audit->doc);
	err = entry_parse(audit->doc, bytes, &entry, fault);
	if (err)
		return audit_finds(audit, position, "entry", err, fault);
	err = entry_verify(audit, position, &entry, leaf, fault);
	if (!err && options->on_entry)
		err = options->on_entry(options->on_entry_ctx, position, &entry, bytes,
					audit->books, fault);
	if (!err)
		err = state_file_relieve(audit->state_file, audit->state, fault);
	if (err)
		return err;
	err = audit_tree_append(&audit->tree, leaf, fault);
	if (err)
		return audit_finds(audit, AUDIT_NO_POSITION, "tile", err, fault);
	return audit_compare_older(audit, fault);
}

/* ---- bundles ---- */

enum err audit_read_bundle(struct audit *audit, const struct tile *bundle,
			   struct fault *fault)
{
	char path[TILE_PATH_BYTES_MAX];
	enum err err;

	tile_path_format(bundle, path);
	err = audit_folder_read(&audit->folder, path, TILE_BUNDLE_BYTES_MAX,
				&audit->bundle, fault);
	if (!err) {
		err = tile_bundle_split(buffer_slice(&audit->bundle), bundle->width,
					audit->entries, fault);
		if (err)
			(void)fault_prefix(fault, "'%s'", path);
	}
	return audit_finds(audit, AUDIT_NO_POSITION, "bundle", err, fault);
}

/* The entries' hashes are those of the tile beside the bundle. */
static enum err bundle_hash(struct audit *audit, const struct tile *bundle,
			    struct fault *fault)
{
	struct tile tile = { .index = bundle->index, .width = bundle->width };
	uint64_t position = AUDIT_NO_POSITION;
	unsigned at;
	enum err err;

	for (unsigned i = 0; i < bundle->width; i++)
		audit->leaves[i] = hash_leaf(audit->entries[i].p, audit->entries[i].n);
	err = audit_tree_compare(&audit->tree, &tile, audit->leaves, &at, fault);
	if (err && at < bundle->width)
		position = bundle->index * TILE_WIDTH + at;
	return audit_finds(audit, position, "tile", err, fault);
}

static enum err bundle_run(struct audit *audit, const struct tile *bundle,
			   struct fault *fault)
{
	uint64_t first = bundle->index * TILE_WIDTH;
	enum err err = audit_read_bundle(audit, bundle, fault);

	if (!err)
		err = bundle_hash(audit, bundle, fault);
	for (unsigned i = 0; !err && i < bundle->width; i++) {
		/* Reading ahead needs the charter's cap of a row. */
		if (audit->ahead && i == (first == 0 ? 1 : 0))
			audit_ahead_offer(audit->ahead, first + i, audit->entries + i,
					  bundle->width - i, audit->row_cap);
		err = entry_run(audit, first + i, audit->entries[i], &audit->leaves[i],
				fault);
	}
	if (audit->ahead)
		audit_ahead_recall(audit->ahead);
	return err;
}

enum err audit_entries_run(struct audit *audit, struct fault *fault)
{
	struct tile bundle = { .level = TILE_LEVEL_ENTRIES };
	uint64_t size = audit->checkpoint.size;
	enum err err = audit_compare_older(audit, fault);

	for (; !err && bundle.index * TILE_WIDTH < size; bundle.index++) {
		uint64_t left = size - bundle.index * TILE_WIDTH;

		bundle.width = left < TILE_WIDTH ? (unsigned)left : TILE_WIDTH;
		err = bundle_run(audit, &bundle, fault);
	}
	return err;
}

/* ---- once more ---- */

struct again {
	uint64_t from, to;
	enum err (*each)(void *ctx, uint64_t position, const struct entry *entry,
			 struct fault *fault);
	void *ctx;
};

static enum err entry_again(struct audit *audit, const struct again *again,
			    uint64_t position, struct fault *fault)
{
	struct merkle_reader reader =
		audit_tree_reader(&audit->tree, audit->checkpoint.size);
	struct slice bytes = audit->entries[position % TILE_WIDTH];
	struct hash leaf = hash_leaf(bytes.p, bytes.n), verified;
	struct entry entry;
	enum err err = reader.node(reader.ctx, 0, position, &verified, fault);

	if (!err && !hash_equal(&leaf, &verified))
		err = fault_set(fault, ERR_IO,
				"the export was changed while it was read: try again");
	json_doc_clear(audit->doc);
	if (!err)
		err = entry_parse(audit->doc, bytes, &entry, fault);
	return err ? err : again->each(again->ctx, position, &entry, fault);
}

static enum err bundle_again(struct audit *audit, const struct again *again,
			     uint64_t index, struct fault *fault)
{
	struct tile bundle = { TILE_LEVEL_ENTRIES, index, TILE_WIDTH };
	uint64_t first = index * TILE_WIDTH, left = audit->checkpoint.size - first;
	enum err err;

	if (left < TILE_WIDTH)
		bundle.width = (unsigned)left;
	err = audit_read_bundle(audit, &bundle, fault);
	for (unsigned i = 0; !err && i < bundle.width; i++)
		if (first + i >= again->from && first + i < again->to)
			err = entry_again(audit, again, first + i, fault);
	return err;
}

enum err audit_each_entry(struct audit *audit, uint64_t from, uint64_t to,
			  enum err (*each)(void *ctx, uint64_t position,
					   const struct entry *entry,
					   struct fault *fault),
			  void *ctx, struct fault *fault)
{
	struct again again = { .from = from, .to = to, .each = each, .ctx = ctx };
	enum err err = ERR_OK;

	assert(to <= audit->checkpoint.size);
	for (uint64_t n = from / TILE_WIDTH; !err && from < to && n * TILE_WIDTH < to;
	     n++)
		err = bundle_again(audit, &again, n, fault);
	return err;
}

/* ---- rows of no batch ---- */

struct stray {
	struct audit *audit;
	bool found;
	uint64_t position; /* the least */
};

static enum err stray_look(void *ctx, uint64_t position, struct fault *fault)
{
	struct stray *stray = ctx;
	struct audit *audit = stray->audit;
	struct tile bundle = { TILE_LEVEL_ENTRIES, position / TILE_WIDTH, TILE_WIDTH };
	uint64_t left = audit->checkpoint.size - bundle.index * TILE_WIDTH;
	struct entry entry;
	enum err err;

	if (left < TILE_WIDTH)
		bundle.width = (unsigned)left;
	err = audit_read_bundle(audit, &bundle, fault);
	json_doc_clear(audit->doc);
	if (!err)
		err = entry_parse(audit->doc, audit->entries[position % TILE_WIDTH],
				  &entry, fault);
	if (err || ((entry.kind == KIND_batch || entry.kind == KIND_correction) &&
		    entry_integer(&entry, "count") > 0))
		return err;
	if (!stray->found || position < stray->position)
		stray->position = position;
	stray->found = true;
	return ERR_OK;
}

enum err audit_rows_all_met(struct audit *audit, struct fault *fault)
{
	struct stray stray = { .audit = audit };
	enum err err;

	if (audit->without_rows || audit->rows_files == audit->rows_met)
		return ERR_OK;
	err = audit_folder_each_rows(&audit->folder, stray_look, &stray, fault);
	if (err)
		return err;
	/* None: a file came or went while we read. */
	if (!stray.found)
		return fault_set(fault, ERR_IO,
				 "the export was changed while it was read: try again");
	(void)fault_set(fault, ERR_CORRUPT,
			"'rows/%" PRIu64 "' is not a file of this export: the entry is "
			"no batch with rows",
			stray.position);
	return audit_finds(audit, stray.position, "file", ERR_CORRUPT, fault);
}
