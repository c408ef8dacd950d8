/*
 * json_doc.h - what json.c and json_parse.c share; nobody else includes it.
 */
#ifndef ARRONDI_LEDGER_JSON_DOC_H
#define ARRONDI_LEDGER_JSON_DOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/slice.h"
#include "ledger/json.h"

/* Memory for n bytes, aligned for anything; NULL leaves its reason in the document. */
void *json_doc_alloc(struct json_doc *doc, size_t n);

/* Notes the first error of a document; always NULL. */
void *json_doc_fail(struct json_doc *doc, enum err err);

/* Puts a child behind the others. Of an object's member the name must be the greatest. */
void json_link(struct json *parent, struct json *child);

static inline bool json_name_byte(uint8_t byte)
{
	return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
}

/* The order of members: bytes, and a name before those that begin with it. */
static inline int json_name_cmp(struct slice a, struct slice b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n > 0 ? memcmp(a.p, b.p, n) : 0;

	return order != 0 ? order : (a.n > b.n) - (a.n < b.n);
}

#endif
