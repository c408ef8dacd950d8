/*
 * exercise.h - the fiscal year (exercice) that accounts are drawn for.
 *
 * The charter says on which day a year ends. A report is of one year, or of days of
 * its own, and beside it stands the year before: everything earlier is the opening.
 */
#ifndef ARRONDI_REPORTS_EXERCISE_H
#define ARRONDI_REPORTS_EXERCISE_H

#include <stdbool.h>

#include "keys/fault.h"
#include "keys/slice.h"
#include "ledger/date.h"
#include "reports/request.h"

/* What was asked for: a year, or days, or (nothing) the year of the last entry. */
struct exercise_request {
	bool has_year, has_from, has_to;
	int32_t year; /* the one in which it ends */
	struct date from, to;
};

enum term {
	TERM_BEFORE,   /* the years before the previous one */
	TERM_PREVIOUS, /* N-1 */
	TERM_CURRENT,  /* N */
	TERM_AFTER,
	TERM__COUNT
};

struct exercise {
	struct date previous_from, from, to; /* first days, and the last one */
	bool is_over;                        /* the log has come past its last day */
};

/* Of --year, --from and --to: ERR_USAGE where the year is none. */
MUST_USE enum err exercise_request_of(const struct report_request *request,
				      struct exercise_request *ret_exercise,
				      struct fault *fault);

/* monthday is the charter's "MM-DD"; last_day is that of the log's last entry.
 * ERR_USAGE where `from` is after `to`, or where both a year and days are asked for;
 * ERR_INVALID where monthday is no day, or the year not one of ours. */
MUST_USE enum err exercise_of(const struct exercise_request *request,
			      struct slice monthday, struct date last_day,
			      struct exercise *ret_exercise, struct fault *fault);

enum term exercise_term(const struct exercise *exercise, struct date date);

#endif
