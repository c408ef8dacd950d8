/*
 * reference.c - the reference that a company writes on its transfer.
 */
#include "ledger/reference.h"

#include <assert.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "keys/encoding.h"
#include "ledger/mod97.h"

#define REFERENCE_CHARS_MAX   25
#define REFERENCE_HEAD_CHARS  4 /* RFkk */
#define REFERENCE_DIGITS_MIN  8
#define REFERENCE_ENTRY_KIND  'B'
#define REFERENCE_GROUP_CHARS 4

_Static_assert(REFERENCE_HEAD_CHARS + 1 + DECIMAL_CHARS_MAX <= REFERENCE_CHARS_MAX,
	       "every position has a reference");

void reference_of_position(uint64_t position, char ret_text[REFERENCE_TEXT_BYTES])
{
	int n = snprintf(ret_text, REFERENCE_TEXT_BYTES, "RF00%c%0*" PRIu64,
			 REFERENCE_ENTRY_KIND, REFERENCE_DIGITS_MIN, position);

	assert(n > 0 && n < REFERENCE_TEXT_BYTES);
	mod97_sign(ret_text, (size_t)n);
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

/* The position that a text names which is one of ISO 11649, its check digits right. */
static enum err position_of(const char *given, size_t n, uint64_t *ret_position)
{
	const char *digits = given + REFERENCE_HEAD_CHARS + 1;
	char ours[REFERENCE_TEXT_BYTES];
	uint64_t position;

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

enum err reference_parse(struct slice text, uint64_t *ret_position)
{
	char given[REFERENCE_TEXT_BYTES];
	size_t n;

	if (text.n > REFERENCE_INPUT_BYTES_MAX ||
	    !mod97_compact(text.p, text.n, given, REFERENCE_CHARS_MAX, &n) ||
	    memcmp(given, "RF", 2) != 0 || !mod97_checked(given, n))
		return ERR_INVALID;
	return position_of(given, n, ret_position);
}

/* Our reference at the start of a text without its blanks. What follows it may be
 * digits, too, once the blanks are gone; so the shortest that is one is taken. */
static bool reference_begins(const char *text, size_t n, uint64_t *ret_position)
{
	char given[REFERENCE_TEXT_BYTES];
	size_t chars = REFERENCE_HEAD_CHARS + 1 + REFERENCE_DIGITS_MIN;

	for (; chars <= n && chars <= REFERENCE_CHARS_MAX; chars++) {
		memcpy(given, text, chars);
		given[chars] = '\0';
		if (given[0] != 'R' || given[1] != 'F' || !mod97_checked(given, chars))
			continue;
		if (position_of(given, chars, ret_position) == ERR_OK)
			return true;
	}
	return false;
}

/* The letters and digits from text.p[at] on over single blanks, as capitals. */
static size_t window(struct slice text, size_t at, char ret_text[REFERENCE_TEXT_BYTES])
{
	size_t n = 0;

	for (; at < text.n && n < REFERENCE_CHARS_MAX; at++) {
		size_t one;

		if (text.p[at] == ' ')
			continue;
		if (!mod97_compact(text.p + at, 1, ret_text + n, 1, &one))
			break;
		n += one;
	}
	return n;
}

static bool is_word(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

size_t reference_find(struct slice text, uint64_t *ret_positions, size_t positions_max)
{
	char candidate[REFERENCE_TEXT_BYTES];
	size_t count = 0;
	uint64_t position;

	for (size_t at = 0; at < text.n && count < positions_max; at++) {
		bool known = false;

		if ((text.p[at] | 0x20) != 'r' || (at > 0 && is_word(text.p[at - 1])) ||
		    !reference_begins(candidate, window(text, at, candidate), &position))
			continue;
		for (size_t i = 0; i < count; i++)
			known |= ret_positions[i] == position;
		if (!known)
			ret_positions[count++] = position;
	}
	return count;
}
