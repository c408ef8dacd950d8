/*
 * test_ledger_check.c - a ledger that was harmed: by a full disk, an older copy,
 * another key, or a hand in its database.
 *
 * Covers ledger/ledger_check.c and ledger/ledger_sign.c.
 */
#include <inttypes.h>
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

#include "keys/token.h"
#include "ledger/checkpoint.h"
#include "ledger/ledger_int.h"
#include "ledger/proof.h"
#include "ledger/store_int.h"
#include "tests/temporary.h"

static struct hash note_root(struct temporary *t, uint64_t *ret_size)
{
	struct checkpoint checkpoint;
	struct buffer note;

	buffer_init(&note, 100000);
	assert_int_equal(ledger_checkpoint(t->ledger, &note, &t->fault), ERR_OK);
	assert_int_equal(checkpoint_open(buffer_slice(&note), &t->ledger->vkey, NULL, 0,
					 NULL, &checkpoint, &t->fault),
			 ERR_OK);
	buffer_release(&note);
	*ret_size = checkpoint.size;
	return checkpoint.root;
}

static void assert_sound(struct temporary *t)
{
	if (ledger_check(t->ledger, &t->fault))
		fail_msg("%s", t->fault.text);
}

static enum err submit_batch(struct temporary *t, const struct asked_batch *batch,
			     size_t *ret_claim_row)
{
	struct asked asked;
	enum err err;

	asked_batch_init(&asked, batch);
	err = temporary_submit(t, &asked);
	*ret_claim_row = asked.submission.claim_row;
	asked_clear(&asked);
	return err;
}

/* ---- failures ---- */

static void a_full_disk_refuses_the_group_and_is_forgotten(void **unused)
{
	struct temporary *t = temporary_new();
	struct asked asked;
	const struct asked_batch batch = { "B-1", "salary", 1, 1, 0, 5000 };
	sqlite3 *db = t->ledger->store->db;
	char sql[64];
	uint64_t size;
	struct hash before = note_root(t, &size), after;

	(void)unused;
	snprintf(sql, sizeof sql, "PRAGMA max_page_count = 1");
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	asked_batch_init(&asked, &batch);
	assert_int_equal(temporary_submit(t, &asked), ERR_IO);
	assert_int_equal(asked.submission.err, ERR_IO);
	assert_non_null(strstr(t->fault.text, "disk is full"));
	assert_int_equal(asked.submission.entry.n, 0);
	asked_clear(&asked);
	assert_int_equal(
		sqlite3_exec(db, "PRAGMA max_page_count = 1000000", NULL, NULL, NULL),
		SQLITE_OK);
	after = note_root(t, &size);
	assert_true(hash_equal(&before, &after));
	assert_sound(t);
	asked_batch_init(&asked, &batch);
	assert_int_equal(temporary_submit(t, &asked), ERR_OK);
	asked_clear(&asked);
	assert_sound(t);
	temporary_free(t);
}

static int64_t page_count(sqlite3 *db)
{
	sqlite3_stmt *stmt = NULL;
	int64_t count;

	assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA page_count", -1, &stmt, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	count = sqlite3_column_int64(stmt, 0);
	assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
	return count;
}

static void a_disk_that_fills_at_any_page_leaves_the_ledger_whole(void **unused)
{
	struct temporary *t = temporary_new();
	sqlite3 *db = t->ledger->store->db;
	int64_t pages = page_count(db);
	unsigned refused = 0;
	enum err err = ERR_IO;

	(void)unused;
	for (int64_t room = 0; err; room++) {
		const struct asked_batch batch = { "B-1", "salary", 1, 1, 0, 600 };
		struct asked asked;
		char sql[64];

		snprintf(sql, sizeof sql, "PRAGMA max_page_count = %" PRId64,
			 pages + room);
		assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
		asked_batch_init(&asked, &batch);
		err = temporary_submit(t, &asked);
		asked_clear(&asked);
		if (err) {
			assert_int_equal(err, ERR_IO);
			assert_int_equal(temporary_size(t), 3);
			assert_sound(t);
			refused++;
		}
	}
	assert_true(refused > 5);
	assert_int_equal(temporary_size(t), 4);
	assert_sound(t);
	temporary_free(t);
}

static void copy_file(const char *from, const char *to)
{
	FILE *in = fopen(from, "r");
	FILE *out = fopen(to, "w");
	int c;

	assert_non_null(in);
	assert_non_null(out);
	while ((c = fgetc(in)) != EOF)
		fputc(c, out);
	assert_int_equal(fclose(in), 0);
	assert_int_equal(fclose(out), 0);
}

static void an_older_copy_is_read_but_not_signed(void **unused)
{
	struct temporary *t = temporary_new();
	char backup[TEMPORARY_PATH], database[600];
	uint64_t size;

	(void)unused;
	temporary_path(t, "backup.db", backup);
	snprintf(database, sizeof database, "%s/ledger.db", t->dir);
	assert_int_equal(ledger_backup(t->ledger, backup, &t->fault), ERR_OK);
	assert_int_equal(ledger_backup(t->ledger, backup, &t->fault), ERR_CONFLICT);
	(void)temporary_gift(t, "R-1", 100);
	ledger_close(t->ledger);
	t->ledger = NULL;
	copy_file(backup, database);
	assert_int_equal(ledger_open(t->dir, LEDGER_WRITE, &t->ledger, &t->fault),
			 ERR_CORRUPT);
	assert_int_equal(ledger_open(t->dir, LEDGER_READ, &t->ledger, &t->fault), ERR_OK);
	(void)note_root(t, &size);
	assert_int_equal(size, 3);
	ledger_close(t->ledger);
	t->ledger = NULL;
	temporary_free(t);
}

static void a_lost_signature_is_made_again_byte_for_byte(void **unused)
{
	struct temporary *t = temporary_new();
	struct buffer first, again;

	(void)unused;
	buffer_init(&first, 10000);
	buffer_init(&again, 10000);
	(void)temporary_gift(t, "R-1", 100);
	assert_int_equal(ledger_checkpoint(t->ledger, &first, &t->fault), ERR_OK);
	assert_int_equal(
		sqlite3_exec(t->ledger->store->db, "DELETE FROM note", NULL, NULL, NULL),
		SQLITE_OK);
	temporary_reopen(t);
	assert_int_equal(ledger_checkpoint(t->ledger, &again, &t->fault), ERR_OK);
	assert_true(slice_equal(buffer_slice(&first), buffer_slice(&again)));
	buffer_release(&first);
	buffer_release(&again);
	temporary_free(t);
}

static void another_key_is_refused(void **unused)
{
	struct temporary *t = temporary_new();
	char path[600];
	struct signing_key *key = NULL;

	(void)unused;
	ledger_close(t->ledger);
	t->ledger = NULL;
	snprintf(path, sizeof path, "%s/log.key", t->dir);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(signing_key_generate(&key, &t->fault), ERR_OK);
	assert_int_equal(keyfile_write(path, "ledger.test/93", key, NULL, &t->fault),
			 ERR_OK);
	assert_int_equal(ledger_open(t->dir, LEDGER_WRITE, &t->ledger, &t->fault),
			 ERR_DENIED);
	signing_key_free(key);
	temporary_free(t);
}

/* ---- check and rebuild ---- */

static void check_names_what_differs_and_rebuild_mends_it(void **unused)
{
	static const struct {
		const char *sql, *word;
	} harms[] = {
		{ "UPDATE state SET value = x'390a' WHERE key = CAST('size' AS BLOB)",
		  "'size'" },
		{ "DELETE FROM state WHERE key = CAST('last' AS BLOB)", "'last'" },
		{ "INSERT INTO state VALUES (CAST('zzz' AS BLOB), x'00')", "'zzz'" },
		{ "DELETE FROM claim_run", "claims" },
		{ "UPDATE claim_page SET tags = zeroblob(length(tags))", "claims" },
		{ "UPDATE edge SET bytes = zeroblob(length(bytes)) WHERE level = 0",
		  "edge" },
	};
	struct temporary *t = temporary_new();
	const struct asked_batch batch = { "B-1", "salary", 1, 1, 0, 1500 };
	size_t row;

	(void)unused;
	temporary_gifts(t, 0, 300);
	assert_int_equal(submit_batch(t, &batch, &row), ERR_OK);
	for (size_t i = 0; i < sizeof harms / sizeof *harms; i++) {
		if (sqlite3_exec(t->ledger->store->db, harms[i].sql, NULL, NULL, NULL))
			fail_msg("%s", sqlite3_errmsg(t->ledger->store->db));
		if (ledger_check(t->ledger, &t->fault) != ERR_CORRUPT ||
		    !strstr(t->fault.text, harms[i].word))
			fail_msg("%s: %s", harms[i].sql, t->fault.text);
		assert_int_equal(ledger_rebuild(t->ledger, &t->fault), ERR_OK);
		assert_sound(t);
	}
	(void)temporary_gift(t, "AFTER", 100);
	assert_sound(t);
	temporary_free(t);
}

static void a_ledger_that_forgot_its_log_key_derives_it_anew(void **unused)
{
	struct temporary *t = temporary_new();

	(void)unused;
	temporary_gifts(t, 0, 3);
	assert_int_equal(
		sqlite3_exec(t->ledger->store->db,
			     "DELETE FROM state WHERE key >= CAST('log/' AS BLOB) "
			     "AND key < CAST('log0' AS BLOB)",
			     NULL, NULL, NULL),
		SQLITE_OK);
	assert_int_equal(ledger_check(t->ledger, &t->fault), ERR_CORRUPT);
	temporary_reopen(t);
	assert_sound(t);
	(void)temporary_gift(t, "AFTER", 100);
	assert_sound(t);
	temporary_free(t);
}

static void check_finds_what_was_changed_in_the_log(void **unused)
{
	static const char *const harms[] = {
		"DROP TRIGGER rows_no_UPDATE; UPDATE rows SET bytes ="
		" CAST(replace(CAST(bytes AS TEXT), '\"roundup\":50', '\"roundup\":51') "
		"AS BLOB)",
		"DROP TRIGGER bundle_no_UPDATE; UPDATE bundle SET bytes ="
		" CAST(replace(CAST(bytes AS TEXT), '\"amount\":101', '\"amount\":111') "
		"AS BLOB)",
		"DROP TRIGGER tail_no_UPDATE; UPDATE tail SET bytes ="
		" CAST(replace(CAST(bytes AS TEXT), '\"count\":9', '\"count\":8') AS "
		"BLOB)",
		"DROP TRIGGER tile_no_UPDATE; UPDATE tile SET bytes = zeroblob(8192)",
		"INSERT INTO tail VALUES (9999, x'7b7d')",
		"INSERT INTO rows VALUES (9999, x'7b7d')",
	};

	(void)unused;
	for (size_t i = 0; i < sizeof harms / sizeof *harms; i++) {
		struct temporary *t = temporary_new();
		const struct asked_batch batch = { "B-1", "salary", 1, 1, 0, 9 };
		size_t row;

		temporary_gifts(t, 0, 300);
		assert_int_equal(submit_batch(t, &batch, &row), ERR_OK);
		if (sqlite3_exec(t->ledger->store->db, harms[i], NULL, NULL, NULL))
			fail_msg("%s: %s", harms[i],
				 sqlite3_errmsg(t->ledger->store->db));
		if (ledger_check(t->ledger, &t->fault) != ERR_CORRUPT)
			fail_msg("%s was not found", harms[i]);
		assert_int_equal(ledger_rebuild(t->ledger, &t->fault), ERR_CORRUPT);
		temporary_free(t);
	}
}

/* What an older program has derived is of another form: its records must not be read as
 * ours. A reader is told what to do; a writer derives them anew. */
static void projections_of_another_form_are_made_anew(void **unused)
{
	struct temporary *t = temporary_new();
	struct ledger *reader = NULL;

	(void)unused;
	(void)temporary_gift(t, "R-1", 100);
	assert_int_equal(sqlite3_exec(t->ledger->store->db,
				      "UPDATE meta SET format = 1;"
				      "UPDATE state SET value = x'0a'",
				      NULL, NULL, NULL),
			 SQLITE_OK);
	assert_int_equal(ledger_open(t->dir, LEDGER_READ, &reader, &t->fault),
			 ERR_INVALID);
	assert_non_null(strstr(t->fault.text, "arrondi-ledger rebuild"));
	temporary_reopen(t);
	assert_sound(t);
	(void)temporary_gift(t, "R-2", 100);
	assert_int_equal(ledger_open(t->dir, LEDGER_READ, &reader, &t->fault), ERR_OK);
	ledger_close(reader);
	assert_sound(t);
	temporary_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_disk_refuses_the_group_and_is_forgotten),
		cmocka_unit_test(a_disk_that_fills_at_any_page_leaves_the_ledger_whole),
		cmocka_unit_test(an_older_copy_is_read_but_not_signed),
		cmocka_unit_test(a_lost_signature_is_made_again_byte_for_byte),
		cmocka_unit_test(another_key_is_refused),
		cmocka_unit_test(projections_of_another_form_are_made_anew),
		cmocka_unit_test(check_names_what_differs_and_rebuild_mends_it),
		cmocka_unit_test(a_ledger_that_forgot_its_log_key_derives_it_anew),
		cmocka_unit_test(check_finds_what_was_changed_in_the_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
