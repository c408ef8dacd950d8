/*
 * test_head_file.c - the file that remembers what was signed.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "ledger/head_file.h"
#include "tests/temporary.h"

/* ---- the disk ---- */

static unsigned syncs, failing_syncs, short_writes;

int fdatasync(int fd)
{
	syncs++;
	if (failing_syncs == 0)
		return fsync(fd);
	failing_syncs--;
	errno = EIO;
	return -1;
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
	if (short_writes && n > 10) {
		short_writes--;
		n = 10;
	}
	return syscall(SYS_pwrite64, fd, bytes, n, at);
}

/* ---- the file ---- */

static struct head_file *head_open(struct temporary *t)
{
	char path[TEMPORARY_PATH];
	struct head_file *file = NULL;

	temporary_path(t, "head", path);
	if (head_file_open(path, &file, &t->fault))
		fail_msg("%s", t->fault.text);
	return file;
}

static void a_new_one_is_of_the_empty_log(void **unused)
{
	struct temporary *t = temporary_empty();
	struct head_file *file = head_open(t);
	struct hash empty = hash_empty();
	struct merkle_head head;

	(void)unused;
	assert_int_equal(head_file_read(file, &head, &t->fault), ERR_OK);
	assert_int_equal(head.size, 0);
	assert_true(hash_equal(&head.root, &empty));
	head_file_close(file);
	temporary_free(t);
}

static void it_goes_up_and_never_down(void **unused)
{
	struct temporary *t = temporary_empty();
	struct head_file *file = head_open(t);
	struct merkle_head high = { .size = MERKLE_SIZE_MAX, .root = { { 1 } } };
	struct merkle_head low = { .size = 7, .root = { { 2 } } };
	struct merkle_head head;

	(void)unused;
	assert_int_equal(head_file_raise(file, &low, &t->fault), ERR_OK);
	assert_int_equal(head_file_raise(file, &high, &t->fault), ERR_OK);
	assert_int_equal(head_file_raise(file, &low, &t->fault), ERR_OK);
	head_file_close(file);
	file = head_open(t);
	assert_int_equal(head_file_read(file, &head, &t->fault), ERR_OK);
	assert_true(head.size == high.size && hash_equal(&head.root, &high.root));
	head_file_close(file);
	temporary_free(t);
}

static void what_is_no_such_line_is_corrupt(void **unused)
{
	static const char root[] =
		"0100000000000000000000000000000000000000000000000000000000000000";
	static const char *const sizes[] = { "0000000000000000007",
					     "000000000000000000 7",
					     "99999999999999999999",
					     "0000000000000000000x" };
	struct temporary *t = temporary_empty();
	char path[TEMPORARY_PATH];

	(void)unused;
	temporary_path(t, "head", path);
	for (size_t i = 0; i <= sizeof sizes / sizeof *sizes; i++) {
		struct head_file *file = NULL;
		struct merkle_head head;
		FILE *out = fopen(path, "w");

		assert_non_null(out);
		if (i < sizeof sizes / sizeof *sizes)
			fprintf(out, "%s %s\n", sizes[i], root);
		assert_int_equal(fclose(out), 0);
		file = head_open(t);
		assert_int_equal(head_file_read(file, &head, &t->fault), ERR_CORRUPT);
		head.size = 9;
		assert_int_equal(head_file_raise(file, &head, &t->fault), ERR_CORRUPT);
		head_file_close(file);
	}
	temporary_free(t);
}

/* The bytes are in the cache then, and would be taken for raised without a sync. */
static void what_was_not_synced_is_raised_again(void **unused)
{
	struct temporary *t = temporary_empty();
	struct head_file *file = head_open(t), *other = head_open(t);
	struct merkle_head one = { .size = 7, .root = { { 1 } } };
	struct merkle_head head;

	(void)unused;
	failing_syncs = 1;
	assert_int_equal(head_file_raise(file, &one, &t->fault), ERR_IO);
	assert_non_null(strstr(t->fault.text, "'head' cannot be written"));
	syncs = 0;
	assert_int_equal(head_file_raise(other, &one, &t->fault), ERR_OK);
	assert_int_equal(syncs, 1);
	assert_int_equal(head_file_read(file, &head, &t->fault), ERR_OK);
	assert_int_equal(head.size, 7);
	head_file_close(file);
	head_file_close(other);
	temporary_free(t);
}

static void a_write_that_is_cut_short_goes_on(void **unused)
{
	struct temporary *t = temporary_empty();
	struct head_file *file = head_open(t);
	struct merkle_head one = { .size = 7, .root = { { 1 } } };
	struct merkle_head head;

	(void)unused;
	short_writes = 3;
	assert_int_equal(head_file_raise(file, &one, &t->fault), ERR_OK);
	assert_int_equal(head_file_read(file, &head, &t->fault), ERR_OK);
	assert_true(head.size == 7 && hash_equal(&head.root, &one.root));
	head_file_close(file);
	temporary_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_one_is_of_the_empty_log),
		cmocka_unit_test(it_goes_up_and_never_down),
		cmocka_unit_test(what_is_no_such_line_is_corrupt),
		cmocka_unit_test(what_was_not_synced_is_raised_again),
		cmocka_unit_test(a_write_that_is_cut_short_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
