/*
 * books_match.c - what a company adds to its employees' round-ups.
 *
 * The match is cumulative over the company's salary rows of a month: what is due
 * in all at the terms in force, less what was matched already. It can therefore be
 * negative, and is never a sum of rounded parts (DESIGN section 3). A batch and its
 * corrections ask here alike.
 */
#include "ledger/books_int.h"

static enum err match_split(const struct match_ask *ask,
			    const struct member_record *company,
			    const struct charter_record *charter, struct match_due *match,
			    struct fault *fault)
{
	struct cents share[BOOKS_PARTS_MAX];
	uint64_t weight[BOOKS_PARTS_MAX] = { 0 };
	size_t count = company->match_fund[0] ? 0 : ask->weight_count, kept = 0;

	match->part_count = 0;
	if (cents_is_zero(match->amount))
		return ERR_OK;
	if (!count) {
		const char *fund = company->match_fund[0] ? company->match_fund
							  : charter->default_fund;

		text_copy(match->parts[0].fund, ID_BYTES, slice_of_text(fund));
		match->parts[0].amount = match->amount;
		match->part_count = 1;
		return ERR_OK;
	}
	for (size_t i = 0; i < count; i++)
		weight[i] = (uint64_t)cents_value(ask->weights[i].amount);
	if (cents_split(match->amount, weight, count, share) != ERR_OK)
		return fault_rule(fault, "overflow", "the match could not be split");
	for (size_t i = 0; i < count; i++) {
		if (cents_is_zero(share[i]))
			continue;
		match->parts[kept] = ask->weights[i];
		match->parts[kept++].amount = share[i];
	}
	match->part_count = kept;
	return ERR_OK;
}

static const char *match_key(struct key *key, const struct match_ask *ask)
{
	char period[MONTH_TEXT_BYTES];

	month_format(ask->period, period);
	return key_of(key, "match/%.*s/%s", SLICE(ask->company), period);
}

void match_ask_weights(struct books *books, struct match_ask *ask,
		       const struct batch_totals *totals)
{
	struct match_part *last = NULL;

	ask->weight_count = 0;
	for (size_t i = 0; i < totals->count; i++) {
		const struct batch_total *total = &totals->total[i];

		if (last && strcmp(last->fund, total->fund) == 0) {
			last->amount = books_plus(books, last->amount, total->amount);
			continue;
		}
		if (ask->weight_count == BOOKS_PARTS_MAX)
			break; /* the charter has no more funds */
		last = &ask->weights[ask->weight_count++];
		memcpy(last->fund, total->fund, sizeof last->fund);
		last->amount = total->amount;
	}
}

/* What is due in all for the month, less what was matched so far. */
static enum err match_amount(struct books *books, const struct match_ask *ask,
			     const struct member_record *company, struct match_due *match,
			     struct fault *fault)
{
	struct record_reader reader;
	struct cents due;
	struct key key;

	if (books_get(books, match_key(&key, ask), &reader)) {
		match->rows_sum = cents_of(record_read_integer(&reader));
		match->matched = cents_of(record_read_integer(&reader));
	}
	match->rows_sum = books_plus(books, match->rows_sum, ask->change);
	if (cents_percent_floor(match->rows_sum, (uint32_t)company->match_percent,
				&due) != ERR_OK)
		return fault_rule(fault, "overflow", "the match passes 2^53 - 1 cents");
	match->amount = books_minus(books, cents_min(due, company->match_cap_month),
				    match->matched);
	match->matched = books_plus(books, match->matched, match->amount);
	return ERR_OK;
}

enum err match_compute(struct books *books, const struct match_ask *ask,
		       struct match_due *ret_match, struct fault *fault)
{
	struct match_due match = { .rows_sum = CENTS_ZERO,
				   .matched = CENTS_ZERO,
				   .amount = CENTS_ZERO };
	struct charter_record charter;
	struct member_record company;
	enum err err = charter_read(books, &charter, fault);

	if (err)
		return err;
	if (!member_find(books, ask->company, &company))
		return fault_rule(fault, "company", "the company is not a member");
	if (ask->is_salary)
		err = match_amount(books, ask, &company, &match, fault);
	if (!err)
		err = match_split(ask, &company, &charter, &match, fault);
	if (!err)
		*ret_match = match;
	return err;
}

enum err match_check(const struct entry *entry, const struct match_due *match,
		     struct fault *fault)
{
	const struct json *part = entry_list(entry, "match")->first;
	size_t i = 0;

	for (; part && i < match->part_count; part = part->next, i++)
		if (!slice_equal_text(item_text(part, "fund"), match->parts[i].fund) ||
		    cents_cmp(item_cents(part, "amount"), match->parts[i].amount) != 0)
			return fault_rule(fault, "match",
					  "match of fund '%.*s' is %" PRId64
					  " cents; expected %" PRId64
					  " cents for fund '%s'",
					  SLICE(item_text(part, "fund")),
					  cents_value(item_cents(part, "amount")),
					  cents_value(match->parts[i].amount),
					  match->parts[i].fund);
	if (part || i < match->part_count)
		return fault_rule(fault, "match", "match has %zu parts; expected %zu",
				  entry_list(entry, "match")->count, match->part_count);
	return ERR_OK;
}

static void match_remember(struct books *books, const struct match_ask *ask,
			   const struct match_due *match)
{
	struct record record;
	struct month month;
	struct key key;

	record_init(&record);
	record_integer(&record, cents_value(match->rows_sum));
	record_integer(&record, cents_value(match->matched));
	books_put(books, match_key(&key, ask), &record);
	/* A batch may come 13 months after its month, its correction 13 later. */
	if (month_add(ask->period, 2 * BOOKS_WINDOW_MONTHS, &month) == ERR_OK)
		books_expire(books, month, key.text);
}

enum err match_add(struct books *books, const struct match_ask *ask,
		   const struct match_due *match, uint64_t position, struct date due_on,
		   struct fault *fault)
{
	enum err err = ERR_OK;

	for (size_t i = 0; i < match->part_count && !err; i++) {
		struct cents amount = match->parts[i].amount;
		struct line line = { .position = position,
				     .class = CLASS_MATCH,
				     .earmark = EARMARK_FREE,
				     .flow = "match",
				     .open = amount,
				     .due_on = due_on };

		text_copy(line.fund, ID_BYTES, slice_of_text(match->parts[i].fund));
		if (cents_is_positive(amount)) {
			err = line_add(books, ask->company, &line, fault);
			continue;
		}
		struct taking taking = { .any_position = true };

		line.position = books->position; /* from the newest line of all */
		err = promise_take_back(books, ask->company, &line, cents_neg(amount),
					&taking, fault);
	}
	if (!err && ask->is_salary)
		match_remember(books, ask, match);
	return err;
}
