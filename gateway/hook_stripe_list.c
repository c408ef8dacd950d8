/*
 * hook_stripe_list.c - Stripe: the list of what has moved, which is its balance
 * transactions.
 *
 * Each names what it is of (source): a charge, a refund, a dispute, a payout, under the
 * same ids as the events do; reporting_category says which, where type would not. What
 * Stripe keeps of a transaction stands on it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/hook_read.h"
#include "gateway/hook_stripe.h"
#include "gateway/hook_value.h"
#include "gateway/json_writer.h"

#define PAGE 100

enum err stripe_list_path(const struct hook_endpoint *endpoint, struct date from,
			  struct date until, const char *cursor,
			  char ret_path[HOOK_LIST_PATH_CHARS_MAX + 1],
			  struct fault *fault)
{
	/* A day in Paris begins up to two hours before the same day in UTC. */
	long long first_s = (long long)from.day * DAY_S - 7200;
	long long end_s = (long long)(until.day + 1) * DAY_S;

	(void)endpoint;
	(void)fault;
	snprintf(ret_path, HOOK_LIST_PATH_CHARS_MAX + 1,
		 "/v1/"
		 "balance_transactions?limit=%d&created[gte]=%lld&created[lt]=%lld%s%s",
		 PAGE, first_s, end_s, cursor[0] ? "&starting_after=" : "", cursor);
	return ERR_OK;
}

static const struct {
	const char *category;
	enum movement_kind kind;
	const char *prefix[2];
	bool is_out; /* its amount is below zero */
} categories[] = {
	{ "charge", MOVEMENT_DONATION, { "ch_", "py_" }, false },
	{ "refund", MOVEMENT_REFUND, { "re_", "pyr_" }, true },
	{ "refund_failure", MOVEMENT_REFUND_FAILED, { "re_", "pyr_" }, false },
	{ "charge_failure", MOVEMENT_LATE_FAILURE, { "ch_", "py_" }, true },
	{ "dispute", MOVEMENT_CHARGEBACK, { "dp_", "du_" }, true },
	{ "dispute_reversal", MOVEMENT_CHARGEBACK_REVERSED, { "dp_", "du_" }, false },
	{ "payout", MOVEMENT_PAYOUT, { "po_", "po_" }, true },
	{ "payout_reversal", MOVEMENT_PAYOUT_FAILED, { "po_", "po_" }, false },
};

enum {
	ROW_ID,
	ROW_CATEGORY,
	ROW_SOURCE,
	ROW_AMOUNT,
	ROW_FEE,
	ROW_CURRENCY,
	ROW_CREATED,
	ROW_WANTS
};

struct page {
	struct movements *movements;
	char last[MOVEMENT_ID_CHARS_MAX + 1];
};

static enum err row_put(struct page *page, const struct json_want *row, size_t c,
			struct fault *fault)
{
	struct movement movement = { .kind = categories[c].kind };
	struct cents cents = CENTS_ZERO;
	bool is_read = hook_amount_of_integer(&row[ROW_AMOUNT], &cents);

	if (categories[c].is_out)
		cents = cents_neg(cents);
	/* Funds may be withdrawn for one dispute more than once. */
	memcpy(movement.event, page->last, sizeof movement.event);
	if (!hook_id_of_want(&row[ROW_SOURCE], categories[c].prefix[0],
			     movement.object) &&
	    !hook_id_of_want(&row[ROW_SOURCE], categories[c].prefix[1], movement.object))
		movement_park(&movement, "a balance transaction is of nothing known");
	else if (!hook_date_of_want(&row[ROW_CREATED], &movement.date))
		movement_park(&movement, "a balance transaction has no date");
	else
		(void)movement_set_amount(&movement, is_read, cents, &row[ROW_CURRENCY]);
	return movements_put(page->movements, &movement, fault);
}

static enum err fee_put(struct page *page, const struct json_want *row,
			struct fault *fault)
{
	struct movement fee = { .kind = MOVEMENT_FEE };
	struct cents cents = CENTS_ZERO;
	bool is_read = hook_amount_of_integer(&row[ROW_FEE], &cents);

	if (is_read && cents_is_zero(cents))
		return ERR_OK;
	memcpy(fee.object, page->last, sizeof fee.object);
	if (!hook_id_of_want(&row[ROW_SOURCE], "ch_", fee.parent))
		(void)hook_id_of_want(&row[ROW_SOURCE], "py_", fee.parent);
	if (!hook_date_of_want(&row[ROW_CREATED], &fee.date))
		movement_park(&fee, "a balance transaction has no date");
	else
		(void)movement_set_amount(&fee, is_read, cents, &row[ROW_CURRENCY]);
	return movements_put(page->movements, &fee, fault);
}

static enum err row_judge(void *ctx, const struct json_want *row, struct fault *fault)
{
	struct page *page = ctx;
	size_t c = 0;
	enum err err;

	if (!hook_id_of_want(&row[ROW_ID], "txn_", page->last))
		return fault_set(fault, ERR_INVALID,
				 "a balance transaction has no id that is known");
	while (c < sizeof categories / sizeof *categories &&
	       !json_want_is(&row[ROW_CATEGORY], categories[c].category))
		c++;
	if (c == sizeof categories / sizeof *categories) {
		page->movements->unknown++;
		return ERR_OK;
	}
	err = row_put(page, row, c, fault);
	return err ? err : fee_put(page, row, fault);
}

static enum err row_read(void *ctx, struct slice item, struct fault *fault)
{
	struct json_want row[ROW_WANTS] = {
		[ROW_ID] = { .path = "id" },
		[ROW_CATEGORY] = { .path = "reporting_category" },
		[ROW_SOURCE] = { .path = "source" },
		[ROW_AMOUNT] = { .path = "amount" },
		[ROW_FEE] = { .path = "fee" },
		[ROW_CURRENCY] = { .path = "currency" },
		[ROW_CREATED] = { .path = "created" },
	};

	return hook_read_row(item, row, ROW_WANTS, row_judge, ctx, fault);
}

enum err stripe_read_list(const struct hook_endpoint *endpoint, struct slice body,
			  struct movements *movements,
			  char ret_cursor[HOOK_CURSOR_CHARS_MAX + 1], struct fault *fault)
{
	struct json_want want[] = { { .path = "data" }, { .path = "has_more" } };
	struct page page = { .movements = movements };
	void *texts = NULL;
	enum err err = json_pick(body, want, 2, &texts, fault);

	(void)endpoint;
	if (!err)
		err = json_each(want[0].text, HOOK_LIST_MAX, row_read, &page, fault);
	if (!err)
		snprintf(ret_cursor, HOOK_CURSOR_CHARS_MAX + 1, "%s",
			 json_want_is_true(&want[1]) ? page.last : "");
	free(texts);
	return err;
}

/* ---- telling again ---- */

static const struct hook_retold retold[] = {
	{ MOVEMENT_DONATION, "charge.succeeded", "/v1/charges/%s", false },
	{ MOVEMENT_FEE, "charge.succeeded", "/v1/charges/%s", true },
	{ MOVEMENT_REFUND, "refund.updated", "/v1/refunds/%s", false },
	{ MOVEMENT_REFUND_FAILED, "refund.failed", "/v1/refunds/%s", false },
	{ MOVEMENT_CHARGEBACK, "charge.dispute.funds_withdrawn", "/v1/disputes/%s",
	  false },
	{ MOVEMENT_CHARGEBACK_REVERSED, "charge.dispute.funds_reinstated",
	  "/v1/disputes/%s", false },
	{ MOVEMENT_PAYOUT, "payout.paid", "/v1/payouts/%s", false },
	{ MOVEMENT_PAYOUT_FAILED, "payout.failed", "/v1/payouts/%s", false },
	{ 0, NULL, NULL, false },
};

enum err stripe_retell_path(const struct movement *missed,
			    char ret_path[MOVEMENT_PATH_CHARS_MAX + 1],
			    struct fault *fault)
{
	const struct hook_retold *row;
	const char *object;
	enum err err = hook_retold_find(retold, missed, &row, &object, fault);

	if (err)
		return err;
		/* The formats are those above, each with one id. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(ret_path, MOVEMENT_PATH_CHARS_MAX + 1, row->path, object);
#pragma GCC diagnostic pop
	return ERR_OK;
}

/* An event is its object, and what has become of it. */
enum err stripe_retell(const struct hook_endpoint *endpoint,
		       const struct movement *missed, struct slice fetched,
		       struct buffer *ret_body, struct fault *fault)
{
	const struct hook_retold *row;
	const char *object;
	struct json_writer writer;
	struct json_want id = { .path = "id" };
	void *texts = NULL;
	enum err err = hook_retold_find(retold, missed, &row, &object, fault);

	if (!err)
		err = json_pick(fetched, &id, 1, &texts, fault);
	if (!err && !json_want_is(&id, object))
		err = fault_set(fault, ERR_INVALID,
				"what was fetched is not what was asked for");
	free(texts);
	if (err)
		return err;
	json_writer_init(&writer, ret_body);
	json_put_object(&writer, NULL);
	json_put_text(&writer, "object", "event");
	json_put_text(&writer, "type", row->type);
	json_put_bool(&writer, "livemode", endpoint->environment == HOOK_LIVE);
	json_put_integer(&writer, "created", (int64_t)missed->date.day * DAY_S);
	json_put_object(&writer, "data");
	json_put_json(&writer, "object", fetched);
	json_put_end(&writer);
	json_put_end(&writer);
	return json_writer_finish(&writer);
}
