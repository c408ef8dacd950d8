/*
 * accounting_rig.h - what tests of the accounts share: the accounting of a world's log,
 * and sums of accounts.
 */
#ifndef ARRONDI_TESTS_ACCOUNTING_RIG_H
#define ARRONDI_TESTS_ACCOUNTING_RIG_H

#include "reports/accounting.h"
#include "tests/report_rig.h"

/* Every entry of the world, and the close; fails the test where that fails. The vouchers
 * of the year go to the sink, if there is one. */
struct accounting *rig_accounting(struct world *world,
				  const struct exercise_request *request,
				  const struct voucher_sink *sink);

/* The balance (debits positive) of the accounts whose number begins so, in that period.
 */
int64_t rig_balance(const struct accounting *accounting, const char *number,
		    enum term term);
/* The same over all periods. */
int64_t rig_balance_all(const struct accounting *accounting, const char *number);

/* A request of the days between two texts, "2026-01-01"; of a year. */
struct exercise_request rig_days(const char *from, const char *to);
struct exercise_request rig_year(int32_t year);

#endif
