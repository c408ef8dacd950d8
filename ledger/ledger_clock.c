/*
 * ledger_clock.c - see ledger_clock.h.
 */
#include "ledger/ledger_clock.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "keys/encoding.h"
#include "keys/file.h"
#include "ledger/ledger_int.h"

#define SECONDS_DIGITS_MAX 19

struct ledger_clock ledger_clock_read(void)
{
	struct timespec wall, boot;

	/* These cannot fail: Linux has had both clocks for long. */
	if (clock_gettime(CLOCK_REALTIME, &wall) || clock_gettime(CLOCK_BOOTTIME, &boot))
		abort();
	return (struct ledger_clock){ .wall_s = wall.tv_sec, .boot_s = boot.tv_sec };
}

/* The rule's name for whoever reads, and the error of what is to be tried again. */
static enum err clock_fault(struct fault *fault)
{
	if (fault)
		fault->err = ERR_BUSY;
	return ERR_BUSY;
}

enum err ledger_clock_judge(const struct ledger_clock *noted,
			    const struct ledger_clock *now, int64_t last_at,
			    int64_t *ret_at, struct fault *fault)
{
	int64_t wall_s = now->wall_s - noted->wall_s;
	int64_t boot_s = now->boot_s - noted->boot_s;
	int64_t jump_s = wall_s - boot_s;

	if (llabs(jump_s) > LEDGER_CLOCK_JUMP_S_MAX) {
		(void)fault_rule(fault, "clock",
				 "the machine's clock was set by %" PRId64
				 " s since this program began: nothing is recorded until "
				 "it is set back or, where it is right now, the program "
				 "is started again",
				 jump_s);
		return clock_fault(fault);
	}
	*ret_at = now->wall_s > last_at ? now->wall_s : last_at;
	return ERR_OK;
}

enum err ledger_clock_gap(int64_t wall_s, int64_t last_at, int64_t right_at,
			  struct fault *fault)
{
	if (llabs(wall_s - last_at) <= LEDGER_CLOCK_GAP_S_MAX ||
	    (right_at && llabs(wall_s - right_at) <= LEDGER_CLOCK_GAP_S_MAX))
		return ERR_OK;
	(void)fault_rule(fault, "clock",
			 "the machine's clock is %" PRId64 " days %s the last entry: "
			 "nothing is recorded until it is set or, where it is right, the "
			 "operator says so with 'arrondi-ledger clock DIR --is-right'",
			 (int64_t)llabs(wall_s - last_at) / DAY_S,
			 wall_s > last_at ? "after" : "before");
	return clock_fault(fault);
}

int64_t ledger_clock_right_at(const char *dir)
{
	char path[LEDGER_PATH_BYTES_MAX];
	struct buffer text;
	uint64_t right_at = 0;
	enum err err = ledger_path(dir, LEDGER_CLOCK, path, NULL);

	buffer_init(&text, SECONDS_DIGITS_MAX + 1);
	if (!err)
		err = file_read(path, SECONDS_DIGITS_MAX + 1, &text, NULL);
	if (!err && text.n)
		err = decimal_parse(buffer_text(&text), text.n - 1, &right_at);
	buffer_release(&text);
	return err || right_at > INT64_MAX / 2 ? 0 : (int64_t)right_at;
}

enum err ledger_clock_say_right(const char *dir, struct fault *fault)
{
	char path[LEDGER_PATH_BYTES_MAX], text[SECONDS_DIGITS_MAX + 2];
	int n = snprintf(text, sizeof text, "%" PRId64 "\n", ledger_clock_read().wall_s);
	enum err err = ledger_path(dir, LEDGER_CLOCK, path, fault);

	return err ? err : file_write(path, slice_of(text, (size_t)n), 0600, fault);
}

enum err ledger_last_at(struct ledger *ledger, int64_t *ret_at, struct fault *fault)
{
	enum err err = ledger_reading_start(ledger, fault);

	if (err)
		return err;
	*ret_at = ledger->meta.at;
	ledger_reading_stop(ledger);
	return ERR_OK;
}

enum err ledger_clock_check(struct ledger *ledger, struct fault *fault)
{
	int64_t last_at;
	enum err err = ledger_last_at(ledger, &last_at, fault);

	return err ? err
		   : ledger_clock_gap(ledger_clock_read().wall_s, last_at,
				      ledger_clock_right_at(ledger->dir), fault);
}

enum err ledger_clock_take(struct ledger *ledger, int64_t *ret_at, struct fault *fault)
{
	struct ledger_clock now = ledger_clock_read();
	int64_t last_at = ledger->meta.at;

	/* The charter has nothing before it, and the seats have signed a succession. */
	if (!ledger->clock_is_believed && ledger->meta.head.size && !ledger->succeeds) {
		int64_t right_at = ledger_clock_right_at(ledger->dir);
		enum err err = ledger_clock_gap(now.wall_s, last_at, right_at, fault);

		if (err)
			return err;
		/* Where this program began with a wrong clock that has been set since. */
		if (ledger_clock_gap(ledger->clock.wall_s, last_at, right_at, NULL))
			ledger->clock = now;
	}
	ledger->clock_is_believed = true;
	return ledger_clock_judge(&ledger->clock, &now, last_at, ret_at, fault);
}
