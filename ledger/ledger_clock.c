/*
 * ledger_clock.c - see ledger_clock.h.
 */
#include "ledger/ledger_clock.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

struct ledger_clock ledger_clock_read(void)
{
	struct timespec wall, boot;

	/* These cannot fail: Linux has had both clocks for long. */
	if (clock_gettime(CLOCK_REALTIME, &wall) || clock_gettime(CLOCK_BOOTTIME, &boot))
		abort();
	return (struct ledger_clock){ .wall_s = wall.tv_sec, .boot_s = boot.tv_sec };
}

enum err ledger_clock_judge(const struct ledger_clock *noted,
			    const struct ledger_clock *now, int64_t last_at,
			    int64_t *ret_at, struct fault *fault)
{
	int64_t wall_s = now->wall_s - noted->wall_s;
	int64_t boot_s = now->boot_s - noted->boot_s;
	int64_t jump_s = wall_s - boot_s;

	if (llabs(jump_s) > LEDGER_CLOCK_JUMP_S_MAX)
		return fault_rule(
			fault, "clock",
			"the machine's clock was set by %" PRId64
			" s since this program began: see that it is right, then "
			"start the program again",
			jump_s);
	*ret_at = now->wall_s > last_at ? now->wall_s : last_at;
	return ERR_OK;
}
