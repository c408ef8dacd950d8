/*
 * json.h - the part of JSON that entries are made of, in canonical form.
 *
 * Entries are RFC 8785 (JCS) with three limits that make the canonical form
 * exact without floating point: names are 0 to 64 bytes of printable ASCII
 * without quote and backslash (so byte order is JCS's UTF-16 order, and a name
 * never needs an escape), numbers are integers with |n| <= 2^53 - 1, and there are
 * no booleans and no nulls (a member that does not apply is absent). Texts hold
 * every character but NUL.
 *
 * A document owns its values; values are only valid while it lives. Objects
 * keep their members in ascending order of their names, whatever the order in
 * which they were added, so writing a value always gives the canonical form.
 *
 * json_parse() accepts canonical bytes only: for every input it accepts,
 * json_write() of the result gives the same bytes back.
 */
#ifndef ARRONDI_LEDGER_JSON_H
#define ARRONDI_LEDGER_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/buffer.h"
#include "keys/fault.h"
#include "keys/slice.h"

#define JSON_DEPTH_MAX      8
#define JSON_VALUES_MAX     32768 /* a leaf of 65,535 bytes cannot hold more */
#define JSON_INTEGER_MAX    INT64_C(9007199254740991)
#define JSON_NAME_BYTES_MAX 64

enum json_type { JSON_INTEGER, JSON_TEXT, JSON_LIST, JSON_OBJECT };

struct json {
	enum json_type type;
	struct slice name;  /* of the member that holds it; empty elsewhere */
	int64_t integer;    /* JSON_INTEGER */
	struct slice text;  /* JSON_TEXT: decoded UTF-8, may hold LF, no NUL */
	struct json *first; /* JSON_LIST, JSON_OBJECT: children in order */
	struct json *last;  /* of the children, so that appending costs the same */
	struct json *next;  /* the next sibling */
	size_t count;       /* children */
};

struct json_doc; /* the arena */

struct json_doc *json_doc_new(void); /* NULL when out of memory */
void json_doc_free(struct json_doc *doc);

/* Forgets every value and the error and keeps a chunk of memory: who parses one
 * entry after the other allocates nothing. */
void json_doc_clear(struct json_doc *doc);

/* Parses canonical bytes whole; ERR_INVALID names the byte and the reason,
 * ERR_TOO_BIG is past JSON_VALUES_MAX, ERR_MEMORY.
 * The texts may point into the input, which must outlive the document. */
MUST_USE enum err json_parse(struct json_doc *doc, struct slice bytes,
			     struct json **ret_value, struct fault *fault);

/* Building. Text and names are copied. The functions return the new value, or
 * NULL when the document has an error; a NULL parent is accepted and gives NULL, so
 * that a chain of additions can be checked once at its end with json_doc_err():
 * ERR_MEMORY, ERR_TOO_BIG past JSON_VALUES_MAX (what was replaced or removed
 * still counts), or ERR_INVALID for a name, a text or an integer that canonical
 * form does not know. Adding a member whose name is there replaces it. */
struct json *json_new(struct json_doc *doc, enum json_type type);
struct json *json_add_integer(struct json_doc *doc, struct json *object, const char *name,
			      int64_t integer);
struct json *json_add_text(struct json_doc *doc, struct json *object, const char *name,
			   struct slice text);
struct json *json_add_cstring(struct json_doc *doc, struct json *object, const char *name,
			      const char *text);
struct json *json_add(struct json_doc *doc, struct json *object, const char *name,
		      enum json_type type); /* an empty list or object */
struct json *json_append(struct json_doc *doc, struct json *list, enum json_type type);
struct json *json_append_text(struct json_doc *doc, struct json *list, struct slice text);
struct json *json_append_integer(struct json_doc *doc, struct json *list,
				 int64_t integer);
/* A deep copy of value, as a member of object (or of a list, name NULL). */
struct json *json_add_copy(struct json_doc *doc, struct json *parent, const char *name,
			   const struct json *value);
void json_remove(struct json *object, const char *name);
MUST_USE enum err json_doc_err(const struct json_doc *doc);

/* The member of that name, or NULL (also when object is NULL or no object). */
const struct json *json_get(const struct json *object, const char *name);

/* Appends the canonical bytes. ERR_INVALID when nested deeper than JSON_DEPTH_MAX,
 * or the buffer's error; what was appended until then stays. */
MUST_USE enum err json_write(const struct json *value, struct buffer *out);

#endif
