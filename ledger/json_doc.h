/*
 * json_doc.h - what json.c and json_parse.c share; nobody else includes it.
 */
#ifndef ARRONDI_LEDGER_JSON_DOC_H
#define ARRONDI_LEDGER_JSON_DOC_H

#include <stddef.h>

#include "ledger/json.h"
#include "ledger/json_text.h"

/* Memory for n bytes, aligned for anything; NULL leaves its reason in the document. */
void *json_doc_alloc(struct json_doc *doc, size_t n);

/* Notes the first error of a document; always NULL. */
void *json_doc_fail(struct json_doc *doc, enum err err);

/* Puts a child behind the others. Of an object's member the name must be the greatest. */
void json_link(struct json *parent, struct json *child);

#endif
