/*
 * allocation_receivables.c - section 5: who owes how much, since when, and who has
 * paid more than was owed.
 *
 * What a payer owes is added up by the day on which it is due, so that a report costs
 * days and not batches. It is that of the ledger's last entry; the report says so.
 */
#include "reports/allocation_int.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Days late, both included in their column. */
#define AGE_SHORT_DAYS 30
#define AGE_LONG_DAYS  90

struct payer_sums {
	const char *payer;
	struct cents owed, not_due, late_30, late_90, late_more;
	int32_t days_late; /* of the oldest */
};

static void due_add(struct allocation *a, struct payer_sums *sums,
		    const struct due_view *due)
{
	int32_t days = date_days(due->due_on, a->period.to);
	struct cents *column = days <= 0                ? &sums->not_due
			       : days <= AGE_SHORT_DAYS ? &sums->late_30
			       : days <= AGE_LONG_DAYS  ? &sums->late_90
							: &sums->late_more;

	sums->owed = allocation_plus(a, sums->owed, due->open);
	*column = allocation_plus(a, *column, due->open);
	if (days > sums->days_late)
		sums->days_late = days;
}

/* The name of a legal person, or the id of a member without one. */
static void cell_payer(struct allocation *a, struct table *table, const char *id)
{
	struct member_view member;

	if (query_member(a->books, slice_of_text(id), &member) && member.name[0])
		cell_text(table, member.name);
	else
		cell_text(table, id);
}

static void put_payer(struct allocation *a, struct table *table,
		      const struct payer_sums *sums)
{
	row_begin(table, ROW_NORMAL);
	cell_payer(a, table, sums->payer);
	cell_cents(table, sums->owed);
	cell_cents(table, sums->not_due);
	cell_cents(table, sums->late_30);
	cell_cents(table, sums->late_90);
	cell_cents(table, sums->late_more);
	if (sums->days_late > 0)
		cell_integer(table, sums->days_late);
	else
		cell_empty(table);
}

/* What one payer owes; nothing where that is nothing. */
static enum err put_payer_dues(struct allocation *a, struct table *table,
			       const char *payer, struct fault *fault)
{
	struct payer_sums sums = { .payer = payer };
	struct due_view *dues = NULL;
	size_t count = 0;
	enum err err = query_dues(a->books, slice_of_text(payer), &dues, &count, fault);

	for (size_t i = 0; !err && i < count; i++)
		due_add(a, &sums, &dues[i]);
	if (!err && count)
		put_payer(a, table, &sums);
	free(dues);
	return err;
}

/* What is owed, by how late it is: the sums of the table's columns. */
static void put_ages(struct allocation *a, const struct table *receivables)
{
	static const struct {
		size_t column;
		enum msg label;
	} ages[] = { { 2, MSG_NOT_DUE },
		     { 3, MSG_OVERDUE_30 },
		     { 4, MSG_OVERDUE_90 },
		     { 5, MSG_OVERDUE_MORE } };
	struct table *chart;

	chart = chart_begin(a->doc, CHART_BARS, "ages", say(a, MSG_AGES_TABLE),
			    say(a, MSG_AGES_ALT));
	allocation_column(a, chart, "age", MSG_LATE_BY, VALUE_TEXT);
	allocation_column(a, chart, "owed", MSG_OWED, VALUE_CENTS);
	if (!receivables || !receivables->last_row || document_err(a->doc))
		return; /* the document's failure is told at the end */
	for (size_t i = 0; i < sizeof ages / sizeof *ages; i++) {
		row_begin(chart, ROW_NORMAL);
		cell_text(chart, say(a, ages[i].label));
		cell_cents(chart, receivables->last_row->value[ages[i].column].cents);
	}
	table_total_row(chart, say(a, MSG_TOTAL));
}

static enum err put_receivables(struct allocation *a, const struct member_view *members,
				size_t count, struct fault *fault)
{
	struct table *table = allocation_table(a, "receivables", MSG_RECEIVABLES_TABLE);
	enum err err = ERR_OK;

	allocation_column(a, table, "payer", MSG_PAYER, VALUE_TEXT);
	allocation_column(a, table, "owed", MSG_OWED, VALUE_CENTS);
	allocation_column(a, table, "not_due", MSG_NOT_DUE, VALUE_CENTS);
	allocation_column(a, table, "late_30", MSG_OVERDUE_30, VALUE_CENTS);
	allocation_column(a, table, "late_90", MSG_OVERDUE_90, VALUE_CENTS);
	allocation_column(a, table, "late_more", MSG_OVERDUE_MORE, VALUE_CENTS);
	allocation_column(a, table, "days_late", MSG_DAYS_LATE, VALUE_ORDINAL);
	for (size_t i = 0; i < count && !err; i++)
		err = put_payer_dues(a, table, members[i].id, fault);
	table_total_row(table, say(a, MSG_TOTAL));
	put_ages(a, table);
	return err;
}

/* Accounts "credit/PAYER", ascending; a credit below zero is owed to us. */
static void put_credits(struct allocation *a)
{
	struct table *table = allocation_table(a, "credits", MSG_CREDITS_TABLE);
	const struct moves *moves = &a->credit;

	allocation_column(a, table, "payer", MSG_PAYER, VALUE_TEXT);
	allocation_column(a, table, "credit", MSG_CREDIT, VALUE_CENTS);
	for (size_t i = 0; i < moves->n;) {
		const char *account = moves->p[i].account;
		struct cents credit = CENTS_ZERO;

		for (; i < moves->n && strcmp(moves->p[i].account, account) == 0; i++) {
			credit = allocation_minus(a, credit, moves->p[i].before);
			credit = allocation_minus(a, credit, moves->p[i].within);
		}
		if (cents_is_zero(credit))
			continue;
		row_begin(table, cents_is_negative(credit) ? ROW_ALERT : ROW_NORMAL);
		cell_payer(a, table, account + strlen("credit/"));
		cell_cents(table, credit);
	}
	table_total_row(table, say(a, MSG_TOTAL));
}

enum err allocation_receivables(struct allocation *a, struct fault *fault)
{
	struct member_view *members = NULL;
	size_t count = 0;
	enum err err = query_members(a->books, &members, &count, fault);

	if (err)
		return err;
	document_heading(a->doc, 1, say(a, MSG_RECEIVABLES_HEADING));
	err = put_receivables(a, members, count, fault);
	free(members);
	if (err)
		return err;
	if (a->period.has_to)
		document_note(a->doc, say(a, MSG_RECEIVABLES_STANDING));
	put_credits(a);
	document_paragraph(a->doc, say(a, MSG_CREDITS_EXPLAINED));
	return ERR_OK;
}
