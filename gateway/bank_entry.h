/*
 * bank_entry.h - what is recorded of a bank file: drafts of entries, not yet submitted.
 *
 * The references of all of them follow from the file's digest and the place in it, so
 * that the same file imported again asks for the same entries, which the ledger answers
 * as the first time: nothing is booked twice.
 */
#ifndef ARRONDI_GATEWAY_BANK_ENTRY_H
#define ARRONDI_GATEWAY_BANK_ENTRY_H

#include "gateway/bank_match.h"
#include "ledger/json.h"

/* Lines of one entry: some 45 bytes each, of an entry's 65 535. */
#define BANK_PAGE_LINES_MAX 1000

/* A part of a file that is one entry. */
struct bank_page {
	const struct bank_statement *statement;
	const char *account;
	const struct bank_line *lines;
	size_t count;
	uint32_t number;  /* of the file, from 1 */
	bool first, last; /* of the statement */
	struct cents opening, closing;
};

/* How many pages a statement takes: at least one. */
size_t bank_page_count(const struct bank_statement *statement);

/* The page behind another of the same statement, or its first (before NULL). number is
 * the file's next. */
void bank_page_next(const struct bank_file *file, const struct bank_statement *statement,
		    const char *account, const struct bank_page *before, uint32_t number,
		    struct bank_page *ret_page);

/* The draft of a statement. ERR_MEMORY. */
MUST_USE enum err bank_page_draft(const struct bank_file *file,
				  const struct bank_page *page, struct json_doc *doc,
				  struct json **ret_draft, struct fault *fault);

/* A line of a statement that is recorded. */
struct bank_place {
	uint64_t statement; /* position */
	uint32_t page;
	uint32_t number; /* of the line in it, from 1 */
	uint32_t detail; /* of the line that it details, from 1; 0: of the line itself */
	uint32_t part;   /* of its explanations, from 1 to BANK_REFERENCES_MAX */
};

/* The reference of what explains that part: of this place in the file for ever, so that
 * who imports it again can see what was recorded. */
#define BANK_REF_BYTES 33
void bank_finding_ref(const struct bank_file *file, const struct bank_place *place,
		      char ret_ref[BANK_REF_BYTES]);

/* The draft of what a finding says: a settlement, paid or returned. ERR_MEMORY. */
MUST_USE enum err bank_finding_draft(const struct bank_file *file,
				     const struct bank_line *line,
				     const struct bank_finding *finding,
				     const struct bank_place *place, struct json_doc *doc,
				     struct json **ret_draft, struct fault *fault);

#endif
