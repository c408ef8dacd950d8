/*
 * store_log.c - the log's tables: what is finished, and the growing end of it.
 *
 *  (1) Entry i is in bundle i / 256 where that stands, and in the tail otherwise.
 *  (2) A bundle is made once, of exactly 256 entries; the rows of the tail that
 *      it holds go in the same transaction (the trigger tail_folds demands it).
 */
#include "ledger/store_int.h"

#include <inttypes.h>
#include <stdio.h>

/* ---- meta and note ---- */

enum err store_meta_read(struct store *store, struct store_meta *ret_meta,
			 struct fault *fault)
{
	struct store_meta meta = { 0 };
	struct sql query = sql_of(store, STMT_META_READ);
	enum err err = sql_one(&query, "its size", fault);

	if (err)
		return err;
	meta.head.size = (uint64_t)sql_column(&query, 0);
	err = sql_column_copy(&query, 1, meta.head.root.b, HASH_BYTES, fault);
	meta.at = sql_column(&query, 2);
	meta.generation = sql_column(&query, 3);
	meta.format = sql_column(&query, 4);
	sql_end(&query);
	if (!err && meta.head.size > MERKLE_SIZE_MAX)
		err = fault_set(fault, ERR_CORRUPT,
				"the ledger's size is past its limit");
	if (!err)
		*ret_meta = meta;
	return err;
}

enum err store_meta_write(struct store *store, const struct store_meta *meta,
			  struct fault *fault)
{
	struct sql query = sql_of(store, STMT_META_WRITE);

	sql_integer(&query, (int64_t)meta->head.size);
	sql_blob(&query, slice_of(meta->head.root.b, HASH_BYTES));
	sql_integer(&query, meta->at);
	sql_integer(&query, meta->generation);
	sql_integer(&query, meta->format);
	return sql_run(&query, fault);
}

enum err store_note_read(struct store *store, uint64_t *ret_size, struct buffer *ret_note,
			 struct fault *fault)
{
	struct sql query = sql_of(store, STMT_NOTE_READ);
	bool row = false;
	enum err err = sql_step(&query, &row, fault);

	if (err)
		return err;
	if (row) {
		buffer_put_slice(ret_note, sql_column_blob(&query, 1));
		err = buffer_check(ret_note, "the checkpoint", fault);
	}
	if (!err)
		*ret_size = row ? (uint64_t)sql_column(&query, 0) : 0;
	sql_end(&query);
	return err;
}

enum err store_note_write(struct store *store, uint64_t size, struct slice note,
			  struct fault *fault)
{
	struct sql query = sql_of(store, STMT_NOTE_WRITE);
	enum err err = store_level_set(store, true, fault);

	if (err)
		return err;
	/* Answers wait for this. Who holds the database will sign a longer log. */
	store_busy_limit(store, STORE_NOTE_BUSY_MS);
	sql_integer(&query, (int64_t)size);
	sql_blob(&query, note);
	err = sql_run(&query, fault);
	store_busy_limit(store, STORE_BUSY_MS);
	return err;
}

/* ---- entries ---- */

static struct slice entry_at(const struct store_entries *entries, size_t i)
{
	size_t start = i ? entries->ends[i - 1] : 0;

	return slice_of(entries->bytes + start, entries->ends[i] - start);
}

static enum err tail_add(struct store *store, uint64_t position, struct slice bytes,
			 struct fault *fault)
{
	struct sql query = sql_of(store, STMT_TAIL_ADD);

	sql_integer(&query, (int64_t)position);
	sql_blob(&query, bytes);
	return sql_run(&query, fault);
}

static enum err bundle_append(struct buffer *bundle, struct slice entry,
			      struct fault *fault)
{
	enum err err = tile_bundle_append(bundle, entry);

	return err ? fault_set(fault, err, "an entry does not fit its bundle") : ERR_OK;
}

/* Appends entries from..to-1 of the tail, as in a bundle. */
static enum err tail_range(struct store *store, uint64_t from, uint64_t to,
			   struct buffer *out, struct fault *fault)
{
	struct sql query = sql_of(store, STMT_TAIL_RANGE);
	bool row = true;
	enum err err = ERR_OK;

	sql_integer(&query, (int64_t)from);
	sql_integer(&query, (int64_t)to);
	while (!err && from < to) {
		err = sql_step(&query, &row, fault);
		if (err)
			return err;
		if (!row || (uint64_t)sql_column(&query, 0) != from)
			err = fault_set(fault, ERR_NOT_FOUND,
					"entry %" PRIu64 " is not in the ledger", from);
		if (!err)
			err = bundle_append(out, sql_column_blob(&query, 1), fault);
		from++;
	}
	sql_end(&query);
	return err;
}

/* Makes bundle n of the tail's entries and those from entries[*i] on. */
static enum err bundle_fill(struct store *store, uint64_t n,
			    const struct store_entries *entries, size_t *i,
			    struct fault *fault)
{
	struct sql add = sql_of(store, STMT_BUNDLE_ADD);
	struct sql fold = sql_of(store, STMT_TAIL_FOLD);
	uint64_t position = entries->first + *i;
	struct buffer bundle;
	enum err err;

	buffer_init(&bundle, TILE_BUNDLE_BYTES_MAX);
	err = tail_range(store, n * TILE_WIDTH, position, &bundle, fault);
	for (; !err && position < (n + 1) * TILE_WIDTH; position++)
		err = bundle_append(&bundle, entry_at(entries, (*i)++), fault);
	if (!err) {
		sql_integer(&add, (int64_t)n);
		sql_blob(&add, buffer_slice(&bundle));
		err = sql_run(&add, fault);
	}
	if (!err) {
		sql_integer(&fold, (int64_t)n);
		err = sql_run(&fold, fault);
	}
	buffer_release(&bundle);
	return err;
}

enum err store_entries_add(struct store *store, const struct store_entries *entries,
			   struct fault *fault)
{
	uint64_t size = entries->first + entries->count;
	enum err err = ERR_OK;
	size_t i = 0;

	while (!err && i < entries->count) {
		uint64_t position = entries->first + i;
		uint64_t n = position / TILE_WIDTH;

		if ((n + 1) * TILE_WIDTH <= size) {
			err = bundle_fill(store, n, entries, &i, fault);
		} else {
			err = tail_add(store, position, entry_at(entries, i), fault);
			i++;
		}
	}
	return err;
}

/* The bytes of a bundle's entries before that of the given index, and its own. */
static enum err bundle_find(struct slice bundle, unsigned index, size_t *ret_start,
			    struct slice *ret_entry, struct fault *fault)
{
	size_t at = 0;

	for (unsigned i = 0; at + 2 <= bundle.n; i++) {
		size_t n = (size_t)bundle.p[at] << 8 | bundle.p[at + 1];

		if (n > bundle.n - at - 2)
			break;
		if (i == index) {
			*ret_start = at;
			*ret_entry = slice_of(bundle.p + at + 2, n);
			return ERR_OK;
		}
		at += 2 + n;
	}
	return fault_set(fault, ERR_CORRUPT, "an entry bundle is cut short");
}

/* Steps a query for bundle n; *ret_row is false where it is not made yet. */
static enum err bundle_query(struct store *store, uint64_t n, struct sql *ret_query,
			     bool *ret_row, struct fault *fault)
{
	*ret_query = sql_of(store, STMT_BUNDLE_READ);
	sql_integer(ret_query, (int64_t)n);
	return sql_step(ret_query, ret_row, fault);
}

static enum err put_and_check(struct buffer *out, struct slice bytes, struct fault *fault)
{
	buffer_put_slice(out, bytes);
	return buffer_check(out, "what was read from the ledger", fault);
}

enum err store_entry(struct store *store, uint64_t position, struct buffer *out,
		     struct fault *fault)
{
	struct sql query;
	struct slice entry;
	size_t start;
	bool row = false;
	enum err err;

	if (position > MERKLE_SIZE_MAX)
		return fault_set(fault, ERR_NOT_FOUND, "there is no such entry");
	err = bundle_query(store, position / TILE_WIDTH, &query, &row, fault);
	if (err)
		return err;
	if (row) {
		err = bundle_find(sql_column_blob(&query, 0),
				  (unsigned)(position % TILE_WIDTH), &start, &entry,
				  fault);
		if (!err)
			err = put_and_check(out, entry, fault);
		sql_end(&query);
		return err;
	}
	sql_end(&query);
	query = sql_of(store, STMT_TAIL_READ);
	sql_integer(&query, (int64_t)position);
	err = sql_one(&query, "the entry", fault);
	if (err)
		return err;
	err = put_and_check(out, sql_column_blob(&query, 0), fault);
	sql_end(&query);
	return err;
}

enum err store_bundle(struct store *store, uint64_t n, unsigned width, struct buffer *out,
		      struct fault *fault)
{
	struct sql query;
	struct slice entry = { 0 };
	struct slice bytes;
	size_t start = 0;
	bool row = false;
	enum err err;

	if (n > MERKLE_SIZE_MAX / TILE_WIDTH)
		return fault_set(fault, ERR_NOT_FOUND, "there is no such bundle");
	err = bundle_query(store, n, &query, &row, fault);
	if (err)
		return err;
	if (row) {
		bytes = sql_column_blob(&query, 0);
		if (width < TILE_WIDTH) {
			err = bundle_find(bytes, width, &start, &entry, fault);
			bytes.n = start;
		}
		if (!err)
			err = put_and_check(out, bytes, fault);
		sql_end(&query);
		return err;
	}
	sql_end(&query);
	return tail_range(store, n * TILE_WIDTH, n * TILE_WIDTH + width, out, fault);
}

/* ---- tiles ---- */

enum err store_tile(struct store *store, unsigned level, uint64_t n,
		    struct hash ret_hashes[TILE_WIDTH], struct fault *fault)
{
	struct sql query = sql_of(store, STMT_TILE_READ);
	enum err err;

	sql_integer(&query, (int64_t)level);
	sql_integer(&query, (int64_t)n);
	err = sql_one(&query, "the tile", fault);
	if (err)
		return err;
	err = sql_column_copy(&query, 0, ret_hashes, TILE_BYTES_MAX, fault);
	sql_end(&query);
	return err;
}

enum err store_tile_add(struct store *store, unsigned level, uint64_t n,
			const struct hash hashes[TILE_WIDTH], struct fault *fault)
{
	struct sql query = sql_of(store, STMT_TILE_ADD);

	sql_integer(&query, (int64_t)level);
	sql_integer(&query, (int64_t)n);
	sql_blob(&query, slice_of(hashes, TILE_BYTES_MAX));
	return sql_run(&query, fault);
}

enum err store_edge(struct store *store, unsigned level,
		    struct hash ret_hashes[TILE_WIDTH], unsigned *ret_width,
		    struct fault *fault)
{
	struct sql query = sql_of(store, STMT_EDGE_READ);
	struct slice bytes = { 0 };
	bool row = false;
	enum err err;

	sql_integer(&query, (int64_t)level);
	err = sql_step(&query, &row, fault);
	if (err)
		return err;
	if (row)
		bytes = sql_column_blob(&query, 0);
	if (bytes.n % HASH_BYTES || bytes.n >= TILE_BYTES_MAX)
		err = fault_set(fault, ERR_CORRUPT, "the edge of level %u is not one",
				level);
	if (!err) {
		if (bytes.n)
			memcpy(ret_hashes, bytes.p, bytes.n);
		*ret_width = (unsigned)(bytes.n / HASH_BYTES);
	}
	sql_end(&query);
	return err;
}

enum err store_edge_write(struct store *store, unsigned level, const struct hash *hashes,
			  unsigned width, struct fault *fault)
{
	struct sql query = sql_of(store, STMT_EDGE_WRITE);

	sql_integer(&query, (int64_t)level);
	sql_blob(&query, slice_of(hashes, (size_t)width * HASH_BYTES));
	return sql_run(&query, fault);
}

/* ---- rows ---- */

enum err store_rows_add(struct store *store, uint64_t position, struct slice blob,
			struct fault *fault)
{
	struct sql query = sql_of(store, STMT_ROWS_ADD);

	sql_integer(&query, (int64_t)position);
	sql_blob(&query, blob);
	return sql_run(&query, fault);
}

enum err store_rows(struct store *store, uint64_t position, struct buffer *out,
		    struct fault *fault)
{
	struct sql query = sql_of(store, STMT_ROWS_READ);
	enum err err;

	sql_integer(&query, (int64_t)position);
	err = sql_one(&query, "the batch's rows", fault);
	if (err)
		return err;
	err = put_and_check(out, sql_column_blob(&query, 0), fault);
	sql_end(&query);
	return err;
}

enum err store_rows_size(struct store *store, uint64_t position, int64_t *ret_bytes,
			 struct fault *fault)
{
	struct sql query = sql_of(store, STMT_ROWS_SIZE);
	enum err err;

	sql_integer(&query, (int64_t)position);
	err = sql_one(&query, "the batch's rows", fault);
	if (err)
		return err;
	*ret_bytes = sql_column(&query, 0);
	sql_end(&query);
	return ERR_OK;
}

enum err store_rows_deleted(struct store *store, uint64_t position, struct date *ret_day,
			    struct fault *fault)
{
	struct sql query = sql_of(store, STMT_ROWS_DELETED);
	enum err err;

	sql_integer(&query, (int64_t)position);
	err = sql_one(&query, "the deletion of rows", fault);
	if (err)
		return err;
	ret_day->day = (int32_t)sql_column(&query, 0);
	sql_end(&query);
	return ERR_OK;
}

enum err store_rows_delete(struct store *store, uint64_t position, struct date day,
			   struct fault *fault)
{
	struct sql query = sql_of(store, STMT_ROWS_DELETED_ADD);
	enum err err;

	sql_integer(&query, (int64_t)position);
	sql_integer(&query, day.day);
	err = sql_run(&query, fault);
	if (err)
		return err;
	query = sql_of(store, STMT_ROWS_DELETE);
	sql_integer(&query, (int64_t)position);
	return sql_run(&query, fault);
}

enum err store_rows_next(struct store *store, uint64_t from, uint64_t *ret_position,
			 bool *ret_found, struct fault *fault)
{
	struct sql query = sql_of(store, STMT_ROWS_NEXT);
	bool row = false;
	enum err err;

	sql_integer(&query, (int64_t)from);
	err = sql_step(&query, &row, fault);
	if (err)
		return err;
	if (row)
		*ret_position = (uint64_t)sql_column(&query, 0);
	*ret_found = row;
	sql_end(&query);
	return ERR_OK;
}

enum err store_count(struct store *store, struct store_counts *ret_counts,
		     struct fault *fault)
{
	struct sql query = sql_of(store, STMT_COUNT);
	enum err err = sql_one(&query, "a count", fault);

	if (err)
		return err;
	*ret_counts = (struct store_counts){
		.bundles = (uint64_t)sql_column(&query, 0),
		.tail = (uint64_t)sql_column(&query, 1),
		.tiles = (uint64_t)sql_column(&query, 2),
		.rows = (uint64_t)sql_column(&query, 3),
		.claim_runs = (uint64_t)sql_column(&query, 4),
		.claim_buckets = (uint64_t)sql_column(&query, 5),
	};
	sql_end(&query);
	return ERR_OK;
}
