/*
 * state_map.c - see state_map.h.
 *
 *  (1) Every node is in the table, and in the treap if it is `ordered`.
 *  (2) In the treap, a node's key is after those on its left and before those on
 *      its right, and its priority is at least its children's. One that was listed is a
 *      chain: its order holds, its priorities do not.
 *  (3) Nothing here is recursive: a deep tree costs time, never the stack.
 */
#include "ledger/state_map.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS_MIN 64

/* Odd constants of xxh64's final mix (public domain); any good ones would do. */
#define MIX_A UINT64_C(0x9E3779B185EBCA87)
#define MIX_B UINT64_C(0xC2B2AE3D27D4EB4F)

static uint64_t key_hash(struct slice key)
{
	uint64_t hash = key.n * MIX_A;
	size_t at = 0;

	for (; at + 8 <= key.n; at += 8) {
		uint64_t word;

		memcpy(&word, key.p + at, 8);
		hash = (hash ^ word) * MIX_A;
		hash ^= hash >> 29;
	}
	for (; at < key.n; at++)
		hash = (hash ^ key.p[at]) * MIX_B;
	hash ^= hash >> 33;
	hash *= MIX_B;
	return hash ^ (hash >> 29);
}

/* The table uses the low bits, so the treap's order starts from others. */
static uint64_t node_priority(const struct state_node *node)
{
	return node->hash * MIX_A;
}

int state_key_cmp(struct slice a, struct slice b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int cmp = n ? memcmp(a.p, b.p, n) : 0;

	if (cmp)
		return cmp;
	return (a.n > b.n) - (a.n < b.n);
}

bool state_key_begins(struct slice key, struct slice prefix)
{
	return key.n >= prefix.n && !memcmp(key.p, prefix.p, prefix.n);
}

void state_map_clear(struct state_map *map)
{
	for (size_t i = 0; i < map->n_buckets; i++) {
		struct state_node *node = map->buckets[i];

		while (node) {
			struct state_node *next = node->chain;

			free(node->value);
			free(node);
			node = next;
		}
	}
	free(map->buckets);
	*map = (struct state_map){ 0 };
}

static struct state_node **bucket_of(const struct state_map *map, uint64_t hash)
{
	return &map->buckets[hash & (map->n_buckets - 1)];
}

struct state_node *state_map_find(const struct state_map *map, struct slice key)
{
	if (!map->n_buckets)
		return NULL;

	uint64_t hash = key_hash(key);
	struct state_node *node = *bucket_of(map, hash);

	while (node && (node->hash != hash || !slice_equal(state_node_key(node), key)))
		node = node->chain;
	return node;
}

/* A table twice as large, or the first one. Out of memory, the old one stays:
 * its chains are longer, and nothing else is wrong. */
static void map_grow(struct state_map *map)
{
	struct state_map grown = *map;

	grown.n_buckets = map->n_buckets ? map->n_buckets * 2 : BUCKETS_MIN;
	grown.buckets = calloc(grown.n_buckets, sizeof *grown.buckets);
	if (!grown.buckets)
		return;
	for (size_t i = 0; i < map->n_buckets; i++) {
		struct state_node *node = map->buckets[i];

		while (node) {
			struct state_node *next = node->chain;
			struct state_node **bucket = bucket_of(&grown, node->hash);

			node->chain = *bucket;
			*bucket = node;
			node = next;
		}
	}
	free(map->buckets);
	*map = grown;
}

/* Parts a treap in the keys before `key` and the others. */
static void treap_split(struct state_node *tree, struct slice key,
			struct state_node **left, struct state_node **right)
{
	while (tree) {
		if (state_key_cmp(state_node_key(tree), key) < 0) {
			*left = tree;
			left = &tree->right;
			tree = tree->right;
		} else {
			*right = tree;
			right = &tree->left;
			tree = tree->left;
		}
	}
	*left = NULL;
	*right = NULL;
}

/* Joins two treaps, all keys of `left` being before those of `right`. */
static void treap_join(struct state_node *left, struct state_node *right,
		       struct state_node **link)
{
	while (left && right) {
		if (node_priority(left) >= node_priority(right)) {
			*link = left;
			link = &left->right;
			left = left->right;
		} else {
			*link = right;
			link = &right->left;
			right = right->left;
		}
	}
	*link = left ? left : right;
}

void state_map_order(struct state_map *map, struct state_node *node)
{
	struct state_node **link = &map->root;
	struct slice key = state_node_key(node);

	assert(!node->ordered);

	while (*link && node_priority(*link) >= node_priority(node)) {
		struct state_node *at = *link;

		link = state_key_cmp(key, state_node_key(at)) < 0 ? &at->left
								  : &at->right;
	}
	treap_split(*link, key, &node->left, &node->right);
	*link = node;
	node->ordered = true;
}

void state_map_unorder(struct state_map *map, struct state_node *node)
{
	struct state_node **link = &map->root;

	assert(node->ordered);
	while (*link != node) {
		struct state_node *at = *link;

		link = state_key_cmp(state_node_key(node), state_node_key(at)) < 0
			       ? &at->left
			       : &at->right;
	}
	treap_join(node->left, node->right, link);
	node->ordered = false;
}

/* Turns what is left of a node over it, until nothing is: then it is the next one. */
void state_map_list(struct state_map *map, struct state_node **ret_nodes)
{
	struct state_node **link = &map->root;

	while (*link) {
		struct state_node *node = *link, *left = node->left;

		if (!left) {
			*ret_nodes++ = node;
			link = &node->right;
			continue;
		}
		node->left = left->right;
		left->right = node;
		*link = left;
	}
}

void state_map_unorder_all(struct state_map *map, struct state_node *const *nodes,
			   size_t n)
{
	for (size_t i = 0; i < n; i++)
		nodes[i]->ordered = false;
	map->root = NULL;
}

struct state_node *state_map_insert(struct state_map *map, struct slice key)
{
	assert(key.n <= UINT16_MAX);
	if (map->count >= map->n_buckets)
		map_grow(map);
	if (!map->n_buckets)
		return NULL;

	struct state_node *node = calloc(1, sizeof *node + key.n + 1);

	if (!node)
		return NULL;
	if (key.n)
		memcpy(node->key, key.p, key.n);
	node->key_n = (uint16_t)key.n;
	node->hash = key_hash(key);

	struct state_node **bucket = bucket_of(map, node->hash);

	node->chain = *bucket;
	*bucket = node;
	map->count++;
	return node;
}

void state_map_erase(struct state_map *map, struct state_node *node)
{
	struct state_node **link = bucket_of(map, node->hash);

	while (*link != node)
		link = &(*link)->chain;
	*link = node->chain;
	if (node->ordered)
		state_map_unorder(map, node);
	map->count--;
	free(node->value);
	free(node);
}

struct state_node *state_map_seek(const struct state_map *map, struct slice from)
{
	struct state_node *best = NULL;
	struct state_node *node = map->root;

	while (node) {
		if (state_key_cmp(state_node_key(node), from) >= 0) {
			best = node;
			node = node->left;
		} else {
			node = node->right;
		}
	}
	return best;
}

enum err state_node_set(struct state_node *node, struct slice value)
{
	if (value.n > node->value_capacity) {
		/* Records grow by a digit now and then. */
		size_t capacity = (value.n + 15) / 16 * 16;
		uint8_t *grown = malloc(capacity);

		if (!grown)
			return ERR_MEMORY;
		memcpy(grown, value.p, value.n);
		free(node->value);
		node->value = grown;
		node->value_capacity = (uint32_t)capacity;
	} else if (value.n) {
		memmove(node->value, value.p, value.n);
	}
	node->value_n = (uint32_t)value.n;
	return ERR_OK;
}
