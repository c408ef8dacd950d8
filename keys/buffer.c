/*
 * buffer.c - bytes that grow up to a maximum.
 *
 * Invariants: n <= capacity_bytes <= bytes_max; p is NULL exactly when
 * capacity_bytes is 0 and nothing was reserved; p[n] is NUL; once err is set,
 * nothing but init, clear, cut and release changes the buffer.
 */
#include "keys/buffer.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "keys/encoding.h"

/* The first allocation: most of our texts fit, and none is wasted on a few bytes. */
#define BUFFER_BYTES_FIRST 256

void buffer_init(struct buffer *buffer, size_t bytes_max)
{
	assert(bytes_max < SIZE_MAX); /* one more for the NUL */
	*buffer = (struct buffer){ .bytes_max = bytes_max };
}

void buffer_release(struct buffer *buffer)
{
	free(buffer->p);
	buffer_init(buffer, buffer->bytes_max);
}

void buffer_release_secret(struct buffer *buffer)
{
	if (buffer->p)
		bytes_wipe(buffer->p, buffer->capacity_bytes + 1);
	buffer_release(buffer);
}

void buffer_clear(struct buffer *buffer)
{
	buffer_cut(buffer, 0);
}

void buffer_cut(struct buffer *buffer, size_t n)
{
	assert(n <= buffer->n);
	buffer->n = n;
	buffer->err = ERR_OK;
	if (buffer->p)
		buffer->p[n] = '\0';
}

static enum err buffer_fail(struct buffer *buffer, enum err err)
{
	buffer->err = err;
	return err;
}

/* Gives it room for exactly capacity_bytes. */
static enum err buffer_resize(struct buffer *buffer, size_t capacity_bytes)
{
	uint8_t *p = realloc(buffer->p, capacity_bytes + 1);

	if (!p)
		return buffer_fail(buffer, ERR_MEMORY);
	buffer->p = p;
	buffer->capacity_bytes = capacity_bytes;
	buffer->p[buffer->n] = '\0';
	return ERR_OK;
}

enum err buffer_reserve(struct buffer *buffer, size_t n)
{
	if (buffer->err != ERR_OK)
		return buffer->err;
	if (n > buffer->bytes_max)
		return buffer_fail(buffer, ERR_TOO_BIG);
	if (buffer->p && n <= buffer->capacity_bytes)
		return ERR_OK;
	return buffer_resize(buffer, n);
}

/* Makes room for n bytes more, doubling so that many small puts stay linear. */
static enum err buffer_grow(struct buffer *buffer, size_t n)
{
	size_t wanted;

	if (buffer->err != ERR_OK)
		return buffer->err;
	if (n > buffer->bytes_max - buffer->n)
		return buffer_fail(buffer, ERR_TOO_BIG);
	if (buffer->p && n <= buffer->capacity_bytes - buffer->n)
		return ERR_OK;
	wanted = buffer->capacity_bytes <= buffer->bytes_max / 2
			 ? buffer->capacity_bytes * 2
			 : buffer->bytes_max;
	if (wanted < BUFFER_BYTES_FIRST)
		wanted = BUFFER_BYTES_FIRST;
	if (wanted < buffer->n + n)
		wanted = buffer->n + n;
	if (wanted > buffer->bytes_max)
		wanted = buffer->bytes_max;
	return buffer_resize(buffer, wanted);
}

enum err buffer_put(struct buffer *buffer, const void *bytes, size_t n)
{
	enum err err = buffer_grow(buffer, n);

	if (err != ERR_OK)
		return err;
	if (n > 0)
		memcpy(buffer->p + buffer->n, bytes, n);
	buffer->n += n;
	buffer->p[buffer->n] = '\0';
	return ERR_OK;
}

enum err buffer_put_byte(struct buffer *buffer, uint8_t byte)
{
	return buffer_put(buffer, &byte, 1);
}

enum err buffer_put_text(struct buffer *buffer, const char *text)
{
	return buffer_put(buffer, text, strlen(text));
}

enum err buffer_put_slice(struct buffer *buffer, struct slice slice)
{
	return buffer_put(buffer, slice.p, slice.n);
}

enum err buffer_put_base64(struct buffer *buffer, const void *bytes, size_t n)
{
	enum err err;

	if (n > SIZE_MAX / 4)
		return buffer_fail(buffer, ERR_TOO_BIG);
	err = buffer_grow(buffer, BASE64_CHARS(n));
	if (err != ERR_OK)
		return err;
	base64_encode(bytes, n, (char *)buffer->p + buffer->n);
	buffer->n += BASE64_CHARS(n);
	return ERR_OK;
}

enum err buffer_put_hex(struct buffer *buffer, const void *bytes, size_t n)
{
	enum err err;

	if (n > SIZE_MAX / 4)
		return buffer_fail(buffer, ERR_TOO_BIG);
	err = buffer_grow(buffer, HEX_CHARS(n));
	if (err != ERR_OK)
		return err;
	hex_encode(bytes, n, (char *)buffer->p + buffer->n);
	buffer->n += HEX_CHARS(n);
	return ERR_OK;
}

enum err buffer_printf(struct buffer *buffer, const char *format, ...)
{
	va_list args;
	int n;
	enum err err;

	va_start(args, format);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n < 0)
		return buffer->err != ERR_OK ? buffer->err
					     : buffer_fail(buffer, ERR_INVALID);
	err = buffer_grow(buffer, (size_t)n);
	if (err != ERR_OK)
		return err;
	va_start(args, format);
	(void)vsnprintf((char *)buffer->p + buffer->n, (size_t)n + 1, format, args);
	va_end(args);
	buffer->n += (size_t)n;
	return ERR_OK;
}

enum err buffer_err(const struct buffer *buffer)
{
	return buffer->err;
}

enum err buffer_check(const struct buffer *buffer, const char *what, struct fault *fault)
{
	if (buffer->err == ERR_OK)
		return ERR_OK;
	if (buffer->err == ERR_TOO_BIG)
		return fault_set(fault, ERR_TOO_BIG, "%s is past %zu bytes", what,
				 buffer->bytes_max);
	if (buffer->err == ERR_MEMORY)
		return fault_set(fault, ERR_MEMORY, "%s: out of memory", what);
	return fault_set(fault, buffer->err, "%s cannot be formatted", what);
}

struct slice buffer_slice(const struct buffer *buffer)
{
	return slice_of(buffer->p, buffer->n);
}

const char *buffer_text(const struct buffer *buffer)
{
	return buffer->p ? (const char *)buffer->p : "";
}
