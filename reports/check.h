/*
 * check.h - whether what somebody holds is what the log says: a tax receipt's data, or
 * the JSON form of a report that was published.
 */
#ifndef ARRONDI_REPORTS_CHECK_H
#define ARRONDI_REPORTS_CHECK_H

#include "keys/buffer.h"
#include "keys/fault.h"
#include "keys/slice.h"

/* Against a ledger or an export; appends what was found, line by line. ERR_RULE where the
 * bytes are not the log's, or a receipt is void; ERR_INVALID where they are neither. */
MUST_USE enum err check_bytes(struct slice bytes, const char *source, struct buffer *out,
			      struct fault *fault);

#endif
