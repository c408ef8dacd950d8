/*
 * fault_vfs.c - see fault_vfs.h.
 */
#include "tests/fault_vfs.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECTOR_BYTES 512
#define UNSYNCED_MAX 20000
#define PATH_BYTES   512

const char *const fault_class_names[FAULT_CLASS__COUNT] = {
	"write", "torn write", "full disk", "sync",          "truncate",
	"read",  "lock",       "open",      "shared memory",
};

static struct {
	sqlite3_vfs *real;
	bool armed, dead, has_failed;
	enum fault_class class;
	uint64_t left;
} fault;

struct file {
	sqlite3_file base;
	sqlite3_file *real; /* behind this one */
	char path[PATH_BYTES];
};

/* A sector that was written and not synced, and what stood there before. */
struct unsynced {
	char *path;
	sqlite3_int64 at;
	int n;
	unsigned char before[SECTOR_BYTES]; /* zeros behind the file's end */
};

static struct {
	bool on;
	size_t n;
	struct unsynced sector[UNSYNCED_MAX];
} unsynced;

static bool fails(enum fault_class class)
{
	if (!fault.armed || class != fault.class)
		return false;
	if (fault.has_failed)
		return fault.dead;
	if (fault.left-- > 0)
		return false;
	fault.has_failed = true;
	return true;
}

static sqlite3_file *real_of(sqlite3_file *file)
{
	return ((struct file *)file)->real;
}

/* ---- what is not on the disk yet ---- */

static void write_remember(sqlite3_file *file, int n, sqlite3_int64 at)
{
	sqlite3_file *real = real_of(file);

	for (int from = 0; unsynced.on && from < n; from += SECTOR_BYTES) {
		struct unsynced *sector = &unsynced.sector[unsynced.n++];

		if (unsynced.n > UNSYNCED_MAX)
			abort();
		memset(sector->before, 0, sizeof sector->before);
		sector->path = ((struct file *)file)->path;
		sector->at = at + from;
		sector->n = n - from < SECTOR_BYTES ? n - from : SECTOR_BYTES;
		/* Fills with zeros what it cannot read. */
		(void)real->pMethods->xRead(real, sector->before, sector->n, sector->at);
		sector->path = strdup(sector->path);
		if (!sector->path)
			abort();
	}
}

static void sync_forget(const char *path)
{
	size_t kept = 0;

	for (size_t i = 0; i < unsynced.n; i++)
		if (strcmp(unsynced.sector[i].path, path) == 0)
			free(unsynced.sector[i].path);
		else
			unsynced.sector[kept++] = unsynced.sector[i];
	unsynced.n = kept;
}

void fault_vfs_remember(void)
{
	unsynced.on = true;
}

static void sector_restore(const struct unsynced *sector)
{
	int fd = open(sector->path, O_WRONLY | O_CLOEXEC);

	/* A file that is gone has lost it all. */
	if (fd < 0)
		return;
	if (pwrite(fd, sector->before, (size_t)sector->n, sector->at) != sector->n ||
	    close(fd))
		abort();
}

uint64_t fault_vfs_cut(bool (*choose)(void *ctx), void *ctx)
{
	uint64_t lost = 0;

	unsynced.on = false;
	/* The newest first, so that a sector that was written twice ends as it was. */
	while (unsynced.n > 0) {
		struct unsynced *sector = &unsynced.sector[--unsynced.n];
		size_t n = strlen(sector->path);

		if (choose(ctx)) {
			sector_restore(sector);
			lost++;
		}
		if (n > 4 && strcmp(sector->path + n - 4, "-wal") == 0) {
			memcpy(sector->path + n - 4, "-shm", 4);
			(void)unlink(sector->path);
		}
		free(sector->path);
	}
	return lost;
}

/* ---- a file ---- */

static int file_close(sqlite3_file *file)
{
	sqlite3_file *real = real_of(file);

	return real->pMethods ? real->pMethods->xClose(real) : SQLITE_OK;
}

static int file_read(sqlite3_file *file, void *bytes, int n, sqlite3_int64 at)
{
	sqlite3_file *real = real_of(file);

	return fails(FAULT_READ) ? SQLITE_IOERR_READ
				 : real->pMethods->xRead(real, bytes, n, at);
}

static int file_write(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 at)
{
	sqlite3_file *real = real_of(file);

	if (fails(FAULT_WRITE))
		return SQLITE_IOERR_WRITE;
	if (fails(FAULT_FULL))
		return SQLITE_FULL;
	if (fails(FAULT_TORN)) {
		int part = n / 2 / SECTOR_BYTES * SECTOR_BYTES;

		if (part > 0)
			(void)real->pMethods->xWrite(real, bytes, part, at);
		return SQLITE_IOERR_WRITE;
	}
	write_remember(file, n, at);
	return real->pMethods->xWrite(real, bytes, n, at);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 n)
{
	sqlite3_file *real = real_of(file);

	return fails(FAULT_TRUNCATE) ? SQLITE_IOERR_TRUNCATE
				     : real->pMethods->xTruncate(real, n);
}

static int file_sync(sqlite3_file *file, int flags)
{
	sqlite3_file *real = real_of(file);

	if (fails(FAULT_SYNC))
		return SQLITE_IOERR_FSYNC;
	sync_forget(((struct file *)file)->path);
	return real->pMethods->xSync(real, flags);
}

static int file_size(sqlite3_file *file, sqlite3_int64 *ret_n)
{
	return real_of(file)->pMethods->xFileSize(real_of(file), ret_n);
}

static int file_lock(sqlite3_file *file, int level)
{
	sqlite3_file *real = real_of(file);

	return fails(FAULT_LOCK) ? SQLITE_IOERR_LOCK : real->pMethods->xLock(real, level);
}

static int file_unlock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int file_reserved(sqlite3_file *file, int *ret_reserved)
{
	return real_of(file)->pMethods->xCheckReservedLock(real_of(file), ret_reserved);
}

static int file_control(sqlite3_file *file, int op, void *argument)
{
	return real_of(file)->pMethods->xFileControl(real_of(file), op, argument);
}

static int file_sector(sqlite3_file *file)
{
	return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int file_traits(sqlite3_file *file)
{
	return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int shared_map(sqlite3_file *file, int page, int bytes, int extend,
		      void volatile **ret_page)
{
	sqlite3_file *real = real_of(file);

	return fails(FAULT_SHARED)
		       ? SQLITE_IOERR_SHMMAP
		       : real->pMethods->xShmMap(real, page, bytes, extend, ret_page);
}

static int shared_lock(sqlite3_file *file, int at, int n, int flags)
{
	sqlite3_file *real = real_of(file);

	if ((flags & SQLITE_SHM_LOCK) && fails(FAULT_LOCK))
		return SQLITE_IOERR_SHMLOCK;
	return real->pMethods->xShmLock(real, at, n, flags);
}

static void shared_barrier(sqlite3_file *file)
{
	real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int shared_unmap(sqlite3_file *file, int and_delete)
{
	return real_of(file)->pMethods->xShmUnmap(real_of(file), and_delete);
}

static const sqlite3_io_methods methods = {
	.iVersion = 2, /* no mapping of the database itself: all goes by read and write */
	.xClose = file_close,
	.xRead = file_read,
	.xWrite = file_write,
	.xTruncate = file_truncate,
	.xSync = file_sync,
	.xFileSize = file_size,
	.xLock = file_lock,
	.xUnlock = file_unlock,
	.xCheckReservedLock = file_reserved,
	.xFileControl = file_control,
	.xSectorSize = file_sector,
	.xDeviceCharacteristics = file_traits,
	.xShmMap = shared_map,
	.xShmLock = shared_lock,
	.xShmBarrier = shared_barrier,
	.xShmUnmap = shared_unmap,
};

/* ---- the file system ---- */

static int vfs_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *opened, int flags,
		    int *ret_flags)
{
	struct file *file = (struct file *)opened;
	int rc;

	(void)vfs;
	file->base.pMethods = NULL;
	file->real = (sqlite3_file *)(file + 1);
	if (fails(FAULT_OPEN))
		return SQLITE_CANTOPEN;
	(void)snprintf(file->path, sizeof file->path, "%s", path ? path : "");
	rc = fault.real->xOpen(fault.real, path, file->real, flags, ret_flags);
	if (file->real->pMethods)
		file->base.pMethods = &methods;
	return rc;
}

void fault_vfs_install(void)
{
	static sqlite3_vfs vfs;

	fault.real = sqlite3_vfs_find(NULL);
	if (!fault.real)
		abort();
	vfs = *fault.real; /* its other functions do not ask whose they are */
	vfs.zName = "fault";
	vfs.szOsFile = (int)sizeof(struct file) + fault.real->szOsFile;
	vfs.xOpen = vfs_open;
	vfs.pNext = NULL;
	if (sqlite3_vfs_register(&vfs, 1) != SQLITE_OK)
		abort();
}

void fault_vfs_arm(enum fault_class class, uint64_t n, bool dead)
{
	fault.class = class;
	fault.left = n;
	fault.dead = dead;
	fault.has_failed = false;
	fault.armed = true;
}

bool fault_vfs_disarm(void)
{
	fault.armed = false;
	return fault.has_failed;
}
