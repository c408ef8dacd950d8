/*
 * books_board_int.h - proposals, ballots, decisions and payments: what the files of the
 * rule engine share about them; the second part of books_int.h, private to books*.c.
 */
#ifndef ARRONDI_LEDGER_BOOKS_BOARD_INT_H
#define ARRONDI_LEDGER_BOOKS_BOARD_INT_H

#include "ledger/books_int.h"

/* books_proposal.c */
enum proposal_status {
	PROPOSAL_OPEN,
	PROPOSAL_GRANTED,
	PROPOSAL_REFUSED,
	PROPOSAL_DONE, /* granted, and carried out by another entry */
	PROPOSAL_WITHDRAWN,
};
struct proposal_record {
	struct hash leaf;
	char made_by[ID_BYTES];
	char subject[16];
	char fund[ID_BYTES], to[ID_BYTES], beneficiary[ID_BYTES], project[ID_BYTES];
	char purpose[ID_BYTES], payee[65];
	struct cents amount;
	struct date proposed_on, expires_on, decided_on, paid_on; /* day -1: not yet */
	struct date notified_on; /* of a grant: its beneficiary, in writing; day -1: no */
	enum proposal_status status;
	struct hash act;
	uint64_t grant; /* that a cancellation or change of payee is about; else 0 */
	int64_t deferrals;
	int64_t votes_for, against, abstain, recused, needed;
	/* Of a grant. */
	uint64_t decided_at; /* position of the decision */
	uint64_t delegation; /* under which it was granted; 0: by the whole board */
	struct cents ordered, paid;
	struct cents cancelled, restituted;
};
bool proposal_of_record(struct slice value, struct proposal_record *proposal);
bool proposal_read(struct books *books, uint64_t position,
		   struct proposal_record *ret_proposal);
void proposal_write(struct books *books, uint64_t position,
		    const struct proposal_record *proposal);
/* The last day for ballots, proposed or deferred to today. */
MUST_USE enum err proposal_check_expiry(struct date today, struct date expires_on,
					struct fault *fault);
MUST_USE enum err apply_proposal(struct books *books, struct fault *fault);
/* A support or grant that was granted; the rule's name is the caller's. */
MUST_USE enum err grant_find(struct books *books, uint64_t position, const char *rule,
			     struct proposal_record *ret_grant, struct fault *fault);
/* What of a grant was neither ordered nor cancelled. */
struct cents grant_unordered(struct books *books, const struct proposal_record *grant);
/* That a decided proposal carries exactly this entry; it is then done. */
MUST_USE enum err proposal_carry_out(struct books *books, struct fault *fault);
MUST_USE enum err apply_ballot(struct books *books, struct fault *fault);

/* books_tally.c: what the ballots say. */
#define SEATS_MAX 64
struct tally {
	int64_t votes_for, against, abstain, recused;
	int64_t missing; /* seats that may still vote */
};
/* Of the seats that are active now; of a delegation's only, where one is given (0: of
 * all). Who has declared an interest counts as recused. */
struct tally tally_of(struct books *books, uint64_t position,
		      const struct proposal_record *proposal, uint64_t delegation);
/* Votes for that the proposal needs of the whole board, today. */
int64_t tally_needed(struct books *books, uint64_t position,
		     const struct proposal_record *proposal, struct date today);

/* books_seat_note.c */
/* The text that a seat signs: what all of a type begin with, then the format's. out has
 * `bytes` bytes. ERR_TOO_BIG. */
MUST_USE enum err seat_note_text(struct books *books, const char *type, struct slice seat,
				 char *out, size_t bytes, struct fault *fault,
				 const char *format, ...) PRINTF_LIKE(7, 8);
/* The text of a note, which the key that the seat has now has signed. */
MUST_USE enum err signature_open(struct books *books, struct slice seat,
				 struct slice note, struct slice *ret_text,
				 struct fault *fault);
/* The same of the entry's `note` and `seat`. */
MUST_USE enum err seat_open_note(struct books *books, struct slice *ret_text,
				 struct fault *fault);
/* That it is exactly this text; the rule of the text is the caller's. */
MUST_USE enum err seat_check_note(struct books *books, const char *expected,
				  const char *rule, struct fault *fault);

/* books_recusal.c */
MUST_USE enum err apply_recusal(struct books *books, struct fault *fault);
/* Whether the seat has declared an interest in whom the proposal is about. */
bool recusal_binds(struct books *books, uint64_t position,
		   const struct proposal_record *proposal, struct slice seat);
/* Calls each() once for each seat that recusal_binds(). */
void recusal_each(struct books *books, uint64_t position,
		  const struct proposal_record *proposal,
		  void (*each)(void *ctx, struct slice seat), void *ctx);

/* books_delegation.c */
struct delegation_record {
	uint64_t position;
	struct date until;
	int64_t votes;
	struct cents per_act, per_beneficiary, per_month;
};
MUST_USE enum err apply_delegation(struct books *books, struct fault *fault);
/* The rules of a delegation, proposed or recorded. */
MUST_USE enum err delegation_check(struct books *books, const struct json *act,
				   struct fault *fault);
bool delegation_has(struct books *books, uint64_t delegation, struct slice seat);
/* That the proposal may be decided under this delegation today. */
MUST_USE enum err delegation_find(struct books *books, uint64_t delegation,
				  const struct proposal_record *proposal,
				  struct date today,
				  struct delegation_record *ret_delegation,
				  struct fault *fault);
/* Its limits. */
MUST_USE enum err delegation_check_limits(struct books *books,
					  const struct delegation_record *delegation,
					  const struct proposal_record *proposal,
					  struct date today, struct fault *fault);
/* It was granted under it: counted, and not ratified yet. */
void delegation_use(struct books *books, const struct delegation_record *delegation,
		    uint64_t position, const struct proposal_record *proposal);
bool delegation_is_unratified(struct books *books, uint64_t grant);
/* The grants that the entry being applied lists, kept under its position. */
MUST_USE enum err ratification_check(struct books *books, struct fault *fault);
/* The sum of the grants that a proposal would ratify. */
struct cents ratification_sum(struct books *books, uint64_t position);
void ratification_carry_out(struct books *books, uint64_t position);

/* books_cancellation.c */
/* The rules of a proposal to cancel of a grant, or to pay it to somebody else. */
MUST_USE enum err cancellation_check(struct books *books,
				     const struct proposal_record *proposal,
				     struct fault *fault);
MUST_USE enum err apply_cancellation(struct books *books, struct fault *fault);

/* books_decision.c */
struct grant_part {
	char earmark[ID_BYTES];
	struct cents amount;
	/* Of a grant's parts. */
	struct cents used; /* ordered */
	struct cents paid;
	struct cents back; /* given back by the grantee */
};
enum decision_outcome {
	OUTCOME_GRANTED,
	OUTCOME_REFUSED,
	OUTCOME_DEFERRED,
	OUTCOME_WITHDRAWN,
};
const char *decision_outcome_name(enum decision_outcome outcome);
struct decision_due {
	struct tally tally;
	int64_t needed;
	enum decision_outcome outcome;
	size_t part_count;
	struct grant_part parts[3];
};
MUST_USE enum err decision_compute(struct books *books, const struct entry *decision,
				   struct decision_due *ret_due, struct fault *fault);
MUST_USE enum err apply_decision(struct books *books, struct fault *fault);
size_t grant_parts_read(struct books *books, uint64_t position,
			struct grant_part ret_parts[3]);
void grant_parts_write(struct books *books, uint64_t position,
		       const struct grant_part *parts, size_t count);

/* books_allocation.c */
struct allocation_due {
	struct cents amount;
	size_t part_count;
	struct match_part parts[BOOKS_PARTS_MAX];
};
MUST_USE enum err allocation_compute(struct books *books, const struct entry *allocation,
				     struct allocation_due *ret_due, struct fault *fault);
MUST_USE enum err apply_allocation(struct books *books, struct fault *fault);

/* books_condition.c */
MUST_USE enum err apply_condition(struct books *books, struct fault *fault);
/* What may be ordered of a grant in all: its tranches before the first whose
 * condition is not met. */
struct cents condition_payable(struct books *books, uint64_t position,
			       const struct proposal_record *proposal);

/* books_payment.c */
enum payment_status {
	PAYMENT_ORDERED,
	PAYMENT_PAID,
	PAYMENT_REVERSED,
	PAYMENT_RETURNED, /* due again: to be ordered anew */
};
struct payment_record {
	uint64_t proposal;
	struct cents amount;
	enum payment_status status;
	int64_t month; /* recorded in */
	char payee[PAYEE_HEX_BYTES];
	uint64_t order; /* position of the payment file that has it; 0: none */
};
/* A payment of that status; the rule's name is the caller's. */
MUST_USE enum err payment_find(struct books *books, uint64_t position,
			       enum payment_status status, const char *rule,
			       struct payment_record *ret_payment, struct fault *fault);
/* It is in the order being applied. */
void payment_order(struct books *books, uint64_t position);
MUST_USE enum err apply_payment(struct books *books, struct fault *fault);
MUST_USE enum err apply_paid(struct books *books, struct fault *fault);
MUST_USE enum err apply_returned(struct books *books, struct fault *fault);
MUST_USE enum err reverse_payment(struct books *books, uint64_t of, struct fault *fault);

#endif
