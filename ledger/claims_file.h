/*
 * claims_file.h - claims in one unlinked temporary file.
 *
 * For who replays a log without a database (scratch.h). The memory used grows with the
 * number of buckets and runs, never with that of claims.
 */
#ifndef ARRONDI_LEDGER_CLAIMS_FILE_H
#define ARRONDI_LEDGER_CLAIMS_FILE_H

#include <stdint.h>

#include "keys/fault.h"
#include "ledger/claims.h"

struct claims_file;

/* Makes an empty one in folder `dir` (such as "/tmp"), which must let files be
 * made. ERR_IO, ERR_MEMORY. The caller gives it back to claims_file_free(). */
MUST_USE enum err claims_file_open(const char *dir, struct claims_file **ret_file,
				   struct fault *fault);

/* NULL is allowed. */
void claims_file_free(struct claims_file *file);

/* The table for claims.h; valid as long as the file. */
struct claims_storage claims_file_storage(struct claims_file *file);

/* Bytes on the disk that hold runs now, rounded up to their slots. */
uint64_t claims_file_used_bytes(const struct claims_file *file);

#endif
