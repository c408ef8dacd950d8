/*
 * scratch.h - a temporary file without a name, read and written at offsets.
 *
 * For who replays a log without a database: the verifier, and a rebuild. The file
 * has no name, so nothing is left behind by a crash, and what it holds is gone with
 * the process. It is not mapped: a full disk is then an error of a call (ERR_IO),
 * where a mapping would kill the process.
 */
#ifndef ARRONDI_LEDGER_SCRATCH_H
#define ARRONDI_LEDGER_SCRATCH_H

#include <stddef.h>
#include <stdint.h>

#include "keys/fault.h"

struct scratch {
	int fd;
	const char *holds; /* "claims", for its faults; outlives the file */
};

/* Makes an empty one in folder `dir` (such as "/tmp"), which must let files be made:
 * ERR_IO. The caller gives it back to scratch_close(). */
MUST_USE enum err scratch_open(const char *dir, const char *holds,
			       struct scratch *ret_scratch, struct fault *fault);
void scratch_close(struct scratch *scratch);

/* All n bytes at the offset, in bytes: ERR_IO. Reading past what was written is one. */
MUST_USE enum err scratch_write(const struct scratch *scratch, uint64_t offset,
				const void *bytes, size_t n, struct fault *fault);
MUST_USE enum err scratch_read(const struct scratch *scratch, uint64_t offset,
			       void *ret_bytes, size_t n, struct fault *fault);

/* Gives whole blocks back to the disk, where the file system can: ERR_IO. What is read
 * there afterwards is zeroes or what was there. */
MUST_USE enum err scratch_punch(const struct scratch *scratch, uint64_t offset,
				uint64_t n, struct fault *fault);

#endif
