/*
 * test_keyfile.c - files that are there, and keys that nobody else has read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/cli.h"
#include "keys/file.h"
#include "keys/keyfile.h"

static char folder[256];
static struct signing_key *key;

static int folder_make(void **state)
{
	const char *parent = getenv("TMPDIR");

	(void)state;
	snprintf(folder, sizeof folder, "%s/keyfile-XXXXXX", parent ? parent : "/tmp");
	if (!mkdtemp(folder))
		return -1;
	return signing_key_generate(&key, NULL) == ERR_OK ? 0 : -1;
}

static int entry_remove(const char *path, const struct stat *status, int kind,
			struct FTW *where)
{
	(void)status;
	(void)kind;
	(void)where;
	return remove(path);
}

static int folder_remove(void **state)
{
	(void)state;
	signing_key_free(key);
	key = NULL;
	return nftw(folder, entry_remove, 8, FTW_DEPTH | FTW_PHYS);
}

/* A path in the test's folder; good until the fourth next call. */
static const char *path_of(const char *name)
{
	static char paths[4][sizeof folder + 64];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof paths[0], "%s/%s", folder, name);
	return path;
}

static void put_file(const char *name, const char *text, mode_t mode)
{
	assert_int_equal(file_write(path_of(name), slice_of_text(text), mode, NULL),
			 ERR_OK);
}

static void assert_file(const char *name, const char *text, mode_t mode)
{
	struct buffer bytes;
	struct stat status;

	buffer_init(&bytes, 10000);
	assert_int_equal(file_read(path_of(name), 10000, &bytes, NULL), ERR_OK);
	assert_string_equal(buffer_text(&bytes), text);
	buffer_release(&bytes);
	assert_int_equal(stat(path_of(name), &status), 0);
	assert_int_equal(status.st_mode & 07777, mode);
}

static unsigned count_files(void)
{
	unsigned count = 0;
	char command[sizeof folder + 64];
	FILE *list;

	snprintf(command, sizeof command, "ls -A '%s'", folder);
	list = popen(command, "r");
	assert_non_null(list);
	for (int c = fgetc(list); c != EOF; c = fgetc(list))
		count += c == '\n';
	assert_int_equal(pclose(list), 0);
	return count;
}

/* Reads a key file, checks that it is the test's key, and returns the error. */
static enum err try_read(const char *name, const char *passphrase, struct fault *fault)
{
	struct keyfile keyfile = { .key = NULL };
	enum err err = keyfile_read(path_of(name), passphrase, &keyfile, fault);
	uint8_t ours[32], theirs[32];

	if (err != ERR_OK) {
		assert_null(keyfile.key);
		return err;
	}
	assert_string_equal(keyfile.name, "seat.example/1");
	signing_key_public(key, ours);
	signing_key_public(keyfile.key, theirs);
	assert_memory_equal(ours, theirs, sizeof ours);
	keyfile_clear(&keyfile);
	keyfile_clear(&keyfile);
	return ERR_OK;
}

static void put_key(const char *name, const char *passphrase)
{
	assert_int_equal(
		keyfile_write(path_of(name), "seat.example/1", key, passphrase, NULL),
		ERR_OK);
}

static void a_file_is_replaced_whole_and_leaves_no_other(void **state)
{
	mode_t umask_before = umask(077);

	(void)state;
	put_file("a", "first", 0644);
	assert_file("a", "first", 0644);
	put_file("a", "second", 0600);
	assert_file("a", "second", 0600);
	put_file("a", "", 0644);
	assert_file("a", "", 0644);
	assert_int_equal(count_files(), 1);
	umask(umask_before);
}

static void a_file_that_cannot_be_written_leaves_no_other(void **state)
{
	struct fault fault;

	(void)state;
	assert_int_equal(mkdir(path_of("d"), 0700), 0);
	assert_int_equal(file_write(path_of("d"), slice_of_text("x"), 0600, &fault),
			 ERR_IO);
	assert_int_equal(file_write(path_of("no/a"), slice_of_text("x"), 0600, &fault),
			 ERR_IO);
	assert_int_equal(count_files(), 1);
}

static void a_created_file_never_overwrites(void **state)
{
	(void)state;
	assert_int_equal(file_create(path_of("a"), slice_of_text("1"), 0600, NULL),
			 ERR_OK);
	assert_int_equal(file_create(path_of("a"), slice_of_text("2"), 0600, NULL),
			 ERR_CONFLICT);
	assert_file("a", "1", 0600);
	assert_int_equal(symlink("nowhere", path_of("link")), 0);
	assert_int_equal(file_create(path_of("link"), slice_of_text("2"), 0600, NULL),
			 ERR_CONFLICT);
	assert_int_equal(file_create(path_of("no/a"), slice_of_text("2"), 0600, NULL),
			 ERR_IO);
}

static void reading_stops_at_its_bound_and_takes_back(void **state)
{
	struct buffer bytes;

	(void)state;
	put_file("a", "12345", 0644);
	buffer_init(&bytes, 100);
	buffer_put_text(&bytes, "0");
	assert_int_equal(file_read(path_of("a"), 4, &bytes, NULL), ERR_TOO_BIG);
	assert_string_equal(buffer_text(&bytes), "0");
	assert_int_equal(file_read(path_of("a"), 5, &bytes, NULL), ERR_OK);
	assert_string_equal(buffer_text(&bytes), "012345");
	assert_int_equal(file_read(path_of("b"), 5, &bytes, NULL), ERR_NOT_FOUND);
	assert_int_equal(file_read(folder, 5, &bytes, NULL), ERR_IO);
	assert_int_equal(cli_read_file(path_of("b"), 5, &bytes, NULL), ERR_IO);
	buffer_release(&bytes);
	buffer_init(&bytes, 3);
	assert_int_equal(file_read(path_of("a"), 5, &bytes, NULL), ERR_TOO_BIG);
	assert_int_equal(bytes.n, 0);
	buffer_release(&bytes);
}

static void a_key_comes_back_with_its_name(void **state)
{
	struct stat status;

	(void)state;
	put_key("plain", NULL);
	assert_int_equal(stat(path_of("plain"), &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_int_equal(try_read("plain", NULL, NULL), ERR_OK);
	assert_int_equal(try_read("plain", "a passphrase that it does not need", NULL),
			 ERR_OK);
}

static void an_encrypted_key_asks_for_its_passphrase(void **state)
{
	struct buffer text;
	struct fault fault;

	(void)state;
	put_key("sealed", "correct horse");
	assert_int_equal(try_read("sealed", "correct horse", NULL), ERR_OK);
	assert_int_equal(try_read("sealed", NULL, &fault), ERR_UNKNOWN);
	assert_non_null(strstr(fault.text, "is encrypted: give its passphrase"));
	assert_int_equal(try_read("sealed", "incorrect horse", NULL), ERR_UNKNOWN);
	assert_int_equal(try_read("sealed", "", NULL), ERR_UNKNOWN);
	buffer_init(&text, 10000);
	assert_int_equal(file_read(path_of("sealed"), 10000, &text, NULL), ERR_OK);
	assert_non_null(strstr(buffer_text(&text), "BEGIN ENCRYPTED PRIVATE KEY"));
	buffer_release(&text);
}

static void a_key_file_is_never_overwritten(void **state)
{
	(void)state;
	put_key("plain", NULL);
	assert_int_equal(keyfile_write(path_of("plain"), "other", key, NULL, NULL),
			 ERR_CONFLICT);
	assert_int_equal(try_read("plain", NULL, NULL), ERR_OK);
}

static void a_key_that_others_could_read_is_refused_with_its_remedy(void **state)
{
	static const mode_t bad[] = { 0640, 0620, 0604, 0602, 0644, 0660, 0666 };
	struct fault fault;

	(void)state;
	put_key("plain", NULL);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_equal(chmod(path_of("plain"), bad[i]), 0);
		assert_int_equal(try_read("plain", NULL, &fault), ERR_DENIED);
		assert_non_null(strstr(fault.text, "chmod 600 it"));
	}
	assert_int_equal(chmod(path_of("plain"), 0400), 0);
	assert_int_equal(try_read("plain", NULL, NULL), ERR_OK);
}

static void a_key_of_another_user_is_refused(void **state)
{
	struct fault fault;

	(void)state;
	if (geteuid() != 0)
		skip(); /* only root can give a file away */
	put_key("plain", NULL);
	assert_int_equal(chown(path_of("plain"), 1, (gid_t)-1), 0);
	assert_int_equal(try_read("plain", NULL, &fault), ERR_DENIED);
	assert_non_null(strstr(fault.text, "belongs to another user"));
}

static void a_key_that_is_no_regular_file_is_refused(void **state)
{
	(void)state;
	assert_int_equal(mkfifo(path_of("fifo"), 0600), 0);
	assert_int_equal(try_read("fifo", NULL, NULL), ERR_DENIED);
	assert_int_equal(mkdir(path_of("d"), 0700), 0);
	assert_int_equal(try_read("d", NULL, NULL), ERR_DENIED);
	assert_int_equal(try_read("missing", NULL, NULL), ERR_IO);
}

static void a_file_that_holds_something_else_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"Name: \n",
		"Name: a b\n",
		"Name: a\n",
		"Name: a",
		"Nom: a\n-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
		"Name: a\n-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
		"Name: a\n-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
		("Name: a\n-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n"
		 "-----END ENCRYPTED PRIVATE KEY-----\n"),
		"Name: a\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		put_file("bad", bad[i], 0600);
		assert_int_equal(try_read("bad", "some passphrase", NULL), ERR_INVALID);
	}
}

static void a_key_of_another_kind_is_refused(void **state)
{
	/* X25519: well-formed PKCS#8 that agrees on secrets and signs nothing. */
	static const char x25519[] =
		"Name: a\n-----BEGIN PRIVATE KEY-----\n"
		"MC4CAQAwBQYDK2VuBCIEIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH\n"
		"-----END PRIVATE KEY-----\n";
	struct fault fault;

	(void)state;
	put_file("x", x25519, 0600);
	assert_int_equal(try_read("x", NULL, &fault), ERR_INVALID);
	assert_non_null(strstr(fault.text, "is not Ed25519"));
}

static void a_key_file_is_bounded(void **state)
{
	static char big[KEYFILE_BYTES_MAX + 2];

	(void)state;
	memset(big, 'a', sizeof big - 1);
	put_file("big", big, 0600);
	assert_int_equal(try_read("big", NULL, NULL), ERR_TOO_BIG);
}

static void bad_names_and_passphrases_are_not_written(void **state)
{
	(void)state;
	assert_int_equal(keyfile_write(path_of("k"), "a b", key, NULL, NULL),
			 ERR_INVALID);
	assert_int_equal(keyfile_write(path_of("k"), "a", key, "short", NULL),
			 ERR_INVALID);
	assert_int_equal(count_files(), 0);
}

static void a_passphrase_is_the_first_line_of_its_file(void **state)
{
	char passphrase[PASSPHRASE_BYTES_MAX + 1] = "";

	(void)state;
	put_file("p", "correct horse\nsecond line\n", 0600);
	assert_int_equal(passphrase_read(path_of("p"), passphrase, NULL), ERR_OK);
	assert_string_equal(passphrase, "correct horse");
	put_file("p", "no line feed", 0600);
	assert_int_equal(passphrase_read(path_of("p"), passphrase, NULL), ERR_OK);
	assert_string_equal(passphrase, "no line feed");
	put_file("p", "1234567\nlong enough\n", 0600);
	assert_int_equal(passphrase_read(path_of("p"), passphrase, NULL), ERR_INVALID);
	put_file("p", "", 0600);
	assert_int_equal(passphrase_read(path_of("p"), passphrase, NULL), ERR_INVALID);
	put_file("p", "correct horse\n", 0644);
	assert_int_equal(passphrase_read(path_of("p"), passphrase, NULL), ERR_DENIED);
	assert_string_equal(passphrase, "no line feed");
	assert_int_equal(
		file_write(path_of("p"), slice_of("12345678\0009\n", 11), 0600, NULL),
		ERR_OK);
	assert_int_equal(passphrase_read(path_of("p"), passphrase, NULL), ERR_INVALID);
}

static void the_vkey_of_a_key_file_has_its_name(void **state)
{
	struct keyfile keyfile = { .name = "seat.example/1", .key = key };
	struct vkey vkey;

	(void)state;
	assert_int_equal(keyfile_vkey(&keyfile, &vkey, NULL), ERR_OK);
	assert_string_equal(vkey.name, "seat.example/1");
	assert_int_equal(vkey.type, VKEY_ED25519);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_make, folder_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_is_replaced_whole_and_leaves_no_other),
		TEST(a_file_that_cannot_be_written_leaves_no_other),
		TEST(a_created_file_never_overwrites),
		TEST(reading_stops_at_its_bound_and_takes_back),
		TEST(a_key_comes_back_with_its_name),
		TEST(an_encrypted_key_asks_for_its_passphrase),
		TEST(a_key_file_is_never_overwritten),
		TEST(a_key_that_others_could_read_is_refused_with_its_remedy),
		TEST(a_key_of_another_user_is_refused),
		TEST(a_key_that_is_no_regular_file_is_refused),
		TEST(a_file_that_holds_something_else_is_refused),
		TEST(a_key_of_another_kind_is_refused),
		TEST(a_key_file_is_bounded),
		TEST(bad_names_and_passphrases_are_not_written),
		TEST(a_passphrase_is_the_first_line_of_its_file),
		TEST(the_vkey_of_a_key_file_has_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
