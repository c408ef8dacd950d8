/*
 * ledger_receipt.c - receipts against the rows that the ledger keeps.
 */
#include "ledger/books_query_receipt.h"
#include "ledger/ledger_int.h"
#include "ledger/receipt_rows.h"

static enum err items_check(struct ledger *ledger, const struct entry *entry,
			    struct buffer *blob, struct fault *fault)
{
	struct given_view given;
	enum err err = ERR_OK;

	for (const struct json *item = entry_list(entry, "batches")->first; item && !err;
	     item = item->next) {
		if (!query_given_at(ledger->books, (uint64_t)item_integer(item, "batch"),
				    "person", &given) ||
		    !given.rows_count)
			continue;
		buffer_clear(blob);
		err = store_rows(ledger->store, given.rows_at, blob, fault);
		if (!err)
			err = receipt_rows_check(item, buffer_slice(blob), fault);
	}
	return err;
}

static enum err correction_check(struct ledger *ledger, const struct entry *entry,
				 const struct batch_rows *rows, struct buffer *blob,
				 struct fault *fault)
{
	struct given_view given;
	enum err err;

	if (!query_given_at(ledger->books, entry_position(entry, "batch"), "person",
			    &given) ||
	    cents_is_zero(given.receipted))
		return ERR_OK;
	err = store_rows(ledger->store, given.rows_at, blob, fault);
	if (err)
		return err;
	return receipt_rows_check_kept(ledger->books, buffer_slice(blob),
				       rows ? rows->blob : slice_of("", 0), fault);
}

enum err ledger_receipt_rows(struct ledger *ledger, const struct entry *entry,
			     const struct batch_rows *rows, struct fault *fault)
{
	struct buffer blob;
	enum err err = ERR_OK;

	buffer_init(&blob, STORE_ROWS_BYTES_MAX);
	if (entry->kind == KIND_receipt || entry->kind == KIND_voiding)
		err = items_check(ledger, entry, &blob, fault);
	else if (entry->kind == KIND_correction)
		err = correction_check(ledger, entry, rows, &blob, fault);
	buffer_release(&blob);
	return err;
}
