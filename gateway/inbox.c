/*
 * inbox.c - the inbox's database: opening, statements, transactions.
 *
 * WAL and synchronous=FULL, as of the ledger's own: one sync for each commit.
 */
#include "gateway/inbox.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/inbox_int.h"
#include "keys/file.h"

#define INBOX_FILE    "inbox.db"
#define INBOX_BUSY_MS 5000

/* "ArrI": tells our files from other SQLite files. */
#define INBOX_APPLICATION_ID 1097986633
#define INBOX_VERSION        1

/* secure_delete: a body that was purged must not linger in the slack of a page. */
static const char settings[] = "PRAGMA trusted_schema = OFF;"
			       "PRAGMA cell_size_check = ON;"
			       "PRAGMA temp_store = MEMORY;"
			       "PRAGMA cache_size = -8192;"
			       "PRAGMA journal_mode = WAL;"
			       "PRAGMA secure_delete = ON;"
			       "PRAGMA synchronous = FULL;"
			       "PRAGMA wal_autocheckpoint = 4000;";

/* Of a delivery, sha is that of its body, by which it is known again; it goes when the
 * body is purged, for short bodies could be guessed from it. */
static const char schema[] =
	"CREATE TABLE delivery (id INTEGER PRIMARY KEY, endpoint TEXT NOT NULL,"
	" received_at INTEGER NOT NULL, sha BLOB, digest BLOB NOT NULL"
	" CHECK (length(digest) = 32), salt BLOB, body BLOB,"
	" state INTEGER NOT NULL, reason TEXT NOT NULL) STRICT;"
	"CREATE UNIQUE INDEX delivery_sha ON delivery (sha, endpoint)"
	" WHERE sha IS NOT NULL;"
	"CREATE INDEX delivery_open ON delivery (state, id) WHERE state <> 1;"
	"CREATE TABLE movement (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE,"
	" provider TEXT NOT NULL, endpoint TEXT NOT NULL, delivery INTEGER NOT NULL,"
	" state INTEGER NOT NULL, kind TEXT NOT NULL, object TEXT NOT NULL,"
	" parent TEXT NOT NULL, event TEXT NOT NULL, amount INTEGER NOT NULL,"
	" day INTEGER NOT NULL, only_if_booked INTEGER NOT NULL,"
	" cumulative INTEGER NOT NULL, path TEXT NOT NULL, reason TEXT NOT NULL,"
	" tries INTEGER NOT NULL, next_at INTEGER NOT NULL,"
	" position INTEGER NOT NULL) STRICT;"
	"CREATE INDEX movement_open ON movement (state, id) WHERE state IN (0, 1, 4);"
	"CREATE INDEX movement_object ON movement (object, kind);"
	"CREATE INDEX movement_parent ON movement (parent, kind) WHERE parent <> '';";

#define DELIVERY_COLUMNS "id, endpoint, received_at, digest, state, reason"
#define MOVEMENT_COLUMNS                                                                 \
	"movement.id, key, movement.endpoint, movement.delivery, movement.state, kind,"  \
	" object, parent, event, amount, day, only_if_booked, cumulative, path,"         \
	" movement.reason, tries, next_at, position,"                                    \
	" (SELECT digest FROM delivery WHERE delivery.id = movement.delivery)"
#define MOVEMENT_VALUES                                                                  \
	"INSERT INTO movement (key, provider, endpoint, delivery, state, kind, object,"  \
	" parent, event, amount, day, only_if_booked, cumulative, path, reason,"         \
	" next_at, tries, position)"                                                     \
	" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)"
#define MOVEMENT_TAKES                                                                   \
	" ON CONFLICT (key) DO UPDATE SET endpoint = excluded.endpoint,"                 \
	" delivery = excluded.delivery, state = excluded.state,"                         \
	" parent = excluded.parent, event = excluded.event, amount = excluded.amount,"   \
	" day = excluded.day, only_if_booked = excluded.only_if_booked,"                 \
	" path = excluded.path, reason = excluded.reason, next_at = excluded.next_at,"   \
	" tries = 0"

static const char *const texts[INBOX_STMT__COUNT] = {
	[INBOX_BEGIN] = "BEGIN IMMEDIATE",
	[INBOX_COMMIT] = "COMMIT",
	[INBOX_ROLLBACK] = "ROLLBACK",
	[INBOX_DELIVERY_ADD] =
		"INSERT INTO delivery (endpoint, received_at, sha, digest, salt, body,"
		" state, reason) VALUES (?, ?, ?, ?, ?, ?, 0, '')"
		" ON CONFLICT DO NOTHING",
	[INBOX_DELIVERY_AGAIN] = "UPDATE delivery SET state = 0, reason = ''"
				 " WHERE sha = ? AND endpoint = ?",
	[INBOX_DELIVERY_READ] =
		"SELECT " DELIVERY_COLUMNS ", body FROM delivery WHERE id = ?",
	[INBOX_DELIVERY_LIST] = "SELECT " DELIVERY_COLUMNS ", CASE WHEN ?1 THEN body"
				" WHEN body IS NULL THEN NULL ELSE x'' END FROM delivery"
				" WHERE state = ?2 AND id > ?3 ORDER BY id LIMIT ?4",
	[INBOX_DELIVERY_SET] = "UPDATE delivery SET state = ?, reason = ? WHERE id = ?",
	[INBOX_DELIVERY_REPLAY] = "UPDATE delivery SET state = 0, reason = ''"
				  " WHERE id = ? AND body IS NOT NULL",
	[INBOX_DELIVERY_PURGE] =
		"UPDATE delivery SET body = NULL, sha = NULL, salt = NULL"
		" WHERE received_at < ? AND state <> 0 AND body IS NOT NULL",
	[INBOX_DELIVERY_COUNT] =
		"SELECT state, count(*), min(received_at) FROM delivery GROUP BY state",
	[INBOX_MOVEMENT_PUT] =
		MOVEMENT_VALUES MOVEMENT_TAKES " WHERE movement.state IN (3, 4)",
	[INBOX_WANTED_PUT] = MOVEMENT_VALUES MOVEMENT_TAKES,
	[INBOX_MOVEMENT_LIST] = "SELECT " MOVEMENT_COLUMNS
				" FROM movement WHERE state = ? AND next_at <= ?"
				" AND id > ? ORDER BY id LIMIT ?",
	[INBOX_MOVEMENT_READ] = "SELECT " MOVEMENT_COLUMNS " FROM movement WHERE id = ?",
	[INBOX_MOVEMENT_SET] =
		"UPDATE movement SET state = ?, parent = ?, amount = ?, day = ?, path = "
		"?,"
		" reason = ?, tries = ?, next_at = ?, position = ? WHERE id = ?",
	[INBOX_MOVEMENT_FIND] =
		"SELECT " MOVEMENT_COLUMNS " FROM movement WHERE object = ? AND kind = ?"
		" AND provider = ? AND state <> 0 AND (state <> 3 OR path = '')"
		" ORDER BY state <> 2, id LIMIT 1",
	[INBOX_MOVEMENT_SUM] =
		"SELECT coalesce(sum(amount), 0) FROM movement WHERE parent = ?"
		" AND kind = ? AND provider = ? AND state = 2",
	[INBOX_MOVEMENT_BETWEEN] =
		"SELECT " MOVEMENT_COLUMNS " FROM movement WHERE movement.endpoint = ?"
		" AND day BETWEEN ? AND ? AND movement.state <> 0 ORDER BY movement.id",
	[INBOX_MOVEMENT_WAKE] = "UPDATE movement SET next_at = 0 WHERE next_at > 0"
				" AND state = 1 AND (object = ?1 OR parent = ?1)",
	[INBOX_MOVEMENT_REPLAY] =
		"UPDATE movement SET state = CASE WHEN path = '' THEN 1 ELSE 0 END,"
		" reason = '', tries = 0, next_at = 0 WHERE id = ? AND state <> 2",
	[INBOX_MOVEMENT_COUNT] = "SELECT state, count(*) FROM movement GROUP BY state",
};

/* ---- errors ---- */

static enum err inbox_fail(const struct inbox *inbox, int rc, struct fault *fault)
{
	switch (rc & 0xff) {
	case SQLITE_NOMEM:
		return fault_set(fault, ERR_MEMORY, "out of memory");
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return fault_set(fault, ERR_BUSY,
				 "the inbox is held by another program: try again");
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return fault_set(fault, ERR_CORRUPT,
				 "the inbox's database is damaged: keep it, and restore "
				 "the last good one");
	case SQLITE_FULL:
		return fault_set(fault, ERR_IO,
				 "the disk of the inbox is full: make room");
	default:
		return fault_set(fault, ERR_IO, "the inbox cannot be read or written: %s",
				 inbox->db ? sqlite3_errmsg(inbox->db)
					   : sqlite3_errstr(rc));
	}
}

/* ---- queries ---- */

struct query query_of(struct inbox *inbox, enum inbox_stmt stmt)
{
	return (struct query){ .inbox = inbox, .stmt = inbox->stmt[stmt] };
}

static void query_bound(struct query *query, int rc)
{
	if (!query->rc)
		query->rc = rc;
}

void query_text(struct query *query, const char *text)
{
	query_bound(query, sqlite3_bind_text(query->stmt, ++query->n_bound, text, -1,
					     SQLITE_STATIC));
}

void query_blob(struct query *query, struct slice bytes)
{
	query_bound(query, sqlite3_bind_blob64(query->stmt, ++query->n_bound,
					       bytes.p ? (const void *)bytes.p : "",
					       bytes.n, SQLITE_STATIC));
}

void query_integer(struct query *query, int64_t integer)
{
	query_bound(query, sqlite3_bind_int64(query->stmt, ++query->n_bound, integer));
}

void query_end(struct query *query)
{
	(void)sqlite3_reset(query->stmt);          /* repeats the error of the step */
	(void)sqlite3_clear_bindings(query->stmt); /* cannot fail */
}

enum err query_step(struct query *query, bool *ret_row, struct fault *fault)
{
	int rc = query->rc ? query->rc : sqlite3_step(query->stmt);
	enum err err = ERR_OK;

	*ret_row = rc == SQLITE_ROW;
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		err = inbox_fail(query->inbox, rc, fault);
	if (rc != SQLITE_ROW)
		query_end(query);
	return err;
}

enum err query_run(struct query *query, struct fault *fault)
{
	bool row;
	enum err err = query_step(query, &row, fault);

	if (!err && row)
		query_end(query);
	return err;
}

enum err query_each(struct query *query, query_row_fn *each, void *ctx,
		    struct fault *fault)
{
	bool row = true;
	enum err err = ERR_OK;

	while (!err) {
		err = query_step(query, &row, fault);
		if (err || !row)
			return err;
		err = each(query, ctx, fault);
	}
	query_end(query);
	return err;
}

int64_t query_column(struct query *query, int column)
{
	return sqlite3_column_int64(query->stmt, column);
}

void query_column_text(struct query *query, int column, char *room, size_t bytes)
{
	const unsigned char *text = sqlite3_column_text(query->stmt, column);

	(void)snprintf(room, bytes, "%s", text ? (const char *)text : "");
}

struct slice query_column_blob(struct query *query, int column)
{
	const void *bytes = sqlite3_column_blob(query->stmt, column);

	return slice_of(bytes, (size_t)sqlite3_column_bytes(query->stmt, column));
}

uint64_t query_changes(const struct inbox *inbox)
{
	return (uint64_t)sqlite3_changes64(inbox->db);
}

/* ---- transactions ---- */

enum err inbox_begin(struct inbox *inbox, struct fault *fault)
{
	struct query query = query_of(inbox, INBOX_BEGIN);
	enum err err = query_run(&query, fault);

	inbox->is_begun = err == ERR_OK;
	return err;
}

void inbox_undo(struct inbox *inbox)
{
	sqlite3_stmt *rollback = inbox->stmt[INBOX_ROLLBACK];

	inbox->is_begun = false;
	/* After some errors SQLite has rolled back already. */
	if (sqlite3_get_autocommit(inbox->db))
		return;
	(void)sqlite3_step(rollback);  /* what fails now is undone at the next opening */
	(void)sqlite3_reset(rollback); /* repeats that */
}

enum err inbox_commit(struct inbox *inbox, struct fault *fault)
{
	struct query query = query_of(inbox, INBOX_COMMIT);
	enum err err = query_run(&query, fault);

	if (err)
		inbox_undo(inbox);
	inbox->is_begun = false;
	return err;
}

enum err inbox_step_begin(struct inbox *inbox, bool *ret_begun, struct fault *fault)
{
	*ret_begun = !inbox->is_begun;
	return inbox->is_begun ? ERR_OK : inbox_begin(inbox, fault);
}

enum err inbox_step_end(struct inbox *inbox, bool begun, enum err err,
			struct fault *fault)
{
	if (!err)
		return begun ? inbox_commit(inbox, fault) : ERR_OK;
	inbox_undo(inbox);
	return err;
}

enum err inbox_erase(struct inbox *inbox, struct fault *fault)
{
	int rc = sqlite3_wal_checkpoint_v2(inbox->db, NULL, SQLITE_CHECKPOINT_TRUNCATE,
					   NULL, NULL);

	return rc ? inbox_fail(inbox, rc, fault) : ERR_OK;
}

/* ---- opening ---- */

static enum err exec(struct inbox *inbox, const char *sql, struct fault *fault)
{
	int rc = sqlite3_exec(inbox->db, sql, NULL, NULL, NULL);

	return rc ? inbox_fail(inbox, rc, fault) : ERR_OK;
}

static enum err pragma_read(struct inbox *inbox, const char *sql, int64_t *ret_value,
			    struct fault *fault)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(inbox->db, sql, -1, &stmt, NULL);

	if (!rc && (rc = sqlite3_step(stmt)) == SQLITE_ROW)
		*ret_value = sqlite3_column_int64(stmt, 0);
	(void)sqlite3_finalize(stmt); /* repeats the error of the step */
	return rc == SQLITE_ROW ? ERR_OK : inbox_fail(inbox, rc, fault);
}

/* Another program may make it at the same time: who comes second finds it made. */
static enum err schema_make(struct inbox *inbox, struct fault *fault)
{
	char marks[96];
	int64_t version = 0;
	enum err err = exec(inbox, "BEGIN IMMEDIATE", fault);

	if (err)
		return err;
	(void)snprintf(marks, sizeof marks,
		       "PRAGMA application_id = %d; PRAGMA user_version = %d",
		       INBOX_APPLICATION_ID, INBOX_VERSION);
	err = pragma_read(inbox, "PRAGMA user_version", &version, fault);
	if (!err && version == 0)
		err = exec(inbox, schema, fault);
	if (!err && version == 0)
		err = exec(inbox, marks, fault);
	if (!err)
		return exec(inbox, "COMMIT", fault);
	/* What fails now is undone at the next opening. */
	(void)sqlite3_exec(inbox->db, "ROLLBACK", NULL, NULL, NULL);
	return err;
}

static enum err schema_check(struct inbox *inbox, struct fault *fault)
{
	int64_t id = 0, version = 0;
	enum err err = pragma_read(inbox, "PRAGMA application_id", &id, fault);

	if (!err)
		err = pragma_read(inbox, "PRAGMA user_version", &version, fault);
	if (!err && version == 0 && id == 0)
		return schema_make(inbox, fault);
	if (!err && id != INBOX_APPLICATION_ID)
		err = fault_set(fault, ERR_CORRUPT,
				"'" INBOX_FILE "' is not an inbox of Arrondi");
	if (!err && version > INBOX_VERSION)
		err = fault_set(fault, ERR_INVALID,
				"'" INBOX_FILE "' was written by a newer version: use "
				"that one");
	return err;
}

static enum err database_open(struct inbox *inbox, const char *path, struct fault *fault)
{
	int rc = sqlite3_open_v2(path, &inbox->db,
				 SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
					 SQLITE_OPEN_EXRESCODE,
				 NULL);
	enum err err;

	if (rc)
		return inbox_fail(inbox, rc, fault);
	(void)sqlite3_busy_timeout(inbox->db, INBOX_BUSY_MS); /* cannot fail */
	err = exec(inbox, settings, fault);
	if (!err)
		err = schema_check(inbox, fault);
	for (int i = 0; !err && i < INBOX_STMT__COUNT; i++) {
		rc = sqlite3_prepare_v3(inbox->db, texts[i], -1,
					SQLITE_PREPARE_PERSISTENT, &inbox->stmt[i], NULL);
		if (rc)
			err = inbox_fail(inbox, rc, fault);
	}
	return err;
}

/* It holds persons' data: nobody else reads it, from its first moment on. One that is
 * there is not opened: to close any descriptor of a file gives up this process's locks on
 * it, and SQLite holds some. */
static enum err file_ensure(const char *path, struct fault *fault)
{
	int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);

	if (fd < 0 && errno == EEXIST)
		return ERR_OK;
	if (fd < 0)
		return fault_set(fault, ERR_IO, "'%s' cannot be made: %s", path,
				 strerror(errno));
	(void)close(fd); /* nothing was written through it */
	return file_sync_folder_of(path, fault);
}

static enum err path_of(const char *dir, char ret_path[PATH_MAX], struct fault *fault)
{
	int n = snprintf(ret_path, PATH_MAX, "%s/" INBOX_FILE, dir);

	if (n < 0 || n >= PATH_MAX)
		return fault_set(fault, ERR_USAGE, "the folder's name is too long");
	return ERR_OK;
}

static enum err inbox_at(const char *path, struct inbox **ret_inbox, struct fault *fault)
{
	struct inbox *inbox = calloc(1, sizeof *inbox);
	enum err err;

	if (!inbox)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	err = database_open(inbox, path, fault);
	if (err) {
		inbox_close(inbox);
		return err;
	}
	*ret_inbox = inbox;
	return ERR_OK;
}

enum err inbox_open(const char *dir, struct inbox **ret_inbox, struct fault *fault)
{
	char path[PATH_MAX];
	enum err err = path_of(dir, path, fault);

	if (!err)
		err = file_ensure(path, fault);
	return err ? err : inbox_at(path, ret_inbox, fault);
}

enum err inbox_open_existing(const char *dir, struct inbox **ret_inbox,
			     struct fault *fault)
{
	char path[PATH_MAX];
	enum err err = path_of(dir, path, fault);

	if (!err && access(path, F_OK) != 0)
		err = fault_set(fault, ERR_NOT_FOUND, "there is no inbox in '%s': %s",
				dir, strerror(errno));
	return err ? err : inbox_at(path, ret_inbox, fault);
}

void inbox_close(struct inbox *inbox)
{
	if (!inbox)
		return;
	for (int i = 0; i < INBOX_STMT__COUNT; i++)
		(void)sqlite3_finalize(inbox->stmt[i]); /* repeats an old error */
	(void)sqlite3_close(inbox->db); /* what was committed is on the disk */
	free(inbox);
}
