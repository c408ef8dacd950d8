/*
 * ordeal.h - deeds under faults, one try after the other: what the programs that fail
 * disks and those that cut the power share.
 */
#ifndef ARRONDI_TESTS_ORDEAL_H
#define ARRONDI_TESTS_ORDEAL_H

#include "tests/deed.h"

struct ordeal {
	struct stage stage;
	struct chance chance;
	uint64_t tried, cuts, lost;
	char name[200]; /* of the try under way, for what is told of it */
};

/* Plays all deeds once, on a sound disk. The disk is fault_vfs.h's from here on. */
void ordeal_init(struct ordeal *ordeal);
void ordeal_release(struct ordeal *ordeal);

/* Sets the stage; the ledger is open where the deed is to find it so, and has written so
 * many entries already, as one that runs for long has. What is recorded then. */
struct stage_told ordeal_begin(struct ordeal *ordeal, unsigned deed, unsigned warm);

/* The power is cut, and half of the time all is lost that was not synced. The ledger is
 * closed then. */
void ordeal_cut(struct ordeal *ordeal);

/* It opens and is sound, what was told is there and no more; the deed is done; and who
 * asks for the same once more is answered. The ledger is closed in the end. */
void ordeal_end(struct ordeal *ordeal, struct doing *doing,
		const struct stage_told *told);

/* Whether what is no entry is done already, so that it may be refused; the ledger has to
 * be open. The fault stays what it is. */
bool ordeal_is_done(struct ordeal *ordeal, const struct deed *deed);

#endif
