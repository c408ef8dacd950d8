/*
 * intake.h - JSON as people and machines write it, made canonical.
 *
 * A draft of an entry comes with its members in any order, with white space, and
 * with null for what does not apply. From here on it is canonical (json.h).
 * What would have to be guessed is refused: a member that stands twice, a number
 * with a fraction or an exponent (amounts are whole cents), true and false, a null
 * in a list, a byte order mark, bytes that are not UTF-8.
 *
 * A fault says "line 3, column 14: ..."; columns are counted in characters. It never
 * repeats what stands there.
 */
#ifndef ARRONDI_LEDGER_INTAKE_H
#define ARRONDI_LEDGER_INTAKE_H

#include "keys/buffer.h"
#include "keys/fault.h"
#include "keys/slice.h"

#define INTAKE_BYTES_MAX ((size_t)1 << 20) /* of a draft or a charter, as written */

struct json;
struct json_doc;

/* Appends the canonical form, which is never longer than what was read. Members that
 * are null are left out. ERR_INVALID; ERR_TOO_BIG past INTAKE_BYTES_MAX, or where the
 * buffer ends; ERR_MEMORY. On failure out may hold a part. */
MUST_USE enum err intake_canonical(struct slice bytes, struct buffer *out,
				   struct fault *fault);

/* The same as a value of doc, which copies what it needs. */
MUST_USE enum err intake_parse(struct json_doc *doc, struct slice bytes,
			       struct json **ret_value, struct fault *fault);

#endif
