/*
 * world_fixed.c - see world_fixed.h.
 */
#include "tests/world_fixed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/encoding.h"
#include "tests/fuzz.h"

static struct signing_key *key_of(unsigned i, const char *name,
				  char ret_vkey[VKEY_TEXT_BYTES_MAX + 1])
{
	struct vkey vkey = fuzz_vkey(i, name, VKEY_ED25519);
	struct signing_key *key = NULL;
	uint8_t seed[KEY_SEED_BYTES];

	signing_key_seed(fuzz_key(i), seed);
	FUZZ_MUST(signing_key_from_seed(seed, &key, NULL) == ERR_OK);
	vkey_format(&vkey, ret_vkey);
	return key;
}

struct world *world_fixed_empty(void)
{
	struct world *world = world_empty();

	signing_key_free(world->log_key);
	world->log_key = key_of(0, WORLD_ORIGIN, world->log_vkey);
	for (unsigned i = 0; i < WORLD_SEATS; i++) {
		char name[32];

		snprintf(name, sizeof name, "siege-%u", i + 1);
		signing_key_free(world->seat_keys[i]);
		world->seat_keys[i] = key_of(1 + i, name, world->seat_vkeys[i]);
	}
	return world;
}

struct world *world_fixed_new(void)
{
	struct world *world = world_fixed_empty();
	char *charter = world_charter(world);

	(void)world_must(world, "operator", "%s", charter);
	free(charter);
	(void)world_must(
		world, "operator",
		"'kind':'member','id':'employer:000001016','role':'employer',"
		"'siren':'000001016','name':'Menuiserie','status':'active','step':100,"
		"'match_percent':100,'match_cap_month':300");
	(void)world_must(
		world, "operator",
		"'kind':'member','id':'employer:000004044','role':'employer',"
		"'siren':'000004044','name':'Boulangerie','status':'active','step':100");
	return world;
}

struct hash world_digest(struct world *world)
{
	struct hash digest;
	struct state_cursor cursor;
	struct buffer all;

	buffer_init(&all, (size_t)64 << 20);
	for (state_first(world->state, &cursor, ""); cursor.found;
	     state_next(world->state, &cursor)) {
		buffer_put(&all, cursor.key, strlen(cursor.key) + 1);
		buffer_put_slice(&all, cursor.value);
		buffer_put_byte(&all, 0);
	}
	FUZZ_MUST(buffer_err(&all) == ERR_OK && state_err(world->state) == ERR_OK);
	digest = hash_bytes(all.p, all.n);
	buffer_release(&all);
	return digest;
}
