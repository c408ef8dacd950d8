/*
 * batch_check.c - see batch_check.h.
 */
#include "ledger/batch_check.h"

#include <inttypes.h>

#include "keys/encoding.h"
#include "ledger/rows.h"

static bool total_is(const struct json *stated, const struct rows_total *found)
{
	struct cents amount;

	return cents_add(found->roundup, found->extra, &amount) == ERR_OK &&
	       text_is(item_text(stated, "fund"), found->fund) &&
	       text_is(item_text(stated, "giver"), giver_name(found->giver)) &&
	       cents_cmp(item_cents(stated, "amount"), amount) == 0;
}

/* A pair of fund and giver that one side has and the other has otherwise. */
static enum err totals_check(const struct entry *batch, const struct rows_summary *found,
			     struct fault *fault)
{
	const struct json *list = entry_list(batch, "totals");
	const struct json *stated = list ? list->first : NULL;
	unsigned i = 0;

	for (; stated && i < found->n_totals; stated = stated->next, i++)
		if (!total_is(stated, &found->total[i]))
			break;
	if (!stated && i == found->n_totals)
		return ERR_OK;
	if (i == found->n_totals)
		return fault_set(fault, ERR_CORRUPT,
				 "the rows give %u totals, expected more from the batch",
				 found->n_totals);
	return fault_set(fault, ERR_CORRUPT,
			 "total %u of the rows is %" PRId64 " and %" PRId64
			 " cents of %s for %s, expected another from the batch",
			 i + 1, cents_value(found->total[i].roundup),
			 cents_value(found->total[i].extra),
			 giver_name(found->total[i].giver), found->total[i].fund);
}

static enum err head_check(const struct merkle_head *found,
			   const struct merkle_head *stated, struct fault *fault)
{
	char found_text[HASH_HEX_CHARS + 1], stated_text[HASH_HEX_CHARS + 1];

	if (found->size != stated->size)
		return fault_set(fault, ERR_CORRUPT,
				 "there are %" PRIu64 " rows, expected %" PRIu64
				 " from the batch",
				 found->size, stated->size);
	if (hash_equal(&found->root, &stated->root))
		return ERR_OK;
	hex_encode(found->root.b, HASH_BYTES, found_text);
	hex_encode(stated->root.b, HASH_BYTES, stated_text);
	return fault_set(fault, ERR_CORRUPT,
			 "the rows lead to the root %s, expected %s from the batch",
			 found_text, stated_text);
}

enum err batch_check(const struct entry *entry, struct slice blob,
		     const struct rows_limits *limits, struct tag *tags,
		     struct fault *fault)
{
	struct merkle_head stated = { (uint64_t)entry_integer(entry, "count"),
				      entry_hash(entry, "root") };
	struct rows_summary summary;
	enum err err = rows_summarise(blob, limits, tags, &summary, fault);

	if (!err)
		err = head_check(&summary.head, &stated, fault);
	return err ? err : totals_check(entry, &summary, fault);
}

struct rows_limits batch_limits(const struct entry *batch, struct cents row_cap)
{
	return rows_limits_of(text_is(entry_text(batch, "source"), "till"),
			      entry_cents(batch, "step"), row_cap,
			      (uint64_t)entry_integer(batch, "count"));
}

struct rows_limits batch_view_limits(const struct batch_view *batch, uint64_t count)
{
	return rows_limits_of(strcmp(batch->source, "till") == 0, batch->step,
			      batch->row_cap, count);
}
