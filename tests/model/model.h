/*
 * model.h - the money of a foundation, once more and slowly.
 *
 * Written from ledger/FORMAT.md alone: it shares no code with the ledger, keeps plain
 * lists, searches them from end to end, and recomputes what it can. It takes entries
 * that were accepted, judges none, and tells what every account and every open line must
 * then be. What it cannot understand ends the program: it never guesses.
 */
#ifndef ARRONDI_TESTS_MODEL_MODEL_H
#define ARRONDI_TESTS_MODEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MODEL_NAME_BYTES   160
#define MODEL_ACCOUNTS_MAX 400
#define MODEL_LINES_MAX    4000
#define MODEL_PAYMENTS_MAX 20000
#define MODEL_PROMISES_MAX 2000
#define MODEL_GRANTS_MAX   800
#define MODEL_ORDERS_MAX   800
#define MODEL_MONTHS_MAX   400
#define MODEL_MEMBERS_MAX  40
#define MODEL_FUNDS_MAX    64
#define MODEL_POOLS_MAX    200
#define MODEL_MOVES_MAX    20000
#define MODEL_ENTRIES_MAX  4096
#define MODEL_PARTS_MAX    64
#define MODEL_GRANT_MARKS  3

struct model_account {
	char name[MODEL_NAME_BYTES];
	int64_t balance; /* debits are positive; cents, as everywhere here */
};

enum model_class { MODEL_PERSON, MODEL_COMPANY, MODEL_SELLER, MODEL_MATCH };

/* What a payer owes; it stays when it is paid. */
struct model_line {
	char payer[MODEL_NAME_BYTES], fund[40], mark[80];
	uint64_t position;
	int64_t part;
	enum model_class class;
	int64_t open, written;
	int64_t taken; /* taken back after it was paid */
	bool reversed; /* its promise was */
};

/* A line that was paid, by a settlement or, where by_credit, out of the credit. */
struct model_payment {
	uint64_t settlement;
	bool by_credit;
	size_t line;
	int64_t amount; /* not undone */
};

/* A batch, gift, convention or contribution. */
struct model_promise {
	uint64_t position;
	char kind[24], payer[MODEL_NAME_BYTES], fund[40], mark[80], giver[16];
	char period[8], source[16];
	char collector[MODEL_NAME_BYTES]; /* who owes a batch's rows; "" for its payer */
	int64_t amount;                   /* of a batch: 0 */
	int64_t back;                     /* refunded, charged back, redirected */
	bool is_cash, is_waiting, reversed;
	size_t n_parts; /* instalments; or what a batch's totals are now */
	struct {
		char fund[40];
		enum model_class class;
		int64_t amount;
	} part[MODEL_PARTS_MAX];
};

#define MODEL_ENTRIES_MAX 4096
#define MODEL_CASH_BYTES  48

struct model_settlement {
	uint64_t position;
	char payer[MODEL_NAME_BYTES];
	/* That pays: the bank, the fund that bears fees, or what a payout has in transit.
	 */
	char source[MODEL_NAME_BYTES];
	uint64_t settles;
	bool has_settles, undone;
	bool of_payout; /* what it names: it pays no line */
	int64_t amount, rest;
};

/* Batches that a collector transfers at once. */
struct model_remittance {
	uint64_t position;
	bool reversed;
	size_t n;
	uint64_t batch[MODEL_PARTS_MAX];
};

/* A salary month of an employer. */
struct model_month {
	char company[MODEL_NAME_BYTES], period[8];
	int64_t rows, matched;
};

struct model_member {
	char id[MODEL_NAME_BYTES];
	int64_t percent, cap;
	char fund[40]; /* of the match; "" for the batch's */
};

/* Match that was taken back after it was paid, of a payer and fund. */
struct model_pool {
	char payer[MODEL_NAME_BYTES], fund[40];
	int64_t taken;
};

/* What a proposal was granted, in the order of spending. */
struct model_grant {
	uint64_t position; /* the proposal's */
	char subject[24], fund[40], to[40], project[80];
	int64_t amount;
	uint64_t of; /* cancellation: the grant's position */
	bool granted;
	size_t n;
	struct {
		char mark[80];
		int64_t committed, ordered, paid;
	} part[MODEL_GRANT_MARKS];
};

struct model_order {
	uint64_t position;
	size_t grant;
	bool is_paid, is_over;
	int64_t amount[MODEL_GRANT_MARKS];
};

/* Other entries that may be reversed. */
struct model_back {
	uint64_t position;
	char kind[16], payer[MODEL_NAME_BYTES], through[16];
	uint64_t of;
	bool has_of;
	int64_t amount;
	size_t n;
	struct {
		size_t line;
		int64_t amount;
	} written[MODEL_PARTS_MAX];
};

/* What was brought into an endowment: money, or a thing. */
struct model_brought {
	uint64_t position;
	int64_t amount;
	char fund[40], thing[16];
};

struct model_move {
	char date[16];
	int64_t amount;
	bool is_allocation;
};

struct model {
	char cash[MODEL_CASH_BYTES]; /* the account where this entry moves money, */
	char cash_of[MODEL_ENTRIES_MAX][MODEL_CASH_BYTES]; /* and where each has */
	size_t n_accounts, n_lines, n_payments, n_promises, n_settlements, n_months,
		n_members, n_funds, n_pools, n_grants, n_orders, n_backs, n_moves,
		n_policy, n_remittances, n_brought;
	struct model_account account[MODEL_ACCOUNTS_MAX];
	struct model_line line[MODEL_LINES_MAX];
	struct model_payment payment[MODEL_PAYMENTS_MAX];
	struct model_promise promise[MODEL_PROMISES_MAX];
	struct model_settlement settlement[MODEL_PROMISES_MAX];
	struct model_remittance remittance[MODEL_PROMISES_MAX];
	struct model_month month[MODEL_MONTHS_MAX];
	struct model_member member[MODEL_MEMBERS_MAX];
	struct model_pool pool[MODEL_POOLS_MAX];
	struct model_grant grant[MODEL_GRANTS_MAX];
	struct model_order order[MODEL_ORDERS_MAX];
	struct model_back back[MODEL_PROMISES_MAX];
	struct model_brought brought[MODEL_PROMISES_MAX];
	struct model_move move[MODEL_MOVES_MAX]; /* of the default fund's free money */
	char default_fund[40];
	struct {
		char fund[40];
		int64_t bp;
	} policy[MODEL_FUNDS_MAX];
	char date[16]; /* of the entry under way */
	uint64_t at;   /* its position */
	char kind[24];
};

/* The caller frees with free(). */
struct model *model_new(void);
/* The next entry, as JSON; positions count from 0. */
void model_enter(struct model *model, const char *json, size_t bytes);
/* 0 for an account that nothing has moved. */
int64_t model_balance(const struct model *model, const char *account);

/* ---- of the files of the model alone ---- */

_Noreturn void model_stop(const struct model *model, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* amount is a debit of FORMAT's account, whose name has these parts. */
void model_post(struct model *model, int64_t amount, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void model_copy(char *out, size_t bytes, const char *text);
/* Largest remainder; a negative total as its absolute value. */
void model_split(int64_t total, const int64_t *weights, size_t n, int64_t *ret_shares);

/* model_credit.c: lines, what pays them, and what is taken back. */
size_t model_owe(struct model *model, const char *payer, uint64_t position, int64_t part,
		 enum model_class class, const char *fund, const char *mark,
		 int64_t amount);
void model_settle(struct model *model, const struct model_settlement *settlement,
		  int64_t *ret_rest);
void model_use_credit(struct model *model, const char *payer, uint64_t position,
		      int64_t most);
/* Takes an amount out of a payer's credit, which may have less. */
void model_take_credit(struct model *model, const char *payer, int64_t amount);
/* What of payments of a line cannot be open again: it was taken back before. */
int64_t *model_taken(struct model *model, const struct model_line *line);
void model_lessen(struct model *model, size_t line, int64_t amount);
void model_match_back(struct model *model, const char *payer, const char *fund,
		      int64_t amount);
void model_unpay(struct model *model, const struct model_settlement *settlement);
size_t model_lines_at(const struct model *model, const char *payer, uint64_t position,
		      bool any_position, size_t *ret_lines);

struct json_t; /* jansson's */

/* model_board.c */
void model_proposal(struct model *model, const struct json_t *entry);
void model_decision(struct model *model, const struct json_t *entry);
void model_payment(struct model *model, const struct json_t *entry);
void model_paid(struct model *model, const struct json_t *entry);
void model_returned(struct model *model, const struct json_t *entry);
void model_cancellation(struct model *model, const struct json_t *entry);
void model_restitution(struct model *model, const struct json_t *entry);
void model_allocation(struct model *model, const struct json_t *entry);
bool model_unorder(struct model *model, uint64_t payment);

/* model_promise.c */
void model_batch(struct model *model, const struct json_t *entry);
void model_correction(struct model *model, const struct json_t *entry);
void model_gift(struct model *model, const struct json_t *entry);
void model_patronage(struct model *model, const struct json_t *entry);
void model_condition(struct model *model, const struct json_t *entry);
void model_valuation(struct model *model, const struct json_t *entry);
void model_redirect(struct model *model, const struct json_t *entry);
struct model_promise *model_promise_at(struct model *model, uint64_t position);

/* model.c: undoes what was brought into an endowment; false: that was not so. */
bool model_take_out(struct model *model, uint64_t position);

/* model_back.c */
void model_settlement(struct model *model, const struct json_t *entry);
void model_fee(struct model *model, const struct json_t *entry);
void model_payout(struct model *model, const struct json_t *entry);
void model_remittance(struct model *model, const struct json_t *entry);
void model_writeoff(struct model *model, const struct json_t *entry);
void model_refund(struct model *model, const struct json_t *entry);
void model_chargeback(struct model *model, const struct json_t *entry);
void model_reversal(struct model *model, const struct json_t *entry);

#endif
