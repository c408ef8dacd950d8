/*
 * books_order.c - payments handed to the bank in a file, each once.
 *
 * A file that is sent twice pays twice, and no rule of ours can call money back. So a
 * payment stands in one order for ever: it is then carried out, or comes back and has to
 * be ordered as a new payment. The file itself is outside the log, for it holds IBANs;
 * its digest tells which file it was.
 */
#include "ledger/books_int.h"

enum err order_compute(struct books *books, const struct entry *order,
		       struct cents *ret_total, struct fault *fault)
{
	struct cents total = CENTS_ZERO;
	int64_t before = -1;

	for (const struct json *item = entry_list(order, "payments")->first; item;
	     item = item->next) {
		int64_t position = item_integer(item, "payment");
		struct payment_record payment;
		enum err err;

		if (position <= before)
			return fault_rule(fault, "order",
					  "its payments do not ascend by position");
		before = position;
		err = payment_find(books, (uint64_t)position, PAYMENT_ORDERED, "order",
				   &payment, fault);
		if (err)
			return err;
		if (payment.order)
			return fault_rule(fault, "order",
					  "payment %" PRId64
					  " is in the order at position %" PRIu64
					  " already: a second file would pay it twice",
					  position, payment.order);
		err = payee_check(books, payment.payee, fault);
		if (err)
			return err;
		total = books_plus(books, total, payment.amount);
	}
	*ret_total = total;
	return ERR_OK;
}

enum err apply_order(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct account_record account;
	struct cents total;
	enum err err = account_find_active(books, entry_text(entry, "account"), "order",
					   &account, fault);

	if (!err)
		err = order_compute(books, entry, &total, fault);
	if (err)
		return err;
	if (cents_cmp(total, entry_cents(entry, "total")) != 0)
		return fault_rule(fault, "order",
				  "its payments come to %" PRId64 " cents, not %" PRId64,
				  cents_value(total),
				  cents_value(entry_cents(entry, "total")));
	for (const struct json *item = entry_list(entry, "payments")->first; item;
	     item = item->next)
		payment_order(books, (uint64_t)item_integer(item, "payment"));
	return ERR_OK;
}
