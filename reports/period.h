/*
 * period.h - the days that a report is about.
 */
#ifndef ARRONDI_REPORTS_PERIOD_H
#define ARRONDI_REPORTS_PERIOD_H

#include <stdbool.h>

#include "keys/fault.h"
#include "ledger/date.h"
#include "reports/document.h"
#include "reports/source.h"

/* Both days included. What is not asked for is from the beginning, to the day of the
 * last entry: after period_resolve(), from and to hold in any case. */
struct period {
	bool has_from, has_to;
	struct date from, to;
};

/* ERR_USAGE where the period ends before it begins. */
MUST_USE enum err period_resolve(struct period *period, const struct standing *standing,
				 struct fault *fault);

bool period_holds(const struct period *period, struct date date);

/* Says on a document's front page what it is about: a subtitle, and properties. Of a
 * period that is resolved. */
void period_put(const struct period *period, struct document *doc);

#endif
