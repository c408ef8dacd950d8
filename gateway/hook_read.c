/*
 * hook_read.c - what the adapters' readers share: one event at a time, by its type.
 */
#include "gateway/hook_read.h"

#include <stdlib.h>

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

enum err hook_put_wanted(struct movement *movement, const struct json_want *id,
			 const char *const *prefixes, const char *no_id,
			 const struct json_want *date, const char *format,
			 struct movements *movements, struct fault *fault)
{
	for (; *prefixes; prefixes++)
		if (hook_id_of_want(id, *prefixes, movement->object))
			break;
	if (!*prefixes)
		return hook_put_parked(movement, no_id, movements, fault);
	if (!hook_date_of_want(date, &movement->date))
		return hook_put_parked(movement, "the event has no date", movements,
				       fault);
		/* The formats are constants of the adapters', each with one id. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	movement_want(movement, format, movement->object);
#pragma GCC diagnostic pop
	return movements_put(movements, movement, fault);
}

enum err hook_read_row(struct slice item, struct json_want *row, size_t count,
		       hook_row_fn *judge, void *ctx, struct fault *fault)
{
	void *texts = NULL;
	enum err err = json_pick(item, row, count, &texts, fault);

	if (!err)
		err = judge(ctx, row, fault);
	free(texts);
	return err;
}

enum err hook_retold_find(const struct hook_retold *table, const struct movement *missed,
			  const struct hook_retold **ret_row, const char **ret_object,
			  struct fault *fault)
{
	for (; table->type; table++) {
		const char *object =
			table->is_of_parent ? missed->parent : missed->object;

		if (table->kind != missed->kind || object[0] == '\0')
			continue;
		*ret_row = table;
		*ret_object = object;
		return ERR_OK;
	}
	return fault_set(fault, ERR_NOT_FOUND, "no delivery tells a movement like this");
}

enum err hook_retell_begin(const struct hook_retold *table, const struct movement *missed,
			   struct buffer *ret_body, struct hook_retelling *ret_retelling,
			   struct fault *fault)
{
	int64_t noon_s = (int64_t)missed->date.day * DAY_S + DAY_S / 2;
	enum err err = hook_retold_find(table, missed, &ret_retelling->row,
					&ret_retelling->object, fault);

	if (!err && utc_format(noon_s, ret_retelling->moment) != ERR_OK)
		err = fault_set(fault, ERR_NOT_FOUND, "no delivery has that day");
	if (err)
		return err;
	json_writer_init(&ret_retelling->writer, ret_body);
	json_put_object(&ret_retelling->writer, NULL);
	return ERR_OK;
}
