/*
 * test_ledger.c - a ledger folder through its facade: what is recorded, what is
 * refused, what others see, and that all of it can be derived again.
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

/* ---- reading ---- */

static void gifts_add(struct temporary *t, unsigned first, unsigned count)
{
	enum { GROUP = 200 };
	struct asked *asked = calloc(GROUP, sizeof *asked);
	struct submission *group[GROUP];
	struct buffer note;

	assert_non_null(asked);
	buffer_init(&note, 100000);
	while (count) {
		unsigned n = count < GROUP ? count : GROUP;

		for (unsigned i = 0; i < n; i++) {
			asked_init(&asked[i], TEMPORARY_EMPLOYER,
				   "'kind':'gift','ref':'G-%u','date':'%s',"
				   "'payer':'%s','giver':'company','fund':'emploi',"
				   "'amount':%u",
				   first + i, temporary_today(), TEMPORARY_EMPLOYER,
				   100 + i);
			group[i] = &asked[i].submission;
		}
		assert_int_equal(ledger_submit(t->ledger, group, n, &note, &t->fault),
				 ERR_OK);
		for (unsigned i = 0; i < n; i++) {
			assert_int_equal(group[i]->err, ERR_OK);
			asked_clear(&asked[i]);
		}
		first += n;
		count -= n;
	}
	buffer_release(&note);
	free(asked);
}

struct walk {
	uint64_t next;
};

static enum err walk_each(void *ctx, uint64_t position, struct slice bytes,
			  struct fault *fault)
{
	struct walk *walk = ctx;

	(void)fault;
	assert_int_equal(position, walk->next++);
	assert_true(bytes.n > 2 && bytes.p[0] == '{');
	return ERR_OK;
}

static void assert_proofs(struct temporary *t, uint64_t size)
{
	for (uint64_t position = 0; position < size; position += 37) {
		struct checkpoint checkpoint;
		struct buffer text, entry;
		struct proof proof;
		struct hash leaf;

		buffer_init(&text, PROOF_BYTES_MAX);
		buffer_init(&entry, 65535);
		assert_int_equal(ledger_proof(t->ledger, position, &text, &t->fault),
				 ERR_OK);
		assert_int_equal(ledger_entry(t->ledger, position, &entry, &t->fault),
				 ERR_OK);
		assert_int_equal(proof_parse(buffer_slice(&text), &proof, &t->fault),
				 ERR_OK);
		leaf = hash_leaf(entry.p, entry.n);
		assert_int_equal(proof_verify(&proof, &leaf, &t->ledger->vkey,
					      &checkpoint, &t->fault),
				 ERR_OK);
		assert_int_equal(checkpoint.size, size);
		buffer_release(&text);
		buffer_release(&entry);
	}
}

static void entries_pass_from_the_tail_into_bundles(void **unused)
{
	struct temporary *t = temporary_new();
	const unsigned steps[] = { 1, 252, 1, 300, 512, 43 };
	uint64_t sizes[7] = { 3 };
	struct hash roots[7];
	unsigned refs = 0;
	uint64_t size;

	(void)unused;
	roots[0] = note_root(t, &size);
	for (int i = 0; i < 6; i++) {
		struct walk walk = { 0 };

		gifts_add(t, refs, steps[i]);
		refs += steps[i];
		if (i % 2)
			temporary_reopen(t);
		roots[i + 1] = note_root(t, &sizes[i + 1]);
		assert_int_equal(sizes[i + 1], 3 + refs);
		assert_int_equal(ledger_each_entry(t->ledger, 0, 3 + refs, walk_each,
						   &walk, &t->fault),
				 ERR_OK);
		assert_int_equal(walk.next, 3 + refs);
	}
	assert_proofs(t, sizes[6]);
	for (int i = 0; i < 6; i++) {
		struct merkle_proof proof = { 0 };
		struct merkle_head old = { sizes[i], roots[i] };
		struct merkle_head now = { sizes[6], roots[6] };
		size_t n;

		assert_int_equal(ledger_consistency(t->ledger, sizes[i], sizes[6],
						    proof.hash, &n, &t->fault),
				 ERR_OK);
		proof.n_hashes = (unsigned)n;
		assert_int_equal(merkle_verify_consistency(&old, &now, &proof, &t->fault),
				 ERR_OK);
	}
	assert_sound(t);
	temporary_free(t);
}

static void a_part_of_the_entries_can_be_read(void **unused)
{
	struct temporary *t = temporary_new();
	struct walk walk = { 250 };
	uint64_t size;

	(void)unused;
	gifts_add(t, 0, 600);
	assert_int_equal(
		ledger_each_entry(t->ledger, 250, 520, walk_each, &walk, &t->fault),
		ERR_OK);
	assert_int_equal(walk.next, 520);
	assert_int_equal(ledger_each_entry(t->ledger, 5, 5, walk_each, &walk, &t->fault),
			 ERR_OK);
	(void)note_root(t, &size);
	assert_int_equal(
		ledger_each_entry(t->ledger, 0, size + 1, walk_each, &walk, &t->fault),
		ERR_NOT_FOUND);
	temporary_free(t);
}

static void files_of_the_layout_are_served_by_their_one_path(void **unused)
{
	struct temporary *t = temporary_new();
	struct buffer file;
	static const struct {
		const char *path;
		enum err err;
		size_t n; /* 0: any */
	} cases[] = {
		{ "checkpoint", ERR_OK, 0 },
		{ "tile/0/000", ERR_OK, 8192 },
		{ "tile/0/001.p/47", ERR_OK, 47 * 32 },
		{ "tile/0/001.p/1", ERR_OK, 32 },
		{ "tile/0/000.p/255", ERR_OK, 255 * 32 },
		{ "tile/1/000.p/1", ERR_OK, 32 },
		{ "tile/entries/000", ERR_OK, 0 },
		{ "tile/entries/000.p/3", ERR_OK, 0 },
		{ "tile/entries/001.p/47", ERR_OK, 0 },
		{ "tile/0/001.p/48", ERR_NOT_FOUND, 0 },
		{ "tile/0/001", ERR_NOT_FOUND, 0 },
		{ "tile/entries/001.p/48", ERR_NOT_FOUND, 0 },
		{ "tile/entries/002.p/1", ERR_NOT_FOUND, 0 },
		{ "tile/2/000.p/1", ERR_NOT_FOUND, 0 },
		{ "tile/0/0", ERR_NOT_FOUND, 0 },
		{ "tile/8/000", ERR_NOT_FOUND, 0 },
		{ "tile/63/000", ERR_NOT_FOUND, 0 },
		{ "../ledger.db", ERR_NOT_FOUND, 0 },
		{ "", ERR_NOT_FOUND, 0 },
	};

	(void)unused;
	gifts_add(t, 0, 300); /* 303 entries */
	buffer_init(&file, 20000000);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		buffer_clear(&file);
		if (ledger_log_file(t->ledger, slice_of_text(cases[i].path), &file,
				    &t->fault) != cases[i].err)
			fail_msg("%s: %s", cases[i].path, t->fault.text);
		if (cases[i].n)
			assert_int_equal(file.n, cases[i].n);
	}
	buffer_release(&file);
	temporary_free(t);
}

static enum err batch_of(void *ctx, struct slice leaf, struct merkle_head *ret_head,
			 struct fault *fault)
{
	struct json_doc *doc = json_doc_new();
	struct entry entry;

	(void)ctx;
	assert_int_equal(entry_parse(doc, leaf, &entry, fault), ERR_OK);
	ret_head->size = (uint64_t)entry_integer(&entry, "count");
	ret_head->root = entry_hash(&entry, "root");
	json_doc_free(doc);
	return ERR_OK;
}

static void a_row_is_proved_by_its_tag(void **unused)
{
	struct temporary *t = temporary_new();
	const struct asked_batch batch = { "B-1", "salary", 1, 1, 0, 77 };
	struct row_proof_shown shown;
	struct row_proof proof;
	struct asked asked;
	struct buffer text;
	char hex[33];

	(void)unused;
	asked_batch_init(&asked, &batch);
	assert_int_equal(temporary_submit(t, &asked), ERR_OK);
	buffer_init(&text, ROW_PROOF_BYTES_MAX);
	for (int i = 0; i < TAG_BYTES; i++)
		snprintf(hex + 2 * i, 3, "%02x", asked.tags[41].b[i]);
	assert_int_equal(
		ledger_row_proof(t->ledger, 3, slice_of_text(hex), &text, &t->fault),
		ERR_OK);
	assert_int_equal(row_proof_parse(buffer_slice(&text), &proof, &t->fault), ERR_OK);
	assert_int_equal(row_proof_verify(&proof, &t->ledger->vkey, batch_of, NULL,
					  &shown, &t->fault),
			 ERR_OK);
	assert_int_equal(proof.index, 41);
	assert_int_equal(tag_cmp(&shown.row.tag, &asked.tags[41]), 0);
	hex[0] = hex[0] == '0' ? '1' : '0';
	buffer_clear(&text);
	assert_int_equal(
		ledger_row_proof(t->ledger, 3, slice_of_text(hex), &text, &t->fault),
		ERR_NOT_FOUND);
	assert_int_equal(
		ledger_row_proof(t->ledger, 2, slice_of_text(hex), &text, &t->fault),
		ERR_NOT_FOUND);
	assert_int_equal(
		ledger_row_proof(t->ledger, 3, slice_of_text("xyz"), &text, &t->fault),
		ERR_INVALID);
	buffer_release(&text);
	asked_clear(&asked);
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
	gifts_add(t, 0, 300);
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

		gifts_add(t, 0, 300);
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
	assert_int_equal(ledger_donor_secrets(t->ledger, company, keys[0], 3, false, a[0],
					      &t->fault),
			 ERR_OK);
	assert_int_equal(ledger_donor_secrets(t->ledger, company, keys[1], 1, true, b[1],
					      &t->fault),
			 ERR_OK);
	assert_memory_not_equal(a[1], b[1], 32);
	assert_int_equal(ledger_donor_secrets(t->ledger, company, keys[0], 3, true, a[0],
					      &t->fault),
			 ERR_OK);
	assert_memory_equal(a[1], b[1], 32);
	assert_int_equal(ledger_donor_secrets(t->ledger, company, keys[0], 3, false, b[0],
					      &t->fault),
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
		{ { 1003701, 600 }, 0, ERR_RULE, 0 },
		{ { 996500, 600 }, 0, ERR_OK, 996500 },
		{ { 996499, 600 }, 0, ERR_RULE, 0 },
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

static void a_jump_of_the_clock_refuses_the_group(void **unused)
{
	struct temporary *t = temporary_new();
	struct asked asked;

	(void)unused;
	t->ledger->clock.wall_s -= 2 * LEDGER_CLOCK_JUMP_S_MAX;
	asked_init(&asked, "operator", "'kind':'allocation','ref':'A','month':'%s'",
		   temporary_month(1));
	assert_int_equal(temporary_submit(t, &asked), ERR_RULE);
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
		cmocka_unit_test(entries_pass_from_the_tail_into_bundles),
		cmocka_unit_test(a_part_of_the_entries_can_be_read),
		cmocka_unit_test(files_of_the_layout_are_served_by_their_one_path),
		cmocka_unit_test(a_row_is_proved_by_its_tag),
		cmocka_unit_test(two_writers_share_one_log),
		cmocka_unit_test(a_full_disk_refuses_the_group_and_is_forgotten),
		cmocka_unit_test(an_older_copy_is_read_but_not_signed),
		cmocka_unit_test(a_lost_signature_is_made_again_byte_for_byte),
		cmocka_unit_test(another_key_is_refused),
		cmocka_unit_test(check_names_what_differs_and_rebuild_mends_it),
		cmocka_unit_test(check_finds_what_was_changed_in_the_log),
		cmocka_unit_test(tokens_let_in_until_they_expire_or_are_revoked),
		cmocka_unit_test(secrets_are_made_once_and_stay),
		cmocka_unit_test(a_clock_that_was_set_is_refused),
		cmocka_unit_test(a_jump_of_the_clock_refuses_the_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
