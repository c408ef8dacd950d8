/*
 * test_bank_match.c - which line of a statement pays what (gateway/bank_match.c).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/bank_match.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

#define CLAIM(position, subject, member, cents)                                          \
	{                                                                                \
		position, subject, member, { cents }, false                              \
	}

#define A_IBAN "FR1420041010050500013M02606"
#define B_IBAN "DE89370400440532013000"

static struct bank_claim claims[8];
static const struct bank_payer payers[] = {
	{ A_IBAN, "employer:a" },
	{ B_IBAN, "employer:b" },
};

/* What is open at the beginning of each test. */
static int setup(void **state)
{
	static const struct bank_claim FIRST[] = {
		CLAIM(10, BANK_OWED, "employer:a", 1000),
		CLAIM(11, BANK_OWED, "employer:a", 2000),
		CLAIM(12, BANK_OWED, "employer:b", 3000),
		CLAIM(13, BANK_OWED, "employer:b", 3000),
		CLAIM(20, BANK_PAYOUT, "provider:stripe", 4000),
		CLAIM(30, BANK_ORDERED, "", 5000),
		CLAIM(31, BANK_ORDERED, "", 6000),
		CLAIM(40, BANK_PAID, "", 7000),
	};

	(void)state;
	memcpy(claims, FIRST, sizeof claims);
	return 0;
}

static struct bank_match matched(int64_t cents, const char *iban, const char *text,
				 size_t references, ...)
{
	const struct bank_known known = { claims, COUNT(claims), payers, COUNT(payers) };
	struct bank_line line = { .amount = cents_of(cents) };
	struct bank_match match;
	va_list list;

	snprintf(line.iban, sizeof line.iban, "%s", iban);
	snprintf(line.text, sizeof line.text, "%s", text);
	va_start(list, references);
	for (size_t i = 0; i < references; i++)
		line.references[line.reference_count++] = (uint64_t)va_arg(list, int);
	va_end(list);
	bank_match(&known, &line, &match);
	return match;
}

static void is_found(const struct bank_match *match, size_t i, enum bank_subject subject,
		     uint64_t position, int64_t cents)
{
	assert_int_equal(match->why, BANK_MATCHED);
	assert_true(i < match->count);
	assert_int_equal(match->findings[i].subject, subject);
	assert_int_equal(match->findings[i].position, position);
	assert_int_equal(cents_value(match->findings[i].amount), cents);
}

static void is_left(const struct bank_match match, enum bank_why why)
{
	assert_int_equal(match.count, 0);
	if (match.why != why)
		fail_msg("%s instead of %s", bank_why_name(match.why),
			 bank_why_name(why));
}

static void a_reference_names_what_is_paid(void **state)
{
	struct bank_match match = matched(1000, "", "", 1, 10);

	(void)state;
	assert_int_equal(match.count, 1);
	is_found(&match, 0, BANK_OWED, 10, 1000);
	assert_string_equal(match.findings[0].member, "employer:a");
	/* paid twice: nothing is open any more */
	is_left(matched(1000, "", "", 1, 10), BANK_NOTHING_OPEN);
	is_left(matched(1000, "", "", 1, 99), BANK_NOTHING_OPEN);
}

/* The account that it came from does not matter: a parent company pays. */
static void a_reference_goes_before_the_account(void **state)
{
	struct bank_match match = matched(3000, A_IBAN, "", 1, 12);

	(void)state;
	is_found(&match, 0, BANK_OWED, 12, 3000);
}

static void too_little_and_too_much_are_of_what_is_named(void **state)
{
	struct bank_match match = matched(400, "", "", 1, 10);

	(void)state;
	is_found(&match, 0, BANK_OWED, 10, 400);
	match = matched(600, "", "", 1, 10);
	is_found(&match, 0, BANK_OWED, 10, 600);
	is_left(matched(1, "", "", 1, 10), BANK_NOTHING_OPEN);
	match = matched(2500, "", "", 1, 11);
	is_found(&match, 0, BANK_OWED, 11, 2500);
}

static void one_credit_pays_several_batches(void **state)
{
	struct bank_match match = matched(3000, "", "", 2, 11, 10);

	(void)state;
	assert_int_equal(match.count, 2);
	is_found(&match, 0, BANK_OWED, 11, 2000);
	is_found(&match, 1, BANK_OWED, 10, 1000);
	setup(NULL);
	match = matched(2300, "", "", 2, 11, 10);
	is_found(&match, 0, BANK_OWED, 11, 2000);
	is_found(&match, 1, BANK_OWED, 10, 300);
	setup(NULL);
	match = matched(3300, "", "", 2, 10, 11);
	is_found(&match, 0, BANK_OWED, 10, 1000);
	is_found(&match, 1, BANK_OWED, 11, 2300);
	setup(NULL);
	match = matched(700, "", "", 2, 10, 11);
	assert_int_equal(match.count, 1);
	is_found(&match, 0, BANK_OWED, 10, 700);
}

/* Of two payers only the exact sum says who paid what. */
static void of_several_payers_the_sum_must_be_exact(void **state)
{
	struct bank_match match = matched(4000, "", "", 2, 10, 12);

	(void)state;
	is_found(&match, 0, BANK_OWED, 10, 1000);
	is_found(&match, 1, BANK_OWED, 12, 3000);
	setup(NULL);
	is_left(matched(3900, "", "", 2, 10, 12), BANK_MIXED);
	is_left(matched(4100, "", "", 2, 10, 12), BANK_MIXED);
	is_left(matched(5000, "", "", 2, 10, 20), BANK_MIXED);
	is_left(matched(1000, "", "", 2, 10, 99), BANK_NOTHING_OPEN);
}

static void our_payments_are_carried_out_or_come_back(void **state)
{
	struct bank_match match = matched(-5000, B_IBAN, "", 1, 30);

	(void)state;
	is_found(&match, 0, BANK_ORDERED, 30, 5000);
	is_left(matched(-5000, "", "", 1, 30), BANK_OTHER_AMOUNT);
	match = matched(5000, "", "", 1, 30);
	is_found(&match, 0, BANK_PAID, 30, 5000);
	is_left(matched(5000, "", "", 1, 30), BANK_NOTHING_OPEN);
	match = matched(7000, "", "", 1, 40);
	is_found(&match, 0, BANK_PAID, 40, 7000);
	setup(NULL);
	/* booked as one by the bank */
	match = matched(-11000, "", "", 2, 30, 31);
	assert_int_equal(match.count, 2);
	is_found(&match, 1, BANK_ORDERED, 31, 6000);
	setup(NULL);
	is_left(matched(-4999, "", "", 1, 30), BANK_OTHER_AMOUNT);
	is_left(matched(5000, "", "", 1, 30), BANK_OTHER_AMOUNT);
	is_left(matched(-7000, "", "", 1, 40), BANK_OTHER_AMOUNT);
	is_left(matched(6999, "", "", 1, 40), BANK_OTHER_AMOUNT);
	is_left(matched(-1000, "", "", 1, 10), BANK_OTHER_AMOUNT);
	is_left(matched(-1000, "", "FRAIS", 0), BANK_NO_REFERENCE);
}

static void a_payout_is_known_by_amount_and_name(void **state)
{
	struct bank_match match = matched(4000, "", "VIR STRIPE PAYMENTS", 0);

	(void)state;
	is_found(&match, 0, BANK_PAYOUT, 20, 4000);
	setup(NULL);
	is_left(matched(4000, "", "VIR SOMEBODY", 0), BANK_UNKNOWN_PAYER);
	is_left(matched(4001, "", "VIR STRIPE", 0), BANK_UNKNOWN_PAYER);
	/* a part of it, where it is named; never more */
	match = matched(3000, "", "", 1, 20);
	is_found(&match, 0, BANK_PAYOUT, 20, 3000);
	is_left(matched(1001, "", "", 1, 20), BANK_OTHER_AMOUNT);
	/* two of one amount */
	claims[5] = (struct bank_claim)CLAIM(30, BANK_PAYOUT, "provider:stripe", 1000);
	is_left(matched(1000, "", "stripe", 0), BANK_AMBIGUOUS);
}

static void an_account_and_an_exact_amount_name_one_thing(void **state)
{
	struct bank_match match = matched(2000, A_IBAN, "sans motif", 0);

	(void)state;
	is_found(&match, 0, BANK_OWED, 11, 2000);
	is_left(matched(1500, A_IBAN, "", 0), BANK_NOT_OWED);
	is_left(matched(2000, A_IBAN, "", 0), BANK_NOT_OWED);
	is_left(matched(3000, B_IBAN, "", 0), BANK_AMBIGUOUS);
	is_left(matched(1000, "BE68539007547034", "", 0), BANK_UNKNOWN_PAYER);
	is_left(matched(1000, "", "", 0), BANK_UNKNOWN_PAYER);
}

/* A collector owes the rows of a batch, and its employer the match. */
static void two_may_owe_of_one_batch(void **state)
{
	struct bank_match match;

	(void)state;
	claims[2] = (struct bank_claim)CLAIM(12, BANK_OWED, "collector:c", 2500);
	claims[3] = (struct bank_claim)CLAIM(12, BANK_OWED, "employer:b", 500);
	match = matched(500, "", "", 1, 12);
	is_found(&match, 0, BANK_OWED, 12, 500);
	assert_string_equal(match.findings[0].member, "employer:b");
	claims[3].open = cents_of(500);
	match = matched(400, B_IBAN, "", 1, 12);
	is_found(&match, 0, BANK_OWED, 12, 400);
	assert_string_equal(match.findings[0].member, "employer:b");
	is_left(matched(401, "", "", 1, 12), BANK_AMBIGUOUS);
	match = matched(100, B_IBAN, "", 1, 12);
	is_found(&match, 0, BANK_OWED, 12, 100);
	/* one is left */
	match = matched(401, "", "", 1, 12);
	is_found(&match, 0, BANK_OWED, 12, 401);
	assert_string_equal(match.findings[0].member, "collector:c");
}

/* Its remittance is what its amount says. */
static void a_remitted_batch_is_only_paid_by_name(void **state)
{
	struct bank_match match;

	(void)state;
	claims[0].only_named = true;
	is_left(matched(1000, A_IBAN, "", 0), BANK_NOT_OWED);
	match = matched(1000, "", "", 1, 10);
	is_found(&match, 0, BANK_OWED, 10, 1000);
}

static void each_reason_has_its_words(void **state)
{
	(void)state;
	for (int why = 0; why < BANK_WHY__COUNT; why++) {
		assert_true(bank_why_name((enum bank_why)why)[0] != '\0');
		assert_true(bank_why_text((enum bank_why)why)[0] != '\0');
	}
	assert_string_equal(bank_return_reason("AC04"), "account-closed");
	assert_string_equal(bank_return_reason("AC01"), "wrong-account");
	assert_string_equal(bank_return_reason("MS02"), "refused");
	assert_string_equal(bank_return_reason("MS03"), "other");
	assert_string_equal(bank_return_reason(""), "other");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_reference_names_what_is_paid, setup),
		cmocka_unit_test_setup(a_reference_goes_before_the_account, setup),
		cmocka_unit_test_setup(too_little_and_too_much_are_of_what_is_named,
				       setup),
		cmocka_unit_test_setup(one_credit_pays_several_batches, setup),
		cmocka_unit_test_setup(of_several_payers_the_sum_must_be_exact, setup),
		cmocka_unit_test_setup(our_payments_are_carried_out_or_come_back, setup),
		cmocka_unit_test_setup(a_payout_is_known_by_amount_and_name, setup),
		cmocka_unit_test_setup(an_account_and_an_exact_amount_name_one_thing,
				       setup),
		cmocka_unit_test_setup(two_may_owe_of_one_batch, setup),
		cmocka_unit_test_setup(a_remitted_batch_is_only_paid_by_name, setup),
		cmocka_unit_test(each_reason_has_its_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
