/*
 * story.h - the foundation of world.h after an autumn with something of
 * everything, for tests of what reports make of it.
 *
 * Round-ups on pay, invoices and tills, a match, gifts, a patronage earmarked to a
 * fund and a gift earmarked to a project; transfers that are short, exact and too
 * much; an allocation; decisions granted, refused, open and past their expiry; a
 * transfer between funds; payments carried out, ordered and taken back; and in the
 * end a settlement reversed, which overdraws the general fund.
 */
#ifndef ARRONDI_TESTS_STORY_H
#define ARRONDI_TESTS_STORY_H

#include "tests/world.h"

#define STORY_LILAS       "employer:000001016"
#define STORY_CANAL       "employer:000004044"
#define STORY_SEEKER      "job-seeker:00112233445566778899aabbccddeeff"
#define STORY_PROJECT     "atelier-velo"
#define STORY_ENTRIES_MIN 40

/* Positions that tests ask for. */
struct story {
	uint64_t support, grant, refused, transfer, open, expired;
};

/* Tells the whole of it to a new world; fails the test where the rules refuse. */
void story_tell(struct world *world, struct story *ret_story);

#endif
