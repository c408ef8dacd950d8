/*
 * owed.c - see owed.h.
 */
#include "reports/owed.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/reference.h"
#include "reports/naming.h"

static bool line_continues(const struct owed_entry *entry,
			   const struct receivable_view *line)
{
	return entry->position == line->position && entry->part == line->part &&
	       strcmp(entry->payer, line->payer) == 0;
}

/* Lines of one entry and instalment stand together: the order of settling. */
static enum err lines_join(const struct receivable_view *lines, size_t count,
			   struct owed *owed, struct fault *fault)
{
	for (size_t i = 0; i < count; i++) {
		const struct receivable_view *line = &lines[i];
		struct owed_entry *entry = owed->n ? &owed->p[owed->n - 1] : NULL;

		if (!entry || !line_continues(entry, line)) {
			entry = &owed->p[owed->n++];
			memcpy(entry->payer, line->payer, sizeof entry->payer);
			entry->position = line->position;
			entry->part = line->part;
			entry->due_on = line->due_on;
			entry->open = CENTS_ZERO;
		}
		if (cents_add(entry->open, line->open, &entry->open) != ERR_OK)
			return fault_set(fault, ERR_TOO_BIG,
					 "a sum of the report passes 2^53 - 1 cents");
	}
	return ERR_OK;
}

static int position_cmp(const void *x, const void *y)
{
	const struct owed_entry *const *a = x, *const *b = y;

	return ((*a)->position > (*b)->position) - ((*a)->position < (*b)->position);
}

static void positions_sort(struct owed *owed)
{
	for (size_t i = 0; i < owed->n; i++)
		owed->by_position[i] = &owed->p[i];
	qsort(owed->by_position, owed->n, sizeof(struct owed_entry *), position_cmp);
}

enum err owed_read(struct books *books, struct slice payer, struct owed *ret_owed,
		   struct fault *fault)
{
	struct receivable_view *lines = NULL;
	size_t count = 0;
	enum err err;

	*ret_owed = (struct owed){ .n = 0 };
	err = query_receivables(books, payer, &lines, &count, fault);
	if (err || !count)
		goto out;
	ret_owed->p = calloc(count, sizeof *ret_owed->p);
	ret_owed->by_position = calloc(count, sizeof(struct owed_entry *));
	if (!ret_owed->p || !ret_owed->by_position) {
		err = fault_set(fault, ERR_MEMORY, "out of memory for what is owed");
		goto out;
	}
	err = lines_join(lines, count, ret_owed, fault);
	if (!err)
		positions_sort(ret_owed);
out:
	free(lines);
	return err;
}

void owed_release(struct owed *owed)
{
	free(owed->p);
	free(owed->by_position);
}

void owed_see(struct owed *owed, enum lang lang, uint64_t position,
	      const struct entry *entry)
{
	while (owed->seen < owed->n &&
	       owed->by_position[owed->seen]->position == position) {
		struct owed_entry *next = owed->by_position[owed->seen++];

		next->name = naming_entry(lang, entry);
		next->date = entry->date;
	}
}

int32_t owed_days_late(const struct owed_entry *entry, struct date today)
{
	return date_days(entry->due_on, today);
}

void owed_columns(struct table *table, enum lang lang)
{
	table_column(table, "position", tr(lang, MSG_POSITION), VALUE_ORDINAL);
	table_column(table, "kind", tr(lang, MSG_ENTRY), VALUE_TEXT);
	table_column(table, "due_on", tr(lang, MSG_DUE_ON), VALUE_DATE);
	table_column(table, "age", tr(lang, MSG_AGE), VALUE_ORDINAL);
	table_column(table, "days_late", tr(lang, MSG_DAYS_LATE), VALUE_ORDINAL);
	table_column(table, "open", tr(lang, MSG_RECEIVABLE_END), VALUE_CENTS);
	table_column(table, "reference", tr(lang, MSG_TRANSFER_REFERENCE), VALUE_MONO);
}

void owed_cells(struct table *table, const struct owed_entry *entry, struct date today)
{
	int32_t days_late = owed_days_late(entry, today);
	char reference[REFERENCE_TEXT_BYTES];

	assert(entry->name); /* what is owed stands in the log */
	reference_of_position(entry->position, reference);
	cell_integer(table, (int64_t)entry->position);
	cell_text(table, entry->name);
	cell_date(table, entry->due_on);
	cell_integer(table, date_days(entry->date, today));
	if (days_late > 0)
		cell_integer(table, days_late);
	else
		cell_empty(table);
	cell_cents(table, entry->open);
	cell_text(table, reference);
}

void owed_sum_cells(struct table *table, enum lang lang, struct cents sum)
{
	cell_empty(table); /* position */
	cell_text(table, tr(lang, MSG_SUBTOTAL));
	cell_empty(table); /* due_on */
	cell_empty(table); /* age */
	cell_empty(table); /* days_late */
	cell_cents(table, sum);
	cell_empty(table); /* reference */
}
