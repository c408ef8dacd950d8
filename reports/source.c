/*
 * source.c - a ledger folder and an export, made alike.
 *
 * A folder is read inside one snapshot, which source_open() begins and
 * source_close() ends: that is why (1) of source.h holds while others write. Its
 * stored checkpoint may be a moment behind the last commit, since commits come
 * before signatures; then we look again, for as long as a signature may take.
 */
#include "reports/source.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ledger/audit.h"
#include "ledger/books_query.h"
#include "ledger/ledger.h"
#include "ledger/state_file.h"
#include "ledger/tile.h"

#define LEDGER_FILE     "ledger.db"
#define CHECKPOINT_FILE "checkpoint"

/* How often, and after how long, a checkpoint that is behind is looked for again. */
#define SOURCE_TRIES   20
#define SOURCE_WAIT_NS 50000000

struct source {
	/* One of the two. */
	struct ledger *ledger;
	struct audit *audit;

	char *path;
	struct books *books; /* the ledger's or the audit's */
	struct standing standing;
	/* Of one as it was: all that there is; else NULL. */
	const struct source *whole;
};

static const struct standing *whole_standing(const struct source *source)
{
	return source->whole ? &source->whole->standing : &source->standing;
}

/* ---- as it was ---- */

/* What is drawn when so many entries have been applied. */
struct past {
	struct source *source;
	uint64_t size;
	struct merkle_frontier frontier;
	enum err (*draw)(void *ctx, struct source *source, struct fault *fault);
	void *ctx;
};

static enum err past_draw(const struct past *past, const struct entry *entry,
			  struct books *books, struct fault *fault)
{
	struct source at = *past->source;
	struct checkpoint *checkpoint = &at.standing.checkpoint;
	struct log_view log;

	if (!query_log_at(books, past->size, &log))
		return fault_set(fault, ERR_CORRUPT, "the log names no origin");
	memcpy(checkpoint->origin, log.origin, sizeof log.origin);
	checkpoint->size = past->size;
	merkle_frontier_root(&past->frontier, &checkpoint->root);
	at.standing.last_at_s = entry->at;
	at.books = books;
	at.whole = past->source;
	return past->draw(past->ctx, &at, fault);
}

static enum err past_entry(void *ctx, uint64_t position, const struct entry *entry,
			   struct slice bytes, struct books *books, struct fault *fault)
{
	struct past *past = ctx;
	struct hash leaf = hash_leaf(bytes.p, bytes.n);
	enum err err;

	if (position >= past->size)
		return ERR_OK;
	err = merkle_append(&past->frontier, &leaf);
	if (err)
		return fault_set(fault, err, "the log has too many entries");
	return position + 1 == past->size ? past_draw(past, entry, books, fault) : ERR_OK;
}

/* ---- a ledger folder ---- */

/* Reads the stored note, signed by the key in force at its size. */
static enum err checkpoint_read(struct source *source, struct fault *fault)
{
	struct buffer note;
	enum err err;

	buffer_init(&note, NOTE_BYTES_MAX);
	err = ledger_checkpoint(source->ledger, &note, fault);
	if (!err)
		err = query_checkpoint_open(source->books, buffer_slice(&note),
					    &source->standing.checkpoint, fault);
	buffer_release(&note);
	return err;
}

static enum err last_at_read(struct source *source, struct fault *fault)
{
	struct json_doc *doc = json_doc_new();
	struct buffer bytes;
	struct entry entry;
	enum err err;

	buffer_init(&bytes, ENTRY_BYTES_MAX);
	err = doc ? ledger_entry(source->ledger, source->standing.checkpoint.size - 1,
				 &bytes, fault)
		  : fault_set(fault, ERR_MEMORY, "out of memory");
	if (!err)
		err = entry_parse(doc, buffer_slice(&bytes), &entry, fault);
	if (!err)
		source->standing.last_at_s = entry.at;
	buffer_release(&bytes);
	json_doc_free(doc);
	return err;
}

/* Begins the snapshot. ERR_BUSY, and no snapshot, where the checkpoint is behind. */
static enum err snapshot_begin(struct source *source, struct fault *fault)
{
	enum err err = ledger_books(source->ledger, &source->books, fault);

	if (err)
		return err;
	err = checkpoint_read(source, fault);
	if (!err && source->standing.checkpoint.size != books_size(source->books))
		err = fault_set(fault, ERR_BUSY,
				"the ledger's last entries are not signed yet: try again "
				"when its writer is done");
	if (!err)
		err = last_at_read(source, fault);
	if (err) {
		ledger_books_done(source->ledger);
		source->books = NULL;
	}
	return err;
}

static enum err ledger_source_open(struct source *source, struct fault *fault)
{
	const struct timespec wait = { .tv_nsec = SOURCE_WAIT_NS };
	enum err err = ledger_open(source->path, LEDGER_READ, &source->ledger, fault);

	if (err)
		return err;
	err = snapshot_begin(source, fault);
	for (int tries = 1; err == ERR_BUSY && tries < SOURCE_TRIES; tries++) {
		(void)nanosleep(&wait, NULL); /* woken early, we only look earlier */
		err = snapshot_begin(source, fault);
	}
	return err;
}

/* ---- what a visitor is shown ---- */

static enum err visitor_show(const struct source_visitor *visitor, uint64_t position,
			     const struct entry *entry, struct books *books,
			     struct fault *fault)
{
	const struct posting *postings;
	size_t count;

	postings = books_postings(books, &count);
	if (visitor->books)
		*visitor->books = books;
	return visitor->visit(visitor->ctx, position, entry, postings, count, fault);
}

/* ---- replaying a ledger folder ---- */

/* Books of their own that follow the entries, kept in a temporary file once they are
 * large; and the log's tiles, which they ask for roots of the past. */
struct replay {
	struct source *source;
	const struct source_visitor *visitor; /* or NULL, and */
	struct past *past;
	struct state_file *file;
	struct state *state;
	struct books *books;
	struct tile_source tiles;
};

static enum err replay_tile(void *ctx, const struct tile *tile,
			    struct hash ret_hashes[TILE_WIDTH], struct fault *fault)
{
	struct replay *replay = ctx;
	char path[TILE_PATH_BYTES_MAX];
	struct buffer bytes;
	enum err err;

	buffer_init(&bytes, TILE_BYTES_MAX);
	tile_path_format(tile, path);
	err = ledger_log_file(replay->source->ledger, slice_of_text(path), &bytes, fault);
	if (!err && bytes.n != tile->width * sizeof *ret_hashes)
		err = fault_set(fault, ERR_CORRUPT, "tile '%s' has another width", path);
	if (!err)
		memcpy(ret_hashes, bytes.p, bytes.n);
	buffer_release(&bytes);
	return err;
}

static enum err replay_root_at(void *ctx, uint64_t size, struct hash *ret_root,
			       struct fault *fault)
{
	struct replay *replay = ctx;
	struct merkle_reader reader = { .ctx = &replay->tiles, .node = tile_node };

	return merkle_read_root(&reader, size, ret_root, fault);
}

static enum err replay_entry(void *ctx, uint64_t position, struct slice bytes,
			     struct fault *fault)
{
	struct replay *replay = ctx;
	struct json_doc *doc = json_doc_new();
	struct hash leaf = hash_leaf(bytes.p, bytes.n);
	struct entry entry;
	enum err err;

	err = doc ? entry_parse(doc, bytes, &entry, fault)
		  : fault_set(fault, ERR_MEMORY, "out of memory");
	if (!err)
		err = books_apply(replay->books, &entry, &leaf, fault);
	if (!err && replay->past)
		err = past_entry(replay->past, position, &entry, bytes, replay->books,
				 fault);
	if (!err && replay->visitor)
		err = visitor_show(replay->visitor, position, &entry, replay->books,
				   fault);
	if (!err)
		err = state_file_relieve(replay->file, replay->state, fault);
	json_doc_free(doc);
	return err;
}

static enum err replay_begin(struct replay *replay, struct fault *fault)
{
	struct books_hooks hooks = { .ctx = replay, .root_at = replay_root_at };
	const char *dir = getenv("TMPDIR");
	enum err err = state_file_open(dir && *dir ? dir : "/tmp", &replay->file, fault);

	if (err)
		return err;
	struct state_backing backing = state_file_backing(replay->file);
	replay->state = state_new(&backing);
	if (replay->state)
		replay->books = books_new(replay->state, &hooks);
	return replay->books ? ERR_OK : fault_set(fault, ERR_MEMORY, "out of memory");
}

static enum err ledger_replay(struct source *source, const struct source_visitor *visitor,
			      struct past *past, struct fault *fault)
{
	struct replay replay = { .source = source, .visitor = visitor, .past = past };
	uint64_t size = past ? past->size : source->standing.checkpoint.size;
	enum err err = replay_begin(&replay, fault);

	tile_source_init(&replay.tiles, whole_standing(source)->checkpoint.size, &replay,
			 replay_tile);
	if (!err)
		err = ledger_each_entry(source->ledger, 0, size, replay_entry, &replay,
					fault);
	/* What the file could not do is no fault of the log. */
	if (err && replay.file && state_file_fault(replay.file)->err) {
		*fault = *state_file_fault(replay.file);
		err = fault->err;
	}
	books_free(replay.books);
	state_free(replay.state);
	state_file_free(replay.file);
	return err;
}

/* ---- an export ---- */

static enum err audit_source_open(struct source *source, struct fault *fault)
{
	struct audit_options options = { .dir = source->path, .without_rows = true };
	enum err err = audit_run(&options, &source->audit, fault);

	if (err)
		return err;
	source->books = audit_books(source->audit);
	source->standing.checkpoint = *audit_checkpoint(source->audit);
	source->standing.last_at_s = audit_last_at_s(source->audit);
	return ERR_OK;
}

struct audit_visit {
	const struct source_visitor *visitor;
	uint64_t size; /* of the entries that it is shown */
};

static enum err audit_entry(void *ctx, uint64_t position, const struct entry *entry,
			    struct slice bytes, struct books *books, struct fault *fault)
{
	const struct audit_visit *visit = ctx;

	(void)bytes;
	if (position >= visit->size)
		return ERR_OK;
	return visitor_show(visit->visitor, position, entry, books, fault);
}

/* The folder may have been replaced since it was opened: the report would then
 * stand on two logs. */
static enum err audit_again(struct source *source, audit_entry_fn *each, void *ctx,
			    struct fault *fault)
{
	struct audit_options options = { .dir = source->path,
					 .without_rows = true,
					 .on_entry = each,
					 .on_entry_ctx = ctx };
	const struct checkpoint *before = &whole_standing(source)->checkpoint, *now;
	struct audit *audit = NULL;
	enum err err = audit_run(&options, &audit, fault);

	if (err)
		return err;
	now = audit_checkpoint(audit);
	if (now->size != before->size || !hash_equal(&now->root, &before->root))
		err = fault_set(fault, ERR_BUSY,
				"the export was changed while it was read: try again");
	audit_free(audit);
	return err;
}

static enum err audit_replay(struct source *source, const struct source_visitor *visitor,
			     struct fault *fault)
{
	struct audit_visit visit = { visitor, source->standing.checkpoint.size };

	return audit_again(source, audit_entry, &visit, fault);
}

/* ---- both ---- */

static enum err has_file(const char *path, const char *name, bool *ret_has,
			 struct fault *fault)
{
	char *file = NULL;

	if (asprintf(&file, "%s/%s", path, name) < 0)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	*ret_has = access(file, F_OK) == 0;
	free(file);
	return ERR_OK;
}

static enum err source_fill(struct source *source, struct fault *fault)
{
	bool ledger, export;
	enum err err = has_file(source->path, LEDGER_FILE, &ledger, fault);

	if (!err)
		err = has_file(source->path, CHECKPOINT_FILE, &export, fault);
	if (err)
		return err;
	if (ledger)
		return ledger_source_open(source, fault);
	if (export)
		return audit_source_open(source, fault);
	return fault_set(fault, ERR_USAGE,
			 "'%s' is neither a ledger's folder nor an export: it holds no '"
			 "%s' and no '%s'",
			 source->path, LEDGER_FILE, CHECKPOINT_FILE);
}

enum err source_open(const char *path, struct source **ret_source, struct fault *fault)
{
	struct source *source = calloc(1, sizeof *source);
	enum err err = ERR_OK;

	if (source)
		source->path = strdup(path);
	if (!source || !source->path)
		err = fault_set(fault, ERR_MEMORY, "out of memory");
	if (!err)
		err = source_fill(source, fault);
	if (err) {
		source_close(source);
		return err;
	}
	*ret_source = source;
	return ERR_OK;
}

void source_close(struct source *source)
{
	if (!source)
		return;
	if (source->ledger && source->books)
		ledger_books_done(source->ledger);
	ledger_close(source->ledger);
	audit_free(source->audit);
	free(source->path);
	free(source);
}

const struct standing *source_standing(const struct source *source)
{
	return &source->standing;
}

struct books *source_books(struct source *source)
{
	return source->books;
}

enum err source_each_posting(struct source *source, const struct source_visitor *visitor,
			     struct fault *fault)
{
	return source->audit ? audit_replay(source, visitor, fault)
			     : ledger_replay(source, visitor, NULL, fault);
}

enum err source_at(struct source *source, uint64_t size,
		   enum err (*draw)(void *ctx, struct source *source,
				    struct fault *fault),
		   void *ctx, struct fault *fault)
{
	struct past past = { .source = source, .size = size, .draw = draw, .ctx = ctx };
	uint64_t all = source->standing.checkpoint.size;

	if (size == all)
		return draw(ctx, source, fault);
	if (size == 0 || size > all)
		return fault_set(fault, ERR_RULE,
				 "the log has %" PRIu64 " entries here, and not %" PRIu64,
				 all, size);
	merkle_frontier_init(&past.frontier);
	return source->audit ? audit_again(source, past_entry, &past, fault)
			     : ledger_replay(source, NULL, &past, fault);
}
