/*
 * fuzz_answer.c - what a gateway may answer to arrondi-post: receipts, proofs, funds,
 * problems, keys (gateway/post_answer.h, gateway/post_problem.h, gateway/post_key.h), and
 * the state file that it keeps (gateway/post_state.h).
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/post_answer.h"
#include "gateway/post_key.h"
#include "gateway/post_problem.h"
#include "gateway/post_state.h"
#include "keys/encoding.h"
#include "ledger/checkpoint.h"
#include "tests/fuzz.h"

#define LINES_BYTES_MAX 65536

static struct fault fault;

/* Nothing of it can move the cursor of a clerk's screen. */
static void must_be_tame(struct slice text)
{
	for (size_t i = 0; i < text.n; i++)
		FUZZ_MUST((text.p[i] >= 0x20 && text.p[i] != 0x7f) || text.p[i] == '\n');
}

static void receipt_check(struct slice body)
{
	static struct post_receipt receipt;
	int64_t sum = 0;
	enum err err;

	post_receipt_init(&receipt);
	err = post_receipt_read(body, &receipt, &fault);
	fuzz_must_be_said(err, &fault);
	if (!err) {
		FUZZ_MUST(receipt.total_count <= POST_PARTS_MAX);
		FUZZ_MUST(receipt.match_count <= POST_PARTS_MAX);
		for (size_t i = 0; i < receipt.total_count; i++) {
			must_be_tame(slice_of_text(receipt.total[i].fund));
			sum += cents_value(receipt.total[i].amount);
		}
		FUZZ_MUST(sum == cents_value(receipt.total_sum));
		must_be_tame(slice_of_text(receipt.reference));
		must_be_tame(slice_of_text(receipt.due_on));
	}
	post_receipt_release(&receipt);
}

static void problem_check(struct slice body)
{
	char sentence[POST_SENTENCE_BYTES];
	struct buffer lines;

	buffer_init(&lines, LINES_BYTES_MAX);
	if (post_problem_read(body, &lines, sentence, &fault) == ERR_OK) {
		must_be_tame(buffer_slice(&lines));
		must_be_tame(slice_of_text(sentence));
		FUZZ_MUST(utf8_valid(sentence, strlen(sentence)));
	}
	buffer_release(&lines);
}

/* As far as it is no proof: no log has signed the note's own bytes. */
static void key_check(struct slice body)
{
	struct vkey ours = fuzz_vkey(0, FUZZ_ORIGIN, VKEY_ED25519);
	struct post_key key = { .is_other = false };
	struct fault why = { .err = ERR_UNKNOWN };
	struct buffer out;
	enum err err;

	post_key_look(body, &ours, &key);
	post_key_explain(body, &ours, &why);
	err = post_key_read(body, &ours, body, &key, &fault);
	fuzz_must_be_said(err, &fault);
	if (!err)
		FUZZ_MUST(key.is_proved);
	buffer_init(&out, LINES_BYTES_MAX);
	post_key_put(&key, &out);
	must_be_tame(buffer_slice(&out));
	buffer_release(&out);
}

static void state_check(struct slice file)
{
	struct vkey log = fuzz_vkey(0, FUZZ_ORIGIN, VKEY_ED25519);
	struct post_state state;
	const char *path = fuzz_file(file);
	char lock[128];
	enum err err;

	err = post_state_open(path, &log, &state, &fault);
	fuzz_must_be_said(err, &fault);
	if (!err) {
		FUZZ_MUST(state.is_known);
		FUZZ_MUST(!post_state_needs_proof(&state, &state.before));
		FUZZ_MUST(post_state_check(&state, &state.before, NULL, &fault) ==
			  ERR_OK);
		post_state_close(&state);
	}
	snprintf(lock, sizeof lock, "%s.lock", path);
	(void)unlink(lock);
}

FUZZ_TARGET(answer)
{
	struct slice body = slice_of(bytes, n);
	struct merkle_proof proof;
	static struct post_funds funds;

	receipt_check(body);
	if (post_consistency_read(body, 3, 5, &proof, &fault) == ERR_OK)
		FUZZ_MUST(proof.n_hashes <= MERKLE_PROOF_HASHES_MAX);
	if (post_funds_read(body, &funds, &fault) == ERR_OK)
		FUZZ_MUST(funds.count <= BATCH_FUNDS_MAX);
	problem_check(body);
	key_check(body);
	state_check(body);
	return 0;
}
