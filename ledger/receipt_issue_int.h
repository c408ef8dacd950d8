/*
 * receipt_issue_int.h - what the files of issuing share; private to receipt_*.c.
 */
#ifndef ARRONDI_LEDGER_RECEIPT_ISSUE_INT_H
#define ARRONDI_LEDGER_RECEIPT_ISSUE_INT_H

#include "ledger/receipt_data.h"
#include "ledger/receipt_issue.h"

/* One receipt to be: whose, and what it stands on. */
struct receipt_job {
	struct buffer identity;      /* as sealed; a company's may be empty */
	struct member_view *company; /* owned; or NULL */
	struct receipt_gift *gifts;  /* owned */
	size_t count, room;
	struct cents amount;
	int64_t replaces;
};
struct receipt_jobs {
	struct receipt_job *job; /* owned */
	size_t count, room;
	size_t below_floor, without_gifts;
	/* Who the foundation is, as the books say at the beginning. */
	struct json_doc *doc;
	struct json *body;
	char origin[129];
};
void receipt_jobs_release(struct receipt_jobs *jobs);
/* receipt_plan.c */
MUST_USE enum err receipt_jobs_make(struct ledger *ledger, struct vault *vault,
				    const struct receipt_order *order,
				    struct receipt_jobs *ret_jobs, struct fault *fault);

/* receipt_entry.c: the lists of an entry that stands on these gifts, which may be many
 * receipts': batches with their marks, and entries. gifts are sorted. */
struct receipt_stand {
	uint64_t position;
	bool is_row;
	struct cents amount;
	char mark[MARK_HEX_BYTES]; /* of a row */
};
void receipt_stands_add(struct json_doc *doc, struct json *draft,
			struct receipt_stand *stands, size_t count);
/* Records it by that member; *ret_position. */
MUST_USE enum err receipt_record(struct ledger *ledger, const char *by,
				 struct json_doc *doc, struct json *draft,
				 uint64_t *ret_position, struct fault *fault);

#endif
