/*
 * world_fixed.c - see world_fixed.h.
 */
#include "tests/world_fixed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/encoding.h"
#include "ledger/intake.h"
#include "ledger/kind.h"
#include "tests/fuzz.h"
#include "tests/story.h"

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

static struct story story;

/* The digest of a world of that many leaves, where it is known: each costs as much as
 * many entries. */
static struct {
	const struct world *world; /* NULL: not known */
	size_t leaf_count;
	struct hash digest;
} known;

struct world *world_told(void)
{
	static struct world *world;
	char vkey[VKEY_TEXT_BYTES_MAX + 1];

	if (world)
		return world;
	world = world_fixed_new();
	story_tell(world, &story);
	signing_key_free(key_of(WORLD_COMPANY_KEY, WORLD_COMPANY, vkey));
	(void)world_must(world, "operator",
			 "'kind':'key','member':'" WORLD_COMPANY "','vkey':'%s'", vkey);
	return world;
}

uint64_t world_told_open(void)
{
	(void)world_told();
	return story.open;
}

void world_try(struct world *world, struct world_trial *ret_trial)
{
	*ret_trial = (struct world_trial){ world->leaf_count, world->at, world->refs };
	state_mark(world->state);
}

void world_undo(struct world *world, const struct world_trial *trial)
{
	if (known.leaf_count != trial->leaf_count)
		known.world = NULL;
	state_rollback(world->state);
	while (world->leaf_count > trial->leaf_count) {
		struct world_leaf *leaf = &world->leaves[--world->leaf_count];

		free(leaf->bytes);
		*leaf = (struct world_leaf){ .bytes = NULL };
	}
	world->at = trial->at;
	world->refs = trial->refs;
}

static enum err draft_submit(struct world *world, struct json_doc *doc,
			     struct json *draft, const char *by)
{
	struct buffer bytes;
	enum kind kind;
	enum err err = kind_check(draft, STAGE_DRAFT, &kind, &world->fault);

	buffer_init(&bytes, ENTRY_BYTES_MAX);
	(void)json_add_cstring(doc, draft, "by", by);
	if (!err)
		err = books_complete(world->books, doc, draft, world->at, &world->fault);
	if (!err)
		err = json_write(draft, &bytes);
	if (!err)
		err = world_replay(world, buffer_slice(&bytes));
	buffer_release(&bytes);
	return err;
}

static enum err text_submit(struct world *world, const char *by, const char *members,
			    const char *name, struct slice text)
{
	struct json_doc *doc = json_doc_new();
	struct json *draft = NULL;
	struct buffer json;
	char ref[32];
	enum err err;

	FUZZ_MUST(doc != NULL);
	snprintf(ref, sizeof ref, "FUZZ-%zu", world->leaf_count);
	buffer_init(&json, INTAKE_BYTES_MAX);
	buffer_printf(&json, "{%s}", members);
	for (size_t i = 0; i < json.n; i++)
		if (json.p[i] == '\'')
			json.p[i] = '"';
	err = intake_parse(doc, buffer_slice(&json), &draft, &world->fault);
	if (!err && name)
		(void)json_add_text(doc, draft, name, text);
	if (!err && !json_get(draft, "ref"))
		(void)json_add_cstring(doc, draft, "ref", ref);
	if (!err)
		err = json_doc_err(doc);
	if (!err)
		err = draft_submit(world, doc, draft, by);
	buffer_release(&json);
	json_doc_free(doc);
	return err;
}

enum err world_fuzz(struct world *world, const char *by, const char *members,
		    const char *name, struct slice text)
{
	uint64_t size = books_size(world->books);
	struct hash after;
	enum err err;

	if (known.world != world || known.leaf_count != world->leaf_count) {
		known.digest = world_digest(world);
		known.world = world;
		known.leaf_count = world->leaf_count;
	}

	world->fault = (struct fault){ .err = ERR_OK };
	err = text_submit(world, by, members, name, text);
	FUZZ_MUST(books_size(world->books) == size + (err == ERR_OK));
	FUZZ_MUST(books_size(world->books) == world->leaf_count);
	if (!err)
		return ERR_OK;
	after = world_digest(world);
	FUZZ_MUST(hash_equal(&known.digest, &after));
	fuzz_must_be_said(err, &world->fault);
	return err;
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
