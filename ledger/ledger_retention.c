/*
 * ledger_retention.c - rows that the law does not ask to keep any more.
 *
 * Entries ascend in time, so the rows whose retention is over are the first ones: the
 * walk ends at the first that must be kept.
 */
#include <stdio.h>
#include <stdlib.h>

#include "ledger/ledger_int.h"

#define DELETED_AT_ONCE 64 /* batches in one transaction: others write in between */

/* The charter's "MM-DD". */
static enum err fiscal_year_end(struct ledger *ledger, int *ret_month, int *ret_day,
				struct fault *fault)
{
	struct json_doc *doc = json_doc_new();
	struct buffer bytes;
	struct entry charter;
	enum err err;

	buffer_init(&bytes, ENTRY_BYTES_MAX);
	err = doc ? store_entry(ledger->store, 0, &bytes, fault)
		  : fault_set(fault, ERR_MEMORY, "out of memory");
	if (!err)
		err = entry_parse(doc, buffer_slice(&bytes), &charter, fault);
	if (!err) {
		struct slice text = entry_text(&charter, "fiscal_year_end");

		*ret_month = (text.p[0] - '0') * 10 + text.p[1] - '0';
		*ret_day = (text.p[3] - '0') * 10 + text.p[4] - '0';
	}
	json_doc_free(doc);
	buffer_release(&bytes);
	return err;
}

/* A year's end of the fiscal year; the 29th of February is the 28th in other years. */
static enum err year_end(int year, int month, int day, struct date *ret_end)
{
	char text[64];

	(void)snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
	if (date_parse(text, ret_end) == ERR_OK)
		return ERR_OK;
	(void)snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day - 1);
	return date_parse(text, ret_end);
}

static enum err kept_until(struct date recorded_on, int month, int day,
			   struct date *ret_until, struct fault *fault)
{
	char text[DATE_TEXT_BYTES];
	int year;
	enum err err;

	date_format(recorded_on, text);
	year = (int)strtol(text, NULL, 10);
	err = year_end(year, month, day, ret_until);
	if (!err && date_cmp(*ret_until, recorded_on) < 0)
		year++;
	if (!err)
		err = year_end(year + LEDGER_RETENTION_YEARS, month, day, ret_until);
	return err ? fault_set(fault, ERR_CORRUPT, "a fiscal year's end is no day") : err;
}

static enum err recorded_on(struct ledger *ledger, uint64_t position,
			    struct date *ret_day, struct fault *fault)
{
	struct json_doc *doc = json_doc_new();
	struct buffer bytes;
	struct entry entry;
	enum err err;

	buffer_init(&bytes, ENTRY_BYTES_MAX);
	err = doc ? store_entry(ledger->store, position, &bytes, fault)
		  : fault_set(fault, ERR_MEMORY, "out of memory");
	if (!err)
		err = entry_parse(doc, buffer_slice(&bytes), &entry, fault);
	if (!err)
		err = date_paris(entry.at, ret_day);
	json_doc_free(doc);
	buffer_release(&bytes);
	return err;
}

/* In a transaction that is open. */
static enum err walk(struct ledger *ledger, struct date as_of,
		     enum err (*each)(void *ctx, const struct retained *rows,
				      struct fault *fault),
		     void *ctx, struct fault *fault)
{
	struct retained rows = { .position = 0 };
	int month = 0, day = 0;
	enum err err = fiscal_year_end(ledger, &month, &day, fault);

	while (!err) {
		bool found = false;

		err = store_rows_next(ledger->store, rows.position, &rows.position,
				      &found, fault);
		if (err || !found)
			break;
		err = recorded_on(ledger, rows.position, &rows.recorded_on, fault);
		if (!err)
			err = kept_until(rows.recorded_on, month, day, &rows.until,
					 fault);
		if (err || date_cmp(rows.until, as_of) >= 0)
			break;
		err = store_rows_size(ledger->store, rows.position, &rows.bytes, fault);
		if (!err)
			err = each(ctx, &rows, fault);
		rows.position++;
	}
	return err;
}

enum err ledger_retention_each(struct ledger *ledger, struct date as_of,
			       enum err (*each)(void *ctx, const struct retained *rows,
						struct fault *fault),
			       void *ctx, struct fault *fault)
{
	enum err err = ledger_reading_start(ledger, fault);

	if (err)
		return err;
	err = walk(ledger, as_of, each, ctx, fault);
	ledger_reading_stop(ledger);
	return err;
}

struct past {
	size_t count;
	uint64_t position[DELETED_AT_ONCE];
};

static enum err past_take(void *ctx, const struct retained *rows, struct fault *fault)
{
	struct past *past = ctx;

	(void)fault;
	if (past->count < DELETED_AT_ONCE)
		past->position[past->count++] = rows->position;
	return ERR_OK;
}

/* The first ones; *ret_count is 0 when there are no more. */
static enum err delete_some(struct ledger *ledger, struct date as_of, size_t *ret_count,
			    struct fault *fault)
{
	struct past past = { .count = 0 };
	enum err err = store_begin(ledger->store, STORE_EXCLUSIVE, fault);

	if (err)
		return err;
	err = ledger_catch_up(ledger, fault);
	if (!err)
		err = walk(ledger, as_of, past_take, &past, fault);
	for (size_t i = 0; i < past.count && !err; i++)
		err = store_rows_delete(ledger->store, past.position[i], as_of, fault);
	if (!err)
		err = store_commit(ledger->store, fault);
	if (err)
		store_rollback(ledger->store);
	*ret_count = past.count;
	return err;
}

enum err ledger_retention_delete(struct ledger *ledger, struct date as_of,
				 uint64_t *ret_count, struct fault *fault)
{
	size_t some = 0;
	enum err err = ledger_writable(ledger, fault);

	*ret_count = 0;
	do {
		if (!err)
			err = delete_some(ledger, as_of, &some, fault);
		*ret_count += err ? 0 : some;
	} while (!err && some);
	return err;
}
