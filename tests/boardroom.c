/*
 * boardroom.c - see boardroom.h.
 */
#include "tests/boardroom.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct world *board_world(void)
{
	struct world *world = world_new();
	static const char *const seekers[] = { SEEKER, OTHER };
	static const char *const gifts[][3] = {
		{ "emploi", "", "1000000" },
		{ "projets", "", "1000" },
		{ "projets", ",'earmark':'projets'", "2000" },
		{ "projets", ",'earmark':'lab'", "4000" }
	};

	for (size_t i = 0; i < 2; i++)
		(void)world_must(world, "operator",
				 "'kind':'beneficiary','id':'%s','nature':'job-seeker',"
				 "'attestation':{'digest':" DIGEST
				 ",'until':'2027-12-31'}",
				 seekers[i]);
	(void)world_must(world, "operator",
			 "'kind':'beneficiary','id':'bearer:lab','nature':'association',"
			 "'name':'Lab','rna':'W930000001',"
			 "'attestation':{'digest':" DIGEST ",'until':'2027-12-31'}");
	(void)world_must(
		world, "operator",
		"'kind':'project','id':'lab','title':'Lab','bearer':'bearer:lab',"
		"'status':'open'");
	for (size_t i = 0; i < 4; i++)
		(void)world_must(world, "operator",
				 "'kind':'gift','date':'2026-11-01','payer':'" LILAS
				 "','giver':'company','fund':'%s'%s,'amount':%s",
				 gifts[i][0], gifts[i][1], gifts[i][2]);
	(void)world_must(world, "treasurer",
			 "'kind':'settlement','date':'2026-11-02','payer':'" LILAS
			 "','amount':1007000");
	return world;
}

uint64_t board_decide(struct world *world, uint64_t proposal)
{
	return world_must(world, "operator", DECISION, proposal);
}

uint64_t board_granted(struct world *world, uint64_t proposal, int votes)
{
	world_votes(world, proposal, votes);
	(void)board_decide(world, proposal);
	return proposal;
}

uint64_t board_order(struct world *world, uint64_t grant, int amount)
{
	return world_must(world, "treasurer",
			  "'kind':'payment','proposal':%" PRIu64
			  ",'amount':%d,'payee':" DIGEST,
			  grant, amount);
}

uint64_t board_pay(struct world *world, uint64_t grant, int amount)
{
	uint64_t payment = board_order(world, grant, amount);

	(void)world_must(world, "treasurer",
			 "'kind':'paid','date':'2026-11-18','payment':%" PRIu64, payment);
	return payment;
}

void board_recusal(struct world *world, int seat, const char *beneficiary, char *members,
		   size_t bytes)
{
	char text[RECUSAL_TEXT_BYTES_MAX], note[WORLD_NOTE_BYTES_MAX], name[32];

	snprintf(name, sizeof name, "siege-%d", seat + 1);
	assert_int_equal(books_recusal_text(world->books, slice_of_text(name),
					    slice_of_text(beneficiary), text,
					    &world->fault),
			 ERR_OK);
	world_sign(world, seat, text, note);
	snprintf(members, bytes,
		 "'kind':'recusal','seat':'%s','beneficiary':'%s','note':'%s'", name,
		 beneficiary, note);
}

void board_recuse(struct world *world, int seat, const char *beneficiary)
{
	char members[WORLD_NOTE_BYTES_MAX + 256];

	board_recusal(world, seat, beneficiary, members, sizeof members);
	(void)world_must(world, "operator", "%s", members);
}

uint64_t board_delegate(struct world *world, const char *until)
{
	char act[400];
	uint64_t proposal;

	snprintf(act, sizeof act, DELEGATION("emploi", "2", "%s"), until);
	proposal = world_must(
		world, "operator",
		"'kind':'proposal','subject':'structure'," EXPIRES ",'act':{%s}", act);
	world_votes(world, proposal, 4);
	(void)board_decide(world, proposal);
	return world_must(world, "operator", "%s,'proposal':%" PRIu64, act, proposal);
}

uint64_t board_urgent(struct world *world, uint64_t delegation, const char *who,
		      const char *amount)
{
	uint64_t proposal = world_must(
		world, "operator",
		"'kind':'proposal','subject':'support','fund':'emploi','beneficiary':"
		"'%s','amount':%s,'purpose':'mobilite','payee':" DIGEST
		",'expires_on':'2027-06-30'",
		who, amount);

	world_votes(world, proposal, 2);
	(void)world_must(world, "operator", URGENT, proposal, delegation);
	return proposal;
}
