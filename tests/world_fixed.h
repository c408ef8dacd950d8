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

/* The same with the whole of story.h told, and the first employer's key, which is fuzz
 * key WORLD_COMPANY_KEY. It is made once and lives as long as the program. */
#define WORLD_COMPANY     "employer:000001016"
#define WORLD_COMPANY_KEY 6
struct world *world_told(void);
uint64_t world_told_open(void); /* the position of its open proposal */

/* Begins to try something, and forgets it: the world is as it was. */
struct world_trial {
	size_t leaf_count;
	int64_t at;
	int refs;
};
void world_try(struct world *world, struct world_trial *ret_trial);
void world_undo(struct world *world, const struct world_trial *trial);

/* Submits members as world_submit() does, or a text under a name beside them. The
 * verdict is world->fault's; what was refused must have changed nothing. */
enum err world_fuzz(struct world *world, const char *by, const char *members,
		    const char *name, struct slice text);

/* A digest of all that the books know. */
struct hash world_digest(struct world *world);

#endif
