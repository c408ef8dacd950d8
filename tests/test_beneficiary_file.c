/*
 * test_beneficiary_file.c - names and IBANs of payees, in a file that only a passphrase
 * opens (gateway/beneficiary_file.c).
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/beneficiary_file.h"
#include "keys/encoding.h"
#include "keys/file.h"
#include "keys/sealed.h"

#define PASSPHRASE   "a passphrase of the treasurer's"
#define FIRST        "FR7630006000011234567890189"
#define SECOND       "BE68539007547034"
#define COUNT(array) (sizeof(array) / sizeof *(array))

static char folder[] = "/tmp/arrondi-payees-XXXXXX";
static char path[64], lock_path[64];

static int forget_file(void **state)
{
	(void)state;
	(void)unlink(path); /* they may not be there */
	(void)unlink(lock_path);
	return 0;
}

static struct hash added(const char *name, const char *iban, const char *bic, bool is_new)
{
	struct hash payee;
	struct fault fault;
	bool new;

	if (beneficiary_add(path, PASSPHRASE, name, iban, bic, &payee, &new, &fault))
		fail_msg("%s", fault.text);
	assert_int_equal(new, is_new);
	return payee;
}

static void read_all(struct beneficiary_file *file)
{
	struct fault fault;

	beneficiary_file_init(file);
	if (beneficiary_file_read(file, path, PASSPHRASE, &fault))
		fail_msg("%s", fault.text);
}

static void payees_are_found_by_their_digests(void **state)
{
	struct beneficiary_file file;
	const struct beneficiary *one;
	struct hash first, second, nobody = hash_bytes("nobody", 6);

	(void)state;
	first = added("Mme Élodie Œuvrard", "FR76 3000 6000 0112 3456 7890 189", NULL,
		      true);
	second = added("Vélo & Co", SECOND, "BNAGBEBB", true);
	read_all(&file);
	assert_int_equal(file.count, 2);
	one = beneficiary_find(&file, &first);
	assert_non_null(one);
	assert_string_equal(one->name, "Mme Élodie Œuvrard");
	assert_string_equal(one->iban, FIRST);
	assert_string_equal(one->bic, "");
	one = beneficiary_find(&file, &second);
	assert_non_null(one);
	assert_string_equal(one->bic, "BNAGBEBB");
	assert_null(beneficiary_find(&file, &nobody));
	beneficiary_file_release(&file);
	assert_null(beneficiary_find(&file, &first));
}

/* As anybody can compute it who is shown the salt: SHA-256 of SALT IBAN NAME. */
static void a_digest_is_what_the_header_says(void **state)
{
	char text[300], salt[HEX_CHARS(BENEFICIARY_SALT_BYTES) + 1];
	struct beneficiary_file file;
	struct hash payee = added("Vélo & Co", SECOND, NULL, true), again;

	(void)state;
	read_all(&file);
	hex_encode(file.list[0].salt, BENEFICIARY_SALT_BYTES, salt);
	snprintf(text, sizeof text, "%s %s %s", salt, SECOND, "Vélo & Co");
	again = hash_bytes(text, strlen(text));
	assert_true(hash_equal(&again, &payee));
	beneficiary_file_release(&file);
}

static void the_same_payee_keeps_its_digest(void **state)
{
	struct beneficiary_file file;
	struct hash first = added("Vélo", SECOND, NULL, true),
		    same = added("Vélo", SECOND, "BNAGBEBB", false),
		    name = added("Velo", SECOND, NULL, true),
		    account = added("Vélo", FIRST, NULL, true);

	(void)state;
	assert_true(hash_equal(&first, &same));
	assert_false(hash_equal(&first, &name));
	assert_false(hash_equal(&first, &account));
	read_all(&file);
	assert_int_equal(file.count, 3);
	assert_string_equal(beneficiary_find(&file, &first)->bic, "BNAGBEBB");
	beneficiary_file_release(&file);
}

/* Removed and added again it is another digest: what was voted is nobody's any more. */
static void a_removed_payee_is_gone(void **state)
{
	struct beneficiary_file file;
	struct hash first = added("Vélo", SECOND, NULL, true),
		    other = added("Autre", FIRST, NULL, true), again;
	struct fault fault;

	(void)state;
	assert_int_equal(beneficiary_remove(path, PASSPHRASE, &first, &fault), ERR_OK);
	assert_int_equal(beneficiary_remove(path, PASSPHRASE, &first, &fault),
			 ERR_NOT_FOUND);
	again = added("Vélo", SECOND, NULL, true);
	assert_false(hash_equal(&first, &again));
	read_all(&file);
	assert_int_equal(file.count, 2);
	assert_null(beneficiary_find(&file, &first));
	assert_non_null(beneficiary_find(&file, &other));
	beneficiary_file_release(&file);
}

static void what_no_bank_could_pay_is_refused(void **state)
{
	static const struct {
		const char *name, *iban, *bic, *said;
	} CASES[] = {
		{ "", FIRST, NULL, "a payee's name has 1 to 140 bytes" },
		{ "a\nb", FIRST, NULL, "the payee's name holds a control character" },
		{ " a", FIRST, NULL, "the payee's name has a blank at its end" },
		{ "\xC3", FIRST, NULL, "the payee's name is not UTF-8" },
		{ "日本", FIRST, NULL,
		  "the payee's name has no letter that SEPA carries: write it in Latin "
		  "letters" },
		{ "a", "FR7630006000011234567890188", NULL,
		  "the IBAN's check digits are wrong: one of its characters is "
		  "mistyped" },
		{ "a", "BR1800360305000010009795493C1", NULL,
		  "the IBAN is of BR, which is outside SEPA" },
		{ "a", FIRST, "bnagbebb", "the bank's BIC is none" },
	};
	struct hash payee;
	struct fault fault;
	bool new;

	(void)state;
	for (size_t i = 0; i < COUNT(CASES); i++) {
		assert_int_equal(beneficiary_add(path, PASSPHRASE, CASES[i].name,
						 CASES[i].iban, CASES[i].bic, &payee,
						 &new, &fault),
				 ERR_INVALID);
		assert_int_equal(fault.err, ERR_INVALID);
		assert_string_equal(fault.text, CASES[i].said);
	}
	assert_int_equal(access(path, F_OK), -1);
}

static void only_its_passphrase_opens_it(void **state)
{
	struct beneficiary_file file;
	struct hash payee = added("Vélo", SECOND, NULL, true);
	struct fault fault;
	bool new;

	(void)state;
	beneficiary_file_init(&file);
	assert_int_equal(beneficiary_file_read(&file, path, "another passphrase", &fault),
			 ERR_UNKNOWN);
	assert_int_equal(beneficiary_add(path, "another passphrase", "a", FIRST, NULL,
					 &payee, &new, &fault),
			 ERR_UNKNOWN);
	assert_int_equal(beneficiary_remove(path, "another passphrase", &payee, &fault),
			 ERR_UNKNOWN);
	read_all(&file);
	assert_int_equal(file.count, 1);
	beneficiary_file_release(&file);
}

static void a_list_that_is_none_is_refused(void **state)
{
	static const struct {
		const char *text, *said;
	} CASES[] = {
		{ "", "it is no list of payees" },
		{ "arrondi/payees@v1\nx\n", "line 2 is no payee" },
		{ "arrondi/payees@v1\n"
		  "0000000000000000000000000000000000000000000000000000000000000000 "
		  "FR7630006000011234567890188 - a\n",
		  "line 2 is no payee" },
	};
	struct beneficiary_file file;
	char said[FAULT_TEXT_BYTES_MAX];
	struct fault fault;

	(void)state;
	for (size_t i = 0; i < COUNT(CASES); i++) {
		assert_int_equal(sealed_write(path, "payees",
					      slice_of_text(CASES[i].text), PASSPHRASE,
					      &fault),
				 ERR_OK);
		beneficiary_file_init(&file);
		assert_int_equal(beneficiary_file_read(&file, path, PASSPHRASE, &fault),
				 ERR_CORRUPT);
		snprintf(said, sizeof said, "file '%s': %s", path, CASES[i].said);
		assert_string_equal(fault.text, said);
		beneficiary_file_release(&file);
	}
}

/* Four processes at once: none undoes what another did. */
static void who_add_at_once_have_all_added(void **state)
{
	struct beneficiary_file file;
	pid_t children[4];

	(void)state;
	for (size_t i = 0; i < COUNT(children); i++) {
		children[i] = fork();
		assert_true(children[i] >= 0);
		if (children[i] == 0) {
			char name[16];
			struct hash payee;
			enum err err;
			bool new;

			snprintf(name, sizeof name, "Payee %zu", i);
			/* a machine that has much to do makes them wait long */
			do {
				err = beneficiary_add(path, PASSPHRASE, name, FIRST, NULL,
						      &payee, &new, NULL);
			} while (err == ERR_BUSY);
			_exit(err != ERR_OK);
		}
	}
	for (size_t i = 0; i < COUNT(children); i++) {
		int status;

		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	read_all(&file);
	assert_int_equal(file.count, COUNT(children));
	beneficiary_file_release(&file);
}

static void nobody_waits_for_ever(void **state)
{
	int fd = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	char said[FAULT_TEXT_BYTES_MAX];
	struct hash payee = { { 0 } };
	struct fault fault;

	(void)state;
	assert_true(fd >= 0 && flock(fd, LOCK_EX) == 0);
	assert_int_equal(beneficiary_remove(path, PASSPHRASE, &payee, &fault), ERR_BUSY);
	snprintf(said, sizeof said, "file '%s' is being changed by another", path);
	assert_string_equal(fault.text, said);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, forget_file, forget_file)
		TEST(payees_are_found_by_their_digests),
		TEST(a_digest_is_what_the_header_says),
		TEST(the_same_payee_keeps_its_digest),
		TEST(a_removed_payee_is_gone),
		TEST(what_no_bank_could_pay_is_refused),
		TEST(only_its_passphrase_opens_it),
		TEST(a_list_that_is_none_is_refused),
		TEST(who_add_at_once_have_all_added),
		TEST(nobody_waits_for_ever),
	};
	int status;

	if (!mkdtemp(folder))
		return 1;
	snprintf(path, sizeof path, "%s/payees", folder);
	snprintf(lock_path, sizeof lock_path, "%s/payees.lock", folder);
	status = cmocka_run_group_tests(tests, NULL, NULL);
	(void)rmdir(folder); /* a test that failed may have left something to look at */
	return status;
}
