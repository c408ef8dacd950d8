/*
 * hook_mollie_list.c - Mollie: the list of what has moved, which is its balance's
 * transactions, from the newest backwards.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/hook_mollie.h"
#include "gateway/hook_read.h"
#include "gateway/hook_value.h"
#include "gateway/json_writer.h"

#define PAGE 250

enum err mollie_list_path(const struct hook_endpoint *endpoint, struct date from,
			  struct date until, const char *cursor,
			  char ret_path[HOOK_LIST_PATH_CHARS_MAX + 1],
			  struct fault *fault)
{
	(void)endpoint;
	(void)from;
	(void)until;
	(void)fault;
	snprintf(ret_path, HOOK_LIST_PATH_CHARS_MAX + 1,
		 "/v2/balances/primary/transactions?limit=%d%s%s", PAGE,
		 cursor[0] ? "&from=" : "", cursor);
	return ERR_OK;
}

enum {
	ROW_ID,
	ROW_TYPE,
	ROW_VALUE,
	ROW_CURRENCY,
	ROW_FEE,
	ROW_FEE_CURRENCY,
	ROW_CREATED,
	ROW_PAYMENT, /* the ids of what it is of, in the context itself */
	ROW_REFUND,
	ROW_CHARGEBACK,
	ROW_SETTLEMENT,
	ROW_WANTS
};

static const struct {
	const char *type;
	enum movement_kind kind;
	size_t id;
	const char *prefix;
	bool is_out; /* its amount is below zero */
} types[] = {
	{ "payment", MOVEMENT_DONATION, ROW_PAYMENT, "tr_", false },
	{ "refund", MOVEMENT_REFUND, ROW_REFUND, "re_", true },
	{ "returned-refund", MOVEMENT_REFUND_FAILED, ROW_REFUND, "re_", false },
	{ "chargeback", MOVEMENT_CHARGEBACK, ROW_CHARGEBACK, "chb_", true },
	{ "chargeback-reversal", MOVEMENT_CHARGEBACK_REVERSED, ROW_CHARGEBACK, "chb_",
	  false },
	{ "outgoing-transfer", MOVEMENT_PAYOUT, ROW_SETTLEMENT, "stl_", true },
};

struct page {
	const struct hook_endpoint *endpoint;
	struct movements *movements;
};

static void parent_set(struct movement *movement, const struct json_want *row)
{
	if (movement->kind == MOVEMENT_DONATION || movement->kind == MOVEMENT_PAYOUT)
		return;
	(void)hook_id_of_want(&row[ROW_PAYMENT], "tr_", movement->parent);
}

/* The older kind's fees are told by its settlements. */
static enum err fee_put(struct page *page, const struct json_want *row,
			struct fault *fault)
{
	struct movement fee = { .kind = MOVEMENT_FEE };
	struct cents cents = CENTS_ZERO;
	bool is_read = hook_amount_of_decimal(&row[ROW_FEE], &cents);

	if (page->endpoint->adapter == &hook_mollie_classic ||
	    json_want_is_void(&row[ROW_FEE]) || (is_read && cents_is_zero(cents)))
		return ERR_OK;
	parent_set(&fee, row);
	if (!hook_id_of_want(&row[ROW_ID], "baltr_", fee.object) ||
	    !hook_date_of_want(&row[ROW_CREATED], &fee.date))
		movement_park(&fee, "a balance transaction has no id or date");
	else
		(void)movement_set_amount(&fee, is_read, cents_neg(cents),
					  &row[ROW_FEE_CURRENCY]);
	return movements_put(page->movements, &fee, fault);
}

static enum err row_put(struct page *page, const struct json_want *row, size_t t,
			struct fault *fault)
{
	struct movement movement = { .kind = types[t].kind };
	struct cents cents = CENTS_ZERO;
	bool is_read = hook_amount_of_decimal(&row[ROW_VALUE], &cents);
	enum err err;

	if (types[t].is_out)
		cents = cents_neg(cents);
	parent_set(&movement, row);
	if (!hook_id_of_want(&row[types[t].id], types[t].prefix, movement.object))
		movement_park(&movement, "a balance transaction is of nothing known");
	else if (!hook_date_of_want(&row[ROW_CREATED], &movement.date))
		movement_park(&movement, "a balance transaction has no id or date");
	else
		(void)movement_set_amount(&movement, is_read, cents, &row[ROW_CURRENCY]);
	err = movements_put(page->movements, &movement, fault);
	return err ? err : fee_put(page, row, fault);
}

static enum err row_judge(void *ctx, const struct json_want *row, struct fault *fault)
{
	struct page *page = ctx;
	for (size_t t = 0; t < sizeof types / sizeof *types; t++)
		if (json_want_is(&row[ROW_TYPE], types[t].type))
			return row_put(page, row, t, fault);
	page->movements->unknown++;
	return ERR_OK;
}

static enum err row_read(void *ctx, struct slice item, struct fault *fault)
{
	struct json_want row[ROW_WANTS] = {
		[ROW_ID] = { .path = "id" },
		[ROW_TYPE] = { .path = "type" },
		[ROW_VALUE] = { .path = "initialAmount.value" },
		[ROW_CURRENCY] = { .path = "initialAmount.currency" },
		[ROW_FEE] = { .path = "deductions.value" },
		[ROW_FEE_CURRENCY] = { .path = "deductions.currency" },
		[ROW_CREATED] = { .path = "createdAt" },
		[ROW_PAYMENT] = { .path = "context.paymentId" },
		[ROW_REFUND] = { .path = "context.refundId" },
		[ROW_CHARGEBACK] = { .path = "context.chargebackId" },
		[ROW_SETTLEMENT] = { .path = "context.settlementId" },
	};

	return hook_read_row(item, row, ROW_WANTS, row_judge, ctx, fault);
}

/* The id that the next page begins with stands in its address, as from=. */
static void cursor_find(struct slice href, char ret_cursor[HOOK_CURSOR_CHARS_MAX + 1])
{
	char id[MOVEMENT_ID_CHARS_MAX + 1];
	struct slice part;

	if (!hook_part_next(&href, '?', &part))
		return;
	while (hook_part_next(&href, '&', &part))
		if (part.n > 5 && memcmp(part.p, "from=", 5) == 0 &&
		    hook_id_of_text(slice_of(part.p + 5, part.n - 5), "baltr_", id))
			snprintf(ret_cursor, HOOK_CURSOR_CHARS_MAX + 1, "%s", id);
}

enum err mollie_read_list(const struct hook_endpoint *endpoint, struct slice body,
			  struct movements *movements,
			  char ret_cursor[HOOK_CURSOR_CHARS_MAX + 1], struct fault *fault)
{
	struct json_want want[] = { { .path = "_embedded.balance_transactions" },
				    { .path = "_links.next.href" } };
	struct page page = { endpoint, movements };
	void *texts = NULL;
	enum err err = json_pick(body, want, 2, &texts, fault);

	if (!err)
		err = json_each(want[0].text, HOOK_LIST_MAX, row_read, &page, fault);
	ret_cursor[0] = '\0';
	if (!err && want[1].token == JSON_TOKEN_TEXT) {
		cursor_find(want[1].text, ret_cursor);
		if (ret_cursor[0] == '\0')
			err = fault_set(
				fault, ERR_INVALID,
				"the list does not say where its next page begins");
	}
	free(texts);
	return err;
}

/* ---- telling again: an event that names what is then fetched ---- */

static const struct hook_retold retold[] = {
	{ MOVEMENT_DONATION, "payment.paid", NULL, false },
	{ MOVEMENT_REFUND, "refund.refunded", NULL, false },
	{ MOVEMENT_REFUND_FAILED, "refund.failed", NULL, false },
	{ MOVEMENT_CHARGEBACK, "chargeback.received", NULL, false },
	{ MOVEMENT_CHARGEBACK_REVERSED, "chargeback.reversed", NULL, false },
	{ MOVEMENT_FEE, "balance-transaction.created", NULL, false },
	{ 0, NULL, NULL, false },
};

enum err mollie_retell(const struct hook_endpoint *endpoint,
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
	json_put_text(writer, "resource", "event");
	json_put_text(writer, "type", again.row->type);
	json_put_text(writer, "entityId", again.object);
	json_put_text(writer, "createdAt", again.moment);
	json_put_end(writer);
	return json_writer_finish(writer);
}

/* The payment alone, of which all is read. */
enum err mollie_classic_retell(const struct hook_endpoint *endpoint,
			       const struct movement *missed, struct slice fetched,
			       struct buffer *ret_body, struct fault *fault)
{
	const char *payment =
		missed->kind == MOVEMENT_DONATION ? missed->object : missed->parent;

	(void)endpoint;
	(void)fetched; /* the worker does that */
	if (strncmp(payment, "tr_", 3) != 0)
		return fault_set(fault, ERR_NOT_FOUND,
				 "no delivery tells a movement like this");
	buffer_printf(ret_body, "id=%s", payment);
	return ERR_OK;
}
