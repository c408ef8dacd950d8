/*
 * allocation_kind.c - what companies gave in kind, by its value; apart from all money.
 *
 * Not one cent of it is in a fund, at the bank or owed; and where a company has not
 * stated a value there is none to add up, so that such gifts are counted.
 */
#include "reports/allocation_int.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *flow;
	enum msg label;
} forms[] = {
	{ "patronage.goods", MSG_FLOW_KIND_GOODS },
	{ "patronage.premises", MSG_FLOW_KIND_PREMISES },
	{ "patronage.services", MSG_FLOW_KIND_SERVICES },
	{ "patronage.skills", MSG_FLOW_KIND_SKILLS },
};

static void put_form(struct allocation *a, struct table *table, const struct moves *moves,
		     size_t form)
{
	struct cents before = CENTS_ZERO, within = CENTS_ZERO;

	for (size_t i = 0; i < moves->n; i++) {
		if (strcmp(moves->p[i].flow, forms[form].flow) != 0)
			continue;
		before = allocation_minus(a, before, moves->p[i].before);
		within = allocation_minus(a, within, moves->p[i].within);
	}
	if (cents_is_zero(before) && cents_is_zero(within))
		return;
	row_begin(table, ROW_NORMAL);
	cell_text(table, say(a, forms[form].label));
	cell_cents(table, before);
	cell_cents(table, within);
	cell_cents(table, allocation_plus(a, before, within));
}

static void put_unvalued(struct allocation *a, int64_t unvalued)
{
	char text[128];

	(void)snprintf(text, sizeof text, "%s%lld", say(a, MSG_IN_KIND_UNVALUED),
		       (long long)unvalued);
	document_note(a->doc, text);
}

enum err allocation_kind(struct allocation *a, struct fault *fault)
{
	struct moves moves = { .n = 0 };
	struct table *table;
	int64_t unvalued = 0;
	enum err err = query_movements(a->books, "voluntary/", a->period.from,
				       a->period.to, &moves.p, &moves.n, fault);

	if (err)
		return err;
	err = query_unvalued(a->books, a->period.to, &unvalued, fault);
	if (err || (!moves.n && !unvalued))
		goto out;
	table = allocation_table(a, "in_kind", MSG_IN_KIND_TABLE);
	allocation_column(a, table, "form", MSG_IN_KIND_FORM, VALUE_TEXT);
	allocation_column(a, table, "before", MSG_IN_KIND_BEFORE, VALUE_CENTS);
	allocation_column(a, table, "within", MSG_IN_KIND_WITHIN, VALUE_CENTS);
	allocation_column(a, table, "value", MSG_IN_KIND_SUM, VALUE_CENTS);
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		put_form(a, table, &moves, i);
	table_total_row(table, say(a, MSG_TOTAL));
	document_paragraph(a->doc, say(a, MSG_IN_KIND_EXPLAINED));
	if (unvalued)
		put_unvalued(a, unvalued);
out:
	free(moves.p);
	return err;
}
