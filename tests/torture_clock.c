/*
 * torture_clock.c - the machine's clock jumps, while the gateway runs and between runs:
 * the log's time never goes back nor far ahead, and all goes on when the clock is right.
 *
 *   TORTURE_S=seconds TORTURE_SEED=n BIN=programs B=build torture_clock
 *
 * A jump of an hour is lived with: where the clock went back, entries get the last one's
 * time. A greater one while a program runs is refused by it, and so is a clock that is
 * far from the last entry when a program starts: with 503 and a sentence, to be tried
 * again, until the clock is right or the operator says that it is.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/clerk.h"
#include "tests/gate.h"
#include "tests/trial.h"

#define DEFAULT_S 30
#define CLERKS    4
#define HOUR_S    3600
#define YEARS_S   (INT64_C(3652) * 86400) /* ten */
#define PROGRESS  20                      /* answers that prove that it goes on */
#define WAIT_US   30000000
#define SLACK_S   5 /* a jump of almost an hour must not become one by waiting */

struct clocks {
	struct house house;
	struct witness witness;
	struct desk desk;
	struct gate gate;
	struct gate_options options;
	struct chance chance;
	char shim[HOUSE_PATH_BYTES];
	volatile int64_t *offset_s;
	unsigned lived_with, refused, starts;
};

static void clock_make(struct clocks *clocks)
{
	const char *build = getenv("B");
	char path[HOUSE_PATH_BYTES];
	int fd;

	snprintf(clocks->shim, sizeof clocks->shim, "%s/tests/shim_clock.so",
		 build ? build : "build");
	clocks->options.preload = clocks->shim;
	house_path(&clocks->house, "clock-offset", path);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, sizeof *clocks->offset_s) ||
	    setenv("TRIAL_CLOCK", path, 1))
		trial_fail("%s: %m", path);
	clocks->offset_s = mmap(NULL, sizeof *clocks->offset_s, PROT_READ | PROT_WRITE,
				MAP_SHARED, fd, 0);
	if (clocks->offset_s == MAP_FAILED)
		trial_fail("%s: %m", path);
	(void)close(fd); /* the map stays */
}

static void gate_renew(struct clocks *clocks)
{
	gate_open(&clocks->gate, &clocks->house, 0, &clocks->options);
	atomic_store(&clocks->desk.port[0], clocks->gate.port);
	clocks->starts++;
}

static void gate_end(struct clocks *clocks)
{
	atomic_store(&clocks->desk.port[0], 0);
	if (chance_below(&clocks->chance, 2))
		gate_kill(&clocks->gate);
	else
		gate_close(&clocks->gate);
}

/* Until a counter has grown by so many. */
static void progress_await(const atomic_ulong *counter, const char *what)
{
	unsigned long from = atomic_load(counter);
	int64_t until = trial_now_us() + WAIT_US;

	while (atomic_load(counter) - from < PROGRESS) {
		if (trial_now_us() > until)
			trial_fail("%s", what);
		trial_sleep_us(1000);
	}
}

static void assert_served(const struct clocks *clocks, const char *when)
{
	char what[128];

	snprintf(what, sizeof what, "nothing is recorded %s", when);
	progress_await(&clocks->desk.answered, what);
}

/* The time of the last entry, which is never further ahead than a clock was believed. */
static void assert_log_is_of_today(const struct clocks *clocks)
{
	struct ledger *ledger;
	struct fault fault;
	int64_t at;

	trial_must(ledger_open(clocks->house.dir, LEDGER_READ, &ledger, &fault),
		   "the ledger", &fault);
	trial_must(ledger_last_at(ledger, &at, &fault), "the last entry", &fault);
	ledger_close(ledger);
	if (at > time(NULL) + HOUR_S)
		trial_fail("the log's time is %" PRId64 " s ahead", at - time(NULL));
}

/* All are told to try again, and nothing is recorded. */
static void assert_refused(struct clocks *clocks, const char *when)
{
	char what[128];
	unsigned long answered;

	snprintf(what, sizeof what, "nobody is refused %s", when);
	/* What was under way when the clock jumped may still be answered. */
	progress_await(&clocks->desk.busy, what);
	answered = atomic_load(&clocks->desk.answered);
	progress_await(&clocks->desk.busy, what);
	if (atomic_load(&clocks->desk.answered) != answered)
		trial_fail("something is recorded %s", when);
	assert_log_is_of_today(clocks);
	clocks->refused++;
}

static int64_t either_way(struct clocks *clocks, int64_t offset_s)
{
	return chance_below(&clocks->chance, 2) ? offset_s : -offset_s;
}

/* ---- what is tried ---- */

static void jump_while_it_runs(struct clocks *clocks)
{
	int64_t small = chance_below(&clocks->chance, HOUR_S - SLACK_S) + 1;
	int64_t large[] = { YEARS_S, -YEARS_S,         86400,
			    -86400,  HOUR_S + SLACK_S, -HOUR_S - SLACK_S };

	*clocks->offset_s = either_way(clocks, small);
	assert_served(clocks, "after a jump of less than an hour");
	*clocks->offset_s = 0;
	*clocks->offset_s = -HOUR_S + SLACK_S;
	assert_served(clocks, "after an hour back");
	clocks->lived_with += 2;
	*clocks->offset_s = large[chance_below(&clocks->chance, 6)];
	assert_refused(clocks, "after a jump");
	*clocks->offset_s = 0;
	assert_served(clocks, "although the clock was set right");
}

/* status 0 or 2, and this in what it says. */
static void assert_says(const struct clocks *clocks, const char *const words[],
			int status, const char *says)
{
	char said[HOUSE_PATH_BYTES], text[4096];
	int ended;

	house_path(&clocks->house, "said.clock", said);
	(void)unlink(said);
	ended = program_wait(program_begin(said, clocks->shim, NULL, words));
	file_begins(said, text, sizeof text);
	if (ended != status || !strstr(text, says))
		trial_fail("%s ends with %d and says: %s", words[1], ended, text);
}

static void jump_between_runs(struct clocks *clocks)
{
	const char *doctor[] = { "arrondi-ledger", "doctor", clocks->house.dir, NULL };
	const char *member[] = { "arrondi-ledger",
				 "member",
				 clocks->house.dir,
				 "retire",
				 "--id",
				 clocks->house.company[0].id,
				 NULL };
	const char *retain[] = { "arrondi-ledger", "retention", clocks->house.dir,
				 "--delete", NULL };

	gate_end(clocks);
	*clocks->offset_s = either_way(clocks, YEARS_S);
	gate_renew(clocks);
	assert_refused(clocks, "by a gateway that starts with a wrong clock");
	assert_says(clocks, member, 2, "--is-right");
	assert_says(clocks, retain, 2, "--is-right");
	assert_says(clocks, doctor, 1, "time: the machine's clock");
	*clocks->offset_s = 0;
	assert_served(clocks, "although the clock was set right since the start");
	gate_end(clocks);
	/* As after a night of summer time, by who does not know of zones. */
	*clocks->offset_s = either_way(clocks, HOUR_S);
	gate_renew(clocks);
	assert_served(clocks, "by a gateway that starts an hour early or late");
	clocks->lived_with++;
	gate_end(clocks);
	*clocks->offset_s = 0;
	gate_renew(clocks);
	assert_served(clocks, "by the one that starts after it");
}

/* A log that has slept for ten years: it is the operator's to say so. Last, for the log
 * is of another time then. */
static void years_go_by(struct clocks *clocks)
{
	const char *clock[] = { "arrondi-ledger", "clock", clocks->house.dir, NULL };
	const char *right[] = { "arrondi-ledger", "clock", clocks->house.dir,
				"--is-right", NULL };

	*clocks->offset_s = YEARS_S;
	assert_says(clocks, clock, 2, " days after the last entry");
	assert_says(clocks, right, 0, "the clock shows 20");
	/* Gifts of today are too old to be admitted then, and an act is. */
	const char *member[] = { "arrondi-ledger",
				 "member",
				 clocks->house.dir,
				 "add",
				 "--id",
				 "auditor-1",
				 "--role",
				 "auditor",
				 "--name",
				 "Cabinet",
				 NULL };
	assert_says(clocks, member, 0, "token");
}

int main(void)
{
	static struct clocks clocks;

	trial_begin("torture_clock", DEFAULT_S);
	clocks.chance = chance_of(0);
	house_make(&clocks.house, CLERKS);
	clock_make(&clocks);
	witness_init(&clocks.witness);
	desk_open(&clocks.desk, &clocks.house, &clocks.witness, 1, CLERKS);
	gate_renew(&clocks);
	do {
		jump_while_it_runs(&clocks);
		jump_between_runs(&clocks);
	} while (!trial_is_over());
	assert_log_is_of_today(&clocks);
	desk_close(&clocks.desk);
	house_verify(&clocks.house, NULL);
	witness_check(&clocks.witness, &clocks.house, true);
	gate_close(&clocks.gate);
	years_go_by(&clocks);
	house_check(&clocks.house);
	house_verify(&clocks.house, NULL);
	trial_end("%u jumps of the clock lived with, %u refused, %u starts; %lu requests "
		  "acknowledged, %lu told to try again",
		  clocks.lived_with, clocks.refused, clocks.starts, clocks.desk.answered,
		  clocks.desk.busy);
}
