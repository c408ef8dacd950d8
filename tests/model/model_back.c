/*
 * model_back.c - what arrives, and what is given up, sent back or undone (FORMAT.md,
 * section 5).
 */
#include <stdio.h>
#include <string.h>

#include "tests/model/json.h"
#include "tests/model/model.h"

/* ---- settlements ---- */

static struct model_settlement *settlement_at(struct model *model, uint64_t position)
{
	for (size_t i = 0; i < model->n_settlements; i++)
		if (model->settlement[i].position == position)
			return &model->settlement[i];
	return NULL;
}

/* Not what a provider keeps or says that it has transferred. */
static bool is_at_the_bank(const char *source)
{
	return strcmp(source, "bank") == 0 || strncmp(source, "suspense/", 9) == 0;
}

static bool is_payout(const struct model_settlement *settlement)
{
	return settlement && strncmp(settlement->source, "transit/", 8) == 0;
}

static struct model_settlement *settlement_new(struct model *model, const char *payer,
					       int64_t amount, const char *source)
{
	struct model_settlement *settlement = &model->settlement[model->n_settlements++];

	if (model->n_settlements > MODEL_PROMISES_MAX)
		model_stop(model, "too many settlements");
	settlement->position = model->at;
	settlement->amount = amount;
	model_copy(settlement->payer, sizeof settlement->payer, payer);
	model_copy(settlement->source, sizeof settlement->source, source);
	return settlement;
}

/* What a settlement of a payout moves, one way or the other. */
static void transit_moves(struct model *model, const struct model_settlement *settlement,
			  int64_t amount)
{
	model_post(model, amount, "%s", settlement->source);
	model_post(model, -amount, "transit/%s", settlement->payer);
}

static void settle(struct model *model, struct model_settlement *settlement,
		   uint64_t settles, bool has_settles)
{
	settlement->settles = settles;
	settlement->has_settles = has_settles;
	settlement->of_payout = has_settles && is_at_the_bank(settlement->source) &&
				is_payout(settlement_at(model, settles));
	if (settlement->of_payout)
		transit_moves(model, settlement, settlement->amount);
	else
		model_settle(model, settlement, &settlement->rest);
}

void model_settlement(struct model *model, const json_t *entry)
{
	struct model_settlement *settlement = settlement_new(
		model, text_of(entry, "payer"), number_of(entry, "amount"), model->cash);

	settle(model, settlement, (uint64_t)number_or(entry, "settles", 0),
	       json_object_get(entry, "settles") != NULL);
}

void model_fee(struct model *model, const json_t *entry)
{
	struct model_settlement *fee =
		settlement_new(model, text_of(entry, "payer"), number_of(entry, "amount"),
			       "fund/fonctionnement/-");

	settle(model, fee, (uint64_t)number_or(entry, "of", 0),
	       json_object_get(entry, "of") != NULL);
}

void model_payout(struct model *model, const json_t *entry)
{
	char transit[MODEL_NAME_BYTES];

	snprintf(transit, sizeof transit, "transit/%s", text_of(entry, "payer"));
	settle(model,
	       settlement_new(model, text_of(entry, "payer"), number_of(entry, "amount"),
			      transit),
	       0, false);
}

void model_remittance(struct model *model, const json_t *entry)
{
	struct model_remittance *remittance = &model->remittance[model->n_remittances++];
	json_t *batches = json_object_get(entry, "batches"), *batch;
	int64_t fee = number_or(entry, "fee", 0);
	size_t i;

	if (model->n_remittances > MODEL_PROMISES_MAX ||
	    json_array_size(batches) > MODEL_PARTS_MAX)
		model_stop(model, "too much is remitted");
	remittance->position = model->at;
	json_array_foreach(batches, i, batch)
	{
		remittance->batch[remittance->n++] = (uint64_t)number_of(batch, "batch");
	}
	if (fee)
		settle(model,
		       settlement_new(model, text_of(entry, "by"), fee,
				      "fund/fonctionnement/-"),
		       model->at, true);
}

static void settlement_undo(struct model *model, struct model_settlement *settlement)
{
	settlement->undone = true;
	if (is_at_the_bank(settlement->source))
		model_copy(settlement->source, sizeof settlement->source, model->cash);
	if (settlement->of_payout) {
		transit_moves(model, settlement, -settlement->amount);
		return;
	}
	model_unpay(model, settlement);
	model_post(model, -settlement->rest, "%s", settlement->source);
	if (settlement->rest)
		model_take_credit(model, settlement->payer, settlement->rest);
}

/* ---- given up and sent back ---- */

static struct model_back *back_new(struct model *model, const json_t *entry)
{
	struct model_back *back = &model->back[model->n_backs++];

	if (model->n_backs > MODEL_PROMISES_MAX)
		model_stop(model, "too much is sent back");
	back->position = model->at;
	back->amount = number_of(entry, "amount");
	back->of = (uint64_t)number_or(entry, "of", 0);
	back->has_of = json_object_get(entry, "of") != NULL;
	model_copy(back->kind, sizeof back->kind, model->kind);
	model_copy(back->payer, sizeof back->payer, text_or(entry, "payer", ""));
	model_copy(back->through, sizeof back->through,
		   text_or(entry, "through", "payer"));
	return back;
}

void model_writeoff(struct model *model, const json_t *entry)
{
	static size_t lines[MODEL_LINES_MAX];
	struct model_back *back = back_new(model, entry);
	size_t n = model_lines_at(model, back->payer, back->of, false, lines);
	int64_t left = back->amount;

	for (size_t from = 0, to; from < n && left > 0; from = to) {
		const struct model_line *first = &model->line[lines[from]];
		int64_t weights[MODEL_PARTS_MAX], shares[MODEL_PARTS_MAX], open = 0, part;

		for (to = from; to < n && model->line[lines[to]].part == first->part &&
				model->line[lines[to]].class == first->class;
		     to++)
			open += weights[to - from] = model->line[lines[to]].open;
		part = left < open ? left : open;
		model_split(part, weights, to - from, shares);
		left -= part;
		for (size_t i = from; i < to; i++) {
			struct model_line *line = &model->line[lines[i]];
			int64_t share = shares[i - from];

			line->open -= share;
			line->written += share;
			model_post(model, -share, "receivable/%s", line->payer);
			model_post(model, share, "pledged/%s/%s", line->fund, line->mark);
			back->written[back->n].line = lines[i];
			back->written[back->n++].amount = share;
		}
	}
	if (left)
		model_stop(model, "more is written off than owed");
}

/* The lines of a promise, one after the other. */
static void promise_lessen(struct model *model, const struct model_promise *promise,
			   int64_t amount)
{
	static size_t lines[MODEL_LINES_MAX];
	size_t n = model_lines_at(model, promise->payer, promise->position, false, lines);

	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < n && amount > 0; i++) {
			struct model_line *line = &model->line[lines[i]];
			int64_t *from = pass ? &line->written : &line->open;
			int64_t part = amount < *from ? amount : *from;

			amount -= part;
			if (!pass)
				model_lessen(model, lines[i], part);
			else
				*from -= part;
		}
	if (amount)
		model_lessen(model, lines[0], amount);
}

void model_refund(struct model *model, const json_t *entry)
{
	struct model_back *back = back_new(model, entry);
	struct model_promise *promise;

	if (!back->has_of) {
		model_post(model, -back->amount, "%s", model->cash);
		model_take_credit(model, back->payer, back->amount);
		return;
	}
	promise = model_promise_at(model, back->of);
	if (!promise)
		model_stop(model, "there is no such promise");
	promise->back += back->amount;
	if (strcmp(back->through, "bank") == 0) {
		model_post(model, back->amount, "fund/%s/%s", promise->fund,
			   promise->mark);
		model_post(model, -back->amount, "%s", model->cash);
		return;
	}
	promise_lessen(model, promise, back->amount);
}

void model_chargeback(struct model *model, const json_t *entry)
{
	struct model_back *back = back_new(model, entry);
	struct model_settlement *settlement = settlement_at(model, back->of);
	struct model_promise *promise = model_promise_at(model, back->of);

	if (settlement) {
		settlement_undo(model, settlement);
		return;
	}
	if (!promise)
		model_stop(model, "there is nothing to charge back");
	promise->back += back->amount;
	model_copy(back->payer, sizeof back->payer, promise->payer);
	promise_lessen(model, promise, back->amount);
}

/* ---- reversals ---- */

static void promise_undo(struct model *model, struct model_promise *promise)
{
	static size_t lines[MODEL_LINES_MAX];
	size_t n = model_lines_at(model, promise->payer, promise->position, false, lines);
	/* What was sent back before stays, even where it had not arrived. */
	int64_t left = promise->is_waiting ? 0 : promise->amount - promise->back;

	promise->reversed = true;
	if (!promise->is_cash) {
		if (!promise->is_waiting) {
			model_post(model, -promise->amount, "inkind/%s", promise->payer);
			model_post(model, promise->amount, "voluntary/%s/%s",
				   promise->fund, promise->mark);
		}
		promise->amount = 0;
		return;
	}
	for (size_t i = 0; i < n; i++)
		left -= model->line[lines[i]].written;
	for (size_t i = 0; i < n; i++) {
		struct model_line *line = &model->line[lines[i]];
		int64_t part = line->open < left ? line->open : left;

		part = part > 0 ? part : 0;
		left -= part;
		model_post(model, -part, "receivable/%s", line->payer);
		model_post(model, part, "pledged/%s/%s", line->fund, line->mark);
		line->open -= part;
		line->written = 0; /* that it was given up does not come back */
		line->reversed = true;
	}
	if (left <= 0)
		return;
	*model_taken(model, &model->line[lines[0]]) += left;
	model_post(model, left, "fund/%s/%s", promise->fund, promise->mark);
	model_post(model, -left, "credit/%s", promise->payer);
}

static void writeoff_undo(struct model *model, const struct model_back *back)
{
	for (size_t i = 0; i < back->n; i++) {
		struct model_line *line = &model->line[back->written[i].line];
		int64_t part = back->written[i].amount < line->written
				       ? back->written[i].amount
				       : line->written;

		line->written -= part;
		line->open += part;
		model_post(model, part, "receivable/%s", line->payer);
		model_post(model, -part, "pledged/%s/%s", line->fund, line->mark);
	}
	model_use_credit(model, back->payer, back->of, INT64_MAX);
}

static void refund_undo(struct model *model, const struct model_back *back)
{
	struct model_promise *promise =
		back->has_of ? model_promise_at(model, back->of) : NULL;

	if (promise)
		promise->back -= back->amount;
	if (strcmp(back->through, "bank") == 0) {
		model_post(model, back->amount, "%s", model->cash);
		if (!promise || promise->reversed)
			model_post(model, -back->amount, "credit/%s", back->payer);
		else
			model_post(model, -back->amount, "fund/%s/%s", promise->fund,
				   promise->mark);
		return;
	}
	if (!promise || promise->reversed)
		return;
	(void)model_owe(model, promise->payer, promise->position, 0,
			promise->part[0].class == MODEL_PERSON &&
					strcmp(promise->kind, "gift") == 0
				? MODEL_PERSON
				: MODEL_COMPANY,
			promise->fund, promise->mark, back->amount);
	model_use_credit(model, promise->payer, promise->position, back->amount);
}

static struct model_back *back_at(struct model *model, uint64_t position)
{
	for (size_t i = 0; i < model->n_backs; i++)
		if (model->back[i].position == position)
			return &model->back[i];
	return NULL;
}

static void back_undo(struct model *model, const struct model_back *back)
{
	const struct model_settlement *settlement = settlement_at(model, back->of);

	if (strcmp(back->kind, "writeoff") == 0)
		writeoff_undo(model, back);
	else if (strcmp(back->kind, "chargeback") == 0 && settlement)
		settle(model,
		       settlement_new(model, settlement->payer, settlement->amount,
				      model->cash),
		       settlement->settles, settlement->has_settles);
	else
		refund_undo(model, back);
}

/* Its fee is a settlement at its own position. */
static bool remittance_undo(struct model *model, uint64_t position)
{
	for (size_t i = 0; i < model->n_remittances; i++)
		if (model->remittance[i].position == position) {
			model->remittance[i].reversed = true;
			return true;
		}
	return false;
}

void model_reversal(struct model *model, const json_t *entry)
{
	uint64_t of = (uint64_t)number_of(entry, "of");
	struct model_settlement *settlement = settlement_at(model, of);
	struct model_promise *promise = model_promise_at(model, of);
	struct model_back *back = back_at(model, of);
	bool is_remittance = remittance_undo(model, of);

	if (settlement)
		settlement_undo(model, settlement);
	else if (promise)
		promise_undo(model, promise);
	else if (back)
		back_undo(model, back);
	else if (!is_remittance && !model_take_out(model, of) &&
		 !model_unorder(model, of))
		model_stop(model, "there is nothing to reverse");
}
