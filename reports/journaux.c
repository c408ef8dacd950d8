/*
 * journaux.c - the journals: each voucher of the year in its journal, line by line, as
 * the FEC has them.
 */
#include "reports/accounts.h"

#include <string.h>

struct journal_sum {
	struct cents debit, credit;
};

static enum err sum_add(struct journal_sum *sum, struct cents amount, struct fault *fault)
{
	bool credit = cents_is_negative(amount);

	return accounts_add(credit ? &sum->credit : &sum->debit,
			    credit ? cents_neg(amount) : amount, fault);
}

static void put_columns(struct table *table, enum lang lang)
{
	table_column(table, "journal", tr(lang, MSG_FEC_JOURNAL), VALUE_MONO);
	table_column(table, "voucher", tr(lang, MSG_FEC_RANK), VALUE_ORDINAL);
	table_column(table, "date", tr(lang, MSG_ENTERED_ON), VALUE_DATE);
	table_column(table, "position", tr(lang, MSG_POSITION), VALUE_ORDINAL);
	table_column(table, "number", tr(lang, MSG_FEC_ACCOUNT), VALUE_MONO);
	table_column(table, "aux", tr(lang, MSG_AUX), VALUE_MONO);
	table_column(table, "label", tr(lang, MSG_FEC_LABEL), VALUE_TEXT);
	table_column(table, "debit", tr(lang, MSG_DEBIT), VALUE_CENTS);
	table_column(table, "credit", tr(lang, MSG_CREDIT_SIDE), VALUE_CENTS);
}

static void put_line(struct table *table, const struct accounts *accounts,
		     const struct posted_line *line)
{
	const struct ledger_account *account =
		accounting_account(accounts->accounting, line->account);
	bool credit = cents_is_negative(line->amount);

	row_begin(table, ROW_NORMAL);
	cell_text(table, daybook_code(line->daybook));
	cell_integer(table, (int64_t)line->number);
	cell_date(table, line->date);
	if (line->daybook == DAYBOOK_AN)
		cell_empty(table);
	else
		cell_integer(table, (int64_t)line->position);
	cell_text(table, account->number);
	cell_text(table, account->aux);
	cell_text(table, accounts->posted->labels.names[line->label]);
	cell_cents(table, credit ? CENTS_ZERO : line->amount);
	cell_cents(table, credit ? cents_neg(line->amount) : CENTS_ZERO);
}

static void put_sum(struct table *table, enum row_style style, const char *code,
		    const char *label, const struct journal_sum *sum)
{
	row_begin(table, style);
	cell_text(table, code);
	for (int empty = 0; empty < 5; empty++)
		cell_empty(table);
	cell_text(table, label);
	cell_cents(table, sum->debit);
	cell_cents(table, sum->credit);
}

static enum err put_book(struct table *table, const struct accounts *accounts,
			 enum daybook daybook, struct journal_sum *all,
			 struct fault *fault)
{
	struct journal_sum sum = { CENTS_ZERO, CENTS_ZERO };
	enum err err = ERR_OK;

	if (!accounts->posted->vouchers[daybook])
		return ERR_OK;
	for (size_t i = 0; i < accounts->posted->n && !err; i++) {
		const struct posted_line *line = &accounts->posted->p[i];

		if (line->daybook != daybook)
			continue;
		put_line(table, accounts, line);
		err = sum_add(&sum, line->amount, fault);
		if (!err)
			err = sum_add(all, line->amount, fault);
	}
	put_sum(table, ROW_SUBTOTAL, daybook_code(daybook), daybook_label(daybook), &sum);
	return err;
}

enum err journaux_put(const struct accounts *accounts, struct document *doc,
		      struct fault *fault)
{
	struct table *table =
		table_begin(doc, "lines", tr(doc->lang, MSG_JOURNAUX_TABLE));
	struct journal_sum all = { CENTS_ZERO, CENTS_ZERO };
	enum err err = ERR_OK;

	put_columns(table, doc->lang);
	for (int daybook = 0; daybook < DAYBOOK__COUNT && !err; daybook++)
		err = put_book(table, accounts, (enum daybook)daybook, &all, fault);
	put_sum(table, ROW_TOTAL, "", tr(doc->lang, MSG_TOTAL), &all);
	return err;
}
