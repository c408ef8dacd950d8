/*
 * open_data_report.c - the public aggregates, as a document.
 */
#include <stdlib.h>

#include "reports/naming.h"
#include "reports/open_data_int.h"

static void put_grants(struct document *doc, enum lang lang, const struct open_data *data)
{
	struct table *table = table_begin(doc, "grants", tr(lang, MSG_OPEN_GRANTS));

	table_column(table, "grant", tr(lang, MSG_OPEN_GRANT), VALUE_ORDINAL);
	table_column(table, "decided_on", tr(lang, MSG_OPEN_DATE), VALUE_DATE);
	table_column(table, "programme", tr(lang, MSG_OPEN_PROGRAMME), VALUE_TEXT);
	table_column(table, "title", tr(lang, MSG_OPEN_WHAT), VALUE_TEXT);
	table_column(table, "recipient", tr(lang, MSG_OPEN_RECIPIENT), VALUE_TEXT);
	table_column(table, "awarded", tr(lang, MSG_OPEN_AWARDED), VALUE_CENTS);
	table_column(table, "disbursed", tr(lang, MSG_OPEN_DISBURSED), VALUE_CENTS);
	for (size_t i = 0; i < data->count; i++) {
		const struct open_grant *grant = &data->grant[i];

		row_begin(table, ROW_NORMAL);
		cell_integer(table, (int64_t)grant->proposal.position);
		cell_date(table, grant->proposal.decided_on);
		cell_text(table, grant->programme);
		cell_text(table, grant->title);
		cell_text(table, grant->recipient_name);
		cell_cents(table, grant->proposal.amount);
		cell_cents(table, grant->disbursed);
	}
	table_total_row(table, tr(lang, MSG_TOTAL));
}

/* What of a programme and a month was granted. */
struct monthly {
	const char *programme;
	struct month month;
	int64_t count;
	struct cents awarded, disbursed;
};

static int monthly_cmp(const void *x, const void *y)
{
	const struct monthly *a = x, *b = y;
	int order = strcmp(a->programme, b->programme);

	return order ? order : month_cmp(a->month, b->month);
}

static bool monthly_same(const struct monthly *a, const struct monthly *b)
{
	return monthly_cmp(a, b) == 0;
}

static enum err monthly_add(struct monthly *to, const struct monthly *from)
{
	enum err err = cents_add(to->awarded, from->awarded, &to->awarded);

	to->count += from->count;
	return err ? err : cents_add(to->disbursed, from->disbursed, &to->disbursed);
}

/* Sorted, and each once; *count becomes how many they are. */
static enum err monthly_merge(struct monthly *months, size_t *count)
{
	enum err err = ERR_OK;
	size_t n = 0;

	qsort(months, *count, sizeof *months, monthly_cmp);
	for (size_t i = 0; !err && i < *count; i++) {
		if (n && monthly_same(&months[n - 1], &months[i]))
			err = monthly_add(&months[n - 1], &months[i]);
		else
			months[n++] = months[i];
	}
	*count = n;
	return err;
}

static void put_monthly(struct document *doc, enum lang lang,
			const struct monthly *months, size_t count)
{
	struct table *table = table_begin(doc, "programmes", tr(lang, MSG_OPEN_MONTHLY));

	table_column(table, "programme", tr(lang, MSG_OPEN_PROGRAMME), VALUE_TEXT);
	table_column(table, "month", tr(lang, MSG_OPEN_MONTH), VALUE_MONTH);
	table_column(table, "count", tr(lang, MSG_OPEN_COUNT), VALUE_INTEGER);
	table_column(table, "awarded", tr(lang, MSG_OPEN_AWARDED), VALUE_CENTS);
	table_column(table, "disbursed", tr(lang, MSG_OPEN_DISBURSED), VALUE_CENTS);
	for (size_t i = 0; i < count; i++) {
		row_begin(table, ROW_NORMAL);
		cell_text(table, months[i].programme);
		cell_month(table, months[i].month);
		cell_integer(table, months[i].count);
		cell_cents(table, months[i].awarded);
		cell_cents(table, months[i].disbursed);
	}
	table_total_row(table, tr(lang, MSG_TOTAL));
}

static enum err put_programmes(struct document *doc, enum lang lang,
			       const struct open_data *data, struct fault *fault)
{
	struct monthly *months = calloc(data->count ? data->count : 1, sizeof *months);
	size_t count = data->count;
	enum err err;

	if (!months)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < count; i++)
		months[i] = (struct monthly){
			.programme = data->grant[i].programme,
			.month = month_of_date(data->grant[i].proposal.decided_on),
			.count = 1,
			.awarded = data->grant[i].proposal.amount,
			.disbursed = data->grant[i].disbursed,
		};
	err = monthly_merge(months, &count);
	if (err)
		(void)fault_set(fault, err, "a sum is past what can be counted");
	else
		put_monthly(doc, lang, months, count);
	free(months);
	return err;
}

enum err open_data_report(struct source *source, const struct report_request *request,
			  struct document *doc, struct fault *fault)
{
	enum lang lang = request->lang;
	struct open_data data = { .count = 0 };
	enum err err;

	document_init(doc, lang, "open_data", tr(lang, MSG_OPEN_TITLE));
	err = open_data_collect(source, &request->period, request->text[OPTION_PREFIX],
				lang, &data, fault);
	if (!err)
		err = naming_standing(doc, source_books(source), source_standing(source),
				      fault);
	if (!err) {
		period_put(&data.period, doc);
		document_paragraph(doc, tr(lang, MSG_OPEN_EXPLAINED));
		err = put_programmes(doc, lang, &data, fault);
	}
	if (!err) {
		put_grants(doc, lang, &data);
		err = document_check(doc, fault);
	}
	open_data_release(&data);
	return err;
}
