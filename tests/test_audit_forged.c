/*
 * test_audit_forged.c - exports with something wrong in them, and that it is
 * found, where it is, by its rule.
 *
 * A forged export is signed with the log's right key and its tiles are right for
 * its leaves (archive.h): what is found in it is found by its rule. The layers
 * are ledger/audit_folder.c, ledger/audit_tree.c, ledger/audit_entries.c and
 * ledger/audit_rows.c.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "keys/encoding.h"
#include "keys/note.h"
#include "tests/archive.h"
#include "tests/attempt.h"
#include "tests/exhibit.h"
#include "tests/world.h"

/* ---- every bit ---- */

struct flips {
	const struct archive *archive;
	struct attempt attempt;
	size_t stride; /* of bits */
	uint64_t flipped;
};

/* Every bit but those of a line that no key of ours has signed. */
static void flip_file(void *ctx, const char *path)
{
	struct flips *flips = ctx;
	struct buffer bytes;
	char full[ARCHIVE_PATH_BYTES_MAX];
	int fd;

	buffer_init(&bytes, 1000000);
	archive_read_file(flips->archive, path, &bytes);
	archive_path(flips->archive, path, full);
	fd = open(full, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	for (size_t bit = 0; bit < bytes.n * 8; bit += flips->stride) {
		uint8_t changed = bytes.p[bit / 8] ^ (uint8_t)(1u << bit % 8);

		assert_int_equal(pwrite(fd, &changed, 1, (off_t)(bit / 8)), 1);
		attempt_run(&flips->attempt);
		if (!flips->attempt.err || flips->attempt.finding.rule[0] == '\0')
			fail_msg("bit %zu of '%s' was not found: %s", bit, path,
				 flips->attempt.fault.text);
		assert_int_equal(pwrite(fd, &bytes.p[bit / 8], 1, (off_t)(bit / 8)), 1);
		flips->flipped++;
	}
	assert_int_equal(close(fd), 0);
	buffer_release(&bytes);
}

static void test_every_bit_of_a_small_export_counts(void **state)
{
	struct archive *archive = archive_new();
	struct flips flips = { .archive = archive, .stride = 1 };

	(void)state;
	(void)archive_submit_batch(archive, &(struct archive_batch){ .n = 2 });
	archive_write(archive);
	attempt_verifies(archive);
	attempt_init(&flips.attempt, archive);
	archive_each_file(archive, flip_file, &flips);
	assert_true(flips.flipped > 20000);
	attempt_verifies(archive);
	archive_free(archive);
}

static void test_bits_here_and_there_of_a_larger_export_count(void **state)
{
	struct archive *archive = archive_full();
	struct flips flips = { .archive = archive, .stride = 331 };

	(void)state;
	attempt_init(&flips.attempt, archive);
	flips.attempt.options.threads = 2;
	archive_each_file(archive, flip_file, &flips);
	attempt_verifies(archive);
	archive_free(archive);
}

static void test_a_line_of_an_unknown_key_counts_for_nothing(void **state)
{
	struct archive *archive = archive_full();
	struct buffer note;
	struct fault fault;
	struct note parsed;

	(void)state;
	buffer_init(&note, NOTE_BYTES_MAX);
	archive_read_file(archive, "checkpoint", &note);
	assert_int_equal(note_parse(buffer_slice(&note), &parsed, &fault), ERR_OK);
	assert_int_equal(note_sign_line(slice_of_text("another text\n"),
					archive->world->seat_keys[0], "siege-1", &note,
					&fault),
			 ERR_OK);
	archive_write_file(archive, "checkpoint", buffer_slice(&note));
	attempt_verifies(archive);
	buffer_release(&note);
	archive_free(archive);
}

/* ---- files ---- */

static void flip_nothing_but_remove(void *ctx, const char *path)
{
	struct archive *archive = ctx;
	struct attempt attempt;
	struct buffer bytes;

	if (strncmp(path, "rows/", 5) == 0)
		return;
	buffer_init(&bytes, 1000000);
	archive_read_file(archive, path, &bytes);
	archive_remove_file(archive, path);
	attempt_init(&attempt, archive);
	attempt_run(&attempt);
	if (!attempt.err)
		fail_msg("'%s' was not missed", path);
	assert_string_equal(attempt.finding.rule, "file");
	archive_write_file(archive, path, buffer_slice(&bytes));
	buffer_release(&bytes);
}

static void test_every_file_is_missed(void **state)
{
	struct archive *archive = archive_full();

	(void)state;
	archive_each_file(archive, flip_nothing_but_remove, archive);
	attempt_verifies(archive);
	archive_free(archive);
}

static void test_a_file_too_many_is_found(void **state)
{
	static const char *const extra[] = {
		"readme.txt",   "tile/0/001",      "tile/0/000.p/1",
		"tile/1/000",   "tile/1/000.p/1",  "tile/entries/001.p/1",
		"tile/0/0",     "rows/03",         "rows/3.json",
		"rows/1000000", "rows/x",          "checkpoint.bak",
		"rows/-1",      "a/b/c/d/e/f/g/h", "tile/x",
		"tile/00/000",  ".hidden",         "rows/3x/4"
	};
	struct archive *archive = archive_full();

	(void)state;
	for (size_t i = 0; i < sizeof extra / sizeof extra[0]; i++) {
		archive_write_file(archive, extra[i], slice_of_text("x"));
		attempt_finds(archive, AUDIT_NO_POSITION, "file");
		archive_write(archive);
	}
	archive_write_file(archive, "rows/1", slice_of_text("x"));
	attempt_finds(archive, 1, "file"); /* a position that is no batch's */
	archive_free(archive);
}

static void test_links_and_folders_are_found(void **state)
{
	static const char *const folders[] = { "empty", "tile/2", "rows/0",
					       "checkpoint2" };
	struct archive *archive = archive_full();
	char path[ARCHIVE_PATH_BYTES_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
		archive_path(archive, folders[i], path);
		assert_int_equal(mkdir(path, 0755), 0);
		attempt_finds(archive, AUDIT_NO_POSITION, "file");
		archive_write(archive);
	}
	archive_path(archive, "rows/3", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("../checkpoint", path), 0);
	attempt_finds(archive, AUDIT_NO_POSITION, "file");
	archive_write(archive);
	archive_path(archive, "checkpoint", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("../../checkpoint", path), 0);
	attempt_finds(archive, AUDIT_NO_POSITION, "file");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0644), 0);
	attempt_finds(archive, AUDIT_NO_POSITION, "file");
	archive_free(archive);
}

static void test_swapped_bundles_are_found(void **state)
{
	struct archive *archive = archive_new();
	struct buffer first, second;

	(void)state;
	while (archive->world->leaf_count < 512)
		(void)world_must(
			archive->world, "operator",
			"'kind':'gift','date':'2026-11-01','payer':'" ARCHIVE_EMPLOYER
			"','giver':'company','fund':'emploi','amount':100");
	archive_write(archive);
	buffer_init(&first, 1000000);
	buffer_init(&second, 1000000);
	archive_read_file(archive, "tile/entries/000", &first);
	archive_read_file(archive, "tile/entries/001", &second);
	archive_write_file(archive, "tile/entries/000", buffer_slice(&second));
	archive_write_file(archive, "tile/entries/001", buffer_slice(&first));
	attempt_finds(archive, 0, "tile");
	archive_write(archive);
	buffer_put_byte(&first, 0);
	archive_write_file(archive, "tile/entries/000", buffer_slice(&first));
	attempt_finds(archive, AUDIT_NO_POSITION, "bundle");
	buffer_release(&first);
	buffer_release(&second);
	archive_free(archive);
}

static void test_a_folder_that_is_not_there_is_no_finding(void **state)
{
	struct archive *archive = archive_new();
	struct attempt attempt;

	(void)state;
	attempt_init(&attempt, archive);
	attempt_run(&attempt);
	assert_int_equal(attempt.err, ERR_IO);
	assert_string_equal(attempt.finding.rule, "");
	archive_free(archive);
}

/* ---- forged entries ---- */

/* The last leaf with one text in the place of another is found by the rule. */
static void forged_is_found(struct archive *archive, const char *find, const char *put,
			    const char *rule)
{
	uint64_t position = archive->world->leaf_count - 1;
	struct world_leaf *leaf = &archive->world->leaves[position];
	char *right = strndup((const char *)leaf->bytes, leaf->n);
	char *wrong = archive_leaf_with(archive, position, find, put);

	assert_non_null(right);
	archive_replace(archive, position, wrong);
	archive_write(archive);
	attempt_finds(archive, position, rule);
	archive_replace(archive, position, right);
	free(right);
	free(wrong);
}

static void test_entries_in_another_form_are_found(void **state)
{
	static const char *const forms[][4] = {
		{ "'amount':5000", "'amount': 5000", "entry", "a non-canonical leaf" },
		{ "'amount':5000", "'amount':05000", "entry" },
		{ "'amount':5000", "'amount':5e3", "entry" },
		{ "'amount':5000", "'amount':9007199254740993", "entry",
		  "a number above 2^53" },
		{ "'amount':5000", "'amount':9007199254740992", "entry" },
		{ "'amount':5000", "'amount':-5000", "entry" },
		{ "'amount':5000", "'amount':5000,'amount':5000", "entry" },
		{ "'amount':5000", "'amount':null", "entry" },
		{ "'kind':'gift'", "'kind':'present'", "entry", "an unknown kind" },
		{ "'giver':'company'", "'giver':'\\u0063ompany'", "entry" },
		{ "'fund':'emploi'", "'fund':'emploi','fundus':'hello'", "entry" },
		{ "'giver':'company',", "", "entry" },
		{ "'date':'2026-11-01'", "'date':'2026-02-30'", "entry" },
	};
	struct archive *archive = archive_new();

	(void)state;
	(void)world_must(archive->world, "operator",
			 "'kind':'gift','date':'2026-11-01','payer':'" ARCHIVE_EMPLOYER
			 "','giver':'company','fund':'emploi','amount':5000");
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		exhibit_name(forms[i][3]);
		forged_is_found(archive, forms[i][0], forms[i][1], forms[i][2]);
	}
	archive_write(archive);
	attempt_verifies(archive);
	archive_free(archive);
}

static void test_entries_against_a_rule_are_found(void **state)
{
	struct archive *archive = archive_new();

	(void)state;
	(void)world_must(archive->world, "operator",
			 "'kind':'gift','date':'2026-11-01','payer':'" ARCHIVE_EMPLOYER
			 "','giver':'company','fund':'emploi','amount':5000");
	exhibit_name("a time gone back");
	forged_is_found(archive, "'at':1795000000", "'at':1794999999", "time");
	forged_is_found(archive, "'date':'2026-11-01'", "'date':'2026-11-19'", "date");
	forged_is_found(archive, "'fund':'emploi'", "'fund':'nulle-part'", "fund");
	forged_is_found(archive, "'by':'operator'", "'by':'somebody'", "member");
	forged_is_found(archive, "'by':'operator'", "'by':'siege-1'", "role");
	archive_free(archive);
}

static void test_what_the_writer_computes_is_recomputed(void **state)
{
	struct archive *archive = archive_full();
	uint64_t batch = archive_position_of(archive, "batch");
	uint64_t decision = archive_position_of(archive, "decision");
	char *forged;

	(void)state;
	archive_cut(archive, decision + 1);
	forged_is_found(archive, "'abstain':0", "'abstain':1", "decision");
	archive_cut(archive, batch + 1);
	forged = archive_leaf_with(archive, batch, "'due_on':'2026-11-20'",
				   "'due_on':'2026-12-20'");
	archive_replace(archive, batch, forged);
	archive_write(archive);
	attempt_finds(archive, batch, "due");
	free(forged);
	archive_free(archive);
}

static void test_an_empty_leaf_and_one_past_every_bound_are_found(void **state)
{
	struct archive *archive = archive_new();
	char *long_leaf = malloc(65535);

	(void)state;
	assert_non_null(long_leaf);
	memset(long_leaf, 'x', 65535);
	archive_forge(archive, "", 0);
	archive_write(archive);
	attempt_finds(archive, 3, "entry");
	archive_cut(archive, 3);
	archive_forge(archive, long_leaf, 65535);
	archive_write(archive);
	attempt_finds(archive, 3, "entry");
	free(long_leaf);
	archive_free(archive);
}

/* ---- rows ---- */

static void test_claims_are_unique_across_batches(void **state)
{
	struct archive *archive = archive_new();
	struct attempt attempt;
	uint64_t second;

	(void)state;
	(void)archive_submit_batch(archive, &(struct archive_batch){ .n = 7 });
	second = archive_submit_batch(
		archive, &(struct archive_batch){ .n = 3, .first_tag = 6 * 256 });
	archive_write(archive);
	exhibit_name("a duplicated claim across batches");
	attempt_finds(archive, second, "claim");
	attempt_init(&attempt, archive);
	attempt.options.without_rows = true;
	attempt_run(&attempt);
	assert_int_equal(attempt.err, ERR_OK);
	assert_true(audit_without_rows(attempt.audit));
	attempt_free(&attempt);
	archive_free(archive);
}

static void test_pay_is_claimed_once_a_month_and_invoices_once_in_13(void **state)
{
	struct archive *archive = archive_new();
	uint64_t last;

	(void)state;
	(void)archive_submit_batch(archive, &(struct archive_batch){ .n = 3 });
	(void)archive_submit_batch(
		archive, &(struct archive_batch){
				 .n = 3, .period = "2026-09", .date = "2026-09-30" });
	(void)archive_submit_batch(
		archive,
		&(struct archive_batch){ .n = 3, .company = ARCHIVE_EMPLOYER_2 });
	(void)archive_submit_batch(archive,
				   &(struct archive_batch){ .n = 3,
							    .source = "invoice",
							    .period = "2025-11",
							    .date = "2025-11-30" });
	archive_write(archive);
	attempt_verifies(archive);
	last = archive_submit_batch(
		archive, &(struct archive_batch){
				 .n = 3, .source = "invoice", .period = "2026-10" });
	archive_write(archive);
	attempt_finds(archive, last, "claim");
	archive_free(archive);
}

/* What a bucket holds is forgotten after the window, and not before. */
static void test_claims_are_forgotten_with_the_window(void **state)
{
	struct archive *archive = archive_new();
	uint64_t last;

	(void)state;
	(void)archive_submit_batch(
		archive, &(struct archive_batch){ .n = 3, .source = "invoice" });
	archive->world->at += INT64_C(13) * 31 * 86400; /* 2027-12-26 */
	(void)archive_submit_batch(archive,
				   &(struct archive_batch){ .n = 3,
							    .source = "invoice",
							    .period = "2027-12",
							    .date = "2027-12-20" });
	archive_write(archive);
	attempt_verifies(archive); /* 14 months later */
	last = archive_submit_batch(archive,
				    &(struct archive_batch){ .n = 3,
							     .source = "invoice",
							     .period = "2027-11",
							     .date = "2027-11-30" });
	archive_write(archive);
	attempt_finds(archive, last, "claim");
	archive_free(archive);
}

static void test_rows_that_are_not_the_batchs_are_found(void **state)
{
	static const char *const changes[][4] = {
		{ "\"roundup\":2,", "\"roundup\":3,", "batch_rows" },
		{ "\"roundup\":2,", "\"roundup\":100,", "row_roundup" },
		{ "\"roundup\":2,", "\"roundup\":0,", "row_cap" },
		{ "\"extra\":200", "\"extra\":5000", "row_cap" },
		{ "\"extra\":200", "\"extra\":0200", "batch_rows" },
		{ "\"tag\":\"00000100", "\"tag\":\"00000000", "row_order" },
		{ "\"tag\":\"00000100", "\"tag\":\"00000101", "batch_rows",
		  "rows that do not match their root" },
		{ "projets", "general", "batch_rows" },
		{ "}\n", "}\r\n", "batch_rows" },
	};
	struct archive *archive = archive_new();

	(void)state;
	(void)archive_submit_batch(archive, &(struct archive_batch){ .n = 3 });
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		const char *const *change = changes[i];
		const char *blob = buffer_text(&archive->rows[0].blob);
		const char *at = strstr(blob, change[0]);
		struct buffer bytes;

		assert_non_null(at);
		buffer_init(&bytes, 10000);
		buffer_put(&bytes, blob, (size_t)(at - blob));
		buffer_put_text(&bytes, change[1]);
		buffer_put_text(&bytes, at + strlen(change[0]));
		archive_write(archive);
		archive_write_file(archive, "rows/3", buffer_slice(&bytes));
		exhibit_name(change[3]);
		attempt_finds(archive, 3, change[2]);
		buffer_release(&bytes);
	}
	archive_write_file(archive, "rows/3", slice_of_text(""));
	attempt_finds(archive, 3, "batch_rows");
	archive_free(archive);
}

/* `n` rows in the place of a batch's, each for another fund of the givers in turn. */
static void rows_put(struct archive *archive, uint64_t position, unsigned n)
{
	char path[32], line[ROW_LINE_BYTES_MAX];
	struct buffer blob;

	buffer_init(&blob, 100000);
	for (unsigned i = 0; i < n; i++) {
		struct row row = { .giver = (enum giver)(i % GIVER__COUNT),
				   .roundup = cents_of(1) };

		snprintf(row.fund, sizeof row.fund, "f%u", i / GIVER__COUNT);
		u32_put(row.tag.b, i);
		buffer_put(&blob, line, row_encode(&row, line));
		buffer_put_byte(&blob, '\n');
	}
	snprintf(path, sizeof path, "rows/%" PRIu64, position);
	archive_write_file(archive, path, buffer_slice(&blob));
	buffer_release(&blob);
}

static void test_rows_past_every_bound_are_found(void **state)
{
	struct archive *archive = archive_new();
	uint64_t batch = archive_submit_batch(archive, &(struct archive_batch){ .n = 3 }),
		 large;

	(void)state;
	large = archive_submit_batch(archive,
				     &(struct archive_batch){ .n = 200, .first_tag = 7 });
	archive_write(archive);
	rows_put(archive, batch, 4);
	attempt_finds(archive, batch, "rows_max");
	archive_write(archive);
	rows_put(archive, large, ROWS_TOTALS_MAX);
	attempt_finds(archive, large, "batch_rows");
	rows_put(archive, large, ROWS_TOTALS_MAX + 1);
	attempt_finds(archive, large, "rows_totals");
	archive_free(archive);
}

/* Right but for where a line or the file ends. */
static void test_rows_that_do_not_end_are_found(void **state)
{
	struct archive *archive = archive_new();
	uint64_t at = archive_submit_batch(archive, &(struct archive_batch){ .n = 3 });
	struct buffer bytes;
	char path[32], filler[2 * ROW_LINE_BYTES_MAX];

	(void)state;
	archive_write(archive);
	snprintf(path, sizeof path, "rows/%" PRIu64, at);
	buffer_init(&bytes, 10000);
	archive_read_file(archive, path, &bytes);
	archive_write_file(archive, path, slice_of(bytes.p, bytes.n - 1));
	attempt_finds(archive, at, "batch_rows");
	memset(filler, ' ', sizeof filler);
	archive_write_file(archive, path, slice_of(filler, sizeof filler));
	attempt_finds(archive, at, "batch_rows");
	buffer_put(&bytes, filler, sizeof filler);
	archive_write_file(archive, path, buffer_slice(&bytes));
	attempt_finds(archive, at, "batch_rows"); /* longer than so many rows can be */
	buffer_release(&bytes);
	archive_free(archive);
}

/* ---- the checkpoint ---- */

static void test_a_tile_of_another_length_is_found(void **state)
{
	struct archive *archive = archive_new();
	struct buffer tile;

	(void)state;
	archive_write(archive);
	buffer_init(&tile, 10000);
	archive_read_file(archive, "tile/0/000.p/3", &tile);
	archive_write_file(archive, "tile/0/000.p/3", slice_of(tile.p, tile.n - 1));
	attempt_finds(archive, AUDIT_NO_POSITION, "tile");
	buffer_put_byte(&tile, 0);
	archive_write_file(archive, "tile/0/000.p/3", buffer_slice(&tile));
	attempt_finds(archive, AUDIT_NO_POSITION, "tile");
	buffer_release(&tile);
	archive_free(archive);
}

static void test_a_log_of_nothing_is_found(void **state)
{
	struct archive *archive = archive_new();
	struct buffer note;

	(void)state;
	archive_write(archive);
	buffer_init(&note, NOTE_BYTES_MAX);
	archive_note(archive, 0, &note);
	archive_write_file(archive, "checkpoint", buffer_slice(&note));
	attempt_finds(archive, AUDIT_NO_POSITION, "checkpoint");
	archive_write_file(archive, "checkpoint", slice_of_text("hello\n"));
	attempt_finds(archive, AUDIT_NO_POSITION, "checkpoint");
	buffer_release(&note);
	archive_free(archive);
}

/* Entries and tiles agree, and the key has signed another log of that size. */
static void test_a_root_of_other_entries_is_found(void **state)
{
	struct archive *archive = archive_new(), *other = archive_new();
	struct buffer note;

	(void)state;
	archive_write(archive);
	buffer_init(&note, NOTE_BYTES_MAX);
	signing_key_free(other->world->log_key);
	other->world->log_key = archive->world->log_key;
	archive_note(other, archive->world->leaf_count, &note);
	other->world->log_key = NULL;
	archive_write_file(archive, "checkpoint", buffer_slice(&note));
	attempt_finds(archive, AUDIT_NO_POSITION, "root");
	buffer_release(&note);
	archive_free(archive);
	archive_free(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_bit_of_a_small_export_counts),
		cmocka_unit_test(test_bits_here_and_there_of_a_larger_export_count),
		cmocka_unit_test(test_a_line_of_an_unknown_key_counts_for_nothing),
		cmocka_unit_test(test_every_file_is_missed),
		cmocka_unit_test(test_a_file_too_many_is_found),
		cmocka_unit_test(test_links_and_folders_are_found),
		cmocka_unit_test(test_swapped_bundles_are_found),
		cmocka_unit_test(test_a_folder_that_is_not_there_is_no_finding),
		cmocka_unit_test(test_entries_in_another_form_are_found),
		cmocka_unit_test(test_entries_against_a_rule_are_found),
		cmocka_unit_test(test_what_the_writer_computes_is_recomputed),
		cmocka_unit_test(test_an_empty_leaf_and_one_past_every_bound_are_found),
		cmocka_unit_test(test_claims_are_unique_across_batches),
		cmocka_unit_test(
			test_pay_is_claimed_once_a_month_and_invoices_once_in_13),
		cmocka_unit_test(test_claims_are_forgotten_with_the_window),
		cmocka_unit_test(test_rows_that_are_not_the_batchs_are_found),
		cmocka_unit_test(test_rows_past_every_bound_are_found),
		cmocka_unit_test(test_rows_that_do_not_end_are_found),
		cmocka_unit_test(test_a_tile_of_another_length_is_found),
		cmocka_unit_test(test_a_log_of_nothing_is_found),
		cmocka_unit_test(test_a_root_of_other_entries_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
