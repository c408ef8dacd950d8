/*
 * page_file.c - a cache of pages over a temporary file (page_file.h).
 *
 * A page in memory has a slot; slots stand in a ring from the one asked for last to the
 * one asked for first, which is the next to be given away.
 */
#include "ledger/page_file.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/scratch.h"

#define NO_SLOT 0

/* Slot 0 is the ring's end and holds no page, so that 0 can say that there is none. */
struct slot {
	uint8_t *page; /* owned */
	uint32_t number;
	uint16_t newer, older;
	bool changed;
};

struct page_file {
	const char *dir, *holds;
	struct scratch scratch; /* open once a page had to leave the memory */
	bool opened;
	struct slot slot[1 + PAGE_FILE_CACHE_PAGES];
	uint16_t n_slots;  /* in use; slot[0] is not counted */
	uint16_t *slot_of; /* by number; owned */
	uint32_t slot_of_capacity;
	uint32_t n_pages; /* of the file */
	uint32_t *unused; /* numbers that were dropped; owned */
	uint32_t n_unused, unused_capacity;
};

static_assert(PAGE_FILE_HELD_PAGES < PAGE_FILE_CACHE_PAGES, "held pages fit");

enum err page_file_open(const char *dir, const char *holds, struct page_file **ret_file,
			struct fault *fault)
{
	struct page_file *file = calloc(1, sizeof *file);

	if (!file)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	file->dir = dir;
	file->holds = holds;
	*ret_file = file;
	return ERR_OK;
}

void page_file_free(struct page_file *file)
{
	if (!file)
		return;
	for (size_t i = 1; i <= file->n_slots; i++)
		free(file->slot[i].page);
	free(file->slot_of);
	free(file->unused);
	if (file->opened)
		scratch_close(&file->scratch);
	free(file);
}

uint32_t page_file_count(const struct page_file *file)
{
	return file->n_pages - file->n_unused;
}

/* ---- the ring ---- */

static void ring_leave(struct page_file *file, uint16_t at)
{
	struct slot *slot = &file->slot[at];

	file->slot[slot->newer].older = slot->older;
	file->slot[slot->older].newer = slot->newer;
}

/* slot[0].older is the one asked for last, slot[0].newer the one asked for first. */
static void ring_enter(struct page_file *file, uint16_t at)
{
	struct slot *slot = &file->slot[at], *end = &file->slot[0];

	slot->newer = 0;
	slot->older = end->older;
	file->slot[end->older].newer = at;
	end->older = at;
}

/* ---- the disk ---- */

/* Four lanes, so that a processor need not wait for one product to begin the next. It
 * has to find what a disk garbles, not what somebody forges. */
static uint64_t page_sum(const uint8_t *page)
{
	uint64_t lane[4] = { 1, 2, 3, 4 };

	for (size_t at = PAGE_SUM_BYTES; at < PAGE_BYTES; at += sizeof(uint64_t)) {
		uint64_t *sum = &lane[at / sizeof(uint64_t) % 4];
		uint64_t word;

		memcpy(&word, page + at, sizeof word);
		*sum = (*sum ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		*sum ^= *sum >> 32;
	}
	return lane[0] ^ lane[1] * 3 ^ lane[2] * 5 ^ lane[3] * 7;
}

static enum err slot_send(struct page_file *file, struct slot *slot, struct fault *fault)
{
	uint64_t sum = page_sum(slot->page) + slot->number;
	enum err err = ERR_OK;

	if (!file->opened)
		err = scratch_open(file->dir, file->holds, &file->scratch, fault);
	if (err)
		return err;
	file->opened = true;
	memcpy(slot->page, &sum, sizeof sum);
	err = scratch_write(&file->scratch, (uint64_t)slot->number * PAGE_BYTES,
			    slot->page, PAGE_BYTES, fault);
	if (!err)
		slot->changed = false;
	return err;
}

static enum err slot_fetch(struct page_file *file, struct slot *slot, uint32_t number,
			   struct fault *fault)
{
	uint64_t sum;
	enum err err = scratch_read(&file->scratch, (uint64_t)number * PAGE_BYTES,
				    slot->page, PAGE_BYTES, fault);

	if (err)
		return err;
	memcpy(&sum, slot->page, sizeof sum);
	if (sum != page_sum(slot->page) + number)
		return fault_set(fault, ERR_IO,
				 "temporary file of %s: what was read is not what was "
				 "written: is the disk sound?",
				 file->holds);
	return ERR_OK;
}

/* ---- slots ---- */

/* A slot that holds no page, outside of the ring. */
static enum err slot_free_up(struct page_file *file, uint16_t *ret_at,
			     struct fault *fault)
{
	if (file->n_slots < PAGE_FILE_CACHE_PAGES) {
		uint8_t *page = malloc(PAGE_BYTES);

		if (!page)
			return fault_set(fault, ERR_MEMORY, "out of memory");
		*ret_at = ++file->n_slots;
		file->slot[*ret_at].page = page;
		return ERR_OK;
	}
	uint16_t at = file->slot[0].newer;
	struct slot *slot = &file->slot[at];
	enum err err = slot->changed ? slot_send(file, slot, fault) : ERR_OK;

	if (err)
		return err;
	ring_leave(file, at);
	/* One that was left empty by a failure is nobody's. */
	if (file->slot_of[slot->number] == at)
		file->slot_of[slot->number] = NO_SLOT;
	*ret_at = at;
	return ERR_OK;
}

/* Puts a slot to the oldest end: it holds nothing, and is taken next. */
static void slot_give_back(struct page_file *file, uint16_t at)
{
	struct slot *slot = &file->slot[at], *end = &file->slot[0];

	slot->changed = false;
	slot->older = 0;
	slot->newer = end->newer;
	file->slot[end->newer].older = at;
	end->newer = at;
}

static void slot_hold(struct page_file *file, uint16_t at, uint32_t number)
{
	file->slot[at].number = number;
	file->slot[at].changed = false;
	file->slot_of[number] = at;
	ring_enter(file, at);
}

static enum err page_get(struct page_file *file, uint32_t number, struct slot **ret_slot,
			 struct fault *fault)
{
	assert(number < file->n_pages);

	uint16_t at = file->slot_of[number];
	enum err err;

	if (at != NO_SLOT) {
		ring_leave(file, at);
		ring_enter(file, at);
		*ret_slot = &file->slot[at];
		return ERR_OK;
	}
	err = slot_free_up(file, &at, fault);
	if (err)
		return err;
	err = slot_fetch(file, &file->slot[at], number, fault);
	if (err) {
		file->slot[at].number = number;
		slot_give_back(file, at);
		return err;
	}
	slot_hold(file, at, number);
	*ret_slot = &file->slot[at];
	return ERR_OK;
}

enum err page_file_read(struct page_file *file, uint32_t number, const uint8_t **ret_page,
			struct fault *fault)
{
	struct slot *slot = NULL;
	enum err err = page_get(file, number, &slot, fault);

	if (!err)
		*ret_page = slot->page;
	return err;
}

enum err page_file_change(struct page_file *file, uint32_t number, uint8_t **ret_page,
			  struct fault *fault)
{
	struct slot *slot = NULL;
	enum err err = page_get(file, number, &slot, fault);

	if (!err) {
		slot->changed = true;
		*ret_page = slot->page;
	}
	return err;
}

/* ---- numbers ---- */

/* Room for one number more in an array that grows by half. */
static bool numbers_reserve(void **array, uint32_t *capacity, uint32_t n,
			    size_t number_bytes)
{
	if (n < *capacity)
		return true;

	uint32_t grown_capacity = *capacity ? *capacity + *capacity / 2 : 64;
	void *grown = grown_capacity > *capacity
			      ? reallocarray(*array, grown_capacity, number_bytes)
			      : NULL;

	if (!grown)
		return false;
	*array = grown;
	*capacity = grown_capacity;
	return true;
}

static enum err number_new(struct page_file *file, uint32_t *ret_number,
			   struct fault *fault)
{
	void *slot_of = file->slot_of;

	if (file->n_unused) {
		*ret_number = file->unused[--file->n_unused];
		return ERR_OK;
	}
	if (file->n_pages == UINT32_MAX)
		return fault_set(fault, ERR_IO, "temporary file of %s: more than 32 TiB",
				 file->holds);
	if (!numbers_reserve(&slot_of, &file->slot_of_capacity, file->n_pages,
			     sizeof *file->slot_of))
		return fault_set(fault, ERR_MEMORY, "out of memory");
	file->slot_of = slot_of;
	file->slot_of[file->n_pages] = NO_SLOT;
	*ret_number = file->n_pages++;
	return ERR_OK;
}

enum err page_file_drop(struct page_file *file, uint32_t number, struct fault *fault)
{
	void *unused = file->unused;

	assert(number < file->n_pages);
	if (!numbers_reserve(&unused, &file->unused_capacity, file->n_unused,
			     sizeof *file->unused))
		return fault_set(fault, ERR_MEMORY, "out of memory");
	file->unused = unused;
	file->unused[file->n_unused++] = number;

	uint16_t at = file->slot_of[number];

	if (at != NO_SLOT) {
		file->slot_of[number] = NO_SLOT;
		ring_leave(file, at);
		slot_give_back(file, at);
	}
	return ERR_OK;
}

enum err page_file_add(struct page_file *file, uint32_t *ret_number, uint8_t **ret_page,
		       struct fault *fault)
{
	uint32_t number = 0;
	uint16_t at = NO_SLOT;
	enum err err = number_new(file, &number, fault);

	if (!err)
		err = slot_free_up(file, &at, fault);
	if (err)
		return err;
	slot_hold(file, at, number);
	file->slot[at].changed = true;
	memset(file->slot[at].page, 0, PAGE_BYTES);
	*ret_number = number;
	*ret_page = file->slot[at].page;
	return ERR_OK;
}
