/*
 * random_year.h - what may happen in a foundation, drawn by a seed.
 *
 * Batches, corrections, gifts, conventions, transfers, refunds, chargebacks, write-offs,
 * reversals, redirections, fees, payouts, remittances, new terms, allocations, votes,
 * payments and what comes back of them, valid or not: the books take what is valid.
 */
#ifndef ARRONDI_TESTS_RANDOM_YEAR_H
#define ARRONDI_TESTS_RANDOM_YEAR_H

#include "tests/world.h"

#define RANDOM_COMPANIES 2
#define RANDOM_FUNDS     4
#define RANDOM_PAYERS    4   /* the companies, a provider, a collector */
#define RANDOM_STEPS     200 /* of a year */

struct dice {
	uint64_t state; /* the seed */
};

/* One of 0 .. sides - 1. */
uint32_t random_roll(struct dice *dice, uint32_t sides);

extern const char *const random_companies[RANDOM_COMPANIES];
extern const char *const random_payers[RANDOM_PAYERS];
extern const char *const random_funds[RANDOM_FUNDS];

/* A seeker, a bearer and its project, for a new world. */
void random_begin(struct world *world);
/* A bank account and its first statement: from then on the bank shows what it moves. */
void random_bank(struct world *world);
/* One thing, of one entry or some. */
void random_play(struct world *world, struct dice *dice);

#endif
