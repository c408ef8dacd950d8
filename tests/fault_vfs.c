/*
 * fault_vfs.c - see fault_vfs.h.
 */
#include "tests/fault_vfs.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#define SECTOR_BYTES 512

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
};

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

	return fails(FAULT_SYNC) ? SQLITE_IOERR_FSYNC
				 : real->pMethods->xSync(real, flags);
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
