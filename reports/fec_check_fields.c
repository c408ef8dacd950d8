/*
 * fec_check_fields.c - the rules of one line of a FEC: texts, amounts, dates.
 */
#include "reports/fec_check_int.h"

#include <string.h>

#include "keys/encoding.h"
#include "reports/latin9.h"

#define YEAR_FIRST 1900
#define YEAR_LAST  2099

/* ---- texts ---- */

static void check_characters(struct fec_check *check, uint64_t number, struct slice text)
{
	const char *p = (const char *)text.p;
	size_t at = 0;
	uint8_t byte;

	while (at < text.n)
		if (!latin9_of(utf8_next(p, text.n, &at), &byte)) {
			fec_find(check, FEC_RULE_NOT_LATIN9, number, COLUMN__COUNT);
			return;
		}
}

void fec_check_text(struct fec_check *check, uint64_t number, struct slice text)
{
	bool high = false;

	for (size_t i = 0; i < text.n; i++) {
		uint8_t byte = text.p[i];

		high = high || byte >= 0x80;
		if (byte < ' ' && byte != '\t') {
			fec_find(check, FEC_RULE_CONTROL, number, COLUMN__COUNT);
			break;
		}
	}
	if (!high || !utf8_valid((const char *)text.p, text.n))
		return;
	if (!check->utf8)
		fec_find(check, FEC_RULE_ENCODING, number, COLUMN__COUNT);
	check->utf8 = true;
	check_characters(check, number, text);
}

static void check_filled(struct fec_check *check, const struct fec_line *line)
{
	static const enum fec_column required[] = { COLUMN_NUMBER, COLUMN_DATE,
						    COLUMN_ACCOUNT, COLUMN_ACCOUNT_LABEL,
						    COLUMN_LABEL };
	static const enum fec_column expected[] = { COLUMN_JOURNAL, COLUMN_JOURNAL_LABEL,
						    COLUMN_PIECE, COLUMN_PIECE_DATE,
						    COLUMN_VALID };
	static const enum fec_column pairs[][2] = {
		{ COLUMN_AUX, COLUMN_AUX_LABEL },
		{ COLUMN_LETTERS, COLUMN_LETTERS_DATE },
		{ COLUMN_FOREIGN, COLUMN_CURRENCY },
	};

	for (size_t i = 0; i < sizeof required / sizeof *required; i++)
		if (check->has_column[required[i]] && !line->field[required[i]].n)
			fec_find(check, FEC_RULE_REQUIRED, line->number, required[i]);
	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
		if (check->has_column[expected[i]] && !line->field[expected[i]].n)
			fec_find(check, FEC_RULE_EXPECTED, line->number, expected[i]);
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		enum fec_column x = pairs[i][0], y = pairs[i][1];

		if (check->has_column[x] && check->has_column[y] &&
		    !line->field[x].n != !line->field[y].n)
			fec_find(check, FEC_RULE_PAIR, line->number,
				 line->field[x].n ? y : x);
	}
}

static bool is_digit(uint8_t byte)
{
	return byte >= '0' && byte <= '9';
}

static void check_account(struct fec_check *check, const struct fec_line *line)
{
	struct slice account = line->field[COLUMN_ACCOUNT];

	if (!account.n)
		return;
	for (size_t i = 0; i < 3; i++)
		if (i >= account.n || !is_digit(account.p[i])) {
			fec_find(check, FEC_RULE_ACCOUNT, line->number, COLUMN_ACCOUNT);
			return;
		}
	if (account.p[0] < '1' || account.p[0] > '8')
		fec_find(check, FEC_RULE_ACCOUNT_CLASS, line->number, COLUMN_ACCOUNT);
}

/* ---- amounts ---- */

/* Digits, maybe with a comma and two decimals (further ones that are zeroes); false for
 * anything else. */
static bool digits_parse(struct slice text, struct cents *ret_amount)
{
	int64_t cents = 0;
	size_t decimals = 0, digits = 0;
	bool comma = false;

	for (size_t i = 0; i < text.n; i++) {
		uint8_t byte = text.p[i];

		if (byte == ',' && !comma) {
			comma = true;
			continue;
		}
		if (!is_digit(byte))
			return false;
		digits++;
		if (comma && ++decimals > 2) {
			if (byte != '0')
				return false;
			continue;
		}
		if (cents > CENTS_ABS_MAX / 1000)
			return false;
		cents = cents * 10 + (byte - '0');
	}
	for (; decimals < 2; decimals++)
		cents *= 10;
	return digits && cents_from_outside(cents, ret_amount) == ERR_OK;
}

static bool has_byte(struct slice text, char byte)
{
	return text.n && memchr(text.p, byte, text.n);
}

/* An empty one is zero, as for the tax office's tool. False where it is none. */
static bool amount_read(struct fec_check *check, const struct fec_line *line,
			enum fec_column column, struct cents *ret_amount)
{
	struct slice text = line->field[column];
	bool negative = false;

	*ret_amount = CENTS_ZERO;
	if (!text.n)
		return true;
	if (has_byte(text, '.')) {
		fec_find(check, FEC_RULE_AMOUNT_POINT, line->number, column);
		return false;
	}
	if (has_byte(text, ' ') || has_byte(text, '\xA0')) {
		fec_find(check, FEC_RULE_AMOUNT_THOUSANDS, line->number, column);
		return false;
	}
	if (text.p[0] == '+' || text.p[0] == '-') {
		negative = text.p[0] == '-';
		text = slice_of(text.p + 1, text.n - 1);
	} else if (text.p[text.n - 1] == '+' || text.p[text.n - 1] == '-') {
		negative = text.p[text.n - 1] == '-';
		text = slice_of(text.p, text.n - 1);
	}
	if (!digits_parse(text, ret_amount)) {
		fec_find(check, FEC_RULE_AMOUNT_FORM, line->number, column);
		return false;
	}
	if (negative && !cents_is_zero(*ret_amount)) {
		fec_find(check, FEC_RULE_AMOUNT_SIGN, line->number, column);
		*ret_amount = cents_neg(*ret_amount);
	}
	return true;
}

static void check_two_sides(struct fec_check *check, struct fec_line *line)
{
	struct cents debit, credit;
	bool both = amount_read(check, line, COLUMN_DEBIT, &debit);

	line->has_amount = amount_read(check, line, COLUMN_CREDIT, &credit) && both;
	if (!line->has_amount)
		return;
	if (cents_is_zero(debit) == cents_is_zero(credit))
		fec_find(check, FEC_RULE_BOTH_SIDES, line->number, COLUMN_DEBIT);
	if (cents_sub(debit, credit, &line->amount) != ERR_OK)
		check->overflow = true;
}

static void check_one_side(struct fec_check *check, struct fec_line *line)
{
	struct slice side = line->field[COLUMN_SIDE];
	bool debit = slice_equal_text(side, "D") || slice_equal_text(side, "+1") ||
		     slice_equal_text(side, "1");
	bool credit = slice_equal_text(side, "C") || slice_equal_text(side, "-1");

	line->has_amount = amount_read(check, line, COLUMN_AMOUNT, &line->amount);
	if (!debit && !credit) {
		fec_find(check, FEC_RULE_SIDE_FORM, line->number, COLUMN_SIDE);
		line->has_amount = false;
	}
	if (line->has_amount && cents_is_zero(line->amount))
		fec_find(check, FEC_RULE_BOTH_SIDES, line->number, COLUMN_AMOUNT);
	if (credit)
		line->amount = cents_neg(line->amount);
}

/* ---- dates ---- */

static int32_t number_of(const char *digits, size_t n)
{
	int32_t number = 0;

	for (size_t i = 0; i < n; i++)
		number = number * 10 + (digits[i] - '0');
	return number;
}

/* The eight digits of a date, without what may stand between them, or a time behind. */
static bool date_digits(struct slice text, char ret_digits[9], bool *ret_plain)
{
	size_t digits = 0, i = 0;

	for (; i < text.n && digits < 8; i++) {
		if (is_digit(text.p[i]))
			ret_digits[digits++] = (char)text.p[i];
		else if (!has_byte(slice_of_text("/-. "), (char)text.p[i]))
			return false;
	}
	ret_digits[digits] = '\0';
	*ret_plain = text.n == 8;
	return digits == 8 && (i == text.n || text.p[i] == ' ' || text.p[i] == 'T');
}

static bool date_read(struct fec_check *check, const struct fec_line *line,
		      enum fec_column column, struct date *ret_date)
{
	struct slice text = line->field[column];
	char digits[9];
	int32_t year, month, day;
	bool plain;

	if (!text.n || slice_equal_text(text, "00000000"))
		return false;
	if (!date_digits(text, digits, &plain)) {
		fec_find(check, FEC_RULE_DATE_FORM, line->number, column);
		return false;
	}
	year = number_of(digits, 4);
	month = number_of(digits + 4, 2);
	day = number_of(digits + 6, 2);
	if (month < 1 || month > 12 || day < 1 || day > 31) { /* JJMMAAAA, maybe */
		plain = false;
		day = number_of(digits, 2);
		month = number_of(digits + 2, 2);
		year = number_of(digits + 4, 4);
	}
	if (month < 1 || month > 12 || day < 1 || day > 31) {
		fec_find(check, FEC_RULE_DATE_FORM, line->number, column);
		return false;
	}
	if (!plain)
		fec_find(check, FEC_RULE_DATE_SHAPE, line->number, column);
	if (year < YEAR_FIRST || year > YEAR_LAST) {
		fec_find(check, FEC_RULE_DATE_CENTURY, line->number, column);
		return false;
	}
	if (date_of_ymd(year, month, day, ret_date) == ERR_OK)
		return true;
	if (year >= DATE_YEAR_MIN) /* older days are none of ours */
		fec_find(check, FEC_RULE_DATE_REAL, line->number, column);
	return false;
}

/* A first year may have up to two, so only what is older is surely of another one. */
static void check_year(struct fec_check *check, const struct fec_line *line)
{
	if (!line->has_date || !check->has_closing)
		return;
	if (date_cmp(line->date, check->closing) > 0 ||
	    date_days(line->date, check->closing) > 2 * 366)
		fec_find(check, FEC_RULE_DATE_YEAR, line->number, COLUMN_DATE);
}

void fec_check_fields(struct fec_check *check, struct fec_line *line)
{
	struct cents foreign;
	struct date date;

	check_filled(check, line);
	check_account(check, line);
	if (check->has_column[COLUMN_AMOUNT] && !check->has_column[COLUMN_DEBIT])
		check_one_side(check, line);
	else
		check_two_sides(check, line);
	(void)amount_read(check, line, COLUMN_FOREIGN, &foreign);
	line->has_date = date_read(check, line, COLUMN_DATE, &line->date);
	line->has_valid = date_read(check, line, COLUMN_VALID, &line->valid);
	(void)date_read(check, line, COLUMN_PIECE_DATE, &date);
	(void)date_read(check, line, COLUMN_LETTERS_DATE, &date);
	check_year(check, line);
	if (line->has_date && line->has_valid && date_cmp(line->date, line->valid) > 0)
		fec_find(check, FEC_RULE_DATE_VALID, line->number, COLUMN_VALID);
}
