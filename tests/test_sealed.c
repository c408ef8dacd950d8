/*
 * test_sealed.c - a file that only a passphrase opens, and only unchanged.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "keys/file.h"
#include "keys/sealed.h"

#define PASSPHRASE "a passphrase of the treasurer's"

static char path[] = "/tmp/arrondi-sealed-XXXXXX";

/* Each test begins without the file. */
static int forget_file(void **state)
{
	(void)state;
	(void)unlink(path); /* it may not be there */
	return 0;
}

static enum err seal(const char *what, const char *text, struct fault *fault)
{
	return sealed_write(path, what, slice_of_text(text), PASSPHRASE, fault);
}

/* Reads the file, whose contents must be the text; or its error. */
static enum err opens(const char *what, const char *passphrase, const char *text,
		      struct fault *fault)
{
	struct buffer out;
	enum err err;

	buffer_init(&out, 1000);
	err = sealed_read(path, what, passphrase, &out, fault);
	assert_string_equal(buffer_text(&out), err ? "" : text);
	buffer_release_secret(&out);
	return err;
}

static void what_is_sealed_opens_with_its_passphrase(void **state)
{
	struct fault fault;
	struct stat st;

	(void)state;
	assert_int_equal(seal("payees", "some\nnames", &fault), ERR_OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(opens("payees", PASSPHRASE, "some\nnames", &fault), ERR_OK);
	/* in its place */
	assert_int_equal(seal("payees", "", &fault), ERR_OK);
	assert_int_equal(opens("payees", PASSPHRASE, "", &fault), ERR_OK);
}

static void another_passphrase_or_kind_does_not_open_it(void **state)
{
	char said[FAULT_TEXT_BYTES_MAX];
	struct fault fault;

	(void)state;
	assert_int_equal(seal("payees", "names", &fault), ERR_OK);
	assert_int_equal(opens("payees", PASSPHRASE "x", NULL, &fault), ERR_UNKNOWN);
	snprintf(said, sizeof said,
		 "file '%s' does not open with this passphrase, or it was changed", path);
	assert_string_equal(fault.text, said);
	assert_int_equal(opens("donors", PASSPHRASE, NULL, &fault), ERR_INVALID);
	snprintf(said, sizeof said, "file '%s' is no sealed file of donors", path);
	assert_string_equal(fault.text, said);
	assert_int_equal(sealed_write(path, "payees", slice_of_text(""), "short", &fault),
			 ERR_INVALID);
	assert_string_equal(fault.text, "a passphrase has 8 to 512 bytes");
	/* the old file stands */
	assert_int_equal(opens("payees", PASSPHRASE, "names", &fault), ERR_OK);
}

/* Each byte of the file, and each length. */
static void a_changed_file_does_not_open(void **state)
{
	struct buffer file;
	struct fault fault;

	(void)state;
	assert_int_equal(seal("payees", "ab", &fault), ERR_OK);
	buffer_init(&file, 4096);
	assert_int_equal(file_read(path, 4096, &file, &fault), ERR_OK);
	for (size_t i = 0; i < file.n; i++) {
		enum err err;

		/* deriving the key takes its time, and the line is compared without */
		if (i > 40 && i % 16 != 0 && i + 3 < file.n)
			continue;
		file.p[i] ^= 1;
		assert_int_equal(file_write(path, buffer_slice(&file), 0600, &fault),
				 ERR_OK);
		err = opens("payees", PASSPHRASE, NULL, &fault);
		assert_true(err == ERR_UNKNOWN || err == ERR_INVALID);
		file.p[i] ^= 1;
	}
	for (size_t n = 0; n < file.n; n += 9) {
		enum err err;

		assert_int_equal(file_write(path, slice_of(file.p, n), 0600, &fault),
				 ERR_OK);
		err = opens("payees", PASSPHRASE, NULL, &fault);
		assert_true(err == ERR_UNKNOWN || err == ERR_INVALID);
	}
	buffer_release(&file);
}

/* The same contents twice have nothing in common but the figures. */
static void no_two_files_are_alike(void **state)
{
	struct buffer one, two;
	struct fault fault;

	(void)state;
	buffer_init(&one, 4096);
	buffer_init(&two, 4096);
	assert_int_equal(seal("payees", "same", &fault), ERR_OK);
	assert_int_equal(file_read(path, 4096, &one, &fault), ERR_OK);
	assert_int_equal(seal("payees", "same", &fault), ERR_OK);
	assert_int_equal(file_read(path, 4096, &two, &fault), ERR_OK);
	assert_int_equal(one.n, two.n);
	assert_memory_equal(one.p, "arrondi/sealed@v1 payees scrypt 16384 8 5 ", 42);
	assert_memory_equal(one.p, two.p, 42);
	assert_memory_not_equal(one.p + 42, two.p + 42, 32);
	assert_memory_not_equal(one.p + 75, two.p + 75, 24);
	assert_memory_not_equal(one.p + one.n - 20, two.p + one.n - 20, 20);
	buffer_release(&one);
	buffer_release(&two);
}

static void a_file_that_others_can_read_is_refused(void **state)
{
	struct buffer out;
	struct fault fault;

	(void)state;
	assert_int_equal(opens("payees", PASSPHRASE, NULL, &fault), ERR_NOT_FOUND);
	assert_int_equal(seal("payees", "names", &fault), ERR_OK);
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(opens("payees", PASSPHRASE, NULL, &fault), ERR_DENIED);
	assert_int_equal(chmod(path, 0600), 0);
	buffer_init(&out, 4);
	assert_int_equal(sealed_read(path, "payees", PASSPHRASE, &out, &fault),
			 ERR_TOO_BIG);
	buffer_release(&out);
}

/* Opened by another hand: Python's hashlib.scrypt and the cryptography package's AESGCM
 * made it. */
static void the_form_is_what_is_documented(void **state)
{
	static const char LINE[] =
		"arrondi/sealed@v1 payees scrypt 16384 8 5 "
		"000102030405060708090a0b0c0d0e0f 101112131415161718191a1b\n";
	static const uint8_t SEALED[] = { 0x58, 0x68, 0x13, 0xE8, 0x57, 0x93, 0x79,
					  0x38, 0x7B, 0x46, 0x24, 0xC0, 0x47, 0xD3,
					  0xA7, 0xE5, 0x72, 0x9A, 0x3B, 0x30, 0x3C };
	struct buffer file;
	struct fault fault;

	(void)state;
	buffer_init(&file, 4096);
	buffer_put_text(&file, LINE);
	buffer_put(&file, SEALED, sizeof SEALED);
	assert_int_equal(file_write(path, buffer_slice(&file), 0600, &fault), ERR_OK);
	assert_int_equal(opens("payees", PASSPHRASE, "names", &fault), ERR_OK);
	buffer_release(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, forget_file, forget_file)
		TEST(what_is_sealed_opens_with_its_passphrase),
		TEST(another_passphrase_or_kind_does_not_open_it),
		TEST(a_changed_file_does_not_open),
		TEST(no_two_files_are_alike),
		TEST(a_file_that_others_can_read_is_refused),
		TEST(the_form_is_what_is_documented),
	};

	int fd = mkstemp(path);

	if (fd < 0 || close(fd) != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
