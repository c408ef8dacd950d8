/*
 * audit_rows.h - the rows of batches: each against its entry, all against each
 * other.
 *
 * Reading a batch's rows is pure: it needs the entry, the charter's cap and the
 * file. Whether a claim was made before depends on all earlier batches, and is
 * asked in the log's order, in the windows in which the writer asks
 * (claims_window.h). Claims that no rule can look at any more are forgotten.
 */
#ifndef ARRONDI_LEDGER_AUDIT_ROWS_H
#define ARRONDI_LEDGER_AUDIT_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "keys/buffer.h"
#include "keys/fault.h"
#include "ledger/audit_folder.h"
#include "ledger/books_query.h"
#include "ledger/claims_change.h"
#include "ledger/claims_file.h"
#include "ledger/claims_window.h"
#include "ledger/entry.h"
#include "ledger/rows.h"
#include "ledger/tag.h"

/* ---- one batch ---- */

/* What reading gave; the memory is used again for the next batch. */
struct audit_rows {
	uint64_t position;
	bool withheld; /* there is no file; nothing else was found out */
	uint64_t count;
	struct tag *tags; /* owned; count of them, ascending */
	size_t tags_capacity;
	struct buffer blob;
};

void audit_rows_init(struct audit_rows *rows);
void audit_rows_release(struct audit_rows *rows);

/* Reads and checks the rows of a batch or correction that has some, limits->rows_max
 * of them. The errors of batch_check() and audit_folder_read(), but
 * ERR_NOT_FOUND: rows may be withheld. */
MUST_USE enum err audit_rows_read(struct audit_rows *rows,
				  const struct audit_folder *folder, uint64_t position,
				  const struct entry *entry,
				  const struct rows_limits *limits, struct fault *fault);

/* Reads only the file, of `count` rows, and makes room for their tags. */
MUST_USE enum err audit_rows_read_blob(struct audit_rows *rows,
				       const struct audit_folder *folder,
				       uint64_t position, uint64_t count,
				       struct fault *fault);

/* Reads only the tags of rows that were checked before. */
MUST_USE enum err audit_rows_read_tags(struct audit_rows *rows,
				       const struct audit_folder *folder,
				       uint64_t position,
				       const struct rows_limits *limits,
				       struct fault *fault);

/* ---- all batches ---- */

/* A bucket of claims that a rule may still look at. */
struct audit_bucket {
	char company[QUERY_ID_BYTES];
	char source[8];
	struct month period;
};

struct audit_claims {
	struct claims_file *file; /* owned; NULL before the first claim */
	const char *dir;
	struct audit_bucket *buckets; /* owned */
	size_t n_buckets, buckets_capacity;
	struct month now; /* the month in which the last batch was recorded */
};

void audit_claims_init(struct audit_claims *claims, const char *dir);
void audit_claims_release(struct audit_claims *claims);

/* Checks that the claims that come are new, then makes the change. `recorded_at` is
 * the entry's. ERR_RULE, rule "claim"; or ERR_IO, ERR_MEMORY where the temporary file
 * fails. */
MUST_USE enum err audit_claims_take(struct audit_claims *claims, int64_t recorded_at,
				    const struct claims_window *window,
				    const struct claims_change *change,
				    struct fault *fault);

#endif
