/*
 * test_audit.c - the verifier: what is right, who has signed it, what came before,
 * and the proofs that people hold (ledger/audit_checkpoint.c, ledger/audit_proof.c,
 * ledger/audit_text.c, ledger/audit_json.c, ledger/audit_ahead.c).
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "keys/note.h"
#include "ledger/audit_summary.h"
#include "tests/archive.h"
#include "tests/attempt.h"
#include "tests/exhibit.h"
#include "tests/story.h"
#include "tests/world.h"

/* ---- what is right ---- */

static void test_an_export_of_everything_is_verified(void **state)
{
	struct archive *archive = archive_full();
	struct attempt attempt;
	const struct audit_counts *counts;
	size_t n;

	(void)state;
	attempt_verifies(archive);
	attempt_init(&attempt, archive);
	attempt_run(&attempt);
	assert_int_equal(attempt.err, ERR_OK);
	counts = audit_counts(attempt.audit);
	assert_int_equal(audit_checkpoint(attempt.audit)->size,
			 archive->world->leaf_count);
	assert_int_equal(counts->rows, 15);
	assert_true(counts->batches_withheld > 0);
	assert_true(counts->entries[KIND_ballot] > 0);
	assert_false(audit_key_believed(attempt.audit));
	assert_string_equal(audit_signers(attempt.audit, &n)[0].vkey.name, WORLD_ORIGIN);
	assert_int_equal(n, 1);
	assert_int_equal(cents_value(query_balance(audit_books(attempt.audit), "bank")),
			 world_balance(archive->world, "bank"));
	attempt_free(&attempt);
	archive_free(archive);
}

static void test_without_a_key_the_charters_is_believed_and_told(void **state)
{
	struct archive *archive = archive_full();
	struct attempt attempt;

	(void)state;
	attempt_init(&attempt, archive);
	attempt.options.n_vkeys = 0;
	attempt_run(&attempt);
	assert_int_equal(attempt.err, ERR_OK);
	assert_true(audit_key_believed(attempt.audit));
	attempt_free(&attempt);
	archive_free(archive);
}

static void test_rows_may_be_withheld_and_are_counted(void **state)
{
	struct archive *archive = archive_new();
	struct attempt attempt;

	(void)state;
	(void)archive_submit_batch(archive, &(struct archive_batch){ .n = 7 });
	(void)archive_submit_batch(archive,
				   &(struct archive_batch){ .n = 5, .first_tag = 1 });
	archive_write(archive);
	attempt_init(&attempt, archive);
	archive_remove_file(archive, "rows/3");
	attempt_run(&attempt);
	assert_int_equal(attempt.err, ERR_OK);
	assert_int_equal(audit_counts(attempt.audit)->rows, 5);
	assert_int_equal(audit_counts(attempt.audit)->rows_withheld, 7);
	attempt_free(&attempt);
	archive_remove_file(archive, "rows/4");
	attempt_run(&attempt); /* an empty folder */
	assert_int_equal(attempt.err, ERR_OK);
	attempt_free(&attempt);
	archive_remove_file(archive, "rows");
	attempt_run(&attempt);
	assert_int_equal(attempt.err, ERR_OK);
	assert_int_equal(audit_counts(attempt.audit)->batches_withheld, 2);
	attempt_free(&attempt);
	archive_free(archive);
}

struct journal {
	uint64_t calls;
	bool refuse;
};

static enum err journal_entry(void *ctx, uint64_t position, const struct entry *entry,
			      struct slice bytes, struct books *books,
			      struct fault *fault)
{
	struct journal *journal = ctx;

	assert_int_equal(position, journal->calls++);
	assert_int_equal(books_size(books), position + 1);
	assert_true(bytes.n > 0 && entry->json);
	return journal->refuse ? fault_set(fault, ERR_IO, "no room for a journal")
			       : ERR_OK;
}

static void test_the_hook_sees_every_entry_with_the_books_of_its_time(void **state)
{
	struct archive *archive = archive_full();
	struct journal journal = { 0 };
	struct attempt attempt;

	(void)state;
	attempt_init(&attempt, archive);
	attempt.options.on_entry = journal_entry;
	attempt.options.on_entry_ctx = &journal;
	attempt_run(&attempt);
	assert_int_equal(attempt.err, ERR_OK);
	assert_int_equal(journal.calls, archive->world->leaf_count);
	attempt_free(&attempt);
	journal = (struct journal){ .refuse = true };
	attempt_run(&attempt);
	assert_int_equal(attempt.err, ERR_IO);
	assert_string_equal(attempt.finding.rule, ""); /* not the export's fault */
	archive_free(archive);
}

/* More than one bundle, with tiles of two levels, and ballots that saw roots
 * which have to be read back from tiles. */
static void test_a_log_of_several_bundles_is_verified(void **state)
{
	struct archive *archive = archive_new();
	struct story story;

	(void)state;
	for (int i = 0; i < 530; i++)
		(void)world_must(
			archive->world, "operator",
			"'kind':'gift','date':'2026-11-01','payer':'" ARCHIVE_EMPLOYER
			"','giver':'company','fund':'emploi','amount':%d",
			100 + i);
	story_tell(archive->world, &story);
	archive_write(archive);
	attempt_verifies(archive);
	archive_free(archive);
}

static void test_a_log_that_fills_its_last_bundle_is_verified(void **state)
{
	struct archive *archive = archive_new();

	(void)state;
	while (archive->world->leaf_count < 512)
		(void)world_must(
			archive->world, "operator",
			"'kind':'gift','date':'2026-11-01','payer':'" ARCHIVE_EMPLOYER
			"','giver':'company','fund':'emploi','amount':100");
	archive_write(archive);
	attempt_verifies(archive);
	archive_free(archive);
}

static void test_many_batches_are_read_ahead_in_order(void **state)
{
	struct archive *archive = archive_new();

	(void)state;
	for (unsigned i = 0; i < 300; i++)
		(void)archive_submit_batch(
			archive, &(struct archive_batch){ .n = 1 + i % 40,
							  .first_tag = i * 65536 });
	archive_write(archive);
	attempt_verifies(archive);
	archive_remove_file(archive, "rows/77");
	attempt_verifies(archive);
	archive_write_file(archive, "rows/200", slice_of_text("{}\n"));
	attempt_finds(archive, 200, "batch_rows");
	archive_free(archive);
}

/* ---- the checkpoint ---- */

static void test_a_cosigner_who_is_named_must_have_signed(void **state)
{
	struct archive *archive = archive_full();
	struct attempt attempt;
	struct buffer note;
	struct note parsed;
	size_t n;

	(void)state;
	attempt_init(&attempt, archive);
	assert_int_equal(vkey_parse(slice_of_text(archive->world->seat_vkeys[0]),
				    &attempt.vkeys[1], &attempt.fault),
			 ERR_OK);
	attempt.options.n_vkeys = 2;
	attempt_finds_with(&attempt, AUDIT_NO_POSITION, "checkpoint");
	buffer_init(&note, NOTE_BYTES_MAX);
	archive_read_file(archive, "checkpoint", &note);
	assert_int_equal(note_parse(buffer_slice(&note), &parsed, &attempt.fault),
			 ERR_OK);
	struct slice text = parsed.text;
	struct buffer signed_text;
	buffer_init(&signed_text, NOTE_BYTES_MAX);
	buffer_put_slice(&signed_text, text);
	assert_int_equal(note_sign_line(buffer_slice(&signed_text),
					archive->world->seat_keys[0], "siege-1", &note,
					&attempt.fault),
			 ERR_OK);
	archive_write_file(archive, "checkpoint", buffer_slice(&note));
	attempt_run(&attempt);
	assert_int_equal(attempt.err, ERR_OK);
	assert_string_equal(audit_signers(attempt.audit, &n)[1].vkey.name, "siege-1");
	assert_int_equal(n, 2);
	attempt_free(&attempt);
	buffer_release(&signed_text);
	buffer_release(&note);
	archive_free(archive);
}

static void test_another_key_of_the_same_name_is_refused(void **state)
{
	struct archive *archive = archive_full(), *other = archive_new();
	struct attempt attempt;

	(void)state;
	attempt_init(&attempt, archive);
	assert_int_equal(vkey_parse(slice_of_text(other->world->log_vkey),
				    &attempt.vkeys[0], &attempt.fault),
			 ERR_OK);
	attempt_finds_with(&attempt, AUDIT_NO_POSITION, "checkpoint");
	assert_int_equal(attempt.err, ERR_UNKNOWN);
	archive_free(archive);
	archive_free(other);
}

static void test_a_charter_with_another_log_key_is_found(void **state)
{
	struct archive *archive = archive_new(), *other = archive_new();
	char *charter = archive_leaf_with(archive, 0, archive->world->log_vkey,
					  other->world->log_vkey);

	(void)state;
	archive_replace(archive, 0, charter);
	archive_write(archive);
	attempt_finds(archive, 0, "key");
	free(charter);
	archive_free(archive);
	archive_free(other);
}

static void test_a_charter_of_another_origin_is_found(void **state)
{
	struct archive *archive = archive_new();
	char *charter = archive_leaf_with(archive, 0, "'origin':'" WORLD_ORIGIN "'",
					  "'origin':'ledger.test/94'");

	(void)state;
	archive_replace(archive, 0, charter);
	archive_write(archive);
	attempt_finds(archive, 0, "charter");
	free(charter);
	archive_free(archive);
}

/* ---- history ---- */

static void test_older_checkpoints_are_prefixes(void **state)
{
	struct archive *archive = archive_full();
	struct attempt attempt;
	struct buffer first, second;
	size_t n;

	(void)state;
	buffer_init(&first, NOTE_BYTES_MAX);
	buffer_init(&second, NOTE_BYTES_MAX);
	archive_note(archive, archive->world->leaf_count, &first);
	archive_note(archive, 5, &second);
	attempt_init(&attempt, archive);
	attempt.older[0] = buffer_slice(&first);
	attempt.older[1] = buffer_slice(&second);
	attempt.options.n_older = 2;
	attempt_run(&attempt);
	assert_int_equal(attempt.err, ERR_OK);
	assert_int_equal(audit_older_sizes(attempt.audit, &n)[0], 5);
	assert_int_equal(n, 2);
	attempt_free(&attempt);
	buffer_release(&first);
	buffer_release(&second);
	archive_free(archive);
}

static void test_an_export_cut_short_is_found_with_an_older_checkpoint(void **state)
{
	struct archive *archive = archive_full();
	struct attempt attempt;
	struct buffer note;

	(void)state;
	buffer_init(&note, NOTE_BYTES_MAX);
	archive_note(archive, archive->world->leaf_count, &note);
	archive->world->leaf_count--;
	archive_write(archive);
	archive->world->leaf_count++;
	attempt_verifies(archive);
	attempt_init(&attempt, archive);
	attempt.older[0] = buffer_slice(&note);
	attempt.options.n_older = 1;
	attempt_finds_with(&attempt, AUDIT_NO_POSITION, "cut_short");
	assert_int_equal(attempt.err, ERR_CORRUPT);
	buffer_release(&note);
	archive_free(archive);
}

static void test_history_rewritten_and_signed_again_is_found(void **state)
{
	struct archive *archive = archive_new();
	struct attempt attempt;
	struct buffer note;
	char *forged;

	(void)state;
	(void)world_must(archive->world, "operator",
			 "'kind':'gift','date':'2026-11-01','payer':'" ARCHIVE_EMPLOYER
			 "','giver':'company','fund':'emploi','amount':5000");
	buffer_init(&note, NOTE_BYTES_MAX);
	archive_note(archive, 4, &note);
	(void)archive_submit_batch(archive, &(struct archive_batch){ .n = 2 });
	forged = archive_leaf_with(archive, 3, "'amount':5000", "'amount':4000");
	archive_replace(archive, 3, forged);
	archive_write(archive);
	attempt_verifies(archive); /* alone it cannot be told */
	attempt_init(&attempt, archive);
	attempt.older[0] = buffer_slice(&note);
	attempt.options.n_older = 1;
	exhibit_name("a history rewritten behind --checkpoint");
	attempt_finds_with(&attempt, AUDIT_NO_POSITION, "older");
	assert_int_equal(attempt.err, ERR_CORRUPT);
	free(forged);
	buffer_release(&note);
	archive_free(archive);
}

static void test_an_older_checkpoint_of_another_log_is_refused(void **state)
{
	struct archive *archive = archive_full(), *other = archive_full();
	struct attempt attempt;
	struct buffer note;

	(void)state;
	buffer_init(&note, NOTE_BYTES_MAX);
	archive_note(other, 3, &note);
	attempt_init(&attempt, archive);
	attempt.older[0] = buffer_slice(&note);
	attempt.options.n_older = 1;
	attempt_finds_with(&attempt, AUDIT_NO_POSITION, "older");
	assert_int_equal(attempt.err, ERR_UNKNOWN);
	buffer_release(&note);
	archive_free(archive);
	archive_free(other);
}

static void test_a_ballot_anchors_the_history_that_its_seat_saw(void **state)
{
	struct archive *archive = archive_full();
	uint64_t ballot = archive_position_of(archive, "ballot");
	char *forged = archive_leaf_with(archive, 2, "'name':'Boulangerie'",
					 "'name':'Boulangeria'");

	(void)state;
	archive_replace(archive, 2, forged);
	archive_write(archive);
	attempt_finds(archive, ballot, "seen");
	free(forged);
	archive_free(archive);
}

/* ---- proofs ---- */

static void test_proofs_that_somebody_holds_are_verified(void **state)
{
	struct archive *archive = archive_full();
	struct attempt attempt;
	struct audit_proof shown;
	struct buffer entry, row;

	(void)state;
	buffer_init(&entry, PROOF_BYTES_MAX);
	buffer_init(&row, ROW_PROOF_BYTES_MAX);
	archive_entry_proof(archive, 2, 9, &entry);
	archive_row_proof(archive, 1, 3, &row);
	attempt_init(&attempt, archive);
	attempt_run(&attempt);
	assert_int_equal(attempt.err, ERR_OK);
	assert_int_equal(audit_proof_verify(attempt.audit, buffer_slice(&entry), &shown,
					    &attempt.fault),
			 ERR_OK);
	assert_int_equal(shown.kind, AUDIT_PROOF_ENTRY);
	assert_int_equal(shown.position, 2);
	assert_int_equal(shown.size, 9);
	assert_int_equal(audit_proof_verify(attempt.audit, buffer_slice(&row), &shown,
					    &attempt.fault),
			 ERR_OK);
	assert_int_equal(shown.kind, AUDIT_PROOF_ROW);
	assert_int_equal(shown.position, 4);
	assert_int_equal(cents_value(shown.row.roundup), 4);
	attempt_free(&attempt);
	buffer_release(&entry);
	buffer_release(&row);
	archive_free(archive);
}

static void test_proofs_of_another_history_are_refused(void **state)
{
	struct archive *archive = archive_full();
	char *charter = archive_leaf_with(archive, 2, "'name':'Boulangerie'",
					  "'name':'Boulangeria'");
	char *right = archive_leaf_with(archive, 2, "'name':'Boulangerie'",
					"'name':'Boulangerie'");
	struct attempt attempt;
	struct audit_proof shown;
	struct buffer entry;

	(void)state;
	buffer_init(&entry, PROOF_BYTES_MAX);
	archive_replace(archive, 2, charter);
	archive_entry_proof(archive, 0, 9, &entry);
	archive_replace(archive, 2, right);
	attempt_init(&attempt, archive);
	attempt_run(&attempt);
	assert_int_equal(attempt.err, ERR_OK);
	assert_int_equal(audit_proof_verify(attempt.audit, buffer_slice(&entry), &shown,
					    &attempt.fault),
			 ERR_CORRUPT);
	exhibit_keep_proof(&attempt.options, buffer_slice(&entry), "proof");
	assert_int_equal(audit_proof_verify(attempt.audit, slice_of_text("hello\n"),
					    &shown, &attempt.fault),
			 ERR_INVALID);
	exhibit_keep_proof(&attempt.options, slice_of_text("hello\n"), "proof");
	attempt_free(&attempt);
	free(charter);
	free(right);
	buffer_release(&entry);
	archive_free(archive);
}

static void test_a_proof_of_a_longer_log_asks_for_a_newer_export(void **state)
{
	struct archive *archive = archive_full();
	struct attempt attempt;
	struct audit_proof shown;
	struct buffer late, entry;

	(void)state;
	buffer_init(&late, PROOF_BYTES_MAX);
	buffer_init(&entry, PROOF_BYTES_MAX);
	archive_entry_proof(archive, archive->world->leaf_count - 1,
			    archive->world->leaf_count, &late);
	archive_entry_proof(archive, 1, archive->world->leaf_count, &entry);
	archive->world->leaf_count--;
	archive_write(archive);
	archive->world->leaf_count++;
	attempt_init(&attempt, archive);
	attempt_run(&attempt);
	assert_int_equal(attempt.err, ERR_OK);
	assert_int_equal(audit_proof_verify(attempt.audit, buffer_slice(&late), &shown,
					    &attempt.fault),
			 ERR_NOT_FOUND);
	assert_int_equal(audit_proof_verify(attempt.audit, buffer_slice(&entry), &shown,
					    &attempt.fault),
			 ERR_NOT_FOUND);
	attempt_free(&attempt);
	buffer_release(&late);
	buffer_release(&entry);
	archive_free(archive);
}

/* ---- what is said ---- */

static void test_the_summary_says_the_same_twice(void **state)
{
	struct archive *archive = archive_full();
	struct attempt attempt;
	struct buffer first, second, text;

	(void)state;
	buffer_init(&first, 1000000);
	buffer_init(&second, 1000000);
	buffer_init(&text, 1000000);
	attempt_init(&attempt, archive);
	for (unsigned threads = 1; threads <= 2; threads++) {
		attempt.options.threads = threads;
		attempt_run(&attempt);
		assert_int_equal(attempt.err, ERR_OK);
		assert_int_equal(audit_summary_json(attempt.audit, NULL, 0,
						    threads == 1 ? &first : &second,
						    &attempt.fault),
				 ERR_OK);
		buffer_clear(&text);
		assert_int_equal(
			audit_summary_text(attempt.audit, NULL, 0, &text, &attempt.fault),
			ERR_OK);
		attempt_free(&attempt);
	}
	assert_true(slice_equal(buffer_slice(&first), buffer_slice(&second)));
	assert_non_null(strstr(buffer_text(&first), "\"result\":\"verified\""));
	assert_non_null(strstr(buffer_text(&text), "rows withheld"));
	assert_non_null(strstr(buffer_text(&text), "\nverified: "));
	buffer_release(&first);
	buffer_release(&second);
	buffer_release(&text);
	archive_free(archive);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_export_of_everything_is_verified),
		cmocka_unit_test(test_without_a_key_the_charters_is_believed_and_told),
		cmocka_unit_test(test_rows_may_be_withheld_and_are_counted),
		cmocka_unit_test(
			test_the_hook_sees_every_entry_with_the_books_of_its_time),
		cmocka_unit_test(test_a_log_of_several_bundles_is_verified),
		cmocka_unit_test(test_a_log_that_fills_its_last_bundle_is_verified),
		cmocka_unit_test(test_many_batches_are_read_ahead_in_order),
		cmocka_unit_test(test_a_cosigner_who_is_named_must_have_signed),
		cmocka_unit_test(test_another_key_of_the_same_name_is_refused),
		cmocka_unit_test(test_a_charter_with_another_log_key_is_found),
		cmocka_unit_test(test_a_charter_of_another_origin_is_found),
		cmocka_unit_test(test_older_checkpoints_are_prefixes),
		cmocka_unit_test(
			test_an_export_cut_short_is_found_with_an_older_checkpoint),
		cmocka_unit_test(test_history_rewritten_and_signed_again_is_found),
		cmocka_unit_test(test_an_older_checkpoint_of_another_log_is_refused),
		cmocka_unit_test(test_a_ballot_anchors_the_history_that_its_seat_saw),
		cmocka_unit_test(test_proofs_that_somebody_holds_are_verified),
		cmocka_unit_test(test_proofs_of_another_history_are_refused),
		cmocka_unit_test(test_a_proof_of_a_longer_log_asks_for_a_newer_export),
		cmocka_unit_test(test_the_summary_says_the_same_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
