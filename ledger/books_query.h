/*
 * books_query.h - questions to the books, for reports, statements and programs.
 *
 * Every answer is read from the state; none costs more than the accounts,
 * funds, lines or proposals that it lists. Dates are civil dates by which
 * entries are accounted for. The functions that fill arrays allocate them; the
 * caller frees them with free().
 */
#ifndef ARRONDI_LEDGER_BOOKS_QUERY_H
#define ARRONDI_LEDGER_BOOKS_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include "keys/fault.h"
#include "ledger/books.h"
#include "ledger/checkpoint.h"
#include "ledger/date.h"
#include "ledger/money.h"

#define QUERY_ID_BYTES    65
#define QUERY_LABEL_BYTES 401

struct fund_view {
	char id[QUERY_ID_BYTES];
	char label[QUERY_LABEL_BYTES];
	char class[32];
	bool is_default;
};
/* In the charter's order. */
MUST_USE enum err query_funds(struct books *books, struct fund_view **ret_funds,
			      size_t *ret_count, struct fault *fault);

struct charter_view {
	char origin[129];       /* in force, as log_vkey */
	char first_origin[129]; /* that the charter names: donors' tags keep it */
	char name[QUERY_LABEL_BYTES];
	char siren[10];
	char log_vkey[400];
	char default_fund[QUERY_ID_BYTES];
	char terms[QUERY_ID_BYTES];
	struct cents row_cap;
	struct hash leaf;
};
MUST_USE enum err query_charter(struct books *books, struct charter_view *ret_charter,
				struct fault *fault);

/* The log's key and origin, as they are in force from a position on. */
enum log_change {
	LOG_FOUNDED,   /* by the charter */
	LOG_ROTATED,   /* by an amendment: another key of the same log */
	LOG_SUCCEEDED, /* by a succession: another log, which continues the one before */
};
const char *log_change_name(enum log_change change); /* the kind of the entry */
struct log_view {
	uint64_t position;
	enum log_change change;
	char origin[129];
	char vkey[400];
};
/* Of a checkpoint of the log's first `size` entries; UINT64_MAX: of them all. False
 * where size is 0. */
bool query_log_at(struct books *books, uint64_t size, struct log_view *ret_log);
/* Of a key that came by an amendment: what was in force before, and may sign beside it.
 */
bool query_log_before(struct books *books, const struct log_view *log,
		      struct log_view *ret_before);

/* checkpoint_open() by the key in force at the checkpoint's own size (of more entries
 * than there are: at the end). ERR_CORRUPT where the books name none. */
MUST_USE enum err query_checkpoint_open(struct books *books, struct slice note,
					struct checkpoint *ret_checkpoint,
					struct fault *fault);

/* An account's movement by one flow: the sum before `from`, and from `from` to
 * `to`, both days included. Debits are positive. */
struct movement_view {
	char account[POSTING_ACCOUNT_BYTES_MAX];
	char flow[POSTING_FLOW_BYTES_MAX];
	struct cents before, within;
};
/* Of the accounts whose path begins with prefix ("fund/", "receivable/", ""),
 * ascending by account, then flow. */
MUST_USE enum err query_movements(struct books *books, const char *prefix,
				  struct date from, struct date to,
				  struct movement_view **ret_movements, size_t *ret_count,
				  struct fault *fault);

/* A sub-balance as it stands now. What is overdrawn is what available is below
 * zero; committed holds what is granted or ordered and not yet paid. */
struct sub_balance_view {
	char fund[QUERY_ID_BYTES];
	char earmark[QUERY_ID_BYTES]; /* "-" for none */
	struct cents pledged, received, committed, paid, available, overdrawn;
};
MUST_USE enum err query_sub_balances(struct books *books,
				     struct sub_balance_view **ret_subs,
				     size_t *ret_count, struct fault *fault);

/* Where money of ours moves, in or out: "bank", or "suspense/ID", which a statement has
 * filled. */
bool account_is_cash(const char *account);

/* An account's balance now (debits positive). */
struct cents query_balance(struct books *books, const char *account);

struct member_view {
	char id[QUERY_ID_BYTES];
	char role[16];
	char name[QUERY_LABEL_BYTES];
	char siren[10];
	char match_fund[QUERY_ID_BYTES]; /* "" for the batch's funds */
	char collector[QUERY_ID_BYTES];  /* that posts for it; "" for none */
	bool active;
	bool has_key; /* one is in force */
	int64_t match_percent;
	struct cents match_cap_month, step;
};
MUST_USE enum err query_members(struct books *books, struct member_view **ret_members,
				size_t *ret_count, struct fault *fault);
/* The employers that this one continues, itself and then through others. The caller
 * frees. */
MUST_USE enum err query_continued(struct books *books, struct slice id,
				  struct member_view **ret_members, size_t *ret_count,
				  struct fault *fault);
/* An active employer that has no key to sign its batches with. */
bool member_is_keyless(const struct member_view *member);
bool query_member(struct books *books, struct slice id, struct member_view *ret_member);

/* The sub-balances below zero, by fund and earmark: nothing is decided from these
 * funds. */
struct overdrawn_view {
	char fund[QUERY_ID_BYTES];
	char earmark[QUERY_ID_BYTES]; /* "-" for none */
	struct cents overdrawn;       /* positive */
};
MUST_USE enum err query_overdrawn(struct books *books, struct overdrawn_view **ret_views,
				  size_t *ret_count, struct fault *fault);

/* Beneficiaries whose attestation of eligibility ends on that day or before, or has
 * ended, by id. */
struct attestation_view {
	char beneficiary[QUERY_ID_BYTES];
	char name[QUERY_LABEL_BYTES]; /* of a legal person; else "" */
	struct date until;
};
MUST_USE enum err query_attestations(struct books *books, struct date until,
				     struct attestation_view **ret_views,
				     size_t *ret_count, struct fault *fault);

/* Open lines of a payer (empty: of all payers), in the order of settling. */
struct receivable_view {
	char payer[QUERY_ID_BYTES];
	uint64_t position;
	int part;       /* a convention's instalment, from 0 */
	char class[16]; /* person, company, seller, match */
	char fund[QUERY_ID_BYTES];
	char earmark[QUERY_ID_BYTES];
	struct cents open;
	struct date due_on;
};
MUST_USE enum err query_receivables(struct books *books, struct slice payer,
				    struct receivable_view **ret_lines, size_t *ret_count,
				    struct fault *fault);

/* Money that is promised to projects, or was: gifts, conventions in cash and
 * contributions that stand, by position. What was written off or given back of one, or
 * put to another use, is neither received nor open. */
struct promise_view {
	uint64_t position;
	char payer[QUERY_ID_BYTES]; /* who owes it by now */
	char fund[QUERY_ID_BYTES], project[QUERY_ID_BYTES];
	char flow[POSTING_FLOW_BYTES_MAX]; /* "gift.person", "patronage", ... */
	struct cents received, open;
};
MUST_USE enum err query_project_promises(struct books *books,
					 struct promise_view **ret_promises,
					 size_t *ret_count, struct fault *fault);

/* How many conventions in kind of that day or before have no value yet. */
MUST_USE enum err query_unvalued(struct books *books, struct date until,
				 int64_t *ret_count, struct fault *fault);

/* What of one entry its payer still owes. */
MUST_USE enum err query_open(struct books *books, struct slice payer, uint64_t position,
			     struct cents *ret_open, struct fault *fault);

/* What a payer owes by the day on which it is due, ascending: one sum a day, so
 * that it costs days and not batches. */
struct due_view {
	struct date due_on;
	struct cents open;
};
MUST_USE enum err query_dues(struct books *books, struct slice payer,
			     struct due_view **ret_dues, size_t *ret_count,
			     struct fault *fault);

/* A batch, for as long as it may be corrected. */
#define BATCH_TOTALS_MAX 192 /* as kinds.def bounds the list */
struct batch_total {
	char fund[QUERY_ID_BYTES];
	char giver[8];
	struct cents amount;
};
struct batch_totals {
	size_t count;
	struct batch_total total[BATCH_TOTALS_MAX]; /* ascending by fund, then giver */
};
struct batch_view {
	char company[QUERY_ID_BYTES], source[8];
	char collector[QUERY_ID_BYTES]; /* that has posted it; "" for the company itself
					 */
	char site[QUERY_ID_BYTES];      /* "" for none */
	char terms[QUERY_ID_BYTES];
	struct month period;
	struct cents step, row_cap;
	struct date date, due_on;
	int64_t recorded_month;
	/* In force, of the batch or its last correction. */
	uint64_t rows_at;  /* where its rows stand */
	uint64_t remitted; /* the collector's remittance that it is in; 0 for none */
	int64_t rows_count;
	struct batch_totals totals;
};
bool query_batch(struct books *books, uint64_t position, struct batch_view *ret_batch);
/* The months of pay of which a company's batches may be corrected, each once. */
MUST_USE enum err query_batch_periods(struct books *books, struct slice company,
				      struct month **ret_periods, size_t *ret_count,
				      struct fault *fault);

/* A bank account of ours, and what of its statements no entry explains yet. */
struct account_view {
	char id[QUERY_ID_BYTES];
	char iban[35];
	char label[QUERY_LABEL_BYTES];
	bool active;
	struct date stated_on; /* last day of its last statement; day -1: none yet */
	struct cents balance;
	int64_t lines;              /* of statements, that are not explained whole */
	struct cents arrived, left; /* what is not explained of them; not negative */
	struct date oldest_on;      /* on which the first of them was booked */
};
MUST_USE enum err query_accounts(struct books *books, struct account_view **ret_accounts,
				 size_t *ret_count, struct fault *fault);

/* The lines of statements that are not explained whole, by statement and line. */
struct suspense_view {
	char account[QUERY_ID_BYTES];
	uint64_t statement;
	int64_t line;
	struct cents open; /* positive: it arrived */
	struct date booked_on;
};
MUST_USE enum err query_suspense(struct books *books, struct suspense_view **ret_lines,
				 size_t *ret_count, struct fault *fault);

struct proposal_view {
	uint64_t position;
	char subject[16];
	char fund[QUERY_ID_BYTES], to[QUERY_ID_BYTES], beneficiary[QUERY_ID_BYTES];
	char project[QUERY_ID_BYTES], purpose[QUERY_ID_BYTES];
	char payee[65];
	struct cents amount;
	struct cents ordered, paid, cancelled, restituted; /* of a grant; paid is net of
							      what the bank sent back */
	char status[16]; /* open, granted, refused, done, withdrawn */
	struct date proposed_on, expires_on;
	int64_t deferrals;
	uint64_t grant;      /* that a cancellation or change of payee is about; or 0 */
	uint64_t delegation; /* under which it was granted; 0: by the whole board */
	bool is_unratified;  /* and the board has not ratified it yet */
	bool decided, payment_made;
	struct date decided_on, paid_on; /* paid_on: of the first payment carried out */
	uint64_t decided_at;             /* position of the decision; 0: not yet */
	struct date notified_on; /* of a grant: told in writing; day -1: not yet */
	/* As decided; of an open one by the ballots so far, and as of the last entry. */
	int64_t votes_for, against, abstain, recused, needed;
};
MUST_USE enum err query_proposals(struct books *books,
				  struct proposal_view **ret_proposals, size_t *ret_count,
				  struct fault *fault);
bool query_proposal(struct books *books, uint64_t position,
		    struct proposal_view *ret_proposal);

/* A project's title, or "" where it is not recorded. */
void query_project_title(struct books *books, const char *id,
			 char ret_title[QUERY_LABEL_BYTES]);

/* The first day on which anything may still be dated; false: nothing is closed. */
bool query_open_from(struct books *books, struct date *ret_from);

/* The last month that was allocated; false when none was. */
bool query_allocated(struct books *books, struct month *ret_month);

#endif
