/*
 * accounting_close.c - what the end of a year adds, and what the next one opens with.
 *
 * Nothing of this is an entry of the ledger: it follows from the sums, each time anew.
 * Of each earmark and origin (bodies, the public), over the periods in their order,
 *
 *	opening + given + moved - used = closing, and never below zero
 *	used of the opening    -> 789, the rest of what was used was given in the year
 *	given and not used     -> 689
 *
 * so that closing = opening + moved + 689 - 789. What was used is shared over the
 * origins by what there was of each, by largest remainder.
 */
#include "reports/accounting_int.h"

#include <stdlib.h>
#include <string.h>

/* Of one earmark, origin and period. */
struct movement {
	struct cents opening, reported, used, moved, closing;
};

static struct cents minus(struct accounting *a, struct cents x, struct cents y)
{
	return accounting_plus(a, x, cents_neg(y));
}

static struct cents not_negative(struct cents c)
{
	return cents_is_negative(c) ? CENTS_ZERO : c;
}

static void movement_end(struct accounting *a, struct movement *m, struct cents given,
			 struct cents used)
{
	struct cents had = not_negative(accounting_plus(a, m->opening, m->moved));

	m->used = cents_min(not_negative(used), had);
	m->closing = not_negative(minus(
		a, accounting_plus(a, accounting_plus(a, m->opening, m->moved), given),
		used));
	m->reported = accounting_plus(
		a, minus(a, minus(a, m->closing, m->opening), m->moved), m->used);
	if (cents_is_negative(m->reported)) { /* more was taken back than given */
		m->used = minus(a, m->used, m->reported);
		m->reported = CENTS_ZERO;
	}
}

/* What each origin has to give, as weights. */
static bool origin_weights(struct accounting *a, const struct dedicated *sub,
			   const struct movement m[2], enum term term,
			   uint64_t ret_weight[2])
{
	for (int public = 0; public < 2; public ++) {
		struct cents had = accounting_plus(
			a,
			accounting_plus(a, m[public].opening, sub->moved[public][term]),
			sub->given[public][term]);

		ret_weight[public] = (uint64_t)cents_value(not_negative(had));
	}
	return ret_weight[0] || ret_weight[1];
}

static void term_move(struct accounting *a, const struct dedicated *sub,
		      struct movement m[2], enum term term)
{
	struct cents used[2] = { CENTS_ZERO, sub->used[term] };
	uint64_t weight[2];

	for (int public = 0; public < 2; public ++)
		m[public].opening = m[public].closing;
	if (origin_weights(a, sub, m, term, weight) &&
	    cents_split(sub->used[term], weight, 2, used) != ERR_OK)
		a->overflow = true;
	for (int public = 0; public < 2; public ++) {
		m[public].moved = sub->moved[public][term];
		movement_end(a, &m[public], sub->given[public][term], used[public]);
	}
}

/* ---- vouchers of the year's end ---- */

static enum err close_put(struct accounting *a, enum term term, const char *label,
			  struct fault *fault)
{
	struct voucher voucher = { .daybook = DAYBOOK_OD,
				   .date = a->exercise.to,
				   .valid_on = a->last_day,
				   .position = a->standing->checkpoint.size,
				   .label = label };

	a->term = term;
	return accounting_put(a, &voucher, fault);
}

static void dedicated_lines(struct accounting *a, const struct movement *m, bool public)
{
	enum plan fund = public ? PLAN_DEDICATED_PUBLIC : PLAN_DEDICATED_OTHERS;

	accounting_line(a, public ? PLAN_REPORT_PUBLIC : PLAN_REPORT_OTHERS, NO_AUX,
			NOWHERE, m->reported);
	accounting_line(a, public ? PLAN_USED_PUBLIC : PLAN_USED_OTHERS, NO_AUX, NOWHERE,
			cents_neg(m->used));
	accounting_line(a, fund, NO_AUX, NOWHERE,
			accounting_plus(a, m->used, cents_neg(m->reported)));
}

static enum err dedicated_close(struct accounting *a, struct movement (*moves)[2],
				enum term term, struct fault *fault)
{
	a->line_count = 0;
	for (size_t i = 0; i < a->subs.count; i++) {
		term_move(a, &a->dedicated[i], moves[i], term);
		dedicated_lines(a, &moves[i][0], false);
		dedicated_lines(a, &moves[i][1], true);
	}
	if (term == TERM_CURRENT && !a->exercise.is_over)
		return accounting_check(a, fault);
	return close_put(a, term, "Fonds dédiés de l'exercice", fault);
}

static enum err consumed_close(struct accounting *a, enum term term, struct fault *fault)
{
	a->line_count = 0;
	if (term == TERM_CURRENT && !a->exercise.is_over)
		return ERR_OK;
	accounting_line(a, PLAN_CONSOMPTIBLE_USED, NO_AUX, NOWHERE, a->consumed[term]);
	accounting_line(a, PLAN_CONSOMPTIBLE_SHARE, NO_AUX, NOWHERE,
			cents_neg(a->consumed[term]));
	return close_put(a, term, "Dotation consomptible virée au compte de résultat",
			 fault);
}

static struct movement (*movements_new(struct accounting *a))[2]
{
	struct movement(*moves)[2] = calloc(a->subs.count + 1, sizeof *moves);

	for (size_t i = 0; moves && i < a->subs.count; i++)
		for (int public = 0; public < 2; public ++)
			moves[i][public].closing = a->dedicated[i].opened[public];
	return moves;
}

enum err accounting_close(struct accounting *a, struct fault *fault)
{
	struct movement(*moves)[2] = movements_new(a);
	enum err err = moves ? ERR_OK : fault_set(fault, ERR_MEMORY, "out of memory");

	for (int term = TERM_BEFORE; term <= TERM_CURRENT && !err; term++) {
		err = dedicated_close(a, moves, (enum term)term, fault);
		if (!err)
			err = consumed_close(a, (enum term)term, fault);
	}
	free(moves);
	return err;
}

/* ---- what is earmarked, for reports ---- */

static bool view_is_empty(const struct dedicated_view *view)
{
	for (int term = TERM_BEFORE; term <= TERM_CURRENT; term++) {
		const struct dedicated_term *t = &view->term[term];
		const struct cents all[] = { t->opening, t->given,       t->reported,
					     t->used,    t->transferred, t->closing };

		for (size_t i = 0; i < sizeof all / sizeof *all; i++)
			if (!cents_is_zero(all[i]))
				return false;
	}
	return true;
}

static struct dedicated_view view_of(struct accounting *a, const struct dedicated *sub,
				     const struct movement m[2], int public)
{
	struct movement both[2] = { m[0], m[1] };
	struct dedicated_view view = { .fund = sub->fund,
				       .earmark = sub->earmark,
				       .is_public = public };

	view.is_idle = cents_is_zero(sub->used[TERM_CURRENT]) &&
		       cents_is_zero(sub->used[TERM_PREVIOUS]);
	for (int term = TERM_BEFORE; term <= TERM_CURRENT; term++) {
		term_move(a, sub, both, (enum term)term);
		view.term[term] = (struct dedicated_term){
			.opening = both[public].opening,
			.given = sub->given[public][term],
			.reported = both[public].reported,
			.used = both[public].used,
			.transferred = both[public].moved,
			.closing = both[public].closing,
		};
	}
	view.is_idle =
		view.is_idle && cents_is_positive(view.term[TERM_PREVIOUS].opening);
	return view;
}

enum err accounting_dedicated(const struct accounting *accounting,
			      struct dedicated_view **ret_views, size_t *ret_count,
			      struct fault *fault)
{
	/* Only what has failed is noted in it. */
	struct accounting copy = *accounting;
	struct movement(*moves)[2] = movements_new(&copy);
	struct dedicated_view *views = calloc(2 * copy.subs.count + 1, sizeof *views);
	size_t count = 0;

	if (!moves || !views)
		copy.no_memory = true;
	for (size_t i = 0; !copy.no_memory && i < copy.subs.count; i++)
		for (int public = 0; public < 2; public ++) {
			views[count] =
				view_of(&copy, &copy.dedicated[i], moves[i], public);
			if (!view_is_empty(&views[count]))
				count++;
		}
	free(moves);
	if (copy.no_memory || copy.overflow) {
		free(views);
		return accounting_check(&copy, fault);
	}
	*ret_views = views;
	*ret_count = count;
	return ERR_OK;
}

/* ---- the opening of the year ---- */

static struct cents account_balance(struct accounting *a,
				    const struct ledger_account *account, enum term term)
{
	return minus(a, account->sums[term].debit, account->sums[term].credit);
}

/* The results of the periods before, by the sign on one of two accounts. */
static void result_line(struct accounting *a, struct cents result, enum plan gain,
			enum plan loss)
{
	accounting_line(a, cents_is_positive(result) ? loss : gain, NO_AUX, NOWHERE,
			result);
}

static void opening_lines(struct accounting *a)
{
	struct cents results[2] = { CENTS_ZERO, CENTS_ZERO };
	size_t accounts = a->account_count;

	for (size_t i = 0; i < accounts; i++) {
		const struct ledger_account *account = &a->accounts[i];
		struct cents before = account_balance(a, account, TERM_BEFORE);
		struct cents previous = account_balance(a, account, TERM_PREVIOUS);

		if (*account->number == '6' || *account->number == '7') {
			results[0] = accounting_plus(a, results[0], before);
			results[1] = accounting_plus(a, results[1], previous);
		} else if (*account->number != '8') {
			accounting_line_number(a, account->number_id, account->aux_id,
					       account->destination,
					       accounting_plus(a, before, previous));
		}
	}
	result_line(a, results[0], PLAN_CARRIED, PLAN_CARRIED_LOSS);
	result_line(a, results[1], PLAN_RESULT, PLAN_RESULT_LOSS);
}

enum err accounting_opening(struct accounting *a, struct voucher *ret_voucher,
			    struct fault *fault)
{
	size_t kept = 0;

	a->line_count = 0;
	opening_lines(a);
	free(a->opening);
	a->opening = calloc(a->line_count + 1, sizeof *a->opening);
	if (!a->opening)
		a->no_memory = true;
	for (size_t i = 0; i < a->line_count && !a->no_memory; i++)
		if (!cents_is_zero(a->lines[i].amount))
			a->opening[kept++] = a->lines[i];
	*ret_voucher = (struct voucher){ .daybook = DAYBOOK_AN,
					 .date = a->exercise.from,
					 .valid_on = a->exercise.from,
					 .ref = slice_of_text(""),
					 .label = "À-nouveaux",
					 .lines = a->opening,
					 .count = kept };
	return accounting_check(a, fault);
}
