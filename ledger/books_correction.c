/*
 * books_correction.c - a batch as it should have been.
 *
 * A correction brings the corrected rows whole; what it books is the difference to
 * what is in force, the batch's or its last correction's, per fund and giver. More is
 * owed on lines at the batch's own position, for it was owed since then and the
 * batch's own reference pays it. Less is first what is open of the line; what was paid
 * already leaves the fund and is the payer's credit, which pays what is open of the
 * batch and then its next ones.
 */
#include "ledger/books_int.h"

static enum err correction_refused(struct fault *fault, uint64_t of, const char *why)
{
	return fault_rule(fault, "correction", "position %" PRIu64 " %s", of, why);
}

static enum err batch_find(struct books *books, const struct entry *correction,
			   struct batch_view *ret_batch, struct fault *fault)
{
	uint64_t of = entry_position(correction, "batch");
	int64_t today = month_of_date(books_today(books)).n;
	struct member_record company;

	/* That its record may still be there is no leave: those are dropped a few
	 * at a time. */
	if (!query_batch(books, of, ret_batch) ||
	    today - ret_batch->recorded_month > BOOKS_WINDOW_MONTHS)
		return fault_rule(fault, "correction",
				  "position %" PRIu64
				  " is not a batch of the last %d months",
				  of, BOOKS_WINDOW_MONTHS);
	if (!slice_equal_text(entry_text(correction, "company"), ret_batch->company))
		return correction_refused(fault, of, "is a batch of another company");
	if (!member_find(books, slice_of_text(ret_batch->company), &company) ||
	    !company.active) /* its collector may be there still */
		return correction_refused(fault, of,
					  "is a batch of a company that has retired");
	if (date_cmp(correction->date, ret_batch->date) < 0)
		return correction_refused(fault, of,
					  "is corrected before the day of the batch");
	return ERR_OK;
}

enum err correction_compute(struct books *books, const struct entry *correction,
			    struct correction_due *ret_due, struct fault *fault)
{
	struct match_ask *ask = &ret_due->ask.match;
	struct batch_view *batch = &ret_due->batch;
	enum err err = batch_find(books, correction, batch, fault);

	if (err)
		return err;
	batch_ask(books, correction, &ret_due->ask);
	ask->company = slice_of_text(batch->company);
	ask->is_salary = strcmp(batch->source, "salary") == 0;
	ask->period = batch->period;
	for (size_t i = 0; i < batch->totals.count; i++)
		ask->change =
			books_minus(books, ask->change, batch->totals.total[i].amount);
	if (!ret_due->ask.totals.count)
		match_ask_weights(books, ask, &batch->totals);
	return match_compute(books, ask, &ret_due->match, fault);
}

static enum err manifest_check_correction(struct books *books,
					  const struct batch_view *batch,
					  struct fault *fault)
{
	char period[MONTH_TEXT_BYTES];
	struct manifest manifest = {
		.source = slice_of_text(batch->source),
		.site = slice_of_text(batch->site),
		.step = batch->step,
		.terms = slice_of_text(batch->terms),
		.is_correction = true,
		.corrects = entry_position(books->entry, "batch"),
	};

	month_format(batch->period, period);
	manifest.period = slice_of_text(period);
	return manifest_check(books, &manifest, fault);
}

static int total_cmp(const struct batch_total *a, const struct batch_total *b)
{
	int order = strcmp(a->fund, b->fund);

	return order ? order : strcmp(a->giver, b->giver);
}

/* One fund and giver: what it was, and what it is from here on. */
static enum err total_change(struct books *books, const struct batch_view *batch,
			     const struct batch_total *total, struct cents change,
			     struct fault *fault)
{
	uint64_t of = entry_position(books->entry, "batch");
	struct slice payer = batch_payer(batch);
	struct line line =
		batch_line(slice_of_text(batch->source), total, of, batch->due_on);

	struct taking taking = { .any_position = false };

	line.open = change;
	if (cents_is_positive(change))
		return line_add(books, payer, &line, fault);
	return promise_take_back(books, payer, &line, cents_neg(change), &taking, fault);
}

/* Both lists ascend. */
static enum err totals_change(struct books *books, const struct correction_due *due,
			      struct fault *fault)
{
	const struct batch_totals *old = &due->batch.totals, *new = &due->ask.totals;
	size_t i = 0, j = 0;
	enum err err = ERR_OK;

	while (!err && (i < old->count || j < new->count)) {
		int order = i == old->count   ? 1
			    : j == new->count ? -1
					      : total_cmp(&old->total[i], &new->total[j]);
		const struct batch_total *total =
			order <= 0 ? &old->total[i] : &new->total[j];
		struct cents change = CENTS_ZERO;

		if (order >= 0)
			change = new->total[j++].amount;
		if (order <= 0)
			change = books_minus(books, change, old->total[i++].amount);
		if (!cents_is_zero(change))
			err = total_change(books, &due->batch, total, change, fault);
	}
	return err;
}

enum err apply_correction(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	uint64_t of = entry_position(entry, "batch");
	struct correction_due due;
	struct batch_view *batch = &due.batch;
	enum err err;

	err = correction_compute(books, entry, &due, fault);
	if (!err)
		err = collector_check_correction(books, batch, fault);
	if (!err)
		err = batch_check_rows(books, slice_of_text(batch->source),
				       batch->row_cap, fault);
	if (!err)
		err = manifest_check_correction(books, batch, fault);
	if (!err)
		err = match_check(entry, &due.match, fault);
	if (!err)
		err = totals_change(books, &due, fault);
	if (!err)
		err = match_add(books, &due.ask.match, &due.match, of, batch->due_on,
				fault);
	if (err)
		return err;
	err = given_check_covered(books, of, fault);
	if (err)
		return err;
	given_rows(books, of, books->position, entry_integer(entry, "count"));
	batch->rows_at = books->position;
	batch->rows_count = entry_integer(entry, "count");
	batch->totals = due.ask.totals;
	batch_write(books, of, batch);
	err = credit_use(books, batch_payer(batch), of, CREDIT_ALL, fault);
	if (!err && batch->collector[0]) /* the match is the company's */
		err = credit_use(books, slice_of_text(batch->company), of, CREDIT_ALL,
				 fault);
	return err;
}
