/*
 * books_fee.c - what a provider or collector keeps for its service.
 *
 * The gift stays what its giver gave: the fee is an expense of its own, of the fund that
 * runs the foundation. It pays what its payer owes as money would, first of the gift
 * that it was kept of; and what is not owed any more (a dispute's fee after the payout)
 * is credit, which the payer keeps from its next gifts.
 */
#include "ledger/books_int.h"

/* A gift whose record has expired is taken at its word: it only says what is paid
 * first. */
static enum err check_gift(struct books *books, const struct settlement_record *fee,
			   struct fault *fault)
{
	uint64_t of = (uint64_t)fee->settles;
	int64_t today = month_of_date(books_today(books)).n;
	struct promise_record promise;

	if (of >= books->position)
		return fault_rule(fault, "fee",
				  "it is kept of an entry that is not there yet");
	if (promise_find(books, of, &promise) &&
	    today - promise.month <= BOOKS_WINDOW_MONTHS &&
	    strcmp(promise.payer, fee->payer) != 0)
		return fault_rule(fault, "fee",
				  "position %" PRIu64 " was promised by '%s'", of,
				  promise.payer);
	return ERR_OK;
}

enum err fee_keep(struct books *books, struct settlement_record *fee, struct fault *fault)
{
	enum fund_class class;
	enum err err;

	if (!fund_find(books, slice_of_text(FEE_FUND), &class))
		return fault_rule(fault, "fee",
				  "the charter has no fund '" FEE_FUND
				  "', which bears the expense: add it first");
	text_copy(fee->source, sizeof fee->source, slice_of_text(FEE_ACCOUNT));
	fee->month = month_of_date(books_today(books)).n;
	err = settle(books, fee, fault);
	if (err)
		return err;
	settlement_write(books, fee);
	return ERR_OK;
}

enum err apply_fee(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct slice payer = entry_text(entry, "payer");
	struct settlement_record fee = {
		.amount = entry_cents(entry, "amount"),
		.settles = -1,
	};
	struct member_record member;
	enum err err;

	if (!member_find(books, payer, &member) ||
	    !(member.role & (ROLE_PROVIDER | ROLE_COLLECTOR)))
		return fault_rule(fault, "payer",
				  "'%.*s' is neither a provider nor a collector",
				  SLICE(payer));
	err = member_check_own(books, payer, fault);
	if (err)
		return err;
	text_copy(fee.payer, ID_BYTES, payer);
	if (entry_has(entry, "of")) {
		fee.settles = (int64_t)entry_position(entry, "of");
		err = check_gift(books, &fee, fault);
		if (err)
			return err;
	}
	return fee_keep(books, &fee, fault);
}
