/*
 * jcs_vectors.h - the vectors of RFC 8785, for tests that cannot see jansson.
 *
 * jansson.h and ledger/json.h both name JSON_INTEGER and JSON_OBJECT, so no file
 * includes both of them.
 */
#ifndef ARRONDI_TESTS_JCS_VECTORS_H
#define ARRONDI_TESTS_JCS_VECTORS_H

#include <stddef.h>

#include "keys/slice.h"

#define JCS_VECTORS_MAX 64

struct jcs_vector {
	const char *name;
	struct slice input;
	struct slice canonical; /* empty: the input must be refused */
	const char *sha256;     /* of canonical, in hexadecimal */
};

struct jcs_vectors {
	struct jcs_vector vector[JCS_VECTORS_MAX];
	size_t count;
	void *file;
};

/* Of tests/vectors/jcs.json; fails the test where it cannot be read. */
void jcs_vectors_load(struct jcs_vectors *ret_vectors);
void jcs_vectors_release(struct jcs_vectors *vectors);

#endif
