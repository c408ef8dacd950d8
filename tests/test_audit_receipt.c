/*
 * test_audit_receipt.c - receipts against the rows of an export, where it has them. The
 * rule of ledger/receipt_rows.c.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "keys/encoding.h"
#include "ledger/books_query_receipt.h"
#include "tests/archive.h"
#include "tests/attempt.h"
#include "tests/exhibit.h"

#define HEX "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"

/* Row i of the archive's batch: 201 cents, 2, 3. */
static void mark_of(unsigned i, char mark[MARK_HEX_BYTES])
{
	struct tag tag = { { 0 } };

	u32_put(tag.b, i * 256);
	receipt_mark(&tag, mark);
}

/* A batch of three rows that has arrived whole. */
static uint64_t settled_batch(struct archive *archive)
{
	uint64_t batch = archive_submit_batch(archive, &(struct archive_batch){ .n = 3 });

	(void)world_must(archive->world, "treasurer",
			 "'kind':'settlement','payer':'" ARCHIVE_EMPLOYER
			 "','amount':100000,'date':'2026-11-17'");
	return batch;
}

static uint64_t receipt(struct archive *archive, uint64_t batch, int amount,
			const char *mark)
{
	return world_must(archive->world, "operator",
			  "'kind':'receipt','year':2026,'form':'11580','first':1,"
			  "'amount':%d,'receipts':[{'amount':%d,'digest':'" HEX
			  "'}],'batches':[{'amount':%d,'batch':%" PRIu64
			  ",'marks':[{'mark':'%s'}]}],'entries':[]",
			  amount, amount, amount, batch, mark);
}

/* The batch as it was without its last row. */
static uint64_t correction(struct archive *archive, uint64_t batch, unsigned rows)
{
	const struct buffer *old = &archive->rows[0].blob;
	struct archive_rows *new = &archive->rows[archive->n_rows++];
	struct rows_limits limits = { cents_of(100), cents_of(5000), 3 };
	struct rows_summary summary;
	char root[HASH_HEX_CHARS + 1];
	const char *end = (const char *)old->p;
	struct fault fault;

	for (unsigned i = 0; i < rows; i++)
		end = strchr(end, '\n') + 1;
	buffer_init(&new->blob, 1000);
	buffer_put(&new->blob, old->p, (size_t)(end - (const char *)old->p));
	assert_int_equal(
		rows_summarise(buffer_slice(&new->blob), &limits, NULL, &summary, &fault),
		ERR_OK);
	hex_encode(summary.head.root.b, HASH_BYTES, root);
	new->position = world_must(
		archive->world, ARCHIVE_EMPLOYER,
		"'kind':'correction','batch':%" PRIu64 ",'company':'" ARCHIVE_EMPLOYER
		"','reason':'amount','date':'2026-11-18','count':%u,'zero':0,"
		"'received':'" HEX "','root':'%s','totals':[{'fund':'emploi',"
		"'giver':'person','amount':201},{'fund':'projets','giver':'person',"
		"'amount':2}]",
		batch, rows, root);
	return new->position;
}

static void test_marks_are_of_rows_with_their_amount(void **state)
{
	static const struct {
		unsigned row;
		int amount;
		const char *rule;
	} cases[] = {
		{ 0, 201, NULL },           { 1, 2, NULL },
		{ 0, 200, "receipt_rows" }, { 1, 201, "receipt_rows" },
		{ 9, 201, "receipt_rows" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct archive *archive = archive_new();
		uint64_t batch = settled_batch(archive), at;
		char mark[MARK_HEX_BYTES];

		mark_of(cases[i].row, mark);
		at = receipt(archive, batch, cases[i].amount, mark);
		archive_write(archive);
		exhibit_name("a receipt on what no row gave");
		if (cases[i].rule)
			attempt_finds(archive, at, cases[i].rule);
		else
			attempt_verifies(archive);
		archive_free(archive);
	}
}

static void test_a_correction_leaves_rows_on_receipts(void **state)
{
	(void)state;
	for (unsigned row = 0; row < 3; row++) {
		static const int amounts[] = { 201, 2, 3 };
		struct archive *archive = archive_new();
		uint64_t batch = settled_batch(archive), at;
		char mark[MARK_HEX_BYTES];

		mark_of(row, mark);
		(void)receipt(archive, batch, amounts[row], mark);
		at = correction(archive, batch, 2);
		archive_write(archive);
		exhibit_name("a correction without a row on a receipt");
		if (row == 2)
			attempt_finds(archive, at, "receipt_rows");
		else
			attempt_verifies(archive);
		archive_free(archive);
	}
}

/* As for claims: what an export withholds cannot be looked at. */
static void test_rows_that_are_withheld_are_not_looked_at(void **state)
{
	struct archive *archive = archive_new();
	uint64_t batch = settled_batch(archive);
	char mark[MARK_HEX_BYTES], path[40];

	(void)state;
	mark_of(9, mark);
	(void)receipt(archive, batch, 201, mark);
	archive_write(archive);
	snprintf(path, sizeof path, "rows/%" PRIu64, batch);
	archive_remove_file(archive, path);
	attempt_verifies(archive);
	archive_free(archive);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_marks_are_of_rows_with_their_amount),
		cmocka_unit_test(test_a_correction_leaves_rows_on_receipts),
		cmocka_unit_test(test_rows_that_are_withheld_are_not_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
