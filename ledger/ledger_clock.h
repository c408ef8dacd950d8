/*
 * ledger_clock.h - what time an entry is recorded at.
 *
 * The log's time never goes back, and whoever sets the machine's clock must not
 * move it unnoticed: the wall clock is compared with the clock that counts
 * since boot, which nobody can set. A log that has once recorded a day in the
 * future would refuse every fact of today's.
 */
#ifndef ARRONDI_LEDGER_LEDGER_CLOCK_H
#define ARRONDI_LEDGER_LEDGER_CLOCK_H

#include <stdint.h>

#include "keys/fault.h"

#define LEDGER_CLOCK_JUMP_S_MAX 3600

struct ledger_clock {
	int64_t wall_s; /* CLOCK_REALTIME */
	int64_t boot_s; /* CLOCK_BOOTTIME, read at the same moment */
};

/* Both clocks now. */
struct ledger_clock ledger_clock_read(void);

/*
 * The second to record: now's, or the last entry's where that is later. ERR_RULE
 * "clock" where the wall clock has gone more than LEDGER_CLOCK_JUMP_S_MAX further
 * or less far than the other since `noted`.
 */
MUST_USE enum err ledger_clock_judge(const struct ledger_clock *noted,
				     const struct ledger_clock *now, int64_t last_at,
				     int64_t *ret_at, struct fault *fault);

#endif
