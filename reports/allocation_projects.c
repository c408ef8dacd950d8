/*
 * allocation_projects.c - who pays which part of a project: gifts and patronage of some,
 * a co-funder's contribution, which is no gift, of others.
 *
 * The books know it promise by promise, as they stand now, for whatever names a project;
 * a payer has one row for each project and nature.
 */
#include "reports/allocation_int.h"

#include <stdlib.h>
#include <string.h>

#include "reports/naming.h"

/* In the order of the report: gifts apart from contributions. */
static const struct {
	const char *flow;
	enum msg label;
} natures[] = {
	{ "gift", MSG_ENTRY_GIFT },
	{ "patronage", MSG_FLOW_PATRONAGE },
	{ "contribution", MSG_FLOW_CONTRIBUTION },
};

#define NATURES (sizeof natures / sizeof *natures)

static size_t nature_of(const struct promise_view *promise)
{
	size_t nature = 0;

	while (nature < NATURES && !flow_is(promise->flow, natures[nature].flow))
		nature++;
	return nature;
}

static int part_cmp(const void *x, const void *y)
{
	const struct promise_view *p = x, *q = y;
	int order = strcmp(p->project, q->project);

	if (!order)
		order = (nature_of(p) > nature_of(q)) - (nature_of(p) < nature_of(q));
	return order ? order : strcmp(p->payer, q->payer);
}

static void part_add(struct allocation *a, struct promise_view *sum,
		     const struct promise_view *promise)
{
	sum->received = allocation_plus(a, sum->received, promise->received);
	sum->open = allocation_plus(a, sum->open, promise->open);
}

static void put_sums(struct allocation *a, struct table *table,
		     const struct promise_view *part)
{
	cell_cents(table, allocation_plus(a, part->received, part->open));
	cell_cents(table, part->received);
	cell_cents(table, part->open);
}

static void put_part(struct allocation *a, struct table *table,
		     const struct promise_view *part)
{
	size_t nature = nature_of(part);

	row_begin(table, ROW_NORMAL);
	cell_earmark(a, table, "", part->project);
	cell_text(table, nature < NATURES ? say(a, natures[nature].label) : part->flow);
	cell_member(table, a->books, part->payer);
	put_sums(a, table, part);
}

static void put_project(struct allocation *a, struct table *table,
			const struct promise_view *sum)
{
	row_begin(table, ROW_SUBTOTAL);
	cell_earmark(a, table, "", sum->project);
	cell_empty(table); /* nature */
	cell_empty(table); /* payer */
	put_sums(a, table, sum);
}

/* Sorted: what is alike follows each other. */
static void put_parts(struct allocation *a, struct table *table,
		      const struct promise_view *promises, size_t count)
{
	for (size_t i = 0; i < count;) {
		struct promise_view project = promises[i];

		project.received = project.open = CENTS_ZERO;
		while (i < count && strcmp(promises[i].project, project.project) == 0) {
			struct promise_view part = promises[i++];

			while (i < count && part_cmp(&promises[i], &part) == 0)
				part_add(a, &part, &promises[i++]);
			put_part(a, table, &part);
			part_add(a, &project, &part);
		}
		put_project(a, table, &project);
	}
}

enum err allocation_projects(struct allocation *a, struct fault *fault)
{
	struct promise_view *promises = NULL;
	struct table *table;
	size_t count = 0;
	enum err err = query_project_promises(a->books, &promises, &count, fault);

	if (err || !count)
		goto out;
	qsort(promises, count, sizeof *promises, part_cmp);
	table = allocation_table(a, "projects", MSG_PROJECTS_TABLE);
	allocation_column(a, table, "project", MSG_PROJECT, VALUE_TEXT);
	allocation_column(a, table, "nature", MSG_PROJECT_NATURE, VALUE_TEXT);
	allocation_column(a, table, "payer", MSG_PAYER, VALUE_TEXT);
	allocation_column(a, table, "promised", MSG_PROMISED, VALUE_CENTS);
	allocation_column(a, table, "received", MSG_RECEIVED, VALUE_CENTS);
	allocation_column(a, table, "receivable", MSG_RECEIVABLE_END, VALUE_CENTS);
	put_parts(a, table, promises, count);
	table_total_row(table, say(a, MSG_TOTAL));
	document_paragraph(a->doc, say(a, MSG_PROJECTS_EXPLAINED));
out:
	free(promises);
	return err;
}
