/*
 * store_run.c - running a statement of the table, and SQLite's errors as ours.
 */
#include "ledger/store_int.h"

#include <assert.h>

static enum err err_of_sqlite(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return ERR_BUSY;
	case SQLITE_NOMEM:
		return ERR_MEMORY;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_CONSTRAINT: /* what we add is new; if not, the tables lie */
		return ERR_CORRUPT;
	case SQLITE_TOOBIG:
		return ERR_TOO_BIG;
	default:
		return ERR_IO;
	}
}

static const char *remedy_of(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return "another program is writing: try again";
	case SQLITE_FULL:
		return "the disk is full: make room and try again";
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return "it may not be written: check the rights of the folder and its "
		       "files";
	case SQLITE_CANTOPEN:
		return "it cannot be opened: check the rights of the folder and its "
		       "files";
	case SQLITE_IOERR:
		return "the disk failed: check it and the system's log, then try again";
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_CONSTRAINT:
		return "it is damaged: stop, keep a copy, restore a backup";
	case SQLITE_NOMEM:
		return "out of memory";
	default:
		return "it failed in an unexpected way";
	}
}

enum err store_fail(struct store *store, int rc, struct fault *fault)
{
	enum err err = err_of_sqlite(rc);

	if ((rc & 0xff) == SQLITE_IOERR)
		store->is_in_doubt = true;
	/* What is busy is told to clients: our sentence says it all. */
	if (err == ERR_BUSY)
		return fault_set(fault, err, "ledger database: %s", remedy_of(rc));
	/* The message names tables and triggers of ours, never values. */
	return fault_set(fault, err, "ledger database: %s (%s)", remedy_of(rc),
			 sqlite3_errmsg(store->db));
}

enum err store_exec(struct store *store, const char *sql, struct fault *fault)
{
	int rc = sqlite3_exec(store->db, sql, NULL, NULL, NULL);

	return rc ? store_fail(store, rc, fault) : ERR_OK;
}

struct sql sql_of(struct store *store, enum store_stmt stmt)
{
	return (struct sql){ .store = store, .stmt = store->stmt[stmt] };
}

void sql_blob(struct sql *query, struct slice blob)
{
	int rc = sqlite3_bind_blob64(query->stmt, ++query->bound,
				     blob.p ? blob.p : (const void *)"", blob.n,
				     SQLITE_STATIC);

	if (!query->rc)
		query->rc = rc;
}

void sql_integer(struct sql *query, int64_t integer)
{
	int rc = sqlite3_bind_int64(query->stmt, ++query->bound, integer);

	if (!query->rc)
		query->rc = rc;
}

void sql_null(struct sql *query)
{
	int rc = sqlite3_bind_null(query->stmt, ++query->bound);

	if (!query->rc)
		query->rc = rc;
}

void sql_end(struct sql *query)
{
	/* Repeats the error of the last step, which was reported. */
	(void)sqlite3_reset(query->stmt);
}

/* SQLite ends a transaction by itself after some failures, of memory above all. Whatever
 * came behind it would then be committed alone, one statement after the other. */
static enum err transaction_lost(struct sql *query, struct fault *fault)
{
	sql_end(query);
	return fault_set(fault, ERR_MEMORY,
			 "ledger database: a failure has ended the transaction: try "
			 "again");
}

enum err sql_step(struct sql *query, bool *ret_row, struct fault *fault)
{
	int rc;

	if (query->store->has_begun && sqlite3_get_autocommit(query->store->db))
		return transaction_lost(query, fault);
	rc = query->rc ? query->rc : sqlite3_step(query->stmt);
	if (rc == SQLITE_ROW || rc == SQLITE_DONE) {
		*ret_row = rc == SQLITE_ROW;
		return ERR_OK;
	}

	enum err err = store_fail(query->store, rc, fault);

	sql_end(query);
	return err;
}

enum err sql_run(struct sql *query, struct fault *fault)
{
	bool row = true;
	enum err err = ERR_OK;

	while (!err && row)
		err = sql_step(query, &row, fault);
	if (!err)
		sql_end(query);
	return err;
}

enum err sql_one(struct sql *query, const char *what, struct fault *fault)
{
	bool row = false;
	enum err err = sql_step(query, &row, fault);

	if (!err && !row) {
		sql_end(query);
		err = fault_set(fault, ERR_NOT_FOUND, "%s is not in the ledger", what);
	}
	return err;
}

int64_t sql_column(const struct sql *query, int column)
{
	return sqlite3_column_int64(query->stmt, column);
}

struct slice sql_column_blob(const struct sql *query, int column)
{
	const void *p = sqlite3_column_blob(query->stmt, column);

	/* Out of memory gives NULL too; no reader of ours takes nothing for enough. */
	return slice_of(p, p ? (size_t)sqlite3_column_bytes(query->stmt, column) : 0);
}

bool sql_column_is_null(const struct sql *query, int column)
{
	return sqlite3_column_type(query->stmt, column) == SQLITE_NULL;
}

enum err sql_column_copy(const struct sql *query, int column, void *ret_bytes, size_t n,
			 struct fault *fault)
{
	struct slice blob = sql_column_blob(query, column);

	if (blob.n != n)
		return fault_set(fault, ERR_CORRUPT,
				 "ledger database: a column has %zu bytes instead of %zu",
				 blob.n, n);
	memcpy(ret_bytes, blob.p, n);
	return ERR_OK;
}
