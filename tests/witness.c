/*
 * witness.c - see witness.h.
 */
#include "tests/witness.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/file.h"
#include "ledger/checkpoint.h"
#include "ledger/entry.h"
#include "ledger/json.h"
#include "ledger/tile.h"
#include "tests/trial.h"

/* ---- taking down ---- */

static void lock(struct witness *witness)
{
	if (pthread_mutex_lock(&witness->mutex))
		abort();
}

static void unlock(struct witness *witness)
{
	if (pthread_mutex_unlock(&witness->mutex))
		abort();
}

void witness_init(struct witness *witness)
{
	*witness = (struct witness){ .mutex = PTHREAD_MUTEX_INITIALIZER };
}

void witness_release(struct witness *witness)
{
	for (size_t i = 0; i < witness->note_room; i++)
		free(witness->note[i]);
	free(witness->note);
	free(witness->told);
	if (pthread_mutex_destroy(&witness->mutex))
		abort();
}

/* Room for index `at` of an array of such items, the new ones zeroed. */
static void *grow(void *items, size_t *room, size_t item, uint64_t at)
{
	size_t now = *room ? *room : 1024;

	while (now <= at)
		now *= 2;
	if (now == *room)
		return items;
	items = realloc(items, now * item);
	if (!items)
		trial_fail("out of memory");
	memset((char *)items + *room * item, 0, (now - *room) * item);
	*room = now;
	return items;
}

void witness_tell(struct witness *witness, uint64_t position, struct slice entry)
{
	struct hash leaf = hash_leaf(entry.p, entry.n);
	struct witness_told *told;

	lock(witness);
	witness->told =
		grow(witness->told, &witness->told_room, sizeof *witness->told, position);
	told = &witness->told[position];
	if (told->is_told && !hash_equal(&told->leaf, &leaf))
		trial_fail("two clients were told of position %" PRIu64, position);
	witness->entries += !told->is_told;
	*told = (struct witness_told){ .is_told = true, .leaf = leaf };
	unlock(witness);
}

void witness_show(struct witness *witness, struct slice note)
{
	struct checkpoint checkpoint;
	struct fault fault;
	char **place;

	trial_must(checkpoint_peek(note, &checkpoint, &fault), "a checkpoint", &fault);
	lock(witness);
	witness->note = grow(witness->note, &witness->note_room, sizeof *witness->note,
			     checkpoint.size);
	place = &witness->note[checkpoint.size];
	if (!*place) {
		*place = strndup((const char *)note.p, note.n);
		witness->notes++;
	} else if (!slice_equal_text(note, *place)) {
		trial_fail("two checkpoints of size %" PRIu64 " differ", checkpoint.size);
	}
	unlock(witness);
}

/* ---- holding against ---- */

struct reading {
	struct witness *witness;
	const struct house *house;
	uint64_t size, position;
	struct merkle_frontier tree;
	struct hash *references; /* of (by, ref), by position */
};

static void note_check(struct reading *reading)
{
	const char *note = reading->position < reading->witness->note_room
				   ? reading->witness->note[reading->position]
				   : NULL;
	struct checkpoint checkpoint;
	struct fault fault;
	struct hash root;

	if (!note)
		return;
	trial_must(checkpoint_open(slice_of_text(note), &reading->house->vkey, NULL, 0,
				   NULL, &checkpoint, &fault),
		   "a checkpoint that was answered", &fault);
	merkle_frontier_root(&reading->tree, &root);
	if (!hash_equal(&root, &checkpoint.root))
		trial_fail("the checkpoint of size %" PRIu64 " is of another log",
			   reading->position);
}

static struct hash reference_of(struct slice bytes)
{
	struct json_doc *doc = json_doc_new();
	struct json *json;
	const struct json *by, *ref;
	struct hash_stream stream;
	struct fault fault;

	if (!doc)
		trial_fail("out of memory");
	trial_must(json_parse(doc, bytes, &json, &fault), "an entry", &fault);
	by = json_get(json, "by");
	ref = json_get(json, "ref");
	if (!by || !ref)
		trial_fail("an entry names no submitter or reference");
	hash_begin(&stream);
	hash_add(&stream, by->text.p, by->text.n);
	hash_add(&stream, "/", 1);
	hash_add(&stream, ref->text.p, ref->text.n);
	json_doc_free(doc);
	return hash_end(&stream);
}

static void entry_check(struct reading *reading, struct slice bytes, bool whole)
{
	const struct witness *witness = reading->witness;
	uint64_t position = reading->position;
	struct hash leaf = hash_leaf(bytes.p, bytes.n);
	bool is_told = position < witness->told_room && witness->told[position].is_told;

	if (is_told && !hash_equal(&witness->told[position].leaf, &leaf))
		trial_fail("position %" PRIu64 " is not what was acknowledged", position);
	if (whole && !is_told && position >= reading->house->size)
		trial_fail("nobody was told of position %" PRIu64 ": %.*s", position,
			   (int)bytes.n, (const char *)bytes.p);
	reading->references[position] = reference_of(bytes);
	trial_must(merkle_append(&reading->tree, &leaf), "the tree",
		   &(struct fault){ 0 });
	reading->position++;
	note_check(reading);
}

static void bundle_read(const struct house *house, const struct tile *tile,
			struct buffer *out)
{
	char name[TILE_PATH_BYTES_MAX], path[HOUSE_PATH_BYTES + TILE_PATH_BYTES_MAX];
	struct fault fault;

	tile_path_format(tile, name);
	snprintf(path, sizeof path, "%s/%s", house->out, name);
	buffer_clear(out);
	trial_must(file_read(path, TILE_BUNDLE_BYTES_MAX, out, &fault), "a bundle",
		   &fault);
}

static void entries_check(struct reading *reading, bool whole)
{
	struct slice entries[TILE_WIDTH];
	struct buffer bundle;
	struct fault fault;

	buffer_init(&bundle, TILE_BUNDLE_BYTES_MAX);
	while (reading->position < reading->size) {
		uint64_t left = reading->size - reading->position;
		struct tile tile = { .level = TILE_LEVEL_ENTRIES,
				     .index = reading->position / TILE_WIDTH,
				     .width = left < TILE_WIDTH ? (unsigned)left
								: TILE_WIDTH };

		bundle_read(reading->house, &tile, &bundle);
		trial_must(tile_bundle_split(buffer_slice(&bundle), tile.width, entries,
					     &fault),
			   "a bundle", &fault);
		for (unsigned i = 0; i < tile.width; i++)
			entry_check(reading, entries[i], whole);
	}
	buffer_release(&bundle);
}

static int hash_order(const void *a, const void *b)
{
	return memcmp(a, b, HASH_BYTES);
}

static void references_check(struct reading *reading)
{
	qsort(reading->references, reading->size, sizeof *reading->references,
	      hash_order);
	for (uint64_t i = 1; i < reading->size; i++)
		if (hash_equal(&reading->references[i - 1], &reading->references[i]))
			trial_fail("a reference is booked twice");
}

/* What was told lies within the log. */
static void reach_check(const struct reading *reading)
{
	const struct witness *witness = reading->witness;

	for (uint64_t i = reading->size; i < witness->told_room; i++)
		if (witness->told[i].is_told)
			trial_fail("position %" PRIu64 " was acknowledged and is lost",
				   i);
	for (uint64_t i = reading->size + 1; i < witness->note_room; i++)
		if (witness->note[i])
			trial_fail("size %" PRIu64
				   " was signed, and the log has %" PRIu64,
				   i, reading->size);
}

void witness_check(struct witness *witness, const struct house *house, bool whole)
{
	struct reading reading = { .witness = witness, .house = house };
	char path[HOUSE_PATH_BYTES + 16];
	struct checkpoint checkpoint;
	struct buffer note;
	struct fault fault;

	snprintf(path, sizeof path, "%s/checkpoint", house->out);
	buffer_init(&note, NOTE_BYTES_MAX);
	trial_must(file_read(path, NOTE_BYTES_MAX, &note, &fault), "the checkpoint",
		   &fault);
	trial_must(checkpoint_peek(buffer_slice(&note), &checkpoint, &fault),
		   "the checkpoint", &fault);
	buffer_release(&note);
	lock(witness);
	reading.size = checkpoint.size;
	reading.references = calloc(checkpoint.size + 1, sizeof *reading.references);
	if (!reading.references)
		trial_fail("out of memory");
	merkle_frontier_init(&reading.tree);
	entries_check(&reading, whole);
	references_check(&reading);
	reach_check(&reading);
	free(reading.references);
	unlock(witness);
}
