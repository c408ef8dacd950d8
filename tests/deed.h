/*
 * deed.h - what is done to a ledger: a year of a foundation, one deed after the other.
 *
 * Through the ledger's own functions, as the programs do it: money promised, corrected,
 * received, given back; a proposal voted, decided and paid; donors kept, forgotten; rows
 * deleted; what is derived made anew; the ledger exported, backed up, restored, made.
 * Each deed is done after all those before it. A trial does one of them from the folder
 * in which it is next, may fail it, and then does the same again.
 */
#ifndef ARRONDI_TESTS_DEED_H
#define ARRONDI_TESTS_DEED_H

#include "tests/deed_table.h"

/* A deed, ready to be done. */
struct doing {
	unsigned number;
	const struct deed *deed;
	char members[DEED_TEXT_BYTES];
};
void doing_init(struct doing *doing, struct stage *stage, unsigned deed);
/* Does it; again and again it asks for the same. The fault is the stage's. */
MUST_USE enum err doing_run(struct doing *doing, struct stage *stage);

/* The path of what it makes, or NULL. */
const char *deed_makes(const struct deed *deed, const struct stage *stage);

/* One entry more, as of a program that has run for a while; the ledger is open. */
void deed_warm_up(struct stage *stage, unsigned number);

/* Does all of them, keeping the folder in front of each by its number, and that behind
 * the last by deed_count. */
void deeds_play(struct stage *stage);

#endif
