/*
 * accounting_subs.c - what funds were promised, as income.
 *
 * Income is there when it is promised for good: `pledged` is credited by a flow that
 * tells who gives. When it is paid, `pledged` is debited by "settled" and the fund is
 * credited by that flow: of income nothing has changed. When it is taken back after it
 * was paid, the fund is debited by the flow and the payer's credit is credited by it.
 * So of one sub-balance, in one entry,
 *
 *	taken back = what its fund moved by flows of promises + what "settled" moved
 *	income     = what `pledged` moved by the flow + what was taken back of the flow
 *
 * and what each flow was taken back in all stands on the payers' credits.
 */
#include "reports/accounting_int.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define GAINS_MAX                                                                        \
	320 /* a batch's lines are at most 4 classes of 64 funds, and its match */
#define TAKEN_MAX 16 /* flows of promises: plan.def */

/* Of one sub-balance by one flow. */
struct gain {
	const char *both; /* "FUND/EARMARK", inside a posting */
	const char *flow;
	struct cents pledged, fund;
};

struct gains {
	struct gain *p;
	size_t n, room;
	struct {
		const char *flow;
		struct cents left;
	} taken[TAKEN_MAX];
	size_t taken_count;
};

bool flow_is_promised(const char *flow)
{
	static const char *const firsts[] = { "salary",      "invoice", "till",
					      "match",       "gift",    "patronage",
					      "contribution" };
	size_t n = strcspn(flow, ".");

	for (size_t i = 0; i < sizeof firsts / sizeof *firsts; i++)
		if (strlen(firsts[i]) == n && memcmp(firsts[i], flow, n) == 0)
			return true;
	return false;
}

static struct gain *gain_of(struct accounting *a, struct gains *gains, const char *both,
			    const char *flow)
{
	struct gain *gain;

	for (size_t i = 0; i < gains->n; i++)
		if (strcmp(gains->p[i].both, both) == 0 &&
		    strcmp(gains->p[i].flow, flow) == 0)
			return &gains->p[i];
	if (!accounting_grow(a, (void **)&gains->p, &gains->room, gains->n,
			     sizeof *gains->p))
		return NULL;
	gain = &gains->p[gains->n++];
	*gain = (struct gain){ .both = both, .flow = flow };
	return gain;
}

static void take_in(struct accounting *a, struct gains *gains,
		    const struct posting *posting)
{
	bool pledged = strncmp(posting->account, "pledged/", 8) == 0;
	struct gain *gain;

	if (!pledged && strncmp(posting->account, "fund/", 5) != 0) {
		if (strncmp(posting->account, "credit/", 7) == 0 &&
		    flow_is_promised(posting->flow) && gains->taken_count < TAKEN_MAX) {
			gains->taken[gains->taken_count].flow = posting->flow;
			gains->taken[gains->taken_count++].left =
				cents_neg(posting->amount);
		}
		return;
	}
	if (!pledged && !flow_is_promised(posting->flow) &&
	    strcmp(posting->flow, "refunded") != 0)
		return;
	gain = gain_of(a, gains, strchr(posting->account, '/') + 1, posting->flow);
	if (!gain)
		return;
	if (pledged)
		gain->pledged = accounting_plus(a, gain->pledged, posting->amount);
	else
		gain->fund = accounting_plus(a, gain->fund, posting->amount);
}

/* ---- one gain ---- */

/* The flow of what a refund gave back, or of the refund that is undone. */
static const char *refunded_flow(const struct accounting *a, const struct entry *entry)
{
	const struct memory *memory;
	uint64_t of = entry_position(entry, "of");

	memory = accounting_recall(a, of);
	if (memory && memory->what == REMEMBERED_REFUND)
		memory = accounting_recall(a, memory->of);
	if (!memory)
		return "gift.person";
	if (memory->what == REMEMBERED_CONTRIBUTION)
		return "contribution";
	return memory->what == REMEMBERED_PATRONAGE ? "patronage" : "gift.company";
}

struct dedicated *accounting_sub(struct accounting *a, struct slice both)
{
	size_t before = a->subs.count, room = a->dedicated_room;
	uint32_t number = name_index_of(&a->subs, both);
	const char *name, *slash;
	struct dedicated *sub;

	if (number == UINT32_MAX)
		a->no_memory = true;
	if (number == UINT32_MAX || !accounting_grow(a, (void **)&a->dedicated, &room,
						     number, sizeof *a->dedicated))
		return NULL;
	a->dedicated_room = room;
	sub = &a->dedicated[number];
	if (a->subs.count == before)
		return sub;
	*sub = (struct dedicated){ .fund = "" };
	name = a->subs.names[number];
	slash = strchr(name, '/');
	assert(slash && (size_t)(slash - name) < QUERY_ID_BYTES &&
	       strlen(slash + 1) < QUERY_ID_BYTES);
	memcpy(sub->fund, name, (size_t)(slash - name));
	memcpy(sub->earmark, slash + 1, strlen(slash + 1));
	return sub;
}

static void put_gain(struct accounting *a, const struct entry *entry, const char *both,
		     const char *flow, struct cents amount)
{
	size_t n = strcspn(both, "/");
	const struct treatment *treatment;
	struct dedicated *sub;
	int public;

	if (cents_is_zero(amount))
		return;
	if (strcmp(flow, "refunded") == 0)
		flow = refunded_flow(a, entry);
	treatment =
		treatment_find("income", flow, accounting_class(a, slice_of(both, n)));
	assert(treatment); /* the flows of promises are in the table, by a test */
	accounting_line(a, treatment->plan, NO_AUX, treatment->destination, amount);
	if (strcmp(both + n, "/-") == 0)
		return;
	public = strncmp(flow, "contribution", 12) != 0;
	sub = accounting_sub(a, slice_of_text(both));
	if (sub)
		sub->given[public][a->term] = accounting_plus(
			a, sub->given[public][a->term], cents_neg(amount));
}

/* ---- one sub-balance ---- */

/* Of what was taken back of a sub-balance, the flows by which it was. */
static enum err put_taken(struct accounting *a, const struct entry *entry,
			  struct gains *gains, const char *both, struct cents taken,
			  struct fault *fault)
{
	for (size_t i = 0; i < gains->taken_count && !cents_is_zero(taken); i++) {
		struct cents part = cents_min(taken, gains->taken[i].left);

		if (!cents_is_positive(part))
			continue;
		gains->taken[i].left =
			accounting_plus(a, gains->taken[i].left, cents_neg(part));
		taken = accounting_plus(a, taken, cents_neg(part));
		put_gain(a, entry, both, gains->taken[i].flow, part);
	}
	if (cents_is_zero(taken))
		return ERR_OK;
	return fault_set(fault, ERR_CORRUPT,
			 "what fund '%s' gave back went to no payer's credit: rebuild",
			 both);
}

static enum err put_sub(struct accounting *a, const struct entry *entry,
			struct gains *gains, size_t first, struct fault *fault)
{
	const char *both = gains->p[first].both;
	struct cents taken = CENTS_ZERO;

	for (size_t i = first; i < gains->n; i++) {
		struct gain *gain = &gains->p[i];

		if (!gain->both || strcmp(gain->both, both) != 0)
			continue;
		if (strcmp(gain->flow, "settled") == 0) {
			taken = accounting_plus(a, taken, gain->pledged);
		} else if (strcmp(gain->flow, "refunded") == 0) {
			put_gain(a, entry, both, gain->flow, gain->fund);
		} else {
			taken = accounting_plus(a, taken, gain->fund);
			put_gain(a, entry, both, gain->flow, gain->pledged);
		}
		if (i > first)
			gain->both = NULL; /* done */
	}
	return put_taken(a, entry, gains, both, taken, fault);
}

enum err accounting_subs(struct accounting *a, const struct entry *entry,
			 const struct posting *postings, size_t count,
			 struct fault *fault)
{
	struct gains gains = { .n = 0 };
	enum err err = ERR_OK;

	for (size_t i = 0; i < count; i++)
		take_in(a, &gains, &postings[i]);
	for (size_t i = 0; i < gains.n && !err && !a->no_memory; i++)
		if (gains.p[i].both)
			err = put_sub(a, entry, &gains, i, fault);
	free(gains.p);
	return err ? err : accounting_check(a, fault);
}
