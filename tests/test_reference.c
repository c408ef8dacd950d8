/*
 * test_reference.c - references of ISO 11649: ours, others', and mistyped ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ledger/reference.h"

static enum err parse(const char *text, uint64_t *ret_position)
{
	return reference_parse(slice_of_text(text), ret_position);
}

/* Check digits computed apart. */
static void a_position_has_one_reference(void **state)
{
	static const struct {
		uint64_t position;
		const char *text;
	} CASES[] = {
		{ 0, "RF03B00000000" },
		{ 12, "RF67B00000012" },
		{ UINT64_MAX, "RF80B18446744073709551615" },
	};
	char text[REFERENCE_TEXT_BYTES];
	uint64_t position;

	(void)state;
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		reference_of_position(CASES[i].position, text);
		assert_string_equal(text, CASES[i].text);
		position = 7;
		assert_int_equal(parse(text, &position), ERR_OK);
		assert_true(position == CASES[i].position);
	}
}

static void positions_of_every_length_come_back(void **state)
{
	char text[REFERENCE_TEXT_BYTES];
	uint64_t position = 0, back;

	(void)state;
	for (uint64_t n = 1; n < UINT64_MAX / 13; n = n * 13 + 5) {
		reference_of_position(n, text);
		assert_int_equal(parse(text, &back), ERR_OK);
		assert_true(back == n && back != position);
		position = back;
	}
}

static void what_banks_do_to_a_reference_is_undone(void **state)
{
	uint64_t position = 0;

	(void)state;
	assert_int_equal(parse("RF67 B000 0001 2", &position), ERR_OK);
	assert_int_equal(position, 12);
	assert_int_equal(parse(" rf67b00000012 ", &position), ERR_OK);
	assert_int_equal(position, 12);
}

static void it_is_printed_in_groups_of_four(void **state)
{
	char text[REFERENCE_PRINTED_BYTES];

	(void)state;
	reference_print("RF67B00000012", text);
	assert_string_equal(text, "RF67 B000 0001 2");
	reference_print("RF80B18446744073709551615", text);
	assert_string_equal(text, "RF80 B184 4674 4073 7095 5161 5");
}

/* A digit for a digit leaves another remainder, always; a letter in its place is
 * longer, and may not, but then it is no reference of ours. */
static void every_single_mistyped_character_is_noticed(void **state)
{
	static const char RIGHT[] = "RF67B00000012";
	char text[sizeof RIGHT];
	uint64_t position = 7;

	(void)state;
	for (size_t i = 0; i + 1 < sizeof RIGHT; i++)
		for (const char *c = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"; *c; c++) {
			enum err err;

			if (RIGHT[i] == *c)
				continue;
			memcpy(text, RIGHT, sizeof RIGHT);
			text[i] = *c;
			err = parse(text, &position);
			assert_true(err == ERR_INVALID || err == ERR_NOT_FOUND);
			if (RIGHT[i] <= '9' && *c <= '9')
				assert_int_equal(err, ERR_INVALID);
		}
	assert_int_equal(parse("RF67B00000021", &position), ERR_INVALID);
	assert_int_equal(position, 7);
}

static void references_of_others_are_told_from_mistakes(void **state)
{
	uint64_t position = 7;

	(void)state;
	assert_int_equal(parse("RF18 5390 0754 7034", &position), ERR_NOT_FOUND);
	assert_int_equal(parse("RF17 5390 0754 7034", &position), ERR_INVALID);
	assert_int_equal(parse("RF185390075470Y", &position), ERR_NOT_FOUND);
	assert_int_equal(parse("RF48 5000056789012345", &position), ERR_NOT_FOUND);
	assert_int_equal(position, 7);
}

/* With its check digits right, but zeroes left out or put before. */
static void another_spelling_of_a_position_is_not_ours(void **state)
{
	uint64_t position = 7;

	(void)state;
	assert_int_equal(parse("RF14C00000012", &position), ERR_NOT_FOUND);
	assert_int_equal(parse("RF31B0000001A", &position), ERR_NOT_FOUND);
	assert_int_equal(parse("RF50B12", &position), ERR_NOT_FOUND);
	assert_int_equal(parse("RF58B000000012", &position), ERR_NOT_FOUND);
	assert_int_equal(position, 7);
}

static void what_is_no_reference_is_invalid(void **state)
{
	static const char *const BAD[] = {
		"",
		"RF",
		"RF67",
		"FR67B00000012",
		"RFA7B00000012",
		"RF67B0000001-2",
		"RF67B00000012000000000000000",
		"R\xC3\x89",
		/* 3 and 100 leave the same, but check digits are 02 to 98 */
		"RF00B00000000",
		"RF99B00000000",
	};
	uint64_t position = 7;

	(void)state;
	for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
		assert_int_equal(parse(BAD[i], &position), ERR_INVALID);
	assert_int_equal(reference_parse(slice_of(NULL, 0), &position), ERR_INVALID);
	assert_int_equal(position, 7);
}

static void references_are_found_in_free_text(void **state)
{
	static const struct {
		const char *text;
		size_t count;
		uint64_t positions[3];
	} CASES[] = {
		{ "RF67B00000012", 1, { 12 } },
		{ "Arrondis d'octobre, RF67 B000 0001 2 merci", 1, { 12 } },
		{ "/RFB/rf67b00000012/EREF/NOTPROVIDED", 1, { 12 } },
		/* the next word is digits: 8 of them are the position's */
		{ "RF67 B000 0001 2 2026-10", 1, { 12 } },
		{ "RF67B00000012, RF03B00000000 et RF67B00000012", 2, { 12, 0 } },
		{ "RF80B18446744073709551615.", 1, { UINT64_MAX } },
		{ "RF67B000000", 0, { 0 } },
		{ "RF68B00000012", 0, { 0 } },
		{ "XRF67B00000012", 0, { 0 } },
		{ "RF18 5390 0754 7034", 0, { 0 } },
		{ "virement sans motif", 0, { 0 } },
		{ "", 0, { 0 } },
	};
	uint64_t found[3];

	(void)state;
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		assert_int_equal(reference_find(slice_of_text(CASES[i].text), found, 3),
				 CASES[i].count);
		for (size_t j = 0; j < CASES[i].count; j++)
			assert_true(found[j] == CASES[i].positions[j]);
	}
	assert_int_equal(
		reference_find(slice_of_text("RF67B00000012 RF03B00000000"), found, 1),
		1);
	assert_int_equal(reference_find(slice_of(NULL, 0), found, 3), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_position_has_one_reference),
		cmocka_unit_test(positions_of_every_length_come_back),
		cmocka_unit_test(what_banks_do_to_a_reference_is_undone),
		cmocka_unit_test(it_is_printed_in_groups_of_four),
		cmocka_unit_test(every_single_mistyped_character_is_noticed),
		cmocka_unit_test(references_of_others_are_told_from_mistakes),
		cmocka_unit_test(another_spelling_of_a_position_is_not_ours),
		cmocka_unit_test(what_is_no_reference_is_invalid),
		cmocka_unit_test(references_are_found_in_free_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
