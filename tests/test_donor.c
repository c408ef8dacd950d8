/*
 * test_donor.c - payroll numbers are taken; names, e-mails and NIRs are not.
 *
 * Every number here is made up; keys were computed apart, as 97 - (n mod 97).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/donor.h"

static enum donor_flaw judge(const char *text)
{
	return donor_judge(slice_of_text(text));
}

static void payroll_numbers_are_taken(void **state)
{
	static const char *const GOOD[] = {
		"M0042",
		"1",
		"0042",
		"A.1_b-2",
		"AB", /* initials are no name yet */
		"abcdefghijklmnopqrstuvwxyz012345",
		"123456789012",   /* 12 digits */
		"12345678901234", /* 14 */
		"1234567890123",  /* 13, but month 45 is none */
		"9750693123456",  /* no such sex */
		"275069312345645" /* 15, wrong key */
	};

	(void)state;
	for (size_t i = 0; i < sizeof GOOD / sizeof *GOOD; i++)
		assert_int_equal(judge(GOOD[i]), DONOR_GOOD);
}

static void a_nir_is_known_by_its_shape_or_its_key(void **state)
{
	static const char *const NIRS[] = {
		"2750693123456",   "275069312345643", "1850578006084",
		"7990193005001",                    /* a temporary one */
		"801019300500109", "3752093123456", /* month of birth not known: 20 to 42
						     */
		"1755093123456",                    /* 50 and above */
		"2759993123456",   "1840999123456", /* born abroad */
	};

	(void)state;
	for (size_t i = 0; i < sizeof NIRS / sizeof *NIRS; i++)
		assert_int_equal(judge(NIRS[i]), DONOR_NIR);
}

static void corsicans_have_nirs_too(void **state)
{
	(void)state;
	assert_int_equal(judge("184122A451123"), DONOR_NIR);
	assert_int_equal(judge("184122A45112396"), DONOR_NIR);
	assert_int_equal(judge("299052b033007"), DONOR_NIR);
	assert_int_equal(judge("299052B03300748"), DONOR_NIR);
	assert_int_equal(judge("299052B03300747"), DONOR_GOOD); /* wrong key */
	assert_int_equal(judge("184122C451123"), DONOR_GOOD);   /* no department 2C */
	assert_int_equal(judge("184123A451123"), DONOR_GOOD);
}

static void separators_and_neighbours_do_not_hide_a_nir(void **state)
{
	(void)state;
	assert_int_equal(judge("2750693123456 "), DONOR_NIR);
	assert_int_equal(judge(" 2 75 06 93 123 456 43"), DONOR_NIR);
	assert_int_equal(judge("2-75-06-93-123-456"), DONOR_NIR);
	assert_int_equal(judge("2.75.06.93.123.456_43"), DONOR_NIR);
	assert_int_equal(judge("M2750693123456"), DONOR_NIR);
	assert_int_equal(judge("NIR:2750693123456x"), DONOR_NIR);
	assert_int_equal(judge("\xC2\xA0"
			       "2750693123456"),
			 DONOR_NIR);
	/* One digit more on either side makes it another number. */
	assert_int_equal(judge("02750693123456"), DONOR_GOOD);
	assert_int_equal(judge("27506931234567"), DONOR_GOOD);
}

static void shapes_that_no_nir_has_are_other_numbers(void **state)
{
	(void)state;
	assert_int_equal(judge("2751393123456"), DONOR_GOOD); /* month 13 */
	assert_int_equal(judge("2754393123456"), DONOR_GOOD); /* month 43 */
	assert_int_equal(judge("2750093123456"), DONOR_GOOD); /* month 0 */
	assert_int_equal(judge("2750600123456"), DONOR_GOOD); /* department 0 */
	assert_int_equal(judge("2750693000456"), DONOR_GOOD); /* commune 0 */
	assert_int_equal(judge("2750693123000"), DONOR_GOOD); /* order 0 */
}

static void emails_and_names_are_refused_as_what_they_are(void **state)
{
	(void)state;
	assert_int_equal(judge("jean.dupont@example.org"), DONOR_EMAIL);
	assert_int_equal(judge("@1"), DONOR_EMAIL);
	assert_int_equal(judge("jean.dupont"), DONOR_NAME);
	assert_int_equal(judge("Jean Dupont"), DONOR_NAME);
	assert_int_equal(judge("L\xC3\xA9"
			       "a"),
			 DONOR_NAME);
	assert_int_equal(judge("DUPONT"), DONOR_NAME);
}

static void other_flaws_are_told_apart(void **state)
{
	static const uint8_t NUL_INSIDE[] = { 'M', '1', 0 };

	(void)state;
	assert_int_equal(judge(""), DONOR_EMPTY);
	assert_int_equal(judge("M1 "), DONOR_BLANK);
	assert_int_equal(judge("\tM1"), DONOR_BLANK);
	assert_int_equal(judge("abcdefghijklmnopqrstuvwxyz0123456"), DONOR_LONG);
	assert_int_equal(judge("M/1"), DONOR_SYNTAX);
	assert_int_equal(judge("M1\n"), DONOR_SYNTAX);
	assert_int_equal(judge("M\xE9"
			       "1"),
			 DONOR_SYNTAX);
	assert_int_equal(donor_judge(slice_of(NUL_INSIDE, sizeof NUL_INSIDE)),
			 DONOR_SYNTAX);
}

static void a_text_without_end_is_bounded(void **state)
{
	static char text[100000];

	(void)state;
	memset(text, '7', sizeof text);
	assert_int_equal(donor_judge(slice_of(text, sizeof text)), DONOR_LONG);
	memset(text, '-', sizeof text);
	assert_int_equal(donor_judge(slice_of(text, sizeof text)), DONOR_LONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(payroll_numbers_are_taken),
		cmocka_unit_test(a_nir_is_known_by_its_shape_or_its_key),
		cmocka_unit_test(corsicans_have_nirs_too),
		cmocka_unit_test(separators_and_neighbours_do_not_hide_a_nir),
		cmocka_unit_test(shapes_that_no_nir_has_are_other_numbers),
		cmocka_unit_test(emails_and_names_are_refused_as_what_they_are),
		cmocka_unit_test(other_flaws_are_told_apart),
		cmocka_unit_test(a_text_without_end_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
