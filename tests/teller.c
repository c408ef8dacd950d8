/*
 * teller.c - see teller.h.
 */
#include "tests/teller.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

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

void teller_confirmation(struct world *world, int seat, uint64_t returned,
			 const char *payee, char ret_members[TELLER_MEMBERS_BYTES])
{
	char text[PAYEE_TEXT_BYTES_MAX], note[WORLD_NOTE_BYTES_MAX], name[32];

	snprintf(name, sizeof name, "siege-%d", seat + 1);
	assert_int_equal(books_payee_text(world->books, slice_of_text(name), returned,
					  slice_of_text(payee), text, &world->fault),
			 ERR_OK);
	world_sign(world, seat, text, note);
	snprintf(ret_members, TELLER_MEMBERS_BYTES,
		 "'kind':'confirmation','seat':'%s','payee':'%s','returned':%" PRIu64
		 ",'note':'%s'",
		 name, payee, returned, note);
}

void teller_confirms(struct world *world, uint64_t returned)
{
	char members[TELLER_MEMBERS_BYTES], payee[PAYEE_HEX_BYTES];

	assert_true(books_payee_flagged(world->books, returned, payee));
	teller_confirmation(world, 0, returned, payee, members);
	(void)world_must(world, "operator", "%s", members);
}
