/*
 * torture_disk.c - the disk fails under a command, at the n-th call for every n, also in
 * files that are not SQLite's: `head`, keys, exports, backups, what is restored.
 *
 *   TORTURE_S=seconds TORTURE_SEED=n BIN=programs B=build torture_disk
 *
 * Each command of arrondi-ledger that makes or moves files, each of its calls
 * (shim_disk.c), failing for good or once, full, or short. It ends with status 1 or 2 and
 * a sentence, and leaves the old state or the new one, as it does when it is killed
 * there; a write that was only short does not matter. The same command again, on a sound
 * disk, succeeds.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/file.h"
#include "ledger/audit.h"
#include "ledger/ledger_restore.h"
#include "tests/deed.h"
#include "tests/disk_run.h"
#include "tests/folder.h"

#define DEFAULT_S  60
#define WORDS_MAX  8
#define SAID_BYTES 2000
#define CALLS_MAX  5000
#define GIFT_FORMAT                                                                      \
	"{\"kind\":\"gift\",\"ref\":\"DISK\",\"date\":\"%s\",\"payer\":"                 \
	"\"" TEMPORARY_EMPLOYER "\",\"giver\":\"company\",\"fund\":\"emploi\","          \
	"\"amount\":100}"

struct command {
	const char *name;
	const char *words[WORDS_MAX]; /* $dir and its like stand for paths */
	bool is_early;                /* from the folder before all deeds, else behind */
	enum deed_makes makes;
	void (*arrange)(struct stage *stage);
	/* In place, when it is done; nothing of it else. */
	bool (*is_done)(struct stage *stage);
};

struct plan {
	unsigned command;
	uint64_t call;
	enum disk_how how;
};

struct torture {
	struct stage stage;
	struct chance chance;
	struct plan *plan;
	size_t plan_n;
	char temp[STAGE_PATH_BYTES], charter[STAGE_PATH_BYTES], gift[STAGE_PATH_BYTES];
	char note[STAGE_PATH_BYTES];
	struct disk_run run;
	uint64_t calls, refused, killed;
	char name[160];
};

static struct torture torture;

/* ---- states ---- */

static bool ledger_is_sound(const char *dir, enum ledger_mode mode, uint64_t *ret_size)
{
	struct ledger *ledger = NULL;
	struct fault *fault = &torture.stage.fault;
	bool is_sound = ledger_open(dir, mode, &ledger, fault) == ERR_OK &&
			ledger_check(ledger, fault) == ERR_OK &&
			ledger_size(ledger, ret_size, fault) == ERR_OK;

	ledger_close(ledger);
	return is_sound;
}

static bool init_is_done(struct stage *stage)
{
	uint64_t size = 0;

	return ledger_is_sound(stage->other, LEDGER_WRITE, &size) && size == 1;
}

static uint64_t size_before;

static void size_note(struct stage *stage)
{
	if (!ledger_is_sound(stage->dir, LEDGER_WRITE, &size_before))
		trial_fail("it is not sound to begin with: %s", stage->fault.text);
}

static bool record_is_done(struct stage *stage)
{
	uint64_t size = 0;

	return ledger_is_sound(stage->dir, LEDGER_WRITE, &size) &&
	       size == size_before + 1;
}

static bool export_is_done(struct stage *stage)
{
	struct audit_options options = { .dir = stage->out, .threads = 1 };
	struct audit *audit = NULL;
	enum err err = audit_run(&options, &audit, &stage->fault);

	audit_free(audit);
	return err == ERR_OK;
}

static bool backup_is_done(struct stage *stage)
{
	struct rehearsal rehearsal;

	return ledger_rehearse(stage->file, stage->dir, &rehearsal, &stage->fault) ==
	       ERR_OK;
}

static void backup_arrange(struct stage *stage)
{
	stage_open(stage);
	trial_must(ledger_backup(stage->ledger, stage->file, &stage->fault), "a backup",
		   &stage->fault);
	stage_close(stage);
}

static bool restore_is_done(struct stage *stage)
{
	uint64_t size = 0;

	return ledger_is_sound(stage->other, LEDGER_READ, &size) && size > 0;
}

/* Restored, with the keys, and the newest checkpoint at hand. */
static void newest_arrange(struct stage *stage)
{
	static const char *const names[] = { "log.key", "log.key.new" };
	char from[STAGE_PATH_BYTES + 16], to[STAGE_PATH_BYTES + 16];
	struct buffer note;

	stage_open(stage);
	buffer_init(&note, 100000);
	trial_must(ledger_checkpoint(stage->ledger, &note, &stage->fault), "a checkpoint",
		   &stage->fault);
	stage_close(stage);
	trial_must(file_write(torture.note, buffer_slice(&note), 0600, &stage->fault),
		   "a checkpoint", &stage->fault);
	buffer_release(&note);
	backup_arrange(stage);
	trial_must(ledger_restore(stage->file, stage->other, &stage->fault), "a folder",
		   &stage->fault);
	for (size_t i = 0; i < 2; i++) {
		snprintf(from, sizeof from, "%s/%s", stage->dir, names[i]);
		snprintf(to, sizeof to, "%s/%s", stage->other, names[i]);
		file_bring(from, to);
	}
}

static bool newest_is_done(struct stage *stage)
{
	uint64_t size = 0;

	return ledger_is_sound(stage->other, LEDGER_WRITE, &size) && size > 0;
}

/* Nothing was left behind. */
static bool rehearsal_is_done(struct stage *stage)
{
	(void)stage;
	return rmdir(torture.temp) == 0 && mkdir(torture.temp, 0700) == 0;
}

static void keys_look(struct stage *stage, struct ledger_key_view keys[LEDGER_KEY__COUNT])
{
	stage_open(stage);
	trial_must(ledger_key_look(stage->ledger, keys, &stage->fault), "keys",
		   &stage->fault);
	stage_close(stage);
}

static bool prepare_is_done(struct stage *stage)
{
	struct ledger_key_view keys[LEDGER_KEY__COUNT];

	keys_look(stage, keys);
	return keys[LEDGER_KEY_IN_PLACE].is_in_force && keys[LEDGER_KEY_NEW].is_there &&
	       !keys[LEDGER_KEY_OLD].is_there;
}

static bool activate_is_done(struct stage *stage)
{
	struct ledger_key_view keys[LEDGER_KEY__COUNT];

	keys_look(stage, keys);
	return keys[LEDGER_KEY_IN_PLACE].is_in_force && keys[LEDGER_KEY_OLD].is_before &&
	       !keys[LEDGER_KEY_NEW].is_there;
}

static void end_arrange(struct stage *stage)
{
	stage_open(stage);
	trial_must(ledger_key_activate(stage->ledger, &stage->fault), "the key's place",
		   &stage->fault);
	stage_close(stage);
}

static bool end_is_done(struct stage *stage)
{
	struct ledger_key_view keys[LEDGER_KEY__COUNT];

	keys_look(stage, keys);
	return keys[LEDGER_KEY_IN_PLACE].is_in_force && !keys[LEDGER_KEY_OLD].is_there;
}

/* ---- commands ---- */

static const struct command commands[] = {
	{ .name = "init",
	  .words = { "init", "$other", "--charter", "$charter" },
	  .makes = DEED_MAKES_OTHER,
	  .is_done = init_is_done },
	{ .name = "record",
	  .words = { "record", "$dir", "$gift" },
	  .arrange = size_note,
	  .is_done = record_is_done },
	{ .name = "export",
	  .words = { "export", "$dir", "$out" },
	  .makes = DEED_MAKES_OUT,
	  .is_done = export_is_done },
	{ .name = "backup",
	  .words = { "backup", "$dir", "$file" },
	  .makes = DEED_MAKES_FILE,
	  .is_done = backup_is_done },
	{ .name = "restore",
	  .words = { "restore", "$file", "$other" },
	  .makes = DEED_MAKES_OTHER,
	  .arrange = backup_arrange,
	  .is_done = restore_is_done },
	{ .name = "restore --newest",
	  .words = { "restore", "$other", "--newest", "$note" },
	  .arrange = newest_arrange,
	  .is_done = newest_is_done },
	{ .name = "restore --rehearse",
	  .words = { "restore", "--rehearse", "$file", "--compare", "$dir" },
	  .arrange = backup_arrange,
	  .is_done = rehearsal_is_done },
	{ .name = "log-key prepare",
	  .words = { "log-key", "$dir", "prepare" },
	  .is_early = true,
	  .is_done = prepare_is_done },
	{ .name = "log-key activate",
	  .words = { "log-key", "$dir", "activate" },
	  .is_done = activate_is_done },
	{ .name = "log-key end",
	  .words = { "log-key", "$dir", "end", "--yes" },
	  .arrange = end_arrange,
	  .is_done = end_is_done },
};
#define COMMANDS (sizeof commands / sizeof *commands)

static const char *word_of(const struct stage *stage, const char *word)
{
	const struct {
		const char *name, *path;
	} paths[] = {
		{ "$dir", stage->dir },          { "$out", stage->out },
		{ "$file", stage->file },        { "$other", stage->other },
		{ "$charter", torture.charter }, { "$gift", torture.gift },
		{ "$note", torture.note },
	};

	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		if (word && strcmp(paths[i].name, word) == 0)
			return paths[i].path;
	return word;
}

static void words_of(const struct command *command, const char *words[WORDS_MAX + 2])
{
	words[0] = "arrondi-ledger";
	for (unsigned i = 0; i < WORDS_MAX; i++)
		words[1 + i] = word_of(&torture.stage, command->words[i]);
	words[WORDS_MAX + 1] = NULL;
}

static void stage_for(const struct command *command)
{
	struct stage *stage = &torture.stage;

	stage_set(stage, command->is_early ? 0 : deed_count);
	if (command->arrange)
		command->arrange(stage);
}

/* ---- one plan ---- */

static const char *path_made(const struct command *command)
{
	const struct deed like = { .makes = command->makes };

	return deed_makes(&like, &torture.stage);
}

static void refusal_judge(const struct command *command, const struct plan *plan,
			  int status)
{
	const char *makes = path_made(command);
	char said[SAID_BYTES];

	file_begins(torture.run.said, said, sizeof said);
	if (plan->how == DISK_SHORT)
		trial_fail("%s: a write was short, no more: %s", torture.name, said);
	disk_run_judge(&torture.run, "arrondi-ledger", status, torture.name);
	if (makes && plan->how != DISK_DEAD && folder_is_there(makes))
		trial_fail("%s: '%s' is left behind: %s", torture.name, makes, said);
	torture.refused++;
}

/* Old or new, it can be read, and by who holds the key written. */
static void state_verify(void)
{
	struct stage *stage = &torture.stage;
	uint64_t size;

	if (!ledger_is_sound(stage->dir, LEDGER_READ, &size))
		trial_fail("%s: the ledger is not sound: %s", torture.name,
			   stage->fault.text);
}

/* On a dead disk nothing is removed, and a rehearsal says what it could not remove. */
static void leavings_remove(const char *makes)
{
	if (makes)
		folder_remove(makes);
	folder_remove(torture.temp);
	if (mkdir(torture.temp, 0700) != 0)
		trial_fail("%s: %m", torture.temp);
}

static void try(const struct plan *plan)
{
	const struct command *command = &commands[plan->command];
	struct stage *stage = &torture.stage;
	const char *call = torture.run.call, *makes, *words[WORDS_MAX + 2];
	char said[SAID_BYTES];
	int status, again;

	stage_for(command);
	makes = path_made(command);
	(void)snprintf(torture.name, sizeof torture.name, "'%s', call %" PRIu64 ", %s",
		       command->name, plan->call, disk_how_names[plan->how]);
	words_of(command, words);
	status = disk_run(&torture.run, NULL, words, plan->call, plan->how);
	if (call[0] == '=') {
		if (status)
			trial_fail("%s: status %d, and nothing failed", torture.name,
				   status);
		return; /* no write */
	}
	torture.calls++;
	(void)snprintf(torture.name, sizeof torture.name, "'%s', call %" PRIu64 " %s, %s",
		       command->name, plan->call, call, disk_how_names[plan->how]);
	torture.killed += disk_run_killed(plan->how, status);
	if (status && !disk_run_killed(plan->how, status))
		refusal_judge(command, plan, status);
	state_verify();
	if (!status && !command->is_done(stage))
		trial_fail("%s: status 0, and it is not done: %s", torture.name,
			   stage->fault.text);
	if (status)
		leavings_remove(makes);
	if (!status && makes)
		return;
	again = disk_run_soundly(&torture.run, NULL, words);
	file_begins(torture.run.said, said, sizeof said);
	if (again && !strstr(said, "is there already") && !strstr(said, "there is no"))
		trial_fail("%s: the same again has status %d: %s", torture.name, again,
			   said);
	if (!command->is_done(stage))
		trial_fail("%s: the same again has not done it: %s %s", torture.name,
			   said, stage->fault.text);
	state_verify();
}

/* ---- all plans ---- */

static uint64_t calls_of(unsigned command)
{
	const char *words[WORDS_MAX + 2];

	stage_for(&commands[command]);
	words_of(&commands[command], words);
	return disk_run_calls(&torture.run, NULL, words);
}

static void plans_make(void)
{
	size_t room = COMMANDS * DISK_HOW__COUNT * CALLS_MAX;

	torture.plan = calloc(room, sizeof *torture.plan);
	if (!torture.plan)
		trial_fail("out of memory");
	for (unsigned command = 0; command < COMMANDS; command++) {
		uint64_t calls = calls_of(command);

		for (uint64_t call = 0; call < calls; call++)
			for (int how = 0; how < DISK_HOW__COUNT; how++) {
				if (torture.plan_n == room)
					abort();
				torture.plan[torture.plan_n++] =
					(struct plan){ command, call,
						       (enum disk_how)how };
			}
	}
	for (size_t i = torture.plan_n; i > 1; i--) {
		size_t j = chance_next(&torture.chance) % i;
		struct plan plan = torture.plan[i - 1];

		torture.plan[i - 1] = torture.plan[j];
		torture.plan[j] = plan;
	}
}

static void path_set(char ret_path[STAGE_PATH_BYTES], const char *folder,
		     const char *name)
{
	if (snprintf(ret_path, STAGE_PATH_BYTES, "%s/%s", folder, name) >=
	    STAGE_PATH_BYTES)
		abort();
}

static void text_write(const char *path, const char *text)
{
	struct fault fault;

	trial_must(file_write(path, slice_of_text(text), 0600, &fault), path, &fault);
}

static void torture_init(void)
{
	struct stage *stage = &torture.stage;
	char *charter = temporary_charter(), gift[400];
	char near[STAGE_PATH_BYTES]; /* what only the trial writes */

	stage_init(stage);
	deeds_play(stage);
	path_set(near, stage->folder, "near");
	if (mkdir(near, 0700) != 0)
		trial_fail("%s: %m", near);
	path_set(torture.temp, stage->folder, "temp");
	path_set(torture.charter, near, "charter.json");
	path_set(torture.gift, near, "gift.json");
	path_set(torture.note, near, "newest");
	disk_run_init(&torture.run, stage->folder, near);
	(void)snprintf(gift, sizeof gift, GIFT_FORMAT, temporary_today());
	text_write(torture.charter, charter);
	text_write(torture.gift, gift);
	free(charter);
	if (mkdir(torture.temp, 0700) != 0 || setenv("TMPDIR", torture.temp, 1))
		trial_fail("%s: %m", torture.temp);
}

int main(void)
{
	size_t tried = 0;

	trial_begin("disk", DEFAULT_S);
	torture.chance = chance_of(1);
	torture_init();
	plans_make();
	while (tried < torture.plan_n && !trial_is_over())
		try(&torture.plan[tried++]);
	stage_release(&torture.stage);
	trial_end("%zu of %zu faults under %zu commands: %" PRIu64
		  " calls failed, %" PRIu64 " times a command said so, %" PRIu64
		  " times it was killed; each left the old state or the new one",
		  tried, torture.plan_n, COMMANDS, torture.calls - torture.killed,
		  torture.refused, torture.killed);
}
