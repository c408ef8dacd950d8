/*
 * notary.h - entries that several seats sign, for tests of the rules: a journal and an
 * opening.
 */
#ifndef ARRONDI_TESTS_NOTARY_H
#define ARRONDI_TESTS_NOTARY_H

#include "tests/world.h"

/* The members, as for world_must(), which have a `ref`; with the signatures of so many
 * seats (number 0 and on) over what `by` submits. The caller frees. */
char *notary_signs(struct world *world, int seats, const char *by, const char *format,
		   ...) PRINTF_LIKE(4, 5);

/* The same, submitted by the treasurer: recorded, with its position; or refused. */
uint64_t notary_must(struct world *world, const char *members);
void notary_refuses(struct world *world, const char *rule, const char *members);

#endif
