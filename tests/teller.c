/*
 * teller.c - see teller.h.
 */
#include "tests/teller.h"

#include <inttypes.h>

uint64_t teller_grant(struct world *world, const char *act)
{
	uint64_t proposal = world_must(world, "operator",
				       "'kind':'proposal','subject':'structure',"
				       "'expires_on':'2026-12-31','act':{%s}",
				       act);

	world_votes(world, proposal, 4);
	(void)world_must(world, "operator", "'kind':'decision','proposal':%" PRIu64,
			 proposal);
	return proposal;
}

uint64_t teller_vote(struct world *world, const char *act)
{
	uint64_t proposal = teller_grant(world, act);

	return world_must(world, "operator", "%s,'proposal':%" PRIu64, act, proposal);
}
