/*
 * store_vault.c - see store_vault.h.
 */
#include "ledger/store_vault.h"

#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#define VAULT_BUSY_MS        5000
#define VAULT_APPLICATION_ID 1097987638 /* "ArrV" */

static const char schema[] =
	"CREATE TABLE IF NOT EXISTS vault (id INTEGER PRIMARY KEY CHECK (id = 1),"
	" key_check BLOB NOT NULL) STRICT;"
	"CREATE TABLE IF NOT EXISTS person (id INTEGER PRIMARY KEY, member BLOB NOT NULL,"
	" wrapped BLOB NOT NULL, sealed BLOB NOT NULL) STRICT;"
	"CREATE TABLE IF NOT EXISTS reference (lookup BLOB PRIMARY KEY,"
	" person INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE INDEX IF NOT EXISTS reference_person ON reference (person);"
	"CREATE TABLE IF NOT EXISTS copy (number INTEGER PRIMARY KEY,"
	" year INTEGER NOT NULL, issued_on INTEGER NOT NULL, position INTEGER NOT NULL,"
	" wrapped BLOB NOT NULL, sealed BLOB NOT NULL) STRICT;"
	"CREATE INDEX IF NOT EXISTS copy_year ON copy (year, number);"
	"CREATE INDEX IF NOT EXISTS copy_pending ON copy (number) WHERE position < 0;";

#define COPY_COLUMNS                                                                     \
	"SELECT number, year, issued_on, position, wrapped, sealed FROM copy "

static const char *const texts[VAULT_STMT__COUNT] = {
	[VAULT_CHECK_PUT] = "INSERT INTO vault (id, key_check) VALUES (1, ?)",
	[VAULT_CHECK_READ] = "SELECT key_check FROM vault",
	[VAULT_PERSON_ADD] =
		"INSERT INTO person (member, wrapped, sealed) VALUES (?, ?, ?)",
	[VAULT_PERSON_DROP] = "DELETE FROM person WHERE id = ?",
	[VAULT_PERSON_LIST] =
		"SELECT id, member, wrapped, sealed FROM person ORDER BY id",
	[VAULT_REFERENCE_PUT] =
		"INSERT OR REPLACE INTO reference (lookup, person) VALUES (?, ?)",
	[VAULT_REFERENCE_FIND] = "SELECT person FROM reference WHERE lookup = ?",
	[VAULT_REFERENCE_DROP] = "DELETE FROM reference WHERE person = ?",
	[VAULT_COPY_ADD] =
		"INSERT INTO copy (number, year, issued_on, position, wrapped, sealed)"
		" VALUES (?, ?, ?, -1, ?, ?)",
	[VAULT_COPY_RECORD] = "UPDATE copy SET position = ? WHERE number = ?",
	[VAULT_COPY_DROP] = "DELETE FROM copy WHERE number = ?",
	[VAULT_COPY_PURGE] = "DELETE FROM copy WHERE issued_on < ?",
	[VAULT_COPY_PENDING] = COPY_COLUMNS "WHERE position < 0 ORDER BY number",
	[VAULT_COPY_YEAR] =
		COPY_COLUMNS "WHERE year = ? AND position >= 0 ORDER BY number",
	[VAULT_COPY_READ] = COPY_COLUMNS "WHERE number = ?",
};

struct store_vault {
	sqlite3 *db;
	sqlite3_stmt *stmt[VAULT_STMT__COUNT];
};

static enum err vault_fail(struct store_vault *vault, int rc, struct fault *fault)
{
	switch (rc & 0xff) {
	case SQLITE_NOMEM:
		return fault_set(fault, ERR_MEMORY, "out of memory");
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return fault_set(fault, ERR_BUSY,
				 "the vault is held by another program: try again");
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return fault_set(fault, ERR_CORRUPT,
				 "the vault's database is damaged: restore its backup");
	case SQLITE_FULL:
		return fault_set(fault, ERR_IO,
				 "the disk of the vault is full: make room, then again");
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
		return fault_set(fault, ERR_IO,
				 "the vault's file or folder cannot be written");
	default:
		return fault_set(fault, ERR_IO, "the vault's database: %s",
				 vault ? sqlite3_errmsg(vault->db) : sqlite3_errstr(rc));
	}
}

static enum err vault_exec(struct store_vault *vault, const char *text,
			   struct fault *fault)
{
	int rc = sqlite3_exec(vault->db, text, NULL, NULL, NULL);

	return rc == SQLITE_OK ? ERR_OK : vault_fail(vault, rc, fault);
}

static enum err settings_make(struct store_vault *vault, enum store_vault_mode mode,
			      struct fault *fault)
{
	char id[64];
	enum err err = vault_exec(vault,
				  "PRAGMA trusted_schema = OFF;"
				  "PRAGMA cell_size_check = ON;"
				  "PRAGMA temp_store = MEMORY;",
				  fault);

	if (err || mode == STORE_VAULT_READ)
		return err;
	err = vault_exec(vault,
			 "PRAGMA journal_mode = DELETE; PRAGMA secure_delete = ON;"
			 "PRAGMA synchronous = FULL;",
			 fault);
	sqlite3_snprintf(sizeof id, id, "PRAGMA application_id = %d",
			 VAULT_APPLICATION_ID);
	if (!err && mode == STORE_VAULT_CREATE)
		err = vault_exec(vault, id, fault);
	return err ? err : vault_exec(vault, schema, fault);
}

/* With its mode from the first moment on: SQLite would make it readable by others. */
static enum err file_make(const char *path, struct fault *fault)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return fault_set(fault, ERR_IO, "'%s' cannot be made", path);
	(void)close(fd);
	return ERR_OK;
}

enum err store_vault_open(const char *path, enum store_vault_mode mode,
			  struct store_vault **ret_vault, struct fault *fault)
{
	struct store_vault *vault;
	enum err err = ERR_OK;
	int rc;

	if (mode == STORE_VAULT_CREATE)
		err = file_make(path, fault);
	else if (access(path, F_OK) != 0)
		err = fault_set(fault, ERR_NOT_FOUND,
				"there is no vault '%s': import identities first", path);
	if (err)
		return err;
	vault = calloc(1, sizeof *vault);
	if (!vault)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	rc = sqlite3_open_v2(path, &vault->db,
			     SQLITE_OPEN_NOMUTEX |
				     (mode == STORE_VAULT_READ ? SQLITE_OPEN_READONLY
							       : SQLITE_OPEN_READWRITE),
			     NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_busy_timeout(vault->db, VAULT_BUSY_MS);
	err = rc == SQLITE_OK ? settings_make(vault, mode, fault)
			      : vault_fail(vault->db ? vault : NULL, rc, fault);
	if (err) {
		store_vault_close(vault);
		return err;
	}
	*ret_vault = vault;
	return ERR_OK;
}

void store_vault_close(struct store_vault *vault)
{
	if (!vault)
		return;
	for (size_t i = 0; i < VAULT_STMT__COUNT; i++)
		(void)sqlite3_finalize(vault->stmt[i]);
	(void)sqlite3_close(vault->db);
	free(vault);
}

enum err store_vault_begin(struct store_vault *vault, struct fault *fault)
{
	return vault_exec(vault, "BEGIN IMMEDIATE", fault);
}

enum err store_vault_end(struct store_vault *vault, enum err err, struct fault *fault)
{
	if (!err)
		err = vault_exec(vault, "COMMIT", fault);
	if (err)
		(void)vault_exec(vault, "ROLLBACK", NULL);
	return err;
}

static struct store_vault_value column(sqlite3_stmt *stmt, int i)
{
	struct store_vault_value value = { .integer = sqlite3_column_int64(stmt, i) };

	if (sqlite3_column_type(stmt, i) == SQLITE_BLOB) {
		value.is_blob = true;
		value.blob = slice_of(sqlite3_column_blob(stmt, i),
				      (size_t)sqlite3_column_bytes(stmt, i));
	}
	return value;
}

static enum err rows_give(struct store_vault *vault, sqlite3_stmt *stmt,
			  store_vault_row_fn *each, void *ctx, struct fault *fault)
{
	struct store_vault_value row[STORE_VAULT_VALUES_MAX];
	enum err err = ERR_OK;
	int rc;

	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW && !err) {
		for (int i = 0; i < sqlite3_column_count(stmt); i++)
			row[i] = column(stmt, i);
		if (each)
			err = each(ctx, row, fault);
	}
	if (!err && rc != SQLITE_DONE && rc != SQLITE_ROW)
		err = vault_fail(vault, rc, fault);
	return err;
}

enum err store_vault_run(struct store_vault *vault, enum store_vault_stmt number,
			 const struct store_vault_value *values, size_t count,
			 store_vault_row_fn *each, void *ctx, struct fault *fault)
{
	sqlite3_stmt **stmt = &vault->stmt[number];
	int rc = SQLITE_OK;
	enum err err;

	if (!*stmt)
		rc = sqlite3_prepare_v2(vault->db, texts[number], -1, stmt, NULL);
	for (size_t i = 0; i < count && rc == SQLITE_OK; i++)
		rc = values[i].is_blob
			     ? sqlite3_bind_blob64(*stmt, (int)i + 1, values[i].blob.p,
						   values[i].blob.n, SQLITE_STATIC)
			     : sqlite3_bind_int64(*stmt, (int)i + 1, values[i].integer);
	if (rc != SQLITE_OK)
		return vault_fail(vault, rc, fault);
	err = rows_give(vault, *stmt, each, ctx, fault);
	(void)sqlite3_reset(*stmt);
	(void)sqlite3_clear_bindings(*stmt);
	return err;
}

int64_t store_vault_last_id(struct store_vault *vault)
{
	return sqlite3_last_insert_rowid(vault->db);
}

int64_t store_vault_changes(struct store_vault *vault)
{
	return sqlite3_changes64(vault->db);
}

enum err store_vault_backup(struct store_vault *vault, const char *file,
			    struct fault *fault)
{
	struct store_vault copy = { .db = NULL };
	sqlite3_backup *backup;
	enum err err;
	int rc;

	if (access(file, F_OK) == 0)
		return fault_set(fault, ERR_CONFLICT, "'%s' exists already", file);
	err = file_make(file, fault);
	if (err)
		return err;
	rc = sqlite3_open_v2(file, &copy.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
			     NULL);
	backup = rc == SQLITE_OK ? sqlite3_backup_init(copy.db, "main", vault->db, "main")
				 : NULL;
	if (backup) {
		(void)sqlite3_backup_step(backup, -1);
		rc = sqlite3_backup_finish(backup);
	}
	if (rc == SQLITE_OK && !backup)
		rc = sqlite3_errcode(copy.db);
	if (rc != SQLITE_OK)
		err = vault_fail(&copy, rc, fault);
	(void)sqlite3_close(copy.db);
	if (err)
		(void)unlink(file);
	return err;
}
