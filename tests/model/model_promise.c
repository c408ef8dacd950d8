/*
 * model_promise.c - batches, corrections, gifts and conventions (FORMAT.md, section 5).
 */
#include <stdio.h>
#include <string.h>

#include "tests/model/json.h"
#include "tests/model/model.h"

struct model_promise *model_promise_at(struct model *model, uint64_t position)
{
	for (size_t i = 0; i < model->n_promises; i++)
		if (model->promise[i].position == position)
			return &model->promise[i];
	return NULL;
}

static struct model_promise *promise_new(struct model *model, const json_t *entry)
{
	struct model_promise *promise = &model->promise[model->n_promises++];

	if (model->n_promises > MODEL_PROMISES_MAX)
		model_stop(model, "too many promises");
	promise->position = model->at;
	model_copy(promise->kind, sizeof promise->kind, model->kind);
	model_copy(promise->fund, sizeof promise->fund, text_or(entry, "fund", ""));
	model_copy(promise->mark, sizeof promise->mark, text_or(entry, "earmark", "-"));
	return promise;
}

static enum model_class class_of(struct model *model, const char *giver)
{
	if (strcmp(giver, "person") == 0)
		return MODEL_PERSON;
	if (strcmp(giver, "company") == 0)
		return MODEL_COMPANY;
	if (strcmp(giver, "seller") == 0)
		return MODEL_SELLER;
	model_stop(model, "'%s' is no giver", giver);
}

/* ---- the match of a month ---- */

static struct model_month *month_of(struct model *model, const char *company,
				    const char *period)
{
	size_t i = 0;

	while (i < model->n_months && (strcmp(model->month[i].company, company) != 0 ||
				       strcmp(model->month[i].period, period) != 0))
		i++;
	if (i == MODEL_MONTHS_MAX)
		model_stop(model, "too many months");
	if (i == model->n_months) {
		model->n_months++;
		model_copy(model->month[i].company, MODEL_NAME_BYTES, company);
		model_copy(model->month[i].period, sizeof model->month[i].period, period);
	}
	return &model->month[i];
}

static const struct model_member *member_of(struct model *model, const char *id)
{
	for (size_t i = 0; i < model->n_members; i++)
		if (strcmp(model->member[i].id, id) == 0)
			return &model->member[i];
	model_stop(model, "'%s' is no member", id);
}

/* Totals by fund, in byte order of the funds, which is that of the totals. */
static size_t funds_of(const struct model_promise *promise, const char **ret_funds,
		       int64_t *ret_sums)
{
	size_t n = 0;

	for (size_t i = 0; i < promise->n_parts; i++) {
		if (!n || strcmp(ret_funds[n - 1], promise->part[i].fund) != 0) {
			ret_funds[n] = promise->part[i].fund;
			ret_sums[n++] = 0;
		}
		ret_sums[n - 1] += promise->part[i].amount;
	}
	return n;
}

struct shares {
	size_t n;
	const char *fund[MODEL_PARTS_MAX];
	int64_t weight[MODEL_PARTS_MAX], amount[MODEL_PARTS_MAX];
};

static void match_part(struct model *model, const struct model_promise *batch,
		       const char *fund, int64_t amount)
{
	if (amount > 0)
		(void)model_owe(model, batch->payer, batch->position, 0, MODEL_MATCH,
				fund, "-", amount);
	else if (amount < 0)
		model_match_back(model, batch->payer, fund, -amount);
}

/* What the entry says of the match must be what the month comes to. */
static void match_compare(struct model *model, const json_t *entry, const char *fund,
			  int64_t amount)
{
	json_t *match = json_object_get(entry, "match"), *part;
	int64_t said = 0;
	size_t i;

	json_array_foreach(match, i, part)
	{
		if (strcmp(text_of(part, "fund"), fund) == 0)
			said = number_of(part, "amount");
	}
	if (said != amount)
		model_stop(model, "the match for %s is %lld, and not %lld", fund,
			   (long long)amount, (long long)said);
}

static void match(struct model *model, const json_t *entry,
		  const struct model_promise *batch, int64_t change,
		  struct shares *shares)
{
	const struct model_member *member = member_of(model, batch->payer);
	struct model_month *month = month_of(model, batch->payer, batch->period);
	int64_t due;

	if (strcmp(batch->source, "salary") != 0)
		return;
	month->rows += change;
	due = (int64_t)((__int128)month->rows * member->percent / 100);
	if (due > member->cap)
		due = member->cap;
	due -= month->matched;
	month->matched += due;
	if (member->fund[0] || !shares->n) {
		shares->n = 1;
		shares->fund[0] = member->fund[0] ? member->fund : model->default_fund;
		shares->weight[0] = 1;
	}
	model_split(due, shares->weight, shares->n, shares->amount);
	for (size_t i = 0; i < shares->n; i++) {
		match_compare(model, entry, shares->fund[i], shares->amount[i]);
		match_part(model, batch, shares->fund[i], shares->amount[i]);
	}
}

/* ---- batches ---- */

static int64_t totals_read(struct model *model, const json_t *entry,
			   struct model_promise *batch)
{
	json_t *totals = json_object_get(entry, "totals"), *total;
	int64_t sum = 0;
	size_t i;

	batch->n_parts = json_array_size(totals);
	if (batch->n_parts > MODEL_PARTS_MAX)
		model_stop(model, "too many totals");
	json_array_foreach(totals, i, total)
	{
		model_copy(batch->part[i].fund, sizeof batch->part[i].fund,
			   text_of(total, "fund"));
		batch->part[i].class = class_of(model, text_of(total, "giver"));
		batch->part[i].amount = number_of(total, "amount");
		sum += batch->part[i].amount;
	}
	return sum;
}

static const char *owes_rows(const struct model_promise *batch)
{
	return batch->collector[0] ? batch->collector : batch->payer;
}

static void credits_pay(struct model *model, const struct model_promise *batch)
{
	model_use_credit(model, owes_rows(batch), batch->position, INT64_MAX);
	if (batch->collector[0])
		model_use_credit(model, batch->payer, batch->position, INT64_MAX);
}

void model_batch(struct model *model, const json_t *entry)
{
	struct model_promise *batch = promise_new(model, entry);
	struct shares shares;
	int64_t sum = totals_read(model, entry, batch);

	model_copy(batch->payer, sizeof batch->payer, text_of(entry, "company"));
	model_copy(batch->collector, sizeof batch->collector,
		   text_or(entry, "collector", ""));
	model_copy(batch->source, sizeof batch->source, text_of(entry, "source"));
	model_copy(batch->period, sizeof batch->period, text_of(entry, "period"));
	for (size_t i = 0; i < batch->n_parts; i++)
		(void)model_owe(model, owes_rows(batch), batch->position, 0,
				batch->part[i].class, batch->part[i].fund, "-",
				batch->part[i].amount);
	shares.n = funds_of(batch, shares.fund, shares.weight);
	match(model, entry, batch, sum, &shares);
	credits_pay(model, batch);
}

static int64_t total_of(const struct model_promise *batch, const char *fund,
			enum model_class class)
{
	for (size_t i = 0; i < batch->n_parts; i++)
		if (batch->part[i].class == class &&
		    strcmp(batch->part[i].fund, fund) == 0)
			return batch->part[i].amount;
	return 0;
}

static void line_change(struct model *model, const struct model_promise *batch,
			const char *fund, enum model_class class, int64_t change)
{
	size_t line = model_owe(model, owes_rows(batch), batch->position, 0, class, fund,
				"-", change > 0 ? change : 0);

	if (change < 0)
		model_lessen(model, line, -change);
}

void model_correction(struct model *model, const json_t *entry)
{
	struct model_promise *batch =
		model_promise_at(model, (uint64_t)number_of(entry, "batch"));
	struct model_promise old;
	struct shares shares;
	int64_t change;

	if (!batch)
		model_stop(model, "there is no such batch");
	old = *batch;
	change = totals_read(model, entry, batch);
	for (size_t i = 0; i < old.n_parts; i++) {
		change -= old.part[i].amount;
		line_change(model, batch, old.part[i].fund, old.part[i].class,
			    total_of(batch, old.part[i].fund, old.part[i].class) -
				    old.part[i].amount);
	}
	for (size_t i = 0; i < batch->n_parts; i++)
		if (!total_of(&old, batch->part[i].fund, batch->part[i].class))
			line_change(model, batch, batch->part[i].fund,
				    batch->part[i].class, batch->part[i].amount);
	shares.n = funds_of(batch, shares.fund, shares.weight);
	if (!shares.n)
		shares.n = funds_of(&old, shares.fund, shares.weight);
	match(model, entry, batch, change, &shares);
	credits_pay(model, batch);
}

/* ---- gifts and conventions ---- */

void model_gift(struct model *model, const json_t *entry)
{
	struct model_promise *gift = promise_new(model, entry);

	gift->is_cash = true;
	gift->amount = number_of(entry, "amount");
	gift->n_parts = 1;
	gift->part[0].amount = gift->amount;
	gift->part[0].class = class_of(model, text_of(entry, "giver"));
	model_copy(gift->payer, sizeof gift->payer, text_of(entry, "payer"));
	(void)model_owe(model, gift->payer, gift->position, 0, gift->part[0].class,
			gift->fund, gift->mark, gift->amount);
	model_use_credit(model, gift->payer, gift->position, INT64_MAX);
}

static void convention_stands(struct model *model, struct model_promise *promise)
{
	promise->is_waiting = false;
	if (promise->is_cash) {
		for (size_t i = 0; i < promise->n_parts; i++)
			(void)model_owe(model, promise->payer, promise->position,
					(int64_t)i, MODEL_COMPANY, promise->fund,
					promise->mark, promise->part[i].amount);
		return;
	}
	model_post(model, promise->amount, "inkind/%s", promise->payer);
	model_post(model, -promise->amount, "voluntary/%s/%s", promise->fund,
		   promise->mark);
}

void model_patronage(struct model *model, const json_t *entry)
{
	struct model_promise *promise = promise_new(model, entry);
	json_t *instalments = json_object_get(entry, "instalments"), *instalment;
	size_t i;

	promise->is_cash = strcmp(text_of(entry, "form"), "cash") == 0;
	promise->amount = number_or(entry, "amount", 0);
	promise->n_parts = 1;
	promise->part[0].amount = promise->amount;
	model_copy(promise->payer, sizeof promise->payer, text_of(entry, "payer"));
	if (instalments)
		promise->n_parts = json_array_size(instalments);
	json_array_foreach(instalments, i, instalment)
	{
		promise->part[i].amount = number_of(instalment, "amount");
	}
	promise->is_waiting = strcmp(text_of(entry, "promise"), "conditional") == 0;
	if (!promise->is_waiting)
		convention_stands(model, promise);
}

void model_condition(struct model *model, const json_t *entry)
{
	struct model_promise *promise;

	if (!json_object_get(entry, "patronage"))
		return; /* of a tranche: no money moves */
	promise = model_promise_at(model, (uint64_t)number_of(entry, "patronage"));
	if (!promise || !promise->is_waiting)
		model_stop(model, "no convention waits for this");
	convention_stands(model, promise);
}

void model_valuation(struct model *model, const json_t *entry)
{
	struct model_promise *promise =
		model_promise_at(model, (uint64_t)number_of(entry, "patronage"));
	int64_t change;

	if (!promise || promise->is_cash)
		model_stop(model, "no convention in kind");
	change = number_of(entry, "amount") - promise->amount;
	promise->amount += change;
	if (promise->is_waiting)
		return;
	model_post(model, change, "inkind/%s", promise->payer);
	model_post(model, -change, "voluntary/%s/%s", promise->fund, promise->mark);
}

void model_redirect(struct model *model, const json_t *entry)
{
	struct model_promise *promise =
		model_promise_at(model, (uint64_t)number_of(entry, "of"));
	int64_t amount = number_of(entry, "amount");

	if (!promise)
		model_stop(model, "there is no such promise");
	promise->back += amount;
	model_post(model, amount, "fund/%s/%s", promise->fund, promise->mark);
	model_post(model, -amount, "fund/%s/%s", text_of(entry, "fund"),
		   text_or(entry, "earmark", "-"));
}
