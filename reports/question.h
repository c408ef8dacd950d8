/*
 * question.h - how reports tell of a question put to the board: its subject, whom it
 * is for, and what became of it.
 *
 * A person is never named: a job seeker is shown by the first digits of 128 random bits.
 */
#ifndef ARRONDI_REPORTS_QUESTION_H
#define ARRONDI_REPORTS_QUESTION_H

#include <stdbool.h>

#include "keys/fault.h"
#include "ledger/books_query.h"
#include "reports/document.h"
#include "reports/lang.h"

/* "Coup de pouce", "Subvention": static, but for a subject that has no word. */
const char *question_subject(enum lang lang, const struct proposal_view *proposal);

/* The next cell: a beneficiary's id, or a job seeker's first digits. */
void cell_beneficiary(struct table *table, enum lang lang, const char *id);

/* The next cell: a project's title, a beneficiary, a fund, or the grant it changes. */
void cell_for_what(struct table *table, struct books *books, enum lang lang,
		   const struct proposal_view *proposal);

/* The next cell, empty where there is nothing to say. */
void cell_text_or_empty(struct table *table, const char *text);
void cell_cents_or_empty(struct table *table, struct cents c);

bool question_was_granted(const struct proposal_view *proposal);

/* Of one that is decided: granted, refused, withdrawn, or granted and not ratified. */
enum msg question_outcome(const struct proposal_view *proposal);

/* What of a grant may still be paid. ERR_TOO_BIG as sum_add(). */
MUST_USE enum err question_left(const struct proposal_view *proposal,
				struct cents *ret_left, struct fault *fault);

#endif
