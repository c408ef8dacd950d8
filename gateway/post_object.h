/*
 * post_object.h - the one way in which arrondi-post walks through a JSON answer.
 *
 * Every answer is an object. A table of names says which members matter; each is
 * handed to a function by its number in the table, and the others are passed over, so
 * that a newer gateway may say more. A member of the table that comes twice is refused:
 * two readers of one answer must not see two values.
 */
#ifndef ARRONDI_GATEWAY_POST_OBJECT_H
#define ARRONDI_GATEWAY_POST_OBJECT_H

#include <stddef.h>

#include "gateway/json_reader.h"
#include "keys/fault.h"
#include "keys/slice.h"

/* In one object, known and unknown. */
#define POST_MEMBERS_MAX 64

/* The reader stands behind the value's first token. */
typedef enum err post_member_fn(void *ctx, size_t member, struct json_reader *reader,
				enum json_token token, struct fault *fault);
typedef enum err post_item_fn(void *ctx, struct json_reader *reader,
			      enum json_token token, struct fault *fault);

/* ERR_INVALID with the sentence for what is no answer of ours. */
enum err post_not_an_answer(struct fault *fault);

/* The whole body as one object. names ends with NULL and has at most 64. */
MUST_USE enum err post_body_read(struct slice body, const char *const *names,
				 post_member_fn *member, void *ctx, struct fault *fault);

/* An object after its token, to its end. */
MUST_USE enum err post_object_read(struct json_reader *reader, const char *const *names,
				   post_member_fn *member, void *ctx,
				   struct fault *fault);

/* A list whose token is given, to its end. */
MUST_USE enum err post_list_read(struct json_reader *reader, enum json_token token,
				 post_item_fn *item, void *ctx, struct fault *fault);

#endif
