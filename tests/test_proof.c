/*
 * test_proof.c - proofs that a donor keeps in a file: of a leaf (ledger/proof.c),
 * and of a row (ledger/row_proof.c).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "keys/encoding.h"
#include "ledger/proof.h"

#define ROWS     5
#define POSITION 2 /* of the batch among the leaves */
#define LEAVES   3

static json_t *vectors;
static struct fault fault;
static struct vkey log_vkey;

/* A log of three leaves, of which the last is a batch of five rows. */
static struct signing_key *key;
static struct vkey our_vkey;
static struct buffer rows;
static struct buffer entry; /* "batch <size> <root in hexadecimal>" */
static struct buffer note;
static struct buffer entry_proof;
static struct merkle_head batch_head;

static const char *vector_text(const char *name)
{
	return json_string_value(
		json_object_get(json_object_get(vectors, "tlog_proof"), name));
}

static void rows_make(void)
{
	buffer_init(&rows, 10000);
	for (unsigned i = 0; i < ROWS; i++) {
		struct row row = { .fund = "emploi",
				   .giver = GIVER_PERSON,
				   .roundup = cents_of(i + 1) };
		char line[ROW_LINE_BYTES_MAX];

		row.tag.b[0] = (uint8_t)i;
		buffer_put(&rows, line, row_encode(&row, line));
		buffer_put_byte(&rows, '\n');
	}
}

static void entry_make(void)
{
	struct merkle_proof path;
	struct slice line;

	assert_int_equal(
		rows_prove(buffer_slice(&rows), 0, &line, &batch_head, &path, &fault),
		ERR_OK);
	buffer_init(&entry, 1000);
	buffer_printf(&entry, "batch %u ", (unsigned)batch_head.size);
	buffer_put_hex(&entry, batch_head.root.b, HASH_BYTES);
}

static void log_make(void)
{
	struct checkpoint checkpoint = { .origin = "log.example", .size = LEAVES };
	struct hash leaves[LEAVES] = { hash_leaf("a", 1), hash_leaf("b", 1),
				       hash_leaf(entry.p, entry.n) };
	struct proof proof = { .index = POSITION };
	uint8_t public_key[PUBLIC_KEY_BYTES];

	assert_int_equal(signing_key_generate(&key, &fault), ERR_OK);
	signing_key_public(key, public_key);
	assert_int_equal(
		vkey_make("log.example", VKEY_ED25519, public_key, &our_vkey, &fault),
		ERR_OK);
	merkle_root(leaves, LEAVES, &checkpoint.root);
	buffer_init(&note, NOTE_BYTES_MAX);
	assert_int_equal(checkpoint_sign(&checkpoint, key, &note, &fault), ERR_OK);

	proof.note = buffer_slice(&note);
	proof.path.n_hashes = 1;
	proof.path.hash[0] = hash_node(&leaves[0], &leaves[1]);
	buffer_init(&entry_proof, PROOF_BYTES_MAX);
	assert_int_equal(proof_format(&proof, &entry_proof, &fault), ERR_OK);
}

static int setup(void **state)
{
	(void)state;
	vectors = json_load_file("tests/vectors/tlog.json", 0, NULL);
	if (!vectors ||
	    vkey_parse(slice_of_text(json_string_value(json_object_get(
			       json_object_get(vectors, "keys"), "log_vkey"))),
		       &log_vkey, &fault))
		return -1;
	rows_make();
	entry_make();
	log_make();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	json_decref(vectors);
	signing_key_free(key);
	buffer_release(&rows);
	buffer_release(&entry);
	buffer_release(&note);
	buffer_release(&entry_proof);
	return 0;
}

/* What an entry's decoder would do. */
static enum err batch_read(void *ctx, struct slice leaf, struct merkle_head *ret_head,
			   struct fault *ret_fault)
{
	char root[HASH_HEX_CHARS + 1];
	unsigned size;
	char *text = strndup((const char *)leaf.p, leaf.n);
	enum err err = ERR_OK;

	(void)ctx;
	assert_non_null(text);
	if (sscanf(text, "batch %u %64s", &size, root) != 2 ||
	    hex_decode(root, strlen(root), ret_head->root.b, HASH_BYTES))
		err = fault_set(ret_fault, ERR_INVALID, "not a batch");
	else
		ret_head->size = size;
	free(text);
	return err;
}

/* The text of the proof of row `index`. */
static void row_proof_make(uint64_t index, struct buffer *out)
{
	struct row_proof proof = { .index = index,
				   .entry_proof = buffer_slice(&entry_proof) };
	struct merkle_head head;

	assert_int_equal(rows_prove(buffer_slice(&rows), index, &proof.line, &head,
				    &proof.path, &fault),
			 ERR_OK);
	proof.count = head.size;
	buffer_init(out, ROW_PROOF_BYTES_MAX);
	assert_int_equal(row_proof_format(&proof, buffer_slice(&entry), out, &fault),
			 ERR_OK);
}

/* ---- tlog-proof ---- */

static void the_vectors_proof_verifies_and_is_written_alike(void **state)
{
	static const char *const NAMES[] = { "text", "text_with_extra" };
	struct hash leaf = hash_leaf("13", 2);

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct slice text = slice_of_text(vector_text(NAMES[i]));
		struct checkpoint checkpoint;
		struct proof proof;
		struct buffer out;

		assert_int_equal(proof_parse(text, &proof, &fault), ERR_OK);
		assert_int_equal(proof.index, 13);
		assert_int_equal(proof.path.n_hashes, 5);
		assert_int_equal(proof.extra_base64.p != NULL, i);
		assert_int_equal(
			proof_verify(&proof, &leaf, &log_vkey, &checkpoint, &fault),
			ERR_OK);
		assert_int_equal(checkpoint.size, 20);
		buffer_init(&out, PROOF_BYTES_MAX);
		assert_int_equal(proof_format(&proof, &out, &fault), ERR_OK);
		assert_true(slice_equal(buffer_slice(&out), text));
		buffer_release(&out);
	}
}

static void another_leaf_index_or_log_is_refused(void **state)
{
	struct hash leaf = hash_leaf("13", 2), other = hash_leaf("14", 2);
	struct checkpoint checkpoint = { .size = 7 };
	struct proof proof;

	(void)state;
	assert_int_equal(proof_parse(slice_of_text(vector_text("text")), &proof, &fault),
			 ERR_OK);
	assert_int_equal(proof_verify(&proof, &other, &log_vkey, &checkpoint, &fault),
			 ERR_CORRUPT);
	assert_int_equal(proof_verify(&proof, &leaf, &our_vkey, &checkpoint, &fault),
			 ERR_UNKNOWN);
	proof.index = 12;
	assert_int_equal(proof_verify(&proof, &leaf, &log_vkey, &checkpoint, &fault),
			 ERR_CORRUPT);
	proof.index = 20;
	assert_int_equal(proof_verify(&proof, &leaf, &log_vkey, &checkpoint, &fault),
			 ERR_INVALID);
	assert_int_equal(checkpoint.size, 7);
}

#define HASH_LINE "FNf/Bsl9rs+tenSfTlkGp0roYG1y0Mkml7f5/oxaa7Q="
#define FIRST     "c2sp.org/tlog-proof@v1\n"

static void a_proof_of_another_form_is_refused(void **state)
{
	static const char *const BAD[] = {
		"",
		FIRST,
		"c2sp.org/tlog-proof@v2\nindex 1\n\nnote\n",
		" " FIRST "index 1\n\nnote\n",
		FIRST "\nindex 1\n\nnote\n",
		FIRST "index\n\nnote\n",
		FIRST "index \n\nnote\n",
		FIRST "index  1\n\nnote\n",
		FIRST "index 01\n\nnote\n",
		FIRST "index -1\n\nnote\n",
		FIRST "index 18446744073709551616\n\nnote\n",
		FIRST "index 1\r\n\nnote\n",
		FIRST "index 1\n",
		FIRST "index 1\n\n",
		FIRST "index 1\nnote\n",
		FIRST "index 1\n" HASH_LINE "\n",
		FIRST "index 1\n" HASH_LINE " \n\nnote\n",
		FIRST "index 1\nFNf/Bsl9rs+tenSfTlkGp0roYG1y0Mkml7f5/oxaa7R=\n\nnote\n",
		FIRST "index 1\nFNf/Bsl9rs+tenSfTlkGp0roYG1y0Mkml7f5/oxaa7Qq\n\nnote\n",
		FIRST "extra\nindex 1\n\nnote\n",
		FIRST "extra \nindex 1\n\nnote\n",
		FIRST "extra ZXh0cmF=\nindex 1\n\nnote\n",
		FIRST "index 1\nextra ZXh0cmE=\n\nnote\n",
		FIRST "extra ZXh0cmE=\nextra ZXh0cmE=\nindex 1\n\nnote\n",
	};
	struct proof proof = { .index = 7 };

	(void)state;
	for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
		assert_int_equal(proof_parse(slice_of_text(BAD[i]), &proof, &fault),
				 ERR_INVALID);
	assert_int_equal(proof.index, 7);
}

static void a_path_has_at_most_63_hashes(void **state)
{
	struct buffer text;
	struct proof proof;

	(void)state;
	for (unsigned n = 63; n <= 64; n++) {
		buffer_init(&text, PROOF_BYTES_MAX);
		buffer_put_text(&text, FIRST "index 1\n");
		for (unsigned i = 0; i < n; i++)
			buffer_put_text(&text, HASH_LINE "\n");
		buffer_put_text(&text, "\nnote\n");
		assert_int_equal(proof_parse(buffer_slice(&text), &proof, &fault),
				 n == 63 ? ERR_OK : ERR_INVALID);
		buffer_release(&text);
	}
	buffer_init(&text, PROOF_BYTES_MAX);
	proof.path.n_hashes = 64;
	assert_int_equal(proof_format(&proof, &text, &fault), ERR_INVALID);
	proof.path.n_hashes = 1;
	proof.extra_base64 = slice_of_text("not base64");
	assert_int_equal(proof_format(&proof, &text, &fault), ERR_INVALID);
	assert_int_equal(text.n, 0);
}

static void a_proof_past_its_bound_is_not_read(void **state)
{
	size_t n = ROW_PROOF_BYTES_MAX + 1;
	char *text = calloc(1, n);
	struct row_proof row_proof;
	struct proof proof;

	(void)state;
	assert_non_null(text);
	assert_int_equal(proof_parse(slice_of(text, PROOF_BYTES_MAX + 1), &proof, &fault),
			 ERR_TOO_BIG);
	assert_int_equal(row_proof_parse(slice_of(text, n), &row_proof, &fault),
			 ERR_TOO_BIG);
	free(text);
}

/* ---- row-proof ---- */

static void every_row_of_a_batch_has_a_proof_that_verifies(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < ROWS; i++) {
		struct row_proof_shown shown;
		struct row_proof proof;
		struct buffer text, again;

		row_proof_make(i, &text);
		assert_int_equal(row_proof_parse(buffer_slice(&text), &proof, &fault),
				 ERR_OK);
		assert_int_equal(row_proof_verify(&proof, &our_vkey, batch_read, NULL,
						  &shown, &fault),
				 ERR_OK);
		assert_int_equal(cents_value(shown.row.roundup), i + 1);
		assert_int_equal(shown.position, POSITION);
		assert_int_equal(shown.checkpoint.size, LEAVES);
		buffer_init(&again, ROW_PROOF_BYTES_MAX);
		assert_int_equal(
			row_proof_format(&proof, buffer_slice(&entry), &again, &fault),
			ERR_OK);
		assert_true(slice_equal(buffer_slice(&again), buffer_slice(&text)));
		buffer_release(&again);
		buffer_release(&text);
	}
}

/* Nothing in the file can be changed and still verify: every byte counts, but for
 * those of a cosigner that nobody knows, and there is none here. */
static void every_changed_byte_of_a_row_proof_is_noticed(void **state)
{
	struct buffer text;

	(void)state;
	row_proof_make(3, &text);
	for (size_t at = 0; at < text.n; at++) {
		struct row_proof_shown shown;
		struct row_proof proof;

		text.p[at] ^= 1;
		enum err err = row_proof_parse(buffer_slice(&text), &proof, &fault);
		if (!err)
			err = row_proof_verify(&proof, &our_vkey, batch_read, NULL,
					       &shown, &fault);
		assert_int_not_equal(err, ERR_OK);
		text.p[at] ^= 1;
	}
	for (size_t n = 0; n < text.n; n++) {
		struct row_proof_shown shown;
		struct row_proof proof;
		enum err err = row_proof_parse(slice_of(text.p, n), &proof, &fault);

		if (!err)
			err = row_proof_verify(&proof, &our_vkey, batch_read, NULL,
					       &shown, &fault);
		assert_int_not_equal(err, ERR_OK);
	}
	buffer_release(&text);
}

static void a_row_of_another_batch_or_count_is_refused(void **state)
{
	struct row_proof_shown shown = { .position = 77 };
	struct row_proof proof;
	struct buffer text;

	(void)state;
	row_proof_make(3, &text);
	assert_int_equal(row_proof_parse(buffer_slice(&text), &proof, &fault), ERR_OK);
	proof.count = ROWS + 1;
	assert_int_equal(
		row_proof_verify(&proof, &our_vkey, batch_read, NULL, &shown, &fault),
		ERR_CORRUPT);
	proof.count = ROWS;
	proof.index = ROWS;
	assert_int_equal(
		row_proof_verify(&proof, &our_vkey, batch_read, NULL, &shown, &fault),
		ERR_INVALID);
	proof.index = 2;
	assert_int_equal(
		row_proof_verify(&proof, &our_vkey, batch_read, NULL, &shown, &fault),
		ERR_CORRUPT);
	proof.index = 3;
	proof.leaf_base64 = slice_of_text("YQ==");
	assert_int_equal(
		row_proof_verify(&proof, &our_vkey, batch_read, NULL, &shown, &fault),
		ERR_CORRUPT);
	assert_int_equal(shown.position, 77);
	buffer_release(&text);
}

/* A leaf that is in the log but is no batch proves nothing of any row. */
static void a_leaf_that_is_no_batch_is_refused(void **state)
{
	struct hash right = hash_leaf(entry.p, entry.n), left = hash_leaf("b", 1);
	struct proof other = { .index = 0, .note = buffer_slice(&note) };
	struct row_proof_shown shown;
	struct row_proof proof;
	struct buffer text, other_text;

	(void)state;
	row_proof_make(3, &text);
	assert_int_equal(row_proof_parse(buffer_slice(&text), &proof, &fault), ERR_OK);
	other.path.n_hashes = 2;
	other.path.hash[0] = left;
	other.path.hash[1] = right;
	buffer_init(&other_text, PROOF_BYTES_MAX);
	assert_int_equal(proof_format(&other, &other_text, &fault), ERR_OK);
	proof.entry_proof = buffer_slice(&other_text);
	proof.leaf_base64 = slice_of_text("YQ==");
	assert_int_equal(
		row_proof_verify(&proof, &our_vkey, batch_read, NULL, &shown, &fault),
		ERR_INVALID);
	buffer_release(&other_text);
	buffer_release(&text);
}

static void a_row_proof_of_what_is_no_row_is_not_written(void **state)
{
	struct row_proof proof = { .line = slice_of_text("{}") };
	struct buffer out;

	(void)state;
	buffer_init(&out, ROW_PROOF_BYTES_MAX);
	assert_int_equal(row_proof_format(&proof, buffer_slice(&entry), &out, &fault),
			 ERR_INVALID);
	struct slice line = slice_of(rows.p, 0);
	while (rows.p[line.n] != '\n')
		line.n++;
	proof.line = line;
	assert_int_equal(row_proof_format(&proof, slice_of(NULL, 0), &out, &fault),
			 ERR_INVALID);
	static uint8_t long_entry[65536];
	assert_int_equal(row_proof_format(&proof, slice_of(long_entry, sizeof long_entry),
					  &out, &fault),
			 ERR_TOO_BIG);
	assert_int_equal(out.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vectors_proof_verifies_and_is_written_alike),
		cmocka_unit_test(another_leaf_index_or_log_is_refused),
		cmocka_unit_test(a_proof_of_another_form_is_refused),
		cmocka_unit_test(a_path_has_at_most_63_hashes),
		cmocka_unit_test(a_proof_past_its_bound_is_not_read),
		cmocka_unit_test(every_row_of_a_batch_has_a_proof_that_verifies),
		cmocka_unit_test(every_changed_byte_of_a_row_proof_is_noticed),
		cmocka_unit_test(a_row_of_another_batch_or_count_is_refused),
		cmocka_unit_test(a_leaf_that_is_no_batch_is_refused),
		cmocka_unit_test(a_row_proof_of_what_is_no_row_is_not_written),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
