/*
 * succession.h - the entry by which a world goes on as another log, right or wrong.
 */
#ifndef ARRONDI_TESTS_SUCCESSION_H
#define ARRONDI_TESTS_SUCCESSION_H

#include "tests/world.h"

#define SUCCESSION_BYTES 60000

/* What of a succession a test says. */
struct say {
	const char *origin, *reason;     /* of the entry */
	const char *text_from, *text_to; /* replaced in what the seats sign; or NULL */
	const char *checkpoint;          /* NULL: the right one */
	const char *log;                 /* NULL: next_log_vkey */
	int seats;
	bool is_doubled; /* the last seat stands there once more */
};

/* Its members, for world_must() and world_refuses(), with world->next_log_vkey. */
void succession_members(struct world *world, const struct say *say, char *out,
			size_t bytes);

/* Records it with a new key, which signs from there on alone; its position. */
uint64_t succeed(struct world *world, const struct say *say);

#endif
