/*
 * spool.h - a long text on its way out: some in memory, the rest in a temporary file.
 *
 * A report is shown whole or not at all, and a journal of a million entries does not
 * fit into memory: it waits in a file without a name until it is complete.
 */
#ifndef ARRONDI_REPORTS_SPOOL_H
#define ARRONDI_REPORTS_SPOOL_H

#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "keys/buffer.h"
#include "keys/fault.h"
#include "ledger/scratch.h"

#define SPOOL_BYTES                                                                      \
	((size_t)256 << 10) /* that are in memory at most, but for one put               \
			     */

struct spool {
	struct buffer text; /* put here, then spool_drain() */
	struct scratch file;
	uint64_t sent; /* bytes that are in the file */
};

/* In TMPDIR, or /tmp. ERR_IO. spool_close() in any case after it succeeded. */
MUST_USE enum err spool_open(struct spool *spool, struct fault *fault);
void spool_close(struct spool *spool);

/* Once enough was put: sends it to the file. To be called after each part of the text;
 * what could not be put is its error, too. */
MUST_USE enum err spool_drain(struct spool *spool, struct fault *fault);

uint64_t spool_bytes(const struct spool *spool);

/* Appends all of another's text. */
MUST_USE enum err spool_append(struct spool *spool, struct spool *from,
			       struct fault *fault);

/* Calls put() with the text, part by part. */
MUST_USE enum err spool_each(struct spool *spool,
			     enum err (*put)(void *ctx, struct slice part,
					     struct fault *fault),
			     void *ctx, struct fault *fault);

#endif
