/*
 * camt_int.h - what the files of the camt reader share: a document under way.
 */
#ifndef ARRONDI_GATEWAY_CAMT_INT_H
#define ARRONDI_GATEWAY_CAMT_INT_H

#include "gateway/bank_format.h"
#include "gateway/limits.h"
#include "gateway/xml_reader.h"
#include "keys/buffer.h"

/* An amount as it is written; judged when it is known whether it matters. */
struct camt_amount {
	bool given;
	char currency[4]; /* "" where it is no currency's code */
	char text[48];    /* "" where it is too long to be an amount */
};

enum camt_sign { CAMT_SIGN_NONE = 0, CAMT_CREDIT, CAMT_DEBIT };

struct camt_day {
	bool given;
	struct date date;
};

struct camt_balance {
	char type[BANK_CODE_BYTES];
	struct camt_amount amount;
	enum camt_sign sign;
	struct camt_day day;
};

/* Of a balance that counts. */
struct camt_stand {
	bool given;
	struct cents cents;
	struct date date;
};

/* One transaction of an entry (TxDtls). */
struct camt_detail {
	struct camt_amount amount, transaction, instructed;
	enum camt_sign sign;
	struct bank_line line; /* its identifiers */
	char debtor[IBAN_TEXT_BYTES], creditor[IBAN_TEXT_BYTES];
};

struct camt_entry {
	struct camt_amount amount;
	enum camt_sign sign;
	char status[BANK_CODE_BYTES];
	struct camt_day day;
	struct bank_line line; /* what it says itself */
	char entry_reference[BANK_ID_BYTES];
	size_t first_line; /* of its details */
	uint32_t details;
	bool whole; /* its details have no amounts that could be told apart */
};

struct camt_version {
	const char *name;                /* "camt.053.001.08" */
	const char *message, *statement; /* elements */
	bool balances;
};

struct camt {
	struct bank_file *file;
	struct xml_reader *xml;
	const struct camt_version *version; /* NULL: before the first element */
	unsigned depth, skipped;            /* elements around, and those not looked at */
	uint8_t node[LIMIT_XML_DEPTH];      /* of each element around */
	bool *seen;                         /* per node, since its parent began */
	char currency[8];                   /* attribute of the element that began last */

	struct bank_statement *statement;
	char account[IBAN_TEXT_BYTES + 8], account_other[IBAN_TEXT_BYTES + 8];
	char account_currency[4];
	char statement_id[BANK_ID_BYTES];
	uint64_t sequence, legal_sequence;
	struct camt_day from, until;
	struct camt_stand opened, closed_before, first_interim, interim, closed;
	struct camt_balance balance;
	struct camt_entry entry;
	struct camt_detail detail;
	struct buffer text; /* of the detail or entry under way */
};

/* ERR_INVALID where it is not in euros or no whole cents. */
MUST_USE enum err camt_amount_take(const struct camt_amount *amount,
				   struct cents *ret_cents, struct fault *fault);

/* Entries and their details, as their elements begin and end. */
enum err camt_entry_begin(struct camt *camt, struct fault *fault);
enum err camt_entry_end(struct camt *camt, struct fault *fault);
enum err camt_detail_begin(struct camt *camt, struct fault *fault);
enum err camt_detail_end(struct camt *camt, struct fault *fault);

/* Statements and their balances. */
enum err camt_statement_begin(struct camt *camt, struct fault *fault);
enum err camt_statement_end(struct camt *camt, struct fault *fault);
enum err camt_account_end(struct camt *camt, struct fault *fault);
enum err camt_balance_begin(struct camt *camt, struct fault *fault);
enum err camt_balance_end(struct camt *camt, struct fault *fault);

#endif
