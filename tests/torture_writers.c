/*
 * torture_writers.c - two gateways and command lines write into one ledger at once, and
 * any of them is killed at any time: one log comes of it, with all that was acknowledged.
 *
 *   TORTURE_S=seconds TORTURE_SEED=n BIN=programs torture_writers
 *
 * Clients choose a gateway for each request, also to send one again. A command line
 * (`arrondi-ledger record`) that was killed or told to try again is run again with the
 * same file. Who has to wait for another writer is told so in a sentence.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/clerk.h"
#include "tests/gate.h"
#include "tests/trial.h"

#define DEFAULT_S 60
#define CLERKS    16
#define HANDS     3 /* at the command line */

#define LIFE_US      250000 /* of a gateway, at most */
#define HAND_LIFE_US 30000  /* a command takes about 20 ms */
#define BUSY_US      5000

struct writers;

struct hand {
	struct writers *writers;
	unsigned number;
	pthread_t thread;
	struct chance chance;
	char said[HOUSE_PATH_BYTES], file[HOUSE_PATH_BYTES];
};

struct writers {
	struct house house;
	struct witness witness;
	struct desk desk;
	struct gate gate[DESK_GATES_MAX];
	struct hand hand[HANDS];
	atomic_bool is_closing;
	atomic_ulong commands, commands_killed, commands_busy;
	unsigned long gates_killed;
};

/* ---- at the command line ---- */

static void file_make(const struct hand *hand, unsigned n)
{
	FILE *file = fopen(hand->file, "we");
	char today[DATE_TEXT_BYTES];

	date_format(foundation_today(), today);
	if (!file ||
	    fprintf(file,
		    "{\"kind\":\"gift\",\"ref\":\"HAND%u-%u\",\"date\":\"%s\","
		    "\"payer\":\"%s\",\"giver\":\"company\",\"fund\":\"emploi\","
		    "\"amount\":%u}",
		    hand->number, n, today, hand->writers->house.company[0].id,
		    n % 1000 + 1) < 0 ||
	    fclose(file))
		trial_fail("%s: %m", hand->file);
}

/* "position N ...", and on the next line the entry's bytes. */
static void said_take(struct hand *hand, const char *text)
{
	const char *line = strchr(text, '\n');
	const char *end = line ? strchr(line + 1, '\n') : NULL;
	uint64_t position;

	if (sscanf(text, "position %" SCNu64, &position) != 1 || !end)
		trial_fail("a command says: %s", text);
	witness_tell(&hand->writers->witness, position,
		     slice_of(line + 1, (size_t)(end - line - 1)));
}

/* Kills it at some time, or not. */
static int command_watch(struct hand *hand, pid_t pid)
{
	if (chance_below(&hand->chance, 3) == 0) {
		trial_sleep_us(chance_below(&hand->chance, HAND_LIFE_US));
		(void)kill(pid, SIGKILL); /* it may have ended: then it is a zombie */
	}
	return program_wait(pid);
}

/* Once. false: again. */
static bool command_run(struct hand *hand)
{
	const char *words[] = { "arrondi-ledger", "record", hand->writers->house.dir,
				hand->file, NULL };
	char text[4096];
	int status;

	(void)unlink(hand->said);
	status = command_watch(hand, program_begin(hand->said, NULL, NULL, words));
	file_begins(hand->said, text, sizeof text);
	if (status == 0) {
		said_take(hand, text);
		atomic_fetch_add(&hand->writers->commands, 1);
		return true;
	}
	if (status == 128 + SIGKILL) {
		atomic_fetch_add(&hand->writers->commands_killed, 1);
		return false;
	}
	if (!strstr(text, "try again") || strstr(text, "locked"))
		trial_fail("a command ends with %d and says: %s", status, text);
	atomic_fetch_add(&hand->writers->commands_busy, 1);
	trial_sleep_us(BUSY_US);
	return false;
}

static void *hand_run(void *ctx)
{
	struct hand *hand = ctx;

	for (unsigned n = 0; !atomic_load(&hand->writers->is_closing); n++) {
		file_make(hand, n);
		while (!command_run(hand))
			continue;
	}
	return NULL;
}

static void hands_begin(struct writers *writers)
{
	for (unsigned i = 0; i < HANDS; i++) {
		struct hand *hand = &writers->hand[i];
		char name[32];

		hand->writers = writers;
		hand->number = i;
		hand->chance = chance_of(2000 + i);
		snprintf(name, sizeof name, "said.%u", i);
		house_path(&writers->house, name, hand->said);
		snprintf(name, sizeof name, "record.%u", i);
		house_path(&writers->house, name, hand->file);
		if (pthread_create(&hand->thread, NULL, hand_run, hand))
			trial_fail("a thread cannot be started");
	}
}

/* ---- the gateways ---- */

static void gate_renew(struct writers *writers, unsigned i)
{
	const struct gate_options options = { 0 };

	gate_open(&writers->gate[i], &writers->house, i, &options);
	atomic_store(&writers->desk.port[i], writers->gate[i].port);
}

static void gates_kill(struct writers *writers)
{
	struct chance chance = chance_of(0);

	while (!trial_is_over()) {
		unsigned i = chance_below(&chance, DESK_GATES_MAX);

		trial_sleep_us(chance_below(&chance, LIFE_US));
		gate_kill(&writers->gate[i]);
		atomic_store(&writers->desk.port[i], 0);
		writers->gates_killed++;
		gate_renew(writers, i);
	}
}

int main(void)
{
	static struct writers writers;

	trial_begin("torture_writers", DEFAULT_S);
	house_make(&writers.house, CLERKS);
	witness_init(&writers.witness);
	desk_open(&writers.desk, &writers.house, &writers.witness, DESK_GATES_MAX,
		  CLERKS);
	hands_begin(&writers);
	for (unsigned i = 0; i < DESK_GATES_MAX; i++)
		gate_renew(&writers, i);
	gates_kill(&writers);
	atomic_store(&writers.is_closing, true);
	for (unsigned i = 0; i < HANDS; i++)
		if (pthread_join(writers.hand[i].thread, NULL))
			abort();
	desk_close(&writers.desk);
	for (unsigned i = 0; i < DESK_GATES_MAX; i++)
		gate_close(&writers.gate[i]);
	house_check(&writers.house);
	house_verify(&writers.house, NULL);
	witness_check(&writers.witness, &writers.house, true);
	if (!writers.gates_killed || !writers.commands || !writers.commands_killed)
		trial_fail("not everything was tried");
	trial_end(
		"%lu kills of two gateways, %lu of command lines; %lu requests and %lu "
		"commands acknowledged, %lu checkpoints, %lu requests cut off, %lu told "
		"to wait, %lu commands told to",
		writers.gates_killed, writers.commands_killed, writers.desk.answered,
		writers.commands, (unsigned long)writers.witness.notes,
		writers.desk.retried, writers.desk.busy, writers.commands_busy);
}
