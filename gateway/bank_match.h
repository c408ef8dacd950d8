/*
 * bank_match.h - what a line of a bank statement is about, if the ledger can know.
 *
 * In this order: a reference of ours (RF, its check digits right) names what is paid, or
 * the payment that was carried out or came back; a provider's payout is known by its
 * exact amount and the provider's name; a payer's account and an exact amount name the
 * one thing that it owes of that amount. What is left is for a person, with a reason:
 * nothing is guessed, because money booked to the wrong place looks as if it were right.
 *
 * This file knows no ledger: it is given what is open and tells what follows.
 */
#ifndef ARRONDI_GATEWAY_BANK_MATCH_H
#define ARRONDI_GATEWAY_BANK_MATCH_H

#include "gateway/bank_file.h"

#define BANK_MEMBER_BYTES 65

/* What a line may be about. */
enum bank_subject {
	BANK_OWED,    /* of a payer: a batch, a gift, an instalment */
	BANK_PAYOUT,  /* of a provider: sent, not yet arrived */
	BANK_ORDERED, /* a payment of ours that the bank has not yet carried out */
	BANK_PAID,    /* one that it has: it may come back */
};

struct bank_claim {
	uint64_t position; /* of the entry, which a reference names */
	enum bank_subject subject;
	char member[BANK_MEMBER_BYTES]; /* payer or provider; "" of a payment */
	struct cents open;              /* positive; what is matched is taken off */
	bool only_named;                /* only a reference makes it paid */
};

/* A payer's account, as the foundation has written it down; outside the log. */
struct bank_payer {
	char iban[IBAN_TEXT_BYTES];
	char member[BANK_MEMBER_BYTES];
};

struct bank_known {
	struct bank_claim *claims; /* ascending by position; of one, each member once */
	size_t claim_count;
	const struct bank_payer *payers;
	size_t payer_count;
};

enum bank_why {
	BANK_MATCHED = 0,
	BANK_NO_REFERENCE, /* a debit that names no payment of ours */
	BANK_NOTHING_OPEN, /* it names an entry of which nothing is open */
	BANK_OTHER_AMOUNT, /* it names what is of another amount, or goes the other way */
	BANK_MIXED,        /* it names things that no one transfer can be for */
	BANK_UNKNOWN_PAYER, /* no reference, and nobody knows the account */
	BANK_NOT_OWED,  /* the payer owes nothing of this amount: a list is missing? */
	BANK_AMBIGUOUS, /* the payer owes this amount more than once */
	BANK_PARTLY,    /* somebody has explained a part of it */
	BANK_WHY__COUNT
};

/* One entry that explains a part of a line. */
struct bank_finding {
	enum bank_subject
		subject; /* OWED, PAYOUT: settled; ORDERED: paid; PAID: returned */
	uint64_t position;
	char member[BANK_MEMBER_BYTES];
	struct cents amount; /* positive */
};

struct bank_match {
	enum bank_why why; /* BANK_MATCHED: the findings explain the whole line */
	size_t count;
	struct bank_finding findings[BANK_REFERENCES_MAX];
};

/* What is found is taken off the claims, so that the next line sees what is left. */
void bank_match(const struct bank_known *known, const struct bank_line *line,
		struct bank_match *ret_match);

/* Words for programs ("nothing-open"), and a sentence for a person. */
const char *bank_why_name(enum bank_why why);
const char *bank_why_text(enum bank_why why);

/* The ledger's word for why a payment came back (account-closed, wrong-account, refused,
 * other), by ISO 20022's code. */
const char *bank_return_reason(const char *code);

#endif
