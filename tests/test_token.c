/*
 * test_token.c - a token is let in by its hash, and by nothing that looks like it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "keys/token.h"

static void a_token_has_its_shape_and_its_hash(void **state)
{
	char text[TOKEN_TEXT_BYTES + 1];
	struct hash kept, shown;

	(void)state;
	assert_int_equal(token_generate(text, &kept, NULL), ERR_OK);
	assert_int_equal(strlen(text), 51);
	assert_memory_equal(text, "arrondi_", 8);
	assert_int_equal(token_parse_hash(slice_of_text(text), &shown, NULL), ERR_OK);
	assert_true(token_hash_equal(&kept, &shown));
}

static void two_tokens_differ(void **state)
{
	char a[TOKEN_TEXT_BYTES + 1], b[TOKEN_TEXT_BYTES + 1];
	struct hash hash_a, hash_b;

	(void)state;
	assert_int_equal(token_generate(a, &hash_a, NULL), ERR_OK);
	assert_int_equal(token_generate(b, &hash_b, NULL), ERR_OK);
	assert_string_not_equal(a, b);
	assert_false(token_hash_equal(&hash_a, &hash_b));
}

static void the_hash_is_that_of_the_text(void **state)
{
	static const char text[] = "arrondi_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
	struct hash parsed, expected = hash_bytes(text, TOKEN_TEXT_BYTES);

	(void)state;
	assert_int_equal(token_parse_hash(slice_of_text(text), &parsed, NULL), ERR_OK);
	assert_true(token_hash_equal(&parsed, &expected));
}

static void another_shape_is_refused_and_never_repeated(void **state)
{
	static const char *const bad[] = {
		"",
		"arrondi_",
		"arrondi_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"arrondi_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"arrondi_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB",
		"arrondi_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+A",
		"arrondi_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"Arrondi_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		" arrondi_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct hash hash;
		struct fault fault;

		assert_int_equal(token_parse_hash(slice_of_text(bad[i]), &hash, &fault),
				 ERR_INVALID);
		assert_null(strstr(fault.text, "AAAA"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_has_its_shape_and_its_hash),
		cmocka_unit_test(two_tokens_differ),
		cmocka_unit_test(the_hash_is_that_of_the_text),
		cmocka_unit_test(another_shape_is_refused_and_never_repeated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
