/*
 * test_rows.c - the one form of a row (ledger/row.c), and the rules and proofs of a
 * batch's rows (ledger/rows.c).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "keys/buffer.h"
#include "ledger/rows.h"

#define TAG_A "00112233445566778899aabbccddeeff"
#define TAG_B "00112233445566778899aabbccddef00"
#define TAG_C "ff112233445566778899aabbccddeeff"
#define ROW(extra, fund, giver, roundup, tag)                                            \
	"{\"extra\":" #extra ",\"fund\":\"" fund "\",\"giver\":\"" giver                 \
	"\",\"roundup\":" #roundup ",\"tag\":\"" tag "\"}"

static struct fault fault;

static const struct rows_limits limits = {
	.step = { 100 },
	.row_cap = { 5000 },
	.rows_max = 1000,
};

static enum err summarise(const char *blob, struct rows_summary *ret_summary)
{
	return rows_summarise(slice_of_text(blob), &limits, NULL, ret_summary, &fault);
}

static void a_row_is_written_as_the_design_shows_it(void **state)
{
	struct row row = {
		.fund = "emploi",
		.giver = GIVER_PERSON,
		.roundup = cents_of(37),
		.extra = cents_of(200),
		.tag = { { 0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa,
			   0xbb, 0xcc, 0xdd, 0xee, 0xff } },
	};
	char line[ROW_LINE_BYTES_MAX];
	size_t n = row_encode(&row, line);

	(void)state;
	assert_true(slice_equal_text(slice_of(line, n),
				     ROW(200, "emploi", "person", 37, TAG_A)));
}

static void what_is_written_is_read_back(void **state)
{
	static const int64_t AMOUNTS[] = { 0, 1, 9, 10, 99, 100, 5000, CENTS_ABS_MAX };
	static const char *const FUNDS[] = { "e", "-", "0-9-a-z",
					     "abcdefghijklmnopqrstuvwxyz-01234" };
	size_t longest = 0;

	(void)state;
	for (size_t i = 0; i < sizeof AMOUNTS / sizeof *AMOUNTS * 4 * GIVER__COUNT; i++) {
		struct row row = { .giver = (enum giver)(i % GIVER__COUNT) }, got;
		char line[ROW_LINE_BYTES_MAX], again[ROW_LINE_BYTES_MAX];
		const char *fund = FUNDS[i / GIVER__COUNT % 4];

		memcpy(row.fund, fund, strlen(fund) + 1);
		row.roundup = cents_of(AMOUNTS[i / GIVER__COUNT / 4]);
		row.extra = cents_of(AMOUNTS[7 - i / GIVER__COUNT / 4 % 7]);
		memset(row.tag.b, (int)i * 7, TAG_BYTES);
		size_t n = row_encode(&row, line);
		longest = n > longest ? n : longest;
		assert_int_equal(row_decode(slice_of(line, n), &got, &fault), ERR_OK);
		assert_string_equal(got.fund, row.fund);
		assert_int_equal(got.giver, row.giver);
		assert_int_equal(cents_cmp(got.roundup, row.roundup), 0);
		assert_int_equal(cents_cmp(got.extra, row.extra), 0);
		assert_int_equal(tag_cmp(&got.tag, &row.tag), 0);
		assert_int_equal(row_encode(&got, again), n);
		assert_memory_equal(again, line, n);
	}

	struct row row = { .fund = "abcdefghijklmnopqrstuvwxyz-01234",
			   .giver = GIVER_COMPANY,
			   .roundup = cents_of(CENTS_ABS_MAX),
			   .extra = cents_of(CENTS_ABS_MAX) };
	char line[ROW_LINE_BYTES_MAX];
	assert_int_equal(row_encode(&row, line), ROW_LINE_BYTES_MAX);
	assert_true(longest <= ROW_LINE_BYTES_MAX);
}

static void a_second_spelling_is_refused(void **state)
{
	static const char *const BAD[] = {
		"",
		"{}",
		"\n",
		ROW(0200, "emploi", "person", 37, TAG_A),
		ROW(-1, "emploi", "person", 37, TAG_A),
		ROW(+1, "emploi", "person", 37, TAG_A),
		ROW(1.0, "emploi", "person", 37, TAG_A),
		ROW(1e2, "emploi", "person", 37, TAG_A),
		ROW(, "emploi", "person", 37, TAG_A),
		ROW(200, "emploi", "person", 00, TAG_A),
		ROW(9007199254740992, "emploi", "person", 37, TAG_A),
		ROW(10000000000000000, "emploi", "person", 37, TAG_A),
		ROW(18446744073709551617, "emploi", "person", 37, TAG_A),
		ROW(200, "", "person", 37, TAG_A),
		ROW(200, "Emploi", "person", 37, TAG_A),
		ROW(200, "em ploi", "person", 37, TAG_A),
		ROW(200, "em_ploi", "person", 37, TAG_A),
		ROW(200, "\\u0065mploi", "person", 37, TAG_A),
		ROW(200, "abcdefghijklmnopqrstuvwxyz-012345", "person", 37, TAG_A),
		ROW(200, "emploi", "Person", 37, TAG_A),
		ROW(200, "emploi", "personne", 37, TAG_A),
		ROW(200, "emploi", "", 37, TAG_A),
		ROW(200, "emploi", "person", 37, "00112233445566778899AABBCCDDEEFF"),
		ROW(200, "emploi", "person", 37, "00112233445566778899aabbccddeef"),
		ROW(200, "emploi", "person", 37, "00112233445566778899aabbccddeefff"),
		ROW(200, "emploi", "person", 37, "g0112233445566778899aabbccddeeff"),
		ROW(200, "emploi", "person", 37, "00112233445566778899aabbccddeef\xc3"),
		ROW(200, "emploi", "person", 37, TAG_A) " ",
		ROW(200, "emploi", "person", 37, TAG_A) "\r",
		ROW(200, "emploi", "person", 37, TAG_A) "\n",
		" " ROW(200, "emploi", "person", 37, TAG_A),
		"{\"fund\":\"emploi\",\"extra\":200,\"giver\":\"person\",\"roundup\":37,"
		"\"tag\":\"" TAG_A "\"}",
		"{\"extra\":200,\"fund\":\"emploi\",\"giver\":\"person\",\"roundup\":37}",
		"{\"extra\": 200,\"fund\":\"emploi\",\"giver\":\"person\",\"roundup\":37,"
		"\"tag\":\"" TAG_A "\"}",
		"{\"extra\":\"200\",\"fund\":\"emploi\",\"giver\":\"person\","
		"\"roundup\":37,\"tag\":\"" TAG_A "\"}",
	};
	struct row row = { .fund = "kept" };

	(void)state;
	for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
		assert_int_equal(row_decode(slice_of_text(BAD[i]), &row, &fault),
				 ERR_INVALID);
	assert_string_equal(row.fund, "kept");
}

/* Whatever one byte becomes, the line is refused or is another row's only form. */
static void every_changed_byte_is_another_row_or_none(void **state)
{
	static const char LINE[] = ROW(200, "emploi", "person", 37, TAG_A);
	const size_t n = sizeof LINE - 1;

	(void)state;
	for (size_t at = 0; at < n; at++) {
		for (unsigned c = 0; c < 256; c++) {
			char line[ROW_LINE_BYTES_MAX], again[ROW_LINE_BYTES_MAX];
			struct row row;

			memcpy(line, LINE, n);
			line[at] = (char)c;
			enum err err = row_decode(slice_of(line, n), &row, &fault);
			if (err) {
				assert_int_equal(err, ERR_INVALID);
				continue;
			}
			assert_int_equal(row_encode(&row, again), n);
			assert_memory_equal(again, line, n);
		}
	}
	for (size_t cut = 0; cut < n; cut++) {
		/* Exactly so many bytes, so that reading past them is seen. */
		char *line = malloc(cut + 1);
		struct row row;

		assert_non_null(line);
		memcpy(line, LINE, cut);
		assert_int_equal(row_decode(slice_of(line, cut), &row, &fault),
				 ERR_INVALID);
		free(line);
	}
}

static void givers_have_names_in_byte_order(void **state)
{
	enum giver giver = GIVER__COUNT;

	(void)state;
	for (unsigned i = 0; i < GIVER__COUNT; i++) {
		const char *name = giver_name((enum giver)i);

		assert_int_equal(giver_parse(slice_of_text(name), &giver), ERR_OK);
		assert_int_equal(giver, i);
		if (i > 0)
			assert_true(strcmp(giver_name((enum giver)(i - 1)), name) < 0);
	}
	assert_int_equal(giver_parse(slice_of_text("persons"), &giver), ERR_INVALID);
	assert_int_equal(giver_parse(slice_of_text(""), &giver), ERR_INVALID);
}

static void a_summary_counts_hashes_and_adds_up(void **state)
{
	static const char *const LINES[] = {
		ROW(200, "emploi", "person", 37, TAG_A),
		ROW(0, "amorcage", "person", 99, TAG_B),
		ROW(4999, "emploi", "person", 1, TAG_C),
	};
	static const char BLOB[] = ROW(200, "emploi", "person", 37, TAG_A) "\n" ROW(
		0, "amorcage", "person", 99, TAG_B) "\n" ROW(4999, "emploi", "person", 1,
							     TAG_C) "\n";
	struct rows_summary summary;
	struct hash leaves[3], root;
	struct tag tags[3];
	struct rows_limits three = limits;

	(void)state;
	three.rows_max = 3;
	assert_int_equal(
		rows_summarise(slice_of_text(BLOB), &three, tags, &summary, &fault),
		ERR_OK);
	for (unsigned i = 0; i < 3; i++)
		leaves[i] = hash_leaf(LINES[i], strlen(LINES[i]));
	merkle_root(leaves, 3, &root);
	assert_int_equal(summary.head.size, 3);
	assert_true(hash_equal(&summary.head.root, &root));
	assert_int_equal(tags[2].b[0], 0xff);
	assert_int_equal(summary.n_totals, 2);
	assert_string_equal(summary.total[0].fund, "amorcage");
	assert_int_equal(summary.total[0].n_rows, 1);
	assert_int_equal(cents_value(summary.total[0].roundup), 99);
	assert_int_equal(cents_value(summary.total[0].extra), 0);
	assert_string_equal(summary.total[1].fund, "emploi");
	assert_int_equal(summary.total[1].giver, GIVER_PERSON);
	assert_int_equal(summary.total[1].n_rows, 2);
	assert_int_equal(cents_value(summary.total[1].roundup), 38);
	assert_int_equal(cents_value(summary.total[1].extra), 5199);
}

static void no_rows_are_a_summary_of_none(void **state)
{
	struct rows_summary summary;
	struct hash empty = hash_empty();

	(void)state;
	assert_int_equal(summarise("", &summary), ERR_OK);
	assert_int_equal(summary.head.size, 0);
	assert_int_equal(summary.n_totals, 0);
	assert_true(hash_equal(&summary.head.root, &empty));
}

static void assert_rule(const char *blob, const char *rule)
{
	struct rows_summary summary;

	assert_int_equal(summarise(blob, &summary), ERR_RULE);
	assert_string_equal(fault.rule, rule);
}

static void tags_must_ascend_strictly(void **state)
{
	(void)state;
	assert_rule(
		ROW(0, "e", "person", 1, TAG_A) "\n" ROW(0, "e", "person", 1, TAG_A) "\n",
		"row_order");
	assert_rule(
		ROW(0, "e", "person", 1, TAG_B) "\n" ROW(0, "e", "person", 1, TAG_A) "\n",
		"row_order");
	assert_non_null(strstr(fault.text, "line 2"));
}

static void amounts_stay_within_the_batchs_bounds(void **state)
{
	struct rows_summary summary;

	(void)state;
	assert_rule(ROW(0, "e", "person", 100, TAG_A) "\n", "row_roundup");
	assert_rule(ROW(0, "e", "person", 0, TAG_A) "\n", "row_cap");
	assert_rule(ROW(5000, "e", "person", 1, TAG_A) "\n", "row_cap");
	assert_rule(ROW(9007199254740991, "e", "person", 1, TAG_A) "\n", "row_cap");
	assert_int_equal(summarise(ROW(5000, "e", "person", 0, TAG_A) "\n", &summary),
			 ERR_OK);
	assert_int_equal(summarise(ROW(4901, "e", "person", 99, TAG_A) "\n", &summary),
			 ERR_OK);
	assert_int_equal(summarise(ROW(1, "e", "person", 0, TAG_A) "\n", &summary),
			 ERR_OK);
}

static void a_blob_that_is_not_made_of_lines_is_refused(void **state)
{
	static const char *const BAD[] = {
		"\n",
		ROW(0, "e", "person", 1, TAG_A),
		ROW(0, "e", "person", 1, TAG_A) "\n\n",
		ROW(0, "e", "person", 1, TAG_A) "\r\n",
		ROW(0, "e", "person", 1, TAG_A) ROW(0, "e", "person", 1, TAG_B) "\n",
		"\xef\xbb\xbf" ROW(0, "e", "person", 1, TAG_A) "\n",
	};
	static char no_line[100000];
	struct rows_summary summary = { .n_totals = 77 };

	(void)state;
	for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
		assert_int_equal(summarise(BAD[i], &summary), ERR_INVALID);
	memset(no_line, 'x', sizeof no_line);
	assert_int_equal(rows_summarise(slice_of(no_line, sizeof no_line), &limits, NULL,
					&summary, &fault),
			 ERR_INVALID);
	assert_int_equal(summary.n_totals, 77);
}

static void there_is_a_most_to_rows_and_to_pairs(void **state)
{
	struct rows_limits one = limits;
	struct rows_summary summary;
	struct buffer blob;

	(void)state;
	one.rows_max = 1;
	const char *two =
		ROW(0, "e", "person", 1, TAG_A) "\n" ROW(0, "e", "person", 1, TAG_B) "\n";
	assert_int_equal(rows_summarise(slice_of_text(two), &one, NULL, &summary, &fault),
			 ERR_RULE);
	assert_string_equal(fault.rule, "rows_max");

	buffer_init(&blob, 1000000);
	for (unsigned i = 0; i <= ROWS_TOTALS_MAX; i++) {
		struct row row = { .giver = (enum giver)(i % GIVER__COUNT),
				   .roundup = cents_of(1) };
		char line[ROW_LINE_BYTES_MAX];

		snprintf(row.fund, sizeof row.fund, "fund-%u", 999 - i / GIVER__COUNT);
		row.tag.b[0] = (uint8_t)i;
		if (i == ROWS_TOTALS_MAX) {
			assert_int_equal(rows_summarise(buffer_slice(&blob), &limits,
							NULL, &summary, &fault),
					 ERR_OK);
			assert_int_equal(summary.n_totals, ROWS_TOTALS_MAX);
		}
		buffer_put(&blob, line, row_encode(&row, line));
		buffer_put_byte(&blob, '\n');
	}
	for (unsigned i = 1; i < summary.n_totals; i++) {
		const struct rows_total *a = &summary.total[i - 1];
		const struct rows_total *b = &summary.total[i];
		int order = strcmp(a->fund, b->fund);
		assert_true(order < 0 || (order == 0 && a->giver < b->giver));
	}
	assert_int_equal(
		rows_summarise(buffer_slice(&blob), &limits, NULL, &summary, &fault),
		ERR_RULE);
	assert_string_equal(fault.rule, "rows_totals");
	buffer_release(&blob);
}

/* n rows of growing tags, of one to seventeen digits' difference in length. */
static void blob_make(struct buffer *blob, unsigned n)
{
	buffer_init(blob, 1000000);
	for (unsigned i = 0; i < n; i++) {
		struct row row = { .giver = (enum giver)(i % GIVER__COUNT),
				   .roundup = cents_of(i % 100),
				   .extra = cents_of(1 + i * i % 4000) };
		char line[ROW_LINE_BYTES_MAX];

		memset(row.fund, 'a' + (int)(i % 3), 1 + i % ROW_FUND_BYTES_MAX);
		row.tag.b[3] = (uint8_t)(i >> 8);
		row.tag.b[4] = (uint8_t)i;
		buffer_put(blob, line, row_encode(&row, line));
		buffer_put_byte(blob, '\n');
	}
	assert_int_equal(buffer_err(blob), ERR_OK);
}

static void pieces_of_any_size_give_the_same_summary(void **state)
{
	struct rows_summary whole, pieced;
	struct buffer blob;

	(void)state;
	blob_make(&blob, 60);
	memset(&whole, 0, sizeof whole);
	memset(&pieced, 0, sizeof pieced);
	assert_int_equal(
		rows_summarise(buffer_slice(&blob), &limits, NULL, &whole, &fault),
		ERR_OK);
	for (size_t piece = 1; piece < 400; piece += 1 + piece / 7) {
		struct rows_reader reader;

		rows_reader_init(&reader, &limits, NULL);
		for (size_t at = 0; at < blob.n; at += piece) {
			size_t n = blob.n - at < piece ? blob.n - at : piece;
			/* A copy of its own, so that reading past it is seen. */
			uint8_t *bytes = malloc(n);

			assert_non_null(bytes);
			memcpy(bytes, blob.p + at, n);
			assert_int_equal(
				rows_reader_feed(&reader, slice_of(bytes, n), &fault),
				ERR_OK);
			free(bytes);
		}
		assert_int_equal(rows_reader_finish(&reader, &pieced, &fault), ERR_OK);
		assert_memory_equal(&pieced, &whole, sizeof whole);
	}
	buffer_release(&blob);
}

static void an_endless_line_in_small_pieces_is_refused(void **state)
{
	struct rows_reader reader;
	enum err err = ERR_OK;
	size_t fed = 0;

	(void)state;
	rows_reader_init(&reader, &limits, NULL);
	for (; !err && fed < 1000; fed++)
		err = rows_reader_feed(&reader, slice_of("x", 1), &fault);
	assert_int_equal(err, ERR_INVALID);
	assert_int_equal(fed, ROW_LINE_BYTES_MAX + 1);
}

static void every_row_has_a_path_to_the_batchs_root(void **state)
{
	static const unsigned COUNTS[] = { 1, 2, 3, 7, 8, 33 };

	(void)state;
	for (size_t c = 0; c < sizeof COUNTS / sizeof *COUNTS; c++) {
		struct rows_summary summary;
		struct merkle_proof path;
		struct merkle_head head;
		struct buffer blob;
		struct slice line;

		blob_make(&blob, COUNTS[c]);
		assert_int_equal(rows_summarise(buffer_slice(&blob), &limits, NULL,
						&summary, &fault),
				 ERR_OK);
		for (unsigned i = 0; i < COUNTS[c]; i++) {
			struct row row;

			assert_int_equal(rows_prove(buffer_slice(&blob), i, &line, &head,
						    &path, &fault),
					 ERR_OK);
			assert_int_equal(head.size, summary.head.size);
			assert_true(hash_equal(&head.root, &summary.head.root));
			assert_int_equal(row_decode(line, &row, &fault), ERR_OK);
			assert_int_equal(row.tag.b[4], i);
			struct hash leaf = hash_leaf(line.p, line.n);
			assert_int_equal(
				merkle_verify_inclusion(&leaf, i, &head, &path, &fault),
				ERR_OK);
		}
		assert_int_equal(rows_prove(buffer_slice(&blob), COUNTS[c], &line, &head,
					    &path, &fault),
				 ERR_NOT_FOUND);
		assert_int_equal(rows_prove(slice_of(blob.p, blob.n - 1), 0, &line, &head,
					    &path, &fault),
				 ERR_CORRUPT);
		buffer_release(&blob);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_is_written_as_the_design_shows_it),
		cmocka_unit_test(what_is_written_is_read_back),
		cmocka_unit_test(a_second_spelling_is_refused),
		cmocka_unit_test(every_changed_byte_is_another_row_or_none),
		cmocka_unit_test(givers_have_names_in_byte_order),
		cmocka_unit_test(a_summary_counts_hashes_and_adds_up),
		cmocka_unit_test(no_rows_are_a_summary_of_none),
		cmocka_unit_test(tags_must_ascend_strictly),
		cmocka_unit_test(amounts_stay_within_the_batchs_bounds),
		cmocka_unit_test(a_blob_that_is_not_made_of_lines_is_refused),
		cmocka_unit_test(there_is_a_most_to_rows_and_to_pairs),
		cmocka_unit_test(pieces_of_any_size_give_the_same_summary),
		cmocka_unit_test(an_endless_line_in_small_pieces_is_refused),
		cmocka_unit_test(every_row_has_a_path_to_the_batchs_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
