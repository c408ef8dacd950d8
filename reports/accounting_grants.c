/*
 * accounting_grants.c - when aid is a charge, and what of it is still to be paid.
 *
 * A grant is charged as far as its beneficiary was told in writing and no condition
 * waits; whatever is paid is charged at the latest then. Of each grant
 *
 *	charged - paid = what its account of aid to be paid holds, never below zero
 *
 * It is drawn from its parts in the order in which the board's decision names them, and
 * a cancellation frees the last ones first, as the books do.
 */
#include "reports/accounting_int.h"

#include <stdlib.h>
#include <string.h>

static int grant_cmp(const void *position, const void *grant)
{
	const uint64_t *x = position;
	const struct grant *y = grant;

	return (*x > y->position) - (*x < y->position);
}

static struct grant *grant_of(const struct accounting *a, uint64_t position)
{
	return a->grant_count ? bsearch(&position, a->grants, a->grant_count,
					sizeof *a->grants, grant_cmp)
			      : NULL;
}

enum destination accounting_grant_destination(const struct accounting *a,
					      uint64_t proposal)
{
	const struct grant *grant = grant_of(a, proposal);

	return grant && grant->is_project ? TO_OTHERS : TO_MISSION;
}

struct cents accounting_paid(const struct accounting *a, uint64_t proposal,
			     enum term term)
{
	const struct grant *grant = grant_of(a, proposal);

	return grant ? grant->paid_in[term] : CENTS_ZERO;
}

void grants_release(struct accounting *a)
{
	for (size_t i = 0; i < a->grant_count; i++)
		free(a->grants[i].tranche);
	free(a->grants);
}

/* ---- a grant comes to be ---- */

static void tranches_take(struct accounting *a, struct grant *grant,
			  const struct json *tranches)
{
	if (!tranches || !tranches->count)
		return;
	grant->tranche = calloc(tranches->count, sizeof *grant->tranche);
	if (!grant->tranche) {
		a->no_memory = true;
		return;
	}
	for (const struct json *item = tranches->first; item; item = item->next) {
		struct tranche *tranche = &grant->tranche[grant->tranche_count];

		if (!item_has(item, "condition"))
			continue;
		tranche->amount = item_cents(item, "amount");
		tranche->condition =
			name_index_of(&a->names, item_text(item, "condition"));
		a->no_memory = a->no_memory || tranche->condition == UINT32_MAX;
		grant->waiting = accounting_plus(a, grant->waiting, tranche->amount);
		grant->tranche_count++;
	}
}

static void take_proposal(struct accounting *a, uint64_t position,
			  const struct entry *entry)
{
	bool is_project = text_is(entry_text(entry, "subject"), "grant");
	struct grant *grant;

	if (!is_project && !text_is(entry_text(entry, "subject"), "support"))
		return;
	if (!accounting_grow(a, (void **)&a->grants, &a->grant_room, a->grant_count,
			     sizeof *a->grants))
		return;
	grant = &a->grants[a->grant_count++];
	*grant = (struct grant){ .position = position,
				 .amount = entry_cents(entry, "amount"),
				 .is_project = is_project };
	grant->fund = name_index_of(&a->names, entry_text(entry, "fund"));
	a->no_memory = a->no_memory || grant->fund == UINT32_MAX;
	tranches_take(a, grant, entry_list(entry, "tranches"));
}

/* The number of a part's earmark among those that are. */
static uint32_t part_sub(struct accounting *a, const struct grant *grant,
			 struct slice earmark)
{
	char both[2 * QUERY_ID_BYTES];
	struct dedicated *sub;

	if (!earmark.n)
		return UINT32_MAX;
	(void)snprintf(both, sizeof both, "%s/%.*s", a->names.names[grant->fund],
		       (int)earmark.n, (const char *)earmark.p);
	sub = accounting_sub(a, slice_of_text(both));
	return sub ? (uint32_t)(sub - a->dedicated) : UINT32_MAX;
}

static void take_decision(struct accounting *a, const struct entry *entry)
{
	struct grant *grant = grant_of(a, entry_position(entry, "proposal"));

	if (!grant || !text_is(entry_text(entry, "outcome"), "granted") || a->no_memory)
		return;
	grant->is_granted = true;
	grant->aux = accounting_grant_aux(a, grant->position);
	for (const struct json *item = entry_list(entry, "parts")->first;
	     item && grant->part_count < GRANT_PARTS_MAX; item = item->next) {
		struct grant_part *part = &grant->part[grant->part_count++];

		part->amount = item_cents(item, "amount");
		part->sub = part_sub(a, grant, item_text(item, "earmark"));
	}
}

/* ---- a charge ---- */

static void part_use(struct accounting *a, struct grant_part *part, struct cents amount)
{
	part->used = accounting_plus(a, part->used, amount);
	if (part->sub != UINT32_MAX) {
		struct cents *used = &a->dedicated[part->sub].used[a->term];

		*used = accounting_plus(a, *used, amount);
	}
}

/* Amount below zero: it is no charge any more. */
static void charge(struct accounting *a, struct grant *grant, struct cents amount)
{
	const char *fund = a->names.names[grant->fund];

	grant->charged = accounting_plus(a, grant->charged, amount);
	if (strcmp(accounting_class(a, slice_of_text(fund)), "dotation-consomptible") ==
	    0)
		a->consumed[a->term] = accounting_plus(a, a->consumed[a->term], amount);
	accounting_line(a, PLAN_AID, NO_AUX, grant->is_project ? TO_OTHERS : TO_MISSION,
			amount);
	accounting_line(a, PLAN_AID_DUE, grant->aux, NOWHERE, cents_neg(amount));
}

static void charge_up_to(struct accounting *a, struct grant *grant, struct cents target)
{
	struct cents amount = accounting_plus(a, target, cents_neg(grant->charged));

	if (!cents_is_positive(amount))
		return;
	charge(a, grant, amount);
	for (size_t i = 0; i < grant->part_count && cents_is_positive(amount); i++) {
		struct grant_part *part = &grant->part[i];
		struct cents room =
			accounting_plus(a, part->amount, cents_neg(part->used));
		struct cents use = cents_min(amount, room);

		if (!cents_is_positive(use))
			continue;
		part_use(a, part, use);
		amount = accounting_plus(a, amount, cents_neg(use));
	}
}

/* What was told in writing and waits for nothing. */
static void charge_told(struct accounting *a, struct grant *grant)
{
	struct cents out = cents_cmp(grant->cancelled, grant->waiting) > 0
				   ? grant->cancelled
				   : grant->waiting;

	if (grant->is_notified)
		charge_up_to(a, grant, accounting_plus(a, grant->amount, cents_neg(out)));
}

static void take_notification(struct accounting *a, const struct entry *entry)
{
	struct grant *grant = grant_of(a, entry_position(entry, "grant"));

	if (!grant)
		return;
	grant->is_notified = true;
	charge_told(a, grant);
}

static void take_condition(struct accounting *a, const struct entry *entry)
{
	struct grant *grant = entry_has(entry, "proposal")
				      ? grant_of(a, entry_position(entry, "proposal"))
				      : NULL;
	struct slice condition = entry_text(entry, "condition");

	for (size_t i = 0; grant && i < grant->tranche_count; i++) {
		struct tranche *tranche = &grant->tranche[i];

		if (tranche->is_met ||
		    !slice_equal_text(condition, a->names.names[tranche->condition]))
			continue;
		tranche->is_met = true;
		grant->waiting =
			accounting_plus(a, grant->waiting, cents_neg(tranche->amount));
	}
	if (grant)
		charge_told(a, grant);
}

static void take_cancellation(struct accounting *a, const struct entry *entry)
{
	struct grant *grant = grant_of(a, entry_position(entry, "grant"));
	struct cents left = entry_cents(entry, "amount"), back = CENTS_ZERO;

	if (!grant)
		return;
	grant->cancelled = accounting_plus(a, grant->cancelled, left);
	for (size_t i = grant->part_count; i-- > 0 && cents_is_positive(left);) {
		struct grant_part *part = &grant->part[i];
		struct cents cut = cents_min(left, part->amount), over;

		part->amount = accounting_plus(a, part->amount, cents_neg(cut));
		left = accounting_plus(a, left, cents_neg(cut));
		over = accounting_plus(a, part->used, cents_neg(part->amount));
		if (!cents_is_positive(over))
			continue;
		part_use(a, part, cents_neg(over));
		back = accounting_plus(a, back, over);
	}
	if (cents_is_positive(back))
		charge(a, grant, cents_neg(back));
}

/* ---- money ---- */

/* What left the bank by the entry; below zero: what came back. */
static struct cents cash_out(struct accounting *a, const struct posting *postings,
			     size_t count)
{
	struct cents sum = CENTS_ZERO;

	for (size_t i = 0; i < count; i++)
		if (account_is_cash(postings[i].account))
			sum = accounting_plus(a, sum, cents_neg(postings[i].amount));
	return sum;
}

static void take_paid(struct accounting *a, const struct entry *entry,
		      const struct posting *postings, size_t count)
{
	const struct memory *payment =
		accounting_recall(a, entry_position(entry, "payment"));
	struct grant *grant = payment ? grant_of(a, payment->of) : NULL;
	struct cents amount = cash_out(a, postings, count);

	if (!grant)
		return;
	grant->paid = accounting_plus(a, grant->paid, amount);
	grant->paid_in[a->term] = accounting_plus(a, grant->paid_in[a->term], amount);
	charge_up_to(a, grant, grant->paid);
	accounting_line(a, PLAN_AID_DUE, grant->aux, NOWHERE, amount);
}

enum err accounting_grants(struct accounting *a, uint64_t position,
			   const struct entry *entry, const struct posting *postings,
			   size_t count, struct fault *fault)
{
	if (entry->kind == KIND_proposal)
		take_proposal(a, position, entry);
	else if (entry->kind == KIND_decision)
		take_decision(a, entry);
	else if (entry->kind == KIND_notification)
		take_notification(a, entry);
	else if (entry->kind == KIND_condition)
		take_condition(a, entry);
	else if (entry->kind == KIND_cancellation)
		take_cancellation(a, entry);
	else if (entry->kind == KIND_paid || entry->kind == KIND_returned)
		take_paid(a, entry, postings, count);
	return accounting_check(a, fault);
}
