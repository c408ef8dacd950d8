/*
 * allocation_months.c - the report's pictures by month: what was received, and what the
 * funds had at each month's end.
 *
 * A month is asked for by its own days, so that the first and the last, of which a period
 * may hold a part, hold no more than that part.
 */
#include "reports/allocation_int.h"

#include <stdlib.h>
#include <string.h>

#define MONTHS_SHOWN 12
#define FUNDS_SHOWN  8

/* Origins by the first word of their flow, in the order of the report. */
static const struct {
	const char *word, *id;
	enum msg label;
} origins[] = {
	{ "salary", "salary", MSG_ORIGIN_SALARY },
	{ "invoice", "invoice", MSG_ORIGIN_INVOICE },
	{ "till", "till", MSG_ORIGIN_TILL },
	{ "match", "match", MSG_ORIGIN_MATCH },
	{ "gift", "gift", MSG_ORIGIN_GIFT },
	{ "patronage", "patronage", MSG_FLOW_PATRONAGE },
	{ "contribution", "contribution", MSG_FLOW_CONTRIBUTION },
	{ "", "other", MSG_ORIGIN_OTHER }, /* of any other word */
};

#define ORIGINS (sizeof origins / sizeof *origins)

struct month_sums {
	struct month month;
	struct cents received[ORIGINS];
	struct cents available[FUNDS_SHOWN];
	bool any; /* something moved, or was there */
};

struct months {
	struct allocation *a;
	struct month_sums month[MONTHS_SHOWN];
	size_t n;
	bool has[ORIGINS];
};

static size_t origin_of(const char *flow)
{
	size_t i = 0;

	while (i < ORIGINS - 1 && !flow_is(flow, origins[i].word))
		i++;
	return i;
}

static void move_add(struct months *m, struct month_sums *sums,
		     const struct movement_view *move)
{
	struct allocation *a = m->a;
	size_t fund = allocation_fund_number(a, move->account + strlen("fund/"));
	struct cents end = allocation_plus(a, move->before, move->within);

	sums->any = sums->any || !cents_is_zero(end) || !cents_is_zero(move->within);
	if (fund < FUNDS_SHOWN)
		sums->available[fund] = allocation_minus(a, sums->available[fund], end);
	if (flow_is_income(move->flow) && !cents_is_zero(move->within)) {
		size_t origin = origin_of(move->flow);

		m->has[origin] = true;
		sums->received[origin] =
			allocation_minus(a, sums->received[origin], move->within);
	}
}

static enum err month_read(struct months *m, struct month month, struct fault *fault)
{
	struct allocation *a = m->a;
	struct date first = month_first_day(month), last = month_last_day(month);
	struct month_sums *sums = &m->month[m->n];
	struct moves moves = { .n = 0 };
	enum err err;

	if (date_cmp(first, a->period.from) < 0)
		first = a->period.from;
	if (date_cmp(last, a->period.to) > 0)
		last = a->period.to;
	*sums = (struct month_sums){ .month = month };
	err = query_movements(a->books, "fund/", first, last, &moves.p, &moves.n, fault);
	for (size_t i = 0; !err && i < moves.n; i++)
		move_add(m, sums, &moves.p[i]);
	free(moves.p);
	/* The months before the first that has something are not told. */
	if (sums->any || m->n > 0)
		m->n++;
	return err;
}

static enum err months_read(struct months *m, struct fault *fault)
{
	struct month last = month_of_date(m->a->period.to);
	struct month first = month_of_date(m->a->period.from);
	enum err err = ERR_OK;

	if (first.n < last.n - MONTHS_SHOWN + 1)
		first.n = last.n - MONTHS_SHOWN + 1;
	for (; first.n <= last.n && !err; first.n++)
		err = month_read(m, first, fault);
	return err;
}

static void put_received(struct months *m)
{
	struct allocation *a = m->a;
	struct table *chart =
		chart_begin(a->doc, CHART_STACKS, "received_by_month",
			    say(a, MSG_MONTHS_TABLE), say(a, MSG_MONTHS_ALT));
	size_t series = 0;

	allocation_column(a, chart, "month", MSG_MONTH, VALUE_MONTH);
	for (size_t i = 0; i < ORIGINS; i++) {
		/* A chart has at least one series. */
		m->has[i] = m->has[i] || (i == ORIGINS - 1 && series == 0);
		series += m->has[i];
		if (m->has[i])
			allocation_column(a, chart, origins[i].id, origins[i].label,
					  VALUE_CENTS);
	}
	for (size_t i = 0; i < m->n; i++) {
		row_begin(chart, ROW_NORMAL);
		cell_month(chart, m->month[i].month);
		for (size_t j = 0; j < ORIGINS; j++)
			if (m->has[j])
				cell_cents(chart, m->month[i].received[j]);
	}
	table_total_row(chart, say(a, MSG_TOTAL));
}

static void put_available(struct months *m)
{
	struct allocation *a = m->a;
	struct table *chart =
		chart_begin(a->doc, CHART_LINES, "available_by_month",
			    say(a, MSG_AVAILABLE_TABLE), say(a, MSG_AVAILABLE_ALT));
	size_t funds = a->fund_count < FUNDS_SHOWN ? a->fund_count : FUNDS_SHOWN;
	char id[16];

	allocation_column(a, chart, "month", MSG_MONTH_END, VALUE_MONTH);
	for (size_t i = 0; i < funds; i++) {
		(void)snprintf(id, sizeof id, "fund_%zu", i + 1);
		table_column(chart, id, a->funds[i].label, VALUE_CENTS);
	}
	for (size_t i = 0; i < m->n; i++) {
		row_begin(chart, ROW_NORMAL);
		cell_month(chart, m->month[i].month);
		for (size_t j = 0; j < funds; j++)
			cell_cents(chart, m->month[i].available[j]);
	}
}

enum err allocation_months(struct allocation *a, struct fault *fault)
{
	struct months m = { .a = a };
	enum err err = months_read(&m, fault);

	if (err)
		return err;
	put_received(&m);
	put_available(&m);
	document_paragraph(a->doc, say(a, MSG_MONTHS_EXPLAINED));
	return ERR_OK;
}
