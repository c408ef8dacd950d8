/*
 * batch.h - from checked round-ups to a batch: tags, sorted rows, totals, draft.
 *
 * A company's round-ups become one entry of the log and one blob of rows beside
 * it (DESIGN section 3, "Rows are not leaves"). What names a donor, an invoice
 * or a till is turned here into a tag, and goes no further. A tag is the first
 * 16 bytes of an HMAC-SHA-256 over ASCII text, parts separated by a line feed:
 *
 *   key of a donor  HMAC(company's secret, "donor\n" donor), all 32 bytes
 *   pay             HMAC(donor's secret,
 *                        "salary\n" origin "\n" company "\n" period "\n" slip)
 *   invoice         HMAC(company's secret, "invoice\n" origin "\n" number)
 *   till            HMAC(company's secret, "till\n" origin "\n" till "\n" day)
 *
 * origin is the log's, company the member's id, period YYYY-MM, day YYYY-MM-DD,
 * slip empty where a donor has one payslip a month. No part may hold a line
 * feed, so two claims never share a text. These lines are a format: a change to
 * them lets every claim of the last 13 months be made a second time.
 *
 *  (1) Rows strictly ascend by tag; claims of 0 cents are counted and left out.
 *  (2) Equal claims, in whichever order they come, give equal bytes.
 *  (3) No secret and no key of a donor outlives batch_make().
 */
#ifndef ARRONDI_LEDGER_BATCH_H
#define ARRONDI_LEDGER_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/buffer.h"
#include "keys/fault.h"
#include "keys/hash.h"
#include "keys/slice.h"
#include "ledger/date.h"
#include "ledger/json.h"
#include "ledger/ledger.h"
#include "ledger/money.h"
#include "ledger/rows.h"
#include "ledger/tag.h"

/* The entry's members `count` and `zero` have the same bound (kinds.def). */
#define BATCH_ROWS_MAX 100000

/* Of a donor's reference, a payslip's, an invoice's or a till's number. */
#define BATCH_SUBJECT_BYTES_MAX 32

/* Of a log's origin and a member's id: the bounds of kinds.def. */
#define BATCH_ORIGIN_BYTES_MAX  128
#define BATCH_COMPANY_BYTES_MAX 64

#define BATCH_SECRET_BYTES 32
#define BATCH_SALT_BYTES   32

enum batch_source { BATCH_INVOICE, BATCH_SALARY, BATCH_TILL, BATCH_SOURCE__COUNT };

/* "invoice", "salary", "till". */
const char *batch_source_name(enum batch_source source);

/* ERR_INVALID for another name. */
MUST_USE enum err batch_source_parse(struct slice name, enum batch_source *ret_source);

/* One round-up as somebody claims it. The slices belong to whoever read them. */
struct batch_claim {
	struct slice
		subject;   /* by source: donor's reference, invoice's or till's number */
	struct slice slip; /* salary: the payslip where a donor has several; or empty */
	struct slice fund; /* [a-z0-9-]{1,32} */
	struct cents roundup; /* 0 .. step - 1 */
	struct cents extra;   /* 0 or more */
	struct date day;      /* till: the day of the takings */
	struct date
		consent;  /* salary: day of a new consent to the terms; 0: none stated */
	enum giver giver; /* salary and till: GIVER_PERSON */
	uint32_t line;    /* where it came from: a CSV's line, or a JSON row's index */
};

/* A company's own signature (ledger/manifest.h), and the salt under which it signed. */
struct batch_seal {
	uint8_t salt[BATCH_SALT_BYTES];
	struct slice manifest; /* the signed note */
};

/* The batch that is corrected, and why. */
struct batch_mend {
	uint64_t position;
	struct slice reason;
	struct date collected_on; /* the batch's own day: its rows were given then */
};

/* What holds for all rows of a batch. The slices belong to the caller. */
struct batch_head {
	struct slice origin;    /* of the log */
	struct slice company;   /* member id of the employer */
	struct slice collector; /* that posts it in the company's name; else empty */
	struct slice reference;
	struct slice site; /* empty where the company names none */
	struct slice terms;
	enum batch_source source;
	struct month period;
	struct date collected_on;
	struct cents step;
	struct cents row_cap;          /* of the charter; not a member of the entry */
	const struct batch_seal *seal; /* NULL: the company did not sign */
	const struct batch_mend *mend; /* NULL: a batch, and no correction of one */
};

/* The key under which a donor's secret is kept, made with the company's. ERR_INVALID
 * where the reference has not the syntax of a claim's subject. */
MUST_USE enum err batch_donor_key(const uint8_t company_secret[BATCH_SECRET_BYTES],
				  struct slice donor, uint8_t ret_key[BATCH_SECRET_BYTES],
				  struct fault *fault);

/*
 * Where secrets come from: batch_secrets.h has those of a ledger; a test brings
 * its own. company() gives the company's secret, 32 bytes.
 */
struct batch_secrets {
	void *ctx;
	enum err (*company)(void *ctx, uint8_t ret_secret[BATCH_SECRET_BYTES],
			    struct fault *fault);
	/* As ledger_donors(). */
	enum err (*donors)(void *ctx, const uint8_t *keys, const struct donor_ask *asks,
			   size_t count, bool keep, uint8_t *ret_secrets,
			   uint8_t *ret_verdicts, struct fault *fault);
	bool asks_consents; /* else donors() is given no asks */
	/* As ledger_donor_slips(), for donors with several payslips a month; or NULL. */
	enum err (*slips)(void *ctx, const struct donor_slip *slips, size_t count,
			  struct fault *fault);
};

/* A claim whose donor has not consented to it. */
struct batch_refusal {
	uint32_t line;
	enum consent_verdict verdict;
};

/* A batch made. Owns blob, tags, lines and refused. */
struct batch {
	struct buffer blob;          /* canonical rows, LF after each */
	struct tag *tags;            /* of the rows, ascending */
	uint32_t *lines;             /* of the rows: struct batch_claim's line */
	uint64_t zero;               /* claims of 0, left out */
	struct rows_summary summary; /* count, root, totals */
	/* Where it could not be made by rule "consent": ascending by line. */
	struct batch_refusal *refused;
	size_t refused_count;
};

void batch_init(struct batch *batch);
void batch_release(struct batch *batch);

/*
 * Makes the batch of n claims. `keep` is false for a dry run: its tags are then
 * those of the ledger only for donors that it knows already. *batch is one that
 * was init'ed; on failure it is empty, but for what was refused.
 *
 * ERR_RULE, rule "claim_twice", where two claims are the same (the text names
 * both lines); rule "consent" where donors' consents do not cover them, which are then
 * in batch->refused; the errors of rows_summarise() where an amount is out of bounds;
 * ERR_INVALID where a part of a claim has not its syntax; ERR_TOO_BIG past
 * BATCH_ROWS_MAX; or what secrets gave.
 */
MUST_USE enum err batch_make(const struct batch_head *head,
			     const struct batch_secrets *secrets,
			     const struct batch_claim *claims, size_t n, bool keep,
			     struct batch *batch, struct fault *fault);

/* The tag of a donor's pay, by its secret: origin, company and period are the head's. */
struct tag batch_pay_tag(const uint8_t secret[BATCH_SECRET_BYTES],
			 const struct batch_head *head, struct slice slip);

/* The tag in hex, where it stands in a row's canonical line. ERR_INVALID. */
MUST_USE enum err batch_line_tag(struct slice line, struct slice *ret_tag);

/* Puts canonical rows of the batch that this one corrects among its own, as they are: of
 * donors whose tags cannot be made any more. ERR_RULE, rule "claim_twice", where one
 * stands there already; as batch_make() else. */
MUST_USE enum err batch_keep(struct batch *batch, const struct batch_head *head,
			     struct slice rows, struct fault *fault);

/* What ledger_submit() takes; points into the batch. */
struct batch_rows batch_rows(const struct batch *batch);

/*
 * Fills an empty object of doc with the draft of the entry, a batch's or that of a
 * correction, which does not repeat what its batch says: kind, ref,
 * date (= collected_on) and the members of kinds.def that are not computed.
 * `received` becomes the hex of batch_digest(), where the salt is the seal's or else
 * 32 random bytes, given back for the company's receipt. ERR_MEMORY, or ERR_IO
 * where there is no randomness.
 */
MUST_USE enum err batch_draft(const struct batch *batch, const struct batch_head *head,
			      struct slice body, struct json_doc *doc, struct json *draft,
			      uint8_t ret_salt[BATCH_SALT_BYTES], struct fault *fault);

/* SHA-256(salt || body): what is kept of the bytes that a company sends. */
struct hash batch_digest(const uint8_t salt[BATCH_SALT_BYTES], struct slice body);

#endif
