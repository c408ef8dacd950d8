/*
 * json.h - members of an entry, for the model; what is missing ends the program.
 */
#ifndef ARRONDI_TESTS_MODEL_JSON_H
#define ARRONDI_TESTS_MODEL_JSON_H

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>

static inline const char *text_or(const json_t *object, const char *name,
				  const char *otherwise)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : otherwise;
}

static inline const char *text_of(const json_t *object, const char *name)
{
	const char *text = text_or(object, name, NULL);

	if (!text)
		abort();
	return text;
}

static inline int64_t number_or(const json_t *object, const char *name, int64_t otherwise)
{
	json_t *number = json_object_get(object, name);

	return json_is_integer(number) ? json_integer_value(number) : otherwise;
}

static inline int64_t number_of(const json_t *object, const char *name)
{
	if (!json_is_integer(json_object_get(object, name)))
		abort();
	return number_or(object, name, 0);
}

#endif
