/*
 * grand_livre.c - the grand livre: account by account, each line of the year with the
 * balance after it; its opening is the first of its lines.
 */
#include "reports/accounts.h"

#include <stdlib.h>
#include <string.h>

/* Lines by the rank of their account, then as they were posted. */
struct ranks {
	const struct posted *posted;
	const size_t *rank; /* of each account */
};

static int by_account(const void *x, const void *y, void *ctx)
{
	const struct ranks *ranks = ctx;
	size_t i = *(const size_t *)x, k = *(const size_t *)y;
	size_t a = ranks->rank[ranks->posted->p[i].account],
	       b = ranks->rank[ranks->posted->p[k].account];

	if (a != b)
		return a < b ? -1 : 1;
	return (i > k) - (i < k);
}

/* The numbers of the lines in the order of the book; the caller frees. */
static enum err lines_sorted(const struct accounts *accounts, size_t **ret_lines,
			     struct fault *fault)
{
	size_t count = accounting_accounts(accounts->accounting), *sorted = NULL;
	size_t *lines = calloc(accounts->posted->n + 1, sizeof *lines);
	size_t *rank = calloc(count + 1, sizeof *rank);
	struct ranks ranks = { .posted = accounts->posted, .rank = rank };
	enum err err = accounts_sorted(accounts, &sorted, fault);

	if (!err && (!lines || !rank))
		err = fault_set(fault, ERR_MEMORY, "out of memory for lines");
	if (err) {
		free(lines);
		free(rank);
		free(sorted);
		return err;
	}
	for (size_t i = 0; i < count; i++)
		rank[sorted[i]] = i;
	for (size_t i = 0; i < accounts->posted->n; i++)
		lines[i] = i;
	qsort_r(lines, accounts->posted->n, sizeof *lines, by_account, &ranks);
	free(rank);
	free(sorted);
	*ret_lines = lines;
	return ERR_OK;
}

static void put_columns(struct table *table, enum lang lang)
{
	table_column(table, "number", tr(lang, MSG_FEC_ACCOUNT), VALUE_MONO);
	table_column(table, "aux", tr(lang, MSG_AUX), VALUE_MONO);
	table_column(table, "date", tr(lang, MSG_ENTERED_ON), VALUE_DATE);
	table_column(table, "journal", tr(lang, MSG_FEC_JOURNAL), VALUE_MONO);
	table_column(table, "voucher", tr(lang, MSG_FEC_RANK), VALUE_ORDINAL);
	table_column(table, "label", tr(lang, MSG_FEC_LABEL), VALUE_TEXT);
	table_column(table, "debit", tr(lang, MSG_DEBIT), VALUE_CENTS);
	table_column(table, "credit", tr(lang, MSG_CREDIT_SIDE), VALUE_CENTS);
	table_column(table, "balance", tr(lang, MSG_BALANCE), VALUE_CENTS);
}

/* Debit and credit so far of one account. */
struct run {
	size_t account;
	struct cents debit, credit, balance;
	bool begun;
};

static void put_run(struct table *table, const struct accounts *accounts,
		    const struct run *run)
{
	const struct ledger_account *account;

	if (!run->begun)
		return;
	account = accounting_account(accounts->accounting, run->account);
	row_begin(table, ROW_SUBTOTAL);
	cell_text(table, account->number);
	cell_text(table, account->aux);
	cell_empty(table);
	cell_empty(table);
	cell_empty(table);
	cell_text(table, *account->aux ? account->aux_label : account->label);
	cell_cents(table, run->debit);
	cell_cents(table, run->credit);
	cell_cents(table, run->balance);
}

static enum err run_add(struct run *run, struct cents amount, struct fault *fault)
{
	bool credit = cents_is_negative(amount);
	enum err err = accounts_add(credit ? &run->credit : &run->debit,
				    credit ? cents_neg(amount) : amount, fault);

	return err ? err : accounts_add(&run->balance, amount, fault);
}

static enum err put_line(struct table *table, const struct accounts *accounts,
			 const struct posted_line *line, struct run *run,
			 struct fault *fault)
{
	const struct ledger_account *account =
		accounting_account(accounts->accounting, line->account);
	bool credit = cents_is_negative(line->amount);
	enum err err = run_add(run, line->amount, fault);

	row_begin(table, ROW_NORMAL);
	cell_text(table, account->number);
	cell_text(table, account->aux);
	cell_date(table, line->date);
	cell_text(table, daybook_code(line->daybook));
	cell_integer(table, (int64_t)line->number);
	cell_text(table, accounts->posted->labels.names[line->label]);
	cell_cents(table, credit ? CENTS_ZERO : line->amount);
	cell_cents(table, credit ? cents_neg(line->amount) : CENTS_ZERO);
	cell_cents(table, run->balance);
	return err;
}

enum err grand_livre_put(const struct accounts *accounts, struct document *doc,
			 struct fault *fault)
{
	struct table *table =
		table_begin(doc, "lines", tr(doc->lang, MSG_GRAND_LIVRE_TABLE));
	struct run run = { .begun = false }, all = { .begun = false };
	size_t *lines = NULL;
	enum err err = lines_sorted(accounts, &lines, fault);

	put_columns(table, doc->lang);
	for (size_t i = 0; !err && i < accounts->posted->n; i++) {
		const struct posted_line *line = &accounts->posted->p[lines[i]];

		if (!run.begun || line->account != run.account) {
			put_run(table, accounts, &run);
			run = (struct run){ .account = line->account, .begun = true };
		}
		err = put_line(table, accounts, line, &run, fault);
		if (!err)
			err = run_add(&all, line->amount, fault);
	}
	put_run(table, accounts, &run);
	row_begin(table, ROW_TOTAL);
	row_label(table, tr(doc->lang, MSG_TOTAL));
	for (int empty = 0; empty < 5; empty++)
		cell_empty(table);
	cell_cents(table, all.debit);
	cell_cents(table, all.credit);
	cell_empty(table); /* balances of one account are not added up */
	free(lines);
	return err;
}
