/*
 * dedicated.c - the fonds dédiés: of each earmark what it opened with, what was reported
 * and used in the year, what was put to another use, and what it closes with (ANC
 * 2018-06, art. 132-1 and the annexe's table of art. 431-6).
 */
#include "reports/accounts.h"

#include <stdlib.h>
#include <string.h>

#include "ledger/books_query.h"

static void put_columns(struct table *table, enum lang lang)
{
	table_column(table, "fund", tr(lang, MSG_FUND), VALUE_TEXT);
	table_column(table, "earmark", tr(lang, MSG_EARMARK), VALUE_TEXT);
	table_column(table, "opening", tr(lang, MSG_DEDICATED_OPENING), VALUE_CENTS);
	table_column(table, "reported", tr(lang, MSG_DEDICATED_REPORTED), VALUE_CENTS);
	table_column(table, "used", tr(lang, MSG_DEDICATED_USED), VALUE_CENTS);
	table_column(table, "transferred", tr(lang, MSG_DEDICATED_MOVED), VALUE_CENTS);
	table_column(table, "closing", tr(lang, MSG_DEDICATED_CLOSING), VALUE_CENTS);
	table_column(table, "idle", tr(lang, MSG_DEDICATED_IDLE), VALUE_CENTS);
	table_column(table, "previous", tr(lang, MSG_DEDICATED_PREVIOUS), VALUE_CENTS);
}

static void put_view(struct table *table, const struct accounts *accounts,
		     const struct dedicated_view *view)
{
	const struct dedicated_term *now = &view->term[TERM_CURRENT];
	char title[QUERY_LABEL_BYTES] = "";

	if (strcmp(view->fund, view->earmark) != 0)
		query_project_title(accounts->books, view->earmark, title);
	row_begin(table, ROW_NORMAL);
	cell_text(table, view->fund);
	cell_text(table, *title ? title : view->earmark);
	cell_cents(table, now->opening);
	cell_cents(table, now->reported);
	cell_cents(table, now->used);
	cell_cents(table, now->transferred);
	cell_cents(table, now->closing);
	cell_cents(table, view->is_idle ? now->closing : CENTS_ZERO);
	cell_cents(table, view->term[TERM_PREVIOUS].closing);
}

static void put_origin(const struct accounts *accounts,
		       const struct dedicated_view *views, size_t count, bool is_public,
		       struct document *doc)
{
	struct table *table = table_begin(
		doc, is_public ? "public" : "bodies",
		tr(doc->lang, is_public ? MSG_DEDICATED_PUBLIC : MSG_DEDICATED_BODIES));

	put_columns(table, doc->lang);
	for (size_t i = 0; i < count; i++)
		if (views[i].is_public == is_public)
			put_view(table, accounts, &views[i]);
	table_total_row(table, tr(doc->lang, MSG_TOTAL));
}

enum err dedicated_put(const struct accounts *accounts, struct document *doc,
		       struct fault *fault)
{
	struct dedicated_view *views = NULL;
	size_t count = 0;
	enum err err = accounting_dedicated(accounts->accounting, &views, &count, fault);

	if (err)
		return err;
	put_origin(accounts, views, count, true, doc);
	put_origin(accounts, views, count, false, doc);
	document_paragraph(doc, tr(doc->lang, MSG_DEDICATED_EXPLAINED));
	free(views);
	return ERR_OK;
}
