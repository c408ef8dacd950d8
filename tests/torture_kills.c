/*
 * torture_kills.c - SIGKILL at any time, with 32 clients posting: nothing acknowledged is
 * lost, nothing is booked twice, no two checkpoints contradict each other.
 *
 *   TORTURE_S=seconds TORTURE_SEED=n BIN=programs torture_kills
 *
 * The gateway is killed while it starts and recovers, while it works, and right when it
 * has written: to the database's log, within the group commit; to `head`, between the
 * commit and the signature. Then it is started again. A ledger is used for so many kills,
 * every few of them exported and verified as the kill has left it, and at the end held
 * against all that clients were told.
 */
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/poll.h>
#include <unistd.h>

#include "tests/clerk.h"
#include "tests/gate.h"
#include "tests/trial.h"

#define DEFAULT_S        120
#define CLERKS           32
#define KILLS_PER_LEDGER 150
#define KILLS_PER_LOOK   25

#define START_US      20000 /* longer than a start takes */
#define WORK_US       90000
#define WRITES_MAX    40
#define WRITE_LATE_US 600 /* from a write on; a commit is shorter */
#define WRITE_WAIT_MS 500

enum moment { MOMENT_START, MOMENT_WORK, MOMENT_COMMIT, MOMENT_HEAD, MOMENT__COUNT };

static const char *const moment_names[MOMENT__COUNT] = { "starting", "working",
							 "committing", "signing" };

struct siege {
	struct house house;
	struct witness witness;
	struct desk desk;
	struct gate gate;
	struct chance chance;
	unsigned kills[MOMENT__COUNT], ledgers, looks;
	unsigned long entries, notes, repeated, retried;
	int64_t start_us;
	unsigned starts;
};

static unsigned kills_of(const struct siege *siege)
{
	unsigned kills = 0;

	for (int i = 0; i < MOMENT__COUNT; i++)
		kills += siege->kills[i];
	return kills;
}

/* Until the file was written to for the n-th time from now; false where it never is. */
static bool write_await(const struct siege *siege, const char *name, unsigned n)
{
	char path[HOUSE_PATH_BYTES * 2], events[4096];
	int fd = inotify_init1(IN_CLOEXEC);
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	bool is_written = true;

	snprintf(path, sizeof path, "%s/%s", siege->house.dir, name);
	if (fd < 0 || inotify_add_watch(fd, path, IN_MODIFY) < 0)
		is_written = false;
	for (unsigned i = 0; is_written && i < n; i++)
		is_written = poll(&poll_fd, 1, WRITE_WAIT_MS) == 1 &&
			     read(fd, events, sizeof events) > 0;
	if (fd >= 0)
		(void)close(fd); /* only watched */
	return is_written;
}

static void moment_await(struct siege *siege, enum moment moment)
{
	unsigned writes = 1 + chance_below(&siege->chance, WRITES_MAX);

	switch (moment) {
	case MOMENT_START:
		break;
	case MOMENT_WORK:
		trial_sleep_us(chance_below(&siege->chance, WORK_US));
		return;
	case MOMENT_COMMIT:
		(void)write_await(siege, "ledger.db-wal", writes);
		break;
	case MOMENT_HEAD:
		(void)write_await(siege, "head", 1 + writes / 8);
		break;
	case MOMENT__COUNT:
		abort();
	}
	trial_sleep_us(chance_below(&siege->chance, WRITE_LATE_US));
}

static enum moment moment_choose(struct siege *siege)
{
	unsigned choice = chance_below(&siege->chance, 100);

	if (choice < 25)
		return MOMENT_START;
	if (choice < 55)
		return MOMENT_WORK;
	return choice < 85 ? MOMENT_COMMIT : MOMENT_HEAD;
}

static void kill_once(struct siege *siege)
{
	const struct gate_options options = { 0 };
	enum moment moment = moment_choose(siege);
	int64_t began = trial_now_us();

	gate_begin(&siege->gate, &siege->house, 0, &options);
	if (moment == MOMENT_START) {
		trial_sleep_us(chance_below(&siege->chance, START_US));
	} else {
		gate_await(&siege->gate);
		siege->start_us += trial_now_us() - began;
		siege->starts++;
		atomic_store(&siege->desk.port[0], siege->gate.port);
		moment_await(siege, moment);
	}
	gate_kill(&siege->gate);
	atomic_store(&siege->desk.port[0], 0);
	siege->kills[moment]++;
}

static void ledger_besiege(struct siege *siege)
{
	const struct gate_options options = { 0 };

	house_make(&siege->house, CLERKS);
	witness_init(&siege->witness);
	desk_open(&siege->desk, &siege->house, &siege->witness, 1, CLERKS);
	for (unsigned i = 0; i < KILLS_PER_LEDGER && !trial_is_over(); i++) {
		kill_once(siege);
		if (i % KILLS_PER_LOOK != KILLS_PER_LOOK - 1)
			continue;
		house_verify(&siege->house, NULL);
		witness_check(&siege->witness, &siege->house, false);
		siege->looks++;
	}
	gate_open(&siege->gate, &siege->house, 0, &options);
	atomic_store(&siege->desk.port[0], siege->gate.port);
	desk_close(&siege->desk);
	gate_close(&siege->gate);
	house_check(&siege->house);
	house_verify(&siege->house, NULL);
	witness_check(&siege->witness, &siege->house, true);
	siege->ledgers++;
	siege->entries += siege->witness.entries;
	siege->notes += siege->witness.notes;
	siege->repeated += siege->desk.repeated;
	siege->retried += siege->desk.retried;
	witness_release(&siege->witness);
}

int main(void)
{
	static struct siege siege;

	trial_begin("torture_kills", DEFAULT_S);
	siege.chance = chance_of(0);
	do
		ledger_besiege(&siege);
	while (!trial_is_over());
	if (!kills_of(&siege) || !siege.entries)
		trial_fail("nothing was tried");
	for (int i = 0; i < MOMENT__COUNT; i++)
		printf("torture_kills: %u kills while %s\n", siege.kills[i],
		       moment_names[i]);
	trial_end("%u kills of a gateway with %d clients, on %u ledgers; %lu entries "
		  "acknowledged, %lu checkpoints, %lu requests cut off, %lu of them were "
		  "recorded already; %u looks in between; a start takes %ld us",
		  kills_of(&siege), CLERKS, siege.ledgers, siege.entries, siege.notes,
		  siege.retried, siege.repeated, siege.looks,
		  (long)(siege.start_us / (siege.starts ? siege.starts : 1)));
}
