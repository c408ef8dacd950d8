/*
 * test_books_receipt.c - tax receipts: numbers, what they stand on, and once; and reports
 * that were published. The rules of ledger/books_receipt.c, ledger/books_given.c,
 * ledger/books_query_receipt.c and ledger/books_report.c.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ledger/books_query_receipt.h"
#include "tests/world.h"

#define LILAS "employer:000001016" /* matches 100 % up to 300 a month */
#define CANAL "employer:000004044" /* matches nothing */
#define HEX   "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"
#define ROOT  "'" HEX "'"

#define BATCH_OF(company, source, count, amount)                                         \
	"'kind':'batch','company':'" company "','source':'" source                       \
	"','period':'2026-10','date':'2026-10-30','step':100,'terms':'2026-09',"         \
	"'count':" count ",'zero':0,'received':" ROOT ",'root':" ROOT                    \
	",'totals':[{'fund':'emploi','giver':'person','amount':" amount "}]"
#define BATCH(company, count, amount) BATCH_OF(company, "salary", count, amount)
#define SETTLED(payer, amount)                                                           \
	"'kind':'settlement','payer':'" payer "','amount':" amount ",'date':'2026-11-"   \
	"17'"
#define GIFT(giver, amount)                                                              \
	"'kind':'gift','date':'2026-10-02','payer':'" CANAL "','giver':'" giver          \
	"','fund':'emploi','amount':" amount
#define MARK(c) "{'mark':'" c c c c c c c c "0000000000000000" c c c c c c c c "'}"
#define ROWS(amount, marks)                                                              \
	"{'amount':" amount ",'batch':%" PRIu64 ",'marks':[" marks "]}"
#define STOOD(amount) "{'amount':" amount ",'entry':%" PRIu64 "}"
#define ONE(amount)   "{'amount':" amount ",'digest':" ROOT "}"
#define RECEIPT_OF(year, form, first, amount, receipts, batches, entries)                \
	"'kind':'receipt','year':" year ",'form':'" form "','first':" first              \
	",'amount':" amount ",'receipts':[" receipts "],'batches':[" batches             \
	"],'entries':[" entries "]"
#define RECEIPT(first, amount, receipts, batches)                                        \
	RECEIPT_OF("2026", "11580", first, amount, receipts, batches, "")
#define GIFTS(first, amount, entries)                                                    \
	RECEIPT_OF("2026", "11580", first, amount, ONE(amount), "", entries)
#define COMPANY(member, first, amount, entries)                                          \
	RECEIPT_OF("2026", "16216", first, amount, ONE(amount), "", entries)             \
	",'member':'" member "'"
#define VOIDING(number, batches, entries)                                                \
	"'kind':'voiding','reason':'error','number':" number ",'batches':[" batches      \
	"],'entries':[" entries "]"
#define SAYS(word) (strstr(world->fault.text, word) != NULL)

static uint64_t settled_batch(struct world *world)
{
	uint64_t batch = world_must(world, CANAL, BATCH(CANAL, "3", "300"));

	(void)world_must(world, "treasurer", SETTLED(CANAL, "300"));
	return batch;
}

static uint64_t settled_gift(struct world *world, const char *giver, int amount)
{
	uint64_t gift = world_must(world, "operator",
				   "'kind':'gift','date':'2026-10-02','payer':'" CANAL
				   "','giver':'%s','fund':'emploi','amount':%d",
				   giver, amount);

	(void)world_must(world, "treasurer",
			 "'kind':'settlement','payer':'" CANAL
			 "','amount':%d,'date':'2026-11-17','settles':%" PRIu64,
			 amount, gift);
	return gift;
}

static void world_end(struct world *world)
{
	world_check(world);
	world_free(world);
}

static void test_numbers_have_no_gap_and_sums_agree(void **state)
{
	struct world *world = world_new();
	uint64_t batch = settled_batch(world);
	struct receipt_view receipt;

	(void)state;
	world_refuses(world, "receipt", "operator",
		      RECEIPT("2", "100", ONE("100"), ROWS("100", MARK("a"))), batch);
	assert_string_equal(world->fault.text,
			    "the next receipt has the number 1, not 2");
	world_refuses(world, "receipt", "operator",
		      RECEIPT("1", "101", ONE("101"), ROWS("100", MARK("a"))), batch);
	world_refuses(world, "receipt", "operator",
		      RECEIPT("1", "100", ONE("101"), ROWS("100", MARK("a"))), batch);
	world_refuses(
		world, "receipt", "operator",
		RECEIPT("1", "100", ONE("100"), ROWS("100", MARK("b") "," MARK("a"))),
		batch);
	(void)world_must(world, "operator",
			 RECEIPT("1", "200", ONE("120") "," ONE("80"),
				 ROWS("200", MARK("a") "," MARK("b"))),
			 batch);
	assert_int_equal(query_receipt_count(world->books), 2);
	assert_true(query_receipt(world->books, 2, &receipt));
	assert_int_equal(cents_value(receipt.amount), 80);
	assert_string_equal(receipt.digest, HEX);
	assert_false(query_receipt(world->books, 3, &receipt));
	world_refuses(world, "receipt", "operator",
		      RECEIPT("2", "100", ONE("100"), ROWS("100", MARK("c"))), batch);
	(void)world_must(world, "treasurer",
			 RECEIPT("3", "100", ONE("100"), ROWS("100", MARK("c"))), batch);
	world_refuses(world, "role", "siege-1",
		      RECEIPT("4", "100", ONE("100"), ROWS("100", MARK("d"))), batch);
	world_end(world);
}

static void test_a_row_stands_on_one_receipt(void **state)
{
	struct world *world = world_new();
	uint64_t batch = settled_batch(world);

	(void)state;
	(void)world_must(world, "operator",
			 RECEIPT("1", "200", ONE("200"), ROWS("200", MARK("a"))), batch);
	world_refuses(world, "receipted", "operator",
		      RECEIPT("2", "100", ONE("100"), ROWS("100", MARK("a"))), batch);
	assert_true(SAYS("a row stands on a receipt of position "));
	world_refuses(world, "receipted", "operator",
		      RECEIPT("2", "101", ONE("101"), ROWS("101", MARK("b"))), batch);
	assert_true(SAYS("more would stand on receipts"));
	(void)world_must(world, "operator",
			 RECEIPT("2", "100", ONE("100"), ROWS("100", MARK("b"))), batch);
	world_end(world);
}

static void test_only_what_arrived_whole_and_names_somebody(void **state)
{
	struct world *world = world_new();
	uint64_t batch = world_must(world, CANAL, BATCH(CANAL, "3", "300")), till, gift;

	(void)state;
	world_refuses(world, "received", "operator",
		      RECEIPT("1", "100", ONE("100"), ROWS("100", MARK("a"))), batch);
	(void)world_must(world, "treasurer", SETTLED(CANAL, "299"));
	world_refuses(world, "received", "operator",
		      RECEIPT("1", "100", ONE("100"), ROWS("100", MARK("a"))), batch);
	assert_true(SAYS(" has not arrived whole"));
	(void)world_must(world, "treasurer", SETTLED(CANAL, "1"));
	(void)world_must(world, "operator",
			 RECEIPT("1", "100", ONE("100"), ROWS("100", MARK("a"))), batch);
	till = world_must(world, CANAL, BATCH_OF(CANAL, "till", "3", "300"));
	(void)world_must(world, "treasurer", SETTLED(CANAL, "300"));
	world_refuses(world, "received", "operator",
		      RECEIPT("2", "100", ONE("100"), ROWS("100", MARK("b"))), till);
	assert_true(SAYS("names nobody"));
	world_refuses(world, "received", "operator",
		      RECEIPT("2", "100", ONE("100"), ROWS("100", MARK("b"))),
		      UINT64_C(0));
	gift = world_must(world, "operator", GIFT("person", "5000"));
	world_refuses(world, "received", "operator", GIFTS("2", "5000", STOOD("5000")),
		      gift);
	/* A line paid in two parts, and one of a company. */
	(void)world_must(world, "treasurer", SETTLED(CANAL, "5000"));
	world_refuses(world, "received", "operator", GIFTS("2", "4999", STOOD("4999")),
		      gift);
	(void)world_must(world, "operator", GIFTS("2", "5000", STOOD("5000")), gift);
	world_refuses(world, "receipted", "operator", GIFTS("3", "5000", STOOD("5000")),
		      gift);
	gift = settled_gift(world, "company", 700);
	world_refuses(world, "received", "operator", GIFTS("3", "700", STOOD("700")),
		      gift);
	world_end(world);
}

static void test_a_receipt_is_of_the_year_of_its_gifts(void **state)
{
	struct world *world = world_new();
	uint64_t batch = settled_batch(world), gift = settled_gift(world, "person", 900);

	(void)state;
#define OF_YEAR(year)                                                                    \
	RECEIPT_OF(year, "11580", "1", "100", ONE("100"), ROWS("100", MARK("a")), "")
	world_refuses(world, "receipt_year", "operator", OF_YEAR("2025"), batch);
	world_refuses(world, "receipt_year", "operator", OF_YEAR("2027"), batch);
	world_refuses(world, "receipt_year", "operator", OF_YEAR("2023"), batch);
	world_refuses(
		world, "receipt_year", "operator",
		RECEIPT_OF("2025", "11580", "1", "900", ONE("900"), "", STOOD("900")),
		gift);
	/* Two years later it is still of its year; a third year is too late. */
	world->at += INT64_C(86400) * (365 + 366);
	(void)world_must(world, "operator", OF_YEAR("2026"), batch);
	world->at += INT64_C(86400) * 50;
	world_refuses(world, "receipt_year", "operator",
		      RECEIPT("2", "100", ONE("100"), ROWS("100", MARK("b"))), batch);
	world_end(world);
}

static void test_a_company_has_its_match_and_conventions(void **state)
{
	struct world *world = world_new();
	uint64_t batch = world_must(world, LILAS, BATCH(LILAS, "3", "300")), skills, cash;

	(void)state;
	(void)world_must(world, "treasurer", SETTLED(LILAS, "600"));
	world_refuses(world, "receipt", "operator",
		      COMPANY(CANAL, "1", "300", STOOD("300")), batch);
	world_refuses(world, "received", "operator",
		      COMPANY(LILAS, "1", "299", STOOD("299")), batch);
	world_refuses(
		world, "receipt", "operator",
		RECEIPT_OF("2026", "16216", "1", "300", ONE("300"), "", STOOD("300")),
		batch);
	world_refuses(world, "receipt", "operator",
		      GIFTS("1", "300", STOOD("300")) ",'member':'" LILAS "'", batch);
	(void)world_must(world, "operator", COMPANY(LILAS, "1", "300", STOOD("300")),
			 batch);
	world_refuses(world, "receipted", "operator",
		      COMPANY(LILAS, "2", "300", STOOD("300")), batch);
	skills = world_must(world, LILAS,
			    "'kind':'patronage','date':'2026-11-02','payer':'" LILAS
			    "','form':'skills','promise':'firm','fund':'emploi',"
			    "'people':1,'half_days':4,'amount':200000");
	world_refuses(world, "received", "operator",
		      COMPANY(LILAS, "2", "200001", STOOD("200001")), skills);
	/* What is above three ceilings of the social security is on no receipt. */
	(void)world_must(world, "operator",
			 COMPANY(LILAS, "2", "144180", STOOD("144180")), skills);
	world_refuses(world, "receipted", LILAS,
		      "'kind':'valuation','date':'2026-11-18','amount':5,"
		      "'patronage':%" PRIu64,
		      skills);
	/* An instalment when it is paid, the next one on another receipt. */
	cash = world_must(world, LILAS,
			  "'kind':'patronage','date':'2026-11-02','payer':'" LILAS
			  "','form':'cash','promise':'firm','fund':'emploi',"
			  "'amount':1000,'instalments':[{'amount':600,'due_on':"
			  "'2026-11-15'},{'amount':400,'due_on':'2027-03-31'}]");
	(void)world_must(world, "treasurer", SETTLED(LILAS, "600"));
	(void)world_must(world, "operator", COMPANY(LILAS, "3", "600", STOOD("600")),
			 cash);
	(void)world_must(world, "treasurer", SETTLED(LILAS, "400"));
	(void)world_must(world, "operator", COMPANY(LILAS, "4", "400", STOOD("400")),
			 cash);
	world_end(world);
}

static void test_a_void_receipt_frees_what_it_stood_on(void **state)
{
	struct world *world = world_new();
	uint64_t batch = settled_batch(world), gift = settled_gift(world, "person", 900);
	struct receipt_view receipt;

	(void)state;
	(void)world_must(world, "operator",
			 RECEIPT("1", "200", ONE("200"), ROWS("200", MARK("a"))), batch);
	(void)world_must(world, "operator",
			 RECEIPT("2", "100", ONE("100"), ROWS("100", MARK("b"))), batch);
	(void)world_must(world, "operator", GIFTS("3", "900", STOOD("900")), gift);
	world_refuses(world, "voiding", "operator",
		      VOIDING("4", ROWS("200", MARK("a")), ""), batch);
	world_refuses(world, "voiding", "operator",
		      VOIDING("1", ROWS("200", MARK("b")), ""), batch);
	world_refuses(world, "voiding", "operator",
		      VOIDING("1", ROWS("199", MARK("a")), ""), batch);
	world_refuses(world, "voiding", "operator", VOIDING("3", "", STOOD("899")), gift);
	world_refuses(world, "voiding", "operator", VOIDING("1", "", STOOD("900")), gift);
	world_refuses(world, "receipt", "operator",
		      RECEIPT_OF("2026", "11580", "4", "50",
				 "{'amount':50,'digest':" ROOT ",'replaces':1}", "",
				 STOOD("50")),
		      gift);
	assert_true(SAYS("receipt 1 is not void"));
	(void)world_must(world, "operator", VOIDING("1", ROWS("200", MARK("a")), ""),
			 batch);
	world_refuses(world, "voiding", "operator",
		      VOIDING("1", ROWS("200", MARK("a")), ""), batch);
	(void)world_must(world, "operator",
			 RECEIPT("4", "200",
				 "{'amount':200,'digest':" ROOT ",'replaces':1}",
				 ROWS("200", MARK("a"))),
			 batch);
	assert_true(query_receipt(world->books, 1, &receipt));
	assert_true(receipt.voided > 0);
	assert_int_equal(receipt.replaced_by, 4);
	(void)world_must(world, "operator", VOIDING("3", "", STOOD("900")), gift);
	(void)world_must(world, "operator", GIFTS("5", "900", STOOD("900")), gift);
	world_end(world);
}

#define CORRECTION(count, amount)                                                        \
	"'kind':'correction','batch':%" PRIu64 ",'company':'" CANAL                      \
	"','reason':'amount','date':'2026-11-18','count':" count                         \
	",'zero':0,'received':" ROOT ",'root':" ROOT                                     \
	",'totals':[{'fund':'emploi','giver':'person','amount':" amount "}]"
#define BACK(through)                                                                    \
	"'kind':'refund','date':'2026-11-18','payer':'" CANAL                            \
	"','amount':100,'reason':'asked','through':'" through "','of':%" PRIu64

static size_t doubts(struct world *world)
{
	struct given_view *given;
	struct fault fault;
	size_t count;

	assert_int_equal(query_receipt_doubts(world->books, &given, &count, &fault),
			 ERR_OK);
	free(given);
	return count;
}

static void test_what_is_on_a_receipt_is_not_changed_by_us(void **state)
{
	struct world *world = world_new();
	uint64_t batch = settled_batch(world), gift = settled_gift(world, "person", 900);

	(void)state;
	(void)world_must(world, "operator",
			 RECEIPT("1", "200", ONE("200"), ROWS("200", MARK("a"))), batch);
	(void)world_must(world, "operator", GIFTS("2", "900", STOOD("900")), gift);
	world_refuses(world, "receipted", CANAL, CORRECTION("2", "199"), batch);
	world_refuses(world, "receipted", "treasurer", BACK("bank"), gift);
	world_refuses(world, "receipted", "treasurer",
		      "'kind':'reversal','date':'2026-11-18','reason':'cancelled',"
		      "'of':%" PRIu64,
		      gift);
	assert_true(SAYS("make it void first"));
	assert_int_equal(doubts(world), 0);
	/* Rows that are on no receipt may change. */
	(void)world_must(world, CANAL, CORRECTION("2", "250"), batch);
	/* The world's facts are recorded, and the receipt is to be made void. */
	(void)world_must(world, "treasurer",
			 "'kind':'chargeback','date':'2026-11-18','amount':900,"
			 "'of':%" PRIu64,
			 gift);
	assert_int_equal(doubts(world), 1);
	(void)world_must(world, "operator", VOIDING("2", "", STOOD("900")), gift);
	assert_int_equal(doubts(world), 0);
	(void)world_must(world, "operator", VOIDING("1", ROWS("200", MARK("a")), ""),
			 batch);
	(void)world_must(world, CANAL, CORRECTION("2", "150"), batch);
	world_end(world);
}

static void test_a_transfer_charged_back_leaves_its_receipts_in_doubt(void **state)
{
	struct world *world = world_new();
	uint64_t batch = world_must(world, CANAL, BATCH(CANAL, "3", "300")), settlement;
	struct given_view given;

	(void)state;
	settlement = world_must(world, "treasurer", SETTLED(CANAL, "300"));
	(void)world_must(world, "operator",
			 RECEIPT("1", "200", ONE("200"), ROWS("200", MARK("a"))), batch);
	(void)world_must(world, "treasurer",
			 "'kind':'chargeback','date':'2026-11-18','amount':300,"
			 "'of':%" PRIu64,
			 settlement);
	assert_int_equal(doubts(world), 1);
	assert_true(query_given_at(world->books, batch, "person", &given));
	assert_int_equal(cents_value(given.arrived), 0);
	(void)world_must(world, "treasurer", SETTLED(CANAL, "300"));
	assert_int_equal(doubts(world), 0);
	world_end(world);
}

static void root_hex(const struct world *world, size_t size, char hex[HASH_HEX_CHARS + 1])
{
	struct merkle_frontier frontier;
	struct hash root;

	merkle_frontier_init(&frontier);
	for (size_t i = 0; i < size; i++)
		assert_int_equal(merkle_append(&frontier, &world->leaves[i].hash),
				 ERR_OK);
	merkle_frontier_root(&frontier, &root);
	hex_encode(root.b, sizeof root.b, hex);
}

static void test_a_published_report_stands_on_this_log(void **state)
{
	struct world *world = world_new();
	char hex[HASH_HEX_CHARS + 1];

	(void)state;
	(void)settled_batch(world);
	root_hex(world, 2, hex);
#define REPORT                                                                           \
	"'kind':'report','name':'allocation','digest':" ROOT ",'size':%d,'root':'%s'"
	world_refuses(world, "report", "operator", REPORT, 1, hex);
	world_refuses(world, "report", "operator", REPORT, 0, hex);
	world_refuses(world, "report", "operator", REPORT, 900, hex);
	(void)world_must(world, "operator", REPORT, 2, hex);
	world_end(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers_have_no_gap_and_sums_agree),
		cmocka_unit_test(test_a_row_stands_on_one_receipt),
		cmocka_unit_test(test_only_what_arrived_whole_and_names_somebody),
		cmocka_unit_test(test_a_receipt_is_of_the_year_of_its_gifts),
		cmocka_unit_test(test_a_company_has_its_match_and_conventions),
		cmocka_unit_test(test_a_void_receipt_frees_what_it_stood_on),
		cmocka_unit_test(test_what_is_on_a_receipt_is_not_changed_by_us),
		cmocka_unit_test(
			test_a_transfer_charged_back_leaves_its_receipts_in_doubt),
		cmocka_unit_test(test_a_published_report_stands_on_this_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
