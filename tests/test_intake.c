/*
 * test_intake.c - what people and machines write, made canonical or refused:
 * ledger/intake.c, ledger/intake_scan.c and ledger/intake_parse.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "keys/encoding.h"
#include "keys/hash.h"
#include "ledger/intake.h"
#include "ledger/json.h"
#include "tests/jcs_vectors.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static enum err canonical(struct slice bytes, struct buffer *out, struct fault *fault)
{
	buffer_init(out, INTAKE_BYTES_MAX);
	*fault = (struct fault){ 0 };
	return intake_canonical(bytes, out, fault);
}

static void assert_canonical(const char *text, const char *expected)
{
	struct buffer out, again;
	struct fault fault;

	if (canonical(slice_of_text(text), &out, &fault) != ERR_OK)
		fail_msg("%s: %s", text, fault.text);
	assert_string_equal(buffer_text(&out), expected);
	assert_int_equal(canonical(buffer_slice(&out), &again, &fault), ERR_OK);
	assert_string_equal(buffer_text(&again), expected);
	buffer_release(&again);
	buffer_release(&out);
}

static void assert_refused_bytes(struct slice bytes, enum err expected, const char *why)
{
	struct buffer out;
	struct fault fault;

	assert_int_equal(canonical(bytes, &out, &fault), expected);
	assert_int_equal(fault.err, expected);
	if (!strstr(fault.text, why))
		fail_msg("%s", fault.text);
	buffer_release(&out);
}

static void assert_refused(const char *text, const char *why)
{
	assert_refused_bytes(slice_of_text(text), ERR_INVALID, why);
}

static void order_and_white_space_do_not_matter(void **state)
{
	(void)state;
	assert_canonical(
		" { \"b\" : 2 ,\r\n\t\"a\" : [ 1 , { \"d\" : -0 , \"c\" : \"\" } ] }\n",
		"{\"a\":[1,{\"c\":\"\",\"d\":0}],\"b\":2}");
	assert_canonical("{\"a\":\"\\u00e9\\/\\u001F\\u000b\\n\\ud83d\\ude00\\u0041\"}",
			 "{\"a\":\"\xc3\xa9/\\u001f\\u000b\\n\xf0\x9f\x98\x80"
			 "A\"}");
	assert_canonical("{\"10\":1,\"2\":2,\"B\":3,\"a\":4,\"\":5,\"aa\":6}",
			 "{\"\":5,\"10\":1,\"2\":2,\"B\":3,\"a\":4,\"aa\":6}");
	assert_canonical("9007199254740991", "9007199254740991");
}

static void a_member_that_is_null_is_absent(void **state)
{
	(void)state;
	assert_canonical("{\"a\":null,\"b\":{\"c\":null},\"d\":1,\"e\":null}",
			 "{\"b\":{},\"d\":1}");
	assert_refused("{\"a\":[1,null]}", "line 1, column 9: only a member can be null");
	assert_refused("null", "line 1, column 1: only a member can be null");
}

static void the_place_is_told(void **state)
{
	(void)state;
	assert_refused(
		"{\n  \"amount\": 12.50\n}",
		"line 2, column 13: a number has a fraction or an exponent: amounts "
		"are integer cents");
	assert_refused("{\"\": \"\xc3\xa9\xc3\xa9\", \"a\": 1e400}",
		       "line 1, column 17: a number has a fraction or an exponent");
	assert_refused("[1.0]", "column 2: a number has a fraction");
	assert_refused("[-1E2]", "column 2: a number has a fraction");
	assert_refused("[1,\n9007199254740992]", "line 2, column 1: a number is past");
	assert_refused("[-9007199254740992]", "line 1, column 2: a number is past");
	assert_refused("[99999999999999999999999999999999999999]", "a number is past");
	assert_refused("{\"a\":\n true}",
		       "line 2, column 2: entries have no true and false");
	assert_refused("[false]", "column 2: entries have no true");
	assert_refused("{\"a\":1,\n\"a\":2}",
		       "line 2, column 3: a member stands there twice");
	assert_refused("{\"a\":1,}", "line 1, column 8: this is not JSON");
	assert_refused("{\"a\":1", "line 1, column 6: the text ends too soon");
	assert_refused("{} x", "something follows the end");
	assert_refused("{a:1}", "line 1, column 2: this is not JSON");
	assert_refused("{'a':1}", "line 1, column 2: this is not JSON");
	assert_refused("{}/*x*/", "something follows the end");
	assert_refused("[01]", "this is not JSON");
	assert_refused("[+1]", "this is not JSON");
	assert_refused("NaN", "this is not JSON");
	assert_refused("[Infinity]", "this is not JSON");
	assert_refused("", "this is empty");
	assert_refused("  ", "line 1");
	assert_refused("-", "line 1");
}

static void names_are_ascii_and_short(void **state)
{
	char text[100];

	(void)state;
	assert_refused("{\"montant \xe2\x82\xac\":1}",
		       "line 1, column 11: a member's name is of ASCII");
	assert_refused("{\"\\u0061\":1}",
		       "line 1, column 3: a member's name is of ASCII");
	assert_refused("{\"a\\\"\":1}", "a member's name is of ASCII");
	snprintf(text, sizeof text, "{\"%065d\" : 1}", 1);
	assert_refused(text, "line 1, column 3: a member's name is longer than 64 bytes");
	snprintf(text, sizeof text, "{\"%064d\":1}", 1);
	assert_canonical(text, text);
}

static void faults_do_not_repeat_what_stands_there(void **state)
{
	static const char *const texts[] = {
		"{\"a\": dupont}", "{\"dupont\":1,\"dupont\":2}", "{\"dupont\" 1}",
		"[\"dupont\"",     "{\"a\":\"dupont\\x\"}",       "{\"dupont\\u0000\":1}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct buffer out;
		struct fault fault;

		assert_int_equal(canonical(slice_of_text(texts[i]), &out, &fault),
				 ERR_INVALID);
		assert_null(strstr(fault.text, "dupont"));
		buffer_release(&out);
	}
}

static void bad_characters_are_refused(void **state)
{
	(void)state;
	assert_refused("{\"a\":\"\n\"}", "line 1, column 7: a text ends with its line");
	assert_refused("{\"a\":\"\t\"}", "line 1, column 7: a text ends with its line");
	assert_refused("{\"a\":\"x\\u0000\"}", "line 1, column 8: a text holds U+0000");
	assert_refused("[\"\\ud800\"]", "line 1, column 3: a surrogate stands without");
	assert_refused("[\"\\udc00\"]", "a surrogate stands without");
	assert_refused("[\"\\ud800\\ud800\"]", "a surrogate stands without");
	assert_refused("[\"\\ud83dx\"]", "a surrogate stands without");
	assert_refused("[\"\\uD83D\\u0041\"]", "a surrogate stands without");
	assert_refused("[\"\\ud83d", "a surrogate stands without");
	assert_refused("[\"\\u12\"]", "this is not JSON");
	assert_refused("[\"\\", "line 1");
	assert_refused("[\"\\u", "line 1");
	assert_refused("[\n\"a\xff\"]", "line 2, column 3: a byte is not UTF-8");
	assert_refused("[\"\xc3\xa9\xc0\xaf\"]", "line 1, column 4: a byte is not UTF-8");
	assert_refused("[\"\xed\xa0\x80\"]", "line 1, column 3: a byte is not UTF-8");
	assert_refused("[\"\xf0\x9f\x98", "line 1, column 3: a byte is not UTF-8");
	assert_refused("\xef\xbb\xbf{}", "byte order mark");
	assert_refused_bytes(slice_of("{}\0", 3), ERR_INVALID, "a byte is NUL");
	assert_refused_bytes(slice_of("\0", 1), ERR_INVALID, "a byte is NUL");
	assert_refused_bytes(slice_of(NULL, 0), ERR_INVALID, "this is empty");
}

static void what_is_deep_or_long_or_many_is_refused(void **state)
{
	size_t n = (size_t)10 << 20;
	char *bytes = malloc(n);

	(void)state;
	assert_non_null(bytes);
	memset(bytes, 'a', n);
	bytes[0] = bytes[n - 1] = '"';
	assert_refused_bytes(slice_of(bytes, n), ERR_TOO_BIG, "10485760 bytes");
	bytes[INTAKE_BYTES_MAX - 1] = '"';
	{
		struct buffer out;
		struct fault fault;

		assert_int_equal(
			canonical(slice_of(bytes, INTAKE_BYTES_MAX), &out, &fault),
			ERR_OK);
		assert_int_equal(out.n, INTAKE_BYTES_MAX);
		buffer_release(&out);
	}
	memset(bytes, '[', n);
	assert_refused_bytes(slice_of(bytes, INTAKE_BYTES_MAX), ERR_INVALID,
			     "line 1, column 9: this is nested deeper than 8");
	for (size_t i = 0; i < n; i++)
		bytes[i] = i == 0 ? '[' : (i & 1) ? '0' : ',';
	bytes[INTAKE_BYTES_MAX - 2] = ']';
	assert_refused_bytes(slice_of(bytes, INTAKE_BYTES_MAX - 1), ERR_TOO_BIG,
			     "more than 32768 values");
	free(bytes);
	assert_canonical("[[[[[[[[]]]]]]]]", "[[[[[[[[]]]]]]]]");
}

static void what_is_cut_short_is_refused_wherever_it_ends(void **state)
{
	static const char whole[] =
		"{\"a\":[1,-20,\"x\\u00e9\\ud83d\\ude00\xc3\xa9\"],\"b\":{\"c\":null}}";

	(void)state;
	assert_canonical(whole, "{\"a\":[1,-20,\"x\xc3\xa9\xf0\x9f\x98\x80\xc3\xa9\"],"
				"\"b\":{}}");
	for (size_t n = 1; n < sizeof whole - 1; n++) {
		/* Memory that ends with the text, so that a sanitizer sees behind it. */
		uint8_t *copy = malloc(n);

		assert_non_null(copy);
		memcpy(copy, whole, n);
		assert_refused_bytes(slice_of(copy, n), ERR_INVALID, "line 1");
		free(copy);
	}
}

static void a_small_buffer_is_told(void **state)
{
	struct buffer out;
	struct fault fault;

	(void)state;
	buffer_init(&out, 4);
	assert_int_equal(intake_canonical(slice_of_text("{\"a\":1}"), &out, &fault),
			 ERR_TOO_BIG);
	buffer_release(&out);
}

static void a_parsed_draft_lives_in_its_document(void **state)
{
	char bytes[] = "{ \"kind\": \"gift\", \"a\": \"t\\u00e9xt\" }";
	struct json_doc *doc = json_doc_new();
	struct json *value = NULL;
	struct fault fault;

	(void)state;
	assert_int_equal(intake_parse(doc, slice_of_text(bytes), &value, &fault), ERR_OK);
	memset(bytes, 'x', sizeof bytes);
	assert_int_equal(value->count, 2);
	assert_true(slice_equal_text(json_get(value, "a")->text, "t\xc3\xa9xt"));
	assert_non_null(json_add_integer(doc, value, "at", 1));
	value = NULL;
	assert_int_equal(intake_parse(doc, slice_of_text("{"), &value, &fault),
			 ERR_INVALID);
	assert_null(value);
	json_doc_free(doc);
}

/* From the vectors' inputs, for those without reals, literals, names beyond ASCII and
 * U+0000: a person's spelling gives the canonical one. */
static void vectors_of_rfc_8785_give_their_canonical_form(void **state)
{
	static const char *const outside[] = {
		"donation leaf",
		"key order is by UTF-16",
		"key order: prefix first",
		"short escapes",
		"number forms that",
		"RFC 8785 sample numbers",
		"exponent thresholds",
		"shortest round trip",
		"beyond 2^53",
		"literals",
		"whitespace and order",
	};
	struct jcs_vectors vectors;
	size_t inside = 0;

	(void)state;
	jcs_vectors_load(&vectors);
	for (size_t i = 0; i < vectors.count; i++) {
		const struct jcs_vector *vector = &vectors.vector[i];
		bool expected = vector->canonical.p != NULL;
		struct buffer out;
		struct fault fault;
		enum err err = canonical(vector->input, &out, &fault);

		for (size_t k = 0; k < COUNT_OF(outside); k++)
			if (strncmp(vector->name, outside[k], strlen(outside[k])) == 0)
				expected = false;
		if (err != (expected ? ERR_OK : ERR_INVALID))
			fail_msg("%s: %s", vector->name, fault.text);
		if (expected)
			assert_true(slice_equal(buffer_slice(&out), vector->canonical));
		inside += expected;
		buffer_release(&out);
	}
	assert_int_equal(inside, 9);
	jcs_vectors_release(&vectors);
}

/* What is canonical for one reader is canonical for the other, and what intake gives
 * is always an entry's JSON: neither may be wider than the other. */
static bool both_readers_agree(struct slice bytes)
{
	struct json_doc *doc = json_doc_new();
	struct json *value;
	struct buffer out;
	struct fault fault;
	bool is_canonical = json_parse(doc, bytes, &value, &fault) == ERR_OK;
	enum err err = canonical(bytes, &out, &fault);

	if (is_canonical) {
		assert_int_equal(err, ERR_OK);
		assert_true(slice_equal(buffer_slice(&out), bytes));
	}
	if (err == ERR_OK) {
		json_doc_clear(doc);
		assert_int_equal(json_parse(doc, buffer_slice(&out), &value, &fault),
				 ERR_OK);
	}
	json_doc_free(doc);
	buffer_release(&out);
	return is_canonical;
}

static void whatever_is_damaged_the_two_readers_agree(void **state)
{
	static const char whole[] =
		"{\"a\":[1,-20,\"x\\u001f\\n\xc3\xa9\xf0\x9f\x98\x80\"],\"b\":{\"c\":0,"
		"\"d\":\"\\\"\\\\\"},\"e\":9007199254740991}";
	static const char likely[] =
		"{}[]\",:\\0123456789-.eEuntrfalsb \t\n\x1f\x7f\xc3\xa9\xed\xa0";
	uint64_t seed = 1; /* the same damage each time */
	size_t canonical_still = 0;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		uint8_t bytes[sizeof whole];
		size_t n = sizeof whole - 1;

		memcpy(bytes, whole, n);
		for (int hits = i % 3; hits >= 0; hits--) {
			seed = seed * UINT64_C(6364136223846793005) + 1;
			size_t at = (size_t)(seed >> 33) % n;
			char byte = likely[(seed >> 20) % (sizeof likely - 1)];

			if ((seed >> 60) & 1) {
				bytes[at] = (uint8_t)byte;
			} else {
				memmove(bytes + at, bytes + at + 1, n - at - 1);
				n--;
			}
		}
		canonical_still += both_readers_agree(slice_of(bytes, n));
	}
	/* The damage is of both sorts, so both sides were tried. */
	assert_in_range(canonical_still, 1000, 19000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_and_white_space_do_not_matter),
		cmocka_unit_test(a_member_that_is_null_is_absent),
		cmocka_unit_test(the_place_is_told),
		cmocka_unit_test(names_are_ascii_and_short),
		cmocka_unit_test(faults_do_not_repeat_what_stands_there),
		cmocka_unit_test(bad_characters_are_refused),
		cmocka_unit_test(what_is_deep_or_long_or_many_is_refused),
		cmocka_unit_test(what_is_cut_short_is_refused_wherever_it_ends),
		cmocka_unit_test(a_small_buffer_is_told),
		cmocka_unit_test(a_parsed_draft_lives_in_its_document),
		cmocka_unit_test(vectors_of_rfc_8785_give_their_canonical_form),
		cmocka_unit_test(whatever_is_damaged_the_two_readers_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
