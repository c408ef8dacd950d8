/*
 * test_json.c - canonical JSON: what is refused, what comes back byte for byte:
 * ledger/json.c, ledger/json_parse.c and ledger/json_text.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "keys/encoding.h"
#include "keys/hash.h"
#include "ledger/json.h"
#include "tests/jcs_vectors.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))
#define OUT_BYTES_MAX   ((size_t)16 << 20)

static enum err parse(struct slice bytes, struct fault *fault)
{
	struct json_doc *doc = json_doc_new();
	struct json *value = NULL;
	enum err err;

	assert_non_null(doc);
	*fault = (struct fault){ 0 };
	err = json_parse(doc, bytes, &value, fault);
	if (err == ERR_OK) {
		struct buffer out;

		buffer_init(&out, OUT_BYTES_MAX);
		assert_int_equal(json_write(value, &out), ERR_OK);
		assert_int_equal(out.n, bytes.n);
		assert_memory_equal(out.p, bytes.p, bytes.n);
		buffer_release(&out);
	} else {
		assert_null(value);
		assert_int_equal(fault->err, err);
		assert_true(fault->text[0] != '\0');
	}
	json_doc_free(doc);
	return err;
}

static void assert_refused(const char *text, const char *why)
{
	struct fault fault;

	if (parse(slice_of_text(text), &fault) != ERR_INVALID)
		fail_msg("accepted: %s", text);
	if (!strstr(fault.text, why))
		fail_msg("%s: %s", text, fault.text);
}

static void assert_accepted(const char *text)
{
	struct fault fault;

	if (parse(slice_of_text(text), &fault) != ERR_OK)
		fail_msg("%s: %s", text, fault.text);
}

static void what_is_canonical_comes_back_byte_for_byte(void **state)
{
	static const char *const texts[] = {
		"{}",
		"[]",
		"0",
		"-1",
		"\"\"",
		"9007199254740991",
		"-9007199254740991",
		"{\"\":1,\"a\":2,\"aa\":3,\"b\":[]}",
		"[[],{},\"\xc3\xa9\",0]",
		"\"\\b\\t\\n\\f\\r\\u0001\\u000b\\u001f\\\"\\\\/\x7f\"",
		"[[[[[[[[]]]]]]]]",
		"{\"10\":1,\"2\":2,\"A\":3,\"a\":4}",
		"\"caf\xc3\xa9\\n\xf0\x9f\x98\x80\"",
		/* A name of 64 bytes. */
		("{\"a23456789012345678901234567890123456789012345678901234567890"
		 "1234\":1}"),
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		assert_accepted(texts[i]);
}

static void a_second_spelling_is_refused_with_its_reason(void **state)
{
	(void)state;
	assert_refused("", "ends too soon");
	assert_refused(" {}", "white space");
	assert_refused("{} ", "white space");
	assert_refused("{\"a\": 1}", "white space");
	assert_refused("[1, 2]", "white space");
	assert_refused("{}x", "byte 2: nothing may follow");
	assert_refused("{\"b\":1,\"a\":2}", "ascend");
	assert_refused("{\"a\":1,\"a\":2}", "ascend");
	assert_refused("{\"aa\":1,\"a\":2}", "ascend");
	assert_refused("{\"\xc3\xa9\":1}", "printable ASCII");
	assert_refused("{\"\\n\":1}", "printable ASCII");
	assert_refused("{\"a\x7f\":1}", "printable ASCII");
	assert_refused("{\"a234567890123456789012345678901234567890123456789012345678"
		       "9012345\":1}",
		       "64 bytes");
	assert_refused("[-0]", "minus zero");
	assert_refused("[01]", "leading zero");
	assert_refused("[-01]", "leading zero");
	assert_refused("[1.0]", "whole");
	assert_refused("[1e3]", "whole");
	assert_refused("[1E400]", "whole");
	assert_refused("[-]", "digit");
	assert_refused("[+1]", "a value must follow");
	assert_refused("9007199254740992", "past 9007199254740991");
	assert_refused("-9007199254740992", "past 9007199254740991");
	assert_refused("99999999999999999999999999999999", "past 9007199254740991");
	assert_refused("true", "true, false or null");
	assert_refused("[false]", "true, false or null");
	assert_refused("{\"a\":null}", "true, false or null");
	assert_refused("[1,]", "a value must follow");
	assert_refused("{\"a\":1,}", "name must follow");
	assert_refused("{a:1}", "name must follow");
	assert_refused("[1}", "a comma or ']'");
	assert_refused("{\"a\":1]", "a comma or '}'");
	assert_refused("{\"a\"1}", "colon");
	assert_refused("[[[[[[[[[]]]]]]]]]", "deeper than 8");
	assert_refused("\"\\/\"", "escape");
	assert_refused("\"\\u000A\"", "escape");
	assert_refused("\"\\u000a\"", "escape");
	assert_refused("\"\\u001F\"", "escape");
	assert_refused("\"\\u0041\"", "escape");
	assert_refused("\"\\u0020\"", "escape");
	assert_refused("\"\\u0000\"", "escape");
	assert_refused("\"\\ud800\"", "escape");
	assert_refused("\"\\x\"", "escape");
	assert_refused("\"a\nb\"", "control");
	assert_refused("\"a\\nb\nc\"", "control");
	assert_refused("\"\xff\"", "UTF-8");
	assert_refused("\"\\n\xff\"", "UTF-8");
	assert_refused("\"\xc0\xaf\"", "UTF-8");
	assert_refused("\"\xed\xa0\x80\"", "UTF-8");
	assert_refused("\xef\xbb\xbf{}", "a value must follow");
}

static void what_is_cut_short_is_refused_wherever_it_ends(void **state)
{
	static const char whole[] =
		"{\"a\":[1,-20,\"x\\u0001\\n\xc3\xa9\"],\"b\":{\"c\":\"d\"},\"e\":{}}";

	(void)state;
	assert_accepted(whole);
	for (size_t n = 0; n < sizeof whole - 1; n++) {
		struct fault fault;
		/* A copy of its own, so that a sanitizer sees a read behind it. */
		uint8_t *copy = malloc(n + 1);

		memcpy(copy, whole, n);
		copy = realloc(copy, n > 0 ? n : 1);
		assert_int_equal(parse(slice_of(copy, n), &fault), ERR_INVALID);
		free(copy);
	}
}

static void bytes_after_a_nul_are_seen(void **state)
{
	struct fault fault;

	(void)state;
	assert_int_equal(parse(slice_of("{}\0", 3), &fault), ERR_INVALID);
	assert_int_equal(parse(slice_of("\"a\0b\"", 5), &fault), ERR_INVALID);
	assert_int_equal(parse(slice_of("{\"a\0\":1}", 8), &fault), ERR_INVALID);
	assert_int_equal(parse(slice_of(NULL, 0), &fault), ERR_INVALID);
}

static void deep_long_and_many_stop_at_their_limits(void **state)
{
	size_t n = (size_t)10 << 20;
	uint8_t *bytes = malloc(n);
	struct fault fault;

	(void)state;
	assert_non_null(bytes);
	memset(bytes, '[', n);
	assert_int_equal(parse(slice_of(bytes, n), &fault), ERR_INVALID);
	memset(bytes, 'a', n);
	bytes[0] = '"';
	assert_int_equal(parse(slice_of(bytes, n), &fault), ERR_INVALID);
	bytes[n - 1] = '"';
	assert_int_equal(parse(slice_of(bytes, n), &fault), ERR_OK);
	bytes[1] = '\\';
	bytes[2] = 'n';
	assert_int_equal(parse(slice_of(bytes, n), &fault), ERR_OK);
	for (size_t i = 0; i < n; i++)
		bytes[i] = (i & 1) ? '0' : ',';
	bytes[0] = '[';
	bytes[2 * (JSON_VALUES_MAX - 1)] = ']';
	assert_int_equal(parse(slice_of(bytes, 2 * JSON_VALUES_MAX - 1), &fault), ERR_OK);
	bytes[2 * (JSON_VALUES_MAX - 1)] = ',';
	bytes[n - 1] = ']';
	assert_int_equal(parse(slice_of(bytes, n), &fault), ERR_TOO_BIG);
	free(bytes);
}

/* Those without reals, literals, names beyond ASCII and U+0000. */
static bool in_our_part(const char *name)
{
	static const char *const names[] = {
		"empty object",
		"empty array",
		"key order: \"10\" before \"2\" before \"a\"; upper case before lower",
		"nested objects sorted, arrays not",
		"string escapes: only \" \\\\ and controls",
		"DEL, U+2028, U+2029, solidus are not escaped",
		"no Unicode normalization: e+U+0301 stays",
		"astral characters as raw UTF-8",
		"integers",
		"number forms that collapse",
	};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static void vectors_of_rfc_8785_come_back_or_are_outside_of_our_part(void **state)
{
	struct jcs_vectors vectors;
	size_t inside = 0;

	(void)state;
	jcs_vectors_load(&vectors);
	for (size_t i = 0; i < vectors.count; i++) {
		const struct jcs_vector *vector = &vectors.vector[i];
		bool expected = vector->canonical.p && in_our_part(vector->name);
		struct slice bytes =
			vector->canonical.p ? vector->canonical : vector->input;
		struct hash hash = hash_bytes(bytes.p, bytes.n);
		char hex[HASH_HEX_CHARS + 1];
		struct fault fault;

		if (parse(bytes, &fault) != (expected ? ERR_OK : ERR_INVALID))
			fail_msg("%s: %s", vector->name, fault.text);
		hex_encode(hash.b, sizeof hash.b, hex);
		if (expected)
			assert_string_equal(hex, vector->sha256);
		inside += expected;
	}
	assert_int_equal(inside, 10);
	jcs_vectors_release(&vectors);
}

static void assert_written(const struct json *value, const char *expected)
{
	struct buffer out;

	buffer_init(&out, OUT_BYTES_MAX);
	assert_int_equal(json_write(value, &out), ERR_OK);
	assert_string_equal(buffer_text(&out), expected);
	buffer_release(&out);
}

static void members_are_sorted_as_they_are_added(void **state)
{
	struct json_doc *doc = json_doc_new();
	struct json *object = json_new(doc, JSON_OBJECT);
	struct json *list;

	(void)state;
	json_add_integer(doc, object, "m", 1);
	json_add_cstring(doc, object, "z", "\x01\"\n\xc3\xa9");
	json_add_integer(doc, object, "a", -JSON_INTEGER_MAX);
	json_add_integer(doc, object, "mm", 2);
	list = json_add(doc, object, "b", JSON_LIST);
	json_append_integer(doc, list, 3);
	json_append_text(doc, list, slice_of_text("x"));
	json_add_integer(doc, json_append(doc, list, JSON_OBJECT), "k", 0);
	assert_int_equal(json_doc_err(doc), ERR_OK);
	assert_int_equal(object->count, 5);
	assert_written(object,
		       "{\"a\":-9007199254740991,\"b\":[3,\"x\",{\"k\":0}],\"m\":1,"
		       "\"mm\":2,\"z\":\"\\u0001\\\"\\n\xc3\xa9\"}");
	json_doc_free(doc);
}

static void an_added_member_replaces_the_one_of_its_name(void **state)
{
	struct json_doc *doc = json_doc_new();
	struct json *object = json_new(doc, JSON_OBJECT);

	(void)state;
	json_add_integer(doc, object, "b", 1);
	json_add_integer(doc, object, "a", 2);
	json_add_cstring(doc, object, "c", "old");
	/* The text that is replaced is the one that is copied. */
	json_add_text(doc, object, "c", json_get(object, "c")->text);
	json_add_cstring(doc, object, "b", "new");
	json_add_integer(doc, object, "a", 3);
	json_add_integer(doc, object, "d", 4);
	assert_int_equal(object->count, 4);
	assert_written(object, "{\"a\":3,\"b\":\"new\",\"c\":\"old\",\"d\":4}");
	json_remove(object, "d");
	json_remove(object, "d");
	json_remove(object, "a");
	json_add_integer(doc, object, "e", 5);
	assert_written(object, "{\"b\":\"new\",\"c\":\"old\",\"e\":5}");
	json_remove(object, "b");
	json_remove(object, "c");
	json_remove(object, "e");
	assert_written(object, "{}");
	json_add_integer(doc, object, "f", 6);
	assert_written(object, "{\"f\":6}");
	assert_int_equal(json_doc_err(doc), ERR_OK);
	json_doc_free(doc);
}

static void a_copy_is_deep_and_lives_in_its_own_document(void **state)
{
	static const char text[] = "{\"a\":[1,{\"b\":\"c\"}],\"d\":{}}";
	struct json_doc *from = json_doc_new(), *to = json_doc_new();
	char *bytes = strdup(text);
	struct json *value, *object = json_new(to, JSON_OBJECT);

	(void)state;
	assert_int_equal(json_parse(from, slice_of_text(bytes), &value, NULL), ERR_OK);
	assert_non_null(json_add_copy(to, object, "x", value));
	assert_non_null(
		json_add_copy(to, json_add(to, object, "l", JSON_LIST), NULL, value));
	json_doc_free(from);
	free(bytes);
	assert_written(object, "{\"l\":[{\"a\":[1,{\"b\":\"c\"}],\"d\":{}}],"
			       "\"x\":{\"a\":[1,{\"b\":\"c\"}],\"d\":{}}}");
	json_doc_free(to);
}

static void what_has_no_canonical_form_sticks_as_the_documents_error(void **state)
{
	static const char *const names[] = { "\xc3\xa9", "a\n", "a\"", "a\\" };
	struct json_doc *doc = json_doc_new();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		json_doc_clear(doc);
		assert_null(
			json_add_integer(doc, json_new(doc, JSON_OBJECT), names[i], 1));
		assert_int_equal(json_doc_err(doc), ERR_INVALID);
	}
	json_doc_clear(doc);
	assert_null(json_add_cstring(doc, json_new(doc, JSON_OBJECT), "a", "\xff"));
	assert_int_equal(json_doc_err(doc), ERR_INVALID);
	assert_null(json_new(doc, JSON_OBJECT));
	json_doc_clear(doc);
	assert_null(json_append_text(doc, json_new(doc, JSON_LIST), slice_of("a\0b", 3)));
	assert_int_equal(json_doc_err(doc), ERR_INVALID);
	json_doc_clear(doc);
	assert_null(
		json_append_integer(doc, json_new(doc, JSON_LIST), JSON_INTEGER_MAX + 1));
	assert_int_equal(json_doc_err(doc), ERR_INVALID);
	json_doc_clear(doc);
	assert_null(json_add_integer(doc, NULL, "a", 1));
	assert_int_equal(json_doc_err(doc), ERR_OK);
	json_doc_free(doc);
}

static void a_document_ends_at_its_number_of_values(void **state)
{
	struct json_doc *doc = json_doc_new();
	struct json *list = json_new(doc, JSON_LIST);

	(void)state;
	for (int i = 1; i < JSON_VALUES_MAX; i++)
		assert_non_null(json_append_integer(doc, list, i));
	assert_null(json_append_integer(doc, list, 0));
	assert_int_equal(json_doc_err(doc), ERR_TOO_BIG);
	json_doc_clear(doc);
	assert_non_null(json_new(doc, JSON_LIST));
	json_doc_free(doc);
}

static void what_is_built_too_deep_is_not_written(void **state)
{
	struct json_doc *doc = json_doc_new();
	struct json *top = json_new(doc, JSON_LIST), *list = top;
	struct buffer out;

	(void)state;
	for (int i = 1; i < JSON_DEPTH_MAX; i++)
		list = json_append(doc, list, JSON_LIST);
	assert_written(top, "[[[[[[[[]]]]]]]]");
	json_append(doc, list, JSON_LIST);
	buffer_init(&out, OUT_BYTES_MAX);
	assert_int_equal(json_write(top, &out), ERR_INVALID);
	buffer_release(&out);
	json_doc_free(doc);
}

static void a_full_buffer_is_told(void **state)
{
	struct json_doc *doc = json_doc_new();
	struct json *object = json_new(doc, JSON_OBJECT);
	struct buffer out;

	(void)state;
	json_add_cstring(doc, object, "a", "bcd");
	buffer_init(&out, 10);
	assert_int_equal(json_write(object, &out), ERR_TOO_BIG);
	buffer_release(&out);
	json_doc_free(doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_canonical_comes_back_byte_for_byte),
		cmocka_unit_test(a_second_spelling_is_refused_with_its_reason),
		cmocka_unit_test(what_is_cut_short_is_refused_wherever_it_ends),
		cmocka_unit_test(bytes_after_a_nul_are_seen),
		cmocka_unit_test(deep_long_and_many_stop_at_their_limits),
		cmocka_unit_test(
			vectors_of_rfc_8785_come_back_or_are_outside_of_our_part),
		cmocka_unit_test(members_are_sorted_as_they_are_added),
		cmocka_unit_test(an_added_member_replaces_the_one_of_its_name),
		cmocka_unit_test(a_copy_is_deep_and_lives_in_its_own_document),
		cmocka_unit_test(
			what_has_no_canonical_form_sticks_as_the_documents_error),
		cmocka_unit_test(a_document_ends_at_its_number_of_values),
		cmocka_unit_test(what_is_built_too_deep_is_not_written),
		cmocka_unit_test(a_full_buffer_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
