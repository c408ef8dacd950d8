/*
 * audit_continues.h - that one verified log continues another, and what was lost.
 *
 * A log that succeeds has the old one's first entries, then the entry of the succession,
 * to which the seats have consented. Where the old log had gone on after that point (its
 * backup was older than it), these entries are not in the new one: they are listed, and
 * it is said of each whether it was recorded again.
 */
#ifndef ARRONDI_LEDGER_AUDIT_CONTINUES_H
#define ARRONDI_LEDGER_AUDIT_CONTINUES_H

#include "keys/buffer.h"
#include "ledger/audit.h"

/* What became of an entry of the old log that comes after what both have. */
enum lost_state {
	LOST_MISSING,  /* the new log has nothing of its submitter and reference */
	LOST_DIFFERS,  /* it has, with other content */
	LOST_RECORDED, /* it has the same: submitter, reference and content */
};
struct audit_lost {
	uint64_t position; /* in the old log */
	enum kind kind;
	char by[QUERY_ID_BYTES];
	char ref[33];
	struct date date;
	struct hash content;
	enum lost_state state;
	uint64_t again; /* its position in the new log, but of LOST_MISSING */
};

struct audit_continues {
	uint64_t at; /* position of the succession: so many entries are the same */
	uint64_t old_size;
	char old_origin[129];
	char new_origin[129]; /* as the succession names it; there may be later ones */
	char reason[32];
	char seats[64][QUERY_ID_BYTES]; /* that consented */
	size_t n_seats;
	struct audit_lost *lost; /* owned; ascending by position */
	size_t n_lost;
};

/*
 * ERR_RULE, and *ret_finding is filled, where the new log does not continue the old one:
 *
 *   charter     they have different charters
 *   succession  no succession of the new log names the old one's origin; or its
 *               checkpoint is not the old one's
 *   cut_short   the export of the old log ends before it
 *   older       the entries before it are not the old log's
 *
 * That some are lost is no error. The caller releases *ret_continues. ERR_IO, ERR_MEMORY.
 */
MUST_USE enum err audit_continues_check(struct audit *old, struct audit *new,
					struct audit_continues *ret_continues,
					struct audit_finding *ret_finding,
					struct fault *fault);
void audit_continues_release(struct audit_continues *continues); /* takes zeroes */

/* Entries that were not recorded again as they were. */
size_t audit_continues_missing(const struct audit_continues *continues);

/* For a person, and for a program. ERR_MEMORY, ERR_TOO_BIG for out. */
MUST_USE enum err audit_continues_text(struct audit *old, struct audit *new,
				       const struct audit_continues *continues,
				       struct buffer *out, struct fault *fault);
MUST_USE enum err audit_continues_json(struct audit *old, struct audit *new,
				       const struct audit_continues *continues,
				       struct buffer *out, struct fault *fault);

#endif
