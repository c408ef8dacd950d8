/*
 * disk_run.c - see disk_run.h.
 */
#include "tests/disk_run.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/folder.h"
#include "tests/trial.h"

#define SAID_BYTES 65536

const char *const disk_how_names[DISK_HOW__COUNT] = { "io", "full", "short", "dead",
						      "kill" };

void disk_run_init(struct disk_run *run, const char *folder, const char *near)
{
	const char *build = getenv("B");

	*run = (struct disk_run){ .folder = folder };
	if (snprintf(run->said, sizeof run->said, "%s/said", near) >=
		    (int)sizeof run->said ||
	    snprintf(run->told, sizeof run->told, "%s/told", near) >=
		    (int)sizeof run->told ||
	    snprintf(run->shim, sizeof run->shim, "%s/tests/shim_disk.so",
		     build ? build : "build") >= (int)sizeof run->shim)
		abort();
	if (setenv("TRIAL_DISK", run->folder, 1) ||
	    setenv("TRIAL_DISK_TOLD", run->told, 1))
		trial_fail("out of memory");
}

int disk_run(struct disk_run *run, const char *input, const char *const words[],
	     uint64_t call, enum disk_how how)
{
	char number[32];
	int status;

	folder_remove(run->said);
	folder_remove(run->told);
	(void)snprintf(number, sizeof number, "%" PRIu64, call);
	if (setenv("TRIAL_DISK_CALL", number, 1) ||
	    setenv("TRIAL_DISK_HOW", disk_how_names[how], 1))
		trial_fail("out of memory");
	status = program_wait(program_begin(run->said, run->shim, input, words));
	file_begins(run->told, run->call, sizeof run->call);
	return status;
}

int disk_run_soundly(struct disk_run *run, const char *input, const char *const words[])
{
	folder_remove(run->said);
	return program_wait(program_begin(run->said, NULL, input, words));
}

uint64_t disk_run_calls(struct disk_run *run, const char *input,
			const char *const words[])
{
	if (disk_run(run, input, words, INT64_MAX, DISK_IO))
		trial_fail("'%s %s' fails, and nothing else has", words[0], words[1]);
	if (run->call[0] != '=')
		trial_fail("the shim tells nothing");
	return strtoull(run->call + 1, NULL, 10);
}

bool disk_run_killed(enum disk_how how, int status)
{
	return how == DISK_KILL && status == 128 + SIGKILL;
}

void disk_run_judge(const struct disk_run *run, const char *program, int status,
		    const char *when)
{
	static char said[SAID_BYTES];
	char begins[64];
	const char *sentence;

	(void)snprintf(begins, sizeof begins, "%s: error: ", program);
	file_begins(run->said, said, sizeof said);
	sentence = strstr(said, begins);
	if (status != 1 && status != 2)
		trial_fail("%s: status %d: %s", when, status, said);
	if (!sentence || strlen(sentence) < strlen(begins) + 11 ||
	    strstr(said, "Success"))
		trial_fail("%s: that is no sentence: %s", when, said);
}
