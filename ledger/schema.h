/*
 * schema.h - the table of kinds, drawn for others: API, README, FORMAT.md.
 *
 * Nothing is said here that kinds.def does not say; a test holds the README and
 * FORMAT.md against these texts, so that they cannot fall behind.
 */
#ifndef ARRONDI_LEDGER_SCHEMA_H
#define ARRONDI_LEDGER_SCHEMA_H

#include "keys/buffer.h"
#include "keys/fault.h"
#include "ledger/kind.h"

/* More than any of these texts takes. */
#define SCHEMA_BYTES_MAX ((size_t)1 << 20)

/* Appends the JSON Schema (draft 2020-12, as OpenAPI 3.1 uses it) of a draft of the
 * kind: what a submitter sends. It accepts every draft that kind_check() accepts. It
 * cannot say all that kind_check() says: that days exist, a SIREN's check digit, that a
 * key's line is consistent, and lengths in bytes. Returns the buffer's error. */
MUST_USE enum err schema_write(enum kind kind, struct buffer *out);

/* Appends a Markdown table of kinds: nature, who may submit, endpoint, command. */
MUST_USE enum err kinds_table_markdown(struct buffer *out);

/* Appends the reference of each kind, member and nested shape, from headings of the
 * third level on. */
MUST_USE enum err kinds_reference_markdown(struct buffer *out);

#endif
