/*
 * byte_order.c - the order of many short random strings, quickly.
 */
#include "ledger/byte_order.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "keys/encoding.h"

#define RADIX_BITS   11
#define RADIX_SIZE   (1u << RADIX_BITS)
#define RADIX_PASSES 3 /* over the first 33 bits */

struct item {
	uint64_t prefix; /* the first eight bytes, as a number */
	uint32_t index;
};

/* One stable pass by RADIX_BITS of the prefix. */
static void radix_pass(const struct item *from, struct item *to, size_t n, unsigned shift)
{
	uint32_t start[RADIX_SIZE] = { 0 };
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i++)
		start[from[i].prefix >> shift & (RADIX_SIZE - 1)]++;
	for (size_t i = 0; i < RADIX_SIZE; i++) {
		uint32_t count = start[i];

		start[i] = sum;
		sum += count;
	}
	for (size_t i = 0; i < n; i++)
		to[start[from[i].prefix >> shift & (RADIX_SIZE - 1)]++] = from[i];
}

static int item_cmp(const struct item *a, const struct item *b, const uint8_t *strings,
		    size_t width)
{
	if (a->prefix != b->prefix)
		return a->prefix < b->prefix ? -1 : 1;
	return memcmp(strings + width * a->index, strings + width * b->index, width);
}

static void insertion_sort(struct item *items, size_t n, const uint8_t *strings,
			   size_t width)
{
	for (size_t i = 1; i < n; i++) {
		struct item item = items[i];
		size_t at = i;

		while (at > 0 && item_cmp(&items[at - 1], &item, strings, width) > 0) {
			items[at] = items[at - 1];
			at--;
		}
		items[at] = item;
	}
}

enum err byte_order(const uint8_t *strings, size_t width, size_t n, uint32_t *ret_order)
{
	struct item *items, *to;

	assert(width >= BYTE_ORDER_WIDTH_MIN && n <= UINT32_MAX);
	if (n == 0)
		return ERR_OK;
	items = calloc(2 * n, sizeof *items);
	if (!items)
		return ERR_MEMORY;
	to = items + n;
	for (size_t i = 0; i < n; i++)
		items[i] = (struct item){ u64_get(strings + width * i), (uint32_t)i };
	for (unsigned pass = 0; pass < RADIX_PASSES; pass++) {
		struct item *from = pass % 2 ? items + n : items;

		to = pass % 2 ? items : items + n;
		radix_pass(from, to, n, 64 - RADIX_BITS * (RADIX_PASSES - pass));
	}
	insertion_sort(to, n, strings, width);
	for (size_t i = 0; i < n; i++)
		ret_order[i] = to[i].index;
	free(items);
	return ERR_OK;
}
