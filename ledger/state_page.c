/*
 * state_page.c - cells in a page (state_page.h).
 */
#include "ledger/state_page.h"

#include <assert.h>
#include <string.h>

#include "ledger/state_map.h"

#define AT_COUNT        8
#define AT_LOWEST       10
#define AT_WASTE        12
#define AT_INNER        14
#define SLOT_BYTES      2
#define CELL_HEAD_BYTES 4
#define OUTSIDE_BIT     0x8000u

static_assert(PAGE_SUM_BYTES <= AT_COUNT, "the sum stands before the head");
static_assert(3 * (SLOT_BYTES + CELL_HEAD_BYTES + STATE_KEY_BYTES_MAX +
		   STATE_PAGE_VALUE_BYTES_MAX) <=
		      PAGE_BYTES - STATE_PAGE_HEAD_BYTES,
	      "three cells fit");
static_assert(STATE_PAGE_VALUE_BYTES_MAX < OUTSIDE_BIT, "the bit is free");

static unsigned number_at(const uint8_t *page, unsigned offset)
{
	uint16_t number;

	memcpy(&number, page + offset, sizeof number);
	return number;
}

static void number_set(uint8_t *page, unsigned offset, unsigned value)
{
	uint16_t number = (uint16_t)value;

	memcpy(page + offset, &number, sizeof number);
}

static unsigned slot_offset(unsigned at)
{
	return STATE_PAGE_HEAD_BYTES + at * SLOT_BYTES;
}

void state_page_init(uint8_t *page, bool inner)
{
	number_set(page, AT_COUNT, 0);
	number_set(page, AT_LOWEST, PAGE_BYTES);
	number_set(page, AT_WASTE, 0);
	number_set(page, AT_INNER, inner);
}

bool state_page_is_inner(const uint8_t *page)
{
	return number_at(page, AT_INNER) != 0;
}

unsigned state_page_count(const uint8_t *page)
{
	return number_at(page, AT_COUNT);
}

struct state_cell state_page_cell(const uint8_t *page, unsigned at)
{
	assert(at < state_page_count(page));

	unsigned offset = number_at(page, slot_offset(at));
	unsigned key_n = number_at(page, offset);
	unsigned value_n = number_at(page, offset + 2) & ~OUTSIDE_BIT;

	assert(offset + CELL_HEAD_BYTES + key_n + value_n <= PAGE_BYTES);
	return (struct state_cell){
		.key = slice_of(page + offset + CELL_HEAD_BYTES, key_n),
		.value = slice_of(page + offset + CELL_HEAD_BYTES + key_n, value_n),
		.outside = (number_at(page, offset + 2) & OUTSIDE_BIT) != 0,
	};
}

static unsigned cell_bytes(const struct state_cell *cell)
{
	return (unsigned)(CELL_HEAD_BYTES + cell->key.n + cell->value.n);
}

unsigned state_page_find(const uint8_t *page, struct slice key, bool *ret_exact)
{
	unsigned from = 0, to = state_page_count(page);

	*ret_exact = false;
	while (from < to) {
		unsigned middle = from + (to - from) / 2;
		int order = state_key_cmp(state_page_cell(page, middle).key, key);

		if (order < 0) {
			from = middle + 1;
		} else {
			to = middle;
			*ret_exact = *ret_exact || order == 0;
		}
	}
	return from;
}

/* ---- changing ---- */

static unsigned gap_bytes(const uint8_t *page)
{
	return number_at(page, AT_LOWEST) - slot_offset(state_page_count(page));
}

/* Behind all others, with room for it: the page's order is the caller's. */
static void cell_append(uint8_t *page, const struct state_cell *cell)
{
	bool done = state_page_insert(page, state_page_count(page), cell);

	assert(done);
	(void)done;
}

/* Closes the holes that removed cells have left. */
static void page_close_up(uint8_t *page)
{
	uint8_t before[PAGE_BYTES];
	unsigned n = state_page_count(page);

	memcpy(before, page, sizeof before);
	state_page_init(page, state_page_is_inner(before));
	for (unsigned at = 0; at < n; at++) {
		struct state_cell cell = state_page_cell(before, at);

		cell_append(page, &cell);
	}
}

bool state_page_insert(uint8_t *page, unsigned at, const struct state_cell *cell)
{
	unsigned n = state_page_count(page), bytes = cell_bytes(cell);

	assert(at <= n && cell->key.n < STATE_KEY_BYTES_MAX &&
	       cell->value.n <= STATE_PAGE_VALUE_BYTES_MAX);
	if (gap_bytes(page) + number_at(page, AT_WASTE) < bytes + SLOT_BYTES)
		return false;
	if (gap_bytes(page) < bytes + SLOT_BYTES)
		page_close_up(page);

	unsigned offset = number_at(page, AT_LOWEST) - bytes;
	unsigned value_n = (unsigned)cell->value.n | (cell->outside ? OUTSIDE_BIT : 0);

	number_set(page, offset, (unsigned)cell->key.n);
	number_set(page, offset + 2, value_n);
	if (cell->key.n)
		memcpy(page + offset + CELL_HEAD_BYTES, cell->key.p, cell->key.n);
	if (cell->value.n)
		memcpy(page + offset + CELL_HEAD_BYTES + cell->key.n, cell->value.p,
		       cell->value.n);
	memmove(page + slot_offset(at + 1), page + slot_offset(at),
		(n - at) * SLOT_BYTES);
	number_set(page, slot_offset(at), offset);
	number_set(page, AT_LOWEST, offset);
	number_set(page, AT_COUNT, n + 1);
	return true;
}

void state_page_remove(uint8_t *page, unsigned at)
{
	struct state_cell cell = state_page_cell(page, at);
	unsigned n = state_page_count(page);

	number_set(page, AT_WASTE, number_at(page, AT_WASTE) + cell_bytes(&cell));
	memmove(page + slot_offset(at), page + slot_offset(at + 1),
		(n - at - 1) * SLOT_BYTES);
	number_set(page, AT_COUNT, n - 1);
	if (n == 1)
		state_page_init(page, state_page_is_inner(page));
}

/* Cell `index` of a page before which cell `at` were another one. */
static struct state_cell cell_with(const uint8_t *page, unsigned at,
				   const struct state_cell *cell, unsigned index)
{
	if (index == at)
		return *cell;
	return state_page_cell(page, index < at ? index : index - 1);
}

void state_page_split(uint8_t *left, uint8_t *right, unsigned at,
		      const struct state_cell *cell)
{
	uint8_t before[PAGE_BYTES];
	unsigned n = state_page_count(left) + 1, total = 0, kept = 0, index = 0;

	memcpy(before, left, sizeof before);
	for (unsigned i = 0; i < n; i++) {
		struct state_cell each = cell_with(before, at, cell, i);

		total += cell_bytes(&each) + SLOT_BYTES;
	}
	state_page_init(left, state_page_is_inner(before));
	state_page_init(right, state_page_is_inner(before));
	for (; index < n - 1 && (at == n - 1 || kept < total / 2); index++) {
		struct state_cell each = cell_with(before, at, cell, index);

		kept += cell_bytes(&each) + SLOT_BYTES;
		cell_append(left, &each);
	}
	for (; index < n; index++) {
		struct state_cell each = cell_with(before, at, cell, index);

		cell_append(right, &each);
	}
}
