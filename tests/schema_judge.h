/*
 * schema_judge.h - as much of a JSON Schema validator as ledger/schema.c writes.
 *
 * It fails the test on a keyword that it does not know, so a schema cannot pass here
 * by saying something that nobody looked at.
 */
#ifndef ARRONDI_TESTS_SCHEMA_JUDGE_H
#define ARRONDI_TESTS_SCHEMA_JUDGE_H

#include <stdbool.h>

/* Whether an instance, JSON too, is valid. */
bool schema_accepts(const char *schema, const char *instance);

/* Whether an object's schema has a member at its top, and requires it. */
bool schema_has(const char *schema, const char *name);
bool schema_requires(const char *schema, const char *name);

#endif
