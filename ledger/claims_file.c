/*
 * claims_file.c - runs of claims in slots of one unlinked file.
 *
 * A run is written once and dropped whole, so each gets a slot of its own:
 *
 *   small  up to 2 KiB: a power of two, taken from blocks of 64 KiB. A dropped
 *	    slot joins the list of its size, whose links lie in the slots
 *   large  whole 4 KiB pages at the end of the file. A dropped slot is punched
 *	    out: the disk gets its pages back, the offset is not used again
 *
 * In memory there is a table from a bucket's key to the list of its runs.
 */
#include "ledger/claims_file.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/scratch.h"

#define SLOT_BYTES_MIN       16
#define SLOT_SMALL_BYTES_MAX 2048
#define SLOT_SIZES           8 /* 16, 32, ... 2048 */
#define BLOCK_BYTES          65536
#define PAGE_BYTES           4096
#define TABLE_SLOTS_MIN      64

static_assert(SLOT_BYTES_MIN << (SLOT_SIZES - 1) == SLOT_SMALL_BYTES_MAX, "all sizes");
static_assert(SLOT_BYTES_MIN >= sizeof(uint64_t), "a free slot has room for its link");

struct stored_run {
	struct claims_run run;
	uint64_t offset;
};

struct bucket {
	struct stored_run *run; /* owned; most buckets have one or two */
	unsigned n_runs;
	unsigned runs_capacity;
	size_t key_n;
	uint8_t key[];
};

struct claims_file {
	struct scratch scratch;
	uint64_t end_bytes; /* where the next block or large slot begins */
	uint64_t used_bytes;
	uint64_t block_at; /* the free part of the block in use */
	uint64_t block_end;
	uint64_t free_slot[SLOT_SIZES]; /* 1 + offset of the first; 0: none */

	struct bucket **table; /* open addressing, at most half full */
	size_t n_slots;
	size_t n_buckets;
};

/* ---- slots ---- */

/* The size's place in free_slot, for small runs. */
static unsigned slot_size_index(uint64_t bytes)
{
	unsigned i = 0;

	assert(bytes > 0 && bytes <= SLOT_SMALL_BYTES_MAX);
	while (((uint64_t)SLOT_BYTES_MIN << i) < bytes)
		i++;
	return i;
}

static uint64_t slot_bytes(const struct claims_run *run)
{
	uint64_t bytes = run->n_tags * TAG_BYTES;

	if (bytes <= SLOT_SMALL_BYTES_MAX)
		return (uint64_t)SLOT_BYTES_MIN << slot_size_index(bytes);
	return (bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
}

/* A block's rest that is too short for the slot is given up: under 2 KiB of 64. */
static uint64_t slot_from_block(struct claims_file *file, uint64_t bytes)
{
	uint64_t offset = (file->block_at + bytes - 1) / bytes * bytes;

	if (file->block_end == 0 || offset + bytes > file->block_end) {
		offset = file->end_bytes;
		file->end_bytes += BLOCK_BYTES;
		file->block_end = file->end_bytes;
	}
	file->block_at = offset + bytes;
	return offset;
}

static enum err slot_take(struct claims_file *file, const struct claims_run *run,
			  uint64_t *ret_offset, struct fault *fault)
{
	uint64_t bytes = slot_bytes(run);

	if (bytes > SLOT_SMALL_BYTES_MAX) {
		*ret_offset = file->end_bytes;
		file->end_bytes += bytes;
	} else {
		uint64_t *first = &file->free_slot[slot_size_index(bytes)];
		uint64_t next = 0;

		if (*first == 0) {
			*ret_offset = slot_from_block(file, bytes);
		} else {
			enum err err = scratch_read(&file->scratch, *first - 1, &next,
						    sizeof next, fault);
			if (err)
				return err;
			*ret_offset = *first - 1;
			*first = next;
		}
	}
	file->used_bytes += bytes;
	return ERR_OK;
}

static enum err slot_give_back(struct claims_file *file, const struct stored_run *stored,
			       struct fault *fault)
{
	uint64_t bytes = slot_bytes(&stored->run);

	assert(file->used_bytes >= bytes);
	file->used_bytes -= bytes;
	if (bytes <= SLOT_SMALL_BYTES_MAX) {
		uint64_t *first = &file->free_slot[slot_size_index(bytes)];
		enum err err = scratch_write(&file->scratch, stored->offset, first,
					     sizeof *first, fault);
		if (err)
			return err;
		*first = stored->offset + 1;
		return ERR_OK;
	}

	return scratch_punch(&file->scratch, stored->offset, bytes, fault);
}

/* ---- buckets ---- */

/* FNV-1a: keys are names of companies and months, chosen by the foundation. */
static size_t key_hash(struct slice key)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < key.n; i++)
		hash = (hash ^ key.p[i]) * UINT64_C(1099511628211);
	return (size_t)(hash ^ hash >> 32);
}

static struct slice bucket_key(const struct bucket *bucket)
{
	return slice_of(bucket->key, bucket->key_n);
}

/* The bucket's place in the table, or the free one where it would go. */
static size_t table_place(const struct claims_file *file, struct slice key)
{
	size_t mask = file->n_slots - 1;
	size_t place = key_hash(key) & mask;

	while (file->table[place] && !slice_equal(bucket_key(file->table[place]), key))
		place = (place + 1) & mask;
	return place;
}

static enum err table_grow(struct claims_file *file, struct fault *fault)
{
	struct bucket **old = file->table;
	size_t n_old = file->n_slots;
	size_t n_slots = n_old ? n_old * 2 : TABLE_SLOTS_MIN;
	struct bucket **table = calloc(n_slots, sizeof(struct bucket *));

	if (!table)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	file->table = table;
	file->n_slots = n_slots;
	for (size_t i = 0; i < n_old; i++)
		if (old[i])
			table[table_place(file, bucket_key(old[i]))] = old[i];
	free(old);
	return ERR_OK;
}

static void bucket_free(struct bucket *bucket)
{
	if (bucket)
		free(bucket->run);
	free(bucket);
}

static enum err bucket_add(struct claims_file *file, struct slice key,
			   struct bucket **ret_bucket, struct fault *fault)
{
	if (file->n_buckets >= file->n_slots / 2) {
		enum err err = table_grow(file, fault);
		if (err)
			return err;
	}
	struct bucket *bucket = calloc(1, sizeof *bucket + key.n);
	if (!bucket)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	bucket->key_n = key.n;
	memcpy(bucket->key, key.p, key.n);
	file->table[table_place(file, key)] = bucket;
	file->n_buckets++;
	*ret_bucket = bucket;
	return ERR_OK;
}

/* Those that follow without a gap may stand where they do because of this one, so
 * they are placed again. */
static void bucket_remove(struct claims_file *file, struct bucket *bucket)
{
	size_t mask = file->n_slots - 1;
	size_t place = table_place(file, bucket_key(bucket));

	assert(file->table[place] == bucket);
	file->table[place] = NULL;
	file->n_buckets--;
	bucket_free(bucket);
	for (place = (place + 1) & mask; file->table[place]; place = (place + 1) & mask) {
		struct bucket *moving = file->table[place];

		file->table[place] = NULL;
		file->table[table_place(file, bucket_key(moving))] = moving;
	}
}

static struct bucket *bucket_find(const struct claims_file *file, struct slice key)
{
	return file->n_slots ? file->table[table_place(file, key)] : NULL;
}

static struct stored_run *bucket_run(const struct bucket *bucket, uint64_t number)
{
	for (unsigned i = 0; bucket && i < bucket->n_runs; i++)
		if (bucket->run[i].run.number == number)
			return &bucket->run[i];
	return NULL;
}

static enum err bucket_run_add(struct claims_file *file, struct bucket *bucket,
			       const struct claims_run *run, struct fault *fault)
{
	if (bucket->n_runs == bucket->runs_capacity) {
		unsigned capacity = bucket->runs_capacity ? bucket->runs_capacity * 2 : 1;
		void *runs = realloc(bucket->run, capacity * sizeof *bucket->run);

		if (!runs)
			return fault_set(fault, ERR_MEMORY, "out of memory");
		bucket->run = runs;
		bucket->runs_capacity = capacity;
	}
	struct stored_run stored = { .run = *run };
	enum err err = slot_take(file, run, &stored.offset, fault);
	if (err)
		return err;
	bucket->run[bucket->n_runs++] = stored;
	return ERR_OK;
}

/* ---- the table of claims.h ---- */

static enum err storage_runs(void *ctx, struct slice key, struct claims_runs *ret_runs,
			     struct fault *fault)
{
	const struct bucket *bucket = bucket_find(ctx, key);

	ret_runs->n = bucket ? bucket->n_runs : 0;
	if (ret_runs->n > CLAIMS_RUNS_MAX)
		return fault_set(fault, ERR_CORRUPT, "claims: too many runs in a bucket");
	for (unsigned i = 0; i < ret_runs->n; i++)
		ret_runs->run[i] = bucket->run[i].run;
	return ERR_OK;
}

static enum err storage_load(void *ctx, struct slice key, const struct claims_run *run,
			     uint64_t page, struct tag ret_tags[CLAIMS_PAGE_TAGS],
			     size_t *ret_n, struct fault *fault)
{
	const struct claims_file *file = ctx;
	const struct stored_run *stored = bucket_run(bucket_find(file, key), run->number);
	uint64_t first = page * CLAIMS_PAGE_TAGS;

	if (!stored || first >= stored->run.n_tags)
		return fault_set(fault, ERR_CORRUPT, "claims: a page that is not there");
	uint64_t n = stored->run.n_tags - first;
	if (n > CLAIMS_PAGE_TAGS)
		n = CLAIMS_PAGE_TAGS;
	enum err err = scratch_read(&file->scratch, stored->offset + first * TAG_BYTES,
				    ret_tags, n * TAG_BYTES, fault);
	if (!err)
		*ret_n = n;
	return err;
}

static enum err storage_store(void *ctx, struct slice key, const struct claims_run *run,
			      uint64_t page, const struct tag *tags, size_t n,
			      struct fault *fault)
{
	struct claims_file *file = ctx;
	struct bucket *bucket = bucket_find(file, key);
	enum err err = ERR_OK;

	if (!bucket)
		err = bucket_add(file, key, &bucket, fault);
	if (!err && page == 0)
		err = bucket_run_add(file, bucket, run, fault);
	if (err)
		return err;

	const struct stored_run *stored = bucket_run(bucket, run->number);
	uint64_t first = page * CLAIMS_PAGE_TAGS;
	assert(stored && first + n <= stored->run.n_tags);
	return scratch_write(&file->scratch, stored->offset + first * TAG_BYTES, tags,
			     n * TAG_BYTES, fault);
}

static enum err storage_drop(void *ctx, struct slice key, const struct claims_run *run,
			     struct fault *fault)
{
	struct claims_file *file = ctx;
	struct bucket *bucket = bucket_find(file, key);
	struct stored_run *stored = bucket_run(bucket, run->number);

	if (!stored)
		return fault_set(fault, ERR_CORRUPT, "claims: a run that is not there");
	enum err err = slot_give_back(file, stored, fault);
	if (err)
		return err;
	size_t n_after = (size_t)(bucket->run + bucket->n_runs - (stored + 1));
	memmove(stored, stored + 1, n_after * sizeof *stored);
	bucket->n_runs--;
	if (bucket->n_runs == 0)
		bucket_remove(file, bucket);
	return ERR_OK;
}

/* ---- the file ---- */

enum err claims_file_open(const char *dir, struct claims_file **ret_file,
			  struct fault *fault)
{
	struct claims_file *file = calloc(1, sizeof *file);

	if (!file)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	enum err err = scratch_open(dir, "claims", &file->scratch, fault);
	if (err) {
		free(file);
		return err;
	}
	*ret_file = file;
	return ERR_OK;
}

void claims_file_free(struct claims_file *file)
{
	if (!file)
		return;
	for (size_t i = 0; i < file->n_slots; i++)
		bucket_free(file->table[i]);
	free(file->table);
	scratch_close(&file->scratch);
	free(file);
}

struct claims_storage claims_file_storage(struct claims_file *file)
{
	return (struct claims_storage){
		.ctx = file,
		.runs = storage_runs,
		.load = storage_load,
		.store = storage_store,
		.drop = storage_drop,
	};
}

uint64_t claims_file_used_bytes(const struct claims_file *file)
{
	return file->used_bytes;
}
