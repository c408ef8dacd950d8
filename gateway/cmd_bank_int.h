/*
 * cmd_bank_int.h - what the files of the bank command share.
 */
#ifndef ARRONDI_GATEWAY_CMD_BANK_INT_H
#define ARRONDI_GATEWAY_CMD_BANK_INT_H

#include "keys/fault.h"
#include "ledger/books_query.h"
#include "ledger/ledger.h"

/* What was asked for; NULL where an option was not given. */
struct bank_wish {
	const char *dir, *verb;
	const char *by;                             /* the treasurer */
	const char *file, *payers, *details;        /* of import */
	const char *out, *payees, *passphrase_file; /* of orders */
	const char *account, *bic, *on;
};

/* The active treasurer, or wish->by. */
MUST_USE enum err bank_wish_by(struct ledger *ledger, const struct bank_wish *wish,
			       char ret_id[QUERY_ID_BYTES], struct fault *fault);

enum err bank_cmd_orders(const struct bank_wish *wish, struct fault *fault);

#endif
