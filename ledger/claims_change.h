/*
 * claims_change.h - what a batch or its correction does to the claims.
 *
 * A batch's tags are new. A correction's rows replace those in force: tags that only
 * the old ones had are free again, tags that only the new ones have must be new among
 * the other batches, and the others stay where they are. The writer, the verifier and
 * the ledger's own check all ask here.
 */
#ifndef ARRONDI_LEDGER_CLAIMS_CHANGE_H
#define ARRONDI_LEDGER_CLAIMS_CHANGE_H

#include <stddef.h>

#include "keys/fault.h"
#include "ledger/claims_window.h"
#include "ledger/tag.h"

struct claims_change {
	const struct tag *come; /* n_come of them, ascending */
	const struct tag *leave;
	size_t n_come, n_leave;
	struct tag *owned;
	size_t *row; /* of each that comes, its row; NULL: the same number */
};

/* Of a batch: all come. The tags outlive the change. */
struct claims_change claims_change_of(const struct tag *tags, size_t n);

/* From old tags to new ones, both strictly ascending. ERR_MEMORY. */
MUST_USE enum err claims_change_between(const struct tag *old, size_t n_old,
					const struct tag *tags, size_t n,
					struct claims_change *ret_change,
					struct fault *fault);
void claims_change_release(struct claims_change *change);

/* The row of a tag that comes. */
size_t claims_change_row(const struct claims_change *change, size_t come);

/* *ret_conflict is the first of the tags that come that another batch has; n_come
 * where all are new. */
MUST_USE enum err claims_change_check(const struct claims_change *change,
				      const struct claims_window *window,
				      const struct claims_storage *storage,
				      size_t *ret_conflict, struct fault *fault);

/* Makes a change that was checked. *ret_buckets is 1 where its bucket has claims for
 * the first time, -1 where it has none any more, else 0. */
MUST_USE enum err claims_change_make(const struct claims_change *change,
				     const struct claims_window *window,
				     const struct claims_storage *storage,
				     int *ret_buckets, struct fault *fault);

#endif
