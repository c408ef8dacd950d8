/*
 * rows.c - reading a batch's rows in one pass, and the path of one of them.
 *
 * One line's form is row.c's matter. Here lines are cut out of pieces, put in
 * order, bounded, hashed and summed. A line that is cut by a piece's end is
 * carried over in a buffer of one line; all others are read where they lie.
 */
#include "ledger/rows.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

static_assert(ROWS_TOTALS_MAX < UINT8_MAX, "a slot holds 1 + an index in a byte");
static_assert((ROWS_TOTALS_SLOTS & (ROWS_TOTALS_SLOTS - 1)) == 0, "slots are masked");
static_assert(ROWS_TOTALS_SLOTS > 2 * ROWS_TOTALS_MAX, "a free slot is always near");

struct rows_limits rows_limits_of(bool till, struct cents step, struct cents row_cap,
				  uint64_t rows_max)
{
	/* The cap is at most 100 000 euros (kinds.def): a cent more fits. */
	struct cents above_cap = cents_of(cents_value(row_cap) + 1);

	return (struct rows_limits){
		.step = till ? above_cap : step,
		.row_cap = row_cap,
		.rows_max = rows_max,
	};
}

void rows_reader_init(struct rows_reader *reader, const struct rows_limits *limits,
		      struct tag *tags)
{
	assert(limits->rows_max <= MERKLE_SIZE_MAX);
	reader->limits = *limits;
	reader->tags = tags;
	merkle_frontier_init(&reader->frontier);
	reader->n_totals = 0;
	memset(reader->slot, 0, sizeof reader->slot);
	reader->n_carried_bytes = 0;
}

/* Lines count from 1, as editors do. */
static unsigned long long line_number(const struct rows_reader *reader)
{
	return (unsigned long long)reader->frontier.size + 1;
}

/* ---- totals ---- */

/* FNV-1a. A batch has few pairs; who makes them collide slows his own batch. */
static unsigned total_slot(const struct row *row)
{
	uint32_t hash = UINT32_C(2166136261) ^ (uint32_t)row->giver;

	for (const char *c = row->fund; *c; c++)
		hash = (hash ^ (uint8_t)*c) * UINT32_C(16777619);
	return (hash ^ hash >> 16) & (ROWS_TOTALS_SLOTS - 1);
}

/* NULL where there is no room for another pair. */
static struct rows_total *total_of(struct rows_reader *reader, const struct row *row)
{
	unsigned slot = total_slot(row);

	for (; reader->slot[slot] != 0; slot = (slot + 1) & (ROWS_TOTALS_SLOTS - 1)) {
		struct rows_total *total = &reader->total[reader->slot[slot] - 1];

		if (total->giver == row->giver && strcmp(total->fund, row->fund) == 0)
			return total;
	}
	if (reader->n_totals == ROWS_TOTALS_MAX)
		return NULL;

	struct rows_total *total = &reader->total[reader->n_totals++];
	*total = (struct rows_total){ .giver = row->giver,
				      .roundup = CENTS_ZERO,
				      .extra = CENTS_ZERO };
	memcpy(total->fund, row->fund, sizeof total->fund);
	reader->slot[slot] = (uint8_t)reader->n_totals;
	return total;
}

static enum err totals_add(struct rows_reader *reader, const struct row *row,
			   struct fault *fault)
{
	struct rows_total *total = total_of(reader, row);

	if (!total)
		return fault_rule(fault, "rows_totals",
				  "line %llu: more than %d pairs of fund and giver",
				  line_number(reader), ROWS_TOTALS_MAX);
	if (cents_add(total->roundup, row->roundup, &total->roundup) ||
	    cents_add(total->extra, row->extra, &total->extra))
		return fault_set(fault, ERR_TOO_BIG, "line %llu: total is past 2^53 - 1",
				 line_number(reader));
	total->n_rows++;
	return ERR_OK;
}

static bool total_before(const struct rows_total *a, const struct rows_total *b)
{
	int order = strcmp(a->fund, b->fund);

	return order < 0 || (order == 0 && a->giver < b->giver);
}

/* By insertion: there are few, and batches tend to bring them in order. */
static void totals_sort(struct rows_total *total, unsigned n)
{
	for (unsigned i = 1; i < n; i++) {
		struct rows_total moving = total[i];
		unsigned j = i;

		for (; j > 0 && total_before(&moving, &total[j - 1]); j--)
			total[j] = total[j - 1];
		total[j] = moving;
	}
}

/* ---- one row ---- */

static enum err row_check(const struct rows_reader *reader, const struct row *row,
			  struct fault *fault)
{
	const struct rows_limits *limits = &reader->limits;
	struct cents sum;

	if (reader->frontier.size >= limits->rows_max)
		return fault_rule(fault, "rows_max", "more than %llu rows",
				  (unsigned long long)limits->rows_max);
	if (reader->frontier.size > 0 && tag_cmp(&reader->last_tag, &row->tag) >= 0)
		return fault_rule(fault, "row_order",
				  "line %llu: tag is not above the one before",
				  line_number(reader));
	if (cents_cmp(row->roundup, limits->step) >= 0)
		return fault_rule(fault, "row_roundup",
				  "line %llu: round-up is not below the step",
				  line_number(reader));
	if (cents_add(row->roundup, row->extra, &sum) ||
	    cents_cmp(sum, limits->row_cap) > 0)
		return fault_rule(fault, "row_cap",
				  "line %llu: amount is past the cap of a row",
				  line_number(reader));
	if (cents_is_zero(sum))
		return fault_rule(fault, "row_cap",
				  "line %llu: amount is zero, such a row is left out",
				  line_number(reader));
	return ERR_OK;
}

static enum err reader_take(struct rows_reader *reader, struct slice line,
			    struct fault *fault)
{
	struct row row;
	enum err err = row_decode(line, &row, fault);

	if (err) {
		(void)fault_prefix(fault, "line %llu", line_number(reader));
		return err;
	}
	err = row_check(reader, &row, fault);
	if (err)
		return err;
	err = totals_add(reader, &row, fault);
	if (err)
		return err;

	struct hash leaf = hash_leaf(line.p, line.n);
	if (reader->tags)
		reader->tags[reader->frontier.size] = row.tag;
	reader->last_tag = row.tag;
	return merkle_append(&reader->frontier, &leaf);
}

/* ---- pieces ---- */

/* The length of the line at p without its line feed, or n where there is none
 * in the first bytes that a line and its line feed can take. */
static size_t line_length(const uint8_t *p, size_t n)
{
	size_t bytes = n <= ROW_LINE_BYTES_MAX ? n : ROW_LINE_BYTES_MAX + 1;
	const uint8_t *end = memchr(p, '\n', bytes);

	return end ? (size_t)(end - p) : n;
}

static enum err line_too_long(const struct rows_reader *reader, struct fault *fault)
{
	return fault_set(fault, ERR_INVALID, "line %llu: longer than a row can be",
			 line_number(reader));
}

/* Completes the carried line from the new bytes and takes it, or carries on. */
static enum err reader_carry(struct rows_reader *reader, struct slice *bytes,
			     struct fault *fault)
{
	size_t n = line_length(bytes->p, bytes->n);
	bool whole = n < bytes->n;
	size_t n_copied = whole ? n : bytes->n;

	if (n_copied > ROW_LINE_BYTES_MAX - reader->n_carried_bytes)
		return line_too_long(reader, fault);
	memcpy(reader->carried + reader->n_carried_bytes, bytes->p, n_copied);
	reader->n_carried_bytes += n_copied;
	bytes->p += n_copied + whole;
	bytes->n -= n_copied + whole;
	if (!whole)
		return ERR_OK;

	struct slice line = slice_of(reader->carried, reader->n_carried_bytes);
	reader->n_carried_bytes = 0;
	return reader_take(reader, line, fault);
}

enum err rows_reader_feed(struct rows_reader *reader, struct slice bytes,
			  struct fault *fault)
{
	while (bytes.n > 0) {
		size_t n = line_length(bytes.p, bytes.n);
		enum err err;

		if (reader->n_carried_bytes > 0 || n == bytes.n) {
			err = reader_carry(reader, &bytes, fault);
		} else {
			err = reader_take(reader, slice_of(bytes.p, n), fault);
			bytes.p += n + 1;
			bytes.n -= n + 1;
		}
		if (err)
			return err;
	}
	return ERR_OK;
}

enum err rows_reader_finish(const struct rows_reader *reader,
			    struct rows_summary *ret_summary, struct fault *fault)
{
	if (reader->n_carried_bytes > 0)
		return fault_set(fault, ERR_INVALID, "line %llu: no line feed at its end",
				 line_number(reader));
	ret_summary->head.size = reader->frontier.size;
	merkle_frontier_root(&reader->frontier, &ret_summary->head.root);
	ret_summary->n_totals = reader->n_totals;
	memcpy(ret_summary->total, reader->total,
	       reader->n_totals * sizeof reader->total[0]);
	totals_sort(ret_summary->total, ret_summary->n_totals);
	return ERR_OK;
}

enum err rows_summarise(struct slice blob, const struct rows_limits *limits,
			struct tag *tags, struct rows_summary *ret_summary,
			struct fault *fault)
{
	struct rows_reader reader;

	rows_reader_init(&reader, limits, tags);
	enum err err = rows_reader_feed(&reader, blob, fault);
	if (err)
		return err;
	return rows_reader_finish(&reader, ret_summary, fault);
}

/* ---- one row's proof ---- */

enum err rows_prove(struct slice blob, uint64_t index, struct slice *ret_line,
		    struct merkle_head *ret_head, struct merkle_proof *ret_path,
		    struct fault *fault)
{
	struct merkle_tracer tracer;
	struct slice found = { 0 };

	merkle_tracer_init(&tracer, index);
	while (blob.n > 0) {
		size_t n = line_length(blob.p, blob.n);
		if (n == blob.n)
			return fault_set(fault, ERR_CORRUPT, "rows: line %llu has no end",
					 (unsigned long long)tracer.frontier.size + 1);
		struct slice line = slice_of(blob.p, n);
		struct hash leaf = hash_leaf(line.p, line.n);
		if (tracer.frontier.size == index)
			found = line;
		enum err err = merkle_tracer_append(&tracer, &leaf);
		if (err)
			return fault_set(fault, err, "rows: too many lines");
		blob.p += n + 1;
		blob.n -= n + 1;
	}
	enum err err = merkle_tracer_finish(&tracer, ret_head, ret_path);
	if (err)
		return fault_set(fault, err, "rows: no row %llu",
				 (unsigned long long)index);
	*ret_line = found;
	return ERR_OK;
}
