/*
 * books_int.h - what the files of the rule engine share; private to books*.c.
 *
 * Each kind of entry has one apply function, of the file that owns its noun. It
 * checks every rule first and then changes the state, or checks as it goes:
 * either way books_apply() rolls the state back when it returns an error.
 *
 * Arithmetic goes through books_plus() and books_minus(): an overflow is
 * sticky, and refuses the whole entry by the rule "overflow".
 *
 * The keys of the state, all in one place (numbers are zero-padded):
 *	size                              entries applied
 *	last                              at of the last entry
 *	charter                           struct charter_record
 *	terms/DAY                         version of the consent terms from that day on
 *	log/POSITION                      how it came to be, key, origin: from there on
 *	fund/ID                           class, label, number in the charter
 *	share/NN                          the policy in force: fund, basis points
 *	step/CENTS  purpose/ID  nature/ID the charter's lists
 *	quorum/NN                         up_to (or -1), votes
 *	ceiling/FUND                      cents a month
 *	member/ID                         struct member_record
 *	key/ID                            a member's vkey
 *	beneficiary/ID  project/ID        struct beneficiary_record, project_record
 *	ref/MEMBER/REF                    position, content, month recorded
 *	expire/MONTH/KEY                  KEY may be dropped once MONTH is past
 *	expire/MONTH/POSITION             the same of the keys that stand in it, which
 *	                                  that entry made: its reference, its promise...
 *	ab/ACCOUNT                        balance (debits positive)
 *	bd|bm/ACCOUNT/FLOW/DAY|MONTH      movement of that civil day or month
 *	match/COMPANY/PERIOD              salary rows' sum, matched so far
 *	batch/POSITION                    struct batch_view
 *	promise/POSITION                  struct promise_record
 *	earmarked/POSITION                that this promise is to a project
 *	instalment/POSITION/NN            of a promise not owed yet: amount, day due
 *	unvalued/POSITION                 day of a patronage in kind without a value
 *	open/PAYER/POSITION/PART/CLASS/FUND/EARMARK  struct line_record, while open
 *	due/PAYER/DAY                     what is open of all lines due on that day
 *	settled/POSITION                  struct settlement_record
 *	remittance/POSITION               struct remittance_record
 *	remitted/POSITION/BATCH           a batch of it
 *	payout/POSITION                   struct payout_record
 *	applied/POSITION/...line          amount that this settlement paid of a line
 *	drawn/PAYER/POSITION/...line      amount of a line paid from the credit
 *	taken/PAYER/...line               taken back of a line after it was paid
 *	written/PAYER/...line             written off of a line, and still so
 *	writeoff/POSITION                 struct writeoff_record
 *	lessened/POSITION/...line         what a write-off or refund closed of a line
 *	refund/POSITION                   struct refund_record: refund or chargeback
 *	allocated                         the month allocated last
 *	proposal/POSITION                 struct proposal_record
 *	tranche/POSITION/NN               amount, condition, where it was met
 *	part/POSITION/N                   struct grant_part, of a grant or payment
 *	ballot/POSITION/SEAT              vote, position of the ballot
 *	ratify/POSITION/GRANT             that a proposal would ratify this grant
 *	recusal/BENEFICIARY/SEAT          position of the declaration
 *	delegation/FUND                   struct delegation_record, in force
 *	delegate/POSITION/SEAT            a seat of that delegation
 *	urgent/POSITION/BENEFICIARY/DAY/DECISION  granted under that delegation
 *	urged/POSITION/MONTH              granted under it in that month
 *	unratified/GRANT                  the delegation under which it was granted
 *	granted/BENEFICIARY/DAY/POSITION  amount
 *	ceilinged/FUND/MONTH              granted in that month
 *	payment/POSITION                  struct payment_record
 *	reversed/POSITION                 position of the reversal
 *	continued/MEMBER                  the employer who took over from this one
 *	account/ID                        struct account_record
 *	stated_from                       first day of the first bank statement
 *	paper/DIGEST/PAGE                 position of the statement that has this page
 *	unexplained/POSITION/NNNN         struct bank_line: what no entry has cited of it
 *	expense/POSITION                  struct expense_record, of an income, too
 *	flagged/PAYEE                     position of its payment's return, the grant
 *	cited/POSITION                    what that entry has cited of a line
 *	open_from                         first day on which anything may be dated
 *	opened                            position of the opening
 *	journal/POSITION                  digest of the journal that undoes it, month
 *	agenda/POSITION/PROPOSAL          that this meeting had it on its agenda
 *	authorisation/POSITION            first and last day of the appeal
 *	cutoff/DAY                        position of the cut-off, of the approval or -1
 */
#ifndef ARRONDI_LEDGER_BOOKS_INT_H
#define ARRONDI_LEDGER_BOOKS_INT_H

#include <inttypes.h>

#include "keys/vkey.h"
#include "ledger/books.h"
#include "ledger/books_query.h"
#include "ledger/manifest.h"

#define BOOKS_WINDOW_MONTHS 13  /* references, periods and reversals: DESIGN section 3 */
#define BOOKS_GRANT_DAYS    364 /* d - 364 to d, DESIGN section 3 */
#define BOOKS_EXPIRE_MAX    32  /* expired keys dropped with each entry */
#define BOOKS_PARTS_MAX     64

#define EARMARK_FREE   "-" /* no earmark: the fund's free money */
#define FLOW_BYTES_MAX POSTING_FLOW_BYTES_MAX

#define SLICE(s) (int)(s).n, (const char *)(s).p
#define ID_BYTES 65

/* How a key is written, as by printf(): key_of(&key, "fund/%.*s", SLICE(id)). Quick where
 * the forms are %s, %.*s, %d, %zu, PRId32, PRId64 and PRIu64, the numbers with or
 * without zeroes before them. */
struct key {
	char text[STATE_KEY_BYTES_MAX];
};
const char *key_of(struct key *key, const char *format, ...) PRINTF_LIKE(2, 3);

struct books {
	struct state *state;
	struct books_hooks hooks;
	bool overflow;
	struct posting *postings;
	size_t posting_count, posting_room;
	struct date post_on;   /* the day of what is posted: the entry's, or a line's */
	bool cash_moved;       /* by the rules of books_citation.c */
	struct month fresh;    /* nothing expires before it; 0: not known */
	uint64_t fresh_undone; /* how often the state had been undone then */
	const struct entry *entry; /* the one being applied, its position and leaf */
	uint64_t position;
	const struct hash *leaf;
};

/* books.c */
struct cents books_plus(struct books *books, struct cents a, struct cents b);
struct cents books_minus(struct books *books, struct cents a, struct cents b);
bool books_get(struct books *books, const char *key, struct record_reader *ret_reader);
/* The same of a key that holds a position, which the entry being applied may have. */
bool books_get_at(struct books *books, uint64_t position, const char *key,
		  struct record_reader *ret_reader);
int64_t books_get_integer(struct books *books, const char *key); /* 0 when absent */
void books_put(struct books *books, const char *key, const struct record *record);
void books_put_integer(struct books *books, const char *key, int64_t integer);
struct cents books_get_cents(struct books *books, const char *key);
/* Lets a key be dropped once `month` is past. */
void books_expire(struct books *books, struct month month, const char *key);
void books_expire_with_entry(struct books *books, struct month month, const char *key);
/* The same, 13 months from today, for a key that may stand in the queue already. */
void books_expire_anew(struct books *books, const char *key);
/* Not any more: it stays until it is told otherwise. */
void books_expire_never(struct books *books, const char *key);
struct date books_today(const struct books *books); /* day of `at` in Paris */
MUST_USE enum err books_check_date_window(struct books *books, struct month month,
					  const char *what, struct fault *fault);
void text_copy(char *out, size_t bytes, struct slice text);

MUST_USE enum err books_check_charter_first(struct books *books, enum kind kind,
					    struct fault *fault);

/* books_posting.c */
MUST_USE enum err books_post(struct books *books, const char *account, const char *flow,
			     struct cents amount, struct fault *fault);
/* A debit of one account and a credit of another, by the same flow. */
MUST_USE enum err books_move(struct books *books, const char *debit, const char *credit,
			     const char *flow, struct cents amount, struct fault *fault);
struct cents books_balance(struct books *books,
			   const char *account); /* debits positive */
/* The sum of the movements up to and including a day, of an account or of one
 * flow of it ("ACCOUNT/FLOW"). */
struct cents books_balance_until(struct books *books, const char *account,
				 struct date until);
/* Ends an entry: its postings sum to zero, and are added to their days. */
MUST_USE enum err books_post_end(struct books *books, struct fault *fault);
/* "fund/F/E" and its like. */
const char *account_of(struct key *key, const char *noun, struct slice fund,
		       struct slice earmark);

/* books_member.c */
struct member_record {
	char id[ID_BYTES];
	enum role role;
	bool active;
	int64_t match_percent;
	struct cents match_cap_month;
	char match_fund[ID_BYTES]; /* "" for the batch's funds */
	char collector[ID_BYTES];  /* of an employer; "" for none */
};
bool member_find(struct books *books, struct slice id, struct member_record *ret_member);
MUST_USE enum err member_check_may(struct books *books, struct slice by, enum kind kind,
				   struct fault *fault);
/* The key in force of a member, active or not; false where it has none. */
bool member_key(struct books *books, struct slice member, struct slice *ret_vkey);
bool seat_key(struct books *books, struct slice seat, struct slice *ret_vkey);
int64_t seat_count(struct books *books);
/* Where a provider or collector submits it, it is its own. */
MUST_USE enum err member_check_own(struct books *books, struct slice payer,
				   struct fault *fault);
void member_retire(struct books *books, struct slice id);
/* Makes a member, or an old one active again, of a role that has no terms. */
void member_appoint(struct books *books, struct slice id, enum role role);

/* books_charter.c */
#define CHARTER_FUNDS_MAX 64 /* as kinds.def bounds the list; with those added later */
struct charter_record {
	struct hash leaf;
	char origin[129];       /* in force */
	char first_origin[129]; /* that the charter names: of donors' tags for ever */
	char default_fund[ID_BYTES];
	char terms[ID_BYTES]; /* in force today; terms_check() knows of other days */
	int64_t due_day;
	int64_t present;
	struct cents row_cap;
	char name[201];
	char siren[10];
	char log[VKEY_TEXT_BYTES_MAX + 1]; /* in force */
	char treasurer[ID_BYTES];
	char year_end[6];    /* MM-DD: last day of the fiscal year */
	int64_t notice_days; /* of a meeting of the board; 0: none are asked for */
};
MUST_USE enum err charter_read(struct books *books, struct charter_record *ret_charter,
			       struct fault *fault);
void charter_write(struct books *books, const struct charter_record *charter);
/* What a charter and an amendment have in common. `rule` is the caller's. */
void charter_ids(struct books *books, const struct json *ids, const char *prefix);
void charter_steps(struct books *books, const struct json *steps);
MUST_USE enum err quorum_check(struct books *books, const struct json *quorum,
			       int64_t seats, const char *rule, struct fault *fault);
void quorum_put(struct books *books, const struct json *quorum);
/* Most votes that any step asks for, or seats that must be present. */
int64_t quorum_most(struct books *books, const struct charter_record *charter);
/* The rules of one fund that is new, and its record; number tells its place. */
MUST_USE enum err fund_check_new(struct books *books, const struct json *fund,
				 const char *rule, struct fault *fault);
void fund_put(struct books *books, const struct json *fund, int64_t number);
/* The consent terms are those in force at the end of that day or at its beginning. */
void terms_put(struct books *books, struct date from, struct slice terms);
MUST_USE enum err terms_check(struct books *books, struct date date, struct slice terms,
			      struct fault *fault);

/* books_log.c: the log's key and origin. */
/* From the entry being applied on they are these; charter is the caller's to write. */
void log_put(struct books *books, struct charter_record *charter, enum log_change change,
	     struct slice vkey, struct slice origin);
bool log_has_origin(struct books *books, struct slice origin); /* now or before */
/* It has the name of this origin, and was never the log's key, under whatever name. */
MUST_USE enum err log_check_key(struct books *books, struct slice text,
				struct slice origin, const char *rule,
				struct fault *fault);

/* books_amendment.c */
MUST_USE enum err amendment_check(struct books *books, const struct json *act,
				  struct fault *fault);
MUST_USE enum err apply_amendment(struct books *books, struct fault *fault);
enum fund_class { FUND_COURANT, FUND_CONSOMPTIBLE, FUND_NON_CONSOMPTIBLE };
bool fund_find(struct books *books, struct slice id, enum fund_class *ret_class);
MUST_USE enum err fund_check(struct books *books, struct slice id, struct fault *fault);
/* The fund exists and its money may be spent: its class, and not overdrawn. */
MUST_USE enum err fund_check_spendable(struct books *books, struct slice id,
				       struct fault *fault);
/* What of a sub-balance is there to be spent; negative when overdrawn. */
struct cents fund_available(struct books *books, struct slice fund, struct slice earmark);
MUST_USE enum err policy_check(struct books *books, const struct json *shares,
			       struct slice default_fund, struct fault *fault);
void policy_put(struct books *books, const struct json *shares);

/* books_party.c */
MUST_USE enum err beneficiary_check_eligible(struct books *books, struct slice id,
					     struct slice *ret_nature,
					     struct fault *fault);
MUST_USE enum err project_check_open(struct books *books, struct slice id,
				     char ret_bearer[ID_BYTES], struct fault *fault);
bool project_exists(struct books *books, struct slice id);
/* The earmark of a gift or patronage: none, the fund itself, or a project. */
MUST_USE enum err earmark_check(struct books *books, const struct entry *entry,
				struct slice *ret_earmark, struct fault *fault);

/* books_line.c: lines of receivables. Classes are in the order of settling. */
enum line_class { CLASS_PERSON, CLASS_COMPANY, CLASS_SELLER, CLASS_MATCH };
struct line {
	uint64_t position;
	int part; /* number of a convention's instalment, from 0; 0 of all else */
	enum line_class class;
	char fund[ID_BYTES];
	char earmark[ID_BYTES];
	char flow[FLOW_BYTES_MAX];
	struct cents open;
	struct date due_on;
};
enum line_class class_of_giver(struct slice giver);
/* What became receivable: D receivable/PAYER, C pledged/F/E, by the line's flow. */
MUST_USE enum err line_add(struct books *books, struct slice payer,
			   const struct line *line, struct fault *fault);
/* The first position >= from at which a payer has open lines. */
bool lines_next(struct books *books, struct slice payer, uint64_t from,
		uint64_t *ret_position);
/* The open lines of one entry, in the order of settling. */
#define LINES_POSITION_MAX 256
struct line_set {
	size_t count;
	struct line line[LINES_POSITION_MAX];
};
MUST_USE enum err lines_read(struct books *books, struct slice payer, uint64_t position,
			     struct line_set *ret_lines, struct fault *fault);
/* Changes what is open of a line by amount (which may be negative). A line keeps its
 * day while something of it is open. */
void line_change(struct books *books, struct slice payer, const struct line *line,
		 struct cents amount);
/* Trails: what became of parts of lines, for as long as it can be undone, which is
 * for 13 months after it last grew. The key of a line under a trail; the amount that
 * stands there, 0 once it is past; and its change. */
const char *line_trail_key(struct key *key, const char *trail, const struct line *line);
struct cents line_trail(struct books *books, const char *key);
bool line_trail_is_past(struct books *books, struct record_reader reader);
void line_trail_change(struct books *books, const char *key, const struct line *line,
		       struct cents amount);
/* The order of settling: by position, part, class, fund, earmark. */
int line_cmp(const struct line *a, const struct line *b);
/* How amount falls on lines in that order: class by class, in a class by largest
 * remainder over what is open. */
MUST_USE enum err lines_share(struct books *books, const struct line_set *lines,
			      struct cents amount,
			      struct cents ret_shares[LINES_POSITION_MAX],
			      struct cents *ret_rest, struct fault *fault);
/* Moves amount between the account from which lines are paid ("bank", "credit/P",
 * "transit/P", or FEE_ACCOUNT, which is moved by the flow "fee") and the account on the
 * other side, by a flow. */
#define FEE_FUND    "fonctionnement"
#define FEE_ACCOUNT "fund/" FEE_FUND "/" EARMARK_FREE
MUST_USE enum err source_move(struct books *books, const char *source,
			      const char *account, const char *flow, struct cents amount,
			      struct fault *fault);
/* Pays lines from `source` as far as amount reaches; the rest is *ret_rest. trail is the
 * key's beginning under which what was paid is kept ("applied/POSITION", "drawn/PAYER").
 */
MUST_USE enum err lines_pay(struct books *books, struct slice payer,
			    const struct line_set *lines, const char *source,
			    const char *trail, struct cents amount,
			    struct cents *ret_rest, struct fault *fault);
/* Opens again what was paid of a line: the reverse of one payment. */
MUST_USE enum err line_unpay(struct books *books, struct slice payer,
			     const struct line *line, const char *source,
			     struct cents amount, struct fault *fault);
/* The key of what was "taken" back of a line after it was paid, which has become
 * credit, or "written" off of it: one for all its parts, and for match lines one for
 * all positions. */
const char *line_whole_key(struct key *key, const char *trail, struct slice payer,
			   const struct line *line);
/* Reads a line's key and record under a trail, as it stands behind the prefix. */
MUST_USE enum err line_of_key(const char *rest, struct slice value, struct line *ret_line,
			      struct fault *fault);

/* books_promise.c: gifts, conventions and contributions. */
struct promise_record {
	char payer[ID_BYTES];   /* who owes it now, */
	char made_by[ID_BYTES]; /* and who made it: another one where it was continued */
	char fund[ID_BYTES];
	char earmark[ID_BYTES];
	char flow[FLOW_BYTES_MAX];
	enum line_class class;
	struct cents amount;
	int64_t month;            /* recorded in */
	bool in_kind;             /* amount is its value, and nothing is ever owed */
	char condition[ID_BYTES]; /* until it is met nothing is owed; "" for none */
	struct cents off;         /* written off: not received, and not owed any more */
	struct cents out;         /* gone: refunded, charged back, redirected */
	struct cents back;        /* of that, refunded or charged back */
	struct cents charged;     /* of that, charged back */
};
/* False where there is none, or it was reversed, or is a gift whose record expired. */
bool promise_find(struct books *books, uint64_t position,
		  struct promise_record *ret_promise);
void promise_write(struct books *books, uint64_t position,
		   const struct promise_record *promise);
/* What of it was received and is still where its earmark put it: the amount less what
 * is open, written off, and gone. Never negative. */
MUST_USE enum err promise_received(struct books *books, uint64_t position,
				   const struct promise_record *promise,
				   struct cents *ret_received, struct fault *fault);
/* Remembers of a promise that is there that so much more (or less) of it was written
 * off, is gone to another use, or was given back. Postings and lines are the caller's. */
enum promise_loss { PROMISE_OFF, PROMISE_OUT, PROMISE_BACK, PROMISE_CHARGED };
void promise_take(struct books *books, uint64_t position, enum promise_loss loss,
		  struct cents amount);
bool promise_is_of_project(const struct promise_record *promise);
/* What the entry being applied promises, but for flow, class and what only a convention
 * has: the payer is an active member of one of these roles, fund and earmark are there.
 */
MUST_USE enum err promise_of_entry(struct books *books, unsigned roles,
				   struct promise_record *ret_promise,
				   struct fault *fault);
/* A line of it at a position; what is open and when it is due is the caller's. */
struct line promise_line(const struct promise_record *promise, uint64_t position);
MUST_USE enum err apply_gift(struct books *books, struct fault *fault);
MUST_USE enum err apply_contribution(struct books *books, struct fault *fault);
/* Whether it is a gift that this member owes. */
bool promise_is_told_by(struct books *books, uint64_t position, struct slice payer);
MUST_USE enum err reverse_promise(struct books *books, uint64_t of, struct fault *fault);
/* What taking back found of an amount. */
struct taking {
	bool any_position; /* of that class, fund and earmark: the newest line first */
	const char *trail; /* what is closed of open lines is kept under it, or NULL */
	struct cents off;  /* set: of what was written off */
	struct cents gone; /* set: of what the fund had */
};
/* Takes a class's money of a fund back from a payer: what is open first; then what was
 * written off, for which nobody owes anything; the rest leaves the fund and becomes the
 * payer's credit. */
MUST_USE enum err promise_take_back(struct books *books, struct slice payer,
				    const struct line *like, struct cents amount,
				    struct taking *taking, struct fault *fault);

/* books_credit.c: what a payer has paid beyond what it owed. */
struct cents credit_of(struct books *books, struct slice payer);
const char *credit_account(struct key *key, struct slice payer);
/* Lets what was written under a trail go when it can no longer be undone. */
void trail_expire(struct books *books, const char *trail);
/* Pays what is open at a position from the payer's credit, `most` of it at most. */
#define CREDIT_ALL cents_of(INT64_C(9007199254740991))
MUST_USE enum err credit_use(struct books *books, struct slice payer, uint64_t position,
			     struct cents most, struct fault *fault);
/* Takes amount out of a payer's credit, to `source` (the bank), by a flow. What the
 * credit had paid in the meantime is open again, newest first, as far as that is needed.
 */
MUST_USE enum err credit_take(struct books *books, struct slice payer,
			      struct cents amount, const char *source, const char *flow,
			      struct fault *fault);
/* What of an amount that a line was paid has since been taken back of it, and so has
 * become credit: that much of the line is not owed again when the payment is undone. */
struct cents taken_use(struct books *books, struct slice payer, const struct line *line,
		       struct cents amount);

/* books_writeoff.c */
MUST_USE enum err apply_writeoff(struct books *books, struct fault *fault);
MUST_USE enum err reverse_writeoff(struct books *books, uint64_t of, struct fault *fault);
/* What of a line is written off and was not taken back since: at most amount. */
struct cents writeoff_of(struct books *books, struct slice payer, const struct line *line,
			 struct cents amount);
/* So much more, or less, of a line is written off. */
void writeoff_change(struct books *books, struct slice payer, const struct line *line,
		     struct cents amount);
/* Nothing of a line is written off any more: its promise was reversed. */
void writeoff_forget(struct books *books, struct slice payer, const struct line *line);

/* books_refund.c */
MUST_USE enum err apply_refund(struct books *books, struct fault *fault);
/* Undoes a refund or a chargeback. */
MUST_USE enum err reverse_refund(struct books *books, uint64_t of, struct fault *fault);
/* Whether this member gave it back itself, out of what it owes. */
bool refund_is_told_by(struct books *books, uint64_t position, struct slice payer);
MUST_USE enum err apply_chargeback(struct books *books, struct fault *fault);

/* books_patronage.c */
MUST_USE enum err apply_patronage(struct books *books, struct fault *fault);
MUST_USE enum err apply_valuation(struct books *books, struct fault *fault);
/* A convention's condition is met: it is owed from here on. */
MUST_USE enum err patronage_condition(struct books *books, struct fault *fault);
/* Undoes what only a convention has: its value in kind, its instalments to come. */
MUST_USE enum err patronage_undo(struct books *books, uint64_t position,
				 const struct promise_record *promise,
				 struct fault *fault);

/* books_redirect.c */
MUST_USE enum err apply_redirect(struct books *books, struct fault *fault);

/* books_continues.c */
/* Who a member is by now: itself, or the employer who took over from it. */
void member_now(struct books *books, struct slice id, char ret_id[ID_BYTES]);
/* The rules of an employer's entry about who continues whom. */
MUST_USE enum err continues_check(struct books *books, struct fault *fault);
/* Takes over what the older employer owes, its credit and its months. */
MUST_USE enum err continues_apply(struct books *books, struct fault *fault);

/* books_match.c */
struct match_part {
	char fund[ID_BYTES];
	struct cents amount;
};
struct batch_totals;
/* What the match of a batch or a correction depends on. */
struct match_ask {
	struct slice company;
	bool is_salary; /* nothing else is matched */
	struct month period;
	struct cents change; /* of the month's salary rows */
	size_t weight_count;
	struct match_part weights[BOOKS_PARTS_MAX]; /* ascending by fund */
};
struct match_due {
	struct cents rows_sum; /* the month's salary rows, with the change */
	struct cents matched;  /* in all, with the amount */
	struct cents amount;   /* due now; may be negative */
	size_t part_count;
	struct match_part parts[BOOKS_PARTS_MAX];
};
/* The totals per fund are the weights. */
void match_ask_weights(struct books *books, struct match_ask *ask,
		       const struct batch_totals *totals);
MUST_USE enum err match_compute(struct books *books, const struct match_ask *ask,
				struct match_due *ret_match, struct fault *fault);
/* That the entry's member `match` states just this. */
MUST_USE enum err match_check(const struct entry *entry, const struct match_due *match,
			      struct fault *fault);
/* Books it: more is owed at that position; less is taken back, newest first. */
MUST_USE enum err match_add(struct books *books, const struct match_ask *ask,
			    const struct match_due *match, uint64_t position,
			    struct date due_on, struct fault *fault);

/* books_batch.c */
struct batch_ask {
	struct batch_totals totals;
	struct match_ask match; /* of a new batch; company and month are not set */
};
void batch_write(struct books *books, uint64_t position, const struct batch_view *batch);
/* What an entry's totals ask for. */
void batch_ask(struct books *books, const struct entry *entry, struct batch_ask *ret_ask);
/* The rules about count, root and totals. */
MUST_USE enum err batch_check_rows(struct books *books, struct slice source,
				   struct cents row_cap, struct fault *fault);
/* Who owes its rows. */
struct slice batch_payer(const struct batch_view *batch);
struct line batch_line(struct slice source, const struct batch_total *total,
		       uint64_t position, struct date due_on);
MUST_USE enum err batch_due_on(struct books *books, const struct entry *batch,
			       struct date *ret_due_on, struct fault *fault);
MUST_USE enum err batch_match(struct books *books, const struct entry *batch,
			      struct batch_ask *ret_ask, struct match_due *ret_match,
			      struct fault *fault);
MUST_USE enum err apply_batch(struct books *books, struct fault *fault);

/* books_correction.c */
struct correction_due {
	struct batch_view batch; /* before */
	struct batch_ask ask;    /* of the corrected rows */
	struct match_due match;
};
MUST_USE enum err correction_compute(struct books *books, const struct entry *correction,
				     struct correction_due *ret_due, struct fault *fault);
MUST_USE enum err apply_correction(struct books *books, struct fault *fault);

/* books_manifest.c: that the entry's manifest, where it has one, is signed by its
 * company's key in force and says what the entry does. `about` says what of it is a
 * batch's: period, source, site, step, terms, and the batch that it corrects; the rest
 * is filled in. */
MUST_USE enum err manifest_check(struct books *books, const struct manifest *about,
				 struct fault *fault);
MUST_USE enum err manifest_check_batch(struct books *books, struct fault *fault);

/* books_settlement.c */
struct settlement_record {
	char payer[ID_BYTES];                   /* who it was booked for */
	char source[POSTING_ACCOUNT_BYTES_MAX]; /* the account that had the money */
	struct cents amount;
	struct cents rest; /* became credit */
	int64_t settles;   /* the entry that it named, or -1 */
	int64_t month;     /* recorded in */
	bool by_reversal;  /* money that came back after a chargeback */
	bool of_payout;    /* what it names is a payout: it pays no lines */
};
/* Whether the money is at the bank, or was: neither a payout's nor a fee. */
bool settlement_is_banked(const struct settlement_record *settlement);
/* Whether it is a fee or payout of this member. */
bool settlement_is_told_by(struct books *books, uint64_t position, struct slice payer);
bool settlement_find(struct books *books, uint64_t position,
		     struct settlement_record *ret_settlement);
/* Keeps it under the position of the entry being applied, for as long as it may be
 * undone. */
void settlement_write(struct books *books, const struct settlement_record *settlement);
MUST_USE enum err apply_settlement(struct books *books, struct fault *fault);
/* Pays the entry that it names (settles >= 0), then the payer's oldest. What is left is
 * credit: its rest, which is set. Kept until it can not be undone. */
MUST_USE enum err settle(struct books *books, struct settlement_record *settlement,
			 struct fault *fault);
/* All that it did is undone, on its source; that it is recent, and was not reversed, is
 * the caller's to check. */
MUST_USE enum err settlement_undo(struct books *books, uint64_t of,
				  const struct settlement_record *settlement,
				  struct fault *fault);
MUST_USE enum err reverse_settlement(struct books *books, uint64_t of,
				     struct fault *fault);

/* Kinds of the other files. */
MUST_USE enum err apply_succession(struct books *books, struct fault *fault);
MUST_USE enum err apply_restitution(struct books *books, struct fault *fault);
MUST_USE enum err apply_charter(struct books *books, struct fault *fault);
MUST_USE enum err charter_members(struct books *books, struct fault *fault);
MUST_USE enum err apply_member(struct books *books, struct fault *fault);
MUST_USE enum err apply_key(struct books *books, struct fault *fault);
MUST_USE enum err apply_policy(struct books *books, struct fault *fault);
MUST_USE enum err apply_beneficiary(struct books *books, struct fault *fault);
MUST_USE enum err apply_project(struct books *books, struct fault *fault);
MUST_USE enum err apply_reversal(struct books *books, struct fault *fault);
/* Whether it was reversed, or a settlement charged back, in the last 13 months; and that
 * it is from now on. */
bool reversal_was(struct books *books, uint64_t position);
void reversal_mark(struct books *books, uint64_t position);
/* Only what was recorded in one of the last 13 months can be reversed. */
MUST_USE enum err reversal_check_age(struct books *books, int64_t recorded_month,
				     uint64_t of, struct fault *fault);

/* What providers and collectors tell. */
#include "ledger/books_provider_int.h"

/* What is decided, and paid; and what the bank says of it. */
#include "ledger/books_board_int.h"
#include "ledger/books_bank_int.h"
#include "ledger/books_close_int.h"
#include "ledger/books_receipt_int.h"

#endif
