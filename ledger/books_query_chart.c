/*
 * books_query_chart.c - see books_query_chart.h.
 */
#include "ledger/books_query_chart.h"

#include "ledger/books_int.h"

#define PREFIX         "ab/" CHART_NOUN "/"
#define ROWS_BYTES_MAX ((size_t)64 << 20)

enum err query_chart(struct books *books, struct chart_view **ret_accounts,
		     size_t *ret_count, struct fault *fault)
{
	struct state_cursor cursor;
	struct buffer rows;
	enum err err;

	buffer_init(&rows, ROWS_BYTES_MAX);
	for (state_first(books->state, &cursor, PREFIX); cursor.found;
	     state_next(books->state, &cursor)) {
		struct slice number = slice_of_text(cursor.key + strlen(PREFIX));
		struct record_reader reader = record_reader(cursor.value);
		struct chart_view view = { .label = chart_label(number) };

		if (!view.label)
			view.label = "";
		text_copy(view.number, sizeof view.number, number);
		view.balance = cents_of(record_read_integer(&reader));
		buffer_put(&rows, &view, sizeof view);
	}
	err = state_err(books->state);
	if (!err)
		err = buffer_err(&rows);
	if (err) {
		buffer_release(&rows);
		return fault_set(fault, err,
				 "the ledger's state could not be read whole");
	}
	*ret_count = rows.n / sizeof **ret_accounts;
	*ret_accounts = (struct chart_view *)(void *)rows.p;
	return ERR_OK;
}
