/*
 * allocation_funds.c - section 2: what each fund had, got, gave away and has left.
 *
 * The last table adds the funds up to what the bank should show, from the other side
 * of the double entry: a reader with a bank statement can compare one figure.
 */
#include "reports/allocation_int.h"

#include <string.h>

static const struct {
	const char *class;
	enum msg label;
} classes[] = {
	{ "courant", MSG_CLASS_COURANT },
	{ "dotation-consomptible", MSG_CLASS_CONSOMPTIBLE },
	{ "dotation-non-consomptible", MSG_CLASS_NON_CONSOMPTIBLE },
};

static const char *class_label(const struct allocation *a, const char *class)
{
	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
		if (strcmp(classes[i].class, class) == 0)
			return say(a, classes[i].label);
	return class;
}

static void put_fund_list(struct allocation *a)
{
	struct table *table = allocation_table(a, "fund_list", MSG_FUND_LIST_TABLE);

	allocation_column(a, table, "fund", MSG_FUND, VALUE_TEXT);
	allocation_column(a, table, "label", MSG_FUND_LABEL, VALUE_TEXT);
	allocation_column(a, table, "class", MSG_FUND_CLASS, VALUE_TEXT);
	for (size_t i = 0; i < a->fund_count; i++) {
		row_begin(table, ROW_NORMAL);
		cell_text(table, a->funds[i].id);
		cell_text(table, a->funds[i].label);
		cell_text(table, class_label(a, a->funds[i].class));
	}
}

/* All of a fund; *ret_overdrawn is what its sub-balances lack, each by itself:
 * money earmarked to a project does not fill what is missing elsewhere. */
static struct sub_sums fund_sums(struct allocation *a, const char *fund,
				 struct cents *ret_overdrawn)
{
	struct sub_sums sums = { .fund = "" };

	*ret_overdrawn = CENTS_ZERO;
	for (size_t i = 0; i < a->sub_count; i++) {
		if (strcmp(a->subs[i].fund, fund) != 0)
			continue;
		sub_sums_add(a, &sums, &a->subs[i]);
		if (cents_is_negative(a->subs[i].available))
			*ret_overdrawn =
				allocation_minus(a, *ret_overdrawn, a->subs[i].available);
	}
	return sums;
}

static enum row_style style_of(struct cents overdrawn)
{
	return cents_is_zero(overdrawn) ? ROW_NORMAL : ROW_ALERT;
}

static void put_available(struct allocation *a)
{
	struct table *table = allocation_table(a, "funds", MSG_FUNDS_TABLE);

	allocation_column(a, table, "fund", MSG_FUND, VALUE_TEXT);
	allocation_column(a, table, "available_start", MSG_AVAILABLE_START, VALUE_CENTS);
	allocation_column(a, table, "received", MSG_RECEIVED, VALUE_CENTS);
	allocation_column(a, table, "allocated", MSG_ALLOCATED, VALUE_CENTS);
	allocation_column(a, table, "transferred", MSG_TRANSFERRED, VALUE_CENTS);
	allocation_column(a, table, "granted", MSG_GRANTED, VALUE_CENTS);
	allocation_column(a, table, "given_back", MSG_GIVEN_BACK, VALUE_CENTS);
	allocation_column(a, table, "spent", MSG_SPENT, VALUE_CENTS);
	allocation_column(a, table, "available", MSG_AVAILABLE_END, VALUE_CENTS);
	for (size_t i = 0; i < a->fund_count; i++) {
		struct cents overdrawn;
		struct sub_sums sums = fund_sums(a, a->funds[i].id, &overdrawn);

		row_begin(table, style_of(overdrawn));
		cell_text(table, a->funds[i].id);
		cell_cents(table, sums.available_start);
		cell_cents(table, sums.received);
		cell_cents(table, sums.allocated);
		cell_cents(table, sums.transferred);
		cell_cents(table, sums.granted);
		cell_cents(table, sums.given_back);
		cell_cents(table, sums.spent);
		cell_cents(table, sums.available);
	}
	table_total_row(table, say(a, MSG_TOTAL));
}

static void put_commitments(struct allocation *a)
{
	struct table *table = allocation_table(a, "commitments", MSG_COMMITMENTS_TABLE);
	bool any_overdrawn = false;

	allocation_column(a, table, "fund", MSG_FUND, VALUE_TEXT);
	allocation_column(a, table, "pledged", MSG_PLEDGED, VALUE_CENTS);
	allocation_column(a, table, "committed_start", MSG_COMMITTED_START, VALUE_CENTS);
	allocation_column(a, table, "granted", MSG_GRANTED, VALUE_CENTS);
	allocation_column(a, table, "paid", MSG_PAID, VALUE_CENTS);
	allocation_column(a, table, "committed", MSG_COMMITTED_END, VALUE_CENTS);
	allocation_column(a, table, "overdrawn", MSG_OVERDRAWN, VALUE_CENTS);
	for (size_t i = 0; i < a->fund_count; i++) {
		struct cents overdrawn;
		struct sub_sums sums = fund_sums(a, a->funds[i].id, &overdrawn);

		any_overdrawn = any_overdrawn || !cents_is_zero(overdrawn);
		row_begin(table, style_of(overdrawn));
		cell_text(table, a->funds[i].id);
		cell_cents(table, sums.pledged);
		cell_cents(table, sums.committed_start);
		cell_cents(table, sums.granted);
		cell_cents(table, sums.paid);
		cell_cents(table, sums.committed);
		cell_cents(table, overdrawn);
	}
	table_total_row(table, say(a, MSG_TOTAL));
	document_paragraph(a->doc, say(a, MSG_COMMITMENTS_EXPLAINED));
	if (any_overdrawn)
		document_note(a->doc, say(a, MSG_OVERDRAWN_EXPLAINED));
}

static bool fund_has_earmarks(const struct allocation *a, const char *fund)
{
	for (size_t i = 0; i < a->sub_count; i++)
		if (strcmp(a->subs[i].fund, fund) == 0 &&
		    strcmp(a->subs[i].earmark, "-") != 0)
			return true;
	return false;
}

static void put_subs(struct allocation *a)
{
	struct table *table = allocation_table(a, "sub_balances", MSG_SUBS_TABLE);

	allocation_column(a, table, "fund", MSG_FUND, VALUE_TEXT);
	allocation_column(a, table, "earmark", MSG_EARMARK, VALUE_TEXT);
	allocation_column(a, table, "available_start", MSG_AVAILABLE_START, VALUE_CENTS);
	allocation_column(a, table, "received", MSG_RECEIVED, VALUE_CENTS);
	allocation_column(a, table, "moved", MSG_MOVED, VALUE_CENTS);
	allocation_column(a, table, "granted", MSG_GRANTED, VALUE_CENTS);
	allocation_column(a, table, "given_back", MSG_GIVEN_BACK, VALUE_CENTS);
	allocation_column(a, table, "spent", MSG_SPENT, VALUE_CENTS);
	allocation_column(a, table, "available", MSG_AVAILABLE_END, VALUE_CENTS);
	for (size_t i = 0; i < a->sub_count; i++) {
		const struct sub_sums *sub = &a->subs[i];

		if (!fund_has_earmarks(a, sub->fund))
			continue;
		row_begin(table,
			  cents_is_negative(sub->available) ? ROW_ALERT : ROW_NORMAL);
		cell_text(table, sub->fund);
		cell_earmark(a, table, sub->fund, sub->earmark);
		cell_cents(table, sub->available_start);
		cell_cents(table, sub->received);
		cell_cents(table, allocation_plus(a, sub->allocated, sub->transferred));
		cell_cents(table, sub->granted);
		cell_cents(table, sub->given_back);
		cell_cents(table, sub->spent);
		cell_cents(table, sub->available);
	}
}

/* The balance at the end of all accounts that were read together. */
static struct cents moves_balance(struct allocation *a, const struct moves *moves)
{
	struct cents sum = CENTS_ZERO;

	for (size_t i = 0; i < moves->n; i++) {
		sum = allocation_plus(a, sum, moves->p[i].before);
		sum = allocation_plus(a, sum, moves->p[i].within);
	}
	return sum;
}

static void put_cash_row(struct allocation *a, struct table *table, enum row_style style,
			 enum msg label, struct cents amount)
{
	row_begin(table, style);
	cell_text(table, say(a, label));
	cell_cents(table, amount);
}

static void put_cash(struct allocation *a)
{
	struct table *table = allocation_table(a, "cash", MSG_CASH_TABLE);
	struct cents committed = allocation_plus(a, moves_balance(a, &a->committed),
						 moves_balance(a, &a->ordered));

	allocation_column(a, table, "line", MSG_CASH_LINE, VALUE_TEXT);
	allocation_column(a, table, "amount", MSG_AMOUNT, VALUE_CENTS);
	put_cash_row(a, table, ROW_NORMAL, MSG_CASH_AVAILABLE,
		     cents_neg(moves_balance(a, &a->fund)));
	put_cash_row(a, table, ROW_NORMAL, MSG_CASH_COMMITTED, cents_neg(committed));
	put_cash_row(a, table, ROW_NORMAL, MSG_CASH_CREDITS,
		     cents_neg(moves_balance(a, &a->credit)));
	if (a->transit.n)
		put_cash_row(a, table, ROW_NORMAL, MSG_CASH_TRANSIT,
			     cents_neg(moves_balance(a, &a->transit)));
	if (a->account.n)
		put_cash_row(a, table, ROW_NORMAL, MSG_CASH_SUSPENSE,
			     cents_neg(moves_balance(a, &a->suspense)));
	put_cash_row(a, table, ROW_TOTAL, MSG_CASH_BANK,
		     allocation_plus(a, moves_balance(a, &a->bank),
				     moves_balance(a, &a->account)));
}

void allocation_funds(struct allocation *a)
{
	document_heading(a->doc, 1, say(a, MSG_FUNDS_HEADING));
	put_fund_list(a);
	put_available(a);
	document_paragraph(a->doc, say(a, MSG_FUNDS_EXPLAINED));
	put_commitments(a);
	put_subs(a);
	put_cash(a);
}
