/*
 * books_opening.c - what the accounts held when these books begin.
 *
 * Once, by the lines of a closing balance: the bank's money, the funds that it is of, and
 * what else the foundation has and owes. No account that it names has moved before, and
 * from then on nothing is dated before its day: what happened before is in its balances.
 * Two seats sign it, as a journal (books_journal.c).
 */
#include "ledger/books_int.h"

#include "ledger/chart.h"

#define OPENING_FLOW "opening"

static bool number_is(struct slice number, const char *root)
{
	return number.n >= strlen(root) && memcmp(number.p, root, strlen(root)) == 0;
}

/* An earmark, or an endowment, stands on its own account in the balance. */
static bool fits(struct slice number, enum fund_class class, bool is_earmarked)
{
	if (is_earmarked)
		return number_is(number, "194") || number_is(number, "195") ||
		       number_is(number, "196");
	switch (class) {
	case FUND_NON_CONSOMPTIBLE:
		return number_is(number, "102");
	case FUND_CONSOMPTIBLE:
		return number_is(number, "108");
	case FUND_COURANT:
		return number_is(number, "106") || number_is(number, "11") ||
		       number_is(number, "12");
	}
	abort();
}

/* A fund's money: what it is credited by is available. */
static enum err fund_line(struct books *books, const struct json *line,
			  struct key *ret_account, struct fault *fault)
{
	struct slice fund = item_text(line, "fund"), earmark = item_text(line, "earmark");
	struct slice number = item_text(line, "account");
	enum fund_class class;

	if (!fund_find(books, fund, &class))
		return fault_rule(fault, "fund",
				  "fund '%.*s' is not one of the charter's", SLICE(fund));
	if (earmark.n && !slice_equal(earmark, fund) && !project_exists(books, earmark))
		return fault_rule(fault, "earmark", "'%.*s' is not a recorded project",
				  SLICE(earmark));
	if (!fits(number, class, earmark.n > 0))
		return fault_rule(fault, "opening",
				  "account %.*s is not one of such a fund's money",
				  SLICE(number));
	if (cents_is_positive(item_cents(line, "amount")))
		return fault_rule(fault, "opening", "fund '%.*s' cannot begin below zero",
				  SLICE(fund));
	account_of(ret_account, "fund", fund,
		   earmark.n ? earmark : slice_of_text(EARMARK_FREE));
	return ERR_OK;
}

static enum err line_account(struct books *books, const struct json *line,
			     struct key *ret_account, struct fault *fault)
{
	struct slice number = item_text(line, "account");
	enum err err = journal_line(line, "opening", ret_account, fault);

	if (err)
		return err;
	if (number.p[0] > '5')
		return fault_rule(fault, "opening",
				  "account %.*s is none of a balance sheet",
				  SLICE(number));
	if (item_has(line, "fund"))
		return fund_line(books, line, ret_account, fault);
	if (item_has(line, "earmark"))
		return fault_rule(fault, "opening", "an earmark is of a fund's money");
	if (number_is(number, "512"))
		key_of(ret_account, "bank");
	else if (chart_owned(number))
		return fault_rule(fault, "opening",
				  "account %.*s does not open by itself: %s",
				  SLICE(number), chart_owned(number));
	return ERR_OK;
}

/* Two lines may be of one account: the bank's have several numbers. */
static enum err check_unmoved(struct books *books, struct fault *fault)
{
	for (const struct json *line = entry_list(books->entry, "lines")->first; line;
	     line = line->next) {
		struct key account, key;
		struct slice value;
		enum err err = line_account(books, line, &account, fault);

		if (err)
			return err;
		if (state_get(books->state, key_of(&key, "ab/%s", account.text), &value))
			return fault_rule(fault, "opening",
					  "what account %.*s stands for ('%s') has moved "
					  "already",
					  SLICE(item_text(line, "account")),
					  account.text);
	}
	return ERR_OK;
}

static enum err post_lines(struct books *books, struct fault *fault)
{
	struct cents sum = CENTS_ZERO;
	enum err err = ERR_OK;

	for (const struct json *line = entry_list(books->entry, "lines")->first;
	     line && !err; line = line->next) {
		struct cents amount = item_cents(line, "amount");
		struct key account;

		err = line_account(books, line, &account, fault);
		if (!err)
			err = books_post(books, account.text, OPENING_FLOW, amount,
					 fault);
		sum = books_plus(books, sum, amount);
	}
	if (!err && !cents_is_zero(sum))
		err = fault_rule(fault, "opening",
				 "its lines add up to %" PRId64 " cents, not to 0",
				 cents_value(sum));
	return err;
}

enum err apply_opening(struct books *books, struct fault *fault)
{
	struct record_reader reader;
	enum err err;

	if (books_get(books, "opened", &reader))
		return fault_rule(fault, "opening",
				  "the books were opened at position %" PRId64,
				  record_read_integer(&reader));
	err = check_unmoved(books, fault);
	if (!err)
		err = post_lines(books, fault);
	if (!err)
		err = journal_check_signed(books, fault);
	if (err)
		return err;
	books_put_integer(books, "opened", (int64_t)books->position);
	close_open_from(books, books->entry->date);
	return ERR_OK;
}
