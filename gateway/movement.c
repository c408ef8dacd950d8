/*
 * movement.c - what a provider says of money that has moved, in the ledger's words.
 */
#include "gateway/movement.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_names[MOVEMENT__COUNT] = {
#define MOVEMENT_NAME(name, text) [MOVEMENT_##name] = text,
	MOVEMENT_KINDS(MOVEMENT_NAME)
#undef MOVEMENT_NAME
};

void movements_init(struct movements *movements)
{
	*movements = (struct movements){ .item = NULL };
}

void movements_release(struct movements *movements)
{
	free(movements->item);
	movements_init(movements);
}

enum err movements_put(struct movements *movements, const struct movement *movement,
		       struct fault *fault)
{
	if (movements->count == MOVEMENTS_MAX)
		return fault_set(fault, ERR_TOO_BIG,
				 "a delivery tells more than %d movements",
				 MOVEMENTS_MAX);
	if (movements->count == movements->capacity) {
		size_t capacity = movements->capacity ? 2 * movements->capacity : 4;
		struct movement *item = realloc(movements->item, capacity * sizeof *item);

		if (!item)
			return fault_set(fault, ERR_MEMORY, "movements: out of memory");
		movements->item = item;
		movements->capacity = capacity;
	}
	movements->item[movements->count++] = *movement;
	return ERR_OK;
}

const char *movement_kind_name(enum movement_kind kind)
{
	assert(kind < MOVEMENT__COUNT);
	return kind_names[kind];
}

enum err movement_kind_parse(const char *name, enum movement_kind *ret_kind)
{
	for (int kind = 0; kind < MOVEMENT__COUNT; kind++) {
		if (strcmp(kind_names[kind], name) != 0)
			continue;
		*ret_kind = (enum movement_kind)kind;
		return ERR_OK;
	}
	return ERR_NOT_FOUND;
}

void movement_key(const char *provider, const struct movement *movement,
		  char ret_key[MOVEMENT_KEY_CHARS_MAX + 1])
{
	char total[24] = "";
	int n;

	if (movement->is_cumulative)
		snprintf(total, sizeof total, " %lld",
			 (long long)cents_value(movement->amount));
	n = snprintf(ret_key, MOVEMENT_KEY_CHARS_MAX + 1, "%s %s %s%s", provider,
		     movement_kind_name(movement->kind), movement->object, total);
	assert(n > 0 && n <= MOVEMENT_KEY_CHARS_MAX);
}

enum err movement_difference(const struct movement *cumulative, struct cents booked,
			     struct movement *ret_movement, struct fault *fault)
{
	struct cents rest;
	enum err err = cents_sub(cumulative->amount, booked, &rest);

	if (err)
		return fault_set(fault, err, "a provider's total is too large");
	if (cents_is_negative(rest))
		return fault_set(fault, ERR_RULE,
				 "more was booked than the provider says has moved");
	if (cents_is_zero(rest))
		return fault_set(fault, ERR_NOT_FOUND, "nothing more has moved");
	*ret_movement = *cumulative;
	ret_movement->amount = rest;
	return ERR_OK;
}

void movement_want(struct movement *movement, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(movement->path, sizeof movement->path, format, args);
	va_end(args);
	assert(n > 0 && (size_t)n < sizeof movement->path);
	movement->state = MOVEMENT_WANTED;
	movement->reason = NULL;
}

void movement_know(struct movement *movement)
{
	movement->state = MOVEMENT_KNOWN;
	movement->reason = NULL;
	movement->path[0] = '\0';
}

void movement_park(struct movement *movement, const char *reason)
{
	movement->state = MOVEMENT_PARKED;
	movement->reason = reason;
	movement->path[0] = '\0';
}
