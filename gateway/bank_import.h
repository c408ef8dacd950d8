/*
 * bank_import.h - a bank file into the ledger: statements, and what explains their lines.
 *
 * Each statement is recorded, with all of its lines; then each line that the ledger can
 * explain (bank_match.h) by entries that cite it. What is left stays in the suspense
 * account and is told with a reason. The same file again records nothing again, and
 * explains what can be explained by now: the list may have come that a transfer paid.
 *
 * Many banks book a hundred transfers as one entry and list them in a notification apart
 * (camt.054). Given with the statement, it explains the one line by its parts; given
 * again, by those that are not yet recorded.
 *
 * What explains a line, or a part of it, is one commit: an import that is interrupted
 * leaves no line of which nobody knows what the rest was for.
 */
#ifndef ARRONDI_GATEWAY_BANK_IMPORT_H
#define ARRONDI_GATEWAY_BANK_IMPORT_H

#include "gateway/bank_match.h"
#include "ledger/ledger.h"

/* What has become of a statement or a line; for who prints it. */
struct bank_import_events {
	void *who;
	/* A statement's page was recorded at that position, now or before. */
	void (*statement)(void *who, const struct bank_statement *statement,
			  const char *account, uint64_t position, bool before);
	/* A line's part was recorded at that position. */
	void (*explained)(void *who, const struct bank_line *line,
			  const struct bank_finding *finding, uint64_t position);
	/* A line that nothing explains; refusal is NULL, or the ledger's own. */
	void (*left)(void *who, uint64_t statement, uint32_t number,
		     const struct bank_line *line, enum bank_why why,
		     const struct fault *refusal);
};

struct bank_import_counts {
	size_t statements, lines; /* of the file */
	size_t explained, left;   /* lines, now; others had been explained before */
	size_t before;            /* lines that had been */
};

/* The IBANs of the foundation's open accounts, for bank_file_init(): the strings and the
 * array are freed with free() as one. ERR_RULE "account" where there is none. */
MUST_USE enum err bank_import_accounts(struct ledger *ledger,
				       const char *const **ret_ibans, size_t *ret_count,
				       struct fault *fault);

/* What is imported beside the statements. */
struct bank_import_aids {
	const struct bank_payer *payers; /* as bank_match.h */
	size_t payer_count;
	const struct bank_file *details; /* a notification; NULL: none */
};

/* Imports a file that was read with these accounts, by a member (a treasurer or the
 * operator). On an error what was recorded before stays: the same file again goes on. A
 * notification (camt.054) has no balances: it is refused, ERR_INVALID. */
MUST_USE enum err bank_import(struct ledger *ledger, const struct bank_file *file,
			      const char *by, const struct bank_import_aids *aids,
			      const struct bank_import_events *events,
			      struct bank_import_counts *ret_counts, struct fault *fault);

#endif
