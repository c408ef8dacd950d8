/*
 * sql_texts.c - every statement that the store runs.
 *
 * Parameters are bound in the order in which they stand; ?1 is used where one is
 * needed twice. The schema is in store_schema.c.
 */
#include "ledger/store_int.h"

const char *const sql_texts[STMT__COUNT] = {
	[STMT_BEGIN_SNAPSHOT] = "BEGIN DEFERRED",
	[STMT_BEGIN_EXCLUSIVE] = "BEGIN IMMEDIATE",
	[STMT_COMMIT] = "COMMIT",
	[STMT_ROLLBACK] = "ROLLBACK",

	[STMT_META_READ] = "SELECT size, root, at, generation, format FROM meta"
			   " WHERE id = 1",
	[STMT_META_WRITE] = "UPDATE meta SET size = ?, root = ?, at = ?, generation = ?,"
			    " format = ? WHERE id = 1",
	[STMT_NOTE_READ] = "SELECT size, bytes FROM note WHERE id = 1",
	[STMT_NOTE_WRITE] = "INSERT INTO note (id, size, bytes) VALUES (1, ?, ?)"
			    " ON CONFLICT (id) DO UPDATE SET size = excluded.size, bytes "
			    "= excluded.bytes"
			    " WHERE excluded.size >= size",

	[STMT_TAIL_ADD] = "INSERT INTO tail (position, bytes) VALUES (?, ?)",
	[STMT_TAIL_READ] = "SELECT bytes FROM tail WHERE position = ?",
	[STMT_TAIL_RANGE] = "SELECT position, bytes FROM tail"
			    " WHERE position >= ? AND position < ? ORDER BY position",
	[STMT_TAIL_FOLD] = "DELETE FROM tail WHERE position / 256 = ?1"
			   " AND position BETWEEN ?1 * 256 AND ?1 * 256 + 255",
	[STMT_BUNDLE_ADD] = "INSERT INTO bundle (n, bytes) VALUES (?, ?)",
	[STMT_BUNDLE_READ] = "SELECT bytes FROM bundle WHERE n = ?",

	[STMT_TILE_ADD] = "INSERT INTO tile (level, n, bytes) VALUES (?, ?, ?)",
	[STMT_TILE_READ] = "SELECT bytes FROM tile WHERE level = ? AND n = ?",
	[STMT_EDGE_READ] = "SELECT bytes FROM edge WHERE level = ?",
	[STMT_EDGE_WRITE] = "INSERT INTO edge (level, bytes) VALUES (?, ?)"
			    " ON CONFLICT (level) DO UPDATE SET bytes = excluded.bytes",
	[STMT_EDGE_CLEAR] = "DELETE FROM edge",

	[STMT_ROWS_ADD] = "INSERT INTO rows (position, bytes) VALUES (?, ?)",
	[STMT_ROWS_READ] = "SELECT bytes FROM rows WHERE position = ?",
	[STMT_ROWS_NEXT] = "SELECT position FROM rows WHERE position >= ?"
			   " ORDER BY position LIMIT 1",

	[STMT_ROWS_SIZE] = "SELECT length(bytes) FROM rows WHERE position = ?",
	[STMT_ROWS_DELETED] = "SELECT day FROM rows_deleted WHERE position = ?",
	[STMT_ROWS_DELETED_ADD] =
		"INSERT INTO rows_deleted (position, day) VALUES (?, ?)",
	[STMT_ROWS_DELETE] = "DELETE FROM rows WHERE position = ?",
	[STMT_COUNT] =
		"SELECT (SELECT count(*) FROM bundle), (SELECT count(*) FROM tail),"
		" (SELECT count(*) FROM tile), (SELECT count(*) FROM rows),"
		" (SELECT count(*) FROM claim_run),"
		" (SELECT count(DISTINCT bucket) FROM claim_run)",

	[STMT_STATE_GET] = "SELECT value FROM state WHERE key = ?",
	[STMT_STATE_SEEK] = "SELECT key, value FROM state WHERE key >= ?"
			    " ORDER BY key LIMIT 1",
	[STMT_STATE_PUT] = "INSERT INTO state (key, value) VALUES (?, ?)"
			   " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
	[STMT_STATE_DELETE] = "DELETE FROM state WHERE key = ?",
	[STMT_STATE_CLEAR] = "DELETE FROM state",

	[STMT_CLAIM_RUNS] =
		"SELECT run, n_tags FROM claim_run WHERE bucket = ? ORDER BY run",
	[STMT_CLAIM_RUN_ADD] =
		"INSERT INTO claim_run (bucket, run, n_tags) VALUES (?, ?, ?)",
	[STMT_CLAIM_RUN_DROP] = "DELETE FROM claim_run WHERE bucket = ? AND run = ?",
	[STMT_CLAIM_RUN_CLEAR] = "DELETE FROM claim_run",
	[STMT_CLAIM_PAGE_READ] = "SELECT tags FROM claim_page"
				 " WHERE bucket = ? AND run = ? AND page = ?",
	[STMT_CLAIM_PAGE_ADD] = "INSERT INTO claim_page (bucket, run, page, tags)"
				" VALUES (?, ?, ?, ?)",
	[STMT_CLAIM_PAGE_DROP] = "DELETE FROM claim_page WHERE bucket = ? AND run = ?",
	[STMT_CLAIM_PAGE_CLEAR] = "DELETE FROM claim_page",
	[STMT_CLAIM_BUCKET_NEXT] = "SELECT bucket FROM claim_run WHERE bucket > ?"
				   " ORDER BY bucket LIMIT 1",

	[STMT_TOKEN_ADD] =
		"INSERT INTO token (hash, member, role, expires_at) VALUES (?, ?, ?, ?)",
	[STMT_TOKEN_READ] = "SELECT member, role, expires_at FROM token WHERE hash = ?",
	[STMT_TOKEN_REVOKE] = "DELETE FROM token WHERE member = ?",

	[STMT_COMPANY_SECRET_READ] = "SELECT secret FROM company_secret WHERE member = ?",
	[STMT_COMPANY_SECRET_ADD] = "INSERT INTO company_secret (member, secret)"
				    " VALUES (?, ?) ON CONFLICT (member) DO NOTHING",
	[STMT_COMPANY_SECRET_MOVE] =
		"UPDATE company_secret SET member = ?1 WHERE member = ?2"
		" AND NOT EXISTS"
		" (SELECT 1 FROM company_secret WHERE member = ?1)",
	[STMT_DONORS_MOVE] = "UPDATE donor SET member = ?1 WHERE member = ?2",
	[STMT_CONSENTS_PAST_MOVE] =
		"UPDATE consent_past SET member = ?1 WHERE member = ?2",
	[STMT_SLIPS_MOVE] = "UPDATE donor_slip SET member = ?1 WHERE member = ?2",
	[STMT_TOMBSTONES_MOVE] = "UPDATE tombstone SET member = ?1 WHERE member = ?2",
	[STMT_DONORS_FROM] = "SELECT key, secret, consent FROM donor"
			     " WHERE member = ? AND key >= ? ORDER BY key",
	[STMT_DONOR_ADD] = "INSERT INTO donor (member, key, secret, consent)"
			   " VALUES (?, ?, ?, ?) ON CONFLICT (member, key) DO NOTHING",
	[STMT_DONOR_SECRET_PUT] = "UPDATE donor SET secret = ?3"
				  " WHERE member = ?1 AND key = ?2 AND secret IS NULL",
	[STMT_CONSENT_PUT] = "UPDATE donor SET consent = ?3"
			     " WHERE member = ?1 AND key = ?2",
	[STMT_CONSENT_KEEP] =
		"INSERT INTO consent_past (member, key, n, consent)"
		" SELECT member, key, (SELECT count(*) FROM consent_past AS past"
		" WHERE past.member = donor.member AND past.key = donor.key), consent"
		" FROM donor WHERE member = ? AND key = ? AND consent IS NOT NULL",
	[STMT_CONSENT_ALL] =
		"SELECT member, key, n, consent FROM consent_past"
		" UNION ALL SELECT member, key, 1000000000, consent FROM donor"
		" WHERE consent IS NOT NULL ORDER BY 1, 2, 3",
	[STMT_CONSENT_MOVE] = "INSERT INTO consent_past (member, key, n, consent)"
			      " SELECT member, ?3, 1000000, consent FROM donor WHERE"
			      " member = ?1 AND key = ?2 AND consent IS NOT NULL",
	[STMT_CONSENT_MOVE_PAST] = "INSERT INTO consent_past (member, key, n, consent)"
				   " SELECT member, ?3, n, consent FROM consent_past"
				   " WHERE member = ?1 AND key = ?2",
	[STMT_CONSENT_DROP_PAST] =
		"DELETE FROM consent_past WHERE member = ? AND key = ?",
	[STMT_DONOR_ALIASES] = "SELECT key FROM donor WHERE member = ? AND secret = ?",
	[STMT_DONOR_DROP] = "DELETE FROM donor WHERE member = ? AND key = ?",
	[STMT_SLIP_ADD] = "INSERT INTO donor_slip (member, key, slip) VALUES (?, ?, ?)"
			  " ON CONFLICT (member, key, slip) DO NOTHING",
	[STMT_SLIPS] = "SELECT slip FROM donor_slip WHERE member = ? AND key = ?",
	[STMT_SLIPS_DROP] = "DELETE FROM donor_slip WHERE member = ? AND key = ?",
	[STMT_TOMBSTONE_ADD] =
		"INSERT INTO tombstone (member, key, until) VALUES (?, ?, ?)"
		" ON CONFLICT (member, key) DO UPDATE SET until = excluded.until",
	[STMT_TOMBSTONES_FROM] = "SELECT key, until FROM tombstone"
				 " WHERE member = ? AND key >= ? ORDER BY key",
	[STMT_TOMBSTONE_ANY] =
		"SELECT 1 FROM tombstone WHERE member = ? AND until >= ? LIMIT 1",
	[STMT_TOMBSTONE_TAG_ADD] =
		"INSERT INTO tombstone_tag (member, tag, until) VALUES (?, ?, ?)"
		" ON CONFLICT (member, tag) DO NOTHING",
	[STMT_TOMBSTONE_TAGS] = "SELECT tag FROM tombstone_tag"
				" WHERE member = ? AND until >= ? ORDER BY tag",
};
