/*
 * model.c - see model.h: entries, accounts, members.
 */
#include "tests/model/model.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/model/json.h"

void model_stop(const struct model *model, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "model: position %llu, %s: ", (unsigned long long)model->at,
		model->kind);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	abort();
}

void model_copy(char *out, size_t bytes, const char *text)
{
	size_t n = strlen(text);

	if (n >= bytes)
		abort();
	memcpy(out, text, n + 1);
}

/* ---- accounts ---- */

static void move_keep(struct model *model, int64_t amount)
{
	struct model_move *move = &model->move[model->n_moves++];

	if (model->n_moves > MODEL_MOVES_MAX)
		model_stop(model, "too many moves");
	model_copy(move->date, sizeof move->date, model->date);
	move->amount = -amount;
	move->is_allocation = strcmp(model->kind, "allocation") == 0;
}

void model_post(struct model *model, int64_t amount, const char *format, ...)
{
	char name[MODEL_NAME_BYTES], free_money[MODEL_NAME_BYTES];
	va_list args;
	size_t i = 0;

	if (amount == 0)
		return;
	va_start(args, format);
	vsnprintf(name, sizeof name, format, args);
	va_end(args);
	snprintf(free_money, sizeof free_money, "fund/%s/-", model->default_fund);
	if (strcmp(name, free_money) == 0)
		move_keep(model, amount);
	while (i < model->n_accounts && strcmp(model->account[i].name, name) != 0)
		i++;
	if (i == MODEL_ACCOUNTS_MAX)
		model_stop(model, "too many accounts");
	if (i == model->n_accounts)
		model_copy(model->account[model->n_accounts++].name, MODEL_NAME_BYTES,
			   name);
	model->account[i].balance += amount;
}

int64_t model_balance(const struct model *model, const char *account)
{
	for (size_t i = 0; i < model->n_accounts; i++)
		if (strcmp(model->account[i].name, account) == 0)
			return model->account[i].balance;
	return 0;
}

/* ---- splitting ---- */

void model_split(int64_t total, const int64_t *weights, size_t n, int64_t *ret_shares)
{
	int64_t size = total < 0 ? -total : total, sum = 0, given = 0;
	__int128 rest[MODEL_LINES_MAX];

	for (size_t i = 0; i < n; i++)
		sum += weights[i];
	for (size_t i = 0; i < n; i++) {
		__int128 product = (__int128)size * weights[i];

		ret_shares[i] = sum ? (int64_t)(product / sum) : 0;
		rest[i] = sum ? product % sum : 0;
		given += ret_shares[i];
	}
	for (; sum && given < size; given++) {
		size_t best = 0;

		for (size_t i = 1; i < n; i++)
			if (rest[i] > rest[best])
				best = i;
		ret_shares[best]++;
		rest[best] = -1;
	}
	for (size_t i = 0; total < 0 && i < n; i++)
		ret_shares[i] = -ret_shares[i];
}

/* ---- members ---- */

static void member(struct model *model, const json_t *entry)
{
	const char *id = text_of(entry, "id");
	size_t i = 0;

	if (json_object_get(entry, "continues"))
		model_stop(model, "mergers are not modelled");
	while (i < model->n_members && strcmp(model->member[i].id, id) != 0)
		i++;
	if (i == MODEL_MEMBERS_MAX)
		model_stop(model, "too many members");
	if (i == model->n_members)
		model_copy(model->member[model->n_members++].id, MODEL_NAME_BYTES, id);
	model->member[i].percent = number_or(entry, "match_percent", 0);
	model->member[i].cap = number_or(entry, "match_cap_month", 0);
	model_copy(model->member[i].fund, sizeof model->member[i].fund,
		   text_or(entry, "match_fund", ""));
}

static void policy(struct model *model, const json_t *entry)
{
	json_t *shares = json_object_get(entry, "policy"), *share;
	size_t i;

	if (!shares)
		return;
	model->n_policy = json_array_size(shares);
	json_array_foreach(shares, i, share)
	{
		model_copy(model->policy[i].fund, sizeof model->policy[i].fund,
			   text_of(share, "fund"));
		model->policy[i].bp = number_of(share, "bp");
	}
}

static void charter(struct model *model, const json_t *entry)
{
	model_copy(model->default_fund, sizeof model->default_fund,
		   text_of(entry, "default_fund"));
	policy(model, entry);
}

/* ---- entries ---- */

static void no_money(struct model *model, const json_t *entry)
{
	(void)model;
	(void)entry;
}

/* Each line arrives at the account, and nobody has said yet what it is. */
static void statement(struct model *model, const json_t *entry)
{
	const char *id = text_of(entry, "account");
	char account[MODEL_CASH_BYTES];
	bool is_first = true;
	size_t i;
	json_t *line;

	snprintf(model->cash, sizeof model->cash, "suspense/%s", id);
	snprintf(account, sizeof account, "account/%s", id);
	for (i = 0; i < model->n_accounts; i++)
		is_first = is_first && strcmp(model->account[i].name, account) != 0;
	if (is_first) {
		model_post(model, number_of(entry, "opening"), "%s", account);
		model_post(model, -number_of(entry, "opening"), "bank");
	}
	json_array_foreach(json_object_get(entry, "lines"), i, line)
	{
		model_post(model, number_of(line, "amount"), "%s", account);
		model_post(model, -number_of(line, "amount"), "%s", model->cash);
	}
	model_copy(model->cash_of[model->at], MODEL_CASH_BYTES, model->cash);
}

/* Each line is of the account that it names. */
static void journal(struct model *model, const json_t *entry)
{
	json_t *line;
	size_t i;

	json_array_foreach(json_object_get(entry, "lines"), i, line) model_post(
		model, number_of(line, "amount"), "ledger/%s", text_of(line, "account"));
}

/* Money at the bank, or a thing on its own account. */
static void bring(struct model *model, const struct model_brought *brought,
		  int64_t amount)
{
	if (brought->thing[0])
		model_post(model, amount, "ledger/%s", brought->thing);
	else
		model_post(model, amount, "%s", model->cash);
	model_post(model, -amount, "fund/%s/-", brought->fund);
}

static void endowment(struct model *model, const json_t *entry)
{
	struct model_brought *brought = &model->brought[model->n_brought++];

	if (model->n_brought > MODEL_PROMISES_MAX)
		model_stop(model, "too many endowments");
	brought->position = model->at;
	brought->amount = number_of(entry, "amount");
	model_copy(brought->fund, sizeof brought->fund, text_of(entry, "fund"));
	model_copy(brought->thing, sizeof brought->thing, text_or(entry, "account", ""));
	bring(model, brought, brought->amount);
}

bool model_take_out(struct model *model, uint64_t position)
{
	for (size_t i = 0; i < model->n_brought; i++)
		if (model->brought[i].position == position) {
			bring(model, &model->brought[i], -model->brought[i].amount);
			return true;
		}
	return false;
}

/* But for a fund's money and the bank's. */
static void opening(struct model *model, const json_t *entry)
{
	json_t *line;
	size_t i;

	json_array_foreach(json_object_get(entry, "lines"), i, line)
	{
		const char *account = text_of(line, "account");
		const char *fund = text_or(line, "fund", NULL);

		if (fund)
			model_post(model, number_of(line, "amount"), "fund/%s/%s", fund,
				   text_or(line, "earmark", "-"));
		else if (strncmp(account, "512", 3) == 0)
			model_post(model, number_of(line, "amount"), "bank");
		else
			model_post(model, number_of(line, "amount"), "ledger/%s",
				   account);
	}
}

/* Out of the suspense that the cited statement has filled; who undoes an entry without
 * citing a line of its own puts the money back where that had it from. */
static void cash_find(struct model *model, const json_t *entry)
{
	const json_t *line = json_object_get(entry, "line");
	const char *cash = "bank";

	if (model->at >= MODEL_ENTRIES_MAX)
		model_stop(model, "too many entries");
	if (line)
		cash = model->cash_of[number_of(line, "statement")];
	else if (strcmp(model->kind, "reversal") == 0)
		cash = model->cash_of[number_of(entry, "of")];
	model_copy(model->cash, sizeof model->cash, cash);
	model_copy(model->cash_of[model->at], MODEL_CASH_BYTES, cash);
}

static const struct {
	const char *kind;
	void (*enter)(struct model *model, const json_t *entry);
} kinds[] = {
	{ "account", no_money },
	{ "allocation", model_allocation },
	{ "amendment", policy },
	{ "ballot", no_money },
	{ "batch", model_batch },
	{ "beneficiary", no_money },
	{ "cancellation", model_cancellation },
	{ "chargeback", model_chargeback },
	{ "authorisation", no_money },
	{ "charter", charter },
	{ "close", no_money },
	{ "condition", model_condition },
	{ "confirmation", no_money },
	{ "correction", model_correction },
	{ "decision", model_decision },
	{ "delegation", no_money },
	{ "fee", model_fee },
	{ "gift", model_gift },
	{ "endowment", endowment },
	{ "journal", journal },
	{ "meeting", no_money },
	{ "member", member },
	{ "notification", no_money },
	{ "opening", opening },
	{ "paid", model_paid },
	{ "patronage", model_patronage },
	{ "payment", model_payment },
	{ "payout", model_payout },
	{ "policy", policy },
	{ "project", no_money },
	{ "proposal", model_proposal },
	{ "recusal", no_money },
	{ "redirect", model_redirect },
	{ "refund", model_refund },
	{ "remittance", model_remittance },
	{ "restitution", model_restitution },
	{ "returned", model_returned },
	{ "reversal", model_reversal },
	{ "settlement", model_settlement },
	{ "statement", statement },
	{ "valuation", model_valuation },
	{ "writeoff", model_writeoff },
};

struct model *model_new(void)
{
	struct model *model = calloc(1, sizeof *model);

	if (!model)
		abort();
	model->at = UINT64_MAX; /* the first entry is at 0 */
	return model;
}

void model_enter(struct model *model, const char *json, size_t bytes)
{
	json_t *entry = json_loadb(json, bytes, 0, NULL);
	size_t i = 0;

	if (!entry)
		model_stop(model, "the next entry is no JSON");
	model->at++;
	model_copy(model->kind, sizeof model->kind, text_of(entry, "kind"));
	model_copy(model->date, sizeof model->date, text_or(entry, "date", ""));
	while (i < sizeof kinds / sizeof *kinds &&
	       strcmp(kinds[i].kind, model->kind) != 0)
		i++;
	if (i == sizeof kinds / sizeof *kinds)
		model_stop(model, "no kind that is modelled");
	cash_find(model, entry);
	kinds[i].enter(model, entry);
	json_decref(entry);
}
