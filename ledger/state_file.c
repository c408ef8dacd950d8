/*
 * state_file.c - a B+tree of a state's keys in a temporary file (state_file.h).
 *
 *  (1) Each key of the page below cell i of an inner page is at least that cell's key,
 * and before the next cell's. The leftmost cells have the empty key. (2) No page but the
 * root is empty, and an inner root has at least two cells. (3) All leaves have the same
 * depth. (4) A page that is looked at stays in memory while a path of others is walked: a
 * path is at most DEPTH_MAX pages long, fewer than are held (page_file.h).
 *
 * A value that is too long for a page stands in pages of its own, one after the other.
 */
#include "ledger/state_file.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/page_file.h"
#include "ledger/state_map.h"
#include "ledger/state_page.h"

#define DEPTH_MAX           12 /* of pages with two cells at least: far more than 2^32 */
#define OUTSIDE_BYTES       (PAGE_BYTES - PAGE_SUM_BYTES) /* of a value, in a page */
#define OUTSIDE_PAGES_MAX   3
#define CHILD_BYTES         sizeof(uint32_t)
#define OUTSIDE_VALUE_BYTES sizeof(struct outside)

static_assert(DEPTH_MAX + 4 < PAGE_FILE_HELD_PAGES, "a path is held");
static_assert(OUTSIDE_PAGES_MAX * OUTSIDE_BYTES >= STATE_VALUE_BYTES_MAX, "all fit");

/* The value of a cell whose own stands outside. */
struct outside {
	uint32_t n;
	uint32_t page[OUTSIDE_PAGES_MAX];
};

struct state_file {
	struct page_file *pages;
	uint32_t root;
	struct fault fault;
	uint8_t key[STATE_KEY_BYTES_MAX]; /* what a backing gives back */
	uint8_t value[STATE_VALUE_BYTES_MAX];
};

/* From the root to a leaf: the pages, and the cell of each that was taken. */
struct path {
	unsigned n;
	struct step {
		uint32_t page;
		unsigned at;
	} step[DEPTH_MAX];
};

/* ---- open and free ---- */

static enum err root_add(struct state_file *file, bool inner)
{
	uint8_t *page;
	enum err err = page_file_add(file->pages, &file->root, &page, &file->fault);

	if (!err)
		state_page_init(page, inner);
	return err;
}

enum err state_file_open(const char *dir, struct state_file **ret_file,
			 struct fault *fault)
{
	struct state_file *file = calloc(1, sizeof *file);
	enum err err;

	if (!file)
		return fault_set(fault, ERR_MEMORY, "out of memory");
	err = page_file_open(dir, "the books", &file->pages, &file->fault);
	if (!err)
		err = root_add(file, false);
	if (err) {
		if (fault)
			*fault = file->fault;
		state_file_free(file);
		return err;
	}
	*ret_file = file;
	return ERR_OK;
}

void state_file_free(struct state_file *file)
{
	if (!file)
		return;
	page_file_free(file->pages);
	free(file);
}

const struct fault *state_file_fault(const struct state_file *file)
{
	return &file->fault;
}

uint32_t state_file_pages(const struct state_file *file)
{
	return page_file_count(file->pages);
}

/* ---- walking down ---- */

static uint32_t cell_child(const struct state_cell *cell)
{
	uint32_t child;

	assert(cell->value.n == CHILD_BYTES);
	memcpy(&child, cell->value.p, sizeof child);
	return child;
}

/* The cell of an inner page below which a key would be. */
static unsigned inner_find(const uint8_t *page, struct slice key)
{
	bool exact;
	unsigned at = state_page_find(page, key, &exact);

	assert(exact || at > 0); /* the first key is empty */
	return exact ? at : at - 1;
}

/* To the leaf that has the key, or would have it; the last step's `at` is where. */
static enum err path_walk(struct state_file *file, struct slice key,
			  struct path *ret_path, const uint8_t **ret_leaf,
			  bool *ret_exact)
{
	uint32_t number = file->root;

	ret_path->n = 0;
	for (;;) {
		struct step *step = &ret_path->step[ret_path->n];
		const uint8_t *page;
		enum err err;

		if (ret_path->n == DEPTH_MAX)
			return fault_set(&file->fault, ERR_IO,
					 "temporary file of the books: its tree is "
					 "too deep");
		err = page_file_read(file->pages, number, &page, &file->fault);
		if (err)
			return err;
		ret_path->n++;
		step->page = number;
		if (!state_page_is_inner(page)) {
			step->at = state_page_find(page, key, ret_exact);
			*ret_leaf = page;
			return ERR_OK;
		}
		step->at = inner_find(page, key);

		struct state_cell cell = state_page_cell(page, step->at);

		number = cell_child(&cell);
	}
}

/* The least key that the leaf to the right may hold, copied into room; false where there
 * is none. */
static enum err path_next(struct state_file *file, const struct path *path,
			  uint8_t room[STATE_KEY_BYTES_MAX], struct slice *ret_key,
			  bool *ret_found)
{
	*ret_found = false;
	for (unsigned i = path->n - 1; i-- > 0;) {
		const struct step *step = &path->step[i];
		const uint8_t *page;
		enum err err =
			page_file_read(file->pages, step->page, &page, &file->fault);

		if (err)
			return err;
		if (step->at + 1 < state_page_count(page)) {
			struct slice key = state_page_cell(page, step->at + 1).key;

			memcpy(room, key.p, key.n);
			*ret_key = slice_of(room, key.n);
			*ret_found = true;
			return ERR_OK;
		}
	}
	return ERR_OK;
}

/* ---- values ---- */

/* The value of a cell, copied to file->value: the next page may take its place. */
static enum err value_read(struct state_file *file, const struct state_cell *cell,
			   struct slice *ret_value)
{
	struct outside outside;

	if (!cell->outside) {
		if (cell->value.n)
			memcpy(file->value, cell->value.p, cell->value.n);
		*ret_value = slice_of(file->value, cell->value.n);
		return ERR_OK;
	}
	assert(cell->value.n == OUTSIDE_VALUE_BYTES);
	memcpy(&outside, cell->value.p, sizeof outside);
	for (size_t i = 0, done = 0; done < outside.n; i++, done += OUTSIDE_BYTES) {
		size_t n = outside.n - done < OUTSIDE_BYTES ? outside.n - done
							    : OUTSIDE_BYTES;
		const uint8_t *page;
		enum err err =
			page_file_read(file->pages, outside.page[i], &page, &file->fault);

		if (err)
			return err;
		memcpy(file->value + done, page + PAGE_SUM_BYTES, n);
	}
	*ret_value = slice_of(file->value, outside.n);
	return ERR_OK;
}

/* A value that is too long becomes pages, and *cell a cell that tells where; *room holds
 * its value. */
static enum err value_write(struct state_file *file, struct state_cell *cell,
			    struct outside *room)
{
	struct slice value = cell->value;

	if (value.n <= STATE_PAGE_VALUE_BYTES_MAX)
		return ERR_OK;
	*room = (struct outside){ .n = (uint32_t)value.n };
	for (size_t i = 0, done = 0; done < value.n; i++, done += OUTSIDE_BYTES) {
		size_t n =
			value.n - done < OUTSIDE_BYTES ? value.n - done : OUTSIDE_BYTES;
		uint8_t *page;
		enum err err =
			page_file_add(file->pages, &room->page[i], &page, &file->fault);

		if (err)
			return err;
		memcpy(page + PAGE_SUM_BYTES, value.p + done, n);
	}
	cell->value = slice_of(room, sizeof *room);
	cell->outside = true;
	return ERR_OK;
}

static enum err value_drop(struct state_file *file, const struct state_cell *cell)
{
	struct outside outside;
	enum err err = ERR_OK;

	if (!cell->outside)
		return ERR_OK;
	memcpy(&outside, cell->value.p, sizeof outside);
	for (size_t i = 0, done = 0; !err && done < outside.n; i++, done += OUTSIDE_BYTES)
		err = page_file_drop(file->pages, outside.page[i], &file->fault);
	return err;
}

/* ---- putting ---- */

/* (1): what has become the first cell of an inner page loses its key. */
static void first_unbind(uint8_t *page)
{
	struct state_cell cell = state_page_cell(page, 0);
	uint32_t child = cell_child(&cell);

	cell.key = (struct slice){ 0 };
	cell.value = slice_of(&child, sizeof child);
	state_page_remove(page, 0);

	bool fits = state_page_insert(page, 0, &cell);

	assert(fits); /* where a longer one stood */
	(void)fits;
}

/* The root has become two pages: `left`, which it was, and `right`, from `key` on. */
static enum err root_split(struct state_file *file, uint32_t left, struct slice key,
			   uint32_t right)
{
	struct state_cell low = { .value = slice_of(&left, sizeof left) };
	struct state_cell high = { .key = key, .value = slice_of(&right, sizeof right) };
	uint8_t *page;
	enum err err = root_add(file, true);

	if (!err)
		err = page_file_change(file->pages, file->root, &page, &file->fault);
	if (err)
		return err;

	bool fits = state_page_insert(page, 0, &low) && state_page_insert(page, 1, &high);

	assert(fits);
	(void)fits;
	return ERR_OK;
}

/* Puts a cell where the path ends; a page that is full becomes two, and the page above
 * gets a cell for the second. */
static enum err cell_put(struct state_file *file, const struct path *path,
			 struct state_cell cell)
{
	uint8_t room[STATE_KEY_BYTES_MAX];
	uint32_t right_number;

	for (unsigned i = path->n; i-- > 0;) {
		const struct step *step = &path->step[i];
		/* Above the leaf, the new page comes after the one that was taken. */
		unsigned at = i == path->n - 1 ? step->at : step->at + 1;
		uint8_t *page, *right;
		enum err err =
			page_file_change(file->pages, step->page, &page, &file->fault);

		if (err || state_page_insert(page, at, &cell))
			return err;
		uint32_t number;

		err = page_file_add(file->pages, &number, &right, &file->fault);
		if (err)
			return err;
		state_page_split(page, right, at, &cell);
		/* What was put is read no more: its room can take the next one's. */
		right_number = number;

		struct slice least = state_page_cell(right, 0).key;

		memcpy(room, least.p, least.n);
		if (state_page_is_inner(right))
			first_unbind(right);
		cell = (struct state_cell){
			.key = slice_of(room, least.n),
			.value = slice_of(&right_number, sizeof right_number),
		};
	}
	return root_split(file, path->step[0].page, cell.key, right_number);
}

/* ---- removing ---- */

/* Takes the page of step i, which is empty, out of the page above. */
static enum err page_leave(struct state_file *file, const struct path *path, unsigned i)
{
	const struct step *above = &path->step[i - 1];
	uint8_t *page;
	enum err err = page_file_drop(file->pages, path->step[i].page, &file->fault);

	if (!err)
		err = page_file_change(file->pages, above->page, &page, &file->fault);
	if (err)
		return err;
	state_page_remove(page, above->at);
	if (above->at == 0 && state_page_count(page) > 0)
		first_unbind(page);
	return ERR_OK;
}

/* (2): an inner root of one cell gives way to the page below. */
static enum err root_lower(struct state_file *file)
{
	for (;;) {
		const uint8_t *page;
		enum err err =
			page_file_read(file->pages, file->root, &page, &file->fault);

		if (err || !state_page_is_inner(page) || state_page_count(page) > 1)
			return err;

		struct state_cell only = state_page_cell(page, 0);
		uint32_t child = cell_child(&only);

		err = page_file_drop(file->pages, file->root, &file->fault);
		if (err)
			return err;
		file->root = child;
	}
}

static enum err cell_remove(struct state_file *file, const struct path *path)
{
	const struct step *leaf = &path->step[path->n - 1];
	uint8_t *page;
	enum err err = page_file_change(file->pages, leaf->page, &page, &file->fault);

	if (!err) {
		struct state_cell cell = state_page_cell(page, leaf->at);

		err = value_drop(file, &cell);
	}
	if (!err)
		state_page_remove(page, leaf->at);
	return err;
}

static enum err pages_leave(struct state_file *file, const struct path *path)
{
	for (unsigned i = path->n - 1; i > 0; i--) {
		const uint8_t *page;
		enum err err = page_file_read(file->pages, path->step[i].page, &page,
					      &file->fault);

		if (err || state_page_count(page) > 0)
			return err;
		err = page_leave(file, path, i);
		if (err)
			return err;
	}
	return root_lower(file);
}

/* ---- a state's changes ---- */

static enum err file_change(void *ctx, struct slice key, struct slice value)
{
	struct state_file *file = ctx;
	struct state_cell cell = { .key = key, .value = value };
	struct outside room;
	struct path path;
	const uint8_t *leaf;
	bool exact = false;
	enum err err = file->fault.err;

	if (!err)
		err = path_walk(file, key, &path, &leaf, &exact);
	if (!err && exact)
		err = cell_remove(file, &path);
	if (err)
		return err;
	if (!value.p)
		return exact ? pages_leave(file, &path) : ERR_OK;
	err = value_write(file, &cell, &room);
	return err ? err : cell_put(file, &path, cell);
}

enum err state_file_empty(struct state_file *file, struct state *state,
			  struct fault *fault)
{
	enum err err = state_flush(state, file_change, file);

	if (err)
		return file->fault.err
			       ? (fault ? (*fault = file->fault).err : err)
			       : fault_set(fault, err, "state: %s", err_name(err));
	state_drop(state);
	return ERR_OK;
}

enum err state_file_relieve(struct state_file *file, struct state *state,
			    struct fault *fault)
{
	if (state_keys(state) <= STATE_FILE_KEYS_MAX &&
	    state_deleted(state) <= STATE_FILE_DELETED_MAX)
		return ERR_OK;
	return state_file_empty(file, state, fault);
}

/* ---- what a state asks ---- */

static enum err file_get(void *ctx, struct slice key, struct slice *ret_value,
			 bool *ret_found)
{
	struct state_file *file = ctx;
	struct path path;
	const uint8_t *leaf;
	bool exact;
	enum err err = file->fault.err;

	if (!err)
		err = path_walk(file, key, &path, &leaf, &exact);
	if (err)
		return err;
	*ret_found = exact;
	if (!exact)
		return ERR_OK;

	struct state_cell cell = state_page_cell(leaf, path.step[path.n - 1].at);

	return value_read(file, &cell, ret_value);
}

static enum err cell_give(struct state_file *file, const struct state_cell *cell,
			  struct slice *ret_key, struct slice *ret_value)
{
	memcpy(file->key, cell->key.p, cell->key.n);
	*ret_key = slice_of(file->key, cell->key.n);
	return value_read(file, cell, ret_value);
}

/* The first cell from `from` on: in the leaf where that would be, or else the first of
 * the next leaf, which by (2) is not empty. */
static enum err file_seek(void *ctx, struct slice prefix, struct slice from,
			  struct slice *ret_key, struct slice *ret_value, bool *ret_found)
{
	struct state_file *file = ctx;
	uint8_t room[STATE_KEY_BYTES_MAX];
	struct path path;
	const uint8_t *leaf;
	bool exact, more = true;
	enum err err = file->fault.err;

	*ret_found = false;
	while (!err && more) {
		err = path_walk(file, from, &path, &leaf, &exact);
		if (err)
			return err;

		unsigned at = path.step[path.n - 1].at;

		if (at < state_page_count(leaf)) {
			struct state_cell cell = state_page_cell(leaf, at);

			if (!state_key_begins(cell.key, prefix))
				return ERR_OK;
			*ret_found = true;
			return cell_give(file, &cell, ret_key, ret_value);
		}
		err = path_next(file, &path, room, &from, &more);
	}
	return err;
}

struct state_backing state_file_backing(struct state_file *file)
{
	return (struct state_backing){ .ctx = file, .get = file_get, .seek = file_seek };
}
