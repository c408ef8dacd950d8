/*
 * file.h - whole files: read with a bound, written so that they are there.
 *
 * "Written" means: after ERR_OK the bytes and the name survive a power cut. A
 * reader sees the old file or the new one, never half of one.
 */
#ifndef ARRONDI_KEYS_FILE_H
#define ARRONDI_KEYS_FILE_H

#include <sys/types.h>

#include "keys/buffer.h"
#include "keys/fault.h"
#include "keys/slice.h"

/* A path with its temporary suffix and NUL. */
#define FILE_PATH_BYTES_MAX 4096

/* Appends the file's bytes to out. Takes pipes and devices, too. ERR_NOT_FOUND,
 * ERR_IO, ERR_MEMORY; ERR_TOO_BIG when it has more than bytes_max bytes or out
 * cannot take them. On failure out holds what it held. */
MUST_USE enum err file_read(const char *path, size_t bytes_max, struct buffer *out,
			    struct fault *fault);

/* The same for a secret, in a buffer reserved in full: ERR_DENIED unless it is a
 * regular file of this process's user that group and others can neither read nor
 * write. Release out with buffer_release_secret(). */
MUST_USE enum err file_read_secret(const char *path, size_t bytes_max, struct buffer *out,
				   struct fault *fault);

/* Reads an open descriptor to its end; name is for the fault. */
MUST_USE enum err file_read_fd(int fd, const char *name, size_t bytes_max,
			       struct buffer *out, struct fault *fault);

/* Writes atomically and durably, replacing what is there: a temporary file in the
 * same folder, fsync, rename, fsync of the folder. The mode is exact, whatever
 * the umask. On failure the old file stands (unless only the last step failed) and no
 * temporary one is left.
 * ERR_IO. */
MUST_USE enum err file_write(const char *path, struct slice bytes, mode_t mode,
			     struct fault *fault);

/* The same for what comes in parts. Opened, it is finished or dropped, once; nobody sees
 * it before it is finished. The path must outlive it. ERR_IO. */
struct file_draft {
	const char *path;
	char temp[FILE_PATH_BYTES_MAX];
	int fd;
};
MUST_USE enum err file_draft_open(const char *path, struct file_draft *ret_draft,
				  struct fault *fault);
MUST_USE enum err file_draft_put(struct file_draft *draft, struct slice bytes,
				 struct fault *fault);
MUST_USE enum err file_draft_finish(struct file_draft *draft, mode_t mode,
				    struct fault *fault);
void file_draft_drop(struct file_draft *draft);

/* Writes durably a file that must not exist: ERR_CONFLICT when it does. Like file_write()
 * under another name first, so that nobody, and no power cut, finds it without its bytes.
 * On failure (ERR_IO) nothing is left. */
MUST_USE enum err file_create(const char *path, struct slice bytes, mode_t mode,
			      struct fault *fault);

/* Gives a file that is written another name in its folder, durably, which must be
 * nobody's: ERR_CONFLICT when it is somebody's. On failure (ERR_IO) it has its old name,
 * unless only the last step failed. */
MUST_USE enum err file_rename(const char *path, const char *to, struct fault *fault);

/* Makes the names in the folder that holds path durable. ERR_IO. */
MUST_USE enum err file_sync_folder_of(const char *path, struct fault *fault);

#endif
