/*
 * trial.c - see trial.h.
 */
#include "tests/trial.h"

#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FOLDERS_MAX 256

static struct {
	const char *name;
	uint64_t seed;
	int64_t began_us, takes_us;
	pthread_mutex_t ending; /* held for good by the thread that ends the program */
	char folder[FOLDERS_MAX][64];
	unsigned folders;
} trial = { .ending = PTHREAD_MUTEX_INITIALIZER };

int64_t trial_now_us(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now))
		abort();
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void trial_sleep_us(int64_t us)
{
	const struct timespec wait = { .tv_sec = us / 1000000,
				       .tv_nsec = us % 1000000 * 1000 };

	(void)nanosleep(&wait, NULL); /* woken early is as good */
}

static uint64_t number_of(const char *variable, uint64_t fallback)
{
	const char *text = getenv(variable);
	char *end;
	uint64_t number;

	if (!text || !*text)
		return fallback;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (errno || *end) {
		fprintf(stderr, "%s is not a whole number\n", variable);
		exit(2);
	}
	return number;
}

void trial_begin(const char *name, unsigned default_s)
{
	uint64_t fallback = (uint64_t)trial_now_us() ^ (uint64_t)getpid() << 32;

	trial.name = name;
	trial.seed = number_of("TORTURE_SEED", fallback % 1000000000);
	trial.takes_us = (int64_t)number_of("TORTURE_S", default_s) * 1000000;
	trial.began_us = trial_now_us();
	printf("%s: TORTURE_SEED=%" PRIu64 "\n", name, trial.seed);
	(void)fflush(stdout);
}

bool trial_is_over(void)
{
	return trial_now_us() - trial.began_us >= trial.takes_us;
}

int64_t trial_share_us(size_t parts)
{
	return trial.takes_us / (int64_t)parts;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

void trial_folder(char ret_folder[64])
{
	const char *base = getenv("TMPDIR");

	if (trial.folders == FOLDERS_MAX)
		trial_fail("too many folders");
	snprintf(ret_folder, 64, "%.40s/arrondi-trial-XXXXXX", base ? base : "/tmp");
	if (!mkdtemp(ret_folder))
		trial_fail("no folder can be made: %m");
	memcpy(trial.folder[trial.folders++], ret_folder, 64);
}

/* Other threads may still be at work: they end with the process, and children by the
 * death of their parent (gate.c). A folder that could be looked at is kept. */
static void end(int status, const char *verdict, const char *format, va_list args)
{
	if (pthread_mutex_lock(&trial.ending))
		abort();
	printf("%s: %s", trial.name, verdict);
	(void)vprintf(format, args);
	if (status)
		printf(" (TORTURE_SEED=%" PRIu64 ")", trial.seed);
	putchar('\n');
	if (status && trial.folders)
		printf("%s: the folder is kept: %s\n", trial.name,
		       trial.folder[trial.folders - 1]);
	for (unsigned i = 0; !status && i < trial.folders; i++)
		(void)nftw(trial.folder[i], remove_one, 16, FTW_DEPTH | FTW_PHYS);
	(void)fflush(stdout);
	_exit(status);
}

void trial_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	end(1, "FAILED: ", format, args);
	va_end(args);
	abort();
}

void trial_must(enum err err, const char *what, const struct fault *fault)
{
	if (err)
		trial_fail("%s: %s", what, fault->text);
}

void trial_end(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	end(0, "", format, args);
	va_end(args);
	abort();
}

void trial_skip(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	end(0, "skipped: ", format, args);
	va_end(args);
	abort();
}

/* SplitMix64: each state gives a number, and no two askers share their states. */
uint64_t chance_next(struct chance *chance)
{
	uint64_t x = chance->state += UINT64_C(0x9E3779B97F4A7C15);

	x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
	return x ^ x >> 31;
}

struct chance chance_of(uint64_t asker)
{
	struct chance seeds = { .state = trial.seed };
	struct chance chance = { .state = chance_next(&seeds) ^ asker << 40 };

	chance.state = chance_next(&chance);
	return chance;
}

unsigned chance_below(struct chance *chance, unsigned bound)
{
	return (unsigned)(chance_next(chance) % bound);
}
