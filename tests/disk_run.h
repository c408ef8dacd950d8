/*
 * disk_run.h - a program of ours over a disk that fails (shim_disk.c): which call fails,
 * and how.
 */
#ifndef ARRONDI_TESTS_DISK_RUN_H
#define ARRONDI_TESTS_DISK_RUN_H

#include "tests/house.h"

/* DISK_KILL: no call fails, the program dies of SIGKILL before it. */
enum disk_how { DISK_IO, DISK_FULL, DISK_SHORT, DISK_DEAD, DISK_KILL, DISK_HOW__COUNT };
extern const char *const disk_how_names[DISK_HOW__COUNT];

struct disk_run {
	const char *folder; /* whose files are on that disk */
	char said[HOUSE_PATH_BYTES], told[HOUSE_PATH_BYTES], shim[HOUSE_PATH_BYTES];
	char call[32]; /* that has failed; "=" and how many there were where none has */
};

/* near is another folder, of files that only the trial writes. Both last as long. */
void disk_run_init(struct disk_run *run, const char *folder, const char *near);

/* Runs a program to its end, standard input from a file (NULL: none); its call of that
 * number fails. The status, or 128 + the signal. What it says is in run->said. */
int disk_run(struct disk_run *run, const char *input, const char *const words[],
	     uint64_t call, enum disk_how how);
/* The same on a sound disk. */
int disk_run_soundly(struct disk_run *run, const char *input, const char *const words[]);

/* How many calls it makes; it must succeed. */
uint64_t disk_run_calls(struct disk_run *run, const char *input,
			const char *const words[]);

/* It was killed, as it was to be. */
bool disk_run_killed(enum disk_how how, int status);

/* What was said begins with the program's name and has an error's sentence; fails the
 * trial where the status is none of a refusal, or there is no sentence. */
void disk_run_judge(const struct disk_run *run, const char *program, int status,
		    const char *when);

#endif
