/*
 * test_number_words.c - amounts in French words, reports/number_words.c.
 *
 * The words of each number below a hundred are written out here; the rest follows from
 * rules that are tested where they bite.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reports/number_words.h"

static const char *const below_hundred[] = {
	"zéro",
	"un",
	"deux",
	"trois",
	"quatre",
	"cinq",
	"six",
	"sept",
	"huit",
	"neuf",
	"dix",
	"onze",
	"douze",
	"treize",
	"quatorze",
	"quinze",
	"seize",
	"dix-sept",
	"dix-huit",
	"dix-neuf",
	"vingt",
	"vingt et un",
	"vingt-deux",
	"vingt-trois",
	"vingt-quatre",
	"vingt-cinq",
	"vingt-six",
	"vingt-sept",
	"vingt-huit",
	"vingt-neuf",
	"trente",
	"trente et un",
	"trente-deux",
	"trente-trois",
	"trente-quatre",
	"trente-cinq",
	"trente-six",
	"trente-sept",
	"trente-huit",
	"trente-neuf",
	"quarante",
	"quarante et un",
	"quarante-deux",
	"quarante-trois",
	"quarante-quatre",
	"quarante-cinq",
	"quarante-six",
	"quarante-sept",
	"quarante-huit",
	"quarante-neuf",
	"cinquante",
	"cinquante et un",
	"cinquante-deux",
	"cinquante-trois",
	"cinquante-quatre",
	"cinquante-cinq",
	"cinquante-six",
	"cinquante-sept",
	"cinquante-huit",
	"cinquante-neuf",
	"soixante",
	"soixante et un",
	"soixante-deux",
	"soixante-trois",
	"soixante-quatre",
	"soixante-cinq",
	"soixante-six",
	"soixante-sept",
	"soixante-huit",
	"soixante-neuf",
	"soixante-dix",
	"soixante et onze",
	"soixante-douze",
	"soixante-treize",
	"soixante-quatorze",
	"soixante-quinze",
	"soixante-seize",
	"soixante-dix-sept",
	"soixante-dix-huit",
	"soixante-dix-neuf",
	"quatre-vingts",
	"quatre-vingt-un",
	"quatre-vingt-deux",
	"quatre-vingt-trois",
	"quatre-vingt-quatre",
	"quatre-vingt-cinq",
	"quatre-vingt-six",
	"quatre-vingt-sept",
	"quatre-vingt-huit",
	"quatre-vingt-neuf",
	"quatre-vingt-dix",
	"quatre-vingt-onze",
	"quatre-vingt-douze",
	"quatre-vingt-treize",
	"quatre-vingt-quatorze",
	"quatre-vingt-quinze",
	"quatre-vingt-seize",
	"quatre-vingt-dix-sept",
	"quatre-vingt-dix-huit",
	"quatre-vingt-dix-neuf",
};

static void says(int64_t cents, const char *expected)
{
	char words[NUMBER_WORDS_BYTES_MAX];

	number_words_euros(cents_of(cents), words);
	assert_string_equal(words, expected);
}

static void test_all_below_a_hundred(void **state)
{
	char expected[NUMBER_WORDS_BYTES_MAX];

	(void)state;
	for (int n = 0; n < 100; n++) {
		snprintf(expected, sizeof expected, "%s euro%s", below_hundred[n],
			 n > 1 ? "s" : "");
		says(n * 100, expected);
		snprintf(expected, sizeof expected, "%s centime%s", below_hundred[n],
			 n > 1 ? "s" : "");
		if (n)
			says(n, expected);
		snprintf(expected, sizeof expected, "cent%s%s euros", n ? " " : "",
			 n ? below_hundred[n] : "");
		says((100 + n) * 100, expected);
		snprintf(expected, sizeof expected, "mille%s%s euros", n ? " " : "",
			 n ? below_hundred[n] : "");
		says((1000 + n) * 100, expected);
	}
}

static void test_where_the_rules_bite(void **state)
{
	(void)state;
	says(20000, "deux cents euros");
	says(20300, "deux cent trois euros");
	says(28000, "deux cent quatre-vingts euros");
	says(200000, "deux mille euros");
	says(8000000, "quatre-vingt mille euros");
	says(8008000, "quatre-vingt mille quatre-vingts euros");
	says(20000000, "deux cent mille euros");
	says(20020000, "deux cent mille deux cents euros");
	says(2100000, "vingt et un mille euros");
	says(7100000, "soixante et onze mille euros");
	says(100000000, "un million d’euros");
	says(200000000, "deux millions d’euros");
	says(20000000000, "deux cents millions d’euros");
	says(8000000000, "quatre-vingts millions d’euros");
	says(100000100, "un million un euros");
	says(100020000, "un million deux cents euros");
	says(100000000000, "un milliard d’euros");
	says(300100000000, "trois milliards un million d’euros");
	says(123456789012, "un milliard deux cent trente-quatre millions cinq cent "
			   "soixante-sept mille huit cent quatre-vingt-dix euros et "
			   "douze centimes");
}

static void test_euros_and_cents(void **state)
{
	(void)state;
	says(0, "zéro euro");
	says(1, "un centime");
	says(53, "cinquante-trois centimes");
	says(101, "un euro et un centime");
	says(12345, "cent vingt-trois euros et quarante-cinq centimes");
	says(123480, "mille deux cent trente-quatre euros et quatre-vingts centimes");
	says(100000001, "un million d’euros et un centime");
	says(-250, "moins deux euros et cinquante centimes");
}

static void test_every_amount_fits(void **state)
{
	char words[NUMBER_WORDS_BYTES_MAX];

	(void)state;
	number_words_euros(cents_of(CENTS_ABS_MAX), words);
	assert_non_null(
		strstr(words, "quatre-vingt-dix mille soixante et onze milliards"));
	/* The longest words in every place. */
	number_words_euros(cents_of(INT64_C(8449749749749797)), words);
	assert_true(strlen(words) < NUMBER_WORDS_BYTES_MAX - 1);
}

/* No two amounts below 20,000 have the same words. */
static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void test_no_two_are_alike(void **state)
{
	enum { COUNT = 20000 };
	static char words[COUNT][NUMBER_WORDS_BYTES_MAX];

	(void)state;
	for (int n = 0; n < COUNT; n++)
		number_words_euros(cents_of(n * 100), words[n]);
	qsort(words, COUNT, sizeof *words, by_text);
	for (int n = 1; n < COUNT; n++)
		assert_string_not_equal(words[n - 1], words[n]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_below_a_hundred),
		cmocka_unit_test(test_where_the_rules_bite),
		cmocka_unit_test(test_euros_and_cents),
		cmocka_unit_test(test_every_amount_fits),
		cmocka_unit_test(test_no_two_are_alike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
