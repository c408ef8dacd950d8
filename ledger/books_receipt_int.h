/*
 * books_receipt_int.h - what was given and has arrived, and the tax receipts that stand
 * on it; a part of books_int.h, private to books*.c. Their keys of the state:
 *
 *	body/MEMBER                       who the foundation is: address, object, ...
 *	receipts_by_arrival               1 where the charter says received_on
 *	given/POSITION/CLASS              struct given_record
 *	doubt/POSITION/CLASS              that more of it is on receipts than arrived
 *	receipts                          number of the last receipt
 *	receipt/NUMBER                    struct receipt_record
 *	mark/MARK                         position of the receipts that have this row
 *	stood/POSITION/ENTRY              what of ENTRY these receipts stand on
 */
#ifndef ARRONDI_LEDGER_BOOKS_RECEIPT_INT_H
#define ARRONDI_LEDGER_BOOKS_RECEIPT_INT_H

#include "ledger/books_int.h"

/* books_given.c: of each class of an entry's lines. */
#define GIVEN_MONTHS 36 /* a receipt is of this year or one of the two before */
struct given_record {
	char payer[ID_BYTES];      /* who owed it when it was promised */
	char flow[FLOW_BYTES_MAX]; /* "salary.person", "gift.person", "match", ... */
	struct date day;           /* of the promise */
	struct date arrived_on;    /* on which the last of it arrived; -1: nothing has */
	struct cents promised;     /* in force: less what was taken back of it */
	struct cents arrived;      /* and is still there */
	struct cents receipted;    /* on receipts that are not void */
	uint64_t rows_at;          /* of a batch's persons: where the rows in force are */
	int64_t rows_count;        /* 0 of all else */
};
bool given_find(struct books *books, uint64_t position, enum line_class class,
		struct given_record *ret_given);
/* So much more (or less) of a line is promised, or has arrived today. */
void given_promise(struct books *books, struct slice payer, const struct line *line,
		   struct cents amount);
void given_arrive(struct books *books, struct slice payer, const struct line *line,
		  struct cents amount);
/* It is promised from today, though nobody knows how much. */
void given_begin(struct books *books, struct slice payer, const struct line *line);
/* Both at once: money that is given back, and value in kind. */
void given_change(struct books *books, struct slice payer, const struct line *line,
		  struct cents amount);
/* The rows in force of a batch are those at rows_at. */
void given_rows(struct books *books, uint64_t batch, uint64_t rows_at, int64_t count);
/* So much more (or less) of it stands on receipts. */
void given_stand(struct books *books, uint64_t position, enum line_class class,
		 struct given_record *given, struct cents amount);
/* That no receipt stands on it, or that what is left covers those that do: rule
 * "receipted". */
MUST_USE enum err given_check_free(struct books *books, uint64_t position,
				   enum line_class class, struct fault *fault);
MUST_USE enum err given_check_covered(struct books *books, uint64_t position,
				      struct fault *fault);

/* books_receipt.c */
#define RECEIPTS_BY_ARRIVAL "receipts_by_arrival" /* in the state: 1, by the charter */
/* The civil year whose receipt may stand on it; 0: nothing of it has arrived. */
int64_t given_year(struct books *books, const struct given_record *given);
struct receipt_record {
	uint64_t position; /* of the entry that has it */
	struct cents amount;
	char form[8];
	int64_t year;
	char digest[HASH_HEX_CHARS + 1];
	uint64_t voided;     /* by the entry at this position; 0: not */
	int64_t replaced_by; /* number; 0: by none */
};
bool receipt_find(struct books *books, int64_t number,
		  struct receipt_record *ret_receipt);
MUST_USE enum err apply_receipt(struct books *books, struct fault *fault);
MUST_USE enum err apply_voiding(struct books *books, struct fault *fault);

/* books_charter.c: what of the entry being applied says who the foundation is. */
void body_put(struct books *books);

/* books_report.c */
MUST_USE enum err apply_report(struct books *books, struct fault *fault);

#endif
