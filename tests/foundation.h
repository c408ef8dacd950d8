/*
 * foundation.h - a ledger to be measured: its charter, companies and drafts.
 *
 * What fails ends the program with status 2 and a line that says why: a bench that
 * measured something else than it says is worse than none.
 */
#ifndef ARRONDI_TESTS_FOUNDATION_H
#define ARRONDI_TESTS_FOUNDATION_H

#include "ledger/date.h"
#include "ledger/ledger.h"

#define FOUNDATION_ORIGIN        "bench.test/93"
#define FOUNDATION_TERMS         "2026-09"
#define FOUNDATION_STEP_CENTS    100
#define FOUNDATION_ROW_CAP_CENTS 5000
#define FOUNDATION_COMPANY_BYTES 32

/* Ends the program unless err is ERR_OK. */
void foundation_must(enum err err, const char *what, const struct fault *fault);

/* A new ledger in dir, of a charter with the funds emploi, general and projets. */
struct ledger *foundation_make(const char *dir);

/* The member id of company number i: employer: and a SIREN with a right key. */
void foundation_company(unsigned i, char ret_id[FOUNDATION_COMPANY_BYTES]);

/* Today in Paris; what is recorded has to be of these days. */
struct date foundation_today(void);

/* Makes a submission of a draft's members, a JSON text without braces in which single
 * quotes stand for double ones. `by` must last as long as it. */
void draft_init(struct submission *submission, const char *by, const char *format, ...)
	PRINTF_LIKE(3, 4);
void draft_release(struct submission *submission);

#endif
