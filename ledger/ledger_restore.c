/*
 * ledger_restore.c - see ledger_restore.h.
 */
#include "ledger/ledger_restore.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/file.h"
#include "ledger/checkpoint.h"
#include "ledger/ledger_int.h"

#define COPY_BYTES 65536

/* ---- files ---- */

static enum err bytes_copy(int from, int to, const char *file, struct fault *fault)
{
	static _Thread_local char bytes[COPY_BYTES];
	ssize_t n;

	while ((n = read(from, bytes, sizeof bytes)) > 0)
		for (ssize_t done = 0, w; done < n; done += w) {
			w = write(to, bytes + done, (size_t)(n - done));
			if (w < 0)
				return fault_set(fault, ERR_IO,
						 "the copy of '%s' cannot be written: %m",
						 file);
		}
	if (n < 0)
		return fault_set(fault, ERR_IO, "'%s' cannot be read: %m", file);
	if (fsync(to) != 0)
		return fault_set(fault, ERR_IO, "the copy of '%s' is not durable: %m",
				 file);
	return ERR_OK;
}

static enum err database_copy(const char *file, const char *dir, struct fault *fault)
{
	char path[LEDGER_PATH_BYTES_MAX];
	int from = -1, to = -1;
	enum err err = ledger_path(dir, LEDGER_DATABASE, path, fault);

	if (err)
		return err;
	from = open(file, O_RDONLY | O_CLOEXEC);
	if (from < 0)
		return fault_set(fault, ERR_IO, "'%s' cannot be read: %m", file);
	to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	err = to < 0 ? fault_set(fault, ERR_IO, "'%s' cannot be made: %m", path)
		     : bytes_copy(from, to, file, fault);
	if (to >= 0 && close(to) != 0 && !err)
		err = fault_set(fault, ERR_IO, "'%s' cannot be closed: %m", path);
	(void)close(from);
	return err ? err : file_sync_folder_of(path, fault);
}

static enum err folder_begin(const char *dir, bool *ret_made, struct fault *fault)
{
	*ret_made = mkdir(dir, 0700) == 0;
	if (!*ret_made && errno == EEXIST) {
		/* An empty folder is taken; rmdir() tells, and is undone. */
		if (rmdir(dir) != 0)
			return fault_set(fault, ERR_CONFLICT,
					 "'%s' is there already: restore into a new "
					 "folder",
					 dir);
		*ret_made = mkdir(dir, 0700) == 0;
	}
	return *ret_made ? file_sync_folder_of(dir, fault)
			 : fault_set(fault, ERR_IO, "'%s' cannot be made: %m", dir);
}

/* False where something is left; errno says why. */
static bool folder_drop(const char *dir)
{
	static const char *const names[] = { LEDGER_DATABASE, LEDGER_DATABASE "-wal",
					     LEDGER_DATABASE "-shm", LEDGER_CHARTER };
	char path[LEDGER_PATH_BYTES_MAX];

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (ledger_path(dir, names[i], path, NULL) == ERR_OK)
			(void)unlink(path); /* else the folder stays */
	return rmdir(dir) == 0;
}

/* ---- restoring ---- */

static enum err charter_copy(const char *dir, struct fault *fault)
{
	char path[LEDGER_PATH_BYTES_MAX];
	struct ledger *ledger = NULL;
	struct buffer charter;
	enum err err = ledger_open(dir, LEDGER_READ, &ledger, fault);

	buffer_init(&charter, ENTRY_BYTES_MAX);
	if (!err)
		err = ledger_entry(ledger, 0, &charter, fault);
	ledger_close(ledger);
	if (!err)
		err = ledger_path(dir, LEDGER_CHARTER, path, fault);
	if (!err)
		err = file_create(path, buffer_slice(&charter), 0644, fault);
	buffer_release(&charter);
	return err;
}

enum err ledger_restore(const char *file, const char *dir, struct fault *fault)
{
	bool made = false;
	enum err err = folder_begin(dir, &made, fault);

	if (!err)
		err = database_copy(file, dir, fault);
	if (!err)
		err = charter_copy(dir, fault);
	if (err && made)
		(void)folder_drop(dir); /* the first failure is what matters */
	return err;
}

/* The root of the log's first `size` entries. */
static enum err root_at(struct ledger *ledger, uint64_t size, struct hash *ret_root,
			struct fault *fault)
{
	enum err err = ledger_reading_start(ledger, fault);

	if (err)
		return err;
	err = ledger_tree(ledger, fault);
	if (!err)
		err = log_tree_root_at(ledger->tree, size, ret_root, fault);
	ledger_reading_stop(ledger);
	return err;
}

static enum err newest_check(struct ledger *ledger, const struct checkpoint *newest,
			     struct fault *fault)
{
	uint64_t size = 0;
	struct hash root;
	enum err err = ledger_size(ledger, &size, fault);

	if (err)
		return err;
	if (size < newest->size)
		return fault_set(fault, ERR_CORRUPT,
				 "%" PRIu64 " entries were signed, and here are %" PRIu64
				 ": restore a newer backup, or continue as a new log",
				 newest->size, size);
	err = root_at(ledger, newest->size, &root, fault);
	if (!err && !hash_equal(&root, &newest->root))
		err = fault_set(fault, ERR_CORRUPT,
				"the checkpoint is not of this log: its first %" PRIu64
				" entries are others",
				newest->size);
	return err;
}

static enum err head_make(const char *dir, const struct checkpoint *newest,
			  struct fault *fault)
{
	struct merkle_head head = checkpoint_head(newest);
	char path[LEDGER_PATH_BYTES_MAX];
	enum err err = ledger_path(dir, LEDGER_HEAD, path, fault);

	if (!err)
		err = head_file_create(path, &head, fault);
	if (err == ERR_CONFLICT)
		err = fault_set(fault, err,
				"'%s' is there already, and remembers what was signed",
				path);
	return err;
}

enum err ledger_restore_head(const char *dir, struct slice note, struct fault *fault)
{
	struct ledger *ledger = NULL;
	struct checkpoint newest;
	enum err err = ledger_open(dir, LEDGER_READ, &ledger, fault);

	if (!err)
		err = ledger_note_open(ledger, note, &newest, fault);
	if (!err)
		err = newest_check(ledger, &newest, fault);
	ledger_close(ledger);
	return err ? err : head_make(dir, &newest, fault);
}

/* ---- rehearsing ---- */

static enum err last_at_of(struct ledger *ledger, int64_t *ret_at, struct fault *fault)
{
	enum err err = ledger_reading_start(ledger, fault);

	if (err)
		return err;
	*ret_at = ledger->meta.at;
	ledger_reading_stop(ledger);
	return ERR_OK;
}

static enum err signature_check(struct ledger *ledger, const struct rehearsal *rehearsal,
				struct fault *fault)
{
	struct checkpoint checkpoint;
	struct buffer note;
	struct hash root;
	enum err err;

	buffer_init(&note, NOTE_BYTES_MAX);
	err = ledger_checkpoint(ledger, &note, fault);
	if (!err)
		err = ledger_note_open(ledger, buffer_slice(&note), &checkpoint, fault);
	/* A backup may stand between a commit and its signature. */
	if (!err && checkpoint.size > rehearsal->size)
		err = fault_set(
			fault, ERR_CORRUPT,
			"the signed checkpoint is of more entries than there are");
	if (!err)
		err = root_at(ledger, checkpoint.size, &root, fault);
	if (!err && !hash_equal(&root, &checkpoint.root))
		err = fault_set(fault, ERR_CORRUPT,
				"the signed checkpoint is of another log");
	buffer_release(&note);
	return err;
}

static enum err restored_check(const char *dir, struct rehearsal *rehearsal,
			       struct fault *fault)
{
	struct ledger *ledger = NULL;
	enum err err = ledger_open(dir, LEDGER_READ, &ledger, fault);

	if (!err)
		err = ledger_size(ledger, &rehearsal->size, fault);
	if (!err)
		err = last_at_of(ledger, &rehearsal->last_at, fault);
	if (!err)
		err = root_at(ledger, rehearsal->size, &rehearsal->root, fault);
	if (!err)
		err = ledger_check(ledger, fault);
	if (!err)
		err = signature_check(ledger, rehearsal, fault);
	ledger_close(ledger);
	return err;
}

static enum err live_compare(const char *live_dir, struct rehearsal *rehearsal,
			     struct fault *fault)
{
	struct ledger *live = NULL;
	struct hash root;
	enum err err = ledger_open(live_dir, LEDGER_READ, &live, fault);

	if (!err)
		err = ledger_size(live, &rehearsal->live_size, fault);
	if (!err)
		err = last_at_of(live, &rehearsal->live_last_at, fault);
	if (!err && rehearsal->size > rehearsal->live_size)
		err = fault_set(fault, ERR_CORRUPT,
				"the backup has %" PRIu64
				" entries, more than the %" PRIu64 " of '%s'",
				rehearsal->size, rehearsal->live_size, live_dir);
	if (!err)
		err = root_at(live, rehearsal->size, &root, fault);
	if (!err && !hash_equal(&root, &rehearsal->root))
		err = fault_set(fault, ERR_CORRUPT,
				"the backup is of another log than '%s'", live_dir);
	ledger_close(live);
	return err;
}

enum err ledger_rehearse(const char *file, const char *live_dir,
			 struct rehearsal *ret_rehearsal, struct fault *fault)
{
	const char *parent = getenv("TMPDIR");
	char dir[LEDGER_PATH_BYTES_MAX];
	struct rehearsal rehearsal = { 0 };
	enum err err = ledger_path(parent && parent[0] ? parent : "/tmp",
				   "arrondi-rehearsal.XXXXXX", dir, fault);

	if (err)
		return err;
	if (!mkdtemp(dir))
		return fault_set(fault, ERR_IO, "a folder to restore into: %m");
	err = ledger_restore(file, dir, fault);
	if (!err)
		err = restored_check(dir, &rehearsal, fault);
	if (!err && live_dir)
		err = live_compare(live_dir, &rehearsal, fault);
	/* It holds all the secrets that the backup does. */
	if (!folder_drop(dir) && errno != ENOENT && !err)
		err = fault_set(fault, ERR_IO,
				"the backup is good, but '%s', into which it was "
				"restored, cannot be removed: %m: remove it",
				dir);
	if (!err)
		*ret_rehearsal = rehearsal;
	return err;
}
