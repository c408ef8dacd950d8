/*
 * test_ledger_faults.c - what torture_faults.c has found: a disk that fails is not taken
 * for a damaged ledger, leaves nothing behind, and nothing acknowledged is lost by it.
 *
 * Covers ledger/store_doubt.c, and the failures of ledger/export.c,
 * ledger/ledger_check.c and ledger/ledger_forget.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/ledger_int.h"
#include "ledger/store_int.h"
#include "tests/fault_vfs.h"
#include "tests/folder.h"
#include "tests/temporary.h"
#include "tests/unsynced.h"

static bool are_lost(void *ctx)
{
	(void)ctx;
	return true;
}

static enum err gift(struct temporary *t, const char *ref)
{
	struct asked asked;
	enum err err;

	asked_init(&asked, TEMPORARY_EMPLOYER,
		   "'kind':'gift','ref':'%s','date':'%s','payer':'" TEMPORARY_EMPLOYER
		   "','giver':'company','fund':'emploi','amount':100",
		   ref, temporary_today());
	err = temporary_submit(t, &asked);
	asked_clear(&asked);
	return err;
}

/* The note of the first gift was written and not synced. The sync that fails loses it,
 * and what is acknowledged later stands behind the gap. */
static void what_a_failed_sync_has_lost_is_written_again(void **unused)
{
	struct temporary *t = temporary_new();

	(void)unused;
	temporary_reopen(t);
	unsynced_remember();
	assert_int_equal(gift(t, "G-1"), ERR_OK);
	fault_vfs_arm(FAULT_SYNC, 0, false);
	assert_int_equal(gift(t, "G-2"), ERR_IO);
	assert_int_equal(fault_vfs_disarm(), 1);
	assert_int_equal(gift(t, "G-2"), ERR_OK);
	ledger_close(t->ledger);
	t->ledger = NULL;
	(void)fault_vfs_cut(are_lost, NULL);
	temporary_reopen(t);
	assert_int_equal(temporary_size(t), 5);
	temporary_free(t);
}

/* The same where the program that has seen it fail could not even close in order. */
static void the_next_program_writes_it_again(void **unused)
{
	struct temporary *t = temporary_new();

	(void)unused;
	temporary_reopen(t);
	unsynced_remember();
	assert_int_equal(gift(t, "G-1"), ERR_OK);
	fault_vfs_arm(FAULT_SYNC, 0, true);
	assert_int_equal(gift(t, "G-2"), ERR_IO);
	ledger_close(t->ledger);
	t->ledger = NULL;
	assert_int_equal(fault_vfs_disarm(), 1);
	temporary_reopen(t);
	assert_int_equal(gift(t, "G-3"), ERR_OK);
	/* As if it were killed: nothing is closed in order. */
	fault_vfs_arm(FAULT_POWER, 0, true);
	ledger_close(t->ledger);
	t->ledger = NULL;
	(void)fault_vfs_disarm();
	(void)fault_vfs_cut(are_lost, NULL);
	temporary_reopen(t);
	assert_true(temporary_size(t) >= 5);
	temporary_free(t);
}

static void a_level_that_could_not_be_set_is_not_taken_for_set(void **unused)
{
	struct temporary *t = temporary_new();
	struct store *store = t->ledger->store;

	(void)unused;
	assert_int_equal(gift(t, "G-1"), ERR_OK);
	assert_true(store->lowered); /* for the note */
	assert_int_equal(store_begin(store, STORE_EXCLUSIVE, &t->fault), ERR_OK);
	assert_false(store->lowered);
	/* In a transaction it cannot be changed. */
	assert_int_equal(store_level_set(store, true, &t->fault), ERR_IO);
	assert_true(store->lowered);
	store_rollback(store);
	temporary_free(t);
}

/* As SQLite does by itself after some failures: what comes behind must not be committed
 * alone. (It was: the claims of a batch without its entry.) */
static void what_follows_a_lost_transaction_is_refused(void **unused)
{
	struct temporary *t = temporary_new();
	struct store *store = t->ledger->store;
	struct store_counts counts;

	(void)unused;
	assert_int_equal(store_begin(store, STORE_EXCLUSIVE, &t->fault), ERR_OK);
	assert_int_equal(sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL),
			 SQLITE_OK);
	assert_int_equal(store_rows_add(store, 7, slice_of_text("row"), &t->fault),
			 ERR_MEMORY);
	assert_non_null(strstr(t->fault.text, "has ended the transaction: try again"));
	assert_int_equal(store_commit(store, &t->fault), ERR_MEMORY);
	store_rollback(store);
	assert_int_equal(store_count(store, &counts, &t->fault), ERR_OK);
	assert_int_equal(counts.rows, 0);
	assert_int_equal(gift(t, "G-1"), ERR_OK);
	temporary_free(t);
}

static void an_export_that_fails_leaves_nothing(void **unused)
{
	struct temporary *t = temporary_new();
	char out[TEMPORARY_PATH];

	(void)unused;
	temporary_path(t, "export", out);
	temporary_reopen(t);
	fault_vfs_arm(FAULT_READ, 0, true);
	assert_int_equal(ledger_export(t->ledger, out, &t->fault), ERR_IO);
	assert_true(fault_vfs_disarm() > 0);
	assert_false(folder_is_there(out));
	assert_int_equal(ledger_export(t->ledger, out, &t->fault), ERR_OK);
	/* What is there already stays. */
	assert_int_equal(ledger_export(t->ledger, out, &t->fault), ERR_CONFLICT);
	assert_true(folder_is_there(out));
	temporary_free(t);
}

/* Whichever read it is that fails. */
static void a_check_that_could_not_read_has_found_nothing(void **unused)
{
	const struct asked_batch batch = { "B-1", "salary", 1, 1, 0, 200 };
	struct temporary *t = temporary_new();
	struct asked asked;
	uint64_t n = 0;

	(void)unused;
	asked_batch_init(&asked, &batch);
	assert_int_equal(temporary_submit(t, &asked), ERR_OK);
	asked_clear(&asked);
	temporary_gifts(t, 0, 300);
	for (;; n++) {
		enum err err;

		temporary_reopen(t);
		fault_vfs_arm(FAULT_READ, n, false);
		err = ledger_check(t->ledger, &t->fault);
		if (!fault_vfs_disarm())
			break;
		if (err != ERR_OK && err != ERR_IO)
			fail_msg("read %u: %s", (unsigned)n, t->fault.text);
	}
	assert_true(n > 10);
	temporary_free(t);
}

static const uint8_t key[1][32] = { { 1 } };

static enum err forget(struct temporary *t)
{
	struct forgotten forgotten;

	return ledger_donor_forget(t->ledger, slice_of_text(TEMPORARY_EMPLOYER), key[0],
				   &forgotten, &t->fault);
}

static uint64_t wal_bytes(struct temporary *t)
{
	sqlite3_file *file = NULL;
	sqlite3_int64 n = 0;

	assert_int_equal(sqlite3_file_control(t->ledger->store->db, "main",
					      SQLITE_FCNTL_JOURNAL_POINTER, &file),
			 SQLITE_OK);
	assert_int_equal(file->pMethods->xFileSize(file, &n), SQLITE_OK);
	return (uint64_t)n;
}

/* The donor is gone, the log of writes still has the secret: asking again ends that. */
static void forgetting_again_ends_what_was_interrupted(void **unused)
{
	struct temporary *t = temporary_new();
	uint8_t secret[32];

	(void)unused;
	assert_int_equal(ledger_donors(t->ledger, slice_of_text(TEMPORARY_EMPLOYER),
				       key[0], NULL, 1, true, secret, NULL, &t->fault),
			 ERR_OK);
	fault_vfs_arm(FAULT_TRUNCATE, 0, false);
	assert_int_equal(forget(t), ERR_IO);
	assert_int_equal(fault_vfs_disarm(), 1);
	assert_true(wal_bytes(t) > 0);
	assert_int_equal(forget(t), ERR_NOT_FOUND);
	assert_true(wal_bytes(t) == 0);
	temporary_free(t);
}

/* Whichever read it is that fails, and all behind it. */
static void a_disk_that_cannot_be_read_is_not_taken_for_something_else(void **unused)
{
	struct temporary *t = temporary_new();
	uint8_t secret[32];
	unsigned failed = 1;

	(void)unused;
	assert_int_equal(ledger_donors(t->ledger, slice_of_text(TEMPORARY_EMPLOYER),
				       key[0], NULL, 1, true, secret, NULL, &t->fault),
			 ERR_OK);
	for (unsigned n = 0; failed; n++) {
		enum err err;

		ledger_close(t->ledger);
		t->ledger = NULL;
		fault_vfs_arm(FAULT_READ, n, true);
		err = ledger_open(t->dir, LEDGER_WRITE, &t->ledger, &t->fault);
		if (!err)
			err = forget(t);
		failed = fault_vfs_disarm();
		if (failed && err != ERR_IO && err != ERR_OK)
			fail_msg("read %u: %s", n, t->fault.text);
		if (!t->ledger)
			temporary_reopen(t);
	}
	temporary_free(t);
}

static void what_could_not_be_made_leaves_no_journal_either(void **unused)
{
	struct temporary *t = temporary_new();
	char path[TEMPORARY_PATH], journal[TEMPORARY_PATH];
	char *charter = temporary_charter();
	struct ledger *other = NULL;

	(void)unused;
	temporary_path(t, "other", path);
	fault_vfs_arm(FAULT_DELETE, 0, true);
	assert_int_equal(ledger_init(path, slice_of_text(charter), &other, &t->fault),
			 ERR_IO);
	assert_int_equal(fault_vfs_disarm(), 1);
	assert_false(folder_is_there(path));
	temporary_path(t, "backup.db", path);
	temporary_path(t, "backup.db-journal", journal);
	fault_vfs_arm(FAULT_DELETE, 0, true);
	assert_int_equal(ledger_backup(t->ledger, path, &t->fault), ERR_IO);
	assert_int_equal(fault_vfs_disarm(), 1);
	assert_false(folder_is_there(path));
	assert_false(folder_is_there(journal));
	free(charter);
	temporary_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_failed_sync_has_lost_is_written_again),
		cmocka_unit_test(the_next_program_writes_it_again),
		cmocka_unit_test(a_level_that_could_not_be_set_is_not_taken_for_set),
		cmocka_unit_test(what_follows_a_lost_transaction_is_refused),
		cmocka_unit_test(an_export_that_fails_leaves_nothing),
		cmocka_unit_test(a_check_that_could_not_read_has_found_nothing),
		cmocka_unit_test(forgetting_again_ends_what_was_interrupted),
		cmocka_unit_test(
			a_disk_that_cannot_be_read_is_not_taken_for_something_else),
		cmocka_unit_test(what_could_not_be_made_leaves_no_journal_either),
	};

	fault_vfs_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
