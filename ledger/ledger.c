/*
 * ledger.c - opening and closing a ledger, and keeping in step with others.
 *
 *  (1) What is cached (state, tree) is of ledger->meta, and meta is what the
 *      open transaction sees: every transaction begins with ledger_catch_up().
 *  (2) Size and root name the whole log. Where both are as before, nobody has
 *      written, and the caches stand, but after a rebuild (generation).
 */
#include "ledger/ledger.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ledger/books_query.h"
#include "ledger/ledger_int.h"

enum err ledger_path(const char *dir, const char *name,
		     char ret_path[LEDGER_PATH_BYTES_MAX], struct fault *fault)
{
	int n = snprintf(ret_path, LEDGER_PATH_BYTES_MAX, "%s/%s", dir, name);

	if (n < 0 || n >= LEDGER_PATH_BYTES_MAX)
		return fault_set(fault, ERR_TOO_BIG, "the ledger's path is too long");
	return ERR_OK;
}

enum err ledger_writable(const struct ledger *ledger, struct fault *fault)
{
	if (ledger->mode != LEDGER_WRITE)
		return fault_set(fault, ERR_DENIED,
				 "the ledger is open for reading only");
	return ERR_OK;
}

/* ---- keeping in step ---- */

void ledger_forget(struct ledger *ledger)
{
	state_drop(ledger->state);
	ledger->loaded = false;
	ledger->tree_loaded = false;
}

enum err ledger_catch_up(struct ledger *ledger, struct fault *fault)
{
	struct store_meta meta;
	enum err err = store_meta_read(ledger->store, &meta, fault);

	if (err)
		return err;
	if (!ledger->loaded || meta.generation != ledger->meta.generation ||
	    meta.head.size != ledger->meta.head.size ||
	    !hash_equal(&meta.head.root, &ledger->meta.head.root))
		ledger_forget(ledger);
	/* A read that failed left its error; a new transaction is a new chance. */
	if (state_err(ledger->state))
		state_drop(ledger->state);
	ledger->meta = meta;
	ledger->loaded = true;
	return ERR_OK;
}

enum err ledger_tree(struct ledger *ledger, struct fault *fault)
{
	enum err err;

	if (ledger->tree_loaded)
		return ERR_OK;
	err = log_tree_load(ledger->tree, &ledger->meta.head, fault);
	ledger->tree_loaded = !err;
	return err;
}

enum err ledger_reading_start(struct ledger *ledger, struct fault *fault)
{
	enum err err;

	if (ledger->readings) {
		ledger->readings++;
		return ERR_OK;
	}
	err = store_begin(ledger->store, STORE_SNAPSHOT, fault);
	if (err)
		return err;
	err = ledger_catch_up(ledger, fault);
	if (err)
		store_rollback(ledger->store);
	else
		ledger->readings = 1;
	return err;
}

void ledger_reading_stop(struct ledger *ledger)
{
	assert(ledger->readings);
	if (--ledger->readings == 0)
		store_rollback(ledger->store);
}

/* The books may ask for the root of any part of the log, also of entries that
 * the group under way has just added. */
static enum err hook_root_at(void *ctx, uint64_t size, struct hash *ret_root,
			     struct fault *fault)
{
	struct ledger *ledger = ctx;
	enum err err = ledger_tree(ledger, fault);

	if (!err && size > ledger->tree->frontier.size)
		err = fault_set(fault, ERR_NOT_FOUND, "the log is not that long");
	return err ? err : log_tree_root_at(ledger->tree, size, ret_root, fault);
}

/* ---- opening ---- */

static enum err parts_make(struct ledger *ledger, struct fault *fault)
{
	struct books_hooks hooks = { .ctx = ledger, .root_at = hook_root_at };
	struct state_backing backing = store_state_backing(ledger->store);

	ledger->state = state_new(&backing);
	ledger->tree = log_tree_new(ledger->store);
	if (ledger->state)
		ledger->books = books_new(ledger->state, &hooks);
	if (!ledger->books || !ledger->tree)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	return ERR_OK;
}

/* The last entry names a key that no checkpoint can be signed with but here: it stands
 * in log.key.new, which is in no backup, and from where it goes once `head` is there. So
 * a succession was recorded and then interrupted: nothing of this origin was signed. */
static bool is_fresh_successor(struct ledger *ledger, const struct store_meta *meta)
{
	const struct ledger_key_file *made = &ledger->keys.file[LEDGER_KEY_NEW];
	char vkey[VKEY_TEXT_BYTES_MAX + 1];
	struct log_view log;

	if (!made->is_there || meta->format != LEDGER_PROJECTIONS ||
	    !query_log_at(ledger->books, UINT64_MAX, &log))
		return false;
	vkey_format(&made->vkey, vkey);
	return log.change == LOG_SUCCEEDED && log.position + 1 == meta->head.size &&
	       strcmp(log.vkey, vkey) == 0;
}

/* Without `head` nobody remembers what was signed: a log that has entries is then a
 * restored copy, and might be an older one. */
static enum err head_must_be(struct ledger *ledger, const char *path, struct fault *fault)
{
	struct store_meta meta = { 0 };
	bool is_fresh = false;
	enum err err;

	if (access(path, F_OK) == 0)
		return ERR_OK;
	err = store_begin(ledger->store, STORE_SNAPSHOT, fault);
	if (!err)
		err = store_meta_read(ledger->store, &meta, fault);
	if (!err && meta.head.size)
		is_fresh = is_fresh_successor(ledger, &meta);
	store_rollback(ledger->store);
	state_drop(ledger->state);
	if (!err && meta.head.size && !is_fresh)
		err = fault_set(
			fault, ERR_DENIED,
			"'%s' is missing, so it is not known what was signed, and "
			"nothing is. If this is a restored backup: with 'arrondi-ledger "
			"restore DIR --newest CHECKPOINT' it goes on as the same log, if "
			"it has all that the newest checkpoint has that anybody holds; "
			"else with 'arrondi-ledger succession DIR' as a new log that "
			"continues it",
			LEDGER_HEAD);
	return err;
}

static enum err writer_open(struct ledger *ledger, struct fault *fault)
{
	char path[LEDGER_PATH_BYTES_MAX];
	enum err err = ledger_keys_read(&ledger->keys, ledger->dir, fault);

	ledger->clock = ledger_clock_read();
	if (!err)
		err = ledger_path(ledger->dir, LEDGER_HEAD, path, fault);
	if (err || (ledger->succeeds && access(path, F_OK) != 0))
		return err;
	err = head_must_be(ledger, path, fault);
	if (!err)
		err = head_file_open(path, &ledger->head, fault);
	return err;
}

enum err ledger_open_files(const char *dir, enum ledger_mode mode, bool succeeds,
			   struct ledger **ret_ledger, struct fault *fault)
{
	char path[LEDGER_PATH_BYTES_MAX];
	struct ledger *ledger = calloc(1, sizeof *ledger);
	enum err err;

	if (!ledger)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	ledger->mode = mode;
	ledger->succeeds = succeeds;
	buffer_init(&ledger->note, NOTE_BYTES_MAX);
	err = ledger_path(dir, LEDGER_DATABASE, path, fault);
	if (err)
		goto out;
	memcpy(ledger->dir, dir, strlen(dir) + 1); /* shorter than path */
	err = store_open(path, mode == LEDGER_WRITE ? STORE_WRITE : STORE_READ,
			 &ledger->store, fault);
	if (!err)
		err = parts_make(ledger, fault);
	if (!err && mode == LEDGER_WRITE)
		err = writer_open(ledger, fault);
out:
	if (err) {
		ledger_close(ledger);
		return err;
	}
	*ret_ledger = ledger;
	return ERR_OK;
}

static enum err open_check(struct ledger *ledger, struct fault *fault)
{
	struct merkle_head signed_head = { 0 };
	enum err err = ERR_OK;

	if (ledger->mode == LEDGER_WRITE)
		err = ledger_head_read(ledger, &signed_head, fault);
	if (!err)
		err = ledger_reading_start(ledger, fault);
	if (err)
		return err;
	if (!ledger->meta.head.size)
		err = fault_set(
			fault, ERR_NOT_FOUND,
			"the ledger has no charter: its making was interrupted, remove "
			"the folder and make it again");
	if (!err && ledger->mode == LEDGER_WRITE)
		err = ledger_head_check(ledger, &signed_head, fault);
	ledger_reading_stop(ledger);
	return err;
}

/* Projections that a program of another form has written are not read, but derived anew
 * from the log by who may write. */
static enum err projections_check(struct ledger *ledger, struct fault *fault)
{
	struct store_meta meta;
	enum err err = ledger_reading_start(ledger, fault);

	if (err)
		return err;
	meta = ledger->meta;
	ledger_reading_stop(ledger);
	if (!meta.head.size || meta.format == LEDGER_PROJECTIONS)
		return ERR_OK;
	if (ledger->mode != LEDGER_WRITE)
		return fault_set(fault, ERR_INVALID,
				 "what the ledger has derived from its log has another "
				 "form (%" PRId64
				 ", here %d): run 'arrondi-ledger rebuild'",
				 meta.format, LEDGER_PROJECTIONS);
	return ledger_rebuild(ledger, fault);
}

static enum err log_load(struct ledger *ledger, struct fault *fault)
{
	enum err err = ledger_reading_start(ledger, fault);

	if (err)
		return err;
	err = ledger_log_load(ledger, fault);
	ledger_reading_stop(ledger);
	return err;
}

/* The key in force is in the folder, where it is to sign. Which it is stands in the
 * projections: damaged ones must not keep anybody from deriving them anew. */
static enum err key_check(struct ledger *ledger, struct fault *fault)
{
	enum err err = log_load(ledger, fault);

	if (err == ERR_CORRUPT && ledger->mode == LEDGER_WRITE) {
		err = ledger_rebuild(ledger, fault);
		if (!err)
			err = log_load(ledger, fault);
	}
	if (!err && ledger->mode == LEDGER_WRITE && !ledger->succeeds)
		err = ledger_key_must_be_here(ledger, &ledger->vkey, fault);
	return err;
}

static enum err open_whole(const char *dir, enum ledger_mode mode, bool succeeds,
			   struct ledger **ret_ledger, struct fault *fault)
{
	struct ledger *ledger = NULL;
	enum err err = ledger_open_files(dir, mode, succeeds, &ledger, fault);

	if (err)
		return err;
	err = open_check(ledger, fault);
	if (!err)
		err = projections_check(ledger, fault);
	if (!err)
		err = key_check(ledger, fault);
	/* A crash may have come between a commit and its signature. */
	if (!err && mode == LEDGER_WRITE && !succeeds)
		err = ledger_publish(ledger, fault);
	if (err) {
		ledger_close(ledger);
		return err;
	}
	*ret_ledger = ledger;
	return ERR_OK;
}

enum err ledger_open(const char *dir, enum ledger_mode mode, struct ledger **ret_ledger,
		     struct fault *fault)
{
	return open_whole(dir, mode, false, ret_ledger, fault);
}

enum err ledger_open_successor(const char *dir, struct ledger **ret_ledger,
			       struct fault *fault)
{
	return open_whole(dir, LEDGER_WRITE, true, ret_ledger, fault);
}

void ledger_close(struct ledger *ledger)
{
	if (!ledger)
		return;
	books_free(ledger->books);
	state_free(ledger->state);
	log_tree_free(ledger->tree);
	store_close(ledger->store);
	ledger_keys_clear(&ledger->keys);
	head_file_close(ledger->head);
	buffer_release(&ledger->note);
	free(ledger);
}

/* ---- the books ---- */

enum err ledger_books(struct ledger *ledger, struct books **ret_books,
		      struct fault *fault)
{
	enum err err;

	assert(!ledger->books_open);
	err = ledger_reading_start(ledger, fault);
	if (err)
		return err;
	ledger->books_open = true;
	*ret_books = ledger->books;
	return ERR_OK;
}

void ledger_books_done(struct ledger *ledger)
{
	assert(ledger->books_open);
	ledger->books_open = false;
	ledger_reading_stop(ledger);
}

enum err ledger_books_err(const struct ledger *ledger, struct fault *fault)
{
	enum err err = state_err(ledger->state);

	return err ? fault_set(fault, err, "the ledger's state could not be read whole")
		   : ERR_OK;
}
