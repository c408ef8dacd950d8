/*
 * test_file.c - files that a failing disk keeps from being made: keys/file.c.
 *
 * write(), fsync() and unlink() are this program's own, and fail when they are told to.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "keys/file.h"
#include "tests/folder.h"
#include "tests/temporary.h"

static bool writes_fail, syncs_fail, unlinks_fail;

static int failed(void)
{
	errno = EIO;
	return -1;
}

ssize_t write(int fd, const void *bytes, size_t n)
{
	return writes_fail ? failed() : syscall(SYS_write, fd, bytes, n);
}

int fsync(int fd)
{
	(void)fd;
	return syncs_fail ? failed() : 0;
}

int unlink(const char *path)
{
	return unlinks_fail ? failed() : (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

static struct slice some_bytes(void)
{
	return slice_of_text("some bytes");
}

/* Not even where the disk is dead, and what was begun cannot be removed. */
static void no_name_without_its_bytes(void **unused)
{
	struct temporary *t = temporary_empty();
	char path[TEMPORARY_PATH];

	(void)unused;
	temporary_path(t, "new", path);
	writes_fail = unlinks_fail = true;
	assert_int_equal(file_create(path, some_bytes(), 0600, &t->fault), ERR_IO);
	assert_non_null(strstr(t->fault.text, "cannot be written: Input/output error"));
	writes_fail = unlinks_fail = false;
	assert_false(folder_is_there(path));
	assert_int_equal(file_create(path, some_bytes(), 0600, &t->fault), ERR_OK);
	assert_int_equal(file_create(path, some_bytes(), 0600, &t->fault), ERR_CONFLICT);
	assert_non_null(strstr(t->fault.text, "exists already and is not overwritten"));
	temporary_free(t);
}

static void what_is_not_durable_is_not_made(void **unused)
{
	struct temporary *t = temporary_empty();
	char path[TEMPORARY_PATH];

	(void)unused;
	temporary_path(t, "new", path);
	syncs_fail = true;
	assert_int_equal(file_create(path, some_bytes(), 0600, &t->fault), ERR_IO);
	syncs_fail = false;
	assert_false(folder_is_there(path));
	temporary_free(t);
}

static void a_name_that_is_anothers_is_not_taken(void **unused)
{
	struct temporary *t = temporary_empty();
	char path[TEMPORARY_PATH], to[TEMPORARY_PATH];

	(void)unused;
	temporary_path(t, "new", path);
	temporary_path(t, "named", to);
	assert_int_equal(file_rename(path, to, &t->fault), ERR_IO);
	assert_int_equal(file_create(path, some_bytes(), 0600, &t->fault), ERR_OK);
	assert_int_equal(file_create(to, some_bytes(), 0600, &t->fault), ERR_OK);
	assert_int_equal(file_rename(path, to, &t->fault), ERR_CONFLICT);
	assert_true(folder_is_there(path));
	assert_int_equal(unlink(to), 0);
	assert_int_equal(file_rename(path, to, &t->fault), ERR_OK);
	assert_true(folder_is_there(to) && !folder_is_there(path));
	syncs_fail = true;
	assert_int_equal(file_rename(to, path, &t->fault), ERR_IO);
	syncs_fail = false;
	assert_non_null(strstr(t->fault.text, "cannot be made durable"));
	temporary_free(t);
}

/* Nor is an empty backup, which would be in the way of the next. */
static void a_backup_that_is_not_durable_is_not_made(void **unused)
{
	struct temporary *t = temporary_new();
	char path[TEMPORARY_PATH];

	(void)unused;
	temporary_path(t, "backup.db", path);
	syncs_fail = true;
	assert_int_equal(ledger_backup(t->ledger, path, &t->fault), ERR_IO);
	syncs_fail = false;
	assert_false(folder_is_there(path));
	assert_int_equal(ledger_backup(t->ledger, path, &t->fault), ERR_OK);
	temporary_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_name_without_its_bytes),
		cmocka_unit_test(what_is_not_durable_is_not_made),
		cmocka_unit_test(a_name_that_is_anothers_is_not_taken),
		cmocka_unit_test(a_backup_that_is_not_durable_is_not_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
