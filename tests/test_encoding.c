/*
 * test_encoding.c - one value, one spelling; and buffers that stop at their bound.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "keys/buffer.h"
#include "keys/encoding.h"

static enum err decode64(const char *text, uint8_t *ret_bytes, size_t *ret_n)
{
	return base64_decode(text, strlen(text), ret_bytes, 8, ret_n);
}

/* RFC 4648 section 10. */
static void base64_agrees_with_the_rfc(void **state)
{
	static const char *const pairs[][2] = {
		{ "", "" },
		{ "f", "Zg==" },
		{ "fo", "Zm8=" },
		{ "foo", "Zm9v" },
		{ "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" },
		{ "foobar", "Zm9vYmFy" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		char text[16];
		uint8_t bytes[8];
		size_t n = 99;

		base64_encode(pairs[i][0], strlen(pairs[i][0]), text);
		assert_string_equal(text, pairs[i][1]);
		assert_int_equal(decode64(text, bytes, &n), ERR_OK);
		assert_int_equal(n, strlen(pairs[i][0]));
		assert_memory_equal(bytes, pairs[i][0], n);
	}
}

static void base64_refuses_every_second_spelling(void **state)
{
	static const char *const bad[] = {
		"Zh==", /* spare bits */
		"Zm9=", /* spare bits */
		"Zg",   /* no padding */
		"Zg=",  /* half a padding */
		"Z===", /* a lonely character */
		"====",  "=",    "Zg==Zg==", "Zm9v\n",     "Zm 9v===",
		" Zg==", "Zm9-", "Zm9_",     "Zm\xC3\xA9",
	};
	uint8_t bytes[8] = { 0xEE };
	size_t n = 99;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(decode64(bad[i], bytes, &n), ERR_INVALID);
	assert_int_equal(base64_decode("Zg=\0", 4, bytes, 8, &n), ERR_INVALID);
	assert_int_equal(n, 99);
	assert_int_equal(bytes[0], 0xEE);
}

static void base64_does_not_write_past_its_room(void **state)
{
	uint8_t bytes[3] = { 1, 2, 3 };
	size_t n = 99;

	(void)state;
	assert_int_equal(base64_decode("Zm9v", 4, bytes, 2, &n), ERR_TOO_BIG);
	assert_int_equal(bytes[0], 1);
	assert_int_equal(base64_decode("Zm9v", 4, NULL, SIZE_MAX, &n), ERR_OK);
	assert_int_equal(n, 3);
}

static void base64url_has_no_padding_and_its_own_alphabet(void **state)
{
	const uint8_t bytes[] = { 0xFB, 0xEF, 0xFF, 0xFE };
	uint8_t back[4];
	char text[BASE64URL_CHARS(4) + 1];
	size_t n = 0;

	(void)state;
	base64url_encode(bytes, 4, text);
	assert_string_equal(text, "--___g");
	assert_int_equal(base64url_decode(text, 6, back, 4, &n), ERR_OK);
	assert_memory_equal(back, bytes, 4);
	assert_int_equal(base64url_decode("--___h", 6, back, 4, &n), ERR_INVALID);
	assert_int_equal(base64url_decode("++//_g", 6, back, 4, &n), ERR_INVALID);
	assert_int_equal(base64url_decode("--___g==", 8, back, 4, &n), ERR_INVALID);
	assert_int_equal(base64url_decode("A", 1, back, 4, &n), ERR_INVALID);
	assert_int_equal(base64url_decode("AAAAA", 5, back, 4, &n), ERR_INVALID);
	assert_int_equal(BASE64URL_CHARS(32), 43);
}

static void hex_is_lower_case_and_exact(void **state)
{
	uint8_t bytes[2] = { 0 };
	char text[5];

	(void)state;
	hex_encode("\x0A\xFF", 2, text);
	assert_string_equal(text, "0aff");
	assert_int_equal(hex_decode(text, 4, bytes, 2), ERR_OK);
	assert_memory_equal(bytes, "\x0A\xFF", 2);
	assert_int_equal(hex_decode("0AFF", 4, bytes, 2), ERR_INVALID);
	assert_int_equal(hex_decode("0af", 3, bytes, 2), ERR_INVALID);
	assert_int_equal(hex_decode("0aff00", 6, bytes, 2), ERR_INVALID);
	assert_int_equal(hex_decode("0afg", 4, bytes, 2), ERR_INVALID);
	assert_int_equal(hex_decode(NULL, 0, NULL, 0), ERR_OK);
}

static void decimals_have_no_sign_no_zero_in_front_and_an_end(void **state)
{
	static const char *const bad[] = {
		"",
		"00",
		"01",
		"+1",
		"-1",
		" 1",
		"1 ",
		"0x1",
		"1e3",
		"\xD9\xA2",
		"1\n",
		"18446744073709551616",
		"99999999999999999999",
		"184467440737095516150",
	};
	uint64_t value = 7;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(decimal_parse(bad[i], strlen(bad[i]), &value),
				 ERR_INVALID);
	assert_int_equal(value, 7);
	assert_int_equal(decimal_parse("0", 1, &value), ERR_OK);
	assert_int_equal(value, 0);
	assert_int_equal(decimal_parse("18446744073709551615", 20, &value), ERR_OK);
	assert_true(value == UINT64_MAX);
}

static void numbers_are_big_endian(void **state)
{
	uint8_t bytes[8];

	(void)state;
	u64_put(bytes, 0x0102030405060708u);
	assert_memory_equal(bytes, "\1\2\3\4\5\6\7\10", 8);
	assert_true(u64_get(bytes) == 0x0102030405060708u);
	assert_true(u32_get(bytes) == 0x01020304u);
	assert_int_equal(u16_get(bytes + 6), 0x0708);
	u32_put(bytes, 0xFFFEFDFCu);
	assert_true(u32_get(bytes) == 0xFFFEFDFCu);
	u16_put(bytes, 0xABCD);
	assert_int_equal(u16_get(bytes), 0xABCD);
	u64_put(bytes, UINT64_MAX);
	assert_true(u64_get(bytes) == UINT64_MAX);
}

static void utf8_takes_every_length_at_its_bounds(void **state)
{
	static const char good[] = "\x00\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF"
				   "\xEE\x80\x80\xEF\xBF\xBF\xF0\x90\x80\x80"
				   "\xF4\x8F\xBF\xBF";
	static const uint32_t characters[] = {
		0, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF
	};
	size_t at = 0, n = sizeof good - 1;

	(void)state;
	assert_true(utf8_valid(good, n));
	assert_true(utf8_valid(NULL, 0));
	for (size_t i = 0; i < sizeof characters / sizeof *characters; i++)
		assert_int_equal(utf8_next(good, n, &at), characters[i]);
	assert_int_equal(at, n);
}

static void utf8_refuses_overlong_surrogate_and_cut_forms(void **state)
{
	static const char *const bad[] = {
		"\x80",
		"\xBF",
		"\xC0\x80",
		"\xC1\xBF",
		"\xC2",
		"\xC2\x41",
		"\xE0\x9F\xBF",
		"\xED\xA0\x80",
		"\xE2\x82",
		"\xE2\x82\x41",
		"\xF0\x8F\xBF\xBF",
		"\xF4\x90\x80\x80",
		"\xF0\x90\x80\x41",
		"\xF5\x80\x80\x80",
		"\xFE",
		"\xFF",
		"a\xC2",
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(utf8_valid(bad[i], strlen(bad[i])));
}

static void secrets_compare_and_are_wiped(void **state)
{
	char secret[] = "secret";

	(void)state;
	assert_true(bytes_equal_secret("abc", "abc", 3));
	assert_false(bytes_equal_secret("abc", "abd", 3));
	bytes_wipe(secret, sizeof secret);
	assert_memory_equal(secret, "\0\0\0\0\0\0", 7);
	bytes_wipe(NULL, 0);
}

static void a_buffer_grows_and_stays_terminated(void **state)
{
	struct buffer buffer;

	(void)state;
	buffer_init(&buffer, 100000);
	assert_string_equal(buffer_text(&buffer), "");
	for (int i = 0; i < 1000; i++)
		buffer_printf(&buffer, "%d,", i);
	buffer_put(&buffer, NULL, 0);
	buffer_put_byte(&buffer, '!');
	assert_int_equal(buffer_err(&buffer), ERR_OK);
	assert_int_equal(buffer.n, 3891);
	assert_int_equal(strlen(buffer_text(&buffer)), 3891);
	buffer_clear(&buffer);
	buffer_put_hex(&buffer, "\xAB", 1);
	buffer_put_base64(&buffer, "f", 1);
	buffer_put_slice(&buffer, slice_of_text("x"));
	assert_string_equal(buffer_text(&buffer), "abZg==x");
	assert_true(slice_equal_text(buffer_slice(&buffer), "abZg==x"));
	buffer_release(&buffer);
	assert_null(buffer.p);
}

static void a_buffer_stops_at_its_bound_and_stays_failed(void **state)
{
	struct buffer buffer;
	struct fault fault;

	(void)state;
	buffer_init(&buffer, 4);
	assert_int_equal(buffer_put_text(&buffer, "abcd"), ERR_OK);
	assert_int_equal(buffer.capacity_bytes, 4);
	assert_int_equal(buffer_put_byte(&buffer, 'e'), ERR_TOO_BIG);
	assert_int_equal(buffer_put(&buffer, "", 0), ERR_TOO_BIG);
	assert_int_equal(buffer_printf(&buffer, "%s", ""), ERR_TOO_BIG);
	assert_int_equal(buffer_err(&buffer), ERR_TOO_BIG);
	assert_int_equal(buffer_check(&buffer, "a report", &fault), ERR_TOO_BIG);
	assert_string_equal(fault.text, "a report is past 4 bytes");
	assert_string_equal(buffer_text(&buffer), "abcd");
	buffer_cut(&buffer, 2);
	assert_int_equal(buffer_err(&buffer), ERR_OK);
	assert_string_equal(buffer_text(&buffer), "ab");
	assert_int_equal(buffer_put_base64(&buffer, "f", 1), ERR_TOO_BIG);
	buffer_clear(&buffer);
	assert_int_equal(buffer_reserve(&buffer, 5), ERR_TOO_BIG);
	buffer_release(&buffer);
	assert_int_equal(buffer_err(&buffer), ERR_OK);
}

static void a_reserved_buffer_does_not_move(void **state)
{
	struct buffer buffer;
	const uint8_t *p;

	(void)state;
	buffer_init(&buffer, 5000);
	assert_int_equal(buffer_reserve(&buffer, 5000), ERR_OK);
	p = buffer.p;
	for (int i = 0; i < 5000; i++)
		buffer_put_byte(&buffer, 's');
	assert_int_equal(buffer_err(&buffer), ERR_OK);
	assert_ptr_equal(buffer.p, p);
	buffer_release_secret(&buffer);
	buffer_release_secret(&buffer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base64_agrees_with_the_rfc),
		cmocka_unit_test(base64_refuses_every_second_spelling),
		cmocka_unit_test(base64_does_not_write_past_its_room),
		cmocka_unit_test(base64url_has_no_padding_and_its_own_alphabet),
		cmocka_unit_test(hex_is_lower_case_and_exact),
		cmocka_unit_test(decimals_have_no_sign_no_zero_in_front_and_an_end),
		cmocka_unit_test(numbers_are_big_endian),
		cmocka_unit_test(utf8_takes_every_length_at_its_bounds),
		cmocka_unit_test(utf8_refuses_overlong_surrogate_and_cut_forms),
		cmocka_unit_test(secrets_compare_and_are_wiped),
		cmocka_unit_test(a_buffer_grows_and_stays_terminated),
		cmocka_unit_test(a_buffer_stops_at_its_bound_and_stays_failed),
		cmocka_unit_test(a_reserved_buffer_does_not_move),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
