/*
 * store_schema.c - the tables, as the steps by which they came to be.
 *
 * A shipped step is never edited: ledgers have run it already. A new need is a
 * new step at the end. PRAGMA user_version is the number of steps done.
 *
 * Append-only is enforced by the file itself: whoever opens it with other
 * tools meets the same triggers. The tail is the one exception: a row of it goes
 * once the bundle that holds its entry stands, in the same transaction.
 */
#include "ledger/store_int.h"

#include <inttypes.h>
#include <stdio.h>

/* "Arro": tells our files from other SQLite files. */
#define STORE_APPLICATION_ID 1097986671

#define NEVER(table, verb)                                                               \
	"CREATE TRIGGER " table "_no_" verb " BEFORE " verb " ON " table                 \
	" BEGIN SELECT RAISE(ABORT, '" table " is append-only'); END;"

static const struct step {
	const char *why;
	const char *sql;
} steps[] = {
	{ "the log: entries, tree, rows",
	  "CREATE TABLE bundle (n INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;"
	  "CREATE TABLE tail (position INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;"
	  "CREATE TABLE tile (level INTEGER NOT NULL, n INTEGER NOT NULL,"
	  " bytes BLOB NOT NULL CHECK (length(bytes) = 8192), PRIMARY KEY (level, n)) "
	  "STRICT;"
	  "CREATE TABLE rows (position INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;"
	  "CREATE TABLE meta (id INTEGER PRIMARY KEY CHECK (id = 1), size INTEGER NOT "
	  "NULL,"
	  " root BLOB NOT NULL CHECK (length(root) = 32), at INTEGER NOT NULL,"
	  " generation INTEGER NOT NULL) STRICT;"
	  "INSERT INTO meta VALUES (1, 0, x'e3b0c44298fc1c149afbf4c8996fb924"
	  "27ae41e4649b934ca495991b7852b855', 0, 0);"
	  "CREATE TABLE note (id INTEGER PRIMARY KEY CHECK (id = 1), size INTEGER NOT "
	  "NULL,"
	  " bytes BLOB NOT NULL) STRICT;" },
	{ "the projections: what replaying the log gives",
	  "CREATE TABLE edge (level INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;"
	  "CREATE TABLE state (key BLOB PRIMARY KEY, value BLOB NOT NULL)"
	  " STRICT, WITHOUT ROWID;"
	  "CREATE TABLE claim_run (bucket BLOB NOT NULL, run INTEGER NOT NULL,"
	  " n_tags INTEGER NOT NULL, PRIMARY KEY (bucket, run)) STRICT, WITHOUT ROWID;"
	  "CREATE TABLE claim_page (bucket BLOB NOT NULL, run INTEGER NOT NULL,"
	  " page INTEGER NOT NULL, tags BLOB NOT NULL, PRIMARY KEY (bucket, run, page))"
	  " STRICT;" },
	{ "what stands outside the log",
	  "CREATE TABLE token (hash BLOB PRIMARY KEY, member BLOB NOT NULL,"
	  " role INTEGER NOT NULL, expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	  "CREATE TABLE company_secret (member BLOB PRIMARY KEY, secret BLOB NOT NULL"
	  " CHECK (length(secret) = 32)) STRICT, WITHOUT ROWID;"
	  "CREATE TABLE donor_secret (member BLOB NOT NULL, key BLOB NOT NULL,"
	  " secret BLOB NOT NULL CHECK (length(secret) = 32), PRIMARY KEY (member, key))"
	  " STRICT, WITHOUT ROWID;" },
	{ "append-only is enforced by the file, not only by our code",
	  NEVER("bundle", "UPDATE") NEVER("bundle", "DELETE") NEVER("tile", "UPDATE")
		  NEVER("tile", "DELETE") NEVER("rows", "UPDATE") NEVER("rows", "DELETE")
			  NEVER("tail", "UPDATE") NEVER("meta", "DELETE")
	  /* REPLACE would delete without a word to the triggers above. */
	  "CREATE TRIGGER bundle_in_order BEFORE INSERT ON bundle"
	  " WHEN NEW.n <> (SELECT coalesce(max(n) + 1, 0) FROM bundle)"
	  " BEGIN SELECT RAISE(ABORT, 'bundle is append-only'); END;"
	  "CREATE TRIGGER tile_in_order BEFORE INSERT ON tile"
	  " WHEN NEW.n <> (SELECT coalesce(max(n) + 1, 0) FROM tile WHERE level = "
	  "NEW.level)"
	  " BEGIN SELECT RAISE(ABORT, 'tile is append-only'); END;"
	  "CREATE TRIGGER rows_once BEFORE INSERT ON rows"
	  " WHEN EXISTS (SELECT 1 FROM rows WHERE position = NEW.position)"
	  " BEGIN SELECT RAISE(ABORT, 'rows is append-only'); END;"
	  "CREATE TRIGGER tail_once BEFORE INSERT ON tail"
	  " WHEN EXISTS (SELECT 1 FROM tail WHERE position = NEW.position)"
	  " OR EXISTS (SELECT 1 FROM bundle WHERE n = NEW.position / 256)"
	  " BEGIN SELECT RAISE(ABORT, 'tail is append-only'); END;"
	  "CREATE TRIGGER tail_folds BEFORE DELETE ON tail"
	  " WHEN NOT EXISTS (SELECT 1 FROM bundle WHERE n = OLD.position / 256)"
	  " BEGIN SELECT RAISE(ABORT, 'tail is append-only'); END;"
	  "CREATE TRIGGER meta_grows BEFORE UPDATE ON meta"
	  " WHEN NEW.size < OLD.size OR NEW.at < OLD.at"
	  " BEGIN SELECT RAISE(ABORT, 'meta only grows'); END;" },
	{ "which form the projections have, so that none is misread",
	  "ALTER TABLE meta ADD COLUMN format INTEGER NOT NULL DEFAULT 0;" },
	/* Rows go by one door only: who deletes them has registered them before, for
	 * good; and what is registered never comes back. */
	{ "rows that were deleted after the legal retention",
	  "CREATE TABLE rows_deleted (position INTEGER PRIMARY KEY,"
	  " day INTEGER NOT NULL) STRICT;"
	  "DROP TRIGGER rows_no_DELETE;"
	  "CREATE TRIGGER rows_no_DELETE BEFORE DELETE ON rows"
	  " WHEN NOT EXISTS (SELECT 1 FROM rows_deleted WHERE position = OLD.position)"
	  " BEGIN SELECT RAISE(ABORT, 'rows is append-only'); END;"
	  "CREATE TRIGGER rows_stay_deleted BEFORE INSERT ON rows"
	  " WHEN EXISTS (SELECT 1 FROM rows_deleted WHERE position = NEW.position)"
	  " BEGIN SELECT RAISE(ABORT, 'rows is append-only'); END;" NEVER(
		  "rows_deleted", "UPDATE") NEVER("rows_deleted", "DELETE") },
	{ "what donors agreed to",
	  "CREATE TABLE consent (member BLOB NOT NULL, key BLOB NOT NULL,"
	  " consent BLOB NOT NULL, PRIMARY KEY (member, key)) STRICT, WITHOUT ROWID;"
	  "CREATE TABLE consent_past (member BLOB NOT NULL, key BLOB NOT NULL,"
	  " n INTEGER NOT NULL, consent BLOB NOT NULL, PRIMARY KEY (member, key, n))"
	  " STRICT, WITHOUT ROWID;" },
	/* The key of a tombstone is the donor's, which only the company's secret leads
	   to. */
	{ "donors who asked to be forgotten",
	  "CREATE TABLE donor_slip (member BLOB NOT NULL, key BLOB NOT NULL,"
	  " slip BLOB NOT NULL, PRIMARY KEY (member, key, slip)) STRICT, WITHOUT ROWID;"
	  "CREATE TABLE tombstone (member BLOB NOT NULL, key BLOB NOT NULL,"
	  " until INTEGER NOT NULL, PRIMARY KEY (member, key)) STRICT, WITHOUT ROWID;"
	  "CREATE TABLE tombstone_tag (member BLOB NOT NULL, tag BLOB NOT NULL,"
	  " until INTEGER NOT NULL, PRIMARY KEY (member, tag)) STRICT, WITHOUT ROWID;" },
	/* Each row of pay asks for both: so they are found by one way through the keys.
	 */
	{ "a donor's secret and consent side by side",
	  "CREATE TABLE donor (member BLOB NOT NULL, key BLOB NOT NULL,"
	  " secret BLOB CHECK (secret IS NULL OR length(secret) = 32), consent BLOB,"
	  " PRIMARY KEY (member, key)) STRICT, WITHOUT ROWID;"
	  "INSERT INTO donor SELECT member, key, secret, (SELECT consent FROM consent"
	  " WHERE member = donor_secret.member AND key = donor_secret.key)"
	  " FROM donor_secret;"
	  "INSERT INTO donor SELECT member, key, NULL, consent FROM consent"
	  " WHERE true ON CONFLICT (member, key) DO NOTHING;"
	  "DROP TABLE donor_secret; DROP TABLE consent;" },
};

#define STEP_COUNT (sizeof steps / sizeof *steps)

static enum err pragma_read(struct store *store, const char *sql, int64_t *ret_value,
			    struct fault *fault)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL);

	if (!rc && (rc = sqlite3_step(stmt)) == SQLITE_ROW)
		*ret_value = sqlite3_column_int64(stmt, 0);
	(void)sqlite3_finalize(stmt); /* repeats the error of the step */
	return rc == SQLITE_ROW ? ERR_OK : store_fail(store, rc, fault);
}

static enum err steps_done(struct store *store, int64_t *ret_steps, struct fault *fault)
{
	int64_t id = 0;
	int64_t version = 0;
	enum err err = pragma_read(store, "PRAGMA application_id", &id, fault);

	if (!err)
		err = pragma_read(store, "PRAGMA user_version", &version, fault);
	if (err)
		return err;
	if (id != STORE_APPLICATION_ID && (id || version))
		return fault_set(fault, ERR_CORRUPT,
				 "the database is not one of a ledger of Arrondi");
	if (version > (int64_t)STEP_COUNT)
		return fault_set(
			fault, ERR_INVALID,
			"the database was written by a newer version (schema %" PRId64
			", known %zu): use that version",
			version, STEP_COUNT);
	*ret_steps = version;
	return ERR_OK;
}

enum err store_schema_check(struct store *store, struct fault *fault)
{
	int64_t done = 0;
	enum err err = steps_done(store, &done, fault);

	if (!err && done < (int64_t)STEP_COUNT)
		err = fault_set(fault, ERR_INVALID,
				"the database has schema %" PRId64
				" of %zu: open the ledger "
				"once for writing",
				done, STEP_COUNT);
	return err;
}

static enum err steps_run(struct store *store, struct fault *fault)
{
	char sql[128];
	int64_t done = 0;
	enum err err = steps_done(store, &done, fault);

	for (size_t i = (size_t)done; !err && i < STEP_COUNT; i++) {
		err = store_exec(store, steps[i].sql, fault);
		if (err)
			(void)fault_prefix(fault, "schema step %zu (%s)", i + 1,
					   steps[i].why);
	}
	if (err || done == (int64_t)STEP_COUNT)
		return err;
	(void)snprintf(sql, sizeof sql,
		       "PRAGMA application_id = %d; PRAGMA user_version = %zu",
		       STORE_APPLICATION_ID, STEP_COUNT);
	return store_exec(store, sql, fault);
}

enum err store_schema_migrate(struct store *store, struct fault *fault)
{
	enum err err = store_exec(store, "BEGIN IMMEDIATE", fault);

	if (err)
		return err;
	err = steps_run(store, fault);
	if (!err)
		err = store_exec(store, "COMMIT", fault);
	if (err && !sqlite3_get_autocommit(store->db))
		(void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
	return err;
}
