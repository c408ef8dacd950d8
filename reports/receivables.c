/*
 * receivables.c - see receivables.h.
 */
#include "reports/receivables.h"

#include <stdlib.h>
#include <string.h>

#include "reports/naming.h"
#include "reports/sum.h"

struct receivables {
	struct books *books;
	const struct owed *owed;
	struct document *doc;
	enum lang lang;
	struct date today;
};

/* The entries of one payer: from the first to before the end. */
struct payer_range {
	size_t first, end;
};

static const char *say(const struct receivables *r, enum msg msg)
{
	return tr(r->lang, msg);
}

/* False after the last payer. */
static bool payer_next(const struct owed *owed, struct payer_range *range)
{
	range->first = range->end;
	while (range->end < owed->n &&
	       strcmp(owed->p[range->end].payer, owed->p[range->first].payer) == 0)
		range->end++;
	return range->first < range->end;
}

/* ---- what is open ---- */

static enum err put_payer(struct receivables *r, struct table *table,
			  struct payer_range range, struct fault *fault)
{
	struct cents sum = CENTS_ZERO;

	for (size_t i = range.first; i < range.end; i++) {
		const struct owed_entry *entry = &r->owed->p[i];
		enum err err = sum_add(&sum, entry->open, fault);

		if (err)
			return err;
		row_begin(table,
			  owed_days_late(entry, r->today) > 0 ? ROW_ALERT : ROW_NORMAL);
		cell_member(table, r->books, entry->payer);
		owed_cells(table, entry, r->today);
	}
	row_begin(table, ROW_SUBTOTAL);
	cell_member(table, r->books, r->owed->p[range.first].payer);
	owed_sum_cells(table, r->lang, sum);
	return ERR_OK;
}

static enum err put_open(struct receivables *r, struct fault *fault)
{
	struct table *table =
		table_begin(r->doc, "receivables", say(r, MSG_OPEN_ENTRIES_TABLE));
	struct payer_range range = { 0 };
	enum err err = ERR_OK;

	table_column(table, "payer", say(r, MSG_PAYER), VALUE_TEXT);
	owed_columns(table, r->lang);
	while (!err && payer_next(r->owed, &range))
		err = put_payer(r, table, range, fault);
	table_total_row(table, say(r, MSG_TOTAL));
	return err;
}

/* ---- how old it is ---- */

/* Days late up to which a column counts; the last has no end. */
static const struct {
	const char *id;
	enum msg label;
	int32_t up_to;
} ages[] = {
	{ "not_due", MSG_NOT_DUE, 0 },
	{ "late_30", MSG_OVERDUE_30, 30 },
	{ "late_60", MSG_AGES_60, 60 },
	{ "late_90", MSG_AGES_90, 90 },
	{ "late_more", MSG_OVERDUE_MORE, INT32_MAX },
};

#define AGES (sizeof ages / sizeof *ages)

struct aged {
	struct cents sum, by_age[AGES];
};

static enum err aged_add(struct aged *aged, int32_t days, struct cents amount,
			 struct fault *fault)
{
	enum err err = sum_add(&aged->sum, amount, fault);
	size_t age = 0;

	while (days > ages[age].up_to)
		age++;
	return err ? err : sum_add(&aged->by_age[age], amount, fault);
}

static void ages_columns(struct receivables *r, struct table *table, size_t first)
{
	table_column(table, "sum", say(r, MSG_TOTAL), VALUE_CENTS);
	for (size_t i = first; i < AGES; i++)
		table_column(table, ages[i].id, say(r, ages[i].label), VALUE_CENTS);
}

static void ages_cells(struct table *table, const struct aged *aged, size_t first)
{
	cell_cents(table, aged->sum);
	for (size_t i = first; i < AGES; i++)
		cell_cents(table, aged->by_age[i]);
}

static enum err put_ages(struct receivables *r, struct fault *fault)
{
	struct table *table = table_begin(r->doc, "ages", say(r, MSG_AGES_PAYER_TABLE));
	struct payer_range range = { 0 };
	enum err err = ERR_OK;

	table_column(table, "payer", say(r, MSG_PAYER), VALUE_TEXT);
	ages_columns(r, table, 0);
	while (!err && payer_next(r->owed, &range)) {
		struct aged aged = { .sum = CENTS_ZERO };

		for (size_t i = range.first; i < range.end && !err; i++)
			err = aged_add(&aged, owed_days_late(&r->owed->p[i], r->today),
				       r->owed->p[i].open, fault);
		if (err)
			return err;
		row_begin(table, ROW_NORMAL);
		cell_member(table, r->books, r->owed->p[range.first].payer);
		ages_cells(table, &aged, 0);
	}
	table_total_row(table, say(r, MSG_TOTAL));
	return err;
}

/* ---- who is late ---- */

static enum err put_reminder(struct receivables *r, struct table *table,
			     struct payer_range range, struct fault *fault)
{
	struct cents late = CENTS_ZERO;
	int32_t days_oldest = 0;
	int64_t entries = 0;

	for (size_t i = range.first; i < range.end; i++) {
		const struct owed_entry *entry = &r->owed->p[i];
		int32_t days = owed_days_late(entry, r->today);
		enum err err;

		if (days <= 0)
			continue;
		err = sum_add(&late, entry->open, fault);
		if (err)
			return err;
		entries++;
		if (days > days_oldest)
			days_oldest = days;
	}
	if (!entries)
		return ERR_OK;
	row_begin(table, ROW_NORMAL);
	cell_member(table, r->books, r->owed->p[range.first].payer);
	cell_integer(table, entries);
	cell_cents(table, late);
	cell_integer(table, days_oldest);
	return ERR_OK;
}

static enum err put_reminders(struct receivables *r, struct fault *fault)
{
	struct table *table =
		table_begin(r->doc, "reminders", say(r, MSG_REMINDERS_TABLE));
	struct payer_range range = { 0 };
	enum err err = ERR_OK;

	table_column(table, "payer", say(r, MSG_PAYER), VALUE_TEXT);
	table_column(table, "entries", say(r, MSG_ENTRIES_LATE), VALUE_INTEGER);
	table_column(table, "late", say(r, MSG_AMOUNT_LATE), VALUE_CENTS);
	table_column(table, "days_late", say(r, MSG_DAYS_LATE_MOST), VALUE_ORDINAL);
	while (!err && payer_next(r->owed, &range))
		err = put_reminder(r, table, range, fault);
	table_total_row(table, say(r, MSG_TOTAL));
	document_paragraph(r->doc, say(r, MSG_REMINDERS_EXPLAINED));
	return err;
}

/* ---- who has paid too much ---- */

static void put_credit(struct receivables *r, struct table *table,
		       const struct member_view *member)
{
	char account[POSTING_ACCOUNT_BYTES_MAX];
	struct cents credit;

	(void)snprintf(account, sizeof account, "credit/%s", member->id);
	credit = cents_neg(query_balance(r->books, account));
	if (cents_is_zero(credit))
		return;
	row_begin(table, cents_is_negative(credit) ? ROW_ALERT : ROW_NORMAL);
	cell_member(table, r->books, member->id);
	cell_cents(table, credit);
}

static enum err put_credits(struct receivables *r, struct fault *fault)
{
	struct member_view *members = NULL;
	struct table *table;
	size_t count = 0;
	enum err err = query_members(r->books, &members, &count, fault);

	if (err)
		return err;
	table = table_begin(r->doc, "credits", say(r, MSG_CREDITS_NOW_TABLE));
	table_column(table, "payer", say(r, MSG_PAYER), VALUE_TEXT);
	table_column(table, "credit", say(r, MSG_CREDIT), VALUE_CENTS);
	for (size_t i = 0; i < count; i++)
		put_credit(r, table, &members[i]);
	table_total_row(table, say(r, MSG_TOTAL));
	document_paragraph(r->doc, say(r, MSG_CREDITS_EXPLAINED));
	free(members);
	return ERR_OK;
}

/* ---- what the bank shows, and nobody has explained ---- */

static void put_line(struct receivables *r, struct table *table,
		     const struct suspense_view *line)
{
	bool arrived = cents_is_positive(line->open);

	row_begin(table, ROW_NORMAL);
	cell_text(table, line->account);
	cell_integer(table, (int64_t)line->statement);
	cell_integer(table, line->line);
	cell_date(table, line->booked_on);
	cell_integer(table, r->today.day - line->booked_on.day);
	if (!arrived)
		cell_empty(table);
	cell_cents(table, arrived ? line->open : cents_neg(line->open));
	if (arrived)
		cell_empty(table);
}

/* What arrived and nobody has explained, and what left, each by the days since. */
static enum err put_suspense_ages(struct receivables *r,
				  const struct suspense_view *lines, size_t count,
				  struct fault *fault)
{
	static const enum msg reasons[] = { MSG_ARRIVED, MSG_LEFT };
	struct table *table =
		table_begin(r->doc, "suspense_ages", say(r, MSG_AGES_SUSPENSE_TABLE));
	enum err err = ERR_OK;

	table_column(table, "reason", say(r, MSG_AGES_REASON), VALUE_TEXT);
	ages_columns(r, table, 1);
	for (size_t reason = 0; reason < 2; reason++) {
		struct aged aged = { .sum = CENTS_ZERO };

		for (size_t i = 0; i < count && !err; i++) {
			bool left = cents_is_negative(lines[i].open);
			int32_t days = date_days(lines[i].booked_on, r->today);

			/* Of today is as young as of yesterday. */
			if (left == (reason == 1))
				err = aged_add(&aged, days < 1 ? 1 : days,
					       left ? cents_neg(lines[i].open)
						    : lines[i].open,
					       fault);
		}
		if (err)
			return err;
		row_begin(table, ROW_NORMAL);
		cell_text(table, say(r, reasons[reason]));
		ages_cells(table, &aged, 1);
	}
	return ERR_OK;
}

static enum err put_suspense(struct receivables *r, struct fault *fault)
{
	struct suspense_view *lines = NULL;
	struct table *table;
	size_t count = 0;
	enum err err = query_suspense(r->books, &lines, &count, fault);

	if (err || !count)
		return err;
	table = table_begin(r->doc, "suspense", say(r, MSG_SUSPENSE_TABLE));
	table_column(table, "account", say(r, MSG_BANK_ACCOUNT), VALUE_TEXT);
	table_column(table, "statement", say(r, MSG_BANK_STATEMENT), VALUE_ORDINAL);
	table_column(table, "line", say(r, MSG_BANK_LINE), VALUE_ORDINAL);
	table_column(table, "booked_on", say(r, MSG_BOOKED_ON), VALUE_DATE);
	table_column(table, "days", say(r, MSG_AGE_DAYS), VALUE_ORDINAL);
	table_column(table, "arrived", say(r, MSG_ARRIVED), VALUE_CENTS);
	table_column(table, "left", say(r, MSG_LEFT), VALUE_CENTS);
	for (size_t i = 0; i < count; i++)
		put_line(r, table, &lines[i]);
	table_total_row(table, say(r, MSG_TOTAL));
	document_paragraph(r->doc, say(r, MSG_SUSPENSE_EXPLAINED));
	err = put_suspense_ages(r, lines, count, fault);
	free(lines);
	return err;
}

enum err receivables_suspense(struct books *books, const struct standing *standing,
			      struct document *doc, struct fault *fault)
{
	struct receivables r = { .books = books, .doc = doc, .lang = doc->lang };
	enum err err = naming_last_day(standing, &r.today, fault);

	return err ? err : put_suspense(&r, fault);
}

enum err receivables_put(struct books *books, const struct standing *standing,
			 const struct owed *owed, struct document *doc,
			 struct fault *fault)
{
	struct receivables r = {
		.books = books, .owed = owed, .doc = doc, .lang = doc->lang
	};
	enum err err = naming_standing(doc, books, standing, fault);

	if (!err)
		err = naming_overdrawn(doc, books, fault);
	if (!err)
		err = naming_last_day(standing, &r.today, fault);
	if (!err)
		err = put_open(&r, fault);
	if (!err)
		err = put_ages(&r, fault);
	if (!err)
		err = put_reminders(&r, fault);
	if (!err)
		err = put_credits(&r, fault);
	if (!err)
		err = put_suspense(&r, fault);
	return err ? err : document_check(doc, fault);
}

/* ---- the log ---- */

struct viewer {
	struct owed owed;
	enum lang lang;
};

static enum err viewer_visit(void *ctx, uint64_t position, const struct entry *entry,
			     const struct posting *postings, size_t count,
			     struct fault *fault)
{
	struct viewer *viewer = ctx;

	(void)postings;
	(void)count;
	(void)fault;
	owed_see(&viewer->owed, viewer->lang, position, entry);
	return ERR_OK;
}

enum err receivables_report(struct source *source, enum lang lang, struct document *doc,
			    struct fault *fault)
{
	struct viewer viewer = { .lang = lang };
	struct source_visitor visitor = { .ctx = &viewer, .visit = viewer_visit };
	struct books *books = source_books(source);
	enum err err;

	document_init(doc, lang, "receivables", tr(lang, MSG_OPEN_ENTRIES_TITLE));
	err = owed_read(books, slice_of_text(""), &viewer.owed, fault);
	if (!err)
		err = source_each_posting(source, &visitor, fault);
	if (!err)
		err = receivables_put(books, source_standing(source), &viewer.owed, doc,
				      fault);
	owed_release(&viewer.owed);
	return err;
}
