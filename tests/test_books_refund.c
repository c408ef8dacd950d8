/*
 * test_books_refund.c - money given back, taken back and written off, and all of it
 * undone: the rules of ledger/books_refund.c, ledger/books_writeoff.c and
 * ledger/books_credit.c, with those of ledger/books_reversal.c.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/world.h"

#define LILAS  "employer:000001016"
#define CANAL  "employer:000004044"
#define STRIPE "provider:stripe"
#define SEEKER "job-seeker:00112233445566778899aabbccddeeff"
#define DIGEST "'5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9'"
#define DAY    INT64_C(86400)

#define GIFT(payer, amount)                                                              \
	"'kind':'gift','date':'2026-11-02','payer':'" payer                              \
	"','giver':'person','fund':'emploi','amount':" amount
#define PAID(payer, amount)                                                              \
	"'kind':'settlement','date':'2026-11-10','payer':'" payer "','amount':" amount
#define REFUND(payer, amount, through)                                                   \
	"'kind':'refund','date':'2026-11-12','payer':'" payer "','amount':" amount       \
	",'reason':'asked','through':'" through "'"
#define REVERSAL(reason)                                                                 \
	"'kind':'reversal','date':'2026-11-18','reason':'" reason "','of':%" PRIu64
#define BATCH(amount)                                                                    \
	"'kind':'batch','company':'" CANAL "','source':'salary','period':'2026-10',"     \
	"'date':'2026-10-30','step':1000,'terms':'2026-09','count':1,'zero':0,"          \
	"'received':" DIGEST ",'root':" DIGEST                                           \
	",'totals':[{'fund':'emploi','giver':'person','amount':" amount "}]"
#define EMPTY "'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'"
#define CORRECTION(count, root, totals)                                                  \
	"'kind':'correction','company':'" CANAL "','date':'2026-11-12','count':" count   \
	",'zero':0,'received':" DIGEST ",'root':" root                                   \
	",'reason':'amount','totals':[" totals "],'batch':%" PRIu64

static struct world *world_with_provider(void)
{
	struct world *world = world_new();

	(void)world_must(world, "operator",
			 "'kind':'member','id':'" STRIPE
			 "','role':'provider','name':'Stripe','status':'active'");
	(void)world_must(world, "operator",
			 "'kind':'beneficiary','id':'" SEEKER "','nature':'job-seeker',"
			 "'attestation':{'digest':" DIGEST ",'until':'2027-12-31'}");
	return world;
}

static void world_end(struct world *world)
{
	world_check(world);
	world_free(world);
}

/* ---- refunds ---- */

static void test_a_refund_by_our_bank_leaves_the_fund(void **state)
{
	struct world *world = world_with_provider();
	uint64_t gift = world_must(world, STRIPE, GIFT(STRIPE, "10000")), refund;

	(void)state;
	(void)world_must(world, "treasurer", PAID(STRIPE, "10000"));
	refund = world_must(world, "treasurer",
			    REFUND(STRIPE, "4000", "bank") ",'of':%" PRIu64, gift);
	assert_int_equal(world_available(world, "emploi", "-"), 6000);
	assert_int_equal(world_balance(world, "bank"), 6000);
	/* No more than the gift, in all. */
	world_refuses(world, "refund", "treasurer",
		      REFUND(STRIPE, "6001", "bank") ",'of':%" PRIu64, gift);
	/* It did not reach the donor. */
	(void)world_must(world, "treasurer", REVERSAL("refund-failed"), refund);
	assert_int_equal(world_available(world, "emploi", "-"), 10000);
	assert_int_equal(world_balance(world, "bank"), 10000);
	world_refuses(world, "reversal", "treasurer", REVERSAL("refund-failed"), refund);
	(void)world_must(world, "treasurer",
			 REFUND(STRIPE, "10000", "bank") ",'of':%" PRIu64, gift);
	assert_int_equal(world_available(world, "emploi", "-"), 0);
	world_end(world);
}

static void test_a_refund_by_the_provider_lessens_what_it_owes(void **state)
{
	struct world *world = world_with_provider();
	uint64_t gift = world_must(world, STRIPE, GIFT(STRIPE, "10000")), refund;

	(void)state;
	/* Before the payout: it is owed no more. */
	(void)world_must(world, STRIPE, REFUND(STRIPE, "3000", "payer") ",'of':%" PRIu64,
			 gift);
	assert_int_equal(world_balance(world, "receivable/" STRIPE), 7000);
	(void)world_must(world, "treasurer", PAID(STRIPE, "7000"));
	assert_int_equal(world_available(world, "emploi", "-"), 7000);
	/* After it: the fund gives it, and the provider keeps it from the next payout. */
	refund = world_must(world, STRIPE,
			    REFUND(STRIPE, "2000", "payer") ",'of':%" PRIu64, gift);
	assert_int_equal(world_available(world, "emploi", "-"), 5000);
	assert_int_equal(world_balance(world, "credit/" STRIPE), -2000);
	(void)world_must(world, STRIPE, GIFT(STRIPE, "5000"));
	assert_int_equal(world_balance(world, "credit/" STRIPE), 0);
	assert_int_equal(world_balance(world, "receivable/" STRIPE), 3000);
	assert_int_equal(world_available(world, "emploi", "-"), 7000);
	/* The refund fails: the provider owes it after all. */
	(void)world_must(world, "treasurer", REVERSAL("refund-failed"), refund);
	assert_int_equal(world_balance(world, "receivable/" STRIPE), 5000);
	(void)world_must(world, "treasurer", PAID(STRIPE, "5000"));
	assert_int_equal(world_available(world, "emploi", "-"), 12000);
	assert_int_equal(world_balance(world, "bank"), 12000);
	world_end(world);
}

static void test_a_failed_refund_is_paid_from_the_credit_that_it_made(void **state)
{
	struct world *world = world_with_provider();
	uint64_t gift = world_must(world, STRIPE, GIFT(STRIPE, "10000")), refund;

	(void)state;
	(void)world_must(world, "treasurer", PAID(STRIPE, "10000"));
	refund = world_must(world, STRIPE,
			    REFUND(STRIPE, "2000", "payer") ",'of':%" PRIu64, gift);
	(void)world_must(world, "treasurer", REVERSAL("refund-failed"), refund);
	assert_int_equal(world_balance(world, "credit/" STRIPE), 0);
	assert_int_equal(world_balance(world, "receivable/" STRIPE), 0);
	assert_int_equal(world_available(world, "emploi", "-"), 10000);
	world_end(world);
}

static void test_credit_is_given_back(void **state)
{
	struct world *world = world_with_provider();
	uint64_t refund;

	(void)state;
	(void)world_must(world, CANAL, BATCH("1000"));
	(void)world_must(world, "treasurer", PAID(CANAL, "1500"));
	assert_int_equal(world_balance(world, "credit/" CANAL), -500);
	world_refuses(world, "refund", "treasurer", REFUND(CANAL, "500", "payer"));
	refund = world_must(world, "treasurer", REFUND(CANAL, "500", "bank"));
	assert_int_equal(world_balance(world, "credit/" CANAL), 0);
	assert_int_equal(world_balance(world, "bank"), 1000);
	(void)world_must(world, "treasurer", REVERSAL("refund-failed"), refund);
	assert_int_equal(world_balance(world, "credit/" CANAL), -500);
	/* More than there is has left the bank all the same. */
	(void)world_must(world, "treasurer", REFUND(CANAL, "700", "bank"));
	assert_int_equal(world_balance(world, "credit/" CANAL), 200);
	world_end(world);
}

static void test_rules_of_a_refund(void **state)
{
	struct world *world = world_with_provider();
	uint64_t gift = world_must(world, STRIPE, GIFT(STRIPE, "1000")), batch, kind;

	(void)state;
	world_refuses(world, "payer", STRIPE,
		      REFUND(STRIPE, "1", "bank") ",'of':%" PRIu64, gift);
	world_refuses(world, "payer", "treasurer",
		      REFUND(CANAL, "1", "bank") ",'of':%" PRIu64, gift);
	world_refuses(world, "payer", "treasurer", REFUND("nobody", "1", "bank"));
	batch = world_must(world, CANAL, BATCH("1000"));
	world_refuses(world, "refund", "treasurer",
		      REFUND(CANAL, "1", "bank") ",'of':%" PRIu64, batch);
	kind = world_must(world, "operator",
			  "'kind':'patronage','date':'2026-11-02','payer':'" CANAL
			  "','fund':'emploi','form':'goods','promise':'firm',"
			  "'amount':1000");
	world_refuses(world, "refund", "treasurer",
		      REFUND(CANAL, "1", "bank") ",'of':%" PRIu64, kind);
	(void)world_must(world, "operator",
			 "'kind':'member','id':'provider:other','role':'provider',"
			 "'name':'Other','status':'active'");
	world_refuses(world, "payer", "provider:other",
		      REFUND(STRIPE, "1", "payer") ",'of':%" PRIu64, gift);
	/* What was reversed cannot be given back; what was given back not reversed. */
	(void)world_must(world, STRIPE, REFUND(STRIPE, "400", "payer") ",'of':%" PRIu64,
			 gift);
	(void)world_must(world, "treasurer", REVERSAL("cancelled"), gift);
	assert_int_equal(world_balance(world, "receivable/" STRIPE), 0);
	world_refuses(world, "refund", "treasurer",
		      REFUND(STRIPE, "1", "bank") ",'of':%" PRIu64, gift);
	world_end(world);
}

static void test_a_refund_s_failure_finds_its_gift_reversed(void **state)
{
	struct world *world = world_with_provider();
	uint64_t gift = world_must(world, STRIPE, GIFT(STRIPE, "1000")), bank, payer;

	(void)state;
	(void)world_must(world, "treasurer", PAID(STRIPE, "1000"));
	bank = world_must(world, "treasurer",
			  REFUND(STRIPE, "400", "bank") ",'of':%" PRIu64, gift);
	payer = world_must(world, STRIPE, REFUND(STRIPE, "100", "payer") ",'of':%" PRIu64,
			   gift);
	(void)world_must(world, "treasurer", REVERSAL("duplicate"), gift);
	assert_int_equal(world_available(world, "emploi", "-"), 0);
	assert_int_equal(world_balance(world, "credit/" STRIPE), -600);
	(void)world_must(world, "treasurer", REVERSAL("refund-failed"), bank);
	assert_int_equal(world_balance(world, "credit/" STRIPE), -1000);
	(void)world_must(world, "treasurer", REVERSAL("refund-failed"), payer);
	assert_int_equal(world_balance(world, "credit/" STRIPE), -1000);
	world_end(world);
}

/* ---- chargebacks ---- */

static void test_a_gift_charged_back_overdraws_its_fund(void **state)
{
	struct world *world = world_with_provider();
	uint64_t gift = world_must(world, STRIPE, GIFT(STRIPE, "10000")), help, back;

	(void)state;
	(void)world_must(world, "treasurer", PAID(STRIPE, "10000"));
	help = world_must(world, "operator",
			  "'kind':'proposal','subject':'support','fund':'emploi',"
			  "'beneficiary':'" SEEKER "','amount':9000,'purpose':'mobilite',"
			  "'payee':" DIGEST ",'expires_on':'2026-12-31'");
	world_votes(world, help, 3);
	(void)world_must(world, "operator", "'kind':'decision','proposal':%" PRIu64,
			 help);
	back = world_must(world, STRIPE,
			  "'kind':'chargeback','date':'2026-11-17','amount':10000,"
			  "'of':%" PRIu64,
			  gift);
	assert_int_equal(world_available(world, "emploi", "-"), -9000);
	assert_int_equal(world_balance(world, "credit/" STRIPE), -10000);
	world_refuses(world, "overdrawn", "operator",
		      "'kind':'proposal','subject':'support','fund':'emploi',"
		      "'beneficiary':'" SEEKER "','amount':1,'purpose':'mobilite',"
		      "'payee':" DIGEST ",'expires_on':'2026-12-31'");
	world_refuses(world, "chargeback", "treasurer",
		      "'kind':'chargeback','date':'2026-11-17','amount':1,'of':%" PRIu64,
		      gift);
	/* Income fills it: the credit that the provider has pays its next gift. */
	(void)world_must(world, STRIPE, GIFT(STRIPE, "8000"));
	assert_int_equal(world_available(world, "emploi", "-"), -1000);
	/* The dispute is won. */
	(void)world_must(world, "treasurer", REVERSAL("chargeback-won"), back);
	assert_int_equal(world_balance(world, "receivable/" STRIPE), 8000);
	assert_int_equal(world_available(world, "emploi", "-"), 1000);
	(void)world_must(world, "treasurer", PAID(STRIPE, "8000"));
	assert_int_equal(world_available(world, "emploi", "-"), 9000);
	world_end(world);
}

static void test_a_settlement_charged_back_is_owed_again(void **state)
{
	struct world *world = world_with_provider();
	uint64_t first = world_must(world, CANAL, BATCH("3000")), second, paid, back;

	(void)state;
	second = world_must(world, CANAL, BATCH("2000"));
	paid = world_must(world, "treasurer", PAID(CANAL, "2500") ",'settles':%" PRIu64,
			  second);
	assert_int_equal(world_balance(world, "receivable/" CANAL), 2500);
	world_refuses(world, "chargeback", "treasurer",
		      "'kind':'chargeback','date':'2026-11-17','amount':2499,"
		      "'of':%" PRIu64,
		      paid);
	world_refuses(world, "payer", STRIPE,
		      "'kind':'chargeback','date':'2026-11-17','amount':2500,"
		      "'of':%" PRIu64,
		      paid);
	back = world_must(world, "treasurer",
			  "'kind':'chargeback','date':'2026-11-17','amount':2500,"
			  "'of':%" PRIu64,
			  paid);
	assert_int_equal(world_balance(world, "receivable/" CANAL), 5000);
	assert_int_equal(world_balance(world, "bank"), 0);
	world_refuses(world, "chargeback", "treasurer",
		      "'kind':'chargeback','date':'2026-11-17','amount':2500,"
		      "'of':%" PRIu64,
		      paid);
	world_refuses(world, "reversal", "treasurer", REVERSAL("bank-error"), paid);
	/* It comes back, and pays what it had named. */
	(void)world_must(world, "treasurer", REVERSAL("chargeback-won"), back);
	assert_int_equal(world_balance(world, "bank"), 2500);
	{
		struct cents open;

		assert_int_equal(query_open(world->books, slice_of_text(CANAL), second,
					    &open, &world->fault),
				 ERR_OK);
		assert_int_equal(cents_value(open), 0);
		assert_int_equal(query_open(world->books, slice_of_text(CANAL), first,
					    &open, &world->fault),
				 ERR_OK);
		assert_int_equal(cents_value(open), 2500);
	}
	/* That money is charged back once more; a reversal is not reversed. */
	world_refuses(world, "reversal", "treasurer", REVERSAL("bank-error"),
		      (uint64_t)world->leaf_count - 1);
	(void)world_must(world, "treasurer",
			 "'kind':'chargeback','date':'2026-11-18','amount':2500,"
			 "'of':%" PRIu64,
			 (uint64_t)world->leaf_count - 1);
	assert_int_equal(world_balance(world, "receivable/" CANAL), 5000);
	world_end(world);
}

static void test_only_gifts_and_settlements_are_charged_back(void **state)
{
	struct world *world = world_with_provider();
	uint64_t cash =
		world_must(world, "operator",
			   "'kind':'patronage','date':'2026-11-02','payer':'" CANAL
			   "','fund':'emploi','form':'cash','promise':'firm',"
			   "'amount':1000,'due_on':'2026-12-01'");

	(void)state;
	world_refuses(world, "chargeback", "treasurer",
		      "'kind':'chargeback','date':'2026-11-17','amount':1,'of':%" PRIu64,
		      cash);
	world_refuses(world, "chargeback", "treasurer",
		      "'kind':'chargeback','date':'2026-11-17','amount':1,'of':1");
	world_end(world);
}

/* ---- write-offs ---- */

#define WRITEOFF(amount)                                                                 \
	"'kind':'writeoff','payer':'" CANAL "','amount':" amount                         \
	",'reason':'abandoned','of':%" PRIu64

static void test_what_is_written_off_is_owed_no_more(void **state)
{
	struct world *world = world_with_provider();
	uint64_t batch = world_must(world, CANAL, BATCH("3000")), off;

	(void)state;
	world_refuses(world, "writeoff", "treasurer", WRITEOFF("3001"), batch);
	world_refuses(world, "role", CANAL, WRITEOFF("1"), batch);
	off = world_must(world, "treasurer", WRITEOFF("1200"), batch);
	assert_int_equal(world_balance(world, "receivable/" CANAL), 1800);
	assert_int_equal(world_balance(world, "pledged/emploi/-"), -1800);
	world_refuses(world, "writeoff", "treasurer", WRITEOFF("1801"), batch);
	/* It pays after all: more than is owed is its credit, until it is owed again. */
	(void)world_must(world, "treasurer", PAID(CANAL, "3000"));
	assert_int_equal(world_balance(world, "credit/" CANAL), -1200);
	(void)world_must(world, "treasurer", REVERSAL("recovered"), off);
	assert_int_equal(world_balance(world, "credit/" CANAL), 0);
	assert_int_equal(world_available(world, "emploi", "-"), 3000);
	world_refuses(world, "reversal", "treasurer", REVERSAL("recovered"), off);
	world_end(world);
}

static void test_a_correction_takes_what_was_written_off_before_the_fund_s(void **state)
{
	struct world *world = world_with_provider();
	uint64_t batch = world_must(world, CANAL, BATCH("3000")), off;

	(void)state;
	(void)world_must(world, "treasurer", PAID(CANAL, "1000"));
	off = world_must(world, "treasurer", WRITEOFF("1500"), batch);
	/* 10.00 paid, 15.00 written off, 5.00 open; 22.00 less. */
	(void)world_must(world, CANAL,
			 CORRECTION("1", DIGEST,
				    "{'fund':'emploi','giver':'person','amount':800}"),
			 batch);
	/* 5.00 open and 15.00 written off are gone, 2.00 leave the fund. */
	assert_int_equal(world_balance(world, "receivable/" CANAL), 0);
	assert_int_equal(world_available(world, "emploi", "-"), 800);
	assert_int_equal(world_balance(world, "credit/" CANAL), -200);
	/* Nothing of it is written off any more. */
	(void)world_must(world, "treasurer", REVERSAL("recovered"), off);
	assert_int_equal(world_balance(world, "receivable/" CANAL), 0);
	assert_int_equal(world_balance(world, "credit/" CANAL), -200);
	world_end(world);
}

static void test_a_batch_written_off_whole_is_emptied(void **state)
{
	struct world *world = world_with_provider();
	uint64_t batch = world_must(world, CANAL, BATCH("3000"));

	(void)state;
	(void)world_must(world, "treasurer", WRITEOFF("3000"), batch);
	(void)world_must(world, CANAL, CORRECTION("0", EMPTY, ""), batch);
	assert_int_equal(world_available(world, "emploi", "-"), 0);
	assert_int_equal(world_balance(world, "credit/" CANAL), 0);
	world_end(world);
}

static void test_half_of_a_convention_comes_and_the_rest_is_given_up(void **state)
{
	struct world *world = world_with_provider();
	uint64_t promise, off;

	(void)state;
	promise = world_must(world, "operator",
			     "'kind':'patronage','date':'2026-11-02','payer':'" CANAL
			     "','fund':'projets','form':'cash','promise':'firm',"
			     "'amount':1000000,'instalments':[{'amount':500000,"
			     "'due_on':'2026-11-15'},{'amount':500000,'due_on':"
			     "'2027-03-31'}]");
	(void)world_must(world, "treasurer", PAID(CANAL, "500000"));
	off = world_must(world, "treasurer", WRITEOFF("500000"), promise);
	assert_int_equal(world_balance(world, "receivable/" CANAL), 0);
	/* What was received may be given back, and no more than was promised. */
	(void)world_must(world, "treasurer",
			 REFUND(CANAL, "500000", "bank") ",'of':%" PRIu64, promise);
	assert_int_equal(world_available(world, "projets", "-"), 0);
	(void)world_must(world, "treasurer", REVERSAL("recovered"), off);
	assert_int_equal(world_balance(world, "receivable/" CANAL), 500000);
	(void)world_must(world, "treasurer", REVERSAL("cancelled"), promise);
	assert_int_equal(world_balance(world, "receivable/" CANAL), 0);
	assert_int_equal(world_balance(world, "credit/" CANAL), 0);
	world_end(world);
}

static void test_what_is_long_past_cannot_be_undone(void **state)
{
	struct world *world = world_with_provider();
	uint64_t batch = world_must(world, CANAL, BATCH("3000")), off, refund;

	(void)state;
	off = world_must(world, "treasurer", WRITEOFF("1000"), batch);
	(void)world_must(world, "treasurer", PAID(CANAL, "2500"));
	refund = world_must(world, "treasurer", REFUND(CANAL, "500", "bank"));
	world->at += 430 * DAY;
	world_refuses(world, "reversal", "treasurer",
		      "'kind':'reversal','date':'2027-12-18','reason':'recovered',"
		      "'of':%" PRIu64,
		      off);
	world_refuses(world, "reversal", "treasurer",
		      "'kind':'reversal','date':'2027-12-18','reason':'refund-failed',"
		      "'of':%" PRIu64,
		      refund);
	world_end(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_refund_by_our_bank_leaves_the_fund),
		cmocka_unit_test(test_a_refund_by_the_provider_lessens_what_it_owes),
		cmocka_unit_test(
			test_a_failed_refund_is_paid_from_the_credit_that_it_made),
		cmocka_unit_test(test_credit_is_given_back),
		cmocka_unit_test(test_rules_of_a_refund),
		cmocka_unit_test(test_a_refund_s_failure_finds_its_gift_reversed),
		cmocka_unit_test(test_a_gift_charged_back_overdraws_its_fund),
		cmocka_unit_test(test_a_settlement_charged_back_is_owed_again),
		cmocka_unit_test(test_only_gifts_and_settlements_are_charged_back),
		cmocka_unit_test(test_what_is_written_off_is_owed_no_more),
		cmocka_unit_test(
			test_a_correction_takes_what_was_written_off_before_the_fund_s),
		cmocka_unit_test(test_a_batch_written_off_whole_is_emptied),
		cmocka_unit_test(
			test_half_of_a_convention_comes_and_the_rest_is_given_up),
		cmocka_unit_test(test_what_is_long_past_cannot_be_undone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
