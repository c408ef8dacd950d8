/*
 * ledger_restore.h - a ledger's folder out of a backup, and a rehearsal of that.
 *
 * A backup is the database alone. Not in it, on purpose: log.key, which is kept apart,
 * and `head`, which remembers what was signed last. A restored folder can therefore be
 * read at once, and signs nothing before somebody has shown it the newest checkpoint
 * that anybody holds: an older copy that went on signing would contradict it.
 */
#ifndef ARRONDI_LEDGER_LEDGER_RESTORE_H
#define ARRONDI_LEDGER_LEDGER_RESTORE_H

#include <stdint.h>

#include "keys/fault.h"
#include "keys/hash.h"
#include "keys/slice.h"

/* Makes DIR, which must not exist or be empty, with the backup's ledger.db and
 * charter.json. ERR_CONFLICT where DIR is something already; ERR_CORRUPT where the file
 * is no ledger; ERR_IO. On failure nothing is left. */
MUST_USE enum err ledger_restore(const char *file, const char *dir, struct fault *fault);

/* Makes `head` from the newest checkpoint that is known, a note that the log's key has
 * signed, so that the folder may sign again. ERR_CONFLICT where there is a `head`;
 * ERR_CORRUPT where the folder's log lacks entries of that checkpoint, or is another. */
MUST_USE enum err ledger_restore_head(const char *dir, struct slice note,
				      struct fault *fault);

struct rehearsal {
	uint64_t size;
	struct hash root;
	int64_t last_at; /* UTC second of the last entry */
	/* Of the live ledger it was compared with; size 0 without one. */
	uint64_t live_size;
	int64_t live_last_at;
};

/* Restores aside, replays and compares all that is derived, verifies the signature,
 * compares with the live ledger in live_dir (or NULL), and removes what it made. An
 * error says what would have gone wrong. */
MUST_USE enum err ledger_rehearse(const char *file, const char *live_dir,
				  struct rehearsal *ret_rehearsal, struct fault *fault);

#endif
