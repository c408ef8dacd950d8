/*
 * published.h - what the JSON form of a report says of itself.
 *
 * That form is ours to the byte (reports/render.h): it begins with the report's name and
 * its language, and its properties tell the log that it stands on, and what it was asked.
 * Here these are read, and nothing else.
 */
#ifndef ARRONDI_LEDGER_PUBLISHED_H
#define ARRONDI_LEDGER_PUBLISHED_H

#include <stdbool.h>
#include <stdint.h>

#include "keys/fault.h"
#include "keys/hash.h"
#include "keys/slice.h"

#define PUBLISHED_BYTES_MAX ((size_t)256 << 20)
#define PUBLISHED_TEXT      65

struct published {
	char name[PUBLISHED_TEXT]; /* of the report */
	char lang[8];
	uint64_t size; /* entries of the log */
	struct hash root;
};

/* ERR_INVALID where it is no such form. */
MUST_USE enum err published_read(struct slice json, struct published *ret_published,
				 struct fault *fault);

/* The value of a property, as text; false where there is none. */
bool published_property(struct slice json, const char *id, char ret_text[PUBLISHED_TEXT]);

#endif
