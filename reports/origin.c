/*
 * origin.c - see origin.h.
 */
#include "reports/origin.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *number;
	enum figure figure;
} places[] = {
	{ "75411", FIGURE_GIFTS },      { "7542", FIGURE_PATRONAGE },
	{ "768", FIGURE_PUBLIC_OTHER }, { "755", FIGURE_CONTRIBUTIONS },
	{ "789", FIGURE_USED },         { "689", FIGURE_REPORTED },
	{ "870", FIGURE_KIND_GOODS },   { "87", FIGURE_KIND_SERVICES },
	{ "86", FIGURE_KIND_USES },     { "7", FIGURE_OTHER },
};

/* Of a charge by what it was for; one that nobody has told is of running costs. */
static enum figure figure_of_charge(enum destination destination)
{
	switch (destination) {
	case TO_MISSION:
		return FIGURE_MISSION;
	case TO_OTHERS:
		return FIGURE_OTHERS;
	case TO_COLLECTING:
		return FIGURE_COLLECTING;
	case NOWHERE:
	case TO_RUNNING:
	case DESTINATION__COUNT:
		break;
	}
	return FIGURE_RUNNING;
}

/* FIGURE__COUNT: of the balance sheet. */
static enum figure figure_of(const struct ledger_account *account)
{
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (strncmp(account->number, places[i].number,
			    strlen(places[i].number)) == 0)
			return places[i].figure;
	return *account->number == '6' ? figure_of_charge(account->destination)
				       : FIGURE__COUNT;
}

static bool is_income(enum figure figure)
{
	return figure <= FIGURE_USED || figure == FIGURE_KIND_GOODS ||
	       figure == FIGURE_KIND_SERVICES;
}

static enum err account_take(const struct ledger_account *account, enum term term,
			     struct origin *origin, struct fault *fault)
{
	const struct account_sums *sums = &account->sums[term];
	enum figure figure = figure_of(account);
	struct cents amount = sums->debit;
	bool public = figure < FIGURE_CONTRIBUTIONS || figure >= FIGURE_KIND_GOODS ||
		      strcmp(account->number, "7896") == 0 ||
		      strcmp(account->number, "6896") == 0;
	enum err err = accounts_add(&amount, cents_neg(sums->credit), fault);

	if (err || figure == FIGURE__COUNT)
		return err;
	if (is_income(figure))
		amount = cents_neg(amount);
	err = accounts_add(&origin->whole[figure], amount, fault);
	return err || !public ? err
			      : accounts_add(&origin->public[figure], amount, fault);
}

/* ---- what the public has paid ---- */

/* Takes from a pool what it pays of a charge; what is left is the public's. */
static enum err pay(struct origin *origin, enum figure figure, struct cents *pool,
		    struct fault *fault)
{
	struct cents left = origin->public[figure], part = cents_min(*pool, left);
	enum err err;

	if (!cents_is_positive(part))
		return ERR_OK;
	err = accounts_add(pool, cents_neg(part), fault);
	return err ? err : accounts_add(&origin->public[figure], cents_neg(part), fault);
}

static enum err share(struct origin *origin, struct cents earmarked, struct cents given,
		      struct fault *fault)
{
	static const enum figure charges[] = { FIGURE_RUNNING, FIGURE_COLLECTING,
					       FIGURE_MISSION, FIGURE_OTHERS };
	struct cents freely = origin->whole[FIGURE_CONTRIBUTIONS];
	enum err err = accounts_add(&freely, origin->whole[FIGURE_OTHER], fault);

	if (!err)
		err = accounts_add(&freely, cents_neg(given), fault);
	for (size_t i = 0; i < sizeof charges / sizeof *charges; i++)
		origin->public[charges[i]] = origin->whole[charges[i]];
	if (!err)
		err = pay(origin, FIGURE_OTHERS, &earmarked, fault);
	if (!err)
		err = pay(origin, FIGURE_MISSION, &earmarked, fault);
	for (size_t i = 0; i < sizeof charges / sizeof *charges && !err; i++)
		err = pay(origin, charges[i], &freely, fault);
	return err;
}

static enum err term_add(struct dedicated_term *sum, const struct dedicated_term *term,
			 struct fault *fault)
{
	struct {
		struct cents *sum, term;
	} all[] = {
		{ &sum->opening, term->opening },         { &sum->given, term->given },
		{ &sum->reported, term->reported },       { &sum->used, term->used },
		{ &sum->transferred, term->transferred }, { &sum->closing, term->closing }
	};
	enum err err = ERR_OK;

	for (size_t i = 0; i < sizeof all / sizeof *all && !err; i++)
		err = accounts_add(all[i].sum, all[i].term, fault);
	return err;
}

/* opening + given + transferred - closing */
static enum err spent_add(struct cents *spent, const struct dedicated_term *term,
			  struct fault *fault)
{
	enum err err = accounts_add(spent, term->opening, fault);

	if (!err)
		err = accounts_add(spent, term->given, fault);
	if (!err)
		err = accounts_add(spent, term->transferred, fault);
	return err ? err : accounts_add(spent, cents_neg(term->closing), fault);
}

static enum err dedicated_take(const struct dedicated_view *views, size_t count,
			       enum term term, struct origin *origin, struct fault *fault)
{
	struct cents spent = CENTS_ZERO, given = CENTS_ZERO;
	enum err err = ERR_OK;

	for (size_t i = 0; i < count && !err; i++) {
		const struct dedicated_term *t = &views[i].term[term];

		if (views[i].is_public) {
			err = term_add(&origin->dedicated, t, fault);
			continue;
		}
		err = spent_add(&spent, t, fault);
		if (!err)
			err = accounts_add(&given, t->given, fault);
	}
	return err ? err : share(origin, spent, given, fault);
}

/* ---- results ---- */

static enum err results(struct origin *origin, struct fault *fault)
{
	enum err err = ERR_OK;

	for (int figure = 0; figure < FIGURE_KIND_GOODS && !err; figure++) {
		bool income = is_income((enum figure)figure);
		struct cents whole = origin->whole[figure];
		struct cents public = origin->public[figure];

		err = accounts_add(&origin->result, income ? whole : cents_neg(whole),
				   fault);
		if (!err)
			err = accounts_add(&origin->public_result,
					   income ? public : cents_neg(public), fault);
	}
	return err;
}

enum err origin_read(const struct accounts *accounts,
		     struct origin ret_origin[TERM__COUNT], struct fault *fault)
{
	struct dedicated_view *views = NULL;
	size_t count = 0;
	enum err err = accounting_dedicated(accounts->accounting, &views, &count, fault);

	memset(ret_origin, 0, TERM__COUNT * sizeof *ret_origin);
	for (int term = TERM_BEFORE; term <= TERM_CURRENT && !err; term++) {
		struct origin *origin = &ret_origin[term];

		for (size_t i = 0; i < accounting_accounts(accounts->accounting) && !err;
		     i++)
			err = account_take(accounting_account(accounts->accounting, i),
					   (enum term)term, origin, fault);
		if (!err)
			err = dedicated_take(views, count, (enum term)term, origin,
					     fault);
		if (!err)
			err = results(origin, fault);
	}
	free(views);
	return err;
}

/* ---- tables ---- */

static bool row_has_lines(const struct origin_row *rows, size_t count, size_t i)
{
	return rows[i].is_group && i + 1 < count && !rows[i + 1].is_group &&
	       rows[i + 1].block == rows[i].block;
}

static enum err cell_figures(struct table *table, const struct cents *figures,
			     unsigned set, struct fault *fault)
{
	struct cents sum = CENTS_ZERO;
	enum err err = ERR_OK;

	for (int figure = 0; figure < FIGURE__COUNT && !err; figure++)
		if (set & 1u << figure)
			err = accounts_add(&sum, figures[figure], fault);
	cell_cents(table, sum);
	return err;
}

static void put_columns(struct table *table, enum lang lang, bool with_whole)
{
	table_column(table, "number", tr(lang, MSG_FEC_RANK), VALUE_MONO);
	table_column(table, "label", tr(lang, MSG_FEC_LABEL), VALUE_TEXT);
	if (with_whole)
		table_column(table, "whole", tr(lang, MSG_YEAR_N), VALUE_CENTS);
	table_column(table, "public",
		     tr(lang, with_whole ? MSG_YEAR_N_PUBLIC : MSG_YEAR_N), VALUE_CENTS);
	if (with_whole)
		table_column(table, "previous_whole", tr(lang, MSG_YEAR_N_1),
			     VALUE_CENTS);
	table_column(table, "previous_public",
		     tr(lang, with_whole ? MSG_YEAR_N_1_PUBLIC : MSG_YEAR_N_1),
		     VALUE_CENTS);
}

enum err origin_put(const struct origin_table *shape,
		    const struct origin origins[TERM__COUNT], struct document *doc,
		    struct fault *fault)
{
	static const enum term terms[] = { TERM_CURRENT, TERM_PREVIOUS };
	struct table *table = table_begin(doc, shape->id, tr(doc->lang, shape->title));
	enum err err = ERR_OK;

	put_columns(table, doc->lang, shape->with_whole);
	for (size_t i = 0; i < shape->count && !err; i++) {
		const struct origin_row *row = &shape->rows[i];

		if (row->block != shape->block)
			continue;
		row_begin(table, row_has_lines(shape->rows, shape->count, i)
					 ? ROW_SUBTOTAL
					 : ROW_NORMAL);
		cell_text(table, row->number);
		cell_text(table, row->label[doc->lang]);
		for (size_t t = 0; t < sizeof terms / sizeof *terms && !err; t++) {
			const struct origin *origin = &origins[terms[t]];

			if (shape->with_whole)
				err = cell_figures(table, origin->whole, row->figures,
						   fault);
			if (!err)
				err = cell_figures(table, origin->public, row->figures,
						   fault);
		}
	}
	table_total_row(table, tr(doc->lang, MSG_TOTAL));
	return err;
}
