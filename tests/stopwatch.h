/*
 * stopwatch.h - times and medians for the bench programs, in nanoseconds.
 */
#ifndef ARRONDI_TESTS_STOPWATCH_H
#define ARRONDI_TESTS_STOPWATCH_H

#include <stddef.h>
#include <stdint.h>

/* Of a clock that only goes forward. */
int64_t stopwatch_ns(void);

/* Of n values, n > 0, which are put in order. */
int64_t stopwatch_median(int64_t *values, size_t n);

/* A number of a command line, 0 to 10^9; leaves the program with 2 otherwise. */
unsigned stopwatch_number(const char *text);

#endif
