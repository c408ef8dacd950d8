/*
 * name_index.c - see name_index.h.
 */
#include "reports/name_index.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* FNV-1a: no secret is guarded here, and no stranger chooses many of these names. */
uint64_t name_hash(struct slice bytes)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < bytes.n; i++)
		hash = (hash ^ bytes.p[i]) * UINT64_C(0x100000001b3);
	return hash ^ hash >> 32;
}

static bool slots_grow(struct name_index *index)
{
	size_t count = index->slot_count ? index->slot_count * 2 : 64;
	uint32_t *slots = calloc(count, sizeof *slots);

	if (!slots)
		return false;
	for (size_t i = 0; i < index->count; i++) {
		const char *name = index->names[i];
		size_t at = name_hash(slice_of_text(name)) & (count - 1);

		while (slots[at])
			at = (at + 1) & (count - 1);
		slots[at] = (uint32_t)i + 1;
	}
	free(index->slots);
	index->slots = slots;
	index->slot_count = count;
	return true;
}

static uint32_t name_put(struct name_index *index, struct slice name, size_t at)
{
	if (index->count == index->room) {
		size_t room = index->room ? index->room * 2 : 32;
		char **names = reallocarray(index->names, room, sizeof *names);

		if (!names)
			return UINT32_MAX;
		index->names = names;
		index->room = room;
	}
	index->names[index->count] =
		name.n ? strndup((const char *)name.p, name.n) : strdup("");
	if (!index->names[index->count])
		return UINT32_MAX;
	index->slots[at] = (uint32_t)++index->count;
	return (uint32_t)index->count - 1;
}

uint32_t name_index_of(struct name_index *index, struct slice name)
{
	size_t at;

	if (2 * index->count >= index->slot_count && !slots_grow(index))
		return UINT32_MAX;
	at = name_hash(name) & (index->slot_count - 1);
	for (; index->slots[at]; at = (at + 1) & (index->slot_count - 1))
		if (slice_equal_text(name, index->names[index->slots[at] - 1]))
			return index->slots[at] - 1;
	return name_put(index, name, at);
}

void name_index_release(struct name_index *index)
{
	for (size_t i = 0; i < index->count; i++)
		free(index->names[i]);
	free(index->names);
	free(index->slots);
	*index = (struct name_index){ .names = NULL };
}
