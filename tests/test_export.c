/*
 * test_export.c - an export is the log's own files, complete, and nothing else.
 */
#include <dirent.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "keys/file.h"
#include "ledger/checkpoint.h"
#include "ledger/export.h"
#include "ledger/tile.h"
#include "tests/temporary.h"

static void file_get(const char *out, const char *path, struct buffer *bytes)
{
	char full[TEMPORARY_PATH + 100];
	struct fault fault;

	buffer_init(bytes, 20000000);
	snprintf(full, sizeof full, "%s/%s", out, path);
	if (file_read(full, 20000000, bytes, &fault))
		fail_msg("%s", fault.text);
}

static int n_files;

static int count_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)path;
	(void)st;
	(void)ftw;
	n_files += flag == FTW_F;
	return 0;
}

/* Every tile is the hashes of the bundles' entries, and the root is the note's. */
static void assert_leads_to_checkpoint(struct temporary *t, const char *out,
				       uint64_t size)
{
	struct merkle_frontier frontier;
	struct checkpoint checkpoint;
	struct buffer note, vkey_text;
	struct vkey vkey;
	struct hash root;

	merkle_frontier_init(&frontier);
	for (uint64_t n = 0; n * TILE_WIDTH < size; n++) {
		uint64_t rest = size - n * TILE_WIDTH;
		struct tile tile = { TILE_LEVEL_ENTRIES, n,
				     rest < TILE_WIDTH ? (unsigned)rest : TILE_WIDTH };
		struct slice entries[TILE_WIDTH];
		struct buffer bundle, hashes;
		char path[TILE_PATH_BYTES_MAX];

		tile_path_format(&tile, path);
		file_get(out, path, &bundle);
		tile.level = 0;
		tile_path_format(&tile, path);
		file_get(out, path, &hashes);
		assert_int_equal(hashes.n, tile.width * HASH_BYTES);
		assert_int_equal(tile_bundle_split(buffer_slice(&bundle), tile.width,
						   entries, &t->fault),
				 ERR_OK);
		for (unsigned i = 0; i < tile.width; i++) {
			struct hash leaf = hash_leaf(entries[i].p, entries[i].n);

			assert_memory_equal(leaf.b, hashes.p + i * HASH_BYTES,
					    HASH_BYTES);
			assert_int_equal(merkle_append(&frontier, &leaf), ERR_OK);
		}
		buffer_release(&bundle);
		buffer_release(&hashes);
	}
	merkle_frontier_root(&frontier, &root);
	file_get(out, "checkpoint", &note);
	buffer_init(&vkey_text, 1000);
	assert_int_equal(ledger_vkey(t->ledger, &vkey_text, &t->fault), ERR_OK);
	assert_int_equal(vkey_parse(buffer_slice(&vkey_text), &vkey, &t->fault), ERR_OK);
	assert_int_equal(checkpoint_open(buffer_slice(&note), &vkey, NULL, 0, NULL,
					 &checkpoint, &t->fault),
			 ERR_OK);
	assert_int_equal(checkpoint.size, size);
	assert_true(hash_equal(&checkpoint.root, &root));
	buffer_release(&note);
	buffer_release(&vkey_text);
}

static void an_export_holds_the_whole_log_and_its_rows(void **unused)
{
	struct temporary *t = temporary_new();
	const struct asked_batch batch = { "B-1", "salary", 1, 1, 0, 30 };
	struct asked asked;
	struct buffer rows;
	char out[TEMPORARY_PATH];

	(void)unused;
	temporary_gifts(t, 0, 260);
	asked_batch_init(&asked, &batch);
	assert_int_equal(temporary_submit(t, &asked), ERR_OK);
	assert_int_equal(asked.submission.position, 263);
	temporary_path(t, "out", out);
	if (ledger_export(t->ledger, out, &t->fault))
		fail_msg("%s", t->fault.text);
	assert_leads_to_checkpoint(t, out, 264);
	file_get(out, "rows/263", &rows);
	assert_true(slice_equal(buffer_slice(&rows), asked.rows.blob));
	/* Two bundles, two tiles below and one above, rows, checkpoint. */
	n_files = 0;
	assert_int_equal(nftw(out, count_one, 16, FTW_PHYS), 0);
	assert_int_equal(n_files, 7);
	buffer_release(&rows);
	asked_clear(&asked);
	temporary_free(t);
}

static void a_folder_that_is_there_is_left_alone(void **unused)
{
	struct temporary *t = temporary_new();

	(void)unused;
	assert_int_equal(ledger_export(t->ledger, t->dir, &t->fault), ERR_CONFLICT);
	temporary_free(t);
}

static void a_reader_exports_what_a_writer_signed(void **unused)
{
	struct temporary *t = temporary_new();
	struct ledger *writer = t->ledger;
	char out[TEMPORARY_PATH];

	(void)unused;
	assert_int_equal(ledger_open(t->dir, LEDGER_READ, &t->ledger, &t->fault), ERR_OK);
	temporary_path(t, "out", out);
	assert_int_equal(ledger_export(t->ledger, out, &t->fault), ERR_OK);
	assert_leads_to_checkpoint(t, out, 3);
	ledger_close(writer);
	temporary_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_export_holds_the_whole_log_and_its_rows),
		cmocka_unit_test(a_folder_that_is_there_is_left_alone),
		cmocka_unit_test(a_reader_exports_what_a_writer_signed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
