/*
 * audit_ahead.h - a second thread that reads rows before they are asked for.
 *
 * Reading a batch's rows and hashing them is most of a verifier's work, and needs
 * only the batch's entry. So while one thread applies entries in order, another
 * reads the rows of the batches that come next in the bundle; and the first reads
 * some of them itself where it would have to wait for the other. What either finds
 * wrong is told when the log's order reaches that batch, so that two threads
 * report the same first fault as one.
 */
#ifndef ARRONDI_LEDGER_AUDIT_AHEAD_H
#define ARRONDI_LEDGER_AUDIT_AHEAD_H

#include <stddef.h>
#include <stdint.h>

#include "keys/fault.h"
#include "keys/slice.h"
#include "ledger/audit_folder.h"
#include "ledger/audit_rows.h"
#include "ledger/money.h"

struct audit_ahead;

/* Starts the thread. The folder must outlive it. ERR_MEMORY. */
MUST_USE enum err audit_ahead_new(const struct audit_folder *folder,
				  struct audit_ahead **ret_ahead, struct fault *fault);

/* Ends the thread. NULL is allowed. */
void audit_ahead_free(struct audit_ahead *ahead);

/* Lets it read the rows of the batches among n entries; the first of them has the
 * position `first`. The entries stay where they are until audit_ahead_recall(). */
void audit_ahead_offer(struct audit_ahead *ahead, uint64_t first,
		       const struct slice *entries, size_t n, struct cents row_cap);

/* Waits until it looks at none of the entries offered any more. */
void audit_ahead_recall(struct audit_ahead *ahead);

/* What audit_rows_read() gave for the next batch with rows, which is the one
 * at this position; good until the next call. While that is not known yet, reads the
 * rows of later batches. ERR_MEMORY too where only reading ahead lacked it. */
MUST_USE enum err audit_ahead_take(struct audit_ahead *ahead, uint64_t position,
				   struct audit_rows **ret_rows, struct fault *fault);

#endif
