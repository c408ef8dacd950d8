/*
 * store_doubt.c - a sync that failed, and what it leaves behind.
 *
 * When the kernel could not write some pages it says so once, to the next sync, and takes
 * them for clean from then on: who reads still sees them, and no later sync writes them.
 * In the log of writes such a gap would be fatal. The commits behind it would be synced
 * and acknowledged; and a power cut later, recovery ends at the gap, in front of them.
 *
 * So whoever has seen the disk fail is in doubt, and whoever opens a database whose log
 * of writes another has left: it writes the log's own bytes over itself, before anything
 * is added behind them. Each page is then to be written again, by the next sync at the
 * latest, which is that of the commit. The write lock is held: nobody else adds to the
 * log, and who reads it meanwhile sees the same bytes.
 */
#include "ledger/store_int.h"

#define REWRITE_BYTES 65536

static int bytes_rewrite(sqlite3_file *file, sqlite3_int64 from, sqlite3_int64 to)
{
	static _Thread_local uint8_t bytes[REWRITE_BYTES];
	int rc = SQLITE_OK;

	while (!rc && from < to) {
		sqlite3_int64 left = to - from;
		int n = left < REWRITE_BYTES ? (int)left : REWRITE_BYTES;

		rc = file->pMethods->xRead(file, bytes, n, from);
		if (!rc)
			rc = file->pMethods->xWrite(file, bytes, n, from);
		from += n;
	}
	return rc;
}

enum err store_doubt_end(struct store *store, struct fault *fault)
{
	sqlite3_file *file = NULL;
	sqlite3_int64 n = 0;
	int rc;

	if (!store->is_in_doubt)
		return ERR_OK;
	rc = sqlite3_file_control(store->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file);
	if (!rc && file && file->pMethods) {
		rc = file->pMethods->xFileSize(file, &n);
		if (!rc)
			rc = bytes_rewrite(file, 0, n);
	}
	if (rc)
		return fault_set(fault, ERR_IO,
				 "ledger database: the disk failed before, and what it "
				 "may have lost cannot be written again: check it and "
				 "the system's log, then try again");
	store->is_in_doubt = false;
	return ERR_OK;
}

/* SQLite's own would tell nobody that a sync has failed. */
static int wal_grown(void *ctx, sqlite3 *db, const char *name, int pages)
{
	struct store *store = ctx;

	if (pages >= STORE_CHECKPOINT_PAGES &&
	    (sqlite3_wal_checkpoint_v2(db, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL) &
	     0xff) == SQLITE_IOERR)
		store->is_in_doubt = true;
	return SQLITE_OK;
}

void store_doubt_begin(struct store *store)
{
	store->is_in_doubt = true;
	(void)sqlite3_wal_hook(store->db, wal_grown, store); /* gives the one before */
}
