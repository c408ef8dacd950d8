/*
 * books_payment.c - granted money on its way: ordered, carried out by the bank.
 *
 * A payment goes to the payee whose digest was voted, within what was granted
 * and whose conditions are met. It draws on the grant's parts in their order.
 */
#include "ledger/books_int.h"

enum payment_status { PAYMENT_ORDERED, PAYMENT_PAID, PAYMENT_REVERSED };

struct payment_record {
	uint64_t proposal;
	struct cents amount;
	enum payment_status status;
	int64_t month; /* recorded in */
};

static bool payment_read(struct books *books, uint64_t position,
			 struct payment_record *ret_payment)
{
	struct record_reader reader;
	struct key key;

	if (!books_get(books, key_of(&key, "payment/%016" PRIu64, position), &reader))
		return false;
	ret_payment->proposal = (uint64_t)record_read_integer(&reader);
	ret_payment->amount = cents_of(record_read_integer(&reader));
	ret_payment->status = (enum payment_status)record_read_integer(&reader);
	ret_payment->month = record_read_integer(&reader);
	return true;
}

static void payment_write(struct books *books, uint64_t position,
			  const struct payment_record *payment)
{
	struct record record;
	struct key key;

	record_init(&record);
	record_integer(&record, (int64_t)payment->proposal);
	record_integer(&record, cents_value(payment->amount));
	record_integer(&record, payment->status);
	record_integer(&record, payment->month);
	books_put(books, key_of(&key, "payment/%016" PRIu64, position), &record);
}

size_t grant_parts_read(struct books *books, uint64_t position,
			struct grant_part ret_parts[3])
{
	size_t count = 0;

	while (count < 3) {
		struct record_reader reader;
		struct key key;

		if (!books_get(books,
			       key_of(&key, "part/%016" PRIu64 "/%zu", position, count),
			       &reader))
			break;
		text_copy(ret_parts[count].earmark, ID_BYTES, record_read_text(&reader));
		ret_parts[count].amount = cents_of(record_read_integer(&reader));
		ret_parts[count++].used = cents_of(record_read_integer(&reader));
	}
	return count;
}

void grant_parts_write(struct books *books, uint64_t position,
		       const struct grant_part *parts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct record record;
		struct key key;

		record_init(&record);
		record_text(&record, slice_of_text(parts[i].earmark));
		record_integer(&record, cents_value(parts[i].amount));
		record_integer(&record, cents_value(parts[i].used));
		books_put(books, key_of(&key, "part/%016" PRIu64 "/%zu", position, i),
			  &record);
	}
}

static enum err payment_check(struct books *books, const struct proposal_record *proposal,
			      struct fault *fault)
{
	const struct entry *entry = books->entry;
	uint64_t position = entry_position(entry, "proposal");
	struct cents total;

	if (proposal->status != PROPOSAL_GRANTED || !proposal->payee[0])
		return fault_rule(fault, "payment",
				  "proposal %" PRIu64 " has not granted money to anybody",
				  position);
	if (!slice_equal_text(entry_text(entry, "payee"), proposal->payee))
		return fault_rule(fault, "payee",
				  "the payee is not the one that was voted");
	total = books_plus(books, proposal->ordered, entry_cents(entry, "amount"));
	if (cents_cmp(total, proposal->amount) > 0)
		return fault_rule(fault, "payment",
				  "payments of %" PRId64
				  " cents are more than the %" PRId64 " granted",
				  cents_value(total), cents_value(proposal->amount));
	if (cents_cmp(total, condition_payable(books, position, proposal)) > 0)
		return fault_rule(
			fault, "condition",
			"the condition of a tranche of this payment is not met");
	return ERR_OK;
}

/* Moves a payment's parts between two accounts of their sub-balances. */
static enum err move_parts(struct books *books, const struct proposal_record *proposal,
			   const struct grant_part *parts, size_t count,
			   const char *debit, const char *credit, const char *verb,
			   struct fault *fault)
{
	struct slice fund = slice_of_text(proposal->fund);
	char flow[FLOW_BYTES_MAX];
	enum err err = ERR_OK;

	snprintf(flow, sizeof flow, "%s.%s", verb, proposal->purpose);
	for (size_t i = 0; i < count && !err; i++) {
		struct slice earmark = slice_of_text(parts[i].earmark);
		struct key from, to;

		account_of(&from, debit, fund, earmark);
		if (strcmp(credit, "bank") == 0)
			key_of(&to, "bank");
		else
			account_of(&to, credit, fund, earmark);
		err = books_move(books, from.text, to.text, flow, parts[i].amount, fault);
	}
	return err;
}

enum err apply_payment(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct payment_record payment = { .proposal = entry_position(entry, "proposal"),
					  .amount = entry_cents(entry, "amount"),
					  .status = PAYMENT_ORDERED,
					  .month = month_of_date(books_today(books)).n };
	struct grant_part granted[3], parts[3];
	struct proposal_record proposal;
	struct cents rest = payment.amount;
	size_t count, used = 0;
	enum err err;

	if (!proposal_read(books, payment.proposal, &proposal))
		return fault_rule(fault, "payment",
				  "position %" PRIu64 " is not a proposal",
				  payment.proposal);
	err = payment_check(books, &proposal, fault);
	if (err)
		return err;
	count = grant_parts_read(books, payment.proposal, granted);
	for (size_t i = 0; i < count && cents_is_positive(rest); i++) {
		struct cents part = cents_min(
			rest, books_minus(books, granted[i].amount, granted[i].used));

		if (!cents_is_positive(part))
			continue;
		granted[i].used = books_plus(books, granted[i].used, part);
		parts[used] = granted[i];
		parts[used].used = CENTS_ZERO;
		parts[used++].amount = part;
		rest = books_minus(books, rest, part);
	}
	if (cents_is_positive(rest))
		return fault_set(fault, ERR_CORRUPT,
				 "the grant's parts do not add up: rebuild");
	grant_parts_write(books, payment.proposal, granted, count);
	grant_parts_write(books, books->position, parts, used);
	proposal.ordered = books_plus(books, proposal.ordered, payment.amount);
	proposal_write(books, payment.proposal, &proposal);
	payment_write(books, books->position, &payment);
	return move_parts(books, &proposal, parts, used, "committed", "ordered",
			  "ordered", fault);
}

enum err apply_paid(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	uint64_t position = entry_position(entry, "payment");
	struct payment_record payment;
	struct proposal_record proposal;
	struct grant_part parts[3];
	size_t count;

	if (!payment_read(books, position, &payment))
		return fault_rule(fault, "paid", "position %" PRIu64 " is not a payment",
				  position);
	if (payment.status != PAYMENT_ORDERED)
		return fault_rule(fault, "paid", "payment %" PRIu64 " is %s already",
				  position,
				  payment.status == PAYMENT_PAID ? "paid" : "reversed");
	if (!proposal_read(books, payment.proposal, &proposal))
		return fault_set(fault, ERR_CORRUPT,
				 "the proposal's record is gone: rebuild");
	payment.status = PAYMENT_PAID;
	payment_write(books, position, &payment);
	proposal.paid = books_plus(books, proposal.paid, payment.amount);
	if (proposal.paid_on.day < 0)
		proposal.paid_on = entry->date;
	proposal_write(books, payment.proposal, &proposal);
	count = grant_parts_read(books, position, parts);
	return move_parts(books, &proposal, parts, count, "ordered", "bank", "paid",
			  fault);
}

enum err reverse_payment(struct books *books, uint64_t of, struct fault *fault)
{
	struct grant_part granted[3], parts[3];
	struct proposal_record proposal;
	struct payment_record payment;
	size_t count, granted_count;
	enum err err;

	if (!payment_read(books, of, &payment) || payment.status != PAYMENT_ORDERED)
		return fault_rule(fault, "reversal",
				  "payment %" PRIu64
				  " was carried out by the bank and cannot be reversed",
				  of);
	err = reversal_check_age(books, payment.month, of, fault);
	if (err)
		return err;
	if (!proposal_read(books, payment.proposal, &proposal))
		return fault_set(fault, ERR_CORRUPT,
				 "the proposal's record is gone: rebuild");
	payment.status = PAYMENT_REVERSED;
	payment_write(books, of, &payment);
	proposal.ordered = books_minus(books, proposal.ordered, payment.amount);
	proposal_write(books, payment.proposal, &proposal);
	count = grant_parts_read(books, of, parts);
	granted_count = grant_parts_read(books, payment.proposal, granted);
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < granted_count; j++)
			if (strcmp(parts[i].earmark, granted[j].earmark) == 0)
				granted[j].used = books_minus(books, granted[j].used,
							      parts[i].amount);
	grant_parts_write(books, payment.proposal, granted, granted_count);
	return move_parts(books, &proposal, parts, count, "ordered", "committed",
			  "reversed", fault);
}
