/*
 * test_ledger_restore.c - a backup restored, rehearsed and let sign again: the promises
 * of ledger/ledger_restore.h, and those of ledger/ledger.c about a missing `head`.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "keys/file.h"
#include "ledger/ledger_restore.h"
#include "tests/temporary.h"

/* Fails when it is told to: all writes and removals, or those of a rehearsal. */
static bool writes_fail, rehearsals_stay;

ssize_t write(int fd, const void *bytes, size_t n)
{
	if (writes_fail) {
		errno = EIO;
		return -1;
	}
	return syscall(SYS_write, fd, bytes, n);
}

int unlink(const char *path)
{
	if (writes_fail || (rehearsals_stay && strstr(path, "arrondi-rehearsal"))) {
		errno = EIO;
		return -1;
	}
	return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

struct place {
	struct temporary *t;
	char backup[TEMPORARY_PATH];
	char dir[TEMPORARY_PATH]; /* to restore into */
};

/* A ledger of a few entries, backed up; and two more entries since. */
static struct place place_new(void)
{
	struct place place = { .t = temporary_new() };

	(void)temporary_gift(place.t, "R-1", 100);
	temporary_path(place.t, "backup.db", place.backup);
	temporary_path(place.t, "restored", place.dir);
	assert_int_equal(ledger_backup(place.t->ledger, place.backup, &place.t->fault),
			 ERR_OK);
	(void)temporary_gift(place.t, "R-2", 200);
	(void)temporary_gift(place.t, "R-3", 300);
	return place;
}

static void key_bring(const struct place *place)
{
	char from[TEMPORARY_PATH + 16], to[TEMPORARY_PATH + 16];
	struct buffer bytes;
	struct fault fault;

	snprintf(from, sizeof from, "%s/log.key", place->t->dir);
	snprintf(to, sizeof to, "%s/log.key", place->dir);
	buffer_init(&bytes, 100000);
	assert_int_equal(file_read(from, 100000, &bytes, &fault), ERR_OK);
	assert_int_equal(file_write(to, buffer_slice(&bytes), 0600, &fault), ERR_OK);
	buffer_release(&bytes);
}

static void note_of(struct ledger *ledger, struct buffer *note)
{
	struct fault fault;

	buffer_init(note, 100000);
	assert_int_equal(ledger_checkpoint(ledger, note, &fault), ERR_OK);
}

static void a_restored_folder_is_read_and_signs_nothing(void **unused)
{
	struct place place = place_new();
	struct ledger *ledger = NULL;
	struct fault *fault = &place.t->fault;

	(void)unused;
	assert_int_equal(ledger_restore(place.backup, place.dir, fault), ERR_OK);
	assert_int_equal(ledger_open(place.dir, LEDGER_READ, &ledger, fault), ERR_OK);
	assert_int_equal(ledger_check(ledger, fault), ERR_OK);
	ledger_close(ledger);
	key_bring(&place);
	assert_int_equal(ledger_open(place.dir, LEDGER_WRITE, &ledger, fault),
			 ERR_DENIED);
	assert_non_null(strstr(fault->text, "--newest"));
	/* Trying has not made what was missing. */
	assert_int_equal(ledger_open(place.dir, LEDGER_WRITE, &ledger, fault),
			 ERR_DENIED);
	temporary_free(place.t);
}

static void an_older_backup_stays_silent_whatever_checkpoint_is_newest(void **unused)
{
	struct place place = place_new();
	struct ledger *ledger = NULL;
	struct fault *fault = &place.t->fault;
	struct buffer newest;

	(void)unused;
	note_of(place.t->ledger, &newest);
	assert_int_equal(ledger_restore(place.backup, place.dir, fault), ERR_OK);
	key_bring(&place);
	assert_int_equal(ledger_restore_head(place.dir, buffer_slice(&newest), fault),
			 ERR_CORRUPT);
	assert_non_null(strstr(fault->text, "newer backup"));
	assert_int_equal(ledger_open(place.dir, LEDGER_WRITE, &ledger, fault),
			 ERR_DENIED);
	buffer_release(&newest);
	temporary_free(place.t);
}

static void the_newest_checkpoint_lets_it_sign_again(void **unused)
{
	struct place place = place_new();
	struct ledger *ledger = NULL;
	struct fault *fault = &place.t->fault;
	struct buffer newest, forged;
	char again[TEMPORARY_PATH];

	(void)unused;
	note_of(place.t->ledger, &newest);
	temporary_path(place.t, "again.db", again);
	assert_int_equal(ledger_backup(place.t->ledger, again, fault), ERR_OK);
	assert_int_equal(ledger_restore(again, place.dir, fault), ERR_OK);
	key_bring(&place);
	/* Not one that the log's key has not signed. */
	buffer_init(&forged, 100000);
	buffer_put_slice(&forged, buffer_slice(&newest));
	forged.p[forged.n - 4] ^= 1;
	assert_int_not_equal(ledger_restore_head(place.dir, buffer_slice(&forged), fault),
			     ERR_OK);
	assert_int_equal(ledger_restore_head(place.dir, buffer_slice(&newest), fault),
			 ERR_OK);
	assert_int_equal(ledger_restore_head(place.dir, buffer_slice(&newest), fault),
			 ERR_CONFLICT);
	assert_int_equal(ledger_open(place.dir, LEDGER_WRITE, &ledger, fault), ERR_OK);
	ledger_close(ledger);
	buffer_release(&forged);
	buffer_release(&newest);
	temporary_free(place.t);
}

static void nothing_is_restored_over_something(void **unused)
{
	struct place place = place_new();
	struct fault *fault = &place.t->fault;
	struct stat info;

	(void)unused;
	assert_int_equal(ledger_restore(place.backup, place.t->dir, fault), ERR_CONFLICT);
	/* Nor is anything left of what is no ledger. */
	assert_int_equal(
		file_write(place.backup, slice_of_text("no database"), 0600, fault),
		ERR_OK);
	assert_int_not_equal(ledger_restore(place.backup, place.dir, fault), ERR_OK);
	assert_int_equal(stat(place.dir, &info), -1);
	temporary_free(place.t);
}

static void a_rehearsal_tells_how_far_behind_a_backup_is(void **unused)
{
	struct place place = place_new();
	struct fault *fault = &place.t->fault;
	struct rehearsal rehearsal;

	(void)unused;
	assert_int_equal(ledger_rehearse(place.backup, place.t->dir, &rehearsal, fault),
			 ERR_OK);
	assert_int_equal(rehearsal.live_size, temporary_size(place.t));
	assert_int_equal(rehearsal.size, rehearsal.live_size - 2);
	assert_true(rehearsal.live_last_at >= rehearsal.last_at);
	assert_int_equal(ledger_rehearse(place.backup, NULL, &rehearsal, fault), ERR_OK);
	assert_int_equal(rehearsal.live_size, 0);
	temporary_free(place.t);
}

/* It would hold the secrets that the backup does, and nobody would know of it. */
static void a_rehearsal_that_cannot_be_removed_says_so(void **unused)
{
	struct place place = place_new();
	struct fault *fault = &place.t->fault;
	struct rehearsal rehearsal;
	char temp[TEMPORARY_PATH];

	(void)unused;
	temporary_path(place.t, "temp", temp);
	assert_int_equal(mkdir(temp, 0700), 0);
	assert_int_equal(setenv("TMPDIR", temp, 1), 0);
	rehearsals_stay = true;
	assert_int_equal(ledger_rehearse(place.backup, NULL, &rehearsal, fault), ERR_IO);
	rehearsals_stay = false;
	assert_int_equal(unsetenv("TMPDIR"), 0);
	assert_non_null(strstr(fault->text, "the backup is good, but '"));
	assert_non_null(strstr(fault->text, "cannot be removed"));
	temporary_free(place.t);
}

/* A `head` that is not whole would let nothing be signed, and not be made again. */
static void a_head_is_made_whole_or_not_at_all(void **unused)
{
	struct place place = place_new();
	struct fault *fault = &place.t->fault;
	struct ledger *ledger = NULL;
	struct buffer newest;
	char again[TEMPORARY_PATH];

	(void)unused;
	note_of(place.t->ledger, &newest);
	temporary_path(place.t, "again.db", again);
	assert_int_equal(ledger_backup(place.t->ledger, again, fault), ERR_OK);
	assert_int_equal(ledger_restore(again, place.dir, fault), ERR_OK);
	key_bring(&place);
	writes_fail = true;
	assert_int_equal(ledger_restore_head(place.dir, buffer_slice(&newest), fault),
			 ERR_IO);
	writes_fail = false;
	assert_int_equal(ledger_restore_head(place.dir, buffer_slice(&newest), fault),
			 ERR_OK);
	assert_int_equal(ledger_open(place.dir, LEDGER_WRITE, &ledger, fault), ERR_OK);
	ledger_close(ledger);
	buffer_release(&newest);
	temporary_free(place.t);
}

static void a_rehearsal_finds_what_would_go_wrong(void **unused)
{
	struct place place = place_new();
	struct temporary *other = temporary_new();
	struct fault *fault = &place.t->fault;
	struct rehearsal rehearsal;
	struct buffer bytes;
	size_t damaged = 0;

	(void)unused;
	/* Another foundation's. */
	assert_int_equal(ledger_rehearse(place.backup, other->dir, &rehearsal, fault),
			 ERR_CORRUPT);
	/* A byte in the middle, wherever it is, or a file that was cut. */
	buffer_init(&bytes, 10000000);
	assert_int_equal(file_read(place.backup, 10000000, &bytes, fault), ERR_OK);
	for (size_t at = 8192; at + 1 < bytes.n; at += bytes.n / 7) {
		bytes.p[at] ^= 0x55;
		assert_int_equal(
			file_write(place.backup, buffer_slice(&bytes), 0600, fault),
			ERR_OK);
		/* Bytes that no page uses may change without harm. */
		damaged += ledger_rehearse(place.backup, place.t->dir, &rehearsal,
					   fault) != ERR_OK;
		bytes.p[at] ^= 0x55;
	}
	assert_true(damaged > 0);
	assert_int_equal(
		file_write(place.backup, slice_of(bytes.p, bytes.n / 2), 0600, fault),
		ERR_OK);
	assert_int_not_equal(ledger_rehearse(place.backup, NULL, &rehearsal, fault),
			     ERR_OK);
	buffer_release(&bytes);
	temporary_free(other);
	temporary_free(place.t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_restored_folder_is_read_and_signs_nothing),
		cmocka_unit_test(
			an_older_backup_stays_silent_whatever_checkpoint_is_newest),
		cmocka_unit_test(the_newest_checkpoint_lets_it_sign_again),
		cmocka_unit_test(nothing_is_restored_over_something),
		cmocka_unit_test(a_rehearsal_tells_how_far_behind_a_backup_is),
		cmocka_unit_test(a_rehearsal_that_cannot_be_removed_says_so),
		cmocka_unit_test(a_head_is_made_whole_or_not_at_all),
		cmocka_unit_test(a_rehearsal_finds_what_would_go_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
