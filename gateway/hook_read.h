/*
 * hook_read.h - what the adapters' readers share: one event at a time, by its type.
 *
 * An adapter has a table of the types that it knows. What is not in it is counted as
 * unknown; what is in it without a reader moves no money, or only tells again what
 * another type tells, and is counted as ignored.
 */
#ifndef ARRONDI_GATEWAY_HOOK_READ_H
#define ARRONDI_GATEWAY_HOOK_READ_H

#include "gateway/hook.h"
#include "gateway/json_pick.h"
#include "gateway/json_writer.h"
#include "gateway/movement.h"
#include "keys/fault.h"
#include "ledger/date.h"

#define HOOK_LIST_MAX 1000 /* of refunds, fees, items in one object */

/* Reads one event: its wants are filled. */
typedef enum err hook_read_fn(const struct json_want *want, struct movement *movement,
			      struct movements *movements, struct fault *fault);

struct hook_type {
	const char *name;
	enum movement_kind kind;
	hook_read_fn *read; /* NULL: it moves nothing */
};

/* Calls the reader of that type with a movement that has its kind and event. The event's
 * id is a want, and may lack. types ends with a name that is NULL. */
MUST_USE enum err hook_read_type(const struct hook_type *types,
				 const struct json_want *type,
				 const struct json_want *event,
				 const struct json_want *want,
				 struct movements *movements, struct fault *fault);

/* Puts it as wanted at the path, whose format has one %s for the object: its id is a
 * want and begins with one of the prefixes, its day is a want. Parked where either lacks;
 * no_id is a constant text. */
MUST_USE enum err hook_put_wanted(struct movement *movement, const struct json_want *id,
				  const char *const *prefixes, const char *no_id,
				  const struct json_want *date, const char *format,
				  struct movements *movements, struct fault *fault);

/* Picks a row of a list, and has it judged; what was picked ends with that. */
typedef enum err hook_row_fn(void *ctx, const struct json_want *row, struct fault *fault);
MUST_USE enum err hook_read_row(struct slice item, struct json_want *row, size_t count,
				hook_row_fn *judge, void *ctx, struct fault *fault);

/* For telling again what was only listed: the event of a kind. */
struct hook_retold {
	enum movement_kind kind;
	const char *type;  /* of the event; NULL ends a table */
	const char *path;  /* of its object, with one %s; NULL: not fetched */
	bool is_of_parent; /* the object is the movement's parent */
};

/* The row of that kind whose object is there. ERR_NOT_FOUND without one. */
MUST_USE enum err hook_retold_find(const struct hook_retold *table,
				   const struct movement *missed,
				   const struct hook_retold **ret_row,
				   const char **ret_object, struct fault *fault);

/* A body that is being told again. */
struct hook_retelling {
	const struct hook_retold *row;
	const char *object;
	char moment[UTC_TEXT_BYTES]; /* noon in UTC, of the same day in Paris */
	struct json_writer writer;   /* within the body's object */
};

/* Finds the row, and begins the body. Errors as hook_retold_find()'s. */
MUST_USE enum err hook_retell_begin(const struct hook_retold *table,
				    const struct movement *missed,
				    struct buffer *ret_body,
				    struct hook_retelling *ret_retelling,
				    struct fault *fault);

/* Puts it as parked, with a constant text. */
MUST_USE enum err hook_put_parked(struct movement *movement, const char *reason,
				  struct movements *movements, struct fault *fault);

#endif
