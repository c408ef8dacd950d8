/*
 * bench_run.c - runs a program several times and tells what it took.
 *
 *   bench_run TIMES PROGRAM [ARGUMENTS...]
 *
 * "@" in an argument becomes the number of the run, for programs that must not
 * meet what they made before. Their output goes nowhere. Prints the medians:
 * "wall-nanoseconds cpu-nanoseconds peak-KiB". Status 2 unless every run ended
 * with 0.
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

#define TIMES_MAX     101
#define ARGUMENTS_MAX 64
#define ARGUMENT_MAX  4096

static void arguments_of(char **argv, unsigned time, char *ret_argv[ARGUMENTS_MAX])
{
	static char text[ARGUMENTS_MAX][ARGUMENT_MAX];
	int i = 0;

	for (; argv[i] && i < ARGUMENTS_MAX - 1; i++) {
		char *at = strchr(argv[i], '@');

		ret_argv[i] = argv[i];
		if (!at)
			continue;
		snprintf(text[i], ARGUMENT_MAX, "%.*s%u%s", (int)(at - argv[i]), argv[i],
			 time, at + 1);
		ret_argv[i] = text[i];
	}
	ret_argv[i] = NULL;
}

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

int main(int argc, char **argv)
{
	static int64_t wall_ns[TIMES_MAX], cpu_ns[TIMES_MAX], peak_kib[TIMES_MAX];
	unsigned times = argc > 2 ? stopwatch_number(argv[1]) : 0;

	if (times == 0 || times > TIMES_MAX) {
		fprintf(stderr, "usage: bench_run TIMES PROGRAM [ARGUMENTS...]\n");
		return 2;
	}
	for (unsigned i = 0; i < times; i++) {
		char *arguments[ARGUMENTS_MAX];
		struct rusage usage;
		int status = 0;
		int64_t start;
		pid_t pid;

		arguments_of(argv + 2, i, arguments);
		start = stopwatch_ns();
		pid = fork();
		if (pid == 0)
			become(arguments);
		if (pid < 0 || wait4(pid, &status, 0, &usage) != pid) {
			perror("bench_run");
			return 2;
		}
		wall_ns[i] = stopwatch_ns() - start;
		if (!WIFEXITED(status) || WEXITSTATUS(status)) {
			fprintf(stderr, "bench_run: %s ended with %d\n", arguments[0],
				status);
			return 2;
		}
		cpu_ns[i] = time_ns(&usage.ru_utime) + time_ns(&usage.ru_stime);
		peak_kib[i] = usage.ru_maxrss;
	}
	printf("%" PRId64 " %" PRId64 " %" PRId64 "\n", stopwatch_median(wall_ns, times),
	       stopwatch_median(cpu_ns, times), stopwatch_median(peak_kib, times));
	return 0;
}
