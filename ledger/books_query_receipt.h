/*
 * books_query_receipt.h - questions about tax receipts: for who issues, draws and checks
 * them. As books_query.h.
 */
#ifndef ARRONDI_LEDGER_BOOKS_QUERY_RECEIPT_H
#define ARRONDI_LEDGER_BOOKS_QUERY_RECEIPT_H

#include "keys/encoding.h"
#include "ledger/books_query.h"
#include "ledger/tag.h"

struct receipt_view {
	int64_t number;
	uint64_t position; /* of the entry that has it */
	struct cents amount;
	char form[8]; /* "11580", "16216" */
	int64_t year;
	char digest[HASH_HEX_CHARS + 1];
	uint64_t voided;     /* by the entry at this position; 0: not */
	int64_t replaced_by; /* number; 0: by none */
};
bool query_receipt(struct books *books, int64_t number, struct receipt_view *ret_receipt);
/* How many there are: the number of the last one. */
int64_t query_receipt_count(struct books *books);

/* Who the foundation is by now: "address", "legal_form", "name", "object" or "siren" of
 * its charter or of what amended it. Good until the books are used again. */
struct slice query_body(struct books *books, const char *member);

/* What an entry gave in one class, while a receipt may stand on it. */
struct given_view {
	uint64_t position;
	char class[16];                    /* person, company, seller, match */
	char payer[QUERY_ID_BYTES];        /* by now */
	char flow[POSTING_FLOW_BYTES_MAX]; /* "salary.person", "gift.company", "match" */
	int64_t year;                      /* by the charter's date; 0: not arrived */
	struct date day, arrived_on;       /* promised; arrived, or -1 */
	struct cents promised, arrived, receipted;
	uint64_t rows_at; /* of a batch's persons: where its rows in force are */
	int64_t rows_count;
};
/* By position, then class. */
MUST_USE enum err query_given(struct books *books, struct given_view **ret_given,
			      size_t *ret_count, struct fault *fault);
bool query_given_at(struct books *books, uint64_t position, const char *class,
		    struct given_view *ret_given);
/* Of which more stands on receipts than has arrived and is there: these receipts are to
 * be made void. */
MUST_USE enum err query_receipt_doubts(struct books *books, struct given_view **ret_given,
				       size_t *ret_count, struct fault *fault);

/* A row's mark, in hex, by the 32 hex digits of its tag; and whether a receipt that is
 * not void stands on that row. */
#define MARK_BYTES     16
#define MARK_HEX_BYTES (2 * MARK_BYTES + 1)
void receipt_mark(const struct tag *tag, char ret_mark[MARK_HEX_BYTES]);
bool query_receipt_mark(struct books *books, const struct tag *tag);

#endif
