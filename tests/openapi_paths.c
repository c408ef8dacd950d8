/*
 * openapi_paths.c - see openapi_paths.h.
 */
#include "tests/openapi_paths.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define SCHEMA_REF "#/components/schemas/"

/* Whether each "$ref" below the value leads to one of the schemas. */
static bool refs_lead(const json_t *value, const json_t *schemas)
{
	const char *name;
	json_t *child;
	size_t i;

	if (json_is_array(value)) {
		json_array_foreach(value, i,
				   child) if (!refs_lead(child, schemas)) return false;
		return true;
	}
	json_object_foreach((json_t *)value, name, child)
	{
		const char *ref = json_string_value(child);

		if (strcmp(name, "$ref") == 0 &&
		    (!ref || strncmp(ref, SCHEMA_REF, strlen(SCHEMA_REF)) != 0 ||
		     !json_object_get(schemas, ref + strlen(SCHEMA_REF))))
			return false;
		if (!refs_lead(child, schemas))
			return false;
	}
	return true;
}

size_t openapi_operations(const char *text,
			  struct openapi_operation ret_operations[OPENAPI_OPERATIONS_MAX])
{
	json_t *document = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	json_t *methods, *operation;
	const char *path, *method;
	const char *version = json_string_value(json_object_get(document, "openapi"));
	size_t n = 0;

	if (!version || strcmp(version, "3.1.0") != 0 ||
	    !refs_lead(document, json_object_get(json_object_get(document, "components"),
						 "schemas"))) {
		json_decref(document);
		return 0;
	}
	json_object_foreach(json_object_get(document, "paths"), path, methods)
	{
		json_object_foreach(methods, method, operation)
		{
			struct openapi_operation *one = &ret_operations[n];

			if (n == OPENAPI_OPERATIONS_MAX)
				break;
			snprintf(one->path, sizeof one->path, "%s", path);
			snprintf(one->method, sizeof one->method, "%s", method);
			one->is_secured =
				json_array_size(json_object_get(operation, "security")) >
				0;
			n++;
		}
	}
	json_decref(document);
	return n;
}
