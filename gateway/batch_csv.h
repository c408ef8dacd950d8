/*
 * batch_csv.h - a batch sent as CSV, in the shapes that payroll software writes.
 *
 * The first line names the columns (batch_column.h), separated by ';', ',' or
 * tab, whichever it holds most of. UTF-8 with or without a byte order mark, or
 * ISO 8859-15: that matters in the first line alone, since no value that may be
 * sent has an accent in it. Lines end in CRLF, LF or CR; fields may be quoted
 * (RFC 4180). Amounts are euros with comma or point and up to two decimals.
 * Blanks around amounts, funds, days and givers are passed over; around
 * references they are refused. Lines without any value are passed over.
 *
 * The members of the request come before, through batch_input_parameter(). A
 * column that may not be sent refuses the file on line 1, whatever the rows are.
 */
#ifndef ARRONDI_GATEWAY_BATCH_CSV_H
#define ARRONDI_GATEWAY_BATCH_CSV_H

#include "gateway/batch_input.h"
#include "keys/fault.h"
#include "keys/slice.h"

/* ERR_INVALID where something is listed as bad; ERR_TOO_BIG past BATCH_ROWS_MAX
 * rows; ERR_MEMORY. */
MUST_USE enum err batch_csv_parse(struct batch_input *input, struct slice body,
				  struct fault *fault);

#endif
