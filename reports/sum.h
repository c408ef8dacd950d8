/*
 * sum.h - adding up cents in a report, where the failure is a sentence.
 */
#ifndef ARRONDI_REPORTS_SUM_H
#define ARRONDI_REPORTS_SUM_H

#include "keys/fault.h"
#include "ledger/money.h"

/* ERR_TOO_BIG past the bound of money.h; the sum is then as before. */
MUST_USE enum err sum_add(struct cents *sum, struct cents amount, struct fault *fault);
MUST_USE enum err sum_take(struct cents *sum, struct cents amount, struct fault *fault);

#endif
