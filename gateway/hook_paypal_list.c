/*
 * hook_paypal_list.c - PayPal: the list of what has moved, which is its transaction
 * search.
 *
 * The one place where a transfer to the bank is told. What a transaction is, its event
 * code says by its first three characters (T00: payments received) or by all five. The
 * search shows a transaction some hours after it was made, and 31 days at a time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/hook_paypal.h"
#include "gateway/hook_read.h"
#include "gateway/hook_value.h"
#include "gateway/json_writer.h"

#define PAGE     100
#define DAYS_MAX 31

enum err paypal_list_path(const struct hook_endpoint *endpoint, struct date from,
			  struct date until, const char *cursor,
			  char ret_path[HOOK_LIST_PATH_CHARS_MAX + 1],
			  struct fault *fault)
{
	char first[DATE_TEXT_BYTES], last[DATE_TEXT_BYTES];

	(void)endpoint;
	if (date_days(from, until) >= DAYS_MAX)
		return fault_set(fault, ERR_INVALID,
				 "PayPal lists %d days at a time at most", DAYS_MAX);
	date_format(from, first);
	date_format(until, last);
	snprintf(ret_path, HOOK_LIST_PATH_CHARS_MAX + 1,
		 PAYPAL_TRANSACTIONS "start_date=%sT00:00:00Z&end_date=%sT23:59:59Z"
				     "&fields=transaction_info&page_size=%d&page=%s",
		 first, last, PAGE, cursor[0] ? cursor : "1");
	return ERR_OK;
}

/* A code, or what codes begin with: the first that fits. */
static const struct {
	const char *code;
	enum movement_kind kind;
	bool is_out;    /* its amount is below zero */
	bool is_of_ref; /* its object is what it refers to, as in the events */
} codes[] = {
	{ "T1107", MOVEMENT_REFUND, true, false },
	{ "T1106", MOVEMENT_CHARGEBACK, true, true },
	{ "T1201", MOVEMENT_CHARGEBACK, true, true },
	{ "T1202", MOVEMENT_CHARGEBACK_REVERSED, false, true },
	{ "T00", MOVEMENT_DONATION, false, false },
	{ "T04", MOVEMENT_PAYOUT, true, false },
};

enum {
	ROW_ID,
	ROW_CODE,
	ROW_REFERENCE,
	ROW_VALUE,
	ROW_CURRENCY,
	ROW_FEE,
	ROW_FEE_CURRENCY,
	ROW_DATE,
	ROW_WANTS
};

static size_t code_find(const struct json_want *code)
{
	size_t i = 0;

	for (; i < sizeof codes / sizeof *codes; i++) {
		size_t n = strlen(codes[i].code);

		if (code->token == JSON_TOKEN_TEXT && code->text.n == 5 &&
		    memcmp(code->text.p, codes[i].code, n) == 0)
			break;
	}
	return i;
}

static enum err fee_put(const struct movement *donation, const struct json_want *row,
			struct movements *movements, struct fault *fault)
{
	struct movement fee = *donation;
	struct cents cents = CENTS_ZERO;
	bool is_read = hook_amount_of_decimal(&row[ROW_FEE], &cents);

	if (json_want_is_void(&row[ROW_FEE]) || (is_read && cents_is_zero(cents)))
		return ERR_OK;
	fee.kind = MOVEMENT_FEE;
	memcpy(fee.parent, donation->object, sizeof fee.parent);
	fee.amount = CENTS_ZERO;
	(void)movement_set_amount(&fee, is_read, cents_neg(cents),
				  &row[ROW_FEE_CURRENCY]);
	return movements_put(movements, &fee, fault);
}

static bool ids_read(const struct json_want *row, size_t c, struct movement *movement)
{
	char id[MOVEMENT_ID_CHARS_MAX + 1];

	if (!hook_id_of_want(&row[ROW_ID], "", id))
		return false;
	(void)hook_id_of_want(&row[ROW_REFERENCE], "", movement->parent);
	/* Of one capture more may be taken back than once. */
	if (codes[c].is_of_ref)
		memcpy(movement->event, id, sizeof movement->event);
	if (codes[c].is_of_ref && movement->parent[0] == '\0')
		return false;
	memcpy(movement->object, codes[c].is_of_ref ? movement->parent : id,
	       sizeof movement->object);
	if (codes[c].kind == MOVEMENT_DONATION || codes[c].kind == MOVEMENT_PAYOUT)
		movement->parent[0] = '\0';
	return true;
}

static enum err row_put(const struct json_want *row, size_t c,
			struct movements *movements, struct fault *fault)
{
	struct movement movement = { .kind = codes[c].kind };
	struct cents cents = CENTS_ZERO;
	bool is_read = hook_amount_of_decimal(&row[ROW_VALUE], &cents);
	enum err err;

	if (codes[c].is_out)
		cents = cents_neg(cents);
	if (!ids_read(row, c, &movement))
		movement_park(&movement, "a transaction has no id that is known");
	else if (!hook_date_of_want(&row[ROW_DATE], &movement.date))
		movement_park(&movement, "a transaction has no date");
	else
		(void)movement_set_amount(&movement, is_read, cents, &row[ROW_CURRENCY]);
	err = movements_put(movements, &movement, fault);
	if (err || movement.kind != MOVEMENT_DONATION ||
	    movement.state == MOVEMENT_PARKED)
		return err;
	return fee_put(&movement, row, movements, fault);
}

static enum err row_read(void *ctx, struct slice item, struct fault *fault)
{
	struct movements *movements = ctx;
	struct json_want row[ROW_WANTS] = {
		[ROW_ID] = { .path = "transaction_info.transaction_id" },
		[ROW_CODE] = { .path = "transaction_info.transaction_event_code" },
		[ROW_REFERENCE] = { .path = "transaction_info.paypal_reference_id" },
		[ROW_VALUE] = { .path = "transaction_info.transaction_amount.value" },
		[ROW_CURRENCY] = { .path = "transaction_info.transaction_amount."
					   "currency_code" },
		[ROW_FEE] = { .path = "transaction_info.fee_amount.value" },
		[ROW_FEE_CURRENCY] = { .path = "transaction_info.fee_amount."
					       "currency_code" },
		[ROW_DATE] = { .path = "transaction_info.transaction_initiation_date" },
	};
	void *texts = NULL;
	size_t c;
	enum err err = json_pick(item, row, ROW_WANTS, &texts, fault);

	if (!err) {
		c = code_find(&row[ROW_CODE]);
		if (c == sizeof codes / sizeof *codes)
			movements->unknown++;
		else
			err = row_put(row, c, movements, fault);
	}
	free(texts);
	return err;
}

enum err paypal_read_list(const struct hook_endpoint *endpoint, struct slice body,
			  struct movements *movements,
			  char ret_cursor[HOOK_CURSOR_CHARS_MAX + 1], struct fault *fault)
{
	struct json_want want[] = { { .path = "transaction_details" },
				    { .path = "page" },
				    { .path = "total_pages" } };
	void *texts = NULL;
	enum err err = json_pick(body, want, 3, &texts, fault);

	(void)endpoint;
	if (!err &&
	    (want[1].token != JSON_TOKEN_INTEGER || want[2].token != JSON_TOKEN_INTEGER))
		err = fault_set(fault, ERR_INVALID, "the list does not say its pages");
	if (!err)
		err = json_each(want[0].text, HOOK_LIST_MAX, row_read, movements, fault);
	ret_cursor[0] = '\0';
	if (!err && want[1].integer > 0 && want[1].integer < want[2].integer)
		snprintf(ret_cursor, HOOK_CURSOR_CHARS_MAX + 1, "%lld",
			 (long long)want[1].integer + 1);
	free(texts);
	return err;
}

/* ---- one transaction of the list, for what no event tells ---- */

enum err paypal_transaction_path(const char *id, struct date date,
				 char ret_path[MOVEMENT_PATH_CHARS_MAX + 1],
				 struct fault *fault)
{
	char first[DATE_TEXT_BYTES], last[DATE_TEXT_BYTES];
	struct date before, after;

	if (date_add_days(date, -1, &before) != ERR_OK ||
	    date_add_days(date, 1, &after) != ERR_OK)
		return fault_set(fault, ERR_INVALID, "these days cannot be listed");
	date_format(before, first);
	date_format(after, last);
	snprintf(ret_path, MOVEMENT_PATH_CHARS_MAX + 1,
		 PAYPAL_TRANSACTIONS "transaction_id=%s&start_date=%sT00:00:00Z"
				     "&end_date=%sT23:59:59Z&fields=transaction_info",
		 id, first, last);
	return ERR_OK;
}

enum err paypal_transaction_read(const struct hook_endpoint *endpoint,
				 const struct movement *wanted, struct slice body,
				 struct movements *movements, struct fault *fault)
{
	char cursor[HOOK_CURSOR_CHARS_MAX + 1];
	struct movements rows;
	size_t found = 0;
	enum err err;

	movements_init(&rows);
	err = paypal_read_list(endpoint, body, &rows, cursor, fault);
	for (size_t i = 0; !err && i < rows.count; i++) {
		if (strcmp(rows.item[i].object, wanted->object) != 0 &&
		    strcmp(rows.item[i].event, wanted->object) != 0)
			continue;
		err = movements_put(movements, &rows.item[i], fault);
		found++;
	}
	if (!err && !found)
		err = fault_set(fault, ERR_INVALID,
				"what was fetched is not what was asked for");
	movements_release(&rows);
	return err;
}

/* ---- telling again: an event that names what is then fetched ---- */

static const struct hook_retold retold[] = {
	{ MOVEMENT_DONATION, "PAYMENT.CAPTURE.COMPLETED", NULL, false },
	{ MOVEMENT_FEE, "PAYMENT.CAPTURE.COMPLETED", NULL, true },
	{ MOVEMENT_REFUND, "PAYMENT.CAPTURE.REFUNDED", NULL, false },
	{ MOVEMENT_CHARGEBACK, PAYPAL_TRANSACTION, NULL, false },
	{ MOVEMENT_CHARGEBACK_REVERSED, PAYPAL_TRANSACTION, NULL, false },
	{ MOVEMENT_PAYOUT, PAYPAL_TRANSACTION, NULL, false },
	{ 0, NULL, NULL, false },
};

enum err paypal_retell(const struct hook_endpoint *endpoint,
		       const struct movement *missed, struct slice fetched,
		       struct buffer *ret_body, struct fault *fault)
{
	struct hook_retelling again;
	struct json_writer *writer = &again.writer;
	enum err err = hook_retell_begin(retold, missed, ret_body, &again, fault);

	(void)endpoint;
	(void)fetched; /* the worker does that */
	if (err)
		return err;
	json_put_text(writer, "event_type", again.row->type);
	json_put_text(writer, "create_time", again.moment);
	json_put_object(writer, "resource");
	json_put_text(writer, "id", missed->event[0] ? missed->event : again.object);
	json_put_end(writer);
	json_put_end(writer);
	return json_writer_finish(writer);
}
