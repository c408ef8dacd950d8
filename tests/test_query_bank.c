/*
 * test_query_bank.c - what is on its way through banks (ledger/books_query_bank.c).
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "ledger/books_query_bank.h"
#include "tests/story.h"
#include "tests/world.h"

#define STRIPE "provider:stripe"

static void payments_are_listed_while_the_bank_may_move_them(void **state)
{
	struct world *world = world_new();
	struct bank_payment_view *payments = NULL;
	struct story story;
	size_t count = 0;

	(void)state;
	story_tell(world, &story);
	assert_int_equal(query_bank_payments(world->books, &payments, &count, NULL),
			 ERR_OK);
	/* two paid, one reversed, one on its way */
	assert_int_equal(count, 3);
	assert_true(payments[0].paid && payments[1].paid && !payments[2].paid);
	assert_int_equal(payments[0].proposal, story.support);
	assert_int_equal(cents_value(payments[0].amount), 9000);
	assert_int_equal(payments[2].proposal, story.grant);
	assert_int_equal(cents_value(payments[2].amount), 250000);
	assert_true(payments[0].position < payments[1].position &&
		    payments[1].position < payments[2].position);
	free(payments);
	world_free(world);
}

static void payouts_are_listed_until_they_have_arrived(void **state)
{
	struct world *world = world_new();
	struct bank_payout_view *payouts = NULL;
	uint64_t first, second;
	size_t count = 0;

	(void)state;
	(void)world_must(world, "operator",
			 "'kind':'member','id':'" STRIPE
			 "','role':'provider','name':'Stripe','status':'active'");
	(void)world_must(world, "operator",
			 "'kind':'gift','date':'2026-11-02','payer':'" STRIPE
			 "','giver':'person','fund':'emploi','amount':9000");
	first = world_must(world, STRIPE,
			   "'kind':'payout','date':'2026-11-09','payer':'" STRIPE
			   "','amount':4000");
	second = world_must(world, STRIPE,
			    "'kind':'payout','date':'2026-11-10','payer':'" STRIPE
			    "','amount':5000");
	(void)world_must(world, "treasurer",
			 "'kind':'settlement','date':'2026-11-11','payer':'" STRIPE
			 "','amount':4000,'settles':%" PRIu64,
			 first);
	assert_int_equal(query_bank_payouts(world->books, &payouts, &count, NULL),
			 ERR_OK);
	assert_int_equal(count, 1);
	assert_int_equal(payouts[0].position, second);
	assert_string_equal(payouts[0].payer, STRIPE);
	assert_int_equal(cents_value(payouts[0].in_transit), 5000);
	free(payouts);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(payments_are_listed_while_the_bank_may_move_them),
		cmocka_unit_test(payouts_are_listed_until_they_have_arrived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
