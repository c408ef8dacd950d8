/*
 * fuzz_row.c - the rows of a batch: line by line, whole, and in pieces (ledger/rows.h);
 * and what they prove.
 */
#include <stdlib.h>
#include <string.h>

#include "ledger/rows.h"
#include "tests/fuzz.h"

#define ROWS_MAX 4096

static void line_check(struct slice line)
{
	char out[ROW_LINE_BYTES_MAX];
	struct row row;

	if (row_decode(line, &row, NULL) == ERR_OK)
		FUZZ_MUST(slice_equal(slice_of(out, row_encode(&row, out)), line));
}

/* Cut into pieces of one, two, three bytes and so on: the same verdict. */
static enum err in_pieces(struct slice blob, const struct rows_limits *limits,
			  struct rows_summary *ret_summary, struct fault *fault)
{
	struct rows_reader reader;
	enum err err = ERR_OK;

	rows_reader_init(&reader, limits, NULL);
	for (size_t piece = 1; !err && blob.n > 0; piece++) {
		struct slice part = { blob.p, piece < blob.n ? piece : blob.n };

		err = rows_reader_feed(&reader, part, fault);
		blob = slice_of(blob.p + part.n, blob.n - part.n);
	}
	return err ? err : rows_reader_finish(&reader, ret_summary, fault);
}

/* Each row's proof is taken, and none that differs in a bit. */
static void proof_check(struct slice blob, const struct merkle_head *head, uint64_t index)
{
	struct merkle_proof path;
	struct merkle_head found;
	struct slice line;
	struct hash leaf;

	FUZZ_MUST(rows_prove(blob, index, &line, &found, &path, NULL) == ERR_OK);
	FUZZ_MUST(memcmp(&found, head, sizeof found) == 0);
	line_check(line);
	leaf = hash_leaf(line.p, line.n);
	FUZZ_MUST(merkle_verify_inclusion(&leaf, index, head, &path, NULL) == ERR_OK);
	leaf.b[index % HASH_BYTES] ^= 1;
	FUZZ_MUST(merkle_verify_inclusion(&leaf, index, head, &path, NULL) ==
		  ERR_CORRUPT);
	leaf.b[index % HASH_BYTES] ^= 1;
	if (path.n_hashes == 0)
		return;
	path.hash[index % path.n_hashes].b[0] ^= 1;
	FUZZ_MUST(merkle_verify_inclusion(&leaf, index, head, &path, NULL) ==
		  ERR_CORRUPT);
}

FUZZ_TARGET(row)
{
	struct rows_limits limits = { cents_of(100), cents_of(5000), ROWS_MAX };
	static struct rows_summary whole, pieces;
	struct slice blob = slice_of(bytes, n), line;
	struct fuzz_feed feed = { blob };
	struct fault fault, fault_of_pieces;
	enum err err;

	while (feed.rest.n > 0)
		line_check(fuzz_line(&feed));
	err = rows_summarise(blob, &limits, NULL, &whole, &fault);
	FUZZ_MUST(err == in_pieces(blob, &limits, &pieces, &fault_of_pieces));
	fuzz_must_be_said(err, &fault);
	if (err) {
		FUZZ_MUST(strcmp(fault.rule, fault_of_pieces.rule) == 0);
		return 0;
	}
	FUZZ_MUST(memcmp(&whole.head, &pieces.head, sizeof whole.head) == 0);
	FUZZ_MUST(whole.n_totals == pieces.n_totals);
	for (uint64_t i = 0; i < whole.head.size && i < 64; i++)
		proof_check(blob, &whole.head, i);
	FUZZ_MUST(rows_prove(blob, whole.head.size, &line, &(struct merkle_head){ 0 },
			     &(struct merkle_proof){ 0 }, NULL) == ERR_NOT_FOUND);
	return 0;
}
