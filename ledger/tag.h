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
#include <string.h>

#define TAG_BYTES 16

struct tag {
	uint8_t b[TAG_BYTES];
};

_Static_assert(sizeof(struct tag) == TAG_BYTES, "tags lie side by side in blobs");

/* Below 0, 0 or above 0. */
static inline int tag_cmp(const struct tag *a, const struct tag *b)
{
	return memcmp(a->b, b->b, TAG_BYTES);
}

#endif
