/*
 * accounting.c - entries to vouchers.
 *
 * A voucher is made of an entry's postings of one day: each finds its account by the
 * table, those of promises go through accounting_subs.c, and what is due of grants is
 * added by accounting_grants.c. Then it is closed: added to the sums, and shown.
 */
#include "reports/accounting_int.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports/naming.h"

#define BANK_FIRST "512000"

static const struct {
	const char *code, *label;
} daybooks[DAYBOOK__COUNT] = {
	[DAYBOOK_AN] = { "AN", "À-nouveaux" },
	[DAYBOOK_BQ] = { "BQ", "Banque" },
	[DAYBOOK_DO] = { "DO", "Dons, conventions et contributions" },
	[DAYBOOK_AI] = { "AI", "Aides octroyées" },
	[DAYBOOK_OD] = { "OD", "Opérations diverses" },
};

const char *daybook_code(enum daybook daybook)
{
	return daybooks[daybook].code;
}

const char *daybook_label(enum daybook daybook)
{
	return daybooks[daybook].label;
}

/* ---- sums, and what failed ---- */

struct cents accounting_plus(struct accounting *a, struct cents x, struct cents y)
{
	struct cents sum = CENTS_ZERO;

	if (cents_add(x, y, &sum) != ERR_OK)
		a->overflow = true;
	return sum;
}

enum err accounting_check(const struct accounting *a, struct fault *fault)
{
	if (a->no_memory)
		return fault_set(fault, ERR_MEMORY, "out of memory for the accounts");
	if (a->overflow)
		return fault_set(fault, ERR_TOO_BIG,
				 "a sum of the accounts passes 2^53 - 1 cents");
	return ERR_OK;
}

bool accounting_grow(struct accounting *a, void **array, size_t *room, size_t count,
		     size_t bytes)
{
	size_t more = *room ? *room * 2 : 32;
	void *grown;

	if (count < *room)
		return true;
	grown = reallocarray(*array, more, bytes);
	if (!grown) {
		a->no_memory = true;
		return false;
	}
	*array = grown;
	*room = more;
	return true;
}

/* ---- lines ---- */

bool number_is_cash(const char *number)
{
	return strncmp(number, "512", 3) == 0 || strncmp(number, "471", 3) == 0;
}

void accounting_line_number(struct accounting *a, uint32_t number, uint32_t aux,
			    enum destination destination, struct cents amount)
{
	size_t account;

	if (cents_is_zero(amount))
		return;
	account = accounting_slot(a, number, aux, destination);
	for (size_t i = 0; i < a->line_count; i++)
		if (a->lines[i].account == account) {
			a->lines[i].amount =
				accounting_plus(a, a->lines[i].amount, amount);
			return;
		}
	if (account != SIZE_MAX && accounting_grow(a, (void **)&a->lines, &a->line_room,
						   a->line_count, sizeof *a->lines))
		a->lines[a->line_count++] =
			(struct voucher_line){ .account = account, .amount = amount };
}

void accounting_line(struct accounting *a, enum plan plan, uint32_t aux,
		     enum destination destination, struct cents amount)
{
	if (plan != PLAN_NONE)
		/* The first numbers are the plan's: accounting_new(). */
		accounting_line_number(a, (uint32_t)plan, aux, destination, amount);
}

struct path path_of(const char *account)
{
	struct path path = { .noun = "" };
	size_t n = strcspn(account, "/");
	const char *slash;

	memcpy(path.noun, account, n < sizeof path.noun ? n : sizeof path.noun - 1);
	if (!account[n])
		return path;
	path.both = path.a = slice_of_text(account + n + 1);
	slash = strchr(account + n + 1, '/');
	if (slash) {
		path.a = slice_of(account + n + 1, (size_t)(slash - account) - n - 1);
		path.b = slice_of_text(slash + 1);
	}
	return path;
}

/* Of each of our bank accounts one of its own, in the order in which they came. */
static uint32_t bank_number(struct accounting *a, struct slice id)
{
	uint32_t bank = name_index_of(&a->banks, id);
	char number[32], label[128];

	(void)snprintf(number, sizeof number, "%" PRIu32, UINT32_C(512101) + bank);
	(void)snprintf(label, sizeof label, "%s - %.*s", plan_account(PLAN_BANK)->label,
		       (int)(id.n < 64 ? id.n : 64), (const char *)id.p);
	return accounting_number(a, number, label);
}

/* ---- postings ---- */

static enum destination destination_of_expense(const char *flow)
{
	if (strcmp(flow, "expense.mission") == 0)
		return TO_MISSION;
	return strcmp(flow, "expense.collecte") == 0 ? TO_COLLECTING : TO_RUNNING;
}

static const char *expense_nature(const struct accounting *a, const struct entry *entry,
				  char room[64])
{
	const struct memory *memory;
	struct slice nature;

	if (entry->kind == KIND_reversal) {
		memory = accounting_recall(a, entry_position(entry, "of"));
		return memory && memory->what == REMEMBERED_EXPENSE
			       ? a->names.names[memory->of]
			       : "";
	}
	nature = entry_text(entry, "nature");
	(void)snprintf(room, 64, "%.*s", (int)(nature.n < 63 ? nature.n : 63),
		       (const char *)nature.p);
	return room;
}

static void consume(struct accounting *a, struct slice fund, struct cents amount)
{
	if (strcmp(accounting_class(a, fund), "dotation-consomptible") == 0)
		a->consumed[a->term] = accounting_plus(a, a->consumed[a->term], amount);
}

static void put_expense(struct accounting *a, const struct entry *entry,
			const struct posting *posting, struct slice fund)
{
	char room[64];
	const struct treatment *treatment =
		treatment_find("expense", expense_nature(a, entry, room), "");

	consume(a, fund, posting->amount);
	accounting_line(a, treatment->plan, NO_AUX, destination_of_expense(posting->flow),
			posting->amount);
}

/* Money that comes back from a grantee, or that is put to another use: of an earmark it
 * changes what is left of it. */
static void put_earmarked(struct accounting *a, const struct entry *entry,
			  const struct posting *posting, const struct path *path)
{
	bool moved = strncmp(posting->flow, "redirected", 10) == 0;
	struct dedicated *sub;
	const struct memory *of;
	int public;

	if (!moved)
		consume(a, path->a, posting->amount);
	if (slice_equal_text(path->b, "-"))
		return;
	sub = accounting_sub(a, path->both);
	if (!sub)
		return;
	if (!moved || !entry_has(entry, "earmark")) {
		sub->used[a->term] =
			accounting_plus(a, sub->used[a->term], posting->amount);
		return;
	}
	of = accounting_recall(a, entry_position(entry, "of"));
	public = !of || of->what != REMEMBERED_CONTRIBUTION;
	sub->moved[public][a->term] = accounting_plus(a, sub->moved[public][a->term],
						      cents_neg(posting->amount));
}

static enum err put_posting(struct accounting *a, const struct entry *entry,
			    const struct posting *posting, struct fault *fault)
{
	struct path path = path_of(posting->account);
	bool of_fund = strcmp(path.noun, "fund") == 0;
	const struct treatment *treatment;
	enum destination destination;
	uint32_t aux = NO_AUX;

	if (strcmp(path.noun, "ledger") == 0 || strcmp(path.noun, "account") == 0) {
		uint32_t number = *path.noun == 'a' ? bank_number(a, path.a)
						    : accounting_named(a, path.a);

		accounting_line_number(a, number, NO_AUX, NOWHERE, posting->amount);
		return ERR_OK;
	}
	if (of_fund && strncmp(posting->flow, "expense.", 8) == 0) {
		put_expense(a, entry, posting, path.a);
		return ERR_OK;
	}
	treatment = treatment_find(path.noun, posting->flow,
				   of_fund ? accounting_class(a, path.a) : "");
	if (!treatment)
		return fault_set(fault, ERR_INVALID,
				 "account '%s', moved by '%s', has no place in the chart "
				 "of accounts",
				 posting->account, posting->flow);
	destination = treatment->destination;
	if (of_fund && treatment->plan == PLAN_AID)
		destination =
			accounting_grant_destination(a, entry_position(entry, "grant"));
	if (of_fund && (treatment->plan == PLAN_AID ||
			strncmp(posting->flow, "redirected", 10) == 0))
		put_earmarked(a, entry, posting, &path);
	if (of_fund && treatment->plan == PLAN_BANK_CHARGES)
		consume(a, path.a, posting->amount);
	if (treatment->plan == PLAN_RECEIVABLE || treatment->plan == PLAN_CREDITOR ||
	    treatment->plan == PLAN_TRANSIT)
		aux = accounting_payer(a, path.a);
	accounting_line(a, treatment->plan, aux, destination, posting->amount);
	return ERR_OK;
}

/* Those of promises are accounting_subs.c's. */
static bool is_of_a_promise(const struct posting *posting)
{
	if (strncmp(posting->account, "pledged/", 8) == 0)
		return true;
	return strncmp(posting->account, "fund/", 5) == 0 &&
	       (flow_is_promised(posting->flow) ||
		strcmp(posting->flow, "refunded") == 0);
}

/* ---- vouchers ---- */

static const struct {
	enum kind kind;
	enum daybook daybook;
	const char *label; /* NULL: as reports name it */
} kinds[] = {
	{ KIND_batch, DAYBOOK_DO, NULL },
	{ KIND_correction, DAYBOOK_DO, NULL },
	{ KIND_gift, DAYBOOK_DO, NULL },
	{ KIND_patronage, DAYBOOK_DO, NULL },
	{ KIND_contribution, DAYBOOK_DO, NULL },
	{ KIND_fee, DAYBOOK_DO, NULL },
	{ KIND_payout, DAYBOOK_DO, NULL },
	{ KIND_remittance, DAYBOOK_DO, NULL },
	{ KIND_refund, DAYBOOK_DO, NULL },
	{ KIND_chargeback, DAYBOOK_DO, NULL },
	{ KIND_condition, DAYBOOK_DO, NULL },
	{ KIND_cancellation, DAYBOOK_AI, "Aide annulée" },
	{ KIND_paid, DAYBOOK_AI, "Aide versée" },
	{ KIND_returned, DAYBOOK_AI, "Virement d'aide revenu" },
	{ KIND_restitution, DAYBOOK_AI, "Aide rendue par le bénéficiaire" },
	{ KIND_statement, DAYBOOK_BQ, "Relevé bancaire" },
	{ KIND_expense, DAYBOOK_OD, "Dépense" },
	{ KIND_income, DAYBOOK_OD, "Produit" },
};

/* Who pays, of the kinds that say it. */
static struct slice payer_of(const struct entry *entry)
{
	if (item_has(entry->json, "payer"))
		return item_text(entry->json, "payer");
	return item_has(entry->json, "company") ? item_text(entry->json, "company")
						: slice_of_text("");
}

static void voucher_name(struct accounting *a, const struct entry *entry,
			 struct voucher *voucher)
{
	struct slice payer = payer_of(entry);
	const char *label = naming_entry(LANG_FR, entry);

	if (entry->kind == KIND_journal || entry->kind == KIND_opening) {
		struct slice said = entry_text(entry, "label");

		(void)snprintf(a->label, sizeof a->label, "%.*s", (int)said.n,
			       (const char *)said.p);
		voucher->label = a->label;
		voucher->daybook = entry->kind == KIND_opening ? DAYBOOK_AN : DAYBOOK_OD;
		return;
	}
	if (entry->kind == KIND_notification) {
		voucher->daybook = DAYBOOK_AI;
		voucher->label = "Aide notifiée au bénéficiaire";
		return;
	}
	voucher->daybook = DAYBOOK_OD;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (kinds[i].kind == entry->kind) {
			voucher->daybook = kinds[i].daybook;
			label = kinds[i].label ? kinds[i].label : label;
			break;
		}
	for (size_t i = 0; i < a->line_count; i++)
		if (number_is_cash(a->accounts[a->lines[i].account].number))
			voucher->daybook = DAYBOOK_BQ;
	voucher->label = label;
	if (payer.n) {
		uint32_t number = accounting_payer(a, payer);

		(void)snprintf(a->label, sizeof a->label, "%s - %s", label,
			       a->no_memory ? "" : a->payer_label[number]);
		voucher->label = a->label;
	}
}

static void account_add(struct accounting *a, const struct voucher_line *line,
			enum term term)
{
	struct account_sums *sums = &a->accounts[line->account].sums[term];

	if (cents_is_negative(line->amount))
		sums->credit = accounting_plus(a, sums->credit, cents_neg(line->amount));
	else
		sums->debit = accounting_plus(a, sums->debit, line->amount);
}

/* Lines that have come to nothing go; the others are added up and shown. */
enum err accounting_put(struct accounting *a, struct voucher *voucher,
			struct fault *fault)
{
	struct cents sum = CENTS_ZERO;
	size_t kept = 0;

	for (size_t i = 0; i < a->line_count; i++)
		if (!cents_is_zero(a->lines[i].amount)) {
			a->lines[kept] = a->lines[i];
			sum = accounting_plus(a, sum, a->lines[kept++].amount);
		}
	a->line_count = kept;
	if (a->no_memory || a->overflow || !kept || a->term == TERM_AFTER)
		return accounting_check(a, fault);
	if (!cents_is_zero(sum))
		return fault_set(fault, ERR_CORRUPT,
				 "the accounting of position %" PRIu64
				 " does not balance: rebuild",
				 voucher->position);
	for (size_t i = 0; i < kept; i++)
		account_add(a, &a->lines[i], a->term);
	voucher->lines = a->lines;
	voucher->count = kept;
	if (!a->sink || a->term != TERM_CURRENT)
		return accounting_check(a, fault);
	return a->sink->put(a->sink->ctx, a, voucher, fault);
}

static enum err voucher_end(struct accounting *a, uint64_t position,
			    const struct entry *entry, struct fault *fault)
{
	struct voucher voucher = { .date = a->day,
				   .position = position,
				   .ref = entry->ref };

	if (!a->line_count)
		return accounting_check(a, fault);
	if (date_paris(entry->at, &voucher.valid_on) != ERR_OK)
		return fault_set(fault, ERR_CORRUPT,
				 "the recorded time of position %" PRIu64 " is no day",
				 position);
	voucher_name(a, entry, &voucher);
	return accounting_put(a, &voucher, fault);
}

/* What later entries will ask of this one. */
static void remember(struct accounting *a, uint64_t position, const struct entry *entry)
{
	if (entry->kind == KIND_gift && text_is(entry_text(entry, "giver"), "company"))
		accounting_remember(a, position, REMEMBERED_GIFT, 0);
	if (entry->kind == KIND_patronage)
		accounting_remember(a, position, REMEMBERED_PATRONAGE, 0);
	if (entry->kind == KIND_contribution)
		accounting_remember(a, position, REMEMBERED_CONTRIBUTION, 0);
	if (entry->kind == KIND_refund && entry_has(entry, "of"))
		accounting_remember(a, position, REMEMBERED_REFUND,
				    entry_position(entry, "of"));
	if (entry->kind == KIND_payment)
		accounting_remember(a, position, REMEMBERED_PAYMENT,
				    entry_position(entry, "proposal"));
	if (entry->kind == KIND_expense) {
		uint32_t nature = name_index_of(&a->names, entry_text(entry, "nature"));

		a->no_memory = a->no_memory || nature == UINT32_MAX;
		accounting_remember(a, position, REMEMBERED_EXPENSE, nature);
	}
}

/* The postings of one day, from *i on. */
static enum err put_day(struct accounting *a, const struct entry *entry,
			const struct posting *postings, size_t count, size_t *i,
			struct fault *fault)
{
	size_t first = *i;
	enum err err = ERR_OK;

	if (entry->kind == KIND_opening) {
		*i = count;
		return accounting_opened(a, entry, fault);
	}
	for (; *i < count && date_cmp(postings[*i].date, a->day) == 0 && !err; ++*i)
		if (!is_of_a_promise(&postings[*i]))
			err = put_posting(a, entry, &postings[*i], fault);
	return err ? err : accounting_subs(a, entry, postings + first, *i - first, fault);
}

enum err accounting_add(struct accounting *a, uint64_t position,
			const struct entry *entry, const struct posting *postings,
			size_t count, struct fault *fault)
{
	enum err err = ERR_OK;
	size_t i = 0;

	if (entry->kind == KIND_charter) {
		err = exercise_of(&a->request, entry_text(entry, "fiscal_year_end"),
				  a->last_day, &a->exercise, fault);
		a->has_exercise = !err;
	}
	remember(a, position, entry);
	do {
		bool first = i == 0;

		if (err)
			return err;
		a->line_count = 0;
		a->day = i < count ? postings[i].date : entry->date;
		a->term = exercise_term(&a->exercise, a->day);
		err = put_day(a, entry, postings, count, &i, fault);
		if (!err && first)
			err = accounting_grants(a, position, entry, postings, count,
						fault);
		if (!err)
			err = voucher_end(a, position, entry, fault);
	} while (i < count);
	return err;
}

/* ---- making and running ---- */

enum err accounting_new(struct books *books, const struct standing *standing,
			const struct exercise_request *request,
			const struct voucher_sink *sink,
			struct accounting **ret_accounting, struct fault *fault)
{
	struct accounting *a = calloc(1, sizeof *a);
	enum err err;

	if (!a)
		return fault_set(fault, ERR_MEMORY, "out of memory for the accounts");
	a->books = books;
	a->standing = standing;
	a->request = *request;
	a->sink = sink;
	err = naming_last_day(standing, &a->last_day, fault);
	if (!err)
		err = query_funds(books, &a->funds, &a->fund_count, fault);
	for (int plan = 0; plan < PLAN__COUNT && !a->no_memory; plan++) {
		const struct plan_account *account = plan_account((enum plan)plan);

		(void)accounting_number(a,
					plan == PLAN_BANK ? BANK_FIRST : account->number,
					account->label);
	}
	if (!err)
		err = accounting_check(a, fault);
	if (err)
		accounting_free(a);
	else
		*ret_accounting = a;
	return err;
}

static void labels_free(const char **labels, size_t count)
{
	for (size_t i = 0; labels && i < count; i++)
		free((char *)labels[i]);
	free(labels);
}

void accounting_free(struct accounting *a)
{
	if (!a)
		return;
	labels_free(a->number_label, a->numbers.count);
	labels_free(a->payer_label, a->payers.count);
	name_index_release(&a->numbers);
	name_index_release(&a->payers);
	name_index_release(&a->names);
	name_index_release(&a->subs);
	name_index_release(&a->banks);
	grants_release(a);
	free(a->funds);
	free(a->accounts);
	free(a->account_slots);
	free(a->memories);
	free(a->dedicated);
	free(a->lines);
	free(a->opening);
	free(a);
}

static enum err run_visit(void *ctx, uint64_t position, const struct entry *entry,
			  const struct posting *postings, size_t count,
			  struct fault *fault)
{
	return accounting_add(ctx, position, entry, postings, count, fault);
}

enum err accounting_run(struct source *source, const struct exercise_request *request,
			const struct voucher_sink *sink,
			struct accounting **ret_accounting, struct fault *fault)
{
	struct accounting *a = NULL;
	enum err err = accounting_new(source_books(source), source_standing(source),
				      request, sink, &a, fault);
	struct source_visitor visitor = { .ctx = a, .visit = run_visit };

	if (!err)
		err = source_each_posting(source, &visitor, fault);
	if (!err)
		err = accounting_close(a, fault);
	if (err)
		accounting_free(a);
	else
		*ret_accounting = a;
	return err;
}

const struct exercise *accounting_exercise(const struct accounting *a)
{
	return &a->exercise;
}

const struct ledger_account *accounting_account(const struct accounting *a,
						size_t account)
{
	return &a->accounts[account];
}

size_t accounting_accounts(const struct accounting *a)
{
	return a->account_count;
}
