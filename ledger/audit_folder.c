/*
 * audit_folder.c - see audit_folder.h.
 */
#include "ledger/audit_folder.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/encoding.h"
#include "keys/file.h"

#define ROWS_PREFIX "rows/"

static enum err folder_fail(struct fault *fault, const char *path, const char *what)
{
	const char *reason = strerrordesc_np(errno);

	return fault_set(fault, ERR_IO, "'%s' cannot be %s: %s", path, what,
			 reason ? reason : "unknown error");
}

enum err audit_folder_open(const char *dir, struct audit_folder *ret_folder,
			   struct fault *fault)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return folder_fail(fault, dir, "opened as the folder of an export");
	ret_folder->fd = fd;
	return ERR_OK;
}

void audit_folder_close(struct audit_folder *folder)
{
	if (folder->fd >= 0)
		(void)close(folder->fd); /* nothing was written */
	folder->fd = -1;
}

/* ---- reading ---- */

void audit_rows_path(uint64_t position, char ret_path[AUDIT_PATH_BYTES_MAX])
{
	(void)snprintf(ret_path, AUDIT_PATH_BYTES_MAX, ROWS_PREFIX "%" PRIu64, position);
}

static enum err fd_check(int fd, const char *path, size_t bytes_max, struct fault *fault)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return folder_fail(fault, path, "examined");
	if (!S_ISREG(status.st_mode))
		return fault_set(fault, ERR_CORRUPT, "'%s' is not a plain file", path);
	if (status.st_size < 0 || (uint64_t)status.st_size > bytes_max)
		return fault_set(fault, ERR_CORRUPT,
				 "'%s' has %lld bytes, expected at most %zu", path,
				 (long long)status.st_size, bytes_max);
	return ERR_OK;
}

enum err audit_folder_read(const struct audit_folder *folder, const char *path,
			   size_t bytes_max, struct buffer *out, struct fault *fault)
{
	/* O_NONBLOCK, because a FIFO would make open() wait before it is refused. */
	int fd = openat(folder->fd, path,
			O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK);
	enum err err;

	buffer_clear(out);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return fault_set(fault, ERR_NOT_FOUND, "'%s' is missing", path);
	if (fd < 0 && errno == ELOOP)
		return fault_set(fault, ERR_CORRUPT, "'%s' is a link", path);
	if (fd < 0)
		return folder_fail(fault, path, "opened");
	err = fd_check(fd, path, bytes_max, fault);
	if (!err)
		err = file_read_fd(fd, path, bytes_max, out, fault);
	(void)close(fd); /* nothing was written */
	return err;
}

/* ---- what is there ---- */

/* The least path that must not be there is kept, so that two runs over one folder
 * say the same in whatever order the disk lists it. */
struct walk {
	uint64_t size;
	uint64_t rows_files;
	bool odd;
	char odd_path[AUDIT_PATH_BYTES_MAX + NAME_MAX + 2];
	const char *odd_what;
};

static void walk_odd(struct walk *walk, const char *path, const char *what)
{
	if (walk->odd && strcmp(path, walk->odd_path) >= 0)
		return;
	walk->odd = true;
	walk->odd_what = what;
	(void)snprintf(walk->odd_path, sizeof walk->odd_path, "%s", path);
}

/* A name that somebody chose must not speak to the reader's terminal. */
static void path_tame(char *path)
{
	for (char *c = path; *c; c++)
		if (*c < ' ' || *c > '~' || *c == '\'')
			*c = '?';
}

static bool rows_position(const char *path, uint64_t *ret_position)
{
	size_t prefix = strlen(ROWS_PREFIX);

	return strncmp(path, ROWS_PREFIX, prefix) == 0 &&
	       decimal_parse(path + prefix, strlen(path + prefix), ret_position) ==
		       ERR_OK;
}

static void walk_file(struct walk *walk, const char *path)
{
	struct tile tile;
	uint64_t position;

	if (strcmp(path, "checkpoint") == 0)
		return;
	if (rows_position(path, &position) && position < walk->size) {
		walk->rows_files++;
		return;
	}
	if (tile_path_parse(slice_of_text(path), &tile, NULL) == ERR_OK &&
	    tile_is_of(&tile, walk->size))
		return;
	walk_odd(walk, path, "is not a file of this export");
}

/* "." and ".." are no names of the folder's own. */
static struct dirent *next_name(DIR *dir)
{
	struct dirent *name;

	do {
		errno = 0;
		name = readdir(dir);
	} while (name &&
		 (strcmp(name->d_name, ".") == 0 || strcmp(name->d_name, "..") == 0));
	return name;
}

static enum err walk_folder(struct walk *walk, int parent_fd, const char *name,
			    const char *path, struct fault *fault);

static enum err walk_name(struct walk *walk, int fd, const char *folder, const char *name,
			  struct fault *fault)
{
	char path[AUDIT_PATH_BYTES_MAX + NAME_MAX + 2];
	struct stat status;
	int n = snprintf(path, sizeof path, "%s%s%s", folder, *folder ? "/" : "", name);

	/* A folder is only entered below AUDIT_PATH_BYTES_MAX. */
	assert(n > 0 && (size_t)n < sizeof path);
	if (fstatat(fd, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
		return folder_fail(fault, path, "examined");
	if (S_ISDIR(status.st_mode) && (size_t)n < AUDIT_PATH_BYTES_MAX)
		return walk_folder(walk, fd, name, path, fault);
	if (S_ISREG(status.st_mode))
		walk_file(walk, path);
	else if (S_ISDIR(status.st_mode))
		walk_odd(walk, path, "is not a folder of this export");
	else
		walk_odd(walk, path, "is neither a plain file nor a folder");
	return ERR_OK;
}

/* A folder of nothing but expected files is expected, unless it has none. */
static enum err walk_folder(struct walk *walk, int parent_fd, const char *name,
			    const char *path, struct fault *fault)
{
	int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	uint64_t names = 0;
	enum err err = ERR_OK;

	if (!dir) {
		err = folder_fail(fault, path, "opened");
		if (fd >= 0)
			(void)close(fd); /* nothing was written */
		return err;
	}
	while (!err && (entry = next_name(dir))) {
		names++;
		err = walk_name(walk, fd, path, entry->d_name, fault);
	}
	if (!err && errno != 0)
		err = folder_fail(fault, path, "listed");
	if (!err && names == 0 && *path && strcmp(path, "rows") != 0)
		walk_odd(walk, path, "is an empty folder");
	(void)closedir(dir);
	return err;
}

enum err audit_folder_walk(const struct audit_folder *folder, uint64_t size,
			   uint64_t *ret_rows_files, struct fault *fault)
{
	struct walk walk = { .size = size };
	enum err err = walk_folder(&walk, folder->fd, ".", "", fault);

	if (err)
		return err;
	path_tame(walk.odd_path);
	if (walk.odd)
		return fault_set(fault, ERR_CORRUPT, "'%s' %s", walk.odd_path,
				 walk.odd_what);
	*ret_rows_files = walk.rows_files;
	return ERR_OK;
}

enum err audit_folder_each_rows(const struct audit_folder *folder,
				enum err (*each)(void *ctx, uint64_t position,
						 struct fault *fault),
				void *ctx, struct fault *fault)
{
	int fd = openat(folder->fd, "rows",
			O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	enum err err = ERR_OK;

	if (!dir) {
		err = folder_fail(fault, "rows", "opened");
		if (fd >= 0)
			(void)close(fd); /* nothing was written */
		return err;
	}
	while (!err && (entry = next_name(dir))) {
		uint64_t position;

		if (decimal_parse(entry->d_name, strlen(entry->d_name), &position) ==
		    ERR_OK)
			err = each(ctx, position, fault);
	}
	(void)closedir(dir);
	return err;
}
