/*
 * test_books_order.c - payments handed to the bank once, sent back, and confirmed: the
 * rules of ledger/books_order.c and ledger/books_payee.c.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/forgery.h"
#include "tests/teller.h"

#define LILAS  "employer:000001016"
#define SEEKER "job-seeker:00112233445566778899aabbccddeeff"
#define HEX    "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"
#define DIGEST "'" HEX "'"
#define MAIN   TELLER_ACCOUNT("courant", TELLER_IBAN, "active")

#define ORDER(payments)                                                                  \
	"'kind':'order','account':'courant','digest':" DIGEST ",'payments':[" payments "]"
#define ITEM "{'payment':%" PRIu64 "}"
#define PAID "'kind':'paid','date':'2026-11-18','payment':%" PRIu64
#define RETURNED                                                                         \
	"'kind':'returned','date':'2026-11-18','reason':'other','payment':%" PRIu64
#define REVERSAL   "'kind':'reversal','date':'2026-11-18','reason':'payee','of':%" PRIu64
#define SAYS(word) (strstr(world->fault.text, word) != NULL)

/* A support of 100.00 that was granted, an account, and no statement yet. */
static struct world *world_with_grant(uint64_t *ret_grant)
{
	struct world *world = world_new();
	uint64_t grant;

	(void)world_must(world, LILAS,
			 "'kind':'gift','date':'2026-10-02','payer':'" LILAS
			 "','giver':'company','fund':'emploi','amount':50000");
	(void)world_must(world, "treasurer",
			 "'kind':'settlement','date':'2026-10-03','payer':'" LILAS
			 "','amount':50000");
	(void)world_must(world, "operator",
			 "'kind':'beneficiary','id':'" SEEKER "','nature':'job-seeker',"
			 "'attestation':{'digest':" DIGEST ",'until':'2027-12-31'}");
	grant = world_must(world, "siege-1",
			   "'kind':'proposal','subject':'support','fund':'emploi',"
			   "'beneficiary':'" SEEKER
			   "','amount':10000,'purpose':'mobilite','payee':" DIGEST
			   ",'expires_on':'2026-12-31'");
	world_votes(world, grant, 3);
	(void)world_must(world, "operator", "'kind':'decision','proposal':%" PRIu64,
			 grant);
	(void)teller_vote(world, MAIN);
	*ret_grant = grant;
	return world;
}

static void world_end(struct world *world)
{
	world_check(world);
	world_free(world);
}

static uint64_t pays(struct world *world, uint64_t grant, int amount)
{
	return world_must(world, "treasurer",
			  "'kind':'payment','amount':%d,'payee':" DIGEST
			  ",'proposal':%" PRIu64,
			  amount, grant);
}

static void test_a_payment_is_ordered_once(void **state)
{
	uint64_t grant, first, second, third;
	struct world *world = world_with_grant(&grant);

	(void)state;
	first = pays(world, grant, 3000);
	second = pays(world, grant, 2000);
	third = pays(world, grant, 1000);
	world_refuses(world, "order", "treasurer", ORDER(ITEM "," ITEM), second, first);
	assert_string_equal(world->fault.text, "its payments do not ascend by position");
	world_refuses(world, "order", "treasurer", ORDER(ITEM "," ITEM), first, first);
	world_refuses(world, "order", "treasurer", ORDER(ITEM), grant);
	assert_true(SAYS(" is not a payment"));
	world_refuses(world, "role", "siege-1", ORDER(ITEM), first);
	(void)world_must(world, "treasurer", ORDER(ITEM "," ITEM), first, second);
	world_refuses(world, "order", "treasurer", ORDER(ITEM "," ITEM), second, third);
	assert_true(SAYS(" already: a second file would pay it twice"));
	world_refuses(world, "reversal", "treasurer", REVERSAL, first);
	assert_true(SAYS(": it is carried out, or comes back"));
	/* What is in no order is taken back, or ordered; not both. */
	(void)world_must(world, "treasurer", REVERSAL, third);
	world_refuses(world, "order", "treasurer", ORDER(ITEM), third);
	assert_true(SAYS(" is reversed"));
	(void)world_must(world, "treasurer", PAID, first);
	world_refuses(world, "order", "treasurer", ORDER(ITEM), first);
	assert_true(SAYS(" is paid already"));
	world_end(world);
}

/* The last entry is an order of 30.00; taken off the log, it cannot say 20.00. */
static void sum_must_be_3000(struct world *world)
{
	struct world_leaf last = world->leaves[--world->leaf_count];
	char *other = strndup((const char *)last.bytes, last.n), *total;

	assert_non_null(other);
	total = strstr(other, "\"total\":3000}");
	assert_non_null(total);
	total[strlen("\"total\":")] = '2';
	world->leaves[world->leaf_count] = (struct world_leaf){ .bytes = NULL };
	forgery_must_be_found(world, slice_of_text(other), "order");
	world->leaves[world->leaf_count++] = last;
	free(other);
}

static void test_an_order_is_of_an_open_account_and_states_its_sum(void **state)
{
	uint64_t grant, payment;
	struct world *world = world_with_grant(&grant);

	(void)state;
	payment = pays(world, grant, 3000);
	world_refuses(world, "order", "treasurer",
		      "'kind':'order','account':'livret','digest':" DIGEST
		      ",'payments':[" ITEM "]",
		      payment);
	assert_string_equal(world->fault.text, "'livret' is no bank account of ours");
	(void)world_must(world, "treasurer", ORDER(ITEM), payment);
	sum_must_be_3000(world);
	payment = pays(world, grant, 1000);
	(void)teller_vote(world, TELLER_ACCOUNT("courant", TELLER_IBAN, "closed"));
	world_refuses(world, "order", "treasurer", ORDER(ITEM), payment);
	assert_string_equal(world->fault.text, "bank account 'courant' is closed");
	world_end(world);
}

static void test_a_payment_that_came_back_flags_its_payee(void **state)
{
	char members[TELLER_MEMBERS_BYTES];
	uint64_t grant, first, second, returned;
	struct world *world = world_with_grant(&grant);

	(void)state;
	first = pays(world, grant, 3000);
	second = pays(world, grant, 2000);
	(void)world_must(world, "treasurer", ORDER(ITEM), first);
	(void)world_must(world, "treasurer", PAID, first);
	returned = world_must(world, "treasurer", RETURNED, first);
	world_refuses(world, "flagged", "treasurer", ORDER(ITEM), second);
	world_refuses(world, "flagged", "treasurer",
		      "'kind':'payment','amount':1,'payee':" DIGEST
		      ",'proposal':%" PRIu64,
		      grant);
	assert_true(SAYS("a payment to this payee came back at position "));
	/* The seat's own words, about this very return. */
	teller_confirmation(world, 1, returned - 1, HEX, members);
	world_refuses(world, "confirmation", "operator", "%s", members);
	teller_confirmation(world, 1, returned, HEX, members);
	memcpy(strstr(members, "siege-2"), "siege-3", 7);
	world_refuses(world, "signature", "operator", "%s", members);
	teller_confirmation(world, 1, returned, HEX, members);
	memcpy(strstr(members, "siege-2"), "siege-9", 7);
	world_refuses(world, "seat", "operator", "%s", members);
	world_refuses(world, "role", "treasurer", "%s", members);
	teller_confirmation(world, 1, returned, HEX, members);
	(void)world_must(world, "operator", "%s", members);
	world_refuses(world, "confirmation", "operator", "%s", members);
	(void)world_must(world, "treasurer", ORDER(ITEM), second);
	(void)pays(world, grant, 3000);
	world_end(world);
}

static void test_a_confirmation_is_of_this_log_s_words(void **state)
{
	char members[TELLER_MEMBERS_BYTES], note[WORLD_NOTE_BYTES_MAX];
	uint64_t grant, payment, returned;
	struct world *world = world_with_grant(&grant);

	(void)state;
	payment = pays(world, grant, 3000);
	(void)world_must(world, "treasurer", PAID, payment);
	returned = world_must(world, "treasurer", RETURNED, payment);
	world_sign(world, 1, "arrondi/payee@v1\norigin elsewhere\n", note);
	snprintf(members, sizeof members,
		 "'kind':'confirmation','seat':'siege-2','payee':" DIGEST
		 ",'returned':%" PRIu64 ",'note':'%s'",
		 returned, note);
	world_refuses(world, "confirmation", "operator", "%s", members);
	assert_string_equal(world->fault.text,
			    "the signed text is not that of this confirmation");
	world_end(world);
}

static void test_who_has_an_interest_confirms_nothing(void **state)
{
	char text[RECUSAL_TEXT_BYTES_MAX], note[WORLD_NOTE_BYTES_MAX];
	char members[TELLER_MEMBERS_BYTES];
	uint64_t grant, payment, returned;
	struct world *world = world_with_grant(&grant);

	(void)state;
	payment = pays(world, grant, 3000);
	(void)world_must(world, "treasurer", PAID, payment);
	returned = world_must(world, "treasurer", RETURNED, payment);
	assert_int_equal(books_recusal_text(world->books, slice_of_text("siege-2"),
					    slice_of_text(SEEKER), text, &world->fault),
			 ERR_OK);
	world_sign(world, 1, text, note);
	(void)world_must(world, "operator",
			 "'kind':'recusal','seat':'siege-2','beneficiary':'" SEEKER
			 "','note':'%s'",
			 note);
	teller_confirmation(world, 1, returned, HEX, members);
	world_refuses(world, "recused", "operator", "%s", members);
	teller_confirms(world, returned);
	world_end(world);
}

/* The bank has refused the file, or one payment of it: nothing has moved. */
static void test_a_payment_that_the_bank_did_not_take(void **state)
{
	uint64_t grant, payment, returned;
	struct world *world = world_with_grant(&grant);

	(void)state;
	payment = pays(world, grant, 3000);
	world_refuses(world, "returned", "treasurer", RETURNED, payment);
	assert_true(SAYS(" is not carried out yet"));
	(void)world_must(world, "treasurer", ORDER(ITEM), payment);
	assert_int_equal(world_balance(world, "ordered/emploi/-"), -3000);
	returned = world_must(world, "treasurer", RETURNED, payment);
	assert_int_equal(world_balance(world, "ordered/emploi/-"), 0);
	assert_int_equal(world_balance(world, "committed/emploi/-"), -10000);
	assert_int_equal(world_balance(world, "bank"), 50000);
	world_refuses(world, "paid", "treasurer", PAID, payment);
	world_refuses(world, "order", "treasurer", ORDER(ITEM), payment);
	teller_confirms(world, returned);
	payment = pays(world, grant, 10000);
	(void)world_must(world, "treasurer", ORDER(ITEM), payment);
	(void)world_must(world, "treasurer", PAID, payment);
	assert_int_equal(world_balance(world, "bank"), 40000);
	world_end(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_payment_is_ordered_once),
		cmocka_unit_test(test_an_order_is_of_an_open_account_and_states_its_sum),
		cmocka_unit_test(test_a_payment_that_came_back_flags_its_payee),
		cmocka_unit_test(test_a_confirmation_is_of_this_log_s_words),
		cmocka_unit_test(test_who_has_an_interest_confirms_nothing),
		cmocka_unit_test(test_a_payment_that_the_bank_did_not_take),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
