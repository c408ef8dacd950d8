/*
 * shim_disk.c - a disk that fails, for a program of ours: LD_PRELOAD before it.
 *
 * TRIAL_DISK names a folder; of the calls about files in it, which are made by their path
 * or by a descriptor that was opened so, the one with the number TRIAL_DISK_CALL (from 0)
 * fails as TRIAL_DISK_HOW says:
 *
 *	io      EIO
 *	full    ENOSPC
 *	short   a write writes half; any other call does not fail
 *	dead    EIO, and so does every call from then on
 *	kill    the program is killed before it is made
 *
 * What has failed is written into the file TRIAL_DISK_TOLD; where there was no such call,
 * "=" and how many there were.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FILES_MAX 1024

enum how { HOW_IO, HOW_FULL, HOW_SHORT, HOW_DEAD, HOW_KILL };

static struct {
	const char *folder, *told;
	size_t folder_n;
	enum how how;
	int64_t left, calls;
	bool has_failed;
	bool is_ours[FILES_MAX];
} disk;

__attribute__((constructor)) static void disk_read(void)
{
	static const char *const hows[] = { "io", "full", "short", "dead", "kill" };
	const char *how = getenv("TRIAL_DISK_HOW"), *call = getenv("TRIAL_DISK_CALL");

	disk.folder = getenv("TRIAL_DISK");
	disk.told = getenv("TRIAL_DISK_TOLD");
	if (!disk.folder || !disk.told || !how || !call)
		abort();
	disk.folder_n = strlen(disk.folder);
	disk.left = strtoll(call, NULL, 10);
	for (int i = 0; i < 5; i++)
		if (strcmp(hows[i], how) == 0)
			disk.how = (enum how)i;
}

static bool path_is_ours(int dir, const char *path)
{
	if (path[0] != '/')
		return dir >= 0 && dir < FILES_MAX && disk.is_ours[dir];
	return strncmp(path, disk.folder, disk.folder_n) == 0 &&
	       (path[disk.folder_n] == '/' || !path[disk.folder_n]);
}

static bool file_is_ours(int fd)
{
	return fd > 2 && fd < FILES_MAX && disk.is_ours[fd];
}

static void tell(const char *call)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, disk.told,
			      O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || syscall(SYS_write, fd, call, strlen(call)) < 0)
		abort();
	(void)syscall(SYS_close, fd);
}

/* Whether this call is to fail; errno says how. */
static bool fails(bool is_ours, const char *call, bool is_write)
{
	if (!is_ours || !disk.folder)
		return false;
	disk.calls++;
	if (!disk.has_failed) {
		if (disk.left-- != 0 || (disk.how == HOW_SHORT && !is_write))
			return false;
		disk.has_failed = true;
		tell(call);
		if (disk.how == HOW_KILL && kill(getpid(), SIGKILL) != 0)
			abort();
	} else if (disk.how != HOW_DEAD) {
		return false;
	}
	errno = disk.how == HOW_FULL ? ENOSPC : EIO;
	return true;
}

__attribute__((destructor)) static void disk_count(void)
{
	char text[32];

	(void)snprintf(text, sizeof text, "=%lld", (long long)disk.calls);
	if (!disk.has_failed)
		tell(text);
}

/* ---- names ---- */

static int opened(int fd, bool is_ours)
{
	if (fd >= 0 && fd < FILES_MAX)
		disk.is_ours[fd] = is_ours;
	return fd;
}

static int open_at(int dir, const char *path, int flags, mode_t mode)
{
	bool is_ours = path_is_ours(dir, path);

	if (fails(is_ours, "open", false))
		return -1;
	return opened((int)syscall(SYS_openat, dir, path, flags, mode), is_ours);
}

#define MODE_OF(flags)                                                                   \
	mode_t mode = 0;                                                                 \
	va_list args;                                                                    \
	va_start(args, flags);                                                           \
	if ((flags) & (O_CREAT | O_TMPFILE))                                             \
		mode = va_arg(args, mode_t);                                             \
	va_end(args)

int open(const char *path, int flags, ...)
{
	MODE_OF(flags);
	return open_at(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
	MODE_OF(flags);
	return open_at(AT_FDCWD, path, flags, mode);
}

int openat(int dir, const char *path, int flags, ...)
{
	MODE_OF(flags);
	return open_at(dir, path, flags, mode);
}

int openat64(int dir, const char *path, int flags, ...)
{
	MODE_OF(flags);
	return open_at(dir, path, flags, mode);
}

int mkostemp(char *path, int flags)
{
	static int (*real)(char *path, int flags);
	bool is_ours = path_is_ours(AT_FDCWD, path);

	if (!real)
		real = (int (*)(char *, int))(uintptr_t)dlsym(RTLD_NEXT, "mkostemp");
	if (fails(is_ours, "mkostemp", false))
		return -1;
	return opened(real(path, flags), is_ours);
}

int mkdir(const char *path, mode_t mode)
{
	if (fails(path_is_ours(AT_FDCWD, path), "mkdir", false))
		return -1;
	return (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

int mkdirat(int dir, const char *path, mode_t mode)
{
	if (fails(path_is_ours(dir, path), "mkdirat", false))
		return -1;
	return (int)syscall(SYS_mkdirat, dir, path, mode);
}

int rename(const char *from, const char *to)
{
	if (fails(path_is_ours(AT_FDCWD, to), "rename", false))
		return -1;
	return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int renameat2(int from_dir, const char *from, int to_dir, const char *to,
	      unsigned int flags)
{
	if (fails(path_is_ours(to_dir, to), "renameat2", false))
		return -1;
	return (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, flags);
}

int unlink(const char *path)
{
	if (fails(path_is_ours(AT_FDCWD, path), "unlink", false))
		return -1;
	return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

int rmdir(const char *path)
{
	if (fails(path_is_ours(AT_FDCWD, path), "rmdir", false))
		return -1;
	return (int)syscall(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR);
}

/* ---- bytes ---- */

ssize_t write(int fd, const void *bytes, size_t n)
{
	if (fails(file_is_ours(fd), "write", true)) {
		if (disk.how != HOW_SHORT)
			return -1;
		n = n > 1 ? n / 2 : n;
	}
	return syscall(SYS_write, fd, bytes, n);
}

static ssize_t write_at(int fd, const void *bytes, size_t n, off_t at)
{
	if (fails(file_is_ours(fd), "pwrite", true)) {
		if (disk.how != HOW_SHORT)
			return -1;
		n = n > 1 ? n / 2 : n;
	}
	return syscall(SYS_pwrite64, fd, bytes, n, at);
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
	return write_at(fd, bytes, n, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at)
{
	return write_at(fd, bytes, n, at);
}

int ftruncate(int fd, off_t n)
{
	return fails(file_is_ours(fd), "ftruncate", false)
		       ? -1
		       : (int)syscall(SYS_ftruncate, fd, n);
}

int ftruncate64(int fd, off64_t n)
{
	return ftruncate(fd, n);
}

/* What is synced need not be on a real disk. */
int fsync(int fd)
{
	return fails(file_is_ours(fd), "fsync", false) ? -1 : 0;
}

int fdatasync(int fd)
{
	return fails(file_is_ours(fd), "fdatasync", false) ? -1 : 0;
}

int syncfs(int fd)
{
	return fails(file_is_ours(fd), "syncfs", false) ? -1 : 0;
}

int fchmod(int fd, mode_t mode)
{
	return fails(file_is_ours(fd), "fchmod", false)
		       ? -1
		       : (int)syscall(SYS_fchmod, fd, mode);
}
