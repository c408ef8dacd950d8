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
#include "ledger/books_query.h"
#include "ledger/entry.h"
#include "ledger/money.h"
#include "ledger/rows.h"
#include "ledger/tag.h"

/* What a batch's rows may hold, by its entry. */
struct rows_limits batch_limits(const struct entry *batch, struct cents row_cap);
/* The same of a correction's `count` rows. */
struct rows_limits batch_view_limits(const struct batch_view *batch, uint64_t count);

/*
 * ERR_CORRUPT where count, root or totals are others than the entry's; ERR_INVALID or
 * ERR_RULE from rows_summarise() where the rows themselves are not as they must be.
 * The entry is a batch's or a correction's, within the limits of the batch. `tags` is
 * NULL, or room for the entry's `count` tags.
 */
MUST_USE enum err batch_check(const struct entry *entry, struct slice blob,
			      const struct rows_limits *limits, struct tag *tags,
			      struct fault *fault);

#endif
