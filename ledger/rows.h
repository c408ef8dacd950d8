/*
 * rows.h - the contributions of a batch, one line each, beside the log.
 *
 * A batch's rows are one blob of lines, each a canonical JSON object (RFC 8785)
 * and a line feed:
 *
 *   {"extra":200,"fund":"emploi","giver":"person","roundup":37,"tag":"<32 hex>"}
 *
 * Leaf i of the batch's tree is the bytes of line i without its line feed; the
 * batch's entry in the log holds the root of that tree. This is the hot path
 * of the ledger, for who submits and for who verifies, so the form is scanned
 * by hand, in one pass, without memory per row.
 *
 *  (1) Tags strictly ascend: no claim stands twice in a batch, and one set of
 *      rows has one blob.
 *  (2) row_decode() accepts exactly what row_encode() writes.
 *  (3) The memory of a reader does not grow with the number of rows.
 */
#ifndef ARRONDI_LEDGER_ROWS_H
#define ARRONDI_LEDGER_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/fault.h"
#include "keys/hash.h"
#include "keys/slice.h"
#include "ledger/merkle.h"
#include "ledger/money.h"
#include "ledger/tag.h"

#define ROW_FUND_BYTES_MAX 32 /* [a-z0-9-]{1,32} */

/* The longest line, without its line feed: amounts of 16 digits, "company". */
#define ROW_LINE_BYTES_MAX 154

/* Pairs of fund and giver in one batch: 64 funds, each kind of giver, as the
 * batch's entry has room for. */
#define ROWS_TOTALS_MAX   192
#define ROWS_TOTALS_SLOTS 512 /* a power of two, more than twice as many */

/* In the byte order of their names, which is the order of totals too. */
enum giver { GIVER_COMPANY, GIVER_PERSON, GIVER_SELLER, GIVER__COUNT };

/* "company", "person", "seller". */
const char *giver_name(enum giver giver);

/* ERR_INVALID for another name. */
MUST_USE enum err giver_parse(struct slice name, enum giver *ret_giver);

struct row {
	char fund[ROW_FUND_BYTES_MAX + 1];
	enum giver giver;
	struct cents roundup; /* 0 .. 2^53 - 1 */
	struct cents extra;   /* 0 .. 2^53 - 1 */
	struct tag tag;
};

/*
 * Writes the line without its line feed and returns its length. The fund's
 * syntax and the amounts' bounds are the caller's promise (asserted). ret_line
 * is not terminated by a NUL.
 */
size_t row_encode(const struct row *row, char ret_line[ROW_LINE_BYTES_MAX]);

/* `line` is without its line feed. ERR_INVALID unless canonical. */
MUST_USE enum err row_decode(struct slice line, struct row *ret_row, struct fault *fault);

/* What a row of this batch may hold. */
struct rows_limits {
	struct cents step;    /* 0 <= roundup < step */
	struct cents row_cap; /* 1 <= roundup + extra <= row_cap */
	uint64_t rows_max;
};

/* The limits of a batch. A salary's or invoice's round-up is below the step; a
 * till's row is a day of many customers, so that its round-up is only bound by
 * the cap. */
struct rows_limits rows_limits_of(bool till, struct cents step, struct cents row_cap,
				  uint64_t rows_max);

/* What a batch's rows come to for one fund and one kind of giver. */
struct rows_total {
	char fund[ROW_FUND_BYTES_MAX + 1];
	enum giver giver;
	uint64_t n_rows;
	struct cents roundup;
	struct cents extra;
};

struct rows_summary {
	struct merkle_head head; /* count, and RFC 6962 root of the lines */
	unsigned n_totals;
	struct rows_total total[ROWS_TOTALS_MAX]; /* by fund, then giver */
};

/* ---- reading a blob piece by piece ---- */

/* Fields are private to rows.c. After an error the reader is only good for
 * being thrown away; it owns no memory. */
struct rows_reader {
	struct rows_limits limits;
	struct tag *tags;
	struct tag last_tag;
	struct merkle_frontier frontier;
	unsigned n_totals;
	uint8_t slot[ROWS_TOTALS_SLOTS]; /* 1 + index into total, or 0 */
	struct rows_total total[ROWS_TOTALS_MAX];
	size_t n_carried_bytes;
	uint8_t carried[ROW_LINE_BYTES_MAX + 1];
};

/* `tags` is NULL, or room for limits->rows_max tags, which is filled in order. */
void rows_reader_init(struct rows_reader *reader, const struct rows_limits *limits,
		      struct tag *tags);

/*
 * Takes the next bytes, cut anywhere. ERR_INVALID where a line is not canonical;
 * ERR_RULE where tags do not ascend ("row_order"), an amount is out of bounds
 * ("row_roundup", "row_cap"), or there are too many rows ("rows_max") or pairs
 * of fund and giver ("rows_totals"). The text names the line, from 1.
 */
MUST_USE enum err rows_reader_feed(struct rows_reader *reader, struct slice bytes,
				   struct fault *fault);

/* ERR_INVALID where the last line lacks its line feed. No row at all is a
 * summary of none: whether a batch may be empty is the batch's rule. */
MUST_USE enum err rows_reader_finish(const struct rows_reader *reader,
				     struct rows_summary *ret_summary,
				     struct fault *fault);

/* Init, feed and finish on a blob that is whole. */
MUST_USE enum err rows_summarise(struct slice blob, const struct rows_limits *limits,
				 struct tag *tags, struct rows_summary *ret_summary,
				 struct fault *fault);

/* ---- one row's proof ---- */

/*
 * Finds row `index`, its line (without line feed, pointing into blob) and its
 * path to the batch's root, in one pass and without memory. The blob is one that
 * was summarised before: its lines are hashed here and not judged again; compare
 * ret_head with the batch's. ERR_NOT_FOUND past the last row; ERR_CORRUPT where
 * the blob is not made of lines.
 */
MUST_USE enum err rows_prove(struct slice blob, uint64_t index, struct slice *ret_line,
			     struct merkle_head *ret_head, struct merkle_proof *ret_path,
			     struct fault *fault);

#endif
