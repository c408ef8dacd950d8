/*
 * test_post_answer.c - what a gateway may answer, and what is not believed of it;
 * gateway/post_object.c, gateway/post_problem.c and gateway/post_retry.c beside it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/post_answer.h"
#include "gateway/post_problem.h"
#include "gateway/post_retry.h"

#define LEN(array) (sizeof(array) / sizeof *(array))

static struct fault fault;

/* A copy of exactly that size, so that a sanitizer sees every byte too far. */
static enum err read_receipt(const char *text, struct post_receipt *receipt)
{
	size_t n = strlen(text);
	char *copy = malloc(n);
	enum err err;

	assert_non_null(copy);
	memcpy(copy, text, n);
	post_receipt_init(receipt);
	err = post_receipt_read(slice_of(copy, n), receipt, &fault);
	free(copy);
	return err;
}

#define RECEIPT                                                                          \
	"{\"position\":7,\"reference\":\"PAYE-2026-10\",\"dry_run\":false,"              \
	"\"repeated\":true,\"count\":2,\"zero\":1,"                                      \
	"\"totals\":[{\"fund\":\"emploi\",\"giver\":\"person\",\"amount_cents\":237},"   \
	"{\"fund\":\"general\",\"giver\":\"person\",\"amount_cents\":20}],"              \
	"\"match\":[{\"fund\":\"emploi\",\"amount_cents\":237}],"                        \
	"\"amount_to_transfer_cents\":494,\"transfer_reference\":\"RF11B00000007\","     \
	"\"due_on\":\"2026-11-20\",\"entry\":{\"kind\":\"batch\",\"count\":9},"          \
	"\"checkpoint\":\"a note\\n\"}"

static void an_answer_to_a_batch_is_read(void **state)
{
	struct post_receipt receipt;

	(void)state;
	assert_int_equal(read_receipt(RECEIPT, &receipt), ERR_OK);
	assert_true(receipt.is_booked);
	assert_true(receipt.is_repeated);
	assert_int_equal(receipt.position, 7);
	assert_int_equal(receipt.count, 2);
	assert_int_equal(receipt.zero, 1);
	assert_int_equal(receipt.total_count, 2);
	assert_string_equal(receipt.total[1].fund, "general");
	assert_string_equal(receipt.total[1].giver, "person");
	assert_int_equal(cents_value(receipt.total_sum), 257);
	assert_int_equal(cents_value(receipt.match_sum), 237);
	assert_int_equal(cents_value(receipt.to_transfer), 494);
	assert_string_equal(receipt.due_on, "2026-11-20");
	assert_string_equal(receipt.reference, "RF11B00000007");
	assert_string_equal(buffer_text(&receipt.checkpoint), "a note\n");
	post_receipt_release(&receipt);
}

static void a_dry_run_has_no_position(void **state)
{
	struct post_receipt receipt;

	(void)state;
	assert_int_equal(read_receipt("{\"dry_run\":true,\"count\":0,\"totals\":[],"
				      "\"match\":[],\"checkpoint\":null}",
				      &receipt),
			 ERR_OK);
	assert_false(receipt.is_booked);
	assert_false(receipt.has_to_transfer);
	assert_true(cents_is_zero(receipt.total_sum));
	post_receipt_release(&receipt);
}

static void other_answers_are_not_believed(void **state)
{
	static const char *const cases[] = {
		"",
		"[]",
		"{}",
		"null",
		"{\"count\":1}",
		"{\"totals\":[]}",
		"{\"count\":1,\"count\":1,\"totals\":[]}",
		"{\"count\":-1,\"totals\":[]}",
		"{\"count\":1.5,\"totals\":[]}",
		"{\"count\":\"1\",\"totals\":[]}",
		"{\"count\":1,\"totals\":{}}",
		"{\"count\":1,\"totals\":[1]}",
		"{\"count\":1,\"totals\":[{\"amount\":\"1\"}]}",
		"{\"count\":1,\"totals\":[{\"fund\":\"a\\u001bb\"}]}",
		"{\"count\":1,\"totals\":[{\"fund\":"
		"\"abcdefghijklmnopqrstuvwxyz0123456\"}]}",
		"{\"count\":1,\"totals\":[{\"amount\":9007199254740991},"
		"{\"amount\":1}]}",
		"{\"count\":1,\"totals\":[],\"repeated\":1}",
		"{\"count\":1,\"totals\":[],\"kept\":-1}",
		"{\"count\":1,\"totals\":[],\"kept_cents\":\"5\"}",
		"{\"count\":1,\"totals\":[],\"due_on\":\"2026-11-20x\"}",
		"{\"count\":1,\"totals\":[],\"checkpoint\":7}",
		"{\"count\":1,\"totals\":[]} x",
		"{\"count\":1,\"totals\":[]",
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct post_receipt receipt;

		assert_int_equal(read_receipt(cases[i], &receipt), ERR_INVALID);
		post_receipt_release(&receipt);
	}
}

static void an_object_without_end_is_refused(void **state)
{
	struct post_receipt receipt;
	char text[4096] = "{";

	(void)state;
	for (int i = 0; i < 70; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "\"x%d\":1,",
			 i);
	snprintf(text + strlen(text), sizeof text - strlen(text),
		 "\"count\":1,\"totals\":[]}");
	assert_int_equal(read_receipt(text, &receipt), ERR_INVALID);
	post_receipt_release(&receipt);
}

#define HASH_A "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static enum err read_consistency(const char *text, struct merkle_proof *proof)
{
	return post_consistency_read(slice_of_text(text), 3, 5, proof, &fault);
}

static void a_consistency_proof_is_read(void **state)
{
	struct merkle_proof proof = { .n_hashes = 9 };

	(void)state;
	assert_int_equal(read_consistency("{\"from\":3,\"to\":5,\"hashes\":[\"" HASH_A
					  "\",\"" HASH_A "\"]}",
					  &proof),
			 ERR_OK);
	assert_int_equal(proof.n_hashes, 2);
	assert_int_equal(read_consistency("{\"from\":3,\"to\":5,\"hashes\":[]}", &proof),
			 ERR_OK);
	assert_int_equal(proof.n_hashes, 0);
}

static void a_proof_of_something_else_is_refused(void **state)
{
	static const char *const cases[] = {
		"{\"from\":3,\"to\":6,\"hashes\":[]}",
		"{\"from\":2,\"to\":5,\"hashes\":[]}",
		"{\"from\":3,\"to\":5}",
		"{\"from\":3,\"to\":5,\"hashes\":[\"AAAA\"]}",
		"{\"from\":3,\"to\":5,\"hashes\":[\"" HASH_A "A\"]}",
		"{\"from\":3,\"to\":5,\"hashes\":[7]}",
		"{\"from\":3,\"to\":5,\"hashes\":\"" HASH_A "\"}",
	};
	struct merkle_proof proof = { .n_hashes = 9 };
	char text[8192] = "{\"from\":3,\"to\":5,\"hashes\":[\"" HASH_A "\"";

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++)
		assert_int_equal(read_consistency(cases[i], &proof), ERR_INVALID);
	for (int i = 0; i < MERKLE_PROOF_HASHES_MAX; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text),
			 ",\"" HASH_A "\"");
	snprintf(text + strlen(text), sizeof text - strlen(text), "]}");
	assert_int_equal(read_consistency(text, &proof), ERR_INVALID);
	assert_int_equal(proof.n_hashes, 9);
}

static void the_funds_are_read(void **state)
{
	static const char text[] = "{\"size\":3,\"funds\":[{\"id\":\"general\",\"label\":"
				   "\"Fonds g\\u00e9n\\u00e9ral\",\"sub_balances\":[{}]},"
				   "{\"id\":\"emploi\"}]}";
	struct post_funds funds;

	(void)state;
	assert_int_equal(post_funds_read(slice_of_text(text), &funds, &fault), ERR_OK);
	assert_int_equal(funds.count, 2);
	assert_string_equal(funds.id[0], "general");
	assert_string_equal(funds.id[1], "emploi");
	assert_int_equal(post_funds_read(slice_of_text("{\"funds\":[]}"), &funds, &fault),
			 ERR_INVALID);
	assert_int_equal(funds.count, 2);
}

/* ---- refusals ---- */

static void a_refusal_is_told_row_by_row(void **state)
{
	static const char text[] =
		"{\"type\":\"/problems/invalid\",\"title\":\"Not valid\",\"status\":400,"
		"\"detail\":\"2 rows are bad\",\"error_count\":2,\"errors\":["
		"{\"line\":3,\"member\":\"roundup\",\"reason\":\"is negative\","
		"\"remedy\":\"send 0 or more\"},"
		"{\"pointer\":\"/rows/3/fund\",\"reason\":\"is no fund\"}]}";
	char sentence[POST_SENTENCE_BYTES];
	struct buffer out;

	(void)state;
	buffer_init(&out, 1000);
	assert_int_equal(post_problem_read(slice_of_text(text), &out, sentence, &fault),
			 ERR_OK);
	assert_string_equal(sentence, "Not valid: 2 rows are bad");
	assert_string_equal(buffer_text(&out),
			    "line 3: roundup: is negative; send 0 or more\n"
			    "/rows/3/fund: is no fund\n");
	buffer_release(&out);
}

static void a_refusal_cannot_write_on_the_screen(void **state)
{
	static const char text[] = "{\"type\":\"x\",\"title\":\"a\\u001b[2Jb\\u009bc\\n"
				   "d\\u007f \\u00e9\",\"detail\":{\"a\":[1]}}";
	char sentence[POST_SENTENCE_BYTES];
	struct buffer out;

	(void)state;
	buffer_init(&out, 1000);
	assert_int_equal(post_problem_read(slice_of_text(text), &out, sentence, &fault),
			 ERR_OK);
	assert_string_equal(sentence, "a?[2Jb?c?d? \xc3\xa9");
	buffer_release(&out);
}

static void what_is_no_refusal_is_told_apart(void **state)
{
	static const char *const cases[] = {
		"<html></html>",
		"",
		"{}",
		"{\"title\":\"x\"}",
		"{\"type\":\"x\",\"errors\":[1]}",
		"{\"type\":\"x\",\"errors\":{\"line\":1}}",
		("{\"type\":\"x\",\"errors\":[{\"line\":1,\"reason\":\"r\"}],\"errors\":["
		 "]"
		 "}"),
	};
	char sentence[POST_SENTENCE_BYTES];
	struct buffer out;

	(void)state;
	buffer_init(&out, 1000);
	for (size_t i = 0; i < LEN(cases); i++) {
		assert_int_equal(post_problem_read(slice_of_text(cases[i]), &out,
						   sentence, &fault),
				 ERR_INVALID);
		assert_int_equal(out.n, 0);
	}
	buffer_release(&out);
}

static void a_long_text_is_cut_between_characters(void **state)
{
	char text[2048] = "{\"type\":\"x\",\"title\":\"a";
	char sentence[POST_SENTENCE_BYTES];
	struct buffer out;

	(void)state;
	for (int i = 0; i < 400; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "\xc3\xa9");
	snprintf(text + strlen(text), sizeof text - strlen(text), "\"}");
	buffer_init(&out, 1000);
	assert_int_equal(post_problem_read(slice_of_text(text), &out, sentence, &fault),
			 ERR_OK);
	assert_int_equal(strlen(sentence) % 2, 1);
	assert_true(strlen(sentence) > 100);
	buffer_release(&out);
}

/* ---- another try ---- */

static void only_what_may_pass_is_tried_again(void **state)
{
	(void)state;
	assert_true(post_retry_is_status(408));
	assert_true(post_retry_is_status(429));
	assert_true(post_retry_is_status(500));
	assert_true(post_retry_is_status(503));
	assert_true(post_retry_is_status(599));
	assert_false(post_retry_is_status(201));
	assert_false(post_retry_is_status(301));
	assert_false(post_retry_is_status(400));
	assert_false(post_retry_is_status(409));
	assert_false(post_retry_is_status(600));
}

static void waits_double_up_to_a_bound_and_half_of_them_is_chance(void **state)
{
	int64_t whole_ms = POST_DELAY_FIRST_MS;

	(void)state;
	for (unsigned failed = 1; failed < 40; failed++) {
		assert_int_equal(post_retry_delay_ms(failed, 0, 0), whole_ms / 2);
		for (uint32_t chance = 0; chance < 100000; chance += 997) {
			int64_t delay_ms = post_retry_delay_ms(failed, 0, chance);

			assert_in_range(delay_ms, whole_ms / 2, whole_ms);
		}
		whole_ms = whole_ms * 2 > POST_DELAY_MAX_MS ? POST_DELAY_MAX_MS
							    : whole_ms * 2;
	}
}

static void what_the_server_asks_for_is_the_least(void **state)
{
	(void)state;
	assert_int_equal(post_retry_delay_ms(1, 5, 0), 5000);
	assert_int_equal(post_retry_delay_ms(1, 3600, 0), POST_TOTAL_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_to_a_batch_is_read),
		cmocka_unit_test(a_dry_run_has_no_position),
		cmocka_unit_test(other_answers_are_not_believed),
		cmocka_unit_test(an_object_without_end_is_refused),
		cmocka_unit_test(a_consistency_proof_is_read),
		cmocka_unit_test(a_proof_of_something_else_is_refused),
		cmocka_unit_test(the_funds_are_read),
		cmocka_unit_test(a_refusal_is_told_row_by_row),
		cmocka_unit_test(a_refusal_cannot_write_on_the_screen),
		cmocka_unit_test(what_is_no_refusal_is_told_apart),
		cmocka_unit_test(a_long_text_is_cut_between_characters),
		cmocka_unit_test(only_what_may_pass_is_tried_again),
		cmocka_unit_test(waits_double_up_to_a_bound_and_half_of_them_is_chance),
		cmocka_unit_test(what_the_server_asks_for_is_the_least),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
