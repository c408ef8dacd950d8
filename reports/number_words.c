/*
 * number_words.c - see number_words.h.
 */
#include "reports/number_words.h"

#include <assert.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char *const below_twenty[] = {
	"zéro",     "un",     "deux",  "trois",    "quatre",   "cinq",     "six",
	"sept",     "huit",   "neuf",  "dix",      "onze",     "douze",    "treize",
	"quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf",
};

/* Of 70 and 90 the units go on from ten. */
static const char *const tens[] = {
	"",          "",         "vingt",    "trente",       "quarante",
	"cinquante", "soixante", "soixante", "quatre-vingt", "quatre-vingt",
};

struct words {
	char *out;
	size_t n;
};

static void put(struct words *words, const char *text)
{
	size_t bytes = strlen(text);

	assert(words->n + bytes < NUMBER_WORDS_BYTES_MAX);
	memcpy(words->out + words->n, text, bytes + 1);
	words->n += bytes;
}

static void put_word(struct words *words, const char *text)
{
	if (words->n)
		put(words, " ");
	put(words, text);
}

/* 1 to 99. last: nothing follows that keeps "vingts" from its s. */
static void put_tens(struct words *words, int n, bool last)
{
	int ten = n / 10, unit = n % 10;

	if (n < 20) {
		put_word(words, below_twenty[n]);
		return;
	}
	if (ten == 7 || ten == 9)
		unit += 10;
	put_word(words, tens[ten]);
	if (!unit) {
		put(words, n == 80 && last ? "s" : "");
		return;
	}
	put(words, (unit == 1 || unit == 11) && ten < 8 ? " et " : "-");
	put(words, below_twenty[unit]);
}

/* 1 to 999. */
static void put_hundreds(struct words *words, int n, bool last)
{
	int hundreds = n / 100, rest = n % 100;

	if (hundreds > 1)
		put_word(words, below_twenty[hundreds]);
	if (hundreds) {
		put_word(words, "cent");
		put(words, hundreds > 1 && !rest && last ? "s" : "");
	}
	if (rest)
		put_tens(words, rest, last);
}

/* 1 to 999,999. */
static void put_thousands(struct words *words, int64_t n, bool last)
{
	int thousands = (int)(n / 1000), rest = (int)(n % 1000);

	if (thousands > 1)
		put_hundreds(words, thousands, false);
	if (thousands)
		put_word(words, "mille");
	if (rest)
		put_hundreds(words, rest, last);
}

static void put_noun(struct words *words, int64_t n, const char *noun)
{
	put_thousands(words, n, true);
	put_word(words, noun);
	put(words, n > 1 ? "s" : "");
}

static void put_euros(struct words *words, int64_t euros)
{
	int64_t milliards = euros / 1000000000, millions = euros / 1000000 % 1000,
		rest = euros % 1000000;

	if (milliards)
		put_noun(words, milliards, "milliard");
	if (millions)
		put_noun(words, millions, "million");
	if (rest)
		put_thousands(words, rest, true);
	if (!euros)
		put_word(words, below_twenty[0]);
	put_word(words, euros && !rest ? "d’euro" : "euro");
	put(words, euros > 1 ? "s" : "");
}

void number_words_euros(struct cents amount, char ret_words[NUMBER_WORDS_BYTES_MAX])
{
	struct words words = { .out = ret_words };
	int64_t value = cents_value(amount), euros, cents;

	ret_words[0] = '\0';
	if (value < 0)
		put_word(&words, "moins");
	value = value < 0 ? -value : value;
	euros = value / 100;
	cents = value % 100;
	if (euros || !cents)
		put_euros(&words, euros);
	if (!cents)
		return;
	if (euros)
		put_word(&words, "et");
	put_tens(&words, (int)cents, true);
	put_word(&words, cents > 1 ? "centimes" : "centime");
}
