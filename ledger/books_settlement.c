/*
 * books_settlement.c - money that arrived: what it pays, and what is too much.
 *
 * A settlement pays first the entry that its reference names, then the payer's
 * oldest lines; what is left becomes the payer's credit, which its next batch
 * uses. What each settlement paid is kept for as long as it may be reversed.
 */
#include "ledger/books_int.h"

/* Pays what one entry made the payer owe. */
static enum err settle_one(struct books *books, struct settlement_record *settlement,
			   uint64_t position, const char *trail, struct fault *fault)
{
	struct slice payer = slice_of_text(settlement->payer);
	struct line_set lines;
	enum err err = lines_read(books, payer, position, &lines, fault);

	if (err)
		return err;
	return lines_pay(books, payer, &lines, settlement->source, trail,
			 settlement->rest, &settlement->rest, fault);
}

/* What the transfer's reference names: one entry, or the batches of a remittance. */
static enum err settle_named(struct books *books, struct settlement_record *settlement,
			     const char *trail, struct fault *fault)
{
	uint64_t named = (uint64_t)settlement->settles, batch = 0;
	enum err err = ERR_OK;

	if (!remittance_is(books, named))
		return settle_one(books, settlement, named, trail, fault);
	while (!err && remittance_batch(books, named, batch, &batch))
		err = settle_one(books, settlement, batch++, trail, fault);
	return err;
}

static enum err settle_oldest(struct books *books, struct settlement_record *settlement,
			      const char *trail, struct fault *fault)
{
	struct slice payer = slice_of_text(settlement->payer);
	uint64_t position = 0;

	while (cents_is_positive(settlement->rest) &&
	       lines_next(books, payer, position, &position)) {
		enum err err = settle_one(books, settlement, position++, trail, fault);

		if (err)
			return err;
	}
	return ERR_OK;
}

enum err settle(struct books *books, struct settlement_record *settlement,
		struct fault *fault)
{
	struct key trail, key, credit;
	enum err err = ERR_OK;

	settlement->rest = CENTS_ZERO;
	if (settlement->of_payout)
		return payout_arrive(books, settlement, settlement->amount, fault);
	key_of(&trail, "applied/%016" PRIu64, books->position);
	settlement->rest = settlement->amount;
	if (settlement->settles >= 0)
		err = settle_named(books, settlement, trail.text, fault);
	if (!err)
		err = settle_oldest(books, settlement, trail.text, fault);
	if (!err)
		err = source_move(
			books, settlement->source,
			credit_account(&credit, slice_of_text(settlement->payer)),
			"overpaid", settlement->rest, fault);
	if (!err)
		trail_expire(books, key_of(&key, "%s/", trail.text));
	return err;
}

static const char *settled_key(struct key *key, uint64_t position)
{
	return key_of(key, "settled/%016" PRIu64, position);
}

bool settlement_find(struct books *books, uint64_t position,
		     struct settlement_record *ret_settlement)
{
	struct record_reader reader;
	struct key key;

	if (!books_get(books, settled_key(&key, position), &reader))
		return false;
	text_copy(ret_settlement->payer, ID_BYTES, record_read_text(&reader));
	text_copy(ret_settlement->source, sizeof ret_settlement->source,
		  record_read_text(&reader));
	ret_settlement->amount = cents_of(record_read_integer(&reader));
	ret_settlement->rest = cents_of(record_read_integer(&reader));
	ret_settlement->settles = record_read_integer(&reader);
	ret_settlement->month = record_read_integer(&reader);
	ret_settlement->by_reversal = record_read_integer(&reader) != 0;
	ret_settlement->of_payout = record_read_integer(&reader) != 0;
	return true;
}

void settlement_write(struct books *books, const struct settlement_record *settlement)
{
	struct month month = { .n = (int32_t)settlement->month };
	struct record record;
	struct key key;

	record_init(&record);
	record_text(&record, slice_of_text(settlement->payer));
	record_text(&record, slice_of_text(settlement->source));
	record_integer(&record, cents_value(settlement->amount));
	record_integer(&record, cents_value(settlement->rest));
	record_integer(&record, settlement->settles);
	record_integer(&record, settlement->month);
	record_integer(&record, settlement->by_reversal);
	record_integer(&record, settlement->of_payout);
	books_put(books, settled_key(&key, books->position), &record);
	if (month_add(month, BOOKS_WINDOW_MONTHS, &month) == ERR_OK)
		books_expire(books, month, key.text);
}

bool settlement_is_banked(const struct settlement_record *settlement)
{
	return account_is_cash(settlement->source);
}

bool settlement_is_told_by(struct books *books, uint64_t position, struct slice payer)
{
	struct settlement_record settlement;

	return settlement_find(books, position, &settlement) &&
	       !settlement_is_banked(&settlement) &&
	       slice_equal_text(payer, settlement.payer);
}

enum err apply_settlement(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct slice payer = entry_text(entry, "payer");
	struct settlement_record settlement = {
		.amount = entry_cents(entry, "amount"),
		.settles = -1,
		.month = month_of_date(books_today(books)).n,
	};
	struct member_record member;
	struct key cash;
	enum err err;

	if (!member_find(books, payer, &member))
		return fault_rule(fault, "payer", "'%.*s' is not a member", SLICE(payer));
	if (slice_equal(payer, entry->by))
		return fault_rule(fault, "payer",
				  "a payer does not record its own settlement");
	if (entry_has(entry, "settles")) {
		struct payout_record payout;

		settlement.settles = (int64_t)entry_position(entry, "settles");
		if ((uint64_t)settlement.settles >= books->position)
			return fault_rule(fault, "settles",
					  "it settles an entry that is not there yet");
		settlement.of_payout =
			payout_find(books, (uint64_t)settlement.settles, &payout);
	}
	/* A transfer under an old company's name pays what the new one owes. */
	member_now(books, payer, settlement.payer);
	err = payout_check_arrives(books, &settlement, fault);
	if (!err)
		err = citation_use(books, settlement.amount, &cash, fault);
	if (err)
		return err;
	text_copy(settlement.source, sizeof settlement.source, slice_of_text(cash.text));
	err = settle(books, &settlement, fault);
	if (err)
		return err;
	settlement_write(books, &settlement);
	return ERR_OK;
}

enum err settlement_undo(struct books *books, uint64_t of,
			 const struct settlement_record *settlement, struct fault *fault)
{
	struct cents from_credit = settlement->rest;
	char payer_text[ID_BYTES];
	struct state_cursor cursor;
	struct slice payer;
	struct key key;

	if (settlement->of_payout)
		return payout_arrive(books, settlement, cents_neg(settlement->amount),
				     fault);
	member_now(books, slice_of_text(settlement->payer), payer_text);
	payer = slice_of_text(payer_text);
	key_of(&key, "applied/%016" PRIu64 "/", of);
	for (state_first(books->state, &cursor, key.text); cursor.found;
	     state_next(books->state, &cursor)) {
		struct cents taken;
		struct line line;
		enum err err = line_of_key(cursor.key + strlen(key.text), cursor.value,
					   &line, fault);

		if (err)
			return err;
		/* A promise that was itself reversed is owed no more: what was
		 * paid for it is the payer's credit by now. */
		if (reversal_was(books, line.position)) {
			from_credit = books_plus(books, from_credit, line.open);
			continue;
		}
		taken = taken_use(books, payer, &line, line.open);
		from_credit = books_plus(books, from_credit, taken);
		err = line_unpay(books, payer, &line, settlement->source,
				 books_minus(books, line.open, taken), fault);
		if (err)
			return err;
	}
	if (cents_is_zero(from_credit))
		return ERR_OK;
	return credit_take(books, payer, from_credit, settlement->source, "reversed",
			   fault);
}

enum err reverse_settlement(struct books *books, uint64_t of, struct fault *fault)
{
	struct settlement_record settlement;
	struct key cash;
	enum err err;

	if (!settlement_find(books, of, &settlement))
		return fault_rule(fault, "reversal",
				  "position %" PRIu64 " cannot be reversed any more", of);
	if (settlement.by_reversal)
		return fault_rule(fault, "reversal",
				  "position %" PRIu64 " is itself a reversal", of);
	err = reversal_check_age(books, settlement.month, of, fault);
	if (!err && settlement_is_banked(&settlement)) {
		err = citation_undo(books, of, cents_neg(settlement.amount), &cash,
				    fault);
		if (!err)
			text_copy(settlement.source, sizeof settlement.source,
				  slice_of_text(cash.text));
	}
	return err ? err : settlement_undo(books, of, &settlement, fault);
}
