/*
 * openapi_paths.h - what an OpenAPI document describes, read by another JSON parser.
 *
 * Apart from the tests because jansson and ledger/json.h share names.
 */
#ifndef ARRONDI_TESTS_OPENAPI_PATHS_H
#define ARRONDI_TESTS_OPENAPI_PATHS_H

#include <stdbool.h>
#include <stddef.h>

#define OPENAPI_OPERATIONS_MAX 128

struct openapi_operation {
	char path[96];
	char method[8];  /* "get", "post" */
	bool is_secured; /* a token is asked for */
};

/* How many there are; 0 where the text is no OpenAPI 3.1 document, names a member
 * twice, or refers to a schema that it does not hold. */
size_t openapi_operations(
	const char *text,
	struct openapi_operation ret_operations[OPENAPI_OPERATIONS_MAX]);

#endif
