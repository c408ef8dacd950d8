/*
 * books_batch.c - a company's round-ups of a period, and what it adds to them.
 *
 * The match is cumulative over the company's salary rows of a month: what is
 * due in all at the terms in force, less what was matched already. It can
 * therefore be negative, and is never a sum of rounded parts (DESIGN section 3).
 */
#include "ledger/books_int.h"

#include "keys/encoding.h"

static int text_cmp(struct slice a, struct slice b)
{
	int order = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	return order ? order : (a.n > b.n) - (a.n < b.n);
}

static int total_cmp(const struct json *a, const struct json *b)
{
	int order = text_cmp(item_text(a, "fund"), item_text(b, "fund"));

	return order ? order : text_cmp(item_text(a, "giver"), item_text(b, "giver"));
}

static enum err batch_check_totals(struct books *books,
				   const struct charter_record *charter,
				   struct fault *fault)
{
	const struct entry *entry = books->entry;
	bool invoice = text_is(entry_text(entry, "source"), "invoice");
	int64_t count = entry_integer(entry, "count");
	const struct json *before = NULL;
	struct cents sum = CENTS_ZERO;

	for (const struct json *total = entry_list(entry, "totals")->first; total;
	     before = total, total = total->next) {
		struct slice fund = item_text(total, "fund"),
			     giver = item_text(total, "giver");
		enum err err = fund_check(books, fund, fault);

		if (err)
			return err;
		if (!invoice && !text_is(giver, "person"))
			return fault_rule(fault, "giver",
					  "only invoices have givers other than persons");
		if (before && total_cmp(before, total) >= 0)
			return fault_rule(fault, "totals",
					  "totals must ascend by fund, then giver");
		sum = books_plus(books, sum, item_cents(total, "amount"));
	}
	if (cents_value(sum) < count ||
	    cents_value(sum) > count * cents_value(charter->row_cap))
		return fault_rule(fault, "totals",
				  "%" PRId64 " rows cannot add up to %" PRId64 " cents",
				  count, cents_value(sum));
	return ERR_OK;
}

static enum err batch_check(struct books *books, const struct charter_record *charter,
			    struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct slice company = entry_text(entry, "company"), value;
	struct hash root = entry_hash(entry, "root"), empty = hash_empty();
	struct key key;
	enum err err;

	if (!slice_equal(company, entry->by))
		return fault_rule(fault, "company",
				  "a company posts its own batches only");
	if (!text_is(entry_text(entry, "terms"), charter->terms))
		return fault_rule(fault, "terms", "the consent terms in force are '%s'",
				  charter->terms);
	key_of(&key, "step/%" PRId64, cents_value(entry_cents(entry, "step")));
	if (!state_get(books->state, key.text, &value))
		return fault_rule(fault, "step", "the step is not one of the charter's");
	if (entry_integer(entry, "count") == 0 && !hash_equal(&root, &empty))
		return fault_rule(fault, "rows",
				  "a batch without rows has the empty root");
	err = books_check_date_window(books, entry_month(entry, "period"), "period",
				      fault);
	if (err)
		return err;
	return batch_check_totals(books, charter, fault);
}

enum err batch_due_on(struct books *books, const struct entry *batch,
		      struct date *ret_due_on, struct fault *fault)
{
	struct charter_record charter;
	enum err err = charter_read(books, &charter, fault);

	if (err)
		return err;
	if (date_due_next_month(batch->date, (int32_t)charter.due_day, ret_due_on) !=
	    ERR_OK)
		return fault_rule(fault, "date",
				  "the day on which it is due is past 2199");
	return ERR_OK;
}

/* The batch's totals per fund: the weights of the match. */
static size_t fund_weights(const struct entry *batch, struct match_part *parts,
			   uint64_t *weight)
{
	size_t count = 0;

	for (const struct json *total = entry_list(batch, "totals")->first; total;
	     total = total->next) {
		struct slice fund = item_text(total, "fund");

		if (!count || !slice_equal_text(fund, parts[count - 1].fund)) {
			if (count == BOOKS_PARTS_MAX)
				break; /* the charter has no more funds */
			text_copy(parts[count].fund, ID_BYTES, fund);
			weight[count++] = 0;
		}
		weight[count - 1] += (uint64_t)cents_value(item_cents(total, "amount"));
	}
	return count;
}

static enum err match_split(const struct entry *batch,
			    const struct member_record *company,
			    const struct charter_record *charter, struct match_due *match,
			    struct fault *fault)
{
	struct cents share[BOOKS_PARTS_MAX];
	uint64_t weight[BOOKS_PARTS_MAX] = { 0 };
	size_t count = 0, kept = 0;

	match->part_count = 0;
	if (cents_is_zero(match->amount))
		return ERR_OK;
	if (!company->match_fund[0])
		count = fund_weights(batch, match->parts, weight);
	if (!count) {
		const char *fund = company->match_fund[0] ? company->match_fund
							  : charter->default_fund;

		text_copy(match->parts[0].fund, ID_BYTES, slice_of_text(fund));
		match->parts[0].amount = match->amount;
		match->part_count = 1;
		return ERR_OK;
	}
	if (cents_split(match->amount, weight, count, share) != ERR_OK)
		return fault_rule(fault, "overflow", "the match could not be split");
	for (size_t i = 0; i < count; i++) {
		if (cents_is_zero(share[i]))
			continue;
		match->parts[kept] = match->parts[i];
		match->parts[kept++].amount = share[i];
	}
	match->part_count = kept;
	return ERR_OK;
}

static const char *match_key(struct key *key, const struct entry *batch)
{
	char period[MONTH_TEXT_BYTES];

	month_format(entry_month(batch, "period"), period);
	return key_of(key, "match/%.*s/%s", SLICE(entry_text(batch, "company")), period);
}

enum err batch_match(struct books *books, const struct entry *batch,
		     struct match_due *ret_match, struct fault *fault)
{
	struct match_due match = { .rows_sum = CENTS_ZERO, .amount = CENTS_ZERO };
	struct cents matched = CENTS_ZERO, due;
	struct charter_record charter;
	struct member_record company;
	struct record_reader reader;
	struct key key;
	enum err err = charter_read(books, &charter, fault);

	if (err)
		return err;
	if (!member_find(books, entry_text(batch, "company"), &company))
		return fault_rule(fault, "company", "the company is not a member");
	if (text_is(entry_text(batch, "source"), "salary")) {
		if (books_get(books, match_key(&key, batch), &reader)) {
			match.rows_sum = cents_of(record_read_integer(&reader));
			matched = cents_of(record_read_integer(&reader));
		}
		for (const struct json *total = entry_list(batch, "totals")->first; total;
		     total = total->next)
			match.rows_sum = books_plus(books, match.rows_sum,
						    item_cents(total, "amount"));
		if (cents_percent_floor(match.rows_sum, (uint32_t)company.match_percent,
					&due) != ERR_OK)
			return fault_rule(fault, "overflow",
					  "the match passes 2^53 - 1 cents");
		match.amount = books_minus(books, cents_min(due, company.match_cap_month),
					   matched);
	}
	err = match_split(batch, &company, &charter, &match, fault);
	if (err)
		return err;
	*ret_match = match;
	return ERR_OK;
}

static enum err batch_check_computed(const struct entry *batch,
				     const struct match_due *match, struct date due_on,
				     struct fault *fault)
{
	const struct json *part = entry_list(batch, "match")->first;
	size_t i = 0;

	if (date_cmp(entry_date(batch, "due_on"), due_on) != 0)
		return fault_rule(fault, "due",
				  "due_on is not the due day of the month after");
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
				  entry_list(batch, "match")->count, match->part_count);
	return ERR_OK;
}

static enum err batch_add_match(struct books *books, const struct match_due *match,
				struct date due_on, struct fault *fault)
{
	struct slice company = entry_text(books->entry, "company");
	enum err err = ERR_OK;

	for (size_t i = 0; i < match->part_count && !err; i++) {
		struct line line = { .position = books->position,
				     .class = CLASS_MATCH,
				     .earmark = EARMARK_FREE,
				     .flow = "match",
				     .open = match->parts[i].amount,
				     .due_on = due_on };

		text_copy(line.fund, ID_BYTES, slice_of_text(match->parts[i].fund));
		if (cents_is_positive(line.open))
			err = line_add(books, company, &line, fault);
		else
			err = promise_take_back(books, company, &line, true,
						cents_neg(line.open), fault);
	}
	return err;
}

static enum err batch_add_rows(struct books *books, struct date due_on,
			       struct fault *fault)
{
	const struct entry *entry = books->entry;
	enum err err = ERR_OK;

	for (const struct json *total = entry_list(entry, "totals")->first; total && !err;
	     total = total->next) {
		struct slice giver = item_text(total, "giver");
		struct line line = { .position = books->position,
				     .class = class_of_giver(giver),
				     .earmark = EARMARK_FREE,
				     .open = item_cents(total, "amount"),
				     .due_on = due_on };

		text_copy(line.fund, ID_BYTES, item_text(total, "fund"));
		snprintf(line.flow, sizeof line.flow, "%.*s.%.*s",
			 SLICE(entry_text(entry, "source")), SLICE(giver));
		err = line_add(books, entry_text(entry, "company"), &line, fault);
	}
	return err;
}

enum err apply_batch(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct charter_record charter;
	struct match_due match;
	struct record record;
	struct date due_on;
	struct month month;
	struct key key;
	enum err err;

	err = charter_read(books, &charter, fault);
	if (!err)
		err = batch_check(books, &charter, fault);
	if (!err)
		err = manifest_check_batch(books, fault);
	if (!err)
		err = batch_due_on(books, entry, &due_on, fault);
	if (!err)
		err = batch_match(books, entry, &match, fault);
	if (!err)
		err = batch_check_computed(entry, &match, due_on, fault);
	if (!err)
		err = batch_add_rows(books, due_on, fault);
	if (!err)
		err = batch_add_match(books, &match, due_on, fault);
	if (err)
		return err;
	if (text_is(entry_text(entry, "source"), "salary")) {
		struct cents matched;
		struct record_reader reader;

		matched = match.amount;
		if (books_get(books, match_key(&key, entry), &reader)) {
			(void)record_read_integer(&reader);
			matched = books_plus(books, matched,
					     cents_of(record_read_integer(&reader)));
		}
		record_init(&record);
		record_integer(&record, cents_value(match.rows_sum));
		record_integer(&record, cents_value(matched));
		books_put(books, key.text, &record);
		if (month_add(entry_month(entry, "period"), BOOKS_WINDOW_MONTHS,
			      &month) == ERR_OK)
			books_expire(books, month, key.text);
	}
	return credit_use(books, entry_text(entry, "company"), books->position, fault);
}
