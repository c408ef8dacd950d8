/*
 * intake.c - where jansson ends: its values become canonical bytes.
 *
 * This is the only file of ledger/ that includes jansson, so the verifier, which
 * reads canonical bytes only, is linked without it. It writes bytes and not values
 * because intake_parse.c then reads them through the same door as an auditor does:
 * there is one judge of what is canonical.
 *
 *  (1) intake_scan() has passed: every number is an integer, names are ASCII,
 *      nesting is bounded.
 */
#include "ledger/intake.h"

#include <jansson.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "ledger/intake_scan.h"
#include "ledger/json_text.h"

static enum err value_write(const json_t *value, struct buffer *out);

static int name_order(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* names has room for every member's. */
static enum err members_write(json_t *object, const char **names, struct buffer *out)
{
	size_t count = 0;
	const char *name;
	json_t *member;
	enum err err = ERR_OK;

	/* A null says that the member does not apply; canonical form says nothing. */
	json_object_foreach(object, name, member) if (!json_is_null(member))
		names[count++] = name;
	qsort(names, count, sizeof *names, name_order);
	for (size_t i = 0; i < count && err == ERR_OK; i++) {
		if (i > 0)
			buffer_put_byte(out, ',');
		json_text_write(slice_of_text(names[i]), out);
		buffer_put_byte(out, ':');
		err = value_write(json_object_get(object, names[i]), out);
	}
	return err;
}

static enum err object_write(json_t *object, struct buffer *out)
{
	const char **names = calloc(json_object_size(object) + 1, sizeof *names);
	enum err err;

	if (!names)
		return ERR_MEMORY;
	buffer_put_byte(out, '{');
	err = members_write(object, names, out);
	buffer_put_byte(out, '}');
	free(names);
	return err;
}

static enum err list_write(const json_t *list, struct buffer *out)
{
	size_t count = json_array_size(list);
	enum err err = ERR_OK;

	buffer_put_byte(out, '[');
	for (size_t i = 0; i < count && err == ERR_OK; i++) {
		if (i > 0)
			buffer_put_byte(out, ',');
		err = value_write(json_array_get(list, i), out);
	}
	buffer_put_byte(out, ']');
	return err;
}

/* The buffer's own failures wait in it; what is returned are the others. */
static enum err value_write(const json_t *value, struct buffer *out)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return object_write((json_t *)(uintptr_t)value, out);
	case JSON_ARRAY:
		return list_write(value, out);
	case JSON_STRING:
		json_text_write(
			slice_of(json_string_value(value), json_string_length(value)),
			out);
		return ERR_OK;
	case JSON_INTEGER:
		buffer_printf(out, "%lld", (long long)json_integer_value(value));
		return ERR_OK;
	case JSON_REAL:
	case JSON_TRUE:
	case JSON_FALSE:
	case JSON_NULL:
		break; /* (1) */
	}
	abort();
}

/* jansson's own sentences may repeat what stands in the text. */
static const char *sentence_of(const json_error_t *error)
{
	switch (json_error_code(error)) {
	case json_error_premature_end_of_input:
		return "the text ends too soon: a bracket, brace or quote is open";
	case json_error_end_of_input_expected:
		return "something follows the end of the value: leave it out";
	case json_error_duplicate_key:
		return "a member stands there twice: leave one out";
	case json_error_invalid_utf8:
		return "a byte is not UTF-8: save it as UTF-8";
	case json_error_null_character:
	case json_error_null_byte_in_key:
		return "a text holds U+0000: leave it out";
	default: /* not an enum of ours */
		return "this is not JSON: look for a missing or superfluous comma, "
		       "quote, "
		       "colon or bracket before it";
	}
}

/* Jansson does not always notice that memory was refused: it takes the text for a wrong
 * one, or leaves a letter or a digit of it out. So we look ourselves. */
static _Thread_local bool memory_failed;

static void *memory_take(size_t n)
{
	void *p = malloc(n);

	if (!p)
		memory_failed = true;
	return p;
}

static void memory_watch(void)
{
	json_set_alloc_funcs(memory_take, free);
}

static enum err load(struct slice bytes, json_t **ret_value, struct fault *fault)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	json_error_t error;
	json_t *value;

	(void)pthread_once(&once, memory_watch); /* cannot fail */
	memory_failed = false;
	value = json_loadb((const char *)bytes.p, bytes.n,
			   JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (memory_failed) {
		json_decref(value); /* NULL is allowed */
		return fault_set(fault, ERR_MEMORY, "out of memory");
	}
	if (value) {
		*ret_value = value;
		return ERR_OK;
	}
	return fault_set(fault, ERR_INVALID, "line %d, column %d: %s",
			 error.line > 0 ? error.line : 1,
			 error.column > 0 ? error.column : 1, sentence_of(&error));
}

enum err intake_canonical(struct slice bytes, struct buffer *out, struct fault *fault)
{
	json_t *value = NULL;
	enum err err = intake_scan(bytes, fault);

	if (err != ERR_OK)
		return err;
	err = load(bytes, &value, fault);
	if (err != ERR_OK)
		return err;
	err = value_write(value, out);
	json_decref(value);
	if (err != ERR_OK)
		return fault_set(fault, err, "out of memory");
	return buffer_check(out, "what was sent", fault);
}
