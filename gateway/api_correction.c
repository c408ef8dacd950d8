/*
 * api_correction.c - POST /v1/batches/{position}/correction: a batch as it should
 * have been.
 *
 * It is read, judged and made as a batch is (api_batch.c); here stands what it has to
 * do with the batch that it replaces. What it would change is reckoned for a dry run,
 * as the books would book it.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "gateway/api_batch_int.h"

enum err correction_begin(struct api_call *call, struct books *books, struct fault *fault)
{
	struct api_batch *batch = call->batch;
	uint64_t *of = &batch->mend.position;
	enum err err = call_position(call, 0, of, fault);

	if (err)
		return err;
	if (!query_batch(books, *of, &batch->old) ||
	    strcmp(batch->old.company, call->caller.member) != 0)
		return fault_rule(fault, "correction",
				  "position %" PRIu64
				  " is not a batch of this company that can be corrected",
				  *of);
	batch->rules.is_correction = true;
	batch->rules.row_cap = batch->old.row_cap;
	return ERR_OK;
}

enum err correction_judge(struct api_batch *batch, struct fault *fault)
{
	struct batch_input *input = &batch->input;
	const struct batch_view *old = &batch->old;
	const struct {
		enum batch_member member;
		bool is_same;
	} members[] = {
		{ BATCH_PERIOD, month_cmp(input->period, old->period) == 0 },
		{ BATCH_SITE, strcmp(input->site, old->site) == 0 },
		{ BATCH_SOURCE,
		  strcmp(batch_source_name(input->source), old->source) == 0 },
		{ BATCH_STEP, cents_cmp(input->step, old->step) == 0 },
		{ BATCH_TERMS, strcmp(input->terms, old->terms) == 0 },
	};

	for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
		const char *name = batch_member_name(members[i].member);

		if (!members[i].is_same &&
		    batch_input_bad_member(input, slice_of_text(name), BATCH_FLAW_OTHER))
			return fault_set(fault, ERR_MEMORY, "out of memory");
	}
	return batch_bad_list_check(&input->bad, fault);
}

/* ---- what it would change ---- */

/* The company's lines, on which the correction is tried. */
struct trial {
	uint64_t batch; /* position */
	struct receivable_view *lines;
	size_t count;
	struct cents added; /* to what is open of the batch */
	struct cents freed; /* paid, and owed no more */
	enum err err;
};

static void trial_add(struct trial *trial, struct cents *sum, struct cents amount)
{
	if (!trial->err)
		trial->err = cents_add(*sum, amount, sum);
}

/* Less is first what is open, newest first; the rest was paid. `position` is NULL for
 * any. */
static void trial_take(struct trial *trial, const uint64_t *position, const char *class,
		       const char *fund, struct cents amount)
{
	for (size_t i = trial->count; i-- > 0;) {
		struct receivable_view *line = &trial->lines[i];
		struct cents part = cents_min(amount, line->open);

		if ((position && line->position != *position) ||
		    strcmp(line->class, class) != 0 || strcmp(line->fund, fund) != 0 ||
		    strcmp(line->earmark, "-") != 0)
			continue;
		trial_add(trial, &line->open, cents_neg(part));
		trial_add(trial, &amount, cents_neg(part));
	}
	trial_add(trial, &trial->freed, amount);
}

static void trial_change(struct trial *trial, const uint64_t *position, const char *class,
			 const char *fund, struct cents change)
{
	if (cents_is_positive(change))
		trial_add(trial, &trial->added, change);
	else
		trial_take(trial, position, class, fund, cents_neg(change));
}

/* One fund and giver, of which either side may be 0. */
static void change_put(struct trial *trial, struct json_writer *json,
		       const struct batch_total *total, struct cents before,
		       struct cents after)
{
	struct cents change = after;

	trial_add(trial, &change, cents_neg(before));
	if (cents_is_zero(change))
		return;
	trial_change(trial, &trial->batch, total->giver, total->fund, change);
	json_put_object(json, NULL);
	json_put_text(json, "fund", total->fund);
	json_put_text(json, "giver", total->giver);
	json_put_integer(json, "before_cents", cents_value(before));
	json_put_integer(json, "after_cents", cents_value(after));
	json_put_integer(json, "amount_cents", cents_value(change));
	json_put_end(json);
}

static void total_of(const struct json *item, struct batch_total *ret_total)
{
	(void)snprintf(ret_total->fund, sizeof ret_total->fund, "%.*s",
		       (int)item_text(item, "fund").n,
		       (const char *)item_text(item, "fund").p);
	(void)snprintf(ret_total->giver, sizeof ret_total->giver, "%.*s",
		       (int)item_text(item, "giver").n,
		       (const char *)item_text(item, "giver").p);
}

static int total_cmp(const struct batch_total *a, const struct batch_total *b)
{
	int order = strcmp(a->fund, b->fund);

	return order ? order : strcmp(a->giver, b->giver);
}

/* Both lists ascend by fund, then giver. */
static void changes_put(struct trial *trial, struct json_writer *json,
			const struct batch_totals *old, const struct json *item)
{
	size_t i = 0;

	json_put_array(json, "changes");
	while (i < old->count || item) {
		struct batch_total total = { .amount = CENTS_ZERO };
		struct cents before = CENTS_ZERO, after = CENTS_ZERO;
		int order = i == old->count ? 1 : -1;

		if (item)
			total_of(item, &total);
		if (item && i < old->count)
			order = total_cmp(&old->total[i], &total);
		if (order >= 0) {
			after = item_cents(item, "amount");
			item = item->next;
		}
		if (order <= 0) {
			total = old->total[i++];
			before = total.amount;
		}
		change_put(trial, json, &total, before, after);
	}
	json_put_end(json);
}

static void match_try(struct trial *trial, const struct json *part)
{
	for (; part; part = part->next) {
		char fund[BATCH_ID_BYTES_MAX + 1];

		(void)snprintf(fund, sizeof fund, "%.*s", (int)item_text(part, "fund").n,
			       (const char *)item_text(part, "fund").p);
		trial_change(trial, NULL, "match", fund, item_cents(part, "amount"));
	}
}

/* What is left open of the batch, once the company's credit is used for it. */
static void left_put(struct trial *trial, struct json_writer *json, struct cents credit)
{
	struct cents open = trial->added;

	for (size_t i = 0; i < trial->count; i++)
		if (trial->lines[i].position == trial->batch)
			trial_add(trial, &open, trial->lines[i].open);
	trial_add(trial, &credit, trial->freed);
	if (cents_is_positive(credit))
		trial_add(trial, &open, cents_neg(cents_min(credit, open)));
	json_put_integer(json, "credit_cents", cents_value(trial->freed));
	json_put_integer(json, "amount_to_transfer_cents", cents_value(open));
}

enum err correction_put_changes(struct api_call *call, struct books *books,
				const struct entry *entry, struct json_writer *json,
				struct fault *fault)
{
	const struct api_batch *batch = call->batch;
	char account[POSTING_ACCOUNT_BYTES_MAX];
	struct trial trial = { .batch = batch->mend.position,
			       .added = CENTS_ZERO,
			       .freed = CENTS_ZERO };
	enum err err = query_receivables(books, slice_of_text(call->caller.member),
					 &trial.lines, &trial.count, fault);

	if (err)
		return err;
	changes_put(&trial, json, &batch->old.totals, entry_list(entry, "totals")->first);
	match_try(&trial, entry_list(entry, "match")->first);
	(void)snprintf(account, sizeof account, "credit/%s", call->caller.member);
	/* A credit stands below zero. */
	left_put(&trial, json, cents_neg(query_balance(books, account)));
	free(trial.lines);
	if (trial.err)
		return fault_set(fault, trial.err, "the amounts are too large to add up");
	return ERR_OK;
}
