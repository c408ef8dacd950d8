/*
 * boardroom.h - a foundation with money to decide on, for tests of what a board does.
 */
#ifndef ARRONDI_TESTS_BOARDROOM_H
#define ARRONDI_TESTS_BOARDROOM_H

#include <inttypes.h>

#include "tests/world.h"

#define LILAS   "employer:000001016"
#define SEEKER  "job-seeker:00112233445566778899aabbccddeeff"
#define OTHER   "job-seeker:ffeeddccbbaa99887766554433221100"
#define DIGEST  "'5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9'"
#define DIGEST2 "'6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b'"
#define DAY     INT64_C(86400)

#define EXPIRES "'expires_on':'2026-12-31'"
#define SUPPORT(who, amount)                                                             \
	"'kind':'proposal','subject':'support','fund':'emploi','beneficiary':'" who      \
	"','amount':" amount ",'purpose':'mobilite','payee':" DIGEST "," EXPIRES
#define GRANT(amount, more)                                                              \
	"'kind':'proposal','subject':'grant','fund':'projets','beneficiary':"            \
	"'bearer:lab','project':'lab','amount':" amount ",'purpose':'demarrage',"        \
	"'payee':" DIGEST more "," EXPIRES
#define CANCEL(amount)                                                                   \
	"'kind':'proposal','subject':'cancellation'," EXPIRES ",'amount':" amount        \
	",'grant':%" PRIu64
#define DECISION "'kind':'decision','proposal':%" PRIu64

#define DELEGATION(fund, votes, until)                                                   \
	"'kind':'delegation','fund':'" fund                                              \
	"','per_act':25000,'per_beneficiary':40000,'per_month':60000,"                   \
	"'seats':['siege-1','siege-2'],'until':'" until "','votes':" votes
#define URGENT DECISION ",'delegation':%" PRIu64

/* Money in emploi (free) and projets (for the project, for the fund, and free), two job
 * seekers and a project. */
struct world *board_world(void);

uint64_t board_decide(struct world *world, uint64_t proposal);
/* Voted by so many seats, and decided. Returns the proposal. */
uint64_t board_granted(struct world *world, uint64_t proposal, int votes);
/* An order to pay; and one that the bank carries out. Return the payment. */
uint64_t board_order(struct world *world, uint64_t grant, int amount);
uint64_t board_pay(struct world *world, uint64_t grant, int amount);

/* The members of a seat's recusal (number 0 .. 4), for world_refuses(); and recorded. */
void board_recusal(struct world *world, int seat, const char *beneficiary, char *members,
		   size_t bytes);
void board_recuse(struct world *world, int seat, const char *beneficiary);

/* The delegation to the first two seats, voted and in force: its position. */
uint64_t board_delegate(struct world *world, const char *until);
/* Support that they grant alone. Returns the proposal. */
uint64_t board_urgent(struct world *world, uint64_t delegation, const char *who,
		      const char *amount);

#endif
