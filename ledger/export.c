/*
 * export.c - see export.h.
 *
 * Names are made relative to OUT's descriptor, so that the folder may be moved
 * while it is written. Files are synchronised all at once at the end: one
 * syncfs() instead of an fsync() for each of many small files.
 */
#include "ledger/export.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledger/checkpoint.h"
#include "ledger/ledger_int.h"

#define FOLDER_MODE 0755
#define FILE_MODE   0644

struct exporter {
	struct ledger *ledger;
	int fd; /* of OUT */
	struct checkpoint checkpoint;
	struct buffer note;
	struct buffer bytes;
	char folder[TILE_PATH_BYTES_MAX]; /* made last */
};

static enum err io_fault(struct fault *fault, const char *path)
{
	return fault_set(fault, ERR_IO, "'%s' cannot be written to the export: %m", path);
}

/* Makes the folders of a path, but not those that were made for the last one. */
static enum err folders_make(struct exporter *exporter, const char *path,
			     struct fault *fault)
{
	char folder[TILE_PATH_BYTES_MAX];
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) : 0;

	if (!n || (!strncmp(exporter->folder, path, n) && !exporter->folder[n]))
		return ERR_OK;
	memcpy(folder, path, n);
	folder[n] = '\0';
	for (char *p = folder;; p++) {
		char end = *p;

		if (end && end != '/')
			continue;
		*p = '\0';
		if (mkdirat(exporter->fd, folder, FOLDER_MODE) != 0 && errno != EEXIST)
			return io_fault(fault, folder);
		if (!end)
			break;
		*p = end;
	}
	memcpy(exporter->folder, folder, n + 1);
	return ERR_OK;
}

static bool write_all(int fd, struct slice bytes)
{
	while (bytes.n) {
		ssize_t n = write(fd, bytes.p, bytes.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes = slice_of(bytes.p + n, bytes.n - (size_t)n);
	}
	return true;
}

static enum err file_put(struct exporter *exporter, const char *path, struct slice bytes,
			 struct fault *fault)
{
	enum err err = folders_make(exporter, path, fault);
	int fd = -1;
	bool ok;

	if (err)
		return err;
	fd = openat(exporter->fd, path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC,
		    FILE_MODE);
	if (fd < 0)
		return io_fault(fault, path);
	ok = write_all(fd, bytes);
	if (close(fd) != 0)
		ok = false;
	return ok ? ERR_OK : io_fault(fault, path);
}

/* ---- what is written ---- */

static enum err tile_bytes(struct exporter *exporter, const struct tile *tile,
			   struct fault *fault)
{
	struct hash hashes[TILE_WIDTH];
	enum err err;

	buffer_clear(&exporter->bytes);
	if (tile->level == TILE_LEVEL_ENTRIES)
		return store_bundle(exporter->ledger->store, tile->index, tile->width,
				    &exporter->bytes, fault);
	err = log_tree_tile(exporter->ledger->tree, tile, hashes, fault);
	if (!err) {
		buffer_put(&exporter->bytes, hashes, tile->width * sizeof *hashes);
		err = buffer_check(&exporter->bytes, "the tile", fault);
	}
	return err;
}

static enum err tiles_put(struct exporter *exporter, struct fault *fault)
{
	char path[TILE_PATH_BYTES_MAX];
	struct tile_walk walk;
	struct tile tile;

	tile_walk_init(&walk, 0, exporter->checkpoint.size);
	while (tile_walk_next(&walk, &tile)) {
		enum err err = tile_bytes(exporter, &tile, fault);

		tile_path_format(&tile, path);
		if (!err)
			err = file_put(exporter, path, buffer_slice(&exporter->bytes),
				       fault);
		if (err)
			return err;
	}
	return ERR_OK;
}

static enum err rows_put(struct exporter *exporter, struct fault *fault)
{
	struct store *store = exporter->ledger->store;
	char path[TILE_PATH_BYTES_MAX];
	uint64_t position = 0;
	bool found = true;

	for (;; position++) {
		enum err err = store_rows_next(store, position, &position, &found, fault);

		if (err)
			return err;
		if (!found || position >= exporter->checkpoint.size)
			return ERR_OK;
		buffer_clear(&exporter->bytes);
		err = store_rows(store, position, &exporter->bytes, fault);
		(void)snprintf(path, sizeof path, EXPORT_ROWS "/%" PRIu64, position);
		if (!err)
			err = file_put(exporter, path, buffer_slice(&exporter->bytes),
				       fault);
		if (err)
			return err;
	}
}

/* (1) */
static enum err checkpoint_put(struct exporter *exporter, struct fault *fault)
{
	enum err err;

	if (syncfs(exporter->fd) != 0)
		return io_fault(fault, "tile");
	err = file_put(exporter, EXPORT_CHECKPOINT, buffer_slice(&exporter->note), fault);
	if (!err && syncfs(exporter->fd) != 0)
		err = io_fault(fault, EXPORT_CHECKPOINT);
	return err;
}

static enum err note_read(struct exporter *exporter, struct fault *fault)
{
	uint64_t size;
	enum err err =
		store_note_read(exporter->ledger->store, &size, &exporter->note, fault);

	if (!err && !exporter->note.n)
		err = fault_set(
			fault, ERR_NOT_FOUND,
			"nothing is signed yet: open the ledger once for writing");
	if (!err)
		err = ledger_note_open(exporter->ledger, buffer_slice(&exporter->note),
				       &exporter->checkpoint, fault);
	if (!err && exporter->checkpoint.size > exporter->ledger->meta.head.size)
		err = fault_set(fault, ERR_CORRUPT,
				"the stored checkpoint is of a longer log than there is");
	return err;
}

static enum err export_run(struct exporter *exporter, struct fault *fault)
{
	enum err err = note_read(exporter, fault);

	if (!err)
		err = ledger_tree(exporter->ledger, fault);
	if (!err)
		err = tiles_put(exporter, fault);
	if (!err)
		err = rows_put(exporter, fault);
	if (!err)
		err = checkpoint_put(exporter, fault);
	return err;
}

static int remove_one(const char *path, const struct stat *info, int flag,
		      struct FTW *ftw)
{
	(void)info;
	(void)flag;
	(void)ftw;
	(void)remove(path); /* as much as can be */
	return 0;
}

/* Half an export is worse than none, and in the way of the next. */
static void folder_drop(const struct exporter *exporter, const char *out)
{
	struct stat made, now;

	/* It may have been moved meanwhile. */
	if (exporter->fd < 0)
		(void)rmdir(out);
	else if (fstat(exporter->fd, &made) == 0 && lstat(out, &now) == 0 &&
		 made.st_dev == now.st_dev && made.st_ino == now.st_ino)
		(void)nftw(out, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

enum err ledger_export(struct ledger *ledger, const char *out, struct fault *fault)
{
	struct exporter exporter = { .ledger = ledger, .fd = -1 };
	enum err err;

	if (mkdir(out, FOLDER_MODE) != 0)
		return fault_set(fault, errno == EEXIST ? ERR_CONFLICT : ERR_IO,
				 "the export's folder cannot be made: %m");
	buffer_init(&exporter.note, NOTE_BYTES_MAX);
	buffer_init(&exporter.bytes, TILE_BUNDLE_BYTES_MAX);
	exporter.fd = open(out, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (exporter.fd < 0) {
		err = io_fault(fault, out);
		goto out;
	}
	err = ledger_reading_start(ledger, fault);
	if (err)
		goto out;
	err = export_run(&exporter, fault);
	ledger_reading_stop(ledger);
out:
	if (err)
		folder_drop(&exporter, out);
	if (exporter.fd >= 0)
		(void)close(exporter.fd); /* everything was synchronised */
	buffer_release(&exporter.note);
	buffer_release(&exporter.bytes);
	return err;
}
