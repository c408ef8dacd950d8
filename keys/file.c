/*
 * file.c - whole files: read with a bound, written so that they are there.
 *
 * The order of durable steps is the point of this file: bytes, fsync, name, fsync of
 * the folder. A name that is durable before its bytes is an empty file after a
 * power cut. close() is asked for its opinion, too: a network file system reports
 * a full disk there.
 */
#include "keys/file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/encoding.h"

#define FILE_CHUNK_BYTES 16384
#define FILE_TEMP_SUFFIX ".tmp-XXXXXX"

/* ERR_IO with the reason that errno gives. strerror() may share its text between
 * threads, strerrordesc_np() may not. */
static enum err file_fail(struct fault *fault, const char *path, const char *what)
{
	const char *reason = strerrordesc_np(errno);

	return fault_set(fault, ERR_IO, "file '%s' cannot be %s: %s", path, what,
			 reason ? reason : "unknown error");
}

static enum err file_fail_open(struct fault *fault, const char *path)
{
	if (errno == ENOENT)
		return fault_set(fault, ERR_NOT_FOUND, "file '%s' does not exist", path);
	return file_fail(fault, path, "opened");
}

/* Reads to the end; what was put before a failure is taken back by the caller. */
static enum err fd_read_all(int fd, const char *name, size_t bytes_max,
			    struct buffer *out, struct fault *fault)
{
	uint8_t chunk[FILE_CHUNK_BYTES];
	size_t room = bytes_max;
	enum err err = ERR_OK;

	for (;;) {
		ssize_t got = read(fd, chunk, sizeof chunk);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			err = file_fail(fault, name, "read");
		if (got <= 0)
			break;
		if ((size_t)got > room) {
			err = fault_set(fault, ERR_TOO_BIG, "file '%s' is past %zu bytes",
					name, bytes_max);
			break;
		}
		room -= (size_t)got;
		buffer_put(out, chunk, (size_t)got);
		err = buffer_check(out, name, fault);
		if (err != ERR_OK)
			break;
	}
	bytes_wipe(chunk, sizeof chunk); /* it may have been a secret */
	return err;
}

enum err file_read_fd(int fd, const char *name, size_t bytes_max, struct buffer *out,
		      struct fault *fault)
{
	size_t n_before = out->n;
	enum err err = buffer_check(out, name, fault);

	if (err != ERR_OK)
		return err;
	err = fd_read_all(fd, name, bytes_max, out, fault);
	if (err != ERR_OK)
		buffer_cut(out, n_before);
	return err;
}

enum err file_read(const char *path, size_t bytes_max, struct buffer *out,
		   struct fault *fault)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	enum err err;

	if (fd < 0)
		return file_fail_open(fault, path);
	err = file_read_fd(fd, path, bytes_max, out, fault);
	(void)close(fd); /* nothing was written */
	return err;
}

/* Asks the open file, not the path, which could name another file by now. */
static enum err secret_check(int fd, const char *path, struct fault *fault)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return file_fail(fault, path, "examined");
	if (!S_ISREG(status.st_mode))
		return fault_set(fault, ERR_DENIED,
				 "secret file '%s' is not a regular file: name the file "
				 "itself",
				 path);
	if (status.st_uid != geteuid())
		return fault_set(fault, ERR_DENIED,
				 "secret file '%s' belongs to another user: chown it to "
				 "the user who runs this",
				 path);
	if (status.st_mode & (S_IRWXG | S_IRWXO))
		return fault_set(fault, ERR_DENIED,
				 "secret file '%s' is open to its group or to others: "
				 "chmod 600 it",
				 path);
	return ERR_OK;
}

enum err file_read_secret(const char *path, size_t bytes_max, struct buffer *out,
			  struct fault *fault)
{
	/* O_NONBLOCK, because a FIFO would make open() wait before it can be refused. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	enum err err;

	if (fd < 0)
		return file_fail_open(fault, path);
	err = secret_check(fd, path, fault);
	if (err != ERR_OK)
		goto out;
	assert(bytes_max <= out->bytes_max - out->n);
	buffer_reserve(out, out->n + bytes_max);
	err = file_read_fd(fd, path, bytes_max, out, fault);
out:
	(void)close(fd); /* nothing was written */
	return err;
}

static bool fd_write_all(int fd, struct slice bytes)
{
	while (bytes.n > 0) {
		ssize_t done = write(fd, bytes.p, bytes.n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return false;
		bytes = slice_of(bytes.p + done, bytes.n - (size_t)done);
	}
	return true;
}

/* Fills, makes durable and closes fd, whatever happens. */
static enum err fd_finish(int fd, const char *path, struct slice bytes, mode_t mode,
			  struct fault *fault)
{
	enum err err = ERR_OK;

	if (!fd_write_all(fd, bytes) || fchmod(fd, mode) != 0 || fsync(fd) != 0)
		err = file_fail(fault, path, "written");
	if (close(fd) != 0 && err == ERR_OK)
		err = file_fail(fault, path, "written");
	return err;
}

/* A new file beside path, of mode 0600, and its name; -1 after the fault was set. */
static int temp_open(const char *path, char ret_temp[FILE_PATH_BYTES_MAX],
		     const char *what, struct fault *fault)
{
	int n = snprintf(ret_temp, FILE_PATH_BYTES_MAX, "%s" FILE_TEMP_SUFFIX, path);
	int fd;

	if (n < 0 || n >= FILE_PATH_BYTES_MAX) {
		(void)fault_set(fault, ERR_IO, "a file's path is past %d bytes",
				FILE_PATH_BYTES_MAX);
		return -1;
	}
	fd = mkostemp(ret_temp, O_CLOEXEC);
	if (fd < 0)
		(void)file_fail(fault, path, what);
	return fd;
}

enum err file_draft_open(const char *path, struct file_draft *ret_draft,
			 struct fault *fault)
{
	ret_draft->path = path;
	ret_draft->fd = temp_open(path, ret_draft->temp, "written", fault);
	return ret_draft->fd < 0 ? ERR_IO : ERR_OK;
}

enum err file_draft_put(struct file_draft *draft, struct slice bytes, struct fault *fault)
{
	return fd_write_all(draft->fd, bytes) ? ERR_OK
					      : file_fail(fault, draft->path, "written");
}

void file_draft_drop(struct file_draft *draft)
{
	(void)close(draft->fd); /* what was written is not wanted */
	(void)unlink(draft->temp);
}

enum err file_draft_finish(struct file_draft *draft, mode_t mode, struct fault *fault)
{
	enum err err = fd_finish(draft->fd, draft->path, slice_of(NULL, 0), mode, fault);

	if (err == ERR_OK && rename(draft->temp, draft->path) != 0)
		err = file_fail(fault, draft->path, "replaced");
	if (err != ERR_OK) {
		(void)unlink(draft->temp); /* the first failure is what matters */
		return err;
	}
	return file_sync_folder_of(draft->path, fault);
}

enum err file_write(const char *path, struct slice bytes, mode_t mode,
		    struct fault *fault)
{
	struct file_draft draft;
	enum err err = file_draft_open(path, &draft, fault);

	if (err != ERR_OK)
		return err;
	err = file_draft_put(&draft, bytes, fault);
	if (err == ERR_OK)
		return file_draft_finish(&draft, mode, fault);
	file_draft_drop(&draft);
	return err;
}

/* Gives a complete file its name, which must be nobody's. NFS knows no such renaming, and
 * FAT no links. */
static enum err name_take(const char *temp, const char *path, struct fault *fault)
{
	if (renameat2(AT_FDCWD, temp, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
		return ERR_OK;
	if (errno == EINVAL && link(temp, path) == 0) {
		(void)unlink(temp); /* it has its name; another does no harm */
		return ERR_OK;
	}
	if (errno != EEXIST)
		return file_fail(fault, path, "created");
	return fault_set(fault, ERR_CONFLICT,
			 "file '%s' exists already and is not overwritten", path);
}

enum err file_create(const char *path, struct slice bytes, mode_t mode,
		     struct fault *fault)
{
	char temp[FILE_PATH_BYTES_MAX];
	enum err err;
	int fd = temp_open(path, temp, "created", fault);

	if (fd < 0)
		return ERR_IO;
	err = fd_finish(fd, path, bytes, mode, fault);
	if (err == ERR_OK)
		err = name_take(temp, path, fault);
	if (err != ERR_OK) {
		(void)unlink(temp); /* the first failure is what matters */
		return err;
	}
	err = file_sync_folder_of(path, fault);
	if (err != ERR_OK)
		(void)unlink(path); /* the same */
	return err;
}

enum err file_rename(const char *path, const char *to, struct fault *fault)
{
	enum err err = name_take(path, to, fault);

	return err ? err : file_sync_folder_of(to, fault);
}

enum err file_sync_folder_of(const char *path, struct fault *fault)
{
	char folder[FILE_PATH_BYTES_MAX];
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) : 0;
	enum err err = ERR_OK;
	int fd;

	if (n >= sizeof folder)
		return fault_set(fault, ERR_IO, "a file's path is past %d bytes",
				 FILE_PATH_BYTES_MAX);
	if (!slash)
		(void)snprintf(folder, sizeof folder, ".");
	else if (n == 0)
		(void)snprintf(folder, sizeof folder, "/");
	else
		(void)snprintf(folder, sizeof folder, "%.*s", (int)n, path);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return file_fail(fault, folder, "opened");
	if (fsync(fd) != 0)
		err = file_fail(fault, folder, "made durable");
	(void)close(fd); /* nothing was written */
	return err;
}
