/*
 * unsynced.c - see unsynced.h.
 */
#include "tests/unsynced.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR_BYTES 512
#define PAGE_BYTES   4096

enum change_kind {
	CHANGE_SECTOR,   /* bytes: what was there; zeros behind the file's end */
	CHANGE_GROWTH,   /* at: where it ended */
	CHANGE_TAIL,     /* cut off: bytes from at on */
	CHANGE_NAME,     /* created */
	CHANGE_DELETION, /* bytes: all that it had */
};

struct change {
	enum change_kind kind;
	char *path;
	int64_t at;
	size_t n;
	unsigned char *bytes;
	bool is_given_up; /* a sector: (4) */
};

static struct {
	bool on;
	size_t n, room;
	struct change *change;
} unsynced;

static void *must(void *p)
{
	if (!p)
		abort();
	return p;
}

static struct change *change_add(enum change_kind kind, const char *path, int64_t at,
				 size_t n)
{
	struct change *change;

	if (unsynced.n == unsynced.room) {
		unsynced.room = unsynced.room ? 2 * unsynced.room : 1024;
		unsynced.change = must(reallocarray(unsynced.change, unsynced.room,
						    sizeof *unsynced.change));
	}
	change = &unsynced.change[unsynced.n++];
	*change = (struct change){ .kind = kind,
				   .path = must(strdup(path)),
				   .at = at,
				   .n = n,
				   .bytes = must(calloc(1, n + 1)) };
	return change;
}

static void change_release(struct change *change)
{
	free(change->path);
	free(change->bytes);
}

void unsynced_remember(void)
{
	unsynced.on = true;
}

void unsynced_forget(void)
{
	for (size_t i = 0; i < unsynced.n; i++)
		change_release(&unsynced.change[i]);
	unsynced.n = 0;
	unsynced.on = false;
}

/* ---- changes ---- */

static int64_t size_of(sqlite3_file *file)
{
	sqlite3_int64 size = 0;

	if (file->pMethods->xFileSize(file, &size) != SQLITE_OK)
		abort();
	return size;
}

/* Fills with zeros what is behind the end. */
static void bytes_take(struct change *change, sqlite3_file *file)
{
	(void)file->pMethods->xRead(file, change->bytes, (int)change->n, change->at);
}

/* (4) */
static void pages_dirty(const char *path, int64_t from, int64_t to)
{
	from -= from % PAGE_BYTES;
	to += PAGE_BYTES - 1 - (to + PAGE_BYTES - 1) % PAGE_BYTES;
	for (size_t i = 0; i < unsynced.n; i++) {
		struct change *change = &unsynced.change[i];

		if (change->is_given_up && change->at < to &&
		    change->at + (int64_t)change->n > from &&
		    strcmp(change->path, path) == 0)
			change->is_given_up = false;
	}
}

void unsynced_write(const char *path, sqlite3_file *file, int n, sqlite3_int64 at)
{
	int64_t end = at + n, size;

	if (!unsynced.on)
		return;
	size = size_of(file);
	pages_dirty(path, at, end);
	if (end > size)
		(void)change_add(CHANGE_GROWTH, path, size, 0);
	for (int64_t from = at, to; from < end; from = to) {
		to = from - from % SECTOR_BYTES + SECTOR_BYTES;
		if (to > end)
			to = end;
		bytes_take(change_add(CHANGE_SECTOR, path, from, (size_t)(to - from)),
			   file);
	}
}

void unsynced_truncate(const char *path, sqlite3_file *file, sqlite3_int64 n)
{
	int64_t size;

	if (!unsynced.on)
		return;
	size = size_of(file);
	if (size > n)
		bytes_take(change_add(CHANGE_TAIL, path, n, (size_t)(size - n)), file);
}

void unsynced_create(const char *path)
{
	if (unsynced.on && path)
		(void)change_add(CHANGE_NAME, path, 0, 0);
}

void unsynced_delete(const char *path)
{
	int fd = unsynced.on ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	struct change *change;
	struct stat info;

	if (fd < 0)
		return;
	if (fstat(fd, &info) != 0)
		abort();
	change = change_add(CHANGE_DELETION, path, 0, (size_t)info.st_size);
	if (pread(fd, change->bytes, change->n, 0) != info.st_size)
		abort();
	(void)close(fd); /* nothing was written */
}

/* ---- what is on the disk ---- */

/* Drops those of the first n that match. */
static void changes_drop(size_t n,
			 bool (*matches)(const struct change *change, const char *path),
			 const char *path)
{
	size_t kept = 0;

	for (size_t i = 0; i < unsynced.n; i++)
		if (i < n && matches(&unsynced.change[i], path))
			change_release(&unsynced.change[i]);
		else
			unsynced.change[kept++] = unsynced.change[i];
	unsynced.n = kept;
}

static bool is_of(const struct change *change, const char *path)
{
	return strcmp(change->path, path) == 0;
}

static bool is_synced(const struct change *change, const char *path)
{
	return is_of(change, path) && change->kind <= CHANGE_TAIL && !change->is_given_up;
}

void unsynced_sync(const char *path, bool has_failed)
{
	if (!has_failed)
		changes_drop(unsynced.n, is_synced, path);
	for (size_t i = 0; has_failed && i < unsynced.n; i++)
		if (unsynced.change[i].kind == CHANGE_SECTOR &&
		    is_of(&unsynced.change[i], path))
			unsynced.change[i].is_given_up = true;
}

static bool is_in(const struct change *change, const char *folder)
{
	size_t n = strlen(folder);

	return strncmp(change->path, folder, n) == 0 && change->path[n] == '/' &&
	       !strchr(change->path + n + 1, '/');
}

static bool is_name_in(const struct change *change, const char *folder)
{
	return change->kind >= CHANGE_NAME && is_in(change, folder);
}

void unsynced_sync_folder(const char *folder)
{
	for (size_t i = 0; i < unsynced.n; i++) {
		struct change *change = &unsynced.change[i];
		size_t n = unsynced.n;

		if (change->kind != CHANGE_DELETION || !is_in(change, folder))
			continue;
		/* What was before is of a file that is no more. */
		changes_drop(i, is_of, change->path);
		i -= n - unsynced.n;
	}
	changes_drop(unsynced.n, is_name_in, folder);
}

/* ---- the cut ---- */

static void bytes_put(const struct change *change, int flags)
{
	int fd = open(change->path, O_WRONLY | O_CLOEXEC | flags, 0600);

	/* A file that is gone has lost it all; one that is there has its name already. */
	if (fd < 0)
		return;
	if (pwrite(fd, change->bytes, change->n, change->at) != (ssize_t)change->n ||
	    close(fd))
		abort();
}

static void growth_undo(const struct change *change)
{
	struct stat info;

	if (stat(change->path, &info) == 0 && info.st_size > change->at &&
	    truncate(change->path, change->at) != 0)
		abort();
}

static void change_undo(const struct change *change)
{
	switch (change->kind) {
	case CHANGE_SECTOR:
	case CHANGE_TAIL:
		bytes_put(change, 0);
		return;
	case CHANGE_GROWTH:
		growth_undo(change);
		return;
	case CHANGE_NAME:
		(void)unlink(change->path);
		return;
	case CHANGE_DELETION:
		bytes_put(change, O_CREAT | O_EXCL);
		return;
	}
}

uint64_t unsynced_cut(bool (*choose)(void *ctx), void *ctx)
{
	uint64_t lost = 0;

	unsynced.on = false;
	/* The newest first, so that what was changed twice ends as it was. */
	while (unsynced.n > 0) {
		struct change change = unsynced.change[--unsynced.n];
		bool is_lost = choose(ctx);

		if (is_lost)
			change_undo(&change);
		lost += is_lost;
		/* What was before is of a file that is no more. */
		if (change.kind == CHANGE_DELETION &&
		    (!is_lost || access(change.path, F_OK) != 0))
			changes_drop(unsynced.n, is_of, change.path);
		change_release(&change);
	}
	return lost;
}
