/*
 * books_payment.c - granted money on its way: ordered, carried out by the bank.
 *
 * A payment goes to the payee whose digest was voted, within what was granted
 * and whose conditions are met. It draws on the grant's parts in their order.
 */
#include "ledger/books_int.h"

static const char *const status_words[] = {
	[PAYMENT_ORDERED] = "not carried out yet",
	[PAYMENT_PAID] = "paid already",
	[PAYMENT_REVERSED] = "reversed",
	[PAYMENT_RETURNED] = "returned by the bank already",
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
	text_copy(ret_payment->payee, sizeof ret_payment->payee,
		  record_read_text(&reader));
	ret_payment->order = (uint64_t)record_read_integer(&reader);
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
	record_text(&record, slice_of_text(payment->payee));
	record_integer(&record, (int64_t)payment->order);
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
		ret_parts[count].used = cents_of(record_read_integer(&reader));
		ret_parts[count].paid = cents_of(record_read_integer(&reader));
		ret_parts[count++].back = cents_of(record_read_integer(&reader));
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
		record_integer(&record, cents_value(parts[i].paid));
		record_integer(&record, cents_value(parts[i].back));
		books_put(books, key_of(&key, "part/%016" PRIu64 "/%zu", position, i),
			  &record);
	}
}

enum err payment_find(struct books *books, uint64_t position, enum payment_status status,
		      const char *rule, struct payment_record *ret_payment,
		      struct fault *fault)
{
	if (!payment_read(books, position, ret_payment))
		return fault_rule(fault, rule, "position %" PRIu64 " is not a payment",
				  position);
	if (ret_payment->status != status)
		return fault_rule(fault, rule, "payment %" PRIu64 " is %s", position,
				  status_words[ret_payment->status]);
	return ERR_OK;
}

void payment_order(struct books *books, uint64_t position)
{
	struct payment_record payment;

	if (!payment_read(books, position, &payment))
		return; /* order_compute() has found it */
	payment.order = books->position;
	payment_write(books, position, &payment);
}

static enum err payment_check(struct books *books, const struct proposal_record *proposal,
			      struct fault *fault)
{
	const struct entry *entry = books->entry;
	uint64_t position = entry_position(entry, "proposal");
	struct cents total, granted;
	enum err err;

	if (!slice_equal_text(entry_text(entry, "payee"), proposal->payee))
		return fault_rule(fault, "payee",
				  "the payee is not the one that was voted");
	err = payee_check(books, proposal->payee, fault);
	if (err)
		return err;
	total = books_plus(books, proposal->ordered, entry_cents(entry, "amount"));
	granted = books_minus(books, proposal->amount, proposal->cancelled);
	if (cents_cmp(total, granted) > 0)
		return fault_rule(fault, "payment",
				  "payments of %" PRId64
				  " cents are more than the %" PRId64 " granted",
				  cents_value(total), cents_value(granted));
	if (cents_cmp(total, condition_payable(books, position, proposal)) > 0)
		return fault_rule(
			fault, "condition",
			"the condition of a tranche of this payment is not met");
	return ERR_OK;
}

/* There is one place where money moves for all sub-balances. */
static const char *part_account(struct key *key, const char *noun, struct slice fund,
				struct slice earmark)
{
	bool is_cash = strcmp(noun, "committed") != 0 && strcmp(noun, "ordered") != 0;

	return is_cash ? key_of(key, "%s", noun) : account_of(key, noun, fund, earmark);
}

/* Moves a payment's parts between two accounts of their sub-balances, or of one and the
 * account where money moves. */
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

		err = books_move(books, part_account(&from, debit, fund, earmark),
				 part_account(&to, credit, fund, earmark), flow,
				 parts[i].amount, fault);
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

	err = grant_find(books, payment.proposal, "payment", &proposal, fault);
	if (!err)
		err = payment_check(books, &proposal, fault);
	if (err)
		return err;
	memcpy(payment.payee, proposal.payee, sizeof payment.payee);
	count = grant_parts_read(books, payment.proposal, granted);
	for (size_t i = 0; i < count && cents_is_positive(rest); i++) {
		struct cents part = cents_min(
			rest, books_minus(books, granted[i].amount, granted[i].used));

		if (!cents_is_positive(part))
			continue;
		granted[i].used = books_plus(books, granted[i].used, part);
		parts[used] = (struct grant_part){ .amount = part };
		memcpy(parts[used++].earmark, granted[i].earmark, ID_BYTES);
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

/* ---- carried out, sent back, undone ---- */

/* A payment of that status, the grant that it is of, and its parts. */
struct order {
	uint64_t position;
	struct payment_record payment;
	struct proposal_record grant;
	size_t part_count;
	struct grant_part parts[3];
};

static enum err order_find(struct books *books, uint64_t position,
			   enum payment_status status, const char *rule,
			   struct order *ret_order, struct fault *fault)
{
	struct payment_record *payment = &ret_order->payment;
	enum err err;

	ret_order->position = position;
	err = payment_find(books, position, status, rule, payment, fault);
	if (err)
		return err;
	if (!proposal_read(books, payment->proposal, &ret_order->grant))
		return fault_set(fault, ERR_CORRUPT,
				 "the proposal's record is gone: rebuild");
	ret_order->part_count = grant_parts_read(books, position, ret_order->parts);
	return ERR_OK;
}

/* What an order's new status makes of its grant's parts. */
static void grant_parts_change(struct books *books, const struct order *order, int used,
			       int paid)
{
	uint64_t grant = order->payment.proposal;
	struct grant_part granted[3];
	size_t count;

	count = grant_parts_read(books, grant, granted);
	for (size_t i = 0; i < order->part_count; i++)
		for (size_t j = 0; j < count; j++) {
			struct cents amount = order->parts[i].amount;
			struct cents less = cents_neg(amount);
			struct grant_part *part = &granted[j];

			if (strcmp(order->parts[i].earmark, part->earmark) != 0)
				continue;
			if (used)
				part->used = books_plus(books, part->used,
							used > 0 ? amount : less);
			if (paid)
				part->paid = books_plus(books, part->paid,
							paid > 0 ? amount : less);
		}
	grant_parts_write(books, grant, granted, count);
}

static void order_write(struct books *books, struct order *order,
			enum payment_status status)
{
	order->payment.status = status;
	payment_write(books, order->position, &order->payment);
	proposal_write(books, order->payment.proposal, &order->grant);
}

enum err apply_paid(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct order order;
	enum err err = order_find(books, entry_position(entry, "payment"),
				  PAYMENT_ORDERED, "paid", &order, fault);
	struct key cash;

	if (!err)
		err = citation_use(books, cents_neg(order.payment.amount), &cash, fault);
	if (err)
		return err;
	order.grant.paid = books_plus(books, order.grant.paid, order.payment.amount);
	if (order.grant.paid_on.day < 0)
		order.grant.paid_on = entry->date;
	order_write(books, &order, PAYMENT_PAID);
	grant_parts_change(books, &order, 0, 1);
	return move_parts(books, &order.grant, order.parts, order.part_count, "ordered",
			  cash.text, "paid", fault);
}

/* The order of a payment that has not left: committed again, by a flow of this verb. */
static enum err order_undo(struct books *books, struct order *order,
			   enum payment_status status, struct fault *fault)
{
	order->grant.ordered =
		books_minus(books, order->grant.ordered, order->payment.amount);
	order_write(books, order, status);
	grant_parts_change(books, order, -1, 0);
	return move_parts(books, &order->grant, order->parts, order->part_count,
			  "ordered", "committed", "reversed", fault);
}

/* It had left, and is at our bank again. */
static enum err order_return(struct books *books, struct order *order,
			     struct fault *fault)
{
	struct cents amount = order->payment.amount, paid;
	struct key cash;
	enum err err;

	paid = books_minus(books, order->grant.paid, amount);
	if (cents_cmp(paid, order->grant.restituted) < 0)
		return fault_rule(fault, "returned",
				  "the grantee has given back of payment %" PRIu64
				  " already: it cannot come back twice",
				  order->position);
	err = citation_use(books, amount, &cash, fault);
	if (err)
		return err;
	order->grant.paid = paid;
	order->grant.ordered = books_minus(books, order->grant.ordered, amount);
	order_write(books, order, PAYMENT_RETURNED);
	grant_parts_change(books, order, -1, -1);
	return move_parts(books, &order->grant, order->parts, order->part_count,
			  cash.text, "committed", "returned", fault);
}

/* The bank may refuse a payment of a file before it has moved anything. */
enum err apply_returned(struct books *books, struct fault *fault)
{
	uint64_t position = entry_position(books->entry, "payment");
	struct payment_record payment;
	bool is_refused = payment_read(books, position, &payment) &&
			  payment.status == PAYMENT_ORDERED && payment.order;
	struct order order;
	enum err err =
		order_find(books, position, is_refused ? PAYMENT_ORDERED : PAYMENT_PAID,
			   "returned", &order, fault);

	if (!err)
		err = is_refused ? order_undo(books, &order, PAYMENT_RETURNED, fault)
				 : order_return(books, &order, fault);
	if (err)
		return err;
	payee_flag(books, order.payment.payee, order.payment.proposal);
	return ERR_OK;
}

enum err reverse_payment(struct books *books, uint64_t of, struct fault *fault)
{
	struct order order;
	enum err err = order_find(books, of, PAYMENT_ORDERED, "reversal", &order, fault);

	if (!err)
		err = reversal_check_age(books, order.payment.month, of, fault);
	if (err)
		return err;
	if (order.payment.order)
		return fault_rule(fault, "reversal",
				  "payment %" PRIu64
				  " is at the bank by the order at position %" PRIu64
				  ": it is carried out, or comes back",
				  of, order.payment.order);
	return order_undo(books, &order, PAYMENT_REVERSED, fault);
}
