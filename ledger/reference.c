/*
 * reference.c - the reference that a company writes on its transfer.
 */
#include "ledger/reference.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "keys/encoding.h"

#define REFERENCE_CHARS_MAX   25
#define REFERENCE_HEAD_CHARS  4 /* RFkk */
#define REFERENCE_DIGITS_MIN  8
#define REFERENCE_ENTRY_KIND  'B'
#define REFERENCE_GROUP_CHARS 4

_Static_assert(REFERENCE_HEAD_CHARS + 1 + DECIMAL_CHARS_MAX <= REFERENCE_CHARS_MAX,
	       "every position has a reference");

/* Digits and capitals only: 0-9, A = 10 .. Z = 35. */
static unsigned char_value(char c)
{
	return c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'A' + 10);
}

static unsigned mod97(unsigned so_far, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned value = char_value(text[i]);

		so_far = (so_far * (value < 10 ? 10 : 100) + value) % 97;
	}
	return so_far;
}

/* What is left of the whole reference: 1 where the check digits are right. */
static unsigned reference_remainder(const char *text, size_t n)
{
	unsigned rest = mod97(0, text + REFERENCE_HEAD_CHARS, n - REFERENCE_HEAD_CHARS);

	return mod97(rest, text, REFERENCE_HEAD_CHARS);
}

void reference_of_position(uint64_t position, char ret_text[REFERENCE_TEXT_BYTES])
{
	unsigned check;
	int n = snprintf(ret_text, REFERENCE_TEXT_BYTES, "RF00%c%0*" PRIu64,
			 REFERENCE_ENTRY_KIND, REFERENCE_DIGITS_MIN, position);

	assert(n > 0 && n < REFERENCE_TEXT_BYTES);
	check = 98 - reference_remainder(ret_text, (size_t)n);
	ret_text[2] = (char)('0' + check / 10);
	ret_text[3] = (char)('0' + check % 10);
	assert(reference_remainder(ret_text, (size_t)n) == 1);
}

void reference_print(const char *reference, char ret_text[REFERENCE_PRINTED_BYTES])
{
	size_t n = strlen(reference), at = 0;

	assert(n <= REFERENCE_CHARS_MAX);
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && i % REFERENCE_GROUP_CHARS == 0)
			ret_text[at++] = ' ';
		ret_text[at++] = reference[i];
	}
	ret_text[at] = '\0';
}

/* Blanks left out, letters made capitals. ERR_INVALID for anything else. */
static enum err compact(struct slice text, char ret_text[REFERENCE_TEXT_BYTES],
			size_t *ret_n)
{
	size_t n = 0;

	if (text.n > REFERENCE_INPUT_BYTES_MAX)
		return ERR_INVALID;
	for (size_t i = 0; i < text.n; i++) {
		char c = (char)text.p[i];

		if (c == ' ')
			continue;
		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')) ||
		    n == REFERENCE_CHARS_MAX)
			return ERR_INVALID;
		ret_text[n++] = c;
	}
	ret_text[n] = '\0';
	*ret_n = n;
	return ERR_OK;
}

/* "RF" and two check digits that leave 1. 00, 01 and 99 would leave what 97, 98
 * and 02 leave, and are never computed. */
static enum err check_iso(const char *text, size_t n)
{
	unsigned check;

	if (n <= REFERENCE_HEAD_CHARS || memcmp(text, "RF", 2) != 0 || text[2] > '9' ||
	    text[3] > '9')
		return ERR_INVALID;
	check = char_value(text[2]) * 10 + char_value(text[3]);
	if (check < 2 || check > 98 || reference_remainder(text, n) != 1)
		return ERR_INVALID;
	return ERR_OK;
}

enum err reference_parse(struct slice text, uint64_t *ret_position)
{
	char given[REFERENCE_TEXT_BYTES], ours[REFERENCE_TEXT_BYTES];
	const char *digits = given + REFERENCE_HEAD_CHARS + 1;
	uint64_t position;
	size_t n;
	enum err err = compact(text, given, &n);

	if (!err)
		err = check_iso(given, n);
	if (err)
		return err;
	if (n < REFERENCE_HEAD_CHARS + 1 + REFERENCE_DIGITS_MIN)
		return ERR_NOT_FOUND;
	while (*digits == '0' && digits[1] != '\0')
		digits++;
	if (decimal_parse(digits, strlen(digits), &position))
		return ERR_NOT_FOUND;
	/* Other letters or zeroes before the number would not come out again. */
	reference_of_position(position, ours);
	if (strcmp(given, ours) != 0)
		return ERR_NOT_FOUND;
	*ret_position = position;
	return ERR_OK;
}
