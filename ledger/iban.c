/*
 * iban.c - the number of a bank account (ISO 13616) and of a bank (ISO 9362).
 */
#include "ledger/iban.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "ledger/mod97.h"

#define IBAN_CHARS_MAX   (IBAN_TEXT_BYTES - 1)
#define IBAN_CHARS_MIN   15
#define IBAN_HEAD_CHARS  4
#define IBAN_GROUP_CHARS 4
#define IBAN_SHOWN_CHARS 3 /* at the end of a masked one */

/* Of a French account: bank and branch, account, and a key of two digits. */
#define RIB_BANK_CHARS    5
#define RIB_ACCOUNT_CHARS 11
#define RIB_CHARS         (2 * RIB_BANK_CHARS + RIB_ACCOUNT_CHARS + 2)

/* What stands behind the check digits (the BBAN), as in SWIFT's registry of IBANs: so
 * many digits (n), capitals (a), or either (c). SEPA area of the EPC's list EPC409-09. */
static const struct country {
	char code[3];
	const char *form;
} countries[] = {
	{ "AD", "8n12c" },    { "AL", "8n16c" },    { "AT", "16n" },
	{ "BE", "12n" },      { "BG", "4a6n8c" },   { "CH", "5n12c" },
	{ "CY", "8n16c" },    { "CZ", "20n" },      { "DE", "18n" },
	{ "DK", "14n" },      { "EE", "16n" },      { "ES", "20n" },
	{ "FI", "14n" },      { "FR", "10n11c2n" }, { "GB", "4a14n" },
	{ "GI", "4a15c" },    { "GR", "7n16c" },    { "HR", "17n" },
	{ "HU", "24n" },      { "IE", "4a14n" },    { "IS", "22n" },
	{ "IT", "1a10n12c" }, { "LI", "5n12c" },    { "LT", "16n" },
	{ "LU", "3n13c" },    { "LV", "4a13c" },    { "MC", "10n11c2n" },
	{ "MD", "20c" },      { "ME", "18n" },      { "MK", "3n10c2n" },
	{ "MT", "4a5n18c" },  { "NL", "4a10n" },    { "NO", "11n" },
	{ "PL", "24n" },      { "PT", "21n" },      { "RO", "4a16c" },
	{ "RS", "18n" },      { "SE", "20n" },      { "SI", "15n" },
	{ "SK", "20n" },      { "SM", "1a10n12c" }, { "VA", "18n" },
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_capital(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* NULL: outside SEPA. */
static const struct country *country_of(const char *iban)
{
	for (size_t i = 0; i < sizeof countries / sizeof *countries; i++)
		if (memcmp(countries[i].code, iban, 2) == 0)
			return &countries[i];
	return NULL;
}

/* Takes "8n" off a form. */
static unsigned form_next(const char **form, char *ret_class)
{
	unsigned n = 0;

	for (; is_digit(**form); (*form)++)
		n = n * 10 + (unsigned)(**form - '0');
	*ret_class = *(*form)++;
	return n;
}

static size_t form_chars(const char *form)
{
	size_t chars = 0;
	char class;

	while (*form != '\0')
		chars += form_next(&form, &class);
	return chars;
}

/* text has form_chars(form) characters, digits or capitals. */
static bool form_fits(const char *form, const char *text)
{
	char class;

	while (*form != '\0') {
		unsigned n = form_next(&form, &class);

		for (; n > 0; n--, text++)
			if ((class == 'n' && !is_digit(*text)) ||
			    (class == 'a' && !is_capital(*text)))
				return false;
	}
	return true;
}

/* Of an account number's letters: A to I, J to R and S to Z count from 1, 1 and 2. */
static unsigned rib_digit(char c)
{
	if (is_digit(c))
		return (unsigned)(c - '0');
	if (c >= 'S')
		return (unsigned)(c - 'S' + 2);
	return (unsigned)(c - 'A') % 9 + 1;
}

/* Bank (5), branch (5), account (11) and key (2) of a French or Monegasque account: the
 * number that they make together is a multiple of 97. */
static bool rib_checked(const char *bban)
{
	unsigned rest = 0;

	for (size_t i = 0; i < RIB_CHARS; i++)
		rest = (rest * 10 + rib_digit(bban[i])) % 97;
	return rest == 0;
}

static enum err country_check(const char *iban, size_t n, struct fault *fault)
{
	const struct country *country = country_of(iban);

	if (!country)
		return fault_set(fault, ERR_NOT_FOUND,
				 "the IBAN is of %.2s, which is outside SEPA", iban);
	if (n != IBAN_HEAD_CHARS + form_chars(country->form))
		return fault_set(fault, ERR_INVALID,
				 "the IBAN has %zu characters: one of %s has %zu", n,
				 country->code,
				 IBAN_HEAD_CHARS + form_chars(country->form));
	if (!form_fits(country->form, iban + IBAN_HEAD_CHARS))
		return fault_set(fault, ERR_INVALID,
				 "the IBAN has letters where one of %s has digits, or "
				 "digits where it has letters",
				 country->code);
	return ERR_OK;
}

/* Of an electronic form: n digits and capitals. */
static enum err form_check(const char *iban, size_t n, struct fault *fault)
{
	enum err err;

	if (n < IBAN_CHARS_MIN || !is_capital(iban[0]) || !is_capital(iban[1]) ||
	    !is_digit(iban[2]) || !is_digit(iban[3]))
		return fault_set(fault, ERR_INVALID,
				 "an IBAN is a country's two letters, two check digits "
				 "and 11 to 30 letters and digits");
	err = country_check(iban, n, fault);
	if (err && err != ERR_NOT_FOUND)
		return err;
	if (!mod97_checked(iban, n))
		return fault_set(fault, ERR_INVALID,
				 "the IBAN's check digits are wrong: one of its "
				 "characters is mistyped");
	if ((memcmp(iban, "FR", 2) == 0 || memcmp(iban, "MC", 2) == 0) &&
	    !rib_checked(iban + IBAN_HEAD_CHARS))
		return fault_set(fault, ERR_INVALID,
				 "the IBAN's RIB key is wrong: copy it from the RIB "
				 "again");
	return err;
}

enum err iban_parse(struct slice text, char ret_iban[IBAN_TEXT_BYTES],
		    struct fault *fault)
{
	char iban[IBAN_TEXT_BYTES];
	size_t n = 0;
	enum err err;

	if (text.n > IBAN_INPUT_BYTES_MAX ||
	    !mod97_compact(text.p, text.n, iban, IBAN_CHARS_MAX, &n))
		return fault_set(fault, ERR_INVALID,
				 "an IBAN has letters and digits, at most %d",
				 IBAN_CHARS_MAX);
	err = form_check(iban, n, fault);
	if (!err || err == ERR_NOT_FOUND)
		memcpy(ret_iban, iban, n + 1);
	return err;
}

enum err iban_check(struct slice text, struct fault *fault)
{
	char iban[IBAN_TEXT_BYTES];
	enum err err = iban_parse(text, iban, fault);

	if (!err && !slice_equal_text(text, iban))
		return fault_set(fault, ERR_INVALID,
				 "the IBAN must be in capitals without blanks");
	return err;
}

enum err iban_of_rib(struct slice bank, struct slice branch, struct slice account,
		     char ret_iban[IBAN_TEXT_BYTES], struct fault *fault)
{
	char iban[IBAN_TEXT_BYTES] = "FR00";
	char *bban = iban + IBAN_HEAD_CHARS;
	size_t banks = 0, branches = 0, accounts = 0;
	unsigned rest = 0, key;

	if (!mod97_compact(bank.p, bank.n, bban, RIB_BANK_CHARS, &banks) ||
	    !mod97_compact(branch.p, branch.n, bban + RIB_BANK_CHARS, RIB_BANK_CHARS,
			   &branches) ||
	    !mod97_compact(account.p, account.n, bban + 2 * RIB_BANK_CHARS,
			   RIB_ACCOUNT_CHARS, &accounts) ||
	    banks != RIB_BANK_CHARS || branches != RIB_BANK_CHARS ||
	    accounts != RIB_ACCOUNT_CHARS || !form_fits("10n11c", bban))
		return fault_set(
			fault, ERR_INVALID,
			"a French account is a bank and a branch of %d digits and "
			"an account of %d digits and letters",
			RIB_BANK_CHARS, RIB_ACCOUNT_CHARS);
	for (size_t i = 0; i < RIB_CHARS - 2; i++)
		rest = (rest * 10 + rib_digit(bban[i])) % 97;
	key = 97 - rest * 100 % 97;
	bban[RIB_CHARS - 2] = (char)('0' + key / 10);
	bban[RIB_CHARS - 1] = (char)('0' + key % 10);
	bban[RIB_CHARS] = '\0';
	assert(rib_checked(bban));
	mod97_sign(iban, IBAN_HEAD_CHARS + RIB_CHARS);
	memcpy(ret_iban, iban, sizeof iban);
	return ERR_OK;
}

/* In groups of four, as many characters at each end as are shown. */
static void print(const char *iban, size_t shown_first, size_t shown_last,
		  char ret_text[IBAN_PRINTED_BYTES])
{
	size_t n = strlen(iban), at = 0;

	assert(n <= IBAN_CHARS_MAX);
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && i % IBAN_GROUP_CHARS == 0)
			ret_text[at++] = ' ';
		ret_text[at++] = i < shown_first || i + shown_last >= n ? iban[i] : '*';
	}
	ret_text[at] = '\0';
}

void iban_print(const char *iban, char ret_text[IBAN_PRINTED_BYTES])
{
	print(iban, strlen(iban), 0, ret_text);
}

void iban_mask(const char *iban, char ret_text[IBAN_PRINTED_BYTES])
{
	print(iban, IBAN_HEAD_CHARS, IBAN_SHOWN_CHARS, ret_text);
}

bool bic_valid(struct slice text)
{
	if (text.n != 8 && text.n != 11)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		char c = (char)text.p[i];
		bool country = i == 4 || i == 5;

		if (!is_capital(c) && (country || !is_digit(c)))
			return false;
	}
	return true;
}
