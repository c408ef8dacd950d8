/*
 * ledger_clock.h - what time an entry is recorded at.
 *
 * The log's time never goes back, and whoever sets the machine's clock must not
 * move it unnoticed: the wall clock is compared with the clock that counts
 * since boot, which nobody can set. A log that has once recorded a day in the
 * future would refuse every fact of today's. A machine that starts with a wrong clock has
 * nothing to compare it with but the log: a clock that is far from the last entry is
 * believed only once the operator has said that it is right.
 *
 * A clock that is not believed is the machine's fault and not that of who submits: it is
 * told as ERR_BUSY with the rule "clock", so that the same is tried again later.
 */
#ifndef ARRONDI_LEDGER_LEDGER_CLOCK_H
#define ARRONDI_LEDGER_LEDGER_CLOCK_H

#include <stdint.h>

#include "keys/fault.h"

#define LEDGER_CLOCK_JUMP_S_MAX 3600
/* A log sleeps for so long at most before its operator is asked, and so far a wrong clock
 * can take it at most. Longer than any silence of a foundation that pays monthly. */
#define LEDGER_CLOCK_GAP_S_MAX (INT64_C(100) * 86400)

struct ledger_clock {
	int64_t wall_s; /* CLOCK_REALTIME */
	int64_t boot_s; /* CLOCK_BOOTTIME, read at the same moment */
};

/* Both clocks now. */
struct ledger_clock ledger_clock_read(void);

/*
 * The second to record: now's, or the last entry's where that is later. ERR_BUSY
 * "clock" where the wall clock has gone more than LEDGER_CLOCK_JUMP_S_MAX further
 * or less far than the other since `noted`.
 */
MUST_USE enum err ledger_clock_judge(const struct ledger_clock *noted,
				     const struct ledger_clock *now, int64_t last_at,
				     int64_t *ret_at, struct fault *fault);

/* ERR_BUSY "clock" where the wall clock is further than LEDGER_CLOCK_GAP_S_MAX, before or
 * after, from the last entry, and from when it was said to be right (0: never). */
MUST_USE enum err ledger_clock_gap(int64_t wall_s, int64_t last_at, int64_t right_at,
				   struct fault *fault);

/* When the clock of this ledger's machine was said to be right: the file 'clock' of the
 * folder. 0 where that was never said; a file that cannot be read says nothing. */
int64_t ledger_clock_right_at(const char *dir);

#endif
