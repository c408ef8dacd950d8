/*
 * batch_input.h - a batch as it was sent: its members, its rows, what is wrong.
 *
 * Two readers fill it, batch_csv.h and json_batch.h, so that a rule about rows
 * stands here once and a payroll file is judged alike in either form, by the
 * gateway and by arrondi-post alike. What is wrong is listed and the reading
 * goes on: a batch is refused whole, but with every bad row named.
 *
 *  (1) An input whose list of bad places is empty obeys each rule about rows
 *      that can be judged without the ledger.
 *  (2) A client's reference of an invoice is judged and not kept.
 *  (3) Rows stand in the order in which they came. Their slices point into the
 *      body, which must outlive the input, or into `texts`.
 */
#ifndef ARRONDI_GATEWAY_BATCH_INPUT_H
#define ARRONDI_GATEWAY_BATCH_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/batch_bad.h"
#include "gateway/claim_set.h"
#include "keys/fault.h"
#include "keys/slice.h"
#include "ledger/batch.h"

#define BATCH_ID_BYTES_MAX   32
#define BATCH_FUNDS_MAX      64
#define BATCH_STEP_CENTS_MAX 1000000 /* as kinds.def has it */

/* What the charter says of rows. The slices outlive the input. */
struct batch_rules {
	struct slice fund[BATCH_FUNDS_MAX]; /* ids */
	size_t fund_count;         /* 0: funds are not known here, and not judged */
	struct slice default_fund; /* of rows that name none */
	struct cents row_cap;
	bool is_correction; /* `reason` is a member, and there may be no row */
};

/* Members of the request. */
enum batch_member {
	BATCH_COLLECTED_ON,
	BATCH_PERIOD,
	BATCH_REASON, /* of a correction alone */
	BATCH_REFERENCE,
	BATCH_SITE,
	BATCH_SOURCE,
	BATCH_STEP,
	BATCH_TERMS,
	BATCH_MEMBER__COUNT
};

/* "collected_on", "period", "reason", "reference", "site", "source", "step_cents",
 * "terms". */
const char *batch_member_name(enum batch_member member);

/* Members of a row, whatever their names are in the form that was read. */
enum batch_field {
	BATCH_FIELD_DONOR,
	BATCH_FIELD_CLIENT,
	BATCH_FIELD_INVOICE,
	BATCH_FIELD_TILL,
	BATCH_FIELD_DAY,
	BATCH_FIELD_GIVER,
	BATCH_FIELD_FUND,
	BATCH_FIELD_SLIP,
	BATCH_FIELD_CONSENT,
	BATCH_FIELD_ROUNDUP,
	BATCH_FIELD_EXTRA,
	BATCH_FIELD__COUNT
};

/* "donor", "client", "invoice", "till", "day", "giver", "fund", "slip",
 * "consent", "roundup", "extra": as an answer calls them. */
const char *batch_field_name(enum batch_field field);

/* Sets of fields: 1 << field each. */
unsigned batch_fields_allowed(enum batch_source source);
unsigned batch_fields_needed(enum batch_source source);

/* One row as it was read. Amounts are read by the form's own reader; a field
 * that it has reported itself is in `reported`, and is not judged again. */
struct batch_row {
	uint32_t at; /* line or index */
	unsigned given;
	unsigned reported;
	struct slice text[BATCH_FIELD_ROUNDUP]; /* fields before the amounts */
	struct cents roundup;
	struct cents extra;
};

struct batch_input {
	/* Members; those that were given and are good are in `given`. */
	unsigned given;
	enum batch_source source;
	struct month period;
	struct date collected_on;
	struct cents step;
	char reason[BATCH_ID_BYTES_MAX + 1];
	char reference[BATCH_ID_BYTES_MAX + 1];
	char site[BATCH_ID_BYTES_MAX + 1]; /* "" for none */
	char terms[BATCH_ID_BYTES_MAX + 1];

	struct batch_claim *rows; /* owned */
	size_t row_count;
	struct batch_bad_list bad;

	/* For the readers and batch_input.c alone. */
	const struct batch_rules *rules;
	enum batch_place members_place, rows_place;
	unsigned seen; /* members that came, good or bad */
	size_t row_capacity;
	struct claim_set claims;
	struct slice last_fund;
	void *texts; /* owned; unescaped texts */
};

/* ERR_IO where there is no randomness for the set of claims. rules must outlive
 * the input. */
MUST_USE enum err batch_input_init(struct batch_input *input,
				   const struct batch_rules *rules, struct fault *fault);
void batch_input_release(struct batch_input *input);

/* A parameter of the request's address, for a CSV body; before the body is
 * read. Another name than a member's is listed as bad: the caller takes its own
 * (dry_run) out before. ERR_MEMORY. */
MUST_USE enum err batch_input_parameter(struct batch_input *input, struct slice name,
					struct slice value);

/* ---- for the readers ---- */

/* The member of this name that may be sent here. */
MUST_USE bool batch_input_takes(const struct batch_input *input, struct slice name,
				enum batch_member *ret_member);
/* Sets a member from its text, or lists it as bad. ERR_MEMORY. */
MUST_USE enum err batch_input_set(struct batch_input *input, enum batch_member member,
				  struct slice value);
MUST_USE enum err batch_input_set_step(struct batch_input *input, int64_t step_cents);

/* Whether rows can be judged: source, period and step are there and good. */
bool batch_input_ready(const struct batch_input *input);

/* Lists something bad. ERR_MEMORY. */
MUST_USE enum err batch_input_bad_member(struct batch_input *input, struct slice member,
					 enum batch_flaw flaw);
MUST_USE enum err batch_input_bad_row(struct batch_input *input, uint32_t at,
				      struct slice member, enum batch_flaw flaw);

/* Judges a row and takes it. ERR_TOO_BIG past BATCH_ROWS_MAX, or ERR_MEMORY. */
MUST_USE enum err batch_input_add(struct batch_input *input, const struct batch_row *row,
				  struct fault *fault);

/* Lists what is missing, and gives batch_bad_list_check() of all. */
MUST_USE enum err batch_input_finish(struct batch_input *input, struct fault *fault);

/* ---- for who books it ---- */

/* The head for batch_make(); points into the input. */
struct batch_head batch_input_head(const struct batch_input *input, struct slice origin,
				   struct slice company);

#endif
