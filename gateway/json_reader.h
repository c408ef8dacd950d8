/*
 * json_reader.h - strict JSON, one token at a time, from bytes of strangers.
 *
 * A batch of 100,000 rows is some ten megabytes of JSON. A tree of it would cost
 * ten times that; a reader that hands out one token after the other costs
 * nothing but the texts that have escapes in them, and lets a row be judged while
 * its place is still known.
 *
 * RFC 8259 to the letter, and less: the whole input is one value in UTF-8,
 * without a byte order mark; no U+0000, no lone surrogates, no nesting past
 * JSON_READER_DEPTH_MAX. That no member comes twice is the caller's to see, who
 * knows which there may be.
 */
#ifndef ARRONDI_GATEWAY_JSON_READER_H
#define ARRONDI_GATEWAY_JSON_READER_H

#include <stddef.h>
#include <stdint.h>

#include "keys/fault.h"
#include "keys/slice.h"

#define JSON_READER_DEPTH_MAX   16
#define JSON_READER_INTEGER_MAX INT64_C(9007199254740991) /* 2^53 - 1 */

enum json_token {
	JSON_TOKEN_OBJECT, /* { */
	JSON_TOKEN_OBJECT_END,
	JSON_TOKEN_LIST, /* [ */
	JSON_TOKEN_LIST_END,
	JSON_TOKEN_NAME, /* a member's name; its value comes next */
	JSON_TOKEN_TEXT,
	JSON_TOKEN_INTEGER, /* no fraction, no exponent, |n| <= 2^53 - 1 */
	JSON_TOKEN_NUMBER,  /* any other number: only its text is known */
	JSON_TOKEN_TRUE,
	JSON_TOKEN_FALSE,
	JSON_TOKEN_NULL,
	JSON_TOKEN_END /* the value is complete and nothing follows it */
};

struct json_reader {
	/* Of the last token. text: of a name or text, decoded; of a number, as it
	 * stands. It points into the input or into `texts`. */
	struct slice text;
	int64_t integer;

	/* For json_reader.c alone. */
	const uint8_t *start, *at, *end;
	uint8_t *texts; /* owned; as large as the input, once a text has escapes */
	size_t texts_n;
	uint32_t lists; /* bit d: the container at depth d is a list */
	unsigned depth;
	unsigned expect;
};

/* Allocates nothing. The bytes must outlive the reader. */
void json_reader_init(struct json_reader *reader, struct slice bytes);
void json_reader_release(struct json_reader *reader);

/* Texts with escapes outlive the reader in the memory given here, which the
 * caller frees; NULL where there are none. */
void *json_reader_take_texts(struct json_reader *reader);

/*
 * ERR_INVALID ("JSON at line 3, column 14: ...") where the input is not as above;
 * ERR_TOO_BIG for nesting; ERR_MEMORY. After an error the reader is only good for
 * release.
 */
MUST_USE enum err json_reader_next(struct json_reader *reader, enum json_token *ret_token,
				   struct fault *fault);

/* After the token of a value, or the name of a member: goes behind the whole of
 * it, checking it as next() would, and keeping nothing. */
MUST_USE enum err json_reader_skip(struct json_reader *reader, enum json_token token,
				   struct fault *fault);

/* A place before a value, to which the reader goes back once, after it skipped
 * that value and read on: what a document says late may decide how to read what
 * it said early. */
struct json_place {
	const uint8_t *at;
	uint32_t lists;
	unsigned depth;
	unsigned expect;
};
struct json_place json_reader_place(const struct json_reader *reader);
void json_reader_return(struct json_reader *reader, const struct json_place *place);

#endif
