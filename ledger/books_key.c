/*
 * books_key.c - writing keys of the state.
 *
 * An entry writes some thirty keys, and printf() was a tenth of what it cost to follow
 * the rules. So the few forms that those are made of are written here.
 */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ledger/books_int.h"

#define DIGITS_MAX 20

struct key_writer {
	char *out, *end; /* there is always room for the NUL at end */
};

/* Every part of a key has a bound of its own in kinds.def. */
static void put_text(struct key_writer *writer, const char *text, size_t n)
{
	assert(n <= (size_t)(writer->end - writer->out));
	if (n)
		memcpy(writer->out, text, n);
	writer->out += n;
}

/* width: with zeroes before it, and the sign before them. */
static void put_number(struct key_writer *writer, uint64_t magnitude, bool is_negative,
		       size_t width)
{
	char digits[DIGITS_MAX];
	size_t n = 0, zeroes;

	do {
		digits[DIGITS_MAX - ++n] = (char)('0' + magnitude % 10);
		magnitude /= 10;
	} while (magnitude);
	zeroes = n + is_negative < width ? width - n - is_negative : 0;
	assert(is_negative + zeroes + n <= (size_t)(writer->end - writer->out));
	if (is_negative)
		*writer->out++ = '-';
	memset(writer->out, '0', zeroes);
	writer->out += zeroes;
	memcpy(writer->out, digits + DIGITS_MAX - n, n);
	writer->out += n;
}

static void put_signed(struct key_writer *writer, int64_t value, size_t width)
{
	put_number(writer, value < 0 ? -(uint64_t)value : (uint64_t)value, value < 0,
		   width);
}

static_assert(sizeof(long) == sizeof(int64_t) && sizeof(size_t) == sizeof(uint64_t),
	      "PRId64 and PRIu64 are %ld and %lu, and %zu is as wide");

/* Writes one form behind its "%" and returns what follows it; NULL for a form that stands
 * in no key that an entry writes. */
static const char *form_put(struct key_writer *writer, const char *form, va_list *args)
{
	size_t width = 0;
	const char *text;

	if (*form == '0')
		for (form++; *form >= '0' && *form <= '9'; form++)
			width = width * 10 + (size_t)(*form - '0');
	if (strncmp(form, ".*s", 3) == 0) {
		width = (size_t)va_arg(*args, int);
		put_text(writer, va_arg(*args, const char *), width);
		return form + 3;
	}
	if (*form == 's') {
		text = va_arg(*args, const char *);
		put_text(writer, text, strlen(text));
		return form + 1;
	}
	if (*form == 'd') {
		put_signed(writer, va_arg(*args, int), width);
		return form + 1;
	}
	if (strncmp(form, "ld", 2) == 0) {
		put_signed(writer, va_arg(*args, long), width);
		return form + 2;
	}
	if (strncmp(form, "lu", 2) == 0 || strncmp(form, "zu", 2) == 0) {
		put_number(writer, va_arg(*args, unsigned long), false, width);
		return form + 2;
	}
	return NULL;
}

static bool forms_put(struct key_writer *writer, const char *format, va_list *args)
{
	while (format && *format) {
		if (*format == '%') {
			format = form_put(writer, format + 1, args);
			continue;
		}
		assert(writer->out < writer->end);
		*writer->out++ = *format++;
	}
	*writer->out = '\0';
	return format != NULL;
}

const char *key_of(struct key *key, const char *format, ...)
{
	struct key_writer writer = { key->text, key->text + sizeof key->text - 1 };
	va_list args;
	bool is_put;
	int n;

	va_start(args, format);
	is_put = forms_put(&writer, format, &args);
	va_end(args);
	if (!is_put) {
		va_start(args, format);
		n = vsnprintf(key->text, sizeof key->text, format, args);
		va_end(args);
		assert(n > 0 && (size_t)n < sizeof key->text);
	}
	assert(*key->text);
	return key->text;
}
