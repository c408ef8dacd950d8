/*
 * story.c - see story.h.
 */
#include "tests/story.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define DIGEST   "'5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9'"
#define PROVIDER "provider:dons-en-ligne"
#define DAY      INT64_C(86400)

#define TOTAL(fund, giver, amount)                                                       \
	"{'fund':'" fund "','giver':'" giver "','amount':" amount "}"
#define BATCH(company, source, period, date, count, totals)                              \
	"'kind':'batch','company':'" company "','source':'" source "','period':'" period \
	"','date':'" date "','step':100,'terms':'2026-09','count':" count ",'zero':0,"   \
	"'received':" DIGEST ",'root':" DIGEST ",'totals':[" totals "]"
#define PROPOSAL(subject, expires)                                                       \
	"'kind':'proposal','subject':'" subject "','expires_on':'" expires "',"

static void tell_parties(struct world *world)
{
	(void)world_must(world, "operator",
			 "'kind':'member','id':'" STORY_LILAS
			 "','role':'employer','siren':'000001016','name':'Menuiserie des "
			 "Lilas','status':'active','match_percent':50,"
			 "'match_cap_month':30000");
	(void)world_must(world, "operator",
			 "'kind':'member','id':'" STORY_CANAL
			 "','role':'employer','siren':'000004044','name':'Boulangerie du "
			 "Canal','status':'active'");
	(void)world_must(world, "operator",
			 "'kind':'member','id':'" PROVIDER
			 "','role':'provider','name':'Dons en ligne','status':'active'");
	(void)world_must(world, "operator",
			 "'kind':'beneficiary','id':'" STORY_SEEKER
			 "','nature':'job-seeker',"
			 "'attestation':{'digest':" DIGEST ",'until':'2027-06-30'}");
	(void)world_must(world, "operator",
			 "'kind':'beneficiary','id':'bearer:velo','nature':'association',"
			 "'name':'Association Vélo 93','rna':'W930000001',"
			 "'attestation':{'digest':" DIGEST ",'until':'2027-06-30'}");
	(void)world_must(world, "operator",
			 "'kind':'project','id':'" STORY_PROJECT
			 "','title':'Atelier vélo "
			 "solidaire','bearer':'bearer:velo','status':'open'");
}

static void tell_promises(struct world *world)
{
	(void)world_must(world, STORY_LILAS,
			 BATCH(STORY_LILAS, "salary", "2026-09", "2026-09-30", "120",
			       TOTAL("emploi", "person",
				     "8140") "," TOTAL("general", "person", "6210")));
	(void)world_must(world, STORY_LILAS,
			 BATCH(STORY_LILAS, "salary", "2026-10", "2026-10-30", "118",
			       TOTAL("emploi", "person",
				     "9025") "," TOTAL("projets", "person", "5170")));
	(void)world_must(world, STORY_CANAL,
			 BATCH(STORY_CANAL, "invoice", "2026-10", "2026-10-30", "300",
			       TOTAL("general", "company", "7700") "," TOTAL(
				       "general", "person",
				       "5125") "," TOTAL("general", "seller", "3333")));
	(void)world_must(world, STORY_CANAL,
			 BATCH(STORY_CANAL, "till", "2026-08", "2026-08-31", "31",
			       TOTAL("general", "person", "21099")));
	(void)world_must(world, PROVIDER,
			 "'kind':'gift','date':'2026-10-12','payer':'" PROVIDER
			 "','amount':15000,'fund':'general','giver':'person'");
	(void)world_must(world, "operator",
			 "'kind':'gift','date':'2026-10-13','payer':'" STORY_CANAL
			 "','amount':120000,'fund':'projets','giver':'company',"
			 "'earmark':'" STORY_PROJECT "'");
	(void)world_must(world, "operator",
			 "'kind':'patronage','date':'2026-10-01','due_on':'2026-12-31',"
			 "'payer':'" STORY_LILAS "','amount':3000000,'fund':'projets',"
			 "'earmark':'projets','form':'cash','promise':'firm'");
}

static void settle(struct world *world, const char *payer, const char *date,
		   int64_t amount, uint64_t settles)
{
	char named[32] = "";

	if (settles)
		snprintf(named, sizeof named, ",'settles':%" PRIu64, settles);
	(void)world_must(world, "treasurer",
			 "'kind':'settlement','payer':'%s','date':'%s','amount':%" PRId64
			 "%s",
			 payer, date, amount, named);
}

/* The positions of the promises, by their order in tell_promises(). */
static void tell_receipts(struct world *world, uint64_t first)
{
	/* LILAS is 12 euros short of its September and half of its patronage. */
	settle(world, STORY_LILAS, "2026-10-20", 14350 + 7175 - 1200, first);
	settle(world, STORY_LILAS, "2026-10-25", 1500000, first + 6);
	settle(world, STORY_CANAL, "2026-10-21", 16158, first + 2);
	settle(world, STORY_CANAL, "2026-10-22", 120000, first + 5);
	/* The provider pays the gift, and 5 euros too much. */
	settle(world, PROVIDER, "2026-10-28", 15500, first + 4);
	(void)world_must(world, "operator", "'kind':'allocation','month':'2026-10'");
}

static uint64_t decide(struct world *world, uint64_t proposal)
{
	return world_must(world, "operator", "'kind':'decision','proposal':%" PRIu64,
			  proposal);
}

static uint64_t order(struct world *world, uint64_t proposal, int64_t amount)
{
	return world_must(world, "treasurer",
			  "'kind':'payment','proposal':%" PRIu64 ",'amount':%" PRId64
			  ",'payee':" DIGEST,
			  proposal, amount);
}

static void tell_decisions(struct world *world, struct story *story)
{
	uint64_t payment;

	story->support = world_must(
		world, "operator",
		PROPOSAL("support", "2026-12-31") "'fund':'emploi',"
						  "'beneficiary':'" STORY_SEEKER
						  "','purpose':'mobilite','amount':9000,"
						  "'payee':" DIGEST);
	story->grant = world_must(
		world, "operator",
		PROPOSAL("grant", "2026-12-31") "'fund':'projets',"
						"'beneficiary':'bearer:velo','project':"
						"'" STORY_PROJECT
						"','purpose':'demarrage',"
						"'amount':1400000,'payee':" DIGEST);
	story->refused = world_must(
		world, "operator",
		PROPOSAL("support", "2026-12-31") "'fund':'emploi',"
						  "'beneficiary':'" STORY_SEEKER
						  "','purpose':'mobilite','amount':2000,"
						  "'payee':" DIGEST);
	story->expired = world_must(
		world, "operator",
		PROPOSAL("transfer", "2026-11-20") "'fund':'emploi',"
						   "'to':'projets','amount':100");
	world->at += 2 * DAY;
	world_votes(world, story->support, 4);
	world_votes(world, story->grant, 4);
	(void)world_ballot(world, 4, story->grant, "recused");
	for (int seat = 0; seat < 4; seat++)
		assert_int_equal(world_ballot(world, seat, story->refused,
					      seat == 3 ? "abstain" : "against"),
				 ERR_OK);
	(void)decide(world, story->support);
	(void)decide(world, story->grant);
	(void)decide(world, story->refused);
	world->at += 3 * DAY;
	payment = order(world, story->support, 9000);
	(void)world_must(world, "treasurer",
			 "'kind':'paid','date':'2026-11-23','payment':%" PRIu64, payment);
	payment = order(world, story->grant, 1000000);
	(void)world_must(world, "treasurer",
			 "'kind':'paid','date':'2026-11-23','payment':%" PRIu64, payment);
	payment = order(world, story->grant, 150000);
	(void)world_must(world, "treasurer",
			 "'kind':'reversal','date':'2026-11-23','of':%" PRIu64
			 ",'reason':'payee'",
			 payment);
	(void)order(world, story->grant, 250000);
}

static void tell_the_end(struct world *world, struct story *story)
{
	uint64_t gift, wrong;

	story->transfer = world_must(
		world, "operator",
		PROPOSAL("transfer", "2026-12-31") "'fund':'projets','to':'emploi',"
						   "'amount':4000");
	world_votes(world, story->transfer, 4);
	(void)decide(world, story->transfer);
	story->open = world_must(
		world, "operator",
		PROPOSAL("support", "2026-12-31") "'fund':'emploi',"
						  "'beneficiary':'" STORY_SEEKER
						  "','purpose':'mobilite','amount':1500,"
						  "'payee':" DIGEST);
	/* A gift that was paid and is undone, and a settlement that was another's. */
	gift = world_must(world, "operator",
			  "'kind':'gift','date':'2026-11-02','payer':'" STORY_LILAS
			  "','amount':2500,'fund':'emploi','giver':'company'");
	settle(world, STORY_LILAS, "2026-11-03", 2500, gift);
	(void)world_must(world, "operator",
			 "'kind':'reversal','date':'2026-11-20','of':%" PRIu64
			 ",'reason':'cancelled'",
			 gift);
	(void)world_must(world, "operator",
			 "'kind':'gift','date':'2026-10-02','payer':'" STORY_CANAL
			 "','amount':3000,'fund':'general','giver':'company'");
	wrong = world->leaf_count;
	settle(world, STORY_CANAL, "2026-11-10", 5000, wrong - 1);
	world->at += 8 * DAY; /* 1 December */
	(void)world_must(world, "operator", "'kind':'allocation','month':'2026-11'");
	(void)world_must(world, "treasurer",
			 "'kind':'reversal','date':'2026-11-30','of':%" PRIu64
			 ",'reason':'wrong-payer'",
			 wrong);
}

void story_tell(struct world *world, struct story *ret_story)
{
	uint64_t first;

	tell_parties(world);
	first = world->leaf_count;
	tell_promises(world);
	tell_receipts(world, first);
	tell_decisions(world, ret_story);
	tell_the_end(world, ret_story);
	assert_true(world->leaf_count >= STORY_ENTRIES_MIN);
}
