/*
 * test_claim_set.c - the second of two equal claims is noticed, and only that.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "gateway/claim_set.h"

/* The vector of the paper that describes SipHash-2-4 (appendix A). */
static void the_hash_is_siphash(void **state)
{
	static const uint64_t KEY[2] = { UINT64_C(0x0706050403020100),
					 UINT64_C(0x0f0e0d0c0b0a0908) };
	uint8_t message[15];

	(void)state;
	for (uint8_t i = 0; i < sizeof message; i++)
		message[i] = i;
	assert_true(siphash(KEY, message, sizeof message) ==
		    UINT64_C(0xa129ca6149be45e5));
}

static bool add(struct claim_set *set, const struct batch_claim *claims, uint32_t i)
{
	bool added = false;

	assert_int_equal(claim_set_add(set, claims, i, &added), ERR_OK);
	return added;
}

static void subject_slip_and_day_make_a_claim(void **state)
{
	const struct batch_claim CLAIMS[] = {
		{ .subject = slice_of_text("M1") },
		{ .subject = slice_of_text("M2") },
		{ .subject = slice_of_text("M1"), .slip = slice_of_text("2") },
		{ .subject = slice_of_text("M12") },
		{ .subject = slice_of_text("M1"), .day = { 20000 } },
		{ .subject = slice_of_text("M1"), .day = { 20001 } },
	};
	const uint32_t COUNT = sizeof CLAIMS / sizeof *CLAIMS;
	struct claim_set set;

	(void)state;
	assert_int_equal(claim_set_init(&set), ERR_OK);
	for (uint32_t i = 0; i < COUNT; i++)
		assert_true(add(&set, CLAIMS, i));
	for (uint32_t i = 0; i < COUNT; i++)
		assert_false(add(&set, CLAIMS, i));
	claim_set_release(&set);
}

static void many_claims_are_kept_apart(void **state)
{
	enum { COUNT = 20000, NAME_BYTES = 8 };
	char(*names)[NAME_BYTES] = calloc(COUNT, sizeof *names);
	struct batch_claim *claims = calloc(COUNT, sizeof *claims);
	struct claim_set set;

	(void)state;
	assert_int_equal(claim_set_init(&set), ERR_OK);
	for (uint32_t i = 0; i < COUNT; i++) {
		snprintf(names[i], NAME_BYTES, "M%u", i % (COUNT / 2));
		claims[i].subject = slice_of_text(names[i]);
		assert_true(add(&set, claims, i) == (i < COUNT / 2));
	}
	assert_int_equal(set.count, COUNT / 2);
	claim_set_release(&set);
	free(claims);
	free(names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_hash_is_siphash),
		cmocka_unit_test(subject_slip_and_day_make_a_claim),
		cmocka_unit_test(many_claims_are_kept_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
