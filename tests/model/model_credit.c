/*
 * model_credit.c - what payers owe, what pays it, and what is taken back (FORMAT.md,
 * section 5).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/model/model.h"

static void owed_moves(struct model *model, const struct model_line *line, int64_t amount)
{
	model_post(model, amount, "receivable/%s", line->payer);
	model_post(model, -amount, "pledged/%s/%s", line->fund, line->mark);
}

static bool is_line(const struct model_line *line, const char *payer, uint64_t position,
		    int64_t part, enum model_class class, const char *fund,
		    const char *mark)
{
	return line->position == position && line->part == part && line->class == class &&
	       strcmp(line->payer, payer) == 0 && strcmp(line->fund, fund) == 0 &&
	       strcmp(line->mark, mark) == 0;
}

size_t model_owe(struct model *model, const char *payer, uint64_t position, int64_t part,
		 enum model_class class, const char *fund, const char *mark,
		 int64_t amount)
{
	size_t i = 0;
	struct model_line *line;

	while (i < model->n_lines &&
	       !is_line(&model->line[i], payer, position, part, class, fund, mark))
		i++;
	if (i == MODEL_LINES_MAX)
		model_stop(model, "too many lines");
	line = &model->line[i];
	if (i == model->n_lines) {
		model->n_lines++;
		line->position = position;
		line->part = part;
		line->class = class;
		model_copy(line->payer, sizeof line->payer, payer);
		model_copy(line->fund, sizeof line->fund, fund);
		model_copy(line->mark, sizeof line->mark, mark);
	}
	line->open += amount;
	owed_moves(model, line, amount);
	return i;
}

/* ---- the order of settling ---- */

static int line_cmp(const struct model_line *a, const struct model_line *b)
{
	if (a->position != b->position)
		return a->position < b->position ? -1 : 1;
	if (a->part != b->part)
		return a->part < b->part ? -1 : 1;
	if (a->class != b->class)
		return a->class < b->class ? -1 : 1;
	if (strcmp(a->fund, b->fund) != 0)
		return strcmp(a->fund, b->fund);
	return strcmp(a->mark, b->mark);
}

size_t model_lines_at(const struct model *model, const char *payer, uint64_t position,
		      bool any_position, size_t *ret_lines)
{
	size_t n = 0;

	for (size_t i = 0; i < model->n_lines; i++) {
		const struct model_line *line = &model->line[i];
		size_t at = n;

		if (strcmp(line->payer, payer) != 0 ||
		    (!any_position && line->position != position))
			continue;
		for (; at > 0 && line_cmp(line, &model->line[ret_lines[at - 1]]) < 0;
		     at--)
			ret_lines[at] = ret_lines[at - 1];
		ret_lines[at] = i;
		n++;
	}
	return n;
}

/* Of what arrives, what each line gets: class by class. */
static int64_t shares_of(const struct model *model, const size_t *lines, size_t n,
			 int64_t amount, int64_t *ret_shares)
{
	for (size_t from = 0, to; from < n; from = to) {
		const struct model_line *first = &model->line[lines[from]];
		int64_t weights[MODEL_LINES_MAX], open = 0, part;

		for (to = from; to < n; to++) {
			const struct model_line *line = &model->line[lines[to]];

			if (line->position != first->position ||
			    line->part != first->part || line->class != first->class)
				break;
			weights[to - from] = line->open;
			open += line->open;
		}
		part = amount < open ? amount : open;
		model_split(part, weights, to - from, ret_shares + from);
		amount -= part;
	}
	return amount;
}

/* ---- paying ---- */

/* By a settlement, or out of the credit where it is NULL. */
static void line_pay(struct model *model, size_t at, int64_t amount,
		     const struct model_settlement *settlement)
{
	struct model_line *line = &model->line[at];

	if (amount == 0)
		return;
	if (model->n_payments == MODEL_PAYMENTS_MAX)
		model_stop(model, "too many payments");
	line->open -= amount;
	owed_moves(model, line, -amount);
	model_post(model, -amount, "fund/%s/%s", line->fund, line->mark);
	if (settlement)
		model_post(model, amount, "%s", settlement->source);
	else
		model_post(model, amount, "credit/%s", line->payer);
	model->payment[model->n_payments++] =
		(struct model_payment){ .settlement =
						settlement ? settlement->position : 0,
					.by_credit = !settlement,
					.line = at,
					.amount = amount };
}

static int64_t lines_settle(struct model *model,
			    const struct model_settlement *settlement, uint64_t position,
			    bool all, int64_t left)
{
	static size_t lines[MODEL_LINES_MAX];
	static int64_t shares[MODEL_LINES_MAX];
	size_t n = model_lines_at(model, settlement->payer, position, all, lines);

	left = shares_of(model, lines, n, left, shares);
	for (size_t i = 0; i < n; i++)
		line_pay(model, lines[i], shares[i], settlement);
	return left;
}

static const struct model_remittance *remittance_at(const struct model *model,
						    uint64_t position)
{
	for (size_t i = 0; i < model->n_remittances; i++)
		if (model->remittance[i].position == position &&
		    !model->remittance[i].reversed)
			return &model->remittance[i];
	return NULL;
}

void model_settle(struct model *model, const struct model_settlement *settlement,
		  int64_t *ret_rest)
{
	const struct model_remittance *remittance =
		settlement->has_settles ? remittance_at(model, settlement->settles)
					: NULL;
	int64_t left = settlement->amount;

	for (size_t i = 0; remittance && i < remittance->n; i++)
		left = lines_settle(model, settlement, remittance->batch[i], false, left);
	if (settlement->has_settles && !remittance)
		left = lines_settle(model, settlement, settlement->settles, false, left);
	left = lines_settle(model, settlement, 0, true, left);
	model_post(model, left, "%s", settlement->source);
	model_post(model, -left, "credit/%s", settlement->payer);
	*ret_rest = left;
}

static int64_t credit_of(const struct model *model, const char *payer)
{
	char name[MODEL_NAME_BYTES + 8];

	snprintf(name, sizeof name, "credit/%s", payer);
	return -model_balance(model, name);
}

void model_use_credit(struct model *model, const char *payer, uint64_t position,
		      int64_t most)
{
	static size_t lines[MODEL_LINES_MAX];
	static int64_t shares[MODEL_LINES_MAX];
	int64_t credit = credit_of(model, payer);
	size_t n = model_lines_at(model, payer, position, false, lines);

	if (credit > most)
		credit = most;
	if (credit <= 0)
		return;
	(void)shares_of(model, lines, n, credit, shares);
	for (size_t i = 0; i < n; i++)
		line_pay(model, lines[i], shares[i], NULL);
}

/* ---- taking back ---- */

static struct model_pool *pool_of(struct model *model, const char *payer,
				  const char *fund)
{
	size_t i = 0;

	while (i < model->n_pools && (strcmp(model->pool[i].payer, payer) != 0 ||
				      strcmp(model->pool[i].fund, fund) != 0))
		i++;
	if (i == MODEL_POOLS_MAX)
		model_stop(model, "too many pools of match");
	if (i == model->n_pools) {
		model->n_pools++;
		model_copy(model->pool[i].payer, MODEL_NAME_BYTES, payer);
		model_copy(model->pool[i].fund, sizeof model->pool[i].fund, fund);
	}
	return &model->pool[i];
}

int64_t *model_taken(struct model *model, const struct model_line *line)
{
	if (line->class == MODEL_MATCH)
		return &pool_of(model, line->payer, line->fund)->taken;
	/* Of a convention, for all its instalments. */
	for (size_t i = 0; i < model->n_lines; i++)
		if (is_line(&model->line[i], line->payer, line->position, 0, line->class,
			    line->fund, line->mark))
			return &model->line[i].taken;
	model_stop(model, "a line without a first part");
}

/* First what is open, then what is written off; returns what is left. */
static int64_t unowe(struct model *model, struct model_line *line, int64_t amount)
{
	int64_t open = amount < line->open ? amount : line->open;
	int64_t written;

	line->open -= open;
	owed_moves(model, line, -open);
	amount -= open;
	written = amount < line->written ? amount : line->written;
	line->written -= written;
	return amount - written;
}

static void fund_gives_credit(struct model *model, const struct model_line *line,
			      int64_t amount)
{
	model_post(model, amount, "fund/%s/%s", line->fund, line->mark);
	model_post(model, -amount, "credit/%s", line->payer);
}

void model_lessen(struct model *model, size_t at, int64_t amount)
{
	struct model_line *line = &model->line[at];
	int64_t left = unowe(model, line, amount);

	fund_gives_credit(model, line, left);
	*model_taken(model, line) += left;
}

/* From the newest open match lines of a fund; what is left leaves the fund. */
void model_match_back(struct model *model, const char *payer, const char *fund,
		      int64_t amount)
{
	static size_t lines[MODEL_LINES_MAX];
	size_t n = model_lines_at(model, payer, 0, true, lines);

	for (int written = 0; written < 2; written++)
		for (size_t i = n; i-- > 0 && amount > 0;) {
			struct model_line *line = &model->line[lines[i]];
			int64_t *from = written ? &line->written : &line->open;
			int64_t part = amount < *from ? amount : *from;

			if (line->class != MODEL_MATCH || strcmp(line->fund, fund) != 0)
				continue;
			*from -= part;
			if (!written)
				owed_moves(model, line, -part);
			amount -= part;
		}
	model_post(model, amount, "fund/%s/-", fund);
	model_post(model, -amount, "credit/%s", payer);
	pool_of(model, payer, fund)->taken += amount;
}

/* ---- undoing what was paid ---- */

static void line_opens(struct model *model, struct model_line *line, int64_t amount)
{
	line->open += amount;
	owed_moves(model, line, amount);
	model_post(model, amount, "fund/%s/%s", line->fund, line->mark);
}

/* What the credit has paid of a line and not got back; it becomes `amount` less. */
static int64_t drawn_of(struct model *model, size_t line, int64_t less)
{
	int64_t sum = 0;

	for (size_t i = 0; i < model->n_payments; i++) {
		struct model_payment *payment = &model->payment[i];
		int64_t part = payment->amount < less ? payment->amount : less;

		if (!payment->by_credit || payment->line != line)
			continue;
		payment->amount -= part;
		less -= part;
		sum += payment->amount;
	}
	return sum;
}

/* The newest line that the credit has paid, if there is one. */
static bool newest_drawn(struct model *model, const char *payer, size_t *ret_line)
{
	static size_t lines[MODEL_LINES_MAX];
	size_t n = model_lines_at(model, payer, 0, true, lines);

	while (n-- > 0)
		if (drawn_of(model, lines[n], 0) > 0) {
			*ret_line = lines[n];
			return true;
		}
	return false;
}

void model_take_credit(struct model *model, const char *payer, int64_t amount)
{
	int64_t missing = amount - credit_of(model, payer);
	size_t at;

	model_post(model, amount, "credit/%s", payer);
	while (missing > 0 && newest_drawn(model, payer, &at)) {
		struct model_line *line = &model->line[at];
		int64_t drawn = drawn_of(model, at, 0), back;
		int64_t *taken = model_taken(model, line);
		int64_t kept = drawn < *taken ? drawn : *taken;

		*taken -= kept;
		back = drawn - kept < missing ? drawn - kept : missing;
		(void)drawn_of(model, at, kept + back);
		line_opens(model, line, back);
		model_post(model, -back, "credit/%s", payer);
		missing -= back;
	}
}

void model_unpay(struct model *model, const struct model_settlement *settlement)
{
	int64_t from_credit = 0;
	char payer[MODEL_NAME_BYTES] = "";

	for (size_t i = 0; i < model->n_payments; i++) {
		struct model_payment *payment = &model->payment[i];
		struct model_line *line = &model->line[payment->line];
		int64_t *taken, kept;

		if (payment->by_credit || payment->settlement != settlement->position)
			continue;
		taken = model_taken(model, line);
		kept = payment->amount < *taken ? payment->amount : *taken;
		if (line->reversed)
			kept = payment->amount; /* it counts as rest */
		else
			*taken -= kept;
		from_credit += kept;
		line_opens(model, line, payment->amount - kept);
		model_post(model, kept - payment->amount, "%s", settlement->source);
		payment->amount = 0;
		model_copy(payer, sizeof payer, line->payer);
	}
	model_post(model, -from_credit, "%s", settlement->source);
	if (from_credit)
		model_take_credit(model, payer, from_credit);
}
