/*
 * stopwatch.c - see stopwatch.h.
 */
#include "tests/stopwatch.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int64_t stopwatch_ns(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now))
		abort();
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int value_order(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

int64_t stopwatch_median(int64_t *values, size_t n)
{
	qsort(values, n, sizeof *values, value_order);
	return values[n / 2];
}

unsigned stopwatch_number(const char *text)
{
	char *end;
	long long number = strtoll(text, &end, 10);

	if (end == text || *end || number < 0 || number > 1000000000) {
		fprintf(stderr, "'%s' is not a number that can be used\n", text);
		exit(2);
	}
	return (unsigned)number;
}
