/*
 * books_batch.c - a company's round-ups of a period.
 *
 * What a correction needs of a batch is kept for as long as it may be corrected:
 * what is the same for both, and the totals that are in force.
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

enum err batch_check_rows(struct books *books, struct slice source, struct cents row_cap,
			  struct fault *fault)
{
	const struct entry *entry = books->entry;
	int64_t count = entry_integer(entry, "count");
	struct hash root = entry_hash(entry, "root"), empty = hash_empty();
	const struct json *before = NULL;
	struct cents sum = CENTS_ZERO;

	if (count == 0 && !hash_equal(&root, &empty))
		return fault_rule(fault, "rows",
				  "a batch without rows has the empty root");
	for (const struct json *total = entry_list(entry, "totals")->first; total;
	     before = total, total = total->next) {
		enum err err = fund_check(books, item_text(total, "fund"), fault);

		if (err)
			return err;
		if (!text_is(source, "invoice") &&
		    !text_is(item_text(total, "giver"), "person"))
			return fault_rule(fault, "giver",
					  "only invoices have givers other than persons");
		if (before && total_cmp(before, total) >= 0)
			return fault_rule(fault, "totals",
					  "totals must ascend by fund, then giver");
		sum = books_plus(books, sum, item_cents(total, "amount"));
	}
	if (cents_value(sum) < count || cents_value(sum) > count * cents_value(row_cap))
		return fault_rule(fault, "totals",
				  "%" PRId64 " rows cannot add up to %" PRId64 " cents",
				  count, cents_value(sum));
	return ERR_OK;
}

static enum err batch_check(struct books *books, const struct charter_record *charter,
			    struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct slice value;
	struct key key;
	enum err err = collector_check_batch(books, fault);

	if (err)
		return err;
	err = terms_check(books, entry->date, entry_text(entry, "terms"), fault);
	if (err)
		return err;
	key_of(&key, "step/%" PRId64, cents_value(entry_cents(entry, "step")));
	if (!state_get(books->state, key.text, &value))
		return fault_rule(fault, "step", "the step is not one of the charter's");
	err = books_check_date_window(books, entry_month(entry, "period"), "period",
				      fault);
	if (err)
		return err;
	return batch_check_rows(books, entry_text(entry, "source"), charter->row_cap,
				fault);
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

static void totals_of(const struct entry *entry, struct batch_totals *ret_totals)
{
	const struct json *list = entry_list(entry, "totals");

	ret_totals->count = 0;
	for (const struct json *item = list->first; item; item = item->next) {
		struct batch_total *total = &ret_totals->total[ret_totals->count++];

		text_copy(total->fund, ID_BYTES, item_text(item, "fund"));
		text_copy(total->giver, sizeof total->giver, item_text(item, "giver"));
		total->amount = item_cents(item, "amount");
	}
}

void batch_ask(struct books *books, const struct entry *entry, struct batch_ask *ret_ask)
{
	totals_of(entry, &ret_ask->totals);
	ret_ask->match = (struct match_ask){ .change = CENTS_ZERO };
	for (size_t i = 0; i < ret_ask->totals.count; i++)
		ret_ask->match.change = books_plus(books, ret_ask->match.change,
						   ret_ask->totals.total[i].amount);
	match_ask_weights(books, &ret_ask->match, &ret_ask->totals);
}

enum err batch_match(struct books *books, const struct entry *batch,
		     struct batch_ask *ret_ask, struct match_due *ret_match,
		     struct fault *fault)
{
	batch_ask(books, batch, ret_ask);
	ret_ask->match.company = entry_text(batch, "company");
	ret_ask->match.is_salary = text_is(entry_text(batch, "source"), "salary");
	ret_ask->match.period = entry_month(batch, "period");
	return match_compute(books, &ret_ask->match, ret_match, fault);
}

struct slice batch_payer(const struct batch_view *batch)
{
	return slice_of_text(batch->collector[0] ? batch->collector : batch->company);
}

struct line batch_line(struct slice source, const struct batch_total *total,
		       uint64_t position, struct date due_on)
{
	struct line line = { .position = position,
			     .class = class_of_giver(slice_of_text(total->giver)),
			     .earmark = EARMARK_FREE,
			     .open = total->amount,
			     .due_on = due_on };

	text_copy(line.fund, ID_BYTES, slice_of_text(total->fund));
	(void)snprintf(line.flow, sizeof line.flow, "%.*s.%s", SLICE(source),
		       total->giver);
	return line;
}

/* ---- what a correction needs ---- */

void batch_write(struct books *books, uint64_t position, const struct batch_view *batch)
{
	struct month month = { .n = (int32_t)batch->recorded_month };
	struct record record;
	struct key key;

	record_init(&record);
	record_text(&record, slice_of_text(batch->company));
	record_text(&record, slice_of_text(batch->collector));
	record_text(&record, slice_of_text(batch->source));
	record_text(&record, slice_of_text(batch->site));
	record_text(&record, slice_of_text(batch->terms));
	record_integer(&record, batch->period.n);
	record_integer(&record, cents_value(batch->step));
	record_integer(&record, cents_value(batch->row_cap));
	record_integer(&record, batch->date.day);
	record_integer(&record, batch->due_on.day);
	record_integer(&record, batch->recorded_month);
	record_integer(&record, (int64_t)batch->rows_at);
	record_integer(&record, (int64_t)batch->remitted);
	record_integer(&record, batch->rows_count);
	record_integer(&record, (int64_t)batch->totals.count);
	for (size_t i = 0; i < batch->totals.count; i++) {
		const struct batch_total *total = &batch->totals.total[i];

		record_text(&record, slice_of_text(total->fund));
		record_text(&record, slice_of_text(total->giver));
		record_integer(&record, cents_value(total->amount));
	}
	books_put(books, key_of(&key, "batch/%016" PRIu64, position), &record);
	if (month_add(month, BOOKS_WINDOW_MONTHS, &month) == ERR_OK)
		books_expire(books, month, key.text);
}

bool query_batch(struct books *books, uint64_t position, struct batch_view *ret_batch)
{
	struct record_reader reader;
	struct key key;
	size_t count;

	if (!books_get(books, key_of(&key, "batch/%016" PRIu64, position), &reader))
		return false;
	text_copy(ret_batch->company, ID_BYTES, record_read_text(&reader));
	text_copy(ret_batch->collector, ID_BYTES, record_read_text(&reader));
	text_copy(ret_batch->source, sizeof ret_batch->source, record_read_text(&reader));
	text_copy(ret_batch->site, ID_BYTES, record_read_text(&reader));
	text_copy(ret_batch->terms, ID_BYTES, record_read_text(&reader));
	ret_batch->period.n = (int32_t)record_read_integer(&reader);
	ret_batch->step = cents_of(record_read_integer(&reader));
	ret_batch->row_cap = cents_of(record_read_integer(&reader));
	ret_batch->date.day = (int32_t)record_read_integer(&reader);
	ret_batch->due_on.day = (int32_t)record_read_integer(&reader);
	ret_batch->recorded_month = record_read_integer(&reader);
	ret_batch->rows_at = (uint64_t)record_read_integer(&reader);
	ret_batch->remitted = (uint64_t)record_read_integer(&reader);
	ret_batch->rows_count = record_read_integer(&reader);
	count = (size_t)record_read_integer(&reader);
	for (size_t i = 0; i < count && i < BATCH_TOTALS_MAX; i++) {
		struct batch_total *total = &ret_batch->totals.total[i];

		text_copy(total->fund, ID_BYTES, record_read_text(&reader));
		text_copy(total->giver, sizeof total->giver, record_read_text(&reader));
		total->amount = cents_of(record_read_integer(&reader));
	}
	ret_batch->totals.count = count < BATCH_TOTALS_MAX ? count : BATCH_TOTALS_MAX;
	return true;
}

static void batch_keep(struct books *books, const struct charter_record *charter,
		       const struct batch_totals *totals, struct date due_on)
{
	const struct entry *entry = books->entry;
	struct batch_view batch = {
		.period = entry_month(entry, "period"),
		.step = entry_cents(entry, "step"),
		.row_cap = charter->row_cap,
		.date = entry->date,
		.due_on = due_on,
		.recorded_month = month_of_date(books_today(books)).n,
		.rows_at = books->position,
		.rows_count = entry_integer(entry, "count"),
	};

	batch.totals = *totals;
	text_copy(batch.company, ID_BYTES, entry_text(entry, "company"));
	text_copy(batch.collector, ID_BYTES, entry_text(entry, "collector"));
	text_copy(batch.source, sizeof batch.source, entry_text(entry, "source"));
	text_copy(batch.site, ID_BYTES, entry_text(entry, "site"));
	text_copy(batch.terms, ID_BYTES, entry_text(entry, "terms"));
	batch_write(books, books->position, &batch);
}

/* ---- the batch ---- */

static struct slice entry_payer(const struct entry *batch)
{
	return entry_text(batch, entry_has(batch, "collector") ? "collector" : "company");
}

static enum err batch_add_rows(struct books *books, const struct batch_totals *totals,
			       struct date due_on, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct slice payer = entry_payer(entry);
	enum err err = ERR_OK;

	for (size_t i = 0; i < totals->count && !err; i++) {
		struct line line = batch_line(entry_text(entry, "source"),
					      &totals->total[i], books->position, due_on);

		err = line_add(books, payer, &line, fault);
	}
	return err;
}

static enum err batch_book(struct books *books, const struct charter_record *charter,
			   struct date due_on, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct match_due match;
	struct batch_ask ask;
	enum err err = batch_match(books, entry, &ask, &match, fault);

	if (!err && date_cmp(entry_date(entry, "due_on"), due_on) != 0)
		err = fault_rule(fault, "due",
				 "due_on is not the due day of the month after");
	if (!err)
		err = match_check(entry, &match, fault);
	if (!err)
		err = batch_add_rows(books, &ask.totals, due_on, fault);
	if (!err)
		err = match_add(books, &ask.match, &match, books->position, due_on,
				fault);
	if (!err)
		batch_keep(books, charter, &ask.totals, due_on);
	if (!err)
		given_rows(books, books->position, books->position,
			   entry_integer(entry, "count"));
	return err;
}

enum err apply_batch(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct charter_record charter;
	struct date due_on;
	enum err err;

	err = charter_read(books, &charter, fault);
	if (!err)
		err = batch_check(books, &charter, fault);
	if (!err)
		err = manifest_check_batch(books, fault);
	if (!err)
		err = batch_due_on(books, entry, &due_on, fault);
	if (!err)
		err = batch_book(books, &charter, due_on, fault);
	if (err)
		return err;
	err = credit_use(books, entry_payer(entry), books->position, CREDIT_ALL, fault);
	if (!err && entry_has(entry, "collector")) /* the match is the company's */
		err = credit_use(books, entry_text(entry, "company"), books->position,
				 CREDIT_ALL, fault);
	return err;
}
