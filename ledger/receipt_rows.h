/*
 * receipt_rows.h - what receipts say of rows, held against the rows.
 *
 * The log names a row on a receipt by a mark alone. Who has the rows of a batch, the
 * ledger's writer and the auditor, makes every row's mark of its tag, and so finds which
 * rows they are and what they gave. Rule "receipt_rows".
 */
#ifndef ARRONDI_LEDGER_RECEIPT_ROWS_H
#define ARRONDI_LEDGER_RECEIPT_ROWS_H

#include "keys/fault.h"
#include "keys/slice.h"
#include "ledger/books.h"
#include "ledger/json.h"

/* An item of an entry's `batches`, against the rows in force of its batch, which were
 * checked when they came. */
MUST_USE enum err receipt_rows_check(const struct json *item, struct slice rows,
				     struct fault *fault);

/* That a correction's rows leave those of before that stand on a receipt as they are. */
MUST_USE enum err receipt_rows_check_kept(struct books *books, struct slice before,
					  struct slice after, struct fault *fault);

#endif
