/*
 * test_head_file.c - the file that remembers what was signed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ledger/head_file.h"
#include "tests/temporary.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_one_is_of_the_empty_log),
		cmocka_unit_test(it_goes_up_and_never_down),
		cmocka_unit_test(what_is_no_such_line_is_corrupt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
