/*
 * schema_judge.c - validates by the keywords of draft 2020-12 that we write.
 */
#include "tests/schema_judge.h"

#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

static bool valid(json_t *schema, json_t *instance);

static bool list_holds(const json_t *list, const char *text)
{
	json_t *item;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)list, i,
			   item) if (strcmp(json_string_value(item), text) ==
				     0) return true;
	return false;
}

static bool type_is(const json_t *instance, const char *type)
{
	if (strcmp(type, "integer") == 0)
		return json_is_integer(instance);
	if (strcmp(type, "string") == 0)
		return json_is_string(instance);
	if (strcmp(type, "array") == 0)
		return json_is_array(instance);
	assert_string_equal(type, "object");
	return json_is_object(instance);
}

static bool pattern_matches(const char *pattern, const json_t *instance)
{
	regex_t regex;
	bool matches;

	assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
	matches = !json_is_string(instance) ||
		  regexec(&regex, json_string_value(instance), 0, NULL, 0) == 0;
	regfree(&regex);
	return matches;
}

static bool members_valid(json_t *schema, json_t *instance)
{
	json_t *properties = json_object_get(schema, "properties");
	json_t *more = json_object_get(schema, "additionalProperties");
	json_t *names = json_object_get(schema, "propertyNames");
	const char *name;
	json_t *member;

	json_object_foreach(instance, name, member)
	{
		json_t *declared = json_object_get(properties, name);
		json_t *text = json_string(name);
		bool right = !names || valid(names, text);

		json_decref(text);
		if (!right || (declared && !valid(declared, member)))
			return false;
		if (!declared && (json_is_false(more) || (more && !valid(more, member))))
			return false;
	}
	return true;
}

static bool required_there(const json_t *required, const json_t *instance)
{
	json_t *name;
	size_t i;

	json_array_foreach(
		(json_t *)(uintptr_t)required, i,
		name) if (!json_object_get(instance,
					   json_string_value(name))) return false;
	return true;
}

static bool items_valid(json_t *schema, json_t *instance)
{
	json_t *item;
	size_t i;

	json_array_foreach(instance, i, item) if (!valid(schema, item)) return false;
	return true;
}

static bool items_differ(json_t *instance)
{
	for (size_t i = 0; i < json_array_size(instance); i++)
		for (size_t k = 0; k < i; k++)
			if (json_equal(json_array_get(instance, i),
				       json_array_get(instance, k)))
				return false;
	return true;
}

static size_t valid_of(json_t *schemas, json_t *instance)
{
	size_t count = 0, i;
	json_t *schema;

	json_array_foreach(schemas, i, schema) count += valid(schema, instance);
	return count;
}

/* Characters of a text, as lengths in schemas are counted. */
static json_int_t chars_of(const json_t *text)
{
	json_int_t count = 0;

	for (const char *c = json_string_value(text); *c; c++)
		count += (*c & 0xc0) != 0x80;
	return count;
}

static bool keyword_holds(json_t *schema, const char *keyword, json_t *value,
			  json_t *instance)
{
	json_int_t n = json_integer_value(value);

	if (strcmp(keyword, "type") == 0)
		return type_is(instance, json_string_value(value));
	if (strcmp(keyword, "const") == 0)
		return json_equal(value, instance);
	if (strcmp(keyword, "enum") == 0)
		return json_is_string(instance) &&
		       list_holds(value, json_string_value(instance));
	if (strcmp(keyword, "pattern") == 0)
		return pattern_matches(json_string_value(value), instance);
	if (strcmp(keyword, "minimum") == 0)
		return !json_is_integer(instance) || json_integer_value(instance) >= n;
	if (strcmp(keyword, "maximum") == 0)
		return !json_is_integer(instance) || json_integer_value(instance) <= n;
	if (strcmp(keyword, "minLength") == 0)
		return !json_is_string(instance) || chars_of(instance) >= n;
	if (strcmp(keyword, "maxLength") == 0)
		return !json_is_string(instance) || chars_of(instance) <= n;
	if (strcmp(keyword, "minItems") == 0)
		return !json_is_array(instance) ||
		       (json_int_t)json_array_size(instance) >= n;
	if (strcmp(keyword, "maxItems") == 0)
		return (json_int_t)json_array_size(instance) <= n;
	if (strcmp(keyword, "maxProperties") == 0)
		return (json_int_t)json_object_size(instance) <= n;
	if (strcmp(keyword, "uniqueItems") == 0)
		return items_differ(instance);
	if (strcmp(keyword, "items") == 0)
		return items_valid(value, instance);
	if (strcmp(keyword, "required") == 0)
		return !json_is_object(instance) || required_there(value, instance);
	if (strcmp(keyword, "oneOf") == 0)
		return valid_of(value, instance) == 1;
	if (strcmp(keyword, "properties") == 0)
		return !json_is_object(instance) || members_valid(schema, instance);
	if (strcmp(keyword, "additionalProperties") == 0 ||
	    strcmp(keyword, "propertyNames") == 0)
		return !json_is_object(instance) || members_valid(schema, instance);
	if (strcmp(keyword, "title") && strcmp(keyword, "description") &&
	    strcmp(keyword, "format") && strcmp(keyword, "contentEncoding"))
		fail_msg("unknown keyword '%s'", keyword);
	return true;
}

static bool valid(json_t *schema, json_t *instance)
{
	const char *keyword;
	json_t *value;
	bool holds = true;

	assert_true(json_is_object(schema));
	json_object_foreach(schema, keyword, value) holds =
		keyword_holds(schema, keyword, value, instance) && holds;
	return holds;
}

static json_t *load(const char *text)
{
	json_error_t error;
	json_t *value =
		json_loads(text, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);

	if (!value)
		fail_msg("%s at %d of %s", error.text, error.position, text);
	return value;
}

bool schema_accepts(const char *schema, const char *instance)
{
	json_t *schema_value = load(schema);
	json_t *instance_value = load(instance);
	bool accepts = valid(schema_value, instance_value);

	json_decref(schema_value);
	json_decref(instance_value);
	return accepts;
}

bool schema_has(const char *schema, const char *name)
{
	json_t *value = load(schema);
	bool has = json_object_get(json_object_get(value, "properties"), name) != NULL;

	json_decref(value);
	return has;
}

bool schema_requires(const char *schema, const char *name)
{
	json_t *value = load(schema);
	bool requires = list_holds(json_object_get(value, "required"), name);

	json_decref(value);
	return requires;
}
