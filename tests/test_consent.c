/*
 * test_consent.c - what a donor's registered consent allows, and the register of a
 * ledger: ledger/consent.c, ledger/store_consent.c, ledger/ledger_consent.c and
 * ledger/ledger_donor.c.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/consent.h"
#include "tests/temporary.h"

static struct date day(int n)
{
	return (struct date){ .day = n };
}

static struct consent consent_from(int from)
{
	struct consent consent = { .terms = "t1",
				   .from = day(from),
				   .until = CONSENT_NO_DAY,
				   .withdrawn = CONSENT_NO_DAY };

	return consent;
}

static enum consent_verdict judge(const struct consent *known, const char *terms,
				  int collected_on, int stated)
{
	struct consent_ask ask = { .terms = slice_of_text(terms),
				   .collected_on = day(collected_on),
				   .stated = day(stated) };

	return consent_judge(known, &ask);
}

static void a_first_row_opens_a_consent(void **unused)
{
	(void)unused;
	assert_int_equal(judge(NULL, "t1", 100, -1), CONSENT_NEW);
	assert_int_equal(judge(NULL, "t1", 100, 90), CONSENT_NEW);
}

static void a_consent_covers_its_terms_before_and_after_its_day(void **unused)
{
	struct consent known = consent_from(100);

	(void)unused;
	assert_int_equal(judge(&known, "t1", 130, -1), CONSENT_GOOD);
	assert_int_equal(judge(&known, "t1", 70, -1), CONSENT_GOOD);
	/* Stated again, it is no news. */
	assert_int_equal(judge(&known, "t1", 130, 100), CONSENT_GOOD);
	assert_int_equal(judge(&known, "t1", 130, 120), CONSENT_NEW);
}

static void changed_terms_ask_for_a_new_consent(void **unused)
{
	struct consent known = consent_from(100);

	(void)unused;
	assert_int_equal(judge(&known, "t2", 130, -1), CONSENT_TERMS);
	assert_int_equal(judge(&known, "t2", 100, -1), CONSENT_TERMS);
	assert_int_equal(judge(&known, "t2", 130, 125), CONSENT_NEW);
	/* A late batch of before, under the terms of then. */
	assert_int_equal(judge(&known, "t0", 99, -1), CONSENT_GOOD);
}

static void rows_after_a_withdrawal_are_refused(void **unused)
{
	struct consent known = consent_from(100);

	(void)unused;
	known.withdrawn = day(150);
	assert_int_equal(judge(&known, "t1", 150, -1), CONSENT_GOOD);
	assert_int_equal(judge(&known, "t1", 151, -1), CONSENT_WITHDRAWN);
	/* A consent of before the withdrawal is not a new one. */
	assert_int_equal(judge(&known, "t1", 151, 150), CONSENT_WITHDRAWN);
	assert_int_equal(judge(&known, "t1", 140, 120), CONSENT_GOOD);
	assert_int_equal(judge(&known, "t1", 160, 155), CONSENT_NEW);
}

static void a_consent_may_have_a_last_day(void **unused)
{
	struct consent known = consent_from(100);

	(void)unused;
	known.until = day(150);
	assert_int_equal(judge(&known, "t1", 150, -1), CONSENT_GOOD);
	assert_int_equal(judge(&known, "t1", 151, -1), CONSENT_ENDED);
	assert_int_equal(judge(&known, "t1", 151, 151), CONSENT_NEW);
}

static void a_consent_is_written_and_read(void **unused)
{
	struct consent consent = consent_from(100), again;
	struct record record;
	struct fault fault;

	(void)unused;
	memcpy(consent.fund, "emploi", sizeof "emploi");
	consent.step = cents_of(100);
	consent.extra = cents_of(250);
	consent.withdrawn = day(170);
	consent.wants_receipt = true;
	consent.recorded_at = 1795000000;
	consent_write(&consent, &record);
	assert_int_equal(consent_read(record_slice(&record), &again, &fault), ERR_OK);
	assert_string_equal(again.terms, "t1");
	assert_string_equal(again.fund, "emploi");
	assert_int_equal(cents_value(again.step), 100);
	assert_int_equal(cents_value(again.extra), 250);
	assert_int_equal(again.from.day, 100);
	assert_int_equal(again.until.day, -1);
	assert_int_equal(again.withdrawn.day, 170);
	assert_true(again.wants_receipt);
	assert_int_equal(again.recorded_at, 1795000000);
}

/* ---- the register ---- */

static const uint8_t keys[3][32] = { { 1 }, { 2 }, { 3 } };

static void ask(struct temporary *t, const char *terms, int collected_on, int stated,
		bool keep, uint8_t verdicts[3])
{
	struct donor_ask asks[3];
	uint8_t secrets[3][32];

	for (size_t i = 0; i < 3; i++)
		asks[i] = (struct donor_ask){
			.consent = { .terms = slice_of_text(terms),
				     .collected_on = day(collected_on),
				     .stated = day(stated) },
			.step = cents_of(100),
			.extra = cents_of((int64_t)i),
			.fund = slice_of_text("emploi"),
		};
	assert_int_equal(ledger_donors(t->ledger, slice_of_text(TEMPORARY_EMPLOYER),
				       keys[0], asks, 3, keep, secrets[0], verdicts,
				       &t->fault),
			 ERR_OK);
}

struct counted {
	size_t in_force, past;
};

static enum err count(void *ctx, const struct registered *row, struct fault *fault)
{
	struct counted *counted = ctx;

	(void)fault;
	assert_true(slice_equal_text(row->member, TEMPORARY_EMPLOYER));
	if (row->is_past)
		counted->past++;
	else
		counted->in_force++;
	return ERR_OK;
}

static void the_register_is_filled_judged_and_keeps_what_it_replaced(void **unused)
{
	struct temporary *t = temporary_new();
	struct slice member = slice_of_text(TEMPORARY_EMPLOYER);
	struct counted counted = { 0 };
	struct consent consent;
	uint8_t verdicts[3];

	(void)unused;
	/* A dry run registers nothing. */
	ask(t, "t1", 100, -1, false, verdicts);
	assert_int_equal(verdicts[1], CONSENT_NEW);
	assert_int_equal(ledger_consent(t->ledger, member, keys[1], &consent, &t->fault),
			 ERR_NOT_FOUND);
	ask(t, "t1", 100, -1, true, verdicts);
	ask(t, "t1", 130, -1, true, verdicts);
	assert_int_equal(verdicts[1], CONSENT_GOOD);
	assert_int_equal(ledger_consent(t->ledger, member, keys[1], &consent, &t->fault),
			 ERR_OK);
	assert_int_equal(consent.from.day, 100);
	assert_int_equal(cents_value(consent.extra), 1);

	consent.withdrawn = day(150);
	assert_int_equal(
		ledger_consent_set(t->ledger, member, keys[1], &consent, &t->fault),
		ERR_OK);
	/* One row is refused: nothing is registered for the others either. */
	ask(t, "t2", 160, 155, true, verdicts);
	assert_int_equal(verdicts[0], CONSENT_NEW);
	ask(t, "t3", 170, -1, true, verdicts);
	assert_int_equal(verdicts[0], CONSENT_TERMS);
	assert_int_equal(ledger_consent(t->ledger, member, keys[0], &consent, &t->fault),
			 ERR_OK);
	assert_string_equal(consent.terms, "t2");
	assert_int_equal(ledger_consent_each(t->ledger, count, &counted, &t->fault),
			 ERR_OK);
	assert_int_equal(counted.in_force, 3);
	assert_int_equal(counted.past,
			 4); /* three of t1, and that before its withdrawal */
	temporary_reopen(t);
	assert_int_equal(ledger_consent(t->ledger, member, keys[2], &consent, &t->fault),
			 ERR_OK);
	assert_int_equal(consent.from.day, 155);
	temporary_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_first_row_opens_a_consent),
		cmocka_unit_test(a_consent_covers_its_terms_before_and_after_its_day),
		cmocka_unit_test(changed_terms_ask_for_a_new_consent),
		cmocka_unit_test(rows_after_a_withdrawal_are_refused),
		cmocka_unit_test(a_consent_may_have_a_last_day),
		cmocka_unit_test(a_consent_is_written_and_read),
		cmocka_unit_test(
			the_register_is_filled_judged_and_keeps_what_it_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
