/*
 * test_iban.c - account numbers of SEPA, mistyped ones, and ones of elsewhere; the
 * check digits of ledger/mod97.h with them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ledger/iban.h"
#include "ledger/mod97.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static enum err parse(const char *text, char *iban, struct fault *fault)
{
	return iban_parse(slice_of_text(text), iban, fault);
}

/* The examples of SWIFT's registry of IBANs, one for each country of SEPA. */
static const char *const examples[] = {
	"AD1200012030200359100100",
	"AL47212110090000000235698741",
	"AT611904300234573201",
	"BE68539007547034",
	"BG80BNBG96611020345678",
	"CH9300762011623852957",
	"CY17002001280000001200527600",
	"CZ6508000000192000145399",
	"DE89370400440532013000",
	"DK5000400440116243",
	"EE382200221020145685",
	"ES9121000418450200051332",
	"FI2112345600000785",
	"FR1420041010050500013M02606",
	"GB29NWBK60161331926819",
	"GI75NWBK000000007099453",
	"GR1601101250000000012300695",
	"HR1210010051863000160",
	"HU42117730161111101800000000",
	"IE29AIBK93115212345678",
	"IS140159260076545510730339",
	"IT60X0542811101000000123456",
	"LI21088100002324013AA",
	"LT121000011101001000",
	"LU280019400644750000",
	"LV80BANK0000435195001",
	"MC5811222000010123456789030",
	"MD24AG000225100013104168",
	"ME25505000012345678951",
	"MK07250120000058984",
	"MT84MALT011000012345MTLCAST001S",
	"NL91ABNA0417164300",
	"NO9386011117947",
	"PL61109010140000071219812874",
	"PT50000201231234567890154",
	"RO49AAAA1B31007593840000",
	"RS35260005601001611379",
	"SE4550000000058398257466",
	"SI56263300012039086",
	"SK3112000000198742637541",
	"SM86U0322509800000000270100",
	"VA59001123000012345678",
};

static void the_registry_s_examples_are_taken(void **state)
{
	char iban[IBAN_TEXT_BYTES];
	struct fault fault;

	(void)state;
	for (size_t i = 0; i < COUNT(examples); i++) {
		if (parse(examples[i], iban, &fault))
			fail_msg("%s: %s", examples[i], fault.text);
		assert_string_equal(iban, examples[i]);
		assert_int_equal(iban_check(slice_of_text(iban), &fault), ERR_OK);
	}
}

/* MOD 97-10 finds every one of these. */
static void a_mistyped_digit_and_two_exchanged_are_noticed(void **state)
{
	char text[IBAN_TEXT_BYTES], iban[IBAN_TEXT_BYTES] = "untouched";

	(void)state;
	for (size_t e = 0; e < COUNT(examples); e++) {
		size_t n = strlen(examples[e]);

		for (size_t i = 2; i < n; i++) {
			memcpy(text, examples[e], n + 1);
			if (text[i] > '9')
				continue;
			text[i] = (char)(text[i] == '9' ? '0' : text[i] + 1);
			assert_int_equal(parse(text, iban, NULL), ERR_INVALID);
			memcpy(text, examples[e], n + 1);
			if (i + 1 == n || text[i] == text[i + 1] || text[i + 1] > '9')
				continue;
			text[i] = examples[e][i + 1];
			text[i + 1] = examples[e][i];
			assert_int_equal(parse(text, iban, NULL), ERR_INVALID);
		}
	}
	assert_string_equal(iban, "untouched");
}

static void blanks_and_small_letters_are_people_s(void **state)
{
	char iban[IBAN_TEXT_BYTES];
	struct fault fault;

	(void)state;
	assert_int_equal(parse(" fr76 3000 6000 0112 3456 7890 189 ", iban, &fault),
			 ERR_OK);
	assert_string_equal(iban, "FR7630006000011234567890189");
	assert_int_equal(
		iban_check(slice_of_text("FR76 3000 6000 0112 3456 7890 189"), &fault),
		ERR_INVALID);
	assert_string_equal(fault.text, "the IBAN must be in capitals without blanks");
	assert_int_equal(iban_check(slice_of_text("fr7630006000011234567890189"), &fault),
			 ERR_INVALID);
}

static void what_is_wrong_is_said_without_the_number(void **state)
{
	static const char SHAPE[] = "an IBAN is a country's two letters, two check "
				    "digits and 11 to 30 letters and digits";
	static const char CHARS[] = "an IBAN has letters and digits, at most 34";
	static const char CHECK[] = "the IBAN's check digits are wrong: one of its "
				    "characters is mistyped";
	static const char KEY[] =
		"the IBAN's RIB key is wrong: copy it from the RIB again";
	static const struct {
		const char *text, *said;
	} CASES[] = {
		{ "", SHAPE },
		{ "FR76", SHAPE },
		{ "7630006000011234567890189", SHAPE },
		{ "FRXX30006000011234567890189", SHAPE },
		{ "FR76-3000-6000-0112-3456-7890-189", CHARS },
		{ "FR7630006000011234567890189\xC3\xA9", CHARS },
		{ "FR763000600001123456789018930006000", CHARS },
		{ "FR763000600001123456789018",
		  "the IBAN has 26 characters: one of FR has 27" },
		{ "DE8937040044053201300",
		  "the IBAN has 21 characters: one of DE has 22" },
		{ "FR763000600001A234567890189", CHECK },
		{ "FR763000600001123456789018X",
		  "the IBAN has letters where one of FR has digits, or digits where it "
		  "has letters" },
		{ "NL91ABN10417164300",
		  "the IBAN has letters where one of NL has digits, or digits where it "
		  "has letters" },
		{ "FR7612345678901234567890123", CHECK },
		/* 97 that leaves what 00 leaves, which is never computed */
		{ "FR0020041010050500013M02606", CHECK },
		/* all right but the key inside: 10 instead of 89 */
		{ "FR7530006000011234567890110", KEY },
	};
	char iban[IBAN_TEXT_BYTES] = "untouched";
	struct fault fault;

	(void)state;
	for (size_t i = 0; i < COUNT(CASES); i++) {
		assert_int_equal(parse(CASES[i].text, iban, &fault), ERR_INVALID);
		assert_string_equal(fault.text, CASES[i].said);
	}
	assert_int_equal(iban_parse(slice_of(NULL, 0), iban, &fault), ERR_INVALID);
	assert_string_equal(iban, "untouched");
}

/* The examples of domain knowledge: bank 30006, 00001, 12345678901: 89; an account
 * number with a letter: 06. */
static void the_key_of_a_rib_is_checked_behind_right_check_digits(void **state)
{
	char iban[IBAN_TEXT_BYTES], text[] = "FR0020041010050500013M02607";
	struct fault fault;

	(void)state;
	assert_int_equal(parse("FR1420041010050500013M02606", iban, &fault), ERR_OK);
	mod97_sign(text, strlen(text));
	assert_int_equal(parse(text, iban, &fault), ERR_INVALID);
	assert_string_equal(fault.text,
			    "the IBAN's RIB key is wrong: copy it from the RIB again");
}

static void an_account_is_known_by_its_rib(void **state)
{
	char iban[IBAN_TEXT_BYTES];
	struct fault fault;

	(void)state;
	assert_int_equal(iban_of_rib(slice_of_text("30006"), slice_of_text("00001"),
				     slice_of_text("12345678901"), iban, &fault),
			 ERR_OK);
	assert_string_equal(iban, "FR7630006000011234567890189");
	assert_int_equal(iban_of_rib(slice_of_text("20041"), slice_of_text("01005"),
				     slice_of_text("05000 13m026"), iban, &fault),
			 ERR_OK);
	assert_string_equal(iban, "FR1420041010050500013M02606");
	for (unsigned i = 0; i < 300; i++) {
		char account[12];

		snprintf(account, sizeof account, "%011u", i * 7919);
		assert_int_equal(iban_of_rib(slice_of_text("10278"),
					     slice_of_text("06000"),
					     slice_of_text(account), iban, &fault),
				 ERR_OK);
		assert_int_equal(iban_check(slice_of_text(iban), &fault), ERR_OK);
	}
	assert_int_equal(iban_of_rib(slice_of_text("3000A"), slice_of_text("00001"),
				     slice_of_text("12345678901"), iban, &fault),
			 ERR_INVALID);
	assert_string_equal(fault.text,
			    "a French account is a bank and a branch of 5 digits and an "
			    "account of 11 digits and letters");
	assert_int_equal(iban_of_rib(slice_of_text("30006"), slice_of_text("00001"),
				     slice_of_text("1234567890"), iban, &fault),
			 ERR_INVALID);
	assert_int_equal(iban_of_rib(slice_of(NULL, 0), slice_of_text("00001"),
				     slice_of_text("12345678901"), iban, &fault),
			 ERR_INVALID);
}

static void an_iban_of_elsewhere_is_told_from_a_mistake(void **state)
{
	char iban[IBAN_TEXT_BYTES] = "";
	struct fault fault;

	(void)state;
	assert_int_equal(parse("BR18 0036 0305 0000 1000 9795 493C 1", iban, &fault),
			 ERR_NOT_FOUND);
	assert_string_equal(fault.text, "the IBAN is of BR, which is outside SEPA");
	assert_string_equal(iban, "BR1800360305000010009795493C1");
	assert_int_equal(parse("BR19 0036 0305 0000 1000 9795 493C 1", iban, &fault),
			 ERR_INVALID);
	assert_int_equal(
		iban_check(slice_of_text("BR1800360305000010009795493C1"), &fault),
		ERR_NOT_FOUND);
}

static void it_is_printed_in_groups_and_masked(void **state)
{
	char text[IBAN_PRINTED_BYTES];

	(void)state;
	iban_print("FR7630006000011234567890189", text);
	assert_string_equal(text, "FR76 3000 6000 0112 3456 7890 189");
	iban_mask("FR7630006000011234567890189", text);
	assert_string_equal(text, "FR76 **** **** **** **** **** 189");
	iban_mask("NO9386011117947", text);
	assert_string_equal(text, "NO93 **** **** 947");
	iban_print("MT84MALT011000012345MTLCAST001S", text);
	assert_string_equal(text, "MT84 MALT 0110 0001 2345 MTLC AST0 01S");
}

static void banks_have_eight_or_eleven_characters(void **state)
{
	static const char *const GOOD[] = { "AGRIFRPP", "BNPAFRPPXXX", "1234FR2A",
					    "ABCDFRPP882" };
	static const char *const BAD[] = { "",         "AGRIFRP",   "AGRIFRPPX",
					   "agrifrpp", "AGRI1RPP",  "AGRIFRPPXXXX",
					   "AGRIFRP-", "AGRI FRPP", "AGRIFRPPXX" };

	(void)state;
	for (size_t i = 0; i < COUNT(GOOD); i++)
		assert_true(bic_valid(slice_of_text(GOOD[i])));
	for (size_t i = 0; i < COUNT(BAD); i++)
		assert_false(bic_valid(slice_of_text(BAD[i])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_registry_s_examples_are_taken),
		cmocka_unit_test(a_mistyped_digit_and_two_exchanged_are_noticed),
		cmocka_unit_test(blanks_and_small_letters_are_people_s),
		cmocka_unit_test(what_is_wrong_is_said_without_the_number),
		cmocka_unit_test(the_key_of_a_rib_is_checked_behind_right_check_digits),
		cmocka_unit_test(an_account_is_known_by_its_rib),
		cmocka_unit_test(an_iban_of_elsewhere_is_told_from_a_mistake),
		cmocka_unit_test(it_is_printed_in_groups_and_masked),
		cmocka_unit_test(banks_have_eight_or_eleven_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
