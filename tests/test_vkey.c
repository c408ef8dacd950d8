/*
 * test_vkey.c - Ed25519 keys, their names and their one-line form.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "keys/encoding.h"
#include "keys/sign.h"
#include "keys/vkey.h"

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

static const char *known_key(const char *member)
{
	const char *text = json_string_value(
		json_object_get(json_object_get(vectors, "keys"), member));

	assert_non_null(text);
	return text;
}

struct sign_case {
	const char *seed;
	const char *public_key;
	struct slice message;
	const char *signature;
};

/* RFC 8032 section 7.1, tests 1 and 2. */
static const struct sign_case SIGN_CASES[] = {
	{ "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
	  "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
	  { NULL, 0 },
	  "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33b"
	  "ac"
	  "c61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b" },
	{ "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
	  "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
	  { (const uint8_t *)"r", 1 },
	  "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e1599"
	  "6e"
	  "458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00" },
};

static void hex_bytes(const char *hex, uint8_t *ret_bytes, size_t n)
{
	assert_int_equal(hex_decode(hex, strlen(hex), ret_bytes, n), ERR_OK);
}

static void signatures_agree_with_rfc_8032(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof SIGN_CASES / sizeof *SIGN_CASES; i++) {
		const struct sign_case *c = &SIGN_CASES[i];
		uint8_t seed[32], back[32], public_key[32], expected[64], signature[64];
		struct signing_key *key = NULL;

		hex_bytes(c->seed, seed, sizeof seed);
		assert_int_equal(signing_key_from_seed(seed, &key, NULL), ERR_OK);
		signing_key_seed(key, back);
		assert_memory_equal(back, seed, sizeof seed);
		hex_bytes(c->public_key, expected, 32);
		signing_key_public(key, public_key);
		assert_memory_equal(public_key, expected, 32);
		hex_bytes(c->signature, expected, 64);
		assert_int_equal(signing_key_sign(key, c->message, signature, NULL),
				 ERR_OK);
		assert_memory_equal(signature, expected, 64);
		assert_int_equal(signature_verify(public_key, c->message, signature),
				 ERR_OK);
		signing_key_free(key);
	}
}

static void a_changed_bit_anywhere_is_refused(void **state)
{
	struct signing_key *key = NULL;
	uint8_t public_key[32], signature[64], message[] = "ledger";

	(void)state;
	assert_int_equal(signing_key_generate(&key, NULL), ERR_OK);
	signing_key_public(key, public_key);
	assert_int_equal(signing_key_sign(key, slice_of(message, 6), signature, NULL),
			 ERR_OK);
	for (size_t bit = 0; bit < 512; bit += 13) {
		signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(
			signature_verify(public_key, slice_of(message, 6), signature),
			ERR_CORRUPT);
		signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	message[0] = 'L';
	assert_int_equal(signature_verify(public_key, slice_of(message, 6), signature),
			 ERR_CORRUPT);
	signing_key_free(key);
	signing_key_free(NULL);
}

static void a_key_of_small_order_is_nobodys(void **state)
{
	uint8_t key[32] = { 1 }, signature[64] = { 1 }; /* R the identity, S zero */
	struct vkey vkey;

	(void)state;
	assert_true(public_key_weak(key));
	assert_int_equal(signature_verify(key, slice_of_text("x"), signature),
			 ERR_INVALID);
	assert_int_equal(vkey_make("a", VKEY_ED25519, key, &vkey, NULL), ERR_INVALID);
	key[31] = 0x80; /* the other sign of x */
	assert_true(public_key_weak(key));
	hex_bytes("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", key,
		  32);
	assert_true(public_key_weak(key));
	hex_bytes(known_key("log_public_hex"), key, 32);
	assert_false(public_key_weak(key));
}

static void vkeys_of_the_vectors_are_taken_or_refused_as_they_must(void **state)
{
	json_t *cases = json_object_get(vectors, "vkeys"), *one;
	size_t i;

	(void)state;
	assert_int_equal(json_array_size(cases), 7);
	json_array_foreach(cases, i, one)
	{
		const char *must = json_string_value(json_object_get(one, "must"));
		const char *name = json_string_value(json_object_get(one, "name"));
		struct vkey vkey;
		struct fault fault;
		enum err expected = ERR_INVALID;

		if (strcmp(must, "accept") == 0)
			expected = ERR_OK;
		else if (strcmp(name, "key ID computed for type 0x04") == 0)
			expected = ERR_CORRUPT;
		assert_int_equal(vkey_parse(slice_of_text(json_string_value(
						    json_object_get(one, "vkey"))),
					    &vkey, &fault),
				 expected);
	}
}

static void a_vkey_comes_back_as_it_was_written(void **state)
{
	static const char *const members[] = { "log_vkey", "witness_vkey" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		char text[VKEY_TEXT_BYTES_MAX + 1];
		struct vkey vkey, again;

		assert_int_equal(
			vkey_parse(slice_of_text(known_key(members[i])), &vkey, NULL),
			ERR_OK);
		vkey_format(&vkey, text);
		assert_string_equal(text, known_key(members[i]));
		assert_int_equal(
			vkey_make(vkey.name, vkey.type, vkey.public_key, &again, NULL),
			ERR_OK);
		assert_int_equal(again.id, vkey.id);
		assert_true(vkey_equal(&vkey, &again));
	}
}

static void the_parts_of_a_vkey_are_those_of_the_vectors(void **state)
{
	uint8_t public_key[32];
	struct vkey vkey;

	(void)state;
	assert_int_equal(vkey_parse(slice_of_text(known_key("log_vkey")), &vkey, NULL),
			 ERR_OK);
	hex_bytes(known_key("log_public_hex"), public_key, 32);
	assert_string_equal(vkey.name, known_key("log_name"));
	assert_int_equal(vkey.type, VKEY_ED25519);
	assert_int_equal(vkey.id, 0x3b9e00e5);
	assert_memory_equal(vkey.public_key, public_key, 32);
}

static void a_vkey_is_split_at_its_first_two_plus_signs(void **state)
{
	/* The specification's example; further '+' may only stand in the base64. */
	struct vkey vkey;

	(void)state;
	assert_int_equal(vkey_parse(slice_of_text("example.com/foo+530d903a+"
						  "AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrn"
						  "Kv3U2k"),
				    &vkey, NULL),
			 ERR_OK);
	assert_int_equal(vkey.id, 0x530d903a);
}

static void malformed_vkeys_are_refused_without_a_trace(void **state)
{
	static const char *const bad[] = {
		"",
		"+",
		"++",
		"+3b9e00e5+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c",
		"a b+3b9e00e5+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c",
		"a+3B9E00E5+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c",
		"a+3b9e00e+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c",
		"a+3b9e00e5+",
		"a+3b9e00e5+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c\n",
		"a+3b9e00e5+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29cAA==",
	};
	struct vkey vkey = { .id = 77 };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(vkey_parse(slice_of_text(bad[i]), &vkey, NULL),
				 ERR_INVALID);
	assert_int_equal(vkey.id, 77);
}

static void a_name_has_no_space_of_any_alphabet(void **state)
{
	static const char *const bad[] = {
		"",
		"a b",
		"a+b",
		"a\tb",
		"a\x1F",
		"a\xC2\x85",
		"a\xC2\xA0z",
		"\xE1\x9A\x80",
		"\xE2\x80\x80",
		"\xE2\x80\x8A",
		"\xE2\x80\xA8",
		"\xE2\x80\xA9",
		"\xE2\x80\xAF",
		"\xE2\x81\x9F",
		"\xE3\x80\x80",
		"a\xFF",
	};
	static const char *const good[] = {
		"a",
		"ledger.example/donations",
		"grand-livre.example/\xC3\xA9",
		"\xE2\x80\x8B" /* a zero-width space has not the property */,
		"a\x7F",
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(key_name_valid(slice_of_text(bad[i])));
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_true(key_name_valid(slice_of_text(good[i])));
	assert_false(key_name_valid(slice_of("a\0b", 3)));
}

static void our_own_names_are_ascii_and_short(void **state)
{
	char name[KEY_NAME_BYTES_MAX + 2];

	(void)state;
	memset(name, 'n', sizeof name);
	name[KEY_NAME_BYTES_MAX + 1] = '\0';
	assert_int_equal(key_name_check(name, NULL), ERR_INVALID);
	name[KEY_NAME_BYTES_MAX] = '\0';
	assert_int_equal(key_name_check(name, NULL), ERR_OK);
	assert_int_equal(key_name_check("!~", NULL), ERR_OK);
	assert_int_equal(key_name_check("", NULL), ERR_INVALID);
	assert_int_equal(key_name_check("a+b", NULL), ERR_INVALID);
	assert_int_equal(key_name_check("a b", NULL), ERR_INVALID);
	assert_int_equal(key_name_check("a\x7F", NULL), ERR_INVALID);
	assert_int_equal(key_name_check("\xC3\xA9", NULL), ERR_INVALID);
}

static void the_longest_name_fits_its_line(void **state)
{
	char name[VKEY_NAME_BYTES_MAX + 2], text[VKEY_TEXT_BYTES_MAX + 1];
	uint8_t public_key[32];
	struct vkey vkey, again;

	(void)state;
	hex_bytes(known_key("log_public_hex"), public_key, 32);
	memset(name, 'n', sizeof name);
	name[VKEY_NAME_BYTES_MAX + 1] = '\0';
	assert_int_equal(vkey_make(name, VKEY_COSIGNATURE, public_key, &vkey, NULL),
			 ERR_INVALID);
	name[VKEY_NAME_BYTES_MAX] = '\0';
	assert_int_equal(vkey_make(name, VKEY_COSIGNATURE, public_key, &vkey, NULL),
			 ERR_OK);
	vkey_format(&vkey, text);
	assert_int_equal(strlen(text), VKEY_TEXT_BYTES_MAX);
	assert_int_equal(vkey_parse(slice_of_text(text), &again, NULL), ERR_OK);
	assert_true(vkey_equal(&vkey, &again));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signatures_agree_with_rfc_8032),
		cmocka_unit_test(a_changed_bit_anywhere_is_refused),
		cmocka_unit_test(a_key_of_small_order_is_nobodys),
		cmocka_unit_test(vkeys_of_the_vectors_are_taken_or_refused_as_they_must),
		cmocka_unit_test(a_vkey_comes_back_as_it_was_written),
		cmocka_unit_test(the_parts_of_a_vkey_are_those_of_the_vectors),
		cmocka_unit_test(a_vkey_is_split_at_its_first_two_plus_signs),
		cmocka_unit_test(malformed_vkeys_are_refused_without_a_trace),
		cmocka_unit_test(a_name_has_no_space_of_any_alphabet),
		cmocka_unit_test(our_own_names_are_ascii_and_short),
		cmocka_unit_test(the_longest_name_fits_its_line),
	};

	return cmocka_run_group_tests(tests, vectors_load, vectors_free);
}
