/*
 * test_checkpoint.c - checkpoints against the vectors of another implementation.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "keys/encoding.h"
#include "ledger/checkpoint.h"

#define VKEYS_MAX 4

static json_t *vectors;
static struct fault fault;
static struct vkey log_vkey;
static struct vkey witness_vkey;

static const char *text_of(const char *group, const char *name)
{
	const char *text =
		json_string_value(json_object_get(json_object_get(vectors, group), name));

	assert_non_null(text);
	return text;
}

static struct slice slice_in(const char *group, const char *name)
{
	return slice_of_text(text_of(group, name));
}

static int vectors_load(void **state)
{
	(void)state;
	vectors = json_load_file("tests/vectors/tlog.json", 0, NULL);
	return !vectors || vkey_parse(slice_in("keys", "log_vkey"), &log_vkey, &fault) ||
	       vkey_parse(slice_in("keys", "witness_vkey"), &witness_vkey, &fault);
}

static int vectors_free(void **state)
{
	(void)state;
	json_decref(vectors);
	return 0;
}

static struct signing_key *log_key(void)
{
	struct signing_key *key = NULL;
	uint8_t seed[KEY_SEED_BYTES];
	const char *hex = text_of("keys", "log_seed_hex");

	assert_int_equal(hex_decode(hex, strlen(hex), seed, sizeof seed), ERR_OK);
	assert_int_equal(signing_key_from_seed(seed, &key, &fault), ERR_OK);
	return key;
}

static void a_body_is_read_and_written_again_byte_for_byte(void **state)
{
	struct slice body = slice_in("checkpoint", "body");
	struct checkpoint checkpoint;
	struct buffer out;

	(void)state;
	buffer_init(&out, CHECKPOINT_TEXT_BYTES_MAX);
	assert_int_equal(checkpoint_parse(body, &checkpoint, &fault), ERR_OK);
	assert_string_equal(checkpoint.origin, "ledger.example/donations");
	assert_int_equal(checkpoint.size, 20);
	assert_int_equal(checkpoint_format(&checkpoint, &out, &fault), ERR_OK);
	assert_true(slice_equal(buffer_slice(&out), body));
	buffer_release(&out);
}

static void extension_lines_are_tolerated_and_never_written(void **state)
{
	struct slice body = slice_in("checkpoint", "with_extension_body");
	struct checkpoint checkpoint;
	struct buffer out;

	(void)state;
	buffer_init(&out, CHECKPOINT_TEXT_BYTES_MAX);
	assert_int_equal(checkpoint_parse(body, &checkpoint, &fault), ERR_OK);
	assert_int_equal(checkpoint_format(&checkpoint, &out, &fault), ERR_OK);
	assert_true(slice_equal(buffer_slice(&out), slice_in("checkpoint", "body")));
	assert_int_equal(checkpoint_open(slice_in("checkpoint", "with_extension_note"),
					 &log_vkey, NULL, 0, NULL, &checkpoint, &fault),
			 ERR_OK);
	buffer_release(&out);
}

static void a_body_of_another_form_is_refused(void **state)
{
#define ROOT "GQuedIt7eoV+VfPp2K1o6rcBnSvYz9dGYGKcTyauSuc="
	static const char *const BAD[] = {
		"",
		"\n",
		"o\n",
		"o\n20\n",
		"o\n20\n" ROOT,
		"\n20\n" ROOT "\n",
		"o\n020\n" ROOT "\n",
		"o\n+20\n" ROOT "\n",
		"o\n-20\n" ROOT "\n",
		"o\n 20\n" ROOT "\n",
		"o\n0x14\n" ROOT "\n",
		"o\n\n" ROOT "\n",
		"o\n9223372036854775808\n" ROOT "\n",
		"o\n18446744073709551636\n" ROOT "\n",
		"o\n20\n\n",
		"o\n20\nGQuedIt7eoV+VfPp2K1o6rcBnSvYz9dGYGKcTyauSuf=\n",
		"o\n20\nGQuedIt7eoV+VfPp2K1o6rcBnSvYz9dGYGKcTyauSuc\n",
		"o\n20\nGQuedIt7eoV+VfPp2K1o6rcBnSvYz9dGYGKcTyauSg==\n",
		"o\n20\n" ROOT "\n\n",
		"o\n20\n" ROOT "\nextension\n\nmore\n",
		"o\n20\n" ROOT "\nno line feed",
		"o\r\n20\n" ROOT "\n",
		"o\n0\n" ROOT "\n",
	};
	struct checkpoint checkpoint = { .size = 7 };

	(void)state;
	for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
		assert_int_equal(
			checkpoint_parse(slice_of_text(BAD[i]), &checkpoint, &fault),
			ERR_INVALID);
	assert_int_equal(checkpoint.size, 7);
	assert_int_equal(
		checkpoint_parse(slice_of_text("o\n9223372036854775807\n" ROOT "\n"),
				 &checkpoint, &fault),
		ERR_OK);
}

static void an_origin_has_at_most_128_bytes(void **state)
{
	char body[CHECKPOINT_TEXT_BYTES_MAX + 2];
	struct checkpoint checkpoint;

	(void)state;
	for (int n = 128; n <= 129; n++) {
		int bytes = snprintf(body, sizeof body, "%0*d\n20\n" ROOT "\n", n, 0);

		assert_int_equal(checkpoint_parse(slice_of(body, (size_t)bytes),
						  &checkpoint, &fault),
				 n == 128 ? ERR_OK : ERR_TOO_BIG);
	}
}

static void what_may_not_be_said_is_not_signed(void **state)
{
	struct checkpoint checkpoint = { .origin = "ledger.example/donations" };
	struct signing_key *key = log_key();
	struct buffer out;

	(void)state;
	buffer_init(&out, NOTE_BYTES_MAX);
	checkpoint.size = 0; /* with a root of zeroes */
	assert_int_equal(checkpoint_sign(&checkpoint, key, &out, &fault), ERR_INVALID);
	checkpoint.size = MERKLE_SIZE_MAX + 1;
	assert_int_equal(checkpoint_sign(&checkpoint, key, &out, &fault), ERR_INVALID);
	checkpoint.size = 1;
	memcpy(checkpoint.origin, "a b", 4);
	assert_int_equal(checkpoint_sign(&checkpoint, key, &out, &fault), ERR_INVALID);
	memcpy(checkpoint.origin, "a\nb", 4);
	assert_int_equal(checkpoint_sign(&checkpoint, key, &out, &fault), ERR_INVALID);
	memcpy(checkpoint.origin, "", 1);
	assert_int_equal(checkpoint_sign(&checkpoint, key, &out, &fault), ERR_INVALID);
	assert_int_equal(out.n, 0);
	signing_key_free(key);
	buffer_release(&out);
}

static void our_signature_is_the_one_of_the_vectors(void **state)
{
	struct slice want = slice_in("checkpoint", "note");
	struct signing_key *key = log_key();
	struct checkpoint checkpoint, opened;
	struct buffer out;

	(void)state;
	buffer_init(&out, NOTE_BYTES_MAX);
	assert_int_equal(
		checkpoint_parse(slice_in("checkpoint", "body"), &checkpoint, &fault),
		ERR_OK);
	assert_int_equal(checkpoint_sign(&checkpoint, key, &out, &fault), ERR_OK);
	assert_true(slice_equal(buffer_slice(&out), want));
	assert_int_equal(checkpoint_open(buffer_slice(&out), &log_vkey, NULL, 0, NULL,
					 &opened, &fault),
			 ERR_OK);
	assert_int_equal(opened.size, checkpoint.size);
	assert_true(hash_equal(&opened.root, &checkpoint.root));
	signing_key_free(key);
	buffer_release(&out);
}

static void a_witness_that_is_known_is_told_of(void **state)
{
	struct slice note = slice_in("checkpoint", "cosigned_note");
	struct note_signer witness = { 0 };
	struct checkpoint checkpoint;

	(void)state;
	assert_int_equal(checkpoint_open(note, &log_vkey, &witness_vkey, 1, &witness,
					 &checkpoint, &fault),
			 ERR_OK);
	assert_true(witness.verified);
	assert_int_equal(witness.cosigned_at_s, 1700000000);
	assert_int_equal(checkpoint_open(slice_in("checkpoint", "note"), &log_vkey,
					 &witness_vkey, 1, &witness, &checkpoint, &fault),
			 ERR_OK);
	assert_false(witness.verified);
}

static void a_witness_alone_does_not_speak_for_the_log(void **state)
{
	struct signing_key *key = NULL;
	struct note_signer witness = { 0 };
	struct checkpoint checkpoint = { .size = 7 };
	struct vkey other;
	uint8_t public_key[PUBLIC_KEY_BYTES];

	(void)state;
	assert_int_equal(signing_key_generate(&key, &fault), ERR_OK);
	signing_key_public(key, public_key);
	assert_int_equal(vkey_make("ledger.example/donations", VKEY_ED25519, public_key,
				   &other, &fault),
			 ERR_OK);
	assert_int_equal(checkpoint_open(slice_in("checkpoint", "cosigned_note"), &other,
					 &witness_vkey, 1, &witness, &checkpoint, &fault),
			 ERR_UNKNOWN);
	assert_int_equal(checkpoint_open(slice_in("checkpoint", "cosigned_note"),
					 &witness_vkey, NULL, 0, NULL, &checkpoint,
					 &fault),
			 ERR_INVALID);
	assert_int_equal(checkpoint.size, 7);
	signing_key_free(key);
}

/* One vector is accepted by the format and refused by us: its origin is not the
 * name of the key, which C2SP only recommends and we demand. */
static void every_note_of_the_vectors_is_judged_as_it_must_be(void **state)
{
	static uint8_t bytes[10000];
	size_t i, n_judged = 0;
	json_t *vector;

	(void)state;
	json_array_foreach(json_object_get(vectors, "notes"), i, vector)
	{
		const char *name = json_string_value(json_object_get(vector, "name"));
		const char *must = json_string_value(json_object_get(vector, "must"));
		const json_t *note = json_object_get(vector, "note_b64");
		const json_t *list = json_object_get(vector, "vkeys");
		struct vkey vkeys[VKEYS_MAX] = { 0 };
		struct note_signer signers[VKEYS_MAX];
		struct checkpoint checkpoint;
		size_t n = 0, n_vkeys = json_array_size(list);

		assert_in_range(n_vkeys, 1, VKEYS_MAX);
		for (size_t k = 0; k < n_vkeys; k++)
			assert_int_equal(vkey_parse(slice_of_text(json_string_value(
							    json_array_get(list, k))),
						    &vkeys[k], &fault),
					 ERR_OK);
		assert_int_equal(base64_decode(json_string_value(note),
					       json_string_length(note), bytes,
					       sizeof bytes, &n),
				 ERR_OK);
		enum err err = checkpoint_open(slice_of(bytes, n), &vkeys[0], vkeys + 1,
					       n_vkeys - 1, signers, &checkpoint, &fault);
		if (strcmp(name, "non-ASCII origin") == 0)
			assert_int_equal(err, ERR_UNKNOWN);
		else if (strcmp(must, "accept") == 0)
			assert_int_equal(err, ERR_OK);
		else if (strcmp(must, "refuse") == 0)
			assert_true(err == ERR_INVALID || err == ERR_CORRUPT ||
				    err == ERR_UNKNOWN);
		n_judged++;
	}
	assert_int_equal(n_judged, 46);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_body_is_read_and_written_again_byte_for_byte),
		cmocka_unit_test(extension_lines_are_tolerated_and_never_written),
		cmocka_unit_test(a_body_of_another_form_is_refused),
		cmocka_unit_test(an_origin_has_at_most_128_bytes),
		cmocka_unit_test(what_may_not_be_said_is_not_signed),
		cmocka_unit_test(our_signature_is_the_one_of_the_vectors),
		cmocka_unit_test(a_witness_that_is_known_is_told_of),
		cmocka_unit_test(a_witness_alone_does_not_speak_for_the_log),
		cmocka_unit_test(every_note_of_the_vectors_is_judged_as_it_must_be),
	};

	return cmocka_run_group_tests(tests, vectors_load, vectors_free);
}
