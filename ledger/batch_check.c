/*
 * batch_check.c - see batch_check.h.
 */
#include "ledger/batch_check.h"

#include "ledger/rows.h"

static bool total_is(const struct json *stated, const struct rows_total *found)
{
	struct cents amount;

	return cents_add(found->roundup, found->extra, &amount) == ERR_OK &&
	       text_is(item_text(stated, "fund"), found->fund) &&
	       text_is(item_text(stated, "giver"), giver_name(found->giver)) &&
	       cents_cmp(item_cents(stated, "amount"), amount) == 0;
}

static bool totals_are(const struct entry *batch, const struct rows_summary *found)
{
	const struct json *list = entry_list(batch, "totals");
	const struct json *stated = list ? list->first : NULL;
	unsigned i = 0;

	for (; stated && i < found->n_totals; stated = stated->next, i++)
		if (!total_is(stated, &found->total[i]))
			return false;
	return !stated && i == found->n_totals;
}

enum err batch_check(const struct entry *batch, struct slice blob, struct cents row_cap,
		     struct tag *tags, struct fault *fault)
{
	struct rows_limits limits = rows_limits_of(
		text_is(entry_text(batch, "source"), "till"), entry_cents(batch, "step"),
		row_cap, (uint64_t)entry_integer(batch, "count"));
	struct hash root = entry_hash(batch, "root");
	struct rows_summary summary;
	enum err err = rows_summarise(blob, &limits, tags, &summary, fault);

	if (err)
		return err;
	if (summary.head.size != limits.rows_max ||
	    !hash_equal(&summary.head.root, &root))
		return fault_set(
			fault, ERR_CORRUPT,
			"the rows are not those of which the batch states the root");
	if (!totals_are(batch, &summary))
		return fault_set(fault, ERR_CORRUPT,
				 "the batch's totals are not those of its rows");
	return ERR_OK;
}
