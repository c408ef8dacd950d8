/*
 * batch_check.h - whether rows are those that a batch's entry states.
 *
 * An entry holds its rows' count, root and totals; the rows stand beside the
 * log. Who verifies or replays asks here, in one pass over the rows.
 */
#ifndef ARRONDI_LEDGER_BATCH_CHECK_H
#define ARRONDI_LEDGER_BATCH_CHECK_H

#include "keys/fault.h"
#include "keys/slice.h"
#include "ledger/entry.h"
#include "ledger/money.h"
#include "ledger/tag.h"

/*
 * ERR_CORRUPT where count, root or totals are others; ERR_INVALID or ERR_RULE
 * from rows_summarise() where the rows themselves are not as they must be.
 * `tags` is NULL, or room for the entry's `count` tags.
 */
MUST_USE enum err batch_check(const struct entry *batch, struct slice blob,
			      struct cents row_cap, struct tag *tags,
			      struct fault *fault);

#endif
