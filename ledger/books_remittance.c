/*
 * books_remittance.c - what a collector transfers at once for many employers.
 *
 * It promises nothing: each batch is owed since it was posted. It says which batches one
 * transfer is for, so that a transfer whose reference names the remittance pays just
 * these, and what the collector keeps for its service, which is a fee as any other.
 */
#include "ledger/books_int.h"

struct remittance_record {
	struct cents fee;
	int64_t month; /* recorded in */
};

static const char *remittance_key(struct key *key, uint64_t position)
{
	return key_of(key, "remittance/%016" PRIu64, position);
}

static const char *remitted_prefix(struct key *key, uint64_t position)
{
	return key_of(key, "remitted/%016" PRIu64 "/", position);
}

static bool remittance_find(struct books *books, uint64_t position,
			    struct remittance_record *ret_remittance)
{
	struct record_reader reader;
	struct key key;

	if (!books_get(books, remittance_key(&key, position), &reader))
		return false;
	ret_remittance->fee = cents_of(record_read_integer(&reader));
	ret_remittance->month = record_read_integer(&reader);
	return month_of_date(books_today(books)).n - ret_remittance->month <=
	       BOOKS_WINDOW_MONTHS;
}

bool remittance_is(struct books *books, uint64_t position)
{
	struct remittance_record remittance;

	return remittance_find(books, position, &remittance);
}

bool remittance_batch(struct books *books, uint64_t position, uint64_t from,
		      uint64_t *ret_batch)
{
	struct state_cursor cursor;
	struct key prefix, first;

	remitted_prefix(&prefix, position);
	key_of(&first, "%s%016" PRIu64, prefix.text, from);
	state_seek(books->state, &cursor, prefix.text, first.text);
	if (!cursor.found)
		return false;
	*ret_batch = strtoull(cursor.key + strlen(prefix.text), NULL, 10);
	return true;
}

static void remitted_put(struct books *books, uint64_t of, struct month expires)
{
	struct key prefix, key;

	key_of(&key, "%s%016" PRIu64, remitted_prefix(&prefix, books->position), of);
	state_put(books->state, key.text, slice_of("\n", 1));
	books_expire(books, expires, key.text);
}

static enum err batch_find(struct books *books, uint64_t of, struct batch_view *ret_batch,
			   struct fault *fault)
{
	int64_t today = month_of_date(books_today(books)).n;
	struct slice by = books->entry->by;

	if (!query_batch(books, of, ret_batch) ||
	    today - ret_batch->recorded_month > BOOKS_WINDOW_MONTHS ||
	    !slice_equal_text(by, ret_batch->collector))
		return fault_rule(fault, "remittance",
				  "position %" PRIu64
				  " is not a batch of the last %d months that '%.*s' "
				  "has posted",
				  of, BOOKS_WINDOW_MONTHS, SLICE(by));
	if (ret_batch->remitted)
		return fault_rule(fault, "remittance",
				  "the batch at position %" PRIu64
				  " is in the remittance at position %" PRIu64 " already",
				  of, ret_batch->remitted);
	return ERR_OK;
}

/* Takes the batches one by one; a batch that stands twice is in it already. */
static enum err batches_take(struct books *books, struct month expires,
			     struct cents *ret_sum, struct fault *fault)
{
	const struct json *list = entry_list(books->entry, "batches");
	int64_t before = -1;
	enum err err = ERR_OK;

	*ret_sum = CENTS_ZERO;
	for (const struct json *item = list->first; item && !err; item = item->next) {
		uint64_t of = (uint64_t)item_integer(item, "batch");
		struct batch_view batch;

		if ((int64_t)of <= before)
			return fault_rule(fault, "remittance",
					  "the batches of a remittance ascend");
		before = (int64_t)of;
		err = batch_find(books, of, &batch, fault);
		if (err)
			return err;
		for (size_t i = 0; i < batch.totals.count; i++)
			*ret_sum =
				books_plus(books, *ret_sum, batch.totals.total[i].amount);
		batch.remitted = books->position;
		batch_write(books, of, &batch);
		remitted_put(books, of, expires);
	}
	return err;
}

static enum err fee_take(struct books *books, struct cents sum, struct fault *fault)
{
	struct settlement_record fee = { .amount = entry_cents(books->entry, "fee"),
					 .settles = (int64_t)books->position };

	if (!entry_has(books->entry, "fee"))
		return ERR_OK;
	if (cents_cmp(fee.amount, sum) > 0)
		return fault_rule(fault, "remittance",
				  "the fee is more than the %" PRId64
				  " cents that were collected",
				  cents_value(sum));
	text_copy(fee.payer, ID_BYTES, books->entry->by);
	return fee_keep(books, &fee, fault);
}

enum err apply_remittance(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct month month = month_of_date(books_today(books)), expires = month;
	struct record record;
	struct cents sum;
	struct key key;
	enum err err;

	if (month_add(month, BOOKS_WINDOW_MONTHS, &expires) != ERR_OK)
		expires = month;
	err = batches_take(books, expires, &sum, fault);
	if (err)
		return err;
	if (cents_cmp(sum, entry_cents(entry, "amount")) != 0)
		return fault_rule(fault, "remittance",
				  "the batches' rows add up to %" PRId64
				  " cents, and not to %" PRId64,
				  cents_value(sum),
				  cents_value(entry_cents(entry, "amount")));
	record_init(&record);
	record_integer(&record, cents_value(entry_cents(entry, "fee")));
	record_integer(&record, month.n);
	books_put(books, remittance_key(&key, books->position), &record);
	books_expire(books, expires, key.text);
	return fee_take(books, sum, fault);
}

enum err reverse_remittance(struct books *books, uint64_t of, struct fault *fault)
{
	struct remittance_record remittance;
	struct settlement_record fee;
	struct batch_view batch;
	uint64_t at = 0;
	struct key key;

	if (!remittance_find(books, of, &remittance))
		return fault_rule(fault, "reversal",
				  "position %" PRIu64 " cannot be reversed any more", of);
	for (; remittance_batch(books, of, at, &at); at++) {
		if (!query_batch(books, at, &batch))
			continue;
		batch.remitted = 0;
		batch_write(books, at, &batch);
	}
	state_delete(books->state, remittance_key(&key, of));
	if (cents_is_zero(remittance.fee))
		return ERR_OK;
	if (!settlement_find(books, of, &fee))
		return fault_set(fault, ERR_CORRUPT,
				 "a remittance's fee is gone: rebuild");
	return settlement_undo(books, of, &fee, fault);
}
