/*
 * witness.h - what clients were told, to be held against the log.
 *
 * An answer says: this entry, these bytes, stands at this position, and this checkpoint
 * covers it. Two answers that contradict each other fail the trial at once; the check
 * compares all of them with an export.
 */
#ifndef ARRONDI_TESTS_WITNESS_H
#define ARRONDI_TESTS_WITNESS_H

#include <pthread.h>

#include "keys/hash.h"
#include "tests/house.h"

struct witness_told {
	bool is_told;
	struct hash leaf;
};

struct witness {
	pthread_mutex_t mutex;
	struct witness_told *told; /* by position */
	size_t told_room;
	char **note; /* by size; NULL: nobody has seen one of that size */
	size_t note_room;
	uint64_t entries, notes; /* how many there are */
};

void witness_init(struct witness *witness);
void witness_release(struct witness *witness);

/* From any thread. The entry's bytes are the canonical ones. */
void witness_tell(struct witness *witness, uint64_t position, struct slice entry);
void witness_show(struct witness *witness, struct slice note);

/* Holds all that was told against house->out, which is an export that verifies: every
 * entry at its position with its bytes, no reference twice, every checkpoint signed and
 * a prefix of the log. With `whole`, nobody may be missing: each entry since house->size
 * was told to somebody. */
void witness_check(struct witness *witness, const struct house *house, bool whole);

#endif
