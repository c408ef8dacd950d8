/*
 * random_books.h - what may happen in a foundation's books beside its money's way, drawn
 * by a seed: an opening, endowments, journals and what undoes them, cut-offs.
 */
#ifndef ARRONDI_TESTS_RANDOM_BOOKS_H
#define ARRONDI_TESTS_RANDOM_BOOKS_H

#include "tests/random_year.h"

/* The books begin with a balance, after random_begin(). */
void random_open(struct world *world);
/* One thing, at some of the calls. */
void random_book(struct world *world, struct dice *dice);

#endif
