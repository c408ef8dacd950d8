/*
 * state_page.h - the cells of one page of a state's tree: keys and values in order.
 *
 * Private to state_file.c. A page of PAGE_BYTES, numbers in the machine's own order for
 * it never leaves the machine:
 *
 *    0  uint64  the sum of page_file.h
 *    8  uint16  number of cells
 *   10  uint16  where the lowest cell begins; cells fill the page from its end
 *   12  uint16  bytes of cells that were removed and still stand there
 *   14  uint16  a mark of the tree's: 0 a leaf, else an inner page
 *   16  uint16  each: where the cell begins, ascending by key
 *
 * A cell is uint16 bytes of key, uint16 bytes of value (the highest bit: the value says
 * where the real one is), key, value. Keys differ.
 */
#ifndef ARRONDI_LEDGER_STATE_PAGE_H
#define ARRONDI_LEDGER_STATE_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "keys/slice.h"
#include "ledger/page_file.h"
#include "ledger/state.h"

#define STATE_PAGE_HEAD_BYTES 16
/* A longer value stands outside: so a page always has room for three cells. */
#define STATE_PAGE_VALUE_BYTES_MAX 2048

struct state_cell {
	struct slice key;
	struct slice value;
	bool outside; /* value tells where the value is */
};

/* Makes a page of no cells. */
void state_page_init(uint8_t *page, bool inner);

bool state_page_is_inner(const uint8_t *page);
unsigned state_page_count(const uint8_t *page);

/* Cell `at`, below the count; its slices point into the page. */
struct state_cell state_page_cell(const uint8_t *page, unsigned at);

/* The first cell whose key is `key` or comes after it; the count if there is none. */
unsigned state_page_find(const uint8_t *page, struct slice key, bool *ret_exact);

/* Puts a cell before cell `at`, where it keeps the order; it does not point into the
 * page. False, and nothing changed, where there is no room. */
bool state_page_insert(uint8_t *page, unsigned at, const struct state_cell *cell);

void state_page_remove(uint8_t *page, unsigned at);

/* The same for a page without room: the upper cells move to `right`, an empty page. One
 * that comes last goes there alone, so that keys that ascend fill their pages. Neither
 * is empty then. */
void state_page_split(uint8_t *left, uint8_t *right, unsigned at,
		      const struct state_cell *cell);

#endif
