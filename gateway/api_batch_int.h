/*
 * api_batch_int.h - what api_batch.c and api_correction.c share; private to them.
 */
#ifndef ARRONDI_GATEWAY_API_BATCH_INT_H
#define ARRONDI_GATEWAY_API_BATCH_INT_H

#include "gateway/api_int.h"
#include "gateway/batch_input.h"

/* What recording it did, or would do, to what the company owes. */
struct batch_effect {
	bool is_known;       /* not of what was recorded before */
	enum err err;        /* of the questions to the books */
	struct cents open;   /* of the batch's lines, once credit was used for them */
	struct cents credit; /* that it made: paid, and owed no more */
};

struct api_batch {
	struct charter_view charter;
	char company[QUERY_ID_BYTES]; /* whose batch it is */
	struct fund_view *funds;      /* owned */
	struct batch_rules rules;
	struct batch_input input;
	struct batch batch;
	struct batch_rows rows;
	bool is_csv;
	size_t claim_rows[LIMIT_PROBLEM_ERRORS];
	uint8_t salt[BATCH_SALT_BYTES];
	struct api_seal seal;
	bool is_correction;
	struct batch_mend mend;
	struct batch_view old; /* a correction's batch, as it stands before */
	struct batch_effect effect;
	uint64_t kept; /* rows of forgotten donors, which a correction leaves alone */
	struct cents kept_sum;
};

/* ---- api_company.c ---- */

/* For whom a batch is posted: the caller itself, or by a collector the employer that the
 * address names. Nothing of a company's donors is looked at before. ERR_RULE, rule
 * "collector"; ERR_INVALID. */
MUST_USE enum err company_begin(struct api_call *call, struct books *books,
				struct fault *fault);
/* For whom a correction is: the company of its batch, which the address may repeat. */
MUST_USE enum err company_of_batch(struct api_call *call, struct fault *fault);

/* ---- api_effect.c ---- */

/* Where the lines of a batch are, which are a correction's too. */
uint64_t lines_position(const struct api_call *call, uint64_t position);
/* In the writer's thread, with the books as the entry leaves them. */
void effect_look(void *ctx, uint64_t position, struct books *books);
/* The same of what was recorded before, as far as it can still be told. */
MUST_USE enum err effect_read(struct api_call *call, struct ledger *ledger,
			      struct fault *fault);

/* ---- api_correction.c ---- */

/* The batch that the address names: the caller's own, which can be corrected. ERR_RULE,
 * rule "correction". */
MUST_USE enum err correction_begin(struct api_call *call, struct books *books,
				   struct fault *fault);
/* Lists what was sent and is another than the batch's. ERR_INVALID where something is,
 * ERR_MEMORY. */
MUST_USE enum err correction_judge(struct api_batch *batch, struct fault *fault);
/* What a correction changes: `changes`, per fund and giver. ERR_TOO_BIG. */
MUST_USE enum err correction_put_changes(const struct api_call *call,
					 const struct entry *entry,
					 struct json_writer *json, struct fault *fault);

#endif
