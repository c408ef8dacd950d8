/*
 * torture_bank.c - the bank's commands, killed with -9 at any moment or over a disk that
 * fails at any call: what is imported is imported once, a payment is in one file, the
 * payees' file is the old one or the new one.
 *
 *   TORTURE_S=seconds TORTURE_SEED=n BIN=programs B=build torture_bank
 *
 * A play is: a payee is added, a statement imported with its notification, payments are
 * ordered, the next statement imported (bank_errand.h). In a play each command is killed
 * some times, by the clock, and then left to its end. Between plays each command by
 * itself meets a disk of which one call fails, or is killed at that call; in an order of
 * the seed's. After each the ledger agrees with itself, and an order that is recorded has
 * its file; in the end the books are those of a play without trouble.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "keys/file.h"
#include "tests/bank_errand.h"
#include "tests/disk_run.h"
#include "tests/folder.h"

#define DEFAULT_S        60
#define KILLS_MAX        3
#define MOMENTS_PER_PLAY 2
#define WORDS_MAX        14
#define LOOK_EVERY       4
#define AUDIT_EVERY      16
#define NEW_NAME         "Association du Quai"
#define NEW_IBAN         "DE89370400440532013000"

enum command { ADD, FIRST, ORDERS, SECOND, COMMAND__COUNT };
static const char *const command_names[COMMAND__COUNT] = { "beneficiary add",
							   "bank import", "bank orders",
							   "bank import again" };

struct moment {
	uint64_t call;
	enum disk_how how;
};

static struct {
	struct stage stage;
	struct bank_errand errand;
	struct chance chance;
	struct disk_run run;
	char near[STAGE_PATH_BYTES]; /* what only the trial writes */
	char input[STAGE_PATH_BYTES], kept[STAGE_PATH_BYTES], lock[STAGE_PATH_BYTES];
	char clean[COMMAND__COUNT][BANK_ERRAND_TEXT_BYTES]; /* when each is done */
	int64_t takes_us[COMMAND__COUNT];
	uint64_t calls[COMMAND__COUNT];
	struct moment *moment[COMMAND__COUNT];
	size_t moments[COMMAND__COUNT], next[COMMAND__COUNT];
	uint64_t plays, looks, kills[COMMAND__COUNT], late, failures, refused;
	char name[160];
} torture;

/* ---- commands ---- */

static void words_of(enum command command, const char *words[WORDS_MAX])
{
	const struct bank_errand *errand = &torture.errand;
	const char *dir = torture.stage.dir;
	const char *const all[COMMAND__COUNT][WORDS_MAX] = {
		[ADD] = { "arrondi-gateway", "beneficiary", errand->payees, "add",
			  "--passphrase-file", errand->passphrase },
		[FIRST] = { "arrondi-gateway", "bank", dir, "import", errand->file[0],
			    "--details", errand->details },
		[ORDERS] = { "arrondi-gateway", "bank", dir, "orders", "--out",
			     errand->out, "--payees", errand->payees, "--passphrase-file",
			     errand->passphrase },
		[SECOND] = { "arrondi-gateway", "bank", dir, "import", errand->file[1] },
	};

	memcpy(words, all[command], sizeof all[command]);
}

static const char *input_of(enum command command)
{
	return command == ADD ? torture.input : NULL;
}

/* What the commands are as steps of the errand's; to add a payee is none. */
static enum bank_errand_step step_of(enum command command)
{
	switch (command) {
	case ADD:
	case FIRST:
		return BANK_ERRAND_FIRST;
	case ORDERS:
		return BANK_ERRAND_ORDERS;
	case SECOND:
		return BANK_ERRAND_SECOND;
	case COMMAND__COUNT:
		break;
	}
	abort();
}

static void begin(enum command command)
{
	stage_set(&torture.stage, command);
	bank_errand_clear(&torture.errand, step_of(command));
	folder_remove(torture.lock);
	file_bring(torture.kept, torture.errand.payees);
}

/* ---- what must hold ---- */

/* Those who were there are, and the new one is or is not, as it was said. */
static void payees_look(bool is_said)
{
	const struct beneficiary_file *before = torture.errand.list;
	struct beneficiary_file now;
	struct fault fault;
	size_t more;

	beneficiary_file_init(&now);
	if (beneficiary_file_read(&now, torture.errand.payees, BANK_ERRAND_PASSPHRASE,
				  &fault) != ERR_OK)
		trial_fail("%s: the payees' file: %s", torture.name, fault.text);
	for (size_t i = 0; i < before->count; i++)
		if (!beneficiary_find(&now, &before->list[i].payee))
			trial_fail("%s: a payee is lost", torture.name);
	more = now.count - before->count;
	if (more > 1 || (is_said && more != 1))
		trial_fail("%s: %zu payees were added instead of one", torture.name,
			   more);
	beneficiary_file_release(&now);
}

static void ledger_look(bool is_thorough)
{
	struct stage *stage = &torture.stage;

	if (stage_try_open(stage) != ERR_OK)
		trial_fail("%s: the ledger does not open: %s", torture.name,
			   stage->fault.text);
	bank_errand_look(&torture.errand, stage, torture.name);
	if (is_thorough && ledger_check(stage->ledger, &stage->fault) != ERR_OK)
		trial_fail("%s: the ledger does not agree with itself: %s", torture.name,
			   stage->fault.text);
	bank_errand_tidy(&torture.errand, stage);
	stage_close(stage);
}

static void look(enum command command, bool is_said)
{
	if (command == ADD)
		payees_look(is_said);
	else
		ledger_look(chance_below(&torture.chance, LOOK_EVERY) == 0);
}

/* To its end, on a sound disk. */
static void finish(enum command command)
{
	const char *words[WORDS_MAX];
	char said[1000];
	int status;

	/* What the one before has ordered is not ordered again. */
	if (command == ORDERS && folder_is_there(torture.errand.out))
		return;
	words_of(command, words);
	status = disk_run_soundly(&torture.run, input_of(command), words);
	if (!status)
		return;
	file_begins(torture.run.said, said, sizeof said);
	trial_fail("%s: the same again has status %d: %s", torture.name, status, said);
}

/* In the end of a command. */
static void books_are(enum command command)
{
	struct stage *stage = &torture.stage;
	char text[BANK_ERRAND_TEXT_BYTES];

	if (command == ADD) {
		payees_look(true);
		return;
	}
	stage_open(stage);
	bank_errand_books(stage, text);
	if (torture.looks++ % AUDIT_EVERY == 0)
		stage_audit(stage, torture.name);
	stage_close(stage);
	if (strcmp(text, torture.clean[command]) != 0)
		trial_fail("%s: the books say\n%s\nand without trouble\n%s", torture.name,
			   text, torture.clean[command]);
}

/* ---- kills ---- */

static void kill_once(enum command command)
{
	int64_t most = torture.takes_us[command] * 5 / 4 + 1000;
	unsigned after = chance_below(&torture.chance, (unsigned)most);
	const char *words[WORDS_MAX];
	int status;
	pid_t pid;

	if (command == ORDERS && folder_is_there(torture.errand.out))
		return;
	(void)snprintf(torture.name, sizeof torture.name, "'%s', killed after %u us",
		       command_names[command], after);
	words_of(command, words);
	folder_remove(torture.run.said);
	pid = program_begin(torture.run.said, NULL, input_of(command), words);
	trial_sleep_us(after);
	if (kill(pid, SIGKILL) != 0)
		trial_fail("a process of ours cannot be killed: %m");
	status = program_wait(pid);
	if (status == 0)
		torture.late++;
	else if (status != 128 + SIGKILL)
		trial_fail("%s: status %d", torture.name, status);
	else
		torture.kills[command]++;
	look(command, status == 0);
}

static void play_killed(void)
{
	begin(ADD);
	for (int command = 0; command < COMMAND__COUNT; command++) {
		unsigned kills = chance_below(&torture.chance, KILLS_MAX + 1);

		for (unsigned i = 0; i < kills; i++)
			kill_once((enum command)command);
		finish((enum command)command);
		books_are((enum command)command);
	}
	torture.plays++;
}

/* ---- a disk that fails ---- */

static void fail_once(enum command command, const struct moment *moment)
{
	uint64_t call = moment->call;
	enum disk_how how = moment->how;
	const char *words[WORDS_MAX];
	int status;

	words_of(command, words);
	(void)snprintf(torture.name, sizeof torture.name, "'%s', call %" PRIu64 ", %s",
		       command_names[command], call, disk_how_names[how]);
	status = disk_run(&torture.run, input_of(command), words, call, how);
	(void)snprintf(torture.name, sizeof torture.name, "'%s', call %" PRIu64 " %s, %s",
		       command_names[command], call, torture.run.call,
		       disk_how_names[how]);
	if (disk_run_killed(how, status)) {
		torture.kills[command]++;
	} else if (status) {
		torture.refused++;
		disk_run_judge(&torture.run, "arrondi-gateway", status, torture.name);
		if (torture.run.call[0] == '=')
			trial_fail("%s: status %d, and nothing has failed", torture.name,
				   status);
	}
	torture.failures += how != DISK_KILL && torture.run.call[0] != '=';
	look(command, status == 0);
}

static void moments_make(enum command command)
{
	size_t n = torture.calls[command] * DISK_HOW__COUNT;
	struct moment *moment = calloc(n, sizeof *moment);

	if (!moment)
		trial_fail("out of memory");
	for (size_t i = 0; i < n; i++)
		moment[i] = (struct moment){ i / DISK_HOW__COUNT,
					     (enum disk_how)(i % DISK_HOW__COUNT) };
	for (size_t i = n; i > 1; i--) {
		size_t j = chance_next(&torture.chance) % i;
		struct moment kept = moment[i - 1];

		moment[i - 1] = moment[j];
		moment[j] = kept;
	}
	torture.moment[command] = moment;
	torture.moments[command] = n;
}

static void try_next(enum command command)
{
	size_t next = torture.next[command];

	if (next == torture.moments[command] || trial_is_over())
		return;
	torture.next[command]++;
	begin(command);
	fail_once(command, &torture.moment[command][next]);
	finish(command);
	books_are(command);
}

/* ---- all ---- */

/* A play without trouble, by which the others are judged: how long each command takes,
 * its calls, and what the books say then. The folder in front of each is kept. */
static void play_clean(void)
{
	struct stage *stage = &torture.stage;
	const char *words[WORDS_MAX];

	(void)snprintf(torture.name, sizeof torture.name, "without trouble");
	for (int i = 0; i < COMMAND__COUNT; i++) {
		enum command command = (enum command)i;
		int64_t from;

		begin(command);
		words_of(command, words);
		torture.calls[i] = disk_run_calls(&torture.run, input_of(command), words);
		moments_make(command);
		begin(command);
		from = trial_now_us();
		finish(command);
		torture.takes_us[i] = trial_now_us() - from;
		if (command == ORDERS)
			bank_errand_keep(&torture.errand);
		stage_open(stage);
		bank_errand_books(stage, torture.clean[i]);
		stage_close(stage);
		stage_keep(stage, (unsigned)i + 1);
	}
	if (!strstr(torture.clean[SECOND], "payment of 9000 paid"))
		trial_fail("the payments are not made: %s", torture.clean[SECOND]);
}

static void path_set(const char *folder, const char *name,
		     char ret_path[STAGE_PATH_BYTES])
{
	if (snprintf(ret_path, STAGE_PATH_BYTES, "%s/%s", folder, name) >=
	    STAGE_PATH_BYTES)
		abort();
}

static void torture_init(void)
{
	struct stage *stage = &torture.stage;
	struct fault fault;

	torture.chance = chance_of(1);
	stage_init(stage);
	bank_errand_init(&torture.errand, stage);
	stage_keep(stage, 0);
	trial_folder(torture.near);
	path_set(torture.near, "input", torture.input);
	path_set(torture.near, "payees", torture.kept);
	path_set(stage->folder, "payees.lock", torture.lock);
	file_bring(torture.errand.payees, torture.kept);
	trial_must(file_write(torture.input, slice_of_text(NEW_IBAN ";" NEW_NAME "\n"),
			      0600, &fault),
		   "a payee", &fault);
	disk_run_init(&torture.run, stage->folder, torture.near);
}

int main(void)
{
	uint64_t kills = 0;
	size_t tried = 0, all = 0;

	trial_begin("bank", DEFAULT_S);
	torture_init();
	play_clean();
	do {
		for (unsigned i = 0; i < MOMENTS_PER_PLAY; i++)
			for (int command = 0; command < COMMAND__COUNT; command++)
				try_next((enum command)command);
		play_killed();
	} while (!trial_is_over());
	for (int command = 0; command < COMMAND__COUNT; command++) {
		kills += torture.kills[command];
		tried += torture.next[command];
		all += torture.moments[command];
		free(torture.moment[command]);
	}
	bank_errand_release(&torture.errand);
	trial_end("%" PRIu64 " plays and %zu of %zu moments in a command: %" PRIu64
		  " kills (%" PRIu64 " of one that orders payments, %" PRIu64
		  " came too late), %" PRIu64 " failures of the disk, told %" PRIu64
		  " times; the books are those of a play without trouble",
		  torture.plays, tried, all, kills, torture.kills[ORDERS], torture.late,
		  torture.failures, torture.refused);
}
