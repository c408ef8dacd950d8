/*
 * tag.h - the 16 bytes by which a claim is recognised, and nothing else.
 *
 * A tag is the first half of an HMAC-SHA-256 under a secret of the donor or the
 * company. Tags are ordered as their bytes are, so that the order of rows, of
 * runs and of their hexadecimal text is one and the same.
 */
#ifndef ARRONDI_LEDGER_TAG_H
#define ARRONDI_LEDGER_TAG_H

#include <stdint.h>

#include "keys/encoding.h"

#define TAG_BYTES 16

struct tag {
	uint8_t b[TAG_BYTES];
};

_Static_assert(sizeof(struct tag) == TAG_BYTES, "tags lie side by side in blobs");

/* Below 0, 0 or above 0. Tags are random, so that nearly always the first half
 * decides; a call of memcmp() would cost more than that. */
static inline int tag_cmp(const struct tag *a, const struct tag *b)
{
	uint64_t left = u64_get(a->b), right = u64_get(b->b);

	if (left == right) {
		left = u64_get(a->b + TAG_BYTES / 2);
		right = u64_get(b->b + TAG_BYTES / 2);
	}
	return (left > right) - (left < right);
}

#endif
