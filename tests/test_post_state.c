/*
 * test_post_state.c - a log that grows is followed; one that shrinks, forks or is signed
 * by another is not; and gateway/post_file.c, which judges a file before it is sent.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/post_file.h"
#include "gateway/post_state.h"
#include "keys/file.h"

#define ORIGIN   "ledger.example/2026"
#define LEAVES   8
#define BYTES    64
#define LIST_MAX 4096

static struct fault fault;
static char dir[] = "/tmp/arrondi-post-state.XXXXXX";
static char path[BYTES], conflict[BYTES], lock[BYTES];
static struct signing_key *log_key, *other_key;
static struct vkey log_vkey;

static struct signing_key *key_of(uint8_t first)
{
	uint8_t seed[KEY_SEED_BYTES] = { first };
	struct signing_key *key = NULL;

	assert_int_equal(signing_key_from_seed(seed, &key, &fault), ERR_OK);
	return key;
}

static int set_up(void **state)
{
	uint8_t public[PUBLIC_KEY_BYTES];

	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof path, "%s/state", dir);
	snprintf(conflict, sizeof conflict, "%s/state.conflict", dir);
	snprintf(lock, sizeof lock, "%s/state.lock", dir);
	log_key = key_of(1);
	other_key = key_of(2);
	signing_key_public(log_key, public);
	return vkey_make(ORIGIN, VKEY_ED25519, public, &log_vkey, &fault) == ERR_OK ? 0
										    : -1;
}

static int tear_down(void **state)
{
	(void)state;
	signing_key_free(log_key);
	signing_key_free(other_key);
	(void)unlink(path);
	(void)unlink(conflict);
	(void)unlink(lock);
	return rmdir(dir);
}

static int forget(void **state)
{
	(void)state;
	(void)unlink(path);
	(void)unlink(conflict);
	return 0;
}

/* The log whose leaf i is hash_leaf() of the byte i, or of 100 + i from `fork` on. */
static void leaves_of(size_t fork, struct hash leaf[LEAVES])
{
	for (size_t i = 0; i < LEAVES; i++) {
		uint8_t byte = (uint8_t)(i < fork ? i : 100 + i);

		leaf[i] = hash_leaf(&byte, 1);
	}
}

static struct checkpoint checkpoint_of(size_t fork, size_t size)
{
	struct checkpoint checkpoint = { .size = size };
	struct hash leaf[LEAVES];

	leaves_of(fork, leaf);
	snprintf(checkpoint.origin, sizeof checkpoint.origin, "%s", ORIGIN);
	merkle_root(leaf, size, &checkpoint.root);
	return checkpoint;
}

static enum err node_at(void *ctx, unsigned level, uint64_t index, struct hash *ret_hash,
			struct fault *node_fault)
{
	const struct hash *leaf = ctx;

	(void)node_fault;
	merkle_root(leaf + (index << level), (size_t)1 << level, ret_hash);
	return ERR_OK;
}

static struct merkle_proof proof_of(size_t fork, size_t from, size_t to)
{
	struct hash leaf[LEAVES];
	struct merkle_reader reader = { .ctx = leaf, .node = node_at };
	struct merkle_proof proof;

	leaves_of(fork, leaf);
	assert_int_equal(merkle_prove_consistency(&reader, from, to, &proof, &fault),
			 ERR_OK);
	return proof;
}

static void store(const struct post_state *state, const struct checkpoint *checkpoint,
		  const struct signing_key *key)
{
	struct buffer note;

	buffer_init(&note, 10000);
	assert_int_equal(checkpoint_sign(checkpoint, key, &note, &fault), ERR_OK);
	assert_int_equal(post_state_store(state, buffer_slice(&note), &fault), ERR_OK);
	buffer_release(&note);
}

/* A state that has seen the log with `size` leaves. */
static void seen(size_t size, struct post_state *state)
{
	struct checkpoint checkpoint = checkpoint_of(LEAVES, size);

	assert_int_equal(post_state_open(path, &log_vkey, state, &fault), ERR_OK);
	store(state, &checkpoint, log_key);
	post_state_close(state);
	assert_int_equal(post_state_open(path, &log_vkey, state, &fault), ERR_OK);
	assert_true(state->is_known);
	assert_int_equal(state->before.size, size);
}

static void the_first_checkpoint_is_believed(void **unused)
{
	struct checkpoint now = checkpoint_of(LEAVES, 3);
	struct post_state state;

	(void)unused;
	assert_int_equal(post_state_open(path, &log_vkey, &state, &fault), ERR_OK);
	assert_false(state.is_known);
	assert_false(post_state_needs_proof(&state, &now));
	assert_int_equal(post_state_check(&state, &now, NULL, &fault), ERR_OK);
	post_state_close(&state);
}

static void a_log_that_grew_is_followed(void **unused)
{
	(void)unused;
	for (size_t from = 1; from <= LEAVES; from++)
		for (size_t to = from; to <= LEAVES; to++) {
			struct checkpoint now = checkpoint_of(LEAVES, to);
			struct merkle_proof proof = proof_of(LEAVES, from, to);
			struct post_state state;

			seen(from, &state);
			assert_int_equal(post_state_needs_proof(&state, &now), to > from);
			assert_int_equal(post_state_check(&state, &now, &proof, &fault),
					 ERR_OK);
			post_state_close(&state);
		}
}

static void a_log_that_shrank_is_accused(void **unused)
{
	struct checkpoint now = checkpoint_of(LEAVES, 4);
	struct post_state state;

	(void)unused;
	seen(5, &state);
	assert_false(post_state_needs_proof(&state, &now));
	assert_int_equal(post_state_check(&state, &now, NULL, &fault), ERR_CORRUPT);
	assert_non_null(strstr(fault.text, "SHRUNK"));
	assert_non_null(strstr(fault.text, "size 5"));
	assert_non_null(strstr(fault.text, "size 4"));
	post_state_close(&state);
}

static void a_log_that_was_rewritten_is_accused(void **unused)
{
	struct checkpoint grown = checkpoint_of(2, 7), same_size = checkpoint_of(2, 5);
	struct merkle_proof its_own = proof_of(2, 5, 7), ours = proof_of(LEAVES, 5, 7);
	struct post_state state;

	(void)unused;
	seen(5, &state);
	assert_int_equal(post_state_check(&state, &grown, &its_own, &fault), ERR_CORRUPT);
	assert_non_null(strstr(fault.text, "REWRITTEN"));
	assert_int_equal(post_state_check(&state, &grown, &ours, &fault), ERR_CORRUPT);
	assert_int_equal(post_state_check(&state, &grown, NULL, &fault), ERR_CORRUPT);
	assert_int_equal(post_state_check(&state, &same_size, NULL, &fault), ERR_CORRUPT);
	post_state_close(&state);
}

static void the_evidence_is_kept_beside(void **unused)
{
	struct post_state state;
	struct buffer bytes;

	(void)unused;
	buffer_init(&bytes, 100);
	seen(5, &state);
	assert_int_equal(post_state_accuse(&state, slice_of_text("note"), &fault),
			 ERR_OK);
	post_state_close(&state);
	assert_int_equal(file_read(conflict, 100, &bytes, &fault), ERR_OK);
	assert_string_equal(buffer_text(&bytes), "note");
	buffer_release(&bytes);
	assert_int_equal(post_state_open(path, &log_vkey, &state, &fault), ERR_OK);
	assert_int_equal(state.before.size, 5);
	post_state_close(&state);
}

static void a_state_that_another_signed_is_refused(void **unused)
{
	struct checkpoint checkpoint = checkpoint_of(LEAVES, 5);
	struct post_state state;

	(void)unused;
	assert_int_equal(post_state_open(path, &log_vkey, &state, &fault), ERR_OK);
	store(&state, &checkpoint, other_key);
	post_state_close(&state);
	assert_int_equal(post_state_open(path, &log_vkey, &state, &fault), ERR_UNKNOWN);
	assert_int_equal(file_write(path, slice_of_text("rubbish"), 0644, &fault),
			 ERR_OK);
	assert_int_equal(post_state_open(path, &log_vkey, &state, &fault), ERR_INVALID);
}

static void a_state_in_no_folder_is_trouble(void **unused)
{
	struct post_state state;

	(void)unused;
	assert_int_equal(post_state_open("/nowhere/state", &log_vkey, &state, &fault),
			 ERR_IO);
}

/* ---- the file ---- */

static void options_of(struct post_options *options)
{
	post_options_init(options);
	options->word[POST_SOURCE] = "salary";
	options->word[POST_PERIOD] = "2026-10";
	options->word[POST_COLLECTED_ON] = "2026-10-30";
	options->word[POST_REFERENCE] = "PAYE-2026-10";
	options->word[POST_TERMS] = "2026-09";
	options->step = cents_of(100);
}

static enum err check(const char *text, const struct post_funds *funds,
		      struct buffer *out, struct post_sum *sum)
{
	struct post_options options;
	enum err err;

	options_of(&options);
	buffer_init(out, LIST_MAX);
	err = post_file_check(&options, slice_of_text(text), funds, out, sum, &fault);
	post_options_release(&options);
	return err;
}

static void a_good_file_is_summed_up(void **unused)
{
	struct post_funds none = { .count = 0 };
	struct post_sum sum;
	struct buffer out;

	(void)unused;
	assert_int_equal(check("matricule;arrondi;don;fonds\nM1;0,37;2,00;emploi\n"
			       "M2;0,00;0,00;\nM3;0,05;0,00;\n",
			       &none, &out, &sum),
			 ERR_OK);
	assert_int_equal(sum.count, 2);
	assert_int_equal(sum.zero, 1);
	assert_int_equal(cents_value(sum.total), 242);
	assert_int_equal(out.n, 0);
	buffer_release(&out);
}

static void every_bad_row_is_a_line(void **unused)
{
	struct post_funds none = { .count = 0 };
	struct post_sum sum = { .count = 77 };
	struct buffer out;

	(void)unused;
	assert_int_equal(check("matricule;arrondi;fonds\nM1;1,37;\nM2;0,01;\n"
			       "M3;-0,01;\n",
			       &none, &out, &sum),
			 ERR_INVALID);
	assert_non_null(strstr(buffer_text(&out),
			       "line 2: roundup: the round-up is not below the rounding "
			       "step; "));
	assert_non_null(strstr(buffer_text(&out), "line 4: roundup: is negative; "));
	assert_null(strstr(buffer_text(&out), "line 3"));
	assert_int_equal(sum.count, 77);
	buffer_release(&out);
}

static void funds_are_judged_where_they_are_known(void **unused)
{
	static const char text[] = "matricule;arrondi;fonds\nM1;0,37;inconnu\n";
	struct post_funds none = { .count = 0 }, one = { .count = 1, .id = { "emploi" } };
	struct post_sum sum;
	struct buffer out;

	(void)unused;
	assert_int_equal(check(text, &none, &out, &sum), ERR_OK);
	buffer_release(&out);
	assert_int_equal(check(text, &one, &out, &sum), ERR_INVALID);
	assert_non_null(strstr(buffer_text(&out), "line 2: fund: "));
	buffer_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(the_first_checkpoint_is_believed, forget),
		cmocka_unit_test_teardown(a_log_that_grew_is_followed, forget),
		cmocka_unit_test_teardown(a_log_that_shrank_is_accused, forget),
		cmocka_unit_test_teardown(a_log_that_was_rewritten_is_accused, forget),
		cmocka_unit_test_teardown(the_evidence_is_kept_beside, forget),
		cmocka_unit_test_teardown(a_state_that_another_signed_is_refused, forget),
		cmocka_unit_test_teardown(a_state_in_no_folder_is_trouble, forget),
		cmocka_unit_test(a_good_file_is_summed_up),
		cmocka_unit_test(every_bad_row_is_a_line),
		cmocka_unit_test(funds_are_judged_where_they_are_known),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
