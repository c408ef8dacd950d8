/*
 * test_books_provider.c - what a payment provider tells: gifts, its fees, its payouts,
 * what it gives back and what turns out otherwise; to the cent, in whatever order. The
 * rules of ledger/books_fee.c and ledger/books_payout.c, and what a provider may undo.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/teller.h"

#define LILAS  "employer:000001016"
#define STRIPE "provider:stripe"
#define MOLLIE "provider:mollie"
#define BUREAU "collector:bureau"
#define DIGEST "'5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9'"
#define DAY    INT64_C(86400)

#define GIFT(payer, amount)                                                              \
	"'kind':'gift','date':'2026-11-02','payer':'" payer                              \
	"','giver':'person','fund':'emploi','amount':" amount
#define FEE(payer, amount)                                                               \
	"'kind':'fee','date':'2026-11-02','payer':'" payer "','amount':" amount
#define PAYOUT(payer, amount)                                                            \
	"'kind':'payout','date':'2026-11-09','payer':'" payer "','amount':" amount
#define ARRIVES(payer, amount)                                                           \
	"'kind':'settlement','date':'2026-11-10','payer':'" payer "','amount':" amount   \
	",'settles':%" PRIu64
#define REFUND(payer, amount, through)                                                   \
	"'kind':'refund','date':'2026-11-12','payer':'" payer "','amount':" amount       \
	",'reason':'asked','through':'" through "','of':%" PRIu64
#define CHARGEBACK(amount)                                                               \
	"'kind':'chargeback','date':'2026-11-12','amount':" amount ",'of':%" PRIu64
#define REVERSAL(reason)                                                                 \
	"'kind':'reversal','date':'2026-11-18','reason':'" reason "','of':%" PRIu64

static struct world *world_with_providers(void)
{
	struct world *world = world_new();

	(void)world_must(world, "operator",
			 "'kind':'member','id':'" STRIPE
			 "','role':'provider','name':'Stripe','status':'active'");
	(void)world_must(world, "operator",
			 "'kind':'member','id':'" MOLLIE
			 "','role':'provider','name':'Mollie','status':'active'");
	(void)world_must(world, "operator",
			 "'kind':'member','id':'" BUREAU
			 "','role':'collector','name':'Bureau','status':'active'");
	return world;
}

static void world_end(struct world *world)
{
	world_check(world);
	world_free(world);
}

static void stands(struct world *world, const char *account, int64_t expected)
{
	int64_t balance = world_balance(world, account);

	if (balance != expected)
		fail_msg("%s is %" PRId64 " and not %" PRId64, account, balance,
			 expected);
}

/* ---- fees ---- */

static void test_a_gift_is_gross_and_its_fee_an_expense(void **state)
{
	struct world *world = world_with_providers();
	uint64_t gift = world_must(world, STRIPE, GIFT(STRIPE, "10000"));

	(void)state;
	(void)world_must(world, STRIPE, FEE(STRIPE, "175") ",'of':%" PRIu64, gift);
	stands(world, "receivable/" STRIPE, 9825);
	stands(world, "pledged/emploi/-", -9825);
	stands(world, "fund/emploi/-", -175);
	stands(world, "fund/fonctionnement/-", 175);
	(void)world_must(world, "treasurer",
			 "'kind':'settlement','date':'2026-11-10','payer':'" STRIPE
			 "','amount':9825");
	stands(world, "receivable/" STRIPE, 0);
	stands(world, "fund/emploi/-", -10000);
	stands(world, "credit/" STRIPE, 0);
	world_end(world);
}

/* The gift that it was kept of is paid first, though an older one is open. */
static void test_a_fee_pays_its_own_gift_first(void **state)
{
	struct world *world = world_with_providers();
	uint64_t gift;

	(void)state;
	(void)world_must(world, STRIPE, GIFT(STRIPE, "10000"));
	gift = world_must(world, STRIPE,
			  "'kind':'gift','date':'2026-11-02','payer':'" STRIPE
			  "','giver':'person','fund':'projets','amount':300");
	(void)world_must(world, STRIPE, FEE(STRIPE, "500") ",'of':%" PRIu64, gift);
	stands(world, "fund/projets/-", -300);
	stands(world, "fund/emploi/-", -200);
	stands(world, "receivable/" STRIPE, 9800);
	world_end(world);
}

/* What is owed no more is kept from the next gifts. */
static void test_a_fee_after_the_payout_is_kept_of_the_next_gift(void **state)
{
	struct world *world = world_with_providers();
	uint64_t fee;

	(void)state;
	(void)world_must(world, STRIPE, GIFT(STRIPE, "10000"));
	(void)world_must(world, STRIPE, PAYOUT(STRIPE, "10000"));
	fee = world_must(world, STRIPE, FEE(STRIPE, "1500"));
	stands(world, "credit/" STRIPE, -1500);
	stands(world, "fund/fonctionnement/-", 1500);
	(void)world_must(world, STRIPE, GIFT(STRIPE, "1000"));
	stands(world, "credit/" STRIPE, -500);
	stands(world, "receivable/" STRIPE, 0);
	/* It is given back: what it has paid in the meantime is owed again. */
	(void)world_must(world, STRIPE, REVERSAL("chargeback-won"), fee);
	stands(world, "credit/" STRIPE, 0);
	stands(world, "receivable/" STRIPE, 1000);
	stands(world, "fund/fonctionnement/-", 0);
	stands(world, "fund/emploi/-", -10000);
	world_refuses(world, "reversal", STRIPE, REVERSAL("chargeback-won"), fee);
	world_end(world);
}

static void test_who_keeps_a_fee(void **state)
{
	struct world *world = world_with_providers();
	uint64_t gift = world_must(world, STRIPE, GIFT(STRIPE, "10000"));

	(void)state;
	world_refuses(world, "payer", MOLLIE, FEE(STRIPE, "10"));
	world_refuses(world, "payer", BUREAU, FEE(STRIPE, "10"));
	world_refuses(world, "payer", "treasurer", FEE(LILAS, "10"));
	world_refuses(world, "role", LILAS, FEE(LILAS, "10"));
	world_refuses(world, "fee", MOLLIE, FEE(MOLLIE, "10") ",'of':%" PRIu64, gift);
	world_refuses(world, "fee", STRIPE, FEE(STRIPE, "10") ",'of':%zu",
		      world->leaf_count);
	/* A fee is nothing that the bank takes back. */
	gift = world_must(world, "treasurer", FEE(STRIPE, "10") ",'of':%" PRIu64, gift);
	world_refuses(world, "chargeback", "treasurer", CHARGEBACK("10"), gift);
	(void)world_must(world, BUREAU, FEE(BUREAU, "10"));
	stands(world, "credit/" BUREAU, -10);
	world_end(world);
}

/* ---- payouts ---- */

static void test_a_payout_is_in_transit_until_the_bank_has_it(void **state)
{
	struct world *world = world_with_providers();
	uint64_t payout, part;

	(void)state;
	(void)world_must(world, STRIPE, GIFT(STRIPE, "10000"));
	(void)world_must(world, STRIPE, FEE(STRIPE, "200"));
	payout = world_must(world, STRIPE, PAYOUT(STRIPE, "9800") ",'delivery':" DIGEST);
	stands(world, "receivable/" STRIPE, 0);
	stands(world, "transit/" STRIPE, 9800);
	stands(world, "fund/emploi/-", -10000);
	stands(world, "bank", 0);
	world_refuses(world, "payout", "treasurer", ARRIVES(STRIPE, "9801"), payout);
	world_refuses(world, "payout", "treasurer", ARRIVES(MOLLIE, "9800"), payout);
	part = world_must(world, "treasurer", ARRIVES(STRIPE, "800"), payout);
	world_refuses(world, "payout", "treasurer", ARRIVES(STRIPE, "9001"), payout);
	(void)world_must(world, "treasurer", ARRIVES(STRIPE, "9000"), payout);
	stands(world, "transit/" STRIPE, 0);
	stands(world, "bank", 9800);
	stands(world, "fund/emploi/-", -10000);
	world_refuses(world, "payout", "treasurer", ARRIVES(STRIPE, "1"), payout);
	/* The bank was wrong about one of them. */
	(void)world_must(world, "treasurer", REVERSAL("bank-error"), part);
	stands(world, "transit/" STRIPE, 800);
	stands(world, "bank", 9000);
	(void)world_must(world, "treasurer", ARRIVES(STRIPE, "800"), payout);
	stands(world, "transit/" STRIPE, 0);
	stands(world, "credit/" STRIPE, 0);
	world_end(world);
}

static void test_a_payout_that_fails_is_owed_again(void **state)
{
	struct world *world = world_with_providers();
	uint64_t payout;

	(void)state;
	(void)world_must(world, STRIPE, GIFT(STRIPE, "10000"));
	payout = world_must(world, STRIPE, PAYOUT(STRIPE, "10000"));
	(void)world_must(world, STRIPE, REVERSAL("payout-failed"), payout);
	stands(world, "transit/" STRIPE, 0);
	stands(world, "receivable/" STRIPE, 10000);
	stands(world, "fund/emploi/-", 0);
	world_refuses(world, "payout", "treasurer", ARRIVES(STRIPE, "10000"), payout);
	world_refuses(world, "reversal", STRIPE, REVERSAL("payout-failed"), payout);
	payout = world_must(world, STRIPE, PAYOUT(STRIPE, "10000"));
	(void)world_must(world, "treasurer", ARRIVES(STRIPE, "10000"), payout);
	stands(world, "bank", 10000);
	stands(world, "fund/emploi/-", -10000);
	world_end(world);
}

/* It had arrived, fails all the same, and the bank takes it back: whichever is told
 * first. */
static void a_late_failure(bool bank_first)
{
	struct world *world = world_with_providers();
	uint64_t payout, arrived, taken_back;

	(void)world_must(world, STRIPE, GIFT(STRIPE, "10000"));
	payout = world_must(world, STRIPE, PAYOUT(STRIPE, "10000"));
	arrived = world_must(world, "treasurer", ARRIVES(STRIPE, "10000"), payout);
	world_refuses(world, "chargeback", "treasurer", CHARGEBACK("9999"), arrived);
	if (bank_first) {
		taken_back = world_must(world, "treasurer", CHARGEBACK("10000"), arrived);
		stands(world, "transit/" STRIPE, 10000);
		(void)world_must(world, STRIPE, REVERSAL("payout-failed"), payout);
	} else {
		(void)world_must(world, STRIPE, REVERSAL("payout-failed"), payout);
		stands(world, "transit/" STRIPE, -10000);
		stands(world, "bank", 10000);
		taken_back = world_must(world, "treasurer", CHARGEBACK("10000"), arrived);
	}
	stands(world, "transit/" STRIPE, 0);
	stands(world, "bank", 0);
	stands(world, "receivable/" STRIPE, 10000);
	stands(world, "fund/emploi/-", 0);
	/* The bank gives it back after all: it is there, and nobody has sent it. */
	(void)world_must(world, "treasurer", REVERSAL("bank-error"), taken_back);
	stands(world, "transit/" STRIPE, -10000);
	stands(world, "bank", 10000);
	world_end(world);
}

static void test_a_payout_that_fails_after_it_arrived(void **state)
{
	(void)state;
	a_late_failure(true);
	a_late_failure(false);
}

/* With the bank's lines: what arrives and what is taken back cites one; a fee, a payout
 * and its failure are no money of ours and cite none. */
static void test_what_the_bank_shows_of_a_payout(void **state)
{
	struct world *world = world_with_providers();
	uint64_t statement, payout, arrived, fee;

	(void)state;
	(void)world_must(world, STRIPE, GIFT(STRIPE, "10000"));
	(void)teller_vote(world, TELLER_ACCOUNT("courant", TELLER_IBAN, "active"));
	statement = world_must(
		world, "treasurer",
		TELLER_STATEMENT("courant", "00", "1", "2026-11-01", "2026-11-15", "0",
				 "0",
				 TELLER_LINE("9800", "2026-11-10") "," TELLER_LINE(
					 "-9800", "2026-11-12")));
	fee = world_must(world, STRIPE, FEE(STRIPE, "200"));
	payout = world_must(world, STRIPE, PAYOUT(STRIPE, "9800"));
	world_refuses(world, "line", "treasurer", ARRIVES(STRIPE, "9800"), payout);
	arrived =
		world_must(world, "treasurer", ARRIVES(STRIPE, "9800") TELLER_CITES("1"),
			   payout, statement);
	stands(world, "transit/" STRIPE, 0);
	stands(world, "suspense/courant", 9800); /* the debit, not explained yet */
	(void)world_must(world, STRIPE, REVERSAL("payout-failed"), payout);
	world_refuses(world, "line", "treasurer", CHARGEBACK("9800"), arrived);
	(void)world_must(world, "treasurer", CHARGEBACK("9800") TELLER_CITES("2"),
			 arrived, statement);
	stands(world, "transit/" STRIPE, 0);
	stands(world, "suspense/courant", 0);
	stands(world, "account/courant", 0);
	stands(world, "receivable/" STRIPE, 9800);
	(void)world_must(world, STRIPE, REVERSAL("cancelled"), fee);
	stands(world, "receivable/" STRIPE, 10000);
	world_end(world);
}

static void test_who_pays_out(void **state)
{
	struct world *world = world_with_providers();
	uint64_t payout;

	(void)state;
	world_refuses(world, "payer", MOLLIE, PAYOUT(STRIPE, "10"));
	world_refuses(world, "payer", "treasurer", PAYOUT(LILAS, "10"));
	world_refuses(world, "payer", "treasurer", PAYOUT(BUREAU, "10"));
	world_refuses(world, "role", LILAS, PAYOUT(LILAS, "10"));
	payout = world_must(world, "treasurer", PAYOUT(STRIPE, "10"));
	stands(world, "credit/" STRIPE, -10);
	world_refuses(world, "chargeback", "treasurer", CHARGEBACK("10"), payout);
	world_refuses(world, "payer", MOLLIE, REVERSAL("payout-failed"), payout);
	(void)world_must(world, "treasurer", REVERSAL("payout-failed"), payout);
	stands(world, "credit/" STRIPE, 0);
	world_end(world);
}

/* A payout may wait for the bank for longer than anything can be undone. */
static void test_a_payout_waits_for_years(void **state)
{
	struct world *world = world_with_providers();
	uint64_t payout;

	(void)state;
	(void)world_must(world, STRIPE, GIFT(STRIPE, "10000"));
	payout = world_must(world, STRIPE, PAYOUT(STRIPE, "10000"));
	world->at += 800 * DAY;
	for (int i = 0; i < 10; i++)
		(void)world_must(world, "treasurer",
				 "'kind':'settlement','date':'2029-01-10','payer':'" LILAS
				 "','amount':1");
	(void)world_must(world, "treasurer",
			 "'kind':'settlement','date':'2029-01-10','payer':'" STRIPE
			 "','amount':10000,'settles':%" PRIu64,
			 payout);
	stands(world, "transit/" STRIPE, 0);
	stands(world, "bank", 10010);
	stands(world, "credit/" STRIPE, 0);
	world_end(world);
}

/* ---- what turns out otherwise ---- */

static void test_a_provider_undoes_what_is_its_own(void **state)
{
	struct world *world = world_with_providers();
	uint64_t gift, other, refund, by_bank, settlement, chargeback;

	(void)state;
	gift = world_must(world, STRIPE, GIFT(STRIPE, "10000") ",'delivery':" DIGEST);
	other = world_must(world, LILAS, GIFT(LILAS, "10000"));
	settlement = world_must(world, "treasurer",
				"'kind':'settlement','date':'2026-11-10','payer':'" STRIPE
				"','amount':1000");
	refund = world_must(world, STRIPE,
			    REFUND(STRIPE, "1000", "payer") ",'delivery':" DIGEST, gift);
	by_bank = world_must(world, "treasurer", REFUND(STRIPE, "100", "bank"), gift);
	chargeback =
		world_must(world, STRIPE, CHARGEBACK("2000") ",'delivery':" DIGEST, gift);
	world_refuses(world, "payer", MOLLIE, REVERSAL("refund-failed"), refund);
	world_refuses(world, "payer", MOLLIE, REVERSAL("chargeback-won"), chargeback);
	world_refuses(world, "payer", MOLLIE, REVERSAL("cancelled"), gift);
	world_refuses(world, "payer", STRIPE, REVERSAL("cancelled"), other);
	world_refuses(world, "payer", STRIPE, REVERSAL("refund-failed"), by_bank);
	world_refuses(world, "payer", STRIPE, REVERSAL("bank-error"), settlement);
	world_refuses(world, "payer", STRIPE, CHARGEBACK("1000"), settlement);
	(void)world_must(world, STRIPE, REVERSAL("refund-failed") ",'delivery':" DIGEST,
			 refund);
	(void)world_must(world, STRIPE, REVERSAL("chargeback-won"), chargeback);
	stands(world, "receivable/" STRIPE, 9000);
	/* The debit failed late: there was no gift. The bank's refund stays a loss. */
	(void)world_must(world, STRIPE, REVERSAL("cancelled"), gift);
	stands(world, "receivable/" STRIPE, 0);
	stands(world, "credit/" STRIPE, -900);
	stands(world, "bank", 900);
	stands(world, "fund/emploi/-", 0);
	world_end(world);
}

/* A month of partial refunds, disputes and their fees around a payout: what the
 * provider owes is at each point what its own balance says. */
static void test_what_the_provider_owes_is_its_own_balance(void **state)
{
	struct world *world = world_with_providers();
	uint64_t first = world_must(world, STRIPE, GIFT(STRIPE, "5000"));
	uint64_t second = world_must(world, STRIPE, GIFT(STRIPE, "8000"));
	uint64_t payout, refund, dispute, dispute_fee;

	(void)state;
	(void)world_must(world, STRIPE, FEE(STRIPE, "100") ",'of':%" PRIu64, first);
	(void)world_must(world, STRIPE, FEE(STRIPE, "137") ",'of':%" PRIu64, second);
	refund = world_must(world, STRIPE, REFUND(STRIPE, "1001", "payer"), first);
	stands(world, "receivable/" STRIPE, 11762);
	payout = world_must(world, STRIPE, PAYOUT(STRIPE, "11762"));
	stands(world, "receivable/" STRIPE, 0);
	(void)world_must(world, STRIPE, REFUND(STRIPE, "999", "payer"), first);
	dispute = world_must(world, STRIPE, CHARGEBACK("8000"), second);
	dispute_fee = world_must(world, STRIPE, FEE(STRIPE, "1500"));
	stands(world, "credit/" STRIPE, -10499); /* its balance is below zero */
	(void)world_must(world, "treasurer", ARRIVES(STRIPE, "11762"), payout);
	(void)world_must(world, STRIPE, REVERSAL("chargeback-won"), dispute);
	stands(world, "credit/" STRIPE, -2499);
	stands(world, "receivable/" STRIPE, 0);
	(void)world_must(world, STRIPE, GIFT(STRIPE, "3000"));
	stands(world, "receivable/" STRIPE, 501);
	/* A refund that failed late, and the fee that the bank waives. */
	(void)world_must(world, STRIPE, REVERSAL("refund-failed"), refund);
	stands(world, "receivable/" STRIPE, 1502);
	(void)world_must(world, STRIPE, REVERSAL("chargeback-won"), dispute_fee);
	stands(world, "receivable/" STRIPE, 3002);
	stands(world, "credit/" STRIPE, 0);
	payout = world_must(world, STRIPE, PAYOUT(STRIPE, "3002"));
	(void)world_must(world, "treasurer", ARRIVES(STRIPE, "3002"), payout);
	/* 160.00 were given, 9.99 given back, 2.37 kept. */
	stands(world, "fund/emploi/-", -15001);
	stands(world, "fund/fonctionnement/-", 237);
	stands(world, "bank", 14764);
	stands(world, "transit/" STRIPE, 0);
	world_end(world);
}

/* A donor is given 30.00 back and disputes the whole gift: that is lost twice, whichever
 * is told first, until the dispute is won. */
static void a_gift_lost_twice(bool refund_first)
{
	struct world *world = world_with_providers();
	uint64_t gift = world_must(world, STRIPE, GIFT(STRIPE, "10000")), chargeback;

	(void)world_must(world, STRIPE, PAYOUT(STRIPE, "10000"));
	if (refund_first)
		(void)world_must(world, STRIPE, REFUND(STRIPE, "3000", "payer"), gift);
	chargeback = world_must(world, STRIPE, CHARGEBACK("10000"), gift);
	if (!refund_first)
		(void)world_must(world, STRIPE, REFUND(STRIPE, "3000", "payer"), gift);
	stands(world, "credit/" STRIPE, -13000);
	stands(world, "fund/emploi/-", 3000);
	world_refuses(world, "chargeback", STRIPE, CHARGEBACK("1"), gift);
	world_refuses(world, "refund", STRIPE, REFUND(STRIPE, "7001", "payer"), gift);
	world_refuses(world, "refund", "treasurer", REFUND(STRIPE, "1", "bank"), gift);
	(void)world_must(world, STRIPE, REVERSAL("chargeback-won"), chargeback);
	stands(world, "credit/" STRIPE, -3000);
	stands(world, "fund/emploi/-", -7000);
	chargeback = world_must(world, STRIPE, CHARGEBACK("10000"), gift);
	/* There is nothing left to undo of the gift itself. */
	(void)world_must(world, "treasurer", REVERSAL("cancelled"), gift);
	stands(world, "credit/" STRIPE, -13000);
	(void)world_must(world, STRIPE, REVERSAL("chargeback-won"), chargeback);
	stands(world, "credit/" STRIPE, -13000);
	world_end(world);
}

static void test_a_gift_that_was_refunded_is_charged_back(void **state)
{
	(void)state;
	a_gift_lost_twice(true);
	a_gift_lost_twice(false);
}

/* All of a gift is given back before its payout: the fee is lost, and kept next time. */
static void test_a_fee_is_kept_of_what_is_given_back(void **state)
{
	struct world *world = world_with_providers();
	uint64_t gift = world_must(world, STRIPE, GIFT(STRIPE, "10000")), refund;

	(void)state;
	(void)world_must(world, STRIPE, FEE(STRIPE, "150") ",'of':%" PRIu64, gift);
	refund = world_must(world, STRIPE, REFUND(STRIPE, "10000", "payer"), gift);
	stands(world, "receivable/" STRIPE, 0);
	stands(world, "credit/" STRIPE, -150);
	stands(world, "fund/emploi/-", 0);
	(void)world_must(world, STRIPE, REVERSAL("refund-failed"), refund);
	stands(world, "receivable/" STRIPE, 9850);
	stands(world, "credit/" STRIPE, 0);
	stands(world, "fund/emploi/-", -150);
	world_end(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_gift_is_gross_and_its_fee_an_expense),
		cmocka_unit_test(test_a_fee_pays_its_own_gift_first),
		cmocka_unit_test(test_a_fee_after_the_payout_is_kept_of_the_next_gift),
		cmocka_unit_test(test_who_keeps_a_fee),
		cmocka_unit_test(test_a_payout_is_in_transit_until_the_bank_has_it),
		cmocka_unit_test(test_a_payout_that_fails_is_owed_again),
		cmocka_unit_test(test_a_payout_that_fails_after_it_arrived),
		cmocka_unit_test(test_what_the_bank_shows_of_a_payout),
		cmocka_unit_test(test_who_pays_out),
		cmocka_unit_test(test_a_payout_waits_for_years),
		cmocka_unit_test(test_a_provider_undoes_what_is_its_own),
		cmocka_unit_test(test_what_the_provider_owes_is_its_own_balance),
		cmocka_unit_test(test_a_gift_that_was_refunded_is_charged_back),
		cmocka_unit_test(test_a_fee_is_kept_of_what_is_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
