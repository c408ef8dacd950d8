/*
 * model_board.c - what is decided and paid (FORMAT.md, section 6).
 */
#include <stdio.h>
#include <string.h>

#include "tests/model/json.h"
#include "tests/model/model.h"

/* ---- allocation ---- */

static int64_t shared_amount(const struct model *model, const char *month)
{
	char name[MODEL_NAME_BYTES];
	int64_t now, then = 0;

	snprintf(name, sizeof name, "fund/%s/-", model->default_fund);
	now = -model_balance(model, name);
	for (size_t i = 0; i < model->n_moves; i++) {
		const struct model_move *move = &model->move[i];
		bool is_after = strncmp(move->date, month, 7) > 0;

		if (!is_after || move->is_allocation)
			then += move->amount;
	}
	if (then > now)
		then = now;
	return then > 0 ? then : 0;
}

void model_allocation(struct model *model, const json_t *entry)
{
	int64_t amount = shared_amount(model, text_of(entry, "month"));
	int64_t weights[MODEL_FUNDS_MAX], shares[MODEL_FUNDS_MAX];

	if (amount != number_of(entry, "amount"))
		model_stop(model, "%lld should be split", (long long)amount);
	for (size_t i = 0; i < model->n_policy; i++)
		weights[i] = model->policy[i].bp;
	model_split(amount, weights, model->n_policy, shares);
	for (size_t i = 0; i < model->n_policy; i++) {
		model_post(model, shares[i], "fund/%s/-", model->default_fund);
		model_post(model, -shares[i], "fund/%s/-", model->policy[i].fund);
	}
}

/* ---- proposals and decisions ---- */

static struct model_grant *grant_at(struct model *model, uint64_t position)
{
	for (size_t i = 0; i < model->n_grants; i++)
		if (model->grant[i].position == position)
			return &model->grant[i];
	model_stop(model, "there is no proposal at %llu", (unsigned long long)position);
}

void model_proposal(struct model *model, const json_t *entry)
{
	struct model_grant *grant = &model->grant[model->n_grants++];

	if (model->n_grants > MODEL_GRANTS_MAX)
		model_stop(model, "too many proposals");
	grant->position = model->at;
	grant->amount = number_or(entry, "amount", 0);
	grant->of = (uint64_t)number_or(entry, "grant", 0);
	model_copy(grant->subject, sizeof grant->subject, text_of(entry, "subject"));
	model_copy(grant->fund, sizeof grant->fund, text_or(entry, "fund", ""));
	model_copy(grant->to, sizeof grant->to, text_or(entry, "to", ""));
	model_copy(grant->project, sizeof grant->project, text_or(entry, "project", ""));
}

static void part_take(struct model *model, struct model_grant *grant, const char *mark,
		      int64_t *left)
{
	char name[MODEL_NAME_BYTES];
	int64_t part;

	snprintf(name, sizeof name, "fund/%s/%s", grant->fund, mark);
	part = -model_balance(model, name);
	if (part > *left)
		part = *left;
	if (part <= 0)
		return;
	model_copy(grant->part[grant->n].mark, sizeof grant->part[0].mark, mark);
	grant->part[grant->n++].committed = part;
	*left -= part;
	model_post(model, part, "fund/%s/%s", grant->fund, mark);
	model_post(model, -part, "committed/%s/%s", grant->fund, mark);
}

void model_decision(struct model *model, const json_t *entry)
{
	struct model_grant *grant =
		grant_at(model, (uint64_t)number_of(entry, "proposal"));
	int64_t left = grant->amount;

	if (strcmp(text_of(entry, "outcome"), "granted") != 0)
		return;
	grant->granted = true;
	if (strcmp(grant->subject, "transfer") == 0) {
		model_post(model, left, "fund/%s/-", grant->fund);
		model_post(model, -left, "fund/%s/-", grant->to);
		return;
	}
	if (strcmp(grant->subject, "support") != 0 &&
	    strcmp(grant->subject, "grant") != 0)
		return;
	if (grant->project[0])
		part_take(model, grant, grant->project, &left);
	part_take(model, grant, grant->fund, &left);
	part_take(model, grant, "-", &left);
	if (left)
		model_stop(model, "%lld more is granted than there is", (long long)left);
}

/* ---- carried out ---- */

void model_payment(struct model *model, const json_t *entry)
{
	struct model_grant *grant =
		grant_at(model, (uint64_t)number_of(entry, "proposal"));
	struct model_order *order = &model->order[model->n_orders++];
	int64_t left = number_of(entry, "amount");

	if (model->n_orders > MODEL_ORDERS_MAX)
		model_stop(model, "too many payments");
	order->position = model->at;
	order->grant = (size_t)(grant - model->grant);
	for (size_t i = 0; i < grant->n; i++) {
		int64_t part =
			grant->part[i].committed < left ? grant->part[i].committed : left;

		order->amount[i] = part;
		grant->part[i].committed -= part;
		grant->part[i].ordered += part;
		left -= part;
		model_post(model, part, "committed/%s/%s", grant->fund,
			   grant->part[i].mark);
		model_post(model, -part, "ordered/%s/%s", grant->fund,
			   grant->part[i].mark);
	}
	if (left)
		model_stop(model, "%lld more is ordered than granted", (long long)left);
}

static struct model_order *order_at(struct model *model, uint64_t position)
{
	for (size_t i = 0; i < model->n_orders; i++)
		if (model->order[i].position == position)
			return &model->order[i];
	return NULL;
}

void model_paid(struct model *model, const json_t *entry)
{
	struct model_order *order =
		order_at(model, (uint64_t)number_of(entry, "payment"));
	struct model_grant *grant = &model->grant[order->grant];

	order->is_paid = true;
	for (size_t i = 0; i < grant->n; i++) {
		grant->part[i].ordered -= order->amount[i];
		grant->part[i].paid += order->amount[i];
		model_post(model, order->amount[i], "ordered/%s/%s", grant->fund,
			   grant->part[i].mark);
		model_post(model, -order->amount[i], "%s", model->cash);
	}
}

void model_returned(struct model *model, const json_t *entry)
{
	struct model_order *order =
		order_at(model, (uint64_t)number_of(entry, "payment"));
	struct model_grant *grant = &model->grant[order->grant];

	for (size_t i = 0; i < grant->n; i++) {
		grant->part[i].paid -= order->amount[i];
		grant->part[i].committed += order->amount[i];
		model_post(model, order->amount[i], "%s", model->cash);
		model_post(model, -order->amount[i], "committed/%s/%s", grant->fund,
			   grant->part[i].mark);
	}
}

bool model_unorder(struct model *model, uint64_t payment)
{
	struct model_order *order = order_at(model, payment);
	struct model_grant *grant;

	if (!order)
		return false;
	grant = &model->grant[order->grant];
	for (size_t i = 0; i < grant->n; i++) {
		grant->part[i].ordered -= order->amount[i];
		grant->part[i].committed += order->amount[i];
		model_post(model, order->amount[i], "ordered/%s/%s", grant->fund,
			   grant->part[i].mark);
		model_post(model, -order->amount[i], "committed/%s/%s", grant->fund,
			   grant->part[i].mark);
	}
	return true;
}

/* ---- what comes back ---- */

void model_cancellation(struct model *model, const json_t *entry)
{
	struct model_grant *grant = grant_at(model, (uint64_t)number_of(entry, "grant"));
	int64_t left = number_of(entry, "amount");

	for (size_t i = grant->n; i-- > 0;) {
		int64_t part =
			grant->part[i].committed < left ? grant->part[i].committed : left;

		grant->part[i].committed -= part;
		left -= part;
		model_post(model, part, "committed/%s/%s", grant->fund,
			   grant->part[i].mark);
		model_post(model, -part, "fund/%s/%s", grant->fund, grant->part[i].mark);
	}
}

void model_restitution(struct model *model, const json_t *entry)
{
	struct model_grant *grant = grant_at(model, (uint64_t)number_of(entry, "grant"));
	int64_t left = number_of(entry, "amount");

	for (size_t i = grant->n; i-- > 0;) {
		int64_t part = grant->part[i].paid < left ? grant->part[i].paid : left;

		grant->part[i].paid -= part;
		left -= part;
		model_post(model, part, "%s", model->cash);
		model_post(model, -part, "fund/%s/%s", grant->fund, grant->part[i].mark);
	}
}
