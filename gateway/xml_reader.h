/*
 * xml_reader.h - XML of strangers, in pieces, with bounds (the door to expat).
 *
 * A document is given in pieces of any size and told as elements begin and end. It
 * takes the same memory whatever its length is. What is refused, with its line:
 *
 *  - a document type declaration, before anything in it is looked at: without one there
 *    are no entities to expand and nothing outside to fetch;
 *  - more than LIMIT_XML_DEPTH elements inside each other;
 *  - a tag, or the text of an element that is kept, past LIMIT_XML_TOKEN_BYTES or
 *    LIMIT_XML_TEXT_BYTES;
 *  - encodings other than UTF-8, UTF-16, ISO-8859-1 and ASCII, and what is not
 *    well-formed.
 */
#ifndef ARRONDI_GATEWAY_XML_READER_H
#define ARRONDI_GATEWAY_XML_READER_H

#include <stdbool.h>

#include "keys/fault.h"
#include "keys/slice.h"

struct xml_reader;

/* What the reader's user does; who is its own. An error with its fault ends the
 * reading, and the fault then says in which line. */
struct xml_events {
	/* An element begins. space is its namespace, "" without one. attributes is name,
	 * value, name, value, NULL; a name of a namespace has that before a blank.
	 * Strings live until the function returns. True in *ret_keep asks for the text.
	 */
	enum err (*begin)(void *who, const char *space, const char *name,
			  const char **attributes, bool *ret_keep, struct fault *fault);
	/* It ends. text is what stood between its tags, if it was kept and no element
	 * stood between them; else it is empty. */
	enum err (*end)(void *who, struct slice text, struct fault *fault);
};

/* events and who must outlive the reader. ERR_MEMORY. */
MUST_USE enum err xml_reader_new(const struct xml_events *events, void *who,
				 struct xml_reader **ret_reader, struct fault *fault);

/* The next piece; last with or after the last one. After an error the reader takes
 * nothing more. ERR_INVALID, ERR_TOO_BIG, ERR_MEMORY, or an event's error. */
MUST_USE enum err xml_reader_feed(struct xml_reader *reader, struct slice bytes,
				  bool last, struct fault *fault);

/* Takes NULL. */
void xml_reader_free(struct xml_reader *reader);

/* The value of an attribute without a namespace, or NULL. */
const char *xml_attribute(const char **attributes, const char *name);

#endif
