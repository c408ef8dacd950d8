/*
 * api_correction.c - POST /v1/batches/{position}/correction: a batch as it should
 * have been.
 *
 * It is read, judged and made as a batch is (api_batch.c); here stands what it has to
 * do with the batch that it replaces.
 */
#include <inttypes.h>

#include "gateway/api_batch_int.h"

enum err correction_begin(struct api_call *call, struct books *books, struct fault *fault)
{
	struct api_batch *batch = call->batch;
	uint64_t *of = &batch->mend.position;
	enum err err = call_position(call, 0, of, fault);

	if (err)
		return err;
	if (!query_batch(books, *of, &batch->old) ||
	    strcmp(batch->old.collector[0] ? batch->old.collector : batch->old.company,
		   call->caller.member) != 0)
		return fault_rule(fault, "correction",
				  "position %" PRIu64
				  " is not a batch of this %s that can be corrected",
				  *of,
				  call->caller.role == ROLE_COLLECTOR ? "collector"
								      : "company");
	err = company_of_batch(call, fault);
	if (err)
		return err;
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

/* ---- what it changes ---- */

/* One fund and giver, of which either side may be 0. */
static enum err change_put(struct json_writer *json, const struct batch_total *total,
			   struct cents before, struct cents after, struct fault *fault)
{
	struct cents change;

	if (cents_add(after, cents_neg(before), &change) != ERR_OK)
		return fault_set(fault, ERR_TOO_BIG, "the totals are too large");
	if (cents_is_zero(change))
		return ERR_OK;
	json_put_object(json, NULL);
	json_put_text(json, "fund", total->fund);
	json_put_text(json, "giver", total->giver);
	json_put_integer(json, "before_cents", cents_value(before));
	json_put_integer(json, "after_cents", cents_value(after));
	json_put_integer(json, "amount_cents", cents_value(change));
	json_put_end(json);
	return ERR_OK;
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

enum err correction_put_changes(const struct api_call *call, const struct entry *entry,
				struct json_writer *json, struct fault *fault)
{
	const struct batch_totals *old = &call->batch->old.totals;
	const struct json *item = entry_list(entry, "totals")->first;
	enum err err = ERR_OK;
	size_t i = 0;

	json_put_array(json, "changes");
	while (!err && (i < old->count || item)) { /* both ascend by fund, then giver */
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
		err = change_put(json, &total, before, after, fault);
	}
	json_put_end(json);
	return err;
}
