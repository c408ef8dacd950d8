/*
 * hook_read.c - what the adapters' readers share: one event at a time, by its type.
 */
#include "gateway/hook_read.h"

#include "gateway/hook_value.h"

static const struct hook_type *type_find(const struct hook_type *types,
					 const struct json_want *type)
{
	for (; types->name; types++)
		if (json_want_is(type, types->name))
			return types;
	return NULL;
}

enum err hook_read_type(const struct hook_type *types, const struct json_want *type,
			const struct json_want *event, const struct json_want *want,
			struct movements *movements, struct fault *fault)
{
	const struct hook_type *known = type_find(types, type);
	struct movement movement = { .state = MOVEMENT_KNOWN };

	if (!known) {
		movements->unknown++;
		return ERR_OK;
	}
	if (!known->read) {
		movements->ignored++;
		return ERR_OK;
	}
	movement.kind = known->kind;
	(void)hook_id_of_want(event, "", movement.event); /* for people only */
	return known->read(want, &movement, movements, fault);
}

enum err hook_put_parked(struct movement *movement, const char *reason,
			 struct movements *movements, struct fault *fault)
{
	movement_park(movement, reason);
	return movements_put(movements, movement, fault);
}
