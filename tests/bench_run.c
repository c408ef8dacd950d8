/*
 * bench_run.c - runs programs several times and tells what they took.
 *
 *   bench_run TIMES PROGRAM [ARGUMENTS...] [+ PROGRAM [ARGUMENTS...]]...
 *
 * Programs that a "+" divides take turns, so that what else the machine does meets
 * them all. Their output goes nowhere. Prints a line for each, of medians:
 * "wall-nanoseconds cpu-nanoseconds peak-KiB". Status 2 unless every run ended with 0.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/stopwatch.h"

#define TIMES_MAX    101
#define PROGRAMS_MAX 4

struct program {
	char **argv;
	int64_t wall_ns[TIMES_MAX], cpu_ns[TIMES_MAX], peak_kib[TIMES_MAX];
};

static void become(char *const *argv)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && dup2(fd, STDOUT_FILENO) >= 0)
		execvp(argv[0], argv);
	perror(argv[0]);
	_exit(127);
}

static int64_t time_ns(const struct timeval *time)
{
	return (int64_t)time->tv_sec * 1000000000 + (int64_t)time->tv_usec * 1000;
}

static void program_run(struct program *program, unsigned i)
{
	int64_t start = stopwatch_ns();
	struct rusage usage;
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		become(program->argv);
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid) {
		perror("bench_run");
		exit(2);
	}
	program->wall_ns[i] = stopwatch_ns() - start;
	if (!WIFEXITED(status) || WEXITSTATUS(status)) {
		fprintf(stderr, "bench_run: %s ended with %d\n", program->argv[0],
			status);
		exit(2);
	}
	program->cpu_ns[i] = time_ns(&usage.ru_utime) + time_ns(&usage.ru_stime);
	program->peak_kib[i] = usage.ru_maxrss;
}

/* Cuts the arguments at each "+"; how many programs there are. */
static unsigned programs_of(char **argv, struct program programs[PROGRAMS_MAX])
{
	unsigned n = 0;

	while (*argv && n < PROGRAMS_MAX) {
		programs[n++].argv = argv;
		while (*argv && strcmp(*argv, "+") != 0)
			argv++;
		if (*argv)
			*argv++ = NULL;
	}
	return n;
}

int main(int argc, char **argv)
{
	static struct program programs[PROGRAMS_MAX];
	unsigned times = argc > 2 ? stopwatch_number(argv[1]) : 0;
	unsigned n = argc > 2 ? programs_of(argv + 2, programs) : 0;

	if (times == 0 || times > TIMES_MAX) {
		fprintf(stderr, "usage: bench_run TIMES PROGRAM [ARGUMENTS...] "
				"[+ PROGRAM [ARGUMENTS...]]...\n");
		return 2;
	}
	for (unsigned i = 0; i < times; i++)
		for (unsigned p = 0; p < n; p++)
			program_run(&programs[p], i);
	for (unsigned p = 0; p < n; p++)
		printf("%" PRId64 " %" PRId64 " %" PRId64 "\n",
		       stopwatch_median(programs[p].wall_ns, times),
		       stopwatch_median(programs[p].cpu_ns, times),
		       stopwatch_median(programs[p].peak_kib, times));
	return 0;
}
