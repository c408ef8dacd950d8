/*
 * test_note.c - a note is accepted only when a known key signed it.
 *
 * The notes of the vectors whose name begins with "body:" are well signed; what
 * is wrong with them is for the checkpoint's parser to say.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <jansson.h>

#include "keys/encoding.h"
#include "keys/note.h"

#define VECTOR_VKEYS_MAX 4

static json_t *vectors;

static int vectors_load(void **state)
{
	(void)state;
	vectors = json_load_file("tests/vectors/tlog.json", 0, NULL);
	return vectors ? 0 : -1;
}

static int vectors_free(void **state)
{
	(void)state;
	json_decref(vectors);
	return 0;
}

static const char *text_of(json_t *object, const char *member)
{
	const char *text = json_string_value(json_object_get(object, member));

	assert_non_null(text);
	return text;
}

static const char *checkpoint_text(const char *member)
{
	return text_of(json_object_get(vectors, "checkpoint"), member);
}

static struct vkey vkey_of(const char *text)
{
	struct vkey vkey;

	assert_int_equal(vkey_parse(slice_of_text(text), &vkey, NULL), ERR_OK);
	return vkey;
}

static struct vkey known_vkey(const char *member)
{
	return vkey_of(text_of(json_object_get(vectors, "keys"), member));
}

static struct signing_key *known_key(const char *member)
{
	const char *hex = text_of(json_object_get(vectors, "keys"), member);
	struct signing_key *key = NULL;
	uint8_t seed[32];

	assert_int_equal(hex_decode(hex, strlen(hex), seed, 32), ERR_OK);
	assert_int_equal(signing_key_from_seed(seed, &key, NULL), ERR_OK);
	return key;
}

/* Parses and verifies; ret_signers may be NULL. */
static enum err note_try(struct slice bytes, const struct vkey *keys, size_t count,
			 struct note_signer *ret_signers)
{
	struct note note;
	struct fault fault;
	enum err err = note_parse(bytes, &note, &fault);

	if (err != ERR_OK)
		return err;
	return note_verify(&note, keys, count, ret_signers, &fault);
}

static enum err vector_try(json_t *one)
{
	const char *base64 = text_of(one, "note_b64");
	json_t *texts = json_object_get(one, "vkeys");
	struct vkey keys[VECTOR_VKEYS_MAX];
	size_t n = strlen(base64), count = json_array_size(texts);
	uint8_t *bytes = malloc(n + 1);
	enum err err;

	assert_non_null(bytes);
	assert_in_range(count, 1, VECTOR_VKEYS_MAX);
	for (size_t i = 0; i < count; i++)
		keys[i] = vkey_of(json_string_value(json_array_get(texts, i)));
	assert_int_equal(base64_decode(base64, n, bytes, n, &n), ERR_OK);
	err = note_try(slice_of(bytes, n), keys, count, NULL);
	free(bytes);
	return err;
}

struct refusal {
	const char *name;
	enum err err;
};

/* Every note of the vectors that must be refused, and those that may be ("either"). */
static const struct refusal REFUSALS[] = {
	{ "known witness, cosignature bit flipped", ERR_CORRUPT },
	{ "known witness, timestamp changed", ERR_CORRUPT },
	{ "known witness, plain Ed25519 over the body (no cosignature/v1 header)",
	  ERR_CORRUPT },
	{ "text only, no signature", ERR_INVALID },
	{ "no empty line before the signature", ERR_INVALID },
	{ "no final newline", ERR_INVALID },
	{ "two empty lines before the signature", ERR_CORRUPT },
	{ "CRLF line ends", ERR_INVALID },
	{ "NUL in the text (re-signed)", ERR_INVALID },
	{ "byte order mark in front of a signed note", ERR_CORRUPT },
	{ "text line between signature lines", ERR_INVALID },
	{ "trailing text after the signatures", ERR_INVALID },
	{ "hyphen instead of em dash", ERR_INVALID },
	{ "two hyphens instead of em dash", ERR_INVALID },
	{ "no space after the em dash", ERR_INVALID },
	{ "space after the base64", ERR_INVALID },
	{ "no base64", ERR_INVALID },
	{ "plus in the key name", ERR_INVALID },
	{ "no-break space in the key name", ERR_INVALID },
	{ "base64 with non-zero spare bits (malleable)", ERR_INVALID },
	{ "signature of 65 bytes", ERR_CORRUPT },
	{ "key ID little endian", ERR_UNKNOWN },
	{ "signature bit flipped in R", ERR_CORRUPT },
	{ "signature bit flipped in S", ERR_CORRUPT },
	{ "Ed25519 signature with S+L", ERR_CORRUPT },
	{ "bad signature of the known key after its good one", ERR_CORRUPT },
	{ "bad signature of the known key before its good one", ERR_CORRUPT },
	{ "signed by another key under the log's name", ERR_UNKNOWN },
	{ "signature over the text with the separating newline", ERR_CORRUPT },
	{ "text changed: size", ERR_CORRUPT },
	{ "text changed: origin", ERR_CORRUPT },
};

static enum err refusal_find(const char *name)
{
	for (size_t i = 0; i < sizeof REFUSALS / sizeof *REFUSALS; i++)
		if (strcmp(REFUSALS[i].name, name) == 0)
			return REFUSALS[i].err;
	return ERR_OK;
}

static void notes_of_the_vectors_are_taken_or_refused_as_they_must(void **state)
{
	json_t *cases = json_object_get(vectors, "notes"), *one;
	size_t i, refused = 0, accepted = 0, bodies = 0;

	(void)state;
	json_array_foreach(cases, i, one)
	{
		const char *name = text_of(one, "name"), *must = text_of(one, "must");
		enum err expected = refusal_find(name), err = vector_try(one);

		if (err != expected)
			print_error("vector '%s': %s\n", name, err_name(err));
		assert_int_equal(err, expected);
		if (expected != ERR_OK) {
			assert_string_not_equal(must, "accept");
			refused++;
		} else if (strcmp(must, "accept") == 0) {
			accepted++;
		} else {
			assert_memory_equal(name, "body:", 5);
			bodies++;
		}
	}
	assert_int_equal(refused, sizeof REFUSALS / sizeof *REFUSALS);
	assert_int_equal(accepted, 6);
	assert_int_equal(bodies, 9);
}

static void the_example_of_the_specification_verifies(void **state)
{
	struct vkey key = vkey_of("example.com/foo+530d903a+"
				  "AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
	struct slice text = { 0 };

	(void)state;
	assert_int_equal(note_open(slice_of_text(text_of(vectors, "spec_example_note")),
				   &key, &text, NULL),
			 ERR_OK);
	assert_true(slice_equal_text(text, "This is an example message.\n"));
}

static void a_cosigned_checkpoint_tells_who_and_when(void **state)
{
	struct vkey keys[] = { known_vkey("witness_vkey"), known_vkey("log_vkey"),
			       vkey_of("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV"
				       "54Id2LKaANYcrnKv3U2k") };
	struct slice bytes = slice_of_text(checkpoint_text("cosigned_note"));
	struct note_signer signers[3];

	(void)state;
	assert_int_equal(note_try(bytes, keys, 3, signers), ERR_OK);
	assert_true(signers[0].verified);
	assert_int_equal(signers[0].cosigned_at_s, 1700000000);
	assert_true(signers[1].verified);
	assert_int_equal(signers[1].cosigned_at_s, 0);
	assert_false(signers[2].verified);
	assert_int_equal(note_try(bytes, keys, 1, signers), ERR_OK);
	assert_int_equal(note_try(bytes, keys + 2, 1, NULL), ERR_UNKNOWN);
	assert_int_equal(note_try(bytes, NULL, 0, NULL), ERR_UNKNOWN);
}

static void a_cosignature_covers_extension_lines(void **state)
{
	struct vkey key = known_vkey("witness_vkey");
	struct note_signer signer;
	char bytes[1024];

	(void)state;
	snprintf(bytes, sizeof bytes, "%s\n%s", checkpoint_text("with_extension_body"),
		 checkpoint_text("with_extension_cosignature_line"));
	assert_int_equal(note_try(slice_of_text(bytes), &key, 1, &signer), ERR_OK);
	assert_int_equal(signer.cosigned_at_s, 1700000000);
}

/* Verifies a note over body that the vectors' witness cosigned at time_s. */
static enum err cosigned_try(uint64_t time_s, struct note_signer *ret_signer)
{
	struct signing_key *witness = known_key("witness_seed_hex");
	struct vkey key = known_vkey("witness_vkey");
	uint8_t bytes[4 + 8 + SIGNATURE_BYTES];
	struct buffer out;
	enum err err;

	buffer_init(&out, NOTE_BYTES_MAX);
	buffer_printf(&out, "cosignature/v1\ntime %" PRIu64 "\n%s", time_s,
		      checkpoint_text("body"));
	u32_put(bytes, key.id);
	u64_put(bytes + 4, time_s);
	assert_int_equal(signing_key_sign(witness, buffer_slice(&out), bytes + 12, NULL),
			 ERR_OK);
	buffer_clear(&out);
	buffer_printf(&out, "%s\n\xE2\x80\x94 %s ", checkpoint_text("body"), key.name);
	buffer_put_base64(&out, bytes, sizeof bytes);
	buffer_put_byte(&out, '\n');
	assert_int_equal(buffer_err(&out), ERR_OK);
	err = note_try(buffer_slice(&out), &key, 1, ret_signer);
	buffer_release(&out);
	signing_key_free(witness);
	return err;
}

static void a_cosignature_is_not_from_past_the_end_of_time(void **state)
{
	struct note_signer signer = { 0 };

	(void)state;
	assert_int_equal(cosigned_try(INT64_MAX, &signer), ERR_OK);
	assert_true(signer.cosigned_at_s == INT64_MAX);
	assert_int_equal(cosigned_try((uint64_t)INT64_MAX + 1, &signer), ERR_CORRUPT);
	assert_int_equal(cosigned_try(UINT64_MAX, &signer), ERR_CORRUPT);
}

static void a_failed_verification_tells_nothing(void **state)
{
	struct vkey keys[] = { known_vkey("log_vkey"), known_vkey("witness_vkey") };
	struct note_signer signers[2] = { { .cosigned_at_s = 5 },
					  { .cosigned_at_s = 6 } };
	char bytes[1024];

	(void)state;
	snprintf(bytes, sizeof bytes, "%s%s", checkpoint_text("note"),
		 checkpoint_text("with_extension_cosignature_line"));
	assert_int_equal(note_try(slice_of_text(bytes), keys, 2, signers), ERR_CORRUPT);
	assert_int_equal(signers[0].cosigned_at_s, 5);
	assert_false(signers[0].verified);
}

static void signing_gives_the_bytes_of_the_vectors(void **state)
{
	struct signing_key *key = known_key("log_seed_hex");
	struct slice body = slice_of_text(checkpoint_text("body"));
	struct buffer out;

	(void)state;
	buffer_init(&out, NOTE_BYTES_MAX);
	assert_int_equal(note_sign(body, key, "ledger.example/donations", &out, NULL),
			 ERR_OK);
	assert_string_equal(buffer_text(&out), checkpoint_text("note"));
	buffer_clear(&out);
	assert_int_equal(
		note_sign_line(body, key, "ledger.example/donations", &out, NULL),
		ERR_OK);
	assert_string_equal(buffer_text(&out), checkpoint_text("signature_line"));
	buffer_release(&out);
	signing_key_free(key);
}

static void a_text_with_empty_lines_keeps_them(void **state)
{
	struct signing_key *key = known_key("log_seed_hex");
	struct vkey vkey = known_vkey("log_vkey");
	struct slice text = slice_of_text("\n\na\n\n\xE2\x80\x94 b\n\n"), back = { 0 };
	struct buffer out;

	(void)state;
	buffer_init(&out, NOTE_BYTES_MAX);
	assert_int_equal(note_sign(text, key, vkey.name, &out, NULL), ERR_OK);
	assert_int_equal(note_open(buffer_slice(&out), &vkey, &back, NULL), ERR_OK);
	assert_true(slice_equal(back, text));
	buffer_release(&out);
	signing_key_free(key);
}

static void what_cannot_be_a_text_is_not_signed(void **state)
{
	static const char *const bad[] = { "",       "a",      "a\r\n",
					   "a\tb\n", "\xFF\n", "\xED\xA0\x80\n" };
	struct signing_key *key = known_key("log_seed_hex");
	struct buffer out;

	(void)state;
	buffer_init(&out, NOTE_BYTES_MAX);
	buffer_put_text(&out, "before");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(note_sign(slice_of_text(bad[i]), key, "a", &out, NULL),
				 ERR_INVALID);
	assert_int_equal(note_sign(slice_of("a\0\n", 3), key, "a", &out, NULL),
			 ERR_INVALID);
	assert_int_equal(note_sign(slice_of_text("a\n"), key, "a b", &out, NULL),
			 ERR_INVALID);
	assert_string_equal(buffer_text(&out), "before");
	buffer_release(&out);
	signing_key_free(key);
}

static void a_note_that_does_not_fit_leaves_nothing(void **state)
{
	struct signing_key *key = known_key("log_seed_hex");
	struct buffer out;

	(void)state;
	for (size_t bytes_max = 1; bytes_max < 99; bytes_max += 14) {
		buffer_init(&out, bytes_max);
		assert_int_equal(note_sign(slice_of_text("a\n"), key, "a", &out, NULL),
				 ERR_TOO_BIG);
		assert_int_equal(out.n, 0);
		assert_int_equal(
			note_sign_line(slice_of_text("a\n"), key, "a", &out, NULL),
			ERR_TOO_BIG);
		assert_int_equal(out.n, 0);
		assert_int_equal(buffer_err(&out), ERR_OK);
		buffer_release(&out);
	}
	signing_key_free(key);
}

static void the_number_of_signature_lines_is_bounded(void **state)
{
	struct vkey key = known_vkey("log_vkey");
	struct buffer out;

	(void)state;
	buffer_init(&out, NOTE_BYTES_MAX);
	buffer_put_text(&out, checkpoint_text("note"));
	for (int i = 1; i < NOTE_SIGNATURES_MAX; i++)
		buffer_printf(&out, "\xE2\x80\x94 stranger.example/%d AAAAAAA=\n", i);
	assert_int_equal(buffer_err(&out), ERR_OK);
	assert_int_equal(note_try(buffer_slice(&out), &key, 1, NULL), ERR_OK);
	buffer_put_text(&out, "\xE2\x80\x94 stranger.example/z AAAAAAA=\n");
	assert_int_equal(note_try(buffer_slice(&out), &key, 1, NULL), ERR_TOO_BIG);
	buffer_release(&out);
}

static void the_size_of_a_note_is_bounded(void **state)
{
	struct buffer out;
	struct note note;

	(void)state;
	buffer_init(&out, NOTE_BYTES_MAX + 1);
	while (out.n < NOTE_BYTES_MAX + 1)
		buffer_put_byte(&out, '\n');
	assert_int_equal(note_parse(buffer_slice(&out), &note, NULL), ERR_TOO_BIG);
	buffer_cut(&out, NOTE_BYTES_MAX);
	assert_int_equal(note_parse(buffer_slice(&out), &note, NULL), ERR_INVALID);
	buffer_release(&out);
}

static void every_cut_of_a_note_is_refused(void **state)
{
	struct slice bytes = slice_of_text(checkpoint_text("note"));
	struct vkey key = known_vkey("log_vkey");

	(void)state;
	for (size_t n = 0; n < bytes.n; n++) {
		uint8_t *cut = malloc(n + 1); /* so that a read past the end is seen */

		assert_non_null(cut);
		memcpy(cut, bytes.p, n);
		assert_int_equal(note_try(slice_of(cut, n), &key, 1, NULL), ERR_INVALID);
		free(cut);
	}
}

static void a_signature_of_no_bytes_is_malformed(void **state)
{
	struct note note;

	(void)state;
	assert_int_equal(
		note_parse(slice_of_text("a\n\n\xE2\x80\x94 b AAAAAA==\n"), &note, NULL),
		ERR_INVALID);
	assert_int_equal(
		note_parse(slice_of_text("a\n\n\xE2\x80\x94 b AAAAAQA=\n"), &note, NULL),
		ERR_OK);
	assert_int_equal(note.signature_count, 1);
	assert_int_equal(note.signatures[0].key_id, 1);
	assert_true(slice_equal_text(note.signatures[0].name, "b"));
	assert_true(slice_equal_text(note.text, "a\n"));
}

static void two_keys_that_cannot_be_told_apart_are_refused(void **state)
{
	struct vkey keys[] = { known_vkey("log_vkey"), known_vkey("log_vkey") };
	struct slice bytes = slice_of_text(checkpoint_text("note"));
	struct note_signer signers[2];

	(void)state;
	assert_int_equal(note_try(bytes, keys, 2, signers), ERR_OK);
	assert_true(signers[0].verified && signers[1].verified);
	keys[1].public_key[0] ^= 1; /* as a collision of 32 bits would */
	assert_int_equal(note_try(bytes, keys, 2, signers), ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(notes_of_the_vectors_are_taken_or_refused_as_they_must),
		cmocka_unit_test(the_example_of_the_specification_verifies),
		cmocka_unit_test(a_cosigned_checkpoint_tells_who_and_when),
		cmocka_unit_test(a_cosignature_covers_extension_lines),
		cmocka_unit_test(a_cosignature_is_not_from_past_the_end_of_time),
		cmocka_unit_test(a_failed_verification_tells_nothing),
		cmocka_unit_test(signing_gives_the_bytes_of_the_vectors),
		cmocka_unit_test(a_text_with_empty_lines_keeps_them),
		cmocka_unit_test(what_cannot_be_a_text_is_not_signed),
		cmocka_unit_test(a_note_that_does_not_fit_leaves_nothing),
		cmocka_unit_test(the_number_of_signature_lines_is_bounded),
		cmocka_unit_test(the_size_of_a_note_is_bounded),
		cmocka_unit_test(every_cut_of_a_note_is_refused),
		cmocka_unit_test(a_signature_of_no_bytes_is_malformed),
		cmocka_unit_test(two_keys_that_cannot_be_told_apart_are_refused),
	};

	return cmocka_run_group_tests(tests, vectors_load, vectors_free);
}
