/*
 * test_ledger.c - a ledger folder through its facade: how it is made, what is
 * recorded, what is refused, and what stands beside the log.
 *
 * Covers ledger/ledger.c, ledger/ledger_init.c, ledger/ledger_submit.c,
 * ledger/ledger_secrets.c and ledger/ledger_clock.c.
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

/* ---- making and opening ---- */

static void a_new_ledger_begins_with_its_charter(void **unused)
{
	struct temporary *t = temporary_new();
	struct buffer vkey, entry;
	struct stat st;
	char path[600];
	uint64_t size;

	(void)unused;
	buffer_init(&vkey, 1000);
	buffer_init(&entry, 65535);
	assert_int_equal(temporary_size(t), 3);
	assert_int_equal(ledger_vkey(t->ledger, &vkey, &t->fault), ERR_OK);
	assert_int_equal(ledger_entry(t->ledger, 0, &entry, &t->fault), ERR_OK);
	assert_non_null(strstr(buffer_text(&entry), buffer_text(&vkey)));
	assert_non_null(strstr(buffer_text(&entry), "\"ref\":\"CHARTER\""));
	(void)note_root(t, &size);
	assert_int_equal(size, 3);
	snprintf(path, sizeof path, "%s/log.key", t->dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	snprintf(path, sizeof path, "%s/ledger.db", t->dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_sound(t);
	buffer_release(&vkey);
	buffer_release(&entry);
	temporary_free(t);
}

static void a_folder_that_holds_something_is_refused(void **unused)
{
	struct temporary *t = temporary_new();
	struct ledger *other = NULL;
	char *charter = temporary_charter();

	(void)unused;
	assert_int_equal(ledger_init(t->dir, slice_of_text(charter), &other, &t->fault),
			 ERR_CONFLICT);
	assert_int_equal(temporary_size(t), 3);
	free(charter);
	temporary_free(t);
}

static void a_charter_that_is_refused_leaves_nothing_behind(void **unused)
{
	struct temporary *t = temporary_empty();
	char *charter = temporary_charter();
	char *bp = strstr(charter, "\"bp\":5500");

	(void)unused;
	assert_non_null(bp);
	bp[5] = '6';
	assert_int_equal(
		ledger_init(t->dir, slice_of_text(charter), &t->ledger, &t->fault),
		ERR_RULE);
	assert_int_equal(access(t->dir, F_OK), -1);
	bp[5] = '5';
	assert_int_equal(
		ledger_init(t->dir, slice_of_text(charter), &t->ledger, &t->fault),
		ERR_OK);
	free(charter);
	temporary_free(t);
}

static void a_missing_ledger_is_not_found(void **unused)
{
	struct temporary *t = temporary_empty();

	(void)unused;
	assert_int_equal(ledger_open(t->dir, LEDGER_READ, &t->ledger, &t->fault),
			 ERR_NOT_FOUND);
	temporary_free(t);
}

/* ---- submitting ---- */

static void the_same_reference_and_content_is_answered_as_the_first_time(void **unused)
{
	struct temporary *t = temporary_new();
	struct asked first, again;
	static const char draft[] =
		"'kind':'gift','ref':'G-1','date':'%s','payer':'" TEMPORARY_EMPLOYER
		"','giver':'company','fund':'emploi','amount':%d";

	(void)unused;
	asked_init(&first, TEMPORARY_EMPLOYER, draft, temporary_today(), 500);
	asked_init(&again, TEMPORARY_EMPLOYER, draft, temporary_today(), 500);
	assert_int_equal(temporary_submit(t, &first), ERR_OK);
	assert_false(first.submission.repeated);
	assert_int_equal(temporary_submit(t, &again), ERR_OK);
	assert_true(again.submission.repeated);
	assert_int_equal(again.submission.position, first.submission.position);
	assert_true(slice_equal(buffer_slice(&again.submission.entry),
				buffer_slice(&first.submission.entry)));
	assert_int_equal(temporary_size(t), 4);
	asked_clear(&first);
	asked_clear(&again);
	asked_init(&again, TEMPORARY_EMPLOYER, draft, temporary_today(), 501);
	assert_int_equal(temporary_submit(t, &again), ERR_CONFLICT);
	asked_clear(&again);
	assert_sound(t);
	temporary_free(t);
}

static void a_group_keeps_the_good_and_refuses_the_bad(void **unused)
{
	struct temporary *t = temporary_new();
	struct asked asked[5];
	struct submission *group[5];
	struct buffer note;
	static const char *const rest[5] = {
		"'ref':'A','fund':'emploi','amount':100",
		"'ref':'B','fund':'lune','amount':100", /* no such fund */
		"'ref':'C','fund':'projets','amount':200",
		"'ref':'A','fund':'emploi','amount':100", /* as the first */
		"'ref':'A','fund':'emploi','amount':101", /* not as the first */
	};

	(void)unused;
	buffer_init(&note, 100000);
	for (int i = 0; i < 5; i++) {
		asked_init(&asked[i], TEMPORARY_EMPLOYER,
			   "'kind':'gift','date':'%s','giver':'company','payer':'"
			   "%s',%s",
			   temporary_today(), TEMPORARY_EMPLOYER, rest[i]);
		group[i] = &asked[i].submission;
	}
	assert_int_equal(ledger_submit(t->ledger, group, 5, &note, &t->fault), ERR_OK);
	assert_int_equal(group[0]->err, ERR_OK);
	assert_int_equal(group[1]->err, ERR_RULE);
	assert_int_equal(group[2]->err, ERR_OK);
	assert_int_equal(group[2]->position, 4);
	assert_int_equal(group[3]->err, ERR_OK);
	assert_true(group[3]->repeated);
	assert_int_equal(group[3]->position, 3);
	assert_int_equal(group[4]->err, ERR_CONFLICT);
	assert_int_equal(temporary_size(t), 5);
	for (int i = 0; i < 5; i++)
		asked_clear(&asked[i]);
	buffer_release(&note);
	assert_sound(t);
	temporary_free(t);
}

static void a_dry_run_records_nothing(void **unused)
{
	struct temporary *t = temporary_new();
	const struct asked_batch batch = { "B-1", "salary", 1, 1, 0, 20 };
	struct asked asked;

	(void)unused;
	asked_batch_init(&asked, &batch);
	asked.submission.dry_run = true;
	assert_int_equal(temporary_submit(t, &asked), ERR_OK);
	assert_int_equal(asked.submission.position, 3);
	assert_true(asked.submission.entry.n > 0);
	asked_clear(&asked);
	assert_int_equal(temporary_size(t), 3);
	assert_sound(t);
	asked_batch_init(&asked, &batch);
	assert_int_equal(temporary_submit(t, &asked), ERR_OK);
	assert_false(asked.submission.repeated);
	asked_clear(&asked);
	assert_sound(t);
	temporary_free(t);
}

static void a_draft_with_an_undeclared_member_is_invalid(void **unused)
{
	struct temporary *t = temporary_new();
	struct asked asked;

	(void)unused;
	asked_init(&asked, TEMPORARY_EMPLOYER, "'kind':'gift','ref':'X','hello':1");
	assert_int_equal(temporary_submit(t, &asked), ERR_INVALID);
	asked_clear(&asked);
	asked_init(&asked, TEMPORARY_EMPLOYER, "'kind':'gift','ref':'X','date':5");
	assert_int_equal(temporary_submit(t, &asked), ERR_INVALID);
	asked_clear(&asked);
	temporary_free(t);
}

static void a_reader_cannot_write(void **unused)
{
	struct temporary *t = temporary_new();
	struct ledger *reader = NULL;
	uint8_t secret[32];
	struct buffer note;

	(void)unused;
	buffer_init(&note, 1000);
	assert_int_equal(ledger_open(t->dir, LEDGER_READ, &reader, &t->fault), ERR_OK);
	assert_int_equal(ledger_submit(reader, NULL, 0, &note, &t->fault), ERR_DENIED);
	assert_int_equal(ledger_company_secret(reader, slice_of_text("employer:1"),
					       secret, &t->fault),
			 ERR_DENIED);
	assert_int_equal(ledger_rebuild(reader, &t->fault), ERR_DENIED);
	buffer_release(&note);
	ledger_close(reader);
	temporary_free(t);
}

/* ---- claims ---- */

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

static void a_claim_counts_once(void **unused)
{
	struct temporary *t = temporary_new();
	struct asked_batch batch = { "B-1", "salary", 1, 1, 0, 2000 };
	size_t row;

	(void)unused;
	assert_int_equal(submit_batch(t, &batch, &row), ERR_OK);
	assert_int_equal(row, SIZE_MAX);
	batch.ref = "B-2";
	batch.first = 1999; /* one of them again */
	assert_int_equal(submit_batch(t, &batch, &row), ERR_RULE);
	assert_string_equal(t->fault.rule, "claim");
	assert_true(row < 2000);
	batch.first = 2000;
	assert_int_equal(submit_batch(t, &batch, &row), ERR_OK);
	/* Pay of another month is another claim by its tag; the same tag there is
	 * none of ours, and pay looks at its own month only. */
	batch.ref = "B-3";
	batch.months_ago = 2;
	assert_int_equal(submit_batch(t, &batch, &row), ERR_OK);
	assert_int_equal(temporary_size(t), 6);
	assert_sound(t);
	temporary_free(t);
}

static void an_invoice_counts_once_in_thirteen_months(void **unused)
{
	struct temporary *t = temporary_new();
	struct asked_batch batch = { "I-1", "invoice", 1, 7, 0, 10 };
	size_t row;

	(void)unused;
	assert_int_equal(submit_batch(t, &batch, &row), ERR_OK);
	batch.ref = "I-2";
	batch.months_ago = 11;
	assert_int_equal(submit_batch(t, &batch, &row), ERR_RULE);
	assert_int_equal(row, 0);
	batch.source = "till"; /* other claims altogether */
	assert_int_equal(submit_batch(t, &batch, &row), ERR_OK);
	batch.ref = "I-3";
	batch.source = "invoice";
	batch.first = 10;
	assert_int_equal(submit_batch(t, &batch, &row), ERR_OK);
	batch.ref = "I-4";
	batch.months_ago = 0;
	assert_int_equal(submit_batch(t, &batch, &row), ERR_RULE);
	assert_sound(t);
	temporary_free(t);
}

static void an_empty_batch_has_an_entry_and_no_rows(void **unused)
{
	struct temporary *t = temporary_new();
	const struct asked_batch batch = { "B-0", "salary", 1, 1, 0, 0 };
	struct buffer blob;
	size_t row;

	(void)unused;
	buffer_init(&blob, 1000);
	assert_int_equal(submit_batch(t, &batch, &row), ERR_OK);
	assert_int_equal(ledger_rows(t->ledger, 3, &blob, &t->fault), ERR_NOT_FOUND);
	assert_sound(t);
	temporary_free(t);
}

static void a_batch_without_its_rows_is_invalid(void **unused)
{
	struct temporary *t = temporary_new();
	const struct asked_batch batch = { "B-0", "salary", 1, 1, 0, 3 };
	struct asked asked;

	(void)unused;
	asked_batch_init(&asked, &batch);
	asked.submission.rows = NULL;
	assert_int_equal(temporary_submit(t, &asked), ERR_INVALID);
	asked_clear(&asked);
	asked_batch_init(&asked, &batch);
	asked.rows.root.b[0] ^= 1;
	assert_int_equal(temporary_submit(t, &asked), ERR_INVALID);
	asked_clear(&asked);
	assert_sound(t);
	temporary_free(t);
}

/* ---- two writers ---- */

static void two_writers_share_one_log(void **unused)
{
	struct temporary *t = temporary_new();
	struct temporary other = *t;
	struct ledger *reader = NULL;
	uint64_t size;

	(void)unused;
	other.ledger = NULL;
	assert_int_equal(ledger_open(t->dir, LEDGER_WRITE, &other.ledger, &t->fault),
			 ERR_OK);
	assert_int_equal(ledger_open(t->dir, LEDGER_READ, &reader, &t->fault), ERR_OK);
	for (int i = 0; i < 20; i++) {
		char ref[16];

		snprintf(ref, sizeof ref, "R-%d", i);
		assert_int_equal(temporary_gift(i % 2 ? t : &other, ref, 100), 3 + i);
		assert_int_equal(ledger_size(reader, &size, &t->fault), ERR_OK);
		assert_int_equal(size, 4 + i);
	}
	assert_sound(t);
	ledger_close(reader);
	ledger_close(other.ledger);
	temporary_free(t);
}

/* ---- what stands outside the log ---- */

static void tokens_let_in_until_they_expire_or_are_revoked(void **unused)
{
	struct temporary *t = temporary_new();
	struct token_grant grant = { .role = ROLE_EMPLOYER, .expires_at = 2000 }, found;
	char text[TOKEN_TEXT_BYTES + 1];
	int64_t count;

	(void)unused;
	memcpy(grant.member, TEMPORARY_EMPLOYER, sizeof TEMPORARY_EMPLOYER);
	assert_int_equal(ledger_token_issue(t->ledger, &grant, text, &t->fault), ERR_OK);
	assert_int_equal(ledger_token_check(t->ledger, slice_of_text(text), 1999, &found,
					    &t->fault),
			 ERR_OK);
	assert_string_equal(found.member, TEMPORARY_EMPLOYER);
	assert_int_equal(found.role, ROLE_EMPLOYER);
	assert_int_equal(ledger_token_check(t->ledger, slice_of_text(text), 2000, &found,
					    &t->fault),
			 ERR_UNKNOWN);
	assert_int_equal(ledger_token_revoke(t->ledger, slice_of_text(TEMPORARY_EMPLOYER),
					     &count, &t->fault),
			 ERR_OK);
	assert_int_equal(count, 1);
	assert_int_equal(
		ledger_token_check(t->ledger, slice_of_text(text), 1, &found, &t->fault),
		ERR_UNKNOWN);
	assert_int_equal(ledger_token_check(t->ledger, slice_of_text("hello"), 1, &found,
					    &t->fault),
			 ERR_UNKNOWN);
	temporary_free(t);
}

static void secrets_are_made_once_and_stay(void **unused)
{
	struct temporary *t = temporary_new();
	struct slice company = slice_of_text(TEMPORARY_EMPLOYER);
	uint8_t one[32], two[32], keys[3][32] = { { 1 }, { 2 }, { 3 } };
	uint8_t a[3][32], b[3][32];

	(void)unused;
	assert_int_equal(ledger_company_secret(t->ledger, company, one, &t->fault),
			 ERR_OK);
	temporary_reopen(t);
	assert_int_equal(ledger_company_secret(t->ledger, company, two, &t->fault),
			 ERR_OK);
	assert_memory_equal(one, two, 32);
	assert_int_equal(ledger_company_secret(t->ledger, slice_of_text(TEMPORARY_OTHER),
					       two, &t->fault),
			 ERR_OK);
	assert_memory_not_equal(one, two, 32);
	/* A dry run forgets; the second of two that keep sees the first's. */
	assert_int_equal(ledger_donors(t->ledger, company, keys[0], NULL, 3, false, a[0],
				       NULL, &t->fault),
			 ERR_OK);
	assert_int_equal(ledger_donors(t->ledger, company, keys[1], NULL, 1, true, b[1],
				       NULL, &t->fault),
			 ERR_OK);
	assert_memory_not_equal(a[1], b[1], 32);
	assert_int_equal(ledger_donors(t->ledger, company, keys[0], NULL, 3, true, a[0],
				       NULL, &t->fault),
			 ERR_OK);
	assert_memory_equal(a[1], b[1], 32);
	assert_int_equal(ledger_donors(t->ledger, company, keys[0], NULL, 3, false, b[0],
				       NULL, &t->fault),
			 ERR_OK);
	assert_memory_equal(a, b, sizeof a);
	temporary_free(t);
}

/* ---- the clock ---- */

static void a_clock_that_was_set_is_refused(void **unused)
{
	const struct ledger_clock noted = { .wall_s = 1000000, .boot_s = 500 };
	static const struct {
		struct ledger_clock now;
		int64_t last_at;
		enum err err;
		int64_t at;
	} cases[] = {
		{ { 1000100, 600 }, 0, ERR_OK, 1000100 },
		{ { 1003700, 600 }, 0, ERR_OK, 1003700 },
		{ { 1003701, 600 }, 0, ERR_BUSY, 0 },
		{ { 996500, 600 }, 0, ERR_OK, 996500 },
		{ { 996499, 600 }, 0, ERR_BUSY, 0 },
		{ { 1000100, 600 }, 1000200, ERR_OK, 1000200 },
		{ { 1900000, 900500 }, 1000200, ERR_OK, 1900000 },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fault fault;
		int64_t at = 0;

		assert_int_equal(ledger_clock_judge(&noted, &cases[i].now,
						    cases[i].last_at, &at, &fault),
				 cases[i].err);
		assert_int_equal(at, cases[i].at);
	}
}

static void a_clock_far_from_the_log_is_refused(void **unused)
{
	const int64_t gap = LEDGER_CLOCK_GAP_S_MAX, last = 1000000000;
	const struct {
		int64_t wall_s, right_at;
		enum err err;
		const char *says;
	} cases[] = {
		{ last + gap, 0, ERR_OK, "" },
		{ last - gap, 0, ERR_OK, "" },
		{ last + gap + 1, 0, ERR_BUSY, "100 days after the last entry" },
		{ last - gap - 1, 0, ERR_BUSY, "100 days before the last entry" },
		{ last + 10 * gap, last + 10 * gap, ERR_OK, "" },
		{ last + 10 * gap, last + 9 * gap, ERR_OK, "" },
		{ last + 10 * gap, last + 8 * gap, ERR_BUSY, "--is-right" },
		{ last + 10 * gap, last + 12 * gap, ERR_BUSY, "--is-right" },
		{ 0, 0, ERR_BUSY, "before" },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fault fault = { 0 };

		assert_int_equal(ledger_clock_gap(cases[i].wall_s, last,
						  cases[i].right_at, &fault),
				 cases[i].err);
		assert_non_null(strstr(fault.text, cases[i].says));
	}
}

/* As if the last entry had been recorded so many seconds ago, or in the future. */
static void last_entry_set(struct temporary *t, int64_t ago_s)
{
	char sql[96];

	snprintf(sql, sizeof sql, "UPDATE meta SET at = %lld",
		 (long long)(time(NULL) - ago_s));
	assert_int_equal(store_exec(t->ledger->store, "DROP TRIGGER meta_grows", NULL),
			 ERR_OK);
	assert_int_equal(store_exec(t->ledger->store, sql, NULL), ERR_OK);
	temporary_reopen(t);
}

static void a_log_that_slept_asks_for_the_operators_word(void **unused)
{
	static const int64_t agos[] = { 2 * LEDGER_CLOCK_GAP_S_MAX,
					-2 * LEDGER_CLOCK_GAP_S_MAX };

	(void)unused;
	for (size_t i = 0; i < sizeof agos / sizeof *agos; i++) {
		struct temporary *t = temporary_new();
		struct asked asked;

		last_entry_set(t, agos[i]);
		asked_init(&asked, TEMPORARY_EMPLOYER,
			   "'kind':'gift','ref':'G','date':'%s','payer':'%s','giver':"
			   "'company','fund':'emploi','amount':1",
			   temporary_today(), TEMPORARY_EMPLOYER);
		assert_int_equal(temporary_submit(t, &asked), ERR_BUSY);
		assert_string_equal(t->fault.rule, "clock");
		assert_int_equal(ledger_clock_check(t->ledger, &t->fault), ERR_BUSY);
		assert_non_null(strstr(t->fault.text, "--is-right"));
		asked_clear(&asked);
		assert_int_equal(ledger_clock_say_right(t->dir, &t->fault), ERR_OK);
		/* At once, in the program that was refused. */
		(void)temporary_gift(t, "G", 1);
		temporary_free(t);
	}
}

static void a_program_that_began_with_a_wrong_clock_goes_on(void **unused)
{
	struct temporary *t = temporary_new();

	(void)unused;
	temporary_reopen(t);
	t->ledger->clock.wall_s += 10 * LEDGER_CLOCK_GAP_S_MAX;
	(void)temporary_gift(t, "G", 1);
	temporary_free(t);
}

static void a_jump_of_the_clock_refuses_the_group(void **unused)
{
	struct temporary *t = temporary_new();
	struct asked asked;

	(void)unused;
	t->ledger->clock.wall_s -= 2 * LEDGER_CLOCK_JUMP_S_MAX;
	asked_init(&asked, "operator", "'kind':'allocation','ref':'A','month':'%s'",
		   temporary_month(1));
	assert_int_equal(temporary_submit(t, &asked), ERR_BUSY);
	assert_string_equal(t->fault.rule, "clock");
	asked_clear(&asked);
	temporary_reopen(t);
	(void)temporary_gift(t, "R", 100);
	temporary_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_ledger_begins_with_its_charter),
		cmocka_unit_test(a_folder_that_holds_something_is_refused),
		cmocka_unit_test(a_charter_that_is_refused_leaves_nothing_behind),
		cmocka_unit_test(a_missing_ledger_is_not_found),
		cmocka_unit_test(
			the_same_reference_and_content_is_answered_as_the_first_time),
		cmocka_unit_test(a_group_keeps_the_good_and_refuses_the_bad),
		cmocka_unit_test(a_dry_run_records_nothing),
		cmocka_unit_test(a_draft_with_an_undeclared_member_is_invalid),
		cmocka_unit_test(a_reader_cannot_write),
		cmocka_unit_test(a_claim_counts_once),
		cmocka_unit_test(an_invoice_counts_once_in_thirteen_months),
		cmocka_unit_test(an_empty_batch_has_an_entry_and_no_rows),
		cmocka_unit_test(a_batch_without_its_rows_is_invalid),
		cmocka_unit_test(two_writers_share_one_log),
		cmocka_unit_test(tokens_let_in_until_they_expire_or_are_revoked),
		cmocka_unit_test(secrets_are_made_once_and_stay),
		cmocka_unit_test(a_clock_that_was_set_is_refused),
		cmocka_unit_test(a_clock_far_from_the_log_is_refused),
		cmocka_unit_test(a_log_that_slept_asks_for_the_operators_word),
		cmocka_unit_test(a_program_that_began_with_a_wrong_clock_goes_on),
		cmocka_unit_test(a_jump_of_the_clock_refuses_the_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
