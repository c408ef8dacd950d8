/*
 * allocation_outcomes.c - section 4, too: what became of each euro, and how long it took
 * to help.
 *
 * Whatever was there or came in the period has been paid out, spent on the foundation
 * itself, is promised to somebody, or is free: these four are all. Delays are those of
 * what was granted in the period, by purpose: the middle one and the longest, for a mean
 * would hide who waited.
 */
#include <stdlib.h>
#include <string.h>

#include "reports/allocation_int.h"
#include "reports/question.h"

/* ---- each euro ---- */

struct use {
	const char *id;
	enum msg label;
	struct cents amount;
};

/* Rounded down, so that no part is said to be more than it is. */
static int64_t basis_points(struct cents part, struct cents whole)
{
	if (!cents_is_positive(whole) || cents_is_negative(part))
		return 0;
	return cents_value(part) / cents_value(whole) * 10000 +
	       cents_value(part) % cents_value(whole) * 10000 / cents_value(whole);
}

static void put_uses(struct allocation *a, const struct use *uses, size_t count,
		     struct cents whole)
{
	struct table *table = allocation_table(a, "euro", MSG_EURO_TABLE);

	allocation_column(a, table, "became", MSG_EURO_BECAME, VALUE_TEXT);
	allocation_column(a, table, "amount", MSG_AMOUNT, VALUE_CENTS);
	allocation_column(a, table, "share", MSG_EURO_SHARE, VALUE_PERCENT);
	for (size_t i = 0; i < count; i++) {
		row_begin(table,
			  cents_is_negative(uses[i].amount) ? ROW_ALERT : ROW_NORMAL);
		cell_text(table, say(a, uses[i].label));
		cell_cents(table, uses[i].amount);
		cell_percent(table, basis_points(uses[i].amount, whole));
	}
	table_total_row(table, say(a, MSG_TOTAL));
	document_paragraph(a->doc, say(a, MSG_EURO_EXPLAINED));
}

static void put_euro(struct allocation *a)
{
	struct sub_sums all = { .fund = "" };
	struct cents whole;

	for (size_t i = 0; i < a->sub_count; i++)
		sub_sums_add(a, &all, &a->subs[i]);
	whole = allocation_plus(a, all.available_start, all.committed_start);
	whole = allocation_plus(a, whole, all.received);
	whole = allocation_plus(a, whole, all.given_back);

	const struct use uses[] = {
		{ "paid", MSG_EURO_PAID, all.paid },
		{ "spent", MSG_EURO_SPENT, all.spent },
		{ "committed", MSG_EURO_COMMITTED, all.committed },
		{ "available", MSG_EURO_AVAILABLE, all.available },
	};

	put_uses(a, uses, sizeof uses / sizeof *uses, whole);
}

/* ---- delays ---- */

struct delays {
	int64_t *days; /* room for every proposal */
	size_t count;
};

static int by_days(const void *a, const void *b)
{
	const int64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

/* The middle one (of an even number the earlier of the two), and the longest. */
static void cells_delay(struct table *table, struct delays *delays)
{
	if (!delays->count) {
		cell_empty(table);
		cell_empty(table);
		return;
	}
	qsort(delays->days, delays->count, sizeof *delays->days, by_days);
	cell_integer(table, delays->days[(delays->count - 1) / 2]);
	cell_integer(table, delays->days[delays->count - 1]);
}

static void put_delay(struct allocation *a, struct table *table, const char *purpose,
		      struct delays *decided, struct delays *paid)
{
	decided->count = paid->count = 0;
	for (size_t i = 0; i < a->proposal_count; i++) {
		const struct proposal_view *proposal = &a->proposals[i];

		if (!allocation_was_granted(a, proposal) ||
		    strcmp(proposal->purpose, purpose) != 0)
			continue;
		decided->days[decided->count++] =
			date_days(proposal->proposed_on, proposal->decided_on);
		if (proposal->payment_made)
			paid->days[paid->count++] =
				date_days(proposal->proposed_on, proposal->paid_on);
	}
	row_begin(table, ROW_NORMAL);
	cell_text_or_empty(table, purpose);
	cell_integer(table, (int64_t)decided->count);
	cells_delay(table, decided);
	cell_integer(table, (int64_t)paid->count);
	cells_delay(table, paid);
}

/* Whether an earlier proposal has had the purpose. */
static bool is_met(const struct allocation *a, size_t proposal)
{
	for (size_t i = 0; i < proposal; i++)
		if (allocation_was_granted(a, &a->proposals[i]) &&
		    strcmp(a->proposals[i].purpose, a->proposals[proposal].purpose) == 0)
			return true;
	return false;
}

static enum err put_delays(struct allocation *a, struct fault *fault)
{
	struct table *table = allocation_table(a, "delays", MSG_DELAYS_TABLE);
	struct delays decided = { .days = calloc(a->proposal_count + 1,
						 sizeof(int64_t)) };
	struct delays paid = { .days = calloc(a->proposal_count + 1, sizeof(int64_t)) };
	bool has_room = decided.days && paid.days;

	allocation_column(a, table, "purpose", MSG_PURPOSE, VALUE_TEXT);
	allocation_column(a, table, "granted", MSG_DELAYS_GRANTED, VALUE_INTEGER);
	allocation_column(a, table, "decision_middle", MSG_DELAYS_DECISION,
			  VALUE_ORDINAL);
	allocation_column(a, table, "decision_longest", MSG_DELAYS_LONGEST,
			  VALUE_ORDINAL);
	allocation_column(a, table, "paid", MSG_DELAYS_PAID, VALUE_INTEGER);
	allocation_column(a, table, "payment_middle", MSG_DELAYS_PAYMENT, VALUE_ORDINAL);
	allocation_column(a, table, "payment_longest", MSG_DELAYS_LONGEST, VALUE_ORDINAL);
	for (size_t i = 0; has_room && i < a->proposal_count; i++)
		if (allocation_was_granted(a, &a->proposals[i]) && !is_met(a, i))
			put_delay(a, table, a->proposals[i].purpose, &decided, &paid);
	table_total_row(table, say(a, MSG_TOTAL));
	free(decided.days);
	free(paid.days);
	return has_room ? ERR_OK : fault_set(fault, ERR_MEMORY, "out of memory");
}

enum err allocation_outcomes(struct allocation *a, struct fault *fault)
{
	put_euro(a);
	return put_delays(a, fault);
}
