/*
 * state_map.h - the nodes of a state: a hash table to find, a treap to step.
 *
 * Private to state.c. Most questions are for one key, which the table answers in one
 * step, and some are for the keys after one, which need order. Every node is in the
 * table; in the treap are those that state.c puts there, for a walk down a treap of all
 * that is known is a cache miss at each step. Its priorities come from the hash of the
 * key, so its shape depends on the keys alone and not on their history.
 */
#ifndef ARRONDI_LEDGER_STATE_MAP_H
#define ARRONDI_LEDGER_STATE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/fault.h"
#include "keys/slice.h"

struct state_node {
	struct state_node *left, *right; /* the treap's */
	struct state_node *chain;        /* the table's */
	uint64_t hash;
	uint8_t *value; /* owned */
	uint32_t value_n, value_capacity;
	uint16_t key_n;
	bool present;  /* false: known not to be there */
	bool dirty;    /* differs from the backing */
	bool ordered;  /* is in the treap */
	uint8_t marks; /* how many open marks know its old value */
	char key[];    /* NUL-terminated */
};

struct state_map {
	struct state_node *root; /* the treap's */
	struct state_node **buckets;
	size_t n_buckets; /* 0, or a power of two */
	size_t count;
};

/* Frees all nodes; the map is empty and usable. A map of zeroes is empty. */
void state_map_clear(struct state_map *map);

struct state_node *state_map_find(const struct state_map *map, struct slice key);

/* Adds a key that is not there, absent, clean and not ordered; NULL when out of memory.
 */
struct state_node *state_map_insert(struct state_map *map, struct slice key);

void state_map_erase(struct state_map *map, struct state_node *node);

/* Puts a node into the treap, or takes it out; the node stays in the table. */
void state_map_order(struct state_map *map, struct state_node *node);
void state_map_unorder(struct state_map *map, struct state_node *node);

/* Lists the treap's nodes in the order of their keys, in time that is linear in their
 * number; there must be room for all. */
void state_map_list(struct state_map *map, struct state_node **ret_nodes);
/* Takes all of them out of the treap: `nodes` is that list. */
void state_map_unorder_all(struct state_map *map, struct state_node *const *nodes,
			   size_t n);

/* The first node of the treap whose key is `from` or comes after it. */
struct state_node *state_map_seek(const struct state_map *map, struct slice from);

/* Replaces a node's value; ERR_MEMORY changes nothing. The value may be a part of the
 * node's own. */
MUST_USE enum err state_node_set(struct state_node *node, struct slice value);

/* Byte order; a prefix comes before what it is a prefix of. */
int state_key_cmp(struct slice a, struct slice b);
bool state_key_begins(struct slice key, struct slice prefix);

static inline struct slice state_node_key(const struct state_node *node)
{
	return slice_of(node->key, node->key_n);
}

#endif
