/*
 * donor.c - what a donor's reference may look like, and what it may not be.
 *
 * Nearly every reference is a handful of letters and digits, so that is decided
 * in one pass over a table; only what has 13 characters or more is searched for
 * a NIR, in a copy without the characters that may separate its digits.
 */
#include "gateway/donor.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define NIR_DIGITS        13
#define NIR_KEY_DIGITS    2
#define NIR_DEPARTMENT_AT 5
#define NAME_LETTERS_MIN  3

/* A reference with more letters and digits than this is too long to be taken,
 * whatever it holds. */
#define NIR_SEARCH_BYTES_MAX 256

enum {
	IS_DIGIT = 1 << 0,
	IS_LETTER = 1 << 1,
	IS_MARK = 1 << 2, /* . _ - */
	IS_BLANK = 1 << 3,
	IS_AT = 1 << 4,
	IS_HIGH = 1 << 5, /* outside ASCII: a letter with an accent, most likely */
	IS_OTHER = 1 << 6,
};

static unsigned class_of(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return IS_DIGIT;
	if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
		return IS_LETTER;
	if (c == '.' || c == '_' || c == '-')
		return IS_MARK;
	if (c == ' ' || c == '\t')
		return IS_BLANK;
	if (c == '@')
		return IS_AT;
	return c >= 0x80 ? IS_HIGH : IS_OTHER;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int two_digits(const char *p)
{
	return (p[0] - '0') * 10 + (p[1] - '0');
}

/* The department of a Corsican: the second character of "2A" or "2B". */
static bool is_corsican(const char *run)
{
	char c = run[NIR_DEPARTMENT_AT + 1];

	return run[NIR_DEPARTMENT_AT] == '2' &&
	       (c == 'A' || c == 'a' || c == 'B' || c == 'b');
}

/* How many characters from here on are digits, or the letter of Corsica. */
static size_t run_length(const char *run, size_t n)
{
	size_t i = 0;

	while (i < n &&
	       (is_digit(run[i]) || (i == NIR_DEPARTMENT_AT + 1 && is_corsican(run))))
		i++;
	return i;
}

/* Shape alone, of 13 characters that are a run. */
static bool has_nir_shape(const char *run)
{
	int month = two_digits(run + 3);
	const char *department = run + NIR_DEPARTMENT_AT;

	if (!strchr("123478", run[0]))
		return false;
	if (!((month >= 1 && month <= 12) || (month >= 20 && month <= 42) || month >= 50))
		return false;
	if (is_digit(department[1]) && two_digits(department) == 0)
		return false;
	return memcmp(run + 7, "000", 3) != 0 && memcmp(run + 10, "000", 3) != 0;
}

/* Of 15 characters that are a run. 2A counts as 19, 2B as 18. */
static bool has_nir_key(const char *run)
{
	uint64_t number = 0;

	for (size_t i = 0; i < NIR_DIGITS; i++)
		number = number * 10 + (is_digit(run[i]) ? (uint64_t)(run[i] - '0') : 0);
	if (!is_digit(run[NIR_DEPARTMENT_AT + 1])) {
		bool south = run[NIR_DEPARTMENT_AT + 1] == 'A' ||
			     run[NIR_DEPARTMENT_AT + 1] == 'a';

		number -= south ? UINT64_C(1000000) : UINT64_C(2000000);
	}
	return (uint64_t)two_digits(run + NIR_DIGITS) == 97 - number % 97;
}

static bool compact_has_nir(const char *text, size_t n)
{
	for (size_t at = 0; at + NIR_DIGITS <= n;) {
		size_t length = run_length(text + at, n - at);

		if (length == NIR_DIGITS && has_nir_shape(text + at))
			return true;
		if (length == NIR_DIGITS + NIR_KEY_DIGITS && has_nir_key(text + at))
			return true;
		at += length > 0 ? length : 1;
	}
	return false;
}

bool donor_has_nir(struct slice text)
{
	char compact[NIR_SEARCH_BYTES_MAX];
	size_t n = 0;

	if (text.n < NIR_DIGITS)
		return false;
	for (size_t i = 0; i < text.n && n < sizeof compact; i++)
		if (class_of(text.p[i]) & (IS_DIGIT | IS_LETTER))
			compact[n++] = (char)text.p[i];
	return compact_has_nir(compact, n);
}

enum donor_flaw donor_judge(struct slice reference)
{
	unsigned classes = 0;
	size_t letters = 0;

	if (reference.n == 0)
		return DONOR_EMPTY;
	for (size_t i = 0; i < reference.n; i++) {
		unsigned class = class_of(reference.p[i]);

		classes |= class;
		letters += (class & (IS_LETTER | IS_HIGH)) != 0;
	}
	if (donor_has_nir(reference))
		return DONOR_NIR;
	if (classes & IS_AT)
		return DONOR_EMAIL;
	if (!(classes & IS_DIGIT) && letters >= NAME_LETTERS_MIN)
		return DONOR_NAME;
	if (reference.n > DONOR_BYTES_MAX)
		return DONOR_LONG;
	if (classes & IS_BLANK)
		return DONOR_BLANK;
	if (classes & ~(unsigned)(IS_DIGIT | IS_LETTER | IS_MARK))
		return DONOR_SYNTAX;
	return DONOR_GOOD;
}
