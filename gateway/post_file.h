/*
 * post_file.h - the file is judged here before it is sent anywhere.
 *
 * A clerk who exports the wrong column must hear so before names or social-security
 * numbers leave the company. The same code judges it as in the gateway, so what
 * passes here is refused there only for what a company cannot know: claims made
 * before, the cap of a row, and the funds, unless the server was asked for them.
 */
#ifndef ARRONDI_GATEWAY_POST_FILE_H
#define ARRONDI_GATEWAY_POST_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "gateway/batch_input.h"
#include "gateway/post_options.h"
#include "keys/buffer.h"
#include "keys/fault.h"
#include "keys/slice.h"
#include "ledger/money.h"

/* Of one fund and one kind of giver. */
struct post_total {
	char fund[ROW_FUND_BYTES_MAX + 1];
	enum giver giver;
	struct cents amount;
};

/* What the file adds up to, to be compared with what the server says it booked. */
struct post_sum {
	uint64_t count; /* rows of more than 0 */
	uint64_t zero;
	struct cents total;
	/* As the entry will have them, ascending; true of it only where the default fund
	 * was known. */
	struct post_total part[ROWS_TOTALS_MAX];
	size_t part_count;
};

/* The ids of the foundation's funds; count 0 where they are not known. */
struct post_funds {
	size_t count;
	char id[BATCH_FUNDS_MAX][ROW_FUND_BYTES_MAX + 1];
	char default_id[ROW_FUND_BYTES_MAX + 1]; /* of rows that name none; "" unknown */
};

/*
 * Judges the file's bytes. Where rows are bad: ERR_INVALID, and one line for each
 * is appended to out ("line 3: roundup: is negative; send 0 or more"). Otherwise the
 * errors of batch_csv_parse().
 */
MUST_USE enum err post_file_check(const struct post_options *options, struct slice body,
				  const struct post_funds *funds, struct buffer *out,
				  struct post_sum *ret_sum, struct fault *fault);

#endif
