/*
 * world_fixed.h - a world whose keys are the same in every run, for fuzz targets.
 *
 * World's entries as world_new() has them. Seat i signs with fuzz key 1 + i, the log with
 * fuzz key 0 (tests/fuzz.h), so that a corpus can hold what they have signed.
 */
#ifndef ARRONDI_TESTS_WORLD_FIXED_H
#define ARRONDI_TESTS_WORLD_FIXED_H

#include "tests/world.h"

/* Without any entry, and with its charter and two employers. */
struct world *world_fixed_empty(void);
struct world *world_fixed_new(void);

/* A digest of all that the books know. */
struct hash world_digest(struct world *world);

#endif
