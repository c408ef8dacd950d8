/*
 * allocation_sources.c - section 1: what was promised and what arrived, by origin.
 *
 * A receipt carries the flow of the promise that it pays, so both can be told by
 * origin. What was paid and then taken back (a reversed gift, a lower match) left the
 * fund for the payer's credit by the same flow; it is neither promised nor received
 * any more:
 *
 *	received  = what the funds were credited by the flow
 *	promised  = what was pledged by the flow, less what went into credits by it
 *	start + promised - received = receivable at the end
 *
 * What was written off or refunded has lines of its own: of many origins at once.
 */
#include "reports/allocation_int.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* In the order of the report; flows that are not here follow by their own names. */
static const struct {
	const char *flow;
	enum msg label;
} known_flows[] = {
	{ "salary.person", MSG_FLOW_SALARY_PERSON },
	{ "invoice.person", MSG_FLOW_INVOICE_PERSON },
	{ "invoice.company", MSG_FLOW_INVOICE_COMPANY },
	{ "invoice.seller", MSG_FLOW_INVOICE_SELLER },
	{ "till.person", MSG_FLOW_TILL_PERSON },
	{ "match", MSG_FLOW_MATCH },
	{ "gift.person", MSG_FLOW_GIFT_PERSON },
	{ "gift.company", MSG_FLOW_GIFT_COMPANY },
	{ "patronage", MSG_FLOW_PATRONAGE },
	{ "contribution", MSG_FLOW_CONTRIBUTION },
	{ "income.interest", MSG_FLOW_INTEREST },
	{ "income.other", MSG_FLOW_OTHER_INCOME },
	{ "refunded", MSG_FLOW_REFUNDED },
	{ "written-off", MSG_FLOW_WRITTEN_OFF },
};

#define KNOWN_FLOWS (sizeof known_flows / sizeof *known_flows)
#define FLOWS_MAX   64 /* of income; kinds.def has no more sources and givers */

struct source_sum {
	const char *flow;
	struct cents promised_before, promised, received_before, received;
};

struct source_sums {
	struct source_sum sum[FLOWS_MAX];
	size_t n;
};

static struct source_sum *sum_of(struct source_sums *sums, const char *flow)
{
	for (size_t i = 0; i < sums->n; i++)
		if (strcmp(sums->sum[i].flow, flow) == 0)
			return &sums->sum[i];
	if (sums->n == FLOWS_MAX)
		return NULL;
	sums->sum[sums->n] = (struct source_sum){ .flow = flow };
	return &sums->sum[sums->n++];
}

static void add_promised(struct allocation *a, struct source_sum *sum,
			 const struct movement_view *move)
{
	sum->promised_before = allocation_minus(a, sum->promised_before, move->before);
	sum->promised = allocation_minus(a, sum->promised, move->within);
}

static void add_received(struct allocation *a, struct source_sum *sum,
			 const struct movement_view *move)
{
	sum->received_before = allocation_minus(a, sum->received_before, move->before);
	sum->received = allocation_minus(a, sum->received, move->within);
	/* What our bank gave back of a promise is neither owed nor received any more;
	 * what was earned, nobody had promised. */
	if (flow_is(move->flow, "refunded") || flow_is(move->flow, "income"))
		add_promised(a, sum, move);
}

/* A credit's credit by the flow of a promise: taken back after it was paid. */
static void add_taken_back(struct allocation *a, struct source_sum *sum,
			   const struct movement_view *move)
{
	if (flow_is(move->flow, "refunded"))
		return; /* of what was overpaid, which nobody had promised */
	sum->promised_before = allocation_plus(a, sum->promised_before, move->before);
	sum->promised = allocation_plus(a, sum->promised, move->within);
}

static bool is_of_a_promise(const char *flow)
{
	return !flow_is(flow, "settled") && !flow_is(flow, "overpaid") &&
	       !flow_is(flow, "reversed") && !flow_is(flow, "merged") &&
	       flow_is_income(flow);
}

static enum err add_moves(struct allocation *a, struct source_sums *sums,
			  const struct moves *moves,
			  void (*add)(struct allocation *a, struct source_sum *sum,
				      const struct movement_view *move),
			  struct fault *fault)
{
	for (size_t i = 0; i < moves->n; i++) {
		struct source_sum *sum;

		if (!is_of_a_promise(moves->p[i].flow))
			continue;
		sum = sum_of(sums, moves->p[i].flow);
		if (!sum)
			return fault_set(fault, ERR_TOO_BIG,
					 "the ledger has more than %d origins of money",
					 FLOWS_MAX);
		add(a, sum, &moves->p[i]);
	}
	return ERR_OK;
}

static size_t flow_number(const char *flow)
{
	size_t number = 0;

	while (number < KNOWN_FLOWS && strcmp(known_flows[number].flow, flow) != 0)
		number++;
	return number;
}

static int source_cmp(const void *x, const void *y)
{
	const struct source_sum *s = x, *t = y;
	size_t s_number = flow_number(s->flow), t_number = flow_number(t->flow);

	if (s_number != t_number)
		return s_number < t_number ? -1 : 1;
	return strcmp(s->flow, t->flow);
}

const char *allocation_flow_label(const struct allocation *a, const char *flow)
{
	size_t number = flow_number(flow);

	return number < KNOWN_FLOWS ? say(a, known_flows[number].label) : flow;
}

static void put_columns(struct allocation *a, struct table *table)
{
	allocation_column(a, table, "receivable_start", MSG_RECEIVABLE_START,
			  VALUE_CENTS);
	allocation_column(a, table, "promised", MSG_PROMISED, VALUE_CENTS);
	allocation_column(a, table, "received", MSG_RECEIVED, VALUE_CENTS);
	allocation_column(a, table, "receivable", MSG_RECEIVABLE_END, VALUE_CENTS);
}

static void put_sums(struct allocation *a, struct table *table, struct cents start,
		     struct cents promised, struct cents received)
{
	struct cents end = allocation_plus(a, start, promised);

	cell_cents(table, start);
	cell_cents(table, promised);
	cell_cents(table, received);
	cell_cents(table, allocation_minus(a, end, received));
}

static void put_sources(struct allocation *a, const struct source_sums *sums)
{
	struct table *table = allocation_table(a, "sources", MSG_SOURCES_TABLE);

	allocation_column(a, table, "source", MSG_SOURCE, VALUE_TEXT);
	put_columns(a, table);
	for (size_t i = 0; i < sums->n; i++) {
		const struct source_sum *sum = &sums->sum[i];
		struct cents start =
			allocation_minus(a, sum->promised_before, sum->received_before);

		if (cents_is_zero(start) && cents_is_zero(sum->promised) &&
		    cents_is_zero(sum->received))
			continue;
		row_begin(table, ROW_NORMAL);
		cell_text(table, allocation_flow_label(a, sum->flow));
		put_sums(a, table, start, sum->promised, sum->received);
	}
	table_total_row(table, say(a, MSG_TOTAL));
}

/* By sub-balance, where what is outstanding is an account of its own. */
static void put_earmarked(struct allocation *a)
{
	struct table *table = allocation_table(a, "earmarked", MSG_EARMARKED_TABLE);

	allocation_column(a, table, "fund", MSG_FUND, VALUE_TEXT);
	allocation_column(a, table, "earmark", MSG_EARMARK, VALUE_TEXT);
	put_columns(a, table);
	for (size_t i = 0; i < a->sub_count; i++) {
		const struct sub_sums *sub = &a->subs[i];
		struct cents grown =
			allocation_minus(a, sub->pledged, sub->pledged_start);

		if (strcmp(sub->earmark, "-") == 0)
			continue;
		row_begin(table, ROW_NORMAL);
		cell_text(table, sub->fund);
		cell_earmark(a, table, sub->fund, sub->earmark);
		put_sums(a, table, sub->pledged_start,
			 allocation_plus(a, grown, sub->received), sub->received);
	}
	table_total_row(table, say(a, MSG_TOTAL));
}

enum err allocation_sources(struct allocation *a, struct fault *fault)
{
	struct source_sums sums = { .n = 0 };
	enum err err = add_moves(a, &sums, &a->pledged, add_promised, fault);

	if (!err)
		err = add_moves(a, &sums, &a->fund, add_received, fault);
	if (!err)
		err = add_moves(a, &sums, &a->credit, add_taken_back, fault);
	if (err)
		return err;
	if (sums.n)
		qsort(sums.sum, sums.n, sizeof *sums.sum, source_cmp);
	document_heading(a->doc, 1, say(a, MSG_SOURCES_HEADING));
	document_paragraph(a->doc, say(a, MSG_SOURCES_EXPLAINED));
	put_sources(a, &sums);
	put_earmarked(a);
	return ERR_OK;
}
