/*
 * markup.h - a small strict reader of the HTML and XML that renderers write: every
 * element is closed in order, every attribute quoted, every entity one of those that XML
 * knows. What is not so fails the test.
 */
#ifndef ARRONDI_TESTS_MARKUP_H
#define ARRONDI_TESTS_MARKUP_H

#include <stdbool.h>
#include <stddef.h>

#include "keys/buffer.h"
#include "keys/slice.h"

#define MARKUP_DEPTH_MAX 64
#define MARKUP_TEXT_MAX  4096

enum markup_token { MARKUP_OPEN, MARKUP_CLOSE, MARKUP_TEXT, MARKUP_END };

struct markup {
	const char *at;
	struct slice open[MARKUP_DEPTH_MAX]; /* names */
	size_t depth;
	bool closes; /* the element that was opened is closed at once */
	/* Of the token in hand. */
	struct slice name;       /* of an element */
	struct slice attributes; /* of an opened one, as written */
	char text[MARKUP_TEXT_MAX];
};

/* The text must outlive the reader. Declarations and comments are passed over. */
void markup_init(struct markup *markup, const char *text);
enum markup_token markup_next(struct markup *markup);

bool markup_is(const struct markup *markup, const char *name);

/* An attribute of the opened element, decoded into room; false where it has none. */
bool markup_attribute(const struct markup *markup, const char *name, char *room,
		      size_t bytes);

/* Reads to the end of the element in hand; its text without that of elements of class
 * "mark" and "hidden", appended to out. */
void markup_inner_text(struct markup *markup, struct buffer *out);

/* To the next element of that name, or the end (false). */
bool markup_find(struct markup *markup, const char *name);

#endif
