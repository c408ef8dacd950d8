/*
 * store.c - opening and closing the database, transactions, copies.
 *
 * synchronous=FULL in WAL mode is one fsync for each commit, and none is lost
 * that was answered. It is lowered for two things: the note, which can be signed
 * again (store_log.c), and STORE_FORERUNNER.
 *
 * Who waits for another's transaction looks often. SQLite's own waits grow to a
 * tenth of a second, which is the time of many commits.
 */
#include "ledger/store.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "keys/file.h"
#include "ledger/store_int.h"

#define BUSY_LOOK_NS 500000 /* half a commit on a quick disk */

#define BACKUP_PAGES_PER_STEP 1024
#define BACKUP_WAIT_MS        20
#define BACKUP_WAITS_MAX      500
#define BACKUP_PATH_BYTES     4096

static const char settings[] = "PRAGMA trusted_schema = OFF;"
			       "PRAGMA cell_size_check = ON;"
			       "PRAGMA temp_store = MEMORY;"
			       "PRAGMA cache_size = -8192;";
/* secure_delete: a secret that was destroyed must not linger in the slack of a page. */
static const char settings_of_writer[] = "PRAGMA journal_mode = WAL;"
					 "PRAGMA secure_delete = ON;"
					 "PRAGMA synchronous = FULL;";

/* The file holds secrets: nobody else reads it, from its first moment on. */
static enum err file_make(const char *path, struct fault *fault)
{
	int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
	enum err err;

	if (fd < 0 && errno == EEXIST)
		return fault_set(fault, ERR_CONFLICT,
				 "there is a ledger database already");
	if (fd < 0)
		return fault_set(fault, ERR_IO, "the ledger database cannot be made: %m");
	(void)close(fd); /* nothing was written through it */
	err = file_sync_folder_of(path, fault);
	if (err)
		(void)unlink(path); /* it would be in the way of the next try */
	return err;
}

static enum err statements_prepare(struct store *store, struct fault *fault)
{
	for (int i = 0; i < STMT__COUNT; i++) {
		int rc = sqlite3_prepare_v3(store->db, sql_texts[i], -1,
					    SQLITE_PREPARE_PERSISTENT, &store->stmt[i],
					    NULL);

		if (rc)
			return store_fail(store, rc, fault);
	}
	return ERR_OK;
}

static int64_t now_ms(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail with this clock */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int busy_wait(void *ctx, int times)
{
	const struct timespec wait = { .tv_nsec = BUSY_LOOK_NS };
	struct store *store = ctx;
	int64_t now = now_ms();

	if (times == 0)
		store->busy_since_ms = now;
	if (now - store->busy_since_ms >= store->busy_ms)
		return 0;
	(void)nanosleep(&wait, NULL); /* woken early, we only look earlier */
	return 1;
}

void store_busy_limit(struct store *store, int64_t limit_ms)
{
	store->busy_ms = limit_ms;
	(void)sqlite3_busy_handler(store->db, busy_wait, store); /* cannot fail */
}

/* Nobody asks SQLite how much memory it uses; to count it, all threads would share one
 * lock at each allocation. Too late is harmless: then it goes on counting. */
static void memory_uncounted(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static enum err database_open(struct store *store, const char *path, enum store_mode mode,
			      struct fault *fault)
{
	int flags = mode == STORE_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
	int rc = sqlite3_open_v2(path, &store->db,
				 flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
				 NULL);
	enum err err;

	if (!store->db)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	if (rc)
		return store_fail(store, rc, fault);
	store_busy_limit(store, STORE_BUSY_MS);
	err = store_exec(store, settings, fault);
	if (!err && mode != STORE_READ)
		err = store_exec(store, settings_of_writer, fault);
	if (mode != STORE_READ)
		store_doubt_begin(store);
	if (!err && mode != STORE_READ)
		err = store_schema_migrate(store, fault);
	if (!err)
		err = store_schema_check(store, fault);
	if (!err)
		err = statements_prepare(store, fault);
	return err;
}

enum err store_open(const char *path, enum store_mode mode, struct store **ret_store,
		    struct fault *fault)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct store *store = NULL;
	enum err err = ERR_OK;

	if (mode == STORE_CREATE)
		err = file_make(path, fault);
	else if (access(path, F_OK) != 0)
		err = fault_set(fault, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO,
				"the ledger database cannot be found: %m");
	if (err)
		return err;
	(void)pthread_once(&once, memory_uncounted); /* cannot fail */
	store = calloc(1, sizeof *store);
	if (!store)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	err = database_open(store, path, mode, fault);
	if (err) {
		store_close(store);
		return err;
	}
	*ret_store = store;
	return ERR_OK;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	store_rollback(store);
	for (int i = 0; i < STMT__COUNT; i++)
		(void)sqlite3_finalize(store->stmt[i]); /* repeats an old error */
	/* Every statement is finalised, so it cannot refuse; NULL is allowed. */
	(void)sqlite3_close(store->db);
	free(store);
}

enum err store_level_set(struct store *store, bool lower, struct fault *fault)
{
	enum err err;

	if (store->lowered == lower)
		return ERR_OK;
	err = store_exec(store,
			 lower ? "PRAGMA synchronous = NORMAL"
			       : "PRAGMA synchronous = FULL",
			 fault);
	/* Where it failed either may hold, and it is raised again. */
	store->lowered = err || lower;
	return err;
}

enum err store_begin(struct store *store, enum store_transaction transaction,
		     struct fault *fault)
{
	struct sql query =
		sql_of(store, transaction == STORE_SNAPSHOT ? STMT_BEGIN_SNAPSHOT
							    : STMT_BEGIN_EXCLUSIVE);
	enum err err = ERR_OK;

	assert(sqlite3_get_autocommit(store->db));
	if (transaction != STORE_SNAPSHOT)
		err = store_level_set(store, transaction == STORE_FORERUNNER, fault);
	if (!err)
		err = sql_run(&query, fault);
	store->has_begun = !err;
	if (err || transaction == STORE_SNAPSHOT)
		return err;
	err = store_doubt_end(store, fault);
	if (err)
		store_rollback(store);
	return err;
}

enum err store_commit(struct store *store, struct fault *fault)
{
	struct sql query = sql_of(store, STMT_COMMIT);
	enum err err = sql_run(&query, fault);

	if (!err)
		store->has_begun = false;
	return err;
}

void store_rollback(struct store *store)
{
	store->has_begun = false;
	if (!store->db || sqlite3_get_autocommit(store->db) ||
	    !store->stmt[STMT_ROLLBACK])
		return;

	/* A rollback that fails has rolled back all the same: SQLite then leaves
	 * the transaction by itself. */
	(void)sqlite3_step(store->stmt[STMT_ROLLBACK]);
	(void)sqlite3_reset(store->stmt[STMT_ROLLBACK]);
}

/* ---- backup ---- */

static enum err backup_run(struct store *store, sqlite3_backup *backup,
			   struct fault *fault)
{
	int waits = 0;
	int rc = SQLITE_OK;

	while (rc == SQLITE_OK || ((rc == SQLITE_BUSY || rc == SQLITE_LOCKED) &&
				   waits++ < BACKUP_WAITS_MAX)) {
		if (rc)
			(void)sqlite3_sleep(BACKUP_WAIT_MS);
		rc = sqlite3_backup_step(backup, BACKUP_PAGES_PER_STEP);
	}
	return rc == SQLITE_DONE ? ERR_OK : store_fail(store, rc, fault);
}

/* Half a copy is worse than none; and a journal of it would be taken for that of the next
 * copy of this name. */
static void backup_drop(const char *file)
{
	char journal[BACKUP_PATH_BYTES];

	(void)unlink(file);
	if (snprintf(journal, sizeof journal, "%s-journal", file) < (int)sizeof journal)
		(void)unlink(journal); /* where there is one */
}

enum err store_backup(struct store *store, const char *file, struct fault *fault)
{
	struct store copy = { 0 };
	sqlite3_backup *backup = NULL;
	int rc;
	enum err err = file_make(file, fault);

	if (err)
		return err;
	/* One snapshot, or a busy writer would make the copy start again and again. */
	err = store_begin(store, STORE_SNAPSHOT, fault);
	if (err)
		goto out;
	rc = sqlite3_open_v2(file, &copy.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
			     NULL);
	if (!rc)
		backup = sqlite3_backup_init(copy.db, "main", store->db, "main");
	if (!backup) {
		err = copy.db ? store_fail(&copy, sqlite3_errcode(copy.db), fault)
			      : fault_set(fault, ERR_MEMORY, "out of memory");
		goto out;
	}
	err = backup_run(&copy, backup, fault);
out:
	if (backup && sqlite3_backup_finish(backup) && !err)
		err = store_fail(&copy, sqlite3_errcode(copy.db), fault);
	if (sqlite3_close(copy.db) && !err)
		err = fault_set(fault, ERR_IO, "the backup could not be closed");
	store_rollback(store);
	if (err)
		backup_drop(file);
	return err;
}

enum err store_integrity(struct store *store, struct fault *fault)
{
	sqlite3_stmt *stmt = NULL;
	enum err err = ERR_OK;
	int rc = sqlite3_prepare_v2(store->db, "PRAGMA quick_check(1)", -1, &stmt, NULL);

	if (!rc)
		rc = sqlite3_step(stmt);
	if (rc != SQLITE_ROW)
		err = store_fail(store, rc, fault);
	else if (strcmp((const char *)sqlite3_column_text(stmt, 0), "ok") != 0)
		err = fault_set(fault, ERR_CORRUPT, "%.200s",
				(const char *)sqlite3_column_text(stmt, 0));
	(void)sqlite3_finalize(stmt);
	return err;
}

enum err store_erase(struct store *store, struct fault *fault)
{
	int rc = sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_TRUNCATE,
					   NULL, NULL);

	return rc ? store_fail(store, rc, fault) : ERR_OK;
}
