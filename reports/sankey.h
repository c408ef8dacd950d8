/*
 * sankey.h - the nodes of a CHART_SANKEY, added up: what comes into each and what goes
 * out of it.
 *
 * Here is what a chart computes, in cents and before anything is drawn, so that the
 * tables of a report can be held against it.
 */
#ifndef ARRONDI_REPORTS_SANKEY_H
#define ARRONDI_REPORTS_SANKEY_H

#include <stddef.h>
#include <stdint.h>

#include "keys/fault.h"
#include "ledger/money.h"
#include "reports/document.h"

struct sankey_node {
	const char *name; /* the document's */
	int64_t stage;    /* 1: the leftmost */
	struct cents in, out;
};

struct sankey_flow {
	size_t from, to; /* nodes */
	struct cents amount;
};

/* Nodes ascend by stage, and in a stage are in the order of the rows. Only flows above
 * zero are here, and nodes that have one. Owned. */
struct sankey {
	struct sankey_node *node;
	size_t nodes;
	struct sankey_flow *flow;
	size_t flows;
	int64_t stages; /* the last node's; 0 of an empty one */
};

/* ERR_MEMORY; ERR_TOO_BIG where a node's sum is past the bound of money.h. */
MUST_USE enum err sankey_read(const struct table *chart, struct sankey *ret_sankey,
			      struct fault *fault);
void sankey_release(struct sankey *sankey);

/* What the node is as high as: the greater of what comes and what goes. */
struct cents sankey_node_amount(const struct sankey_node *node);

#endif
