/*
 * sankey.c - see sankey.h.
 */
#include "reports/sankey.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static bool row_flows(const struct row *row)
{
	return (row->style == ROW_NORMAL || row->style == ROW_ALERT) &&
	       !row->value[3].empty && cents_is_positive(row->value[3].cents);
}

static size_t node_find(struct sankey *sankey, int64_t stage, const char *name)
{
	for (size_t i = 0; i < sankey->nodes; i++)
		if (sankey->node[i].stage == stage &&
		    strcmp(sankey->node[i].name, name) == 0)
			return i;
	return sankey->nodes;
}

/* Stages ascend by row, so that a node is of the row's stage or of the one after it: the
 * first are added before the others, for nodes to ascend too. */
static void nodes_add(struct sankey *sankey, const struct row *first, int64_t stage,
		      bool arrivals)
{
	for (const struct row *row = first; row; row = row->next) {
		const char *name = row->value[arrivals ? 2 : 1].text;

		if (!row_flows(row) || row->value[0].n + arrivals != stage)
			continue;
		if (node_find(sankey, stage, name) < sankey->nodes)
			continue;
		sankey->node[sankey->nodes++] =
			(struct sankey_node){ .name = name, .stage = stage };
	}
}

static enum err flow_add(struct sankey *sankey, const struct row *row)
{
	struct sankey_flow *flow = &sankey->flow[sankey->flows++];
	struct sankey_node *from, *to;
	enum err err;

	flow->from = node_find(sankey, row->value[0].n, row->value[1].text);
	flow->to = node_find(sankey, row->value[0].n + 1, row->value[2].text);
	flow->amount = row->value[3].cents;
	assert(flow->from < sankey->nodes && flow->to < sankey->nodes);
	from = &sankey->node[flow->from];
	to = &sankey->node[flow->to];
	err = cents_add(from->out, flow->amount, &from->out);
	return err ? err : cents_add(to->in, flow->amount, &to->in);
}

enum err sankey_read(const struct table *chart, struct sankey *ret_sankey,
		     struct fault *fault)
{
	struct sankey sankey = { .stages = 0 };
	enum err err = ERR_OK;
	int64_t last = 0;

	assert(chart->chart == CHART_SANKEY);
	sankey.node = calloc(2 * chart->rows + 1, sizeof *sankey.node);
	sankey.flow = calloc(chart->rows + 1, sizeof *sankey.flow);
	if (!sankey.node || !sankey.flow)
		err = fault_set(fault, ERR_MEMORY, "out of memory");
	for (const struct row *row = chart->first_row; row && !err; row = row->next)
		if (row_flows(row) && row->value[0].n > last)
			last = row->value[0].n;
	for (int64_t stage = 1; last && stage <= last + 1 && !err; stage++) {
		nodes_add(&sankey, chart->first_row, stage, true);
		nodes_add(&sankey, chart->first_row, stage, false);
	}
	for (const struct row *row = chart->first_row; row && !err; row = row->next)
		if (row_flows(row) && flow_add(&sankey, row))
			err = fault_set(fault, ERR_TOO_BIG,
					"a sum of chart '%s' passes 2^53 - 1 cents",
					chart->id);
	if (err) {
		sankey_release(&sankey);
		return err;
	}
	if (sankey.nodes)
		sankey.stages = sankey.node[sankey.nodes - 1].stage;
	*ret_sankey = sankey;
	return ERR_OK;
}

void sankey_release(struct sankey *sankey)
{
	free(sankey->node);
	free(sankey->flow);
	*sankey = (struct sankey){ .stages = 0 };
}

struct cents sankey_node_amount(const struct sankey_node *node)
{
	return cents_cmp(node->in, node->out) > 0 ? node->in : node->out;
}
