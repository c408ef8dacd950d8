/*
 * books_query_bank.c - payments and payouts on their way, for books_query_bank.h.
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

enum err query_bank_payments(struct books *books, struct bank_payment_view **ret_payments,
			     size_t *ret_count, struct fault *fault)
{
	struct state_cursor cursor;
	struct buffer rows;

	buffer_init(&rows, ROWS_BYTES_MAX);
	for (state_first(books->state, &cursor, "payment/"); cursor.found;
	     state_next(books->state, &cursor)) {
		struct bank_payment_view view = {
			.position = strtoull(cursor.key + strlen("payment/"), NULL, 10)
		};
		struct payment_record payment;

		view.paid = payment_find(books, view.position, PAYMENT_PAID, "", &payment,
					 NULL) == ERR_OK;
		if (!view.paid && payment_find(books, view.position, PAYMENT_ORDERED, "",
					       &payment, NULL) != ERR_OK)
			continue;
		view.proposal = payment.proposal;
		view.amount = payment.amount;
		view.order = payment.order;
		view.flagged = payee_check(books, payment.payee, NULL) != ERR_OK;
		text_copy(view.payee, sizeof view.payee, slice_of_text(payment.payee));
		buffer_put(&rows, &view, sizeof view);
	}
	return rows_finish(books, &rows, sizeof **ret_payments, (void **)ret_payments,
			   ret_count, fault);
}
