/*
 * slice.h - bytes that belong to somebody else.
 *
 * A parser hands out slices of what it was given instead of copies, so that
 * what is verified and what is used are the same bytes. A slice lives as long as
 * the bytes that it points at; it is not terminated by a NUL. An empty slice
 * may have p NULL.
 */
#ifndef ARRONDI_KEYS_SLICE_H
#define ARRONDI_KEYS_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
	const uint8_t *p;
	size_t n;
};

static inline struct slice slice_of(const void *p, size_t n)
{
	return (struct slice){ .p = p, .n = n };
}

static inline struct slice slice_of_text(const char *text)
{
	return slice_of(text, strlen(text));
}

/* memcmp must not see NULL, even for no bytes. Not for secrets: see
 * bytes_equal_secret() in keys/encoding.h. */
static inline bool slice_equal(struct slice a, struct slice b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool slice_equal_text(struct slice a, const char *text)
{
	return slice_equal(a, slice_of_text(text));
}

#endif
