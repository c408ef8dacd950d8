/*
 * world_play.h - drafts of entries as a script: one on each line, after who submits it.
 *
 *	treasurer 'kind':'paid','payment':41
 *	+1234			seconds later
 *	!2 ^0 for		seat 2 votes
 *
 * ^0 is the position of the first new entry, ^1 of the second, and so on. What is
 * refused is passed over, and must have changed nothing (world_fuzz()).
 */
#ifndef ARRONDI_TESTS_WORLD_PLAY_H
#define ARRONDI_TESTS_WORLD_PLAY_H

#include "keys/slice.h"
#include "tests/world.h"

#define WORLD_PLAY_LINES 24 /* what is behind is not read */

void world_play(struct world *world, struct slice script);

#endif
