/*
 * balance.c - the balance générale: of each account what it opened with, its movements
 * and what it came to, with a subtotal for each class; then the auxiliary accounts.
 */
#include "reports/accounts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A sum over several accounts. */
struct balance_sum {
	struct account_year year;
	bool any;
};

static enum err sum_add(struct balance_sum *sum, const struct account_year *year,
			struct fault *fault)
{
	enum err err = accounts_add(&sum->year.opening, year->opening, fault);

	if (!err)
		err = accounts_add(&sum->year.debit, year->debit, fault);
	if (!err)
		err = accounts_add(&sum->year.credit, year->credit, fault);
	if (!err)
		err = accounts_add(&sum->year.closing, year->closing, fault);
	sum->any = sum->any || !cents_is_zero(year->opening) ||
		   !cents_is_zero(year->debit) || !cents_is_zero(year->credit);
	return err;
}

static void put_columns(struct table *table, enum lang lang)
{
	table_column(table, "opening", tr(lang, MSG_OPENING_BALANCE), VALUE_CENTS);
	table_column(table, "debit", tr(lang, MSG_DEBIT), VALUE_CENTS);
	table_column(table, "credit", tr(lang, MSG_CREDIT_SIDE), VALUE_CENTS);
	table_column(table, "debit_balance", tr(lang, MSG_DEBIT_BALANCE), VALUE_CENTS);
	table_column(table, "credit_balance", tr(lang, MSG_CREDIT_BALANCE), VALUE_CENTS);
}

static void put_year(struct table *table, const struct account_year *year)
{
	bool credit = cents_is_negative(year->closing);

	cell_cents(table, year->opening);
	cell_cents(table, year->debit);
	cell_cents(table, year->credit);
	cell_cents(table, credit ? CENTS_ZERO : year->closing);
	cell_cents(table, credit ? cents_neg(year->closing) : CENTS_ZERO);
}

/* The row of one number, summed over its auxiliary accounts; *i moves behind them. */
static enum err number_sum(const struct accounts *accounts, const size_t *sorted,
			   size_t count, size_t *i, struct balance_sum *ret_sum,
			   struct fault *fault)
{
	const char *number = accounting_account(accounts->accounting, sorted[*i])->number;
	struct balance_sum sum = { .any = false };
	enum err err = ERR_OK;

	for (; *i < count && !err; ++*i) {
		struct account_year year;

		if (strcmp(accounting_account(accounts->accounting, sorted[*i])->number,
			   number) != 0)
			break;
		err = account_year(accounts, sorted[*i], &year, fault);
		if (!err)
			err = sum_add(&sum, &year, fault);
	}
	*ret_sum = sum;
	return err;
}

static void put_class(struct table *table, enum lang lang, char class,
		      const struct balance_sum *sum)
{
	char label[64];

	if (!sum->any)
		return;
	(void)snprintf(label, sizeof label, "%s %c", tr(lang, MSG_ACCOUNT_CLASS), class);
	row_begin(table, ROW_SUBTOTAL);
	row_label(table, label);
	cell_empty(table);
	put_year(table, &sum->year);
}

static enum err put_general(const struct accounts *accounts, const size_t *sorted,
			    struct document *doc, struct fault *fault)
{
	size_t count = accounting_accounts(accounts->accounting), i = 0;
	struct table *table =
		table_begin(doc, "accounts", tr(doc->lang, MSG_BALANCE_TABLE));
	struct balance_sum of_class = { .any = false };
	enum err err = ERR_OK;
	char class = '\0';

	table_column(table, "number", tr(doc->lang, MSG_FEC_ACCOUNT), VALUE_MONO);
	table_column(table, "label", tr(doc->lang, MSG_FEC_LABEL), VALUE_TEXT);
	put_columns(table, doc->lang);
	while (i < count && !err) {
		const struct ledger_account *account =
			accounting_account(accounts->accounting, sorted[i]);
		struct balance_sum sum;

		if (account->number[0] != class) {
			put_class(table, doc->lang, class, &of_class);
			of_class = (struct balance_sum){ .any = false };
			class = account->number[0];
		}
		err = number_sum(accounts, sorted, count, &i, &sum, fault);
		if (!err)
			err = sum_add(&of_class, &sum.year, fault);
		if (err || !sum.any)
			continue;
		row_begin(table, ROW_NORMAL);
		cell_text(table, account->number);
		cell_text(table, account->label);
		put_year(table, &sum.year);
	}
	put_class(table, doc->lang, class, &of_class);
	table_total_row(table, tr(doc->lang, MSG_TOTAL));
	return err;
}

static enum err put_auxiliaries(const struct accounts *accounts, const size_t *sorted,
				struct document *doc, struct fault *fault)
{
	size_t count = accounting_accounts(accounts->accounting);
	struct table *table =
		table_begin(doc, "auxiliaries", tr(doc->lang, MSG_AUXILIARIES_TABLE));
	enum err err = ERR_OK;

	table_column(table, "number", tr(doc->lang, MSG_FEC_ACCOUNT), VALUE_MONO);
	table_column(table, "aux", tr(doc->lang, MSG_AUX), VALUE_MONO);
	table_column(table, "label", tr(doc->lang, MSG_FEC_LABEL), VALUE_TEXT);
	put_columns(table, doc->lang);
	for (size_t i = 0; i < count && !err; i++) {
		const struct ledger_account *account =
			accounting_account(accounts->accounting, sorted[i]);
		struct balance_sum sum = { .any = false };
		struct account_year year;

		if (!*account->aux)
			continue;
		err = account_year(accounts, sorted[i], &year, fault);
		if (!err)
			err = sum_add(&sum, &year, fault);
		if (err || !sum.any)
			continue;
		row_begin(table, ROW_NORMAL);
		cell_text(table, account->number);
		cell_text(table, account->aux);
		cell_text(table, account->aux_label);
		put_year(table, &year);
	}
	table_total_row(table, tr(doc->lang, MSG_TOTAL));
	return err;
}

enum err balance_put(const struct accounts *accounts, struct document *doc,
		     struct fault *fault)
{
	size_t *sorted = NULL;
	enum err err = accounts_sorted(accounts, &sorted, fault);

	if (!err)
		err = put_general(accounts, sorted, doc, fault);
	if (!err)
		err = put_auxiliaries(accounts, sorted, doc, fault);
	free(sorted);
	return err;
}
