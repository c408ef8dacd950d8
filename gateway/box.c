/*
 * box.c - a SQLite database of the gateway's own, beside the ledger.
 */
#include "gateway/box.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/file.h"

#define BOX_BUSY_MS 5000

/* secure_delete: a body that was purged must not linger in the slack of a page. */
static const char settings[] = "PRAGMA trusted_schema = OFF;"
			       "PRAGMA cell_size_check = ON;"
			       "PRAGMA temp_store = MEMORY;"
			       "PRAGMA cache_size = -8192;"
			       "PRAGMA journal_mode = WAL;"
			       "PRAGMA secure_delete = ON;"
			       "PRAGMA synchronous = FULL;"
			       "PRAGMA wal_autocheckpoint = 4000;";

struct box {
	const struct box_plan *plan;
	sqlite3 *db;
	bool is_begun;
	sqlite3_stmt *stmt[]; /* plan->text_count */
};

/* ---- errors ---- */

static enum err box_fail(const struct box *box, int rc, struct fault *fault)
{
	switch (rc & 0xff) {
	case SQLITE_NOMEM:
		return fault_set(fault, ERR_MEMORY, "out of memory");
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return fault_set(fault, ERR_BUSY,
				 "the %s is held by another program: try again",
				 box->plan->noun);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return fault_set(fault, ERR_CORRUPT,
				 "the %s's database is damaged: keep it, and restore the "
				 "last good one",
				 box->plan->noun);
	case SQLITE_FULL:
		return fault_set(fault, ERR_IO, "the disk of the %s is full: make room",
				 box->plan->noun);
	default:
		return fault_set(fault, ERR_IO, "the %s cannot be read or written: %s",
				 box->plan->noun,
				 box->db ? sqlite3_errmsg(box->db) : sqlite3_errstr(rc));
	}
}

/* ---- queries ---- */

struct query box_query(struct box *box, size_t stmt)
{
	return (struct query){ .box = box, .stmt = box->stmt[stmt] };
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
		err = box_fail(query->box, rc, fault);
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

bool query_column_is_null(struct query *query, int column)
{
	return sqlite3_column_type(query->stmt, column) == SQLITE_NULL;
}

uint64_t box_changes(const struct box *box)
{
	return (uint64_t)sqlite3_changes64(box->db);
}

enum err box_erase(struct box *box, struct fault *fault)
{
	int rc = sqlite3_wal_checkpoint_v2(box->db, NULL, SQLITE_CHECKPOINT_TRUNCATE,
					   NULL, NULL);

	return rc ? box_fail(box, rc, fault) : ERR_OK;
}

/* ---- transactions ---- */

enum err box_begin(struct box *box, struct fault *fault)
{
	struct query query = box_query(box, box->plan->begin);
	enum err err = query_run(&query, fault);

	box->is_begun = err == ERR_OK;
	return err;
}

void box_undo(struct box *box)
{
	sqlite3_stmt *rollback = box->stmt[box->plan->rollback];

	box->is_begun = false;
	/* After some errors SQLite has rolled back already. */
	if (sqlite3_get_autocommit(box->db))
		return;
	(void)sqlite3_step(rollback);  /* what fails now is undone at the next opening */
	(void)sqlite3_reset(rollback); /* repeats that */
}

enum err box_commit(struct box *box, struct fault *fault)
{
	struct query query = box_query(box, box->plan->commit);
	enum err err = query_run(&query, fault);

	if (err)
		box_undo(box);
	box->is_begun = false;
	return err;
}

enum err box_step_begin(struct box *box, bool *ret_begun, struct fault *fault)
{
	*ret_begun = !box->is_begun;
	return box->is_begun ? ERR_OK : box_begin(box, fault);
}

enum err box_step_end(struct box *box, bool begun, enum err err, struct fault *fault)
{
	if (!err)
		return begun ? box_commit(box, fault) : ERR_OK;
	box_undo(box);
	return err;
}

/* ---- opening ---- */

static enum err exec(struct box *box, const char *sql, struct fault *fault)
{
	int rc = sqlite3_exec(box->db, sql, NULL, NULL, NULL);

	return rc ? box_fail(box, rc, fault) : ERR_OK;
}

static enum err pragma_read(struct box *box, const char *sql, int64_t *ret_value,
			    struct fault *fault)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(box->db, sql, -1, &stmt, NULL);

	if (!rc && (rc = sqlite3_step(stmt)) == SQLITE_ROW)
		*ret_value = sqlite3_column_int64(stmt, 0);
	(void)sqlite3_finalize(stmt); /* repeats the error of the step */
	return rc == SQLITE_ROW ? ERR_OK : box_fail(box, rc, fault);
}

/* Makes the tables, or changes those of the version before. Another program may do so at
 * the same time: who comes second finds it done. */
static enum err schema_make(struct box *box, struct fault *fault)
{
	char marks[96];
	int64_t version = 0;
	enum err err = exec(box, "BEGIN IMMEDIATE", fault);

	if (err)
		return err;
	(void)snprintf(marks, sizeof marks,
		       "PRAGMA application_id = %d; PRAGMA user_version = %d",
		       box->plan->application_id, box->plan->version);
	err = pragma_read(box, "PRAGMA user_version", &version, fault);
	if (!err && version < box->plan->version)
		err = exec(box, version ? box->plan->upgrade : box->plan->schema, fault);
	if (!err && version < box->plan->version)
		err = exec(box, marks, fault);
	if (!err)
		return exec(box, "COMMIT", fault);
	/* What fails now is undone at the next opening. */
	(void)sqlite3_exec(box->db, "ROLLBACK", NULL, NULL, NULL);
	return err;
}

static enum err schema_check(struct box *box, struct fault *fault)
{
	int64_t id = 0, version = 0;
	enum err err = pragma_read(box, "PRAGMA application_id", &id, fault);

	if (!err)
		err = pragma_read(box, "PRAGMA user_version", &version, fault);
	if (!err && version == 0 && id == 0)
		return schema_make(box, fault);
	if (!err && id != box->plan->application_id)
		err = fault_set(fault, ERR_CORRUPT, "'%s' is not an %s of Arrondi",
				box->plan->file, box->plan->noun);
	if (!err && version > box->plan->version)
		err = fault_set(fault, ERR_INVALID,
				"'%s' was written by a newer version: use that one",
				box->plan->file);
	if (!err && version < box->plan->version)
		err = schema_make(box, fault);
	return err;
}

static enum err database_open(struct box *box, const char *path, struct fault *fault)
{
	int rc = sqlite3_open_v2(path, &box->db,
				 SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
					 SQLITE_OPEN_EXRESCODE,
				 NULL);
	enum err err;

	if (rc)
		return box_fail(box, rc, fault);
	(void)sqlite3_busy_timeout(box->db, BOX_BUSY_MS); /* cannot fail */
	err = exec(box, settings, fault);
	if (!err)
		err = schema_check(box, fault);
	for (size_t i = 0; !err && i < box->plan->text_count; i++) {
		rc = sqlite3_prepare_v3(box->db, box->plan->texts[i], -1,
					SQLITE_PREPARE_PERSISTENT, &box->stmt[i], NULL);
		if (rc)
			err = box_fail(box, rc, fault);
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

static enum err path_of(const struct box_plan *plan, const char *dir,
			char ret_path[PATH_MAX], struct fault *fault)
{
	int n = snprintf(ret_path, PATH_MAX, "%s/%s", dir, plan->file);

	if (n < 0 || n >= PATH_MAX)
		return fault_set(fault, ERR_USAGE, "the folder's name is too long");
	return ERR_OK;
}

static enum err box_at(const struct box_plan *plan, const char *path,
		       struct box **ret_box, struct fault *fault)
{
	struct box *box =
		calloc(1, sizeof *box + plan->text_count * sizeof(sqlite3_stmt *));
	enum err err;

	if (!box)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	box->plan = plan;
	err = database_open(box, path, fault);
	if (err) {
		box_close(box);
		return err;
	}
	*ret_box = box;
	return ERR_OK;
}

enum err box_open(const struct box_plan *plan, const char *dir, struct box **ret_box,
		  struct fault *fault)
{
	char path[PATH_MAX];
	enum err err = path_of(plan, dir, path, fault);

	if (!err)
		err = file_ensure(path, fault);
	return err ? err : box_at(plan, path, ret_box, fault);
}

enum err box_open_existing(const struct box_plan *plan, const char *dir,
			   struct box **ret_box, struct fault *fault)
{
	char path[PATH_MAX];
	enum err err = path_of(plan, dir, path, fault);

	if (!err && access(path, F_OK) != 0)
		err = fault_set(fault, ERR_NOT_FOUND, "there is no %s in '%s': %s",
				plan->noun, dir, strerror(errno));
	return err ? err : box_at(plan, path, ret_box, fault);
}

void box_close(struct box *box)
{
	if (!box)
		return;
	for (size_t i = 0; i < box->plan->text_count; i++)
		(void)sqlite3_finalize(box->stmt[i]); /* repeats an old error */
	(void)sqlite3_close(box->db); /* what was committed is on the disk */
	free(box);
}
