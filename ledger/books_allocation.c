/*
 * books_allocation.c - the default fund's free money, split by policy.
 *
 * Once per closed month, in order. A month can only give what had arrived by
 * its end, and never what is not there any more: min(free now, free at the end
 * of the month by date - allocations dated after it), at least 0.
 */
#include "ledger/books_int.h"

static enum err allocation_amount(struct books *books, struct slice fund,
				  struct month month, struct cents *ret_amount)
{
	struct slice free_money = slice_of_text(EARMARK_FREE);
	struct cents now, then, later, until_end;
	struct date end = month_last_day(month);
	struct key account, flow_prefix;

	now = fund_available(books, fund, free_money);
	account_of(&account, "fund", fund, free_money);
	until_end = books_balance_until(books, account.text, end);
	/* Debits of the flow "allocated", in all less those up to the end. */
	key_of(&flow_prefix, "%s/allocated", account.text);
	later = books_minus(books,
			    books_balance_until(books, flow_prefix.text,
						(struct date){ DATE_DAY_MAX }),
			    books_balance_until(books, flow_prefix.text, end));
	then = books_minus(books, cents_neg(until_end), later);
	*ret_amount = cents_min(now, then);
	if (cents_is_negative(*ret_amount))
		*ret_amount = CENTS_ZERO;
	return ERR_OK;
}

static enum err allocation_check_month(struct books *books,
				       const struct entry *allocation,
				       struct fault *fault)
{
	struct month month = entry_month(allocation, "month");
	int64_t last = books_get_integer(books, "allocated");
	char text[MONTH_TEXT_BYTES];
	struct date today;

	month_format(month, text);
	if (date_paris(allocation->at, &today) != ERR_OK ||
	    month_cmp(month, month_of_date(today)) >= 0)
		return fault_rule(fault, "allocation", "month %s is not closed yet",
				  text);
	if (last && month.n <= last)
		return fault_rule(fault, "allocation", "month %s was allocated already",
				  text);
	if (last && month.n != last + 1)
		return fault_rule(fault, "allocation",
				  "the month before %s is to be allocated first", text);
	return ERR_OK;
}

enum err allocation_compute(struct books *books, const struct entry *allocation,
			    struct allocation_due *ret_due, struct fault *fault)
{
	uint64_t weight[BOOKS_PARTS_MAX];
	struct cents share[BOOKS_PARTS_MAX];
	struct charter_record charter;
	struct state_cursor cursor;
	size_t count = 0;
	enum err err;

	err = charter_read(books, &charter, fault);
	if (!err)
		err = allocation_check_month(books, allocation, fault);
	if (!err)
		err = fund_check_spendable(books, slice_of_text(charter.default_fund),
					   fault);
	if (!err)
		err = allocation_amount(books, slice_of_text(charter.default_fund),
					entry_month(allocation, "month"),
					&ret_due->amount);
	if (err)
		return err;
	for (state_first(books->state, &cursor, "share/");
	     cursor.found && count < BOOKS_PARTS_MAX; state_next(books->state, &cursor)) {
		struct record_reader reader = record_reader(cursor.value);

		text_copy(ret_due->parts[count].fund, ID_BYTES,
			  record_read_text(&reader));
		weight[count++] = (uint64_t)record_read_integer(&reader);
	}
	if (cents_split(ret_due->amount, weight, count, share) != ERR_OK)
		return fault_rule(fault, "policy", "there is no policy to split by");
	ret_due->part_count = 0;
	for (size_t i = 0; i < count; i++) {
		if (cents_is_zero(share[i]))
			continue;
		ret_due->parts[ret_due->part_count] = ret_due->parts[i];
		ret_due->parts[ret_due->part_count++].amount = share[i];
	}
	return ERR_OK;
}

enum err apply_allocation(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	const struct json *part = entry_list(entry, "parts")->first;
	struct charter_record charter;
	struct allocation_due due;
	struct key from, to;
	enum err err;

	err = charter_read(books, &charter, fault);
	if (!err)
		err = allocation_compute(books, entry, &due, fault);
	if (err)
		return err;
	if (cents_cmp(entry_cents(entry, "amount"), due.amount) != 0)
		return fault_rule(fault, "allocation",
				  "amount is %" PRId64 " cents; expected %" PRId64,
				  cents_value(entry_cents(entry, "amount")),
				  cents_value(due.amount));
	if (entry_list(entry, "parts")->count != due.part_count)
		return fault_rule(fault, "allocation",
				  "there are %zu parts; expected %zu",
				  entry_list(entry, "parts")->count, due.part_count);
	account_of(&from, "fund", slice_of_text(charter.default_fund),
		   slice_of_text(EARMARK_FREE));
	for (size_t i = 0; i < due.part_count; i++, part = part->next) {
		if (!slice_equal_text(item_text(part, "fund"), due.parts[i].fund) ||
		    cents_cmp(item_cents(part, "amount"), due.parts[i].amount) != 0)
			return fault_rule(
				fault, "allocation",
				"part %zu is not the policy's: expected %" PRId64
				" cents for fund '%s'",
				i, cents_value(due.parts[i].amount), due.parts[i].fund);
		account_of(&to, "fund", slice_of_text(due.parts[i].fund),
			   slice_of_text(EARMARK_FREE));
		err = books_move(books, from.text, to.text, "allocated",
				 due.parts[i].amount, fault);
		if (err)
			return err;
	}
	books_put_integer(books, "allocated", entry_month(entry, "month").n);
	return ERR_OK;
}

bool query_allocated(struct books *books, struct month *ret_month)
{
	return month_from_outside(books_get_integer(books, "allocated"), ret_month) ==
	       ERR_OK;
}
