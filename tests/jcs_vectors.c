/*
 * jcs_vectors.c - reads tests/vectors/jcs.json.
 */
#include "tests/jcs_vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "keys/encoding.h"

static struct slice bytes_of_hex(const json_t *hex)
{
	size_t n = json_string_length(hex) / 2;
	uint8_t *bytes = malloc(n + 1);

	assert_non_null(bytes);
	assert_true(json_is_string(hex));
	assert_int_equal(hex_decode(json_string_value(hex), 2 * n, bytes, n), ERR_OK);
	return slice_of(bytes, n);
}

static const char *text_of(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

void jcs_vectors_load(struct jcs_vectors *ret_vectors)
{
	json_t *file = json_load_file("tests/vectors/jcs.json", 0, NULL);
	json_t *vector;
	size_t i;

	assert_non_null(file);
	*ret_vectors = (struct jcs_vectors){ .file = file };
	json_array_foreach(json_object_get(file, "vectors"), i, vector)
	{
		assert_true(ret_vectors->count < JCS_VECTORS_MAX);
		ret_vectors->vector[ret_vectors->count++] = (struct jcs_vector){
			.name = text_of(vector, "name"),
			.input = slice_of_text(text_of(vector, "input")),
			.canonical =
				bytes_of_hex(json_object_get(vector, "canonical_hex")),
			.sha256 = text_of(vector, "sha256"),
		};
	}
	json_array_foreach(json_object_get(file, "refuse"), i, vector)
	{
		assert_true(ret_vectors->count < JCS_VECTORS_MAX);
		ret_vectors->vector[ret_vectors->count++] = (struct jcs_vector){
			.name = text_of(vector, "name"),
			.input = bytes_of_hex(json_object_get(vector, "input_hex")),
		};
	}
}

void jcs_vectors_release(struct jcs_vectors *vectors)
{
	for (size_t i = 0; i < vectors->count; i++) {
		struct jcs_vector *vector = &vectors->vector[i];
		bool refused = vector->canonical.p == NULL;

		free((void *)(uintptr_t)(refused ? vector->input.p
						 : vector->canonical.p));
	}
	json_decref(vectors->file);
}
