/*
 * mod97.c - the check digits that IBANs and creditor references share.
 */
#include "ledger/mod97.h"

#include <assert.h>
#include <stdint.h>

#define HEAD_CHARS 4 /* XXkk */

/* Digits and capitals only: 0-9, A = 10 .. Z = 35. */
static unsigned char_value(char c)
{
	return c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'A' + 10);
}

unsigned mod97(unsigned so_far, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned value = char_value(text[i]);

		so_far = (so_far * (value < 10 ? 10 : 100) + value) % 97;
	}
	return so_far;
}

/* What is left of the whole text: 1 where the check digits are right. */
static unsigned remainder_of(const char *text, size_t n)
{
	return mod97(mod97(0, text + HEAD_CHARS, n - HEAD_CHARS), text, HEAD_CHARS);
}

bool mod97_checked(const char *text, size_t n)
{
	unsigned check;

	if (n <= HEAD_CHARS || text[2] > '9' || text[3] > '9')
		return false;
	check = char_value(text[2]) * 10 + char_value(text[3]);
	return check >= 2 && check <= 98 && remainder_of(text, n) == 1;
}

void mod97_sign(char *text, size_t n)
{
	unsigned check;

	assert(n > HEAD_CHARS);
	text[2] = text[3] = '0';
	check = 98 - remainder_of(text, n);
	text[2] = (char)('0' + check / 10);
	text[3] = (char)('0' + check % 10);
	assert(mod97_checked(text, n));
}

bool mod97_compact(const void *text, size_t n, char *ret_text, size_t chars_max,
		   size_t *ret_n)
{
	const uint8_t *p = text;
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		char c = (char)p[i];

		if (c == ' ')
			continue;
		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')) ||
		    count == chars_max)
			return false;
		ret_text[count++] = c;
	}
	ret_text[count] = '\0';
	*ret_n = count;
	return true;
}
