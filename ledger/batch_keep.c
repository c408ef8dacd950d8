/*
 * batch_keep.c - rows that a correction leaves as they are; see batch.h.
 */
#include <stdlib.h>
#include <string.h>

#include "ledger/batch.h"

#define TAG_HEX_CHARS (2 * TAG_BYTES)

/* A canonical line ends in "tag":"HEX"}. */
enum err batch_line_tag(struct slice line, struct slice *ret_tag)
{
	static const char before[] = "\"tag\":\"";
	size_t tail = TAG_HEX_CHARS + 2, head = sizeof before - 1;

	if (line.n < head + tail ||
	    memcmp(line.p + line.n - tail - head, before, head) != 0)
		return ERR_INVALID;
	*ret_tag = slice_of(line.p + line.n - tail, TAG_HEX_CHARS);
	return ERR_OK;
}

/* The next line of a blob, without its LF, taken from it; false at the end. */
static bool line_take(struct slice *blob, struct slice *ret_line)
{
	const uint8_t *stop = blob->n ? memchr(blob->p, '\n', blob->n) : NULL;
	size_t n = stop ? (size_t)(stop - blob->p) : blob->n;

	if (!blob->n)
		return false;
	*ret_line = slice_of(blob->p, n);
	n += stop != NULL;
	*blob = slice_of(blob->p + n, blob->n - n);
	return true;
}

static size_t lines_in(struct slice blob)
{
	struct slice line;
	size_t count = 0;

	while (line_take(&blob, &line))
		count++;
	return count;
}

static int lines_cmp(bool has_a, struct slice a, bool has_b, struct slice b)
{
	struct slice tag_a, tag_b;

	if (!has_a || !has_b)
		return has_a ? -1 : 1;
	if (batch_line_tag(a, &tag_a) || batch_line_tag(b, &tag_b))
		return 0;
	return memcmp(tag_a.p, tag_b.p, TAG_HEX_CHARS);
}

/* Both ascend by tag. */
static enum err lines_merge(const struct batch *batch, struct slice kept,
			    struct buffer *out, uint32_t *lines, struct fault *fault)
{
	struct slice own = buffer_slice(&batch->blob), a = own, b = kept;
	bool has_a = line_take(&own, &a), has_b = line_take(&kept, &b);
	size_t from = 0, to = 0;

	while (has_a || has_b) {
		int order = lines_cmp(has_a, a, has_b, b);

		if (order == 0)
			return fault_rule(fault, "claim_twice",
					  "a row of a donor who was forgotten is claimed "
					  "again");
		buffer_put_slice(out, order < 0 ? a : b);
		buffer_put_text(out, "\n");
		lines[to++] = order < 0 ? batch->lines[from++] : 0;
		if (order < 0)
			has_a = line_take(&own, &a);
		else
			has_b = line_take(&kept, &b);
	}
	return buffer_check(out, "a batch's rows", fault);
}

enum err batch_keep(struct batch *batch, const struct batch_head *head, struct slice rows,
		    struct fault *fault)
{
	size_t n = (size_t)batch->summary.head.size + lines_in(rows);
	struct rows_limits limits =
		rows_limits_of(head->source == BATCH_TILL, head->step, head->row_cap, n);
	uint32_t *lines = calloc(n + 1, sizeof *lines);
	struct tag *tags = calloc(n + 1, sizeof *tags);
	struct rows_summary summary;
	struct buffer merged;
	enum err err;

	buffer_init(&merged, (n + 1) * (ROW_LINE_BYTES_MAX + 1));
	if (!lines || !tags)
		err = fault_set(fault, ERR_MEMORY, "out of memory");
	else if (n > BATCH_ROWS_MAX)
		err = fault_set(fault, ERR_TOO_BIG, "a batch has at most %d rows",
				BATCH_ROWS_MAX);
	else
		err = lines_merge(batch, rows, &merged, lines, fault);
	if (!err)
		err = rows_summarise(buffer_slice(&merged), &limits, tags, &summary,
				     fault);
	if (err) {
		buffer_release(&merged);
		free(lines);
		free(tags);
		return err;
	}
	buffer_release(&batch->blob);
	free(batch->lines);
	free(batch->tags);
	batch->blob = merged;
	batch->lines = lines;
	batch->tags = tags;
	batch->summary = summary;
	return ERR_OK;
}
