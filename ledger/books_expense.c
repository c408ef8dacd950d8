/*
 * books_expense.c - what is no donation: what the foundation spends on its missions and
 * on itself, what it earns, and what is brought into its endowment.
 *
 * All are the world's facts, and are recorded though a fund goes overdrawn. They are
 * here so that the bank's account is whole: with them every line of a statement can be
 * explained, the bank's own charges and interest, too.
 */
#include "ledger/books_int.h"

#include "ledger/chart.h"

/* Kept for as long as it may be undone. */
struct expense_record {
	char fund[ID_BYTES];
	char flow[FLOW_BYTES_MAX];
	struct cents amount;            /* that the fund lost; of an income below zero */
	int64_t month;                  /* recorded in */
	char thing[CHART_NUMBER_BYTES]; /* the account of what is no money; or "" */
};

static const char *expense_key(struct key *key, uint64_t position)
{
	return key_of(key, "expense/%016" PRIu64, position);
}

static void expense_write(struct books *books, const struct expense_record *expense)
{
	struct month month = { .n = (int32_t)expense->month };
	struct record record;
	struct key key;

	record_init(&record);
	record_text(&record, slice_of_text(expense->fund));
	record_text(&record, slice_of_text(expense->flow));
	record_integer(&record, cents_value(expense->amount));
	record_integer(&record, expense->month);
	record_text(&record, slice_of_text(expense->thing));
	books_put(books, expense_key(&key, books->position), &record);
	if (month_add(month, BOOKS_WINDOW_MONTHS, &month) == ERR_OK)
		books_expire(books, month, key.text);
}

static bool expense_read(struct books *books, uint64_t position,
			 struct expense_record *ret_expense)
{
	struct record_reader reader;
	struct key key;

	if (!books_get(books, expense_key(&key, position), &reader))
		return false;
	text_copy(ret_expense->fund, ID_BYTES, record_read_text(&reader));
	text_copy(ret_expense->flow, FLOW_BYTES_MAX, record_read_text(&reader));
	ret_expense->amount = cents_of(record_read_integer(&reader));
	ret_expense->month = record_read_integer(&reader);
	text_copy(ret_expense->thing, CHART_NUMBER_BYTES, record_read_text(&reader));
	return true;
}

static enum err expense_move(struct books *books, const struct expense_record *expense,
			     struct cents amount, const char *cash, struct fault *fault)
{
	struct key key;

	account_of(&key, "fund", slice_of_text(expense->fund),
		   slice_of_text(EARMARK_FREE));
	return books_move(books, key.text, cash, expense->flow, amount, fault);
}

/* Where it stands that is no money. */
static const char *thing_account(struct key *key, const struct expense_record *expense)
{
	return key_of(key, CHART_NOUN "/%s", expense->thing);
}

static enum err expense_apply(struct books *books, struct expense_record *expense,
			      struct fault *fault)
{
	struct slice fund = entry_text(books->entry, "fund");
	struct key cash;
	enum err err = fund_check(books, fund, fault);

	if (!err && expense->thing[0])
		(void)thing_account(&cash, expense);
	else if (!err)
		err = citation_use(books, cents_neg(expense->amount), &cash, fault);
	if (err)
		return err;
	text_copy(expense->fund, ID_BYTES, fund);
	expense->month = month_of_date(books_today(books)).n;
	expense_write(books, expense);
	return expense_move(books, expense, expense->amount, cash.text, fault);
}

/* Who decided it is the board's where it says so. */
static enum err check_decided(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct proposal_record proposal;

	if (!entry_has(entry, "proposal"))
		return ERR_OK;
	if (proposal_read(books, entry_position(entry, "proposal"), &proposal) &&
	    (proposal.status == PROPOSAL_GRANTED || proposal.status == PROPOSAL_DONE))
		return ERR_OK;
	return fault_rule(fault, "expense",
			  "position %" PRIu64 " is no proposal that was granted",
			  entry_position(entry, "proposal"));
}

enum err apply_expense(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct expense_record expense = { .amount = entry_cents(entry, "amount") };
	enum err err;

	if (entry_has(entry, "supplier") &&
	    !text_is(entry_text(entry, "nature"), "supplier"))
		return fault_rule(fault, "expense",
				  "only an expense of nature supplier has a supplier");
	err = check_decided(books, fault);
	if (err)
		return err;
	snprintf(expense.flow, sizeof expense.flow, "expense.%.*s",
		 SLICE(entry_text(entry, "class")));
	return expense_apply(books, &expense, fault);
}

enum err apply_income(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct expense_record income = {
		.amount = cents_neg(entry_cents(entry, "amount")),
	};

	snprintf(income.flow, sizeof income.flow, "income.%.*s",
		 SLICE(entry_text(entry, "nature")));
	return expense_apply(books, &income, fault);
}

/* A thing is never spent: it comes into an endowment that is not consumed. */
static enum err check_thing(struct slice number, enum fund_class class,
			    struct fault *fault)
{
	if (!chart_has(number))
		return fault_rule(fault, "chart", "'%.*s' is not an account of the chart",
				  SLICE(number));
	if (!strchr("235", number.p[0]) || chart_owned(number))
		return fault_rule(fault, "endowment",
				  "account %.*s is none of a thing that is owned",
				  SLICE(number));
	if (class != FUND_NON_CONSOMPTIBLE)
		return fault_rule(fault, "endowment",
				  "what can be spent is money: a thing comes into a "
				  "non-consumable endowment");
	return ERR_OK;
}

enum err apply_endowment(struct books *books, struct fault *fault)
{
	const struct entry *entry = books->entry;
	struct expense_record brought = {
		.amount = cents_neg(entry_cents(entry, "amount")),
		.flow = "endowed",
	};
	enum fund_class class = FUND_COURANT;
	enum err err = ERR_OK;

	if (fund_find(books, entry_text(entry, "fund"), &class) && class == FUND_COURANT)
		return fault_rule(fault, "endowment", "fund '%.*s' is no endowment",
				  SLICE(entry_text(entry, "fund")));
	if (entry_has(entry, "account")) {
		err = check_thing(entry_text(entry, "account"), class, fault);
		if (err)
			return err;
		text_copy(brought.thing, CHART_NUMBER_BYTES,
			  entry_text(entry, "account"));
	}
	return expense_apply(books, &brought, fault);
}

enum err reverse_expense(struct books *books, uint64_t of, struct fault *fault)
{
	struct expense_record expense;
	struct key cash;
	enum err err;

	if (!expense_read(books, of, &expense))
		return fault_rule(fault, "reversal",
				  "position %" PRIu64 " cannot be reversed any more", of);
	err = reversal_check_age(books, expense.month, of, fault);
	if (!err && expense.thing[0])
		(void)thing_account(&cash, &expense);
	else if (!err)
		err = citation_undo(books, of, expense.amount, &cash, fault);
	if (err)
		return err;
	return expense_move(books, &expense, cents_neg(expense.amount), cash.text, fault);
}
