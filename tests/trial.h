/*
 * trial.h - what the torture programs share: a time to run, a seed, a verdict.
 *
 * TORTURE_S is the time in seconds, TORTURE_SEED replays a run as far as the timing of
 * threads and processes allows. What is chosen is chosen from the seed; each thread has
 * a chance of its own. A failure ends the program with status 1 and one line that names
 * the seed; the end is one line of what was done.
 */
#ifndef ARRONDI_TESTS_TRIAL_H
#define ARRONDI_TESTS_TRIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/fault.h"

/* Reads the environment and prints the seed. Call first. */
void trial_begin(const char *name, unsigned default_s);

bool trial_is_over(void);

/* The time of each of so many parts. */
int64_t trial_share_us(size_t parts);

/* Ends the program with status 1, from any thread, children and all. */
void trial_fail(const char *format, ...) PRINTF_LIKE(1, 2) __attribute__((noreturn));
/* The same unless err is ERR_OK. */
void trial_must(enum err err, const char *what, const struct fault *fault);

/* Ends the program with status 0; the line says what was done. */
void trial_end(const char *format, ...) PRINTF_LIKE(1, 2) __attribute__((noreturn));
/* The same, where this machine does not allow the trial: says why. */
void trial_skip(const char *format, ...) PRINTF_LIKE(1, 2) __attribute__((noreturn));

/* Whose folder goes when the program ends. */
void trial_folder(char ret_folder[64]);

/* Numbers that follow from the seed and a name of the asker's. */
struct chance {
	uint64_t state;
};
struct chance chance_of(uint64_t asker);
uint64_t chance_next(struct chance *chance);
unsigned chance_below(struct chance *chance, unsigned bound); /* 0 to bound - 1 */

int64_t trial_now_us(void);
void trial_sleep_us(int64_t us);

#endif
