/*
 * test_vault.c - identities under keys of their own, and what is destroyed. Of
 * ledger/vault.c, ledger/store_vault.c and keys/aead.c.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "keys/aead.h"
#include "keys/buffer.h"
#include "keys/encoding.h"
#include "keys/file.h"
#include "ledger/vault.h"
#include "tests/temporary.h"

#define LILAS  slice_of_text("employer:000001016")
#define NAME   "Zo\xc3\xab Lef\xc3\xa8vre"
#define NUMBER "E-0042"

struct rig {
	struct temporary *temporary;
	const char *dir;
	struct vault *vault;
	struct fault fault;
};

static int setup(void **state)
{
	struct rig *rig = calloc(1, sizeof *rig);

	assert_non_null(rig);
	rig->temporary = temporary_empty();
	rig->dir = rig->temporary->folder;
	assert_int_equal(
		vault_open(rig->dir, NULL, VAULT_WRITE, &rig->vault, &rig->fault),
		ERR_OK);
	*state = rig;
	return 0;
}

static int teardown(void **state)
{
	struct rig *rig = *state;

	vault_close(rig->vault);
	temporary_free(rig->temporary);
	free(rig);
	return 0;
}

static void put(struct rig *rig, const char *reference, const char *data)
{
	struct slice references[] = { slice_of_text(reference) };
	enum err err = vault_begin(rig->vault, &rig->fault);

	if (!err)
		err = vault_person_put(rig->vault, LILAS, references, 1,
				       slice_of_text(data), &rig->fault);
	assert_int_equal(vault_end(rig->vault, err, &rig->fault), ERR_OK);
}

struct seen {
	int count;
	char last[200];
};

static enum err see(void *ctx, struct slice member, struct slice data,
		    struct fault *fault)
{
	struct seen *seen = ctx;

	(void)fault;
	assert_true(slice_equal(member, LILAS));
	snprintf(seen->last, sizeof seen->last, "%.*s", (int)data.n,
		 (const char *)data.p);
	seen->count++;
	return ERR_OK;
}

static struct seen seen_of(struct rig *rig)
{
	struct seen seen = { 0 };

	assert_int_equal(vault_person_each(rig->vault, see, &seen, &rig->fault), ERR_OK);
	return seen;
}

/* Whether the bytes stand anywhere in the database's file. */
static bool file_has(const struct rig *rig, const char *file, const void *bytes, size_t n)
{
	char path[400];
	struct buffer all;
	bool has;

	snprintf(path, sizeof path, "%s/%s", rig->dir, file);
	buffer_init(&all, 10000000);
	assert_int_equal(file_read(path, 10000000, &all, NULL), ERR_OK);
	has = memmem(all.p, all.n, bytes, n) != NULL;
	buffer_release(&all);
	return has;
}

static void test_what_goes_in_comes_out_and_is_nowhere_in_clear(void **state)
{
	struct rig *rig = *state;
	struct seen seen;
	struct stat status;
	char path[400];

	put(rig, NUMBER, NAME);
	put(rig, "E-0043", "Ada");
	seen = seen_of(rig);
	assert_int_equal(seen.count, 2);
	assert_string_equal(seen.last, "Ada");
	/* The same number again: another address, and one person. */
	put(rig, NUMBER, NAME ", moved");
	seen = seen_of(rig);
	assert_int_equal(seen.count, 2);
	assert_string_equal(seen.last, NAME ", moved");
	assert_false(file_has(rig, "vault.db", NAME, strlen(NAME)));
	assert_false(file_has(rig, "vault.db", NUMBER, strlen(NUMBER)));
	assert_true(file_has(rig, "vault.db", LILAS.p, LILAS.n)); /* the test can see */
	snprintf(path, sizeof path, "%s/vault.key", rig->dir);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	snprintf(path, sizeof path, "%s/vault.db", rig->dir);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
}

static void key_path(const struct rig *rig, const char *name, char path[400])
{
	snprintf(path, 400, "%s/%s", rig->dir, name);
}

static void test_another_key_is_refused_and_a_missing_one_told(void **state)
{
	struct rig *rig = *state;
	struct vault *vault = NULL;
	char path[400], other[400];
	struct buffer key;
	enum err err;

	put(rig, NUMBER, NAME);
	key_path(rig, "vault.key", path);
	key_path(rig, "other.key", other);
	buffer_init(&key, 200);
	assert_int_equal(file_read_secret(path, 200, &key, &rig->fault), ERR_OK);
	key.p[30] ^= 1;
	if (key.p[30] > 'f' || key.p[30] == '`')
		key.p[30] = 'a';
	assert_int_equal(file_write(other, buffer_slice(&key), 0600, &rig->fault),
			 ERR_OK);
	for (int mode = VAULT_READ; mode <= VAULT_WRITE; mode++) {
		err = vault_open(rig->dir, other, (enum vault_mode)mode, &vault,
				 &rig->fault);
		assert_int_equal(err, ERR_DENIED);
		assert_non_null(strstr(rig->fault.text, "is not the key of this vault"));
	}
	assert_int_equal(chmod(other, 0644), 0);
	assert_int_not_equal(vault_open(rig->dir, other, VAULT_READ, &vault, &rig->fault),
			     ERR_OK);
	assert_int_equal(file_write(other, slice_of_text("no key\n"), 0600, &rig->fault),
			 ERR_OK);
	assert_int_equal(vault_open(rig->dir, other, VAULT_READ, &vault, &rig->fault),
			 ERR_INVALID);
	/* No new key is made where there is a vault: it would open nothing. */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(vault_open(rig->dir, NULL, VAULT_WRITE, &vault, &rig->fault),
			 ERR_NOT_FOUND);
	assert_non_null(strstr(rig->fault.text, "--vault-key"));
	assert_int_equal(access(path, F_OK), -1);
	buffer_release_secret(&key);
}

static void file_take(const struct rig *rig, struct buffer *all)
{
	char path[400];

	key_path(rig, "vault.db", path);
	buffer_init(all, 10000000);
	assert_int_equal(file_read(path, 10000000, all, NULL), ERR_OK);
}

/* What sealing 3,000 bytes has added to the file is not in it when they are forgotten;
 * without SQLite's secure_delete all of it would be. */
static void test_who_is_forgotten_is_in_no_file(void **state)
{
	struct rig *rig = *state;
	struct buffer before, between;
	size_t added = 0, left = 0;
	char data[3000];

	memset(data, 'x', sizeof data - 1);
	data[sizeof data - 1] = '\0';
	put(rig, "E-0001", "Somebody who stays");
	file_take(rig, &before);
	put(rig, NUMBER, data);
	file_take(rig, &between);
	assert_int_equal(vault_person_forget(rig->vault, LILAS, slice_of_text(NUMBER),
					     &rig->fault),
			 ERR_OK);
	for (size_t i = 0; i + 16 <= between.n; i += 16) {
		if (memmem(before.p, before.n, between.p + i, 16))
			continue;
		added++;
		left += file_has(rig, "vault.db", between.p + i, 16);
	}
	assert_true(added > 180);
	assert_true(left < 10);
	assert_int_equal(seen_of(rig).count, 1);
	assert_int_equal(vault_person_forget(rig->vault, LILAS, slice_of_text(NUMBER),
					     &rig->fault),
			 ERR_NOT_FOUND);
	buffer_release(&before);
	buffer_release(&between);
}

static enum err copy_see(void *ctx, const struct vault_copy *copy, struct fault *fault)
{
	struct seen *seen = ctx;

	(void)fault;
	snprintf(seen->last, sizeof seen->last, "%d %d %.*s", (int)copy->number,
		 (int)copy->position, (int)copy->data.n, (const char *)copy->data.p);
	seen->count++;
	return ERR_OK;
}

static void test_copies_wait_until_they_are_recorded_and_for_six_years(void **state)
{
	struct rig *rig = *state;
	struct vault_copy copy = { .number = 7, .year = 2026 };
	struct seen seen = { 0 };
	struct date day;
	int64_t count;

	assert_int_equal(date_parse("2027-02-28", &copy.issued_on), ERR_OK);
	copy.data = slice_of_text(NAME);
	assert_int_equal(vault_copy_add(rig->vault, &copy, &rig->fault), ERR_OK);
	assert_int_not_equal(vault_copy_add(rig->vault, &copy, &rig->fault), ERR_OK);
	assert_int_equal(vault_copy_each(rig->vault, 2026, copy_see, &seen, &rig->fault),
			 ERR_OK);
	assert_int_equal(seen.count, 0);
	assert_int_equal(
		vault_copy_each_pending(rig->vault, copy_see, &seen, &rig->fault),
		ERR_OK);
	assert_string_equal(seen.last, "7 -1 " NAME);
	assert_int_equal(vault_copy_record(rig->vault, 7, 99, &rig->fault), ERR_OK);
	assert_int_equal(vault_copy_each(rig->vault, 2026, copy_see, &seen, &rig->fault),
			 ERR_OK);
	assert_string_equal(seen.last, "7 99 " NAME);
	assert_false(file_has(rig, "vault.db", NAME, strlen(NAME)));
	assert_int_equal(date_parse("2033-02-28", &day), ERR_OK);
	assert_int_equal(vault_copy_purge(rig->vault, day, &count, &rig->fault), ERR_OK);
	assert_int_equal(count, 0);
	assert_int_equal(date_parse("2033-03-01", &day), ERR_OK);
	assert_int_equal(vault_copy_purge(rig->vault, day, &count, &rig->fault), ERR_OK);
	assert_int_equal(count, 1);
	assert_int_equal(vault_copy_read(rig->vault, 7, copy_see, &seen, &rig->fault),
			 ERR_NOT_FOUND);
}

/* NIST's AES-256-GCM test case 16 (GCM specification, McGrew and Viega). */
static void test_the_cipher_is_the_standards(void **state)
{
	static const char key_hex[] =
		"feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308";
	static const char text_hex[] =
		"d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95"
		"956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39";
	static const char about_hex[] = "feedfacedeadbeeffeedfacedeadbeefabaddad2";
	static const char sealed_hex[] =
		"522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48"
		"590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853"
		"bb2d551b";
	uint8_t key[32], nonce[12], text[60], about[20], sealed[76], expected[76];
	uint8_t opened[60];
	struct fault fault;

	(void)state;
	assert_int_equal(hex_decode(key_hex, 64, key, 32), ERR_OK);
	assert_int_equal(hex_decode("cafebabefacedbaddecaf888", 24, nonce, 12), ERR_OK);
	assert_int_equal(hex_decode(text_hex, 120, text, 60), ERR_OK);
	assert_int_equal(hex_decode(about_hex, 40, about, 20), ERR_OK);
	assert_int_equal(hex_decode(sealed_hex, 152, expected, 76), ERR_OK);
	assert_int_equal(aead_seal(key, nonce, slice_of(about, 20), slice_of(text, 60),
				   sealed, &fault),
			 ERR_OK);
	assert_memory_equal(sealed, expected, 76);
	assert_true(
		aead_open(key, nonce, slice_of(about, 20), slice_of(sealed, 76), opened));
	assert_memory_equal(opened, text, 60);
	sealed[3] ^= 1;
	assert_false(
		aead_open(key, nonce, slice_of(about, 20), slice_of(sealed, 76), opened));
	sealed[3] ^= 1;
	assert_false(
		aead_open(key, nonce, slice_of(about, 19), slice_of(sealed, 76), opened));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_what_goes_in_comes_out_and_is_nowhere_in_clear, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			test_another_key_is_refused_and_a_missing_one_told, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_who_is_forgotten_is_in_no_file,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_copies_wait_until_they_are_recorded_and_for_six_years, setup,
			teardown),
		cmocka_unit_test(test_the_cipher_is_the_standards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
