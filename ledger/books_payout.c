/*
 * books_payout.c - what a provider says that it has transferred.
 *
 * It is owed by the provider no more, but the bank does not have it yet: it is in
 * transit, by the account transit/PAYER, until a settlement that names the payout moves
 * it to the bank. A payout may fail, even after it was said to be paid and, rarely, after
 * it had arrived; each of these is a fact of its own, and they may be told in any order.
 */
#include "ledger/books_int.h"

static const char *payout_key(struct key *key, uint64_t position)
{
	return key_of(key, "payout/%016" PRIu64, position);
}

bool payout_find(struct books *books, uint64_t position, struct payout_record *ret_payout)
{
	struct record_reader reader;
	struct key key;

	if (!books_get(books, payout_key(&key, position), &reader))
		return false;
	text_copy(ret_payout->payer, ID_BYTES, record_read_text(&reader));
	ret_payout->in_transit = cents_of(record_read_integer(&reader));
	ret_payout->month = record_read_integer(&reader);
	return !cents_is_zero(ret_payout->in_transit) ||
	       month_of_date(books_today(books)).n - ret_payout->month <=
		       BOOKS_WINDOW_MONTHS;
}

/* It stays while something is in transit, and for as long as what moved it last may be
 * undone. */
static void payout_write(struct books *books, uint64_t position,
			 const struct payout_record *payout)
{
	struct record record;
	struct key key;

	record_init(&record);
	record_text(&record, slice_of_text(payout->payer));
	record_integer(&record, cents_value(payout->in_transit));
	record_integer(&record, month_of_date(books_today(books)).n);
	books_put(books, payout_key(&key, position), &record);
	if (cents_is_zero(payout->in_transit))
		books_expire_anew(books, key.text);
	else
		books_expire_never(books, key.text);
}

static const char *transit_account(struct key *key, const char *payer)
{
	return key_of(key, "transit/%s", payer);
}

enum err apply_payout(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct slice payer = entry_text(entry, "payer");
	struct settlement_record settlement = {
		.amount = entry_cents(entry, "amount"),
		.settles = -1,
		.month = month_of_date(books_today(books)).n,
	};
	struct payout_record payout = { .in_transit = settlement.amount };
	struct member_record member;
	struct key key;
	enum err err;

	if (!member_find(books, payer, &member) || member.role != ROLE_PROVIDER)
		return fault_rule(fault, "payer", "'%.*s' is not a provider",
				  SLICE(payer));
	err = member_check_own(books, payer, fault);
	if (err)
		return err;
	text_copy(payout.payer, ID_BYTES, payer);
	text_copy(settlement.payer, ID_BYTES, payer);
	text_copy(settlement.source, sizeof settlement.source,
		  slice_of_text(transit_account(&key, payout.payer)));
	payout_write(books, books->position, &payout);
	err = settle(books, &settlement, fault);
	if (err)
		return err;
	settlement_write(books, &settlement);
	return ERR_OK;
}

enum err reverse_payout(struct books *books, uint64_t of, struct fault *fault)
{
	struct settlement_record settlement;
	struct payout_record payout;
	enum err err;

	if (!settlement_find(books, of, &settlement) || !payout_find(books, of, &payout))
		return fault_rule(fault, "reversal",
				  "position %" PRIu64 " cannot be reversed any more", of);
	err = reversal_check_age(books, settlement.month, of, fault);
	if (err)
		return err;
	payout.in_transit = books_minus(books, payout.in_transit, settlement.amount);
	payout_write(books, of, &payout);
	return settlement_undo(books, of, &settlement, fault);
}

enum err payout_check_arrives(struct books *books,
			      const struct settlement_record *settlement,
			      struct fault *fault)
{
	uint64_t of = (uint64_t)settlement->settles;
	struct payout_record payout;

	if (!settlement->of_payout || !payout_find(books, of, &payout))
		return ERR_OK;
	if (strcmp(payout.payer, settlement->payer) != 0)
		return fault_rule(fault, "payout",
				  "position %" PRIu64 " is a payout of '%s'", of,
				  payout.payer);
	if (cents_cmp(settlement->amount, payout.in_transit) > 0)
		return fault_rule(fault, "payout",
				  "%" PRId64 " cents are in transit of the payout at "
				  "position %" PRIu64 ": what is more settles nothing "
				  "of it",
				  cents_value(payout.in_transit), of);
	return ERR_OK;
}

enum err payout_arrive(struct books *books, const struct settlement_record *settlement,
		       struct cents amount, struct fault *fault)
{
	uint64_t of = (uint64_t)settlement->settles;
	struct payout_record payout;
	struct key transit;

	if (!payout_find(books, of, &payout))
		return fault_set(fault, ERR_CORRUPT,
				 "a payout's record is gone: rebuild");
	payout.in_transit = books_minus(books, payout.in_transit, amount);
	payout_write(books, of, &payout);
	return source_move(books, settlement->source,
			   transit_account(&transit, payout.payer), "settled", amount,
			   fault);
}
