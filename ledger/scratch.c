/*
 * scratch.c - one file that nobody else can open (scratch.h).
 */
#include "ledger/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Not every file system makes files without a name; the others' is taken away. */
static int unnamed_open(const char *dir)
{
	char path[PATH_MAX];
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);

	if (fd >= 0)
		return fd;
	int n = snprintf(path, sizeof path, "%s/arrondi-XXXXXX", dir);
	if (n < 0 || (size_t)n >= sizeof path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0 && unlink(path) != 0) {
		int kept_errno = errno;

		(void)close(fd); /* the failure to report is unlink's */
		errno = kept_errno;
		return -1;
	}
	return fd;
}

enum err scratch_open(const char *dir, const char *holds, struct scratch *ret_scratch,
		      struct fault *fault)
{
	int fd = unnamed_open(dir);

	if (fd < 0)
		return fault_set(fault, ERR_IO, "temporary file of %s in '%s': %s", holds,
				 dir, strerror(errno));
	*ret_scratch = (struct scratch){ .fd = fd, .holds = holds };
	return ERR_OK;
}

void scratch_close(struct scratch *scratch)
{
	(void)close(scratch->fd); /* nothing in it is needed any more */
	scratch->fd = -1;
}

enum err scratch_write(const struct scratch *scratch, uint64_t offset, const void *bytes,
		       size_t n, struct fault *fault)
{
	const uint8_t *at = bytes;

	while (n > 0) {
		ssize_t done = pwrite(scratch->fd, at, n, (off_t)offset);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return fault_set(fault, ERR_IO,
					 "temporary file of %s: %s: make room, or name "
					 "another folder",
					 scratch->holds,
					 done < 0 ? strerror(errno) : "nothing written");
		at += done;
		offset += (uint64_t)done;
		n -= (size_t)done;
	}
	return ERR_OK;
}

enum err scratch_read(const struct scratch *scratch, uint64_t offset, void *ret_bytes,
		      size_t n, struct fault *fault)
{
	uint8_t *at = ret_bytes;

	while (n > 0) {
		ssize_t done = pread(scratch->fd, at, n, (off_t)offset);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return fault_set(fault, ERR_IO, "temporary file of %s: %s",
					 scratch->holds,
					 done < 0 ? strerror(errno) : "ends too early");
		at += done;
		offset += (uint64_t)done;
		n -= (size_t)done;
	}
	return ERR_OK;
}

/* A file system that cannot punch keeps the blocks until the file closes. */
enum err scratch_punch(const struct scratch *scratch, uint64_t offset, uint64_t n,
		       struct fault *fault)
{
	if (fallocate(scratch->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		      (off_t)offset, (off_t)n) != 0 &&
	    errno != EOPNOTSUPP && errno != ENOSYS && errno != EINTR)
		return fault_set(fault, ERR_IO, "temporary file of %s: %s",
				 scratch->holds, strerror(errno));
	return ERR_OK;
}
