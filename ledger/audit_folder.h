/*
 * audit_folder.h - the folder of an export, of which nothing is taken on trust.
 *
 * A name that must not be there is as much a finding as bytes that are wrong:
 * whoever hands an export over could otherwise hide in it what the next reader
 * takes for a part of the log. Links are refused, so that the folder is all that
 * is read.
 */
#ifndef ARRONDI_LEDGER_AUDIT_FOLDER_H
#define ARRONDI_LEDGER_AUDIT_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/buffer.h"
#include "keys/fault.h"
#include "ledger/tile.h"

/* "rows/" and 20 digits fit into a tile's path. */
#define AUDIT_PATH_BYTES_MAX TILE_PATH_BYTES_MAX

struct audit_folder {
	int fd; /* -1: not open */
};

/* ERR_IO. */
MUST_USE enum err audit_folder_open(const char *dir, struct audit_folder *ret_folder,
				    struct fault *fault);
void audit_folder_close(struct audit_folder *folder);

/*
 * Replaces out's bytes by a file's. ERR_NOT_FOUND where there is none; ERR_CORRUPT
 * where it is a link, a folder, a device or past bytes_max; ERR_IO, ERR_MEMORY. May
 * run in several threads.
 */
MUST_USE enum err audit_folder_read(const struct audit_folder *folder, const char *path,
				    size_t bytes_max, struct buffer *out,
				    struct fault *fault);

void audit_rows_path(uint64_t position, char ret_path[AUDIT_PATH_BYTES_MAX]);

/*
 * Looks at every name: ERR_CORRUPT unless each is the checkpoint, a tile or
 * bundle of a log of that size, or rows/<a position below size>; no folder is
 * empty but rows/, and all are plain files and folders. The fault names the
 * least of the paths that are not. *ret_rows_files counts the files in rows/. What is
 * missing is not told: it is when it is read. ERR_IO.
 */
MUST_USE enum err audit_folder_walk(const struct audit_folder *folder, uint64_t size,
				    uint64_t *ret_rows_files, struct fault *fault);

/* Calls each() with the positions of the files in rows/, in no order. */
MUST_USE enum err audit_folder_each_rows(const struct audit_folder *folder,
					 enum err (*each)(void *ctx, uint64_t position,
							  struct fault *fault),
					 void *ctx, struct fault *fault);

#endif
