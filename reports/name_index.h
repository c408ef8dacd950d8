/*
 * name_index.h - names to numbers, for what is asked of every line of a long text.
 *
 * The first name is number 0, the next that is another one 1: so what is known of a
 * name stands in an array.
 */
#ifndef ARRONDI_REPORTS_NAME_INDEX_H
#define ARRONDI_REPORTS_NAME_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "keys/slice.h"

struct name_index {
	char **names; /* owned, as are the strings */
	size_t count, room;
	uint32_t *slots; /* owned; number + 1, 0 where empty */
	size_t slot_count;
};

/* Of all zeroes it is empty. */
void name_index_release(struct name_index *index);

/* Its number, now or since it was first asked for; UINT32_MAX when out of memory. */
uint32_t name_index_of(struct name_index *index, struct slice name);

uint64_t name_hash(struct slice bytes);

#endif
