/*
 * books_refund.c - money given back to who gave it, or taken back by who had paid it.
 *
 * Both are the world's facts: they are recorded though a fund goes overdrawn. A refund
 * through our bank is paid out of the fund; one through the payer (a provider, who gives
 * it back out of what it owes us, or will) lessens what it owes. A chargeback of a gift
 * is a refund through the payer that nobody here has decided; a chargeback of a
 * settlement is a transfer that the bank has undone.
 */
#include "ledger/books_int.h"

enum refund_what {
	REFUND_CREDIT,
	REFUND_BANK,
	REFUND_PAYER,
	REFUND_SETTLEMENT, /* a chargeback of one */
	REFUND_CHARGEBACK, /* of a gift: through its payer, as REFUND_PAYER */
};

struct refund_record {
	enum refund_what what;
	uint64_t of;
	char payer[ID_BYTES];
	char fund[ID_BYTES], earmark[ID_BYTES];
	struct cents amount;
	int64_t month; /* recorded in */
};

static const char *refund_key(struct key *key, uint64_t position)
{
	return key_of(key, "refund/%016" PRIu64, position);
}

static void refund_write(struct books *books, const struct refund_record *refund)
{
	struct month month = month_of_date(books_today(books));
	struct record record;
	struct key key;

	record_init(&record);
	record_integer(&record, refund->what);
	record_integer(&record, (int64_t)refund->of);
	record_text(&record, slice_of_text(refund->payer));
	record_text(&record, slice_of_text(refund->fund));
	record_text(&record, slice_of_text(refund->earmark));
	record_integer(&record, cents_value(refund->amount));
	record_integer(&record, month.n);
	books_put(books, refund_key(&key, books->position), &record);
	if (month_add(month, BOOKS_WINDOW_MONTHS, &month) == ERR_OK)
		books_expire(books, month, key.text);
}

static bool refund_read(struct books *books, uint64_t position,
			struct refund_record *ret_refund)
{
	struct record_reader reader;
	struct key key;

	if (!books_get(books, refund_key(&key, position), &reader))
		return false;
	ret_refund->what = (enum refund_what)record_read_integer(&reader);
	ret_refund->of = (uint64_t)record_read_integer(&reader);
	text_copy(ret_refund->payer, ID_BYTES, record_read_text(&reader));
	text_copy(ret_refund->fund, ID_BYTES, record_read_text(&reader));
	text_copy(ret_refund->earmark, ID_BYTES, record_read_text(&reader));
	ret_refund->amount = cents_of(record_read_integer(&reader));
	ret_refund->month = record_read_integer(&reader);
	return true;
}

bool refund_is_told_by(struct books *books, uint64_t position, struct slice payer)
{
	struct refund_record refund;

	return refund_read(books, position, &refund) &&
	       (refund.what == REFUND_PAYER || refund.what == REFUND_CHARGEBACK) &&
	       slice_equal_text(payer, refund.payer);
}

/* ---- what is given back ---- */

/* What is given back of a promise, by one of the ways, is within its amount. A provider
 * may have refunded what is charged back all the same: that is lost twice. */
static enum err check_promise(struct books *books, uint64_t of, enum refund_what what,
			      struct promise_record *ret_promise, struct fault *fault)
{
	const char *rule = what == REFUND_CHARGEBACK ? "chargeback" : "refund";
	struct cents amount = entry_cents(books->entry, "amount"), back;

	if (!promise_find(books, of, ret_promise) || ret_promise->in_kind ||
	    ret_promise->condition[0])
		return fault_rule(
			fault, rule,
			"position %" PRIu64
			" is not money that was promised, or is long past: what "
			"is given back without it is the payer's credit",
			of);
	back = ret_promise->back; /* our bank gives back only what is left */
	if (what == REFUND_CHARGEBACK)
		back = ret_promise->charged;
	else if (what == REFUND_PAYER)
		back = books_minus(books, back, ret_promise->charged);
	back = books_plus(books, back, amount);
	if (cents_cmp(back, ret_promise->amount) > 0)
		return fault_rule(fault, rule,
				  "%" PRId64
				  " cents are given back in all, more than the "
				  "%" PRId64 " that were promised",
				  cents_value(back), cents_value(ret_promise->amount));
	return ERR_OK;
}

/* A provider tells what it has done itself, and nothing of others or of our bank. */
static enum err check_submitter(struct books *books, struct slice payer, bool by_payer,
				struct fault *fault)
{
	struct member_record submitter;

	if (!member_find(books, books->entry->by, &submitter))
		return fault_rule(fault, "member", "the submitter is not a member");
	if (submitter.role == ROLE_PROVIDER &&
	    (!by_payer || !slice_equal(books->entry->by, payer)))
		return fault_rule(
			fault, "payer",
			"a provider records what it gave back itself, of what it "
			"owes");
	return ERR_OK;
}

static enum err give_back_by_payer(struct books *books, uint64_t of,
				   const struct promise_record *promise,
				   enum promise_loss loss, struct fault *fault)
{
	struct line like = promise_line(promise, of);
	struct taking taking = { .any_position = false };
	struct cents amount = entry_cents(books->entry, "amount");
	enum err err = promise_take_back(books, slice_of_text(promise->payer), &like,
					 amount, &taking, fault);

	if (err)
		return err;
	promise_take(books, of, PROMISE_OFF, cents_neg(taking.off));
	promise_take(books, of, loss, amount);
	return ERR_OK;
}

static enum err give_back_by_bank(struct books *books, uint64_t of,
				  const struct promise_record *promise,
				  struct fault *fault)
{
	struct cents amount = entry_cents(books->entry, "amount");
	struct line like;
	struct key key, cash;
	enum err err = citation_use(books, cents_neg(amount), &cash, fault);

	if (err)
		return err;
	promise_take(books, of, PROMISE_BACK, amount);
	like = promise_line(promise, of);
	given_change(books, slice_of_text(promise->payer), &like, cents_neg(amount));
	return books_move(books,
			  account_of(&key, "fund", slice_of_text(promise->fund),
				     slice_of_text(promise->earmark)),
			  cash.text, "refunded", amount, fault);
}

static struct refund_record refund_of_promise(enum refund_what what, uint64_t of,
					      const struct promise_record *promise,
					      struct cents amount)
{
	struct refund_record refund = { .what = what, .of = of, .amount = amount };

	memcpy(refund.payer, promise->payer, ID_BYTES);
	memcpy(refund.fund, promise->fund, ID_BYTES);
	memcpy(refund.earmark, promise->earmark, ID_BYTES);
	return refund;
}

static enum err refund_credit(struct books *books, const char *payer, bool by_payer,
			      struct fault *fault)
{
	struct refund_record refund = { .what = REFUND_CREDIT,
					.amount = entry_cents(books->entry, "amount") };
	struct key cash;
	enum err err;

	if (by_payer)
		return fault_rule(fault, "refund",
				  "a payer's credit is given back by our bank, or it is "
				  "used");
	err = citation_use(books, cents_neg(refund.amount), &cash, fault);
	if (err)
		return err;
	memcpy(refund.payer, payer, ID_BYTES);
	refund_write(books, &refund);
	return credit_take(books, slice_of_text(payer), refund.amount, cash.text,
			   "refunded", fault);
}

enum err apply_refund(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	bool by_payer = text_is(entry_text(entry, "through"), "payer");
	uint64_t of = entry_position(entry, "of");
	struct slice payer = entry_text(entry, "payer");
	struct promise_record promise;
	struct refund_record refund;
	struct member_record member;
	char payer_now[ID_BYTES];
	enum err err;

	if (!member_find(books, payer, &member))
		return fault_rule(fault, "payer", "'%.*s' is not a member", SLICE(payer));
	err = check_submitter(books, payer, by_payer, fault);
	if (err)
		return err;
	member_now(books, payer, payer_now);
	if (!entry_has(entry, "of"))
		return refund_credit(books, payer_now, by_payer, fault);
	err = check_promise(books, of, by_payer ? REFUND_PAYER : REFUND_BANK, &promise,
			    fault);
	/* What a provider gave back has happened; what our bank gives back is our act. */
	if (!err && !by_payer)
		err = given_check_free(books, of, promise.class, fault);
	if (err)
		return err;
	if (strcmp(promise.payer, payer_now) != 0)
		return fault_rule(fault, "payer",
				  "position %" PRIu64 " was promised by '%s'", of,
				  promise.payer);
	refund = refund_of_promise(by_payer ? REFUND_PAYER : REFUND_BANK, of, &promise,
				   entry_cents(entry, "amount"));
	refund_write(books, &refund);
	return by_payer ? give_back_by_payer(books, of, &promise, PROMISE_BACK, fault)
			: give_back_by_bank(books, of, &promise, fault);
}

/* ---- what is taken back ---- */

static enum err chargeback_settlement(struct books *books, uint64_t of,
				      const struct settlement_record *settlement,
				      struct fault *fault)
{
	struct refund_record refund = { .what = REFUND_SETTLEMENT,
					.of = of,
					.amount = settlement->amount };
	struct settlement_record undone = *settlement;
	struct key cash;
	enum err err;

	if (!settlement_is_banked(settlement))
		return fault_rule(fault, "chargeback",
				  "position %" PRIu64
				  " is money that its payer told of: it is reversed",
				  of);
	if (reversal_was(books, of))
		return fault_rule(fault, "chargeback",
				  "position %" PRIu64 " was undone already", of);
	if (cents_cmp(settlement->amount, entry_cents(books->entry, "amount")) != 0)
		return fault_rule(fault, "chargeback",
				  "the bank takes a transfer back whole: %" PRId64
				  " cents",
				  cents_value(settlement->amount));
	err = reversal_check_age(books, settlement->month, of, fault);
	if (!err)
		err = citation_use(books, cents_neg(settlement->amount), &cash, fault);
	if (err)
		return err;
	memcpy(refund.payer, settlement->payer, ID_BYTES);
	refund_write(books, &refund);
	reversal_mark(books, of);
	text_copy(undone.source, sizeof undone.source, slice_of_text(cash.text));
	return settlement_undo(books, of, &undone, fault);
}

enum err apply_chargeback(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	uint64_t of = entry_position(entry, "of");
	struct settlement_record settlement;
	struct promise_record promise;
	struct refund_record refund;
	enum err err;

	if (settlement_find(books, of, &settlement)) {
		err = check_submitter(books, slice_of_text(settlement.payer), false,
				      fault);
		return err ? err : chargeback_settlement(books, of, &settlement, fault);
	}
	err = check_promise(books, of, REFUND_CHARGEBACK, &promise, fault);
	if (err)
		return err;
	if (strncmp(promise.flow, "gift.", 5) != 0)
		return fault_rule(
			fault, "chargeback",
			"position %" PRIu64 " is neither a gift nor a settlement", of);
	err = check_submitter(books, slice_of_text(promise.payer), true, fault);
	if (err)
		return err;
	refund = refund_of_promise(REFUND_CHARGEBACK, of, &promise,
				   entry_cents(entry, "amount"));
	refund_write(books, &refund);
	return give_back_by_payer(books, of, &promise, PROMISE_CHARGED, fault);
}

/* ---- undone ---- */

/* The money is at the bank again. A promise that was itself reversed meanwhile has left
 * this part out; so it is its payer's by now. */
static enum err undo_bank(struct books *books, const struct refund_record *refund,
			  const char *cash, struct fault *fault)
{
	struct promise_record promise;
	char payer[ID_BYTES];
	struct line like;
	struct key key;

	if (reversal_was(books, refund->of)) {
		member_now(books, slice_of_text(refund->payer), payer);
		credit_account(&key, slice_of_text(payer));
	} else {
		account_of(&key, "fund", slice_of_text(refund->fund),
			   slice_of_text(refund->earmark));
		promise_take(books, refund->of, PROMISE_BACK, cents_neg(refund->amount));
		if (promise_find(books, refund->of, &promise)) {
			like = promise_line(&promise, refund->of);
			given_change(books, slice_of_text(promise.payer), &like,
				     refund->amount);
		}
	}
	return books_move(books, cash, key.text, "refunded", refund->amount, fault);
}

/* The payer owes it again; what it has not used of its credit pays it. */
static enum err undo_payer(struct books *books, const struct refund_record *refund,
			   struct fault *fault)
{
	struct promise_record promise;
	struct charter_record charter;
	struct line line;
	enum err err = charter_read(books, &charter, fault);

	if (err)
		return err;
	if (!promise_find(books, refund->of, &promise))
		return reversal_was(books, refund->of)
			       ? ERR_OK /* nothing of it is owed any more */
			       : fault_rule(fault, "reversal",
					    "position %" PRIu64
					    " is long past: record the money as a gift",
					    refund->of);
	line = promise_line(&promise, refund->of);
	line.open = refund->amount;
	if (date_due_next_month(books->entry->date, (int32_t)charter.due_day,
				&line.due_on) != ERR_OK)
		return fault_rule(fault, "date",
				  "the day on which it is due is past 2199");
	promise_take(books, refund->of,
		     refund->what == REFUND_CHARGEBACK ? PROMISE_CHARGED : PROMISE_BACK,
		     cents_neg(refund->amount));
	err = line_add(books, slice_of_text(promise.payer), &line, fault);
	if (err)
		return err;
	return credit_use(books, slice_of_text(promise.payer), refund->of, refund->amount,
			  fault);
}

/* The bank has the money again: it pays what it had paid, if that is open. */
static enum err undo_settlement(struct books *books, const struct refund_record *refund,
				const char *cash, struct fault *fault)
{
	struct settlement_record settlement;
	enum err err;

	if (!settlement_find(books, refund->of, &settlement))
		return fault_rule(fault, "reversal",
				  "position %" PRIu64
				  " is long past: record the money as a settlement",
				  refund->of);
	settlement.by_reversal = true;
	settlement.month = month_of_date(books_today(books)).n;
	text_copy(settlement.source, sizeof settlement.source, slice_of_text(cash));
	member_now(books, slice_of_text(refund->payer), settlement.payer);
	err = settle(books, &settlement, fault);
	if (err)
		return err;
	settlement_write(books, &settlement);
	return ERR_OK;
}

enum err reverse_refund(struct books *books, uint64_t of, struct fault *fault)
{
	struct refund_record refund;
	char payer[ID_BYTES];
	struct key key, cash;
	enum err err;

	if (!refund_read(books, of, &refund))
		return fault_rule(fault, "reversal",
				  "position %" PRIu64 " cannot be reversed any more", of);
	err = reversal_check_age(books, refund.month, of, fault);
	if (!err && refund.what != REFUND_PAYER && refund.what != REFUND_CHARGEBACK)
		err = citation_undo(books, of, refund.amount, &cash, fault);
	if (err)
		return err;
	switch (refund.what) {
	case REFUND_CREDIT:
		member_now(books, slice_of_text(refund.payer), payer);
		return books_move(books, cash.text,
				  credit_account(&key, slice_of_text(payer)), "refunded",
				  refund.amount, fault);
	case REFUND_BANK:
		return undo_bank(books, &refund, cash.text, fault);
	case REFUND_PAYER:
	case REFUND_CHARGEBACK:
		return undo_payer(books, &refund, fault);
	case REFUND_SETTLEMENT:
		return undo_settlement(books, &refund, cash.text, fault);
	}
	abort();
}
