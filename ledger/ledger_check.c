/*
 * ledger_check.c - everything that a ledger derives, derived again and compared.
 *
 * check replays the log into memory and compares key by key; rebuild replays it
 * into the database. Both run every entry through the same books, claims and
 * tree as the writer did. The log itself (entries, tiles, rows) is never
 * rewritten: where it is wrong, only a backup helps.
 */
#include <inttypes.h>

#include "ledger/batch_check.h"
#include "ledger/books_query.h"
#include "ledger/checkpoint.h"
#include "ledger/claims_file.h"
#include "ledger/claims_window.h"
#include "ledger/ledger_int.h"

#define CHECK_TEMPORARY "/tmp"

struct replay {
	struct ledger *ledger;
	struct state *state; /* in memory */
	struct books *books;
	struct log_tree *tree;
	struct claims_storage claims;
	struct tag *tags; /* room for the greatest batch so far */
	uint64_t tags_capacity;
	struct cents row_cap;
	int64_t at;
	uint64_t n_rows, n_tiles, n_buckets;
	bool any_deleted;    /* rows, after the legal retention */
	struct state *holes; /* by bucket: what they claimed is not known any more */
};

static enum err replay_root_at(void *ctx, uint64_t size, struct hash *ret_root,
			       struct fault *fault)
{
	struct replay *replay = ctx;

	if (size > replay->tree->frontier.size)
		return fault_set(fault, ERR_NOT_FOUND, "the log is not that long");
	return log_tree_root_at(replay->tree, size, ret_root, fault);
}

static enum err replay_init(struct replay *replay, struct ledger *ledger,
			    struct fault *fault)
{
	struct books_hooks hooks = { .ctx = replay, .root_at = replay_root_at };

	*replay = (struct replay){ .ledger = ledger };
	replay->state = state_new(NULL);
	replay->holes = state_new(NULL);
	replay->tree = log_tree_new(ledger->store);
	if (replay->state)
		replay->books = books_new(replay->state, &hooks);
	if (!replay->books || !replay->tree || !replay->holes)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	return ERR_OK;
}

static void replay_release(struct replay *replay)
{
	books_free(replay->books);
	state_free(replay->state);
	state_free(replay->holes);
	log_tree_free(replay->tree);
	free(replay->tags);
}

/* ---- one entry ---- */

static enum err tags_reserve(struct replay *replay, uint64_t count, struct fault *fault)
{
	if (count > replay->tags_capacity) {
		void *grown = reallocarray(replay->tags, count, sizeof *replay->tags);

		if (!grown)
			return fault_set(fault, ERR_MEMORY, "out of memory");
		replay->tags = grown;
		replay->tags_capacity = count;
	}
	return ERR_OK;
}

static enum err claims_replay(struct replay *replay, const struct claims_window *window,
			      const struct claims_change *change, struct fault *fault)
{
	size_t conflict;
	int buckets = 0;
	enum err err =
		claims_change_check(change, window, &replay->claims, &conflict, fault);

	if (!err && conflict < change->n_come)
		err = fault_rule(fault, "claim", "row %zu claims what was claimed before",
				 claims_change_row(change, conflict) + 1);
	if (!err)
		err = claims_change_make(change, window, &replay->claims, &buckets,
					 fault);
	if (buckets < 0)
		replay->n_buckets--;
	else
		replay->n_buckets += (uint64_t)buckets;
	return err;
}

static enum err rows_ask_deleted(struct replay *replay,
				 const struct claims_window *window, uint64_t position,
				 bool *ret_deleted, struct fault *fault)
{
	char bucket[CLAIMS_BUCKET_BYTES_MAX];
	struct date day;
	enum err err = store_rows_deleted(replay->ledger->store, position, &day, fault);

	*ret_deleted = !err;
	if (err)
		return err == ERR_NOT_FOUND ? ERR_OK : err;
	replay->any_deleted = true;
	claims_window_bucket(window, bucket);
	state_put(replay->holes, bucket, slice_of("\n", 1));
	return ERR_OK;
}

/* The rows at a position, checked against their entry: their tags are in `tags`. */
static enum err rows_replay(struct replay *replay, const struct entry *entry,
			    uint64_t position, const struct rows_limits *limits,
			    const struct claims_window *window, bool *ret_deleted,
			    struct fault *fault)
{
	struct buffer blob;
	enum err err = ERR_OK;

	*ret_deleted = false;
	if (limits->rows_max)
		err = rows_ask_deleted(replay, window, position, ret_deleted, fault);
	if (err || !limits->rows_max || *ret_deleted)
		return err;
	buffer_init(&blob, STORE_ROWS_BYTES_MAX);
	err = tags_reserve(replay, limits->rows_max, fault);
	if (!err)
		err = store_rows(replay->ledger->store, position, &blob, fault);
	if (!err)
		err = batch_check(entry, buffer_slice(&blob), limits, replay->tags,
				  fault);
	replay->n_rows++;
	buffer_release(&blob);
	return err;
}

static enum err batch_replay(struct replay *replay, const struct entry *batch,
			     uint64_t position, struct fault *fault)
{
	struct rows_limits limits = batch_limits(batch, replay->row_cap);
	struct claims_window window = claims_window_of(batch);
	struct claims_change change;
	bool is_deleted = false;
	enum err err = rows_replay(replay, batch, position, &limits, &window, &is_deleted,
				   fault);

	if (err || !limits.rows_max || is_deleted)
		return err;
	change = claims_change_of(replay->tags, limits.rows_max);
	return claims_replay(replay, &window, &change, fault);
}

static enum err correction_replay(struct replay *replay, const struct entry *correction,
				  const struct batch_view *batch, uint64_t position,
				  struct fault *fault)
{
	struct rows_limits limits =
		batch_view_limits(batch, (uint64_t)entry_integer(correction, "count"));
	struct claims_window window = claims_window_of_view(batch);
	struct claims_change change;
	bool is_deleted = false;
	enum err err = rows_replay(replay, correction, position, &limits, &window,
				   &is_deleted, fault);

	if (err || is_deleted)
		return err;
	/* The older rows go first: there may be none to be replaced. */
	err = rows_ask_deleted(replay, &window, batch->rows_at, &is_deleted, fault);
	if (!err && is_deleted)
		change = claims_change_of(replay->tags, limits.rows_max);
	else if (!err)
		err = ledger_claims_change(replay->ledger, batch, replay->tags,
					   limits.rows_max, &change, fault);
	if (err)
		return err;
	err = claims_replay(replay, &window, &change, fault);
	claims_change_release(&change);
	return err;
}

/* Full tiles as they come: they are compared and forgotten. */
static enum err tiles_compare(struct replay *replay, struct fault *fault)
{
	struct hash stored[TILE_WIDTH];

	for (size_t i = 0; i < replay->tree->n_added; i++) {
		const struct log_tile *tile = &replay->tree->added[i];
		enum err err = store_tile(replay->ledger->store, tile->level, tile->index,
					  stored, fault);

		if (!err && memcmp(stored, tile->hashes, sizeof stored))
			err = fault_set(fault, ERR_CORRUPT, "it is not of the entries");
		if (err)
			return fault_prefix(fault, "tile %u/%" PRIu64, tile->level,
					    tile->index);
		replay->n_tiles++;
	}
	log_tree_added_clear(replay->tree);
	return ERR_OK;
}

static enum err charter_note(struct replay *replay, struct fault *fault)
{
	struct charter_view charter;
	enum err err = query_charter(replay->books, &charter, fault);

	if (!err)
		replay->row_cap = charter.row_cap;
	return err;
}

static enum err entry_replay(struct replay *replay, struct json_doc *doc,
			     uint64_t position, struct slice bytes, struct fault *fault)
{
	struct hash leaf = hash_leaf(bytes.p, bytes.n);
	struct batch_view batch; /* as it was before its correction */
	struct entry entry;
	bool known = false;
	enum err err = entry_parse(doc, bytes, &entry, fault);

	if (!err && entry.kind == KIND_correction)
		known = query_batch(replay->books, entry_position(&entry, "batch"),
				    &batch);
	if (!err)
		err = books_apply(replay->books, &entry, &leaf, fault);
	if (!err && position == 0)
		err = charter_note(replay, fault);
	if (!err && entry.kind == KIND_batch)
		err = batch_replay(replay, &entry, position, fault);
	if (!err && known)
		err = correction_replay(replay, &entry, &batch, position, fault);
	if (!err)
		err = log_tree_append(replay->tree, &leaf, fault);
	if (!err)
		err = tiles_compare(replay, fault);
	if (!err)
		replay->at = entry.at;
	return err;
}

static enum err each_replay(void *ctx, uint64_t position, struct slice bytes,
			    struct fault *fault)
{
	struct json_doc *doc = json_doc_new();
	enum err err = doc ? entry_replay(ctx, doc, position, bytes, fault)
			   : fault_set(fault, ERR_MEMORY, "out of memory");

	json_doc_free(doc);
	if (!err)
		return ERR_OK;
	(void)fault_prefix(fault, "entry %" PRIu64, position);
	/* What was admitted once and is refused now has been changed since. */
	return err == ERR_IO || err == ERR_MEMORY || err == ERR_BUSY ? err : ERR_CORRUPT;
}

static enum err head_compare(struct replay *replay, struct fault *fault)
{
	const struct store_meta *meta = &replay->ledger->meta;
	struct merkle_head head = log_tree_head(replay->tree);
	struct store_counts counts;
	enum err err;

	if (!hash_equal(&head.root, &meta->head.root))
		return fault_set(fault, ERR_CORRUPT,
				 "the entries do not lead to the ledger's root");
	if (replay->at != meta->at)
		return fault_set(fault, ERR_CORRUPT,
				 "the last entry was not recorded when the ledger says");
	err = store_count(replay->ledger->store, &counts, fault);
	if (err)
		return err;
	if (counts.bundles != meta->head.size / TILE_WIDTH ||
	    counts.tail != meta->head.size % TILE_WIDTH)
		return fault_set(fault, ERR_CORRUPT,
				 "there are more entries than the ledger's "
				 "size says");
	if (counts.tiles != replay->n_tiles || counts.rows != replay->n_rows)
		return fault_set(fault, ERR_CORRUPT,
				 "there are %s that belong to no entry",
				 counts.rows != replay->n_rows ? "rows" : "tiles");
	return ERR_OK;
}

/* The whole log, in the transaction that is open. */
static enum err replay_run(struct replay *replay, struct fault *fault)
{
	struct ledger *ledger = replay->ledger;
	enum err err = ledger_each_entry(ledger, 0, ledger->meta.head.size, each_replay,
					 replay, fault);

	return err ? err : head_compare(replay, fault);
}

/* ---- check: the projections ---- */

static enum err edges_compare(struct replay *replay, struct fault *fault)
{
	struct hash stored[TILE_WIDTH];

	for (unsigned level = 0; level < TILE_LEVELS; level++) {
		unsigned width = 0;
		enum err err =
			store_edge(replay->ledger->store, level, stored, &width, fault);

		if (err)
			return err;
		if (width != replay->tree->width[level] ||
		    memcmp(stored, replay->tree->edge[level], width * sizeof *stored))
			return fault_set(
				fault, ERR_CORRUPT,
				"the edge of level %u is not of the entries: rebuild",
				level);
	}
	return ERR_OK;
}

/* Keys are ours and printable; members' references in them are no secrets. */
static enum err state_differs(struct slice key, const char *how, struct fault *fault)
{
	return fault_set(fault, ERR_CORRUPT, "state '%.*s' %s: rebuild", (int)key.n,
			 (const char *)key.p, how);
}

static enum err state_compare(struct replay *replay, struct fault *fault)
{
	struct state_backing stored = store_state_backing(replay->ledger->store);
	struct state_cursor cursor;
	struct slice prefix = { .p = (const uint8_t *)"" };
	struct slice from = prefix;
	char after[STATE_KEY_BYTES_MAX + 1];

	for (state_first(replay->state, &cursor, "");;
	     state_next(replay->state, &cursor)) {
		struct slice mine = slice_of_text(cursor.found ? cursor.key : "");
		struct slice key = { 0 }, value = { 0 };
		bool found = false;
		enum err err =
			stored.seek(stored.ctx, prefix, from, &key, &value, &found);

		if (err)
			return fault_set(fault, err, "the state could not be read");
		if (!cursor.found)
			return found ? state_differs(key, "should not be there", fault)
				     : ERR_OK;
		if (!found || !slice_equal(key, mine))
			return state_differs(
				mine, "is missing or another stands before it", fault);
		if (!slice_equal(value, cursor.value))
			return state_differs(mine, "has another value", fault);
		memcpy(after, mine.p, mine.n + 1); /* its NUL makes it the next text */
		from = slice_of(after, mine.n + 1);
	}
}

static enum err run_compare(struct replay *replay, struct slice bucket,
			    const struct claims_run *run, struct fault *fault)
{
	struct claims_storage stored = store_claims(replay->ledger->store);
	struct tag a[CLAIMS_PAGE_TAGS], b[CLAIMS_PAGE_TAGS];

	for (uint64_t page = 0; page * CLAIMS_PAGE_TAGS < run->n_tags; page++) {
		size_t n_a = 0, n_b = 0;
		enum err err = stored.load(stored.ctx, bucket, run, page, a, &n_a, fault);

		if (!err)
			err = replay->claims.load(replay->claims.ctx, bucket, run, page,
						  b, &n_b, fault);
		if (err)
			return err;
		if (n_a != n_b || memcmp(a, b, n_a * sizeof *a))
			return fault_set(
				fault, ERR_CORRUPT,
				"the claims of '%.*s' are not those of its rows: "
				"rebuild",
				(int)bucket.n, (const char *)bucket.p);
	}
	return ERR_OK;
}

static enum err bucket_compare(struct replay *replay, struct slice bucket,
			       struct fault *fault)
{
	struct claims_storage stored = store_claims(replay->ledger->store);
	struct claims_runs a, b;
	enum err err = stored.runs(stored.ctx, bucket, &a, fault);

	if (!err)
		err = replay->claims.runs(replay->claims.ctx, bucket, &b, fault);
	if (err)
		return err;
	if (a.n != b.n || memcmp(a.run, b.run, a.n * sizeof *a.run))
		return fault_set(
			fault, ERR_CORRUPT,
			"the claims of '%.*s' are not those of its rows: rebuild",
			(int)bucket.n, (const char *)bucket.p);
	for (unsigned i = 0; !err && i < a.n; i++)
		err = run_compare(replay, bucket, &a.run[i], fault);
	return err;
}

/* Whether rows of this month were deleted, so that what they claimed is not known. */
static bool bucket_has_holes(struct replay *replay, struct slice bucket)
{
	char key[CLAIMS_BUCKET_BYTES_MAX];
	struct slice value;

	if (bucket.n >= sizeof key)
		return false;
	memcpy(key, bucket.p, bucket.n);
	key[bucket.n] = '\0';
	return state_get(replay->holes, key, &value);
}

static enum err claims_compare(struct replay *replay, struct fault *fault)
{
	uint8_t bucket[CLAIMS_BUCKET_BYTES_MAX];
	uint64_t n_buckets = 0;
	size_t n = 0;
	bool found = true;
	enum err err = ERR_OK;

	for (;;) {
		err = store_bucket_next(replay->ledger->store, slice_of(bucket, n),
					bucket, &n, &found, fault);
		if (err || !found)
			break;
		n_buckets++;
		if (replay->any_deleted && bucket_has_holes(replay, slice_of(bucket, n)))
			continue;
		err = bucket_compare(replay, slice_of(bucket, n), fault);
		if (err)
			break;
	}
	if (!err && !replay->any_deleted && n_buckets != replay->n_buckets)
		err = fault_set(fault, ERR_CORRUPT,
				"claims of a month are missing: rebuild");
	return err;
}

/* The stored checkpoint is this log's, signed by its key. */
static enum err note_compare(struct replay *replay, struct fault *fault)
{
	struct checkpoint checkpoint;
	struct buffer note;
	struct hash root;
	uint64_t size = 0;
	enum err err;

	buffer_init(&note, NOTE_BYTES_MAX);
	err = store_note_read(replay->ledger->store, &size, &note, fault);
	if (!err && note.n)
		err = query_checkpoint_open(replay->books, buffer_slice(&note),
					    &checkpoint, fault);
	if (!err && note.n)
		err = replay_root_at(replay, checkpoint.size, &root, fault);
	if (!err && note.n && !hash_equal(&root, &checkpoint.root))
		err = fault_set(fault, ERR_CORRUPT, "it is of another log");
	if (err)
		(void)fault_prefix(fault, "the stored checkpoint");
	buffer_release(&note);
	return err;
}

static enum err projections_compare(struct replay *replay, struct fault *fault)
{
	enum err err = edges_compare(replay, fault);

	if (!err)
		err = state_compare(replay, fault);
	if (!err)
		err = claims_compare(replay, fault);
	if (!err)
		err = note_compare(replay, fault);
	return err;
}

enum err ledger_check(struct ledger *ledger, struct fault *fault)
{
	struct claims_file *file = NULL;
	struct replay replay = { 0 };
	enum err err = ledger_reading_start(ledger, fault);

	if (err)
		return err;
	err = replay_init(&replay, ledger, fault);
	if (!err)
		err = claims_file_open(CHECK_TEMPORARY, &file, fault);
	if (!err) {
		replay.claims = claims_file_storage(file);
		err = replay_run(&replay, fault);
	}
	if (!err)
		err = projections_compare(&replay, fault);
	replay_release(&replay);
	claims_file_free(file);
	ledger_reading_stop(ledger);
	return err;
}

/* ---- rebuild ---- */

static enum err projections_write(struct replay *replay, struct fault *fault)
{
	struct store *store = replay->ledger->store;
	struct store_meta meta = replay->ledger->meta;
	enum err err = state_flush(replay->state, store_state_change, store);

	if (err)
		err = fault_set(fault, err, "the books could not be stored");
	for (unsigned level = 0; !err && level < TILE_LEVELS; level++)
		err = store_edge_write(store, level, replay->tree->edge[level],
				       replay->tree->width[level], fault);
	meta.generation++;
	meta.format = LEDGER_PROJECTIONS;
	if (!err)
		err = store_meta_write(store, &meta, fault);
	return err;
}

enum err ledger_rebuild(struct ledger *ledger, struct fault *fault)
{
	struct replay replay = { 0 };
	enum err err = ledger_writable(ledger, fault);

	if (err)
		return err;
	err = store_begin(ledger->store, STORE_EXCLUSIVE, fault);
	if (err)
		return err;
	err = ledger_catch_up(ledger, fault);
	if (err)
		goto out;
	ledger->readings++; /* what reads inside joins this transaction */
	err = replay_init(&replay, ledger, fault);
	if (!err)
		err = store_projections_clear(ledger->store, fault);
	if (!err) {
		replay.claims = store_claims(ledger->store);
		err = replay_run(&replay, fault);
	}
	if (!err)
		err = projections_write(&replay, fault);
	ledger->readings--;
	if (!err)
		err = store_commit(ledger->store, fault);
out:
	store_rollback(ledger->store);
	ledger_forget(ledger);
	replay_release(&replay);
	return err;
}

enum err ledger_backup(struct ledger *ledger, const char *file, struct fault *fault)
{
	return store_backup(ledger->store, file, fault);
}
