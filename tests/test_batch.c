/*
 * test_batch.c (with ledger/batch_draft.c, ledger/batch_keep.c and ledger/batch_tag.c) -
 * claims become tags and sorted rows, as the contract says.
 *
 * The tags expected here were computed apart, from the texts in batch.h. The
 * company's secret is the bytes 0 to 31; a donor's is SHA-256("donor secret" and
 * the donor's key).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "keys/encoding.h"
#include "ledger/batch.h"
#include "ledger/byte_order.h"
#include "ledger/kind.h"

#define LEN(array) (sizeof(array) / sizeof *(array))

static struct fault fault;

/* ---- secrets for tests ---- */

struct asked {
	size_t donors, calls;
	bool keep;
	enum err company_err, donors_err;
};

static enum err company_secret(void *ctx, uint8_t ret_secret[BATCH_SECRET_BYTES],
			       struct fault *fault_)
{
	const struct asked *asked = ctx;

	(void)fault_;
	for (uint8_t i = 0; i < BATCH_SECRET_BYTES; i++)
		ret_secret[i] = i;
	return asked->company_err;
}

static enum err donor_secrets(void *ctx, const uint8_t *keys,
			      const struct donor_ask *asks, size_t count, bool keep,
			      uint8_t *ret_secrets, uint8_t *ret_verdicts,
			      struct fault *fault_)
{
	static const char PREFIX[] = "donor secret";
	uint8_t text[sizeof PREFIX - 1 + BATCH_SECRET_BYTES];
	struct asked *asked = ctx;

	(void)fault_;
	(void)ret_verdicts;
	assert_null(asks);
	asked->donors = count;
	asked->calls++;
	asked->keep = keep;
	memcpy(text, PREFIX, sizeof PREFIX - 1);
	for (size_t i = 0; i < count; i++) {
		struct hash secret;

		if (i > 0)
			assert_true(memcmp(keys + 32 * i - 32, keys + 32 * i, 32) < 0);
		memcpy(text + sizeof PREFIX - 1, keys + 32 * i, 32);
		secret = hash_bytes(text, sizeof text);
		memcpy(ret_secrets + 32 * i, secret.b, 32);
	}
	return asked->donors_err;
}

static struct asked asked;
static const struct batch_secrets secrets = { .ctx = &asked,
					      .company = company_secret,
					      .donors = donor_secrets };

static struct batch_head head_of(enum batch_source source)
{
	return (struct batch_head){
		.origin = slice_of_text("ledger.ftc93.example/2026"),
		.company = slice_of_text("employer:000001016"),
		.reference = slice_of_text("PAYE-2026-10"),
		.terms = slice_of_text("2026-09"),
		.source = source,
		.period = { 2026 * 12 + 10 },
		.collected_on = { 20756 }, /* 2026-10-30 */
		.step = cents_of(100),
		.row_cap = cents_of(5000),
	};
}

static struct batch_claim claim(const char *subject, int64_t roundup, uint32_t line)
{
	return (struct batch_claim){
		.subject = slice_of_text(subject),
		.fund = slice_of_text("emploi"),
		.roundup = cents_of(roundup),
		.giver = GIVER_PERSON,
		.line = line,
	};
}

static enum err make(enum batch_source source, const struct batch_claim *claims, size_t n,
		     struct batch *batch)
{
	struct batch_head head = head_of(source);

	asked = (struct asked){ .company_err = asked.company_err,
				.donors_err = asked.donors_err };
	return batch_make(&head, &secrets, claims, n, true, batch, &fault);
}

static void assert_tag(const struct batch *batch, size_t i, const char *hex)
{
	char text[HEX_CHARS(TAG_BYTES) + 1];

	hex_encode(batch->tags[i].b, TAG_BYTES, text);
	assert_string_equal(text, hex);
}

/* ---- tags ---- */

static void the_tag_of_pay_is_the_contracts(void **state)
{
	struct batch_claim claims[] = { claim("M0042", 37, 2), claim("M0042", 12, 3) };
	struct batch batch;

	(void)state;
	claims[1].slip = slice_of_text("2");
	batch_init(&batch);
	assert_int_equal(make(BATCH_SALARY, claims, LEN(claims), &batch), ERR_OK);
	assert_int_equal(batch.summary.head.size, 2);
	assert_tag(&batch, 0, "726d4ad7b8e1f52eef45a8789ade390a");
	assert_tag(&batch, 1, "ce2f5eab2a7acb43e68f01578bb90ed9");
	assert_int_equal(batch.lines[0], 3);
	assert_int_equal(batch.lines[1], 2);
	assert_int_equal(asked.donors, 1);
	assert_true(asked.keep);
	batch_release(&batch);
}

static void the_tags_of_invoices_and_tills_are_the_contracts(void **state)
{
	struct batch_claim invoice = claim("F2026-881", 37, 2), till = claim("T1", 37, 2);
	struct batch batch;

	(void)state;
	batch_init(&batch);
	invoice.giver = GIVER_COMPANY;
	assert_int_equal(make(BATCH_INVOICE, &invoice, 1, &batch), ERR_OK);
	assert_tag(&batch, 0, "6348f56fad235369ecf5b77c7ea6e44a");
	assert_int_equal(asked.calls, 0);
	till.day = (struct date){ 20757 }; /* 2026-10-31 */
	assert_int_equal(make(BATCH_TILL, &till, 1, &batch), ERR_OK);
	assert_tag(&batch, 0, "0bae6143423eca967e5a11b095237b05");
	batch_release(&batch);
}

/* ---- rows ---- */

static void rows_are_canonical_and_carry_their_lines(void **state)
{
	struct batch_claim claims[] = { claim("M0042", 37, 2), claim("M0042", 0, 9) };
	struct batch_rows rows;
	struct batch batch;

	(void)state;
	batch_init(&batch);
	claims[0].extra = cents_of(200);
	claims[1].slip = slice_of_text("2");
	assert_int_equal(make(BATCH_SALARY, claims, LEN(claims), &batch), ERR_OK);
	assert_string_equal(
		buffer_text(&batch.blob),
		"{\"extra\":200,\"fund\":\"emploi\",\"giver\":\"person\","
		"\"roundup\":37,\"tag\":\"ce2f5eab2a7acb43e68f01578bb90ed9\"}\n");
	assert_int_equal(batch.zero, 1);
	rows = batch_rows(&batch);
	assert_int_equal(rows.count, 1);
	assert_true(hash_equal(&rows.root, &batch.summary.head.root));
	assert_true(slice_equal(rows.blob, buffer_slice(&batch.blob)));
	batch_release(&batch);
}

enum { MANY = 3000, NAME_BYTES = 12 };

struct many {
	char name[MANY][NAME_BYTES];
	struct batch_claim claims[MANY];
	struct batch batch, other;
};

static void the_order_of_claims_does_not_show(void **state)
{
	struct many *many = calloc(1, sizeof *many);

	(void)state;
	batch_init(&many->batch);
	batch_init(&many->other);
	for (uint32_t i = 0; i < MANY; i++) {
		snprintf(many->name[i], NAME_BYTES, "M%u", i / 2);
		many->claims[i] = claim(many->name[i], i % 100, i);
		if (i % 2)
			many->claims[i].slip = slice_of_text("B");
	}
	assert_int_equal(make(BATCH_SALARY, many->claims, MANY, &many->batch), ERR_OK);
	assert_int_equal(asked.donors, MANY / 2);
	assert_int_equal(many->batch.zero, MANY / 100);
	for (uint32_t i = 0; i < MANY / 2; i++) {
		struct batch_claim swap = many->claims[i];

		many->claims[i] = many->claims[MANY - 1 - i];
		many->claims[MANY - 1 - i] = swap;
	}
	assert_int_equal(make(BATCH_SALARY, many->claims, MANY, &many->other), ERR_OK);
	assert_true(slice_equal(buffer_slice(&many->batch.blob),
				buffer_slice(&many->other.blob)));
	for (size_t i = 0; i < many->batch.summary.head.size; i++) {
		assert_int_equal(many->batch.lines[i], many->other.lines[i]);
		if (i > 0)
			assert_true(tag_cmp(&many->batch.tags[i - 1],
					    &many->batch.tags[i]) < 0);
	}
	batch_release(&many->batch);
	batch_release(&many->other);
	free(many);
}

static void no_rows_make_the_empty_tree(void **state)
{
	struct hash empty = hash_empty();
	struct batch batch;

	(void)state;
	batch_init(&batch);
	for (unsigned source = 0; source < BATCH_SOURCE__COUNT; source++) {
		assert_int_equal(make((enum batch_source)source, NULL, 0, &batch),
				 ERR_OK);
		assert_int_equal(batch.summary.head.size, 0);
		assert_true(hash_equal(&batch.summary.head.root, &empty));
	}
	batch_release(&batch);
}

/* ---- refusals ---- */

static void the_same_claim_twice_is_refused_by_its_lines(void **state)
{
	struct batch_claim claims[] = { claim("M1", 1, 2), claim("M2", 2, 3),
					claim("M1", 3, 4) };
	struct batch batch;

	(void)state;
	batch_init(&batch);
	for (unsigned source = 0; source < BATCH_SOURCE__COUNT; source++) {
		assert_int_equal(make((enum batch_source)source, claims, 3, &batch),
				 ERR_RULE);
		assert_string_equal(fault.rule, "claim_twice");
		assert_string_equal(fault.text, "line 4 claims what line 2 does");
		assert_null(batch.tags);
	}
	batch_release(&batch);
}

static void amounts_out_of_bounds_are_refused(void **state)
{
	struct batch_claim row = claim("M1", 100, 2);
	struct batch batch;

	(void)state;
	batch_init(&batch);
	assert_int_equal(make(BATCH_SALARY, &row, 1, &batch), ERR_RULE);
	assert_string_equal(fault.rule, "row_roundup");
	row.roundup = cents_of(99);
	row.extra = cents_of(4902);
	assert_int_equal(make(BATCH_SALARY, &row, 1, &batch), ERR_RULE);
	assert_string_equal(fault.rule, "row_cap");
	row.extra = cents_of(-1);
	assert_int_equal(make(BATCH_SALARY, &row, 1, &batch), ERR_INVALID);
	batch_release(&batch);
}

static void parts_that_could_be_mistaken_for_others_are_refused(void **state)
{
	struct batch_claim rows[5];
	struct batch batch;

	(void)state;
	batch_init(&batch);
	for (size_t i = 0; i < LEN(rows); i++)
		rows[i] = claim("M1", 1, 2);
	rows[0].subject = slice_of_text("M1\nB");
	rows[1].slip = slice_of_text("a b");
	rows[2].fund = slice_of_text("Emploi");
	rows[3].subject = slice_of_text("");
	rows[4].subject = slice_of_text("012345678901234567890123456789012");
	for (size_t i = 0; i < LEN(rows); i++)
		assert_int_equal(make(BATCH_SALARY, &rows[i], 1, &batch), ERR_INVALID);
	batch_release(&batch);
}

static void a_failure_of_the_secrets_is_handed_on(void **state)
{
	struct batch_claim row = claim("M1", 1, 2);
	struct batch batch;

	(void)state;
	batch_init(&batch);
	asked.company_err = ERR_IO;
	assert_int_equal(make(BATCH_INVOICE, &row, 1, &batch), ERR_IO);
	asked.company_err = ERR_OK;
	asked.donors_err = ERR_BUSY;
	assert_int_equal(make(BATCH_SALARY, &row, 1, &batch), ERR_BUSY);
	asked.donors_err = ERR_OK;
	assert_null(batch.tags);
	batch_release(&batch);
}

/* ---- the draft ---- */

static void the_draft_has_the_members_that_a_submitter_sends(void **state)
{
	struct batch_claim claims[] = { claim("F1", 37, 2), claim("F2", 12, 3),
					claim("F3", 99, 4), claim("F4", 0, 5) };
	struct batch_head head = head_of(BATCH_INVOICE);
	uint8_t salted[BATCH_SALT_BYTES + 4] = { 0 };
	struct json_doc *doc = json_doc_new();
	struct json *draft = json_new(doc, JSON_OBJECT);
	char hex[HASH_HEX_CHARS + 1];
	struct batch batch;
	struct buffer text;
	struct hash received;
	enum kind kind;

	(void)state;
	head.site = slice_of_text("pantin");
	claims[1].giver = GIVER_COMPANY;
	claims[2].fund = slice_of_text("projets");
	batch_init(&batch);
	buffer_init(&text, 4096);
	assert_int_equal(make(BATCH_INVOICE, claims, LEN(claims), &batch), ERR_OK);
	assert_int_equal(batch_draft(&batch, &head, slice_of_text("body"), doc, draft,
				     salted, &fault),
			 ERR_OK);
	assert_int_equal(kind_check(draft, STAGE_DRAFT, &kind, &fault), ERR_OK);
	assert_int_equal(kind, KIND_batch);

	memcpy(salted + BATCH_SALT_BYTES, "body", 4);
	received = hash_bytes(salted, sizeof salted);
	hex_encode(received.b, HASH_BYTES, hex);
	assert_true(slice_equal_text(json_get(draft, "received")->text, hex));
	hex_encode(batch.summary.head.root.b, HASH_BYTES, hex);
	assert_true(slice_equal_text(json_get(draft, "root")->text, hex));
	json_remove(draft, "received");
	json_remove(draft, "root");
	assert_int_equal(json_write(draft, &text), ERR_OK);
	assert_string_equal(
		buffer_text(&text),
		"{\"company\":\"employer:000001016\",\"count\":3,\"date\":\"2026-10-30\","
		"\"kind\":\"batch\",\"period\":\"2026-10\",\"ref\":\"PAYE-2026-10\","
		"\"site\":\"pantin\",\"source\":\"invoice\",\"step\":100,"
		"\"terms\":\"2026-09\",\"totals\":["
		"{\"amount\":12,\"fund\":\"emploi\",\"giver\":\"company\"},"
		"{\"amount\":37,\"fund\":\"emploi\",\"giver\":\"person\"},"
		"{\"amount\":99,\"fund\":\"projets\",\"giver\":\"person\"}],\"zero\":1}");
	buffer_release(&text);
	batch_release(&batch);
	json_doc_free(doc);
}

/* ---- the order of strings ---- */

static void strings_are_ordered_even_where_they_are_not_random(void **state)
{
	enum { COUNT = 500, WIDTH = 16 };
	static uint8_t strings[COUNT][WIDTH];
	uint32_t order[COUNT];

	(void)state;
	for (uint32_t i = 0; i < COUNT; i++) {
		u32_put(strings[i], i % 3 * UINT32_C(0x55555555));
		u32_put(strings[i] + 12, i * UINT32_C(2654435761) % 97);
	}
	assert_int_equal(byte_order(strings[0], WIDTH, COUNT, order), ERR_OK);
	for (size_t i = 1; i < COUNT; i++) {
		int cmp = memcmp(strings[order[i - 1]], strings[order[i]], WIDTH);

		assert_true(cmp < 0 || (cmp == 0 && order[i - 1] < order[i]));
	}
}

/* ---- rows that a correction leaves as they are ---- */

/* The lines of a blob but the one of this tag. */
static void lines_without(const struct batch *batch, const struct tag *tag,
			  struct buffer *out)
{
	const char *p = buffer_text(&batch->blob), *stop;
	char hex[HEX_CHARS(TAG_BYTES) + 1];

	hex_encode(tag->b, TAG_BYTES, hex);
	for (; (stop = strchr(p, '\n')); p = stop + 1) {
		struct slice line = slice_of(p, (size_t)(stop - p) + 1);

		if (!memmem(line.p, line.n, hex, strlen(hex)))
			(void)buffer_put_slice(out, line);
	}
}

static void kept_rows_stand_among_the_corrected_ones(void **state)
{
	struct batch_claim all[] = { claim("M1", 37, 2), claim("M2", 12, 3),
				     claim("M3", 5, 4) };
	struct batch_head head = head_of(BATCH_SALARY);
	struct batch whole, part, middle;
	struct buffer kept;

	(void)state;
	batch_init(&whole);
	batch_init(&part);
	batch_init(&middle);
	buffer_init(&kept, 10000);
	assert_int_equal(make(BATCH_SALARY, all, 3, &whole), ERR_OK);
	assert_int_equal(make(BATCH_SALARY, all + 1, 1, &part), ERR_OK);
	lines_without(&whole, &part.tags[0], &kept);
	assert_int_equal(batch_keep(&part, &head, buffer_slice(&kept), &fault), ERR_OK);
	assert_string_equal(buffer_text(&part.blob), buffer_text(&whole.blob));
	assert_memory_equal(&part.summary.head, &whole.summary.head,
			    sizeof whole.summary.head);
	/* A row that was sent knows its line; one that was kept has none. */
	for (size_t i = 0; i < 3; i++) {
		assert_memory_equal(&part.tags[i], &whole.tags[i], sizeof(struct tag));
		assert_int_equal(part.lines[i], whole.lines[i] == 3 ? 3 : 0);
	}
	assert_int_equal(make(BATCH_SALARY, all, 1, &middle), ERR_OK);
	assert_int_equal(batch_keep(&middle, &head, buffer_slice(&kept), &fault),
			 ERR_RULE);
	assert_string_equal(fault.rule, "claim_twice");
	assert_int_equal(middle.summary.head.size, 1);
	buffer_release(&kept);
	batch_release(&whole);
	batch_release(&part);
	batch_release(&middle);
}

static void a_tag_is_found_where_it_stands(void **state)
{
	static const char line[] =
		"{\"fund\":\"emploi\",\"tag\":\"726d4ad7b8e1f52eef45a8789ade390a\"}";
	struct slice tag;

	(void)state;
	assert_int_equal(batch_line_tag(slice_of_text(line), &tag), ERR_OK);
	assert_true(slice_equal_text(tag, "726d4ad7b8e1f52eef45a8789ade390a"));
	assert_int_equal(batch_line_tag(slice_of(line, sizeof line - 2), &tag),
			 ERR_INVALID);
	assert_int_equal(batch_line_tag(slice_of_text("{}"), &tag), ERR_INVALID);
	assert_int_equal(batch_line_tag(slice_of_text(""), &tag), ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_tag_of_pay_is_the_contracts),
		cmocka_unit_test(kept_rows_stand_among_the_corrected_ones),
		cmocka_unit_test(a_tag_is_found_where_it_stands),
		cmocka_unit_test(the_tags_of_invoices_and_tills_are_the_contracts),
		cmocka_unit_test(rows_are_canonical_and_carry_their_lines),
		cmocka_unit_test(the_order_of_claims_does_not_show),
		cmocka_unit_test(no_rows_make_the_empty_tree),
		cmocka_unit_test(the_same_claim_twice_is_refused_by_its_lines),
		cmocka_unit_test(amounts_out_of_bounds_are_refused),
		cmocka_unit_test(parts_that_could_be_mistaken_for_others_are_refused),
		cmocka_unit_test(a_failure_of_the_secrets_is_handed_on),
		cmocka_unit_test(the_draft_has_the_members_that_a_submitter_sends),
		cmocka_unit_test(strings_are_ordered_even_where_they_are_not_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
