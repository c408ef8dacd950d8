/*
 * books_bank_int.h - bank accounts, their statements, and what explains them; the third
 * part of books_int.h, private to books*.c.
 */
#ifndef ARRONDI_LEDGER_BOOKS_BANK_INT_H
#define ARRONDI_LEDGER_BOOKS_BANK_INT_H

#include "ledger/books_int.h"
#include "ledger/iban.h"

#define ACCOUNT_ID_BYTES 33

/* books_account.c */
struct account_record {
	char id[ACCOUNT_ID_BYTES];
	char iban[IBAN_TEXT_BYTES];
	char label[201];
	bool active;
	struct date stated_on; /* last day of its last statement; day -1: none yet */
	uint64_t statement;    /* position of that one */
};
bool account_find(struct books *books, struct slice id,
		  struct account_record *ret_account);
void account_write(struct books *books, const struct account_record *account);
/* "account/ID", and "suspense/ID": what its statements say and nothing explains yet. */
const char *account_bank(struct key *key, const char *id);
const char *account_suspense(struct key *key, const char *id);
/* An account that is there and is not closed; the rule's name is the caller's. */
MUST_USE enum err account_find_active(struct books *books, struct slice id,
				      const char *rule,
				      struct account_record *ret_account,
				      struct fault *fault);
/* The rules of an account, proposed or recorded. */
MUST_USE enum err account_check(struct books *books, const struct json *act,
				struct fault *fault);
MUST_USE enum err apply_account(struct books *books, struct fault *fault);

/* books_statement.c */
MUST_USE enum err apply_statement(struct books *books, struct fault *fault);
/* The first day of the first statement of all; false: there is none. What happened from
 * that day on is in statements. */
bool statements_from(struct books *books, struct date *ret_from);
/* What of a line nothing explains yet. */
struct bank_line {
	uint64_t statement;
	int64_t number; /* of the line, from 1 */
	char account[ACCOUNT_ID_BYTES];
	struct cents open; /* never 0; positive: it arrived */
	struct date booked_on;
};
bool bank_line_read(struct books *books, uint64_t statement, int64_t number,
		    struct bank_line *ret_line);
/* Where nothing is open any more there is no record. */
void bank_line_write(struct books *books, const struct bank_line *line);
bool bank_line_of_key(const char *rest, struct slice value, struct bank_line *ret_line);

/* books_citation.c: which line of a statement an entry explains. */
/* The account on which the entry being applied moves money, which is what is not
 * explained of the line that it cites; "bank" where it happened before there were
 * statements. amount is positive where money arrives. */
MUST_USE enum err citation_use(struct books *books, struct cents amount,
			       struct key *ret_cash, struct fault *fault);
/* The same for an entry that undoes the one at `of`: without a line of its own, it gives
 * back the one that `of` had cited. */
MUST_USE enum err citation_undo(struct books *books, uint64_t of, struct cents amount,
				struct key *ret_cash, struct fault *fault);
/* That an entry that names a line has moved money by it. */
MUST_USE enum err citation_check_used(struct books *books, struct fault *fault);

/* books_order.c */
/* The sum of an order's payments, each of which may be ordered. */
MUST_USE enum err order_compute(struct books *books, const struct entry *order,
				struct cents *ret_total, struct fault *fault);
MUST_USE enum err apply_order(struct books *books, struct fault *fault);

/* books_payee.c */
/* A payment of this grant to the payee came back by the entry being applied. */
void payee_flag(struct books *books, const char *payee, uint64_t grant);
/* That it is not flagged. */
MUST_USE enum err payee_check(struct books *books, const char *payee,
			      struct fault *fault);
MUST_USE enum err apply_confirmation(struct books *books, struct fault *fault);

/* books_expense.c: expenses, incomes, and what comes into the endowment. */
MUST_USE enum err apply_expense(struct books *books, struct fault *fault);
MUST_USE enum err apply_income(struct books *books, struct fault *fault);
MUST_USE enum err apply_endowment(struct books *books, struct fault *fault);
/* Undoes one of them. */
MUST_USE enum err reverse_expense(struct books *books, uint64_t of, struct fault *fault);

#endif
