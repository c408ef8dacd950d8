/*
 * test_ledger_read.c - what is read from a ledger: entries, proofs, files.
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

/* ---- reading ---- */

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

		temporary_gifts(t, refs, steps[i]);
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
	temporary_gifts(t, 0, 600);
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
	temporary_gifts(t, 0, 300); /* 303 entries */
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_pass_from_the_tail_into_bundles),
		cmocka_unit_test(a_part_of_the_entries_can_be_read),
		cmocka_unit_test(files_of_the_layout_are_served_by_their_one_path),
		cmocka_unit_test(a_row_is_proved_by_its_tag),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
