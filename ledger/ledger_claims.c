/*
 * ledger_claims.c - what a correction's rows change among the claims of a ledger.
 */
#include <stdlib.h>

#include "ledger/batch_check.h"
#include "ledger/ledger_int.h"

static enum err tags_read(struct ledger *ledger, const struct batch_view *batch,
			  struct tag *tags, struct fault *fault)
{
	struct rows_limits limits = batch_view_limits(batch, (uint64_t)batch->rows_count);
	struct rows_summary summary;
	struct buffer blob;
	enum err err;

	buffer_init(&blob, STORE_ROWS_BYTES_MAX);
	err = store_rows(ledger->store, batch->rows_at, &blob, fault);
	if (!err)
		err = rows_summarise(buffer_slice(&blob), &limits, tags, &summary, fault);
	if (!err && summary.head.size != limits.rows_max)
		err = fault_set(fault, ERR_CORRUPT,
				"a batch has fewer rows than its entry states");
	buffer_release(&blob);
	return err;
}

enum err ledger_claims_change(struct ledger *ledger, const struct batch_view *batch,
			      const struct tag *tags, size_t n,
			      struct claims_change *ret_change, struct fault *fault)
{
	size_t n_old = (size_t)batch->rows_count;
	struct tag *old = calloc(n_old + 1, sizeof *old);
	enum err err = ERR_OK;

	if (!old)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	if (n_old)
		err = tags_read(ledger, batch, old, fault);
	if (!err)
		err = claims_change_between(old, n_old, tags, n, ret_change, fault);
	free(old);
	return err;
}
