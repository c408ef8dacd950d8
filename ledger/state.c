/*
 * state.c - the books' memory (state.h): a cache of known keys over a backing.
 *
 * Each cached key is known to have a value or known to be absent; what is not
 * cached is asked of the backing, or is absent where there is none. The cache
 * shadows the backing, so a change is seen at once and written when flushed.
 *
 *  (1) A clean node says what the backing says; a dirty one what it shall say.
 *  (2) `dirty` lists the dirty nodes, in the order in which they became so, and they
 *      alone are ordered: the backing has the order of all others. Without a backing
 *      nobody lists them, the flag alone stands, and every node is ordered.
 *  (3) Between a mark and its release or rollback, a node that was changed is in
 *      the journal with what it was before, and no node is freed. Undoing the
 *      journal backwards is right even where a node stands in it twice.
 *  (4) Without a backing and outside a mark, every node is present.
 */
#include "ledger/state.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/state_map.h"

/* Past so many clean nodes the cache starts anew: some 150 MB. */
#define STATE_CACHE_NODES_MAX 500000

/* What a node was before its first change since the mark. */
struct state_before {
	struct state_node *node;
	uint8_t *value; /* owned by the journal until rolled back */
	uint32_t value_n, value_capacity;
	bool present, dirty;
	bool unknown; /* the node itself is new */
	uint8_t marks;
};

struct state {
	struct state_backing backing;
	bool backed;
	struct state_map map;
	enum err err;

	uint8_t n_marks;
	struct state_mark {
		size_t n_journal, n_dirty;
	} mark[STATE_MARKS_MAX];
	struct state_before *journal;
	size_t n_journal, journal_capacity;

	struct state_node **dirty;
	size_t n_dirty, dirty_capacity;
	size_t n_deleted;
	uint64_t n_undone;
};

struct state *state_new(const struct state_backing *backing)
{
	struct state *state = calloc(1, sizeof *state);

	if (state && backing) {
		state->backing = *backing;
		state->backed = true;
	}
	return state;
}

static void journal_forget(struct state *state)
{
	for (size_t i = 0; i < state->n_journal; i++)
		free(state->journal[i].value);
	state->n_journal = 0;
	state->n_marks = 0;
}

void state_drop(struct state *state)
{
	journal_forget(state);
	state_map_clear(&state->map);
	state->n_dirty = 0;
	state->n_deleted = 0;
	state->n_undone++;
	state->err = ERR_OK;
}

size_t state_keys(const struct state *state)
{
	return state->map.count;
}

size_t state_deleted(const struct state *state)
{
	return state->n_deleted;
}

uint64_t state_undone(const struct state *state)
{
	return state->n_undone;
}

void state_free(struct state *state)
{
	if (!state)
		return;
	state_drop(state);
	free(state->journal);
	free(state->dirty);
	free(state);
}

enum err state_err(const struct state *state)
{
	return state->err;
}

static void state_fail(struct state *state, enum err err)
{
	if (!state->err)
		state->err = err;
}

/* Room for one element more in an array that grows by half. */
static bool array_reserve(void **array, size_t *capacity, size_t n, size_t element_bytes)
{
	if (n < *capacity)
		return true;

	size_t grown_capacity = *capacity ? *capacity + *capacity / 2 : 64;
	void *grown = reallocarray(*array, grown_capacity, element_bytes);

	if (!grown)
		return false;
	*array = grown;
	*capacity = grown_capacity;
	return true;
}

static bool state_reserve(struct state *state)
{
	void *journal = state->journal;
	void *dirty = state->dirty;
	bool ok = array_reserve(&journal, &state->journal_capacity, state->n_journal,
				sizeof *state->journal) &&
		  array_reserve(&dirty, &state->dirty_capacity, state->n_dirty,
				sizeof(struct state_node *));

	state->journal = journal;
	state->dirty = dirty;
	return ok;
}

/* ---- reading ---- */

static struct slice node_value(const struct state_node *node)
{
	return slice_of(node->value, node->value_n);
}

/* A key that cannot be stored is the books' limit, not the world's: sticky. */
static bool key_fits(struct state *state, struct slice key)
{
	if (key.n < STATE_KEY_BYTES_MAX)
		return true;
	state_fail(state, ERR_TOO_BIG);
	return false;
}

/* Readers that never flush must not grow for ever either. */
static void cache_bound(struct state *state)
{
	if (state->backed && !state->n_marks && !state->n_dirty &&
	    state->map.count > STATE_CACHE_NODES_MAX)
		state_map_clear(&state->map);
}

/* Keeps what the backing has just said. */
static struct state_node *cache_learn(struct state *state, struct slice key,
				      struct slice value, bool found)
{
	struct state_node *node = state_map_insert(&state->map, key);

	if (!node || (found && state_node_set(node, value))) {
		if (node)
			state_map_erase(&state->map, node);
		state_fail(state, ERR_MEMORY);
		return NULL;
	}
	node->present = found;
	return node;
}

static struct state_node *state_find(struct state *state, struct slice key)
{
	struct state_node *node = state_map_find(&state->map, key);
	struct slice value = { 0 };
	bool found = false;

	if (node || !state->backed)
		return node;

	enum err err = state->backing.get(state->backing.ctx, key, &value, &found);

	if (err) {
		state_fail(state, err);
		return NULL;
	}
	return cache_learn(state, key, value, found);
}

bool state_get(struct state *state, const char *key, struct slice *ret_value)
{
	struct slice name = slice_of_text(key);

	if (state->err || !key_fits(state, name))
		return false;
	cache_bound(state);

	struct state_node *node = state_find(state, name);

	if (!node || !node->present)
		return false;
	*ret_value = node_value(node);
	return true;
}

bool state_get_new(struct state *state, const char *key, struct slice *ret_value)
{
	struct state_node *node;

	if (state->err)
		return false;
	node = state_map_find(&state->map, slice_of_text(key));
	if (!node || !node->present)
		return false;
	*ret_value = node_value(node);
	return true;
}

/* The smallest text after `key`: NUL is before every byte that a key may hold. */
static struct slice key_after(struct slice key, uint8_t room[STATE_KEY_BYTES_MAX + 1])
{
	memcpy(room, key.p, key.n);
	room[key.n] = 0;
	return slice_of(room, key.n + 1);
}

static struct state_node *cache_seek(struct state *state, struct slice prefix,
				     struct slice from)
{
	uint8_t room[STATE_KEY_BYTES_MAX + 1];
	struct state_node *node = state_map_seek(&state->map, from);

	while (node && !node->present && state_key_begins(state_node_key(node), prefix))
		node = state_map_seek(&state->map, key_after(state_node_key(node), room));
	return node && state_key_begins(state_node_key(node), prefix) ? node : NULL;
}

/* The first present key >= from that begins with prefix. What the backing finds
 * before what was changed is new to the cache, or clean in it, or deleted in it. */
static struct state_node *state_seek_node(struct state *state, struct slice prefix,
					  struct slice from)
{
	uint8_t room[STATE_KEY_BYTES_MAX + 1];
	struct state_node *cached = cache_seek(state, prefix, from);

	while (state->backed) {
		struct slice key = { 0 };
		struct slice value = { 0 };
		bool found = false;
		enum err err = state->backing.seek(state->backing.ctx, prefix, from, &key,
						   &value, &found);

		if (!err && found && key.n >= STATE_KEY_BYTES_MAX)
			err = ERR_CORRUPT;
		if (err) {
			state_fail(state, err);
			return NULL;
		}
		if (!found || (cached && state_key_cmp(state_node_key(cached), key) <= 0))
			return cached;

		struct state_node *known = state_map_find(&state->map, key);

		if (!known)
			return cache_learn(state, key, value, true);
		if (known->present)
			return known;
		from = key_after(key, room);
	}
	return cached;
}

static void cursor_move(struct state *state, struct state_cursor *cursor,
			struct slice from)
{
	cursor->found = false;
	cursor->value = (struct slice){ 0 };
	if (state->err)
		return;
	cache_bound(state);

	struct state_node *node =
		state_seek_node(state, slice_of_text(cursor->prefix), from);

	if (!node)
		return;
	memcpy(cursor->key, node->key, node->key_n + 1u);
	cursor->value = node_value(node);
	cursor->found = true;
}

void state_seek(struct state *state, struct state_cursor *cursor, const char *prefix,
		const char *from)
{
	struct slice start = slice_of_text(prefix);

	cursor->found = false;
	if (!key_fits(state, start))
		return;
	memcpy(cursor->prefix, prefix, start.n + 1);
	/* No key before the prefix begins with it. */
	if (state_key_cmp(start, slice_of_text(from)) < 0)
		start = slice_of_text(from);
	cursor_move(state, cursor, start);
}

void state_first(struct state *state, struct state_cursor *cursor, const char *prefix)
{
	state_seek(state, cursor, prefix, prefix);
}

void state_next(struct state *state, struct state_cursor *cursor)
{
	uint8_t room[STATE_KEY_BYTES_MAX + 1];

	cursor_move(state, cursor, key_after(slice_of_text(cursor->key), room));
}

/* ---- changing ---- */

/* Notes what a node was, once for each mark. Its value moves to the journal, so the
 * caller may still read it there while it sets another. */
static void journal_note(struct state *state, struct state_node *node, bool unknown)
{
	if (node->marks >= state->n_marks)
		return;
	state->journal[state->n_journal++] = (struct state_before){
		.node = node,
		.value = node->value,
		.value_n = node->value_n,
		.value_capacity = node->value_capacity,
		.present = node->present,
		.dirty = node->dirty,
		.unknown = unknown,
		.marks = node->marks,
	};
	node->marks = state->n_marks;
	node->value = NULL;
	node->value_n = 0;
	node->value_capacity = 0;
}

static void node_dirty(struct state *state, struct state_node *node)
{
	if (state->backed && !node->dirty) {
		state->dirty[state->n_dirty++] = node;
		state_map_order(&state->map, node);
	}
	node->dirty = true;
}

/* The node to change, already in the journal; NULL after a failure. */
static struct state_node *node_to_change(struct state *state, struct slice key,
					 struct state_node *node)
{
	bool unknown = !node;

	if (state_reserve(state) && !node) {
		node = state_map_insert(&state->map, key);
		if (node && !state->backed)
			state_map_order(&state->map, node);
	}
	if (!node || state->n_journal >= state->journal_capacity ||
	    state->n_dirty >= state->dirty_capacity) {
		state_fail(state, ERR_MEMORY);
		return NULL;
	}
	journal_note(state, node, unknown);
	return node;
}

void state_put(struct state *state, const char *key, struct slice value)
{
	struct slice name = slice_of_text(key);

	if (state->err || !key_fits(state, name))
		return;
	if (value.n > STATE_VALUE_BYTES_MAX) {
		state_fail(state, ERR_TOO_BIG);
		return;
	}

	struct state_node *node = state_map_find(&state->map, name);

	if (node && node->present && slice_equal(node_value(node), value))
		return;
	node = node_to_change(state, name, node);
	if (!node)
		return;
	if (state_node_set(node, value)) {
		/* Half a change: only a rollback or a drop makes it whole, and
		 * the sticky error makes the caller do one of them. */
		state_fail(state, ERR_MEMORY);
		return;
	}
	node->present = true;
	node_dirty(state, node);
}

void state_delete(struct state *state, const char *key)
{
	struct slice name = slice_of_text(key);

	if (state->err || !key_fits(state, name))
		return;

	struct state_node *node = state_map_find(&state->map, name);

	if (node ? !node->present : !state->backed)
		return;
	if (!state->backed && !state->n_marks) {
		state_map_erase(&state->map, node);
		return;
	}
	node = node_to_change(state, name, node);
	if (!node)
		return;
	node->present = false;
	node->value_n = 0;
	state->n_deleted++;
	node_dirty(state, node);
}

/* ---- mark, rollback, release ---- */

void state_mark(struct state *state)
{
	assert(state->n_marks < STATE_MARKS_MAX);
	state->mark[state->n_marks++] = (struct state_mark){
		.n_journal = state->n_journal,
		.n_dirty = state->n_dirty,
	};
}

void state_rollback(struct state *state)
{
	assert(state->n_marks);

	const struct state_mark *mark = &state->mark[--state->n_marks];

	while (state->n_journal > mark->n_journal) {
		struct state_before *before = &state->journal[--state->n_journal];
		struct state_node *node = before->node;

		if (before->unknown) {
			state_map_erase(&state->map, node);
			continue;
		}
		free(node->value);
		node->value = before->value;
		node->value_n = before->value_n;
		node->value_capacity = before->value_capacity;
		node->present = before->present;
		if (state->backed && node->dirty && !before->dirty)
			state_map_unorder(&state->map, node);
		node->dirty = before->dirty;
		node->marks = before->marks;
	}
	state->n_dirty = mark->n_dirty;
	state->n_undone++;
	state->err = ERR_OK;
}

/* The outermost mark is released: the journal has done its work. */
static void journal_close(struct state *state)
{
	size_t n_nodes = 0;

	for (size_t i = 0; i < state->n_journal; i++) {
		struct state_before *before = &state->journal[i];

		free(before->value);
		before->value = NULL;
		if (before->node->marks) { /* the first time that it is met */
			before->node->marks = 0;
			state->journal[n_nodes++].node = before->node;
		}
	}
	for (size_t i = 0; i < n_nodes && !state->backed; i++)
		if (!state->journal[i].node->present)
			state_map_erase(&state->map, state->journal[i].node); /* (4) */
	state->n_journal = 0;
}

void state_release(struct state *state)
{
	assert(state->n_marks);
	state->n_marks--;
	if (!state->n_marks) {
		journal_close(state);
		return;
	}
	for (size_t i = state->mark[state->n_marks].n_journal; i < state->n_journal; i++)
		state->journal[i].node->marks = state->n_marks;
}

/* ---- flush ---- */

static enum err flush_backed(struct state *state,
			     enum err (*change)(void *, struct slice, struct slice),
			     void *ctx)
{
	state_map_list(&state->map, state->dirty);
	for (size_t i = 0; i < state->n_dirty; i++) {
		struct state_node *node = state->dirty[i];
		struct slice value =
			node->present ? node_value(node) : (struct slice){ 0 };

		/* An empty value is there; only NULL says that it is not. */
		if (node->present && !value.p)
			value.p = (const uint8_t *)"";

		enum err err = change(ctx, state_node_key(node), value);

		if (err)
			return err;
	}
	for (size_t i = 0; i < state->n_dirty; i++)
		state->dirty[i]->dirty = false;
	state_map_unorder_all(&state->map, state->dirty, state->n_dirty);
	state->n_dirty = 0;
	return ERR_OK;
}

static enum err flush_memory(struct state *state,
			     enum err (*change)(void *, struct slice, struct slice),
			     void *ctx)
{
	uint8_t room[STATE_KEY_BYTES_MAX + 1];
	struct state_node *node = state_map_seek(&state->map, (struct slice){ 0 });

	for (; node;
	     node = state_map_seek(&state->map, key_after(state_node_key(node), room))) {
		if (!node->dirty)
			continue;

		struct slice value = node_value(node);

		if (!value.p)
			value.p = (const uint8_t *)"";

		enum err err = change(ctx, state_node_key(node), value);

		if (err)
			return err;
		node->dirty = false;
	}
	return ERR_OK;
}

enum err state_flush(struct state *state,
		     enum err (*change)(void *ctx, struct slice key, struct slice value),
		     void *ctx)
{
	assert(!state->n_marks);
	if (state->err)
		return state->err;

	enum err err = state->backed ? flush_backed(state, change, ctx)
				     : flush_memory(state, change, ctx);

	if (!err)
		cache_bound(state);
	return err;
}
