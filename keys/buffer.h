/*
 * buffer.h - bytes that grow up to a maximum.
 *
 * The maximum is given when the buffer is born, so that no sequence of puts can
 * take more memory than its owner decided. The first failure sticks: every later
 * put does nothing and returns the same error. A writer may therefore put many
 * parts without looking, and must look once at the end with buffer_err(). This is
 * why the puts, alone among our fallible functions, are not MUST_USE.
 *
 * When p is not NULL, p[n] is a NUL that does not count, so that text can be
 * given to printf.
 */
#ifndef ARRONDI_KEYS_BUFFER_H
#define ARRONDI_KEYS_BUFFER_H

#include "keys/fault.h"
#include "keys/slice.h"

struct buffer {
	uint8_t *p; /* owned; NULL as long as nothing was put */
	size_t n;
	size_t capacity_bytes; /* without the NUL */
	size_t bytes_max;
	enum err err;
};

/* Allocates nothing. */
void buffer_init(struct buffer *buffer, size_t bytes_max);

/* Frees the bytes; the buffer is empty and usable again, its error forgotten.
 * A buffer of zeroes is taken, too. */
void buffer_release(struct buffer *buffer);

/* The same for secrets: the bytes are wiped first. Growing leaves copies behind,
 * so a buffer for secrets is reserved in full before the first put. */
void buffer_release_secret(struct buffer *buffer);

/* Empties, forgets the error, keeps the memory. */
void buffer_clear(struct buffer *buffer);

/* Takes back what was put after the first n bytes, and forgets the error. */
void buffer_cut(struct buffer *buffer, size_t n);

/* Makes room for n bytes in all. ERR_TOO_BIG past bytes_max, or ERR_MEMORY. */
enum err buffer_reserve(struct buffer *buffer, size_t n);

/* Append, whole or not at all. ERR_TOO_BIG past bytes_max, or ERR_MEMORY. bytes
 * may be NULL when n is 0; it must not lie inside this buffer. */
enum err buffer_put(struct buffer *buffer, const void *bytes, size_t n);
enum err buffer_put_byte(struct buffer *buffer, uint8_t byte);
enum err buffer_put_text(struct buffer *buffer, const char *text);
enum err buffer_put_slice(struct buffer *buffer, struct slice slice);
enum err buffer_put_base64(struct buffer *buffer, const void *bytes, size_t n);
enum err buffer_put_hex(struct buffer *buffer, const void *bytes, size_t n);
enum err buffer_printf(struct buffer *buffer, const char *format, ...) PRINTF_LIKE(2, 3);

/* ERR_OK, or the first failure since init, clear or release. */
MUST_USE enum err buffer_err(const struct buffer *buffer);

/* buffer_err() with a sentence: "what is past N bytes" or "out of memory". */
MUST_USE enum err buffer_check(const struct buffer *buffer, const char *what,
			       struct fault *fault);

/* Good until the next put, clear or release. */
struct slice buffer_slice(const struct buffer *buffer);

/* The same as a C string; "" when empty. Bytes after a NUL inside are hidden. */
const char *buffer_text(const struct buffer *buffer);

#endif
