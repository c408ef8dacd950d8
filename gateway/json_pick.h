/*
 * json_pick.h - a few values out of a JSON object, by their paths.
 *
 * A provider's event has a hundred members, of which ten matter, and some of the others
 * name a person. What is not asked for is checked to be JSON and passed over: it is
 * never copied. Numbers stay as they were written, so that an amount is never
 * rounded on its way.
 *
 * A wanted member, or an object on the way to one, that comes twice is refused: two
 * readers of one event must not see two values.
 */
#ifndef ARRONDI_GATEWAY_JSON_PICK_H
#define ARRONDI_GATEWAY_JSON_PICK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/json_reader.h"
#include "keys/fault.h"
#include "keys/slice.h"

#define JSON_PICK_WANTS_MAX 64

struct json_want {
	const char *path; /* names joined by points: "data.object.id" */

	/* Filled by json_pick(). */
	enum json_token token; /* JSON_TOKEN_END: it is not there */
	struct slice text;     /* as json_reader's; of an object or list: all its bytes */
	int64_t integer;
};

/*
 * bytes are one object. No path may lead through another that is wanted. Texts point
 * into the bytes, or into *ret_texts, which the caller frees (it may be NULL, and is on
 * an error). ERR_INVALID, ERR_TOO_BIG and ERR_MEMORY as json_reader_next().
 */
MUST_USE enum err json_pick(struct slice bytes, struct json_want *wants, size_t count,
			    void **ret_texts, struct fault *fault);

/* The bytes of an object in a list. */
typedef enum err json_item_fn(void *ctx, struct slice item, struct fault *fault);

/* Each object of a list, in order. ERR_INVALID where something else is in it or it is no
 * list, ERR_TOO_BIG for more than items_max. */
MUST_USE enum err json_each(struct slice list, size_t items_max, json_item_fn *item,
			    void *ctx, struct fault *fault);

/* What came is this text, or this literal. */
bool json_want_is(const struct json_want *want, const char *text);
bool json_want_is_true(const struct json_want *want);

/* It is not there, or null. */
bool json_want_is_void(const struct json_want *want);

#endif
