/*
 * sample.h - which entries an auditor looks at: a sample that anybody can draw again.
 *
 * Monetary-unit sampling, by systematic selection: each cent of the population is a
 * unit, and each interval-th one, from a start that nobody chose, takes the entry that it
 * is in. With the root of the log, a seed that the auditor names after the root was
 * signed, and the number of units wanted, everything follows:
 *
 *	interval   the book value divided by n, rounded down, and at least 1 cent
 *	start      the first 8 bytes of SHA-256(root || seed), the first one the highest,
 *	           modulo the interval: the first unit that is hit, from 0
 *	hits       start, start + interval, start + 2 interval... below the book value
 *
 * where root are the 32 bytes of the checkpoint's root, and seed the bytes of the text.
 *
 *  (1) An entry of an interval or more is hit at least once: all large ones are taken.
 *  (2) n is a wish: rounding gives n hits or, of a small book value, some more.
 */
#ifndef ARRONDI_REPORTS_SAMPLE_H
#define ARRONDI_REPORTS_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "keys/fault.h"
#include "keys/hash.h"
#include "keys/slice.h"
#include "ledger/money.h"

#define SAMPLE_UNITS_MAX 10000

struct sample {
	struct cents book;
	int64_t interval, start; /* cents */
	/* While the population is walked through. */
	int64_t before; /* the cents of the entries before this one */
	int64_t next;   /* the next unit that is hit */
};

/* book is not negative; units from 1 to SAMPLE_UNITS_MAX. */
void sample_plan(const struct hash *root, struct slice seed, int64_t units,
		 struct cents book, struct sample *ret_sample);

/* For each entry of the population, in its order: how many units of it are hit. *ret_unit
 * is the first one, counted in cents of the whole population. amount is not negative. */
int64_t sample_take(struct sample *sample, struct cents amount, int64_t *ret_unit);

/* Whether it is taken whatever the start is (1). */
bool sample_is_large(const struct sample *sample, struct cents amount);

/* One of `count` entries, each as likely as another: the index-th draw, from 0, of a
 * sample for attributes. The first 8 bytes of SHA-256(root || seed || "#" || index in
 * decimal), modulo count, which is not 0. */
uint64_t sample_attribute(const struct hash *root, struct slice seed, uint64_t index,
			  uint64_t count);

#endif
