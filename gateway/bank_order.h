/*
 * bank_order.h - the payments that are due, in a file for the bank.
 *
 * Order of work, so that no payment can be in two files: the file is written beside its
 * name, as OUT.unordered; its digest and its payments are recorded (an order: the ledger
 * refuses a payment that is in one already); then it gets its name. Who finds a file
 * OUT.unordered has to see whether the log has its digest, and never sends it unseen.
 */
#ifndef ARRONDI_GATEWAY_BANK_ORDER_H
#define ARRONDI_GATEWAY_BANK_ORDER_H

#include "gateway/beneficiary_file.h"
#include "ledger/ledger.h"

/* An order and a payment file hold no more. */
#define BANK_ORDER_PAYMENTS_MAX 1000

#define BANK_ORDER_SUFFIX ".unordered"

struct bank_order_wish {
	const char *by;
	const char *account; /* id; NULL: the only one that is open */
	const char *bic;     /* of our own bank; NULL: it knows itself */
	const char *out;     /* path of the file */
	struct date execute_on;
	int64_t now_s; /* UTC */
};

struct bank_order_events {
	void *who;
	void (*ordered)(void *who, uint64_t payment, struct cents amount,
			const struct beneficiary *payee);
	/* A payment that is due and cannot be in the file, and why. */
	void (*left)(void *who, uint64_t payment, struct cents amount, const char *why);
};

struct bank_order_result {
	size_t count; /* 0: nothing is due that can be paid; no file was written */
	struct cents total;
	uint64_t position; /* of the order */
};

/* Writes the file and records the order. ERR_CONFLICT where OUT or OUT.unordered is
 * there, ERR_INVALID where there is no such account; what the ledger says; ERR_IO. */
MUST_USE enum err bank_order(struct ledger *ledger, const struct bank_order_wish *wish,
			     const struct beneficiary_file *payees,
			     const struct bank_order_events *events,
			     struct bank_order_result *ret_result, struct fault *fault);

#endif
