/*
 * unsynced.h - what was written to files and is not on the disk yet: the power is cut,
 * and any part of it is lost.
 *
 * Each change of a file is remembered until a sync of that file makes it last: a sector
 * that was written, a file that grew, was cut short, got its name or lost it. At the cut
 * each of them is lost or not, one by one.
 *
 * Does that cover a disk that reorders? Between two syncs of a file it may carry out
 * writes in any order, and the cut finds some of them done. Whatever the order, a sector
 * then holds what one of the writes since the last sync has put there, or what was there
 * before; and each such choice, for each sector apart from the others, is a set of
 * records that are lost. So every order is covered by subsets, and no write needs to be
 * held back: the program reads its own writes from the cache, in their order, whatever
 * the disk does. A write is taken apart at the disk's sectors and at its own ends, so
 * that a sector which two writes share can hold one of them without the other, too.
 *
 * What subsets alone do not cover, and is modelled here:
 *
 *  (1) A sync of one file says nothing of another: its records stay. Who takes the sync
 *      of a log of writes for a barrier before those to the database is found out.
 *  (2) The size of a file and its name go to the disk apart from its bytes: bytes can be
 *      there behind an end that is not, and a file can be whole under no name. A name,
 *      and that it is gone, last from a sync of the folder on. Before that a file that
 *      was deleted may come back, as whole as it was.
 *  (3) A file that was cut short has its end or has not: that goes by a file system's own
 *      journal, and never half.
 *  (4) A sync that fails loses what it was to write, for good: the kernel takes the pages
 *      for clean from then on, shows them to who reads, and no later sync writes them.
 *      Only who writes to such a page again has it written.
 *
 * Not modelled: a disk that lies about a sync. Files that go by no SQLite (`head`, keys)
 * are on the disk at once; `head` only ever speaks of what was synced before it.
 */
#ifndef ARRONDI_TESTS_UNSYNCED_H
#define ARRONDI_TESTS_UNSYNCED_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

/* From here on; what is there already is on the disk. */
void unsynced_remember(void);
/* No more, and what was remembered is not lost. */
void unsynced_forget(void);

/* Called before the change; file is the machine's own. */
void unsynced_write(const char *path, sqlite3_file *file, int n, sqlite3_int64 at);
void unsynced_truncate(const char *path, sqlite3_file *file, sqlite3_int64 n);
void unsynced_delete(const char *path);

/* Called after it. */
void unsynced_create(const char *path);
void unsynced_sync(const char *path, bool has_failed);
void unsynced_sync_folder(const char *folder);

/* The power is cut. No file is open. How many changes were lost. */
uint64_t unsynced_cut(bool (*choose)(void *ctx), void *ctx);

#endif
