/*
 * fault_vfs.c - see fault_vfs.h.
 */
#include "tests/fault_vfs.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unsynced.h"

#define SECTOR_BYTES  512
#define PATH_BYTES    512
#define DATABASES_MAX 8

const char *const fault_class_names[FAULT_CLASS__COUNT] = {
	"write", "torn write", "full disk", "sync",          "truncate", "read",
	"lock",  "open",       "delete",    "shared memory", "power",
};

struct armed {
	enum fault_class class;
	uint64_t left;
	bool is_dead, has_failed;
};

static struct {
	sqlite3_vfs *real;
	unsigned n; /* armed */
	bool pauses;
	struct armed armed[2];
	uint64_t calls[FAULT_CLASS__COUNT];
	char database[DATABASES_MAX][PATH_BYTES]; /* "" */
} fault;

struct file {
	sqlite3_file base;
	sqlite3_file *real; /* behind this one */
	char path[PATH_BYTES];
};

static bool fails_by(struct armed *armed)
{
	if (armed->has_failed)
		return armed->is_dead;
	if (armed->left-- > 0)
		return false;
	armed->has_failed = true;
	return true;
}

static bool fails(enum fault_class class)
{
	bool failed = false;

	if (fault.pauses)
		return false;
	fault.calls[class]++;
	for (unsigned i = 0; i < fault.n; i++) {
		if (i > 0 && !fault.armed[i - 1].has_failed)
			break;
		if (fault.armed[i].class == class && !failed)
			failed = fails_by(&fault.armed[i]);
	}
	return failed;
}

static sqlite3_file *real_of(sqlite3_file *file)
{
	return ((struct file *)file)->real;
}

static const char *path_of(sqlite3_file *file)
{
	return ((struct file *)file)->path;
}

/* The disk is this program's own: of the machine's nothing is asked. But a folder's sync,
 * SQLite's or the ledger's, makes names last. */
int fsync(int fd)
{
	char link[32], path[PATH_BYTES];
	struct stat info;
	ssize_t n;

	if (fstat(fd, &info) != 0)
		return -1;
	if (!S_ISDIR(info.st_mode))
		return 0;
	(void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof path - 1);
	if (n < 0)
		return -1;
	path[n] = '\0';
	unsynced_sync_folder(path);
	return 0;
}

int fdatasync(int fd)
{
	return fsync(fd);
}

int syncfs(int fd)
{
	(void)fd;
	return 0;
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

static int write_whole(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 at)
{
	sqlite3_file *real = real_of(file);

	unsynced_write(path_of(file), real, n, at);
	return real->pMethods->xWrite(real, bytes, n, at);
}

static int file_write(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 at)
{
	bool is_torn = fails(FAULT_TORN);
	int part = n / 2 / SECTOR_BYTES * SECTOR_BYTES;

	if (fails(FAULT_WRITE))
		return SQLITE_IOERR_WRITE;
	if (fails(FAULT_FULL))
		return SQLITE_FULL;
	if (fails(FAULT_POWER))
		is_torn = true;
	if (!is_torn)
		return write_whole(file, bytes, n, at);
	if (part > 0)
		(void)write_whole(file, bytes, part, at);
	return SQLITE_IOERR_WRITE;
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 n)
{
	sqlite3_file *real = real_of(file);

	if (fails(FAULT_TRUNCATE) || fails(FAULT_POWER))
		return SQLITE_IOERR_TRUNCATE;
	unsynced_truncate(path_of(file), real, n);
	return real->pMethods->xTruncate(real, n);
}

static int file_sync(sqlite3_file *file, int flags)
{
	sqlite3_file *real = real_of(file);
	bool has_failed = fails(FAULT_SYNC);

	if (fails(FAULT_POWER))
		return SQLITE_IOERR_FSYNC;
	unsynced_sync(path_of(file), has_failed);
	return has_failed ? SQLITE_IOERR_FSYNC : real->pMethods->xSync(real, flags);
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

static void database_note(const char *path)
{
	for (unsigned i = 0; i < DATABASES_MAX; i++) {
		if (strcmp(fault.database[i], path) == 0)
			return;
		if (!fault.database[i][0]) {
			(void)snprintf(fault.database[i], PATH_BYTES, "%s", path);
			return;
		}
	}
}

static int vfs_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *opened, int flags,
		    int *ret_flags)
{
	struct file *file = (struct file *)opened;
	bool is_new = path && (flags & SQLITE_OPEN_CREATE) && access(path, F_OK) != 0;
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
	if (rc == SQLITE_OK && is_new)
		unsynced_create(path);
	if (rc == SQLITE_OK && path && (flags & SQLITE_OPEN_MAIN_DB))
		database_note(path);
	return rc;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *path, int and_folder)
{
	(void)vfs;
	if (fails(FAULT_DELETE) || fails(FAULT_POWER))
		return SQLITE_IOERR_DELETE;
	unsynced_delete(path);
	return fault.real->xDelete(fault.real, path, and_folder);
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
	vfs.xDelete = vfs_delete;
	vfs.pNext = NULL;
	if (sqlite3_vfs_register(&vfs, 1) != SQLITE_OK)
		abort();
}

uint64_t fault_vfs_cut(bool (*choose)(void *ctx), void *ctx)
{
	for (unsigned i = 0; i < DATABASES_MAX && fault.database[i][0]; i++) {
		char path[PATH_BYTES + 8];

		(void)snprintf(path, sizeof path, "%s-shm", fault.database[i]);
		(void)unlink(path); /* where there is one */
		fault.database[i][0] = '\0';
	}
	return unsynced_cut(choose, ctx);
}

/* ---- arming ---- */

void fault_vfs_arm(enum fault_class class, uint64_t n, bool dead)
{
	(void)fault_vfs_disarm();
	fault.armed[fault.n++] =
		(struct armed){ .class = class, .left = n, .is_dead = dead };
}

void fault_vfs_arm_also(enum fault_class class, uint64_t n)
{
	if (fault.n != 1)
		abort();
	fault.armed[fault.n++] = (struct armed){ .class = class, .left = n };
}

unsigned fault_vfs_failed(void)
{
	unsigned failed = 0;

	for (unsigned i = 0; i < fault.n; i++)
		failed += fault.armed[i].has_failed;
	return failed;
}

unsigned fault_vfs_disarm(void)
{
	unsigned failed = fault_vfs_failed();

	fault.n = 0;
	memset(fault.calls, 0, sizeof fault.calls);
	return failed;
}

void fault_vfs_pause(bool pauses)
{
	fault.pauses = pauses;
}

uint64_t fault_vfs_calls(enum fault_class class)
{
	return fault.calls[class];
}
