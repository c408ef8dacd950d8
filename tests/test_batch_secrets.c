/*
 * test_batch_secrets.c - a ledger is asked for the secrets of the right company.
 *
 * The ledger's two functions are stood in for here, so that what passes through
 * is seen and no database is needed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ledger/batch_secrets.h"

static struct ledger *const LEDGER = (struct ledger *)0x10;
static enum err next_err;

static void assert_asked(struct ledger *ledger, struct slice member)
{
	assert_ptr_equal(ledger, LEDGER);
	assert_true(slice_equal_text(member, "employer:000001016"));
}

enum err ledger_company_secret(struct ledger *ledger, struct slice member,
			       uint8_t ret_secret[32], struct fault *fault)
{
	(void)fault;
	assert_asked(ledger, member);
	memset(ret_secret, 7, 32);
	return next_err;
}

enum err ledger_donors(struct ledger *ledger, struct slice member, const uint8_t *keys,
		       const struct donor_ask *asks, size_t count, bool keep,
		       uint8_t *ret_secrets, uint8_t *ret_verdicts, struct fault *fault)
{
	(void)fault;
	assert_asked(ledger, member);
	for (size_t i = 0; i < 32 * count; i++)
		ret_secrets[i] = (uint8_t)(keys[i] + keep);
	for (size_t i = 0; asks && i < count; i++)
		ret_verdicts[i] = (uint8_t)(keys[32 * i] + keep);
	return next_err;
}

enum err ledger_donor_slips(struct ledger *ledger, struct slice member,
			    const struct donor_slip *slips, size_t count,
			    struct fault *fault)
{
	(void)fault;
	assert_asked(ledger, member);
	assert_int_equal(count, 1);
	assert_int_equal(slips[0].key[0], 1);
	assert_true(slice_equal_text(slips[0].slip, "B2"));
	return next_err;
}

static void payslips_numbers_are_kept(void **state)
{
	struct batch_company company = { LEDGER, slice_of_text("employer:000001016") };
	struct batch_secrets secrets = batch_secrets_of_ledger(&company);
	const uint8_t key[32] = { 1 };
	const struct donor_slip slip = { key, slice_of_text("B2") };
	struct fault fault;

	(void)state;
	assert_int_equal(secrets.slips(secrets.ctx, &slip, 1, &fault), ERR_OK);
}

static void the_register_is_asked(void **state)
{
	struct batch_company company = { LEDGER, slice_of_text("employer:000001016") };
	struct batch_secrets secrets = batch_secrets_of_ledger(&company);
	uint8_t verdicts[2] = { 0 }, keys[64] = { 1, [32] = 2 }, secret[64];
	struct donor_ask asks[2] = { { .step = CENTS_ZERO }, { .step = CENTS_ZERO } };
	struct fault fault;

	(void)state;
	assert_true(secrets.asks_consents);
	assert_int_equal(secrets.donors(secrets.ctx, keys, asks, 2, true, secret,
					verdicts, &fault),
			 ERR_OK);
	assert_int_equal(verdicts[0], 2);
	assert_int_equal(verdicts[1], 3);
	next_err = ERR_BUSY;
	assert_int_equal(secrets.donors(secrets.ctx, keys, asks, 2, false, secret,
					verdicts, &fault),
			 ERR_BUSY);
	next_err = ERR_OK;
}

static void the_ledgers_secrets_pass_through(void **state)
{
	struct batch_company company = { LEDGER, slice_of_text("employer:000001016") };
	struct batch_secrets secrets = batch_secrets_of_ledger(&company);
	uint8_t secret[64] = { 0 }, keys[64] = { 1, [63] = 2 };
	struct fault fault;

	(void)state;
	assert_int_equal(secrets.company(secrets.ctx, secret, &fault), ERR_OK);
	assert_int_equal(secret[31], 7);
	assert_int_equal(
		secrets.donors(secrets.ctx, keys, NULL, 2, false, secret, NULL, &fault),
		ERR_OK);
	assert_memory_equal(secret, keys, sizeof keys);
	assert_int_equal(
		secrets.donors(secrets.ctx, keys, NULL, 2, true, secret, NULL, &fault),
		ERR_OK);
	assert_int_equal(secret[63], 3);
}

static void a_failure_of_the_ledger_passes_through(void **state)
{
	struct batch_company company = { LEDGER, slice_of_text("employer:000001016") };
	struct batch_secrets secrets = batch_secrets_of_ledger(&company);
	uint8_t secret[32], key[32] = { 0 };
	struct fault fault;

	(void)state;
	next_err = ERR_BUSY;
	assert_int_equal(secrets.company(secrets.ctx, secret, &fault), ERR_BUSY);
	assert_int_equal(
		secrets.donors(secrets.ctx, key, NULL, 1, true, secret, NULL, &fault),
		ERR_BUSY);
	next_err = ERR_OK;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_register_is_asked),
		cmocka_unit_test(payslips_numbers_are_kept),
		cmocka_unit_test(the_ledgers_secrets_pass_through),
		cmocka_unit_test(a_failure_of_the_ledger_passes_through),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
