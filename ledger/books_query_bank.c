/*
 * books_query_bank.c - accounts, lines and payouts for who imports statements, for
 * books_query_bank.h. (Payments are books_payment.c's.)
 */
#include "ledger/books_query_bank.h"

#include "ledger/books_int.h"

#define ROWS_BYTES_MAX ((size_t)256 << 20)

/* The rows of an array under way: what malloc() gave is handed on. */
static enum err rows_finish(struct books *books, struct buffer *rows, size_t bytes_each,
			    void **ret_array, size_t *ret_count, struct fault *fault)
{
	enum err err = state_err(books->state);

	if (!err)
		err = buffer_err(rows);
	if (err) {
		buffer_release(rows);
		return fault_set(fault, err,
				 "the ledger's state could not be read whole");
	}
	*ret_count = rows->n / bytes_each;
	*ret_array = rows->p;
	return ERR_OK;
}

enum err query_bank_accounts(struct books *books, struct bank_account_view **ret_accounts,
			     size_t *ret_count, struct fault *fault)
{
	struct state_cursor cursor;
	struct buffer rows;

	buffer_init(&rows, ROWS_BYTES_MAX);
	for (state_first(books->state, &cursor, "account/"); cursor.found;
	     state_next(books->state, &cursor)) {
		struct slice id = slice_of_text(cursor.key + strlen("account/"));
		struct bank_account_view view = { .active = false };
		struct account_record account;
		struct key key;

		if (!account_find(books, id, &account))
			continue;
		text_copy(view.id, sizeof view.id, id);
		text_copy(view.iban, sizeof view.iban, slice_of_text(account.iban));
		view.active = account.active;
		view.stated = account.stated_on.day >= 0;
		view.stated_on = account.stated_on;
		view.balance = books_balance(books, account_bank(&key, account.id));
		buffer_put(&rows, &view, sizeof view);
	}
	return rows_finish(books, &rows, sizeof **ret_accounts, (void **)ret_accounts,
			   ret_count, fault);
}

enum err query_bank_lines(struct books *books, struct bank_line_view **ret_lines,
			  size_t *ret_count, struct fault *fault)
{
	struct state_cursor cursor;
	struct buffer rows;

	buffer_init(&rows, ROWS_BYTES_MAX);
	for (state_first(books->state, &cursor, "unexplained/"); cursor.found;
	     state_next(books->state, &cursor)) {
		struct bank_line_view view = { .statement = 0 };
		struct bank_line line;

		if (!bank_line_of_key(cursor.key + strlen("unexplained/"), cursor.value,
				      &line))
			continue;
		view.statement = line.statement;
		view.number = line.number;
		view.open = line.open;
		view.booked_on = line.booked_on;
		text_copy(view.account, sizeof view.account, slice_of_text(line.account));
		buffer_put(&rows, &view, sizeof view);
	}
	return rows_finish(books, &rows, sizeof **ret_lines, (void **)ret_lines,
			   ret_count, fault);
}

enum err query_bank_payouts(struct books *books, struct bank_payout_view **ret_payouts,
			    size_t *ret_count, struct fault *fault)
{
	struct state_cursor cursor;
	struct buffer rows;

	buffer_init(&rows, ROWS_BYTES_MAX);
	for (state_first(books->state, &cursor, "payout/"); cursor.found;
	     state_next(books->state, &cursor)) {
		/* As payout_find() reads it, who asks what day it is: of a query there is
		 * none. */
		struct record_reader reader = record_reader(cursor.value);
		struct bank_payout_view view = {
			.position = strtoull(cursor.key + strlen("payout/"), NULL, 10)
		};

		text_copy(view.payer, sizeof view.payer, record_read_text(&reader));
		view.in_transit = cents_of(record_read_integer(&reader));
		if (!cents_is_positive(view.in_transit))
			continue;
		buffer_put(&rows, &view, sizeof view);
	}
	return rows_finish(books, &rows, sizeof **ret_payouts, (void **)ret_payouts,
			   ret_count, fault);
}
