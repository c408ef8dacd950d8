/*
 * test_ledger_forget.c - a donor who asks to be forgotten: ledger/ledger_forget.c and
 * ledger/store_tombstone.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "keys/file.h"
#include "ledger/batch.h"
#include "ledger/ledger_int.h"
#include "tests/temporary.h"

static const char company[] = "employer:000001016";
static const uint8_t keys[3][32] = { { 1 }, { 2 }, { 3 } };

/* Makes the donors' secrets, as a batch does. */
static void donors_come(struct temporary *t, uint8_t secrets[3][BATCH_SECRET_BYTES])
{
	if (ledger_donors(t->ledger, slice_of_text(company), keys[0], NULL, 3, true,
			  secrets[0], NULL, &t->fault) != ERR_OK)
		fail_msg("%s", t->fault.text);
}

static enum err forget(struct temporary *t, unsigned donor, struct forgotten *forgotten)
{
	return ledger_donor_forget(t->ledger, slice_of_text(company), keys[donor],
				   forgotten, &t->fault);
}

static bool file_holds(struct temporary *t, const char *name, const uint8_t *secret)
{
	struct buffer bytes;
	char path[TEMPORARY_PATH];
	bool found;

	temporary_path(t, name, path);
	buffer_init(&bytes, 100000000);
	if (file_read(path, 100000000, &bytes, &t->fault) != ERR_OK) {
		buffer_release(&bytes);
		return false;
	}
	found = bytes.n && memmem(bytes.p, bytes.n, secret, BATCH_SECRET_BYTES) != NULL;
	buffer_release(&bytes);
	return found;
}

static bool any_file_holds(struct temporary *t, const uint8_t *secret)
{
	return file_holds(t, "ledger/ledger.db", secret) ||
	       file_holds(t, "ledger/ledger.db-wal", secret);
}

static void a_secret_is_in_no_file_any_more(void **unused)
{
	struct temporary *t = temporary_new();
	uint8_t secrets[3][BATCH_SECRET_BYTES];
	struct forgotten forgotten;

	(void)unused;
	donors_come(t, secrets);
	assert_true(any_file_holds(t, secrets[0]));
	if (forget(t, 1, &forgotten) != ERR_OK)
		fail_msg("%s", t->fault.text);
	assert_int_equal(forgotten.numbers, 1);
	assert_true(any_file_holds(t, secrets[0]));
	assert_false(any_file_holds(t, secrets[1]));
	assert_int_equal(forget(t, 1, &forgotten), ERR_NOT_FOUND);
	assert_int_equal(ledger_check(t->ledger, &t->fault), ERR_OK);
	temporary_free(t);
}

static void all_numbers_of_a_donor_are_forgotten(void **unused)
{
	struct temporary *t = temporary_new();
	uint8_t secrets[3][BATCH_SECRET_BYTES], new_key[32] = { 9 };
	struct forgotten forgotten;

	(void)unused;
	donors_come(t, secrets);
	assert_int_equal(ledger_donor_rename(t->ledger, slice_of_text(company), keys[0],
					     new_key, &t->fault),
			 ERR_OK);
	assert_int_equal(ledger_donor_forget(t->ledger, slice_of_text(company), new_key,
					     &forgotten, &t->fault),
			 ERR_OK);
	assert_int_equal(forgotten.numbers, 2);
	assert_int_equal(forget(t, 0, &forgotten), ERR_NOT_FOUND);
	assert_false(any_file_holds(t, secrets[0]));
	assert_int_equal(forget(t, 2, &forgotten), ERR_OK);
	temporary_free(t);
}

static void a_stranger_cannot_be_forgotten(void **unused)
{
	struct temporary *t = temporary_new();
	uint8_t secrets[3][BATCH_SECRET_BYTES];
	struct forgotten forgotten;

	(void)unused;
	donors_come(t, secrets);
	assert_int_equal(ledger_donor_forget(t->ledger,
					     slice_of_text("employer:000002022"), keys[0],
					     &forgotten, &t->fault),
			 ERR_NOT_FOUND);
	assert_true(any_file_holds(t, secrets[0]));
	temporary_free(t);
}

/* ---- a company that continues another ---- */

static void continues(struct temporary *t, const char *new, const char *old)
{
	struct asked asked;

	asked_init(&asked, "operator",
		   "'kind':'member','ref':'NEW-%s-%.9s','id':'employer:%s',"
		   "'role':'employer','siren':'%s','name':'E','status':'active',"
		   "'continues':'%s'",
		   new, old + strlen("employer:"), new, new, old);
	if (temporary_submit(t, &asked) != ERR_OK)
		fail_msg("%s", t->fault.text);
	asked_clear(&asked);
}

static void secret_of(struct temporary *t, const char *member, uint8_t ret_secret[32])
{
	if (ledger_company_secret(t->ledger, slice_of_text(member), ret_secret,
				  &t->fault) != ERR_OK)
		fail_msg("%s", t->fault.text);
}

static void donors_come_along_with_a_new_siren(void **unused)
{
	static const char first[] = "employer:000002022", second[] = "employer:000003038";
	struct temporary *t = temporary_new();
	uint8_t old[32], new[32], secrets[3][BATCH_SECRET_BYTES], again[32] = { 0 };
	struct forgotten forgotten;

	(void)unused;
	secret_of(t, company, old);
	donors_come(t, secrets);
	assert_int_equal(forget(t, 1, &forgotten), ERR_OK);
	/* Through one that never had a donor itself. */
	continues(t, "000002022", company);
	continues(t, "000003038", first);
	secret_of(t, second, new);
	assert_memory_equal(old, new, 32);
	assert_int_equal(ledger_donors(t->ledger, slice_of_text(second), keys[0], NULL, 1,
				       false, again, NULL, &t->fault),
			 ERR_OK);
	assert_memory_equal(again, secrets[0], 32);
	/* Who was forgotten stays so, and the others can be. */
	assert_int_equal(forget(t, 0, &forgotten), ERR_NOT_FOUND);
	assert_int_equal(ledger_donor_forget(t->ledger, slice_of_text(second), keys[1],
					     &forgotten, &t->fault),
			 ERR_NOT_FOUND);
	assert_int_equal(ledger_donor_forget(t->ledger, slice_of_text(second), keys[0],
					     &forgotten, &t->fault),
			 ERR_OK);
	assert_false(any_file_holds(t, secrets[0]));
	temporary_free(t);
}

static void a_company_with_donors_of_its_own_keeps_them(void **unused)
{
	struct temporary *t = temporary_new();
	uint8_t old[32], own[32], after[32];

	(void)unused;
	continues(t, "000002022", TEMPORARY_OTHER);
	secret_of(t, company, old);
	secret_of(t, "employer:000002022", own);
	assert_memory_not_equal(old, own, 32);
	continues(t, "000002022", company);
	secret_of(t, "employer:000002022", after);
	assert_memory_equal(own, after, 32);
	secret_of(t, company, after);
	assert_memory_equal(old, after, 32);
	temporary_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_secret_is_in_no_file_any_more),
		cmocka_unit_test(all_numbers_of_a_donor_are_forgotten),
		cmocka_unit_test(a_stranger_cannot_be_forgotten),
		cmocka_unit_test(donors_come_along_with_a_new_siren),
		cmocka_unit_test(a_company_with_donors_of_its_own_keeps_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
