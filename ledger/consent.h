/*
 * consent.h - what a donor agreed to, as the register beside the log keeps it.
 *
 * The register stands outside the log: it is admission's alone, no auditor can check it.
 * Of each donor of a company, known by a key that names nobody (batch.h), it holds the
 * consent in force; what it replaced is kept behind it. It is filled from what payroll
 * posts: the first row of a donor opens a consent to the terms that its batch names.
 *
 * A row is judged by the day on which it was collected:
 *
 *	withdrawn   after the day of a withdrawal
 *	ended       after the consent's last day
 *	terms       on or after the consent's first day, to other terms than it was given
 *to forgotten   of a donor who asked to be forgotten, while claims can still be made
 *twice
 *
 * unless the row states the day of a new consent, which is then the one in force. (Of a
 * donor who was forgotten nothing is taken before the window has closed.)
 */
#ifndef ARRONDI_LEDGER_CONSENT_H
#define ARRONDI_LEDGER_CONSENT_H

#include <stdbool.h>
#include <stdint.h>

#include "keys/fault.h"
#include "keys/slice.h"
#include "ledger/date.h"
#include "ledger/money.h"
#include "ledger/state.h"

#define CONSENT_ID_BYTES 65
#define CONSENT_NO_DAY   ((struct date){ .day = -1 })

struct consent {
	char terms[CONSENT_ID_BYTES]; /* their version */
	char fund[CONSENT_ID_BYTES];  /* "" where the donor picked none */
	struct cents step, extra;
	struct date from;
	struct date until;     /* last day; -1: none */
	struct date withdrawn; /* -1: not */
	bool wants_receipt;
	int64_t recorded_at; /* UTC seconds */
};

enum consent_verdict {
	CONSENT_GOOD,
	CONSENT_NEW, /* good, and a new one from that day on */
	CONSENT_WITHDRAWN,
	CONSENT_ENDED,
	CONSENT_TERMS,
	CONSENT_FORGOTTEN,
};

/* What a row says of its donor's consent. */
struct consent_ask {
	struct slice terms;
	struct date collected_on;
	struct date stated; /* day of a new consent; -1: the row states none */
};

/* known: NULL where the register has none. */
enum consent_verdict consent_judge(const struct consent *known,
				   const struct consent_ask *ask);

void consent_write(const struct consent *consent, struct record *record);
/* ERR_CORRUPT. */
MUST_USE enum err consent_read(struct slice bytes, struct consent *ret_consent,
			       struct fault *fault);

#endif
