/*
 * allocation_subs.c - the funds' sub-balances in the period, from their movements.
 *
 * One pass over the movements of the accounts fund/, pledged/, committed/ and
 * ordered/. Movements come in the order of their accounts, so the sub-balance of
 * the one before is nearly always the one that is looked for.
 */
#include "reports/allocation_int.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct adder {
	struct allocation *a;
	size_t room;
	size_t last; /* the sub-balance found before */
};

/* "NOUN/FUND/EARMARK" taken apart. */
struct sub_name {
	struct slice fund, earmark;
};

static struct sub_name name_of(const char *account)
{
	const char *fund = strchr(account, '/') + 1, *slash = strchr(fund, '/');

	assert(slash); /* accounts of these nouns have three parts */
	return (struct sub_name){ .fund = slice_of(fund, (size_t)(slash - fund)),
				  .earmark = slice_of_text(slash + 1) };
}

static bool sub_is(const struct sub_sums *sub, const struct sub_name *name)
{
	return slice_equal_text(name->fund, sub->fund) &&
	       slice_equal_text(name->earmark, sub->earmark);
}

static void id_copy(char out[QUERY_ID_BYTES], struct slice id)
{
	assert(id.n < QUERY_ID_BYTES);
	memcpy(out, id.p, id.n);
	out[id.n] = '\0';
}

/* Finds or adds; NULL when out of memory. */
static struct sub_sums *sub_of(struct adder *adder, const char *account)
{
	struct allocation *a = adder->a;
	struct sub_name name = name_of(account);
	struct sub_sums *more;

	if (adder->last < a->sub_count && sub_is(&a->subs[adder->last], &name))
		return &a->subs[adder->last];
	for (adder->last = 0; adder->last < a->sub_count; adder->last++)
		if (sub_is(&a->subs[adder->last], &name))
			return &a->subs[adder->last];
	if (a->sub_count == adder->room) {
		adder->room = adder->room ? adder->room * 2 : 16;
		more = reallocarray(a->subs, adder->room, sizeof *more);
		if (!more)
			return NULL;
		a->subs = more;
	}
	more = &a->subs[a->sub_count++];
	memset(more, 0, sizeof *more);
	id_copy(more->fund, name.fund);
	id_copy(more->earmark, name.earmark);
	return more;
}

static void add(struct allocation *a, struct cents *sum, struct cents amount)
{
	*sum = allocation_plus(a, *sum, amount);
}

static void add_fund(struct allocation *a, struct sub_sums *sub,
		     const struct movement_view *move)
{
	struct cents before = cents_neg(move->before), within = cents_neg(move->within);

	add(a, &sub->available_start, before);
	add(a, &sub->available, before);
	add(a, &sub->available, within);
	if (flow_is(move->flow, "granted") || flow_is(move->flow, "cancelled"))
		add(a, &sub->granted, cents_neg(within));
	else if (flow_is(move->flow, "restituted"))
		add(a, &sub->given_back, within);
	else if (flow_is(move->flow, "fee") || flow_is(move->flow, "expense"))
		add(a, &sub->spent, cents_neg(within));
	else if (flow_is(move->flow, "allocated"))
		add(a, &sub->allocated, within);
	else if (flow_is(move->flow, "transferred") || flow_is(move->flow, "redirected"))
		add(a, &sub->transferred, within);
	else
		add(a, &sub->received, within);
}

static void add_pledged(struct allocation *a, struct sub_sums *sub,
			const struct movement_view *move)
{
	add(a, &sub->pledged_start, cents_neg(move->before));
	add(a, &sub->pledged, cents_neg(move->before));
	add(a, &sub->pledged, cents_neg(move->within));
}

/* Of what is granted it does not matter here whether it was ordered, too. */
static void add_committed(struct allocation *a, struct sub_sums *sub,
			  const struct movement_view *move)
{
	add(a, &sub->committed_start, cents_neg(move->before));
	add(a, &sub->committed, cents_neg(move->before));
	add(a, &sub->committed, cents_neg(move->within));
	if (flow_is(move->flow, "paid") || flow_is(move->flow, "returned"))
		add(a, &sub->paid, move->within);
}

static enum err add_moves(struct adder *adder, const struct moves *moves,
			  void (*add_move)(struct allocation *a, struct sub_sums *sub,
					   const struct movement_view *move),
			  struct fault *fault)
{
	for (size_t i = 0; i < moves->n; i++) {
		struct sub_sums *sub = sub_of(adder, moves->p[i].account);

		if (!sub)
			return fault_set(fault, ERR_MEMORY,
					 "out of memory for the funds' sub-balances");
		add_move(adder->a, sub, &moves->p[i]);
	}
	return ERR_OK;
}

size_t allocation_fund_number(const struct allocation *a, const char *fund)
{
	struct slice id = slice_of(fund, strcspn(fund, "/"));
	size_t number = 0;

	while (number < a->fund_count && !slice_equal_text(id, a->funds[number].id))
		number++;
	return number;
}

/* Free money first, then the fund's own earmark, then projects by id. */
static int earmark_rank(const struct sub_sums *sub)
{
	if (strcmp(sub->earmark, "-") == 0)
		return 0;
	return strcmp(sub->earmark, sub->fund) == 0 ? 1 : 2;
}

static int sub_cmp(const void *x, const void *y, void *ctx)
{
	const struct sub_sums *s = x, *t = y;
	size_t s_fund = allocation_fund_number(ctx, s->fund),
	       t_fund = allocation_fund_number(ctx, t->fund);

	if (s_fund != t_fund)
		return s_fund < t_fund ? -1 : 1;
	if (earmark_rank(s) != earmark_rank(t))
		return earmark_rank(s) - earmark_rank(t);
	return strcmp(s->earmark, t->earmark);
}

enum err allocation_subs(struct allocation *a, struct fault *fault)
{
	struct adder adder = { .a = a };
	enum err err = add_moves(&adder, &a->fund, add_fund, fault);

	if (!err)
		err = add_moves(&adder, &a->pledged, add_pledged, fault);
	if (!err)
		err = add_moves(&adder, &a->committed, add_committed, fault);
	if (!err)
		err = add_moves(&adder, &a->ordered, add_committed, fault);
	if (!err && a->sub_count)
		qsort_r(a->subs, a->sub_count, sizeof *a->subs, sub_cmp, a);
	return err;
}

void sub_sums_add(struct allocation *a, struct sub_sums *x, const struct sub_sums *y)
{
	add(a, &x->available_start, y->available_start);
	add(a, &x->received, y->received);
	add(a, &x->allocated, y->allocated);
	add(a, &x->transferred, y->transferred);
	add(a, &x->granted, y->granted);
	add(a, &x->given_back, y->given_back);
	add(a, &x->spent, y->spent);
	add(a, &x->available, y->available);
	add(a, &x->pledged_start, y->pledged_start);
	add(a, &x->pledged, y->pledged);
	add(a, &x->committed_start, y->committed_start);
	add(a, &x->paid, y->paid);
	add(a, &x->committed, y->committed);
}
