/*
 * kind_text.c - the texts that members are made of: which are right, and in what
 * words to ask for them.
 *
 * None of these looks anything up; whether a fund exists is for the books.
 */
#include "ledger/kind.h"

#include <inttypes.h>

#include "keys/encoding.h"
#include "keys/note.h"
#include "keys/vkey.h"
#include "ledger/date.h"
#include "ledger/iban.h"

#define SIREN_DIGITS   9
#define RNA_BYTES      10
#define MONTHDAY_BYTES 5
#define LIST_SEPARATOR ", "

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_id_start(uint8_t c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z');
}

bool text_is_id(struct slice text, size_t bytes_max)
{
	if (text.n == 0 || text.n > bytes_max || !is_id_start(text.p[0]))
		return false;
	for (size_t i = 1; i < text.n; i++)
		if (!is_id_start(text.p[i]) && !memchr(":._-", text.p[i], 4))
			return false;
	return true;
}

bool text_is_ref(struct slice text)
{
	if (text.n == 0 || text.n > REF_BYTES_MAX)
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (!is_digit(text.p[i]) && !(text.p[i] >= 'A' && text.p[i] <= 'Z') &&
		    !memchr("._-", text.p[i], 3))
			return false;
	return true;
}

/* A label is shown in lines of reports and on screens: it must not be able to end its
 * line or to make what stands around it read backwards. */
static bool label_character(uint32_t c)
{
	if (c < 0x20 || (c >= 0x7f && c < 0xa0)) /* C0, DEL, C1 */
		return false;
	if (c >= 0x2028 && c <= 0x202e) /* line and paragraph ends, embeddings */
		return false;
	return c < 0x2066 || c > 0x2069; /* isolates */
}

bool text_is_label(struct slice text, size_t bytes_min, size_t bytes_max)
{
	size_t at = 0;

	if (text.n < bytes_min || text.n > bytes_max)
		return false;
	if (text.n > 0 && !utf8_valid((const char *)text.p, text.n))
		return false;
	while (at < text.n)
		if (!label_character(utf8_next((const char *)text.p, text.n, &at)))
			return false;
	return true;
}

/* Luhn's sum: from the right, every second digit counts double, less 9 above 9. */
bool text_is_siren(struct slice text)
{
	int sum = 0;

	if (text.n != SIREN_DIGITS)
		return false;
	for (size_t i = 0; i < SIREN_DIGITS; i++) {
		int digit = text.p[i] - '0';

		if (!is_digit(text.p[i]))
			return false;
		if (i % 2 == 1)
			digit = digit > 4 ? 2 * digit - 9 : 2 * digit;
		sum += digit;
	}
	return sum % 10 == 0;
}

static bool text_is_date(struct slice text)
{
	char copy[DATE_TEXT_BYTES];
	struct date date;

	if (text.n != sizeof copy - 1)
		return false;
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	return date_parse(copy, &date) == ERR_OK;
}

static bool text_is_month(struct slice text)
{
	char copy[MONTH_TEXT_BYTES];
	struct month month;

	if (text.n != sizeof copy - 1)
		return false;
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	return month_parse(copy, &month) == ERR_OK;
}

/* 02-29 would be no day in three years of four, so a common year decides. */
static bool text_is_monthday(struct slice text)
{
	char copy[DATE_TEXT_BYTES] = "2001-";
	struct date date;

	if (text.n != MONTHDAY_BYTES)
		return false;
	memcpy(copy + strlen(copy), text.p, text.n);
	return date_parse(copy, &date) == ERR_OK;
}

static bool text_is_hex(struct slice text, int64_t chars)
{
	if (text.n != (size_t)chars)
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (!(text.p[i] >= '0' && text.p[i] <= '9') &&
		    !(text.p[i] >= 'a' && text.p[i] <= 'f'))
			return false;
	return true;
}

static bool text_is_rna(struct slice text)
{
	if (text.n != RNA_BYTES || text.p[0] != 'W')
		return false;
	for (size_t i = 1; i < text.n; i++)
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
	return true;
}

bool text_is_choice(struct slice text, const char *choices)
{
	while (*choices) {
		size_t n = strcspn(choices, "|");

		if (slice_equal(text, slice_of(choices, n)))
			return true;
		choices += n + (choices[n] == '|');
	}
	return false;
}

static bool text_is_vkey(struct slice text)
{
	struct vkey vkey;

	return vkey_parse(text, &vkey, NULL) == ERR_OK && vkey.type == VKEY_ED25519;
}

static bool text_is_note(struct slice text, int64_t min, int64_t max)
{
	struct note note;

	return text.n >= (size_t)min && text.n <= (size_t)max &&
	       note_parse(text, &note, NULL) == ERR_OK;
}

static bool text_is_base64(struct slice text, int64_t bytes)
{
	size_t n;

	return base64_decode((const char *)text.p, text.n, NULL, (size_t)bytes, &n) ==
		       ERR_OK &&
	       n == (size_t)bytes;
}

const char *member_text_problem(const struct member *member, struct slice text)
{
	bool right = false;
	const char *problem = "has another form";

	switch (member->type) {
	case TYPE_ID:
		right = text_is_id(text, (size_t)member->max);
		break;
	case TYPE_REF:
		right = text_is_ref(text);
		break;
	case TYPE_LABEL:
		right = text_is_label(text, (size_t)member->min, (size_t)member->max);
		break;
	case TYPE_DATE:
		right = text_is_date(text);
		problem = "is no day of the calendar";
		break;
	case TYPE_MONTH:
		right = text_is_month(text);
		problem = "is no month";
		break;
	case TYPE_MONTHDAY:
		right = text_is_monthday(text);
		problem = "is no day of every year";
		break;
	case TYPE_HEX:
		right = text_is_hex(text, member->max);
		break;
	case TYPE_CHOICE:
		right = text_is_choice(text, member->choices);
		problem = "has another value";
		break;
	case TYPE_SIREN:
		right = text_is_siren(text);
		problem = "is not a number whose check digit is right";
		break;
	case TYPE_RNA:
		right = text_is_rna(text);
		break;
	case TYPE_IBAN:
		right = iban_check(text, NULL) == ERR_OK;
		problem = "is not an IBAN of SEPA whose check digits are right, in "
			  "capitals without blanks";
		break;
	case TYPE_VKEY:
		right = text_is_vkey(text);
		problem = "is no line of a name, the key and their matching identifier";
		break;
	case TYPE_NOTE:
		right = text_is_note(text, member->min, member->max);
		break;
	case TYPE_BASE64:
		right = text_is_base64(text, member->max);
		break;
	case TYPE_INTEGER:
	case TYPE_CENTS:
	case TYPE_POSITION:
	case TYPE_LIST:
	case TYPE_IDS:
	case TYPE_STEPS:
	case TYPE_OBJECT:
	case TYPE_CEILINGS:
	case TYPE_ACT:
		abort();
	}
	if (right)
		return NULL;
	return text.n == 0 ? "is empty" : problem;
}

/* ---- what to give instead ---- */

/* "a, b, c" of "a|b|c". */
static void choices_expect(const char *choices, char *ret_text, size_t bytes)
{
	int n = snprintf(ret_text, bytes, "%s", strchr(choices, '|') ? "one of " : "");
	size_t at = (size_t)n;

	for (const char *c = choices; *c && at + sizeof LIST_SEPARATOR < bytes; c++) {
		if (*c != '|') {
			ret_text[at++] = *c;
			continue;
		}
		memcpy(ret_text + at, LIST_SEPARATOR, strlen(LIST_SEPARATOR));
		at += strlen(LIST_SEPARATOR);
	}
	ret_text[at] = '\0';
}

static void list_expect(const struct member *member, char *ret_text, size_t bytes)
{
	const char *of = member->shape == SHAPE_none ? "" : shape_name(member->shape);

	if (member->type == TYPE_LIST)
		snprintf(ret_text, bytes,
			 "a list of %" PRId64 " to %" PRId64 " %s objects", member->min,
			 member->max, of);
	else if (member->type == TYPE_IDS)
		snprintf(ret_text, bytes,
			 "a list of %" PRId64 " to %" PRId64
			 " different identifiers of a-z, 0-9, '.', '_', ':' and '-'",
			 member->min, member->max);
	else
		snprintf(ret_text, bytes,
			 "a list of %" PRId64 " to %" PRId64
			 " ascending amounts in cents, from 1 to %d",
			 member->min, member->max, STEPS_CENTS_MAX);
}

static void number_expect(const struct member *member, char *ret_text, size_t bytes)
{
	const char *what = member->type == TYPE_CENTS
				   ? "an amount in whole cents, a number"
				   : "a whole number";

	if (member->type == TYPE_POSITION)
		snprintf(ret_text, bytes, "the position of an earlier entry, a number");
	else
		snprintf(ret_text, bytes, "%s from %" PRId64 " to %" PRId64, what,
			 member->min, member->max);
}

/* Texts whose form has no bounds of the member's own. */
static const char *form_of(enum member_type type)
{
	static const char *const forms[] = {
		[TYPE_DATE] = "a day as YYYY-MM-DD, from 1970 to 2199",
		[TYPE_MONTH] = "a month as YYYY-MM, from 1970 to 2199",
		[TYPE_MONTHDAY] = "a day of every year as MM-DD",
		[TYPE_SIREN] = "the 9 digits of a SIREN",
		[TYPE_RNA] = "an RNA number, W and 9 digits",
		[TYPE_IBAN] = "an IBAN in capitals without blanks",
		[TYPE_VKEY] = "an Ed25519 verifier key as arrondi-keys prints it",
		[TYPE_ACT] = "an object, the kind and members of an account, amendment, "
			     "delegation, key, member or policy entry",
	};

	return forms[type];
}

void member_expect(const struct member *member, char ret_text[MEMBER_EXPECT_BYTES])
{
	const size_t bytes = MEMBER_EXPECT_BYTES;
	const int64_t min = member->min, max = member->max;

	switch (member->type) {
	case TYPE_INTEGER:
	case TYPE_CENTS:
	case TYPE_POSITION:
		number_expect(member, ret_text, bytes);
		return;
	case TYPE_ID:
		snprintf(ret_text, bytes,
			 "%" PRId64 " to %" PRId64
			 " bytes of a-z, 0-9, '.', '_', ':' and "
			 "'-', of which the first is a letter or a digit",
			 min, max);
		return;
	case TYPE_REF:
		snprintf(ret_text, bytes, "1 to %d bytes of A-Z, 0-9, '.', '_' and '-'",
			 REF_BYTES_MAX);
		return;
	case TYPE_LABEL:
		snprintf(ret_text, bytes,
			 "a text of %" PRId64 " to %" PRId64
			 " bytes of UTF-8 on one line, without controls",
			 min, max);
		return;
	case TYPE_HEX:
		snprintf(ret_text, bytes, "%" PRId64 " lower-case hexadecimal digits",
			 max);
		return;
	case TYPE_CHOICE:
		choices_expect(member->choices, ret_text, bytes);
		return;
	case TYPE_NOTE:
		snprintf(ret_text, bytes,
			 "a signed note of %" PRId64 " to %" PRId64 " bytes", min, max);
		return;
	case TYPE_BASE64:
		snprintf(ret_text, bytes, "%" PRId64 " bytes in padded base64", max);
		return;
	case TYPE_LIST:
	case TYPE_IDS:
	case TYPE_STEPS:
		list_expect(member, ret_text, bytes);
		return;
	case TYPE_OBJECT:
		snprintf(ret_text, bytes, "an object, %s", shape_name(member->shape));
		return;
	case TYPE_CEILINGS:
		snprintf(ret_text, bytes,
			 "an object of at most %" PRId64
			 " funds and their amounts in cents",
			 max);
		return;
	case TYPE_DATE:
	case TYPE_MONTH:
	case TYPE_MONTHDAY:
	case TYPE_SIREN:
	case TYPE_RNA:
	case TYPE_IBAN:
	case TYPE_VKEY:
	case TYPE_ACT:
		snprintf(ret_text, bytes, "%s", form_of(member->type));
		return;
	}
	abort();
}
