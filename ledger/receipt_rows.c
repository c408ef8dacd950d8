/*
 * receipt_rows.c - see receipt_rows.h.
 */
#include "ledger/receipt_rows.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/books_query_receipt.h"
#include "ledger/entry.h"
#include "ledger/rows.h"

/* The next line without its line feed; false at the end. */
static bool line_next(struct slice *rest, struct slice *ret_line)
{
	const uint8_t *end = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;

	if (!end)
		return false;
	*ret_line = slice_of(rest->p, (size_t)(end - rest->p));
	*rest = slice_of(end + 1, rest->n - ret_line->n - 1);
	return true;
}

/* ---- marks of a receipt ---- */

struct marks {
	size_t count, met;
	const struct json **item; /* ascending by mark */
	struct cents sum;
};

static int mark_cmp(const void *key, const void *item)
{
	struct slice mark = item_text(*(const struct json *const *)item, "mark");

	return memcmp(key, mark.p, MARK_HEX_BYTES - 1);
}

static enum err row_meet(struct marks *marks, const struct row *row, struct fault *fault)
{
	char mark[MARK_HEX_BYTES];
	struct cents amount;

	receipt_mark(&row->tag, mark);
	if (!bsearch(mark, marks->item, marks->count, sizeof *marks->item, mark_cmp))
		return ERR_OK;
	if (row->giver != GIVER_PERSON)
		return fault_rule(fault, "receipt_rows",
				  "a receipt stands on a row that is no individual's");
	if (cents_add(row->roundup, row->extra, &amount) ||
	    cents_add(marks->sum, amount, &marks->sum))
		return fault_rule(fault, "receipt_rows", "a row's amount is too large");
	marks->met++;
	return ERR_OK;
}

static enum err rows_meet(struct marks *marks, struct slice rows, struct fault *fault)
{
	struct slice line;
	struct row row;
	enum err err = ERR_OK;

	while (!err && line_next(&rows, &line)) {
		err = row_decode(line, &row, fault);
		if (!err)
			err = row_meet(marks, &row, fault);
	}
	return err;
}

static enum err marks_check(const struct marks *marks, const struct json *item,
			    struct fault *fault)
{
	int64_t batch = item_integer(item, "batch");

	if (marks->met != marks->count)
		return fault_rule(fault, "receipt_rows",
				  "%zu marks are of no row in force of the batch at "
				  "position %" PRId64,
				  marks->count - marks->met, batch);
	if (cents_cmp(marks->sum, item_cents(item, "amount")) != 0)
		return fault_rule(fault, "receipt_rows",
				  "the rows of position %" PRId64
				  " that are marked add up to %" PRId64
				  " cents, not to %" PRId64,
				  batch, cents_value(marks->sum),
				  cents_value(item_cents(item, "amount")));
	return ERR_OK;
}

enum err receipt_rows_check(const struct json *item, struct slice rows,
			    struct fault *fault)
{
	const struct json *list = json_get(item, "marks");
	struct marks marks = { .count = list->count, .sum = CENTS_ZERO };
	size_t n = 0;
	enum err err;

	marks.item = calloc(marks.count + 1, sizeof *marks.item);
	if (!marks.item)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	for (const struct json *mark = list->first; mark; mark = mark->next)
		marks.item[n++] = mark;
	err = rows_meet(&marks, rows, fault);
	if (!err)
		err = marks_check(&marks, item, fault);
	free(marks.item);
	return err;
}

/* ---- corrections ---- */

/* Both ascend by tag, so that `after` is only ever walked on. */
static bool line_stands(struct slice *after, const struct row *row, struct slice line)
{
	struct slice other;
	struct row met;

	while (line_next(after, &other)) {
		if (row_decode(other, &met, NULL) != ERR_OK)
			return false;
		if (tag_cmp(&met.tag, &row->tag) >= 0)
			return slice_equal(other, line);
	}
	return false;
}

enum err receipt_rows_check_kept(struct books *books, struct slice before,
				 struct slice after, struct fault *fault)
{
	struct slice line;
	struct row row;
	size_t number = 0;

	while (line_next(&before, &line)) {
		enum err err = row_decode(line, &row, fault);

		if (err)
			return err;
		number++;
		if (query_receipt_mark(books, &row.tag) &&
		    !line_stands(&after, &row, line))
			return fault_rule(fault, "receipt_rows",
					  "row %zu of the rows of before stands on a tax "
					  "receipt: make that void first",
					  number);
	}
	return ERR_OK;
}
