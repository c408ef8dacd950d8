/*
 * forgery.h - a breach that admission refuses must be found by the auditor, too.
 *
 * A forged export holds a world's leaves and, behind them, one leaf that breaks a
 * rule, with right tiles and a checkpoint signed with the right key: what an
 * operator who owns the key could publish.
 */
#ifndef ARRONDI_TESTS_FORGERY_H
#define ARRONDI_TESTS_FORGERY_H

#include "keys/slice.h"
#include "tests/world.h"

/* Fails the test unless an audit of the world's leaves with `leaf` behind them
 * names this rule at this position. */
void forgery_must_be_found(struct world *world, struct slice leaf, const char *rule);

#endif
