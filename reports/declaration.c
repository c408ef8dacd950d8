/*
 * declaration.c - see declaration.h.
 */
#include "reports/declaration.h"

#include <string.h>

#include "ledger/books_query_receipt.h"
#include "reports/accounts.h"
#include "reports/exercise.h"
#include "reports/naming.h"

#define SATURDAY 6 /* ISO 8601 */

/* The two Cerfa forms. */
static const struct {
	const char *form;
	enum msg label;
} forms[] = {
	{ "11580", MSG_222BIS_PERSONS },
	{ "16216", MSG_222BIS_COMPANIES },
};

struct form_sum {
	int64_t count, voided;
	struct cents amount;
};

enum err declaration_due(int32_t year, struct date *ret_date)
{
	struct date day;
	enum err err = date_of_ymd(year + 1, 5, 1, &day);

	for (int working = 0; working < 2 && !err;) {
		err = date_add_days(day, 1, &day);
		working += !err && date_weekday(day) < SATURDAY;
	}
	if (!err)
		*ret_date = day;
	return err ? ERR_INVALID : ERR_OK;
}

static enum err form_add(struct form_sum *sum, const struct receipt_view *receipt,
			 struct fault *fault)
{
	if (receipt->voided) {
		sum->voided++;
		return ERR_OK;
	}
	sum->count++;
	return accounts_add(&sum->amount, receipt->amount, fault);
}

static void put_form(struct table *table, enum lang lang, size_t form,
		     const struct form_sum *sum)
{
	row_begin(table, ROW_NORMAL);
	cell_text(table, forms[form].form);
	cell_text(table, tr(lang, forms[form].label));
	cell_integer(table, sum->count);
	cell_cents(table, sum->amount);
	cell_integer(table, sum->voided);
}

static void put_void(struct table *table, const struct receipt_view *receipt)
{
	row_begin(table, ROW_NORMAL);
	cell_integer(table, receipt->number);
	cell_text(table, receipt->form);
	cell_cents(table, receipt->amount);
	cell_integer(table, (int64_t)receipt->voided);
	if (receipt->replaced_by)
		cell_integer(table, receipt->replaced_by);
	else
		cell_empty(table);
}

static struct table *voids_begin(struct document *doc)
{
	struct table *table = table_begin(doc, "voids", tr(doc->lang, MSG_222BIS_VOIDS));

	table_column(table, "number", tr(doc->lang, MSG_222BIS_NUMBER), VALUE_ORDINAL);
	table_column(table, "form", tr(doc->lang, MSG_222BIS_FORM), VALUE_MONO);
	table_column(table, "amount", tr(doc->lang, MSG_AMOUNT), VALUE_CENTS);
	table_column(table, "voided", tr(doc->lang, MSG_222BIS_VOIDED_AT), VALUE_ORDINAL);
	table_column(table, "replaced_by", tr(doc->lang, MSG_222BIS_REPLACED),
		     VALUE_ORDINAL);
	return table;
}

static void put_forms(struct document *doc, const struct form_sum *sums)
{
	struct table *table =
		table_begin(doc, "receipts", tr(doc->lang, MSG_222BIS_TABLE));

	table_column(table, "form", tr(doc->lang, MSG_222BIS_FORM), VALUE_MONO);
	table_column(table, "of", tr(doc->lang, MSG_222BIS_OF), VALUE_TEXT);
	table_column(table, "count", tr(doc->lang, MSG_222BIS_COUNT), VALUE_INTEGER);
	table_column(table, "amount", tr(doc->lang, MSG_AMOUNT), VALUE_CENTS);
	table_column(table, "voided", tr(doc->lang, MSG_222BIS_VOIDED), VALUE_INTEGER);
	for (size_t form = 0; form < sizeof forms / sizeof *forms; form++)
		put_form(table, doc->lang, form, &sums[form]);
	table_total_row(table, tr(doc->lang, MSG_222BIS_TOTAL));
}

enum err declaration_put(struct books *books, const struct standing *standing,
			 int32_t year, struct document *doc, struct fault *fault)
{
	struct form_sum sums[sizeof forms / sizeof *forms] = { 0 };
	int64_t count = query_receipt_count(books);
	struct receipt_view receipt;
	struct table *voids;
	struct date due;
	enum err err = naming_standing(doc, books, standing, fault);

	if (err)
		return err;
	document_property_integer(doc, "year", tr(doc->lang, MSG_222BIS_YEAR), year);
	if (declaration_due(year, &due) == ERR_OK)
		document_property_date(doc, "due_on", tr(doc->lang, MSG_222BIS_DUE), due);
	for (int64_t number = 1; number <= count && !err; number++)
		for (size_t form = 0; form < sizeof forms / sizeof *forms && !err; form++)
			if (query_receipt(books, number, &receipt) &&
			    receipt.year == year &&
			    strcmp(receipt.form, forms[form].form) == 0)
				err = form_add(&sums[form], &receipt, fault);
	if (err)
		return err;
	put_forms(doc, sums);
	voids = voids_begin(doc);
	for (int64_t number = 1; number <= count; number++)
		if (query_receipt(books, number, &receipt) && receipt.year == year &&
		    receipt.voided)
			put_void(voids, &receipt);
	document_paragraph(doc, tr(doc->lang, MSG_222BIS_EXPLAINED));
	return document_check(doc, fault);
}

enum err declaration_report(struct source *source, const struct report_request *request,
			    struct document *doc, struct fault *fault)
{
	struct exercise_request asked;
	struct date last;
	enum err err;

	document_init(doc, request->lang, "declaration_222bis",
		      tr(request->lang, MSG_222BIS_TITLE));
	err = exercise_request_of(request, &asked, fault);
	if (!err)
		err = naming_last_day(source_standing(source), &last, fault);
	if (err)
		return err;
	return declaration_put(source_books(source), source_standing(source),
			       asked.has_year ? asked.year : ymd_of_date(last).year, doc,
			       fault);
}
