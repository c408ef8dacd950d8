/*
 * fuzz_json.c - the three readers of JSON: canonical (ledger/json.h), as people write
 * it (ledger/intake.h), and token by token (gateway/json_reader.h). What one of them
 * takes the others must read alike.
 */
#include <stdlib.h>

#include "gateway/json_reader.h"
#include "ledger/intake.h"
#include "ledger/json.h"
#include "tests/fuzz.h"

static unsigned depth_of(const struct json *value)
{
	unsigned deepest = 0;

	if (value->type != JSON_LIST && value->type != JSON_OBJECT)
		return 0;
	for (const struct json *child = value->first; child; child = child->next)
		if (depth_of(child) > deepest)
			deepest = depth_of(child);
	return deepest + 1;
}

/* Every value of a document can be looked up, and its copy is written alike. */
static void copy_check(const struct json *value, struct slice bytes)
{
	struct json_doc *doc = json_doc_new();
	struct json *list, *copy;
	struct buffer out;

	FUZZ_MUST(doc != NULL);
	list = json_new(doc, JSON_LIST);
	copy = json_add_copy(doc, list, NULL, value);
	buffer_init(&out, bytes.n);
	FUZZ_MUST(json_doc_err(doc) == ERR_OK && copy);
	FUZZ_MUST(json_write(copy, &out) == ERR_OK);
	FUZZ_MUST(slice_equal(buffer_slice(&out), bytes));
	for (const struct json *child = value->first; child; child = child->next)
		if (value->type == JSON_OBJECT) {
			char *name = fuzz_text(child->name.p, child->name.n);

			FUZZ_MUST(json_get(value, name) == child);
			free(name);
		}
	buffer_release(&out);
	json_doc_free(doc);
}

/* True where the bytes are canonical: then they are what is written again. */
static bool canonical_check(struct slice bytes)
{
	struct json_doc *doc = json_doc_new();
	struct json *value = NULL;
	struct buffer out;
	struct fault fault;
	enum err err;

	FUZZ_MUST(doc != NULL);
	err = json_parse(doc, bytes, &value, &fault);
	fuzz_must_be_said(err, &fault);
	if (!err) {
		buffer_init(&out, bytes.n);
		FUZZ_MUST(json_write(value, &out) == ERR_OK);
		FUZZ_MUST(slice_equal(buffer_slice(&out), bytes));
		if (depth_of(value) < JSON_DEPTH_MAX)
			copy_check(value, bytes);
		buffer_release(&out);
	}
	json_doc_free(doc);
	return !err;
}

static bool tokens_check(struct slice bytes)
{
	struct json_reader reader;
	enum json_token token = JSON_TOKEN_NULL;
	struct fault fault;
	enum err err = ERR_OK, skipped;
	size_t count = 0;

	json_reader_init(&reader, bytes);
	while (!err && token != JSON_TOKEN_END) {
		err = json_reader_next(&reader, &token, &fault);
		FUZZ_MUST(count++ <= bytes.n + 1);
		fuzz_must_be_said(err, &fault);
	}
	json_reader_release(&reader);
	json_reader_init(&reader, bytes);
	skipped = json_reader_next(&reader, &token, &fault);
	if (!skipped)
		skipped = json_reader_skip(&reader, token, &fault);
	if (!skipped)
		skipped = json_reader_next(&reader, &token, &fault);
	json_reader_release(&reader);
	/* To pass over a value is to read it. */
	FUZZ_MUST(skipped == err);
	return !err;
}

FUZZ_TARGET(json)
{
	struct slice bytes_in = slice_of(bytes, n);
	bool is_canonical = canonical_check(bytes_in);
	bool is_json = tokens_check(bytes_in);
	struct buffer out;
	struct fault fault;
	enum err err;

	buffer_init(&out, INTAKE_BYTES_MAX);
	err = intake_canonical(bytes_in, &out, &fault);
	fuzz_must_be_said(err, &fault);
	if (!err) {
		FUZZ_MUST(is_json);
		FUZZ_MUST(out.n <= n);
		FUZZ_MUST(canonical_check(buffer_slice(&out)));
		if (is_canonical)
			FUZZ_MUST(slice_equal(buffer_slice(&out), bytes_in));
	}
	if (is_canonical) {
		FUZZ_MUST(is_json);
		FUZZ_MUST(err == ERR_OK || bytes[0] != '{');
	}
	buffer_release(&out);
	return 0;
}
