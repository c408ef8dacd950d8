/*
 * books_close_int.h - the accounts that no other kind moves, what seats sign together,
 * and when a period ends; the fourth part of books_int.h, private to books*.c.
 */
#ifndef ARRONDI_LEDGER_BOOKS_CLOSE_INT_H
#define ARRONDI_LEDGER_BOOKS_CLOSE_INT_H

#include "ledger/books_int.h"

/* books_signature.c: what several seats sign. */
struct signed_text {
	const char *rule; /* by which another text, or a seat twice, is refused */
	/* Appends what this seat has to sign. */
	enum err (*write)(struct books *books, struct slice seat, const void *ctx,
			  struct buffer *out, struct fault *fault);
	const void *ctx;
};
/* That each {seat, note} of the list is signed by its seat's key, and says that; sets how
 * many there are. */
MUST_USE enum err signatures_check(struct books *books, const struct json *signatures,
				   const struct signed_text *said, int64_t *ret_count,
				   struct fault *fault);

/* books_journal.c */
/* That at least two seats have signed the entry, a journal or an opening. */
MUST_USE enum err journal_check_signed(struct books *books, struct fault *fault);
/* The account of the books under a number of the chart, of a line that moves something;
 * the rule's name of all but the chart's is the caller's. */
MUST_USE enum err journal_line(const struct json *line, const char *rule,
			       struct key *ret_account, struct fault *fault);
MUST_USE enum err apply_journal(struct books *books, struct fault *fault);

/* books_opening.c */
MUST_USE enum err apply_opening(struct books *books, struct fault *fault);

/* books_close.c */
/* That nothing of that day is closed. */
MUST_USE enum err close_check_open(struct books *books, struct date date,
				   struct fault *fault);
/* That day, or the first one that is open where it is closed. */
struct date close_open_day(struct books *books, struct date date);
/* Nothing is dated before that day any more. */
void close_open_from(struct books *books, struct date from);
/* The rules of an approval, proposed or recorded. */
MUST_USE enum err close_check_approved(struct books *books, const struct json *act,
				       struct fault *fault);
MUST_USE enum err apply_close(struct books *books, struct fault *fault);

/* books_meeting.c */
/* That the meeting that a decision names had its proposal on the agenda. */
MUST_USE enum err meeting_check_decision(struct books *books, struct fault *fault);
MUST_USE enum err apply_meeting(struct books *books, struct fault *fault);

/* books_authorisation.c */
/* That an entry that names one is of its days. */
MUST_USE enum err authorisation_check(struct books *books, struct fault *fault);
MUST_USE enum err apply_authorisation(struct books *books, struct fault *fault);

/* books_notification.c */
MUST_USE enum err apply_notification(struct books *books, struct fault *fault);

#endif
